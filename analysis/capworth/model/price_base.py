"""The price base of a case: amounts of any currency and price year in its money."""

from capworth.case.model import Case


class PriceBase:
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
        return self._rate(currency, price_year) * self.deflator(price_year)

    def nominal_factor(self, currency: str, rate_year: int, paid: int) -> float:
        """How much one unit of `currency` paid in the year `paid` is in the case's money.

        It is exchanged at the rate of `rate_year`; no rate of a year to come is known.
        """
        return self._rate(currency, rate_year) * self.deflator(paid)

    def _rate(self, currency: str, year: int) -> float:
        return 1.0 if currency == self._currency else self._prices["exchange", currency, year]

    def deflator(self, year: int) -> float:
        """How much money at prices of a year is at those of the case's price year."""
        if year == self._year:
            return 1.0
        index = (self._prices["deflator", self._currency, y] for y in (self._year, year))
        return next(index) / next(index)
