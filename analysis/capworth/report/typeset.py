"""A document from a template: tagged for readers who cannot see, and fit for archives."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final, Literal

import matplotlib as mpl

from capworth.charts.isolates import isolated
from capworth.errors import InputError

BARE = frozenset({"svg", "kind", "name", "language", "direction"})  # not read as words
STANDARDS: Final[tuple[Literal["ua-1", "a-2a"], ...]] = ("ua-1", "a-2a")


def set_document(template: str, content: Mapping[str, Any], day: date) -> bytes:
    """Set one document as PDF. No clock is read: the same content gives the same bytes.

    Parameters
    ----------
    template : file of this folder, such as "donor.typ"
    content : everything that it prints
    day : the date that the file carries

    Raises
    ------
    InputError
        When a name holds a letter that no font has.
    """
    import typst  # here, as it begins threads: a process that has none can still be copied

    given = _isolated(content) if content.get("direction") == "rtl" else content
    words = json.dumps(given, ensure_ascii=False, sort_keys=True)
    with (
        as_file(files("capworth.report").joinpath(template)) as path,
        as_file(files("capworth.charts").joinpath("fonts")) as fonts,
    ):
        spare = Path(mpl.get_data_path()) / "fonts" / "ttf"  # letters that the others lack
        compiler = typst.Compiler(
            path,
            root=path.parent,
            font_paths=[fonts, spare],
            ignore_system_fonts=True,
            sys_inputs={"data": words},
        )
        try:
            pdf = compiler.compile(
                format="pdf",
                pdf_standards=list(STANDARDS),
                timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC),
            )
        except typst.TypstError as error:
            raise InputError(f"the document cannot be set: {error}") from error
    assert isinstance(pdf, bytes)  # one document, one file
    return pdf


def _isolated(node: Any, key: str = "") -> Any:
    """Isolate the numbers of every text, so that those that stand alone keep their signs too."""
    if isinstance(node, str):
        return node if key in BARE else isolated(node)
    if isinstance(node, Mapping):
        return {k: _isolated(value, k) for k, value in node.items()}
    return [_isolated(value, key) for value in node] if isinstance(node, list | tuple) else node
