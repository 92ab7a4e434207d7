"""The whole budget-value frontier of 60 projects, side by side with scipy's MILP and CP-SAT.

    python benchmarks/bench_portfolio.py [budgets | smoke]

The work: 60 projects with 12 needs, 4 exclusions and 10 synergies or overlaps. capworth gives the
best set of every budget; the solvers are asked for so many budgets (100 unless said otherwise), one
after the other. Seconds are those of the processor. Peers that are not installed are left out. With
`smoke`, one portfolio and two budgets, to see that it runs.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.metadata import version
from time import process_time
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from capworth.methods.portfolio.frontier import Relations, budget_frontier

PROJECTS, NEEDS, EXCLUSIONS, SYNERGIES = 60, 12, 4, 10
Problem = tuple[np.ndarray, np.ndarray, Relations]


def main() -> None:
    smoke = "smoke" in sys.argv[1:]
    many = 2 if smoke else int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    print(f"{'who':36} {'seconds':>9}  what")
    for seed in range(1 if smoke else 3):
        cost, value, relations = draw(seed)
        seconds, frontier = timed(partial(budget_frontier, cost, value, relations), rounds=5)
        print(f"{'capworth':36} {seconds:9.4f}  all {len(frontier.cost)} steps of the frontier")
        budgets = np.floor(np.linspace(0, cost.sum(), many + 2)[1:-1])
        ours = frontier.value[frontier.steps(budgets)]
        for name, solve in peers():
            seconds, theirs = timed(partial(solve, (cost, value, relations), budgets), rounds=1)
            off = np.abs(ours - theirs).max()
            print(f"{name:36} {seconds:9.2f}  {many} budgets; largest difference {off:.0e}")


def draw(seed: int) -> Problem:
    """A made-up portfolio; the same for everybody."""
    rng = np.random.default_rng(seed)
    cost = rng.integers(5, 100, PROJECTS).astype(float)
    value = rng.integers(1, 100, PROJECTS).astype(float)
    pairs = [
        tuple(map(int, rng.choice(PROJECTS, 2, replace=False)))
        for _ in range(NEEDS + EXCLUSIONS + SYNERGIES)
    ]
    bonus = rng.integers(-20, 40, SYNERGIES)
    apart = pairs[NEEDS : NEEDS + EXCLUSIONS]
    both = pairs[NEEDS + EXCLUSIONS :]
    return (
        cost,
        value,
        Relations(
            PROJECTS,
            requires=tuple((a, (b,)) for a, b in pairs[:NEEDS]),
            excludes=tuple((a, b) for a, b in apart),
            synergies=tuple((a, b, float(v)) for (a, b), v in zip(both, bonus, strict=True)),
        ),
    )


def peers() -> list[tuple[str, Callable[[Problem, np.ndarray], np.ndarray]]]:
    found = [(f"scipy {version('scipy')} milp (HiGHS)", by_milp)]
    try:
        import_module("ortools")
    except ImportError:
        return found
    return [*found, (f"OR-tools {version('ortools')} CP-SAT, 1 worker", by_cpsat)]


def by_milp(problem: Problem, budgets: np.ndarray) -> np.ndarray:
    cost, value, relations = problem
    n, pairs = len(cost), relations.synergies
    rows, low, high = [], [], []

    def rule(terms: dict[int, float], least: float, most: float) -> None:
        line = np.zeros(n + len(pairs))
        for k, sign in terms.items():
            line[k] += sign
        rows.append(line)
        low.append(least)
        high.append(most)

    for head, group in relations.requires:
        for needed in group:
            rule({needed: 1, head: -1}, 0, 1)
    for group in relations.excludes:
        rule(dict.fromkeys(group, 1.0), 0, 1)
    for k, (one, other, bonus) in enumerate(pairs):
        if bonus >= 0:
            rule({n + k: 1, one: -1}, -np.inf, 0)
            rule({n + k: 1, other: -1}, -np.inf, 0)
        else:
            rule({n + k: 1, one: -1, other: -1}, -1, np.inf)
    goal = np.concatenate((value, [bonus for _, _, bonus in pairs]))
    fixed = LinearConstraint(np.array(rows), low, high)
    spend = np.concatenate((cost, np.zeros(len(pairs))))
    found = []
    for budget in budgets:
        rules = [fixed, LinearConstraint(spend[None], ub=budget)]
        done = milp(
            -goal,
            constraints=rules,
            integrality=np.ones(len(goal)),
            bounds=Bounds(0, 1),
            options={"mip_rel_gap": 0.0},
        )
        found.append(-done.fun)
    return np.array(found)


def by_cpsat(problem: Problem, budgets: np.ndarray) -> np.ndarray:
    cp_model: Any = import_module("ortools.sat.python.cp_model")
    cost, value, relations = problem
    model = cp_model.CpModel()
    x = [model.new_bool_var(f"x{k}") for k in range(len(cost))]
    both = [model.new_bool_var(f"w{k}") for k in range(len(relations.synergies))]
    for head, group in relations.requires:
        for needed in group:
            model.add_implication(x[head], x[needed])
    for group in relations.excludes:
        model.add_at_most_one([x[k] for k in group])
    for w, (one, other, _) in zip(both, relations.synergies, strict=True):
        model.add_implication(w, x[one])
        model.add_implication(w, x[other])
        model.add_bool_or([w, x[one].negated(), x[other].negated()])
    spend = model.add(sum(int(c) * v for c, v in zip(cost, x, strict=True)) <= 0)
    gains = [int(g) * v for g, v in zip(value, x, strict=True)]
    gains += [int(s[2]) * w for s, w in zip(relations.synergies, both, strict=True)]
    model.maximize(sum(gains))
    found = []
    for budget in budgets:
        spend.proto.linear.domain[1] = int(budget)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.solve(model)
        found.append(solver.objective_value)
    return np.array(found)


def timed(work: Callable[[], Any], rounds: int) -> tuple[float, Any]:
    """Least processor time of so many rounds, and what the work gave."""
    least, result = float("inf"), None
    for _ in range(rounds):
        before = process_time()
        result = work()
        least = min(least, process_time() - before)
    return least, result


if __name__ == "__main__":
    main()
