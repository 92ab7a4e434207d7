"""Efficiency where prices are known: least cost of the outputs, most revenue from the inputs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite
from capworth.kernels.arrays import Floats, Ints
from capworth.kernels.envelopment import envelop
from capworth.kernels.programmes import Programmes
from capworth.kernels.projection import blocks, solved
from capworth.kernels.technology import Technology, measures

Block = tuple[slice, slice]


@dataclass(frozen=True, slots=True, eq=False)
class PriceEfficiency:
    """Cost or revenue efficiency and its two parts, each 0 to 1.

    Attributes
    ----------
    overall : (draws, units) least cost over cost, or revenue over most revenue
    technical : (draws, units) the radial efficiency, which needs no prices
    allocative : (draws, units) overall / technical: the right mix at these prices
    best : (draws, units, inputs or outputs) the amounts of least cost or most revenue
    intensities : (draws, units, units) the mixture that shows them to be possible
    resolved : how many programmes were solved again by HiGHS
    """

    overall: Floats
    technical: Floats
    allocative: Floats
    best: Floats
    intensities: Floats
    resolved: int


def cost_efficiency(
    inputs: ArrayLike, outputs: ArrayLike, input_prices: ArrayLike, returns: str = "variable"
) -> PriceEfficiency:
    """Compare the cost of each unit with the least cost of making its outputs.

    Parameters
    ----------
    inputs, outputs, returns : see `envelopment.envelop`
    input_prices : above 0, in any shape that fits (draws, units, inputs): one for all, or each
        unit its own

    Notes
    -----
    Färe, Grosskopf & Lovell (1985), The Measurement of Efficiency of Production, ch. 3. Every
    unit's outputs are bought at its own prices; the technology does not depend on prices.
    """
    x, y = measures(inputs, outputs)
    prices = priced(input_prices, x, "input_prices")
    radial = envelop(x, y, returns, "input")
    spent = np.einsum("dum,dum->du", prices, x)
    overall, mixture, resolved = _best_worth(x, y, prices, spent, returns, outputs=False)
    best = np.einsum("dkj,djm->dkm", mixture, x)
    return PriceEfficiency(
        overall,
        radial.efficiency,
        overall / radial.efficiency,
        best,
        mixture,
        resolved + radial.resolved,
    )


def revenue_efficiency(
    inputs: ArrayLike, outputs: ArrayLike, output_prices: ArrayLike, returns: str = "variable"
) -> PriceEfficiency:
    """Compare the revenue of each unit with the most that its inputs could earn.

    Parameters
    ----------
    inputs, outputs, returns : see `envelopment.envelop`
    output_prices : above 0, in any shape that fits (draws, units, outputs)

    Notes
    -----
    Färe, Grosskopf & Lovell (1985), ch. 4. Unit values of outcomes are prices in this sense.
    """
    x, y = measures(inputs, outputs)
    prices = priced(output_prices, y, "output_prices")
    radial = envelop(x, y, returns, "output")
    earned = np.einsum("dus,dus->du", prices, y)
    most, mixture, resolved = _best_worth(x, y, prices, earned, returns, outputs=True)
    best = np.einsum("dkj,djs->dks", mixture, y)
    return PriceEfficiency(
        1 / most,
        radial.efficiency,
        1 / most / radial.efficiency,
        best,
        mixture,
        resolved + radial.resolved,
    )


def priced(given: ArrayLike, amounts: Floats, name: str) -> Floats:
    """Take prices, above 0, in any shape that fits the amounts (draws, units, columns)."""
    prices = finite(given, name)
    if (prices <= 0).any():
        raise InputError(f"{name}: a price is not above 0. Give what one unit is worth.")
    try:
        return np.broadcast_to(prices, amounts.shape)
    except ValueError as error:
        raise InputError(
            f"{name}: shape {prices.shape} does not fit (draws, units, columns) {amounts.shape}."
        ) from error


def _best_worth(
    x: Floats, y: Floats, prices: Floats, worth: Floats, returns: str, *, outputs: bool
) -> tuple[Floats, Floats, int]:
    """Best worth as a share of the present worth, the mixture that has it, and the resolved."""
    best, mixture = np.empty(x.shape[:2]), np.empty((*x.shape[:2], x.shape[1]))
    resolved = 0
    for block in blocks(len(x), x.shape[1], x.shape[1] + 2 * (x.shape[2] + y.shape[2])):
        technology = Technology.of(x[block[0]], y[block[0]], returns)
        side = slice(technology.inputs, None) if outputs else slice(None, technology.inputs)
        scaled = np.concatenate((x[block], y[block]), axis=2) / technology.scale[:, None]
        size = scaled.max(axis=2, keepdims=True)
        # Each bought or sold measure is counted in shares of the present worth.
        share = worth[block][:, :, None] / prices[block] / technology.scale[:, None, side] / size
        programmes = _programmes(technology, scaled / size, size, share, block, outputs=outputs)
        solution = solved(programmes, block)
        amounts = solution.amounts()
        best[block] = amounts[..., programmes.columns : programmes.width].sum(axis=2)
        mixture[block] = amounts[..., : technology.units] * size / technology.size[:, None]
        resolved += solution.resolved
    return best, mixture, resolved


def _programmes(
    technology: Technology,
    scaled: Floats,
    size: Floats,
    share: Floats,
    block: Block,
    *,
    outputs: bool,
) -> Programmes:
    """Maximise what is sold, or minimise what is bought, given the other side's amounts."""
    groups, each, measured = scaled.shape
    m, columns = technology.inputs, technology.pool.shape[2]
    rows = np.arange(m, measured) if outputs else np.arange(m)
    own = np.zeros((groups, each, technology.rows, len(rows)))
    own[..., rows, np.arange(len(rows))] = -share
    rhs = np.broadcast_to(1 / size, (groups, each, technology.rows)).copy()
    rhs[..., :measured] = scaled
    rhs[..., rows] = 0
    number = np.broadcast_to(np.arange(block[1].start, block[1].stop), (groups, each))
    if technology.returns != "constant":
        row = np.full((groups, each), measured)
    else:
        row = scaled[..., :m].argmax(axis=2) if outputs else m + scaled[..., m:].argmax(axis=2)
    opening: list[tuple[Ints, Ints]] = [(row, number)]
    if not outputs:  # a unit that is put in must be paid for at once
        opening += [
            (np.full((groups, each), i), np.full((groups, each), columns + i)) for i in rows
        ]
    return Programmes(
        technology.pool,
        np.zeros((groups, 1, columns)),
        own,
        np.full((groups, each, 1, len(rows)), 1.0 if outputs else -1.0),
        rhs,
        technology.identity(columns + len(rows), filled=True),
        tuple(opening),
    )
