"""Annex: which inputs move the first place, and how far they would have to go to turn it."""

from capworth.report.advice import advice
from capworth.report.blocks import Block, Section, Table
from capworth.report.inputs import input_label, level_text
from capworth.report.pictures import pictures
from capworth.report.rows import rows_of
from capworth.report.turning import Turn, changes_text, turns
from capworth.report.wording import Wording
from capworth.study import Study

SHOWN = 12  # inputs in the table


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
