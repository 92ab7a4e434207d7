"""Efficiency of each unit against the others alone, so that efficient units differ too."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from capworth.kernels.arguments import known
from capworth.kernels.arrays import Bools, Floats
from capworth.kernels.projection import Question, project
from capworth.kernels.technology import measures

NOTHING: Final = 1e-9  # a factor of outputs no larger than this compares the unit with nothing


@dataclass(frozen=True, slots=True, eq=False)
class SuperEfficiency:
    """Scores against the others.

    Attributes
    ----------
    score : (draws, units). Input orientation: above 1, by how much the inputs could grow and the
        unit still be efficient. Output orientation: below 1, to which the outputs could shrink.
        Of a unit that is not efficient, its usual score. NaN where infeasible.
    infeasible : (draws, units) no mixture of the others can be compared with the unit at all: in
        its direction it stands beyond every one of them. This is a finding, not a number.
    intensities : (draws, units, units) the mixture of others; NaN where infeasible
    resolved : how many programmes were solved again by HiGHS
    """

    score: Floats
    infeasible: Bools
    intensities: Floats
    resolved: int


def super_efficiency(
    inputs: ArrayLike,
    outputs: ArrayLike,
    returns: str = "constant",
    orientation: str = "input",
) -> SuperEfficiency:
    """Compare every unit with the best mixture of the other units.

    Parameters
    ----------
    inputs, outputs, returns : see `envelopment.envelop`
    orientation : "input" or "output"

    Notes
    -----
    Andersen & Petersen (1993), Management Science 39, 1261-1264. Infeasible programmes are proved
    to be so (Seiford & Zhu 1999, INFOR 37, 174-187): they arise without constant returns, and with
    zeros in the data. A factor of outputs of 0 is one too: only nothing at all could be compared.
    """
    x, y = measures(inputs, outputs)
    known(orientation, "orientation", ("input", "output"))
    toward = (x, np.zeros_like(y)) if orientation == "input" else (np.zeros_like(x), y)
    counted = np.ones(x.shape[2] + y.shape[2])
    question = Question(returns, inside=False, but_itself=True, counted=counted)
    found = project((x, y), (x, y), toward, question)
    if orientation == "input":
        return SuperEfficiency(
            1 - found.distance, found.infeasible, found.intensity, found.resolved
        )
    score = 1 + found.distance
    infeasible = found.infeasible | (score <= NOTHING)
    score[infeasible] = np.nan
    found.intensity[infeasible] = np.nan
    return SuperEfficiency(score, infeasible, found.intensity, found.resolved)
