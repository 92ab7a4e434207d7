"""What each improvement adds to the capabilities it changes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from capworth.case.model import Case, Effect
from capworth.methods.arguments import Floats
from capworth.model.chain import Benefits, ChainModel, Levels, Worth, changed, changes_of
from capworth.model.draws import Draws, by_draw
from capworth.model.effect_years import EffectYears
from capworth.model.extents import Extents, distances
from capworth.model.paths import Paths
from capworth.model.value import ValueModel


@dataclass(frozen=True, slots=True)
class Gains:
    """Gains of every improvement taken alone, against today.

    A gain that starts late or rises slowly counts for the years of its effect, discounted like
    money (`EffectYears`): the distance and days are means over the appraisal.

    Attributes
    ----------
    distance : (draws, improvements) per cent of the expected distance to the agreed levels that it
        closes, services counted by their extents
    money : (draws, improvements) present value in the money of the case
    net : (draws, improvements) the same, less whole-life cost to all payers, plus savings
    harm : (draws, improvements) days of a harm index, a year
    exchange : (draws, improvements) share of the distance closed that serves the claimed functions
    """

    distance: Floats
    money: Floats
    net: Floats
    harm: Floats
    exchange: Floats


@dataclass(frozen=True, eq=False)
class Tree:
    """Levels and values of today on the value tree, and what they lack to the agreed levels.

    Attributes
    ----------
    levels, values : (draws, capabilities, leaves)
    agreed : (capabilities, leaves) value of the agreed level; NaN where none is agreed
    weights : (draws, leaves)
    rises : (draws,) value that an effect adds on it at full effect, by the name of its change, as
        far as it was asked for
    """

    levels: Floats
    values: Floats
    agreed: Floats
    weights: Floats
    rises: dict[str, Floats] = field(default_factory=dict)

    @cached_property
    def missing(self) -> Floats:
        """(draws, capabilities, leaves) what lies between a value and the agreed one, or 0."""
        return distances(self.values, self.agreed)


class GainModel:
    """The effects of a case's improvements, ready to be counted in any number of draws."""

    def __init__(self, case: Case, value: ValueModel, chain: ChainModel, paths: Paths) -> None:
        self._case = case
        self._paths = paths
        self._value = value
        self._chain = chain
        self._leaf = {leaf.id: k for k, leaf in enumerate(value.leaves)}
        self._capability = {c: k for k, c in enumerate(case.capability_ids)}
        self.years = EffectYears(case)
        self._counted = self.years.all_counted()  # (improvements,)
        self._annuity = float(self.years.discount.sum())
        effects: dict[str, list[Effect]] = {}
        for effect in case.effects:
            effects.setdefault(effect.improvement, []).append(effect)
        self._effects = {i: effects.get(i, []) for i in case.improvement_ids}

    def _on_tree(self) -> list[tuple[int, int, int, Effect]]:
        """Improvement, capability and leaf of each effect on a level that has an agreed one."""
        if not self._value.leaves:
            return []
        agreed = self._value.agreed()
        found = [
            (i, self._capability[effect.capability], self._leaf[effect.criterion], effect)
            for i, effects in enumerate(self._effects.values())
            for effect in effects
            if effect.criterion
        ]
        return [(i, c, k, effect) for i, c, k, effect in found if not np.isnan(agreed[c, k])]

    def lifted(self, tree: Tree, draws: Draws, delay: int = 0) -> Floats:
        """(draws, effects) value that each effect on the tree closes of what its level lacks.

        When every improvement starts so many years later than stated.

        A mean over the discounted years, by no weight and no extent, so that every extent key
        counts the same. A rise is capped at what lacks to the agreed level, within each year; a
        fall counts in full, also from above that level. A capability that has ended is left out of
        that year.
        """
        effects = self._on_tree()
        found = by_draw(draws.size, len(effects))
        agreed = self._value.agreed() if effects else np.empty((0, 0))
        for e, (i, c, k, effect) in enumerate(effects):
            risen, lacks = self.rise(tree, draws, effect), agreed[c, k] - tree.values[:, c, k]
            before = np.maximum(lacks, 0.0)
            for share, years in self.years.profiles([i], [delay], self._paths.alive[c]):
                after = np.maximum(lacks - share[0] * risen, 0.0)
                found[:, e] += years / self._annuity * (before - after)
        return found

    def on_tree(
        self, lifted: Floats, weights: Floats, extents: Extents, group: Floats | None = None
    ) -> Floats:
        """Distance that every improvement alone closes, and the part for the claimed functions.

        Parameters
        ----------
        lifted, weights : (draws, effects) and (draws, leaves), see `lifted` and `Tree`
        extents : by whatever key
        group : (draws, capabilities) share of each capability that serves the claimed functions;
            without it that part is not counted

        Returns
        -------
        (2, draws, improvements) points of value: all of it, and that part.
        """
        shape = 2, len(self._case.improvements), len(lifted)
        found = np.zeros(shape).swapaxes(1, 2)
        counted = extents.weights(weights)
        for e, (i, c, k, _) in enumerate(self._on_tree()):
            points = lifted[:, e] * (extents.share[c] * counted[:, k])
            found[0, :, i] += points
            if group is not None:
                found[1, :, i] += points * group[:, c]
        return found

    def closed(self, points: Floats, extents: Extents) -> Floats:
        """(draws, improvements) points that `on_tree` finds, in units of the distance."""
        return points * extents.unit if extents.distance > 0 else np.zeros_like(points)

    def rise(self, tree: Tree, draws: Draws, effect: Effect) -> Floats:
        """(draws,) value that an effect adds on its criterion, at full effect."""
        name = effect.change.name
        if name not in tree.rises:
            c, k = self._capability[effect.capability], self._leaf[effect.criterion]
            moved = tree.levels[:, c, k] + draws.of(effect.change)
            tree.rises[name] = self._value.worth_on(k, moved) - tree.values[:, c, k]
        return tree.rises[name]

    def alone(
        self,
        draws: Draws,
        points: Floats,
        extents: Extents,
        chain: Mapping[str, Levels],
        worth: Mapping[str, Worth],
        cost: Floats,
    ) -> tuple[Benefits, Gains]:
        """Gains of every improvement alone in every draw.

        Parameters
        ----------
        points : (2, draws, improvements) what each closes of the distance by these extents, and of
            it for the claimed functions; see `on_tree`
        chain, worth : rates, volumes and unit values; see `ChainModel`
        cost : (draws, improvements) whole-life cost less what is saved of costs of today

        Returns
        -------
        Benefits of the chains as they are, and the gains.
        """
        today = self._chain.walk(draws.size, chain, worth)
        money, harm = self._over_years(draws, chain, worth, today)
        closed, served = points
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(closed != 0, served / closed, 0.0)
        return today, Gains(
            distance=self.closed(closed, extents),
            money=money,
            net=money - cost,
            harm=harm,
            exchange=share,
        )

    def _over_years(
        self,
        draws: Draws,
        chain: Mapping[str, Levels],
        worth: Mapping[str, Worth],
        today: Benefits,
    ) -> tuple[Floats, Floats]:
        """Present value of money, and mean days a year, against business as usual.

        An improvement that keeps a capability is credited with all that would end.
        """
        if not self._paths.declared:
            money, harm = self.chain_gains(draws, chain, worth, today)
            return money * self._counted, harm * (self._counted / self._annuity)
        money, harm = np.zeros((2, draws.size, len(self._case.improvements)))
        for i, c, more, days in self.steps(draws, chain, worth, today):
            years = self.when(draws, i, c) @ self.years.discount
            money[:, i] += more * years
            harm[:, i] += days * years / self._annuity
        for i, c in self._paths.keepers:
            years = self.keeps(draws, i, c) @ self.years.discount
            money[:, i] += today.money[:, c] * years
            harm[:, i] += today.harm[:, c] * years / self._annuity
        return money, harm

    def when(self, draws: Draws, improvement: int, capability: int, delay: int = 0) -> Floats:
        """(draws or 1, years) weight of what it gains there, at full effect today, in each year."""
        key = self._case.capability_ids[capability]
        share = self.years.share(improvement, delay)
        if (improvement, capability) in self._paths.keepers:
            grown = self._paths.growth(draws, key)
            return share[None] if grown is None else share * grown
        return np.asarray(share * self._paths.given(draws, key))

    def keeps(self, draws: Draws, improvement: int, capability: int, delay: int = 0) -> Floats:
        """(draws or 1, years) part of a year's benefit of today that it keeps from ending."""
        grown = self._paths.growth(draws, self._case.capability_ids[capability])
        kept = (1 - self._paths.alive[capability]) * self.years.share(improvement, delay)
        return np.asarray(kept[None] if grown is None else kept * grown)

    def chain_gains(
        self,
        draws: Draws,
        chain: Mapping[str, Levels],
        worth: Mapping[str, Worth],
        today: Benefits,
    ) -> tuple[Floats, Floats]:
        """Money and days that every improvement alone adds in a year at full effect.

        Parameters
        ----------
        draws, chain, worth : see `alone`
        today : what the chains give as they are, in the same draws and worth

        Returns
        -------
        (draws, improvements) of each
        """
        money, harm = (by_draw(draws.size, len(self._case.improvements)) for _ in range(2))
        for i, _, more, days in self.steps(draws, chain, worth, today):
            money[:, i] += more
            harm[:, i] += days
        return money, harm

    def steps(
        self,
        draws: Draws,
        chain: Mapping[str, Levels],
        worth: Mapping[str, Worth],
        today: Benefits,
    ) -> Iterator[tuple[int, int, Floats, Floats]]:
        """Improvement, capability, and (draws,) money and days that the one adds to the other."""
        for i, capability, moved in self.moves(draws, chain):
            c = self._capability[capability]
            then = self._chain.walk_one(draws.size, capability, moved, worth)
            yield i, c, then.money - today.money[:, c], then.harm - today.harm[:, c]

    def moves(self, draws: Draws, chain: Mapping[str, Levels]) -> Iterator[tuple[int, str, Levels]]:
        """Improvement, capability, and the rates and volumes of the one's chain with the other."""
        for i, effects in enumerate(self._effects.values()):
            for capability in dict.fromkeys(e.capability for e in effects if e.step):
                mine = [e for e in effects if e.step and e.capability == capability]
                changes = changes_of(mine, {e.change.name: draws.of(e.change) for e in mine})
                yield i, capability, changed(chain[capability], *changes)
