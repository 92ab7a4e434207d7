"""What improvements add together: alone, as an order-free share, and as the last one in.

What is lost without an improvement, or when it comes late.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from capworth.case.model import DISTANCE, HARM, Case
from capworth.methods.allocation.shapley import shapley
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.effect_years import EffectYears
from capworth.model.figures import MEAN, NO_DRAWS, RATIO, Column, columns
from capworth.model.joint_gains import MONEY, Chain, Game, Level, games_of, meetings_of
from capworth.model.result import Answer, Interval, Provenance, spread
from capworth.model.set_value import SetValue
from capworth.model.simulation import Sample
from capworth.programme.choice import Choice
from capworth.programme.selection import SCALE, WORDS, Programme
from capworth.streams import stream

SCALES: Mapping[str, float] = {DISTANCE: 1.0, MONEY: MILLION, HARM: 1.0}
NAMES: Mapping[str, str] = {
    DISTANCE: "gain",
    MONEY: "money_m",
    HARM: "harm_days",
}
ENTRIES = 1 << 24  # numbers that the largest table of joint gains may hold
EXACT = 12  # improvements that meet up to which all orders of joining are averaged; 2^12 sets
ORDERS = 100  # of joining beyond, each forwards and backwards
STREAM = "orders of joining"
APART = 1e-9  # per cent below which two improvements do not touch one another


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class JointGains(Answer):
    """Stand-alone, Shapley and in-programme gain of every improvement, side by side."""

    _table: pd.DataFrame
    _pairs: pd.DataFrame
    base: tuple[str, ...]  # the set in which they are counted together
    alone: Interval  # per cent of the distance that the set closes, gains simply added
    together: Interval  # per cent of the distance that the set closes, counted together
    measure: str  # what a programme is to add most of
    draws: int
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        gains, money = ("effects", "scores"), ("effects", "chain")
        units = (
            ("gain", "gain", "distance", gains),
            ("money_m", "money", "millions", money),
            ("harm_days", "harm", "days", money),
        )
        alone: list[tuple[Any, ...]] = []
        found: list[tuple[Any, ...]] = []
        for name, quantity, unit, rests in units:
            alone.append((f"{name}_alone", quantity, unit, "joint_gain", rests, MEAN))
            found += [
                (f"{name}_shapley", quantity, unit, "joint_gain", rests, MEAN, "fair_share"),
                (f"{name}_last", quantity, unit, "joint_gain", rests, MEAN, "last_to_join"),
            ]
        rate = ("last_per_m", "gain_rate", "distance_per_million", "gain_rate")
        unit_of = WORDS[self.measure][1]
        return (
            *columns("joint_gains", *alone),
            *columns("joint_gains", *found, draws="draws"),
            Column("joint_gains", *rate, (*gains, "costs"), RATIO, "last_to_join", draws="draws"),
            Column(
                "joint_gains", "loss_without", "loss_without", unit_of, "objective", behind=gains
            ),
            Column(
                *("joint_gains", "lost_a_year", "lost_by_a_year", "share", "lost_a_year"),
                *(("improvements",), RATIO),
                draws=NO_DRAWS,
            ),
            *columns(
                "joint_pairs",
                *(
                    (f"{name}_joint", f"{quantity}_joint", unit, "joint_gain", rests)
                    for name, quantity, unit, rests in units
                ),
                draws="draws",
            ),
        )

    def pairs(self) -> pd.DataFrame:
        """Pairs that touch: distance and money of the two together, less those of each alone."""
        return self._pairs.copy()

    @property
    def counted_twice(self) -> float:
        """Points that adding up the stand-alone gains of the set counts twice; below 0: too few."""
        return self.alone[0] - self.together[0]

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {"joint_gains": self.to_frame(), "joint_pairs": self.pairs()}

    def __repr__(self) -> str:
        return (
            f"<JointGains: {len(self.base)} improvements close {self.together[0]:.1f} % "
            f"together, {self.alone[0]:.1f} when counted one by one; {self.draws:,} draws>"
        )


def join_gains(
    sample: Sample, programme: Programme | None, provenance: Provenance
) -> JointGains | None:
    """Count the improvements together; None where the case has none.

    In all draws that are kept, or in the first of them where many meet on one thing.

    The set is the recommended programme, or without one the improvements by gain for their cost,
    leaving out what an earlier one excludes. Three readings of each improvement: `alone`, as if
    no other came; `shapley`, its part of the joint gain averaged over all orders of joining, so
    that the parts of the set add up; `last`, what the set loses without it. One outside the set
    is read in the set that it would join, less what it excludes.
    """
    case = sample.case
    if not case.improvements:
        return None
    worth = Choice.of(sample).worth
    places = [place for place in worth.meetings if isinstance(place, Level | Chain)]
    crowd = max((len(place.users) for place in places), default=1)
    size = min(sample.drawn.size, ENTRIES >> min(crowd, EXACT))
    if size < sample.drawn.size:
        places = list(meetings_of(sample.model, sample.first_draws(size), fewest=2))
    games = (*games_of(places, size), *_pair_games(worth, size))
    base = _base(sample, programme)
    sets = [_joined(sample, base, k) for k in range(len(case.improvements))]
    columns: dict[str, object] = {
        "name": [i.name for i in case.improvements],
        "in_set": [k in base for k in range(len(sets))],
    }
    for measure, scale in SCALES.items():
        own = worth.gains(measure)
        if measure == MONEY:
            own = np.where(sample.model.valued, own, np.nan)
        mine = [game for game in games if game.measure == measure]
        alone, share, last, error = readings(mine, sets, size, case.settings.seed)
        name, none = NAMES[measure], np.zeros_like(alone)
        for reading, more in (("alone", none), ("shapley", share - alone), ("last", last - alone)):
            columns |= _spread(sample, f"{name}_{reading}", measure, own, more, scale)
        if error.any():
            columns |= {f"{name}_shapley_error": error / scale}
        if measure == DISTANCE:
            joined, cost = own[:size] + last - alone, sample.drawn.improvement_cost[:size] / MILLION
            columns |= spread("last_per_m", sample.ratio_by_draw(joined) / cost)
            columns |= {"last_per_m": columns["gain_last"] / cost.mean(axis=0)}
    score = [game for game in games if game.measure == DISTANCE]
    columns |= {"touches": _touches(case.improvement_ids, games)}
    columns |= {"loss_without": losses_without(Choice.of(sample)), "lost_a_year": lost_a_year(case)}
    everyone = sorted(base)
    alone_all = worth.gains(DISTANCE)[:size, everyone].sum(axis=1)
    together = alone_all + _gain(score, set(everyone), size)
    for k in everyone:
        together = together - _gain(score, {k}, size)
    table = pd.DataFrame(columns, index=pd.Index(case.improvement_ids, name="improvement"))
    return JointGains(
        _table=table,
        _pairs=_pairs(sample, games, size),
        base=tuple(case.improvement_ids[k] for k in everyone),
        alone=Interval.of(alone_all, sample.ratio_by_draw(alone_all)),
        together=Interval.of(together, sample.ratio_by_draw(together)),
        measure=Choice.of(sample).measure,
        draws=size,
        provenance=provenance,
    )


def _spread(
    sample: Sample, name: str, measure: str, own: Floats, more: Floats, scale: float
) -> Mapping[str, Floats]:
    """Mean and range of own gains with what meeting adds, in the draws in which that is known.

    What meets nothing has its own gain, in all draws that are kept.
    """
    alone = spread(name, own, scale, sample.ranged(measure, own))
    joint = own[: len(more)] + more
    met = spread(name, joint, scale, sample.ranged(measure, joint))
    return {key: np.where(more.any(axis=0), met[key], alone[key]) for key in alone}


def _pair_games(worth: SetValue, size: int) -> Iterator[Game]:
    """What synergies and overlaps of the case add when both are there, in the first draws."""
    for measure in SCALES:
        bonuses = worth.bonuses(measure, size)
        for (one, other), bonus in zip(worth.pairs.tolist(), bonuses.T, strict=True):
            table = np.zeros((size, 4))
            table[:, 3] = bonus
            yield Game.tabled(measure, "", (one, other), table)


def _base(sample: Sample, programme: Programme | None) -> set[int]:
    ids = sample.case.improvement_ids
    if programme is not None and programme.chosen:
        return {ids.index(i) for i in programme.chosen}
    rate = sample.drawn.gains.distance.mean(axis=0) / sample.drawn.improvement_cost.mean(axis=0)
    taken: set[int] = set()
    for k in np.argsort(-rate, kind="stable"):
        taken |= {int(k)} if not _excluded(sample, int(k)) & taken else set()
    return taken


def _excluded(sample: Sample, k: int) -> set[int]:
    """Improvements that cannot stand beside one."""
    ids = sample.case.improvement_ids
    pairs = [
        {ids.index(r.improvement), ids.index(r.other)}
        for r in sample.case.relations
        if r.relation == "excludes"
    ]
    return {other for pair in pairs if k in pair for other in pair - {k}}


def _joined(sample: Sample, base: set[int], k: int) -> tuple[int, set[int]]:
    """An improvement and the set in which it is read."""
    return k, (base - _excluded(sample, k)) | {k}


def _gain(games: Iterable[Game], taken: set[int], size: int) -> Floats:
    """(draws,) joint gain of a set."""
    total = np.zeros(size)
    for game in games:
        total += game.gain(taken)
    return total


def readings(
    games: Sequence[Game], sets: Sequence[tuple[int, set[int]]], size: int, seed: int = 0
) -> tuple[Floats, Floats, Floats, Floats]:
    """Find what each improvement gains alone, on average over all orders, and as the last one in.

    Parameters
    ----------
    games : of one measure
    sets : each improvement by its number, and the set, with it, in which it is read
    size : draws
    seed : of the orders that are drawn where more than `EXACT` meet

    Returns
    -------
    (draws, improvements) of each; the Shapley value of a sum of games is the sum of their Shapley
    values, so each game is shared out among its own users only. Then (improvements,) the standard
    error of the mean share by the orders drawn; 0 where all were averaged.
    """
    alone, share, last = (np.zeros((size, len(sets))) for _ in range(3))
    spread_by = np.zeros(len(sets))
    for game in games:
        for k, together in sets:
            if k not in game.users:
                continue
            there = [user for user in game.users if user in together]
            at = there.index(k)
            alone[:, k] += game.gain({k})
            if len(there) <= EXACT:
                share[:, k] += shapley(game.table(there))[:, at]
            else:
                found = _sampled(game, there, k, seed)
                share[:, k] += found.mean(axis=0)
                spread_by[k] += found.mean(axis=1).var(ddof=1) / len(found)
            last[:, k] += game.gain(there) - game.gain(set(there) - {k})
    return alone, share, last, np.sqrt(spread_by)


def _sampled(game: Game, there: Sequence[int], k: int, seed: int) -> Floats:
    """(orders, draws) what one user adds as it joins in drawn orders, forwards and backwards.

    Castro, Gomez and Tejada (2009), as `shapley_sampled`, in every draw.
    """
    random, found = stream(seed, STREAM), []
    order = random.permuted(np.tile(np.arange(len(there)), (ORDERS, 1)), axis=1)
    for row in order.tolist():
        both = np.zeros(game.draws)
        for one in (row, row[::-1]):
            before = [there[place] for place in one[: one.index(there.index(k))]]
            both += game.gain([*before, k]) - game.gain(before)
        found.append(both / 2)
    return np.stack(found)


def _touches(ids: Sequence[str], games: Iterable[Game]) -> list[str]:
    """Improvements that act on what the improvement acts on too, or are paired with it, by name."""
    found: list[set[int]] = [set() for _ in ids]
    for game in games:
        for user in game.users:
            found[user] |= set(game.users) - {user}
    return [" ".join(sorted(ids[k] for k in others)) for others in found]


def _pairs(sample: Sample, games: Sequence[Game], size: int) -> pd.DataFrame:
    ids = sample.case.improvement_ids
    met: dict[tuple[int, int], dict[str, list[Game]]] = {}
    for game in games:
        for pair in combinations(sorted(set(game.users)), 2):
            met.setdefault(pair, {}).setdefault(game.measure, []).append(game)

    def interval(a: int, b: int, measure: str, both: Sequence[Game]) -> Interval:
        bonus = _gain(both, {a, b}, size) - _gain(both, {a}, size) - _gain(both, {b}, size)
        bonus = np.where(np.abs(bonus) < APART, 0.0, bonus)
        return Interval.of(bonus / SCALES[measure], sample.ranged(measure, bonus) / SCALES[measure])

    apart = {measure: interval(0, 0, measure, ()) for measure in SCALES}
    rows = []
    for (a, b), theirs in sorted(met.items()):
        first, second = sorted((ids[a], ids[b]))  # however the rows of the case stand
        row: dict[str, object] = {"improvement": first, "other": second}
        for measure, nothing in apart.items():
            both = theirs.get(measure)
            found = interval(a, b, measure, both) if both else nothing
            row |= found.columns(f"{NAMES[measure]}_joint")
        rows.append(row)
    if not rows:
        return pd.DataFrame(columns=["improvement", "other", "gain_joint"])
    return pd.DataFrame(rows).set_index(["improvement", "other"]).sort_index()


def losses_without(choice: Choice) -> Floats:
    """(improvements,) what the best programme loses when it must do without each of them.

    Under all rules of the programme, in the unit of the objective, money in millions; 0 for what is
    not in it. NaN where the case has no budget, or no programme keeps the rules without it.
    """
    budget = choice.case.settings.budget
    lost = np.full(len(choice.gain), np.nan)
    if budget is None:
        return lost
    best = choice.search.best(budget)
    for k, taken in enumerate(best.sets[0]):
        if not taken:
            lost[k] = 0.0
            continue
        found = choice.search.best(budget, among=~choice.sets[:, k], anyway=False)
        if found.feasible:
            lost[k] = float(best.value[0] - found.value[0]) / SCALE[choice.measure]
    return lost


def lost_a_year(case: Case) -> pd.Series:
    """Share of an improvement's discounted years of effect that is lost when it comes a year late.

    A technology that is not ready puts this much at risk for each year that it slips. It is the
    share of its gain, too, where each year gains alike (`Choice.alike`). NaN without any effect.
    """
    years = EffectYears(case)
    shares = []
    for k in range(len(case.improvements)):
        lost = float((years.discount * (years.share(k) - years.share(k, 1))).sum())
        whole = years.counted(k)
        shares.append(lost / whole if whole > 0 else float("nan"))
    return pd.Series(shares, pd.Index(case.improvement_ids, name="improvement"))
