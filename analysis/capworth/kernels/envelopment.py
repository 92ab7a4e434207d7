"""Efficiency measured against the best mixtures of the units themselves."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite, flags, known
from capworth.kernels.arrays import Bools, Floats, Ints
from capworth.kernels.projection import Question, project
from capworth.kernels.technology import NEGLIGIBLE, measures, negligible

ORIENTATIONS: Final = ("input", "output", "directional")


@dataclass(frozen=True, slots=True, eq=False)
class Envelopment:
    """Scores, peers and targets of every unit in every draw.

    Attributes
    ----------
    score : (draws, units). Input orientation: theta, 1 or less, the share of the inputs that
        would do. Output orientation: phi, 1 or more, by how much all outputs could be multiplied;
        the efficiency is 1 / phi. Directional: beta, 0 or more, how often the direction fits in.
    intensities : (draws, units, units) the mixture that each unit (second axis) is measured
        against; a unit with an intensity above 0 is a peer
    input_slack : (draws, units, inputs) what each input is too much after the radial step
    output_slack : (draws, units, outputs) what each output is too little after it
    input_weight, output_weight : (draws, units, ...) optimal weights of the multiplier form per
        unit of measure, not negative; times the measure they are the virtual inputs and outputs.
        They need not be unique.
    scale_weight : (draws, units) the multiplier form's free term, 0 with constant returns
    inputs, outputs : the data, as checked
    input_target, output_target : (draws, units, ...) what the mixture uses and makes, exchanges
        under restrictions on weights included
    counted : (inputs + outputs,) false for inputs whose slack does not count
    returns, orientation : how they were compared
    resolved : how many programmes were solved again by HiGHS because their proof failed
    """

    score: Floats
    intensities: Floats
    input_slack: Floats
    output_slack: Floats
    input_weight: Floats
    output_weight: Floats
    scale_weight: Floats
    inputs: Floats
    outputs: Floats
    input_target: Floats
    output_target: Floats
    counted: Bools
    returns: str
    orientation: str
    resolved: int

    def __post_init__(self) -> None:
        for name in self.__slots__:
            part = getattr(self, name)
            if isinstance(part, np.ndarray):
                part.setflags(write=False)

    @property
    def efficiency(self) -> Floats:
        """(draws, units) theta, or 1 / phi: 1 on the frontier, less below it.

        Directional: 1 / (1 + beta), which is 1 on the frontier too.
        """
        if self.orientation == "input":
            return self.score
        return 1 / self.score if self.orientation == "output" else 1 / (1 + self.score)

    @property
    def efficient(self) -> Bools:
        """(draws, units) on the frontier within 1e-6 and without slacks, as in `negligible`."""
        m = self.inputs.shape[2]
        clean = negligible(np.where(self.counted[:m], self.input_slack, 0), self.inputs)
        clean &= negligible(self.output_slack, self.outputs)
        efficient: Bools = (np.abs(self.efficiency - 1) <= NEGLIGIBLE) & clean
        return efficient

    @property
    def reference_count(self) -> Ints:
        """(draws, units) for how many other units a unit is a peer."""
        peers = self.intensities > NEGLIGIBLE
        counts: Ints = peers.sum(axis=1) - np.diagonal(peers, axis1=1, axis2=2)
        return counts

    @property
    def peer_share(self) -> Floats:
        """(units, units) share of draws in which the unit on the last axis is a peer of the first.

        An efficient unit counts as its own peer.
        """
        share: Floats = (self.intensities > NEGLIGIBLE).mean(axis=0)
        return share

    @property
    def small_sample(self) -> bool:
        """Fewer units than three times the measures: many look efficient for want of others."""
        units, measured = self.inputs.shape[1], self.inputs.shape[2] + self.outputs.shape[2]
        return bool(units < 3 * measured)


def envelop(
    inputs: ArrayLike,
    outputs: ArrayLike,
    returns: str = "variable",
    orientation: str = "output",
    *,
    fixed_inputs: ArrayLike | None = None,
    direction: tuple[ArrayLike, ArrayLike] | None = None,
    restrictions: ArrayLike | None = None,
    joint_inputs: ArrayLike | None = None,
) -> Envelopment:
    """Compare every unit with the best mixture of units, in every draw.

    Parameters
    ----------
    inputs : (units, inputs) or (draws, units, inputs), 0 or more; less is better
    outputs : (units, outputs) or (draws, units, outputs), 0 or more; more is better
    returns : "constant", "variable", "nonincreasing" or "nondecreasing"
    orientation : "input", "output", or "directional"
    fixed_inputs : (inputs,) true for those that nobody can change (non-discretionary): they limit
        whom a unit is compared with, are not reduced, and their slack does not count
    direction : for "directional", how much of each input is to fall and of each output to rise per
        unit of score, in any shape that fits; each unit's own amounts by default
    restrictions : (restrictions, inputs + outputs) or with draws before; each says that the sum of
        its numbers times the weights of inputs and outputs is 0 or less; see `assurance`
    joint_inputs : (inputs,) true for those that come with the outputs and cannot be thrown away
        alone, so that a mixture must use them to the full; see `undesirable`

    Raises
    ------
    InputError
        See `technology.measures`; and for a direction that is negative or 0 all over, and
        restrictions that leave no weights.

    Notes
    -----
    Charnes, Cooper & Rhodes (1978), European Journal of Operational Research 2, 429-444; Banker,
    Charnes & Cooper (1984), Management Science 30, 1078-1092; Chambers, Chung & Färe (1996);
    fixed inputs: Banker & Morey (1986), Operations Research 34, 513-521. Slacks are those whose
    sum, each as a share of the largest amount of its measure, is the largest. A unit that is
    efficient is its own peer; of equally good mixtures the first found is given.
    """
    x, y = measures(inputs, outputs)
    known(orientation, "orientation", ORIENTATIONS)
    free = _free(fixed_inputs, x.shape[2])
    if orientation != "directional" and direction is not None:
        raise InputError(
            f"direction: {orientation!r} orientation has its own. Leave it out, or use "
            "orientation 'directional'."
        )
    if orientation == "input":
        toward = x * free, np.zeros_like(y)
    elif orientation == "output":
        toward = np.zeros_like(x), y
    else:
        toward = _direction(direction, x * free, y)
    idle = ~(np.concatenate(toward, axis=2) > 0).any(axis=2)
    if idle.any():
        draw, unit = np.argwhere(idle)[0].tolist()
        raise InputError(
            f"inputs: unit {unit} (draw {draw}) has nothing to change in this orientation. Leave "
            "it out, or free an input."
        )
    counted = np.concatenate((free, np.ones(y.shape[2])))
    joint = None if joint_inputs is None else flags(joint_inputs, x.shape[2], "joint_inputs")
    if joint is not None:
        counted[: x.shape[2]][joint] = 0
    trades = None if restrictions is None else _trades(restrictions, x, y)
    question = Question(returns, counted=counted, trades=trades, joint=joint)
    found = project((x, y), (x, y), toward, question)
    score = found.distance
    if orientation == "input":
        score = 1 - score
    elif orientation == "output":
        score = 1 + score
    m = x.shape[2]
    used, made = np.matmul(found.intensity, x), np.matmul(found.intensity, y)
    if trades is not None:  # exchanges go beyond what the mixture does
        step = found.distance[:, :, None]
        used = x - step * toward[0] - found.slack[..., :m]
        made = y + step * toward[1] + found.slack[..., m:]
    return Envelopment(
        score,
        found.intensity,
        found.slack[..., :m],
        found.slack[..., m:],
        found.price[..., :m],
        found.price[..., m:],
        found.scale_price,
        x,
        y,
        used,
        made,
        counted > 0,
        returns,
        orientation,
        found.resolved,
    )


def _free(fixed_inputs: ArrayLike | None, many: int) -> Floats:
    """1 for each input that can be changed, 0 for the others."""
    if fixed_inputs is None:
        return np.ones(many)
    return np.where(flags(fixed_inputs, many, "fixed_inputs"), 0.0, 1.0)


def _trades(restrictions: ArrayLike, x: Floats, y: Floats) -> Floats:
    """Restrictions on weights as exchanges that the units are held to be able to make."""
    rows = finite(restrictions, "restrictions")
    measured = x.shape[2] + y.shape[2]
    if rows.ndim not in (2, 3) or rows.shape[-1] != measured:
        raise InputError(
            f"restrictions: shape {rows.shape} is not (restrictions, {measured}). Give one number "
            "for each input and each output."
        )
    if rows.ndim == 3 and len(rows) != len(x):
        raise InputError(f"restrictions: {len(rows)} draws for {len(x)} draws of the data.")
    if not (rows != 0).any(axis=-1).all():
        raise InputError("restrictions: a row is 0 all over and restricts nothing. Leave it out.")
    sign = np.where(np.arange(measured) < x.shape[2], -1, 1)
    return np.broadcast_to(rows * sign, (len(x), *rows.shape[-2:]))


def _direction(
    direction: tuple[ArrayLike, ArrayLike] | None, x: Floats, y: Floats
) -> tuple[Floats, Floats]:
    if direction is None:
        return x, y
    parts = []
    for given, name, shape in zip(direction, ("inputs", "outputs"), (x, y), strict=True):
        numbers = finite(given, f"direction of {name}")
        if (numbers < 0).any():
            raise InputError(f"direction of {name}: an entry is negative. Give sizes, 0 or more.")
        try:
            parts.append(np.broadcast_to(numbers, shape.shape))
        except ValueError as error:
            raise InputError(
                f"direction of {name}: shape {numbers.shape} does not fit {shape.shape}."
            ) from error
    return parts[0], parts[1]
