"""The batched simplex against HiGHS, against exact fractions, and against its own certificate."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from capworth.errors import InputError
from capworth.methods.arguments import Floats, Ints
from capworth.methods.envelopment import linear_programmes, technology
from capworth.methods.envelopment.dea import dea, super_efficiency, weight_ratio
from capworth.methods.envelopment.economic_efficiency import cost_efficiency, revenue_efficiency
from capworth.methods.envelopment.linear_programmes import (
    INFEASIBLE,
    SOLVED,
    UNBOUNDED,
    Programmes,
    Solution,
    solve,
)
from capworth.methods.envelopment.slacks import additive, slack_based_measure

RETURNS = ("constant", "variable", "nonincreasing", "nondecreasing")
ORIENTATIONS = ("input", "output", "directional")
TIGHT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


def problem(random: np.random.Generator, kind: str) -> tuple[Floats, Floats]:
    """Inputs and outputs of a few units: general, tied, with zeros, with twins, or spread out."""
    units, m, s = random.integers(1, 16), random.integers(1, 4), random.integers(1, 4)
    if kind == "spread":
        x, y = (np.exp(random.normal(0, 2, (units, k))) for k in (m, s))
    elif kind == "general":
        x, y = (random.uniform(1, 10, (units, k)) for k in (m, s))
    else:
        x, y = (random.integers(0 if kind == "zeros" else 1, 4, (units, k)) for k in (m, s))
        for table in (x, y):
            table[:, 0] += ~(table > 0).any(axis=1)
            table[0] += ~(table > 0).any(axis=0)
    if kind == "twins":
        x, y = np.concatenate((x, x[::-1])), np.concatenate((y, y[::-1]))
    return x.astype(float), y.astype(float)


def highs(
    x: Floats, y: Floats, returns: str, orientation: str, unit: int, *, others: bool = False
) -> tuple[float, float]:
    """Distance and largest sum of slacks of one unit by another solver; nan when infeasible."""
    m = x.shape[1]
    both = np.concatenate((x, -y), axis=1) / np.concatenate((x, y), axis=1).max(axis=0)
    toward = np.abs(both[unit])
    if orientation == "input":
        toward[m:] = 0
    if orientation == "output":
        toward[:m] = 0
    peers = np.delete(both, unit, axis=0) if others else both
    n, k = len(peers), len(toward)
    meet = np.column_stack((peers.T, np.eye(k), toward))
    sums = np.append(np.ones(n), np.zeros(k + 1))[None]
    rules: dict[str, Any] = {"A_eq": meet, "b_eq": both[unit]}
    if returns == "variable":
        rules = {"A_eq": np.append(meet, sums, axis=0), "b_eq": np.append(both[unit], 1)}
    if returns == "nonincreasing":
        rules |= {"A_ub": sums, "b_ub": [1]}
    if returns == "nondecreasing":
        rules |= {"A_ub": -sums, "b_ub": [-1]}
    bounds: list[tuple[float | None, float | None]] = [(0, None)] * (n + k)
    far = np.append(np.zeros(n + k), -1)
    first = linprog(far, bounds=[*bounds, (None, None)], method="highs-ds", options=TIGHT, **rules)
    if first.status == 2:
        return np.nan, np.nan
    distance = float(first.x[-1])
    most = np.concatenate((np.zeros(n), -np.ones(k), [0]))
    second = linprog(most, bounds=[*bounds, (distance, distance)], method="highs-ds", **rules)
    return distance, -float(second.fun)


@pytest.mark.parametrize("kind", ["general", "tied", "zeros", "twins", "spread"])
def test_scores_and_slacks_agree_with_another_solver(kind: str) -> None:
    """72 tables in all, each returns with each orientation; nothing needs solving again."""
    random = np.random.default_rng(sum(map(ord, kind)))
    for number in range(24 if kind == "general" else 12):
        x, y = problem(random, kind)
        returns, orientation = RETURNS[number % 4], ORIENTATIONS[number % 3]
        found = dea(x, y, returns, orientation)
        assert found.resolved == 0
        step = np.abs(found.score[0] - (orientation != "directional"))
        slack = (found.input_slack[0] / x.max(axis=0)).sum(axis=1)
        slack += (found.output_slack[0] / y.max(axis=0)).sum(axis=1)
        for unit in random.permutation(len(x))[:3]:
            distance, most = highs(x, y, returns, orientation, int(unit))
            assert step[unit] == pytest.approx(distance, rel=1e-9, abs=1e-9)
            assert slack[unit] == pytest.approx(most, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("kind", ["general", "tied", "zeros"])
def test_super_efficiency_agrees_with_another_solver(kind: str) -> None:
    random = np.random.default_rng(len(kind))
    infeasible = 0
    for number in range(12):
        x, y = problem(random, kind)
        returns, orientation = RETURNS[number % 4], ORIENTATIONS[number % 2]
        found = super_efficiency(x, y, returns, orientation)
        assert found.resolved == 0
        step = 1 - found.score[0] if orientation == "input" else found.score[0] - 1
        if len(x) == 1:
            assert found.infeasible.all()
            continue
        for unit in range(len(x)):
            distance, _ = highs(x, y, returns, orientation, unit, others=True)
            nothing = orientation == "output" and distance < -1 + 1e-9  # outputs shrink to 0
            nobody = np.isnan(distance) or nothing
            assert found.infeasible[0, unit] == nobody
            assert nobody or step[unit] == pytest.approx(distance, abs=1e-9)
        infeasible += int(found.infeasible.sum())
    assert infeasible > 0


@pytest.mark.parametrize("returns", RETURNS)
def test_prices_and_slacks_agree_with_another_solver(returns: str) -> None:
    random = np.random.default_rng(len(returns))
    for kind in ("general", "tied", "twins"):
        x, y = problem(random, kind)
        w, p = random.uniform(0.5, 2, x.shape), random.uniform(0.5, 2, y.shape)
        cost, revenue = cost_efficiency(x, y, w, returns), revenue_efficiency(x, y, p, returns)
        plain = additive(x, y, returns, "ones")
        mean = slack_based_measure(x, y, returns)
        assert cost.resolved == revenue.resolved == plain.resolved == mean.resolved == 0
        n = len(x)
        sums: dict[str, Any] = {
            "constant": {},
            "variable": {"A_eq": np.ones((1, n)), "b_eq": [1]},
        }.get(returns, {})
        more = {"nonincreasing": (np.ones((1, n)), [1]), "nondecreasing": (-np.ones((1, n)), [-1])}
        rows, bound = more.get(returns, (np.empty((0, n)), []))
        for unit in range(n):
            least = linprog(
                x @ w[unit],
                A_ub=np.concatenate((-y.T, rows)),
                b_ub=np.concatenate((-y[unit], bound)),
                **sums,
            ).fun
            assert cost.overall[0, unit] == pytest.approx(least / (w[unit] @ x[unit]), abs=1e-9)
            most = -linprog(
                -y @ p[unit],
                A_ub=np.concatenate((x.T, rows)),
                b_ub=np.concatenate((x[unit], bound)),
                **sums,
            ).fun
            assert revenue.overall[0, unit] == pytest.approx(p[unit] @ y[unit] / most, abs=1e-9)
            widest = linprog(
                (x.sum(axis=1) - y.sum(axis=1)),
                A_ub=np.concatenate((x.T, -y.T, rows)),
                b_ub=np.concatenate((x[unit], -y[unit], bound)),
                **sums,
            ).fun
            assert plain.score[0, unit] == pytest.approx(
                x[unit].sum() - y[unit].sum() - widest, abs=1e-8
            )
            ratio = _least_ratio(x, y, returns, unit)
            assert mean.score[0, unit] == pytest.approx(ratio, abs=1e-9)


def _least_ratio(x: Floats, y: Floats, returns: str, unit: int) -> float:
    """The slack-based measure as printed by Tone (2001): t, intensities, slacks."""
    (n, m), s = x.shape, y.shape[1]
    goal = np.concatenate(([1], np.zeros(n), -1 / m / x[unit], np.zeros(s)))
    one = np.concatenate(([1], np.zeros(n + m), 1 / s / y[unit]))
    use = np.column_stack((-x[unit], x.T, np.eye(m), np.zeros((m, s))))
    make = np.column_stack((-y[unit], y.T, np.zeros((s, m)), -np.eye(s)))
    sums = np.concatenate(([-1], np.ones(n), np.zeros(m + s)))[None]
    rows, rhs = np.concatenate((one[None], use, make)), np.append(1, np.zeros(m + s))
    rules: dict[str, Any] = {"A_eq": rows, "b_eq": rhs}
    if returns == "variable":
        rules = {"A_eq": np.concatenate((rows, sums)), "b_eq": np.append(rhs, 0)}
    if returns == "nonincreasing":
        rules |= {"A_ub": sums, "b_ub": [0]}
    if returns == "nondecreasing":
        rules |= {"A_ub": -sums, "b_ub": [0]}
    return float(linprog(goal, **rules).fun)


def exactly(rows: list[list[Fraction]], rhs: list[Fraction]) -> list[Fraction]:
    """Solve a square system in fractions."""
    table = [[*row, b] for row, b in zip(rows, rhs, strict=True)]
    for i in range(len(table)):
        p = next(k for k in range(i, len(table)) if table[k][i] != 0)
        table[i], table[p] = table[p], table[i]
        table[i] = [v / table[i][i] for v in table[i]]
        for k in range(len(table)):
            if k != i:
                table[k] = [a - table[k][i] * b for a, b in zip(table[k], table[i], strict=True)]
    return [row[-1] for row in table]


@pytest.mark.parametrize("spread", [1.0, 3.0])
def test_the_basis_found_is_optimal_in_exact_fractions(
    spread: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No solver is trusted here: feasible and without gain, to the last digit of the input."""
    checked, certified = 0, linear_programmes.certified

    def check(programmes: Programmes, basis: Ints, status: Ints, pivots: int) -> Solution:
        nonlocal checked
        solution = certified(programmes, basis, status, pivots)
        assert solution.resolved == 0
        for each in range(programmes.shape[1]):
            matrix, goal = programmes.matrix(0, each), programmes.goals(0, each)[0]
            used = basis[0, each]
            square = [[Fraction(float(v)) for v in row] for row in matrix[:, used]]
            amounts = exactly(square, [Fraction(float(b)) for b in programmes.rhs[0, each]])
            earn = [Fraction(float(goal[j])) for j in used]
            price = exactly([list(row) for row in zip(*square, strict=True)], earn)
            assert min(amounts) >= 0
            for column, worth in zip(matrix.T, goal, strict=True):
                paid = sum(p * Fraction(float(v)) for p, v in zip(price, column, strict=True))
                assert Fraction(float(worth)) <= paid + Fraction(1, 10**14)
            checked += 1
        return solution

    monkeypatch.setattr(linear_programmes, "certified", check)
    random = np.random.default_rng(3)
    for number in range(8):
        units = int(random.integers(2, 10))
        x, y = (np.exp(random.normal(0, spread, (units, 2))) for _ in range(2))
        dea(x, y, RETURNS[number % 4], ORIENTATIONS[number % 3])
    assert checked > 30


def test_what_is_not_proved_is_solved_again_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wreck the search: answers must be the same, from the other solver."""
    random = np.random.default_rng(8)
    x, y = random.uniform(1, 9, (9, 2)), random.uniform(1, 9, (9, 2))
    asked: list[tuple[Any, ...]] = [
        (dea, returns, orientation) for returns in RETURNS for orientation in ORIENTATIONS
    ]
    asked += [(slack_based_measure, r, "none") for r in RETURNS]
    asked += [(super_efficiency, "variable", "output"), (super_efficiency, "constant", "input")]
    before = [ask(x, y, *words) for ask, *words in asked]
    monkeypatch.setattr(linear_programmes, "MOST_ROUNDS", 1)
    for (ask, *words), old in zip(asked, before, strict=True):
        new = ask(x, y, *words)
        assert new.resolved > 0
        np.testing.assert_allclose(new.score, old.score, rtol=0, atol=1e-8)
        if ask is not slack_based_measure:  # its mixture may be of any size
            used, before_used = new.intensities @ x, old.intensities @ x
            np.testing.assert_allclose(used, before_used, rtol=0, atol=1e-6)


def test_what_highs_used_for_one_answers_no_other() -> None:
    """z + x + v = b and z + y - v = c, most of z: of 1 and 1 it is 1, with or without x.

    For 3 and 1 the columns z and x would give 1, and z and v give 2.
    """
    first, second = (
        Programmes(
            pool=np.array([[[1.0, 0, 1], [0, 1, -1]]]),
            goal=np.zeros((1, 1, 3)),
            own=np.ones((1, 1, 2, 1)),
            own_goal=np.ones((1, 1, 1, 1)),
            rhs=np.array([[rhs]]),
            identity=np.array([0, 1]),
        )
        for rhs in ([1.0, 1.0], [3.0, 1.0])
    )
    slacks, done = np.array([[[0, 1]]]), np.array([[SOLVED]])
    again = linear_programmes.certified(first, slacks, done, 0)
    assert again.resolved == 1
    assert sorted(again.column[0, 0]) == [0, 3]
    assert not linear_programmes.transferred(first, again, second).proved.any()


def test_what_is_solved_again_answers_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(1)
    x, y = (
        random.integers(1, 5, (70, 1)).astype(float),
        random.integers(1, 5, (70, 2)).astype(float),
    )
    monkeypatch.setattr(technology, "REST", 10)
    before = [dea(x, y, returns, "directional").score for returns in RETURNS]
    monkeypatch.setattr(linear_programmes, "MOST_ROUNDS", 1)
    for returns, old in zip(RETURNS, before, strict=True):
        new = dea(x, y, returns, "directional")
        assert new.resolved > 0
        np.testing.assert_allclose(new.score, old, rtol=0, atol=1e-8)


def test_a_wrong_basis_is_not_proved() -> None:
    """Every basis but an optimal one fails the certificate and is replaced."""
    random = np.random.default_rng(4)
    x, y = random.uniform(1, 9, (1, 6, 2)), random.uniform(1, 9, (1, 6, 1))
    kept: list[Programmes] = []

    def keep(programmes: Programmes) -> Solution:
        kept.append(programmes)
        return solve(programmes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(technology, "solve", keep)
        dea(x, y, "variable", "input")
    programmes = kept[0]
    right = solve(programmes)
    shape = right.column.shape
    done = np.full(shape[:2], SOLVED)
    replaced = 0
    for _ in range(25):
        basis = random.permuted(np.broadcast_to(np.arange(9), (*shape[:2], 9)), axis=2)
        found = linear_programmes.certified(programmes, basis[..., : shape[2]], done, 0)
        np.testing.assert_allclose(
            found.value @ np.zeros(shape[2]) + found.amounts()[..., programmes.columns],
            right.amounts()[..., programmes.columns],
            atol=1e-9,
        )
        replaced += found.resolved
    assert replaced > 120


def test_a_basis_with_less_than_nothing_is_not_proved() -> None:
    """At most x with x <= 1 and x <= 2: the basis that says 2 has good prices and -1 of a slack."""
    programmes = Programmes(
        np.array([[[1.0, 1, 0], [1, 0, 1]]]),
        np.array([[[1.0, 0, 0]]]),
        np.zeros((1, 1, 2, 0)),
        np.zeros((1, 1, 1, 0)),
        np.array([[[1.0, 2]]]),
        np.array([1, 2]),
    )
    for basis, proved in (([1, 0], False), ([0, 2], True)):
        found = linear_programmes.certified(
            programmes, np.array([[basis]]), np.array([[SOLVED]]), 0
        )
        assert found.resolved == (not proved)
        np.testing.assert_allclose(found.amounts()[0, 0, :3], [1, 0, 1])


def small(pool: Any, goal: Any, rhs: Any, identity: Any, **more: Any) -> Solution:
    """One programme without columns of its own."""
    rows = len(rhs)
    return solve(
        Programmes(
            np.array([pool], float),
            np.array([goal], float),
            np.zeros((1, 1, rows, 0)),
            np.zeros((1, 1, len(goal), 0)),
            np.array([[rhs]], float),
            np.array(identity),
            **more,
        )
    )


def test_a_programme_on_which_the_simplex_method_runs_in_circles() -> None:
    """Beale (1955), Naval Research Logistics Quarterly 2: minimum -1/20."""
    pool = [
        [0.25, -60, -1 / 25, 9, 1, 0, 0],
        [0.5, -90, -1 / 50, 3, 0, 1, 0],
        [0, 0, 1, 0, 0, 0, 1],
    ]
    goal = [[0.75, -150, 1 / 50, -6, 0, 0, 0]]
    found = small(pool, goal, [0, 0, 1], [4, 5, 6])
    assert found.resolved == 0
    np.testing.assert_allclose(found.amounts()[0, 0, :7] @ goal[0], 0.05, atol=1e-12)


def test_no_optimum_is_said_and_not_numbered() -> None:
    pool = [[1, -1, 1]]
    assert small(pool, [[0, 1, 0]], [1], [2]).status.item() == UNBOUNDED
    filling = {"filling": True}
    # x + y = -1 turned round: nothing but the stopgap can fill it
    nothing = small([[-1, -2]], [[0, 0], [1, 0]], [1], [2], **filling)
    assert nothing.status.item() == INFEASIBLE
    assert nothing.resolved == 0
    # nothing can fill it, and the next goal has no end: still infeasible, found out at once
    endless = small([[-1, 0]], [[0, 0], [0, 1]], [1], [2], **filling)
    assert endless.status.item() == INFEASIBLE
    assert endless.resolved == 0
    something = small([[-1, 2]], [[0, 0], [-1, -1]], [1], [2], **filling)
    assert something.status.item() == SOLVED
    np.testing.assert_allclose(something.amounts()[0, 0, :2], [0, 0.5])


def test_goals_come_one_after_the_other() -> None:
    """x + y + s = 1; first x + y, then y, then nothing that would cost the first."""
    found = small([[1, 1, 1]], [[1, 1, 0], [0, 1, 9]], [1], [2])
    np.testing.assert_allclose(found.amounts()[0, 0, :3], [0, 1, 0])
    np.testing.assert_allclose(found.price[0, 0, 0], [1])


def test_own_columns_that_lose_on_a_goal_are_out_for_the_next() -> None:
    """x + own + s = 1; first x - own, then own would gain."""
    found = solve(
        Programmes(
            np.array([[[1.0, 1.0]]]),
            np.array([[[1.0, 0.0], [0.0, 0.0]]]),
            np.array([[[[1.0]]]]),
            np.array([[[[-1.0], [1.0]]]]),
            np.array([[[1.0]]]),
            np.array([1]),
        )
    )
    assert found.resolved == 0
    np.testing.assert_allclose(found.amounts()[0, 0, :3], [1, 0, 0])


def test_a_stopgap_that_is_left_over_is_no_optimum() -> None:
    """2 x = 1, and nothing but the stopgap to start from: the search alone would stop there."""
    found = small([[2.0]], [[-1.0]], [1.0], [1])
    assert found.resolved == 1
    np.testing.assert_allclose(found.amounts()[0, 0, 0], 0.5)


def test_weights_that_contradict_one_another_are_refused() -> None:
    bounds = np.concatenate((weight_ratio(3, 1, 0, least=2.0), weight_ratio(3, 1, 0, most=1.0)))
    more = np.concatenate((bounds, weight_ratio(3, 2, 0, most=0.0)))
    with pytest.raises(InputError, match="no finite answer"):
        dea([[1, 2], [2, 1]], [[1], [1]], "constant", "input", restrictions=more)


def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    x, y = random.uniform(1, 9, (7, 13, 2)), random.uniform(1, 9, (7, 13, 3))
    whole, beyond = dea(x, y), super_efficiency(x, y, "variable", "output")
    mean = slack_based_measure(x, y)
    for fewest in (1, 5, 30):
        monkeypatch.setattr(technology, "CELLS", 1)
        monkeypatch.setattr(technology, "FEWEST", fewest)
        for one, other in (
            (whole, dea(x, y)),
            (beyond, super_efficiency(x, y, "variable", "output")),
            (mean, slack_based_measure(x, y)),
        ):
            np.testing.assert_allclose(one.score, other.score, rtol=1e-12)
            np.testing.assert_allclose(one.intensities, other.intensities, atol=1e-9)


@pytest.mark.parametrize("returns", RETURNS)
@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("levels", [0, 4])
def test_points_answered_by_the_faces_of_others_are_answered_as_alone(
    returns: str, orientation: str, levels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many points on few faces; the very mixtures, too, where no two are equally good."""
    random = np.random.default_rng(7)
    x, y = random.uniform(1, 5, (3, 70, 1)), random.uniform(1, 5, (3, 70, 2))
    if levels:
        x, y = np.ceil(x * levels / 5), np.ceil(y * levels / 5)
    proved: list[int] = []

    def seen(*of: Any) -> Solution:
        solution = linear_programmes.transferred(*of)
        proved.append(int(solution.proved.sum()))
        return solution

    monkeypatch.setattr(technology, "REST", 10)
    monkeypatch.setattr(technology, "transferred", seen)
    shared = dea(x, y, returns, orientation)
    assert sum(proved) > 70
    monkeypatch.setattr(technology, "_sampled", lambda *_: 1)
    alone = dea(x, y, returns, orientation)
    assert shared.resolved == 0
    np.testing.assert_allclose(shared.score, alone.score, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(shared.efficient, alone.efficient)
    scale = np.concatenate((x, y), axis=2).max(axis=1)[:, None]
    slack, other = (
        (np.concatenate((f.input_slack, f.output_slack), axis=2) / scale).sum(axis=2)
        for f in (shared, alone)
    )
    np.testing.assert_allclose(slack, other, atol=1e-9)
    if orientation == "output":
        goes = y * shared.score[..., None] + shared.output_slack
        np.testing.assert_allclose(shared.output_target, goes, atol=1e-9)
        np.testing.assert_allclose(shared.input_target, x - shared.input_slack, atol=1e-9)
    if not levels:
        np.testing.assert_array_equal(shared.peer, alone.peer)
        np.testing.assert_allclose(shared.part, alone.part, atol=1e-9)
        below = ~alone.efficient  # a corner is on several faces, each with weights of its own
        for name in ("input_weight", "output_weight", "scale_weight"):
            found, known = (getattr(f, name)[below] for f in (shared, alone))
            np.testing.assert_allclose(found, known, atol=1e-9, err_msg=name)


def several(random: np.random.Generator) -> tuple[Programmes, Programmes]:
    """Programmes of one group, twice eight: few rows, small whole numbers, the last without slack.

    The own column alone counts for the first goal.
    """
    rows, units, goals = random.integers((2, 2, 1), (4, 5, 3)).tolist()
    pool = np.concatenate((random.integers(-2, 4, (rows, units)), np.eye(rows)[:, :-1]), axis=1)
    pool[-1] = np.maximum(pool[-1], np.arange(pool.shape[1]) < units)
    goal = np.zeros((1, goals, pool.shape[1]))
    goal[:, 1:] = random.integers(0, 3, goal[:, 1:].shape)
    own_goal = np.zeros((1, 8, goals, 1))
    own_goal[:, :, 0] = 1
    identity = np.append(units + np.arange(rows - 1), pool.shape[1] + rows)  # a stopgap
    first, second = (
        Programmes(
            pool=pool[None].astype(float),
            goal=goal,
            own=random.integers(-1, 4, (1, 8, rows, 1)) + np.array([[0.1]]),
            own_goal=own_goal,
            rhs=random.integers(0, 5, (1, 8, rows)).astype(float),
            identity=identity,
        )
        for _ in range(2)
    )
    return first, second


def optima(programmes: Programmes, each: int) -> list[float]:
    """Largest value of each goal in turn by another solver; nan when there is none."""
    matrix, rhs = programmes.matrix(0, each), programmes.rhs[0, each]
    found = []
    for goal in programmes.goals(0, each):
        answer = linprog(-goal, A_eq=matrix, b_eq=rhs, method="highs")
        found.append(np.nan if answer.fun is None else -answer.fun)
        matrix, rhs = np.vstack((matrix, goal)), np.append(rhs, found[-1])
    return found


def test_a_basis_that_solves_others_answers_only_what_it_is_an_optimum_of() -> None:
    """Bases with a stopgap or without the own column answer nothing."""
    random = np.random.default_rng(5)
    proved = 0
    for _ in range(80):
        first, second = several(random)
        found = linear_programmes.transferred(first, solve(first), second)
        for each in np.flatnonzero(found.proved[0]).tolist():
            best = optima(second, each)
            earned = second.goals(0, each) @ found.amounts()[0, each, : second.width]
            np.testing.assert_allclose(earned, best, atol=1e-7)
            paid = found.price[0, each] @ second.rhs[0, each]
            np.testing.assert_allclose(paid, best, atol=1e-7)
        proved += int(found.proved.sum())
    assert proved > 100


def test_prices_that_do_not_pay_what_is_earned_are_not_proved() -> None:
    """x + a z = b and c z = d; first z, then x. A basis with c near 0 has prices near 1 / c.

    They cancel out in the answers to the others, and their last digits are what is left.
    """
    random = np.random.default_rng(0)
    own = np.stack((np.full(20, 1e-3), random.uniform(1, 3, 20)), axis=1)
    rhs = np.stack((np.ones(20), random.uniform(100, 200, 20)), axis=1)

    def asked(own: Any, rhs: Any) -> Programmes:
        own, rhs = np.array([own], float), np.array([rhs], float)
        return Programmes(
            pool=np.eye(2)[None],
            goal=np.array([[[0.0, 0], [1, 0]]]),
            own=own[..., None],
            own_goal=np.broadcast_to([[1.0], [0.0]], (1, own.shape[1], 2, 1)),
            rhs=rhs,
            identity=np.array([0, 1]),
        )

    first = asked([[1, 3e-9]], [[2, 3e-9]])
    exact = rhs[:, 0] - own[:, 0] * rhs[:, 1] / own[:, 1]
    found = linear_programmes.transferred(first, solve(first), asked(own, rhs))
    np.testing.assert_allclose(found.value[0, :, 0], exact)
    paid = (found.price[0, :, 1] * rhs).sum(axis=1)
    assert (np.abs(paid - exact) < 1e-8)[found.proved[0]].all()
