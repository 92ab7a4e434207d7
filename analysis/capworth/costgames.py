"""Share one cost among its users, without a case: by every key, or by any cost function."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.errors import InputError
from capworth.methods.allocation.coalitions import MOST_USERS, tabled
from capworth.methods.allocation.keys import KEYS, objection
from capworth.methods.allocation.nucleolus import MOST_USERS as MOST_OF_NUCLEOLUS
from capworth.methods.allocation.nucleolus import nucleolus, strongest_objection
from capworth.methods.allocation.shapley import bounds, shapley, shapley_sampled
from capworth.methods.arguments import Bools, Floats, within


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
