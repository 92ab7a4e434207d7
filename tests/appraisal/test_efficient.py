"""Who is efficient in a draw: found among few, the same as among all."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capworth.appraisal.effectiveness import efficient_in
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.effectiveness import Status, frontier

few = st.sampled_from([-1.0, 0.0, 0.5, 1.0, 3.0])  # so that many are equal, and some on a line


@st.composite
def options(draw: Any) -> tuple[Floats, Floats]:
    shape = draw(st.tuples(st.integers(1, 4), st.integers(1, 7)))
    return draw(arrays(float, shape, elements=few)), draw(arrays(float, shape, elements=few))


@given(options())
def test_the_efficient_are_those_of_the_whole_frontier(
    given_options: tuple[Floats, Floats],
) -> None:
    cost, effect = given_options
    whole = frontier(cost, effect).status == Status.EFFICIENT
    np.testing.assert_array_equal(efficient_in(cost, effect), whole)


def test_of_many_options_the_efficient_are_those_of_the_whole_frontier() -> None:
    rng = np.random.default_rng(1)
    cost, effect = rng.lognormal(size=(2, 50, 80))
    whole = frontier(cost, effect).status == Status.EFFICIENT
    np.testing.assert_array_equal(efficient_in(cost, effect), whole)
    assert 1 < whole.sum(axis=1).mean() < 20
