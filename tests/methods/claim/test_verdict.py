"""Power, words, the whole rule and the specification curve."""

import tomllib
from collections import Counter
from dataclasses import replace
from itertools import combinations
from math import factorial, prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from capworth.errors import InputError
from capworth.methods.claim import verdict, words
from capworth.methods.claim.deals import cost_strata, deal
from capworth.methods.claim.power import (
    detectable_contrast,
    found_from,
    found_from_held,
    smallest,
)
from capworth.methods.claim.share_regression import share_regression
from capworth.methods.claim.share_test import (
    CostCheck,
    PValues,
    cost_statistic,
    p_values,
    slope_statistic,
    tails,
)
from capworth.methods.claim.specifications import p_greater, specification_curve
from capworth.methods.claim.verdict import (
    Lines,
    Reading,
    Rule,
    examine,
    null_words,
    planted_deals,
    power_of,
    split_line,
)
from capworth.methods.claim.words import weakest, word_of
from capworth.streams import stream

HERE = Path(__file__).parents[2] / "golden"
GOLDEN = tomllib.loads((HERE / "claim.toml").read_text("utf-8"))
OLDER = tomllib.loads((HERE / "appraisal.toml").read_text("utf-8"))
BUNDLED = GOLDEN["bundled"]
Y, COST, G = (np.array(BUNDLED[name]) for name in ("score", "cost_m", "group_share"))
SIGMA = 0.022  # four standard errors of a rate of 5 % in 1,600 cases


def lines_of(share: Any, cost: Any) -> Lines:
    return Lines(np.asarray(cost), np.column_stack((share, 1 - np.asarray(share))), GROUP)


GROUP = np.array([True, False])
LINES = lines_of(G, COST)
LEVEL = (Reading(Y), Reading(Y, by_cost=False))
PER_EURO = (Reading(Y / COST, per_cost=True, additive=False),)


@pytest.mark.parametrize("golden", GOLDEN["power"], ids=lambda golden: golden["name"])
def test_detectable_contrast_of_fractional_shares(golden: dict[str, Any]) -> None:
    share = np.array(golden["share"])
    assert detectable_contrast(share) == pytest.approx(golden["detectable"], abs=golden["atol"])
    inside = share.sum()
    pure = detectable_contrast([1, 0]) / np.sqrt(2)
    pure *= np.sqrt(1 / inside + 1 / (len(share) - inside))
    assert pure == pytest.approx(golden["as_if_pure"], abs=golden["atol"])


@pytest.mark.parametrize("golden", OLDER["contrast"], ids=lambda golden: golden["name"])
def test_detectable_contrast_of_whole_lines(golden: dict[str, Any]) -> None:
    first, second = golden["groups"]
    share = np.repeat([1.0, 0.0], [first, second])
    assert detectable_contrast(share) == pytest.approx(golden["detectable"], abs=golden["atol"])


@pytest.mark.parametrize("golden", OLDER["floor"], ids=lambda golden: golden["name"])
def test_smallest_p_of_a_labelling(golden: dict[str, Any]) -> None:
    kinds = np.arange(golden["units"]) < golden["group"]
    deals = deal(kinds.astype(int), np.zeros(len(kinds)), 4_999, stream(0, "floor"))
    assert deals.many == golden["labelings"]
    assert deals.many == len(list(combinations(range(golden["units"]), golden["group"])))
    assert deals.floor == pytest.approx(golden["p"], abs=golden["atol"])


@pytest.mark.long
@pytest.mark.parametrize("few", [31, 10])
def test_the_announced_contrast_has_the_announced_power(few: int) -> None:
    """Normal outcomes with a difference of that size: found in 80 % of other cases and deals."""
    lines, random = LINES.take(np.arange(few)), stream(1, "cases")
    order = deal(np.arange(few), cost_strata(lines.cost), 1_999, stream(0, "other")).order
    for reading in (Reading(Y[:few]), Reading(Y[:few], by_cost=False)):
        size, weight = power_of(lines, reading, Rule(seed=4)).contrast, reading.weight(lines)
        formula = detectable_contrast(lines.share, weight)
        share = lines.share[planted_deals(lines, Rule(seed=5), 2_000)]
        seen = slope_statistic(lines.share, weight, planted_deals(lines, Rule(seed=5), 2_000)).dealt
        null = slope_statistic(lines.share, weight, order).dealt
        errors, found = random.normal(size=share.shape) + 20, []
        for told in (size, formula):
            y = errors + told * share
            beyond = (y @ null.T >= (seen * y).sum(axis=1)[:, None]).sum(axis=1)
            found.append(((1 + beyond) / (len(order) + 1) <= 0.05).mean())
        assert found[0] == pytest.approx(0.8, abs=0.04)  # 0.009 of the cases, and the deals' own
        assert found[1] < found[0] - 0.02  # what textbooks announce is not reached


def planted_by_hand(y: Any, share: Any, order: Any, sizes: Any, check: bool) -> list[list[bool]]:
    """Whether each planted ratio is found, each case by itself."""
    found, weight = [], COST / COST.mean()
    for case in order:
        g, row = share[case], []
        for size in sizes:
            grown = y * (1 + size * g)
            statistic = slope_statistic(g, weight, DEALT) if not check else None
            if check:
                statistic = cost_statistic(g, weight, COST, DEALT, per_cost=True)
            assert statistic is not None
            row.append(bool(tails(statistic, g, grown, [1.0]).up[0] <= 0.05))
        found.append(row)
    return found


DEALT = deal(np.arange(31), cost_strata(COST), 199, stream(0, "deals")).order


def test_from_which_size_on_is_what_the_test_finds() -> None:
    """Sizes without a search, against the test of each planted case by itself."""
    cases, sizes, y = planted_deals(LINES, Rule(seed=6), 40), (0.5, 1.5, 3.0, 7.0), Y / COST
    grown, weight = y * G[cases], COST / COST.mean()
    free = deal(np.arange(31), np.zeros(31), 199, stream(0, "free"))
    held = found_from_held(y, grown, G, CostCheck.of(weight, COST, per_cost=True), DEALT, cases)
    by_hand = planted_by_hand(y, G, cases, sizes, check=True)
    assert [[bool(size > from_) for size in sizes] for from_ in held] == by_hand
    assert 0.2 < np.mean(by_hand) < 0.9
    some = [k for k in range(len(cases)) if 0 < held[k] < 20][:8]
    for k, just in ((k, just) for k in some for just in (0.999, 1.001)):
        [found] = planted_by_hand(y, G, cases[k : k + 1], (held[k] * just,), check=True)
        assert found == [just > 1]
    plain = found_from(y, grown, G, weight, free, cases)
    fixed = slope_statistic(G, weight, free.order).dealt
    for case, from_ in zip(cases, plain, strict=True):
        seen = slope_statistic(G[case], weight, np.arange(31)[None]).observed
        for size in sizes:
            there = y * (1 + size * G[case])
            beyond = (fixed @ there >= seen @ there * (1 - 1e-12)).sum()
            assert ((1 + beyond) / 200 <= 0.05) == (size > from_)


def test_from_which_size_on_where_every_deal_is_known() -> None:
    """Eight lines, three of them pure: 56 deals, each case one of them, outcomes that tie."""
    g, y = np.repeat([1.0, 0.0], [3, 5]), np.array([5.0, 5, 6, 4, 5, 5, 4, 6])
    deals = deal(g.astype(int), np.zeros(8), 99, stream(0, "pure"))
    assert deals.exact
    cases = planted_deals(lines_of(g, np.arange(1.0, 9)), Rule(strata=1), 30)
    found = found_from(y, y * g[cases], g, np.ones(8), deals, cases)
    sizes = (0.1, 0.2, 0.3, 0.5, 1.0)
    for case, from_ in zip(cases, found, strict=True):
        own = deal(g[case].astype(int), np.zeros(8), 99, stream(0, "own")).order
        for size in sizes:
            grown = y * (1 + size * g[case])
            p = tails(slope_statistic(g[case], np.ones(8), own), g[case], grown, [1.0]).up[0]
            assert (p <= 0.05) == (size > from_)
    assert 0 < np.mean(found < 0.3) < 1


def test_detectable_ratio_is_where_the_power_is() -> None:
    """Method note, section 8.5: power at ratios 1.5 / 2 / 3 / 3.5 / 4 / 5; and its own error."""
    power = power_of(LINES, PER_EURO[0], Rule(seed=3))
    rates = power.at((1.0, 1.5, 2.0, 3.0, 3.5, 4.0, 5.0))
    expected = [0.05, 0.34, 0.54, 0.71, 0.78, 0.83, 0.90]
    assert rates == pytest.approx(expected, abs=0.03)
    assert power.ratio == pytest.approx(3.8, abs=0.15)
    assert power.at([power.ratio])[0] == pytest.approx(0.8, abs=1e-3)
    assert power.ratio_low < power.ratio < power.ratio_high < power.ratio * 1.1
    other = power_of(LINES, PER_EURO[0], Rule(seed=4))
    assert other.ratio == pytest.approx(power.ratio, rel=0.08)
    assert power.held == pytest.approx(4.0, abs=0.25)  # little is lost with log cost held
    assert (power.held_at((2.0, 4.0)) <= power.at((2.0, 4.0))).all()
    assert power.held_at([1.5])[0] < 0.05 < power.at([1.5])[0]
    assert power.held > power.ratio
    assert replace(power, gate=power.ratio * 1.01).near
    assert not replace(power, gate=power.ratio * 1.3).near
    assert not replace(power, gate=power.ratio / 1.3).near


def test_the_smallest_size_and_its_error_by_hand() -> None:
    """Eight of ten found up to size 3; batches that agree have no error."""
    alike = [[1, 2, 3, 9, 9], [1, 2, 3, 9, 9]]
    assert smallest(alike, 0.6) == (3.0, 3.0, 3.0)
    assert smallest(alike, 0.8).size == 9.0
    assert smallest(alike, 0.8, most=5.0).size == np.inf
    assert smallest(alike, 0.8, most=9.0).size == 9.0
    apart = smallest([[1, 1, 1, 1, 9], [1, 9, 9, 9, 9]], 0.5)
    assert apart.size == 1.0
    assert apart.high > apart.size
    assert smallest([[-2.0, -1.0]], 0.5).size == 0.0  # found without any effect


def test_no_ratio_can_be_shown_where_p_cannot_be_small() -> None:
    """Four lines in one stratum of pairs: 2 x 2 x ... deals, floor above the level."""
    deals = deal([0, 1, 2, 3], [0, 0, 1, 1], 99, stream(0, "few"))
    assert deals.floor == 0.25
    planted = np.tile(np.arange(4), (20, 1))
    y, g = np.array([1.0, 2, 3, 4]), np.array([1.0, 0, 1, 0])
    assert (found_from(y, y * g[planted], g, np.ones(4), deals, planted) == np.inf).all()
    assert (found_from(y, y * g[planted], g, np.ones(4), deals, planted, 0.5) < np.inf).all()


@pytest.mark.parametrize("row", GOLDEN["words"]["rows"], ids=lambda row: row["word"])
def test_words(row: dict[str, Any]) -> None:
    assert word_of(PValues(*row["p"]), GOLDEN["words"]["alpha"]) == row["word"]


def test_a_p_of_just_alpha_rejects() -> None:
    """In the order margin, greater, less, below margin, above inverse."""
    assert word_of(PValues(0.05, 0.01, 1.0, 1.0, 0.01)) == "supported"
    assert word_of(PValues(1.0, 1.0, 0.05, 0.01, 1.0)) == "contradicted"
    assert word_of(PValues(1.0, 0.5, 0.5, 0.05, 0.05)) == "no material difference"
    assert word_of(PValues(0.4, 0.05, 1.0, 0.6, 0.01)) == "greater, margin not shown"


def test_the_weakest_word_counts() -> None:
    s, g, n, i, c = words.WORDS
    assert [weakest([s, w]) for w in words.WORDS] == [s, g, i, i, i]
    assert [weakest([g, w]) for w in words.WORDS] == [g, g, i, i, i]
    assert [weakest([n, w]) for w in words.WORDS] == [i, i, n, i, i]
    assert [weakest([c, w]) for w in words.WORDS] == [i, i, i, i, c]
    assert weakest([s, s, g]) == g
    assert weakest([s, g, i]) == i


def test_the_bundled_level_is_higher_and_the_margin_not_shown() -> None:
    """Method note 8.6: supported by itself with weights C, not with cost held; splits agree."""
    found = examine(LINES, LEVEL, Rule(seed=3), deals=1_999)
    assert (found.word, found.reason) == ("greater, margin not shown", "cost")
    assert found.readings[0].alone == "supported"
    assert found.readings[1].alone == "greater, margin not shown"
    assert set(found.splits) == {"greater, margin not shown"}
    assert found.power.formula == pytest.approx(1.675, abs=0.01)
    assert found.power.contrast == pytest.approx(1.675 * 1.11, abs=0.04)  # finds 0.75 at 1.675
    assert found.strong <= 0.005  # two "functions" here: the group and the rest
    low, high = found.readings[0].interval
    assert (low, high) == pytest.approx((1.30, 1.62), abs=0.04)  # 1.33 to 1.58 on a coarser grid


def test_the_bundled_value_per_euro_is_inconclusive() -> None:
    found = examine(LINES, PER_EURO, Rule(seed=3), deals=1_999)
    judged = found.readings[0]
    assert found.word == "inconclusive"
    assert found.splits == ("inconclusive",) * 5
    assert float(judged.fit.ratio) == pytest.approx(0.81, abs=0.005)
    assert judged.interval == pytest.approx((0.38, 1.33), abs=0.06)
    assert np.nanmin(judged.ratios_left) == pytest.approx(0.64, abs=0.005)  # without TRAINING
    assert np.nanmax(judged.ratios_left) == pytest.approx(1.01, abs=0.005)  # without NOTICES
    names = BUNDLED["capability"]
    assert names[int(np.nanargmin(judged.ratios_left))] == "TRAINING"
    assert names[int(np.nanargmax(judged.ratios_left))] == "NOTICES"
    assert found.power.ratio == pytest.approx(3.8, abs=0.15)


def test_the_gate_closes_before_the_outcome_is_read() -> None:
    """The same strong effect, and a list that could not have shown less than it."""
    strong = (Reading(Y * (1 + G)),)
    open_gate, shut = (
        examine(LINES, strong, Rule(detectable_most=most, seed=1), deals=999) for most in (4, 1.1)
    )
    assert open_gate.word == "supported"
    assert (shut.word, shut.reason) == ("inconclusive", "gate")
    assert shut.readings[0].word == "supported"


def test_an_effect_does_not_shut_the_gate_upon_itself() -> None:
    """A level in which 3 is planted spreads so much that, as it stands, it shows no 2.2.

    With the fitted ratio taken out the list shows a small one; a list of noise stays shut.
    """
    random = stream(4, "gate")
    noise = 50 * np.exp(random.normal(0, 0.1, 31))
    planted = Reading(noise * (1 + 2 * G), by_cost=False)
    power = power_of(LINES, planted, Rule(seed=2, detectable_most=1.5), held=False)
    assert power.ratio > power.gate > power.cleared
    assert power.detectable == power.cleared
    assert power.testable
    assert not power.near
    found = examine(LINES, [planted], Rule(seed=2, detectable_most=1.5), deals=999)
    assert (found.word, found.reason) == ("supported", "")
    wild = Reading(50 * np.exp(random.normal(0, 1.5, 31)), by_cost=False)
    power = power_of(LINES, wild, Rule(seed=2, detectable_most=1.5), held=False)
    assert min(power.ratio, power.cleared) > power.gate
    assert power.detectable == power.ratio
    assert not power.testable
    flat = power_of(LINES, Reading(noise, by_cost=False), Rule(seed=2), held=False)
    assert np.isnan(flat.cleared)  # not looked at where the gate is open without


def test_planted_effects_get_their_word() -> None:
    """2.2 times, 1/2.2 times, and the same but for a hair."""
    random = stream(4, "planted")
    noise = 50 * np.exp(random.normal(0, 0.12, 31))
    planted = {2.2: "supported", 1 / 2.2: "contradicted"}
    for ratio, word in planted.items():
        reading = Reading(noise * (1 + (ratio - 1) * G), by_cost=False)
        assert examine(LINES, [reading], Rule(seed=2), deals=999).word == word
    even = Reading(50 * np.exp(random.normal(0, 0.03, 31)), by_cost=False)
    assert examine(LINES, [even], Rule(seed=2), deals=999).word == "no material difference"


def test_one_line_that_carries_all_is_noticed() -> None:
    """Nine equal lines and one giant of the group: without it nothing is left."""
    share = np.array([1.0, 0.9, 0.8, 0.9, 0.7, 0.1, 0.0, 0.2, 0.1, 0.0])
    y = np.array([90.0, 51, 50, 49, 50, 50, 51, 49, 50, 50])
    cost = np.array([30.0, 3, 4, 5, 6, 3, 4, 5, 6, 7])
    found = examine(lines_of(share, cost), [Reading(y)], Rule(strata=1, detectable_most=50))
    judged = found.readings[0]
    assert judged.plain.greater <= 0.05
    assert found.word == "inconclusive"
    assert np.argmin(np.abs(judged.ratios_left - 1)) == 0
    assert judged.left_out[0].greater > 0.1


def test_conflicting_weightings_say_nothing() -> None:
    costly = (np.sign(COST - np.median(COST)) > 0).astype(float)
    y = 50 + 20 * (2 * costly - 1) * (G - G.mean()) + stream(1, "noise").normal(0, 0.5, 31)
    readings = [Reading(y), Reading(y, by_cost=False)]
    found = examine(LINES, readings, Rule(seed=1), deals=999)
    assert found.readings[0].alone in {"supported", "greater, margin not shown"}
    assert found.readings[1].alone not in {"supported", "greater, margin not shown"}
    assert found.word == "inconclusive"


def test_a_measure_that_disagrees_takes_the_word_away() -> None:
    strong = Reading(Y * (1 + G), by_cost=True)
    against = replace(strong, signs=(100 - 50 * G,))
    beside = replace(strong, signs=(np.where(np.arange(31) < 20, 10 + G, np.nan),))
    assert examine(LINES, [strong], Rule(), deals=499).word == "supported"
    assert examine(LINES, [beside], Rule(), deals=499).word == "supported"
    found = examine(LINES, [against], Rule(), deals=499)
    assert (found.word, found.reason) == ("inconclusive", "signs")


def test_no_word_without_a_ratio() -> None:
    y = 40 * G**3 - 1.0
    found = examine(LINES, [Reading(y, by_cost=False)], Rule(detectable_most=1e9), deals=499)
    assert np.isnan(found.readings[0].fit.ratio)
    assert found.word == "inconclusive"


@pytest.mark.parametrize(("line", "parts"), [(1, 8), (0, 3), (28, 5), (2, 5), (7, 4)])
def test_silent_splits_move_no_ratio_of_levels(line: int, parts: int) -> None:
    more, read = split_line(LINES, LEVEL[0], line, parts)
    assert more.cost.sum() == pytest.approx(COST.sum())
    fit = share_regression(read.outcome, more.share, read.weight(more))
    assert float(fit.ratio) == pytest.approx(BUNDLED["reading"][0]["ratio"], abs=1e-6)
    harm = Reading(Y**2 / COST, per_cost=True)
    before = share_regression(harm.outcome, G, harm.weight(LINES))
    more, read = split_line(LINES, harm, line, parts)
    after = share_regression(read.outcome, more.share, read.weight(more))
    assert float(after.ratio) == pytest.approx(float(before.ratio), rel=1e-12)


def test_silent_splits_move_a_ratio_that_counts_lines() -> None:
    """Method note 8.6: with equal extents TRAINING in five gives 0.44, SLTD in five 1.33."""
    names = BUNDLED["capability"]
    found = {}
    for name in ("TRAINING", "SLTD"):
        more, read = split_line(LINES, PER_EURO[0], names.index(name), 5)
        found[name] = float(share_regression(read.outcome, more.share, read.weight(more)).ratio)
    assert found == pytest.approx({"TRAINING": 0.44, "SLTD": 1.33}, abs=0.005)


@pytest.mark.long
@pytest.mark.parametrize("what", ["functions", "values"])
def test_chance_rarely_says_a_word_of_direction(what: str) -> None:
    for readings in (LEVEL, PER_EURO):
        found = null_words(LINES, readings, Rule(seed=5), what, 200)
        assert sum(found.values()) == pytest.approx(1)
        assert found["supported"] <= 0.03
        assert found["supported"] + found["greater, margin not shown"] <= 0.10
        assert found["contradicted"] <= 0.09
    alone = null_words(LINES, LEVEL[1:], Rule(seed=5), what, 200)  # see benchmarks/claim.md
    assert alone["no material difference"] == pytest.approx(0.27, abs=0.09)
    assert alone["greater, margin not shown"] == pytest.approx(0.04, abs=0.035)


@pytest.mark.long
def test_what_the_guards_take_from_the_words_of_chance() -> None:
    """Method note 8.6 has the words of the bare test: up, inconclusive, down, no difference.

    Per euro 5 / 91 / 4 / 0 %, level 4 / 88 / 4 / 4 % by cost and 5 / 41 / 6 / 48 % by vote. The
    whole rule says fewer: each guard by itself takes words away, none gives any.
    """
    bare = ((PER_EURO[0], (5, 91, 4, 0)), (LEVEL[0], (4, 88, 4, 4)), (LEVEL[1], (5, 41, 6, 48)))
    order = planted_deals(LINES, Rule(seed=5), 1_000)
    free = deal(np.arange(31), np.zeros(31), 199, stream(0, "free")).order
    inside = deal(np.arange(31), cost_strata(COST), 499, stream(0, "inside")).order
    for reading, noted in bare:
        alone, held = Counter[str](), Counter[str]()
        weight = reading.weight(LINES)
        for case in order:
            share = G[case]
            slope = slope_statistic(share, weight, inside)
            word = word_of(p_values(slope, share, reading.outcome, 1.25))
            alone[word] += 1
            if word != words.INCONCLUSIVE:
                check = cost_statistic(share, weight, COST, free, reading.per_cost)
                assert check is not None
                found = word_of(p_values(check, share, reading.outcome, 1.25))
                held[weakest((word, found))] += 1
        rates = (
            alone[words.SUPPORTED] + alone[words.GREATER],
            alone[words.INCONCLUSIVE],
            alone[words.CONTRADICTED],
            alone[words.NO_DIFFERENCE],
        )
        assert [r / 10 for r in rates] == pytest.approx(noted, abs=4.5)
        assert all(held[word] <= alone[word] for word in words.WORDS if word != words.INCONCLUSIVE)
    whole = null_words(LINES, PER_EURO, Rule(seed=5), "functions", 200)
    assert whole["inconclusive"] >= 0.98  # values that do not grow with costs restate these


def test_the_rate_of_false_alarms() -> None:
    """1,600 cases dealt inside strata: 5 %, at weights by cost and by vote, with 31 and 8 lines."""
    for few in (31, 8):
        lines = LINES.take(np.arange(few))
        order = planted_deals(lines, Rule(seed=9), 1_600)
        deals = deal(np.arange(few), cost_strata(lines.cost), 499, stream(0, "size")).order
        for weight in (lines.cost, np.ones(few)):
            rows = slope_statistic(lines.share, weight, np.concatenate((deals, order)))
            null, seen = rows.dealt[: len(deals)] @ Y[:few], rows.dealt[len(deals) :] @ Y[:few]
            p = (1 + (null[None] >= seen[:, None] - 1e-9).sum(axis=1)) / (len(null) + 1)
            assert (p <= 0.05).mean() == pytest.approx(0.05, abs=SIGMA)


def test_costs_do_not_pass_for_functions() -> None:
    """Outcomes that rise with cost alone, shares that go with it (0.7), in one stratum."""
    random, rates = stream(8, "confounded"), []
    for lines in (8, 12, 31):
        free = deal(np.arange(lines), np.zeros(lines), 199, stream(0, "free")).order
        p = []
        for _ in range(600):
            log = random.normal(size=lines)
            z = 0.7 * log + np.sqrt(0.51) * random.normal(size=lines)
            share = np.clip(0.5 + 0.3 * z, 0, 1)
            y = 50 + 4 * log + 4 * random.normal(size=lines)
            check = cost_statistic(share, np.ones(lines), np.exp(log), free)
            assert check is not None
            slope = slope_statistic(share, np.ones(lines), free)
            p.append([float(tails(s, share, y, [1.0]).up[0]) for s in (slope, check)])
        rates.append((np.array(p) <= 0.05).mean(axis=0))
    plain, held = np.array(rates).T
    assert (plain > 0.2).all()  # what the check is for
    assert held == pytest.approx([0.05] * 3, abs=0.03)


@pytest.mark.parametrize("grows", [0.0, 0.5, 1.0])
def test_costs_do_not_pass_for_functions_in_values_either(grows: float) -> None:
    """Values that grow with costs, their root, or not at all; shares that go with costs (0.7)."""
    random, p = stream(9, "confounded"), []
    free = deal(np.arange(12), np.zeros(12), 199, stream(0, "free")).order
    for _ in range(600):
        log = random.normal(size=12)
        z = 0.7 * log + np.sqrt(0.51) * random.normal(size=12)
        share, cost = np.clip(0.5 + 0.3 * z, 0, 1), np.exp(log)
        y = np.exp((grows - 1) * log + 0.3 * random.normal(size=12))
        check = cost_statistic(share, cost, cost, free, per_cost=True)
        assert check is not None
        plain = slope_statistic(share, cost, free)
        p.append([tail[0] for s in (plain, check) for tail in tails(s, share, y, [1.0])])
    _, down, held_up, held_down = (np.array(p) <= 0.05).mean(axis=0)
    assert max(held_up, held_down) <= 0.07
    if grows < 1:
        assert down > 0.2  # a ratio that restates costs


def test_a_planted_value_passes_the_check_of_costs() -> None:
    """4 times on values dealt like the lines: found nearly always; against value / cost hardly."""
    weight = COST / COST.mean()
    free = deal(np.arange(31), np.zeros(31), 199, stream(0, "free")).order
    rates = []
    for per_cost in (True, False):
        check = CostCheck.of(weight, COST, per_cost)
        cases = planted_deals(LINES, Rule(seed=8), 200)
        y = Y / COST
        found = found_from_held(y, y * G[cases], G, check, free, cases)
        rates.append((found < 3).mean())
    assert rates[0] > 0.9
    assert rates[1] < 0.4


def test_power_is_told_without_the_labels_of_the_outcome() -> None:
    """Functions dealt anew leave what is announced where it was, but for chance."""
    before = power_of(LINES, LEVEL[0], Rule(seed=1))
    other = LINES.dealt(planted_deals(LINES, Rule(seed=2), 1)[0])
    after = power_of(other, LEVEL[0], Rule(seed=1))
    assert after.ratio == pytest.approx(before.ratio, rel=0.08)
    alike = [Counter(G[cost_strata(COST) == s].tolist()) for s in range(3)]
    ways = prod(factorial(c.total()) // prod(map(factorial, c.values())) for c in alike)
    assert before.deals == pytest.approx(ways)


def test_the_specification_curve_by_hand() -> None:
    outcomes = np.array([Y, Y, np.where(np.arange(31) == 5, np.nan, Y)])
    weights = np.array([COST, np.ones(31), COST])
    order = planted_deals(LINES, Rule(), 999)
    found = specification_curve(outcomes, weights, G, order)
    ratios = [r["ratio"] for r in BUNDLED["reading"][:2]]
    assert found.ratio[:2] == pytest.approx(ratios, abs=1e-6)
    left = np.delete(np.arange(31), 5)
    third = share_regression(Y[left], G[left], COST[left])
    assert found.ratio[2] == pytest.approx(float(third.ratio), rel=1e-12)
    for k, weight in enumerate(weights[:2]):
        p = tails(slope_statistic(G, weight, order), G, Y, [1.0]).up[0]
        assert found.p_greater[k] == pytest.approx(p)
    assert found.share_greater == 1.0
    assert found.p_share <= 0.05  # three tests of 5 % that hang together
    assert found.p_median <= 0.005
    assert found.median_ratio == pytest.approx(np.median(found.ratio))
    assert (np.diff(found.null, axis=1) > 0).all()  # quantiles in order
    assert (np.diff(found.null, axis=0) >= 0).all()  # ranks in order
    assert (found.null[:, 0] < 1).all()


def test_chance_draws_the_null_curve() -> None:
    """Dealt functions: the curve lies inside the band of chance, its p is even."""
    order = planted_deals(LINES, Rule(), 499)
    outcomes, weights = np.array([Y, Y**1.2]), np.array([COST, np.ones(31)])
    cases = planted_deals(LINES, Rule(seed=77), 300)
    p = [specification_curve(outcomes, weights, G[case], order).p_median for case in cases]
    assert (np.array(p) <= 0.1).mean() == pytest.approx(0.1, abs=0.06)
    assert np.mean(p) == pytest.approx(0.5, abs=0.07)


def test_slips() -> None:
    with pytest.raises(InputError, match="margin"):
        Rule(margin=1.0)
    with pytest.raises(InputError, match="give one cost a line"):
        Lines(np.ones(3), np.eye(2), GROUP)
    with pytest.raises(InputError, match="do not fit"):
        specification_curve([Y], [COST[:5]], G, np.arange(31)[None])


def test_specifications_are_counted_as_deal_by_deal() -> None:
    """How many deals reach as much, each slope by itself; whole numbers make ties."""
    random = np.random.default_rng(7)
    outcomes = np.vstack((random.integers(0, 3, (3, 12)), random.normal(size=(3, 12))))
    share = random.integers(0, 2, 12)
    order = np.array([random.permutation(12) for _ in range(199)])
    weights = np.ones(outcomes.shape)
    curve = specification_curve(outcomes, weights, share, order, 0.05)
    every = np.concatenate((np.arange(12)[None], order))
    slopes = np.array([[np.polyfit(share[o], y, 1)[0] for y in outcomes] for o in every])
    ranks = (slopes[:, None] >= slopes[None] - 1e-9).sum(axis=0)
    np.testing.assert_allclose(curve.p_greater, ranks[0] / 200)
    many = (ranks / 200 <= 0.05).mean(axis=1)
    assert curve.share_greater == many[0]
    assert curve.p_share == pytest.approx((many >= many[0] - 1e-9).mean())
    for k, y in enumerate(outcomes):
        assert p_greater(y, weights[k], share, order) == curve.p_greater[k]


def test_readings_of_one_list_share_the_claims_that_are_planted() -> None:
    """Whatever was looked at before, the power of a reading is the same."""
    random = np.random.default_rng(3)
    cost = random.lognormal(size=12)
    vectors = np.repeat([[1.0, 0.0], [0.0, 1.0]], 6, axis=0)[random.permutation(12)]
    lines = Lines(cost, vectors, np.array([True, False]))
    one, other = (Reading(random.lognormal(size=12), by_cost) for by_cost in (True, False))
    verdict._batches.cache_clear()
    alone = power_of(lines, one, Rule(), held=False)
    power_of(lines, other, Rule(), held=False)
    again = power_of(lines, one, Rule(), held=False)
    assert repr(alone) == repr(again)
    verdict._batches.cache_clear()
    assert repr(power_of(lines, one, Rule(), held=False)) == repr(alone)


@example([0.0, 0.3, 0.3])
@example([0.3, 0.3, 1.0])
@given(st.lists(st.sampled_from([0.0, 0.3, 0.3 + 5e-7, 1.0]), min_size=1, max_size=6))
def test_whether_the_other_shares_are_apart_is_asked_of_each_line(given: list[float]) -> None:
    share = np.array(given)
    slow = [len(share) > 2 and np.ptp(np.delete(share, k)) > 1e-6 for k in range(len(share))]
    assert verdict._apart(share).tolist() == slow
