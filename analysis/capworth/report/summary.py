"""Page 2: the appraisal summary table, who pays, and the resolution's themes one by one."""

from typing import Any

from capworth.report.advice import Advice, advice
from capworth.report.amounts import Amount
from capworth.report.blocks import Cell, Table, as_data
from capworth.report.decision import case_note
from capworth.report.rows import Row, row_of, rows_of
from capworth.report.themes import themes
from capworth.report.wording import Wording
from capworth.study import Study


def summary_page(study: Study, words: Wording) -> dict[str, Any]:
    """Everything on page 2: a title, the table, and rows with a theme as side caption."""
    found = advice(study)
    return {
        "title": _title(study, found, words),
        "topic": words.say("theme.priorities"),
        "table": None if study.priorities is None else as_data(_table(study, found, words)),
        "text": words.say("summary.improvements_not_asked") if study.priorities is None else "",
        "themes": themes(study, found, words),
        "note_head": words.say("summary.note_head"),
        "note": case_note(study, words),
    }


def _title(study: Study, found: Advice | None, words: Wording) -> str:
    if study.priorities is None:
        return words.say("summary.title_none")
    count = len(study.priorities.order)
    if found is None:
        return words.say("summary.title_ranking", count=count)
    if not study.case.settings.claim_group or not found.count:
        return words.say("summary.title_plain", count=count, chosen=found.count)
    table = study.priorities.to_frame().loc[list(found.chosen)]
    gain = table["gain"].sum()
    share = float((table["gain"] * table["exchange"]).sum() / gain) if gain > 0 else 0.0
    group = words.listed(words.word("function", f) for f in study.case.settings.claim_group)
    return words.say(
        "summary.title", count=count, chosen=found.count, share=words.percent(share), group=group
    )


def _table(study: Study, found: Advice | None, words: Wording) -> Table:
    """One row for each improvement: the recommended ones, their sum, then the others."""
    priorities = study.priorities
    assert priorities is not None
    table = priorities.to_frame()
    columns = ["improvement", "asked", "cost", "gain", "alignment", "readiness"]
    columns += ["first"] if found is None else ["best", "standing", "why"]
    if found is None or study.programme is None:
        rows = [
            (*_common(i, row, words), words.probability(row["p_first"]))
            for i, row in rows_of(table)
        ]
        marked: tuple[int, ...] = ()
        draws = priorities.provenance.draws
    else:
        others = [i for i in table.index if i not in found.chosen]
        rows = [_row(i, row, study, words) for i, row in rows_of(table, found.chosen)]
        if found.chosen:
            rows.append(_sum(found, words))
        marked = (found.count,) if found.chosen else ()
        rows += [_row(i, row, study, words) for i, row in rows_of(table, others)]
        draws = study.programme.draws
    settings = study.case.settings
    return Table(
        words.say("summary.table", unit=words.unit("millions"), price_year=settings.price_year),
        tuple(words.say(f"summary.{column}") for column in columns),
        tuple(rows),
        note=""
        if found is None
        else words.say("summary.note", draws=words.number(draws, 0), unit=words.unit("millions")),
        marked=marked,
        size=7.2,
    )


def _common(key: str, row: Row, words: Wording) -> tuple[Cell, ...]:
    return (
        words.name(key),
        words.spread(Amount.of(row, "asked_m")),
        words.spread(Amount.of(row, "cost_m")),
        words.spread(Amount.of(row, "gain")),
        words.percent(float(row["alignment"]), 1),
        str(int(row["readiness"])),
    )


def _row(key: str, row: Row, study: Study, words: Wording) -> tuple[Cell, ...]:
    assert study.programme is not None
    choice = row_of(study.programme.to_frame(), key)
    return (
        *_common(key, row, words),
        words.probability(float(choice["p_in_best"])),
        words.word("standing", str(choice["standing"])),
        "" if choice["chosen"] else _why_not(key, study, words),
    )


def _why_not(key: str, study: Study, words: Wording) -> str:
    """Smallest budget beyond the present one at which the best set holds the improvement."""
    programme = study.programme
    assert programme is not None
    frontier = programme.frontier()
    later = frontier[frontier["budget_m"] > programme.budget_m]
    for budget, chosen in zip(later["budget_m"], later["chosen"], strict=True):
        if key in str(chosen).split():
            return words.exactly(float(budget))
    return words.say("summary.why_never")


def _sum(found: Advice, words: Wording) -> tuple[Cell, ...]:
    sums = (found.asked, found.cost, found.gain)
    return (words.say("summary.total"), *map(words.spread, sums), "", "", "", "", "")
