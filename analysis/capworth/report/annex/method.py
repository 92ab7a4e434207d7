"""Annex: the method in brief, each formula with its source; what the model cannot say.

Annex: every assumption with its status, what the inputs rest on, and the sources used.

Annex: what the linters found, each thing with its place, its sentence and its remedy.
"""

from collections import Counter
from collections.abc import Iterator

from capworth.case.distributions import pairs_of
from capworth.case.model import GRADES, Case, Distribution
from capworth.case.register import bias_classes, schedules
from capworth.charts.chart import sure
from capworth.language.language import Language
from capworth.lints.lint import SEVERITIES, Lint, catalogue
from capworth.methods.portfolio.good_sets import CHOICE, CORE, LISTED
from capworth.methods.uncertainty.convergence import NETS
from capworth.methods.uncertainty.fitting import ENDS
from capworth.model.draws import MOST_DIMENSIONS
from capworth.model.result import HIGH, LOW
from capworth.model.simulation import KEPT, SOBOL, sampled
from capworth.report.annex.claim import standing_of
from capworth.report.blocks import Block, Bullets, Cell, Formula, Section, Table, Text, rows_of
from capworth.report.content import Voice, said
from capworth.study.stages import Study

QUANTILES = {name: tail for name, tail in ENDS.items() if tail}  # readings of low and high
LIMITS = (  # what no appraisal of this kind can say
    "deterrence",
    "connected",
    "legitimacy",
    "stated",
    "platform",
    "marginal",
    "interaction",
)


def method_page(study: Study, language: Language) -> Section:
    """The formulas that this case has used."""
    case = study.case
    used = {
        "cost": True,
        "pert": True,
        "chain": bool(case.chain),
        "score": bool(case.measured),
        "distance": bool(case.measured),
        "ranks": bool(case.measured),
        "claim": "claim" in study,
        "envelopment": "excellence" in study,
        "programme": "programme" in study,
    }
    blocks: list[Block] = [
        Formula(
            key,
            language.say(f"method.{key}.alt"),
            language.say(f"method.{key}.head"),
            language.say(f"method.{key}.text"),
        )
        for key, is_used in used.items()
        if is_used
    ]
    blocks.append(Text(" ".join(_drawing(study, language))))
    if "convergence" in study:
        blocks += [Text(_error(study, language)), _errors(study, language)]
    return Section(language.say("method.topic"), language.say("method.title"), blocks)


def _drawing(study: Study, language: Language) -> Iterator[str]:
    """How low and high are read, what moves together, and from which streams all is drawn."""
    case, say = study.case, "method.drawing."
    estimates = case.estimates().values()
    ends = case.settings.distribution_ends
    if ends in QUANTILES:
        low, high = _quantiles(ends, language)
        yield language.say(f"{say}quantiles", low=low, high=high)
    else:
        yield language.say(f"{say}ends", interval=language.percent((HIGH - LOW) / 100))
    usual = {"", "ends"} if ends == "ends" else {ends}
    otherwise = sum(row.ends not in usual for row in estimates if row.made_from != "feedback")
    observed = sum(bool(row.weights) for row in estimates)
    pairs = sum(len(pairs_of(row.a, row.b, tuple(case.estimates()))) for row in case.correlations)
    for key, number in (("otherwise", otherwise), ("observed", observed), ("correlated", pairs)):
        if number:
            yield language.say(f"{say}{key}", number=language.number(number, 0))
    if case.settings.sampling == SOBOL:
        yield language.say(
            f"{say}sobol",
            draws=language.number(study.provenance.draws, 0),
            most=language.number(MOST_DIMENSIONS, 0),
            used=language.number(len(sampled(case, 0, 1).dimensions), 0),
        )


def _quantiles(ends: str, language: Language) -> tuple[str, str]:
    tail = QUANTILES[ends]
    return language.percent(tail), language.percent(1 - tail)


def _error(study: Study, language: Language) -> str:
    """The largest error of all headlines, and how errors are found."""
    found, say = study.convergence, "method.drawing."
    key = str(found.to_frame()["error_share"].idxmax())
    quantity, thing, _ = _figure(key)
    text = language.say(
        f"{say}error",
        share=language.percent(found.largest, 1),
        interval=language.percent((HIGH - LOW) / 100),
        figure=_headline(quantity, thing, language),
    )
    if study.case.settings.sampling == SOBOL:
        more = language.say(f"{say}sobol_errors", batches=language.number(NETS, 0))
    else:
        more = language.say(f"{say}random_errors")
    return f"{text} {more}"


def _figure(key: str) -> tuple[str, str, str]:
    """Quantity, object and basis of a headline's name; an object may hold dots."""
    quantity, _, rest = key.partition(".")
    thing, _, basis = rest.rpartition(".")
    return quantity, thing, basis


def _headline(quantity: str, thing: str, language: Language) -> str:
    known = f"convergence.{quantity}_{thing}"
    if language.has(known):
        return language.say(known, unit=language.million())
    return language.say(f"convergence.{quantity}", name=language.name(thing))


def _errors(study: Study, language: Language) -> Table:
    """One row for each headline: the error of its mean, or share, and of both ends."""
    table = study.convergence.to_frame()
    bases = ("mean", f"p{LOW}", f"p{HIGH}")
    rows: dict[tuple[str, str], dict[str, tuple[float, float]]] = {}
    for key, row in rows_of(table):
        quantity, thing, basis = _figure(key)
        cells = rows.setdefault((quantity, thing), {})
        cells[basis if basis in bases else "mean"] = (
            float(row["error"]),
            float(row["error_share"]),
        )
    columns = (
        language.say("convergence.figure"),
        language.say("convergence.mean"),
        language.say("convergence.low", low=language.percent(LOW / 100)),
        language.say("convergence.high", high=language.percent(HIGH / 100)),
        language.say("convergence.of_range"),
    )
    return Table(
        language.say("convergence.title"),
        columns,
        tuple(
            (
                _headline(*key, language),
                *(language.number(cells[b][0]) if b in cells else "" for b in bases),
                language.percent(max(share for _, share in cells.values()), 1),
            )
            for key, cells in rows.items()
        ),
        weights=(2.6,),
    )


def limits(study: Study, language: Language) -> Section:
    """What the model cannot say, and what this case does not ask."""
    keys = (
        "deterrence",
        "connected",
        "legitimacy",
        "stated",
        "platform",
        "marginal",
        "interaction",
    )
    items = [
        (language.say(f"limits.{key}.head"), language.say(f"limits.{key}.text")) for key in keys
    ]
    blocks: list[Block] = [Bullets(tuple(items))]
    missing = [stage for stage in study.not_asked if language.has(f"not_asked.{stage}")]
    if missing:
        asked = [("", language.say(f"not_asked.{stage}")) for stage in missing]
        blocks += [Text(language.say("limits.not_asked")), Bullets(tuple(asked))]
    return Section(
        language.say("limits.topic"), language.say("limits.title"), blocks, name="limits"
    )


def provenance_page(study: Study, language: Language) -> Section:
    """Parameters, register of evidence, prices, sources."""
    case = study.case
    grades = [estimate.grade for estimate in case.estimates().values()]
    weak = sum(grade in "DE" for grade in grades) / max(len(grades), 1)
    title = language.say(
        "provenance.title",
        share=language.percent(weak),
        count=len(grades),
        sources=len(_used(case)),
    )
    blocks: list[Block] = [
        Text(language.say("provenance.rerun")),
        Table(
            language.say("provenance.parameters"),
            tuple(language.say(f"provenance.{c}") for c in ("parameter", "value", "status")),
            tuple(_parameters(study, language)),
            words=3,
            weights=(1.0, 1.5, 1.2),
        ),
        _register(case, language),
    ]
    if case.distributions:
        blocks.append(_drawn(case, language))
    if case.correlations:
        blocks.append(_correlated(case, language))
    if case.prices:
        blocks.append(_prices(case, language))
    blocks.append(_sources(case, language))
    return Section(language.say("provenance.topic"), title, blocks)


def _parameters(study: Study, language: Language) -> Iterator[tuple[Cell, ...]]:
    """One row for each assumption: what it is, its value, its status and source."""
    case, settings = study.case, study.case.settings

    def row(key: str, value: str, status: str = "") -> tuple[Cell, ...]:
        return (
            language.say(f"parameter.{key}"),
            value,
            status or language.say("parameter.set_by_case"),
        )

    yield row("case", settings.name)
    yield row("fingerprint", _hash(case.fingerprint), language.say("parameter.hash_of_case"))
    yield from _changes(case, language)
    yield row("version", f"capworth {study.provenance.version}", language.say("parameter.software"))
    yield row("cutoff", language.day(settings.appraisal_date))
    prices = language.say(
        "parameter.money_value", currency=settings.currency, price_year=settings.price_year
    )
    yield row("money", prices)
    last = settings.first_year + settings.years - 1
    yield row("years", language.say("parameter.years_value", first=settings.first_year, last=last))
    schedule = schedules()[settings.discounting]
    bands = language.series(
        language.say("parameter.band", rate=language.percent(rate, 1), year=year)
        for year, rate in schedule.bands
    )
    status = language.word("schedule_status", schedule.status)
    yield row(
        "discounting",
        language.say(
            "parameter.discounting_value",
            schedule=schedule.id,
            bands=bands,
            timing=language.word("timing", settings.timing),
        ),
        language.say(
            "parameter.register", status=status, source=schedule.source, read=schedule.read
        ),
    )
    for bias in dict.fromkeys(line.bias for line in case.costs if line.bias != "none"):
        known = bias_classes()[bias]
        low, high = (language.percent(bound) for bound in known.capital)
        yield row(
            "bias",
            language.say("parameter.bias_value", name=known.id, low=low, high=high),
            known.source,
        )
    yield row("seed", str(settings.seed))
    yield row(
        "draws",
        language.say("parameter.draws_value", draws=language.number(study.provenance.draws, 0)),
        language.say(
            "parameter.interval",
            low=LOW,
            high=HIGH,
            kept=language.number(min(KEPT, study.provenance.draws), 0),
        ),
    )
    if "excellence" in study:
        efficient, top, share = study.excellence.thresholds
        yield row(
            "excellence",
            language.say(
                "parameter.excellence_value",
                efficient=language.percent(efficient),
                top=language.percent(top),
                share=language.percent(share),
                draws=language.number(study.excellence.draws, 0),
            ),
        )
    if case.measured:
        extents = study.sample.model.extents
        yield row(
            "extents",
            language.say("parameter.extents_value", extents=language.word("extent", extents.key)),
        )
    if "programme" in study:
        programme = study.programme
        target = (
            language.say("parameter.no_target")
            if programme.target_m is None
            else language.money(programme.target_m)
        )
        yield row(
            "budget",
            language.say(
                "parameter.budget_value",
                budget=language.money(programme.budget_m),
                sure=sure(programme.confidence, language),
                payers=language.listed(
                    language.word("payer", payer) for payer in settings.budget_payers
                ),
                target=target,
            ),
        )
        yield row(
            "objective",
            language.say(
                "parameter.objective_value",
                objective=language.word("objective", programme.measure),
                near=language.percent(programme.near),
                choice=language.percent(CHOICE),
                listed=language.percent(LISTED),
                core=language.number(CORE, 1),
                draws=language.number(programme.draws, 0),
            ),
        )
    if "claim" in study:
        claim = study.claim
        yield row(
            "claim",
            language.say(
                "parameter.claim_value",
                group=language.listed(language.word("function", f) for f in claim.group),
                estimand=language.word("estimand", claim.primary[0]),
                measure=language.word("measure", claim.primary[1]),
                counted=language.word("counted", claim.primary[2]),
                margin=language.exactly(claim.margin),
                alpha=language.exactly(claim.alpha),
                gate=language.exactly(claim.power.gate),
            ),
            language.say(
                "parameter.digest",
                standing=said(standing_of(claim), Voice(language, study)),
                digest=_hash(claim.digest),
            ),
        )


def _register(case: Case, language: Language) -> Table:
    """How many uncertain inputs of each table have which grade."""
    counts: dict[str, Counter[str]] = {}
    for name, estimate in case.estimates().items():
        counts.setdefault(name.split("/")[0], Counter())[estimate.grade] += 1
    rows = [
        (language.word("table", table), *(str(found[g] or "") for g in GRADES), str(found.total()))
        for table, found in counts.items()
    ]
    total = sum(counts.values(), Counter())
    sums = (*(str(total[g] or "") for g in GRADES), str(total.total()))
    rows.append((language.say("provenance.sum"), *sums))
    return Table(
        language.say("provenance.register"),
        (language.say("provenance.table"), *GRADES, language.say("provenance.sum")),
        tuple(rows),
        marked=(len(rows) - 1,),
        note=language.say(
            "provenance.grades",
            list=language.series(f"{grade} {language.word('grade', grade)}" for grade in GRADES),
        ),
    )


def _drawn(case: Case, language: Language) -> Table:
    """Which inputs have another shape, and which move together."""
    names = tuple(case.estimates())
    rows = tuple(
        (
            row.inputs,
            _shape(row, language),
            row.group,
            f"{row.grade} {row.source}".strip(),
            str(sum(map(row.speaks_of, names))),
            language.percent(row.share) if row.group else "",
        )
        for row in case.distributions
    )
    columns = ("inputs", "shape", "group", "evidence", "count", "share")
    return Table(
        language.say("provenance.drawn"),
        tuple(language.say(f"provenance.{column}") for column in columns),
        rows,
        words=4,
        weights=(1.4, 1.0, 1.2, 1.0),
        note=language.say("provenance.drawn_note"),
    )


def _shape(row: Distribution, language: Language) -> str:
    shape = language.word("shape", row.shape or "pert")
    if row.ends not in QUANTILES:
        return shape
    low, high = _quantiles(row.ends, language)
    return language.say("provenance.drawn_ends", shape=shape, low=low, high=high)


def _correlated(case: Case, language: Language) -> Table:
    """Rank correlations as they are stated."""
    rows = tuple(
        (row.a, row.b, f"{row.grade} {row.source}".strip(), language.exactly(row.r))
        for row in case.correlations
    )
    columns = ("first_input", "second_input", "evidence", "rank_correlation")
    return Table(
        language.say("provenance.correlated"),
        tuple(language.say(f"provenance.{column}") for column in columns),
        rows,
        words=3,
        weights=(1.6, 1.6, 1.2),
    )


def _prices(case: Case, language: Language) -> Table:
    rows = tuple(
        (
            language.word("price_kind", price.kind),
            price.currency,
            f"{price.grade} {price.source}".strip(),
            str(price.year),
            language.exactly(price.value),
        )
        for price in case.prices
    )
    columns = ("price_kind", "currency", "evidence", "year", "price")
    return Table(
        language.say("provenance.prices"),
        tuple(language.say(f"provenance.{column}") for column in columns),
        rows,
        words=3,
        weights=(1.6, 0.6, 1.6),
    )


def _used(case: Case) -> Counter[str]:
    """How many rows rest on each source."""
    rows = (
        *(estimate.source for estimate in case.estimates().values()),
        *(activity.source for activity in case.activity),
        *(price.source for price in case.prices),
    )
    return Counter(source for source in rows if source)


def _sources(case: Case, language: Language) -> Table:
    used = _used(case)
    rows = tuple(
        (
            source.id,
            language.typeset(source.title),
            language.typeset(", ".join(filter(None, (source.publisher, source.year)))),
            language.word("source_type", source.type.lower()),
            str(used[source.id]),
        )
        for source in case.sources
        if used[source.id]
    )
    columns = ("source", "source_title", "publisher", "source_type", "rows")
    return Table(
        language.say("provenance.sources"),
        tuple(language.say(f"provenance.{column}") for column in columns),
        rows,
        words=4,
        weights=(1.35, 3.0, 1.2, 0.8),
        size=6.3,
    )


def _changes(case: Case, language: Language) -> Iterator[tuple[Cell, ...]]:
    """In what a case that was changed is not the one that was read; nothing where it is."""

    def say(key: str, **values: object) -> str:
        return language.say(f"parameter.{key}", **values)

    if case.scenario:
        yield say("scenario"), case.scenario, say("scenario_of_case")
    if case.base:
        yield say("base"), _hash(case.base), say("base_hash")
    for change in case.changes:
        if change.before and change.after:
            status = say("changed_before", before=change.before)
            yield say("changed", name=change.name), change.after, status
        elif change.kind == "without":
            yield say("left_out", name=change.name), change.before, say("left_out_with")
        else:
            yield say("added", name=change.name), change.after or "-", say("added_with")


def _hash(digest: str) -> str:
    """Let a hash break in the middle of a line that is too short for it."""
    return f"{digest[:32]}\u200b{digest[32:]}"


def soundness_page(study: Study, language: Language) -> Section:
    """Every lint of the case, serious ones first."""
    found = study.soundness
    serious, look = found.counts.values()
    codes = {lint.code for lint in found.lints}
    key = "soundness.title" if serious else "soundness.title_none"
    known = len(catalogue())
    text = language.say("soundness.text", known=known, clear=known - len(codes))
    blocks: list[Block] = [Text(text)]
    if found.lints:
        blocks.append(_table(found.lints, language))
    return Section(
        language.say("soundness.topic"), language.say(key, serious=serious, look=look), blocks
    )


def _table(lints: tuple[Lint, ...], language: Language) -> Table:
    rows = tuple(
        (
            lint.code,
            language.say(f"soundness.{lint.severity}"),
            language.typeset(lint.placed(language.code)),
            *map(language.typeset, lint.in_language(language.code)),
        )
        for lint in lints
    )
    columns = ("code", "severity", "place", "sentence", "mend")
    return Table(
        language.say("soundness.table"),
        tuple(language.say(f"soundness.{column}") for column in columns),
        rows,
        words=len(columns),
        weights=(0.32, 0.62, 1.25, 2.6, 2.0),
        marked=tuple(k for k, lint in enumerate(lints) if lint.severity == SEVERITIES[0]),
        size=6.3,
    )
