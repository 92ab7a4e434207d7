"""What records that are added find: the matches of the next member, not of the average one."""

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arrays import Floats
from capworth.kernels.ranges import above, within
from capworth.kernels.value_chain import match_probability


def fitted_intensity(hits: ArrayLike, searches: ArrayLike, records: ArrayLike) -> Floats:
    """Encounters for each record and search that explain the hits: -ln(1 - hits/searches)/records.

    Parameters
    ----------
    hits, searches : (...) in the same time; fewer hits than searches
    records : (...) held in that time

    >>> float(fitted_intensity(118_000, 256e6, 7.1e6).round(13))
    6.49e-11
    """
    share = within(hits, "hits", 0) / above(searches, "searches")
    if (share >= 1).any():
        raise InputError("hits: as many as searches or more. Count hits of searches only.")
    return np.asarray(-np.log1p(-share) / above(records, "records"))


def hits_added(
    searches: ArrayLike, intensity: ArrayLike, records: ArrayLike, added: ArrayLike
) -> Floats:
    """Hits in the same time that further records bring, others' searches being as they are.

    searches x (match probability with the added records less that without). It is the external
    gain of a member that connects: what others find at it.

    Parameters
    ----------
    searches, intensity, records : (...) today; see `match_probability`
    added : (...) further records, found as often as those that are held
    """
    held = within(records, "records", 0)
    more = match_probability(intensity, held + within(added, "added", 0))
    return np.asarray(within(searches, "searches", 0) * (more - match_probability(intensity, held)))
