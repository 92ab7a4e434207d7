"""Cost, revenue and profit efficiency and profitability: efficiency where prices are known.

With the generalised (hyperbolic) distance that profitability needs: inputs shrink and outputs grow
by powers of one number.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Floats, Ints, checked, finite, within
from capworth.methods.envelopment.dea import dea
from capworth.methods.envelopment.linear_programmes import Programmes
from capworth.methods.envelopment.technology import (
    Question,
    Technology,
    blocks,
    measures,
    project,
    solved,
)

_Block = tuple[slice, slice]


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


@checked
def cost_efficiency(
    inputs: ArrayLike, outputs: ArrayLike, input_prices: ArrayLike, returns: str = "variable"
) -> PriceEfficiency:
    """Cost efficiency: the least cost of making a unit's outputs, over its cost.

    Parameters
    ----------
    inputs, outputs, returns : see `dea.dea`
    input_prices : above 0, in any shape that fits (draws, units, inputs): one for all, or each
        unit its own

    Notes
    -----
    Färe, Grosskopf & Lovell (1985), The Measurement of Efficiency of Production, ch. 3. Every
    unit's outputs are bought at its own prices; the technology does not depend on prices.

    >>> found = cost_efficiency([[2, 2], [1, 4]], [[1], [1]], [1, 1])
    >>> found.overall.round(9).tolist(), found.technical.round(9).tolist()
    ([[1.0, 0.8]], [[1.0, 1.0]])
    """
    x, y = measures(inputs, outputs)
    prices = _priced(input_prices, x, "input_prices")
    radial = dea(x, y, returns, "input")
    spent = np.einsum("dum,dum->du", prices, x)
    overall, mixture, resolved = _best_worth(x, y, prices, spent, returns, outputs=False)
    best = np.einsum("dkj,djm->dkm", mixture, x)
    return PriceEfficiency(
        overall=overall,
        technical=radial.efficiency,
        allocative=overall / radial.efficiency,
        best=best,
        intensities=mixture,
        resolved=resolved + radial.resolved,
    )


@checked
def revenue_efficiency(
    inputs: ArrayLike, outputs: ArrayLike, output_prices: ArrayLike, returns: str = "variable"
) -> PriceEfficiency:
    """Revenue efficiency: a unit's revenue over the most that its inputs could earn.

    Parameters
    ----------
    inputs, outputs, returns : see `dea.dea`
    output_prices : above 0, in any shape that fits (draws, units, outputs)

    Notes
    -----
    Färe, Grosskopf & Lovell (1985), ch. 4. Unit values of outcomes are prices in this sense.

    >>> revenue_efficiency([[1], [1]], [[2, 2], [1, 4]], [1, 1]).overall.round(9).tolist()
    [[0.8, 1.0]]
    """
    x, y = measures(inputs, outputs)
    prices = _priced(output_prices, y, "output_prices")
    radial = dea(x, y, returns, "output")
    earned = np.einsum("dus,dus->du", prices, y)
    most, mixture, resolved = _best_worth(x, y, prices, earned, returns, outputs=True)
    best = np.einsum("dkj,djs->dks", mixture, y)
    return PriceEfficiency(
        overall=1 / most,
        technical=radial.efficiency,
        allocative=1 / most / radial.efficiency,
        best=best,
        intensities=mixture,
        resolved=resolved + radial.resolved,
    )


def _priced(given: ArrayLike, amounts: Floats, name: str) -> Floats:
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
    block: _Block,
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
        pool=technology.pool,
        goal=np.zeros((groups, 1, columns)),
        own=own,
        own_goal=np.full((groups, each, 1, len(rows)), 1.0 if outputs else -1.0),
        rhs=rhs,
        identity=technology.identity(columns + len(rows), filled=True),
        opening=tuple(opening),
    )


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


@checked
def profit_efficiency(
    inputs: ArrayLike,
    outputs: ArrayLike,
    input_prices: ArrayLike,
    output_prices: ArrayLike,
    direction: tuple[ArrayLike, ArrayLike] | None = None,
) -> ProfitEfficiency:
    """Profit efficiency: the profit of each unit against the most that units show to be possible.

    Parameters
    ----------
    inputs, outputs : see `dea.dea`; variable returns, without which profit has no end
    input_prices, output_prices : above 0, in any shape that fits (draws, units, columns)
    direction : (of inputs, of outputs), see `dea.dea`; each unit's own amounts by
        default. Directions worth 1 at the prices make `overall` an amount of money

    Notes
    -----
    Chambers, Chung & Färe (1998), Journal of Optimization Theory and Applications 98, 351-364
    (Nerlovian efficiency). A mixture never earns more than its best unit, so no programme is
    needed for the most.

    >>> found = profit_efficiency([[2], [4], [6]], [[1], [5], [6]], 1, 1)
    >>> found.profit.tolist(), found.overall.round(3).tolist()
    ([[-1.0, 1.0, 0.0]], [[0.667, 0.0, 0.083]])
    """
    x, y = measures(inputs, outputs)
    bought, sold = (
        _priced(input_prices, x, "input_prices"),
        _priced(output_prices, y, "output_prices"),
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
    technical = dea(x, y, "variable", "directional", direction=(gx, gy)).score
    worth = np.einsum("dkm,dkm->dk", bought, gx) + np.einsum("dks,dks->dk", sold, gy)
    most = of_others.max(axis=2)
    overall = (most - profit) / worth
    return ProfitEfficiency(
        profit=np.array(profit),
        most=most,
        overall=overall,
        technical=technical,
        allocative=overall - technical,
        best=of_others.argmax(axis=2),
    )


@checked
def profitability(
    inputs: ArrayLike, outputs: ArrayLike, input_prices: ArrayLike, output_prices: ArrayLike
) -> Profitability:
    """Profitability: earned for each unit of cost, against the best such ratio.

    Parameters
    ----------
    inputs, outputs, input_prices, output_prices : as for `profit_efficiency`

    Notes
    -----
    Zofío & Prieto (2006), International Journal of Production Economics 103, 650-663: constant and
    practice are generalised distances with equal weight on inputs and outputs, see `hyperbolic`.

    >>> profitability([[2], [4]], [[1], [4]], 1, 1).overall.round(9).tolist()
    [[0.5, 1.0]]
    """
    x, y = measures(inputs, outputs)
    bought, sold = (
        _priced(input_prices, x, "input_prices"),
        _priced(output_prices, y, "output_prices"),
    )
    of_others = np.einsum("dks,djs->dkj", sold, y) / np.einsum("dkm,djm->dkj", bought, x)
    ratio = np.array(np.einsum("dkk->dk", of_others))
    overall = ratio / of_others.max(axis=2)
    constant = dea(x, y, "constant", "input").score
    practice = hyperbolic(x, y, "variable")
    return Profitability(ratio, overall, practice, constant / practice, overall / constant)


_HALVINGS: Final = 45  # of an interval of logarithms; the score then holds to about 1e-9
_LEAST: Final = 1e-6  # no unit is taken to be less efficient than this


@checked
def hyperbolic(
    inputs: ArrayLike, outputs: ArrayLike, returns: str = "variable", alpha: float = 0.5
) -> Floats:
    """Hyperbolic (generalised) distance: least d with d^-alpha outputs of d^(1 - alpha) inputs.

    Parameters
    ----------
    inputs, outputs, returns : see `dea.dea`
    alpha : from 0, which is the input orientation, to 1, in which 1 / d is the output factor; at
        0.5 both sides change by the square root of d (graph hyperbolic measure)

    Returns
    -------
    (draws, units) d, 1 or less. With constant returns alpha does not matter, and d is the score
    by input.

    Notes
    -----
    Färe, Grosskopf & Lovell (1985), ch. 5; generalised distance function: Chavas & Cox (1999),
    Journal of Productivity Analysis 11, 295-317. By halving: what d makes possible, any larger
    number does too.

    >>> hyperbolic([[2], [4], [8]], [[1], [4], [2]], "variable").round(6).tolist()
    [[1.0, 1.0, 0.25]]
    """
    x, y = measures(inputs, outputs)
    share = float(within(alpha, "alpha", 0, 1))
    high, low = np.zeros(x.shape[:2]), np.full(x.shape[:2], np.log(_LEAST))
    question = Question(returns, inside=False)
    for _ in range(_HALVINGS):
        middle = (high + low) / 2
        used = x * np.exp((1 - share) * middle)[..., None]
        made = y * np.exp(-share * middle)[..., None]
        over = project((x, y), (used, made), (used, made * 0), question).distance
        possible = over >= 0  # NaN, nothing like it is possible, is not
        high, low = np.where(possible, middle, high), np.where(possible, low, middle)
    return np.asarray(np.exp(high))
