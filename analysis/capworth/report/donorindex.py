"""The index of the donor menu: every package in one table, and how to read a page."""

from dataclasses import asdict
from typing import Any

from capworth.report.amounts import Amount
from capworth.report.blocks import Table
from capworth.report.donorframe import TEMPLATE, Offer, frame
from capworth.report.rows import rows_of
from capworth.report.typeset import set_document
from capworth.report.wording import Wording


def write_index(offer: Offer, language: str) -> bytes:
    """Write the index of all packages in one language."""
    words = Wording.of(offer.case, language)
    content = {**frame(offer, words), **_index(offer, words), "kind": "index"}
    return set_document(TEMPLATE, content, offer.case.settings.appraisal_date)


def _index(offer: Offer, words: Wording) -> dict[str, Any]:
    """Every package in one table, and how to read a page."""
    rows, marked = [], []
    for place, (key, row) in enumerate(rows_of(offer.menu.to_frame())):
        rows.append(
            (
                words.name(str(key)),
                words.cell(Amount.of(row, "asked_m")),
                words.cell(Amount.of(row, "gain")),
                words.number(float(row["gain_per_m"])),
                words.probability(float(row["p_best"])),
                str(row["readiness"]),
                str(row["grade"]),
                f"{key}.pdf",
            )
        )
        if row["chosen"]:
            marked.append(place)
    settings = offer.case.settings
    columns = ("package", "asked", "gain", "rate", "p_best", "ready", "grade_head", "file")
    table = Table(
        words.say("donor.table", unit=words.unit("millions"), price_year=settings.price_year),
        tuple(words.say(f"donor.{column}") for column in columns),
        tuple(rows),
        marked=tuple(marked),
        size=7.8,
        note=words.say("donor.table_note", budget=words.millions_exactly(offer.budget_m)),
    )
    table_data = asdict(table)
    return {
        "heading": words.say(
            "donor.index_title",
            count=len(rows),
        ),
        "finding": words.say("donor.index_text", budget=words.millions_exactly(offer.budget_m)),
        "table": table_data,
        "items": [
            words.say(f"donor.{key}") for key in ("overlap", "transfer", "no_case", "no_running")
        ],
    }
