"""From a case to the timetable of its improvements: what a later start changes."""

from dataclasses import dataclass

import numpy as np

from capworth.bestsets import Choice
from capworth.case.model import Case, Improvement
from capworth.conflicts import BUDGET, LIMIT
from capworth.costs import discount_factors
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.cost_benefit.discounting import effect_profile
from capworth.methods.portfolio.scheduling import Timetable
from capworth.spending import Spending


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """Years of a case counted from its first one, and what starting later moves.

    Attributes
    ----------
    start, effect : (improvements,) as the case states them, 0 the first year of the appraisal
    years : of the appraisal
    discount : (years,)
    """

    case: Case
    start: Ints
    effect: Ints
    years: int
    discount: Floats

    @classmethod
    def of(cls, case: Case) -> "Calendar":
        """Read the years of a case; what begins before the appraisal begins with it."""
        first = case.settings.first_year
        start = np.array([max(i.start_year - first, 0) for i in case.improvements], dtype=np.int64)
        effect = np.array([i.effect_year - first for i in case.improvements], dtype=np.int64)
        return cls(case, start, effect, case.settings.years, discount_factors(case))

    def profile(self, k: int, delay: int) -> Floats:
        """(years,) share of the full effect of an improvement when it starts so much later."""
        ramp = self.case.improvements[k].ramp_years
        return effect_profile(self.years, int(self.effect[k]) + delay, ramp)

    def felt(self, k: int, delay: int) -> float:
        """Discounted years of full effect."""
        return float(self.discount @ self.profile(k, delay))

    def later(self, amounts: Floats, delay: int) -> Floats:
        """Amounts by year, (..., years), so many years later; what falls behind the end is lost."""
        moved = np.zeros_like(amounts)
        moved[..., delay:] = amounts[..., : self.years - delay]
        return moved

    def can_start(self, spent: Floats, k: int) -> Bools:
        """(years,) whether it may start in each year: not before it says, its money inside.

        Parameters
        ----------
        spent : (years,) money and posts of the improvement, as the case states it
        """
        paid = np.flatnonzero(spent)
        last = self.years - 1 - (int(paid[-1]) if len(paid) else int(self.start[k]))
        delay = np.arange(self.years) - self.start[k]
        can: Bools = (delay >= 0) & (delay <= max(last, 0))
        return can


def timetable_of(choice: Choice, spending: Spending, budget: float) -> Timetable:
    """Work out gain, money and posts of every improvement for every year in which it may start.

    A later start moves money, posts and effects by as many years. What requires another takes
    effect no earlier than it, or starts the stated lag of years after it.
    """
    case, calendar = choice.case, Calendar.of(choice.case)
    n, years = len(case.improvements), calendar.years
    gain, opens = np.zeros((n, years)), np.zeros((n, years), dtype=bool)
    effect = np.zeros((n, years), dtype=np.int64)
    money, posts = {}, np.zeros((n, years, years))  # by start, then by year
    payers = sorted({limit.payer for limit in case.limits if limit.kind != "staff"})
    for payer in payers:
        money[payer] = np.zeros((n, years, years))
    for k in range(n):
        spent = spending.money[k].sum(axis=0) + spending.posts[k]
        opens[k] = calendar.can_start(spent, k)
        felt = calendar.felt(k, 0)
        for start in np.flatnonzero(opens[k]):
            delay = int(start - calendar.start[k])
            share = calendar.felt(k, delay) / felt if felt > 0 else 0.0
            gain[k, start] = choice.gain[k] * share
            effect[k, start] = calendar.effect[k] + delay
            posts[k, start] = calendar.later(spending.posts[k], delay)
            for payer in payers:
                money[payer][k, start] = calendar.later(spending.of_payer(payer)[k], delay)
    asked = choice.grid_asked
    uses, caps = [np.repeat(asked[:, None], years, axis=1)], [budget + 1e-6]
    owners = [BUDGET]
    for place, limit in enumerate(case.limits):
        first = (limit.from_year or case.settings.first_year) - case.settings.first_year
        last = (limit.to_year or case.settings.first_year + years - 1) - case.settings.first_year
        window = slice(first, last + 1)
        if limit.kind == "money":
            taken = [money[limit.payer][:, :, window].sum(axis=2)]
        else:
            each = posts if limit.kind == "staff" else money[limit.payer]
            taken = [each[:, :, year] for year in range(years)[window]]
        uses += taken
        caps += [limit.amount] * len(taken)
        owners += [(LIMIT, place)] * len(taken)
    return Timetable(
        gain,
        opens,
        asked,
        effect,
        np.stack(uses),
        np.array(caps),
        tuple(owners),
        _bonus(choice, calendar),
        _gaps(choice, calendar),
    )


def _bonus(choice: Choice, calendar: Calendar) -> Floats:
    """(synergies, years) so that a pair that starts as stated has its whole bonus."""
    synergies = choice.relations.synergies
    bonus = np.zeros((len(synergies), calendar.years))
    for place, (one, other, extra) in enumerate(synergies):
        both = max(int(calendar.effect[one]), int(calendar.effect[other]), 0)
        felt = float(calendar.discount[both:].sum())
        if felt > 0:
            bonus[place] = extra * calendar.discount / felt
    return bonus


def _gaps(
    choice: Choice, calendar: Calendar
) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]:
    case = choice.case
    number = {i: k for k, i in enumerate(case.improvement_ids)}
    lead = calendar.effect - calendar.start

    def gap(rows: tuple[int, ...]) -> tuple[int, ...]:
        found = []
        for k in rows:
            tie = case.relations[k]
            head, needed = number[tie.improvement], number[tie.other]
            found.append(int(lead[needed] - lead[head]) if tie.lag is None else tie.lag)
        return tuple(found)

    places = choice.ties.places
    both = (
        tuple(gap(places[kind, k].rows) for k in range(len(entries)))
        for kind, entries in (
            ("requires", choice.relations.requires),
            ("requires_any", choice.relations.requires_any),
        )
    )
    needs, choices = both
    return needs, choices


def full_year(improvement: Improvement, delay: int = 0) -> int:
    """First year of full effect."""
    return improvement.effect_year + improvement.ramp_years + delay
