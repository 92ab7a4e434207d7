"""Places from one sort of each draw are those of the rank shares, ties among them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capworth.appraisal.places import places_of
from capworth.methods.acceptability.indices import expected_ranks
from capworth.methods.acceptability.smaa import rank_shares
from capworth.methods.arguments import Floats

few = st.sampled_from([-1.0, 0.0, 0.5, 2.0])  # so that many are equal
shapes = st.tuples(st.integers(1, 6), st.integers(1, 5))
tables = shapes.flatmap(lambda shape: arrays(float, shape, elements=few))


@given(tables)
def test_places_are_those_of_the_rank_shares(values: Floats) -> None:
    found, shares = places_of(values), rank_shares(values)
    np.testing.assert_allclose(found.expected, expected_ranks(shares), rtol=1e-12)
    np.testing.assert_allclose(found.first, shares[:, 0], rtol=1e-12)


def test_equals_over_the_draws_have_one_expected_place() -> None:
    """Second, second, third against third, third, first: 7/3 both, which sums of thirds miss."""
    values = np.array([[1.0, 2, 0], [1, 2, 0], [0, 1, 2]])
    assert places_of(values).expected.tolist() == [7 / 3, 4 / 3, 7 / 3]
    by_share = expected_ranks(rank_shares(values))
    assert by_share[0] != by_share[2]
