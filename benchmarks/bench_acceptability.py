"""Rank acceptability with all indices, side by side with pysensmcda and a plain numpy loop.

    python benchmarks/bench_acceptability.py [draws | smoke]

The work: 40 options, 12 criteria, normal errors, free weights, 100,000 draws unless said otherwise.
"All" means rank shares, pairwise shares, central weights, expected ranks and confidence factors.
Processor seconds of all threads; one BLAS thread for everybody. Peers that are not installed are
left out. With `smoke` 500 draws, to see that it runs. What was measured stands in acceptability.md.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import resource
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.metadata import version
from time import process_time
from typing import Any

import numpy as np
import pandas as pd

from capworth.methods.acceptability.indices import confidence_factors
from capworth.methods.acceptability.smaa import RankTally
from capworth.multicriteria.acceptability import rank_acceptability

OPTIONS, CRITERIA, SPREAD = 40, 12, 0.05


def main() -> None:
    asked = sys.argv[1] if len(sys.argv) > 1 else "100000"
    draws = 500 if asked == "smoke" else int(asked)
    mean = np.random.default_rng(11).random((OPTIONS, CRITERIA))
    table = pd.DataFrame(mean)
    print(f"{OPTIONS} options x {CRITERIA} criteria x {draws:,} draws, {os.cpu_count()} processors")
    print(f"{'who':44} {'seconds':>9}  what")

    for workers in sorted({1, os.cpu_count() or 1}):
        report(
            f"capworth, {workers} worker{'s' if workers > 1 else ''}",
            partial(rank_acceptability, table, spread=SPREAD, draws=draws, workers=workers),
            "all, sampling, errors, rank sets and self-check",
        )
    groups = {k: k // 8 for k in range(OPTIONS)}
    place = np.arange(OPTIONS)
    near = pd.DataFrame(0.9 ** np.abs(place[:, None] - place))
    cells = pd.DataFrame(np.random.default_rng(3).uniform(0.02, 0.08, mean.shape))
    for spread, words in ((SPREAD, "one spread"), (cells, "a spread for each cell")):
        for together, what in (
            ({"shared": groups, "correlation": 0.6}, "five baselines"),
            ({"shared": dict.fromkeys(groups, 0), "correlation": 0.6}, "one baseline"),
            ({"correlation": near}, "correlation matrix"),
        ):
            report(
                f"capworth, {what}",
                partial(
                    rank_acceptability, table, spread=spread, draws=draws, workers=1, **together
                ),
                f"all, {words}",
            )
    report(
        "capworth, curved value functions",
        partial(
            rank_acceptability,
            table,
            spread=SPREAD,
            draws=draws,
            workers=1,
            value_functions=dict.fromkeys(range(CRITERIA), np.arctan),
        ),
        "all; every measurement is drawn",
        rounds=1,
    )

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"    peak memory so far: {peak:,.0f} MB")
    weights, measured = drawn(mean, draws)
    mine: list[Any] = []

    def on_the_same_draws() -> None:
        values = np.einsum("dc,doc->do", weights, measured)
        tally = RankTally.of(values, weights)
        central = tally.central_weights()
        mine[:] = tally.shares(), central, confidence_factors(measured, central)

    report("capworth kernels, whole tensor given", on_the_same_draws, "all", rounds=1)
    loop = report(
        "plain numpy, one draw at a time, given tensor",
        lambda: one_by_one(weights, measured),
        "rank shares and central weights only",
        rounds=1,
    )
    print(f"    largest difference of a rank share: {np.abs(loop[0] - mine[0]).max():.1e}")
    against_pysensmcda(mean, weights, measured, mine)


def report(who: str, work: Callable[[], Any], what: str, rounds: int = 3) -> Any:
    """Print the best of a few rounds, and give back what the last one made."""
    seconds = []
    for _ in range(rounds):
        start = process_time()
        made = work()
        seconds.append(process_time() - start)
    print(f"{who:44} {min(seconds):9.3f}  {what}", flush=True)
    return made


def drawn(mean: np.ndarray, draws: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    weights = rng.standard_exponential((draws, CRITERIA))
    weights /= weights.sum(axis=1, keepdims=True)
    return weights, mean + SPREAD * rng.standard_normal((draws, *mean.shape))


def one_by_one(weights: np.ndarray, measured: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What an analyst would write first."""
    counts = np.zeros((OPTIONS, OPTIONS))
    central = np.zeros((OPTIONS, CRITERIA))
    place = np.arange(OPTIONS)
    for w, levels in zip(weights, measured, strict=True):
        order = np.argsort(-(levels @ w))
        counts[order, place] += 1
        central[order[0]] += w
    with np.errstate(invalid="ignore"):
        return counts / len(weights), central / counts[:, :1]


def against_pysensmcda(
    mean: np.ndarray, weights: np.ndarray, measured: np.ndarray, mine: list[Any]
) -> None:
    try:
        smaa2 = import_module("pysensmcda.smaa").smaa2
    except ImportError:
        print("pysensmcda is not installed: left out")
        return

    def additive(matrix: np.ndarray, w: np.ndarray, types: np.ndarray) -> np.ndarray:
        scores: np.ndarray = matrix @ w
        return scores

    theirs = report(
        f"pysensmcda {version('pysensmcda')}, smaa2, whole tensor given",
        lambda: smaa2(
            additive,
            mean,
            np.ones(CRITERIA),
            weights=weights,
            num_samples=len(weights),
            matrix_samples=measured,
            reverse_ranking=True,
        ),
        "rank shares, central weights, confidence factors",
        rounds=1,
    )
    for name, ours in zip(
        ("rank_acceptability", "central_weights", "confidence_factors"), mine, strict=True
    ):
        gap = np.nanmax(np.abs(getattr(theirs, name) - ours))
        print(f"    largest difference in {name}: {gap:.1e}")


if __name__ == "__main__":
    main()
