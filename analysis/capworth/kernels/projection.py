"""How far each point is from what units show to be possible, in a direction."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from capworth.kernels.arrays import Bools, Floats
from capworth.kernels.programmes import INFEASIBLE, Programmes, Solution
from capworth.kernels.simplex import solve
from capworth.kernels.technology import Technology

CELLS: Final = 200_000  # prices looked at in one go: the work stays in the processor's cache


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Where the points land on the frontier.

    Attributes
    ----------
    distance : (draws, points) how often the direction fits in; NaN where infeasible
    intensity : (draws, points, units) the mixture of units that it lands on or below
    slack : (draws, points, inputs + outputs) input still too much, output still too little
    price : (draws, points, inputs + outputs) how the distance answers to one more of a measure:
        weights of the multiplier form, not negative
    scale_price : (draws, points) the same for the sum of intensities; 0 with constant returns
    infeasible : (draws, points) no step in the direction, forth or back, is possible
    resolved : how many programmes were solved again by HiGHS
    """

    distance: Floats
    intensity: Floats
    slack: Floats
    price: Floats
    scale_price: Floats
    infeasible: Bools
    resolved: int


def blocks(draws: int, points: int, columns: int) -> Iterator[tuple[slice, slice]]:
    """Cut draws x points into blocks of a fixed rule, whoever works on them."""
    slots = max(64, CELLS // columns)
    many = max(1, slots // points)
    few = points if many > 1 else max(1, min(points, slots))
    for draw in range(0, draws, many):
        for point in range(0, points, few):
            yield slice(draw, min(draw + many, draws)), slice(point, min(point + few, points))
