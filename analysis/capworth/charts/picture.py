"""A chart of a study to look at in a cell, to save, or on one's own axes."""

from base64 import b64encode
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from capworth.case.files import write
from capworth.charts.canvas import settle
from capworth.charts.gallery import GALLERY
from capworth.charts.style import looks
from capworth.charts.svg import framed, to_svg
from capworth.errors import InputError, nearest
from capworth.language.language import Language
from capworth.study.stages import NotAskedError, Study

SAVED: Final = (".svg", ".png", ".pdf")
SHARP: Final = 200  # dots per inch of a PNG
WIDEST: Final = 860  # pixels of an image in a notebook


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Picture:
    """One chart: shown by a notebook, saved by `save`, with the numbers behind it.

    Attributes
    ----------
    figure : of matplotlib, to be changed as one likes
    title, caption, alt, source : the finding; how to read it; in words; where it comes from
    """

    figure: Figure
    title: str
    caption: str
    alt: str
    source: str
    _table: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Return the numbers that are drawn."""
        return self._table.copy()

    def save(self, path: str | Path) -> Path:
        """Write it as .svg (with its finding above and its source below), .png or .pdf."""
        place = Path(path)
        if place.suffix.lower() not in SAVED:
            hint = nearest(place.suffix, SAVED)
            raise InputError(f"a picture is not saved as {place.suffix or 'nothing'}. {hint}")
        write(place, self._as(place.suffix.lower()))
        return place

    def _as(self, ending: str) -> bytes:
        if ending == ".svg":
            drawn = framed(to_svg(self.figure), self.title, self.source, self.alt)
            return drawn.encode("utf-8")
        buffer = BytesIO()
        with looks():
            FigureCanvasAgg(self.figure)
            settle(self.figure)
            plain = {"CreationDate": None} if ending == ".pdf" else {"Software": "capworth"}
            self.figure.savefig(buffer, format=ending[1:], dpi=SHARP, metadata=plain)
        return buffer.getvalue()

    def __repr__(self) -> str:
        return f"<Picture: {self.title}>"

    def _repr_html_(self) -> str:
        """An image: a notebook that is not trusted, as a colleague's, shows it too."""
        drawn = b64encode(self._as(".svg")).decode("ascii")
        words = escape(f"{self.title}. {self.alt}", quote=True)
        wide = f"style='width:100%;max-width:{WIDEST}px'"
        return f'<img alt="{words}" {wide} src="data:image/svg+xml;base64,{drawn}">'


def plot(study: Study, chart: str, ax: Axes | None = None, language: str = "en") -> Any:
    """Draw a chart of the gallery.

    Parameters
    ----------
    chart : its name, a key of `GALLERY`
    ax : draws in its place, as a part of its figure, and returns that part
    language : of its words

    Raises
    ------
    InputError
        When there is no such chart; NotAskedError when the case does not ask for what it shows.
    """
    if chart not in GALLERY:
        raise InputError(f"there is no chart {chart!r}. {nearest(chart, GALLERY)}")
    if ax is not None and not isinstance(ax, Axes):
        words = f"ax: {type(ax).__name__} is no Axes of matplotlib"
        raise InputError(f"{words}. Take `Figure().subplots()`, or one of its array.")
    found, spoken = GALLERY[chart], Language.of(study.case, language)
    if not found.asked(study):
        lacking = [need for need in found.needs if need not in study]
        what = " and ".join(lacking) or "what it shows"
        raise NotAskedError(f"chart {chart!r}: {study.case.settings.name} does not ask for {what}.")
    if ax is not None:
        return _in_place(study, chart, ax, spoken)
    title, caption, alt = found.words(study, spoken, "title", "caption", "alt")
    figure = found.figure(study, spoken)
    source = found.source(study, spoken)
    return Picture(
        figure=figure,
        title=title,
        caption=caption,
        alt=alt,
        source=source,
        _table=found.table(study),
    )


def _in_place(study: Study, chart: str, ax: Axes, language: Language) -> Any:
    """Draw into the part of a figure that an Axes holds, which gives way."""
    part = ax.get_subplotspec()
    if part is None:
        raise InputError("ax: it is not one of subplots. Make it with figure.subplots().")
    whole = ax.figure
    ax.remove()
    with looks():
        inside: Any = whole.add_subfigure(part)
        GALLERY[chart].draw(study, inside, language.charts)
    return inside
