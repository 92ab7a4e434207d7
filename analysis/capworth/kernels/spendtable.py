"""The most value for each exact spend, by deciding one project after another.

A dynamic programme with one table for each combination of statuses that the decided projects leave
open. Everything in it is a whole number, so nothing depends on the order of sums.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from capworth.errors import InputError
from capworth.kernels.arrays import Bools, Ints
from capworth.kernels.pending import NEXT, OPEN, Link, links_of, order_of, settled
from capworth.kernels.relations import Relations

DEAD: Final = int(np.iinfo(np.int64).min // 2)  # value of what cannot be
BITS: Final = 63  # projects for each word of a key
MOST_CELLS: Final = 1 << 27  # whole numbers held at a time: 1 GB


class SpendTable(NamedTuple):
    """Best value for each exact spend, and the set that gives it, as a key.

    The key has one bit for each project, the first-listed one highest: of two sets the larger key
    takes the first project on which they differ.
    """

    value: Ints  # (spends,) DEAD or lower where no allowed set spends just that
    keys: Ints  # (words, spends)

    @property
    def alive(self) -> Bools:
        """Spends that some allowed set makes."""
        alive: Bools = self.value > DEAD // 2
        return alive

    def padded(self, length: int) -> "SpendTable":
        """Copy with room for larger spends."""
        return self.shifted(length, 0, 0, None)

    def shifted(self, length: int, cost: int, gain: int, project: int | None) -> "SpendTable":
        """Copy in which a project is taken as well; spends beyond `length` are dropped."""
        words = len(self.keys)
        value = np.full(length, DEAD, dtype=np.int64)
        keys = np.zeros((words, length), dtype=np.int64)
        kept = max(0, min(len(self.value), length - cost))
        np.add(self.value[:kept], gain, out=value[cost : cost + kept])
        keys[:, cost : cost + kept] = self.keys[:, :kept]
        if project is not None:
            keys[project // BITS] += 1 << (BITS - 1 - project % BITS)
        return SpendTable(value, keys)

    def keep_better(self, other: "SpendTable") -> None:
        """Take over what is better in a table of the same length: more value, then larger key."""
        level = other.value == self.value
        better = other.value > self.value
        for mine, theirs in zip(self.keys, other.keys, strict=True):
            better |= level & (theirs > mine)
            level &= theirs == mine
        np.copyto(self.value, other.value, where=better)
        np.copyto(self.keys, other.keys, where=better)

    def sets(self, spends: Ints, n: int) -> Bools:
        """Decode the sets (spends, n) behind some spends."""
        project = np.arange(n)
        words = self.keys[:, spends][project // BITS].T  # (spends, n)
        taken: Bools = (words >> (BITS - 1 - project % BITS)) & 1 == 1
        return taken


@dataclass(frozen=True, slots=True)
class _Problem:
    relations: Relations
    links: Sequence[Link]
    gains: Ints  # (projects,)
    bonuses: Ints  # (links,)

    def choices(self, project: int) -> list[bool]:
        """Whether a project may be left, or taken."""
        must, barred = project in self.relations.must, project in self.relations.barred
        return [False] * (not must) + [True] * (not barred)

    def after(
        self,
        statuses: tuple[int, ...],
        project: int,
        taken: bool,
        touched: Sequence[tuple[int, bool]],
    ) -> tuple[tuple[int, ...], int] | None:
        """Statuses and gain once a project is decided; None if that is not allowed.

        touched : links of the project, and whether it is the last of their members
        """
        found = list(statuses)
        gain = int(self.gains[project]) if taken else 0
        for number, last in touched:
            link = self.links[number]
            if last and taken and link.kind == "synergy" and found[number] != OPEN:
                gain += int(self.bonuses[number])
            status = NEXT[link.kind](link, found[number], project, taken)
            if status is None or (last and not settled(link, status)):
                return None
            found[number] = OPEN if last else status
        return tuple(found), gain


def spend_table(
    relations: Relations, cost: Ints, gains: Ints, bonuses: Ints, reach: int
) -> SpendTable:
    """Find the best allowed set for each exact spend from 0 to `reach`.

    Parameters
    ----------
    cost, gains : (projects,) whole numbers; cost 0 or more
    bonuses : (synergies,) in the order of the relations

    Raises
    ------
    InputError
        When no set is allowed, or the tables would not fit into memory.
    """
    links = links_of(relations)
    extra = np.zeros(len(links), dtype=np.int64)
    extra[[link.kind == "synergy" for link in links]] = bonuses
    problem = _Problem(relations, links, gains, extra)
    words = max(1, -(-relations.n // BITS))
    nothing = SpendTable(np.zeros(1, dtype=np.int64), np.zeros((words, 1), dtype=np.int64))
    tables = {(OPEN,) * len(links): nothing}
    left = [len(link.members) for link in links]
    length = 1
    for project in order_of(relations.n, links):
        touched = []
        for number, link in enumerate(links):
            if project in link.members:
                left[number] -= 1
                touched.append((number, left[number] == 0))
        length = min(reach + 1, length + int(cost[project]))
        _refuse_too_many(len(tables) * 2, length * (words + 1))
        following: dict[tuple[int, ...], SpendTable] = {}
        for statuses, table in tables.items():
            for taken in problem.choices(project):
                step = problem.after(statuses, project, taken, touched)
                if step is None:
                    continue
                after, gain = step
                if taken:
                    grown = table.shifted(length, int(cost[project]), gain, project)
                else:
                    grown = table.padded(length)
                if after in following:
                    following[after].keep_better(grown)
                else:
                    following[after] = grown
        tables = following
    if not tables:
        raise InputError("relations: no set of projects obeys all of them. Drop one of them.")
    (last,) = tables.values()
    return last


def _refuse_too_many(tables: int, cells: int) -> None:
    if tables * cells > MOST_CELLS:
        raise InputError(
            f"unit: {tables} open statuses with {cells:,} numbers each would not fit into memory. "
            "Choose a coarser unit, a lower limit or fewer relations."
        )
