"""What each capability and each improvement costs over the appraisal, and who pays."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np

from capworth.case.model import Case, CostLine, Platform
from capworth.case.register import schedules
from capworth.methods.allocation.keys import KEYS, PEAK, TREE, equal, peak_shares
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.discounting import effect_profile, factors
from capworth.methods.portfolio.confidence import later
from capworth.model.draws import AtModes, Draws, by_draw
from capworth.model.out_turn import OutTurns
from capworth.model.paths import Paths
from capworth.model.price_base import PriceBase

PAYERS = ("organisation", "members", "donors")
Key: TypeAlias = Callable[[Floats, Floats, Floats], Floats]  # of use, fixed part and benefit
Priced: TypeAlias = tuple[CostLine, Floats, Floats]  # line, (draws,) amount, its part of each year
Outlay: TypeAlias = tuple[int, str, Floats, Callable[[int], Floats]]
# of an improvement: its number, payer, (draws,) amount, its part of each year when so much later


def discount_factors(case: Case) -> Floats:
    """(years,) discount factors of the case's schedule, year 0 first."""
    settings = case.settings
    bands = schedules()[settings.discounting].bands
    return factors(bands, settings.years, settings.timing)


@dataclass(frozen=True, slots=True)
class Costs:
    """Costs in the money of the case, real and discounted unless said otherwise.

    Attributes
    ----------
    capability : (draws, capabilities, payers) whole-life cost, shared platforms included
    platform : (draws, platforms) whole-life cost of the shared platforms, before sharing
    improvement : (draws, improvements, payers) whole-life cost
    asked : (draws, improvements) one-off money that the budget holds: paid by its payers, not in
        kind, not discounted
    """

    capability: Floats
    platform: Floats
    improvement: Floats
    asked: Floats


class CostModel:
    """The cost lines of a case, ready to be priced in any number of draws."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._money = PriceBase(case)
        self._discount = discount_factors(case)
        self.out_turns = OutTurns(case)
        self.paths = Paths(case, self._discount)
        self._lines = tuple(line for line in case.costs if line.is_cost)
        self._capabilities = {c: k for k, c in enumerate(case.capability_ids)}
        names = [c.part_of or c.id for c in case.capabilities]
        number = {name: k for k, name in enumerate(dict.fromkeys(names))}
        self._whole = np.array([number[name] for name in names], dtype=np.int64)
        self._platforms = {p.id: k for k, p in enumerate(case.platforms)}
        self._improvements = {i: k for k, i in enumerate(case.improvement_ids)}

    def active_years(self, line: CostLine) -> slice:
        """Years of the appraisal in which a line is paid."""
        settings = self._case.settings
        first = (line.from_year or settings.first_year) - settings.first_year
        last = (line.to_year or settings.first_year + settings.years - 1) - settings.first_year
        return slice(first, last + 1)

    def yearly(self, line: CostLine) -> Floats:
        """(years,) how much of a line's amount is paid in each year, in the case's money."""
        years = np.zeros(self._case.settings.years)
        active = self.active_years(line)
        share = 1.0 if line.kind == "recurrent" else 1.0 / (active.stop - active.start)
        if line.nominal:
            first = self._case.settings.first_year
            paid = range(first + active.start, first + active.stop)
            factors = [self._money.nominal_factor(line.currency, line.price_year, y) for y in paid]
            years[active] = share * np.array(factors)
        else:
            years[active] = share * self._money.factor(line.currency, line.price_year)
        return years

    def price(self, draws: Draws, benefit: Floats | None = None) -> Costs:
        """Price every line in every draw and bring the sums to their owners.

        `benefit`, (draws, capabilities), is what platforms with the key "benefit" are shared by.
        """
        case, size = self._case, draws.size
        capability = by_draw(size, len(case.capabilities), len(PAYERS))
        platform = by_draw(size, len(case.platforms), len(PAYERS))
        improvement = by_draw(size, len(case.improvements), len(PAYERS))
        asked = by_draw(size, len(case.improvements))
        discount = self._discount
        spread = np.zeros((*platform.shape, len(discount) if self.paths.declared else 0))
        for line, amount, years in self.priced(draws):
            cost = amount * float(years @ self._discount)
            payer = PAYERS.index(line.payer)
            if line.capability:
                c = self._capabilities[line.capability]
                capability[:, c, payer] += amount * (self.paid(draws, line) @ self._discount)
                for k in self.keepers(line):
                    again = self.kept(draws, line, k)
                    improvement[:, k, payer] += amount * (again @ self._discount)
            elif line.platform:
                platform[:, self._platforms[line.platform], payer] += cost
                if self.paths.declared:
                    spread[:, self._platforms[line.platform], payer] += amount[:, None] * years
            else:
                k = self._improvements[line.improvement]
                improvement[:, k, payer] += cost
                if self.asked_for(line):
                    asked[:, k] += amount * years.sum()
        if case.platforms:
            shares = self.platform_shares(draws, benefit)
            if self.paths.declared:
                capability += np.einsum("npyt,npct,t->ncy", spread, self.borne(shares), discount)
            else:
                capability += np.einsum("npc,npy->ncy", shares, platform)
        return Costs(capability, platform.sum(axis=2), improvement, asked)

    def priced(self, draws: Draws, lines: Iterable[CostLine] | None = None) -> Iterator[Priced]:
        """Each forward line, its amount (draws,) with overrun, and its part of each year (years,).

        What is paid in a year is amount x part, in the case's money, not discounted. Of some lines
        only, where they are given.
        """
        for line, turned in self.out_turns.of(draws, self._lines if lines is None else lines):
            yield line, turned.amount, self.yearly(line)

    def outlays(self, draws: Draws, lines: Iterable[Priced] | None = None) -> Iterator[Outlay]:
        """What each improvement brings, with what it keeps from ending.

        `lines` are those of `priced`, where they are known already.
        """
        for line, amount, years in self.priced(draws, self.moving()) if lines is None else lines:
            if line.improvement:
                k = self._improvements[line.improvement]
                yield k, line.payer, amount, partial(later, years)
            for k in self.keepers(line):
                yield k, line.payer, amount, partial(self.kept, draws, line, k)

    def keepers(self, line: CostLine) -> tuple[int, ...]:
        """Numbers of the improvements by which the capability of a line does not end."""
        c = self._capabilities.get(line.capability)
        return tuple(k for k, kept in self.paths.keepers if kept == c)

    def paid(self, draws: Draws, line: CostLine) -> Floats:
        """(years,) or (draws, years) part of a capability's line that is paid in each year.

        As `yearly`, with the growth of its recurrent costs, and nothing once it has ended; of a
        platform's, once all that use it have.
        """
        years = self.yearly(line)
        if not self.paths.declared:
            return years
        if line.platform:
            users = (u for u in self._case.usage if u.platform in self._within(line.platform))
            places = [self._capabilities[u.capability] for u in users if u.use.high > 0]
            return np.asarray(years * self.paths.alive[places].max(axis=0, initial=0.0))
        grown = self.paths.cost_growth(draws, line.capability) if line.kind == "recurrent" else None
        alive = self.paths.alive[self._capabilities[line.capability]]
        return np.asarray(years * alive if grown is None else years * alive * grown)

    def kept(self, draws: Draws, line: CostLine, improvement: int, delay: int = 0) -> Floats:
        """(years,) or (draws, years) part of a line that is paid only as it is kept from ending.

        By an improvement that starts so many years later than stated. Of the lines of the
        capability itself: a platform ends with the last that uses it, so what it costs to run one
        for a capability that is kept is a cost of the improvement, to be stated as such.
        """
        grown = self.paths.cost_growth(draws, line.capability) if line.kind == "recurrent" else None
        ended = 1 - self.paths.alive[self._capabilities[line.capability]]
        row, settings = self._case.improvements[improvement], self._case.settings
        when = row.effect_year - settings.first_year + delay
        works = effect_profile(settings.years, when, row.ramp_years)
        years = self.yearly(line) * ended * works
        return np.asarray(years if grown is None else years * grown)

    def borne(self, shares: Floats) -> Floats:
        """(draws, platforms, capabilities, years) shares of those that are there still."""
        there = shares[..., None] * self.paths.alive
        total = there.sum(axis=2, keepdims=True)
        return np.asarray(np.divide(there, total, out=np.zeros_like(there), where=total > 0))

    def asked_for(self, line: CostLine) -> bool:
        """Whether a line is one-off money that the budget holds: of its payers, not in kind."""
        payers = self._case.settings.budget_payers
        return line.kind == "one-off" and line.payer in payers and not line.in_kind

    def moving(self) -> tuple[CostLine, ...]:
        """Forward lines that an improvement brings: its own, and of what it keeps from ending."""
        kept = {c for _, c in self.paths.keepers}
        return tuple(
            line
            for line in self._lines
            if line.improvement or (line.capability and self._capabilities[line.capability] in kept)
        )

    def improving(self) -> tuple[CostLine, ...]:
        """Forward lines of the improvements."""
        return tuple(line for line in self._lines if line.improvement)

    def by_line(self) -> Iterator[tuple[CostLine, float, float]]:
        """Each forward line with its amount at the modes and its discounted whole-life cost.

        The amount is in the money that the line is stated in, the cost in the case's.
        """
        for line, amount, years in self.priced(AtModes()):
            parts = self.paid(AtModes(), line) if line.capability else years
            yield line, float(amount[0]), float(amount[0]) * float(np.ravel(parts) @ self._discount)

    def platform_shares(self, draws: Draws, benefit: Floats | None = None, key: str = "") -> Floats:
        """(draws, platforms, capabilities) share of each platform that each capability bears.

        `benefit`, (draws, capabilities), is needed by the key of that name only. `key` takes the
        place of the keys of the case.
        """
        case = self._case
        shape = (draws.size, len(case.capabilities))
        worth = np.ones(shape) if benefit is None else benefit
        shares = by_draw(draws.size, len(case.platforms), len(case.capabilities))
        for k, platform in enumerate(case.platforms):
            shares[:, k] = self._shares(draws, platform, key or platform.key, worth)
        return shares

    def _shares(self, draws: Draws, platform: Platform, key: str, worth: Floats) -> Floats:
        """Shares of wholes by the key, then of their parts by use: a split moves nothing."""
        fixed = draws.of(platform.fixed)
        if key == TREE:
            needs = sum(self.loads(draws, part).sum(axis=1) for part in self._within(platform.id))
            return self._of_parts(equal(self._wholes(np.asarray(needs)), fixed, worth), needs)
        loads = self.loads(draws, platform.id)
        use = loads.sum(axis=1)
        if key == PEAK:
            peaks = np.stack([self._wholes(part) for part in loads.swapaxes(0, 1)], axis=1)
            found = peak_shares(peaks, fixed, self._case.settings.seed)
        else:
            many = self._wholes(np.ones((1, len(self._whole))))
            found = _among_users(KEYS[key], self._wholes(use), fixed, self._wholes(worth) / many)
        return self._of_parts(found, use)

    def _wholes(self, amounts: Floats) -> Floats:
        """(draws, wholes) sums over the parts of each whole; by capability without parts."""
        if len(np.unique(self._whole)) == len(self._whole):
            return amounts
        found = np.zeros((len(amounts), int(self._whole.max()) + 1))
        for k, whole in enumerate(self._whole.tolist()):
            found[:, whole] += amounts[:, k]
        return found

    def _of_parts(self, shares: Floats, use: Floats) -> Floats:
        """(draws, capabilities) the share of each whole, parted by how much its parts use."""
        if len(np.unique(self._whole)) == len(self._whole):
            return shares
        whole = self._wholes(use)[:, self._whole]
        part = np.divide(use, whole, out=np.zeros_like(use), where=whole > 0)
        return shares[:, self._whole] * part

    def loads(self, draws: Draws, platform: str) -> Floats:
        """(draws, periods, capabilities) how much each capability uses a platform."""
        mine = [usage for usage in self._case.usage if usage.platform == platform]
        periods = {period: k for k, period in enumerate(dict.fromkeys(u.period for u in mine))}
        loads = by_draw(draws.size, len(periods), len(self._case.capabilities))
        for usage in mine:
            loads[:, periods[usage.period], self._capabilities[usage.capability]] = draws.of(
                usage.use
            )
        return loads

    def _within(self, platform: str) -> tuple[str, ...]:
        """Name a platform and all that are part of it."""
        found = [platform]
        for wider in found:
            found += [p.id for p in self._case.platforms if p.part_of == wider]
        return tuple(found)


def _among_users(key: Key, use: Floats, fixed: Floats, worth: Floats) -> Floats:
    """(draws, capabilities) shares by a key, 0 for those that use the platform in no draw."""
    users = np.flatnonzero((use > 0).any(axis=0))
    found = np.zeros_like(use)
    if len(users):
        found.T[users] = key(use.T[users].T, fixed, worth.T[users].T).T
    return found
