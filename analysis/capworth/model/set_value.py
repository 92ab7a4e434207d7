"""What sets of improvements add together: own gains, what pairs add, and where members meet.

A set is not a sum: two that lift one level cannot close its gap twice, two that act on one chain
strengthen one another, and a synergy or overlap of the case adds or takes away. Every answer that
speaks of a set reads its value here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from capworth.case.model import NET
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.portfolio.draws import set_values
from capworth.model.joint_gains import MONEY, Level, Meeting, meetings_of, unit_of
from capworth.model.savings import SavedLine
from capworth.model.simulation import Kept, Sample

T = TypeVar("T")
_BITS = 50  # users of a meeting that one whole number tells apart


@dataclass(frozen=True, slots=True, eq=False)
class SetValue:
    """What sets of improvements add, on every measure, in the draws that are kept.

    Attributes
    ----------
    sample : whose improvements they are
    pairs : (pairs, 2) numbers of the improvements of each synergy or overlap
    shares : (draws kept, pairs) bonus as a share of the lesser gain; below 0 for an overlap
    meetings : where improvements act on one level or one chain, or save on one cost line
    lines : every cost line of today on which something is saved
    """

    sample: Sample
    pairs: Ints
    shares: Floats
    meetings: tuple[Meeting, ...]
    lines: tuple[SavedLine, ...] = ()
    _known: dict[object, Any] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, sample: Sample) -> "SetValue":
        """Read the pairs of a case, and their shares in the draws that are kept."""
        case = sample.case
        number = {i: k for k, i in enumerate(case.improvement_ids)}
        pairs = [(number[r.improvement], number[r.other]) for r, _ in case.synergies]
        shares = np.empty((sample.drawn.size, len(pairs)))
        for k, (_, bonus) in enumerate(case.synergies):
            shares[:, k] = sample.of(bonus)
        kept = Kept(sample)
        lines = sample.model.savings.saved_lines(kept)
        meetings: tuple[Meeting, ...] = meetings_of(sample.model, kept, fewest=2)
        meetings = (*meetings, *(line for line in lines if len(line.users) > 1))
        return cls(sample, np.array(pairs, dtype=np.int64).reshape(-1, 2), shares, meetings, lines)

    def recounted(self, sample: Sample, weights: Floats) -> "SetValue":
        """Return the value of the same sets where services count by other extents.

        Parameters
        ----------
        sample : the same draws with the other extents
        weights : (draws, leaves) of the value tree in them
        """
        extents, ids = sample.model.extents, sample.case.capability_ids
        counted = extents.weights(weights)
        meetings = tuple(
            replace(place, unit=unit_of(extents, ids.index(place.capability), counted, place.leaf))
            if isinstance(place, Level)
            else place
            for place in self.meetings
        )
        return replace(self, sample=sample, meetings=meetings)

    def levels(self) -> Iterator[Level]:
        """Levels on which improvements meet."""
        return (place for place in self.meetings if isinstance(place, Level))

    def gains(self, measure: str, draws: int | None = None) -> Floats:
        """(draws, improvements) what each adds alone, in the first draws or all that are kept."""
        found: Floats = getattr(self.sample.drawn.gains, measure)[:draws]
        return found

    def bonuses(self, measure: str, draws: int | None = None) -> Floats:
        """(draws, pairs) what both of a pair add beyond their own gains; a loss has no share.

        Of money net of cost, a share of the lesser gain before cost.
        """
        gains = self.gains(MONEY if measure == NET else measure, draws)
        return bonuses_of(self.pairs, gains, self.shares[: len(gains)])

    def over_draws(self, sets: Bools, measure: str, draws: int | None = None) -> Floats:
        """(draws, sets) value of every set (sets, improvements) in every draw."""
        own = self.gains(measure, draws)
        both = self._both(sets)
        total: Floats = set_values(sets, own, both, self.bonuses(measure, draws))
        for some, added in self._met(sets, measure, len(own)):
            total[:, some] += added[:, None]
        return total

    def by_draw(self, sets: Bools, measure: str, draws: int | None = None) -> Floats:
        """(draws,) value of one set: the same in all draws, or one for each (draws, improvements).

        By einsum, whose bits do not change with the threads of the linear-algebra library.
        """
        own = self.gains(measure, draws)
        mine = np.broadcast_to(sets, own.shape)
        total: Floats = np.einsum("dp,dp->d", own, mine)
        total = total + np.einsum("ds,ds->d", self.bonuses(measure, draws), self._both(mine))
        for some, added in self._met(np.atleast_2d(sets), measure, len(own)):
            where = some if sets.ndim > 1 else slice(None)
            total[where] += added[where]
        return total

    def expected(self, sets: Bools, measure: str) -> Floats:
        """(sets,) mean value of every set (sets, improvements) over the draws."""
        total: Floats = np.einsum("sp,p->s", sets, self.gains(measure).mean(axis=0))
        total = total + np.einsum("sp,p->s", self._both(sets), self.bonuses(measure).mean(axis=0))
        for some, added in self._met(sets, measure, self.sample.drawn.size):
            total[some] += added.mean()
        return total

    def beyond(self, sets: Bools, measure: str) -> Floats:
        """(sets,) mean of what members add beyond their own gains at most, whenever they start.

        What they take from one another fades as they are put off; what they add does not grow.
        """
        bonus = np.maximum(self.bonuses(measure).mean(axis=0), 0.0)
        total: Floats = np.einsum("sp,p->s", self._both(sets), bonus)
        for place, some, users in self._ways(sets):
            there, alone = self._apart(place, measure, users, [0] * len(users))
            total[some] += max(there - alone, 0.0)
        return total

    def started(self, chosen: Bools, delays: Ints, measure: str, kept: Floats) -> Floats:
        """(draws,) value of one set whose members start so many years later than stated.

        Parameters
        ----------
        chosen, delays : (improvements,)
        kept : (improvements, draws) or (improvements, 1) what is left of each one's own gain
        """
        members = np.flatnonzero(chosen)
        total: Floats = np.einsum("pd->d", kept[members])
        pairs = [both.all() for both in chosen[self.pairs]]
        if any(pairs):
            years, bonus = self.sample.model.gains.years, self.bonuses(measure)
            for place in np.flatnonzero(pairs):
                both = self.pairs[place].tolist()
                left = min(years.left(k, int(delays[k])) for k in both)
                total = total + bonus[:, place] * left
        for at, users in self._crossed(chosen):
            total = total + _beyond(self.meetings[at], measure, users, delays[users].tolist())
        return total

    def _crossed(self, chosen: Bools) -> Iterator[tuple[int, list[int]]]:
        """Numbers of the meetings of two members of a set or more, with these members."""
        if not self.meetings:
            return
        mine = chosen.tobytes()
        if self._known.get("set") != mine:  # the same one is asked for at many starts in turn
            there = self._once("there", lambda: self._there(len(chosen)))
            at = np.flatnonzero(there @ chosen > 1).tolist()
            met = [(place, [u for u in self.meetings[place].users if chosen[u]]) for place in at]
            self._known.update({"set": mine, "met": met})
        yield from self._known["met"]

    def _there(self, many: int) -> Ints:
        """(meetings, improvements) 1 where an improvement acts."""
        there = np.zeros((len(self.meetings), many), dtype=np.int64)
        for row, meeting in zip(there, self.meetings, strict=True):
            row[list(meeting.users)] = 1
        return there

    def together(self, chosen: Bools, delays: Ints, measure: str) -> float:
        """Mean of what members of one set add beyond their own gains, started so much later.

        As `started`, of which it is the mean less that of `kept`; what a meeting adds in one way is
        found once.
        """
        total = 0.0
        pairs = np.flatnonzero(self._both(chosen[None])[0]).tolist()
        if pairs:
            years = self.sample.model.gains.years
            bonus = self._once(("bonus", measure), lambda: self.bonuses(measure).mean(axis=0))
            for place in pairs:
                both = self.pairs[place].tolist()
                total += bonus[place] * min(years.left(k, int(delays[k])) for k in both)
        late = delays.tolist()
        for place, users in self._crossed(chosen):
            there, alone = self._apart(place, measure, users, [late[user] for user in users])
            total += there
            total -= alone
        return total

    def _apart(
        self, place: int, measure: str, users: list[int], delays: list[int]
    ) -> tuple[float, float]:
        """Mean of what some gain at a meeting together, and of what each gains there alone."""

        def found() -> tuple[float, float]:
            each = zip(users, delays, strict=True)
            alone = sum(self._mean(place, measure, [user], [delay]) for user, delay in each)
            return self._mean(place, measure, users, delays), alone

        return self._once(("apart", place, measure, *users, *delays), found)

    def _mean(self, place: int, measure: str, users: list[int], delays: list[int]) -> float:
        key = (place, measure, *users, *delays)
        meeting = self.meetings[place]
        return self._once(key, lambda: float(meeting.joint(measure, users, delays).mean()))

    def _once(self, key: object, find: Callable[[], T]) -> T:
        """Find a mean, or what was found before."""
        if key not in self._known:
            self._known[key] = find()
        found: T = self._known[key]
        return found

    def meet(self, chosen: Bools) -> bool:
        """Whether any members of a set (improvements,) meet, or are a pair that adds or takes."""
        return bool(self._both(chosen[None]).any()) or any(
            chosen[list(meeting.users)].sum() > 1 for meeting in self.meetings
        )

    def _both(self, sets: Bools) -> Bools:
        both: Bools = sets[:, self.pairs[:, 0]] & sets[:, self.pairs[:, 1]]
        return both

    def _met(self, sets: Bools, measure: str, draws: int) -> Iterator[tuple[Ints, Floats]]:
        """Sets whose members meet somewhere in one way, by number, and what it adds by draw."""
        last, alone = -1, dict[tuple[int, int], Floats]()
        for place, some, users in self._ways(sets):
            last, alone = place, alone if place == last else {}
            yield some, _beyond(self.meetings[place], measure, users, alone=alone)[:draws]

    def _ways(self, sets: Bools) -> Iterator[tuple[int, Ints, list[int]]]:
        """Number of each meeting, sets whose members meet there in one way, and these members."""
        for place, meeting in enumerate(self.meetings):
            for some in _by_way(sets[:, list(meeting.users)]):
                yield place, some, [user for user in meeting.users if sets[some[0], user]]


def _by_way(inside: Bools) -> Iterator[Ints]:
    """Rows (rows, users) of two users or more that are alike, in the order of what is in them.

    What is in a row is told by one whole number, a bit for each user: rows are put together by
    sorting these numbers, and not by comparing the rows.
    """
    meeting = np.flatnonzero(np.count_nonzero(inside, axis=1) > 1)
    if not len(meeting):
        return
    users = inside.shape[1]
    if users > _BITS:
        code = np.unique(inside[meeting], axis=0, return_inverse=True)[1].reshape(-1)
    else:
        weight = 2.0 ** np.arange(users)[::-1]  # the first weighs most
        code = (inside[meeting] @ weight).astype(np.uint16 if users <= 16 else np.int64)
    order = np.argsort(code, kind="stable")
    yield from np.split(meeting[order], np.flatnonzero(np.diff(code[order])) + 1)


def _beyond(
    meeting: Meeting,
    measure: str,
    users: Sequence[int],
    delays: Sequence[int] = (),
    alone: dict[tuple[int, int], Floats] | None = None,
) -> Floats:
    """(draws,) what improvements that meet gain together, beyond what each gains there alone.

    Parameters
    ----------
    alone : what is known of that by improvement and delay, to which is added
    """
    late, known = delays or [0] * len(users), {} if alone is None else alone
    apart = np.zeros(1)
    for key in zip(users, late, strict=True):
        if key not in known:
            known[key] = meeting.joint(measure, [key[0]], [key[1]])
        apart = apart + known[key]
    return meeting.joint(measure, users, late) - apart


def bonuses_of(pairs: Ints, gains: Floats, shares: Floats) -> Floats:
    """(draws, pairs) a share (draws, pairs) of the lesser of two gains (draws, improvements)."""
    lesser = np.minimum(gains[:, pairs[:, 0]], gains[:, pairs[:, 1]])
    added: Floats = shares * np.maximum(lesser, 0.0)
    return added
