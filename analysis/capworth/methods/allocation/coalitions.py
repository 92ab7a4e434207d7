"""Coalitions: entry `mask` of a table belongs to the users whose bits are set in `mask`.

User 0 has bit 1, user 1 bit 2, user 2 bit 4; entry 0 is nobody and the last entry is everybody.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats, Ints, checked, finite, whole, within

MOST_USERS = 20  # 2^20 entries


@checked
def memberships(users: int) -> Bools:
    """Whether each user is in each coalition, (2^users, users).

    >>> memberships(2).tolist()
    [[False, False], [True, False], [False, True], [True, True]]
    """
    users = whole(users, "users", 1, MOST_USERS)
    return np.asarray((np.arange(1 << users)[:, None] >> np.arange(users)) & 1, dtype=np.bool_)


@checked
def sizes(users: int) -> Ints:
    """Count the users in each coalition, (2^users,)."""
    masks = np.arange(1 << whole(users, "users", 1, MOST_USERS))
    return np.bitwise_count(masks).astype(np.int64)


@checked
def tabled(cost_of: Callable[[Bools], Floats], users: int) -> Floats:
    """Table of a cost function that takes coalitions (k, users) and gives costs (k,)."""
    costs = finite(cost_of(memberships(users)), "cost_of")
    if costs.shape != (1 << users,):
        raise InputError(f"cost_of: gave shape {costs.shape} for {1 << users} coalitions.")
    return costs


@checked
def sums(amounts: ArrayLike) -> Floats:
    """Sum over the users of each coalition: (..., users) -> (..., 2^users).

    >>> sums([1, 10]).tolist()
    [0.0, 1.0, 10.0, 11.0]
    """
    return _doubled(finite(amounts, "amounts"), np.add)


@checked
def largest(amounts: ArrayLike) -> Floats:
    """Largest amount in each coalition, 0 for nobody: (..., users) -> (..., 2^users).

    The airport game: a runway long enough for the largest aircraft of the coalition.
    """
    return _doubled(within(amounts, "amounts", 0), np.maximum)


@checked
def peaks(loads: ArrayLike) -> Floats:
    """Largest joint load over the periods of each coalition.

    Parameters
    ----------
    loads : (..., periods, users)

    Returns
    -------
    (..., 2^users), in the unit of the loads. Users whose peaks fall in different periods share
    capacity; times a price it is the peak-load game.
    """
    table = within(loads, "loads", 0)
    if table.ndim < 2:
        raise InputError(f"loads: shape {table.shape} is not (..., periods, users).")
    return np.asarray(_doubled(table, np.add).max(axis=-2))


@checked
def users_of(values: Floats) -> int:
    """Count the users of a table (..., 2^users), in which nobody costs nothing."""
    entries = values.shape[-1] if values.ndim else 0
    users = entries.bit_length() - 1
    if entries < 2 or entries != 1 << users or users > MOST_USERS:
        raise InputError(
            f"values: {entries} entries are no table over coalitions. Give 2^users of them, "
            f"for {MOST_USERS} users at most."
        )
    if (values[..., 0] != 0).any():
        raise InputError("values: entry 0 is not 0. Nobody costs nothing; take the rest off first.")
    return users


def _doubled(amounts: Floats, join: np.ufunc) -> Floats:
    if amounts.ndim == 0:
        raise InputError(f"amounts: {amounts} is one number. Give (..., users).")
    users = whole(amounts.shape[-1], "users", 1, MOST_USERS)
    table = np.zeros((*amounts.shape[:-1], 1 << users))
    for user in range(users):
        bit = 1 << user
        table[..., bit : 2 * bit] = join(table[..., :bit], amounts[..., user : user + 1])
    return table
