"""How services are compared by envelopment: what they take, what they make, who is a model.

Cost is an extent: twice the service, twice the cost. Levels are intensities: twice the service, the
same level. Held against one another, under variable returns, cost hardly matters, as a dear service
is compared with cheap ones of high levels; under constant returns a small service is excellent for
being small. So both are taken per unit of extent, or both in full (ratios among amounts:
Hollingsworth & Smith 2003, Applied Economics Letters 10, 733-735).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from capworth.case.model import EQUAL, MEMBERS, RESULTS, SWING, Case
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.envelopment.bootstrap import shrunk
from capworth.methods.envelopment.dea import Envelopment, dea
from capworth.methods.envelopment.technology import NEGLIGIBLE, Question, negligible, project
from capworth.model.simulation import Sample

UNIT_COSTS: Final = "unit_costs"  # cost per unit of extent, and levels
AMOUNTS: Final = "amounts"  # cost, and levels x extent
LEVELS: Final = "levels"  # cost, and levels: of unlike kinds
CONSTANT, VARIABLE = "constant", "variable"
FLAGS: Final[Mapping[str, str]] = {  # key of extents: flag of the criterion that it is made of
    SWING: "",
    MEMBERS: "served",
    RESULTS: "extensive",
}
COST = -1  # instead of the number of an output: the one input
LEAST = 1e-6  # smallest output and input of the envelopment


def other_returns(returns: str) -> str:
    """The returns to scale that stand beside those asked for.

    >>> other_returns("variable")
    'constant'
    """
    return CONSTANT if returns == VARIABLE else VARIABLE


@dataclass(frozen=True, slots=True)
class Way:
    """One way to compare.

    Attributes
    ----------
    measures : UNIT_COSTS, AMOUNTS or LEVELS
    returns : CONSTANT or VARIABLE
    key : of the extents: swing, members, results or equal
    """

    measures: str
    returns: str
    key: str


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Whole services in every draw. Declared parts of a service are added up before all else.

    Attributes
    ----------
    rows : (capabilities,) number of the unit that each is, or is a part of
    first : (units,) number of the capability that stands for it
    extent : (units,) share of all extents; sums to 1
    unit_cost : (draws, units) whole-life cost in millions for an extent of the average unit
    levels : (draws, units, outputs) plain mean of the criteria of each output, 0 to 100
    score : (draws, units) 0 to 100, by the weights of the value tree
    outputs : (outputs,) numbers of the branches, or criteria; without those that do not count
    inside : (capabilities,) part of each in its unit; they sum to 1 in each
    """

    rows: Ints
    first: Ints
    extent: Floats
    unit_cost: Floats
    levels: Floats
    score: Floats
    outputs: Ints
    inside: Floats

    @classmethod
    def of(cls, sample: Sample, draws: int, key: str, *, by_criterion: bool = False) -> "Units":
        """Gather them from the first draws, by branch of the value tree or by criterion.

        The outputs do without the weights of the value tree, as these decide who is among the best
        by score; so no weight decides twice. A criterion of which the extents are made is left out,
        as it would count twice too.
        """
        case, drawn = sample.case, sample.drawn
        extent, counted = extents_of(sample, key)
        below = np.eye(len(counted)) if by_criterion else sample.model.value.branch_of()
        below = below * counted[:, None]
        outputs = np.flatnonzero(below.any(axis=0))
        inside = below[:, outputs] / below[:, outputs].sum(axis=0)
        levels = np.einsum("nck,kb->ncb", drawn.levels[:draws], inside)
        return cls.whole(
            case, extent, drawn.cost[:draws] / MILLION, levels, drawn.score[:draws], outputs
        )

    @classmethod
    def whole(
        cls, case: Case, extent: Floats, cost: Floats, levels: Floats, score: Floats, outputs: Ints
    ) -> "Units":
        """Add up the parts: costs and extents as they are, levels and scores by their extents."""
        names = [c.part_of or c.id for c in case.capabilities]
        wholes = list(dict.fromkeys(names))
        rows = np.array([wholes.index(name) for name in names])
        ids = list(case.capability_ids)
        first = np.array([ids.index(w) if w in ids else names.index(w) for w in wholes])
        mine = _of_units(extent[None], rows)[0]
        inside = np.where(
            mine[rows] > 0,
            extent / np.where(mine > 0, mine, 1.0)[rows],
            1 / np.bincount(rows)[rows],
        )
        mean = mine / mine.sum() * len(wholes)  # 1 for a unit of average extent
        price = _of_units(cost, rows)
        return cls(
            rows=rows,
            first=first,
            extent=mine / mine.sum(),
            unit_cost=np.divide(price, mean, out=np.full_like(price, np.nan), where=mean > 0),
            levels=_of_units(levels * inside[:, None], rows),
            score=_of_units(score * inside, rows),
            outputs=outputs,
            inside=inside,
        )

    def mean_of(self, values: Floats) -> Floats:
        """(draws, units, ...) what capabilities have, as means over the parts of each unit."""
        return _of_units(values * self.inside[:, None], self.rows)

    @property
    def there(self) -> Bools:
        """(units,) which have an extent; the others count nothing and are not compared."""
        return self.extent > 0

    def shrunken(self) -> "Units":
        """Move unit costs, levels and scores towards their means, as far as they are unsure."""
        on, cost = self.there, self.unit_cost.copy()
        cost[:, on] = np.exp(shrunk(np.log(np.maximum(cost[:, on], LEAST))))
        levels = self.levels.copy()
        for b in range(levels.shape[2]):
            levels[:, on, b] = shrunk(levels[:, on, b])
        score = self.score.copy()
        score[:, on] = shrunk(score[:, on])
        return replace(self, unit_cost=cost, levels=levels, score=score)

    def measured(self, way: Way) -> tuple[Floats, Floats]:
        """Input (draws, units there, 1) and outputs (draws, units there, outputs) of a way.

        Under constant returns amounts and unit costs are one comparison: each unit may be scaled.
        """
        on = self.there
        size = self.extent[on] / self.extent[on].mean()
        cost = np.maximum(self.unit_cost[:, on], LEAST)[:, :, None]
        levels = np.maximum(self.levels[:, on], LEAST)
        if way.measures == LEVELS:
            return cost * size[:, None], levels
        if way.measures == AMOUNTS and way.returns == VARIABLE:
            return cost * size[:, None], levels * size[:, None]
        return cost, levels


def _of_units(amounts: Floats, rows: Ints) -> Floats:
    """(draws, units, ...) sums over the parts of each unit of (draws, capabilities, ...)."""
    order = np.argsort(rows, kind="stable")
    starts = np.flatnonzero(np.diff(rows[order], prepend=-1))
    return np.asarray(np.add.reduceat(amounts[:, order], starts, axis=1))


def keys_of(sample: Sample) -> tuple[str, ...]:
    """Keys of the extents that a case knows, the most telling first; cost would count itself."""
    given = sample.model.today.given
    return (*(key for key in FLAGS if key in given), EQUAL)


def extents_of(sample: Sample, key: str) -> tuple[Floats, Bools]:
    """(capabilities,) extents, frozen as they are today; (leaves,) criteria that still count."""
    leaves = sample.model.value.leaves
    counted = np.array([not getattr(leaf, FLAGS.get(key, ""), False) for leaf in leaves])
    return sample.model.today.extents(key).share, counted if counted.any() else ~counted


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Services held against the best mixtures of services, in every draw.

    Attributes
    ----------
    efficiency : (draws, units) 0 to 1; NaN for what is not compared
    efficient : (draws, units)
    model : (draws, units) efficient, and a peer of another unit
    default : (draws, units) number of the output, or COST, without which an efficient unit would
        not be so and on which none is better; the last one that is found; below COST: none
    peer, part : (draws, units, most) the mixture that each is held against, as in `dea.Envelopment`
    target : (draws, units, outputs) levels of the mixture
    small_sample : fewer units than three times the measures
    resolved : programmes that were solved a second time
    """

    efficiency: Floats
    efficient: Bools
    model: Bools
    default: Ints
    peer: Ints
    part: Floats
    target: Floats
    small_sample: bool
    resolved: int

    def peer_mean(self, of: Floats | Bools) -> Floats:
        """(units, units) mean over the draws of what each unit has by each of its peers."""
        units = self.peer.shape[1]
        place = np.arange(units)[:, None] * units + self.peer
        total = np.bincount(place.ravel(), of.ravel(), units * units)
        return total.reshape(units, units) / len(self.peer)

    @property
    def by_default(self) -> Bools:
        """(draws, units) efficient only because none is better on one factor."""
        found: Bools = self.default >= COST
        return found

    @property
    def excellent(self) -> Bools:
        """(draws, units) efficient, a model of others, and not by one factor alone."""
        return self.model & ~self.by_default


NO_FACTOR = COST - 1


def compare(units: Units, way: Way, *, alone: bool = True) -> Compared:
    """Hold every service against the best mixtures, and ask of what its efficiency is made.

    A unit that is its own only peer, and nobody else's, is not compared with anybody: it is
    efficient against itself. A unit that none beats on one factor is efficient whatever else it
    does: so the factor is left out, and the unit is asked again. A factor is an output (for its
    cost, under constant returns), or under variable returns the cost. Twins are models together.

    Parameters
    ----------
    alone : whether it is asked by which factors units are efficient alone; else by none
    """
    inputs, outputs = units.measured(way)
    found = dea(inputs, outputs, way.returns, "output")
    efficient = found.efficient
    factors = list(range(outputs.shape[2])) if alone and outputs.shape[2] > 1 else []
    if alone and way.returns == VARIABLE:  # the cheapest is efficient whatever it does
        factors.append(COST)
    default = np.full(efficient.shape, NO_FACTOR)
    again = 0
    for factor in factors:
        only, solved = _only_by(inputs, outputs, efficient, factor, way.returns)
        default[only] = factor
        again += solved
    on = np.flatnonzero(units.there)
    many = len(units.extent)
    size = units.extent[on] / units.extent[on].mean()
    whole = way.measures == AMOUNTS and way.returns == VARIABLE
    target = found.output_target / (size[:, None] if whole else 1.0)

    def placed(part: Floats, other: float) -> Floats:
        full = np.full((len(part), many, *part.shape[2:]), other)
        full[:, on] = part
        return full

    return Compared(
        efficiency=placed(found.efficiency, np.nan),
        efficient=placed(efficient.astype(float), 0.0) > 0,
        model=placed((efficient & _followed(found)).astype(float), 0.0) > 0,
        default=placed(default.astype(float), NO_FACTOR).astype(int),
        peer=placed(on[found.peer].astype(float), 0.0).astype(int),
        part=placed(found.part, 0.0),
        target=placed(target, np.nan),
        small_sample=found.small_sample,
        resolved=found.resolved + again,
    )


def _followed(found: Envelopment) -> Bools:
    """(draws, units) whether a unit, or a twin of it, is a peer of another unit that is no twin."""
    followed: Bools = found.reference_count > 0
    both = np.concatenate((found.inputs, found.outputs), axis=2)
    if len(np.unique(both[0], axis=0)) < both.shape[1]:  # else no two are alike in every draw
        keys = both.transpose(1, 0, 2).reshape(both.shape[1], -1)
        _, twin = np.unique(keys, axis=0, return_inverse=True)
        for group in np.unique(twin):
            members = np.flatnonzero(twin == group)
            followed[:, members] = followed[:, members].any(axis=1, keepdims=True)
    return followed


def _only_by(
    inputs: Floats, outputs: Floats, efficient: Bools, factor: int, returns: str
) -> tuple[Bools, int]:
    """(draws, units) efficient, best on one factor, and not efficient without it; solved again."""
    only = np.zeros(efficient.shape, dtype=bool)
    if factor == COST:
        best, left = -inputs[:, :, 0], outputs
        cost = np.ones_like(inputs)
    else:
        best = outputs[:, :, factor] / (inputs[:, :, 0] if returns == CONSTANT else 1.0)
        cost, left = inputs, np.delete(outputs, factor, axis=2)
    first = best.max(axis=1, keepdims=True)
    asked = efficient & (best >= first - NEGLIGIBLE * np.abs(first))
    draws, places = np.nonzero(asked)
    if not len(draws):
        return only, 0
    points = cost[draws, places][:, None], left[draws, places][:, None]
    toward = np.zeros_like(points[0]), points[1]
    question = Question(returns, counted=np.ones(1 + left.shape[2]))
    found = project((cost[draws], left[draws]), points, toward, question)
    clean = negligible(found.slack[..., 1:], points[1]) & negligible(
        found.slack[..., :1], points[0]
    )
    still = (found.distance <= NEGLIGIBLE) & clean
    only[draws, places] = ~still[:, 0]
    return only, found.resolved
