"""Sums that are exact, so that equal ones are equal to the last bit.

0.1 + 0.2 is not 0.3 to a computer, and which of two equal sets wins must not hang on that. Amounts
are counted in grains, whole numbers of a decimal step: twelve digits of the largest possible sum.
Whole numbers of that size add up without any rounding, in every order and on every machine.
"""

from typing import Final, NamedTuple

import numpy as np

from capworth.methods.arguments import Floats, checked

_DIGITS: Final = 12
_SMALLEST: Final = 1e-280


class Grains(NamedTuple):
    """Amounts as whole numbers (still floating point), and the size of one grain."""

    amounts: Floats  # (..., k)
    grain: Floats  # (..., 1)


@checked
def in_grains(amounts: Floats) -> Grains:
    """Count amounts (..., k) in grains; each row has a grain of its own, a power of ten.

    >>> found, grain = in_grains(np.array([0.1, 0.2, 0.3]))
    >>> bool(found[0] + found[1] == found[2])
    True
    """
    most = np.maximum(np.abs(amounts).sum(axis=-1, keepdims=True), _SMALLEST)
    grain = 10.0 ** (np.floor(np.log10(most)) + 1 - _DIGITS)
    return Grains(np.rint(amounts / grain), np.asarray(grain))
