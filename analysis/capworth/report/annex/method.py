"""Annex: the method in brief, each formula with its source; what the model cannot say.

Annex: every assumption with its status, what the inputs rest on, and the sources used.

Annex: what the linters found, each thing with its place, its sentence and its remedy.
"""

from collections import Counter
from collections.abc import Iterator

from capworth.case.model import GRADES, Case
from capworth.case.register import bias_classes, schedules
from capworth.language.language import Language
from capworth.lints.lint import SEVERITIES, Lint, catalogue
from capworth.model.result import HIGH, LOW
from capworth.model.simulation import KEPT
from capworth.report.annex.claim import standing_of
from capworth.report.blocks import Block, Bullets, Cell, Formula, Section, Table, Text
from capworth.study.stages import Study

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
    return Section(language.say("method.topic"), language.say("method.title"), blocks)


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
    return Section(language.say("limits.topic"), language.say("limits.title"), blocks)


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
                target=target,
                grid=language.exactly(settings.grid),
                currency=settings.currency,
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
                standing=standing_of(claim, language),
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
            language.word("shape", row.shape or "pert"),
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
