"""Annex: what the network reaches, what the next step in it is worth, and what members get."""

import pandas as pd

from capworth.case.voices import SIZES
from capworth.report.blocks import Block, Section, Table, Text
from capworth.report.pictures import pictures
from capworth.report.rows import rows_of
from capworth.report.wording import Wording
from capworth.study import Study


def network_page(study: Study, words: Wording) -> Section | None:
    """The network and the members; None where the case has neither."""
    network, members = study.network, study.members
    if network is None and members is None:
        return None
    blocks: list[Block] = list(pictures("network", study, words))
    if network is not None and len(growth := network.growth()):
        blocks.append(Text(_growth(growth, words)))
    if members is not None:
        blocks.append(
            Text(
                words.say(
                    "network.members",
                    count=len(members.to_frame()),
                    by=words.say(f"network.key_{members.connected_by}"),
                    draws=words.number(members.draws, 0),
                )
            )
        )
        blocks.append(_groups(study, words))
    return Section(words.say("network.topic"), _title(study, words), blocks)


def _title(study: Study, words: Wording) -> str:
    network = study.network
    if network is None:
        assert study.members is not None
        return words.say("network.title_members", count=len(study.members.to_frame()))
    if network.break_even is None:
        return words.say("network.title", count=network.members)
    return words.say(
        "network.title_hub",
        count=network.members,
        percent=words.probability(network.p_hub),
    )


def _growth(growth: pd.DataFrame, words: Wording) -> str:
    """Say what exponent was realised, and that it is no law."""
    (capability, metric), row = rows_of(growth)[0]
    return words.say(
        "network.growth",
        name=words.name(capability),
        metric=words.say(f"network.metric_{metric}"),
        first=int(row["first"]),
        last=int(row["last"]),
        few=words.number(float(row["from_members"]), 0),
        many=words.number(float(row["to_members"]), 0),
        exponent=words.number(float(row["exponent"]), 1),
        error=words.number(float(row["standard_error"]), 1),
    )


def _groups(study: Study, words: Wording) -> Table:
    """Members by region and size; what would give one of them away is left out."""
    assert study.members is not None
    groups, unknown = study.members.by_group(), words.say("unknown")
    sized = bool(groups.index.get_level_values(1).any())
    rows = []
    order = {size: k for k, size in enumerate(("", *SIZES))}
    for (region, size), row in sorted(
        rows_of(groups), key=lambda pair: (pair[0][0], order[pair[0][1]])
    ):
        place = words.say(f"network.size_{size}") if size else unknown
        numbers = (
            unknown if pd.isna(row[column]) else words.number(float(row[column]) / scale, places)
            for column, scale, places in (
                ("members", 1.0, 0),
                ("hits", 1e3, None),
                ("own_m", 1.0, None),
                ("external_m", 1.0, None),
                ("own_harm", 1e3, None),
                ("national_m", 1.0, None),
                ("contribution_m", 1.0, None),
            )
        )
        where = words.word("region", str(region))
        rows.append((where, place, *numbers) if sized else (where, *numbers))
    heads = ["region", "size"] if sized else ["region"]
    columns = ("count", "hits", "own", "external", "harm", "national", "contribution")
    return Table(
        words.say(
            "network.table",
            unit=words.unit("millions"),
            price_year=study.case.settings.price_year,
        ),
        tuple(words.say(f"network.{column}") for column in (*heads, *columns)),
        tuple(rows),
        words=len(heads),
        weights=(1.0,) * len(heads),
        note=words.say("network.note"),
    )
