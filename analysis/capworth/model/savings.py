"""What improvements save of the costs of today: of a line, remaining shares multiply."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from capworth.case.model import NET, Case, CostLine, Saving
from capworth.methods.arguments import Bools, Floats
from capworth.methods.cost_benefit.savings import remaining_share, saving
from capworth.methods.portfolio.confidence import later
from capworth.model.costs import CostModel
from capworth.model.draws import Draws
from capworth.model.effect_years import EffectYears


@dataclass(frozen=True, slots=True, eq=False)
class SavedLine:
    """One cost line of today on which improvements save: what remains multiplies.

    Attributes
    ----------
    users : numbers of the improvements, in the order of the rows
    capability : or platform, whose line it is
    paid : (draws, years)
    shares : (rows, draws, years) saved by each as stated
    fixed : (rows,) whether its first year is stated, so that a later start does not move it
    discount : (years,)
    """

    users: tuple[int, ...]
    capability: str
    paid: Floats
    shares: Floats
    fixed: tuple[bool, ...]
    discount: Floats

    def joint(self, measure: str, users: Sequence[int], delays: Sequence[int] = ()) -> Floats:
        """(draws,) what some of the users save together, present value; see `Meeting`."""
        if measure != NET:
            return np.zeros(len(self.paid))
        late = dict(zip(users, delays or [0] * len(users), strict=True))
        shares = [
            share if fixed else later(share, late[user])
            for user, share, fixed in zip(self.users, self.shares, self.fixed, strict=True)
            if user in late
        ]
        return saving(self.paid, np.array(shares), self.discount)


class SavingModel:
    """The savings of a case, ready to be counted for any set of its improvements."""

    def __init__(self, case: Case, costs: CostModel, years: EffectYears) -> None:
        self._case, self._costs, self._years = case, costs, years
        self._place = {i: k for k, i in enumerate(case.improvement_ids)}
        lines = {line.id: line for line in case.costs}
        saved = (*case.savings, *case.receipts)
        self.rows: Mapping[str, tuple[Saving, ...]] = {
            key: tuple(s for s in saved if s.line == key)
            for key in dict.fromkeys(s.line for s in saved)
        }
        self.lines: Mapping[str, CostLine] = {key: lines[key] for key in self.rows}

    def users(self, line: str) -> tuple[int, ...]:
        """Numbers of the improvements that save on a line, in the order of its rows."""
        return tuple(self._place[row.improvement] for row in self.rows[line])

    def of_each(self, draws: Draws) -> Iterator[tuple[int, str, Floats, bool]]:
        """Improvement, payer, (draws, years) what it saves alone on a line, and if in money.

        Real money of the case, not discounted. What does not come back as money is time set free.
        """
        for line, paid, shares in self.drawn(draws):
            for row, share in zip(self.rows[line.id], shares, strict=True):
                yield self._place[row.improvement], line.payer, paid * share, row.cashable

    def of_set(
        self, draws: Draws, taken: Bools, delays: Sequence[int] = ()
    ) -> Iterator[tuple[str, Floats, Floats]]:
        """Payer, (draws, years) what a set (improvements,) saves on a line, and of it in money.

        No sum of its members: two that save 50 and 40 % of a line leave 30 % of it, not 10. With
        `delays`, the members start so many years later than stated.
        """
        for line, paid, shares in self.drawn(draws):
            rows, shares = self.rows[line.id], self.moved(line.id, shares, delays)
            mine = np.array([taken[self._place[row.improvement]] for row in rows], dtype=bool)
            cash = mine & np.array([row.cashable for row in rows], dtype=bool)
            whole, money = (paid * (1 - remaining_share(shares[k])) for k in (mine, cash))
            yield line.payer, whole, money

    def moved(self, line: str, shares: Floats, delays: Sequence[int] = ()) -> Floats:
        """(rows, draws, years) shares saved of a line when improvements start so much later.

        A first year that is stated does not move.
        """
        if not delays:
            return shares
        late = (
            share if row.from_year is not None else later(share, delays[user])
            for row, user, share in zip(self.rows[line], self.users(line), shares, strict=True)
        )
        return np.stack(list(late))

    def saved_lines(self, draws: Draws) -> tuple[SavedLine, ...]:
        """Every line on which something is saved, in some draws."""
        return tuple(
            SavedLine(
                users=self.users(line.id),
                capability=line.capability or line.platform,
                paid=paid,
                shares=shares,
                fixed=tuple(row.from_year is not None for row in self.rows[line.id]),
                discount=self._years.discount,
            )
            for line, paid, shares in self.drawn(draws)
        )

    def alone(self, draws: Draws) -> Floats:
        """(draws, improvements) present value of what each saves by itself."""
        found = np.zeros((draws.size, len(self._case.improvements)))
        for line in self.saved_lines(draws):
            for user in line.users:
                found[:, user] += line.joint(NET, [user])
        return found

    def drawn(self, draws: Draws) -> Iterator[tuple[CostLine, Floats, Floats]]:
        """Each line, what is paid of it (draws, years), and shares saved (rows, draws, years)."""
        if not self.lines:
            return
        for line, turned in self._costs.out_turns.of(draws, self.lines.values()):
            yearly = self._costs.yearly(line)
            if line.is_revenue:  # its years begin with the improvement, and are as late as it
                most = np.full_like(yearly, max(1.0, yearly.max()))  # other money may weigh more
                parts = np.tile(yearly / most, (1, draws.size, 1))
                yield line, turned.amount[:, None] * most, parts
                continue
            paid = turned.amount[:, None] * yearly
            shares = [draws.of(s.share)[:, None] * self._when(s) for s in self.rows[line.id]]
            yield line, paid, np.stack(shares)

    def _when(self, row: Saving) -> Floats:
        """(years,) part of its share that an improvement saves in each year."""
        place = self._place[row.improvement]
        if row.from_year is None:
            return self._years.share(place)
        years = np.arange(self._case.settings.years) + self._case.settings.first_year
        return np.asarray((years >= row.from_year).astype(np.float64))
