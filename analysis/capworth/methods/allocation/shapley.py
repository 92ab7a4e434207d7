"""Shapley value: what each user adds, averaged over all orders in which users could join.

Exact, sampled, of the airport game in closed form, and with unions of users (Owen value).
"""

from collections.abc import Callable, Sequence
from math import factorial
from typing import NamedTuple

import numpy as np
import scipy  # its parts are loaded when they are first called for
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.allocation.coalitions import sizes, users_of
from capworth.methods.arguments import Bools, Floats, Ints, checked, finite, whole, within
from capworth.streams import stream

_BLOCK = 256  # pairs of orders that are looked at together


class Sampled(NamedTuple):
    """A sampled Shapley value and its standard error, for each user."""

    value: Floats
    standard_error: Floats


class Bounds(NamedTuple):
    """What a user adds when it comes first, and when it comes last."""

    first_in: Floats
    last_in: Floats


@checked
def shapley(values: ArrayLike) -> Floats:
    """Exact Shapley value of a game given as a table over coalitions.

    Serves both ways: `values` may be costs to be shared or outcomes to be attributed.

    Parameters
    ----------
    values : (..., 2^users), see `coalitions`; entry 0 is 0; 20 users at most

    Returns
    -------
    (..., users), summing to the last entry. Users that add the same everywhere get the same; one
    that adds nothing gets nothing.

    Notes
    -----
    Shapley (1953). One pass over the table for each user.

    >>> shapley([0, 60, 80, 100]).tolist()
    [40.0, 60.0]
    """
    table = finite(values, "values")
    users = users_of(table)
    weights = (
        1
        / (users * scipy.special.comb(users - 1, np.arange(users)))[
            np.minimum(sizes(users), users - 1)
        ]
    )
    result = np.empty((*table.shape[:-1], users))
    for user in range(users):
        halves = (1 << (users - 1 - user), 2, 1 << user)  # without the user's bit, and with it
        pairs, weight = table.reshape(*table.shape[:-1], *halves), weights.reshape(halves)
        added = pairs[..., 1, :] - pairs[..., 0, :]
        result[..., user] = np.einsum("...ij,ij->...", added, weight[:, 0, :])
    return result


@checked
def bounds(values: ArrayLike) -> Bounds:
    """Find what each user adds to nobody and to all others, each (..., users).

    The Shapley value is one convention between the two where users strengthen (or replace) one
    another.
    """
    table = finite(values, "values")
    bits = 1 << np.arange(users_of(table))
    everybody = table.shape[-1] - 1
    return Bounds(table[..., bits], table[..., everybody:] - table[..., everybody - bits])


@checked
def shapley_sampled(
    cost_of: Callable[[Bools], Floats], users: int, orders: int = 1000, seed: int = 0
) -> Sampled:
    """Shapley value from sampled orders of joining, for more users than a table can hold.

    Parameters
    ----------
    cost_of : takes coalitions (k, users) of true and false, gives their costs (k,)
    users : how many
    orders : sampled orders; each is used forwards and backwards, which costs twice and spreads less
    seed : of the stream "shapley"

    Returns
    -------
    value (users,), summing to the cost of everybody exactly, and its standard error (users,)

    Notes
    -----
    Castro, Gomez and Tejada (2009), Computers & Operations Research 36(5), 1726-1730.

    >>> found = shapley_sampled(lambda group: 6.0 * group.any(axis=1) + group.sum(axis=1), 3)
    >>> (np.abs(found.value - 3) <= 4 * found.standard_error).tolist()
    [True, True, True]
    """
    users, orders = whole(users, "users", 1), whole(orders, "orders", 2)
    if finite(cost_of(np.zeros((1, users), dtype=np.bool_)), "cost_of").tolist() != [0.0]:
        raise InputError("cost_of: nobody has a cost. Take what is not shared off first.")
    pairs = np.empty((orders, users))
    for start in range(0, orders, _BLOCK):
        size = min(_BLOCK, orders - start)
        random = stream(seed, "shapley", start // _BLOCK)
        order = random.permuted(np.tile(np.arange(users), (size, 1)), axis=1)
        both = _added(cost_of, order) + _added(cost_of, order[:, ::-1])
        pairs[start : start + size] = both / 2
    return Sampled(pairs.mean(axis=0), pairs.std(axis=0, ddof=1) / np.sqrt(orders))


@checked
def airport(costs: ArrayLike) -> Floats:
    """Shapley value of the serial (airport) game, in closed form.

    Each coalition needs what its most demanding user needs; each further step of cost is shared
    equally by those who need it.

    Parameters
    ----------
    costs : (..., users) stand-alone costs

    Returns
    -------
    (..., users), summing to the largest cost

    Notes
    -----
    Littlechild and Owen (1973), Management Science 20(3), 370-372.

    >>> airport([8, 11, 13, 18]).tolist()
    [2.0, 3.0, 4.0, 9.0]
    """
    alone = within(costs, "costs", 0)
    if alone.ndim == 0 or alone.shape[-1] == 0:
        raise InputError(f"costs: shape {alone.shape} is not (..., users). Give a list.")
    order = np.argsort(alone, axis=-1, kind="stable")
    rising = np.take_along_axis(alone, order, axis=-1)
    steps = np.diff(rising, axis=-1, prepend=0) / np.arange(alone.shape[-1], 0, -1)
    result = np.empty_like(alone)
    np.put_along_axis(result, order, steps.cumsum(axis=-1), axis=-1)
    return result


def _added(cost_of: Callable[[Bools], Floats], order: Ints) -> Floats:
    """Find what each user adds when they join in these orders (orders, users): (orders, users)."""
    count, users = order.shape
    place = np.argsort(order, axis=1)  # when each user joins
    joined = place[:, None, :] < np.arange(users + 1)[:, None]  # (orders, users + 1, users)
    costs = finite(cost_of(joined.reshape(-1, users)), "cost_of")
    if costs.shape != (count * (users + 1),):
        raise InputError(f"cost_of: gave shape {costs.shape}. Give one cost for each coalition.")
    added = np.diff(costs.reshape(count, users + 1), axis=1)
    return np.take_along_axis(added, place, axis=1)


@checked
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
