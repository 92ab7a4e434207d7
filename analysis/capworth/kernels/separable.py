"""What each user causes alone, and keys for the rest that nobody causes alone."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arguments import finite, known
from capworth.kernels.arrays import Floats
from capworth.kernels.coalitions import memberships, sums, users_of

KEYS: Final = ("equal", "avoided", "gap")


class Separable(NamedTuple):
    """Costs that go with one user, and the joint rest; in the unit of the table."""

    own: Floats  # (..., users) what would be saved without the user
    joint: Floats  # (...) cost of all less the sum of these


def separable(values: ArrayLike) -> Separable:
    """Part the cost of all into what each user causes and what is joint.

    Parameters
    ----------
    values : (..., 2^users) cost of each coalition, see `coalitions`
    """
    table = finite(values, "values")
    everybody = table.shape[-1] - 1 if table.ndim else 0
    bits = 1 << np.arange(users_of(table))
    own = table[..., everybody:] - table[..., everybody - bits]
    return Separable(np.asarray(own), np.asarray(table[..., -1] - own.sum(axis=-1)))


def nonseparable_shared(values: ArrayLike, key: str = "avoided") -> Floats:
    """Each user pays what it causes, and the joint rest goes by a key.

    Parameters
    ----------
    values : (..., 2^users)
    key : "equal", the same to each; "avoided", in proportion to what each saves against standing
        alone; "gap", in proportion to the least joint cost of any group that the user is in

    Returns
    -------
    (..., users), summing to the cost of all

    Notes
    -----
    Equal sharing of non-separable costs and alternate cost avoided: Straffin & Heaney (1981),
    International Journal of Game Theory 10, 35-43, who found the latter in the accounts of the
    Tennessee Valley Authority; the cost gap method: Tijs & Driessen (1986), Management Science
    32(8), 1015-1028 (their tau-value). `sharing.remaining_benefit` has a ceiling of one's own.

    >>> nonseparable_shared([0, 60, 80, 100], "equal").tolist()
    [40.0, 60.0]
    """
    table = finite(values, "values")
    known(key, "key", KEYS)
    own, joint = separable(table)
    users = users_of(table)
    if key == "equal":
        return np.asarray(own + joint[..., None] / users)
    if key == "avoided":
        weight = table[..., 1 << np.arange(users)] - own
    else:
        gap = table - sums(own)
        inside = memberships(users).T  # (users, 2^users)
        weight = np.where(inside, gap[..., None, :], np.inf).min(axis=-1)
    total = weight.sum(axis=-1)
    if (weight < -1e-12 * np.abs(table).max(axis=-1)[..., None]).any() or (
        (total <= 0) & (np.abs(joint) > 0)
    ).any():
        raise InputError(
            "values: somebody causes more than it would pay alone, so the rest has no key. Share "
            "it equally, or look at the core (`stability.strongest_objection`)."
        )
    share = np.divide(joint, total, out=np.zeros_like(joint), where=total > 0)
    return np.asarray(own + weight * share[..., None])
