"""Clustering: k-means groups of alike rows, and how clearly they stand apart (silhouette)."""

from typing import Final

import numpy as np
from scipy.cluster.vq import ClusterError, kmeans2

from capworth.errors import InputError
from capworth.methods.arguments import Floats, Ints, checked, table

_STARTS: Final = 10  # of the search; the best end counts
_ROUNDS: Final = 30
_NUMBERS: Final = 1 << 21  # of distances, by column, that are held at a time
_SEEN: Final = 2_000  # rows, evenly over all, of which a grouping is judged


@checked
def k_means(points: Floats, k: int, rng: np.random.Generator, starts: int = _STARTS) -> Ints:
    """K-means: `k` groups of rows with the least squared distances to the means of the groups.

    Parameters
    ----------
    points : (rows, columns)
    k : groups, from 1 to the number of distinct rows
    rng : the starts are drawn from it: far apart, as in k-means++

    Returns
    -------
    (rows,) group of each row; the largest group is 0, of equals the one whose row stands first.

    Notes
    -----
    MacQueen (1967); search after Lloyd by `scipy.cluster.vq.kmeans2`; starts after Arthur &
    Vassilvitskii (2007), k-means++, SODA '07. The best of several ends, not proven to be the best.
    """
    rows = table(points, "points", "rows", "columns")
    if not 1 <= k <= len(np.unique(rows, axis=0)):
        raise InputError(f"k: {k} groups of {len(rows)} rows. Ask for fewer than there are rows.")
    best, least = np.zeros(len(rows), dtype=np.int64), np.inf
    for _ in range(starts if k > 1 else 1):
        try:
            centres, labels = kmeans2(
                rows, _seeds(rows, k, rng), iter=_ROUNDS, minit="matrix", missing="raise"
            )
        except ClusterError:  # a group ran empty: another start
            continue
        spread = float(((rows - centres[labels]) ** 2).sum())
        if spread < least - 1e-12:
            best, least = labels.astype(np.int64), spread
    if not np.isfinite(least):
        raise InputError(f"k: no start found {k} groups. Ask for fewer.")
    return _renumbered(best)


@checked
def silhouette(points: Floats, groups: Ints) -> Floats:
    """How much nearer each row is to its own group than to the next: (rows,), from -1 to 1.

    (b - a) / max(a, b), with a the mean distance to the others of its group and b that to the
    nearest other group; 0 for a row alone in its group. Rousseeuw (1987), Journal of Computational
    and Applied Mathematics 20, 53-65.

    >>> silhouette(np.array([[0.0], [1.0], [5.0]]), np.array([0, 0, 1])).round(2).tolist()
    [0.8, 0.75, 0.0]
    """
    rows = table(points, "points", "rows", "columns")
    count = np.bincount(groups)
    member = (groups[:, None] == np.arange(len(count))).astype(np.float64)
    total = np.empty(member.shape)
    step = max(1, _NUMBERS // max(rows.size, 1))  # rows whose distances are held at a time
    for first in range(0, len(rows), step):
        mine = slice(first, first + step)
        distance = np.sqrt(((rows[mine, None, :] - rows) ** 2).sum(axis=2))
        total[mine] = np.einsum("ij,jg->ig", distance, member)
    own = total[np.arange(len(rows)), groups] / np.maximum(count[groups] - 1, 1)
    mean = np.where(member > 0, np.inf, total / np.maximum(count, 1))
    other = mean.min(axis=1)
    largest = np.maximum(own, other)
    alone = (count[groups] == 1) | ~np.isfinite(other) | (largest == 0)
    width: Floats = np.where(alone, 0.0, (other - own) / np.where(alone, 1.0, largest))
    return width


@checked
def best_grouping(
    points: Floats, most: int, rng: np.random.Generator, fewest: int = 1
) -> tuple[Ints, float]:
    """Groups of the k, from 2 to `most`, whose mean silhouette is largest; of equals the fewest.

    Parameters
    ----------
    fewest : rows that every group must have; a k with a smaller group does not count

    Returns
    -------
    (rows,) group of each row, and the mean silhouette. All in one group, and 0, where no k from 2
    to `most` gives groups of `fewest` rows.

    Notes
    -----
    Of more than 2,000 rows the silhouette is that of 2,000, spread evenly over all: distances of
    each to each would grow with the square.

    Kaufman & Rousseeuw (1990), Finding Groups in Data, ch. 2: up to 0.25 there is no substantial
    structure, from 0.5 a reasonable one, from 0.7 a strong one.
    """
    rows = table(points, "points", "rows", "columns")
    seen = np.arange(min(len(rows), _SEEN)) * len(rows) // max(min(len(rows), _SEEN), 1)
    found, clear = np.zeros(len(rows), dtype=np.int64), 0.0
    for k in range(2, min(most, len(np.unique(rows, axis=0))) + 1):
        groups = k_means(rows, k, rng)
        mean = float(silhouette(rows[seen], _renumbered(groups[seen])).mean())
        if np.bincount(groups).min() >= fewest and mean > clear + 1e-12:
            found, clear = groups, mean
    return found, clear


def _seeds(rows: Floats, k: int, rng: np.random.Generator) -> Floats:
    """First centres: each drawn among the rows with chances by squared distance to those before."""
    chosen = [int(rng.integers(len(rows)))]
    for _ in range(k - 1):
        near = ((rows[:, None, :] - rows[chosen]) ** 2).sum(axis=2).min(axis=1)
        ladder = near.cumsum()
        shot = min(rng.random() * ladder[-1], np.nextafter(ladder[-1], 0))
        chosen.append(int(np.searchsorted(ladder, shot, side="right")))
    return rows[chosen].copy()


def _renumbered(groups: Ints) -> Ints:
    first = [int(np.argmax(groups == g)) for g in range(int(groups.max()) + 1)]
    count = np.bincount(groups)
    order = sorted(range(len(first)), key=lambda g: (-count[g], first[g]))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place[groups]
