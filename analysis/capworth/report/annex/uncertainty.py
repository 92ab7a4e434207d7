"""Annex: the levels at which the recommended set turns, and what is worth knowing first.

Annex: which inputs move the first place, and how far they would have to go to turn it.
"""

from math import isfinite

from capworth.language.inputs import input_label, level_text
from capworth.language.voice import Wording
from capworth.report.blocks import Block, Section, Table, pictures, rows_of
from capworth.report.decision import Turn, advice, changes_text, turns
from capworth.study.stages import Study

SHOWN = 12  # inputs in each table


def switching(study: Study, words: Wording) -> Section | None:
    """Switching values of the recommended set; None where there is no programme."""
    found = study.switching
    if found is None:
        return None
    count = len(found.plausible)
    key = "switching.title" if count else "switching.title_none"
    table = found.to_frame()
    blocks: list[Block] = [*pictures("switching", study, words)]
    if len(table):
        blocks.append(_levels(study, words))
    title = words.say(key, count=count, all=found.looked_at)
    return Section(words.say("switching.topic"), title, blocks)


def _levels(study: Study, words: Wording) -> Table:
    assert study.switching is not None
    case = study.case
    rows = []
    for key, row in rows_of(study.switching.to_frame().head(SHOWN)):
        ends = (row["below"], row["mode"], row["above"])
        levels = (
            level_text(key, float(end), case, words) if isfinite(end) else words.say("unknown")
            for end in ends
        )
        change = float(row["change"])
        rows.append(
            (
                input_label(key, case, words),
                str(row["grade"]),
                *levels,
                words.percent(change) if isfinite(change) else words.say("unknown"),
                words.probability(float(row["p_reached"])),
            )
        )
    columns = ("input", "evidence", "below", "mode", "above", "change", "reached")
    return Table(
        words.say("switching.table", count=len(study.switching.to_frame())),
        tuple(words.say(f"switching.{column}") for column in columns),
        tuple(rows),
        words=2,
        weights=(3.0, 0.5),
        note=words.say("switching.note"),
        size=7.0,
    )


def resolving(study: Study, words: Wording) -> Section | None:
    """Value of information for the programme; None where there is none."""
    found = study.resolving
    if found is None:
        return None
    whole = words.number(found.everything)
    table = found.to_frame()
    blocks: list[Block] = [*pictures("resolving", study, words)]
    if len(table):
        blocks.append(_values(study, words))
    if not found.clear:
        title = words.say("resolving.title_none", whole=whole)
    else:
        first = input_label(found.clear[0], study.case, words)
        title = words.say("resolving.title", first=first, whole=whole)
    return Section(words.say("resolving.topic"), title, blocks)


def _values(study: Study, words: Wording) -> Table:
    found = study.resolving
    assert found is not None
    rows = tuple(
        (
            input_label(key, study.case, words),
            f"{row['grade']} {row['source']}".strip(),
            words.number(float(row["value"])),
            words.number(float(row["standard_error"])),
            words.say("resolving.yes" if row["clear"] else "resolving.no"),
        )
        for key, row in rows_of(found.to_frame().head(SHOWN))
    )
    columns = ("input", "evidence", "value", "error", "clear")
    return Table(
        words.say("resolving.table", draws=words.number(found.draws, 0)),
        tuple(words.say(f"resolving.{column}") for column in columns),
        rows,
        words=2,
        weights=(3.0, 1.0),
        note=words.say("resolving.note", price=words.number(found.points_per_million)),
        size=7.0,
    )


def sensitivity_page(study: Study, words: Wording) -> Section | None:
    """The tornado and the table behind it; None where the case has no value tree."""
    found = study.sensitivity
    if found is None:
        return None
    table = found.to_frame()
    changing = turns(study) if advice(study) is not None else []
    blocks: list[Block] = []
    if changing:
        blocks.append(_set(changing, study, words))
    blocks += pictures("sensitivity", study, words)
    if len(table):
        blocks.append(_inputs(study, words))
    return Section(words.say("sensitivity.topic"), _title(len(changing), study, words), blocks)


def _title(changing: int, study: Study, words: Wording) -> str:
    """How many inputs change the recommended set, and how many the first place."""
    found = study.sensitivity
    assert found is not None
    turning, every = len(found.turning), len(found.to_frame())
    first = words.name(found.subject)
    if changing:
        key = "sensitivity.turning" if turning else "sensitivity.turning_none"
        said = words.say(key, count=turning, first=first)
        return words.say("sensitivity.title_set", count=changing, all=every, turning=said)
    key = "sensitivity.title" if turning else "sensitivity.title_none"
    return words.say(key, count=turning, all=every, first=first)


def _inputs(study: Study, words: Wording) -> Table:
    found = study.sensitivity
    assert found is not None
    rows = tuple(
        (
            input_label(key, study.case, words),
            f"{row['grade']} {row['source']}".strip(),
            *(words.number(float(row[end])) for end in ("low", "mode", "high")),
            *(words.number(float(row[end])) for end in ("at_low", "at_high")),
            words.probability(float(row["p_beyond"])),
            words.percent(float(row["variance_share"])),
        )
        for key, row in rows_of(found.to_frame().head(SHOWN))
    )
    columns = ("input", "evidence", "low", "mode", "high", "at_low", "at_high", "turns", "variance")
    return Table(
        words.say(
            "sensitivity.table",
            first=words.name(found.subject),
            second=words.name(found.rival),
            base=words.number(found.base),
        ),
        tuple(words.say(f"sensitivity.{column}") for column in columns),
        rows,
        words=2,
        weights=(2.6, 1.0),
        note=words.say("sensitivity.note"),
        size=7.0,
    )


def _set(changing: list[Turn], study: Study, words: Wording) -> Table:
    """Where each input changes the recommended set, and how."""
    rows = tuple(
        (
            input_label(turn.name, study.case, words),
            words.say(
                f"sensitivity.{turn.side}",
                level=level_text(turn.name, turn.level, study.case, words),
            ),
            changes_text(turn.added, turn.dropped, words),
            words.number(turn.stake),
        )
        for turn in changing[:SHOWN]
    )
    columns = ("input", "at", "change", "stake")
    return Table(
        words.say("sensitivity.set_table"),
        tuple(words.say(f"sensitivity.{column}") for column in columns),
        rows,
        words=3,
        weights=(1.5, 0.8, 2.4),
        size=7.0,
    )
