"""A page for a donor: one package on one side of A4, and the list of all packages.

Title, three numbers and picture as on page 1 of the paper; every number is the run's own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isfinite

import pandas as pd

from capworth.case.model import Case
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
from capworth.report.bars import OUTLINE, SOLID, Bar, Bars, Group
from capworth.report.blocks import Ask, List, Numbers
from capworth.report.content import (
    Cell,
    Day,
    Name,
    Own,
    Phrase,
    Ref,
    Setting,
    Stated,
    Text,
    Turned,
    Unit,
    Voice,
    Word,
    listed,
    names,
    ref,
    row_ref,
    say,
    sentences,
    stated,
    with_range,
)
from capworth.report.rows import Row, row_of, rows_of
from capworth.report.single import Fitted, Single, set_single

EXPLORER = "explorer.html#/improvement/"  # address of a package there
FIGURES = ("needed", "asked", "gain", "core", "earmark_price")
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
    return _written(offer, page_of(offer, package), code)


def write_index(offer: Offer, code: str) -> bytes:
    """Write the list of all packages in one language."""
    return _written(offer, index_of(offer), code)


def voice_of(case: Case, code: str) -> Voice:
    """Who says the pages; marks of illustrative improvements only where others are not."""
    language = Language.of(case, code)
    if not all(improvement.illustrative for improvement in case.improvements):
        return Voice(language, of_case=case)
    bare = {k: n.removesuffix(MARK) for k, n in language.names.items()}
    return Voice(replace(language, names=bare), of_case=case)


def _written(offer: Offer, page: Single, code: str) -> bytes:
    said = page.said(voice_of(offer.case, code))
    return set_single(said, offer.case.settings.appraisal_date)


TOPIC, TITLE, NOTE = say("donor.topic"), Setting("title"), Setting("note", first=True)


def _vintage(offer: Offer) -> Phrase:
    """Of which run every page is."""
    known = offer.menu.provenance
    return say(
        "donor.vintage",
        version=Own(known.version),
        case=Own(known.case),
        fingerprint=Own(known.fingerprint[:12]),
        currency=Own(known.currency),
        price_year=known.price_year,
        cutoff=Day(offer.case.settings.appraisal_date, "medium"),
        seed=known.seed,
        draws=stated("draws", known.draws, "whole"),
    )


def page_of(offer: Offer, package: str) -> Single:
    """What the page of one package says, without a language."""
    row = row_of(offer.menu.to_frame(), package)
    lines = (
        ("advice", _advice(offer, package, row)),
        ("serves", _serves(offer, package)),
        ("depends", sentences(*_depends(row))),
        ("rest", _rest(offer, package, row)),
        ("earmark", _earmark(offer, package, row)),
    )
    figures = listed(Own(f"{name}.package.{package}") for name in FIGURES)
    return Single(
        topic=TOPIC,
        title=TITLE,
        heading=say(
            "donor.title",
            name=Name(package),
            needed=_of(package, row, "needed_m", "money_at"),
            sure=_sure(offer),
            verb=say(f"donor.verb.{_role(row)}", other=_instead(row)),
        ),
        lines=Ask(tuple((say(f"donor.{key}"), text) for key, text in lines)),
        numbers=_numbers(offer, package, row),
        picture=_picture(offer, package),
        columns=(
            List("count_on", say("donor.count_on"), tuple(_counted_on(offer, package, row))),
            List("not", say("donor.not"), tuple(_not_promised(offer, row))),
        ),
        note=NOTE,
        foot=(
            say("donor.opened", figures=figures, address=Own(f"{EXPLORER}{package}")),
            _vintage(offer),
        ),
    )


def _of(package: object, row: Row, column: str, how: str) -> Ref:
    """Refer to a figure of a package."""
    return row_ref("donor_menu", column, package, row, how)


def _sure(offer: Offer) -> Phrase:
    confidence = offer.case.settings.budget_confidence
    if not confidence:
        return say("sure.mean")
    return say("donor.certain", percent=ref("confidence.programme", confidence, "percent"))


def _budget(offer: Offer) -> Ref:
    return ref("budget.programme", offer.budget_m, "money")


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


def _instead(row: Row) -> Text:
    others = str(row["instead"]).split()
    return names(others, len(others)) if others else say("donor.another")


def _advice(offer: Offer, package: str, row: Row) -> Phrase:
    """The verb in a sentence, with its year where the programme has one."""
    year: Text = ""
    if isfinite(float(row["from_year"])):
        year = ref(f"programme/start/{package}", float(row["from_year"]), "plain")
    return say(f"donor.advised.{_role(row)}", other=_instead(row), budget=_budget(offer), year=year)


def _serves(offer: Offer, package: str) -> Text:
    """Which services it changes, and where members need these most if they were asked."""
    served = offer.menu.serves().reset_index()
    mine = served.loc[served["package"] == package, "capability"].astype(str)
    return sentences(say("donor.services", list=names(mine, SERVICES)), _members(offer, mine))


def _members(offer: Offer, mine: "pd.Series[str]") -> Phrase:
    """Say in which regions members need the served capabilities most, where members said so."""
    if not offer.case.feedback:
        return say("donor.members_unknown")
    if offer.regions is None:
        return say("donor.members_synthetic")
    gaps = offer.regions["gap"].reset_index()
    means = gaps[gaps["capability"].isin(set(mine))].groupby("region")["gap"].mean().dropna()
    first = means.sort_values(ascending=False, kind="stable").head(REGIONS)
    if first.empty:
        return say("donor.members_unknown")
    parts = (
        say(
            "donor.region",
            region=Word("region", str(region)),
            gap=stated("donor.gap", float(gap), "whole"),
        )
        for region, gap in first.items()
    )
    return say("donor.members_asked", list=listed(parts))


def _depends(row: Row) -> Iterator[Phrase]:
    """What it needs, opens and rules out."""
    if not row["needs"]:
        yield say("donor.needs_none")
    for column in ("needs", "needs_one_of", "opens", "rules_out"):
        others = str(row[column]).split()
        if others:
            yield say(f"donor.{column}", list=names(others, len(others)), count=len(others))


def _rest(offer: Offer, package: str, row: Row) -> Text:
    """Who pays what the gift does not, and what is pledged for part of it already."""
    inside = set(str(row["improvements"]).split())
    useful = [p for p in offer.case.funding if inside & set(p.earmark) and p.use == "programme"]
    pledged = say("donor.pledged_none")
    if useful:
        givers = listed(Name(p.id, "full") for p in useful)
        amount = _of(package, row, "pledged_m", "millions")
        pledged = say("donor.pledged", amount=amount, list=givers)
    after = say(
        "donor.after",
        organisation=_of(package, row, "organisation_m", "millions"),
        members=_of(package, row, "members_m", "millions"),
    )
    return sentences(after, pledged)


def _earmark(offer: Offer, package: str, row: Row) -> Phrase:
    """What it costs the programme to bind money to it; free money costs nothing."""
    price = float(row["earmark"])
    if not isfinite(price):
        return say("donor.earmark_unknown", budget=_budget(offer))
    if price <= 0:
        return say("donor.earmark_nothing")
    loss = say("percent", number=_of(package, row, "earmark", "number"))
    return say("donor.earmark_costs", loss=loss)


def _numbers(offer: Offer, package: str, row: Row) -> Numbers:
    gain, core, claim = Amount.of(row, "gain"), float(row["core"]), offer.case.claim
    closed = []
    if not gain.is_certain:
        closed.append(say("donor.range", span=_of(package, row, "gain", "span")))
    if isfinite(float(row["exchange"])) and claim:
        functions = listed(Turned(Word("function", f), "lower") for f in claim.group)
        share = _of(package, row, "exchange", "percent")
        closed.append(say("donor.through", share=share, list=functions))
    error = stated("donor.error", share_error(core, offer.draws), "percent_tenth")
    draws = stated("provenance.draws", offer.draws, "whole")
    return Numbers(
        (
            (
                _of(package, row, "needed_m", "money_at"),
                say("donor.to_raise", sure=_sure(offer)),
                say("donor.expected", asked=_of(package, row, "asked_m", "millions_spread")),
            ),
            (
                _of(package, row, "gain", "percent_middle"),
                say("donor.closes"),
                sentences(*closed),
            ),
            (
                _of(package, row, "core", "probability"),
                say("donor.in_best"),
                say("donor.error", error=error, draws=draws),
            ),
        )
    )


def _picture(offer: Offer, package: str) -> Bars:
    """The package among all others, those that close most for each million first."""
    table = offer.menu.to_frame()
    place, others = list(table.index).index(package), len(table) - 1
    shown = table.head(PICTURED)
    if package not in shown.index:
        shown = pd.concat([table.head(PICTURED - 1), table.loc[[package]]])
    groups = []
    for key, row in rows_of(shown):
        cells = (
            _of(key, row, "gain", "middle"),
            _of(key, row, "needed_m", "tenths"),
            _of(key, row, "core", "probability"),
        )
        bar = Bar(Name(str(key), "short", LETTERS), cells, Amount.of(row, "gain"))
        groups.append(Group(None, SOLID if key == package else OUTLINE, (bar,)))
    raised = say("donor.raise", unit=Unit(), sure=_sure(offer))
    return Bars(
        title=say("donor.picture", count=others - place, others=others),
        axis=say("donor.axis"),
        names=say("donor.package"),
        heads=(say("donor.gain"), raised, say("donor.best")),
        groups=tuple(groups),
        note=say("donor.picture_note"),
        spare=max(len(groups) - FEWEST, 0),
    )


def _counted_on(offer: Offer, package: str, row: Row) -> Iterator[Phrase]:
    """What is promised, by when, and how sure."""
    yield say("donor.money_holds", sure=_sure(offer))
    yield say("donor.gains", chance=_of(package, row, "p_gain", "probability"))
    late = _late(package, row)
    years = {name: _year(package, row, f"{name}_year", late) for name in ("start", "effect")}
    yield say("donor.years_late" if late else "donor.years", **years)
    promises = offer.promises
    if promises is None:
        return
    mine = promises[promises.index.get_level_values("improvement") == package]
    for key, level in rows_of(mine.head(PROMISES)):
        yield _promise(offer.case, key, level)


def _year(package: str, row: Row, column: str, late: int) -> Ref | Stated:
    """Refer to a year as it is stated; one that the programme moves is no figure."""
    if late:
        return stated("year", float(row[column]) + late, "plain")
    return _of(package, row, column, "plain")


def _late(package: str, row: Row) -> int:
    """Years by which the programme starts a package of one later than stated."""
    if str(row["improvements"]).split() != [package] or not isfinite(float(row["from_year"])):
        return 0
    return int(row["from_year"]) - int(row["start_year"])


def _promise(case: Case, key: tuple[str, str, str], level: Row) -> Phrase:
    """A level that is promised, in its plain unit: a logarithm is told as times today's."""
    _, capability, indicator = map(str, key)

    def told(column: str, how: str = "number") -> Ref:
        return row_ref("baseline", column, key, level, how)

    known = indicator in case.names()
    parts = {
        "what": Name(indicator, "full") if known else Word("step", indicator),
        "service": Name(capability),
        "year": told("full_effect", "plain"),
    }
    raw, today, planned = str(level["unit"]), float(level["today"]), float(level["planned"])
    if raw.startswith(LOGARITHM) or raw == "factor":
        times = 10.0 ** (planned - today) if raw.startswith(LOGARITHM) else planned / today
        return say("donor.times", times=stated("donor.times", times, "number"), **parts)
    after: Text = told("planned")
    unit: Text = Unit(raw)
    if raw.startswith("%"):  # with the space that the language sets before it, or none
        after, unit = say("percent", number=after), Turned(unit, "unsigned")
    return say("donor.from_to", today=told("today"), planned=after, unit=unit, **parts)


def _not_promised(offer: Offer, row: Row) -> Iterator[Text]:
    for key in ("no_case", "no_running", "no_price", "transfer"):
        yield say(f"donor.{key}")
    grade = str(row["grade"])
    yield say("donor.grade", grade=Own(grade), text=Word("grade", grade))
    if row["illustrative"]:
        every = all(improvement.illustrative for improvement in offer.case.improvements)
        bare = Turned(say("donor.no_publication", mark=""), "opening")
        yield bare if every else say("donor.no_publication", mark=MARK)


def index_of(offer: Offer) -> Single:
    """What the list of all packages says, and how to read a page."""
    rows: list[tuple[Cell, ...]] = [
        (
            Name(str(key), "full"),
            Word("role", str(row["role"]).replace(",", "").replace(" ", "_")),
            _of(key, row, "needed_m", "tenths"),
            with_range(_of(key, row, "gain", "middle")),
            _of(key, row, "core", "probability"),
            Own(str(row["grade"])),
            Own(f"{key}.pdf"),
        )
        for key, row in rows_of(offer.menu.to_frame())
    ]
    heads = {key: say(f"donor.{key}") for key in ("package", "advice")}
    heads |= {"raise": say("donor.raise", unit=Unit(), sure=_sure(offer))}
    heads |= {key: say(f"donor.{key}") for key in ("gain", "best", "grade_head", "file")}
    table = Fitted(
        say("donor.table", price_year=offer.case.settings.price_year, unit=Unit()),
        tuple(heads.values()),
        tuple(rows),
        words=2,
        widths=(2.6, 1.0, *(0.0 for _ in rows[0][2:])),
        note=sentences(*(say(f"donor.{key}") for key in ("overlap", "transfer", "no_case"))),
    )
    text = say("donor.index_text", budget=_budget(offer))
    return Single(
        topic=TOPIC,
        title=TITLE,
        heading=say("donor.index_title", count=len(rows)),
        lines=Ask(((say("donor.how"), text),)),
        tables=(table,),
        note=NOTE,
        foot=(say("frame.rounding"), _vintage(offer)),
        long=True,
    )
