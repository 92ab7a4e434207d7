"""A chart of the gallery: a figure, the table behind it, and what they say.

How charts of a study are put together: what they draw, how tall they are, what lies behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from capworth.charts.style import ROW, looks
from capworth.language.language import Language
from capworth.language.numbers import Amount, at_most, decimals
from capworth.model.result import Answer
from capworth.multicriteria.contributions import Contributions
from capworth.programme.architecture import Architecture
from capworth.study.stages import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture of one or more answers.

    Attributes
    ----------
    key : its name, and that of its words
    needs : answers of the study without which there is nothing to show
    draw : draws the study on an empty figure
    height : inches
    behind : the numbers that are drawn
    facts : what the title, caption and alternative text are filled with; "variant" among them
        chooses another title where there is one
    drawable : whether there is something to show, when all needs are met
    first : the things of its rows, the most important first; where a page does not hold all of
        them the first are drawn, and the caption says so
    """

    key: str
    needs: tuple[str, ...]
    draw: Callable[[Study, Figure, Language], None]
    height: Callable[[Study], float]
    behind: Callable[[Study], pd.DataFrame]
    facts: Callable[[Study, Language], Facts]
    drawable: Callable[[Study], bool] = field(default=lambda _: True)
    first: Callable[[Study], Sequence[str]] | None = None

    def asked(self, study: Study) -> bool:
        """Whether the case asks the question that this chart answers."""
        return all(need in study for need in self.needs) and self.drawable(study)

    def figure(self, study: Study, language: Language) -> Figure:
        """Draw it, as wide as the text of an A4 page."""
        from capworth.charts.canvas import blank, turn

        with looks():
            drawn = self.drawn(study)[0]
            figure = blank(self.height(drawn))
            self.draw(drawn, figure, language.charts)
            if language.rightwards:
                turn(figure)
        return figure

    def svg(self, study: Study, language: Language) -> str:
        """Draw it as SVG text; see `to_svg`."""
        from capworth.charts.svg import to_svg

        return to_svg(self.figure(study, language))

    def drawn(self, study: Study) -> tuple[Study, int, int]:
        """What is drawn: all, or the first things where a page would not hold them; how many."""
        every = () if self.first is None else self.first(study)
        if not every or self.height(study) <= TALLEST:
            return study, len(every), len(every)
        many = MOST_ROWS
        while (height := self.height(cut := only_first(study, every, many))) > TALLEST and many > 1:
            many = max(1, min(many - 1, int(many * TALLEST / height)))
        return cut, many, len(every)

    def table(self, study: Study) -> pd.DataFrame:
        """Return the numbers behind the figure."""
        return self.behind(study)

    def title(self, study: Study, language: Language) -> str:
        """State the finding in one sentence, with its probability or range."""
        return self.words(study, language, "title")[0]

    def caption(self, study: Study, language: Language) -> str:
        """Say what is shown, in which units, and how to read it."""
        return self.words(study, language, "caption")[0]

    def alt(self, study: Study, language: Language) -> str:
        """Say in words what a reader sees who can see the figure."""
        return self.words(study, language, "alt")[0]

    def source(self, study: Study, language: Language) -> str:
        """Return the source line: which case, which draws, evidence until when."""
        known, language = study.provenance, language.charts
        marked = any(i.illustrative for i in study.case.improvements)
        return language.say(
            "source.line_marked" if marked else "source.line",
            version=known.version,
            case=known.case,
            fingerprint=known.fingerprint[:12],
            currency=known.currency,
            year=known.price_year,
            cutoff=known.cutoff,
            draws=language.number(known.draws, 0),
            seed=known.seed,
        )

    def words(self, study: Study, language: Language, *asked: str) -> tuple[str, ...]:
        """Say several of "title", "caption" and "alt", their facts found once."""
        language = language.charts
        facts = self.facts(study, language)
        keys = [f"chart.{self.key}.{what}" for what in asked]
        special = [f"{key}_{facts.get('variant')}" for key in keys]
        found = [s if language.has(s) else k for k, s in zip(keys, special, strict=True)]
        told = {what: language.say(key, **facts) for what, key in zip(asked, found, strict=True)}
        if "caption" in told:
            _, many, every = self.drawn(study)
            if many < every:
                told["caption"] += " " + language.say("first_drawn", count=many, all=every)
        return tuple(told.values())


TALLEST = 8.3  # inches of a chart, so that it fits on a page with its words
MOST_ROWS = 16  # things drawn where a page does not hold all


def only_first(study: Study, every: Sequence[str], many: int) -> Study:
    """A study to be drawn, of whose capabilities or improvements only the first are left."""
    away = frozenset(every[many:])
    cut = {
        name: _without(answer, away)
        for name, answer in study.answers.items()
        if isinstance(answer, Answer)
    }
    case = replace(
        study.case,
        capabilities=tuple(c for c in study.case.capabilities if c.id not in away),
        improvements=tuple(i for i in study.case.improvements if i.id not in away),
    )
    return replace(study.with_answers(**cut), case=case)


def _without(answer: Any, away: frozenset[str]) -> Any:
    """An answer without the rows, or columns, of some things; as it knows itself where it does."""
    if isinstance(answer, Contributions | Architecture):
        return answer.without(away)
    changed: dict[str, Any] = {}
    for entry in fields(answer):
        value = getattr(answer, entry.name)
        if isinstance(value, Answer):
            changed[entry.name] = _without(value, away)
        elif isinstance(value, pd.DataFrame):
            found = value.loc[_kept(value.index, away)]
            for column in {"capability", "improvement"} & {*map(str, found.columns)}:
                found = found[~found[column].isin(away)]
            changed[entry.name] = found.loc[:, _kept(value.columns, away)]
    return replace(answer, **changed) if changed else answer


def _kept(labels: pd.Index, away: frozenset[str]) -> Any:
    """Labels of which no part is one of those that go."""
    kept = np.ones(len(labels), dtype=bool)
    for level in range(labels.nlevels):
        kept &= ~labels.get_level_values(level).isin(away)
    return kept


HUNDRED = 100.0  # millions from which no tenth is written
NAMED = 8  # things that an alternative text names; the others are counted
FIRM = 0.9  # probability from which a title names the first without the second


def in_series(language: Language, parts: Iterable[str], most: int = NAMED) -> str:
    """Join parts that may hold commas; those beyond `most` are only counted."""
    return language.series(parts, most)


def triples(table: pd.DataFrame, name: str) -> list[tuple[float, float, float]]:
    """Return value, low and high end of each row."""
    ends = table[[name, f"{name}_low", f"{name}_high"]].to_numpy(dtype=float)
    return [(float(v), float(low), float(high)) for v, low, high in ends]


def money_unit(study: Study, language: Language) -> Facts:
    """Return the unit of money and its price year."""
    known = study.provenance
    return {"unit": language.million(known.currency), "year": known.price_year}


def rank_facts(key: str, shares: pd.DataFrame, study: Study, language: Language) -> Facts:
    """Who is first how often; the second too unless the first is firm."""
    by_first = shares.iloc[:, 0].sort_values(ascending=False, kind="stable")
    names = [language.name(str(i)) for i in by_first.index]
    chances = [language.probability(float(p)) for p in by_first]
    rows = (
        language.say(f"chart.{key}.alt_row", name=name, percent=chance)
        for name, chance in zip(names, chances, strict=True)
    )
    firm = len(names) == 1 or by_first.iloc[0] >= FIRM
    return {
        "variant": "firm" if firm else None,
        "first": names[0],
        "p_first": chances[0],
        "second": names[-1 if len(names) == 1 else 1],
        "p_second": chances[-1 if len(names) == 1 else 1],
        "draws": language.number(study.provenance.draws, 0),
        "list": in_series(language, rows, most=5),
        "last": language.name(str(shares.index[-1])),
    }


def exact_amount(value: float) -> Amount:
    """A number without a range of its own."""
    return Amount(value, value, value)


def sure(confidence: float, language: Language) -> str:
    """Say how surely a budget is to hold: at so many per cent, or on average."""
    if confidence:
        return language.say("sure.at", percent=language.percent(confidence))
    return language.say("sure.mean")


def money_at(millions: float, language: Language, currency: str = "") -> str:
    """Write millions that hold at a confidence: to a tenth, below one million to two digits."""
    places = at_most(millions, 1 if abs(millions) < HUNDRED else 0)
    if abs(millions) < 1:
        places = decimals(millions, millions, millions)
    return language.money(millions, currency, places)


HEAD = 1.05  # inches for legend, axis and its label
FEW, LOOSE = 12, 0.21  # up to so many rows, inches of a row

Drawn: TypeAlias = "Callable[[Study, Axes, Language], Axes]"


def alone(draw: Drawn) -> Callable[[Study, Figure, Language], None]:
    """Draw on the only Axes of the figure."""

    def drawn(study: Study, figure: Figure, language: Language) -> None:
        draw(study, figure.subplots(), language)

    return drawn


def of(answer: str, draw: Callable[..., Axes]) -> Callable[[Study, Figure, Language], None]:
    """Draw one answer of the study."""
    return alone(lambda study, ax, language: draw(getattr(study, answer), ax, language))


def rows(count: int, row: float = ROW) -> float:
    """Height of a chart of so many rows; a few rows may stand farther apart."""
    return HEAD + count * (row if count > FEW else max(row, LOOSE))


def capability_rows(study: Study) -> float:
    """Height of a chart with a row for each capability."""
    return rows(len(study.case.capabilities))


def dearest(study: Study) -> Sequence[str]:
    """Capabilities, those that cost most first."""
    costs = study.appraisal.to_frame()["cost_m"].sort_values(ascending=False, kind="stable")
    return [str(key) for key in costs.index]


def improvement_rows(study: Study) -> float:
    """Height of a chart with a row for each improvement."""
    return rows(len(study.case.improvements))


def by(answer: str, column: str) -> Callable[[Study], Sequence[str]]:
    """Give the things of one answer by a column, the largest first."""

    def first(study: Study) -> Sequence[str]:
        table: pd.DataFrame = getattr(study, answer).to_frame()
        found = table[column].sort_values(ascending=False, kind="stable")
        return [str(key) for key in found.index]

    return first


def foremost(answer: str) -> Callable[[Study], Sequence[str]]:
    """Give the things of one answer in its own order."""

    def first(study: Study) -> Sequence[str]:
        return [str(key) for key in getattr(study, answer).to_frame().index]

    return first


def frame(answer: str) -> Callable[[Study], pd.DataFrame]:
    """Return the table of one answer as what lies behind a chart."""

    def behind(study: Study) -> pd.DataFrame:
        table: pd.DataFrame = getattr(study, answer).to_frame()
        return table

    return behind


def ranks_behind(answer: str) -> Callable[[Study], pd.DataFrame]:
    """Return the rank acceptabilities of one answer as what lies behind a chart."""

    def behind(study: Study) -> pd.DataFrame:
        result = getattr(study, answer)
        shares: pd.DataFrame = result.rank_acceptability()
        return shares.assign(expected_place=result.to_frame()["expected_place"])

    return behind


def valued(study: Study) -> bool:
    """Whether the case has a value tree."""
    return bool(study.case.measured)
