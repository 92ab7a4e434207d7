"""Efficiency by factors: inputs shrink and outputs grow by powers of one number."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from capworth.kernels.arrays import Floats
from capworth.kernels.projection import Question, project
from capworth.kernels.ranges import within
from capworth.kernels.technology import measures

HALVINGS: Final = 45  # of an interval of logarithms; the score then holds to about 1e-9
LEAST: Final = 1e-6  # no unit is taken to be less efficient than this


def hyperbolic(
    inputs: ArrayLike, outputs: ArrayLike, returns: str = "variable", alpha: float = 0.5
) -> Floats:
    """Find the least number d such that d^(1 - alpha) inputs can make d^-alpha outputs.

    Parameters
    ----------
    inputs, outputs, returns : see `envelopment.envelop`
    alpha : from 0, which is the input orientation, to 1, in which 1 / d is the output factor; at
        0.5 both sides change by the square root of d (graph hyperbolic measure)

    Returns
    -------
    (draws, units) d, 1 or less. With constant returns alpha does not matter, and d is the score
    by input.

    Notes
    -----
    Färe, Grosskopf & Lovell (1985), ch. 5; generalised distance function: Chavas & Cox (1999),
    Journal of Productivity Analysis 11, 295-317. By halving: what d makes possible, any larger
    number does too.

    >>> hyperbolic([[2], [4], [8]], [[1], [4], [2]], "variable").round(6).tolist()
    [[1.0, 1.0, 0.25]]
    """
    x, y = measures(inputs, outputs)
    share = float(within(alpha, "alpha", 0, 1))
    high, low = np.zeros(x.shape[:2]), np.full(x.shape[:2], np.log(LEAST))
    question = Question(returns, inside=False)
    for _ in range(HALVINGS):
        middle = (high + low) / 2
        used = x * np.exp((1 - share) * middle)[..., None]
        made = y * np.exp(-share * middle)[..., None]
        over = project((x, y), (used, made), (used, made * 0), question).distance
        possible = over >= 0  # NaN, nothing like it is possible, is not
        high, low = np.where(possible, middle, high), np.where(possible, low, middle)
    return np.asarray(np.exp(high))
