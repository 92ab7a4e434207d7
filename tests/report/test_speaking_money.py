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
from parts_of_cases import unchecked

from capworth.case.model import Case, Limit, Pledge
from capworth.charts.gallery import GALLERY
from capworth.language.language import ENGLISH
from capworth.members.served import serve_members
from capworth.model.simulation import draw_sample
from capworth.programme.reasons import beside
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

    return run_study(unchecked(replace(small, funding=(three_years(first), second))), draws=20)


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


def test_the_chart_says_when_and_how_much(instalments: Study) -> None:
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
    table, years = study.programme.to_frame(), study.programme.by_year()
    asked = study.sample.drawn.asked.mean(axis=0) / MILLION
    assert table["asked_m"].tolist() == pytest.approx(asked.tolist())
    assert years["spend_room_m"].tolist() == pytest.approx([0.072] * 3)
    assert table["chosen"].any()
    assert years["spend_m"].sum() == pytest.approx(asked[table["chosen"].to_numpy()].sum())
    # both ends hold the mean, and none is a thousandth or a million of it
    assert (years["spend_m_low"] <= years["spend_m"]).all()
    assert (years["spend_m"] <= years["spend_m_high"]).all()
    assert years["spend_m_high"].max() < 0.3


def test_money_of_one_year_is_not_said_to_be_a_year(small: Case) -> None:
    """The build of SCAN is paid in 2025 or in both years; nothing else is proposed."""
    for last, words in ((2025, "expected: "), (2026, "expected a year: ")):
        alone = small.without("LINK", "CLOUD")
        costs = [replace(c, to_year=last) if c.id == "SCAN-BUILD" else c for c in alone.costs]
        study = run_study(unchecked(replace(alone, costs=tuple(costs))), draws=20)
        text = str(document(study, "en", DRAWN)["summary"])
        assert f"€ million {words}" in text


# ---------------------------------------------------------------- sets, one by one

ALLOWED: tuple[tuple[str, ...], ...] = ((), ("SCAN",), ("SCAN", "LINK"), ("CLOUD",))
SCALES = {"distance": 1.0, "net": 1e6, "harm": 1.0}
BUDGET = 0.11  # millions
Sets = Iterable[tuple[str, ...]]


class ByHand:
    """Expected value of every allowed set, and the money that suffices in four draws of five."""

    def __init__(self, study: Any, objective: str) -> None:
        ids = study.case.improvement_ids
        drawn = study.sample.drawn
        gains = np.asarray(getattr(drawn.gains, objective)) / SCALES[objective]
        self.gain = {i: float(gains[:, k].mean()) for k, i in enumerate(ids)}
        self.asked = {i: float(drawn.asked[:, k].mean()) for k, i in enumerate(ids)}
        self.needed = {}
        for s in ALLOWED:
            total = sorted(sum(float(draw[ids.index(i)]) for i in s) for draw in drawn.asked)
            suffices = total[math.ceil(0.8 * len(total) - 1e-9) - 1]
            self.needed[s] = max(suffices, sum(total) / len(total)) / MILLION

    def value(self, names: Iterable[str]) -> float:
        return sum(self.gain[i] for i in names)

    def best(self, budget: float, sets: Sets = ALLOWED) -> tuple[str, ...]:
        found = [s for s in sets if self.needed[s] <= budget + 1e-12]
        return max(found, key=lambda s: (self.value(s), -self.needed[s]))


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
    assert found.asked_m == pytest.approx(sum(hand.asked[i] for i in best) / MILLION)
    assert found.needed_m == pytest.approx(hand.needed[best])


def test_why_the_others_are_left_out(study: Any, hand: ByHand) -> None:
    best = hand.best(BUDGET)
    table = study.programme.why_not()
    assert set(table.index) == set(study.case.improvement_ids) - set(best)
    for key, row in table.iterrows():
        name = str(key)
        assert row["asked_m"] == pytest.approx(hand.asked[name] / MILLION)
        if row["reason"] == "unpriced":  # it is no candidate under this objective
            assert study.programme.measure == "net"
            continue
        assert row["gain"] == pytest.approx(hand.gain[name])
        paid = [s for s in ALLOWED if name in s and hand.needed[s] <= BUDGET]
        assert (row["reason"] == "confidence") == (not paid)
        if paid:
            forced = hand.best(BUDGET, paid)
            lack = hand.value(best) - hand.value(forced)
            assert row["forced_loss"] == pytest.approx(lack)
            assert row["gain_at_least"] == pytest.approx(hand.gain[name] + lack)
            gone = tuple(i for i in best if i not in forced)
            assert names_of(study, row["gives_way"]) == gone


def test_the_usual_ways_ask_and_add_what_their_sets_do(study: Any, hand: ByHand) -> None:
    table = study.programme.ways()
    for _, row in table.iterrows():
        chosen = names_of(study, row["chosen"])
        assert row["at_confidence_m"] == pytest.approx(hand.needed[chosen])
        assert row["value"] == pytest.approx(hand.value(chosen))
    assert names_of(study, table["chosen"].iloc[-1]) == hand.best(BUDGET)


@pytest.mark.parametrize("proposed", [s for s in ALLOWED if s])
def test_what_stands_beside_a_proposed_set(
    study: Any, hand: ByHand, objective: str, proposed: tuple[str, ...]
) -> None:
    table = beside(study.sample, proposed, SCALES[objective], study.provenance).to_frame()
    if objective == "net":  # what has no price is no candidate, though it may be proposed
        known = [s for s in ALLOWED if all(study.sample.model.priced[k] for k in at(study, s))]
    else:
        known = list(ALLOWED)
    better = hand.best(hand.needed[proposed], known)
    better = better if hand.value(better) >= hand.value(proposed) else proposed
    enough = [s for s in {*known, proposed} if hand.value(s) >= hand.value(proposed) - 1e-12]
    cheaper = min(enough, key=lambda s: (hand.needed[s], -hand.value(s)))
    for (_, row), expected in zip(table.iterrows(), (proposed, better, cheaper), strict=True):
        assert names_of(study, row["chosen"]) == names_of(study, " ".join(expected))
        assert row["at_confidence_m"] == pytest.approx(hand.needed[expected])
        assert row["value"] == pytest.approx(hand.value(expected))


def at(study: Any, names: Iterable[str]) -> list[int]:
    return [study.case.improvement_ids.index(i) for i in names]


def test_do_nothing_stands_in_the_options_and_what_is_started_lies_in_the_programme(
    study: Any,
) -> None:
    table = study.programme.options()
    assert (
        table.loc["nothing", ["asked_m", "value", "gain", "net_m", "harm_days"]].tolist() == [0] * 5
    )
    started, whole = (names_of(study, table.loc[k, "chosen"]) for k in ("start", "recommended"))
    assert set(started) <= set(whole) == set(study.programme.chosen)
