"""Numbers within words that run from right to left: each is read from left to right, as it stands.

Without isolates a range such as 19–24 is printed the other way round behind an Arabic letter, a
sign changes its side, and two figures change places. Unicode Standard Annex 9, section 2.4.
"""

import re
from unicodedata import bidirectional

ISOLATE = ("\u2066", "\u2069")  # what lies between is read from left to right
RIGHTWARDS = "\u200f"  # a letter without a width: what follows runs from right to left
_DIGITS = "[0-9A-Za-z]"
_NUMBER = rf"(?:[<>≤≥±+\-−]\u2060?)?\u2066*[0-9](?:{_DIGITS}|[.,:/](?={_DIGITS}))*\u2069*%?\u2069*"
_TOKEN = re.compile(  # a number alone, or a range
    rf"\u2066*(?<![A-Za-z0-9_.]){_NUMBER}(?:[–\-−]\u2066*{_NUMBER})*"
)
_LATIN = re.compile(r"(?=.*[A-Za-z]{2})(?=.*[\W\d])[^\u0590-\u08ff]*", re.DOTALL)  # words and more
_COMMA = re.compile(r"(?<=[\u0621-\u064a†…]),(?= )")  # of a list that was joined in Latin fashion
_SEVERAL = re.compile(r"[^A-Za-z]*\d[^A-Za-z]* [^A-Za-z]+")  # figures with a space between them
_BARE = {ord(mark): None for mark in ISOLATE}
_STRONG = frozenset({"L", "R", "AL"})
_BREAKS = frozenset("\n،؛«»")  # behind these nothing belongs to the Latin words before


def runs_rightwards(text: str) -> bool:
    """Whether a text holds a letter that is written from right to left."""
    return any(bidirectional(letter) in {"R", "AL"} for letter in text)


def isolated(text: str) -> str:
    """Isolate every number that is not isolated yet, so that its signs and digits keep their order.

    A number within Latin words, such as the year of a reference, stays with them; a text of Latin
    words alone, such as the title of a source, is isolated as a whole.

    >>> isolated("من 3 إلى 19–24").replace(ISOLATE[0], "[").replace(ISOLATE[1], "]")
    'من [3] إلى [19–24]'
    >>> isolated("قال Färe (1992)")
    'قال Färe (1992)'
    """
    parted = 0  # the end of the last number that was isolated: Latin letters in it are shut in

    def kept(found: re.Match[str]) -> str:
        nonlocal parted
        token = found[0]
        bare = token.translate(_BARE)
        opened, closed = (token.count(mark) for mark in ISOLATE)
        if opened != closed or (bare == token and _follows_latin(text[parted : found.start()])):
            return token
        parted = found.end()
        return bare.join(ISOLATE)

    if _LATIN.fullmatch(text):
        return text if text.startswith(ISOLATE[0]) else text.join(ISOLATE)
    return _COMMA.sub("،", _TOKEN.sub(kept, text))


def _follows_latin(before: str) -> bool:
    """Whether the last letter of what stands before is Latin, and nothing parts it from the end."""
    for letter in reversed(before):
        if letter in _BREAKS or letter in ISOLATE:
            return False
        kind = bidirectional(letter)
        if kind in _STRONG:
            return kind == "L"
    return False


def turned(text: str) -> str:
    """Begin each line from the right, but for a single number and Latin words alone."""
    return "\n".join(
        RIGHTWARDS + isolated(line) if runs_rightwards(line) or _SEVERAL.fullmatch(line) else line
        for line in text.split("\n")
    )
