"""The words of a case as types: what stands in a row, checked and typed."""

from __future__ import annotations

from dataclasses import dataclass, field

from capworth.case.spoken import Spoken

FUNCTIONS = ("hosting", "exchange", "leads", "analysis", "operations", "training", "coordination")
GRADES = ("A", "B", "C", "D", "E")


@dataclass(frozen=True, slots=True)
class Estimate:
    """An uncertain number: lowest, most and highest plausible level, and how it is known."""

    name: str  # where it stands: table/keys; also the name of its random stream
    low: float
    mode: float
    high: float
    unit: str
    grade: str  # A audited or official, B published by others, C derived, D judged, E placeholder
    source: str
    basis: str
    row: int  # as a spreadsheet shows it
    record: tuple[float, ...] = ()  # observed levels, rising: drawn from these, not from a PERT
    shape: str = ""  # other than a PERT
    group: str = ""  # of inputs that move together
    share: float = 0.0  # of its variance that it has in common with them
    made_from: str = ""  # table whose row it is computed from, where nobody typed it

    @property
    def is_certain(self) -> bool:
        """Whether there is nothing to draw."""
        return self.low == self.high

    @property
    def table(self) -> str:
        """The table in which its row stands."""
        return self.made_from or self.name.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Capability(Spoken):
    """A policing service that is appraised."""

    id: str
    name: str
    family: str
    designated: bool = False
    basis: str = ""
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class FunctionShare:
    """How much of a capability's activity serves one function; shares sum to 1."""

    capability: str
    function: str
    share: Estimate


@dataclass(frozen=True, slots=True)
class Platform(Spoken):
    """Something several capabilities use; its cost is shared among them by `key`."""

    id: str
    name: str
    key: str
    fixed: Estimate  # share of the cost that does not depend on use
    part_of: str = ""  # a wider platform that the users of this one need too


@dataclass(frozen=True, slots=True)
class Usage:
    """How much one capability uses a platform, in units that are the same for all its users."""

    platform: str
    capability: str
    use: Estimate
    period: str = ""  # the hours, days or months in which it is used so much


@dataclass(frozen=True, slots=True)
class Total(Spoken):
    """A stated total, a year, that its cost lines must add up to."""

    id: str
    name: str
    currency: str
    price_year: int
    amount: Estimate


@dataclass(frozen=True, slots=True)
class CostLine:
    """One amount of money that somebody pays for one thing."""

    id: str
    category: str
    payer: str
    kind: str
    currency: str
    price_year: int
    amount: Estimate  # a year if recurrent
    capability: str = ""
    platform: str = ""
    improvement: str = ""
    treatment: str = "forward"
    from_year: int | None = None
    to_year: int | None = None
    total: str = ""
    bias: str = "none"
    mitigation: float = 0.0
    nominal: bool = False  # in the money of the year in which it is paid
    in_kind: bool = False


@dataclass(frozen=True, slots=True)
class Activity:
    """One published figure of one year."""

    capability: str
    metric: str
    year: int
    value: float
    unit: str
    grade: str
    source: str
    bound: str = "exact"
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Outcome(Spoken):
    """A kind of outcome that a lead can bring about."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ChainStep:
    """One rate or volume of the value chain; `outcome` is empty where all outcomes share it."""

    capability: str
    step: str
    level: Estimate
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class UnitValue:
    """What one outcome is worth on one scale."""

    outcome: str
    scale: str
    scope: str
    worth: Estimate
    currency: str = ""
    price_year: int | None = None
    index: str = ""  # which harm index, where the scale is harm
    transfer: Estimate | None = None  # factor that carries it to the incomes where it is applied


@dataclass(frozen=True, slots=True)
class Criterion(Spoken):
    """One thing that is gained, with the weight of its swing from worst to best.

    There is no "minimise" flag: where less is better, `best` is below `worst`.
    """

    id: str
    name: str
    swing: Estimate  # points, 0 to 100
    parent: str = ""
    unit: str = ""
    worst: float | None = None
    best: float | None = None
    points: tuple[tuple[float, float], ...] = ()  # bends: level, value 0 to 100
    reference: float | None = None
    measure: str = ""  # figure of the members' feedback that is its level
    scale: str = ""  # log10 where levels that activity measures are read so

    @property
    def is_measured(self) -> bool:
        """Whether capabilities have levels on it (a leaf of the tree)."""
        return self.worst is not None


@dataclass(frozen=True, slots=True)
class Score:
    """The level that a capability reaches on a measured criterion."""

    capability: str
    criterion: str
    level: Estimate


@dataclass(frozen=True, slots=True)
class Improvement(Spoken):
    """A candidate project; its cost stands among the cost lines."""

    id: str
    name: str
    readiness: int
    start_year: int
    effect_year: int
    illustrative: bool
    basis: str
    must: bool = False
    tower: str = ""
    ramp_years: int = 0  # from the first effect until the full one
    staff: float = 0.0  # posts in each year from the start to the first effect
    row: int = field(default=0, compare=False)  # as a spreadsheet shows it


@dataclass(frozen=True, slots=True)
class Effect:
    """What an improvement changes: a level on a criterion (added) or a chain step (multiplied)."""

    improvement: str
    capability: str
    change: Estimate
    criterion: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """One improvement requires or excludes another, or adds more or less beside it."""

    improvement: str
    relation: str
    other: str
    lag: int | None = None  # years between their starts
    bonus: Estimate | None = None  # share of the lesser gain of the two
    basis: str = ""
    row: int = field(default=0, compare=False)  # as a spreadsheet shows it


@dataclass(frozen=True, slots=True)
class Pledge(Spoken):
    """Money that is promised or expected, perhaps for some improvements only."""

    id: str
    name: str
    kind: str
    year: int
    currency: str
    price_year: int
    amount: Estimate
    years: int = 1  # over which it comes, in equal parts
    use: str = "programme"  # or that of the organisation: shown beside, not counted
    chance: Estimate | None = None  # probability that it comes; by its grade where None
    earmark: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Price:
    """An exchange rate to the case's currency, or its price index, of one year."""

    kind: str
    currency: str
    year: int
    value: float
    grade: str
    source: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure was read."""

    id: str
    title: str
    publisher: str = ""
    year: str = ""
    type: str = ""
    address: str = ""
