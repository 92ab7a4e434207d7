"""What a programme may be made of, and what it adds: relations, limits, and best sets by draw.

Why no programme is possible: the smallest set of rules that cannot hold together, in words.

The sets a programme can be chosen from, with a column for each pair that is worth more together.

A synergy or overlap is a project of its own that asks for nothing: it is taken where both are.

When each improvement asks for its money and its posts: by payer and year, as the case states.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from capworth.case.model import Case, Limit
from capworth.case.relations import Ties, members_of, tie
from capworth.case.tables import SETTINGS_FILE
from capworth.errors import CaseError, Finding, InputError
from capworth.methods.arguments import Bools, Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.frontier import (
    Frontier,
    best_over_draws,
    budget_frontier,
    keeps_limits,
    limited_frontier,
)
from capworth.methods.portfolio.integer import Owner, relation_rows, row, smallest_conflict, solve
from capworth.methods.portfolio.relations import Relations, list_sets, synergy_totals, with_slack
from capworth.model.costs import PAYERS
from capworth.model.set_value import SetValue, bonuses_of
from capworth.model.simulation import ENVELOPED, Sample

LISTED = 60_000  # allowed sets that are all tried in every draw
SOLVED = 250  # draws, the first ones, where there are more allowed sets than that


def ties_of(case: Case) -> Ties:
    """Write what ties the improvements of a case by number, with the row behind each tie."""
    shares: dict[str, dict[str, float]] = {}
    for part in case.functions:
        shares.setdefault(part.capability, {})[part.function] = part.share.mode
    touched: dict[str, list[str]] = {}
    for effect in case.effects:
        touched.setdefault(effect.improvement, []).append(effect.capability)
    minimums = [
        (
            m.name,
            m.at_least,
            m.improvements or members_of(m.function, case.improvement_ids, shares, touched),
        )
        for m in case.minimums
    ]
    return tie(case.improvements, case.relations, minimums)


def relations_of(case: Case) -> Relations:
    """Write the relations of a case by number, the bonus of synergies left at 0; see `Choice`."""
    return ties_of(case).relations


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Everything the choice of a programme depends on.

    Attributes
    ----------
    case : whose improvements they are
    ties : relations by number with the rows behind them
    relations : the same with the expected bonus of every synergy, in the unit of the objective
    asked : (improvements,) expected one-off money
    gain : (improvements,) expected gain on the objective
    worth : what sets add over the draws
    limits : those that hold whatever the years; `uses` (limits, improvements) against `caps`
    uses, caps : see `limits`
    """

    case: Case
    ties: Ties
    relations: Relations
    asked: Floats
    gain: Floats
    worth: SetValue
    limits: tuple[Limit, ...]
    uses: Floats
    caps: Floats

    @classmethod
    def of(cls, sample: Sample) -> "Choice":
        """Gather it from the draws that are kept."""
        case, drawn = sample.case, sample.drawn
        ties = ties_of(case)
        gains = objective_gains(sample)
        worth = SetValue.of(sample)
        added = worth.bonuses(gains).mean(axis=0)
        limits = tuple(limit for limit in case.limits if limit.is_yearless)
        uses = np.zeros((len(limits), len(case.improvements)))
        if limits:
            spending = spend_by_year(sample)
            uses = np.stack([spending.of_payer(limit.payer).sum(axis=1) for limit in limits])
        return cls(
            case=case,
            ties=ties,
            relations=with_bonus(ties.relations, added),
            asked=drawn.asked.mean(axis=0),
            gain=gains.mean(axis=0),
            worth=worth,
            limits=limits,
            uses=uses,
            caps=np.array([limit.amount for limit in limits]),
        )

    @property
    def grid_asked(self) -> Floats:
        """(improvements,) expected one-off money, rounded up to the grid of the case."""
        grid = self.case.settings.grid
        return np.ceil(self.asked / grid - 1e-9) * grid

    def frontier(self, relations: Relations | None = None, asked: Floats | None = None) -> Frontier:
        """Return the best set of every budget; under other relations or other money where given."""
        tied = self.relations if relations is None else relations
        money = self.asked if asked is None else asked
        grid = self.case.settings.grid
        if self.limits:
            return limited_frontier(money, self.gain, tied, self.uses, self.caps, grid)
        return budget_frontier(money, self.gain, tied, grid)

    def sets(self) -> Bools | None:
        """Return every set that relations and limits allow; None where they are too many."""
        sets = list_sets(self.relations, LISTED)
        return sets if sets is None else sets[keeps_limits(sets, self.uses, self.caps)]

    def totals(self, sets: Bools, gains: Floats | None = None) -> Floats:
        """Return the expected value of sets (sets, improvements) on the objective, (sets,).

        With `gains`, (draws kept, improvements), on what these are on.
        """
        if gains is not None:
            return self.worth.expected(sets, gains)
        return set_totals(sets, self.gain, self.relations)

    def best_sets(self, asked: Floats, gains: Floats, budget: float) -> tuple[Bools, Bools]:
        """Best affordable set of every draw, and whether there is one.

        Where there are more allowed sets than can be tried, each of the first 250 draws is solved
        by itself on the grid of the case.

        Parameters
        ----------
        asked, gains : (draws, improvements) in the first draws that are kept

        Returns
        -------
        (draws, improvements), (draws,); fewer draws where each is solved by itself
        """
        bonus = self.worth.bonuses(gains)
        sets = self.sets()
        if sets is not None:
            pairs = self.relations.synergies
            best = best_over_draws(asked, gains, sets, budget, pairs, bonus)
            found = best >= 0
            return np.where(found[:, None], sets[best], False), found
        chosen = np.zeros((min(SOLVED, len(asked)), asked.shape[1]), dtype=bool)
        found = np.zeros(len(chosen), dtype=bool)
        for k in range(len(chosen)):
            set_k = self._solved(asked[k], gains[k], bonus[k], budget)
            if set_k is not None:
                chosen[k], found[k] = set_k, True
        return chosen, found

    def _solved(self, asked: Floats, gain: Floats, bonus: Floats, budget: float) -> Bools | None:
        """Best set of one draw on the grid; limits of payers are left out where there are any."""
        tied = with_bonus(self.relations, bonus)
        grid = self.case.settings.grid
        most = float(np.ceil(asked / grid).sum() * grid)
        frontier = budget_frontier(asked, gain, tied, grid, limit=min(budget, most))
        step = int(frontier.steps(min(budget, most)))
        return None if step < 0 else frontier.chosen[step]


def set_totals(sets: Bools, gain: Floats, relations: Relations) -> Floats:
    """(sets,) gains of the improvements of each set, with the bonus of each pair in it."""
    own = np.einsum("sp,p->s", sets, gain)
    total: Floats = own + synergy_totals(sets, relations.synergies)
    return total


def running_sets(bundles: Sequence[Sequence[int]], size: int) -> Bools:
    """(bundles + 1, improvements) what is in after each bundle, nothing first."""
    sums = np.zeros((len(bundles) + 1, size), dtype=bool)
    for k, bundle in enumerate(bundles):
        sums[k + 1] = sums[k]
        sums[k + 1, list(bundle)] = True
    return sums


def budget_with(frontier: Frontier, k: int, budget: float) -> float:
    """Lowest budget above this one whose best set holds an improvement; unknown if none does."""
    later = np.flatnonzero(frontier.chosen[:, k] & (frontier.cost > budget))
    return float(frontier.cost[later[0]]) if len(later) else float("nan")


def held_for_nothing(
    frontier: Callable[[Relations, Floats], Frontier], relations: Relations, asked: Floats, k: int
) -> Frontier | None:
    """Frontier of the sets that hold an improvement, as if it asked for nothing; None if none."""
    forced = replace(relations, must=tuple(dict.fromkeys((*relations.must, k))))
    free = asked.copy()
    free[k] = 0.0
    try:
        return frontier(forced, free)
    except InputError:
        return None


def with_bonus(relations: Relations, bonuses: Floats) -> Relations:
    """Put a bonus (pairs,) to each pair of some relations."""
    pairs = zip(relations.synergies, bonuses.tolist(), strict=True)
    return replace(relations, synergies=tuple((one, other, b) for (one, other, _), b in pairs))


def objective_gains(sample: Sample) -> Floats:
    """(draws kept, improvements) gain of each improvement on the objective of the case."""
    gains: Floats = getattr(sample.drawn.gains, sample.case.objective)
    return gains


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
    rows = [
        *relation_rows(choice.relations),
        row(BUDGET, choice.grid_asked, high=with_slack(budget)),
    ]
    for limit, use in zip(choice.limits, choice.uses, strict=True):
        owner = LIMIT, choice.case.limits.index(limit)
        rows.append(row(owner, use, high=with_slack(limit.amount)))
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


def option_sets(choice: Choice) -> Bools | None:
    """(sets, improvements + pairs) all allowed sets; None where they are too many to list."""
    sets = choice.sets()
    return sets if sets is None else choice.worth.taken(sets)


def around_expected(choice: Choice, gains: Floats) -> Floats:
    """(draws, improvements + pairs) gains near the expected ones; pairs move as they do."""
    pairs, share = choice.worth.pairs, choice.worth.shares.mean(axis=0, keepdims=True)
    expected = np.array([bonus for _, _, bonus in choice.relations.synergies])
    here, base = (bonuses_of(pairs, g, share) for g in (gains, choice.gain[None]))
    return np.hstack([gains, expected + here - base])


def asking_nothing(choice: Choice, asked: Floats) -> Floats:
    """(draws, improvements + pairs) money asked; pairs ask for nothing."""
    return np.hstack([asked, np.zeros((len(asked), len(choice.worth.pairs)))])


RAISED = tuple(p != "members" for p in PAYERS)  # whose one-off money is asked for


@dataclass(frozen=True, slots=True, eq=False)
class Spending:
    """Expected one-off money and posts of every improvement when it starts as the case says.

    Attributes
    ----------
    money : (improvements, payers, years) in the money of the case, not discounted; what
        organisation and donors pay adds up to the expected money asked
    posts : (improvements, years)
    """

    money: Floats
    posts: Floats

    def raised(self) -> Floats:
        """(improvements, years) what organisation and donors pay."""
        raised: Floats = self.money[:, list(RAISED)].sum(axis=1)
        return raised

    def of_payer(self, payer: str) -> Floats:
        """(improvements, years) what one payer pays; organisation and donors where it is blank."""
        if not payer:
            return self.raised()
        paid: Floats = self.money[:, PAYERS.index(payer)]
        return paid


def spend_by_year(sample: Sample) -> Spending:
    """Spread the expected one-off money of every improvement over payers and years.

    How it is spread is taken from the first 1,000 draws, how much it is from all that are kept.
    """
    case, model = sample.case, sample.model
    years, first = case.settings.years, case.settings.first_year
    place = {i: k for k, i in enumerate(case.improvement_ids)}
    money = np.zeros((len(place), len(PAYERS), years))
    for line, amount, part in model.costs.priced(sample.first_draws(ENVELOPED)):
        if line.improvement and line.kind == "one-off":
            paid = float(amount.mean()) * part
            money[place[line.improvement], PAYERS.index(line.payer)] += paid
    raised = money[:, list(RAISED)].sum(axis=(1, 2))
    asked = sample.drawn.asked.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(raised > 0, asked / raised, 1.0)
    posts = np.zeros((len(place), years))
    for k, i in enumerate(case.improvements):
        start, end = i.start_year - first, max(i.effect_year - first, i.start_year - first + 1)
        posts[k, max(start, 0) : max(end, 0)] = i.staff
    return Spending(money * scale[:, None, None], posts)
