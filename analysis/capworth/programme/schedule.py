"""Which improvements start in which year, under yearly money and staff, and what comes when.

How likely a set of improvements meets the targets that the case states.

From a case to the timetable of its improvements: what a later start changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from capworth.case.model import NET, Case, Target
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.integer import Rows, smallest_conflict
from capworth.methods.portfolio.scheduling import NEVER, Timetable, best_schedule, schedule_rows
from capworth.model.effect_years import EffectYears, full_year
from capworth.model.result import Answer, Provenance, spread
from capworth.model.simulation import ENVELOPED, Sample
from capworth.programme.choice import (
    BUDGET,
    LIMIT,
    Choice,
    ConflictError,
    Spending,
    findings_of,
    objective_gains,
    spend_by_year,
)
from capworth.programme.selection import SCALE, Programme


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """Years of a case counted from its first one, and what starting later moves.

    Attributes
    ----------
    start, effect : (improvements,) as the case states them, 0 the first year of the appraisal
    years : of the appraisal
    effects : share of the full effect by year
    """

    case: Case
    start: Ints
    effect: Ints
    years: int
    effects: EffectYears

    @classmethod
    def of(cls, case: Case) -> "Calendar":
        """Read the years of a case; what begins before the appraisal begins with it."""
        first = case.settings.first_year
        start = np.array([max(i.start_year - first, 0) for i in case.improvements], dtype=np.int64)
        effect = np.array([i.effect_year - first for i in case.improvements], dtype=np.int64)
        return cls(case, start, effect, case.settings.years, EffectYears(case))

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
    effect = np.zeros((n, years, years))
    money, posts = {}, np.zeros((n, years, years))  # by start, then by year
    payers = sorted({limit.payer for limit in case.limits if limit.kind != "staff"})
    for payer in payers:
        money[payer] = np.zeros((n, years, years))
    for k in range(n):
        spent = spending.money[k].sum(axis=0) + spending.posts[k]
        opens[k] = calendar.can_start(spent, k)
        whole = calendar.effects.counted(k)
        for start in np.flatnonzero(opens[k]):
            delay = int(start - calendar.start[k])
            share = calendar.effects.counted(k, delay) / whole if whole > 0 else 0.0
            gain[k, start] = choice.gain[k] * share
            effect[k, start] = calendar.effects.share(k, delay)
            posts[k, start] = calendar.later(spending.posts[k], delay)
            for payer in payers:
                money[payer][k, start] = calendar.later(spending.of_payer(payer)[k], delay)
    asked = choice.grid_asked
    uses, caps = [np.repeat(asked[:, None], years, axis=1)], [budget]
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
        gain=gain,
        open=opens,
        cost=asked,
        share=effect,
        uses=np.stack(uses),
        caps=np.array(caps),
        owners=tuple(owners),
        bonus=_bonus(choice, calendar),
        gaps=_gaps(choice, calendar),
    )


def _bonus(choice: Choice, calendar: Calendar) -> Floats:
    """(synergies, years) so that a pair that starts as stated has its whole bonus."""
    synergies = choice.relations.synergies
    bonus = np.zeros((len(synergies), calendar.years))
    for place, (one, other, extra) in enumerate(synergies):
        discount = calendar.effects.discount
        whole = float((discount * calendar.effects.together(one, other)).sum())
        if whole > 0:
            bonus[place] = extra * discount / whole
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


MONEY = ("money", "money_a_year")  # kinds of limits
RULES = ("requires", "requires_any", "excludes", "at_least", "must", BUDGET[0], LIMIT)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Schedule(Answer):
    """Start of every improvement that fits, and money, posts and effects by year."""

    _table: pd.DataFrame
    _years: pd.DataFrame
    measure: str  # what the programme is to add most of
    value: float  # what the schedule adds in all; money in millions
    stated: float  # what the recommended set adds when everything starts as stated
    p_within: float  # share of draws in which no year asks for more than its limit
    provenance: Provenance

    def by_year(self) -> pd.DataFrame:
        """Return money asked, posts and the objective by year, with 80 % intervals."""
        return self._years.copy()

    @property
    def done(self) -> tuple[str, ...]:
        """The improvements that are carried out, in the order of the case."""
        return tuple(self._table.index[self._table["done"]])

    @property
    def late(self) -> tuple[str, ...]:
        """Those that start later than the case states."""
        return tuple(self._table.index[self._table["delay"] > 0])

    @property
    def left_out(self) -> tuple[str, ...]:
        """Those of the recommended set for which yearly limits leave no room."""
        out = self._table["recommended"] & ~self._table["done"]
        return tuple(self._table.index[out])

    @property
    def taken_in(self) -> tuple[str, ...]:
        """Those that take the place of others of the recommended set."""
        new = self._table["done"] & ~self._table["recommended"]
        return tuple(self._table.index[new])

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {"schedule": self.to_frame(), "schedule_years": self.by_year()}

    def __repr__(self) -> str:
        starts = self._table.loc[self._table["done"], "start"]
        span = f" from {starts.min():.0f} to {starts.max():.0f}" if len(starts) else ""
        return (
            f"<Schedule: {len(self.done)} improvements start{span}, {len(self.late)} later than "
            f"stated; {len(self.left_out)} of the recommended set do not fit>"
        )


def schedule_programme(
    sample: Sample, programme: Programme | None, provenance: Provenance
) -> Schedule | None:
    """Choose improvements and their starts together, for the most expected value.

    An improvement starts in the year that the case states, or later; its money, posts and effects
    move with it. The budget, limits of years and staff, relations and their order are kept. Where
    nothing is limited by year, this is the recommended set as stated.

    Raises
    ------
    ConflictError
        When no schedule keeps all rules.
    """
    if programme is None:
        return None
    case = sample.case
    choice, spending = Choice.of(sample), spend_by_year(sample)
    budget = programme.budget_m * MILLION
    timetable = timetable_of(choice, spending, budget)
    start = best_schedule(timetable, choice.relations)
    if start is None:
        rows = list(schedule_rows(timetable, choice.relations))
        always = [part for part in rows if part.owner[0] not in RULES]
        told: list[Rows] = [part for part in rows if part.owner[0] in RULES]
        owners = smallest_conflict(told, rows[0].matrix.shape[1], always)
        raise ConflictError(findings_of(choice, owners, budget))
    scale = SCALE[programme.measure]
    total = _total(timetable, choice, start)
    return Schedule(
        _table(choice, timetable, programme, start),
        _years(sample, choice, spending, start),
        programme.measure,
        total / scale,
        float(choice.totals(np.isin(case.improvement_ids, programme.chosen)[None])[0]) / scale,
        float((_spent(sample, spending, start) <= _room(case, *MONEY)).all(axis=1).mean()),
        provenance,
    )


def _total(timetable: Timetable, choice: Choice, start: Ints) -> float:
    """Expected value of a schedule."""
    done = np.flatnonzero(start != NEVER)
    total = float(timetable.gain[done, start[done]].sum())
    for place, (one, other, _) in enumerate(choice.relations.synergies):
        if start[one] != NEVER and start[other] != NEVER:
            both = np.minimum(
                timetable.share[one, start[one]], timetable.share[other, start[other]]
            )
            total += float(timetable.bonus[place] @ both)
    return total


def _table(choice: Choice, timetable: Timetable, programme: Programme, start: Ints) -> pd.DataFrame:
    case, calendar = choice.case, Calendar.of(choice.case)
    first, done = case.settings.first_year, start != NEVER
    delay = np.where(done, start - calendar.start, 0)
    gain = np.where(done, timetable.gain[np.arange(len(start)), start], 0.0)
    stated = [i.start_year for i in case.improvements]
    return pd.DataFrame(
        {
            "name": [i.name for i in case.improvements],
            "recommended": np.isin(case.improvement_ids, programme.chosen),
            "done": done,
            "stated_start": stated,
            "start": np.where(done, np.maximum(stated, first) + delay, np.nan),
            "delay": delay,
            "effect": [
                i.effect_year + int(d) if taken else np.nan
                for i, d, taken in zip(case.improvements, delay, done, strict=True)
            ],
            "full_effect": [
                full_year(i, int(d)) if taken else np.nan
                for i, d, taken in zip(case.improvements, delay, done, strict=True)
            ],
            "asked_m": choice.asked / MILLION,
            "posts": [i.staff for i in case.improvements],
            "value": gain / SCALE[case.objective],
            "value_as_stated": choice.gain / SCALE[case.objective],
        },
        index=pd.Index(case.improvement_ids, name="improvement"),
    )


def yearly_shares(spending: Spending, calendar: Calendar, start: Ints) -> Floats:
    """(improvements, years) share of each one's money that falls into each year; 0 if not done."""
    raised = spending.raised()
    whole = raised.sum(axis=1)
    shares = np.zeros_like(raised)
    for k in np.flatnonzero((start != NEVER) & (whole > 0)):
        shares[k] = calendar.later(raised[k], int(start[k] - calendar.start[k])) / whole[k]
    return shares


def starts_of(schedule: Schedule, case: Case) -> Ints:
    """(improvements,) start of each, 0 the first year of the appraisal; `NEVER` if not done."""
    table = schedule.to_frame()
    years = table["start"].fillna(0).to_numpy() - case.settings.first_year
    return np.where(table["done"], years, NEVER).astype(np.int64)


def _spent(sample: Sample, spending: Spending, start: Ints) -> Floats:
    """(draws, years) one-off money that is asked for, in the first draws."""
    shares = yearly_shares(spending, Calendar.of(sample.case), start)
    spent: Floats = sample.drawn.asked[:ENVELOPED] @ shares
    return spent


def _years(sample: Sample, choice: Choice, spending: Spending, start: Ints) -> pd.DataFrame:
    case, calendar = sample.case, Calendar.of(sample.case)
    scale = SCALE[case.objective]
    spent = _spent(sample, spending, start) / MILLION
    pairs, effects = choice.worth.pairs, calendar.effects
    parts, posts = np.zeros((len(start) + len(pairs), calendar.years)), np.zeros(calendar.years)
    annuity = 1.0 if case.objective == NET else effects.discount.sum()
    delays = np.where(start != NEVER, start - calendar.start, 0).tolist()
    for k in map(int, np.flatnonzero(start != NEVER)):
        whole = effects.counted(k)
        if whole > 0:
            parts[k] = effects.share(k, delays[k]) * annuity / whole
        posts += calendar.later(spending.posts[k], delays[k])
    for place, (one, other) in enumerate(pairs.tolist(), start=len(start)):
        whole = float((effects.discount * effects.together(one, other)).sum())
        if NEVER not in start[[one, other]] and whole > 0:
            both = effects.together(one, other, (delays[one], delays[other]))
            parts[place] = both * annuity / whole
    added = choice.worth.parts(objective_gains(sample)[:ENVELOPED]) @ parts / scale
    first = case.settings.first_year
    columns: dict[str, Floats] = {}
    for name, values in (("spend_m", spent), ("value", added)):
        columns |= spread(name, values)
    columns["spend_room_m"] = _room(case, *MONEY) / MILLION
    columns["posts"], columns["posts_room"] = posts, _room(case, "staff")
    return pd.DataFrame(columns, index=pd.RangeIndex(first, first + calendar.years, name="year"))


def _room(case: Case, *kinds: str) -> Floats:
    """(years,) lowest limit that holds for each year by itself; endless where there is none.

    Of money, limits of what organisation and donors raise together.
    """
    first, years = case.settings.first_year, case.settings.years
    room = np.full(years, np.inf)
    for limit in case.limits:
        start = first if limit.from_year is None else limit.from_year
        end = first + years - 1 if limit.to_year is None else limit.to_year
        if limit.kind in kinds and not limit.payer and (limit.kind != "money" or start == end):
            window = slice(start - first, end - first + 1)
            room[window] = np.minimum(room[window], limit.amount)
    return room


CELLS = 2_000_000  # of a table of draws and sets looked at together


class Met(NamedTuple):
    """How often targets are met."""

    any: Floats  # (targets, sets) share of draws in which each target is met
    all_of: Floats  # (sets,) share of draws in which all are


def meets_targets(sample: Sample, choice: Choice, sets: Bools, draws: int) -> Met:
    """Share of the first draws in which each set meets each target, and all targets together.

    A target on score, money or harm is met when the set adds that much; one on a level when the
    capability is on the good side of it with the changes of the set added to today's level.

    Parameters
    ----------
    sample, choice : the case in its draws, and what a set adds
    sets : (sets, improvements)
    draws : how many of the first draws to look at
    """
    targets = sample.case.targets
    size = min(draws, sample.drawn.size)
    share = np.zeros((len(targets), len(sets)))
    everything = np.zeros(len(sets))
    step = max(1, CELLS // max(size, 1))
    for start in range(0, len(sets), step):
        some = slice(start, start + step)
        met = np.ones((size, len(sets[some])), dtype=bool)
        for k, target in enumerate(targets):
            mine = _met(sample, choice, sets[some], target, size)
            share[k, some] = mine.mean(axis=0)
            met &= mine
        everything[some] = met.mean(axis=0)
    return Met(share, everything)


def _met(sample: Sample, choice: Choice, sets: Bools, target: Target, size: int) -> Bools:
    """(draws, sets) whether a target is met."""
    case = sample.case
    if target.measure != "level":
        gains: Floats = getattr(sample.drawn.gains, target.measure)[:size]
        added = choice.worth.over_draws(sets, gains)
        good: Bools = added >= target.amount - 1e-12 * abs(target.amount)
        return good
    draws = sample.first_draws(size)
    leaf = next(c for c in case.measured if c.id == target.criterion)
    level = np.zeros(size)
    for row in case.scores:
        if (row.capability, row.criterion) == (target.capability, target.criterion):
            level = draws.of(row.level)[:size]
    change = np.zeros((size, len(case.improvements)))
    for effect in case.effects:
        if (effect.capability, effect.criterion) == (target.capability, target.criterion):
            k = case.improvement_ids.index(effect.improvement)
            change[:, k] = draws.of(effect.change)[:size]
    reached = level[:, None] + change @ sets.T.astype(float)
    rising = (leaf.best or 0.0) > (leaf.worst or 0.0)
    reaches: Bools = reached >= target.amount if rising else reached <= target.amount
    return reaches
