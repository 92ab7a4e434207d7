"""What a chart says in title, caption and alternative text is what the tables say.

Numbers and names as they follow in English, from the fields of the speaking study; the same numbers
in the other languages.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

import pandas as pd
import pytest

from capworth.charts.gallery import GALLERY
from capworth.language.language import Language

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
Words = tuple[Tokens, Tokens, Tokens]  # title, caption, alternative text
PAYERS = ("organisation", "members", "donors")


def triple(row: Any, name: str) -> tuple[float, float, float]:
    low, high = float(row[f"{name}_low"]), float(row[f"{name}_high"])
    return float(row[name]), low, high


def wide(row: Any, name: str) -> Tokens:
    return around(*triple(row, name))


def whole_part(share: float) -> Tokens:
    """A part of a whole, which may be nothing or all."""
    return percent(share) if share in (0.0, 1.0) else chance(share)


def each(table: pd.DataFrame, *told: Callable[[Any], Tokens]) -> Tokens:
    """Key of each row and what is said of it, one row after the other."""
    return [
        x
        for key, row in table.iterrows()
        for x in (str(key), *(y for say in told for y in say(row)))
    ]


def flat(parts: Iterable[Tokens]) -> Tokens:
    return [x for part in parts for x in part]


def year(s: Any) -> str:
    return str(s.provenance.price_year)


def draws(s: Any) -> str:
    return str(s.provenance.draws)


# ---------------------------------------------------------------- what each chart says


def need_map(s: Any) -> Words:
    f = s.feedback
    table = f.to_frame()
    asked, first = [str(f.answered), str(f.members)], table.iloc[0]
    gaps = each(table, lambda r: wide(r, "gap"))
    apart = [str(len(f.disagreed)), str(len(table)), *f.disagreed]
    return (
        [str(table.index[0]), *wide(first, "gap"), "100", *asked, str(f.year)],
        [str(f.year), "80"],
        [str(len(table)), *asked, *gaps, *apart],
    )


def needs(s: Any) -> Words:
    f = s.feedback
    table = f.to_frame()
    count, all_ = str(len(f.disagreed)), str(len(table))
    first, last = table.iloc[0], table.iloc[-1]
    gaps = each(table, lambda r: wide(r, "gap"))
    smallest = [str(table.index[-1]), *wide(last, "gap")]
    asked = [str(f.answered), str(f.members), str(f.year)]
    return (
        [count, all_, str(table.index[0]), *wide(first, "gap"), "100"],
        ["80"],
        [all_, "80", *asked, *gaps, *smallest, count, *f.disagreed],
    )


def cost_value(s: Any) -> Words:
    table = s.appraisal.to_frame()
    low, high = table.loc[table["cost_m"].idxmin()], table.loc[table["cost_m"].idxmax()]
    least, most = table.loc[table["score"].idxmin()], table.loc[table["score"].idxmax()]
    costs = [middle(*triple(r, "cost_m")) for r in (low, high)]
    scores = [middle(*triple(r, "score")) for r in (least, most)]
    first = s.appraisal.first
    p = chance(float(table.loc[first, "p_first"]))
    routes = s.excellence.to_frame()["route"]
    marked = [str(c) for c in routes.index if routes[c] != "neither"]
    return (
        [*costs[0], *costs[1], *scores[0], *scores[1], first, *p],
        [year(s), "80"],
        [
            *(str(len(table)), *costs[0], str(low.name), *costs[1], str(high.name)),
            *(*scores[0], str(least.name), *scores[1], str(most.name)),
            *(*marked, first, *p),
        ],
    )


def payers(s: Any) -> Words:
    table = s.appraisal.cost_by_payer()
    sums = {p: sum(float(x) for x in table[p]) for p in PAYERS}
    shares = {p: whole_part(sums[p] / sum(sums.values())) for p in PAYERS}
    most = max(PAYERS, key=lambda p: sums[p])
    cost = s.appraisal.to_frame()["cost_m"]
    total = s.appraisal.total_cost
    return (
        [*shares[most], *middle(*total), *span(*total)],
        [year(s), "80"],
        [
            *flat(shares.values()),
            *(str(cost.idxmax()), *middle(*total), "80", *span(*total)),
        ],
    )


def ranks(s: Any, shares: pd.DataFrame) -> Words:
    first = shares.iloc[:, 0].sort_values(ascending=False, kind="stable")
    told = [[str(key), *chance(float(p))] for key, p in first.items()]
    assert first.iloc[0] < 0.9
    return (
        [*told[0], *told[1]],
        [draws(s)],
        [draws(s), *flat(told), str(shares.index[-1])],
    )


def capability_ranks(s: Any) -> Words:
    return ranks(s, s.appraisal.rank_acceptability())


def improvement_ranks(s: Any) -> Words:
    return ranks(s, s.priorities.rank_acceptability())


def allocation(s: Any) -> Words:
    f = s.allocation
    table = f.ranks()
    count, all_ = str(len(f.depending)), str(len(table))
    firsts = dict.fromkeys(str(table[key].idxmin()) for key in ("as stated", *f.keys))
    return (
        [count, all_],
        [str(len(f.keys)), str(f.draws), "80"],
        [count, all_, str(int(table["places_moved"].max())), *f.depending[:3], *firsts],
    )


def net_value(s: Any) -> Words:
    f = s.economics
    table = f.to_frame()
    kinds = table.index.get_level_values("kind")
    single, programme = table[kinds != "programme"], table[kinds == "programme"].iloc[0]
    told: Tokens = []
    for (kind, key), row in table.iterrows():
        told += [] if kind == "programme" else [str(key)]
        told += [*wide(row, "npv_m"), *chance(float(row["p_npv_positive"]))]
    return (
        [
            *(str(int((single["npv_m"] > 0).sum())), str(len(single))),
            *chance(float(programme["p_npv_positive"])),
        ],
        [year(s), "80", str(f.draws)],
        ["80", *told],
    )


def overrun(s: Any) -> Words:
    f = s.overrun
    (row,) = [r for _, r in f.to_frame().iterrows()]
    expected = triple(row, "expected_m")
    p80 = number(float(row["p80_m"]), speaking.places(*expected))
    told: Tokens = []
    for key, one in f.improvements().iterrows():
        told += [str(key), *wide(one, "asked_m"), *number(float(one["base_m"]))]
    return (
        ["PLAN", *exact(float(row["stated_m"])), *middle(*expected), *span(*expected), *p80, "80"],
        [year(s), "80", "80", *percent(f.common_cause)],
        ["80", *told],
    )


def acceptability(s: Any) -> Words:
    f = s.willingness
    table = f.to_frame()
    choices = list(table["choice"])
    changes = [k for k in range(len(choices)) if k == 0 or choices[k] != choices[k - 1]]
    some = table[table["choice"] != "nothing"]
    assert choices[0] == "nothing"
    assert len(changes) > 1
    told: Tokens = []
    for k in changes:
        told += [] if choices[k] == "nothing" else [str(choices[k])]
        told += number(float(table.index[k]))
    return (
        [
            *number(float(some.index[0])),
            *chance(float(some["p_best"].min())),
            *chance(float(some["p_best"].max())),
        ],
        [str(f.draws)],
        [
            *told,
            *number(float(table["information_m"].min()), 1),
            *number(float(table["information_m"].max()), 1),
        ],
    )


def scales(s: Any) -> Words:
    f = s.scales
    table, pairs = f.to_frame(), f.pairs()
    least = pairs.loc[pairs["rank_correlation"].idxmin()]
    r, low, high = triple(least, "rank_correlation")
    places = each(table, lambda row: [str(int(row[f"place_{x}"])) for x in f.scales])
    outcomes = list(f.outcomes)
    return (
        [
            *(str(len(f.depending)), str(len(table)), *number(r, 2)),
            *chance(float(least["p_same_first"])),
        ],
        [*outcomes, *number(r, 2), "80", *number(low, 2), *number(high, 2)],
        places,
    )


def judges(s: Any) -> Words:
    f = s.elicitation
    table, records = f.to_frame(), f.records()
    points: dict[str, list[float]] = {str(c): [] for c in table.index}
    for (_, _, criterion), row in records.iterrows():
        points[criterion].append(float(row["points"]))
    apart = max(points, key=lambda c: max(points[c]) - min(points[c]) if points[c] else -1.0)
    ends = [*number(min(points[apart]), 0), *number(max(points[apart]), 0)]
    top = table[table["branch"] == ""]
    swings = each(table, lambda r: flat(number(x, 0) for x in triple(r, "swing")))
    count = str(len(f.judges))
    agreed: Tokens = []
    for branch, figure in f.agreement()["concordance"].items():
        agreed += [str(branch)] if branch else []
        agreed += number(float(figure), 1)
    return (
        [count, str(top["swing"].idxmax()), apart, *ends],
        ["100", "100", "1", "0", *agreed],
        [count, str(len(table)), *swings, apart, *ends],
    )


def contributions(s: Any) -> Words:
    f = s.contributions
    points, scores = f.by_criterion(), f.scores()
    mean = {str(c): sum(map(float, points[c])) / len(points) for c in points}
    order = sorted(mean, key=lambda c: -mean[c])
    best = around(*(float(x) for x in scores.iloc[0]))
    first = str(points.index[0])
    told = flat([c, *number(mean[c], 0)] for c in order)
    return (
        [*told[:2], *number(sum(mean.values()), 0), first, *best],
        [str(f.draws), "80"],
        [str(len(points)), *told, first, *best],
    )


def score_steps(s: Any) -> Words:
    f = s.contributions
    first, second = map(str, f.scores().index[:2])
    table = f.between(first, second)
    start, end = number(float(table["start"].iloc[0]), 0), number(float(table["end"].iloc[-1]), 0)
    lifts, lowers = str(table.index[0]), str(table.index[-1])
    assert float(table["step"].iloc[-1]) < 0
    return (
        [first, second, *chance(f.p_ahead(first, second)), lifts],
        [*start, *end, "80", str(f.draws)],
        [second, *start, first, *end, *each(table, lambda r: wide(r, "step")), lifts, lowers],
    )


def claim(s: Any) -> Words:
    f = s.claim
    table = f.to_frame()
    row = table.to_dict("index")[f.primary]
    names = ("ratio", "ratio_low", "ratio_high")
    margin, level = exact(f.margin), percent(1 - 2 * f.alpha)
    told = [x for r in table.to_dict("records") for n in names for x in number(float(r[n]))]
    mine = [x for n in names for x in number(float(row[n]))]
    return ([*mine, *number(f.power.detectable)], [*level, "80", *margin], [*level, *told])


def claim_curve(s: Any) -> Words:
    f = s.claim
    table = f.specifications()
    mine = table[table["estimand"] == f.primary[0]]["ratio"]
    alpha = exact(f.alpha)
    found = f.curves[f.primary[0]]
    ends = [*number(float(mine.min())), *number(float(mine.max()))]
    told: Tokens = []
    for estimand, part in table.groupby("estimand", sort=False):
        told += [str(len(part)), *number(float(part["ratio"].min()))]
        told += [*number(float(part["ratio"].max()))]
        told += [*whole_part(f.curves[estimand].share_greater), "1", *alpha]
    return (
        [*whole_part(found.share_greater), str(len(mine)), "1", *alpha, *whole_part(found.p_share)],
        ["5", "95", "999"],
        [str(len(mine)), *ends, *number(found.median_ratio), *told],
    )


def claim_routes(s: Any) -> Words:
    table = s.routes.to_frame()
    told = [x for r in table["ratio"].dropna() for x in number(float(r))]
    level = percent(1 - 2 * s.claim.alpha)
    return ([str(len(s.routes.taken))], [*level, "80"], told)


def efficiency(s: Any) -> Words:
    f = s.excellence
    table = f.to_frame().sort_values("p_excellent", ascending=False, kind="stable")
    least, top, share = f.thresholds
    mine = table[table["p_excellent"] >= least]
    told = each(mine, lambda r: chance(float(r["p_excellent"])))
    at = whole_part(least)
    return (
        [str(len(mine)), str(len(table)), *at, *f.derived],
        [str(f.draws), *at, *whole_part(share), *whole_part(top)],
        [str(len(table)), "80", *at, *told, *f.derived, *f.designated],
    )


def gaps(s: Any) -> Words:
    table = s.excellence.gaps().dropna(subset=["gap"])
    table = table.sort_values("gap", ascending=False, kind="stable")
    largest: dict[str, Any] = {}
    for (capability, criterion), row in table.iterrows():
        largest.setdefault(str(capability), (str(criterion), row))
    told = [
        [c, k, *number(float(r["now"]), 0), *number(float(r["model"]), 0), *chance(r["p_below"])]
        for c, (k, r) in largest.items()
    ]
    first = table.iloc[0]
    gap = number(float(first["gap"]), 0)
    return (
        [*gap, *told[0][:2], *chance(float(first["p_below"]))],
        ["80", "0", "100"],
        flat(told),
    )


def gap_table(s: Any) -> Words:
    table = s.excellence.gaps()
    capabilities = list(dict.fromkeys(c for c, _ in table.index))
    criteria = list(dict.fromkeys(k for _, k in table.index))
    below = {
        k: sum(float(p) >= 0.9 for (_, x), p in table["p_below"].items() if x == k)
        for k in criteria
    }
    mean = {}
    for c in capabilities:
        known = [float(g) for (x, _), g in table["gap"].items() if x == c and g == g]
        mean[c] = sum(known) / len(known)
    all_, most = str(len(capabilities)), max(below.values())
    told = flat([k, str(n), all_] for k, n in below.items())
    far, near = max(mean, key=lambda c: mean[c]), min(mean, key=lambda c: mean[c])
    first = max(below, key=lambda k: below[k])
    return (
        ["90"] if not most else [first, str(most), all_, "90"],
        ["0", "100", "90"],
        [all_, str(len(criteria)), *told, far, near],
    )


def frontier(s: Any) -> Words:
    f = s.frontier
    table = f.to_frame()
    free = table[table["p_efficient"] >= f.least]
    stay = free[free["p_bounded"] >= f.least]
    told = each(free, lambda r: [*chance(float(r["p_efficient"])), *chance(float(r["p_bounded"]))])
    return (
        [str(len(stay)), str(len(free))],
        [str(f.draws), *whole_part(f.least), str(f.drawn)],
        told,
    )


def innovation(s: Any) -> Words:
    f = s.gap_worth
    table = f.to_frame().sort_values("gap", ascending=False, kind="stable")
    fields = {x: [str(c) for c in table.index[table["field"] == x]] for x in FIELDS}
    close = sum(map(float, table["closeness"])) / len(table)
    potential = sum(map(float, table["potential"])) / len(table)
    firm = sum(float(p) >= 0.9 for p in table["p_field"])
    alone = fields["unaided"]
    far = [str(len(alone)), str(len(table)), alone[0]] if alone else [str(len(fields["catch up"]))]
    return (
        far,
        [
            *("80", *percent(close), *number(potential, 1)),
            *(str(firm), str(len(table)), "90", str(f.draws)),
        ],
        [str(len(table)), *flat(fields.values())],
    )


FIELDS = ("catch up", "extend", "unaided", "keep")  # in the order of the alternative text


def architecture(s: Any) -> Words:
    case = s.case
    lifted: dict[str, set[str]] = {}
    for effect in case.effects:
        lifted.setdefault(effect.improvement, set()).add(effect.capability)
    reached = set().union(*lifted.values())
    widest = max(sorted(lifted), key=lambda i: len(lifted[i]))
    required = Counter(r.other for r in case.relations if r.relation == "requires")
    ((hub, count),) = required.most_common(1)
    carried = Counter(u.platform for u in case.usage)
    all_ = str(len(case.capabilities))
    improvements = str(len(case.improvements))
    platforms = [p.id for p in case.platforms]
    assert len(reached) == len(case.capabilities)
    return (
        [improvements, str(len(reached)), all_, hub, str(count)],
        ["0.5"],
        [
            *(str(len(platforms)), all_, improvements),
            *flat([p, str(carried[p])] for p in platforms),
            *(widest, str(len(lifted[widest])), hub, str(count)),
        ],
    )


def productivity(s: Any) -> Words:
    f = s.productivity
    table = f.to_frame()
    told: Tokens = []
    for _, row in table.iterrows():
        told += [str(row["capability"]), str(row["from_year"]), str(row["to_year"])]
        told += wide(row, "productivity")
        told += [*number(row["efficiency_change"]), *number(row["technical_change"])]
    rose = sum(float(p) >= 0.9 for p in table["p_rise"])
    return (
        [str(rose), str(len(table))],
        [str(f.fewest), str(f.draws)],
        ["80", *told],
    )


def alignment(s: Any) -> Words:
    table = s.priorities.to_frame().sort_values("gain", ascending=False, kind="stable")
    ends = triple(table.iloc[0], "gain")
    told = each(table, lambda r: [*number(float(r["gain"])), str(int(r["readiness"]))])
    return (
        [str(table.index[0]), *middle(*ends), "80", *span(*ends)],
        ["80", "1", "9", "7"],
        [*told, *(str(i) for i in table.index if table.loc[i, "readiness"] < 7)],
    )


def at_tenths(millions: float) -> Tokens:
    return number(millions, 0 if millions >= 100 else 1)


def order(s: Any) -> Words:
    f = s.programme
    chosen = list(f.chosen)
    budget, value, sure = exact(f.budget_m), around(*f.value), percent(f.confidence)
    bundles = flat(
        [str(place), *str(names).split(" + ")] for place, names in f.order()["improvements"].items()
    )
    needed = at_tenths(f.needed_m)
    return (
        [str(len(chosen)), *needed, *sure, *value],
        [*sure, year(s)],
        [*sure, *bundles, *needed, *budget, *value, *chosen],
    )


def membership(s: Any) -> Words:
    f = s.programme
    table, sets = f.to_frame(), f.good_sets()
    every = set(" ".join(sets["chosen"]).split())
    start = sum(str(role).startswith("start") for role in table["role"])
    told: Tokens = []
    for key, row in sorted(table.iterrows(), key=lambda r: (not r[1]["chosen"], -r[1]["core"])):
        held = [str(n) for n, names in sets["chosen"].items() if key in str(names).split()]
        told += [str(key), *held, *number(float(row["core"]), 2)] if held else []
    return (
        [str(start), str(len(every) - start)],
        [str(len(sets)), str(len(sets)), *percent(f.near), str(f.draws), "2008"],
        told,
    )


def good_sets(s: Any) -> Words:
    f = s.programme
    sets = f.good_sets()
    base, told = str(sets["chosen"].iloc[0]).split(), Tokens()
    for _, row in sets.iterrows():
        names = str(row["chosen"]).split()
        told += [i for i in names if i not in base]
        told += [i for i in base if i not in names]
        told += [*wide(row, "value"), *chance(float(row["p_better"]))]
    likeliest = max(float(p) for p in sets["p_better"].iloc[1:])
    near = percent(f.near)
    return (
        [str(len(sets) - 1), *near, *chance(likeliest)],
        [
            *("80", str(f.draws), *around(*f.value), *percent(f.confidence), year(s)),
            *(str(f.listed), *near, str(len(sets)), *number(f.regret)),
        ],
        told,
    )


def gantt(s: Any) -> Words:
    f = s.programme
    table = f.to_frame()
    done = table[table["chosen"]].sort_values("start", kind="stable")
    late = str(int((table["delay"] > 0).sum()))
    told = each(done, lambda r: [str(int(r["start"])), str(int(r["full_effect"]))])
    sure = percent(f.confidence)
    return (
        [str(len(done)), *chance(f.p_years), late],
        [*sure, *at_tenths(f.needed_m), *sure, *around(*f.value), year(s)],
        told,
    )


def funding(s: Any) -> Words:
    f = s.funding
    steps, curve, pledges = f.next_euro(), f.curve(), f.pledges()
    at = curve[curve["budget_m"] <= f.budget_m].iloc[-1]
    end = curve.iloc[-1]
    second = steps.iloc[1]
    earmarked = sum(
        float(x) for x, e in zip(pledges["amount_m"], pledges["earmark"], strict=True) if e
    )
    told = flat(
        [*exact(float(str(extra))), *number(float(gain))] for extra, gain in steps["gain"].items()
    )
    return (
        [*exact(5.0), *wide(second, "gain"), *exact(f.pledged_m), *exact(f.target_m)],
        ["80", *percent(s.programme.confidence), year(s)],
        [
            *(*wide(at, "gain"), *exact(f.budget_m)),
            *(*wide(end, "gain"), *exact(float(end["budget_m"])), *told),
            *(*exact(f.pledged_m), *exact(earmarked)),
        ],
    )


def money_map(s: Any) -> Words:
    f = s.funding.money
    table = f.to_frame()
    years: dict[str, float] = {}
    for (_, at), row in table.iterrows():
        if row["use"] == "programme":
            years[str(at)] = years.get(str(at), 0.0) + float(row["stated_m"])
    told = flat([at, *number(years[at])] for at in sorted(years))
    goal = exact(f.target_m)
    return (
        [*exact(f.stated_m), *middle(*f.gap_m), *span(*f.gap_m), *goal],
        [year(s), "80", str(f.draws)],
        [*told, *around(*f.money_m), *exact(f.stated_m), *goal, *middle(*f.gap_m)],
    )


def earmarks(s: Any) -> Words:
    f = s.funding.earmarks
    table = f.to_frame().to_dict("index")
    labels = dict.fromkeys(str(label) for _, label in table if label != "timing")
    told: Tokens = []
    for label in labels:
        told += [] if label == "all" else label.split(" + ")
        told += number(float(table["budget", label]["price"]))
        told += number(float(table["pledged", label]["price"]))
    everything = table["budget", "all"]
    loss, budget = number(float(everything["price"])), exact(s.funding.budget_m)
    alone = number(float(table["pledged", "all"]["price"]))
    return (
        [*budget, *loss, *chance(float(everything["p_costs"]))],
        ["80", str(f.draws)],
        [*told, *loss, *budget, *alone],
    )


def donor_menu(s: Any) -> Words:
    table = s.funding.menu.to_frame()
    asked = table["asked_m"]
    told: Tokens = []
    for key, row in table.iterrows():
        others = len(str(row["needs"]).split())
        told += [str(key), *([str(others)] if others else []), *number(float(row["asked_m"]))]
        told += [*number(float(row["gain"])), *number(float(row["core"]), 2)]
    inside = str(int(table["chosen"].sum()))
    return (
        [str(len(table)), *number(float(asked.min())), *number(float(asked.max())), inside],
        [year(s), "80", *exact(s.funding.budget_m)],
        told,
    )


def hub(s: Any) -> Words:
    f = s.network
    curve = f.curve()
    here = [row for n, row in curve.iterrows() if float(str(n)) <= f.members][-1]
    count = str(f.members)
    level = f.break_even
    return (
        [*span(*level), count, *chance(f.p_hub)],
        [year(s), "80", *around(*(100 * x for x in f.wanted)), count],
        [
            *(count, *wide(here, "hub_m"), *wide(here, "links_m")),
            *(*middle(*level), "80", *span(*level), *chance(f.p_hub), str(f.draws)),
        ],
    )


def coverage(s: Any) -> Words:
    f = s.network
    table = f.to_frame().sort_values("dyads", ascending=False, kind="stable")
    heads = table["searchers"] / table["members"]
    widest = (heads - table["dyads"]).idxmax()
    told = each(table, lambda r: around(*(100 * x for x in triple(r, "dyads"))))
    return (
        [
            *(*whole_part(float(heads[widest])), str(widest)),
            *whole_part(float(table.loc[widest, "dyads"])),
        ],
        ["80", str(f.draws), str(f.members)],
        [str(len(table)), "80", *told],
    )


def steps(s: Any) -> Words:
    f = s.network
    table = f.steps()
    known = f.to_frame()["value_m"]
    ends = {"record": ["1"], "quality": ["1"]}
    told: Tokens = []
    for key in ("member", "connection", "record", "quality"):
        row = table.loc[key]
        told += [*ends.get(key, []), *wide(row, "own_k"), *wide(row, "external_k")]
    row = table.loc["member"]
    share = float(row["external_k"] / (row["own_k"] + row["external_k"]))
    measured = str(sum(float(x) == float(x) for x in known))
    return (
        [*whole_part(share), *wide(row, "own_k"), *wide(row, "external_k")],
        [year(s), "80", str(f.draws), measured, str(len(known))],
        told,
    )


def tornado(s: Any) -> Words:
    f = s.sensitivity
    table = f.to_frame()
    turning, shown = str(len(f.turning)), table.head(12)
    told = flat(
        [*number(float(r["at_low"])), *number(float(r["at_high"]))]
        for _, r in shown.head(8).iterrows()
    )
    return (
        [turning, str(len(table)), "80"],
        ["10", "90", str(len(shown)), str(len(table))],
        [str(len(shown)), *number(f.base), *told, str(len(shown) - 8)],
    )


def evidence(s: Any) -> Words:
    table = s.sensitivity.evidence()
    told = flat(whole_part(float(x)) for part in table.columns for x in table[part])
    weak = whole_part(float(table["cost"]["D"]) + float(table["cost"]["E"]))
    return weak, [], told


def switching(s: Any) -> Words:
    f = s.switching
    p = f.to_frame()["p_both"]
    p = p[~p.index.duplicated()]
    count, shown = str(len(f.switching)), str(min(len(p), 12))
    told = flat(chance(float(x)) for x in p.head(12))
    first = chance(float(p.iloc[0]))
    return ([count, str(f.looked_at), *first], [shown, count], [shown, *told])


def threshold(s: Any) -> Words:
    f, alone = s.threshold, s.switching
    grid = f.to_frame().to_numpy()
    turned, p = str(int((~grid).sum())), chance(f.p_turned)
    reached = alone.to_frame()["p_both"].groupby(level=0).first()
    single = flat(chance(float(reached[e.name])) for e in f.inputs)
    return (p, [], [turned, str(grid.size), *p, *single])


def information(s: Any) -> Words:
    f = s.resolving
    table = f.to_frame()
    shown, whole = table[table["clear"]].head(12), number(f.evpi)
    told = flat(number(float(v)) for v in shown["value"])
    single = shown[~shown.index.isin(["costs", "values"])]
    first = number(float(single["value"].iloc[0])) if len(single) else []
    error, ceiling = number(f.evpi_error), number(f.ceiling)
    return (
        [*first, *whole],
        ["95", *whole, *error, *ceiling, str(f.draws)],
        [*told, *whole],
    )


EXPECTED: tuple[Callable[[Any], Words], ...] = (
    *(need_map, needs, cost_value, payers, capability_ranks, improvement_ranks, allocation),
    *(overrun, net_value, acceptability, scales, judges, contributions, score_steps),
    *(claim, claim_curve, claim_routes),
    *(efficiency, gaps, gap_table, frontier, innovation, architecture, productivity, alignment),
    *(order, membership, good_sets, gantt, funding, money_map, earmarks, donor_menu, hub, coverage),
    *(steps, tornado, evidence, switching, threshold, information),
)
NOT_DRAWN = {  # under net value no input alone changes that programme, and none is worth knowing
    ("switching", "net"),
    ("threshold", "net"),
    ("information", "net"),
}
INPUTS = {"tornado", "switching", "threshold", "information"}  # names of inputs are not read


def words(study: Any, key: str, language: str) -> tuple[str, ...]:
    voice = Language.of(study.case, language).charts
    return GALLERY[key].words(study, voice, "title", "caption", "alt")


@pytest.mark.parametrize("objective", speaking.OBJECTIVES)
@pytest.mark.parametrize("expected", EXPECTED, ids=lambda f: f.__name__)
def test_a_chart_says_what_its_tables_say(expected: Callable[[Any], Words], objective: str) -> None:
    study, key = speaking.speaking_study(objective), expected.__name__
    assert GALLERY[key].asked(study) == ((key, objective) not in NOT_DRAWN)
    if (key, objective) in NOT_DRAWN:
        return
    names = {} if key in INPUTS else study.case.names("en")
    told, said = words(study, key, "en"), expected(study)
    for text, tokens in zip(told, said, strict=True):
        assert speaking.surveyed(text, names) == tokens, text


def test_no_chart_is_left_out() -> None:
    study = speaking.speaking_study()
    asked = {key for key, chart in GALLERY.items() if chart.asked(study)}
    assert asked == {f.__name__ for f in EXPECTED}


IN_WORDS = {"0", "1", "2"}  # which Arabic also says in words
AS_WORDS = ("10", "90")  # deciles, in Arabic


@pytest.mark.parametrize("language", [one for one in speaking.LANGUAGES if one != "en"])
def test_charts_say_the_same_numbers_in_every_language(language: str) -> None:
    differ = []
    for objective in speaking.OBJECTIVES:
        study = speaking.speaking_study(objective)
        for expected in EXPECTED:
            key = expected.__name__
            if not GALLERY[key].asked(study):
                continue
            english = words(study, key, "en")
            if objective != "distance" and english == words(speaking.speaking_study(), key, "en"):
                continue  # said already
            for text, told in zip(english, words(study, key, language), strict=True):
                ours = Counter(speaking.numbers(text, "en"))
                theirs = Counter(speaking.numbers(told, language))
                missing, more = ours - theirs, theirs - ours
                missing -= Counter(AS_WORDS if (language, key) == ("ar", "tornado") else ())
                if more or (missing and not (language == "ar" and IN_WORDS.issuperset(missing))):
                    differ.append(f"{key}: -{[*missing]} +{[*more]}: {text!r} | {told!r}")
    assert not differ, f"{len(differ)}\n" + "\n".join(differ)


@pytest.mark.parametrize("language", speaking.LANGUAGES)
def test_the_report_prints_what_the_chart_says(language: str) -> None:
    """The picture of page 1 tells the numbers of the chart that stood there."""
    study, told = speaking.speaking_study(), speaking.pages("distance", language)
    title = words(study, "order", language)[0]
    mine = speaking.numbers(told["decision.picture.title"], language)
    shared = [x for x in speaking.numbers(title, language) if x in mine]
    # how many (Arabic says two in a word), the money, how surely
    assert len(shared) == (2 if language == "ar" else 3)


# ---------------------------------------------------------------- figures beside the rows


def sorted_by(table: pd.DataFrame, *columns: str) -> list[Any]:
    ordered = table.sort_values(list(columns), ascending=False, kind="stable")
    return [row for _, row in ordered.iterrows()]


def drawn_payers(s: Any) -> list[Tokens]:
    return [wide(r, "cost_m") for r in sorted_by(s.appraisal.to_frame(), "cost_m")]


def drawn_overrun(s: Any) -> list[Tokens]:
    return [wide(r, "asked_m") for r in sorted_by(s.overrun.improvements(), "asked_m")]


def drawn_membership(s: Any) -> list[Tokens]:
    table = s.programme.to_frame()
    rows = sorted(table.iterrows(), key=lambda r: (not r[1]["chosen"], -r[1]["core"]))
    every = set(" ".join(s.programme.good_sets()["chosen"]).split())
    return [number(float(row["core"]), 2) for key, row in rows if key in every]


def drawn_good_sets(s: Any) -> list[Tokens]:
    """What each set needs, then how often it is better than the first."""
    sets = s.programme.good_sets()
    needed = [number(float(m), 1) for m in sets["at_confidence_m"]]
    return [*needed, [], *(chance(float(p)) for p in sets["p_better"].iloc[1:])]


def drawn_money_map(s: Any) -> list[Tokens]:
    """What is expected of each year, then what is missing to budget and target."""
    money = s.funding.money
    years: dict[int, float] = {}
    for (_, at), row in money.to_frame().iterrows():
        if row["use"] == "programme":
            years[at] = years.get(at, 0.0) + float(row["expected_m"])
    told = [number(years[at]) for at in sorted(years)]
    return [*told, around(*money.budget_gap_m), around(*money.gap_m)]


def drawn_earmarks(s: Any) -> list[Tokens]:
    chances = s.funding.earmarks.to_frame()["p_costs"].to_dict()
    labels = dict.fromkeys(label for _, label in chances if label != "timing")
    return [
        [*chance(chances["budget", label]), *chance(chances["pledged", label])] for label in labels
    ]


def drawn_donor_menu(s: Any) -> list[Tokens]:
    rows = [row for _, row in s.funding.menu.to_frame().iterrows()]
    return [[*wide(r, "gain"), *number(float(r["core"]), 2)] for r in rows]


def drawn_claim(s: Any) -> list[Tokens]:
    return [number(float(r)) for r in s.claim.to_frame()["detectable"]]


def drawn_efficiency(s: Any) -> list[Tokens]:
    """First all shares of draws in which it is excellent, then in which it is among the best."""
    table = s.excellence.to_frame()
    columns = [sorted(map(float, table[c])) for c in ("p_excellent", "p_top")]
    return [chance(p) for column in columns for p in column]


def drawn_steps(s: Any) -> list[Tokens]:
    table = s.network.steps()
    rows = [table.loc[key] for key in ("member", "connection", "record", "quality")]
    return [[*wide(r, "own_k"), *wide(r, "external_k")] for r in rows]


def drawn_coverage(s: Any) -> list[Tokens]:
    rows = sorted_by(s.network.to_frame(), "dyads")
    return [around(*(100 * x for x in triple(r, "dyads"))) for r in rows]


def drawn_contributions(s: Any) -> list[Tokens]:
    return [around(*map(float, row)) for row in s.contributions.scores().to_numpy()]


def drawn_gantt(s: Any) -> list[Tokens]:
    """Money asked of each improvement; the axis tells what each year asks."""
    table = s.programme.to_frame()
    return [number(float(x)) for x in table["asked_m"][table["chosen"]]]


BESIDE: tuple[Callable[[Any], list[Tokens]], ...] = (
    *(drawn_payers, drawn_overrun, drawn_membership, drawn_good_sets, drawn_money_map),
    *(drawn_earmarks, drawn_donor_menu, drawn_claim, drawn_efficiency, drawn_steps, drawn_coverage),
    *(drawn_contributions, drawn_gantt),
)
ANY_ORDER = {"efficiency"}  # rows stand in an order of their own


@pytest.mark.parametrize("expected", BESIDE, ids=lambda f: f.__name__)
def test_the_figures_beside_the_rows(expected: Callable[[Any], list[Tokens]]) -> None:
    study, key = speaking.speaking_study(), expected.__name__.removeprefix("drawn_")
    figure = GALLERY[key].figure(study, Language.of(study.case, "en").charts)
    (ax,) = figure.axes
    texts = [t.get_text() for t in ax.texts if t.get_position()[0] == 1.0]
    read, said = [speaking.numbers(text, "en") for text in texts], expected(study)
    assert (sorted(read) == sorted(said)) if key in ANY_ORDER else (read == said)


def test_the_timetable_tells_what_each_year_asks() -> None:
    study = speaking.speaking_study()
    years = study.programme.by_year()
    figure = GALLERY["gantt"].figure(study, Language.of(study.case, "en").charts)
    (ax,) = figure.axes
    read = [speaking.numbers(label.get_text(), "en") for label in ax.get_xticklabels()]
    said = [[str(at), *number(float(x), 1)] for at, x in years["spend_m"].items()]
    assert read == said
