"""What must hold of how inputs are drawn: of some input, told once, and possible."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from capworth.case.check import Typed, TypedRow
from capworth.case.distributions import (
    Pair,
    blocks_of,
    drawing_of,
    estimates_in,
    pair_of,
    pairs_of,
)
from capworth.case.drawing import names_like
from capworth.case.model import Estimate
from capworth.case.numerals import from_to
from capworth.errors import Finding, InputError, nearest
from capworth.methods.uncertainty.correlation import conflict
from capworth.methods.uncertainty.fitting import RECORDED

TABLES = ("distributions", "observations", "correlations")
NAMED_PAIRS = 5  # pairs in conflict that a fault names
BESIDE = ("/transfer", "/chance")  # numbers that stand beside the main one of a row


def check_distributions(typed: Typed, inputs: Mapping[str, TypedRow]) -> Iterator[Finding]:
    """Every row speaks of some input, no input is told twice, and what moves together can.

    Parameters
    ----------
    typed : the tables of a case
    inputs : by name, with the row of each
    """
    yield from _check_shapes(typed.get("distributions", ()), inputs)
    yield from _check_observed(typed, inputs)
    yield from _check_together(typed, inputs)


def _check_shapes(rows: Sequence[TypedRow], inputs: Mapping[str, TypedRow]) -> Iterator[Finding]:
    judged: dict[tuple[str, str], int] = {}
    members: dict[str, list[str]] = {}
    for row in rows:
        mine = _named(row, "inputs", inputs)
        yield from _says_something(row)
        if not mine:
            yield _nobody(row, "inputs", inputs)
        members.setdefault(row.text("group"), []).extend(mine)
        for aspect in ("shape", "ends", "group"):
            twice = [n for n in mine if row.text(aspect) and (aspect, n) in judged]
            if twice:
                first = judged[aspect, twice[0]]
                article = "an" if aspect == "ends" else "a"
                problem = f"row {first} gives {article} {aspect} to {twice[0]} already"
                yield row.fault(aspect, problem, "Keep one of the two.")
            judged |= {(aspect, n): row.number for n in mine if row.text(aspect)}
        if row.text("shape") == "lognormal":
            lows = {n: inputs[n][_low(inputs[n])] for n in mine}
            bad = [n for n, low in lows.items() if isinstance(low, float) and low < 0]
            if bad:
                problem = f"{bad[0]} may be below 0, which no lognormal is"
                yield row.fault("shape", problem, "Raise its low, or take another shape.")
    for row in rows:
        if row.text("group") and len(set(members[row.text("group")])) == 1:
            problem = f"{row.text('group')} holds one input alone"
            yield row.fault("group", problem, "Name the others that move with it.")


def _named(row: TypedRow, column: str, inputs: Mapping[str, TypedRow]) -> list[str]:
    """Name the inputs of a pattern; those that stand beside another must be named in full."""
    pattern = row.text(column)
    beside = [pattern] if pattern in inputs else []
    main = (name for name in names_like(pattern, inputs) if not name.endswith(BESIDE))
    return list(dict.fromkeys([*beside, *main]))


def _nobody(row: TypedRow, column: str, inputs: Mapping[str, TypedRow]) -> Finding:
    text = row.text(column)
    return row.fault(column, f"no input is called {text!r}", nearest(text, inputs))


def _says_something(row: TypedRow) -> Iterator[Finding]:
    if not any(map(row.text, ("shape", "ends", "group"))):
        yield row.fault("shape", "the row says nothing", "Name a shape or a group.")
    if bool(row.text("group")) != (row["share"] is not None):
        problem = "a group without a share" if row.text("group") else "a share of no group"
        yield row.fault("share", problem, "Give both or neither.")


def _low(row: TypedRow) -> str:
    return "swing_low" if row.table == "criteria" else "low"


def _check_observed(typed: Typed, inputs: Mapping[str, TypedRow]) -> Iterator[Finding]:
    """What was observed is of an input, and of one that is drawn from what was observed."""
    rows = typed.get("observations", ())
    seen: dict[str, list[TypedRow]] = {}
    for row in rows:
        if row.text("input") not in inputs:
            yield _nobody(row, "input", inputs)
        seen.setdefault(row.text("input"), []).append(row)
    for row in typed.get("distributions", ()):
        shape = row.text("shape")
        for name in _named(row, "inputs", inputs):
            if shape in RECORDED and name not in seen:
                problem = f"there are no observations of {name}"
                yield row.fault("shape", problem, "Add some to observations.")
            if shape and shape not in RECORDED and name in seen:
                problem = f"{name} is drawn from its observations, not from a {shape}"
                yield row.fault("shape", problem, "Take empirical or discrete, or neither.")
    for name, mine in seen.items():
        if len({row.number_in("value") for row in mine}) == 1:
            problem = f"one level of {name} was observed, which leaves nothing to draw"
            yield mine[0].fault("value", problem, "Add others, or take this one as low and high.")


def _check_together(typed: Typed, inputs: Mapping[str, TypedRow]) -> Iterator[Finding]:
    """Pairs are of two inputs, told once, in no group, and can all stand together."""
    rows = typed.get("correlations", ())
    names = [n for n in inputs if not n.endswith(("/transfer", "/chance"))]
    grouped = {
        name: row.number
        for row in typed.get("distributions", ())
        if row.text("group")
        for name in _named(row, "inputs", inputs)
    }
    judged: dict[Pair, TypedRow] = {}
    sound = True
    for row in rows:
        missing = [c for c in ("a", "b") if row.text(c) and not _named(row, c, inputs)]
        pairs = pairs_of(row.text("a"), row.text("b"), names)
        found = [_nobody(row, column, inputs) for column in missing]
        if not missing and not pairs:
            found.append(row.fault("b", "the row names no two inputs", "Name another in b."))
        twice = [pair for pair in pairs if pair in judged]
        if twice:
            problem = f"row {judged[twice[0]].number} correlates {' and '.join(twice[0])} already"
            found.append(row.fault("a", problem, "Keep one of the two."))
        inside = [name for pair in pairs for name in pair if name in grouped]
        if inside:
            problem = f"row {grouped[inside[0]]} of distributions has {inside[0]} in a group"
            fix = "Take it out of the group, or state the whole group here."
            found.append(row.fault("a", problem, fix))
        sound &= not found
        yield from found
        judged |= dict.fromkeys(pairs, row)
    if sound and rows:
        yield from _can_stand_together(judged)


def _can_stand_together(judged: Mapping[Pair, TypedRow]) -> Iterator[Finding]:
    """Every matrix of inputs that hang together is one of correlations; else say which pairs."""
    stated = {pair: row.number_in("r") for pair, row in judged.items()}
    for block, matrix in blocks_of(stated):
        found = conflict(matrix)
        if found is None:
            continue
        pairs = [pair_of(block[a], block[b]) for a, b in found.pairs]
        words = [
            f"{' with '.join(pair)} {f'{stated[pair]:g}' if pair in stated else '0 (not stated)'}"
            for pair in pairs[:NAMED_PAIRS]
        ]
        more = len(pairs) - NAMED_PAIRS
        problem = f"these cannot all be so: {', '.join(words)}"
        problem += f", and {more} more" if more > 0 else ""
        fix = f"ultiply all r of these inputs by {np.floor(100 * found.factor) / 100:g} at most."
        if found.between is None:
            fix = f"M{fix}"
        else:
            low, high = (
                np.ceil(100 * found.between[0]) / 100,
                np.floor(100 * found.between[1]) / 100,
            )
            fix = f"Give {' with '.join(pairs[0])} an r of {from_to(low, high)}, or m{fix}"
        row = next(judged[pair] for pair in pairs if pair in judged)
        yield row.fault("r", problem, fix)


def check_fits(
    parts: Mapping[str, Sequence[Any]], place_of: Callable[[str], str]
) -> Iterator[Finding]:
    """Every uncertain number can be drawn as is said; else where it stands and why not.

    Parameters
    ----------
    parts : the rows by table, as `with_distributions` gives them
    place_of : where a table stands
    """
    for table, rows in parts.items():
        for row in rows if table not in TABLES else ():
            for _, estimate in estimates_in(row):
                if refused := _refused(estimate):
                    problem, _, fix = refused.partition(". ")
                    column = "swing" if estimate.table == "criteria" else "mode"
                    place = place_of(estimate.table)
                    yield Finding(place, estimate.row, column, f"{estimate.name}: {problem}", fix)


def _refused(estimate: Estimate) -> str:
    """Say why an estimate cannot be drawn, and how to mend it; empty where it can."""
    if estimate.weights:
        return _off_record(estimate)
    try:
        drawing_of(estimate)
    except InputError as error:
        return str(error)
    return ""


def _off_record(estimate: Estimate) -> str:
    """Say where the figures of a row and what was observed do not fit."""
    low, high = estimate.floor, estimate.ceiling
    words = "what it can be"
    if estimate.ends in ("", "ends") or estimate.is_certain:
        low, high, words = estimate.low, estimate.high, "low to high"
    for level in (estimate.record[0], estimate.record[-1]):
        if not low <= level <= high:
            return f"{level:g} was observed, outside {words} ({from_to(low, high)}). Widen them."
    if estimate.shape == "discrete" and estimate.mode not in estimate.record:
        return f"mode {estimate.mode:g} is no level that was observed. Take the likeliest of them."
    return ""
