"""The charts of the gallery as pictures of the document, each in its section."""

from collections.abc import Mapping
from dataclasses import replace

from capworth.charts.gallery import GALLERY
from capworth.charts.svg import to_svg
from capworth.report.blocks import Picture
from capworth.report.wording import Wording
from capworth.study import Study

FIRST: Mapping[str, float] = {  # for page 1: the first that the case asks for; inches, 0: its own
    "order": 0.0,
    "improvement_ranks": 0.0,
    "cost_value": 3.6,
    "payers": 0.0,
}
TALLEST = 4.5  # inches of a chart on page 1
PLACES: Mapping[str, tuple[str, ...]] = {  # sections of the annex and their charts
    "capabilities": ("cost_value",),
    "ranks": (
        "capability_ranks",
        "payers",
    ),
    "allocation": ("allocation",),
    "functions": (
        "claim",
        "functions",
    ),
    "excellence": (
        "efficiency",
        "gaps",
        "gap_table",
    ),
    "priorities": (
        "improvement_ranks",
        "innovation",
        "alignment",
        "architecture",
    ),
    "funding": (
        "funding",
        "money_map",
        "earmarks",
    ),
    "network": (
        "hub",
        "steps",
        "coverage",
    ),
    "sensitivity": ("tornado",),
    "frontier": ("frontier",),
    "productivity": ("productivity",),
    "economics": (
        "net_value",
        "acceptability",
    ),
    "scales": ("scales",),
    "switching": (
        "switching",
        "threshold",
    ),
    "resolving": ("information",),
    "voice": (
        "need_map",
        "needs",
    ),
    "weights": (
        "judges",
        "contributions",
        "score_steps",
    ),
    "programme": (
        "regret",
        "membership",
    ),
    "timetable": ("gantt",),
}


def picture(key: str, study: Study, words: Wording, height: float = 0.0) -> Picture | None:
    """One chart; None where the gallery has no such chart or the case does not ask its question.

    `height` in inches takes the place of the chart's own.
    """
    chart = GALLERY.get(key)
    if chart is None or not chart.asked(study):
        return None
    svg = words.drawings.get(key)
    if svg is None or height:
        tall = replace(chart, height=lambda _: height) if height else chart
        svg = to_svg(tall.figure(study, words.voice))
    said = chart.words(study, words.voice, "alt", "title", "caption")
    alt, title, caption = map(words.typeset, said)
    return Picture(svg, alt, title, caption)


def pictures(section: str, study: Study, words: Wording) -> list[Picture]:
    """Every chart of a section that the case asks for."""
    found = (picture(key, study, words) for key in PLACES[section])
    return [one for one in found if one is not None]


def first_picture(study: Study, words: Wording) -> Picture | None:
    """The chart of page 1: the order of priority, or what stands in for it."""
    unmeasured = () if study.case.measured else ("order", "improvement_ranks", "cost_value")
    for key, height in FIRST.items():
        chart = GALLERY.get(key)
        if chart is not None and key not in unmeasured and chart.asked(study):
            own = chart.height(study)
            return picture(key, study, words, height or (TALLEST if own > TALLEST else 0.0))
    return None
