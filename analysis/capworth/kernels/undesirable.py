"""Efficiency where outputs come with others that nobody wants: false hits, wrongful stops."""

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import known
from capworth.kernels.envelopment import Envelopment, envelop
from capworth.kernels.technology import amounts, measures


def envelop_undesirable(
    inputs: ArrayLike,
    outputs: ArrayLike,
    undesirable: ArrayLike,
    returns: str = "constant",
    disposal: str = "strong",
    *,
    restrictions: ArrayLike | None = None,
) -> Envelopment:
    """Find by which share outputs could rise and undesirable outputs fall at the same time.

    Parameters
    ----------
    inputs, outputs, returns : see `envelopment.envelop`
    undesirable : (units, undesirable) or (draws, units, undesirable), 0 or more; a unit may have
        none
    disposal : "strong", a mixture may have fewer undesirable outputs than is allowed: they are
        treated like inputs; "weak", it must have exactly as many, because fewer of them cost
        output too. Weak disposal asks for constant returns, and may call a unit efficient that
        has many undesirable outputs.
    restrictions : see `envelopment.envelop`; the undesirable outputs stand behind the inputs

    Returns
    -------
    The directional score; inputs stay as they are. In the answer, the undesirable outputs stand
    behind the inputs.

    Notes
    -----
    Chung, Färe & Grosskopf (1997), Journal of Environmental Management 51, 229-240 (weak); as
    inputs: Hailu & Veeman (2001), American Journal of Agricultural Economics 83, 605-616.
    """
    x, y = measures(inputs, outputs)
    b = amounts(undesirable, "undesirable")
    if b.shape[:2] != x.shape[:2]:
        raise InputError(
            f"undesirable: {b.shape[:2]} draws and units, inputs have {x.shape[:2]}. Give the same."
        )
    known(disposal, "disposal", ("strong", "weak"))
    if disposal == "weak" and returns != "constant":
        raise InputError(
            f"returns: {returns!r} with weak disposal is not a linear programme. Use constant "
            "returns, or strong disposal."
        )
    joint = np.arange(x.shape[2] + b.shape[2]) >= x.shape[2]
    return envelop(
        np.concatenate((x, b), axis=2),
        y,
        returns,
        "directional",
        direction=(np.concatenate((np.zeros_like(x), b), axis=2), y),
        restrictions=restrictions,
        joint_inputs=joint if disposal == "weak" else None,
    )
