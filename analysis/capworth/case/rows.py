"""What stands in a row of a case: its words as types, checked and typed.

What a programme is held to: minimum service, limits of money and staff, targets.

What is known of the network that joins the members: its cost, its flows, who is in it.

Who speaks in a case: the members, what they answered, and what judges said of the weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from math import inf

from capworth.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A part of a case with words that are printed: a name, a title, a note."""

    translations: tuple[tuple[str, str], ...] = ()  # by column: ("name_fr", "Réseau sécurisé")

    def in_language(self, what: str, language: str) -> str:
        """Say its name, or another of its words, in a language; in English where it has none.

        >>> from capworth.case.model import Outcome
        >>> found = Outcome("V", "Vehicle found", translations=(("name_fr", "Véhicule retrouvé"),))
        >>> found.in_language("name", "fr"), found.in_language("name", "es")
        ('Véhicule retrouvé', 'Vehicle found')
        """
        return dict(self.translations).get(f"{what}_{language}") or str(getattr(self, what))

    def wordings(self, what: str) -> tuple[str, ...]:
        """Say the same in every language that it is said in, English first."""
        others = (words for key, words in self.translations if key.rpartition("_")[0] == what)
        return (str(getattr(self, what)), *others)


FUNCTIONS = ("hosting", "exchange", "leads", "analysis", "operations", "training", "coordination")
TRANSFERS = ("contribution", "fee")  # categories of what one pays and another gets: only shown
REVENUE = "revenue"  # category of what comes in to the payer, from outside
GRADES = ("A", "B", "C", "D", "E")
TAKEN = "taken: "  # in the basis of a row, before cells that nobody filled
BY_GRADE = "range by grade"  # in the basis of a range that nobody gave
OWN_WORDS = (  # of the papers, that a case may call otherwise (common.own of the phrases)
    *("member", "members", "donor", "donors", "organisation", "agreed level", "agreed levels"),
)


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
    ends: str = ""  # how low and high are read: as ends of what is possible (blank), 5-95, 10-90
    floor: float = -inf  # the least and the most that the number can be at all
    ceiling: float = inf
    weights: tuple[float, ...] = ()  # of the levels of the record; blank where all count alike
    made_of: tuple[tuple[str, float], ...] = ()  # random streams by name, and their weights

    @property
    def is_certain(self) -> bool:
        """Whether there is nothing to draw."""
        return self.low == self.high

    @property
    def is_by_grade(self) -> bool:
        """Whether nobody gave its range, so that it is the one taken for its grade."""
        return BY_GRADE in self.basis

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
    part_of: str = ""  # the whole that it is a part of
    extent: Estimate | None = None  # points beside the most important capability


@dataclass(frozen=True, slots=True)
class FunctionShare:
    """How much of a capability's activity serves one function; shares sum to 1."""

    capability: str
    function: str
    share: Estimate
    coder: str = ""  # who coded it; empty for what several coders say together


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
    """A stated total, a year if recurrent, that its cost lines must add up to."""

    id: str
    name: str
    currency: str
    price_year: int
    amount: Estimate
    kind: str = "recurrent"
    stands_for: str = "base"  # or mean, P50, P80 of the sum of the out-turns


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
    range_means: str = ""
    cause: str = ""  # that its overrun has in common with others
    manages: str = ""  # the line whose risk it pays to manage

    @property
    def is_transfer(self) -> bool:
        """Whether one pays and another gets it, so that it is no cost to all: only shown."""
        return self.category in TRANSFERS

    @property
    def is_revenue(self) -> bool:
        """Whether it comes in to its payer, so that it is no cost: a saving of its improvement."""
        return self.category == REVENUE

    @property
    def is_cost(self) -> bool:
        """Whether it is still to be paid by somebody, and counted."""
        return self.treatment == "forward" and not self.is_transfer and not self.is_revenue

    @property
    def range_holds(self) -> str:
        """What its range holds: overrun, split or measure; empty where the range is not drawn.

        In a stated total the range is how this divides. Elsewhere it holds the overrun of what is
        paid once; of what is paid every year, that it is not known better. With an overrun from
        its class and no total a range that says nothing of itself would count that twice.
        """
        if self.range_means:
            return self.range_means
        if self.is_revenue:
            return "measure"
        if self.total:
            return "split"
        if self.bias != "none":
            return ""
        return "overrun" if self.kind == "one-off" else "measure"


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
    adverse: bool = False  # harm done on the way: its worth makes no benefit known


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
    library: str = ""  # the published value from which blank cells were taken
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
    extensive: bool = False  # counts amounts
    served: bool = False  # counts the members served

    @property
    def is_measured(self) -> bool:
        """Whether capabilities have levels on it (a leaf of the tree)."""
        return self.worst is not None

    @property
    def ends(self) -> tuple[float, float]:
        """Worst and best level of a leaf; InputError where nothing is measured on it."""
        if self.worst is None or self.best is None:
            raise InputError(f"criterion {self.id!r}: no worst and best level. Measure it.")
        return self.worst, self.best


@dataclass(frozen=True, slots=True)
class Score:
    """The level that a capability reaches on a measured criterion."""

    capability: str
    criterion: str
    level: Estimate
    agreed: float | None = None  # this capability's own agreed level


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
    do_minimum: bool = False  # part of the least that has to be done
    keeps: str = ""  # the capability that would end without it
    row: int = field(default=0, compare=False)  # as a spreadsheet shows it


@dataclass(frozen=True, slots=True)
class Effect:
    """What an improvement changes: a level on a criterion (added) or a chain step (multiplied)."""

    improvement: str
    capability: str
    change: Estimate
    criterion: str = ""
    step: str = ""
    means: str = "change"  # of a step: a factor on it; or level, which it has then

    @property
    def sets_level(self) -> bool:
        """Whether it says what a step is with the improvement, not what it is multiplied by."""
        return self.means == "level"


@dataclass(frozen=True, slots=True)
class Published:
    """One published estimate of what something will cost or take, by the year it was made."""

    metric: str
    year: int
    kind: str
    value: float
    unit: str
    grade: str
    source: str
    improvement: str = ""
    line: str = ""
    currency: str = ""
    price_year: int | None = None
    basis: str = ""
    row: int = field(default=0, compare=False)  # as a spreadsheet shows it


@dataclass(frozen=True, slots=True, kw_only=True)
class Word(Spoken):
    """What a case calls something that the papers have a word for."""

    word: str
    name: str


@dataclass(frozen=True, slots=True)
class Saving:
    """The share of a cost line that an improvement saves."""

    improvement: str
    line: str
    share: Estimate
    from_year: int | None = None
    cashable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSurvey(Spoken):
    """A survey that could be made before the programme is chosen."""

    id: str
    name: str
    inputs: str  # names or patterns of uncertain inputs, parted by spaces
    members: int
    items: int  # answers of each member
    cost: float
    basis: str
    icc: float = 0.1  # how alike answers of one member are
    payer: str = "organisation"
    row: int = 0

    def asks_for(self, name: str) -> bool:
        """Whether it asks for an input of this name."""
        return any(fnmatchcase(name, pattern) for pattern in self.inputs.split())


@dataclass(frozen=True, slots=True)
class BusinessAsUsual:
    """Where a capability goes by itself: growth of what it gives and costs, and its end."""

    capability: str
    growth: Estimate
    cost_growth: Estimate | None = None
    ends: int | None = None  # first year in which it is no longer there
    end_unknown: bool = False  # it is to end in a year that nobody can say


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


@dataclass(frozen=True, slots=True)
class Minimum(Spoken):
    """Minimum service: so many at least of some improvements, or of those of a function."""

    id: str
    name: str
    at_least: int
    basis: str
    function: str = ""
    improvements: tuple[str, ...] = ()
    row: int = field(default=0, compare=False)  # as a spreadsheet shows it


@dataclass(frozen=True, slots=True)
class Limit(Spoken):
    """The most that may be spent in some years or each of them, or posts taken in each."""

    id: str
    name: str
    kind: str  # money, money_a_year or staff
    amount: float  # currency and prices of the case; or posts
    basis: str
    payer: str = ""  # whose money; that of organisation and donors where it is blank
    from_year: int | None = None
    to_year: int | None = None
    row: int = field(default=0, compare=False)  # as a spreadsheet shows it

    @property
    def is_yearless(self) -> bool:
        """Whether it holds for the appraisal as a whole, whenever the money is spent."""
        return self.kind == "money" and self.from_year is None and self.to_year is None


@dataclass(frozen=True, slots=True)
class Target(Spoken):
    """What the programme must add, or the level that a capability must reach with it."""

    id: str
    name: str
    measure: str  # score, money, harm or level
    amount: float
    basis: str
    capability: str = ""
    criterion: str = ""


PRICES = ("hub", "connection", "link", "wanted")  # of hub and links
KEYS = ("affinity", "use", "scatter", "national")  # by which use is shared out among members
WHOLE = (*PRICES, *KEYS, "searches", "records", "quality")  # figures of the network as a whole
COUNTS = ("searchers", "owners")  # members that search a capability, and that own records in it
ONE = ("wanted", "national", "quality", "share")  # parts of a whole


@dataclass(frozen=True, slots=True)
class NetworkFigure:
    """One figure of the network, of one capability in it, or of one member's use of that."""

    item: str
    level: Estimate
    capability: str = ""
    member: str = ""
    region: str = ""  # whose members alone the capability serves


def whole_figures(figures: tuple[NetworkFigure, ...]) -> Mapping[str, Estimate]:
    """Figures of the network as a whole, by item."""
    return {f.item: f.level for f in figures if not f.capability}


def counted(figures: tuple[NetworkFigure, ...], item: str) -> Mapping[str, NetworkFigure]:
    """Figures of one item by the capability that they are of."""
    return {f.capability: f for f in figures if f.item == item and f.capability and not f.member}


METHODS = ("swing", "pairwise", "bestworst", "macbeth", "rank", "direct")
SIZES = ("small", "medium", "large")
SYNTHETIC = "SYNTHETIC"  # with this word the basis of an answer begins that no member gave


@dataclass(frozen=True, slots=True)
class Member(Spoken):
    """A member of the organisation."""

    id: str  # three-letter code of ISO 3166-1
    name: str
    region: str
    grade: str
    language: str = ""
    size: str = ""
    population: float | None = None  # inhabitants
    contribution: float | None = None  # currency of the case a year
    contribution_low: float | None = None
    contribution_high: float | None = None
    contribution_year: int | None = None  # whose prices it is in
    contribution_grade: str = ""
    contribution_source: str = ""
    contribution_basis: str = ""
    source: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Rating:
    """What one member answered about one capability in one survey; points 0 to 10."""

    member: str
    capability: str
    year: int
    grade: str
    importance: float | None = None
    satisfaction: float | None = None
    need: float | None = None
    language: str = ""
    comment: str = ""
    source: str = ""
    basis: str = ""

    @property
    def is_synthetic(self) -> bool:
        """Whether it was made by a generator: no member gave this answer."""
        return self.basis.startswith(SYNTHETIC)


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of one question that a member was asked, and whether it was taken."""

    member: str
    task: str
    option: str
    function: str
    cost: float  # to the member, a year
    chosen: bool
    grade: str
    worst: bool = False
    source: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one judge said of the swing of one criterion; what `value` is depends on the method."""

    judge: str
    method: str
    criterion: str
    grade: str
    other: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    words: str = ""
    day: date | None = None
    note: str = ""
    source: str = ""
    basis: str = ""


MEASURES: Mapping[str, tuple[tuple[str, ...], float]] = {  # items a figure needs, top of its scale
    "need": (("need",), 10.0),
    "gap": (("importance", "satisfaction"), 100.0),
    "importance": (("importance",), 10.0),
    "satisfaction": (("satisfaction",), 10.0),
}
CATEGORIES = ("no", "very weak", "weak", "moderate", "strong", "very strong", "extreme")


def category_range(words: str) -> tuple[int, int]:
    """Return the lowest and highest category of difference that a judge's words allow.

    Raises
    ------
    KeyError
        With the word that is no category.

    >>> category_range("strong"), category_range("weak to strong")
    ((4, 4), (2, 4))
    """
    found = []
    for word in words.strip().lower().split(" to "):
        if word.strip() not in CATEGORIES:
            raise KeyError(word)
        found.append(CATEGORIES.index(word.strip()))
    return min(found), max(found)
