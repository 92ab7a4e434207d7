"""Which services are excellent, by agreement and by evidence, and how far the others are.

How firm the derived frontier is: with the weights of the value tree, and other samples.

Whom each capability can learn from, on what it lags behind them, and what they do.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capworth.case.model import EQUAL, Capability, Criterion
from capworth.errors import InputError
from capworth.excellence.comparison import (
    AMOUNTS,
    CONSTANT,
    COST,
    LEVELS,
    UNIT_COSTS,
    VARIABLE,
    Compared,
    Units,
    Way,
    compare,
    extents_of,
    keys_of,
)
from capworth.methods.acceptability.smaa import rank_shares
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.envelopment.bootstrap import bootstrap
from capworth.methods.envelopment.dea import dea, elicited_region
from capworth.methods.envelopment.technology import NEGLIGIBLE, mixed
from capworth.model.figures import ALL, COUNT, MODE, SHARE, TEST, Column, columns
from capworth.model.result import Answer, Provenance, ends, spread
from capworth.model.simulation import Sample

OFTEN = 0.2  # share of draws from which a peer is a model
NO_SWING = 1e-6  # beside the largest sibling: what weighs nothing has next to no weight
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
    found: Compared,
    levels: Floats,
    weights: Floats,
    provenance: Provenance,
    units: Units,
) -> Models:
    """Name the models of each capability and measure its distance to them, leaf by leaf.

    Parameters
    ----------
    capabilities, leaves : in the order of the arrays
    found : the envelopment of the units
    levels : (draws, capabilities, leaves) value 0 to 100
    weights : (draws, leaves) that sum to 1
    units : whole services; a capability that is a part has the models of its whole

    Notes
    -----
    The target of a capability is the mixture of its peers that the envelopment found for it, read
    leaf by leaf: levels that others reach, not an ideal. It may be below the capability's own level
    on a leaf. `lags_on` is the leaf on which the way to the target is worth
    most points of score; `model` is the peer, other than itself, of most draws, of equals the one
    with the larger part in the mixture. `pattern` is what the case says of the most frequent peer
    of which it says something, `practised_by`.
    """
    ids = [c.id for c in capabilities]
    of_units = units.mean_of(levels)
    parts = found.part / np.maximum(found.part.sum(axis=2, keepdims=True), NEGLIGIBLE)
    target = mixed(found.peer, parts, of_units)[:, units.rows]
    lag = target - levels
    points = lag * weights[:, None, :]
    share, weight = found.peer_mean(found.part > NEGLIGIBLE), found.peer_mean(parts)
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
        _row(k, capabilities, units, share, weight[units.rows[k]], mean[k], keys)
        for k in range(len(capabilities))
    ]
    table = pd.DataFrame(rows, index=index)
    picked = [
        targets.loc[(c, k)] if k else pd.Series(np.nan, targets.columns)
        for c, k in zip(ids, table["lags_on"], strict=True)
    ]
    for name in ("now", "target", "target_low", "target_high", "p_lags", "points"):
        table[name] = [float(row[name]) for row in picked]
    return Models(table, targets, len(levels), provenance)


def _row(
    k: int,
    capabilities: Sequence[Capability],
    units: Units,
    share: Floats,
    weight: Floats,
    points: Floats,
    keys: pd.Index,
) -> Mapping[str, object]:
    """Name models and main lag of one capability."""
    mine = units.rows[k]
    whole = [capabilities[j] for j in units.first]
    others = np.where(np.arange(len(share)) == mine, -1.0, share[mine])
    order = np.lexsort((-weight, -others))
    named = [int(j) for j in order[:2] if others[j] >= OFTEN]
    first = whole[named[0]] if named else None
    known = [whole[j] for j in order if others[j] >= OFTEN and whole[j].pattern]
    basis = known[0] if known else None
    lags = bool(named) and float(points.max()) > 0
    return {
        "name": capabilities[k].name,
        "p_own": float(share[mine, mine]),
        "model": first.id if first else "",
        "p_model": float(others[named[0]]) if named else np.nan,
        "second": whole[named[1]].id if len(named) > 1 else "",
        "p_second": float(others[named[1]]) if len(named) > 1 else np.nan,
        "lags_on": str(keys[int(points.argmax())]) if lags else "",
        "practised_by": basis.id if basis else "",
        "pattern": basis.pattern if basis else "",
    }


BOTH, DESIGNATED, DERIVED, NEITHER = "both", "designated only", "derived only", "neither"
LIST, LEVELS_AGREED, NONE = "list", "levels", "none"  # how services of excellence were designated
REACHED = 0.5  # share of draws in which a service designated by levels reaches all of them
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)  # of the table of who is derived
TRIED = 200  # draws, the first ones, in which other ways to compare are tried


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Excellence(Answer):
    """The two routes side by side, the peers of each capability and its gaps."""

    _table: pd.DataFrame
    _peers: pd.DataFrame
    _gaps: pd.DataFrame
    _ways: pd.DataFrame
    way: Way  # how services are compared
    draws: int  # in which the envelopment was done
    tried: int  # draws in which the other ways were tried
    resolved: int  # programmes that were solved a second time
    thresholds: tuple[float, float, float]  # P(excellent), P(top), share of the best that is top
    designated_by: str  # an agreed list, agreed levels on all criteria that have one, or none
    small_sample: bool  # fewer services than three times the measures: many look efficient
    factors: tuple[str, ...]  # what is made, and "cost": of which a service may be best by default
    without: tuple[str, ...]  # criteria that do not count, as extents are made of them
    models: Models
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        rests = ("scores", "costs", "extents")
        shares = (
            *("p_efficient", "p_excellent", "p_alone", "p_default", "p_top"),
            *("p_efficient_plain", "p_reaches_levels"),
            *("p_efficient_constant", "p_excellent_constant"),
            *("p_efficient_variable", "p_excellent_variable"),
        )
        top_plain = ("p_top_plain", "top_plain", "chance", "excellent", rests, SHARE)
        chances = [(name, name[2:], "chance", "excellent", rests, SHARE) for name in shares]
        rates = [
            (name, name, "share", "efficiency", rests)
            for name in ("efficiency", "efficiency_constant", "efficiency_variable")
        ]
        lifts = [
            (name, name, "points", "efficiency", rests)
            for name in self._table.columns
            if name.startswith("lift_")
        ]
        return (
            *columns("excellence", *chances, *rates, *lifts, draws="draws"),
            *columns("excellence", top_plain, draws="draws" if self._has_parts else ALL),
            Column("excellence", "extent", "extent", "share", "extent", behind=("extents",)),
            *columns(
                "excellence",
                ("unit_cost_m", "unit_cost", "millions", "efficiency", rests),
                draws="draws",
            ),
            *columns(
                "excellence_thresholds",
                ("count_variable", "derived", "count", "excellent", rests, COUNT, "variable"),
                ("count_constant", "derived", "count", "excellent", rests, COUNT, "constant"),
                draws="draws",
            ),
            *columns(
                "gaps",
                ("now", "value", "points", "value", ("scores",)),
                ("model", "agreed_level", "points", "value", ("scores",), MODE),
                ("gap", "gap", "points", "gap", ("scores",)),
                ("p_below", "below", "chance", "share_of_draws", ("scores",), SHARE),
                draws="draws",
            ),
            *columns(
                "models",
                ("p_own", "own_model", "chance", "model_share", rests, SHARE),
                ("p_model", "model", "chance", "model_share", rests, SHARE),
                ("p_second", "second_model", "chance", "model_share", rests, SHARE),
                ("now", "lags_now", "points", "value", ("scores",)),
                ("target", "lags_target", "points", "target", rests),
                ("p_lags", "lags_most", "chance", "share_of_draws", rests, SHARE),
                ("points", "lags_points", "points", "target", rests),
                draws="draws",
            ),
            *columns(
                "model_targets",
                ("now", "value", "points", "value", ("scores",)),
                ("target", "target_level", "points", "target", rests),
                ("lag", "lag", "points", "target", rests),
                ("p_lags", "lags", "chance", "share_of_draws", rests, SHARE),
                ("points", "lag_points", "points", "target", rests),
                draws="draws",
            ),
        )

    def peers(self) -> pd.DataFrame:
        """How often each service (column) is a model of each capability (row)."""
        return self._peers.copy()

    def gaps(self) -> pd.DataFrame:
        """Each capability on each criterion: value now, agreed level, and the points between."""
        return self._gaps.copy()

    def ways(self) -> pd.DataFrame:
        """Who would be derived if services were compared in other ways, by the same thresholds."""
        return self._ways.copy()

    def over_thresholds(self) -> pd.DataFrame:
        """Who is derived if both probabilities had to pass another threshold.

        Index: threshold. Columns: `variable` and `constant` returns, the services, the most
        probable first, with blanks between; `count_...` how many.
        """
        rows = {}
        for least in THRESHOLDS:
            row: dict[str, object] = {}
            for returns in (VARIABLE, CONSTANT):
                both = self._wholes[[f"p_excellent_{returns}", "p_top"]].min(axis=1)
                passed = both[both >= least].sort_values(ascending=False, kind="stable")
                row |= {returns: " ".join(passed.index), f"count_{returns}": len(passed)}
            rows[least] = row
        return pd.DataFrame(rows).T.rename_axis("threshold")

    @property
    def _wholes(self) -> pd.DataFrame:
        """One row for each service that is compared: parts stand under their whole."""
        return self._table[self._table["whole"] == self._table.index]

    @property
    def _has_parts(self) -> bool:
        """Whether some service stands under a whole."""
        return len(self._wholes) < len(self._table)

    @property
    def derived(self) -> tuple[str, ...]:
        """The services of excellence that the evidence shows."""
        return tuple(self._wholes.index[self._wholes["route"].isin((BOTH, DERIVED))])

    @property
    def designated(self) -> tuple[str, ...]:
        """The services of excellence that were agreed on."""
        return tuple(self._wholes.index[self._wholes["route"].isin((BOTH, DESIGNATED))])

    def lacking(self, reason: str) -> tuple[str, ...]:
        """Services that are not excellent often enough, for one of the reasons of `lack`."""
        table = self._wholes
        return tuple(c for c, row in rows_in(table) if lack(row, self.thresholds[0]) == reason)

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {
            "excellence": self.to_frame(),
            "excellence_thresholds": self.over_thresholds(),
            "excellence_ways": self.ways(),
            "gaps": self.gaps(),
            "peers": self.peers(),
            "models": self.models.to_frame(),
            "model_targets": self.models.targets(),
        }

    def __repr__(self) -> str:
        both = ", ".join(self._wholes.index[self._wholes["route"] == BOTH]) or "none"
        return (
            f"<Excellence: {len(self.designated)} designated, {len(self.derived)} derived; "
            f"both: {both}>"
        )


def find_excellence(sample: Sample, provenance: Provenance) -> Excellence | None:
    """Compare the capabilities by envelopment; None where the case has no value tree.

    Input: whole-life cost for each unit of extent, or as the case says (`comparison.Way`). Outputs:
    levels by branch, without the weights of the value tree, which decide the places by score.
    Output orientation, in the first draws of the sample. A service is a derived service of
    excellence when it is excellent (efficient, a model of another one, and not by one factor
    alone), and among the best by score, with the probabilities that the case asks for. Both are
    counted after shrinkage (`methods.envelopment`): log cost, levels and score are moved towards
    their means as far as their own uncertainty asks, so that differences that noise could make
    crown nobody; `p_efficient_plain` and `p_top_plain` are without it. Peers, efficiency and
    targets are those of the plain draws. Declared parts of a service are compared as the whole.

    Columns of probabilities, all after shrinkage: `p_efficient`; of these draws `p_alone`, nobody
    else's peer, and `p_default`, efficient only because none is better on one factor, `factor` the
    most frequent one; `p_excellent` neither. `..._constant` and `..._variable`: the same question
    under both returns to scale, whichever the case asks for.
    """
    case, drawn = sample.case, sample.drawn
    if not case.measured:
        return None
    settings, draws = case.settings, len(drawn.branches)
    way = way_of(sample)
    units = Units.of(sample, draws, way.key)
    still = units.shrunken()
    plain, firm = (
        {r: compare(of, replace(way, returns=r), alone=of is still) for r in (CONSTANT, VARIABLE)}
        for of in (units, still)
    )
    found, held = plain[way.returns], firm[way.returns]
    most = max(1, round(settings.top_share * len(units.first)))
    top = rank_shares(still.score)[:, :most].sum(axis=1)
    efficient, excellent = held.efficient.mean(axis=0), held.excellent.mean(axis=0)
    derived: Bools = np.asarray(
        (excellent >= settings.excellent_efficient) & (top >= settings.excellent_top)
    )
    reference = sample.model.value.reference()
    meets, by = _reaches(drawn.levels, reference, units), _designation(sample, reference)
    listed = np.zeros(len(units.first), dtype=bool)
    listed[units.rows[[c.designated for c in case.capabilities]]] = True
    designated = meets >= REACHED if by == LEVELS_AGREED else listed
    branches = [b.id for b in sample.model.value.branches]
    names = [branches[b] for b in units.outputs]
    ids = np.array(case.capability_ids)
    lift = found.target.mean(axis=0) - units.levels.mean(axis=0)
    default = held.by_default & held.efficient
    columns: dict[str, object] = {
        "name": [c.name for c in case.capabilities],
        "whole": ids[units.first][units.rows],
    }
    mine: dict[str, Any] = {
        "route": np.select(
            [designated & derived, designated, derived], [BOTH, DESIGNATED, DERIVED], NEITHER
        ),
        "p_efficient": efficient,
        "p_excellent": excellent,
        "p_alone": (held.efficient & ~held.model).mean(axis=0),
        "p_default": default.mean(axis=0),
        "factor": [_most(held.default[:, u], names) for u in range(len(units.first))],
        "p_top": top,
        "p_efficient_plain": found.efficient.mean(axis=0),
        "p_top_plain": _top_plain(sample, units, most),
        "p_reaches_levels": meets,
        **spread("efficiency", found.efficiency),
        **{
            name: value
            for r in (CONSTANT, VARIABLE)
            for name, value in {
                **spread(f"efficiency_{r}", plain[r].efficiency),
                f"p_efficient_{r}": firm[r].efficient.mean(axis=0),
                f"p_excellent_{r}": firm[r].excellent.mean(axis=0),
            }.items()
        },
        "extent": units.extent,
        "unit_cost_m": units.unit_cost.mean(axis=0),
        **{f"lift_{name}": lift[:, b] for b, name in enumerate(names)},
    }
    least = (settings.excellent_efficient, settings.excellent_top)
    mine["reason"] = [
        _reason({name: mine[name][u] for name in REASONS}, bool(designated[u]), least)
        for u in range(len(units.first))
    ]
    columns |= {name: np.asarray(values)[units.rows] for name, values in mine.items()}
    index = pd.Index(ids, name="capability")
    ways, tried = _ways(sample, way, derived, ids, top)
    weights = sample.model.value.weights(sample.first_draws(draws))
    share = found.peer_mean(found.part > NEGLIGIBLE)
    peers = pd.DataFrame(share[units.rows], index, pd.Index(ids[units.first], name="model"))
    return Excellence(
        _table=pd.DataFrame(columns, index=index),
        _peers=peers,
        _gaps=_gaps(sample, index),
        _ways=ways,
        way=way,
        draws=draws,
        tried=tried,
        resolved=sum(c.resolved for one in (plain, firm) for c in one.values()),
        thresholds=(*least, settings.top_share),
        designated_by=by,
        small_sample=found.small_sample,
        factors=(*names, "cost"),
        without=tuple(
            leaf.id
            for leaf, counted in zip(
                sample.model.value.leaves, extents_of(sample, way.key)[1], strict=True
            )
            if not counted
        ),
        models=learn(
            case.capabilities,
            sample.model.value.leaves,
            found,
            drawn.levels,
            weights,
            provenance,
            units,
        ),
        provenance=provenance,
    )


REASONS = ("p_efficient", "p_excellent", "p_alone", "p_default", "factor", "p_top")
SELDOM, BY_DEFAULT, ALONE, MIXED = "efficient", "default", "alone", "excellent"
MOSTLY = 0.5  # share of the draws in which a service is efficient that is said to be the reason


def lack(found: Mapping[str, Any], least: float) -> str:
    """Why a service is not excellent often enough; blank where it is.

    SELDOM: not even efficient often enough. BY_DEFAULT, ALONE: efficient often enough, but mostly
    only because none is better on one factor, or against itself only. MIXED: of all something.
    """
    if found["p_excellent"] >= least:
        return ""
    if found["p_efficient"] < least:
        return SELDOM
    default, alone = found["p_default"], found["p_alone"]
    if max(default, alone) < MOSTLY * found["p_efficient"]:
        return MIXED
    return BY_DEFAULT if default >= alone else ALONE


def rows_in(table: pd.DataFrame) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Label and content of each row."""
    for key, row in zip(table.index, table.to_dict("records"), strict=True):
        yield str(key), {str(name): value for name, value in row.items()}


def _most(default: Ints, names: Sequence[str]) -> str:
    """Name the factor by which a service is most often efficient alone; blank for none."""
    found = default[default >= COST]
    if not len(found):
        return ""
    values, counts = np.unique(found, return_counts=True)
    factor = int(values[counts.argmax()])
    return "cost" if factor == COST else names[factor]


def _top_plain(sample: Sample, units: Units, most: int) -> Floats:
    """(units,) share of draws in which each is among the best, without shrinkage."""
    if len(units.first) == len(units.rows):
        shares: Floats = sample.tallies.score.shares()[:, :most].sum(axis=1)
        return shares
    whole: Floats = rank_shares(units.score)[:, :most].sum(axis=1)
    return whole


def way_of(sample: Sample) -> Way:
    """How a case compares its services.

    Per unit of extent, under variable returns, where it says nothing else: cost and levels are then
    both intensities, so that neither the size of a service nor how it is listed decides, and levels
    need not grow in proportion to cost. Amounts are compared under constant returns, under which a
    service may be listed in parts without moving the others.
    """
    settings = sample.case.settings
    measures = settings.excellence_measures
    returns = settings.excellence_returns or (CONSTANT if measures == AMOUNTS else VARIABLE)
    known = keys_of(sample)
    key = settings.excellence_extent or known[0]
    if key not in known:
        raise InputError(f"excellence_extent: the case has no extents by {key}. Use {known[0]}.")
    return Way(measures, returns, key)


def _ways(
    sample: Sample, asked: Way, derived: Bools, ids: NDArray[np.str_], top: Floats
) -> tuple[pd.DataFrame, int]:
    """Who is derived in every other way to compare, in a few draws; the way asked for as it is."""
    settings, tried = sample.case.settings, min(TRIED, len(sample.drawn.branches))
    known = [key for key in keys_of(sample) if key != EQUAL]
    tries = [Way(m, r, key) for key in known for m, r in PROPORTIONED]
    tries += [Way(LEVELS, r, EQUAL) for r in (VARIABLE, CONSTANT)]
    unlike = asked.measures == LEVELS or asked.key == EQUAL  # extents that are all equal are none
    mine = Way(LEVELS, asked.returns, EQUAL) if unlike else asked
    if mine not in tries:
        tries.append(mine)
    rows = []
    for way in tries:
        units = Units.of(sample, tried, way.key)
        passed: Bools = derived
        if way != mine:
            excellent = compare(units.shrunken(), way).excellent.mean(axis=0)
            passed = (excellent >= settings.excellent_efficient) & (top >= settings.excellent_top)
        rows.append(
            {
                "measures": way.measures,
                "returns": way.returns,
                "extent": way.key if way.measures != LEVELS else "",
                "asked": way == mine,
                "count": int(passed.sum()),
                "derived": " ".join(ids[units.first[passed]]),
            }
        )
    return pd.DataFrame(rows).rename_axis("way"), tried


PROPORTIONED = ((UNIT_COSTS, VARIABLE), (UNIT_COSTS, CONSTANT), (AMOUNTS, VARIABLE))


def _reaches(levels: Floats, reference: Floats, units: Units) -> Floats:
    """(units,) share of draws in which each, all its parts, reaches every agreed level; or NaN."""
    agreed = ~np.isnan(reference)
    if not agreed.any():
        return np.full(len(units.first), np.nan)
    reached: Bools = np.asarray((levels[:, :, agreed] >= reference[agreed]).all(axis=2))
    every = np.ones((len(levels), len(units.first)), dtype=bool)
    for c, u in enumerate(units.rows):
        every[:, u] &= reached[:, c]
    share: Floats = every.mean(axis=0)
    return share


def _designation(sample: Sample, reference: Floats) -> str:
    """Which agreement designates: a list goes before levels."""
    if any(c.designated for c in sample.case.capabilities):
        return LIST
    return LEVELS_AGREED if not np.isnan(reference).all() else NONE


def _reason(found: Mapping[str, Any], designated: bool, least: tuple[float, float]) -> str:
    """Say in words why the routes agree or not."""
    words = {
        "": "",
        SELDOM: f"efficient in only {found['p_efficient']:.0%} of draws",
        BY_DEFAULT: f"efficient by {found['factor']} alone in {found['p_default']:.0%} of draws",
        ALONE: f"efficient against itself only in {found['p_alone']:.0%} of draws",
        MIXED: f"excellent in only {found['p_excellent']:.0%} of draws",
    }
    lacks = list(filter(None, [words[lack(found, least[0])]]))
    if found["p_top"] < least[1]:
        lacks.append(f"among the best in only {found['p_top']:.0%} of draws")
    if not lacks:
        return "efficient, a model of others, and among the best"
    return ("agreed, but " if designated else "") + " and ".join(lacks)


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
LEAST_SWING = 1e-6  # instead of a weight that may be nothing, as a share of its highest


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FrontierCheck(Answer):
    """Efficiency of each capability under harder questions.

    Attributes
    ----------
    draws : in which the frontier with free weights and that with the tree's weights are compared
    drawn : replications of the bootstrap; 0 where nearly all are efficient, so that there is none
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

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        rests = ("scores", "costs", "extents")
        return columns(
            "frontier",
            ("p_efficient", "efficient_free", "chance", "excellent", rests, SHARE),
            ("p_bounded", "efficient_bounded", "chance", "excellent", rests, SHARE),
            ("efficiency_bounded", "efficiency_bounded", "share", "efficiency", rests),
            ("p_model", "model_bounded", "chance", "model_share", rests, SHARE),
            ("efficiency", "efficiency_mode", "share", "efficiency", rests, MODE),
            draws="draws",
        ) + columns(
            "frontier",
            ("corrected", "efficiency_corrected", "share", "efficiency", rests, TEST),
            draws="drawn",
        )

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

    Services are compared as for `excellence`, but on every criterion for itself: each chooses its
    weights freely, and then within those of the value tree. The tree speaks here only: no output
    is made with its weights.

    Columns: `p_efficient`, share of draws in which a capability is efficient with weights of its
    own choice, and `p_bounded` with weights whose ratios stay, among siblings at every level of the
    tree, within the swings that were elicited; `efficiency_bounded`, the mean with them; `model`,
    most often a peer with them, and its probability `p_model`. At the modes: `efficiency`;
    `corrected` with an 80 % range, less the bias of having observed only these capabilities (Simar
    & Wilson 1998; one draw, so without the uncertainty of the inputs).
    """
    case = sample.case
    if not case.measured:
        return None
    way, many = way_of(sample), min(CHECKED, len(sample.drawn.branches))
    units = Units.of(sample, many, way.key, by_criterion=True)
    inputs, outputs = units.measured(way)
    on = np.flatnonzero(units.there)
    free = dea(inputs, outputs, way.returns, "output")
    region = tree_region(case.criteria, [sample.model.value.leaves[k].id for k in units.outputs])
    bounded = free
    if region is not None:
        rows = np.concatenate((np.zeros((len(region), 1)), region), axis=1)
        bounded = dea(inputs, outputs, way.returns, "output", restrictions=rows)
    modes = Units.of(replace(sample, drawn=sample.modes), 1, way.key, by_criterion=True)
    corrected, drawn, again = _corrected(*modes.measured(way), way.returns, case.settings.seed)
    share = bounded.peer_share
    ids = np.array(case.capability_ids)
    place = np.full(len(units.extent), -1)
    place[on] = np.arange(len(on))
    mine = place[units.rows]  # number among those compared; -1: it has no extent
    there = mine >= 0

    def column(values: Floats, other: float) -> Floats:
        return np.where(there, values[mine], other)

    table = pd.DataFrame(
        {
            "name": [c.name for c in case.capabilities],
            "p_efficient": column(free.efficient.mean(axis=0), 0.0),
            "p_bounded": column(bounded.efficient.mean(axis=0), 0.0),
            "efficiency_bounded": column(bounded.efficiency.mean(axis=0), np.nan),
            "model": np.where(there, ids[units.first[on]][share.argmax(axis=1)][mine], ids),
            "p_model": column(share.max(axis=1), 0.0),
            "efficiency": column(corrected[3], np.nan),
            "corrected": column(corrected[0], np.nan),
            "corrected_low": column(corrected[1], np.nan),
            "corrected_high": column(corrected[2], np.nan),
        },
        index=pd.Index(ids, name="capability"),
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


def tree_region(criteria: Sequence[Criterion], leaves: Sequence[str]) -> Floats | None:
    """Bound the ratios of the weights of a value tree by its swings, among siblings everywhere.

    What stands above others weighs as much as these together.

    Parameters
    ----------
    criteria : of the tree
    leaves : those that are compared; what has none of them below it is left out

    Returns
    -------
    (restrictions, leaves) for an envelopment, every leaf in points from 0 to 100; None where the
    tree bounds nothing.
    """
    parents = {c.id: c.parent for c in criteria}
    below = {c.id: np.zeros(len(leaves)) for c in criteria}
    for k, leaf in enumerate(leaves):
        node = leaf
        while node:
            below[node][k] = 1
            node = parents[node]
    rows = []
    for parent in dict.fromkeys(parents.values()):
        siblings = [c for c in criteria if c.parent == parent and below[c.id].any()]
        if len(siblings) > 1:
            high = np.array([c.swing.high for c in siblings])
            high = np.where(high > 0, high, NO_SWING * high.max())  # it weighs nothing
            low = np.maximum([c.swing.low for c in siblings], LEAST_SWING * high)
            region = elicited_region(low, high, np.ones(len(siblings)))
            rows.append(np.einsum("rs,sk->rk", region, np.stack([below[c.id] for c in siblings])))
    return np.concatenate(rows) if rows else None


def _corrected(cost: Floats, value: Floats, returns: str, seed: int) -> tuple[Floats, int, int]:
    """(4, capabilities) corrected efficiency, low, high, as found; draws; solved again."""
    try:
        found = bootstrap(
            cost[0],
            value[0],
            returns,
            "output",
            replications=REPLICATIONS,
            confidence=CONFIDENCE,
            seed=seed,
        )
    except InputError:  # nearly all are efficient
        plain = dea(cost, value, returns, "output")
        nothing = np.full(plain.efficiency.shape, np.nan)
        return np.concatenate((*[nothing] * 3, plain.efficiency)), 0, plain.resolved
    parts = (found.corrected, found.low, found.high, found.efficiency)
    return np.stack(parts), REPLICATIONS, found.resolved
