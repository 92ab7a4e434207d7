"""From records and searches to hits, leads and outcomes: volumes and rates kept apart.

From gross to net: what would have happened anyway, elsewhere, or to somebody else.

Whose work an outcome is: platform, owner of the record, member who searched.

What records that are added find: the matches of the next member, not of the average one.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.allocation.shapley import bounds, shapley
from capworth.methods.arguments import Floats, above, alike, checked, finite, within


@checked
def volumes(start: ArrayLike, rates: ArrayLike) -> Floats:
    """Volume after each step of a chain in which every step keeps a share of the one before.

    Parameters
    ----------
    start : (...) searches a year, or whatever enters the chain
    rates : (..., steps) such as hit rate, verified, used, outcomes for each lead,
        1 - counterfactual, contribution share; then a unit value if wanted

    Returns
    -------
    (..., steps + 1), the start first

    >>> volumes(1000, [0.5, 0.1]).tolist()
    [1000.0, 500.0, 50.0]
    """
    kept = within(rates, "rates", 0)
    if kept.ndim == 0:
        raise InputError(f"rates: {kept} is one number. Give a list of rates, (..., steps).")
    entered = within(start, "start", 0)[..., None]
    shape = (*np.broadcast_shapes(entered.shape[:-1], kept.shape[:-1]), kept.shape[-1])
    through = np.concatenate(
        (np.ones((*shape[:-1], 1)), np.broadcast_to(kept, shape).cumprod(axis=-1)), axis=-1
    )
    return np.asarray(entered * through)


@checked
def match_probability(
    intensity: ArrayLike, records: ArrayLike, quality: ArrayLike = 1.0, access: ArrayLike = 1.0
) -> Floats:
    """Probability that a search finds something: 1 - exp(-intensity x records x quality x access).

    Saturation is built in: the next record adds less than the last.

    Parameters
    ----------
    intensity : (...) encounters for each record and search
    records : (...) records held
    quality, access : (...) share of them fit to be found, and open to the searcher
    """
    return np.asarray(-np.expm1(-_exposure(intensity, records, quality, access)))


@checked
def match_elasticity(
    intensity: ArrayLike, records: ArrayLike, quality: ArrayLike = 1.0, access: ArrayLike = 1.0
) -> Floats:
    """Percent more matches for one percent more records (or quality, or access).

    e / (exp(e) - 1) at the exposure e: 1 when matches are rare, falling to 0 as they saturate.
    """
    exposure = _exposure(intensity, records, quality, access)
    growth = np.expm1(np.minimum(exposure, 700))  # exp overflows beyond
    return np.divide(exposure, growth, out=np.ones_like(growth), where=growth > 0)


@checked
def lead_use(at_once: ArrayLike, delay: ArrayLike, patience: ArrayLike) -> Floats:
    """Share of leads used when the verified answer comes after `delay`.

    at_once x exp(-delay / patience), both times in one unit. Patience is minutes at a border and
    years in a cold case, so speed is worth little for some outcomes.
    """
    waited = within(delay, "delay", 0) / above(patience, "patience")
    return np.asarray(within(at_once, "at_once", 0, 1) * np.exp(-waited))


@checked
def elasticity(cause: ArrayLike, effect: ArrayLike) -> Floats:
    """Percent of the effect for one percent of the cause, from two levels of each.

    Parameters
    ----------
    cause, effect : (..., 2) level before and after, above 0

    Notes
    -----
    Times the average rate it is the marginal rate: what the next search adds.

    >>> round(float(elasticity([1, 2.65], [1, 1.86])), 4)
    0.6368
    """
    grown = [_log_growth(cause, "cause"), _log_growth(effect, "effect")]
    if (grown[0] == 0).any():
        raise InputError("cause: it did not change. Give two levels that differ.")
    return np.asarray(grown[1] / grown[0])


@checked
def marginal_rate(average_rate: ArrayLike, response: ArrayLike) -> Floats:
    """Rate of the next unit: average rate x elasticity. The average overstates it below 1."""
    return np.asarray(finite(average_rate, "average_rate") * finite(response, "response"))


@checked
def change_by_step(before: ArrayLike, after: ArrayLike) -> Floats:
    """Split the change of a product among its factors; the parts sum to the whole change.

    Parameters
    ----------
    before, after : (..., factors) such as volume and rate, above 0

    Returns
    -------
    (..., factors) in the unit of the product: log change of the factor x logarithmic mean of
    the two products. No factor comes first and nothing is left over.

    Notes
    -----
    Logarithmic mean Divisia index: Ang (2004), Energy Policy 32(9), 1131-1139.
    """
    old, new = above(before, "before"), above(after, "after")
    logs = np.log(new / old)
    start, whole = old.prod(axis=-1, keepdims=True), logs.sum(axis=-1, keepdims=True)
    mean = np.divide(np.expm1(whole), whole, out=np.ones_like(whole), where=whole != 0)
    return np.asarray(logs * start * mean)


def _exposure(
    intensity: ArrayLike, records: ArrayLike, quality: ArrayLike, access: ArrayLike
) -> Floats:
    return np.asarray(
        within(intensity, "intensity", 0)
        * within(records, "records", 0)
        * within(quality, "quality", 0, 1)
        * within(access, "access", 0, 1)
    )


def _log_growth(levels: ArrayLike, name: str) -> Floats:
    pair = above(levels, name)
    if pair.ndim == 0 or pair.shape[-1] != 2:
        raise InputError(f"{name}: shape {pair.shape} is not (..., 2). Give before and after.")
    return np.asarray(np.log(pair[..., 1] / pair[..., 0]))


@checked
def net_factor(
    deadweight: ArrayLike,
    displacement: ArrayLike = 0.0,
    leakage: ArrayLike = 0.0,
    substitution: ArrayLike = 0.0,
    multiplier: ArrayLike = 1.0,
) -> Floats:
    """Share of a gross effect that is additional. The factors multiply; they are not added.

    Parameters
    ----------
    deadweight : (...) share that would have come about anyway (the counterfactual); it has no
        default, because a counterfactual of 0 needs a written reason
    displacement : (...) share taken from elsewhere, such as crime that moves across a border
    leakage : (...) share that falls to people outside the group appraised
    substitution : (...) share in which one activity only replaces another
    multiplier : (...) further effects for each net one, 1 for none

    Notes
    -----
    Homes and Communities Agency, Additionality Guide, 4th edition (2014).

    >>> round(float(net_factor(0.2, 0.25, 0.1)), 4)
    0.54
    """
    alike(
        deadweight=deadweight,
        displacement=displacement,
        leakage=leakage,
        substitution=substitution,
        multiplier=multiplier,
    )
    return np.asarray(
        (1 - within(deadweight, "deadweight", 0, 1))
        * (1 - within(displacement, "displacement", 0, 1))
        * (1 - within(leakage, "leakage", 0, 1))
        * (1 - within(substitution, "substitution", 0, 1))
        * within(multiplier, "multiplier", 0)
    )


@checked
def additional(gross: ArrayLike, counterfactual: ArrayLike, effect_lost: ArrayLike = 0.0) -> Floats:
    """Gross outcomes less those of the best other channel, and less those displaced.

    Parameters
    ----------
    gross : (...) outcomes
    counterfactual : (...) probability that the same outcome had come, in time, by another channel
    effect_lost : (...) share of the rest that only moves elsewhere (displacement)
    """
    alike(gross=gross, counterfactual=counterfactual, effect_lost=effect_lost)
    return np.asarray(
        finite(gross, "gross")
        * net_factor(within(counterfactual, "counterfactual", 0, 1), displacement=effect_lost)
    )


PARTIES = ("platform", "owner", "searcher")


class Contribution(NamedTuple):
    """Share of an outcome for each of `PARTIES`, between what each adds first and last."""

    share: Floats  # (..., 3), summing to 1
    first_in: Floats  # (..., 3) what a party brings about alone
    last_in: Floats  # (..., 3) what is lost without it


@checked
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


@checked
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


@checked
def share_of(party: str, bilateral: ArrayLike) -> Floats:
    """Share (...) of one party, given what owner and searcher would bring about without platform.

    >>> float(share_of("platform", 0.25))
    0.25
    """
    if party not in PARTIES:
        raise InputError(f"party: {party!r} is not known. Name one of {', '.join(PARTIES)}.")
    return np.asarray(contribution_shares(bilateral).share[..., PARTIES.index(party)])


@checked
def fitted_intensity(hits: ArrayLike, searches: ArrayLike, records: ArrayLike) -> Floats:
    """Encounters for each record and search that explain the hits: -ln(1 - hits/searches)/records.

    Parameters
    ----------
    hits, searches : (...) in the same time; fewer hits than searches
    records : (...) held in that time

    >>> float(fitted_intensity(118_000, 256e6, 7.1e6).round(13))
    6.49e-11
    """
    share = within(hits, "hits", 0) / above(searches, "searches")
    if (share >= 1).any():
        raise InputError("hits: as many as searches or more. Count hits of searches only.")
    return np.asarray(-np.log1p(-share) / above(records, "records"))


@checked
def hits_added(
    searches: ArrayLike, intensity: ArrayLike, records: ArrayLike, added: ArrayLike
) -> Floats:
    """Hits in the same time that further records bring, others' searches being as they are.

    searches x (match probability with the added records less that without). It is the external
    gain of a member that connects: what others find at it.

    Parameters
    ----------
    searches, intensity, records : (...) today; see `match_probability`
    added : (...) further records, found as often as those that are held
    """
    held = within(records, "records", 0)
    more = match_probability(intensity, held + within(added, "added", 0))
    return np.asarray(within(searches, "searches", 0) * (more - match_probability(intensity, held)))
