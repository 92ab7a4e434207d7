"""The report as a tagged PDF: the decision paper on two pages, then the technical annex.

A document from a template: tagged for readers who cannot see, and fit for archives.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

from capworth.charts.gallery import GALLERY
from capworth.errors import InputError
from capworth.language.isolates import isolated
from capworth.language.language import Language
from capworth.parallel import let_go
from capworth.report import decision as one
from capworth.report import summary as two
from capworth.report.edition import SHORT, Content, Edition
from capworth.report.packing import packed
from capworth.study.stages import Study

OVERFLOW = re.compile(r"overflow (?P<page>\d) (?P<points>[\d.]+)")  # said by the template


def write_report(
    study: Study,
    language: str,
    drawings: Mapping[str, str] = MappingProxyType({}),
    annex: str = SHORT,
    edition: Edition | None = None,
) -> bytes:
    """Write the report in one language.

    Its annex is the short one, with pictures that the page draws, or the full one with every chart.
    Charts are drawn where `drawings` does not hold them, by their names, as SVG.

    No clock is read: the PDF carries the appraisal date of the case, so the same study gives the
    same bytes.

    Parameters
    ----------
    edition : the paper in this language, where it was said already

    Raises
    ------
    InputError
        When there are no texts for the language, a name holds a letter that no font has, or a page
        of the paper does not hold its words: it names the longest of them.
    """
    content = document(study, language, drawings, annex, edition)
    _forget()
    try:
        return set_document("report.typ", content, study.case.settings.appraisal_date)
    except InputError as error:
        raise _overflowing(error, content) from error


def draw_picture(edition: Edition) -> bytes:
    """Draw the picture of page 1 as PNG, as the PDF shows it, for those who cannot set it."""
    import typst  # here, as in `set_document`

    page = one.laid_out(edition.pages[0])
    given = {
        "only": page["picture"],
        **{key: getattr(edition, key) for key in ("language", "direction", "title", "author")},
        "description": edition.title,
        "keywords": (),
        "date": (edition.day.year, edition.day.month, edition.day.day),
    }
    words = _isolated(given) if edition.direction == "rtl" else given
    drawn = typst.Compiler.compile(
        _compiler("report.typ"),
        format="png",
        ppi=DOTS,
        sys_inputs={"data": json.dumps(words, ensure_ascii=False, sort_keys=True)},
    )
    assert isinstance(drawn, bytes)  # one page, one picture
    return drawn


def _overflowing(error: InputError, content: Mapping[str, Any]) -> InputError:
    """Say which page of the paper does not hold its words, and the longest of them."""
    found = OVERFLOW.search(str(error))
    if found is None:
        return error
    page = content["decision" if found["page"] == "1" else "summary"]
    longest = max(_texts(page), key=len)
    return InputError(
        f"page {found['page']} of the paper ({content['language']}) is too long by "
        f"{found['points']} points, and sizes never shrink. Its longest phrase: {longest!r}. "
        f"Shorten the names of the case that stand in it."
    )


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _texts(value)


def document(
    study: Study,
    language: str,
    drawings: Mapping[str, str] = MappingProxyType({}),
    annex: str = SHORT,
    edition: Edition | None = None,
) -> dict[str, Any]:
    """Everything that the template prints, as plain data."""
    said = Content.of(study, annex).said(language) if edition is None else edition
    spoken = Language.of(study.case, language)
    decision = one.laid_out(said.pages[0])
    return {
        "language": language,
        "direction": said.direction,
        "title": said.title,
        "author": said.author,
        "description": str(decision["title"]),
        "keywords": [spoken.say(f"theme.{k}") for k in ("analysis", "excellence", "priorities")],
        "date": [said.day.year, said.day.month, said.day.day],
        "paper": said.names["paper"],
        "annex": said.names["annex"],
        "page": spoken.say("frame.page", page="{page}", pages="{pages}"),
        "vintage": said.foot[0],
        "footnote": said.foot[1],
        "decision": decision,
        "summary": two.laid_out(said.pages[1]),
        "sections": [
            {**section, "blocks": [_drawn(b, study, spoken, drawings) for b in section["blocks"]]}
            for section in said.sections
        ],
    }


def _drawn(
    block: Mapping[str, Any], study: Study, language: Language, drawings: Mapping[str, str]
) -> Mapping[str, Any]:
    """Give a picture its drawing; every other block is as it is."""
    if block["kind"] != "picture":
        return block
    key = block["chart"]
    svg = drawings[key] if key in drawings else GALLERY[key].svg(study, language)
    return {**block, "svg": svg}


BARE = frozenset(  # not read as words
    ("svg", "kind", "id", "chart", "formula", "name", "language", "direction", "fill", "mark")
) | {"targets"}
DOTS = 200.0  # of a drawing, to the inch
STANDARDS: Final[tuple[Literal["ua-1", "a-2a"], ...]] = ("ua-1", "a-2a")


def set_document(
    template: str, content: Mapping[str, Any], day: date, name: str = "the document"
) -> bytes:
    """Set one document as PDF. No clock is read: the same content gives the same bytes.

    Parameters
    ----------
    template : file of this folder, such as "donor.typ"
    content : everything that it prints
    day : the date that the file carries
    name : what an error calls it

    Raises
    ------
    InputError
        When a name holds a letter that no font has.
    """
    import typst  # here, as it begins threads: a process that has none can still be copied

    given = _isolated(content) if content.get("direction") == "rtl" else content
    words = json.dumps(given, ensure_ascii=False, sort_keys=True)
    try:
        pdf = _compiler(template).compile(
            format="pdf",
            sys_inputs={"data": words},
            pdf_standards=list(STANDARDS),
            timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC),
        )
    except typst.TypstError as error:
        raise InputError(f"{name} cannot be set: {error}") from error
    assert isinstance(pdf, bytes)  # one document, one file
    return packed(pdf)


AGES = 11  # documents after which nothing is kept of one whose parts none of them has read


def _forget() -> None:
    """Let the typesetter forget what it keeps of earlier documents, 0.2 GB of a whole paper."""
    import typst

    nothing = typst.Compiler(root=Path(__file__).parent, ignore_system_fonts=True)
    for _ in range(AGES):
        nothing.compile(b"", format="svg")
    let_go()


@cache
def _compiler(template: str) -> Any:
    """One compiler for all documents of a template in a process: fonts are read once."""
    import typst

    keep = ExitStack()  # for as long as the process lives
    path = keep.enter_context(as_file(files("capworth.report").joinpath(template)))
    fonts = keep.enter_context(as_file(files("capworth.charts").joinpath("fonts")))
    place = find_spec("matplotlib")  # found, not loaded: nothing is drawn with it here
    folders = [] if place is None else place.submodule_search_locations or []
    spare = [Path(folder) / "mpl-data" / "fonts" / "ttf" for folder in folders]
    return typst.Compiler(
        path, root=path.parent, font_paths=[fonts, *spare], ignore_system_fonts=True
    )


def _isolated(node: Any, key: str = "") -> Any:
    """Isolate each text that runs from left to right as it is put into the page."""
    if isinstance(node, str):
        return node if key in BARE else isolated(node)
    if isinstance(node, Mapping):
        return {k: _isolated(value, k) for k, value in node.items()}
    return [_isolated(value, key) for value in node] if isinstance(node, list | tuple) else node
