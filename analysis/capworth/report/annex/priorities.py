"""Annex: how firm the order of the improvements is, and in which bundles they would be bought."""

from capworth.report.blocks import Block, Section, Table
from capworth.report.pictures import pictures
from capworth.report.rows import rows_of
from capworth.report.wording import Wording
from capworth.study import Study


def section(study: Study, words: Wording) -> Section | None:
    """Rank acceptability and bundles in order of priority; None where there is nothing to order."""
    priorities = study.priorities
    if priorities is None or not study.case.measured:
        return None
    first = priorities.order[0]
    share = float(priorities.to_frame()["p_first"].iloc[0])
    title = words.firmly("priorities.title", share, first=words.name(first))
    blocks: list[Block] = [] if study.programme is None else [_bundles(study, words)]
    blocks += pictures("priorities", study, words)
    return Section(words.say("priorities.topic"), title, blocks)


def _bundles(study: Study, words: Wording) -> Table:
    programme, settings = study.programme, study.case.settings
    assert programme is not None
    rows = tuple(
        (
            f"{place}. {words.named(str(row['improvements']).split(' + '))}",
            words.number(float(row["asked_m"])),
            words.number(float(row["asked_cum_m"]), 0),
            words.number(float(row["gain"])),
            words.number(float(row["gain_cum"]), 0),
            words.number(float(row["gain_per_asked_m"])),
        )
        for place, row in rows_of(programme.order())
    )
    columns = ("bundle", "asked", "asked_sum", "gain", "gain_sum", "rate")
    return Table(
        words.say("priorities.table", unit=words.unit("millions"), price_year=settings.price_year),
        tuple(words.say(f"priorities.{column}") for column in columns),
        rows,
        note=words.say("priorities.note"),
    )
