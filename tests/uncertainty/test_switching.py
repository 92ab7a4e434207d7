"""Switching values by substitution: against a model answered anew, and by what they must keep."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from capworth.case.model import (
    HARM,
    NET,
    BusinessAsUsual,
    Case,
    Estimate,
    Relation,
    Saving,
)
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.uncertainty.distributions import normal_copula
from capworth.model.draws import Sampled, quantile_of
from capworth.model.result import Provenance
from capworth.model.simulation import Model, Sample, draw_sample
from capworth.programme.selection import choose_programme
from capworth.uncertainty.rivals import Rivals
from capworth.uncertainty.set_alone import Input, inputs_of
from capworth.uncertainty.switching import SwitchingValues, _rows, switching_values

GOLDEN = tomllib.loads((Path(__file__).parents[1] / "golden/decision.toml").read_text("utf-8"))
DRAWS = 300


def found_in(case: Case, draws: int = DRAWS) -> SwitchingValues:
    sample, known = draw_sample(case, draws), Provenance.of(case, draws)
    found = switching_values(sample, choose_programme(sample, known), known)
    assert found is not None
    return found


def rivals_in(case: Case, draws: int = DRAWS) -> Rivals:
    sample = draw_sample(case, draws)
    programme = choose_programme(sample, Provenance.of(case, draws))
    assert programme is not None
    return Rivals.of(sample, programme)


def meeting(small: Case) -> Case:
    """LINK lifts what SCAN lifts, and both may be funded: their gains are capped together."""
    place = next(e for e in small.effects if e.improvement == "SCAN" and e.criterion)
    change = replace(place.change, name=f"effects/LINK/{place.capability}/{place.criterion}")
    effects = (*small.effects, replace(place, improvement="LINK", change=change))
    kept = [e for e in effects if e.improvement != "LINK" or e.change.name == change.name]
    return replace(small, effects=tuple(kept), relations=()).with_settings(budget=400_000.0)


class Fixed:
    """The draws of a case, one input or what a group has in common held at a level."""

    def __init__(self, sample: Sample, name: str, level: float) -> None:
        self.draws = Sampled(sample.case.settings.seed, 0, sample.drawn.size)
        self.size, self.name, self.level = self.draws.size, name, level

    def of(self, estimate: Estimate) -> Floats:
        if estimate.name == self.name:
            return np.full(self.size, self.level)
        if estimate.group and self.name == f"group/{estimate.group}":
            common = np.full(self.size, self.level)
            even = normal_copula(self.draws.even(estimate.name), common, estimate.share)
            return quantile_of(estimate, even)
        return self.draws.of(estimate)


def closed_anew(model: Model, draws: Fixed, sets: Bools) -> Floats:
    """(sets,) share of the distance closed, capped year by year, from levels and weights."""
    case, extents = model.case, model.extents
    agreed, leaves = model.value.agreed(), [leaf.id for leaf in model.value.leaves]
    tree = model.tree(draws)
    weights = extents.weights(tree.weights)
    years = model.gains.years
    total = np.zeros(len(sets))
    for c, capability in enumerate(case.capability_ids):
        for k, leaf in enumerate(leaves):
            mine = [e for e in case.effects if (e.capability, e.criterion) == (capability, leaf)]
            for row, chosen in enumerate(sets):
                for year, discount in enumerate(years.discount):
                    level = tree.values[:, c, k].copy()
                    for effect in mine:
                        i = case.improvement_ids.index(effect.improvement)
                        if chosen[i]:
                            share = years.share(i)[year]
                            level += share * model.gains.rise(tree, draws, effect)
                    before = np.maximum(agreed[c, k] - tree.values[:, c, k], 0)
                    after = np.maximum(agreed[c, k] - level, 0)
                    points = (before - after) * weights[:, k] * extents.share[c]
                    total[row] += points.mean() * discount / years.discount.sum()
    return np.asarray(100 * total / extents.distance)


def needed_anew(rivals: Rivals, one: Input, level: float) -> Floats:
    """(sets,) money at the confidence with one input at a level, by sorting."""
    sample, name = rivals.sample, one.name
    draws = Sampled(sample.case.settings.seed, 0, sample.drawn.size)
    lines = {line.amount.name: line for line in sample.case.costs}
    if name in lines and lines[name].improvement:
        line = lines[name]
        k = sample.case.improvement_ids.index(line.improvement)
        (amount,) = (a for x, a, _ in sample.model.costs.priced(draws) if x.id == line.id)
        (years,) = (y for x, _, y in sample.model.costs.priced(draws) if x.id == line.id)
        asked = sample.drawn.asked.copy()
        asked[:, k] += (level - amount) * years.sum()
    else:
        asked = sample.model.costs.price(Fixed(sample, name, level)).asked
    sums = np.sort(asked @ rivals.sets.T, axis=0)
    place = int(np.ceil(0.8 * len(sums) - 1e-9)) - 1
    return np.asarray(np.maximum(sums[place], sums.mean(axis=0)))


@pytest.mark.parametrize("make", [lambda case: case, meeting], ids=["small", "meeting"])
def test_every_input_against_the_model_answered_anew(
    small: Case, make: Callable[[Case], Case]
) -> None:
    rivals = rivals_in(make(small))
    assert not rivals.delays.any()
    kinds = set()
    for one in inputs_of(rivals):
        levels = one.quantiles(np.array([0.04, 0.5, 0.9]))
        worth, needed = one.at(levels)
        kinds.add(one.name.partition("/")[0])
        for row, level in enumerate(levels.tolist()):
            anew = closed_anew(
                rivals.sample.model, Fixed(rivals.sample, one.name, level), rivals.sets
            )
            np.testing.assert_allclose(worth[row], anew, atol=1e-8, err_msg=one.name)
            money = needed_anew(rivals, one, level)
            np.testing.assert_allclose(needed[row], money, rtol=1e-9, err_msg=one.name)
    assert {"costs", "effects", "scores", "criteria", "group"} <= kinds


def kept(case: Case) -> Case:
    """REG and LAB end in 2028 unless CLOUD keeps them: it acts on both chains without effects."""
    rate = replace(case.effects[0].change, low=0.0, mode=0.1, high=0.2)
    paths = [
        BusinessAsUsual(
            c,
            replace(rate, name=f"business_as_usual/{c}"),
            replace(rate, name=f"business_as_usual_cost/{c}"),
            2028,
        )
        for c in ("REG", "LAB")
    ]
    share = replace(rate, name="savings/SCAN", low=0.2, mode=0.3, high=0.6)
    rows = (replace(i, keeps="REG LAB" if i.id == "CLOUD" else "") for i in case.improvements)
    longer = case.with_settings(years=4)
    return replace(
        longer,
        improvements=tuple(rows),
        business_as_usual=tuple(paths),
        savings=(Saving("SCAN", "LAB-STAFF", share),),
    )


@pytest.mark.parametrize("make", [lambda case: case, kept], ids=["small", "kept"])
@pytest.mark.parametrize("objective", [NET, HARM])
def test_money_and_harm_against_the_model_answered_anew(
    small: Case, objective: str, make: Callable[[Case], Case]
) -> None:
    """Of sets of one improvement: what each adds alone is what the model answers."""
    case = replace(make(small), relations=())
    case = case.with_settings(objective=objective, budget=400_000.0)
    rivals, alone = rivals_in(case), np.arange(len(case.improvements))
    single = np.eye(len(alone), dtype=bool)
    worth = [rivals.choice.joint(one, one * 0) for one in single]
    rivals = replace(rivals, sets=single, delays=single * 0, worth=np.array(worth))
    moved, inputs = 0, inputs_of(rivals)
    lines = {line.amount.name: line for line in case.costs if line.improvement}
    names = {one.name for one in inputs}
    assert {b.growth.name for b in case.business_as_usual} <= names
    if objective == NET and case.business_as_usual:
        paid = [c.amount for c in case.costs if c.capability in ("REG", "LAB")]
        paid += [b.cost_growth for b in case.business_as_usual if b.cost_growth]
        assert {one.name for one in paid if not one.is_certain} <= names
    for one in inputs:
        if one.name in lines:
            continue  # as it turns out, which no single estimate is
        levels = one.quantiles(np.array([0.1, 0.8]))
        found, _ = one.at(levels)
        for row, level in enumerate(levels.tolist()):
            answered = rivals.sample.model.answer(Fixed(rivals.sample, one.name, level))
            gains = getattr(answered.gains, objective).mean(axis=0)
            anew = rivals.sets[alone].astype(float) @ gains
            np.testing.assert_allclose(found[row, alone], anew, rtol=1e-7, err_msg=one.name)
            moved += int(np.abs(anew - rivals.worth[alone]).max() > 1e-9)
    assert moved


@pytest.mark.parametrize("late", [0, 1])
@pytest.mark.parametrize("name", ["costs/LAB-STAFF", "business_as_usual_cost/LAB"])
def test_what_a_kept_service_costs_against_a_case_drawn_anew(
    small: Case, name: str, late: int
) -> None:
    """CLOUD keeps LAB from ending, SCAN saves of its staff: it is paid longer, and saved longer."""
    case = replace(kept(small), relations=()).with_settings(objective=NET, budget=400_000.0)
    rivals = rivals_in(case)
    both, starts = np.array([True, False, True]), np.array([0, 0, late])
    worth = np.array([rivals.choice.joint(both, starts)])
    rivals = replace(rivals, sets=both[None], delays=starts[None], worth=worth)
    (one,) = (x for x in inputs_of(rivals) if x.name == name)
    level = float(one.quantiles(np.array([0.9]))[0])
    found, _ = one.at(np.array([level]))

    def fixed(estimate: Estimate) -> Estimate:
        sure = replace(estimate, low=level, mode=level, high=level)
        return sure if estimate.name == name else estimate

    costs = tuple(replace(c, amount=fixed(c.amount)) for c in case.costs)
    paths = tuple(
        replace(b, cost_growth=fixed(b.cost_growth)) if b.cost_growth else b
        for b in case.business_as_usual
    )
    anew = rivals_in(replace(case, costs=costs, business_as_usual=paths))
    assert found[0, 0] != pytest.approx(worth[0])
    assert found[0, 0] == pytest.approx(anew.choice.joint(both, starts), rel=1e-9)


def test_a_saving_is_no_part_of_what_a_pair_adds(small: Case) -> None:
    """SCAN and LINK add a share of the lesser of what they bring, and LINK saves besides."""
    like = small.effects[0].change
    bonus = replace(like, name="relations/pair", low=0.2, mode=0.4, high=0.6)
    share = replace(like, name="savings/LINK", low=0.2, mode=0.3, high=0.6)
    saving = Saving("LINK", "LAB-STAFF", share)
    pair = Relation("LINK", "synergy", "SCAN", bonus=bonus)
    case = replace(small, relations=(pair,), savings=(saving,))
    case = case.with_settings(objective=NET, budget=400_000.0)
    rivals = rivals_in(case)
    both, stated = np.array([True, True, False]), np.zeros(3, dtype=np.int64)
    worth = np.array([rivals.choice.joint(both, stated)])
    rivals = replace(rivals, sets=both[None], delays=stated[None], worth=worth)
    (one,) = (x for x in inputs_of(rivals) if x.name == share.name)
    found, _ = one.at(np.array([0.5]))
    half = replace(saving, share=replace(share, low=0.5, mode=0.5, high=0.5))
    anew = rivals_in(replace(case, savings=(half,))).choice.joint(both, stated)
    assert anew != pytest.approx(worth[0])
    assert found[0, 0] == pytest.approx(anew, rel=1e-9)


@pytest.mark.parametrize("objective", [NET, HARM])
def test_a_chain_needs_no_tree_of_the_case(
    small: Case, objective: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Levels, values, weights and costs of the whole case were found anew for every input."""
    rivals = rivals_in(replace(small, relations=()).with_settings(objective=objective))
    monkeypatch.setattr(Model, "tree", None)
    chains = [i for i in inputs_of(rivals) if i.name.startswith("chain/")]
    assert chains
    for one in chains:
        worth, _ = one.at(one.quantiles(np.array([0.1, 0.9])))
        assert worth.shape == (2, len(rivals.sets))


def test_levels_and_chances_on_a_fine_grid(small: Case) -> None:
    """The advice at 400 levels, by the rule written anew; ends and masses agree to 1 %."""
    rivals = rivals_in(small)
    mine, budget = float(rivals.worth[0]), rivals.budget
    table = found_in(small).to_frame()
    assert len(table)
    p = (np.arange(400) + 0.5) / 400
    for one in inputs_of(rivals):
        levels = one.quantiles(p)
        worth, needed = one.at(levels)
        other = []
        for v, n in zip(worth, needed, strict=True):
            better = [
                v[k] - v[0]
                for k in range(1, len(v))
                if n[k] <= budget - rivals.room and v[k] - v[0] > 0.02 * abs(mine)
            ]
            other.append(n[0] > budget + rivals.room or bool(better))
        share = np.array(other)
        rows = table.loc[[one.name]] if one.name in table.index else table.iloc[:0]
        assert float(rows["p"].sum()) == pytest.approx(share.mean(), abs=0.02), one.name
        for _, row in rows.iterrows():
            side = share[p < 0.5] if row["side"] == "below" else share[p > 0.5]
            assert row["p"] == pytest.approx(side.mean() / 2, abs=0.012), one.name
            inner = levels[(p < 0.5) & share].max() if row["side"] == "below" else None
            first = levels[(p > 0.5) & share].min() if inner is None else inner
            place = np.searchsorted(levels, [first, row["level"]])
            assert abs(int(place[0]) - int(place[1])) <= 5, one.name


class Told:
    """An input of which the worth of two sets, A and B, and the money of A, are told."""

    name, unit, grade = "x", "", "D"

    def __init__(
        self,
        quantiles: Callable[[Floats], Floats],
        worth: Callable[[Floats], Floats],
        money: Callable[[Floats], Floats] = np.zeros_like,
    ) -> None:
        self.quantiles, self.worth, self.money = quantiles, worth, money

    def drawn(self) -> Floats:
        return self.quantiles(np.linspace(0, 1, 9))

    def at(self, levels: Floats) -> tuple[Floats, Floats]:
        needed = np.stack([self.money(levels), np.zeros(len(levels))], axis=1)
        return self.worth(levels), needed


def two_sets(a: float, b: float) -> Rivals:
    """A is the programme; the budget is 10, and what is needed now nothing."""
    sample: Any = SimpleNamespace(case=SimpleNamespace(improvement_ids=("A", "B")))
    rivals = Rivals(
        sample=sample,
        choice=SimpleNamespace(),  # type: ignore[arg-type]  # nothing of it is asked
        sets=np.eye(2, dtype=bool),
        delays=np.zeros((2, 2), dtype=np.int64),
        worth=np.array([a, b]),
        budget=10.0,
        confidence=0.8,
    )
    vars(rivals).update(room=0.5, needed=np.zeros(2))
    return rivals


def even(levels: Floats) -> Floats:
    return levels


def constant(a: float, b: float) -> Callable[[Floats], Floats]:
    return lambda levels: np.tile([a, b], (len(levels), 1))


def test_another_set_must_be_worth_clearly_more() -> None:
    """A is worth 100; B worth 101.5 at all levels is no reason, 103 is one: from 2 % on."""
    assert _rows(Told(even, constant(100.0, 101.5)), two_sets(100.0, 90.0)) == []
    (row,) = _rows(Told(even, constant(100.0, 102.5)), two_sets(100.0, 90.0))
    assert (row["side"], row["p"], row["kind"]) == ("at", 1.0, "overtaken")


def test_the_budget_must_break_clearly_and_says_so() -> None:
    """Money of 10.5 is within the room; above it A breaks the budget and B comes in."""
    money = Told(even, constant(100.0, 90.0), lambda levels: 10 + levels)
    (row,) = _rows(money, two_sets(100.0, 90.0))
    assert (row["side"], row["kind"], row["out"], row["into"]) == ("above", "breaks", "A", "B")
    assert row["level"] == pytest.approx(0.5, abs=0.02)
    within = Told(even, constant(100.0, 90.0), lambda levels: 10 + 0.4 * levels)
    assert _rows(within, two_sets(100.0, 90.0)) == []


def test_the_level_nearest_to_the_median_is_printed() -> None:
    """B is better below 0.1 and between 0.3 and 0.4: 0.4 is the level, 0.2 the probability."""

    def worth(levels: Floats) -> Floats:
        better = (levels < 0.1) | ((levels > 0.3) & (levels < 0.4))
        return np.stack([np.full(len(levels), 100.0), np.where(better, 120.0, 80.0)], axis=1)

    (row,) = _rows(Told(even, worth), two_sets(100.0, 80.0))
    assert row["side"] == "below"
    assert row["level"] == pytest.approx(0.4, abs=0.01)
    assert row["p"] == pytest.approx(0.2, abs=0.02)


def test_the_switching_level_of_the_worked_example() -> None:
    """M13: A = 20 - 1.5 x against B = 10.7, x PERT (2, 5, 12.5): 6.2 above, probability 0.386."""
    golden = GOLDEN["M13"][0]
    x = golden["inputs"]["x"]
    width = x["high"] - x["low"]
    peak = (x["mode"] - x["low"]) / width
    spread = stats.beta(1 + 4 * peak, 5 - 4 * peak)
    mean = x["low"] + width * spread.mean()

    rivals = two_sets(20 - 1.5 * mean, 10.7)
    vars(rivals).update(clear=0.0)

    def worth(levels: Floats) -> Floats:
        return np.stack([20 - 1.5 * levels, np.full(len(levels), 10.7)], axis=1)

    one = Told(lambda p: np.asarray(x["low"] + width * spread.ppf(p)), worth)
    (row,) = _rows(one, rivals)
    expected = golden["expected"]
    assert row["side"] == expected["side"]
    assert row["level"] == pytest.approx(expected["switch_at"], abs=0.06)
    assert row["p"] == pytest.approx(expected["probability"], abs=0.01)
    assert (row["out"], row["into"], row["kind"]) == ("A", "B", "overtaken")


def test_rows_stand_by_their_probability(small: Case) -> None:
    found = found_in(small)
    table = found.to_frame()
    assert table["p_both"].is_monotonic_decreasing
    assert ((table["p"] > 0) & (table["p"] <= table["p_both"]) & (table["p_both"] <= 1)).all()
    assert found.never == found.looked_at - len(found.switching)
    assert f"{len(found.switching)} of {found.looked_at}" in repr(found)
    whole = table.groupby(level=0)["p"].sum()
    assert whole.to_dict() == pytest.approx(table["p_both"].groupby(level=0).first().to_dict())


def test_ten_times_the_money_changes_no_chance(small: Case) -> None:
    def dearer(estimate: Estimate) -> Estimate:
        return replace(
            estimate, low=10 * estimate.low, mode=10 * estimate.mode, high=10 * estimate.high
        )

    costs = tuple(replace(line, amount=dearer(line.amount)) for line in small.costs)
    totals = tuple(replace(total, amount=dearer(total.amount)) for total in small.totals)
    rich = replace(small, costs=costs, totals=totals)
    rich = rich.with_settings(budget=10 * (small.settings.budget or 0))
    one, ten = found_in(small).to_frame(), found_in(rich).to_frame()
    columns = ["side", "p", "p_both", "out", "into", "kind"]
    assert one[columns].equals(ten[columns])
    money = one.index.str.startswith("costs/")
    assert money.any()
    np.testing.assert_allclose(ten["level"][money], 10 * one["level"][money])
    np.testing.assert_allclose(ten["level"][~money], one["level"][~money])


def test_what_does_nothing_changes_nothing(small: Case) -> None:
    """A project that costs and adds nothing is never brought in, and takes no chance."""
    last = small.improvements[-1]
    dud = replace(last, id="DUD", name="Nothing", translations=(), must=False)
    line = next(x for x in small.costs if x.improvement == last.id and x.kind == "one-off")
    cost = replace(
        line, id="DUD-BUILD", improvement="DUD", amount=replace(line.amount, name="costs/DUD-BUILD")
    )
    more = replace(small, improvements=(*small.improvements, dud), costs=(*small.costs, cost))
    one, two = found_in(small), found_in(more)
    columns = ["side", "level", "p", "out", "into", "kind"]
    assert two.to_frame()[columns].equals(one.to_frame()[columns])
    assert two.looked_at == one.looked_at + 1


def test_the_pair_is_that_of_the_draws(small: Case) -> None:
    found = found_in(small)
    one, other = found.switching[:2]
    assert found.pair is not None
    assert tuple(side.name for side in found.pair.inputs) == (one, other)
    rivals = rivals_in(small)
    first, second = (next(i for i in inputs_of(rivals) if i.name == n) for n in (one, other))
    holds = found.pair.to_frame().to_numpy(dtype=bool)
    cells = []
    for side, drawn in zip(found.pair.inputs, (first.drawn(), second.drawn()), strict=True):
        step = (side.high - side.low) / len(holds)
        cells.append(np.clip(((drawn - side.low) / step).astype(int), 0, len(holds) - 1))
    share = (~holds[cells[0], cells[1]]).mean()
    assert found.pair.p_turned == pytest.approx(share, abs=0.01)


def test_the_chance_together_is_that_of_the_list(small: Case) -> None:
    sample, known = draw_sample(small, DRAWS), Provenance.of(small, DRAWS)
    programme = choose_programme(sample, known)
    assert programme is not None
    found = switching_values(sample, programme, known)
    assert found is not None
    assert found.good == len(programme.good_sets())
    assert found.p_better == pytest.approx(1 - programme.good_sets()["p_best_in_list"].iloc[0])
    assert switching_values(sample, None, known) is None


def test_starts_stay_where_they_are(small: Case) -> None:
    """Values of sets that start later are those of the choice, at the levels of today."""
    free = replace(small, relations=()).with_settings(budget=400_000.0)
    rivals = rivals_in(free)
    late: Ints = np.where(rivals.sets & (np.array(small.improvement_ids) == "CLOUD"), 1, 0)
    moved = replace(rivals, delays=late)
    value = rivals.choice.by_draw
    joint = [value(s, d, "distance").mean() for s, d in zip(rivals.sets, late, strict=True)]
    moved = replace(moved, worth=np.array(joint))
    one = next(i for i in inputs_of(moved) if i.name.startswith("effects/CLOUD"))
    worth, _ = one.at(one.quantiles(np.array([0.9])))
    k = small.improvement_ids.index("CLOUD")
    years = rivals.choice.calendar.effects
    left = years.counted(k, 1) / years.counted(k)
    usual, _ = next(i for i in inputs_of(rivals) if i.name == one.name).at(
        one.quantiles(np.array([0.9]))
    )
    alone = rivals.sets[:, k]  # it meets no other where it acts
    assert alone.any()
    np.testing.assert_allclose(
        (worth[0] - moved.worth)[alone], left * (usual[0] - rivals.worth)[alone], rtol=1e-9
    )


def test_without_any_money_nothing_switches(small: Case) -> None:
    """Every improvement of the case costs something at any level of any input."""
    found = found_in(small.with_settings(budget=0.0), 60)
    assert found.looked_at > 0
    assert found.switching == ()
