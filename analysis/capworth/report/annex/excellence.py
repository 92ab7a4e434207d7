"""Annex: services of excellence by both routes, with the reason, and the gaps to the model."""

from capworth.excellence import BOTH, NEITHER
from capworth.report.amounts import Amount
from capworth.report.blocks import Block, Section, Table
from capworth.report.pictures import pictures
from capworth.report.rows import Row, rows_of
from capworth.report.wording import Wording
from capworth.study import Study

MODELS = 2  # peers named for each capability
OFTEN = 0.2  # share of draws from which a peer is named


def section(study: Study, words: Wording) -> Section | None:
    """The table of both routes, and the gap charts; None where the case has no value tree."""
    found = study.excellence
    if found is None:
        return None
    table, peers = found.to_frame(), found.peers()
    order = {BOTH: 0, NEITHER: 2}
    table = table.assign(_order=table["route"].map(lambda route: order.get(route, 1)))
    table = table.sort_values(["_order", "p_top"], ascending=[True, False], kind="stable")
    rows = []
    for key, row in rows_of(table):
        often = peers.loc[key].drop(key).sort_values(ascending=False, kind="stable")
        named = [str(k) for k, share in often.items() if share >= OFTEN][:MODELS]
        rows.append(
            (
                words.name(key),
                words.word("route", str(row["route"])),
                _reason(key, row, study, words),
                words.listed(map(words.brief, named)) if named else words.say("unknown"),
                words.probability(float(row["p_efficient"])),
                words.probability(float(row["p_top"])),
                words.spread(Amount.of(row, "efficiency")),
            )
        )
    both = int((table["route"] == BOTH).sum())
    columns = ("name", "route", "reason", "models", "efficient", "top", "efficiency")
    main = Table(
        words.say("excellence.table", draws=words.number(found.draws, 0)),
        tuple(words.say(f"excellence.{column}") for column in columns),
        tuple(rows),
        words=4,
        weights=(1.4, 0.75, 1.2, 2.0),
        note=words.say("excellence.note"),
        size=6.9,
    )
    title = words.say(
        "excellence.title", count=both, both=both, named=len({*found.designated, *found.derived})
    )
    blocks: list[Block] = [main, *pictures("excellence", study, words)]
    return Section(words.say("excellence.topic"), title, blocks)


def _reason(key: str, row: Row, study: Study, words: Wording) -> str:
    """Say what a capability lacks on the derived route, or that it lacks nothing."""
    assert study.excellence is not None
    efficient, top, _ = study.excellence.thresholds
    seldom, low = row["p_efficient"] < efficient, row["p_top"] < top
    which = "both" if seldom and low else "efficient" if seldom else "top" if low else "nothing"
    reason = words.say(f"excellence.lacks_{which}")
    if which != "nothing" and key in study.excellence.designated:
        return words.say("excellence.agreed_but", reason=reason)
    return reason
