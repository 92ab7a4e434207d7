"""How a page of the short annex is made: its finding, its picture, its source line."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from capworth.charts.gallery import GALLERY
from capworth.language.language import Language
from capworth.report.bars import Bar, Bars, Group
from capworth.report.blocks import Block, Section, Text
from capworth.study.stages import Study

MINUS = "\u2212"


def page_of(
    topic: str, chart: str, study: Study, blocks: Iterable[Block], language: Language
) -> Section:
    """A page with the finding of a chart as its title, and its source line."""
    shown = GALLERY[chart]
    title = _signed(language.typeset(shown.title(study, language)))
    return Section(language.say(topic), title, [*blocks, source_of(study, chart, language)])


def _signed(text: str) -> str:
    """Give the true minus to what a chart says with a hyphen."""
    return "".join(
        MINUS if letter == "-" and k + 1 < len(text) and _is_sign(text, k) else letter
        for k, letter in enumerate(text)
    )


def _is_sign(text: str, k: int) -> bool:
    before = text[k - 1] if k else " "
    return text[k + 1].isdigit() and not (before.isalnum() or before in ")]–")


def source_of(study: Study, chart: str, language: Language) -> Text:
    """Say what lines and brackets are, and where the numbers come from."""
    line = language.typeset(GALLERY[chart].source(study, language))
    draws = language.number(study.provenance.draws, 0)
    return Text(f"{language.say('leaf.ranges', draws=draws)} {line}", small=True)


def head(key: str, language: Language, **parts: object) -> str:
    """Head of a column, or name of an axis."""
    return language.say(f"leaf.{key}", **parts)


def asked_of(chart: str, study: Study) -> bool:
    """Whether the case asks what a chart shows."""
    return GALLERY[chart].asked(study)


def bars_of(
    axis: str,
    names: str,
    heads: Iterable[str],
    groups: Iterable[Group],
    language: Language,
    **more: Any,
) -> Mapping[str, Any]:
    """Draw a picture of rows without a title: that of the page is its finding."""
    return Bars("", axis, names, tuple(heads), tuple(groups), **more).drawn(language)


def by_fill(rows: Iterable[tuple[str, str, Bar]]) -> list[Group]:
    """Rows that follow each other with one head and fill, as groups."""
    groups: list[Group] = []
    for head, fill, bar in rows:
        if groups and (groups[-1].head, groups[-1].fill) == (head, fill):
            groups[-1] = replace(groups[-1], bars=(*groups[-1].bars, bar))
        else:
            groups.append(Group(head, fill, (bar,)))
    return groups


def largest_first(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Rows of a table by one column, the largest first."""
    return table.sort_values(column, ascending=False, kind="stable")
