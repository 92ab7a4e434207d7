"""Projects and what ties them, as an analyst keeps them in plain tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from capworth.case.tying import SYNERGY, Tie, Tied, Ties, tie
from capworth.errors import InputError, nearest
from capworth.methods.arguments import Floats, finite
from capworth.methods.portfolio.relations import Relations

MOST_STEPS = 100_000  # of the grid, that the sum of all amounts may be divided into
KINDS = ("requires", "requires_any", "excludes", SYNERGY)


def column_of(projects: pd.DataFrame, name: str) -> Floats:
    """Take cost or value of every project as numbers, or say which cell is not one."""
    if name not in projects.columns:
        raise InputError(f"projects: there is no column {name!r}. Add it.")
    found = finite(projects[name].to_numpy(), name)
    if name == "cost" and (found < 0).any():
        where = projects.index[int(np.flatnonzero(found < 0)[0])]
        raise InputError(f"cost: that of {where} is below 0. Raise it.")
    return found


def decimal_grid(amounts: Floats) -> float:
    """Return the largest power of ten that all amounts are multiples of, if it is not too fine.

    Where more than 100,000 steps would make up their sum, the coarsest power of ten below that.

    >>> decimal_grid(np.array([0.4, 0.7])), decimal_grid(np.array([1_200_000.0, 300_000.0]))
    (0.1, 100000.0)
    """
    total = float(amounts.sum())
    if not np.isfinite(total) or total <= 0:
        return 1.0
    power = int(np.floor(np.log10(total)))
    while True:
        grid = 10.0**power
        steps = amounts / grid
        if (
            total / grid * 10 > MOST_STEPS
            or (np.abs(steps - np.rint(steps)) < 1e-9 * steps + 1e-12).all()
        ):
            return grid
        power -= 1


def ties_of_table(
    projects: pd.DataFrame,
    relations: pd.DataFrame | None,
    minimums: Mapping[str, tuple[int, Sequence[str]]],
) -> Ties:
    """Projects and relations by number, or every name and word that is not known."""
    names = [str(name) for name in projects.index]
    if len(set(names)) < len(names):
        raise InputError("projects: a name stands twice in the index. Name each once.")
    blank = pd.Series([""] * len(names), index=projects.index)
    tower = projects.get("tower", blank).fillna("").astype(str)
    must = projects.get("must", blank.astype(bool)).fillna(False).astype(bool)
    listed = [Tied(n, t, bool(m)) for n, t, m in zip(names, tower, must, strict=True)]
    rows = [] if relations is None else list(_rows(relations, names))
    for key, (_, group) in minimums.items():
        for name in group:
            if name not in names:
                raise InputError(f"minimums: {key}: {name!r} is not known. {nearest(name, names)}")
    least = [(key, many, tuple(group)) for key, (many, group) in minimums.items()]
    return tie(listed, rows, least)


def _rows(relations: pd.DataFrame, names: Sequence[str]) -> Iterator[Tie]:
    for column in ("improvement", "relation", "other"):
        if column not in relations.columns:
            raise InputError(f"relations: there is no column {column!r}. Add it.")
    columns = ["improvement", "relation", "other"]
    for place, (one, kind, other) in enumerate(relations[columns].itertuples(index=False), 1):
        if kind not in KINDS:
            raise InputError(
                f"relations: row {place}: {kind!r} is not known. {nearest(kind, KINDS)}"
            )
        for name in (one, other):
            if name not in names:
                raise InputError(
                    f"relations: row {place}: {name!r} is not known. {nearest(str(name), names)}"
                )
        yield Tie(one, kind, other)


def with_bonus(ties: Ties, relations: pd.DataFrame | None) -> Relations:
    """Put the bonus of every synergy to its pair."""
    if not ties.pairs or relations is None:
        return ties.relations
    if "bonus" not in relations.columns:
        raise InputError("relations: a synergy without the column 'bonus'. Add it.")
    bonus = finite(relations["bonus"].to_numpy()[list(ties.pairs)], "bonus")
    pairs = zip(ties.relations.synergies, bonus, strict=True)
    return replace(
        ties.relations, synergies=tuple((one, other, float(b)) for (one, other, _), b in pairs)
    )
