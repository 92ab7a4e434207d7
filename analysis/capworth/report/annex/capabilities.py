"""Annex: what each capability costs and adds."""

from capworth.report.amounts import Amount
from capworth.report.blocks import Block, Cell, Section, Table
from capworth.report.pictures import pictures
from capworth.report.rows import Row, rows_of
from capworth.report.wording import Wording
from capworth.study import Study


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
