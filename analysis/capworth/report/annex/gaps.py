"""Annex: whom each capability can learn from, and what closing its gap is worth."""

from capworth.case.model import Case
from capworth.excellence import Excellence
from capworth.gapworth import GapWorth
from capworth.report.amounts import Amount
from capworth.report.blocks import Bullets, Table
from capworth.report.rows import Row, rows_of
from capworth.report.wording import Wording

SIZE = 6.9  # points of the type of wide tables
TINY = 0.01  # millions, points or days below which no number is printed


def models_table(found: Excellence, words: Wording) -> Table:
    """Models of each capability, what it lags on most, and its target.

    Capabilities without a model are left out; they are their own.
    """
    models = found.models
    table = models.to_frame()
    table = table[table["model"] != ""].sort_values("points", ascending=False, kind="stable")
    rows = [
        (
            words.name(key),
            _named(row, words),
            words.name(row["lags_on"]) if row["lags_on"] else words.say("unknown"),
            words.number(float(row["now"]), 0),
            words.cell(Amount.of(row, "target")),
            words.probability(float(row["p_lags"])),
        )
        for key, row in rows_of(table)
    ]
    columns = ("name", "model", "lags_on", "now", "target", "p_lags")
    return Table(
        words.say("models.table", draws=words.number(models.draws, 0)),
        tuple(words.say(f"models.{column}") for column in columns),
        tuple(rows),
        words=3,
        weights=(1.2, 1.6, 1.0),
        note=words.say("models.note"),
        size=SIZE,
    )


def _named(row: Row, words: Wording) -> str:
    """Name one or two models with their shares of draws."""
    pairs = [(row[key], row[f"p_{key}"]) for key in ("model", "second") if row[key]]
    return words.listed(
        words.say("models.share", name=words.brief(str(key)), percent=words.probability(float(p)))
        for key, p in pairs
    )


def practices(case: Case, found: Excellence, words: Wording) -> Bullets | None:
    """What the models do, each once, those of most capabilities first; None where nothing is told.

    A capability's model is here the most frequent one of which the case says something.
    """
    table = found.models.to_frame()
    table = table[table["practised_by"] != ""]
    if table.empty:
        return None
    counts = table["practised_by"].value_counts(sort=False)
    told = {c.id: c.said("pattern", words.texts.language) for c in case.capabilities}
    order = sorted(counts.index, key=lambda c: (-int(counts[c]), str(c)))
    return Bullets(
        tuple(
            (
                words.name(str(key)),
                words.say("models.does", count=int(counts[key]), text=told[str(key)]),
            )
            for key in order
        )
    )


def worth_table(gaps: GapWorth, price_year: int, words: Wording) -> Table:
    """What each gap is worth and costs, and who closes how much of it."""
    table = gaps.to_frame().sort_values("gap", ascending=False, kind="stable")
    amounts = ("gap", "gap_money_m", "gap_harm_days", "cost_m", "points_per_m", "money_per_m")
    rows = []
    for key, row in rows_of(table):
        cells = {name: _cell(Amount.of(row, name), words) for name in amounts}
        closed = words.percent(float(row["closed"])) if row["improvements"] else "0"
        rows.append(
            (
                words.name(key),
                words.say(f"gaps.field_{str(row['field']).replace(' ', '_')}"),
                *(cells[name] for name in amounts[:3]),
                closed if row["closed"] == row["closed"] else words.say("unknown"),
                *(cells[name] for name in amounts[3:]),
            )
        )
    columns = ("name", "field", "gap", "money", "harm", "closed", "cost", "rate", "back")
    return Table(
        words.say(
            "gaps.table",
            unit=words.unit("millions"),
            price_year=price_year,
            draws=words.number(gaps.draws, 0),
        ),
        tuple(words.say(f"gaps.{column}") for column in columns),
        tuple(rows),
        words=2,
        weights=(1.7, 1.0),
        note=words.say("gaps.note", models=words.listed(map(words.brief, gaps.models))),
        size=SIZE,
    )


def _cell(amount: Amount, words: Wording) -> str | tuple[str, str]:
    """Fill a cell; what is nearly nothing all over its range is said to be so."""
    if amount.is_known and 0 < amount.middle < TINY and amount.high < TINY:
        return words.say("gaps.tiny", number=words.exactly(TINY))
    return words.cell(amount)
