"""The programme and its funding: worked by hand, and every set tried."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth.case.model import Case, Estimate, Limit, Relation
from capworth.errors import CaseError
from capworth.funding.plan import Funding
from capworth.methods.uncertainty.order_statistics import order_quantile
from capworth.model.result import Provenance
from capworth.model.simulation import Sample, draw_sample
from capworth.programme.choice import Choice, ConflictError, _choice, relations_of
from capworth.programme.selection import Programme, choose_programme
from capworth.study.stages import NotAskedError, Study, run_study

Golden: TypeAlias = Mapping[str, Any]
AtModes: TypeAlias = Callable[[Case], Study]
Plan: TypeAlias = Callable[..., Any]
SETS = ((), ("SCAN",), ("SCAN", "LINK"), ("CLOUD",))  # what the relations of the case allow


def chosen_in(sample: Sample) -> Programme:
    """The programme alone, as a study of this sample answers it."""
    found = choose_programme(sample, Provenance.of(sample.case, sample.draws))
    assert found is not None
    return found


def programme_of(study: Study) -> Programme:
    return study.programme


def funding_of(study: Study) -> Funding:
    return study.funding


def test_the_best_set_of_several_budgets_worked_by_hand(
    small: Case, plan: Plan, golden: Golden
) -> None:
    for known in golden["programme"]:
        case = small.with_settings(budget=float(known["budget"]), target=None)
        found = plan(case, draws=3, modes=True).programme
        assert list(found.chosen) == known["chosen"], known
        assert found.asked_m == pytest.approx(known["asked"] / 1e6, abs=1e-12)
        assert found.gain == pytest.approx([known["gain"]] * 3, abs=1e-8)
        assert found.value == pytest.approx(found.gain)
        assert (found.feasible, found.p_within, found.p_years) == (True, 1, 1)
        assert found.needed_m == pytest.approx(found.asked_m)
        assert found.regret == pytest.approx(0, abs=1e-12)


def test_the_whole_frontier_worked_by_hand(worked: Study) -> None:
    frontier = programme_of(worked).frontier()
    assert frontier["budget_m"].tolist() == pytest.approx([0, 0.085, 0.1, 0.115])
    gains = [0, 2.294253786, 2.348401323, 2.504094071]
    assert frontier["gain"].tolist() == pytest.approx(gains)
    assert frontier["value"].tolist() == pytest.approx(gains)
    assert frontier["asked_m"].tolist() == pytest.approx([0, 0.085, 0.1, 0.115])
    assert frontier["chosen"].tolist() == ["", "SCAN", "CLOUD", "SCAN LINK"]


def test_the_order_of_priority_worked_by_hand(worked: Study, golden: Golden) -> None:
    order = programme_of(worked).order()
    known = golden["order"]
    assert order["improvements"].tolist() == known["improvements"]
    assert order["asked_cum_m"].tolist() == pytest.approx(known["asked_cum_m"])
    assert order["gain_cum"].tolist() == pytest.approx(known["gain_cum"])


def test_net_starts_nothing_that_loses_money(small: Case, plan: Plan, golden: Golden) -> None:
    """No improvement earns its cost; what must be done is done, at its loss."""
    case = small.with_settings(objective="net", budget=1e6, target=None)
    nothing = plan(case, draws=3, modes=True).programme
    assert nothing.chosen == ()
    assert nothing.value == nothing.net_m == pytest.approx([0, 0, 0])
    must = tuple(replace(i, must=i.id == "LINK") for i in small.improvements)
    forced = plan(replace(case, improvements=must), draws=3, modes=True).programme
    assert forced.chosen == ("SCAN", "LINK")
    known = golden["improvements"]["net"]
    assert forced.value[0] == pytest.approx((known["SCAN"] + known["LINK"]) / 1e6)
    assert forced.p_net == 0


ENDS = ("low", "mode", "high")


def test_what_must_be_done_is_not_put_off_to_lose_less(small: Case, plan: Plan) -> None:
    """A later start of LINK loses less, most of all as its costs fall behind the appraisal.

    It starts as stated; where a year cannot hold it, it is put off, and what it then loses is true.
    """
    bonus = Estimate("relations/LINK/synergy/SCAN", 3.0, 3.0, 3.0, "share", "D", "", "judged", 5)
    both = Relation("LINK", "synergy", "SCAN", basis="judged", bonus=bonus)
    case = replace(
        small,
        improvements=tuple(replace(i, must=i.id in {"SCAN", "LINK"}) for i in small.improvements),
        relations=(*small.relations, both),
        costs=tuple(
            replace(c, amount=replace(c.amount, **{n: 5 * getattr(c.amount, n) for n in ENDS}))
            if c.improvement == "LINK"
            else c
            for c in small.costs
        ),
    ).with_settings(objective="net", budget=1e6, target=None, years=6)
    found = plan(case, draws=3, modes=True)
    choice = Choice.of(found.sample)
    losses = [choice.own(1, d, "net").mean() for d in (0, 1, 2, 3)]
    assert losses[0] < losses[1] < losses[2] < losses[3] < 0
    assert found.programme.chosen == ("SCAN", "LINK")
    assert found.programme.late == ()
    none = Limit("NOW", "First year", "money_a_year", 1.0, "invented", from_year=2026, to_year=2026)
    held = plan(replace(case, limits=(none,)), draws=3, modes=True).programme
    assert held.to_frame()["delay"].to_dict() == {"SCAN": 2, "LINK": 1, "CLOUD": 0}
    assert held.value[0] == pytest.approx(held.money_m[0] - held.cost_m[0])
    assert held.good_sets()["value"].tolist() == [pytest.approx(held.value[0])]


def test_net_knows_no_value_of_what_has_no_price(small: Case, plan: Plan) -> None:
    """CLOUD acts on no chain: what it adds in money is not known, and it is no candidate."""
    cheap = tuple(
        replace(c, amount=replace(c.amount, low=1.0, mode=1.0, high=1.0)) if c.improvement else c
        for c in small.costs
    )
    case = replace(small, costs=cheap, relations=()).with_settings(objective="net", target=None)
    found = plan(case, draws=3, modes=True).programme
    assert found.chosen == ("SCAN", "LINK")
    assert found.money_m[0] == pytest.approx(0.029750567 + 0.001814059)
    assert found.value[0] == pytest.approx(found.money_m[0] - found.cost_m[0])
    assert 0 < found.cost_m[0] < 1e-5
    row = found.why_not().T["CLOUD"]
    assert row["reason"] == "unpriced"
    assert np.isnan(row["gain"])


def test_harm_is_what_is_added_most_of(small: Case, plan: Plan, golden: Golden) -> None:
    found = plan(small.with_settings(objective="harm"), draws=3, modes=True).programme
    assert found.chosen == ("SCAN",)
    assert found.value[0] == pytest.approx(golden["improvements"]["harm"]["SCAN"])
    assert found.gain[0] == pytest.approx(golden["improvements"]["gain"]["SCAN"])


def test_a_budget_that_does_not_pay_for_what_must_be_done(small: Case) -> None:
    forced = tuple(replace(i, must=i.id == "CLOUD") for i in small.improvements)
    case = replace(small, improvements=forced).with_settings(budget=50_000.0, common_cause=0.0)
    with pytest.raises(CaseError, match=r"50,000 does not pay for what must be \(CLOUD: 100,000\)"):
        run_study(case, draws=20)
    case = case.with_settings(budget=100_000.0)  # it pays for CLOUD at its mode, not at 80 %
    with pytest.raises(ConflictError) as told:
        run_study(case, draws=20)
    budget, must = told.value.findings
    assert str(budget).startswith("case.toml, column 'budget': the budget is 0.1 million; the ch")
    cloud = np.sort(draw_sample(case, 20).drawn.asked[:, 2])[15]  # 16 of 20 draws are 80 %
    assert f"asks for {cloud / 1e6:.4g} million at 80%" in str(budget)
    assert str(budget).endswith(f"Raise it to {int(cloud) + 1}, or let go of another.")
    enough = case.with_settings(budget=float(int(cloud) + 1), budget_confidence=0.0)
    assert chosen_in(draw_sample(enough, 20)).chosen == ("CLOUD",)
    assert str(must).startswith("improvements.csv, row 4, column 'must': CLOUD must be done.")


def test_an_improvement_that_asks_for_nothing_is_no_fault(small: Case) -> None:
    """Only running costs, nothing to raise: it is in every budget's best set."""
    costs = tuple(c for c in small.costs if c.id not in ("SCAN-BUILD", "SCAN-M"))
    study = run_study(replace(small, costs=costs).with_settings(budget=0.0), draws=50)
    found = programme_of(study)
    assert found.chosen == ("SCAN",)
    assert (found.asked_m, found.p_within) == (0, 1)
    assert found.to_frame().T["SCAN"]["gain_per_asked_m"] == np.inf


# ---------------------------------------------------------------------------- over the draws


def totals(study: Study) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Every allowed set with what it asks and gains in each draw."""
    ids, drawn = study.case.improvement_ids, study.sample.drawn
    for taken in SETS:
        columns = [ids.index(i) for i in taken]
        yield (
            taken,
            drawn.asked[:, columns].sum(axis=1),
            drawn.gains.distance[:, columns].sum(axis=1),
        )


def held(asked: Any, confidence: float) -> float:
    """Money that is enough in so many of the draws, and on average."""
    needed = int(np.ceil(confidence * len(asked) - 1e-9))
    return float(max(np.sort(asked)[needed - 1] if needed else 0, asked.mean()))


@pytest.mark.parametrize("confidence", [0.0, 0.5, 0.8, 0.95])
def test_the_best_set_under_the_confidence_by_trying_all(
    small: Case, plan: Plan, confidence: float
) -> None:
    case = small.with_settings(budget=115_000.0, budget_confidence=confidence, target=None)
    study = plan(case)
    found = study.programme
    fit = [(s, a, g) for s, a, g in totals(study) if held(a, confidence) <= 115_000]
    taken, asked, gain = max(fit, key=lambda one: float(one[2].mean()))
    assert found.chosen == taken
    assert found.asked_m == pytest.approx(asked.mean() / 1e6)
    assert found.needed_m == pytest.approx(held(asked, confidence) / 1e6)
    assert found.contingency_m == pytest.approx((held(asked, confidence) - asked.mean()) / 1e6)
    assert found.p_within == pytest.approx((asked <= 115_000).mean())
    assert found.p_within >= confidence
    assert found.gain[0] == pytest.approx(gain.mean())
    assert (found.confidence, found.draws) == (confidence, 400)


def test_the_confidence_decides(small: Case, plan: Plan) -> None:
    """On average both could be paid for, which breaks the budget too often."""
    case = small.with_settings(budget=123_000.0)
    chosen = {p: plan(case.with_settings(budget_confidence=p)).programme for p in (0.0, 0.9)}
    assert chosen[0.0].chosen == ("SCAN", "LINK")
    assert chosen[0.0].p_within < 0.9
    assert chosen[0.9].chosen == ("SCAN",)


def test_the_range_of_the_gain_is_that_of_the_ratio_by_draw(study: Study) -> None:
    """Mean over the expected distance; ends of what each draw closes of its own distance."""
    found, drawn = programme_of(study), study.sample.drawn
    mine = [study.case.improvement_ids.index(i) for i in found.chosen]
    closed = drawn.gains.distance[:, mine].sum(axis=1)
    ratio = closed * study.sample.model.extents.distance / drawn.distance
    assert found.gain[0] == pytest.approx(closed.mean())
    ends = [float(order_quantile(ratio, q)) for q in (0.1, 0.9)]
    assert found.gain[1:] == pytest.approx(ends)
    assert ends != pytest.approx([float(order_quantile(closed, q)) for q in (0.1, 0.9)], rel=1e-3)


def test_what_is_chosen_costs_and_adds_over_its_life(study: Study) -> None:
    found, drawn = programme_of(study), study.sample.drawn
    chosen = [study.case.improvement_ids.index(i) for i in found.chosen]
    for name, part, scale in (
        ("cost_m", drawn.improvement_cost, 1e6),
        ("money_m", drawn.gains.money, 1e6),
        ("harm_days", drawn.gains.harm, 1.0),
    ):
        total = part[:, chosen].sum(axis=1) / scale
        expected = (total.mean(), *np.percentile(total, (10, 90), method="inverted_cdf"))
        assert getattr(found, name) == pytest.approx(expected), name


@settings(max_examples=15, deadline=None)
@given(
    budget=st.integers(0, 30).map(lambda k: k * 10_000.0),
    relation=st.sampled_from(["requires", "excludes"]),
    pair=st.permutations(["SCAN", "LINK", "CLOUD"]),
    must=st.sampled_from(["", "", "SCAN", "LINK"]),
)
def test_the_chosen_set_is_the_best_of_all(
    small: Case, budget: float, relation: str, pair: list[str], must: str
) -> None:
    """Gains added; every set of three tried under the confidence of 0.8."""
    case = replace(
        small,
        relations=(Relation(pair[0], relation, pair[1]),),
        improvements=tuple(replace(i, must=i.id == must) for i in small.improvements),
    ).with_settings(budget=budget, target=None)
    ids = case.improvement_ids
    sample = draw_sample(case, 30)
    asked, gain = sample.drawn.asked, sample.drawn.gains.distance.mean(axis=0)
    allowed, on_average = [], False
    for flags in product((True, False), repeat=3):
        taken = {i for i, flag in zip(ids, flags, strict=True) if flag}
        needs = relation == "requires" and pair[0] in taken and pair[1] not in taken
        clash = relation == "excludes" and {pair[0], pair[1]} <= taken
        if needs or clash or (must and must not in taken):
            continue
        total = asked[:, list(flags)].sum(axis=1)
        on_average |= total.mean() <= budget
        if held(total, 0.8) <= budget:
            allowed.append((float(gain @ np.array(flags)), -held(total, 0.8), sorted(taken)))
    if not on_average:
        with pytest.raises(ConflictError):
            chosen_in(sample)
        return
    found = chosen_in(sample)
    assert found.feasible == bool(allowed)
    if not allowed:  # shown with the chance that it has
        assert found.p_within < 0.8
        return
    value, cost, _ = max(allowed)
    assert found.gain[0] == pytest.approx(value)
    assert found.needed_m == pytest.approx(-cost / 1e6)


def test_relations_by_number(small: Case) -> None:
    found = relations_of(small)
    assert found.n == 3
    assert found.requires == ((1, (0,)),)
    assert found.excludes == ((2, 0),)
    assert found.must == ()


def test_no_budget_no_programme_no_funding(small: Case) -> None:
    study = run_study(small.with_settings(budget=None, target=None), draws=30)
    assert {"programme", "funding"} <= set(study.not_asked)
    follow = ("programme", "funding", "baseline")
    assert not {*follow} & {*study.found}
    with pytest.raises(NotAskedError, match="small does not ask for programme"):
        _ = study.programme


def test_the_answer(worked: Study) -> None:
    found = programme_of(worked)
    assert (found.budget_m, found.target_m) == (0.11, 0.2)
    assert repr(found) == (
        "<Programme: 1 of 3 improvements for 0.1 of 0.11 million at 80%, 2.35 % of the distance; "
        "2 good sets>"
    )
    assert (found.extent_key, found.near, found.measure) == ("equal", 0.05, "distance")
    assert found.payers_m == pytest.approx({"organisation": 0.1, "donors": 0, "members": 0})


# ------------------------------------------------------------------------------------- funding


def test_the_next_euro_and_the_pledges_worked_by_hand(worked: Study, golden: Golden) -> None:
    found, known = funding_of(worked), golden["funding"]
    assert found.pledged_m == pytest.approx(known["pledged_m"])
    assert found.pledges()["amount_m"].to_dict() == pytest.approx(known["pledges_m"])
    assert found.pledges()["earmark"].to_dict() == {"LOTTERY": "", "ISLE": "SCAN LINK"}
    following = found.next_euro()
    assert following.index.tolist() == [1, 5, 10]
    for name in ("added", "dropped"):
        assert following[name].tolist() == [known[name]] * 3
    assert following["gain"].tolist() == pytest.approx([known["next_gain"]] * 3, abs=1e-8)
    assert following["spent_m"].tolist() == pytest.approx([known["spent_m"]] * 3)


def test_the_curve_is_the_frontier_with_its_spread(study: Study) -> None:
    curve = funding_of(study).curve()
    frontier = programme_of(study).frontier()
    assert curve["budget_m"].tolist() == frontier["budget_m"].tolist()
    sets = {" ".join(taken): gain for taken, _, gain in totals(study)}
    for row in curve.to_dict("records"):
        gain = sets[row["chosen"]]
        ratio = study.sample.ratio_by_draw(gain)
        expected = (gain.mean(), *np.percentile(ratio, (10, 90), method="inverted_cdf"))
        assert (row["gain"], row["gain_low"], row["gain_high"]) == pytest.approx(expected)
    assert curve["gain"].is_monotonic_increasing


def test_the_frontier_is_told_at_the_confidence(study: Study) -> None:
    """Every budget is what its set needs at 80 %; what is not on it is worth less for more."""
    frontier = programme_of(study).frontier()
    needed = {" ".join(s): held(a, 0.8) / 1e6 for s, a, _ in totals(study)}
    gained = {" ".join(s): float(g.mean()) for s, _, g in totals(study)}
    for budget, chosen in zip(frontier["budget_m"], frontier["chosen"], strict=True):
        assert budget == pytest.approx(needed[chosen])
    for other in set(needed) - set(frontier["chosen"]):
        better = frontier[frontier["budget_m"] <= needed[other] + 1e-12]
        assert better["gain"].max() >= gained[other]


def test_what_a_budget_between_two_steps_buys(small: Case, at_modes: AtModes) -> None:
    """0.1 million is the step of CLOUD itself; a cent less is that of SCAN."""
    at = funding_of(at_modes(small.with_settings(budget=100_000.0)))
    under = funding_of(at_modes(small.with_settings(budget=99_999.0)))
    assert at.next_euro().T[1.0]["dropped"] == "CLOUD"
    assert under.next_euro().T[1.0]["added"] == "LINK"
    assert under.next_euro().T[1.0]["gain"] == pytest.approx(2.504094071 - 2.294253786)


def test_a_case_without_pledges(small: Case) -> None:
    found = funding_of(run_study(replace(small, funding=()), draws=30))
    assert found.pledged_m == 0
    assert len(found.pledges()) == 0
    assert "earmark" in found.pledges().columns


@pytest.fixture
def unlisted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As where the relations allow too many sets to list them."""
    monkeypatch.setattr(Choice, "listed", None)
    _choice.cache_clear()
    yield
    _choice.cache_clear()


@pytest.mark.parametrize("objective", ["distance", "net", "harm"])
def test_sets_that_are_too_many_are_sought_and_what_is_left_out_has_a_bound(
    small: Case, objective: str, request: pytest.FixtureRequest
) -> None:
    sample = draw_sample(small.with_settings(objective=objective), 60)
    every = chosen_in(sample)
    assert (every.compared, every.gap) == (None, 0)
    assert not {"compared.programme", "unsearched.programme"} & {f.id for f in every.figures()}
    request.getfixturevalue("unlisted")
    sought = chosen_in(sample)
    assert sought.chosen == every.chosen
    assert sought.compared is not None
    assert sought.compared <= len(SETS)
    if not sought.chosen:  # nothing is worth no share of anything
        assert np.isnan(sought.gap)
        return
    assert every.value.mean <= sought.value.mean * (1 + sought.gap) * (1 + 1e-9)
    assert sought.gap < 1
    told = {f.id: f.value for f in sought.figures()}
    assert told["compared.programme"] == sought.compared
    assert told["unsearched.programme"] == sought.unsearched
    assert sought.gap <= sought.unsearched < sought.gap + 0.01


@pytest.mark.usefixtures("unlisted")
def test_a_set_that_was_not_sought_is_carried_out_too(small: Case) -> None:
    choice = Choice.of(draw_sample(small, 30), keep=False)
    few = choice.among(np.zeros((1, 3), dtype=bool))
    ids = small.improvement_ids
    for taken, stands in ((("SCAN",), True), (("LINK",), False)):  # LINK needs SCAN
        found = few.carried_out(np.isin(ids, taken))
        assert (found is not None) == stands
        if found is not None:
            assert [i for i, yes in zip(ids, found.sets[0], strict=True) if yes] == list(taken)
