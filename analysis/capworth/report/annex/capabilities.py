"""Annex: what each capability costs and adds.

Annex: the answer under every allocation key, discount schedule and harm scale, on request.

Annex: how firm the ranks of the capabilities are, and who pays for them.
"""

import numpy as np

from capworth.charts.chart import FIRM
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.methods.arguments import Floats
from capworth.report.blocks import Block, Cell, Row, Section, Table, Text, pictures, rows_of
from capworth.study.stages import Study


def capabilities_page(study: Study, language: Language) -> Section:
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
    rows = [_row(key, row, columns, language) for key, row in rows_of(table)]
    main = Table(
        language.say(
            "capabilities.table",
            unit=language.million(),
            price_year=settings.price_year,
            years=settings.years,
        ),
        tuple(language.say(f"capabilities.{column}") for column in columns),
        tuple(rows),
        note=language.say("capabilities.note"),
        size=7.2,
    )
    blocks: list[Block] = [main, *pictures("capabilities", study, language)]
    return Section(language.say("capabilities.topic"), _title(study, language), blocks, breaks=True)


def _title(study: Study, language: Language) -> str:
    table = study.appraisal.to_frame()
    largest = str(table["cost_m"].idxmax())
    share = language.percent(float(table["cost_m"].max() / table["cost_m"].sum()))
    if not study.case.measured:
        return language.say("capabilities.title_costs", largest=language.name(largest), share=share)
    first = study.appraisal.first
    return language.firmly(
        "capabilities.title",
        float(table["p_first"].loc[first]),
        first=language.name(first),
        largest=language.name(largest),
        share=share,
    )


def _row(key: str, row: Row, columns: list[str], language: Language) -> tuple[Cell, ...]:
    cells: dict[str, Cell] = {
        "name": language.name(key),
        "cost": language.cell(Amount.of(row, "cost_m")),
        "annual": language.cell(Amount.of(row, "annual_cost_m")),
        "score": language.cell(Amount.of(row, "score")),
        "rate": language.cell(Amount.of(row, "score_per_m")),
        "money_m": language.cell(Amount.of(row, "money_m")),
        "harm_days": language.cell(Amount.of(row, "harm_days")),
        "first": language.probability(float(row["p_first"])),
        "place": language.number(float(row["expected_place"])),
    }
    return tuple(cells[column] for column in columns)


def conventions_page(study: Study, language: Language) -> Section | None:
    """Where the decision flips, and which places depend; None where it was not asked for."""
    if "conventions" not in study:
        return None
    found = study.conventions
    index = found.places().index
    scales, keys, schedules = (len(index.unique(level)) for level in index.names)
    flips = len({scale for scale, _ in found.flipping})
    counts = {"scales": scales, "keys": keys, "schedules": schedules}
    title = language.say(
        "conventions.title" if len(found.programmes()) else "conventions.title_places",
        flips=flips,
        scales=scales,
        count=len(found.depending),
        all=len(found.to_frame()),
    )
    text = language.say("conventions.text", draws=language.number(found.draws, 0), **counts)
    blocks: list[Block] = [Text(text), _places(study, language)]
    if len(found.programmes()):
        blocks.insert(1, _programmes(study, language))
    return Section(language.say("conventions.topic"), title, blocks)


def _programmes(study: Study, language: Language) -> Table:
    """One row for each scale and set, with the schedules under which it is the best."""
    found = study.conventions
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
                    language.word("measure", str(scale)),
                    language.listed(map(language.brief, str(chosen).split()))
                    if chosen
                    else language.say("conventions.nothing"),
                    language.say("conventions.every") if every else ", ".join(names),
                    language.say("conventions.kept_of", kept=int(first["kept"]), all=base),
                    language.probability(float(first["p_net_positive"])),
                )
            )
    columns = ("scale", "set", "schedules", "kept", "gain")
    return Table(
        language.say("conventions.programmes"),
        tuple(language.say(f"conventions.{column}") for column in columns),
        tuple(rows),
        words=3,
        weights=(0.7, 3.0, 1.2),
        size=7.0,
    )


def _places(study: Study, language: Language) -> Table:
    found = study.conventions
    rows = tuple(
        (
            language.name(key),
            language.number(float(row["place"]), 0),
            *(
                language.number(float(row[f"moved_by_{what}"]), 0)
                for what in ("key", "discounting", "scale")
            ),
        )
        for key, row in rows_of(found.to_frame(), found.depending)
    )
    columns = ("capability", "place", "key", "discounting", "by_scale")
    return Table(
        language.say("conventions.places"),
        tuple(language.say(f"conventions.{column}") for column in columns),
        rows,
        note=language.say("conventions.note"),
        size=7.0,
    )


def ranks_page(study: Study, language: Language) -> Section | None:
    """Rank acceptability of the capabilities and their payers; None if there is nothing to draw."""
    found = pictures("ranks", study, language)
    if not found or not study.case.measured:
        return None
    shares = study.appraisal.rank_acceptability().to_numpy()
    title = language.say("ranks.title", count=_firm(shares), all=len(shares))
    return Section(language.say("ranks.topic"), title, found)


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
