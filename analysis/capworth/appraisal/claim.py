"""Whether added value is greatest in the claimed functions: the registered test and its word.

Power comes first, then the registered reading with what guards it, then every other reading beside
it, and how often chance alone says each word.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from capworth.case.claim import LEVEL, PER_EURO, Registration
from capworth.case.claim_lock import (
    METHOD,
    changed_since,
    digest_of,
    registered_keys,
    registered_parts,
)
from capworth.case.model import COST, EQUAL, MEMBERS, RESULTS, SWING, Case
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.claim.deals import cost_strata
from capworth.methods.claim.share_regression import share_regression
from capworth.methods.claim.specifications import (
    SpecificationCurve,
    p_greater,
    specification_curve,
)
from capworth.methods.claim.verdict import (
    Judged,
    Lines,
    Power,
    Reading,
    Rule,
    Verdict,
    examine,
    null_words,
    planted_deals,
)
from capworth.methods.claim.words import CONTRADICTED, INCONCLUSIVE, SUPPORTED
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.elicitation.agreement import krippendorff_alpha
from capworth.model.extents import weights_of
from capworth.model.figures import (
    COUNT,
    NO_DRAWS,
    RATIO,
    STATED,
    TEST,
    Column,
    Figure,
    columns,
    number,
    word,
)
from capworth.model.result import Answer, Provenance, ends
from capworth.model.simulation import ENVELOPED, Sample

REGISTERED: Final = "registered"
NOT_REGISTERED: Final = "not registered"
CHANGED: Final = "changed since"
EXPLORATORY: Final = "exploratory"
RESTATES: Final = "restates costs"  # reasons of a word beside those of the method
UNREGISTERED: Final = "not registered"
PLANTED: Final = (1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)  # ratios whose power is told
SIDE_DEALS: Final = 999  # of each reading beside the registered one
CURVE_DEALS: Final = 999
SUITED: Final = 200  # draws in which the test is run again
VOTE: Final = "vote"
KEYS: Final = (SWING, MEMBERS, RESULTS, EQUAL)  # of extents; the first one there is is the usual


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Claim(Answer):
    """The word of the registered claim, what it rests on, and every other reading beside it.

    Attributes
    ----------
    group : functions that are claimed
    word : one of `methods.claim.words.WORDS`
    reason : what took the word of the registered test away; empty where nothing did
    tested : the word before registration was looked at
    standing : registered, not registered, changed since, or exploratory
    registered_on : day stated in the lock; empty where there is none
    changed : keys of claim.toml and parts of the case that are not as they were registered
    digest : SHA-256 of the registration: that of the lock, else of what would be locked
    primary : index of the registered reading in the table
    margin, alpha : as registered
    power : what the list could show, told before outcomes are read
    splits : word with each of the largest services listed in parts
    strong : p that every claimed function exceeds every other
    suited : share of draws of the inputs in which the test rejects a ratio of 1
    alpha_of_coders : Krippendorff's alpha of the coders; NaN where one coded, or nobody is named
    coders : who coded the shares
    """

    _table: pd.DataFrame
    _lines: pd.DataFrame
    _power: pd.DataFrame
    _null: pd.DataFrame
    _left_out: pd.DataFrame
    _curve: pd.DataFrame
    _coding: pd.DataFrame
    group: tuple[str, ...]
    word: str
    reason: str
    tested: str
    standing: str
    registered_on: str
    changed: tuple[str, ...]
    digest: str
    primary: tuple[str, str, str]
    margin: float
    alpha: float
    power: Power
    splits: tuple[str, ...]
    strong: float
    suited: float
    curves: Mapping[str, SpecificationCurve]
    alpha_of_coders: float
    coders: tuple[str, ...]
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        rests = ("functions", "costs", "scores", "chain")
        tested: tuple[str, ...] = (
            "detectable",
            "contrast",
            "ratio_low",
            "ratio_high",
            "left_low",
            "left_high",
        )
        tested = (*tested, "p_greater", "p_margin", "p_less", "held_greater", "held_margin")
        found = [
            Column(*("claim", name, f"claim_{name}", "ratio", _formula(name), rests, TEST))
            for name in (*tested, "constant")
        ]
        lines = ("claim_lines", "weight", "claim_weight", "ratio", "claim_ratio", rests, TEST)
        dealt = {"kind": TEST, "draws": NO_DRAWS}
        return (
            Column(
                *("claim", "ratio", "claim_ratio", "ratio", "claim_ratio", rests, RATIO),
                ends=("drawn_low", "drawn_high"),
            ),
            *found,
            Column(
                "claim", "lines", "claim_lines", "count", "claim_ratio", behind=rests, kind=COUNT
            ),
            Column(
                "claim_lines", "share", "claim_share", "share", "claim_ratio", behind=("functions",)
            ),
            Column(*lines),
            Column("claim_lines", "outcome", "claim_outcome", "level", "claim_ratio", behind=rests),
            *columns(
                "claim_power",
                ("power", "claim_power", "chance", "claim_power", rests),
                ("held", "claim_power_held", "chance", "claim_power", rests),
                **dealt,
            ),
            *columns(
                "claim_null",
                ("functions", "claim_null", "chance", "claim_power", rests, TEST, "functions"),
                ("values", "claim_null", "chance", "claim_power", rests, TEST, "values"),
                draws=NO_DRAWS,
            ),
            *columns(
                "claim_left_out",
                ("ratio", "claim_without", "ratio", "claim_ratio", rests, TEST, "ratio"),
                ("p_greater", "claim_without", "ratio", "claim_p", rests, TEST, "p_greater"),
                ("p_less", "claim_without", "ratio", "claim_p", rests, TEST, "p_less"),
                draws=NO_DRAWS,
            ),
        )

    def figures(self) -> tuple[Figure, ...]:
        """The figures of its tables, of the power of the list, and what was registered."""
        rests = tuple((kind, "all") for kind in ("functions", "costs", "scores", "chain"))
        reading, power = ".".join(map(word, self.primary)), self.power
        tests = (
            ("floor", power.floor, "claim_p"),
            ("cleared", power.cleared, "claim_power"),
            ("power_both", power.held, "claim_power"),
            ("strong", self.strong, "claim_p"),
        )
        registered = (
            ("alpha", self.alpha, "ratio", "claim_p", "claim.alpha"),
            ("level", 1 - 2 * self.alpha, "share", "claim_ratio", "claim.alpha"),
            ("margin", self.margin, "ratio", "claim_p", "claim.margin"),
            ("gate", power.gate, "ratio", "claim_power", "claim.detectable_most"),
        )
        return (
            *Answer.figures(self),
            Figure(
                *(f"claim_planted.{reading}", number(power.ratio), "ratio", "claim_power", TEST),
                low=number(power.ratio_low),
                high=number(power.ratio_high),
                draws=NO_DRAWS,
                behind=rests,
            ),
            Figure(
                *(f"claim_suited.{reading}", number(self.suited), "share", "claim_p", TEST),
                draws=min(SUITED, self.provenance.draws),
                behind=rests,
            ),
            *(
                Figure(
                    *(f"claim_{name}.{reading}", number(value), "ratio", formula, TEST),
                    draws=NO_DRAWS,
                    behind=rests,
                )
                for name, value, formula in tests
            ),
            *(
                Figure(
                    *(f"claim_{name}.registered", value, unit, formula, STATED),
                    draws=NO_DRAWS,
                    behind=(("settings", key),),
                )
                for name, value, unit, formula, key in registered
            ),
        )

    def lines(self) -> pd.DataFrame:
        """Index capability, cheapest first: what the registered reading is tested on."""
        return self._lines.copy()

    def power_table(self) -> pd.DataFrame:
        """Index planted ratio: how often the test finds it, and how often also with cost held."""
        return self._power.copy()

    def null_words(self) -> pd.DataFrame:
        """Index word: how often chance says it where functions are dealt, and where values are."""
        return self._null.copy()

    def left_out(self) -> pd.DataFrame:
        """Index capability: ratio and p of the registered reading without it."""
        return self._left_out.copy()

    def specifications(self) -> pd.DataFrame:
        """Every way to measure the claim, by estimand and rank, with the curve of chance."""
        return self._curve.copy()

    def coding(self) -> pd.DataFrame:
        """Index (capability, function): what each coder said, most disputed first."""
        return self._coding.copy()

    @property
    def row(self) -> "pd.Series[float]":
        """The registered reading."""
        return self._table.iloc[list(self._table.index).index(self.primary)]

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        found = {
            "claim": self.to_frame(),
            "claim_lines": self.lines(),
            "claim_power": self.power_table(),
            "claim_null": self.null_words(),
            "claim_left_out": self.left_out(),
            "claim_specifications": self.specifications(),
        }
        return found | ({"claim_coding": self.coding()} if len(self._coding) else {})

    def __repr__(self) -> str:
        why = f" ({self.reason})" if self.reason else ""
        shown = f"detectable from {self.power.detectable:.1f}"
        return (
            f"<Claim: {self.word}{why}; {' '.join(self.primary)} in {'+'.join(self.group)}: ratio "
            f"{self.row['ratio']:.2f}, {shown}; {self.standing}>"
        )


def _formula(column: str) -> str:
    """Which formula a column of the table of the claim is found by."""
    if column in ("detectable", "contrast"):
        return "claim_power"
    return "claim_p" if column.startswith(("p_", "held_")) else "claim_ratio"


def examine_claim(sample: Sample, provenance: Provenance) -> Claim | None:
    """Test the registered claim; None where the case registers none.

    The table has one row for each reading: what is compared (`level`, `per_euro`), on which value,
    and how services count: by `cost` or one `vote` each for levels, by the key of extents for
    scores per euro, by `amount` for money and harm. `ratio` is that of a service wholly in the
    claimed functions to one wholly outside, with its 90 % interval by inversion of the test;
    `drawn_low`, `drawn_high` its 80 % range over the inputs; `constant` the ratio if all services
    had one value. `word` is that of the reading by itself.
    """
    case = sample.case
    if case.claim is None:
        return None
    claim = case.claim
    lists = _Lists.of(sample, claim)
    readings = dict(lists.readings())
    primary = _primary(claim)
    rule = Rule(claim.margin, claim.alpha, claim.detectable_most, claim.strata, claim.seed)
    if primary not in readings:
        return None  # a case in memory that has lost what its claim was about
    some, chosen = readings[primary]
    lines = lists.lines(some)
    guards = [chosen]
    if claim.estimand == LEVEL:
        other = VOTE if primary[2] == COST else COST
        guards.append(readings[LEVEL, "score", other][1])
    verdict = examine(lines, guards, rule)
    rows = {}
    for key, (known, reading) in readings.items():
        mine = lists.lines(known)
        power = verdict.power if key == primary else None
        alone = examine(mine, [reading], rule, SIDE_DEALS, beside=True, power=power)
        rows[key] = _row(lists, key, known, reading, alone)
        if key == primary:
            rows[key] |= _tested(verdict.readings[0])
    index = pd.MultiIndex.from_tuples(list(rows), names=["estimand", "value", "counted"])
    table = pd.DataFrame(list(rows.values()), index=index)
    table["registered"] = [key == primary for key in rows]
    tested, why = _restated(verdict, primary)
    standing = _standing(case, claim)
    word, reason = _said(tested, why, standing)
    read = {key for key, row in rows.items() if row["testable"]} | {primary}
    curve, curves = _curves(lists, rule, read)
    coding, agreement = _coding(case)
    return Claim(
        _table=table,
        _lines=_tested_lines(lists, some, lines, chosen, rule),
        _power=_power_table(verdict.power),
        _null=pd.DataFrame(
            {what: null_words(lines, guards, rule, what) for what in ("functions", "values")}
        ).rename_axis("word"),
        _left_out=_left_out(lists, some, verdict.readings[0]),
        _curve=curve,
        _coding=coding,
        group=claim.group,
        word=word,
        reason=reason,
        tested=tested,
        standing=standing,
        registered_on=claim.lock.registered.isoformat() if claim.lock else "",
        changed=changed_since(case),
        digest=_digest(case, claim),
        primary=primary,
        margin=claim.margin,
        alpha=claim.alpha,
        power=verdict.power,
        splits=verdict.splits,
        strong=verdict.strong,
        suited=lists.suited(primary, some, chosen, rule),
        curves=curves,
        alpha_of_coders=agreement,
        coders=tuple(dict.fromkeys(code.coder for code in case.codes)),
        provenance=provenance,
    )


def _primary(claim: Registration) -> tuple[str, str, str]:
    if claim.estimand == LEVEL:
        return LEVEL, claim.value, claim.weighting
    return PER_EURO, claim.value, claim.extent_key or "amount"


def _restated(verdict: Verdict, primary: tuple[str, str, str]) -> tuple[str, str]:
    """Take away the word of a ratio that restates costs: scores per euro, one extent for all."""
    if primary == (PER_EURO, "score", EQUAL):
        return INCONCLUSIVE, RESTATES
    return verdict.word, verdict.reason


def _said(word: str, reason: str, standing: str) -> tuple[str, str]:
    """Take away a word that only a claim registered in advance may have."""
    if standing in (NOT_REGISTERED, CHANGED) and word in (SUPPORTED, CONTRADICTED):
        return INCONCLUSIVE, UNREGISTERED
    return word, reason


def _standing(case: Case, claim: Registration) -> str:
    if case.scenario:
        return EXPLORATORY
    if claim.lock is None:
        return NOT_REGISTERED
    return CHANGED if changed_since(case) else REGISTERED


def _digest(case: Case, claim: Registration) -> str:
    if claim.lock is not None:
        return claim.lock.digest
    return digest_of(registered_keys(claim), registered_parts(case), METHOD, "")


@dataclass(frozen=True, slots=True)
class _Lists:
    """The services of the claim, cheapest first, with their means and their draws.

    Parts are merged to their whole: amounts are added, levels and shares are means by extent.
    """

    sample: Sample
    names: tuple[str, ...]
    sums: Floats  # (lines, capabilities) 1 where a capability is, or is a part of, the line
    means: Floats  # (lines, capabilities) that sum to 1
    cost: Floats  # (lines,) millions
    vectors: Floats  # (lines, functions)
    inside: Bools
    drawn_shares: Floats  # (draws, lines) share in the group, in the first draws

    @classmethod
    def of(cls, sample: Sample, claim: Registration) -> "_Lists":
        """Read the means of all kept draws; services are in order of cost, whatever their rows."""
        case, drawn = sample.case, sample.drawn
        names, sums, means = _wholes(sample, claim)
        vectors, first = _shares(sample)
        inside = np.array(case.claimed)
        cost = sums @ drawn.cost.mean(axis=0) / MILLION
        share, score = means @ vectors @ inside, means @ drawn.score.mean(axis=0)
        order = [k for k in np.lexsort((score, share, cost)) if cost[k] > 0]
        sums, means = sums[order], means[order]
        return cls(
            sample=sample,
            names=tuple(names[k] for k in order),
            sums=sums,
            means=means,
            cost=cost[order],
            vectors=means @ vectors,
            inside=inside,
            drawn_shares=first[:, :, inside].sum(axis=2) @ means.T,
        )

    def lines(self, known: Ints) -> Lines:
        """Some of the services, as positions in this list."""
        return Lines(self.cost[known], self.vectors[known], self.inside)

    def readings(self) -> Iterator[tuple[tuple[str, str, str], tuple[Ints, Reading]]]:
        """Every reading that the case can answer: its key, the services it knows, the outcome."""
        everywhere = np.arange(len(self.names))
        scored = bool(self.sample.case.measured)
        money, harm = (self._per_cost(value) for value in ("money", "harm"))
        if scored:
            score = self.mean("score")
            for counted in (COST, VOTE):
                yield (LEVEL, "score", counted), (everywhere, Reading(score, counted == COST))
            for key, extent in self.extents().items():
                outcome = extent * self.score_by(key) / self.cost
                reading = Reading(outcome, True, True, key != EQUAL, tuple(_some(money, harm)))
                yield (PER_EURO, "score", key), (everywhere, reading)
        signs = [self.default_extent() * self.mean("score") / self.cost] if scored else []
        for value, mine, other in (("harm", harm, money), ("money", money, harm)):
            known = np.flatnonzero(np.isfinite(mine))
            if len(known) < 3 or np.ptp(self.lines(known).share) < 1e-6:
                continue
            beside = [*signs, *_some(other[known] if len(other) else other)]
            beside = [s[known] if len(s) != len(known) else s for s in beside]
            reading = Reading(mine[known], True, True, True, tuple(beside))
            yield (PER_EURO, value, "amount"), (known, reading)

    def mean(self, value: str) -> Floats:
        """(lines,) mean score, or money in millions, or days of harm."""
        return self.merged(value, getattr(self.sample.drawn, value).mean(axis=0))

    def merged(self, value: str, amounts: Floats) -> Floats:
        """(..., lines) of (..., capabilities): scores as means by extent, amounts as sums."""
        if value == "score":
            return np.asarray(amounts @ self.means.T)
        return np.asarray(amounts @ self.sums.T / (MILLION if value != "harm" else 1.0))

    def _per_cost(self, value: str) -> Floats:
        """(lines,) value for each million of cost; NaN where the measure is not known."""
        known = self.sums @ self.sample.model.known[value] > 0
        return np.where(known, self.mean(value) / self.cost, np.nan)

    def extents(self) -> Mapping[str, Floats]:
        """For each key but cost, (lines,) how much of each service there is, 1 on average."""
        today = self.sample.model.today
        found = {}
        for key in KEYS:
            if key in today.given:
                extent = self.sums @ today.extents(key).share
                found[key] = extent / extent.mean()
        return found

    def default_extent(self) -> Floats:
        """(lines,) extents by the first key there is."""
        return next(iter(self.extents().values()))

    def score_by(self, key: str) -> Floats:
        """(lines,) mean score on the criteria that count with a key of extents."""
        counted = self.sample.model.today.extents(key).counted
        if counted.all():
            return self.mean("score")
        drawn = self.sample.drawn
        weights = weights_of(counted, drawn.weights)
        return self.merged("score", np.einsum("nck,nk->nc", drawn.levels, weights).mean(axis=0))

    def drawn(self, key: tuple[str, str, str], known: Ints) -> tuple[Floats, Floats, Floats]:
        """Outcome, share and cost in the first draws, each (draws, some lines)."""
        size = len(self.drawn_shares)
        cost = self.merged("cost", self.sample.drawn.cost[:size])[:, known]
        outcome = self.merged(key[1], getattr(self.sample.drawn, key[1])[:size])[:, known]
        if key[0] == PER_EURO:
            extent = self.extents().get(key[2])
            outcome = outcome * (1.0 if extent is None else extent[known]) / cost
        return outcome, self.drawn_shares[:, known], cost

    def suited(self, key: tuple[str, str, str], known: Ints, reading: Reading, rule: Rule) -> float:
        """Share of the first draws in which a ratio of 1 is rejected, by deals inside strata."""
        outcomes, shares, costs = self.drawn(key, known)
        order = planted_deals(self.lines(known), rule, 499)
        rejected = []
        for y, g, c in zip(outcomes[:SUITED], shares[:SUITED], costs[:SUITED], strict=True):
            weight = c if reading.by_cost else np.ones(len(c))
            rejected.append(p_greater(y, weight, np.clip(g, 0, 1), order) <= rule.alpha)
        return float(np.mean(rejected))


def _wholes(sample: Sample, claim: Registration) -> tuple[tuple[str, ...], Floats, Floats]:
    """Names of the services that count, what belongs to each, and the weights of its parts."""
    case = sample.case
    every = [(c.id, c.part_of or c.id) for c in case.capabilities]
    kept = [k for k, one in enumerate(every) if not {*one} & {*claim.exclusions}]
    names = tuple(dict.fromkeys(every[k][1] for k in kept))
    sums = np.zeros((len(names), len(every)))
    sums[[names.index(every[k][1]) for k in kept], kept] = 1.0
    extent = sums * sample.model.extents.share
    bare = extent.sum(axis=1, keepdims=True) <= 0
    extent = np.where(bare, sums, extent)
    return names, sums, extent / extent.sum(axis=1, keepdims=True)


def _shares(sample: Sample) -> tuple[Floats, Floats]:
    """Mean function shares over the draws kept, and those of the first draws."""
    total = np.zeros((len(sample.case.capabilities), len(sample.case.settings.functions)))
    first = np.empty((0, *total.shape))
    left = sample.drawn.size
    for draws in sample.kept():
        shares = sample.model.function_shares(draws)[:left]
        total += shares.sum(axis=0)
        left -= len(shares)
        first = first if len(first) else shares[:ENVELOPED]
    mean = total / sample.drawn.size
    return mean / mean.sum(axis=1, keepdims=True), first


def _some(*outcomes: Floats) -> list[Floats]:
    return [outcome for outcome in outcomes if np.isfinite(outcome).sum() >= 3]


def _row(
    lists: _Lists, key: tuple[str, str, str], known: Ints, reading: Reading, found: Verdict
) -> dict[str, object]:
    mine = lists.lines(known)
    weight = reading.weight(mine)
    outcome, share, cost = lists.drawn(key, known)
    with np.errstate(invalid="ignore"):
        ratios = share_regression(
            outcome, np.clip(share, 0, 1), cost if reading.by_cost else np.ones_like(cost)
        ).ratio
    low, high = ends(ratios) if np.isfinite(ratios).all() else (np.nan, np.nan)
    constant = np.nan
    if reading.per_cost:
        extent = lists.extents().get(key[2], np.ones(len(lists.names)))[known]
        constant = float(share_regression(extent / mine.cost, mine.share, weight).ratio)
    return {
        "lines": len(known),
        "detectable": found.power.detectable,
        "contrast": found.power.contrast,
        "testable": found.power.testable,
        **_tested(found.readings[0]),
        "drawn_low": float(low),
        "drawn_high": float(high),
        "constant": constant,
        "word": INCONCLUSIVE if key == (PER_EURO, "score", EQUAL) else found.word,
    }


def _tested(judged: Judged) -> dict[str, object]:
    left = judged.ratios_left
    return {
        "ratio": float(judged.fit.ratio),
        "ratio_low": judged.interval.low,
        "ratio_high": judged.interval.high,
        "p_greater": judged.plain.greater,
        "p_margin": judged.plain.margin,
        "p_less": judged.plain.less,
        "held_greater": judged.held.greater,
        "held_margin": judged.held.margin,
        "left_low": float(np.nanmin(left)) if np.isfinite(left).any() else np.nan,
        "left_high": float(np.nanmax(left)) if np.isfinite(left).any() else np.nan,
    }


def _tested_lines(
    lists: _Lists, known: Ints, lines: Lines, reading: Reading, rule: Rule
) -> pd.DataFrame:
    columns = {
        "cost_m": lines.cost,
        "stratum": cost_strata(lines.cost, rule.strata),
        "share": lines.share,
        "outcome": reading.outcome,
        "weight": reading.weight(lines),
    }
    columns |= dict(zip(lists.sample.case.settings.functions, lines.vectors.T, strict=True))
    index = pd.Index([lists.names[k] for k in known], name="capability")
    return pd.DataFrame(columns, index=index)


def _power_table(power: Power) -> pd.DataFrame:
    found = {"power": power.at(PLANTED), "held": power.held_at(PLANTED)}
    return pd.DataFrame(found, index=pd.Index(PLANTED, name="ratio"))


def _left_out(lists: _Lists, known: Ints, judged: Judged) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "ratio": judged.ratios_left,
            "p_greater": [p.greater for p in judged.left_out],
            "p_less": [p.less for p in judged.left_out],
        },
        index=pd.Index([lists.names[k] for k in known], name="capability"),
    )
    wholes = dict.fromkeys(c.part_of or c.id for c in lists.sample.case.capabilities)
    order = [name for name in wholes if name in table.index]
    return table.loc[order]


def _curves(
    lists: _Lists, rule: Rule, read: Collection[tuple[str, str, str]]
) -> tuple[pd.DataFrame, Mapping[str, SpecificationCurve]]:
    """Measure each estimand in every way, and draw the curve of chance under each.

    Readings that could show nothing are not among them: a p without power is not read.
    """
    parts, curves = [], dict[str, SpecificationCurve]()
    lines = lists.lines(np.arange(len(lists.names)))
    order = planted_deals(lines, rule, CURVE_DEALS)
    for estimand in (LEVEL, PER_EURO):
        specs = list(_specifications(lists, estimand, read))
        if not specs:
            continue
        named, outcomes, weights = zip(*specs, strict=True)
        curve = specification_curve(
            np.array(outcomes), np.array(weights), lines.share, order, rule.alpha, left_out=True
        )
        labels = [
            (*name, left)
            for name, weight in zip(named, weights, strict=True)
            for left in ("", *(lists.names[k] for k in np.flatnonzero(weight)))
        ]
        table = pd.DataFrame(labels, columns=["value", "counted", "without", "left_out"])
        table["ratio"], table["p_greater"] = curve.ratio, curve.p_greater
        table = table.sort_values("ratio", kind="stable", ignore_index=True)
        table[["null_low", "null_median", "null_high"]] = curve.null
        table.insert(0, "estimand", estimand)
        parts.append(table)
        curves[estimand] = curve
    return pd.concat(parts, ignore_index=True).rename_axis("specification"), curves


Label = tuple[str, str, str]  # value, how services count, criterion left out


def _specifications(
    lists: _Lists, estimand: str, read: Collection[tuple[str, str, str]]
) -> Iterator[tuple[Label, Floats, Floats]]:
    """Every value and way to count, and the same without each criterion in turn."""
    outcomes = list(lists.readings())
    for (kind, value, counted), (known, reading) in outcomes:
        if kind != estimand or (kind, value, counted) not in read:
            continue
        weight = np.zeros(len(lists.names))
        weight[known] = lists.cost[known] if reading.by_cost else 1.0
        whole = np.full(len(lists.names), np.nan)
        whole[known] = reading.outcome
        variants = [("", whole)]
        if value == "score":
            extent = lists.extents().get(counted, np.ones(len(whole)))
            factor = extent / lists.cost if estimand == PER_EURO else np.ones(len(whole))
            variants += [(k, factor * y) for k, y in _without_criteria(lists)]
        for criterion, outcome in variants:
            yield (value, counted, criterion), outcome, weight


def _without_criteria(lists: _Lists) -> Iterator[tuple[str, Floats]]:
    """Mean scores without each criterion; what the first draws say, moved to all that are kept."""
    drawn, leaves = lists.sample.drawn, lists.sample.case.measured
    size = len(drawn.levels)
    for k, leaf in enumerate(leaves):
        weight = drawn.weights[:, k]
        if len(leaves) < 2 or (weight > 0.999).any():
            continue
        rest = (drawn.score[:size] - drawn.levels[:, :, k] * weight[:, None]) / (
            1 - weight[:, None]
        )
        apart = (rest - drawn.score[:size]).mean(axis=0)
        yield leaf.id, lists.mean("score") + lists.merged("score", apart)


def _coding(case: Case) -> tuple[pd.DataFrame, float]:
    """What each coder said of each share, and how far coders agree beyond chance."""
    coders = tuple(dict.fromkeys(code.coder for code in case.codes))
    if len(coders) < 2:
        return pd.DataFrame(), float("nan")
    coded = {(code.capability, code.coder) for code in case.codes}
    pairs = dict.fromkeys((code.capability, code.function) for code in case.codes)
    coded_share = {
        (code.capability, code.function, code.coder): code.share.mode for code in case.codes
    }
    rows = [
        [
            coded_share.get((capability, function, coder), 0.0)
            if (capability, coder) in coded
            else np.nan
            for coder in coders
        ]
        for capability, function in pairs
    ]
    index = pd.MultiIndex.from_tuples(list(pairs), names=["capability", "function"])
    table = pd.DataFrame(rows, index=index, columns=pd.Index(coders))
    agreement = krippendorff_alpha(table.to_numpy().T, "interval")
    table["apart"] = table.max(axis=1) - table.min(axis=1)
    return table.sort_values("apart", ascending=False, kind="stable"), agreement
