"""The comparison of units by envelopment analysis, asked on tables with names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from capworth.efficiencymodels import MODELS, Asked, understood
from capworth.envelopmentresult import EnvelopmentResult
from capworth.errors import InputError, nearest
from capworth.methods.arguments import Bools, Floats, known
from capworth.methods.envelopment.cross_efficiency import ATTITUDES
from capworth.unittables import Table, UnitTables, unit_tables
from capworth.weightbounds import Ratios, weight_bounds

Amounts: TypeAlias = "Mapping[Any, float] | pd.Series[float] | pd.DataFrame"
DISPOSALS = ("strong", "weak")


def envelopment(
    inputs: Table,
    outputs: Table,
    returns: str | None = None,
    orientation: str | None = None,
    *,
    model: str = "radial",
    undesirable: Table | None = None,
    disposal: str = "strong",
    fixed_inputs: Sequence[Any] = (),
    direction: Amounts | None = None,
    restrictions: pd.DataFrame | None = None,
    ratios: Ratios | None = None,
    swing_weights: pd.DataFrame | None = None,
    slack_weights: str | Amounts = "range",
    attitude: str = "benevolent",
    missing: str = "refuse",
) -> EnvelopmentResult:
    """Compare every unit with the best mixture of units.

    Parameters
    ----------
    inputs, outputs : one row for each unit, one column for each measure; the same units, whose
        order is that of `inputs`. Numbers 0 or more; name a column with its unit. With two levels
        of row names the first names a world (a draw, a year): every world has its own frontier
    returns : "variable" (also "vrs"), "constant" ("crs"), "nonincreasing" ("nirs", "drs") or
        "nondecreasing" ("ndrs", "irs"); variable by default
    orientation : "output", "input" or "directional" (all by the same share); of the slack-based
        model "none", "input" or "output". By default the first of these; "directional" with
        undesirable outputs
    model : "radial" (also "ccr", with constant returns, and "bcc", with variable returns), slacks
        in a second stage; "additive"; "slack-based" ("sbm"); "super-efficiency" ("super");
        "cross-efficiency" ("cross"); "free-disposal" ("fdh"), single units instead of mixtures
    undesirable : outputs that nobody wants, less of which is better (false hits), as a table like
        `outputs`
    disposal : "strong", undesirable outputs are treated like inputs; "weak", a mixture has exactly
        as many as are allowed, because fewer cost output too (constant returns, directional)
    fixed_inputs : columns of `inputs` that nobody can change (non-discretionary)
    direction : with orientation "directional", how much of each measure changes per unit of score,
        by the measure's name, others not; a table to give each unit its own. Its own amounts by
        default
    restrictions : one row for each restriction, columns named like measures: the sum of numbers x
        weights is 0 or less; measures without a column do not take part
    ratios : assurance regions, `{("nurses", "doctors"): (0.2, 5.0)}`: least and most of the weight
        of the first over that of the second; None for no bound
    swing_weights : elicited swing weights, one row for each output, columns `least` and `most` on
        any common scale, and `swing`, the gain that was weighed, in units of the output (1 where
        there is none): the envelopment uses no weights that the value tree would not
    slack_weights : of the additive model: "range" (range-adjusted measure, RAM), "own" (shares of
        the unit's own amounts, MIP), "bounded" (BAM), "deviation" (normalised), "ones" (plain sum),
        or a number for each measure by its name
    attitude : of cross-efficiency: "benevolent" or "aggressive"
    missing : what to do with a unit that lacks an entry: "refuse" the table, or "leave out" the
        unit and name it in the answer

    Raises
    ------
    InputError
        With every unit and column that cannot be used, and how to mend it; and for words that are
        not known or do not go together.

    Notes
    -----
    Zeros are taken as they are: a unit that uses none of an input is compared only with mixtures
    that use none of it. A unit needs an input and an output above 0. The sources of the models
    stand in the docstrings of `methods.envelopment`.

    >>> staff = pd.DataFrame({"staff": [2, 4, 8, 4]}, ["a", "b", "c", "d"])
    >>> hits = pd.DataFrame({"hits": [1, 5, 8, 2]}, ["a", "b", "c", "d"])
    >>> answer = envelopment(staff, hits)
    >>> answer.efficient
    ('a', 'b', 'c')
    >>> float(answer.to_frame().loc["d", "score"])
    2.5
    """
    if returns is None and disposal == "weak":
        returns = "constant"  # with others it is no linear programme
    name, scale, way = understood(model, returns, orientation, undesirable=undesirable is not None)
    _refuse_options(
        name,
        fixed_inputs=len(fixed_inputs) > 0,
        direction=direction is not None,
        restrictions=any(given is not None for given in (restrictions, ratios, swing_weights)),
        disposal=disposal != "strong",
        slack_weights=not (isinstance(slack_weights, str) and slack_weights == "range"),
        attitude=attitude != "benevolent",
    )
    known(disposal, "disposal", DISPOSALS)
    known(attitude, "attitude", ATTITUDES)
    tables = unit_tables(inputs, outputs, undesirable, missing)
    return EnvelopmentResult.of(
        tables,
        Asked(
            name,
            scale,
            way,
            _fixed(fixed_inputs, tables),
            _direction(direction, tables),
            weight_bounds(tables, restrictions, ratios, swing_weights),
            disposal,
            slack_weights
            if isinstance(slack_weights, str)
            else _amounts(slack_weights, tables, "slack_weights"),
            attitude,
        ),
    )


def _refuse_options(model: str, **given: bool) -> None:
    for option, said in given.items():
        if said and option not in MODELS[model].options:
            where = [name for name, found in MODELS.items() if option in found.options]
            raise InputError(
                f"{option}: this does not go with model {model!r}. Leave it out, or use model "
                f"{' or '.join(map(repr, where))}."
            )


def _fixed(names: Sequence[Any], tables: UnitTables) -> Bools | None:
    """True for the inputs, undesirable outputs behind them, that nobody can change."""
    names = (names,) if isinstance(names, str) else names
    inputs = tables.named("input")
    for name in names:
        if name not in inputs:
            raise InputError(
                f"fixed_inputs: {name!r} is no input. {nearest(str(name), map(str, inputs))}"
            )
    if not len(names):
        return None
    fixed: Bools = np.isin(tables.named("input", "undesirable"), list(names))
    return fixed


def _direction(given: Amounts | None, tables: UnitTables) -> tuple[Floats, Floats] | None:
    if given is None:
        return None
    amounts = _amounts(given, tables, "direction")
    made = np.array([side == "output" for side in tables.sides])
    return amounts[..., ~made], amounts[..., made]


def _amounts(given: Amounts, tables: UnitTables, what: str) -> Floats:
    """(measures,) or (units, measures), 0 where nothing is said of a measure."""
    table = given if isinstance(given, pd.DataFrame) else pd.DataFrame([dict(given)])
    for name in table.columns:
        if name not in tables.measures:
            raise InputError(
                f"{what}: {name!r} is no measure. {nearest(str(name), map(str, tables.measures))}"
            )
    numbers = table.reindex(columns=list(tables.measures), fill_value=0)
    if not isinstance(given, pd.DataFrame):
        one: Floats = numbers.to_numpy(dtype=float)[0]
        return one
    absent = tables.units.difference(table.index)
    if len(absent):
        raise InputError(f"{what}: there is no row for unit {absent[0]!r}. Add it.")
    each: Floats = numbers.loc[tables.units].to_numpy(dtype=float)
    return each
