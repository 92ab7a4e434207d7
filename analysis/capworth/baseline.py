"""What the programme promises, to be looked at later: level today, planned level, review dates."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.answers import HIGH, LOW, Answer
from capworth.case.model import Case, Effect
from capworth.methods.arguments import Floats
from capworth.provenance import Provenance
from capworth.sampling import ENVELOPED, Sample
from capworth.schedule import Schedule

FACTOR = "factor"  # unit of what a step of a chain is multiplied by


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Baseline(Answer):
    """One row for each promised effect: indicator, today, plan, and when to look."""

    _table: pd.DataFrame
    provenance: Provenance

    def __repr__(self) -> str:
        dates = sorted({d for words in self._table["reviews"] for d in str(words).split()})
        span = f", reviews from {dates[0]} to {dates[-1]}" if dates else ""
        return f"<Baseline: {len(self._table)} promised effects{span}>"


def set_baseline(
    sample: Sample, schedule: Schedule | None, provenance: Provenance
) -> Baseline | None:
    """Write down every effect that the schedule promises, before anything is spent.

    `today` is the level of the capability on the criterion, `planned` the same with the whole
    change of this improvement alone; for a step of a chain today is 1 and planned the factor.
    80 % ranges over the first 1,000 draws. An effect is reviewed at the end of the year after its
    first year, of the year after its full one, and of the last year of the appraisal.
    """
    if schedule is None:
        return None
    case, table = sample.case, schedule.to_frame()
    done = set(schedule.done)
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
                "unit": effect.change.unit if effect.criterion else FACTOR,
                **_spread("today", today),
                **_spread("planned", planned),
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
    if not effect.criterion:
        return np.ones(draws.size), change
    level = np.zeros(draws.size)
    for row in sample.case.scores:
        if (row.capability, row.criterion) == (effect.capability, effect.criterion):
            level = draws.of(row.level)
    return level, level + change


def _spread(name: str, values: Floats) -> dict[str, float]:
    low, high = np.percentile(values, (LOW, HIGH))
    return {name: float(values.mean()), f"{name}_low": float(low), f"{name}_high": float(high)}
