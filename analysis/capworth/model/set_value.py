"""Value of a set of improvements over draws: their gains, and what pairs add or take away.

The one place that adds up gains. A synergy or overlap is a share of the lesser gain of its two.
"""

from dataclasses import dataclass

import numpy as np

from capworth.case.relations import SYNERGY
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.portfolio.draws import set_values
from capworth.model.simulation import Sample


@dataclass(frozen=True, slots=True, eq=False)
class SetValue:
    """What sets of improvements add, on whatever their gains are on.

    Gains are (draws, improvements), in the first of the draws that are kept.

    Attributes
    ----------
    pairs : (pairs, 2) numbers of the improvements of each synergy or overlap
    shares : (draws kept, pairs) bonus as a share of the lesser gain; below 0 for an overlap
    """

    pairs: Ints
    shares: Floats

    @classmethod
    def of(cls, sample: Sample) -> "SetValue":
        """Read the pairs of a case, and their shares in the draws that are kept."""
        case = sample.case
        number = {i: k for k, i in enumerate(case.improvement_ids)}
        rows = [r for r in case.relations if r.relation == SYNERGY]
        pairs = [(number[r.improvement], number[r.other]) for r in rows]
        shares = np.empty((sample.drawn.size, len(rows)))
        for k, row in enumerate(rows):
            assert row.bonus is not None  # a synergy has one: checked at the door
            shares[:, k] = sample.of(row.bonus)
        return cls(np.array(pairs, dtype=np.int64).reshape(-1, 2), shares)

    def bonuses(self, gains: Floats) -> Floats:
        """(draws, pairs) what both of a pair add beyond their own gains; a loss has no share."""
        return bonuses_of(self.pairs, gains, self.shares[: len(gains)])

    def taken(self, sets: Bools) -> Bools:
        """(sets, improvements + pairs) what is in each set (sets, improvements)."""
        both = sets[:, self.pairs[:, 0]] & sets[:, self.pairs[:, 1]]
        found: Bools = np.concatenate((sets, both), axis=1)
        return found

    def parts(self, gains: Floats) -> Floats:
        """(draws, improvements + pairs) what each of them adds where it is in a set."""
        return np.concatenate((gains, self.bonuses(gains)), axis=1)

    def over_draws(self, sets: Bools, gains: Floats) -> Floats:
        """(draws, sets) value of every set (sets, improvements) in every draw."""
        both = self.taken(sets)[:, sets.shape[1] :]
        return set_values(sets, gains, both, self.bonuses(gains))

    def by_draw(self, sets: Bools, gains: Floats) -> Floats:
        """(draws,) value of one set: the same in all draws, or one for each (draws, improvements).

        By einsum, whose bits do not change with the threads of the linear-algebra library.
        """
        mine = np.broadcast_to(sets, gains.shape)
        own = np.einsum("dp,dp->d", gains, mine)
        both = mine[:, self.pairs[:, 0]] & mine[:, self.pairs[:, 1]]
        total: Floats = own + np.einsum("ds,ds->d", self.bonuses(gains), both)
        return total

    def expected(self, sets: Bools, gains: Floats) -> Floats:
        """(sets,) mean value of every set (sets, improvements) over the draws."""
        own = np.einsum("sp,p->s", sets, gains.mean(axis=0))
        both = self.taken(sets)[:, sets.shape[1] :]
        total: Floats = own + np.einsum("sp,p->s", both, self.bonuses(gains).mean(axis=0))
        return total


def bonuses_of(pairs: Ints, gains: Floats, shares: Floats) -> Floats:
    """(draws, pairs) a share (draws, pairs) of the lesser of two gains (draws, improvements)."""
    lesser = np.minimum(gains[:, pairs[:, 0]], gains[:, pairs[:, 1]])
    added: Floats = shares * np.maximum(lesser, 0.0)
    return added
