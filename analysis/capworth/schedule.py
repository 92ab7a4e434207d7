"""Which improvements start in which year, under yearly money and staff, and what comes when."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.answers import HIGH, LOW, Answer
from capworth.bestsets import Choice, objective_gains
from capworth.case.model import Case
from capworth.conflicts import BUDGET, LIMIT, ConflictError, findings_of
from capworth.methods.arguments import Floats, Ints
from capworth.methods.portfolio.integer import Rows, smallest_conflict
from capworth.methods.portfolio.scheduling import NEVER, Timetable, best_schedule, schedule_rows
from capworth.programme import MILLION, SCALE, Programme
from capworth.provenance import Provenance
from capworth.sampling import ENVELOPED, Sample
from capworth.spending import Spending, spend_by_year
from capworth.timetable import Calendar, full_year, timetable_of

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
        _years(sample, spending, start),
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
            both = max(timetable.effect[one, start[one]], timetable.effect[other, start[other]], 0)
            total += float(timetable.bonus[place, both:].sum())
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
            "value": gain / SCALE[case.settings.objective],
            "value_as_stated": choice.gain / SCALE[case.settings.objective],
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
    spent: Floats = sample.worlds.asked[:ENVELOPED] @ shares
    return spent


def _years(sample: Sample, spending: Spending, start: Ints) -> pd.DataFrame:
    case, calendar = sample.case, Calendar.of(sample.case)
    scale = SCALE[case.settings.objective]
    spent = _spent(sample, spending, start) / MILLION
    felt, posts = np.zeros((len(start), calendar.years)), np.zeros(calendar.years)
    for k in map(int, np.flatnonzero(start != NEVER)):
        delay = int(start[k] - calendar.start[k])
        whole = calendar.felt(k, 0)
        if whole > 0:
            annuity = 1.0 if case.settings.objective == "money" else calendar.discount.sum()
            felt[k] = calendar.profile(k, delay) * annuity / whole
        posts += calendar.later(spending.posts[k], delay)
    added = objective_gains(sample)[:ENVELOPED] @ felt / scale
    first = case.settings.first_year
    columns: dict[str, Floats] = {}
    for name, values in (("spend_m", spent), ("value", added)):
        low, high = np.percentile(values, (LOW, HIGH), axis=0)
        columns |= {name: values.mean(axis=0), f"{name}_low": low, f"{name}_high": high}
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
