"""Pictures that the page itself draws: rows with a bar or a dot, a range, and their numbers.

A picture is data: what stands in each row, in which fill, on one scale. The template draws it, so
its words are words of the page, and its rows are read aloud as the rows of a table. Ends are
shares of the width; where a language runs from right to left the template mirrors them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil, floor, isfinite, log10
from typing import Any

from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.report.content import Cell, Text, Voice, say, spoken

SOLID, HATCHED, GREY, OUTLINE = "solid", "hatched", "grey", "outline"  # told apart without hue
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)  # of a scale, times a power of ten
MOST = 4  # steps of a scale


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its name, its bar with a range, the numbers at its end."""

    name: Text
    cells: tuple[Cell | None, ...]
    amount: Amount | None = None  # None where it is not known: no bar is drawn
    parts: tuple[float, ...] = ()  # of the bar from its start, each in the next fill


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together, with their head and their fill."""

    head: Text | None
    fill: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """A picture of rows.

    Attributes
    ----------
    title : its finding
    axis : what the bars are, and in which unit
    names : head of the names
    heads : of the columns of numbers
    groups : its rows
    note : how to read it
    mark : "bar" from nought, or "dot"
    key : fills of the parts, each with what it stands for
    spare : rows at the end that a full page leaves out, and counts in one line
    hidden : things that the last row counts, where there are more than a page shows
    wide : whether names and cells may be sentences
    years : whether the scale counts years, whose ticks are whole and without separators
    """

    title: Text | None
    axis: Text
    names: Text | None
    heads: tuple[Text | None, ...]
    groups: tuple[Group, ...]
    note: Text | None = None
    mark: str = "bar"
    key: tuple[tuple[str, Text], ...] = ()
    spare: int = 0
    hidden: int = 0
    wide: bool = False
    years: bool = False

    def drawn(self, speaker: Voice | Language) -> dict[str, Any]:
        """Turn it into plain data: every end as a share of the width, ticks in words."""
        voice = speaker if isinstance(speaker, Voice) else Voice(speaker)
        bars = [bar for group in self.groups for bar in group.bars]
        low, high, ticks = scale((b.amount for b in bars if b.amount), self.mark == "bar")
        zero = (0.0 - low) / (high - low)
        shown = ("title", "axis", "names", "heads", "note")
        return {
            "kind": "bars",
            **{name: spoken(getattr(self, name), voice) for name in shown},
            "mark": self.mark,
            "key": [{"fill": fill, "text": spoken(text, voice)} for fill, text in self.key],
            "spare": self.spare,
            "left_out": [
                spoken(say("and_more", count=count + max(self.hidden, 1)), voice)
                for count in range(len(bars) if self.spare else 0)
            ],
            "grouped": any(group.head for group in self.groups),
            "zero": min(max(zero, 0.0), 1.0),
            "ticks": [
                {"at": (t - low) / (high - low), "text": self._tick(t, voice)}
                for t in ticks
                if not self.years or t == int(t)
            ],
            "wide": self.wide,
            "groups": [
                {
                    "head": spoken(group.head, voice),
                    "rows": [
                        {
                            "name": spoken(bar.name, voice),
                            "cells": [spoken(cell, voice) for cell in bar.cells],
                            "bar": self._shares(bar, low, high),
                        }
                        for bar in group.bars
                    ],
                    "fill": group.fill,
                }
                for group in self.groups
            ],
        }

    def _tick(self, value: float, voice: Voice) -> str:
        return str(int(value)) if self.years else voice.language.tick(value)

    def _shares(self, bar: Bar, low: float, high: float) -> dict[str, Any] | None:
        if bar.amount is None or not all(map(isfinite, bar.amount)):
            return None
        ends = Amount(*((end - low) / (high - low) for end in bar.amount))
        fills = [fill for fill, _ in self.key]
        parts = [
            {"fill": fill, "share": part / (high - low)}
            for fill, part in zip(fills, bar.parts, strict=bool(bar.parts))
        ]
        return {**dict(zip(("at", "low", "high"), ends, strict=True)), "parts": parts}


def first_rows(groups: Iterable[Group], most: int) -> tuple[tuple[Group, ...], int]:
    """The first rows of all groups, and how many a last row counts in the stead of the others."""
    kept, left, hidden = list[Group](), most, 0
    for group in groups:
        if left > 0:
            kept.append(replace(group, bars=group.bars[:left]))
        hidden += max(len(group.bars) - max(left, 0), 0)
        left -= len(group.bars)
    if hidden:
        empty = (None,) * len(kept[-1].bars[-1].cells)
        last = Bar(say("and_more", count=hidden), empty)
        kept[-1] = replace(kept[-1], bars=(*kept[-1].bars, last))
    return tuple(kept), hidden


def scale(amounts: Iterable[Amount], from_zero: bool) -> tuple[float, float, list[float]]:
    """Ends of a scale that holds every amount with its range, and its round ticks.

    >>> scale([Amount(2.1, 0.9, 3.4)], True)
    (0.0, 3.4, [0.0, 1.0, 2.0, 3.0])
    >>> scale([Amount(-5.0, -8.0, 1.0)], True)
    (-8.0, 1.0, [-7.5, -5.0, -2.5, 0.0])
    """
    ends = [end for amount in amounts for end in amount if isfinite(end)] or [0.0]
    ends += [0.0] if from_zero else []
    low, high = min(ends), max(ends)
    if high == low:
        low, high = min(low, 0.0), max(high, 0.0) or 1.0
    raw = (high - low) / MOST
    power = 10.0 ** floor(log10(raw))
    step = next(s * power for s in STEPS if s * power >= raw * (1 - 1e-9))
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return low, high, [k * step + 0.0 for k in range(first, last + 1)]
