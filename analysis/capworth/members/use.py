"""What each member uses and owns of every capability: modelled by a stated key, never observed.

The study's totals shared out among the members, with the Monte Carlo error of every part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise

import numpy as np
from scipy.special import ndtri

from capworth.case.model import Case, Estimate, counted, whole_figures
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.network.network import found_at_others, with_known
from capworth.model.chain import ChainModel, hits_of
from capworth.model.costs import PAYERS
from capworth.model.draws import Draws, by_draw
from capworth.model.result import ends
from capworth.model.simulation import Kept, Sample, sampled
from capworth.streams import stream

NUMBERS = 3 << 20  # of draws by member, which bound the draws where members are many
LEAST = 200  # draws in any case
DRAWS = 5_000  # of the sample, the first ones, in which use is shared out among members
PAIR = 2  # members that are always connected
BATCHES = 10  # groups of these draws, drawn apart from one another: how they differ is the error
INHABITANTS = {"small": 1e6, "medium": 1e7, "large": 6e7}  # of a class, where no number is given


@dataclass(frozen=True, slots=True, eq=False)
class CapabilityUse:
    """The members in one capability. Shares sum to 1 over the members in every draw.

    Attributes
    ----------
    searching, owning : (draws, members) whether it is connected
    own : (draws, members) its share of what is found by searching
    external : (draws, members) share of what is found that is found in its records
    covered : (draws,) share of the wanted exchange that is reached
    """

    searching: Bools
    owning: Bools
    own: Floats
    external: Floats
    covered: Floats


class UseModel:
    """The members of a case and the key by which use is shared out among them.

    Use and records of a member follow its inhabitants to a power, times a scatter of its own, as
    members of one size differ widely; what it finds at others follows both masses, more inside its
    region. Who is connected is drawn anew in every draw, as only counts are published.

    Draws come in `BATCHES` groups that know nothing of one another. Within a group each member's
    scatter and place are stratified (a Latin hypercube: McKay, Beckman & Conover 1979,
    Technometrics 21, 239-245): one draw in each of as many equal parts as the group has draws.
    That leaves a quarter of the variance of as many plain draws.
    """

    def __init__(self, sample: Sample) -> None:
        case = sample.case
        self.case = case
        most = max(NUMBERS // max(len(case.members), 1), LEAST)
        self.size = min(DRAWS, len(sample.drawn.cost), most)
        self.draws: Draws = sampled(case, 0, self.size)
        figures = whole_figures(case.network)
        self._levels: Mapping[str, Floats] = {i: self.draws.of(e) for i, e in figures.items()}
        regions = tuple(dict.fromkeys(m.region for m in case.members))
        self.regions = regions
        ends = np.linspace(0, self.size, min(BATCHES, self.size) + 1).astype(int)
        self.batches = tuple(slice(int(a), int(b)) for a, b in pairwise(ends))
        names = sorted(m.id for m in case.members)
        self._order = [names.index(m.id) for m in case.members]
        self.region: Ints = np.array([regions.index(m.region) for m in case.members])
        self._whole: dict[tuple[bytes, int], Floats] = {}
        self._by_all: dict[tuple[int, bool], CapabilityUse] = {}  # where all are connected
        self.seeking, self.holding = self._masses("searching"), self._masses("owning")

    def level(self, item: str, otherwise: float = 1.0) -> Floats:
        """(draws,) a figure of the whole network; where the case has none, what is given."""
        return self._levels.get(item, np.full(self.size, otherwise))

    def count(self, item: str, capability: str) -> tuple[Floats, str]:
        """(draws,) connected members of one kind, and the region that alone is served."""
        estimate, region = connected(self.case, item, capability)
        if estimate is None:
            return np.full(self.size, float(len(self.case.members))), region
        return self.draws.of(estimate), region

    def eligible(self, region: str) -> Bools:
        """(members,) who may be connected to what serves one region; all where it is blank."""
        if not region:
            return np.ones(len(self.case.members), dtype=bool)
        inside: Bools = self.region == self.regions.index(region)
        return inside

    def capabilities(self) -> Iterator[CapabilityUse]:
        """Every capability of the case, in its order, in all draws."""
        for capability in self.case.capability_ids:
            parts = list(self.batches_of(capability))
            yield CapabilityUse(
                *(
                    np.concatenate([getattr(p, f.name) for p in parts])
                    for f in fields(CapabilityUse)
                )
            )

    def batches_of(self, capability: str, external: bool = True) -> Iterator[CapabilityUse]:
        """One capability, one batch of draws after the other; `external` blank if not needed."""
        known, levels = self._known(capability)
        searchers, region = self.count("searchers", capability)
        owners, _ = self.count("owners", capability)
        if np.array_equal(owners, searchers):
            owners = searchers
        eligible = self.eligible(region)
        affinity = self.level("affinity")
        by_all = not known.any() and self._counts_nobody(capability)
        for batch, rows in enumerate(self.batches):
            if by_all and (batch, external) in self._by_all:
                yield self._by_all[batch, external]
                continue
            even = self._even(f"{capability}/connected", batch)
            on = self._connected(searchers[rows], even, eligible, known)
            owning = on
            if known.any() or owners is not searchers:
                owning = self._connected(owners[rows], even, eligible, known & False)
            seek, have = self.seeking[batch] * on, self.holding[batch] * owning
            own = found_at_others(have, seek, self.region, affinity[rows])
            whole, given = own.sum(axis=1), own[:, :0]
            own = _parts(own, whole)
            if external:
                given = _parts(found_at_others(seek, have, self.region, affinity[rows]), whole)
            if known.any():
                own = with_known(own, known, levels[rows])
            found = CapabilityUse(on, owning, own, given, whole / self._wanted(eligible, batch))
            if by_all:
                self._by_all[batch, external] = found
            yield found

    def _counts_nobody(self, capability: str) -> bool:
        """Whether the case does not count who is connected, so that all are."""
        items = ("searchers", "owners")
        return all(connected(self.case, item, capability)[0] is None for item in items)

    def chances(self, item: str, capability: str, count: Floats) -> tuple[Floats, Floats]:
        """(members,) chance of being connected, without a draw of who is; its Monte Carlo error.

        Of M members who may be, each has the same chance: E[max(B, 2)] / M, B binomial of M and
        the share that is connected, as the two first always are; mean over the counts (draws,).
        """
        region = connected(self.case, "searchers", capability)[1]
        eligible = self.eligible(region)
        known = self._known(capability)[0] if item == "searchers" else eligible & False
        many = int(eligible.sum())
        share = np.clip(_share(count, eligible, known), 0.0, 1.0)
        none, one = (1 - share) ** many, many * share * (1 - share) ** max(many - 1, 0)
        each = (many * share + 2 * none + one if many > 1 else np.ones_like(share)) / max(many, 1)
        chance = np.where(eligible, np.where(known, 1.0, each.mean()), 0.0)
        return chance, np.where(eligible & ~known, mean_error(each[:, None]), 0.0)

    def _wanted(self, eligible: Bools, batch: int) -> Floats:
        """(draws,) exchange of a batch if all who may be connected were."""
        key, rows = (eligible.tobytes(), batch), self.batches[batch]
        if key not in self._whole:
            have, seek = self.holding[batch] * eligible, self.seeking[batch] * eligible
            affinity = self.level("affinity")[rows]
            found = found_at_others(have, seek, self.region, affinity)
            self._whole[key] = found.sum(axis=1)
        return self._whole[key]

    def _masses(self, what: str) -> tuple[Floats, ...]:
        """(draws of the batch, members) how much each would seek, or hold, in each batch."""
        size = np.log(inhabitants(self.case))
        power, scatter = (self.level(item, 0.0)[:, None] for item in ("use", "scatter"))
        return tuple(
            np.exp(scatter[rows] * ndtri(self._even(what, batch)) + power[rows] * size)
            for batch, rows in enumerate(self.batches)
        )

    def _even(self, what: str, batch: int) -> Floats:
        """(draws of the batch, members) between 0 and 1, each member's stratified."""
        rows, members = self.batches[batch], len(self.case.members)
        draws = rows.stop - rows.start
        random = stream(self.case.settings.seed, f"members' use: {what}", batch)
        even = np.tile(np.arange(float(draws)), (members, 1))
        random.permuted(even, axis=1, out=even)
        even += random.random((draws, members)).T
        even /= draws
        return even[self._order].T

    def _connected(self, count: Floats, even: Floats, eligible: Bools, known: Bools) -> Bools:
        """Who is connected, as many as are counted on average.

        Those with the smallest numbers are, so that owners and searchers are the same members as
        far as their counts go; the two first always, and those known to be.
        """
        here = even if eligible.all() else np.where(eligible, even, 2.0)
        share = _share(count, eligible, known)
        on: Bools = here < share[:, None]
        few = np.flatnonzero(on.sum(axis=1) < PAIR)
        if len(few):
            last = min(PAIR, here.shape[1]) - 1
            on[few] |= here[few] <= np.partition(here[few], last, axis=1)[:, last, None]
        on |= eligible & known
        return on & eligible

    def _known(self, capability: str) -> tuple[Bools, Floats]:
        """Members whose share of the use is known, and their shares, (draws, known)."""
        figures = {
            f.member: f.level
            for f in self.case.network
            if f.item == "share" and f.capability == capability
        }
        known = np.array([m.id in figures for m in self.case.members])
        levels = [self.draws.of(figures[m.id]) for m in self.case.members if m.id in figures]
        return known, np.array(levels).T.reshape(self.size, -1)


def _parts(found: Floats, whole: Floats) -> Floats:
    """(draws, members) part of the whole (draws,) that each has; 0 where there is nothing."""
    if (whole > 0).all():
        found /= whole[:, None]
        return found
    there = whole[:, None]
    return np.divide(found, there, out=np.zeros_like(found), where=there > 0)


def connected(case: Case, item: str, capability: str) -> tuple[Estimate | None, str]:
    """How many members are connected, None where all are, and the region that alone is served."""
    for kind in (item, "searchers"):  # owners are the searchers where they are not counted
        found = counted(case.network, kind).get(capability)
        if found is not None:
            return found.level, found.region
    return None, ""


def _share(count: Floats, eligible: Bools, known: Bools) -> Floats:
    """(draws,) share that is connected of those who may be and are not known to be."""
    sure = int((eligible & known).sum())
    share: Floats = (count - sure) / max(int(eligible.sum()) - sure, 1)
    return share


def inhabitants(case: Case) -> Floats:
    """(members,) inhabitants; those of the class of size where no number is given, else all 1."""
    given = [
        m.population if m.population is not None else INHABITANTS[m.size] if m.size else 1.0
        for m in case.members
    ]
    return np.array(given, dtype=float)


COUNTS = ("hits", "hits_given")  # of events, not told of one member where they are small
MEASURES = ("hits", "hits_given", "own_m", "external_m", "own_harm", "external_harm", "national_m")
SHARED = {  # measure: what is shared out, and by which share
    "hits": ("hits", "own"),
    "hits_given": ("hits", "external"),
    "own_m": ("money", "own"),
    "external_m": ("money", "external"),
    "own_harm": ("harm", "own"),
    "external_harm": ("harm", "external"),
    "national_m": ("national", "paid"),
}


@dataclass(frozen=True, slots=True)
class Totals:
    """What the study has of one thing, a year.

    Attributes
    ----------
    mean : (capabilities,) as the study prints it, over the draws that it keeps
    error : (parts, capabilities) whose squares sum to the squared Monte Carlo error of the means
    drawn : (draws, capabilities) in the first draws, in which use is shared out
    """

    mean: Floats
    error: Floats
    drawn: Floats

    @classmethod
    def of(cls, kept: Floats, size: int) -> Totals:
        """Take the mean of the draws that the study keeps (draws kept, capabilities)."""
        return cls(kept.mean(axis=0), covariance_root(kept, len(kept)), kept[:size])


def covariance_root(drawn: Floats, many: int) -> Floats:
    """(capabilities, capabilities) root of the covariance of means over many draws."""
    things = drawn.shape[1]
    if len(drawn) < 2 or not things:
        return np.zeros((1, things))
    spreads, axes = np.linalg.eigh(np.cov(drawn, rowvar=False, ddof=1).reshape(things, things))
    root: Floats = np.sqrt(np.maximum(spreads, 0.0) / many)[:, None] * axes.T
    return root


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """Use shared out among the members, in the draws of a `UseModel`.

    Attributes
    ----------
    shares : own, external and paid, (batches, capabilities, members): mean share in each batch; 0
        where there is nothing to share by it
    sizes : (batches,) draws of each
    ranges : measure to both ends of the 80 % interval, (2, members)
    counts : hits and hits given to both ends, (2, capabilities, members)
    covered : (draws, capabilities) share of the wanted exchange that is reached
    totals : what is shared out
    eligible : (capabilities, members) who may be connected
    """

    model: UseModel
    shares: Mapping[str, Floats]
    sizes: Ints
    ranges: Mapping[str, Floats]
    counts: Mapping[str, Floats]
    covered: Floats
    totals: Mapping[str, Totals]

    def mean(self, kind: str) -> Floats:
        """(capabilities, members) mean share over all draws."""
        weight = self.sizes / self.sizes.sum()
        mean: Floats = np.einsum("b,bcm->cm", weight, self.shares[kind])
        return mean

    def noise(self, measure: str) -> Floats:
        """(parts, members) whose squares sum to the squared error of a member's figure.

        Add up the columns of several members to have the parts of the error of their sum. A part
        for each batch, which differ by the use that was drawn, and the parts of the totals' own.
        """
        total, kind = SHARED[measure]
        whole, many = self.totals[total], len(self.sizes)
        batch = np.einsum("c,bcm->bm", whole.mean, self.shares[kind])
        apart = (batch - batch.mean(axis=0)) / np.sqrt(max(many * (many - 1), 1))
        return np.concatenate((apart, whole.error @ self.mean(kind)))


def share_out(sample: Sample) -> Use | None:
    """Share hits, value and national cost out among the members; None where there are none.

    A member's mean is the mean that the study prints times the member's mean share, as use is drawn
    independently of what there is to share: so the members' parts sum to the study's figure, and no
    total is told twice. Ranges are those of the products in the draws.
    """
    case = sample.case
    if not case.members:
        return None
    model = UseModel(sample)
    totals = _totals(sample, model.size)
    many, size = len(case.members), model.size
    flat = model.level("national", 0.0)[:, None]
    sums = {m: [by_draw(b.stop - b.start, many) for b in model.batches] for m in MEASURES}
    shape = len(model.batches), len(case.capabilities), many
    shares = {kind: np.zeros(shape) for kind in ("own", "external", "paid")}
    counts = {m: np.full((2, *shape[1:]), np.nan) for m in COUNTS}
    covered = np.zeros((size, shape[1]))
    for c, capability in enumerate(case.capability_ids):
        shared = {m: by for m, by in SHARED.items() if totals[by[0]].drawn[:, c].any()}
        kinds = {kind for _, kind in shared.values()}
        counted: dict[str, list[Floats]] = {m: [] for m in COUNTS if m in shared}
        batches = model.batches_of(capability, "external" in kinds)
        for b, (rows, found) in enumerate(zip(model.batches, batches, strict=True)):
            parts = {"own": found.own, "external": found.external}
            if "paid" in kinds:
                paid = parts["paid"] = found.searching.astype(np.float64)
                paid *= flat[rows] / paid.sum(axis=1, keepdims=True)  # from each the same
                paid += (1 - flat[rows]) * found.own
            for kind in kinds:
                shares[kind][b, c] = parts[kind].mean(axis=0)
            for measure, (total, kind) in shared.items():
                mine = totals[total].drawn[rows, c, None] * parts[kind]
                sums[measure][b] += mine
                if measure in counted:
                    counted[measure].append(mine)
            covered[rows, c] = found.covered
        for measure, drawn in counted.items():
            counts[measure][:, c] = _ends(drawn)
    return Use(
        model=model,
        shares=shares,
        sizes=np.array([rows.stop - rows.start for rows in model.batches]),
        ranges={m: _ends(values) for m, values in sums.items()},
        counts=counts,
        covered=covered,
        totals=totals,
    )


def _ends(drawn: Sequence[Floats]) -> Floats:
    """(2, members) ends of the 80 % interval of draws (draws, members), batch by batch."""
    return np.stack(ends(np.concatenate(drawn)))


def _totals(sample: Sample, size: int) -> Mapping[str, Totals]:
    """Gather what is shared out, as the study prints it: a year, money in millions."""
    drawn, years = sample.drawn, sample.model.annuity * MILLION
    paid = drawn.payers[:, :, PAYERS.index("members")]
    return {
        "hits": Totals.of(_hits(sample), size),
        "money": Totals.of(drawn.money / years, size),
        "harm": Totals.of(drawn.harm, size),
        "national": Totals.of(paid / years, size),
    }


COUNTED = ("hits", "searches", "hit_rate", "intensity", "records", "quality", "access")


def _hits(sample: Sample) -> Floats:
    """(draws kept, capabilities) hits a year; 0 where the case has no chain."""
    case, kept = sample.case, Kept(sample)
    begins = tuple(s for s in case.chain if s.step in COUNTED)
    levels = ChainModel(replace(case, chain=begins)).levels(kept)
    found = [hits_of(level) if level else np.zeros(kept.size) for level in levels.values()]
    return np.stack([np.broadcast_to(h, kept.size) for h in found], axis=1)


def mean_error(values: Floats) -> Floats:
    """Monte Carlo error of the means over draws (draws, things): standard deviation / root of n."""
    if len(values) < 2:
        return np.zeros(values.shape[1])
    error: Floats = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    return error
