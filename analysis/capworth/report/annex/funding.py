"""Annex: what every budget buys, and the money that is pledged."""

from capworth.report.blocks import Block, Section, Table
from capworth.report.pictures import pictures
from capworth.report.rows import rows_of
from capworth.report.wording import Wording
from capworth.study import Study


def section(study: Study, words: Wording) -> Section | None:
    """The funding curve and the pledges; None where the case names no budget."""
    funding = study.funding
    if funding is None or not study.case.measured:
        return None
    steps = funding.next_euro()
    extra = float(steps.index[-1])
    gain = float(steps["gain"].iloc[-1])
    title = words.say("funding.title", extra=words.millions_exactly(extra), gain=words.number(gain))
    blocks: list[Block] = list(pictures("funding", study, words))
    pledges = funding.pledges()
    if len(pledges):
        blocks.append(_pledges(study, words))
    return Section(words.say("funding.topic"), title, blocks)


def _pledges(study: Study, words: Wording) -> Table:
    funding, settings = study.funding, study.case.settings
    assert funding is not None
    rows = [
        (
            words.name(key),
            words.word("pledge_kind", str(row["kind"])),
            words.named(str(row["earmark"]).split())
            if row["earmark"]
            else words.say("funding.free"),
            f"{row['grade']} {row['source']}".strip(),
            str(int(row["year"])),
            words.number(float(row["amount_m"])),
        )
        for key, row in rows_of(funding.pledges())
    ]
    total = words.number(funding.pledged_m)
    rows.append((words.say("funding.sum"), "", "", "", "", total))
    columns = ("pledge", "kind", "earmark", "source", "year", "amount")
    return Table(
        words.say("funding.table", unit=words.unit("millions"), price_year=settings.price_year),
        tuple(words.say(f"funding.{column}") for column in columns),
        tuple(rows),
        words=4,
        weights=(1.0, 0.7, 1.6, 1.0),
        marked=(len(rows) - 1,),
    )
