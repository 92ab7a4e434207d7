"""Behind the questions: the method in brief, what the model cannot say, what the inputs rest on.

Each formula with its source; every assumption with its status; grades, distributions, prices and
sources. The full annex tells more of each than the short one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from capworth.case.distributions import pairs_of
from capworth.case.drawing import names_like
from capworth.case.model import GRADES, Case, Distribution
from capworth.case.register import bias_classes, schedules
from capworth.language.phrases import phrases
from capworth.methods.portfolio.good_sets import CHOICE, CORE, LISTED
from capworth.methods.uncertainty.convergence import NETS
from capworth.methods.uncertainty.fitting import ENDS
from capworth.model.draws import MOST_DIMENSIONS
from capworth.model.result import HIGH, LOW
from capworth.model.simulation import KEPT, SOBOL, sampled
from capworth.report.annex.sheet import grid_rows, hashed
from capworth.report.blocks import Block, Formula, Grid, List, Sheet, Words
from capworth.report.content import (
    Cell,
    Day,
    Name,
    Own,
    Phrase,
    Slot,
    Stated,
    Text,
    Unit,
    Word,
    bold,
    listed,
    say,
    sentences,
    stated,
)
from capworth.report.money import sure_of
from capworth.report.rows import rows_of
from capworth.study.stages import Study

QUANTILES = {name: tail for name, tail in ENDS.items() if tail}  # readings of low and high
LIMITS = (  # what no appraisal of this kind can say
    *("deterrence", "connected", "legitimacy", "stated", "platform", "marginal", "interaction"),
)
OF_MEMBERS = ("feedback", "members", "network")  # parts that a case without members does not lack
LONGEST, PRINTED = 100, 32  # rows of a table of the full annex; of a longer one so many are printed
INTERVAL = stated("range", (HIGH - LOW) / 100, "percent")
Row = tuple[Cell | None, ...]


# ---------------------------------------------------------------- method


def method(study: Study, full: bool) -> Sheet:
    """The formulas that this case has used; in full also how inputs are drawn, and the errors."""
    case = study.case
    used = {
        "cost": True,
        "pert": True,
        "chain": bool(case.chain),
        "score": bool(case.measured),
        "distance": bool(case.measured and case.improvements),
        "ranks": bool(case.measured),
        "claim": "claim" in study,
        "envelopment": "excellence" in study,
        "programme": "programme" in study,
    }
    more = {"chain": say("method.chain.valued")} if case.unit_values else {}
    blocks: list[Block] = [
        Formula(
            key,
            say(f"method.{key}.alt"),
            say(f"method.{key}.head"),
            sentences(say(f"method.{key}.text"), more.get(key)),
        )
        for key, is_used in used.items()
        if is_used
    ]
    if full:
        blocks.append(Words(sentences(*_drawing(study))))
        if "convergence" in study:
            blocks += [Words(_error(study)), _errors(study)]
    return Sheet(say("method.topic"), say("method.title"), tuple(blocks), True, "method")


def _drawing(study: Study) -> Iterator[Text]:
    """How low and high are read, what moves together, and from which streams all is drawn."""
    case, key = study.case, "method.drawing."
    estimates = case.estimates().values()
    ends = case.settings.distribution_ends
    if ends in QUANTILES:
        yield say(f"{key}quantiles", **_quantiles(ends))
    else:
        yield say(f"{key}ends", interval=INTERVAL)
    usual = {"", "ends"} if ends == "ends" else {ends}
    otherwise = sum(row.ends not in usual for row in estimates if row.made_from != "feedback")
    observed = sum(bool(row.weights) for row in estimates)
    pairs = sum(len(pairs_of(row.a, row.b, tuple(case.estimates()))) for row in case.correlations)
    for name, number in (("otherwise", otherwise), ("observed", observed), ("correlated", pairs)):
        if number:
            yield say(f"{key}{name}", number=stated(name, number, "whole"))
    if case.settings.sampling == SOBOL:
        yield say(
            f"{key}sobol",
            draws=stated("draws", study.provenance.draws, "whole"),
            most=stated("dimensions", MOST_DIMENSIONS, "whole"),
            used=stated("dimensions used", len(sampled(case, 0, 1).dimensions), "whole"),
        )


def _quantiles(ends: str) -> dict[str, Stated]:
    tail = QUANTILES[ends]
    return {"low": stated(ends, tail, "percent"), "high": stated(ends, 1 - tail, "percent")}


def _error(study: Study) -> Text:
    """The largest error of all headlines, and how errors are found."""
    found, key = study.convergence, "method.drawing."
    quantity, thing, _ = _figure(str(found.to_frame()["error_share"].idxmax()))
    largest = stated("largest_error.headlines", found.largest, "percent_tenth")
    figure = _headline(quantity, thing)
    text = say(f"{key}error", share=largest, interval=INTERVAL, figure=figure)
    if study.case.settings.sampling == SOBOL:
        return sentences(text, say(f"{key}sobol_errors", batches=stated("nets", NETS, "whole")))
    return sentences(text, say(f"{key}random_errors"))


def _figure(key: str) -> tuple[str, str, str]:
    """Quantity, object and basis of a headline's name; an object may hold dots."""
    quantity, _, rest = key.partition(".")
    thing, _, basis = rest.rpartition(".")
    return quantity, thing, basis


def _headline(quantity: str, thing: str) -> Phrase:
    known = f"convergence.{quantity}_{thing}"
    if phrases("en").find("pages", known):
        return say(known, unit=Unit())
    return say(f"convergence.{quantity}", name=Name(thing, "full"))


def _errors(study: Study) -> Grid:
    """One row for each headline: the error of its mean, or share, and of both ends."""
    bases = ("mean", f"p{LOW}", f"p{HIGH}")
    lines: dict[tuple[str, str], dict[str, Cell]] = {}
    shares: dict[tuple[str, str], float] = {}
    for key, row in rows_of(study.convergence.to_frame()):
        quantity, thing, basis = _figure(key)
        cells = lines.setdefault((quantity, thing), {})
        of = basis if basis in bases else "mean"
        cells[of] = stated(f"error of {key}", float(row["error"]), "number")
        worst = shares.get((quantity, thing), 0.0)
        shares[quantity, thing] = max(worst, float(row["error_share"]))
    heads = (
        say("convergence.figure"),
        say("convergence.mean"),
        say("convergence.low", low=stated("low", LOW / 100, "percent")),
        say("convergence.high", high=stated("high", HIGH / 100, "percent")),
        say("convergence.of_range"),
    )
    rows = (
        (
            _headline(*key),
            *(cells.get(basis) for basis in bases),
            stated("largest error", shares[key], "percent_tenth"),
        )
        for key, cells in lines.items()
    )
    return Grid(heads, tuple(rows), weights=(2.6,), caption=say("convergence.title"))


# ---------------------------------------------------------------- limits


def limits(study: Study) -> Sheet:
    """What the model cannot say, and what this case does not ask."""
    case = study.case
    of = {  # limits that only some cases have
        "stated": bool(case.measured),
        "platform": bool(case.chain) and case.has_members,
        "interaction": len(case.improvements) > 1,
    }
    kept = [key for key in LIMITS if of.get(key, True)]
    text = {"marginal": "text" if case.improvements else "plain"}
    rows = (
        sentences(bold(say(f"limits.{k}.head")), say(f"limits.{k}.{text.get(k, 'text')}"))
        for k in kept
    )
    blocks: list[Block] = [List("limits", None, tuple(rows))]
    known = phrases("en")
    missing = [
        part
        for part in study.not_asked
        if known.find("pages", f"not_asked.{part}") and (case.has_members or part not in OF_MEMBERS)
    ]
    if missing:
        asked = tuple(say(f"not_asked.{part}") for part in missing)
        blocks.append(List("not_asked", None, asked, say("limits.not_asked")))
    return Sheet(say("limits.topic"), say("limits.title"), tuple(blocks), name="limits")


# ---------------------------------------------------------------- evidence


def evidence(study: Study, full: bool) -> Sheet:
    """Grades of the inputs and parameters; in full also distributions, prices and sources."""
    case = study.case
    grades = [estimate.grade for estimate in case.estimates().values()]
    weak = sum(grade in "DE" for grade in grades) / max(len(grades), 1)
    title = say(
        "provenance.title",
        share=stated("grades of the case", weak, "percent"),
        inputs=len(grades),
        count=len(_used(case)),
    )
    blocks: list[Block] = [_register(case), _grid("parameters", PARAMETER, _parameters(study))]
    if full:
        blocks.insert(0, Words(say("provenance.rerun")))
        blocks += [table for table in _tables(case) if table.rows]
    return Sheet(say("provenance.topic"), title, tuple(blocks), True, "evidence")


PARAMETER = {"parameter": 1.0, "value": 1.5, "status": 1.2}  # columns of words, and their widths


def _grid(
    name: str, words: dict[str, float], rows: Iterable[Row], *numbers: str, note: Text | None = None
) -> Grid:
    """A table of the evidence: its columns of words with their widths, then those of numbers."""
    return Grid(
        tuple(say(f"provenance.{column}") for column in (*words, *numbers)),
        grid_rows(tuple(rows), LONGEST, PRINTED),
        words=len(words),
        weights=tuple(words.values()),
        caption=say(f"provenance.{name}"),
        note=note,
    )


def _tables(case: Case) -> Iterator[Grid]:
    yield _grid(
        "drawn",
        {"inputs": 1.4, "shape": 1.0, "group": 1.2, "evidence": 1.0},
        _drawn(case),
        *("count", "share"),
        note=say("provenance.drawn_note"),
    )
    yield _grid(
        "correlated",
        {"first_input": 1.6, "second_input": 1.6, "evidence": 1.2},
        (
            (Own(row.a), Own(row.b), _graded(row.grade, row.source), _set("r", row.r, "exactly"))
            for row in case.correlations
        ),
        "rank_correlation",
    )
    yield _grid(
        "prices",
        {"price_kind": 1.6, "currency": 0.6, "evidence": 1.6},
        (
            (
                Word("price_kind", price.kind),
                Own(price.currency),
                _graded(price.grade, price.source),
                _set("year", price.year, "year"),
                _set("price", price.value, "exactly"),
            )
            for price in case.prices
        ),
        *("year", "price"),
    )
    yield _grid(
        "sources",
        {"source": 1.35, "source_title": 3.0, "publisher": 1.2, "source_type": 0.8},
        _sources(case),
        "rows",
    )


def _set(what: str, value: float, how: str) -> Stated:
    return stated(f"provenance.{what}", value, how)


def _graded(grade: str, source: str) -> Own:
    return Own(f"{grade} {source}".strip())


def _parameters(study: Study) -> Iterator[Row]:
    """One row for each assumption: what it is, its value, its status and source."""
    case, settings = study.case, study.case.settings

    def row(key: str, value: Text, status: Text | None = None) -> Row:
        standing = _standing(key, case)
        if standing and status:
            status = say("parameter.also", standing=standing, status=status)
        return say(f"parameter.{key}"), value, status or standing

    def worded(key: str, **slots: Slot) -> Phrase:
        return say(f"parameter.{key}", **slots)

    yield row("case", Own(settings.name))
    yield row("fingerprint", hashed(case.fingerprint), worded("hash_of_case"))
    yield from _changes(case)
    yield row("version", Own(f"capworth {study.provenance.version}"), worded("software"))
    yield row("cutoff", Day(settings.appraisal_date))
    currency, price_year = Own(settings.currency), settings.price_year
    yield row("money", worded("money_value", currency=currency, price_year=price_year))
    last = settings.first_year + settings.years - 1
    yield row("years", worded("years_value", first=settings.first_year, last=last))
    schedule = schedules()[settings.discounting]
    bands = (
        worded("band", rate=_set("rate", rate, "percent_tenth"), year=year)
        for year, rate in schedule.bands
    )
    yield row(
        "discounting",
        worded(
            "discounting_value",
            schedule=Own(schedule.id),
            bands=listed(bands, "series"),
            timing=Word("timing", settings.timing),
        ),
        worded(
            "register",
            status=Word("schedule_status", schedule.status),
            source=Own(schedule.source),
            read=Own(schedule.read),
        ),
    )
    for bias in dict.fromkeys(line.bias for line in case.costs if line.bias != "none"):
        known = bias_classes()[bias]
        low, high = (_set("bias", bound, "percent") for bound in known.capital)
        value = worded("bias_value", name=Own(known.id), low=low, high=high)
        yield row("bias", value, Own(known.source))
    yield row("seed", _set("seed", settings.seed, "plain"))
    yield row(
        "draws",
        worded("draws_value", draws=_set("draws", study.provenance.draws, "whole")),
        worded(
            "interval",
            low=LOW,
            high=HIGH,
            kept=_set("kept", min(KEPT, study.provenance.draws), "whole"),
        ),
    )
    yield from (row(*found) for found in _judged(study))
    if taken := sum(e.is_by_grade for e in case.estimates().values()):
        every = _set("ranges", sum(not e.is_certain for e in case.estimates().values()), "whole")
        count = _set("ranges by grade", taken, "whole")
        yield row("ranges", worded("ranges_value", count=count, all=every), worded("ranges_status"))


KEYS = {  # of case.toml, behind each row of the parameters
    "case": ("name",),
    "cutoff": ("appraisal_date",),
    "money": ("price_year",),
    "years": ("first_year", "years"),
    "discounting": ("discounting", "timing"),
    "seed": ("seed",),
    "excellence": ("excellent_efficient", "excellent_top", "top_share"),
    "extents": ("extent_key",),
    "budget": ("budget", "budget_confidence", "budget_payers"),
    "objective": ("objective", "near"),
}


def _standing(key: str, case: Case) -> Phrase | None:
    """Say whether a parameter is set by the case or taken by default, and what of it."""
    keys = KEYS.get(key, ())
    taken = [name for name in keys if name in case.assumed]
    if not taken:
        return say("parameter.set_by_case") if keys else None
    if len(taken) == len(keys):
        return say("parameter.taken")
    return say("parameter.taken_of", list=listed(Word("setting", name) for name in taken))


def _judged(study: Study) -> Iterator[tuple[str, Phrase]]:
    """What was judged for the answers that the case asks for."""

    def worded(key: str, **slots: Slot) -> Phrase:
        return say(f"parameter.{key}_value", **slots)

    if "excellence" in study:
        efficient, top, share = (
            _set("threshold", x, "percent") for x in study.excellence.thresholds
        )
        draws = _set("draws", study.excellence.draws, "whole")
        found = worded("excellence", efficient=efficient, top=top, share=share, draws=draws)
        yield "excellence", found
    if study.case.measured:
        yield "extents", worded("extents", extents=Word("extent", study.sample.model.extents.key))
    if "programme" in study:
        programme = study.programme
        target: Text = say("parameter.no_target")
        if programme.target_m is not None:
            target = _set("target", programme.target_m, "money")
        yield (
            "budget",
            worded(
                "budget",
                budget=_set("budget", programme.budget_m, "money"),
                sure=sure_of(programme),
                payers=listed(Word("payer", payer) for payer in _payers(study.case)),
                target=target,
            ),
        )
        yield (
            "objective",
            worded(
                "objective",
                objective=Word("objective", programme.measure),
                near=_set("near", programme.near, "percent"),
                choice=_set("choice", CHOICE, "percent"),
                listed=_set("listed", LISTED, "percent"),
                core=_set("core", CORE, "tenth"),
                draws=_set("draws", programme.draws, "whole"),
            ),
        )


def _payers(case: Case) -> tuple[str, ...]:
    """Who pays from the budget: of those taken by default, whoever pays or gives anything."""
    payers = case.settings.budget_payers
    if "budget_payers" not in case.assumed:
        return payers
    paying = {line.payer for line in case.costs} | ({"donors"} if case.raises_funds else set())
    return tuple(payer for payer in payers if payer in paying) or payers


def _changes(case: Case) -> Iterator[Row]:
    """In what a case that was changed is not the one that was read; nothing where it is."""

    def worded(key: str, **slots: Slot) -> Phrase:
        return say(f"parameter.{key}", **slots)

    if case.scenario:
        yield worded("scenario"), Own(case.scenario), worded("scenario_of_case")
    if case.base:
        yield worded("base"), hashed(case.base), worded("base_hash")
    for change in case.changes:
        name = Own(change.name)
        if change.before and change.after:
            status = worded("changed_before", before=Own(change.before))
            yield worded("changed", name=name), Own(change.after), status
        elif change.kind == "without":
            yield worded("left_out", name=name), Own(change.before), worded("left_out_with")
        else:
            yield worded("added", name=name), Own(change.after or "-"), worded("added_with")


def _register(case: Case) -> Grid:
    """How many uncertain inputs of each table have which grade."""
    counts: dict[str, Counter[str]] = {}
    for name, estimate in case.estimates().items():
        counts.setdefault(name.split("/")[0], Counter())[estimate.grade] += 1

    def counted(head: Text, found: Counter[str]) -> Row:
        cells = (_set("count", found[g], "whole") if found[g] else None for g in GRADES)
        return head, *cells, _set("count", found.total(), "whole")

    rows = [counted(Word("table", table), found) for table, found in counts.items()]
    rows.append(counted(say("provenance.sum"), sum(counts.values(), Counter())))
    grades = listed((sentences(Own(grade), Word("grade", grade)) for grade in GRADES), "series")
    return Grid(
        (say("provenance.table"), *map(Own, GRADES), say("provenance.sum")),
        tuple(rows),
        marked=(len(rows) - 1,),
        caption=say("provenance.register"),
        note=say("provenance.grades", list=grades),
    )


def _drawn(case: Case) -> Iterator[Row]:
    """Which inputs have another shape, and which move together."""
    names = tuple(case.estimates())
    for row in case.distributions:
        yield (
            Own(row.inputs),
            _shape(row),
            Own(row.group),
            _graded(row.grade, row.source),
            _set("count", len(names_like(row.inputs, names)), "whole"),
            _set("share", row.share, "percent") if row.group else None,
        )


def _shape(row: Distribution) -> Text:
    shape = Word("shape", row.shape or "pert")
    if row.ends not in QUANTILES:
        return shape
    return say("provenance.drawn_ends", shape=shape, **_quantiles(row.ends))


def _used(case: Case) -> Counter[str]:
    """How many rows rest on each source."""
    rows = (
        *(estimate.source for estimate in case.estimates().values()),
        *(activity.source for activity in case.activity),
        *(price.source for price in case.prices),
    )
    return Counter(source for source in rows if source)


def _sources(case: Case) -> Iterator[Row]:
    used = _used(case)
    for source in case.sources:
        if used[source.id]:
            yield (
                Own(source.id),
                Own(source.title),
                Own(", ".join(filter(None, (source.publisher, source.year)))),
                Word("source_type", source.type.lower()),
                _set("rows", used[source.id], "whole"),
            )
