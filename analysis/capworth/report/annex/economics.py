"""Annex: costs and benefits in money to appraisal standard; does the ranking survive the scale."""

from capworth.appraisal.economics import KINDS, PERSPECTIVES
from capworth.language.numbers import Amount
from capworth.language.voice import Wording
from capworth.report.blocks import Block, Cell, Row, Section, Table, Text, pictures, rows_of
from capworth.study.stages import Study

PROGRAMME = KINDS[-1]
COLUMNS = ("name", "net", "ratio", "chance", "public", "annual", "payback", "rate", "category")


def economics_page(study: Study, words: Wording) -> Section | None:
    """Indicators, perspectives and cost-effectiveness; None where nothing is known in money."""
    found = study.economics
    if found is None:
        return None
    blocks: list[Block] = [
        Text(words.say("economics.counted", draws=words.number(found.draws, 0))),
        _indicators(study, words),
        _perspectives(study, words),
    ]
    if study.effectiveness is not None:
        blocks.append(_frontiers(study, words))
    blocks += pictures("economics", study, words)
    return Section(words.say("economics.topic"), _title(study, words), blocks)


def scales(study: Study, words: Wording) -> Section | None:
    """The scale panel; None where fewer than two scales value the same outcomes."""
    panel = study.scales
    if panel is None:
        return None
    rows = tuple(
        (
            words.say(
                "scales.pair", one=words.word("measure", one), other=words.word("measure", other)
            ),
            words.spread(Amount.of(row, "rank_correlation")),
            words.probability(float(row["p_same_first"])),
        )
        for (one, other), row in rows_of(panel.pairs())
    )
    columns = ("scales", "correlation", "same")
    pairs = Table(
        words.say("scales.table"),
        tuple(words.say(f"scales.{column}") for column in columns),
        rows,
        note=words.say("scales.note"),
    )
    key = "scales.title" if panel.depending else "scales.title_none"
    title = words.say(key, count=len(panel.depending), all=len(panel.to_frame()))
    return Section(words.say("scales.topic"), title, [*pictures("scales", study, words), pairs])


def _title(study: Study, words: Wording) -> str:
    """How many pay in money alone, and how likely the programme does."""
    assert study.economics is not None
    table = study.economics.to_frame()
    whole = table.index.get_level_values("kind") == PROGRAMME
    single = table[~whole]
    counts = {"count": int((single["npv_m"] > 0).sum()), "all": len(single)}
    if not whole.any():
        return words.say("economics.title", **counts)
    chance = words.probability(float(table["p_npv_positive"][whole].iloc[0]))
    return words.say("economics.title_programme", percent=chance, **counts)


def _name(kind: str, key: str, words: Wording) -> str:
    return words.say("economics.programme") if kind == PROGRAMME else words.name(key)


def _indicators(study: Study, words: Wording) -> Table:
    assert study.economics is not None
    table = study.economics.to_frame()
    rows, marked = [], []
    for k, ((kind, key), row) in enumerate(rows_of(table)):
        marked += [k] if kind == PROGRAMME else []
        cells: dict[str, Cell] = {
            "name": _name(kind, key, words),
            "net": words.cell(Amount.of(row, "npv_m")),
            "ratio": _ratio(row, words),
            "chance": words.probability(float(row["p_npv_positive"])),
            "public": words.cell(Amount.of(row, "public_npv_m")),
            "annual": words.cell(Amount.of(row, "annual_m")),
            "payback": _payback(row, words),
            "rate": _rate(row, words),
            "category": words.say(f"category_of_value.{row['category']}"),
        }
        rows.append(tuple(cells[column] for column in COLUMNS))
    settings = study.case.settings
    return Table(
        words.say(
            "economics.table",
            unit=words.unit("millions"),
            price_year=settings.price_year,
            years=settings.years,
        ),
        tuple(words.say(f"economics.{column}") for column in COLUMNS),
        tuple(rows),
        note=words.say("economics.note"),
        marked=tuple(marked),
        size=6.8,
    )


def _ratio(row: Row, words: Wording) -> Cell:
    """The ratio with its interval, or in a word why there is none."""
    if row["bcr_code"] != "yes":
        return words.say(f"undefined.{row['bcr_code']}")
    return words.cell(Amount.of(row, "bcr"))


def _payback(row: Row, words: Wording) -> Cell:
    """Years until paid back, simple and below it discounted."""
    if row["payback_code"] == "never":
        return words.say("undefined.never")
    simple, discounted = (
        words.say("economics.years", years=words.number(float(row[f"{name}_years"]), 1))
        if row[f"{name}_years"] > 0
        else words.say("undefined.at_once")
        if row[f"{name}_code"] != "never"
        else words.say("undefined.never")
        for name in ("payback", "discounted_payback")
    )
    return simple, discounted


def _rate(row: Row, words: Wording) -> Cell:
    """Internal rate, or why there is none; below it the modified rate."""
    given = row["irr_code"] in ("one", "one_plausible")
    internal = (
        words.percent(float(row["irr"]), 1) if given else words.say(f"undefined.{row['irr_code']}")
    )
    if row["mirr_code"] != "one":
        return internal
    return internal, words.percent(float(row["mirr"]), 1)


def _perspectives(study: Study, words: Wording) -> Table:
    """The programme in every perspective; without one, the thing of the highest net value."""
    assert study.economics is not None
    table = study.economics.to_frame()
    best = list(table.index)[int(table["npv_m"].to_numpy().argmax())]
    shown = [label for label in table.index if label[0] == PROGRAMME] or [best]
    kind, key = shown[0]
    views = study.economics.perspectives()
    mine = views[[label[:2] == shown[0] for label in views.index]]
    rows = tuple(
        (
            words.say(f"economics.{label[-1]}"),
            words.spread(Amount.of(row, "cost_m")),
            words.spread(Amount.of(row, "benefit_m")),
            words.spread(Amount.of(row, "npv_m")),
            words.probability(float(row["p_npv_positive"])),
            words.number(float(row["bcr"]))
            if row["bcr_code"] == "yes"
            else words.say(f"undefined.{row['bcr_code']}"),
        )
        for label, row in rows_of(mine)
    )
    assert len(rows) == len(PERSPECTIVES)
    columns = ("perspective", "costs", "benefits", "net", "chance", "ratio")
    return Table(
        words.say(
            "economics.views",
            name=_name(kind, key, words),
            unit=words.unit("millions"),
            price_year=study.case.settings.price_year,
        ),
        tuple(words.say(f"economics.{column}") for column in columns),
        rows,
        note=words.say("economics.views_note"),
        size=7.0,
    )


def _frontiers(study: Study, words: Wording) -> Table:
    """The efficient options by harm-days and by score, with their incremental ratios."""
    found = study.effectiveness
    assert found is not None
    rows = []
    table = found.to_frame()
    for kind, effect in dict.fromkeys((kind, effect) for kind, effect, _ in table.index):
        mine = [(k, e) == (kind, effect) for k, e, _ in table.index]
        counts = table["status"][mine].value_counts()
        for key, row in rows_of(found.frontier(kind, effect)):
            before = row["compared_with"]
            rows.append(
                (
                    words.say(f"economics.{kind}_{effect}"),
                    words.name(key),
                    words.say("economics.nothing") if before == "nothing" else words.name(before),
                    words.number(float(row["incremental_ratio"])),
                    words.probability(float(row["p_efficient"])),
                    words.say(
                        "economics.beaten",
                        dominated=words.number(int(counts.get("dominated", 0)), 0),
                        extended=words.number(int(counts.get("extended_dominated", 0)), 0),
                    ),
                )
            )
    columns = ("compared", "option", "against", "icer", "efficient", "out")
    return Table(
        words.say("economics.frontier", unit=words.voice.sign(words.currency)),
        tuple(words.say(f"economics.{column}") for column in columns),
        tuple(rows),
        words=3,
        weights=(1.6, 2.0, 1.6),
        note=words.say("economics.frontier_note"),
        size=7.0,
    )
