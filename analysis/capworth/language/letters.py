"""Which letters of a case no font of the papers has: they would print as empty boxes."""

from collections.abc import Iterator
from importlib.resources import as_file, files

from capworth.case.dictionary import SETTINGS, dictionary, translations
from capworth.case.model import Case
from capworth.case.read import raw_of

LATIN = 0x24F  # letters up to this one are those of Latin, which every font of ours has
ARABIC = range(0x621, 0x653)  # with the marks of vowels above and below
MARKS = frozenset("–—‘’“”•…€،؛؟\u200e\u200f\u2066\u2067\u2068\u2069")  # every one of ours has these
BOXES = (
    "these letters print as empty boxes, as no font of the papers has them: {}. Write the words in "
    "Latin or Arabic letters."
)


def boxes_told(case: Case) -> str:
    """Tell in a sentence which letters of a case print as boxes; empty where none does."""
    letters = unprintable(case)
    return BOXES.format(" ".join(letters)) if letters else ""


def unprintable(case: Case) -> str:
    """Letters of the printed words of a case that print as boxes, each once, as they come."""
    doubtful = dict.fromkeys(c for text in _printed(case) for c in text if not _is_sure(c))
    known = _with_glyphs() if doubtful else frozenset()
    return "".join(c for c in doubtful if c.isprintable() and ord(c) not in known)


def _is_sure(letter: str) -> bool:
    return ord(letter) <= LATIN or ord(letter) in ARABIC or letter in MARKS


def _with_glyphs() -> frozenset[int]:
    from fontTools.ttLib import TTFont  # loaded for letters that are rare

    found: set[int] = set()
    for file in (files("capworth") / "charts" / "fonts").iterdir():
        if file.name.endswith(".ttf"):
            with as_file(file) as path, TTFont(path, lazy=True) as font:
                found |= font.getBestCmap().keys()
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
