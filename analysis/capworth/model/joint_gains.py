"""Where improvements meet: the joint gain of every set of them on one level or one chain.

On which capabilities the gain of each improvement falls.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from capworth.case.model import Case, Effect
from capworth.methods.allocation.coalitions import memberships
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.model.chain import Benefits, ChainModel, changed
from capworth.model.draws import AtModes, Draws
from capworth.model.simulation import Model


@dataclass(frozen=True, slots=True, eq=False)
class Game:
    """The joint gain of every set of the improvements that act on one thing.

    Attributes
    ----------
    measure : score, money or harm
    capability : where they act
    users : numbers of the improvements
    table : (draws, 2^users) gain of each set; bit k of the column stands for the k-th user. Points
        and days are means over the appraisal, money its present value, each improvement counted
        for its years of effect
    """

    measure: str
    capability: str
    users: tuple[int, ...]
    table: Floats

    def mask(self, taken: Iterable[int]) -> int:
        """Column of the users that are in a set."""
        inside = set(taken)
        return sum(1 << place for place, user in enumerate(self.users) if user in inside)

    def masks(self, there: Sequence[int]) -> Ints:
        """Columns of the table over the sets of some users, (2^there,)."""
        bits = [1 << self.users.index(user) for user in there]
        inside = memberships(len(there)).astype(np.int64)
        columns: Ints = np.einsum("su,u->s", inside, np.array(bits, dtype=np.int64))
        return columns


def games_of(model: Model, draws: Draws) -> tuple[Game, ...]:
    """Every game of a case: one for each level that improvements lift, one for each chain.

    Score is additive over levels and money over chains, so the games may be looked at one by one:
    no set larger than the improvements that meet in one place is ever formed.

    Notes
    -----
    On a level the changes add up, and the value function is read once at the sum; so what lies
    beyond an end, or behind a bend, is not counted twice. On a chain the factors of all multiply
    and the chain is walked once, so that verified and used, say, strengthen one another, while a
    share stays below 1. In a year each counts for the share of its full effect
    that it has by then; where several rise, they reach the same places first (`EffectYears`).
    """
    return (*_on_levels(model, draws), *_on_chains(model, draws))


def _on_levels(model: Model, draws: Draws) -> Iterator[Game]:
    case, value = model.case, model.value
    if not value.leaves:
        return
    weights = value.weights(draws)
    level = {(s.capability, s.criterion): s.level for s in case.scores}
    place = {leaf.id: k for k, leaf in enumerate(value.leaves)}
    for (capability, criterion), effects in _grouped(case, on_chain=False).items():
        k, now = place[criterion], draws.of(level[capability, criterion])
        users = _users(case, effects)
        change = np.stack([_sum(draws, effects, case.improvement_ids[u]) for u in users], axis=1)
        inside = memberships(len(users)).astype(float)
        moved = now[:, None] + np.einsum("du,su->ds", change, inside)
        risen = value.worth_on(k, moved) - value.worth_on(k, now)[:, None]
        table = _over_time(model, users, risen * weights[:, k, None])
        yield Game("score", capability, users, table / model.annuity)


def _sum(draws: Draws, effects: Iterable[Effect], improvement: str) -> Floats:
    mine = [draws.of(e.change) for e in effects if e.improvement == improvement]
    total: Floats = np.sum(mine, axis=0)
    return total


def shared_chains(model: Model, draws: Draws) -> tuple[Game, ...]:
    """Games of the chains that two improvements or more act on; others are worth what each is."""
    return tuple(_on_chains(model, draws, least=2))


def _on_chains(model: Model, draws: Draws, least: int = 1) -> Iterator[Game]:
    case = model.case
    acting = _acting(model)
    shared = {c: users for c, users in acting.items() if len(users) >= least}
    if not shared:
        return
    chain = ChainModel(replace(case, chain=tuple(s for s in case.chain if s.capability in shared)))
    levels, worth = chain.levels(draws), chain.unit_values(draws)
    today: Benefits = chain.walk(draws.size, levels, worth)
    grouped = _grouped(case, on_chain=True)
    for capability, users in shared.items():
        c, effects = case.capability_ids.index(capability), grouped.get((capability, ""), [])
        drawn = {e.change.name: draws.of(e.change) for e in effects}
        money, harm = np.zeros((2, draws.size, 1 << len(users)))
        for column, inside in enumerate(memberships(len(users))):
            factors = _factors(case, users, inside, effects, drawn)
            if not factors:
                continue
            then = chain.walk(draws.size, {capability: changed(levels[capability], factors)}, worth)
            money[:, column] = then.money[:, c] - today.money[:, c]
            harm[:, column] = then.harm[:, c] - today.harm[:, c]
        for measure, full, now in (("money", money, today.money), ("harm", harm, today.harm)):
            table = _on_its_path(model, draws, capability, users, full, now[:, c])
            over = 1.0 if measure == "money" else model.annuity
            yield Game(measure, capability, users, table / over)


def _acting(model: Model) -> dict[str, tuple[int, ...]]:
    """Improvements that act on each chain, or keep its capability from ending."""
    case, acting = model.case, dict[str, set[int]]()
    for (capability, _), effects in _grouped(case, on_chain=True).items():
        acting.setdefault(capability, set()).update(_users(case, effects))
    for improvement, c in model.costs.paths.keepers.items():
        acting.setdefault(case.capability_ids[c], set()).add(improvement)
    chained = {step.capability for step in case.chain}
    return {c: tuple(sorted(users)) for c, users in acting.items() if c in chained}


def _on_its_path(
    model: Model,
    draws: Draws,
    capability: str,
    users: Sequence[int],
    full: Floats,
    now: Floats,
) -> Floats:
    """Sum the gains of every set over the years, on the path that the capability goes by itself.

    Once it has ended nothing is gained, but by a set that keeps it: by that, all there would be.

    Parameters
    ----------
    full : (draws, 2^users) gain in a year of each set when all its effects are full
    now : (draws,) what the capability gives in a year today
    """
    paths, c = model.costs.paths, model.case.capability_ids.index(capability)
    if not paths.told:
        return _over_time(model, users, full)
    grown = paths.growth(draws, capability)
    discount = model.gains.years.discount * (1.0 if grown is None else grown)
    columns, kept = np.arange(full.shape[1]), np.zeros_like(full)
    keepers = sum(1 << k for k, user in enumerate(users) if paths.keepers.get(user) == c)
    holds = (columns & keepers) > 0
    kept[:, holds] = full[:, holds] + now[:, None]
    total = np.zeros_like(full)
    for working, share in model.gains.years.parts(users).items():
        inside = columns & sum(1 << place for place in working)
        there, gone = (discount @ (share * part) for part in (paths.alive[c], 1 - paths.alive[c]))
        total += np.reshape(there, (-1, 1)) * full[:, inside]
        total += np.reshape(gone, (-1, 1)) * kept[:, inside]
    return total


def _factors(
    case: Case,
    users: Sequence[int],
    inside: Bools,
    effects: Iterable[Effect],
    drawn: dict[str, Floats],
) -> dict[str, Floats]:
    """For each step, the product of the factors of those in the set."""
    names = {case.improvement_ids[user] for user, taken in zip(users, inside, strict=True) if taken}
    factors: dict[str, Floats] = {}
    for effect in effects:
        if effect.improvement in names:
            factors[effect.step] = factors.get(effect.step, 1.0) * drawn[effect.change.name]
    return factors


def _grouped(case: Case, on_chain: bool) -> dict[tuple[str, str], list[Effect]]:
    """Effects by what they act on: a level of a capability, or its chain."""
    groups: dict[tuple[str, str], list[Effect]] = {}
    for effect in case.effects:
        if bool(effect.step) == on_chain:
            groups.setdefault((effect.capability, effect.criterion), []).append(effect)
    return groups


def _users(case: Case, effects: Iterable[Effect]) -> tuple[int, ...]:
    ids = {effect.improvement for effect in effects}
    return tuple(k for k, i in enumerate(case.improvement_ids) if i in ids)


def _over_time(model: Model, users: Sequence[int], full: Floats) -> Floats:
    """Sum the gains of every set over the years, discounted, each year by who has which effect.

    Parameters
    ----------
    full : (draws, 2^users) gain in a year of each set when all its effects are full
    """
    columns = np.arange(full.shape[1])
    total = np.zeros_like(full)
    for working, years in model.gains.years.levels(users):
        total += years * full[:, columns & sum(1 << place for place in working)]
    return total


def gain_shares(model: Model) -> Floats:
    """(improvements, capabilities) share of each improvement's gain in points, at the modes.

    Each row sums to 1; to 0 where an improvement gains nothing on any criterion. An effect that
    takes points away counts as nothing here, so that no share is below 0.
    """
    case, value, modes = model.case, model.value, AtModes()
    if not value.leaves:
        return np.zeros((len(case.improvements), len(case.capabilities)))
    levels = value.levels(modes)
    values, weights = value.worth(levels), value.weights(modes)
    leaf = {found.id: k for k, found in enumerate(value.leaves)}
    capability = {c: k for k, c in enumerate(case.capability_ids)}
    improvement = {i: k for k, i in enumerate(case.improvement_ids)}
    gains = np.zeros((len(improvement), len(capability)))
    for effect in case.effects:
        if effect.criterion:
            c, k = capability[effect.capability], leaf[effect.criterion]
            risen = value.worth_on(k, levels[:, c, k] + modes.of(effect.change)) - values[:, c, k]
            gains[improvement[effect.improvement], c] += max(float((risen * weights[:, k])[0]), 0.0)
    total = gains.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(gains, total, out=np.zeros_like(gains), where=total > 0)
    return shares
