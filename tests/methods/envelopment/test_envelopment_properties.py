"""What holds for envelopment analysis whatever the numbers are."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capworth.errors import InputError
from capworth.methods.arguments import Floats
from capworth.methods.envelopment.cross_efficiency import ATTITUDES, cross_efficiency
from capworth.methods.envelopment.dea import (
    CONSTANT,
    Envelopment,
    dea,
    scale_efficiency,
    super_efficiency,
)
from capworth.methods.envelopment.slacks import additive, closest_targets, slack_based_measure

RETURNS = ("constant", "variable", "nonincreasing", "nondecreasing")
Data = tuple[Floats, Floats]
quick = settings(max_examples=25, deadline=None)


@st.composite
def tables(draw: st.DrawFn, least: int = 1) -> Data:
    """Few levels, so that ties, twins and degenerate corners happen often; some zeros."""
    units = draw(st.integers(least, 9))
    parts = []
    for _ in range(2):
        many = draw(st.integers(1, 3))
        part = draw(arrays(np.float64, (units, many), elements=st.sampled_from([0.0, 1, 2, 3, 5])))
        part[:, 0] += ~(part > 0).any(axis=1)
        part[0] += ~(part > 0).any(axis=0)
        parts.append(part)
    return parts[0], parts[1]


models = st.tuples(st.sampled_from(RETURNS), st.sampled_from(["input", "output", "directional"]))


@quick
@given(tables(), models)
def test_targets_are_the_mixture_and_are_efficient(data: Data, model: tuple[str, str]) -> None:
    x, y = data
    found = dea(x, y, *model)
    step = found.score[0, :, None] - (1 if model[1] == "output" else 0)
    step = 1 - found.score[0, :, None] if model[1] == "input" else step
    less = step * x * (model[1] != "output") + found.input_slack[0]
    more = step * y * (model[1] != "input") + found.output_slack[0]
    np.testing.assert_allclose(x - less, found.input_target[0], atol=1e-9)
    np.testing.assert_allclose(y + more, found.output_target[0], atol=1e-9)
    assert (found.input_target <= x + 1e-9).all()
    assert (found.output_target >= y - 1e-9).all()
    assert (found.intensities >= 0).all()
    total = found.intensities[0].sum(axis=1)
    if model[0] in ("variable", "nonincreasing"):
        assert (total <= 1 + 1e-9).all()
    if model[0] in ("variable", "nondecreasing"):
        assert (total >= 1 - 1e-9).all()
    both = np.concatenate((x, found.input_target[0])), np.concatenate((y, found.output_target[0]))
    again = additive(*both, model[0], "range")
    np.testing.assert_allclose(again.score[0, len(x) :], 0, atol=1e-9)


@quick
@given(tables(), models)
def test_peers_are_efficient_and_an_efficient_unit_is_its_own(
    data: Data, model: tuple[str, str]
) -> None:
    found = dea(*data, *model)
    used = (found.intensities[0] > 1e-9).any(axis=0)
    assert found.efficient[0][used].all()
    own = found.intensities[0][found.efficient[0]]
    np.testing.assert_allclose(own, np.eye(len(data[0]))[found.efficient[0]], atol=1e-12)
    counts = (found.intensities[0] > 1e-6).sum(axis=0) - found.efficient[0]
    assert found.reference_count[0].tolist() == counts.tolist()


@quick
@given(tables(), models)
def test_weights_prove_the_score(data: Data, model: tuple[str, str]) -> None:
    """The multiplier form: no unit's worth is above 0, and the unit's own lack is its score."""
    x, y = data
    found = dea(x, y, *model)
    v, u, free = found.input_weight[0], found.output_weight[0], found.scale_weight[0]
    assert (v >= 0).all()
    assert (u >= 0).all()
    worth = u @ y.T - v @ x.T - free[:, None]
    assert worth.max() <= 1e-8
    step = found.score[0] - (1 if model[1] == "output" else 0)
    step = 1 - found.score[0] if model[1] == "input" else step
    np.testing.assert_allclose(-np.diagonal(worth), step, atol=1e-8)
    toward = np.zeros(len(x))
    if model[1] != "output":
        toward += np.einsum("um,um->u", v, x)
    if model[1] != "input":
        toward += np.einsum("us,us->u", u, y)
    np.testing.assert_allclose(toward, 1, atol=1e-8)
    if model[0] == "constant":
        assert (free == 0).all()
    if model[0] == "nonincreasing":
        assert (free >= -1e-9).all()
    if model[0] == "nondecreasing":
        assert (free <= 1e-9).all()


@quick
@given(tables(), models, st.lists(st.sampled_from([1e-6, 0.1, 7.0, 1e5]), min_size=6, max_size=6))
def test_units_of_measure_do_not_matter(
    data: Data, model: tuple[str, str], factors: list[float]
) -> None:
    x, y = data
    one = dea(x, y, *model)
    a, b = np.array(factors[: x.shape[1]]), np.array(factors[3 : 3 + y.shape[1]])
    other = dea(x * a, y * b, *model)
    np.testing.assert_allclose(one.score, other.score, atol=1e-9)
    assert one.efficient.tolist() == other.efficient.tolist()
    shares = (one.input_slack / x.max(axis=0)).sum(axis=2)
    shares += (one.output_slack / y.max(axis=0)).sum(axis=2)
    again = (other.input_slack / (x * a).max(axis=0)).sum(axis=2)
    again += (other.output_slack / (y * b).max(axis=0)).sum(axis=2)
    np.testing.assert_allclose(shares, again, atol=1e-8)
    for weights in ("range", "own"):
        plain, scaled = (
            additive(x, y, "variable", weights),
            additive(x * a, y * b, "variable", weights),
        )
        np.testing.assert_allclose(plain.score, scaled.score, atol=1e-8)
    np.testing.assert_allclose(
        slack_based_measure(x, y).score, slack_based_measure(x * a, y * b).score, atol=1e-8
    )


@quick
@given(tables(), models, st.randoms(use_true_random=False))
def test_the_order_of_the_table_does_not_matter(
    data: Data, model: tuple[str, str], random: Any
) -> None:
    x, y = data
    order = list(range(len(x)))
    random.shuffle(order)
    one, other = dea(x, y, *model), dea(x[order], y[order], *model)
    np.testing.assert_allclose(one.score[0][order], other.score[0], atol=1e-9)
    assert one.efficient[0][order].tolist() == other.efficient[0].tolist()


@quick
@given(tables(), models)
def test_a_unit_that_is_no_better_changes_nobody(data: Data, model: tuple[str, str]) -> None:
    x, y = data
    worse = np.concatenate((x, x[:1] * 2)), np.concatenate((y, y[:1]))
    one, other = dea(x, y, *model), dea(*worse, *model)
    np.testing.assert_allclose(one.score[0], other.score[0, :-1], atol=1e-9)
    assert not other.efficient[0, -1]


@quick
@given(tables())
def test_more_freedom_of_size_is_more_efficiency_lost(data: Data) -> None:
    for orientation in ("input", "output"):
        by = {r: dea(*data, r, orientation).efficiency for r in RETURNS}
        for middle in ("nonincreasing", "nondecreasing"):
            assert (by["constant"] <= by[middle] + 1e-9).all()
            assert (by[middle] <= by["variable"] + 1e-9).all()
        either = np.minimum(by["nonincreasing"], by["nondecreasing"])
        np.testing.assert_allclose(either, by["constant"], atol=1e-9)
    near = dea(*data, "constant", "input").score * dea(*data, "constant", "output").score
    np.testing.assert_allclose(near, 1, atol=1e-9)
    sizes = scale_efficiency(*data)
    assert ((sizes.returns == CONSTANT) == (np.abs(sizes.scale - 1) <= 1e-6)).all()


@quick
@given(tables(), st.sampled_from(RETURNS))
def test_measures_of_efficiency_agree_on_who_is_efficient(data: Data, returns: str) -> None:
    radial, plain, mean = (
        dea(*data, returns),
        additive(*data, returns),
        slack_based_measure(*data, returns),
    )
    assert radial.efficient.tolist() == plain.efficient.tolist()
    positive = (data[1] > 0).all(axis=1)  # a gain in an output of which there is none has no share
    assert radial.efficient[0][positive].tolist() == mean.efficient[0][positive].tolist()
    for orientation in ("input", "output"):
        one_sided = slack_based_measure(*data, returns, orientation).score
        assert (mean.score <= one_sided + 1e-9).all()
    assert (
        slack_based_measure(*data, returns, "input").score
        <= dea(*data, returns, "input").score + 1e-9
    ).all()


@quick
@given(tables(least=2), st.sampled_from(RETURNS), st.sampled_from(["input", "output"]))
def test_super_efficiency_is_the_usual_score_of_who_is_not_efficient(
    data: Data, returns: str, orientation: str
) -> None:
    usual, found = (
        dea(*data, returns, orientation),
        super_efficiency(*data, returns, orientation),
    )
    below = usual.efficiency < 1 - 1e-7
    np.testing.assert_allclose(found.score[below], usual.score[below], atol=1e-9)
    rest = found.score[~below & ~found.infeasible]
    assert (rest >= 1 - 1e-9).all() if orientation == "input" else (rest <= 1 + 1e-9).all()
    assert (np.isnan(found.score) == found.infeasible).all()
    np.testing.assert_array_equal(np.diagonal(found.intensities[0])[~found.infeasible[0]], 0)


@quick
@given(tables())
def test_judges_agree_on_nobody_above_one(data: Data) -> None:
    data = data[0] + 1, data[1]
    own = dea(*data, "constant", "input").score
    by = {attitude: cross_efficiency(*data, attitude) for attitude in ATTITUDES}
    for found in by.values():
        np.testing.assert_allclose(np.diagonal(found.matrix[0]), own[0], atol=1e-7)
        assert np.nanmax(found.matrix) <= 1 + 1e-7
    if len(own[0]) > 1:
        rest = 1 - np.eye(len(own[0]))
        kind, harsh = (
            np.einsum("kj,ks,js->k", rest, found.output_weight[0], data[1])
            / np.einsum("kj,km,jm->k", rest, found.input_weight[0], data[0])
            for found in (by["benevolent"], by["aggressive"])
        )
        assert (kind >= harsh - 1e-7).all()


@settings(max_examples=10, deadline=None)
@given(tables(), st.sampled_from(["constant", "variable"]))
def test_closest_targets_are_efficient_and_not_farther(data: Data, returns: str) -> None:
    x, y = data
    found = closest_targets(x, y, returns)
    most = additive(x, y, returns, 1 / np.concatenate((x.max(axis=0), y.max(axis=0))))
    assert (found.change <= most.score[0] + 1e-7).all()
    both = np.concatenate((x, found.input_target)), np.concatenate((y, found.output_target))
    again = additive(*both, returns, "range")
    np.testing.assert_allclose(again.score[0, len(x) :], 0, atol=1e-5)


tenths = st.integers(1, 500).map(lambda tenth: tenth / 10)  # equal, or well apart


@given(arrays(np.float64, 8, elements=tenths), arrays(np.float64, 8, elements=tenths))
def test_one_input_and_one_output_in_closed_form(x: Floats, y: Floats) -> None:
    rate = y / x
    found = dea(x[:, None], y[:, None], "constant", "input")
    np.testing.assert_allclose(found.score[0], rate / rate.max(), rtol=1e-9)
    # variable returns, output: the best line through two units, or the best unit that uses no more
    best = np.array(
        [
            max(
                max(y[x <= at]),
                max(
                    (
                        y[i] + (y[j] - y[i]) * (at - x[i]) / (x[j] - x[i])
                        for i in np.flatnonzero(x < at)
                        for j in np.flatnonzero(x > at)
                    ),
                    default=0,
                ),
            )
            for at in x
        ]
    )
    np.testing.assert_allclose(dea(x[:, None], y[:, None]).score[0], best / y, rtol=1e-8)


def test_draws_together_are_draws_one_by_one() -> None:
    random = np.random.default_rng(2)
    x, y = random.uniform(1, 9, (6, 9, 2)), random.integers(1, 4, (6, 9, 2)).astype(float)
    together = dea(x, y, "nonincreasing", "directional")
    for draw in range(6):
        alone = dea(x[draw], y[draw], "nonincreasing", "directional")
        for name in Envelopment.__slots__:
            part = getattr(together, name)
            if isinstance(part, np.ndarray) and part.ndim > 1:
                np.testing.assert_allclose(part[draw], getattr(alone, name)[0], atol=1e-10)


def test_peers_are_counted_over_draws() -> None:
    """The third of three units is below the line in two of four draws, else on its own."""
    x = np.tile([[2.0], [6], [4]], (4, 1, 1))
    y = np.tile([[2.0], [6], [4.5]], (4, 1, 1))
    y[1:3, 2] = 3
    share = dea(x, y).peer_share
    np.testing.assert_array_equal(share, [[1, 0, 0], [0, 1, 0], [0.5, 0.5, 0.5]])


def test_a_result_cannot_be_changed_and_small_samples_are_flagged() -> None:
    x, y = np.arange(1.0, 6)[:, None], np.array([[1.0], [3], [4], [4], [5]])
    found = dea(x, y)
    with pytest.raises(ValueError, match="read-only"):
        found.score[0, 0] = 2
    assert found.small_sample
    assert not dea(np.concatenate((x, x + 1)), np.concatenate((y, y))).small_sample


def test_fixed_inputs_limit_the_comparison_and_stay() -> None:
    """Unit 3 uses 4 staff and 2 sites; with sites fixed only units with 2 sites or less count."""
    x = np.array([[1.0, 4], [2, 2], [4, 1], [4, 2]])
    y = np.ones((4, 1))
    found = dea(x, y, "variable", "input", fixed_inputs=[False, True])
    np.testing.assert_allclose(found.score[0], [1, 1, 1, 0.5])
    np.testing.assert_allclose(found.input_target[0, 3], [2, 2])
    loose = dea(x, y, "variable", "input", fixed_inputs=[True, False])
    np.testing.assert_allclose(loose.score[0], [1, 1, 1, 0.5])


def test_a_direction_of_ones_own() -> None:
    found = dea([[4], [2]], [[2], [2]], orientation="directional", direction=([1.0], [0.0]))
    np.testing.assert_allclose(found.score[0], [2, 0])
    np.testing.assert_allclose(found.efficient[0], [False, True])


@pytest.mark.parametrize("factor", [1e-7, 3.0, 1e9])
def test_the_length_of_the_direction_only_divides_the_score(factor: float) -> None:
    random = np.random.default_rng(5)
    x, y = random.uniform(1, 9, (20, 2)), random.uniform(1, 9, (20, 2))
    one = dea(x, y, orientation="directional", direction=([1.0, 2], [0.0, 3]))
    other = dea(
        x, y, orientation="directional", direction=(factor * np.array([1.0, 2]), [0, 3 * factor])
    )
    np.testing.assert_allclose(one.score, other.score * factor, atol=1e-9)
    np.testing.assert_allclose(one.input_weight, other.input_weight * factor, atol=1e-9)
    np.testing.assert_allclose(one.input_target, other.input_target, atol=1e-9)
    assert other.resolved == 0


GOOD = [[1.0, 2], [3, 4]], [[1.0], [2]]
SLIPS: list[tuple[Any, Any, dict[str, Any], str]] = [
    ([[1.0, np.nan], [3, 4]], GOOD[1], {}, "inputs: entry .0, 1. is nan"),
    ([[1.0, -2], [3, 4]], GOOD[1], {}, "inputs: unit 0, column 1 .draw 0. is -2.0: negative"),
    ([[0.0, 0], [3, 4]], GOOD[1], {}, "inputs: unit 0 .draw 0. has nothing above 0"),
    (GOOD[0], [[0.0], [0]], {}, "outputs: unit 0 .draw 0. has nothing above 0"),
    ([[1.0, 0], [3, 0]], GOOD[1], {}, "inputs: column 1 .draw 0. has nothing above 0"),
    (GOOD[0], [[1.0]], {}, "2. and .1, 1. draws and units"),
    ([1.0, 2], GOOD[1], {}, "inputs: shape .2,. is not"),
    ([["a"]], GOOD[1], {}, r"inputs: entry \[0, 0\] is 'a'"),
    (*GOOD, {"returns": "variabel"}, "returns: 'variabel' is not known. Did you mean 'variable'"),
    (*GOOD, {"orientation": "in"}, "orientation: 'in' is not known"),
    (*GOOD, {"fixed_inputs": [True, True], "orientation": "input"}, "at least one of them false"),
    (*GOOD, {"fixed_inputs": [True]}, "for 2 inputs"),
    (*GOOD, {"direction": ([1], [1])}, "direction: 'output' orientation has its own"),
    (*GOOD, {"orientation": "directional", "direction": ([-1], [1])}, "an entry is negative"),
    (*GOOD, {"orientation": "directional", "direction": ([0], [0])}, "has nothing to change"),
    (*GOOD, {"orientation": "directional", "direction": ([1, 1, 1], [0])}, "does not fit"),
    (*GOOD, {"restrictions": [[1, 2]]}, "restrictions: shape .1, 2. is not"),
    (*GOOD, {"restrictions": [[0, 0, 0]]}, "a row is 0 all over"),
    (*GOOD, {"restrictions": np.ones((2, 1, 3))}, "2 draws for 1 draws"),
    (
        [[0.0, 2], [3, 4]],
        GOOD[1],
        {"fixed_inputs": [False, True], "orientation": "input"},
        "unit 0 .draw 0. has nothing to change",
    ),
]


@pytest.mark.parametrize(("inputs", "outputs", "more", "told"), SLIPS, ids=lambda v: str(v)[:40])
def test_slips(inputs: Any, outputs: Any, more: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        dea(inputs, outputs, **more)
