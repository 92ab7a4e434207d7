"""Annex: the levels at which the recommended set turns, and what is worth knowing first.

Annex: which inputs move the first place, and how far they would have to go to turn it.
"""

from math import isfinite

from capworth.language.inputs import input_label, level_text
from capworth.language.language import Language
from capworth.report.blocks import Block, Section, Table, pictures, rows_of
from capworth.report.decision import Turn, advice, changes_text, turns
from capworth.study.stages import Study

SHOWN = 12  # inputs in each table


def switching(study: Study, language: Language) -> Section | None:
    """Switching values of the recommended set; None where there is no programme."""
    if "switching" not in study:
        return None
    found = study.switching
    count = len(found.plausible)
    key = "switching.title" if count else "switching.title_none"
    table = found.to_frame()
    blocks: list[Block] = [*pictures("switching", study, language)]
    if len(table):
        blocks.append(_levels(study, language))
    title = language.say(key, count=count, all=found.looked_at)
    return Section(language.say("switching.topic"), title, blocks)


def _levels(study: Study, language: Language) -> Table:
    case = study.case
    rows = []
    for key, row in rows_of(study.switching.to_frame().head(SHOWN)):
        ends = (row["below"], row["mode"], row["above"])
        levels = (
            level_text(key, float(end), case, language)
            if isfinite(end)
            else language.say("unknown")
            for end in ends
        )
        change = float(row["change"])
        rows.append(
            (
                input_label(key, case, language),
                str(row["grade"]),
                *levels,
                language.percent(change) if isfinite(change) else language.say("unknown"),
                language.probability(float(row["p_reached"])),
            )
        )
    columns = ("input", "evidence", "below", "mode", "above", "change", "reached")
    return Table(
        language.say("switching.table", count=len(study.switching.to_frame())),
        tuple(language.say(f"switching.{column}") for column in columns),
        tuple(rows),
        words=2,
        weights=(3.0, 0.5),
        note=language.say("switching.note"),
        size=7.0,
    )


def resolving(study: Study, language: Language) -> Section | None:
    """Value of information for the programme; None where there is none."""
    if "resolving" not in study:
        return None
    found = study.resolving
    whole = language.number(found.everything)
    table = found.to_frame()
    blocks: list[Block] = [*pictures("resolving", study, language)]
    if len(table):
        blocks.append(_values(study, language))
    if not found.clear:
        title = language.say("resolving.title_none", whole=whole)
    else:
        first = input_label(found.clear[0], study.case, language)
        title = language.say("resolving.title", first=first, whole=whole)
    return Section(language.say("resolving.topic"), title, blocks)


def _values(study: Study, language: Language) -> Table:
    found = study.resolving
    rows = tuple(
        (
            input_label(key, study.case, language),
            f"{row['grade']} {row['source']}".strip(),
            language.number(float(row["value"])),
            language.number(float(row["standard_error"])),
            language.say("resolving.yes" if row["clear"] else "resolving.no"),
        )
        for key, row in rows_of(found.to_frame().head(SHOWN))
    )
    columns = ("input", "evidence", "value", "error", "clear")
    return Table(
        language.say("resolving.table", draws=language.number(found.draws, 0)),
        tuple(language.say(f"resolving.{column}") for column in columns),
        rows,
        words=2,
        weights=(3.0, 1.0),
        note=language.say("resolving.note", price=language.number(found.points_per_million)),
        size=7.0,
    )


def sensitivity_page(study: Study, language: Language) -> Section | None:
    """The tornado and the table behind it; None where the case has no value tree."""
    if "sensitivity" not in study:
        return None
    found = study.sensitivity
    table = found.to_frame()
    changing = turns(study) if advice(study) is not None else []
    blocks: list[Block] = []
    if changing:
        blocks.append(_set(changing, study, language))
    blocks += pictures("sensitivity", study, language)
    if len(table):
        blocks.append(_inputs(study, language))
    return Section(
        language.say("sensitivity.topic"), _title(len(changing), study, language), blocks
    )


def _title(changing: int, study: Study, language: Language) -> str:
    """How many inputs change the recommended set, and how many the first place."""
    found = study.sensitivity
    turning, every = len(found.turning), len(found.to_frame())
    first = language.name(found.subject)
    if changing:
        key = "sensitivity.turning" if turning else "sensitivity.turning_none"
        said = language.say(key, count=turning, first=first)
        return language.say("sensitivity.title_set", count=changing, all=every, turning=said)
    key = "sensitivity.title" if turning else "sensitivity.title_none"
    return language.say(key, count=turning, all=every, first=first)


def _inputs(study: Study, language: Language) -> Table:
    found = study.sensitivity
    rows = tuple(
        (
            input_label(key, study.case, language),
            f"{row['grade']} {row['source']}".strip(),
            *(language.number(float(row[end])) for end in ("low", "mode", "high")),
            *(language.number(float(row[end])) for end in ("at_low", "at_high")),
            language.probability(float(row["p_beyond"])),
            language.percent(float(row["variance_share"])),
        )
        for key, row in rows_of(found.to_frame().head(SHOWN))
    )
    columns = ("input", "evidence", "low", "mode", "high", "at_low", "at_high", "turns", "variance")
    return Table(
        language.say(
            "sensitivity.table",
            first=language.name(found.subject),
            second=language.name(found.rival),
            base=language.number(found.base),
        ),
        tuple(language.say(f"sensitivity.{column}") for column in columns),
        rows,
        words=2,
        weights=(2.6, 1.0),
        note=language.say("sensitivity.note"),
        size=7.0,
    )


def _set(changing: list[Turn], study: Study, language: Language) -> Table:
    """Where each input changes the recommended set, and how."""
    rows = tuple(
        (
            input_label(turn.name, study.case, language),
            language.say(
                f"sensitivity.{turn.side}",
                level=level_text(turn.name, turn.level, study.case, language),
            ),
            changes_text(turn.added, turn.dropped, language),
            language.number(turn.stake),
        )
        for turn in changing[:SHOWN]
    )
    columns = ("input", "at", "change", "stake")
    return Table(
        language.say("sensitivity.set_table"),
        tuple(language.say(f"sensitivity.{column}") for column in columns),
        rows,
        words=3,
        weights=(1.5, 0.8, 2.4),
        size=7.0,
    )
