"""What ties the improvements of a case to one another, by number, and the row behind each tie."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from capworth.methods.portfolio.relations import Relations

REQUIRES, REQUIRES_ANY, EXCLUDES, SYNERGY = "requires", "requires_any", "excludes", "synergy"


class _Relation(Protocol):
    """A relation: what stands in its row."""

    @property
    def improvement(self) -> str: ...
    @property
    def relation(self) -> str: ...
    @property
    def other(self) -> str: ...


class _Improvement(Protocol):
    """An improvement: what ties it by itself."""

    @property
    def id(self) -> str: ...
    @property
    def tower(self) -> str: ...
    @property
    def must(self) -> bool: ...


class Tied(NamedTuple):
    """An improvement of which no more is known than what ties it."""

    id: str
    tower: str
    must: bool


class Tie(NamedTuple):
    """A relation of which no more is known than what it says."""

    improvement: str
    relation: str
    other: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule stands: the table, the rows of it by their place, and what the rule says."""

    table: str
    rows: tuple[int, ...]  # places in the table, from 0
    column: str
    words: str


@dataclass(frozen=True, slots=True)
class Ties:
    """The relations by number, and for each entry of each field where it stands."""

    relations: Relations
    pairs: tuple[int, ...]  # places of the synergies in the table of relations
    places: Mapping[tuple[str, int], Place]


@dataclass(slots=True)
class _Found:
    """Entries of one field of the relations as they are found."""

    kind: str
    entries: list[tuple[int, ...]] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)

    def add(self, entry: tuple[int, ...], place: Place) -> None:
        self.entries.append(entry)
        self.places.append(place)


def tie(
    improvements: Sequence[_Improvement],
    relations: Sequence[_Relation],
    minimums: Iterable[tuple[str, int, tuple[str, ...]]] = (),
) -> Ties:
    """Write relations, levels, must-haves and minimum service by number.

    Parameters
    ----------
    improvements, relations : in the order of their tables
    minimums : printed name, how many, and of which improvements, in the order of their table

    Returns
    -------
    With the bonus of every synergy left at 0: it depends on the gains of the two.
    """
    number = {i.id: k for k, i in enumerate(improvements)}
    needs, excludes, must = _Found("requires"), _Found("excludes"), _Found("must")
    any_of: dict[str, list[int]] = {}
    pairs = []
    for k, r in enumerate(relations):
        one, other = number[r.improvement], number[r.other]
        words = f"{r.improvement} {r.relation.replace('_', ' ')} {r.other}"
        if r.relation == REQUIRES:
            needs.add((one, other), Place("relations", (k,), "relation", words))
        elif r.relation == EXCLUDES:
            excludes.add((one, other), Place("relations", (k,), "relation", words))
        elif r.relation == REQUIRES_ANY:
            any_of.setdefault(r.improvement, []).append(k)
        else:
            pairs.append(k)
    choices = _Found("requires_any")
    for head, rows in any_of.items():
        options = [relations[k].other for k in rows]
        words = f"{head} requires {' or '.join(options)}"
        entry = (number[head], *(number[o] for o in options))
        choices.add(entry, Place("relations", tuple(rows), "relation", words))
    levels: dict[str, list[int]] = {}
    for k, i in enumerate(improvements):
        if i.must:
            must.add((k,), Place("improvements", (k,), "must", f"{i.id} must be done"))
        if i.tower:
            levels.setdefault(i.tower, []).append(k)
    for tower, rows in levels.items():
        if len(rows) > 1:
            names = ", ".join(improvements[k].id for k in rows)
            words = f"at most one level of {tower} ({names})"
            excludes.add(tuple(rows), Place("improvements", tuple(rows), "tower", words))
    least = _Found("at_least")
    for k, (name, many, group) in enumerate(minimums):
        words = f"{name}: at least {many} of {', '.join(group)}"
        place = Place("minimums", (k,), "at_least", words)
        least.add((many, *(number[i] for i in group)), place)
    found = (needs, choices, excludes, must, least)
    return Ties(
        Relations(
            n=len(improvements),
            requires=tuple((head, (other,)) for head, other in needs.entries),
            requires_any=tuple((e[0], e[1:]) for e in choices.entries),
            excludes=tuple(excludes.entries),
            synergies=tuple(
                (number[relations[k].improvement], number[relations[k].other], 0.0) for k in pairs
            ),
            must=tuple(e[0] for e in must.entries),
            at_least=tuple((e[0], e[1:]) for e in least.entries),
        ),
        tuple(pairs),
        {(f.kind, k): place for f in found for k, place in enumerate(f.places)},
    )


def members_of(
    function: str,
    improvements: Iterable[str],
    shares: Mapping[str, Mapping[str, float]],
    touched: Mapping[str, Iterable[str]],
) -> tuple[str, ...]:
    """Improvements of a capability that serves a function most, in the order given.

    Parameters
    ----------
    function : see `FUNCTIONS`
    improvements : all of them
    shares : of each capability over the functions
    touched : the capabilities that each improvement changes
    """
    serving = {
        c for c, mine in shares.items() if mine and max(mine, key=mine.__getitem__) == function
    }
    return tuple(i for i in improvements if serving.intersection(touched.get(i, ())))
