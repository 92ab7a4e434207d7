"""Two studies side by side, and several futures: what differs in the inputs and in the answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, Protocol

import pandas as pd

from capworth.case.claim import Registration
from capworth.case.model import Case, Estimate
from capworth.model.figures import Figure, Figures
from capworth.study.shown import frame_in_html, table_in_html

SETTINGS: Final = "settings"
CLAIM: Final = "claim"
HEADLINES: Final = (  # what a reader compares first, by the id of its figure
    *("gain.programme", "net.programme", "harm.programme", "asked.programme", "needed.programme"),
    *("within.programme", "positive.programme", "cost.programme", "cost.all_capabilities"),
    "distance.all_capabilities",
)
CELLS: Final = ("value", "low", "high", "other", "other_low", "other_high", "more", "apart", "unit")

SIDES: Final = {  # heads in a notebook, each with its range beside it
    "value": "here",
    "low": "here_low",
    "high": "here_high",
    "other": "there",
    "other_low": "there_low",
    "other_high": "there_high",
}


class Studied(Protocol):
    """What a study has to tell to be compared."""

    @property
    def case(self) -> Case:
        """Its case."""

    @property
    def figures(self) -> Figures:
        """Every quantity that is printed."""

    @property
    def answers(self) -> Mapping[str, Any]:
        """Answers by part."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Differences:
    """What is not the same in two studies.

    Attributes
    ----------
    one, other : what they are called: the scenario, or the case
    into, out : improvements that only the other programme holds, or only the first
    words : what else changed, in sentences
    """

    _inputs: pd.DataFrame
    _figures: pd.DataFrame
    one: str
    other: str
    into: tuple[str, ...]
    out: tuple[str, ...]
    words: tuple[str, ...]

    def inputs(self) -> pd.DataFrame:
        """Every number or setting that differs: table, name, what it is here and there."""
        return self._inputs.copy()

    def to_frame(self) -> pd.DataFrame:
        """Return the headlines side by side, with ranges; `apart` where the ranges do not meet."""
        known = [name for name in HEADLINES if name in self._figures.index]
        return self._figures.loc[known].copy()

    def figures(self) -> pd.DataFrame:
        """Every figure that differs, those whose ranges do not meet first."""
        return self._figures.copy()

    def __repr__(self) -> str:
        apart = int(self._figures["apart"].sum())
        moved = f"{len(self._figures)} figures differ, {apart} beyond their ranges"
        inputs = f"{len(self._inputs)} input{'' if len(self._inputs) == 1 else 's'}"
        return (
            f"<Differences: {self.other} beside {self.one}: {inputs}; {moved}; "
            f"{'; '.join(self.words)}>"
        )

    def _repr_html_(self) -> str:
        words = repr(self).strip("<>").replace("<", "&lt;")
        moved = self.to_frame().rename(columns=SIDES)
        shown = table_in_html(moved, "", ("here", "there", "more", "unit", "apart"))
        return f"<p>{words}</p>{frame_in_html(self._inputs)}{shown}"


def compare(one: Studied, other: Studied) -> Differences:
    """Tell what differs between two studies, of whatever cases."""
    here, there = dict(one.figures), dict(other.figures)
    rows = {
        name: _beside(here.get(name), there.get(name))
        for name in dict.fromkeys((*here, *there))
        if _printed(here.get(name)) != _printed(there.get(name))
    }
    table = pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), name="figure"))
    table = table.reindex(columns=list(CELLS)).astype({"apart": bool})
    table = table.sort_values("apart", ascending=False, kind="stable")
    mine, theirs = (_chosen(study) for study in (one, other))
    into = tuple(i for i in theirs if i not in mine)
    out = tuple(i for i in mine if i not in theirs)
    return Differences(
        _inputs=changed_inputs(one.case, other.case),
        _figures=table,
        one=name_of(one.case),
        other=name_of(other.case),
        into=into,
        out=out,
        words=tuple(_sentences(one, other, into, out)),
    )


def name_of(case: Case) -> str:
    """What a case is called beside others: its scenario, else its name."""
    changed = " as changed" if case.changes and not case.scenario else ""
    return case.scenario or f"{case.settings.name}{changed}"


def _printed(figure: Figure | None) -> tuple[float | None, ...]:
    return () if figure is None else (figure.value, figure.low, figure.high)


def _beside(here: Figure | None, there: Figure | None) -> dict[str, object]:
    known = here or there
    assert known is not None  # one of both has it
    row: dict[str, object] = {"unit": known.unit.replace("_", " ")}
    for figure, stem in ((here, "value"), (there, "other")):
        if figure is not None:
            ends = ("low", "high") if stem == "value" else ("other_low", "other_high")
            row |= {stem: figure.value, ends[0]: figure.low, ends[1]: figure.high}
    if here and there and here.value is not None and there.value is not None:
        row["more"] = there.value - here.value
    row["apart"] = bool(here and there and _apart(here, there))
    return row


def _apart(here: Figure, there: Figure) -> bool:
    ends = (here.low, here.high, there.low, there.high)
    if None in ends:
        return False
    low, high, other_low, other_high = (float(end) for end in ends if end is not None)
    return other_low > high or other_high < low


def _chosen(study: Studied) -> tuple[str, ...]:
    programme = study.answers.get("programme")
    return () if programme is None else tuple(programme.chosen)


def _sentences(one: Studied, other: Studied, into: Sequence[str], out: Sequence[str]) -> list[str]:
    words = [f"into the programme: {', '.join(into)}"] if into else []
    words += [f"out of the programme: {', '.join(out)}"] if out else []
    if not words and _chosen(one):
        words.append("the programme is the same")
    for part, what in (("appraisal", "first in value for money"), ("priorities", "first priority")):
        first, second = (_first(study.answers.get(part)) for study in (one, other))
        if first != second:
            words.append(f"{what}: {second or 'none'}, not {first or 'none'}")
    return words


def _first(answer: Any) -> str:
    return "" if answer is None else str(answer.to_frame().index[0])


# ------------------------------------------------------------ inputs


def changed_inputs(then: Case, now: Case) -> pd.DataFrame:
    """Every number or setting that differs from one case to another."""
    rows: list[tuple[str, str, str, str]] = []
    for f in fields(then.settings):
        before, after = getattr(then.settings, f.name), getattr(now.settings, f.name)
        if before != after:
            rows.append((SETTINGS, f.name, str(before), str(after)))
    for f in fields(Registration):
        if f.name != "lock":
            was, is_now = (str(getattr(c.claim, f.name)) if c.claim else "" for c in (then, now))
            if was != is_now:
                rows.append((CLAIM, f.name, was, is_now))
    old, new = then.estimates(), now.estimates()
    for name in dict.fromkeys((*old, *new)):
        if name not in old or name not in new or _numbers(old[name]) != _numbers(new[name]):
            words = (_said(old.get(name)), _said(new.get(name)))
            rows.append((name.split("/")[0], name, *words))
    for table in ("capabilities", "improvements", "relations"):
        old_rows, new_rows = (set(map(str, getattr(c, table))) for c in (then, now))
        differ = len(old_rows ^ new_rows)
        if differ:
            rows.append((table, f"{table}: rows", str(len(old_rows)), str(len(new_rows))))
    return pd.DataFrame(rows, columns=["table", "input", "old", "new"])


def _numbers(estimate: Estimate) -> tuple[Any, ...]:
    drawn = estimate.shape, estimate.group, estimate.share, estimate.ends, estimate.record
    figure = estimate.low, estimate.mode, estimate.high, estimate.grade, estimate.unit
    return *figure, *drawn, estimate.weights, estimate.made_of


def _said(estimate: Estimate | None) -> str:
    if estimate is None:
        return ""
    group = f"{estimate.share:.0%} with {estimate.group}" if estimate.group else ""
    low, mode, high = (f"{end:.12g}" for end in (estimate.low, estimate.mode, estimate.high))
    figure = f"{mode} ({low} to {high}) {estimate.grade}"
    seen = f"{len(estimate.record)} observed" if estimate.record else ""
    pairs = f"correlated with {len(estimate.made_of) - 1}" if estimate.made_of else ""
    return ", ".join(filter(None, (figure, estimate.shape, estimate.ends, group, seen, pairs)))
