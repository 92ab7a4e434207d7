"""What one outcome is worth: on which scale, in whose incomes, to whom."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import numpy as np

from capworth.case.model import Case, UnitValue
from capworth.estimates import Draws
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.prices import transferred
from capworth.money import Money

SCOPES = ("fiscal", "economic", "social", "all")  # "all" is a whole whose parts are not known
Worth: TypeAlias = Mapping[str, Floats]  # outcome to (draws,)


class UnitValues:
    """The unit values of a case that count: all of money, and the days of one harm index."""

    def __init__(self, case: Case) -> None:
        self._money = Money(case)
        self._values = tuple(
            v for v in case.unit_values if v.scale == "money" or v.index == case.harm_index
        )

    def valued(self, scale: str) -> frozenset[str]:
        """Outcomes that have a worth on `scale`."""
        return frozenset(v.outcome for v in self._values if v.scale == scale)

    def worth(self, draws: Draws) -> Mapping[str, Worth]:
        """For each scale, (draws,) worth of one outcome of each kind; scopes are added."""
        worth: dict[str, dict[str, Floats]] = {"money": {}, "harm": {}}
        for value, one in self._each(draws):
            sum_of = worth[value.scale]
            sum_of[value.outcome] = sum_of.get(value.outcome, 0.0) + one
        return worth

    def by_scope(self, draws: Draws) -> Mapping[str, Worth]:
        """For each of `SCOPES`, (draws,) money that one outcome of each kind is worth to it."""
        worth: dict[str, dict[str, Floats]] = {scope: {} for scope in SCOPES}
        for value, one in self._each(draws):
            if value.scale == "money":
                worth[value.scope][value.outcome] = one
        return worth

    def _each(self, draws: Draws) -> Iterator[tuple[UnitValue, Floats]]:
        for value in self._values:
            factor = 1.0
            if value.scale == "money":
                factor = self._money.factor(value.currency, value.price_year or 0)
            one = draws.of(value.worth) * factor
            yield value, one if value.transfer is None else one * draws.of(value.transfer)


def transfer_range(
    income_there: float,
    income_here: float,
    elasticities: tuple[float, float, float],
) -> tuple[float, float, float]:
    """Low, mode and high factor for the columns `transfer_low`, `transfer`, `transfer_high`.

    Parameters
    ----------
    income_there : income a head where the unit value was found, at purchasing power
    income_here : income a head where the outcomes occur, in the same money and year
    elasticities : low, mode and high income elasticity of the value. No country's study fits the
        whole world; the range is the analyst's and belongs in `transfer_basis`.

    >>> [round(factor, 3) for factor in transfer_range(45_000, 18_000, (0.8, 1, 1.2))]
    [0.333, 0.4, 0.48]
    """
    factors = np.sort(transferred(1.0, income_there, income_here, np.array(elasticities)))
    low, mode, high = (float(factor) for factor in factors)
    return low, mode, high
