"""Plan against actual: what the schedule promised, and what has come about.

What the programme promises, to be looked at later: level today, planned level, review dates.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.case.actuals import LEVEL, SPEND, START, Actual
from capworth.case.model import Case, Effect
from capworth.methods.arguments import Floats, Ints
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.scheduling import NEVER
from capworth.model.figures import CHOSEN, Column, Figure, columns, word
from capworth.model.result import Answer, Interval, Provenance
from capworth.model.simulation import ENVELOPED, Sample
from capworth.programme.calendar import Calendar
from capworth.programme.choice import Choice
from capworth.programme.schedule import yearly_shares
from capworth.programme.selection import Programme

AS_PLANNED, BETTER, WORSE, UNPLANNED = "as planned", "better", "worse", "not in the plan"
MONEY = "million"
FALLING = ("delay", "counterfactual", "displacement", "false_hit")  # steps of which less is better


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Tracking(Answer):
    """Every actual beside its plan: mean and 80 % range, difference, and what it means."""

    _table: pd.DataFrame
    provenance: Provenance

    def __repr__(self) -> str:
        counts = self._table["verdict"].value_counts()
        words = [f"{counts.get(v, 0)} {v}" for v in (AS_PLANNED, BETTER, WORSE, UNPLANNED)]
        return f"<Tracking: {len(self._table)} found: {', '.join(words)}>"


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """What the programme promises by year."""

    case: Case
    start: Ints
    calendar: Calendar
    spent: Floats  # (draws, improvements), all of it
    shares: Floats  # (improvements, years)
    sample: Sample

    def of(self, actual: Actual) -> tuple[str, bool, Floats | None]:
        """Unit, whether more is better, and (draws,) of the plan; None where nothing is planned."""
        year = actual.year - self.case.settings.first_year
        if actual.measure in {START, SPEND}:
            k = self.case.improvement_ids.index(actual.improvement)
            if self.start[k] == NEVER:
                return ("year" if actual.measure == START else MONEY), False, None
            if actual.measure == START:
                planned = self.start[k] + self.case.settings.first_year
                return "year", False, np.array([planned], dtype=np.float64)
            return MONEY, False, self.spent[:, k] * self.shares[k, year] / MILLION
        if actual.measure == LEVEL:
            leaf = next(c for c in self.case.measured if c.id == actual.indicator)
            rising = (leaf.best or 0.0) > (leaf.worst or 0.0)
            return leaf.unit, rising, self._level(actual, year)
        return "factor", actual.indicator not in FALLING, self._factor(actual, year)

    def _level(self, actual: Actual, year: int) -> Floats | None:
        """Today's level with the changes that have come by the end of a year."""
        draws = self.sample.first_draws(ENVELOPED)
        level: Floats | None = None
        for row in self.case.scores:
            if (row.capability, row.criterion) == (actual.capability, actual.indicator):
                level = draws.of(row.level)
        if level is None:
            return None
        for k, share in self._come(actual, year, "criterion"):
            level = level + share * draws.of(self.case.effects[k].change)
        return level

    def _factor(self, actual: Actual, year: int) -> Floats:
        """Product of the factors that have come by the end of a year; 1 is as today."""
        draws = self.sample.first_draws(ENVELOPED)
        factor = np.ones(draws.size)
        for k, share in self._come(actual, year, "step"):
            if self.case.effects[k].sets_level:
                continue  # of what is not there yet there is no multiple
            factor = factor * (1 + share * (draws.of(self.case.effects[k].change) - 1))
        return factor

    def _come(self, actual: Actual, year: int, kind: str) -> Iterator[tuple[int, float]]:
        for k, effect in enumerate(self.case.effects):
            i = self.case.improvement_ids.index(effect.improvement)
            named = (effect.capability, getattr(effect, kind))
            if named == (actual.capability, actual.indicator) and self.start[i] != NEVER:
                delay = int(self.start[i] - self.calendar.start[i])
                yield k, float(self.calendar.effects.share(i, delay)[year])


def track(
    sample: Sample, programme: Programme, actuals: Iterable[Actual], provenance: Provenance
) -> Tracking:
    """Hold what has come about against the plan.

    Within the 80 % range of the plan, over the first 1,000 draws, it is as planned; beyond it
    better or worse. A start is compared by its year: later is worse. Money is that of organisation
    and donors: more than planned is worse. What several improvements change adds up, a factor
    multiplies, each by the share of its effect that it has in the year.
    """
    case, choice = sample.case, Choice.of(sample)
    table, calendar = programme.to_frame(), choice.calendar
    delays = table["delay"].to_numpy(dtype=np.int64)
    chosen = table["chosen"].to_numpy(dtype=bool)
    start = np.where(chosen, calendar.start + delays, NEVER)
    plan = _Plan(
        case=case,
        start=start,
        calendar=calendar,
        spent=sample.drawn.asked[:ENVELOPED],
        shares=yearly_shares(choice, chosen, delays),
        sample=sample,
    )
    rows = [_row(plan, actual) for actual in actuals]
    return Tracking(pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1)), provenance)


def _row(plan: _Plan, actual: Actual) -> dict[str, object]:
    unit, rising, planned = plan.of(actual)
    found = actual.value / MILLION if actual.measure == SPEND else actual.value
    middle = low = high = float("nan")
    verdict = UNPLANNED
    if planned is not None:
        middle, low, high = Interval.of(planned)
        slack = 1e-9 * max(abs(low), abs(high), 1.0)
        verdict = AS_PLANNED
        if found > high + slack:
            verdict = BETTER if rising else WORSE
        elif found < low - slack:
            verdict = WORSE if rising else BETTER
    return {
        "measure": actual.measure,
        "subject": actual.improvement or actual.capability,
        "indicator": actual.indicator,
        "year": actual.year,
        "unit": unit,
        "plan": middle,
        "plan_low": low,
        "plan_high": high,
        "actual": found,
        "difference": found - middle,
        "verdict": verdict,
        "source": actual.source,
    }


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Baseline(Answer):
    """One row for each promised effect: indicator, today, plan, and when to look."""

    _table: pd.DataFrame
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        draws = min(ENVELOPED, self.provenance.draws)
        return columns(
            "baseline",
            ("today", "today", "level", "promise", ("effects",)),
            ("planned", "promised", "level", "promise", ("effects",)),
            draws=draws,
        ) + columns(
            "baseline",
            ("first_effect", "promise_from", "year", "by_year", ("improvements",), CHOSEN),
            ("full_effect", "promise_full", "year", "by_year", ("improvements",), CHOSEN),
        )

    def figures(self) -> tuple[Figure, ...]:
        """The figures of its table, and the year in which each promise is first looked at."""
        return (
            *Answer.figures(self),
            *(
                Figure(
                    f"review.{'.'.join(map(word, key))}",
                    float(str(reviews)[:4]),
                    *("year", "by_year", CHOSEN),
                    behind=(("improvements", str(key[0])),),
                )
                for key, reviews in self._table["reviews"].items()
                if isinstance(key, tuple)
            ),
        )

    def __repr__(self) -> str:
        dates = sorted({d for words in self._table["reviews"] for d in str(words).split()})
        span = f", reviews from {dates[0]} to {dates[-1]}" if dates else ""
        return f"<Baseline: {len(self._table)} promised effects{span}>"


def set_baseline(
    sample: Sample, programme: Programme | None, provenance: Provenance
) -> Baseline | None:
    """Write down every effect that the programme promises, before anything is spent.

    `today` is the level of the capability on the criterion, `planned` the same with the whole
    change of this improvement alone; for a step of a chain today is 1 and planned the factor.
    80 % ranges over the first 1,000 draws. An effect is reviewed at the end of the year after its
    first year, of the year after its full one, and of the last year of the appraisal.
    """
    if programme is None:
        return None
    case, table = sample.case, programme.to_frame()
    done = set(programme.chosen)
    rows = []
    for effect in case.effects:
        if effect.improvement not in done:
            continue
        today, planned = _levels(sample, effect)
        first = int(table["effect"].to_dict()[effect.improvement])
        full = int(table["full_effect"].to_dict()[effect.improvement])
        rows.append(
            {
                "improvement": effect.improvement,
                "capability": effect.capability,
                "indicator": effect.criterion or effect.step,
                "unit": effect.change.unit,
                **Interval.of(today).columns("today"),
                **Interval.of(planned).columns("planned"),
                "first_effect": first,
                "full_effect": full,
                "reviews": " ".join(review_dates(case, first, full)),
                "grade": effect.change.grade,
            }
        )
    columns = ["improvement", "capability", "indicator", "unit"]
    columns += [f"{n}{e}" for n in ("today", "planned") for e in ("", "_low", "_high")]
    columns += ["first_effect", "full_effect", "reviews", "grade"]
    frame = pd.DataFrame(rows, columns=columns).set_index(
        ["improvement", "capability", "indicator"]
    )
    return Baseline(frame, provenance)


def review_dates(case: Case, first: int, full: int) -> tuple[str, ...]:
    """Days on which an effect is looked at, inside the appraisal."""
    last = case.settings.first_year + case.settings.years - 1
    years = sorted({year for year in (first + 1, full + 1, last) if year <= last})
    return tuple(f"{year}-12-31" for year in years)


def _levels(sample: Sample, effect: Effect) -> tuple[Floats, Floats]:
    """(draws,) of today and of the plan."""
    draws = sample.first_draws(ENVELOPED)
    change = draws.of(effect.change)
    if effect.sets_level:
        steps = [s.level for s in sample.case.chain if s.capability == effect.capability]
        steps = [s for s in steps if s.name.endswith(f"/{effect.step}")]
        return (draws.of(steps[0]) if steps else np.zeros(draws.size)), change
    if not effect.criterion:
        return np.ones(draws.size), change
    level = np.zeros(draws.size)
    for row in sample.case.scores:
        if (row.capability, row.criterion) == (effect.capability, effect.criterion):
            level = draws.of(row.level)
    return level, level + change
