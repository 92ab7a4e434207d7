"""Envelopment analysis beside a scipy loop, and highspy and pyDEA where they are installed.

    python benchmarks/bench_envelopment.py [smoke | quick] [agreement]

The work: 3 inputs, 4 outputs, constant returns by input and variable returns by output. Seconds are
of processor time, child processes included, so that other work on the machine does not count; one
BLAS thread for everybody. At the end, or alone when asked for: agreement with HiGHS on 1,000
general tables and 200 that are tied, degenerate or have zeros. With `smoke`, ten units and few
draws, to see that it runs.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import resource
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np
from scipy.optimize import linprog

from capworth.methods.envelopment.bootstrap import bootstrap
from capworth.methods.envelopment.cross_efficiency import cross_efficiency
from capworth.methods.envelopment.dea import dea, super_efficiency
from capworth.methods.envelopment.slacks import closest_targets, slack_based_measure
from capworth.methods.envelopment.technology import RETURNS

Table = np.ndarray
TIGHT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
MODELS = (("constant", "input"), ("variable", "output"))


def main() -> None:
    smoke = "smoke" in sys.argv[1:]
    quick = smoke or "quick" in sys.argv[1:]
    if "agreement" in sys.argv[1:]:
        agreement(1000, 200)
        return
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; processor seconds")
    print(f"{'who':44} {'seconds':>9}  what")
    for units in (1, 10) if smoke else (1, 40, 200, 1000):
        x, y = draw(units)
        for returns, orientation in MODELS:
            what = f"{units} units, {returns} returns, {orientation}"
            found = report(
                "capworth envelop",
                partial(dea, x, y, returns, orientation),
                f"{what}: scores, peers, slacks, targets, proofs",
                rounds=7,
            )
            if units > 200 and quick:
                continue
            slow = report(
                f"scipy {version('scipy')} linprog, one by one",
                partial(loop, x, y, returns, orientation),
                f"{what}: scores only",
                rounds=1,
            )
            off = np.abs(found.score[0] - slow).max()
            print(f"    largest difference {off:.0e}; solved again {found.resolved}")
    warm_start(quick)
    beside_pydea(quick)
    some, large = (10, 10) if smoke else (40, 200)
    x, y = draw(some)
    for draws in (10,) if smoke else (1000,) if quick else (1000, 10_000):
        random = np.random.default_rng(0)
        many = (
            x * np.exp(random.normal(0, 0.1, (draws, *x.shape))),
            y * np.exp(random.normal(0, 0.1, (draws, *y.shape))),
        )
        found = report(
            "capworth envelop",
            partial(dea, *many),
            f"{some} units x {draws:,} draws, variable returns, output: everything",
            rounds=1,
        )
        print(f"    solved again {found.resolved}; peak memory {memory():,.0f} MB")
    for units, drawn in ((40, 100),) if smoke else ((40, 200), (40, 2000), (200, 200)):
        one = draw(units)
        report(
            "capworth bootstrap",
            partial(bootstrap, *one, replications=drawn),
            f"{units} units, {drawn} draws",
            rounds=1,
        )
    for name, work in (
        ("slack-based measure", lambda: slack_based_measure(*draw(large))),
        ("super-efficiency, variable returns", lambda: super_efficiency(*draw(large), "variable")),
        ("cross-efficiency, aggressive", lambda: cross_efficiency(*draw(large), "aggressive")),
    ):
        report(f"capworth {name}", work, f"{large} units")
    report("capworth closest targets", lambda: closest_targets(x, y), f"{some} units", rounds=1)
    agreement(*((20, 5) if smoke else (100, 20) if quick else (1000, 200)))
    print(
        "Measured earlier on a like machine, the same work at 40 / 200 / 1,000 units: "
        "R Benchmarking 0.02 / 0.15-0.21 / 3.1-3.9 s; pyDEA 0.63 / 9.7 / 163 s; "
        "bootstrap of 200 draws, R Benchmarking, 40 / 200 units: 1.4 / 13.5 s."
    )


def draw(units: int) -> tuple[Table, Table]:
    random = np.random.default_rng(13 + units)
    x = random.uniform(1, 10, (units, 3))
    reach = np.prod(x, axis=1, keepdims=True) ** 0.3
    lag = np.exp(-random.exponential(0.25, (units, 1)))
    return x, reach * random.uniform(0.4, 1.0, (units, 4)) * lag


def report(who: str, work: Callable[[], Any], what: str, rounds: int = 3) -> Any:
    """Print the best of a few rounds, and give back what the last one made."""
    seconds = []
    for _ in range(rounds):
        start = processor()
        made = work()
        seconds.append(processor() - start)
    print(f"{who:44} {min(seconds):9.4f}  {what}", flush=True)
    return made


def processor() -> float:
    """Processor seconds of this process and its children so far."""
    parts = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(part.ru_utime + part.ru_stime for part in parts)


def memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def loop(x: Table, y: Table, returns: str, orientation: str) -> Table:
    """What an analyst would write first: one linear programme for each unit, no slacks."""
    (units, m), s = x.shape, y.shape[1]
    scores = np.empty(units)
    rows = np.zeros((m + s, units + 1))
    rows[:m, 1:], rows[m:, 1:] = x.T, -y.T
    sums = np.append(0.0, np.ones(units))[None]
    for unit in range(units):
        bound = np.zeros(m + s)
        rows[:, 0] = 0
        if orientation == "input":
            rows[:m, 0], bound[m:] = -x[unit], -y[unit]
        else:
            rows[m:, 0], bound[:m] = y[unit], x[unit]
        goal = np.zeros(units + 1)
        goal[0] = 1 if orientation == "input" else -1
        rest = {} if returns == "constant" else {"A_eq": sums, "b_eq": [1.0]}
        answer = linprog(goal, A_ub=rows, b_ub=bound, method="highs-ds", options=TIGHT, **rest)
        scores[unit] = abs(answer.fun)
    return scores


def warm_start(quick: bool) -> None:
    """HiGHS without scipy, its basis carried from unit to unit; constant returns, input."""
    try:
        highspy = import_module("highspy")
    except ImportError:
        print("highspy is not installed: left out")
        return
    for units in (40, 200) if quick else (40, 200, 1000):
        x, y = draw(units)
        work = carried(highspy, x, y)
        slow = report("highspy, basis carried along", work, f"{units} units: scores only", rounds=1)
        print(f"    largest difference {np.abs(dea(x, y, *MODELS[0]).score[0] - slow).max():.0e}")


def carried(highspy: Any, x: Table, y: Table) -> Callable[[], Table]:
    (units, m), s = x.shape, y.shape[1]

    def work() -> Table:
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("presolve", "off")
        free = highspy.kHighsInf
        solver.addVars(units + 1, np.zeros(units + 1), np.full(units + 1, free))
        solver.changeColCost(units, 1.0)
        every = np.arange(units + 1, dtype=np.int32)
        for i in range(m):
            solver.addRow(-free, 0.0, units + 1, every, np.append(x[:, i], -x[0, i]))
        for r in range(s):
            solver.addRow(y[0, r], free, units, every[:-1], y[:, r])
        scores = np.empty(units)
        for unit in range(units):
            for i in range(m):
                solver.changeCoeff(i, units, -x[unit, i])
            for r in range(s):
                solver.changeRowBounds(m + r, y[unit, r], free)
            solver.run()
            scores[unit] = solver.getInfo().objective_function_value
        return scores

    return work


def beside_pydea(quick: bool) -> None:
    """pyDEA 1.6 with its CBC solver, slacks maximised; constant returns, input."""
    try:
        factory = import_module("pyDEA.core.utils.model_factory")
        data = import_module("pyDEA.core.data_processing.input_data")
        words = import_module("pyDEA.core.data_processing.parameters")
        import_module("pulp").LpSolverDefault.msg = 0
    except ImportError:
        print("pyDEA is not installed: left out")
        return
    for units in (40,) if quick else (40, 200):
        x, y = draw(units)
        table, asked = data.InputData(), words.Parameters()
        for unit in range(units):
            for name, part in (("x", x), ("y", y)):
                for column, amount in enumerate(part[unit]):
                    table.add_coefficient(f"u{unit}", f"{name}{column}", float(amount))
        for key, word in {
            "INPUT_CATEGORIES": "; ".join(f"x{column}" for column in range(3)),
            "OUTPUT_CATEGORIES": "; ".join(f"y{column}" for column in range(4)),
            "DEA_FORM": "env",
            "RETURN_TO_SCALE": "CRS",
            "ORIENTATION": "input",
            "MAXIMIZE_SLACKS": "yes",
        }.items():
            asked.params[key] = word  # its own setter knows only the words of its files
        factory.add_input_and_output_categories(asked, table)
        made = report(
            "pyDEA 1.6, CBC",
            lambda table=table, asked=asked: factory.create_model(asked, table).run(),
            f"{units} units: scores and slacks",
            rounds=1,
        )
        codes = table.DMU_codes_in_added_order
        slow = np.array([made.get_efficiency_score(code) for code in codes])
        off = np.abs(dea(x, y, *MODELS[0]).score[0] - slow).max()
        print(f"    largest difference {off:.0e} (CBC prints 8 digits)")


def agreement(general: int, tied: int) -> None:
    """Scores of every unit against HiGHS, in all returns and orientations in turn."""
    random = np.random.default_rng(1)
    models = [(r, o) for r in RETURNS for o in ("input", "output", "directional")]
    for name, tables in (("general", general), ("tied, degenerate, zeros", tied)):
        worst, units, again = 0.0, 0, 0
        for number in range(tables):
            n, m, s = random.integers(2, 16), random.integers(1, 4), random.integers(1, 4)
            if name == "general":
                x, y = random.uniform(1, 10, (n, m)), random.uniform(1, 10, (n, s))
            else:
                x, y = (random.integers(0, 4, (n, k)).astype(float) for k in (m, s))
                for table in (x, y):
                    table[:, 0] += ~(table > 0).any(axis=1)
                    table[0] += ~(table > 0).any(axis=0)
            returns, orientation = models[number % len(models)]
            found = dea(x, y, returns, orientation)
            slow = np.array([reached(x, y, returns, orientation, unit) for unit in range(n)])
            worst = max(worst, float((np.abs(found.score[0] - slow) / np.maximum(1, slow)).max()))
            units, again = units + int(n), again + found.resolved
        print(
            f"agreement with HiGHS, {tables:,} {name} tables, {units:,} programmes: largest "
            f"difference {worst:.1e}, solved again {again}",
            flush=True,
        )


def reached(x: Table, y: Table, returns: str, orientation: str, unit: int) -> float:
    """Score of one unit by HiGHS."""
    units, m = x.shape
    toward = np.concatenate((x[unit], y[unit]))
    toward[m:] *= orientation != "input"
    toward[:m] *= orientation != "output"
    rows = np.column_stack((toward, np.concatenate((x.T, -y.T))))
    bound = np.concatenate((x[unit], -y[unit]))
    sums = np.append(0.0, np.ones(units))[None]
    rules: dict[str, Any] = {"A_ub": rows, "b_ub": bound}
    if returns == "variable":
        rules |= {"A_eq": sums, "b_eq": [1.0]}
    elif returns != "constant":
        sign = 1.0 if returns == "nonincreasing" else -1.0
        rules = {"A_ub": np.append(rows, sign * sums, axis=0), "b_ub": np.append(bound, sign)}
    goal = np.append(-1.0, np.zeros(units))
    distance = -float(linprog(goal, method="highs-ds", options=TIGHT, **rules).fun)
    return {"input": 1 - distance, "output": 1 + distance}.get(orientation, distance)


if __name__ == "__main__":
    main()
