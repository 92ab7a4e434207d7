"""Users that stand together: the Owen value, and how strongly pairs need or replace one another."""

from collections.abc import Sequence
from itertools import permutations
from math import factorial

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite
from capworth.kernels.arrays import Floats
from capworth.kernels.coalitions import memberships, sizes, users_of


def owen(values: ArrayLike, unions: Sequence[Sequence[int]]) -> Floats:
    """Share of each user when the users of a union join one after the other, others not between.

    Parameters
    ----------
    values : (..., 2^users), see `coalitions`; entry 0 is 0
    unions : users, by number, of each union; every user in one union. Each user alone, or all in
        one union, gives the Shapley value

    Returns
    -------
    (..., users), summing to the last entry. The users of a union together get the Shapley value of
    the game in which unions are the players.

    Notes
    -----
    Owen (1977), Values of games with a priori unions, in Essays in Mathematical Economics and Game
    Theory, 76-88.

    >>> owen([0, 0, 0, 1, 0, 1, 1, 1], [[0, 1], [2]]).tolist()  # majority of three
    [0.5, 0.5, 0.0]
    """
    table = finite(values, "values")
    users = users_of(table)
    groups = [[int(user) for user in union] for union in unions]
    if sorted(user for union in groups for user in union) != list(range(users)):
        raise InputError(
            f"unions: {groups} do not hold each of the users 0 to {users - 1} once. Mend them."
        )
    groups = [union for union in groups if union]
    result = np.zeros((*table.shape[:-1], users))
    many = len(groups)
    whole = [sum(1 << user for user in union) for union in groups]
    for g, union in enumerate(groups):
        others = [mask for k, mask in enumerate(whole) if k != g]
        for outside in range(1 << len(others)):
            joined = [mask for k, mask in enumerate(others) if outside >> k & 1]
            weight = _order(len(joined), many)
            base = sum(joined)
            for user in union:
                mates = [mate for mate in union if mate != user]
                for inside in range(1 << len(mates)):
                    there = [mate for k, mate in enumerate(mates) if inside >> k & 1]
                    mask = base + sum(1 << mate for mate in there)
                    added = table[..., mask | 1 << user] - table[..., mask]
                    result[..., user] += weight * _order(len(there), len(union)) * added
    return result


def _order(before: int, many: int) -> float:
    """Share of the orders of `many` in which just these `before` come before one of the others."""
    return factorial(before) * factorial(many - before - 1) / factorial(many)


def banzhaf(values: ArrayLike) -> Floats:
    """Mean of what each user adds to the coalitions of the others, all counting alike.

    Parameters
    ----------
    values : (..., 2^users); see `shapley.shapley`

    Returns
    -------
    (..., users). They need not sum to the last entry: it says how much a user decides, not who
    pays. Banzhaf (1965), Rutgers Law Review 19, 317-343; Penrose (1946).

    >>> banzhaf([0, 0, 0, 1, 0, 1, 0, 1]).tolist()
    [0.75, 0.25, 0.25]
    """
    table = finite(values, "values")
    users = users_of(table)
    inside = memberships(users)
    signs = np.where(inside, 1.0, -1.0) / (1 << (users - 1))
    return np.asarray(np.einsum("...c,cu->...u", table, signs))


def interactions(values: ArrayLike) -> Floats:
    """Find what each pair adds together beyond what the two add apart, averaged over orders.

    Parameters
    ----------
    values : (..., 2^users), of 2 users or more

    Returns
    -------
    (..., users, users), symmetric, 0 on the diagonal. Above 0 the two need each other
    (complements), below 0 one replaces the other.

    Notes
    -----
    The Shapley interaction index: Grabisch & Roubens (1999), International Journal of Game Theory
    28(4), 547-565: weights (n - t - 2)! t! / (n - 1)! over the coalitions of t others.

    >>> interactions([0, 1, 2, 5]).tolist()
    [[0.0, 2.0], [2.0, 0.0]]
    """
    table = finite(values, "values")
    users = users_of(table)
    result = np.zeros((*table.shape[:-1], users, users))
    if users < 2:
        return result
    count, masks = sizes(users), np.arange(1 << users)
    weight = np.array([_order(t, users - 1) for t in range(users - 1)])
    for one, other in permutations(range(users), 2):
        if one > other:
            continue
        a, b = 1 << one, 1 << other
        rest = masks[(masks & (a | b)) == 0]
        both = table[..., rest | a | b] - table[..., rest | a] - table[..., rest | b]
        pair = np.einsum("...c,c->...", both + table[..., rest], weight[count[rest]])
        result[..., one, other] = result[..., other, one] = pair
    return result
