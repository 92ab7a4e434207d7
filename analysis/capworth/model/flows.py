"""Who pays and who gains: present values in every draw, expected amounts in every year."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np

from capworth.methods.arguments import Bools, Floats, Ints
from capworth.model.chain import SCOPES, UnitValues
from capworth.model.costs import PAYERS, Outlay, Priced
from capworth.model.draws import Draws
from capworth.model.simulation import Kept, Model, Sample

Counts: TypeAlias = Mapping[str, Floats]  # outcome to (draws,)


@dataclass(frozen=True, slots=True)
class Stream:
    """Amounts of some things by party, real, in the money of the case.

    Most things have to do with few parties: what nobody adds to is no array of noughts.

    Attributes
    ----------
    discount : (years,) factors
    draws : how many
    yearly : (things, parties, years) expected in each year, not discounted
    present : by thing and party (draws,), present value
    ever : by thing and party (draws,), summed over the years, not discounted
    """

    discount: Floats
    draws: int
    yearly: Floats
    present: dict[tuple[int, int], Floats] = field(default_factory=dict)
    ever: dict[tuple[int, int], Floats] = field(default_factory=dict)

    @classmethod
    def none(cls, discount: Floats, draws: int, things: int, parties: int) -> "Stream":
        """Nothing as yet."""
        return cls(discount, draws, np.zeros((things, parties, len(discount))))

    def add(self, thing: int, party: int, amount: Floats | float, parts: Floats) -> None:
        """Add an amount, (draws,), that falls due in parts, (years,) or (draws, years)."""
        given = parts[0] if len(parts) == 1 and parts.ndim == 2 else parts
        for amounts, share in (
            (self.present, np.einsum("...y,y->...", given, self.discount)),
            (self.ever, given.sum(axis=-1)),
        ):
            if (thing, party) not in amounts:
                amounts[thing, party] = np.zeros(self.draws)
            amounts[thing, party] += amount * share
        if given.ndim == 1:
            self.yearly[thing, party] += np.mean(amount) * given
        else:
            whole = np.broadcast_to(amount, len(given))
            self.yearly[thing, party] += np.einsum("n,ny->y", whole, given) / len(given)

    def present_of(self, thing: int, parties: Iterable[int]) -> Floats:
        """(draws,) present value of a thing, of some parties together."""
        return self._together(self.present, thing, parties)

    def ever_of(self, thing: int, parties: Iterable[int]) -> Floats:
        """(draws,) amounts of a thing over the years, not discounted, of some parties together."""
        return self._together(self.ever, thing, parties)

    def _together(
        self, amounts: Mapping[tuple[int, int], Floats], thing: int, parties: Iterable[int]
    ) -> Floats:
        total = np.zeros(self.draws)
        for party in parties:
            total += amounts.get((thing, party), 0.0)
        return total


@dataclass(frozen=True, slots=True)
class Flows:
    """What some capabilities or improvements, or a set of these, cost, gain and save.

    Transfers and sunk costs are in none of them.

    Attributes
    ----------
    cost : by `costs.PAYERS`
    benefit : attributed, by `chain.SCOPES`
    saving : of costs of today, by payers; and of it what is `cashable`, the rest is time set free
    """

    cost: Stream
    benefit: Stream
    saving: Stream
    cashable: Stream

    @classmethod
    def none(cls, discount: Floats, draws: int, things: int) -> "Flows":
        """Nothing as yet."""
        parties = len(PAYERS), len(SCOPES), len(PAYERS), len(PAYERS)
        return cls(*(Stream.none(discount, draws, things, many) for many in parties))


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Attributed outcomes of one kind.

    Attributes
    ----------
    a_year : (draws, things) of capabilities today; what improvements add at full effect
    discounted : (draws, things) over the years, an improvement's from its effect year on
    """

    a_year: Floats
    discounted: Floats


class FlowModel:
    """Flows of a sample in the draws that are kept.

    A capability's benefit goes by itself as the case says (`Paths`), else it is the same in every
    year. An improvement's is held against that path: the share of its full effect that it has in
    each year (`EffectYears`), and what it keeps from ending. Shared platforms are shared by their
    keys.
    """

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self.draws: Draws = Kept(sample)
        self._model: Model = sample.model
        case, draws = sample.case, self.draws
        self.discount = self._model.gains.years.discount
        self._place = {c: k for k, c in enumerate(case.capability_ids)}
        chain = self._model.chain.levels(draws)
        self._today: Mapping[str, Counts] = {
            c: dict(self._model.chain.counted(level)) for c, level in chain.items() if level
        }
        self._added = tuple(  # improvement, capability, what the one adds to the other
            (i, c, _less(dict(self._model.chain.counted(level)), self._today[c]))
            for i, c, level in self._model.gains.moves(draws, chain)
            if c in self._today
        )
        worth = UnitValues(case).by_scope(draws)
        self._worth = {scope: each for scope, each in worth.items() if each}

    def both(self) -> tuple[Flows, Flows]:
        """Flows of all capabilities, and of all improvements against today."""
        case, size = self.sample.case, self.draws.size
        today = Flows.none(self.discount, size, len(case.capabilities))
        added = Flows.none(self.discount, size, len(case.improvements))
        for c, payer, amount, parts in self._costs():
            today.cost.add(c, PAYERS.index(payer), amount, parts)
        for i, payer, amount, when in self._outlays:
            added.cost.add(i, PAYERS.index(payer), amount, when(0))
        for capability, counts in self._today.items():
            given = self._given(capability)
            for scope, amount in self._money(capability, counts):
                today.benefit.add(self._place[capability], SCOPES.index(scope), amount, given)
        for i, scope, amount, parts in self._gains():
            added.benefit.add(i, SCOPES.index(scope), amount, parts)
        for i, payer, saved, cashable in self._model.savings.of_each(self.draws):
            for stream in (added.saving, *((added.cashable,) if cashable else ())):
                stream.add(i, PAYERS.index(payer), 1.0, saved)
        return today, added

    def of_set(self, taken: Bools, delays: Ints, worth: Floats) -> Flows:
        """Flows of a set of improvements that start so many years later than stated.

        Parameters
        ----------
        taken, delays : (improvements,)
        worth : (draws, years) what the set gains in money together, not discounted; it is shared
            among the scopes as what the members gain alone is over the years, in equal parts where
            none gains anything alone
        """
        found = Flows.none(self.discount, self.draws.size, 1)
        late = delays.tolist()
        for i, payer, amount, when in self._outlays:
            if taken[i]:
                found.cost.add(0, PAYERS.index(payer), amount, when(late[i]))
        scopes: dict[str, Floats] = {}
        for i, scope, amount, parts in self._gains(late):
            if taken[i]:
                gained = amount * np.einsum("...y,y->...", parts, self.discount)
                scopes[scope] = scopes.get(scope, 0.0) + gained
        alone = np.sum([*scopes.values()], axis=0)
        for scope, gained in scopes.items():
            even = np.full_like(alone, 1 / len(scopes))
            share = np.divide(gained, alone, out=even, where=alone != 0)
            found.benefit.add(0, SCOPES.index(scope), share, worth)
        for payer, whole, money in self._model.savings.of_set(self.draws, taken, late):
            found.saving.add(0, PAYERS.index(payer), 1.0, whole)
            found.cashable.add(0, PAYERS.index(payer), 1.0, money)
        return found

    def outcomes(self, outcome: str) -> tuple[Outcomes, Outcomes]:
        """Outcomes of one kind, of all capabilities and of all improvements."""
        case, size = self.sample.case, self.draws.size
        today = Outcomes(*np.zeros((2, size, len(case.capabilities))))
        more = Outcomes(*np.zeros((2, size, len(case.improvements))))
        for c, counts in self._today.items():
            if outcome in counts:
                k = self._place[c]
                today.a_year[:, k] = counts[outcome]
                today.discounted[:, k] = counts[outcome] * (self._given(c) @ self.discount)
        for i, c, counts in self._added:
            if outcome in counts:
                when = self._model.gains.when(self.draws, i, self._place[c])
                more.a_year[:, i] += counts[outcome]
                more.discounted[:, i] += counts[outcome] * (when @ self.discount)
        for i, k in self._model.costs.paths.keepers:
            counts = self._today.get(case.capability_ids[k], {})
            if outcome in counts:
                kept = self._model.gains.keeps(self.draws, i, k)
                more.discounted[:, i] += counts[outcome] * (kept @ self.discount)
        return today, more

    @cached_property
    def _lines(self) -> tuple[Priced, ...]:
        return tuple(self._model.costs.priced(self.draws))

    @cached_property
    def _outlays(self) -> tuple[Outlay, ...]:
        return tuple(self._model.costs.outlays(self.draws, self._lines))

    def _given(self, capability: str) -> Floats:
        return self._model.costs.paths.given(self.draws, capability)

    def _money(self, capability: str, counts: Counts) -> Iterator[tuple[str, Floats]]:
        """Scope and (draws,) money a year of some outcomes; nothing where none is priced."""
        if not self._model.known["money"][self._place[capability]]:
            return
        for scope, worth in self._worth.items():
            valued = [got * worth[outcome] for outcome, got in counts.items() if outcome in worth]
            if valued:
                yield scope, np.sum(valued, axis=0)

    def _costs(self) -> Iterator[tuple[int, str, Floats, Floats]]:
        """Capability, payer, (draws,) amount and its part of each year, of every line of today."""
        costs, points = self._model.costs, self.sample.drawn.score
        platforms = {p.id: k for k, p in enumerate(self.sample.case.platforms)}
        shares = costs.platform_shares(self.draws, points) if platforms else np.empty((0, 0, 0))
        for line, amount, years in self._lines:
            if line.capability:
                parts = costs.paid(self.draws, line)
                yield self._place[line.capability], line.payer, amount, parts
            elif line.platform:
                borne = shares[:, platforms[line.platform]]
                there = np.einsum("nc,cy->ny", borne, costs.paths.alive)
                for c in np.flatnonzero(borne.any(axis=0)).tolist():
                    mine = amount * borne[:, c]
                    if not costs.paths.declared:
                        yield c, line.payer, mine, years
                        continue
                    alive = years * costs.paths.alive[c]
                    parts = np.divide(alive, there, out=np.zeros_like(there), where=there > 0)
                    yield c, line.payer, mine, parts

    def _gains(self, late: Sequence[int] = ()) -> Iterator[tuple[int, str, Floats, Floats]]:
        """Improvement, scope, (draws,) money at full effect and its part of each year.

        Started so many years later than stated, (improvements,).
        """
        gains, delay = self._model.gains, late or [0] * len(self.sample.case.improvements)
        for i, c, counts in self._added:
            when = gains.when(self.draws, i, self._place[c], delay[i])
            for scope, amount in self._money(c, counts):
                yield i, scope, amount, when
        for i, k in self._model.costs.paths.keepers:
            c = self.sample.case.capability_ids[k]
            kept = gains.keeps(self.draws, i, k, delay[i])
            for scope, amount in self._money(c, self._today.get(c, {})):
                yield i, scope, amount, kept


def _less(then: Counts, today: Counts) -> Counts:
    return {outcome: got - today[outcome] for outcome, got in then.items()}
