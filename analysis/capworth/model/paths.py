"""Where capabilities go by themselves: growth of what they give and cost, and their end."""

from collections.abc import Mapping

import numpy as np

from capworth.case.model import BusinessAsUsual, Case
from capworth.methods.arguments import Floats
from capworth.model.draws import Draws


class Paths:
    """Business as usual, year by year, against which improvements are held.

    In year t a capability gives (1 + growth)^t of what it gives in the first year, and its
    recurrent costs are (1 + growth of cost)^t of those; from the year of its end on it gives and
    costs nothing, unless an improvement keeps it. A capability of which nothing is told goes on as
    it is.
    """

    def __init__(self, case: Case, discount: Floats) -> None:
        settings, self._discount = case.settings, discount
        self._rows: Mapping[str, BusinessAsUsual] = {
            b.capability: b for b in case.business_as_usual
        }
        self._years = np.arange(settings.years)
        self.declared = bool(self._rows)
        self.alive = np.ones((len(case.capabilities), settings.years))
        for c, capability in enumerate(case.capability_ids):
            row = self._rows.get(capability)
            if row is not None and row.ends is not None:
                self.alive[c, row.ends - settings.first_year :] = 0.0
        self._place = {c: k for k, c in enumerate(case.capability_ids)}
        self.keepers = tuple(  # (improvement, a capability that would end without it), by number
            (k, self._place[c])
            for k, i in enumerate(case.improvements)
            for c in i.keeps.split()  # several where one is listed in parts
        )

    @property
    def there(self) -> Floats:
        """(capabilities,) part of the discounted years in which each is there by itself."""
        if self.alive.all():
            return np.ones(len(self.alive))
        return np.asarray(self.alive @ self._discount / self._discount.sum())

    def growth(self, draws: Draws, capability: str) -> Floats | None:
        """(draws, years) what it gives in each year, its end left aside; None where steady."""
        row = self._rows.get(capability)
        return None if row is None else self._grown(draws.of(row.growth))

    def cost_growth(self, draws: Draws, capability: str) -> Floats | None:
        """(draws, years) its recurrent costs in each year, its end left aside; None if steady."""
        row = self._rows.get(capability)
        if row is None or row.cost_growth is None:
            return None
        return self._grown(draws.of(row.cost_growth))

    def given(self, draws: Draws, capability: str) -> Floats:
        """(draws or 1, years) what it gives in each year by itself, the first year's as 1."""
        grown = self.growth(draws, capability)
        alive = self.alive[self._place[capability]][None]
        return np.asarray(alive if grown is None else grown * alive)

    def _grown(self, rate: Floats) -> Floats:
        return np.asarray((1 + rate[:, None]) ** self._years)
