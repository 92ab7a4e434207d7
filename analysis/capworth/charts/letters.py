"""Which letters of a case no font of the papers has: they would print as empty boxes."""

from collections.abc import Iterator
from importlib.resources import as_file, files

from matplotlib.ft2font import FT2Font

from capworth.case.dictionary import SETTINGS, dictionary, translations
from capworth.case.model import Case
from capworth.case.read import raw_of

SURE = 0x24F  # letters up to this one are those of Latin, which every font of ours has


def unprintable(case: Case) -> str:
    """Letters of the printed words of a case that print as boxes, each once, as they come."""
    doubtful = dict.fromkeys(c for text in _printed(case) for c in text if ord(c) > SURE)
    known = _with_glyphs() if doubtful else frozenset()
    return "".join(c for c in doubtful if c.isprintable() and ord(c) not in known)


def _with_glyphs() -> frozenset[int]:
    found: set[int] = set()
    for file in (files("capworth.charts") / "fonts").iterdir():
        if file.name.endswith(".ttf"):
            with as_file(file) as path:
                found |= FT2Font(str(path)).get_charmap().keys()
    return frozenset(found)


def _printed(case: Case) -> Iterator[str]:
    """Every text that is said in the papers, in every language."""
    raw = raw_of(case)
    said = {
        name: {*translations(name), *(c.rpartition("_")[0] for c in translations(name))}
        for name in dictionary()
    }
    for key, value in raw.settings.items():
        if key in said[SETTINGS] and isinstance(value, str):
            yield value
    for name, table in raw.tables.items():
        for row in table.rows:
            yield from (text for column, text in row.cells.items() if column in said[name])
