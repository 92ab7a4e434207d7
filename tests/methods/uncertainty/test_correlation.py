"""Stated rank correlations: whether they can stand together, and whether they are reached."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.linalg import eigvalsh

from capworth.errors import InputError
from capworth.methods.arguments import Floats
from capworth.methods.uncertainty.correlation import (
    conflict,
    loadings,
    moved_together,
    to_normal,
    to_rank,
)


def matrix(size: int, **pairs: float) -> Floats:
    """Rank correlations by places: `p01=0.5` is of the first and the second."""
    found = np.eye(size)
    for name, r in pairs.items():
        a, b = int(name[1]), int(name[2])
        found[a, b] = found[b, a] = r
    return found


def correlations(seed: int, size: int) -> Floats:
    """A matrix that can be: rank correlations of a random one on the normal scale."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(size, size + 1))
    whole = root @ root.T
    deviation = np.sqrt(np.diag(whole))
    found: Floats = np.asarray(to_rank(np.clip(whole / np.outer(deviation, deviation), -1, 1)))
    found = (found + found.T) / 2
    np.fill_diagonal(found, 1.0)
    return found


def lowest(rank: Floats) -> float:
    """Lowest eigenvalue on the normal scale, by scipy's own way and another formula."""
    normal = 2 * np.sin(np.pi * rank / 6)
    np.fill_diagonal(normal, 1)
    return float(eigvalsh(normal)[0])


def test_the_conversion_is_that_of_pearson() -> None:
    """Printed: 2 sin(30 degrees x r); of r = 1/2, 2 sin(15 degrees) = 0.5176381."""
    assert to_normal([-1, 0, 0.5, 1]).tolist() == pytest.approx([-1, 0, 0.5176381, 1])
    assert to_rank(to_normal([-0.7, 0.2])).tolist() == pytest.approx([-0.7, 0.2])


@pytest.mark.parametrize("rank", [-0.8, 0.3, 0.9])
def test_two_numbers_of_any_shape_have_the_stated_rank_correlation(rank: float) -> None:
    weights = loadings(matrix(2, p01=rank))
    evens = list(np.random.default_rng(2).random((2, 200_000)))
    one, other = (moved_together(evens, row) for row in weights.tolist())
    found = stats.spearmanr(np.exp(3 * one), other**5).statistic
    assert found == pytest.approx(rank, abs=0.006)
    assert stats.kstest(one, "uniform").pvalue > 1e-4


def test_a_whole_matrix_is_reached() -> None:
    stated = matrix(4, p01=0.6, p12=0.5, p02=0.4, p23=-0.5)
    evens = list(np.random.default_rng(3).random((4, 200_000)))
    drawn = np.array([moved_together(evens, row) for row in loadings(stated).tolist()])
    found = stats.spearmanr(drawn, axis=1).statistic
    np.testing.assert_allclose(found, stated, atol=0.007)


def test_numbers_that_move_as_one_are_one() -> None:
    weights = loadings(matrix(2, p01=1.0))
    evens = list(np.random.default_rng(5).random((2, 1_000)))
    one, other = (moved_together(evens, row) for row in weights.tolist())
    np.testing.assert_allclose(one, other, atol=1e-7)


@given(st.integers(0, 10_000), st.integers(2, 8))
@settings(max_examples=50, deadline=None)
def test_what_can_be_is_never_refused(seed: int, size: int) -> None:
    rank = correlations(seed, size)
    assert conflict(rank) is None
    weights = loadings(rank)
    normal = np.asarray(to_normal(rank))
    np.testing.assert_allclose(np.einsum("ik,jk->ij", weights, weights), normal, atol=1e-9)
    order = np.random.default_rng(seed).permutation(size)
    other = loadings(rank[np.ix_(order, order)])
    np.testing.assert_allclose(other, weights[np.ix_(order, order)], atol=1e-6)  # no one is first


@given(st.integers(0, 10_000), st.integers(3, 7))
@settings(max_examples=80, deadline=None)
def test_what_cannot_be_is_named_and_the_remedy_works(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    rank = np.eye(size)
    for a, b in combinations(range(size), 2):
        rank[a, b] = rank[b, a] = rng.choice([-0.9, -0.5, 0.0, 0.5, 0.9])
    found = conflict(rank)
    assert (found is not None) == (lowest(rank) < -1e-9)
    if found is None:
        return
    named = {place for pair in found.pairs for place in pair}
    assert len(found.pairs) == len(set(found.pairs)) >= 1
    shrunk = np.eye(size) + found.factor * (rank - np.eye(size))
    assert lowest(shrunk) > -1e-9
    assert lowest(np.eye(size) + (found.factor + 0.002) * (rank - np.eye(size))) < 0
    if found.between is not None:
        assert len(named) == 3
        places = sorted(named)
        a, b = found.pairs[0]
        for end, beyond in zip(found.between, (-0.01, 0.01), strict=True):
            three = rank.copy()
            three[a, b] = three[b, a] = end
            assert lowest(three[np.ix_(places, places)]) == pytest.approx(0, abs=1e-6)
            if abs(end + beyond) <= 1:
                three[a, b] = three[b, a] = end + beyond
                assert lowest(three[np.ix_(places, places)]) < 0


def test_of_three_the_weakest_pair_is_named_first() -> None:
    """0.9 and 0.9 leave 0.631 to 1 for the third: cos(2 arccos(2 sin 27 degrees)), in ranks."""
    found = conflict(matrix(4, p02=0.9, p12=0.9, p03=0.1))
    assert found is not None
    assert found.pairs == ((0, 1), (0, 2), (1, 2))
    assert found.between == pytest.approx((0.6311, 1.0), abs=1e-3)


def test_a_conflict_that_no_three_have_names_the_pairs_that_pull() -> None:
    """Five numbers, each two -0.3: the sum of all would have a variance below 0.

    5 + 20 x (-0.3129) = -1.26; of any three it is 3 + 6 x (-0.3129) = 1.12. The factor leaves
    rho = -1/4, which is r = -0.2394: 0.798 of what is stated.
    """
    rank = np.full((5, 5), -0.3)
    np.fill_diagonal(rank, 1.0)
    found = conflict(rank)
    assert found is not None
    assert found.between is None
    assert sorted(found.pairs) == list(combinations(range(5), 2))
    assert found.factor == pytest.approx(0.798, abs=2e-3)


def test_what_is_no_matrix_of_correlations_is_refused() -> None:
    for bad in (np.ones((2, 3)), np.array([[1, 0.2], [0.3, 1]]), np.array([[0.9, 0], [0, 1]])):
        with pytest.raises(InputError, match="rank"):
            loadings(bad)
    with pytest.raises(InputError, match="lowest eigenvalue"):
        loadings(matrix(3, p01=0.9, p12=0.9, p02=-0.9))
