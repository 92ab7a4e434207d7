"""Amounts of any currency and price year, told in the money of the case."""

from capworth.case.model import Case


class Money:
    """Rates and price indices of a case.

    An amount is first changed into the case's currency at the rate of its own price year, then
    moved to the case's price year by the price index of that currency.
    """

    def __init__(self, case: Case) -> None:
        self._currency = case.settings.currency
        self._year = case.settings.price_year
        self._prices = {(p.kind, p.currency, p.year): p.value for p in case.prices}

    def factor(self, currency: str, price_year: int) -> float:
        """How much one unit of `currency` at prices of `price_year` is in the case's money."""
        rate = 1.0
        if currency != self._currency:
            rate = self._prices["exchange", currency, price_year]
        if price_year == self._year:
            return rate
        index = (self._prices["deflator", self._currency, y] for y in (self._year, price_year))
        return rate * next(index) / next(index)
