"""What it would be worth to know: the loss that a choice under uncertainty is expected to bring.

What it would be worth to know one input: the gain from choosing anew when it is known.

What a study would be worth before it is done, and how large it should be.

A smooth curve through a cloud of draws: what is expected at each level of an input.

Natural cubic regression splines with a penalty on curvature, chosen by generalised
cross-validation; in a basis in which the penalty is diagonal, every choice costs one sum.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from capworth.errors import InputError
from capworth.methods.arguments import Floats, above, finite, shares, table, within


class Information(NamedTuple):
    """Expected value of perfect information, its Monte Carlo error, and the choice without it."""

    value: float
    standard_error: float  # NaN for stated probabilities: nothing was sampled
    choice: int  # option of the highest mean; of equals, the first


def perfect_information(
    net_benefit: ArrayLike, probabilities: ArrayLike | None = None
) -> Information:
    """Value perfect information: the mean of the best less the best of the means.

    It is also the least expected opportunity loss.

    Parameters
    ----------
    net_benefit : (draws, options), more is better; or (states, options) with `probabilities`.
        Given the conditional means for some inputs instead, the result is the partial value
        (EVPPI) of knowing those.
    probabilities : (states,), summing to 1; without them every draw counts the same

    Notes
    -----
    Raiffa and Schlaifer (1961). The choice is made on the same draws, so the estimate leans
    upwards when there are few of them.
    """
    nets = table(net_benefit, "net_benefit", "draws", "options")
    weight = _weights(len(nets), probabilities)
    choice = int(np.argmax(np.einsum("d,do->o", weight, nets)))
    loss = opportunity_loss(nets)[:, choice]
    value = float(np.einsum("d,d->", weight, loss))
    sampled = probabilities is None and len(nets) > 1
    error = float(loss.std(ddof=1) / np.sqrt(len(nets))) if sampled else np.nan
    return Information(value, error, choice)


def opportunity_loss(net_benefit: ArrayLike) -> Floats:
    """Find what each choice falls short of the best in each draw: (draws, options), 0 or above."""
    nets = table(net_benefit, "net_benefit", "draws", "options")
    return np.asarray(nets.max(axis=1, keepdims=True) - nets)


def chance_best(net_benefit: ArrayLike, probabilities: ArrayLike | None = None) -> Floats:
    """Probability that each option is best, (options,); equals share a draw, so it sums to 1."""
    nets = table(net_benefit, "net_benefit", "draws", "options")
    best = nets == nets.max(axis=1, keepdims=True)
    shared = best / best.sum(axis=1, keepdims=True)
    return np.asarray(np.einsum("d,do->o", _weights(len(nets), probabilities), shared))


def _weights(draws: int, probabilities: ArrayLike | None) -> Floats:
    if probabilities is None:
        return np.full(draws, 1 / draws)
    weight = shares(probabilities, "probabilities")
    if weight.shape != (draws,):
        raise InputError(
            f"probabilities: shape {weight.shape} does not fit {draws} states. Give one for each."
        )
    return weight


KNOTS: Final = 10  # at quantiles of the input; the curve is a cubic between them
PENALTIES: Final = 40  # tried between no smoothing and a straight line


@dataclass(frozen=True, slots=True, eq=False)
class Smooth:
    """Curves of several responses over one input.

    Attributes
    ----------
    fitted : (draws, responses) expected response at the level of the input in each draw
    basis : (draws, functions) orthonormal: their mean products are 1 and 0
    kept : (functions, responses) share of each function that the penalty leaves
    """

    fitted: Floats
    basis: Floats
    kept: Floats

    def of(self, other: Floats) -> Floats:
        """Smooth other columns (draws, responses), each with the penalty of its response."""
        shares = self.basis.T @ other / len(other)
        return np.asarray(self.basis @ (self.kept * shares))


def smoothed(level: Floats, response: Floats) -> Smooth:
    """Fit each response as a smooth function of one input.

    Parameters
    ----------
    level : (draws,) of the input
    response : (draws, responses)

    Returns
    -------
    The mean of each fitted column is that of its response. An input of one level gives the means;
    one of few levels the curve through their means, smoothed.

    Notes
    -----
    Basis and penalty: Wood (2017), Generalized Additive Models, 2nd edition, section 5.3.1.
    Generalised cross-validation: Craven and Wahba (1979), Numerische Mathematik 31, 377-403.
    """
    knots = _knots(level)
    draws = len(level)
    if len(knots) == 1:
        flat = np.ones((draws, 1))
        mean = np.broadcast_to(response.mean(axis=0), response.shape)
        return Smooth(np.asarray(mean), flat, np.ones((1, response.shape[1])))
    design, penalty = _natural(level, knots)
    lower = np.linalg.cholesky(design.T @ design / draws)
    inverse = np.linalg.inv(lower)
    rough, turn = np.linalg.eigh(inverse @ penalty @ inverse.T)
    basis = design @ (inverse.T @ turn)
    shares = basis.T @ response / draws  # (functions, responses)
    rough = np.where(np.arange(len(rough)) < 2, 0.0, rough)  # a straight line is free
    kept = _least(rough, shares, (response**2).mean(axis=0), draws)
    return Smooth(np.asarray(basis @ (kept * shares)), basis, kept)


def _knots(level: Floats) -> Floats:
    """Knots at quantiles, or at all levels where there are few; each is the level of some draw."""
    at = np.linspace(0, 1, KNOTS)
    found = np.unique(np.quantile(level, at, method="nearest"))
    if len(found) == KNOTS:
        return found
    levels = np.unique(level)
    if len(levels) <= KNOTS:
        return levels
    return np.unique(np.quantile(levels, at, method="nearest"))


def _natural(level: Floats, knots: Floats) -> tuple[Floats, Floats]:
    """Values (draws, knots) of the spline with value 1 at one knot, and its curvature penalty."""
    gap = np.diff(knots)
    count = len(knots)
    inner = max(count - 2, 0)
    bend, band = np.zeros((inner, count)), np.zeros((inner, inner))
    at = np.arange(inner)
    bend[at, at], bend[at, at + 2] = 1 / gap[:-1], 1 / gap[1:]
    bend[at, at + 1] = -1 / gap[:-1] - 1 / gap[1:]
    band[at, at] = (gap[:-1] + gap[1:]) / 3
    band[at[:-1], at[1:]] = band[at[1:], at[:-1]] = gap[1:-1] / 6
    inside = np.linalg.solve(band, bend)
    curve = np.zeros((count, count))  # second derivative at each knot; 0 at both ends
    curve[1:-1] = inside
    cell = np.clip(np.searchsorted(knots, level, side="right") - 1, 0, count - 2)
    width, left, right = gap[cell], level - knots[cell], knots[cell + 1] - level
    design = ((right**3 / width - width * right) / 6)[:, None] * curve[cell]
    design += ((left**3 / width - width * left) / 6)[:, None] * curve[cell + 1]
    rows = np.arange(len(level))
    design[rows, cell] += right / width
    design[rows, cell + 1] += left / width
    return design, bend.T @ inside


def _least(rough: Floats, shares: Floats, power: Floats, draws: int) -> Floats:
    """Share kept of each function (functions, responses), of least cross-validated error."""
    bent = rough[rough > 0]
    if not bent.size:
        return np.ones(shares.shape)
    scale = np.logspace(-3 - np.log10(bent.max()), 3 - np.log10(bent.min()), PENALTIES)
    keep = 1 / (1 + scale[:, None] * rough)  # (penalties, functions)
    fit = np.einsum("lk,kr->lr", keep * (2 - keep), shares**2)
    left = np.clip(power - fit, 0, None)
    error = left / (1 - keep.sum(axis=1, keepdims=True) / draws) ** 2
    return np.asarray(keep[error.argmin(axis=0)].T)


class PartialInformation(NamedTuple):
    """Expected value of perfect information about each input alone, and its Monte Carlo error."""

    value: Floats  # (inputs,)
    standard_error: Floats  # (inputs,)


def partial_information(inputs: ArrayLike, net_benefit: ArrayLike) -> PartialInformation:
    """Value of perfect information about each input alone (EVPPI).

    Parameters
    ----------
    inputs : (draws, inputs) level of each uncertain input in each draw
    net_benefit : (draws, options), more is better, of the same draws

    Returns
    -------
    For each input the mean, over its levels, of the best option's expected benefit at that level,
    less the benefit of the option chosen without knowing. It is 0 where no level changes the
    choice, and up to sampling error not above the value of knowing everything
    (`information.perfect_information`). An input of which nothing depends may show a value of about
    its error: read the two together.

    Notes
    -----
    Strong, Oakley and Brennan (2014), Medical Decision Making 34(3), 311-326: the benefit of each
    option is regressed on the input, here by a penalised spline. The error is that of the mean of
    the influence function, with the choice at each level held; so it covers the regression and the
    sample, not the chance that another choice is right at a level where two options are nearly
    equal.
    """
    levels = table(inputs, "inputs", "draws", "inputs")
    nets = table(net_benefit, "net_benefit", "draws", "options")
    if len(levels) != len(nets):
        raise InputError(
            f"inputs: {len(levels)} draws, but net_benefit has {len(nets)}. Give both for the same."
        )
    choice = int(nets.mean(axis=0).argmax())
    lead = np.delete(nets - nets[:, choice : choice + 1], choice, axis=1)
    found = [_known(column, lead) for column in levels.T]
    value, error = np.array(found).reshape(-1, 2).T
    return PartialInformation(value, error)


def _known(level: Floats, lead: Floats) -> tuple[float, float]:
    """Value and error for one input; `lead` of the other options over the one chosen."""
    if not lead.shape[1]:
        return 0.0, 0.0
    smooth = smoothed(level, lead)
    best = smooth.fitted.argmax(axis=1)
    better = smooth.fitted.max(axis=1) > 0
    change = np.zeros(lead.shape)
    change[np.flatnonzero(better), best[better]] = 1
    return gain_of_change(smooth, lead, change)


def gain_of_change(smooth: Smooth, response: Floats, change: Floats) -> tuple[float, float]:
    """Mean gain of changing the choice with the level of one input, and its standard error.

    Parameters
    ----------
    smooth : the responses as functions of the input
    response : (draws, responses) what each adds when it is taken
    change : (draws, responses) what is taken more (1) or less (-1) at the level of each draw
    """
    gain = (change * smooth.fitted).sum(axis=1)
    value = float(gain.mean())
    noise = (smooth.of(change) * (response - smooth.fitted)).sum(axis=1)
    spread = gain - value + noise
    return value, float(np.sqrt((spread**2).sum() / max(len(gain) - 1, 1) / len(gain)))


class Study(NamedTuple):
    """What each size of a study is worth to all who decide on it, less its cost, (sizes,)."""

    worth: Floats
    cost: Floats
    net: Floats  # the expected net benefit of sampling (ENBS)
    best: int  # place of the size with the largest net worth; of equals the first
    worth_doing: bool  # whether that net worth is above 0


def survey_information(
    net_benefit: ArrayLike, probabilities: ArrayLike, likelihoods: ArrayLike
) -> float:
    """Value of a finding before it is known, for states that can be listed (EVSI).

    Parameters
    ----------
    net_benefit : (states, options), more is better
    probabilities : (states,) before the study, summing to 1
    likelihoods : (states, findings) probability of each finding in each state; rows sum to 1.
        Findings that name the state for certain give the value of perfect information

    Notes
    -----
    Raiffa & Schlaifer (1961), Applied Statistical Decision Theory: what the best choice after each
    finding gains, on average, over the best choice without it. Not rounded on the way.

    >>> payoff = [[200_000, 100_000, 0], [-180_000, -20_000, 0]]  # large plant, small, none
    >>> survey_information(payoff, [0.5, 0.5], [[0.7, 0.3], [0.2, 0.8]])
    19000.0
    """
    nets = table(net_benefit, "net_benefit", "states", "options")
    prior, seen = shares(probabilities, "probabilities"), shares(likelihoods, "likelihoods")
    if prior.shape != nets.shape[:1] or seen.ndim != 2 or len(seen) != len(nets):
        raise InputError(
            f"probabilities {prior.shape}, likelihoods {seen.shape}: give (states,) and (states, "
            f"findings) for {len(nets)} states."
        )
    joint = np.einsum("s,sf,so->fo", prior, seen, nets)
    gained = float(joint.max(axis=1).sum() - np.einsum("s,so->o", prior, nets).max())
    return max(0.0, round(gained, 12))


def normal_sample_information(
    mean: ArrayLike, sd: ArrayLike, noise: ArrayLike, size: ArrayLike
) -> Floats:
    """Value of a sample for a yes or no on a net benefit that is normal, in closed form (EVSI).

    Parameters
    ----------
    mean, sd : (...) of the net benefit of yes over no, as known today; sd above 0
    noise : (...) standard deviation of one observation of it, above 0
    size : (...) observations, 0 or more; `numpy.inf` is perfect information

    Notes
    -----
    Raiffa & Schlaifer (1961), section 5.5: the mean after the sample is itself normal around
    today's, with variance sd^2 n / (n + noise^2 / sd^2); times the unit normal loss.

    >>> normal_sample_information(1, 1, 5, [0, 100, np.inf]).round(4).tolist()
    [0.0, 0.0592, 0.0833]
    """
    centre, spread, error = finite(mean, "mean"), above(sd, "sd"), above(noise, "noise")
    count = np.asarray(size, dtype=np.float64)
    if np.isnan(count).any() or (count < 0).any():
        raise InputError("size: a number of observations is below 0 or missing. Mend it.")
    with np.errstate(invalid="ignore"):
        learned = np.where(np.isinf(count), 1.0, count / (count + (error / spread) ** 2))
    sigma = spread * np.sqrt(learned)
    far = np.divide(
        np.abs(centre),
        sigma,
        out=np.full(np.broadcast(centre, sigma).shape, np.inf),
        where=sigma > 0,
    )
    loss: Floats = np.where(
        sigma > 0, sigma * (norm.pdf(far) - np.where(sigma > 0, far, 0.0) * norm.sf(far)), 0.0
    )
    return loss


def sample_information(
    inputs: ArrayLike, net_benefit: ArrayLike, prior_sizes: ArrayLike, sizes: ArrayLike
) -> Floats:
    """Value of a study of each size on one input at a time, from draws (EVSI).

    Parameters
    ----------
    inputs : (draws, inputs) level of each input in each draw
    net_benefit : (draws, options), of the same draws
    prior_sizes : (inputs,) what is known today, in observations: for a mean, the variance of one
        observation over the variance of the input in the draws; for a share drawn from Beta(a, b),
        a + b
    sizes : (sizes,) observations of the study

    Returns
    -------
    (inputs, sizes), rising with the size towards `partialinformation.partial_information`

    Notes
    -----
    Gaussian approximation: Jalal & Alarid-Escudero (2018), Medical Decision Making 38(2), 174-188.
    The benefit is smoothed over the input, and the input drawn towards its mean by
    sqrt(n / (n + prior size)), as its mean after the study is. Good for inputs that are nearly
    normal. Where the study can be simulated, hand its summary for each draw to
    `partial_information` as an input: that is the regression method of Strong, Oakley, Brennan &
    Breeze (2015), Medical Decision Making 35(5), 570-583.
    """
    levels = table(inputs, "inputs", "draws", "inputs")
    nets = table(net_benefit, "net_benefit", "draws", "options")
    known_now, asked = above(prior_sizes, "prior_sizes"), within(sizes, "sizes", 0)
    if len(levels) != len(nets) or known_now.shape != levels.shape[1:] or asked.ndim != 1:
        raise InputError(
            f"inputs {levels.shape}, net_benefit {nets.shape}, prior_sizes {known_now.shape}, "
            f"sizes {asked.shape}: give the same draws, one prior size for each input, and a list "
            "of sizes."
        )
    lead = nets - nets[:, [int(nets.mean(axis=0).argmax())]]
    found = np.zeros((levels.shape[1], len(asked)))
    for k, level in enumerate(levels.T):
        if level.min() == level.max():
            continue
        order = np.argsort(level, kind="stable")
        curves = smoothed(level, lead).fitted[order]
        centre = level.mean()
        for s, size in enumerate(asked):
            shrunk = centre + np.sqrt(size / (size + known_now[k])) * (level - centre)
            there = [np.interp(shrunk, level[order], curve) for curve in curves.T]
            found[k, s] = np.max(there, axis=0).mean() - np.mean(there, axis=1).max()
    return np.maximum(found, 0)


def sampling_worth(
    value: ArrayLike, sizes: ArrayLike, decisions: float, fixed: float, each: float
) -> Study:
    """Expected net benefit of sampling: worth to all decisions, less what the study costs (ENBS).

    Parameters
    ----------
    value : (sizes,) value of sample information for one decision, in money
    sizes : (sizes,) observations
    decisions : how many decisions the finding serves, later ones discounted
        (`discounting.present_value` of the number in each year)
    fixed, each : cost of the study, and of one more observation

    Notes
    -----
    Willan & Pinto (2005), Statistics in Medicine 24, 1791-1806.

    >>> sampling_worth([0, 2.0, 2.5], [0, 100, 400], 1000, 300, 5).net.tolist()
    [0.0, 1200.0, 200.0]
    """
    one, many = within(value, "value", 0), within(sizes, "sizes", 0)
    if one.ndim != 1 or one.shape != many.shape or not len(one):
        raise InputError(f"value {one.shape}, sizes {many.shape}: give a value for each size.")
    everybody, start, more = (
        float(within(given, name, 0))
        for given, name in ((decisions, "decisions"), (fixed, "fixed"), (each, "each"))
    )
    worth = one * everybody
    cost = np.where(many > 0, start + more * many, 0.0)
    net = worth - cost
    best = int(net.argmax())
    return Study(worth, cost, net, best, bool(net[best] > 0))
