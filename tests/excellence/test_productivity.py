"""Productivity over years: the public function on tables, and the published series of a case."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import capworth
from capworth import InputError, envelopment, productivity
from capworth.case.check import BadCellError
from capworth.case.comparisons import Counted, panel_of, read_comparisons, usual_figures
from capworth.case.model import Case
from capworth.case.read import check_case
from capworth.charts.excellence import compared, metric
from capworth.errors import CaseError
from capworth.excellence.productivity import track_productivity
from capworth.language.language import Language
from capworth.model.result import Provenance
from capworth.study.stages import Study

GOLDEN = tomllib.loads((Path(__file__).parents[1] / "golden/envelopment.toml").read_text("utf-8"))


def yearly(table: Any, name: str) -> pd.DataFrame:
    numbers = np.array(table, dtype=float)
    index = pd.MultiIndex.from_product(
        [range(2010, 2010 + len(numbers)), list("ecabd")[: numbers.shape[1]]]
    )
    columns = [f"{name}{k}" for k in range(numbers.shape[2])]
    return pd.DataFrame(numbers.reshape(-1, numbers.shape[2]), index, columns)


@pytest.mark.parametrize("case", GOLDEN["malmquist"], ids=lambda case: case["name"])
def test_the_published_index_and_its_parts(case: dict[str, Any]) -> None:
    inputs, outputs = yearly(case["inputs"], "x"), yearly(case["outputs"], "y")
    table = productivity(inputs, outputs).to_frame()
    assert table.index.names == ["unit", "from", "to"]
    assert table.index[0] == ("e", 2010, 2011)
    for part in ("productivity", "efficiency_change", "technical_change"):
        np.testing.assert_allclose(table[part], case[part], atol=case["tolerance"])
    pd.testing.assert_frame_equal(envelopment(inputs, outputs).malmquist(), table)
    assert not table["infeasible"].any()


def test_years_chain_and_their_means_are_geometric() -> None:
    """Two units, three years; the first doubles and then halves, the second stays."""
    inputs = yearly([[[1], [1]], [[1], [1]], [[1], [1]]], "x")
    outputs = yearly([[[2], [2]], [[4], [2]], [[2], [2]]], "y")
    found = productivity(inputs, outputs)
    np.testing.assert_allclose(found.chained(), [[1, 1], [2, 1], [1, 1]])
    assert found.chained().columns.tolist() == ["e", "c"]
    assert found.chained().index.tolist() == [2010, 2011, 2012]
    means = found.means()
    np.testing.assert_allclose(means["productivity"], [2**0.5, 0.5**0.5])
    np.testing.assert_allclose(means["technical_change"], [2, 0.5])
    np.testing.assert_allclose(means["efficiency_change"], [0.5**0.5, 2**0.5])
    assert repr(found) == (
        "<ProductivityResult: productivity rose for 0 of 2 units, 2010 to 2012, 2 steps; "
        "small sample: 2 units for 2 measures>"
    )
    assert "<table" in found._repr_html_()
    assert found.small_sample
    assert found.resolved == 0


def test_who_cannot_be_compared_is_named_and_left_out_of_means() -> None:
    inputs = yearly([[[1, 1], [2, 1]], [[0, 1], [2, 1]]], "x")
    outputs = yearly(np.ones((2, 2, 1)), "y")
    found = productivity(inputs, outputs)
    table = found.to_frame()
    assert table["infeasible"].tolist() == [True, False]
    assert np.isnan(table["productivity"].iloc[0])
    np.testing.assert_allclose(found.means()["productivity"], table["productivity"].iloc[1])
    assert "of 1 units" in repr(found)
    assert "without an index: 1" in repr(found)


def test_slips_of_tables_of_years() -> None:
    inputs, outputs = yearly(np.ones((2, 2, 1)), "x"), yearly(np.ones((2, 2, 1)), "y")
    with pytest.raises(InputError, match="there is one year only"):
        productivity(inputs.loc[[2010]], outputs.loc[[2010]])
    with pytest.raises(InputError, match="there is one year only"):
        productivity([[1.0], [2.0]], [[1.0], [2.0]])
    with pytest.raises(InputError, match="there is no row for unit"):
        productivity(inputs, outputs.iloc[:3])
    gap = outputs.astype(float)
    gap.iloc[3, 0] = np.nan
    with pytest.raises(InputError, match="unit 'c' of 2011, column 'y0' is empty"):
        productivity(inputs, gap)
    found = productivity(inputs, gap, missing="leave out")
    assert found.left_out == ("c",)
    assert "left out: c" in repr(found)
    assert capworth.productivity is productivity


# ------------------------------------------------------------------- the published series of a case


def rows(*figures: tuple[str, str, int]) -> tuple[Counted, ...]:
    return tuple(Counted(capability, name, year, "a year") for capability, name, year in figures)


def test_comparisons_are_read() -> None:
    found = read_comparisons("a + b or c -> d;  e -> f or g ;")
    assert [(c.used, c.made) for c in found] == [
        ((("a",), ("b", "c")), (("d",),)),
        ((("e",),), (("f", "g"),)),
    ]
    assert found[0].text == "a + b or c -> d"
    for text in ("a", "a -> b -> c", "a -> ", " -> b", "a + -> b", "a or -> b"):
        with pytest.raises(BadCellError, match=r"has no side that|lacks the name"):
            read_comparisons(text)


def test_the_panel_with_most_changes_is_taken() -> None:
    """B and C share three years, A and C only two; D has no output in 2003."""
    comparison = read_comparisons("x -> y or z")[0]
    counted = rows(
        *[("A", m, year) for m in "xy" for year in (2001, 2004)],
        *[("B", m, year) for m in "xz" for year in (2001, 2002, 2003)],
        *[("C", m, year) for m in "xy" for year in (2001, 2002, 2003, 2004)],
        ("D", "x", 2003),
        ("D", "x", 2004),
        ("D", "y", 2004),
    )
    panel = panel_of(comparison, counted)
    assert panel is not None
    assert panel.years == (2001, 2002, 2003)
    assert panel.capabilities == ("B", "C")
    for year, units in zip(panel.years, panel.places, strict=True):
        for capability, places in zip(panel.capabilities, units, strict=True):
            found = [counted[place] for place in places]
            assert [row.metric for row in found] == ["x", "z" if capability == "B" else "y"]
            assert {(row.capability, row.year) for row in found} == {(capability, year)}
    mixed = panel_of(comparison, counted[::-1])
    assert mixed is not None
    assert (mixed.years, mixed.capabilities) == (panel.years, panel.capabilities)
    assert panel_of(comparison, counted[:4]) is None
    assert panel_of(comparison, [r for r in counted if r.year == 2001]) is None


def test_of_equal_panels_the_larger_group_is_taken() -> None:
    """All three in 2001 and 2003, two changes fewer than none: A and B in three years make 4."""
    comparison = read_comparisons("x -> y")[0]
    counted = rows(
        *[(c, m, year) for c in "ABCD" for m in "xy" for year in (2001, 2003)],
        *[(c, m, 2002) for c in "AB" for m in "xy"],
    )
    panel = panel_of(comparison, counted)
    assert panel is not None
    assert panel.capabilities == tuple("ABCD")


def test_more_changes_go_before_more_capabilities() -> None:
    """A, B and C share two years, 3 changes; A and B alone share four, 6 changes."""
    comparison = read_comparisons("x -> y")[0]
    counted = rows(
        *[(c, m, year) for c in "ABC" for m in "xy" for year in (2001, 2003)],
        *[(c, m, year) for c in "AB" for m in "xy" for year in (2002, 2004)],
    )
    panel = panel_of(comparison, counted)
    assert panel is not None
    assert panel.capabilities == ("A", "B")
    assert panel.years == (2001, 2002, 2003, 2004)
    part = tuple(r._replace(unit="Jan-Sep") if r.year == 2004 else r for r in counted)
    cut = panel_of(comparison, part)
    assert cut is not None
    assert cut.years == (2001, 2002, 2003)


def test_figures_of_part_of_a_year_are_set_aside() -> None:
    counted = (*rows(("A", "x", 2001), ("A", "x", 2002)), Counted("A", "x", 2003, "Jan-Sep"))
    assert usual_figures(counted) == (True, True, False)
    assert usual_figures(counted[1:]) == (True, False)  # of equals the shorter
    assert usual_figures(counted[:0:-1]) == (False, True)


def test_the_small_case_by_hand(study: Study) -> None:
    """Hits for each search: LAB 0.64 to 0.80, the frontier; REG about 0.05 to about 0.05.

    REG: 500 (450 to 550) of 10,000 (5,000 to 15,000), then 600 to 700 of 12,000.
    """
    trend = study.productivity
    table = trend.to_frame().set_index("capability")
    assert table.index.tolist() == ["LAB", "REG"]
    assert (table["from_year"] == 2023).all()
    assert (table["to_year"] == 2024).all()
    lab, reg = (table.loc[name] for name in ("LAB", "REG"))
    np.testing.assert_allclose(lab[["productivity", "technical_change"]].astype(float), 1.25)
    assert lab["efficiency_change"] == pytest.approx(1)
    assert (lab["p_rise"], lab["grade"], reg["grade"]) == (1, "A", "B")
    np.testing.assert_allclose(reg["technical_change"], 1.25)
    assert 0.4 < reg["efficiency_change_low"] < 0.6 < 1.1 < reg["efficiency_change_high"] < 1.4
    assert reg["productivity_low"] == pytest.approx(1.25 * reg["efficiency_change_low"])
    # the share of draws in which searches grew no more than hits, by a fine grid
    grid = (np.arange(60) + 0.5) / 60
    hits = (600 + 100 * grid)[:, None, None] / (450 + 100 * grid)[None, :, None]
    rises = (hits * (5000 + 10000 * grid)[None, None, :] / 12000 > 1).mean()
    assert reg["p_rise"] == pytest.approx(rises, abs=0.06)
    assert trend.set_aside == ("REG hits 2022 (hits, Jan-Mar)",)
    assert trend.fewest == 2
    assert trend.resolved == 0
    assert "2 capabilities make a frontier" in repr(trend)


def test_the_wording_of_a_figure_says_what_is_open(small: Case) -> None:
    """REG's last hits alone: at least 600 is up to 700, at most 500 to 600, rounded 550 to 650."""
    provenance = Provenance.of(small, 1)
    exact = tuple(replace(a, bound="exact") for a in small.activity)
    place = next(k for k, a in enumerate(exact) if (a.metric, a.value) == ("hits", 600.0))
    for bound, low, high in (
        ("exact", 600, 600),
        ("at-least", 600, 700),
        ("at-most", 500, 600),
        ("rounded", 550, 650),
    ):
        one = replace(exact[place], bound=bound)
        case = replace(small, activity=(*exact[:place], one, *exact[place + 1 :]))
        trend = track_productivity(case, provenance)
        assert trend is not None
        row = trend.to_frame().set_index("capability").loc["REG"]
        scale = 10000 / 500 / 12000
        middle, width = (low + high) / 2, high - low
        assert row["productivity"] == pytest.approx(middle * scale, abs=0.02)
        assert row["productivity_low"] == pytest.approx((low + 0.1 * width) * scale, abs=0.02)
        assert row["productivity_high"] == pytest.approx((high - 0.1 * width) * scale, abs=0.02)
    other = track_productivity(small.with_settings(seed=12), provenance)
    assert other is not None
    again = track_productivity(small, provenance)
    assert again is not None
    assert not again.to_frame().equals(other.to_frame())


def test_what_is_made_is_not_taken_for_what_is_used(small: Case) -> None:
    """Hits and searches for each search: LAB's (0.64, 1) to (0.8, 1) is worth the root of 1.25."""
    both = small.with_settings(productivity="searches -> hits + searches")
    trend = track_productivity(both, Provenance.of(small, 1))
    assert trend is not None
    row = trend.to_frame().set_index("capability").loc["LAB"]
    assert row["productivity"] == pytest.approx(1.25**0.5)


def test_a_case_may_not_ask(small: Case) -> None:
    asks_nothing = small.with_settings(productivity="")
    assert track_productivity(asks_nothing, Provenance.of(small, 1)) is None
    pairs = "searches -> hits; hits -> leads"
    with pytest.raises(CaseError, match="productivity': no capability has the metric 'leads'"):
        small.with_settings(productivity=pairs)
    nobody = replace(small, settings=replace(small.settings, productivity=pairs))
    found = track_productivity(nobody, Provenance.of(small, 1))
    assert found is not None
    assert found.without == ("hits -> leads",)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("searches", "'searches' has no side that is used and one that is made. Write it like"),
        ("searches -> ", "lacks the name of a metric"),
        ("search -> hits", "no capability has the metric 'search' in activity. Did you mean"),
        ("hits -> searches + verified", "no capability has the metric 'verified'"),
    ],
)
def test_slips_in_a_case(folder: Path, asked: str, told: str) -> None:
    path = folder / "case.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace('"searches -> hits"', f'"{asked}"'), "utf-8")
    faults = [str(f) for f in check_case(folder)]
    assert len(faults) == 1
    assert faults[0].startswith("case.toml, column 'productivity'")
    assert told in faults[0]


def test_a_comparison_that_nobody_can_make_is_a_fault(folder: Path) -> None:
    path = folder / "activity.csv"
    kept = [line for line in path.read_text("utf-8").splitlines() if "LAB,hits,2023" not in line]
    path.write_text("\n".join(kept) + "\n", "utf-8")
    (fault,) = check_case(folder)
    assert "no two capabilities have these in two common years" in str(fault)


def test_comparisons_are_said_in_words() -> None:
    text = "records_hosted + staff_years -> hits or vehicles_identified"
    assert compared(text, Language("en").charts) == (
        "hits / vehicles identified (input: records hosted and staff years)"
    )
    assert compared(text, Language("fr").charts).startswith(
        "résultats positifs / véhicules identifiés ("
    )
    assert metric("odd_metric", Language("fr").charts) == "odd metric"
