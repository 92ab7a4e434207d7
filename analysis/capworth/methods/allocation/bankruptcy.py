"""Bankruptcy rules: more is claimed than there is, and the amount is shared among the claims.

All take an estate (...) and claims (..., claimants) of at least as much in all, and give
(..., claimants) summing to the estate. Nobody gets more than it claims, nobody less than nothing.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.allocation.coalitions import sums
from capworth.methods.allocation.shapley import shapley
from capworth.methods.arguments import Floats, checked, within


@checked
def proportional(estate: ArrayLike, claims: ArrayLike) -> Floats:
    """Every claim is met by the same share of it.

    >>> proportional(200, [100, 200, 300]).round(4).tolist()
    [33.3333, 66.6667, 100.0]
    """
    amount, asked = _checked(estate, claims)
    total = asked.sum(axis=-1)
    share = np.divide(amount, total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(asked * share[..., None])


@checked
def constrained_equal_awards(estate: ArrayLike, claims: ArrayLike) -> Floats:
    """Everybody gets the same, but no more than it claims (constrained equal awards).

    >>> constrained_equal_awards(300, [100, 200, 300]).tolist()
    [100.0, 100.0, 100.0]
    """
    amount, asked = _checked(estate, claims)
    order = np.argsort(asked, axis=-1, kind="stable")
    rising = np.take_along_axis(asked, order, axis=-1)
    many = rising.shape[-1]
    left, award = amount.copy(), np.empty_like(rising)
    for k in range(many):
        award[..., k] = np.minimum(rising[..., k], left / (many - k))
        left = left - award[..., k]
    result = np.empty_like(asked)
    np.put_along_axis(result, order, award, axis=-1)
    return result


@checked
def constrained_equal_losses(estate: ArrayLike, claims: ArrayLike) -> Floats:
    """Everybody loses the same of its claim, but gets nothing below 0 (constrained equal losses).

    >>> constrained_equal_losses(200, [100, 200, 300]).tolist()
    [0.0, 50.0, 150.0]
    """
    amount, asked = _checked(estate, claims)
    return np.asarray(asked - constrained_equal_awards(asked.sum(axis=-1) - amount, asked))


@checked
def talmud(estate: ArrayLike, claims: ArrayLike) -> Floats:
    """Up to half of all claims by equal awards on half claims, beyond it by equal losses.

    It is the nucleolus of the game in which a coalition gets what the others leave of the estate:
    Aumann & Maschler (1985), Journal of Economic Theory 36(2), 195-213. Of two claimants, each
    concedes what it does not claim and the rest is halved (contested garment).

    >>> talmud(200, [100, 200, 300]).tolist()
    [50.0, 75.0, 75.0]
    """
    amount, asked = _checked(estate, claims)
    half = asked / 2
    middle = half.sum(axis=-1)
    low = constrained_equal_awards(np.minimum(amount, middle), half)
    high = half + constrained_equal_losses(np.maximum(amount - middle, 0), half)
    return np.where((amount <= middle)[..., None], low, high)


@checked
def random_arrival(estate: ArrayLike, claims: ArrayLike) -> Floats:
    """Mean over all orders of arrival, each taking what it claims until nothing is left.

    The Shapley value of the game of `talmud`: O'Neill (1982), Mathematical Social Sciences 2(4),
    345-371. 20 claimants at most.

    >>> random_arrival(200, [100, 200, 300]).round(4).tolist()
    [33.3333, 83.3333, 83.3333]
    """
    amount, asked = _checked(estate, claims)
    rest = asked.sum(axis=-1)[..., None] - sums(asked)
    return shapley(np.maximum(amount[..., None] - rest, 0))


RULES: Final[Mapping[str, Callable[[ArrayLike, ArrayLike], Floats]]] = {
    "proportional": proportional,
    "equal awards": constrained_equal_awards,
    "equal losses": constrained_equal_losses,
    "talmud": talmud,
    "random arrival": random_arrival,
}


def _checked(estate: ArrayLike, claims: ArrayLike) -> tuple[Floats, Floats]:
    amount, asked = within(estate, "estate", 0), within(claims, "claims", 0)
    if asked.ndim == 0 or asked.shape[-1] == 0:
        raise InputError(f"claims: shape {asked.shape} is not (..., claimants). Give a list.")
    try:
        amount = np.broadcast_to(amount, np.broadcast_shapes(amount.shape, asked.shape[:-1])).copy()
    except ValueError as error:
        raise InputError(f"estate {amount.shape}, claims {asked.shape}: {error}.") from error
    asked = np.broadcast_to(asked, (*amount.shape, asked.shape[-1])).copy()
    total = asked.sum(axis=-1)
    if (amount > total * (1 + 1e-12)).any():
        raise InputError(
            f"estate: {amount[amount > total].flat[0]:g} is more than all claims "
            f"({total[amount > total].flat[0]:g}). There is nothing to ration; pay the claims."
        )
    return np.minimum(amount, total), asked
