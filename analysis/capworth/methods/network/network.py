"""Network of members, by a hub or by links of their own: what it costs, whom it reaches, who gains.

Exchange follows the size of both members and their region, without a table of pairs: what a
searcher finds at an owner goes with the product of their masses, times the affinity of two members
of one region (a gravity model; for trade Tinbergen 1962). Sums over pairs then need sums over
regions only, so that 200 members in 1,000 draws take milliseconds.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import (
    Bools,
    Floats,
    Ints,
    above,
    alike,
    checked,
    finite,
    known,
    within,
)

# Reference lines for the value of a network of n members. None of them is assumed anywhere.
_LAWS: Mapping[str, Callable[[Floats], Floats]] = {
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


@checked
def links(members: ArrayLike) -> Floats:
    """Pairs of members: n (n - 1) / 2; a hub needs n connections instead.

    >>> float(links(195))
    18915.0
    """
    n = within(members, "members", 0)
    return np.asarray(n * (n - 1) / 2)


@checked
def bilateral_cost(members: ArrayLike, link_cost: ArrayLike, wanted: ArrayLike = 1.0) -> Floats:
    """Links: cost of linking the share `wanted` of all pairs one by one.

    >>> float(bilateral_cost(10, 2.0, wanted=0.2))  # 9 of 45 pairs
    18.0
    """
    alike(members=members, link_cost=link_cost, wanted=wanted)
    share = within(wanted, "wanted", 0, 1)
    return np.asarray(share * within(link_cost, "link_cost", 0) * links(members))


@checked
def hub_cost(members: ArrayLike, fixed: ArrayLike, member_cost: ArrayLike) -> Floats:
    """Hub: a fixed cost and one connection for each member.

    >>> float(hub_cost(10, 5.0, 0.5))
    10.0
    """
    alike(members=members, fixed=fixed, member_cost=member_cost)
    connections = within(member_cost, "member_cost", 0) * within(members, "members", 0)
    return np.asarray(within(fixed, "fixed", 0) + connections)


@checked
def hub_break_even(
    fixed: ArrayLike, member_cost: ArrayLike, link_cost: ArrayLike, wanted: ArrayLike = 1.0
) -> Floats:
    """Break-even of a hub: members above which it costs less than the links.

    [(b/2 + c) + sqrt((b/2 + c)^2 + 2 b F)] / b, with b = wanted x link cost, c = cost of a
    connection, F = fixed cost of the hub, all over the same period.

    Returns
    -------
    (...) not rounded; infinite where links cost nothing. It says nothing about what a hub gives
    beyond links: one question to all, standards, trust.

    >>> round(float(hub_break_even(10, 0.1, 0.05)), 3)
    22.656
    """
    alike(fixed=fixed, member_cost=member_cost, link_cost=link_cost, wanted=wanted)
    b = within(wanted, "wanted", 0, 1) * within(link_cost, "link_cost", 0)
    c, f = within(member_cost, "member_cost", 0), within(fixed, "fixed", 0)
    half = b / 2 + c
    root = half + np.sqrt(half**2 + 2 * b * f)
    return np.asarray(np.divide(root, b, out=np.full(root.shape, np.inf), where=b > 0))


@checked
def dyad_coverage(members: ArrayLike, connected: ArrayLike) -> Floats:
    """Share of ordered pairs of members in which both are connected: c (c - 1) / (n (n - 1)).

    >>> round(float(dyad_coverage(195, 150)), 4)
    0.5908
    """
    n, c = within(members, "members", 2), within(connected, "connected", 0)
    if (c > n).any():
        raise InputError("connected: more than there are members. Count members of both alike.")
    return np.asarray(links(c) / links(n))


@checked
def weighted_coverage(flows: ArrayLike, access: ArrayLike, quality: ArrayLike = 1.0) -> Floats:
    """Coverage: share of the wanted exchange that is reached, w a q over w, i other than j.

    Parameters
    ----------
    flows : (..., owners, searchers) how much the searcher has to find at the owner (travel, trade,
        earlier cases); the diagonal is left out
    access : (..., owners, searchers) 0 to 1
    quality : (..., owners) 0 to 1, or one for all

    Returns
    -------
    (...) share, 0 to 1

    >>> float(weighted_coverage([[0, 3], [1, 0]], [[1, 1], [0, 1]]))
    0.75
    """
    alike(flows=flows, access=access, quality=quality)
    w = within(flows, "flows", 0)
    if w.ndim < 2 or w.shape[-1] != w.shape[-2]:
        raise InputError(f"flows: shape {w.shape} is not (..., owners, searchers), of one length.")
    w = w * (1 - np.eye(w.shape[-1]))
    total = w.sum(axis=(-2, -1))
    if (total == 0).any():
        raise InputError("flows: no member has anything to find at another. Give one flow above 0.")
    reached = w * within(access, "access", 0, 1) * within(quality, "quality", 0, 1)[..., None]
    return np.asarray(reached.sum(axis=(-2, -1)) / total)


@checked
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


@checked
def merger_gains(small: ArrayLike, large: ArrayLike, law: str = "n log n") -> tuple[Floats, Floats]:
    """Find what the members of each of two networks gain in all when the two become one.

    Every member has an equal part of the value of its network. Under "n squared" both sides gain
    the same, whatever their size; under "n log n" the larger one gains less.

    Returns
    -------
    gain of the small network's members, of the large one's; in the unit of the law
    """
    value = _LAWS[known(law, "law", _LAWS)]
    first, second = within(small, "small", 1), within(large, "large", 1)
    both = value(first + second) / (first + second)
    return np.asarray(first * both - value(first)), np.asarray(second * both - value(second))


@checked
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


class Exchange(NamedTuple):
    """What each member finds at others, what others find at it, and what all find."""

    own: Floats  # (..., members)
    external: Floats  # (..., members)
    whole: Floats  # (...)


@checked
def exchange(
    owners: ArrayLike, searchers: ArrayLike, region: Ints, affinity: ArrayLike = 1.0
) -> Exchange:
    """Sum owners[i] x searchers[j] x (affinity in one region, else 1) over all i other than j.

    Parameters
    ----------
    owners, searchers : (..., members) how much there is to find at each, and how much each looks;
        0 for a member that is not connected
    region : (members,) codes from 0
    affinity : (...) how many times as much two members of one region exchange

    Returns
    -------
    Own and external both sum to the whole; what a member finds in its own records counts nowhere.
    """
    own = found_at_others(owners, searchers, region, affinity)
    external = found_at_others(searchers, owners, region, affinity)
    return Exchange(own, external, own.sum(axis=-1))


@checked
def found_at_others(
    owners: ArrayLike, searchers: ArrayLike, region: Ints, affinity: ArrayLike = 1.0
) -> Floats:
    """What each searcher finds at all others, (..., members): the `own` of `exchange`.

    With owners and searchers in each other's place it is what all others find at each owner.

    >>> found_at_others([2.0, 3.0], [1.0, 10.0], np.array([0, 0])).tolist()
    [3.0, 20.0]
    """
    given, sought = within(owners, "owners", 0), within(searchers, "searchers", 0)
    if given.shape != sought.shape or given.ndim < 1 or given.shape[-1:] != np.shape(region):
        raise InputError(
            f"owners {given.shape}, searchers {sought.shape} and region {np.shape(region)} are not "
            "of one number of members."
        )
    more = within(affinity, "affinity", 0) - 1
    codes, place = np.unique(region, return_inverse=True)
    inside = np.eye(len(codes))[place]  # (members, regions)
    near = np.tensordot(inside, np.moveaxis(given, -1, 0), axes=(0, 0))  # (regions, ...)
    seen = near.sum(axis=0) + more * near  # those near counted by the affinity, itself among them
    found: Floats = np.moveaxis(seen[place], 0, -1)
    found -= (1 + more)[..., None] * given
    np.maximum(found, 0.0, out=found)  # a last bit below nothing where nobody else is
    found *= sought
    return found


@checked
def with_known(shares: Floats, known: Bools, levels: Floats) -> Floats:
    """Give some members the share that is known of them; the others share what is left.

    Parameters
    ----------
    shares : (..., members) summing to 1, or to 0 where there is nothing to share
    known : (members,)
    levels : (..., known members) summing to less than 1

    Returns
    -------
    (..., members) summing to 1. Where all the others have nothing, the known take all.
    """
    rest = np.where(known, 0.0, shares)
    left = rest.sum(axis=-1, keepdims=True)
    known_total = levels.sum(axis=-1, keepdims=True)
    free = np.divide(rest * (1 - known_total), left, out=np.zeros_like(rest), where=left > 0)
    free[..., known] = np.where(left > 0, levels, levels / known_total)
    shared: Floats = free
    return shared


@checked
def dyads_reached(members: ArrayLike, owners: ArrayLike, searchers: ArrayLike) -> Floats:
    """Share of ordered pairs (owner, searcher) that are connected, all pairs counting alike.

    The smaller circle is taken to lie within the larger, so that of c owners and c searchers among
    n members it is c (c - 1) / (n (n - 1)).

    >>> round(float(dyads_reached(195, 150, 150)), 4)
    0.5908
    """
    n = within(members, "members", 2)
    own, seek = within(owners, "owners", 0), within(searchers, "searchers", 0)
    if (np.maximum(own, seek) > n).any():
        raise InputError("owners: more than there are members. Count members of both alike.")
    return np.asarray(np.maximum(own * seek - np.minimum(own, seek), 0.0) / (n * (n - 1)))


@checked
def further(share: ArrayLike, elasticity: ArrayLike) -> Floats:
    """Growth of hits when what they rest on grows by `share` of itself: (1 + share)^e - 1.

    With elasticities below 1 the next member adds less than the average one does.
    """
    grown = 1 + within(share, "share", 0)
    return np.asarray(grown ** within(elasticity, "elasticity", 0) - 1)
