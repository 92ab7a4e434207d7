"""Profit where all prices are known: how much more could be earned, and why it is not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arrays import Floats, Ints
from capworth.kernels.envelopment import envelop
from capworth.kernels.hyperbolic import hyperbolic
from capworth.kernels.priceefficiency import priced
from capworth.kernels.technology import measures


@dataclass(frozen=True, slots=True, eq=False)
class ProfitEfficiency:
    """What a unit falls short of the most profit, each (draws, units).

    Attributes
    ----------
    profit, most : in money: value of the outputs less cost of the inputs, and the most that any
        unit could make of it at this unit's prices
    overall : (most - profit) / what the direction is worth; 0 when nothing is lost
    technical : directional distance, which needs no prices
    allocative : overall - technical: the wrong mix, or the wrong size, at these prices
    best : number of the unit that shows the most profit to be possible
    """

    profit: Floats
    most: Floats
    overall: Floats
    technical: Floats
    allocative: Floats
    best: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Profitability:
    """Value of the outputs over cost of the inputs against the best such ratio, each 0 to 1.

    `overall` is `practice` x `scale` x `allocative`: efficiency with variable returns, what is lost
    by size, and what is lost by the mix at these prices. Each (draws, units).
    """

    ratio: Floats
    overall: Floats
    practice: Floats
    scale: Floats
    allocative: Floats


def profit_efficiency(
    inputs: ArrayLike,
    outputs: ArrayLike,
    input_prices: ArrayLike,
    output_prices: ArrayLike,
    direction: tuple[ArrayLike, ArrayLike] | None = None,
) -> ProfitEfficiency:
    """Compare the profit of each unit with the most that units show to be possible.

    Parameters
    ----------
    inputs, outputs : see `envelopment.envelop`; variable returns, without which profit has no end
    input_prices, output_prices : above 0, in any shape that fits (draws, units, columns)
    direction : (of inputs, of outputs), see `envelopment.envelop`; each unit's own amounts by
        default. Directions worth 1 at the prices make `overall` an amount of money

    Notes
    -----
    Chambers, Chung & Färe (1998), Journal of Optimization Theory and Applications 98, 351-364
    (Nerlovian efficiency). A mixture never earns more than its best unit, so no programme is
    needed for the most.
    """
    x, y = measures(inputs, outputs)
    bought, sold = (
        priced(input_prices, x, "input_prices"),
        priced(output_prices, y, "output_prices"),
    )
    of_others = np.einsum("dks,djs->dkj", sold, y) - np.einsum("dkm,djm->dkj", bought, x)
    profit = np.einsum("dkk->dk", of_others)
    way = (x, y) if direction is None else direction
    try:
        gx, gy = (
            np.broadcast_to(np.asarray(g, float), a.shape) for g, a in zip(way, (x, y), strict=True)
        )
    except ValueError as error:
        raise InputError(f"direction: {error}. Give one for inputs and one for outputs.") from error
    technical = envelop(x, y, "variable", "directional", direction=(gx, gy)).score
    worth = np.einsum("dkm,dkm->dk", bought, gx) + np.einsum("dks,dks->dk", sold, gy)
    most = of_others.max(axis=2)
    overall = (most - profit) / worth
    return ProfitEfficiency(
        np.array(profit), most, overall, technical, overall - technical, of_others.argmax(axis=2)
    )


def profitability(
    inputs: ArrayLike, outputs: ArrayLike, input_prices: ArrayLike, output_prices: ArrayLike
) -> Profitability:
    """Compare what each unit earns for each unit of cost with the best such ratio.

    Parameters
    ----------
    inputs, outputs, input_prices, output_prices : as for `profit_efficiency`

    Notes
    -----
    Zofío & Prieto (2006), International Journal of Production Economics 103, 650-663: constant and
    practice are generalised distances with equal weight on inputs and outputs, see `hyperbolic`.
    """
    x, y = measures(inputs, outputs)
    bought, sold = (
        priced(input_prices, x, "input_prices"),
        priced(output_prices, y, "output_prices"),
    )
    of_others = np.einsum("dks,djs->dkj", sold, y) / np.einsum("dkm,djm->dkj", bought, x)
    ratio = np.array(np.einsum("dkk->dk", of_others))
    overall = ratio / of_others.max(axis=2)
    constant = envelop(x, y, "constant", "input").score
    practice = hyperbolic(x, y, "variable")
    return Profitability(ratio, overall, practice, constant / practice, overall / constant)
