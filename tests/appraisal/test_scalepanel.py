"""The scale panel: an order that survives, one that does not, and Spearman from elsewhere."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import spearmanr

from capworth.appraisal.effectiveness import ScalePanel, scale_panel, scales_of, worth_of
from capworth.case.model import Case, UnitValue
from capworth.case.read import read_case
from capworth.errors import InputError
from capworth.methods.acceptability.indices import spearman
from capworth.model.draws import Sampled
from capworth.model.result import Provenance
from capworth.model.simulation import draw_sample

DRAWS = 300
orders = arrays(float, st.tuples(st.just(2), st.integers(2, 7)), elements=st.integers(0, 4))


def harm(case: Case, outcome: str, index: str, mode: float) -> UnitValue:
    like = next(v for v in case.unit_values if v.scale == "harm")
    name = f"unit_values/{outcome}/harm/all/{index}"
    worth = replace(like.worth, name=name, low=mode, mode=mode, high=mode)
    return replace(like, outcome=outcome, index=index, worth=worth)


def panel(case: Case, **indices: tuple[float, float]) -> ScalePanel:
    """Arrests and documents with these days on each index, and no money."""
    values = [
        harm(case, outcome, index, days)
        for index, pair in indices.items()
        for outcome, days in zip(("ARREST", "DOC"), pair, strict=True)
    ]
    sample = draw_sample(replace(case, unit_values=tuple(values)), DRAWS)
    found = scale_panel(sample, Provenance.of(sample.case, DRAWS))
    assert found is not None
    return found


@given(orders)
def test_spearman_is_that_of_scipy(table: np.ndarray) -> None:
    one, other = table
    found = spearman(one[None], other[None])[0]
    if len(set(one)) == 1 or len(set(other)) == 1:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(spearmanr(one, other).statistic)


def test_draws_are_judged_one_by_one() -> None:
    one = np.array([[1.0, 2, 3, 4], [4.0, 1, 2, 3]])
    other = np.array([[1.0, 3, 2, 4], [1.0, 2, 3, 4]])
    by_hand = [1 - 6 * 2 / (4 * 15), 1 - 6 * 12 / (4 * 15)]  # 1 - 6 sum d^2 / (n (n^2 - 1))
    np.testing.assert_allclose(spearman(one, other), by_hand)


@pytest.mark.parametrize("shapes", [((1, 3), (1, 4)), ((1, 1), (1, 1))])
def test_orders_that_do_not_fit(shapes: tuple[tuple[int, int], tuple[int, int]]) -> None:
    with pytest.raises(InputError, match="the same two things"):
        spearman(np.ones(shapes[0]), np.ones(shapes[1]))


def test_a_scale_times_a_number_is_the_same_scale(small: Case) -> None:
    found = panel(small, one=(30.0, 4.0), ten=(300.0, 40.0))
    assert found.scales == ("one", "ten", "score")
    row = found.pairs().to_dict("index")["one", "ten"]
    assert row["rank_correlation"] == row["p_same_first"] == pytest.approx(1)
    table = found.to_frame()
    assert (table["place_one"] == table["place_ten"]).all()
    np.testing.assert_array_equal(table["p_first_one"], table["p_first_ten"])


def test_a_scale_that_turns_the_order_is_seen(small: Case) -> None:
    found = panel(small, arrests=(1e6, 1e-9), documents=(1e-9, 1e6))
    table = found.to_frame()
    assert set(found.depending) == set(table.index[table["places_moved"] > 0])
    assert table["place_documents"]["REG"] == 1
    places = table[["place_arrests", "place_documents", "place_score"]]
    assert (table["places_moved"] == places.max(axis=1) - places.min(axis=1)).all()
    pairs = found.pairs()
    assert found.weakest == pairs["rank_correlation"].idxmin()
    assert f"{found.weakest[0]} and {found.weakest[1]} agree least" in repr(found)
    assert (pairs["rank_correlation_low"] <= pairs["rank_correlation_high"]).all()


def test_the_score_is_that_of_the_sample(small: Case) -> None:
    """Two capabilities have a chain; by score each million they stand as in the sample."""
    found = panel(small, one=(30.0, 4.0), ten=(300.0, 40.0))
    sample = draw_sample(small, DRAWS)
    ids = small.capability_ids
    reg, lab = ids.index("REG"), ids.index("LAB")
    rate = sample.drawn.score / sample.drawn.cost
    assert found.to_frame()["p_first_score"]["REG"] == (rate[:, reg] > rate[:, lab]).mean()


def test_pairs_of_the_bundled_case_by_another_way() -> None:
    """Ten capabilities and four scales: the same first, and Spearman, draw by draw."""
    case = read_case(Path(__file__).parents[2] / "data/interpol-2019")
    sample = draw_sample(case, 40)
    found = scale_panel(sample, Provenance.of(case, 40))
    assert found is not None
    drawn = Sampled(case.settings.seed, 0, 40)
    worth = scales_of(case, drawn)
    which = [case.capability_ids.index(c) for c in found.to_frame().index]
    rates = {}
    for scale in ("CCHI", "money"):
        part = {o: worth[scale][o] for o in found.outcomes}
        rates[scale] = (worth_of(sample.model, drawn, part) / sample.drawn.cost)[:, which]
    row = found.pairs().to_dict("index")["CCHI", "money"]
    one, other = rates["CCHI"], rates["money"]
    assert row["p_same_first"] == (one.argmax(axis=1) == other.argmax(axis=1)).mean()
    agree = [spearmanr(a, b).statistic for a, b in zip(one, other, strict=True)]
    assert row["rank_correlation"] == pytest.approx(np.mean(agree))
    assert row["rank_correlation_low"] == pytest.approx(
        np.percentile(agree, 10, method="inverted_cdf")
    )


def test_outcomes_that_a_scale_lacks_are_left_out(small: Case) -> None:
    values = [v for v in small.unit_values if v.outcome == "ARREST"]
    sample = draw_sample(replace(small, unit_values=tuple(values)), DRAWS)
    found = scale_panel(sample, Provenance.of(small, DRAWS))
    assert found is not None
    assert found.outcomes == ("ARREST",)
    assert found.scales == ("harm", "money", "score")


def test_no_panel_without_two_scales_or_two_capabilities(small: Case) -> None:
    bare = draw_sample(replace(small, unit_values=()), 50)
    assert scale_panel(bare, Provenance.of(small, 50)) is None
    alone = replace(small, chain=tuple(s for s in small.chain if s.capability != "LAB"))
    assert scale_panel(draw_sample(alone, 50), Provenance.of(small, 50)) is None
