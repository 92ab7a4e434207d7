"""Every lint fires one edit away from a clean case, in the right place, and not at a near miss."""

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capworth.case.claim import Lock, Registration
from capworth.case.claim_lock import METHOD, digest_of, registered_keys, registered_parts
from capworth.case.model import (
    Activity,
    Capability,
    Case,
    ChainStep,
    CostLine,
    Criterion,
    Effect,
    Estimate,
    FunctionShare,
    Improvement,
    Judgement,
    Member,
    Outcome,
    Pledge,
    Price,
    Published,
    Rating,
    Score,
    Source,
    Total,
    UnitValue,
)
from capworth.case.read import read_case
from capworth.case.register import schedules
from capworth.language.phrases import languages, phrases
from capworth.lints import Lint, lints_page
from capworth.lints.evidence import _digits
from capworth.lints.examine import examine
from capworth.lints.found import lint_case
from capworth.lints.lint import (
    SEVERITIES,
    _spans,
    asserts,
    catalogue,
    gives_a_reason,
    said_in,
    speaks_of,
    write_fact,
)

DATA = Path(__file__).parents[2] / "data" / "interpol-2019"
SAID = ("sentence", "mend")
SMALL = Path(__file__).parents[1] / "cases" / "small"
Edit = Callable[[Case], Case]

STILL = "judged; no displacement"
QUESTION = "Question: how much is a move from the worst to the best level worth?"
COSTS = """
A-STAFF 2 A . staff organisation recurrent forward . . 60000 100000 180000 none . D posts planned
B-STAFF 3 B . staff organisation recurrent forward . . 60000 100000 180000 none . D posts planned
C-STAFF 4 C . staff organisation recurrent forward . . 60000 100000 180000 none . D posts planned
A-M 5 A . staff members recurrent forward . . 10000 20000 45000 none . E two days a month
B-M 6 B . staff members recurrent forward . . 10000 20000 45000 none . E two days a month
C-M 7 C . staff members recurrent forward . . 0 0 0 none . E nothing: the centre pays for all
A-ERRORS 8 A . operations organisation recurrent forward . . 1000 3000 9000 none . E false hits
UP-BUILD 9 . UP technology donors one-off forward 2025 2026 40000 60000 90000 KIT 0.5 D offer
UP-RISK 10 . UP staff donors one-off forward 2025 2026 2000 4000 8000 none . D risk management
UP-RUN 11 . UP staff organisation recurrent forward 2027 . 8000 10000 15000 none . D one post
UP-M 12 . UP staff members one-off forward 2025 2025 2000 4000 8000 none . E one day of training
A-PAST 13 A . technology organisation one-off sunk 2019 2020 500000 500000 500000 none . A ledger
DUES 14 . . contribution members recurrent outside . . 700000 700000 700000 none . A ledger
A-KIT 15 A . staff organisation one-off forward 2025 2025 30000 40000 70000 none . D offer
"""
CHAIN = """
A .      searches        2 9000 10000 12000 B LEDGER counted
A .      hit_rate        3 0.01 0.02 0.04 D . sample of one month
A .      verified        4 0.3 0.5 0.7 D . sample of one month
A .      used            5 0.2 0.4 0.6 D . sample of one month
A ARREST outcome         6 0.1 0.25 0.4 D . judged by two officers
A ARREST counterfactual  7 0.4 0.6 0.8 D . judged by two officers
A ARREST contribution    8 0.3 0.5 0.7 D . judged by two officers
A DOC    outcome         9 0.1 0.3 0.5 D . judged by two officers
A DOC    counterfactual 10 0.1 0.25 0.5 D . judged by two officers
A DOC    contribution   11 0.6 0.8 0.9 D . judged by two officers
B .      hits           12 60 80 100 B LEDGER counted
B .      verified       13 0.5 0.75 0.9 D . sample of one month
B ARREST outcome        14 0.05 0.1 0.2 D . judged by two officers
B ARREST counterfactual 15 0.3 0.5 0.7 D . judged by two officers
B ARREST contribution   16 0.2 0.4 0.6 D . judged by two officers
"""


def estimate(
    name: str,
    row: int,
    levels: tuple[float, float, float],
    unit: str,
    grade: str = "D",
    basis: str = "judged by two officers",
    source: str = "",
) -> Estimate:
    return Estimate(name, *levels, unit, grade, source, basis, row)


def cost_line(text: str) -> CostLine:
    c = text.split(maxsplit=16)
    blank = {k: "" if v == "." else v for k, v in enumerate(c)}
    levels = (float(c[10]), float(c[11]), float(c[12]))
    return CostLine(
        id=c[0],
        category=c[4],
        payer=c[5],
        kind=c[6],
        currency="EUR",
        price_year=2024,
        amount=estimate(f"costs/{c[0]}", int(c[1]), levels, "EUR of 2024", c[15], c[16]),
        capability=blank[2],
        improvement=blank[3],
        treatment=c[7],
        from_year=int(c[8]) if blank[8] else None,
        to_year=int(c[9]) if blank[9] else None,
        bias=c[13].replace("KIT", "equipment_development"),
        mitigation=float(c[14]) if blank[14] else 0.0,
        range_means="measure" if c[13] == "KIT" else "",
    )


def chain_step(text: str) -> ChainStep:
    capability, outcome, step, row, low, mode, high, grade, source, basis = text.split(maxsplit=9)
    outcome, source = outcome.strip("."), source.strip(".")
    name = "/".join(filter(None, ("chain", capability, outcome, step)))
    levels = (float(low), float(mode), float(high))
    unit = "a year" if step in {"searches", "hits"} else "share"
    level = estimate(name, int(row), levels, unit, grade, basis, source)
    return ChainStep(capability, step, level, outcome)


def unit_value(
    row: int,
    outcome: str,
    scale: str,
    scope: str,
    *levels: float,
    basis: str = "judged",
    index: str = "",
    currency: str = "EUR",
) -> UnitValue:
    low, mode, high = levels
    name = "/".join(filter(None, ("unit_values", outcome, scale, scope, index)))
    worth = estimate(name, row, (low, mode, high), scale, basis=basis)
    if scale == "harm":
        return UnitValue(outcome, scale, scope, worth, index=index)
    return UnitValue(outcome, scale, scope, worth, currency, 2024)


def under(case: Case, **changes: Any) -> Case:
    """The case under other assumptions; no door looks whether it can be computed."""
    return replace(case, settings=replace(case.settings, **changes))


def score(row: int, capability: str, criterion: str, *levels: float) -> Score:
    low, mode, high = levels
    unit = {"reach": "members", "speed": "hours"}.get(criterion, "points")
    name = f"scores/{capability}/{criterion}"
    return Score(capability, criterion, estimate(name, row, (low, mode, high), unit))


def effect(
    row: int, capability: str, *levels: float, criterion: str = "", step: str = ""
) -> Effect:
    low, mode, high = levels
    name = f"effects/UP/{capability}/{criterion or step}"
    change = estimate(name, row, (low, mode, high), "hours" if criterion else "factor")
    return Effect("UP", capability, change, criterion, step)


def criterion(row: int, name: str, unit: str, worst: float, best: float) -> Criterion:
    swing = estimate(f"criteria/{name}", row, (50.0, 80.0, 100.0), "points", "E", QUESTION)
    return Criterion(name, name, swing, unit=unit, worst=worst, best=best)


@cache
def read(path: Path) -> Case:
    return read_case(path)


@cache
def clean() -> Case:
    """A case of three services in which there is nothing to attack."""
    pledge = estimate("funding/GIFT", 2, (20000, 30000, 50000), "EUR of 2024")
    total = estimate("totals/OPS", 2, (950000, 1000000, 1100000), "EUR of 2024", "B", "", "LEDGER")
    base = under(
        read(SMALL),
        appraisal_date=date(2024, 12, 31),
        currency="EUR",
        price_year=2024,
        first_year=2025,
        years=3,
        discounting="eu-cohesion-5",
        note="",
        harm_index="",
        excellent_efficient=0.5,
        excellent_top=0.5,
        extent_key="cost",
    )
    return replace(
        base,
        claim=None,
        capabilities=(
            Capability("A", "Register", "data", designated=True, basis="named by the board"),
            Capability("B", "Laboratory", "support"),
            Capability("C", "Academy", "support"),
        ),
        functions=tuple(
            FunctionShare(
                c, "hosting", estimate(f"functions/{c}/hosting", r, (1, 1, 1), "share", "A")
            )
            for r, c in enumerate("ABC", 2)
        ),
        platforms=(),
        usage=(),
        totals=(Total("OPS", "Operating expenses", "EUR", 2024, total),),
        costs=tuple(cost_line(line) for line in COSTS.strip().splitlines()),
        activity=tuple(
            Activity("B", "hits", year, value, "hits/year", "A", "LEDGER")
            for year, value in ((2022, 50.0), (2023, 70.0), (2024, 80.0))
        ),
        outcomes=(
            Outcome("ARREST", "Arrest", translations=(("name_fr", "Arrestation"),)),
            Outcome(
                "DOC",
                "False document stopped by a search",
                translations=(("name_fr", "Faux document saisi"),),
            ),
        ),
        chain=tuple(chain_step(line) for line in CHAIN.strip().splitlines()),
        unit_values=(
            unit_value(2, "ARREST", "money", "fiscal", 3000, 5000, 9000),
            unit_value(3, "ARREST", "money", "social", 1000, 2500, 6000),
            unit_value(4, "DOC", "money", "fiscal", 500, 1000, 2000),
            unit_value(5, "ARREST", "harm", "all", 20, 30, 60, basis=STILL, index="DAYS"),
            unit_value(6, "ARREST", "harm", "all", 2, 3, 6, index="COST"),
        ),
        criteria=(
            replace(criterion(2, "reach", "members", 0, 200), reference=150.0),
            replace(criterion(3, "speed", "hours", 48, 0), reference=6.0),
        ),
        scores=(
            score(2, "A", "reach", 120, 150, 180),
            score(3, "A", "speed", 12, 24, 40),
            score(4, "B", "reach", 30, 60, 100),
            score(5, "B", "speed", 30, 40, 48),
            score(6, "C", "reach", 90, 120, 160),
            score(7, "C", "speed", 1, 6, 12),
        ),
        improvements=(Improvement("UP", "Upgrade", 7, 2025, 2027, True, "invented"),),
        effects=(
            effect(2, "A", -18, -12, 0, criterion="speed"),
            effect(3, "A", 1, 1.5, 2, step="searches"),
            effect(4, "A", 0.7, 0.85, 1, step="hit_rate"),
            effect(5, "B", 1, 1.2, 1.5, step="hits"),
        ),
        relations=(),
        members=(),
        feedback=(),
        judgements=(),
        funding=(Pledge("GIFT", "Gift", "voluntary", 2025, "EUR", 2024, pledge),),
        sources=(
            Source("LEDGER", "Ledger", year="2024"),
            Source("LATE", "Later study", year="January 2026"),
            Source("UNDATED", "Web page"),
        ),
    )


def _tables(case: Case) -> dict[str, tuple[Any, ...]]:
    values = {f.name: getattr(case, f.name) for f in fields(case) if f.name != "assumed"}
    return {name: value for name, value in values.items() if isinstance(value, tuple)}


def put_in(case: Case, tables: Mapping[str, Iterable[Any]]) -> Case:
    given: dict[str, Any] = {table: tuple(rows) for table, rows in tables.items()}
    return replace(case, **given)


def _estimate_of(record: Any) -> tuple[str, Estimate] | None:
    for field in fields(record):
        if isinstance(value := getattr(record, field.name), Estimate):
            return field.name, value
    return None


def put(name: str, **changes: Any) -> Edit:
    """Change the row of that name: words of its estimate, words of the row itself."""
    inner = {f.name for f in fields(Estimate)}

    def change(record: Any) -> Any:
        found = _estimate_of(record)
        if found is None or found[1].name != name:
            return record
        of_row = {k: v for k, v in changes.items() if k not in inner}
        of_row[found[0]] = replace(found[1], **{k: v for k, v in changes.items() if k in inner})
        return replace(record, **of_row)

    def edit(case: Case) -> Case:
        assert name in case.estimates(), name
        table = name.partition("/")[0]
        return put_in(case, {table: [change(r) for r in getattr(case, table)]})

    return edit


def named(table: str, id_: str, **changes: Any) -> Edit:
    """Change the row with that short name."""

    def edit(case: Case) -> Case:
        rows = (replace(r, **changes) if r.id == id_ else r for r in getattr(case, table))
        return put_in(case, {table: rows})

    return edit


def estimated(first: float, then: float, price_year: int = 2024) -> Edit:
    """Publish two estimates of the upgrade, whose build then has a range of its own."""
    build = put("costs/UP-BUILD", range_means="", bias="none", mitigation=0.0, high=180000.0)

    def edit(case: Case) -> Case:
        rows = (
            Published("whole life", year, "whole-life", value, "EUR", "B", "S", "UP", "", "EUR", py)
            for year, value, py in ((2022, first, 2024), (2023, then, price_year))
        )
        return replace(build(case), published=tuple(rows))

    return edit


def drop(*names: str) -> Edit:
    def edit(case: Case) -> Case:
        assert set(names) <= set(case.estimates())
        kept = {
            table: tuple(
                r for r in rows if (e := _estimate_of(r)) is None or e[1].name not in names
            )
            for table, rows in _tables(case).items()
        }
        return put_in(case, kept)

    return edit


def add(table: str, *records: Any) -> Edit:
    def edit(case: Case) -> Case:
        return put_in(case, {table: [*getattr(case, table), *records]})

    return edit


def agreed(**levels: float | None) -> Edit:
    """Other agreed levels."""
    return all_of(*(named("criteria", key, reference=level) for key, level in levels.items()))


def extents(of_c: float) -> Edit:
    """Elicited extents, that of the academy given."""
    points = {"A": 100.0, "B": 40.0, "C": of_c}
    return all_of(
        *(
            named(
                "capabilities",
                c,
                extent=estimate(f"capabilities/{c}", row, (x / 2, x, 2 * x), "points"),
            )
            for row, (c, x) in enumerate(points.items(), 2)
        )
    )


def settings(**changes: Any) -> Edit:
    return lambda case: under(case, **changes)


def claimed(**keys: Any) -> Edit:
    """A claim that is registered in advance, and fits its lock."""

    def edit(case: Case) -> Case:
        claim = Registration(("hosting",), "per_euro", "score", **{"extent_key": "members", **keys})
        parts, said = registered_parts(case), registered_keys(claim)
        day = date(2024, 1, 1)
        digest = digest_of(said, parts, METHOD, day.isoformat())
        lock = Lock(day, METHOD, digest, tuple(said.items()), tuple(parts.items()))
        return replace(case, claim=replace(claim, lock=lock))

    return edit


def reregistered(**keys: Any) -> Edit:
    def edit(case: Case) -> Case:
        assert case.claim is not None
        return replace(case, claim=replace(case.claim, **keys))

    return edit


def all_of(*edits: Edit) -> Edit:
    def edit(case: Case) -> Case:
        for one in edits:
            case = one(case)
        return case

    return edit


def extra(text: str) -> Edit:
    return add("costs", cost_line(text))


def twenty(group: str = "") -> Edit:
    """Twenty cost lines more that somebody judged, perhaps as one of a group."""
    text = (
        "K{} {} A . staff organisation one-off forward 2025 2025 30000 40000 70000 none . D offer"
    )
    lines = [cost_line(text.format(k, 40 + k)) for k in range(20)]
    return add("costs", *(replace(x, amount=replace(x.amount, group=group)) for x in lines))


def prices(kind: str, currency: str, values: Mapping[int, float]) -> Edit:
    """Other prices: those of one kind and currency, by year."""

    def edit(case: Case) -> Case:
        mine = [Price(kind, currency, year, x, "A", "LEDGER") for year, x in values.items()]
        others = (p for p in case.prices if (p.kind, p.currency) != (kind, currency))
        return put_in(case, {"prices": [*others, *mine]})

    return edit


def rate(currency: str, value: float) -> Edit:
    return prices("exchange", currency, {2020: value})


def index(first: float, last: float) -> Edit:
    return prices("deflator", "EUR", {2020: first, 2024: last})


def series(*values: float) -> Edit:
    """A series of activity from 2020 on."""
    years = enumerate(values, 2020)
    return add(
        "activity", *(Activity("B", "found", y, x, "finds", "A", "LEDGER") for y, x in years)
    )


def sought(many: float) -> Edit:
    return add("activity", Activity("B", "searches", 2024, many, "searches/year", "A", "LEDGER"))


def paying(budget: float) -> Edit:
    """A budget without a target."""
    return settings(budget=budget, target=None)


def twin_scores(case: Case) -> Case:
    """A third criterion in points, on which all stand as they do on speed, best above worst."""
    turned = tuple(
        score(7 + k, s.capability, "ease", *((48 - x) / 2 for x in (lv.high, lv.mode, lv.low)))
        for k, s in enumerate((s for s in case.scores if s.criterion == "speed"), 1)
        for lv in (s.level,)
    )
    return all_of(add("criteria", criterion(4, "ease", "points", 0, 24)), add("scores", *turned))(
        case
    )


def ends(worst: float, best: float) -> Edit:
    return named("criteria", "reach", worst=worst, best=best)


BROTHER = unit_value(7, "ARREST", "money", "all", 4000, 8000, 9000)
HARM_TOO = (
    unit_value(7, "DOC", "harm", "all", 2, 3, 6, basis=STILL, index="DAYS"),
    unit_value(8, "DOC", "harm", "all", 2, 3, 6, index="COST"),
)
FRENCH_HITS = (("name_fr", "Résultats positifs"),)
TITLE: Any = {"translations": ()}
SILENT = put("unit_values/ARREST/harm/all/DAYS", basis="judged")
COARSE = all_of(
    put("chain/A/ARREST/outcome", low=0.3, mode=0.4, high=0.5),
    put("chain/A/DOC/outcome", low=0.5, mode=0.6, high=0.7),
)
BY_INTENSITY = all_of(  # 10000 searches x (1 - exp(-0.0000005 x 50000 x 0.8)) = 198 hits
    drop("chain/A/hit_rate", "effects/UP/A/hit_rate", "effects/UP/A/searches"),
    add(
        "chain",
        chain_step("A . records 17 40000 50000 60000 B LEDGER counted"),
        chain_step("A . intensity 18 1e-7 5e-7 9e-7 B LEDGER fitted"),
        chain_step("A . quality 19 0.6 0.8 0.9 D . judged"),
    ),
)


def per_cent(case: Case) -> Case:
    """Measure the reach in per cent."""
    return named("criteria", "reach", unit="% of members")(case)


def without_c(case: Case) -> Case:
    """Two services only, so that equal levels may be chance."""
    edits = (
        lambda x: put_in(x, {"capabilities": x.capabilities[:2], "functions": x.functions[:2]}),
        drop("scores/C/reach", "scores/C/speed", "costs/C-STAFF", "costs/C-M"),
    )
    return all_of(*edits)(case)


def survey(*members: str, year: int = 2024, basis: str = "") -> Edit:
    """Three members, of whom some answered about A."""
    of = tuple(Member(m, m, "north", "A", source="LEDGER") for m in ("AAA", "BBB", "CCC"))
    rows = (Rating(m, "A", year, "B", 5.0, 5.0, 5.0, source="LEDGER", basis=basis) for m in members)
    return all_of(lambda case: put_in(case, {"members": of}), add("feedback", *rows))


def judged(method: str) -> Edit:
    rows = Judgement("board", method, "speed", "D", other="reach", words="strong", basis="board")
    return add("judgements", rows)


# code, the edit that makes it fire, where, and the near miss that must leave the case clean
ATTACKS: tuple[tuple[str, Edit, str, Edit], ...] = (
    (
        "B01",
        add("unit_values", BROTHER),
        "unit_values.csv, rows 2-3, 7",
        add("unit_values", *HARM_TOO),  # the whole of one scale beside a part of another
    ),
    (
        "B01",
        add("unit_values", unit_value(7, "DOC", "money", "all", 400, 800, 900, basis=STILL)),
        "unit_values.csv, rows 4, 7",
        # the outcome is valued twice, but nothing reaches it
        all_of(
            add("outcomes", Outcome("CAR", "Car recovered")),
            add("unit_values", unit_value(7, "CAR", "money", "all", 400, 800, 900)),
            add("unit_values", unit_value(8, "CAR", "money", "fiscal", 400, 800, 900)),
        ),
    ),
    (
        "B02",
        all_of(
            put("chain/A/ARREST/outcome", low=0.3, mode=0.4, high=0.5),
            put("chain/A/DOC/outcome", low=0.5, mode=0.6, high=0.7),
        ),
        "chain.csv, rows 6, 9",
        # the highs pass 1, the means do not
        all_of(put("chain/A/ARREST/outcome", high=0.6), put("chain/A/DOC/outcome", high=0.6)),
    ),
    (
        "B02",
        all_of(
            put("chain/A/ARREST/outcome", low=0.3, mode=0.4, high=0.5),
            put("chain/A/DOC/outcome", low=0.5, mode=0.6, high=0.7),
        ),
        "chain.csv, rows 6, 9",
        # valued on different scales, which are never added
        all_of(
            drop("unit_values/DOC/money/fiscal"),
            add("unit_values", *HARM_TOO),
            drop("unit_values/ARREST/harm/all/DAYS", "unit_values/ARREST/harm/all/COST"),
            put("chain/A/ARREST/outcome", low=0.3, mode=0.4, high=0.5),
            put("chain/A/DOC/outcome", low=0.5, mode=0.6, high=0.7),
            settings(note="displacement is not known"),
        ),
    ),
    (
        "B03",
        put("chain/B/hits", low=150.0, mode=201.0, high=300.0),
        "chain.csv, rows 2, 12",
        put("chain/B/hits", low=150.0, mode=201.0, high=300.0, source="UNDATED"),
    ),
    (
        "B03",
        put("chain/B/hits", low=150.0, mode=198.0, high=300.0),
        "chain.csv, rows 2, 12",
        put("chain/B/hits", low=150.0, mode=204.0, high=300.0),  # two in a hundred apart
    ),
    (
        "B04",
        named("outcomes", "DOC", name="Search hits", **TITLE),
        "unit_values.csv, row 4",
        named("outcomes", "DOC", name="Child found by a search", **TITLE),
    ),
    (
        "B04",
        named("outcomes", "DOC", name="DOC", translations=FRENCH_HITS),
        "unit_values.csv, row 4",
        all_of(
            drop("unit_values/DOC/money/fiscal"),  # counted, not valued
            named("outcomes", "DOC", name="Search hits", **TITLE),
        ),
    ),
    (
        "B05",
        named("outcomes", "DOC", name="Criminal assets seized", **TITLE),
        "unit_values.csv, row 4",
        all_of(
            named("outcomes", "DOC", name="Criminal assets seized", **TITLE),
            put("unit_values/DOC/money/fiscal", basis="officer time spared; the sum is a transfer"),
        ),
    ),
    (
        "B06",
        drop("chain/A/DOC/counterfactual"),
        "chain.csv, row 9",
        # an outcome that is never reached needs none
        all_of(
            drop("chain/A/DOC/counterfactual"),
            put("chain/A/DOC/outcome", low=0.0, mode=0.0, high=0.0),
        ),
    ),
    (
        "B07",
        put("chain/B/ARREST/counterfactual", low=0.0, mode=0.0, high=0.0, basis="judged"),
        "chain.csv, row 15",
        put(
            "chain/B/ARREST/counterfactual",
            low=0.0,
            mode=0.0,
            high=0.0,
            basis="no other laboratory holds these marks",
        ),
    ),
    (
        "B07",
        put("chain/A/DOC/counterfactual", low=0.0, mode=0.0, high=0.5, basis=""),
        "chain.csv, row 10",
        put("chain/A/DOC/counterfactual", low=0.0, mode=0.1, high=0.5, basis=""),
    ),
    (
        "B08",
        drop("chain/B/ARREST/contribution"),
        "chain.csv, row 14",
        all_of(
            drop("chain/B/ARREST/contribution"),
            put("chain/B/ARREST/outcome", low=0.0, mode=0.0, high=0.0),
        ),
    ),
    (
        "B09",
        put("chain/B/ARREST/contribution", low=0.4, mode=1.0, high=1.0),
        "chain.csv, row 16",
        put("chain/B/ARREST/contribution", low=0.4, mode=0.95, high=1.0),
    ),
    (
        "B10",
        SILENT,
        "chain.csv, rows 6, 14",
        all_of(
            SILENT,
            settings(
                translations=(("note_fr", "Le déplacement de la criminalité n'est pas compté."),)
            ),
        ),
    ),
    (
        "B10",
        all_of(SILENT, add("chain", chain_step("A ARREST displacement 17 0.1 0.3 0.6 D . judged"))),
        "chain.csv, row 14",
        all_of(SILENT, put("chain/B/ARREST/outcome", basis="judged; none moves elsewhere")),
    ),
    (
        "B10",
        all_of(
            SILENT,
            drop("unit_values/ARREST/money/social"),
        ),
        "chain.csv, rows 6, 14",
        drop(  # none averted
            "unit_values/ARREST/harm/all/DAYS",
            "unit_values/ARREST/harm/all/COST",
            "unit_values/ARREST/money/social",
        ),
    ),
    (
        "B10",
        add("unit_values", unit_value(7, "DOC", "money", "social", 200, 300, 600)),
        "chain.csv, row 9",
        add("unit_values", unit_value(7, "DOC", "money", "economic", 200, 300, 600)),
    ),
    (
        "B11",
        drop("costs/A-ERRORS"),
        "chain.csv, rows 4, 13",
        all_of(drop("costs/A-ERRORS"), put("costs/A-STAFF", basis="posts; complaints are in it")),
    ),
    (
        "B11",
        put("costs/A-ERRORS", basis="time; false hits are not in it"),
        "chain.csv, rows 4, 13",
        all_of(
            drop("costs/A-ERRORS"),
            put("chain/A/verified", low=1.0, mode=1.0, high=1.0, grade="A"),
            put("chain/B/verified", low=1.0, mode=1.0, high=1.0, grade="A"),
        ),
    ),
    (
        "I01",
        drop("effects/UP/A/hit_rate"),
        "effects.csv, row 3",
        all_of(
            drop("effects/UP/A/hit_rate"), put("effects/UP/A/searches", low=0.5, mode=0.8, high=1.0)
        ),  # fewer searches
    ),
    (
        "I01",
        put("effects/UP/A/hit_rate", low=0.9, mode=1.0, high=1.1),
        "effects.csv, rows 3-4",
        put("effects/UP/A/hit_rate", low=0.9, mode=0.99, high=1.1),
    ),
    (
        "I02",
        put("effects/UP/B/hits", low=1.0, mode=1.5, high=2.0),
        "effects.csv, rows 3, 5",
        put("effects/UP/B/hits", low=1.0, mode=1.3, high=2.0),
    ),
    (
        "I03",
        put("effects/UP/A/speed", high=-4.0),
        "effects.csv, row 2",
        put("effects/UP/A/speed", high=-4.0, grade="C", source="LEDGER"),
    ),
    (
        "I03",
        add("effects", effect(6, "A", 5, 10, 20, criterion="reach")),
        "effects.csv, row 6",
        add("effects", effect(6, "A", -20, -10, -5, criterion="reach")),  # it harms
    ),
    (
        "I03",
        add("effects", effect(6, "A", 0.5, 0.7, 0.9, step="counterfactual")),
        "effects.csv, row 6",
        add("effects", effect(6, "A", 1.1, 1.3, 1.6, step="counterfactual")),  # it harms
    ),
    (
        "I03",
        add("effects", effect(6, "A", 1.1, 1.3, 1.6, step="used")),
        "effects.csv, row 6",
        add("effects", effect(6, "A", 1, 1.3, 1.6, step="used")),
    ),
    (
        "I04",
        named("improvements", "UP", readiness=5),
        "improvements.csv, UP",
        named("improvements", "UP", readiness=6),
    ),
    (
        "I04",
        named("improvements", "UP", readiness=5),
        "improvements.csv, UP",
        named("improvements", "UP", readiness=5, start_year=2024),
    ),
    (
        "I05",
        all_of(settings(years=4), put("costs/UP-M", to_year=None)),
        "costs.csv, row 12",
        all_of(settings(years=4), put("costs/UP-M", to_year=2027)),  # up to the year of effect
    ),
    (
        "I05",
        all_of(
            named("improvements", "UP", effect_year=2026),
            put("costs/UP-RUN", from_year=2026),
            put("costs/UP-M", to_year=None),
        ),
        "costs.csv, row 12",
        all_of(named("improvements", "UP", effect_year=2026), put("costs/UP-RUN", from_year=2026)),
    ),
    (
        "I06",
        put("costs/UP-RUN", to_year=2026, from_year=2025),
        "costs.csv, row 9",
        put("costs/UP-RUN", from_year=2025, to_year=2027),
    ),
    (
        "I06",
        drop("costs/UP-RUN"),
        "costs.csv, row 9",
        all_of(drop("costs/UP-RUN"), put("costs/UP-BUILD", category="staff")),
    ),
    (
        "W01",
        put("criteria/speed", basis="board of 2024"),
        "criteria.csv, row 3",
        put("criteria/speed", basis="the board weighed the step from two days to none"),
    ),
    (
        "W01",
        put("criteria/speed", basis="board of 2024"),
        "criteria.csv, row 3",
        # alone among its siblings, a weight weighs nothing
        all_of(
            put("criteria/speed", basis="board of 2024"), named("criteria", "speed", parent="x")
        ),
    ),
    (
        "W02",
        named("criteria", "reach", name="Running cost of a member"),
        "criteria.csv, row 2",
        named("criteria", "reach", name="Costa Rica and others served"),
    ),
    (
        "W02",
        named("criteria", "reach", unit="EUR a year"),
        "criteria.csv, row 2",
        named("criteria", "reach", unit="members of EUROPOL"),
    ),
    (
        "W03",
        twin_scores,
        "criteria.csv, rows 3-4",
        all_of(twin_scores, put("scores/C/ease", high=24.0)),
    ),
    (
        "W04",
        ends(60, 150),
        "criteria.csv, row 2",
        ends(60, 160),
    ),
    (
        "W04",
        ends(150, 60),
        "criteria.csv, row 2",
        all_of(
            ends(0, 100),
            put("scores/A/reach", low=80.0, mode=100.0, high=100.0),
            put("scores/B/reach", low=0.0, mode=0.0, high=20.0),
            put("scores/C/reach", low=40.0, mode=50.0, high=70.0),
        ),  # natural ends
    ),
    (
        "C01",
        put("costs/A-STAFF", basis="budget of 2023, depreciation in it"),
        "costs.csv, row 2",
        put("costs/A-STAFF", basis="budget of 2023; depreciation is not in it"),
    ),
    (
        "C01",
        put("costs/A-KIT", basis="installations déjà payées"),
        "costs.csv, row 15",
        put("costs/A-PAST", basis="sunk: the build of 2019"),  # and so it is treated
    ),
    (
        "C02",
        put("costs/A-PAST", to_year=2025),
        "costs.csv, row 13",
        put("costs/A-PAST", to_year=2024),
    ),
    (
        "C02",
        put("costs/A-PAST", kind="recurrent", to_year=None),
        "costs.csv, row 13",
        put("costs/A-PAST", kind="one-off", to_year=None),
    ),
    (
        "C03",
        put("costs/B-M", low=0.0, mode=0.0, high=0.0),
        "costs.csv, rows 6-7",
        all_of(
            put("costs/B-M", low=0.0, mode=0.0, high=0.0),
            extra("B-M2 16 B . staff members recurrent forward . . 1000 2000 5000 none . E travel"),
        ),
    ),
    (
        "C04",
        drop("costs/UP-M"),
        "costs.csv, rows 9-11",
        put("costs/UP-M", low=0.0, mode=0.0, high=0.0),
    ),
    (
        "C05",
        extra("C-DUES 16 C . other members recurrent forward . . 5000 9000 20000 none . E judged"),
        "costs.csv, row 16",
        extra("C-X 16 C . contribution members recurrent forward . . 5 9 20 none . E dues"),
    ),
    (
        "C05",
        put("costs/B-M", basis="two days a month and the annual dues"),
        "costs.csv, row 6",
        put("costs/B-M", basis="two days a month, without the annual dues"),
    ),
    (
        "C05",
        put("costs/B-M", basis="jours de travail, quote-part comprise"),
        "costs.csv, row 6",
        put("costs/B-STAFF", basis="posts, paid out of statutory contributions"),
    ),
    (
        "C06",
        put("funding/GIFT", basis="nominal amount of the letter"),
        "funding.csv, row 2",
        put("funding/GIFT", basis="nominal amount not used; deflated"),
    ),
    (
        "C06",
        put("costs/A-STAFF", basis="montant nominal de 2026"),
        "costs.csv, row 2",
        put("costs/A-STAFF", basis="posts of NOMINAL, the register"),
    ),
    (
        "C06",
        put("totals/OPS", basis="stated in current prices"),
        "totals.csv, row 2",
        put("costs/A-PAST", basis="stated in current prices"),  # not counted
    ),
    (
        "C07",
        put("unit_values/DOC/money/fiscal", price_year=2013),
        "unit_values.csv, row 4",
        put("unit_values/DOC/money/fiscal", price_year=2014),
    ),
    (
        "C08",
        put("costs/UP-BUILD", high=180000.0),
        "costs.csv, row 9",
        put("costs/UP-BUILD", high=170000.0),
    ),
    (
        "C09",
        put("costs/UP-BUILD", basis="offer of one maker with ten percent for contingencies"),
        "costs.csv, row 9",
        put("costs/UP-BUILD", basis="offer of one maker without contingencies"),
    ),
    (
        "C10",
        put("costs/UP-BUILD", bias="none", mitigation=0.0),
        "costs.csv, row 9",
        put("costs/UP-BUILD", bias="none", mitigation=0.0, high=180000.0),
    ),
    (
        "C10",
        put("costs/A-KIT", category="technology"),
        "costs.csv, row 15",
        put("costs/A-KIT", category="technology", kind="recurrent"),
    ),
    (
        "C11",
        drop("costs/UP-RISK"),
        "costs.csv, row 9",
        all_of(drop("costs/UP-RISK"), put("costs/UP-BUILD", mitigation=0.0)),
    ),
    (
        "C11",
        put("costs/UP-RISK", improvement="", capability="A"),  # managed for somebody else
        "costs.csv, row 9",
        put("costs/UP-RISK", basis="maîtrise des risques"),
    ),
    (
        "C08",
        put("costs/UP-BUILD", high=180000.0),
        "costs.csv, row 9",
        put("costs/UP-BUILD", high=180000.0, range_means="overrun", bias="none"),
    ),
    (
        "C10",
        put("costs/UP-BUILD", bias="none", mitigation=0.0, high=180000.0, range_means="split"),
        "costs.csv, row 9",
        put("costs/UP-BUILD", bias="none", mitigation=0.0, high=180000.0, range_means="overrun"),
    ),
    (
        "C11",
        put("costs/UP-RISK", id="UP-X", basis="judged"),
        "costs.csv, row 9",
        put("costs/UP-RISK", id="UP-X", basis="judged", manages="UP-BUILD"),
    ),
    (
        "C12",
        put("costs/UP-BUILD", range_means=""),
        "costs.csv, row 9",
        put("costs/UP-BUILD", range_means="", bias="none", mitigation=0.0, high=180000.0),
    ),
    (
        "C13",
        estimated(100.0, 400.0),
        "costs.csv, rows 9-10, 12",
        estimated(100.0, 105.0),
    ),
    (
        "C13",
        estimated(100.0, 40.0),
        "costs.csv, rows 9-10, 12",
        estimated(100.0, 40.0, price_year=2023),  # in other prices it is no move
    ),
    (
        "E01",
        put("costs/A-STAFF", mode=101300.0),
        "costs.csv, row 2",
        put("costs/A-STAFF", mode=125000.0),  # a half step
    ),
    (
        "E01",
        put("costs/A-STAFF", high=182000.0),
        "costs.csv, row 2",
        put("costs/A-STAFF", high=182000.0, grade="C", source="LEDGER"),
    ),
    (
        "E01",
        put("chain/A/verified", mode=0.512),
        "chain.csv, row 4",
        put("chain/A/verified", high=0.998),  # two in a thousand
    ),
    (
        "E01",
        put("effects/UP/B/hits", mode=1.213),
        "effects.csv, row 5",
        put("effects/UP/B/hits", mode=1.12),  # twelve in a hundred
    ),
    (
        "E02",
        put("costs/A-STAFF", low=95000.0, high=110000.0),
        "costs.csv, row 2",
        put("costs/A-STAFF", low=90000.0, high=110000.0),
    ),
    (
        "E02",
        put("costs/A-M", low=17000.0, high=26000.0),
        "costs.csv, row 5",
        put("costs/A-M", low=17000.0, high=27000.0),
    ),
    (
        "E02",
        put("costs/A-STAFF", low=100000.0, high=100000.0, grade="C", source="LEDGER"),
        "costs.csv, row 2",
        put("costs/A-STAFF", low=100000.0, high=100000.0, grade="B", source="LEDGER"),
    ),
    (
        "E02",
        put("scores/A/reach", low=145.0, high=150.0),
        "scores.csv, row 2",
        put("scores/A/reach", low=140.0, high=150.0),
    ),
    (
        "E02",
        put("criteria/speed", low=76.0, high=84.0),
        "criteria.csv, row 3",
        put("criteria/speed", low=75.0, high=85.0),
    ),
    (
        "E02",
        put("effects/UP/B/hits", low=1.19, high=1.22),
        "",
        put("chain/B/verified", low=0.95, mode=0.97, high=0.98),  # wide beside what is left to 1
    ),
    (
        "E03",
        put("costs/A-STAFF", source="LATE"),
        "costs.csv, row 2",
        put("costs/A-STAFF", source="UNDATED"),
    ),
    (
        "E03",
        put("unit_values/DOC/money/fiscal", source="LATE"),
        "unit_values.csv, row 4",
        all_of(
            put("unit_values/DOC/money/fiscal", source="LATE"),
            settings(appraisal_date=date(2026, 1, 1)),
        ),
    ),
    (
        "E04",
        put("unit_values/ARREST/harm/all/DAYS", source="LATE"),
        "unit_values.csv, row 5",
        put("unit_values/ARREST/harm/all/DAYS", source="LEDGER"),
    ),
    (
        "E05",
        add("activity", Activity("B", "hits", 2025, 75.0, "hits/year", "A", "LEDGER")),
        "chain.csv, row 12",
        add("activity", Activity("B", "hits", 2025, 85.0, "hits/year", "A", "LEDGER")),
    ),
    (
        "E05",
        add("activity", Activity("B", "hits", 2025, 75.0, "hits/year", "A", "LEDGER")),
        "chain.csv, row 12",
        add("activity", Activity("B", "hits", 2025, 75.0, "hits, Jan-Sep", "A", "LEDGER")),
    ),
    (
        "E06",
        named("capabilities", "A", basis=""),
        "capabilities.csv, A",
        named("capabilities", "B", basis=""),
    ),
    (
        "B01",
        add("unit_values", unit_value(7, "ARREST", "harm", "social", 2, 3, 6, index="COST")),
        "unit_values.csv, rows 6-7",
        # nothing is counted twice by a whole that is worth nothing
        add("unit_values", unit_value(7, "DOC", "money", "all", 0, 0, 0)),
    ),
    (
        "B02",
        COARSE,
        "chain.csv, rows 6, 9",
        # to the last lead, and no further
        all_of(
            put("chain/A/ARREST/outcome", low=0.4, mode=0.4, high=0.4, grade="A"),
            put("chain/A/DOC/outcome", low=0.6, mode=0.6, high=0.6, grade="A"),
        ),
    ),
    (
        "B02",
        COARSE,
        "chain.csv, rows 6, 9",
        all_of(COARSE, put("chain/A/DOC/outcome", low=0.42, mode=0.57, high=0.7)),  # mean 0.967
    ),
    (
        "B03",
        all_of(BY_INTENSITY, put("chain/B/hits", low=150.0, mode=198.0, high=300.0)),
        "chain.csv, rows 2, 12",
        all_of(BY_INTENSITY, put("chain/B/hits", low=150.0, mode=250.0, high=300.0)),  # no quality
    ),
    (
        "B03",
        put("chain/B/hits", low=150.0, mode=200.0, high=300.0),
        "chain.csv, rows 2, 12",
        all_of(  # no source, no claim that they are the same
            put("chain/B/hits", low=150.0, mode=200.0, high=300.0, source=""),
            put("chain/A/searches", source=""),
        ),
    ),
    (
        "B03",
        put("chain/B/hits", low=150.0, mode=200.0, high=300.0),
        "chain.csv, rows 2, 12",
        drop("chain/B/hits"),  # no beginning, no volume
    ),
    (
        "B03",
        put("chain/B/hits", low=150.0, mode=200.0, high=300.0),
        "chain.csv, rows 2, 12",
        drop("chain/A/searches", "chain/A/hit_rate"),
    ),
    (
        "B04",
        named("outcomes", "DOC", name="Search hits", **TITLE),
        "unit_values.csv, row 4",
        named("outcomes", "DOC", name="Child safe", **TITLE),  # neither word
    ),
    (
        "B05",
        named("outcomes", "DOC", name="Criminal assets seized", **TITLE),
        "unit_values.csv, row 4",
        all_of(
            named("outcomes", "DOC", name="Criminal assets seized", **TITLE),
            drop("unit_values/DOC/money/fiscal"),
            add("unit_values", *HARM_TOO),
        ),
    ),
    (
        "B07",
        put("chain/B/ARREST/counterfactual", low=0.0, mode=0.0, high=0.5, basis="none"),
        "chain.csv, row 15",
        put("chain/B/ARREST/outcome", low=0.0, mode=0.0, high=0.5, basis="none"),
    ),
    (
        "B07",
        put("chain/B/ARREST/counterfactual", low=0.0, mode=0.0, high=0.5, basis="none"),
        "chain.csv, row 15",
        all_of(  # never reached
            put("chain/B/ARREST/counterfactual", low=0.0, mode=0.0, high=0.5, basis="none"),
            put("chain/B/ARREST/outcome", low=0.0, mode=0.0, high=0.0),
        ),
    ),
    (
        "B08",
        drop("chain/B/ARREST/contribution"),
        "chain.csv, row 14",
        all_of(
            drop("chain/B/ARREST/contribution"),
            add("chain", chain_step("B ARREST bilateral 17 0.1 0.3 0.6 D . judged")),
        ),
    ),
    (
        "B11",
        all_of(
            drop("costs/A-ERRORS"),
            add("chain", chain_step("A WRONG false_hit 17 0.1 0.3 0.6 D . judged")),
        ),
        "chain.csv, row 13",
        all_of(
            drop("costs/A-ERRORS"),
            add("chain", chain_step("A WRONG false_hit 17 0.1 0.3 0.6 D . judged")),
            add("chain", chain_step("B WRONG false_hit 18 0.1 0.3 0.6 D . judged")),
        ),
    ),
    (
        "B12",
        put("unit_values/DOC/money/fiscal", currency="GBP"),
        "unit_values.csv, row 4",
        put(
            "unit_values/DOC/money/fiscal",
            currency="GBP",
            transfer=estimate(
                "unit_values/DOC/money/fiscal/transfer", 4, (0.3, 0.4, 0.5), "factor"
            ),
        ),
    ),
    (
        "B13",
        drop("unit_values/ARREST/harm/all/COST"),
        "unit_values.csv, row 5",
        all_of(
            drop("unit_values/ARREST/harm/all/COST", "unit_values/ARREST/harm/all/DAYS"),
            settings(note="displacement is not known"),
        ),
    ),
    (
        "B13",
        add("unit_values", HARM_TOO[0]),
        "unit_values.csv, row 7",
        add("unit_values", *HARM_TOO),
    ),
    (
        "I01",
        all_of(
            drop("effects/UP/A/hit_rate"),
            add("chain", chain_step("A . elasticity 17 0.9 1.0 1.2 B LEDGER fitted")),
        ),
        "effects.csv, row 3",
        all_of(
            drop("effects/UP/A/hit_rate"),
            add("chain", chain_step("A . elasticity 17 0.5 0.64 0.9 B LEDGER fitted")),
        ),
    ),
    (
        "I01",
        drop("effects/UP/A/hit_rate"),
        "effects.csv, row 3",
        all_of(
            drop("effects/UP/A/hit_rate"),
            put("effects/UP/A/searches", low=0.5, mode=1.0, high=2.0),
        ),
    ),
    (
        "I01",
        drop("effects/UP/A/hit_rate"),
        "effects.csv, row 3",
        put("effects/UP/A/hit_rate", low=0.0, mode=0.0, high=1.0),  # no hit at all
    ),
    (
        "I02",
        put("effects/UP/B/hits", low=1.0, mode=1.5, high=2.0),
        "effects.csv, rows 3, 5",
        add(  # another improvement
            "effects",
            replace(effect(6, "B", 1, 1.5, 2, step="hits"), improvement="DOWN"),
        ),
    ),
    (
        "I02",
        put("effects/UP/B/hits", low=1.0, mode=1.5, high=2.0),
        "effects.csv, rows 3, 5",
        all_of(  # nothing grows
            put("effects/UP/B/hits", low=0.5, mode=1.0, high=2.0),
            put("effects/UP/A/searches", low=0.5, mode=1.0, high=2.0),
        ),
    ),
    *(
        (
            "I03",
            add("effects", effect(6, "A", 0.5, 0.7, 0.9, step=step)),
            "effects.csv, row 6",
            add("effects", effect(6, "A", 1.1, 1.3, 1.6, step=step)),
        )
        for step in ("displacement", "bilateral", "delay", "false_hit")
    ),
    (
        "I05",
        all_of(settings(years=4), put("costs/UP-M", to_year=2028)),
        "costs.csv, row 12",
        all_of(
            settings(years=4), put("costs/UP-M", to_year=None, low=0.0, mode=0.0, high=0.0)
        ),  # nothing to pay
    ),
    (
        "I06",
        all_of(drop("costs/UP-RUN"), put("costs/UP-M", from_year=2027, to_year=2027)),
        "costs.csv, row 9",  # a one-off does not run it
        all_of(  # nothing built
            drop("costs/UP-RUN"),
            put("costs/UP-BUILD", kind="recurrent"),
            put("costs/UP-M", kind="recurrent"),
            settings(budget=4000.0, target=4000.0),
        ),
    ),
    (
        "I06",
        put("costs/UP-RUN", low=0.0, mode=0.0, high=0.0),
        "costs.csv, row 9",
        put("costs/UP-RUN", from_year=None, to_year=None),
    ),
    (
        "I06",
        put("costs/UP-RUN", treatment="outside"),
        "costs.csv, row 9",
        all_of(  # felt when it is over
            settings(years=4), named("improvements", "UP", effect_year=2028)
        ),
    ),
    (
        "W01",
        put("criteria/speed", basis="board of 2024"),
        "criteria.csv, row 3",
        put("criteria/speed", basis="swing over the full scale"),
    ),
    (
        "W01",
        put("criteria/speed", basis="board of 2024"),
        "criteria.csv, row 3",
        all_of(put("criteria/speed", basis="board of 2024"), judged("macbeth")),
    ),
    (
        "W01",
        put("criteria/reach", basis="board of 2024"),
        "criteria.csv, row 2",
        all_of(put("criteria/reach", basis="board of 2024"), judged("pairwise")),
    ),
    (
        "W02",
        named("criteria", "reach", unit="dollars a search"),
        "criteria.csv, row 2",
        named("criteria", "reach", unit="members"),
    ),
    (
        "W02",
        all_of(named("criteria", "reach", unit="JPY a year"), settings(currency="JPY")),
        "",
        named("criteria", "reach", unit="JPY a year"),  # no money of this case: a project's name
    ),
    (
        "W03",
        twin_scores,
        "criteria.csv, rows 3-4",
        without_c,
    ),
    (
        "W03",
        twin_scores,
        "criteria.csv, rows 3-4",
        all_of(without_c, twin_scores),
    ),
    (
        "W03",
        twin_scores,
        "criteria.csv, rows 3-4",
        all_of(  # all stand alike on both: nothing is told apart, nothing counted twice
            twin_scores,
            *(put(f"scores/{c}/speed", low=12.0, mode=24.0, high=36.0) for c in "ABC"),
            *(put(f"scores/{c}/ease", low=6.0, mode=12.0, high=18.0) for c in "ABC"),
        ),
    ),
    (
        "W04",
        ends(60, 150),
        "criteria.csv, row 2",
        all_of(without_c, ends(60, 150)),
    ),
    (
        "E07",
        survey("AAA", "BBB", basis="SYNTHETIC, seed 1"),
        "feedback.csv, A",
        survey("AAA", "BBB"),
    ),
    ("E09", twenty(), "costs.csv, A-STAFF, B-STAFF, C-STAFF, A-M and 27 more", twenty("one hand")),
    (
        "E10",
        put("costs/A-STAFF", basis="ledger; range by grade (C)"),
        "costs.csv, row 2",
        put("costs/A-STAFF", basis="ledger; a range of its own"),
    ),
    (
        "E08",
        survey("AAA"),
        "feedback.csv, A",
        all_of(survey("AAA", "BBB"), survey("CCC", year=2022)),
    ),
    (
        "E08",
        all_of(survey("AAA", "BBB", year=2022), survey("CCC")),
        "feedback.csv, A",
        survey("AAA", "BBB"),
    ),
    (
        "P01",
        settings(discounting="undiscounted"),
        "case.toml, discounting",
        settings(discounting="eu-cohesion-3"),
    ),
    (
        "P02",
        settings(discounting="eu-cohesion-3", appraisal_date=date(2013, 6, 1)),
        "",
        settings(discounting="green-book"),
    ),
    (
        "P03",
        settings(excellent_top=0.4),
        "case.toml, excellent_top",
        settings(excellent_top=0.6),
    ),
    (
        "P04",
        claimed(extent_key="equal"),
        "claim.toml, extent_key",
        claimed(extent_key="members"),
    ),
    (
        "P05",
        all_of(claimed(), reregistered(margin=1.5)),
        "claim.lock.toml, margin",
        claimed(),
    ),
    (
        "O01",
        settings(objective="score"),
        "case.toml",
        settings(objective="distance"),
    ),
    (
        "O02",
        settings(budget_confidence=0.0),
        "case.toml",
        settings(budget_confidence=0.5),
    ),
    (
        "O03",
        settings(budget_payers=("organisation", "members")),
        "costs.csv, rows 9-10",
        settings(budget_payers=("organisation", "donors", "members")),
    ),
    (
        "O04",
        settings(extent_key="members"),
        "case.toml",
        settings(extent_key="results"),
    ),
    (
        "O05",
        extents(0.0),
        "capabilities.csv, row 4",
        extents(1.0),
    ),
    (
        "O06",
        agreed(reach=None, speed=None),
        "criteria.csv",
        agreed(reach=None),
    ),
    (
        "P06",
        settings(discounting="omb-a94-1992"),
        "case.toml, discounting",
        lambda case: settings(discounting="omb-a94-1992")(
            put("costs/UP-BUILD", bias="none", mitigation=0.0, high=180000.0)(case)
        ),
    ),
)
PUBLISHED = {"grade": "B", "source": "LEDGER"}
MAGNITUDES: tuple[tuple[str, Edit, str, Edit], ...] = (
    (
        "M01",
        put("costs/B-STAFF", low=60.0, mode=100.0, high=180.0),  # typed in thousands
        "costs.csv, row 3",
        put("costs/B-STAFF", low=6000.0, mode=10000.0, high=18000.0),
    ),
    (
        "M01",
        put("costs/B-STAFF", low=6e10, mode=1e11, high=1.8e11),
        "costs.csv, row 3",
        put("costs/B-STAFF", low=6e5, mode=1e6, high=1.8e6),
    ),
    (
        "M01",
        put("funding/GIFT", low=20.0, mode=30.0, high=50.0),
        "funding.csv, row 2",
        put("funding/GIFT", low=2000.0, mode=3000.0, high=5000.0),
    ),
    (
        "M02",
        put("costs/B-STAFF", low=60.0),
        "costs.csv, row 3",
        put("costs/B-STAFF", low=600.0),
    ),
    (
        "M02",
        put("costs/B-STAFF", low=0.0, high=3.1e7),
        "costs.csv, row 3",
        put("costs/B-STAFF", low=0.0, high=2.9e7),
    ),
    ("M03", rate("GBP", 0.83), "prices.csv, GBP", rate("GBP", 1.2)),
    ("M03", rate("XAF", 655.96), "prices.csv, XAF", rate("XAF", 1 / 655.96)),
    (
        "M03",
        prices("exchange", "XYZ", {2019: 4.0, 2020: 0.25, 2021: 4.2}),
        "prices.csv, XYZ",
        prices("exchange", "XYZ", {2019: 4.0, 2020: 2.2, 2021: 4.2}),
    ),
    ("M04", index(0.8, 100.0), "prices.csv, EUR, 2020-2024", index(80.0, 100.0)),
    ("M04", index(100.0, 80.0), "prices.csv, EUR, 2020-2024", index(100.0, 96.0)),
    (
        "M05",
        all_of(sought(79.0), put("chain/B/hits", low=50.0, mode=60.0, high=70.0)),
        "activity.csv, B 2024",
        sought(80.0),
    ),
    (
        "M05",
        all_of(sought(80.0), put("chain/B/hits", low=70.0, mode=81.0, high=90.0)),
        "chain.csv, row 12",
        add("activity", Activity("B", "searches", 2024, 60.0, "searches, Jan-May", "A", "LEDGER")),
    ),
    (
        "M06",
        put("effects/UP/A/speed", low=-30.0, mode=-24.5, high=0.0),
        "effects.csv, row 2",
        put("effects/UP/A/speed", low=-30.0, mode=-24.0, high=0.0),
    ),
    ("M07", put("scores/C/speed", low=-1.0), "scores.csv, row 7", put("scores/C/speed", low=0.0)),
    (
        "M07",
        put("scores/B/speed", high=70.0),
        "scores.csv, row 5",
        put("scores/B/speed", high=60.0),
    ),
    ("M08", paying(budget=60.0), "case.toml, budget", paying(budget=110000.0)),
    ("M08", paying(budget=7e5), "case.toml, budget", paying(budget=6e5)),
    (
        "M09",
        named("improvements", "UP", effect_year=2028),
        "improvements.csv, UP",
        named("improvements", "UP", start_year=2024),
    ),
    (
        "M09",
        settings(appraisal_date=date(2204, 12, 31)),
        "case.toml, appraisal_date",
        settings(appraisal_date=date(2034, 12, 31)),
    ),
    (
        "M09",
        named("funding", "GIFT", year=2014),
        "funding.csv, row 2",
        named("funding", "GIFT", year=2015),
    ),
    (
        "M10",
        series(70.0, 2500.0, 80.0),
        "activity.csv, B/found/2021",
        series(70.0, 2000.0, 80.0),
    ),
    (
        "M11",
        all_of(per_cent, put("scores/B/reach", low=0.3, mode=0.6, high=1.0, **PUBLISHED)),
        "scores.csv, row 4",
        all_of(per_cent, put("scores/B/reach", low=0.3, mode=0.6, high=1.1, **PUBLISHED)),
    ),
    (
        "M11",
        all_of(per_cent, add("effects", effect(6, "B", 0, 0.2, 0.4, criterion="reach"))),
        "effects.csv, row 6",
        add("effects", effect(6, "B", 0, 0.2, 0.4, criterion="reach")),
    ),
)
ATTACKS = (*ATTACKS, *MAGNITUDES)
NAMES = [f"{code}-{k}" for k, (code, *_) in enumerate(ATTACKS)]


def test_the_clean_case_is_clean() -> None:
    assert [str(lint) for lint in lint_case(clean())] == []


@pytest.mark.parametrize("attack", ATTACKS, ids=NAMES)
def test_a_lint_fires_one_edit_away_and_alone(attack: tuple[str, Edit, str, Edit]) -> None:
    code, edit, place, _ = attack
    found = lint_case(edit(clean()))
    if place:
        assert [(lint.code, lint.place) for lint in found] == [(code, place)]
    else:
        assert code in {lint.code for lint in found}  # the edit touches more than one thing


@pytest.mark.parametrize("attack", ATTACKS, ids=NAMES)
def test_a_near_miss_is_left_alone(attack: tuple[str, Edit, str, Edit]) -> None:
    assert [str(lint) for lint in lint_case(attack[3](clean()))] == []


def test_every_lint_of_the_catalogue_is_attacked_here() -> None:
    told = {"O07", "E10"}  # by the split check, see below; in tests/case/test_new_case.py
    assert {code for code, *_ in ATTACKS} | told == set(catalogue())


def test_what_the_split_check_found_is_a_lint() -> None:
    found = examine(clean(), moved=("gain", "needed_m"))
    assert [(lint.code, lint.items) for lint in found.lints] == [("O07", ("gain", "needed_m"))]
    assert not examine(clean()).lints


def test_the_catalogue_is_whole() -> None:
    rules = catalogue().values()
    assert len({rule.slug for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.severity in SEVERITIES
        assert all(getattr(rule, f.name).strip() for f in fields(rule)), rule.code


@pytest.mark.parametrize("language", languages())
def test_a_language_has_a_sentence_for_every_lint(language: str) -> None:
    told = {k: v for k, v in phrases(language).phrases.items() if re.match(r"lints\.[A-Z]", k)}
    assert set(told) == {f"lints.{code}.{what}" for code in catalogue() for what in SAID}
    forms = ([text] if isinstance(text, str) else text.values() for text in told.values())
    assert all(str(form).strip().endswith(".") for some in forms for form in some)


def test_the_page_has_a_row_for_every_lint() -> None:
    page = lints_page()
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert len(rows) == len(catalogue()) + 2
    assert all(row.count(" | ") == 3 for row in rows)
    assert all(f"`{rule.slug}`" in page for rule in catalogue().values())


def one(edit: Edit) -> Lint:
    (found,) = lint_case(edit(clean()))
    return found


def test_a_sentence_says_what_was_found() -> None:
    found = one(add("unit_values", BROTHER))
    assert found.severity == "serious"
    assert found.sentence == (
        "ARREST is valued as a whole and as fiscal, social on the scale of money: "
        "the part is counted twice."
    )
    assert "fiscal, social" in found.in_language("fr")[0]
    assert str(found).startswith(
        "B01 whole-beside-part (serious), unit_values.csv, rows 2-3, 7: ARREST is valued"
    )


@pytest.mark.parametrize(("rate", "elasticity"), [(1.0, "1"), (1.1, "1.24")])
def test_the_elasticity_of_a_marginal_search_is_told(rate: float, elasticity: str) -> None:
    """By hand: 1 + ln 1.1 / ln 1.5 = 1 + 0.09531 / 0.40547 = 1.235."""
    found = one(put("effects/UP/A/hit_rate", low=0.9, mode=rate, high=1.2))
    assert f"by 1.5 and the hits per search do not fall (elasticity {elasticity};" in found.sentence
    assert f"(élasticité {elasticity.replace('.', ',')} ;" in found.in_language("fr")[0]


def test_figures_are_quoted_as_typed() -> None:
    found = one(put("costs/A-STAFF", mode=101300.0))
    assert "A-STAFF (101300)" in found.sentence


def test_levels_heard_from_members_are_nobody_s_digits() -> None:
    """A mean of answers has no row that somebody typed, and so no digits to round."""
    surveyed = score(0, "A", "reach", 101.123, 101.234, 101.345)
    case = clean()
    kept = tuple(s for s in case.scores if (s.capability, s.criterion) != ("A", "reach"))
    assert lint_case(replace(case, scores=(surveyed, *kept))) == ()


@pytest.mark.parametrize("top", [1.0, 5.0, 10.0, 100.0])
def test_the_natural_ends_of_a_scale_are_nobody_s_choice(top: float) -> None:
    levels = {"A": top, "B": 0.0, "C": top / 2}
    edits = (
        put(f"scores/{c}/reach", low=max(0.0, x - top / 5), mode=x, high=min(top, x + top / 5))
        for c, x in levels.items()
    )
    assert [str(x) for x in lint_case(all_of(ends(0, top), *edits)(clean()))] == []


def test_items_name_what_it_is_about() -> None:
    assert one(drop("effects/UP/A/hit_rate")).items == ("UP",)
    assert one(put("effects/UP/A/speed", high=-4.0)).items == ("UP/A/speed",)
    late = add("effects", effect(6, "A", 1.1, 1.3, 1.6, step="used"))
    assert one(late).items == ("UP/A/used",)
    hits = one(named("outcomes", "DOC", name="Search hits", translations=FRENCH_HITS))
    assert hits.sentence.startswith("DOC (Search hits) is an intermediate output")


def test_hits_counted_twice_are_told_at_three_digits() -> None:
    found = one(put("chain/B/hits", low=150.0, mode=201.0, high=300.0))
    assert "A, B both reach ARREST with the same 200 hits a year from LEDGER" in found.sentence


@pytest.mark.parametrize("schedule", sorted(schedules()))
def test_every_schedule_is_judged_by_its_standing(schedule: str) -> None:
    case = under(clean(), discounting=schedule, appraisal_date=date(2030, 1, 1))
    found = {lint.code: lint.severity for lint in lint_case(case)}
    status, rate = schedules()[schedule].status, schedules()[schedule].bands[0][1]
    found.pop("P06" if rate >= 0.06 else "", None)  # of the rate, not of its standing
    expected = {"in force": {}, "revoked": {"P01": "serious"}, "superseded": {"P01": "serious"}}
    assert found == expected.get(status, {"P01": "look"})


def test_a_schedule_of_tomorrow_is_seen() -> None:
    case = under(clean(), discounting="green-book-review-2026")
    assert [lint.code for lint in lint_case(case)] == ["P01", "P02"]
    assert "published in 2026, after the appraisal (2024)" in lint_case(case)[1].sentence
    of_the_year = under(case, appraisal_date=date(2026, 12, 31))
    assert [lint.code for lint in lint_case(of_the_year)] == ["P01"]


def test_serious_things_come_first_then_codes() -> None:
    edits = (put("costs/A-STAFF", basis="depreciation"), drop("costs/UP-RUN"),
             add("unit_values", BROTHER), put("criteria/speed", basis="board"))  # fmt: skip
    assert [lint.code for lint in lint_case(all_of(*edits)(clean()))] == [
        "B01",
        "C01",
        "I06",
        "W01",
    ]


def _thousandfold(record: Any, field: str) -> Any:
    old = getattr(record, field)
    ends = {k: 1000 * getattr(old, k) for k in ("low", "mode", "high")}
    return replace(record, **{field: replace(old, **ends)})


def test_money_does_not_change_what_is_seen() -> None:
    """The same case in a currency a thousand times smaller has the same lints."""
    for case in (clean(), read(SMALL), read(DATA)):
        money = {"costs": "amount", "totals": "amount", "funding": "amount"}
        thousand = put_in(
            under(
                case,
                **{k: 1000 * x for k in ("budget", "target") if (x := getattr(case.settings, k))},
            ),
            {t: [_thousandfold(r, f) for r in getattr(case, t)] for t, f in money.items()},
        )
        places = [(x.code, x.place) for x in lint_case(thousand)]
        assert places == [(x.code, x.place) for x in lint_case(case)]


def test_a_case_may_ask_few_questions() -> None:
    """Tables of questions that are not asked may be empty."""
    asked = {"capabilities", "functions", "costs", "sources"}
    for path in (SMALL, DATA):
        case = read(path)
        none = {table: () for table in _tables(case) if table not in asked}
        bare = put_in(case, none)
        assert all(is_dataclass(lint) for lint in lint_case(bare))


@pytest.mark.parametrize("path", [SMALL, DATA], ids=lambda path: path.name)
def test_every_place_is_there(path: Path) -> None:
    """Rows hold a figure of the table; items stand in it or in the sentence's facts."""
    case = read(path)
    rows: dict[str, set[int]] = {}
    for estimate_ in case.estimates().values():
        rows.setdefault(estimate_.table, set()).add(estimate_.row)
    for lint in lint_case(case):
        if lint.rows:
            assert set(lint.rows) <= rows[lint.file.removesuffix(".csv")], lint
        assert lint.sentence.startswith(lint.sentence.strip())
        assert not any("{" in "".join(lint.in_language(language)) for language in languages())


def test_the_bundled_case_owns_up_to_its_later_harm_scale() -> None:
    """The rows are found again in the file itself, without the typed case."""
    with (DATA / "unit_values.csv").open(encoding="utf-8") as lines:
        rows = [
            k
            for k, row in enumerate(csv.DictReader(lines), 2)
            if row["scale"] == "harm" and row["source"] == "CCHI_2026"
        ]
    found = [lint for lint in lint_case(read(DATA)) if lint.code == "E04"]
    assert [lint.rows for lint in found] == ([tuple(rows)] if rows else [])


def test_nothing_serious_stands_in_the_bundled_case() -> None:
    serious = [str(lint) for lint in lint_case(read(DATA)) if lint.severity == "serious"]
    assert serious == []


@pytest.mark.parametrize(
    ("text", "kind", "spoken"),
    [
        ("Hit", "intermediate", True),
        ("DATABASE_HIT", "intermediate", True),
        ("Search queries", "intermediate", True),
        ("White collar crime", "intermediate", False),
        ("Matchless", "intermediate", True),  # a star takes any ending
        ("Recordings", "intermediate", False),
        ("Requête", "intermediate", True),
        ("Œuvre d'art retrouvée", "outcome", True),
        ("Fonds bloqués", "money", True),
        ("Fondateur", "money", False),
        ("prix d’achat", "cost", True),
    ],
)
def test_words_are_whole_words(text: str, kind: str, spoken: bool) -> None:
    assert speaks_of(text, kind) is spoken


@pytest.mark.parametrize(
    ("text", "asserted"),
    [
        ("overrun of 30 % in it", True),
        ("no overrun in it", False),
        ("not published; overrun of 30 % in it", True),
        ("not published, overrun of 30 % in it", True),
        ("hors aléas", False),
        ("aléas compris", True),
        ("1.5 m without 0.3 m of contingency", False),  # a decimal point ends no clause
    ],
)
def test_a_denial_holds_for_its_clause(text: str, asserted: bool) -> None:
    assert asserts(text, "contingency") is asserted


def test_a_reason_is_a_sentence() -> None:
    assert not gives_a_reason("")
    assert not gives_a_reason("no other channel")
    assert gives_a_reason("no other channel exists")


@given(st.sets(st.integers(2, 40), min_size=1))
def test_rows_in_words_hold_every_row(rows: set[int]) -> None:
    told: list[int] = []
    for span in _spans(tuple(sorted(rows))).split(", "):
        first, _, last = span.partition("-")
        told.extend(range(int(first), int(last or first) + 1))
    assert told == sorted(rows)


@given(st.integers(1, 9999), st.integers(-5, 5))
def test_digits_do_not_hang_on_the_unit(number: int, power: int) -> None:
    """Twin: the digits as a text without the zeros at its end; a half step counts two."""
    text = str(number).rstrip("0")
    expected = 2 if len(text) == 3 and text.endswith("5") else len(text)
    assert _digits(float(f"{number}e{power}")) == expected


def test_long_lists_are_cut_and_counted() -> None:
    names = tuple("abcdef")
    assert write_fact(names[:5], said_in("en")) == "a, b, c, d, e"
    assert write_fact(names, said_in("en")) == "a, b, c, d and 2 more"
    assert write_fact(names, said_in("fr")) == "a, b, c, d et 2 de plus"


def test_facts_are_written_as_the_language_writes_numbers() -> None:
    assert write_fact(1234567.5, said_in("en")) == "1,234,567.5"
    assert write_fact(1234567.5, said_in("fr")) == "1\u202f234\u202f567,5"
    assert write_fact(12.0, said_in("tlh")) == "12", "English where there is no such language"
