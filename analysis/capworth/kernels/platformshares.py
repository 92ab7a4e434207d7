"""Keys by which the cost of a shared platform goes to its users."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from capworth.kernels.arrays import Bools, Floats
from capworth.kernels.shapley import airport
from capworth.kernels.stability import airport_nucleolus

Key = Callable[[Floats, Floats, Floats], Floats]


def equal(use: Floats, fixed: Floats, benefit: Floats) -> Floats:
    """Every user bears the same: what is shared is that the platform is there at all."""
    share: Floats = (use > 0) / np.maximum((use > 0).sum(axis=1, keepdims=True), 1)
    return share


def usage(use: Floats, fixed: Floats, benefit: Floats) -> Floats:
    """Every user bears what it uses."""
    return _shared(use)


def stand_alone(use: Floats, fixed: Floats, benefit: Floats) -> Floats:
    """In proportion to what each user would pay for a platform of its own.

    A platform of one's own costs the fixed part in full and the rest by use.
    """
    return _shared(_alone(use, fixed))


def shapley(use: Floats, fixed: Floats, benefit: Floats) -> Floats:
    """Every user bears the mean of what it adds to the cost over all orders of joining.

    The first to join brings the fixed part, everybody brings what it uses; so the fixed part is
    shared equally and the rest by use. Shapley (1953), A value for n-person games; for this game
    Littlechild & Owen (1973), Management Science 20(3), 370-372.
    """
    part: Floats = fixed[:, None] * equal(use, fixed, benefit) + (1 - fixed[:, None]) * usage(
        use, fixed, benefit
    )
    return part


def by_benefit(use: Floats, fixed: Floats, benefit: Floats) -> Floats:
    """In proportion to the benefit of each user; by use where none of the users has any."""
    worth = np.where(use > 0, benefit, 0.0)
    return _shared(np.where((worth > 0).any(axis=1, keepdims=True), worth, use))


def serial(use: Floats, fixed: Floats, benefit: Floats) -> Floats:
    """As a runway is shared: the platform is as large as its most demanding user needs it.

    Each step of size is borne equally by those who need it, the fixed part by all. It is the
    Shapley value of the game in which a group pays for its most demanding user only: Littlechild &
    Owen (1973), Management Science 20(3), 370-372.
    """
    return _shared(airport(_sized(use, fixed)))


def nucleolus(use: Floats, fixed: Floats, benefit: Floats) -> Floats:
    """Runway again, shared so that the group with least reason to stay has as much as can be.

    Littlechild (1974), International Journal of Game Theory 3(1), 21-29.
    """
    return _shared(airport_nucleolus(_sized(use, fixed)))


def _sized(use: Floats, fixed: Floats) -> Floats:
    """Cost of a platform of one's own size, as a share of the whole; 0 for who does not use it."""
    largest = use.max(axis=1, keepdims=True)
    size = np.divide(use, largest, out=np.zeros_like(use), where=largest > 0)
    cost: Floats = (use > 0) * (fixed[:, None] + (1 - fixed[:, None]) * size)
    return cost


def _alone(use: Floats, fixed: Floats) -> Floats:
    cost: Floats = (use > 0) * (fixed[:, None] + (1 - fixed[:, None]) * _shared(use))
    return cost


def _shared(amounts: Floats) -> Floats:
    total = amounts.sum(axis=1, keepdims=True)
    share: Floats = np.where(total > 0, amounts / np.where(total > 0, total, 1.0), 0.0)
    return share


KEYS: Mapping[str, Key] = MappingProxyType(
    {
        "usage": usage,
        "equal": equal,
        "stand-alone": stand_alone,
        "shapley": shapley,
        "benefit": by_benefit,
        "serial": serial,
        "nucleolus": nucleolus,
    }
)
"""Every key: (draws, users) use, (draws,) fixed part of the cost, (draws, users) benefit to shares
(draws, users) that sum to 1."""
PEAK, TREE = "peak", "tree"  # keys that need more: use by period; platforms that are parts of one


def objection(use: Floats, fixed: Floats, share: Floats) -> tuple[Floats, Bools]:
    """Find the group of users that pays most beyond a platform of its own.

    A group's own platform costs the fixed part in full and the rest by use, so the group that
    gains most by leaving is made of all who pay more than their use; of all users at once, the one
    with least reason stays.

    Parameters
    ----------
    use : (draws, users)
    fixed : (draws,) part of the cost that does not depend on use
    share : (draws, users) as allotted, summing to 1

    Returns
    -------
    excess (draws,) as a share of the cost, above 0 where the group would rather leave, -inf with
    fewer than two users; group (draws, users)
    """
    users = use > 0
    beyond = np.where(users, share - (1 - fixed[:, None]) * _shared(use), -np.inf)
    group = beyond > 0
    least = np.where(users, beyond, np.inf).argmin(axis=1)
    best = beyond.argmax(axis=1)
    rows = np.arange(len(use))
    group[rows, least] &= ~(group == users).all(axis=1)
    group[rows, best] |= ~group.any(axis=1)  # nobody has a reason: the one nearest to it
    excess = np.where(group, beyond, 0.0).sum(axis=1) - fixed
    return np.where(users.sum(axis=1) > 1, excess, -np.inf), group
