"""Every number of the paper that is a figure, marked while it is said.

A number is a figure because the content says so, never because it looks like one: a slot refers to
its figure, a setting to the figure that states it, and what a function says to the figures that it
may print. The page turns each mark into a button that opens the figure.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from math import isfinite
from typing import Any, Final, TypeVar

from capworth.language.language import Language
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.figures import PROGRAMME, Figure, word
from capworth.report.content import (
    Hedged,
    Phrase,
    Ref,
    Stated,
    Text,
    Told,
    Voice,
    refs_of,
    said,
)
from capworth.report.explorer.findings import FINDINGS
from capworth.study.stages import Study

OPENS, PARTS, CLOSES = "\ue000", "\ue001", "\ue002"  # no letters: [place] [text] around a number
MINUS = "−"
STATED_AS: Final[Mapping[str, str]] = {  # what a page says was set, and the figure that states it
    "draws": "setting.draws",
    "claim.alpha": "claim_level.registered",
    "claim.margin": "claim_margin.registered",
    "grades of the case": "inputs.judged",
}
COUNTED_AS: Final[Mapping[tuple[str, str], str]] = {  # slots of a phrase that count a result
    ("change.intro_set", "count"): "inputs.switching",
    ("change.intro_set", "all"): "inputs.looked_at",
    ("change.intro_set_none", "all"): "inputs.looked_at",
    ("decision.picture.title", "count"): f"members.{PROGRAMME}",
    ("decision.picture.note", "count"): f"good_sets.{PROGRAMME}",
    ("decision.programme.raise", "count"): f"members.{PROGRAMME}",
    ("decision.programme.raise_unsure", "count"): f"members.{PROGRAMME}",
    ("decision.programme.title_unsure", "count"): f"members.{PROGRAMME}",
    ("decision.programme.title_none", "count"): f"members.{PROGRAMME}",
    ("summary.title", "chosen"): f"members.{PROGRAMME}",
    ("summary.title_plain", "chosen"): f"members.{PROGRAMME}",
    ("options.proposed", "count"): f"members.{PROGRAMME}",
    ("options.start_only", "count"): "members.option.start",
}
BESIDE: Final[Mapping[tuple[str, str], str]] = {  # that tell of the figure in another slot
    ("role_year.late", "count"): "year",
}
SET_AS: Final[Mapping[str, str]] = {  # slots that hold a setting, whatever the phrase
    "years": "setting.years",
    "price_year": "setting.price_year",
}

Node = TypeVar("Node")


class Links:
    """Figures that some texts print, each with its place in a list, in the order of first use.

    Parameters
    ----------
    study : whose texts are marked
    """

    def __init__(self, study: Study) -> None:
        self._study, self._figures = study, study.figures
        self.used: dict[str, int] = {}

    def marked(self, node: Node) -> Node:
        """The same content, which marks its numbers when it is said."""
        found: Node = self._marked(node)
        return found

    def _marked(self, node: Any) -> Any:
        match node:
            case Ref() | Stated() | Told() | Hedged():
                names = self.figures_of(node)
                if not names:
                    return node
                whole = isinstance(node, Ref | Stated)
                return Told(_heard, (node, names, whole, self._mark), tuple(refs_of(node)))
            case Phrase(key, slots):
                known = dict(slots)
                return Phrase(key, tuple((n, self._slot(key, n, v, known)) for n, v in slots))
        if type(node) is tuple:  # an amount is a tuple too, and no content
            return tuple(map(self._marked, node))
        if is_dataclass(node) and not isinstance(node, type):
            return replace(
                node, **{f.name: self._marked(getattr(node, f.name)) for f in fields(node)}
            )
        return node

    def _slot(self, key: str, slot: str, value: Any, known: Mapping[str, Any]) -> Any:
        if not isinstance(value, int):
            return self._marked(value)
        name = COUNTED_AS.get((key, slot)) or SET_AS.get(slot)
        beside = known.get(BESIDE.get((key, slot), ""))
        if isinstance(beside, Ref):
            name = self._figures.stored(beside.figure)
        if name is None or name not in self._figures:
            return value
        return _Counted(value, self._mark(name, str(value)))

    def figures_of(self, node: Ref | Stated | Told | Hedged) -> tuple[Figure, ...]:
        """Figures that a slot prints: one of a reference or a setting, several of what is told."""
        match node:
            case Ref(figure=name):
                names: Iterable[str | None] = (self._figures.stored(name),)
            case Stated(what=what):
                names = (STATED_AS.get(what),)
            case Told(by=by, args=args):
                teller = TELLERS.get(by.__name__)
                more = () if teller is None else teller(self._study, *args)
                refs = (*(ref.figure for ref in refs_of(node)), *more)
                names = (self._figures.stored(name) for name in refs)
            case Hedged():
                names = (self._figures.stored(ref.figure) for ref in refs_of(node))
        known = (name for name in dict.fromkeys(names) if name is not None)
        return tuple(self._figures[name] for name in known if name in self._figures)

    def _mark(self, name: str, text: str) -> str:
        place = self.used.setdefault(name, len(self.used))
        sign = MINUS if text.startswith(MINUS) else ""
        return f"{sign}{OPENS}{place}{PARTS}{text.removeprefix(sign)}{CLOSES}"


class _Counted(int):
    """A whole number that chooses the plural as it is, and is written with its mark."""

    text: str

    def __new__(cls, value: int, text: str) -> "_Counted":
        found = super().__new__(cls, value)
        found.text = text
        return found

    def __str__(self) -> str:
        return self.text


def _heard(
    study: Study,
    language: Language,
    node: Text,
    figures: tuple[Figure, ...],
    whole: bool,
    mark: Callable[[str, str], str],
) -> str:
    """Say a slot, its numbers marked: all of what refers to one figure, else those that are one."""

    def linking(value: float, text: str) -> str:
        if whole or (len(figures) == 1 and _single(node)):
            return mark(figures[0].id, text)
        name = _which(value, figures)
        return text if name is None else mark(name, text)

    text = str(said(node, Voice(replace(language, linking=linking), study)))
    plain = OPENS not in text and re.search(r"\d", text)  # a year, which no writer of numbers wrote
    return mark(figures[0].id, text) if plain and whole else text


def _single(node: Text) -> bool:
    """Whether it is told of one figure only: its level, in whatever unit it is written."""
    return isinstance(node, Told) and len(node.figures) == 1 and node.by.__name__ in LEVELS


LEVELS: Final = ("_level", "_scaled")  # tellers that write one level, perhaps not as it is stored


def _which(value: float, figures: tuple[Figure, ...]) -> str | None:
    """Which of some figures a number is: as it stands, or else as two of its digits are."""
    for key in (_exact, _rounded):
        for figure in figures:
            if key(value) in {key(end) for end in _printed(figure)}:
                return figure.id
    return None


def _printed(figure: Figure) -> Iterator[float]:
    """Numbers that may be printed of a figure: itself and its ends, in percent or in millions."""
    for value in (figure.value, figure.low, figure.high):
        if value is None or not isfinite(value):
            continue
        yield value
        if figure.unit in ("share", "chance"):
            yield 100 * value
            yield 1.0 if value < 0.01 else 99.0 if value > 0.99 else 100 * value  # below, above
        if figure.unit == "money" and abs(value) >= MILLION:
            yield value / MILLION


def _exact(value: float) -> str:
    return f"{abs(value):.9e}"


def _rounded(value: float) -> str:
    return f"{abs(value):.1e}"


# ------------------------------------------------------------ what functions tell of


def _of_power(study: Study) -> Iterator[str]:
    reading = ".".join(map(word, study.claim.primary))
    names = ("detectable", "contrast", "lines", "floor", "planted", "cleared", "power_both")
    yield from (f"claim_{name}.{reading}" for name in names)
    yield from ("claim_alpha.registered", "claim_gate.registered")


def _of_result(study: Study) -> Iterator[str]:
    reading = ".".join(map(word, study.claim.primary))
    yield from (f"claim_{name}.{reading}" for name in ("suited", "strong"))


def _of_source(_: Study, __: str, ___: object) -> tuple[str, ...]:
    return ("setting.draws",)


def _of_members(_: Study) -> tuple[str, ...]:
    return ("largest_error.groups", "setting.draws")


def _of_finding(study: Study, chart: str) -> Iterable[str]:
    return FINDINGS[chart](study) if chart in FINDINGS else ()


TELLERS: Final[Mapping[str, Callable[..., Iterable[str]]]] = {  # by the name of the function
    "_power_told": _of_power,
    "_result_told": _of_result,
    "_source": _of_source,
    "members_note": _of_members,
    "_finding": _of_finding,
}
