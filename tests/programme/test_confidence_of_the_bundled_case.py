"""The bundled case: gains in points under budget confidence, and the programme as it is found now.

In points: costs as they were drawn, a range, an optimism bias on top of it, and nothing in common;
and with the overrun counted once. Numbers of worked examples were found apart from this program.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capworth.case.model import Case
from capworth.case.read import read_case
from capworth.methods.arguments import Bools, Floats
from capworth.methods.portfolio.confidence import best_programmes
from capworth.methods.portfolio.good_sets import maximal_sets, roles
from capworth.methods.uncertainty.order_statistics import order_quantile
from capworth.model.result import Provenance
from capworth.model.simulation import Sample, draw_sample
from capworth.programme.choice import Choice
from capworth.programme.selection import Programme, choose_programme

CASE = Path(__file__).parents[2] / "data" / "interpol-2019"
BEST = {"SLTDQ", "API", "NOTQC", "ELEARN", "DNAKIN", "BALLIST"}
BEFORE = (  # confidence, set, points, expected cost, cost at the confidence, chance to overspend
    (0.80, BEST, 17.44883838851935, 24.192838499352042, 27.21654173810787, 0.0624),
    (0.90, BEST, 17.44883838851935, 24.192838499352042, 28.925431824358622, 0.0624),
    (0.95, BEST - {"DNAKIN"}, 15.450383985892502, 20.67355141914871, 26.538147925214894, 0.0059),
)
ONCE = {"MOBILE", "SLTDQ", "API", "NOTQC", "ELEARN", "BALLIST"}
NOW = {"SLTDQ", "API", "NOTQC", "INFOSEC", "ELEARN", "DNAKIN"}
DISTANCES = {"cost": 14.0, "members": 15.3, "equal": 19.5, "results": 9.2}  # by key, in points


def as_before(case: Case) -> Case:
    """Overrun counted in the range and again by its class, each project by itself."""
    builds = tuple(
        replace(c, total="", range_means="measure") if c.total == "ICORE80" else c
        for c in case.costs
    )
    totals = tuple(t for t in case.totals if t.id != "ICORE80")
    return replace(case, costs=builds, totals=totals).with_settings(common_cause=0.0)


def drawn(how: Callable[[Case], Case]) -> tuple[Case, Sample, Bools]:
    case = how(read_case(CASE))
    sample = draw_sample(case, 10_000)
    sets = Choice.of(sample).sets
    assert sets is not None
    assert len(sets) == 25_920
    return case, sample, sets


def points(sample: Sample) -> Floats:
    """(improvements,) expected points of score that each adds alone, services simply added up.

    As gains were counted once: a mean over the appraisal, no agreed level, no extent.
    """
    model, draws = sample.model, sample.first_draws(10_000)
    tree = model.tree(draws)
    leaf = {found.id: k for k, found in enumerate(model.value.leaves)}
    found = np.zeros(len(sample.case.improvements))
    years = model.gains.years
    for effect in sample.case.effects:
        if effect.criterion:
            k = sample.case.improvement_ids.index(effect.improvement)
            rise = model.gains.rise(tree, draws, effect) * tree.weights[:, leaf[effect.criterion]]
            found[k] += float(rise.mean()) * years.counted(k) / years.annuity
    return found


@pytest.fixture(scope="module")
def before() -> tuple[Case, Sample, Bools]:
    return drawn(as_before)


@pytest.fixture(scope="module")
def now() -> tuple[Case, Sample, Bools]:
    return drawn(lambda case: case)


@pytest.fixture(scope="module")
def programme(now: tuple[Case, Sample, Bools]) -> Programme:
    found = choose_programme(now[1], Provenance.of(now[0], 10_000))
    assert found is not None
    return found


@pytest.mark.long
@pytest.mark.parametrize(("confidence", "chosen", "value", "mean", "at", "over"), BEFORE)
def test_best_set_under_confidence(
    before: tuple[Case, Sample, Bools],
    confidence: float,
    chosen: set[str],
    value: float,
    mean: float,
    at: float,
    over: float,
) -> None:
    """Worked example M17: recomputed by enumeration over all sets, apart from this program."""
    case, sample, sets = before
    found = best_programmes(
        sets, points(sample), sample.drawn.asked / 1e6, 30.0, confidence=confidence
    )
    assert {*np.array(case.improvement_ids)[found.sets[0]].tolist()} == chosen
    assert found.value[0] == pytest.approx(value, abs=0.05)
    assert found.expected[0] == pytest.approx(mean, abs=0.05)
    assert found.quantile[0] == pytest.approx(at, abs=0.05)
    assert 1 - found.p_within[0] == pytest.approx(over, abs=0.005)


def test_best_set_with_the_overrun_counted_once(now: tuple[Case, Sample, Bools]) -> None:
    """Costs drawn by another program, 10,000 draws of its own: 25.9, 29.3 at 80 %, 16 % beyond."""
    case, sample, sets = now
    found = best_programmes(sets, points(sample), sample.drawn.asked / 1e6, 30.0, confidence=0.8)
    assert {*np.array(case.improvement_ids)[found.sets[0]].tolist()} == ONCE
    assert found.value[0] == pytest.approx(19.35, abs=0.05)
    assert found.expected[0] == pytest.approx(25.9, abs=0.2)
    assert found.quantile[0] == pytest.approx(29.3, abs=0.3)
    assert 1 - found.p_within[0] == pytest.approx(0.16, abs=0.015)


# --------------------------------------------------------------- the distance to the agreed levels


def test_the_distance_by_every_extent_key(now: tuple[Case, Sample, Bools]) -> None:
    today = now[1].model.today
    assert set(today.given) == set(DISTANCES)
    for key, distance in DISTANCES.items():
        assert today.extents(key).distance == pytest.approx(distance, abs=0.07), key


def plan_alone(choice: Choice, chosen: Bools) -> tuple[float, tuple[int, ...]]:
    """Best starts of a set by its plan alone: expected money of each year with its contingency."""
    plan, members = choice.plan, np.flatnonzero(chosen).tolist()
    total = choice.cost[:, members].sum(axis=1)
    scale = float(order_quantile(total, 0.8)) / float(total.mean())
    years = plan.uses[:, members] * choice.asked[members][:, None] * scale  # (years, members, .)
    place = {k: n for n, k in enumerate(members)}
    opens = [np.flatnonzero(np.isfinite(plan.worth[k])).tolist() for k in members]
    late = np.array(list(product(*opens))).reshape(-1, len(members))  # every way to start
    value = sum((plan.worth[k, late[:, n]] for n, k in enumerate(members)), np.zeros(len(late)))
    spent = sum((years[:, n, late[:, n]] for n in place.values()), np.zeros((len(years), 1)))
    fits = (spent <= plan.caps[:, None] * (1 + 1e-9)).all(axis=0)
    for a, needs in plan.after:
        waits = [late[:, place[a]] >= late[:, place[b]] - s for b, s in needs if {a, b} <= {*place}]
        fits &= np.any(waits, axis=0) if waits else True
    best = int(np.where(fits, value, -np.inf).argmax()) if fits.any() else 0
    return (float(value[best]), tuple(late[best].tolist())) if fits.any() else (-np.inf, ())


def good_by_the_plan(choice: Choice, sets: Bools) -> Iterator[tuple[float, Bools, Any]]:
    """Every set within 5 % of the best one that keeps the plan, walked in falling value."""
    value = sets @ choice.gain
    top = -np.inf
    for row in np.argsort(-value, kind="stable").tolist():
        if value[row] < 0.95 * top:
            return
        total = choice.cost[:, sets[row]].sum(axis=1)
        if order_quantile(total, 0.8) > 30e6:
            continue
        found, delays = plan_alone(choice, sets[row])
        top = max(top, found)
        if found >= 0.95 * top:
            yield found, sets[row], delays


@pytest.mark.long
def test_good_sets_by_the_plan_alone(now: tuple[Case, Sample, Bools]) -> None:
    """Worked apart, with costs of its own: 5 sets, 4 of them maximal; start four, choose twice.

    5.55 %, API and INFOSEC a year late; MOBILE for INFOSEC is better with 47 %, loss 0.017, BALLIST
    for DNAKIN with 36 %, loss 0.030; regret 0.15. The plan alone: expected money of each year with
    its contingency. That every year keeps its limit in 80 % of the draws is asked for besides by
    the program; the next test says what it costs.
    """
    case, sample, sets = now
    choice, ids = Choice.of(sample), np.array(case.improvement_ids)
    found = list(good_by_the_plan(choice, sets))
    top = max(f[0] for f in found)
    found = sorted((f for f in found if f[0] >= 0.95 * top), key=lambda f: -f[0])
    assert top == pytest.approx(5.55, abs=0.03)
    rows, value = np.array([f[1] for f in found]), np.array([f[0] for f in found])
    assert {*ids[rows[0]].tolist()} == NOW
    late = {k: d for k, d in zip(ids[rows[0]].tolist(), found[0][2], strict=True) if d}
    assert late == {"API": 1, "INFOSEC": 1}
    kept = maximal_sets(rows, value)
    assert (len(rows), len(kept)) == (5, 4)
    draws = []
    for k in kept.tolist():
        delays = np.zeros(len(ids), dtype=np.int64)
        delays[rows[k]] = found[k][2]
        draws.append(choice.by_draw(rows[k], delays, "distance"))
    said = roles(rows[kept], np.stack(draws, axis=1), rows, case.improvement_ids)
    assert {*ids[said.start].tolist()} == {"SLTDQ", "API", "NOTQC", "ELEARN"}
    exchanges = {
        (*ids[list(e.out)].tolist(), *ids[list(e.into)].tolist()): e for e in said.exchanges
    }
    mobile, ballist = exchanges["INFOSEC", "MOBILE"], exchanges["DNAKIN", "BALLIST"]
    assert mobile.p_better == pytest.approx(0.47, abs=0.03)
    assert mobile.loss == pytest.approx(0.017, abs=0.03)
    assert ballist.p_better == pytest.approx(0.36, abs=0.03)
    assert ballist.loss == pytest.approx(0.030, abs=0.01)
    assert said.regret[0] == pytest.approx(0.15, abs=0.02)


def test_the_programme_keeps_every_year_as_surely_as_the_budget(programme: Programme) -> None:
    """The same set; to keep 10 million a year in 80 % of the draws takes 0.16 of its 5.55 %."""
    assert {*programme.chosen} == NOW
    assert programme.asked_m == pytest.approx(25.3, abs=0.1)
    assert programme.needed_m == pytest.approx(28.5, abs=0.2)
    assert programme.p_within == pytest.approx(0.88, abs=0.01)
    assert programme.p_years >= 0.8
    assert 5.3 < programme.value[0] < 5.55 - 0.1
    assert {"SLTDQ", "ELEARN"} <= {*programme.with_role("start")}
    never = {"BIO1", "BIO2", "UIA", "FED", "ANAPLAT", "DIGID", "CONNECT"}
    assert never <= {*programme.with_role("not now")}
    exchanges = {(c["out"], c["into"]) for c in programme.choices().to_dict("records")}
    assert {("INFOSEC", "MOBILE"), ("DNAKIN", "BALLIST")} <= exchanges


def test_perfect_information_as_a_sum_and_as_a_set(now: tuple[Case, Sample, Bools]) -> None:
    """METHOD 7.4 has 0.66 of 5.80, each set the sum of its members, as stated, whatever the years.

    Beside it the set is worth what its members close together: no gap is closed twice, so that in
    the draws in which others would be better they are so by less.
    """
    _, sample, sets = now
    some, draws = sets[sets @ sample.drawn.asked.mean(axis=0) <= 45e6], 4_000
    share = 30e6 / np.maximum(sample.drawn.asked[:draws] @ some.T.astype(float), 30e6)
    worth = Choice.of(sample).worth
    summed = sample.drawn.gains.distance[:draws] @ some.T.astype(float) * share
    joint = worth.over_draws(some, "distance", draws) * share
    found = [
        (w.max(axis=1).mean() - w.mean(axis=0).max(), w.mean(axis=0).max()) for w in (summed, joint)
    ]
    assert found[0] == pytest.approx((0.66, 5.80), abs=0.03)
    assert found[1] == pytest.approx((0.555, 5.81), abs=0.02)


def test_in_money_nothing_is_done(now: tuple[Case, Sample, Bools], programme: Programme) -> None:
    """No improvement earns its cost; the programme is for service levels."""
    case = now[0].with_settings(objective="net")
    found = choose_programme(draw_sample(case, 2_000), Provenance.of(case, 2_000))
    assert found is not None
    assert found.chosen == ()
    assert found.value == (0, 0, 0)
    assert programme.p_net < 0.05
    assert programme.net_m[2] < 0
