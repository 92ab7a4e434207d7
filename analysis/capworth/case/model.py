"""A case as a whole. After the door nothing is a raw string, nothing half-checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, Self

from capworth.case.claim import Registration
from capworth.case.drawing import Correlation, Distribution, Observation
from capworth.case.relations import SYNERGY
from capworth.case.rows import (
    CATEGORIES,
    COUNTS,
    FUNCTIONS,
    GRADES,
    MEASURES,
    ONE,
    PRICES,
    SIZES,
    SYNTHETIC,
    WHOLE,
    Activity,
    BusinessAsUsual,
    Capability,
    ChainStep,
    Choice,
    CostLine,
    Criterion,
    Effect,
    Estimate,
    FunctionShare,
    Improvement,
    Judgement,
    Limit,
    Member,
    Minimum,
    NetworkFigure,
    Outcome,
    PlannedSurvey,
    Platform,
    Pledge,
    Price,
    Published,
    Rating,
    Relation,
    Saving,
    Score,
    Source,
    Spoken,
    Target,
    Total,
    UnitValue,
    Usage,
    Word,
    category_range,
    counted,
    whole_figures,
)

__all__ = [
    "ALIASES",
    "CATEGORIES",
    "COST",
    "COUNTS",
    "DISTANCE",
    "EQUAL",
    "EXTENT_KEYS",
    "FUNCTIONS",
    "GRADES",
    "HARM",
    "MEASURES",
    "MEMBERS",
    "NET",
    "ONE",
    "PRICES",
    "RESULTS",
    "SIZES",
    "SWING",
    "SYNTHETIC",
    "WHOLE",
    "Activity",
    "BusinessAsUsual",
    "Capability",
    "Case",
    "ChainStep",
    "Change",
    "Choice",
    "Correlation",
    "CostLine",
    "Criterion",
    "Distribution",
    "Effect",
    "Estimate",
    "FunctionShare",
    "Improvement",
    "Judgement",
    "Limit",
    "Member",
    "Minimum",
    "NetworkFigure",
    "Observation",
    "Outcome",
    "PlannedSurvey",
    "Platform",
    "Pledge",
    "Price",
    "Published",
    "Rating",
    "Relation",
    "Saving",
    "Scenario",
    "Score",
    "Settings",
    "Source",
    "Spoken",
    "Target",
    "Total",
    "UnitValue",
    "Usage",
    "Word",
    "category_range",
    "counted",
    "whole_figures",
]


@dataclass(frozen=True, slots=True)
class Settings(Spoken):
    """The assumptions of a case: the keys of `case.toml`."""

    name: str
    title: str
    organisation: str
    appraisal_date: date
    currency: str
    price_year: int
    first_year: int
    years: int
    discounting: str
    seed: int
    note: str = ""
    timing: str = "start"
    draws: int = 100_000
    sampling: str = "random"
    distribution_ends: str = "ends"
    financial_years: bool = False  # a year is the one that begins in it: 2021/22
    number_format: str = ""  # of the tables; "" asks where a number may be meant either way
    languages: tuple[str, ...] = ("en",)
    budget: float | None = None
    objective: str = ""
    extent_key: str = ""
    budget_confidence: float = 0.8  # share of the draws; 0: on average only
    budget_payers: tuple[str, ...] = ("organisation", "donors")
    near: float = 0.05
    target: float | None = None
    common_cause: float = 0.5  # share of the variance of overruns that builds have in common
    harm_index: str = ""
    top_share: float = 0.25
    excellent_efficient: float = 0.5
    excellent_top: float = 0.5
    excellence_measures: str = "unit_costs"
    excellence_returns: str = ""
    excellence_extent: str = ""
    productivity: str = ""
    functions: tuple[str, ...] = FUNCTIONS


DISTANCE, NET, HARM = "distance", "net", "harm"  # what a programme may be to add most of
ALIASES = {"score": DISTANCE, "money": NET}  # old words of the objective
SWING, COST, RESULTS, MEMBERS, EQUAL = EXTENT_KEYS = "swing", "cost", "results", "members", "equal"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing in which a case is not as it was read: `case.changes` lists them.

    Attributes
    ----------
    kind : value, weight, setting, claim, without or improvement
    name : of the input, criterion, key or thing
    before, after : as they stand in files; low / mode / high of an estimate; of what is left out or
        added, how many rows of which tables
    """

    kind: str
    name: str
    before: str
    after: str

    def __str__(self) -> str:
        if not self.after:
            return f"{self.kind} {self.name} ({self.before})"
        if not self.before:
            return f"{self.kind} {self.name} ({self.after})"
        return f"{self.kind} {self.name}: {self.after}, before {self.before}"


SCENARIO = "scenario"  # before the short name of one, among the names of a case


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario(Spoken):
    """A future, or another view, with a name: what it changes in a case (`scenarios.toml`)."""

    id: str
    name: str
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)
    claim: Mapping[str, Any] = field(default_factory=dict, hash=False)
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)
    weights: Mapping[str, Any] = field(default_factory=dict, hash=False)
    without: tuple[str, ...] = ()
    improvements: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)


class _Named(Protocol):
    @property
    def id(self) -> str: ...
    def in_language(self, what: str, language: str) -> str: ...


@dataclass(frozen=True, slots=True, repr=False, weakref_slot=True)
class Case:
    """Everything that is known before the first draw; nothing in it can be changed.

    >>> from capworth import read_case
    >>> case = read_case("elicitation-example")
    >>> case
    <Case elicitation-example: 3 capabilities, 0 improvements, 0 sources>
    >>> case.with_weight("reach", 60).changes[0].after
    '36 / 60 / 60'
    """

    settings: Settings
    capabilities: tuple[Capability, ...]
    functions: tuple[FunctionShare, ...]
    platforms: tuple[Platform, ...]
    usage: tuple[Usage, ...]
    totals: tuple[Total, ...]
    costs: tuple[CostLine, ...]
    activity: tuple[Activity, ...]
    outcomes: tuple[Outcome, ...]
    chain: tuple[ChainStep, ...]
    unit_values: tuple[UnitValue, ...]
    criteria: tuple[Criterion, ...]
    scores: tuple[Score, ...]
    improvements: tuple[Improvement, ...]
    effects: tuple[Effect, ...]
    relations: tuple[Relation, ...]
    funding: tuple[Pledge, ...]
    prices: tuple[Price, ...]
    sources: tuple[Source, ...]
    fingerprint: str  # SHA-256 of what was read
    members: tuple[Member, ...] = ()
    network: tuple[NetworkFigure, ...] = ()
    feedback: tuple[Rating, ...] = ()
    choices: tuple[Choice, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    observations: tuple[Observation, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    minimums: tuple[Minimum, ...] = ()
    limits: tuple[Limit, ...] = ()
    targets: tuple[Target, ...] = ()
    claim: Registration | None = None
    codes: tuple[FunctionShare, ...] = ()  # shares as each coder gave them, where coders are named
    scenario: str = ""  # name of the overrides that made it of another case
    savings: tuple[Saving, ...] = ()
    business_as_usual: tuple[BusinessAsUsual, ...] = ()
    planned_surveys: tuple[PlannedSurvey, ...] = ()
    published: tuple[Published, ...] = ()
    vocabulary: tuple[Word, ...] = ()
    assumed: tuple[str, ...] = ()  # settings that are taken and not given
    scenarios: tuple[Scenario, ...] = ()
    changes: tuple[Change, ...] = field(default=(), compare=False)  # since it was read
    base: str = field(default="", compare=False)  # fingerprint of the case that was changed

    def __repr__(self) -> str:
        changed = f", {len(self.changes)} changed since it was read" if self.changes else ""
        return (
            f"<Case {self.settings.name}: {len(self.capabilities)} capabilities, "
            f"{len(self.improvements)} improvements, {len(self.sources)} sources{changed}>"
        )

    # What follows makes another case of this one, which stays as it is. Each is held against the
    # rules of the files' door, has a fingerprint of its own and remembers what was changed; or it
    # raises a CaseError with every fault, and an InputError with the nearest word.

    @classmethod
    def from_frames(cls, frames: Mapping[str, Any]) -> Case:
        """Make a case of tables in memory, by the same rules as one of files.

        Parameters
        ----------
        frames : table by its name; `case` (and `claim`) a dict of keys, or a table of key and
            value. A table is a pandas, Polars or Arrow one, a dict of columns or a list of rows;
            an index that is named as a column counts as that column

        Raises
        ------
        CaseError
            With every fault. Rows are counted as they would stand in a spreadsheet: the first is 2.
        """
        case: Case = import_module("capworth.case.read").read_case(frames)
        return case

    def to_frames(self) -> dict[str, Any]:
        """Return every table as a pandas frame, with `case` (and `claim`) as dicts of keys.

        Numbers are numbers and blank cells are missing; where one column names the rows, it is the
        index. `Case.from_frames` makes an equal case of them.
        """
        frames: dict[str, Any] = import_module("capworth.case.frames").to_frames(self)
        return frames

    def write(self, place: str | Path) -> Path:
        """Write the case to a new folder, or to a workbook where the name ends in .xlsx.

        Raises
        ------
        CaseError
            When the folder holds something, or there is a file of that name.
        """
        path: Path = import_module("capworth.case.frames").write_to(self, Path(place))
        return path

    def with_settings(self, **settings: Any) -> Self:
        """Change keys of `case.toml`, such as `budget=40e6`; None takes one away.

        A case whose parts were replaced by hand is checked as a whole when it is answered.
        """
        return self._changed("with_settings", settings)

    def with_claim(self, **keys: Any) -> Self:
        """Register another claim: keys of `claim.toml`; None takes one away."""
        return self._changed("with_claim", keys)

    def with_value(
        self,
        name: str,
        mode: float | None = None,
        *,
        low: float | None = None,
        high: float | None = None,
        **cells: Any,
    ) -> Self:
        """Change an uncertain number, such as `costs/API-BUILD`: the names of `case.estimates()`.

        What is not given stays as it is. `cells` are others of its row: grade, source, basis.
        """
        return self._changed("with_value", name, {"low": low, "mode": mode, "high": high, **cells})

    def with_weight(
        self, criterion: str, swing: float, low: float | None = None, high: float | None = None
    ) -> Self:
        """Change the swing weight of a criterion, 0 to 100; its range keeps its relative width."""
        return self._changed("with_weight", criterion, swing, low, high)

    def without(self, *names: str | Iterable[str]) -> Self:
        """Leave out capabilities, improvements or whatever has a short name, with all their rows.

        Every row that refers to one goes too, and `changes` counts them. Where several tables know
        a short name, say which: `improvements/MOBILE`.
        """
        return self._changed("without", *names)

    def with_improvement(self, columns: Mapping[str, Any]) -> Self:
        """Add an improvement: its columns, and lists of rows `costs`, `effects`, `relations`, ...

        Rows need not name it; amounts are in currency and prices of the case, cost lines named by
        their place, paid once and by the organisation, unless they say otherwise.
        """
        return self._changed("with_improvement", columns)

    def with_scenario(self, name: str) -> Self:
        """Put one of the case's scenarios in place: `scenarios.toml`."""
        return self._changed("with_scenario", name)

    def _changed(self, how: str, *given: Any) -> Self:
        changed: Self = getattr(import_module("capworth.case.changes"), how)(self, *given)
        return changed

    def assuming(self, **settings: Any) -> Self:
        """Return the case under other settings, unchecked and under its own fingerprint.

        For what a study itself varies; whoever changes a case takes `with_settings`.
        """
        return replace(self, settings=replace(self.settings, **settings))

    def as_scenario(self, name: str) -> Self:
        """Name a case that was made of another by overrides: its claim is exploratory."""
        return replace(self, scenario=name)

    def with_platform_key(self, key: str) -> Self:
        """Return the same case with every shared platform allocated by one key."""
        return replace(self, platforms=tuple(replace(p, key=key) for p in self.platforms))

    @property
    def claimed(self) -> tuple[bool, ...]:
        """Whether each function of the settings belongs to the group of the claim."""
        group = self.claim.group if self.claim else ()
        return tuple(f in group for f in self.settings.functions)

    @property
    def capability_ids(self) -> tuple[str, ...]:
        """The capabilities in the order of the case."""
        return tuple(c.id for c in self.capabilities)

    @property
    def improvement_ids(self) -> tuple[str, ...]:
        """The improvements in the order of the case."""
        return tuple(i.id for i in self.improvements)

    @property
    def has_members(self) -> bool:
        """Whether it holds anything of members: who they are, what they say, what they pay."""
        told = self.members or self.feedback or self.network or self.choices
        return bool(told) or any(c.payer == "members" and c.amount.high > 0 for c in self.costs)

    @property
    def receipts(self) -> tuple[Saving, ...]:
        """Revenue of improvements as savings: all of such a line comes in, as money."""
        lines = (c for c in self.costs if c.is_revenue and c.improvement)
        return tuple(
            Saving(
                improvement=line.improvement,
                line=line.id,
                share=replace(line.amount, name=f"receipts/{line.id}", low=1.0, mode=1.0, high=1.0),
                cashable=True,
            )
            for line in lines
            if line.treatment == "forward"
        )

    @property
    def placed(self) -> tuple[bool, ...]:
        """Whether each capability has a place in value for money: not where no end can be said."""
        unknown = {b.capability for b in self.business_as_usual if b.end_unknown}
        return tuple(key not in unknown for key in self.capability_ids)

    @property
    def with_place(self) -> list[int]:
        """Which capabilities compete for places in value for money; all where none has a place."""
        found = [k for k, placed in enumerate(self.placed) if placed]
        return found or [*range(len(self.capabilities))]

    @property
    def synergies(self) -> tuple[tuple[Relation, Estimate], ...]:
        """Pairs that add more or less side by side, each with its share of the lesser gain."""
        pairs = (r for r in self.relations if r.relation == SYNERGY)
        return tuple((r, r.bonus) for r in pairs if r.bonus is not None)

    @property
    def raises_funds(self) -> bool:
        """Whether money is raised from others: pledges, a target, or donors of an improvement."""
        donors = any(c.payer == "donors" and c.improvement for c in self.costs)
        return donors or bool(self.funding) or self.settings.target is not None

    @property
    def harm_indices(self) -> tuple[str, ...]:
        """The harm indices that unit values are given on, the first one first."""
        return tuple(dict.fromkeys(v.index for v in self.unit_values if v.scale == "harm"))

    @property
    def harm_index(self) -> str:
        """The harm index that counts: the one the settings name, else the first."""
        return self.settings.harm_index or next(iter(self.harm_indices), "")

    @property
    def objective(self) -> str:
        """What the programme is to add most of: distance, net or harm.

        Old words mean what is sound of them; where nothing is said, the distance if levels are
        agreed, else money if there is some to count, be it saved.
        """
        stated = ALIASES.get(self.settings.objective, self.settings.objective)
        saves = not self.measured and bool(self.savings or self.receipts)
        return stated or (
            NET if not self.levels_agreed and (self.unit_values or saves) else DISTANCE
        )

    @property
    def levels_agreed(self) -> bool:
        """Whether it says of any service which level it should reach."""
        return any(c.reference is not None for c in self.measured) or any(
            s.agreed is not None for s in self.scores
        )

    @property
    def extent_key(self) -> str:
        """What makes the extent of a capability among the others."""
        elicited = all(c.extent for c in self.capabilities)
        return self.settings.extent_key or (SWING if elicited else COST)

    @property
    def measured(self) -> tuple[Criterion, ...]:
        """The criteria on which capabilities have levels, in the order of the case."""
        return tuple(c for c in self.criteria if c.is_measured)

    @property
    def siblings(self) -> Mapping[str, tuple[Criterion, ...]]:
        """Criteria that share a parent, by that parent: "" above the whole tree."""
        return {
            parent: tuple(c for c in self.criteria if c.parent == parent)
            for parent in dict.fromkeys(c.parent for c in self.criteria)
        }

    def cited(self, source: str) -> str:
        """Publisher and year of a source, for readers who know no short names."""
        found = next(s for s in self.sources if s.id == source)
        return ", ".join(filter(None, (found.publisher or found.title, found.year)))

    def names(self, language: str = "en") -> Mapping[str, str]:
        """Printed name of everything that has one, by its short name.

        One short name may stand in several tables; capabilities and improvements then go first.
        Scenarios have `scenario/` before theirs.
        """
        things: tuple[_Named, ...] = (
            *self.targets,
            *self.limits,
            *self.minimums,
            *self.outcomes,
            *self.totals,
            *self.funding,
            *self.platforms,
            *self.criteria,
            *self.improvements,
            *self.capabilities,
        )
        futures = {f"{SCENARIO}/{s.id}": s.in_language("name", language) for s in self.scenarios}
        return futures | {t.id: t.in_language("name", language) for t in things}

    def estimates(self) -> Mapping[str, Estimate]:
        """Every uncertain number of the case by its name, in the order of tables and rows."""
        found = (
            *(f.share for f in self.functions),
            *(p.fixed for p in self.platforms),
            *(u.use for u in self.usage),
            *(t.amount for t in self.totals),
            *(c.amount for c in self.costs),
            *(s.level for s in self.chain),
            *(v.worth for v in self.unit_values),
            *(v.transfer for v in self.unit_values if v.transfer),
            *(c.swing for c in self.criteria),
            *(s.level for s in self.scores),
            *(c.extent for c in self.capabilities if c.extent),
            *(e.change for e in self.effects),
            *(s.share for s in self.savings),
            *(b.growth for b in self.business_as_usual),
            *(b.cost_growth for b in self.business_as_usual if b.cost_growth),
            *(r.bonus for r in self.relations if r.bonus),
            *(p.amount for p in self.funding),
        )
        return {estimate.name: estimate for estimate in found}
