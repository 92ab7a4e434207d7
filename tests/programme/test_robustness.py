"""How firm the programme is: against every affordable set of the small case."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from capworth.case.model import Case, Target
from capworth.errors import InputError
from capworth.model.result import Provenance
from capworth.programme.choice import Choice
from capworth.programme.robustness import RECOMMENDED, RULES, Robustness
from capworth.programme.selection import BETTER, CHEAPER, PROPOSED, beside, why_not

Plan = Callable[..., Any]
SETS = ((), ("SCAN",), ("SCAN", "LINK"), ("CLOUD",))  # what the relations of the case allow


def robustness_of(study: Any) -> Robustness:
    assert isinstance(study.robustness, Robustness)
    return study.robustness


@pytest.fixture(scope="module")
def worked(small: Case, plan: Plan) -> Any:
    """The small case with every draw at the modes."""
    return plan(small, 3, modes=True)


@pytest.fixture(scope="module")
def open_study(small: Case, plan: Plan) -> Any:
    """Money for either set but not for both; CLOUD adds more on average, and may add little."""
    effects = tuple(
        replace(e, change=replace(e.change, low=-48.0, mode=-12.0, high=0.0))
        if (e.improvement, e.criterion) == ("CLOUD", "speed")
        else e
        for e in small.effects
    )
    return plan(replace(small, effects=effects).with_settings(budget=180_000.0, target=None))


def values(study: Any) -> dict[tuple[str, ...], np.ndarray]:
    """Value in each draw of every set whose expected money, on the grid, is affordable."""
    case, drawn = study.case, study.sample.drawn
    grid, budget = case.settings.grid, case.settings.budget or 0
    asked = np.ceil(drawn.asked.mean(axis=0) / grid - 1e-9) * grid
    found: dict[tuple[str, ...], np.ndarray] = {}
    for taken in SETS:
        columns = [case.improvement_ids.index(i) for i in taken]
        if asked[columns].sum() <= budget:
            found[taken] = drawn.gains.score[:, columns].sum(axis=1)
    return found


def test_every_rule_of_choice_by_trying_all(open_study: Any) -> None:
    found, options = robustness_of(open_study), values(open_study)
    table = found.to_frame()
    top = np.max(list(options.values()), axis=0)
    regret = {taken: top - value for taken, value in options.items()}
    best = {taken: float((value >= top).mean()) for taken, value in options.items()}
    assert set(table.index) == set(RULES) - {"targets"}

    def named(rule: str) -> tuple[str, ...]:
        return tuple(str(table["chosen"].to_dict()[rule]).split())

    assert named("expected") == max(options, key=lambda s: options[s].mean())
    assert named("quantile") == max(
        options, key=lambda s: np.quantile(options[s], 0.1, method="inverted_cdf")
    )
    assert named("regret") == min(options, key=lambda s: regret[s].max())
    assert named("likeliest") == max(options, key=lambda s: best[s])
    for rule in table.index:
        row, taken = table.loc[rule], named(str(rule))
        assert row["mean_regret"] == pytest.approx(regret[taken].mean())
        assert row["most_regret"] == pytest.approx(regret[taken].max())
        assert row["p_best"] == pytest.approx(best[taken])
        assert row["value"] == pytest.approx(options[taken].mean())
        assert row["value_low"] == pytest.approx(
            np.percentile(options[taken], 10, method="inverted_cdf")
        )
    assert named("expected") == ("CLOUD",)  # so that the rules can be told apart
    assert named("quantile") == named("likeliest") == ("SCAN", "LINK")
    assert found.exact
    assert found.draws == 400


def test_competitors_are_the_sets_that_are_most_often_best(open_study: Any) -> None:
    found, options = robustness_of(open_study), values(open_study)
    top = np.max(list(options.values()), axis=0)
    rivals = found.competitors()
    shares = rivals["p_best"].to_list()
    assert shares == sorted(shares, reverse=True)
    for row in rivals.to_dict("records"):
        taken = tuple(str(row["chosen"]).split())
        assert row["p_best"] == pytest.approx((options[taken] >= top).mean())
    assert sum(shares) == pytest.approx(1)
    leaves = [c for c in rivals.columns if c.startswith("weight_")]
    np.testing.assert_allclose(rivals[leaves].sum(axis=1), 1)


def test_the_weights_at_which_a_competitor_is_best(open_study: Any) -> None:
    """Means over the draws in which it is the best of all."""
    rivals, options = robustness_of(open_study).competitors(), values(open_study)
    model = open_study.sample.model
    weights = model.value.weights(open_study.sample.first_draws(400))
    top = np.max(list(options.values()), axis=0)
    for row in rivals.to_dict("records"):
        best = options[tuple(str(row["chosen"]).split())] >= top
        assert 0 < best.sum() < len(best)
        for k, leaf in enumerate(model.value.leaves):
            assert row[f"weight_{leaf.id}"] == pytest.approx(weights[best, k].mean())


def test_the_recommended_set_and_what_it_says(open_study: Any) -> None:
    found = robustness_of(open_study)
    programme = open_study.programme
    assert programme is not None
    row = found.to_frame().loc[RECOMMENDED]
    assert tuple(str(row["chosen"]).split()) == programme.chosen
    assert row["value"] == pytest.approx(programme.value[0])
    assert "expected" in found.agreeing
    assert f"{len(found.agreeing)} of 4 rules choose it" in repr(found)
    assert found.p_best == row["p_best"]


# ---------------------------------------------------------------------------------- targets


def test_how_likely_targets_are_met(small: Case, plan: Plan) -> None:
    """Score added, and the level of REG on speed (less is better) with SCAN; counted by hand."""
    targets = (
        Target("FOUR", "Four points", "score", 4.0, "board"),
        Target("QUICK", "15 hours", "level", 15.0, "board", capability="REG", criterion="speed"),
        Target("FAR", "All of it", "level", 150.0, "board", capability="NET", criterion="reach"),
    )
    study = plan(replace(small, targets=targets).with_settings(budget=180_000.0, target=None))
    found = robustness_of(study)
    table = found.targets()
    draws = study.sample.first_draws(400)
    level = draws.of(next(s.level for s in small.scores if s.level.name == "scores/REG/speed"))
    by_name = {e.change.name: e.change for e in small.effects}
    change = draws.of(by_name["effects/SCAN/REG/speed"])
    options = values(study)
    for rule in table.index:
        taken = tuple(str(found.to_frame()["chosen"].to_dict()[str(rule)]).split())
        score = options[taken] >= 4
        quick = level + change * ("SCAN" in taken) <= 15
        row = table.loc[rule]
        assert row["FOUR"] == pytest.approx(score.mean())
        assert row["QUICK"] == pytest.approx(quick.mean())
        assert row["FAR"] == 1
        assert row["all"] == pytest.approx((score & quick).mean())
    likely = [
        ((v >= 4) & (level + change * ("SCAN" in taken) <= 15)).mean()
        for taken, v in options.items()
    ]
    assert table["all"].to_dict()["targets"] == pytest.approx(max(likely))


# ------------------------------------------------------------------------------------ why not


def test_why_not_by_trying_all(small: Case, plan: Plan) -> None:
    """At the money or the gain it names an improvement is in a best set; beyond it in none."""
    case = small.with_settings(budget=110_000.0, target=None)
    study = plan(case, 200)
    choice = Choice.of(study.sample)
    table = why_not(choice, study.programme)
    assert set(table.index) == set(case.improvement_ids) - set(study.programme.chosen)
    grid = case.settings.grid
    ids = list(case.improvement_ids)

    def best_with(name: str, money: float, gain: float) -> float:
        """Most value of an allowed set with an improvement, its money and gain as given."""
        found = -np.inf
        k = ids.index(name)
        asked, gains = choice.grid_asked.copy(), choice.gain.copy()
        asked[k], gains[k] = np.ceil(money / grid - 1e-9) * grid, gain
        for taken in SETS:
            columns = [ids.index(i) for i in taken]
            if name in taken and asked[columns].sum() <= 110_000 + 1e-6:
                found = max(found, float(gains[columns].sum()))
        return found

    best = float(choice.totals(np.isin(ids, study.programme.chosen)[None])[0])
    for name, row in table.to_dict("index").items():
        k = ids.index(str(name))
        at_most = row["asked_at_most_m"] * 1e6
        if np.isnan(at_most):
            assert best_with(str(name), 0.0, choice.gain[k]) < best
        else:
            assert best_with(str(name), at_most, choice.gain[k]) >= best - 1e-9
            assert best_with(str(name), at_most + grid, choice.gain[k]) < best - 1e-9
        if not np.isnan(row["gain_at_least"]):
            lifted = best_with(str(name), choice.asked[k], row["gain_at_least"])
            assert lifted == pytest.approx(best)
            now = best_with(str(name), choice.asked[k], choice.gain[k])
            assert row["forced_loss"] == pytest.approx(best - now)
        else:
            assert best_with(str(name), choice.asked[k], 1e9) == -np.inf


def test_why_not_worked_by_hand(worked: Any) -> None:
    """CLOUD is chosen for 0.11: 100,000, 4.4375 points; SCAN asks 90,000 and adds 4.335."""
    table = robustness_of(worked).why_not().to_dict("index")
    scan = table["SCAN"]
    assert scan["gain_at_least"] == pytest.approx(4.4375)
    assert scan["forced_loss"] == pytest.approx(4.4375 - 4.335183717)
    assert scan["gives_way"] == "CLOUD"
    assert scan["asked_at_most_m"] == pytest.approx(0.08)  # with LINK, which asks 30,000
    assert scan["budget_at_least_m"] == pytest.approx(0.12)
    link = table["LINK"]
    assert link["asked_at_most_m"] == pytest.approx(0.02)
    assert np.isnan(link["gain_at_least"])  # with SCAN it asks 120,000


def test_three_ways_to_spend(worked: Any) -> None:
    """By value CLOUD comes first; so it does exactly; by value for money SCAN."""
    ways = robustness_of(worked).ways()
    assert ways["chosen"].tolist() == ["CLOUD", "SCAN", "CLOUD"]
    assert ways["value"].tolist() == pytest.approx([4.4375, 4.335183717, 4.4375])
    assert ways["asked_m"].tolist() == pytest.approx([0.1, 0.09, 0.1])


# --------------------------------------------------------------------------------- alternatives


def test_beside_a_proposed_set(worked: Any, small: Case) -> None:
    """SCAN and LINK ask 0.12 and add 4.73: nothing is better, nothing as good for less."""
    found = beside(worked.sample, ["SCAN", "LINK"], Provenance.of(small, 3))
    table = found.to_frame()
    assert table["chosen"].tolist() == ["SCAN LINK"] * 3
    assert table.index.tolist() == [PROPOSED, BETTER, CHEAPER]
    both = beside(worked.sample, ["CLOUD", "SCAN"], Provenance.of(small, 3))
    assert both.broken == ("CLOUD excludes SCAN",)
    assert both.to_frame()["chosen"].tolist() == ["SCAN CLOUD", "SCAN LINK", "SCAN CLOUD"]
    lone = beside(worked.sample, ["LINK"], Provenance.of(small, 3))
    assert lone.broken == ("LINK requires SCAN",)
    assert lone.to_frame()["chosen"].tolist()[1] == ""
    assert "it breaks LINK requires SCAN" in repr(lone)
    with pytest.raises(InputError, match="proposed: 'SCANN' is not known"):
        beside(worked.sample, ["SCANN"], Provenance.of(small, 3))


def test_better_for_the_same_and_the_same_for_less_by_trying_all(small: Case, plan: Plan) -> None:
    study = plan(small, 100)
    choice = Choice.of(study.sample)
    ids = small.improvement_ids
    worth = {}
    for taken in SETS:
        row = np.isin(ids, taken)
        worth[taken] = float(choice.totals(row[None])[0]), float(choice.grid_asked @ row)
    for flags in product((False, True), repeat=3):
        mine = [i for i, f in zip(ids, flags, strict=True) if f]
        value = float(choice.gain @ np.array(flags))
        money = float(choice.grid_asked @ np.array(flags))
        table = beside(study.sample, mine, Provenance.of(small, 100)).to_frame()
        better = max(v for v, c in worth.values() if c <= money + 1e-6)
        assert table["value"].tolist()[1] == pytest.approx(better)
        enough = [c for v, c in worth.values() if v >= value - 1e-9]
        least = min(enough) if enough else money
        assert table["asked_m"].tolist()[2] == pytest.approx(least / 1e6)
