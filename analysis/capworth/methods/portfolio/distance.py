"""Share of the distance to the agreed levels closed: the unit in which a programme is counted.

Every service has a level today and an agreed level on each criterion; what lies between is its
distance, weighed by the extent of the service. Levels above the agreed one count nothing.
"""

import numpy as np

from capworth.errors import InputError
from capworth.methods.arguments import Floats, Ints, checked, finite


@checked
def extents(given: Floats, whole: Ints | None = None, share: Floats | None = None) -> Floats:
    """Extents that sum to 1; the parts of one whole share what the whole has.

    Parameters
    ----------
    given : (lines,) extent of each line by some key, 0 or more; for parts, that of their whole
    whole : (lines,) number of the whole that a line is part of; each its own where None
    share : (lines,) in which proportion parts share the extent of their whole; equal where None

    Returns
    -------
    (lines,) extents.

    Raises
    ------
    InputError
        Where all extents are 0, or one is below.

    >>> extents(np.array([2.0, 2.0, 2.0]), np.array([0, 0, 1]), np.array([1.0, 3.0, 1.0])).tolist()
    [0.125, 0.375, 0.5]
    """
    numbers = finite(given, "extent")
    if (numbers < 0).any() or not (numbers > 0).any():
        raise InputError("extent: all are 0, or one is below 0. Give at least one above 0.")
    wholes = np.arange(len(numbers)) if whole is None else np.unique(whole, return_inverse=True)[1]
    parts = np.ones(len(numbers)) if share is None else finite(share, "share")
    sums = np.bincount(wholes, parts)[wholes]
    size = np.bincount(wholes)[wholes]
    among = np.where(sums > 0, parts / np.where(sums > 0, sums, 1.0), 1 / size)
    of_whole = np.zeros(wholes.max() + 1)
    of_whole[wholes] = numbers
    found: Floats = of_whole[wholes] * among
    return np.asarray(found / found.sum())


@checked
def distance(value: Floats, reference: Floats, weight: Floats) -> Floats:
    """Distance to the agreed levels, weighted: sum of weight x max(0, reference - value).

    Parameters
    ----------
    value : (draws, cells) level today, one cell for each service and criterion, in points
    reference : (cells,) or (draws, cells) agreed level, in points
    weight : (cells,) extent of the service x weight of the criterion

    Returns
    -------
    (draws,) points; 0 where all agreed levels are met.

    >>> distance(np.array([[60.0, 40.0, 80.0]]), np.array([70.0, 70.0, 75.0]), np.ones(3)).tolist()
    [40.0]
    """
    return np.asarray(np.maximum(reference - value, 0.0) @ weight)


@checked
def closed(
    value: Floats,
    reference: Floats,
    weight: Floats,
    rise: Floats,
    effect: Floats | None = None,
    discount: Floats | None = None,
) -> Floats:
    """Distance that a set of improvements closes together, capped within each year.

    Two improvements cannot close one gap twice; a fall below the agreed level counts against.

    Parameters
    ----------
    value, reference, weight : see `distance`
    rise : (draws, improvements, cells) full rise of each improvement, in points; may be below 0
    effect : (improvements, years) share of the full rise by year; all at once where None
    discount : (years,) factors that weigh the years; equal where None

    Returns
    -------
    (draws,) points, discounted mean over the years.

    >>> value, agreed, one = np.zeros((1, 1)), np.array([10.0]), np.ones(1)
    >>> rise = np.array([[[8.0], [6.0]]])
    >>> years = np.array([[1.0, 1, 1, 1], [0, 0, 1, 1]])
    >>> closed(value, agreed, one, rise, years).tolist()
    [9.0]
    """
    shares = np.ones((rise.shape[1], 1)) if effect is None else effect
    factors = np.ones(shares.shape[1]) if discount is None else discount
    before = np.maximum(reference - value, 0.0)
    total = np.zeros(len(value))
    same: dict[bytes, Floats] = {}  # years with the same shares have the same answer
    for year in range(shares.shape[1]):
        key = shares[:, year].tobytes()
        if key not in same:
            raised = value + np.einsum("nik,i->nk", rise, shares[:, year])
            same[key] = (before - np.maximum(reference - raised, 0.0)) @ weight
        total += factors[year] * same[key]
    return np.asarray(total / factors.sum())


@checked
def share_closed(gain: Floats, whole: Floats) -> tuple[Floats, Floats] | None:
    """Share of the distance closed, in per cent: ratio of the means, and the ratio by draw.

    Parameters
    ----------
    gain : (draws,) or (draws, things) points closed
    whole : (draws,) distance

    Returns
    -------
    Per cent of the expected distance (a ratio of means), and by draw, whose quantiles are the
    range; None where all agreed levels are met: the figure is absent, not 0.
    """
    mean = float(whole.mean())
    if mean <= 0:
        return None
    base = whole.reshape(-1, *[1] * (gain.ndim - 1))
    by_draw = np.divide(gain, base, out=np.full(gain.shape, np.nan), where=base > 0)
    return np.asarray(100 * gain.mean(axis=0) / mean), 100 * by_draw
