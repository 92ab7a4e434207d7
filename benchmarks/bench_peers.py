"""Every job beside the field's own packages, in one table: same work, equal answers.

    python benchmarks/bench_peers.py [JOB ...]      prints the rows of all jobs, or of some
    python benchmarks/bench_peers.py --write [...]  and puts them into benchmarks/RESULTS.md
    python benchmarks/bench_peers.py smoke          small, to see that it runs

Processor seconds of all threads, best of three rounds (of one where a round is long); one BLAS
thread for everybody. A peer gets the same draws, the same grid and the same number of tries, and a
model that it can keep is not built again. Where a peer's answer is not ours, the script ends. A
peer that is not installed is left out: `make bench` installs them all, from requirements-bench.lock
into an environment of their own, build/bench. The floor is the numpy work that no way round is
known of. Jobs that take minutes: schedule, kernel, whole, and the axes, each size of which ends
after 300 processor seconds.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import platform
import subprocess
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

import bench_scale
import numpy as np
from bench_acceptability import one_by_one
from bench_envelopment import carried, loop
from bench_envelopment import draw as units_of
from bench_logs import by_duckdb, by_pandas, by_polars, make
from bench_portfolio import by_cpsat, by_milp
from bench_portfolio import draw as portfolio_of
from bench_schedule import NODES, by_cpsat_within, timetable_of
from bench_schedule import bare as by_one_solve

from capworth.case.read import read_case
from capworth.logs import count_activity
from capworth.methods.acceptability.indices import confidence_factors
from capworth.methods.acceptability.smaa import RankTally
from capworth.methods.allocation.shapley import shapley
from capworth.methods.claim.deals import deal
from capworth.methods.claim.share_test import slope_statistic, tails
from capworth.methods.envelopment.dea import dea
from capworth.methods.portfolio.confidence import best_programmes
from capworth.methods.portfolio.frontier import budget_frontier
from capworth.methods.portfolio.scheduling import search_schedule
from capworth.methods.uncertainty.sobol import sobol_indices
from capworth.methods.uncertainty.value_of_information import evppi
from capworth.model.simulation import draw_sample
from capworth.runs.timing import UNIT, unit
from capworth.streams import stream
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
    said: str = ""  # in words, where a ratio does not say it


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
    """The largest difference, which the script does not outlive where it is more than that."""
    ours, other = np.asarray(mine, float), np.asarray(theirs, float)
    none = np.isnan(ours)
    assert (none == np.isnan(other)).all(), "the answers differ in what has none"
    gap = float(np.abs(ours[~none] - other[~none]).max(initial=0.0))
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
    cost, value, relations = portfolio_of(0)
    job = f"frontier of 60 projects with relations; peers {many} budgets of it"
    yield from _frontier(job, (cost, value, relations), many, None)
    fine = 1_000 * cost + np.random.default_rng(8).integers(0, 1_000, len(cost))
    some = 2 if smoke else 10
    job = f"the same in {fine.sum():,.0f} steps of money; peers {some} budgets of it"
    yield from _frontier(job, (fine, value, relations), some, 1.0)


def _frontier(job: str, problem: Any, many: int, step: float | None) -> Iterator[Row]:
    seconds, found = timed(lambda: budget_frontier(*problem, unit=step))
    yield Row(job, "capworth, every budget", seconds, ours=True)
    budgets = np.floor(np.linspace(0, problem[0].sum(), many + 2)[1:-1])
    mine = found.value[found.steps(budgets)]
    peers = [(f"scipy {version('scipy')} milp", by_milp)]
    if there("ortools"):
        peers.append((f"OR-tools {version('ortools')} CP-SAT", by_cpsat))
    for name, solve in peers:
        seconds, slow = timed(partial(solve, problem, budgets), 1)
        yield Row(job, name, seconds, close(mine, slow, 1e-6))


def schedule(smoke: bool) -> Iterator[Row]:
    """Values stand beside their bounds: within the limit of nodes nobody proves the best."""
    for n, starts in ((10, 3),) if smoke else ((60, 5), (60, 10)):
        problem = timetable_of(n, starts, 0)
        job = f"schedule, {n} projects x {starts} starts, at most {NODES} nodes"
        seconds, found = timed(partial(search_schedule, *problem, nodes=NODES), 1)
        told = f"value {found.value:.2f}, at most {found.bound:.2f}: gap {found.gap:.2%}"
        yield Row(job, "capworth, and the cheapest of equals", seconds, ours=True, said=told)
        peer, value = timed(partial(by_one_solve, *problem), 1)
        gap = close(found.value, value, 1e-6 * value)
        yield Row(job, f"scipy {version('scipy')} milp, one solve", peer, gap)
        if there("ortools"):
            spent, (best, most) = timed(partial(by_cpsat_within, *problem, max(seconds, 1.0)), 1)
            assert best <= found.bound + 1e-6
            assert most >= found.value - 1e-6
            name = f"OR-tools {version('ortools')} CP-SAT, one worker, as long as capworth"
            told = f"value {best:.2f}, at most {most:.2f}: gap {most / best - 1:.2%}"
            yield Row(job, name, spent, said=told)


def good_sets(smoke: bool) -> Iterator[Row]:
    n, draws = (6, 40) if smoke else (16, 2_000)
    job = f"list of good sets of {n} improvements, 80 % of {draws:,} draws within the budget"
    random = np.random.default_rng(9)
    cost, worth = random.lognormal(1.0, 0.5, (draws, n)), random.normal(2.0, 2.0, n)
    sets = (np.arange(1 << n)[:, None] >> np.arange(n) & 1).astype(bool)
    budget, near = float(cost.mean(axis=0).sum() / 2), 0.02
    seconds, found = timed(lambda: best_programmes(sets, worth, cost, budget, near=near))
    yield Row(job, "capworth", seconds, ours=True)

    def every_set() -> Any:
        place, kept = int(np.ceil(0.8 * draws)) - 1, []
        for some in np.array_split(sets, max(1, len(sets) // 512)):
            totals = cost @ some.T.astype(float)
            reached = np.partition(totals, place, axis=0)[place]
            kept.append((reached <= budget) & (totals.mean(axis=0) <= budget))
        value = np.where(np.concatenate(kept), sets @ worth, -np.inf)
        return np.sort(value[value >= value.max() * (1 - near)])[::-1]

    seconds, slow = timed(every_set, 1)
    assert len(slow) == len(found.value)
    name = f"numpy, every one of {len(sets):,} sets"
    yield Row(job, name, seconds, close(found.value, slow, 1e-9))


def claim(smoke: bool) -> Iterator[Row]:
    lines, deals = 31, 99 if smoke else 9_999
    job = f"test of a claim with its null, {lines} lines, {deals:,} deals"
    random = stream(1, "bench")
    share, outcome = random.random(lines), random.lognormal(0, 0.5, lines)
    order = deal(np.arange(lines), np.zeros(lines), deals, random).order

    def ours() -> Any:
        return tails(slope_statistic(share, np.ones(lines), order), share, outcome, [1.0]).up[0]

    seconds, mine = timed(ours)
    yield Row(job, "capworth", seconds, ours=True)

    def by_lstsq() -> float:
        def slope(dealt: Any) -> float:
            design = np.column_stack((np.ones(lines), dealt))
            return float(np.linalg.lstsq(design, outcome, rcond=None)[0][1])

        seen = slope(share)
        beyond = sum(slope(share[one]) >= seen - 1e-12 for one in order)
        return (1 + beyond) / (1 + len(order))

    seconds, slow = timed(by_lstsq, 1)
    yield Row(job, "numpy lstsq, deal by deal", seconds, close(mine, slow, 1e-12))
    import_module("scipy.stats")  # loaded before the clock starts
    stats = import_module("scipy").stats
    ask = partial(
        stats.permutation_test,
        (share,),
        lambda x, axis=-1: np.sum(x * outcome, axis=axis),
        permutation_type="pairings",
        vectorized=True,
        n_resamples=deals,
        alternative="greater",
        rng=np.random.default_rng(2),
    )
    seconds, found = timed(ask)
    within = 6 * float(np.sqrt(mine * (1 - mine) / deals) + 1 / deals)  # other deals
    name = f"scipy {version('scipy')} permutation_test (other deals)"
    yield Row(job, name, seconds, close(mine, found.pvalue, within))


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
    if there("voiage"):
        ask = import_module("voiage.methods.basic").evppi
        columns = {f"x{k}": level[:, k] for k in range(inputs)}

        def straight() -> list[float]:
            return [ask(nets, columns, [name]) for name in columns]

        seconds, slow = timed(straight, 1)
        within = 3 * float(mine.standard_error.max())
        name = f"voiage {version('voiage')}, straight lines"
        yield Row(job, name, seconds, close(mine.value, slow, within))


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


def parts(smoke: bool) -> Iterator[Row]:
    place = SMALL if smoke else HERE.parent / "data" / "interpol-2019"
    case, draws = read_case(place), 200 if smoke else 20_000
    job = f"draws of {place.name}, {draws:,} draws"
    seconds, _ = timed(lambda: draw_sample(case, draws), 1)
    yield Row(job, "capworth", seconds, ours=True)
    numbers = draws * sum(not e.is_certain for e in case.estimates().values())
    yield Row(job, "floor: its random numbers", floor_of(numbers))
    few = min(draws, 2_000)
    for part in ("programme", "claim"):
        seconds, _ = timed(partial(run_study, case, few, only=part), 1)
        job = f"{part} of {place.name} with what it builds on, {few:,} draws"
        yield Row(job, "capworth", seconds, ours=True)


def whole(smoke: bool) -> Iterator[Row]:
    """The run as a user starts it, in a process of its own."""
    place = SMALL if smoke else HERE.parent / "data" / "interpol-2019"
    draws, spoken = (100, ["en"]) if smoke else (100_000, ["en", "fr"])
    job = f"run of {place.name}, {draws:,} draws, papers in {' and '.join(spoken)}"
    with tempfile.TemporaryDirectory() as folder:
        run = [sys.executable, "-m", "capworth", "run", str(place), "--draws", str(draws)]
        run += ["--lang", ",".join(spoken), "--out", f"{folder}/run"]
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, *run], check=True, capture_output=True, text=True
        )
    spent, memory = map(float, done.stdout.split()[-2:])
    told = f"{memory / 2**20:.2f} GB in its largest process"
    yield Row(job, "capworth", spent, ours=True, said=told)


# In a small process between: the highest memory of a process is also that of the one that began it.
MEASURED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


KERNEL = """
from time import perf_counter
from capworth import read_case, run_study
case = read_case({place!r})
spent = []
for workers in (1, 2):
    start = perf_counter()
    study = run_study(case, {draws}, workers=workers)
    spent.append(perf_counter() - start)
print(*spent)
"""


def kernel(smoke: bool) -> Iterator[Row]:
    """All answers inside a Jupyter kernel; the only job by the clock on the wall."""
    if not there("nbclient", "ipykernel"):
        return
    nbformat, nbclient = import_module("nbformat.v4"), import_module("nbclient")
    place = str(SMALL) if smoke else "interpol-2019"
    draws = 100 if smoke else 100_000
    cell = nbformat.new_code_cell(KERNEL.format(place=place, draws=draws))
    book = nbformat.new_notebook(cells=[cell])
    nbclient.NotebookClient(book, timeout=1_200, kernel_name="python3").execute()
    one, two = map(float, book.cells[0].outputs[-1]["text"].split())
    job = f"answers of {Path(place).name} in a Jupyter kernel, {draws:,} draws, seconds on the wall"
    busy = os.getloadavg()[0] > 2 * (os.cpu_count() or 1)
    told = "others wanted the processors: the wall says little" if busy else ""
    yield Row(job, "capworth, two workers", two, ours=True, said=told)
    yield Row(
        job, "capworth, one worker", one, said=told or f"two are {one / two:.2g} times sooner"
    )


def axis(name: str, smoke: bool) -> Iterator[Row]:
    """How time and memory grow; `bench_scale.py smoke` tries it."""
    if not smoke:
        yield from _along(name, bench_scale.SIZES[name], bench_scale.DRAWS)


def _along(axis: str, sizes: tuple[int, ...], draws: int) -> Iterator[Row]:
    many = "" if axis == "draws" else f", {draws:,} draws"
    job = f"{axis} {sizes[0]:,} to {sizes[-1]:,}: study and paper{many}"
    found = []
    for one in bench_scale.measure(bench_scale.BUNDLED, axis, sizes, draws):
        told = one.why or f"{one.memory:.2f} GB, {one.pages} pages"
        yield Row(job, f"capworth, {one.size:,}", sum(one.seconds), said=told)
        found += [one] if one.seconds else []
    if len(found) > 1:
        time = bench_scale.slope(found, lambda one: sum(one.seconds))
        memory = bench_scale.slope(found, lambda one: one.memory)
        told = f"slope {time:.2f} of time, {memory:.2f} of memory"
        yield Row(job, f"{found[0].size:,} to {found[-1].size:,}", float("nan"), said=told)


JOBS: dict[str, Callable[[bool], Iterator[Row]]] = {
    "acceptability": acceptability,
    "envelopment": envelopment,
    "frontier": frontier,
    "schedule": schedule,
    "good_sets": good_sets,
    "information": information,
    "variance": variance,
    "sharing": sharing,
    "claim": claim,
    "logs": logs,
    "parts": parts,
    "whole": whole,
    "kernel": kernel,
    **{name: partial(axis, name) for name in bench_scale.SIZES},
}


def machine() -> str:
    processor = platform.processor() or platform.machine()
    for line in (
        Path("/proc/cpuinfo").read_text("utf-8").splitlines() if Path("/proc").exists() else ()
    ):
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
            break
    return f"{os.cpu_count()} x {processor}"


HEAD = """\
# Beside the field's own packages

Made by `make bench`, which installs the peers from `requirements-bench.lock` into `build/bench`, an
environment of its own. What is fair about it stands at the head of `bench_peers.py`. A unit is
{unit}. Measured: the commit, how
many processes wanted the processors meanwhile, the machine, and how long a unit took there.

| job | who | processor s | units | in words | answers differ by | measured |
|---|---|---|---|---|---|---|
"""


def rows_of(rows: list[Row], measured: str, unit_: float) -> dict[str, list[str]]:
    """Lines of the table, by job."""
    ours = {row.job: row.seconds for row in rows if row.ours}
    lines: dict[str, list[str]] = {}
    for row in rows:
        words = [row.said] if row.said else []
        if not row.ours and row.job in ours and not row.said:
            words.append(in_words(row.seconds / ours[row.job], row.who.startswith("floor")))
        time, units = "", ""
        if row.seconds > 0:
            time, units = f"{row.seconds:.3g}", f"{row.seconds / unit_:.3g}"
        cells = (row.job, row.who, time, units, "; ".join(words), row.gap, measured)
        lines.setdefault(row.job, []).append(f"| {' | '.join(cells)} |")
    return lines


def in_words(ratio: float, floor: bool) -> str:
    """How much sooner or slower than another capworth is."""
    if floor:
        return f"capworth takes {1 / ratio:.2g} times the floor"
    if 1 / 1.1 < ratio < 1.1:
        return "as fast as each other"
    many = max(ratio, 1 / ratio)
    told = f"{many:,.0f}" if many >= 10 else f"{many:.2g}"
    return f"capworth {told} times {'sooner' if ratio > 1 else 'slower'}"


def written(lines: dict[str, list[str]]) -> str:
    """The table with these jobs in place of what it says of them; a new job comes last."""
    path, kept = HERE / "RESULTS.md", dict[str, list[str]]()
    if path.exists():
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("| ") and not line.startswith("| job |"):
                kept.setdefault(line.split(" | ")[0][2:], []).append(line)
    every = {**kept, **lines}
    return HEAD.format(unit=UNIT) + "".join(f"{line}\n" for job in every.values() for line in job)


def main() -> None:
    asked = sys.argv[1:]
    smoke = "smoke" in asked
    chosen = [job for name, job in JOBS.items() if name in asked] or list(JOBS.values())
    if "--write" in asked and len(chosen) == len(JOBS):
        (HERE / "RESULTS.md").unlink(missing_ok=True)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    length = unit()
    for job in chosen:
        rows: list[Row] = []
        for row in job(smoke):
            rows.append(row)
            load = f"load {os.getloadavg()[0]:.0f}"
            lines = rows_of(rows, f"{commit}, {load}, {machine()}, unit {length:.2f} s", length)
            print(lines[row.job][-1], flush=True)
            if "--write" in asked:  # at each row: what breaks off leaves what was measured
                (HERE / "RESULTS.md").write_text(written(lines), encoding="utf-8")
    print(f"a unit, {UNIT}, takes {length:.2f} s here")


if __name__ == "__main__":
    main()
