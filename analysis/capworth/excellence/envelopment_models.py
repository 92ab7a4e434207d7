"""The models of envelopment analysis under their names, each giving the same kind of answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from capworth.errors import InputError, nearest
from capworth.excellence.unit_tables import UnitTables
from capworth.methods.arguments import Bools, Floats
from capworth.methods.envelopment.cross_efficiency import cross_efficiency
from capworth.methods.envelopment.envelopment import Envelopment, envelop, super_efficiency
from capworth.methods.envelopment.free_disposal import envelop_undesirable, free_disposal
from capworth.methods.envelopment.slacks import SlackBased, additive, slack_based
from capworth.methods.envelopment.technology import RETURNS

# Other names that the literature and other programs use, without case, spaces and hyphens.
OTHER_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "returns": {
        **dict.fromkeys(("crs", "crste", "ccr"), "constant"),
        **dict.fromkeys(("vrs", "vrste", "bcc"), "variable"),
        **dict.fromkeys(("nirs", "drs", "decreasing"), "nonincreasing"),
        **dict.fromkeys(("ndrs", "irs", "increasing"), "nondecreasing"),
    },
    "orientation": {
        **dict.fromkeys(("in", "inputs", "inputoriented"), "input"),
        **dict.fromkeys(("out", "outputs", "outputoriented"), "output"),
        **dict.fromkeys(("ddf", "direction", "graph"), "directional"),
        **dict.fromkeys(("nonoriented", "non", "both"), "none"),
    },
    "model": {
        **dict.fromkeys(("farrell", "ccr", "bcc", "directional", "ddf"), "radial"),
        **dict.fromkeys(("add", "slacks"), "additive"),
        **dict.fromkeys(("sbm", "slacksbased", "erm", "russell"), "slack-based"),
        **dict.fromkeys(("super", "sdea", "andersenpetersen"), "super-efficiency"),
        **dict.fromkeys(("cross",), "cross-efficiency"),
        **dict.fromkeys(("fdh", "freedisposalhull"), "free-disposal"),
    },
}
IMPLIED: Final = {"ccr": "constant", "bcc": "variable"}  # a model's name that says the returns


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What is asked of the units; words as `envelopment` documents them.

    Attributes
    ----------
    fixed : (inputs,) true for those that nobody can change
    direction : (inputs + undesirable, outputs) or None
    restrictions : (restrictions, measures) or None
    """

    model: str
    returns: str
    orientation: str
    fixed: Bools | None = None
    direction: tuple[Floats, Floats] | None = None
    restrictions: Floats | None = None
    disposal: str = "strong"
    slack_weights: Any = "range"
    attitude: str = "benevolent"


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """The answer of a model; a part that the model does not give is None.

    Attributes
    ----------
    score : (draws, units) as the model and the orientation say it
    efficiency : (draws, units) 1 on the frontier, less below it; above 1 by super-efficiency
    efficient : (draws, units) on the frontier, without slacks
    intensities : (draws, units, units)
    slack, target : (draws, units, measures) in the order of the tables; slacks 0 or more
    weight : (draws, units, measures) of the multiplier form
    scale_weight : (draws, units) its free term
    more : further columns (draws, units) of the table
    """

    score: Floats
    efficiency: Floats | None
    efficient: Bools
    resolved: int
    intensities: Floats | None = None
    slack: Floats | None = None
    target: Floats | None = None
    weight: Floats | None = None
    scale_weight: Floats | None = None
    more: Mapping[str, Floats | Bools] = field(default_factory=dict)


def understood(
    model: str, returns: str | None, orientation: str | None, *, undesirable: bool
) -> tuple[str, str, str]:
    """Take the words of a model, its returns and its orientation, or say which was meant.

    >>> understood("SBM", "CRS", None, undesirable=False)
    ('slack-based', 'constant', 'none')
    """
    plain = _plain(model)
    name = _word(model, "model", MODELS)
    if name == "radial" and returns is not None and _plain(returns) == "fdh":
        name, returns = "free-disposal", None  # other programs count it among the returns
    implied = IMPLIED.get(plain)
    if implied and returns is not None and _word(returns, "returns", RETURNS) != implied:
        raise InputError(f"returns: {returns!r}, but {model} has {implied} returns. Leave it out.")
    scale = implied or "variable" if returns is None else _word(returns, "returns", RETURNS)
    if name == "cross-efficiency":
        if returns is not None and scale != "constant":
            raise InputError("returns: cross-efficiency has constant returns. Leave it out.")
        scale = "constant"
    allowed = MODELS[name].orientations
    if name == "free-disposal" and returns is not None:
        raise InputError("returns: the free disposal hull has none to choose. Leave it out.")
    if orientation is None:
        way = allowed[0]
        if plain in ("directional", "ddf") or (undesirable and name == "radial"):
            way = "directional"
    else:
        way = _word(orientation, "orientation", allowed)
    return name, scale, way


def _plain(word: object) -> str:
    return "".join(letter for letter in str(word).lower() if letter.isalnum())


def _word(given: object, name: str, choices: Mapping[str, Any] | tuple[str, ...]) -> str:
    plain = _plain(given)
    by_plain = {_plain(choice): choice for choice in choices}
    meant = OTHER_WORDS[name].get(plain, by_plain.get(plain, ""))
    if meant in choices:
        return meant
    if meant:
        raise InputError(
            f"{name}: {given!r} does not go with this model. Use one of: {', '.join(choices)}."
        )
    raise InputError(f"{name}: {given!r} is not known. {nearest(str(given), choices)}")


def _radial(tables: UnitTables, asked: Asked) -> Compared:
    x, b, y = (tables.side(side) for side in ("input", "undesirable", "output"))
    if b.shape[2] and asked.orientation == "directional" and asked.direction is None:
        found = envelop_undesirable(
            x, y, b, asked.returns, asked.disposal, restrictions=asked.restrictions
        )
    else:
        if asked.disposal == "weak":
            raise InputError(
                "disposal: 'weak' goes with orientation 'directional' only. Use that, or 'strong'."
            )
        found = envelop(
            tables.side("input", "undesirable"),
            y,
            asked.returns,
            asked.orientation,
            fixed_inputs=asked.fixed,
            direction=asked.direction,
            restrictions=asked.restrictions,
        )
    return _from_radial(found)


def _from_radial(found: Envelopment) -> Compared:
    return Compared(
        score=found.score,
        efficiency=found.efficiency,
        efficient=found.efficient,
        resolved=found.resolved,
        intensities=found.intensities,
        slack=np.concatenate((found.input_slack, found.output_slack), axis=2),
        target=np.concatenate((found.input_target, found.output_target), axis=2),
        weight=np.concatenate((found.input_weight, found.output_weight), axis=2),
        scale_weight=found.scale_weight,
    )


def _additive(tables: UnitTables, asked: Asked) -> Compared:
    found = additive(
        tables.side("input", "undesirable"),
        tables.side("output"),
        asked.returns,
        asked.slack_weights,
        fixed_inputs=asked.fixed,
    )
    ranged = isinstance(asked.slack_weights, str) and asked.slack_weights == "range"
    return _from_slacks(found, 1 - found.score if ranged else None)


def _slack_based(tables: UnitTables, asked: Asked) -> Compared:
    x, b = tables.side("input"), tables.side("undesirable")
    found = slack_based(
        tables.side("input", "undesirable"),
        tables.side("output"),
        asked.returns,
        asked.orientation,
        fixed_inputs=asked.fixed,
        undesirable=np.arange(x.shape[2] + b.shape[2]) >= x.shape[2],
    )
    return _from_slacks(found, found.score)


def _from_slacks(found: SlackBased, efficiency: Floats | None) -> Compared:
    return Compared(
        score=found.score,
        efficiency=efficiency,
        efficient=found.efficient,
        resolved=found.resolved,
        intensities=found.intensities,
        slack=np.concatenate((found.input_slack, found.output_slack), axis=2),
        target=np.concatenate((found.input_target, found.output_target), axis=2),
    )


def _super(tables: UnitTables, asked: Asked) -> Compared:
    x, y = tables.side("input", "undesirable"), tables.side("output")
    found = super_efficiency(x, y, asked.returns, asked.orientation)
    own = envelop(x, y, asked.returns, asked.orientation)
    efficiency = found.score if asked.orientation == "input" else 1 / found.score
    return Compared(
        score=found.score,
        efficiency=efficiency,
        efficient=own.efficient,
        resolved=found.resolved + own.resolved,
        intensities=found.intensities,
        more={"infeasible": found.infeasible},
    )


def _cross(tables: UnitTables, asked: Asked) -> Compared:
    x, y = tables.side("input", "undesirable"), tables.side("output")
    found = cross_efficiency(x, y, asked.attitude)
    own = envelop(x, y, "constant", "input")
    return Compared(
        score=found.score,
        efficiency=found.score,
        efficient=own.efficient,
        resolved=found.resolved + own.resolved,
        weight=np.concatenate((found.input_weight, found.output_weight), axis=2),
        more={"own": own.score, "by_others": found.by_others, "maverick": found.maverick},
    )


def _free_disposal(tables: UnitTables, asked: Asked) -> Compared:
    x, y = tables.side("input", "undesirable"), tables.side("output")
    found = free_disposal(x, y, asked.orientation)
    by_input = asked.orientation == "input"
    rows = np.arange(len(x))[:, None]
    best = np.concatenate((x, y), axis=2)[rows, found.peer]
    factor = found.score[..., None]
    used, made = (x * factor, y) if by_input else (x, y * factor)
    limit, inputs = np.concatenate((used, made), axis=2), x.shape[2]
    slack = np.maximum(np.where(np.arange(limit.shape[2]) < inputs, limit - best, best - limit), 0)
    return Compared(
        score=found.score,
        efficiency=found.score if by_input else 1 / found.score,
        efficient=found.efficient,
        resolved=0,
        intensities=np.eye(x.shape[1])[found.peer],
        slack=slack,
        target=best,
    )


@dataclass(frozen=True, slots=True)
class Model:
    """A model: how it is computed, and what goes with it; its first orientation is the usual."""

    compare: Callable[[UnitTables, Asked], Compared]
    orientations: tuple[str, ...]
    options: tuple[str, ...] = ()


MODELS: Final[Mapping[str, Model]] = {
    "radial": Model(
        _radial,
        ("output", "input", "directional"),
        ("fixed_inputs", "direction", "restrictions", "disposal"),
    ),
    "additive": Model(_additive, ("none",), ("fixed_inputs", "slack_weights")),
    "slack-based": Model(_slack_based, ("none", "input", "output"), ("fixed_inputs",)),
    "super-efficiency": Model(_super, ("output", "input")),
    "cross-efficiency": Model(_cross, ("none", "input", "output"), ("attitude",)),
    "free-disposal": Model(_free_disposal, ("output", "input")),
}
