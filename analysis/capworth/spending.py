"""When each improvement asks for its money and its posts: by payer and year, as the case states."""

from dataclasses import dataclass

import numpy as np

from capworth.costs import PAYERS
from capworth.methods.arguments import Floats
from capworth.sampling import ENVELOPED, Sample

RAISED = tuple(p != "members" for p in PAYERS)  # whose one-off money is asked for


@dataclass(frozen=True, slots=True, eq=False)
class Spending:
    """Expected one-off money and posts of every improvement when it starts as the case says.

    Attributes
    ----------
    money : (improvements, payers, years) in the money of the case, not discounted; what
        organisation and donors pay adds up to the expected money asked
    posts : (improvements, years)
    """

    money: Floats
    posts: Floats

    def raised(self) -> Floats:
        """(improvements, years) what organisation and donors pay."""
        raised: Floats = self.money[:, list(RAISED)].sum(axis=1)
        return raised

    def of_payer(self, payer: str) -> Floats:
        """(improvements, years) what one payer pays; organisation and donors where it is blank."""
        if not payer:
            return self.raised()
        paid: Floats = self.money[:, PAYERS.index(payer)]
        return paid


def spend_by_year(sample: Sample) -> Spending:
    """Spread the expected one-off money of every improvement over payers and years.

    How it is spread is taken from the first 1,000 draws, how much it is from all that are kept.
    """
    case, model = sample.case, sample.model
    years, first = case.settings.years, case.settings.first_year
    place = {i: k for k, i in enumerate(case.improvement_ids)}
    money = np.zeros((len(place), len(PAYERS), years))
    for line, amount, part in model.costs.priced(sample.first_draws(ENVELOPED)):
        if line.improvement and line.kind == "one-off":
            paid = float(amount.mean()) * part
            money[place[line.improvement], PAYERS.index(line.payer)] += paid
    raised = money[:, list(RAISED)].sum(axis=(1, 2))
    asked = sample.worlds.asked.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(raised > 0, asked / raised, 1.0)
    posts = np.zeros((len(place), years))
    for k, i in enumerate(case.improvements):
        start, end = i.start_year - first, max(i.effect_year - first, i.start_year - first + 1)
        posts[k, max(start, 0) : max(end, 0)] = i.staff
    return Spending(money * scale[:, None, None], posts)
