"""What a run says, read back from its folder: nothing is appraised, drawn or set."""

import json
from collections.abc import Sequence
from pathlib import Path

from capworth.errors import nearest
from capworth.render.console import as_page, write_text
from capworth.runs.manifest import RunError, files_of, must_be_unchanged
from capworth.runs.place import read_manifest

PAPER = "paper.json"  # pages and annex as blocks, in every language of the run


def read_paper(
    folder: str | Path,
    language: str = "",
    width: int = 88,
    sheets: Sequence[str] | None = (),
) -> str:
    """Say the paper of a run as text; in its first language when blank.

    Parameters
    ----------
    sheets : of the annex, by their names, instead of the two pages; None: both pages and all sheets

    Raises
    ------
    RunError
        When the folder is no run, its paper was changed, it has none in that language, or no such
        sheet.
    """
    path = Path(folder)
    manifest = read_manifest(path)
    if PAPER not in files_of(manifest):
        raise RunError(
            f"{path} has no {PAPER}: it was made by an older version. Run the case anew."
        )
    must_be_unchanged(path, manifest, PAPER)
    papers = json.loads((path / PAPER).read_text(encoding="utf-8"))
    asked = language or next(iter(papers))
    if asked not in papers:
        raise RunError(f"there is no paper in {asked!r}. {nearest(asked, tuple(papers))}")
    paper = papers[asked]
    annex = {str(sheet["name"]): sheet for sheet in paper.get("annex", ())}
    for name in sheets or ():
        if name not in annex:
            raise RunError(f"there is no sheet {name!r}. {nearest(name, tuple(annex))}")
    told = [] if sheets else paper["pages"]
    chosen = annex if sheets is None else sheets
    return write_text([*told, *map(as_page, (annex[name] for name in chosen))], width)
