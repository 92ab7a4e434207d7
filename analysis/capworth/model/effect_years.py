"""When improvements have their effect: nothing before the effect year, then the ramp, then all."""

from collections.abc import Sequence
from copy import copy

import numpy as np

from capworth.case.model import Case, Improvement
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.discounting import effect_profile
from capworth.model.costs import discount_factors


class EffectYears:
    """Share of its full effect that each improvement of a case has in each year.

    A share is that of the places in which the improvement works already, each of them fully; where
    two improvements spread, they reach the same places first. So what a set gains in a year is the
    gain of those that work, place by place (`levels`), and a pair works together where the lesser
    share of the two does (`together`).
    """

    def __init__(self, case: Case) -> None:
        settings = case.settings
        self.discount = discount_factors(case)  # (years,)
        self._improvements = case.improvements
        self._first = settings.first_year
        self._shares: dict[tuple[int, int], Floats] = {}

    def only(self, year: int) -> "EffectYears":
        """Count what falls into one year, by its number, and that in full, not discounted."""
        found = copy(self)
        found.discount = np.zeros_like(self.discount)
        found.discount[year] = 1.0
        return found

    @property
    def annuity(self) -> float:
        """Discounted years of the appraisal."""
        return float(self.discount.sum())

    def share(self, improvement: int, delay: int = 0) -> Floats:
        """(years,) share of the full effect, when it starts so many years later than stated."""
        found = self._shares.get((improvement, delay))
        if found is None:
            row = self._improvements[improvement]
            begin = row.effect_year - self._first + delay
            found = effect_profile(len(self.discount), begin, row.ramp_years)
            found.setflags(write=False)
            self._shares[improvement, delay] = found
        return found

    def shares(self) -> Floats:
        """(improvements, years) share of the full effect of each that starts as stated."""
        found = np.zeros((len(self._improvements), len(self.discount)))
        for k in range(len(found)):
            found[k] = self.share(k)
        return found

    def together(self, one: int, other: int, delays: tuple[int, int] = (0, 0)) -> Floats:
        """(years,) share of their full joint effect that two improvements have in each year."""
        shares = (self.share(k, d) for k, d in zip((one, other), delays, strict=True))
        both: Floats = np.minimum(*shares)
        return both

    def counted(self, improvement: int, delay: int = 0) -> float:
        """Discounted years of full effect."""
        return float((self.discount * self.share(improvement, delay)).sum())

    def left(self, improvement: int, delay: int) -> float:
        """Share of its discounted years of effect that is left so many years later."""
        whole = self.counted(improvement)
        return self.counted(improvement, delay) / whole if whole > 0 else 0.0

    def all_counted(self) -> Floats:
        """(improvements,) discounted years of full effect of each that starts as stated."""
        return np.array([self.counted(k) for k in range(len(self._improvements))], dtype=np.float64)

    def profiles(
        self, users: Sequence[int], delays: Sequence[int] = (), there: Floats | float = 1.0
    ) -> list[tuple[Floats, float]]:
        """Shares of the full effect of some improvements, (users,), and discounted years of each.

        Years in which all have the same shares are brought together. `there`, (years,), is 0 in
        the years that are left out.
        """
        late = delays or [0] * len(users)
        shares = [self.share(k, d).tolist() for k, d in zip(users, late, strict=True)]
        factors, found = (self.discount * there).tolist(), dict[tuple[float, ...], float]()
        for key, factor in zip(zip(*shares, strict=True), factors, strict=True):
            found[key] = found.get(key, 0.0) + factor
        return [(np.array(key), years) for key, years in found.items() if any(key)]

    def parts(
        self, users: Sequence[int], delays: Sequence[int] = ()
    ) -> dict[tuple[int, ...], Floats]:
        """Places of those that work together, and the part of each year in which they do, (years,).

        As `levels`, year by year and not discounted.
        """
        late = delays or [0] * len(users)
        shares = np.stack([self.share(k, d) for k, d in zip(users, late, strict=True)])
        found: dict[tuple[int, ...], Floats] = {}
        for year in range(len(self.discount)):
            reached = 0.0
            for share in sorted(set(shares[:, year].tolist()) - {0.0}):
                working = tuple(np.flatnonzero(shares[:, year] >= share).tolist())
                found.setdefault(working, np.zeros(len(self.discount)))[year] += share - reached
                reached = share
        return found

    def levels(
        self, users: Sequence[int], delays: Sequence[int] = ()
    ) -> list[tuple[tuple[int, ...], float]]:
        """Places of those of some improvements that work together, and discounted years of each.

        Each year falls into parts, in each of which some of the improvements work fully: those
        whose share reaches so far. Parts with the same improvements are brought together.
        """
        late = delays or [0] * len(users)
        shares = np.stack([self.share(k, d) for k, d in zip(users, late, strict=True)])
        found: dict[tuple[int, ...], list[float]] = {}
        for year, factor in enumerate(self.discount.tolist()):
            reached = 0.0
            for share in sorted(set(shares[:, year].tolist()) - {0.0}):
                working = tuple(np.flatnonzero(shares[:, year] >= share).tolist())
                found.setdefault(working, []).append(factor * (share - reached))
                reached = share
        return [(working, float(np.sum(parts))) for working, parts in found.items()]


def full_year(improvement: Improvement, delay: int = 0) -> int:
    """First year of full effect."""
    return improvement.effect_year + improvement.ramp_years + delay
