"""Whom each capability can learn from, on what it lags behind them, and what they do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.answers import Answer, spread
from capworth.case.model import Capability, Criterion
from capworth.methods.arguments import Floats
from capworth.methods.envelopment.technology import NEGLIGIBLE
from capworth.provenance import Provenance

OFTEN = 0.2  # share of draws from which a peer is a model
LAG = 0.5  # points of value from which a capability counts as lagging in a draw


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Models(Answer):
    """The models of each capability, the criterion on which it lags most, and the targets."""

    _table: pd.DataFrame
    _targets: pd.DataFrame
    draws: int
    provenance: Provenance

    def targets(self) -> pd.DataFrame:
        """Each capability on each criterion: value now, value of its models, how often it lags."""
        return self._targets.copy()

    @property
    def leaders(self) -> tuple[str, ...]:
        """The capabilities that are models of others, of most others first."""
        counts = self._table["model"].value_counts()
        order = [str(c) for c in self._table.index if c in counts.index]
        return tuple(sorted(order, key=lambda c: -int(counts[c])))

    def __repr__(self) -> str:
        led = int((self._table["model"] != "").sum())
        return (
            f"<Models: {led} of {len(self._table)} capabilities have a model; most often "
            f"{', '.join(self.leaders[:2]) or 'none'}>"
        )


def learn(
    capabilities: Sequence[Capability],
    leaves: Sequence[Criterion],
    intensities: Floats,
    levels: Floats,
    weights: Floats,
    provenance: Provenance,
) -> Models:
    """Name the models of each capability and measure its distance to them, leaf by leaf.

    Parameters
    ----------
    capabilities, leaves : in the order of the arrays
    intensities : (draws, capabilities, capabilities) of the envelopment; a row sums to 1
    levels : (draws, capabilities, leaves) value 0 to 100
    weights : (draws, leaves) that sum to 1

    Notes
    -----
    The target of a capability is the mixture of its peers that the envelopment found for it, read
    leaf by leaf: levels that others reach at the same cost, not an ideal. It may be below the
    capability's own level on a leaf. `lags_on` is the leaf on which the way to the target is worth
    most points of score; `model` is the peer, other than itself, of most draws, of equals the one
    with the larger part in the mixture. `pattern` is what the case says of the most frequent peer
    of which it says something, `practised_by`.
    """
    ids = [c.id for c in capabilities]
    target = np.einsum("duj,djk->duk", intensities, levels)
    lag = target - levels
    points = lag * weights[:, None, :]
    share: Floats = (intensities > NEGLIGIBLE).mean(axis=0)
    weight: Floats = intensities.mean(axis=0)
    index = pd.Index(ids, name="capability")
    keys = pd.Index([leaf.id for leaf in leaves], name="criterion")
    targets = pd.DataFrame(
        {
            name: part.reshape(-1)
            for name, part in {
                **spread("now", levels),
                **spread("target", target),
                "lag": lag.mean(axis=0),
                "p_lags": (lag > LAG).mean(axis=0),
                **spread("points", points),
            }.items()
        },
        index=pd.MultiIndex.from_product([index, keys]),
    )
    mean = points.mean(axis=0)
    rows = [
        _row(k, capabilities, share, weight[k], mean[k], keys) for k in range(len(capabilities))
    ]
    table = pd.DataFrame(rows, index=index)
    picked = [
        targets.loc[(c, k)] if k else pd.Series(np.nan, targets.columns)
        for c, k in zip(ids, table["lags_on"], strict=True)
    ]
    for name in ("now", "target", "target_low", "target_high", "p_lags", "points"):
        table[name] = [float(row[name]) for row in picked]
    return Models(table, targets, len(intensities), provenance)


def _row(
    k: int,
    capabilities: Sequence[Capability],
    share: Floats,
    weight: Floats,
    points: Floats,
    keys: pd.Index,
) -> Mapping[str, object]:
    """Name models and main lag of one capability."""
    others = np.where(np.arange(len(share)) == k, -1.0, share[k])
    order = np.lexsort((-weight, -others))
    named = [int(j) for j in order[:2] if others[j] >= OFTEN]
    first = capabilities[named[0]] if named else None
    known = [capabilities[j] for j in order if others[j] >= OFTEN and capabilities[j].pattern]
    told = known[0] if known else None
    lags = bool(named) and float(points.max()) > 0
    return {
        "name": capabilities[k].name,
        "p_own": float(share[k, k]),
        "model": first.id if first else "",
        "p_model": float(others[named[0]]) if named else np.nan,
        "second": capabilities[named[1]].id if len(named) > 1 else "",
        "p_second": float(others[named[1]]) if len(named) > 1 else np.nan,
        "lags_on": str(keys[int(points.argmax())]) if lags else "",
        "practised_by": told.id if told else "",
        "pattern": told.pattern if told else "",
    }
