"""Whose work an outcome is: platform, owner of the record, member who searched."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.kernels.arrays import Floats
from capworth.kernels.ranges import within
from capworth.kernels.shapley import bounds, shapley

PARTIES = ("platform", "owner", "searcher")


class Contribution(NamedTuple):
    """Share of an outcome for each of `PARTIES`, between what each adds first and last."""

    share: Floats  # (..., 3), summing to 1
    first_in: Floats  # (..., 3) what a party brings about alone
    last_in: Floats  # (..., 3) what is lost without it


def contribution_game(
    bilateral: ArrayLike, with_owner: ArrayLike = 0.0, with_searcher: ArrayLike = 0.0
) -> Floats:
    """Share of an outcome that each coalition of the three parties would bring about.

    Parameters
    ----------
    bilateral : (...) share that owner and searcher would bring about without the platform
    with_owner : (...) share that platform and owner would bring about without this searcher
    with_searcher : (...) share that platform and searcher would bring about without this owner

    Returns
    -------
    (..., 8), a table over coalitions (see `coalitions`) of the parties in their order. Nobody
    brings about anything alone; all three bring about the whole.
    """
    pairs = {
        "bilateral": (6, within(bilateral, "bilateral", 0, 1)),
        "with_owner": (3, within(with_owner, "with_owner", 0, 1)),
        "with_searcher": (5, within(with_searcher, "with_searcher", 0, 1)),
    }
    shape = np.broadcast_shapes(*(share.shape for _, share in pairs.values()))
    game = np.zeros((*shape, 8))
    for mask, share in pairs.values():
        game[..., mask] = share
    game[..., 7] = 1.0
    return game


def contribution_shares(
    bilateral: ArrayLike, with_owner: ArrayLike = 0.0, with_searcher: ArrayLike = 0.0
) -> Contribution:
    """Split an outcome by the Shapley value of `contribution_game`.

    Where no pair brings about anything, each party gets a third: a convention. The bounds say how
    far another convention could move it.

    >>> contribution_shares(0.4).share.round(4).tolist()
    [0.2, 0.4, 0.4]
    """
    game = contribution_game(bilateral, with_owner, with_searcher)
    first_in, last_in = bounds(game)
    return Contribution(shapley(game), first_in, last_in)


def share_of(party: str, bilateral: ArrayLike) -> Floats:
    """Share (...) of one party, given what owner and searcher would bring about without platform.

    >>> float(share_of("platform", 0.25))
    0.25
    """
    if party not in PARTIES:
        raise InputError(f"party: {party!r} is not known. Name one of {', '.join(PARTIES)}.")
    return np.asarray(contribution_shares(bilateral).share[..., PARTIES.index(party)])
