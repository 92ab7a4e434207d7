"""A page for a donor: one package on one side of A4, and the list of all packages.

Title, three numbers and picture as on page 1 of the paper; every number is the run's own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import pandas as pd

from capworth.case.model import Case
from capworth.charts.chart import money_at, sure
from capworth.funding.donors import DonorMenu
from capworth.language.language import MARK, Language
from capworth.language.numbers import Amount
from capworth.methods.portfolio.good_sets import (
    CHOOSE,
    LEAVE,
    NOT_NOW,
    PREFER,
    REPLACE,
    REVIEW,
    START,
)
from capworth.methods.uncertainty.convergence import share_error
from capworth.report.blocks import Row, row_of, rows_of
from capworth.report.single import Row as Drawn
from capworth.report.single import picture, set_single

EXPLORER = "explorer.html#/improvement/"  # address of a package there
REGIONS = 2  # named where members need most
PICTURED = 16  # packages in the picture at most
FEWEST = 6  # that it never leaves out
PROMISES = 3  # levels that are named
SERVICES = 5  # named among those that it changes
LOGARITHM = "log10"  # unit of a level that is told as so many times today's
LETTERS = 42  # of a name in the picture


@dataclass(frozen=True, slots=True)
class Offer:
    """The donor menu of one run, with the case that it was made from."""

    case: Case
    menu: DonorMenu
    budget_m: float
    draws: int  # in which good sets are compared
    regions: pd.DataFrame | None = None  # need gap by region and capability, where members gave it
    promises: pd.DataFrame | None = None  # levels that the programme promises, by improvement


def write_package(offer: Offer, package: str, code: str) -> bytes:
    """Write the page of one package in one language."""
    return _written(offer, _page(offer, package, _language(offer.case, code)), code)


def write_index(offer: Offer, code: str) -> bytes:
    """Write the list of all packages in one language."""
    return _written(offer, _index(offer, _language(offer.case, code)), code)


def _language(case: Case, code: str) -> Language:
    """The language of a page; marks of illustrative improvements only where others are not."""
    language = Language.of(case, code)
    if not all(improvement.illustrative for improvement in case.improvements):
        return language
    return replace(language, names={k: n.removesuffix(MARK) for k, n in language.names.items()})


def _written(offer: Offer, page: dict[str, Any], code: str) -> bytes:
    content = {**frame(offer, _language(offer.case, code)), **page}
    return set_single(content, offer.case.settings.appraisal_date)


def frame(offer: Offer, language: Language) -> dict[str, Any]:
    """What stands around every page, and what a page has none of."""
    settings, known = offer.case.settings, offer.menu.provenance
    day = settings.appraisal_date
    vintage = language.say(
        "donor.vintage",
        version=known.version,
        case=known.case,
        fingerprint=known.fingerprint[:12],
        currency=known.currency,
        price_year=known.price_year,
        cutoff=language.day(day, "medium"),
        seed=known.seed,
        draws=language.number(known.draws, 0),
    )
    return {
        "language": language.code,
        "direction": language.direction,
        "title": language.typeset(settings.in_language("title", language.code)),
        "author": language.typeset(settings.in_language("organisation", language.code)),
        "topic": language.say("donor.topic"),
        "date": [day.year, day.month, day.day],
        "foot": [language.say("frame.rounding"), vintage],
        "note": language.typeset(_first_sentence(settings.in_language("note", language.code))),
        "lines": [],
        "numbers": [],
        "picture": None,
        "tables": [],
        "columns": [],
        "long": False,
    }


def _first_sentence(note: str) -> str:
    """Return the first sentence of the case's note: what the whole case is."""
    end = note.find(". ")
    return note if end < 0 else note[: end + 1]


def _page(offer: Offer, package: str, language: Language) -> dict[str, Any]:
    row = row_of(offer.menu.to_frame(), package)
    needed, certain = money_at(float(row["needed_m"]), language), _sure(offer, language)
    lines = [
        ("advice", _advice(offer, row, language)),
        ("serves", _serves(offer, package, language)),
        ("depends", " ".join(_depends(row, language))),
        ("rest", _rest(offer, row, language)),
        ("earmark", _earmark(offer, row, language)),
    ]
    names = ("needed", "asked", "gain", "core", "earmark_price")
    figures = language.listed(f"{name}.package.{package}" for name in names)
    vintage = frame(offer, language)["foot"][-1]
    opened = language.say("donor.opened", figures=figures, address=f"{EXPLORER}{package}")
    return {
        "heading": language.say(
            "donor.title",
            name=language.brief(package),
            needed=needed,
            sure=certain,
            verb=_verb(row, language),
        ),
        "lines": [{"head": language.say(f"donor.{key}"), "text": text} for key, text in lines],
        "numbers": _numbers(offer, row, language),
        "picture": _picture(offer, package, language),
        "columns": [
            {
                "head": language.say("donor.count_on"),
                "rows": list(_counted_on(offer, package, row, language)),
            },
            {"head": language.say("donor.not"), "rows": list(_not_promised(offer, row, language))},
        ],
        "foot": [opened, vintage],
    }


def _sure(offer: Offer, language: Language) -> str:
    confidence = offer.case.settings.budget_confidence
    if not confidence:
        return sure(confidence, language)
    return language.say("donor.certain", percent=language.percent(confidence))


def _budget(offer: Offer, language: Language) -> str:
    return language.money(offer.budget_m)


ROLES = {
    START: "start",
    REVIEW: "review",
    CHOOSE: "choose",
    PREFER: "prefer",
    LEAVE: "left",
    REPLACE: "replaced",
    NOT_NOW: "not_now",
}


def _role(row: Row) -> str:
    """Key of the verb of the advice: the same role has another where it is not in the set."""
    key = ROLES[str(row["role"])]
    return f"{key}_out" if key in ("choose", "prefer") and not row["chosen"] else key


def _instead(row: Row, language: Language) -> str:
    names = [language.brief(i) for i in str(row["instead"]).split()]
    return language.listed(names) if names else language.say("donor.another")


def _verb(row: Row, language: Language) -> str:
    return language.say(f"donor.verb.{_role(row)}", other=_instead(row, language))


def _advice(offer: Offer, row: Row, language: Language) -> str:
    """The verb in a sentence, with its year where the programme has one."""
    return language.say(
        f"donor.advised.{_role(row)}",
        other=_instead(row, language),
        budget=_budget(offer, language),
        year=str(int(row["from_year"])) if isfinite(float(row["from_year"])) else "",
    )


def _serves(offer: Offer, package: str, language: Language) -> str:
    """Which services it changes, and where members need these most if they were asked."""
    served = offer.menu.serves().reset_index()
    mine = served.loc[served["package"] == package, "capability"].astype(str)
    names = language.listed(map(language.brief, mine), SERVICES)
    return " ".join((language.say("donor.services", list=names), _members(offer, mine, language)))


def _members(offer: Offer, mine: "pd.Series[str]", language: Language) -> str:
    """Say in which regions members need the served capabilities most, where members said so."""
    if not offer.case.feedback:
        return language.say("donor.members_unknown")
    if offer.regions is None:
        return language.say("donor.members_synthetic")
    gaps = offer.regions["gap"].reset_index()
    means = gaps[gaps["capability"].isin(set(mine))].groupby("region")["gap"].mean().dropna()
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


def _depends(row: Row, language: Language) -> Iterator[str]:
    """What it needs, opens and rules out."""
    if not row["needs"]:
        yield language.say("donor.needs_none")
    for column in ("needs", "needs_one_of", "opens", "rules_out"):
        names = [language.brief(i) for i in str(row[column]).split()]
        if names:
            yield language.say(f"donor.{column}", list=language.listed(names), count=len(names))


def _rest(offer: Offer, row: Row, language: Language) -> str:
    """Who pays what the gift does not, and what is pledged for part of it already."""
    inside = set(str(row["improvements"]).split())
    useful = [p for p in offer.case.funding if inside & set(p.earmark) and p.use == "programme"]
    pledged = language.say("donor.pledged_none")
    if useful:
        names = language.listed(language.name(p.id) for p in useful)
        amount = language.millions(float(row["pledged_m"]))
        pledged = language.say("donor.pledged", amount=amount, list=names)
    after = language.say(
        "donor.after",
        organisation=language.millions(float(row["organisation_m"])),
        members=language.millions(float(row["members_m"])),
    )
    return f"{after} {pledged}"


def _earmark(offer: Offer, row: Row, language: Language) -> str:
    """What it costs the programme to bind money to it; free money costs nothing."""
    price = float(row["earmark"])
    if not isfinite(price):
        key = "earmark_unknown"
    else:
        key = "earmark_costs" if price > 0 else "earmark_nothing"
    loss = language.say("percent", number=language.number(price)) if price > 0 else ""
    return language.say(f"donor.{key}", loss=loss, budget=_budget(offer, language))


def _numbers(offer: Offer, row: Row, language: Language) -> list[dict[str, str]]:
    asked, gain, core = Amount.of(row, "asked_m"), Amount.of(row, "gain"), float(row["core"])
    served, claim = float(row["exchange"]), offer.case.claim
    closed = [language.say("donor.range", span=language.span(gain))] if not gain.is_certain else []
    if isfinite(served) and claim:
        functions = language.listed(language.word("function", f).lower() for f in claim.group)
        closed.append(language.say("donor.through", share=language.percent(served), list=functions))
    error = language.percent(share_error(core, offer.draws), 1)
    return [
        {
            "value": money_at(float(row["needed_m"]), language),
            "label": language.say("donor.to_raise", sure=_sure(offer, language)),
            "text": language.say("donor.expected", asked=language.millions_spread(asked)),
        },
        {
            "value": language.say("percent", number=language.middle(gain)),
            "label": language.say("donor.closes"),
            "text": " ".join(closed),
        },
        {
            "value": language.probability(core),
            "label": language.say("donor.in_best"),
            "text": language.say("donor.error", error=error, draws=language.number(offer.draws, 0)),
        },
    ]


def _picture(offer: Offer, package: str, language: Language) -> dict[str, Any]:
    """The package among all others, those that close most for each million first."""
    table = offer.menu.to_frame()
    place, others = list(table.index).index(package), len(table) - 1
    shown = table.head(PICTURED)
    if package not in shown.index:
        shown = pd.concat([table.head(PICTURED - 1), table.loc[[package]]])
    rows = []
    for key, row in rows_of(shown):
        gain, name = Amount.of(row, "gain"), language.short(str(key), LETTERS)
        needed, core = language.number(float(row["needed_m"]), 1), float(row["core"])
        cells = (language.middle(gain), needed, language.probability(core))
        rows.append(Drawn(name, cells, gain, key == package))
    raised = language.say("donor.raise", unit=language.million(), sure=_sure(offer, language))
    words = {
        "title": language.say("donor.picture", count=others - place, others=others),
        "axis": language.say("donor.axis"),
        "names": language.say("donor.package"),
        "heads": (language.say("donor.gain"), raised, language.say("donor.best")),
        "note": language.say("donor.picture_note"),
    }
    return picture(words, rows, language, max(len(rows) - FEWEST, 0))


def _counted_on(offer: Offer, package: str, row: Row, language: Language) -> Iterator[str]:
    """What is promised, by when, and how sure."""
    yield language.say("donor.money_holds", sure=_sure(offer, language))
    yield language.say("donor.gains", chance=language.probability(float(row["p_gain"])))
    late = _late(offer, package, row)
    yield language.say(
        "donor.years_late" if late else "donor.years",
        start=str(int(row["start_year"]) + late),
        effect=str(int(row["effect_year"]) + late),
    )
    promises = offer.promises
    if promises is None:
        return
    mine = promises[promises.index.get_level_values("improvement") == package]
    for (_, capability, indicator), level in rows_of(mine.head(PROMISES)):
        yield _promise(str(capability), str(indicator), level, language)


def _late(offer: Offer, package: str, row: Row) -> int:
    """Years by which the programme starts a package of one later than stated."""
    if str(row["improvements"]).split() != [package] or not isfinite(float(row["from_year"])):
        return 0
    return int(row["from_year"]) - int(row["start_year"])


def _promise(capability: str, indicator: str, level: Row, language: Language) -> str:
    """A level that is promised, in its plain unit: a logarithm is told as times today's."""
    today, planned = float(level["today"]), float(level["planned"])
    known = indicator in language.names
    parts = {
        "what": language.name(indicator) if known else language.word("step", indicator),
        "service": language.brief(capability),
        "year": str(int(level["full_effect"])),
    }
    unit = str(level["unit"])
    if unit.startswith(LOGARITHM) or unit == "factor":
        times = 10.0 ** (planned - today) if unit.startswith(LOGARITHM) else planned / today
        return language.say("donor.times", times=language.number(times), **parts)
    planned_in, told = language.number(planned), language.unit(unit)
    if told.startswith("%"):  # with the space that the language sets before it, or none
        planned_in, told = language.say("percent", number=planned_in), told[1:].lstrip()
    return language.say(
        "donor.from_to", today=language.number(today), planned=planned_in, unit=told, **parts
    )


def _not_promised(offer: Offer, row: Row, language: Language) -> Iterator[str]:
    for key in ("no_case", "no_running", "no_price"):
        yield language.say(f"donor.{key}")
    yield language.say("donor.transfer")
    grade = str(row["grade"])
    yield language.say("donor.grade", grade=grade, text=language.word("grade", grade))
    if row["illustrative"]:
        said = language.say("donor.no_publication", mark=MARK)
        every = all(improvement.illustrative for improvement in offer.case.improvements)
        bare = said.removeprefix(MARK).lstrip()
        yield bare[:1].upper() + bare[1:] if every else said


def _index(offer: Offer, language: Language) -> dict[str, Any]:
    """Every package in one table, and how to read a page."""
    rows = []
    for key, row in rows_of(offer.menu.to_frame()):
        rows.append(
            [
                language.name(str(key)),
                language.word("role", str(row["role"]).replace(",", "").replace(" ", "_")),
                language.number(float(row["needed_m"]), 1),
                language.cell(Amount.of(row, "gain")),
                language.probability(float(row["core"])),
                str(row["grade"]),
                f"{key}.pdf",
            ]
        )
    settings = offer.case.settings
    heads = ("package", "advice", "raise", "gain", "best", "grade_head", "file")
    words = {"unit": language.million(), "sure": _sure(offer, language)}
    items = [language.say(f"donor.{key}") for key in ("overlap", "transfer", "no_case")]
    return {
        "heading": language.say("donor.index_title", count=len(rows)),
        "lines": [
            {
                "head": language.say("donor.how"),
                "text": language.say("donor.index_text", budget=_budget(offer, language)),
            }
        ],
        "tables": [
            {
                "title": language.say("donor.table", price_year=settings.price_year, **words),
                "heads": [language.say(f"donor.{head}", **words) for head in heads],
                "rows": rows,
                "words": 2,
                "widths": [2.6, 1.0, 0, 0, 0, 0, 0],
                "note": " ".join(items),
                "spare": 0,
                "left_out": [],
            }
        ],
        "long": True,
    }
