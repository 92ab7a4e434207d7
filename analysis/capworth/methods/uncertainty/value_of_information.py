"""Value of information: perfect (EVPI), partial (EVPPI), of a sample (EVSI), net of cost (ENBS).

What it would be worth to know everything, to know one input, or to know what a study finds, before
the choice is made.
"""

from typing import NamedTuple

import numpy as np
import scipy  # its part `special` is loaded when it is first called for
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Floats, above, alike, checked, finite, shares, table, within
from capworth.methods.uncertainty.spline import Smooth, smoothed


class PerfectInformation(NamedTuple):
    """Expected value of perfect information, its Monte Carlo error, and the choice without it."""

    value: float
    standard_error: float  # NaN for stated probabilities: nothing was sampled
    choice: int  # option of the highest mean; of equals, the first


@checked
def evpi(net_benefit: ArrayLike, probabilities: ArrayLike | None = None) -> PerfectInformation:
    """Expected value of perfect information (EVPI): mean of the best less best of the means.

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

    >>> evpi([[80_000, 30_000, 23_000], [-20_000, 20_000, 23_000]], [0.5, 0.5]).value
    21500.0
    """
    nets = table(net_benefit, "net_benefit", "draws", "options")
    weight = _weights(len(nets), probabilities)
    choice = int(np.argmax(np.einsum("d,do->o", weight, nets)))
    loss = opportunity_loss(nets)[:, choice]
    value = float(np.einsum("d,d->", weight, loss))
    sampled = probabilities is None and len(nets) > 1
    error = float(loss.std(ddof=1) / np.sqrt(len(nets))) if sampled else np.nan
    return PerfectInformation(value, error, choice)


@checked
def opportunity_loss(net_benefit: ArrayLike) -> Floats:
    """Opportunity loss: what each choice falls short of the best in each draw, (draws, options).

    >>> opportunity_loss([[3, 1], [0, 2]]).tolist()
    [[0.0, 2.0], [2.0, 0.0]]
    """
    nets = table(net_benefit, "net_benefit", "draws", "options")
    return np.asarray(nets.max(axis=1, keepdims=True) - nets)


@checked
def chance_best(net_benefit: ArrayLike, probabilities: ArrayLike | None = None) -> Floats:
    """Probability that each option is best, (options,); equals share a draw, so it sums to 1.

    >>> chance_best([[3, 1], [0, 2], [1, 1], [5, 2]]).tolist()
    [0.625, 0.375]
    """
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


class PartialInformation(NamedTuple):
    """Expected value of perfect information about each input alone, and its Monte Carlo error."""

    value: Floats  # (inputs,)
    standard_error: Floats  # (inputs,)


@checked
def evppi(inputs: ArrayLike, net_benefit: ArrayLike) -> PartialInformation:
    """Expected value of partial perfect information (EVPPI), about each input alone.

    Parameters
    ----------
    inputs : (draws, inputs) level of each uncertain input in each draw
    net_benefit : (draws, options), more is better, of the same draws

    Returns
    -------
    For each input the mean, over its levels, of the best option's expected benefit at that level,
    less the benefit of the option chosen without knowing. It is 0 where no level changes the
    choice, and up to sampling error not above the value of knowing everything (`evpi`). An input of
    which nothing depends may show a value of about its error: read the two together.

    Notes
    -----
    Strong, Oakley and Brennan (2014), Medical Decision Making 34(3), 311-326: the benefit of each
    option is regressed on the input, here by a penalised spline. The error is that of the mean of
    the influence function, with the choice at each level held; so it covers the regression and the
    sample, not the chance that another choice is right at a level where two options are nearly
    equal.

    >>> chances = (np.arange(2_000) + 0.5) / 2_000
    >>> level = scipy.special.ndtri(chances)  # closed form of max(0, 1 + level): 0.0833
    >>> evppi(level[:, None], np.column_stack((0 * level, 1 + level))).value.round(3).tolist()
    [0.083]
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


@checked
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


class SamplingBenefit(NamedTuple):
    """What each size of a study is worth to all who decide on it, less its cost, (sizes,)."""

    worth: Floats
    cost: Floats
    net: Floats  # the expected net benefit of sampling (ENBS)
    best: int  # place of the size with the largest net worth; of equals the first
    worth_doing: bool  # whether that net worth is above 0


@checked
def evsi_discrete(
    net_benefit: ArrayLike, probabilities: ArrayLike, likelihoods: ArrayLike
) -> float:
    """EVSI where states and findings can be listed: value of a finding before it is known.

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
    >>> evsi_discrete(payoff, [0.5, 0.5], [[0.7, 0.3], [0.2, 0.8]])
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


@checked
def evsi_normal(mean: ArrayLike, sd: ArrayLike, noise: ArrayLike, size: ArrayLike) -> Floats:
    """EVSI in closed form, for a yes or no on a net benefit that is normal.

    Parameters
    ----------
    mean, sd : (...) of the net benefit of yes over no, as known today; sd above 0
    noise : (...) standard deviation of one observation of it, above 0
    size : (...) observations, 0 or more; `numpy.inf` is perfect information

    Notes
    -----
    Raiffa & Schlaifer (1961), section 5.5: the mean after the sample is itself normal around
    today's, with variance sd^2 n / (n + noise^2 / sd^2); times the unit normal loss.

    >>> evsi_normal(1, 1, 5, [0, 100, np.inf]).round(4).tolist()
    [0.0, 0.0592, 0.0833]
    """
    alike(mean=mean, sd=sd, noise=noise, size=size)
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
    bell = np.exp(-(far**2) / 2) / np.sqrt(2 * np.pi)
    loss: Floats = np.where(
        sigma > 0, sigma * (bell - np.where(sigma > 0, far, 0.0) * scipy.special.ndtr(-far)), 0.0
    )
    return loss


@checked
def evsi(
    inputs: ArrayLike, net_benefit: ArrayLike, prior_sizes: ArrayLike, sizes: ArrayLike
) -> Floats:
    """Expected value of sample information (EVSI): of a study of one input at a time, from draws.

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
    (inputs, sizes), rising with the size towards `evppi`

    Notes
    -----
    Gaussian approximation: Jalal & Alarid-Escudero (2018), Medical Decision Making 38(2), 174-188.
    The benefit is smoothed over the input, and the input drawn towards its mean by
    sqrt(n / (n + prior size)), as its mean after the study is. Good for inputs that are nearly
    normal. Where the study can be simulated, hand its summary for each draw to
    `evppi` as an input: that is the regression method of Strong, Oakley, Brennan &
    Breeze (2015), Medical Decision Making 35(5), 570-583.

    >>> chances = (np.arange(2_000) + 0.5) / 2_000
    >>> level = scipy.special.ndtri(chances)  # `evsi_normal` gives 0.0592, 0.0762
    >>> net = np.column_stack((0 * level, 1 + level))
    >>> evsi(level[:, None], net, prior_sizes=[25], sizes=[0, 100, 400]).round(3).tolist()
    [[0.0, 0.059, 0.076]]
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


@checked
def enbs(
    value: ArrayLike, sizes: ArrayLike, decisions: float, fixed: float, each: float
) -> SamplingBenefit:
    """Expected net benefit of sampling (ENBS): worth to all decisions, less the cost of the study.

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

    >>> enbs([0, 2.0, 2.5], [0, 100, 400], 1000, 300, 5).net.tolist()
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
    return SamplingBenefit(worth, cost, net, best, bool(net[best] > 0))
