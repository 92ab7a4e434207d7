"""When each improvement asks for its money and its posts, and what starting later moves."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from capworth.case.model import Case, Limit
from capworth.case.relations import Ties
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.portfolio.confidence import later
from capworth.model.costs import PAYERS, CostModel, Priced
from capworth.model.draws import Draws
from capworth.model.effect_years import EffectYears
from capworth.model.simulation import ENVELOPED, Sample

LATEST = 5  # years of delay that are tried


@dataclass(frozen=True, slots=True, eq=False)
class Spending:
    """Expected one-off money and posts of every improvement when it starts as the case says.

    Attributes
    ----------
    money : (improvements, payers, years) in the money of the case, not discounted; what the payers
        of the budget pay adds up to the expected money asked
    posts : (improvements, years)
    budgeted : (payers,) whose money the budget holds
    """

    money: Floats
    posts: Floats
    budgeted: Bools

    def raised(self) -> Floats:
        """(improvements, years) what the payers of the budget pay."""
        raised: Floats = self.money[:, self.budgeted].sum(axis=1)
        return raised

    def of_payer(self, payer: str) -> Floats:
        """(improvements, years) what one payer pays; the payers of the budget where it is blank."""
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
        if line.improvement and line.kind == "one-off" and not line.in_kind:
            paid = float(amount.mean()) * part
            money[place[line.improvement], PAYERS.index(line.payer)] += paid
    budgeted = np.array([p in case.settings.budget_payers for p in PAYERS])
    raised = money[:, budgeted].sum(axis=(1, 2))
    asked = sample.drawn.asked.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(raised > 0, asked / raised, 1.0)
    posts = np.zeros((len(place), years))
    for k, i in enumerate(case.improvements):
        start, end = i.start_year - first, max(i.effect_year - first, i.start_year - first + 1)
        posts[k, max(start, 0) : max(end, 0)] = i.staff
    return Spending(money * scale[:, None, None], posts, budgeted)


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """Years of a case counted from its first one, and what starting later moves.

    Attributes
    ----------
    start, effect : (improvements,) as the case states them, 0 the first year of the appraisal
    years : of the appraisal
    effects : share of the full effect by year
    costs : the cost lines
    """

    case: Case
    start: Ints
    effect: Ints
    years: int
    effects: EffectYears
    costs: CostModel

    @classmethod
    def of(cls, case: Case) -> "Calendar":
        """Read the years of a case; what begins before the appraisal begins with it."""
        first = case.settings.first_year
        start = np.array([max(i.start_year - first, 0) for i in case.improvements], dtype=np.int64)
        effect = np.array([i.effect_year - first for i in case.improvements], dtype=np.int64)
        return cls(case, start, effect, case.settings.years, EffectYears(case), CostModel(case))

    def opens(self, spending: Spending) -> Bools:
        """(improvements, delays) whether it may start so late: its money and posts inside."""
        most = min(LATEST, self.years - 1)
        opens = np.zeros((len(self.start), most + 1), dtype=bool)
        opens[:, 0] = True
        for k in range(len(self.start)):
            spent = np.flatnonzero(spending.money[k].sum(axis=0) + spending.posts[k])
            last = int(spent[-1]) if len(spent) else int(self.start[k])
            opens[k, 1 : max(1, min(most, self.years - 1 - last) + 1)] = True
        return opens

    def cost(self, draws: Draws, lines: Sequence[Priced] | None = None) -> Floats:
        """(improvements, delays, draws) whole-life cost, when it starts so much later.

        Discounted, all payers, with the cost of what it keeps from ending; what falls behind the
        end of the appraisal is lost. `lines` are those of `CostModel.moving`, where their prices
        are known already.
        """
        most = min(LATEST, self.years - 1) + 1
        found = np.zeros((len(self.start), most, draws.size))
        for k, _, amount, parts in self.costs.outlays(draws, lines):
            for delay in range(most):
                found[k, delay] += amount * (parts(delay) @ self.effects.discount)
        return found

    def payers(self, draws: Draws, delays: Ints, lines: Sequence[Priced] | None = None) -> Floats:
        """(draws, payers) the same of the improvements that start later (improvements,)."""
        found = np.zeros((draws.size, len(PAYERS)))
        for k, payer, amount, parts in self.costs.outlays(draws, lines):
            if delays[k] > 0:
                moved = parts(int(delays[k])) @ self.effects.discount
                found[:, PAYERS.index(payer)] += amount * moved
        return found

    def after(self, ties: Ties) -> tuple[tuple[int, tuple[tuple[int, int], ...]], ...]:
        """What is delayed no less than one of these, less so many years: see `Plan`.

        What requires another takes effect no earlier than it, or starts the stated lag after it.
        """
        number = {i: k for k, i in enumerate(self.case.improvement_ids)}
        found: dict[int, list[tuple[int, int]]] = {}
        single: list[tuple[int, tuple[tuple[int, int], ...]]] = []
        for tie in self.case.relations:
            if tie.relation not in {"requires", "requires_any"}:
                continue
            head, needed = number[tie.improvement], number[tie.other]
            if tie.lag is None:
                spare = int(self.effect[head] - self.effect[needed])
            else:
                spare = int(self.start[head] - self.start[needed]) - tie.lag
            if tie.relation == "requires":
                single.append((head, ((needed, spare),)))
            else:
                found.setdefault(head, []).append((needed, spare))
        return (*single, *((head, tuple(needed)) for head, needed in found.items()))


def limit_rows(
    case: Case, calendar: Calendar, spending: Spending, asked: Floats
) -> tuple[Floats, Bools, Floats, Ints]:
    """What improvements take of each limit of the case, by years of delay: see `Plan`.

    Returns
    -------
    uses (rules, improvements, delays), scaled (rules,), caps (rules,), number of its limit (rules,)
    """
    delays = min(LATEST, calendar.years - 1) + 1
    rows, scaled, caps, owner = [], [], [], []
    for place, limit in enumerate(case.limits):
        amounts = spending.posts if limit.kind == "staff" else spending.of_payer(limit.payer)
        moved = np.stack([later(amounts, d) for d in range(delays)], axis=2)
        window = moved[:, years_of(limit, case)]  # (improvements, years, delays)
        of_budget = limit.kind != "staff" and (
            not limit.payer or limit.payer in case.settings.budget_payers
        )
        if of_budget:
            whole = asked[:, None, None]
            window = np.divide(window, whole, out=np.zeros_like(window), where=whole > 0)
        each = [window.sum(axis=1)] if limit.kind == "money" else list(window.transpose(1, 0, 2))
        rows += each
        scaled += [of_budget] * len(each)
        caps += [limit.amount] * len(each)
        owner += [place] * len(each)
    shape = (0, len(asked), delays)
    return (
        np.stack(rows) if rows else np.zeros(shape),
        np.array(scaled, dtype=bool),
        np.array(caps, dtype=np.float64),
        np.array(owner, dtype=np.int64),
    )


def years_of(limit: Limit, case: Case) -> slice:
    """Years of the appraisal in which a limit holds."""
    first, years = case.settings.first_year, case.settings.years
    start = max(0, (limit.from_year or first) - first)
    end = (limit.to_year or first + years - 1) - first
    return slice(start, end + 1)
