"""Exchange that follows the size of both members and their region, without a table of pairs.

What a searcher finds at an owner goes with the product of their masses, times the affinity of two
members of one region. Sums over pairs then need sums over regions only, so that 200 members in
1,000 worlds take milliseconds (form of the gravity models of trade: Tinbergen 1962).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arrays import Bools, Floats, Ints
from capworth.kernels.ranges import within


class Exchange(NamedTuple):
    """What each member finds at others, what others find at it, and what all find."""

    own: Floats  # (..., members)
    external: Floats  # (..., members)
    whole: Floats  # (...)


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
    given, sought = within(owners, "owners", 0), within(searchers, "searchers", 0)
    if given.shape != sought.shape or given.ndim < 1 or given.shape[-1:] != np.shape(region):
        raise InputError(
            f"owners {given.shape}, searchers {sought.shape} and region {np.shape(region)} are not "
            "of one number of members."
        )
    more = within(affinity, "affinity", 0)[..., None] - 1
    own = sought * _beyond(given, region, more)
    external = given * _beyond(sought, region, more)
    return Exchange(own, external, own.sum(axis=-1))


def _beyond(mass: Floats, region: Ints, more: Floats) -> Floats:
    """Mass of all other members as each one sees it, near ones counted by the affinity."""
    inside = np.eye(int(region.max()) + 1)[region]  # (members, regions)
    near = np.einsum("...n,nr->...r", mass, inside)[..., region]
    far: Floats = mass.sum(axis=-1, keepdims=True) + more * near - (1 + more) * mass
    return np.maximum(far, 0.0)  # a last bit below nothing where nobody else is


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
    told = levels.sum(axis=-1, keepdims=True)
    free = np.divide(rest * (1 - told), left, out=np.zeros_like(rest), where=left > 0)
    free[..., known] = np.where(left > 0, levels, levels / told)
    shared: Floats = free
    return shared


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


def further(share: ArrayLike, elasticity: ArrayLike) -> Floats:
    """Growth of hits when what they rest on grows by `share` of itself: (1 + share)^e - 1.

    With elasticities below 1 the next member adds less than the average one does.
    """
    grown = 1 + within(share, "share", 0)
    return np.asarray(grown ** within(elasticity, "elasticity", 0) - 1)
