"""Rank reversal: none by score on fixed scales, found where planted, as the whole study says."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from capworth.case.model import Case
from capworth.estimates import AtModes
from capworth.kernels.arrays import Floats
from capworth.reversal import Reversals, find_reversals, with_copy, with_dud, without_capability
from capworth.study import Study
from capworth.value import ValueModel

Run = Callable[[Case], Study]


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


@pytest.mark.parametrize("capability", ["REG", "NET", "LAB", "ACA"])
def test_deletion_is_what_the_whole_study_says(small: Case, at_modes: Run, capability: str) -> None:
    """An independent way: run the study with and without, and compare the two orders."""
    before = at_modes(small).appraisal.to_frame()
    less = without_capability(small, capability)
    assert capability not in less.capability_ids
    cut = replace(
        less,
        improvements=(),
        effects=(),
        relations=(),
        funding=(),
        costs=tuple(line for line in less.costs if not line.improvement),
    ).with_settings(budget=None, target=None, claim_group=())
    after = at_modes(cut).appraisal.to_frame()
    found = reversals(small).to_frame()
    for ranking, column in (("score", "score"), ("value", "score_per_m")):
        then, now = (
            before[column].drop(capability),
            after[column].reindex(before.index).drop(capability),
        )
        swapped = {
            f"{a} {b}"
            for a in then.index
            for b in then.index
            if then[a] > then[b] and now[a] < now[b]
        }
        told = str(found.loc[(ranking, "deletion", capability), "pairs"])
        assert {*filter(None, told.split("; "))} == swapped


def test_a_swap_is_told_with_who_was_ahead_first(small: Case) -> None:
    table = reversals(small).to_frame()
    assert table.loc[("value", "a copy added", "REG"), "pairs"] == "LAB REG"
    assert reversals(small).swaps("value") == 1
    per_m = reversals(with_copy(small, "REG"))
    assert per_m.changes == len(small.capabilities) + 3


def test_a_dud_is_worst_on_everything_and_changes_nobody_s_score(
    small: Case, at_modes: Run
) -> None:
    more = with_dud(small)
    tree = ValueModel(more)
    worlds = at_modes(small).sample.modes
    values = tree.worth(tree.levels(AtModes()))[0]
    assert (values[-1] == 0).all()
    np.testing.assert_allclose(values[:-1], worlds.levels[0])


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


def test_without_a_tree_there_is_no_answer(small: Case) -> None:
    assert find_reversals(replace(small, criteria=(), scores=())) is None
