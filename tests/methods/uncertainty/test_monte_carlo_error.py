"""Monte Carlo error: by formula, and against what other seeds really do."""

from collections.abc import Callable
from math import sqrt

import numpy as np
import pytest
from scipy import stats
from scipy.stats import qmc

from capworth.errors import InputError
from capworth.methods.arguments import Floats
from capworth.methods.uncertainty.convergence import batch_error, figure_error, share_error
from capworth.methods.uncertainty.order_statistics import (
    known_quantiles,
    mid_ranks,
    order_quantile,
    quantile_error,
)


def test_worked_by_hand() -> None:
    """1 to 5: deviation sqrt(2.5), over the root of 5. Ten draws 1 to 10, quantile 0.5: the order
    statistics at 0.5 -+ 0.158, the 4th and the 7th, are 3 apart."""
    assert figure_error(np.arange(1.0, 6), "mean") == pytest.approx(sqrt(2.5 / 5))
    assert figure_error(np.arange(1.0, 11), 0.5) == 1.5
    assert share_error(0.25, 300) == pytest.approx(0.025)
    parts = np.array([1.0, 1, 3, 3, 5, 5])  # means 1, 3, 5: deviation 2, over the root of 3
    assert batch_error(parts, lambda x: float(x.mean()), 3) == pytest.approx(2 / sqrt(3))


def test_a_share_of_all_or_none_is_not_known_for_certain() -> None:
    for share in (0.0, 1.0):  # 0.01 of 98 draws is one in a hundred
        assert share_error(share, 98) == pytest.approx(sqrt(0.01 * 0.99 / 98))


def test_the_largest_draw_is_not_known_for_certain() -> None:
    """Half the way from the largest to the one before it: 8 and 4, 99^2 and 98^2."""
    assert quantile_error(np.array([1.0, 2, 4, 8]), 1.0) == 2.0
    assert figure_error(np.arange(100.0) ** 2, 1.0) == (99**2 - 98**2) / 2


def test_rounding_of_a_probability_moves_no_quantile() -> None:
    """0.07 of 100 is 7.000000000000001, (1 - 0.95) / 2 of 2,000 a trifle above 50."""
    for percent in range(1, 101):
        assert order_quantile(np.arange(100.0), percent / 100) == percent - 1
    assert order_quantile(np.arange(2_000.0), (1 - 0.95) / 2) == 49


@pytest.mark.parametrize("probability", [0.0, -0.1, 1.5])
def test_no_error_of_what_is_no_quantile(probability: float) -> None:
    with pytest.raises(InputError, match="is not above 0 and up to 1"):
        figure_error(np.arange(50.0), probability)


def test_draws_of_several_numbers_are_refused() -> None:
    for figure in ("mean", 0.5):
        with pytest.raises(InputError, match=r"shape \(2, 3\). Give those of one number"):
            figure_error(np.ones((2, 3)), figure)


def test_what_is_infinite_is_known_and_what_is_missing_has_no_rank() -> None:
    draws = np.array([[-np.inf, np.inf], [1.0, np.nan], [2.0, 5.0]])
    assert known_quantiles(draws, (1.0, 0.3)).tolist() == [[2.0, np.inf], [-np.inf, 5.0]]
    ranks = mid_ranks(np.array([[np.nan, 3.0, 1.0, 3.0, np.nan]]))
    np.testing.assert_array_equal(ranks, [[np.nan, 2.5, 1.0, 2.5, np.nan]])


@pytest.mark.parametrize("figure", ["mean", 0.1, 0.9, "spread"])
def test_errors_are_what_other_seeds_do(figure: str | float) -> None:
    """600 other sets of 2,000 draws of a skewed number: their deviation is the error printed."""
    rng = np.random.default_rng(11)
    sets = rng.gamma(2.0, 3.0, size=(600, 2_000))

    def spread(values: Floats) -> float:
        return float(values.std() / values.mean())

    found = {
        "mean": lambda x: float(x.mean()),
        0.1: lambda x: float(np.percentile(x, 10, method="inverted_cdf")),
        0.9: lambda x: float(np.percentile(x, 90, method="inverted_cdf")),
        "spread": spread,
    }[figure]
    real = float(np.std([found(row) for row in sets], ddof=1))
    told = [figure_error(row, spread if figure == "spread" else figure) for row in sets[:200]]
    assert np.mean(told) == pytest.approx(real, rel=0.1)


def test_of_a_sequence_the_error_is_no_less_than_it_is() -> None:
    """64 scramblings of 1,024 points: means stray far less than independent draws would.

    The batches say so without knowing of it, and do not say less than there is.
    """

    def levels(seed: int) -> Floats:
        points = qmc.Sobol(6, rng=np.random.default_rng(seed)).random_base2(10)
        found: Floats = stats.norm.ppf(points + 2.0**-31).sum(axis=1) + points[:, 0] ** 3
        return found

    sets = [levels(seed) for seed in range(64)]
    real = float(np.std([row.mean() for row in sets], ddof=1))
    told = float(np.mean([figure_error(row, "mean", independent=False) for row in sets]))
    naive = figure_error(sets[0], "mean")
    assert real < told < 0.3 * naive
    quantiles = [float(np.percentile(row, 90, method="inverted_cdf")) for row in sets]
    real = float(np.std(quantiles, ddof=1))
    told = float(np.mean([figure_error(row, 0.9, independent=False) for row in sets]))
    assert real < told < 3 * real


def test_what_shows_no_error_says_none() -> None:
    assert np.isnan(figure_error(np.array([1.0]), "mean"))
    assert np.isnan(batch_error(np.arange(5.0), lambda x: float(x.mean())))
    calls: tuple[Callable[[], float], ...] = (
        lambda: batch_error(np.arange(5.0), lambda x: 0.0, 1),
        lambda: share_error(1.1, 5),
        lambda: share_error(0.1, 0),
        lambda: figure_error(np.arange(50.0), "median"),
    )
    for call in calls:
        with pytest.raises(InputError):
            call()
