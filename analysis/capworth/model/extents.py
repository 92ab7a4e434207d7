"""Extents: what capabilities weigh among one another, frozen as they are today.

The unit of a programme is the share of the distance to the agreed levels that it closes; each
service counts in it by its extent. No draw, no improvement and no overrun of today moves an extent.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from capworth.case.model import COST, EQUAL, MEMBERS, RESULTS, SWING, Case, Criterion
from capworth.methods.arguments import Bools, Floats
from capworth.methods.portfolio import distance
from capworth.model.draws import Draws

LOG10 = "log10"  # scale of a criterion whose levels are logarithms


@dataclass(frozen=True, slots=True, eq=False)
class Extents:
    """Extents by one key, with the distance to the agreed levels that they weigh.

    Attributes
    ----------
    key : swing, cost, results, members or equal
    share : (capabilities,) sums to 1
    counted : (leaves,) criteria that count: what counts results leaves the tree with that key
    distance : mean distance, in points of value; 0 where all agreed levels are met
    """

    key: str
    share: Floats
    counted: Bools
    distance: float

    def weights(self, weights: Floats) -> Floats:
        """(draws, leaves) weights of the criteria that count; they sum to 1."""
        return weights_of(self.counted, weights)

    def of_each(self, away: Floats) -> Floats:
        """(draws, capabilities) distance by the criteria that count, of `Drawn.away`."""
        counted: Floats = away[:, 0 if self.counted.all() else 1]
        return counted

    @property
    def unit(self) -> float:
        """Per cent of the expected distance in one point; not a number where there is none."""
        return 100.0 / self.distance if self.distance > 0 else float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Today:
    """Services as they are: means over the first draws of the case, of which extents are made.

    Attributes
    ----------
    given : for each key that the case knows, (capabilities,) extent before parts share their whole
    away : for all criteria, and for those left by the key results, (capabilities,) weighted
        distance to the agreed levels, in points
    """

    case: Case
    given: Mapping[str, Floats]
    away: Mapping[bool, Floats]

    @classmethod
    def of(
        cls,
        case: Case,
        draws: Draws,
        levels: Floats,
        missing: Floats,
        there: Floats,
        weights: Floats,
        cost: Floats,
    ) -> "Today":
        """Read it from some draws.

        Parameters
        ----------
        levels : (draws, capabilities, leaves) in the units of the criteria
        missing : (draws, capabilities, leaves) what each lacks to its agreed level; see `distances`
        there : (capabilities,) part of the appraisal in which each is there
        weights : (draws, leaves)
        cost : (draws, capabilities) whole-life cost
        """
        leaves = case.measured
        given = {COST: cost.mean(axis=0), EQUAL: np.ones(len(case.capabilities))}
        extents = [c.extent for c in case.capabilities if c.extent]
        if len(extents) == len(case.capabilities):
            given[SWING] = np.array([draws.of(e).mean() for e in extents])
        for key, flags in ((RESULTS, [k.extensive for k in leaves]), (MEMBERS, _served(leaves))):
            if sum(flags) == 1:
                k = flags.index(True)
                level = levels[:, :, k]
                amount = 10**level if leaves[k].scale == LOG10 else level
                given[key] = np.maximum(amount, 0.0).mean(axis=0)
        away = {
            bool(counted.all()): there
            * np.einsum("nck,nk->c", missing, weights_of(counted, weights))
            / len(missing)
            for counted in countings(leaves)
        }
        return cls(case, given, away)

    def extents(self, key: str) -> Extents:
        """Extents by a key of `given`."""
        wholes = [c.part_of or c.id for c in self.case.capabilities]
        number = {name: k for k, name in enumerate(dict.fromkeys(wholes))}
        whole = np.array([number[name] for name in wholes])
        parts = next(self.given[k] for k in (SWING, COST) if k in self.given)
        given, share = self.given[key], parts
        if key in {RESULTS, MEMBERS, EQUAL}:  # of wholes: the mean over their parts
            sums = np.bincount(whole, parts)[whole]
            inside = np.where(sums > 0, parts / np.where(sums > 0, sums, 1.0), 0.0)
            inside = np.where(sums > 0, inside, 1 / np.bincount(whole)[whole])
            given = np.bincount(whole, given * inside)[whole]
        else:
            whole = np.arange(len(whole))
        if not (given > 0).any():
            given = np.ones(len(given))
        found = distance.extents(given, whole, share)
        counted = _counted(self.case.measured, key)
        away = self.away[bool(counted.all())]
        return Extents(key, found, counted, float(found @ away))


def countings(leaves: tuple[Criterion, ...]) -> tuple[Bools, ...]:
    """(leaves,) which criteria count, by every extent key: all, then those that results leave."""
    some = _counted(leaves, RESULTS)
    return (_counted(leaves, COST), *(() if some.all() else (some,)))


def distances(values: Floats, agreed: Floats) -> Floats:
    """(draws, capabilities, leaves) what lies between a value and the agreed one; 0 above it."""
    gap: Floats = np.nan_to_num(agreed, nan=-np.inf) - values
    return np.maximum(gap, 0.0, out=gap)


def weights_of(counted: Bools, weights: Floats) -> Floats:
    """(draws, leaves) weights, spread again over the criteria that count; they sum to 1."""
    if counted.all():
        return weights
    kept = weights * counted
    total: Floats = kept / kept.sum(axis=1, keepdims=True)
    return total


def _served(leaves: tuple[Criterion, ...]) -> list[bool]:
    return [k.served for k in leaves]


def _counted(leaves: tuple[Criterion, ...], key: str) -> Bools:
    return np.array([not (key == RESULTS and k.extensive) for k in leaves], dtype=bool)
