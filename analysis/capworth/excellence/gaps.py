"""What closing each capability's gap to excellence is worth, what it costs, and what closes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np
import pandas as pd

from capworth.case.model import DISTANCE, Case
from capworth.case.numerals import in_brief
from capworth.excellence.services import Excellence
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.uncertainty.order_statistics import known_quantiles
from capworth.model.chain import Levels
from capworth.model.draws import Draws
from capworth.model.figures import RATIO, SHARE, Column, columns
from capworth.model.joint_gains import Game, games_of, meetings_of
from capworth.model.result import HIGH, LOW, Answer, Provenance, spread
from capworth.model.simulation import Sample

RAISED = ("quality", "access", "verified", "used")  # shares of a chain that a service decides
SHORTENED = ("delay",)  # less is better
LISTED = 12  # others beside which an improvement is looked at in every set of them
CLOSED = 1e-9  # points of score of a gap that is none
EXTEND, CATCH_UP, UNAIDED, KEEP = "extend", "catch up", "unaided", "keep"  # fields of the map


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GapWorth(Answer):
    """Each capability's distance to excellence in points, money and harm-days, and its cost."""

    _table: pd.DataFrame
    models: tuple[str, ...]  # the services of excellence whose chains give the targets
    draws: int
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        rests, money = ("scores", "chain"), ("scores", "chain", "effects", "costs")
        return columns(
            "gap_worth",
            ("gap", "gap", "points", "gap", ("scores",)),
            ("closeness", "closeness", "share", "gap", ("scores",)),
            ("potential", "potential", "points", "gap", money),
            ("p_field", "field", "chance", "share_of_draws", money, SHARE),
            ("gap_money_m", "gap_money", "millions", "money", rests),
            ("gap_harm_days", "gap_harm", "days", "harm", rests),
            ("closed", "gap_closed", "share", "gap", money),
            ("cost_m", "gap_cost", "millions", "cost", money),
            ("points_per_m", "gap_rate", "points_per_million", "gap", money, RATIO),
            ("money_per_m", "gap_money_rate", "ratio", "benefit_cost_ratio", money, RATIO),
            draws="draws",
        )

    @property
    def open(self) -> tuple[str, ...]:
        """Capabilities with a gap that no candidate improvement touches, largest gap first."""
        table = self._table[(self._table["improvements"] == "") & (self._table["gap"] > CLOSED)]
        return tuple(table.sort_values("gap", ascending=False, kind="stable").index)

    @property
    def middle(self) -> tuple[float, float]:
        """Where the fields meet: mean closeness and mean potential of all capabilities."""
        return float(self._table["closeness"].mean()), float(self._table["potential"].mean())

    def __repr__(self) -> str:
        best = self._table["points_per_m"]
        first = (
            f"{best.idxmax()} {in_brief(best.max(), 2)} points a million"
            if best.notna().any()
            else "-"
        )
        return (
            f"<GapWorth: best closed for its cost {first}; {len(self.open)} gaps without a "
            f"candidate; {self.draws:,} draws>"
        )


def gap_worth(
    sample: Sample, excellence: Excellence | None, provenance: Provenance
) -> GapWorth | None:
    """Evaluate tree and chain at the target levels less now; None where no gap is known.

    Targets of the tree are the agreed reference levels of the criteria. Targets of a chain are, in
    each draw, the median of the services of excellence (by either route) that have the step: for
    the shares that a service itself decides (`RAISED`) and for delay. Volumes, outcomes and
    counterfactuals describe the draw, not the service, and stay as they are. Nothing is lowered.

    Columns. `closeness` share of the points at the agreed levels that is reached (nothing above a
    level counts for another); `potential` points that the candidates together add at full effect;
    `field` of the map of both, far or close and much or little potential against the means of all
    capabilities, and `p_field` the share of draws in which it is in that field;
    `gap` points of score, `gap_money_m` present value over the appraisal and
    `gap_harm_days` a year, all as if the gap were closed from the first year; NaN where it is not
    measured. `improvements` candidates that give the capability anything, without those that a
    better one excludes; `closed` share of the gap that they close together at full effect; `cost_m`
    their whole-life cost in proportion to what they give here among all that they give;
    `points_per_m` and `money_per_m` what they close and earn here for each million of it. What no
    candidate closes is not priced: the case says nothing of its cost.
    """
    case, model = sample.case, sample.model
    reference = model.value.reference() if case.measured else np.empty(0)
    if excellence is None or np.isnan(reference).all():
        return None
    draws = sample.first_draws(excellence.draws)
    levels, weights = sample.drawn.levels[: draws.size], model.value.weights(draws)
    missing = np.maximum(np.nan_to_num(reference, nan=-np.inf) - levels, 0.0)
    gap = np.einsum("nck,nk->nc", missing, weights)
    whole = np.einsum("nk,k->n", weights, np.nan_to_num(reference))  # points at the levels
    named = [c for c in case.capability_ids if c in {*excellence.derived, *excellence.designated}]
    money, harm = _chain_gap(sample, named, draws)
    games = games_of(meetings_of(model, draws), draws.size)
    cost = sample.drawn.improvement_cost[: draws.size] / MILLION
    shares = cost_shares(case, games)
    closed, paid, earned = (np.full(gap.shape, np.nan) for _ in range(3))
    potential = np.zeros_like(gap)
    acting: list[str] = []
    for c, capability in enumerate(case.capability_ids):
        users = _candidates(case, games, capability)
        acting.append(" ".join(sorted(case.improvement_ids[k] for k in users)))
        if users:
            rise = _risen(sample, capability, users, draws)
            lifted = np.minimum(np.maximum(rise, 0.0), missing[:, c])
            closed[:, c] = np.einsum("nk,nk->n", lifted, weights)
            potential[:, c] = np.einsum("nk,nk->n", rise, weights)
            paid[:, c] = np.einsum("nu,u->n", cost[:, users], shares[c, users])
            earned[:, c] = _joint(games, "money", capability, users, draws.size) / MILLION
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(gap > CLOSED, closed / gap, np.nan)
        close = 1 - gap / whole[:, None]  # unknown where all that could be reached weighs nothing
        rate, back = (np.where(paid > 0, worth / paid, np.nan) for worth in (closed, earned))
    has_money, has_harm = model.known["money"], model.known["harm"]
    table = pd.DataFrame(
        {
            "name": [c.name for c in case.capabilities],
            **spread("gap", gap),
            **spread("closeness", close),
            **spread("potential", potential),
            **_fields(close, potential),
            **spread("gap_money_m", np.where(has_money, money, np.nan), MILLION),
            **spread("gap_harm_days", np.where(has_harm, harm, np.nan)),
            "improvements": acting,
            **_spread_known("closed", part),
            **spread("cost_m", paid),
            **_rate("points_per_m", closed, paid, rate),
            **_rate("money_per_m", np.where(has_money, earned, np.nan), paid, back),
        },
        index=pd.Index(case.capability_ids, name="capability"),
    )
    return GapWorth(table, tuple(named), draws.size, provenance)


def cost_shares(case: Case, games: Sequence[Game]) -> Floats:
    """(capabilities, improvements) part of an improvement's cost that each capability answers for.

    In proportion to what the improvement alone gives there on average: to points, and where it
    earns money too, half to points and half to money. Where it gives neither on average, equal
    parts over the capabilities on which it gives anything in some draw. The parts of an improvement
    sum to 1; those of one that never gives anything are 0, for it closes no gap.
    """
    parts = []
    for measure in (DISTANCE, "money"):
        given = np.zeros((len(case.capabilities), len(case.improvements)))
        for game in (game for game in games if game.measure == measure):
            c = case.capability_ids.index(game.capability)
            for user in game.users:
                given[c, user] += game.gain({user}).mean()
        given = np.maximum(given, 0.0)
        whole = given.sum(axis=0)
        parts.append(np.divide(given, whole, out=np.zeros_like(given), where=whole > 0))
    acts = np.zeros_like(parts[0])
    for game in games:
        for user in game.users:
            if _gives(game, user):
                acts[case.capability_ids.index(game.capability), user] = 1.0
    there = sum(part.sum(axis=0) > 0 for part in parts)  # measures on which it gives something
    even = acts / np.maximum(acts.sum(axis=0), 1.0)
    mixed: Floats = np.where(there > 0, (parts[0] + parts[1]) / np.maximum(there, 1), even)
    return mixed


def _gives(game: Game, user: int) -> bool:
    """Whether an improvement adds anything to any set of the others, in some draw.

    Where more than `LISTED` others meet it: to nobody, to any one of them, or to all.
    """
    others = [other for other in game.users if other != user]
    sets = chain.from_iterable(combinations(others, many) for many in range(len(others) + 1))
    if len(others) > LISTED:
        sets = chain(((),), combinations(others, 1), (tuple(others),))
    return any((game.gain([*some, user]) > game.gain(some)).any() for some in sets)


def _fields(close: Floats, potential: Floats) -> Mapping[str, object]:
    """Field of each capability by its means, and how often its draws lie in it."""
    near, much = (part > part.mean() for part in (close, potential))
    mine = [part.mean(axis=0) > part.mean() for part in (close, potential)]
    name = np.select(
        [mine[0] & mine[1], ~mine[0] & mine[1], ~mine[0] & ~mine[1]],
        [EXTEND, CATCH_UP, UNAIDED],
        KEEP,
    )
    return {"field": name, "p_field": ((near == mine[0]) & (much == mine[1])).mean(axis=0)}


def _chain_gap(sample: Sample, named: Sequence[str], draws: Draws) -> tuple[Floats, Floats]:
    """(draws, capabilities) money over the appraisal, and days a year, at target less now."""
    model = sample.model
    chain = model.chain
    levels, worth = chain.levels(draws), chain.unit_values(draws)
    stated = {(s.capability, s.step) for s in sample.case.chain if not s.outcome}
    target = {
        step: np.median([levels[c][step, ""] for c in having], axis=0)
        for step in (*RAISED, *SHORTENED)
        if (having := [c for c in named if (c, step) in stated])
    }
    moved = {capability: _raised(level, target) for capability, level in levels.items()}
    today, then = (chain.walk(draws.size, at, worth) for at in (levels, moved))
    return (then.money - today.money) * model.annuity, then.harm - today.harm


def _raised(level: Levels, target: Mapping[str, Floats]) -> Levels:
    """Bring the steps of one chain to their targets where they are behind them."""
    better = {**dict.fromkeys(RAISED, np.maximum), **dict.fromkeys(SHORTENED, np.minimum)}
    return {
        (step, outcome): better[step](rate, target[step])
        if not outcome and step in target
        else rate
        for (step, outcome), rate in level.items()
    }


def _candidates(case: Case, games: Sequence[Game], capability: str) -> list[int]:
    """Improvements that give a capability something; of two that exclude each other, the better.

    Better is more points here on average; of equals the first.
    """
    mine = [game for game in games if game.capability == capability]
    users = {user for game in mine for user in game.users if _gives(game, user)}
    gives = dict.fromkeys(sorted(users), 0.0)
    for game in mine:
        if game.measure == DISTANCE:
            for user in users.intersection(game.users):
                gives[user] += float(game.gain({user}).mean())
    out = {frozenset((r.improvement, r.other)) for r in case.relations if r.relation == "excludes"}
    taken: list[int] = []
    for user in sorted(gives, key=lambda k: (-gives[k], k)):
        ids = case.improvement_ids
        if not any(frozenset((ids[user], ids[other])) in out for other in taken):
            taken.append(user)
    return sorted(taken)


def _risen(sample: Sample, capability: str, users: Sequence[int], draws: Draws) -> Floats:
    """(draws, leaves) value that improvements together add on each leaf, at full effect."""
    case, value = sample.case, sample.model.value
    ids = {case.improvement_ids[k] for k in users}
    level = {s.criterion: s.level for s in case.scores if s.capability == capability}
    risen = np.zeros((draws.size, len(value.leaves)))
    for k, leaf in enumerate(value.leaves):
        changes = [
            draws.of(e.change)
            for e in case.effects
            if e.capability == capability and e.criterion == leaf.id and e.improvement in ids
        ]
        if changes:
            now = draws.of(level[leaf.id])
            then = now + np.sum(changes, axis=0)
            risen[:, k] = value.worth_on(k, then) - value.worth_on(k, now)
    return risen


def _joint(
    games: Sequence[Game], measure: str, capability: str, users: Sequence[int], size: int
) -> Floats:
    """(draws,) joint gain of improvements on one capability."""
    total = np.zeros(size)
    for game in games:
        if game.measure == measure and game.capability == capability:
            total += game.gain(users)
    return total


def _rate(name: str, worth: Floats, paid: Floats, by_draw: Floats) -> Mapping[str, Floats]:
    """Ratio of the means of each column, its range that of the ratio by draw."""
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where((paid > 0).any(axis=0), worth.mean(axis=0) / paid.mean(axis=0), np.nan)
    return {**spread(name, by_draw), name: rate}


def _spread_known(name: str, values: Floats) -> Mapping[str, Floats]:
    """Mean and 80 % interval of each column over the draws in which it is known."""
    known = np.isfinite(values).any(axis=0)
    columns = {f"{name}{end}": np.full(values.shape[1], np.nan) for end in ("", "_low", "_high")}
    if not known.any():
        return columns
    columns[name][known] = np.nanmean(values[:, known], axis=0)
    ends = known_quantiles(values[:, known], (LOW / 100, HIGH / 100))
    columns[f"{name}_low"][known], columns[f"{name}_high"][known] = ends
    return columns
