"""Attacks on the assumptions: rates that suit, thresholds that suit, claims that restate size."""

from collections.abc import Iterator

from capworth.case.model import Case
from capworth.case.register import schedules
from capworth.case.tables import SETTINGS_FILE
from capworth.lints.lint import Lint, lint

WITHDRAWN = frozenset({"revoked", "superseded"})
EVEN = 0.5  # more likely than not


def parameter_lints(case: Case) -> Iterator[Lint]:
    """Every attack on `case.toml`."""
    yield from schedule_not_in_force(case)
    yield from schedule_after_the_date(case)
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
