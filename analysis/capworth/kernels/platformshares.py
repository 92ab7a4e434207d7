"""Keys by which the cost of a shared platform goes to its users."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from capworth.kernels.arrays import Floats

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
    }
)
"""Every key: (draws, users) use, (draws,) fixed part of the cost, (draws, users) benefit to shares
(draws, users) that sum to 1."""
