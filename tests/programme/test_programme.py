"""The programme and its funding: worked by hand, and every set tried."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth.case.model import Case, Relation
from capworth.funding.plan import Funding
from capworth.model.result import Provenance
from capworth.model.simulation import Sample, draw_sample
from capworth.programme.choice import ConflictError
from capworth.programme.selection import Programme, choose_programme, relations_of
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
        if known["budget"] != 89_999:  # where each draw could pay 85,000, if not 90,000
            assert found.p_best == 1
            assert found.regret == pytest.approx(0, abs=1e-12)


def test_the_whole_frontier_worked_by_hand(worked: Study) -> None:
    frontier = programme_of(worked).frontier()
    assert frontier["budget_m"].tolist() == pytest.approx([0, 0.09, 0.1, 0.12])
    assert frontier["gain"].tolist() == pytest.approx([0, 4.335183717, 4.4375, 4.731694423])
    assert frontier["chosen"].tolist() == ["", "SCAN", "CLOUD", "SCAN LINK"]


def test_the_order_of_priority_worked_by_hand(worked: Study, golden: Golden) -> None:
    order = programme_of(worked).order()
    known = golden["order"]
    assert order["improvements"].tolist() == known["improvements"]
    assert order["asked_cum_m"].tolist() == pytest.approx(known["asked_cum_m"])
    assert order["gain_cum"].tolist() == pytest.approx(known["gain_cum"])


def test_why_each_improvement_is_in_or_out(small: Case, worked: Study, plan: Plan) -> None:
    table = programme_of(worked).to_frame()
    assert table["why"].to_dict() == {
        "SCAN": "in the best set from 0.12 million",
        "LINK": "in the best set from 0.12 million",
        "CLOUD": "in the best set",
    }
    assert table["standing"].to_dict() == {"SCAN": "exterior", "LINK": "exterior", "CLOUD": "core"}
    rich = small.with_settings(budget=1e6, target=None)
    plenty = plan(rich, draws=3, modes=True).programme.to_frame()
    assert plenty.T["CLOUD"]["why"] == "in no best set, whatever the budget"
    must = tuple(replace(i, must=i.id == "CLOUD") for i in small.improvements)
    forced = plan(replace(rich, improvements=must), draws=3, modes=True).programme
    assert forced.chosen == ("CLOUD",)
    assert forced.to_frame().T["CLOUD"]["why"] == "must be done"


def test_a_budget_that_does_not_pay_for_what_must_be_done(small: Case) -> None:
    forced = tuple(replace(i, must=i.id == "CLOUD") for i in small.improvements)
    case = replace(small, improvements=forced).with_settings(budget=50_000.0, common_cause=0.0)
    with pytest.raises(ConflictError) as told:
        run_study(case, draws=20)
    budget, must = told.value.findings
    assert str(budget).startswith("case.toml, column 'budget': the budget is 0.05 million; the ch")
    assert str(budget).endswith("asks for 0.12 million. Raise it to 120000, or let go of another.")
    assert str(must).startswith("improvements.csv, row 4, column 'must': CLOUD must be done.")


def test_an_improvement_that_asks_for_nothing_is_no_fault(small: Case) -> None:
    """Only running costs, nothing to raise: it is in every budget's best set."""
    costs = tuple(c for c in small.costs if c.id not in ("SCAN-BUILD", "SCAN-M"))
    study = run_study(replace(small, costs=costs).with_settings(budget=0.0), draws=50)
    found = programme_of(study)
    assert found.chosen == ("SCAN",)
    assert (found.asked_m, found.p_affordable) == (0, 1)
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
            drawn.gains.score[:, columns].sum(axis=1),
        )


def test_the_best_set_of_every_draw_by_trying_all(study: Study) -> None:
    found = programme_of(study)
    sets, asked, gain = zip(*totals(study), strict=True)
    gains = np.where(np.array(asked) <= 110_000, np.array(gain), -np.inf)
    best = gains.argmax(axis=0)
    assert found.p_best == (best == sets.index(found.chosen)).mean()
    inside = {i: np.mean([i in sets[k] for k in best]) for i in study.case.improvement_ids}
    assert found.to_frame()["p_in_best"].to_dict() == pytest.approx(inside)
    mine = sets.index(found.chosen)
    affordable = asked[mine] <= 110_000
    assert found.p_affordable == affordable.mean()
    ideal = gains.max(axis=0)
    assert found.regret == pytest.approx((ideal - gain[mine])[affordable].mean())
    assert found.draws == 400
    spread = np.percentile(gain[mine], (10, 90), method="inverted_cdf")
    assert found.gain == pytest.approx((gain[mine].mean(), *spread))


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
    """Expected costs rounded up to the grid, gains added; every set of three tried."""
    case = replace(
        small,
        relations=(Relation(pair[0], relation, pair[1]),),
        improvements=tuple(replace(i, must=i.id == must) for i in small.improvements),
    ).with_settings(budget=budget, target=None)
    ids = case.improvement_ids
    sample = draw_sample(case, 30)
    asked = np.ceil(sample.drawn.asked.mean(axis=0) / 10_000 - 1e-9) * 10_000
    gain = sample.drawn.gains.score.mean(axis=0)
    allowed = []
    for flags in product((True, False), repeat=3):
        taken = {i for i, flag in zip(ids, flags, strict=True) if flag}
        needs = relation == "requires" and pair[0] in taken and pair[1] not in taken
        clash = relation == "excludes" and {pair[0], pair[1]} <= taken
        cost = float(asked @ np.array(flags))
        if not needs and not clash and (not must or must in taken) and cost <= budget:
            allowed.append((float(gain @ np.array(flags)), -cost, sorted(taken)))
    if not allowed:
        with pytest.raises(ConflictError):
            chosen_in(sample)
        return
    found = chosen_in(sample)
    value, cost, _ = max(allowed)
    assert found.gain[0] == pytest.approx(value)
    assert found.asked_m == pytest.approx(-cost / 1e6)


def test_relations_by_number(small: Case) -> None:
    found = relations_of(small)
    assert found.n == 3
    assert found.requires == ((1, (0,)),)
    assert found.excludes == ((2, 0),)
    assert found.must == ()


def test_no_budget_no_programme_no_funding(small: Case) -> None:
    study = run_study(small.with_settings(budget=None, target=None), draws=30)
    assert {"programme", "funding"} <= set(study.not_asked)
    follow = ("programme", "funding", "robustness", "schedule", "baseline")
    assert not {*follow} & {*study.found}
    with pytest.raises(NotAskedError, match="small does not ask for programme"):
        _ = study.programme


def test_the_answer(worked: Study) -> None:
    found = programme_of(worked)
    assert (found.budget_m, found.target_m) == (0.11, 0.2)
    assert repr(found) == (
        "<Programme: 1 of 3 improvements for 0.1 of 0.11 million, 4.4 points; "
        "this very set is best in 100% of 3 draws>"
    )


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
        expected = (gain.mean(), *np.percentile(gain, (10, 90), method="inverted_cdf"))
        assert (row["gain"], row["gain_low"], row["gain_high"]) == pytest.approx(expected)
    assert curve["gain"].is_monotonic_increasing


def test_what_a_budget_between_two_steps_buys(small: Case, at_modes: AtModes) -> None:
    """0.1 million is the step of CLOUD itself; a cent less is that of SCAN."""
    at = funding_of(at_modes(small.with_settings(budget=100_000.0)))
    under = funding_of(at_modes(small.with_settings(budget=99_999.0)))
    assert at.next_euro().T[1.0]["dropped"] == "CLOUD"
    assert under.next_euro().T[1.0]["added"] == "LINK"
    assert under.next_euro().T[1.0]["gain"] == pytest.approx(4.731694423 - 4.335183717)


def test_a_case_without_pledges(small: Case) -> None:
    found = funding_of(run_study(replace(small, funding=()), draws=30))
    assert found.pledged_m == 0
    assert len(found.pledges()) == 0
    assert "earmark" in found.pledges().columns
