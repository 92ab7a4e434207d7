"""The network's answer: pairs, steps, hub and links."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from capworth.case.model import PRICES, Activity, Case
from capworth.case.read import check_case
from capworth.charts.gallery import GALLERY
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.members.network import Network, weigh_network
from capworth.methods.network.network import growth_exponent, links
from capworth.model import simulation as sampling
from capworth.model.draws import AtModes
from capworth.model.simulation import Sample, draw_sample
from capworth.study.stages import Study


@pytest.fixture(scope="module")
def network(small: Case) -> Network:
    found = weigh_network(draw_sample(small, 300))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def at_modes(small: Case) -> Sample:
    """Three draws, each the most plausible one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sampling, "Sampled", lambda seed, chunk, size: AtModes(size))
        return draw_sample(small, 3)


@pytest.fixture(scope="module")
def at_modes_network(at_modes: Sample) -> Network:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sampling, "Sampled", lambda seed, chunk, size: AtModes(size))
        found = weigh_network(at_modes)
    assert found is not None
    return found


def test_worked_by_hand_at_the_modes(at_modes_network: Network, at_modes: Sample) -> None:
    """REG: 8 of 12 search, 6 own; LAB: 4 and 4; ACA: 2 of the 4 of one region."""
    table = at_modes_network.to_frame()
    assert table["dyads"].round(9).to_dict() == {
        "REG": round((8 * 6 - 6) / 132, 9),
        "LAB": round(4 * 3 / 132, 9),
        "ACA": round(2 * 1 / 12, 9),
    }
    value = at_modes.modes.money[0] / at_modes.model.annuity / 1e3
    reg = value[at_modes.case.capability_ids.index("REG")]
    row = table.loc["REG"]
    assert row["value_m"] == pytest.approx(reg / 1e3)
    assert row["searcher_k"] == pytest.approx(reg * ((9 / 8) ** 0.6 - 1))
    assert row["owner_k"] == pytest.approx(reg * ((7 / 6) ** 0.5 - 1))
    assert row["record_k"] == pytest.approx(reg * (1.01**0.5 - 1))
    assert row["quality_k"] == pytest.approx(reg * ((0.81 / 0.8) ** 0.5 - 1))
    assert table["value_m"].isna().tolist() == [False, False, True]


def test_steps_worked_by_hand(at_modes_network: Network, at_modes: Sample) -> None:
    ids = at_modes.case.capability_ids
    value = at_modes.modes.money[0] / at_modes.model.annuity / 1e3
    reg, lab = (value[ids.index(c)] for c in ("REG", "LAB"))
    steps = at_modes_network.steps()
    searcher = reg * ((9 / 8) ** 0.6 - 1), lab * ((5 / 4) ** 0.6 - 1)
    owner = reg * ((7 / 6) ** 0.5 - 1), lab * ((5 / 4) ** 0.5 - 1)
    member = steps.loc["member"]
    assert member["own_k"] == pytest.approx(searcher[0] * 8 / 12 + searcher[1] * 4 / 12)
    assert member["external_k"] == pytest.approx(owner[0] * 6 / 12 + owner[1] * 4 / 12)
    link = steps.loc["connection"]  # free: 4 and 8 do not search, two of four in one region
    assert link["own_k"] == pytest.approx((4 * searcher[0] + 8 * searcher[1]) / 14)
    assert link["external_k"] == pytest.approx((6 * owner[0] + 8 * owner[1]) / 16)
    assert steps.loc["record", "external_k"] == pytest.approx((reg + lab) * (1.01**0.5 - 1))
    assert steps.loc["quality", "own_k"] == 0
    assert steps.loc["quality", "external_k"] == pytest.approx(
        (reg + lab) * ((0.81 / 0.8) ** 0.5 - 1)
    )


def test_hub_and_links_at_the_modes(at_modes_network: Network) -> None:
    """The figures of T41 a thousand times larger: 22.655644 members."""
    assert at_modes_network.break_even == pytest.approx((22.655644,) * 3, abs=1e-5)
    assert at_modes_network.p_hub == 0.0  # twelve members are fewer
    curve = at_modes_network.curve()
    twelve = curve.loc[12]
    assert twelve["hub_m"] == pytest.approx((10_000 + 12 * 100) / 1e6)
    assert twelve["links_m"] == pytest.approx(50 * float(links(12)) / 1e6)


def test_the_hub_wins_where_the_break_even_is_below_the_members(network: Network) -> None:
    assert network.break_even is not None
    middle, low, high = network.break_even
    assert low <= middle <= high
    assert network.p_hub == 0.0
    curve = network.curve()
    assert (curve["p_hub"].diff().dropna() >= 0).all()
    assert (curve["links_m_low"] <= curve["links_m_high"]).all()


def test_coverage_is_a_share_and_the_weighted_one_follows_the_even_one(network: Network) -> None:
    table = network.to_frame()
    for name in ("dyads", "reached"):
        assert table[name].between(0, 1).all()
    np.testing.assert_allclose(table["reached"], table["dyads"], atol=0.15)


def test_pairs_are_fewer_than_heads(network: Network) -> None:
    table = network.to_frame()
    assert (table["dyads"] <= table["searchers"] / table["members"] + 1e-12).all()


def test_growth_is_fitted_where_five_years_are_known(small: Case) -> None:
    counts = {2010: 10, 2011: 20, 2012: 40, 2013: 50, 2014: 80}
    rows = [
        Activity("REG", metric, year, value, unit, grade="B", source="LEDGER")
        for year, n in counts.items()
        for metric, value, unit in (
            ("members_contributing", float(n), "members"),
            ("searches", 3 * n**1.5, "searches"),
        )
    ]
    odd = Activity("REG", "searches", 2015, 1.0, "searches, half a year", "B", "LEDGER")
    late = Activity("REG", "members_contributing", 2015, 90.0, "members", "B", "LEDGER")
    case = replace(small, activity=(*rows, odd, late))
    found = weigh_network(draw_sample(case, 50))
    assert found is not None
    row = found.growth().loc["REG"].T["searches"].to_dict()
    assert row["exponent"] == pytest.approx(1.5)
    assert (row["first"], row["last"], row["years"]) == (2010, 2014, 5)
    fewer = weigh_network(draw_sample(replace(case, activity=tuple(rows[:8])), 50))
    assert fewer is not None
    assert fewer.growth().empty
    assert growth_exponent([1.0, 2, 4], [1.0, 2, 4]).slope == pytest.approx(1)


def test_no_counts_no_answer(small: Case) -> None:
    bare = tuple(f for f in small.network if f.item != "searchers")
    assert weigh_network(draw_sample(replace(small, network=bare), 50)) is None
    without = tuple(f for f in small.network if f.item not in PRICES)
    found = weigh_network(draw_sample(replace(small, network=without), 50))
    assert found is not None
    assert found.break_even is None
    assert found.curve().empty
    assert "hub" not in repr(found)


OFFER = "EUR of 2024 a year,D,,one offer\n"
SLIPS: Mapping[str, tuple[str, str, str]] = {
    "count without capability": ("searchers,REG,", "searchers,,", "searchers of no capability"),
    "whole of one capability": ("hub,,", "hub,REG,", "hub is of the whole network"),
    "share of nobody": ("share,REG,XSD", "share,REG,", "share of no member"),
    "count of one member": ("owners,REG,,", "owners,REG,XSD,", "owners of one member"),
    "more than all": ("6,8,10,members", "6,8,13,members", "13 searchers, but the case has 12"),
    "more than the region": ("Africa,1,2,3", "Africa,1,2,5", "has 4 members in Africa"),
    "no such region": ("ACA,,Africa", "ACA,,Afrika", "Did you mean 'Africa'?"),
    "region of a whole": ("hub,,,,", "hub,,,Asia,", "hub of one region"),
    "above one": ("0.8,1,1,share", "0.8,1,2,share", "2 is more than the whole"),
    "shares fill all": ("0.2,0.3,0.4,share of use", "0.2,0.3,1,share of use", "may sum to 1"),
    "a price is missing": (f"link,,,,40,50,80,{OFFER}", "", "link missing"),
    "nobody": ("4,6,7,members", "0,6,7,members", "no owners"),
    "unknown item": ("affinity,", "afinity,", "Did you mean 'affinity'?"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_slips_in_the_table(folder: Any, slip: str) -> None:
    old, new, words = SLIPS[slip]
    path = folder / "network.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = [str(finding) for finding in check_case(folder)]
    assert any(words in finding and "network.csv, row" in finding for finding in found), found


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("5000,10000,", "the range is not complete"),
        ("12000,10000,20000", "10000.0 is not between 12000.0 and 20000.0"),
        ("5000,,20000", "the range is not complete"),
    ],
)
def test_slips_in_contributions(folder: Any, cells: str, words: str) -> None:
    head = "id,name,region,contribution_low,contribution,contribution_high,grade,basis\n"
    (folder / "members.csv").write_text(f"{head}XSD,Harbour,Asia,{cells},E,invented\n")
    (folder / "network.csv").unlink()
    found = [str(finding) for finding in check_case(folder)]
    assert any(words in finding for finding in found), found


# ------------------------------------------------------------------------------------- charts


def asked(study: Study, key: str) -> bool:
    return GALLERY[key].asked(study)


def test_the_charts_say_what_the_answer_says(study: Study) -> None:
    network, voice = study.network, Language("en", study.case.names("en")).charts
    assert network.break_even is not None
    assert all(asked(study, key) for key in ("hub", "steps", "coverage"))
    title = GALLERY["hub"].title(study, voice)
    assert voice.span(Amount(*network.break_even)) in title
    assert voice.probability(network.p_hub) in title
    table = network.to_frame()
    apart = (table["searchers"] / table["members"] - table["dyads"]).idxmax()
    assert voice.name(str(apart)) in GALLERY["coverage"].title(study, voice)
    member = network.steps()[["own_k", "external_k"]].to_numpy(dtype=float)[0]
    share = float(member[1] / member.sum())
    assert voice.part(share) in GALLERY["steps"].title(study, voice)
    pd.testing.assert_frame_equal(GALLERY["hub"].table(study), network.curve())
    pd.testing.assert_frame_equal(GALLERY["steps"].table(study), network.steps())


def test_a_chart_is_asked_for_only_where_there_is_something_to_show(study: Study) -> None:
    network = study.network
    no_hub = study.with_answers(network=replace(network, break_even=None))
    assert not asked(no_hub, "hub")
    assert asked(no_hub, "coverage")
    no_value = study.with_answers(network=replace(network, _steps=0.0 * network.steps()))
    assert not asked(no_value, "steps")
    without = study.with_answers(network=None)
    assert not any(asked(without, key) for key in ("hub", "steps", "coverage"))
