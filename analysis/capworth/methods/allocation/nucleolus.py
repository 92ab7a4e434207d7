"""Core and nucleolus: whether a group of users would do better on their own."""

from typing import NamedTuple

import numpy as np
import scipy  # its parts are loaded when they are first called for
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.allocation.coalitions import memberships, sums, users_of
from capworth.methods.arguments import Bools, Floats, Ints, checked, finite, within

MOST_USERS = 12  # of the nucleolus: 2^12 rows in each linear programme
_EPSILON = 1e-9  # beside the largest value of the table


class Objection(NamedTuple):
    """The group that pays most beyond its stand-alone cost, and by how much."""

    excess: Floats  # (...), above 0: this group would rather leave; -inf for a single user
    coalition: Ints  # (...), bit mask


@checked
def strongest_objection(values: ArrayLike, payments: ArrayLike) -> Objection:
    """Find the group of users, short of all, with most reason to leave.

    Parameters
    ----------
    values : (..., 2^users) stand-alone cost of each coalition
    payments : (..., users), summing to the cost of all

    Returns
    -------
    excess and coalition (...); of groups with the same excess the one of the lowest mask

    >>> found = strongest_objection([0, 60, 80, 100], [70, 30])
    >>> float(found.excess), int(found.coalition)  # the first user alone would pay 10 less
    (10.0, 1)
    """
    table, paid = _game(values, payments)
    excess = sums(paid) - table
    excess[..., 0] = excess[..., -1] = -np.inf
    coalition = excess.argmax(axis=-1)
    worst = np.take_along_axis(excess, coalition[..., None], axis=-1)[..., 0]
    return Objection(np.asarray(worst), np.asarray(coalition))


@checked
def in_core(values: ArrayLike, payments: ArrayLike) -> Bools:
    """Core: whether no group pays more than its stand-alone cost, and nobody has reason to leave.

    Rounding is forgiven up to 1e-9 of the largest value of the table.

    >>> bool(in_core([0, 60, 80, 100], [40, 60])), bool(in_core([0, 60, 80, 100], [70, 30]))
    (True, False)
    """
    table = finite(values, "values")
    slack = _EPSILON * np.abs(table).max(axis=-1)
    return np.asarray(strongest_objection(table, payments).excess <= slack)


@checked
def nucleolus(values: ArrayLike) -> Floats:
    """Nucleolus: payments whose largest excess is least, then the second largest, and so on.

    There is exactly one; it lies in the core if there is one, and treats alike users alike.

    Parameters
    ----------
    values : (2^users,) stand-alone cost of each coalition, for 12 users at most

    Returns
    -------
    (users,), summing to the cost of all. Nobody pays more than alone.

    Notes
    -----
    Schmeidler (1969), SIAM Journal on Applied Mathematics 17(6), 1163-1170. A sequence of linear
    programmes (HiGHS); coalitions with a positive dual price are held at their excess.

    >>> nucleolus([0, 60, 80, 100]).round(6).tolist()
    [40.0, 60.0]
    """
    table = finite(values, "values")
    users = users_of(table)
    if table.ndim != 1 or users > MOST_USERS:
        raise InputError(
            f"values: shape {table.shape}. Give one table, for {MOST_USERS} users at most."
        )
    largest = np.abs(table).max()
    if largest == 0:
        return np.zeros(users)
    cost = table / largest
    alone = cost[1 << np.arange(users)]
    if alone.sum() < cost[-1] - _EPSILON:
        raise InputError(
            f"values: alone the users cost {alone.sum() * largest:g}, together "
            f"{table[-1]:g}. There is nothing to share; leave the platform out."
        )
    member = memberships(users).astype(np.float64)
    held, level = member[-1:], cost[-1:]  # coalitions whose payment is settled
    free = np.arange(1, len(cost) - 1)
    payment = np.full(users, cost[-1] / users)
    while free.size:
        payment, excess, tight = _least_excess(member[free], cost[free], held, level, alone)
        held = np.concatenate((held, member[free[tight]]))
        level = np.concatenate((level, cost[free[tight]] + excess))
        basis = scipy.linalg.orth(held.T)
        outside = member[free] - member[free] @ basis @ basis.T
        free = free[np.abs(outside).max(axis=1) > _EPSILON]
    return np.asarray(payment * largest)


@checked
def airport_nucleolus(costs: ArrayLike) -> Floats:
    """Nucleolus of the serial (airport) game, without a linear programme, for any number of users.

    Parameters
    ----------
    costs : (..., users) stand-alone costs

    Returns
    -------
    (..., users), summing to the largest cost

    Notes
    -----
    In rising order each user pays the least of (c_i - paid) / (i - j + 2) over the users i before
    the last, and (c_n - paid) / (n - j + 1): Littlechild (1974), International Journal of Game
    Theory 3(1), 21-29. Those who need nothing pay nothing.

    >>> airport_nucleolus([8, 11, 13, 18]).round(4).tolist()
    [3.25, 3.25, 3.25, 8.25]
    """
    alone = within(costs, "costs", 0)
    if alone.ndim == 0 or alone.shape[-1] == 0:
        raise InputError(f"costs: shape {alone.shape} is not (..., users). Give a list.")
    users = alone.shape[-1]
    order = np.argsort(alone, axis=-1, kind="stable")
    rising = np.take_along_axis(alone, order, axis=-1)
    paid = np.zeros(alone.shape[:-1])
    part = np.empty_like(rising)
    for j in range(users):
        group = np.arange(2.0, users - j + 2)  # how many hold a step down, the leaver with them
        group[-1] -= 1  # all together have nobody to leave
        part[..., j] = ((rising[..., j:] - paid[..., None]) / group).min(axis=-1)
        paid += part[..., j]
    result = np.empty_like(alone)
    np.put_along_axis(result, order, part, axis=-1)
    return result


def _least_excess(
    member: Floats, cost: Floats, held: Floats, level: Floats, alone: Floats
) -> tuple[Floats, float, Bools]:
    """Payments with the least largest excess of the free coalitions, and which hold it down."""
    users = len(alone)
    answer = scipy.optimize.linprog(
        np.append(np.zeros(users), 1.0),
        A_ub=np.column_stack((member, -np.ones(len(member)))),
        b_ub=cost,
        A_eq=np.column_stack((held, np.zeros(len(held)))),
        b_eq=level,
        bounds=[*((None, most) for most in alone), (None, None)],
        method="highs",
    )
    if answer.status != 0:
        raise InputError(f"values: the linear programme ended with: {answer.message}")
    return answer.x[:users], float(answer.x[users]), -answer.ineqlin.marginals > _EPSILON


def _game(values: ArrayLike, payments: ArrayLike) -> tuple[Floats, Floats]:
    table, paid = finite(values, "values"), finite(payments, "payments")
    users = users_of(table)
    if paid.ndim == 0 or paid.shape[-1] != users:
        raise InputError(f"payments: shape {paid.shape} is not (..., {users}). Give one for each.")
    gap = np.abs(paid.sum(axis=-1) - table[..., -1])
    if (gap > 1e-6 * np.abs(table).max(axis=-1)).any():
        raise InputError(
            f"payments: they miss the cost of all by {gap.max():g}. Share the whole of it."
        )
    return table, paid
