"""One batch of worlds: every cost, value and gain of the case in each of them."""

from dataclasses import dataclass

import numpy as np

from capworth.case.model import FUNCTIONS, Case
from capworth.chain import ChainModel
from capworth.costs import CostModel, Costs, discount_factors
from capworth.estimates import Draws
from capworth.gains import GainModel, Gains
from capworth.methods.arguments import Floats
from capworth.value import ValueModel, score

MEASURES = ("score", "money", "harm")  # of added value; never added to one another


@dataclass(frozen=True, slots=True)
class Worlds:
    """What the model answers, for every draw. Money is real, in the case's price year.

    Attributes
    ----------
    cost : (draws, capabilities) discounted whole-life cost
    payers : (draws, capabilities, payers) the same by who pays it
    score : (draws, capabilities) 0 to 100
    money : (draws, capabilities) discounted attributed benefit
    harm : (draws, capabilities) attributed days of a harm index a year
    branches : (draws, capabilities, branches) value 0 to 100 on each branch of the tree
    levels : (draws, capabilities, leaves) value 0 to 100 on each leaf
    weights : (draws, leaves) weights that sum to 1
    function_value, function_cost : (measures, draws, functions) capabilities shared out among the
        functions they serve; costs only of capabilities on which the measure is known
    function_weight : (measures, draws, functions) how many capabilities' worth of each function
    gains : of every improvement
    improvement_cost : (draws, improvements) discounted whole-life cost
    improvement_payers : (draws, improvements, payers) the same by who pays it
    asked : (draws, improvements) one-off money to be raised
    """

    cost: Floats
    payers: Floats
    score: Floats
    money: Floats
    harm: Floats
    branches: Floats
    levels: Floats
    weights: Floats
    function_value: Floats
    function_cost: Floats
    function_weight: Floats
    gains: Gains
    improvement_cost: Floats
    improvement_payers: Floats
    asked: Floats

    @property
    def size(self) -> int:
        """How many worlds."""
        return len(self.cost)


class Model:
    """The whole case, ready to be answered in any number of worlds."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.costs = CostModel(case)
        self.value = ValueModel(case)
        self.chain = ChainModel(case)
        self.gains = GainModel(case, self.value, self.chain)
        self.annuity = float(discount_factors(case).sum())  # discounted years of the appraisal
        self._group = np.array([f in case.settings.claim_group for f in FUNCTIONS])
        known = {"score": np.full(len(case.capabilities), bool(case.measured))}
        known |= {scale: self.chain.has_scale(scale) for scale in ("money", "harm")}
        self.known = known  # (capabilities,) whether a measure of added value is known

    def answer(self, draws: Draws) -> Worlds:
        """Answer the case in every world."""
        levels = self.value.levels(draws)
        values = self.value.worth(levels)
        weights = self._weights(draws)
        points = score(values, weights)
        costs: Costs = self.costs.price(draws, points)
        shares = self.function_shares(draws)
        group = shares[:, :, self._group].sum(axis=2)
        chain, worth = self.chain.levels(draws), self.chain.unit_values(draws)
        today, gains = self.gains.feel(draws, levels, values, weights, group, chain, worth)
        money = today.money * self.annuity
        whole = costs.capability.sum(axis=2)
        by_function = [
            (
                np.einsum("ncf,nc->nf", shares, added),
                np.einsum("ncf,nc->nf", shares, whole * self.known[measure]),
                np.einsum("ncf,c->nf", shares, self.known[measure].astype(float)),
            )
            for measure, added in zip(MEASURES, (points, money, today.harm), strict=True)
        ]
        value, cost, weight = (np.stack(part) for part in zip(*by_function, strict=True))
        below = self.value.branch_of()
        branch_weight = np.einsum("nk,kb->nb", weights, below)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = weights[:, :, None] * below / branch_weight[:, None, :]
        inside = np.einsum("nck,nkb->ncb", values, share)
        return Worlds(
            whole,
            costs.capability,
            points,
            money,
            today.harm,
            inside,
            values,
            weights,
            value,
            cost,
            weight,
            gains,
            costs.improvement.sum(axis=2),
            costs.improvement,
            costs.asked,
        )

    def platform_shares(self, draws: Draws) -> Floats:
        """(draws, platforms, capabilities) share of each shared platform that each one bears."""
        points = score(self.value.worth(self.value.levels(draws)), self._weights(draws))
        return self.costs.platform_shares(draws, points)

    def function_shares(self, draws: Draws) -> Floats:
        """(draws, capabilities, functions) shares that sum to 1 for each capability."""
        case = self.case
        place = {c: k for k, c in enumerate(case.capability_ids)}
        shares = np.zeros((draws.size, len(case.capabilities), len(FUNCTIONS)))
        for row in case.functions:
            where = place[row.capability], FUNCTIONS.index(row.function)
            shares[:, where[0], where[1]] = draws.of(row.share)
        shares /= shares.sum(axis=2, keepdims=True)
        return shares

    def _weights(self, draws: Draws) -> Floats:
        if not self.value.leaves:
            return np.empty((draws.size, 0))
        return self.value.weights(draws)
