"""Good sets and roles: what every nearly best programme holds, and where two are a real choice.

From a list of programmes that are all nearly the best one: which improvements to start, between
which to choose, and which not now. Ex ante: the sets were approved beforehand, so that whether
one can be afforded in a draw is no part of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from capworth.methods.arguments import Bools, Floats, Ints, checked

LISTED: Final = 0.2  # chance to be better from which an exchange is named
CHOICE: Final = 0.35  # chance from which it is a choice, not a preference
CORE: Final = 0.9  # core index from which a start needs no review
TIE: Final = 1e-9  # share of the largest value within which two values are one

START: Final = "start"
REVIEW: Final = "start, review at first quote"
CHOOSE: Final = "choose"
PREFER: Final = "prefer"
LEAVE: Final = "could be left"
REPLACE: Final = "could be replaced"
NOT_NOW: Final = "not now"


@checked
def maximal_sets(sets: Bools, value: Floats) -> Ints:
    """Sets that no other of the list makes idle: the maximal ones, and no dead weight.

    A set goes where a larger one of the list is worth strictly more; a set goes, too, where a part
    of it that is in the list is worth as much or more, so that what adds nothing starts nothing.

    Parameters
    ----------
    sets : (sets, projects)
    value : (sets,) expected value, in any unit, may be negative

    Returns
    -------
    Rows of `sets` that stay, in their order.

    Notes
    -----
    Non-dominated portfolios as in Liesiö, Mild and Salo (2007), European Journal of Operational
    Research 181(3), 1488-1505, on the list alone.

    >>> rows = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 1], [0, 0, 0]], dtype=bool)
    >>> maximal_sets(rows, np.array([10.0, 9.9, 10.0, 0.0])).tolist()
    [0]
    """
    each, size = sets.astype(np.float32), sets.sum(axis=1)
    shared = each @ each.T  # counts are whole numbers, so that they are exact
    inside = (shared == size[:, None]) & (size[:, None] < size[None, :])  # [i, j]: i lies in j
    slack = TIE * float(np.abs(value).max(initial=0.0))
    more = value[None, :] > value[:, None] + slack  # [i, j]: j is worth more than i
    idle = (inside & more).any(axis=1) | (inside & ~more).any(axis=0)
    return np.flatnonzero(~idle)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One way to leave the best set for another good one, as small as it can be.

    Attributes
    ----------
    row : the other set, a row of the list
    out, into : projects that go and that come
    p_better : share of draws in which the other set is worth more, ties one half
    loss : expected value given up, in the unit of the values
    equal : whether the loss is below two standard errors of the paired difference
    """

    row: int
    out: tuple[int, ...]
    into: tuple[int, ...]
    p_better: float
    loss: float
    equal: bool


@dataclass(frozen=True, slots=True)
class Roles:
    """What a list of good sets says of each project.

    Attributes
    ----------
    start, open, never : (projects,) in every set of the list, in some, in none
    core : (projects,) core index: share of draws whose best set of the list holds it
    p_best : (sets,) share of draws in which a set is the best of the list, the first of equals
    p_better : (sets,) share of draws in which a set is worth more than the best one, ties one half
    regret : (sets,) mean over draws of what the draw's best set of the list is worth more
    exchanges : the minimal ones, likeliest first
    verbs : (projects,) words, see the constants of this module
    """

    start: Bools
    open: Bools
    never: Bools
    core: Floats
    p_best: Floats
    p_better: Floats
    regret: Floats
    exchanges: tuple[Exchange, ...]
    verbs: tuple[str, ...]

    def choices(self, least: float = LISTED) -> tuple[tuple[Exchange, ...], ...]:
        """Exchanges that are likely enough, those with the same `out` together."""
        groups: dict[tuple[int, ...], list[Exchange]] = {}
        for exchange in self.exchanges:
            if exchange.p_better >= least:
                groups.setdefault(exchange.out, []).append(exchange)
        return tuple(map(tuple, groups.values()))


@checked
def roles(
    sets: Bools, values: Floats, every: Bools | None = None, names: Sequence[str] = ()
) -> Roles:
    """Roles of projects over a list of good sets: start, choose between, not now.

    Parameters
    ----------
    sets : (sets, projects), maximal ones (see `maximal_sets`); the first is the best
    values : (draws, sets) value of each set in each draw, any unit, not cut by what it costs
    every : (more sets, projects) the whole list before it was reduced; a member of the best set
        "could be left" only if the best set without it stands there
    names : (projects,) that put equal exchanges in order; by number where there are none

    Returns
    -------
    See `Roles`.

    Notes
    -----
    Core index: Liesiö, Mild and Salo (2008), European Journal of Operational Research 190(3),
    679-695. Expected regret: Savage (1951). An exchange is minimal where no other one that is as
    likely lies inside it; what only leaves something out is no exchange.

    >>> sets = np.array([[1, 1, 0, 0], [1, 0, 1, 0]], dtype=bool)
    >>> found = roles(sets, np.array([[5.0, 4.0], [3.0, 6.0], [5.0, 4.5], [4.0, 4.0]]))
    >>> found.verbs, found.p_better.tolist()
    (('start', 'choose', 'choose', 'not now'), [0.5, 0.375])
    """
    listed, projects = sets.shape
    draws = len(values)
    best = sets[0]
    times_best = np.bincount(values.argmax(axis=1), minlength=listed)
    p_best = times_best / draws
    ahead = values - values[:, [0]]
    p_better = (ahead > 0).mean(axis=0) + (ahead == 0).mean(axis=0) / 2
    core = times_best @ sets / draws  # counts add up exactly: no share is above one
    exchanges = _exchanges(sets, values, p_better, names or [str(k) for k in range(projects)])
    start: Bools = np.asarray(sets.all(axis=0))
    never: Bools = np.asarray(~sets.any(axis=0))
    return Roles(
        start=start,
        open=~start & ~never,
        never=never,
        core=core,
        p_best=p_best,
        p_better=p_better,
        regret=(values.max(axis=1, keepdims=True) - values).mean(axis=0),
        exchanges=exchanges,
        verbs=_verbs(best, start, never, core, exchanges, sets if every is None else every),
    )


def _exchanges(
    sets: Bools, values: Floats, p_better: Floats, names: Sequence[str]
) -> tuple[Exchange, ...]:
    best, apart = sets[0], sets ^ sets[0]
    comes = (apart & sets).any(axis=1)
    found = []
    for row in np.flatnonzero(comes):
        smaller = (apart <= apart[row]).all(axis=1) & (apart != apart[row]).any(axis=1) & comes
        if (smaller & (p_better >= p_better[row])).any():
            continue
        lost = values[:, 0] - values[:, row]
        error = float(lost.std(ddof=1)) / np.sqrt(len(lost)) if len(lost) > 1 else 0.0
        found.append(
            Exchange(
                row=int(row),
                out=tuple(np.flatnonzero(best & ~sets[row]).tolist()),
                into=tuple(np.flatnonzero(sets[row] & ~best).tolist()),
                p_better=float(p_better[row]),
                loss=float(lost.mean()),
                equal=bool(abs(lost.mean()) < 2 * error),
            )
        )

    def order(exchange: Exchange) -> tuple[float, float, list[str]]:
        return -exchange.p_better, exchange.loss, [names[k] for k in exchange.into]

    return tuple(sorted(found, key=order))


def _verbs(
    best: Bools,
    start: Bools,
    never: Bools,
    core: Floats,
    exchanges: Sequence[Exchange],
    every: Bools,
) -> tuple[str, ...]:
    likely: dict[int, float] = {}
    for exchange in exchanges:
        for project in (*exchange.out, *exchange.into):
            likely[project] = max(likely.get(project, 0.0), exchange.p_better)
    lists = {row.tobytes() for row in np.ascontiguousarray(every)}
    verbs = []
    for project in range(len(best)):
        chance = likely.get(project, 0.0)
        alone = best.copy()
        alone[project] = False
        if never[project]:
            verbs.append(NOT_NOW)
        elif start[project]:
            verbs.append(START if core[project] >= CORE else REVIEW)
        elif chance >= CHOICE:
            verbs.append(CHOOSE)
        elif chance >= LISTED:
            verbs.append(PREFER)
        elif best[project]:
            verbs.append(LEAVE if alone.tobytes() in lists else REPLACE)
        else:
            verbs.append(NOT_NOW)
    return tuple(verbs)
