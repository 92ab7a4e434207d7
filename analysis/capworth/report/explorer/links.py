"""Numbers in the paper's own sentences that know which figure they are.

While the sentences are said, every number that is a stored figure to the last digits is marked with
its place in a list; the page turns the mark into a button that opens the figure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from capworth.language.language import Language
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.figures import Figure

OPENS, PARTS, CLOSES = "\ue000", "\ue001", "\ue002"  # no letters: [place] [text] around a number
MINUS = "−"
KNOWN = 10  # significant digits in which a number and a figure agree
ROUND = 3  # significant digits of a number that could be anything


class Links:
    """Figures by the number that is printed of them, and those that were asked for.

    A number with few digits, or one that two figures of other quantities share, is not linked: a
    wrong link is worse than none.

    Parameters
    ----------
    figures : those that a sentence may print; of equal ones of one quantity the first is taken
    """

    def __init__(self, figures: Mapping[str, Figure]) -> None:
        self._by_number: dict[str, str] = {}
        self.used: dict[str, int] = {}
        several: set[str] = set()
        for name, figure in figures.items():
            for value in _printed(figure):
                key = _key(value)
                known = self._by_number.setdefault(key, name)
                if figures[known].quantity != figure.quantity:
                    several.add(key)
        for key in several:
            del self._by_number[key]

    def speaking(self, language: Language) -> Language:
        """The same language, which marks the numbers that it writes."""
        return replace(language, linking=self._mark)

    def _mark(self, value: float, text: str) -> str:
        name = self._by_number.get(_key(value))
        if name is None:
            return text
        place = self.used.setdefault(name, len(self.used))
        sign = MINUS if text.startswith(MINUS) else ""
        return f"{sign}{OPENS}{place}{PARTS}{text.removeprefix(sign)}{CLOSES}"


def _printed(figure: Figure) -> Iterator[float]:
    """Numbers that may be printed of a figure: itself and its ends, in percent or in millions."""
    for value in (figure.value, figure.low, figure.high):
        if value is None or len(_key(value).split("e")[0].rstrip("0")) - 1 < ROUND:
            continue
        yield value
        if figure.unit in ("share", "chance"):
            yield 100 * value
        if figure.unit == "money" and abs(value) >= MILLION:
            yield value / MILLION


def _key(value: float) -> str:
    return f"{abs(value):.{KNOWN - 1}e}"
