"""Annex: the levels at which the recommended set turns, and what is worth knowing first."""

from math import isfinite

from capworth.report.blocks import Block, Section, Table
from capworth.report.inputs import input_label, level_text
from capworth.report.pictures import pictures
from capworth.report.rows import rows_of
from capworth.report.wording import Wording
from capworth.study import Study

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
