"""Annex: which inputs move the first place, and how far they would have to go to turn it."""

from capworth.report.blocks import Block, Section, Table
from capworth.report.inputs import input_label
from capworth.report.pictures import pictures
from capworth.report.rows import rows_of
from capworth.report.wording import Wording
from capworth.study import Study

SHOWN = 12  # inputs in the table


def section(study: Study, words: Wording) -> Section | None:
    """The tornado and the table behind it; None where the case has no value tree."""
    found = study.sensitivity
    if found is None:
        return None
    table = found.to_frame()
    turning = len(found.turning)
    first = words.name(found.subject)
    title = words.say("sensitivity.title", count=turning, all=len(table), first=first)
    blocks: list[Block] = list(pictures("sensitivity", study, words))
    if len(table):
        blocks.append(_inputs(study, words))
    return Section(words.say("sensitivity.topic"), title, blocks)


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
        )
        for key, row in rows_of(found.to_frame().head(SHOWN))
    )
    columns = ("input", "evidence", "low", "mode", "high", "at_low", "at_high", "turns")
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
