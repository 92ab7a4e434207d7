"""Annex: the claim about functions, in every reading, and the functions side by side."""

from capworth.report.amounts import Amount
from capworth.report.blocks import Block, Section, Table, Text
from capworth.report.pictures import pictures
from capworth.report.rows import rows_of
from capworth.report.wording import Wording
from capworth.study import Study


def functions_page(study: Study, words: Wording) -> Section | None:
    """Ratios of the claimed functions to the rest; None where the case claims nothing."""
    claim = study.claim
    if claim is None:
        return None
    group = words.listed(words.word("function", f) for f in claim.group)
    verdict = words.word("verdict", claim.verdict)
    rule = words.say(
        "functions.rule",
        needed=words.percent(claim.needed),
        margin=words.exactly(claim.margin),
        detectable=words.number(claim.detectable),
        registered=claim.registered,
    )
    blocks: list[Block] = [
        Text(rule),
        _readings(study, words),
        *pictures("functions", study, words),
        _by_function(study, words),
    ]
    title = words.say("functions.title", group=group, verdict=verdict)
    return Section(words.say("functions.topic", group=group), title, blocks)


def _readings(study: Study, words: Wording) -> Table:
    claim = study.claim
    assert claim is not None
    rows, marked = [], []
    for k, ((estimand, measure), row) in enumerate(rows_of(claim.to_frame())):
        if (estimand, measure) == claim.primary:
            marked.append(k)
        holds = float(row["p_holds"])
        rows.append(
            (
                words.word("measure", measure),
                words.word("estimand", estimand),
                words.hedge(holds),
                words.spread(Amount.of(row, "ratio")),
                words.probability(holds),
                words.probability(float(row["p_margin"])),
            )
        )
    margin = words.exactly(claim.margin)
    columns = ("measure", "estimand", "hedge", "ratio", "holds", "passes")
    return Table(
        words.say("functions.readings"),
        tuple(words.say(f"functions.{column}", margin=margin) for column in columns),
        tuple(rows),
        words=3,
        marked=tuple(marked),
    )


def _by_function(study: Study, words: Wording) -> Table:
    claim, settings = study.claim, study.case.settings
    assert claim is not None
    rows = [
        (
            words.word("measure", measure),
            words.word("function", function),
            words.spread(Amount.of(row, "value")),
            words.spread(Amount.of(row, "cost_m")),
            words.spread(Amount.of(row, "value_per_m")),
        )
        for (measure, function), row in rows_of(claim.by_function())
    ]
    columns = ("measure", "function", "value", "cost", "rate")
    return Table(
        words.say("functions.table", unit=words.unit("millions"), price_year=settings.price_year),
        tuple(words.say(f"functions.{column}") for column in columns),
        tuple(rows),
        words=2,
        note=words.say("functions.note"),
    )
