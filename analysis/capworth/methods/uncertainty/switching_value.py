"""Switching value: how far one input must move for the net value to be 0, and how likely it is."""

from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from capworth.errors import InputError
from capworth.methods.arguments import Floats, alike, checked, finite, whole


class Switch(IntEnum):
    """Whether there is a switching value."""

    ONE = 0
    NONE = 1  # the net value keeps its sign over the whole range
    SEVERAL = 2  # it changes sign more than once: show the curve


class SwitchingValue(NamedTuple):
    """The level of an input at which the net value is 0, NaN where there is not exactly one."""

    level: float
    code: Switch


@checked
def switching_multiple(part: ArrayLike, net_value: ArrayLike) -> Floats:
    """Switching multiple: of one part of a sum, at which the sum is 0.

    Parameters
    ----------
    part : (draws,) present value of the part as it enters the sum, a cost below 0
    net_value : (draws,) the sum, this part included

    Returns
    -------
    (draws,). 0.8: the part may fall to 80 % of its level. 1.25: a cost may rise by a quarter.
    Below 0: even at nothing the sum keeps its sign. NaN where the part is 0 and decides nothing.

    >>> float(switching_multiple(40, 10))
    0.75
    """
    alike(part=part, net_value=net_value)
    parts, nets = np.broadcast_arrays(finite(part, "part"), finite(net_value, "net_value"))
    share = np.divide(nets, parts, out=np.full(parts.shape, np.nan), where=parts != 0)
    return np.asarray(1 - share)


@checked
def switching_value(
    net_value: Callable[[Floats], Floats], low: float, high: float, points: int = 201
) -> SwitchingValue:
    """Switching value: level of one input, `low` to `high`, at which the net value is 0.

    Parameters
    ----------
    net_value : gives the net values (k,) at levels (k,) of the input, all else as it is
    low, high : range to search, in the unit of the input
    points : levels at which the sign is looked at first; two crossings closer than one step of this
        grid are not seen

    Returns
    -------
    The level, or NaN and whether there is none or more than one. A net value that touches 0
    without changing sign is no switch; where it is 0 over a stretch the switch is the middle of it.

    >>> switching_value(lambda level: 2 * level - 10, 0, 20).level
    5.0
    """
    ends = finite([low, high], "range")
    if not ends[0] < ends[1]:
        raise InputError(f"range: {low} is not below {high}. Give the lower end first.")
    levels = np.linspace(ends[0], ends[1], whole(points, "points", 2))
    values = finite(net_value(levels), "net_value")
    if values.shape != levels.shape:
        raise InputError(
            f"net_value: gave shape {values.shape} for {levels.shape} levels. Give one for each."
        )
    clear = np.flatnonzero(values)
    turns = np.flatnonzero(np.diff(np.sign(values[clear])))
    if len(turns) != 1:
        return SwitchingValue(np.nan, Switch.SEVERAL if len(turns) else Switch.NONE)
    before, after = clear[turns[0]], clear[turns[0] + 1]
    if after - before > 1:  # exactly 0 at the levels between
        return SwitchingValue(float((levels[before + 1] + levels[after - 1]) / 2), Switch.ONE)
    level = brentq(lambda at: float(net_value(np.array([at]))[0]), levels[before], levels[after])
    return SwitchingValue(float(level), Switch.ONE)


@checked
def sensitivity_indicator(input_change: ArrayLike, net_change: ArrayLike) -> Floats:
    """Sensitivity indicator: relative change of the net value for that of an input, without sign.

    Asian Development Bank, Financial Management and Analysis of Projects, 7.11.3. 13.3 means
    that 1 % more of the input moves the net value by 13.3 %.

    >>> float(sensitivity_indicator(0.25, -0.5))
    2.0
    """
    alike(input_change=input_change, net_change=net_change)
    change = finite(input_change, "input_change")
    if (change == 0).any():
        raise InputError("input_change: it is 0. Move the input, then look at the net value.")
    return np.abs(finite(net_change, "net_change") / change)


@checked
def switching_change(input_change: ArrayLike, net_change: ArrayLike) -> Floats:
    """Relative change of an input that makes the net value 0, from one trial change.

    The reciprocal of the sensitivity indicator, with its direction: -input / net. Exact where the
    net value is linear in the input; else use `switching_value`. Infinite where nothing moved.

    >>> round(float(switching_change(0.20, -2.66)), 3)
    0.075
    """
    alike(input_change=input_change, net_change=net_change)
    change, effect = np.broadcast_arrays(
        finite(input_change, "input_change"), finite(net_change, "net_change")
    )
    never = np.full(change.shape, np.inf)
    return np.asarray(np.divide(-change, effect, out=never, where=effect != 0))


@checked
def chance_reached(sampled: ArrayLike, level: ArrayLike, base: ArrayLike) -> Floats:
    """Plausibility of a switching value: share of draws of the input at or beyond it.

    Parameters
    ----------
    sampled : (draws,) sampled levels of the input
    level : switching value, () or (k,); NaN (there is none) is never reached
    base : level of the input in the base case; "beyond" is the far side of `level` from here

    Returns
    -------
    () or (k,)

    >>> float(chance_reached([1, 2, 3, 4], 3, 2))
    0.5
    """
    draws = finite(sampled, "sampled")
    if draws.ndim != 1 or draws.size == 0:
        raise InputError(f"sampled: shape {draws.shape} is not (draws,). Give the sampled levels.")
    switch = np.asarray(level, dtype=np.float64)
    up = switch >= finite(base, "base")
    ordered = np.sort(draws)
    beyond_up = draws.size - np.searchsorted(ordered, switch, side="left")
    beyond_down = np.searchsorted(ordered, switch, side="right")
    reached = np.where(up, beyond_up, beyond_down) / draws.size
    return np.where(np.isnan(switch), 0.0, reached)
