"""Whole sets ranked over common draws: what they share cannot part them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from capworth.errors import InputError
from capworth.model.gains import Gains
from capworth.programme.priorities import SetRanks, rank_sets, share_served
from capworth.study.stages import Study

SETS = {"both": ("SCAN", "LINK"), "scan": ("SCAN",), "link": ("LINK",), "nothing": ()}


def ranked(study: Study, **changes: Any) -> SetRanks:
    return rank_sets(study.sample, changes.pop("sets", SETS), study.provenance, **changes)


def test_a_set_and_more_is_never_below_the_set(study: Study) -> None:
    pairs = ranked(study).pairwise()
    assert pairs[["scan", "link"]].loc[["both"]].to_numpy().tolist() == [[1, 1]]
    assert pairs[["scan", "link", "both"]].loc[["nothing"]].to_numpy().tolist() == [[0, 0, 0]]
    assert ranked(study).to_frame().loc["both", "p_first"] == 1


def test_shares_are_those_of_a_plain_loop(study: Study) -> None:
    gains = study.sample.drawn.gains.distance
    cost = study.sample.drawn.improvement_cost / 1e6
    names = study.case.improvement_ids
    for ranking in ("gain", "gain_per_million"):
        found = ranked(study, ranking=ranking, sets={k: SETS[k] for k in ("both", "scan", "link")})
        counts = dict.fromkeys(("both", "scan", "link"), 0.0)
        for draw in range(len(gains)):
            value = {}
            for label in counts:
                inside = [names.index(i) for i in SETS[label]]
                gain = gains[draw, inside].sum()
                value[label] = gain if ranking == "gain" else gain / cost[draw, inside].sum()
            best = max(value.values())
            winners = [k for k, v in value.items() if np.isclose(v, best, rtol=1e-9)]
            for winner in winners:
                counts[winner] += 1 / len(winners)
        table = found.to_frame()
        for label, count in counts.items():
            assert table.loc[label, "p_first"] == pytest.approx(count / len(gains))


def test_two_names_for_one_set_tie(study: Study) -> None:
    found = ranked(study, sets={"one": ("SCAN", "LINK"), "two": ("LINK", "SCAN")})
    assert found.rank_acceptability().to_numpy().tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert found.pairwise().loc["one", "two"] == 0.5


def test_common_draws_are_not_independent_ones(study: Study) -> None:
    """LINK adds little to SCAN, but surely: with draws of their own it would look open."""
    table = ranked(study, sets={"scan": ("SCAN",), "more": ("SCAN", "LINK")}).to_frame()
    assert table["p_first"].to_dict() == {"more": 1, "scan": 0}
    low, high = table["gain_low"], table["gain_high"]
    assert float(high.min()) > float(low.max()), "the ranges overlap"


def test_it_says_its_finding_and_its_shares_add_up(study: Study) -> None:
    found = ranked(study)
    assert repr(found).startswith("<SetRanks: both first by gain in 100% of 400 draws; 4 sets")
    shares = found.rank_acceptability()
    np.testing.assert_allclose(shares.sum(axis=0), 1)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert found.to_frame()["expected_place"].is_monotonic_increasing
    assert found.to_frame()["expected_place"].sum() == pytest.approx(10)
    assert found.to_frame()["improvements"].to_dict() == {
        "both": 2,
        "scan": 1,
        "link": 1,
        "nothing": 0,
    }


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda s: ranked(s, sets={"a": ()}), "A ranking needs two"),
        (lambda s: ranked(s, sets={"a": ("SCNA",), "b": ()}), "Did you mean 'SCAN'"),
        (lambda s: ranked(s, sets={"a": ("SCAN", "SCAN"), "b": ()}), "stands there twice"),
        (lambda s: ranked(s, ranking="gains"), "Did you mean 'gain'"),
    ],
)
def test_a_slip_is_named(study: Study, call: Callable[[Study], object], told: str) -> None:
    with pytest.raises(InputError, match=told):
        call(study)


def test_the_share_that_serves_the_claimed_functions_worked_by_hand() -> None:
    """Of 1 and 3 points all and none serve them: 1 of 4, not half; with 2 of 4 beside: 5 of 12."""
    points, shares = np.array([[1.0, 4, 0], [3, 4, 0]]), np.array([[1.0, 0.25, 0], [0, 0.75, 0]])
    nothing = np.zeros((2, 3))
    gains = Gains(points, nothing, nothing, nothing, shares)
    sets = np.array([[True, False, False], [True, True, False], [False, False, True]])
    found = share_served(gains, sets).tolist()
    assert found == pytest.approx([0.25, 5 / 12, np.nan], nan_ok=True)
