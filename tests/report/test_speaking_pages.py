"""Every number on every page is the number of the table it comes from, in every language.

The study is `speaking_study`: its numbers all differ, so a mean printed for an end, the interval of
the cost printed on the gain, or two columns exchanged change what is read. What is expected stands
here field by field; it is written by `speaking`, not by the product.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from importlib import import_module
from math import ceil
from typing import Any

import pandas as pd
import pytest

from capworth.case.model import GRADES
from capworth.language.language import Language
from capworth.report.decision import decision_page

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
Column = Callable[[Any, Any], Tokens]
PAYERS = ("organisation", "members", "donors")
RUNNING = ("organisation", "members")  # who pays again each year
FUNCTIONS = ("hosting", "exchange", "leads", "analysis", "operations", "training", "coordination")
MILLION = 1_000_000


# ---------------------------------------------------------------- how a column is expected


def ends(row: Any, name: str) -> tuple[float, float, float]:
    return float(row[name]), float(row[f"{name}_low"]), float(row[f"{name}_high"])


def spread(name: str) -> Column:
    return lambda _, row: around(*ends(row, name))


def plain(name: str, decimals: int | None = None, scale: float = 1.0) -> Column:
    return lambda _, row: number(float(row[name]) / scale, decimals)


def likely(name: str) -> Column:
    return lambda _, row: chance(float(row[name]))


def part(name: str, decimals: int = 0) -> Column:
    return lambda _, row: percent(float(row[name]), decimals)


def whole(name: str) -> Column:
    return lambda _, row: [str(int(row[name]))]


def nothing(_: object, __: object) -> Tokens:
    return []


def rows(place: str, table: pd.DataFrame, columns: Mapping[int, Column], start: int = 0) -> Said:
    """What each cell of a table says, from the rows of a frame."""
    lines = [(key, row) for key, (_, row) in zip(table.index, table.iterrows(), strict=True)]
    return {
        f"{place}.rows[{start + k}][{at}]": column(key, row)
        for k, (key, row) in enumerate(lines)
        for at, column in columns.items()
    }


def several(start: int, *columns: Column) -> dict[int, Column]:
    return dict(enumerate(columns, start))


def quantile(values: Iterable[float], share: float) -> float:
    """The smallest value that so many of all do not exceed."""
    ordered = sorted(float(v) for v in values)
    return next(v for k, v in enumerate(ordered, 1) if k >= share * len(ordered) - 1e-9)


def of_draws(values: Any) -> tuple[float, float, float]:
    return sum(map(float, values)) / len(values), quantile(values, 0.1), quantile(values, 0.9)


# ---------------------------------------------------------------- what each page says


def chosen_of(study: Any) -> list[str]:
    table = study.programme.to_frame()
    return [str(i) for i in table.index if table.loc[i, "chosen"]]


def asked_of(study: Any) -> tuple[float, float, float]:
    """One-off money of the recommended set, in millions, over the draws."""
    ids = list(study.case.improvement_ids)
    mine = [ids.index(i) for i in chosen_of(study)]
    return of_draws([sum(draw[k] for k in mine) / MILLION for draw in study.sample.drawn.asked])


def at_tenths(millions: float) -> Tokens:
    """Money that holds at a confidence: a tenth of a million, whole ones from 100 on."""
    return number(millions, 0 if millions >= 100 else 1)


def worth(measure: str, value: float, low: float | None = None, high: float = 0.0) -> Tokens:
    """What a programme adds, with its range where it has one, by the unit of its objective."""
    assert measure in speaking.OBJECTIVES
    return number(value) if low is None else around(value, low, high)


def starts(s: Any, keys: Iterable[str]) -> Tokens:
    """The start of each, and by how many years it is late."""
    table = s.programme.to_frame()
    told: Tokens = []
    for key in keys:
        late = int(table.loc[key, "delay"])
        told += [str(int(table.loc[key, "start"])), *([str(late)] if late else [])]
    return told


def page_1(s: Any) -> Said:
    found, settings = s.programme, s.case.settings
    budget, set_of, asked = exact(found.budget_m), chosen_of(s), asked_of(s)
    assert asked
    years = str(settings.years)
    sure, near = percent(found.confidence), percent(found.near)
    options, choices = found.options(), found.choices()
    needed, expected = at_tenths(found.needed_m), at_tenths(found.asked_m)
    spare = at_tenths(found.needed_m - found.asked_m)
    title = ["1", *at_tenths(float(options.loc["start", "at_confidence_m"])), *sure]
    days = found.harm_days[0] * s.sample.model.annuity
    price_of_day = number(found.cost_m[0] * MILLION / days)
    even, preferred = (choices.iloc[k] for k in (0, 1))
    proposed = option(s)
    own = ends(proposed, "own_m")
    payers = {payer: ends(proposed, f"{payer}_m") for payer in PAYERS}
    usable, other = s.options.usable_m, s.options.elsewhere_m
    inside = [x for p in settings.budget_payers for x in at_tenths(found.payers_m[p])]
    said: Said = {
        "title": [],
        "description": title,
        "decision.title": title,
        "decision.box[0].text": [
            *(*needed, *sure, str(len(set_of)), str(len(s.case.improvements)), *budget),
            *(*chance(found.p_within), *chance(found.p_years)),
            *percent(ceil(100 * found.gap) / 100),
        ],
        "decision.box[1].text": starts(s, ["SCAN"]),
        "decision.box[2].text": chance(float(even["p_better"])),
        "decision.box[3].text": chance(float(preferred["p_better"])),
        "decision.box[4].text": [*around(*found.net_m), *chance(found.p_net), *price_of_day],
        "decision.numbers[0].value": needed,
        "decision.numbers[0].label": sure,
        "decision.numbers[0].text": [
            *(*expected, *inside, *spare, *at_tenths(found.payers_m["members"])),
            *(*at_tenths(usable), *(at_tenths(other) if other else [])),
        ],
        "decision.numbers[1].value": middle(*own),
        "decision.numbers[1].text": [
            *(years, *around(*payers["organisation"]), *around(*payers["members"])),
            *around(*found.cost_m),
            *(x for p in RUNNING for x in middle(*ends(proposed, f"running_{p}_m"))),
        ],
        "decision.numbers[2].value": middle(*found.gain),
        "decision.numbers[2].text": span(*found.gain),
        "decision.note": percent(s.convergence.largest, 1),
        "vintage": [
            *("0.1", str(settings.price_year), "5", "5.0", "31", "2024"),
        ],
        "footnote": [str(settings.seed), str(s.provenance.draws), "80"],
        "decision.picture.title": [str(len(set_of)), *needed, *sure, *around(*found.gain)],
        "decision.picture.note": ["80", str(len(found.good_sets())), *near],
    }
    table, choice = s.priorities.to_frame(), found.to_frame()
    for k, key in enumerate(("SCAN", "LINK", "CLOUD")):  # started; in the set; against it
        place, row = f"decision.picture.groups[{k}].rows[0].cells", table.loc[key]
        said[f"{place}[0]"] = middle(*ends(row, "gain"))
        said[f"{place}[1]"] = around(*ends(row, "asked_m"))
        said[f"{place}[2]"] = [str(int(choice.loc[key, "start"]))] if key in set_of else []
    trusted = [grades(s), number(s.claim.power.detectable)]
    if "extent_keys" in s:
        trusted.insert(1, [str(len(s.extent_keys.to_frame()))])
        said |= {f"decision.trust.rows[{k}]": told for k, told in enumerate(trusted)}
    else:  # two texts of a list are read as one
        said["decision.trust.rows"] = [x for told in trusted for x in told]
    return said | turns(s)


def option(s: Any, key: str = "recommended") -> Any:
    """A column of page 2: its row in the table of options."""
    return s.options.to_frame().loc[key]


def turns(s: Any) -> Said:
    """First rows of the table of switching values, each with its level and its probability."""
    if "switching" not in s:
        return {}
    found = s.switching
    count, every = str(len(found.switching)), str(found.looked_at)
    said: Said = {"decision.change.intro": [count, every] if found.switching else [every]}
    for k, (key, row) in enumerate(found.to_frame().head(3).iterrows()):
        level = level_of(s, str(key), float(row["level"]))
        said[f"decision.change.rows[{k}]"] = [*level, *chance(float(row["p"]))]
    if found.good > 1:
        said["decision.change.text"] = chance(found.p_better)
    return said


def level_of(s: Any, name: str, level: float) -> Tokens:
    """A level in the unit of its input: millions of money, percent of a share, or a number."""
    if name.startswith("costs/"):
        return number(level / MILLION)
    if name.startswith(("bias/", "group/")) or s.case.estimates()[name].unit == "share":
        return percent(level)
    return number(level)


def grades(s: Any) -> Tokens:
    """What of cost, score and money rests on the two weakest grades."""
    table = s.sensitivity.evidence()
    weak = {str(bar): float(table[bar]["D"] + table[bar]["E"]) for bar in table}
    same = abs(weak["division"] - weak["cost"]) < 0.005
    kept = ("cost", "score", "money") if same else ("cost", "division", "score", "money")
    return [x for bar in kept for x in chance(weak[bar])]


def page_2(s: Any) -> Said:
    set_of = chosen_of(s)
    said: Said = {
        "summary.title": [*percent(s.options.claimed), str(len(set_of))],
        "summary.options.title": [str(s.case.settings.price_year)],
    }
    return said | options_of(s) | answers(s) | steps(s)


def options_of(s: Any) -> Said:
    """Columns: nothing, the minimum, start, proposed, rivals, target; a row for each quantity."""
    found, table = s.programme, s.options.to_frame()
    started = set(str(table.loc["start", "chosen"]).split())
    if started in (set(), set(chosen_of(s))):
        table = table.drop(index="start")
    columns: list[tuple[str, Column]] = [
        ("asked_m", spread("asked_m")),
        ("needed_m", lambda _, r: at_tenths(float(r["needed_m"]))),
        ("p_within", likely("p_within")),
        ("p_years", likely("p_years")),
        *((p, lambda _, r, p=p: middle(*ends(r, f"{p}_m"))) for p in PAYERS),
        *((p, lambda _, r, p=p: middle(*ends(r, f"running_{p}_m"))) for p in RUNNING),
        ("gain", spread("gain")),
        ("net_m", spread("net_m")),
        ("harm_days", spread("harm_days")),
        ("p_better", likely("p_better")),
    ]
    place = "summary.options"
    said: Said = {
        f"{place}.rows[{y}].cells[{x}]": column(key, row)
        for y, (_, column) in enumerate(columns)
        for x, (key, row) in enumerate(table.iterrows())
    }
    counts = {key: [str(int(row["members"]))] for key, row in table.iterrows()}
    counts |= {"nothing": [], "minimum": [], "A": [], "B": [], "target": exact(s.funding.target_m)}
    said |= {f"{place}.heads[{x}]": counts[str(key)] for x, key in enumerate(table.index)}
    return said | {
        f"{place}.rows[1].head": percent(found.confidence),
        f"{place}.rows[2].head": exact(found.budget_m),
        f"{place}.note": ["80", str(s.case.settings.years)],
    }


def answers(s: Any) -> Said:
    """What all capabilities cost and who carries it, the claim, and the money there is."""
    means, found = s.appraisal.cost_by_payer().sum(), s.funding
    known = s.appraisal.to_frame()["money_m"].notna()
    row, level = s.claim.to_frame().loc[s.claim.primary], percent(1 - 2 * s.claim.alpha)
    further = [
        x
        for extra, line in found.next_euro().iterrows()
        for x in (*exact(float(str(extra))), *number(float(line["gain"])))
    ]
    everything = found.earmarks.to_frame().to_dict("index")["budget", "all"]
    place = "summary.answers.rows"
    return {
        f"{place}[0].text": [
            *(str(len(known)), *around(*s.appraisal.total_cost), str(s.case.settings.years)),
            *(*percent(float(means["members"] / means.sum())), str(int(known.sum()))),
        ],
        f"{place}[1].text": [*ratio_of(row), *level],
        f"{place}[4].text": [
            *(*number(found.pledged_m), *percent(found.pledged_m / found.target_m)),
            *exact(found.target_m),
        ],
        f"{place}[4].more": [
            *(*further, *number(float(everything["price"])), *chance(float(everything["p_costs"]))),
        ],
        "summary.columns[0][1].text": [str(int((~known).sum())), str(len(known))],
    }


def steps(s: Any) -> Said:
    """The day of the decision and its money; before which year; the money of the years."""
    found, place = s.programme, "summary.columns[1][0].rows"
    start = at_tenths(float(found.options().loc["start", "at_confidence_m"]))
    years = found.by_year()
    spent = years[years["spend_m"] > 0]["spend_m"]
    said: Said = {
        f"{place}[0].head": ["31", "2024"],
        f"{place}[0].text": ["1", *start, *percent(found.confidence)],
        f"{place}[1].head": [str(int(found.to_frame().loc[["LINK", "SCAN"], "start"].min()))],
        f"{place}[2].head": [str(spent.index[0]), str(spent.index[-1])],
        f"{place}[2].text": [x for m in spent for x in at_tenths(float(m))],
    }
    if "baseline" in s:
        said[f"{place}[3].text"] = [str(len(s.baseline.to_frame()))]
    return said


def claim(s: Any) -> Said:
    """Power, the rule, the registered reading, what no check meets."""
    found, power = s.claim, s.claim.power
    row, lines = found.to_frame().loc[found.primary], str(len(s.case.capabilities))
    shown = [*number(power.contrast), *number(power.ratio), *exact(round(power.gate, 3))]
    shown += [*number(power.ratio_low, 2), *number(power.ratio_high, 2), *number(power.held)]
    tested = [*p3(row["p_greater"]), "1", *p3(row["p_margin"]), *p3(row["held_greater"])]
    tested += [*p3(row["held_margin"]), *number(float(row["left_low"]))]
    tested += [*number(float(row["left_high"])), *chance(found.suited), "1", *p3(found.strong)]
    return {
        "claim.[1].text": [*lines, *number(power.floor, 4), *exact(found.alpha), "80", *shown],
        "claim.[2].text": exact(round(found.margin, 3)),
        "claim.[3].text": tested,
        "claim.[4].text": ["10", "13.5"],
        "claim.[5].text": [
            *(*exact(round(found.margin, 3)), *exact(found.alpha), *exact(round(power.gate, 3))),
        ],
        "claim.[6].text": ["256"],
        "claim.[0].axis": percent(1 - 2 * found.alpha),
    }


def p3(value: float) -> Tokens:
    """A p with three decimals, never 0."""
    return number(max(float(value), 0.001), 3)


def ratio_of(row: Any) -> Tokens:
    return [x for name in ("ratio", "ratio_low", "ratio_high") for x in number(float(row[name]))]


# ---------------------------------------------------------------- what the annex says


def provenance(s: Any) -> Said:
    """Counts of the register of evidence, and the parameters that are numbers."""
    estimates, settings = list(s.case.estimates().values()), s.case.settings
    weak = sum(e.grade in "DE" for e in estimates) / len(estimates)
    efficient, top, share = s.excellence.thresholds
    place, draws = "evidence.[2].rows", str(s.provenance.draws)
    last = settings.first_year + settings.years - 1
    said: Said = {
        "evidence.title": [*percent(weak), str(len(estimates)), "1"],
        f"{place}[4][1]": [str(settings.price_year)],
        f"{place}[5][1]": [str(settings.first_year), str(last)],
        f"{place}[1][0]": ["256"],
        f"{place}[2][1]": ["0.1"],
        f"{place}[3][1]": ["31", "2024"],
        f"{place}[6][1]": ["5", "5.0", "0"],  # eu-cohesion-5: 5.0% from year 0
        f"{place}[6][2]": ["2014", "2020", "2021", "2027", "2026", "11"],  # its source
        f"{place}[7][1]": ["10", "200"],  # equipment and development, Mott MacDonald (2002)
        f"{place}[7][2]": ["2002", "2"],
        f"{place}[8][1]": [str(settings.seed)],
        f"{place}[9][1]": [draws],
        f"{place}[9][2]": ["10", "90", draws],
        f"{place}[10][1]": [*percent(efficient), *percent(share), *percent(top), draws],
        f"{place}[12][1]": [
            *(*exact(s.programme.budget_m), *percent(s.programme.confidence)),
            *exact(s.programme.target_m),
        ],
        f"{place}[13][1]": [
            *(*percent(s.programme.near), "35", "20", "0.9", str(s.programme.draws)),
        ],
    }
    for k, price in enumerate(s.case.prices):
        said[f"evidence.[3].rows[{k}][3]"] = [str(price.year)]
        said[f"evidence.[3].rows[{k}][4]"] = exact(price.value)
    cited = [e.source for e in estimates] + [p.source for p in s.case.prices]
    cited += [a.source for a in s.case.activity]
    said["evidence.[4].rows[0][2]"] = ["2024"]
    said["evidence.[4].rows[0][4]"] = [str(cited.count("LEDGER"))]
    counts = Counter((name.split("/")[0], e.grade) for name, e in s.case.estimates().items())
    tables = [*dict.fromkeys(name.split("/")[0] for name in s.case.estimates()), ""]
    for k, table in enumerate(tables):
        of_grade = [
            sum(n for (t, grade), n in counts.items() if grade == g and table in ("", t))
            for g in GRADES
        ]
        for at, count in enumerate([*of_grade, sum(of_grade)], 1):
            said[f"evidence.[1].rows[{k}][{at}]"] = [str(count)] if count else []
    return said


PARTS: tuple[Callable[[Any], Said], ...] = (page_1, page_2, claim, provenance)
LEAVES_ONLY = re.compile(r"(?!claim|evidence|decision|summary)[\w-]+\.(title|\[)")  # see below
AS_WORDS = {  # eight of ten, one of ten
    ("ar", "contents.[1].rows[3]"): ["80"],
    ("ar", "words.[0].rows[1]"): ["10", "10"],
}
WORDS_ONLY = re.compile(r"claim\.(title|\[0\])|decision\.picture\.ticks")


@pytest.mark.parametrize("objective", speaking.OBJECTIVES)
def test_every_printed_number_is_that_of_its_field(objective: str) -> None:
    study, told = speaking.speaking_study(objective), speaking.pages(objective, "en")
    expected = {place: said for part in PARTS for place, said in part(study).items()}
    wrong = [
        f"{place}: expected {said}, read {speaking.numbers(told.get(place, ''), 'en')}: "
        f"{told.get(place)!r}"
        for place, said in expected.items()
        if speaking.numbers(told.get(place, ""), "en") != said
    ]
    assert not wrong, f"{len(wrong)} of {len(expected)}\n" + "\n".join(wrong)
    unguarded = [
        f"{place}: {text!r}"
        for place, text in told.items()
        if place not in expected
        and not LEAVES_ONLY.match(place)
        and not WORDS_ONLY.match(place)
        and speaking.numbers(text, "en")
    ]
    assert not unguarded, f"{len(unguarded)} not compared\n" + "\n".join(unguarded)


IN_WORDS = {"0", "1", "2"}  # which Arabic also says in words


@pytest.mark.parametrize(
    ("objective", "language"),
    [("distance", "fr"), ("distance", "es"), ("distance", "ar"), ("net", "es"), ("harm", "ar")],
)
def test_every_language_says_the_same_numbers(objective: str, language: str) -> None:
    english, told = speaking.pages(objective, "en"), speaking.pages(objective, language)
    assert english.keys() == told.keys()
    differ = []
    for place, text in english.items():
        ours = Counter(speaking.numbers(text, "en"))
        theirs = Counter(speaking.numbers(told[place], language))
        missing, more = ours - theirs, theirs - ours
        missing -= Counter(AS_WORDS.get((language, place), []))
        if more or (missing and not (language == "ar" and IN_WORDS.issuperset(missing))):
            differ.append(f"{place}: -{[*missing]} +{[*more]}: {text!r} | {told[place]!r}")
    assert not differ, f"{len(differ)}\n" + "\n".join(differ)


def named(study: Any, keys: Iterable[str], mark: str = "†") -> str:
    """English names, joined, with the mark of what is illustrative; page 1 says it once of all."""
    known = {i.id: i.name + mark * i.illustrative for i in study.case.improvements}
    return " and ".join(known[key] for key in keys)


def exchanged(study: Any, added: list[str], dropped: list[str]) -> str:
    """What is taken in stands first, what it displaces behind."""
    came, went = named(study, added, ""), named(study, dropped, "")
    if added and dropped:
        return f"in: {came}; out: {went}"
    return f"in: {came}" if added else f"out: {went}"


def test_what_a_switch_takes_in_and_lets_go() -> None:
    study, told = speaking.speaking_study(), speaking.pages("distance", "en")
    table = study.switching.to_frame()
    assert len(table)
    for k, (_, row) in enumerate(table.iterrows()):
        added, dropped = str(row["into"]).split(), str(row["out"]).split()
        out, into = (named(study, ids) for ids in (dropped, added))
        side = {"below": "or less", "above": "or more", "at": "median"}[str(row["side"])]
        assert side in told[f"switching.[0].rows[{k}][1]"]
        change = told[f"switching.[0].rows[{k}][2]"]
        assert all(name in change for name in (out, into) if name)
        assert ("takes in" in change, "lets go" in change) == (bool(added), bool(dropped))
        if k < 3:
            text = told[f"decision.change.rows[{k}]"]
            assert text.endswith(exchanged(study, added, dropped))
            assert {"or less": "≤", "or more": "≥", "median": "median"}[side] in text
            assert ("over budget" in text) == (row["kind"] == "breaks")


def test_what_further_money_takes_in() -> None:
    study, told = speaking.speaking_study(), speaking.pages("distance", "en")
    text = told["summary.answers.rows[4].more"]
    rows = [row for _, row in study.funding.next_euro().iterrows()]
    assert any(row["dropped"] for row in rows)
    for row in rows:
        came, went = (named(study, str(row[side]).split(), "") for side in ("added", "dropped"))
        beside = f" in place of {went}" if row["dropped"] else ""
        assert f"takes in {came}{beside} (" in text


def test_page_1_names_what_to_start_to_choose_and_to_prefer() -> None:
    study, told = speaking.speaking_study(), speaking.pages("distance", "en")
    scan, link, cloud = (named(study, [key], "") for key in ("SCAN", "LINK", "CLOUD"))
    assert told["decision.title"].endswith(f"; choose {link} or {cloud}")
    assert told["decision.box[1].head"] == "Start"
    assert told["decision.box[1].text"] == f"**{scan}** (2025)"
    assert told["decision.box[2].head"] == "Choose"
    assert told["decision.box[2].text"].startswith(f"**{link}** or {cloud} (better in ")
    assert told["decision.box[3].head"] == "Prefer"
    assert told["decision.box[3].text"].startswith(f"**{scan}** to {cloud} (better in ")
    heads = [told[f"decision.picture.groups[{k}].head"] for k in range(3)]
    assert heads == ["Start", "Choose", "or"]
    assert "more" not in told["decision.box[3].text"]  # the third is too unlikely to be named


def test_no_page_uses_a_word_that_the_programme_does_not_license() -> None:
    """Neither firm nor robust, no set that is best in so many draws, no budget without its odds."""
    told = speaking.pages("distance", "en")
    mine = {k: v for k, v in told.items() if k.startswith(("decision", "summary", "sets"))}
    text = " ".join(mine.values()).lower()
    assert not re.search(r"firm|robust|best (set )?in \d|good value|\d points", text)
    held = [t for t in mine.values() if "within the budget" in t]
    assert held
    assert all("%" in t for t in held)  # the confidence, or the share of draws


@pytest.mark.parametrize("language", speaking.LANGUAGES)
@pytest.mark.parametrize(
    ("share", "said"),
    [
        *((0.0, "<1"), (0.0049, "<1"), (0.0051, "1"), (0.01, "1"), (0.0149, "1"), (0.0151, "2")),
        *((0.5, "50"), (0.9849, "98"), (0.99, "99"), (0.9949, "99"), (0.9951, ">99")),
        (1.0, ">99"),
    ],
)
def test_a_share_of_draws_never_says_all_or_nothing(language: str, share: float, said: str) -> None:
    study = speaking.speaking_study()
    programme = replace(study.programme, p_within=share, p_years=1 - share, gap=0.0)
    changed = study.with_answers(programme=programme)
    page = decision_page(changed, Language.of(changed.case, language))
    told = speaking.numbers(page["box"][0]["text"], language)
    assert told[-2:] == [said, speaking.chance(1 - share)[0]]
