"""Annex: the answer under every allocation key, discount schedule and harm scale, on request."""

from capworth.report.blocks import Block, Section, Table, Text
from capworth.report.rows import rows_of
from capworth.report.wording import Wording
from capworth.study import Study


def conventions_page(study: Study, words: Wording) -> Section | None:
    """Where the decision flips, and which places depend; None where it was not asked for."""
    found = study.conventions
    if found is None:
        return None
    index = found.places().index
    scales, keys, schedules = (len(index.unique(level)) for level in index.names)
    flips = len({scale for scale, _ in found.flipping})
    counts = {"scales": scales, "keys": keys, "schedules": schedules}
    title = words.say(
        "conventions.title" if len(found.programmes()) else "conventions.title_places",
        flips=flips,
        scales=scales,
        count=len(found.depending),
        all=len(found.to_frame()),
    )
    text = words.say("conventions.text", draws=words.number(found.draws, 0), **counts)
    blocks: list[Block] = [Text(text), _places(study, words)]
    if len(found.programmes()):
        blocks.insert(1, _programmes(study, words))
    return Section(words.say("conventions.topic"), title, blocks)


def _programmes(study: Study, words: Wording) -> Table:
    """One row for each scale and set, with the schedules under which it is the best."""
    found = study.conventions
    assert found is not None
    table = found.programmes()
    base = len(str(table["chosen"].iloc[0]).split()) if len(table) else 0
    rows = []
    for scale, part in table.groupby(level="scale", sort=False):
        for chosen, same in part.groupby("chosen", sort=False):
            names = [str(schedule) for _, schedule in same.index]
            every = len(same) == len(part)
            first = rows_of(same)[0][1]
            rows.append(
                (
                    words.word("measure", str(scale)),
                    words.listed(map(words.brief, str(chosen).split()))
                    if chosen
                    else words.say("conventions.nothing"),
                    words.say("conventions.every") if every else ", ".join(names),
                    words.say("conventions.kept_of", kept=int(first["kept"]), all=base),
                    words.probability(float(first["p_net_positive"])),
                )
            )
    columns = ("scale", "set", "schedules", "kept", "gain")
    return Table(
        words.say("conventions.programmes"),
        tuple(words.say(f"conventions.{column}") for column in columns),
        tuple(rows),
        words=3,
        weights=(0.7, 3.0, 1.2),
        size=7.0,
    )


def _places(study: Study, words: Wording) -> Table:
    found = study.conventions
    assert found is not None
    rows = tuple(
        (
            words.name(key),
            words.number(float(row["place"]), 0),
            *(
                words.number(float(row[f"moved_by_{what}"]), 0)
                for what in ("key", "discounting", "scale")
            ),
        )
        for key, row in rows_of(found.to_frame(), found.depending)
    )
    columns = ("capability", "place", "key", "discounting", "by_scale")
    return Table(
        words.say("conventions.places"),
        tuple(words.say(f"conventions.{column}") for column in columns),
        rows,
        note=words.say("conventions.note"),
        size=7.0,
    )
