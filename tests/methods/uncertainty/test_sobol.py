"""Sobol' indices of few draws: the two estimators in the words of their papers."""

import numpy as np
import pytest

from capworth.methods.uncertainty.sobol import sobol_indices


@pytest.mark.parametrize("seed", range(5))
def test_few_draws_far_from_nought_are_centred_on_the_mean_of_both_samples(seed: int) -> None:
    """Saltelli (2010), table 2 (b), and Jansen (1999), summed draw by draw."""
    rng = np.random.default_rng(seed)
    a, b, mixed = rng.normal(size=9) + 50, rng.normal(size=9) + 52, rng.normal(size=(3, 9)) + 51
    both = [*a, *b]
    mean = sum(both) / 18
    variance = sum((y - mean) ** 2 for y in both) / 18
    found = sobol_indices(a, b, mixed)
    for k, ab in enumerate(mixed):
        first = sum((y - mean) * (z - x) for x, y, z in zip(a, b, ab, strict=True)) / 9
        total = sum((x - z) ** 2 for x, z in zip(a, ab, strict=True)) / 18
        assert found.first[k] == pytest.approx(first / variance)
        assert found.total[k] == pytest.approx(total / variance)
