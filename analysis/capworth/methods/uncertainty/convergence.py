"""Monte Carlo error: by how much another set of draws would move a printed figure."""

from collections.abc import Callable
from itertools import pairwise
from typing import Final

import numpy as np

from capworth.errors import InputError
from capworth.methods.arguments import Floats, checked
from capworth.methods.uncertainty.order_statistics import order_quantile, quantile_error

BATCHES: Final = 10  # of independent draws, for a figure whose error has no formula
NETS: Final = 8  # of a Sobol sequence: parts of a power of two of draws are even themselves
MEAN: Final = "mean"
Statistic = Callable[[Floats], float]


@checked
def figure_error(draws: Floats, figure: str | float | Statistic, independent: bool = True) -> float:
    """Standard error of a figure of draws (draws,).

    Parameters
    ----------
    draws : in the order in which they were drawn
    figure : "mean"; a probability, for that quantile; or a function of the draws
    independent : whether each draw is drawn apart from all others, as those of a Sobol sequence
        are not

    Returns
    -------
    Of independent draws: of a mean the standard deviation over the root of their number; of a
    quantile half the distance of the order statistics that far around it; of anything else the
    error of batches. Of a Sobol sequence: the error of batches, whatever the figure.

    Notes
    -----
    Batches: the draws are parted in order, the figure is taken in each part, and the standard
    deviation of the parts is divided by the root of their number (Conway 1963, Management Science
    10(1), 47-61). Parts of a Sobol sequence are less even than the whole, so that their error is
    an upper bound.

    >>> draws = np.arange(100.0)
    >>> round(figure_error(draws, "mean"), 4), figure_error(draws, 0.5)
    (2.9011, 5.0)
    """
    values = np.asarray(draws, dtype=np.float64)
    if values.ndim != 1:
        raise InputError(f"draws: shape {values.shape}. Give those of one number, (draws,).")
    if len(values) < 2:
        return float("nan")
    if independent and figure == MEAN:
        return float(values.std(ddof=1) / np.sqrt(len(values)))
    if independent and isinstance(figure, float):
        return quantile_error(values, figure)
    return batch_error(values, _statistic(figure), BATCHES if independent else NETS)


@checked
def batch_error(draws: Floats, statistic: Statistic, batches: int = BATCHES) -> float:
    """Error of a figure from batches of the draws; NaN where there are fewer draws than that.

    >>> round(batch_error(np.repeat([1.0, 2.0, 3.0, 4.0], 25), np.mean, batches=4), 4)
    0.6455
    """
    if batches < 2:
        raise InputError(f"batches: {batches} shows no spread. Give 2 or more.")
    if len(draws) < batches:
        return float("nan")
    ends = np.arange(batches + 1) * len(draws) // batches
    found = [statistic(draws[a:b]) for a, b in pairwise(ends)]
    return float(np.std(found, ddof=1) / np.sqrt(batches))


@checked
def share_error(share: float, many: int) -> float:
    """Standard error of a share of independent draws, binomial.

    A share of 0 or 1 of many draws is that of one more and one less: its error is not 0.

    >>> round(share_error(0.2, 400), 3), round(share_error(0.0, 98), 4)
    (0.02, 0.0101)
    """
    if many < 1 or not 0 <= share <= 1:
        raise InputError(f"share {share}, draws {many}: give a share of 0 to 1 of some draws.")
    inside = min(max(share, 1 / (many + 2)), 1 - 1 / (many + 2))
    return float(np.sqrt(inside * (1 - inside) / many))


def _statistic(figure: str | float | Statistic) -> Statistic:
    if callable(figure):
        return figure
    if figure == MEAN:
        return lambda values: float(values.mean())
    if not isinstance(figure, float):
        raise InputError(f"figure: {figure!r} is not known. Give mean or a probability.")
    probability = figure
    return lambda values: float(order_quantile(values, probability))
