"""Size and power of the test of a claim, and how long its specification curve takes.

    python benchmarks/bench_claim.py [CASE]      a few minutes; the bundled case by default
    python benchmarks/bench_claim.py smoke       a few seconds

Rates of false alarms over deals of the function vectors and of the values, with all lines, with 12
and with 8, and with costs that go with the group; whether what is announced to be found in 80 % is;
words under silent splits; then words of the whole rule under the null. CASE registers a claim.
"""

import sys
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from capworth.appraisal.claim import _Lists
from capworth.case.read import read_case
from capworth.methods.arguments import Floats, Ints
from capworth.methods.claim.deals import cost_strata, deal
from capworth.methods.claim.power import found_from
from capworth.methods.claim.share_test import cost_statistic, slope_statistic, tails
from capworth.methods.claim.specifications import specification_curve
from capworth.methods.claim.verdict import (
    Lines,
    Reading,
    Rule,
    examine,
    null_words,
    planted_deals,
    power_of,
)
from capworth.model.simulation import draw_sample
from capworth.streams import stream

LEVELS = (0.01, 0.05, 0.10)
DEALS = 499
BATCHES = 20
VALUES = {"value, even": 0.0, "value, by root of cost": 0.5, "value, by cost": 1.0}


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
    """p of the test alone, and of the test and the check of costs together; (2, cases) each.

    Cases come in batches, each on deals of its own, so that the deals' own error averages out.
    """
    weight, strata = reading.weight(lines), cost_strata(lines.cost)
    even = 0 * strata
    found: dict[str, list[Any]] = {"functions": [], "values": []}
    for batch, cases in enumerate(
        np.array_split(planted_deals(lines, Rule(seed=2), many), BATCHES)
    ):
        order = deal(lines.kinds, strata, DEALS, stream(1, "bench", batch))
        free = deal(np.arange(len(strata)), even, DEALS, stream(1, "free", batch)).order
        for case in cases:
            for what in found:
                there = lines.dealt(case) if what == "functions" else lines
                here = reading if what == "functions" else reading.dealt(case, lines.cost)
                inside = order.order
                if order.exact:
                    inside = deal(there.kinds, strata, DEALS, stream(1, "e")).order
                found[what].append(both(there.share, weight, lines.cost, here, inside, free))
    return {what: np.array(p).T for what, p in found.items()}


def both(
    share: Floats, weight: Floats, cost: Floats, reading: Reading, inside: Ints, free: Ints
) -> tuple[float, float]:
    """p that the ratio is at most 1: of the test, and the larger of it and the check of costs."""
    plain = tails(slope_statistic(share, weight, inside), share, reading.outcome, [1.0]).up[0]
    check = cost_statistic(share, weight, cost, free, reading.per_cost)
    held = 1.0 if check is None else tails(check, share, reading.outcome, [1.0]).up[0]
    return float(plain), max(float(plain), float(held))


def confounded(lines: int, many: int, kind: str) -> tuple[Floats, Floats]:
    """p above and below of the test and of both, where costs go with the group (0.7).

    Levels rise with log cost; values grow with the cost, with its root, or not at all. Functions
    have no effect in any.
    """
    random, up, down = stream(3, "confounded", lines), [], []
    free = deal(np.arange(lines), np.zeros(lines), DEALS, stream(1, "free")).order
    power = {"level, one vote": None, "level, by cost": None} | VALUES
    for _ in range(many):
        log = random.normal(size=lines)
        share = 0.5 + 0.25 * (0.7 * log + np.sqrt(0.51) * random.normal(size=lines))
        share, cost = np.clip(share, 0, 1), np.exp(log)
        noise, grows = random.normal(size=lines), power[kind]
        per_cost = grows is not None
        y = 50 + 5 * log + 5 * noise
        if grows is not None:
            y = np.exp((grows - 1) * log + 0.3 * noise)
        weight = np.ones(lines) if kind == "level, one vote" else cost
        inside = deal(np.arange(lines), cost_strata(cost), DEALS, stream(2, "in")).order
        plain = tails(slope_statistic(share, weight, inside), share, y, [1.0])
        check = cost_statistic(share, weight, cost, free, per_cost)
        assert check is not None
        held = tails(check, share, y, [1.0])
        up.append((plain.up[0], max(plain.up[0], held.up[0])))
        down.append((plain.down[0], max(plain.down[0], held.down[0])))
    return np.array(up).T, np.array(down).T


def announced(lines: Lines, reading: Reading, many: int) -> tuple[str, ...]:
    """How often other cases and deals find what is announced to be found in 80 %."""
    power = power_of(lines, reading, Rule(seed=4))
    weight, strata = reading.weight(lines), cost_strata(lines.cost)
    cases = planted_deals(lines, Rule(seed=5), many)
    share, random = lines.share[cases], stream(5, "power")
    errors = random.normal(size=share.shape)
    grown = reading.outcome * share
    told = []
    for what in ("contrast", "formula", "ratio"):
        size = getattr(power, what)
        if not np.isfinite(size):
            told.append("-")
            continue
        start, growth = (reading.outcome, grown) if what == "ratio" else (errors, share)
        found = []
        for batch in range(BATCHES):
            some = slice(batch * many // BATCHES, (batch + 1) * many // BATCHES)
            inside = deal(lines.kinds, strata, 999, stream(6, "other", batch))
            begin = start if what == "ratio" else start[some]
            from_ = found_from(begin, growth[some], lines.share, weight, inside, cases[some])
            found.append(from_ < size - (what == "ratio"))
        told.append(f"{size:.2f}: {np.concatenate(found).mean():.3f}")
    span = f"{power.ratio_low:.2f} to {power.ratio_high:.2f}"
    return (*told, span, f"{power.held:.2f}")


def main(place: Path, many: int) -> None:
    lines, readings = readings_of(place)
    print(f"{place.name}: {len(lines.cost)} lines, {many} cases, {DEALS} deals")
    errors = [np.sqrt(p * (1 - p) * (1 / many + 1 / (DEALS + 1) / BATCHES)) for p in LEVELS]
    print(f"Monte Carlo error at 1 / 5 / 10 %: {' / '.join(f'{e:.4f}' for e in errors)}\n")
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
    print("\nCosts that go with the group (0.7), no effect: above 1, below 1")
    print("| reading | lines | test | both |")
    print("|---|---|---|---|")
    for kind in ("level, one vote", "level, by cost", *VALUES):
        for count in (31, 12, 8):
            up, down = confounded(count, many, kind)
            told = " | ".join(f"{rates(up[k])}, {rates(down[k])}" for k in range(2))
            print(f"| {kind} | {count} | {told} |")
    print("\nPower where 0.80 is announced, in other cases and deals:")
    print("| reading | contrast | by the formula | ratio | error of the ratio | cost held |")
    print("|---|---|---|---|---|---|")
    few = dict(list(readings.items())[: 1 if many < 100 else None])  # a power takes seconds
    for name, reading in few.items():
        print(f"| {name} | {' | '.join(announced(lines, reading, many))} |")
    print("\nWord with each of the five largest lines silently in five parts:")
    for name, reading in few.items():
        found = examine(lines, [reading], Rule(seed=7), 999)
        print(f"{name}: {found.readings[0].word}; {sorted(set(found.splits))}")
    print("\nWords of the whole rule under the null (a word of direction is false):")
    for what in ("functions", "values"):
        level = [r for name, r in readings.items() if name.startswith("level")]
        pairs = {"level, both weightings": level, **{n: [r] for n, r in readings.items()}}
        for name, some_readings in pairs.items():
            words = null_words(lines, some_readings, Rule(seed=4), what, many // 2)
            print(what, name, {word: round(share, 3) for word, share in words.items()})
    random = stream(6, "curve")
    outcomes = 50 + random.normal(size=(1_000, len(lines.cost)))
    start = process_time()
    specification_curve(
        outcomes, np.ones_like(outcomes), lines.share, planted_deals(lines, Rule(), 999)
    )
    spent = process_time() - start
    print(f"\n1,000 specifications in 999 shared deals: {spent:.2f} s of processor time")


if __name__ == "__main__":
    smoke = "smoke" in sys.argv
    places = [a for a in sys.argv[1:] if a != "smoke"]
    root = Path(__file__).parents[1]
    main(Path(places[0]) if places else root / "data" / "interpol-2019", 20 if smoke else 2_000)
