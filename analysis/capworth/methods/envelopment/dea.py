"""Data envelopment analysis (DEA): efficiency against the best mixtures of the units themselves.

Radial and directional scores under every kind of returns to scale; super-efficiency, against the
others alone; scale efficiency; restrictions on weights (assurance regions).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats, Ints, checked, finite, flags, known
from capworth.methods.envelopment.technology import (
    NEGLIGIBLE,
    Question,
    every_intensity,
    measures,
    mixed,
    negligible,
    project,
)

_ORIENTATIONS: Final = ("input", "output", "directional")


@dataclass(frozen=True, slots=True, eq=False)
class Envelopment:
    """Scores, peers and targets of every unit in every draw.

    Attributes
    ----------
    score : (draws, units). Input orientation: theta, 1 or less, the share of the inputs that
        would do. Output orientation: phi, 1 or more, by how much all outputs could be multiplied;
        the efficiency is 1 / phi. Directional: beta, 0 or more, how often the direction fits in.
    peer, part : (draws, units, most) the mixture that each unit (second axis) is measured against:
        numbers of its peers and how much of each; places without a peer have nothing of unit 0
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
    peer: Ints
    part: Floats
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
    def intensities(self) -> Floats:
        """(draws, units, units) the mixture of each unit; what is above 0 in it is a peer."""
        return every_intensity(self.peer, self.part, self.inputs.shape[1])

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
        draws, units = self.score.shape
        another = (self.part > NEGLIGIBLE) & (self.peer != np.arange(units)[:, None])
        place = (np.arange(draws)[:, None, None] * units + self.peer)[another]
        return np.bincount(place, minlength=draws * units).reshape(draws, units)

    @property
    def peer_share(self) -> Floats:
        """(units, units) share of draws in which the unit on the last axis is a peer of the first.

        An efficient unit counts as its own peer.
        """
        draws, units = self.score.shape
        place = np.arange(units)[:, None] * units + self.peer
        often = np.bincount(place[self.part > NEGLIGIBLE], minlength=units**2)
        share: Floats = often.reshape(units, units) / draws
        return share

    @property
    def small_sample(self) -> bool:
        """Fewer units than three times the measures: many look efficient for want of others."""
        units, measured = self.inputs.shape[1], self.inputs.shape[2] + self.outputs.shape[2]
        return bool(units < 3 * measured)


@checked
def dea(
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
    """Data envelopment analysis (DEA): every unit against the best mixture of units, in every draw.

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

    >>> dea([[2], [4], [8]], [[1], [4], [4]], "constant", "input").score.round(9).tolist()
    [[0.5, 1.0, 0.5]]
    >>> dea([[2], [4], [8]], [[1], [4], [4]], "variable", "input").score.round(9).tolist()
    [[1.0, 1.0, 0.5]]
    """
    x, y = measures(inputs, outputs)
    known(orientation, "orientation", _ORIENTATIONS)
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
    used, made = (mixed(found.peer, found.part, side) for side in (x, y))
    if trades is not None:  # exchanges go beyond what the mixture does
        step = found.distance[:, :, None]
        used = x - step * toward[0] - found.slack[..., :m]
        made = y + step * toward[1] + found.slack[..., m:]
    return Envelopment(
        score=score,
        peer=found.peer,
        part=found.part,
        input_slack=found.slack[..., :m],
        output_slack=found.slack[..., m:],
        input_weight=found.price[..., :m],
        output_weight=found.price[..., m:],
        scale_weight=found.scale_price,
        inputs=x,
        outputs=y,
        input_target=used,
        output_target=made,
        counted=counted > 0,
        returns=returns,
        orientation=orientation,
        resolved=found.resolved,
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


@checked
def super_efficiency(
    inputs: ArrayLike,
    outputs: ArrayLike,
    returns: str = "constant",
    orientation: str = "input",
) -> SuperEfficiency:
    """Super-efficiency: every unit against the best mixture of the other units.

    Parameters
    ----------
    inputs, outputs, returns : see `dea`
    orientation : "input" or "output"

    Notes
    -----
    Andersen & Petersen (1993), Management Science 39, 1261-1264. Infeasible programmes are proved
    to be so (Seiford & Zhu 1999, INFOR 37, 174-187): they arise without constant returns, and with
    zeros in the data. A factor of outputs of 0 is one too: only nothing at all could be compared.

    >>> found = super_efficiency([[2], [4], [8]], [[1], [4], [4]], "constant", "input")
    >>> found.score.round(9).tolist()
    [[0.5, 2.0, 0.5]]
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
    found.part[infeasible] = np.nan
    return SuperEfficiency(score, infeasible, found.intensity, found.resolved)


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


@checked
def scale_efficiency(
    inputs: ArrayLike, outputs: ArrayLike, orientation: str = "output"
) -> ScaleEfficiency:
    """Scale efficiency: parts efficiency into that of practice and that of size.

    Notes
    -----
    Banker (1984), European Journal of Operational Research 17, 35-44; the kind of returns from
    comparing non-increasing with variable returns: Färe, Grosskopf & Lovell (1985), The
    Measurement of Efficiency of Production, ch. 4. It can differ between orientations, because
    they look at different points of the frontier.
    """
    known(orientation, "orientation", ("input", "output"))
    found = {
        returns: dea(inputs, outputs, returns, orientation)
        for returns in ("constant", "variable", "nonincreasing")
    }
    overall, pure = found["constant"].efficiency, found["variable"].efficiency
    shrinking = np.abs(found["nonincreasing"].efficiency - pure) <= NEGLIGIBLE
    scale = overall / pure
    kind = np.where(shrinking, DECREASING, INCREASING)
    kind[np.abs(scale - 1) <= NEGLIGIBLE] = CONSTANT
    resolved = sum(each.resolved for each in found.values())
    return ScaleEfficiency(overall, pure, scale, kind, resolved)


@checked
def weight_ratio(
    measures: int, upper: int, lower: int, least: float | None = None, most: float | None = None
) -> Floats:
    """Bound the ratio of two weights.

    Parameters
    ----------
    measures : how many inputs and outputs there are; inputs are numbered first
    upper, lower : numbers of the measure whose weight is on top, and of the one below it
    least, most : bounds of weight / weight, in units of the one measure per unit of the other;
        None for no bound

    Returns
    -------
    (1 or 2, measures) rows for `dea`; stack the rows of several ratios.

    Notes
    -----
    Assurance regions: Thompson, Singleton, Thrall & Smith (1986), Interfaces 16(6), 35-49. An
    input on top and an output below links the two sides (Thompson et al. 1990).

    >>> weight_ratio(3, 1, 0, least=0.5, most=2.0).tolist()
    [[0.5, -1.0, 0.0], [-2.0, 1.0, 0.0]]
    """
    for number, name in ((upper, "upper"), (lower, "lower")):
        if not 0 <= number < measures:
            raise InputError(f"{name}: {number} is not a measure from 0 to {measures - 1}.")
    if upper == lower:
        raise InputError(f"upper and lower: both are measure {upper}. Name two measures.")
    if least is None and most is None:
        raise InputError("least and most: neither is given. Give at least one bound.")
    rows = []
    for bound, sign in ((least, 1.0), (most, -1.0)):
        if bound is not None:
            if not 0 <= bound < np.inf:
                raise InputError(f"bound {bound} of a ratio is not 0 or more. Mend it.")
            row = np.zeros(measures)
            row[upper], row[lower] = -sign, sign * bound
            rows.append(row)
    if least is not None and most is not None and least > most:
        raise InputError(f"least {least} is above most {most}. Exchange them.")
    return np.array(rows)


@checked
def elicited_region(least: ArrayLike, most: ArrayLike, swing: ArrayLike) -> Floats:
    """Let each pair of weights differ no more than elicited swing weights do.

    Parameters
    ----------
    least, most : (outputs,) bounds of the swing weights as elicited, on any common scale, above 0
    swing : (outputs,) the amount of each output whose gain was weighed, in its unit, above 0

    Returns
    -------
    (pairs x 2, outputs) bounds on u_r swing_r / (u_q swing_q), so that the envelopment uses no
    weights that the value tree would not. Put columns of 0 before them for the inputs.

    >>> elicited_region([2.0, 1.0], [4.0, 1.0], [10.0, 1.0]).tolist()
    [[-10.0, 2.0], [10.0, -4.0]]
    """
    low, high, amount = (
        finite(part, name) for part, name in ((least, "least"), (most, "most"), (swing, "swing"))
    )
    if low.ndim != 1 or low.shape != high.shape or low.shape != amount.shape or len(low) < 2:
        raise InputError("least, most and swing: give one number for each of two or more outputs.")
    if (low <= 0).any() or (amount <= 0).any() or (high < low).any():
        output = int(np.argmax((low <= 0) | (amount <= 0) | (high < low)))
        raise InputError(
            f"output {output}: least {low[output]}, most {high[output]}, swing {amount[output]}. "
            "All are above 0 and least is not above most."
        )
    rows = []
    for r in range(len(low)):
        for q in range(r + 1, len(low)):
            bounds = low[r] / high[q], high[r] / low[q]
            for bound, sign in zip(bounds, (1.0, -1.0), strict=True):
                row = np.zeros(len(low))
                row[r], row[q] = -sign * amount[r], sign * bound * amount[q]
                rows.append(row)
    return np.array(rows)
