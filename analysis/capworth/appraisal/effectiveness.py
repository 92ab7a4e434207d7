"""Cost for each harm-day averted and each point of score: which options are worth their price.

Does the ranking survive the scale? Harm by every index the case gives, and by money.

One panel: the same capabilities ranked by every harm scale, by money and by score.

What to choose at each price of a harm-day or a point, and how sure it is the best.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from capworth.appraisal.economics import PERSPECTIVES
from capworth.appraisal.places import places_of
from capworth.case.model import Case
from capworth.methods.acceptability.indices import spearman
from capworth.methods.arguments import Bools, Floats, known
from capworth.methods.cost_benefit.effectiveness import (
    Status,
    acceptability,
    frontier,
    frontier_order,
)
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.chain import UnitValues, Worth
from capworth.model.costs import PAYERS
from capworth.model.draws import AtModes, Draws
from capworth.model.figures import COUNT, RATIO, SHARE, Column, columns, word
from capworth.model.result import Answer, Provenance, ends
from capworth.model.simulation import ENVELOPED, Model, Sample, redrawn, sampled

NOTHING = "nothing"  # the option that costs nothing and does nothing
EFFECTS = ("harm", "score")
AMOUNTS = (  # formula of each
    *(("capability", "harm", "harm_in_all"), ("capability", "score", "score")),
    *(("improvement", "harm", "harm_in_all"), ("improvement", "score", "gain")),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Effectiveness(Answer):
    """Cost-effectiveness of the capabilities and of the improvements, as alternatives."""

    _table: pd.DataFrame
    perspective: str
    draws: int  # in which the frontier is drawn for the probability of being on it
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        rests = ("costs", "chain", "scores")
        found = [
            Column(
                *("effectiveness", "cost_m", "cost", "millions", "cost", ("costs",)),
                where=(("kind", kind), ("effect", effect)),
            )
            for kind in ("capability", "improvement")
            for effect in EFFECTS
        ]
        found += [
            Column(
                *("effectiveness", "amount", f"effect.{effect}", "level", formula, rests),
                where=(("effect", effect), ("kind", kind)),
            )
            for kind, effect, formula in AMOUNTS
        ]
        return (
            *found,
            *columns(
                "effectiveness",
                ("average_ratio", "average_price", "money", "average_price", rests, RATIO),
                ("incremental_ratio", "next_price", "money", "effectiveness", rests, RATIO),
                drop=("kind",),
            ),
            Column(
                *("effectiveness", "p_efficient", "on_frontier", "chance", "share_of_draws", rests),
                *(SHARE,),
                drop=("kind",),
                draws="draws",
            ),
        )

    def frontier(self, kind: str, effect: str) -> pd.DataFrame:
        """Return the efficient options of one kind, cheapest first, with their ratios."""
        part = self._part(kind, effect)
        chosen = part[part["status"] == "efficient"].sort_values("amount", kind="stable")
        return chosen.droplevel(["kind", "effect"])

    def _part(self, kind: str, effect: str) -> pd.DataFrame:
        index = self._table.index
        mine = (index.get_level_values("kind") == kind) & (
            index.get_level_values("effect") == effect
        )
        return self._table[mine]

    def __repr__(self) -> str:
        words = []
        for kind, effect in dict.fromkeys((kind, effect) for kind, effect, _ in self._table.index):
            part = self._part(kind, effect)
            count = int((part["status"] == "efficient").sum())
            words.append(f"{count} of {len(part)} {kind} options by {effect}")
        return f"<Effectiveness: efficient are {', '.join(words)}>"


def cost_effectiveness(
    sample: Sample, provenance: Provenance, perspective: str = "society"
) -> Effectiveness | None:
    """Compare capabilities, and improvements, by cost against harm-days and against score.

    Options of one kind are compared as alternatives, of which one is chosen, with doing nothing
    among them. Dominated: another costs no more, does no less and is better in one of the two.
    Extended-dominated: on or above the line between two others, so that no price of the effect
    makes it the single best. The incremental ratio is that against the next cheaper option on the
    frontier, `compared_with`; the average ratio, against doing nothing, stands beside it and is no
    guide to a choice. Where several may be chosen, the programme answers.

    Cost is whole-life and discounted, of the payers that the perspective counts. Harm-days are
    those of the whole appraisal, discounted like money; points of score are held over all of it,
    and do not grow with the size of a service; of improvements they are per cent of the distance
    that they close. Ratios are in the money of the case for one day, point or per cent.
    Amounts, costs and ratios are those of all draws that are kept; the probability of being on the
    frontier is that of the first of them.

    None where neither harm nor score is known.
    """
    payers = PERSPECTIVES[known(perspective, "perspective", PERSPECTIVES)].payers
    parts = [
        _compared(sample, kind, effect, amounts, costs, counts)
        for kind, effect, amounts, costs, counts in _options(sample, payers)
        if counts.any()
    ]
    if not parts:
        return None
    draws = min(ENVELOPED, sample.drawn.size)
    return Effectiveness(pd.concat(parts), perspective, draws, provenance)


def _options(
    sample: Sample, payers: tuple[str, ...]
) -> Iterator[tuple[str, str, Floats, Floats, Bools]]:
    """Kind, effect, amounts and costs (draws, things), and which things have the effect at all."""
    drawn, model = sample.drawn, sample.model
    places = [PAYERS.index(p) for p in payers]
    cost = drawn.payers[:, :, places].sum(axis=2)
    improving = drawn.improvement_payers[:, :, places].sum(axis=2)
    gains = drawn.gains
    for effect in EFFECTS:
        whole = model.annuity if effect == "harm" else 1.0
        now = (drawn.harm if effect == "harm" else drawn.score) * whole
        added = (gains.harm if effect == "harm" else gains.distance) * whole
        yield "capability", effect, now, cost, model.known[effect]
        yield "improvement", effect, added, improving, (added != 0).any(axis=0)


def _compared(
    sample: Sample, kind: str, effect: str, amounts: Floats, costs: Floats, counts: Bools
) -> pd.DataFrame:
    case = sample.case
    every = case.capability_ids if kind == "capability" else case.improvement_ids
    ids = [NOTHING, *(i for i, counted in zip(every, counts, strict=True) if counted)]
    nothing = np.zeros((len(amounts), 1))
    does, pays = (np.hstack([nothing, part[:, counts]]) for part in (amounts, costs))
    mean = frontier(pays.mean(axis=0), does.mean(axis=0))
    efficient = efficient_in(pays[:ENVELOPED], does[:ENVELOPED]).mean(axis=0)
    cost, amount = pays.mean(axis=0), does.mean(axis=0)
    before: dict[int, str] = {}
    for j, k in pairwise(frontier_order(mean.status, amount).tolist()):  # equals share theirs
        before[k] = before.get(j, "") if amount[j] == amount[k] else ids[j]
    average = np.divide(cost, amount, out=np.full(len(ids), np.nan), where=amount > 0)
    names = case.names()
    table = pd.DataFrame(
        {
            "name": [names.get(i, i) for i in ids],
            "cost_m": cost / MILLION,
            "amount": amount,
            "average_ratio": average,
            "status": [Status(int(code)).name.lower() for code in mean.status],
            "compared_with": [before.get(k, "") for k in range(len(ids))],
            "incremental_ratio": mean.ratio,
            "p_efficient": efficient,
        },
        index=pd.MultiIndex.from_tuples(
            [(kind, effect, i) for i in ids], names=["kind", "effect", "subject"]
        ),
    )
    return table.iloc[1:]  # doing nothing is always efficient and always first


def efficient_in(cost: Floats, effect: Floats) -> Bools:
    """Whether each option is efficient in each draw, all (draws, options); see `frontier`.

    Of each draw as many are compared as no cheaper one outdoes, found by one sort: work grows with
    their square, and not with that of all.
    """
    order = np.argsort(cost, axis=1)
    rising = np.take_along_axis(effect, order, axis=1)
    outdone = rising < np.maximum.accumulate(rising, axis=1)
    many = int((~outdone).sum(axis=1).max())
    first = np.argsort(outdone, axis=1, kind="stable")[:, :many]
    some = np.take_along_axis(order, first, axis=1)
    compared = frontier(*(np.take_along_axis(part, some, axis=1) for part in (cost, effect)))
    found = np.zeros(cost.shape, dtype=bool)
    np.put_along_axis(found, some, compared.status == Status.EFFICIENT, axis=1)
    return found


DRAWS = 2_000
MONEY = "money"
KINDS = ("capability", "improvement")
KEY = ("kind", "one", "other", "subject")
COLUMNS = ("place_one", "place_other", "p_first_one", "p_first_other", "places_moved")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class HarmScales(Answer):
    """Places of capabilities and improvements under every scale of what outcomes are worth."""

    _table: pd.DataFrame
    _pairs: pd.DataFrame
    _weights: pd.DataFrame
    draws: int
    provenance: Provenance

    def agreement(self) -> pd.DataFrame:
        """For each pair of scales: things compared, and share of their pairs in the same order."""
        return self._pairs.copy()

    def outcome_weights(self) -> pd.DataFrame:
        """Worth of one outcome at its mode on each scale, NaN where the scale does not value it."""
        return self._weights.copy()

    @property
    def depending(self) -> tuple[str, ...]:
        """The capabilities whose place differs between two scales, most first."""
        rows = self._table.index.get_level_values("kind") == "capability"
        moving = self._table[rows & (self._table["places_moved"] > 0)]
        ordered = moving.sort_values("places_moved", ascending=False, kind="stable")
        return tuple(dict.fromkeys(ordered.index.get_level_values("subject")))

    def __repr__(self) -> str:
        if not len(self._pairs):
            return "<HarmScales: fewer than two scales value the same outcomes>"
        words = [
            f"{one} and {other} order {row.same_order:.0%} of the pairs of {row.compared} "
            f"{'capabilities' if kind == 'capability' else 'improvements'} alike"
            for (kind, one, other), row in zip(
                self._pairs.index, self._pairs.itertuples(), strict=True
            )
        ]
        return f"<HarmScales: {'; '.join(words)}>"


def compare_scales(case: Case, draws: int = DRAWS) -> HarmScales:
    """Rank capabilities and improvements by harm on every scale, and by money.

    Scales are compared two at a time, each on the outcomes that both of them value, so that a
    difference is the scale's and not that of an outcome which one of them lacks. Capabilities are
    ranked by worth for each euro of whole-life cost, improvements by worth added. Draws are the
    same under every scale; a place is that of the expected rank.

    Returns
    -------
    One row for each kind, pair of scales and subject: `place_one` and `place_other` among those
    compared, `p_first_one`, `p_first_other`, `places_moved`. Money and harm are put side by side,
    never added.
    """
    model = Model(case)
    drawn = sampled(case, 0, draws)
    scales = scales_of(case, drawn)
    cost = model.answer(drawn).cost
    names = list(scales)
    rows, pairs = [], {}
    for k, one in enumerate(names):
        for other in names[k + 1 :]:
            common = [outcome for outcome in scales[one] if outcome in scales[other]]
            if not common:
                continue
            worths = [{o: scales[scale][o] for o in common} for scale in (one, other)]
            parts = [
                (worth_of(model, drawn, worth) / cost, added_of(model, drawn, worth))
                for worth in worths
            ]
            for kind, first, second in zip(KINDS, *parts, strict=True):
                ids = case.capability_ids if kind == "capability" else case.improvement_ids
                counts = (first != 0).any(axis=0) & (second != 0).any(axis=0)
                if counts.sum() < 2:
                    continue
                rows += _rows(kind, one, other, ids, counts, first, second)
                pairs[kind, one, other] = {
                    "outcomes": " ".join(common),
                    "compared": int(counts.sum()),
                    "same_order": _same_order(first[:, counts], second[:, counts]),
                }
    table = pd.DataFrame(rows, columns=[*KEY, *COLUMNS]).set_index(list(KEY))
    index = pd.MultiIndex.from_tuples(list(pairs), names=["kind", "one", "other"])
    agreement = pd.DataFrame(
        list(pairs.values()), index=index, columns=["outcomes", "compared", "same_order"]
    )
    return HarmScales(table, agreement, _weights(case), draws, Provenance.of(case, draws))


def scales_of(case: Case, drawn: Draws) -> Mapping[str, Worth]:
    """Worth of one outcome of each kind on every harm index, and in money."""
    found: dict[str, Worth] = {}
    for index in case.harm_indices:
        variant = case.assuming(harm_index=index)
        found[index or "harm"] = UnitValues(variant).worth(drawn)["harm"]
    money = UnitValues(case).worth(drawn)["money"]
    return found | ({MONEY: money} if money else {})


def worth_of(model: Model, drawn: Draws, worth: Worth) -> Floats:
    """(draws, capabilities) what each is worth a year on one scale."""
    chain = model.chain.levels(drawn)
    return model.chain.walk(drawn.size, chain, {"money": {}, "harm": worth}).harm


def added_of(model: Model, drawn: Draws, worth: Worth) -> Floats:
    """(draws, improvements) what each adds a year on one scale."""
    chain, scale = model.chain.levels(drawn), {"money": {}, "harm": worth}
    today = model.chain.walk(drawn.size, chain, scale)
    return model.gains.chain_gains(drawn, chain, scale, today)[1]


def _rows(
    kind: str,
    one: str,
    other: str,
    ids: tuple[str, ...],
    counts: Bools,
    first: Floats,
    second: Floats,
) -> list[tuple[object, ...]]:
    subjects = [i for i, counted in zip(ids, counts, strict=True) if counted]
    found = [places_of(part[:, counts]) for part in (first, second)]
    places = [pd.Series(f.expected).rank(method="min").astype(int).tolist() for f in found]
    firsts = [f.first.tolist() for f in found]
    return [
        (kind, one, other, subject, a, b, p, q, abs(a - b))
        for subject, a, b, p, q in zip(subjects, *places, *firsts, strict=True)
    ]


def _same_order(first: Floats, second: Floats) -> float:
    """Share of pairs that the two scales put in the same order, over things and draws."""
    same = [
        np.sign(first[:, i] - first[:, j]) == np.sign(second[:, i] - second[:, j])
        for i in range(first.shape[1])
        for j in range(i)
    ]
    return float(np.mean(same))


def _weights(case: Case) -> pd.DataFrame:
    """Modes of the unit values by outcome and scale; money in the money of the case."""
    modes = {
        scale: {outcome: float(one[0]) for outcome, one in worth.items()}
        for scale, worth in scales_of(case, AtModes()).items()
    }
    table = pd.DataFrame(modes, index=[outcome.id for outcome in case.outcomes])
    return table.rename_axis(index="outcome")


SCORE = "score"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ScalePanel(Answer):
    """Places in worth for each euro under every scale, on the same capabilities and outcomes."""

    _table: pd.DataFrame
    _pairs: pd.DataFrame
    scales: tuple[str, ...]
    outcomes: tuple[str, ...]  # those that every harm scale and money value
    draws: int
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        rests = ("costs", "chain", "scores")
        found = [
            Column(
                *("scales", name, "place" if name.startswith("place_") else "first"),
                *(("place", "places") if name.startswith("place_") else ("chance", "rank_share")),
                rests,
                SHARE if name.startswith("p_first_") else COUNT,
                f"by_{word(name.partition('place_')[2] or name.partition('p_first_')[2])}",
                draws="draws",
            )
            for name in self._table.columns
            if name.startswith(("place_", "p_first_"))
        ]
        return (
            *found,
            *columns(
                "scales",
                ("places_moved", "places_moved", "count", "places", rests, COUNT, "by_scale"),
                draws="draws",
            ),
            *columns(
                "scale_pairs",
                ("rank_correlation", "rank_correlation", "ratio", "places", rests),
                ("p_same_first", "same_first", "chance", "share_of_draws", rests, SHARE),
                draws="draws",
            ),
        )

    def pairs(self) -> pd.DataFrame:
        """Return for each pair of scales the rank correlation and the chance of one first."""
        return self._pairs.copy()

    @property
    def depending(self) -> tuple[str, ...]:
        """The capabilities whose place depends on the scale, most first."""
        moving = self._table[self._table["places_moved"] > 0]
        return tuple(moving.sort_values("places_moved", ascending=False, kind="stable").index)

    @property
    def weakest(self) -> tuple[str, str]:
        """The two scales that agree least."""
        least = int(self._pairs["rank_correlation"].to_numpy().argmin())
        one, other = list(self._pairs.index)[least]
        return str(one), str(other)

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {"scales": self.to_frame(), "scale_pairs": self.pairs()}

    def __repr__(self) -> str:
        one, other = self.weakest
        least = self._pairs["rank_correlation"].min()
        return (
            f"<ScalePanel: {len(self.depending)} of {len(self._table)} capabilities change place "
            f"between {len(self.scales)} scales; {one} and {other} agree least, rank correlation "
            f"{least:.2f}>"
        )


def scale_panel(sample: Sample, provenance: Provenance) -> ScalePanel | None:
    """Rank the same capabilities for each euro of whole-life cost on every scale.

    Harm indices and money are all applied to the outcomes that every one of them values, so that a
    difference is the scale's and not that of an outcome which one of them lacks; the score is that
    of the value tree. Only capabilities with such outcomes are ranked. Draws are the same under
    every scale: the first draws of the sample, `sampling.ENVELOPED` at most. A place is that of
    the expected rank, equals sharing the better one.

    Returns
    -------
    One row for each capability: `place_*` and `p_first_*` on each scale, `places_moved` between
    the best and the worst. `pairs()`: Spearman's rank correlation, its mean and 80 % interval over
    the draws, and the share of draws in which both scales put the same capability first. None
    where fewer than two scales value the same outcomes of two capabilities.
    """
    case, model = sample.case, sample.model
    drawn = redrawn(sample)
    worth = scales_of(case, drawn)
    outcomes = tuple(
        o.id for o in case.outcomes if worth and all(o.id in w for w in worth.values())
    )
    cost = sample.drawn.cost[: drawn.size]
    values = {
        scale: worth_of(model, drawn, {o: each[o] for o in outcomes}) / cost
        for scale, each in worth.items()
    }
    if case.measured:
        values[SCORE] = sample.drawn.score[: drawn.size] / cost
    counts = np.array(case.placed) & bool(outcomes)
    for each in values.values():
        counts &= (each != 0).any(axis=0)
    if len(values) < 2 or counts.sum() < 2:
        return None
    ranked = {scale: each[:, counts] for scale, each in values.items()}
    ids = [c for c, counted in zip(case.capability_ids, counts, strict=True) if counted]
    return ScalePanel(
        _table=_places(ranked, ids),
        _pairs=_pairs(ranked),
        scales=tuple(ranked),
        outcomes=outcomes,
        draws=drawn.size,
        provenance=provenance,
    )


def _places(ranked: Mapping[str, Floats], ids: list[str]) -> pd.DataFrame:
    table = pd.DataFrame(index=pd.Index(ids, name="capability"))
    for scale, values in ranked.items():
        found = places_of(values)
        expected = pd.Series(found.expected, table.index)
        table[f"place_{scale}"] = expected.rank(method="min").astype(int)
        table[f"p_first_{scale}"] = found.first
    places = table[[f"place_{scale}" for scale in ranked]]
    table["places_moved"] = places.max(axis=1) - places.min(axis=1)
    return table.sort_values(list(places.columns), kind="stable")


def _pairs(ranked: Mapping[str, Floats]) -> pd.DataFrame:
    rows = {}
    names = list(ranked)
    for k, one in enumerate(names):
        for other in names[k + 1 :]:
            agree = spearman(ranked[one], ranked[other])
            agree = agree[~np.isnan(agree)] if not np.isnan(agree).all() else agree
            low, high = ends(agree)
            first = ranked[one].argmax(axis=1) == ranked[other].argmax(axis=1)
            rows[one, other] = {
                "rank_correlation": float(agree.mean()),
                "rank_correlation_low": float(low),
                "rank_correlation_high": float(high),
                "p_same_first": float(first.mean()),
            }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(list(rows), names=["one", "other"])
    return table


PRICES = 25  # looked at, evenly on a log scale
JUST = 1e-6  # beyond an incremental ratio, where the choice has just changed
REACH = 5.0  # times the lowest and the highest incremental ratio that are looked at


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Willingness(Answer):
    """Acceptability of the improvements as alternatives, doing nothing among them."""

    _table: pd.DataFrame
    _chances: pd.DataFrame
    effect: str
    draws: int
    provenance: Provenance

    def chances(self) -> pd.DataFrame:
        """Return the probability of each option (column) to be best at each price (row)."""
        return self._chances.copy()

    @property
    def options(self) -> tuple[str, ...]:
        """The options that are chosen at some price, in the order in which they come in."""
        return tuple(dict.fromkeys(self._table["choice"]))

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {"willingness": self.to_frame(), "acceptability": self.chances()}

    def __repr__(self) -> str:
        return (
            f"<Willingness by {self.effect}: with the price rising {', then '.join(self.options)}; "
            f"the choice is the best in {self._table['p_best'].min():.0%} to "
            f"{self._table['p_best'].max():.0%} of draws>"
        )


def willingness(sample: Sample, provenance: Provenance, effect: str = "harm") -> Willingness | None:
    """Compare the improvements at every price that may be paid for one of the effect.

    Costs, effects, draws and the meaning of an alternative are those of
    `effectiveness.cost_effectiveness`, in the perspective of society. Prices run from a fifth of
    the lowest to five times the highest incremental ratio of the frontier, with the ratios
    themselves among them, where the choice changes.

    Returns
    -------
    One row for each price: the `choice` of the highest expected net benefit, the probability
    `p_best` that it is the best (CEAF), and `information`, the value of knowing everything, in
    millions. `chances()` holds the probability of every option (CEAC). None where no improvement
    has the effect.
    """
    case, drawn = sample.case, sample.drawn
    known(effect, "effect", EFFECTS)
    draws = min(ENVELOPED, drawn.size)
    gains = drawn.gains.harm if effect == "harm" else drawn.gains.distance
    added = gains[:draws] * (sample.model.annuity if effect == "harm" else 1.0)
    counts = (added != 0).any(axis=0)
    places = [PAYERS.index(p) for p in PERSPECTIVES["society"].payers]
    costs = drawn.improvement_payers[:draws][:, :, places].sum(axis=2)
    nothing = np.zeros((draws, 1))
    pays, does = (np.hstack([nothing, part[:, counts]]) for part in (costs, added))
    mean = frontier(pays.mean(axis=0), does.mean(axis=0))
    ratios = mean.ratio[(mean.status == Status.EFFICIENT) & (mean.ratio > 0)]
    if not ratios.size:
        return None
    even = np.geomspace(ratios.min() / REACH, ratios.max() * REACH, PRICES)
    prices = np.sort(np.concatenate((even, ratios * (1 + JUST))))
    found = acceptability(pays, does, prices)
    ids = [NOTHING, *(i for i, c in zip(case.improvement_ids, counts, strict=True) if c)]
    index = pd.Index(prices, name="price")
    table = pd.DataFrame(
        {
            "choice": [ids[k] for k in found.choice.tolist()],
            "p_best": found.chance_of_choice,
            "information_m": found.information / MILLION,
        },
        index=index,
    )
    chances = pd.DataFrame(found.chance, index=index, columns=pd.Index(ids, name="option"))
    return Willingness(table, chances, effect, draws, provenance)
