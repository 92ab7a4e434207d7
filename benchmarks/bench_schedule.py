"""The best schedule of 60 projects, side by side with one bare solve by HiGHS.

    python benchmarks/bench_schedule.py [smoke]

The work: 60 projects, all starts open, a limit of money for each year, 12 needs and 4 exclusions.
capworth searches for the value and then for the cheapest of equals; the peer is asked once for the
value. Both end after so many nodes of the search tree. Seconds are those of the processor. With
`smoke`, ten projects, to see that it runs.
"""

import sys
from importlib import import_module
from time import process_time
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from capworth.methods.portfolio.relations import Relations
from capworth.methods.portfolio.scheduling import Timetable, schedule_rows, search_schedule

NODES = 500  # of the search tree, for both


def timetable_of(n: int, starts: int, seed: int) -> tuple[Timetable, Relations]:
    """A made-up programme; the same for everybody."""
    rng = np.random.default_rng(seed)
    cost = rng.integers(5, 100, n).astype(float)
    full = rng.integers(1, 100, n).astype(float)
    gain = full[:, None] * (1 - 0.07 * np.arange(starts))
    uses = np.zeros((starts, n, starts))
    for year in range(starts):
        uses[year, :, year] = cost
    pairs = [tuple(map(int, rng.choice(n, 2, replace=False))) for _ in range(n // 5 + n // 15)]
    relations = Relations(
        n,
        requires=tuple((a, (b,)) for a, b in pairs[: n // 5]),
        excludes=tuple(pairs[n // 5 :]),
    )
    caps = np.full(starts, cost.sum() / (2 * starts))
    none = np.zeros((0, starts))
    gaps = (((0,),) * (n // 5), ())
    share = np.ones((n, starts, starts))
    opens = np.ones((n, starts), dtype=bool)
    owners = (("limit", 0),) * starts
    timetable = Timetable(gain, opens, cost, share, uses, caps, owners, none, gaps)
    return timetable, relations


def bare(timetable: Timetable, relations: Relations) -> float:
    """Value by one solve of the same programme."""
    rows = list(schedule_rows(timetable, relations))
    matrix = np.concatenate([part.matrix for part in rows])
    low, high = (np.concatenate([getattr(part, end) for part in rows]) for end in ("low", "high"))
    goal = timetable.gain.ravel()
    found = milp(
        -goal,
        constraints=[LinearConstraint(matrix, low, high)],
        integrality=np.ones(len(goal)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0, "node_limit": NODES},
    )
    return float(-found.fun)


def by_cpsat_within(
    timetable: Timetable, relations: Relations, seconds: float
) -> tuple[float, float]:
    """Value and bound that CP-SAT has after about so many seconds of one processor."""
    cp_model: Any = import_module("ortools.sat.python.cp_model")
    model, gain = cp_model.CpModel(), np.rint(100 * timetable.gain).astype(int)
    n, starts = gain.shape
    x = [[model.new_bool_var(f"x{p} {s}") for s in range(starts)] for p in range(n)]
    for project in x:
        model.add_at_most_one(project)
    every = [(p, s) for p in range(n) for s in range(starts)]
    for use, cap in zip(timetable.uses, timetable.caps, strict=True):
        model.add(sum(int(use[p, s]) * x[p][s] for p, s in every if use[p, s]) <= int(cap))
    for head, group in relations.requires:
        for needed in group:
            for s in range(1, starts + 1):
                model.add(sum(x[head][:s]) <= sum(x[needed][:s]))
    for group in relations.excludes:
        model.add(sum(sum(x[p]) for p in group) <= 1)
    model.maximize(sum(int(gain[p, s]) * x[p][s] for p, s in every))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = seconds
    solver.solve(model)
    return solver.objective_value / 100, solver.best_objective_bound / 100


def main() -> None:
    """Print a row for each size and seed."""
    smoke = "smoke" in sys.argv[1:]
    print("| projects x starts | seed | capworth | gap | one solve | difference |")
    print("| --- | --- | --- | --- | --- | --- |")
    for n, starts in ((10, 3),) if smoke else ((60, 5), (60, 10)):
        for seed in range(1 if smoke else 2):
            problem = timetable_of(n, starts, seed)
            begun = process_time()
            found = search_schedule(*problem, nodes=NODES)
            ours = process_time() - begun
            assert found is not None
            begun = process_time()
            value = bare(*problem)
            theirs = process_time() - begun
            off = abs(found.value - value)
            assert off < 1e-6 * value, off
            print(
                f"| {n} x {starts} | {seed} | {ours:.2f} | {found.gap:.1%} | {theirs:.2f} | "
                f"{off:.0e} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
