"""Annex: what each capability costs and adds.

Annex: the answer under every allocation key, discount schedule and harm scale, on request.

Annex: the claim about functions, in every reading, and the functions side by side.

Annex: how firm the ranks of the capabilities are, and who pays for them.
"""

import numpy as np

from capworth.language.numbers import Amount
from capworth.language.voice import Wording
from capworth.methods.arguments import Floats
from capworth.programme.selection import FIRM
from capworth.report.blocks import Block, Cell, Row, Section, Table, Text, pictures, rows_of
from capworth.study.stages import Study


def capabilities_page(study: Study, words: Wording) -> Section:
    """The capability table in order of value for money, and the charts about capabilities."""
    table, settings = study.appraisal.to_frame(), study.case.settings
    measured = bool(study.case.measured)
    if not measured:
        table = table.sort_values("cost_m", ascending=False, kind="stable")
    known = {name: bool(table[name].notna().any()) for name in ("money_m", "harm_days")}
    columns = ["name", "cost", "annual"]
    columns += ["score", "rate"] if measured else []
    columns += [name for name in ("money_m", "harm_days") if known[name]]
    columns += ["first", "place"] if measured else []
    rows = [_row(key, row, columns, words) for key, row in rows_of(table)]
    main = Table(
        words.say(
            "capabilities.table",
            unit=words.unit("millions"),
            price_year=settings.price_year,
            years=settings.years,
        ),
        tuple(words.say(f"capabilities.{column}") for column in columns),
        tuple(rows),
        note=words.say("capabilities.note"),
        size=7.2,
    )
    blocks: list[Block] = [main, *pictures("capabilities", study, words)]
    return Section(words.say("capabilities.topic"), _title(study, words), blocks, breaks=True)


def _title(study: Study, words: Wording) -> str:
    table = study.appraisal.to_frame()
    largest = str(table["cost_m"].idxmax())
    share = words.percent(float(table["cost_m"].max() / table["cost_m"].sum()))
    if not study.case.measured:
        return words.say("capabilities.title_costs", largest=words.name(largest), share=share)
    first = study.appraisal.first
    return words.firmly(
        "capabilities.title",
        float(table["p_first"].loc[first]),
        first=words.name(first),
        largest=words.name(largest),
        share=share,
    )


def _row(key: str, row: Row, columns: list[str], words: Wording) -> tuple[Cell, ...]:
    cells: dict[str, Cell] = {
        "name": words.name(key),
        "cost": words.cell(Amount.of(row, "cost_m")),
        "annual": words.cell(Amount.of(row, "annual_cost_m")),
        "score": words.cell(Amount.of(row, "score")),
        "rate": words.cell(Amount.of(row, "score_per_m")),
        "money_m": words.cell(Amount.of(row, "money_m")),
        "harm_days": words.cell(Amount.of(row, "harm_days")),
        "first": words.probability(float(row["p_first"])),
        "place": words.number(float(row["expected_place"])),
    }
    return tuple(cells[column] for column in columns)


def conventions_page(study: Study, words: Wording) -> Section | None:
    """Where the decision flips, and which places depend; None where it was not asked for."""
    found = study.conventions
    if found is None:
        return None
    index = found.places().index
    scales, keys, schedules = (len(index.unique(level)) for level in index.names)
    flips = len({scale for scale, _ in found.flipping})
    counts = {"scales": scales, "keys": keys, "schedules": schedules}
    title = words.say(
        "conventions.title" if len(found.programmes()) else "conventions.title_places",
        flips=flips,
        scales=scales,
        count=len(found.depending),
        all=len(found.to_frame()),
    )
    text = words.say("conventions.text", draws=words.number(found.draws, 0), **counts)
    blocks: list[Block] = [Text(text), _places(study, words)]
    if len(found.programmes()):
        blocks.insert(1, _programmes(study, words))
    return Section(words.say("conventions.topic"), title, blocks)


def _programmes(study: Study, words: Wording) -> Table:
    """One row for each scale and set, with the schedules under which it is the best."""
    found = study.conventions
    assert found is not None
    table = found.programmes()
    base = len(str(table["chosen"].iloc[0]).split()) if len(table) else 0
    rows = []
    for scale, part in table.groupby(level="scale", sort=False):
        for chosen, same in part.groupby("chosen", sort=False):
            names = [str(schedule) for _, schedule in same.index]
            every = len(same) == len(part)
            first = rows_of(same)[0][1]
            rows.append(
                (
                    words.word("measure", str(scale)),
                    words.listed(map(words.brief, str(chosen).split()))
                    if chosen
                    else words.say("conventions.nothing"),
                    words.say("conventions.every") if every else ", ".join(names),
                    words.say("conventions.kept_of", kept=int(first["kept"]), all=base),
                    words.probability(float(first["p_net_positive"])),
                )
            )
    columns = ("scale", "set", "schedules", "kept", "gain")
    return Table(
        words.say("conventions.programmes"),
        tuple(words.say(f"conventions.{column}") for column in columns),
        tuple(rows),
        words=3,
        weights=(0.7, 3.0, 1.2),
        size=7.0,
    )


def _places(study: Study, words: Wording) -> Table:
    found = study.conventions
    assert found is not None
    rows = tuple(
        (
            words.name(key),
            words.number(float(row["place"]), 0),
            *(
                words.number(float(row[f"moved_by_{what}"]), 0)
                for what in ("key", "discounting", "scale")
            ),
        )
        for key, row in rows_of(found.to_frame(), found.depending)
    )
    columns = ("capability", "place", "key", "discounting", "by_scale")
    return Table(
        words.say("conventions.places"),
        tuple(words.say(f"conventions.{column}") for column in columns),
        rows,
        note=words.say("conventions.note"),
        size=7.0,
    )


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


def ranks_page(study: Study, words: Wording) -> Section | None:
    """Rank acceptability of the capabilities and their payers; None if there is nothing to draw."""
    found = pictures("ranks", study, words)
    if not found or not study.case.measured:
        return None
    shares = study.appraisal.rank_acceptability().to_numpy()
    title = words.say("ranks.title", count=_firm(shares), all=len(shares))
    return Section(words.say("ranks.topic"), title, found)


def _firm(shares: Floats) -> int:
    """How many keep within one place of some place in nearly all draws.

    Parameters
    ----------
    shares : (things, places) share of draws in which each takes each place

    >>> _firm(np.array([[0.5, 0.4, 0.1, 0.0], [0.4, 0.1, 0.1, 0.4], [0.1, 0.4, 0.4, 0.1]]))
    2
    """
    padded = np.pad(shares, ((0, 0), (1, 1)))
    near = np.lib.stride_tricks.sliding_window_view(padded, 3, axis=1).sum(axis=2)
    return int((near.max(axis=1) >= FIRM).sum())
