"""Annex: costs and benefits in money to appraisal standard; does the ranking survive the scale."""

import numpy as np

from capworth.appraisal.economics import KINDS, PERSPECTIVES, RECOMMENDED
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.model.pricing import PRICED, UNPRICED
from capworth.report.blocks import (
    Block,
    Cell,
    Row,
    Section,
    Table,
    Text,
    pictures,
    row_of,
    rows_of,
)
from capworth.study.stages import Study

PROGRAMME = KINDS[-1]
COLUMNS = ("name", "net", "ratio", "chance", "public", "annual", "payback", "rate")
RATES = ("one", "one_plausible")  # where there is exactly one internal rate


def economics_page(study: Study, language: Language) -> Section | None:
    """Indicators, perspectives and cost-effectiveness; None where nothing is known in money."""
    if "economics" not in study:
        return None
    found = study.economics
    blocks: list[Block] = [
        Text(_counted(study, language)),
        _indicators(study, language),
        *_by_price(study, language),
        _perspectives(study, language),
    ]
    if len(found.break_even()):
        blocks.append(_break_even(study, language))
    if len(found.savings()):
        blocks.append(_savings(study, language))
    if "effectiveness" in study:
        blocks.append(_frontiers(study, language))
    blocks += pictures("economics", study, language)
    return Section(language.say("economics.topic"), _title(study, language), blocks)


def _counted(study: Study, language: Language) -> str:
    """What is counted, and where services are taken to go by themselves."""
    counted = language.say("economics.counted", draws=language.number(study.economics.draws, 0))
    paths = study.case.business_as_usual
    if not paths:
        return f"{counted} {language.say('economics.path_none')}"
    sentences = [counted, language.say("economics.path_some", count=len(paths))]
    ending = [path.capability for path in paths if path.ends is not None]
    if ending:
        names = language.named(ending)
        sentences.append(language.say("economics.path_ends", count=len(ending), names=names))
    return " ".join(sentences)


def scales(study: Study, language: Language) -> Section | None:
    """The scale panel; None where fewer than two scales value the same outcomes."""
    if "scales" not in study:
        return None
    panel = study.scales
    rows = tuple(
        (
            language.say(
                "scales.pair",
                one=language.word("measure", one),
                other=language.word("measure", other),
            ),
            language.spread(Amount.of(row, "rank_correlation")),
            language.probability(float(row["p_same_first"])),
        )
        for (one, other), row in rows_of(panel.pairs())
    )
    columns = ("scales", "correlation", "same")
    pairs = Table(
        language.say("scales.table"),
        tuple(language.say(f"scales.{column}") for column in columns),
        rows,
        note=language.say("scales.note"),
    )
    key = "scales.title" if panel.depending else "scales.title_none"
    title = language.say(key, count=len(panel.depending), all=len(panel.to_frame()))
    return Section(
        language.say("scales.topic"), title, [*pictures("scales", study, language), pairs]
    )


def _title(study: Study, language: Language) -> str:
    """How many pay in money alone, and how likely the programme does."""
    table = study.economics.to_frame()
    whole = table.index.get_level_values("kind") == PROGRAMME
    single = table[~whole & (table["priced"] == PRICED)]
    counts = {"count": int((single["npv_m"] > 0).sum()), "all": len(single)}
    if not whole.any() or (table["priced"][whole] != PRICED).any():
        return language.say("economics.title", **counts)
    chance = language.probability(float(table["p_npv_positive"][whole].iloc[0]))
    return language.say("economics.title_programme", percent=chance, **counts)


def _name(kind: str, key: str, language: Language) -> str:
    return language.say("economics.programme") if kind == PROGRAMME else language.name(key)


def _indicators(study: Study, language: Language) -> Table:
    table = study.economics.to_frame()
    known = table["irr_code"].isin(RATES).any() or (table["mirr_code"] == "one").any()
    columns = COLUMNS if known else COLUMNS[:-1]  # no column that says of every row that it is none
    rows, marked = [], []
    for k, ((kind, key), row) in enumerate(rows_of(table)):
        marked += [k] if kind == PROGRAMME else []
        cells: dict[str, Cell] = {
            "name": _name(kind, key, language),
            "net": language.cell(Amount.of(row, "npv_m")),
            "ratio": _ratio(row, language),
            "chance": language.probability(float(row["p_npv_positive"])),
            "public": language.cell(Amount.of(row, "public_npv_m")),
            "annual": language.cell(Amount.of(row, "annual_m")),
            "payback": _payback(row, language),
            "rate": _rate(row, language),
        }
        if row["priced"] != PRICED:
            word = language.say(f"category_of_value.{str(row['priced']).replace(' ', '_')}")
            cells = dict.fromkeys(COLUMNS, language.say("unknown"))
            cells |= {"name": _name(kind, key, language), "net": word}
        rows.append(tuple(cells[column] for column in columns))
    settings = study.case.settings
    return Table(
        language.say(
            "economics.table",
            unit=language.million(),
            price_year=settings.price_year,
            years=settings.years,
        ),
        tuple(language.say(f"economics.{column}") for column in columns),
        tuple(rows),
        note=language.say("economics.note"),
        marked=tuple(marked),
        size=6.8,
    )


def _ratio(row: Row, language: Language) -> Cell:
    """The ratio with its interval, or in a word why there is none."""
    if row["bcr_code"] != "yes":
        return language.say(f"undefined.{row['bcr_code']}")
    return language.cell(Amount.of(row, "bcr"))


def _payback(row: Row, language: Language) -> Cell:
    """Years until paid back, simple and below it discounted."""
    if row["payback_code"] == "never":
        return language.say("undefined.never")
    simple, discounted = (
        language.say("economics.years", years=language.number(float(row[f"{name}_years"]), 1))
        if row[f"{name}_years"] > 0
        else language.say("undefined.at_once")
        if row[f"{name}_code"] != "never"
        else language.say("undefined.never")
        for name in ("payback", "discounted_payback")
    )
    return simple, discounted


def _rate(row: Row, language: Language) -> Cell:
    """Internal rate, or why there is none; below it the modified rate."""
    given = row["irr_code"] in RATES
    internal = (
        language.percent(float(row["irr"]), 1)
        if given
        else language.say(f"undefined.{row['irr_code']}")
    )
    if row["mirr_code"] != "one":
        return internal
    return internal, language.percent(float(row["mirr"]), 1)


def _perspectives(study: Study, language: Language) -> Table:
    """The programme in every perspective; without one, the thing of the highest net value."""
    table = study.economics.to_frame()
    best = list(table.index)[int(table["npv_m"].fillna(-np.inf).to_numpy().argmax())]
    shown = [label for label in table.index if label[0] == PROGRAMME] or [best]
    kind, key = shown[0]
    views = study.economics.perspectives()
    mine = views[[label[:2] == shown[0] for label in views.index]]
    rows = tuple(
        (
            language.say(f"economics.{label[-1]}"),
            language.spread(Amount.of(row, "cost_m")),
            language.spread(Amount.of(row, "benefit_m")),
            language.spread(Amount.of(row, "npv_m")),
            language.probability(float(row["p_npv_positive"])),
            language.number(float(row["bcr"]))
            if row["bcr_code"] == "yes"
            else language.say(f"undefined.{row['bcr_code']}"),
        )
        for label, row in rows_of(mine)
    )
    assert len(rows) == len(PERSPECTIVES)
    columns = ("perspective", "costs", "benefits", "net", "chance", "ratio")
    return Table(
        language.say(
            "economics.views",
            name=_name(kind, key, language),
            unit=language.million(),
            price_year=study.case.settings.price_year,
        ),
        tuple(language.say(f"economics.{column}") for column in columns),
        rows,
        note=language.say("economics.views_note"),
        size=7.0,
    )


def _by_price(study: Study, language: Language) -> list[Block]:
    """The programme's net of what is priced, cost and number of what is not; never one ratio."""
    parts = study.economics.programme()
    if not len(parts) or not parts["improvements"].to_dict()[UNPRICED]:
        return []
    absent = row_of(parts, UNPRICED)
    cost = language.millions_spread(Amount.of(absent, "cost_m"))
    key = "economics.all_unpriced"
    values: dict[str, object] = {"count": int(absent["improvements"]), "cost": cost}
    priced = row_of(parts, PRICED)
    if priced["improvements"]:
        key = "economics.by_price"
        values |= {
            "priced": int(priced["improvements"]),
            "net": language.millions_spread(Amount.of(priced, "net_m")),
            "percent": language.probability(float(priced["p_net_positive"])),
        }
    return [Text(language.say(key, **values))]


def _break_even(study: Study, language: Language) -> Table:
    """What one outcome without a price must be worth for each service and improvement to pay."""
    rows = tuple(
        (
            language.brief(str(subject)),
            language.name(str(outcome)),
            language.cell(Amount.of(row, "cost_m")),
            language.number(float(row["priced_m"])),
            language.number(float(row["outcomes"])),
            _price(row, language),
        )
        for (_, subject, outcome), row in rows_of(study.economics.break_even())
    )
    columns = ("name", "outcome", "costs", "priced", "outcomes", "break_even")
    return Table(
        _caption("break_evens", study, language),
        tuple(language.say(f"economics.{column}") for column in columns),
        rows,
        words=2,
        weights=(1.6, 1.6),
        note=language.say("economics.break_even_note", sign=language.sign()),
        size=7.0,
    )


def _price(row: Row, language: Language) -> str:
    """The break-even price with its range; the price alone where some draw has no outcome."""
    if not np.isfinite(row["break_even"]):
        return language.say("undefined.no_outcome")
    if not np.isfinite(row["break_even_low"]):
        return language.price(float(row["break_even"]))
    return language.price_spread(Amount.of(row, "break_even"))


def _savings(study: Study, language: Language) -> Table:
    """What each improvement saves of today's costs; the programme's members together."""
    owners = {line.id: line for line in study.case.costs}
    rows = tuple(
        (
            language.say("economics.programme")
            if subject == RECOMMENDED
            else language.brief(str(subject)),
            language.say(
                "economics.saved_line",
                owner=language.brief(str(row["owner"])),
                category=language.word("category", owners[line].category),
            ),
            language.word("payer", str(row["payer"])),
            language.percent(float(row["share"])),
            language.spread(Amount.of(row, "saving_m")),
            language.say("economics.cashable" if row["cashable"] else "economics.time_free"),
            language.say("economics.counted_yes" if row["counted"] else "economics.counted_no"),
        )
        for (subject, line), row in rows_of(study.economics.savings())
    )
    columns = ("saves", "saved", "spares", "saved_share", "saving", "returns", "counts")
    return Table(
        _caption("savings", study, language),
        tuple(language.say(f"economics.{column}") for column in columns),
        rows,
        words=3,
        weights=(1.6, 1.6, 1.0),
        note=language.say("economics.savings_note"),
        size=7.0,
    )


def _frontiers(study: Study, language: Language) -> Table:
    """The efficient options by harm-days and by score, with their incremental ratios."""
    found = study.effectiveness
    rows = []
    table = found.to_frame()
    for kind, effect in dict.fromkeys((kind, effect) for kind, effect, _ in table.index):
        mine = [(k, e) == (kind, effect) for k, e, _ in table.index]
        counts = table["status"][mine].value_counts()
        for key, row in rows_of(found.frontier(kind, effect)):
            before = row["compared_with"]
            rows.append(
                (
                    language.say(f"economics.{kind}_{effect}"),
                    language.name(key),
                    language.say("economics.nothing")
                    if before == "nothing"
                    else language.name(before),
                    language.number(float(row["incremental_ratio"])),
                    language.probability(float(row["p_efficient"])),
                    language.say(
                        "economics.beaten",
                        dominated=language.number(int(counts.get("dominated", 0)), 0),
                        extended=language.number(int(counts.get("extended_dominated", 0)), 0),
                    ),
                )
            )
    columns = ("compared", "option", "against", "icer", "efficient", "out")
    return Table(
        language.say("economics.frontier", unit=language.charts.sign(language.currency)),
        tuple(language.say(f"economics.{column}") for column in columns),
        tuple(rows),
        words=3,
        weights=(1.6, 2.0, 1.6),
        note=language.say("economics.frontier_note"),
        size=7.0,
    )


def _caption(key: str, study: Study, language: Language) -> str:
    """Head a table of money over the horizon."""
    return language.say(
        f"economics.{key}",
        unit=language.million(),
        price_year=study.case.settings.price_year,
        years=study.case.settings.years,
    )
