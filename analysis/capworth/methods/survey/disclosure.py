"""Disclosure control: cells of a table not to be shown, so that no member is read out."""

import numpy as np
from numpy.typing import ArrayLike

from capworth.methods.arguments import Bools, Floats, checked, table, within

_ROUNDING = 1e-9


@checked
def hidden_cells(counts: ArrayLike, least: float) -> Bools:
    """Cells of a two-way table of counts to hide, its sums by row and by column being shown.

    Parameters
    ----------
    counts : (rows, columns) members in each cell, not below 0
    least : counts below it, but not 0, are hidden first

    Returns
    -------
    (rows, columns). With the small cells as many others are hidden, the smallest first, as keep the
    small ones from being worked out from the sums. Where nothing is left to hide them behind, as in
    a row with one cell above 0, the sums must not be shown either.

    Notes
    -----
    Primary and complementary suppression: Hundepool et al. (2012), Statistical Disclosure Control,
    chapter 4. A cell of 0 tells that nobody is there, which is public knowledge of a membership.
    The greedy choice is safe against exact recovery; it is not the one that hides least.
    """
    cells = within(table(counts, "counts", "rows", "columns"), "counts", 0)
    return hidden_with(cells, (cells > 0) & (cells < least))


@checked
def hidden_with(amounts: ArrayLike, small: Bools) -> Bools:
    """Cells to hide with those that are secret, (rows, columns), so that none can be worked out.

    Parameters
    ----------
    amounts : (rows, columns) not below 0, whose sums by row and by column are shown
    small : (rows, columns) the cells that are secret; see `hidden_cells`

    >>> secret = np.array([[True, False, False], [False, False, False]])
    >>> hidden_with([[90, 1, 5], [1, 8, 4]], secret).astype(int).tolist()
    [[1, 1, 0], [1, 1, 0]]
    """
    cells = within(table(amounts, "amounts", "rows", "columns"), "amounts", 0)
    hidden = small.copy()
    while True:
        _fill_lines(cells, hidden)
        for i, j in np.argwhere(small & recoverable(hidden)):
            line = [(cells[i, c], i, c) for c in range(cells.shape[1])]
            line += [(cells[r, j], r, j) for r in range(cells.shape[0])]
            free = sorted((x, r, c) for x, r, c in line if x > 0 and not hidden[r, c])
            if free:
                hidden[free[0][1:]] = True
                break
        else:
            return hidden


@checked
def recoverable(hidden: Bools) -> Bools:
    """Hidden cells that follow exactly from the sums of rows and columns, (rows, columns).

    A cell follows when no change of the hidden cells that leaves all sums as they are moves it: its
    row of the null space of the sums is empty.
    """
    found = np.zeros(hidden.shape, dtype=bool)
    places = np.argwhere(hidden)
    if len(places):
        rows, columns = (np.eye(n)[places[:, k]] for k, n in enumerate(hidden.shape))
        _, values, basis = np.linalg.svd(np.hstack([rows, columns]).T)
        free = basis[(values > _ROUNDING).sum() :]
        found[tuple(places.T)] = (np.abs(free) < _ROUNDING).all(axis=0)
    return found


def _fill_lines(cells: Floats, hidden: Bools) -> None:
    """Hide the smallest shown cell of every line that hides one alone, until none does."""
    while True:
        before = hidden.sum()
        for lines, seen in ((cells, hidden), (cells.T, hidden.T)):
            for k in np.flatnonzero(seen.sum(axis=1) == 1):
                free = np.flatnonzero(~seen[k] & (lines[k] > 0))
                if free.size:
                    seen[k, free[lines[k, free].argmin()]] = True
        if hidden.sum() == before:
            return


@checked
def dominated(largest: ArrayLike, total: ArrayLike, share: float) -> Bools:
    """Groups in which one member holds more than `share` of the total, so that it is known.

    >>> dominated([9.0, 3.0, 0.0], [10.0, 10.0, 0.0], 0.8).tolist()
    [True, False, False]
    """
    most, whole = within(largest, "largest", 0), within(total, "total", 0)
    return np.asarray(most > float(within(share, "share", 0, 1)) * whole)


@checked
def without_small(counts: Floats, least: float) -> Floats:
    """Counts of events of one member, with those from above 0 to below `least` made unknown."""
    return np.where((counts > 0) & (counts < least), np.nan, counts)
