"""What to find out first: against loops over sets and draws, never above what is left to gain."""

import shutil
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from capworth.case.model import HARM, NET, Case, Estimate, PlannedSurvey
from capworth.case.read import read_case
from capworth.errors import CaseError
from capworth.methods.arguments import Floats
from capworth.methods.portfolio.confidence import Plan
from capworth.methods.uncertainty.bounded_information import worth_within
from capworth.model.draws import Sampled
from capworth.model.result import Provenance
from capworth.model.simulation import draw_sample
from capworth.programme.selection import SCALE, choose_programme
from capworth.streams import stream
from capworth.uncertainty.information import Resolving, _resolved, value_of_information
from capworth.uncertainty.options import Options, started

GOLDEN = tomllib.loads((Path(__file__).parents[1] / "golden/decision.toml").read_text("utf-8"))
DRAWS = 250


def answered(case: Case, draws: int = DRAWS) -> Resolving:
    sample, known = draw_sample(case, draws), Provenance.of(case, draws)
    found = value_of_information(sample, choose_programme(sample, known), known)
    assert found is not None
    return found


def options_of(case: Case, draws: int = DRAWS) -> Options:
    sample = draw_sample(case, draws)
    programme = choose_programme(sample, Provenance.of(case, draws))
    assert programme is not None
    return Options.of(sample, programme)


def free(case: Case, objective: str = "distance") -> Case:
    """The small case without relations, so that any of 2^3 sets may be chosen."""
    return replace(case, relations=()).with_settings(objective=objective)


def worth_anew(case: Case, whole: bool) -> tuple[Floats, Floats]:
    """Worth (draws, sets) of the list and value of all sets, one set and one draw at a time."""
    options = options_of(case)
    choice, budget = options.choice, options.budget
    worth = np.zeros((len(choice.cost), len(options.sets)))
    for k, (chosen, late) in enumerate(zip(options.sets, options.delays, strict=True)):
        value = choice.by_draw(chosen, late, choice.measure)
        for n, v in enumerate(value.tolist()):
            bill = float(choice.cost[n][chosen].sum())
            part = 1.0 if bill <= budget else budget / bill
            part = float(part == 1.0) if whole else part
            worth[n, k] = v if v < 0 or choice.measure == NET else v * part
    none = np.zeros(options.sets.shape[1], dtype=np.int64)
    every = [choice.by_draw(chosen, none, choice.measure) for chosen in choice.sets]
    return worth, np.stack(every, axis=1)


@pytest.mark.parametrize("objective", ["distance", HARM, NET])
def test_perfect_information_one_set_and_draw_at_a_time(small: Case, objective: str) -> None:
    case = free(small, objective)
    found, scale = answered(case), SCALE[objective]
    worth, every = worth_anew(case, whole=False)
    best = worth.mean(axis=0).max()
    assert found.worth == pytest.approx(best / scale)
    assert found.evpi == pytest.approx((worth.max(axis=1).mean() - best) / scale)
    assert found.ceiling == pytest.approx((every.max(axis=1).mean() - best) / scale)
    assert found.confidence_price == pytest.approx((best - worth[:, 0].mean()) / scale)
    assert 0 <= found.evpi <= found.ceiling + 1e-12
    assert found.confidence_price >= -1e-12
    entire, _ = worth_anew(case, whole=True)
    more = entire.max(axis=1).mean() - entire.mean(axis=0).max()
    assert found.evpi_whole == pytest.approx(more / scale)


def test_costs_and_values_are_known_apart(small: Case) -> None:
    """All pairs of a draw of costs and a draw of values, in loops."""
    case = free(small)
    found, options = answered(case), options_of(case)
    value = np.maximum(options.value, 0)
    done = np.minimum(1.0, options.budget / np.maximum(options.cost, 1e-9))
    assert (options.value >= 0).all()
    by_cost = np.array([(value * row).mean(axis=0) for row in done])
    by_value = np.array([(row * done).mean(axis=0) for row in value])
    for name, known in (("costs", by_cost), ("values", by_value)):
        lead = known.max(axis=1).mean() - known.mean(axis=0).max()
        assert found.to_frame().loc[name, "value"] == pytest.approx(lead, abs=1e-12)


def test_no_group_is_worth_more_than_its_block(small: Case) -> None:
    table = answered(free(small), 2_000).to_frame()
    room = 3 * float(table["standard_error"].max()) + 1e-12
    worth = {str(name): float(value) for name, value in table["value"].items()}
    for name, kind in table["kind"].items():
        block = worth["costs" if kind == "prices" else "values"]
        if kind in {"prices", "effects", "weights"}:
            assert worth[str(name)] <= block + room, name
    assert table["value"].is_monotonic_decreasing
    assert (table["value"] >= 0).all()
    shown = table[table["clear"] & ~table["kind"].isin(["costs", "values"])]
    assert (shown["value"] > shown["floor"]).all()


def test_the_list_of_a_budget_that_pays_for_all(small: Case) -> None:
    """Nothing to choose: every set is paid, every gain is above nothing, knowing adds nothing."""
    found = answered(free(small).with_settings(budget=10_000_000.0))
    assert found.evpi == pytest.approx(0, abs=1e-12)
    assert found.money_m == 0
    assert found.ceiling == pytest.approx(0, abs=1e-12)
    assert not found.to_frame()["clear"].any()


def test_money_is_what_would_buy_as_much(small: Case) -> None:
    """The best expected worth at the larger budget is higher by just what knowing adds."""
    case = free(small)
    found, options = answered(case), options_of(case)
    assert np.isfinite(found.money_m) or found.evpi > 0
    choice = options.choice

    def best(budget: float) -> float:
        sets = np.array(choice.sets)
        cost = choice.cost @ sets.T
        done = np.minimum(1, budget / np.maximum(cost, 1e-9)).mean(axis=0)
        return float((choice.worth.expected(sets, "distance") * done).max())

    for _, row in found.to_frame().iterrows():
        if row["clear"] and np.isfinite(row["money_m"]):
            gained = best(options.budget + row["money_m"] * 1e6) - best(options.budget)
            assert gained == pytest.approx(row["value"], rel=0.03)


def test_ten_times_the_money_is_worth_the_same(small: Case) -> None:
    def dearer(estimate: Estimate) -> Estimate:
        low, mode, high = (10 * x for x in (estimate.low, estimate.mode, estimate.high))
        return replace(estimate, low=low, mode=mode, high=high)

    rich = replace(
        free(small),
        costs=tuple(replace(line, amount=dearer(line.amount)) for line in small.costs),
        totals=tuple(replace(total, amount=dearer(total.amount)) for total in small.totals),
    )
    one = answered(free(small))
    ten = answered(rich.with_settings(budget=10 * (small.settings.budget or 0)))
    assert ten.evpi == pytest.approx(one.evpi)
    assert ten.money_m == pytest.approx(10 * one.money_m, nan_ok=True)
    np.testing.assert_allclose(ten.to_frame()["value"], one.to_frame()["value"], atol=1e-9)


# ------------------------------------------------------------------------------------- surveys


def survey(inputs: str, members: int = 30, cost: float = 1_000.0) -> PlannedSurvey:
    return PlannedSurvey(
        id="ASK", name="Asking", inputs=inputs, members=members, items=5, cost=cost, basis="x"
    )


def test_a_survey_tells_less_than_knowing_and_more_when_more_are_asked(small: Case) -> None:
    case = free(small)
    values = []
    for members in (1, 5, 40, 4_000):
        asked = replace(case, planned_surveys=(survey("effects/CLOUD/*", members),))
        values.append(answered(asked, 1_000).surveys().iloc[0])
    told = [row["value"] for row in values]
    assert told == sorted(told)
    own: Any = answered(case, 1_000).to_frame().loc["effects/CLOUD", "value"]
    assert told[-1] <= own + 1e-12
    assert told[-1] == pytest.approx(own, rel=0.05)
    assert told[0] < own
    last = values[-1]
    assert last["net_m"] == pytest.approx(last["money_m"] - 0.001)


def test_own_effects_and_a_survey_of_them_by_least_squares(small: Case) -> None:
    """Conditional means by ordinary regression on normal scores, drawn here by their names."""
    case = replace(free(small), planned_surveys=(survey("effects/CLOUD/*", 4),))
    found, options = answered(case, 1_000), options_of(case, 1_000)
    draws = Sampled(case.settings.seed, 0, 1_000)
    names = [e.change.name for e in case.effects if e.improvement == "CLOUD" and e.criterion]
    z = ndtri(np.stack([draws.even(name) for name in names], axis=1))
    design = np.hstack([np.ones((1_000, 1)), z, z**2])
    k = case.improvement_ids.index("CLOUD")
    gain = options.choice.worth.gains("distance")[:, k]
    fitted = design @ np.linalg.lstsq(design, gain, rcond=None)[0]
    done = np.minimum(1, options.budget / np.maximum(options.cost, 1e-9)).mean(axis=0)
    moved = np.outer(fitted - fitted.mean(), options.sets[:, k] * done)
    mean = worth_within(options.value, options.cost, options.budget).mean(axis=0)
    known = (mean + moved).max(axis=1).mean() - mean.max()
    row = found.surveys().iloc[0]
    assert 0.3 < row["resolved"] < 0.9
    told = (mean + np.sqrt(row["resolved"]) * moved).max(axis=1).mean() - mean.max()
    assert found.to_frame().loc["effects/CLOUD", "value"] == pytest.approx(known, rel=0.02)
    assert row["value"] == pytest.approx(told, rel=0.02)
    assert told < 0.95 * known


def test_what_resolves_nothing_of_the_question_is_said(small: Case) -> None:
    """What became of hits moves money and harm, not the distance."""
    case = replace(free(small), planned_surveys=(survey("chain/*"),))
    row = answered(case).surveys().iloc[0]
    assert row["value"] == 0
    assert not row["clear"]
    assert row["net_m"] == pytest.approx(-0.001)
    assert set(row["moves"].split()) == {"money", "harm"}
    net = case.with_settings(objective=NET)
    assert answered(net).surveys().iloc[0]["resolved"] > 0


def test_the_share_that_a_clustered_survey_resolves() -> None:
    """M10, clustered: 60 members, 20 answers each, icc 0.1, known today as worth 15 answers."""
    golden = GOLDEN["M10"][1]
    given_, expected = golden["inputs"], golden["expected"]
    spread = float(np.sqrt(given_["prior_variance"]))
    level = given_["prior_mean"] + spread * np.tile([-1.0, 1.0], 500)
    asked = replace(survey("x", given_["members"]), items=given_["hits_each"], icc=given_["icc"])
    share = Estimate("x", 0.0, 0.6, 1.0, "share", "D", "", "", 0)
    resolved, effective = _resolved(asked, level, share)
    assert resolved == pytest.approx(expected["variance_share_resolved"], abs=1e-9)
    assert effective == pytest.approx(expected["effective_n"], abs=1e-9)
    points = replace(share, low=-10.0, mode=2.0, high=10.0, unit="points")
    again, _ = _resolved(asked, 20 * level - 10, points)
    assert again == pytest.approx(resolved)


def test_planned_surveys_are_read_and_checked(small_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(small_folder, folder)
    head = "id,name,inputs,members,items,icc,cost,payer,basis\n"
    rows = "ONE,Trial,effects/CLOUD/* costs/CLOUD-BUILD,20,4,,5000,,planned\n"
    (folder / "planned_surveys.csv").write_text(head + rows, encoding="utf-8")
    (found,) = read_case(folder).planned_surveys
    assert (found.icc, found.payer, found.cost) == (0.1, "organisation", 5000.0)
    assert found.asks_for("effects/CLOUD/ACA/speed")
    assert not found.asks_for("effects/SCAN/ACA/speed")
    (folder / "planned_surveys.csv").write_text(
        head + rows.replace("CLOUD/*", "CLOWD/*"), encoding="utf-8"
    )
    with pytest.raises(CaseError, match=r"no input is called 'effects/CLOWD/\*'"):
        read_case(folder)


# -------------------------------------------------------------------------------------- starts


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6))
def test_starts_keep_every_limit(seed: int) -> None:
    """Found starts keep limits and order; one alone has a start where it fits at all."""
    random = stream(seed, "starts")
    n, years, delays = 4, 5, 3
    spend = random.dirichlet(np.ones(years), size=n)
    spend[:, 3:] = 0
    spend /= spend.sum(axis=1, keepdims=True)
    asked = random.integers(1, 9, n).astype(float)
    limits = np.full(years, float(random.integers(2, 12)))
    worth = np.sort(random.random((n, delays)))[:, ::-1]
    plan = Plan.of_years(spend, limits, worth, after=((0, 1, 0),))
    sets = random.random((12, n)) < 0.6
    kept, late = started(sets, plan, asked)
    for chosen, ok, delay in zip(sets, kept, late, strict=True):
        if not ok:
            continue
        used = np.zeros(years)
        for k in np.flatnonzero(chosen):
            used[delay[k] :] += asked[k] * spend[k, : years - delay[k]]
        assert (used <= limits + 1e-6).all()
        if chosen[0] and chosen[1]:
            assert delay[0] >= delay[1]
    alone = sets.sum(axis=1) == 1
    for chosen, ok in zip(sets[alone], kept[alone], strict=True):
        (k,) = np.flatnonzero(chosen)
        peak = asked[k] * spend[k].max()
        assert ok == (peak <= limits[0] * (1 + 1e-9))


def test_nothing_to_choose_is_no_answer(small: Case) -> None:
    poor = small.with_settings(budget=None, target=None)
    sample, known = draw_sample(poor, 50), Provenance.of(poor, 50)
    assert value_of_information(sample, None, known) is None
    assert isinstance(repr(answered(small)), str)
