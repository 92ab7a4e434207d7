"""Annex: services of excellence by both routes, with the reason, and the gaps to the model."""

from capworth.databook import capability_pairs
from capworth.excellence import BOTH, NEITHER, Excellence
from capworth.report.amounts import Amount
from capworth.report.annex.gaps import models_table, practices, worth_table
from capworth.report.blocks import Block, Bullets, Section, Table, Text
from capworth.report.pictures import pictures
from capworth.report.rows import Row, rows_of
from capworth.report.why import why_capability
from capworth.report.wording import Wording
from capworth.study import Study

MODELS = 2  # peers named for each capability
OFTEN = 0.2  # share of draws from which a peer is named
MOST = 12  # services of excellence whose place is explained


def excellence_page(study: Study, words: Wording) -> Section | None:
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
        note=_note(found, words),
        size=6.9,
    )
    title = words.say(
        "excellence.title", count=both, both=both, named=len({*found.designated, *found.derived})
    )
    blocks: list[Block] = [main]
    if why := _reasons(study, words):
        blocks.append(why)
    blocks += pictures("excellence", study, words)
    if (found.models.to_frame()["model"] != "").any():
        blocks.append(models_table(found, words))
        if told := practices(study.case, found, words):
            blocks += [Text(words.say("models.practice")), told]
    if study.gap_worth is not None:
        blocks.append(worth_table(study.gap_worth, study.case.settings.price_year, words))
    return Section(words.say("excellence.topic"), title, blocks)


def _note(found: Excellence, words: Wording) -> str:
    parts = [words.say("excellence.note"), words.say(f"excellence.by_{found.designated_by}")]
    if found.small_sample:
        parts.append(words.say("excellence.small"))
    return " ".join(parts)


def _reasons(study: Study, words: Wording) -> Bullets | None:
    """Say of each service of excellence why it stands where it stands."""
    found = study.excellence
    assert found is not None
    table, models = study.appraisal.to_frame(), found.models.to_frame()
    named = [c for c in table.index if c in {*found.derived, *found.designated}][:MOST]
    pairs = capability_pairs(study)
    sentences = [why_capability(c, table, pairs, found.to_frame(), models, words) for c in named]
    return Bullets(tuple(("", text) for text in sentences)) if sentences else None


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
