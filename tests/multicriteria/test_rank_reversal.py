"""Rank reversal: none by score on fixed scales, found where planted, as the whole study says."""

from dataclasses import replace

import numpy as np
import pytest

from capworth.case.model import BusinessAsUsual, Case, Estimate
from capworth.methods.allocation.keys import KEYS, PEAK, TREE
from capworth.methods.arguments import Floats
from capworth.model.draws import AtModes
from capworth.model.simulation import Model, value_per_million
from capworth.model.value import ValueModel
from capworth.multicriteria import rank_reversal
from capworth.multicriteria.rank_reversal import (
    Reversals,
    find_reversals,
    with_copy,
    with_dud,
    without_capability,
)
from capworth.streams import stream
from capworth.study.split_check import split


def told(case: Case) -> Case:
    """The same case, in which LAB grows, gets dearer, and ends."""
    growth = Estimate("growth", -0.1, 0.01, 0.2, "share a year", "D", "", "judged", 2)
    return replace(case, business_as_usual=(BusinessAsUsual("LAB", growth, growth, 2027),))


def reversals(case: Case) -> Reversals:
    found = find_reversals(case)
    assert found is not None
    return found


def test_no_pair_swaps_by_score(small: Case) -> None:
    found = reversals(small)
    assert found.swaps("score") == 0
    assert found.changes == len(small.capabilities) + 2


def test_scales_taken_from_the_set_are_caught(small: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The classic fault: values normalised on whoever is in the set (Belton & Gear 1983)."""
    honest = ValueModel.worth

    def spread_out(self: ValueModel, levels: Floats) -> Floats:
        values = honest(self, levels)
        low, high = values.min(axis=1, keepdims=True), values.max(axis=1, keepdims=True)
        return np.asarray(100 * (values - low) / np.where(high > low, high - low, 1.0))

    levels = {
        "reach": {"REG": 100.0, "NET": 150.0, "LAB": 90.0, "ACA": 100.0},
        "speed": dict.fromkeys(small.capability_ids, 24.0),
        "results": {"REG": 6.0, "NET": 4.2, "LAB": 10.0, "ACA": 4.0},
    }
    scores = tuple(
        replace(s, level=replace(s.level, mode=levels[s.criterion][s.capability]))
        for s in small.scores
    )
    case = replace(small, scores=scores)
    assert reversals(case).swaps("score") == 0
    monkeypatch.setattr(ValueModel, "worth", spread_out)
    table = reversals(case).to_frame()
    assert table.loc[("score", "deletion", "LAB"), "pairs"] == "NET REG"


def orders(case: Case) -> dict[str, dict[str, float]]:
    """What the model of the whole study answers at the modes, by score and by value for money."""
    model = Model(case)
    drawn = model.answer(AtModes())
    value = value_per_million(drawn, model.annuity)
    return {
        "score": dict(zip(case.capability_ids, drawn.score[0].tolist(), strict=True)),
        "value": dict(zip(case.capability_ids, value[0].tolist(), strict=True)),
    }


@pytest.mark.parametrize("capability", ["REG", "NET", "LAB", "ACA"])
def test_deletion_is_what_the_whole_model_says(small: Case, capability: str) -> None:
    """An independent way: answer the case with and without, and compare the two orders."""
    less = without_capability(small, capability)
    assert capability not in less.capability_ids
    costs = tuple(line for line in less.costs if not line.improvement)
    bare = replace(less, improvements=(), effects=(), relations=(), costs=costs)
    before, after = orders(small), orders(bare)
    found = reversals(small).to_frame()
    for ranking in ("score", "value"):
        then, now = before[ranking], after[ranking]
        swapped = {f"{a} {b}" for a in now for b in now if then[a] > then[b] and now[a] < now[b]}
        told = str(found.loc[(ranking, "deletion", capability), "pairs"])
        assert {*filter(None, told.split("; "))} == swapped


@pytest.mark.parametrize("key", [*KEYS, TREE, PEAK])
@pytest.mark.parametrize("declared", [None, True, False])
def test_each_left_out_is_the_case_without_it(
    small: Case, key: str, declared: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However platforms are shared, with parts that use as one, and a service that ends."""
    monkeypatch.setattr(rank_reversal, "TOGETHER", 3)
    case = told(replace(small, platforms=tuple(replace(p, key=key) for p in small.platforms)))
    case = case if declared is None else split(case, "REG", 3, declared=declared)
    found = rank_reversal._without_each(case)
    for k, c in enumerate(case.capability_ids):
        without = rank_reversal._values(without_capability(case, c))
        for ranking, values in without.items():
            np.testing.assert_allclose(np.delete(found[ranking][k], k), values, rtol=1e-12)


def test_pairs_that_swapped_are_those_of_every_comparison() -> None:
    random = stream(5, "orders")
    for _ in range(50):
        then, now = random.integers(0, 6, (2, 9)).astype(float)
        then[random.integers(9)], now[random.integers(9, size=2)] = np.nan, (np.inf, np.nan)
        slow = {(i, k) for i in range(9) for k in range(9) if then[i] > then[k] and now[i] < now[k]}
        one, other = rank_reversal._swapped(then, now)
        pairs = list(zip(one.tolist(), other.tolist(), strict=True))
        assert len(pairs) == len(slow)
        assert set(pairs) == slow


def test_a_swap_is_told_with_who_was_ahead_first(small: Case) -> None:
    table = reversals(small).to_frame()
    assert table.loc[("value", "a copy added", "REG"), "pairs"] == "LAB REG"
    assert reversals(small).swaps("value") == 1
    per_m = reversals(with_copy(small, "REG"))
    assert per_m.changes == len(small.capabilities) + 3


def test_a_dud_is_worst_on_everything_and_changes_nobody_s_score(small: Case) -> None:
    more = with_dud(small)
    tree = ValueModel(more)
    drawn = Model(small).answer(AtModes())
    values = tree.worth(tree.levels(AtModes()))[0]
    assert (values[-1] == 0).all()
    np.testing.assert_allclose(values[:-1], drawn.levels[0])


def test_a_copy_stands_just_as_its_original(small: Case) -> None:
    more = with_copy(small, "REG")
    tree = ValueModel(more)
    values = tree.worth(tree.levels(AtModes()))[0]
    np.testing.assert_allclose(values[-1], values[small.capability_ids.index("REG")])
    shares = [f.share.mode for f in more.functions if f.capability == "copy+"]
    assert sum(shares) == pytest.approx(1)


def test_the_order_of_the_capabilities_does_not_matter(small: Case) -> None:
    turned = replace(small, capabilities=small.capabilities[::-1])
    one, other = reversals(small).to_frame(), reversals(turned).to_frame()
    assert one["pairs"].sort_index().to_dict() == other["pairs"].sort_index().to_dict()


def test_a_value_function_that_turns_back_is_caught(
    small: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reversals(small).faults == 0
    honest = ValueModel.worth_on

    def bent(self: ValueModel, leaf: int, levels: Floats) -> Floats:
        values = honest(self, leaf, levels)
        return np.asarray(np.where(values > 80, 160 - values, values) if leaf == 0 else values)

    monkeypatch.setattr(ValueModel, "worth_on", bent)
    found = reversals(small)
    table = found.to_frame()
    assert found.faults > 0
    assert "NET reach" in str(table.loc[("score", "monotonicity", ""), "pairs"])
    assert "breaches of dominance or monotonicity" in repr(found)


def test_one_who_is_nowhere_worse_and_scores_lower_is_caught(
    small: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ValueModel, "worth_on", lambda self, leaf, levels: -levels * (leaf == 2))
    table = reversals(small).to_frame()
    assert "REG ACA" in str(table.loc[("score", "dominance", ""), "pairs"])


def test_without_a_tree_there_is_no_answer(small: Case) -> None:
    assert find_reversals(replace(small, criteria=(), scores=())) is None


def test_who_hardly_uses_a_platform_moves_nobody_by_leaving(small: Case) -> None:
    """Eleven users with peaks: the others join in the orders of before, not in ones dealt anew."""
    platforms = tuple(
        replace(p, key=PEAK, fixed=replace(p.fixed, low=0.0, mode=0.0, high=0.0))
        for p in small.platforms
    )
    case = split(replace(small, platforms=platforms), "REG", 8, declared=False)
    random, usage = stream(6, "peaks"), []
    for row in case.usage:
        for period in ("day", "night"):
            level = 1e-12 if row.capability == "LAB" else float(random.random())
            use = replace(row.use, low=level, mode=level, high=level)
            usage.append(replace(row, period=period, use=use))
    case = replace(case, usage=tuple(usage))
    k = case.capability_ids.index("LAB")
    before = np.delete(rank_reversal._values(case)["value"], k)
    left = np.delete(rank_reversal._without_each(case)["value"][k], k)
    np.testing.assert_allclose(left, before, rtol=1e-6)
    anew = rank_reversal._values(without_capability(case, "LAB"))["value"]
    assert np.abs(anew / before - 1).max() > 1e-3
