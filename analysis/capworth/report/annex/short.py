"""The short annex: each page one finding, one picture or one table, its source line.

`LEAVES` is the table of the questions of the resolution: every question has its pages, each with
the chart of the gallery that shows the same numbers in a notebook, or says why it was not asked.
Titles are the findings of those charts. Nothing is computed here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from capworth.case.model import GRADES
from capworth.charts.chart import sure
from capworth.charts.claim import ratio_span, reading_of
from capworth.charts.gallery import GALLERY
from capworth.excellence.services import BOTH
from capworth.language.inputs import input_label, level_text
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.model.costs import PAYERS
from capworth.report.advice import changes_text, money_cell
from capworth.report.annex.claim import claim_page
from capworth.report.annex.leaf import (
    asked_of,
    bars_of,
    by_fill,
    head,
    largest_first,
    page_of,
    source_of,
)
from capworth.report.annex.members import network_page
from capworth.report.annex.method import limits, method_page, provenance_page
from capworth.report.annex.programme import plain_unit, scaled
from capworth.report.bars import GREY, HATCHED, OUTLINE, SOLID, Bar, Group
from capworth.report.blocks import Block, Section, Table, Text, rows_of
from capworth.study.stages import Study

ROWS = 31  # of a picture on one page
WRAPPED = 3  # lines of a row whose name may be a sentence
FEW = 9  # rows of a page that may follow another
LINES = 12  # of a table with words
NAME = 42  # letters of a name in a picture
READY = 7  # readiness from which technology is shown solid
TYPE = 9.0  # of tables, in points
STEPS = 14  # of a curve that is told in rows

Page = Callable[[Study, Language], Section | None]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page: the question it answers, the chart of the same numbers, how it is made."""

    question: str
    chart: str  # of the gallery; none where only a table shows it
    page: Page


def short_annex(study: Study, language: Language) -> list[Section]:
    """Every page that the case asks for, in the order of the questions; then what was asked."""
    found = [(leaf, leaf.page(study, language)) for leaf in LEAVES]
    pages = [replace(page, breaks=_rows(page) > FEW) for _, page in found if page is not None]
    frame = [method_page(study, language), _evidence(study, language)]
    answered = {leaf.question for leaf, page in found if page is not None}
    return [
        replace(_asked(study, answered, language), breaks=True),
        *pages,
        limits(study, language),
        *(replace(section, breaks=True) for section in frame),
    ]


def _rows(page: Section) -> int:
    """How many rows its picture or its table has; a page of few may share its paper."""
    found = 0
    for block in page.blocks:
        if isinstance(block, Table):
            found += len(block.rows)
        elif isinstance(block, Mapping):
            parts = block.get("groups") or [block]
            lines = WRAPPED if block.get("wide") else 1
            found += lines * sum(len(part["rows"]) for part in parts)
    return found


# ---------------------------------------------------------------- the pages


def _productivity(study: Study, language: Language) -> Section | None:
    if not asked_of("productivity", study):
        return None
    table = GALLERY["productivity"].table(study)
    bars = tuple(
        Bar(
            f"{language.short(str(row['capability']), NAME)}, {row['from_year']}–{row['to_year']}",
            (
                language.middle(Amount.of(row, "productivity")),
                language.probability(float(row["p_rise"])),
                str(row["grade"]),
            ),
            Amount.of(row, "productivity"),
        )
        for _, row in rows_of(table.head(ROWS))
    )
    heads = [head(k, language) for k in ("factor", "rise", "grade")]
    block = bars_of(
        heads[0], head("service", language), heads, (Group("", SOLID, bars),), language, mark="dot"
    )
    return page_of("productivity.topic", "productivity", study, [block], language)


def _needs(study: Study, language: Language) -> Section | None:
    if not asked_of("needs", study) or study.feedback.synthetic:
        return None
    table = largest_first(study.feedback.to_frame(), "gap").dropna(subset=["gap"])
    bars = tuple(
        Bar(
            language.short(str(key), NAME),
            (language.spread(Amount.of(row, "gap")),),
            Amount.of(row, "gap"),
        )
        for key, row in rows_of(table.head(ROWS))
    )
    axis = head("need", language)
    block = bars_of(
        axis, head("capability", language), (axis,), (Group("", SOLID, bars),), language
    )
    return page_of("survey.topic", "needs", study, [block], language)


def _capabilities(study: Study, language: Language) -> Section | None:
    if not asked_of("payers", study):
        return None
    table = largest_first(study.appraisal.to_frame(), "cost_m")
    payers = study.appraisal.cost_by_payer()
    scored = bool(study.case.measured)
    heads = [head("cost", language, unit=language.million())]
    if scored:
        heads += [head("score", language), head("p_first", language)]
    bars = []
    for key, row in rows_of(table.head(ROWS)):
        cells = [language.spread(Amount.of(row, "cost_m"))]
        if scored:
            cells.append(language.spread(Amount.of(row, "score")))
            cells.append(language.probability(float(row["p_first"])))
        parts = tuple(float(payers.loc[key, payer]) for payer in PAYERS)
        name = language.short(str(key), NAME)
        bars.append(Bar(name, tuple(cells), Amount.of(row, "cost_m"), parts))
    key = tuple(
        (fill, language.word("payer", payer))
        for fill, payer in zip((SOLID, HATCHED, GREY), PAYERS, strict=True)
    )
    block = bars_of(
        heads[0],
        head("capability", language),
        heads,
        (Group("", SOLID, tuple(bars)),),
        language,
        key=key,
    )
    return page_of("capabilities.topic", "payers", study, [block], language)


def _allocation(study: Study, language: Language) -> Section | None:
    if not asked_of("allocation", study):
        return None
    table = GALLERY["allocation"].table(study)
    bars = tuple(
        Bar(
            language.short(str(key), NAME),
            (str(int(row["as stated"])),),
            Amount(float(row["as stated"]), float(low), float(high)),
        )
        for key, row in rows_of(table.head(ROWS))
        for low, high in [_places(row)]
    )
    block = bars_of(
        head("places", language),
        head("capability", language),
        (head("place", language),),
        (Group("", SOLID, bars),),
        language,
        mark="dot",
    )
    return page_of("allocation.topic", "allocation", study, [block], language)


def _places(row: Mapping[str, Any]) -> tuple[float, float]:
    """Lowest and highest place of a capability under the keys."""
    own = ("places_moved", "place_low", "place_high")
    places = [float(value) for name, value in row.items() if name not in own]
    return min(places), max(places)


def _economics(study: Study, language: Language) -> Section | None:
    if not asked_of("net_value", study):
        return None
    table = GALLERY["net_value"].table(study)
    single = table.index.get_level_values("kind") != "programme"
    table = table[single & (table["priced"] == "priced")].dropna(subset=["npv_m"])
    rows = []
    for (kind, key), row in rows_of(largest_first(table, "npv_m").head(ROWS)):
        chance = language.probability(float(row["p_npv_positive"]))
        cells = (language.spread(Amount.of(row, "npv_m")), chance)
        name = language.short(str(key), NAME)
        fill = SOLID if kind == "capability" else OUTLINE
        rows.append((str(kind), fill, Bar(name, cells, Amount.of(row, "npv_m"))))
    rows.sort(key=lambda row: row[0])
    groups = [replace(group, head=head(group.head, language)) for group in by_fill(rows)]
    unit = head("net", language, unit=language.million())
    block = bars_of(unit, "", ("", head("positive", language)), groups, language, mark="dot")
    return page_of("economics.topic", "net_value", study, [block], language)


def _chain(study: Study, language: Language) -> Section | None:
    """What reaches the front line for its cost: attributed harm-days, and money beside."""
    table = study.appraisal.to_frame()
    if "harm_per_m" not in table or not (table["harm_per_m"] > 0).any():
        return None
    table = largest_first(table[table["harm_per_m"] > 0], "harm_per_m")
    bars = tuple(
        Bar(
            language.short(str(key), NAME),
            (
                language.spread(Amount.of(row, "harm_per_m")),
                language.middle(Amount.of(row, "harm_days")),
                language.middle(Amount.of(row, "money_m")),
            ),
            Amount.of(row, "harm_per_m"),
        )
        for key, row in rows_of(table.head(ROWS))
    )
    first = rows_of(table)[0]
    heads = [head(k, language) for k in ("harm_rate", "harm")]
    heads.append(head("money", language, unit=language.million()))
    block = bars_of(
        heads[0],
        head("capability", language),
        (language.say("leaf.rate"), *heads[1:]),
        (Group("", SOLID, bars),),
        language,
    )
    title = language.say(
        "leaf.chain_title",
        first=language.brief(str(first[0])),
        rate=language.spread(Amount.of(first[1], "harm_per_m")),
    )
    blocks: list[Block] = [
        block,
        Text(language.say("leaf.chain_note")),
        source_of(study, "payers", language),
    ]
    return Section(language.say("question.frontline"), title, blocks)


def _claim(study: Study, language: Language) -> Section | None:
    section = claim_page(study, language)
    if section is None:
        return None
    table = study.claim.to_frame()
    bars = []
    for key, row in rows_of(table):
        ends = float(row["ratio"]), float(row["ratio_low"]), float(row["ratio_high"])
        ends_text = language.number(ends[0])
        if isfinite(ends[0]):
            ends_text = language.say(
                "around", middle=ends_text, span=ratio_span(language, ends[1], ends[2])
            )
        word = language.word("verdict", str(row["word"]))
        amount = Amount(*ends) if all(map(isfinite, ends)) else None
        bars.append(Bar(reading_of(language.charts, key), (ends_text, word), amount))
    block = bars_of(
        head("ratio", language, level=language.percent(1 - 2 * study.claim.alpha)),
        head("reading", language),
        ("", head("word", language)),
        (Group("", SOLID, tuple(bars)),),
        language,
        mark="dot",
        wide=True,
    )
    texts = [b for b in section.blocks if isinstance(b, Text)][:3]
    blocks: list[Block] = [block, *texts, source_of(study, "claim", language)]
    return Section(section.topic, section.title, blocks)


def _excellence(study: Study, language: Language) -> Section | None:
    if not asked_of("efficiency", study):
        return None
    table = study.excellence.to_frame()
    fills = {BOTH: SOLID, "designated only": HATCHED, "derived only": GREY}
    rows = []
    for route in (BOTH, "derived only", "designated only", "neither"):
        part = largest_first(table[table["route"] == route], "p_excellent")
        for key, row in rows_of(part):
            share = 100 * float(row["p_excellent"])
            cells = tuple(
                language.probability(float(row[name])) for name in ("p_excellent", "p_top")
            )
            bar = Bar(language.short(str(key), NAME), cells, Amount(share, share, share))
            rows.append((language.word("route", route), fills.get(route, OUTLINE), bar))
    block = bars_of(
        head("excellent", language),
        head("capability", language),
        ("", head("p_top", language)),
        by_fill(rows[:ROWS]),
        language,
    )
    return page_of("excellence.topic", "efficiency", study, [block], language)


def _gaps(study: Study, language: Language) -> Section | None:
    if not asked_of("gaps", study):
        return None
    bars = []
    for (capability, criterion), row in rows_of(GALLERY["gaps"].table(study).head(ROWS)):
        name = f"{language.short(str(capability), 30)}: {language.short(str(criterion), 26)}"
        cells = (
            language.number(float(row["model"]), 0),
            language.number(float(row["gap"]), 0),
            language.probability(float(row["p_below"])),
        )
        bars.append(Bar(name, cells, Amount.of(row, "now")))
    block = bars_of(
        head("level", language),
        head("capability", language),
        [head(k, language) for k in ("agreed", "gap", "below")],
        (Group("", SOLID, tuple(bars)),),
        language,
        mark="dot",
    )
    return page_of("excellence.topic", "gaps", study, [block], language)


def _distances(study: Study, language: Language) -> Section | None:
    """How far each service is from the agreed levels, a number in every cell."""
    if not asked_of("gap_table", study):
        return None
    table = GALLERY["gap_table"].table(study)
    order = list(dict.fromkeys(table.index.get_level_values("capability")))
    names = list(dict.fromkeys(table.index.get_level_values("criterion")))
    table = (
        table.reset_index()
        .pivot_table("gap", "capability", "criterion", dropna=False)
        .reindex(index=order, columns=names)
    )
    most = float(table.max().max()) or 1.0
    rows = [
        {
            "name": language.short(str(key), NAME),
            "cells": [
                {
                    "text": language.number(float(gap), 0),
                    "share": max(float(gap), 0.0) / most if isfinite(gap) else 0.0,
                }
                for gap in line
            ],
        }
        for key, line in zip(table.index[:ROWS], table.to_numpy(), strict=False)
    ]
    heat = {
        "kind": "heat",
        "names": head("capability", language),
        "heads": [language.short(str(criterion), 34) for criterion in table.columns],
        "rows": rows,
    }
    return page_of("excellence.topic", "gap_table", study, [heat], language)


def _priorities(study: Study, language: Language) -> Section | None:
    if not asked_of("improvement_ranks", study):
        return None
    bars = tuple(
        Bar(
            language.short(str(key), NAME),
            (
                language.spread(Amount.of(row, "gain_per_m")),
                language.spread(Amount.of(row, "cost_m")),
                language.probability(float(row["p_first"])),
            ),
            Amount.of(row, "gain_per_m"),
        )
        for key, row in rows_of(study.priorities.to_frame().head(ROWS))
    )
    heads = ("", head("cost", language, unit=language.million()), head("p_first", language))
    block = bars_of(
        head("per_m", language),
        head("improvement", language),
        heads,
        (Group("", SOLID, bars),),
        language,
    )
    return page_of("priorities.topic", "improvement_ranks", study, [block], language)


def _alignment(study: Study, language: Language) -> Section | None:
    """What closes the distance with technology that is ready."""
    if not asked_of("alignment", study):
        return None
    table = largest_first(study.priorities.to_frame(), "gain")
    rows = []
    for ready in (True, False):
        for key, row in rows_of(table[(table["readiness"] >= READY) == ready].head(ROWS)):
            gain = Amount.of(row, "gain")
            cells = (language.spread(gain), str(int(row["readiness"])))
            bar = Bar(language.short(str(key), NAME), cells, gain)
            rows.append(("", SOLID if ready else OUTLINE, bar))
    block = bars_of(
        head("closes_axis", language),
        head("improvement", language),
        (head("closes", language), head("ready", language)),
        by_fill(rows),
        language,
    )
    return page_of("priorities.topic", "alignment", study, [block], language)


def _architecture(study: Study, language: Language) -> Section | None:
    if not asked_of("architecture", study):
        return None
    links = GALLERY["architecture"].table(study)
    rows = []
    for key in study.case.improvement_ids:
        mine = links[links["from"] == key]
        names = [
            language.listed(map(language.brief, mine[mine["kind"] == kind]["to"]))
            for kind in ("lifts", "requires")
        ]
        rows.append((language.brief(key), *names))
    table = Table(
        "",
        tuple(head(k, language) for k in ("improvement", "touches", "needs")),
        tuple(rows),
        words=3,
        weights=(1.2, 2.6, 1.2),
        size=TYPE,
    )
    return page_of("priorities.topic", "architecture", study, [table], language)


def _overrun(study: Study, language: Language) -> Section | None:
    if not asked_of("overrun", study):
        return None
    table = largest_first(GALLERY["overrun"].table(study), "asked_m")
    unit = language.million()
    bars = tuple(
        Bar(
            language.short(str(key), NAME),
            (language.spread(Amount.of(row, "asked_m")), money_cell(float(row["p80_m"]), language)),
            Amount.of(row, "asked_m"),
            tuple(float(row[name]) for name in ("base_m", "overrun_m", "managing_m")),
        )
        for key, row in rows_of(table.head(ROWS))
    )
    key = tuple(
        (fill, head(name, language))
        for fill, name in zip((SOLID, HATCHED, GREY), ("base", "overrun", "managing"), strict=True)
    )
    block = bars_of(
        head("raise_axis", language, unit=unit),
        head("improvement", language),
        (unit, head("at_80", language)),
        (Group("", SOLID, bars),),
        language,
        key=key,
    )
    return page_of("spending.topic", "overrun", study, [block], language)


def _sets(study: Study, language: Language) -> Section | None:
    if not asked_of("good_sets", study):
        return None
    found = study.programme
    mine = list(found.chosen)
    bars = []
    for place, (_, row) in enumerate(rows_of(found.good_sets().head(LINES))):
        chosen = str(row["chosen"]).split()
        new = [i for i in chosen if i not in mine]
        left = [i for i in mine if i not in chosen]
        name = changes_text(new, left, language) if new or left else head("proposed", language)
        cells = (
            language.spread(Amount.of(row, "value")),
            money_cell(float(row["at_confidence_m"]), language),
            language.probability(float(row["p_within"])),
            language.probability(float(row["p_better"])) if place else "",
        )
        bars.append(Bar(name, cells, Amount.of(row, "value")))
    unit = language.say(f"programme.unit_{found.measure}", unit=language.million())
    needed = head(
        "needed", language, sure=sure(found.confidence, language), unit=language.million()
    )
    block = bars_of(
        head("value", language, unit=unit),
        head("set", language),
        (unit, needed, head("within", language), head("better", language)),
        (Group("", SOLID, tuple(bars[:1])), Group("", OUTLINE, tuple(bars[1:]))),
        language,
        mark="dot",
        wide=True,
    )
    return page_of("programme.topic", "good_sets", study, [block], language)


def _switching(study: Study, language: Language) -> Section | None:
    if "switching" not in study or not len(study.switching.switching):
        return None
    rows = []
    for key, row in rows_of(study.switching.to_frame().head(LINES)):
        level = level_text(key, float(row["level"]), study.case, language)
        came, went = (str(row[side]).split() for side in ("into", "out"))
        rows.append(
            (
                input_label(key, study.case, language),
                language.say(f"switching.{row['side']}", level=level),
                changes_text(came, went, language) if came or went else language.say("none"),
                language.probability(float(row["p"])),
            )
        )
    heads = [language.say(f"switching.{k}") for k in ("input", "level")]
    heads += [language.say("change.head"), language.say("leaf.chance")]
    table = Table("", tuple(heads), tuple(rows), words=3, weights=(2.0, 1.1, 2.4), size=TYPE)
    return page_of("switching.topic", "switching", study, [table], language)


def _timetable(study: Study, language: Language) -> Section | None:
    if not asked_of("gantt", study):
        return None
    table = study.programme.to_frame()
    table = table[table["chosen"]].sort_values(["start", "full_effect"], kind="stable")
    bars = []
    for key, row in rows_of(table):
        start, full = float(row["start"]), float(row["full_effect"])
        cells = (str(int(start)), str(int(full)), money_cell(float(row["asked_m"]), language))
        bars.append(Bar(language.short(str(key), NAME), cells, Amount(start, start, full)))
    block = bars_of(
        head("years", language),
        head("improvement", language),
        (
            head("start", language),
            head("full", language),
            head("asked", language, unit=language.million()),
        ),
        (Group("", SOLID, tuple(bars)),),
        language,
        mark="dot",
        years=True,
    )
    return page_of("timetable.topic", "gantt", study, [block], language)


def _promises(study: Study, language: Language) -> Section | None:
    """What is promised in plain units, by when; levels kept as logarithms are told as amounts."""
    if "baseline" not in study:
        return None
    frame = study.baseline.to_frame()
    rows = []
    for (improvement, capability, indicator), row in rows_of(frame.head(ROWS)):
        unit, scale = plain_unit(str(row["unit"]), language)
        known = indicator in language.names
        what = language.name(indicator) if known else language.word("step", indicator)
        ends_text = [scaled(Amount.of(row, name), scale) for name in ("today", "planned")]
        rows.append(
            (
                language.say(
                    "timetable.row",
                    improvement=language.brief(improvement),
                    capability=language.brief(capability),
                    indicator=what,
                ),
                unit,
                *(language.middle(amount) for amount in ends_text),
                str(row["reviews"])[:4],
            )
        )
    heads = [head(k, language) for k in ("promise", "unit_head", "today", "planned", "by")]
    table = Table(
        "",
        tuple(heads),
        tuple(rows),
        words=2,
        weights=(4.6, 1.2),
        size=TYPE,
        note=head("geometric", language),
    )
    title = language.say("leaf.promises_title", count=len(frame))
    blocks: list[Block] = [table, source_of(study, "gantt", language)]
    return Section(language.say("timetable.topic"), title, blocks)


def _funding(study: Study, language: Language) -> Section | None:
    if not asked_of("funding", study):
        return None
    curve = study.funding.curve()
    every = max(1, -(-len(curve) // STEPS))
    picked = sorted({*range(len(curve) - 1, 0, -every), 1} - {0, len(curve)})
    if not picked:  # no money buys anything: there is no curve to show
        return None
    bars = tuple(
        Bar(
            language.money(float(row["budget_m"]), places=1),
            (language.spread(Amount.of(row, "gain")),),
            Amount.of(row, "gain"),
        )
        for _, row in rows_of(curve.iloc[picked])
    )
    axis = head("closes_axis", language)
    block = bars_of(
        axis,
        head("budget", language),
        (head("closes", language),),
        (Group("", SOLID, bars),),
        language,
    )
    return page_of("funding.topic", "funding", study, [block], language)


def _money(study: Study, language: Language) -> Section | None:
    if not asked_of("money_map", study) or not len(study.funding.pledges()):
        return None
    bars = tuple(
        Bar(
            _pledge(str(key), str(row["earmark"]).split(), language),
            (
                money_cell(float(row["amount_m"]), language),
                language.probability(float(row["chance"])),
            ),
            Amount(*[float(row["amount_m"])] * 3),
        )
        for key, row in rows_of(study.funding.pledges())
    )
    unit = head("amount", language, unit=language.million())
    block = bars_of(
        unit,
        head("pledge", language),
        ("", head("chance", language)),
        (Group("", SOLID, bars),),
        language,
        wide=True,
    )
    return page_of("funding.topic", "money_map", study, [block], language)


def _pledge(key: str, earmark: list[str], language: Language) -> str:
    """Name a pledge, with what it is only for."""
    if not earmark:
        return language.name(key)
    names = language.listed(map(language.brief, earmark))
    return language.say("leaf.earmarked", name=language.name(key), names=names)


def _donors(study: Study, language: Language) -> Section | None:
    if not asked_of("donor_menu", study):
        return None
    rows = []
    table = largest_first(study.funding.menu.to_frame(), "gain")
    for inside in (True, False):
        for key, row in rows_of(table[table["chosen"] == inside].head(ROWS)):
            cells = (
                language.spread(Amount.of(row, "gain")),
                language.spread(Amount.of(row, "asked_m")),
                language.number(float(row["core"]), 2),
            )
            bar = Bar(language.short(str(key), NAME), cells, Amount.of(row, "gain"))
            rows.append(("", SOLID if inside else OUTLINE, bar))
    block = bars_of(
        head("closes_axis", language),
        head("package", language),
        (
            head("closes", language),
            head("asked", language, unit=language.million()),
            head("agree", language),
        ),
        by_fill(rows),
        language,
    )
    return page_of("donor.topic", "donor_menu", study, [block], language)


def _hub(study: Study, language: Language) -> Section | None:
    if not asked_of("hub", study):
        return None
    table = GALLERY["hub"].table(study)
    every = max(1, -(-len(table) // STEPS))
    bars = tuple(
        Bar(
            language.number(float(str(members)), 0),
            (
                language.spread(Amount.of(row, "hub_m")),
                language.spread(Amount.of(row, "links_m")),
                language.probability(float(row["p_hub"])),
            ),
            Amount.of(row, "hub_m"),
        )
        for members, row in rows_of(table.iloc[::-1].iloc[::every].iloc[::-1])
    )
    unit = language.million()
    block = bars_of(
        head("hub", language, unit=unit),
        head("members", language),
        ("", head("links", language), head("hub_pays", language)),
        (Group("", SOLID, bars),),
        language,
    )
    return page_of("network.topic", "hub", study, [block], language)


def _members(study: Study, language: Language) -> Section | None:
    """What members put in and get out, by groups that are large enough to be told of."""
    section = network_page(study, language) if asked_of("steps", study) else None
    if section is None or "members" not in study:
        return None
    tables = [b for b in section.blocks if isinstance(b, Table) and "%" not in b.caption]
    if not tables:
        return None
    return page_of("network.topic", "steps", study, [replace(tables[-1], size=TYPE)], language)


# ---------------------------------------------------------------- the frame


def _evidence(study: Study, language: Language) -> Section:
    """What rests on which grade, by table."""
    section = provenance_page(study, language)
    tables = [b for b in section.blocks if isinstance(b, Table)]
    grades = next(b for b in tables if tuple(b.head[1 : 1 + len(GRADES)]) == tuple(GRADES))
    parameters = next(b for b in tables if b is not grades)
    blocks = [replace(grades, size=TYPE), replace(parameters, size=TYPE)]
    return Section(section.topic, section.title, blocks)


def _asked(study: Study, answered: set[str], language: Language) -> Section:
    """Each question of the resolution: answered, or why it was not asked; what the case is."""
    questions = list(dict.fromkeys(leaf.question for leaf in LEAVES))
    rows = []
    for question in questions:
        ends_text = language.say("leaf.answered")
        if question not in answered:
            ends_text = language.say("leaf.not_asked", why=_why_not(question, study, language))
        rows.append((language.say(f"question.{question}"), ends_text))
    title = language.say("leaf.asked_title", count=len(answered), all=len(questions))
    note = language.typeset(study.case.settings.in_language("note", language.code))
    table = Table("", (language.say("verb.question"), ""), tuple(rows), words=2, weights=(1.2, 1))
    return Section(language.say("leaf.asked_topic"), title, [Text(note), replace(table, size=TYPE)])


def _why_not(question: str, study: Study, language: Language) -> str:
    if question == "changing":
        return language.say("leaf.why_compare")
    if question == "remarks" and "feedback" in study:
        return language.say("leaf.why_synthetic")
    return language.say("leaf.why_absent")


LEAVES: tuple[Leaf, ...] = (
    Leaf("changing", "productivity", _productivity),
    Leaf("remarks", "needs", _needs),
    Leaf("analysis", "payers", _capabilities),
    Leaf("analysis", "allocation", _allocation),
    Leaf("analysis", "net_value", _economics),
    Leaf("greatest", "claim", _claim),
    Leaf("excellence", "efficiency", _excellence),
    Leaf("excellence", "gaps", _gaps),
    Leaf("excellence", "gap_table", _distances),
    Leaf("frontline", "scales", _chain),
    Leaf("technology", "improvement_ranks", _priorities),
    Leaf("technology", "alignment", _alignment),
    Leaf("technology", "architecture", _architecture),
    Leaf("sharing", "hub", _hub),
    Leaf("programme", "good_sets", _sets),
    Leaf("programme", "switching", _switching),
    Leaf("programme", "gantt", _timetable),
    Leaf("programme", "", _promises),
    Leaf("raising", "overrun", _overrun),
    Leaf("raising", "funding", _funding),
    Leaf("raising", "money_map", _money),
    Leaf("raising", "donor_menu", _donors),
    Leaf("urged", "steps", _members),
)
