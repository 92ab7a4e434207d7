"""What stands behind the printed money: parts of pledges, years, costs of members, sets by hand.

The sets are tried one by one, under every objective: the small case allows four (LINK needs SCAN,
CLOUD excludes it).
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from capworth.case.model import Case, Limit, Pledge
from capworth.charts.gallery import GALLERY
from capworth.language.language import ENGLISH
from capworth.members.served import serve_members
from capworth.model.simulation import draw_sample
from capworth.programme.selection import beside
from capworth.report.pdf import document
from capworth.study.stages import Study, run_study

Plan = Callable[..., Any]
MILLION = 1_000_000
DRAWN = dict.fromkeys(GALLERY, "<svg/>")  # no chart is drawn for its words


# ---------------------------------------------------------------- a pledge of three years


@pytest.fixture(scope="module")
def instalments(small: Case) -> Study:
    """The lottery pays its 36,000 in three years; the isle's pledge is left as it was."""
    first, second = small.funding

    def three_years(pledge: Pledge) -> Pledge:
        amount = replace(pledge.amount, low=36_000, mode=36_000, high=36_000)
        return replace(pledge, amount=amount, year=2025, years=3)

    return run_study(replace(small, funding=(three_years(first), second)), draws=20)


def test_a_pledge_of_three_years_comes_in_three_parts(instalments: Study) -> None:
    """12,000 a year; 20,000 pounds of 2020 are 30,000 more in 2026."""
    assert instalments.funding is not None
    money = instalments.funding.money
    stated = {
        year: sum(float(x) for x in row)
        for year, row in zip(money.by_year().index, money.by_year().to_numpy(), strict=True)
    }
    assert stated == pytest.approx({2025: 0.012, 2026: 0.042, 2027: 0.012})
    assert money.stated_m == pytest.approx(0.066)
    table = money.to_frame().reset_index()
    mine = table[table["pledge"] == "LOTTERY"]
    assert list(mine["year"]) == [2025, 2026, 2027]
    for column in ("stated_m", "high_m"):  # it is certain how much, if it comes
        assert mine[column].tolist() == pytest.approx([0.012] * 3)
    pledges = instalments.funding.pledges()
    assert pledges["amount_m"].tolist() == pytest.approx([0.036, 0.03])
    assert mine["expected_m"].sum() == pytest.approx(float(pledges["expected_m"].iloc[0]))


def test_the_earmarks_count_a_third_in_each_year(instalments: Study) -> None:
    assert instalments.funding is not None
    assert instalments.funding.earmarks is not None
    income: Any = instalments.funding.earmarks.by_year()["income_m"]
    found = {k[1:]: float(x) for k, x in income.items() if k[0] == "budget"}
    lottery = {year: found["LOTTERY", year] for year in (2025, 2026, 2027)}
    assert lottery == pytest.approx(dict.fromkeys(lottery, 0.012))
    isle = [found["ISLE", year] for year in (2025, 2026, 2027)]
    assert isle == pytest.approx([0, 0.03, 0])


def test_the_report_says_when_and_how_much(instalments: Study) -> None:
    tables = [
        block
        for section in document(instalments, "en", DRAWN)["sections"]
        for block in section["blocks"]
        if block["kind"] == "table" and block["caption"].startswith("Pledges as stated")
    ]
    (table,) = tables
    assert table["rows"][0][4:6] == ("2025–2027", "0.036")
    assert table["rows"][1][4:6] == ("2026", "0.030")
    told = GALLERY["money_map"].alt(instalments, ENGLISH)
    assert "2025: 0.012; 2026: 0.042; 2027: 0.012" in told


# ---------------------------------------------------------------- the national cost


def national_costs(small: Case, equal: float) -> dict[str, float]:
    """What NET costs each member a year, in millions, when so much of it is in equal parts."""

    def figure(one: Any) -> Any:
        if one.item != "national":
            return one
        return replace(one, level=replace(one.level, low=equal, mode=equal, high=equal))

    lines = tuple(
        replace(c, amount=replace(c.amount, low=36_000, mode=36_000, high=36_000))
        if c.id == "NET-M"
        else c
        for c in small.costs
    )
    case = replace(small, costs=lines, network=tuple(map(figure, small.network)))
    found = serve_members(draw_sample(case, 40))
    assert found is not None
    table: Any = found.by_capability()["national_m"]
    return {m: float(x) for (m, c), x in table.items() if c == "NET"}


def test_the_national_cost_is_shared_equally_or_by_use(small: Case) -> None:
    """All twelve are connected to NET: in equal parts each pays a twelfth of 36,000 a year."""
    alike, by_use = national_costs(small, 1.0), national_costs(small, 0.0)
    assert len(alike) == 12
    assert list(alike.values()) == pytest.approx([0.003] * 12)
    assert sum(by_use.values()) == pytest.approx(0.036)
    assert max(by_use.values()) > 1.5 * min(by_use.values())
    three_tenths = national_costs(small, 0.3)
    for member, cost in three_tenths.items():
        assert cost == pytest.approx(0.3 * alike[member] + 0.7 * by_use[member])


# ---------------------------------------------------------------- the years of the programme


def test_the_timetable_counts_in_millions(small: Case, plan: Plan) -> None:
    limit = Limit("CAP", "At most 72,000 a year", "money_a_year", 72_000.0, "invented")
    study = plan(replace(small, limits=(limit,)), 20)
    table, years = study.schedule.to_frame(), study.schedule.by_year()
    asked = study.sample.drawn.asked.mean(axis=0) / MILLION
    assert table["asked_m"].tolist() == pytest.approx(asked.tolist())
    assert years["spend_room_m"].tolist() == pytest.approx([0.072] * 3)
    assert table["done"].any()
    assert years["spend_m"].sum() == pytest.approx(asked[table["done"].to_numpy()].sum())
    # both ends hold the mean, and none is a thousandth or a million of it
    assert (years["spend_m_low"] <= years["spend_m"]).all()
    assert (years["spend_m"] <= years["spend_m_high"]).all()
    assert years["spend_m_high"].max() < 0.3


# ---------------------------------------------------------------- sets, one by one

ALLOWED: tuple[tuple[str, ...], ...] = ((), ("SCAN",), ("SCAN", "LINK"), ("CLOUD",))
SCALES = {"score": 1.0, "money": 1e6, "harm": 1.0}
BUDGET, GRID = 110_000, 10_000
Sets = Iterable[tuple[str, ...]]


class ByHand:
    """Expected value and money of every allowed set, and its value in each draw."""

    def __init__(self, study: Any, objective: str) -> None:
        ids = study.case.improvement_ids
        drawn = study.sample.drawn
        gains = np.asarray(getattr(drawn.gains, objective)) / SCALES[objective]
        self.gain = {i: float(gains[:, k].mean()) for k, i in enumerate(ids)}
        self.asked = {i: float(drawn.asked[:, k].mean()) for k, i in enumerate(ids)}
        self.grid = {i: GRID * math.ceil(x / GRID - 1e-9) for i, x in self.asked.items()}
        self.draws = {s: sum((gains[:, ids.index(i)] for i in s), 0 * gains[:, 0]) for s in ALLOWED}

    def value(self, names: Iterable[str]) -> float:
        return sum(self.gain[i] for i in names)

    def cost(self, names: Iterable[str]) -> float:
        return sum(self.grid[i] for i in names)

    def best(self, budget: float, sets: Sets = ALLOWED) -> tuple[str, ...]:
        found = [s for s in sets if self.cost(s) <= budget]
        return max(found, key=lambda s: (self.value(s), -self.cost(s)))


@pytest.fixture(scope="module", params=list(SCALES))
def objective(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def study(small: Case, plan: Plan, objective: str) -> Any:
    return plan(small.with_settings(objective=objective), 60)


@pytest.fixture(scope="module")
def hand(study: Any, objective: str) -> ByHand:
    return ByHand(study, objective)


def names_of(study: Any, text: object) -> tuple[str, ...]:
    return tuple(i for i in study.case.improvement_ids if i in str(text).split())


def test_the_programme_is_the_best_allowed_set(study: Any, hand: ByHand) -> None:
    found = study.programme
    best = hand.best(BUDGET)
    assert found.chosen == best
    assert found.value[0] == pytest.approx(hand.value(best))
    assert found.asked_m == pytest.approx(hand.cost(best) / MILLION)


def test_why_the_others_are_left_out(study: Any, hand: ByHand) -> None:
    best = hand.best(BUDGET)
    table = study.robustness.why_not()
    assert set(table.index) == set(study.case.improvement_ids) - set(best)
    for key, row in table.iterrows():
        name = str(key)
        holding = [s for s in ALLOWED if name in s]
        assert row["asked_m"] == pytest.approx(hand.asked[name] / MILLION)
        assert row["gain"] == pytest.approx(hand.gain[name])
        enough = [s for s in holding if hand.value(s) >= hand.value(best) - 1e-12]
        left = [BUDGET - hand.cost(i for i in s if i != name) for s in enough]
        if left and max(left) >= 0:
            assert row["asked_at_most_m"] == pytest.approx(max(left) / MILLION)
        paid = [s for s in holding if hand.cost(s) <= BUDGET]
        if paid:
            forced = hand.best(BUDGET, paid)
            lack = hand.value(best) - hand.value(forced)
            assert row["forced_loss"] == pytest.approx(lack)
            assert row["gain_at_least"] == pytest.approx(hand.gain[name] + lack)
            gone = tuple(i for i in best if i not in forced)
            assert names_of(study, row["gives_way"]) == gone
        budgets = sorted({hand.cost(s) for s in ALLOWED if hand.cost(s) > BUDGET})
        later = [b for b in budgets if name in hand.best(b)]
        if later:
            assert row["budget_at_least_m"] == pytest.approx(later[0] / MILLION)
        else:
            assert math.isnan(row["budget_at_least_m"])


def test_the_usual_ways_ask_and_add_what_their_sets_do(study: Any, hand: ByHand) -> None:
    table = study.robustness.ways()
    for _, row in table.iterrows():
        chosen = names_of(study, row["chosen"])
        assert row["asked_m"] == pytest.approx(hand.cost(chosen) / MILLION)
        assert row["value"] == pytest.approx(hand.value(chosen))
    assert names_of(study, table["chosen"].iloc[-1]) == hand.best(BUDGET)


@pytest.mark.parametrize("proposed", [s for s in ALLOWED if s])
def test_what_stands_beside_a_proposed_set(
    study: Any, hand: ByHand, proposed: tuple[str, ...]
) -> None:
    table = beside(study.sample, proposed, study.provenance).to_frame()
    better = hand.best(hand.cost(proposed))
    enough = [s for s in ALLOWED if hand.value(s) >= hand.value(proposed) - 1e-12]
    cheaper = min(enough, key=lambda s: (hand.cost(s), -hand.value(s)))
    for (_, row), expected in zip(table.iterrows(), (proposed, better, cheaper), strict=True):
        assert names_of(study, row["chosen"]) == names_of(study, " ".join(expected))
        assert row["asked_m"] == pytest.approx(hand.cost(expected) / MILLION)
        assert row["value"] == pytest.approx(hand.value(expected))


def test_regret_is_what_the_best_affordable_set_of_a_draw_adds_more(
    study: Any, hand: ByHand
) -> None:
    paid = [s for s in ALLOWED if hand.cost(s) <= BUDGET]
    most = np.max([hand.draws[s] for s in paid], axis=0)
    for table in (study.robustness.to_frame(), study.robustness.competitors()):
        for _, row in table.iterrows():
            mine = next(s for s in paid if set(s) == set(names_of(study, row["chosen"])))
            short = most - hand.draws[mine]
            assert row["value"] == pytest.approx(float(hand.draws[mine].mean()))
            assert row["mean_regret"] == pytest.approx(float(short.mean()))
            assert row["most_regret"] == pytest.approx(float(short.max()))
            assert row["p_best"] == pytest.approx(float((short <= 0).mean()))


def test_every_rule_chooses_what_it_says(study: Any, hand: ByHand) -> None:
    """Most expected value, most value in the lower decile, least greatest regret, most often."""
    paid = [s for s in ALLOWED if hand.cost(s) <= BUDGET]
    most = np.max([hand.draws[s] for s in paid], axis=0)
    marks: dict[str, Callable[[tuple[str, ...]], float]] = {
        "expected": lambda s: float(hand.draws[s].mean()),
        "quantile": lambda s: float(np.percentile(hand.draws[s], 10, method="inverted_cdf")),
        "regret": lambda s: -float((most - hand.draws[s]).max()),
        "likeliest": lambda s: float((hand.draws[s] >= most).mean()),
    }
    table = study.robustness.to_frame()["chosen"]
    for rule, mark in marks.items():
        mine = next(s for s in paid if set(s) == set(names_of(study, table[rule])))
        assert mark(mine) == pytest.approx(max(map(mark, paid)))
