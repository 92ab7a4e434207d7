"""Members joined by a hub or by links of their own: what it costs, whom it reaches, who gains."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite, known
from capworth.kernels.arrays import Floats
from capworth.kernels.ranges import above, within

# Reference lines for the value of a network of n members. None of them is assumed anywhere.
LAWS: Mapping[str, Callable[[Floats], Floats]] = {
    "n": lambda n: n,
    "n log n": lambda n: n * np.log(n),  # Odlyzko and Tilly (2005)
    "n squared": lambda n: n**2,  # Metcalfe
}


class MemberGains(NamedTuple):
    """What each member gets as a searcher, and gives to others as owner of records."""

    own: Floats  # (..., members)
    external: Floats  # (..., members)


class Exponent(NamedTuple):
    """Percent more exchange for one percent more members, and its standard error."""

    slope: float
    standard_error: float


def links(members: ArrayLike) -> Floats:
    """Pairs of members: n (n - 1) / 2; a hub needs n connections instead.

    >>> float(links(195))
    18915.0
    """
    n = within(members, "members", 0)
    return np.asarray(n * (n - 1) / 2)


def bilateral_cost(members: ArrayLike, link_cost: ArrayLike, wanted: ArrayLike = 1.0) -> Floats:
    """Cost of linking the share `wanted` of all pairs one by one."""
    share = within(wanted, "wanted", 0, 1)
    return np.asarray(share * within(link_cost, "link_cost", 0) * links(members))


def hub_cost(members: ArrayLike, fixed: ArrayLike, member_cost: ArrayLike) -> Floats:
    """Cost of a hub: a fixed part and one connection for each member."""
    connections = within(member_cost, "member_cost", 0) * within(members, "members", 0)
    return np.asarray(within(fixed, "fixed", 0) + connections)


def hub_break_even(
    fixed: ArrayLike, member_cost: ArrayLike, link_cost: ArrayLike, wanted: ArrayLike = 1.0
) -> Floats:
    """Find the number of members above which a hub costs less than the links.

    [(b/2 + c) + sqrt((b/2 + c)^2 + 2 b F)] / b, with b = wanted x link cost, c = cost of a
    connection, F = fixed cost of the hub, all over the same period.

    Returns
    -------
    (...) not rounded; infinite where links cost nothing. It says nothing about what a hub gives
    beyond links: one question to all, standards, trust.
    """
    b = within(wanted, "wanted", 0, 1) * within(link_cost, "link_cost", 0)
    c, f = within(member_cost, "member_cost", 0), within(fixed, "fixed", 0)
    half = b / 2 + c
    root = half + np.sqrt(half**2 + 2 * b * f)
    return np.asarray(np.divide(root, b, out=np.full(root.shape, np.inf), where=b > 0))


def dyad_coverage(members: ArrayLike, connected: ArrayLike) -> Floats:
    """Share of ordered pairs of members in which both are connected: c (c - 1) / (n (n - 1)).

    >>> round(float(dyad_coverage(195, 150)), 4)
    0.5908
    """
    n, c = within(members, "members", 2), within(connected, "connected", 0)
    if (c > n).any():
        raise InputError("connected: more than there are members. Count members of both alike.")
    return np.asarray(links(c) / links(n))


def weighted_coverage(flows: ArrayLike, access: ArrayLike, quality: ArrayLike = 1.0) -> Floats:
    """Share of the wanted exchange that is reached: sum of w a q over sum of w, i other than j.

    Parameters
    ----------
    flows : (..., owners, searchers) how much the searcher has to find at the owner (travel, trade,
        earlier cases); the diagonal is left out
    access : (..., owners, searchers) 0 to 1
    quality : (..., owners) 0 to 1, or one for all

    Returns
    -------
    (...) share, 0 to 1
    """
    w = within(flows, "flows", 0)
    if w.ndim < 2 or w.shape[-1] != w.shape[-2]:
        raise InputError(f"flows: shape {w.shape} is not (..., owners, searchers), of one length.")
    w = w * (1 - np.eye(w.shape[-1]))
    total = w.sum(axis=(-2, -1))
    if (total == 0).any():
        raise InputError("flows: no member has anything to find at another. Give one flow above 0.")
    reached = w * within(access, "access", 0, 1) * within(quality, "quality", 0, 1)[..., None]
    return np.asarray(reached.sum(axis=(-2, -1)) / total)


def member_gains(values: ArrayLike) -> MemberGains:
    """Split what is lost when one member leaves: its own loss and that of the others.

    Parameters
    ----------
    values : (..., owners, searchers) value of what the searcher finds at the owner

    Returns
    -------
    own (..., members): what the member finds at others. external: what others find at it. Their
    sum, less the costs of the member and of the hub, is the marginal value of the member. What a
    member finds in its own records counts nowhere.
    """
    table = finite(values, "values")
    if table.ndim < 2 or table.shape[-1] != table.shape[-2]:
        raise InputError(f"values: shape {table.shape} is not (..., owners, searchers).")
    others = table * (1 - np.eye(table.shape[-1]))
    return MemberGains(np.asarray(others.sum(axis=-2)), np.asarray(others.sum(axis=-1)))


def merger_gains(small: ArrayLike, large: ArrayLike, law: str = "n log n") -> tuple[Floats, Floats]:
    """Find what the members of each of two networks gain in all when the two become one.

    Every member has an equal part of the value of its network. Under "n squared" both sides gain
    the same, whatever their size; under "n log n" the larger one gains less.

    Returns
    -------
    gain of the small network's members, of the large one's; in the unit of the law
    """
    value = LAWS[known(law, "law", LAWS)]
    first, second = within(small, "small", 1), within(large, "large", 1)
    both = value(first + second) / (first + second)
    return np.asarray(first * both - value(first)), np.asarray(second * both - value(second))


def growth_exponent(members: ArrayLike, exchange: ArrayLike) -> Exponent:
    """Exponent of realised exchange on membership, by least squares on logarithms.

    Parameters
    ----------
    members, exchange : (years,) at least three, above 0
    """
    n, volume = above(members, "members"), above(exchange, "exchange")
    if n.ndim != 1 or n.shape != volume.shape or n.size < 3 or np.ptp(n) == 0:
        raise InputError(
            f"members {n.shape} and exchange {volume.shape}: give three years or more of each, "
            "with a change in membership."
        )
    x, y = np.log(n) - np.log(n).mean(), np.log(volume) - np.log(volume).mean()
    spread = (x**2).sum()
    slope = (x * y).sum() / spread
    error = np.sqrt(((y - slope * x) ** 2).sum() / (n.size - 2) / spread)
    return Exponent(float(slope), float(error))
