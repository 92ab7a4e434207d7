"""Who bears the shared platforms: every key side by side, and which ranks hang on the key.

Share one cost among its users, without a case: by every key, or by any cost function.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.appraisal.places import places_of
from capworth.case.model import Case
from capworth.errors import InputError
from capworth.methods.acceptability.smaa import rank_shares
from capworth.methods.allocation.coalitions import MOST_USERS, tabled
from capworth.methods.allocation.keys import KEYS, PEAK, TREE, objection, peak_shares_sampled
from capworth.methods.allocation.nucleolus import MOST_USERS as MOST_OF_NUCLEOLUS
from capworth.methods.allocation.nucleolus import nucleolus, strongest_objection
from capworth.methods.allocation.shapley import bounds, shapley, shapley_sampled
from capworth.methods.arguments import Bools, Floats, within
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.costs import CostModel
from capworth.model.draws import AtModes, Draws
from capworth.model.figures import COUNT, SHARE, Column, columns, word
from capworth.model.result import HIGH, LOW, Answer, Provenance, spread
from capworth.model.simulation import ENVELOPED, Model, Sample, sampled

STATED = "as stated"
SLACK = 1e-9  # of a platform's cost, below which nobody has a reason to leave


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Allocation(Answer):
    """Shares of every shared platform by every key, and places of the capabilities by each."""

    _table: pd.DataFrame
    _ranks: pd.DataFrame
    _platforms: pd.DataFrame
    _bearing: pd.DataFrame
    draws: int
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        money, rests = "millions", ("costs",)
        users = columns(
            "allocation",
            ("share", "allocated_share", "share", "allocated", rests),
            ("cost_m", "allocated", money, "allocated", rests),
            draws="draws",
        )
        alone = ("alone_m", "stand_alone", money, "allocated", rests)
        whole = columns(
            "allocation_platforms",
            ("cost_m", "platform_cost", money, "cost", rests),
            ("fixed", "platform_fixed", "share", "allocated", rests),
            ("alone_m", "platform_alone", money, "allocated", rests),
            ("users", "platform_users", "count", "allocated", rests, COUNT),
            draws="draws",
            drop=("key",),
        )
        keys = columns(
            "allocation_platforms",
            ("most_share", "largest_share", "share", "allocated", rests),
            ("excess_m", "excess", money, "allocated", rests),
            ("p_stable", "stable", "chance", "share_of_draws", rests, SHARE),
            draws="draws",
        )
        cost = ("allocation_costs", "cost_m", "cost", money)
        ranks = [
            Column(
                *("allocation_ranks", key, "place", "place", "places", rests, COUNT),
                f"by_{word(key)}",
                draws="draws",
            )
            for key in self._ranks.columns
            if key not in ("places_moved", "place_low", "place_high")
        ]
        ends = columns(
            "allocation_ranks",
            ("places_moved", "places_moved", "count", "places", rests, COUNT, "by_key"),
            ("place_low", "best_place", "place", "places", rests, COUNT, "by_key"),
            ("place_high", "worst_place", "place", "places", rests, COUNT, "by_key"),
            draws="draws",
        )
        return (
            *users,
            Column("allocation", *alone, drop=("key",), draws="draws"),
            *(*whole, *keys, *ranks, *ends),
            Column(*cost, "cost", rests, where=(("key", STATED),)),
            Column(*cost, "allocated", rests, without=(word(STATED),), draws="draws"),
        )

    def ranks(self) -> pd.DataFrame:
        """Place of each capability in value for money by each key, and whether it hangs on it.

        `as stated` is the place by the keys that count; `place_low` and `place_high` its 80 %
        interval over the draws, under those same keys; `places_moved` the distance between the
        best and the worst place over the keys. Empty where the case has no value tree.
        """
        return self._ranks.copy()

    def platforms(self) -> pd.DataFrame:
        """For each platform and key: who bears most, and whether a group would do better alone.

        `most` is blank where all users bear alike.
        `excess_m`, in millions: what the group with most reason to leave pays beyond a platform of
        its own, at most 0 where nobody has one; `p_stable`: in how many draws nobody has.
        """
        return self._platforms.copy()

    def bearing(self) -> pd.DataFrame:
        """Whole-life cost of each capability by each key, mean and 80 % interval, millions."""
        return self._bearing.copy()

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that the case has figures for; not `as stated`, which may mix them."""
        return tuple(dict.fromkeys(self._platforms.index.get_level_values("key")))

    @property
    def depending(self) -> tuple[str, ...]:
        """The capabilities whose place depends on the key, those that move farthest first."""
        moving = self._ranks[self._ranks["places_moved"] > 0]
        return tuple(moving.sort_values("places_moved", ascending=False, kind="stable").index)

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {
            "allocation": self.to_frame(),
            "allocation_platforms": self.platforms(),
            "allocation_costs": self.bearing(),
            "allocation_ranks": self.ranks(),
        }

    def __repr__(self) -> str:
        if not len(self._ranks):
            return f"<Allocation: {len(self.keys)} keys; no value tree to rank by>"
        most = int(self._ranks["places_moved"].max())
        return (
            f"<Allocation: {len(self.depending)} of {len(self._ranks)} capabilities change place "
            f"between {len(self.keys)} keys, by {most} places at most>"
        )


def allocate(sample: Sample, provenance: Provenance) -> Allocation | None:
    """Share every platform by every key in the first 1,000 draws; None without platforms.

    What a capability bears by the keys that count is its cost in all draws that are kept; by
    another key it is that cost and what the key moves in the first draws.

    Keys: those of `methods.allocation.keys`, `peak` where some use is told by period, `tree` where
    some platform is part of another. Costs are whole-life, discounted. Alone means: a platform of
    one's own, which costs the fixed part in full and the rest by use.
    """
    case, costs = sample.case, sample.model.costs
    if not case.platforms:
        return None
    size = min(ENVELOPED, sample.drawn.size)
    draws = sampled(case, 0, size)
    points, whole = sample.drawn.score[:size], sample.drawn.cost[:size]
    platform = costs.price(draws, points).platform
    stated = costs.platform_shares(draws, points)
    shares = {key: costs.platform_shares(draws, points, key) for key in _known(case)}
    own = whole - np.einsum("npc,np->nc", stated, platform)
    bearing = {
        name: own + np.einsum("npc,np->nc", share, platform)
        for name, share in {STATED: stated, **shares}.items()
    }
    used = {p.id: costs.loads(draws, p.id).sum(axis=1) for p in case.platforms}
    fixed = {p.id: draws.of(p.fixed) for p in case.platforms}
    return Allocation(
        _table=_shares(case, costs, draws, shares, platform, used, fixed),
        _ranks=_ranks(case, points, bearing),
        _platforms=_platforms(case, shares, platform, used, fixed),
        _bearing=_bearing(sample, bearing),
        draws=size,
        provenance=provenance,
    )


def explained(case: Case, platform: str) -> tuple[str, ...]:
    """Say of each user of a platform in one sentence why it pays what it pays, in millions.

    At the most plausible levels, by the key of the case; of a key that needs periods or parts of
    platforms the shares are told without the sum behind them.
    """
    model, modes = Model(case), AtModes()
    k = [p.id for p in case.platforms].index(platform)
    one = case.platforms[k]
    cost = float(model.costs.price(modes).platform[0, k]) / MILLION
    if one.key in KEYS:
        used = model.costs.loads(modes, platform)[0].sum(axis=0)
        users = [
            (c, float(use)) for c, use in zip(case.capability_ids, used, strict=True) if use > 0
        ]
        score = dict(zip(case.capability_ids, model.answer(modes).score[0].tolist(), strict=True))
        benefit = {c: score[c] for c, _ in users}
        shared = share_cost(cost, dict(users), one.fixed.mode, benefit)
        return tuple(shared.why(c, one.key) for c, _ in users)
    shares = model.platform_shares(modes)[0, k]
    return tuple(
        f"{c} pays {share * cost:,.4g} of {cost:,.4g} (by the key {one.key})."
        for c, share in zip(case.capability_ids, shares, strict=True)
        if share > 0
    )


def _known(case: Case) -> tuple[str, ...]:
    more = [PEAK] if any(u.period for u in case.usage) else []
    more += [TREE] if any(p.part_of for p in case.platforms) else []
    return (*KEYS, *more)


def _shares(
    case: Case,
    costs: CostModel,
    draws: Draws,
    shares: Mapping[str, Floats],
    platform: Floats,
    used: Mapping[str, Floats],
    fixed: Mapping[str, Floats],
) -> pd.DataFrame:
    """One row for each platform, key and user: share, cost borne, cost alone, sampling error."""
    parts = []
    alone = {
        one.id: _alone(used[one.id], fixed[one.id]) * platform[:, k, None]
        for k, one in enumerate(case.platforms)
    }
    for key, share in shares.items():
        for k, one in enumerate(case.platforms):
            borne = share[:, k] * platform[:, k, None]
            users = np.flatnonzero((share[:, k] > 0).any(axis=0))
            error = np.zeros(len(case.capabilities))
            if key == PEAK:
                loads = costs.loads(draws, one.id)
                error = peak_shares_sampled(loads, fixed[one.id], case.settings.seed)[1].max(axis=0)
            columns = {
                **spread("share", share[:, k]),
                **spread("cost_m", borne, MILLION),
                "alone_m": alone[one.id].mean(axis=0) / MILLION,
                "sampling_error": error,
            }
            rows = pd.DataFrame(columns, index=pd.Index(case.capability_ids, name="capability"))
            rows.insert(0, "counts", one.key == key)
            parts.append(rows.iloc[users].assign(platform=one.id, key=key))
    table = pd.concat(parts).set_index(["platform", "key"], append=True)
    return table.reorder_levels(["platform", "key", "capability"])


def _alone(use: Floats, fixed: Floats) -> Floats:
    """(draws, users) what a platform of one's own costs, as a share of the shared one's cost."""
    total = use.sum(axis=1, keepdims=True)
    part = np.divide(use, total, out=np.zeros_like(use), where=total > 0)
    cost: Floats = (use > 0) * (fixed[:, None] + (1 - fixed[:, None]) * part)
    return cost


def _ranks(case: Case, points: Floats, bearing: Mapping[str, Floats]) -> pd.DataFrame:
    if not case.measured:
        empty = pd.DataFrame(columns=[*bearing, "places_moved", "place_low", "place_high"])
        return empty.rename_axis(index="capability")
    placed = np.array(case.placed)
    rates = {name: points[:, placed] / cost[:, placed] for name, cost in bearing.items()}
    places = {
        name: pd.Series(places_of(rate).expected).rank(method="min").astype(int).tolist()
        for name, rate in rates.items()
    }
    ids = np.array(case.capability_ids)[placed]
    table = pd.DataFrame(places, index=pd.Index(ids, name="capability"))
    table["places_moved"] = table.max(axis=1) - table.min(axis=1)
    reached = rank_shares(rates[STATED]).cumsum(axis=1)
    for end, percent in (("place_low", LOW), ("place_high", HIGH)):
        table[end] = (reached < percent / 100 - SLACK).sum(axis=1) + 1
    return table.sort_values(STATED, kind="stable")


def _platforms(
    case: Case,
    shares: Mapping[str, Floats],
    platform: Floats,
    used: Mapping[str, Floats],
    fixed: Mapping[str, Floats],
) -> pd.DataFrame:
    rows = {}
    ids = np.array(case.capability_ids)
    for k, one in enumerate(case.platforms):
        use, part = used[one.id], fixed[one.id]
        alone = (_alone(use, part).sum(axis=1) * platform[:, k]).mean() / MILLION
        for key, share in shares.items():
            excess, group = objection(use, part, share[:, k])
            mean = share[:, k].mean(axis=0)
            most = ids[mean >= mean.max() - SLACK]
            alike = len(most) == int((mean > 0).sum())
            leaving = group[excess > SLACK].mean(axis=0) if (excess > SLACK).any() else 0 * mean
            rows[one.id, key] = {
                "counts": one.key == key,
                **{n: x[0] for n, x in spread("cost_m", platform[:, [k]], MILLION).items()},
                "fixed": part.mean(),
                "alone_m": alone,
                "users": int((use > 0).any(axis=0).sum()),
                "most": "" if alike else min(most),
                "most_share": mean.max(),
                "excess_m": (np.maximum(excess, -1.0) * platform[:, k]).mean() / MILLION,
                "p_stable": float((excess <= SLACK).mean()),
                "leaving": " ".join(sorted(ids[leaving > 1 / 2])),
            }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(list(rows), names=["platform", "key"])
    return table


def _bearing(sample: Sample, bearing: Mapping[str, Floats]) -> pd.DataFrame:
    """Cost by the stated keys in all draws that are kept; what another key moves, in the first."""
    index = pd.Index(sample.case.capability_ids, name="capability")
    parts = [pd.DataFrame(spread("cost_m", sample.drawn.cost, MILLION), index).assign(key=STATED)]
    first = bearing[STATED].mean(axis=0)
    for key, cost in bearing.items():
        if key != STATED:
            found = pd.DataFrame(spread("cost_m", cost, MILLION), index).assign(key=key)
            found["cost_m"] = parts[0]["cost_m"] + (cost.mean(axis=0) - first) / MILLION
            parts.append(found)
    return pd.concat(parts).set_index("key", append=True)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SharedCost:
    """One cost by every key, side by side, with what each user would pay alone."""

    _table: pd.DataFrame
    _stability: pd.DataFrame
    cost: float
    fixed: float

    def to_frame(self) -> pd.DataFrame:
        """One row for each user: `use`, `alone`, and its payment by each key."""
        return self._table.copy()

    def stability(self) -> pd.DataFrame:
        """For each key: what the group with most reason to leave overpays, and who is in it."""
        return self._stability.copy()

    def why(self, user: str, key: str = "shapley") -> str:
        """Say in one sentence, with its figures, why a user pays what it pays.

        Raises
        ------
        InputError
            When there is no such user or key.
        """
        for name, known in ((user, self._table.index), (key, list(KEYS))):
            if name not in known:
                raise InputError(f"{name!r} is not known. Use one of: {', '.join(known)}.")
        row = {str(k): float(v) for k, v in self._table.to_dict("index")[user].items()}
        users = int((self._table["use"] > 0).sum())
        part, total = row["use"], float(self._table["use"].sum())
        level, moving = self.fixed * self.cost, (1 - self.fixed) * self.cost
        own = moving * part / total
        reason = {
            "usage": f"{part:g} of {total:g} in use",
            "equal": f"one of {users} users",
            "stand-alone": f"in proportion to the {row['alone']:,.4g} it would pay alone",
            "shapley": f"{level:,.4g} / {users} for being there and {moving:,.4g} x {part:g} / "
            f"{total:g} = {own:,.4g} for use",
            "benefit": "in proportion to its benefit",
            "serial": "its part of each step of size up to its own",
            "nucleolus": "so that the group with most reason to leave has least of it",
        }[key]
        return (
            f"{user} pays {row[key]:,.4g} of {self.cost:,.4g} ({reason}); alone it would "
            f"pay {row['alone']:,.4g}."
        )

    def __repr__(self) -> str:
        stable = [str(key) for key in self._stability.index[self._stability["stable"]]]
        return (
            f"<SharedCost: {self.cost:,.4g} among {len(self._table)} users by {len(KEYS)} keys; "
            f"nobody has a reason to leave by {', '.join(stable) or 'none of them'}>"
        )


def share_cost(
    cost: float,
    use: Mapping[str, float],
    fixed: float,
    benefit: Mapping[str, float] | None = None,
) -> SharedCost:
    """Share a cost among users by every key.

    Parameters
    ----------
    cost : in any currency
    use : of each user, in one unit
    fixed : share of the cost that does not depend on use, 0 to 1
    benefit : of each user, for the key of that name; by use where it is not given

    Raises
    ------
    InputError
        When nobody uses it, or a number is not possible.

    >>> shared = share_cost(100, {"search": 30, "notices": 10}, 0.4)
    >>> shared.why("notices").split(";")[0]
    'notices pays 35 of 100 (40 / 2 for being there and 60 x 10 / 40 = 15 for use)'
    """
    amounts = within(list(use.values()), "use", 0)
    if amounts.ndim != 1 or amounts.sum() == 0:
        raise InputError("use: nobody uses it. Give at least one user an amount above 0.")
    part = within([fixed], "fixed", 0, 1)
    whole = float(within(cost, "cost", 0))
    worth = amounts if benefit is None else _of_users(benefit, use)
    row = amounts[None, :]
    shares = {key: share(row, part, worth[None, :]) for key, share in KEYS.items()}
    alone = (amounts > 0) * (part + (1 - part) * amounts / amounts.sum()) * whole
    table = pd.DataFrame(
        {"use": amounts, "alone": alone, **{k: s[0] * whole for k, s in shares.items()}},
        index=pd.Index(list(use), name="user"),
    )
    names = np.array(list(use))
    rows = {}
    for key, share in shares.items():
        excess, group = objection(row, part, share)
        rows[key] = {
            "stable": bool(excess[0] <= 1e-9),
            "excess": float(excess[0] * whole),
            "group": " ".join(names[group[0]]),
        }
    stability = pd.DataFrame.from_dict(rows, orient="index").rename_axis("key")
    return SharedCost(table, stability, whole, float(fixed))


def share_game(
    cost_of: Callable[[Bools], Floats], users: Sequence[str], orders: int = 1000, seed: int = 0
) -> pd.DataFrame:
    """Share the cost of any game: Shapley value, its error, its bounds, nucleolus.

    Parameters
    ----------
    cost_of : takes coalitions (k, users) of true and false, gives their costs (k,); nobody costs
        nothing
    users : names, in the order of the columns
    orders, seed : of the sampled orders, beyond 20 users

    Returns
    -------
    One row for each user: `shapley`, exact up to 20 users and sampled beyond, with its
    `standard_error` (0 where exact); `alone` (first in) and `saved` (last in: what the others
    would save without it), NaN beyond 20; `nucleolus`, NaN beyond 12. In `attrs`: `in_core`
    (whether no group pays more than alone by the Shapley value; absent beyond 20) and `group`, the
    group with most reason to leave.
    """
    count, index = len(users), pd.Index(list(users), name="user")
    if count > MOST_USERS:
        value, error = shapley_sampled(cost_of, count, orders, seed)
        nothing = np.full(count, np.nan)
        columns = (value, error, nothing, nothing, nothing)
    else:
        table = tabled(cost_of, count)
        first, last = bounds(table)
        core = nucleolus(table) if count <= MOST_OF_NUCLEOLUS else np.full(count, np.nan)
        value = shapley(table)
        columns = (value, np.zeros(count), first, last, core)
    names = ("shapley", "standard_error", "alone", "saved", "nucleolus")
    frame = pd.DataFrame(dict(zip(names, columns, strict=True)), index=index)
    if count <= MOST_USERS and count > 1:
        excess, mask = strongest_objection(table, value)
        frame.attrs["in_core"] = bool(excess <= 1e-9 * np.abs(table).max())
        frame.attrs["group"] = [u for k, u in enumerate(users) if int(mask) >> k & 1]
    return frame


def _of_users(benefit: Mapping[str, float], use: Mapping[str, float]) -> Floats:
    if set(benefit) != set(use):
        missing = ", ".join(sorted(set(use) ^ set(benefit)))
        raise InputError(f"benefit: it is not of the same users as use ({missing}). Give both.")
    return within([benefit[user] for user in use], "benefit", 0)
