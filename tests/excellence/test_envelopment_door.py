"""The textbook examples through `capworth.envelopment`, as an analyst would ask for them."""

import re
import tomllib
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import capworth
from capworth import InputError, envelopment

GOLDEN = tomllib.loads((Path(__file__).parents[1] / "golden/envelopment.toml").read_text("utf-8"))
Golden = dict[str, Any]


def golden(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", GOLDEN[kind], ids=lambda case: case["name"])


def frames(case: Golden) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables with names that do not stand in the order of the alphabet."""
    x, y = np.array(case["inputs"], float), np.array(case["outputs"], float)
    units = [f"u{(7 * k) % 101}" for k in range(len(x))]
    return (
        pd.DataFrame(x, units, [f"x{9 - k}" for k in range(x.shape[1])]),
        pd.DataFrame(y, units, [f"y{9 - k}" for k in range(y.shape[1])]),
    )


def near(found: Any, expected: Any, tolerance: float) -> None:
    np.testing.assert_allclose(found, np.array(expected, dtype=float), rtol=0, atol=tolerance)


@golden("radial")
def test_radial(case: Golden) -> None:
    found = envelopment(*frames(case), case["returns"], case["orientation"])
    table = found.to_frame()
    near(table["score"], case["score"], case["tolerance"])
    if "efficient" in case:
        assert table["efficient"].tolist() == case["efficient"]
    if "input_slack" in case:
        slack = found.targets().query("side == 'input'")["slack"]
        near(-slack, np.ravel(case["input_slack"]), 1e-8)


@golden("direction")
def test_a_direction_of_ones(case: Golden) -> None:
    tables = frames(case)
    ones = dict.fromkeys([*tables[0].columns, *tables[1].columns], 1.0)
    found = envelopment(*tables, case["returns"], "directional", direction=ones)
    near(found.to_frame()["score"], case["score"], case["tolerance"])


@golden("additive")
def test_additive(case: Golden) -> None:
    found = envelopment(
        *frames(case), case["returns"], model="additive", slack_weights=case["weights"]
    )
    near(found.to_frame()["score"], case["score"], case["tolerance"])
    assert ("efficiency" in found.to_frame()) == (case["weights"] == "range")


@golden("slack_based")
def test_slack_based(case: Golden) -> None:
    found = envelopment(*frames(case), case["returns"], case["orientation"], model="SBM")
    near(found.to_frame()["efficiency"], case["score"], case["tolerance"])


@golden("undesirable")
def test_undesirable(case: Golden) -> None:
    inputs, outputs = frames(case)
    bad = pd.DataFrame({"false hits": np.ravel(case["undesirable"])}, inputs.index)
    found = envelopment(inputs, outputs, "constant", undesirable=bad, disposal=case["disposal"])
    near(found.to_frame()["score"], case["score"], case["tolerance"])
    targets = found.targets()
    assert targets["side"].unique().tolist() == ["input", "undesirable", "output"]
    near(
        -targets.query("side == 'undesirable'")["slack"], np.array(case["input_slack"])[:, 1], 1e-9
    )


def test_weak_disposal_and_plain_prices_need_no_further_words() -> None:
    bad = [2, 5, 3, 3, 2]
    made = [7, 5, 1, 3, 4]
    ones = np.ones((5, 1))
    weak = envelopment(ones, made, undesirable=bad, disposal="weak").to_frame()["score"]
    stated = envelopment(ones, made, "crs", undesirable=bad, disposal="weak").to_frame()["score"]
    assert weak.tolist() == stated.tolist()
    units = envelopment([[3, 2], [1, 3], [4, 6]], [3, 5, 6], "crs")
    listed = units.cost_efficiency([4, 2])
    named = units.cost_efficiency({"input 1": 4, "input 2": 2})
    pd.testing.assert_frame_equal(listed, named)
    with pytest.raises(InputError, match=r"prices: shape \(3,\). Give one of each input"):
        units.cost_efficiency([4, 2, 1])


@golden("super_efficiency")
def test_super_efficiency(case: Golden) -> None:
    tables = frames(case)
    found = envelopment(*tables, case["returns"], case["orientation"], model="super")
    again = envelopment(*tables, case["returns"], case["orientation"]).super_efficiency()
    pd.testing.assert_frame_equal(found.to_frame(), again)
    near(again["score"], case["score"], case["tolerance"])
    score = np.array(case["score"], float)
    near(again["efficiency"], score if case["orientation"] == "input" else 1 / score, 1e-7)
    nobody = np.isnan(score)
    assert again["infeasible"].tolist() == nobody.tolist()
    assert found.infeasible == tuple(tables[0].index[nobody])
    assert ("infeasible" in repr(found)) == nobody.any()
    assert again.loc[nobody, "main_peer"].isna().all()


@golden("cross_efficiency")
def test_cross_efficiency(case: Golden) -> None:
    found = envelopment(*frames(case), model="cross", attitude=case["attitude"])
    matrix = found.cross_matrix(case["attitude"])
    near(matrix, case["matrix"], case["tolerance"])
    assert matrix.index.name == "judge"
    near(found.to_frame()["score"], matrix.mean(), case["tolerance"])
    by_method = envelopment(*frames(case)).cross_efficiency(case["attitude"])
    pd.testing.assert_frame_equal(by_method, found.to_frame())


@golden("assurance")
def test_assurance_region(case: Golden) -> None:
    found = envelopment(
        *frames(case), "CRS", "input", ratios={("x8", "x9"): (case["least"], case["most"])}
    )
    near(found.to_frame()["score"], case["score"], case["tolerance"])


@golden("scale")
def test_scale(case: Golden) -> None:
    table = envelopment(*frames(case), orientation=case["orientation"]).scale()
    near(table["overall"], case["overall"], case["tolerance"])
    near(table["pure"], case["pure"], case["tolerance"])
    words = {0: "constant", 1: "increasing", -1: "decreasing"}
    assert table["returns"].tolist() == [words[code] for code in case["returns"]]


@golden("closest")
def test_closest_targets(case: Golden) -> None:
    table = envelopment(*frames(case), case["returns"]).closest_targets()
    near(table["target"], np.ravel(case["target"]), 1e-5)
    efforts = table.groupby("unit", sort=False)["effort"].first()
    near(efforts, case["change"], case["tolerance"])


@golden("bootstrap")
def test_bootstrap(case: Golden) -> None:
    table = envelopment(*frames(case), "vrs", "input").bootstrap(2000, bandwidth=1e-9)
    near(table["corrected"], case["corrected"], case["tolerance"])
    near(table[["low", "high"]], case["interval"], case["interval_tolerance"])
    assert table.index.tolist() == frames(case)[0].index.tolist()


@pytest.mark.parametrize(("kind", "side"), [("cost", "x"), ("revenue", "y")])
def test_prices(kind: str, side: str) -> None:
    for case in GOLDEN[kind]:
        found = envelopment(*frames(case), case["returns"])
        prices = {f"{side}{9 - k}": price for k, price in enumerate(case["prices"])}
        table = getattr(found, f"{kind}_efficiency")(prices)
        for part in ("overall", "technical", "allocative"):
            near(table[part], case[part], case["tolerance"])
        each = pd.DataFrame([prices] * len(table), table.index)[::-1]
        pd.testing.assert_frame_equal(getattr(found, f"{kind}_efficiency")(each), table)


X = pd.DataFrame({"staff": [2.0, 4, 8, 4], "sites": [1.0, 1, 2, 2]}, ["a", "b", "c", "d"])
Y = pd.DataFrame({"hits": [1.0, 5, 8, 2]}, X.index)


def test_prices_of_each_unit_in_any_order() -> None:
    """Only a pays much for sites; it uses fewest of both, so it stays at least cost."""
    prices = pd.DataFrame({"staff": [1.0, 1, 3, 1], "sites": [9.0, 1, 1, 2]}, X.index)
    found = envelopment(X, Y)
    one, other = (found.cost_efficiency(table) for table in (prices, prices[::-1]))
    pd.testing.assert_frame_equal(one, other)
    # d at 1 and 2 makes 2 at best from the line a to b: 2.5 staff, 1 site, 4.5 of 8
    near(one.loc[["a", "d"], "overall"], [1, 4.5 / 8], 1e-9)


def draws(table: pd.DataFrame, factors: list[float]) -> pd.DataFrame:
    return pd.concat({k: table * f for k, f in enumerate(factors)}, names=["draw", "unit"])


def test_several_worlds_have_frontiers_of_their_own() -> None:
    """In the second draw of four the last unit makes ten times as much."""
    many = draws(Y, [1, 1, 1, 1])
    many.loc[(1, "d"), "hits"] = 20.0
    found = envelopment(draws(X, [1, 2, 3, 4]), many)
    table = found.to_frame()
    assert table["p_efficient"].tolist() == [1, 1, 0.75, 0.25]
    near(table.loc["d", ["score", "efficiency"]].astype(float), [(3 * 2.5 + 1) / 4, 0.55], 1e-12)
    assert (table["efficiency_low"] <= table["efficiency"]).all()
    near(table.loc["d", ["efficiency_low", "efficiency_high"]].astype(float), [0.4, 1.0], 1e-12)
    assert table["main_peer"].tolist() == ["a", "b", "c", "b"]
    assert table["p_main_peer"].tolist() == [1, 1, 0.75, 0.75]
    peers = found.peers().set_index(["unit", "peer"])
    assert peers["probability"].to_dict()[("d", "b")] == 0.75
    assert peers["probability"].to_dict()[("d", "d")] == 0.25
    by_draw = found.by_draw()
    assert by_draw.loc[(1, "d"), "score"] == pytest.approx(1)
    assert by_draw.loc[(0, "d"), "score"] == pytest.approx(2.5)
    assert found.efficient == ("a", "b")
    assert "every one of 4 draws" in repr(found)
    near(found.targets().query("unit == 'd' and measure == 'hits'")["today"], [6.5], 1e-12)
    scale = found.scale()
    assert scale.loc["a", "returns"] == "increasing"
    assert scale.loc["a", "p_returns"] == 1
    three = np.stack([X.to_numpy()] * 2), np.stack([Y.to_numpy()] * 2)
    assert envelopment(*three).by_draw().shape == (8, 3)


def test_orders_of_worlds_and_units_do_not_matter() -> None:
    inputs, outputs = draws(X, [1, 2]), draws(Y, [1, 3])
    outputs.loc[(1, "d"), "hits"] = 20.0
    one = envelopment(inputs, outputs).by_draw()
    shuffled = envelopment(inputs, outputs[::-1]).by_draw()
    pd.testing.assert_frame_equal(one, shuffled)
    mixed = pd.concat([inputs.loc[[0]], inputs.loc[[1]].iloc[::-1]])
    pd.testing.assert_frame_equal(one, envelopment(mixed, outputs).by_draw())
    back = envelopment(inputs[::-1], outputs).by_draw()
    pd.testing.assert_frame_equal(one, back.reindex(one.index))


def test_probability_counts_worlds_and_not_intensities() -> None:
    """With constant returns c is measured against twice b, in every draw."""
    found = envelopment(draws(X, [1, 2]), draws(Y, [1, 1]), "crs").peers()
    row = found.set_index(["unit", "peer"]).loc[[("c", "b")]]
    assert row[["probability", "intensity", "share"]].to_numpy().tolist() == [[1, 2, 1]]


def test_tables_without_names() -> None:
    found = envelopment(X.to_numpy().tolist(), [1.0, 5, 8, 2])
    assert found.to_frame().index.tolist() == [1, 2, 3, 4]
    assert found.targets()["measure"].unique().tolist() == ["input 1", "input 2", "output 1"]
    named = envelopment(X, Y["hits"])
    near(named.to_frame()["score"], found.to_frame()["score"], 0)


def test_words_of_other_programs() -> None:
    tables = X, Y
    for one, other in (
        (envelopment(*tables, "CRS", "in"), envelopment(*tables, model="CCR", orientation="input")),
        (envelopment(*tables, "NIRS"), envelopment(*tables, "non-increasing", "output")),
        (envelopment(*tables, "irs"), envelopment(*tables, "nondecreasing")),
        (envelopment(*tables, model="BCC"), envelopment(*tables)),
        (envelopment(*tables, model="DDF"), envelopment(*tables, orientation="directional")),
        (envelopment(*tables, "crs", model="ERM"), envelopment(*tables, "crs", model="sbm")),
    ):
        assert repr(one) == repr(other)
        pd.testing.assert_frame_equal(one.to_frame(), other.to_frame())
    crs, vrs = envelopment(*tables, "crs"), envelopment(*tables, "vrs")
    assert (crs.to_frame()["score"] > vrs.to_frame()["score"]).any()


def test_a_direction_by_name() -> None:
    """Two sites fewer at a time: d is beyond b by one site, half a step."""
    found = envelopment(X, Y, orientation="directional", direction={"sites": 2.0})
    near(found.to_frame()["score"], [0, 0, 0, 0.5], 1e-12)
    own = pd.DataFrame({"sites": [1.0, 1, 1, 4]}, X.index)[::-1]
    each = envelopment(X, Y, orientation="directional", direction=own)
    near(each.to_frame()["score"], [0, 0, 0, 0.25], 1e-12)


def test_elicited_swings_bind_the_envelopment() -> None:
    """A gain of 4 hits weighs 2 to 3 times as much as one of 2 arrests."""
    outputs = pd.DataFrame({"arrests": [3.0, 2, 1, 1, 2, 4], "hits": [1.0, 2, 1, 3, 2, 1]})
    inputs = pd.DataFrame({"cost": [4.0, 7, 8, 4, 2, 10]})
    swings = pd.DataFrame(
        {"least": [2.0, 1.0], "most": [3.0, 1.0], "swing": [4.0, 2.0]}, ["hits", "arrests"]
    )
    free, bound = (
        envelopment(inputs, outputs, "constant", swing_weights=given) for given in (None, swings)
    )
    weights = bound.weights().pivot_table(index="unit", columns="measure", values="weight")
    ratio = weights["hits"] * 4 / (weights["arrests"] * 2)
    assert ratio.between(2 - 1e-9, 3 + 1e-9).all()
    gained = bound.to_frame()["score"] - free.to_frame()["score"]
    assert (gained >= -1e-9).all()
    assert (gained > 1e-6).any()
    plain = swings.assign(swing=1.0)
    pd.testing.assert_frame_equal(
        envelopment(inputs, outputs, "constant", swing_weights=plain).to_frame(),
        envelopment(inputs, outputs, "crs", swing_weights=plain.drop(columns="swing")).to_frame(),
    )


def test_units_without_false_hits_and_false_hits_by_every_model() -> None:
    bad = pd.DataFrame({"false": [0.0, 3, 2, 5]}, X.index)
    radial = envelopment(X, Y, undesirable=bad)
    assert "directional" in repr(radial)
    assert radial.efficient[0] == "a"
    out = envelopment(X, Y, orientation="output", undesirable=bad)
    assert out.to_frame().loc["d", "score"] == pytest.approx(2.5)
    mean = envelopment(X, Y, "crs", model="sbm", undesirable=bad)
    # d to b: input slack 0 and 1 of 2; hits 3 of 2, false hits 2 of 5
    assert mean.to_frame()["score"].to_numpy()[3] <= (1 - 0.25) / (1 + (1.5 + 0.4) / 2) + 1e-12
    for found in (radial, out, mean, envelopment(X, Y, model="add", undesirable=bad)):
        targets = found.targets().query("side == 'undesirable'")
        assert (targets["target"] <= targets["today"] + 1e-9).all()
        assert found.resolved == 0


@pytest.mark.parametrize(("returns", "score"), [("vrs", 1 / 1.875), ("crs", 0.5 / 1.4375)])
def test_false_hits_gain_in_the_slack_based_model(returns: str, score: float) -> None:
    """By hand: b against k times a: k / (1 + ((4 k - 2) / 2 + (4 - k) / 4) / 2), k = 1 or 1/2.

    Less of what nobody wants counts below the fraction line (Cooper, Seiford & Tone 2007, 13.4).
    """
    inputs = pd.DataFrame({"staff": [1.0, 1]}, ["a", "b"])
    outputs = pd.DataFrame({"hits": [4.0, 2]}, ["a", "b"])
    bad = pd.DataFrame({"false": [1.0, 4]}, ["a", "b"])
    found = envelopment(inputs, outputs, returns, model="sbm", undesirable=bad)
    near(found.to_frame()["score"], [1, score], 1e-12)


def test_fixed_inputs_of_models_by_slacks() -> None:
    """With staff fixed only a site may be saved: d could do with 1 of 2 and make 5, not 2."""
    mean = envelopment(X, Y, model="sbm", fixed_inputs="staff")
    assert mean.to_frame().loc["d", "score"] == pytest.approx((1 - 0.5) / (1 + 1.5))
    plain = envelopment(X, Y, model="additive", fixed_inputs=["staff"], slack_weights="ones")
    assert plain.to_frame().loc["d", "score"] == pytest.approx(1 + 3)
    named = envelopment(X, Y, model="additive", slack_weights={"sites": 1.0, "hits": 1.0})
    near(named.to_frame()["score"], plain.to_frame()["score"], 1e-12)


BAD = pd.DataFrame({"false": [0.0, 3, 2, 5]}, X.index)
SLIPS: list[tuple[dict[str, Any], str]] = [
    ({"returns": "variabel"}, "returns: 'variabel' is not known. Did you mean 'variable'"),
    ({"orientation": "outpt"}, "orientation: 'outpt' is not known. Did you mean 'output'"),
    ({"model": "aditive"}, "model: 'aditive' is not known. Did you mean 'additive'"),
    ({"model": "ccr", "returns": "vrs"}, "returns: 'vrs', but ccr has constant returns"),
    ({"model": "cross", "returns": "vrs"}, "cross-efficiency has constant returns"),
    ({"model": "additive", "orientation": "in"}, "orientation: 'in' does not go with this model"),
    ({"model": "sbm", "ratios": {("a", "b"): (1, 2)}}, "restrictions: this does not go with model"),
    ({"attitude": "aggressive"}, "attitude: this does not go with model 'radial'"),
    ({"slack_weights": "own"}, "Leave it out, or use model 'additive'"),
    ({"model": "cross", "attitude": "agressive"}, "attitude: 'agressive' is not known. Did you"),
    ({"direction": {"staff": 1.0}}, "has its own. Leave it out"),
    ({"orientation": "ddf", "direction": {"stff": 1.0}}, "direction: 'stff' is no measure"),
    ({"orientation": "ddf", "direction": X[:2]}, "direction: there is no row for unit 'c'"),
    ({"ratios": {("staff", "site"): (1, 2)}}, "ratios: 'site' is no measure. Did you mean 'sites'"),
    ({"ratios": {"staff": (1, 2)}}, "Write .measure, other measure.: .least, most."),
    ({"swing_weights": X}, "there is no column 'least'"),
    (
        {"swing_weights": pd.DataFrame({"least": [1], "most": [2]}, ["hit"])},
        "'hit' is no output. Did you mean 'hits'",
    ),
    ({"undesirable": BAD[:3]}, "undesirable: there is no row for unit 'd'"),
    ({"undesirable": BAD * 0}, "undesirable: column 'false' has nothing above 0"),
    ({"undesirable": BAD, "disposal": "some"}, "disposal: 'some' is not known"),
    ({"undesirable": BAD, "disposal": "weak", "returns": "vrs"}, "is not a linear programme"),
    ({"disposal": "weak"}, "disposal: 'weak' goes with orientation 'directional'"),
]


@pytest.mark.parametrize(("more", "told"), SLIPS, ids=[told[:40] for _, told in SLIPS])
def test_slips(more: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        envelopment(X, Y, **more)


FURTHER: list[tuple[Any, str]] = [
    (lambda f: f.cost_efficiency({"staff": 1.0}), "prices: 'sites' has none"),
    (lambda f: f.cost_efficiency({"staf": 1.0}), "prices: 'staf' is no input. Did you mean"),
    (lambda f: f.revenue_efficiency(Y[:2]), "prices: there is no row for unit 'c'"),
    (lambda f: f.cross_efficiency("kind"), "attitude: 'kind' is not known"),
    (lambda f: f.bootstrap(10), "replications 10"),
]


@pytest.mark.parametrize(("ask", "told"), FURTHER, ids=[told for _, told in FURTHER])
def test_slips_of_further_questions(ask: Any, told: str) -> None:
    with pytest.raises(InputError, match=told):
        ask(envelopment(X, Y))


def test_what_a_model_does_not_give_is_said() -> None:
    with pytest.raises(InputError, match="weight: additive has none"):
        envelopment(X, Y, model="additive").weights()
    with pytest.raises(InputError, match="target: cross-efficiency has none"):
        envelopment(X, Y, model="cross").targets()
    with pytest.raises(InputError, match="scale: 'directional' orientation has none"):
        envelopment(X, Y, orientation="directional").scale()
    many = envelopment(draws(X, [1, 1]), draws(Y, [1, 2]))
    for ask in (many.bootstrap, many.closest_targets):
        with pytest.raises(InputError, match="the tables hold 2 draws"):
            ask()
    with pytest.raises(InputError, match="undesirable outputs have no price"):
        envelopment(X, Y, undesirable=BAD).cost_efficiency({"staff": 1.0, "sites": 1.0})


def test_every_fault_of_a_table_is_named_at_once() -> None:
    bad = X.astype(object)
    bad.loc["a", "staff"], bad.loc["b", "sites"], bad.loc["d", "staff"] = "two", None, -1.0
    with pytest.raises(InputError) as told:
        envelopment(bad, Y.assign(hits=[1.0, np.inf, 8, np.nan]))
    text = str(told.value)
    assert text.startswith("5 to mend:")
    for part in (
        "inputs: unit 'a', column 'staff': 'two' is not a number",
        "inputs: unit 'b', column 'sites' is empty",
        "inputs: unit 'd', column 'staff' is negative",
        "outputs: unit 'b', column 'hits' is not finite",
        "outputs: unit 'd', column 'hits' is empty",
    ):
        assert part in text
    ragged = draws(X, [1, 2]).drop(index=(1, "c"))
    with pytest.raises(InputError, match="there is no row for unit 'c' of 1"):
        envelopment(ragged, draws(Y, [1, 2]).drop(index=(1, "c")))
    with pytest.raises(InputError, match="inputs: there is no row for unit"):
        envelopment(ragged, draws(Y, [1, 2]))
    with pytest.raises(InputError, match="outputs: name the rows as those of inputs are"):
        envelopment(draws(X, [1, 2]), Y)
    with pytest.raises(InputError, match="inputs: the table has no columns"):
        envelopment(X[[]], Y)
    with pytest.raises(InputError, match=r"shape \(1, 1, 1, 1\) is not"):
        envelopment([[[[1.0]]]], Y)


def test_a_unit_with_a_gap_in_one_world_is_left_out_of_all() -> None:
    gap = draws(Y, [1, 2])
    gap.loc[(1, "b"), "hits"] = np.nan
    found = envelopment(draws(X, [1, 2]), gap, missing="leave out")
    assert found.left_out == ("b",)
    assert found.to_frame().index.tolist() == ["a", "c", "d"]


def test_units_of_measure_do_not_matter_to_any_answer() -> None:
    """Staff in thousands, hits in dozens: every score is the same, every amount in its unit."""
    for model in ("radial", "sbm", "super", "cross", "additive"):
        one = envelopment(X, Y, model=model).to_frame()
        other = envelopment(X * [1e-3, 1.0], Y / 12, model=model).to_frame()
        near(one["score"], other["score"], 1e-9)
    small, large = envelopment(X, Y, "crs"), envelopment(X * 7, Y / 3, "crs")
    near(small.bootstrap(100), large.bootstrap(100), 1e-9)
    near(
        envelopment(X, Y).closest_targets()["target"].to_numpy().reshape(4, 3),
        envelopment(X * 7, Y / 3).closest_targets()["target"].to_numpy().reshape(4, 3)
        / [7, 7, 1 / 3],
        1e-6,
    )


def test_the_examples_of_the_how_to_run() -> None:
    text = (Path(__file__).parents[2] / "docs/how-to/envelopment.md").read_text("utf-8")
    examples = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(examples) == 3
    names: dict[str, Any] = {}
    for example in examples:
        exec(example, names)
    assert names["answer"].efficient == ("north", "south", "west")
    options = [name for name, p in signature(envelopment).parameters.items() if p.kind == 3]
    assert {"ratios", "undesirable"} < set(options)
    for option in options:
        assert f"{option}=" in text, f"the how-to does not show {option}"


def test_the_front_door_leads_here() -> None:
    assert capworth.envelopment is envelopment
    assert all(word in (envelopment.__doc__ or "") for word in ("crs", "sbm", "Zeros", "missing"))


def test_a_unit_is_told_by_its_name_whoever_refuses_it() -> None:
    units = pd.Index(["Lyon", "Paris", "Nice"])
    inputs = pd.DataFrame({"cost": [0, 4, 3], "staff": [2, 5, 3]}, units)
    outputs = pd.DataFrame({"hits": [3, 6, 3]}, units)
    with pytest.raises(InputError, match="inputs: unit 'Lyon', column 'cost' is 0, and a judge"):
        envelopment(inputs, outputs).cross_efficiency()
    with pytest.raises(InputError, match="inputs: unit 'Lyon' has nothing to change"):
        envelopment(inputs, outputs, fixed_inputs=["staff"], orientation="input")
    with pytest.raises(InputError, match="inputs: column 'cost' holds complex numbers"):
        envelopment(inputs.astype({"cost": complex}), outputs)
