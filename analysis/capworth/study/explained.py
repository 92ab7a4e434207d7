"""One figure in words: its formula, value, range and error, what moves it, the rows behind it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from capworth.case.dictionary import SETTINGS
from capworth.case.model import Case
from capworth.language.inputs import input_label
from capworth.language.language import Language
from capworth.model.costs import PAYERS
from capworth.model.figures import (
    CHOSEN,
    COUNT,
    NO_DRAWS,
    RATIO,
    SHARE,
    STATED,
    TEST,
    Figure,
    Origin,
)
from capworth.model.formulas import FORMULAS
from capworth.model.result import HIGH, LOW

TAKEN = "taken"  # where a setting is not stated: the default of the program


def explained(figure: Figure, case: Case, language: Language) -> tuple[str, ...]:
    """Say how a figure came about, line by line; what it has none of is said to be missing.

    What is stated in the case, or counted, has no formula, no range and no error to tell of.
    """

    def say(key: str, **values: object) -> str:
        return language.say(f"figure.{key}", **values)

    formula, given = FORMULAS[figure.formula], figure.kind in (STATED, CHOSEN, COUNT)
    kind = kind_of(figure, case)
    whence = language.word("figure_kind", kind)
    head = {"id": figure.id, "value": _amount(figure, figure.value, language), "kind": whence}
    lines = [
        say("head_prices", **head, prices=language.unit(figure.prices))
        if figure.prices
        else say("head", **head)
    ]
    if names := _names(figure, case, language):
        lines.append(say("about", list=language.series(names)))
    for key, word in (("perspective", figure.perspective), ("payer", figure.payer)):
        if word:
            lines.append(say(key, whose=_party(word, language)))
    if given:
        none = say(f"given_{kind}")
        lines += [say("formula", words=none), say("method_plain", section=formula.section)]
    else:
        lines += [
            say("formula", words=language.word("formula", formula.id)),
            say("symbols", symbols=formula.symbols),
            say("method", section=formula.section, computed=formula.computed),
        ]
    if figure.value is not None:
        lines += _spread(figure, language, given)
        if figure.movers or not given:
            lines.append(_moved(figure, case, language))
        if figure.places:
            lines.append(say("places", list=language.listed(figure.places, 4)))
    lines.append(say("rows", count=len(figure.rows)) if figure.rows else say("no_rows"))
    return tuple(lines)


def kind_of(figure: Figure, case: Case) -> str:
    """What kind of number a figure is: no setting that the case leaves out counts as stated."""
    settings = {row.name.partition("/")[2] for row in figure.rows if row.table == SETTINGS}
    return TAKEN if figure.kind == STATED and settings & {*case.assumed} else figure.kind


def why_no_error(figure: Figure) -> str:
    """Why a figure has no error of the simulation: the end of the id of a phrase."""
    if figure.draws == NO_DRAWS:
        return "none"
    return figure.kind if figure.kind in (TEST, RATIO) else "kept"


def why_not_moved(figure: Figure) -> str:
    """Why nothing is said to move a figure: the end of the id of a phrase."""
    if figure.draws == NO_DRAWS:
        return "none"
    if figure.by_draw:
        return "noise"
    return SHARE if figure.kind == SHARE else "kept"


def _names(figure: Figure, case: Case, language: Language) -> tuple[str, ...]:
    """Printed names of the things of the case in the id of a figure: its short names in words."""
    inputs, code = case.estimates(), language.code
    voice = language.knowing({m.id: m.in_language("name", code) for m in case.members})
    return tuple(
        input_label(part, case, voice) if part in inputs else voice.name(part)
        for part in dict.fromkeys(figure.id.split(".")[1:])
        if part in inputs or voice.names.get(part, part) != part
    )


def _party(word: str, language: Language) -> str:
    return language.word("payer", word) if word in PAYERS else language.word("party", word)


def _amount(figure: Figure, value: float | None, language: Language) -> str:
    """The figure, or one end of it; a level in the unit of the one row that it is of."""
    text = language.said(replace(figure, value=value), ranged=False)
    units = {row.unit for row in figure.rows if row.unit}
    if figure.unit != "level" or value is None or len(units) != 1:
        return text
    return language.say("figure.of_row", number=text, unit=language.unit(units.pop()))


def _spread(figure: Figure, language: Language, given: bool) -> Iterator[str]:
    """Its range, its level at the modes and its error; of what is given only what there is."""
    if figure.low is not None and figure.high is not None:
        share = language.percent((HIGH - LOW) / 100)
        low, high = (_amount(figure, end, language) for end in (figure.low, figure.high))
        yield language.say("figure.range", low=low, high=high, share=share)
    elif not given:
        yield language.say("figure.no_range")
    if figure.point is not None:
        yield language.say("figure.point", value=_amount(figure, figure.point, language))
    if figure.error is not None:
        yield _error(figure, language)
    elif not given:
        why = language.say(f"figure.error_{why_no_error(figure)}")
        yield language.say("figure.no_error", why=why)


def _error(figure: Figure, language: Language) -> str:
    """The standard error of the draws, in the unit of the figure."""
    scale = 100.0 if figure.unit in ("share", "chance") else 1.0
    number = language.number((figure.error or 0.0) * scale)
    unit = "share" if figure.unit == "chance" else figure.unit
    plain = unit in ("place", "year")
    error = number if plain else language.in_unit(number, unit)
    return language.say("figure.error", error=error, draws=language.number(figure.draws, 0))


def _moved(figure: Figure, case: Case, language: Language) -> str:
    if not figure.movers:
        why = language.say(f"figure.moved_{why_not_moved(figure)}")
        return language.say("figure.not_moved", why=why)
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
            *(row.name, row.file, row.row or "", row.grade, row.source, row.unit),
            *("" if level is None else level for level in (row.low, row.mode, row.high)),
        ]
        for row in rows
    ]
