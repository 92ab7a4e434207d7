import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from capworth.errors import InputError
from capworth.methods.cost_benefit.discounting import factors
from capworth.methods.cost_benefit.rate_of_return import (
    Roots,
    all_rates,
    internal_rate,
    internal_rates,
    modified_rates,
)
from capworth.streams import stream

GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/appraisal.toml").read_text("utf-8"))
few = st.integers(-4, 4)  # few levels, so that zeros, ties and touching roots happen often


def named(table: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("golden", GOLDEN[table], ids=lambda golden: golden["name"])


@named("internal_rate")
def test_internal_rate(golden: dict[str, Any]) -> None:
    assert internal_rate(golden["flows"]) == pytest.approx(golden["rate"], rel=golden["rtol"])


@named("no_internal_rate")
def test_no_rate_is_named_where_there_is_not_exactly_one(golden: dict[str, Any]) -> None:
    np.testing.assert_allclose(all_rates(golden["flows"]), golden["roots"], rtol=1e-9)
    found = internal_rates([golden["flows"]])
    assert np.isnan(found.rate[0])
    assert found.code[0] == (Roots.SEVERAL if golden["roots"] else Roots.NONE)
    words = "more than one rate: " if golden["roots"] else "no rate"
    with pytest.raises(InputError, match=words):
        internal_rate(golden["flows"])


def test_a_second_rate_that_nobody_means_is_said_and_not_silent() -> None:
    flows = [[-100.0, 100.0, 0.0, -7.0], [-100.0, 39.0, 59.0, 55.0], [-100.0, 40.0, 0.0, 0.0]]
    found = internal_rates(flows)
    assert found.code.tolist() == [Roots.ONE_PLAUSIBLE, Roots.ONE, Roots.ONE]
    assert found.rate[2] == pytest.approx(-0.6)  # a single rate stands, plausible or not
    strict = internal_rates(flows, plausible=(-1, np.inf))
    assert strict.code.tolist() == [Roots.SEVERAL, Roots.ONE, Roots.ONE]
    assert np.isnan(strict.rate[0])
    other = internal_rates(flows, plausible=(-0.9, -0.5))
    assert other.rate[0] == pytest.approx(-0.678894, abs=1e-6)


def test_the_message_lists_the_rates() -> None:
    with pytest.raises(InputError, match=r"10\.00%, 20\.00%\. Use the net present value"):
        internal_rate([-1000, 2300, -1320])


def test_a_value_that_touches_0_has_no_rate_to_name() -> None:
    flows = [[-1.0, 2.2, -1.21, 0.0], [4.0, -4.0, 1.0, 0.0], [1.0, -4.0, 4.0, 0.0]]
    assert internal_rates([[1.0, -4.0, 4.0]]).code[0] == Roots.SEVERAL  # exact in binary
    never_parted = [[0.1111111111111111, -0.6666666666666666, 1.0]]
    assert internal_rates(never_parted).code[0] == Roots.SEVERAL
    decimals = [0.1, 0.1, -0.4, 0.1, 0.1]  # sum to 3e-17 in binary
    assert all_rates(decimals).tolist() == [0.0]
    assert internal_rates([decimals]).code[0] == Roots.SEVERAL
    found = internal_rates(flows)
    assert np.isnan(found.rate).all()
    assert not np.isin(found.code, (Roots.ONE, Roots.ONE_PLAUSIBLE)).any()


def test_a_threefold_rate_is_refused() -> None:
    assert internal_rates([[-1.0, 3.0, -3.0, 1.0]]).code[0] == Roots.SEVERAL


def test_a_rate_of_exactly_0_is_found_once() -> None:
    assert all_rates([-3, 1, 1, 1]).tolist() == [0.0]
    np.testing.assert_allclose(all_rates([-8, 34, -46, 20]), [0, 0.25, 1], atol=1e-9)
    assert internal_rates([[-3.0, 1.0, 1.0, 1.0]]).code[0] == Roots.ONE


def test_late_and_leading_zeros_change_nothing() -> None:
    rate = internal_rate([-100, 39, 59, 55, 20])
    assert internal_rate([0, 0, -100, 39, 59, 55, 20, 0, 0]) == pytest.approx(rate, rel=1e-12)
    assert internal_rates(np.zeros((1, 4))).code[0] == Roots.NONE


def test_two_close_rates_do_not_hide_between_grid_points() -> None:
    first, second = 1.0500, 1.0501
    flows = np.array([-1.0, first + second, -first * second]) * 1e6
    np.testing.assert_allclose(all_rates(flows), [0.0500, 0.0501], rtol=1e-6)
    assert internal_rates([flows]).code[0] == Roots.SEVERAL


def test_a_rate_on_a_halving_point_is_found() -> None:
    np.testing.assert_allclose(all_rates([1, -6, 8]), [1, 3])  # x = 1/2 and 1/4
    np.testing.assert_allclose(all_rates([8, -6, 1]), [-0.75, -0.5])


def test_flows_that_sum_to_nearly_nothing_have_one_rate() -> None:
    gains = stream(4, "test near 0").uniform(0.1, 3, (400, 9))
    nearly = np.linspace(-3e-13, 3e-13, 400)[:, None] * gains.sum(axis=1, keepdims=True)
    flows = np.hstack((-gains.sum(axis=1, keepdims=True) + nearly, gains))
    found = internal_rates(flows)
    assert (found.code == Roots.ONE).all()
    assert (np.abs(found.rate) < 1e-12).all()
    late = internal_rates(np.hstack((flows, np.full((400, 1), -0.05))))
    assert (late.code == Roots.ONE_PLAUSIBLE).all()


def test_newtons_step_is_given_up_where_it_crawls() -> None:
    flows = np.zeros(401)
    flows[0], flows[-1] = -1e-300, 1
    assert internal_rate(flows) == pytest.approx(10**0.75 - 1)


def _by_eigenvalues(flows: Any) -> Any:
    """Slow twin: positive real roots in 1 + rate of the whole polynomial."""
    roots = np.roots(np.trim_zeros(flows))
    return np.sort(roots[(np.abs(roots.imag) < 1e-9) & (roots.real > 1e-9)].real) - 1


def test_roots_are_those_of_the_eigenvalue_twin() -> None:
    random = stream(7, "test flows")
    flows = random.normal(1, 4, (300, 12))
    found = internal_rates(flows, plausible=(-1, np.inf))
    for row, rate, code in zip(flows, found.rate, found.code, strict=True):
        twin = _by_eigenvalues(row)
        np.testing.assert_allclose(all_rates(row), twin, rtol=1e-6, atol=1e-9)
        assert code == {0: Roots.NONE, 1: Roots.ONE}.get(len(twin), Roots.SEVERAL)
        assert np.isnan(rate) == (len(twin) != 1)


@settings(max_examples=80)
@given(st.lists(few, min_size=2, max_size=7))
@example([-1, 0, 0, 0, 0, 0, 1])
@example([1, -3, 2, 0])
def test_every_rate_makes_the_stream_worth_nothing(flows: list[int]) -> None:
    rates = all_rates(flows)
    for rate in rates:
        terms = np.array(flows) * (1 + rate) ** -np.arange(len(flows), dtype=float)
        assert abs(terms.sum()) <= 1e-5 * np.abs(terms).sum()
    signs = np.sign([flow for flow in flows if flow])
    turns = int((np.diff(signs) != 0).sum())
    assert len(rates) <= turns
    found = internal_rates([flows], plausible=(-1, np.inf))
    if turns == 1:  # Descartes: exactly one
        assert found.code[0] == Roots.ONE
    if turns == 0:
        assert found.code[0] == Roots.NONE


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=30), st.floats(0.01, 1.5))
def test_the_rate_of_a_stream_made_for_it(gains: list[float], rate: float) -> None:
    outlay = sum(gain / (1 + rate) ** (year + 1) for year, gain in enumerate(gains))
    assert internal_rate([-outlay, *gains]) == pytest.approx(rate, rel=1e-9)


@given(st.lists(few, min_size=2, max_size=8), st.floats(1e-6, 1e9))
def test_currency_does_not_matter(flows: list[int], price: float) -> None:
    assume(any(flows))
    one, other = internal_rates([flows]), internal_rates([np.array(flows) * price])
    single = one.code[0] in (Roots.ONE, Roots.NONE)
    if single:  # where roots touch, rounding may part them
        np.testing.assert_allclose(other.rate, one.rate, rtol=1e-6, atol=1e-6)


@named("modified_rate")
def test_modified_rate(golden: dict[str, Any]) -> None:
    found = modified_rates([golden["flows"]], golden["finance"], golden["reinvest"])
    if "rate" not in golden:
        assert np.isnan(found.rate[0])
        assert found.code[0] == Roots.NONE
    else:
        assert found.rate[0] == pytest.approx(golden["rate"], abs=golden["atol"])
        assert found.code[0] == Roots.ONE


def test_modified_rate_at_its_own_rate_is_the_internal_rate() -> None:
    flows = [[-100.0, 39.0, 59.0, 55.0, 20.0], [-5.0, 0.0, 0.0, 0.0, 9.0]]
    rate = internal_rates(flows).rate
    np.testing.assert_allclose(modified_rates(flows, rate, rate).rate, rate, rtol=1e-9)


def test_modified_rates_take_a_rate_for_each_draw() -> None:
    flows = [[-100.0, 80.0, 80.0]] * 2
    one = modified_rates(flows, [0.1, 0.1], [0.0, 0.2]).rate
    np.testing.assert_allclose(one, [1.6**0.5 - 1, 1.76**0.5 - 1])


def test_npv_is_0_at_the_rate_for_many_draws() -> None:
    random = stream(3, "test draws")
    flows = np.column_stack((-random.uniform(50, 500, 500), random.uniform(0, 40, (500, 25))))
    found = internal_rates(flows)
    assert (found.code == Roots.ONE).all()
    values = [row @ factors([(0, rate)], 26) for row, rate in zip(flows, found.rate, strict=True)]
    np.testing.assert_allclose(values, 0, atol=1e-8)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: internal_rates([-1.0, 2.0]), "not .draws, years"),
        (lambda: internal_rate([[-1.0, 2.0], [-1.0, 3.0]]), "Give one stream"),
        (lambda: internal_rates([[-1.0, np.nan]]), r"entry \[0, 1\] is nan"),
        (lambda: internal_rates([[-1.0, 2.0]], plausible=(0.5, 0.1)), "no range of rates"),
        (lambda: internal_rates([[-1.0, 2.0]], plausible=(-2, 0.1)), "no range of rates"),
        (lambda: modified_rates([[-1.0, 2.0]], -1, 0.1), "finance: is -1"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()


@pytest.mark.parametrize(
    ("flows", "told"),
    [
        ([0, 0, 0], "every year is 0, and so is the value at every rate"),
        ([1, -2.5, 1.5625], "several rates meet at 25.00%"),
        ([1, 2, 3], "no rate makes it worth 0"),
        ([-100, 230, -132], "there is more than one rate: 10.00%, 20.00%"),
    ],
)
def test_why_there_is_no_rate(flows: list[float], told: str) -> None:
    with pytest.raises(InputError, match=told):
        internal_rate(flows)
