"""What builds turn out at: base, overrun counted once and managing the risk; what totals mean."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from capworth.case.model import Case, CostLine, Total
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.uncertainty.order_statistics import order_quantile
from capworth.model.figures import COUNT, QUANTILE, RATIO, SHARE, Column, Figure, columns, number
from capworth.model.out_turn import OutTurn
from capworth.model.result import Answer, Interval, Provenance
from capworth.model.simulation import Kept, Sample

READINGS = ("base", "mean", "P80")  # of a stated total, side by side
PARTS = ("base", "overrun", "managing")
CONFIDENCE = 0.8  # with which the level beside the expected one would hold


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Overrun(Answer):
    """The way from what is stated to what is expected, for totals and for improvements."""

    _table: pd.DataFrame
    _readings: pd.DataFrame
    _improvements: pd.DataFrame
    common_cause: float
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        money, costs = "millions", ("asked", "totals")
        parts = ("base_m", "overrun_m", "managing_m")
        found = [
            Column(*("overrun", part, f"total_{part[:-2]}", money, "out_turn", costs))
            for part in parts
        ]
        for table in ("overrun", "overrun_readings"):
            found += [
                Column(*(table, "expected_m", "total_expected", money, "out_turn", costs)),
                Column(*(table, "p80_m", "total_needed", money, "out_turn", costs, QUANTILE)),
                Column(*(table, "p_within", "total_within", "chance", "within", costs, SHARE)),
            ]
        return (
            *found,
            Column(*("overrun", "lines", "total_lines", "count", "out_turn", costs, COUNT)),
            *columns(
                "overrun_improvements",
                ("base_m", "base", money, "out_turn", ("asked",)),
                ("overrun_m", "overrun", money, "out_turn", ("asked",)),
                ("managing_m", "managing", money, "out_turn", ("asked",)),
                ("asked_m", "asked", money, "asked", ("asked",)),
                ("p80_m", "needed", money, "needed", ("asked",), QUANTILE),
            ),
        )

    def figures(self) -> tuple[Figure, ...]:
        """The figures of its tables, and what share overruns and their management add to each.

        Those of a total are in the money that it is stated in.
        """
        stated = {
            str(total): f"{currency} of {year}"
            for total, row in self._table.iterrows()
            for currency, year in [(row["currency"], row["price_year"])]
        }
        table = self._improvements
        added = table["asked_m"] / table["base_m"] - 1
        return (
            *(
                replace(figure, prices=stated[figure.id.split(".")[1]])
                if figure.quantity.startswith("total_") and figure.prices
                else figure
                for figure in Answer.figures(self)
            ),
            *(
                Figure(
                    *(f"added_share.{key}", number(float(share)), "share", "out_turn", RATIO),
                    behind=(("asked", str(key)),),
                )
                for key, share in added.items()
            ),
        )

    def readings(self) -> pd.DataFrame:
        """Return what each total would come to if it stood for the base, the mean or the P80."""
        return self._readings.copy()

    def improvements(self) -> pd.DataFrame:
        """Return money asked for each improvement by base, overrun and managing the risk."""
        return self._improvements.copy()

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        found = {
            "overrun": self.to_frame(),
            "overrun_readings": self.readings(),
            "overrun_improvements": self.improvements(),
        }
        return {name: table for name, table in found.items() if len(table)}

    def __repr__(self) -> str:
        listed = "; ".join(
            f"{total}: {row['stated_m']:,.3g} million stated, {row['expected_m']:,.3g} expected, "
            f"{row['p80_m']:,.3g} would hold with {CONFIDENCE:.0%}"
            for total, row in self._table.iterrows()
        )
        return f"<Overrun: {listed or f'{len(self._improvements)} improvements, no stated total'}>"


def overrun(sample: Sample, provenance: Provenance) -> Overrun | None:
    """Part what builds turn out at, over the draws that are kept.

    Base + overrun + managing the risk = expected, in every row. Totals are in the money that they
    are stated in; improvements are asked for in the money of the case. Under each reading of a
    total the same lines are multiplied by one factor, so that the total is their base sum, their
    mean, or the level that they keep to in eight draws of ten.

    None where no line has an overrun.
    """
    case, turns = sample.case, sample.model.costs.out_turns
    totals = [t for t in case.totals if any(map(_overruns, turns.lines_of(t.id)))]
    lines = [x for x in sample.model.costs.improving() if sample.model.costs.asked_for(x)]
    if not totals and not any(map(_overruns, lines)):
        return None
    inside = {line.id: line for t in totals for line in turns.lines_of(t.id)}
    wanted, kept = {**inside, **{line.id: line for line in lines}}.values(), Kept(sample)
    turned = {line.id: parts for line, parts in turns.of(kept, wanted)}
    rows: dict[str, dict[str, object]] = {}
    readings: dict[tuple[str, str], dict[str, object]] = {}
    for total in totals:
        parts = _sum(turned[line.id] for line in turns.lines_of(total.id))
        rows[total.id] = _total_row(total, parts, case)
        for reading, sums in turns.readings(total, kept, READINGS).items():
            level = _levels(sums / MILLION, total.amount.mode / MILLION)
            counts = reading == total.stands_for
            readings[total.id, reading] = {**level, "counts": counts}
    names = ["total", "reading"]
    index = pd.MultiIndex.from_arrays([*zip(*readings, strict=True)] or [[], []], names=names)
    return Overrun(
        _table=_frame(rows, "total"),
        _readings=pd.DataFrame([*readings.values()], index=index),
        _improvements=_frame(_improvements(sample, lines, turned), "improvement"),
        common_cause=case.settings.common_cause,
        provenance=provenance,
    )


def _overruns(line: CostLine) -> bool:
    return line.bias != "none" or (line.range_holds == "overrun" and not line.amount.is_certain)


def _sum(parts: Iterable[OutTurn]) -> OutTurn:
    return OutTurn(*(np.sum(part, axis=0) for part in zip(*parts, strict=True)))


def _total_row(total: Total, parts: OutTurn, case: Case) -> dict[str, object]:
    stated = total.amount.mode / MILLION
    lines = [line for line in case.costs if line.total == total.id]
    return {
        "name": total.name,
        "stated_m": stated,
        "stands_for": total.stands_for,
        "lines": len(lines),
        **{
            f"{name}_m": float(part.mean()) / MILLION
            for name, part in zip(PARTS, parts, strict=True)
        },
        **_levels(parts.amount / MILLION, stated),
        "currency": total.currency,
        "price_year": total.price_year,
        "grade": total.amount.grade,
        "source": total.amount.source,
    }


def _levels(sums: Floats, stated: float) -> dict[str, object]:
    """Expected sum with its interval, the level that holds with 80 %, the chance to keep within."""
    return {
        **Interval.of(sums).columns("expected_m"),
        "p80_m": float(order_quantile(sums, CONFIDENCE)),
        "p_within": float((sums <= stated * (1 + 1e-12)).mean()),
    }


def _improvements(
    sample: Sample, lines: Sequence[CostLine], turned: Mapping[str, OutTurn]
) -> dict[str, dict[str, object]]:
    """Each improvement that asks for money, in the order of the case."""
    costs, rows = sample.model.costs, dict[str, dict[str, object]]()
    for improvement in sample.case.improvement_ids:
        mine = [line for line in lines if line.improvement == improvement]
        if mine:
            factors = [float(costs.yearly(line).sum()) / MILLION for line in mine]
            parts = _sum(turned[x.id].times(f) for x, f in zip(mine, factors, strict=True))
            rows[improvement] = {
                **{f"{n}_m": float(p.mean()) for n, p in zip(PARTS, parts, strict=True)},
                **Interval.of(parts.amount).columns("asked_m"),
                "p80_m": float(order_quantile(parts.amount, CONFIDENCE)),
            }
    return rows


def _frame(rows: Mapping[str, Mapping[str, object]], name: str) -> pd.DataFrame:
    return pd.DataFrame([*rows.values()], index=pd.Index([*rows], name=name, dtype=object))
