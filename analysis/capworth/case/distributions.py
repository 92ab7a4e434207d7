"""How inputs are drawn: shape, ends or quantiles, what was observed, what moves with what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations, product
from typing import Any, TypeAlias, get_args, get_type_hints

import numpy as np

from capworth.case.drawing import names_like
from capworth.case.model import Correlation, Distribution, Estimate, Observation
from capworth.methods.arguments import Floats
from capworth.methods.uncertainty.correlation import loadings
from capworth.methods.uncertainty.fitting import Drawn, Range, distribution, observed

Pair: TypeAlias = tuple[str, str]  # of names, in the order of the alphabet


def drawing_of(estimate: Estimate) -> Drawn:
    """Distribution of an estimate: from what was observed, or from low, mode and high.

    Raises
    ------
    InputError
        Where no distribution of its shape has these.
    """
    if estimate.record:
        weights = estimate.weights or (1.0,) * len(estimate.record)
        return observed(estimate.record, weights, apart=estimate.shape == "discrete")
    return distribution(
        estimate.shape or "pert",
        estimate.low,
        estimate.mode,
        estimate.high,
        estimate.ends or "ends",
        Range(estimate.floor, estimate.ceiling),
    )


def with_distributions(
    parts: Mapping[str, Sequence[Any]], numbers: Mapping[str, str], ends: str = "ends"
) -> dict[str, tuple[Any, ...]]:
    """Return the rows of every table, with each uncertain number as it is drawn.

    Parameters
    ----------
    parts : the rows by table
    numbers : the field of a row's uncertain number by table; empty where it has none
    ends : how low and high are read where no row says otherwise
    """
    judgements: Sequence[Distribution] = parts["distributions"]
    seen: dict[str, list[Observation]] = {}
    for row in parts["observations"]:
        seen.setdefault(row.input, []).append(row)
    names = [
        estimate.name
        for table, number in numbers.items()
        for row in parts[table]
        if number and (estimate := getattr(row, number)) is not None
    ]
    together = _made_of(parts["correlations"], names)
    judged: dict[str, list[Distribution]] = {}
    in_full: dict[str, list[Distribution]] = {}
    for row in judgements:
        in_full.setdefault(row.inputs, []).append(row)
        for name in names_like(row.inputs, dict.fromkeys(names)):
            judged.setdefault(name, []).append(row)

    def drawn(estimate: Estimate, alone: bool) -> Estimate:
        """Say how a number is drawn; one that stands beside another is only named in full."""
        spoken = in_full if alone else judged
        usual = "" if estimate.made_from == "feedback" else ends  # whose ends are computed
        if not estimate.ends and usual not in ("", "ends"):
            estimate = replace(estimate, ends=usual)
        for row in spoken.get(estimate.name, ()):
            estimate = replace(
                estimate,
                shape=row.shape or estimate.shape,
                ends=row.ends or estimate.ends,
                group=row.group or estimate.group,
                share=row.share if row.group else estimate.share,
            )
        if estimate.name in seen:
            rows = sorted(seen[estimate.name], key=lambda row: (row.value, row.observation))
            estimate = replace(
                estimate,
                record=tuple(row.value for row in rows),
                weights=tuple(row.weight for row in rows),
            )
        if estimate.name in together:
            estimate = replace(estimate, made_of=together[estimate.name])
        return estimate

    def row_drawn(row: Any, number: str) -> Any:
        every = ((field, e, drawn(e, field != number)) for field, e in estimates_in(row))
        moved = {field: now for field, e, now in every if now is not e}
        return replace(row, **moved) if moved else row

    speaks = bool(judgements or seen or together or ends != "ends")
    found = {}
    for table, rows in parts.items():
        number = numbers.get(table, "")
        if speaks and number:
            rows = [row_drawn(row, number) for row in rows]
        found[table] = tuple(rows)
    return found


def estimates_in(row: Any) -> Iterator[tuple[str, Estimate]]:
    """Every uncertain number of a row, by its field."""
    for name in _fields(row.__class__):
        if isinstance(value := getattr(row, name), Estimate):
            yield name, value


@cache
def _fields(kind: type[object]) -> tuple[str, ...]:
    """Fields of a kind of row that hold an uncertain number, or may."""
    hints = get_type_hints(kind).items()
    return tuple(name for name, hint in hints if Estimate in (hint, *get_args(hint)))


def _made_of(
    rows: Sequence[Correlation], names: Sequence[str]
) -> dict[str, tuple[tuple[str, float], ...]]:
    """Random streams of which each input that is in a matrix is made, by name."""
    pairs = {pair: row.r for row in rows for pair in pairs_of(row.a, row.b, names)}
    found = {}
    for block, matrix in blocks_of(pairs):
        weights = loadings(matrix)
        for name, mine in zip(block, weights.tolist(), strict=True):
            found[name] = tuple(zip(block, mine, strict=True))
    return found


def pairs_of(a: str, b: str, names: Sequence[str]) -> list[Pair]:
    """Every pair of inputs that a row of correlations is about.

    >>> pairs_of("x/*", "", ["x/c", "x/b", "y"]), pairs_of("y", "x/*", ["x/c", "x/b", "y"])
    ([('x/b', 'x/c')], [('x/c', 'y'), ('x/b', 'y')])
    """
    ours = names_like(a, names)
    if not b:
        return [pair_of(*two) for two in combinations(ours, 2)]
    theirs = names_like(b, names)
    both = (pair_of(*two) for two in product(ours, theirs) if two[0] != two[1])
    return list(dict.fromkeys(both))


def pair_of(one: str, other: str) -> Pair:
    """Two names in the order of the alphabet."""
    return (one, other) if one < other else (other, one)


def blocks_of(pairs: Mapping[Pair, float]) -> list[tuple[list[str], Floats]]:
    """Inputs that hang together by some chain of pairs, each block with its matrix.

    Parameters
    ----------
    pairs : rank correlation of each stated pair; those of all others are 0

    Returns
    -------
    Names in the order of the alphabet, and their rank correlations (names, names).
    """
    blocks: list[set[str]] = []
    for pair in pairs:
        touched = [block for block in blocks if block & {*pair}]
        blocks = [block for block in blocks if block not in touched]
        blocks.append(set(pair).union(*touched))
    return [(names, _matrix(names, pairs)) for names in sorted(sorted(block) for block in blocks)]


def _matrix(block: Sequence[str], pairs: Mapping[Pair, float]) -> Floats:
    matrix = np.eye(len(block))
    place = {name: k for k, name in enumerate(block)}
    for (one, other), r in pairs.items():
        if one in place:
            matrix[place[one], place[other]] = matrix[place[other], place[one]] = r
    return matrix
