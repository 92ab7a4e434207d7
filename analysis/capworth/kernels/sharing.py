"""Keys by which the cost of a shared platform falls on its users.

A key is a row of shares that sum to 1, so what is allotted always sums to the cost.
"""

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite
from capworth.kernels.arrays import Floats
from capworth.kernels.ranges import shares as checked_shares
from capworth.kernels.ranges import whole, within


def equal_shares(users: int) -> Floats:
    """Shares (users,) of a key that treats all users alike."""
    users = whole(users, "users", 1)
    return np.full(users, 1 / users)


def proportional_shares(amounts: ArrayLike) -> Floats:
    """Shares in proportion to an amount: use, stand-alone cost, or benefit.

    Parameters
    ----------
    amounts : (..., users), 0 or above

    Returns
    -------
    (..., users), each row summing to 1

    >>> proportional_shares([[30, 10]]).tolist()
    [[0.75, 0.25]]
    """
    weights = within(amounts, "amounts", 0)
    if weights.ndim == 0 or weights.shape[-1] == 0:
        raise InputError(f"amounts: shape {weights.shape} is not (..., users). Give a list.")
    totals = weights.sum(axis=-1, keepdims=True)
    if (totals == 0).any():
        row = np.argwhere(totals[..., 0] == 0)[0].tolist()
        place = f" in row {row}" if row else ""
        raise InputError(
            f"amounts: all are 0{place}, nobody uses it. Give somebody an amount or share equally."
        )
    return np.asarray(weights / totals)


def allotted(cost: ArrayLike, shares: ArrayLike) -> Floats:
    """Cost (...) of a platform on its users by shares (..., users): (..., users)."""
    return np.asarray(finite(cost, "cost")[..., None] * checked_shares(shares, "shares"))


def by_component(costs: ArrayLike, needs: ArrayLike) -> Floats:
    """Split every component equally among the users that need it.

    "You pay for what you use, in equal parts with all who use it too." It is the Shapley value of
    the game in which a coalition pays for the components that any of its users needs; the serial
    (airport) and the tree game are cases of it.

    Parameters
    ----------
    costs : (..., components)
    needs : (components, users), true where the user needs the component

    Returns
    -------
    (..., users), summing to the cost of all components

    Notes
    -----
    Littlechild and Owen (1973), Management Science 20(3), 370-372; Megiddo (1978) for trees.

    >>> by_component([8, 3, 7], [[1, 1], [0, 1], [0, 1]]).tolist()
    [4.0, 14.0]
    """
    amounts, table = finite(costs, "costs"), np.asarray(needs).astype(np.float64)
    if amounts.ndim == 0 or table.ndim != 2 or len(table) != amounts.shape[-1]:
        raise InputError(
            f"needs: shape {table.shape} does not fit costs {amounts.shape}. "
            "Give (components, users)."
        )
    if not np.isin(table, (0, 1)).all():
        raise InputError("needs: an entry is neither yes nor no. Give true or false.")
    users = table.sum(axis=1, keepdims=True)
    if (users == 0).any():
        component = int(np.argmin(users))
        raise InputError(
            f"needs: nobody needs component {component}. Leave it out or name its user."
        )
    return np.asarray(np.einsum("...c,cu->...u", amounts, table / users))


def remaining_benefit(cost: ArrayLike, separable: ArrayLike, ceiling: ArrayLike) -> Floats:
    """Separable costs first, what remains in proportion to the remaining benefit.

    Parameters
    ----------
    cost : (...) of the platform
    separable : (..., users) what the platform would save without the user
    ceiling : (..., users) most that the user should pay: the lesser of its benefit and its
        stand-alone cost, not below `separable`

    Returns
    -------
    (..., users), summing to the cost. Nobody pays less than it causes, and nobody more than its
    ceiling as long as the ceilings cover the cost.

    Notes
    -----
    The separable costs, remaining benefits method: Young (1985), Cost Allocation, chapter 1.
    """
    total = finite(cost, "cost")
    own, most = within(separable, "separable", 0), within(ceiling, "ceiling", 0)
    if own.ndim == 0 or own.shape[-1:] != most.shape[-1:] or (most < own).any():
        raise InputError(
            f"ceiling {most.shape}: give one for each user, not below its separable cost. "
            "A user that costs more than it gains should not be on the platform."
        )
    rest = total - own.sum(axis=-1)
    if (rest < 0).any():
        raise InputError("separable: they sum to more than the cost. Share the excess first.")
    room = most - own
    space = room.sum(axis=-1)
    if ((space == 0) & (rest > 0)).any():
        raise InputError("ceiling: nobody has any benefit left to pay from. Look at the platform.")
    factor = np.divide(rest, space, out=np.zeros(np.broadcast(rest, space).shape), where=space > 0)
    return np.asarray(own + room * factor[..., None])
