"""The bends of a value function as the analyst writes them."""

from math import expm1, log1p

from capworth.errors import InputError
from capworth.methods.elicitation.value_functions import curvature_from_midpoint

HALF = "half:"  # before the level that is worth 50 on an exponential curve
# An exponential curve is drawn in so many steps of level and of value. Of 100 points it is off by
# 0.1 at most where half is reached between a tenth and nine tenths of the way, by 0.3 at 2 %.
STEPS = 26
NEAR = 9  # decimals to which two shares of the way count as one


def read_points(text: str, worst: float, best: float) -> tuple[tuple[float, float], ...]:
    """Read the bends of a value function, `level:value` pairs with blanks between.

    `half:LEVEL` is an exponential curve from worst to best that is worth 50 at that level (Kirkwood
    1997), as bends at equal steps of level and of value. Codes of categories are levels.

    Raises
    ------
    ValueError
        When a pair is not two numbers, or the level of half the value is not between the ends.

    >>> read_points("50:80 90:95", 0, 100)
    ((50.0, 80.0), (90.0, 95.0))
    >>> [(level, round(value)) for level, value in read_points("half:50 ", 100, 0)]
    []
    >>> [level for level, value in read_points("half:25", 0, 100) if round(value, 3) == 50]
    [25.0]
    """
    if text.startswith(HALF):
        return _curve((float(text.removeprefix(HALF)) - worst) / (best - worst), worst, best)
    pairs = [pair.split(":") for pair in text.replace(";", " ").split()]
    return tuple((float(level), float(value)) for level, value in pairs)


def _curve(half: float, worst: float, best: float) -> tuple[tuple[float, float], ...]:
    try:
        bend = curvature_from_midpoint(half)
    except InputError as error:
        raise ValueError(str(error)) from error
    if bend == 0:
        return ()
    top = -expm1(-bend)
    steps = [k / STEPS for k in range(1, STEPS)]
    curved = (round(-log1p(-value * top) / bend, NEAR) for value in steps)
    shares = sorted({*curved, *(round(step, NEAR) for step in steps)})
    return tuple(
        (worst + share * (best - worst), 100 * expm1(-bend * share) / expm1(-bend))
        for share in shares
    )
