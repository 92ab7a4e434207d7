"""Attacks on what the programme is to add, how its budget holds, and what counts how much."""

from collections.abc import Iterator

from capworth.case.model import ALIASES, EQUAL, MEMBERS, Case
from capworth.case.tables import SETTINGS_FILE
from capworth.lints.lint import Lint, lint

ASIDE = 0.1  # share of all one-off money that payers outside the budget may pay unremarked
SPLIT = (EQUAL, MEMBERS)  # keys by which a service listed in parts counts more


def objective_lints(case: Case) -> Iterator[Lint]:
    """Every attack on objective, budget and extents."""
    yield from old_words(case)
    yield from budget_on_average(case)
    yield from money_beside_the_budget(case)
    yield from extents_by_list(case)
    yield from extents_of_nothing(case)
    yield from nothing_agreed(case)


def old_words(case: Case) -> Iterator[Lint]:
    """An objective in a word of earlier versions."""
    stated = case.settings.objective
    if stated in ALIASES:
        yield lint("O01", SETTINGS_FILE, (), (), stated=stated, means=ALIASES[stated])


def budget_on_average(case: Case) -> Iterator[Lint]:
    """A budget that must hold on average only."""
    if case.improvements and case.settings.budget and not case.settings.budget_confidence:
        yield lint("O02", SETTINGS_FILE, (), ())


def money_beside_the_budget(case: Case) -> Iterator[Lint]:
    """Builds that a payer outside the budget pays for, a tenth of all one-off money or more."""
    if not case.settings.budget:
        return
    builds = [c for c in case.costs if c.improvement and c.kind == "one-off" and not c.in_kind]
    builds = [c for c in builds if c.treatment == "forward"]
    beside = [c for c in builds if c.payer not in case.settings.budget_payers]
    whole = sum(c.amount.mode for c in builds)
    share = sum(c.amount.mode for c in beside) / whole if whole else 0.0
    if share > ASIDE:
        rows, payers = [c.amount.row for c in beside], dict.fromkeys(c.payer for c in beside)
        yield lint("O03", "costs", rows, payers, share=round(100 * share))


def extents_by_list(case: Case) -> Iterator[Lint]:
    """Extents by a key that depends on how services are listed."""
    if case.improvements and case.extent_key in SPLIT:
        yield lint("O04", SETTINGS_FILE, (), (), by=case.extent_key)


def extents_of_nothing(case: Case) -> Iterator[Lint]:
    """Capabilities whose elicited extent is 0: they count nothing."""
    none = [c for c in case.capabilities if c.extent and c.extent.high == 0]
    if none:
        yield lint(
            "O05", "capabilities", [c.extent.row for c in none if c.extent], [c.id for c in none]
        )


def nothing_agreed(case: Case) -> Iterator[Lint]:
    """Improvements counted on a distance to levels that nobody agreed."""
    if case.improvements and case.measured and not case.levels_agreed:
        yield lint("O06", "criteria", (), ())
