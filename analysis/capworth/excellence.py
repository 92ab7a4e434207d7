"""Which services are excellent, by agreement and by evidence, and how far the others are."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.answers import Answer
from capworth.methods.acceptability.ranking import rank_shares
from capworth.methods.arguments import Floats
from capworth.methods.envelopment.bootstrap import shrunk
from capworth.methods.envelopment.envelopment import Envelopment, envelop
from capworth.models import Models, learn
from capworth.provenance import Provenance
from capworth.sampling import Sample

BOTH, DESIGNATED, DERIVED, NEITHER = "both", "designated only", "derived only", "neither"
LIST, LEVELS, NONE = "list", "levels", "none"  # how services of excellence were designated
REACHED = 0.5  # share of draws in which a service designated by levels reaches all of them
LEAST = 1e-6  # smallest output and input of the envelopment


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Excellence(Answer):
    """The two routes side by side, the peers of each capability and its gaps."""

    _table: pd.DataFrame
    _peers: pd.DataFrame
    _gaps: pd.DataFrame
    draws: int  # worlds in which the envelopment was done
    resolved: int  # programmes that were solved a second time
    thresholds: tuple[float, float, float]  # P(efficient), P(top), share of the best that is top
    designated_by: str  # an agreed list, agreed levels on all criteria that have one, or none
    small_sample: bool  # fewer capabilities than three times the measures: many look efficient
    models: Models
    provenance: Provenance

    def peers(self) -> pd.DataFrame:
        """How often each capability (column) is a model of each other one (row)."""
        return self._peers.copy()

    def gaps(self) -> pd.DataFrame:
        """Each capability on each criterion: value now, agreed level, and the points between."""
        return self._gaps.copy()

    @property
    def derived(self) -> tuple[str, ...]:
        """The services of excellence that the evidence shows."""
        return tuple(self._table.index[self._table["route"].isin((BOTH, DERIVED))])

    @property
    def designated(self) -> tuple[str, ...]:
        """The services of excellence that were agreed on."""
        return tuple(self._table.index[self._table["route"].isin((BOTH, DESIGNATED))])

    def __repr__(self) -> str:
        both = ", ".join(self._table.index[self._table["route"] == BOTH]) or "none"
        return (
            f"<Excellence: {len(self.designated)} designated, {len(self.derived)} derived; "
            f"both: {both}>"
        )


def find_excellence(sample: Sample, provenance: Provenance) -> Excellence | None:
    """Compare the capabilities by envelopment; None where the case has no value tree.

    Input: whole-life cost. Outputs: value on each branch of the value tree. Variable returns,
    output orientation, in the first draws of the sample. A capability is a derived service of
    excellence when it is efficient, and among the best by score, with the probabilities that the
    case asks for. Both are counted after shrinkage (`methods.envelopment`): log cost, branches and
    score are moved towards their means as far as their own uncertainty asks, so that differences
    that noise could make crown nobody; `p_efficient_plain` and `p_top_plain` are without it. Peers,
    efficiency and targets are those of the plain worlds.
    """
    case, worlds = sample.case, sample.worlds
    if not case.measured:
        return None
    settings, draws = case.settings, len(worlds.branches)
    cost, score = worlds.cost[:draws], worlds.score[:draws]
    found = envelop(cost[:, :, None] / 1e6, np.maximum(worlds.branches, LEAST), "variable")
    most = max(1, round(settings.top_share * len(case.capabilities)))
    efficient = _still_efficient(cost, worlds.branches)
    top = rank_shares(shrunk(score))[:, :most].sum(axis=1)
    derived = (efficient >= settings.excellent_efficient) & (top >= settings.excellent_top)
    reference = sample.model.value.reference()
    meets, by = _reaches(worlds.levels, reference), _designation(sample, reference)
    listed = np.array([c.designated for c in case.capabilities])
    designated = meets >= REACHED if by == LEVELS else listed
    index = pd.Index(case.capability_ids, name="capability")
    low, high = np.percentile(found.efficiency, (10, 90), axis=0)
    targets = found.output_target.mean(axis=0) - worlds.branches.mean(axis=0)
    table = pd.DataFrame(
        {
            "name": [c.name for c in case.capabilities],
            "route": np.select(
                [designated & derived, designated, derived], [BOTH, DESIGNATED, DERIVED], NEITHER
            ),
            "p_efficient": efficient,
            "p_top": top,
            "p_efficient_plain": found.efficient.mean(axis=0),
            "p_top_plain": sample.tallies.score.shares()[:, :most].sum(axis=1),
            "p_reaches_levels": meets,
            "efficiency": found.efficiency.mean(axis=0),
            "efficiency_low": low,
            "efficiency_high": high,
            "reason": [
                _reason(d, e, t, settings.excellent_efficient, settings.excellent_top)
                for d, e, t in zip(designated, efficient, top, strict=True)
            ],
            **{
                f"lift_{branch.id}": targets[:, b]
                for b, branch in enumerate(sample.model.value.branches)
            },
        },
        index=index,
    )
    weights = sample.model.value.weights(sample.first_draws(draws))
    leaves = sample.model.value.leaves
    return Excellence(
        table,
        _peers(found, index),
        _gaps(sample, index),
        draws,
        found.resolved,
        (settings.excellent_efficient, settings.excellent_top, settings.top_share),
        by,
        found.small_sample,
        learn(case.capabilities, leaves, found.intensities, worlds.levels, weights, provenance),
        provenance,
    )


def _still_efficient(cost: Floats, branches: Floats) -> Floats:
    """(capabilities,) share of draws in which each is efficient after shrinkage."""
    outputs = np.stack([shrunk(branches[:, :, b]) for b in range(branches.shape[2])], axis=2)
    inputs = np.exp(shrunk(np.log(np.maximum(cost / 1e6, LEAST))))[:, :, None]
    found = envelop(inputs, np.maximum(outputs, LEAST), "variable", "output")
    share: Floats = found.efficient.mean(axis=0)
    return share


def _reaches(levels: Floats, reference: Floats) -> Floats:
    """(capabilities,) share of draws in which each reaches every agreed level; NaN without any."""
    agreed = ~np.isnan(reference)
    if not agreed.any():
        return np.full(levels.shape[1], np.nan)
    share: Floats = (levels[:, :, agreed] >= reference[agreed]).all(axis=2).mean(axis=0)
    return share


def _designation(sample: Sample, reference: Floats) -> str:
    """Which agreement designates: a list goes before levels."""
    if any(c.designated for c in sample.case.capabilities):
        return LIST
    return LEVELS if not np.isnan(reference).all() else NONE


def _reason(designated: bool, efficient: float, top: float, least: float, least_top: float) -> str:
    """Say in words why the routes agree or not."""
    if efficient >= least and top >= least_top:
        return "efficient and among the best"
    lacks = []
    if efficient < least:
        lacks.append(f"efficient in only {efficient:.0%} of draws")
    if top < least_top:
        lacks.append(f"among the best in only {top:.0%} of draws")
    return ("agreed, but " if designated else "") + " and ".join(lacks)


def _peers(found: Envelopment, index: pd.Index) -> pd.DataFrame:
    share: Floats = (found.intensities > 1e-6).mean(axis=0)
    return pd.DataFrame(share, index=index, columns=index.rename("model"))


def _gaps(sample: Sample, index: pd.Index) -> pd.DataFrame:
    """Value now against the value of the agreed level, leaf by leaf, in the draws enveloped."""
    value = sample.model.value
    now, reference = sample.worlds.levels, value.reference()
    low, high = np.percentile(now, (10, 90), axis=0)
    below = np.maximum(reference - now, 0.0)
    leaves = pd.Index([leaf.id for leaf in value.leaves], name="criterion")
    shape = (len(index), len(leaves))
    columns = {
        "now": now.mean(axis=0),
        "now_low": low,
        "now_high": high,
        "model": np.broadcast_to(reference, shape),
        "gap": below.mean(axis=0),
        "p_below": np.where(np.isnan(reference), np.nan, (now < reference).mean(axis=0)),
    }
    rows = pd.MultiIndex.from_product([index, leaves])
    return pd.DataFrame({name: part.reshape(-1) for name, part in columns.items()}, index=rows)
