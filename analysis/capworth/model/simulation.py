"""One batch of draws: every cost, value and gain of the case in each of them.

Money year by year: who pays it and who gains it, real and not discounted.

Draws in chunks: any executor, any number of workers, the same numbers.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from typing import NamedTuple, Protocol

import numpy as np

from capworth.case.model import DISTANCE, Case, Estimate
from capworth.errors import InputError
from capworth.methods.acceptability.smaa import RankTally
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.chain import ChainModel
from capworth.model.costs import CostModel, Costs, discount_factors
from capworth.model.draws import AtModes, Draws, Sampled, by_draw
from capworth.model.extents import Extents, Today, countings, weights_of
from capworth.model.gains import GainModel, Gains, Tree
from capworth.model.out_turn import OutTurns
from capworth.model.pricing import PRICED, UNPRICED, Pricing
from capworth.model.savings import SavingModel
from capworth.model.value import ValueModel, score
from capworth.parallel import beside, let_go, result_of

CHUNK = 10_000  # draws of one chunk; part of what makes the numbers


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the model answers, for every draw. Money is real, in the case's price year.

    Attributes
    ----------
    cost : (draws, capabilities) discounted whole-life cost
    payers : (draws, capabilities, payers) the same by who pays it
    score : (draws, capabilities) 0 to 100, as it is today
    given : (draws, capabilities) mean part of today's service that it gives over the discounted
        years, as it goes by itself: 1 where nothing is told of its path
    money : (draws, capabilities) discounted attributed benefit; 0 where it is not known
    harm : (draws, capabilities) attributed days of a harm index a year
    distance : (draws,) to the agreed levels, in points of value, services counted by their extents
    away : (draws, countings, capabilities) of each to its agreed levels, for each of the
        `countings` of criteria
    lifted : (draws, effects) see `GainModel.lifted`
    branches : (draws, capabilities, branches) value 0 to 100 on each branch of the tree, in the
        first `ENVELOPED` draws only
    levels : (draws, capabilities, leaves) value 0 to 100 on each leaf
    weights : (draws, leaves) weights that sum to 1
    gains : of every improvement
    improvement_cost : (draws, improvements) discounted whole-life cost
    improvement_payers : (draws, improvements, payers) the same by who pays it
    asked : (draws, improvements) one-off money to be raised
    """

    cost: Floats
    payers: Floats
    score: Floats
    given: Floats
    money: Floats
    harm: Floats
    distance: Floats
    away: Floats
    lifted: Floats
    branches: Floats
    levels: Floats
    weights: Floats
    gains: Gains
    improvement_cost: Floats
    improvement_payers: Floats
    asked: Floats

    @property
    def size(self) -> int:
        """How many draws."""
        return len(self.cost)

    @property
    def closed(self) -> Floats:
        """(draws, improvements) part of the distance that each closes alone."""
        return self.gains.distance


class Ranked(NamedTuple):
    """What ranks are counted of, where nothing else of a draw is kept; see `Drawn`."""

    score: Floats
    given: Floats
    cost: Floats
    closed: Floats
    improvement_cost: Floats


class Model:
    """The whole case, ready to be answered in any number of draws."""

    def __init__(self, case: Case, first: int = CHUNK) -> None:
        self.case = case
        self._first = first  # draws by which services are known as they are today
        self._keeping = False
        self._opening: tuple[Draws, tuple[Tree, Floats, Costs]] | None = None  # while it is kept
        self.costs = CostModel(case)
        self.value = ValueModel(case)
        self.chain = ChainModel(case)
        self.gains = GainModel(case, self.value, self.chain, self.costs.paths)
        self.savings = SavingModel(case, self.costs, self.gains.years)
        self.annuity = float(discount_factors(case).sum())  # discounted years of the appraisal
        self._group = np.array(case.claimed)
        known = {"score": np.full(len(case.capabilities), bool(case.measured))}
        known |= {scale: self.chain.has_scale(scale) for scale in ("money", "harm")}
        pricing = Pricing(case, self.chain)
        self.priced = np.array(  # (improvements,) whether what each adds in money is known
            [pricing.improvement(i) == PRICED for i in case.improvement_ids], dtype=bool
        )
        self.valued = np.array(  # (improvements,) whether anything that each adds has a price
            [pricing.improvement(i) != UNPRICED for i in case.improvement_ids], dtype=bool
        )
        self.known = known  # (capabilities,) whether a measure of added value is known

    def tree(self, draws: Draws) -> Tree:
        """Levels, values and weights of today, and the agreed levels."""
        levels, some = self.value.levels(draws), self.value.leaves
        agreed = self.value.agreed() if some else np.empty(levels.shape[1:])
        return Tree(levels, self.value.worth(levels), agreed, self.weights(draws))

    @cached_property
    def today(self) -> Today:
        """Services as they are, over the first draws of the case however many are asked for."""
        draws = sampled(self.case, 0, self._first)
        tree, _, costs = found = self._priced(draws)
        if self._keeping:
            self._opening = draws, found
        cost, there = costs.capability.sum(axis=2), self.costs.paths.there
        return Today.of(self.case, draws, tree.levels, tree.missing, there, tree.weights, cost)

    def _priced(self, draws: Draws) -> tuple[Tree, Floats, Costs]:
        """The value tree, (draws, capabilities) score and costs, once for the first draws."""
        if self._opening is not None and draws == self._opening[0]:
            return self._opening[1]
        tree = self.tree(draws)
        points = score(tree.values, tree.weights)
        return tree, points, self.costs.price(draws, points)

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Inside, what `extents` finds of the first draws is kept for their answer."""
        self._keeping = True
        yield
        self._keeping, self._opening = False, None

    @cached_property
    def extents(self) -> Extents:
        """Extents of the capabilities by the key of the case."""
        return self.today.extents(self.case.extent_key)

    def answer(self, draws: Draws) -> Drawn:
        """Answer the case in every draw."""
        tree, points, costs = self._priced(draws)
        values, weights = tree.values, tree.weights
        shares = self.function_shares(draws)
        group = shares[:, :, self._group].sum(axis=2)
        chain, worth = self.chain.levels(draws), self.chain.unit_values(draws)
        whole = costs.improvement.sum(axis=2)
        net_cost = whole - self.savings.alone(draws)
        lifted = self.gains.lifted(tree, draws)
        closed = self.gains.on_tree(lifted, weights, self.extents, group)
        today, gains = self.gains.alone(draws, closed, self.extents, chain, worth, net_cost)
        given = self._given(draws)
        money, days = today.money * self.annuity, today.harm
        if self.costs.paths.declared:
            money, days = money * given, days * given
        paid = costs.capability.sum(axis=2)
        away = self._away(tree)
        below = self.value.branch_of()
        first = weights[:ENVELOPED]
        branch_weight = np.einsum("nk,kb->nb", first, below)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = first[:, :, None] * below / branch_weight[:, None, :]
        inside = np.einsum("nck,nkb->ncb", values[:ENVELOPED], share)
        return Drawn(
            cost=paid,
            payers=costs.capability,
            score=points,
            given=given,
            money=money,
            harm=days,
            distance=self.distance(away),
            away=away,
            lifted=lifted,
            branches=inside,
            levels=values,
            weights=weights,
            gains=gains,
            improvement_cost=whole,
            improvement_payers=costs.improvement,
            asked=costs.asked,
        )

    def ranked(self, draws: Draws) -> Ranked:
        """Answer in every draw what ranks are counted of, and nothing else."""
        tree, points, costs = self._priced(draws)
        return Ranked(
            score=points,
            given=self._given(draws),
            cost=costs.capability.sum(axis=2),
            closed=self.gains.closed(
                self.gains.on_tree(self.gains.lifted(tree, draws), tree.weights, self.extents)[0],
                self.extents,
            ),
            improvement_cost=costs.improvement.sum(axis=2),
        )

    def _away(self, tree: Tree) -> Floats:
        """(draws, countings, capabilities) see `Drawn`."""
        ways = countings(self.value.leaves)
        found = by_draw(len(tree.values), len(ways), len(self.case.capabilities))
        for k, counted in enumerate(ways):
            found[:, k] = score(tree.missing, weights_of(counted, tree.weights))
        return found

    def distance(self, away: Floats) -> Floats:
        """(draws,) to the agreed levels, services counted by their extents; of `Drawn.away`."""
        share = self.extents.share * self.costs.paths.there
        found: Floats = np.einsum("nc,c->n", self.extents.of_each(away), share)
        return found

    def _given(self, draws: Draws) -> Floats:
        """(draws, capabilities) part of today's service that each gives over discounted years."""
        paths = self.costs.paths
        if not paths.declared:
            return np.ones((draws.size, len(self.case.capabilities)))
        discount = discount_factors(self.case)
        years = (paths.given(draws, c) @ discount for c in self.case.capability_ids)
        return np.stack([each * np.ones(draws.size) for each in years], axis=1) / self.annuity

    def platform_shares(self, draws: Draws) -> Floats:
        """(draws, platforms, capabilities) share of each shared platform that each one bears."""
        points = score(self.value.worth(self.value.levels(draws)), self.weights(draws))
        return self.costs.platform_shares(draws, points)

    def function_shares(self, draws: Draws) -> Floats:
        """(draws, capabilities, functions) shares that sum to 1 for each capability."""
        case = self.case
        place = {c: k for k, c in enumerate(case.capability_ids)}
        functions = case.settings.functions
        shares = by_draw(draws.size, len(case.capabilities), len(functions))
        for row in case.functions:
            where = place[row.capability], functions.index(row.function)
            shares[:, where[0], where[1]] = draws.of(row.share)
        shares /= shares.sum(axis=2, keepdims=True)
        return shares

    def weights(self, draws: Draws) -> Floats:
        """(draws, leaves) weights on the value tree that sum to 1, if there are any leaves."""
        if not self.value.leaves:
            return np.empty((draws.size, 0))
        return self.value.weights(draws)


SOBOL = "sobol"  # the other way of drawing than from random streams
KEPT = 20_000  # draws, the first ones, kept for means and ranges; ranks are counted over all
ENVELOPED = 1_000  # draws, the first ones, for the costly stages
BULKY = ("branches", "levels", "weights")  # of `ENVELOPED` draws
Progress = Callable[[str, int, int], None]


def sampled(case: Case, chunk: int, size: int) -> Sampled:
    """Draws of one chunk of a case, by random streams or by a Sobol sequence, as it says."""
    if case.settings.sampling != SOBOL:
        return Sampled(case.settings.seed, chunk, size)
    return Sampled(case.settings.seed, chunk, size, _dimensions(case), chunk * CHUNK)


@lru_cache(maxsize=4)
def _dimensions(case: Case) -> tuple[str, ...]:
    """Names of the streams of every uncertain number, each a dimension of the Sobol sequence."""
    estimates = (
        *case.estimates().values(),
        *(figure.level for figure in case.network),
        *OutTurns(case).inputs(),
        *ChainModel(case).unknown(),
    )
    uncertain = [e for e in estimates if not e.is_certain]
    names = {e.name for e in uncertain}
    names |= {f"group/{e.group}" for e in uncertain if e.group}
    names |= {name for e in uncertain for name, _ in e.made_of}
    names |= {f"funding/{pledge.id}/chance" for pledge in case.funding}
    return tuple(sorted(names))


@dataclass(frozen=True, slots=True)
class Tallies:
    """What is counted over all draws."""

    score: RankTally  # capabilities by score
    value: RankTally  # capabilities that have a place, by score for each million a year
    priority: RankTally | None  # improvements by gain for each million

    def merge(self, other: "Tallies") -> "Tallies":
        """Count both; merge in the order of chunks."""
        both = self.priority
        if both is not None and other.priority is not None:
            both = both.merge(other.priority)
        return Tallies(self.score.merge(other.score), self.value.merge(other.value), both)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What was sampled: the draws that are kept, the one at the modes, the ranks of all.

    The arrays of `draws` named in `BULKY` are kept for the first `ENVELOPED` draws only.
    """

    model: Model
    draws: int
    modes: Drawn
    drawn: Drawn
    tallies: Tallies

    def __repr__(self) -> str:
        return (
            f"<Sample of {self.case.settings.name}: {self.draws:,} draws, {self.drawn.size:,} kept>"
        )

    @property
    def case(self) -> Case:
        """The case that was sampled."""
        return self.model.case

    def with_objective(self, objective: str) -> "Sample":
        """The same draws of the case under another objective, on which nothing drawn depends."""
        model = copy(self.model)
        model.case = self.case.assuming(objective=objective)
        return replace(self, model=model)

    def first_draws(self, size: int = ENVELOPED) -> Draws:
        """Return the first draws once more, to be asked for inputs that were not kept."""
        return sampled(self.case, 0, min(size, self.draws, CHUNK))

    def of(self, estimate: Estimate) -> Floats:
        """(draws kept,) the level of an estimate in the draws that are kept."""
        return np.concatenate([draws.of(estimate) for draws in self.kept()])[: self.drawn.size]

    def ratio_by_draw(self, closed: Floats) -> Floats:
        """(draws, ...) per cent of the distance of each draw that is closed in it.

        What is closed (draws, ...), in the first draws or all that are kept, is in per cent of the
        expected distance: the ratio of the means. The range beside such a mean is of this.
        """
        away = self.drawn.distance[: len(closed)].reshape(-1, *[1] * (closed.ndim - 1))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = closed * (self.model.extents.distance / away)
        return np.where(away > 0, ratio, 0.0)

    def ranged(self, measure: str, values: Floats) -> Floats:
        """(draws, ...) of which the range of an amount of some measure is taken."""
        return self.ratio_by_draw(values) if measure == DISTANCE else values

    def kept(self) -> Iterator[Draws]:
        """Return the draws that are kept once more, chunk by chunk; the last may hold some more."""
        for k, start in enumerate(range(0, self.drawn.size, CHUNK)):
            yield sampled(self.case, k, min(CHUNK, self.draws - start))


@dataclass(frozen=True, slots=True)
class Kept:
    """The draws of a sample that are kept, to be asked for inputs that were not."""

    sample: Sample

    @property
    def size(self) -> int:
        """How many draws are kept."""
        return self.sample.drawn.size

    def of(self, estimate: Estimate) -> Floats:
        """(draws kept,) the level of an estimate."""
        return self.sample.of(estimate)


def value_per_million(drawn: Drawn | Ranked, annuity: float) -> Floats:
    """(draws, capabilities) points of score for each million a year of whole-life cost.

    What declines or ends by itself has its points for what it gives, as it has its cost.
    """
    return drawn.score * drawn.given / (drawn.cost / annuity / MILLION)


def gain_per_million(drawn: Drawn | Ranked) -> Floats:
    """(draws, improvements) distance closed for each million of whole-life cost."""
    return drawn.closed / (drawn.improvement_cost / MILLION)


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one chunk of draws answers: the draws that are kept, if any, and the ranks of all."""

    drawn: Drawn | None
    counted: Tallies


class Store(Protocol):
    """Where chunks of one case are kept."""

    def load(self, kind: type[Chunk], chunk: int, size: int) -> Chunk | None:
        """Return what a chunk of so many draws answered, if it is there."""

    def keep(self, answer: Chunk, chunk: int, size: int) -> None:
        """Keep what it answered."""


def draw_sample(
    case: Case,
    draws: int,
    workers: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
    first: int = CHUNK,
    store: Store | None = None,
) -> Sample:
    """Answer the case in `draws` draws.

    Chunk k has its own random streams, so that neither the number of workers nor the order in
    which they finish moves a single bit. Memory does not grow beyond `KEPT` draws.

    Parameters
    ----------
    case : the case; its settings hold the seed
    draws : how many draws, one or more
    workers : processes or threads, when no executor is given; see `beside`
    executor : anything with the interface of `concurrent.futures`
    progress : told of the stage, the draws done and the draws in all
    first : draws by which services are known as they are today: extents and the unit
    store : where the answer of each chunk is kept, and found if it is there

    Raises
    ------
    InputError
        When there are no draws or no workers.
    """
    for name, number in (("draws", draws), ("workers", workers)):
        if number < 1:
            raise InputError(f"{name}: {number} is too few. Give 1 or more.")
    model = Model(case, first)
    sizes = [min(CHUNK, draws - start) for start in range(0, draws, CHUNK)]
    kept: list[Drawn] = []
    tallies: Tallies | None = None
    found = [store.load(Chunk, k, size) if store else None for k, size in enumerate(sizes)]
    with model.keeping():
        assert model.extents  # found once, before the work is handed out
        if found[0] is None and sizes[0] == first:  # half of it is known from the extents
            opening = found[0] = _chunk(model, sampled(case, 0, first), 0)
            if store:
                store.keep(opening, 0, first)
    with beside(model, workers, executor) as submit:
        chunks = deque(
            found[k] or submit(_chunk, sampled(case, k, size), k * CHUNK)
            for k, size in enumerate(sizes)
        )
        for k, size in enumerate(sizes):
            at_work = chunks.popleft()
            chunk = at_work if isinstance(at_work, Chunk) else result_of(at_work)
            if store and chunk is not at_work:
                store.keep(chunk, k, size)
            kept += [] if chunk.drawn is None else [chunk.drawn]
            tallies = chunk.counted if tallies is None else tallies.merge(chunk.counted)
            if progress:
                progress("draws", sum(sizes[: k + 1]), draws)
    assert tallies is not None  # draws is one or more
    return Sample(model, draws, model.answer(AtModes()), _joined(kept), tallies)


def _chunk(model: Model, draws: Sampled, start: int) -> Chunk:
    """Count all draws of a chunk, and copy those that are kept, so that the others are let go."""
    if start >= KEPT:
        return Chunk(None, _counted(model, model.ranked(draws)))
    drawn = model.answer(draws)
    counted = _counted(model, drawn)
    kept = Chunk(_trimmed(drawn, max(ENVELOPED - start, 0), KEPT - start), counted)
    if draws.size == CHUNK:
        del drawn
        let_go()
    return kept


def _counted(model: Model, drawn: Drawn | Ranked) -> Tallies:
    priority = RankTally.of(gain_per_million(drawn)) if model.case.improvements else None
    value = RankTally.of(value_per_million(drawn, model.annuity)[:, model.case.with_place])
    return Tallies(RankTally.of(drawn.score), value, priority)


def _trimmed(drawn: Drawn, enveloped: int, kept: int) -> Drawn:
    parts = {name: part[:kept] for name, part in _parts(drawn)}
    gains = Gains(*(getattr(drawn.gains, f.name)[:kept].copy() for f in fields(Gains)))
    parts |= {name: parts[name][:enveloped].copy() for name in BULKY}
    return replace(drawn, gains=gains, **parts)


def _joined(kept: list[Drawn]) -> Drawn:
    first = kept[0]
    parts = {name: _one([getattr(w, name) for w in kept]) for name, _ in _parts(first)}
    gains = Gains(*(_one([getattr(w.gains, f.name) for w in kept]) for f in fields(Gains)))
    return replace(first, gains=gains, **parts)


def _one(parts: list[Floats]) -> Floats:
    """Chunks as one array, in the order of `by_draw` however they came: sums have that order."""
    whole = by_draw(sum(map(len, parts)), *parts[0].shape[1:])
    return np.concatenate(parts, out=whole)


def _parts(drawn: Drawn) -> Iterator[tuple[str, Floats]]:
    """Every array of the draws."""
    for field in fields(Drawn):
        if field.name != "gains":
            yield field.name, getattr(drawn, field.name)


def redrawn(sample: Sample) -> Sampled:
    """Draw the first draws of a sample again: `sampling.ENVELOPED` of them at most."""
    return sampled(sample.case, 0, min(sample.draws, ENVELOPED, CHUNK))
