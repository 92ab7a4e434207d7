"""Which sets are worth comparing: those to which nothing can be added for the better."""

from typing import Final

import numpy as np

from capworth.kernels.arrays import Bools, Floats, Ints

BITS: Final = 62  # projects that a key of one whole number can hold


def worth_comparing(sets: Bools, welcome: Bools) -> Ints:
    """Rows of the sets to which no welcome project can be added without leaving the list.

    A set that can be extended is never better than its extension, so that the best by any measure
    that rises with value is among the rest. More than 62 projects: all rows.

    Parameters
    ----------
    sets : (sets, projects) those that are allowed and affordable, each once
    welcome : (projects,) whether a project adds 0 or more in every draw, to whatever set
    """
    n = sets.shape[1]
    rows = np.arange(len(sets))
    if n > BITS or not len(sets):
        return rows
    bit = np.left_shift(np.int64(1), np.arange(n))
    keys = np.einsum("sp,p->s", sets.astype(np.int64), bit)
    known = np.sort(keys)
    kept = np.ones(len(sets), dtype=bool)
    for project in np.flatnonzero(welcome):
        ahead = np.flatnonzero(kept & ~sets[:, project])
        wider = keys[ahead] | bit[project]
        place = np.minimum(np.searchsorted(known, wider), len(known) - 1)
        kept[ahead[known[place] == wider]] = False
    return rows[kept]


def set_values(sets: Bools, gains: Floats, pairs: Bools, bonuses: Floats) -> Floats:
    """Value of each set in each draw, (draws, sets).

    Parameters
    ----------
    sets : (sets, projects)
    gains : (draws, projects)
    pairs : (sets, synergies) whether both of a pair are in the set
    bonuses : (draws, synergies)
    """
    parts = np.concatenate((sets, pairs), axis=1).astype(np.float64)
    values: Floats = np.concatenate((gains, bonuses), axis=1) @ parts.T
    return values
