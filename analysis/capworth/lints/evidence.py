"""Attacks on the evidence: digits, ranges and dates that it does not carry.

Attacks on the assumptions: rates that suit, thresholds that suit, claims that restate costs.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from capworth.case.claim import PER_EURO
from capworth.case.claim_lock import FILE as LOCK_FILE
from capworth.case.claim_lock import changed_since
from capworth.case.model import Case, Estimate
from capworth.case.register import schedules
from capworth.case.tables import CLAIM_FILE, SETTINGS_FILE
from capworth.lints.lint import Lint, lint

DIGITS = 2  # that grade D or E can carry; a third is allowed where it is a half step (1.25)
NARROW: Mapping[str, float] = {"C": 0.0, "D": 0.2, "E": 0.5}  # least width over level, ours
SCALE_NARROW: Mapping[str, float] = {"C": 0.0, "D": 0.05, "E": 0.1}  # the same over a scale
JUDGED = frozenset("DE")
MANY = 20  # judged figures of one table, from which errors in common no longer cancel out


def evidence_lints(case: Case) -> Iterator[Lint]:
    """Every attack on grades, ranges and sources."""
    yield from spurious_precision(case)
    yield from range_too_narrow(case)
    yield from evidence_after_the_date(case)
    yield from peak_taken_for_level(case)
    yield from model_without_mandate(case)
    yield from synthetic_feedback(case)
    yield from feedback_of_few(case)
    yield from judged_as_independent(case)
    yield from ranges_by_default(case)


def _typed(case: Case) -> Iterator[Estimate]:
    """Figures that somebody typed; levels that members answered are computed and have no row."""
    return (e for e in case.estimates().values() if e.row)


def _by_table(estimates: Iterator[Estimate]) -> Mapping[str, list[Estimate]]:
    tables: dict[str, list[Estimate]] = {}
    for estimate in estimates:
        tables.setdefault(estimate.table, []).append(estimate)
    return tables


def _name(estimate: Estimate) -> str:
    return estimate.name.partition("/")[2]


def _digits(number: float) -> int:
    """Significant digits as typed; a last 5 behind two others is a half step and not a digit.

    >>> _digits(42206000), _digits(1250000), _digits(0.33), _digits(1.237)
    (5, 2, 2, 4)
    """
    typed = Decimal(repr(float(number))).normalize().as_tuple().digits
    return len(typed) - (len(typed) == DIGITS + 1 and typed[-1] == 5)


def _written_digits(number: float, unit: str) -> int:
    """Digits that matter: of the distance to the nearer end of a share, to 1 of a factor."""
    nearer = {"share": 1.0, "factor": 1.0}.get(unit, 100.0 if unit.startswith("%") else 0.0)
    if not nearer:
        return _digits(number)
    rest = float(Decimal(repr(float(number))) - Decimal(repr(nearer)))
    return min(_digits(number), _digits(rest)) if rest else 0


def spurious_precision(case: Case) -> Iterator[Lint]:
    """Judged figures written as if they had been counted."""

    def worst(estimate: Estimate) -> float:
        ends = (estimate.mode, estimate.low, estimate.high)
        return max(ends, key=lambda end: _written_digits(end, estimate.unit))

    judged = (e for e in _typed(case) if e.grade in JUDGED and not e.made_from)
    exact = (e for e in judged if _written_digits(worst(e), e.unit) > DIGITS)
    for table, found in _by_table(exact).items():
        figures = tuple(f"{_name(e)} ({worst(e):.12g})" for e in found)
        yield lint("E01", table, (e.row for e in found), map(_name, found), figures=figures)


def range_too_narrow(case: Case) -> Iterator[Lint]:
    """Ranges narrower than the grade lets anybody know."""
    scale = {c.id: abs((c.best or 0.0) - (c.worst or 0.0)) for c in case.measured}
    steps: dict[str, Callable[[Estimate], float]] = {
        "functions": _nearer_end,
        "criteria": lambda _: 100.0,
        "scores": lambda e: scale[e.name.rpartition("/")[2]],
    }
    narrow = []
    for estimate in _typed(case):
        table = estimate.name.partition("/")[0]
        least = (SCALE_NARROW if table in {"scores", "criteria"} else NARROW).get(estimate.grade)
        level = steps.get(table, _level)(estimate)
        width = estimate.high - estimate.low
        unimportant = estimate.low == estimate.high == 0 or level == 0
        if least is not None and not unimportant and (width == 0 or width < least * level):
            narrow.append(estimate)
    for table, found in _by_table(iter(narrow)).items():
        yield lint("E02", table, (e.row for e in found), (_name(e) for e in found))


def _nearer_end(estimate: Estimate) -> float:
    return min(estimate.mode, 1 - estimate.mode)


def _level(estimate: Estimate) -> float:
    """What the width of a range is measured by."""
    if estimate.name.startswith("effects/"):
        return abs(estimate.mode - (1.0 if estimate.unit == "factor" else 0.0))
    return _nearer_end(estimate) if estimate.unit == "share" else abs(estimate.mode)


def evidence_after_the_date(case: Case) -> Iterator[Lint]:
    """Figures that nobody could have read on the day of the appraisal; harm scales apart."""
    last = case.settings.appraisal_date.year
    years = {s.id: re.search(r"\d{4}", s.year) for s in case.sources}
    late = {source for source, year in years.items() if year and int(year.group()) > last}
    harm = {v.worth.name for v in case.unit_values if v.scale == "harm"}
    for table, all_found in _by_table(e for e in _typed(case) if e.source in late).items():
        for code, is_harm in (("E03", False), ("E04", True)):
            found = [e for e in all_found if (e.name in harm) == is_harm]
            if found:
                rows = (e.row for e in found)
                yield lint(code, table, rows, (e.source for e in found), date=str(last))


def peak_taken_for_level(case: Case) -> Iterator[Lint]:
    """A yearly volume set at the peak of a series that has fallen since."""
    volumes = [s for s in case.chain if s.step in {"hits", "searches"}]
    found = []
    for step in volumes:
        mine = [a for a in case.activity if a.capability == step.capability]
        for peak in (a for a in mine if a.value == step.level.mode):
            series = [a for a in mine if (a.metric, a.unit) == (peak.metric, peak.unit)]
            after = [a.value for a in series if a.year > peak.year]
            if after and max(a.value for a in series) == peak.value > max(after):
                found.append(step)
                break
    if found:
        rows = (s.level.row for s in found)
        yield lint("E05", "chain", rows, (f"{s.capability}/{s.step}" for s in found))


def model_without_mandate(case: Case) -> Iterator[Lint]:
    """A service named as a model, and not a word on who named it."""
    found = [c.id for c in case.capabilities if c.designated and not c.basis]
    if found:
        yield lint("E06", "capabilities", (), found)


def synthetic_feedback(case: Case) -> Iterator[Lint]:
    """Answers that no member gave."""
    made = [r for r in case.feedback if r.is_synthetic]
    if made:
        names = (r.capability for r in made)
        yield lint("E07", "feedback", (), names, made=len(made), of=len(case.feedback))


def feedback_of_few(case: Case) -> Iterator[Lint]:
    """Capabilities that fewer than half of the members answered about in the last survey."""
    last = max((r.year for r in case.feedback), default=0)
    answered: dict[str, set[str]] = {}
    for rating in case.feedback:
        if rating.year == last:
            answered.setdefault(rating.capability, set()).add(rating.member)
    few = [c for c, members in answered.items() if 2 * len(members) < len(case.members)]
    if few:
        yield lint("E08", "feedback", (), few, year=str(last))


def judged_as_independent(case: Case) -> Iterator[Lint]:
    """Many judged figures of one table, drawn as if each of them erred alone."""
    judged = (e for e in _typed(case) if e.grade in JUDGED and not e.is_certain)
    for table, found in _by_table(judged).items():
        if len(found) >= MANY and not any(e.group for e in found):
            yield lint("E09", table, (), map(_name, found), count=str(len(found)))


def ranges_by_default(case: Case) -> Iterator[Lint]:
    """Ranges that nobody gave, so that the grade gave them."""
    taken = (e for e in _typed(case) if e.is_by_grade)
    for table, found in _by_table(taken).items():
        yield lint("E10", table, (e.row for e in found), map(_name, found), count=len(found))


WITHDRAWN = frozenset({"revoked", "superseded"})
RISKY = 0.06  # a year, real: above what time alone asks for; 7 % is a return to private capital
EVEN = 0.5  # more likely than not


def parameter_lints(case: Case) -> Iterator[Lint]:
    """Every attack on `case.toml`."""
    yield from schedule_not_in_force(case)
    yield from schedule_after_the_date(case)
    yield from risk_in_the_rate(case)
    yield from lenient_excellence(case)
    yield from claim_restates_costs(case)
    yield from claim_not_registered(case)


def schedule_not_in_force(case: Case) -> Iterator[Lint]:
    """A headline discounted by a schedule that is not in force."""
    schedule = schedules()[case.settings.discounting]
    if schedule.status != "in force":
        yield lint(
            "P01",
            SETTINGS_FILE,
            (),
            ("discounting",),
            severity="serious" if schedule.status in WITHDRAWN else "",
            schedule=schedule.id,
            status=schedule.status,
        )


def schedule_after_the_date(case: Case) -> Iterator[Lint]:
    """A schedule that was published after the day of the appraisal."""
    schedule = schedules()[case.settings.discounting]
    if schedule.published and int(schedule.published) > case.settings.appraisal_date.year:
        yield lint(
            "P02",
            SETTINGS_FILE,
            (),
            ("discounting",),
            schedule=schedule.id,
            published=schedule.published,
            date=str(case.settings.appraisal_date.year),
        )


def risk_in_the_rate(case: Case) -> Iterator[Lint]:
    """A rate so high that it has a premium for risk, beside optimism that is added to costs."""
    rate = schedules()[case.settings.discounting].bands[0][1]
    lines = [
        line
        for line in case.costs
        if line.treatment == "forward" and line.bias != "none" and line.amount.high > 0
    ]
    if rate >= RISKY and lines:
        names = [line.id for line in lines]
        percent = round(100 * rate, 2)
        yield lint("P06", SETTINGS_FILE, (), ("discounting",), rate=percent, lines=tuple(names))


def lenient_excellence(case: Case) -> Iterator[Lint]:
    """Thresholds at which a service is excellent though it more likely is not."""
    low = [k for k in ("excellent_efficient", "excellent_top") if getattr(case.settings, k) < EVEN]
    if low:
        yield lint("P03", SETTINGS_FILE, (), low, least=EVEN)


def claim_restates_costs(case: Case) -> Iterator[Lint]:
    """Scores per euro with one extent for every service: the ratio is that of costs."""
    claim = case.claim
    if claim and (claim.estimand, claim.value, claim.extent_key) == (PER_EURO, "score", "equal"):
        yield lint("P04", CLAIM_FILE, (), ("extent_key",))


def claim_not_registered(case: Case) -> Iterator[Lint]:
    """A claim without a lock, or one that is not as it was locked."""
    if case.claim and not case.scenario:
        changed = changed_since(case)
        if case.claim.lock is None or changed:
            yield lint("P05", LOCK_FILE, (), changed or ("claim.lock.toml",))
