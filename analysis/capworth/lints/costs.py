"""Attacks on the costs: what is counted that should not be, what is missing, and optimism."""

from collections.abc import Iterator
from itertools import groupby, pairwise

from capworth.case.model import Case, CostLine, Estimate, Published
from capworth.case.register import bias_classes
from capworth.lints.lint import Lint, asserts, lint, speaks_of

OLD = 10  # years after which a unit value has seen more than prices change
TECHNOLOGY = "equipment_development"  # the class nearest to technology of data exchange


def cost_lints(case: Case) -> Iterator[Lint]:
    """Every attack on cost lines and on the prices they are told in."""
    yield from sunk_counted(case)
    yield from future_called_sunk(case)
    yield from members_cost_zero(case)
    yield from improvement_without_members(case)
    yield from dues_counted(case)
    yield from nominal_as_real(case)
    yield from old_prices(case)
    yield from bias_on_wide_range(case)
    yield from bias_and_contingency(case)
    yield from technology_without_bias(case)
    yield from managed_for_free(case)
    yield from range_not_drawn(case)
    yield from narrower_than_vintages(case)


def _forward(case: Case) -> Iterator[CostLine]:
    """Lines that are counted."""
    for line in case.costs:
        if line.is_cost and line.amount.high > 0:
            yield line


def _lines(code: str, found: list[CostLine]) -> Iterator[Lint]:
    if found:
        yield lint(code, "costs", (c.amount.row for c in found), (c.id for c in found))


def sunk_counted(case: Case) -> Iterator[Lint]:
    """Money that is spent already, counted as if it could still be saved."""
    yield from _lines("C01", [c for c in _forward(case) if asserts(c.amount.basis, "sunk")])


def future_called_sunk(case: Case) -> Iterator[Lint]:
    """Money that is still to be spent, left out as if it were gone."""
    first = case.settings.first_year
    found = [
        c
        for c in case.costs
        if c.treatment == "sunk"
        and c.amount.high > 0
        and (
            (c.to_year or c.from_year or 0) >= first
            or (c.kind == "recurrent" and c.to_year is None)
        )
    ]
    yield from _lines("C02", found)


def members_cost_zero(case: Case) -> Iterator[Lint]:
    """Members who, in writing, spend nothing on most of what is appraised."""
    mine = [c for c in case.costs if c.payer == "members" and c.capability]
    spent = {c.capability for c in mine if c.treatment == "forward" and c.amount.high > 0}
    zero = [c for c in mine if c.capability not in spent]
    free = dict.fromkeys(c.capability for c in zero)
    if 2 * len(free) > len(case.capabilities):
        rows = (c.amount.row for c in zero)
        yield lint("C03", "costs", rows, free, free=len(free), of=len(case.capabilities))


def improvement_without_members(case: Case) -> Iterator[Lint]:
    """An improvement of which nobody says what it costs the members to take part."""
    stated = {c.improvement for c in case.costs if c.payer == "members"}
    silent = [i for i in case.improvement_ids if i not in stated]
    if silent and case.has_members:
        rows = (c.amount.row for c in case.costs if c.improvement in silent)
        yield lint("C04", "costs", rows, silent)


def dues_counted(case: Case) -> Iterator[Lint]:
    """Contributions of members counted as a cost beside what the organisation buys with them."""
    found = [
        c
        for c in _forward(case)
        if c.payer == "members" and (speaks_of(c.id, "dues_id") or asserts(c.amount.basis, "dues"))
    ]
    yield from _lines("C05", found)


def nominal_as_real(case: Case) -> Iterator[Lint]:
    """Money of the year in which it is paid, entered as money of a price year."""
    tables: dict[str, list[tuple[str, Estimate]]] = {
        "costs": [(c.id, c.amount) for c in _forward(case)],
        "totals": [(t.id, t.amount) for t in case.totals],
        "unit_values": [(v.outcome, v.worth) for v in case.unit_values if v.scale == "money"],
        "funding": [(p.id, p.amount) for p in case.funding],
    }
    for table, amounts in tables.items():
        found = [(name, e) for name, e in amounts if asserts(e.basis, "nominal")]
        if found:
            yield lint("C06", table, (e.row for _, e in found), (name for name, _ in found))


def old_prices(case: Case) -> Iterator[Lint]:
    """Values so old that a price index cannot bring them up to date."""
    base = case.settings.price_year
    found = [v for v in case.unit_values if v.price_year and base - v.price_year > OLD]
    if found:
        yield lint(
            "C07",
            "unit_values",
            (v.worth.row for v in found),
            (v.outcome for v in found),
            oldest=str(min(v.price_year or base for v in found)),
            base=str(base),
            years=OLD,
        )


def _overrun(line: CostLine) -> float:
    """How far the range of a line goes above its mode, as a share of it."""
    mode = line.amount.mode
    return line.amount.high / mode - 1 if mode > 0 else float("inf")


def bias_on_wide_range(case: Case) -> Iterator[Lint]:
    """Optimism added to a range that already holds the worst overrun of its class."""
    found = [
        c
        for c in _forward(case)
        if c.bias != "none"
        and c.range_holds == "measure"
        and _overrun(c) >= bias_classes()[c.bias].capital[1]
    ]
    for bias in dict.fromkeys(c.bias for c in found):
        mine = [c for c in found if c.bias == bias]
        upper = round(100 * bias_classes()[bias].capital[1])
        rows, names = (c.amount.row for c in mine), (c.id for c in mine)
        yield lint("C08", "costs", rows, names, bias=bias, upper=upper)


def bias_and_contingency(case: Case) -> Iterator[Lint]:
    """Optimism added to an estimate that already has room for risk."""
    found = [
        c for c in _forward(case) if c.bias != "none" and asserts(c.amount.basis, "contingency")
    ]
    yield from _lines("C09", found)


def technology_without_bias(case: Case) -> Iterator[Lint]:
    """Technology to be built, at its estimate, with neither optimism bias nor a range as wide."""
    upper = bias_classes()[TECHNOLOGY].capital[1]
    found = [
        c
        for c in _forward(case)
        if (c.kind, c.category, c.bias) == ("one-off", "technology", "none")
        and (c.range_holds == "split" or _overrun(c) < upper - 1e-9)
        and not asserts(c.amount.basis, "contingency")
    ]
    if found:
        rows, names = (c.amount.row for c in found), (c.id for c in found)
        yield lint("C10", "costs", rows, names, upper=round(100 * upper))


def managed_for_free(case: Case) -> Iterator[Lint]:
    """Optimism that is said to be managed, with no line for the cost of managing it."""

    def owner(line: CostLine) -> tuple[str, str, str]:
        return line.capability, line.platform, line.improvement

    managed = {
        owner(c)
        for c in case.costs
        if c.bias == "none" and (c.manages or asserts(f"{c.id}; {c.amount.basis}", "managing"))
    }
    found = [
        c
        for c in _forward(case)
        if c.bias != "none" and c.mitigation > 0 and owner(c) not in managed
    ]
    yield from _lines("C11", found)


def range_not_drawn(case: Case) -> Iterator[Lint]:
    """A range beside an optimism bias that does not say what it holds: it is not drawn."""
    found = [c for c in _forward(case) if not c.range_holds and not c.amount.is_certain]
    yield from _lines("C12", found)


VINTAGES = frozenset({"whole-life", "one-off"})  # published estimates of what is paid once


def narrower_than_vintages(case: Case) -> Iterator[Lint]:
    """A build whose range is narrower than published estimates of such things have moved.

    The largest move from one estimate to the next of the same thing in the same prices: up against
    the upper side of the range, down against the lower. Of the improvement itself where it has
    moved that way, else of any in the case.
    """
    moves = [*_moves(case)]
    found, up, down = [], 0.0, 0.0
    for line in _forward(case):
        if line.kind != "one-off" or not line.improvement or line.bias != "none":
            continue
        rise, fall = (
            max(
                (abs(m) for owner, m in moves if m * sign > 0 and owner == line.improvement),
                default=max((abs(m) for _, m in moves if m * sign > 0), default=0.0),
            )
            for sign in (1, -1)
        )
        amount = line.amount
        if amount.high < (1 + rise) * amount.mode or amount.low > (1 - fall) * amount.mode:
            found.append(line)
            up, down = max(up, rise), max(down, fall)
    if found:
        rows = (line.amount.row for line in found)
        names = (line.id for line in found)
        yield lint("C13", "costs", rows, names, up=round(100 * up), down=round(100 * down))


def _moves(case: Case) -> Iterator[tuple[str, float]]:
    """Improvement, and by what share its estimate moved from one vintage to the next."""
    owners = {line.id: line.improvement for line in case.costs}
    rows = [p for p in case.published if p.kind in VINTAGES and p.value > 0]

    def same(p: Published) -> tuple[str, str, str, str, int]:
        return p.improvement, p.line, p.metric, p.currency, p.price_year or 0

    for (improvement, line, *_), series in groupby(sorted(rows, key=same), key=same):
        by_year = sorted(series, key=lambda p: p.year)
        for before, after in pairwise(by_year):
            yield improvement or owners.get(line, ""), after.value / before.value - 1
