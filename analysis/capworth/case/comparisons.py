"""Comparisons of productivity over years: which published figures are used, and which are made."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from capworth.case.check import BadCellError

ARROW, EITHER, AND, NEXT = "->", " or ", "+", ";"
WRITE = "Write it like 'records_hosted -> hits or vehicles_identified'."


class Counted(NamedTuple):
    """What is counted, of whom and when; the place of a figure in the activity table."""

    capability: str
    metric: str
    year: int
    unit: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What capabilities use and what they make of it.

    Attributes
    ----------
    text : as written in the case
    used, made : measures, each with the metrics that may stand for it
    """

    text: str
    used: tuple[tuple[str, ...], ...]
    made: tuple[tuple[str, ...], ...]

    @property
    def measures(self) -> tuple[tuple[str, ...], ...]:
        """Both, what is used first."""
        return self.used + self.made


@dataclass(frozen=True, slots=True)
class Panel:
    """Capabilities with all figures in all of the years.

    Attributes
    ----------
    places : (years, capabilities, measures) number of the figure in the activity table
    """

    years: tuple[int, ...]
    capabilities: tuple[str, ...]
    places: tuple[tuple[tuple[int, ...], ...], ...]


def read_comparisons(text: str) -> tuple[Comparison, ...]:
    """Read the comparisons of a case: used -> made, parted by semicolons.

    Raises
    ------
    BadCellError
        With what is wrong and how to mend it.

    >>> read_comparisons("staff + records -> hits or leads")[0].made
    (('hits', 'leads'),)
    """
    found = []
    for part in filter(str.strip, text.split(NEXT)):
        sides = part.split(ARROW)
        if len(sides) != 2:
            raise BadCellError(
                f"{part.strip()!r} has no side that is used and one that is made", WRITE
            )
        used, made = (
            tuple(
                tuple(metric.strip() for metric in measure.split(EITHER))
                for measure in side.split(AND)
            )
            for side in sides
        )
        if not all(metric for measure in used + made for metric in measure):
            raise BadCellError(f"{part.strip()!r} lacks the name of a metric", WRITE)
        found.append(Comparison(" ".join(part.split()), used, made))
    return tuple(found)


def usual_figures(rows: Iterable[Counted]) -> tuple[bool, ...]:
    """Say of each figure whether it is in the usual unit of its series, not of part of a year.

    Usual is the most frequent; of equals the shorter, then the first in the alphabet.
    """
    rows = tuple(rows)
    units: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        units.setdefault((row.capability, row.metric), Counter())[row.unit] += 1
    usual = {
        series: min(counts, key=lambda unit: (-counts[unit], len(unit), unit))
        for series, counts in units.items()
    }
    return tuple(usual[row.capability, row.metric] == row.unit for row in rows)


def panel_of(comparison: Comparison, rows: Sequence[Counted]) -> Panel | None:
    """Find the capabilities and years that show most change; None where there is none to compare.

    All of two or more capabilities have all figures in all of two or more years, in the usual unit
    of their series. Of all such sets the one with most changes is taken; of equals, that with more
    capabilities, then the first in the alphabet.
    """
    whole = _whole(comparison, rows)
    order = sorted({row.capability for row in rows})
    by_year: dict[int, frozenset[str]] = {}
    for year in sorted({year for _, year in whole}):
        by_year[year] = frozenset(c for c in order if (c, year) in whole)
    groups = set(by_year.values())
    while more := {one & other for one in groups for other in groups} - groups:
        groups |= more
    best: tuple[tuple[int, int, tuple[int, ...]], Panel] | None = None
    for group in groups:
        years = tuple(year for year, have in by_year.items() if group <= have)
        if len(group) < 2 or len(years) < 2:
            continue
        members = tuple(c for c in order if c in group)
        first = tuple(-order.index(c) for c in members)
        rank = (len(group) * (len(years) - 1), len(group), first)
        if best is None or rank > best[0]:
            places = tuple(tuple(whole[c, year] for c in members) for year in years)
            best = rank, Panel(years, members, places)
    return best and best[1]


def _whole(
    comparison: Comparison, rows: Sequence[Counted]
) -> Mapping[tuple[str, int], tuple[int, ...]]:
    """Places of all measures, of each capability and year that has them all."""
    place = {
        (row.capability, row.metric, row.year): number
        for number, (row, usual) in enumerate(zip(rows, usual_figures(rows), strict=True))
        if usual
    }
    whole = {}
    for capability, _, year in place:
        found = [
            next((place[key] for m in measure if (key := (capability, m, year)) in place), None)
            for measure in comparison.measures
        ]
        if None not in found:
            whole[capability, year] = tuple(number for number in found if number is not None)
    return whole
