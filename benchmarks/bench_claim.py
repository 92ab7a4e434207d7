"""Size and power of the test of a claim, and how long its specification curve takes.

    python benchmarks/bench_claim.py [CASE]      a few minutes; the bundled case by default
    python benchmarks/bench_claim.py smoke       a few seconds

Rates of false alarms over deals of the function vectors and of the values, with all lines, with 12
and with 8, and with costs that go with the group; then the words of the whole rule under the null.
"""

import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from capworth.appraisal.claim import _Lists
from capworth.case.read import read_case
from capworth.methods.arguments import Floats
from capworth.methods.claim.deals import cost_strata, deal
from capworth.methods.claim.power import detectable_contrast
from capworth.methods.claim.share_test import cost_statistic, slope_statistic, tails
from capworth.methods.claim.specifications import specification_curve
from capworth.methods.claim.verdict import Lines, Reading, Rule, null_words, planted_deals
from capworth.model.simulation import draw_sample
from capworth.streams import stream

LEVELS = (0.01, 0.05, 0.10)
DEALS = 499


def readings_of(place: Path) -> tuple[Lines, dict[str, Reading]]:
    case = read_case(place)
    assert case.claim is not None
    lists = _Lists.of(draw_sample(case, 2_000), case.claim)
    every = np.arange(len(lists.names))
    readings = {" ".join(k): r for k, (some, r) in lists.readings() if len(some) == len(every)}
    return lists.lines(every), readings


def rates(p: Floats) -> str:
    return " / ".join(f"{(p <= level).mean():.3f}" for level in LEVELS)


def sizes(lines: Lines, reading: Reading, many: int) -> dict[str, Floats]:
    """p of the test alone, and of the test and the check of costs together."""
    weight, strata = reading.weight(lines), cost_strata(lines.cost)
    order = deal(lines.kinds, strata, DEALS, stream(1, "bench"))
    free = deal(np.arange(len(strata)), 0 * strata, DEALS, stream(1, "free")).order
    found: dict[str, list[Any]] = {"functions": [], "values": []}
    for case in planted_deals(lines, Rule(seed=2), many):
        for what in found:
            there = lines.dealt(case) if what == "functions" else lines
            here = reading if what == "functions" else reading.dealt(case, lines.cost)
            share = there.share
            inside = order if not order.exact else deal(there.kinds, strata, DEALS, stream(1, "e"))
            plain = tails(slope_statistic(share, weight, inside.order), share, here.outcome, [1.0])
            check = cost_statistic(share, weight, lines.cost, free)
            held = 1.0 if check is None else tails(check, share, here.outcome, [1.0]).up[0]
            found[what].append((plain.up[0], max(plain.up[0], held)))
    return {what: np.array(p).T for what, p in found.items()}


def confounded(lines: int, many: int) -> Floats:
    """Outcomes and shares that both go with log cost (0.7), for want of any effect."""
    random, p = stream(3, "confounded"), []
    free = deal(np.arange(lines), np.zeros(lines), DEALS, stream(1, "free")).order
    for _ in range(many):
        log = random.normal(size=lines)
        share = 0.5 + 0.25 * (0.7 * log + np.sqrt(0.51) * random.normal(size=lines))
        share, cost = np.clip(share, 0, 1), np.exp(log)
        y = 50 + 5 * log + 5 * random.normal(size=lines)
        inside = deal(np.arange(lines), cost_strata(cost), DEALS, stream(2, "in")).order
        for weight in (np.ones(lines), cost):
            plain = tails(slope_statistic(share, weight, inside), share, y, [1.0]).up[0]
            check = cost_statistic(share, weight, cost, free)
            assert check is not None
            held = tails(check, share, y, [1.0]).up[0]
            p.append((plain, held, max(plain, held)))
    return np.array(p).reshape(many, 2, 3)


def main(place: Path, many: int) -> None:
    lines, readings = readings_of(place)
    print(f"{place.name}: {len(lines.cost)} lines, {many} cases, {DEALS} deals")
    print(f"Monte Carlo error at 5 %: {np.sqrt(0.05 * 0.95 / many):.4f}\n")
    print("| reading | lines | dealt | size at 1 / 5 / 10 %, test | with the check of costs |")
    print("|---|---|---|---|---|")
    for few in sorted({min(n, len(lines.cost)) for n in (len(lines.cost), 12, 8)}, reverse=True):
        places = np.sort(stream(few, "lines").permutation(len(lines.cost))[:few])
        some = lines.take(places)
        if np.ptp(some.share) == 0:
            continue
        for name, reading in readings.items():
            for what, (plain, both) in sizes(some, reading.take(places), many).items():
                print(f"| {name} | {few} | {what} | {rates(plain)} | {rates(both)} |")
    print("\n| lines | weights | test | check of costs | both |")
    print("|---|---|---|---|---|")
    for count in (31, 12, 8):
        p = confounded(count, many)
        for k, weights in enumerate(("1", "cost")):
            told = " | ".join(rates(p[:, k, column]) for column in range(3))
            print(f"| {count} | {weights} | {told} |")
    print("\nPower at the announced contrast (normal outcomes, 80 % announced):")
    random, order = (
        stream(5, "power"),
        deal(lines.kinds, cost_strata(lines.cost), DEALS, stream(1, "p")),
    )
    for name, weight in (("1", np.ones(len(lines.cost))), ("cost", lines.cost)):
        size = detectable_contrast(lines.share, weight)
        slope = slope_statistic(lines.share, weight, order.order)
        drawn = random.normal(size=(many, len(lines.cost))) + 20 + size * lines.share
        hit = [tails(slope, lines.share, y, [1.0]).up[0] <= 0.05 for y in drawn]
        print(f"weights {name}: {size:.2f} SD, found in {np.mean(hit):.3f}")
    print("\nWords of the whole rule under the null (a word of direction is false):")
    for what in ("functions", "values"):
        level = [r for name, r in readings.items() if name.startswith("level")]
        pairs = {"level, both weightings": level, **{n: [r] for n, r in readings.items()}}
        for name, some_readings in pairs.items():
            words = null_words(lines, some_readings, Rule(seed=4), what, max(many // 2, 20))
            print(what, name, {word: round(share, 3) for word, share in words.items()})
    random = stream(6, "curve")
    outcomes = 50 + random.normal(size=(1_000, len(lines.cost)))
    start = perf_counter()
    specification_curve(
        outcomes, np.ones_like(outcomes), lines.share, planted_deals(lines, Rule(), 999)
    )
    print(f"\n1,000 specifications in 999 shared deals: {perf_counter() - start:.2f} s")


if __name__ == "__main__":
    smoke = "smoke" in sys.argv
    places = [a for a in sys.argv[1:] if a != "smoke"]
    root = Path(__file__).parents[1]
    main(Path(places[0]) if places else root / "data" / "interpol-2019", 20 if smoke else 2_000)
