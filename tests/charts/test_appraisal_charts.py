"""The charts of appraisal draw what the answers say."""

from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from capworth.appraisal.economics import KINDS
from capworth.charts.economics import draw_acceptability, draw_net_values, draw_scale_places
from capworth.charts.gallery import GALLERY
from capworth.charts.uncertainty import draw_information, draw_switching
from capworth.language.language import ENGLISH, Language
from capworth.study.stages import Study


def axes() -> Axes:
    return Figure(figsize=(6.7, 4), layout="constrained").subplots()


def points(ax: Axes, marker: str) -> list[tuple[float, float]]:
    lines = [line for line in ax.get_lines() if line.get_marker() == marker]
    found = []
    for line in lines:
        x, y = (np.asarray(data, dtype=float).tolist() for data in line.get_data())
        found += list(zip(x, y, strict=True))
    return found


def bars(ax: Axes) -> list[Rectangle]:
    return [p for p in ax.patches if isinstance(p, Rectangle)]


def test_net_values_are_drawn_as_they_stand(study: Study) -> None:
    table = study.economics.to_frame().sort_values("npv_m", ascending=False, kind="stable")
    ax = draw_net_values(study.economics, axes())
    drawn = sorted(points(ax, "o") + points(ax, "s"), key=lambda point: point[1])
    np.testing.assert_allclose([x for x, _ in drawn], table["npv_m"])
    assert all(x > 0 for x, _ in points(ax, "o"))
    assert all(x <= 0 for x, _ in points(ax, "s"))
    ranges = [c for c in ax.collections if isinstance(c, LineCollection)][1:]
    ends = sorted(float(x) for c in ranges for s in c.get_segments() for x in np.asarray(s)[:, 0])
    np.testing.assert_allclose(ends, np.sort(table[["npv_m_low", "npv_m_high"]].to_numpy().ravel()))
    bold = [t.get_text() for t in ax.get_yticklabels() if t.get_fontweight() == "bold"]
    assert bold == ["Recommended programme"]
    some = draw_net_values(study.economics, axes(), ENGLISH, KINDS[:1])
    assert len(some.get_yticks()) == (table.index.get_level_values("kind") == "capability").sum()


def test_places_on_every_scale_are_drawn_as_they_stand(study: Study) -> None:
    table = study.scales.to_frame()
    ax = draw_scale_places(study.scales, axes())
    for scale, marker in zip(study.scales.scales, ("o", "s", "^"), strict=True):
        assert [x for x, _ in points(ax, marker)] == table[f"place_{scale}"].tolist()


def test_the_turned_part_of_each_range_is_hatched(study: Study) -> None:
    """By probability: below from the left end, above to the right end; the disc is the median."""
    table = study.switching.to_frame()
    names = study.switching.switching[:12]
    ax = draw_switching(study.switching, axes())
    assert set(table["side"]) == {"below", "above"}
    for k, name in enumerate(names):
        mine = [p for p in bars(ax) if abs(p.get_y() + 0.25 - k) < 1e-9]
        ends = sorted((p.get_x(), p.get_x() + p.get_width()) for p in mine)
        rows = table.loc[[name]].to_dict("records")
        told = sorted((0.0, r["p"]) if r["side"] == "below" else (1 - r["p"], 1.0) for r in rows)
        np.testing.assert_allclose(ends, told)
    np.testing.assert_allclose(points(ax, "o"), [(0.5, k) for k in range(len(names))])


def test_the_worth_of_knowing_is_drawn_with_its_error(study: Study) -> None:
    table = study.resolving.to_frame()
    table = table[table["clear"]].head(12)
    ax = draw_information(study.resolving, axes())
    np.testing.assert_allclose([p.get_width() for p in bars(ax)], table["value"])
    (errors,) = [c for c in ax.collections if isinstance(c, LineCollection)]
    ends = np.array([np.asarray(s)[:, 0] for s in errors.get_segments()])
    np.testing.assert_allclose(ends[:, 1], table["value"] + 1.96 * table["standard_error"])
    assert (ends[:, 0] >= 0).all()


def test_the_choice_is_the_thick_line(study: Study) -> None:
    table, chances = study.willingness.to_frame(), study.willingness.chances()
    ax = draw_acceptability(study.willingness, axes())
    thick = [line for line in ax.get_lines() if line.get_linewidth() > 3]
    heights = np.array([line.get_ydata() for line in thick], dtype=float)
    np.testing.assert_allclose(np.nansum(heights, axis=0), table["p_best"])
    assert (np.isfinite(heights).sum(axis=0) == 1).all()
    thin = [line for line in ax.get_lines() if line.get_linewidth() < 3]
    heights = np.asarray(thin[0].get_ydata(), dtype=float)
    np.testing.assert_allclose(heights, chances[study.willingness.options[0]])


def test_titles_without_a_programme_or_a_finding(study: Study) -> None:
    for language in ("en", "fr"):
        voice = Language(language, study.case.names(language)).charts
        table = study.economics.to_frame()
        alone = replace(study.economics, _table=table[table.index.get_level_values(0) != KINDS[-1]])
        assert "%" not in GALLERY["net_value"].title(study.with_answers(economics=alone), voice)
        unclear = study.resolving.to_frame().assign(clear=False)
        nothing = study.with_answers(resolving=replace(study.resolving, _table=unclear))
        title = GALLERY["information"].title(nothing, voice)
        assert title.startswith(("Nothing single is worth", "Rien de particulier ne vaut"))
        firm = study.switching.to_frame().iloc[:0]
        assert not GALLERY["switching"].asked(
            study.with_answers(switching=replace(study.switching, _table=firm))
        )
