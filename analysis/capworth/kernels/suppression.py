"""Cells of a table that must not be shown, so that no single member can be read out of it."""

import numpy as np
from numpy.typing import ArrayLike

from capworth.kernels.arguments import table
from capworth.kernels.arrays import Bools, Floats
from capworth.kernels.ranges import within


def hidden_cells(counts: ArrayLike, least: float) -> Bools:
    """Cells of a two-way table of counts to hide, its sums by row and by column being shown.

    Parameters
    ----------
    counts : (rows, columns) members in each cell, not below 0
    least : counts below it, but not 0, are hidden first

    Returns
    -------
    (rows, columns). Where a line hides one cell alone, which its sum would give away, the smallest
    shown cell of that line that is not 0 is hidden with it (the first of equals), until every line
    hides none or at least two, or has nothing more to hide.

    Notes
    -----
    Primary and complementary suppression: Hundepool et al. (2012), Statistical Disclosure Control,
    chapter 4. A cell of 0 tells that nobody is there, which is public knowledge of a membership.
    The greedy choice is safe against exact recovery, not the one that hides least.
    """
    cells = within(table(counts, "counts", "rows", "columns"), "counts", 0)
    hidden: Bools = (cells > 0) & (cells < least)
    while True:
        before = hidden.sum()
        for lines, seen in ((cells, hidden), (cells.T, hidden.T)):
            for k in np.flatnonzero(seen.sum(axis=1) == 1):
                free = np.flatnonzero(~seen[k] & (lines[k] > 0))
                if free.size:
                    seen[k, free[lines[k, free].argmin()]] = True
        if hidden.sum() == before:
            return hidden


def dominated(largest: ArrayLike, total: ArrayLike, share: float) -> Bools:
    """Groups in which one member holds more than `share` of the total, so that it is known.

    >>> dominated([9.0, 3.0, 0.0], [10.0, 10.0, 0.0], 0.8).tolist()
    [True, False, False]
    """
    most, whole = within(largest, "largest", 0), within(total, "total", 0)
    return np.asarray(most > float(within(share, "share", 0, 1)) * whole)


def without_small(counts: Floats, least: float) -> Floats:
    """Counts of events of one member, with those from above 0 to below `least` made unknown."""
    return np.where((counts > 0) & (counts < least), np.nan, counts)
