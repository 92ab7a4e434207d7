"""One input set to a level, all else as drawn: what the rivals of a programme then ask and add.

Only what the input moves is computed again. A line of cost is set to what it turns out at, overrun
and all, and the other lines of its total do not fall in its stead. What a group of inputs has in
common is an input of its own: its level is a probability.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from capworth.case.model import DISTANCE, NET, Case, CostLine, Effect, Estimate
from capworth.methods.arguments import Bools, Floats
from capworth.methods.uncertainty.distributions import normal_copula
from capworth.methods.uncertainty.order_statistics import order_quantiles
from capworth.model.costs import CostModel
from capworth.model.draws import GROUP, Draws, Sampled, quantile_of
from capworth.model.joint_gains import Level, Meeting, chains_of
from capworth.model.savings import SavingModel
from capworth.model.set_value import bonuses_of
from capworth.model.simulation import CHUNK, Model, Sample, sampled
from capworth.uncertainty.rivals import Rivals
from capworth.uncertainty.sensitivity import uncertain_inputs

VALUED = 1_000  # draws, the first ones, in which changes of value are found
PRICED = 2_000  # draws in which lines of cost are priced again together
TOGETHER = 1 << 19  # amounts by level, draw and improvement that are priced together
EDGE = 0.001  # of probability: levels beyond are not looked at
NARROW = 1e-9  # share of its size within which a drawn amount is certain
LOWEST = 1e-12  # of a value: less is no change


class Input(Protocol):
    """One thing that may be set alone."""

    @property
    def name(self) -> str:
        """Name of the estimate, or of what a group has in common."""

    @property
    def unit(self) -> str:
        """Unit of its levels."""

    @property
    def grade(self) -> str:
        """How it is known."""

    def quantiles(self, probabilities: Floats) -> Floats:
        """Levels that it stays below with some probabilities."""

    def drawn(self) -> Floats:
        """(draws kept,) its level."""

    def at(self, levels: Floats) -> tuple[Floats, Floats]:
        """(levels, sets) value of the rivals, and the money that they need."""


def inputs_of(rivals: Rivals) -> list[Input]:
    """Every uncertain input that moves what improvements ask, or what they add by the measure."""
    worth, prices = MovedWorth(rivals), MovedPrices(rivals)
    found: list[Input] = list(prices.lines())
    groups: dict[str, list[Estimate]] = {}
    lines = {f"{table}/{line.id}" for line in prices.priced for table in ("costs", "bias")}
    for estimate in uncertain_inputs(rivals.sample.case, rivals.sample.model):
        if estimate.group and estimate.share > 0:
            groups.setdefault(estimate.group, []).append(estimate)
        if estimate.name in lines:
            continue  # set as the line turns out
        places = worth.sites.places([estimate.name])
        if places or prices.stands_in_total(estimate.name):
            reach = prices if prices.stands_in_total(estimate.name) else None
            found.append(_Alone(estimate, places, worth, reach))
    for group, members in groups.items():
        names = [e.name for e in members]
        places = worth.sites.places(names)
        priced = prices if lines & set(names) else None
        if places or priced:
            grade = max(e.grade for e in members)
            found.append(_Common(f"{GROUP}/{group}", grade, places, worth, priced))
    return found


class Substituted:
    """Draws in which one input is at one level after the other, and all else as it is drawn.

    Draw n of level k stands at k x size + n.
    """

    def __init__(self, base: "Remembered", name: str, levels: Floats) -> None:
        self._base, self._name, self._levels = base, name, levels
        self.size = base.size * len(levels)

    def of(self, estimate: Estimate) -> Floats:
        """(draws,) the levels of the input itself; the same draws for every level of all others."""
        if not self.moves(estimate):
            return self.again(self._base.of(estimate))
        if estimate.name == self._name:
            return np.repeat(self._levels, self._base.size)
        own, common = self._base.even(estimate.name)[None], self._levels[:, None]
        even = normal_copula(own, common, estimate.share)
        return quantile_of(estimate, even.reshape(-1))

    def moves(self, estimate: Estimate) -> bool:
        """Whether an estimate is another one: the input itself, or one of its group."""
        return self._name in (estimate.name, f"{GROUP}/{estimate.group}")

    def again(self, drawn: Floats) -> Floats:
        """(draws, ...) what does not move with the input, for every level."""
        return np.concatenate([drawn] * len(self._levels))


class Remembered:
    """The first draws of a case, each asked for once."""

    def __init__(self, draws: Sampled) -> None:
        self._draws, self.size = draws, draws.size
        self._known: dict[str, Floats] = {}
        self._even: dict[str, Floats] = {}

    def of(self, estimate: Estimate) -> Floats:
        """(draws,) levels of an estimate."""
        if estimate.name not in self._known:
            self._known[estimate.name] = self._draws.of(estimate)
        return self._known[estimate.name]

    def even(self, name: str) -> Floats:
        """(draws,) of the stream of a name."""
        if name not in self._even:
            self._even[name] = self._draws.even(name)
        return self._even[name]


Drawn = Substituted | Remembered
Place = tuple[str, str]  # a capability with a criterion, or "" for its chain; or one of PAID
SAVED = "savings"  # with a line on which is saved
KEPT = "kept"  # with a capability that goes on costing as it is kept from ending
PAID = (SAVED, KEPT)


@dataclass(frozen=True, slots=True)
class Places:
    """What an input touches.

    Attributes
    ----------
    moved : where levels, effects or chains are other ones
    weighed : whether weights of criteria are
    pairs : numbers of the synergies whose bonus is
    users : numbers of the improvements whose effects are; None where those of all may be
    """

    moved: tuple[Place, ...] = ()
    weighed: bool = False
    pairs: tuple[int, ...] = ()
    users: frozenset[int] | None = None

    def __bool__(self) -> bool:
        return bool(self.moved or self.weighed or self.pairs)


class Sites:
    """Where improvements act in a way that a measure sees, and what touches each place.

    Attributes
    ----------
    users : for each place, the numbers of the improvements
    """

    def __init__(self, case: Case, model: Model, measure: str) -> None:
        self._case, self._model, self._measure = case, model, measure
        self.users = self._found()

    def _found(self) -> dict[Place, tuple[int, ...]]:
        case, agreed = self._case, None
        number = {i: k for k, i in enumerate(case.improvement_ids)}
        if self._measure == DISTANCE and self._model.value.leaves:
            agreed = self._model.value.agreed()
        found: dict[Place, set[int]] = {}
        for effect in case.effects:
            if bool(effect.step) == (self._measure == DISTANCE):
                continue
            if agreed is not None:
                c, k = self.where((effect.capability, effect.criterion))
                if np.isnan(agreed[c, k]) or self._model.extents.distance <= 0:
                    continue
            place = effect.capability, effect.criterion
            found.setdefault(place, set()).add(number[effect.improvement])
        if self._measure != DISTANCE:
            for k, c in self._model.costs.paths.keepers:
                found.setdefault((case.capability_ids[c], ""), set()).add(k)
        lines = {line.id: line for line in case.costs}
        for saving in (*case.savings, *case.receipts) if self._measure == NET else ():
            users = found.setdefault((SAVED, saving.line), set())
            users.add(number[saving.improvement])
            users.update(self._model.costs.keepers(lines[saving.line]))
        for k, c in self._model.costs.paths.keepers if self._measure == NET else ():
            found[KEPT, case.capability_ids[c]] = {k}
        return {place: tuple(sorted(users)) for place, users in found.items()}

    def where(self, place: Place) -> tuple[int, int]:
        """Numbers of the capability and of the criterion of a place on the tree."""
        capabilities, leaves = self._numbers
        return capabilities[place[0]], leaves[place[1]]

    @cached_property
    def _numbers(self) -> tuple[dict[str, int], dict[str, int]]:
        leaves = (leaf.id for leaf in self._model.value.leaves)
        one, other = (
            {x: k for k, x in enumerate(ids)} for ids in (self._case.capability_ids, leaves)
        )
        return one, other

    @cached_property
    def _chains(self) -> frozenset[str]:
        """Capabilities on whose chains improvements act."""
        return frozenset(c for c, criterion in self.users if not criterion)

    @cached_property
    def _place(self) -> dict[str, list[Place]]:
        """Where each input stands that touches few places."""
        case = self._case
        found: list[tuple[str, Place]] = [
            *((e.change.name, (e.capability, e.criterion)) for e in case.effects),
            *((s.level.name, (s.capability, s.criterion)) for s in case.scores),
            *((s.share.name, (SAVED, s.line)) for s in case.savings),
            *((b.growth.name, (b.capability, "")) for b in case.business_as_usual),
        ]
        growing = {b.capability: b.cost_growth for b in case.business_as_usual}
        for line in case.costs:
            growth = growing.get(line.capability)
            names = [f"{table}/{line.id}" for table in ("costs", "bias")]
            names += [growth.name] if growth and line.kind == "recurrent" else []
            found += [(name, (SAVED, line.id)) for name in names]
            if line.is_cost:
                found += [(name, (KEPT, line.capability)) for name in names]
        places: dict[str, list[Place]] = {}
        for name, place in found:
            if place in self.users:
                places.setdefault(name, []).append(place)
        return places

    @cached_property
    def _wide(self) -> dict[str, str]:
        """Inputs that touch many places, or pairs: of what kind they are."""
        case = self._case
        found = {c.swing.name: "weight" for c in case.criteria}
        found |= {v.worth.name: "worth" for v in case.unit_values}
        found |= {v.transfer.name: "worth" for v in case.unit_values if v.transfer}
        return found

    def places(self, names: Sequence[str]) -> Places:
        """What some inputs touch, of what the measure sees."""
        moved, weighed, pairs = dict[Place, None](), False, list[int]()
        owners = [self._owner.get(name) for name in names]
        users = None if None in owners else frozenset(k for k in owners if k is not None)
        for name in names:
            kind = self._wide.get(name)
            if name in self._place:
                moved |= dict.fromkeys(self._place[name])
            elif kind == "weight":
                weighed = weighed or self._measure == DISTANCE
            elif kind == "worth":
                moved |= dict.fromkeys((c, "") for c in self._chains)
            elif name.startswith("chain/") and name.split("/")[1] in self._chains:
                moved[name.split("/")[1], ""] = None
            elif name in self.bonuses:
                pairs.append(self.bonuses[name])
        return Places(tuple(moved), weighed, tuple(pairs), users)

    @cached_property
    def _owner(self) -> dict[str, int]:
        """Whose effect each input is that is one."""
        number = {i: k for k, i in enumerate(self._case.improvement_ids)}
        return {e.change.name: number[e.improvement] for e in self._case.effects}

    @cached_property
    def bonuses(self) -> dict[str, int]:
        """Number of the synergy or overlap of each bonus."""
        return {bonus.name: k for k, (_, bonus) in enumerate(self._case.synergies)}


class MovedWorth:
    """What the rivals add by the measure of the case when some input is set to a level."""

    def __init__(self, rivals: Rivals) -> None:
        self.rivals, self._choice = rivals, rivals.choice
        self._model: Model = rivals.sample.model
        self._case = rivals.sample.case
        self.measure = rivals.choice.measure
        size = min(VALUED, rivals.choice.sample.drawn.size)
        self._size = size
        self._base = Remembered(sampled(self._case, 0, size))
        self.sites = Sites(self._case, self._model, self.measure)
        some: Bools = np.asarray(rivals.sets.any(axis=0))  # what is in no rival moves none
        self._sites = {
            place: tuple(user for user in users if some[user])
            for place, users in self.sites.users.items()
        }
        self._effects: dict[Place, list[tuple[int, Effect]]] = {}
        number = {i: k for k, i in enumerate(self._case.improvement_ids)}
        for effect in self._case.effects:
            user = number[effect.improvement]
            if some[user]:
                place = effect.capability, effect.criterion
                self._effects.setdefault(place, []).append((user, effect))
        self._agreed = self._model.value.agreed() if self._model.value.leaves else np.empty((0, 0))
        self._levels = {(s.capability, s.criterion): s.level for s in self._case.scores}
        self._paired = {*rivals.choice.worth.pairs.ravel().tolist()}
        self._as_drawn: dict[Place, Meeting] = {}
        self._ways: dict[Place, list[_Way]] = {}
        self._together: dict[tuple[Place, tuple[int, ...], tuple[int, ...]], Floats] = {}

    def at(self, name: str, levels: Floats, places: Places) -> Floats:
        """(levels, sets) expected value of every rival when an input is set to each level."""
        rivals, size = self.rivals, self._size
        draws = Substituted(self._base, name, levels)
        shape = len(levels), size
        drawn: dict[int, Floats] = {}  # by level and draw, of those that strengthen others
        beyond = np.zeros((len(levels), len(rivals.sets)))
        touched = self._sites if places.weighed else places.moved
        sites = [place for place in touched if self._moving(place, places)]
        then = self._meetings(draws, [place for place in places.moved if place in sites])
        weights = self._weights(draws).reshape(*shape, -1) if places.weighed else None
        for place in sites:
            added = _Added(self, place, then.get(place), weights, shape)
            moving = self._moving(place, places)
            for user in self._paired.intersection(moving if place[0] not in PAID else ()):
                drawn[user] = drawn.get(user, 0.0) + added.by_draw([user], [0])
            for rows, users, late in self._met(place):
                if set(users) & set(moving):
                    beyond[:, rows] += added.mean(users, late)[:, None]
        values = rivals.worth + beyond
        return values + self._bonuses(drawn, places, draws, shape)

    def _moving(self, place: Place, places: Places) -> tuple[int, ...]:
        """Improvements of some rival whose gains at a place an input may move."""
        users = self._sites[place]
        return users if places.users is None else tuple(u for u in users if u in places.users)

    def _weights(self, draws: Draws) -> Floats:
        """(draws, leaves) of the value tree, under `distance`."""
        if self.measure != DISTANCE:
            return np.empty((draws.size, 0))
        return self._model.extents.weights(self._model.value.weights(draws))

    def weight(self, place: Place) -> Floats:
        """(draws,) what one point of a level counts, as drawn; 1 where there are no points."""
        if self.measure != DISTANCE:
            return self._ones
        return self._drawn_weights[:, self.sites.where(place)[1]]

    @cached_property
    def _ones(self) -> Floats:
        return np.ones(self._size)

    @cached_property
    def _drawn_weights(self) -> Floats:
        return np.asfortranarray(self._weights(self._base))

    def together(self, place: Place, users: Sequence[int], late: Sequence[int]) -> Floats:
        """(draws,) what some improvements gain at a place, as drawn; see `_meeting`."""
        key = place, tuple(users), tuple(late)
        if key not in self._together:
            self._together[key] = self._meeting(place).joint(self.measure, users, late)
        return self._together[key]

    def _meeting(self, place: Place) -> Meeting:
        """Where improvements act, as drawn; the unit of a level without its weight."""
        if place not in self._as_drawn:
            self._as_drawn |= self._meetings(self._base, [place])
        return self._as_drawn[place]

    def _as_level(self, place: Place) -> Level:
        """The same of a level."""
        found = self._meeting(place)
        assert isinstance(found, Level)
        return found

    def _meetings(self, draws: "Drawn", places: Iterable[Place]) -> dict[Place, Meeting]:
        wanted = set(places)
        if self.measure == DISTANCE:
            return {place: self._level(draws, place) for place in wanted}
        case, model = self._case, self._model
        effects = tuple(e for e in case.effects if e.step and (e.capability, "") in wanted)
        chains = any(not criterion for _, criterion in wanted)
        met = chains_of(Model(replace(case, effects=effects)), draws) if chains else ()
        acted = ((meeting, (meeting.capability, "")) for meeting in met)
        found: dict[Place, Meeting] = {at: meeting for meeting, at in acted if at in wanted}
        rows = tuple(s for s in case.savings if (SAVED, s.line) in wanted)
        left = {s.line for s in case.receipts if (SAVED, s.line) not in wanted}
        costs = tuple(line for line in case.costs if line.id not in left)
        saved = replace(case, savings=rows, costs=costs)
        saving = SavingModel(saved, model.costs, model.gains.years)
        lines = zip(saving.lines, saving.saved_lines(draws), strict=True)
        found |= {(SAVED, key): line for key, line in lines}
        kept = {at: self._kept(draws, at[1]) for at in wanted if at[0] == KEPT}
        return found | kept

    def _kept(self, draws: "Drawn", capability: str) -> "_Kept":
        """What a capability goes on costing that is kept from ending."""
        costs = self._model.costs
        lines = [line for line in costs.moving() if line.capability == capability]
        (keeper,) = self.sites.users[KEPT, capability]
        discount = self._model.gains.years.discount

        def cost(delay: int) -> Floats:
            total = np.zeros(draws.size)
            for line, amount, _ in costs.priced(draws, lines):
                total += amount * (costs.kept(draws, line, keeper, delay) @ discount)
            return total

        return _Kept((keeper,), capability, cost)

    def _level(self, draws: "Drawn", place: Place) -> Level:
        """A level that improvements lift; as drawn where an input does not move it."""
        level, (c, k), effects = self._levels[place], self.sites.where(place), self._effects[place]
        users, extents = self._sites[place], self._model.extents
        today, unit = draws.of(level), np.full(draws.size, extents.unit * extents.share[c])
        if isinstance(draws, Remembered) or draws.moves(level):
            now, rise = self._model.value.worth_on(k, today), np.zeros((draws.size, len(users)))
            moved = {*users}
        else:
            usual = self._as_level(place)
            now, rise = draws.again(usual.now), draws.again(usual.rise)
            moved = {user for user, effect in effects if draws.moves(effect.change)}
            rise[:, [users.index(user) for user in moved]] = 0.0
        for user, effect in effects:
            if user in moved:
                then = self._model.value.worth_on(k, today + draws.of(effect.change))
                rise[:, users.index(user)] += then - now
        return Level(
            users=users,
            capability=place[0],
            leaf=k,
            agreed=float(self._agreed[c, k]),
            now=now,
            rise=rise,
            unit=unit,
            years=self._model.gains.years,
            there=self._model.costs.paths.alive[c],
        )

    def _met(self, place: Place) -> list["_Way"]:
        """Ways in which improvements of some rivals, one or more, act at a place."""
        if place not in self._ways:
            users = list(self._sites[place])
            inside = self.rivals.sets[:, users]
            ways = np.where(inside, self.rivals.delays[:, users], -1)
            found = self._ways[place] = []
            for way in np.unique(ways[inside.any(axis=1)], axis=0):
                there = [(user, int(d)) for user, d in zip(users, way, strict=True) if d >= 0]
                rows = (ways == way).all(axis=1)
                found.append((rows, [u for u, _ in there], [d for _, d in there]))
        return self._ways[place]

    @cached_property
    def _left(self) -> Floats:
        """(improvements, delays) share of its own gain that is left to each that starts later."""
        years = self._model.gains.years
        delays = int(self.rivals.delays.max(initial=0)) + 1
        whole = [years.counted(k) for k in range(len(self._case.improvements))]
        return np.array(
            [
                [years.counted(k, d) / full if full > 0 else 0.0 for d in range(delays)]
                for k, full in enumerate(whole)
            ]
        )

    def _bonuses(
        self, gained: dict[int, Floats], places: Places, draws: Draws, shape: tuple[int, int]
    ) -> Floats:
        """(levels, sets) what synergies add more."""
        rivals, worth = self.rivals, self._choice.worth
        found = np.zeros((shape[0], len(rivals.sets)))
        gains = worth.gains("money" if self.measure == NET else self.measure, self._size)
        synergies = self._case.synergies
        for k, pair in enumerate(worth.pairs.tolist()):
            if k not in places.pairs and not any(user in gained for user in pair):
                continue
            _, bonus = synergies[k]
            both = np.stack([gains[:, user] + gained.get(user, np.zeros(shape)) for user in pair])
            share = draws.of(bonus).reshape(shape)
            then = (share * np.maximum(both.min(axis=0), 0.0)).mean(axis=1)
            one = worth.pairs[[k]]
            now = bonuses_of(one, gains, worth.shares[: self._size, [k]]).mean()
            late = np.stack([self._left[user, rivals.delays[:, user]] for user in pair])
            together = rivals.sets[:, pair].all(axis=1) * late.min(axis=0)
            found += (then - now)[:, None] * together
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """What a capability costs that an improvement keeps from ending; see `Meeting`.

    Attributes
    ----------
    users : number of the improvement
    cost : (draws,) present value, when that starts so many years later than stated
    """

    users: tuple[int, ...]
    capability: str
    cost: Callable[[int], Floats]

    def joint(self, measure: str, users: Sequence[int], delays: Sequence[int] = ()) -> Floats:
        """(draws,) what the improvement adds by it: less than nothing, in money net of cost."""
        assert measure == NET, measure
        (delay,) = delays or [0]
        assert tuple(users) == self.users, users
        return -self.cost(delay)


_Way = tuple[Bools, list[int], list[int]]  # rivals, improvements that act, years of delay


class _Added:
    """What improvements gain more at one place, at the levels of an input.

    On a level the gain is points x weight: points are not computed again where only weights are
    other ones, so that `after` is None.
    """

    def __init__(
        self,
        worth: MovedWorth,
        place: Place,
        after: Meeting | None,
        weights: Floats | None,
        shape: tuple[int, int],
    ) -> None:
        self._worth, self._place, self._after, self._shape = worth, place, after, shape
        self._now = self._then = worth.weight(place)
        if weights is not None:
            self._then = weights[:, :, worth.sites.where(place)[1]]
        self._means: dict[tuple[int, ...], Floats] = {}

    def _points(self, users: Sequence[int], late: Sequence[int]) -> tuple[Floats, Floats]:
        """(draws,) of some that start so many years late, and at the levels of the input."""
        points = self._worth.together(self._place, users, late)
        if self._after is None:
            return points, points
        moved = self._after.joint(self._worth.measure, users, late)
        return points, moved.reshape(self._shape)

    def by_draw(self, users: Sequence[int], late: Sequence[int]) -> Floats:
        """(levels, draws) of some that start so many years late."""
        points, moved = self._points(users, late)
        return np.asarray(moved * self._then - points * self._now)

    def mean(self, users: Sequence[int], late: Sequence[int]) -> Floats:
        """(levels,) the same, expected; found once."""
        key = (*users, *late)
        if key not in self._means:
            points, moved = self._points(users, late)
            then = np.einsum("...d,...d->...", moved, self._then)
            self._means[key] = (then - np.einsum("d,d", points, self._now)) / len(points)
        return self._means[key]


class MovedPrices:
    """What the rivals ask when a line of cost, or what several have in common, is set alone."""

    def __init__(self, rivals: Rivals) -> None:
        self.rivals = rivals
        sample: Sample = rivals.sample
        case = sample.case
        mine = {line.id for line in sample.model.costs.improving()}
        totals = {line.total for line in case.costs if line.id in mine and line.total}
        near = tuple(
            line for line in case.costs if line.id in mine or line.total in totals or line.manages
        )
        self._costs = CostModel(replace(case, costs=near))
        self._totals = totals
        self._size = min(PRICED, sample.drawn.size)
        self._base = Remembered(sampled(case, 0, min(self._size, sample.draws)))

    @cached_property
    def priced(self) -> tuple[CostLine, ...]:
        """Lines of the improvements that move what the measure sees."""
        lines = self._costs.improving()
        if self.rivals.choice.measure == NET:
            return lines
        return tuple(line for line in lines if self._costs.asked_for(line))

    def stands_in_total(self, name: str) -> bool:
        """Whether an input is an uncertain total of which a line of an improvement is part."""
        table, _, key = name.partition("/")
        return table == "totals" and key in self._totals

    def lines(self) -> Iterable["_Line"]:
        """Each line of an improvement as an input: what it turns out at."""
        parts: dict[str, list[Floats]] = {}
        years = {}
        for draws in self.rivals.sample.kept():
            for line, amount, part in self._costs.priced(draws):
                parts.setdefault(line.id, []).append(amount)
                years[line.id] = part
        for line in self.priced:
            amount = np.concatenate(parts[line.id])[: self.rivals.sample.drawn.size]
            if np.ptp(amount) > NARROW * np.abs(amount).max():
                yield _Line(self.rivals, line, amount, years[line.id], self._costs.asked_for(line))

    def at(self, name: str, levels: Floats) -> tuple[Floats, Floats]:
        """(levels, sets) money that the rivals need more, and value that they lose, at levels.

        Both against the same draws as they are.
        """
        now, lost = self._totalled(self._base, 1)
        step = max(1, TOGETHER // (self._base.size * self.rivals.sets.shape[1]))
        money, less = [], []
        for start in range(0, len(levels), step):
            some = levels[start : start + step]
            then, life = self._totalled(Substituted(self._base, name, some), len(some))
            money.append(then - now)
            less.append(life - lost)
        return np.concatenate(money), np.concatenate(less)

    def _totalled(self, draws: Draws, levels: int) -> tuple[Floats, Floats]:
        """(levels, sets) money at the confidence, and expected whole-life cost under `net`."""
        rivals = self.rivals
        sets = rivals.sets.astype(np.float64)
        asked = np.zeros((levels, sets.shape[1], draws.size // levels))
        number = {i: k for k, i in enumerate(rivals.sample.case.improvement_ids)}
        life = np.zeros((levels, len(sets)))
        for line, turned in self._costs.out_turns.of(draws, self.priced):
            k, years = number[line.improvement], self._costs.yearly(line)
            amount = turned.amount.reshape(levels, -1)
            if rivals.choice.measure == NET:
                life += amount.mean(axis=1)[:, None] * rivals.life(k, years)
            if self._costs.asked_for(line):
                asked[:, k] += amount * years.sum()
        return np.array([rivals.at(sets @ one) for one in asked]), life


@dataclass(frozen=True, eq=False)
class _Line:
    """What one line of cost turns out at, in its own money."""

    rivals: Rivals
    line: CostLine
    amount: Floats
    years: Floats
    asked: bool

    @property
    def name(self) -> str:
        return self.line.amount.name

    @property
    def unit(self) -> str:
        return self.line.amount.unit

    @property
    def grade(self) -> str:
        return self.line.amount.grade

    def quantiles(self, probabilities: Floats) -> Floats:
        """See `Input`; in the draws that are kept."""
        least = 1 / len(self.amount)  # the lowest draw
        return order_quantiles(self.amount, np.maximum(probabilities, least).tolist())

    def drawn(self) -> Floats:
        """See `Input`."""
        return self.amount

    @cached_property
    def _rest(self) -> Floats:
        """(sets with the improvement,) money that they need besides this line."""
        rivals = self.rivals
        inside = rivals.sets[:, self._improvement]
        if not inside.any():
            return np.empty(0)
        return rivals.at(rivals.totals[inside] - self.amount * float(self.years.sum()))

    @property
    def _improvement(self) -> int:
        return self.rivals.sample.case.improvement_ids.index(self.line.improvement)

    def at(self, levels: Floats) -> tuple[Floats, Floats]:
        """See `Input`: with the line away, the quantile of the rest moves with it one to one."""
        rivals, k = self.rivals, self._improvement
        inside = rivals.sets[:, k]
        needed = np.tile(rivals.needed, (len(levels), 1))
        values = np.tile(rivals.worth, (len(levels), 1))
        if self.asked:
            needed[:, inside] = self._rest + levels[:, None] * float(self.years.sum())
        if rivals.choice.measure == NET:
            values -= (levels - self.amount.mean())[:, None] * rivals.life(k, self.years)
        return values, needed


@dataclass(frozen=True, slots=True)
class _Alone:
    """An estimate of the case."""

    estimate: Estimate
    places: Places
    worth: MovedWorth
    prices: MovedPrices | None

    @property
    def name(self) -> str:
        return self.estimate.name

    @property
    def unit(self) -> str:
        return self.estimate.unit

    @property
    def grade(self) -> str:
        return self.estimate.grade

    def quantiles(self, probabilities: Floats) -> Floats:
        """See `Input`."""
        return quantile_of(self.estimate, np.clip(probabilities, EDGE, 1 - EDGE))

    def drawn(self) -> Floats:
        """See `Input`."""
        return self.worth.rivals.sample.of(self.estimate)

    def at(self, levels: Floats) -> tuple[Floats, Floats]:
        """See `Input`."""
        return _both(self.name, levels, self.places, self.worth, self.prices)


@dataclass(frozen=True, slots=True)
class _Common:
    """What a group of estimates has in common; its level is a probability."""

    name: str
    grade: str
    places: Places
    worth: MovedWorth
    prices: MovedPrices | None
    unit: str = "share"

    def quantiles(self, probabilities: Floats) -> Floats:
        """See `Input`."""
        return np.clip(probabilities, EDGE, 1 - EDGE)

    def drawn(self) -> Floats:
        """See `Input`."""
        sample = self.worth.rivals.sample
        size, chunks = sample.drawn.size, range(0, sample.drawn.size, CHUNK)
        parts = (
            sampled(sample.case, k, min(CHUNK, size - start)) for k, start in enumerate(chunks)
        )
        return np.concatenate([part.even(self.name) for part in parts])

    def at(self, levels: Floats) -> tuple[Floats, Floats]:
        """See `Input`."""
        return _both(self.name, levels, self.places, self.worth, self.prices)


def _both(
    name: str, levels: Floats, places: Places, worth: MovedWorth, prices: MovedPrices | None
) -> tuple[Floats, Floats]:
    rivals = worth.rivals
    values = np.tile(rivals.worth, (len(levels), 1))
    needed = np.tile(rivals.needed, (len(levels), 1))
    if places:
        values = worth.at(name, levels, places)
    if prices is not None:
        more, lost = prices.at(name, levels)
        needed, values = needed + more, values - lost
    return values, needed
