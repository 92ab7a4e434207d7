"""The one door of a case: read, check, and only then build typed objects."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from math import inf
from pathlib import Path
from typing import Any

from capworth.case.check import Typed, TypedRow, check_cells
from capworth.case.claim import Registration
from capworth.case.coding import agreed_shares
from capworth.case.defaults import assumed, with_defaults
from capworth.case.dictionary import (
    CLAIM,
    SETTINGS,
    Column,
    dictionary,
    row_key,
    table_names,
    translations,
)
from capworth.case.distributions import with_distributions
from capworth.case.measures import measured_scores
from capworth.case.model import (
    ONE,
    Activity,
    BusinessAsUsual,
    Capability,
    Case,
    ChainStep,
    Choice,
    Correlation,
    CostLine,
    Criterion,
    Distribution,
    Effect,
    Estimate,
    FunctionShare,
    Improvement,
    Judgement,
    Limit,
    Member,
    Minimum,
    NetworkFigure,
    Observation,
    Outcome,
    PlannedSurvey,
    Platform,
    Pledge,
    Price,
    Published,
    Rating,
    Relation,
    Saving,
    Score,
    Settings,
    Source,
    Target,
    Total,
    UnitValue,
    Usage,
    Word,
)
from capworth.case.rows import REVENUE
from capworth.case.rules.asked import Remembering, asked
from capworth.case.rules.chain import SHARE_STEPS
from capworth.case.rules.claim import check_claim
from capworth.case.rules.distributions import TABLES as DRAWING
from capworth.case.rules.distributions import check_distributions, check_fits
from capworth.case.rules.extents import check_extents
from capworth.case.rules.members import check_network, check_survey
from capworth.case.rules.paths import check_paths
from capworth.case.rules.plausible import check_plausible
from capworth.case.rules.programme import check_plans
from capworth.case.rules.surveys import check_surveys
from capworth.case.rules.value import check_measures, check_value, read_points
from capworth.case.rules.whole import check_rules
from capworth.case.rules.words import check_words
from capworth.case.scenarios import read_history, read_scenarios
from capworth.case.survey import survey_scores
from capworth.case.tables import RawCase, Table, read_raw
from capworth.case.written import came_from_the_door, text_of, write_case
from capworth.errors import CaseError, Finding
from capworth.methods.arguments import kinds_checked

BESIDE = {  # numbers beside a row's own: unit, the least and the most they can be
    "transfer": ("factor", 0.0, inf),
    "chance": ("share", 0.0, 1.0),
    "extent": ("points beside the most important capability", -inf, inf),
    "cost_growth": ("share a year", -inf, inf),
}
PARTS: tuple[tuple[str, type[Any], str], ...] = (  # table, type of a row, its uncertain number
    ("capabilities", Capability, ""),
    ("functions", FunctionShare, "share"),
    ("platforms", Platform, "fixed"),
    ("usage", Usage, "use"),
    ("totals", Total, "amount"),
    ("costs", CostLine, "amount"),
    ("activity", Activity, ""),
    ("outcomes", Outcome, ""),
    ("chain", ChainStep, "level"),
    ("unit_values", UnitValue, "worth"),
    ("criteria", Criterion, "swing"),
    ("scores", Score, "level"),
    ("improvements", Improvement, ""),
    ("effects", Effect, "change"),
    ("savings", Saving, "share"),
    ("business_as_usual", BusinessAsUsual, "growth"),
    ("published", Published, ""),
    ("planned_surveys", PlannedSurvey, ""),
    ("relations", Relation, "bonus"),
    ("minimums", Minimum, ""),
    ("limits", Limit, ""),
    ("targets", Target, ""),
    ("funding", Pledge, "amount"),
    ("members", Member, ""),
    ("network", NetworkFigure, "level"),
    ("feedback", Rating, ""),
    ("choices", Choice, ""),
    ("judgements", Judgement, ""),
    ("distributions", Distribution, ""),
    ("observations", Observation, ""),
    ("correlations", Correlation, ""),
    ("prices", Price, ""),
    ("vocabulary", Word, ""),
    ("sources", Source, ""),
)
MADE = ("points", "row", "translations", *BESIDE)  # fields that are more than one cell
CELLS, OTHERS = (
    {
        kind: [f.name for f in fields(kind) if (f.name in (number, *MADE)) is made]
        for _, kind, number in PARTS
    }
    for made in (False, True)
)


@kinds_checked
def read_case(place: str | Path | Mapping[str, Any]) -> Case:
    """Read and check a case: a folder of CSV files with `case.toml`, one workbook, or frames.

    Parameters
    ----------
    place : folder or workbook; or tables in memory by their names, see `Case.from_frames`

    Raises
    ------
    CaseError
        With every fault found. A half-good case is never returned.

    Examples
    --------
    >>> read_case("elicitation-example")
    <Case elicitation-example: 3 capabilities, 0 improvements, 0 sources>
    """
    if not isinstance(place, Mapping):
        return case_of(read_raw(place))
    from capworth.case.tabular import raw_of_frames  # it loads pandas, which no file needs

    return case_of(raw_of_frames(place))


def case_of(raw: RawCase) -> Case:
    """Check the text of a case, and build it; CaseError with every fault."""
    return came_from_the_door(_built(raw), raw)


def _built(raw: RawCase, levels: bool = True) -> Case:
    """Build the typed case of what was read; `levels` may be missing where only a claim counts."""
    filled = with_defaults(raw)
    settings, typed, findings = _checked(filled, levels)
    scenarios = read_scenarios(raw.scenarios or {}, filled.tables, typed)
    findings = (*findings, *map(raw.in_place, scenarios.findings))
    if findings:
        raise CaseError(findings)
    given: dict[str, Any] = {k: v for k, v in settings.items() if v not in (None, ())}
    given["translations"] = _translations(SETTINGS, given)
    claim = _registration(raw, typed)
    parts = _parts(given, typed, claim.coders if claim else (), filled.tables)
    if findings := _unfit(raw, given, typed, parts):
        raise CaseError(findings)
    given_settings = {f.name: given[f.name] for f in fields(Settings) if f.name in given}
    return Case(
        Settings(**given_settings),
        **parts,
        fingerprint=raw.fingerprint(),
        claim=claim,
        assumed=assumed(raw),
        scenarios=scenarios.found,
        **read_history(raw.history),
    )


def read_claim(place: str | Path) -> Case:
    """Read a case whose levels need not be entered yet, so that its claim can be registered.

    For nothing else: what may not be known when a claim is registered is left out of the rules,
    and such a case cannot be computed.

    Raises
    ------
    CaseError
        With every other fault.
    """
    raw = read_raw(place)
    if raw.tables.get("scores") is not None and raw.tables["scores"].rows:
        return read_case(place)
    return _built(raw, levels=False)


@kinds_checked
def checked_case(case: Case) -> Case:
    """Hold a case that was made or changed in memory against the rules of the files' door.

    One that was read passes as it is; any other is given the fingerprint of what it is now.

    Raises
    ------
    CaseError
        With every fault, each by its table and row.
    """
    if text_of(case) is not None:
        return case
    raw = write_case(case, PARTS)
    _, _, findings = _checked(with_defaults(raw))
    if findings:
        raise CaseError(findings)
    return came_from_the_door(replace(case, fingerprint=raw.fingerprint()), raw)


def raw_of(case: Case) -> RawCase:
    """Return the text of a case: as it was typed where it was read, else as it would be written."""
    known = text_of(case)
    return write_case(case, PARTS) if known is None else known


def seeded(case: Case, seed: int) -> Case:
    """Return a checked case under another seed: its text, and so its fingerprint, stay."""
    other = case.assuming(seed=seed)
    known = text_of(case)
    return other if known is None else came_from_the_door(other, known)


def _parts(
    given: Mapping[str, Any], typed: Typed, coders: tuple[str, ...], tables: Mapping[str, Table]
) -> dict[str, Any]:
    """Build the rows of every table, each uncertain number with how it is drawn."""
    units = {row.text("id"): row.text("unit") for row in typed.get("criteria", ())}
    units |= {_at(row): row.text("unit") for row in typed.get("chain", ()) if row.text("unit")}
    parts: dict[str, Any] = {}
    for table, kind, number in PARTS:
        rows = typed.get(table, ())
        known = tables[table].known if table in tables else {}
        kept = known.get("typed", ((), ()))[1] is rows  # then they are read again
        made = known.get("built") if kept else None
        if made is None or made[0] is not rows or made[1] != units:
            built = tuple(kind(**dict(_arguments(kind, number, row, units))) for row in rows)
            made = rows, units, tuple(map(_as_revenue, built)) if table == "costs" else built
            if kept:
                known["built"] = made
        parts[table] = made[2]
    parts["scores"] += measured_scores(typed)
    parts["scores"] += survey_scores(parts, int(given["seed"]))
    codes = parts["functions"]
    if any(code.coder for code in codes):
        parts["codes"] = codes
        parts["functions"] = agreed_shares(codes, coders)
    numbers = {table: number for table, _, number in PARTS}
    return with_distributions(parts, numbers, given.get("distribution_ends") or "ends")


def _as_revenue(line: CostLine) -> CostLine:
    """Read an amount below nothing as what it is: it comes in to the payer."""
    amount = replace(line.amount, floor=0.0)
    if amount.mode >= 0:
        return replace(line, amount=amount)
    turned = replace(amount, low=-amount.high, mode=-amount.mode, high=-amount.low)
    return replace(line, category=REVENUE, amount=turned)


def _registration(raw: RawCase, typed: Typed) -> Registration | None:
    """Gather what is registered of a claim, with its lock."""
    if CLAIM not in typed:
        return None
    given: dict[str, Any] = {k: v for k, v in typed[CLAIM][0].values.items() if v not in (None, ())}
    return Registration(**given, lock=raw.lock)


def _unfit(
    raw: RawCase, given: Mapping[str, Any], typed: Typed, parts: Mapping[str, Any]
) -> tuple[Finding, ...]:
    """Find the numbers that cannot be drawn as is said of them, where anything is said."""
    own_words = any(typed.get(table) for table in DRAWING)
    if not own_words and (given.get("distribution_ends") or "ends") == "ends":
        return ()
    return tuple(check_fits(parts, raw.place_of))


@kinds_checked
def check_case(place: str | Path) -> tuple[Finding, ...]:
    """Return every fault of a case, sorted; none means that it can be computed.

    >>> check_case("elicitation-example")
    ()
    """
    try:
        read_case(place)
    except CaseError as error:
        return tuple(sorted(set(error.findings)))
    return ()


def _checked(
    raw: RawCase, levels: bool = True
) -> tuple[dict[str, object], Typed, tuple[Finding, ...]]:
    settings, rows, findings = check_cells(raw)
    typed = Remembering(rows, raw.known) if raw.scenarios or raw.known else rows
    places = {finding.file for finding in findings}
    faulty = {table for table in (*table_names(), CLAIM) if raw.place_of(table) in places}
    faulty |= raw.spoilt
    more = (
        *check_rules(settings, typed, faulty),
        *check_claim(settings, typed, faulty),
        *check_value(settings, typed, faulty if levels else faulty | {"scores"}),
        *check_measures(typed, faulty),
        *check_extents(settings, typed, faulty),
        *check_survey(settings, typed, faulty),
        *check_plans(settings, typed, faulty),
        *check_network(typed, faulty),
        *check_paths(settings, typed, faulty),
        *(() if faulty else asked(_inputs_are_spoken_of, typed)),
        *check_plausible(settings, typed, faulty),
        *check_words(typed),
    )
    return dict(settings), typed, (*findings, *map(raw.in_place, more))


def _inputs_are_spoken_of(typed: Typed) -> Iterator[Finding]:
    """What is said of inputs by their names is said of some, and can be."""
    if any(typed.get(table) for table in (*DRAWING, "planned_surveys")):
        inputs = _inputs(typed)
        yield from check_distributions(typed, inputs)
        yield from check_surveys(typed, inputs)


def _arguments(
    kind: type[Any], number: str, row: TypedRow, units: Mapping[str, str]
) -> Iterator[tuple[str, object]]:
    for name in CELLS[kind]:
        if (value := row.values.get(name)) is not None:
            yield name, value
    for name in OTHERS[kind]:
        if name == number:
            if row.table != "relations" or row["mode"] is not None:
                yield name, _estimate(row, units)
        elif name == "points":
            if row["worst"] is not None:
                ends = row.number_in("worst"), row.number_in("best")
                yield name, read_points(row.text("points"), *ends)
        elif name == "row":
            yield name, row.number
        elif name == "translations":
            yield name, _translations(row.table, row.values)
        else:
            yield name, _beside(row, name)


def _translations(table: str, given: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Gather what a row, or the settings, say in other languages."""
    return tuple((key, str(given[key])) for key in translations(table) if given.get(key))


def _estimate(row: TypedRow, units: Mapping[str, str]) -> Estimate:
    """Gather the uncertain number of a row with its evidence."""
    if row.table == "platforms" and row["mode"] is None:
        name, basis = f"platforms/{row.text('id')}", "no figure in the case: any part"
        return Estimate(
            name=name,
            low=0.0,
            mode=0.5,
            high=1.0,
            unit="share",
            grade="E",
            source="",
            basis=basis,
            row=row.number,
            floor=0.0,
            ceiling=1.0,
        )
    low, mode, high = (
        ("swing_low", "swing", "swing_high") if row.table == "criteria" else ("low", "mode", "high")
    )
    reach = _reach(row, dictionary()[row.table][mode])
    return Estimate(
        name=_name(row),
        low=row.number_in(low),
        mode=row.number_in(mode),
        high=row.number_in(high),
        unit=_unit(row, units, dictionary()[row.table][mode].unit),
        grade=row.text("grade"),
        source=row.text("source"),
        basis=row.text("basis"),
        row=row.number,
        floor=reach[0],
        ceiling=reach[1],
    )


def _reach(row: TypedRow, column: Column) -> tuple[float, float]:
    """Least and most that the number of a row can be at all."""
    lowest, highest = column.lowest, column.highest
    if row.table == "effects" and row.text("step"):
        lowest = 0.0
    shares = {"chain": ("step", SHARE_STEPS), "network": ("item", ONE)}
    where, words = shares.get(row.table, ("", ()))
    if where and row.text(where) in words:
        highest = 1.0
    return -inf if lowest is None else lowest, inf if highest is None else highest


def _name(row: TypedRow) -> str:
    """Name the uncertain number of a row: its table and the words of its key, coders left out."""
    key = [column for column in row_key(row.table) if column != "coder"]
    return "/".join([row.table, *filter(None, map(row.text, key))])


def _inputs(typed: Typed) -> Mapping[str, TypedRow]:
    """Every uncertain number by its name, with the row from which it is read or computed."""
    rows = {
        _name(row): row
        for table, _, number in PARTS
        for row in typed.get(table, ())
        if number and (table != "relations" or row["mode"] is not None)
    }
    counted = {
        f"scores/{row.text('capability')}/{row.text('criterion')}": row
        for row in typed.get("measures", ())
    }
    surveyed = {
        f"scores/{capability.text('id')}/{row.text('id')}": row
        for row in typed.get("criteria", ())
        for capability in typed.get("capabilities", ())
        if row.text("measure")
    }
    beside = {
        f"{_name(row)}/{number}": row
        for table, number in (("unit_values", "transfer"), ("funding", "chance"))
        for row in typed.get(table, ())
        if row[number] is not None
    }
    return rows | counted | surveyed | beside


def _beside(row: TypedRow, field: str) -> Estimate | None:
    """Gather the number that stands beside a row's own; None if the row does not state it."""
    column = "cost_mode" if field == "cost_growth" else field
    if row[column] is None:
        return None
    stem = column.removesuffix("_mode")
    name = "/".join([row.table, *filter(None, (row.text(part) for part in row_key(row.table)))])
    judged = field in {"transfer", "chance"}  # by the case, whatever the grade of its own number
    asked = {"transfer": "transfer_", "extent": "extent_"}.get(field, "")
    unit, floor, ceiling = BESIDE[field]
    return Estimate(
        name=name if field == "extent" else f"{name}/{stem}",
        low=row.number_in(f"{stem}_low"),
        mode=row.number_in(column),
        high=row.number_in(f"{stem}_high"),
        unit=unit,
        grade="D" if judged else row.text(f"{asked}grade"),
        source="" if judged else row.text(f"{asked}source"),
        basis=row.text(f"{asked}basis"),
        row=row.number,
        floor=floor,
        ceiling=ceiling,
    )


def _at(row: TypedRow) -> str:
    """A step of the chain of a capability, which is no name of a criterion."""
    return f"{row.text('capability')}/{row.text('step')}"


def _unit(row: TypedRow, units: Mapping[str, str], usual: str) -> str:
    """Name the unit of a row's number in full: the case's own words where it has them."""
    if row.text("means") == "level":  # of a step that the chain has
        return units.get(_at(row), "share" if row.text("step") in SHARE_STEPS else "a year")
    if row.table in {"scores", "effects"}:
        return units.get(row.text("criterion"), "factor")
    if row.text("currency"):
        kind = row.text("kind") or ("recurrent" if row.table == "totals" else "")
        a_year = kind == "recurrent"
        return f"{row.text('currency')} of {row.text('price_year')}{' a year' if a_year else ''}"
    if row.table == "unit_values":
        return "days of a harm index"
    return (row.text("unit") if row.table != "criteria" else "") or usual
