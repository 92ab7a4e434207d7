"""Every number of the paper that is a figure, marked while it is said.

A number is a figure because the content says so, never because it looks like one: a slot refers to
its figure, a setting to the figure that states it, and what a function says to the figures that it
may print. The page turns each mark into a button that opens the figure.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import partial
from math import isfinite
from typing import Any, Final, TypeVar

from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.figures import PROGRAMME, Figure, word
from capworth.report.content import (
    Heard,
    Hedged,
    OfChart,
    Phrase,
    Ref,
    Stated,
    Text,
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
    "claim.alpha": "claim_alpha.registered",
    "claim.gate": "claim_gate.registered",
    "claim.level": "claim_level.registered",
    "claim.margin": "claim_margin.registered",
    "claim_power.gate": "claim_gate.registered",
    "draws of the members": "setting.draws",
    "error of the sums": "largest_error.groups",
    "grades of the case": "inputs.judged",
    "price year": "setting.price_year",
}
OF_READING: Final[Mapping[str, str]] = {  # what is said of the registered reading, and its figure
    "claim.strong": "claim_strong",
    "claim.suited": "claim_suited",
    "claim_power.cleared": "claim_cleared",
    "claim_power.contrast": "claim_contrast",
    "claim_power.floor": "claim_floor",
    "claim_power.held": "claim_power_both",
    "claim_power.ratio": "claim_planted",
    "claim_power.ratio_low": "claim_planted",
    "claim_power.ratio_high": "claim_planted",
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
SET_IN: Final[Mapping[tuple[str, str], str]] = {  # slots of a phrase that hold what was set
    ("parameter.years_value", "first"): "setting.first_year",
    ("parameter.draws_value", "draws"): "setting.draws",
    ("parameter.excellence_value", "efficient"): "setting.excellent_efficient",
    ("parameter.excellence_value", "top"): "setting.excellent_top",
    ("parameter.excellence_value", "share"): "setting.top_share",
    ("parameter.budget_value", "budget"): f"budget.{PROGRAMME}",
    ("parameter.budget_value", "target"): f"target.{PROGRAMME}",
    ("parameter.objective_value", "near"): f"near.{PROGRAMME}",
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
        self._known: dict[int, tuple[Any, Any]] = {}  # what was marked, beside its marked twin

    def marked(self, node: Node) -> Node:
        """The same content, which marks its numbers when it is said; made once, in any language."""
        if id(node) not in self._known:
            self._known[id(node)] = node, self._marked(node)
        found: Node = self._known[id(node)][1]
        return found

    def _marked(self, node: Any) -> Any:
        match node:
            case Ref() | Stated() | OfChart() | Hedged():
                figures = self.figures_of(node)
                return Heard(node, partial(self._heard, figures)) if figures else node
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
        name = COUNTED_AS.get((key, slot)) or SET_IN.get((key, slot)) or SET_AS.get(slot)
        if isinstance(value, Stated) and name in self._figures:
            return Heard(value, partial(self._heard, (self._figures[str(name)],)))
        if not isinstance(value, int):
            return self._marked(value)
        beside = known.get(BESIDE.get((key, slot), ""))
        if isinstance(beside, Ref):
            name = self._figures.stored(beside.figure)
        if name is None or name not in self._figures:
            return value
        return _Counted(value, self._mark(name, str(value)))

    def figures_of(self, node: Ref | Stated | OfChart | Hedged) -> tuple[Figure, ...]:
        """Figures that a slot prints: one of a reference or a setting, several of a finding."""
        match node:
            case Ref(figure=name):
                names: Iterable[str | None] = (self._figures.stored(name),)
            case Stated(what=what):
                names = (self._stated(what),)
            case OfChart(chart=chart, part=part):
                refs = _of_chart(self._study, chart, part)
                names = (self._figures.stored(name) for name in refs)
            case Hedged():
                names = (self._figures.stored(ref.figure) for ref in refs_of(node))
        known = (name for name in dict.fromkeys(names) if name is not None)
        return tuple(self._figures[name] for name in known if name in self._figures)

    def _stated(self, what: str) -> str | None:
        if what in OF_READING and "claim" in self._study:
            return f"{OF_READING[what]}.{'.'.join(map(word, self._study.claim.primary))}"
        return STATED_AS.get(what)

    def _heard(self, figures: tuple[Figure, ...], node: Text, voice: Voice) -> str:
        """Say a slot, its numbers marked: all of what refers to one figure, else those that are."""
        whole = isinstance(node, Ref | Stated)

        def linking(value: float, text: str) -> str:
            name = figures[0].id if whole else _which(value, figures)
            return text if name is None else self._mark(name, text)

        language = replace(voice.language, linking=linking)
        text = str(said(node, voice._replace(language=language)))
        plain = OPENS not in text and re.search(r"\d", text)  # a year that no writer wrote
        return self._mark(figures[0].id, text) if plain and whole else text

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


def _of_chart(study: Study, chart: str, part: str) -> Iterable[str]:
    if part == "source":
        return ("setting.draws",)
    return FINDINGS[chart](study) if part == "title" and chart in FINDINGS else ()
