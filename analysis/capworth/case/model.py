"""A case as a whole. After the door nothing is a raw string, nothing half-checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol, Self

from capworth.case.distributions import Distribution
from capworth.case.parts import (
    FUNCTIONS,
    GRADES,
    Activity,
    Capability,
    ChainStep,
    CostLine,
    Criterion,
    Effect,
    Estimate,
    FunctionShare,
    Improvement,
    Outcome,
    Platform,
    Pledge,
    Price,
    Relation,
    Score,
    Source,
    Total,
    UnitValue,
    Usage,
)
from capworth.case.plans import Limit, Minimum, Target
from capworth.case.spoken import Spoken
from capworth.case.ties import NetworkFigure
from capworth.case.voices import Judgement, Member, Rating

__all__ = [
    "FUNCTIONS",
    "GRADES",
    "Activity",
    "Capability",
    "Case",
    "ChainStep",
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
    "Outcome",
    "Platform",
    "Pledge",
    "Price",
    "Rating",
    "Relation",
    "Score",
    "Settings",
    "Source",
    "Target",
    "Total",
    "UnitValue",
    "Usage",
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
    languages: tuple[str, ...] = ("en",)
    budget: float | None = None
    objective: str = "score"
    target: float | None = None
    grid: float = 100_000.0
    harm_index: str = ""
    claim_group: tuple[str, ...] = ()
    claim_primary: str = "per_euro"
    claim_value: str = "score"
    claim_probability: float = 0.95
    claim_margin: float = 1.25
    top_share: float = 0.25
    excellent_efficient: float = 0.5
    excellent_top: float = 0.5
    productivity: str = ""


class _Named(Protocol):
    @property
    def id(self) -> str: ...
    def said(self, what: str, language: str) -> str: ...


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """Everything that is known before the first draw; nothing in it can be changed."""

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
    judgements: tuple[Judgement, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    minimums: tuple[Minimum, ...] = ()
    limits: tuple[Limit, ...] = ()
    targets: tuple[Target, ...] = ()

    def __repr__(self) -> str:
        return (
            f"<Case {self.settings.name}: {len(self.capabilities)} capabilities, "
            f"{len(self.improvements)} improvements, {len(self.sources)} sources>"
        )

    def with_settings(self, **changes: Any) -> Self:
        """Return the same case under other assumptions; this one stays as it is."""
        return replace(self, settings=replace(self.settings, **changes))

    def with_platform_key(self, key: str) -> Self:
        """Return the same case with every shared platform allocated by one key."""
        return replace(self, platforms=tuple(replace(p, key=key) for p in self.platforms))

    @property
    def capability_ids(self) -> tuple[str, ...]:
        """The capabilities in the order of the case."""
        return tuple(c.id for c in self.capabilities)

    @property
    def improvement_ids(self) -> tuple[str, ...]:
        """The improvements in the order of the case."""
        return tuple(i.id for i in self.improvements)

    @property
    def harm_indices(self) -> tuple[str, ...]:
        """The harm indices that unit values are given on, the first one first."""
        return tuple(dict.fromkeys(v.index for v in self.unit_values if v.scale == "harm"))

    @property
    def harm_index(self) -> str:
        """The harm index that counts: the one the settings name, else the first."""
        return self.settings.harm_index or next(iter(self.harm_indices), "")

    @property
    def measured(self) -> tuple[Criterion, ...]:
        """The criteria on which capabilities have levels, in the order of the case."""
        return tuple(c for c in self.criteria if c.is_measured)

    def cited(self, source: str) -> str:
        """Publisher and year of a source, for readers who know no short names."""
        found = next(s for s in self.sources if s.id == source)
        return ", ".join(filter(None, (found.publisher or found.title, found.year)))

    def names(self, language: str = "en") -> Mapping[str, str]:
        """Printed name of everything that has one, by its short name.

        One short name may stand in several tables; capabilities and improvements then go first.
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
        return {t.id: t.said("name", language) for t in things}

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
            *(e.change for e in self.effects),
            *(r.bonus for r in self.relations if r.bonus),
            *(p.amount for p in self.funding),
        )
        return {estimate.name: estimate for estimate in found}
