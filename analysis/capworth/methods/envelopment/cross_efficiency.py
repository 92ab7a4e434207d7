"""Cross-efficiency: each unit by the weights of every other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Floats, checked, known
from capworth.methods.envelopment.dea import dea
from capworth.methods.envelopment.linear_programmes import Programmes
from capworth.methods.envelopment.technology import Technology, blocks, measures, solved

# What a judge does with the freedom that is left when it has made the best of itself: for the
# others' sake as much as possible, or as little.
ATTITUDES: Final[Mapping[str, int]] = {"benevolent": 1, "aggressive": -1}


@dataclass(frozen=True, slots=True, eq=False)
class CrossEfficiency:
    """Efficiency in the eyes of the others.

    Attributes
    ----------
    matrix : (draws, units, units) efficiency of the unit on the last axis with the weights of the
        unit on the middle axis, 0 to 1; the diagonal is the efficiency with its own weights
    score : (draws, units) mean over all judges, the unit itself included
    by_others : (draws, units) mean over the other units; NaN where there is no other
    maverick : (draws, units) by how much its own judgement is better than that of the others, as a
        share of the latter; NaN where there is no other, or none sees anything in it
    input_weight, output_weight : (draws, units, ...) the weights of each judge, per unit of measure
    resolved : how many programmes were solved again by HiGHS
    """

    matrix: Floats
    score: Floats
    by_others: Floats
    maverick: Floats
    input_weight: Floats
    output_weight: Floats
    resolved: int


@checked
def cross_efficiency(
    inputs: ArrayLike, outputs: ArrayLike, attitude: str = "benevolent"
) -> CrossEfficiency:
    """Cross-efficiency: each unit by the weights that each unit chose to look its best.

    Such weights are seldom unique; of them the judge takes those with which all others together,
    as one unit, look best (benevolent) or worst (aggressive). Where even these are not unique, the
    first found are taken.

    Parameters
    ----------
    inputs, outputs : see `dea.dea`; returns are constant, so that orientation does not
        matter
    attitude : "benevolent" or "aggressive"

    Raises
    ------
    InputError
        See `technology.measures`; and when an input is 0: a judge may put all weight on it.

    Notes
    -----
    Sexton, Silkman & Hogan (1986), New Directions for Program Evaluation 32, 73-105; Doyle & Green
    (1994), Journal of the Operational Research Society 45, 567-578, formulation II.

    >>> cross_efficiency([[2], [4], [8]], [[1], [4], [4]]).score.round(9).tolist()
    [[0.5, 1.0, 0.5]]
    """
    x, y = measures(inputs, outputs)
    known(attitude, "attitude", ATTITUDES)
    if (x == 0).any():
        draw, unit, column = np.argwhere(x == 0)[0].tolist()
        raise InputError(
            f"inputs: unit {unit}, column {column} (draw {draw}) is 0, and a judge may look at "
            "nothing else. Leave out the column, or the unit."
        )
    own = dea(x, y, "constant", "input")
    v, u = own.input_weight.copy(), own.output_weight.copy()
    resolved = own.resolved
    units, m = x.shape[1:]
    if units > 1:
        for block in blocks(len(x), units, units + m + y.shape[2]):
            technology = Technology.of(x[block[0]], y[block[0]], "constant")
            programmes = _programmes(x, y, own.score, technology, block, ATTITUDES[attitude])
            solution = solved(programmes, block)
            price = solution.price[:, :, int(programmes.filling)] / technology.scale[:, None]
            v[block], u[block] = np.maximum(price[..., :m], 0), np.maximum(-price[..., m:], 0)
            resolved += solution.resolved
    used = np.einsum("dkm,djm->dkj", v, x)
    made = np.einsum("dks,djs->dkj", u, y)
    matrix = made / used
    alone = np.diagonal(matrix, axis1=1, axis2=2)
    total = matrix.sum(axis=1)
    by_others = (total - alone) / (units - 1) if units > 1 else np.full_like(alone, np.nan)
    maverick = np.full_like(alone, np.nan)
    np.divide(alone, by_others, out=maverick, where=by_others > 0)
    return CrossEfficiency(
        matrix=matrix,
        score=total / units,
        by_others=by_others,
        maverick=maverick - 1,
        input_weight=v,
        output_weight=u,
        resolved=resolved,
    )


def _programmes(
    x: Floats,
    y: Floats,
    score: Floats,
    technology: Technology,
    block: tuple[slice, slice],
    will: int,
) -> Programmes:
    """Write the dual of a judge's second choice; its prices are the weights.

    The judge o maximises `will` times u Y, the others' outputs together, subject to v X = 1, the
    others' inputs; to u y_o = score v x_o, its own best; and to u y_j <= v x_j for all others.
    """
    m = technology.inputs
    both = np.concatenate((x[block[0]], y[block[0]]), axis=2) / technology.scale[:, None]
    mine = both[:, block[1]]
    groups, each, measured = mine.shape
    others = (both.sum(axis=1, keepdims=True) - mine) / technology.units
    filling = will > 0
    own = np.zeros((groups, each, measured, 3))
    own[..., :m, 0] = mine[..., :m] * score[block][:, :, None]
    own[..., m:, 0] = mine[..., m:]
    own[..., 1] = -own[..., 0]
    own[..., :m, 2] = -will * others[..., :m]
    own_goal = np.zeros((groups, each, 1 + filling, 3))
    own_goal[..., -1, 2] = -will
    rhs = np.zeros((groups, each, measured))
    rhs[..., m:] = will * others[..., m:]
    columns = technology.pool.shape[2]
    number = np.arange(block[1].start, block[1].start + each)
    return Programmes(
        pool=technology.pool,
        goal=np.zeros((groups, 1 + filling, columns)),
        own=own,
        own_goal=own_goal,
        rhs=rhs,
        identity=technology.identity(columns + 3, filled=not filling),
        opening=(),
        barred=np.broadcast_to(number, (groups, each)),
        filling=filling,
    )
