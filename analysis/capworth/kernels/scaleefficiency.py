"""How much efficiency a unit loses by being too small or too large."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from capworth.kernels.arguments import known
from capworth.kernels.arrays import Floats, Ints
from capworth.kernels.envelopment import envelop
from capworth.kernels.technology import NEGLIGIBLE

CONSTANT: Final = 0  # of the best size
INCREASING: Final = 1  # too small: more of everything would pay
DECREASING: Final = -1  # too large


@dataclass(frozen=True, slots=True, eq=False)
class ScaleEfficiency:
    """Efficiency with and without regard to size.

    Attributes
    ----------
    overall : (draws, units) efficiency with constant returns, 0 to 1
    pure : (draws, units) efficiency among units of like size: with variable returns
    scale : (draws, units) overall / pure, 1 at the best size
    returns : (draws, units) CONSTANT, INCREASING or DECREASING, at the point of the frontier that
        the unit is compared with
    resolved : how many programmes were solved again by HiGHS
    """

    overall: Floats
    pure: Floats
    scale: Floats
    returns: Ints
    resolved: int


def scale_efficiency(
    inputs: ArrayLike, outputs: ArrayLike, orientation: str = "output"
) -> ScaleEfficiency:
    """Part efficiency into that of practice and that of size, and say in which way size is off.

    Notes
    -----
    Banker (1984), European Journal of Operational Research 17, 35-44; the kind of returns from
    comparing non-increasing with variable returns: Färe, Grosskopf & Lovell (1985), The
    Measurement of Efficiency of Production, ch. 4. It can differ between orientations, because
    they look at different points of the frontier.
    """
    known(orientation, "orientation", ("input", "output"))
    found = {
        returns: envelop(inputs, outputs, returns, orientation)
        for returns in ("constant", "variable", "nonincreasing")
    }
    overall, pure = found["constant"].efficiency, found["variable"].efficiency
    shrinking = np.abs(found["nonincreasing"].efficiency - pure) <= NEGLIGIBLE
    scale = overall / pure
    kind = np.where(shrinking, DECREASING, INCREASING)
    kind[np.abs(scale - 1) <= NEGLIGIBLE] = CONSTANT
    resolved = sum(each.resolved for each in found.values())
    return ScaleEfficiency(overall, pure, scale, kind, resolved)
