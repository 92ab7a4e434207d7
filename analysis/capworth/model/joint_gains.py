"""Where improvements meet: the joint gain of every set of them on one level or one chain.

On which capabilities the gain of each improvement falls.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import compress
from typing import Protocol, TypeAlias

import numpy as np

from capworth.case.model import DISTANCE, HARM, NET, Case, Effect
from capworth.methods.allocation.coalitions import memberships
from capworth.methods.arguments import Floats
from capworth.model.chain import Benefits, ChainModel, Levels, Worth, changed, changes_of
from capworth.model.draws import AtModes, Draws
from capworth.model.effect_years import EffectYears
from capworth.model.extents import Extents
from capworth.model.simulation import Model

MONEY = "money"  # measure before cost

Changes: TypeAlias = tuple[Mapping[str, Floats], Mapping[str, Floats]]  # factors and levels


@dataclass(frozen=True, slots=True, eq=False)
class Game:
    """The joint gain of every set of the improvements that act on one thing, found when asked for.

    Attributes
    ----------
    measure : distance, money or harm
    capability : where they act
    users : numbers of the improvements
    draws : how many
    find : gain (draws,) of some of the users, in their order. Per cent of the distance and days
        are means over the appraisal, money its present value, each improvement counted for its
        years of effect
    """

    measure: str
    capability: str
    users: tuple[int, ...]
    draws: int
    find: Callable[[tuple[int, ...]], Floats]
    _known: dict[tuple[int, ...], Floats] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def tabled(cls, measure: str, capability: str, users: tuple[int, ...], table: Floats) -> "Game":
        """Make it of a table (draws, 2^users); bit k of a column stands for the k-th user."""
        column = {user: 1 << place for place, user in enumerate(users)}
        return cls(
            measure,
            capability,
            users,
            len(table),
            lambda taken: np.asarray(table[:, sum(column[user] for user in taken)]),
        )

    def gain(self, taken: Iterable[int]) -> Floats:
        """(draws,) what those of the users gain that are in a set."""
        inside = set(taken)
        there = tuple(user for user in self.users if user in inside)
        if there not in self._known:
            self._known[there] = self.find(there) if there else np.zeros(self.draws)
        return self._known[there]

    def table(self, there: Sequence[int]) -> Floats:
        """(draws, 2^there) gain of every set of some users; bit k stands for the k-th of them."""
        sets = memberships(len(there))
        found: Floats = np.stack([self.gain(compress(there, inside)) for inside in sets]).T
        return found


class Meeting(Protocol):
    """Where improvements act on one level or one chain, in some draws.

    `users` are their numbers; a way to meet is a set of two of them or more.
    """

    @property
    def users(self) -> tuple[int, ...]:
        """Numbers of the improvements."""

    @property
    def capability(self) -> str:
        """Where they act."""

    def joint(self, measure: str, users: Sequence[int], delays: Sequence[int] = ()) -> Floats:
        """(draws,) what some of the users gain here together, so many years late each."""


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One level that improvements lift: rises in value add up, capped at the agreed level.

    Attributes
    ----------
    leaf : number of the criterion among those that are measured
    agreed : value of the agreed level
    now : (draws,) value today
    rise : (draws, users) value that each adds at full effect
    unit : (draws,) per cent of the distance in one point of value here
    there : (years,) 0 once the capability has ended
    """

    users: tuple[int, ...]
    capability: str
    leaf: int
    agreed: float
    now: Floats
    rise: Floats
    unit: Floats
    years: EffectYears
    there: Floats

    def joint(self, measure: str, users: Sequence[int], delays: Sequence[int] = ()) -> Floats:
        """See `Meeting`."""
        if measure != DISTANCE:
            return np.zeros(len(self.now))
        rise = self.rise[:, [self.users.index(user) for user in users]]
        missing = np.maximum(self.agreed - self.now, 0.0)
        closed = np.zeros(len(self.now))
        for shares, years in self.years.profiles(users, delays, self.there):
            gap = np.einsum("du,u->d", rise, shares)  # in place from here: there are many
            gap += self.now
            np.subtract(self.agreed, gap, out=gap)
            np.maximum(gap, 0.0, out=gap)
            np.subtract(missing, gap, out=gap)
            gap *= years
            closed += gap
        found: Floats = closed / self.years.annuity * self.unit
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Where the capability of a chain goes by itself.

    Attributes
    ----------
    now : by measure, (draws,) what the capability gives in a year today
    grown : (draws, years) the same in each year, the first one's as 1; None where it is steady
    alive : (years,) 0 once it has ended
    keepers : numbers of the improvements that keep it: by them there is all that would be
    """

    now: Mapping[str, Floats]
    grown: Floats | None
    alive: Floats
    keepers: frozenset[int]


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """One chain that improvements act on: the factors of all multiply and it is walked once.

    Attributes
    ----------
    full : of some of the users, by measure, money or harm, (draws,) gain in a year when all their
        effects are full
    course : where the capability goes by itself; None where all go on as they are
    """

    users: tuple[int, ...]
    capability: str
    full: Callable[[tuple[int, ...]], Mapping[str, Floats]]
    years: EffectYears
    course: Course | None = None

    def joint(self, measure: str, users: Sequence[int], delays: Sequence[int] = ()) -> Floats:
        """See `Meeting`; in a year those work together that have their effect by then."""
        kind = MONEY if measure == NET else measure
        nothing = np.zeros_like(self.full(())[MONEY])
        if kind not in (MONEY, HARM):
            return nothing
        found = nothing
        if self.course is not None:
            found = self._on_course(self.course, kind, users, delays)
        else:
            for working, years in self.years.levels(users, delays):
                found += years * self._of(kind, users, working)
        return found if kind == MONEY else found / self.years.annuity

    def _of(self, kind: str, users: Sequence[int], working: Sequence[int]) -> Floats:
        """(draws,) gain in a year of those of some users that work."""
        return self.full(tuple(sorted(users[place] for place in working)))[kind]

    def _on_course(
        self, course: Course, kind: str, users: Sequence[int], delays: Sequence[int]
    ) -> Floats:
        """(draws,) gain over the years: nothing once it has ended, but by those that keep it."""
        discount = self.years.discount * (1.0 if course.grown is None else course.grown)
        found = np.zeros_like(self.full(())[kind])
        for working, share in self.years.parts(users, delays).items():
            gain = self._of(kind, users, working)
            found += (discount @ (share * course.alive)) * gain
            if course.keepers & {users[place] for place in working}:
                found += (discount @ (share * (1 - course.alive))) * (gain + course.now[kind])
        return found


def meetings_of(model: Model, draws: Draws, fewest: int = 1) -> tuple[Level | Chain, ...]:
    """Levels that improvements lift and chains that they act on.

    Parameters
    ----------
    fewest : only where at least so many improvements meet

    Notes
    -----
    The distance is additive over levels and money over chains, so they may be looked at one by one:
    no set larger than the improvements that meet in one place is ever formed. On a level the rises
    in value add up and are capped together at what lacks to the agreed level, within each year, so
    that no gap is closed twice. On a chain the factors of all multiply and the chain is walked
    once, so that verified and used, say, strengthen one another, while a share stays below 1.
    """
    return (*levels_of(model, draws, fewest), *chains_of(model, draws, fewest))


def games_of(places: Iterable[Level | Chain], size: int) -> tuple[Game, ...]:
    """Games of some meetings in the first draws: one for each level, two for each chain."""
    return tuple(
        Game(measure, place.capability, place.users, size, partial(_joint, place, measure, size))
        for place in places
        for measure in ((DISTANCE,) if isinstance(place, Level) else (MONEY, HARM))
    )


def _joint(place: Level | Chain, measure: str, size: int, taken: tuple[int, ...]) -> Floats:
    return place.joint(measure, taken)[:size]


def levels_of(
    model: Model, draws: Draws, fewest: int = 1, among: Container[int] | None = None
) -> Iterator[Level]:
    """Levels that improvements lift, all or those of some numbers; see `meetings_of`."""
    case, value, extents = model.case, model.value, model.extents
    groups = _grouped(case, False, fewest, among)
    if not groups or extents.distance <= 0:
        return
    agreed, counted = value.agreed(), extents.weights(model.weights(draws))
    place = {leaf.id: k for k, leaf in enumerate(value.leaves)}
    for (capability, criterion), effects in groups.items():
        c, k = case.capability_ids.index(capability), place[criterion]
        if np.isnan(agreed[c, k]):
            continue
        level = value.level(draws, c, k)
        now = value.worth_on(k, level)
        users = _users(case, effects)
        rise = np.zeros((draws.size, len(users)))
        for effect in effects:
            at = users.index(case.improvement_ids.index(effect.improvement))
            rise[:, at] += value.worth_on(k, level + draws.of(effect.change)) - now
        yield Level(
            users=users,
            capability=capability,
            leaf=k,
            agreed=float(agreed[c, k]),
            now=now,
            rise=rise,
            unit=unit_of(extents, c, counted, k),
            years=model.gains.years,
            there=model.costs.paths.alive[c],
        )


def unit_of(extents: Extents, capability: int, counted: Floats, leaf: int) -> Floats:
    """(draws,) per cent of the distance in one point of value on a leaf of a capability."""
    unit: Floats = extents.unit * extents.share[capability] * counted[:, leaf]
    return unit


def chains_of(
    model: Model, draws: Draws, fewest: int = 1, among: Container[int] | None = None
) -> Iterator[Chain]:
    """Chains that improvements act on, all or those of some numbers; see `meetings_of`."""
    case, paths = model.case, model.costs.paths
    acting = {
        capability: mine
        for capability, users in _acting(model).items()
        if len(mine := tuple(k for k in users if among is None or k in among)) >= fewest
    }
    if not acting:
        return
    chain = ChainModel(replace(case, chain=tuple(s for s in case.chain if s.capability in acting)))
    levels, worth = chain.levels(draws), chain.unit_values(draws)
    today: Benefits = chain.walk(draws.size, levels, worth)
    grouped = _grouped(case, True, 1)
    for capability, users in acting.items():
        c, effects = case.capability_ids.index(capability), grouped.get((capability, ""), [])
        drawn = {e.change.name: draws.of(e.change) for e in effects}
        start = {MONEY: today.money[:, c].copy(), HARM: today.harm[:, c].copy()}
        walk = partial(_together, chain, capability, levels[capability], worth, start)
        full = cache(partial(_gained, case, effects, drawn, walk))
        course = None
        if paths.declared:
            keepers = frozenset(k for k, kept in paths.keepers if kept == c)
            course = Course(start, paths.growth(draws, capability), paths.alive[c], keepers)
        yield Chain(users, capability, full, model.gains.years, course)


def _acting(model: Model) -> dict[str, tuple[int, ...]]:
    """Improvements that act on each chain, or keep its capability from ending."""
    case, acting = model.case, dict[str, set[int]]()
    for (capability, _), effects in _grouped(case, True, 1).items():
        acting.setdefault(capability, set()).update(_users(case, effects))
    for improvement, c in model.costs.paths.keepers:
        acting.setdefault(case.capability_ids[c], set()).add(improvement)
    chained = {step.capability for step in case.chain}
    return {c: tuple(sorted(users)) for c, users in acting.items() if c in chained}


def _gained(
    case: Case,
    effects: Iterable[Effect],
    drawn: Mapping[str, Floats],
    walk: Callable[[Changes], Mapping[str, Floats]],
    taken: tuple[int, ...],
) -> Mapping[str, Floats]:
    """Let some improvements work on a chain: the factors of all multiply, levels are set first."""
    names = {case.improvement_ids[user] for user in taken}
    return walk(changes_of([e for e in effects if e.improvement in names], drawn))


def _together(
    chain: ChainModel,
    capability: str,
    levels: Levels,
    worth: Mapping[str, Worth],
    today: Mapping[str, Floats],
    changes: Changes,
) -> Mapping[str, Floats]:
    """By measure, (draws,) what a chain gives more in a year with some changes."""
    if not any(changes):
        return {measure: np.zeros_like(now) for measure, now in today.items()}
    then = chain.walk_one(len(today[MONEY]), capability, changed(levels, *changes), worth)
    return {MONEY: then.money - today[MONEY], HARM: then.harm - today[HARM]}


def _grouped(
    case: Case, on_chain: bool, fewest: int, among: Container[int] | None = None
) -> dict[tuple[str, str], list[Effect]]:
    """Effects by what they act on, a level of a capability or its chain, where enough do."""
    groups: dict[tuple[str, str], list[Effect]] = {}
    ids = [i for k, i in enumerate(case.improvement_ids) if among is None or k in among]
    for effect in case.effects:
        if bool(effect.step) == on_chain and effect.improvement in ids:
            groups.setdefault((effect.capability, effect.criterion), []).append(effect)
    return {at: some for at, some in groups.items() if len({e.improvement for e in some}) >= fewest}


def _users(case: Case, effects: Iterable[Effect]) -> tuple[int, ...]:
    ids = {effect.improvement for effect in effects}
    return tuple(k for k, i in enumerate(case.improvement_ids) if i in ids)


def gain_shares(model: Model) -> Floats:
    """(improvements, capabilities) share of each improvement's gain, at the modes.

    Gains are counted as in `Gains.distance`: to the agreed levels, services by their extents. Each
    row sums to 1; to 0 where an improvement gains nothing on any criterion. An effect that takes
    away counts as nothing here, so that no share is below 0.
    """
    case, value, modes = model.case, model.value, AtModes()
    gains = np.zeros((len(case.improvements), len(case.capabilities)))
    if value.leaves:
        tree, agreed, extents = model.tree(modes), value.agreed(), model.extents
        weights = extents.weights(tree.weights)[0] * extents.share[:, None]
        leaf = {found.id: k for k, found in enumerate(value.leaves)}
        for effect in (e for e in case.effects if e.criterion):
            c, k = case.capability_ids.index(effect.capability), leaf[effect.criterion]
            short = agreed[c, k] - tree.values[0, c, k] - model.gains.rise(tree, modes, effect)[0]
            if not np.isnan(short):
                closed = tree.missing[0, c, k] - max(float(short), 0.0)
                place = case.improvement_ids.index(effect.improvement)
                gains[place, c] += max(float(closed * weights[c, k]), 0.0)
    total = gains.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(gains, total, out=np.zeros_like(gains), where=total > 0)
    return shares
