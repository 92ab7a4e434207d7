"""What it would be worth to know: the loss that a choice under uncertainty is expected to bring."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import table
from capworth.kernels.arrays import Floats
from capworth.kernels.ranges import shares


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
