"""How much of a full effect is felt in each year: none, then rising, then all of it."""

import numpy as np

from capworth.errors import InputError
from capworth.kernels.arrays import Floats


def effect_profile(years: int, first: int, ramp: int = 0) -> Floats:
    """Share of the full effect that is felt in each year, (years,).

    Parameters
    ----------
    years : length of the appraisal
    first : year of the first effect, 0 the first of the appraisal; before 0 it began earlier
    ramp : years from the first effect until the full one; it rises by equal steps

    >>> effect_profile(5, 1).tolist()
    [0.0, 1.0, 1.0, 1.0, 1.0]
    >>> effect_profile(5, 1, 3).tolist()
    [0.0, 0.25, 0.5, 0.75, 1.0]
    >>> effect_profile(3, -1, 3).tolist()
    [0.5, 0.75, 1.0]
    """
    if ramp < 0:
        raise InputError(f"ramp: {ramp} years. Give 0 or more.")
    steps = np.arange(years) - first + 1
    share: Floats = np.clip(steps / (ramp + 1), 0.0, 1.0)
    return share
