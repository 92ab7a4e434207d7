"""What it would be worth to know one input: the gain from choosing anew when it is known."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import table
from capworth.kernels.arrays import Floats
from capworth.kernels.smoothing import Smooth, smoothed


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
