"""What is put into words that run from right to left is read from left to right, as it stands.

Without isolates a range such as 19–24 is printed the other way round behind an Arabic letter, a
sign changes its side, and two figures change places. Unicode Standard Annex 9, section 2.4.
"""

from unicodedata import bidirectional

ISOLATE = ("\u2066", "\u2069")  # what lies between is read from left to right
RIGHTWARDS = "\u200f"  # a letter without a width: what follows runs from right to left
MARKS = '.,:;!?()[]«»"*…†،؛؟\u2060'  # around a word, and no part of it
_OPENED = frozenset("\u2066\u2067\u2068")


def runs_rightwards(text: str) -> bool:
    """Whether a text holds a letter that is written from right to left."""
    return any(bidirectional(letter) in {"R", "AL"} for letter in text)


def isolated(value: str) -> str:
    """Isolate a value that runs from left to right: a number, a range, a Latin name.

    One that runs from right to left stays as it is, and so does one that holds isolates.

    >>> isolated("19–24") == "19–24".join(ISOLATE), isolated("قدرة"), isolated("–")
    (True, 'قدرة', '–')
    """
    if _OPENED.intersection(value) or runs_rightwards(value):
        return value
    return value.join(ISOLATE) if any(map(str.isalnum, value)) else value


def figures_isolated(text: str) -> str:
    """Isolate a text that nobody wrote for a slot, such as a name of a case, or its figures.

    In a text that runs from right to left each word with a digit stands alone.

    >>> figures_isolated("نطاق (85%) منها") == f"نطاق ({'85%'.join(ISOLATE)}) منها"
    True
    """
    if not runs_rightwards(text) or _OPENED.intersection(text):
        return isolated(text)
    return "\n".join(" ".join(map(_figure, line.split(" "))) for line in text.split("\n"))


def _figure(word: str) -> str:
    bare = word.strip(MARKS)
    if runs_rightwards(word) or not any(map(str.isdigit, bare)):
        return word
    before, _, after = word.partition(bare)
    return before + bare.join(ISOLATE) + after


def flat(text: str) -> str:
    """Drop isolates that lie within others.

    >>> flat("a\u2066b\u2066c\u2069d\u2069\u2066e\u2069") == "a\u2066bcd\u2069\u2066e\u2069"
    True
    """
    kept, depth = [], 0
    for letter in text:
        depth -= letter == ISOLATE[1]
        if letter not in ISOLATE or depth == 0:
            kept.append(letter)
        depth += letter == ISOLATE[0]
    return "".join(kept)


def turned(text: str) -> str:
    """Begin each line from the right that holds words, or several figures."""
    return "\n".join(
        RIGHTWARDS + line if runs_rightwards(line) or line.count(ISOLATE[0]) > 1 else line
        for line in text.split("\n")
    )
