"""Rules that cannot hold together: the smallest set of them."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from capworth.kernels.arrays import Floats
from capworth.kernels.linearmodel import Owner, Rows, solve

TILT: Final = 1e-3  # of equally small sets, the one with the rules listed first


def smallest_conflict(
    rows: Sequence[Rows], variables: int, always: Sequence[Rows] = ()
) -> tuple[Owner, ...]:
    """Owners of the fewest rules that no choice of 0 and 1 can keep; () when all can be kept.

    Parameters
    ----------
    rows : the rules; those of one owner stand or fall together
    variables : how many yes-or-no decisions there are
    always : what holds by nature, such as that nothing starts twice; never part of the answer

    Notes
    -----
    Ignatiev, Previti, Liffiton & Marques-Silva (2015), CP, LNCS 9255, 173-182: a set of rules
    conflicts exactly if it shares a rule with everything that must go for the rest to be possible.
    The smallest set that does so is sought until it turns out to conflict. Letting go of any one
    rule of the answer ends that conflict; there may be others.
    """
    owners = list(dict.fromkeys(part.owner for part in rows))
    if solve(np.zeros(variables), [*rows, *always]) is not None:
        return ()
    gone: list[frozenset[int]] = []
    while True:
        held = _hitting(gone, len(owners))
        dropped = _dropped([*rows, *always], owners, held, variables)
        if dropped is None:
            return tuple(owners[k] for k in sorted(held))
        gone.append(dropped)


def _hitting(gone: Sequence[frozenset[int]], many: int) -> frozenset[int]:
    """Fewest rules that share one with each of the sets."""
    if not gone:
        return frozenset()
    weight = 1 + TILT * np.arange(many) / many**2
    lines = np.zeros((len(gone), many))
    for line, rules in zip(lines, gone, strict=True):
        line[list(rules)] = 1
    ends = np.ones(len(gone)), np.full(len(gone), np.inf)
    found = solve(-weight, [Rows(("hit", 0), lines, *ends)])
    assert found is not None  # all rules together hit everything
    return frozenset(np.flatnonzero(found > 0.5).tolist())


def _dropped(
    rows: Sequence[Rows], owners: Sequence[Owner], held: frozenset[int], variables: int
) -> frozenset[int] | None:
    """Fewest rules to let go while some are held; None when those held conflict themselves."""
    free = [k for k in range(len(owners)) if k not in held]
    column = {owners[k]: variables + place for place, k in enumerate(free)}
    wide = [_loosened(part, column.get(part.owner), variables + len(free)) for part in rows]
    goal = np.zeros(variables + len(free))
    goal[variables:] = -1.0 - TILT * np.arange(len(free)) / max(len(free), 1) ** 2
    found = solve(goal, wide)
    if found is None:
        return None
    return frozenset(k for k, loose in zip(free, found[variables:], strict=True) if loose > 0.5)


def _loosened(part: Rows, column: int | None, width: int) -> Rows:
    """Rules over more variables; the one in `column` lets go of them."""
    matrix = np.zeros((2 * len(part.matrix), width))
    matrix[: len(part.matrix), : part.matrix.shape[1]] = part.matrix
    matrix[len(part.matrix) :, : part.matrix.shape[1]] = part.matrix
    none = np.full(len(part.matrix), np.inf)
    low, high = np.concatenate((part.low, -none)), np.concatenate((none, part.high))
    if column is not None:
        least = np.minimum(part.matrix, 0).sum(axis=1)
        most = np.maximum(part.matrix, 0).sum(axis=1)
        matrix[:, column] = np.concatenate((_gap(part.low - least), -_gap(most - part.high)))
    return Rows(part.owner, matrix, low, high)


def _gap(distance: Floats) -> Floats:
    """How far a row must be able to miss its end; nothing where the end is open."""
    return np.where(np.isfinite(distance), np.maximum(distance, 0.0), 0.0)
