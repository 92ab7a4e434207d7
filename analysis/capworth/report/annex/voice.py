"""Annex: what the members say, where regions disagree, and which members need alike."""

from capworth.feedback import DOUBT, Feedback
from capworth.report.blocks import Block, Section, Table, Text
from capworth.report.pictures import pictures
from capworth.report.rows import rows_of
from capworth.report.wording import Wording
from capworth.study import Study

NAMED = 3  # capabilities named in a list


def members_page(study: Study, words: Wording) -> Section | None:
    """Need gaps, groups of members and response; None where no member was asked."""
    found = study.feedback
    return None if found is None or found.synthetic else _section(study, found, words)


def made_up(study: Study, words: Wording) -> Section | None:
    """Write the same from answers that a generator made: further back, and said so; else None."""
    found = study.feedback
    return _section(study, found, words) if found is not None and found.synthetic else None


def _section(study: Study, found: Feedback, words: Wording) -> Section:
    made = "_synthetic" if found.synthetic else ""
    title = words.say(
        f"voice.title{made}",
        answered=found.answered,
        members=found.members,
        year=found.year,
        worst=words.name(found.worst),
    )
    blocks: list[Block] = []
    if found.synthetic:
        blocks.append(Text(f"**{words.say('voice.synthetic')}**"))
    blocks.append(Text(_what_was_asked(study, found, words)))
    shown = pictures("voice", study, words)
    blocks += [*shown[:1], _groups(found, words), *shown[1:], _response(found, words)]
    return Section(words.say("voice.topic"), title, blocks)


def _what_was_asked(study: Study, found: Feedback, words: Wording) -> str:
    parts = [
        words.say(
            "voice.method", answered=found.answered, members=found.members, grade=found.grade
        ),
        words.say(
            "voice.regions" if found.disagreed else "voice.regions_none",
            list=words.named(found.disagreed),
            doubt=words.percent(DOUBT),
        ),
        _views(found, words),
    ]
    heard = [c.id for c in study.case.criteria if c.measure]
    if heard:
        parts.append(words.say("voice.enters", list=words.named(heard)))
    else:
        parts.append(words.say("voice.stays_out"))
    return " ".join(parts)


def _views(found: Feedback, words: Wording) -> str:
    """Say how far the largest gaps depend on how members are counted."""
    views = found.views()
    firsts = {str(column): set(values.nlargest(NAMED).index) for column, values in views.items()}
    usual = firsts["one_member_one_vote"]
    if all(first == usual for first in firsts.values()):
        return words.say("voice.views_agree", count=NAMED)
    other = [words.say(f"voice.view_{name}") for name, first in firsts.items() if first != usual]
    return words.say("voice.views_differ", count=NAMED, list=words.listed(other))


def _response(found: Feedback, words: Wording) -> Table:
    rows = tuple(
        (
            words.listed(words.word("region", r) for r in str(row["regions"]).split(", ")),
            words.listed(
                words.word("size", s) for s in filter(None, str(row["sizes"]).split(", "))
            ),
            words.number(float(row["members"]), 0),
            words.number(float(row["answered"]), 0),
            words.number(float(row["weight"]), 1),
        )
        for _, row in rows_of(found.response())
    )
    columns = ("region", "size", "members", "answered", "weight")
    return Table(
        words.say("voice.response"),
        tuple(words.say(f"voice.{column}") for column in columns),
        rows,
        words=2,
        note=words.say("voice.response_note"),
    )


def _groups(found: Feedback, words: Wording) -> Block:
    if not found.has_groups:
        return Text(words.say("voice.no_groups", clear=words.exactly(round(found.silhouette, 2))))
    rows = []
    for group, row in rows_of(found.groups()):
        regions = [part.rsplit(" ", 1) for part in str(row["regions"]).split(", ")]
        rows.append(
            (
                str(group),
                words.listed(f"{words.word('region', name)} {count}" for name, count in regions),
                words.named(str(row["needs_most"]).split()),
                words.named(str(row["needs_least"]).split()),
                words.number(float(row["members"]), 0),
                words.percent(float(row["share"])),
            )
        )
    columns = ("group", "where", "needs_most", "needs_least", "members", "share")
    return Table(
        words.say("voice.groups", clear=words.exactly(round(found.silhouette, 2))),
        tuple(words.say(f"voice.{column}") for column in columns),
        tuple(rows),
        words=4,
        weights=(0.5, 1.5, 2.0, 2.0),
        note=words.say("voice.groups_note"),
    )
