"""The charts of the gallery as pictures of the document."""

from capworth.charts.gallery import GALLERY
from capworth.charts.svg import to_svg
from capworth.report.blocks import Picture
from capworth.report.wording import Wording
from capworth.study import Study


def picture(key: str, study: Study, words: Wording) -> Picture | None:
    """One chart; None where the case does not ask its question."""
    chart = GALLERY.get(key)
    if chart is None or not chart.asked(study):
        return None
    voice = words.voice
    return Picture(
        to_svg(chart.figure(study, voice)),
        words.typeset(chart.alt(study, voice)),
        words.typeset(chart.title(study, voice)),
    )
