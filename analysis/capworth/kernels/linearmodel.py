"""Yes-or-no decisions under linear rules, solved exactly by HiGHS; each rule knows its owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array

from capworth.errors import InputError
from capworth.kernels.arrays import Bools, Floats
from capworth.kernels.relations import Relations, rules_of

SOLVED: Final = 0  # status of HiGHS
INFEASIBLE: Final = 2
WHOLE: Final = 1e-6  # how far HiGHS may leave a whole number

Owner = tuple[str, int]  # kind of rule, and the entry it comes from


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rules of one owner: `low <= matrix @ x <= high`.

    Attributes
    ----------
    owner : from which rule of the case they come
    matrix : (rows, variables)
    low, high : (rows,)
    """

    owner: Owner
    matrix: Floats
    low: Floats
    high: Floats


def row(owner: Owner, line: Floats, low: float = -np.inf, high: float = np.inf) -> Rows:
    """Write one rule as rows, scaled so that its largest factor is 1."""
    scale = max(float(np.abs(line).max(initial=0.0)), 1e-300)
    return Rows(owner, line[None] / scale, np.array([low / scale]), np.array([high / scale]))


def relation_rows(relations: Relations) -> list[Rows]:
    """Relations as rows over the projects, one entry an owner."""
    found = []
    for rule in rules_of(relations):
        line = np.zeros((1, relations.n))
        line[0, list(rule.members)] = rule.signs
        ends = np.array([[rule.low], [rule.high]], dtype=float)
        found.append(Rows((rule.kind, rule.place), line, ends[0], ends[1]))
    return found


def solve(goal: Floats, rows: Sequence[Rows], decisions: Bools | None = None) -> Floats | None:
    """Solution (variables,) of the highest goal, each variable between 0 and 1; None if none is.

    Parameters
    ----------
    goal : (variables,) what each adds when it is 1
    rows : the rules
    decisions : (variables,) which are yes or no; all of them when left out

    Raises
    ------
    InputError
        When HiGHS gives no answer.
    """
    if not len(goal):
        return np.empty(0)
    whole = np.ones(len(goal)) if decisions is None else decisions.astype(float)
    parts = [part for part in rows if len(part.matrix)]
    rules = []
    if parts:
        matrix = csc_array(np.concatenate([part.matrix for part in parts]))
        low, high = (np.concatenate([getattr(p, end) for p in parts]) for end in ("low", "high"))
        rules = [LinearConstraint(matrix, low, high)]
    found = least(-goal, rules, whole, Bounds(0, 1))
    return None if found is None else np.where(whole > 0, np.rint(found), found)


def least(
    goal: Floats, rules: Sequence[LinearConstraint], whole: Floats, bounds: Bounds
) -> Floats | None:
    """(variables,) where the goal is least, to the optimum; None if the rules leave nothing.

    Raises
    ------
    InputError
        When HiGHS gives no answer.
    """
    for presolve in (True, False):  # seldom, HiGHS fails on what its own presolve left
        options = {"mip_rel_gap": 0.0, "presolve": presolve}
        found = milp(goal, constraints=rules, integrality=whole, bounds=bounds, options=options)
        if found.status == INFEASIBLE:
            return None
        if found.status == SOLVED:
            return np.asarray(found.x)
    raise InputError(f"programme: HiGHS gave no answer ({found.message}). Simplify the rules.")


def cheapest_of_best(
    goal: Floats, price: Floats, rows: Sequence[Rows], decisions: Bools | None = None
) -> Floats | None:
    """Solution of the highest goal and, of equals, the lowest price; None if none is allowed."""
    first = solve(goal, rows, decisions)
    if first is None:
        return None
    scale = max(float(np.abs(goal).max(initial=0.0)), 1e-300)
    best = float(goal @ first)
    enough = Rows(
        ("goal", 0), goal[None] / scale, np.array([best / scale - WHOLE]), np.array([np.inf])
    )
    second = solve(-price, [*rows, enough], decisions)
    return first if second is None or goal @ second < best - WHOLE * scale else second
