"""One figure in words: its formula, value, range and error, what moves it, the rows behind it."""

from collections.abc import Iterable
from dataclasses import replace

from capworth.case.model import Case
from capworth.language.inputs import input_label
from capworth.language.language import Language
from capworth.model.figures import MONEY_UNITS, Figure, Origin
from capworth.model.formulas import FORMULAS
from capworth.model.result import HIGH, LOW


def explained(figure: Figure, case: Case, language: Language) -> tuple[str, ...]:
    """Say how a figure came about, line by line; what it has none of is said to be missing."""

    def say(key: str, **values: object) -> str:
        return language.say(f"figure.{key}", **values)

    def amount(value: float | None) -> str:
        return language.said(replace(figure, value=value), ranged=False)

    formula = FORMULAS[figure.formula]
    kind = language.word("figure_kind", figure.kind)
    head = {"id": figure.id, "value": amount(figure.value), "kind": kind}
    lines = [
        say("head_prices", **head, prices=language.unit(figure.prices))
        if figure.prices
        else say("head", **head)
    ]
    if whose := [word for word in (figure.perspective, figure.payer) if word]:
        lines.append(say("whose", whose=language.listed(_party(word, language) for word in whose)))
    lines += [
        say("formula", words=language.word("formula", formula.id)),
        say("symbols", symbols=formula.symbols),
        say("method", section=formula.section, computed=formula.computed),
    ]
    if figure.value is None:
        return (*lines, say("rows", count=len(figure.rows)))
    if figure.low is None or figure.high is None:
        lines.append(say("no_range"))
    else:
        share = language.percent((HIGH - LOW) / 100)
        lines.append(say("range", low=amount(figure.low), high=amount(figure.high), share=share))
    if figure.point is not None:
        lines.append(say("point", value=amount(figure.point)))
    lines.append(_error(figure, language) if figure.error is not None else say("no_error"))
    lines.append(_moved(figure, case, language))
    if figure.places:
        lines.append(say("places", list=language.listed(figure.places, 4)))
    lines.append(say("rows", count=len(figure.rows)) if figure.rows else say("no_rows"))
    return tuple(lines)


def _party(word: str, language: Language) -> str:
    return language.word("payer", word)


def _error(figure: Figure, language: Language) -> str:
    """The standard error of the draws, in the unit of the figure."""
    error = figure.error or 0.0
    number = language.number(error * (100 if figure.unit in ("share", "chance") else 1))
    if MONEY_UNITS[figure.unit]:
        number = language.amount(number, millions=figure.unit.startswith("millions"))
    elif figure.unit in ("share", "chance"):
        number = language.say("percent", number=number)
    return language.say("figure.error", error=number, draws=language.number(figure.draws, 0))


def _moved(figure: Figure, case: Case, language: Language) -> str:
    if not figure.movers:
        return language.say("figure.not_moved")
    said = (
        language.say(
            "figure.mover",
            input=input_label(name, case, language),
            correlation=language.signed(correlation, 2),
        )
        for name, correlation in figure.movers
    )
    return language.say("figure.moved", list=language.series(said))


HEADS = ("name", "file", "row", "grade", "source", "unit", "low", "mode", "high")


def cells(rows: Iterable[Origin]) -> list[list[object]]:
    """Rows behind a figure as cells under `HEADS`; what a row does not tell is left blank."""
    return [
        [
            *(row.name, f"{row.table}.csv", row.row or "", row.grade, row.source, row.unit),
            *("" if level is None else level for level in (row.low, row.mode, row.high)),
        ]
        for row in rows
    ]
