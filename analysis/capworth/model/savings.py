"""What improvements save of the costs of today: of a line, remaining shares multiply."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from capworth.case.model import CostLine, Saving
from capworth.methods.allocation.coalitions import memberships
from capworth.methods.arguments import Bools, Floats
from capworth.methods.cost_benefit.savings import remaining_share, saving
from capworth.model.costs import PAYERS
from capworth.model.draws import Draws
from capworth.model.joint_gains import Game
from capworth.model.simulation import Model


@dataclass(frozen=True, slots=True)
class Saved:
    """What is saved, (..., payers, years): real money of the case, not discounted.

    Attributes
    ----------
    whole : all of it
    cashable : the part that comes back as money; the rest is time set free
    """

    whole: Floats
    cashable: Floats


class SavingModel:
    """The savings of a case, ready to be counted for any set of its improvements."""

    def __init__(self, model: Model) -> None:
        case = model.case
        self._case, self._costs, self._years = case, model.costs, model.gains.years
        self._place = {i: k for k, i in enumerate(case.improvement_ids)}
        lines = {line.id: line for line in case.costs}
        self.rows: Mapping[str, tuple[Saving, ...]] = {
            key: tuple(s for s in case.savings if s.line == key)
            for key in dict.fromkeys(s.line for s in case.savings)
        }
        self.lines: Mapping[str, CostLine] = {key: lines[key] for key in self.rows}

    def users(self, line: str) -> tuple[int, ...]:
        """Numbers of the improvements that save on a line, in the order of its rows."""
        return tuple(self._place[row.improvement] for row in self.rows[line])

    def of_each(self, draws: Draws) -> Saved:
        """(draws, improvements, payers, years) what each improvement saves alone."""
        shape = (draws.size, len(self._case.improvements), len(PAYERS), self._case.settings.years)
        whole, cashable = np.zeros(shape), np.zeros(shape)
        for line, paid, shares in self.drawn(draws):
            payer = PAYERS.index(line.payer)
            for row, share in zip(self.rows[line.id], shares, strict=True):
                saved = paid * share
                whole[:, self._place[row.improvement], payer] += saved
                if row.cashable:
                    cashable[:, self._place[row.improvement], payer] += saved
        return Saved(whole, cashable)

    def of_set(self, draws: Draws, taken: Bools) -> Saved:
        """(draws, payers, years) what a set (improvements,) saves together: no sum of its members.

        Two that save 50 and 40 % of a line leave 30 % of it, not 10.
        """
        shape = (draws.size, len(PAYERS), self._case.settings.years)
        whole, cashable = np.zeros(shape), np.zeros(shape)
        for line, paid, shares in self.drawn(draws):
            payer, rows = PAYERS.index(line.payer), self.rows[line.id]
            mine = [taken[self._place[row.improvement]] for row in rows]
            cash = [taken_ and row.cashable for taken_, row in zip(mine, rows, strict=True)]
            for sums, inside in ((whole, mine), (cashable, cash)):
                sums[:, payer] += paid * (1 - remaining_share(shares[np.array(inside, dtype=bool)]))
        return Saved(whole, cashable)

    def games(self, draws: Draws) -> Iterator[Game]:
        """Discounted saving of every set of the improvements that save on one line, by line."""
        for line, paid, shares in self.drawn(draws):
            inside = memberships(len(shares))
            table = np.stack(
                [saving(paid, shares[some], self._years.discount) for some in inside], axis=1
            )
            yield Game("saving", line.capability or line.platform, self.users(line.id), table)

    def drawn(self, draws: Draws) -> Iterator[tuple[CostLine, Floats, Floats]]:
        """Each line, what is paid of it (draws, years), and shares saved (rows, draws, years)."""
        for line, turned in self._costs.out_turns.of(draws, self.lines.values()):
            paid = turned.amount[:, None] * self._costs.yearly(line)
            shares = [draws.of(s.share)[:, None] * self._when(s) for s in self.rows[line.id]]
            yield line, paid, np.stack(shares)

    def _when(self, row: Saving) -> Floats:
        """(years,) part of its share that an improvement saves in each year."""
        place = self._place[row.improvement]
        if row.from_year is None:
            return self._years.share(place)
        years = np.arange(self._case.settings.years) + self._case.settings.first_year
        return np.asarray((years >= row.from_year).astype(np.float64))
