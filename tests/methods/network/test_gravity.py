"""Exchange that follows masses and regions, against a table of all pairs."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capworth.errors import InputError
from capworth.methods.network.network import (
    dyad_coverage,
    dyads_reached,
    exchange,
    further,
    member_gains,
    with_known,
)

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/network.toml").read_text("utf-8"))
masses = arrays(float, (3, 6), elements=st.sampled_from([0.0, 0.5, 1.0, 4.0, 30.0]))
regions = arrays(np.int64, 6, elements=st.integers(0, 2))
affinities = arrays(float, 3, elements=st.sampled_from([0.0, 0.5, 1.0, 3.0]))


def named(table: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("golden", GOLDEN[table], ids=lambda golden: golden["name"])


@named("exchange")
def test_exchange(golden: dict[str, Any]) -> None:
    found = exchange(
        golden["owners"], golden["searchers"], np.array(golden["region"]), golden["affinity"]
    )
    np.testing.assert_allclose(found.own, golden["own"], atol=1e-12)
    np.testing.assert_allclose(found.external, golden["external"], atol=1e-12)
    assert found.whole == pytest.approx(golden["whole"], abs=1e-12)


@given(masses, masses, regions, affinities)
def test_exchange_is_that_of_the_table_of_pairs(
    owners: Any, searchers: Any, region: Any, affinity: Any
) -> None:
    """The slow twin: every pair written out, summed by the kernel of tables."""
    near = region[:, None] == region[None, :]
    times = np.where(near, affinity[:, None, None], 1.0)
    slow = member_gains(owners[:, :, None] * searchers[:, None, :] * times)
    found = exchange(owners, searchers, region, affinity)
    np.testing.assert_allclose(found.own, slow.own, atol=1e-9)
    np.testing.assert_allclose(found.external, slow.external, atol=1e-9)
    np.testing.assert_allclose(found.own.sum(axis=-1), found.external.sum(axis=-1), atol=1e-9)
    assert (found.own >= 0).all()


def test_a_lone_member_finds_nothing() -> None:
    found = exchange([[0.1, 0.0]], [[0.3, 0.0]], np.array([0, 1]), [3.0])
    assert found.own.tolist() == [[0.0, 0.0]]
    assert found.whole.tolist() == [0.0]


@named("dyads")
def test_dyads(golden: dict[str, Any]) -> None:
    found = dyads_reached(golden["members"], golden["owners"], golden["searchers"])
    assert found == pytest.approx(golden["share"], abs=golden["atol"])


@given(st.integers(2, 9), st.data())
def test_dyads_are_those_that_one_can_count(n: int, data: Any) -> None:
    own, seek = (data.draw(st.integers(0, n)) for _ in range(2))
    pairs = sum(i != j and i < own and j < seek for i in range(n) for j in range(n))
    assert dyads_reached(n, own, seek) == pytest.approx(pairs / (n * (n - 1)))
    assert dyads_reached(n, seek, seek) == pytest.approx(float(dyad_coverage(n, seek)))


@named("further")
def test_further(golden: dict[str, Any]) -> None:
    found = further(golden["share"], golden["elasticity"])
    assert found == pytest.approx(golden["growth"], abs=golden["atol"])


@given(st.floats(0.001, 1), st.floats(0.05, 0.95))
def test_the_next_adds_less_than_the_average_one(share: float, elasticity: float) -> None:
    assert 0 < further(share, elasticity) < share
    assert further(share, 1.0) == pytest.approx(share)


@named("known")
def test_with_known(golden: dict[str, Any]) -> None:
    found = with_known(
        np.array(golden["shares"]), np.array(golden["known"]), np.array(golden["levels"])
    )
    np.testing.assert_allclose(found, golden["stated"], atol=1e-12)


def test_the_known_take_all_where_the_others_have_nothing() -> None:
    shares = np.array([[1.0, 0.0, 0.0], [0.2, 0.5, 0.3]])
    levels = np.array([[0.3, 0.1], [0.3, 0.1]])
    found = with_known(shares, np.array([True, True, False]), levels)
    np.testing.assert_allclose(found, [[0.75, 0.25, 0.0], [0.3, 0.1, 0.6]], atol=1e-12)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: exchange([1.0, 2.0], [1.0], np.array([0, 0])), "of one number of members"),
        (lambda: exchange([-1.0], [1.0], np.array([0])), "owners: entry"),
        (lambda: exchange([1.0], [1.0], np.array([0]), -2), "affinity"),
        (lambda: dyads_reached(4, 5, 1), "more than there are members"),
        (lambda: dyads_reached(1, 1, 1), "members"),
        (lambda: further(-0.1, 1), "share"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
