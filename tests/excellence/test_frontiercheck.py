"""How firm the derived frontier is: the weights of the tree, and the bootstrap."""

from dataclasses import replace

import numpy as np
import pytest

from capworth.case.model import Case
from capworth.excellence.services import check_frontier, tree_region
from capworth.methods.envelopment.bootstrap import bootstrap
from capworth.methods.envelopment.dea import dea
from capworth.model.result import Provenance
from capworth.model.simulation import draw_sample
from capworth.study.stages import Study, run_study

LEAVES = ("reach", "speed", "results")


def allowed(region: np.ndarray, reach: float, speed: float, results: float) -> bool:
    return bool((region @ [reach, speed, results] <= 1e-12).all())


def test_the_region_is_that_of_the_swings(small: Case) -> None:
    """Use weighs 30 to 100, results 70 to 100: use / results is 0.3 to 1.43, use being reach and
    speed together; reach 80 to 100 and speed 20 to 80: reach / speed is 1 to 5."""
    region = tree_region(small.criteria, LEAVES)
    assert region is not None
    for use, held in ((0.29, False), (0.31, True), (1.42, True), (1.44, False)):
        assert allowed(region, 0.75 * use, 0.25 * use, 1.0) == held
    for ratio, held in ((0.99, False), (1.01, True), (4.9, True), (5.1, False)):
        speed = 1 / (1 + ratio)
        assert allowed(region, ratio * speed, speed, 1.0) == held
    assert len(region) == 4
    assert tree_region(small.criteria, LEAVES[:1]) is None
    # without a criterion its branch weighs what the others in it weigh; without all, nothing
    without = tree_region(small.criteria, ("speed", "results"))
    assert without is not None
    assert (without @ [0.31, 1.0] <= 0).all()
    assert not (without @ [0.29, 1.0] <= 0).all()


def test_a_swing_that_may_be_nothing_binds_from_one_side(small: Case) -> None:
    criteria = tuple(
        replace(c, swing=replace(c.swing, low=0.0)) if c.id == "use" else c for c in small.criteria
    )
    region = tree_region(criteria, LEAVES)
    assert region is not None
    assert allowed(region, 0.75e-3, 0.25e-3, 1.0)
    assert not allowed(region, 1.2, 0.3, 1.0)


def test_bounded_weights_make_nobody_more_efficient(study: Study) -> None:
    check = study.frontier
    table = check.to_frame()
    assert table.index.tolist() == list(study.case.capability_ids)
    assert (table["p_bounded"] <= table["p_efficient"]).all()
    assert (table["p_bounded"] < table["p_efficient"]).any()
    assert (check.draws, check.resolved) == (200, 0)
    many = check.draws
    cost = study.sample.drawn.cost[:many, :, None] / 1e6
    value = np.maximum(study.sample.drawn.levels[:many], 1e-6)  # every criterion for itself
    free = dea(cost, value, "variable", "output")
    np.testing.assert_allclose(table["p_efficient"], free.efficient.mean(axis=0))
    # every bounded score rests on weights inside the region
    region = tree_region(study.case.criteria, LEAVES)
    assert region is not None
    rows = np.concatenate((np.zeros((len(region), 1)), region), axis=1)
    bounded = dea(cost, value, "variable", "output", restrictions=rows)
    assert (np.einsum("rb,dub->dur", region, bounded.output_weight) <= 1e-9).all()
    np.testing.assert_allclose(table["efficiency_bounded"], bounded.efficiency.mean(axis=0))
    np.testing.assert_allclose(table["p_bounded"], bounded.efficient.mean(axis=0))
    for capability, row in table.iterrows():
        place = table.index.get_loc(capability)
        share = (bounded.intensities[:, place] > 1e-6).mean(axis=0)
        assert row["p_model"] == share.max()
        assert row["model"] == table.index[share.argmax()]


def test_who_stays_is_who_passes_the_threshold(study: Study) -> None:
    check = study.frontier
    table = check.to_frame()
    assert check.least == 0.5
    assert check.free == tuple(table.index[table["p_efficient"] >= 0.5])
    assert check.bounded == tuple(table.index[table["p_bounded"] >= 0.5])
    assert repr(check) == (
        f"<FrontierCheck: {len(check.bounded)} of {len(check.free)} efficient capabilities stay "
        "so with the weights of the value tree, in 200 draws>"
    )


def test_the_bootstrap_is_at_the_modes(small: Case, study: Study) -> None:
    """Of four small services three are efficient: no spread to draw from. With more there is."""
    sample, provenance = study.sample, study.provenance
    cost = sample.modes.cost[0, :, None] / 1e6
    value = np.maximum(sample.modes.levels[0], 1e-6)
    plain = dea(cost, value, "variable", "output").efficiency[0]
    found = study.frontier
    np.testing.assert_allclose(found.to_frame()["efficiency"], plain)
    if found.drawn:
        again = bootstrap(cost, value, replications=400, confidence=0.8, seed=small.settings.seed)
        np.testing.assert_array_equal(found.to_frame()["corrected"], again.corrected)
        np.testing.assert_array_equal(found.to_frame()["corrected_low"], again.low)
        np.testing.assert_array_equal(found.to_frame()["corrected_high"], again.high)
    else:
        assert found.to_frame()["corrected"].isna().all()
    worse = replace(sample, modes=replace(sample.modes, levels=_spread(sample.modes.levels)))
    check = check_frontier(worse, provenance)
    assert check is not None
    assert check.drawn == 400
    table = check.to_frame()
    assert (table["corrected"] < table["efficiency"]).all()
    assert (table["corrected_low"] <= table["corrected_high"]).all()


def _spread(levels: np.ndarray) -> np.ndarray:
    """Values that leave but one capability efficient at any cost."""
    spread = np.ones_like(levels)
    spread[0] *= np.array([1.0, 0.6, 0.5, 0.3])[:, None]
    cheapest_first = spread[0].copy()
    return np.broadcast_to(cheapest_first, spread.shape).copy() * 100


def test_a_case_without_a_tree_has_no_frontier(small: Case) -> None:
    bare = replace(small, criteria=(), scores=(), effects=(), improvements=())
    bare = replace(bare.with_settings(budget=None, target=None), claim=None)
    bare = replace(bare, costs=tuple(c for c in bare.costs if not c.improvement))
    sample = draw_sample(bare, 100, 1, None, None)
    assert check_frontier(sample, Provenance.of(bare, 100)) is None


@pytest.mark.long
def test_it_does_not_depend_on_the_number_of_draws_beyond_the_first(small: Case) -> None:
    one, other = (run_study(small, draws=draws).frontier for draws in (250, 300))
    assert one is not None
    assert other is not None
    assert one.to_frame()["efficiency"].equals(other.to_frame()["efficiency"])
    assert one.draws == other.draws == 200
