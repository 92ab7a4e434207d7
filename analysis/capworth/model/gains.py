"""What each improvement adds to the capabilities it changes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from capworth.case.model import Case, Effect
from capworth.methods.arguments import Floats
from capworth.model.chain import Benefits, ChainModel, Levels, Worth, changed
from capworth.model.draws import Draws
from capworth.model.effect_years import EffectYears
from capworth.model.paths import Paths
from capworth.model.value import ValueModel


@dataclass(frozen=True, slots=True)
class Gains:
    """Gains of every improvement taken alone, against today.

    A gain that starts late or rises slowly counts for the years of its effect, discounted like
    money (`EffectYears`): points and days are means over the appraisal.

    Attributes
    ----------
    score : (draws, improvements) points, summed over capabilities
    money : (draws, improvements) present value in the money of the case
    harm : (draws, improvements) days of a harm index, a year
    exchange : (draws, improvements) share of the score gained that serves the claimed functions
    closed : (draws, improvements) share of the distance to the agreed levels that it closes
    """

    score: Floats
    money: Floats
    harm: Floats
    exchange: Floats
    closed: Floats


class GainModel:
    """The effects of a case's improvements, ready to be counted in any number of draws."""

    def __init__(self, case: Case, value: ValueModel, chain: ChainModel, paths: Paths) -> None:
        self._case = case
        self._paths = paths
        self._value = value
        self._chain = chain
        self._leaf = {leaf.id: k for k, leaf in enumerate(value.leaves)}
        self._capability = {c: k for k, c in enumerate(case.capability_ids)}
        self._reference = value.reference()
        self.years = EffectYears(case)
        self._counted = self.years.all_counted()  # (improvements,)
        self._annuity = float(self.years.discount.sum())
        self._effects: Mapping[str, list[Effect]] = {
            i: [e for e in case.effects if e.improvement == i] for i in case.improvement_ids
        }

    def alone(
        self,
        draws: Draws,
        levels: Floats,
        values: Floats,
        weights: Floats,
        group: Floats,
        chain: Mapping[str, Levels],
        worth: Mapping[str, Worth],
    ) -> tuple[Benefits, Gains]:
        """Gains of every improvement alone in every draw.

        Parameters
        ----------
        draws : the draws
        levels, values : (draws, capabilities, leaves) today, in units and as value 0 to 100
        weights : (draws, leaves)
        group : (draws, capabilities) share of each capability that serves the claimed functions
        chain, worth : rates, volumes and unit values; see `ChainModel`

        Returns
        -------
        Benefits of the chains as they are, and the gains.
        """
        today = self._chain.walk(draws.size, chain, worth)
        shape = (draws.size, len(self._case.improvements))
        score, exchange, closed = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        money, harm = self._over_years(draws, chain, worth, today)
        distance = np.maximum(np.nan_to_num(self._reference, nan=-np.inf) - values, 0.0)
        whole = np.einsum("nck,nk->n", distance, weights)
        for i, effects in enumerate(self._effects.values()):
            for effect in effects:
                if not effect.criterion:
                    continue
                c, k = self._capability[effect.capability], self._leaf[effect.criterion]
                moved = levels[:, c, k] + draws.of(effect.change)
                risen = self._value.worth_on(k, moved) - values[:, c, k]
                points = risen * weights[:, k]
                score[:, i] += points
                exchange[:, i] += points * group[:, c]
                step = np.minimum(np.maximum(risen, 0.0), distance[:, c, k])
                closed[:, i] += step * weights[:, k]
        late = self._counted / self._annuity
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(score != 0, exchange / score, 0.0)
            part = np.where(whole[:, None] > 0, closed / whole[:, None], 0.0)
        return today, Gains(score * late, money, harm, share, part)

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
        if not self._paths.told:
            money, harm = self.chain_gains(draws, chain, worth, today)
            return money * self._counted, harm * (self._counted / self._annuity)
        money, harm = np.zeros((2, draws.size, len(self._case.improvements)))
        for i, c, more, days in self.steps(draws, chain, worth, today):
            years = self.when(draws, i, c) @ self.years.discount
            money[:, i] += more * years
            harm[:, i] += days * years / self._annuity
        for i, c in self._paths.keepers.items():
            years = self.keeps(draws, i) @ self.years.discount
            money[:, i] += today.money[:, c] * years
            harm[:, i] += today.harm[:, c] * years / self._annuity
        return money, harm

    def when(self, draws: Draws, improvement: int, capability: int) -> Floats:
        """(draws or 1, years) weight of what it gains there, at full effect today, in each year."""
        key = self._case.capability_ids[capability]
        share = self.years.share(improvement)
        if self._paths.keepers.get(improvement) == capability:
            grown = self._paths.growth(draws, key)
            return share[None] if grown is None else share * grown
        return np.asarray(share * self._paths.given(draws, key))

    def keeps(self, draws: Draws, improvement: int) -> Floats:
        """(draws or 1, years) part of a year's benefit of today that it keeps from ending."""
        c = self._paths.keepers[improvement]
        grown = self._paths.growth(draws, self._case.capability_ids[c])
        kept = (1 - self._paths.alive[c]) * self.years.share(improvement)
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
        shape = (draws.size, len(self._case.improvements))
        money, harm = np.zeros(shape), np.zeros(shape)
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
        for i, effects in enumerate(self._effects.values()):
            for capability in dict.fromkeys(e.capability for e in effects if e.step):
                c = self._capability[capability]
                factors = {
                    e.step: draws.of(e.change)
                    for e in effects
                    if e.step and e.capability == capability
                }
                moved_chain = {capability: changed(chain[capability], factors)}
                then = self._chain.walk(draws.size, moved_chain, worth)
                yield i, c, then.money[:, c] - today.money[:, c], then.harm[:, c] - today.harm[:, c]
