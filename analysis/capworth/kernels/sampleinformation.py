"""What a study would be worth before it is done, and how large it should be."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from capworth.errors import InputError
from capworth.kernels.arguments import finite, table
from capworth.kernels.arrays import Floats
from capworth.kernels.ranges import above, shares, within
from capworth.kernels.smoothing import smoothed


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
