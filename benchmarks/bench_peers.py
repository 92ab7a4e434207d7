"""Every job beside the field's own packages, in one table: same work, equal answers.

    python benchmarks/bench_peers.py            prints the table
    python benchmarks/bench_peers.py --write    and writes benchmarks/RESULTS.md
    python benchmarks/bench_peers.py smoke      small, to see that it runs

Processor seconds of all threads, best of three rounds (of one where a round is long); one BLAS
thread for everybody. A peer gets the same draws, the same grid and the same number of tries, and a
model that it can keep is not built again. Where a peer's answer is not ours, the script ends. A
peer that is not installed is left out. The floor is the numpy work that no way round is known of.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import version
from itertools import permutations
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from bench_acceptability import one_by_one
from bench_envelopment import carried, loop
from bench_envelopment import draw as units_of
from bench_logs import by_duckdb, by_pandas, by_polars, make
from bench_portfolio import by_cpsat, by_milp
from bench_portfolio import draw as portfolio_of

from capworth.case.read import read_case
from capworth.logs import count_activity
from capworth.methods.acceptability.indices import confidence_factors
from capworth.methods.acceptability.smaa import RankTally
from capworth.methods.allocation.shapley import shapley
from capworth.methods.envelopment.dea import dea
from capworth.methods.portfolio.frontier import budget_frontier
from capworth.methods.uncertainty.sobol import sobol_indices
from capworth.methods.uncertainty.value_of_information import evppi
from capworth.model.simulation import draw_sample
from capworth.runs.timing import UNIT, unit
from capworth.study.stages import run_study

HERE = Path(__file__).parent
SMALL = HERE.parent / "tests" / "cases" / "small"


@dataclass(frozen=True)
class Row:
    job: str
    who: str
    seconds: float
    gap: str = ""  # between the answers
    ours: bool = False


def timed(work: Callable[[], Any], rounds: int = 3) -> tuple[float, Any]:
    spent, made = [], None
    for _ in range(rounds):
        start = process_time()
        made = work()
        spent.append(process_time() - start)
    return min(spent), made


def there(*names: str) -> bool:
    """Whether a peer is installed."""
    try:
        for name in names:
            import_module(name)
    except ImportError:
        return False
    return True


def close(mine: Any, theirs: Any, within: float) -> str:
    gap = float(np.nanmax(np.abs(np.asarray(mine, float) - np.asarray(theirs, float))))
    assert gap <= within, f"the answers differ by {gap:.1e}, more than {within:.0e}"
    return f"{gap:.0e}"


def floor_of(numbers: int) -> float:
    """Seconds to draw so many normal numbers."""
    random = np.random.Generator(np.random.PCG64DXSM(1))
    some = min(numbers, 5_000_000)
    return timed(lambda: random.standard_normal(some))[0] * numbers / some


def acceptability(smoke: bool) -> Iterator[Row]:
    options, criteria, draws = 40, 12, 500 if smoke else 100_000
    job = f"rank acceptability, {options} x {criteria} x {draws:,}, draws given"
    random = np.random.default_rng(7)
    weights = random.dirichlet(np.ones(criteria), draws)
    mean = random.random((options, criteria))
    measured = mean + 0.05 * random.standard_normal((draws, options, criteria))

    def ours() -> tuple[Any, Any]:
        tally = RankTally.of(np.einsum("dc,doc->do", weights, measured), weights)
        central = tally.central_weights()
        confidence_factors(measured, central)
        return tally.shares(), central

    seconds, (shares, central) = timed(ours, 1)
    yield Row(job, "capworth", seconds, ours=True)
    seconds, slow = timed(lambda: one_by_one(weights, measured), 1)
    yield Row(job, "numpy, a loop (fewer indices)", seconds, close(shares, slow[0], 1e-9))
    if there("pysensmcda"):
        smaa2 = import_module("pysensmcda.smaa").smaa2
        ask = partial(
            smaa2,
            lambda matrix, w, _: matrix @ w,
            mean,
            np.ones(criteria),
            weights=weights,
            num_samples=draws,
            matrix_samples=measured,
            reverse_ranking=True,
        )
        seconds, found = timed(ask, 1)
        gap = close(central, found.central_weights, 1e-9)
        close(shares, found.rank_acceptability, 1e-9)
        yield Row(job, f"pysensmcda {version('pysensmcda')} (fewer indices)", seconds, gap)


def envelopment(smoke: bool) -> Iterator[Row]:
    count = 20 if smoke else 300
    job = f"envelopment, {count} units, constant returns"
    x, y = units_of(count)
    seconds, found = timed(lambda: dea(x, y, "constant", "input"))
    yield Row(job, "capworth, with slacks, peers, proofs", seconds, ours=True)
    seconds, slow = timed(partial(loop, x, y, "constant", "input"), 1)
    name = f"scipy {version('scipy')} linprog (scores)"
    yield Row(job, name, seconds, close(found.score[0], slow, 1e-7))
    if there("highspy"):
        seconds, slow = timed(carried(import_module("highspy"), x, y), 1)
        name = f"highspy {version('highspy')}, basis carried (scores)"
        yield Row(job, name, seconds, close(found.score[0], slow, 1e-6))


def frontier(smoke: bool) -> Iterator[Row]:
    many = 2 if smoke else 100
    job = f"frontier of 60 projects with relations; peers {many} budgets of it"
    cost, value, relations = portfolio_of(0)
    seconds, found = timed(lambda: budget_frontier(cost, value, relations))
    yield Row(job, "capworth, every budget", seconds, ours=True)
    budgets = np.floor(np.linspace(0, cost.sum(), many + 2)[1:-1])
    mine = found.value[found.steps(budgets)]
    peers = [(f"scipy {version('scipy')} milp", by_milp)]
    if there("ortools"):
        peers.append((f"OR-tools {version('ortools')} CP-SAT", by_cpsat))
    for name, solve in peers:
        seconds, slow = timed(partial(solve, (cost, value, relations), budgets), 1)
        yield Row(job, name, seconds, close(mine, slow, 1e-6))


def information(smoke: bool) -> Iterator[Row]:
    inputs, draws = (2, 500) if smoke else (30, 10_000)
    job = f"EVPPI, {inputs} inputs, {draws:,} draws"
    random = np.random.default_rng(3)
    level = random.standard_normal((draws, inputs))
    lead = 0.2 + level @ np.linspace(0.05, 1, inputs) + random.standard_normal(draws)
    nets = np.column_stack((0 * lead, lead))
    seconds, mine = timed(lambda: evppi(level, nets))
    yield Row(job, "capworth, with errors", seconds, ours=True)
    if there("pygam"):
        pygam = import_module("pygam")

        def theirs() -> list[float]:
            found = []
            for column in level.T:
                fit = (
                    pygam.LinearGAM(pygam.s(0)).fit(column[:, None], lead).predict(column[:, None])
                )
                found.append(np.maximum(fit, 0).mean() - max(fit.mean(), 0))
            return found

        seconds, slow = timed(theirs, 1)
        within = 3 * float(mine.standard_error.max())  # another smoother, the same draws
        yield Row(job, f"pyGAM {version('pygam')}", seconds, close(mine.value, slow, within))


def variance(smoke: bool) -> Iterator[Row]:
    inputs, draws = 20, 512 if smoke else 16_384
    job = f"Sobol' indices, {inputs} inputs, {draws:,} draws"
    random = np.random.default_rng(4)
    a, b = random.random((2, draws, inputs))
    share = np.linspace(0, 1, inputs)

    def model(x: Any) -> Any:
        return (x * share).sum(axis=1) + x[:, 0] * x[:, -1]

    base, other, mixed = model(a), model(b), np.empty((inputs, draws))
    for k in range(inputs):
        one = a.copy()
        one[:, k] = b[:, k]
        mixed[k] = model(one)
    seconds, mine = timed(lambda: sobol_indices(base, other, mixed))
    yield Row(job, "capworth, errors in closed form", seconds, ours=True)
    if there("SALib"):
        analyze = import_module("SALib.analyze.sobol").analyze
        names = [f"x{k}" for k in range(inputs)]
        problem = {"num_vars": inputs, "names": names, "bounds": [[0, 1]] * inputs}
        answer = np.concatenate((base[None], mixed, other[None])).T.ravel()
        ask = partial(analyze, problem, answer, calc_second_order=False, num_resamples=2)
        seconds, found = timed(ask)
        gap = close(mine.total, found["ST"], 0.05 if smoke else 0.01)
        yield Row(job, f"SALib {version('SALib')}, 2 resamples", seconds, gap)


def sharing(smoke: bool) -> Iterator[Row]:
    users = 5 if smoke else 8
    job = f"Shapley value, {users} users, table given"
    table = np.random.default_rng(5).random(1 << users)
    table[0] = 0
    seconds, mine = timed(lambda: shapley(table))
    yield Row(job, "capworth", seconds, ours=True)

    def every_order() -> Any:
        got, orders = np.zeros(users), 0
        for order in permutations(range(users)):
            there, orders = 0, orders + 1
            for user in order:
                got[user] += table[there | 1 << user] - table[there]
                there |= 1 << user
        return got / orders

    seconds, slow = timed(every_order, 1)
    yield Row(job, "every order of joining, a loop", seconds, close(mine, slow, 1e-9))


def logs(smoke: bool) -> Iterator[Row]:
    rows = 10_000 if smoke else 20_000_000
    job = f"exchange log, {rows:,} rows"
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), rows)
        seconds, found = timed(lambda: count_activity([folder], "LOG"), 2)
        yield Row(job, "capworth, checked, every count", seconds, ours=True)
        table = found.to_frame().set_index(["metric", "capability"])["value"]
        mine = np.array([table[m].sort_index() for m in ("searches", "hits", "members_searching")])
        peers = [("DuckDB", "duckdb", by_duckdb), ("pandas", "pandas", by_pandas)]
        peers += [("Polars", "polars", by_polars)] if there("polars") else []
        for name, package, ask in peers:
            seconds, slow = timed(partial(ask, Path(folder)), 1 if package == "pandas" else 2)
            theirs = slow.sort_index()[["searches", "hits", "members_searching"]].to_numpy().T
            yield Row(job, f"{name} {version(package)}, by hand", seconds, close(mine, theirs, 0))


def whole(smoke: bool) -> Iterator[Row]:
    place = SMALL if smoke else HERE.parent / "data" / "interpol-2019"
    case, draws = read_case(place), 200 if smoke else 20_000
    job = f"{place.name}, {draws:,} draws"
    seconds, _ = timed(lambda: draw_sample(case, draws), 1)
    yield Row(f"draws of {job}", "capworth", seconds, ours=True)
    numbers = draws * sum(not e.is_certain for e in case.estimates().values())
    yield Row(f"draws of {job}", "floor: its random numbers", floor_of(numbers))
    for part in ("programme", "claim"):
        seconds, _ = timed(partial(run_study, case, min(draws, 2_000), only=part), 1)
        yield Row(f"{part} of {place.name}, {min(draws, 2_000):,} draws", "capworth", seconds)


JOBS = (acceptability, envelopment, frontier, information, variance, sharing, logs, whole)


def machine() -> str:
    processor = platform.processor() or platform.machine()
    for line in (
        Path("/proc/cpuinfo").read_text("utf-8").splitlines() if Path("/proc").exists() else ()
    ):
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
            break
    return f"{processor}, {os.cpu_count()} processors, Python {platform.python_version()}"


def table_of(rows: list[Row], seconds: float) -> str:
    ours = {row.job: row.seconds for row in rows if row.ours}
    lines = [
        "# Beside the field's own packages",
        "",
        "Made by `python benchmarks/bench_peers.py --write`, which says what is fair about it.",
        f"Machine: {machine()}; load {os.getloadavg()[0]:.1f}. A unit, "
        f"{UNIT}, is {seconds:.2f} s here.",
        "",
        "| job | who | processor s | units | peer / ours | answers differ by |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        ratio = "" if row.ours or row.job not in ours else f"{row.seconds / ours[row.job]:.3g}"
        lines.append(
            f"| {row.job} | {row.who} | {row.seconds:.3g} | {row.seconds / seconds:.3g} "
            f"| {ratio} | {row.gap} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    smoke = "smoke" in sys.argv[1:]
    chosen = [job for job in JOBS if job.__name__ in sys.argv[1:]] or JOBS
    rows = [row for job in chosen for row in job(smoke)]
    text = table_of(rows, unit())
    print(text)
    if "--write" in sys.argv[1:]:
        (HERE / "RESULTS.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
