"""How likely a set of improvements meets the targets that the case states."""

from typing import NamedTuple

import numpy as np

from capworth.bestsets import Choice
from capworth.case.plans import Target
from capworth.methods.arguments import Bools, Floats
from capworth.sampling import Sample

CELLS = 2_000_000  # of a table of draws and sets looked at together


class Met(NamedTuple):
    """How often targets are met."""

    any: Floats  # (targets, sets) share of draws in which each target is met
    all_of: Floats  # (sets,) share of draws in which all are


def meets_targets(sample: Sample, choice: Choice, sets: Bools, draws: int) -> Met:
    """Share of the first draws in which each set meets each target, and all targets together.

    A target on score, money or harm is met when the set adds that much; one on a level when the
    capability is on the good side of it with the changes of the set added to today's level.

    Parameters
    ----------
    sample, choice : the case in its worlds, and what a set adds
    sets : (sets, improvements)
    draws : how many of the first worlds to look at
    """
    targets = sample.case.targets
    size = min(draws, sample.worlds.size)
    share = np.zeros((len(targets), len(sets)))
    everything = np.zeros(len(sets))
    step = max(1, CELLS // max(size, 1))
    for start in range(0, len(sets), step):
        some = slice(start, start + step)
        met = np.ones((size, len(sets[some])), dtype=bool)
        for k, target in enumerate(targets):
            mine = _met(sample, choice, sets[some], target, size)
            share[k, some] = mine.mean(axis=0)
            met &= mine
        everything[some] = met.mean(axis=0)
    return Met(share, everything)


def _met(sample: Sample, choice: Choice, sets: Bools, target: Target, size: int) -> Bools:
    """(draws, sets) whether a target is met."""
    case = sample.case
    if target.measure != "level":
        gains: Floats = getattr(sample.worlds.gains, target.measure)[:size]
        added = choice.values_of(sets, gains)
        good: Bools = added >= target.amount - 1e-12 * abs(target.amount)
        return good
    draws = sample.first_draws(size)
    leaf = next(c for c in case.measured if c.id == target.criterion)
    level = np.zeros(size)
    for row in case.scores:
        if (row.capability, row.criterion) == (target.capability, target.criterion):
            level = draws.of(row.level)[:size]
    change = np.zeros((size, len(case.improvements)))
    for effect in case.effects:
        if (effect.capability, effect.criterion) == (target.capability, target.criterion):
            k = case.improvement_ids.index(effect.improvement)
            change[:, k] = draws.of(effect.change)[:size]
    reached = level[:, None] + change @ sets.T.astype(float)
    rising = (leaf.best or 0.0) > (leaf.worst or 0.0)
    reaches: Bools = reached >= target.amount if rising else reached <= target.amount
    return reaches
