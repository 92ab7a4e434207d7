"""Every number on the papers for donors and members is that of its field, in every language."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from capworth.language.language import Language
from capworth.members.served import MemberBrief, brief_member
from capworth.members.use import MEASURES
from capworth.report import donor as donorindex
from capworth.report import donor as donorpage
from capworth.report.brief import document
from capworth.report.donor import Offer
from capworth.study.stages import Study

speaking: Any = import_module("speaking")  # the study and its reader, beside the pages
Tokens = list[str]
Writer = Callable[..., Tokens]
number: Writer = speaking.number
around: Writer = speaking.around
middle: Writer = speaking.middle
span: Writer = speaking.span
percent: Writer = speaking.percent
chance: Writer = speaking.chance
exact: Writer = speaking.exact
Said = dict[str, Tokens]
MEMBER = "XSD"
MILLION = 1_000_000


def triple(row: Any, name: str, scale: float = 1.0) -> tuple[float, float, float]:
    low, high = float(row[f"{name}_low"]) * scale, float(row[f"{name}_high"]) * scale
    return float(row[name]) * scale, low, high


def compare(told: dict[str, str], expected: Said, silent: tuple[str, ...] = ()) -> None:
    """Read every text; each that holds a number is expected."""
    wrong = [
        f"{place}: expected {said}, read {told.get(place)!r}"
        for place, said in expected.items()
        if speaking.numbers(told.get(place, ""), "en") != said
    ]
    wrong += [
        f"{place}: not compared: {text!r}"
        for place, text in told.items()
        if place not in expected and place not in silent and speaking.numbers(text, "en")
    ]
    assert not wrong, "\n".join(wrong)


def same(english: dict[str, str], told: dict[str, str], language: str) -> None:
    """Read the same numbers in another language; Arabic says one and two also in words."""
    assert english.keys() == told.keys()
    differ = []
    for place, text in english.items():
        ours = Counter(speaking.numbers(text, "en"))
        theirs = Counter(speaking.numbers(told[place], language))
        missing, more = ours - theirs, theirs - ours
        if more or (missing and not (language == "ar" and {"0", "1", "2"}.issuperset(missing))):
            differ.append(f"{place}: -{[*missing]} +{[*more]}: {text!r} | {told[place]!r}")
    assert not differ, "\n".join(differ)


# ---------------------------------------------------------------- for donors


def offer() -> Offer:
    """The menu of the speaking study; LINK asks for more than SCAN, which it requires."""
    study = speaking.speaking_study()
    menu, regions = study.funding.menu, study.feedback.by_region()
    table = menu.to_frame()
    table.loc["LINK", ["asked_m", "asked_m_low", "asked_m_high"]] += 51.2
    menu = replace(menu, _table=table)
    return Offer(study.case, menu, study.funding.budget_m, study.programme.draws, regions)


def paper(monkeypatch: pytest.MonkeyPatch, package: str, language: str) -> dict[str, str]:
    """The texts of the page of one package, or of the index; nothing is set in type."""
    kept: list[dict[str, Any]] = []

    def keep(_: str, content: dict[str, Any], __: object) -> bytes:
        kept.append(content)
        return b""

    for module in (donorpage, donorindex):
        monkeypatch.setattr(module, "set_document", keep)
    if package:
        donorpage.write_package(offer(), package, language)
    else:
        donorindex.write_index(offer(), language)
    return dict(speaking.strings(kept[0]))


def frame(study: Study) -> Said:
    draws = str(study.provenance.draws)
    return {"vintage": ["0.1", "2024", "31", "2024", "11", draws], "footnote": ["80"]}


@pytest.mark.parametrize("package", ["SCAN", "LINK", "CLOUD"])
def test_a_donor_reads_the_numbers_of_the_menu(
    monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    study, given = speaking.speaking_study(), offer()
    table: Any = given.menu.to_frame()
    row, budget = table.loc[package], exact(given.budget_m)
    asked, gain = triple(row, "asked_m"), triple(row, "gain")
    core = number(float(row["core"]), 2)
    money, harm = triple(row, "money_m"), triple(row, "harm_days")
    case = {i.id: i for i in study.case.improvements}
    settings = study.case.settings
    own = {
        "SCAN": float(table.loc["SCAN", "asked_m"]),
        "CLOUD": float(table.loc["CLOUD", "asked_m"]),
    }
    own["LINK"] = float(table.loc["LINK", "asked_m"]) - own["SCAN"]
    expected: Said = {
        **frame(study),
        "heading": middle(*asked),
        "finding": [*around(*gain), *chance(float(row["p_gain"])), *budget, *core, "1"],
        "cards[0].value": middle(*asked),
        "cards[0].range": ["80", *span(*asked)],
        "cards[0].detail": around(*triple(row, "cost_m")),
        "cards[1].value": middle(*gain),
        "cards[1].range": ["80", *span(*gain)],
        "cards[1].detail": percent(float(row["exchange"])),
        "cards[2].value": core,
        "cards[2].range": [str(given.draws)],
        "cards[2].detail": budget,
        "cards[3].value": [str(row["readiness"]), "9"],
        "cards[3].detail": [str(row["start_year"]), str(row["effect_year"])],
        "parts.caption": [str(settings.price_year)],
        "chart.title": ["80"],
        "chart.alt": [*around(*asked), *around(*gain), "2"],
    }
    for k, part in enumerate(str(row["improvements"]).split()):
        expected[f"parts.rows[{k}][1]"] = number(own[part])
        years = (case[part].start_year, case[part].effect_year, case[part].readiness)
        expected |= {f"parts.rows[{k}][{at}]": [str(x)] for at, x in enumerate(years, 2)}
    pledged = number(float(row["pledged_m"])) if package != "CLOUD" else []
    after = [*number(float(row["organisation_m"])), *number(float(row["members_m"]))]
    first, second = "columns[1].items[0]", "columns[1].items[1]"
    expected |= {
        first: pledged,
        second: after,
        "columns[2].items[0]": [*around(*gain), *span(*asked)],
    }
    items = [[*around(*money), str(settings.years)] if any(money) else [], around(*harm)]
    items = [x for x, there in zip(items, (any(money), any(harm)), strict=True) if there]
    expected |= {f"columns[2].items[{k}]": told for k, told in enumerate(items, 1)}
    if not row["chosen"]:
        expected["columns[3].items[3]"] = budget
    expected["serves.note"] = needs(given, package)
    compare(paper(monkeypatch, package, "en"), expected)


def needs(given: Offer, package: str) -> Tokens:
    """Mean need gap of the services that a package changes, in the two regions where it is most."""
    asked: Any = given.regions
    served = {c for p, c in given.menu.serves().index if p == package}
    gaps: dict[str, list[float]] = {}
    for (region, capability), row in asked.iterrows():
        if capability in served and row["gap"] == row["gap"]:
            gaps.setdefault(str(region), []).append(float(row["gap"]))
    means = sorted((sum(g) / len(g) for g in gaps.values()), reverse=True)[:2]
    return [x for mean in means for x in (*number(mean, 0), "100")]


def test_the_index_holds_every_package(monkeypatch: pytest.MonkeyPatch) -> None:
    study, given = speaking.speaking_study(), offer()
    table: Any = given.menu.to_frame()
    budget = exact(given.budget_m)
    expected: Said = {
        **frame(study),
        "heading": [str(len(table))],
        "finding": budget,
        "table.caption": [str(study.case.settings.price_year)],
        "table.head[4]": ["0", "1"],
        "table.note": ["80", "0", "1", *budget],
    }
    for k, (_, row) in enumerate(table.iterrows()):
        told = (
            around(*triple(row, "asked_m")),
            around(*triple(row, "gain")),
            number(float(row["gain_per_asked_m"])),
            number(float(row["core"]), 2),
            [str(row["readiness"])],
        )
        expected |= {f"table.rows[{k}][{at}]": cell for at, cell in enumerate(told, 1)}
    compare(paper(monkeypatch, "", "en"), expected)


@pytest.mark.parametrize("language", [one for one in speaking.LANGUAGES if one != "en"])
@pytest.mark.parametrize("package", ["", "LINK"])
def test_donors_read_the_same_numbers_in_every_language(
    monkeypatch: pytest.MonkeyPatch, package: str, language: str
) -> None:
    english = paper(monkeypatch, package, "en")
    same(english, paper(monkeypatch, package, language), language)


# ---------------------------------------------------------------- for members


def brief() -> MemberBrief:
    study = speaking.speaking_study()
    chosen = {i: i == "SCAN" for i in study.case.improvement_ids}
    return brief_member(study.case, study.members, MEMBER, chosen)


def texts(language: str) -> dict[str, str]:
    study = speaking.speaking_study()
    return dict(speaking.strings(document(study.case, brief(), study.provenance, language)))


def test_a_member_reads_the_numbers_of_its_row() -> None:
    study, told = speaking.speaking_study(), brief()
    settings, row = study.case.settings, study.members.to_frame().loc[MEMBER]
    hits, given = triple(row, "hits"), triple(row, "hits_given")
    own, national = triple(row, "own_m"), triple(row, "national_m")
    error = {name: number(float(row[f"{name}_error"])) for name in MEASURES}
    paid = number(60_000.0)
    count, draws = str(len(study.case.members)), str(study.members.draws)
    known = [str(study.members.measured), str(len(study.case.capabilities))]
    expected: Said = {
        "finding": [*middle(*hits), *middle(*given)],
        "modelled": ["80"],
        "cards[0].value": middle(*hits),
        "cards[0].range": [*span(*hits), *error["hits"]],
        "cards[1].value": middle(*given),
        "cards[1].range": [*span(*given), *error["hits_given"]],
        "cards[2].value": middle(*own),
        "cards[2].range": [*span(*own), *error["own_m"]],
        "cards[2].detail": [*around(*triple(row, "own_harm")), *error["own_harm"]],
        "cards[3].value": paid,
        "cards[3].range": [str(settings.price_year)],
        "ask.rows[0]": middle(*hits),
        "ask.rows[1]": middle(*given),
        "ask.rows[2]": middle(*national),
        "ask.rows[3]": paid,
        "cards[3].detail": middle(*national),
        "pays.items[0]": [*paid, str(settings.price_year)],
        "pays.items[1]": [*around(*national), *error["national_m"], count],
        "pays.items[2]": [
            *around(*triple(row, "external_m")),
            *error["external_m"],
            *around(*triple(row, "external_harm")),
            *error["external_harm"],
        ],
        "basis.text": [count, draws, *known, "5", *number(100 * told.share_error)],
        "foot": ["0.1", "2024", "31", "2024", "11", draws],
        "uses.note": [str(told.others)],
    }
    table = study.members.by_capability()
    shown = list(told.capabilities.index)
    for k, capability in enumerate(shown):
        mine = table.to_dict("index")[MEMBER, capability]
        expected[f"uses.rows[{k}].cells[1]"] = chance(float(mine["chance"]))
        expected[f"uses.rows[{k}].cells[2]"] = [
            *around(*triple(mine, "hits")),
            *number(float(mine["hits_error"])),
        ]
        expected[f"uses.rows[{k}].cells[3]"] = [
            *around(*triple(mine, "hits_given")),
            *number(float(mine["hits_given_error"])),
        ]
    gaining = study.members.improvements(MEMBER)
    gaining = gaining[gaining["points"] > 1e-9]
    for k, (_, mine) in enumerate(gaining.iterrows()):
        expected[f"serves.rows[{k}].cells[1]"] = [
            *around(*triple(mine, "points")),
            *number(float(mine["points_error"])),
        ]
        expected[f"serves.rows[{k}].cells[2]"] = chance(float(mine["p_top"]))
    assert shown
    compare(texts("en"), expected)


@pytest.mark.parametrize("language", [one for one in speaking.LANGUAGES if one != "en"])
def test_members_read_the_same_numbers_in_every_language(language: str) -> None:
    same(texts("en"), texts(language), language)


@pytest.mark.parametrize("language", speaking.LANGUAGES)
def test_a_member_never_reads_all_or_nothing_of_a_probability(language: str) -> None:
    study, told = speaking.speaking_study(), brief()
    shares = {0.004: "<1", 0.01: "1", 0.5: "50", 0.99: "99", 0.996: ">99"}
    for share, said in shares.items():
        changed = replace(told, improvements=told.improvements.assign(p_top=share))
        page = document(study.case, changed, study.provenance, language)
        assert speaking.numbers(page["serves"]["rows"][0]["cells"][2], language) == [said]


# ---------------------------------------------------------------- found wrong


@pytest.mark.parametrize(
    ("millions", "said"), [(0.0004, "0.0004"), (0.00005, "0.00005"), (0.00123, "0.0012")]
)
def test_a_small_amount_keeps_its_digits(millions: float, said: str) -> None:
    """400 euros are 0.0004 million and not 0."""
    words = Language.of(speaking.speaking_study().case, "en")
    assert speaking.numbers(words.millions(millions), "en") == [said]
