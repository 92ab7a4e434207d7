"""Allocation keys: how the cost of a shared platform falls on its users.

A key is a row of shares that sum to 1, so what is allotted always sums to the cost. Beside the keys
of a platform: separable costs and the ways to share the rest, and the peak-load game, in which
users whose peaks fall in different hours need less capacity together.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.allocation.coalitions import memberships, peaks, sums, users_of
from capworth.methods.allocation.nucleolus import airport_nucleolus
from capworth.methods.allocation.shapley import airport
from capworth.methods.allocation.shapley import shapley as shapley_peakload
from capworth.methods.arguments import Bools, Floats, checked, finite, known
from capworth.streams import stream

_Key = Callable[[Floats, Floats, Floats], Floats]


@checked
def equal(use: Floats, fixed: Floats, benefit: Floats) -> Floats:
    """Every user bears the same: what is shared is that the platform is there at all."""
    share: Floats = (use > 0) / np.maximum((use > 0).sum(axis=1, keepdims=True), 1)
    return share


@checked
def usage(use: Floats, fixed: Floats, benefit: Floats) -> Floats:
    """Every user bears what it uses."""
    return _shared(use)


@checked
def stand_alone(use: Floats, fixed: Floats, benefit: Floats) -> Floats:
    """In proportion to what each user would pay for a platform of its own.

    A platform of one's own costs the fixed part in full and the rest by use.
    """
    return _shared(_alone(use, fixed))


@checked
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


@checked
def by_benefit(use: Floats, fixed: Floats, benefit: Floats) -> Floats:
    """In proportion to the benefit of each user; by use where none of the users has any."""
    worth = np.where(use > 0, benefit, 0.0)
    return _shared(np.where((worth > 0).any(axis=1, keepdims=True), worth, use))


@checked
def serial(use: Floats, fixed: Floats, benefit: Floats) -> Floats:
    """As a runway is shared: the platform is as large as its most demanding user needs it.

    Each step of size is borne equally by those who need it, the fixed part by all. It is the
    Shapley value of the game in which a group pays for its most demanding user only: Littlechild &
    Owen (1973), Management Science 20(3), 370-372.
    """
    return _shared(airport(_sized(use, fixed)))


@checked
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


KEYS: Mapping[str, _Key] = MappingProxyType(
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


@checked
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


_SEPARABLE_KEYS: Final = ("equal", "avoided", "gap")


class Separable(NamedTuple):
    """Costs that go with one user, and the joint rest; in the unit of the table."""

    own: Floats  # (..., users) what would be saved without the user
    joint: Floats  # (...) cost of all less the sum of these


@checked
def separable_costs(values: ArrayLike) -> Separable:
    """Separable costs: what each user causes, and what is joint.

    Parameters
    ----------
    values : (..., 2^users) cost of each coalition, see `coalitions`

    >>> own, joint = separable_costs([0, 60, 80, 100])
    >>> own.tolist(), float(joint)
    ([20.0, 40.0], 40.0)
    """
    table = finite(values, "values")
    everybody = table.shape[-1] - 1 if table.ndim else 0
    bits = 1 << np.arange(users_of(table))
    own = table[..., everybody:] - table[..., everybody - bits]
    return Separable(np.asarray(own), np.asarray(table[..., -1] - own.sum(axis=-1)))


@checked
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
    32(8), 1015-1028 (their tau-value).

    >>> nonseparable_shared([0, 60, 80, 100], "equal").tolist()
    [40.0, 60.0]
    """
    table = finite(values, "values")
    known(key, "key", _SEPARABLE_KEYS)
    own, joint = separable_costs(table)
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
            "it equally, or look at the core (`nucleolus.strongest_objection`)."
        )
    share = np.divide(joint, total, out=np.zeros_like(joint), where=total > 0)
    return np.asarray(own + weight * share[..., None])


EXACT = 8  # users up to which every order of joining is looked at in every draw
_BLOCK = 512  # draws whose table over groups is held at once
_ORDERS = 32  # pairs of orders, forwards and backwards, that stand for all beyond `EXACT` users


@checked
def peak_shares(loads: Floats, fixed: Floats, seed: int = 0) -> Floats:
    """Shares by the Shapley value of the peak-load game; the fixed part is borne equally.

    A group needs capacity for its joint load in the busiest period.

    Parameters
    ----------
    loads : (draws, periods, users)
    fixed : (draws,) part of the cost that does not depend on the load
    seed : of the orders that are sampled beyond 8 users; the same orders serve every draw

    Returns
    -------
    (draws, users), each row summing to 1. Beyond 8 users it has the error of
    `peak_shares_sampled`.
    """
    share, _ = peak_shares_sampled(loads, fixed, seed)
    return share


@checked
def peak_shares_sampled(loads: Floats, fixed: Floats, seed: int = 0) -> tuple[Floats, Floats]:
    """Shares (draws, users) as `peak_shares`, and their standard error, 0 up to 8 users.

    Notes
    -----
    Exact: Shapley (1953). Sampled: 32 random orders of joining and their reverses; Castro, Gomez
    and Tejada (2009), Computers & Operations Research 36(5), 1726-1730.
    """
    users = np.flatnonzero((loads > 0).any(axis=(0, 1)))
    share, error = np.zeros((len(loads), loads.shape[2])), np.zeros((len(loads), loads.shape[2]))
    if users.size:
        game = _exact if users.size <= EXACT else _sampled
        added, spread = game(np.ascontiguousarray(loads[:, :, users]), seed)
        whole = added.sum(axis=1, keepdims=True)
        part = np.divide(added, whole, out=np.zeros_like(added), where=whole > 0)
        share[:, users] = part
        error[:, users] = np.divide(spread, whole, out=np.zeros_like(spread), where=whole > 0)
    level = equal(loads.sum(axis=1), fixed, share)
    own = (1 - fixed)[:, None]
    return fixed[:, None] * level + own * share, own * error


def _exact(loads: Floats, _: int) -> tuple[Floats, Floats]:
    parts = [
        shapley_peakload(peaks(loads[start : start + _BLOCK]))
        for start in range(0, len(loads), _BLOCK)
    ]
    return np.concatenate(parts), np.zeros((len(loads), loads.shape[2]))


def _sampled(loads: Floats, seed: int) -> tuple[Floats, Floats]:
    draws, _, users = loads.shape
    order = stream(seed, "peak load").permuted(np.tile(np.arange(users), (_ORDERS, 1)), axis=1)
    total, squares = np.zeros((draws, users)), np.zeros((draws, users))
    for one in order:
        pair = (_joining(loads, one) + _joining(loads, one[::-1])) / 2
        total += pair
        squares += pair**2
    mean = total / _ORDERS
    variance = np.maximum(squares / _ORDERS - mean**2, 0.0) / (_ORDERS - 1)
    return mean, np.sqrt(variance)


def _joining(loads: Floats, order: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Floats:
    """Capacity (draws, users) that each user adds when they join in one order."""
    needed: Floats = np.cumsum(loads[:, :, order], axis=2).max(axis=1)
    added = np.empty_like(needed)
    added[:, order] = np.diff(needed, axis=1, prepend=0.0)
    return added
