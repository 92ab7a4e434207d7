"""The pages of the short annex: for each question its picture or its table, without a language.

Each has the finding of a chart of the gallery as its title; nothing is computed here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite, isnan
from typing import Any

import pandas as pd

from capworth.case.model import DISTANCE, HARM, NET, SIZES
from capworth.case.rows import TAKEN
from capworth.charts.gallery import GALLERY
from capworth.charts.schedule import yearly_limited
from capworth.excellence.services import BOTH, DERIVED, DESIGNATED, NEITHER
from capworth.language.numbers import Amount
from capworth.model.figures import word
from capworth.programme.architecture import LIFTS
from capworth.programme.selection import MINIMUM, NOTHING
from capworth.report.advice import changes
from capworth.report.annex.claim import claim_paragraphs, claim_span, claim_title
from capworth.report.annex.sheet import (
    MOST,
    ROWS,
    asked_of,
    bars_of,
    by_fill,
    cells,
    grid_rows,
    head,
    largest_first,
    page_of,
    short,
    source_of,
)
from capworth.report.bars import GREY, HATCHED, OUTLINE, SOLID, Bar, Group
from capworth.report.blocks import Grid, Heat, Sheet, Words
from capworth.report.content import (
    Cell,
    Input,
    Name,
    Own,
    Phrase,
    Ref,
    Text,
    Turned,
    Unit,
    Word,
    names,
    ref,
    row_ref,
    say,
    sentences,
    stated,
)
from capworth.report.doubt import level_of
from capworth.report.money import MILLIONS, asked_in, parts_by_payer, payer_key, sure_of, to_raise
from capworth.report.rows import rows_of
from capworth.report.summary import option_head
from capworth.study.stages import Study

LINES = 12  # of a table with words
READY = 7  # readiness from which technology is shown solid
STEPS = 14  # of a curve that is told in rows
GROUPED = ("hits", "own_m", "external_m", "own_harm", "national_m")  # sums of groups with errors


def _alone(things: Sequence[object]) -> bool:
    """Whether there is one thing only, so that it is first and last among nothing."""
    return len(things) < 2


def productivity(study: Study) -> Sheet | None:
    """Whether productivity rose over the years that are published."""
    if not asked_of("productivity", study):
        return None
    table = GALLERY["productivity"].table(study)
    bars = []
    for _, row in rows_of(table):
        key = (row["comparison"], row["capability"], row["from_year"])
        written = cells(
            "productivity", key, row, ("productivity", "factor"), ("p_rise", "probability")
        )
        name = say(
            "leaf.between",
            name=short(row["capability"]),
            first=int(row["from_year"]),
            last=int(row["to_year"]),
        )
        grade = Own(str(row["grade"]))
        bars.append(Bar(name, (*written, grade), written[0].amount))
    heads = [head(k) for k in ("factor", "rise", "grade")]
    picture = bars_of(head("factor_axis"), head("service"), heads, tuple(bars), mark="dot")
    return page_of("productivity.topic", "productivity", study, picture)


def needs(study: Study) -> Sheet | None:
    """What members need most against how satisfied they are; never from made answers."""
    if not asked_of("needs", study) or study.feedback.synthetic:
        return None
    table = largest_first(study.feedback.to_frame(), "gap").dropna(subset=["gap"])
    bars = []
    for key, row in rows_of(table):
        written = cells("feedback", key, row, ("gap", "spread"))
        bars.append(Bar(short(key), written, written[0].amount))
    axis = head("need")
    picture = bars_of(axis, head("capability"), (axis,), tuple(bars))
    return page_of("survey.topic", "needs", study, picture)


def capabilities(study: Study) -> Sheet | None:
    """What each capability costs by payer, its score, how often it is first."""
    if not asked_of("payers", study):
        return None
    table = largest_first(study.appraisal.to_frame(), "cost_m")
    columns, heads = [("cost_m", "spread")], [head("cost", unit=MILLIONS)]
    if study.case.measured:
        columns.append(("score", "spread"))
        heads.append(head("score"))
    if study.case.measured and len(table) > 1:
        columns.append(("p_first", "probability"))
        heads.append(head("p_first"))
    bars = []
    for key, row in rows_of(table):
        written = cells("capabilities", key, row, *columns)
        parts = parts_by_payer(study, key)
        bars.append(Bar(short(key), written, written[0].amount, parts))
    picture = bars_of(heads[0], head("capability"), heads, tuple(bars), key=payer_key(study))
    return _noted(study, page_of("capabilities.topic", "payers", study, picture))


def _noted(study: Study, page: Sheet) -> Sheet:
    """Say after the picture of a page of which capability no place can be told."""
    keys = study.case.capability_ids
    unplaced = [key for key, placed in zip(keys, study.case.placed, strict=True) if not placed]
    if not unplaced or not study.case.measured:
        return page
    note = Words(say("leaf.unplaced", names=names(unplaced), count=len(unplaced)))
    return replace(page, blocks=(*page.blocks[:1], note, *page.blocks[1:]))


def allocation(study: Study) -> Sheet | None:
    """How far each capability's place moves with the key by which platforms are shared."""
    if not asked_of("allocation", study) or _alone(study.case.capabilities):
        return None
    bars = []
    for key, row in rows_of(GALLERY["allocation"].table(study)):
        low, high = _places(row)
        place = row_ref("allocation_ranks", "as stated", key, row, "plain")
        bars.append(Bar(short(key), (place,), Amount(place.amount.middle, low, high)))
    picture = bars_of(head("places"), head("capability"), (head("place"),), tuple(bars), mark="dot")
    return _noted(study, page_of("allocation.topic", "allocation", study, picture))


def _places(row: Mapping[str, Any]) -> tuple[float, float]:
    """Lowest and highest place of a capability under the keys."""
    own = ("places_moved", "place_low", "place_high")
    places = [float(value) for name, value in row.items() if name not in own]
    return min(places), max(places)


def economics(study: Study) -> Sheet | None:
    """What is worth its cost in money, of all that is priced."""
    if not asked_of("net_value", study):
        return None
    table = GALLERY["net_value"].table(study)
    single = table.index.get_level_values("kind") != "programme"
    table = table[single & (table["priced"] == "priced")].dropna(subset=["npv_m"])
    known = dict(rows_of(study.appraisal.to_frame()))  # on more draws than the table of economics
    rows: list[tuple[Text | None, str, Bar]] = []
    for kind, fill in (("capability", SOLID), ("improvement", OUTLINE)):
        bars = []
        for key, row in rows_of(table[table.index.get_level_values("kind") == kind]):
            if kind == "capability":
                found = cells("capabilities", key[1], known[key[1]], *WORTH[kind])
            else:
                found = cells("economics", key, row, *WORTH[kind])
            bars.append(Bar(short(key[1]), found, found[0].amount))
        bars.sort(key=lambda bar: -bar.amount.middle if bar.amount else 0.0)
        rows += [(head(kind), fill, bar) for bar in bars]
    groups = by_fill(rows)
    unit = head("net", unit=MILLIONS)
    picture = bars_of(unit, None, (None, head("positive")), groups, mark="dot")
    return page_of("economics.topic", "net_value", study, picture)


WORTH = {  # columns of the net value and of the chance that it is above nothing
    "capability": (("net_m", "spread"), ("p_net_positive", "probability")),
    "improvement": (("npv_m", "spread"), ("p_npv_positive", "probability")),
}


def chain(study: Study) -> Sheet | None:
    """What reaches the front line for its cost: attributed harm-days, and money beside."""
    table = study.appraisal.to_frame()
    if "harm_per_m" not in table or not (table["harm_per_m"] > 0).any():
        return None
    table = largest_first(table[table["harm_per_m"] > 0], "harm_per_m")
    columns = (("harm_per_m", "spread"), ("harm_days", "middle"), ("money_m", "middle"))
    bars = []
    for key, row in rows_of(table):
        written = cells("capabilities", key, row, *columns)
        bars.append(Bar(short(key), written, written[0].amount))
    heads = (head("rate"), head("harm"), head("money", unit=MILLIONS))
    picture = bars_of(head("harm_rate"), head("capability"), heads, tuple(bars))
    best, first = rows_of(table)[0]
    rate = row_ref("capabilities", "harm_per_m", best, first, "spread")
    title = say(
        f"leaf.chain_title{'' if len(table) > 1 else '_one'}", first=Name(str(best)), rate=rate
    )
    others = {step.capability for step in study.case.chain} < {*study.case.capability_ids}
    note = Words(sentences(say("leaf.chain_note"), say("leaf.chain_others") if others else None))
    blocks = (picture, note, source_of("payers", study, (picture,)))
    return Sheet(say("question.frontline"), title, blocks)


def outcomes(study: Study) -> Sheet | None:
    """What is counted and has no price: how much of it there is, and what one of it costs."""
    if "economics" not in study:
        return None
    table = study.economics.tables().get("break_even")
    if table is None or not (table["outcomes"] > 0).any():
        return None
    rows = [
        (
            Name(key[2], "full"),
            Name(key[1]),
            row_ref("break_even", "outcomes", key, row, "middle"),
            _worth_each(key, row),
        )
        for key, row in rows_of(table[table["outcomes"] > 0])
    ]
    heads = tuple(head(k) for k in ("outcome", "brought_by", "counted", "cost_each"))
    grid = Grid(heads, grid_rows(rows, LINES, LINES), words=2, weights=(2.0, 2.0))
    outcome, name, _, price = rows[0]
    title = say("leaf.outcomes_title", outcome=outcome, name=name, price=price)
    added = say("leaf.outcomes_added") if study.case.improvements else None
    note = Words(sentences(say("leaf.outcomes_note"), added))
    blocks = (grid, note, source_of("net_value", study, (grid,)))
    return Sheet(say("question.frontline"), title, blocks)


def _worth_each(key: Any, row: Mapping[str, Any]) -> Text:
    """From which price of one outcome it pays for itself; the range may have no upper end."""
    price = row_ref("break_even", "break_even", key, row, "price_spread")
    if price.amount.is_known or not isfinite(price.amount.middle):
        return price
    return say("leaf.no_upper_end", price=ref(price.figure, price.amount.middle, "price_middle"))


def claim(study: Study) -> Sheet | None:
    """Every reading of the claim with its word; what could have been shown."""
    if "claim" not in study:
        return None
    bars = []
    for key, row in rows_of(study.claim.to_frame()):
        ends = float(row["ratio"]), float(row["ratio_low"]), float(row["ratio_high"])
        where = "/".join(map(str, key))
        ratio: Text = ref(f"claim/ratio/{where}", ends[0], "number")
        if isfinite(ends[0]):
            ratio = say("around", middle=ratio, span=claim_span(where, row))
        amount = Amount(*ends) if all(map(isfinite, ends)) else None
        word = Word("verdict", str(row["word"]))
        bars.append(Bar(_reading(*key), (ratio, word), amount))
    level = stated("claim.level", 1 - 2 * study.claim.alpha, "percent")
    picture = bars_of(
        head("ratio", level=level),
        head("reading"),
        (None, head("word")),
        tuple(bars),
        mark="dot",
        wide=True,
    )
    texts = tuple(map(Words, claim_paragraphs(study)))
    topic, title = claim_title(study.claim)
    return Sheet(topic, title, (picture, *texts, source_of("claim", study, (picture,))))


def _reading(estimand: str, value: str, counted: str) -> Turned:
    """Name a reading as its chart does: measure, question, how services count."""
    words = {"measure": value, "estimand": estimand, "counted": counted}
    return Turned(say("reading", **{k: Word(k, word) for k, word in words.items()}), "chart")


def excellence(study: Study) -> Sheet | None:
    """How often each service is excellent and a model, by how it came on the list."""
    if not asked_of("efficiency", study) or _alone(study.case.capabilities):
        return None
    table = study.excellence.to_frame()
    fills = {BOTH: SOLID, DESIGNATED: HATCHED, DERIVED: GREY}
    rows: list[tuple[Text | None, str, Bar]] = []
    for route in (BOTH, DERIVED, DESIGNATED, NEITHER):
        part = largest_first(table[table["route"] == route], "p_excellent")
        for key, row in rows_of(part):
            written = cells(
                "excellence", key, row, ("p_excellent", "probability"), ("p_top", "probability")
            )
            share = 100 * float(row["p_excellent"])
            bar = Bar(short(key), written, Amount(share, share, share))
            rows.append((Word("route", route), fills.get(route, OUTLINE), bar))
    picture = bars_of(head("excellent"), head("capability"), (None, head("p_top")), by_fill(rows))
    return page_of("excellence.topic", "efficiency", study, picture)


def gaps(study: Study) -> Sheet | None:
    """The largest distances of single levels to what was agreed."""
    if not asked_of("gaps", study):
        return None
    bars = []
    for key, row in rows_of(GALLERY["gaps"].table(study)):
        capability, criterion = key
        name = say("pair", first=short(capability, 30), second=short(criterion, 26))
        now = row_ref("gaps", "now", key, row, "middle")
        written = cells(
            "gaps", key, row, ("model", "whole"), ("gap", "whole"), ("p_below", "probability")
        )
        bars.append(Bar(name, written, now.amount))
    heads = [head(k) for k in ("agreed", "gap", "below")]
    picture = bars_of(head("level"), head("capability"), heads, tuple(bars), mark="dot")
    return page_of("excellence.topic", "gaps", study, picture)


def distances(study: Study) -> Sheet | None:
    """How far each service is from the agreed levels, a number in every cell."""
    if not asked_of("gap_table", study) or _alone(study.case.capabilities):
        return None
    table = GALLERY["gap_table"].table(study)
    order = list(dict.fromkeys(table.index.get_level_values("capability")))
    kept = order if len(order) <= ROWS else order[:MOST]
    criteria = list(dict.fromkeys(table.index.get_level_values("criterion")))
    known = dict(rows_of(table))
    gaps_ = [float(row["gap"]) for row in known.values() if isfinite(row["gap"])]
    most = max(gaps_, default=0.0) or 1.0
    absent = {"gap": float("nan")}
    rows: list[tuple[Text, tuple[tuple[Ref, float], ...]]] = []
    for key in kept:
        line = []
        for criterion in criteria:
            row = known.get((key, criterion), absent)
            gap = float(row["gap"])
            share = max(gap, 0.0) / most if isfinite(gap) else 0.0
            line.append((row_ref("gaps", "gap", (key, criterion), row, "whole"), share))
        rows.append((short(key), tuple(line)))
    if len(order) > len(kept):
        rows.append((say("and_more", count=len(order) - len(kept)), ()))
    heat = Heat(head("capability"), tuple(short(c, 34) for c in criteria), tuple(rows))
    return page_of("excellence.topic", "gap_table", study, heat)


def priorities(study: Study) -> Sheet | None:
    """What closes most of the distance for each million."""
    if not asked_of("improvement_ranks", study) or _alone(study.case.improvements):
        return None
    columns = (("gain_per_m", "spread"), ("cost_m", "spread"), ("p_first", "probability"))
    bars = []
    for key, row in rows_of(study.priorities.to_frame()):
        written = cells("priorities", key, row, *columns)
        bars.append(Bar(short(key), written, written[0].amount))
    heads = (None, head("cost", unit=MILLIONS), head("p_first"))
    picture = bars_of(head("per_m"), head("improvement"), heads, tuple(bars))
    return page_of("priorities.topic", "improvement_ranks", study, picture)


def alignment(study: Study) -> Sheet | None:
    """What closes the distance with technology that is ready."""
    untold = (f"{TAKEN}readiness" in i.basis for i in study.case.improvements)
    if not asked_of("alignment", study) or all(untold) or _alone(study.case.improvements):
        return None
    table = largest_first(study.priorities.to_frame(), "gain")
    rows: list[tuple[Text | None, str, Bar]] = []
    for ready in (True, False):
        for key, row in rows_of(table[(table["readiness"] >= READY) == ready]):
            written = cells("priorities", key, row, ("gain", "spread"), ("readiness", "plain"))
            rows.append(
                (None, SOLID if ready else OUTLINE, Bar(short(key), written, written[0].amount))
            )
    heads = (head("closes"), head("ready"))
    picture = bars_of(head("closes_axis"), head("improvement"), heads, by_fill(rows))
    return page_of("priorities.topic", "alignment", study, picture)


def architecture(study: Study) -> Sheet | None:
    """What each improvement lifts, and what it needs."""
    alone = _alone(study.case.improvements) and _alone(study.case.capabilities)
    if not asked_of("architecture", study) or alone:
        return None
    links = GALLERY["architecture"].table(study)
    if not (links["kind"] == LIFTS).any():  # they only save
        return None
    rows: list[tuple[Cell | None, ...]] = []
    for key in study.case.improvement_ids:
        mine = links[links["from"] == key]
        touched, needed = (
            names(map(str, mine[mine["kind"] == kind]["to"])) for kind in ("lifts", "requires")
        )
        rows.append((Name(key), touched, needed))
    heads = tuple(head(k) for k in ("improvement", "touches", "needs"))
    table = Grid(heads, grid_rows(rows), words=3, weights=(1.2, 2.6, 1.2))
    return page_of("priorities.topic", "architecture", study, table)


def overrun(study: Study) -> Sheet | None:
    """What has to be raised: as published, the overrun that such projects had, managing risk."""
    if not asked_of("overrun", study):
        return None
    table = largest_first(GALLERY["overrun"].table(study), "asked_m")
    parts = ("base_m", "overrun_m", "managing_m")
    bars = []
    for key, row in rows_of(table):
        written = cells("overrun_improvements", key, row, ("asked_m", "spread"), ("p80_m", "tenth"))
        lengths = tuple(float(row[name]) for name in parts)
        bars.append(Bar(short(key), written, written[0].amount, lengths))
    fills = zip((SOLID, HATCHED, GREY), ("base", "overrun", "managing"), strict=True)
    picture = bars_of(
        to_raise(study, "leaf.raise_axis", "leaf.spend_axis", unit=MILLIONS),
        head("improvement"),
        (MILLIONS, head("at_80")),
        tuple(bars),
        key=tuple((fill, head(name)) for fill, name in fills),
    )
    return page_of("spending.topic", "overrun", study, picture)


IN_ROW = 3  # names on each side of an exchange: a row of a table stays low, so that the page holds
BESIDE = 2  # the same beside the name of an input, which is long
IN_FULL = {DISTANCE: "gain", NET: "net_m", HARM: "harm_days"}  # what an option is worth
OF_OPTION = (("needed_m", "tenth"), ("p_within", "probability"))


def sets(study: Study) -> Sheet | None:
    """Every good set beside the proposed one: what it takes and lets go, needs and is worth."""
    if not asked_of("good_sets", study):
        return None
    found = study.programme
    mine = list(found.chosen)
    columns = (("value", "spread"), ("at_confidence_m", "tenth"), ("p_within", "probability"))
    bars = []
    for place, (key, row) in enumerate(rows_of(found.good_sets().head(LINES))):
        chosen = str(row["chosen"]).split()
        new = [i for i in chosen if i not in mine]
        left = [i for i in mine if i not in chosen]
        name = changes(new, left, IN_ROW) if new or left else head("proposed")
        written = cells("good_sets", key, row, *columns)
        better = row_ref("good_sets", "p_better", key, row, "probability") if place else None
        bars.append(Bar(name, (*written, better), written[0].amount))
    least = []
    for key, row in rows_of(study.options.to_frame().loc[[NOTHING, MINIMUM]]):
        if key == NOTHING or row["chosen"]:
            columns = ((IN_FULL[found.measure], "spread"), *OF_OPTION)
            written = cells("options_in_full", key, row, *columns)
            least.append(
                Bar(option_head(study, str(key), row), (*written, None), written[0].amount)
            )
    unit = say(f"programme.unit_{found.measure}", unit=MILLIONS)
    needed = head("needed", sure=sure_of(found), unit=MILLIONS)
    picture = bars_of(
        head("value", unit=unit),
        head("set"),
        (unit, needed, head("within"), head("better")),
        (
            Group(None, SOLID, tuple(bars[:1])),
            Group(None, OUTLINE, tuple(bars[1:])),
            Group(None, GREY, tuple(least)),
        ),
        mark="dot",
        wide=True,
    )
    return page_of("programme.topic", "good_sets", study, picture)


def switching(study: Study) -> Sheet | None:
    """Inputs that alone change the programme, the likeliest first, each with its level."""
    if "switching" not in study or not len(study.switching.switching):
        return None
    rows: list[tuple[Cell | None, ...]] = []
    for key, row in rows_of(study.switching.to_frame().head(LINES)):
        came, went = (str(row[side]).split() for side in ("into", "out"))
        rows.append(
            (
                Input(str(key)),
                say(f"switching.{row['side']}", level=level_of(str(key), row, study.case)),
                changes(came, went, BESIDE) if came or went else say("none"),
                row_ref("switching", "p", (key, row["side"]), row, "probability"),
            )
        )
    heads = (*(say(f"switching.{k}") for k in ("input", "level")), say("change.head"))
    table = Grid((*heads, head("chance")), tuple(rows), words=3, weights=(2.0, 1.1, 2.4))
    return page_of("switching.topic", "switching", study, table)


def timetable(study: Study) -> Sheet | None:
    """When each member of the programme starts and is in full effect."""
    if not asked_of("gantt", study):
        return None
    table = study.programme.to_frame()
    table = table[table["chosen"]].sort_values(["start", "full_effect"], kind="stable")
    columns = (("start", "year"), ("full_effect", "year"), ("asked_m", "tenth"))
    bars = []
    for key, row in rows_of(table):
        start, full = float(row["start"]), float(row["full_effect"])
        written = cells("programme", key, row, *columns)
        bars.append(Bar(short(key), written, Amount(start, start, full)))
    picture = bars_of(
        head("years"),
        head("improvement"),
        (head("start"), head("full"), asked_in(study, "leaf.asked")),
        tuple(bars),
        mark="dot",
        years=True,
    )
    return page_of("timetable.topic", "gantt", study, picture)


def promises(study: Study) -> Sheet | None:
    """What is promised in plain units, by when; levels kept as logarithms are told as amounts."""
    if "baseline" not in study:
        return None
    frame = study.baseline.to_frame()
    if frame.empty:
        return None
    rows: list[tuple[Cell | None, ...]] = []
    for key, row in rows_of(frame):
        improvement, capability, indicator = map(str, key)
        raw = str(row["unit"])
        known = indicator in study.case.names()
        what = Name(indicator, "full") if known else Word("step", indicator)
        promise = say(
            "timetable.row",
            improvement=Name(improvement),
            capability=Name(capability),
            indicator=what,
        )
        levels = (_level(name, key, row, raw) for name in ("today", "planned"))
        name = ".".join(map(word, key))
        by = ref(f"review.{name}", float(str(row["reviews"])[:4]), "year")
        rows.append((promise, unit_of(raw), *levels, by))
    heads = tuple(head(k) for k in ("promise", "unit_head", "today", "planned", "by"))
    logs = any(raw in LOGS for raw in map(str, frame["unit"]))
    note = head("geometric") if logs else None  # a mean of logarithms
    table = Grid(heads, grid_rows(rows), words=2, weights=(4.6, 1.2), note=note)
    title = say("leaf.promises_title", count=len(frame))
    blocks = (table, source_of("gantt", study, (table,)))
    return Sheet(say("timetable.topic"), title, blocks)


def _level(name: str, key: Any, row: Mapping[str, Any], raw: str) -> Ref:
    """A level in plain units: the figure is kept as it was measured, perhaps as a logarithm."""
    return row_ref("baseline", name, key, row, "power" if raw in LOGS else "middle")


LOGS = {"log10 of minutes": "minutes", "log10 of results a year": "results"}


def unit_of(raw: str) -> Phrase | Unit:
    """The unit of a promise; a level that is kept as a logarithm is told as what it is one of."""
    return head(LOGS[raw]) if raw in LOGS else Unit(raw)


def funding(study: Study) -> Sheet | None:
    """What every budget buys."""
    if not asked_of("funding", study):
        return None
    curve = study.funding.curve()
    every = max(1, -(-len(curve) // STEPS))
    picked = sorted({*range(len(curve) - 1, 0, -every), 1} - {0, len(curve)})
    if not picked:  # no money buys anything: there is no curve to show
        return None
    bars = []
    for key, row in rows_of(curve.iloc[picked]):
        name = row_ref("funding_curve", "budget_m", key, row, "money_tenth")
        gain = row_ref("funding_curve", "gain", key, row, "spread")
        bars.append(Bar(name, (gain,), gain.amount))
    axis = head("closes_axis_budget")
    picture = bars_of(axis, head("budget"), (head("closes"),), tuple(bars))
    notes = [Words(head("curve_note"))] if yearly_limited(study.case) else []
    return page_of("funding.topic", "funding", study, picture, *notes)


def money(study: Study) -> Sheet | None:
    """Every pledge with what it is only for, and how likely it comes."""
    if not asked_of("money_map", study) or not len(study.funding.pledges()):
        return None
    bars = []
    for key, row in rows_of(study.funding.pledges()):
        written = cells("pledges", key, row, ("amount_m", "tenth"), ("chance", "probability"))
        bars.append(Bar(_pledge(str(key), str(row["earmark"]).split()), written, written[0].amount))
    unit = head("amount", unit=MILLIONS)
    picture = bars_of(unit, head("pledge"), (None, head("chance")), tuple(bars), wide=True)
    return page_of("funding.topic", "money_map", study, picture)


def _pledge(key: str, earmark: list[str]) -> Text:
    """Name a pledge, with what it is only for."""
    name = Name(key, "full")
    return say("leaf.earmarked", name=name, names=names(earmark)) if earmark else name


def donors(study: Study) -> Sheet | None:
    """What a donor may choose: packages inside the proposed set first."""
    if not asked_of("donor_menu", study) or not study.funding.menu.to_frame()["asked_m"].any():
        return None  # there is nothing to pay for
    columns = (("gain", "spread"), ("asked_m", "spread"), ("core", "hundredths"))
    rows: list[tuple[Text | None, str, Bar]] = []
    table = largest_first(study.funding.menu.to_frame(), "gain")
    for inside in (True, False):
        for key, row in rows_of(table[table["chosen"] == inside]):
            written = cells("donor_menu", key, row, *columns)
            rows.append(
                (None, SOLID if inside else OUTLINE, Bar(short(key), written, written[0].amount))
            )
    picture = bars_of(
        head("closes_axis_package"),
        head("package"),
        (head("closes"), asked_in(study, "leaf.asked"), head("agree")),
        by_fill(rows),
    )
    return page_of("donor.topic", "donor_menu", study, picture)


def hub(study: Study) -> Sheet | None:
    """What a hub costs against links one by one, by how many members there are."""
    if not asked_of("hub", study):
        return None
    table = GALLERY["hub"].table(study)
    every = max(1, -(-len(table) // STEPS))
    columns = (("hub_m", "spread"), ("links_m", "spread"), ("p_hub", "probability"))
    bars = []
    for members, row in rows_of(table.iloc[::-1].iloc[::every].iloc[::-1]):
        written = cells("hub_and_links", members, row, *columns)
        name = stated("members of a network", float(str(members)), "whole")
        bars.append(Bar(name, written, written[0].amount))
    picture = bars_of(
        head("hub", unit=MILLIONS),
        head("members"),
        (None, head("links"), head("hub_pays")),
        tuple(bars),
    )
    return page_of("network.topic", "hub", study, picture)


def members(study: Study) -> Sheet | None:
    """What members put in and get out, by groups that are large enough to be told of."""
    if not asked_of("steps", study) or "members" not in study:
        return None
    groups = study.members.by_group()
    sized = bool(groups.index.get_level_values(1).any())
    order = {size: k for k, size in enumerate(("", *SIZES))}
    written = (
        *(("members", "whole"), ("hits", "thousands"), ("own_m", "number")),
        *(("external_m", "number"), ("own_harm", "thousands"), ("national_m", "number")),
        ("contribution_m", "number"),
    )
    rows: list[tuple[Cell | None, ...]] = []
    for key, row in sorted(rows_of(groups), key=lambda pair: (pair[0][0], order[pair[0][1]])):
        region, size = key
        size_of = say(f"network.size_{size}") if size else say("unknown")
        where: list[Text] = [Word("region", str(region)), *([size_of] if sized else [])]
        rows.append((*where, *cells("members_by_group", key, row, *written)))
    columns = ("count", "hits", "own", "external", "harm", "national", "contribution")
    places = ("region", *(["size"] if sized else []))
    year = study.case.settings.price_year
    table = Grid(
        tuple(say(f"network.{column}") for column in (*places, *columns)),
        grid_rows(rows),
        words=len(places),
        weights=(1.0,) * len(places),
        note=sentences(say("network.note"), _error(groups, study)),
        caption=say("network.table", unit=MILLIONS, price_year=year),
    )
    return page_of("network.topic", "steps", study, table)


def _error(groups: pd.DataFrame, study: Study) -> Phrase | None:
    """The largest Monte Carlo error of the sums that are shown, as a share; of none, nothing."""
    shares = [(groups[f"{m}_error"] / groups[m].abs()).where(groups[m] != 0) for m in GROUPED]
    worst = float(pd.concat(shares).max())
    if isnan(worst):
        return None
    return say(
        "network.error",
        draws=stated("draws of the members", study.members.draws, "whole"),
        percent=stated("error of the sums", worst, "percent_tenth"),
    )
