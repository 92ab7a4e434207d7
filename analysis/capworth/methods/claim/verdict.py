"""The word of a claim: the test, what guards it, the gate, and how often chance says each word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

import numpy as np

from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats, Ints, above, checked, shares, within
from capworth.methods.claim.deals import Deals, at_most, cost_strata, deal
from capworth.methods.claim.power import (
    HIGHEST,
    WIDEST,
    Planting,
    detectable_contrast,
    found_from_held,
    smallest,
)
from capworth.methods.claim.share_regression import ShareFit, share_regression
from capworth.methods.claim.share_test import (
    CostCheck,
    LeftOut,
    PValues,
    RatioInterval,
    case_p_values,
    held_p_values,
    left_out_p_values,
    ratio_interval,
    slope_p_values,
    slope_statistic,
    strong_form,
)
from capworth.methods.claim.words import (
    CONTRADICTED,
    GREATER,
    INCONCLUSIVE,
    NO_DIFFERENCE,
    SUPPORTED,
    WORDS,
    weakest,
    word_of,
)
from capworth.streams import stream

NEVER: Final = PValues(1.0, 1.0, 1.0, 1.0, 1.0)
DEALS: Final = 4_999
NULL_DEALS: Final = 499  # of each test under the null
POWER_DEALS: Final = 1_499  # of each batch of planted claims
HELD_DEALS: Final = 499
NULL_CASES: Final = 600
BATCHES: Final = 8
PLANTED: Final = 500  # claims of a batch
POWER: Final = 0.8  # at which what is detectable is said
SPLITS: Final = 5  # silent splits: so many of the largest lines, each in so many parts
BARE, GUARDED, BESIDE, FULL = "bare", "guarded", "beside", "full"  # how much is judged


@dataclass(frozen=True, slots=True)
class Lines:
    """What a claim is about: lines of a list with their cost and the functions they serve.

    Attributes
    ----------
    cost : (lines,) whole-life cost, above 0
    vectors : (lines, functions) shares that sum to 1
    inside : (functions,) whether each belongs to the group
    """

    cost: Floats
    vectors: Floats
    inside: Bools

    def __post_init__(self) -> None:
        lines, functions = shares(self.vectors, "vectors").shape
        if above(self.cost, "cost").shape != (lines,) or len(self.inside) != functions:
            raise InputError("cost, vectors, inside: give one cost a line, one flag a function.")

    @property
    def share(self) -> Floats:
        """(lines,) share of each line in the group."""
        return np.asarray(np.minimum(self.vectors @ np.asarray(self.inside, dtype=float), 1.0))

    @property
    def kinds(self) -> Ints:
        """(lines,) lines of one kind have the same function vector."""
        return np.unique(self.vectors, axis=0, return_inverse=True)[1].reshape(-1)

    def take(self, places: Ints) -> Lines:
        """Return some lines, in this order; a line may be taken more than once."""
        return replace(self, cost=self.cost[places], vectors=self.vectors[places])

    def dealt(self, order: Ints) -> Lines:
        """Return the same lines with the functions of others."""
        return replace(self, vectors=self.vectors[order])


@dataclass(frozen=True, slots=True)
class Reading:
    """One outcome under one weighting.

    Attributes
    ----------
    outcome : (lines,) level of the line, or its value for each unit of cost
    by_cost : whether a line weighs what it costs; else every line has one vote
    per_cost : whether the outcome is a value divided by the cost of the line
    additive : whether a line listed in parts gives each part the outcome of the whole; where each
        line counts as one whatever its size, a value per cost is multiplied by the number of parts
    signs : further outcomes, each (lines,), NaN where not known: of these and the outcome itself
        two must be greater in the group, where there are any
    """

    outcome: Floats
    by_cost: bool = True
    per_cost: bool = False
    additive: bool = True
    signs: tuple[Floats, ...] = ()

    def weight(self, lines: Lines) -> Floats:
        """(lines,) weights of the regression, 1 on average."""
        return lines.cost / lines.cost.mean() if self.by_cost else np.ones(len(lines.cost))

    def take(self, places: Ints) -> Reading:
        """Return some lines, in this order."""
        signs = tuple(s[places] for s in self.signs)
        return replace(self, outcome=self.outcome[places], signs=signs)

    def dealt(self, order: Ints, cost: Floats) -> Reading:
        """Return the values of other lines: of levels as they are, of values before division."""
        size = cost if self.per_cost else np.ones(len(cost))
        moved = [((s * size)[order]) / size for s in (self.outcome, *self.signs)]
        return replace(self, outcome=moved[0], signs=tuple(moved[1:]))


@dataclass(frozen=True, slots=True)
class Rule:
    """What was fixed before the outcomes were read.

    Attributes
    ----------
    margin : smallest ratio that matters
    alpha : level of every one-sided test
    detectable_most : largest detectable ratio at which a list still counts as testable
    strata : number of cost strata; see `cost_strata`
    seed : of the deals
    """

    margin: float = 1.25
    alpha: float = 0.05
    detectable_most: float = 4.0
    strata: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.margin > 1:
            raise InputError(f"margin: is {self.margin:g}. Give a ratio above 1.")
        within(self.alpha, "alpha", 0.001, 0.5)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the test of one reading found.

    Attributes
    ----------
    fit, interval, plain : ratio, its 90 % interval and the five p, by deals inside cost strata
    held : the five p with log cost held; 1 where that cannot be tested
    left_out : the five p without each line in turn; `ratios_left` its ratios
    word : with all guards of this reading; `alone` the word of `plain`
    """

    fit: ShareFit
    interval: RatioInterval
    plain: PValues
    held: PValues
    left_out: tuple[PValues, ...]
    ratios_left: Floats
    alone: str
    word: str
    reason: str  # "cost", "left out", "absent", or empty where the word is that of `plain`


@dataclass(frozen=True, slots=True)
class Power:
    """What the list could show, told before outcomes are read by function.

    Attributes
    ----------
    floor : smallest p that its deals can give
    deals : different deals there are
    contrast : standard deviations of the outcome; found by planting
    formula : the same by normal quantiles, as textbooks have it
    ratio : found in 80 % of the claims planted; infinite where none up to 100 is
    ratio_low, ratio_high : 90 % range of its simulation error
    held : ratio that is found so often by the test and by that with log cost held
    cleared : ratio that is found so often with the fitted ratio taken out of the outcome, so that
        an effect does not count as noise against itself; NaN unless `ratio` is beyond the gate
    gate : largest ratio at which a list counts as testable
    """

    floor: float
    deals: float
    contrast: float
    formula: float
    ratio: float
    ratio_low: float
    ratio_high: float
    held: float
    cleared: float
    gate: float
    _sizes: Floats = field(repr=False, compare=False)  # (batches, claims) ratio less 1
    _held: Floats = field(repr=False, compare=False)

    @property
    def detectable(self) -> float:
        """Ratio that the list could show: `cleared` where this alone opens the gate."""
        return self.cleared if self.cleared <= self.gate else self.ratio

    @property
    def testable(self) -> bool:
        """Whether the detectable ratio is small enough for an outcome to be read."""
        return self.detectable <= self.gate

    @property
    def near(self) -> bool:
        """Whether other random deals might open or close the gate."""
        return self.detectable == self.ratio and self.ratio_low <= self.gate < self.ratio_high

    def at(self, ratios: Sequence[float]) -> Floats:
        """(ratios,) how often a planted ratio is found to exceed 1."""
        return np.array([(self._sizes < ratio - 1).mean() for ratio in ratios])

    def held_at(self, ratios: Sequence[float]) -> Floats:
        """(ratios,) how often it is found both inside strata and with log cost held."""
        return np.array([(self._held < ratio - 1).mean() for ratio in ratios])


@dataclass(frozen=True, slots=True)
class Verdict:
    """The word of a claim and all that it rests on.

    Attributes
    ----------
    word : one of `WORDS`
    reason : what took the word of the registered test away: "gate", "absent", "cost", "left out",
        "weighting", "split", "signs"; or empty
    readings : what each reading found, the registered one first
    power : of the registered reading
    splits : word of the readings with each of the largest lines listed in parts
    strong : p that every function of the group exceeds every other; NaN where it stands beside
    """

    word: str
    reason: str
    readings: tuple[Judged, ...]
    power: Power
    splits: tuple[str, ...]
    strong: float


class _Shorter(NamedTuple):
    """Lists that lack one line each, by the place of it in order of cost, and their deals."""

    lacking: Ints  # (lists,)
    deals: Deals  # of places in order of cost, without the one that is lacking
    left_out: LeftOut  # the same deals, and who holds what


@dataclass(frozen=True)
class _Dealt:
    """The deals of one list: inside strata, and among all lines for the check of costs."""

    lines: Lines
    rule: Rule
    inside: Deals
    free: Ints
    name: str

    @classmethod
    def of(cls, lines: Lines, rule: Rule, number: int, name: str = "") -> _Dealt:
        """Deal `number` times."""
        strata, every = cost_strata(lines.cost, rule.strata), np.arange(len(lines.cost))
        inside = deal(lines.kinds, strata, number, stream(rule.seed, f"claim/strata{name}"))
        free = deal(every, 0 * every, number, stream(rule.seed, f"claim/free{name}")).order
        return cls(lines=lines, rule=rule, inside=inside, free=free, name=name)

    @cached_property
    def by_cost(self) -> Ints:
        """(lines,) cheapest first."""
        return np.argsort(self.lines.cost, kind="stable")

    @cached_property
    def shorter(self) -> tuple[_Shorter, ...]:
        """Deals of the list without each line in turn, as many as of the whole.

        Lists with the same number of lines in each stratum are dealt alike, but for those with so
        few deals that each is taken once: these belong to the functions of one list.
        """
        cost, kinds = self.lines.cost[self.by_cost], self.lines.kinds[self.by_cost]
        every, wanted = np.arange(len(cost)), len(self.inside.order)
        left = np.array([np.delete(every, line) for line in every])
        strata = np.array([cost_strata(cost[some], self.rule.strata) for some in left])
        both = zip(left, strata, strict=True)
        listed = np.array([at_most(kinds[some], inside, wanted + 1) for some, inside in both])
        groups = [(np.array([line]), kinds[left[line]]) for line in every[listed]]
        alike = np.unique(strata, axis=0, return_inverse=True)[1].reshape(-1)
        groups += [
            (every[~listed & (alike == group)], every[:-1]) for group in np.unique(alike[~listed])
        ]
        found = []
        for lacking, kind in groups:
            deals = deal(kind, strata[lacking[0]], wanted, self._random(lacking[0]))
            found.append(_Shorter(lacking, deals, LeftOut.of(deals.order)))
        return tuple(found)

    def _random(self, lacking: int) -> np.random.Generator:
        return stream(self.rule.seed, f"claim/left out{self.name}", int(lacking))

    @property
    def few(self) -> bool:
        """Whether some are all the deals there are, and so belong to these vectors alone."""
        return self.inside.exact or any(found.deals.exact for found in self.shorter)


@checked
def examine(
    lines: Lines,
    readings: Sequence[Reading],
    rule: Rule,
    deals: int = DEALS,
    beside: bool = False,
    power: Power | None = None,
) -> Verdict:
    """Test a claim: power first, then the registered reading and what guards it.

    Parameters
    ----------
    lines : see `Lines`
    readings : the registered one first; the weakest word of all counts
    rule : what was registered
    deals : how many
    beside : whether it stands beside the registered reading: no splits, and what is left without
        each line is found only where a word depends on it
    power : of the first reading, where it is known
    """
    dealt = _Dealt.of(lines, rule, deals)
    if power is None:
        power = power_of(lines, readings[0], rule, held=not beside)
    judged = tuple(
        _judge(lines, reading, rule, dealt, BESIDE if beside else FULL) for reading in readings
    )
    word, reason = judged[0].word, judged[0].reason
    if (joined := weakest([found.word for found in judged])) != word:
        word, reason = joined, "weighting"
    if word in (SUPPORTED, GREATER) and not _signs_agree(lines, readings[0]):
        word, reason = INCONCLUSIVE, "signs"
    parted = () if beside else _split_words(lines, readings, rule, deals)
    if word != INCONCLUSIVE and (joined := weakest([word, *parted])) != word:
        word, reason = joined, "split"
    if not power.testable:
        word, reason = INCONCLUSIVE, "gate"
    strong = float("nan") if beside else _strong(lines, readings[0], dealt.inside.order)
    return Verdict(
        word=word, reason=reason, readings=judged, power=power, splits=parted, strong=strong
    )


def _strong(lines: Lines, reading: Reading, order: Ints) -> float:
    served = lines.vectors.any(axis=0)
    inside, weight = np.asarray(lines.inside)[served], reading.weight(lines)
    return strong_form(reading.outcome, lines.vectors[:, served], weight, inside, order)


@checked
def power_of(lines: Lines, reading: Reading, rule: Rule, held: bool = True) -> Power:
    """Say what the list could show with this reading; the labels of its outcome are dealt away.

    Claims are planted in batches, each on deals of its own, so that the error of the simulation is
    known. `contrast` is the difference that the test finds in 80 % of outcomes of one variance;
    the formula with normal quantiles promises it a little sooner, as the test pays for its strata
    and for not knowing the spread. Without `held` the test with log cost held is not looked at.
    """
    weight, share = reading.weight(lines), lines.share
    every, outcome = np.arange(len(share)), reading.outcome
    check = CostCheck.of(weight, lines.cost, reading.per_cost) if held else None
    strata = cost_strata(lines.cost, rule.strata)
    batches = _batches(*(part.tobytes() for part in (share, weight, lines.kinds, strata)), rule)
    by_ratio, by_check = [], []
    for number, batch in enumerate(batches):
        grown = outcome * share[batch.claims]
        by_ratio.append(batch.planting.found(outcome, grown))
        free = every[None]
        if check is not None:
            random = stream(rule.seed, "claim/power/free", number)
            free = deal(every, 0 * every, HELD_DEALS, random).order
        by_check.append(
            found_from_held(outcome, grown, share, check, free, batch.claims, rule.alpha)
        )
    ratio, cleared = smallest(by_ratio, POWER, HIGHEST - 1), float("nan")
    fitted = float(share_regression(reading.outcome, share, weight).ratio)
    if 1 + ratio.size > rule.detectable_most and np.isfinite(fitted) and fitted > 0:
        alone = outcome / (1 + (fitted - 1) * share)
        sizes = [batch.planting.found(alone, alone * share[batch.claims]) for batch in batches]
        cleared = 1 + smallest(sizes, POWER, HIGHEST - 1).size
    both = np.maximum(by_ratio, by_check)
    return Power(
        floor=1 / min(batches[0].deals, DEALS + 1),
        deals=batches[0].deals,
        contrast=smallest([batch.by_contrast for batch in batches], POWER, WIDEST).size,
        formula=detectable_contrast(share, weight, rule.alpha, POWER),
        ratio=1 + ratio.size,
        ratio_low=1 + ratio.low,
        ratio_high=1 + ratio.high,
        held=1 + smallest(both, POWER, HIGHEST - 1).size,
        cleared=cleared,
        gate=rule.detectable_most,
        _sizes=np.array(by_ratio),
        _held=both,
    )


class _Batch(NamedTuple):
    """Claims planted on deals of their own, and what is told of them whatever the outcome."""

    claims: Ints  # (claims, lines)
    planting: Planting
    by_contrast: Floats  # (claims,)
    deals: float  # different ones there are


@lru_cache(maxsize=2)  # readings of one list in turn
def _batches(
    share: bytes, weight: bytes, kinds: bytes, strata: bytes, rule: Rule
) -> tuple[_Batch, ...]:
    g, w = np.frombuffer(share), np.frombuffer(weight)
    kind, stratum = (np.frombuffer(part, dtype=np.int64) for part in (kinds, strata))
    planted = _dealt_inside(stratum, rule, BATCHES * PLANTED).reshape(BATCHES, PLANTED, -1)
    errors = stream(rule.seed, "claim/errors").normal(size=planted.shape)
    found = []
    for number, (claims, apart) in enumerate(zip(planted, errors, strict=True)):
        random = stream(rule.seed, "claim/power", number)
        inside = deal(kind, stratum, POWER_DEALS, random)
        planting = Planting.of(g, w, inside, claims, rule.alpha)
        found.append(_Batch(claims, planting, planting.found(apart, g[claims]), inside.many))
    return tuple(found)


@checked
def planted_deals(lines: Lines, rule: Rule, number: int = 1_000) -> Ints:
    """(number, lines) whose functions each line gets before a ratio is planted, or under a null."""
    return _dealt_inside(cost_strata(lines.cost, rule.strata), rule, number)


def _dealt_inside(strata: Ints, rule: Rule, number: int) -> Ints:
    generator = stream(rule.seed, "claim/planted")
    order = np.tile(np.arange(len(strata)), (number, 1))
    for place in (np.flatnonzero(strata == s) for s in np.unique(strata)):
        order[:, place] = generator.permuted(np.tile(place, (number, 1)), axis=1)
    return order


@checked
def null_words(
    lines: Lines,
    readings: Sequence[Reading],
    rule: Rule,
    what: str = "functions",
    number: int = NULL_CASES,
) -> Mapping[str, float]:
    """Share of random cases without any effect in which the rule says each word.

    Parameters
    ----------
    lines, readings, rule : as in `examine`
    what : "functions", function vectors are dealt inside the strata; "values", the values of the
        lines are (before they are divided by cost, where they are)
    number : how many cases

    Notes
    -----
    With every guard but the silent splits, which can only take a word away, and without the gate.
    """
    dealt = _Dealt.of(lines, rule, NULL_DEALS, "/null")
    counts = dict.fromkeys(WORDS, 0)
    orders = _null_orders(lines, rule, what, number)
    far, few = np.zeros(len(orders), dtype=bool), dealt.few
    if not few:
        cases = [_says_nothing(lines, r, rule, dealt.inside.order, what, orders) for r in readings]
        far = np.any(cases, axis=0)
    counts[INCONCLUSIVE] += int(far.sum())
    for order in orders[~far]:
        there = lines.dealt(order) if what == "functions" else lines
        here = readings if there is not lines else [r.dealt(order, lines.cost) for r in readings]
        if few and there is not lines:
            dealt = _Dealt.of(there, rule, NULL_DEALS, "/null")
            few = dealt.few
        word = _weakest(_judge(there, r, rule, dealt, BARE).word for r in here)
        if word in (SUPPORTED, GREATER) and not _signs_agree(there, here[0]):
            word = INCONCLUSIVE
        if word != INCONCLUSIVE:  # costly, and can only take a word away
            word = _weakest(_judge(there, r, rule, dealt, GUARDED).word for r in here)
        counts[word] += 1
    return {word: count / len(orders) for word, count in counts.items()}


def _weakest(words: Iterable[str]) -> str:
    """Join words as `weakest` does, and ask for no more once one is inconclusive."""
    found = []
    for word in words:
        if word == INCONCLUSIVE:
            return word
        found.append(word)
    return weakest(found)


def _says_nothing(
    lines: Lines, reading: Reading, rule: Rule, inside: Ints, what: str, orders: Ints
) -> Bools:
    """(cases,) whether the plain test is inconclusive, so that no guard needs to be asked."""
    weight = reading.weight(lines)
    shares = np.broadcast_to(lines.share, orders.shape)
    outcomes = np.broadcast_to(reading.outcome, orders.shape)
    if what == "functions":
        shares = lines.share[orders]
    else:
        outcomes = np.array([reading.dealt(order, lines.cost).outcome for order in orders])
    slope = slope_statistic(lines.share, weight, np.concatenate((inside, orders)))
    null, dealt = np.split(slope.dealt, [len(inside)])
    seen = dealt if what == "functions" else np.broadcast_to(slope.observed, orders.shape)
    found = case_p_values(seen, null, shares, outcomes, rule.margin)
    nearest = np.minimum(found[:3].min(axis=0), found[3:].max(axis=0))
    return np.asarray(nearest > rule.alpha)


def _null_orders(lines: Lines, rule: Rule, what: str, number: int) -> Ints:
    """Every deal once where there are few, else some at random."""
    kinds = lines.kinds if what == "functions" else np.arange(len(lines.cost))
    strata = cost_strata(lines.cost, rule.strata)
    every = deal(kinds, strata, number - 1, stream(rule.seed, "claim/cases"))
    if not every.exact:
        return planted_deals(lines, rule, number)
    return np.concatenate((np.arange(len(kinds))[None], every.order))


def _judge(lines: Lines, reading: Reading, rule: Rule, dealt: _Dealt, how: str) -> Judged:
    share, weight, outcome = lines.share, reading.weight(lines), reading.outcome
    fit = share_regression(outcome, share, weight)
    plain = slope_p_values(share, weight, outcome, dealt.inside.order, rule.margin)
    alone, held = word_of(plain, rule.alpha), None
    if alone != INCONCLUSIVE or how in (BESIDE, FULL):  # else it can only stay so
        check = CostCheck.of(weight, lines.cost, reading.per_cost)
        if check is not None:
            held = held_p_values(check, share, outcome, dealt.free, rule.margin)
    held = NEVER if held is None else held
    word, reason = weakest((alone, word_of(held, rule.alpha))), "cost"
    if word == alone:
        reason = ""
    if np.isnan(fit.ratio):
        word, reason = INCONCLUSIVE, "absent"
    interval = RatioInterval(np.nan, np.nan)
    left: tuple[PValues, ...] = ()
    ratios = np.empty(0)
    if how in (BESIDE, FULL):
        slope = slope_statistic(share, weight, dealt.inside.order)
        interval = ratio_interval(slope, share, outcome, 1 - 2 * rule.alpha)
    if how == FULL or (how != BARE and word != INCONCLUSIVE):
        rests_on = RESTS_ON[word]
        names = PValues._fields if how == FULL else rests_on
        found = dict(zip(names, _left_out(lines, reading, rule, dealt, names), strict=True))
        if any(found[name].max() > 2 * rule.alpha for name in rests_on):
            word, reason = INCONCLUSIVE, "left out"
        if how == FULL:
            left = tuple(map(PValues._make, np.array([*found.values()]).T.tolist()))
            ratios = _ratios_left(lines, reading)
    return Judged(
        fit=fit,
        interval=interval,
        plain=plain,
        held=held,
        left_out=left,
        ratios_left=ratios,
        alone=alone,
        word=word,
        reason=reason,
    )


RESTS_ON: Final = {  # what must hold, at twice its level, in every list that lacks one line
    SUPPORTED: ("greater",),
    GREATER: ("greater",),
    CONTRADICTED: ("less",),
    NO_DIFFERENCE: ("below_margin", "above_inverse"),
    INCONCLUSIVE: (),
}


def _left_out(
    lines: Lines, reading: Reading, rule: Rule, dealt: _Dealt, names: Sequence[str]
) -> Floats:
    """(names, lines) some of the five p without each line in turn; 1 where shares are alike."""
    share, weight, outcome = lines.share, reading.weight(lines), reading.outcome
    apart, found = _apart(share), np.ones((len(names), len(share)))
    order = dealt.by_cost
    for lacking, deals, left_out in dealt.shorter:
        mine = order[lacking]
        if deals.exact and apart[mine[0]]:
            others = np.delete(order, lacking)
            g, w, y = (part[others] for part in (share, weight, outcome))
            p = slope_p_values(g, w, y, deals.order, rule.margin)
            found[:, mine] = np.array([getattr(p, name) for name in names])[:, None]
        elif not deals.exact:
            g, w, y = (part[order] for part in (share, weight, outcome))
            every_p = left_out_p_values(g, w, y, left_out, rule.margin, names)
            found[:, mine] = every_p[:, lacking]
    found[:, ~apart] = 1.0
    return found


def _ratios_left(lines: Lines, reading: Reading) -> Floats:
    """(lines,) the ratio without each line in turn; NaN where shares are alike."""
    share, weight, every = lines.share, reading.weight(lines), np.arange(len(lines.cost))
    ratios, some = np.full(len(share), np.nan), np.flatnonzero(_apart(share))
    if len(some):
        without = weight * (every != some[:, None])
        outcomes = np.broadcast_to(reading.outcome, without.shape)
        ratios[some] = share_regression(outcomes, share, without).ratio
    return ratios


def _apart(share: Floats) -> Bools:
    """(lines,) whether the shares of the other lines are not all alike."""
    if len(share) <= 2:
        return np.zeros(len(share), dtype=bool)
    order = np.sort(share)
    low = np.where(share > order[0], order[0], order[1])  # the second where one is the lowest
    high = np.where(share < order[-1], order[-1], order[-2])
    return np.asarray(high - low > 1e-6)


def _split_words(
    lines: Lines, readings: Sequence[Reading], rule: Rule, deals: int
) -> tuple[str, ...]:
    """Word of the readings with each of the largest lines silently listed in parts."""
    words = []
    for line in np.argsort(-lines.cost, kind="stable")[:SPLITS]:
        splits = [split_line(lines, reading, int(line), SPLITS) for reading in readings]
        dealt = _Dealt.of(splits[0][0], rule, deals)
        words.append(_weakest(_judge(more, read, rule, dealt, BARE).word for more, read in splits))
    return tuple(words)


@checked
def split_line(lines: Lines, reading: Reading, line: int, parts: int) -> tuple[Lines, Reading]:
    """List one line in parts of equal cost, as if they were lines of their own."""
    places = np.concatenate((np.arange(len(lines.cost)), np.full(parts - 1, line)))
    more, read = lines.take(places), reading.take(places)
    times = np.where(places == line, parts, 1)
    outcome = read.outcome if reading.additive else read.outcome * times
    return replace(more, cost=more.cost / times), replace(read, outcome=outcome)


def _signs_agree(lines: Lines, reading: Reading) -> bool:
    """Whether two measures are greater in the group, where there is more than one."""
    if not reading.signs:
        return True
    share, positive = lines.share, 0
    for outcome in (reading.outcome, *reading.signs):
        known = np.isfinite(outcome)
        weight = np.where(known, reading.weight(lines), 0.0)
        if np.ptp(share[known]) > 1e-6:
            slope = share_regression(np.where(known, outcome, 0.0), share, weight).slope
            positive += bool(slope > 0)
    return positive >= 2
