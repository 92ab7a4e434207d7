"""Which services are excellent, by agreement and by evidence, and how far the others are.

How firm the derived frontier is: with the weights of the value tree, and other samples.

Whom each capability can learn from, on what it lags behind them, and what they do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.case.model import Capability, Criterion
from capworth.errors import InputError
from capworth.methods.acceptability.smaa import rank_shares
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.envelopment.bootstrap import bootstrap, shrunk
from capworth.methods.envelopment.dea import Envelopment, dea, elicited_region
from capworth.methods.envelopment.technology import NEGLIGIBLE
from capworth.model.result import Answer, Provenance, ends, spread
from capworth.model.simulation import Sample

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
    draws: int  # draws in which the envelopment was done
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

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {
            "excellence": self.to_frame(),
            "gaps": self.gaps(),
            "peers": self.peers(),
            "models": self.models.to_frame(),
            "model_targets": self.models.targets(),
        }

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
    efficiency and targets are those of the plain draws.
    """
    case, drawn = sample.case, sample.drawn
    if not case.measured:
        return None
    settings, draws = case.settings, len(drawn.branches)
    cost, score = drawn.cost[:draws], drawn.score[:draws]
    found = dea(cost[:, :, None] / MILLION, np.maximum(drawn.branches, LEAST), "variable")
    most = max(1, round(settings.top_share * len(case.capabilities)))
    efficient = _still_efficient(cost, drawn.branches)
    top = rank_shares(shrunk(score))[:, :most].sum(axis=1)
    derived = (efficient >= settings.excellent_efficient) & (top >= settings.excellent_top)
    reference = sample.model.value.reference()
    meets, by = _reaches(drawn.levels, reference), _designation(sample, reference)
    listed = np.array([c.designated for c in case.capabilities])
    designated = meets >= REACHED if by == LEVELS else listed
    index = pd.Index(case.capability_ids, name="capability")
    low, high = ends(found.efficiency)
    targets = found.output_target.mean(axis=0) - drawn.branches.mean(axis=0)
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
        _table=table,
        _peers=_peers(found, index),
        _gaps=_gaps(sample, index),
        draws=draws,
        resolved=found.resolved,
        thresholds=(settings.excellent_efficient, settings.excellent_top, settings.top_share),
        designated_by=by,
        small_sample=found.small_sample,
        models=learn(
            case.capabilities, leaves, found.intensities, drawn.levels, weights, provenance
        ),
        provenance=provenance,
    )


def _still_efficient(cost: Floats, branches: Floats) -> Floats:
    """(capabilities,) share of draws in which each is efficient after shrinkage."""
    outputs = np.stack([shrunk(branches[:, :, b]) for b in range(branches.shape[2])], axis=2)
    inputs = np.exp(shrunk(np.log(np.maximum(cost / MILLION, LEAST))))[:, :, None]
    found = dea(inputs, np.maximum(outputs, LEAST), "variable", "output")
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
    now, reference = sample.drawn.levels, value.reference()
    low, high = ends(now)
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


CHECKED = 200  # draws, the first ones, in which both frontiers are compared
REPLICATIONS = 400  # of the bootstrap
CONFIDENCE = 0.8  # as every range of the report
LEAST_COST, LEAST_VALUE = 1e-9, 1e-6  # instead of nothing, millions and points
LEAST_SWING = 1e-6  # instead of a weight that may be nothing, as a share of its highest


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FrontierCheck(Answer):
    """Efficiency of each capability under harder questions.

    Attributes
    ----------
    draws : in which the frontier with free weights and that with the tree's weights are compared
    draws : of the bootstrap; 0 where nearly all are efficient, so that there is none
    least : probability from which a capability counts as efficient
    small_sample : fewer capabilities than three times the measures
    resolved : programmes that were solved a second time
    """

    _table: pd.DataFrame
    draws: int
    drawn: int
    least: float
    small_sample: bool
    resolved: int
    provenance: Provenance

    @property
    def free(self) -> tuple[str, ...]:
        """Capabilities that are efficient when each may choose its weights."""
        return tuple(self._table.index[self._table["p_efficient"] >= self.least])

    @property
    def bounded(self) -> tuple[str, ...]:
        """Capabilities that are efficient with weights within the ranges of the value tree."""
        return tuple(self._table.index[self._table["p_bounded"] >= self.least])

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {"frontier": self.to_frame()}

    def __repr__(self) -> str:
        return (
            f"<FrontierCheck: {len(self.bounded)} of {len(self.free)} efficient capabilities stay "
            f"so with the weights of the value tree, in {self.draws} draws>"
        )


def check_frontier(sample: Sample, provenance: Provenance) -> FrontierCheck | None:
    """Ask two harder questions of the derived route; None where the case has no value tree.

    The comparison is that of `excellence`: whole-life cost as input, the value on each branch as
    outputs, variable returns, output orientation.

    Columns: `p_efficient`, share of draws in which a capability is efficient with weights of its
    own choice, and `p_bounded` with weights whose ratios stay within the swings that were elicited
    for the branches, so that the envelopment uses no weights that the score would not;
    `efficiency_bounded`, the mean with them; `model`, most often a peer with them, and its
    probability `p_model`. At the modes: `efficiency`; `corrected` with an 80 % range, less the bias
    of having observed only these capabilities (Simar & Wilson 1998; one draw, so without the
    uncertainty of the inputs).
    """
    case = sample.case
    if not case.measured:
        return None
    many = min(CHECKED, len(sample.drawn.branches))
    cost, value = _measures(sample.drawn.cost[:many], sample.drawn.branches)
    free = dea(cost, value, "variable", "output")
    region = tree_region(sample.model.value.branches)
    bounded = free
    if region is not None:
        rows = np.concatenate((np.zeros((len(region), 1)), region), axis=1)
        bounded = dea(cost, value, "variable", "output", restrictions=rows)
    at_modes = _measures(sample.modes.cost, sample.modes.branches)
    share = bounded.peer_share.copy()
    index = pd.Index(case.capability_ids, name="capability")
    corrected, drawn, again = _corrected(*at_modes, case.settings.seed)
    table = pd.DataFrame(
        {
            "name": [c.name for c in case.capabilities],
            "p_efficient": free.efficient.mean(axis=0),
            "p_bounded": bounded.efficient.mean(axis=0),
            "efficiency_bounded": bounded.efficiency.mean(axis=0),
            "model": index[share.argmax(axis=1)],
            "p_model": share.max(axis=1),
            "efficiency": corrected[3],
            "corrected": corrected[0],
            "corrected_low": corrected[1],
            "corrected_high": corrected[2],
        },
        index=index,
    )
    return FrontierCheck(
        _table=table,
        draws=many,
        drawn=drawn,
        least=case.settings.excellent_efficient,
        small_sample=free.small_sample,
        resolved=free.resolved + bounded.resolved + again,
        provenance=provenance,
    )


def tree_region(branches: tuple[Criterion, ...]) -> Floats | None:
    """Bound the ratios of the branches' weights by their swings; None with a single branch.

    Returns
    -------
    (restrictions, branches) for an envelopment; every branch is in points from 0 to 100.
    """
    if len(branches) < 2:
        return None
    high = np.array([branch.swing.high for branch in branches])
    low = np.array([branch.swing.low for branch in branches])
    return elicited_region(np.maximum(low, LEAST_SWING * high), high, np.ones(len(branches)))


def _measures(cost: Floats, branches: Floats) -> tuple[Floats, Floats]:
    """Cost in millions and value in points, as (draws, capabilities, measures), none of them 0."""
    value = np.maximum(branches[: len(cost)], LEAST_VALUE)
    return np.maximum(cost[:, :, None] / MILLION, LEAST_COST), value


def _corrected(cost: Floats, value: Floats, seed: int) -> tuple[Floats, int, int]:
    """(4, capabilities) corrected efficiency, low, high, as found; draws; solved again."""
    try:
        found = bootstrap(
            cost[0],
            value[0],
            "variable",
            "output",
            replications=REPLICATIONS,
            confidence=CONFIDENCE,
            seed=seed,
        )
    except InputError:  # nearly all are efficient
        plain = dea(cost, value, "variable", "output")
        nothing = np.full(plain.efficiency.shape, np.nan)
        return np.concatenate((*[nothing] * 3, plain.efficiency)), 0, plain.resolved
    parts = (found.corrected, found.low, found.high, found.efficiency)
    return np.stack(parts), REPLICATIONS, found.resolved
