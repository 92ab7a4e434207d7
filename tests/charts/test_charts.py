"""Charts draw what the answers say, in three languages, and leave nothing behind.

That two processes draw the same bytes, and none imports pyplot: tests/runs/test_runs.py.
"""

import re
import string
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.resources import files
from operator import attrgetter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, QuadMesh
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text

from capworth import charts
from capworth.case.read import read_case
from capworth.charts import style
from capworth.charts.gallery import GALLERY
from capworth.charts.rows import place_labels
from capworth.charts.schedule import draw_good_sets
from capworth.charts.svg import framed, to_svg
from capworth.errors import InputError
from capworth.language import letters
from capworth.language.inputs import name_inputs
from capworth.language.language import ENGLISH, Language
from capworth.language.letters import unprintable
from capworth.language.numbers import Amount, decimals, rounded
from capworth.language.phrases import phrases
from capworth.study.stages import PARTS, Study

LANGUAGES = ("en", "es", "fr")  # from left to right; those the other way have tests of their own
SMALLEST = 7.0  # points
UNITS = re.compile(
    r"€|%|point|punto|0–100|ratio|rapport|cociente|euro|members|membres|miembros"
    r"|\(1 is first\)|\(1 es el primero\)"  # a place has no unit but which end is the first
)
BARS = ("payers", "capability_ranks", "improvement_ranks", "evidence")
PANELS = {"claim_curve": 2, "net_value": 2}  # charts of several Axes; a curve for what is read
SVG = "{http://www.w3.org/2000/svg}"


def voice_of(study: Study, language: str) -> Language:
    """The small case has names in two languages; the others take the French ones."""
    return Language(language, study.case.names("en" if language == "en" else "fr")).charts


def axes() -> Axes:
    return Figure(figsize=(6.7, 4), layout="constrained").subplots()


def texts(figure: Figure) -> list[Text]:
    """Every text that is seen."""
    unseen = set()
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            off = [t for t in axis.get_major_ticks() if not low <= t.get_loc() <= high]
            unseen |= {id(label) for tick in off for label in (tick.label1, tick.label2)}
    found = (t for t in figure.findobj(Text) if isinstance(t, Text) and id(t) not in unseen)
    return [t for t in found if t.get_visible() and t.get_text().strip()]


def patches(ax: Axes) -> list[Rectangle]:
    return [p for p in ax.patches if isinstance(p, Rectangle)]


def xs(line: Line2D) -> list[float]:
    return [float(x) for x in np.asarray(line.get_xdata(), dtype=float)]


def ys(line: Line2D) -> list[float]:
    return [float(y) for y in np.asarray(line.get_ydata(), dtype=float)]


def with_table(answer: Any, table: pd.DataFrame, **others: Any) -> Any:
    """The same answer with another table: what a chart must draw without asking how it came."""
    return replace(answer, _table=table, **others)


@pytest.fixture(scope="session")
def drawn(study: Study) -> Mapping[tuple[str, str], Figure]:
    """Every chart in every language."""
    return {
        (name, language): chart.figure(study, voice_of(study, language))
        for name, chart in GALLERY.items()
        if chart.asked(study)
        for language in LANGUAGES
    }


# What every chart must be


@pytest.mark.parametrize("name", GALLERY)
def test_the_small_case_asks_for_every_chart(name: str, study: Study) -> None:
    assert GALLERY[name].asked(study)
    assert GALLERY[name].key == name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", GALLERY)
def test_axes_carry_units(
    name: str, language: str, drawn: Mapping[tuple[str, str], Figure]
) -> None:
    for ax in drawn[name, language].axes:
        if not ax.axison or name == "membership":  # rows and columns are named, not measured
            continue
        assert UNITS.search(ax.get_xlabel()), ax.get_xlabel()
        if not ax.get_yticklabels():  # rows are named; a measured axis has a label
            assert UNITS.search(ax.get_ylabel()), ax.get_ylabel()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", GALLERY)
def test_every_word_is_large_enough_and_on_the_page(
    name: str, language: str, drawn: Mapping[tuple[str, str], Figure]
) -> None:
    figure = drawn[name, language]
    with style.looks():
        figure.draw_without_rendering()
        width, height = figure.bbox.size
        for text in texts(figure):
            box = text.get_window_extent()
            assert float(text.get_fontsize()) >= SMALLEST, text.get_text()
            assert box.x0 >= -1, text.get_text()
            assert box.y0 >= -1, text.get_text()
            assert box.x1 <= width + 1, text.get_text()
            assert box.y1 <= height + 1, text.get_text()


@pytest.mark.parametrize("name", GALLERY)
def test_no_axes_are_doubled_and_no_bar_is_cut(
    name: str, drawn: Mapping[tuple[str, str], Figure]
) -> None:
    figure = drawn[name, "en"]
    assert len(figure.axes) == PANELS.get(name, 1)
    places = [ax.get_position().bounds for ax in figure.axes]
    assert len(set(places)) == len(places)
    if name in BARS:
        low, high = figure.axes[0].get_xlim()
        assert low == 0
        assert high >= max(p.get_x() + p.get_width() for p in patches(figure.axes[0])) - 1e-9


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", GALLERY)
def test_words_of_a_chart(name: str, language: str, study: Study) -> None:
    chart, voice = GALLERY[name], voice_of(study, language)
    title, alt = chart.title(study, voice), chart.alt(study, voice)
    said = (title, alt, chart.caption(study, voice), chart.source(study, voice))
    for text in said:
        assert text.endswith((".", "…")) or text is title
        assert not re.search(r"[{}]|\bnan\b|None|  ", text), text
    assert re.search(r"\d", title), "a finding has a figure"
    assert not title.endswith(".")
    assert str(study.provenance.seed) in said[3]
    assert len(alt) > len(title) / 2
    assert len(chart.table(study)) > 0


@pytest.mark.parametrize("language", LANGUAGES[1:])
@pytest.mark.parametrize("name", GALLERY)
def test_no_english_is_left_in_another_language(
    name: str, language: str, study: Study, drawn: Mapping[tuple[str, str], Figure]
) -> None:
    english, other = voice_of(study, "en"), voice_of(study, language)
    chart = GALLERY[name]
    for say in (chart.title, chart.caption, chart.alt):
        assert say(study, english) != say(study, other)
    said = {str(v) for k, v in phrases(language).phrases.items() if phrases("en").phrases[k] == v}
    spoken = {t.get_text() for t in texts(drawn[name, language])}
    ours = {t.get_text() for t in texts(drawn[name, "en"])}
    shared = {t for t in spoken & ours if re.search(r"[a-z]{4}", t)}
    of_the_case = set(study.case.names("fr").values()) | set(study.case.capability_ids)
    of_the_case |= {judgement.judge for judgement in study.case.judgements}
    assert shared <= said | of_the_case, shared


def test_svg_reads_no_clock_and_says_what_it_shows(study: Study) -> None:
    chart = GALLERY["payers"]
    figure = chart.figure(study, ENGLISH)
    text = to_svg(figure, "A finding & more", "What is seen")
    assert to_svg(figure, "A finding & more", "What is seen") == text
    assert "<dc:date>" not in text
    root = ET.fromstring(text)
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "A finding & more"
    assert "What is seen" in text
    assert "<text" in text, "letters stay letters, to be searched"


def test_nothing_is_left_behind(study: Study) -> None:
    before = dict(mpl.rcParams)
    for chart in (GALLERY["order"], GALLERY["gap_table"]):
        text = to_svg(chart.figure(study, ENGLISH))
        assert text.count("font-family: ") == text.count(", sans-serif;"), "without Noto too"
    with pytest.raises(TypeError):
        charts.draw_payers(study.appraisal, axes(), "fr", "too much")  # type: ignore[arg-type, call-arg]  # the slip that is tried
    assert dict(mpl.rcParams) == before


def test_a_chart_alone_carries_its_finding_and_its_source(study: Study) -> None:
    chart, voice = GALLERY["payers"], voice_of(study, "fr")
    bare = to_svg(chart.figure(study, voice))
    title, source, alt = (f(study, voice) for f in (chart.title, chart.source, chart.alt))
    alone = ET.fromstring(framed(bare, title, source, alt).encode())
    lines = alone.findall(f"{SVG}text")  # those of the drawing lie deeper
    said = " ".join(t.text or "" for t in lines)
    assert said == f"{title} {source}"
    assert alone.findtext(f"{SVG}title") == title
    assert alone.findtext(f"{SVG}desc") == alt
    left, top, width, height = (float(x) for x in alone.attrib["viewBox"].split())
    drawn = ET.fromstring(bare.encode()).attrib["viewBox"].split()
    heads = [float(t.attrib["y"]) for t in lines if t.attrib.get("font-weight") == "bold"]
    feet = [float(t.attrib["y"]) for t in lines if t.attrib.get("font-weight") is None]
    assert left == 0
    assert width == float(drawn[2])
    assert top < min(heads) <= max(heads) < 0, "above the drawing"
    assert float(drawn[3]) < min(feet) <= max(feet) < top + height, "below it"
    with pytest.raises(InputError, match="no drawing"):
        framed("<svg/>", title, source, alt)


def test_a_question_that_was_not_asked_has_no_chart(study: Study) -> None:
    unasked: dict[str, Any] = dict.fromkeys({*PARTS} - {"appraisal", "soundness"})
    bare = study.with_answers(**unasked)
    asked = [name for name, chart in GALLERY.items() if chart.asked(bare)]
    assert asked == ["cost_value", "payers", "capability_ranks"]
    assert "desi" not in to_svg(GALLERY["cost_value"].figure(bare, ENGLISH))
    costs_only = replace(bare, case=replace(bare.case, criteria=()))
    assert [n for n, chart in GALLERY.items() if chart.asked(costs_only)] == ["payers"]


# The functions that draw

DRAWS: Mapping[str, tuple[str, Callable[..., Axes]]] = {
    "draw_acceptability": ("willingness", charts.draw_acceptability),
    "draw_alignment": ("priorities", charts.draw_alignment),
    "draw_allocation": ("allocation", charts.draw_allocation),
    "draw_claim": ("claim", charts.draw_claim),
    "draw_claim_curve": ("claim", charts.draw_claim_curve),
    "draw_claim_routes": ("routes", charts.draw_claim_routes),
    "draw_contributions": ("contributions", charts.draw_contributions),
    "draw_cost_value": ("appraisal", charts.draw_cost_value),
    "draw_earmarks": ("funding.earmarks", charts.draw_earmarks),
    "draw_efficiency": ("excellence", charts.draw_efficiency),
    "draw_evidence": ("sensitivity", charts.draw_evidence),
    "draw_frontier": ("frontier", charts.draw_frontier),
    "draw_funding": ("funding", charts.draw_funding),
    "draw_gap_table": ("excellence", charts.draw_gap_table),
    "draw_gaps": ("excellence", charts.draw_gaps),
    "draw_information": ("resolving", charts.draw_information),
    "draw_innovation_map": ("gap_worth", charts.draw_innovation_map),
    "draw_judges": ("elicitation", charts.draw_judges),
    "draw_membership": ("programme", charts.draw_membership),
    "draw_net_values": ("economics", charts.draw_net_values),
    "draw_need_map": ("feedback", charts.draw_need_map),
    "draw_needs": ("feedback", charts.draw_needs),
    "draw_menu": ("funding.menu", charts.draw_menu),
    "draw_money_map": ("funding.money", charts.draw_money_map),
    "draw_order": ("programme", charts.draw_order),
    "draw_package": ("funding.menu", charts.draw_package),
    "draw_payers": ("appraisal", charts.draw_payers),
    "draw_productivity": ("productivity", charts.draw_productivity),
    "draw_ranks": ("appraisal", charts.draw_ranks),
    "draw_scale_places": ("scales", charts.draw_scale_places),
    "draw_switching": ("switching", charts.draw_switching),
    "draw_threshold": ("threshold", charts.draw_threshold),
    "draw_tornado": ("sensitivity", charts.draw_tornado),
    "draw_waterfall": ("contributions", charts.draw_waterfall),
}


@pytest.mark.parametrize("name", DRAWS)
def test_it_draws_on_the_axes_it_is_given(name: str, study: Study) -> None:
    stage, draw = DRAWS[name]
    figure = Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    assert draw(attrgetter(stage)(study), right) is right
    assert not left.has_data()
    assert right.has_data()
    assert figure.axes == [left, right]
    assert right.get_xlabel() or "€" in to_svg(figure)
    font = right.xaxis.get_label().get_fontfamily()
    assert font[0] == "Noto Sans"


def test_every_drawing_function_is_tried() -> None:
    drawing = {name for name in charts.__all__ if name.startswith("draw_")}
    assert set(DRAWS) == drawing - {"draw_architecture", "draw_calibration"}  # of no study's answer


def test_ratios_are_drawn_as_they_stand(study: Study) -> None:
    """Ends inside the view stand where they are; what goes on beyond ends in an arrow."""
    table = study.claim.to_frame()
    table["ratio_low"], table["ratio_high"] = [0.5, 0.0, 0.9], [3.0, 4.0, np.inf]
    ax = charts.draw_claim(replace(study.claim, _table=table), axes())
    spans = [c for c in ax.collections if isinstance(c, LineCollection)]
    ends = [
        np.asarray(c.get_segments()[0])[:, 0].tolist() for c in spans if len(c.get_segments()) == 1
    ]
    assert ends == [[0.5, 3.0], [0.1, 4.0], [0.9, 10.0]]
    arrows = [(str(line.get_marker()), xs(line)[0]) for line in ax.get_lines()]
    assert [a for a in arrows if a[0] in "<>"] == [("<", 0.1), (">", 10.0)]
    assert {1.0, study.claim.margin} <= {x for line in ax.get_lines() for x in xs(line)}
    dots = [xs(line)[0] for line in ax.get_lines() if line.get_marker() in ("o", "D")]
    assert dots == list(table["ratio"])
    bold = [t for t in ax.get_yticklabels() if t.get_fontweight() == "bold"]
    assert len(bold) == 1


def test_the_curve_is_drawn_as_it_stands(study: Study) -> None:
    table = study.claim.specifications()
    for estimand, part in table.groupby("estimand"):
        ax = charts.draw_claim_curve(study.claim, axes(), estimand=str(estimand))
        lines = [np.asarray(line.get_ydata(), dtype=float) for line in ax.get_lines()]
        assert any(np.array_equal(y, part["ratio"], equal_nan=True) for y in lines if len(y) > 2)
        assert any(np.array_equal(y, part["null_median"], equal_nan=True) for y in lines)


def test_routes_are_drawn_as_they_stand(study: Study) -> None:
    ax = charts.draw_claim_routes(study.routes, axes())
    table = study.routes.to_frame()
    dots = [xs(line)[0] for line in ax.get_lines() if line.get_marker() == "o"]
    assert dots == [r for r in table["ratio"] if 0.1 <= r <= 10]
    assert [t.get_text() for t in ax.texts] == [ENGLISH.say("functions.not_taken")]


def test_places_are_drawn_as_they_stand(study: Study) -> None:
    shares = study.appraisal.rank_acceptability()
    ax = charts.draw_ranks(study.appraisal, axes())
    bars = np.array([p.get_width() for p in patches(ax)]).reshape(-1, len(shares))
    np.testing.assert_allclose(bars[0], shares[1])
    np.testing.assert_allclose(bars[1], shares[2] + shares[3])
    np.testing.assert_allclose(bars.sum(axis=0), 1)


def test_money_is_drawn_as_it_stands(study: Study) -> None:
    payers = study.appraisal.cost_by_payer()
    order = study.appraisal.to_frame()["cost_m"].sort_values(ascending=False, kind="stable").index
    bars = patches(charts.draw_payers(study.appraisal, axes()))
    widths = np.array([bar.get_width() for bar in bars]).reshape(len(payers.columns), -1)
    np.testing.assert_allclose(widths.T, payers.loc[order])
    starts = np.array([bar.get_x() for bar in bars]).reshape(len(payers.columns), -1)
    np.testing.assert_allclose(starts[1:], widths.cumsum(axis=0)[:-1], atol=1e-12)
    assert len({bar.get_hatch() for bar in bars}) > 1, "colour is not the only cue"


def test_curves_are_drawn_as_they_stand(study: Study) -> None:
    invented = study.funding.curve().head(2).assign(gain=[0.0, 42.0], budget_m=[0.0, 0.05])
    ax = charts.draw_funding(with_table(study.funding, invented), axes())
    curve = next(line for line in ax.get_lines() if line.get_drawstyle() == "steps-post")
    assert ys(curve) == [0.0, 42.0]
    upright = {xs(line)[0] for line in ax.get_lines() if line is not curve}
    assert upright == {study.funding.budget_m, study.funding.target_m}


def test_the_order_of_priority_starts_at_nothing_and_names_every_bundle(study: Study) -> None:
    ax = charts.draw_order(study.programme, axes())
    order = study.programme.order()
    curve = next(
        line for line in ax.get_lines() if xs(line)[1:] == list(order["at_confidence_cum_m"])
    )
    assert xs(curve)[0] == 0
    assert ys(curve) == [0, *order["value_cum"]]
    star = next(line for line in ax.get_lines() if line.get_marker() == "*")
    assert xs(star)[0] == study.programme.needed_m
    said = " ".join(t.get_text() for t in ax.texts)
    for bundle in order["improvements"]:
        for improvement in bundle.split(" + "):
            assert improvement in said


def test_swings_are_drawn_from_the_base_and_turning_ones_are_marked(study: Study) -> None:
    table = study.sensitivity.to_frame().head(3)
    table = table.assign(
        at_low=[-1.0, 2.0, 1.5], at_high=[3.0, 0.5, 1.6], flips=[True, False, False]
    )
    ax = charts.draw_tornado(with_table(study.sensitivity, table, base=1.4), axes())
    ends = np.array([p.get_x() + p.get_width() for p in patches(ax)]).reshape(2, -1)
    starts = np.array([p.get_x() for p in patches(ax)])
    np.testing.assert_allclose(starts, 1.4)
    np.testing.assert_allclose(ends, [table["at_low"], table["at_high"]])
    crosses = [line for line in ax.get_lines() if line.get_marker() == "x"]
    assert [xs(line) for line in crosses] == [[-1.0]]
    for row, level, right in ((0, "low", False), (1, "low", True), (0, "high", True)):
        value = float(table[level].iloc[row])
        text = ENGLISH.middle(Amount(value, *map(float, table[["low", "high"]].iloc[row])))
        end = float(table[f"at_{level}"].iloc[row])
        notes = [t for t in ax.texts if isinstance(t, Annotation) and t.xy == (end, row)]
        notes = [t for t in notes if t.get_text() == text]
        assert [n.get_horizontalalignment() for n in notes] == ["left" if right else "right"]


def test_gaps_are_drawn_as_they_stand(study: Study) -> None:
    gaps = study.excellence.gaps()
    ax = charts.draw_gaps(study.excellence, axes())
    largest = gaps.groupby(level="capability", sort=False)["gap"].max().dropna()
    now, model = (xs(line) for line in ax.get_lines())
    assert len(now) == len(largest)
    rows = gaps.sort_values("gap", ascending=False, kind="stable")
    assert now[0] == rows["now"].iloc[0]
    assert model[0] == rows["model"].iloc[0]
    table = charts.draw_gap_table(study.excellence, axes())
    mesh = next(c for c in table.collections if isinstance(c, QuadMesh))
    shades = np.asarray(mesh.get_array(), dtype=float)
    known = gaps["gap"].dropna()
    assert sorted(shades[~np.isnan(shades)]) == pytest.approx(sorted(known))
    means = np.nanmean(shades[~np.isnan(shades).all(axis=1)], axis=1)
    assert (np.diff(means) <= 1e-12).all()
    bold = [t for t in table.texts if t.get_fontweight() == "bold"]
    assert len(bold) == (gaps["p_below"] >= 0.9).sum()


def several_sets(study: Study) -> Any:
    """A programme with three good sets, the first recommended."""
    sets = pd.DataFrame(
        {
            "chosen": ["SCAN", "CLOUD", "SCAN LINK"],
            "at_confidence_m": [0.102, 0.109, 0.1],
            "value": [9.0, 8.8, 8.7],
            "value_low": [5.0, 4.0, 6.0],
            "value_high": [12.0, 14.0, 11.0],
            "p_better": [0.5, 0.41, 0.2],
        },
        index=pd.RangeIndex(1, 4, name="set"),
    )
    table = study.programme.to_frame().assign(
        chosen=[True, False, False], core=[0.8, 0.3, 0.4], role=["start", "prefer", "choose"]
    )
    return replace(study.programme, _table=table, _sets=sets)


def test_members_of_good_sets_are_drawn_as_they_stand(study: Study) -> None:
    """SCAN is in sets 1 and 3, CLOUD in 2, LINK in 3; rows by core behind the recommended one."""
    ax = charts.draw_membership(several_sets(study), axes())
    marks = sorted(
        (y, x)
        for line in ax.get_lines()
        if line.get_marker() == "s"
        for x, y in zip(xs(line), ys(line), strict=True)
    )
    assert marks == [(0.0, 0.0), (0.0, 2.0), (1.0, 1.0), (2.0, 2.0)]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["SCAN", "CLOUD", "LINK"]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["1", "2", "3"]
    beside = [t.get_text() for t in ax.texts if t.get_position()[0] == 1.0]
    assert beside == ["0.80, start", "0.40, choose", "0.30, second to another"]


def test_good_sets_are_drawn_as_they_stand(study: Study) -> None:
    ax = draw_good_sets(several_sets(study), axes())
    spans = [c for c in ax.collections if isinstance(c, LineCollection)][1:]
    ends = [np.asarray(part)[:, 0].tolist() for c in spans for part in c.get_segments()]
    assert ends == [[5.0, 12.0], [4.0, 14.0], [6.0, 11.0]]
    dots = [x for line in ax.get_lines() if line.get_marker() == "o" for x in xs(line)]
    assert dots == [9.0, 8.8, 8.7]
    names = [t.get_text() for t in ax.get_yticklabels()]
    assert names == ["recommended set", "with CLOUD\nwithout SCAN", "with LINK"]


def test_grades_are_drawn_as_they_stand(study: Study) -> None:
    table = study.sensitivity.evidence()
    shown = table.loc[:, table.sum() > 0].drop(columns="division")  # as the sum: no row of its own
    ax = charts.draw_evidence(study.sensitivity, axes())
    widths = np.array([p.get_width() for p in patches(ax)]).reshape(len(table), -1)
    np.testing.assert_allclose(widths, shown)
    assert widths.sum(axis=0) == pytest.approx(1)


def test_services_of_excellence_have_marks_of_their_own(study: Study) -> None:
    routes = study.excellence.to_frame()["route"]
    ax = charts.draw_cost_value(study.appraisal, axes(), excellence=study.excellence)
    legend = ax.get_legend()
    assert legend is not None
    assert len(legend.get_texts()) == routes.nunique()
    dots = sum(len(xs(line)) for line in ax.get_lines() if line.get_marker() in ("o", "^"))
    assert dots == len(routes)
    labels = {t.get_text() for t in ax.texts}
    assert labels == set(routes.index)


@pytest.mark.parametrize("draw", [charts.draw_ranks, charts.draw_payers, charts.draw_cost_value])
def test_two_capabilities_are_enough(draw: Callable[..., Axes], study: Study) -> None:
    two = study.appraisal.to_frame().index[:2]
    small = with_table(
        study.appraisal,
        study.appraisal.to_frame().loc[two],
        _ranks=study.appraisal.rank_acceptability().loc[two, [1, 2]],
        _payers=study.appraisal.cost_by_payer().loc[two],
    )
    figure = Figure(figsize=(6.7, 1.6))
    draw(small, figure.subplots())
    assert to_svg(figure)


# Language


def test_no_more_digits_than_the_interval_allows() -> None:
    assert [decimals(*t) for t in ((19.4, 16.5, 22.3), (66.4, 57.7, 75.2))] == [1, 0]
    assert rounded(9138.4, 2393.1, 18800.3) == 9000
    assert ENGLISH.spread(Amount(0.9020, 0.7711, 1.0596)) == "0.90 (0.77–1.06)"
    assert ENGLISH.spread(Amount(-12.77, -17.5, -8.515)) == "-12.8 (-17.5 to -8.5)"
    assert ENGLISH.spread(Amount(5.0, 5.0, 5.0)) == "5.0"
    assert ENGLISH.spread(Amount(float("nan"), 0.0, 1.0)) == "–"


@given(
    st.floats(-1e9, 1e9),
    st.floats(1e-6, 1e6),
    st.floats(0, 1),
)
def test_rounding_moves_a_value_by_less_than_a_tenth_of_its_interval(
    low: float, width: float, at: float
) -> None:
    high = low + width
    value = low + at * width
    if max(abs(low), abs(high)) / width < 100:  # else four significant digits cut in
        assert abs(rounded(value, low, high) - value) <= 0.05 * (high - low) + 1e-9


def test_spanish_writes_as_official_spanish_does() -> None:
    spanish = Language("es", {"SLTD": "Documentos de viaje robados o perdidos (SLTD)"}).charts
    assert spanish.money(19.4, "EUR", 1) == "19,4\u00a0M€"
    assert spanish.money(5, "CHF") == "5\u00a0M\u00a0CHF"
    assert spanish.price(1250, "EUR") == "1.300\u00a0€"
    assert spanish.probability(0.2606) == "26\u00a0%"
    assert spanish.tick(2500.5) == "2.500,5"
    assert spanish.listed(["oro", "plata", "bronce"]) == "oro, plata y bronce"
    assert spanish.listed(["oro", "**Imágenes**"]) == "oro e **Imágenes**"
    assert spanish.listed(["agua", "hielo"]) == "agua y hielo"
    assert spanish.short("SLTD") == "Documentos de viaje robados o perdidos"
    assert spanish.unit("EUR of 2019 a year") == "€ de 2019 al año"


def test_french_writes_as_the_french_do() -> None:
    french = Language("fr", {"SLTD": "Documents de voyage volés ou perdus (SLTD)"}).charts
    assert french.money(19.4, "EUR", 1) == "19,4\u00a0M€"
    assert french.money(5, "CHF") == "5\u00a0M\u00a0CHF"
    assert french.probability(0.2606) == "26\u00a0%"
    assert french.tick(2500.5) == "2\u202f500,5"
    assert french.short("SLTD") == "Documents de voyage volés ou perdus"
    assert french.unit("EUR of 2019 a year") == "€ de 2019 par an"
    assert french.unit("bushels") == "bushels"
    assert french.typeset("Oui ; non : « 3 % » !") == (
        "Oui\u202f; non\u00a0: «\u00a03\u00a0%\u00a0»\u202f!"
    )


@given(st.floats(0, 1))
def test_draws_alone_never_show_nothing_or_all(share: float) -> None:
    assert ENGLISH.probability(share) not in ("0%", "100%")
    assert ENGLISH.part(share) not in ("0%", "100%") or share in (0.0, 1.0)


def test_names_are_cut_between_words() -> None:
    voice = Language(
        "en", {"A": "Search of the databases at the front line", "B": "Hub, phase 2: x"}
    ).charts
    assert voice.short("A", 26) == "Search of the databases…"
    assert voice.short("A", 30) == "Search of the databases…"
    assert voice.short("B", 14) == "Hub, phase 2…"
    assert voice.short("C") == "C"
    assert voice.listed(["a", "b", "c", "d"], most=2) == "a, b and 2 more"
    assert voice.listed([]) == "none"


def test_what_is_unknown_is_said_so() -> None:
    with pytest.raises(InputError, match="no 'de'"):
        Language("de")
    with pytest.raises(InputError, match=r"no phrase charts\.axis\.scor\..*charts\.axis\.score"):
        ENGLISH.say("axis.scor")


def test_inputs_are_called_by_what_they_are(study: Study) -> None:
    voice = voice_of(study, "fr")
    names = name_inputs(study.case.estimates(), study.case, voice)
    assert set(names) == set(study.case.estimates())
    for key, name in names.items():
        assert key not in name
        assert 1 <= name.count("\n") + 1 <= 2
    assert not name_inputs(["nowhere/X"], study.case, voice)


# Words, fonts, colours


def fields(phrase: Any) -> set[str]:
    forms = [phrase] if isinstance(phrase, str) else list(phrase.values())
    return {f for form in forms for _, f, _, _ in string.Formatter().parse(form) if f}


def test_fonts_have_every_letter_and_come_from_the_package() -> None:
    folder = Path(str(files("capworth.charts") / "fonts"))
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text(encoding="utf-8")
    with style.looks():
        for face in (
            FontProperties(family="Noto Sans"),
            FontProperties(family="Noto Sans", weight="bold"),
            FontProperties(family="Noto Sans", style="italic"),
        ):
            path = findfont(face)
            assert Path(path).parent == folder
            known = get_font(path).get_charmap()
            for language in LANGUAGES:
                found = phrases(language).phrases.items()
                text = "".join(str(phrase) for key, phrase in found if key.startswith("charts."))
                assert {c for c in text if ord(c) not in known} <= {"\n"}
        assert Path(findfont(FontProperties(family="Noto Sans Arabic"))).parent == folder
    assert sum(f.stat().st_size for f in folder.iterdir()) < 1_100_000


def luminance(colour: str) -> float:
    red, green, blue = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_colours_hold_without_colour() -> None:
    steps = np.diff([luminance(c) for c in style.LADDER])
    assert (steps > 0.1).all(), "the ladder climbs in grey too"
    assert style.BLUE == "#0072B2"
    assert style.VERMILION == "#D55E00"


def test_labels_do_not_cover_one_another() -> None:
    with style.looks():
        for seed in range(3):
            ax = axes()
            ax.set(xlim=(0, 10), ylim=(0, 10))
            points = np.random.default_rng(seed).uniform(1, 9, (20, 2))
            dots = [(float(x), float(y)) for x, y in points]
            place_labels(ax, dots, [f"LABEL{k}" for k in range(20)])
            boxes = [t.get_window_extent().padded(-0.5) for t in ax.texts]
            pairs = [(a, b) for k, a in enumerate(boxes) for b in boxes[:k]]
            assert not any(a.overlaps(b) for a, b in pairs)
            frame = ax.get_window_extent().padded(1)
            assert all(frame.containsx(b.x0) and frame.containsx(b.x1) for b in boxes)


def test_letters_that_no_font_has_are_told() -> None:
    """Chinese, a car and a Greek letter would be boxes; accents, Arabic and dollars are not."""
    case = read_case(Path(__file__).parents[1] / "cases" / "small")
    names = ("数据 $2m to $3m 🚔", "Donaudampfschifffahrtskapitänsmützen Ω", "é ł السجل €")
    changed = [replace(c, name=name) for c, name in zip(case.capabilities, names, strict=False)]
    kept = (*changed, *case.capabilities[len(changed) :])
    assert {*letters.ARABIC, *map(ord, letters.MARKS)} <= letters._with_glyphs()
    assert unprintable(case) == ""
    assert unprintable(replace(case, capabilities=kept)) == "数据🚔Ω"
