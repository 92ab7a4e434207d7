import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capworth.errors import InputError
from capworth.methods.arguments import Floats
from capworth.methods.elicitation.ahp import (
    PRIORITIES,
    RANDOM_INDEX,
    aggregated,
    column_mean,
    consistency,
    eigenvector,
    geometric_consistency_index,
    geometric_mean,
    reciprocal,
    to_revisit,
)

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/elicitation.toml").read_text("utf-8"))
SAATY = [1 / 9, 1 / 7, 1 / 5, 1 / 3, 1 / 2, 1, 2, 3, 4, 5, 7, 9]


def pair(stated: float, opposite: float | None = None) -> Floats:
    return np.array([[1.0, stated], [1 / stated if opposite is None else opposite, 1.0]])


@st.composite
def judgements(draw: st.DrawFn, count: int = 4) -> Floats:
    matrix = np.ones((count, count))
    for i in range(count):
        for j in range(i + 1, count):
            matrix[i, j] = draw(st.sampled_from(SAATY))
            matrix[j, i] = 1 / matrix[i, j]
    return matrix


@pytest.mark.parametrize("golden", GOLDEN["pairwise"], ids=lambda golden: golden["name"])
def test_priorities_and_consistency(golden: dict[str, Any]) -> None:
    found = consistency(
        golden["matrix"],
        priorities=golden["priorities"],
        random_index=golden["random_index"],
    )
    ours = {
        "weights": PRIORITIES[golden["priorities"]](golden["matrix"]),
        "lambda_max": found.lambda_max,
        "index": found.index,
        "ratio": found.ratio,
    }
    for name, atol in golden["atol"].items():
        np.testing.assert_allclose(ours[name], golden[name], rtol=0, atol=atol, err_msg=name)


@pytest.mark.parametrize("golden", GOLDEN["hierarchy_of_means"], ids=lambda golden: golden["name"])
def test_a_hierarchy_by_means_of_columns(golden: dict[str, Any]) -> None:
    assert golden["source"]
    matrix = next(g["matrix"] for g in GOLDEN["pairwise"] if g["name"] == golden["criteria"])
    found = np.einsum("c,co->o", column_mean(matrix), column_mean(golden["options"]))
    np.testing.assert_allclose(found, golden["scores"], rtol=0, atol=golden["atol"])


def test_the_geometric_index_of_a_circle_by_hand() -> None:
    """Three criteria that multiply to c round the circle: each is off by ln(c) / 3."""
    circle = np.array([[1.0, 2.0, 1 / 3], [1 / 2, 1.0, 5.0], [3.0, 1 / 5, 1.0]])
    np.testing.assert_allclose(geometric_consistency_index(circle), np.log(2 * 5 * 3) ** 2 / 3)
    agreed = np.array([4.0, 2, 1, 1])
    np.testing.assert_allclose(geometric_consistency_index(agreed[:, None] / agreed), 0, atol=1e-15)
    assert geometric_consistency_index([[1.0, 7.0], [1 / 7, 1.0]]) == 0
    both = geometric_consistency_index(np.stack((circle, np.ones((3, 3)))))
    np.testing.assert_allclose(both, [np.log(30) ** 2 / 3, 0])


@pytest.mark.parametrize("golden", GOLDEN["hierarchy"], ids=lambda golden: golden["name"])
def test_a_hierarchy(golden: dict[str, Any]) -> None:
    weights = eigenvector(golden["criteria"])
    np.testing.assert_allclose(weights, golden["criteria_weights"], rtol=0, atol=golden["atol"])
    local = eigenvector(golden["local"])  # a stack: one matrix for each criterion
    np.testing.assert_allclose(weights @ local, golden["priorities"], rtol=0, atol=golden["atol"])


@given(judgements())
def test_the_eigenvector_is_that_of_lapack(matrix: Floats) -> None:
    roots, vectors = np.linalg.eig(matrix)
    first = int(np.argmax(roots.real))
    expected = np.abs(vectors[:, first].real)
    np.testing.assert_allclose(eigenvector(matrix), expected / expected.sum(), atol=1e-9)
    assert float(consistency(matrix).lambda_max) == pytest.approx(roots[first].real, abs=1e-8)


@given(judgements())
def test_geometric_means_are_least_squares_of_logarithms(matrix: Floats) -> None:
    """The weights' logarithms minimise the squared errors: solved by lstsq, no means at all."""
    rows, stated = [], []
    for i in range(4):
        for j in range(i + 1, 4):
            row = np.zeros(4)
            row[i], row[j] = 1, -1
            rows.append(row)
            stated.append(np.log(matrix[i, j]))
    rows.append(np.ones(4))
    stated.append(0.0)
    solved = np.exp(np.linalg.lstsq(np.array(rows), np.array(stated), rcond=None)[0])
    np.testing.assert_allclose(geometric_mean(matrix), solved / solved.sum(), atol=1e-12)


@given(st.lists(st.floats(0.05, 1), min_size=3, max_size=6))
def test_consistent_judgements_give_their_weights_back(points: list[float]) -> None:
    weights = np.array(points) / sum(points)
    matrix = weights[:, None] / weights
    for way in PRIORITIES:
        np.testing.assert_allclose(PRIORITIES[way](matrix), weights, atol=1e-12)
        found = consistency(matrix, priorities=way)
        assert float(found.lambda_max) == pytest.approx(len(points))
        assert float(found.ratio) == pytest.approx(0, abs=1e-9)


def test_judges_in_a_stack_are_judged_one_by_one() -> None:
    rng = np.random.default_rng(0)
    upper = np.triu(rng.choice(SAATY, (5, 4, 4)), 1)
    stack = np.where(upper > 0, upper, 1.0)
    stack = np.where(np.tril(np.ones((4, 4)), -1) > 0, 1 / np.swapaxes(stack, 1, 2), stack)
    for way in PRIORITIES:
        alone = np.array([PRIORITIES[way](matrix) for matrix in stack])
        np.testing.assert_allclose(PRIORITIES[way](stack), alone, atol=1e-12)
        ratios = [float(consistency(matrix, priorities=way).ratio) for matrix in stack]
        np.testing.assert_allclose(consistency(stack, priorities=way).ratio, ratios, atol=1e-12)


def test_two_criteria_cannot_contradict_each_other() -> None:
    found = consistency(pair(7))
    assert float(found.lambda_max) == pytest.approx(2)
    assert float(found.ratio) == 0
    np.testing.assert_allclose(eigenvector(pair(3)), np.array([0.75, 0.25]))


def test_an_opposite_typed_short_is_no_contradiction() -> None:
    for stated in range(1, 10):
        typed = reciprocal(pair(stated, round(1 / stated, 2)))
        assert typed[1, 0] == 1 / stated


def test_the_judgement_to_revisit_is_the_one_that_was_planted() -> None:
    weights = np.array([0.4, 0.3, 0.2, 0.1])
    matrix = weights[:, None] / weights
    matrix[1, 3], matrix[3, 1] = 1 / 5, 5.0  # stated the wrong way round: should be 3
    first, *others = to_revisit(matrix)
    assert (first.row, first.column, first.stated) == (3, 1, 5.0)
    fitted = eigenvector(matrix)
    for judgement in (first, *others):
        fair = fitted[judgement.row] / fitted[judgement.column]
        assert judgement.implied == pytest.approx(fair)
    assert first.error == pytest.approx(np.log(first.stated / first.implied))
    before = float(consistency(matrix).ratio)
    assert first.ratio_if_mended < before / 3
    assert len(others) == 5
    assert all(abs(later.error) <= abs(first.error) for later in others)
    errors = [round(abs(judgement.error), 9) for judgement in (first, *others)]
    assert errors == sorted(errors, reverse=True)
    assert all(judgement.stated >= 1 for judgement in others)
    assert min(later.ratio_if_mended for later in others) > first.ratio_if_mended


def test_judges_are_averaged_so_that_opposites_stay_opposite() -> None:
    np.testing.assert_allclose(aggregated([pair(2), pair(8)]), pair(4))
    np.testing.assert_allclose(aggregated([pair(2), pair(16)], [2, 1]), pair(4))


def test_the_tables_of_random_indices_rise_or_are_as_printed() -> None:
    assert {name: len(table) for name, table in RANDOM_INDEX.items()} == {
        "saaty 1980": 13,
        "saaty 2005": 13,
        "donegan dodd 1991": 18,
    }
    for name, table in RANDOM_INDEX.items():
        if name != "saaty 1980":  # the first table has a dip at twelve, as printed
            assert (np.diff(table) > 0).all()


GOOD = pair(2)
SLIPS = [
    (lambda: eigenvector(np.ones((2, 3))), "not square"),
    (lambda: eigenvector(pair(2, 0.47)), r"entry \[0, 1\] is 2; it is not 1 over its"),
    (lambda: eigenvector(pair(-2)), r"entry \[0, 1\] is -2; it is not above 0"),
    (lambda: eigenvector(pair(2) + np.diag([1, 0])), r"entry \[0, 0\] is 2"),
    (lambda: eigenvector(pair(np.nan)), r"entry \[0, 1\] is nan"),
    (lambda: consistency(GOOD, random_index="saaty"), "Use one of|Did you mean"),
    (lambda: consistency(GOOD, priorities="eigenvektor"), "Did you mean 'eigenvector'"),
    (lambda: consistency(np.ones((16, 16))), "16 criteria"),
    (lambda: to_revisit([GOOD, GOOD]), "matrix of one judge"),
    (lambda: aggregated(GOOD), "judges, criteria"),
    (lambda: aggregated([GOOD], [1, 2]), "2,.* weights for 1 judges"),
]


@pytest.mark.parametrize(("call", "words"), SLIPS)
def test_a_slip_is_named(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
