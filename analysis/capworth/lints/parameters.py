"""Attacks on the assumptions: rates that suit, thresholds that suit, claims that restate size."""

from collections.abc import Iterator

from capworth.case.model import Case
from capworth.case.register import schedules
from capworth.case.tables import SETTINGS_FILE
from capworth.lints.lint import Lint, lint

WITHDRAWN = frozenset({"revoked", "superseded"})
RISKY = 0.06  # a year, real: above what time alone asks for; 7 % is a return to private capital
EVEN = 0.5  # more likely than not


def parameter_lints(case: Case) -> Iterator[Lint]:
    """Every attack on `case.toml`."""
    yield from schedule_not_in_force(case)
    yield from schedule_after_the_date(case)
    yield from risk_in_the_rate(case)
    yield from lenient_excellence(case)
    yield from claim_restates_size(case)
    yield from claim_without_margin(case)


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


def claim_restates_size(case: Case) -> Iterator[Lint]:
    """A claim registered on totals, which larger groups win by being larger."""
    if case.settings.claim_group and case.settings.claim_primary == "total":
        yield lint("P04", SETTINGS_FILE, (), ("claim_primary",))


def claim_without_margin(case: Case) -> Iterator[Lint]:
    """A claim that any difference would support, were it too small to change anything."""
    if case.settings.claim_group and case.settings.claim_margin <= 1:
        yield lint("P05", SETTINGS_FILE, (), ("claim_margin",))
