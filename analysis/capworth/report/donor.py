"""A page for a donor: one package on one side of A4.

What every page for a donor is made from, and what stands around it.

The index of the donor menu: every package in one table, and how to read a page.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from capworth.case.model import Case
from capworth.charts.funding import draw_package
from capworth.charts.style import blank, looks, turn
from capworth.charts.svg import to_svg
from capworth.funding.donors import DonorMenu
from capworth.language.numbers import Amount
from capworth.language.voice import MARK, Wording
from capworth.report.blocks import Row, Table, row_of, rows_of
from capworth.report.pdf import set_document

TEMPLATE = "donor.typ"


@dataclass(frozen=True, slots=True)
class Offer:
    """The donor menu of one run, with the case that it was made from."""

    case: Case
    menu: DonorMenu
    budget_m: float
    draws: int  # in which the best set was sought
    regions: pd.DataFrame | None = None  # need gap by region and capability, where members gave it


def frame(offer: Offer, words: Wording) -> dict[str, Any]:
    """What stands around every page."""
    settings, known = offer.case.settings, offer.menu.provenance
    language = words.texts.language
    day = settings.appraisal_date
    footnote = words.say("frame.rounding")
    if any(i.illustrative for i in offer.case.improvements):
        footnote = f"{words.say('frame.dagger', mark=MARK)} · {footnote}"
    return {
        "language": language,
        "direction": words.texts.direction,
        "title": words.typeset(settings.in_language("title", language)),
        "author": _organisation(offer, words),
        "topic": words.say("donor.topic"),
        "date": [day.year, day.month, day.day],
        "page": words.texts.phrases["frame.page"],
        "note": words.typeset(_first_sentence(settings.in_language("note", language))),
        "vintage": words.say(
            "donor.vintage",
            version=known.version,
            case=known.case,
            fingerprint=known.fingerprint[:12],
            currency=known.currency,
            price_year=known.price_year,
            cutoff=words.day(day, "medium"),
            seed=known.seed,
            draws=words.number(known.draws, 0),
        ),
        "footnote": footnote,
    }


def _organisation(offer: Offer, words: Wording) -> str:
    return words.typeset(offer.case.settings.in_language("organisation", words.texts.language))


def _first_sentence(note: str) -> str:
    """Return the first sentence of the case's note: what the whole case is."""
    end = note.find(". ")
    return note if end < 0 else note[: end + 1]


HEIGHT = 1.75  # inches of the chart
REGIONS = 2  # named where members need most


def write_package(offer: Offer, package: str, language: str) -> bytes:
    """Write the page of one package in one language."""
    words = Wording.of(offer.case, language)
    content = {**frame(offer, words), **_page(offer, package, words), "kind": "package"}
    return set_document(TEMPLATE, content, offer.case.settings.appraisal_date)


def _page(offer: Offer, package: str, words: Wording) -> dict[str, Any]:
    row = row_of(offer.menu.to_frame(), package)
    budget = words.millions_exactly(offer.budget_m)
    asked, gain = Amount.of(row, "asked_m"), Amount.of(row, "gain")
    share = float(row["p_best"])
    say = "donor.title_one" if not row["needs"] else "donor.title_more"
    return {
        "heading": words.say(
            say,
            name=words.brief(package),
            asked=words.millions_middle(asked),
            count=len(str(row["needs"]).split()),
        ),
        "finding": words.say(
            "donor.finding",
            gain=words.spread(gain),
            p_gain=words.probability(float(row["p_gain"])),
            hedge=words.hedged(share),
            budget=budget,
        ),
        "cards": _cards(offer, row, words),
        "parts": _parts(offer, package, words),
        "serves": _serves(offer, package, words),
        "chart": _chart(offer, package, words),
        "columns": [
            {"head": words.say("donor.depends"), "items": _depends(row, words)},
            {"head": words.say("donor.money"), "items": _money(offer, row, words)},
            {"head": words.say("donor.sure"), "items": _sure(offer, row, words)},
            {"head": words.say("donor.not"), "items": _not_promised(offer, row, words)},
        ],
    }


def _cards(offer: Offer, row: Row, words: Wording) -> list[dict[str, str]]:
    asked, gain, cost = (Amount.of(row, name) for name in ("asked_m", "gain", "cost_m"))
    state = "donor.card_in" if row["chosen"] else "donor.card_out"
    served = float(row["exchange"])
    claimed = [words.word("function", f).lower() for f in offer.case.settings.claim_group]
    return [
        {
            "value": words.millions_middle(asked),
            "range": words.say("decision.range", span=words.span(asked)),
            "label": words.say("donor.card_asked"),
            "detail": words.say("donor.card_cost", cost=words.millions_spread(cost)),
        },
        {
            "value": words.middle(gain),
            "range": words.say("decision.range", span=words.span(gain)),
            "label": words.say("donor.card_gain"),
            "detail": words.say(
                "donor.card_exchange", share=words.percent(served), list=words.listed(claimed)
            )
            if np.isfinite(served) and claimed
            else "",
        },
        {
            "value": words.probability(float(row["p_best"])),
            "range": words.say("donor.card_draws", draws=words.number(offer.draws, 0)),
            "label": words.say("donor.card_best"),
            "detail": words.say(state, budget=words.millions_exactly(offer.budget_m)),
        },
        {
            "value": words.say("donor.card_level", level=row["readiness"]),
            "range": words.say("donor.card_lowest"),
            "label": words.say("donor.card_ready"),
            "detail": words.say(
                "donor.card_years", start=row["start_year"], effect=row["effect_year"]
            ),
        },
    ]


def own_asks(menu: DonorMenu) -> Mapping[str, float]:
    """Millions that each improvement asks by itself, without what it requires."""
    table = menu.to_frame()
    asks: dict[str, float] = {}
    for key, row in sorted(rows_of(table), key=lambda item: len(str(item[1]["needs"]).split())):
        asks[str(key)] = float(row["asked_m"]) - sum(asks[i] for i in str(row["needs"]).split())
    return asks


def _parts(offer: Offer, package: str, words: Wording) -> dict[str, Any]:
    """What the money pays for, piece by piece; what is required stands first."""
    known = {i.id: i for i in offer.case.improvements}
    asks = own_asks(offer.menu)
    rows = tuple(
        (
            words.name(i),
            words.number(max(asks[i], 0.0)),
            str(known[i].start_year),
            str(known[i].effect_year),
            str(known[i].readiness),
        )
        for i in str(row_of(offer.menu.to_frame(), package)["improvements"]).split()
    )
    columns = ("part", "own", "start", "effect", "ready")
    settings = offer.case.settings
    return asdict(
        Table(
            words.say("donor.parts", unit=words.unit("millions"), price_year=settings.price_year),
            tuple(words.say(f"donor.{column}") for column in columns),
            rows,
        )
    )


def _serves(offer: Offer, package: str, words: Wording) -> dict[str, Any]:
    rows = tuple(
        (words.name(str(capability)), _changes(row, words))
        for (served, capability), row in rows_of(offer.menu.serves())
        if served == package
    )
    row = row_of(offer.menu.to_frame(), package)
    functions = [words.word("function", f).lower() for f in str(row["functions"]).split()]
    notes = [
        words.say("donor.functions", list=words.listed(functions)),
        _members(offer, package, words),
    ]
    heads = words.say("donor.capability"), words.say("donor.changes")
    table = Table(words.say("donor.serves"), heads, rows, 2, (1.0, 1.0), " ".join(notes))
    return asdict(table)


def _changes(row: Row, words: Wording) -> str:
    parts = [_inside(words.name(criterion)) for criterion in str(row["criteria"]).split()]
    parts += [words.word("step", step).lower() for step in str(row["steps"]).split()]
    return words.listed(parts)


def _members(offer: Offer, package: str, words: Wording) -> str:
    """Say in which regions members need the served capabilities most, where members said so."""
    if not offer.case.feedback:
        return words.say("donor.members_unknown")
    if offer.regions is None:
        return words.say("donor.members_synthetic")
    served = offer.menu.serves().reset_index()
    mine = set(served.loc[served["package"] == package, "capability"])
    gaps = offer.regions["gap"].reset_index()
    means = gaps[gaps["capability"].isin(mine)].groupby("region")["gap"].mean().dropna()
    first = means.sort_values(ascending=False, kind="stable").head(REGIONS)
    if first.empty:
        return words.say("donor.members_unknown")
    parts = (
        words.say(
            "donor.region",
            region=words.word("region", str(region)),
            gap=words.number(float(gap), 0),
        )
        for region, gap in first.items()
    )
    return words.say("donor.members_asked", list=words.listed(parts))


def _chart(offer: Offer, package: str, words: Wording) -> dict[str, str]:
    """Draw the package among all others."""
    with looks():
        figure = blank(HEIGHT)
        draw_package(offer.menu, figure.subplots(), words.voice, package)
        if words.texts.rightwards:
            turn(figure)
    row = row_of(offer.menu.to_frame(), package)
    parts = {
        "name": words.brief(package),
        "asked": words.millions_spread(Amount.of(row, "asked_m")),
        "gain": words.spread(Amount.of(row, "gain")),
        "others": len(offer.menu.packages) - 1,
    }
    return {
        "svg": to_svg(figure),
        "alt": words.say("donor.chart_alt", **parts),
        "title": words.say("donor.chart"),
    }


def _depends(row: Row, words: Wording) -> list[str]:
    """What it needs, opens and rules out."""
    items = []
    for column in ("needs", "needs_one_of", "opens", "rules_out"):
        names = [words.brief(i) for i in str(row[column]).split()]
        if names:
            items.append(words.say(f"donor.{column}", list=words.listed(names), count=len(names)))
    if not row["needs"]:
        items.insert(0, words.say("donor.needs_none"))
    items.append(words.say("donor.overlap"))
    return items


def _money(offer: Offer, row: Row, words: Wording) -> list[str]:
    inside = set(str(row["improvements"]).split())
    useful = [p for p in offer.case.funding if inside & set(p.earmark) and p.use == "programme"]
    pledged = words.say("donor.pledged_none")
    if useful:
        names = words.listed(words.name(p.id) for p in useful)
        amount = words.millions(float(row["pledged_m"]))
        pledged = words.say("donor.pledged", amount=amount, list=names)
    return [
        pledged,
        words.say(
            "donor.after",
            organisation=words.millions(float(row["organisation_m"])),
            members=words.millions(float(row["members_m"])),
        ),
        words.say("donor.transfer"),
    ]


def _sure(offer: Offer, row: Row, words: Wording) -> list[str]:
    asked, gain = Amount.of(row, "asked_m"), Amount.of(row, "gain")
    money, harm = Amount.of(row, "money_m"), Amount.of(row, "harm_days")
    years = offer.case.settings.years
    items = [words.say("donor.points", gain=words.spread(gain), asked=words.span(asked))]
    if money != Amount(0, 0, 0):
        items.append(words.say("donor.benefit", money=words.millions_spread(money), years=years))
    if harm != Amount(0, 0, 0):
        items.append(words.say("donor.harm", days=words.spread(harm)))
    if money == Amount(0, 0, 0) == harm:
        items.append(words.say("donor.unmeasured"))
    grade = str(row["grade"])
    items.append(words.say("donor.grade", grade=grade, text=words.word("grade", grade)))
    return items


def _not_promised(offer: Offer, row: Row, words: Wording) -> list[str]:
    items = [words.say("donor.no_case"), words.say("donor.no_running"), words.say("donor.no_price")]
    if float(row["p_best"]) < 0.5:
        items.append(
            words.say(
                "donor.no_best",
                budget=words.millions_exactly(offer.budget_m),
                percent=words.probability(1 - float(row["p_best"])),
            )
        )
    if row["illustrative"]:
        items.append(words.say("donor.no_publication", mark=MARK))
    return items


def _inside(name: str) -> str:
    """Begin a name with a small letter, as inside a sentence; an abbreviation stays as it is."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


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
