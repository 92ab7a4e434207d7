"""Annex: who bears the shared platforms by every key, and to whom outcomes are credited."""

from capworth.allocation import Allocation
from capworth.charts.allocation_chart import beyond
from capworth.report.amounts import Amount
from capworth.report.blocks import Block, Bullets, Section, Table, Text
from capworth.report.pictures import pictures
from capworth.report.rows import Row, rows_of
from capworth.report.wording import Wording
from capworth.study import Study


def allocation_page(study: Study, words: Wording) -> Section | None:
    """Explain the keys, put them side by side, and the credit beside the cost."""
    found = study.allocation
    if found is None:
        return None
    table = found.ranks()
    if not len(table):
        title = words.say("allocation.title_unranked", keys=len(found.keys))
    elif found.depending:
        title = words.say(
            "allocation.title",
            count=len(found.depending),
            all=len(table),
            most=int(table["places_moved"].max()),
        )
    else:
        title = words.say("allocation.title_still")
    keys = tuple(
        (
            words.say("allocation.head", name=words.word("key", k)),
            words.say(f"allocation.by.{k}"),
        )
        for k in found.keys
    )
    blocks: list[Block] = [Text(_platforms(found, words)), Bullets(keys)]
    blocks.append(_keys(found, words))
    blocks += pictures("allocation", study, words)
    if found.depending:
        blocks.append(_ranks(found, words))
    if study.attribution is not None:
        blocks.append(_credit(study, words))
    return Section(words.say("allocation.topic"), title, blocks)


def _platforms(found: Allocation, words: Wording) -> str:
    """What each platform costs, how much of it is there whoever uses it, and what it saves."""
    rows = found.platforms().reset_index("key")
    lines = []
    for platform, row in rows_of(rows[rows["counts"]]):
        lines.append(
            words.say(
                "allocation.platform",
                name=words.name(str(platform)),
                cost=words.millions_spread(Amount.of(row, "cost_m")),
                fixed=words.percent(float(row["fixed"])),
                users=int(row["users"]),
                alone=words.millions(float(row["alone_m"])),
                how=words.word("key", str(row["key"])),
            )
        )
    return " ".join((words.say("allocation.text"), *lines))


def _keys(found: Allocation, words: Wording) -> Table:
    """One row for each platform and key: who bears most, and whether a group would leave."""
    table = found.platforms()
    rows = tuple(
        (
            words.brief(str(platform)) if key == found.keys[0] else "",
            words.word("key", str(key)),
            words.brief(str(row["most"])) if row["most"] else words.say("allocation.alike"),
            words.percent(float(row["most_share"])),
            words.number(float(row["excess_m"])) if row["excess_m"] > 0 else "0",
            words.probability(float(row["p_stable"])),
        )
        for (platform, key), row in rows_of(table)
    )
    columns = ("of", "key", "most", "most_share", "excess", "stable")
    return Table(
        words.say("allocation.keys", unit=words.unit("millions")),
        tuple(words.say(f"allocation.{column}") for column in columns),
        rows,
        words=3,
        weights=(1.4, 1.0, 1.6),
        note=words.say("allocation.keys_note", draws=words.number(found.draws, 0)),
        marked=tuple(k for k, counts in enumerate(table["counts"]) if counts),
        size=6.8,
    )


def _ranks(found: Allocation, words: Wording) -> Table:
    """Places by every key of the capabilities that move."""
    table, outside = found.ranks(), beyond(found)
    moving = [c for c in table.index if c in set(found.depending)]
    rows = tuple(
        (
            words.brief(str(capability)),
            f"{row['as stated']} ({row['place_low']}–{row['place_high']})",
            *(str(row[key]) for key in found.keys),
        )
        for capability, row in rows_of(table, moving)
    )
    return Table(
        words.say("allocation.ranks", count=len(moving), all=len(table)),
        (
            words.say("allocation.capability"),
            words.say("allocation.stated"),
            *(words.word("key", key) for key in found.keys),
        ),
        rows,
        marked=tuple(k for k, c in enumerate(moving) if c in outside),
        note=words.say("allocation.ranks_note"),
        size=6.8,
    )


def _credit(study: Study, words: Wording) -> Table:
    """Share of each outcome that counts for the platform, between first in and last in."""
    found = study.attribution
    assert found is not None
    outcomes = found.to_frame()
    rows = tuple(
        (
            words.brief(str(capability)),
            words.name(str(outcome)),
            words.word("rests_on", str(row["rests_on"])),
            words.spread(_percent(row)),
            f"{words.percent(row['first_in'])}–{words.percent(row['last_in'])}",
            words.number(float(row["outcomes"])),
        )
        for (capability, outcome), row in rows_of(outcomes)
    )
    columns = ("capability", "outcome", "rests_on", "counted", "bounds", "outcomes")
    return Table(
        words.say("allocation.credit"),
        tuple(words.say(f"allocation.{column}") for column in columns),
        rows,
        words=3,
        weights=(1.6, 1.5, 1.0),
        note=words.say("allocation.credit_note"),
        size=6.8,
    )


def _percent(row: Row) -> Amount:
    """Share that counts, in percent, with its interval."""
    return Amount(*(100 * end for end in Amount.of(row, "counted")))
