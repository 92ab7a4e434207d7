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
from math import isnan
from typing import Any

import numpy as np
import pandas as pd
import pytest

from capworth.appraisal.cost_cube import cost_cube
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
PARTS_OF_COST = ("base", "overrun", "managing")
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
        "decision.note": [
            *(str(s.provenance.draws), *percent(s.convergence.largest, 1)),
        ],
        "vintage": [
            *("0.1", str(settings.price_year), "5", "5.0", "31", "2024", str(settings.seed)),
            str(s.provenance.draws),
        ],
        "footnote": ["80"],
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
    weak = [float(table[bar]["D"] + table[bar]["E"]) for bar in ("cost", "score", "money")]
    return [x for share in weak for x in chance(share)]


def page_2(s: Any) -> Said:
    set_of = chosen_of(s)
    said: Said = {
        "summary.title": [*percent(s.options.claimed), str(len(set_of))],
        "summary.options.title": [str(s.case.settings.price_year)],
    }
    return said | options_of(s) | answers(s) | steps(s)


def options_of(s: Any) -> Said:
    """Columns: nothing, start, proposed, two rivals, target; a row for each quantity."""
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
    counts |= {"nothing": [], "A": [], "B": [], "target": exact(s.funding.target_m)}
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
    """Power, the registered reading, every reading, what chance says, the routes."""
    found, power = s.claim, s.claim.power
    table, margin, alpha = found.to_frame(), exact(round(found.margin, 3)), exact(found.alpha)
    row, lines = table.loc[found.primary], str(len(s.case.capabilities))
    level = percent(1 - 2 * found.alpha)
    shown = [*number(power.contrast), *number(power.ratio), *exact(round(power.gate, 3))]
    shown += [*number(power.ratio_low, 2), *number(power.ratio_high, 2), *number(power.held)]
    tested = [*p3(row["p_greater"]), "1", *p3(row["p_margin"]), *p3(row["held_greater"])]
    tested += [*p3(row["held_margin"]), *number(float(row["left_low"]))]
    tested += [*number(float(row["left_high"])), *chance(found.suited), "1", *p3(found.strong)]
    routes = s.routes.to_frame()
    return {
        "functions.[0].text": [*lines, *number(power.floor, 4), *alpha, "80", *shown],
        "functions.[1].text": margin,
        "functions.[2].text": tested,
        "functions.[3].text": ["10", "13.5"],
        "functions.[5].text": ["256"],
        "functions.[6].head[5]": level,
        "functions.[6].head[6]": ["1"],
        "functions.[6].head[7]": margin,
        "functions.[8].note": [*percent(s.routes.needed), "90", "80"],
        **rows(
            "functions.[6]",
            table,
            several(3, whole("lines"), plain("detectable"), lambda _, r: ratio_of(r))
            | {k: third(name) for k, name in ((6, "p_greater"), (7, "p_margin"), (8, HELD))},
        ),
        **rows(
            "functions.[7]", found.null_words(), several(1, likely("functions"), likely("values"))
        ),
        **rows(
            "functions.[8]",
            routes,
            several(2, lambda _, r: ratio_of(r), plain("first_in"), plain("last_in")),
        ),
    }


HELD = "held_margin"


def p3(value: float) -> Tokens:
    """A p with three decimals, never 0."""
    return number(max(float(value), 0.001), 3)


def third(name: str) -> Column:
    return lambda _, row: p3(row[name])


def ratio_of(row: Any) -> Tokens:
    return [x for name in ("ratio", "ratio_low", "ratio_high") for x in number(float(row[name]))]


# ---------------------------------------------------------------- what the annex says


def survey(s: Any) -> Said:
    found = s.feedback
    asked = [str(found.answered), str(found.members)]
    groups = found.groups()
    where = {
        k: [part.rsplit(" ", 1)[1] for part in str(row["regions"]).split(", ")]
        for k, (_, row) in enumerate(groups.iterrows())
    }
    clear = exact(round(found.silhouette, 2))
    return {
        "survey.title": [*asked, str(found.year)],
        "survey.[0].text": ["0", "10", *asked, "5", "3"],
        "survey.[1].caption": [*clear, "0.25"],
        **{f"survey.[1].rows[{k}][1]": told for k, told in where.items()},
        **rows(
            "survey.[1]",
            groups,
            {0: lambda key, _: [str(key)], 4: plain("members", 0), 5: part("share")},
        ),
        **rows(
            "survey.[2]",
            found.response(),
            several(2, plain("members", 0), plain("answered", 0), plain("weight", 1)),
        ),
    }


def capabilities(s: Any) -> Said:
    table, settings = s.appraisal.to_frame(), s.case.settings
    cost = table["cost_m"]
    columns = ("cost_m", "annual_cost_m", "score", "score_per_m", "money_m", "harm_days")
    return {
        "capabilities.title": [
            *chance(float(table["p_first"].loc[s.appraisal.first])),
            *percent(float(cost.max() / cost.sum())),
        ],
        "capabilities.[0].caption": ["80", str(settings.price_year), str(settings.years)],
        "capabilities.[0].head[3]": ["0", "100"],
        **rows(
            "capabilities.[0]",
            table,
            several(1, *map(spread, columns), likely("p_first"), plain("expected_place")),
        ),
    }


def economics(s: Any) -> Said:
    found, settings = s.economics, s.case.settings
    table, views = found.to_frame(), found.perspectives()
    single = table[table.index.get_level_values("kind") != "programme"]
    whole_set = table[table.index.get_level_values("kind") == "programme"].iloc[0]
    price, years = str(settings.price_year), str(settings.years)

    def ratio(_: object, row: Any) -> Tokens:
        return around(*ends(row, "bcr")) if row["bcr_code"] == "yes" else []

    def paid_back(_: object, row: Any) -> Tokens:
        if row["payback_code"] == "never":
            return []
        return [
            x
            for name in ("payback", "discounted_payback")
            if row[f"{name}_years"] > 0
            for x in number(float(row[f"{name}_years"]), 1)
        ]

    def rate(_: object, row: Any) -> Tokens:
        told = percent(float(row["irr"]), 1) if row["irr_code"] in ("one", "one_plausible") else []
        return told + (percent(float(row["mirr"]), 1) if row["mirr_code"] == "one" else [])

    mine = views[[label[:2] == whole_set.name for label in views.index]]
    return {
        "economics.title": [
            str(int((single["npv_m"] > 0).sum())),
            str(len(single)),
            *chance(float(whole_set["p_npv_positive"])),
        ],
        "economics.[0].text": [str(found.draws)],
        "economics.[1].caption": [price, years, "80"],
        "economics.[1].head[3]": ["0"],
        "economics.[1].note": ["0"],
        "economics.[2].caption": [price, "80"],
        "economics.[2].head[4]": ["0"],
        **rows(
            "economics.[1]",
            table,
            several(
                1,
                spread("npv_m"),
                ratio,
                likely("p_npv_positive"),
                spread("public_npv_m"),
                spread("annual_m"),
                paid_back,
                rate,
            ),
        ),
        **rows(
            "economics.[2]",
            mine,
            several(
                1,
                *map(spread, ("cost_m", "benefit_m", "npv_m")),
                likely("p_npv_positive"),
                lambda _, row: number(float(row["bcr"])) if row["bcr_code"] == "yes" else [],
            ),
        ),
        **frontiers(s),
    }


def frontiers(s: Any) -> Said:
    """Options that are efficient, each kind and effect in turn, and how many are beaten."""
    found = s.effectiveness
    table = found.to_frame()
    said, k = Said(), 0
    for kind, effect in dict.fromkeys((kind, effect) for kind, effect, _ in table.index):
        mine = table[[label[:2] == (kind, effect) for label in table.index]]
        beaten = [
            str(int((mine["status"] == w).sum())) for w in ("dominated", "extended_dominated")
        ]
        for _, row in found.frontier(kind, effect).iterrows():
            said[f"economics.[3].rows[{k}][3]"] = number(float(row["incremental_ratio"]))
            said[f"economics.[3].rows[{k}][4]"] = chance(float(row["p_efficient"]))
            said[f"economics.[3].rows[{k}][5]"] = beaten
            k += 1
    return said


def scales(s: Any) -> Said:
    found = s.scales
    return {
        "scales.title": [str(len(found.depending)), str(len(found.to_frame()))],
        "scales.[0].note": ["80", "1", "0", "0"],
        **rows(
            "scales.[0]",
            found.pairs(),
            several(1, spread("rank_correlation"), likely("p_same_first")),
        ),
    }


def weights(s: Any) -> Said:
    found, judged, turned = s.contributions, s.elicitation, s.reversals
    table, points = found.to_frame(), found.by_criterion()
    mean = {str(c): float(points[c].sum()) / len(points) for c in points.columns}
    said: Said = {
        "weights.title": [*number(max(mean.values()), 0), *number(sum(mean.values()), 0)],
        "weights.[0].text": [
            str(turned.changes),
            *(str(n) for n in (turned.swaps("score"), turned.swaps("value")) if n),
        ],
        "weights.[1].note": ["100"],
        "weights.[2].caption": [str(len(judged.judges))],
    }
    for k, criterion in enumerate(down(s)):
        swing = criterion.swing
        said[f"weights.[1].rows[{k}][2]"] = around(swing.mode, swing.low, swing.high)
        if criterion.id in mean:
            weight = table["weight"].xs(criterion.id, level="criterion").iloc[0]
            said[f"weights.[1].rows[{k}][3]"] = percent(float(weight))
            said[f"weights.[1].rows[{k}][4]"] = number(mean[criterion.id], 0)
    checks = {"largest swing": ["100"], "consistency ratio": ["0.1"]}
    for k, (_, row) in enumerate(judged.checks().iterrows()):
        said[f"weights.[2].rows[{k}][3]"] = checks[str(row["check"])]
        said[f"weights.[2].rows[{k}][4]"] = exact(round(float(row["figure"]), 2))
    return said


def down(s: Any, parent: str = "") -> list[Any]:
    """Criteria, each branch above what hangs below it."""
    below = [c for c in s.case.criteria if c.parent == parent]
    return [x for c in below for x in (c, *down(s, c.id))]


def ranks(s: Any) -> Said:
    shares = s.appraisal.rank_acceptability().to_numpy()
    near = [max(sum(row[max(k - 1, 0) : k + 2]) for k in range(len(row))) for row in shares]
    return {"ranks.title": [str(sum(x >= 0.9 for x in near)), str(len(shares)), "90"]}


def spending(s: Any) -> Said:
    """Functions by category, payers by kind, each with its sum; the bridge to stated totals."""
    cube, price = cost_cube(s.case), str(s.case.settings.price_year)
    table = cube.to_frame()
    bought = table.groupby("category")["amount_m"].sum()
    said: Said = {
        "spending.title": percent(float(bought.max() / bought.sum())),
        "spending.[1].caption": [price],
    }
    categories = sorted(bought.index)
    functions = [f for f in FUNCTIONS if (table["function"] == f).any()]

    def line(mine: pd.DataFrame, column: str, keys: list[str]) -> list[Tokens]:
        amounts = [float(mine[mine[column] == key]["amount_m"].sum()) for key in keys]
        return [number(x) for x in (*amounts, sum(amounts))]

    blocks = [table[table["function"] == f] for f in functions]
    for k, mine in enumerate([*blocks, table]):
        for at, told in enumerate(line(mine, "category", categories), 1):
            said[f"spending.[1].rows[{k}][{at}]"] = told
    assert not table["in_kind"].any()
    for k, payer in enumerate(PAYERS):
        mine = table[table["payer"] == payer]
        for at, told in enumerate(line(mine, "kind", ["recurrent", "one-off"]), 1):
            said[f"spending.[2].rows[{k}][{at}]"] = told
    names = ("stated", "capabilities", "platforms", "improvements", "outside", "residual")
    columns = [plain(f"{name}_m", 1) for name in names]
    said |= rows("spending.[3]", cube.bridge(), several(2, *columns))
    return said | overruns(s)


def overruns(s: Any) -> Said:
    """The published total in words, the way to what is expected, and its three readings."""
    found = s.overrun
    table, readings = found.to_frame(), found.readings()
    (row,) = [r for _, r in table.iterrows()]
    expected = ends(row, "expected_m")
    decimals = speaking.places(*expected)
    p80 = number(float(row["p80_m"]), decimals)
    stated, year = exact(float(row["stated_m"])), str(int(row["price_year"]))
    said: Said = {
        "spending.[4].text": [
            *(*stated, *middle(*expected), *span(*expected), *p80, "80"),
            *(*chance(float(row["p_within"])), *percent(found.common_cause)),
        ],
        "spending.[5].caption": [year],
        "spending.[5].head[6]": ["80"],
        "spending.[5].rows[0][2]": stated,
        "spending.[5].rows[0][6]": [*number(expected[0], 1), *span(*expected)],
        "spending.[6].caption": [year],
        "spending.[6].head[2]": ["80"],
        "spending.[6].head[3]": ["80"],
        "spending.[6].rows[2][1]": ["80"],
    }
    said |= rows("spending.[5]", table, several(3, *(plain(f"{p}_m", 1) for p in PARTS_OF_COST)))

    def holds(_: Any, one: Any) -> Tokens:
        return number(float(one["p80_m"]), speaking.places(*ends(one, "expected_m")))

    return said | rows(
        "spending.[6]", readings, {2: spread("expected_m"), 3: holds, 4: likely("p_within")}
    )


def allocation(s: Any) -> Said:
    found, credit = s.allocation, s.attribution
    table, places = found.platforms(), found.ranks()
    moving = [c for c in places.index if c in found.depending]
    text: Tokens = []
    for _, row in table[table["counts"]].iterrows():
        text += [*around(*ends(row, "cost_m")), *percent(float(row["fixed"]))]
        text += [str(int(row["users"])), *number(float(row["alone_m"]))]

    def counted(_: object, row: Any) -> Tokens:
        return around(*(100 * x for x in ends(row, "counted")))

    return {
        "allocation.title": [
            str(len(moving)),
            str(len(places)),
            str(int(places["places_moved"].max())),
        ],
        "allocation.[0].text": text,
        "allocation.[2].note": [str(found.draws)],
        "allocation.[3].caption": [str(len(moving)), str(len(places))],
        "allocation.[3].head[1]": ["80"],
        "allocation.[3].note": ["80"],
        **rows(
            "allocation.[2]",
            table,
            several(
                3,
                part("most_share"),
                lambda _, row: number(float(row["excess_m"])) if row["excess_m"] > 0 else ["0"],
                likely("p_stable"),
            ),
        ),
        **rows(
            "allocation.[3]",
            places.loc[moving],
            several(
                1,
                lambda _, r: [str(r[c]) for c in ("as stated", "place_low", "place_high")],
                *(whole(key) for key in found.keys),
            ),
        ),
        **rows(
            "allocation.[4]",
            credit.to_frame(),
            several(
                3,
                counted,
                lambda _, r: [*percent(float(r["first_in"])), *percent(float(r["last_in"]))],
                plain("outcomes"),
            ),
        ),
    }


def excellence(s: Any) -> Said:
    found, gaps = s.excellence, s.gap_worth
    table, price = found.to_frame(), str(s.case.settings.price_year)
    rank = {"both": 0, "neither": 2}
    order = sorted(
        table.index,
        key=lambda c: (rank.get(str(table.loc[c, "route"]), 1), -float(table.loc[c, "p_top"])),
    )
    models = found.models.to_frame()
    models = models[models["model"] != ""].sort_values("points", ascending=False, kind="stable")
    worth = gaps.to_frame().sort_values("gap", ascending=False, kind="stable")

    def learned(_: object, row: Any) -> Tokens:
        pairs = [row[f"p_{key}"] for key in ("model", "second") if row[key]]
        return [x for share in pairs for x in chance(float(share))]

    def counted(column: str) -> Column:
        return lambda _, row: [str(n)] if (n := len(str(row[column]).split())) else []

    def closed(_: object, row: Any) -> Tokens:
        if isnan(row["closed"]):  # there is nothing to close
            return []
        return percent(float(row["closed"])) if row["improvements"] else ["0"]

    both = sum(table["route"] == "both")
    named = len({*found.designated, *found.derived})
    return {
        "excellence.title": [str(both), str(named)],
        "excellence.[0].caption": [str(found.draws)],
        "excellence.[0].head[6]": ["80"],
        "excellence.[0].head[7]": ["80"],
        "excellence.[0].note": ["1975", "2007"],
        "excellence.[3].caption": [str(found.tried), str(found.draws)],
        "excellence.[5].caption": [str(found.models.draws)],
        "excellence.[5].head[4]": ["80"],
        "excellence.[5].note": ["0", "100"],
        "excellence.[6].caption": [price, str(gaps.draws)],
        "excellence.[6].note": ["0"],
        **rows(
            "excellence.[0]",
            table.loc[order],
            several(
                4,
                *(likely(p) for p in ("p_excellent", "p_top")),
                *(spread(f"efficiency_{returns}") for returns in ("variable", "constant")),
            ),
        ),
        **rows(
            "excellence.[2]",
            found.over_thresholds(),
            several(0, lambda least, _: percent(least), counted("variable"), counted("constant")),
        ),
        **rows("excellence.[3]", found.ways(), {3: counted("derived")}),
        **why_excellent(s),
        **rows(
            "excellence.[5]",
            models,
            {1: learned, 3: plain("now", 0), 4: spread("target"), 5: likely("p_lags")},
        ),
        **rows(
            "excellence.[6]",
            worth,
            several(
                2,
                *map(spread, ("gap", "gap_money_m", "gap_harm_days")),
                closed,
                *map(spread, ("cost_m", "points_per_m", "money_per_m")),
            ),
        ),
    }


def why_excellent(s: Any) -> Said:
    """One sentence for each service of excellence: place, score, cost a year, lead, both routes."""
    found = s.excellence
    table, routes, models = s.appraisal.to_frame(), found.to_frame(), found.models.to_frame()
    order = list(table.index)
    said, k = Said(), 0
    for at, key in enumerate(order):
        if key not in {*found.derived, *found.designated}:
            continue
        row, route, model = table.loc[key], routes.loc[key], models.loc[key]
        told = [str(at + 1), str(len(order)), *around(*ends(row, "score"))]
        told += around(*ends(row, "annual_cost_m"))
        told += lead(s, at)
        told += [*chance(float(route["p_excellent"])), *chance(float(route["p_top"]))]
        if model["lags_on"]:
            told += [*chance(float(model["p_model"])), *number(float(model["now"]), 0)]
            told += number(float(model["target"]), 0)
        else:
            told += chance(float(model["p_own"]))
        said[f"excellence.[4].items[{k}]"] = told
        k += 1
    return said


def lead(s: Any, at: int) -> Tokens:
    """Least share of draws in which a capability is before one of those that follow it."""
    pairs = s.appraisal.pairwise()
    shares = [float(pairs.iloc[at, other]) for other in range(at + 1, len(pairs))]
    return chance(min(shares)) if shares else []


def frontier(s: Any) -> Said:
    found = s.frontier
    table = found.to_frame()
    behind = table[(table["model"] != table.index) & (table["p_model"] >= 0.5)]
    often = sorted(Counter(behind["model"]).items(), key=lambda pair: (-pair[1], pair[0]))
    return {
        "frontier.[0].text": [str(count) for _, count in often],
        "frontier.[1].text": [str(found.draws), "1986", "1998"],
    }


def productivity(s: Any) -> Said:
    found = s.productivity
    table = found.to_frame()

    def factor(name: str) -> Column:
        return lambda _, row: [x for end in ends(row, name) for x in number(end, 2)]

    return {
        "productivity.title": [
            x
            for v in (table["productivity"].min(), table["productivity"].max())
            for x in number(v, 2)
        ],
        "productivity.[0].caption": ["80", str(found.draws)],
        "productivity.[0].note": ["1", "1992"],
        "productivity.[1].text": [str(found.fewest)],
        "productivity.[2].text": ["2022"],
        **rows(
            "productivity.[0]",
            table,
            {
                2: lambda _, row: [str(row["from_year"]), str(row["to_year"])],
                4: factor("productivity"),
                5: factor("efficiency_change"),
                6: factor("technical_change"),
                7: likely("p_rise"),
            },
        ),
    }


def priorities(s: Any) -> Said:
    found, joint, programme = s.priorities, s.joint_gains, s.programme
    table, pairs, price = found.to_frame(), found.pairwise(), str(s.case.settings.price_year)
    said: Said = {
        "priorities.title": chance(float(table["p_first"].iloc[0])),
        "priorities.[1].caption": [price],
        "priorities.[2].caption": [price, str(joint.draws)],
        "priorities.[1].head[3]": percent(programme.confidence),
        "priorities.[2].head[7]": ["1", "9"],
    }
    for k, (key, row) in enumerate(table.iterrows()):
        told = [str(k + 1), str(len(table)), *around(*ends(row, "gain"))]
        told += [*around(*ends(row, "cost_m")), *middle(*ends(row, "gain_per_m"))]
        wins = [float(pairs.loc[key, other]) for other in table.index[k + 1 :]]
        said[f"priorities.[0].items[{k}]"] = told + (chance(min(wins)) if wins else [])
    said |= rows(
        "priorities.[1]",
        programme.order(),
        several(
            0,
            lambda place, _: [str(place)],
            plain("asked_m"),
            plain("asked_cum_m", 0),
            plain("at_confidence_cum_m", 0),
            plain("gain"),
            plain("gain_cum", 1),
            plain("gain_per_asked_m"),
        ),
    )
    gains = joint.to_frame().loc[list(table.index)]
    said |= rows(
        "priorities.[2]",
        gains,
        several(
            1,
            *(spread(f"gain_{name}") for name in ("alone", "shapley", "last")),
            spread("last_per_m"),
            plain("money_m_alone"),
            plain("money_m_last"),
            lambda key, _: [str(table.loc[key, "readiness"])],
            part("lost_a_year"),
            plain("loss_without", 2),
        ),
    )
    twice = joint.alone[0] - joint.together[0]
    assert abs(twice) > 0.05
    note = [*around(*joint.together), *number(joint.alone[0]), *number(abs(twice))]
    return said | {"priorities.[2].note": [*note, "7", "2020"]}


def programme(s: Any) -> Said:
    found, price = s.programme, str(s.case.settings.price_year)
    why = found.why_not().sort_values("forced_loss", kind="stable")
    sure, near = percent(found.confidence), percent(found.near)
    sets, choices = found.good_sets(), found.choices()
    count = str(len(sets))
    regret = [*number(found.regret), *percent(found.regret / found.value[0], 1)]

    def late(_: object, row: Any) -> Tokens:
        return [year.split(":")[1] for year in str(row["late"]).split()]

    def loss(_: object, row: Any) -> Tokens:
        return [] if row["equal"] else number(float(row["loss"]))

    said: Said = {}
    keyed = "extent_keys" in s
    if keyed:
        said = rows(
            "programme.[3]",
            s.extent_keys.to_frame(),
            several(2, plain("distance"), plain("needed_m", 1), spread("gain")),
        )
        said |= {"programme.[3].caption": [price], "programme.[3].head[3]": sure}
    reasons, ways = (f"programme.[{k + keyed}]" for k in (3, 4))
    return said | {
        "programme.title": [count, *near, "1"],
        "programme.[0].text": [*sure, *near, str(found.listed), count, *regret],
        "programme.[1].caption": [price],
        "programme.[1].head[3]": sure,
        "programme.[1].note": [str(found.draws), "35", "20", "1"],
        **rows(
            "programme.[1]",
            choices.reset_index(drop=True),
            several(2, late, plain("at_confidence_m", 1), likely("p_better"), loss),
        ),
        "programme.[2].caption": [price],
        "programme.[2].head[3]": sure,
        **rows(
            "programme.[2]",
            found.options(),
            several(
                2,
                plain("asked_m", 1),
                plain("at_confidence_m", 1),
                plain("gain", 1),
                plain("net_m", 0),
                plain("harm_days"),
            ),
        ),
        f"{reasons}.caption": [price],
        f"{reasons}.note": sure,
        **rows(
            reasons,
            why,
            several(3, *map(plain, ("asked_m", "gain", "gain_at_least", "forced_loss"))),
        ),
        f"{ways}.caption": [price],
        f"{ways}.head[2]": sure,
        f"{ways}.note": ["2007"],
        **rows(ways, found.ways(), several(2, plain("at_confidence_m", 1), plain("value"))),
    }


def timetable(s: Any) -> Said:
    found, base = s.programme, s.baseline
    late = int((found.to_frame()["delay"] > 0).sum())
    done = len(found.chosen)
    return {
        "timetable.title": [str(done), *chance(found.p_years), str(late)],
        "timetable.[0].note": ["80", "1"],
        **rows(
            "timetable.[0]",
            base.to_frame(),
            {
                2: lambda _, row: [day[:4] for day in str(row["reviews"]).split()],
                4: spread("today"),
                5: spread("planned"),
                6: whole("first_effect"),
                7: whole("full_effect"),
            },
        ),
    }


def funding(s: Any) -> Said:
    found, price = s.funding, str(s.case.settings.price_year)
    steps, measure = found.next_euro(), s.programme.measure
    money, pledges, budget = found.money, found.pledges(), exact(found.budget_m)

    def years(_: object, row: Any) -> Tokens:
        first, count = int(row["year"]), int(row["years"])
        return [str(first)] if count == 1 else [str(first), str(first + count - 1)]

    gap, short = around(*money.gap_m), around(*money.budget_gap_m)
    said: Said = {
        "funding.title": [
            *exact(float(steps.index[-1])),
            *worth(measure, *ends(steps.iloc[-1], "gain")),
        ],
        "funding.[0].head[3]": percent(s.programme.confidence),
        "funding.[0].caption": budget,
        "funding.[0].note": ["80"],
        "funding.[1].caption": [price],
        "funding.[1].note": [
            *(*exact(money.target_m), *gap, *exact(money.budget_m), *short, str(money.draws)),
            *("0.95", "0.9", "0.75", "0.5", "0.2"),
        ],
        f"funding.[1].rows[{len(pledges)}][5]": number(found.pledged_m),
        f"funding.[1].rows[{len(pledges)}][7]": middle(*money.money_m),
        "funding.[3].note": ["80", str(found.earmarks.draws)],
        "funding.[5].caption": [price],
        "funding.[5].head[6]": ["0", "1"],
        "funding.[5].note": ["80", "1", "9", "0", "1"],
    }
    said |= rows(
        "funding.[0]",
        steps,
        several(
            0,
            lambda extra, _: exact(float(extra)),
            nothing,
            nothing,
            plain("spent_m", 1),
            spread("gain"),
            likely("p_gain"),
        ),
    )
    said |= rows(
        "funding.[1]",
        pledges,
        several(4, years, plain("amount_m"), part("chance"), plain("expected_m")),
    )
    ids = ("asked_m", "gain", "money_m", "harm_days")
    said |= rows(
        "funding.[5]",
        found.menu.to_frame(),
        several(2, *map(spread, ids), plain("core", 2), whole("readiness")),
    )
    return said | earmarked(s)


def earmarked(s: Any) -> Said:
    """Prices of earmarks and the worth of one more million; the budget before the pledges."""
    found = s.funding.earmarks
    table, funds, worth = found.to_frame(), found.funds(), found.by_year()
    price = table["price"].to_dict()
    curve = found.curve()
    free = curve[(curve["total_m"] > s.funding.budget_m) & (curve["loss"] <= 1e-9)]
    assert free.empty
    text = [*exact(s.funding.budget_m), *number(float(price["budget", "all"]))]
    text += number(float(price["pledged", "all"]))
    text += number(float(price["budget", "timing"]))

    def first(frame: pd.DataFrame) -> pd.DataFrame:
        order = sorted(range(len(frame)), key=lambda k: frame.index[k][0] != "budget")
        return frame.iloc[order]

    def of_fund(key: Any) -> Any:
        return worth[[label[:2] == key for label in worth.index]]

    def worth_first(key: Any, _: object) -> Tokens:
        return number(float(of_fund(key)["worth"].iloc[0]))

    def worth_mine(key: Any, _: object) -> Tokens:
        mine = of_fund(key)
        income = float(mine["income_m"].sum())
        worth = [float(w) * float(i) for w, i in zip(mine["worth"], mine["income_m"], strict=True)]
        return number(sum(worth) / income) if income else []

    shown = first(table[table.index.get_level_values("earmark") != "timing"])
    return {
        "funding.[2].text": text,
        **rows(
            "funding.[3]",
            shown,
            several(2, plain("amount_m"), spread("price"), likely("p_costs")),
        ),
        **rows(
            "funding.[4]",
            first(funds),
            several(
                2,
                *map(plain, ("amount_m", "unspent_m", "one_more")),
                worth_first,
                worth_mine,
            ),
        ),
    }


def network(s: Any) -> Said:
    found, members = s.network, s.members
    groups = members.by_group()
    size = {"": 0, "small": 1, "medium": 2, "large": 3}
    keys = list(groups.index)
    groups = groups.iloc[sorted(range(len(keys)), key=lambda k: (keys[k][0], size[keys[k][1]]))]
    sized = any(key[1] for key in groups.index)
    columns = [
        plain("members", 0),
        plain("hits", None, 1000),
        *map(plain, ("own_m", "external_m")),
        plain("own_harm", None, 1000),
        *map(plain, ("national_m", "contribution_m")),
    ]
    shown = ("hits", "own_m", "external_m", "own_harm", "national_m")
    worst = max(
        float(row[f"{m}_error"]) / abs(float(row[m]))
        for _, row in groups.iterrows()
        for m in shown
        if abs(float(row[m])) > 0
    )
    return {
        "network.title": [str(found.members), *chance(found.p_hub)],
        "network.[0].text": [str(len(members.to_frame())), str(members.draws)],
        "network.[1].caption": [str(s.case.settings.price_year)],
        "network.[1].note": [str(members.draws), *percent(worst, 1)],
        **rows("network.[1]", groups, several(2 if sized else 1, *columns)),
    }


def sensitivity(s: Any) -> Said:
    found = s.sensitivity
    table = found.to_frame()
    return {
        "sensitivity.title": [str(len(found.turning)), str(len(table))],
        "sensitivity.[0].caption": ["10", "90", *number(found.base)],
        "sensitivity.[0].note": ["100"],
        **rows(
            "sensitivity.[0]",
            table.head(12),
            several(
                2,
                *map(plain, ("low", "mode", "high", "at_low", "at_high")),
                likely("p_beyond"),
                part("variance_share"),
            ),
        ),
    }


def switching(s: Any) -> Said:
    found = s.switching
    table = found.to_frame()
    said: Said = {
        "switching.title": [str(n) for n in (len(found.switching), found.looked_at) if n],
    }
    if len(table):
        said["switching.title"] += chance(float(table["p_both"].iloc[0]))
        said["switching.[0].note"] = [
            *(str(found.looked_at - len(found.switching)), str(found.rivals)),
            *(*percent(s.programme.confidence), *percent(found.clearly), *number(found.room_m)),
            *(str(found.good), *chance(found.p_better)),
        ]
    for k, (key, row) in enumerate(table.iterrows()):
        place = f"switching.[0].rows[{k}]"
        said[f"{place}[1]"] = level_of(s, str(key), float(row["level"]))
        said[f"{place}[6]"] = chance(float(row["p"]))
        said[f"{place}[7]"] = chance(float(row["p_both"]))
    return said


def resolving(s: Any) -> Said:
    found = s.resolving
    table = found.to_frame()
    shown = table[table["clear"]]
    said: Said = {
        "resolving.title": [*number(found.evpi), *number(found.ceiling)],
        "resolving.[1].caption": [str(found.sets), str(found.draws)],
        "resolving.[1].note": [
            *(str(len(table) - len(shown)), *number(found.worth), *number(found.evpi_whole)),
            *number(found.confidence_price),
        ],
    }
    if np.isfinite(found.money_m):
        said["resolving.[0].text"] = number(found.money_m)
    for k, (_, row) in enumerate(shown.head(12).iterrows()):
        place = f"resolving.[1].rows[{k}]"
        said[f"{place}[1]"] = number(float(row["value"]))
        said[f"{place}[2]"] = number(float(row["standard_error"]))
        said[f"{place}[3]"] = number(float(row["floor"]), 4)
        if np.isfinite(row["money_m"]):
            said[f"{place}[4]"] = number(float(row["money_m"]))
    return said


def provenance(s: Any) -> Said:
    """Counts of the register of evidence, and the parameters that are numbers."""
    estimates, settings = list(s.case.estimates().values()), s.case.settings
    weak = sum(e.grade in "DE" for e in estimates) / len(estimates)
    efficient, top, share = s.excellence.thresholds
    place, draws = "provenance.[1].rows", str(s.provenance.draws)
    last = settings.first_year + settings.years - 1
    said: Said = {
        "provenance.title": [*percent(weak), str(len(estimates)), "1"],
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
        f"{place}[14][2]": ["256"],
        f"{place}[14][1]": [
            *(*exact(round(s.claim.margin, 3)), *exact(s.claim.alpha)),
            *exact(round(s.claim.power.gate, 3)),
        ],
        "soundness.title": [str(len(s.soundness.lints))],
    }
    for k, price in enumerate(s.case.prices):
        said[f"provenance.[3].rows[{k}][3]"] = [str(price.year)]
        said[f"provenance.[3].rows[{k}][4]"] = exact(price.value)
    cited = [e.source for e in estimates] + [p.source for p in s.case.prices]
    cited += [a.source for a in s.case.activity]
    said["provenance.[4].rows[0][2]"] = ["2024"]
    said["provenance.[4].rows[0][4]"] = [str(cited.count("LEDGER"))]
    counts = Counter((name.split("/")[0], e.grade) for name, e in s.case.estimates().items())
    tables = [*dict.fromkeys(name.split("/")[0] for name in s.case.estimates()), ""]
    for k, table in enumerate(tables):
        of_grade = [
            sum(n for (t, grade), n in counts.items() if grade == g and table in ("", t))
            for g in GRADES
        ]
        for at, count in enumerate([*of_grade, sum(of_grade)], 1):
            said[f"provenance.[2].rows[{k}][{at}]"] = [str(count)] if count else []
    return said


PARTS: tuple[Callable[[Any], Said], ...] = (
    *(page_1, page_2, claim, survey, capabilities, economics, scales, weights, ranks, spending),
    *(allocation, excellence, frontier, productivity, priorities, programme, timetable, funding),
    *(network, sensitivity, switching, resolving, provenance),
)
WORDS_ONLY = ("method.", "limits.", "soundness.[", "decision.picture.ticks")


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
        and not place.startswith(WORDS_ONLY)
        and speaking.numbers(text, "en")
    ]
    assert not unguarded, f"{len(unguarded)} not compared\n" + "\n".join(unguarded)


IN_WORDS = {"0", "1", "2"}  # which Arabic also says in words
AS_WORDS = {("ar", "sensitivity.[0].caption"): ["10", "90"]}  # deciles


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
        out, into = (named(study, ids) if ids else "nothing" for ids in (dropped, added))
        side = {"below": "or less", "above": "or more", "at": "median"}[str(row["side"])]
        assert side in told[f"switching.[0].rows[{k}][1]"]
        assert told[f"switching.[0].rows[{k}][2]"] == out
        assert told[f"switching.[0].rows[{k}][3]"] == into
        if k < 3:
            text = told[f"decision.change.rows[{k}]"]
            assert text.endswith(exchanged(study, added, dropped))
            assert {"or less": "≤", "or more": "≥", "median": "median"}[side] in text
            assert ("over budget" in text) == (row["kind"] == "breaks")


def test_what_further_money_takes_in() -> None:
    study, told = speaking.speaking_study(), speaking.pages("distance", "en")
    text = told["summary.answers.rows[4].more"]
    for _, row in study.funding.next_euro().iterrows():
        assert f"takes in {named(study, str(row['added']).split(), '')} (" in text


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
    assert told["programme.[1].rows[2][0]"] == named(study, ["SCAN", "LINK"])


def test_no_page_uses_a_word_that_the_programme_does_not_license() -> None:
    """Neither firm nor robust, no set that is best in so many draws, no budget without its odds."""
    told = speaking.pages("distance", "en")
    mine = {k: v for k, v in told.items() if k.startswith(("decision", "summary", "programme"))}
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
    programme = replace(study.programme, p_within=share, p_years=1 - share)
    changed = study.with_answers(programme=programme)
    page = decision_page(changed, Language.of(changed.case, language))
    told = speaking.numbers(page["box"][0]["text"], language)
    assert told[-2:] == [said, speaking.chance(1 - share)[0]]
