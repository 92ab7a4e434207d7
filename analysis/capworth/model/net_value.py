"""Value of a set of improvements where its members may share: net in money, or days of harm.

Gains add up where nothing is shared. Where two members touch one chain or save on one cost line,
their joint gain counts: twin vendors do not save a line twice.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from capworth.methods.arguments import Bools, Floats, Ints
from capworth.model.draws import Draws
from capworth.model.joint_gains import Game, shared_chains
from capworth.model.pricing import PRICED, Pricing
from capworth.model.savings import SavingModel
from capworth.model.set_value import SetValue
from capworth.model.simulation import Sample


@dataclass(frozen=True, slots=True, eq=False)
class NetValue:
    """What any set of improvements is worth in the draws that are kept.

    Attributes
    ----------
    own : (draws, improvements) what each adds by itself where it shares nothing: benefits less
        whole-life cost of all payers plus savings, present value; or days of harm a year
    joint : the things that two or more share, with the joint gain of every set of these
    priced : (improvements,) candidates: every benefit of theirs is on the scale, or they save
    pairs : (pairs, 2) numbers of the improvements of each synergy or overlap that is stated
    bonuses : (draws, pairs) what a pair adds beyond the gains of its two
    """

    own: Floats
    joint: tuple[Game, ...]
    priced: Bools
    pairs: Ints
    bonuses: Floats

    @classmethod
    def net(cls, sample: Sample) -> "NetValue":
        """Benefits in money less whole-life cost plus savings; the empty set is worth 0.

        An improvement of which some benefit has no price is no candidate: see `priced`.
        """
        saved = _kept(sample, SavingModel(sample.model).games)
        return cls._of(sample, "money", saved, sample.drawn.improvement_cost)

    @classmethod
    def harm(cls, sample: Sample) -> "NetValue":
        """Attributed days of harm a year, means over the appraisal."""
        return cls._of(sample, "harm", [], np.zeros_like(sample.drawn.improvement_cost))

    @classmethod
    def _of(cls, sample: Sample, measure: str, saved: Sequence[Game], cost: Floats) -> "NetValue":
        gains: Floats = getattr(sample.drawn.gains, measure)
        own, joint = gains - cost, list[Game]()
        for game in _kept(sample, lambda draws: shared_chains(sample.model, draws)):
            if game.measure == measure:  # what each adds alone stands in the game, and not beside
                own[:, list(game.users)] -= game.table[:, [1 << k for k in range(len(game.users))]]
                joint.append(game)
        for game in saved:
            if len(game.users) == 1:
                own[:, game.users[0]] += game.table[:, 1]
            else:
                joint.append(game)
        stated, case = SetValue.of(sample), sample.case
        priced = np.ones(len(case.improvements), dtype=np.bool_)
        if measure == "money":
            known = Pricing(case, sample.model.chain)
            priced = np.array([known.improvement(i) == PRICED for i in case.improvement_ids])
        return cls(own, tuple(joint), priced, stated.pairs, stated.bonuses(gains))

    def over_draws(self, sets: Bools) -> Floats:
        """(draws, sets) value of every set (sets, improvements) in every draw."""
        total: Floats = np.einsum("di,si->ds", self.own, sets.astype(np.float64))
        for game in self.joint:
            total += game.table[:, _columns(game, sets)]
        both = sets[:, self.pairs[:, 0]] & sets[:, self.pairs[:, 1]]
        total += np.einsum("dp,sp->ds", self.bonuses, both.astype(np.float64))
        return total

    def expected(self, sets: Bools) -> Floats:
        """(sets,) mean value of every set (sets, improvements) over the draws."""
        total: Floats = np.einsum("i,si->s", self.own.mean(axis=0), sets.astype(np.float64))
        for game in self.joint:
            total += game.table.mean(axis=0)[_columns(game, sets)]
        both = sets[:, self.pairs[:, 0]] & sets[:, self.pairs[:, 1]]
        total += np.einsum("p,sp->s", self.bonuses.mean(axis=0), both.astype(np.float64))
        return total


def _columns(game: Game, sets: Bools) -> Ints:
    """(sets,) column of a game's table that stands for those of its users that are in each set."""
    bits = np.int64(1) << np.arange(len(game.users), dtype=np.int64)
    found: Ints = np.einsum("su,u->s", sets[:, list(game.users)].astype(np.int64), bits)
    return found


def _kept(sample: Sample, games: Callable[[Draws], Iterable[Game]]) -> list[Game]:
    """Games over the draws that are kept, chunk by chunk."""
    chunks = [list(games(draws)) for draws in sample.kept()]
    size = sample.drawn.size
    return [
        replace(parts[0], table=np.concatenate([part.table for part in parts])[:size])
        for parts in zip(*chunks, strict=True)
    ]
