import ast
import math
import os
import subprocess
import sys
import tomllib
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capworth import methods
from capworth.errors import InputError
from capworth.methods.arguments import Floats
from capworth.multicriteria.acceptability import RankAcceptability, performances, rank_acceptability

GOLDEN = tomllib.loads((Path(__file__).parents[1] / "golden/ranking.toml").read_text("utf-8"))
TABLE = pd.DataFrame(
    {
        "reach": [0.9, 0.5, 0.7, 0.2],
        "speed": [0.1, 0.8, 0.5, 0.1],
        "cost": [30.0, 70.0, 40.0, 90.0],
    },
    index=["hub", "bilateral", "liaison", "post"],
)
SCALES = {"reach": (0.0, 1.0), "speed": (0.0, 1.0), "cost": (100.0, 20.0)}
FEW = 4000


def rank(**changes: Any) -> RankAcceptability:
    settings_: dict[str, Any] = {"scales": SCALES, "draws": FEW, "workers": 1, "spread": 0.05}
    return rank_acceptability(TABLE, **{**settings_, **changes})


def cell(table: pd.DataFrame, row: str, column: Any) -> float:
    found: Any = table.loc[row, column]
    return float(found)


def everything(result: RankAcceptability) -> bytes:
    frames = (
        result.to_frame(),
        result.pairwise(),
        result.central_weights(),
        result.central_weight_errors(),
        result.summary(),
        result.rank_sets(),
        result.confidence_factors().to_frame(),
    )
    return b"".join(frame.to_numpy().tobytes() for frame in frames)


# ---- numbers


def test_two_specialists_and_an_allrounder_through_the_whole_path() -> None:
    """Closed form (STYLE.md, habit 16), with the weight of the first criterion even on 0 ... 1."""
    table = pd.DataFrame(
        {"x": [1, 0, 0.8125], "y": [0, 1, 0.5625]}, index=["first", "second", "allrounder"]
    )
    found = rank_acceptability(table, draws=60_000)
    expected = [[0.25, 0.25, 0.5], [0.35, 0.15, 0.5], [0.4, 0.6, 0.0]]
    np.testing.assert_allclose(found.to_frame(), expected, atol=0.01)
    np.testing.assert_allclose(
        found.central_weights(), [[0.875, 0.125], [0.175, 0.825], [0.55, 0.45]], atol=0.01
    )
    assert found.confidence_factors().tolist() == [1, 1, 1]
    assert found.leader == "allrounder"
    assert found.choice_entropy == pytest.approx(1.5589, abs=0.01)


@pytest.mark.parametrize("golden", GOLDEN["exact"], ids=lambda golden: golden["name"])
def test_shares_and_central_weights_are_volumes_and_centroids(golden: dict[str, Any]) -> None:
    found = rank_acceptability(pd.DataFrame(golden["values"]), draws=100_000)
    for ours, error, name in (
        (found.to_frame()[1], found.standard_errors()[1], "first"),
        (found.central_weights(), found.central_weight_errors(), "central_weights"),
    ):
        gap = np.abs(ours.to_numpy() - golden[name])
        np.testing.assert_array_equal(np.isnan(gap), np.isnan(golden[name]))
        assert (np.nan_to_num(gap) <= 4 * np.nan_to_num(error.to_numpy()) + 1e-12).all(), name


def test_errors_are_as_large_as_stated() -> None:
    """One criterion: N(.6, .1) is above N(.5, .2) with the normal cdf of .1 / .2236."""
    table = pd.DataFrame({"x": [0.6, 0.5]}, index=["a", "b"])
    spread = pd.DataFrame({"x": [0.2, 0.1]}, index=["b", "a"])  # other order: matched by label
    found = rank_acceptability(table, spread=spread, draws=60_000)
    chance = 0.5 * (1 + math.erf(0.1 / math.sqrt(0.05) / math.sqrt(2)))
    assert cell(found.to_frame(), "a", 1) == pytest.approx(chance, abs=0.008)
    assert found.confidence_factors()["a"] == pytest.approx(chance, abs=0.008)


def test_a_shared_baseline_shifts_acceptability() -> None:
    """Difference 1 in sds: cdf(1 / sqrt 2) = .760 apart, cdf(sqrt 2) = .921 at correlation .75."""
    table = pd.DataFrame({"x": [1.0, 0.0]}, index=["a", "b"])
    baseline = {"a": "2015", "b": "2015"}
    matrix = pd.DataFrame([[1, 0.75], [0.75, 1]], index=["b", "a"], columns=["b", "a"])
    for said in ({"shared": baseline, "correlation": 0.75}, {"correlation": matrix}):
        found = rank_acceptability(table, spread=1.0, draws=40_000, **said)
        assert cell(found.to_frame(), "a", 1) == pytest.approx(0.9214, abs=0.008)
    alone = rank_acceptability(
        table, spread=1.0, shared={"a": "2015", "b": None}, correlation=0.75, draws=40_000
    )
    assert cell(alone.to_frame(), "a", 1) == pytest.approx(0.7602, abs=0.008)


def test_plain_arrays_and_plain_weights_are_taken() -> None:
    """0.7 and 0.3 on (1, 0), (0, 2), (0.5, 0.9): 0.7, 0.6, 0.62."""
    cells: list[list[float]] = [[1, 0], [0, 2], [0.5, 0.9]]
    for weights in ([0.7, 0.3], (7, 3), np.array([0.7, 0.3])):
        found = rank_acceptability(cells, weights, draws=10)
        assert found.to_frame().to_numpy().tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert found.options == ("option 1", "option 2", "option 3")
    named = rank_acceptability(np.array(cells), {"criterion 1": 0.7, "criterion 2": 0.3}, draws=10)
    assert named.leader == "option 1"
    with pytest.raises(InputError, match="table, row 'option 2', column 'criterion 1'"):
        rank_acceptability([[1.0, 2.0], [np.nan, 1.0]])
    with pytest.raises(InputError, match=r"table: shape \(2,\)"):
        rank_acceptability([1, 2])
    with pytest.raises(InputError, match="weights"):
        rank_acceptability(cells, [-1, 2])


def test_tables_are_matched_by_label_not_by_place() -> None:
    table = pd.DataFrame({"x": [0.6, 0.5, 0.55]}, index=["a", "b", "c"])
    spread = pd.DataFrame({"x": [0.2, 0.0, 0.0]}, index=["c", "b", "a"])
    pairs = rank_acceptability(table, spread=spread, draws=500).pairwise()
    assert cell(pairs, "a", "b") == 1
    assert 0 < cell(pairs, "c", "a") < 1
    names = ["c", "a", "b"]
    matrix = pd.DataFrame([[1, 0, 0], [0, 1, 1.0], [0, 1.0, 1]], index=names, columns=names)
    pairs = rank_acceptability(table, spread=0.2, correlation=matrix, draws=500).pairwise()
    assert cell(pairs, "a", "b") == 1
    assert 0 < cell(pairs, "b", "c") < 1


def test_under_fixed_weights_confidence_is_the_first_share() -> None:
    """The same draws serve both, so the two counts are the same count."""
    found = rank(weights={"reach": 2, "speed": 1, "cost": 1}, spread=0.3, draws=20_000)
    assert found.confidence_factors().tolist() == found.to_frame()[1].tolist()


def test_the_reduced_way_gives_the_shares_of_the_full_one() -> None:
    """Straight value functions force every cell to be drawn; the distribution is the same."""
    straight = {
        name: lambda levels, worst=worst, best=best: (levels - worst) / (best - worst)
        for name, (worst, best) in SCALES.items()
    }
    spread = {"reach": 0.2, "speed": 0.1, "cost": 20.0}
    reduced = rank(spread=spread, draws=40_000)
    full = rank(
        spread=spread,
        draws=40_000,
        scales=None,
        value_functions=straight,
        direction={"cost": "min"},
    )
    np.testing.assert_allclose(reduced.to_frame(), full.to_frame(), atol=0.012)
    np.testing.assert_allclose(reduced.confidence_factors(), full.confidence_factors(), atol=0.012)


def test_scale_direction_and_values_by_hand_say_the_same() -> None:
    by_hand = TABLE.assign(cost=(100 - TABLE["cost"]) / 80)
    scaled = rank(spread=None)
    np.testing.assert_array_equal(
        scaled.to_frame(), rank_acceptability(by_hand, draws=FEW).to_frame()
    )
    turned = rank_acceptability(TABLE[["cost"]], direction="min", draws=10)
    assert turned.to_frame()[1].tolist() == [1, 0, 0, 0]
    turned = rank_acceptability(TABLE[["cost"]], direction={"cost": "min"}, draws=10)
    assert turned.to_frame()[1].tolist() == [1, 0, 0, 0]


def test_a_new_option_reverses_no_ranks() -> None:
    with_dud = pd.concat([TABLE, pd.DataFrame({"reach": 0.1, "speed": 0.0, "cost": 99.0}, ["dud"])])
    before = rank(spread=None).to_frame()
    after = rank_acceptability(with_dud, scales=SCALES, draws=FEW).to_frame()
    np.testing.assert_array_equal(after.loc[before.index, [1, 2, 3, 4]], before)
    assert cell(after, "dud", 5) == 1


def test_options_equal_on_paper_tie() -> None:
    table = pd.DataFrame({"x": [0.1, 0.3, 0.2], "y": [0.3, 0.1, 0.2]}, index=list("abc"))
    found = rank_acceptability(table, weights={"x": 1, "y": 1}, draws=10)
    np.testing.assert_allclose(found.to_frame(), 1 / 3)
    np.testing.assert_allclose(found.confidence_factors(), 1 / 3)


# ---- weights


def test_options_equal_on_paper_tie_when_they_share_their_error() -> None:
    """.1 + .2 + .3 and .3 + .2 + .1 are not the same number to a computer."""
    table = pd.DataFrame([[0.1, 0.2, 0.3], [0.3, 0.2, 0.1], [0.2, 0.21, 0.2]], index=list("ABC"))
    given: dict[str, Any] = {"spread": 0.1, "draws": 2000, "workers": 1}
    given["weights"] = np.array([0.1, 0.1, 0.1])
    ones = pd.DataFrame(1.0, index=table.index, columns=table.index)
    for same in ({"shared": dict.fromkeys("ABC", 0), "correlation": 1.0}, {"correlation": ones}):
        found = rank_acceptability(table, **given, **same)
        assert found.pairwise().loc["A", "B"] == 0.5
        assert found.pairwise().loc["C", "A"] == 1
    apart = rank_acceptability(table, **given, shared=dict.fromkeys("ABC", 0), correlation=0.99)
    assert apart.pairwise().loc["A", "B"] == pytest.approx(0.5, abs=0.05)
    assert apart.pairwise().loc["C", "A"] == pytest.approx(0.66, abs=0.05)


def test_weights_that_are_known() -> None:
    fixed = rank(weights={"cost": 1, "speed": 3, "reach": 0}, spread=None)
    assert fixed.to_frame()[1].to_dict() == {"hub": 0, "bilateral": 1, "liaison": 0, "post": 0}
    weights = fixed.central_weights().to_numpy()[1]
    assert weights.tolist() == [0, 0.75, 0.25]
    assert fixed.weights_known == "fixed weights"
    bounds = rank(weights={"cost": (0.1, 0.2), "speed": (0.6, 0.9), "reach": (0, 1)})
    assert 0.6 <= cell(bounds.central_weights(), "bilateral", "speed") <= 0.9
    assert 0.1 <= cell(bounds.central_weights(), "bilateral", "cost") <= 0.2
    order = rank(weights=["cost", "reach", "speed"], spread=None)
    assert cell(order.to_frame(), "hub", 1) > 0.9
    partial = rank(weights=["cost", ("reach", "speed")], spread=None)
    assert 0.5 < cell(partial.to_frame(), "hub", 1) < cell(order.to_frame(), "hub", 1)
    points = pd.DataFrame(
        {"low": [10, 50, 0], "mode": [10, 80, 5], "high": [10, 100, 9]}, ["cost", "speed", "reach"]
    )
    swung = rank(weights=points, spread=None)
    assert cell(swung.to_frame(), "bilateral", 1) == 1
    assert cell(swung.central_weights(), "bilateral", "reach") < 0.1
    judges = pd.DataFrame({"cost": [1.0, 0], "reach": [0, 0], "speed": [0, 1.0]})
    shares = rank(weights=judges, spread=None).to_frame()[1]
    assert shares["hub"] + shares["bilateral"] == 1
    assert shares["hub"] == pytest.approx(0.5, abs=0.05)
    given_ = rank(weights=lambda rng, draws: np.tile([0.0, 1.0, 0.0], (draws, 1)), spread=None)
    assert given_.leader == "bilateral"
    assert rank(weights=np.array([0.0, 1, 0]), spread=None).leader == "bilateral"


# ---- draws, workers, precision


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"spread": None},
        {"shared": {"hub": 1, "post": 1, "liaison": 2, "bilateral": None}, "correlation": 0.5},
        {
            "spread": TABLE / 10,
            "shared": dict.fromkeys(TABLE.index, 1),
            "correlation": 0.9,
        },
    ],
)
def test_any_number_of_workers_gives_the_same_bytes(changes: dict[str, Any]) -> None:
    one, four = (rank(draws=30_000, workers=n, **changes) for n in (1, 4))
    assert everything(one) == everything(four)
    assert everything(one) != everything(rank(draws=30_000, seed=1, **changes))
    assert everything(one) == everything(rank(draws=30_000, seed=0, **changes))


@pytest.mark.parametrize("name", ["measurement", "indices", "smaa", "dominance"])
def test_no_score_depends_on_the_threads_of_the_algebra_library(name: str) -> None:
    """Scores by einsum: matmul and dot give other bits with other threads or processors."""
    tree = ast.parse(Path(methods.__path__[0], "acceptability", f"{name}.py").read_text("utf-8"))
    held = {"mixed", "_leads_of_block"}  # by blocks of 128; where the last bit cannot matter
    tree.body = [n for n in tree.body if getattr(n, "name", "") not in held]
    for node in ast.walk(tree):
        assert not isinstance(node, ast.MatMult)
        assert not (isinstance(node, ast.Attribute) and node.attr in {"dot", "matmul", "tensordot"})


MIXED = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np, test_acceptability as here
cells = here.pd.DataFrame([[.1, .2, 9], [.2, .1, 4], [.05, .1, 7], [.1, .3, 5]], here.TABLE.index,
                          here.TABLE.columns)
matrix = here.pd.DataFrame([[1, .8, .3, 1], [.8, 1, .2, .8], [.3, .2, 1, .3], [1, .8, .3, 1]],
                           here.TABLE.index, here.TABLE.index)
sys.stdout.buffer.write(b"".join(
    here.everything(here.rank(draws=20_000, spread=spread, correlation=matrix, workers=workers))
    for spread in (.2, cells) for workers in (1, 3)))
"""


@pytest.mark.long
def test_errors_that_go_together_give_the_same_bytes_on_another_processor() -> None:
    """The algebra library mixes the errors: as an older processor would, and with more threads."""
    found = []
    for changes in (
        {"OPENBLAS_NUM_THREADS": "1"},
        {"OPENBLAS_NUM_THREADS": "3"},
        {"OPENBLAS_CORETYPE": "Prescott", "OPENBLAS_NUM_THREADS": "1"},
    ):
        made = subprocess.run(
            [sys.executable, "-c", MIXED, str(Path(__file__).parent)],
            env={**os.environ, **changes},
            capture_output=True,
            check=True,
        )
        found.append(made.stdout)
    part = len(found[0]) // 4
    assert found[0][:part] == found[0][part : 2 * part] != found[0][2 * part : 3 * part]
    assert found[0] == found[1] == found[2]


def test_it_stops_when_the_precision_is_reached() -> None:
    found = rank(precision=0.002, draws=200_000)
    assert found.standard_error <= 0.002
    assert 8192 < found.draws < 200_000
    assert found.draws % 8192 == 0
    assert everything(found) == everything(rank(precision=0.002, draws=200_000, workers=3))
    assert everything(found) == everything(rank(draws=found.draws))
    short = rank(precision=0.001, draws=5000)
    assert short.draws == 5000
    assert "too few" in " ".join(short.notes)


def test_the_standard_error_falls_as_it_should() -> None:
    assert rank(draws=FEW).standard_error == pytest.approx(0.5 / math.sqrt(FEW), rel=0.3)


# ---- what is handed out


def test_the_tables_are_labelled_and_add_up() -> None:
    found = rank()
    shares = found.to_frame()
    assert shares.index.tolist() == TABLE.index.tolist()
    assert list(map(int, shares.columns)) == [1, 2, 3, 4]
    np.testing.assert_allclose(shares.sum(), 1)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    pairs = found.pairwise()
    np.testing.assert_allclose(pairs + pairs.T, 1 - np.eye(4))
    assert found.central_weights().columns.tolist() == TABLE.columns.tolist()
    np.testing.assert_allclose(found.central_weights().sum(axis=1, skipna=False).dropna(), 1)
    summary = found.summary()
    assert summary["expected_rank"].is_monotonic_increasing
    assert cell(summary, "hub", "first") == cell(shares, "hub", 1)
    np.testing.assert_array_equal(
        summary["confidence"], found.confidence_factors().loc[summary.index]
    )
    intervals = found.rank_intervals()
    assert cell(intervals, "hub", "rank_low") == cell(summary, "hub", "rank_low")
    assert (found.rank_sets()["rank_low"] <= found.rank_sets()["rank_high"]).all()
    np.testing.assert_allclose(found.k_best(2), shares[1] + shares[2])
    for k in ("2", 1.5):
        with pytest.raises(InputError, match=r"k: .* is not a whole number"):
            found.k_best(k)  # type: ignore[arg-type]  # a slip
    np.testing.assert_allclose(found.holistic("inverse"), shares @ (1 / np.arange(1, 5)))
    assert found.ranking_entropy is not None
    assert found.ranking_entropy >= found.choice_entropy
    np.testing.assert_allclose(
        cell(found.standard_errors(), "hub", 1),
        math.sqrt(cell(shares, "hub", 1) * (1 - cell(shares, "hub", 1)) / FEW),
    )
    assert 0 < cell(found.central_weight_errors(), "hub", "cost") < 0.02


def test_the_result_cannot_be_changed_from_outside() -> None:
    found = rank()
    before = everything(found)
    for table in (found.to_frame(), found.pairwise(), found.central_weights(), found.rank_sets()):
        table.iloc[:, :] = 7
    factors = found.confidence_factors()
    factors.iloc[:] = 7
    assert everything(found) == before
    for field in ("seed", "options", "news"):
        with pytest.raises((AttributeError, TypeError)):
            setattr(found, field, 5)


def test_it_says_its_finding_in_one_line() -> None:
    found = rank(weights={"reach": 0, "speed": 1, "cost": 0}, spread=None)
    assert repr(found) == "<RankAcceptability: bilateral first in 100% of 4,000 draws>"
    shown = rank(weights=["reach", "speed", "cost"])._repr_html_()
    for part in ("<table", "bilateral", "4,000 draws, seed 0", "weights in a given order"):
        assert part in shown
    named = rank_acceptability(TABLE.rename(index={"hub": "<b>hub"}), scales=SCALES, draws=10)
    assert "<b>hub" not in named._repr_html_()
    plain = rank_acceptability(TABLE / 100, draws=10)
    assert "one common scale" in plain._repr_html_()


def test_more_than_eight_options_have_no_ranking_entropy() -> None:
    many = pd.DataFrame(np.random.default_rng(0).random((9, 2)))
    assert rank_acceptability(many, draws=50).ranking_entropy is None


# ---- rules of the house


@settings(max_examples=25, deadline=None)
@given(arrays(np.float64, (4, 3), elements=st.integers(0, 3).map(float)))
def test_a_dominated_option_is_never_above(levels: Floats) -> None:
    found = rank_acceptability(pd.DataFrame(levels), draws=200, workers=1).pairwise().to_numpy()
    for i in range(4):
        for k in range(4):
            if i != k and (levels[i] >= levels[k]).all():
                assert found[k, i] == (0.5 if (levels[i] == levels[k]).all() else 0)


def test_a_value_function_against_its_direction_is_refused() -> None:
    functions = {
        "reach": lambda levels: levels,
        "speed": lambda levels: levels,
        "cost": lambda levels: 1 - levels / 100,
    }
    message = "column 'cost': a better level makes the option fall"
    with pytest.raises(InputError, match=message):
        rank_acceptability(TABLE, value_functions=functions, draws=10)
    found = rank_acceptability(
        TABLE, value_functions=functions, direction={"cost": "min"}, draws=10
    )
    assert found.draws == 10


def test_a_value_function_with_a_hole_is_refused() -> None:
    """Worth nothing between 0.47 and 0.52: no single step lands there, but an option does."""
    functions = {name: lambda levels: levels for name in TABLE} | {
        "speed": lambda levels: np.where((levels > 0.47) & (levels < 0.52), 0.0, levels)
    }
    table = TABLE.assign(reach=0.5, cost=10.0)
    with pytest.raises(InputError, match="'liaison' is nowhere worse than 'hub' but scores lower"):
        rank_acceptability(table, value_functions=functions, draws=10)


def test_large_tables_are_drawn_in_smaller_chunks() -> None:
    large = pd.DataFrame(np.random.default_rng(0).random((60, 40)))
    alike: dict[str, Any] = {"shared": dict.fromkeys(range(60), 1), "correlation": 0.5}
    assert performances(large, spread=0.1).chunk == 8192
    together = performances(large, spread=0.1, **alike).chunk
    assert together == 2048
    curved = performances(large, value_functions=dict.fromkeys(range(40), np.sqrt)).chunk
    assert curved == 2048


def test_memory_does_not_grow_with_draws() -> None:
    peaks = []
    for draws in (20_000, 120_000):
        tracemalloc.start()
        rank(draws=draws, workers=2)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0] + 1_000_000


def changed(row: str, column: str, typed: Any) -> pd.DataFrame:
    table = TABLE.astype(object)
    table.loc[row, column] = typed
    return table


def doubled(**changes: Any) -> pd.DataFrame:
    renamed: pd.DataFrame = TABLE.rename(**changes)
    return renamed


SLIPS: list[tuple[dict[str, Any], str]] = [
    ({"table": changed("hub", "speed", float("nan"))}, "row 'hub', column 'speed': nan is not"),
    ({"table": changed("hub", "speed", None)}, "row 'hub', column 'speed': None is not"),
    ({"table": changed("post", "cost", "0.9")}, "row 'post', column 'cost': '0.9' is not a number"),
    ({"table": changed("post", "cost", math.inf)}, "row 'post', column 'cost': inf"),
    ({"table": changed("post", "cost", pd.NA)}, "row 'post', column 'cost': <NA>"),
    ({"table": doubled(index={"hub": "post"})}, "row 'post' stands there twice"),
    ({"table": doubled(columns={"cost": "speed"})}, "column 'speed' stands there twice"),
    ({"table": TABLE.iloc[:1]}, "A ranking needs two options"),
    ({"table": TABLE.to_numpy()}, "scales: there is no criterion 'reach'"),
    ({"spread": -0.1}, "spread, row 'hub', column 'reach': -0.1 is below 0"),
    ({"spread": math.nan}, "spread, row 'hub', column 'reach': nan"),
    ({"spread": {"reach": 0.1, "speed": 0.1}}, "spread: nothing for 'cost'"),
    ({"spread": {"reach": 0.1, "speeed": 0.1, "cost": 1}}, "Did you mean 'speed'"),
    ({"spread": TABLE.iloc[:3]}, "spread, rows: nothing for 'post'"),
    (
        {"spread": TABLE.rename(index={"hub": "hab"})},
        "'hab' is not in the table. Did you mean 'hub'",
    ),
    ({"direction": "up"}, "direction of 'reach': 'up' is not known"),
    (
        {"direction": {"csot": "min"}},
        "direction: there is no criterion 'csot'. Did you mean 'cost'",
    ),
    ({"direction": {"cost": "max"}}, "'max' contradicts its scale"),
    ({"direction": "min"}, "direction of 'reach': 'min' contradicts its scale"),
    ({"scales": {"reach": (0, 1)}}, "scales: nothing for 'speed'"),
    ({"scales": {**SCALES, "cost": (3, 3)}}, "scales, 'cost': worst 3 and best 3"),
    ({"scales": {**SCALES, "cost": 3}}, "scales, 'cost': 3 is not"),
    ({"scales": {**SCALES, "costs": (0, 1)}}, "scales: there is no criterion 'costs'"),
    (
        {"scales": None, "value_functions": {"reach": np.sqrt}},
        "value_functions: nothing for 'speed'",
    ),
    ({"value_functions": {"reach": lambda x: x.sum()}}, "value function of 'reach'"),
    ({"value_functions": {"cost": lambda x: x * np.nan}}, "value function of 'cost'"),
    ({"shared": {"hub": 1}}, "shared: give the correlation"),
    ({"shared": {"hub": 1}, "correlation": 0.5}, "shared: nothing for 'bilateral'"),
    ({"correlation": 0.5}, "say between which options"),
    ({"correlation": pd.DataFrame([[1.0]])}, "correlation, rows: 0 is not in the table"),
    ({"shared": dict.fromkeys(TABLE.index, 1), "correlation": 2.0}, "correlation: 2.0 is not"),
    (
        {"spread": None, "shared": dict.fromkeys(TABLE.index, 1), "correlation": 0.5},
        "nothing to corr",
    ),
    ({"weights": {"reach": 1, "speed": -0.2, "cost": 1}}, "weights, 'speed': -0.2 is below 0"),
    (
        {"weights": {"reach": 1, "speed": math.nan, "cost": 1}},
        "weights, 'speed': nan is not finite",
    ),
    (
        {"weights": {"reach": 1, "speed": "high", "cost": 1}},
        "weights, 'speed': 'high' is not a num",
    ),
    ({"weights": {"reach": 1, "speed": 1}}, "weights: nothing for criterion 'cost'"),
    ({"weights": {"reach": 1, "speed": 1, "kost": 1}}, "no criterion 'kost'. Did you mean 'cost'"),
    ({"weights": {"reach": 0, "speed": 0, "cost": 0}}, "all zeros"),
    ({"weights": {"reach": (0, 1), "speed": 0.5, "cost": (0, 1)}}, "'speed': 0.5 is not a pair"),
    ({"weights": {"reach": (0.9, 0.1), "speed": (0, 1), "cost": (0, 1)}}, "'reach': bounds 0.9 to"),
    (
        {"weights": {"reach": (0.6, 1), "speed": (0.6, 1), "cost": (0, 1)}},
        "lower bounds sum to 1.2",
    ),
    ({"weights": ["cost", "speeed"]}, "no criterion 'speeed'. Did you mean 'speed'"),
    ({"weights": ["cost", ("speed", "cost")]}, "'cost' stands in the order twice"),
    ({"weights": "cost"}, "'cost' is not understood"),
    ({"weights": 0.5}, "0.5 is not understood"),
    ({"weights": np.ones((3, 2))}, "a column for each criterion"),
    (
        {"weights": pd.DataFrame({"reach": [1, 2], "speed": [1, 1], "cost": [1, -3]})},
        "row 1, column 'cost': -3",
    ),
    ({"weights": pd.DataFrame({"reach": [1, 2], "speed": [1, 1]})}, "nothing for criterion 'cost'"),
    (
        {"weights": pd.DataFrame({"low": 1, "mode": 0, "high": 2}, ["reach", "speed", "cost"])},
        "'reach': low 1, mode 0, high 2 are out of order",
    ),
    (
        {"weights": pd.DataFrame({"low": 1, "mode": 1, "high": 2}, ["reach", "cost"])},
        "nothing for criterion 'speed'",
    ),
    ({"weights": lambda rng, draws: np.ones((draws, 3))}, "does not sum to 1"),
    ({"weights": lambda rng, draws: np.ones((draws, 2))}, "the function gave shape"),
    ({"draws": 1}, "draws: 1 is not a whole number from 2"),
    ({"draws": 50.5}, "draws: 50.5 is not one whole number"),
    ({"seed": -1}, "seed: -1"),
    ({"seed": None}, "seed: None is not one whole number"),
    ({"precision": "fine"}, "precision: 'fine' is not between"),
    ({"workers": 0}, "workers: 0"),
    ({"precision": 0.0}, "precision: 0.0"),
]


@pytest.mark.parametrize(("changes", "told"), SLIPS)
def test_a_slip_is_named(changes: dict[str, Any], told: str) -> None:
    arguments: dict[str, Any] = {"table": TABLE, "scales": SCALES, "spread": 0.1, "draws": 50}
    with pytest.raises(InputError) as caught:
        rank_acceptability(**{**arguments, **changes})
    assert told in str(caught.value)
