"""What improvements save of the costs of today: of a line, remaining shares multiply."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

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
    savers : (rows,) number of the improvement of each row
    capability : or platform, whose line it is
    paid : (draws, years) what is paid without any improvement
    shares : (rows, draws, years) saved by each as stated
    fixed : (rows,) whether its first year is stated, so that a later start does not move it
    discount : (years,)
    kept : by improvement that keeps its capability from ending, (draws, years) what is then paid
        more, when it starts so many years later than stated
    """

    savers: tuple[int, ...]
    capability: str
    paid: Floats
    shares: Floats
    fixed: tuple[bool, ...]
    discount: Floats
    kept: Mapping[int, Callable[[int], Floats]]

    @property
    def users(self) -> tuple[int, ...]:
        """Numbers of all improvements that move what is paid: that save on it, or keep it."""
        return tuple(dict.fromkeys((*self.savers, *self.kept)))

    def joint(self, measure: str, users: Sequence[int], delays: Sequence[int] = ()) -> Floats:
        """(draws,) what some of the users save together, present value; see `Meeting`."""
        if measure != NET:
            return np.zeros(len(self.paid))
        late = dict(zip(users, delays or [0] * len(users), strict=True))
        return saving(self.due(late), self.left_out(late), self.discount)

    def yearly(self, late: Mapping[int, int], cash: Sequence[bool] = ()) -> Floats:
        """(draws, years) what improvements so many years late save, not discounted.

        With `cash`, (rows,), only what comes back as money.
        """
        return np.asarray(self.due(late) * (1 - remaining_share(self.left_out(late, cash))))

    def due(self, late: Mapping[int, int]) -> Floats:
        """(draws, years) what is paid before saving, with improvements so many years late."""
        total = self.paid
        for user, kept in self.kept.items():
            total = total + kept(late[user]) if user in late else total
        return total

    def left_out(self, late: Mapping[int, int], cash: Sequence[bool] = ()) -> Floats:
        """(rows of these, draws, years) shares saved by improvements so many years late.

        With `cash`, (rows,), only what comes back as money.
        """
        counted = cash or [True] * len(self.fixed)
        rows = zip(self.savers, self.shares, self.fixed, counted, strict=True)
        shares = [
            share if fixed else later(share, late[user])
            for user, share, fixed, counts in rows
            if user in late and counts
        ]
        return np.array(shares).reshape(-1, *self.paid.shape)


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

    def of_each(self, draws: Draws) -> Iterator[tuple[int, str, Floats, bool]]:
        """Improvement, payer, (draws, years) what it saves alone on a line, and if in money.

        Real money of the case, not discounted. What does not come back as money is time set free.
        """
        for line, saved in self.drawn(draws):
            rows = zip(self.rows[line.id], saved.savers, saved.shares, strict=True)
            for row, user, share in rows:
                yield user, line.payer, saved.due({user: 0}) * share, row.cashable

    def of_set(
        self, draws: Draws, taken: Bools, delays: Sequence[int] = ()
    ) -> Iterator[tuple[str, Floats, Floats]]:
        """Payer, (draws, years) what a set (improvements,) saves on a line, and of it in money.

        No sum of its members: two that save 50 and 40 % of a line leave 30 % of it, not 10. With
        `delays`, the members start so many years later than stated.
        """
        late = {k: delays[k] if delays else 0 for k in np.flatnonzero(taken).tolist()}
        for line, saved in self.drawn(draws):
            cash = [row.cashable for row in self.rows[line.id]]
            yield line.payer, saved.yearly(late), saved.yearly(late, cash)

    def saved_lines(self, draws: Draws) -> tuple[SavedLine, ...]:
        """Every line on which something is saved, in some draws."""
        return tuple(saved for _, saved in self.drawn(draws))

    def alone(self, draws: Draws) -> Floats:
        """(draws, improvements) present value of what each saves by itself."""
        found = np.zeros((draws.size, len(self._case.improvements)))
        for line in self.saved_lines(draws):
            for user in line.users:
                found[:, user] += line.joint(NET, [user])
        return found

    def drawn(self, draws: Draws) -> Iterator[tuple[CostLine, SavedLine]]:
        """Each line, and what is paid and saved of it: by the path of its capability."""
        if not self.lines:
            return
        for line, turned in self._costs.out_turns.of(draws, self.lines.values()):
            rows, amount = self.rows[line.id], turned.amount[:, None]
            kept: dict[int, Callable[[int], Floats]] = {}
            if line.is_revenue:  # its years begin with the improvement, and are as late as it
                yearly = self._costs.yearly(line)
                most = np.full_like(yearly, max(1.0, yearly.max()))  # other money may weigh more
                paid, shares = amount * most, np.tile(yearly / most, (1, draws.size, 1))
            else:
                paid = amount * self._costs.paid(draws, line)
                shares = np.stack([draws.of(s.share)[:, None] * self._when(s) for s in rows])
                for k in self._costs.keepers(line):
                    kept[k] = partial(self._kept, draws, line, amount, k)
            saved = SavedLine(
                savers=tuple(self._place[row.improvement] for row in rows),
                capability=line.capability or line.platform,
                paid=paid,
                shares=shares,
                fixed=tuple(row.from_year is not None for row in rows),
                discount=self._years.discount,
                kept=kept,
            )
            yield line, saved

    def _kept(
        self, draws: Draws, line: CostLine, amount: Floats, keeper: int, delay: int
    ) -> Floats:
        return np.asarray(amount * self._costs.kept(draws, line, keeper, delay))

    def _when(self, row: Saving) -> Floats:
        """(years,) part of its share that an improvement saves in each year."""
        place = self._place[row.improvement]
        if row.from_year is None:
            return self._years.share(place)
        years = np.arange(self._case.settings.years) + self._case.settings.first_year
        return np.asarray((years >= row.from_year).astype(np.float64))
