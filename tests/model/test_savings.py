"""Savings on cost lines and the value of sets: worked by hand, by M02 and M03, and one by one."""

import tomllib
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capworth.appraisal.economics import economics
from capworth.case.model import NET, Case, CostLine, Estimate, Saving
from capworth.case.read import read_case
from capworth.methods.arguments import Bools, Floats
from capworth.model.costs import discount_factors
from capworth.model.draws import AtModes, Draws, Sampled
from capworth.model.joint_gains import games_of, meetings_of
from capworth.model.result import Provenance
from capworth.model.savings import SavingModel
from capworth.model.set_value import SetValue
from capworth.model.simulation import Model, Sample, draw_sample

GOLDEN = tomllib.loads((Path(__file__).parents[1] / "golden/decision.toml").read_text("utf-8"))
LAB = 150_000.0  # a year: 100,000 pounds of 2020
A1, A2 = 1 / 1.05, 1 / 1.05**2


def share(improvement: str, line: str, *levels: float, **more: Any) -> Saving:
    low, mode, high = levels if len(levels) == 3 else (levels[0],) * 3
    name = f"savings/{improvement}/{line}"
    what = Estimate(name, low, mode, high, "share", "D", "", "judged", 2)
    return Saving(improvement, line, what, **more)


def saving(case: Case, *rows: Saving, **settings: Any) -> Case:
    return replace(case, savings=rows).with_settings(**settings)


@pytest.mark.parametrize("golden", GOLDEN["M03"])
def test_a_line_that_improvements_end_or_lower(small: Case, golden: Any) -> None:
    """M03: 21 a year over ten years at 3.5 %, saved from the fifth year on."""
    given = golden["inputs"]
    amount = Estimate("costs/OLD", 21.0, 21.0, 21.0, "EUR", "A", "LEDGER", "", 2)
    line = CostLine("OLD", "staff", "organisation", "recurrent", "EUR", 2024, amount, "LAB")
    names = small.improvement_ids
    rows = [
        share(names[k], "OLD", saved, from_year=2025 + given["from_year_index"])
        for k, saved in enumerate(given["share_saved"])
    ]
    case = saving(
        replace(small, costs=(*small.costs, line)),
        *rows,
        years=given["years"],
        discounting=f"constant-{100 * given['rate']:g}",
    )
    model = Model(case).savings
    taken = np.array([k < len(rows) for k in range(len(names))])
    found = together_of(model, AtModes(), taken) @ discount_factors(case)
    assert float(found[0]) == pytest.approx(golden["expected"]["saving"], abs=1e-9)
    (place,) = model.saved_lines(AtModes())
    together = place.joint(NET, np.flatnonzero(taken).tolist())
    assert float(together[0]) == pytest.approx(golden["expected"]["saving"], abs=1e-9)


def together_of(model: SavingModel, draws: Draws, taken: Bools) -> Floats:
    """(draws, years) what a set saves, of all payers and lines."""
    found: Floats = np.sum([whole for _, whole, _ in model.of_set(draws, taken)], axis=0)[:, :]
    return found


def test_who_is_spared_and_from_when(small: Case) -> None:
    """SCAN works from 2026 on, LINK from 2027: half of the laboratory, then 70 % of it."""
    case = saving(
        small, share("SCAN", "LAB-STAFF", 0.5, cashable=True), share("LINK", "LAB-STAFF", 0.4)
    )
    model = Model(case).savings
    each = [(k, payer, saved[0], cash) for k, payer, saved, cash in model.of_each(AtModes())]
    assert [row[:2] + row[3:] for row in each] == [
        (0, "organisation", True),
        (1, "organisation", False),
    ]
    np.testing.assert_allclose(each[0][2], [0, LAB / 2, LAB / 2])
    np.testing.assert_allclose(each[1][2], [0, 0, 0.4 * LAB])
    ((payer, whole, money),) = model.of_set(AtModes(), np.array([True, True, False]))
    assert payer == "organisation"
    np.testing.assert_allclose(whole[0], [0, LAB / 2, 0.7 * LAB])
    np.testing.assert_allclose(money[0], [0, LAB / 2, LAB / 2])
    ((_, none, _),) = model.of_set(AtModes(), np.zeros(3, dtype=bool))
    assert not none.any()


def test_twin_vendors_do_not_save_a_line_twice(small: Case) -> None:
    """Both end the same line: additive they would save it twice."""
    rows = [share(i, "LAB-STAFF", 1.0, from_year=2025) for i in ("SCAN", "CLOUD")]
    case = saving(small, *rows)
    value = SetValue.of(draw_sample(case, 50))
    sets = np.array([[1, 0, 0], [0, 0, 1], [1, 0, 1], [0, 0, 0]], dtype=bool)
    one, other, both, none = value.expected(sets, NET)
    annuity = float(discount_factors(case).sum())
    line = next(c for c in case.costs if c.id == "LAB-STAFF").amount
    drawn = 1.5 * draw_sample(case, 50).of(line).mean()
    assert one + other - both == pytest.approx(drawn * annuity, rel=1e-9)
    assert none == 0


@pytest.fixture(scope="module")
def crowded(small: Case) -> Sample:
    """Every improvement saves on two lines and acts on the chain of the laboratory."""
    rows = [
        share(i, line, 0.1, 0.2, 0.5)
        for i in small.improvement_ids
        for line in ("LAB-STAFF", "NET-STAFF")
    ]
    cloud = next(e for e in small.effects if e.step == "verified")
    effects = (*small.effects, replace(cloud, improvement="CLOUD"))
    return draw_sample(saving(replace(small, effects=effects), *rows), 200)


def test_the_value_of_a_set_is_found_one_by_one(crowded: Sample) -> None:
    """Against a plain sum over sets: chains by their whole games, savings by set, costs alone."""
    value, case = SetValue.of(crowded), crowded.case
    draws = Sampled(case.settings.seed, 0, 200)
    model, saved = crowded.model, crowded.model.savings
    games = [g for g in games_of(meetings_of(model, draws), draws.size) if g.measure == "money"]
    discount = discount_factors(case)
    n = len(case.improvements)
    for size in range(n + 1):
        for members in combinations(range(n), size):
            taken = np.isin(np.arange(n), members)
            found = value.over_draws(taken[None], NET)[:, 0]
            expected = sum(g.gain(members) for g in games) - sum(
                crowded.drawn.improvement_cost[:, i] for i in members
            )
            expected = expected + together_of(saved, draws, taken) @ discount
            pairs = [set(p) <= set(members) for p in value.pairs.tolist()]
            expected = expected + value.bonuses(NET)[:, pairs].sum(axis=1)
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-6)
            assert float(value.expected(taken[None], NET)[0]) == pytest.approx(
                float(found.mean()), rel=1e-9, abs=1e-6
            )


def test_what_nobody_of_the_perspective_pays_is_shown_and_not_counted(small: Case) -> None:
    """SCAN spares the organisation money and the members time of their couriers."""
    case = saving(
        small, share("SCAN", "LAB-STAFF", 0.5, cashable=True), share("SCAN", "LAB-M", 1.0)
    )
    sample = draw_sample(case, 200)
    known = Provenance.of(case, 200)
    plain = economics(draw_sample(small, 200), Provenance.of(small, 200))
    found = {p: economics(sample, known, p) for p in ("society", "organisation", "members")}
    assert plain is not None
    row = {p: e.to_frame().loc[("improvement", "SCAN")] for p, e in found.items() if e is not None}
    scan: Any = plain.to_frame().loc[("improvement", "SCAN")]
    society: Any = row["society"]
    table = found["society"].savings() if found["society"] is not None else None
    assert table is not None
    assert society["npv_m"] - scan["npv_m"] == pytest.approx(table["saving_m"].sum(), rel=1e-9)
    assert society["benefit_m"] == pytest.approx(scan["benefit_m"], rel=1e-9)
    assert society["saving_m"] == pytest.approx(table["saving_m"].sum(), rel=1e-9)
    of_lab: Any = table.loc[("SCAN", "LAB-STAFF")]
    organisation: Any = row["organisation"]
    assert organisation["saving_m"] == pytest.approx(of_lab["saving_m"], rel=1e-9)
    members: Any = row["members"]
    assert members["saving_m"] == 0  # time set free is no money of theirs
    seen = found["organisation"]
    assert seen is not None
    assert seen.savings()["counted"].tolist() == [True, False]
    accounts = found["society"].accounts() if found["society"] is not None else None
    assert accounts is not None
    mine = accounts[accounts.index.get_level_values("subject") == "SCAN"]
    assert mine["net_m"].sum() == pytest.approx(society["npv_m"], rel=1e-9)


# --------------------------------------------------------------------------------- what comes in


def with_income(small: Case, category: str, sign: int, **more: object) -> Case:
    """LINK lets its masts: 2,000 a year from the second year on, to the organisation."""
    frames = small.to_frames()
    row = dict.fromkeys(frames["costs"].columns, "") | {
        "id": "MASTS",
        "improvement": "LINK",
        "category": category,
        "kind": "recurrent",
        "payer": "organisation",
        "currency": "EUR",
        "price_year": "2024",
        "from_year": "2026",
        "bias": "none",
        "grade": "D",
        "basis": "offer of an operator",
        **{k: f"{sign * v}" for k, v in (("low", 1000), ("mode", 2000), ("high", 3000))},
        **more,
    }
    if sign < 0:
        row |= {"low": row["high"], "high": row["low"]}
    frames["costs"].loc["MASTS"] = row
    return read_case(frames)


def test_an_amount_below_nothing_is_revenue(small: Case) -> None:
    """Written either way it is one case: no cost to anybody, a saving of its payer."""
    told, below = with_income(small, "revenue", 1), with_income(small, "other", -1)
    line = next(c for c in below.costs if c.id == "MASTS")
    assert (line.category, line.amount.low, line.amount.mode) == ("revenue", 1000, 2000)
    plain, models = Model(small), [Model(told), Model(below)]
    link = small.improvement_ids.index("LINK")
    income = 2000 * (A1 + A2)
    for model in models:
        before, after = (m.costs.price(AtModes()) for m in (plain, model))
        np.testing.assert_allclose(after.improvement, before.improvement)
        np.testing.assert_allclose(after.asked, before.asked)
        assert float(model.savings.alone(AtModes())[0, link]) == pytest.approx(income)
        ((who, payer, years, cashable),) = model.savings.of_each(AtModes())
        assert (who, payer, cashable) == (link, "organisation", True)
        assert years[0].tolist() == pytest.approx([0, 2000, 2000])


def test_revenue_is_as_late_as_its_improvement(small: Case) -> None:
    model = Model(with_income(small, "revenue", 1)).savings
    (line,) = model.saved_lines(AtModes())
    (user,) = line.users
    assert float(line.joint(NET, [user], [1])[0]) == pytest.approx(2000 * A2)


def test_who_gets_revenue_gains_it(small: Case) -> None:
    """In the accounts of who pays and gains; that of a service is shown and not counted."""
    case = with_income(small, "revenue", 1)
    sample = draw_sample(case, 50)
    found = economics(sample, Provenance.of(case, 50))
    assert found is not None
    gained = found.tables()["accounts"]["gains_m"][("improvement", "LINK", "organisation")]
    saved = found.to_frame()["saving_m"][("improvement", "LINK")]
    assert gained == pytest.approx(saved)
    assert saved > 0
    mine = with_income(small, "revenue", 1, improvement="", capability="LAB")
    other = economics(draw_sample(mine, 50), Provenance.of(mine, 50))
    assert other is not None
    (row,) = other.tables()["uncounted"].loc[[("revenue", "MASTS")]].to_dict("records")
    assert (row["payer"], row["receiver"]) == ("", "organisation")
    assert row["amount_m"] == pytest.approx(2 * 0.002)
    plain = Model(small).costs.price(AtModes()).capability
    np.testing.assert_allclose(Model(mine).costs.price(AtModes()).capability, plain)
