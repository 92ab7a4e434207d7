"""Appraisal indicators: by hand, by published numbers, and by identities that must hold."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capworth.appraisal.economics import (
    CATEGORIES,
    GAINS_OF,
    PARTIES,
    PERSPECTIVES,
    Economics,
    View,
    category_row,
    economics,
    indicators,
)
from capworth.appraisal.effectiveness import Effectiveness, cost_effectiveness
from capworth.case.model import Case
from capworth.case.register import bias_classes
from capworth.errors import InputError
from capworth.methods.cost_benefit.discounting import factors
from capworth.model import simulation as flows
from capworth.model import simulation as sampling
from capworth.model.chain import SCOPES, UnitValues, transfer_range
from capworth.model.costs import PAYERS, discount_factors
from capworth.model.draws import AtModes, OneWay, Sampled, probability_below, quantile_of
from capworth.model.flows import FlowModel, Flows
from capworth.model.out_turn import bias_of
from capworth.model.result import Provenance
from capworth.model.simulation import Model, Sample, draw_sample
from capworth.programme.selection import choose_programme

GOLDEN = tomllib.loads((Path(__file__).parents[1] / "golden/economics.toml").read_text("utf-8"))


def answered(sample: Sample, perspective: str = "society") -> Economics:
    found = economics(sample, Provenance.of(sample.case, sample.draws), perspective)
    assert found is not None
    return found


def compared(sample: Sample) -> Effectiveness:
    found = cost_effectiveness(sample, Provenance.of(sample.case, sample.draws))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def sample(small: Case) -> Sample:
    return draw_sample(small, 400)


@pytest.fixture(scope="module")
def at_modes(small: Case) -> Sample:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sampling, "Sampled", lambda seed, chunk, size: AtModes(size))
        return draw_sample(small, 3)


@pytest.fixture
def modes_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows, "Sampled", lambda seed, chunk, size: AtModes(size))


def stream(cost: Any, benefit: Any, rate: float, **scopes: Any) -> dict[str, Any]:
    """Indicators of one draw: cost paid by the organisation, benefit of all scopes."""
    weights = factors([(0, rate)], len(cost))
    found = Flows.none(weights, 1, 1)
    found.cost.add(0, 0, 1.0, np.array([cost], dtype=float))
    for scope, amount in {"all": benefit, **scopes}.items():
        found.benefit.add(0, SCOPES.index(scope), 1.0, np.array([amount], dtype=float))
    return dict(indicators(View(found, 0, "society"), weights, rate))


# ----------------------------------------------------------------------------- numbers from outside


@pytest.mark.parametrize("golden", GOLDEN["indicators"], ids=lambda golden: golden["name"])
def test_the_it_system_of_the_green_book(golden: dict[str, Any]) -> None:
    years = golden["years"] + 1
    cost, benefit = np.zeros(years), np.full(years, float(golden["saving"]))
    cost[0], benefit[0] = golden["outlay"], 0
    row = stream(cost, benefit, golden["rate"])
    assert row["npv_m"] == pytest.approx(golden["npv_m"], abs=golden["npv_atol"])
    assert row["bcr"] == pytest.approx(golden["bcr"], abs=golden["bcr_atol"])
    assert row["payback_years"] == pytest.approx(golden["payback_years"], abs=5e-4)
    assert row["category"] == golden["category"]
    again = stream(cost, benefit, row["irr"])
    assert again["npv_m"] == pytest.approx(0, abs=1e-9)
    whole = row["annual_m"] * factors([(0, golden["rate"])], years).sum()
    assert whole == pytest.approx(row["npv_m"])


@pytest.mark.parametrize("golden", GOLDEN["account"], ids=lambda golden: golden["name"])
def test_rows_of_a_league_table(golden: dict[str, Any]) -> None:
    """Washington's identities: net is benefits less cost, the ratio benefits over cost."""
    scopes = {"fiscal": [golden["fiscal"]], "social": [golden["social"]]}
    row = stream([golden["cost"]], [golden["other"]], 0.035, **scopes)
    assert row["npv_m"] * 1e6 == pytest.approx(golden["npv"], abs=2)
    assert row["bcr"] == pytest.approx(golden["bcr"], abs=0.006)
    assert row["category"] == golden["category"]
    public = golden["fiscal"] - golden["cost"]
    assert row["public_npv_m"] * 1e6 == pytest.approx(public)


@pytest.mark.parametrize("golden", GOLDEN["category"], ids=lambda golden: golden["name"])
def test_categories_of_value_for_money(golden: dict[str, Any]) -> None:
    ratio = np.array(golden["bcr"])
    row = category_row(ratio * 3.0, np.full(len(ratio), 3.0))
    assert list(row) == [*CATEGORIES, "no_ratio"]
    counts = pd.Series(golden["category"]).value_counts(normalize=True)
    assert {k: v for k, v in row.items() if v} == pytest.approx(counts.to_dict())
    for one, name in zip(golden["bcr"], golden["category"], strict=True):
        assert category_row(np.array([one]), np.array([1.0]))[name] == 1


@pytest.mark.parametrize("golden", GOLDEN["small_net"], ids=lambda golden: golden["name"])
@pytest.mark.usefixtures("modes_flow")
def test_the_small_case_worked_by_hand(golden: dict[str, Any], at_modes: Sample) -> None:
    found = answered(at_modes)
    key = golden["kind"], golden["subject"]
    row = found.to_frame().to_dict("index")[key]
    for name in ("npv_m", "annual_m", "bcr", "bcr_public", "public_npv_m"):
        assert row[name] == pytest.approx(golden[name], abs=2e-8), name
    accounts = found.accounts().to_dict("index")
    for party in ("organisation", "members", "donors", "people"):
        mine = accounts[(*key, party)]
        assert [mine["pays_m"], mine["gains_m"]] == pytest.approx(golden[party], abs=2e-8), party
    assert row["p_npv_positive"] == 0
    assert row["irr_code"] == ("none" if golden["kind"] == "capability" else "one")


@pytest.mark.parametrize("golden", GOLDEN["effectiveness"], ids=lambda golden: golden["name"])
def test_dominance_through_the_whole_path(golden: dict[str, Any], sample: Sample) -> None:
    """Published options in place of the capabilities: cost and effect in every draw."""
    n = len(golden["options"])
    assert n <= 5
    case = sample.case
    names = [replace(case.capabilities[0], id=i) for i in golden["options"]]
    told = replace(case, capabilities=tuple(names), improvements=())
    cost = np.zeros((3, n, len(PAYERS)))
    cost[:, :, 1] = np.array(golden["cost"])
    drawn = replace(
        sample.drawn,
        payers=cost,
        harm=np.tile(golden["effect"], (3, 1)),
        score=np.zeros((3, n)),
        improvement_payers=np.zeros((3, 0, len(PAYERS))),
        gains=replace(sample.drawn.gains, harm=np.zeros((3, 0)), distance=np.zeros((3, 0))),
    )
    model = Model(case)
    model.case, model.annuity = told, 1.0
    model.known = {"harm": np.full(n, True), "score": np.full(n, False)}
    found = compared(replace(sample, model=model, drawn=drawn)).to_frame()
    assert found["status"].tolist() == golden["status"]
    frontier = found[found["status"] == "efficient"].sort_values("amount")
    ratios = frontier["incremental_ratio"].iloc[1:].tolist()
    assert ratios == pytest.approx(golden["ratio"], abs=golden["atol"])
    assert frontier["compared_with"].iloc[0] == "nothing"
    before = frontier.index.get_level_values("subject")[:-1].tolist()
    assert frontier["compared_with"].iloc[1:].tolist() == before
    assert found["p_efficient"].tolist() == [float(s == "efficient") for s in golden["status"]]


# -------------------------------------------------------------------------------------- identities


def test_yearly_flows_are_those_of_the_sample(sample: Sample) -> None:
    """The same draws: discounted and summed they give what the study has."""
    weights, drawn = discount_factors(sample.case), sample.drawn
    today, added = FlowModel(sample).both()
    for flow, payers, money in (
        (today, drawn.payers, drawn.money),
        (added, drawn.improvement_payers, drawn.gains.money),
    ):
        for k, paid in enumerate(payers.transpose(1, 2, 0)):
            each = [flow.cost.present_of(k, [p]) for p in range(len(paid))]
            np.testing.assert_allclose(each, paid)
            np.testing.assert_allclose(flow.cost.present_of(k, range(len(paid))), paid.sum(axis=0))
            gained = flow.benefit.present_of(k, range(len(SCOPES)))
            np.testing.assert_allclose(gained, money[:, k], rtol=1e-9, atol=1e-6)
        np.testing.assert_allclose(flow.cost.yearly @ weights, payers.mean(axis=0))


def test_all_draws_that_are_kept_are_looked_at(
    small: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few are first: a subsample gives no second value of a stored quantity."""
    monkeypatch.setattr(flows, "ENVELOPED", 50)
    few = draw_sample(small, 200)
    assert answered(few).draws == 200
    assert answered(few).to_frame().equals(answered(few).to_frame())


def test_accounts_add_up_to_society(sample: Sample) -> None:
    found = answered(sample)
    nets = found.accounts()["net_m"].to_numpy().reshape(-1, len(PARTIES)).sum(axis=1)
    np.testing.assert_allclose(nets, found.to_frame()["npv_m"], atol=1e-12)
    assert set(GAINS_OF) == set(SCOPES)


def test_net_is_benefit_less_cost_in_every_perspective(sample: Sample) -> None:
    whole = answered(sample).to_frame()
    for name, perspective in PERSPECTIVES.items():
        found = answered(sample, name)
        table = found.to_frame()
        net = table["benefit_m"] - table["cost_m"]
        np.testing.assert_allclose(table["npv_m"], net, atol=1e-12)
        if not perspective.scopes:
            assert (table["benefit_m"] == 0).all()
        assert (table["cost_m"] <= whole["cost_m"] + 1e-12).all()
        np.testing.assert_allclose(table["public_npv_m"], whole["public_npv_m"])
        np.testing.assert_allclose(found.categories().sum(axis=1), 1)
        assert name in repr(found)
    assert (answered(sample, "members").to_frame()["benefit_m"] > 0).all()


def test_perspectives_side_by_side_are_those_asked_one_by_one(sample: Sample) -> None:
    views = answered(sample).perspectives()
    assert list(views.index.unique("perspective")) == list(PERSPECTIVES)
    for name in PERSPECTIVES:
        alone, mine = answered(sample, name).to_frame(), views.xs(name, level="perspective")
        assert list(mine.index) == list(alone.index)
        for column in ("cost_m", "benefit_m", "npv_m", "npv_m_low", "p_npv_positive", "bcr"):
            np.testing.assert_allclose(mine[column], alone[column], err_msg=column)
        assert (mine["bcr_code"] == alone["bcr_code"]).all()


def test_the_programme_is_the_sum_of_its_improvements(sample: Sample) -> None:
    provenance = Provenance.of(sample.case, sample.draws)
    programme = choose_programme(sample, provenance)
    assert programme is not None
    found = economics(sample, provenance, programme=programme)
    assert found is not None
    row = found.to_frame().to_dict("index")["programme", "recommended"]
    taken = np.array([i in programme.chosen for i in sample.case.improvement_ids])
    cost = sample.drawn.improvement_cost[:, taken].sum(axis=1) / 1e6
    money = sample.drawn.gains.money[:, taken].sum(axis=1) / 1e6
    assert row["cost_m"] == pytest.approx(cost.mean())
    assert row["benefit_m"] == pytest.approx(money.mean())
    assert row["p_npv_positive"] == (money > cost).mean()
    assert row["bcr"] == pytest.approx(money.mean() / cost.mean())
    assert f"the programme in {row['p_npv_positive']:.0%} of them" in repr(found)
    without = answered(sample).to_frame()
    pd.testing.assert_frame_equal(found.to_frame().iloc[:-1], without)


def test_a_ratio_without_a_cost_is_refused(sample: Sample) -> None:
    """LINK costs members nothing: a code, no number, no category."""
    found = answered(sample, "members")
    row = found.to_frame().to_dict("index")["improvement", "LINK"]
    assert row["bcr_code"] == "cost_is_zero"
    assert row["category"] == "no_ratio"
    assert np.isnan([row["bcr"], row["bcr_low"], row["bcr_high"], row["bcr_public"]]).all()
    assert found.categories().to_dict("index")["improvement", "LINK"]["no_ratio"] == 1
    assert row["npv_m"] > 0
    assert row["bcr_denominator"] == "all costs"


def test_probability_has_its_standard_error(sample: Sample) -> None:
    table = answered(sample).to_frame()
    p, error = table["p_npv_positive"], table["p_npv_positive_se"]
    np.testing.assert_allclose(error, np.sqrt(p * (1 - p) / 400))
    net = sample.drawn.money - sample.drawn.cost
    c = sample.case.capability_ids.index("REG")
    expected = (net[:, c] > 0).mean()
    assert table.to_dict("index")["capability", "REG"]["p_npv_positive"] == expected


@given(st.floats(1, 1e6), st.floats(0.1, 0.6), st.integers(3, 15))
def test_a_steady_return_is_paid_back_at_its_rate(outlay: float, part: float, years: int) -> None:
    cost, benefit = np.zeros(years + 1), np.full(years + 1, part * outlay)
    cost[0], benefit[0] = outlay, 0
    row = stream(cost, benefit, 0.035)
    if part * years < 1:
        assert row["payback_code"] == "never"
        assert np.isnan(row["payback_years"])
        assert row["p_payback"] == 0
    else:
        assert row["payback_years"] == pytest.approx(1 / part)
        assert row["p_payback"] == 1
    if row["discounted_payback_code"] == "once":
        assert row["discounted_payback_years"] >= row["payback_years"]
        assert row["npv_m"] >= 0
        assert row["mirr"] >= 0.035 - 1e-9
    ends = np.sum(benefit * 1.035 ** np.arange(years, -1, -1)) / outlay
    assert row["mirr"] == pytest.approx(ends ** (1 / years) - 1)


def test_rates_are_refused_with_their_reason() -> None:
    assert stream([1, 1, 1], [0, 0, 0], 0.03)["irr_code"] == "none"
    assert stream([1, 1, 1], [0, 0, 0], 0.03)["mirr_code"] == "none"
    several = stream([100, 0, 132], [0, 230, 0], 0.03)  # 10 % and 20 %
    assert several["irr_code"] == "several"
    assert np.isnan(several["irr"])


def test_shares_of_paid_back_draws_are_counted() -> None:
    weights = factors([(0, 0.5)], 3)
    found = Flows.none(weights, 4, 1)
    found.cost.add(0, 1, np.array([1.0, 2, 3, 4]), np.array([1.0, 0, 0]))
    found.benefit.add(0, 0, 1.4, np.array([0.0, 1, 1]))
    row = indicators(View(found, 0, "society"), weights, 0.5)
    assert row["p_payback"] == 0.5  # 2.8 pays for 1 and 2
    assert row["p_discounted_payback"] == 0.25  # 1.56 pays for 1
    assert row["p_npv_positive"] == 0.25
    assert (row["bcr_low"], row["bcr_high"]) == pytest.approx(
        tuple(
            np.percentile(
                1.4 * (1 / 1.5 + 1 / 2.25) / np.arange(1, 5), (10, 90), method="inverted_cdf"
            )
        )
    )


def test_what_is_saved_pays_back_too() -> None:
    """In money for whoever pays; time set free only for society."""
    weights = factors([(0, 0.5)], 3)
    found = Flows.none(weights, 4, 1)
    found.cost.add(0, 0, np.array([1.0, 2, 3, 4]), np.array([1.0, 0, 0]))
    found.saving.add(0, 0, 2.5, np.array([0.0, 1, 0]))
    found.cashable.add(0, 0, 1.5, np.array([0.0, 1, 0]))
    society, payer = (
        indicators(View(found, 0, x), weights, 0.5) for x in ("society", "organisation")
    )
    assert (society["p_payback"], payer["p_payback"]) == (0.5, 0.25)
    assert (society["saving_m"], payer["saving_m"]) == pytest.approx((2.5 / 1.5e6, 1.5 / 1.5e6))


def test_weights_stand_beside_the_unweighted_figure(sample: Sample) -> None:
    found = answered(sample)
    plain = found.weighted({}, 30_000)
    np.testing.assert_allclose(plain["net_m"], found.to_frame()["npv_m"])
    np.testing.assert_allclose(plain["weighted_net_m"], plain["net_m"])
    assert list(plain.columns) == ["net_m", "weighted_net_m"]  # unweighted first
    poor = found.weighted({"people": 15_000}, 30_000)
    gains = found.accounts()["net_m"].xs("people", level="party").loc[poor.index]
    added = poor["weighted_net_m"] - poor["net_m"]
    np.testing.assert_allclose(added, gains * (2**1.3 - 1))
    with pytest.raises(InputError, match="people"):
        found.weighted({"peeple": 1.0}, 30_000)
    accounts = found.accounts()
    accounts.iloc[1, list(accounts.columns).index("net_m")] = np.nan  # of the first row
    bare = replace(found, _accounts=accounts).weighted({"people": 15_000}, 30_000)
    assert np.isnan(bare.iloc[0]).all()
    pd.testing.assert_frame_equal(bare.iloc[1:], poor.iloc[1:])


def test_transfers_and_sunk_costs_are_shown_and_not_counted(sample: Sample, small: Case) -> None:
    found = answered(sample)
    shown = found.uncounted()
    assert shown["amount_m"].to_dict() == pytest.approx(
        {
            ("transfer", "DUES"): 2.1,  # 700,000 in each of three years
            ("sunk cost", "REG-OLD"): 0.5 * 1.25,
            ("transfer", "LOTTERY"): 0.03,
            ("transfer", "ISLE"): 0.03,  # 20,000 pounds
        }
    )
    gifts = tuple(c for c in small.costs if c.category != "contribution" and c.treatment != "sunk")
    without = draw_sample(replace(small, costs=gifts, funding=()), 400)
    pd.testing.assert_frame_equal(answered(without).to_frame(), found.to_frame())
    assert answered(without).uncounted().empty


def test_a_table_handed_out_is_a_copy(sample: Sample) -> None:
    found, other = answered(sample), compared(sample)
    for get in (found.to_frame, found.categories, found.accounts, other.to_frame):
        mine = get()
        last = mine.columns[-1]
        mine[last] = "changed"
        assert (get()[last] != "changed").all()


def test_an_unknown_perspective_is_named(sample: Sample) -> None:
    provenance = Provenance.of(sample.case, 400)
    for ask in (economics, cost_effectiveness):
        with pytest.raises(InputError, match="Did you mean 'members'"):
            ask(sample, provenance, "member")


def test_a_case_without_money_has_no_economics(small: Case) -> None:
    bare = replace(small, chain=(), effects=tuple(e for e in small.effects if e.criterion))
    found = draw_sample(bare, 100)
    assert economics(found, Provenance.of(bare, 100)) is None
    assert set(compared(found).to_frame().index.get_level_values("effect")) == {"score"}


def test_cost_effectiveness_of_the_small_case(sample: Sample) -> None:
    found = compared(sample)
    table = found.to_frame()
    mean = sample.drawn.cost.mean(axis=0) / 1e6
    rows = table.to_dict("index")
    for c, name in enumerate(sample.case.capability_ids):
        assert rows["capability", "score", name]["cost_m"] == pytest.approx(mean[c])
    harm = rows["capability", "harm", "REG"]
    days = sample.drawn.harm[:, 0].mean() * sample.model.annuity
    assert harm["amount"] == pytest.approx(days)
    assert harm["average_ratio"] == pytest.approx(mean[0] * 1e6 / days)
    assert ("capability", "harm", "NET") not in rows  # no chain: not known, which is not zero
    assert ("improvement", "harm", "CLOUD") not in rows
    best = found.frontier("capability", "harm")
    assert (best["incremental_ratio"].diff().dropna() > 0).all()
    assert found.frontier("capability", "money").empty
    assert "options by score" in repr(found)


# ------------------------------------------------------------------------------- incomes of others


def test_unit_values_are_carried_to_other_incomes(small: Case) -> None:
    factor = replace(small.unit_values[0].worth, name="t", low=0.3, mode=0.5, high=0.9)
    first, *others = small.unit_values
    carried = replace(small, unit_values=(replace(first, transfer=factor), *others))
    before, after = (UnitValues(c).by_scope(AtModes()) for c in (small, carried))
    assert after["fiscal"]["ARREST"][0] == pytest.approx(before["fiscal"]["ARREST"][0] * 0.5)
    assert after["social"]["ARREST"][0] == before["social"]["ARREST"][0]
    whole = UnitValues(carried).worth(AtModes())["money"]["ARREST"][0]
    assert whole == pytest.approx(7_500 * 0.5 + 2_500)
    assert "t" in carried.estimates()
    drawn = UnitValues(carried).worth(Sampled(1, 0, 300))["money"]["ARREST"]
    assert drawn.std() > 0


def test_the_range_of_a_transfer_rises() -> None:
    poor = transfer_range(40_000, 10_000, (0.8, 1.0, 1.2))
    rich = transfer_range(10_000, 40_000, (0.8, 1.0, 1.2))
    for low, mode, high in (poor, rich):
        assert low < mode < high
    assert poor == pytest.approx((0.25**1.2, 0.25, 0.25**0.8))
    assert rich[1] == pytest.approx(4.0)
    with pytest.raises(InputError, match="income_there"):
        transfer_range(0, 1, (1, 1, 1))


# --------------------------------------------------------------------- bias from published overruns


def test_the_record_of_overruns() -> None:
    record = bias_classes()["police_it_overruns"].record
    assert sorted(g["overrun"] for g in GOLDEN["overrun"]) == pytest.approx(list(record), abs=5e-5)
    assert bias_classes()["outsourcing"].duration is None  # no published value: none invented
    assert bias_classes()["equipment_development"].capital == (0.1, 2.0)  # 54 % is a duration
    assert not bias_classes()["equipment_development"].record


def test_bias_is_drawn_from_the_record(small: Case) -> None:
    line = next(c for c in small.costs if c.id == "SCAN-BUILD")
    plain = bias_of(replace(line, bias="police_it_overruns", mitigation=0.0))
    half = bias_of(replace(line, bias="police_it_overruns", mitigation=0.5))
    assert plain is not None
    assert half is not None
    assert (plain.low, plain.high) == pytest.approx((0.68, 8.45))
    assert plain.mode == pytest.approx(189 / 68 - 1)  # the median
    assert half.high == pytest.approx(0.68 + (8.45 - 0.68) / 2)
    drawn = Sampled(1, 0, 20_000).of(plain)
    assert drawn.min() >= 0.68
    assert drawn.max() <= 8.45
    assert np.median(drawn) == pytest.approx(plain.mode, abs=0.05)
    assert drawn.mean() == pytest.approx((0.68 + 2 * plain.mode + 8.45) / 4, rel=0.02)
    for p in (0.0, 0.2, 0.5, 0.9, 1.0):
        level = float(quantile_of(plain, np.array([p]))[0])
        assert probability_below(plain, level) == pytest.approx(p)
    assert probability_below(plain, 0.5) == 0
    assert probability_below(plain, 9) == 1
    swings = OneWay([plain]).of(plain)
    assert swings[1] < plain.mode < swings[2]
    assert "too few" in plain.basis


def test_a_case_may_name_the_record(small: Case) -> None:
    costs = tuple(
        replace(c, bias="police_it_overruns", mitigation=0.0) if c.id == "SCAN-BUILD" else c
        for c in small.costs
    )
    dearer = Model(replace(small, costs=costs)).answer(AtModes())
    assert dearer.asked[0, 0] == pytest.approx(60_000 * 189 / 68)
