"""A page for a donor: one package on one side of A4.

What every page for a donor is made from, and what stands around it.

The index of the donor menu: every package in one table, and how to read a page.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from capworth.case.model import DISTANCE, Case
from capworth.charts.chart import worth
from capworth.charts.funding import draw_package
from capworth.charts.style import blank, looks, turn
from capworth.charts.svg import to_svg
from capworth.funding.donors import DonorMenu
from capworth.language.language import MARK, Language
from capworth.language.numbers import Amount
from capworth.report.blocks import Row, Table, row_of, rows_of
from capworth.report.pdf import set_document

TEMPLATE = "donor.typ"


@dataclass(frozen=True, slots=True)
class Offer:
    """The donor menu of one run, with the case that it was made from."""

    case: Case
    menu: DonorMenu
    budget_m: float
    draws: int  # in which good sets are compared
    regions: pd.DataFrame | None = None  # need gap by region and capability, where members gave it


def frame(offer: Offer, language: Language) -> dict[str, Any]:
    """What stands around every page."""
    settings, known = offer.case.settings, offer.menu.provenance
    day = settings.appraisal_date
    footnote = language.say("frame.rounding")
    if any(i.illustrative for i in offer.case.improvements):
        footnote = f"{language.say('frame.dagger', mark=MARK)} · {footnote}"
    return {
        "language": language.code,
        "direction": language.direction,
        "title": language.typeset(settings.in_language("title", language.code)),
        "author": _organisation(offer, language),
        "topic": language.say("donor.topic"),
        "date": [day.year, day.month, day.day],
        "page": language.say("frame.page", page="{page}", pages="{pages}"),
        "note": language.typeset(_first_sentence(settings.in_language("note", language.code))),
        "vintage": language.say(
            "donor.vintage",
            version=known.version,
            case=known.case,
            fingerprint=known.fingerprint[:12],
            currency=known.currency,
            price_year=known.price_year,
            cutoff=language.day(day, "medium"),
            seed=known.seed,
            draws=language.number(known.draws, 0),
        ),
        "footnote": footnote,
    }


def _organisation(offer: Offer, language: Language) -> str:
    return language.typeset(offer.case.settings.in_language("organisation", language.code))


def _first_sentence(note: str) -> str:
    """Return the first sentence of the case's note: what the whole case is."""
    end = note.find(". ")
    return note if end < 0 else note[: end + 1]


HEIGHT = 1.75  # inches of the chart
REGIONS = 2  # named where members need most


def write_package(offer: Offer, package: str, code: str) -> bytes:
    """Write the page of one package in one language."""
    language = Language.of(offer.case, code)
    content = {**frame(offer, language), **_page(offer, package, language), "kind": "package"}
    return set_document(TEMPLATE, content, offer.case.settings.appraisal_date)


def _page(offer: Offer, package: str, language: Language) -> dict[str, Any]:
    row = row_of(offer.menu.to_frame(), package)
    budget = language.money(offer.budget_m)
    asked, gain = Amount.of(row, "asked_m"), Amount.of(row, "gain")
    say = "donor.title_one" if not row["needs"] else "donor.title_more"
    return {
        "heading": language.say(
            say,
            name=language.brief(package),
            asked=language.millions_middle(asked),
            count=len(str(row["needs"]).split()),
        ),
        "finding": language.say(
            "donor.finding",
            worth=worth(DISTANCE, gain, language),
            p_gain=language.probability(float(row["p_gain"])),
            core=language.number(float(row["core"]), 2),
            budget=budget,
        ),
        "cards": _cards(offer, row, language),
        "parts": _parts(offer, package, language),
        "serves": _serves(offer, package, language),
        "chart": _chart(offer, package, language),
        "columns": [
            {"head": language.say("donor.depends"), "items": _depends(row, language)},
            {"head": language.say("donor.money"), "items": _money(offer, row, language)},
            {"head": language.say("donor.sure"), "items": _sure(offer, row, language)},
            {"head": language.say("donor.not"), "items": _not_promised(offer, row, language)},
        ],
    }


def _cards(offer: Offer, row: Row, language: Language) -> list[dict[str, str]]:
    asked, gain, cost = (Amount.of(row, name) for name in ("asked_m", "gain", "cost_m"))
    state = "donor.card_in" if row["chosen"] else "donor.card_out"
    served = float(row["exchange"])
    claimed = [
        language.word("function", f).lower()
        for f in (offer.case.claim.group if offer.case.claim else ())
    ]
    return [
        {
            "value": language.millions_middle(asked),
            "range": language.say("decision.range", span=language.span(asked)),
            "label": language.say("donor.card_asked"),
            "detail": language.say("donor.card_cost", cost=language.millions_spread(cost)),
        },
        {
            "value": language.say("percent", number=language.middle(gain)),
            "range": language.say("decision.range", span=language.span(gain)),
            "label": language.say("donor.card_gain"),
            "detail": language.say(
                "donor.card_exchange", share=language.percent(served), list=language.listed(claimed)
            )
            if np.isfinite(served) and claimed
            else "",
        },
        {
            "value": language.number(float(row["core"]), 2),
            "range": language.say("donor.card_draws", draws=language.number(offer.draws, 0)),
            "label": language.say("donor.card_core"),
            "detail": language.say(state, budget=language.money(offer.budget_m)),
        },
        {
            "value": language.say("donor.card_level", level=row["readiness"]),
            "range": language.say("donor.card_lowest"),
            "label": language.say("donor.card_ready"),
            "detail": language.say(
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


def _parts(offer: Offer, package: str, language: Language) -> dict[str, Any]:
    """What the money pays for, piece by piece; what is required stands first."""
    known = {i.id: i for i in offer.case.improvements}
    asks = own_asks(offer.menu)
    rows = tuple(
        (
            language.name(i),
            language.number(max(asks[i], 0.0)),
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
            language.say("donor.parts", unit=language.million(), price_year=settings.price_year),
            tuple(language.say(f"donor.{column}") for column in columns),
            rows,
        )
    )


def _serves(offer: Offer, package: str, language: Language) -> dict[str, Any]:
    rows = tuple(
        (language.name(str(capability)), _changes(row, language))
        for (served, capability), row in rows_of(offer.menu.serves())
        if served == package
    )
    row = row_of(offer.menu.to_frame(), package)
    functions = [language.word("function", f).lower() for f in str(row["functions"]).split()]
    notes = [
        language.say("donor.functions", list=language.listed(functions)),
        _members(offer, package, language),
    ]
    heads = language.say("donor.capability"), language.say("donor.changes")
    table = Table(language.say("donor.serves"), heads, rows, 2, (1.0, 1.0), " ".join(notes))
    return asdict(table)


def _changes(row: Row, language: Language) -> str:
    parts = [
        language.typeset(_inside(language.names.get(criterion, criterion)))
        for criterion in str(row["criteria"]).split()
    ]
    parts += [language.word("step", step).lower() for step in str(row["steps"]).split()]
    return language.listed(parts)


def _members(offer: Offer, package: str, language: Language) -> str:
    """Say in which regions members need the served capabilities most, where members said so."""
    if not offer.case.feedback:
        return language.say("donor.members_unknown")
    if offer.regions is None:
        return language.say("donor.members_synthetic")
    served = offer.menu.serves().reset_index()
    mine = set(served.loc[served["package"] == package, "capability"])
    gaps = offer.regions["gap"].reset_index()
    means = gaps[gaps["capability"].isin(mine)].groupby("region")["gap"].mean().dropna()
    first = means.sort_values(ascending=False, kind="stable").head(REGIONS)
    if first.empty:
        return language.say("donor.members_unknown")
    parts = (
        language.say(
            "donor.region",
            region=language.word("region", str(region)),
            gap=language.number(float(gap), 0),
        )
        for region, gap in first.items()
    )
    return language.say("donor.members_asked", list=language.listed(parts))


def _chart(offer: Offer, package: str, language: Language) -> dict[str, str]:
    """Draw the package among all others."""
    with looks():
        figure = blank(HEIGHT)
        draw_package(offer.menu, figure.subplots(), language, package)
        if language.rightwards:
            turn(figure)
    row = row_of(offer.menu.to_frame(), package)
    parts = {
        "name": language.brief(package),
        "asked": language.millions_spread(Amount.of(row, "asked_m")),
        "worth": worth(DISTANCE, Amount.of(row, "gain"), language),
        "others": len(offer.menu.packages) - 1,
    }
    return {
        "svg": to_svg(figure),
        "alt": language.say("donor.chart_alt", **parts),
        "title": language.say("donor.chart"),
    }


def _depends(row: Row, language: Language) -> list[str]:
    """What it needs, opens and rules out."""
    items = []
    for column in ("needs", "needs_one_of", "opens", "rules_out"):
        names = [language.brief(i) for i in str(row[column]).split()]
        if names:
            items.append(
                language.say(f"donor.{column}", list=language.listed(names), count=len(names))
            )
    if not row["needs"]:
        items.insert(0, language.say("donor.needs_none"))
    items.append(language.say("donor.overlap"))
    return items


def _money(offer: Offer, row: Row, language: Language) -> list[str]:
    inside = set(str(row["improvements"]).split())
    useful = [p for p in offer.case.funding if inside & set(p.earmark) and p.use == "programme"]
    pledged = language.say("donor.pledged_none")
    if useful:
        names = language.listed(language.name(p.id) for p in useful)
        amount = language.millions(float(row["pledged_m"]))
        pledged = language.say("donor.pledged", amount=amount, list=names)
    return [
        pledged,
        language.say(
            "donor.after",
            organisation=language.millions(float(row["organisation_m"])),
            members=language.millions(float(row["members_m"])),
        ),
        language.say("donor.transfer"),
    ]


def _sure(offer: Offer, row: Row, language: Language) -> list[str]:
    asked, gain = Amount.of(row, "asked_m"), Amount.of(row, "gain")
    money, harm = Amount.of(row, "money_m"), Amount.of(row, "harm_days")
    years = offer.case.settings.years
    closes = worth(DISTANCE, gain, language)
    items = [language.say("donor.closes", worth=closes, asked=language.span(asked))]
    if money != Amount(0, 0, 0):
        items.append(
            language.say("donor.benefit", money=language.millions_spread(money), years=years)
        )
    if harm != Amount(0, 0, 0):
        items.append(language.say("donor.harm", days=language.spread(harm)))
    if money == Amount(0, 0, 0) == harm:
        items.append(language.say("donor.unmeasured"))
    grade = str(row["grade"])
    items.append(language.say("donor.grade", grade=grade, text=language.word("grade", grade)))
    return items


def _not_promised(offer: Offer, row: Row, language: Language) -> list[str]:
    items = [
        language.say("donor.no_case"),
        language.say("donor.no_running"),
        language.say("donor.no_price"),
    ]
    if not row["chosen"]:
        items.append(language.say("donor.not_in", budget=language.money(offer.budget_m)))
    if row["illustrative"]:
        items.append(language.say("donor.no_publication", mark=MARK))
    return items


def _inside(name: str) -> str:
    """Begin a name with a small letter, as inside a sentence; an abbreviation stays as it is."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def write_index(offer: Offer, code: str) -> bytes:
    """Write the index of all packages in one language."""
    language = Language.of(offer.case, code)
    content = {**frame(offer, language), **_index(offer, language), "kind": "index"}
    return set_document(TEMPLATE, content, offer.case.settings.appraisal_date)


def _index(offer: Offer, language: Language) -> dict[str, Any]:
    """Every package in one table, and how to read a page."""
    rows, marked = [], []
    for place, (key, row) in enumerate(rows_of(offer.menu.to_frame())):
        rows.append(
            (
                language.name(str(key)),
                language.cell(Amount.of(row, "asked_m")),
                language.cell(Amount.of(row, "gain")),
                language.number(float(row["gain_per_asked_m"])),
                language.number(float(row["core"]), 2),
                str(row["readiness"]),
                str(row["grade"]),
                f"{key}.pdf",
            )
        )
        if row["chosen"]:
            marked.append(place)
    settings = offer.case.settings
    columns = ("package", "asked", "gain", "rate", "core", "ready", "grade_head", "file")
    table = Table(
        language.say("donor.table", unit=language.million(), price_year=settings.price_year),
        tuple(language.say(f"donor.{column}") for column in columns),
        tuple(rows),
        marked=tuple(marked),
        size=7.8,
        note=language.say("donor.table_note", budget=language.money(offer.budget_m)),
    )
    table_data = asdict(table)
    return {
        "heading": language.say(
            "donor.index_title",
            count=len(rows),
        ),
        "finding": language.say("donor.index_text", budget=language.money(offer.budget_m)),
        "table": table_data,
        "items": [
            language.say(f"donor.{key}") for key in ("overlap", "transfer", "no_case", "no_running")
        ],
    }
