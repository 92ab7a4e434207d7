"""The charts of the gallery as pictures of the document, each in its section."""

from collections.abc import Mapping
from dataclasses import replace

from capworth.charts.gallery import GALLERY
from capworth.charts.svg import to_svg
from capworth.report.blocks import Picture
from capworth.report.wording import Wording
from capworth.study import Study

CURVE = "order"  # on page 1
CURVE_HEIGHT = 2.75  # inches
PLACES: Mapping[str, tuple[str, ...]] = {  # sections of the annex and their charts
    "capabilities": ("cost_value", "capability_ranks", "payers"),
    "functions": ("claim", "functions"),
    "excellence": ("efficiency", "gaps", "gap_table"),
    "priorities": ("improvement_ranks", "alignment", "membership"),
    "funding": ("funding",),
    "sensitivity": ("tornado",),
}


def picture(key: str, study: Study, words: Wording, height: float = 0.0) -> Picture | None:
    """One chart; None where the gallery has no such chart or the case does not ask its question.

    `height` in inches takes the place of the chart's own.
    """
    chart = GALLERY.get(key)
    if chart is None or not chart.asked(study):
        return None
    if height:
        chart = replace(chart, height=lambda _: height)
    return Picture(
        to_svg(chart.figure(study, words.voice)),
        words.typeset(chart.alt(study, words.voice)),
        words.typeset(chart.title(study, words.voice)),
        words.typeset(chart.caption(study, words.voice)),
    )


def pictures(section: str, study: Study, words: Wording) -> list[Picture]:
    """Every chart of a section that the case asks for."""
    found = (picture(key, study, words) for key in PLACES[section])
    return [one for one in found if one is not None]
