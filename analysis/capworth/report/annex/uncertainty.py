"""Annex: the levels at which the programme changes, and what to find out first.

Annex: which inputs move the first place, and how far they would have to go to turn it.
"""

from math import isnan

from capworth.charts.uncertainty import group_name, unit_of
from capworth.language.inputs import input_label, level_text
from capworth.language.language import Language
from capworth.report.blocks import Block, Section, Table, Text, pictures, rows_of
from capworth.study.stages import Study

SHOWN = 12  # inputs in each table
LEVELS_SHOWN = 24  # rows of switching values


def switching(study: Study, language: Language) -> Section | None:
    """Switching values of the programme; None where there is none."""
    if "switching" not in study:
        return None
    found = study.switching
    count, table = len(found.switching), found.to_frame()
    blocks: list[Block] = [*pictures("switching", study, language)]
    if count:
        blocks.append(_levels(study, language))
    if "extent_keys" in study:
        blocks.append(_keys(study, language))
    most = language.probability(float(table["p_both"].iloc[0])) if count else ""
    key = "switching.title" if count else "switching.title_none"
    title = language.say(key, count=count, all=found.looked_at, percent=most)
    return Section(language.say("switching.topic"), title, blocks)


def _levels(study: Study, language: Language) -> Table:
    case, found = study.case, study.switching
    rows = []
    for key, row in rows_of(found.to_frame().head(LEVELS_SHOWN)):
        level = level_text(key, float(row["level"]), case, language)
        rows.append(
            (
                input_label(key, case, language),
                language.say(f"switching.{row['side']}", level=level),
                _named(str(row["out"]), language),
                _named(str(row["into"]), language),
                language.say(f"switching.{row['kind']}"),
                str(row["grade"]),
                language.probability(float(row["p"])),
                language.probability(float(row["p_both"])),
            )
        )
    columns = ("input", "level", "out", "into", "kind", "evidence", "p", "p_both")
    confidence = study.programme.confidence
    return Table(
        language.say("switching.table"),
        tuple(language.say(f"switching.{column}") for column in columns),
        tuple(rows),
        words=5,
        weights=(2.2, 1.0, 1.6, 1.6, 1.1),
        note=language.say(
            "switching.note",
            never=found.never,
            rivals=found.rivals,
            sure=language.percent(confidence),
            clearly=language.percent(found.clearly),
            room=language.millions(found.room_m),
            good=found.good,
            percent=language.probability(found.p_better),
        ),
        size=7.0,
    )


def _named(ids: str, language: Language) -> str:
    return language.named(ids.split()) if ids else language.say("switching.nothing")


def _keys(study: Study, language: Language) -> Table:
    """The programme by each key of the extents: what goes out and comes in."""
    chosen = set(study.programme.chosen)
    rows = []
    for key, row in rows_of(study.extent_keys.to_frame()):
        then = str(row["chosen"]).split()
        out = [name for name in study.programme.chosen if name not in then]
        into = [name for name in then if name not in chosen]
        same = language.say("switching.same") if not out and not into else ""
        rows.append(
            (
                language.word("extent", key),
                same or _named(" ".join(out), language),
                same or _named(" ".join(into), language),
            )
        )
    return Table(
        language.say("switching.keys"),
        tuple(language.say(f"switching.{column}") for column in ("key", "out", "into")),
        tuple(rows),
        words=3,
        weights=(1.0, 2.0, 2.0),
        size=7.0,
    )


def resolving(study: Study, language: Language) -> Section | None:
    """Value of information for the programme; None where there is none."""
    if "resolving" not in study:
        return None
    found = study.resolving
    blocks: list[Block] = [*pictures("resolving", study, language)]
    key = "unpriced" if isnan(found.money_m) else "priced"
    money = language.millions(found.money_m)
    blocks.append(Text(language.say(f"resolving.{key}", money=money)))
    blocks.append(_values(study, language))
    surveys = found.surveys()
    if len(surveys):
        blocks.append(_surveys(study, language))
        blocks += [Text(idle) for idle in _idle(study, language)]
    title = language.say(
        "resolving.title" if found.first else "resolving.title_none",
        whole=language.number(found.evpi),
        ceiling=language.number(found.ceiling),
        unit=unit_of(study, language),
        first=group_name(found.first, language) if found.first else "",
    )
    return Section(language.say("resolving.topic"), title, blocks)


def _values(study: Study, language: Language) -> Table:
    found = study.resolving
    table = found.to_frame()
    shown = table[table["clear"]].head(SHOWN)
    rows = tuple(
        (
            group_name(key, language),
            language.number(float(row["value"])),
            language.number(float(row["standard_error"])),
            language.number(float(row["floor"]), 4),
            _budget(float(row["money_m"]), language),
        )
        for key, row in rows_of(shown)
    )
    unit = unit_of(study, language)
    columns = ("group", "value", "error", "floor", "money")
    return Table(
        language.say("resolving.table", sets=found.sets, draws=language.number(found.draws, 0)),
        tuple(language.say(f"resolving.{column}", unit=unit) for column in columns),
        rows,
        words=1,
        note=language.say(
            "resolving.note",
            less=len(table) - int(table["clear"].sum()),
            worth=language.number(found.worth),
            entire=language.number(found.evpi_whole),
            confidence=language.number(found.confidence_price),
        ),
        size=7.0,
    )


def _budget(money: float, language: Language) -> str:
    return language.say("resolving.none") if isnan(money) else language.millions(money)


def _surveys(study: Study, language: Language) -> Table:
    """What each planned survey tells, and what is left of it when it is paid."""
    names = {survey.id: survey for survey in study.case.planned_surveys}
    unit = unit_of(study, language)
    rows = []
    for key, row in rows_of(study.resolving.surveys()):
        clear = bool(row["clear"])
        net = float(row["net_m"])
        rows.append(
            (
                names[key].in_language("name", language.code),
                language.say("resolving.each", members=row["members"], items=row["items"]),
                language.part(float(row["resolved"])),
                language.number(float(row["value"])) if clear else language.say("resolving.less"),
                _budget(float(row["money_m"]), language),
                language.millions(float(row["cost_m"])),
                _budget(net, language),
                language.word("payer", str(row["payer"])),
            )
        )
    columns = ("survey", "asked", "resolved", "value", "money", "cost", "net", "payer")
    return Table(
        language.say("resolving.surveys"),
        tuple(language.say(f"resolving.{column}", unit=unit) for column in columns),
        tuple(rows),
        words=1,
        size=7.0,
    )


def _idle(study: Study, language: Language) -> list[str]:
    """Surveys that move nothing by the objective, with what they would be worth asking for."""
    found = study.resolving
    mine = {"net": "money"}.get(found.measure, found.measure)
    names = {survey.id: survey for survey in study.case.planned_surveys}
    idle = []
    for key, row in rows_of(found.surveys()):
        others = [m for m in str(row["moves"]).split() if m != mine]
        if float(row["value"]) > 0 or mine in str(row["moves"]).split():
            continue
        name = names[key].in_language("name", language.code)
        measures = language.listed(language.say(f"knowing.{m}") for m in others)
        how = "moves" if others else "idle"
        idle.append(language.say(f"resolving.{how}", name=name, measures=measures))
    return idle


def sensitivity_page(study: Study, language: Language) -> Section | None:
    """The tornado and the table behind it; None where the case has no value tree."""
    if "sensitivity" not in study:
        return None
    found = study.sensitivity
    table = found.to_frame()
    blocks: list[Block] = [*pictures("sensitivity", study, language)]
    if len(table):
        blocks.append(_inputs(study, language))
    return Section(language.say("sensitivity.topic"), _title(study, language), blocks)


def _title(study: Study, language: Language) -> str:
    """How many inputs alone change the first place."""
    found = study.sensitivity
    turning, every = len(found.turning), len(found.to_frame())
    key = "sensitivity.title" if turning else "sensitivity.title_none"
    return language.say(key, count=turning, all=every, first=language.name(found.subject))


def _inputs(study: Study, language: Language) -> Table:
    found = study.sensitivity
    rows = tuple(
        (
            input_label(key, study.case, language),
            f"{row['grade']} {row['source']}".strip(),
            *(language.number(float(row[end])) for end in ("low", "mode", "high")),
            *(language.number(float(row[end])) for end in ("at_low", "at_high")),
            language.probability(float(row["p_beyond"])),
            language.percent(float(row["variance_share"])),
        )
        for key, row in rows_of(found.to_frame().head(SHOWN))
    )
    columns = ("input", "evidence", "low", "mode", "high", "at_low", "at_high", "turns", "variance")
    return Table(
        language.say(
            "sensitivity.table",
            first=language.name(found.subject),
            second=language.name(found.rival),
            base=language.number(found.base),
        ),
        tuple(language.say(f"sensitivity.{column}") for column in columns),
        rows,
        words=2,
        weights=(2.6, 1.0),
        note=language.say("sensitivity.note"),
        size=7.0,
    )
