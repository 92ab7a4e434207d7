"""Attacks on magnitudes: amounts that stand apart, rates upside down, promises beyond a scale."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple, TypeVar

from capworth.case.model import Case, CostLine, Estimate, Pledge, UnitValue
from capworth.case.numerals import from_to, written_as
from capworth.case.tables import SETTINGS_FILE
from capworth.lints.lint import Lint, lint

FEW = 4  # amounts below which none stands apart
GAP, APART = 8.0, 40.0  # factors to the next one, and to the middle one, of what stands apart
MINORITY = 0.25  # share of the amounts of a kind that may stand apart together
WIDE = 300.0  # factor between the most plausible level and an end of its range
OFF = 0.4  # of the length of a scale
MANY = 10.0  # times over that a budget pays for everything
SPIKE = 30.0  # factor by which one figure leaves its series
STEADY = 5.0  # factor within which the figures around it agree
PER_CENT = 50.0  # points of a scale of per cent on which 1 is next to nothing
YEARS = 10  # between the day of the appraisal, the year of prices and year 0
RISE, FALL = 0.3, -0.02  # a year, of a price index: beyond it prices ran away, or fell
T = TypeVar("T")
K = TypeVar("K")
# Units of a currency for one euro, from least to most: reference rates of the European Central Bank
# of every day from 1999 to 2024, rounded outwards; the last three were fixed all the time.
RATES: Mapping[str, tuple[float, float]] = {
    "EUR": (1, 1),
    "USD": (0.8, 1.65),
    "GBP": (0.55, 1.0),
    "CHF": (0.9, 1.7),
    "JPY": (85, 180),
    "SEK": (8, 12),
    "NOK": (7, 13),
    "CAD": (1.1, 1.9),
    "AUD": (1.1, 2.2),
    "CZK": (20, 40),
    "HUF": (220, 450),
    "PLN": (3, 5),
    "DKK": (7.4, 7.5),
    "XAF": (655, 657),
    "XOF": (655, 657),
}


def magnitude_lints(case: Case) -> Iterator[Lint]:
    """Every attack on magnitudes."""
    yield from amounts_apart(case)
    yield from ranges_of_many_sizes(case)
    yield from rates_nobody_saw(case)
    yield from prices_that_run_away(case)
    yield from more_found_than_sought(case)
    yield from promises_beyond_the_scale(case)
    yield from levels_off_the_scale(case)
    yield from shares_for_per_cent(case)
    yield from budget_out_of_measure(case)
    yield from years_that_lie_apart(case)
    yield from figures_that_leave_their_series(case)


def amounts_apart(case: Case) -> Iterator[Lint]:
    """Amounts far below, or far above, all others of their kind, as if in thousands."""
    lines = [
        _Amount(line.id, line.amount.row, line.amount.mode * rate)
        for line in case.costs
        if _counts(line) and (rate := _rate(case, line))
    ]
    kinds = {line.id: (line.kind, bool(line.improvement)) for line in case.costs}
    for _, mine in _by(lines, lambda entry: kinds[entry.name]):
        yield from _told("costs", mine, lines)
    pledges = [
        _Amount(p.id, p.amount.row, p.amount.mode * rate)
        for p in case.funding
        if p.use == "programme" and (rate := _rate(case, p))
    ]
    builds = [entry for entry in lines if kinds[entry.name] == ("one-off", True)]
    yield from _told("funding", pledges, [*pledges, *builds])
    dues = [_Amount(m.id, 0, m.contribution or 0.0) for m in case.members]
    yield from _told("members", dues, dues)
    worths = [
        _Amount(_name(v.worth), v.worth.row, v.worth.mode * rate)
        for v in case.unit_values
        if v.scale == "money" and (rate := _rate(case, v))
    ]
    yield from _told("unit_values", worths, worths, 4.0)


def _counts(line: CostLine) -> bool:
    return line.treatment == "forward" and line.category != "contribution"


class _Amount(NamedTuple):
    name: str
    row: int
    value: float


def _rate(case: Case, of: CostLine | Pledge | UnitValue) -> float:
    """Rate of a currency in the year of its prices, 0 where the case knows none."""
    if of.currency == case.settings.currency:
        return 1.0
    year, kind = of.price_year, "exchange"
    rates = (p for p in case.prices if (p.kind, p.currency, p.year) == (kind, of.currency, year))
    return next((p.value for p in rates), 0.0)


def _told(
    table: str, mine: Sequence[_Amount], among: Sequence[_Amount], loose: float = 1.0
) -> Iterator[Lint]:
    """Yield one lint of the amounts that stand apart, among all where those of a kind are few.

    Parameters
    ----------
    loose : factor on what counts as apart
    """
    kind = mine if len(mine) >= FEW else among
    values = [entry.value for entry in kind if entry.value > 0]
    apart = _apart(values, loose)
    odd = [entry for entry in mine if entry.value in apart]
    if odd:
        figures = tuple(f"{entry.name}: {_full(entry.value)}" for entry in odd)
        middle = float(f"{median(values):.2g}")
        rows, names = [entry.row for entry in odd], [entry.name for entry in odd]
        yield lint("M01", table, rows, names, figures=figures, middle=middle)


def _apart(values: Sequence[float], loose: float) -> frozenset[float]:
    """Values that a gap parts from the others, all of them far from the middle."""
    if len(values) < FEW:
        return frozenset()
    ordered, middle = sorted(values), median(values)
    most = max(1, int(MINORITY * len(ordered)))
    found = set[float]()
    for k in range(1, most + 1):
        low, high = ordered[:k], ordered[-k:]
        if low[-1] * GAP * loose <= ordered[k] and low[-1] * APART * loose <= middle:
            found.update(low)
        if high[0] >= GAP * loose * ordered[-k - 1] and high[0] >= APART * loose * middle:
            found.update(high)
    return frozenset(found)


def _full(value: float) -> str:
    return written_as(float(f"{value:.3g}"))


def ranges_of_many_sizes(case: Case) -> Iterator[Lint]:
    """Ranges that hold amounts of quite other sizes: an end that was typed in other units."""
    wide = [
        e
        for e in case.estimates().values()
        if any(_of_another_size(end, e.mode) for end in (e.low, e.high))
    ]
    for table, found in _by(wide, lambda e: e.table):
        figures = tuple(f"{_name(e)}: {written_as(e.low)} - {written_as(e.high)}" for e in found)
        yield lint("M02", table, (e.row for e in found), map(_name, found), figures=figures)


def _of_another_size(end: float, mode: float) -> bool:
    """Whether an end of a range is far larger than its middle, or far smaller and not nothing."""
    larger = mode != 0 and abs(end) >= WIDE * abs(mode)
    return larger or (end * mode > 0 and abs(mode) >= WIDE * abs(end))


def rates_nobody_saw(case: Case) -> Iterator[Lint]:
    """Exchange rates outside all that was seen, or unlike those of other years."""
    own = case.settings.currency
    rates = [p for p in case.prices if p.kind == "exchange"]
    for currency, mine in _by(rates, lambda p: p.currency):
        odd = []
        for price in mine:
            seen = _seen(currency, own)
            others = [p.value for p in mine if p.year != price.year]
            unseen = seen is not None and not seen[0] <= price.value <= seen[1]
            alone = len(others) > 1 and not 1 / 2 < price.value / median(others) < 2
            if unseen or (seen is None and alone):
                odd.append(price)
        if odd:
            rates_told = tuple(f"{currency} {p.year}: {written_as(p.value)}" for p in odd)
            other_way = tuple(f"{1 / p.value:.4g}" for p in odd)
            yield lint(
                "M03", "prices", (), (currency,), rates=rates_told, turned=other_way, own=own
            )


def _seen(one: str, other: str) -> tuple[float, float] | None:
    """Least and most of `other` that one unit of `one` was worth."""
    if one not in RATES or other not in RATES:
        return None
    (low, high), (least, most) = RATES[one], RATES[other]
    return least / high, most / low


def prices_that_run_away(case: Case) -> Iterator[Lint]:
    """Price indices that fall, or rise as if a point had been moved."""
    indices = sorted((p for p in case.prices if p.kind == "deflator"), key=lambda p: p.year)
    for currency, mine in _by(indices, lambda p: p.currency):
        for before, after in pairwise(mine):
            growth = (after.value / before.value) ** (1 / max(after.year - before.year, 1)) - 1
            if not FALL <= growth <= RISE:
                years = f"{before.year}-{after.year}"
                said = round(100 * growth, 1)
                yield lint("M04", "prices", (), (currency, years), years=years, growth=said)


def more_found_than_sought(case: Case) -> Iterator[Lint]:
    """More hits than searches, in a chain or in one year of activity."""
    counted = {
        (a.capability, a.metric, a.year): a.value
        for a in case.activity
        if a.metric in ("hits", "searches") and _of_a_year(a.unit)
    }
    sought = {
        capability: counted[capability, metric, year]
        for capability, metric, year in sorted(counted, key=lambda k: k[2])
        if metric == "searches"
    }
    sought |= {s.capability: s.level.mode for s in case.chain if s.step == "searches"}
    found = [s for s in case.chain if s.step == "hits"]
    found = [s for s in found if s.level.mode > sought.get(s.capability, s.level.mode)]
    if found:
        told = tuple(f"{s.level.mode:,.0f} > {sought[s.capability]:,.0f}" for s in found)
        rows, names = [s.level.row for s in found], [s.capability for s in found]
        yield lint("M05", "chain", rows, names, figures=told)
    more = {
        f"{capability} {year}": f"{hits:,.0f} > {counted[capability, 'searches', year]:,.0f}"
        for (capability, metric, year), hits in counted.items()
        if metric == "hits" and hits > counted.get((capability, "searches", year), hits)
    }
    if more:
        yield lint("M05", "activity", (), more, figures=tuple(more.values()))


def _of_a_year(unit: str) -> bool:
    return unit.endswith(("/year", " a year", " per year"))


def promises_beyond_the_scale(case: Case) -> Iterator[Lint]:
    """Effects that lead beyond the best level there is: 104 % of all, less than no time."""
    scales = {c.id: (c.worst or 0.0, c.best or 0.0) for c in case.measured}
    today = {(s.capability, s.criterion): s.level.mode for s in case.scores}
    found = []
    for effect in case.effects:
        place = (effect.capability, effect.criterion)
        if effect.criterion in scales and place in today:
            low, high = sorted(scales[effect.criterion])
            reached = today[place] + effect.change.mode
            if not low <= reached <= high:
                found.append((effect.change, f"{reached:.4g} ({from_to(low, high)})"))
    if found:
        names = [_name(e) for e, _ in found]
        told = tuple(text for _, text in found)
        yield lint("M06", "effects", (e.row for e, _ in found), names, figures=told)


def levels_off_the_scale(case: Case) -> Iterator[Lint]:
    """Levels that the scale does not hold, or that cannot be, as less than nothing."""
    scales = {c.id: c for c in case.measured}
    found = []
    for score in case.scores:
        criterion = scales.get(score.criterion)
        if criterion is None or score.level.made_from:
            continue
        low, high = sorted((criterion.worst or 0.0, criterion.best or 0.0))
        reach = OFF * (high - low)
        level = score.level
        off = not low <= level.mode <= high or level.low < low - reach or level.high > high + reach
        beyond = criterion.unit.startswith("%") and level.high > 100 >= high
        never = beyond or low >= 0 > level.low
        if off or never:
            text = f"{level.low:.4g} - {level.high:.4g} ({from_to(low, high)})"
            found.append((level, text))
    if found:
        names = [_name(e) for e, _ in found]
        told = tuple(text for _, text in found)
        yield lint("M07", "scores", (e.row for e, _ in found), names, figures=told)


def shares_for_per_cent(case: Case) -> Iterator[Lint]:
    """Levels and effects typed as parts of one on a scale of per cent: 0.8 for 80 %."""
    wide = {
        c.id
        for c in case.measured
        if c.unit.startswith("%") and abs((c.best or 0.0) - (c.worst or 0.0)) >= PER_CENT
    }
    levels = [s.level for s in case.scores if s.criterion in wide and not s.level.made_from]
    changes = [e.change for e in case.effects if e.criterion in wide]
    for table, found in (("scores", levels), ("effects", changes)):
        small = [e for e in found if e.mode and max(abs(e.low), abs(e.high)) <= 1]
        if small:
            told = tuple(f"{_name(e)}: {written_as(e.mode)} %" for e in small)
            yield lint("M11", table, (e.row for e in small), map(_name, small), figures=told)


def budget_out_of_measure(case: Case) -> Iterator[Lint]:
    """A budget, or a target, that buys nothing, or everything many times over."""
    payers, costs, most = case.settings.budget_payers, dict[str, float](), 0.0
    for line in case.costs:
        build = line.improvement and line.kind == "one-off" and line.treatment == "forward"
        amount = line.amount.mode * _rate(case, line) if build else 0.0
        most += amount
        if line.payer in payers and not line.in_kind:
            costs[line.improvement] = costs.get(line.improvement, 0.0) + amount
    paid = [cost for cost in costs.values() if cost > 0]
    if not paid or len(paid) < len(case.improvements):
        return
    least = min(paid)
    for key in ("budget", "target"):
        amount = getattr(case.settings, key)
        if amount and not least <= amount <= MANY * most:
            told = {"amount": _full(amount), "least": _full(least), "most": _full(most)}
            yield lint("M08", SETTINGS_FILE, (), (key,), severity="", **told)


def years_that_lie_apart(case: Case) -> Iterator[Lint]:
    """Years that do not belong together: starts long before year 0, effects after the last year."""
    s = case.settings
    last = s.first_year + s.years - 1
    found = {
        improvement.id: f"{improvement.start_year}-{improvement.effect_year}"
        for improvement in case.improvements
        if improvement.start_year < s.first_year - YEARS or improvement.effect_year > last
    }
    if found:
        span = f"{s.first_year}-{last}"
        told = tuple(f"{name} {years}" for name, years in found.items())
        yield lint("M09", "improvements", (), found, years=told, span=span)
    old = [p for p in case.funding if p.use == "programme" and p.year < s.first_year - YEARS]
    if old:
        told = tuple(f"{p.id} {p.year}" for p in old)
        names, rows = [p.id for p in old], [p.amount.row for p in old]
        yield lint("M09", "funding", rows, names, years=told, span=f"{s.first_year}-{last}")
    apart = {
        key: str(year)
        for key, year in (("appraisal_date", s.appraisal_date.year), ("price_year", s.price_year))
        if abs(year - s.first_year) > YEARS
    }
    if apart:
        told = tuple(f"{key} {year}" for key, year in apart.items())
        yield lint("M09", SETTINGS_FILE, (), apart, years=told, span=f"{s.first_year}-{last}")


def figures_that_leave_their_series(case: Case) -> Iterator[Lint]:
    """One figure of a series that is far from those before and after it, which agree."""
    series = sorted(case.activity, key=lambda a: (a.capability, a.metric, a.unit, a.year))
    odd = []
    for _, mine in _by(series, lambda a: (a.capability, a.metric, a.unit)):
        for before, this, after in zip(mine, mine[1:], mine[2:], strict=False):
            values = (before.value, this.value, after.value)
            if min(values) <= 0 or not 1 / STEADY <= before.value / after.value <= STEADY:
                continue
            if all(not 1 / SPIKE < this.value / v < SPIKE for v in (before.value, after.value)):
                odd.append(this)
    if odd:
        names = [f"{a.capability}/{a.metric}/{a.year}" for a in odd]
        figures = tuple(f"{a.value:,.6g}" for a in odd)
        yield lint("M10", "activity", (), names, figures=figures)


def _by(things: Iterable[T], key: Callable[[T], K]) -> Iterator[tuple[K, list[T]]]:
    found: dict[K, list[T]] = {}
    for thing in things:
        found.setdefault(key(thing), []).append(thing)
    yield from found.items()


def _name(estimate: Estimate) -> str:
    return estimate.name.partition("/")[2]
