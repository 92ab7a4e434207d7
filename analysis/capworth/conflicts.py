"""Why no programme is possible: the smallest set of rules that cannot hold together, in words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from capworth.bestsets import Choice
from capworth.case.plans import Limit
from capworth.case.tables import SETTINGS_FILE
from capworth.errors import CaseError, Finding
from capworth.methods.portfolio.integer import Owner, relation_rows, row, smallest_conflict, solve

MILLION = 1e6
BUDGET: Owner = ("budget", 0)
LIMIT = "limit"  # kind of an owner; the place is that in the table of limits


class _Standing(Protocol):
    @property
    def row(self) -> int: ...


class ConflictError(CaseError):
    """Rules of a case that no programme can keep together; letting go of any one is enough."""

    def __str__(self) -> str:
        count = len(self.findings)
        head = (
            f"no programme can keep these {count} rules together; letting go of one is enough:"
            if count > 1
            else "no programme can keep this rule:"
        )
        return "\n  ".join([head, *map(str, self.findings)])


def refuse_conflict(choice: Choice, budget: float) -> None:
    """Raise a ConflictError when no set keeps relations, must-haves, minimums, limits and budget.

    Raises
    ------
    ConflictError
        With the smallest set of rules in conflict, each with file, row and what it says.
    """
    rows = [*relation_rows(choice.relations), row(BUDGET, choice.grid_asked, high=budget + 1e-6)]
    for limit, use in zip(choice.limits, choice.uses, strict=True):
        owner = LIMIT, choice.case.limits.index(limit)
        rows.append(row(owner, use, high=limit.amount * (1 + 1e-9)))
    owners = smallest_conflict(rows, choice.relations.n)
    if owners:
        raise ConflictError(findings_of(choice, owners, budget))


def findings_of(choice: Choice, owners: Iterable[Owner], budget: float) -> list[Finding]:
    """Say where each rule of a conflict stands, what it says and how to let go of it."""
    case = choice.case
    tables: Mapping[str, Sequence[_Standing]] = {
        "relations": case.relations,
        "improvements": case.improvements,
        "minimums": case.minimums,
    }
    found = []
    for owner in owners:
        if owner == BUDGET:
            found.append(_budget(choice, budget))
        elif owner[0] == LIMIT:
            limit = case.limits[owner[1]]
            fix = "Raise it, or let go of another."
            found.append(Finding("limits.csv", limit.row, "amount", _limit(limit), fix))
        else:
            place = choice.ties.places[owner]
            number = tables[place.table][place.rows[0]].row
            fix = "Let go of it, or of another."
            found.append(Finding(f"{place.table}.csv", number, place.column, place.words, fix))
    return found


def _budget(choice: Choice, budget: float) -> Finding:
    """The budget, beside the cheapest programme that keeps the relations whatever other limits."""
    found = solve(-choice.grid_asked, relation_rows(choice.relations))
    assert found is not None  # relations that conflict are found at the door
    least = float(choice.grid_asked @ found)
    words = (
        f"the budget is {budget / MILLION:,.4g} million; the cheapest programme that keeps all "
        f"relations asks for {least / MILLION:,.4g} million"
    )
    fix = f"Raise it to {least:.0f}, or let go of another."
    if least <= budget:
        fix = "Raise it, or let go of another."
    return Finding(SETTINGS_FILE, 0, "budget", words, fix)


def _limit(limit: Limit) -> str:
    years = "" if limit.from_year is None else f" from {limit.from_year} to {limit.to_year}"
    amount = {
        "money": f"{limit.amount / MILLION:,.4g} million",
        "money_a_year": f"{limit.amount / MILLION:,.4g} million a year",
        "staff": f"{limit.amount:g} posts at a time",
    }
    return f"{limit.name}: no more than {amount[limit.kind]}{years}"
