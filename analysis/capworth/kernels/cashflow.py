"""Streams of money over years: their value today, what each year leaves, how likely a gain is."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite
from capworth.kernels.arrays import Floats


class Chance(NamedTuple):
    """A share of draws and the standard error that comes from their number."""

    share: float
    standard_error: float


def present_value(flows: ArrayLike, discount_factors: ArrayLike) -> Floats:
    """Present value of each stream, in the unit of the flows.

    Parameters
    ----------
    flows : (..., years), gains above 0, outlays below; all in real prices of one year
    discount_factors : (years,), see `discounting.factors`

    Returns
    -------
    (...). Of benefits less costs it is the net present value.
    """
    streams, weights = _aligned(flows, discount_factors)
    return np.asarray(np.einsum("...t,t->...", streams, weights))


def cumulative(flows: ArrayLike, discount_factors: ArrayLike | None = None) -> Floats:
    """Position at the end of each year, (..., years); discounted where factors are given."""
    if discount_factors is None:
        streams = finite(flows, "flows")
        return np.asarray(streams.cumsum(axis=-1))
    streams, weights = _aligned(flows, discount_factors)
    return np.asarray((streams * weights).cumsum(axis=-1))


def net_public_value(
    fiscal_benefits: ArrayLike, public_costs: ArrayLike, other_effects: ArrayLike = 0.0
) -> Floats:
    """Net present value to the public purse: fiscal gains less public outlays, all present values.

    `other_effects` are further flows of the same purse (receipts above 0). What members, victims or
    donors gain or pay stays out.
    """
    return np.asarray(
        finite(fiscal_benefits, "fiscal_benefits")
        - finite(public_costs, "public_costs")
        + finite(other_effects, "other_effects")
    )


def chance_of_gain(net_values: ArrayLike) -> Chance:
    """Share of draws in which the net value is above 0; breaking even is no gain.

    Parameters
    ----------
    net_values : (draws,)
    """
    nets = finite(net_values, "net_values")
    if nets.ndim != 1 or nets.size == 0:
        raise InputError(f"net_values: shape {nets.shape} is not (draws,). Give one for each draw.")
    share = float((nets > 0).mean())
    return Chance(share, float(np.sqrt(share * (1 - share) / nets.size)))


def _aligned(flows: ArrayLike, discount_factors: ArrayLike) -> tuple[Floats, Floats]:
    streams, weights = finite(flows, "flows"), finite(discount_factors, "discount_factors")
    if streams.ndim == 0 or weights.shape != streams.shape[-1:]:
        raise InputError(
            f"discount_factors: shape {weights.shape} does not fit flows {streams.shape}. "
            "Give one factor for each year."
        )
    return streams, weights
