"""Which sets of projects can be paid when some money is for some projects only.

Funds pay for projects; a fund with an earmark pays for some of them only, and one project may be
paid by several funds. Whether a set can be paid is a question of flow from funds to projects. By
Gale's theorem it can if and only if no group of its projects costs more than all funds together
that may pay for any of them; the groups that matter are few and can be listed beforehand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import table
from capworth.kernels.arrays import Bools, Floats, Ints
from capworth.kernels.grains import in_grains

BLOCK_DRAWS: Final = 8  # few, so that most sets are too dear in all of them and are left out
MOST_CUTS: Final = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """Groups of projects, and all the funds that may pay for any of them.

    Attributes
    ----------
    projects : (cuts, projects) which projects are in the group
    funds : (cuts, funds) which funds may pay for at least one of them, and no other fund
    """

    projects: Bools
    funds: Bools

    def limits(self, amounts: ArrayLike) -> Floats:
        """(cuts,) what the projects of each group may cost together, for amounts (funds,)."""
        found: Floats = np.einsum("cf,f->c", self.funds, np.asarray(amounts, dtype=np.float64))
        return found


def payment_cuts(may_pay: Bools) -> Cuts:
    """List the groups of projects that decide whether a set can be paid.

    Parameters
    ----------
    may_pay : (funds, projects) whether a fund may pay for a project

    Returns
    -------
    One group for each union of the projects' sets of funds: the projects that no other fund may
    pay for. The set is payable if and only if, in each group, what is taken costs no more than
    the funds of the group hold.

    Raises
    ------
    InputError
        When so many earmarks overlap that the groups cannot be listed.

    Notes
    -----
    Gale (1957), A theorem on flows in networks, Pacific Journal of Mathematics 7(2), 1073-1082:
    demands can be met if and only if every subset of them can be met by itself. Subsets with the
    same funds are dominated by the largest of them, and so is any that is no union.
    """
    each = np.unique(may_pay.T, axis=0)  # the different sets of funds that projects may draw on
    unions = np.zeros((1, may_pay.shape[0]), dtype=bool)
    for one in each:
        unions = np.unique(np.concatenate((unions, unions | one)), axis=0)
        if len(unions) > MOST_CUTS:
            raise InputError(
                f"may_pay: the earmarks overlap in more than {MOST_CUTS} ways. "
                "Bring funds with like earmarks together."
            )
    others = np.einsum("fp,uf->up", may_pay, ~unions)  # whether a fund outside may pay as well
    inside: Bools = ~others
    kept = np.asarray(inside.any(axis=1))
    return Cuts(inside[kept], unions[kept])


def least_more(cost: ArrayLike, sets: Bools, cuts: Cuts, amounts: ArrayLike) -> Floats:
    """(sets,) least further money without conditions that makes each set payable, 0 or more.

    Parameters
    ----------
    cost : (projects,)
    sets : (sets, projects)
    cuts : of the funds that there are; see `payment_cuts`
    amounts : (funds,) what each holds
    """
    prices = np.asarray(cost, dtype=np.float64)
    spent = np.einsum("sp,cp,p->sc", sets, cuts.projects, prices, optimize=True)
    lacking: Floats = np.maximum(spent - cuts.limits(amounts), 0.0).max(axis=1, initial=0.0)
    return lacking


@dataclass(frozen=True, slots=True, eq=False)
class Purse:
    """Funds, and what each may pay for.

    Attributes
    ----------
    may_pay : (funds, projects)
    amounts : (funds,)
    """

    may_pay: Bools
    amounts: Floats

    def lifted(self, *funds: int) -> "Purse":
        """Return the same money with the earmarks of some funds lifted; of all, when none named."""
        may_pay = self.may_pay.copy()
        may_pay[list(funds) or slice(None)] = True
        return Purse(may_pay, self.amounts)

    def with_more(self, fund: int, more: float) -> "Purse":
        """Return the same with more money in one fund."""
        amounts = self.amounts.copy()
        amounts[fund] += more
        return Purse(self.may_pay, amounts)


def best_payable(
    cost: ArrayLike,
    value: ArrayLike,
    sets: Bools,
    purses: Sequence[Purse],
    synergies: Sequence[tuple[int, int, float]] = (),
    bonus: Floats | None = None,
) -> Ints:
    """Row of `sets` that is best of those that can be paid, in each draw and from each purse.

    Most value; of equals the cheapest; of these the first row, as `feasible_sets` orders them.
    Sums that agree in twelve digits are equal.

    Parameters
    ----------
    cost, value : (draws, projects)
    sets : (sets, projects) those to choose from
    purses : the money, in one or more ways
    synergies : (one, other, bonus) added when both are in the set
    bonus : (draws, synergies) where it is not the same in every draw

    Returns
    -------
    (purses, draws); -1 where nothing can be paid.
    """
    prices = table(cost, "cost", "draws", "projects")
    worth = table(value, "value", "draws", "projects")
    found = np.full((len(purses), len(prices)), -1, dtype=np.int64)
    fixed = np.array([extra for _, _, extra in synergies], dtype=np.float64)
    added = np.broadcast_to(fixed, (len(prices), len(fixed))) if bonus is None else bonus
    pairs = [sets[:, one] & sets[:, other] for one, other, _ in synergies]
    parts = np.column_stack((sets, *pairs)).astype(np.float64)
    groups = _by_total(purses)
    for start in range(0, len(prices), BLOCK_DRAWS):
        rows = slice(start, start + BLOCK_DRAWS)
        spent, grain = in_grains(prices[rows])
        gains = in_grains(np.concatenate((worth[rows], added[rows]), axis=1)).amounts
        least = np.einsum("sp,p->s", sets, prices[rows].min(axis=0))
        for total, rules in groups.items():
            ahead = np.flatnonzero(least <= total * (1 + 1e-9))
            if len(ahead):
                inside = parts[ahead].T
                gain = gains @ inside
                for k, cuts, limits in rules:
                    best = _best_row(spent, grain, gain, inside, cuts, limits)
                    found[k, rows] = np.where(best >= 0, ahead[best], -1)
    return found


_Rule = tuple[int, Cuts, Floats]  # number of the purse, its cuts and what each may cost


def _by_total(purses: Sequence[Purse]) -> Mapping[float, list[_Rule]]:
    """Purses that hold as much in all, so that the same sets are too dear for them."""
    groups: dict[float, list[_Rule]] = {}
    for k, purse in enumerate(purses):
        cuts = payment_cuts(purse.may_pay)
        limits = cuts.limits(purse.amounts)
        groups.setdefault(float(purse.amounts.sum()), []).append((k, cuts, limits))
    return groups


def _best_row(
    spent: Floats, grain: Floats, gain: Floats, inside: Floats, cuts: Cuts, limits: Floats
) -> Ints:
    """(draws,) column of `inside` (projects, sets) that is best for a few draws; -1 for none."""
    projects = inside[: spent.shape[1]]
    total = spent @ projects
    mine = gain
    for group, limit in zip(cuts.projects, limits, strict=True):
        bill = total if group.all() else (spent * group) @ projects
        mine = np.where(bill <= np.rint(limit / grain), mine, -np.inf)
    top = mine.max(axis=1)
    row = np.where(mine < top[:, None], np.inf, total).argmin(axis=1)
    return np.where(np.isfinite(top), row, -1)
