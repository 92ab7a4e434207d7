"""Good sets and what they say: against every allowed set of the small case, and by hand."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from capworth.case.model import Case, Target
from capworth.errors import InputError
from capworth.methods.arguments import Floats
from capworth.model.result import Provenance
from capworth.programme.choice import Choice
from capworth.programme.reasons import BETTER, CHEAPER, PROPOSED, beside
from capworth.programme.selection import MINIMUM, NOTHING, RECOMMENDED, START

Plan = Callable[..., Any]
SETS = ((), ("SCAN",), ("SCAN", "LINK"), ("CLOUD",))  # what the relations of the case allow


@pytest.fixture(scope="module")
def worked(small: Case, plan: Plan) -> Any:
    """The small case with every draw at the modes."""
    return plan(small, 3, modes=True)


@pytest.fixture(scope="module")
def open_study(small: Case, plan: Plan) -> Any:
    """Money for any set; what CLOUD adds to speed may be much, and may be nothing."""
    effects = tuple(
        replace(e, change=replace(e.change, low=-48.0, mode=-12.0, high=0.0))
        if (e.improvement, e.criterion) == ("CLOUD", "speed")
        else e
        for e in small.effects
    )
    case = replace(small, effects=effects)
    return plan(case.with_settings(budget=180_000.0, target=None, near=0.3))


def values(study: Any) -> dict[tuple[str, ...], Floats]:
    """Value in each draw of every set that the budget holds in 80 % of the draws."""
    case, drawn = study.case, study.sample.drawn
    found: dict[tuple[str, ...], Floats] = {}
    for taken in SETS:
        columns = [case.improvement_ids.index(i) for i in taken]
        asked = np.sort(drawn.asked[:, columns].sum(axis=1))
        if asked[int(np.ceil(0.8 * len(asked))) - 1] <= case.settings.budget:
            found[taken] = drawn.gains.distance[:, columns].sum(axis=1)
    return found


def test_the_list_and_its_numbers_by_trying_all(open_study: Any) -> None:
    """Good are those worth 70 % of the best or more; SCAN alone is part of a better one."""
    options = values(open_study)
    assert set(options) == set(SETS)
    top = max(v.mean() for v in options.values())
    near = {s: v for s, v in options.items() if v.mean() >= 0.7 * top}
    found = open_study.programme
    assert set(near) == {("SCAN",), ("SCAN", "LINK"), ("CLOUD",)}
    assert found.listed == 3
    table = found.good_sets()
    mine = [tuple(words.split()) for words in table["chosen"]]
    assert set(mine) == {("SCAN", "LINK"), ("CLOUD",)}
    first, second = (options[s] for s in mine)
    assert first.mean() >= second.mean()
    assert found.chosen == mine[0]
    best = np.maximum(first, second)
    for taken, row in zip(mine, table.to_dict("records"), strict=True):
        value = options[taken]
        assert row["value"] == pytest.approx(value.mean())
        ratio = open_study.sample.ratio_by_draw(value)
        assert row["value_low"] == pytest.approx(np.percentile(ratio, 10, method="inverted_cdf"))
        assert row["regret"] == pytest.approx((best - value).mean())
        assert row["p_best_in_list"] == pytest.approx((value == best).mean())
        columns = [open_study.case.improvement_ids.index(i) for i in taken]
        asked = open_study.sample.drawn.asked[:, columns].sum(axis=1)
        assert row["expected_m"] == pytest.approx(asked.mean() / 1e6)
        assert row["p_within"] == pytest.approx((asked <= 180_000).mean())
    assert table["p_better"].tolist() == pytest.approx([0.5, (second > first).mean()])
    assert found.regret == pytest.approx((best - first).mean())


def test_the_choice_and_the_roles_by_trying_all(open_study: Any) -> None:
    found, options = open_study.programme, values(open_study)
    out, into = (tuple(words.split()) for words in found.good_sets()["chosen"])
    (row,) = found.choices().to_dict("records")
    assert (row["out"], row["into"]) == (" ".join(out), " ".join(into))
    ahead = options[into] - options[out]
    assert row["p_better"] == pytest.approx((ahead > 0).mean())
    assert row["p_better"] > 0.35
    assert row["loss"] == pytest.approx(-ahead.mean())
    assert bool(row["equal"]) == (abs(ahead.mean()) < 2 * ahead.std(ddof=1) / np.sqrt(400))
    table = found.to_frame()
    assert table["role"].to_dict() == dict.fromkeys(("SCAN", "LINK", "CLOUD"), "choose")
    share = {
        s: float((options[s] >= np.maximum(options[out], options[into])).mean())
        for s in (out, into)
    }
    core = {i: share[out] if i in out else share[into] for i in open_study.case.improvement_ids}
    assert table["core"].to_dict() == pytest.approx(core)


def test_roles_worked_by_hand(small: Case, plan: Plan) -> None:
    """By 5 %: CLOUD 2.348, SCAN 2.294 are good for 0.11; by 2 % CLOUD alone is."""
    wide, narrow = (
        plan(small.with_settings(near=x), 3, modes=True).programme for x in (0.05, 0.02)
    )
    assert wide.good_sets()["chosen"].tolist() == ["CLOUD", "SCAN"]
    assert wide.good_sets()["p_better"].tolist() == [0.5, 0]
    roles = wide.to_frame()["role"].to_dict()
    assert roles == {"SCAN": "not now", "LINK": "not now", "CLOUD": "could be replaced"}
    assert wide.choices()["loss"].tolist() == pytest.approx([0.054147537])
    assert narrow.good_sets()["chosen"].tolist() == ["CLOUD"]
    roles = narrow.to_frame()["role"].to_dict()
    assert roles == {"SCAN": "not now", "LINK": "not now", "CLOUD": "start"}
    assert narrow.with_role("start") == ("CLOUD",)
    assert len(narrow.choices()) == 0


def test_options_side_by_side(worked: Any, open_study: Any, small: Case, plan: Plan) -> None:
    """Nothing, what is started in any case, and the programme; at the modes CLOUD for 0.11.

    Nothing that CLOUD does has a price: its net value is absent, not its cost with a minus.
    """
    table = worked.programme.options()
    assert table.index.tolist() == [NOTHING, MINIMUM, START, RECOMMENDED]
    assert table["chosen"].tolist() == ["", "", "", "CLOUD"]  # nothing must be done
    assert table["value"].tolist() == pytest.approx([0, 0, 0, 2.348401323])
    assert table["asked_m"].tolist() == pytest.approx([0, 0, 0, 0.1])
    assert table["net_m"].tolist() == pytest.approx([0, 0, 0, np.nan], nan_ok=True)
    assert table["harm_days"].tolist() == [0, 0, 0, 0]
    assert table["fits"].tolist() == [True] * 4
    priced = plan(small.with_settings(budget=180_000.0, target=None)).programme
    assert priced.chosen == ("SCAN", "LINK")
    assert np.isfinite(priced.net_m).all()
    for found in (priced, open_study.programme):
        row = found.options().T[RECOMMENDED]
        assert row["net_m"] == pytest.approx(found.net_m[0], nan_ok=True)
        assert row["gain"] == pytest.approx(found.gain[0])
    must = tuple(replace(i, must=i.id == "CLOUD") for i in small.improvements)
    forced = plan(replace(small, improvements=must), 3, modes=True).programme.options()
    assert forced["fits"].tolist() == [False, True, True, True]  # doing nothing breaks the must
    assert forced["chosen"].tolist() == ["", "CLOUD", "CLOUD", "CLOUD"]  # it is the minimum
    least = tuple(replace(i, do_minimum=i.id == "LINK") for i in must)
    named = plan(replace(small, improvements=least), 3, modes=True).programme.options()
    assert {*named["chosen"][MINIMUM].split()} == {"LINK", "CLOUD"}


def test_an_unpriced_must_leaves_net_absent(small: Case, plan: Plan) -> None:
    """CLOUD must be done and nothing of it has a price: no net, and all else is known."""
    must = tuple(replace(i, must=i.id == "CLOUD") for i in small.improvements)
    found = plan(replace(small, improvements=must), 60).programme
    assert found.chosen == ("CLOUD",)
    assert np.isnan([*found.net_m, found.p_net]).all()
    assert np.isfinite([*found.gain, *found.cost_m, *found.harm_days, found.asked_m]).all()
    table = found.options()
    assert table["net_m"].isna().to_dict() == {
        NOTHING: False,
        MINIMUM: True,
        START: True,
        RECOMMENDED: True,
    }
    assert table[["value", "gain", "asked_m", "harm_days"]].notna().all(axis=None)


# ---------------------------------------------------------------------------------- targets


def test_how_likely_targets_are_met(small: Case, plan: Plan) -> None:
    """The distance closed, and the level of REG on speed (less is better); counted by hand."""
    targets = (
        Target("TWO", "Two per cent", "score", 2.2, "board"),
        Target("ALSO", "The same", "distance", 2.2, "board"),
        Target("QUICK", "15 hours", "level", 15.0, "board", capability="REG", criterion="speed"),
        Target("FAR", "All of it", "level", 150.0, "board", capability="NET", criterion="reach"),
    )
    study = plan(replace(small, targets=targets).with_settings(budget=180_000.0, target=None))
    met, taken = study.programme.targets()["met"], study.programme.chosen
    draws = study.sample.first_draws(400)
    level = draws.of(next(s.level for s in small.scores if s.level.name == "scores/REG/speed"))
    by_name = {e.change.name: e.change for e in small.effects}
    change = draws.of(by_name["effects/SCAN/REG/speed"])
    assert taken == ("SCAN", "LINK")
    closed, quick = values(study)[taken] >= 2.2, level + change <= 15
    assert 0 < closed.mean() < 1
    assert met.to_dict() == pytest.approx(
        {
            "TWO": closed.mean(),
            "ALSO": closed.mean(),
            "QUICK": quick.mean(),
            "FAR": 1,
            "all": (closed & quick).mean(),
        }
    )


def test_without_targets_nothing_is_said_of_them(worked: Any) -> None:
    assert len(worked.programme.targets()) == 0


# ------------------------------------------------------------------------------------ why not


def test_why_not_by_trying_all(small: Case, plan: Plan) -> None:
    """With as much more as it says, the best set that holds it is as good as the best of all."""
    study = plan(small.with_settings(budget=125_000.0, target=None, near=0.0), 200)
    options, ids = values(study), small.improvement_ids
    best = max(float(v.mean()) for v in options.values())
    table = study.programme.why_not()
    assert set(table.index) == set(ids) - set(study.programme.chosen)
    own = study.sample.drawn.gains.distance.mean(axis=0)
    asked = study.sample.drawn.asked.mean(axis=0)
    for name, row in table.to_dict("index").items():
        k = ids.index(str(name))
        holding = {s: float(v.mean()) for s, v in options.items() if name in s}
        assert row["gain"] == pytest.approx(own[k])
        assert row["asked_m"] == pytest.approx(asked[k] / 1e6)
        if not holding:
            assert row["reason"] == "confidence"
            assert np.isnan(row["gain_at_least"])
            assert np.isnan(row["forced_loss"])
            continue
        taken = max(holding, key=lambda s: holding[s])
        assert row["reason"] == "value"
        assert row["forced_loss"] == pytest.approx(best - holding[taken])
        assert row["gain_at_least"] == pytest.approx(own[k] + best - holding[taken])
        assert set(row["gives_way"].split()) == set(study.programme.chosen) - {*taken}
    assert set(table["reason"]) == {"confidence", "value"}


def test_why_not_worked_by_hand(worked: Any) -> None:
    """CLOUD is chosen for 0.11: 2.348 %; SCAN asks 85,000 and closes 2.294 %; with LINK 115,000."""
    table = worked.programme.why_not().to_dict("index")
    scan, link = table["SCAN"], table["LINK"]
    assert (scan["reason"], scan["gives_way"]) == ("value", "CLOUD")
    assert scan["gain_at_least"] == pytest.approx(2.348401323)
    assert scan["forced_loss"] == pytest.approx(0.054147537)
    assert link["reason"] == "confidence"
    assert np.isnan(link["gain_at_least"])


def test_no_allowed_set_holds_it(small: Case, plan: Plan) -> None:
    must = tuple(replace(i, must=i.id == "SCAN") for i in small.improvements)
    found = plan(replace(small, improvements=must), 3, modes=True).programme
    assert found.why_not()["reason"].to_dict() == {"LINK": "confidence", "CLOUD": "relations"}


def test_three_ways_to_spend(worked: Any) -> None:
    """By value CLOUD comes first; so it does exactly; by value for money SCAN."""
    ways = worked.programme.ways()
    assert ways["chosen"].tolist() == ["CLOUD", "SCAN", "CLOUD"]
    assert ways["value"].tolist() == pytest.approx([2.348401323, 2.294253786, 2.348401323])
    assert ways["asked_m"].tolist() == pytest.approx([0.1, 0.085, 0.1])


def test_what_more_money_buys(worked: Any) -> None:
    """Any million more pays for SCAN and LINK: 15,000 more, 0.1557 % more of the distance."""
    table = worked.programme.further()
    assert table.index.tolist() == [0, 1, 5, 10]
    assert table["chosen"].tolist() == ["CLOUD", *["SCAN LINK"] * 3]
    assert table["more"].tolist() == pytest.approx([0, *[0.155692748] * 3])
    assert table["p_more"].tolist() == [0, 1, 1, 1]
    assert table["needed_m"].tolist() == pytest.approx([0.1, *[0.115] * 3])


# --------------------------------------------------------------------------------- alternatives


def test_beside_a_proposed_set(worked: Any, small: Case) -> None:
    """SCAN and LINK ask 0.115 and close 2.504: nothing is better, nothing as good for less."""
    known = Provenance.of(small, 3)
    table = beside(worked.sample, ["SCAN", "LINK"], 1.0, known).to_frame()
    assert table["chosen"].tolist() == ["SCAN LINK"] * 3
    assert table.index.tolist() == [PROPOSED, BETTER, CHEAPER]
    both = beside(worked.sample, ["CLOUD", "SCAN"], 1.0, known)
    assert both.broken == ("CLOUD excludes SCAN",)
    assert both.to_frame()["chosen"].tolist() == ["SCAN CLOUD"] * 3  # none is worth as much
    assert both.to_frame()["fits"].tolist() == [False] * 3
    lone = beside(worked.sample, ["LINK"], 1.0, known)
    assert lone.broken == ("LINK requires SCAN",)
    assert "it breaks LINK requires SCAN" in repr(lone)
    with pytest.raises(InputError, match="proposed: 'SCANN' is not known"):
        beside(worked.sample, ["SCANN"], 1.0, known)


def test_better_for_the_same_and_the_same_for_less_by_trying_all(small: Case, plan: Plan) -> None:
    study = plan(small, 100)
    choice = Choice.of(study.sample)
    ids, drawn = small.improvement_ids, study.sample.drawn

    def told(row: Any) -> tuple[float, float]:
        asked = np.sort(drawn.asked[:, row].sum(axis=1))
        return float(drawn.gains.distance[:, row].sum(axis=1).mean()), float(
            max(asked[79], asked.mean())
        )

    worth = {taken: told(np.isin(ids, taken)) for taken in SETS}
    for flags in product((False, True), repeat=3):
        row = np.array(flags)
        mine = [i for i, f in zip(ids, flags, strict=True) if f]
        value, money = told(row)
        table = beside(study.sample, mine, 1.0, Provenance.of(small, 100)).to_frame()
        better = max([v for v, c in worth.values() if c <= money + 1e-6] + [-np.inf])
        assert table["value"].tolist()[1] == pytest.approx(max(better, value))
        enough = [c for v, c in worth.values() if v >= value - 1e-9 and c <= money + 1e-6]
        assert table["at_confidence_m"].tolist()[2] == pytest.approx(min([*enough, money]) / 1e6)
    assert choice.measure == "distance"
