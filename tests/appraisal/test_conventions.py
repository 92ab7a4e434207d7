"""The answer under every convention: what must not move, what must, and the twin that runs anew."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from capworth.appraisal.conventions import (
    AS_STATED,
    Conventions,
    compare_conventions,
    discountings,
    keys,
)
from capworth.appraisal.effectiveness import scale_panel
from capworth.case.model import Case
from capworth.case.register import schedules
from capworth.charts.gallery import GALLERY
from capworth.methods.acceptability.indices import expected_ranks
from capworth.methods.arguments import Floats
from capworth.model.result import Provenance
from capworth.model.simulation import draw_sample
from capworth.programme.selection import choose_programme
from capworth.runs import run as runs

DRAWS = 300
BLANKS = dict.fromkeys(GALLERY, "<svg/>")  # no chart is drawn for its words


@pytest.fixture(scope="module")
def found(small: Case) -> Conventions:
    sample = draw_sample(small, DRAWS)
    return compare_conventions(small, scale_panel(sample, Provenance.of(small, DRAWS)), DRAWS)


def _places(found: Conventions, key: str, schedule: str) -> Floats:
    table = found.places()
    row: Floats = table.to_numpy(dtype=np.float64)[
        list(table.index).index(("score", key, schedule))
    ]
    return row


def test_every_convention_is_there(small: Case, found: Conventions) -> None:
    places = found.places()
    assert set(places.index.unique("scale")) == {"score", "harm", "money"}
    assert list(places.index.unique("discounting")) == list(discountings(small))
    assert list(places.index.unique("key")) == list(keys(small))
    assert len(places) == 3 * len(discountings(small)) * len(keys(small))
    assert len(discountings(small)) == len(schedules()) + 1  # the other timing


def test_places_are_those_of_a_study_run_anew(small: Case, found: Conventions) -> None:
    """A twin: the case itself is changed and sampled again; score for each million decides."""
    for key, schedule in (("equal", "as stated"), ("shapley", "as stated")):
        if key not in keys(small):
            continue
        variant = small.with_platform_key(key)
        sample = draw_sample(variant, DRAWS)
        expected = expected_ranks(sample.tallies.value.shares())
        place = _places(found, key, schedule)
        assert np.argsort(place, kind="stable").tolist() == np.argsort(expected).tolist()
    steep = next(n for n in discountings(small) if n.startswith("omb-a94-1992"))
    sample = draw_sample(small.with_settings(discounting="omb-a94-1992"), DRAWS)
    expected = expected_ranks(sample.tallies.value.shares())
    place = _places(found, AS_STATED, steep)
    assert np.argsort(place, kind="stable").tolist() == np.argsort(expected).tolist()


def test_the_programme_by_distance_is_the_recommended_one(small: Case, found: Conventions) -> None:
    for name, variant in discountings(small).items():
        sample = draw_sample(variant, DRAWS)
        programme = choose_programme(sample, Provenance.of(variant, DRAWS))
        assert programme is not None
        row = found.programmes().to_dict("index")["distance", name]
        assert row["chosen"].split() == list(programme.chosen)
        assert row["gain"] == pytest.approx(programme.gain[0])
        assert row["asked_m"] <= programme.budget_m + 1e-9
        taken = np.array([i in programme.chosen for i in variant.improvement_ids])
        net = sample.drawn.gains.money - sample.drawn.improvement_cost
        assert row["p_net_positive"] == (net[:, taken].sum(axis=1) > 0).mean()


def test_flips_are_told_from_the_set_as_stated(found: Conventions) -> None:
    table = found.programmes()
    first = str(table["chosen"].iloc[0])
    assert table.index[0] == ("distance", AS_STATED)
    for label, row in table.to_dict("index").items():
        assert row["flips"] == (set(row["chosen"].split()) != set(first.split()))
        assert row["kept"] == len(set(row["chosen"].split()) & set(first.split()))
        assert (label in found.flipping) == row["flips"]
        assert 0 <= row["p_net_positive"] <= 1


def test_a_scale_that_chooses_otherwise_flips(small: Case) -> None:
    """SCAN closes no distance and averts harm; CLOUD the other way round.

    In four of five draws CLOUD needs no more than 0.117 million: the budget pays for one of both.
    """
    effects = tuple(e for e in small.effects if e.improvement != "SCAN" or e.step)
    turned = replace(small, effects=effects).with_settings(budget=120_000)
    found = compare_conventions(turned, None, DRAWS)
    rows = found.programmes().to_dict("index")
    assert rows["distance", AS_STATED]["chosen"] == "CLOUD"
    assert not rows["distance", AS_STATED]["flips"]
    assert rows["harm", AS_STATED]["chosen"] == "SCAN"
    assert rows["harm", AS_STATED]["flips"]
    assert rows["harm", AS_STATED]["kept"] == 0
    assert ("harm", AS_STATED) in found.flipping
    assert any(s.startswith("FLIPS by harm, under every schedule: SCAN") for s in found.findings())


def test_moves_are_ranges_of_places(found: Conventions) -> None:
    table, places = found.to_frame(), found.places()
    for capability, row in table.to_dict("index").items():
        mine = places[capability]
        by_score = mine.xs("score", level="scale")
        assert row["place"] == by_score[AS_STATED, AS_STATED]
        assert (row["best_score"], row["worst_score"]) == (by_score.min(), by_score.max())
        by_key = [
            part.max() - part.min() for _, part in mine.groupby(level=["scale", "discounting"])
        ]
        assert row["moved_by_key"] == np.nanmax(by_key)
        moved = [row[f"moved_by_{w}"] for w in ("key", "discounting", "scale")]
        assert row["places_moved"] == np.nanmax(moved)
        assert (capability in found.depending) == (row["places_moved"] > 0)
    assert (places.max(axis=1) <= places.notna().sum(axis=1)).all()


def test_one_platform_less_and_no_key_matters(small: Case) -> None:
    alone = replace(
        small, platforms=(), usage=(), costs=tuple(c for c in small.costs if not c.platform)
    )
    found = compare_conventions(alone, None, 100)
    assert list(found.places().index.unique("key")) == [AS_STATED]
    assert (found.to_frame()["moved_by_key"] == 0).all()
    assert found.to_frame()["moved_by_scale"].isna().all()


def test_without_a_budget_no_programme_flips(small: Case) -> None:
    found = compare_conventions(small.with_settings(budget=None, target=None), None, 100)
    assert found.programmes().empty
    assert found.flipping == ()
    assert "under 0 of 0 pairs" in repr(found)


def test_the_findings_are_sentences(found: Conventions) -> None:
    said = found.findings()
    assert said[0].startswith("Conventions: another programme is chosen under")
    assert any(s.startswith(("holds by distance", "FLIPS by distance")) for s in said)
    for what in ("key", "discounting", "scale"):
        assert any(s.startswith(f"places that depend on the {what}: ") for s in said)


@pytest.mark.long
@pytest.mark.usefixtures("few_charts")
def test_a_run_and_its_rerun_write_them(small_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    runs.run(small_folder, out, 60, languages=("en",), all_parameters=True)
    tables = {p.stem for p in (out / "tables").iterdir()}
    assert {"conventions", "convention_places", "convention_programmes"} <= tables
    assert runs.rerun(out).is_same
