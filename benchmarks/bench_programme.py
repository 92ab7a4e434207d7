"""How long the programme of a case takes: its list of good sets, its frontier, the answers on them.

    python benchmarks/bench_programme.py [CASE]      about a minute; the bundled case by default
    python benchmarks/bench_programme.py smoke       a few seconds

Seconds of processor time, one process, one thread. The search is held against trying every set at
every start on random small cases.
"""

import sys
from itertools import product
from pathlib import Path
from time import process_time

import numpy as np
from threadpoolctl import threadpool_limits

from capworth.case.read import read_case
from capworth.funding.plan import fund
from capworth.members.use import share_out
from capworth.methods.arguments import Bools, Floats
from capworth.methods.portfolio.confidence import Plan, Search, best_programmes, frontier_at
from capworth.model.result import Provenance
from capworth.model.simulation import draw_sample
from capworth.programme.choice import Choice
from capworth.programme.extent_keys import compare_keys
from capworth.programme.good_sets import good_sets
from capworth.programme.selection import choose_programme
from capworth.streams import stream
from capworth.uncertainty.information import value_of_information
from capworth.uncertainty.switching import switching_values

YEARS, DELAYS = 5, 3


def timed(name: str, before: float) -> None:
    print(f"| {name} | {process_time() - before:.2f} |")


def of_case(place: Path, draws: int) -> None:
    case = read_case(place)
    sample, known = draw_sample(case, draws), Provenance.of(case, draws)
    print(f"| {case.settings.name}, {sample.drawn.size:,} draws kept | seconds |\n| --- | --- |")
    start = process_time()
    choice = Choice.of(sample)
    assert choice.search.best(case.settings.budget or 0.0).feasible
    timed("best set and starts, everything it is built on", start)
    start = process_time()
    good = good_sets(choice, case.settings.budget or 0.0)
    timed(f"list of {good.listed} good sets with roles", start)
    many = np.tile(choice.cost, (5, 1))
    start = process_time()
    search = Search(choice.sets, choice.gain, many, plan=choice.plan, joint=choice.joint)
    search.best(case.settings.budget or 0.0, case.settings.near)
    timed(f"the same list, each draw five times: {len(many):,}", start)
    start = process_time()
    rows, _ = frontier_at(choice.sets, choice.expected, choice.cost, 0.8)
    timed(f"frontier of {len(choice.sets):,} sets, {len(rows)} steps", start)
    start = process_time()
    programme = choose_programme(sample, known)
    timed("programme with all its tables", start)
    start = process_time()
    compare_keys(sample, programme, known)
    timed("every extent key", start)
    start = process_time()
    fund(sample, programme, known)
    timed("what money buys, prices of earmarks", start)
    start = process_time()
    switching_values(sample, programme, known)
    timed("switching values", start)
    start = process_time()
    value_of_information(sample, programme, known)
    timed("what to find out first", start)
    start = process_time()
    if share_out(sample) is not None:
        timed("use by member", start)


def beside_brute_force(cases: int, most: int) -> None:
    """Count the random cases in which the search is as good as trying everything."""
    same = 0
    for seed in range(cases):
        random = stream(seed, "programme")
        n = int(random.integers(2, most + 1))
        cost = random.integers(0, 12, size=(20, n)).astype(float)
        worth = random.integers(-3, 12, size=n).astype(float)
        fall = np.cumsum(random.integers(0, 4, size=(n, DELAYS - 1)), axis=1)
        values = np.column_stack([worth, worth[:, None] - fall])
        spend = np.zeros((n, YEARS))
        spend[:, :2] = random.dirichlet(np.ones(2), size=n)
        limits = np.full(YEARS, float(random.integers(5, 40)))
        budget = float(random.integers(5, 60))
        sets = np.array(list(product([False, True], repeat=n)))
        plan = Plan.of_years(spend, limits, values)
        found = best_programmes(sets, worth, cost, budget, confidence=0.8, plan=plan)
        best = max(tried(sets, cost, values, spend, limits, budget))
        same += bool(np.isclose(found.value[0], best))
    print(f"\nAs good as trying everything: {same} of {cases} cases of up to {most} improvements.")


def large_cases(cases: int, most: int) -> None:
    """The same with more improvements and relations, all starting as stated."""
    same = 0
    for seed in range(cases):
        random = stream(seed, "large")
        n = int(random.integers(7, most + 1))
        cost = random.lognormal(1.0, 0.5, size=(40, n))
        worth = random.normal(2.0, 2.0, size=n)
        budget = float(cost.mean(axis=0).sum() * random.uniform(0.2, 0.8))
        sets = (np.arange(1 << n)[:, None] >> np.arange(n) & 1).astype(bool)
        pairs = random.permutation(n)[: 2 * (n // 3)].reshape(-1, 2)
        for k, (one, other) in enumerate(pairs.tolist()):
            broken = sets[:, one] & (sets[:, other] if k % 2 else ~sets[:, other])
            sets = sets[~broken]
        found = best_programmes(sets, worth, cost, budget, confidence=0.8)
        totals = np.sort(cost @ sets.T.astype(float), axis=0)
        held = (totals[31] <= budget) & (totals.mean(axis=0) <= budget)
        same += bool(np.isclose(found.value[0], (sets @ worth)[held].max()))
    print(f"As good as trying every set: {same} of {cases} cases of up to {most} improvements.")


def tried(
    sets: Bools, cost: Floats, values: Floats, spend: Floats, limits: Floats, budget: float
) -> list[float]:
    """Value of every set at every start that keeps budget and years, the slow way."""
    found = [0.0]
    need = int(np.ceil(0.8 * len(cost) - 1e-9))
    for row in sets:
        members = np.flatnonzero(row).tolist()
        total = np.sort(cost[:, members].sum(axis=1))
        held, mean = float(total[need - 1]), float(total.mean())
        if not members or max(held, mean) > budget:
            continue
        scale = max(1.0, held / mean) if mean else 1.0
        for delays in product(range(DELAYS), repeat=len(members)):
            got = sum(values[k, d] for k, d in zip(members, delays, strict=True))
            if got <= max(found):
                continue
            years = np.zeros((len(cost), YEARS))
            for k, d in zip(members, delays, strict=True):
                years[:, d:] += cost[:, [k]] * spend[k, : YEARS - d]
            plan = years.mean(axis=0) * scale <= limits * (1 + 1e-9)
            if plan.all() and (years <= limits * (1 + 1e-9)).all(axis=1).sum() >= need:
                found.append(float(got))
    return found


if __name__ == "__main__":
    smoke = "smoke" in sys.argv
    given = [Path(a) for a in sys.argv[1:] if a != "smoke"]
    place = given[0] if given else Path(__file__).parents[1] / "data" / "interpol-2019"
    with threadpool_limits(1, "blas"):  # as a study does
        of_case(place, 400 if smoke else 20_000)
    beside_brute_force(*((10, 3) if smoke else (1_000, 5)))
    large_cases(*((5, 9) if smoke else (1_000, 14)))
