"""What the projects already decided leave open for those still to come.

Projects are decided one after another. Of all that was decided, the rest needs to know only one
small number for each relation that has members on both sides: its status. Two partial sets with
the same statuses have the same future, so only the better of them is kept.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from capworth.kernels.relations import Relations

OPEN: Final = 0
ASKED: Final = 1  # the head is taken: those it needs are asked for; or one of a pair is taken
SHUT: Final = 2  # something the head needs is not taken: the head is shut out
SETTLED: Final = 3

Status = int | None  # None: not allowed


@dataclass(frozen=True, slots=True)
class Link:
    """One relation among two projects or more."""

    kind: str
    members: tuple[int, ...]
    head: int = -1
    least: int = 0
    bonus: float = 0.0


def _needs_all(link: Link, status: int, project: int, taken: bool) -> Status:
    if project == link.head:
        if not taken:
            return SETTLED
        return None if status == SHUT else ASKED
    if taken or status == SETTLED:
        return status
    return None if status == ASKED else SHUT


def _needs_one(link: Link, status: int, project: int, taken: bool) -> Status:
    if project == link.head:
        if taken and status == OPEN:
            return ASKED
        return SETTLED
    return SETTLED if taken else status


def _at_most_one(_link: Link, status: int, _project: int, taken: bool) -> Status:
    if taken:
        return None if status == ASKED else ASKED
    return status


def _at_least(link: Link, status: int, _project: int, taken: bool) -> Status:
    return min(status + taken, link.least)


def _pair(_link: Link, _status: int, _project: int, taken: bool) -> Status:
    return ASKED if taken else OPEN


NEXT: Mapping[str, Callable[[Link, int, int, bool], Status]] = {
    "requires": _needs_all,
    "requires_any": _needs_one,
    "excludes": _at_most_one,
    "at_least": _at_least,
    "synergy": _pair,
}


def links_of(relations: Relations) -> tuple[Link, ...]:
    """Write every relation among projects as a link; those that say nothing are left out."""
    found = [Link("requires", (h, *group), head=h) for h, group in relations.requires if group]
    found += [Link("requires_any", (h, *group), head=h) for h, group in relations.requires_any]
    found += [Link("excludes", group) for group in relations.excludes if len(group) > 1]
    found += [Link("at_least", g, least=int(many)) for many, g in relations.at_least if many]
    found += [Link("synergy", (a, b), bonus=bonus) for a, b, bonus in relations.synergies]
    return tuple(found)


def settled(link: Link, status: int) -> bool:
    """Whether a link is met once all its members are decided."""
    if link.kind == "at_least":
        return status == link.least
    return link.kind != "requires_any" or status != ASKED


def order_of(n: int, links: Sequence[Link]) -> tuple[int, ...]:
    """Order in which to decide projects so that little is left open at any time.

    Connected projects come together, the most entangled group first, lone projects last. Within a
    group several greedy orders are tried, one from each start, and the lightest is taken. The
    order changes the speed and never the answer.
    """
    touching: list[list[int]] = [[] for _ in range(n)]
    for number, link in enumerate(links):
        for project in link.members:
            touching[project].append(number)
    parts = []
    for group in _groups(n, links):
        tries = [_greedy(start, group, links, touching) for start in group]
        parts.append(min(tries))
    parts.sort(key=lambda part: (-part[0], part[1]))
    return tuple(project for _, order in parts for project in order)


def _groups(n: int, links: Sequence[Link]) -> Iterable[tuple[int, ...]]:
    """Projects that hang together, directly or through others."""
    leader = list(range(n))

    def lead(project: int) -> int:
        while leader[project] != project:
            leader[project] = leader[leader[project]]
            project = leader[project]
        return project

    for link in links:
        for project in link.members:
            leader[lead(project)] = lead(link.members[0])
    groups: dict[int, list[int]] = {}
    for project in range(n):
        groups.setdefault(lead(project), []).append(project)
    return map(tuple, groups.values())


def _greedy(
    start: int, group: Sequence[int], links: Sequence[Link], touching: Sequence[Sequence[int]]
) -> tuple[float, tuple[int, ...]]:
    """Decide next what leaves least open; give the weight of the order and the order."""
    decided: dict[int, set[int]] = {}  # link -> members decided
    facts: dict[tuple[str, int], int] = {}  # what must be remembered -> by how many links
    order: list[int] = []
    left = set(group)
    weight = 0.0

    def fact(number: int, done: set[int]) -> tuple[str, int] | None:
        link = links[number]
        if not done or len(done) == len(link.members):
            return None
        if link.head in done and link.kind == "requires":
            return "project", link.head
        if len(done) == 1:
            return "project", next(iter(done))
        return "link", number

    def opened(project: int) -> int:
        before: list[tuple[str, int]] = []
        after: set[tuple[str, int]] = set()
        for number in touching[project]:
            done = decided.get(number, set())
            old, new = fact(number, done), fact(number, done | {project})
            if old is not None:
                before.append(old)
            if new is not None:
                after.add(new)
        gone = {f for f in before if facts[f] == before.count(f)} - after
        return sum(f not in facts for f in after) - len(gone)

    while left:
        near = {p for number in decided for p in links[number].members} & left
        project = min(near or ({start} & left) or left, key=lambda p: (opened(p), p))
        for number in touching[project]:
            done = decided.setdefault(number, set())
            old = fact(number, done)
            if old is not None:
                facts[old] -= 1
                if not facts[old]:
                    del facts[old]
            done.add(project)
            new = fact(number, done)
            if new is not None:
                facts[new] = facts.get(new, 0) + 1
            if len(done) == len(links[number].members):
                del decided[number]
        left.discard(project)
        order.append(project)
        weight += 2.0 ** len(facts)
    return weight, tuple(order)
