"""One quantity is one number, whichever answer gives it.

`QUANTITIES` lists what several answers compute: the quantity, two answers that give it, and how it
is read from each. Every line is held on the bundled case, on the small one, and on cases made at
random with several payers and funds, limits, towers, relations, shapes and groups of inputs. The
cases "ramps" and "pairs" have effects that rise over years, and improvements that add more or less
beside one another.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from capworth import best_programme
from capworth.appraisal.conventions import compare_conventions
from capworth.appraisal.cost_cube import cost_cube
from capworth.case.model import (
    Case,
    CostLine,
    Effect,
    Estimate,
    Improvement,
    Limit,
    Minimum,
    Pledge,
    Relation,
    Target,
)
from capworth.case.read import read_case
from capworth.model.costs import discount_factors
from capworth.model.result import Provenance
from capworth.model.simulation import draw_sample
from capworth.multicriteria.contributions import explain
from capworth.programme.choice import Choice
from capworth.programme.priorities import rank_sets
from capworth.programme.reasons import beside
from capworth.programme.selection import choose_programme
from capworth.study.stages import PARTS

ROOT: Final = Path(__file__).parents[2]
PAYERS: Final = ("organisation", "members", "donors")
LEVELS: Final = {"reach": (5, 40), "speed": (-20, -2), "results": (0.2, 2.5)}  # changes, by measure
STEPS: Final = {"REG": ("hit_rate", "verified", "used"), "LAB": ("verified", "used")}
YEARS: Final = 6

Answers = Any  # a study; every case here asks for all the answers that are read
Pair = tuple[Any, Any]


# ---- cases made at random


def made(seed: int, *, ramps: bool = False, pairs: bool = False, objective: str = "score") -> Case:
    """A case with improvements, money and ties of its own, on the services of the small one."""
    rng = np.random.default_rng(seed)
    base = read_case(ROOT / "tests" / "cases" / "small").with_settings(years=YEARS)
    first, count = base.settings.first_year, int(rng.integers(5, 7))
    ids = [f"I{k}" for k in range(count)]

    def number(name: str, low: float, high: float, unit: str = "EUR", **more: Any) -> Estimate:
        least, mode, most = np.sort(rng.uniform(low, high, 3)).tolist()
        return Estimate(name, least, mode, most, unit, "D", "", "invented", 0, **more)

    starts = np.sort(rng.integers(first, first + 3, count))
    leads = np.sort(rng.integers(0, 2, count))  # what requires another is never felt before it
    improvements = tuple(
        Improvement(
            id=i,
            name=f"Improvement {i}",
            readiness=int(rng.integers(1, 10)),
            start_year=int(start),
            effect_year=int(start + lead),
            illustrative=True,
            basis="invented",
            tower="T" if k < 2 else "",
            ramp_years=int(rng.integers(1, 4)) if ramps else 0,
            staff=float(rng.integers(0, 4)),
        )
        for k, (i, start, lead) in enumerate(zip(ids, starts, leads, strict=True))
    )
    costs, effects = [], []
    for improvement in improvements:
        i, start = improvement.id, improvement.start_year
        for payer in rng.choice(("organisation", "donors"), int(rng.integers(1, 3)), replace=False):
            name = f"{i}-BUILD-{payer}"
            shape = str(rng.choice(("", "triangular", "uniform")))
            amount = number(f"costs/{name}", 2e4, 9e4, shape=shape, group="build", share=0.4)
            line = CostLine(name, "technology", str(payer), "one-off", "EUR", 2024, amount)
            costs.append(
                replace(
                    line,
                    improvement=i,
                    from_year=start,
                    to_year=start + int(rng.integers(0, 2)),
                    bias=str(rng.choice(("none", "equipment_development"))),
                    mitigation=0.5,
                )
            )
        for payer, kind in zip(PAYERS[:2], rng.permutation(("one-off", "recurrent")), strict=True):
            name = f"{i}-{payer}"
            amount = number(f"costs/{name}", 1e3, 2e4)
            line = CostLine(name, "staff", payer, str(kind), "GBP", 2020, amount)
            costs.append(replace(line, improvement=i, from_year=start, to_year=start + 1))
        for capability in rng.choice(base.capability_ids, 2, replace=False):
            criterion = str(rng.choice(tuple(LEVELS)))
            name = f"effects/{i}/{capability}/{criterion}"
            change = number(name, *LEVELS[criterion], "units")
            effects.append(Effect(i, str(capability), change, criterion=criterion))
        if i in ("I1", "I2", "I3") or rng.random() < 0.5:
            capability = str(rng.choice(tuple(STEPS)))
            step = str(rng.choice(STEPS[capability]))
            change = number(f"effects/{i}/{capability}/{step}", 1.0, 1.5, "factor")
            effects.append(Effect(i, capability, change, step=step))
    relations = [
        Relation("I4", "requires", str(rng.choice(("I1", "I2")))),
        Relation("I3", "excludes", "I0"),
        Relation("I4", "requires_any", "I3"),
        Relation("I4", "requires_any", "I0"),
    ]
    if pairs:
        # an improvement that gains nothing has no lesser gain to add a part of
        for one, other, ends in (("I2", "I3", (0.2, 0.9)), ("I1", "I3", (-0.5, -0.1))):
            bonus = number(f"relations/{one}/{other}", *ends, "share")
            relations.append(Relation(one, "synergy", other, bonus=bonus))
    funding = tuple(
        Pledge(
            name,
            name,
            kind,
            int(first + rng.integers(0, 2)),
            "EUR",
            2024,
            number(f"funding/{name}", 1e4, 6e4),
            years=years,
            earmark=earmark,
        )
        for name, kind, years, earmark in (
            ("ALMS", "voluntary", 1, ()),
            ("BOND", "earmarked", 2, ("I0", "I2")),
            ("CLUB", "earmarked", 1, ("I3", "I1")),
            ("DOLE", "voluntary", 3, ()),
        )
    )
    limits = (
        Limit("DONORS", "Donors in all", "money", 300_000.0, "invented", payer="donors"),
        Limit("POSTS", "Posts", "staff", 20.0, "invented"),
    )
    return replace(
        base,
        improvements=improvements,
        effects=tuple(effects),
        costs=(*(line for line in base.costs if not line.improvement), *costs),
        relations=tuple(relations),
        funding=funding,
        limits=limits,
        minimums=(Minimum("ONE", "One of two", 1, "invented", improvements=("I1", "I2")),),
        targets=(
            Target("POINTS", "Points", "score", 6.0, "invented"),
            Target("FAST", "Fast register", "level", 15.0, "invented", "REG", "speed"),
        ),
    ).with_settings(
        budget=float(rng.integers(34, 46)) * 1e4,
        target=8e5,
        objective=objective,
        seed=seed,
    )


CASES: Final[Mapping[str, Callable[[], Case]]] = {
    "small": lambda: read_case(ROOT / "tests" / "cases" / "small"),
    "score": lambda: made(1),
    "money": lambda: made(2, objective="money"),
    "harm": lambda: made(3, objective="harm"),
    "ramps": lambda: made(4, ramps=True),
    "pairs": lambda: made(15, pairs=True),
}
NAMES: Final = ("bundled", *CASES)  # the first is the study that all tests share
FEW: Final = 100


UNREAD: Final = {  # answers of which no line below reads anything; kept out to be quick
    *("feedback", "reversals", "elicitation", "scales", "excellence", "gap_worth", "frontier"),
    *("productivity", "sensitivity", "soundness"),
}


@cache
def study_of(name: str) -> Answers:
    """All answers to one of the cases that are read below."""
    case = CASES[name]()
    found: dict[str, Any] = {}
    with threadpool_limits(1, "blas"):
        sample, known = draw_sample(case, FEW), Provenance.of(case, FEW)
        for answer, stage in PARTS.items():
            if answer not in UNREAD:
                found[answer] = stage.find(sample, *(found[need] for need in stage.needs), known)
    return SimpleNamespace(case=case, sample=sample, provenance=known, **found)


# ---- how a quantity is read from an answer


def ends(table: pd.DataFrame, name: str, per: float = 1.0) -> Any:
    """Mean and both ends of the 80 % interval of one column."""
    found = table[[name, f"{name}_low", f"{name}_high"]] / per
    return found.set_axis(["mean", "low", "high"], axis=1)


def kind(table: pd.DataFrame, *levels: str) -> Any:
    """The rows of one kind, indexed by what they are about."""
    return table.xs(levels, level=list(range(len(levels))))


def capabilities(study: Answers) -> Any:
    """The table of capabilities."""
    return study.appraisal.to_frame()


def annuity(study: Answers) -> float:
    """Discounted years of the appraisal."""
    return float(discount_factors(study.case).sum())


def in_money(study: Answers) -> list[str]:
    """Capabilities whose benefits are known in money."""
    table = capabilities(study)
    return list(table.index[table["money_m"].notna()])


def priced(study: Answers) -> list[str]:
    """Improvements whose yearly benefits all have a price: of others the benefit is unknown."""
    table = kind(study.economics.to_frame(), "improvement")
    return list(table.index[table["benefit_m"].notna()])


def whole_benefits(table: pd.DataFrame) -> pd.DataFrame:
    """Indicators, the benefit absent where it is only the part of it that has a price."""
    return table.assign(benefit_m=table["benefit_m"].where(table["npv_m"].notna()))


def in_harm(study: Answers) -> list[str]:
    """Capabilities whose effect is known in days of a harm index."""
    table = capabilities(study)
    return list(table.index[table["harm_days"].notna()])


def alone(study: Answers) -> list[str]:
    """Packages of the donor menu that hold one improvement only."""
    menu = study.funding.menu.to_frame()
    return list(menu.index[menu["needs"].isin([""])])


def chosen(study: Answers) -> list[str]:
    """The recommended improvements."""
    return list(study.programme.chosen)


def step(table: pd.DataFrame, budget_m: float) -> Any:
    """The last step of a frontier that a budget pays for."""
    return table[table["budget_m"] <= budget_m * (1 + 1e-9)].iloc[-1]


def recommended(study: Answers, table: pd.DataFrame, name: str) -> Any:
    """Mean and interval of the recommended programme among the indicators."""
    return ends(kind(table, "programme"), name).loc["recommended"]


def ranked(study: Answers, sets: Mapping[str, Sequence[str]]) -> Any:
    """Sets of improvements as `rank_sets` describes them."""
    return rank_sets(study.sample, {"nothing": [], **sets}).to_frame()


def by_payer(study: Answers, what: str) -> Any:
    """What each payer pays for the capabilities, or improvements, of the accounts."""
    table = kind(study.economics.accounts(), what)["pays_m"].reset_index()
    return table.pivot_table("pays_m", "subject", "party")[list(PAYERS)]


def added(study: Answers, name: str) -> Any:
    """A measure of the improvements, mean and interval, as the priorities have it."""
    return ends(study.priorities.to_frame(), name)


def of_objective(study: Answers) -> Any:
    """Mean gain of each improvement on the objective of the case."""
    table = study.priorities.to_frame()
    if study.programme.measure == "net":
        return table["money_m"] - table["cost_m"]
    return table["gain" if study.programme.measure == "distance" else "harm_days"]


def both_ways(shares: pd.DataFrame) -> Any:
    """Expected place from the shares of all places."""
    return (shares * shares.columns.to_numpy(dtype=float)).sum(axis=1)


def by_pairs(pairs: pd.DataFrame) -> Any:
    """Expected place from the chances to be ahead of each other one."""
    return len(pairs) - (pairs.sum(axis=1) - np.diag(pairs))


def places(expected: pd.Series) -> Any:
    """Places by expected rank, equals sharing the better one."""
    return expected.round(9).rank(method="min")


def paid_by_improvement(study: Answers) -> Pair:
    """What all funds pay for an improvement, and what it asks."""
    paid = study.funding.earmarks.payments()["paid_m"].groupby(level="improvement").sum()
    return paid, study.programme.to_frame().loc[paid.index, "asked_m"]


def left_over(study: Answers) -> Pair:
    """What a fund holds less what it pays and leaves unspent, to one unit of money: nothing."""
    worth = study.funding.earmarks.funds().loc["budget"]
    paid = study.funding.earmarks.payments()["paid_m"].groupby(level="fund").sum()
    lost = worth["amount_m"] - paid.reindex(worth.index).fillna(0.0) - worth["unspent_m"]
    return lost.where(lost.abs() > 1e-6, 0.0), lost * 0.0


def income_of_funds(study: Answers) -> Pair:
    """Income of each fund over the years, and what it holds."""
    earmarks = study.funding.earmarks
    return (
        earmarks.by_year()["income_m"].groupby(level=["scope", "fund"]).sum(),
        earmarks.funds()["amount_m"],
    )


def cost_at_modes(study: Answers) -> Pair:
    """Discounted cost of some capabilities, from the cube and from the rows behind them."""
    cube = cost_cube(study.case).by("capability", "year").reset_index()
    cube = cube.pivot_table("amount_m", "capability", "year", fill_value=0.0)
    some = list(cube.index[:4])
    factors = discount_factors(study.case)
    first = study.case.settings.first_year
    paid = cube.loc[some] @ pd.Series(factors, range(first, first + len(factors))).loc[cube.columns]
    rows = {}
    for capability in some:
        table = explain(study.case, capability).to_frame()
        rows[capability] = table.loc[table["part"] == "cost", "amount"].sum()
    return paid, pd.Series(rows)


def in_the_long_run(study: Answers) -> Pair:
    """What the programme adds by year, brought together, and what it adds in all."""
    years = study.programme.by_year()["value"].to_numpy()
    whole = 1.0 if study.programme.measure == "net" else annuity(study)
    return float(discount_factors(study.case) @ years) / whole, study.programme.value[0]


def spent_by_year(study: Answers) -> Pair:
    """Money of all years of the programme, and what its improvements ask for."""
    return study.programme.by_year()["spend_m"].sum(), study.programme.asked_m


def more_money(study: Answers) -> Pair:
    """What further money buys, on the programme's table and as the next steps of funding."""
    table, steps = study.programme.further(), study.funding.next_euro()
    found = table[["more", "more_low", "more_high", "p_more", "added", "dropped"]].iloc[1:]
    return found.to_numpy(), steps[
        ["gain", "gain_low", "gain_high", "p_gain", "added", "dropped"]
    ].to_numpy()


def attributed(study: Answers) -> Pair:
    """Benefit a year in money, and the outcomes' part of it where no false hit burdens anybody."""
    burdened = {s.capability for s in study.case.chain if s.step == "false_hit"}
    some = [c for c in in_money(study) if c not in burdened]
    money = study.attribution.to_frame()["money_m"].groupby(level="capability").sum()
    return capabilities(study).loc[some, "money_m"] / annuity(study), money.loc[some]


def leaving_out(study: Answers) -> Pair:
    """What the best programme loses without each improvement, and what the case without it has."""
    found, wanted = study.joint_gains.to_frame()["loss_without"], {}
    for name in study.programme.chosen[:2]:
        dear = tuple(  # it costs more than there is, and nobody can have it
            replace(c, amount=replace(c.amount, **dict.fromkeys(("low", "mode", "high"), 1e12)))
            if c.improvement == name and c.kind == "one-off" and not c.total
            else c
            for c in study.case.costs
        )
        case = replace(study.case, costs=dear)
        sample = draw_sample(case, study.sample.draws)
        without = choose_programme(sample, Provenance.of(case, study.sample.draws))
        assert without is not None
        if without.feasible and name not in without.chosen:
            wanted[name] = study.programme.value[0] - without.value[0]
    assert wanted
    return found.loc[list(wanted)], pd.Series(wanted)


def of_a_member(study: Answers) -> Pair:
    """Points of improvements to the first members, less their factor; and the gain itself."""
    gain = added(study, "gain")
    found, wanted = [], []
    for member in study.members.to_frame().index[:3]:
        table = study.members.improvements(str(member))
        table = table[table["factor"] > 0]
        found.append(ends(table, "points").div(table["factor"], axis=0))
        wanted.append(gain.loc[table.index])
    return pd.concat(found), pd.concat(wanted)


def packages(study: Answers) -> Pair:
    """Cost and gain of every package of the donor menu, and of the same set among the sets."""
    menu = study.funding.menu.to_frame()
    found = ranked(study, {str(k): words.split() for k, words in menu["improvements"].items()})
    columns = [f"{n}{e}" for n in ("cost_m", "gain") for e in ("", "_low", "_high")]
    return menu[columns], found.loc[list(menu.index), columns]


def convention(study: Answers) -> Pair:
    """Programme and places under the conventions of the case, and as they are recommended."""
    found = compare_conventions(study.case, draws=study.sample.draws)
    names = {"distance": "distance", "net": "net", "harm": study.case.harm_index}
    row = found.programmes().loc[(names[study.programme.measure], "as stated")]
    expected = capabilities(study)["expected_place"].reindex(study.case.capability_ids)
    mine = study.programme
    return (
        [row["chosen"], row["asked_m"], row["gain"], *found.to_frame()["place"].sort_index()],
        [" ".join(chosen(study)), mine.asked_m, mine.value[0], *places(expected).sort_index()],
    )


# ---- the quantities


class Quantity(NamedTuple):
    """One quantity, the two answers that give it, and how it is read from both."""

    name: str
    one: str
    other: str
    read: Callable[[Answers], Pair]
    only: tuple[str, ...] = NAMES


MADE: Final = ("small", "score", "money", "harm", "ramps", "pairs")  # all but the bundled case
SCORE: Final = ("bundled", "small", "score", "ramps", "pairs")  # cases whose objective is the score


QUANTITIES: Final = (
    # -- capabilities
    Quantity(
        "cost of a capability",
        "capabilities",
        "cost_by_payer",
        lambda s: (capabilities(s)["cost_m"], s.appraisal.cost_by_payer().sum(axis=1)),
    ),
    Quantity(
        "cost of a capability, with range",
        "capabilities",
        "allocation_costs",
        lambda s: (
            ends(capabilities(s), "cost_m"),
            ends(s.allocation.bearing().xs("as stated", level="key"), "cost_m"),
        ),
    ),
    Quantity(
        "cost of a capability, with range, from yearly flows",
        "capabilities",
        "economics",
        lambda s: (
            ends(capabilities(s).loc[in_money(s)], "cost_m"),
            ends(kind(s.economics.to_frame(), "capability"), "cost_m").loc[in_money(s)],
        ),
    ),
    Quantity(
        "cost of a capability",
        "capabilities",
        "effectiveness",
        lambda s: (
            capabilities(s)["cost_m"],
            kind(s.effectiveness.to_frame(), "capability", "score")["cost_m"],
        ),
    ),
    Quantity(
        "cost of a capability at the modes",
        "cost_cube",
        "explanation",
        cost_at_modes,
    ),
    Quantity(
        "cost of a capability a year, with range",
        "capabilities",
        "capabilities",
        lambda s: (
            ends(capabilities(s), "annual_cost_m", 1 / annuity(s)),
            ends(capabilities(s), "cost_m"),
        ),
    ),
    Quantity(
        "cost of all capabilities",
        "capabilities",
        "total",
        lambda s: (capabilities(s)["cost_m"].sum(), s.appraisal.total_cost[0]),
    ),
    Quantity(
        "cost borne by members, a year",
        "cost_by_payer",
        "members_totals",
        lambda s: (
            s.appraisal.cost_by_payer()["members"].sum() / annuity(s),
            s.members.totals().loc["national_m", "study"],
        ),
    ),
    Quantity(
        "benefit of a capability in money, with range",
        "capabilities",
        "economics",
        lambda s: (
            ends(capabilities(s).loc[in_money(s)], "money_m"),
            ends(kind(s.economics.to_frame(), "capability"), "benefit_m").loc[in_money(s)],
        ),
    ),
    Quantity(
        "net value of a capability, with range",
        "capabilities",
        "economics",
        lambda s: (
            ends(capabilities(s).loc[in_money(s)], "net_m"),
            ends(kind(s.economics.to_frame(), "capability"), "npv_m").loc[in_money(s)],
        ),
    ),
    Quantity(
        "chance that a capability is worth more than it costs",
        "capabilities",
        "economics",
        lambda s: (
            capabilities(s).loc[in_money(s), "p_net_positive"],
            kind(s.economics.to_frame(), "capability").loc[in_money(s), "p_npv_positive"],
        ),
    ),
    Quantity(
        "benefit in money a year",
        "capabilities",
        "members_totals",
        lambda s: (
            capabilities(s)["money_m"].sum() / annuity(s),
            s.members.totals().loc["own_m", "study"],
        ),
    ),
    Quantity(
        "benefit of a capability in money a year",
        "capabilities",
        "members by capability",
        lambda s: (
            capabilities(s).loc[in_money(s), "money_m"] / annuity(s),
            s.members.by_capability()["own_m"]
            .groupby(level="capability")
            .sum()
            .reindex(in_money(s)),
        ),
    ),
    Quantity(
        "benefit of a capability in money a year, with range",
        "capabilities",
        "network",
        lambda s: (
            ends(capabilities(s), "money_m", annuity(s)).reindex(s.network.to_frame().index),
            ends(s.network.to_frame(), "value_m"),
        ),
    ),
    Quantity(
        "benefit of a capability in money a year",
        "capabilities",
        "attribution",
        attributed,
        only=MADE,  # every chain of the bundled case burdens somebody
    ),
    Quantity(
        "benefit in money of all capabilities",
        "capabilities",
        "claim_switched_off",
        lambda s: (
            capabilities(s)["money_m"].sum(),
            s.routes.by_function().loc["money", "shapley"].sum(),
        ),
    ),
    Quantity(
        "harm-days of a capability over the appraisal",
        "capabilities",
        "effectiveness",
        lambda s: (
            capabilities(s).loc[in_harm(s), "harm_days"] * annuity(s),
            kind(s.effectiveness.to_frame(), "capability", "harm")["amount"],
        ),
    ),
    Quantity(
        "harm-days a year of all capabilities",
        "capabilities",
        "members_totals",
        lambda s: (
            capabilities(s)["harm_days"].sum(),
            s.members.totals().loc["own_harm", "study"],
        ),
    ),
    Quantity(
        "harm-days a year of all capabilities",
        "capabilities",
        "claim_switched_off",
        lambda s: (
            capabilities(s)["harm_days"].sum(),
            s.routes.by_function().loc["harm", "shapley"].sum(),
        ),
    ),
    Quantity(
        "score of a capability, with range",
        "capabilities",
        "contributions",
        lambda s: (ends(capabilities(s), "score"), ends(s.contributions.scores(), "score")),
    ),
    Quantity(
        "score of a capability",
        "capabilities",
        "contributions by criterion",
        lambda s: (
            capabilities(s)["score"],
            s.contributions.to_frame()["points"].groupby(level="capability").sum(),
        ),
    ),
    Quantity(
        "score of a capability",
        "capabilities",
        "effectiveness",
        lambda s: (
            capabilities(s)["score"],
            kind(s.effectiveness.to_frame(), "capability", "score")["amount"],
        ),
    ),
    Quantity(
        "chance that a capability is first",
        "capabilities",
        "capability_ranks",
        lambda s: (capabilities(s)["p_first"], s.appraisal.rank_acceptability()[1]),
    ),
    Quantity(
        "expected place of a capability",
        "capabilities",
        "capability_ranks",
        lambda s: (
            capabilities(s)["expected_place"],
            both_ways(s.appraisal.rank_acceptability()),
        ),
    ),
    Quantity(
        "expected place of a capability",
        "capabilities",
        "capability_pairs",
        lambda s: (capabilities(s)["expected_place"], by_pairs(s.appraisal.pairwise())),
    ),
    Quantity(
        "place of a capability in value for money",
        "capabilities",
        "allocation_ranks",
        lambda s: (
            places(capabilities(s)["expected_place"]),
            s.allocation.ranks()["as stated"],
        ),
    ),
    Quantity(
        "place of a capability, and programme, as stated",
        "conventions",
        "capabilities and programme",
        convention,
        only=("pairs",),
    ),
    Quantity(
        "parts of members, by measure",
        "members_totals",
        "members_totals",
        lambda s: (s.members.totals()["members"], s.members.totals()["study"]),
    ),
    Quantity(
        "parts of members, by measure",
        "members",
        "members_totals",
        lambda s: (
            s.members.to_frame()[["own_m", "external_m", "own_harm", "national_m"]].sum(),
            s.members.totals().loc[["own_m", "external_m", "own_harm", "national_m"], "members"],
        ),
    ),
    Quantity(
        "cost of a capability, by payer",
        "cost_by_payer",
        "accounts",
        lambda s: (
            s.appraisal.cost_by_payer().loc[in_money(s)],
            by_payer(s, "capability").loc[in_money(s)],
        ),
    ),
    Quantity(
        "cost of all capabilities known on a measure",
        "capabilities",
        "claim_switched_off",
        lambda s: (
            [capabilities(s).loc[part(s), "cost_m"].sum() for part in (in_money, in_harm)],
            [s.routes.by_function().loc[m, "cost_m"].sum() for m in ("money", "harm")],
        ),
    ),
    # -- improvements
    Quantity(
        "cost of an improvement, by payer",
        "donor_menu",
        "accounts",
        lambda s: (
            s.funding.menu.to_frame()[[f"{p}_m" for p in PAYERS]]
            .set_axis(list(PAYERS), axis=1)
            .loc[[i for i in alone(s) if i in by_payer(s, "improvement").index]],
            by_payer(s, "improvement").reindex(
                [i for i in alone(s) if i in by_payer(s, "improvement").index]
            ),
        ),
    ),
    Quantity(
        "money asked, with range",
        "priorities",
        "donor_menu",
        lambda s: (
            ends(s.priorities.to_frame().loc[alone(s)], "asked_m"),
            ends(s.funding.menu.to_frame().loc[alone(s)], "asked_m"),
        ),
    ),
    Quantity(
        "money asked",
        "priorities",
        "programme",
        lambda s: (s.priorities.to_frame()["asked_m"], s.programme.to_frame()["asked_m"]),
    ),
    Quantity(
        "money asked and gain of what is left out",
        "priorities",
        "why_not_funded",
        lambda s: (
            pd.concat([s.priorities.to_frame()["asked_m"], of_objective(s)], axis=1)
            .set_axis(["asked_m", "gain"], axis=1)
            .loc[s.programme.why_not().index],
            s.programme.why_not()[["asked_m", "gain"]],
        ),
        only=tuple(name for name in NAMES if name != "money"),  # unpriced gains are absent
    ),
    Quantity(
        "cost of an improvement, with range",
        "priorities",
        "donor_menu",
        lambda s: (
            added(s, "cost_m").loc[alone(s)],
            ends(s.funding.menu.to_frame().loc[alone(s)], "cost_m"),
        ),
    ),
    Quantity(
        "cost of a package, by payer",
        "donor_menu",
        "donor_menu",
        lambda s: (
            s.funding.menu.to_frame()["cost_m"],
            s.funding.menu.to_frame()[[f"{p}_m" for p in PAYERS]].sum(axis=1),
        ),
    ),
    Quantity(
        "cost of an improvement, with range, from yearly flows",
        "priorities",
        "economics",
        lambda s: (
            added(s, "cost_m").loc[list(kind(s.economics.to_frame(), "improvement").index)],
            ends(kind(s.economics.to_frame(), "improvement"), "cost_m"),
        ),
    ),
    Quantity(
        "cost and gain of an improvement",
        "priorities",
        "effectiveness",
        lambda s: (
            s.priorities.to_frame()[["cost_m", "gain"]].loc[
                list(kind(s.effectiveness.to_frame(), "improvement", "score").index)
            ],
            kind(s.effectiveness.to_frame(), "improvement", "score")[["cost_m", "amount"]].rename(
                columns={"amount": "gain"}
            ),
        ),
    ),
    Quantity(
        "cost and gain of a set of one, with ranges",
        "priorities",
        "rank_sets",
        lambda s: (
            pd.concat([added(s, "cost_m"), added(s, "gain")], axis=1, keys=("cost_m", "gain")),
            pd.concat(
                [
                    ends(ranked(s, {i: [i] for i in s.case.improvement_ids}), name).drop("nothing")
                    for name in ("cost_m", "gain")
                ],
                axis=1,
                keys=("cost_m", "gain"),
            ),
        ),
    ),
    Quantity(
        "gain of an improvement, with range",
        "priorities",
        "donor_menu",
        lambda s: (
            added(s, "gain").loc[alone(s)],
            ends(s.funding.menu.to_frame().loc[alone(s)], "gain"),
        ),
    ),
    Quantity(
        "gain of an improvement",
        "priorities",
        "programme",
        lambda s: (s.priorities.to_frame()["gain"], s.programme.to_frame()["gain"]),
    ),
    Quantity(
        "gain of an improvement on the objective",
        "priorities",
        "programme",
        lambda s: (of_objective(s), s.programme.to_frame()["value_as_stated"]),
    ),
    Quantity(
        "gain of an improvement, with range",
        "priorities",
        "joint_gains",
        lambda s: (added(s, "gain"), ends(s.joint_gains.to_frame(), "gain_alone")),
    ),
    Quantity(
        "points of an improvement to a member, with range",
        "members",
        "priorities",
        of_a_member,
    ),
    Quantity(
        "money an improvement adds, with range",
        "priorities",
        "joint_gains",
        lambda s: (added(s, "money_m"), ends(s.joint_gains.to_frame(), "money_m_alone")),
    ),
    Quantity(
        "money an improvement adds, with range",
        "priorities",
        "donor_menu",
        lambda s: (
            added(s, "money_m").loc[alone(s)],
            ends(s.funding.menu.to_frame().loc[alone(s)], "money_m"),
        ),
    ),
    Quantity(
        "money an improvement adds, with range",
        "priorities",
        "economics",
        lambda s: (
            added(s, "money_m").loc[priced(s)],
            ends(kind(s.economics.to_frame(), "improvement"), "benefit_m").loc[priced(s)],
        ),
    ),
    Quantity(
        "harm-days an improvement adds, with range",
        "priorities",
        "joint_gains",
        lambda s: (added(s, "harm_days"), ends(s.joint_gains.to_frame(), "harm_days_alone")),
    ),
    Quantity(
        "harm-days an improvement adds, with range",
        "priorities",
        "donor_menu",
        lambda s: (
            added(s, "harm_days").loc[alone(s)],
            ends(s.funding.menu.to_frame().loc[alone(s)], "harm_days"),
        ),
    ),
    Quantity(
        "harm-days an improvement adds over the appraisal",
        "priorities",
        "effectiveness",
        lambda s: (
            s.priorities.to_frame()["harm_days"].loc[
                list(kind(s.effectiveness.to_frame(), "improvement", "harm").index)
            ]
            * annuity(s),
            kind(s.effectiveness.to_frame(), "improvement", "harm")["amount"],
        ),
    ),
    Quantity(
        "options that some price chooses",
        "willingness",
        "effectiveness",
        lambda s: (
            [o for o in s.willingness.options if o != "nothing"],
            list(s.effectiveness.frontier("improvement", "harm").index),
        ),
    ),
    Quantity(
        "share of the gain that serves the claimed functions",
        "priorities",
        "donor_menu",
        lambda s: (
            s.priorities.to_frame()["exchange"].loc[alone(s)],
            s.funding.menu.to_frame()["exchange"].loc[alone(s)],
        ),
    ),
    Quantity(
        "chance that an improvement is first",
        "priorities",
        "priority_ranks",
        lambda s: (s.priorities.to_frame()["p_first"], s.priorities.rank_acceptability()[1]),
    ),
    Quantity(
        "expected place of an improvement",
        "priorities",
        "priority_ranks",
        lambda s: (
            s.priorities.to_frame()["expected_place"],
            both_ways(s.priorities.rank_acceptability()),
        ),
    ),
    Quantity(
        "expected place of an improvement",
        "priorities",
        "priority_pairs",
        lambda s: (s.priorities.to_frame()["expected_place"], by_pairs(s.priorities.pairwise())),
    ),
    Quantity(
        "core index",
        "programme",
        "donor_menu",
        lambda s: (
            s.programme.to_frame().loc[alone(s), "core"],
            s.funding.menu.to_frame().loc[alone(s), "core"],
        ),
    ),
    Quantity(
        "what the best set loses without it",
        "joint_gains",
        "all sets",
        leaving_out,
        only=MADE,
    ),
    # -- sets
    Quantity(
        "what a package costs and gains, with ranges",
        "donor_menu",
        "rank_sets",
        packages,
    ),
    Quantity(
        "recommended set",
        "programme",
        "threshold",
        lambda s: (" ".join(chosen(s)), s.threshold.answer if s.threshold else " ".join(chosen(s))),
        only=MADE,
    ),
    Quantity(
        "recommended set",
        "programme",
        "good_sets",
        lambda s: (" ".join(chosen(s)), s.programme.good_sets()["chosen"].to_list()[0]),
    ),
    Quantity(
        "recommended set",
        "programme",
        "budget_frontier",
        lambda s: (
            " ".join(chosen(s)),
            step(s.programme.frontier(), s.programme.budget_m)["chosen"],
        ),
        only=NAMES[1:],  # the frontier knows no limits of years, which the bundled case has
    ),
    Quantity(
        "cost of the programme, with range",
        "programme",
        "economics",
        lambda s: (s.programme.cost_m, recommended(s, s.economics.to_frame(), "cost_m")),
    ),
    Quantity(
        "cost of the programme, with range",
        "programme",
        "rank_sets",
        lambda s: (s.programme.cost_m, ends(ranked(s, {"it": chosen(s)}), "cost_m").loc["it"]),
        only=MADE,  # limits of years delay some of the bundled case
    ),
    Quantity(
        "cost of the programme",
        "programme",
        "priorities",
        lambda s: (
            s.programme.cost_m[0],
            s.priorities.to_frame().loc[chosen(s), "cost_m"].sum(),
        ),
        only=MADE,  # limits of years delay some of the bundled case
    ),
    Quantity(
        "gain of the programme, with range",
        "programme",
        "rank_sets",
        lambda s: (s.programme.gain, ends(ranked(s, {"it": chosen(s)}), "gain").loc["it"]),
        only=MADE,  # limits of years delay some of the bundled case
    ),
    Quantity(
        "gain of the programme, with range",
        "programme",
        "funding_curve",
        lambda s: (
            s.programme.gain,
            step(s.funding.curve(), s.programme.budget_m)[["gain", "gain_low", "gain_high"]],
        ),
        only=MADE,  # the curve has no limits of years, which delay some of the bundled case
    ),
    Quantity(
        "gain of the programme's set as stated, with range",
        "funding_curve",
        "rank_sets",
        lambda s: (
            ends(s.funding.curve().iloc[[-1]], "gain").iloc[0],
            ends(ranked(s, {"it": s.funding.curve()["chosen"].iloc[-1].split()}), "gain").loc["it"],
        ),
    ),
    Quantity(
        "value of the programme, with range",
        "programme",
        "good_sets",
        lambda s: (s.programme.value, ends(s.programme.good_sets(), "value").loc[1]),
    ),
    Quantity(
        "gain of the programme, with range",
        "programme",
        "extent_keys",
        lambda s: (
            s.programme.gain,
            ends(s.extent_keys.to_frame().query("headline"), "gain").iloc[0],
        ),
        only=SCORE,
    ),
    Quantity(
        "gain of an improvement, with range",
        "priorities",
        "joint_gains",
        lambda s: (
            added(s, "gain"),
            ends(s.joint_gains.to_frame(), "gain_alone").loc[s.priorities.to_frame().index],
        ),
    ),
    Quantity(
        "gain for each million of an improvement",
        "priorities",
        "its own columns",
        lambda s: (
            s.priorities.to_frame()["gain_per_m"],
            s.priorities.to_frame()["gain"] / s.priorities.to_frame()["cost_m"],
        ),
    ),
    Quantity(
        "gains of the programme's improvements, added",
        "joint_gains",
        "priorities",
        lambda s: (
            s.joint_gains.alone[0],
            s.priorities.to_frame().loc[chosen(s), "gain"].sum(),
        ),
    ),
    Quantity(
        "joint gain of the programme",
        "joint_gains",
        "shares of its improvements",
        lambda s: (
            s.joint_gains.together[0],
            s.joint_gains.to_frame().loc[chosen(s), "gain_shapley"].sum(),
        ),
    ),
    Quantity(
        "money the programme adds, with range",
        "programme",
        "economics",
        lambda s: (s.programme.money_m, recommended(s, s.economics.to_frame(), "benefit_m")),
    ),
    Quantity(
        "value, money and chances of the programme",
        "programme",
        "good_sets",
        lambda s: (
            [
                *(s.programme.value[0], s.programme.asked_m, s.programme.needed_m),
                *(s.programme.p_within, s.programme.p_years, s.programme.regret),
            ],
            s.programme.good_sets()[
                ["value", "expected_m", "at_confidence_m", "p_within", "p_years", "regret"]
            ].iloc[0],
        ),
    ),
    Quantity(
        "value of the programme",
        "programme",
        "ways_to_spend",
        lambda s: (
            [s.programme.value[0], s.programme.asked_m],
            s.programme.ways().loc["exact", ["value", "asked_m"]],
        ),
    ),
    Quantity(
        "value of the programme and money it asks",
        "programme",
        "budget_frontier",
        lambda s: (
            [s.programme.value[0], s.programme.gain[0], s.programme.needed_m],
            step(s.programme.frontier(), s.programme.budget_m)[["value", "gain", "budget_m"]],
        ),
        only=MADE,  # the frontier knows no limits of years
    ),
    Quantity(
        "value of the years",
        "programme_years",
        "programme",
        in_the_long_run,
    ),
    Quantity("money of the years", "programme_years", "programme", spent_by_year),
    Quantity(
        "programme as a proposal",
        "programme",
        "alternatives",
        lambda s: (
            [s.programme.asked_m, s.programme.value[0]],
            beside(s.sample, chosen(s), 1e6 if s.programme.measure == "net" else 1.0, s.provenance)
            .to_frame()
            .loc["proposed", ["asked_m", "value"]],
        ),
    ),
    Quantity(
        "chance to add the points of a target",
        "targets",
        "priorities",
        lambda s: (
            s.programme.targets()["met"].to_dict()["POINTS"],
            (
                Choice.of(s.sample).worth.by_draw(
                    s.programme.to_frame()["chosen"].to_numpy(bool), "distance"
                )
                >= 6
            ).mean(),
        ),
        only=("score", "money", "harm", "ramps"),
    ),
    Quantity("what further money buys", "further_money", "next_euro", more_money),
    Quantity(
        "good sets, and chance that the first of them is best",
        "switching",
        "good_sets",
        lambda s: (
            [s.switching.good, 1 - s.switching.p_better],
            [len(s.programme.good_sets()), s.programme.good_sets()["p_best_in_list"].iloc[0]],
        ),
        only=MADE,
    ),
    Quantity(
        "first year of effect of what is promised",
        "baseline",
        "programme",
        lambda s: (
            s.baseline.to_frame()["first_effect"].groupby(level="improvement").first(),
            s.programme.to_frame()
            .loc[s.baseline.to_frame().index.get_level_values("improvement").unique(), "effect"]
            .sort_index(),
        ),
    ),
    # -- money
    Quantity(
        "what every party pays",
        "accounts",
        "economics",
        lambda s: (
            s.economics.accounts()[["pays_m", "gains_m", "net_m"]]
            .groupby(level=["kind", "subject"])
            .sum(min_count=1)  # what has no price is unknown
            .set_axis(["cost_m", "benefit_m", "npv_m"], axis=1),
            whole_benefits(s.economics.to_frame())[["cost_m", "benefit_m", "npv_m"]],
        ),
    ),
    Quantity(
        "indicators of society",
        "perspectives",
        "economics",
        lambda s: (
            s.economics.perspectives().xs("society", level="perspective")[
                ["cost_m", "benefit_m", "npv_m", "npv_m_low", "npv_m_high", "p_npv_positive", "bcr"]
            ],
            s.economics.to_frame()[
                ["cost_m", "benefit_m", "npv_m", "npv_m_low", "npv_m_high", "p_npv_positive", "bcr"]
            ],
        ),
    ),
    Quantity(
        "money pledged",
        "pledges",
        "money_map",
        lambda s: (
            [s.funding.pledges()["amount_m"].sum(), s.funding.pledges()["expected_m"].sum()],
            [s.funding.money.stated_m, s.funding.money.money_m[0]],
        ),
    ),
    Quantity(
        "a pledge",
        "pledges",
        "uncounted",
        lambda s: (
            s.funding.pledges()["amount_m"],
            s.economics.uncounted().loc["transfer", "amount_m"].reindex(s.funding.pledges().index),
        ),
    ),
    Quantity(
        "money pledged",
        "pledges",
        "fund_worth",
        lambda s: (
            s.funding.pledges()["amount_m"].sum(),
            s.funding.earmarks.funds().loc["pledged", "amount_m"].sum(),
        ),
    ),
    Quantity(
        "money within the budget",
        "fund_worth",
        "programme",
        lambda s: (
            s.funding.earmarks.funds().loc["budget", "amount_m"].sum(),
            max(s.programme.budget_m, s.funding.pledged_m),
        ),
    ),
    Quantity("money of a fund", "fund_worth_by_year", "fund_worth", income_of_funds),
    Quantity("money left in a fund", "fund_payments", "fund_worth", left_over),
    Quantity("what is paid for an improvement", "fund_payments", "programme", paid_by_improvement),
    Quantity(
        "points without any earmark",
        "earmark_prices",
        "programme",
        lambda s: (
            s.funding.earmarks.to_frame().loc[("budget", "all"), "without"],
            s.programme.gain[0],
        ),
        only=SCORE,
    ),
)


def lines() -> list[Any]:
    """Every quantity in every case."""
    return [
        pytest.param(
            quantity, name, id=f"{quantity.name}: {quantity.one}, {quantity.other}: {name}"
        )
        for quantity in QUANTITIES
        for name in quantity.only
    ]


def compare(one: Any, other: Any) -> None:
    """Hold two readings of a quantity against each other, by their labels where they have any."""
    if isinstance(one, str):
        assert one == other
        return
    if isinstance(one, pd.DataFrame | pd.Series) and isinstance(other, pd.DataFrame | pd.Series):
        assert sorted(map(str, one.index)) == sorted(map(str, other.index))
        if one.index.is_unique:
            other = other.loc[list(one.index)]
        if isinstance(one, pd.DataFrame) and isinstance(other, pd.DataFrame):
            other = other[list(one.columns)]
    cells = [np.ravel(np.asarray(part, dtype=object)).tolist() for part in (one, other)]
    words = [[cell for cell in part if isinstance(cell, str)] for part in cells]
    numbers = [[float(cell) for cell in part if not isinstance(cell, str)] for part in cells]
    assert len(cells[0]) > 0
    assert words[0] == words[1]
    assert numbers[0] == pytest.approx(numbers[1], rel=1e-7, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize(("quantity", "name"), lines())
def test_one_quantity_is_one_number(
    quantity: Quantity, name: str, request: pytest.FixtureRequest
) -> None:
    asked = request.getfixturevalue("bundled") if name == "bundled" else study_of(name)
    compare(*quantity.read(asked))


@pytest.mark.parametrize("seed", range(1, 7))
def test_a_case_and_a_plain_table_choose_alike(seed: int) -> None:
    """One choice, two doors: the budget kept on average, no limits, no two effects on one thing."""
    case = made(seed, pairs=seed % 2 == 0)
    apart = {(e.capability, e.criterion): e for e in case.effects if e.criterion}
    case = replace(case, effects=tuple(apart.values()), limits=(), targets=())
    case = case.with_settings(budget_confidence=0.0)
    sample = draw_sample(case, FEW)
    choice, ids = Choice.of(sample), case.improvement_ids
    bonus = {(ids[a], ids[b]): met for a, b, met in choice.relations.synergies}
    found = best_programme(
        pd.DataFrame(
            {
                "cost": choice.asked,
                "value": choice.gain,
                "tower": [improvement.tower for improvement in case.improvements],
            },
            index=ids,
        ),
        case.settings.budget or 0.0,
        pd.DataFrame(
            {
                "improvement": relation.improvement,
                "relation": relation.relation,
                "other": relation.other,
                "bonus": bonus.get((relation.improvement, relation.other), np.nan),
            }
            for relation in case.relations
        ),
        {m.name: (m.at_least, m.improvements) for m in case.minimums},
    )
    chosen = choose_programme(sample, Provenance.of(case, FEW))
    assert chosen is not None
    assert found.chosen == chosen.chosen
    assert len(found.chosen) > 0
    assert chosen.asked_m * 1e6 == pytest.approx(found.cost, rel=1e-9)
