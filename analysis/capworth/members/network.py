"""What a further member, connection, record or point of quality is worth; hub against links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from capworth.case.model import Case, counted, whole_figures
from capworth.members.use import Use, connected, share_out
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.network.network import (
    bilateral_cost,
    dyads_reached,
    further,
    growth_exponent,
    hub_break_even,
    hub_cost,
)
from capworth.model.figures import (
    COUNT,
    MEAN,
    NO_DRAWS,
    QUANTILE,
    RATIO,
    SHARE,
    STATED,
    TEST,
    Column,
    Figure,
    columns,
    number,
)
from capworth.model.result import Answer, Provenance, ends, middle, spread
from capworth.model.simulation import Sample

THOUSAND = 1e3
MEMBERSHIP = ("members_contributing", "countries_contributing")  # metrics of activity that count
EXCHANGED = ("searches", "hits", "records_hosted")  # what grows with members, the first known
FEWEST_YEARS = 5  # of which both are known, for an exponent
STEPS = ("member", "connection", "record", "quality")
POINTS = 60  # of the curves of hub and links


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Network(Answer):
    """How much of the wanted exchange is reached, and what more of it is worth.

    Coverage counts pairs of members, not members: with equal weights it is the share of ordered
    pairs of which one owns and the other searches. No law of networks is assumed anywhere.
    """

    _table: pd.DataFrame
    _steps: pd.DataFrame
    _curve: pd.DataFrame
    _growth: pd.DataFrame
    members: int
    break_even: tuple[float, float, float] | None  # members: median and 80 % interval
    p_hub: float  # share of draws in which the hub is cheaper for the members there are
    wanted: tuple[float, float, float]  # share of pairs worth a link: median, 80 % interval
    draws: int
    shared: int  # draws in which use is shared out: those of `reached`
    grades: str  # of the figures that hub and links rest on, from best to worst
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        rests, value = ("network", "members"), ("network", "members", "chain")
        thousand = "thousands_a_year"
        return (
            *columns(
                "network",
                ("searchers", "searchers", "count", "network_step", rests),
                ("owners", "owners", "count", "network_step", rests),
                ("members", "members", "count", "network_step", rests, COUNT),
                ("dyads", "pairs", "share", "network_step", rests),
                ("value_m", "value_a_year", "millions_a_year", "network_step", value),
                ("searcher_k", "one_more_searcher", thousand, "network_step", value),
                ("owner_k", "one_more_owner", thousand, "network_step", value),
                ("record_k", "more_records", thousand, "network_step", value),
                ("quality_k", "more_quality", thousand, "network_step", value),
                draws="draws",
            ),
            Column(
                *("network", "reached", "pairs_reached", "share", "network_step", rests),
                draws="shared",
            ),
            *columns(
                "network_steps",
                ("own_k", "one_more", thousand, "network_step", value, MEAN, "own"),
                ("external_k", "one_more", thousand, "network_step", value, MEAN, "external"),
                draws="draws",
            ),
            *columns(
                "hub_and_links",
                ("hub_m", "hub.members", "millions_a_year", "hub_and_links", rests),
                ("links_m", "links.members", "millions_a_year", "hub_and_links", rests),
                ("p_hub", "hub_pays.members", "chance", "share_of_draws", rests, SHARE),
                draws="draws",
            ),
            *columns(
                "network_growth",
                ("exponent", "growth", "ratio", "network_step", ("activity",), TEST),
                ("first", "growth_from", "year", "network_step", ("activity",), STATED),
                ("last", "growth_to", "year", "network_step", ("activity",), STATED),
                draws=NO_DRAWS,
                error="standard_error",
            ),
        )

    def figures(self) -> tuple[Figure, ...]:
        """The figures of its tables, where a hub pays, and how much one more brings to others."""
        rests = tuple((kind, "all") for kind in ("network", "members"))
        own, external = self._steps.loc[["member"], ["own_k", "external_k"]].to_numpy()[0].tolist()
        found = [
            Figure(
                *("given_to_others.one_more.member", external / (own + external)),
                *("share", "network_step", RATIO),
                draws=self.draws,
                behind=(*rests, ("chain", "all")),
            )
            if own + external
            else None
        ]
        if self.break_even is not None:
            middle, low, high = map(number, self.break_even)
            found += [
                Figure(
                    *("members.hub_pays_from", middle, "count", "hub_and_links", QUANTILE),
                    low=low if high is not None else None,
                    high=high,
                    draws=self.draws,
                    behind=rests,
                ),
                Figure(
                    *(
                        "hub_pays.all_members",
                        number(self.p_hub),
                        "chance",
                        "share_of_draws",
                        SHARE,
                    ),
                    draws=self.draws,
                    behind=rests,
                ),
            ]
        return (*Answer.figures(self), *(figure for figure in found if figure is not None))

    def steps(self) -> pd.DataFrame:
        """Worth of one more member, connection, percent of records, point of quality.

        In thousands of the case's money a year, own gain (who searches) beside external gain
        (whose records are found).
        """
        return self._steps.copy()

    def curve(self) -> pd.DataFrame:
        """Cost of hub and links a year in millions for every number of members, with ranges."""
        return self._curve.copy()

    def growth(self) -> pd.DataFrame:
        """Exponent of realised exchange on membership where a series is published."""
        return self._growth.copy()

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        tables = {
            "network": self.to_frame(),
            "network_steps": self.steps(),
            "network_growth": self.growth(),
        }
        return tables | ({"hub_and_links": self.curve()} if self.break_even else {})

    def __repr__(self) -> str:
        top = int(np.nan_to_num(self._table["value_m"].to_numpy(dtype=float)).argmax())
        row, name = self._table.iloc[top], self._table.index[top]
        words = (
            f"<Network: {row['searchers']:.0f} of {self.members} members search {name} and "
            f"{row['owners']:.0f} own records: {row['dyads']:.0%} of all pairs"
        )
        if self.break_even is not None:
            low, high = self.break_even[1:]
            words += f"; a hub pays from {low:.0f} to {high:.0f} members on"
        return f"{words}>"


def weigh_network(
    sample: Sample, use: Use | None = None, provenance: Provenance | None = None
) -> Network | None:
    """Weigh the network of a case; None where no capability has its searchers counted.

    `dyads` is the share of ordered pairs reached, all pairs alike; `reached` weighs pairs by the
    modelled exchange; money is a year, real. A further searcher, or owner, of average size adds
    value x ((1 + 1/connected)^e - 1), e the elasticity of hits to searches, or records; one percent
    more records, and one point of quality, likewise. All in the draws that the study keeps, but for
    `reached`, which is of the draws in which use is shared out.
    """
    case = sample.case
    circles = counted(case.network, "searchers")
    if not circles or len(case.members) < 2:
        return None
    shared = use or share_out(sample)
    if shared is None:
        return None
    levels = {item: sample.of(e) for item, e in whole_figures(case.network).items()}
    rows, moves = [], []
    valued = sample.model.chain.has_scale("money")
    for c, capability in enumerate(case.capability_ids):
        if capability in circles:
            row, move = _row(sample, shared, levels, c, bool(valued[c]))
            rows.append(row)
            moves.append(move)
    index = pd.Index([c for c in case.capability_ids if c in circles], name="capability")
    even, cheaper, curve = _hub(case, levels)
    needed = [f for i, f in whole_figures(case.network).items() if i in ("hub", "link", "wanted")]
    return Network(
        _table=pd.DataFrame(rows, index=index),
        _steps=_steps(moves, len(case.members)),
        _curve=curve,
        _growth=_growth(case),
        members=len(case.members),
        break_even=even,
        p_hub=cheaper,
        wanted=_middle(levels.get("wanted", np.full(2, np.nan))),
        draws=sample.drawn.size,
        shared=len(shared.covered),
        grades=" ".join(sorted({f.grade for f in needed})),
        provenance=provenance or Provenance.of(case, sample.draws),
    )


def _row(
    sample: Sample, shared: Use, levels: Mapping[str, Floats], c: int, valued: bool
) -> tuple[dict[str, Any], dict[str, Floats]]:
    """One capability: its circle, its coverage, and what the next step in it is worth."""
    case, size = sample.case, sample.drawn.size
    capability, every = case.capabilities[c], np.ones(size)
    counts = {}
    for item in ("searchers", "owners"):
        estimate, _ = connected(case, item, capability.id)
        counts[item] = every * len(case.members) if estimate is None else sample.of(estimate)
    _, region = connected(case, "searchers", capability.id)
    most = shared.model.eligible(region).sum()
    seek, own = (np.minimum(counts[item], most) for item in ("searchers", "owners"))
    value = sample.drawn.money[:, c] / sample.model.annuity / THOUSAND
    finds, records = (levels.get(item, every) for item in ("searches", "records"))
    quality = np.maximum(levels.get("quality", every), 0.01)
    move = {
        "searchers": seek,
        "owners": own,
        "members": np.full(size, float(most)),
        "searcher": value * further(1 / np.maximum(seek, 1), finds),
        "owner": value * further(1 / np.maximum(own, 1), records),
        "record": value * further(np.full(size, 0.01), records),
        "quality": value * further(0.01 / quality, records),
    }
    row: dict[str, Any] = {"name": capability.name, "members": int(most), "region": region}
    for name, values in (
        ("searchers", seek),
        ("owners", own),
        ("dyads", dyads_reached(float(most), own, seek)),
        ("reached", shared.covered[:, c]),
        ("value_m", value / THOUSAND if valued else every * np.nan),
        *((f"{step}_k", move[step]) for step in ("searcher", "owner", "record", "quality")),
    ):
        shown = values if valued or not name.endswith("_k") else every * np.nan
        row |= {k: float(v[0]) for k, v in spread(name, shown[:, None]).items()}
    return row, move


def _steps(moves: list[dict[str, Floats]], members: int) -> pd.DataFrame:
    """Own and external worth of each step, summed over capabilities, thousands a year.

    A further member joins each capability with the chance at which the others are in it; a further
    connection is that of a member drawn from those who are not in it yet.
    """
    joined = [m["searchers"] / members for m in moves]
    held = [m["owners"] / members for m in moves]
    free = [np.maximum(m["members"] - m["searchers"], 0) for m in moves]
    closed = [np.maximum(m["members"] - m["owners"], 0) for m in moves]
    none = np.zeros_like(joined[0])
    found = {
        "member": (
            _sum(moves, "searcher", joined),
            _sum(moves, "owner", held),
        ),
        "connection": (
            _mean(moves, "searcher", free),
            _mean(moves, "owner", closed),
        ),
        "record": (none, _sum(moves, "record", [none + 1] * len(moves))),
        "quality": (none, _sum(moves, "quality", [none + 1] * len(moves))),
    }
    rows = []
    for step in STEPS:
        own, external = found[step]
        columns = {**spread("own_k", own[:, None]), **spread("external_k", external[:, None])}
        rows.append({k: float(v[0]) for k, v in columns.items()})
    return pd.DataFrame(rows, index=pd.Index(STEPS, name="step"))


def _sum(moves: list[dict[str, Floats]], step: str, weights: list[Floats]) -> Floats:
    total: Floats = sum(
        (m[step] * w for m, w in zip(moves, weights, strict=True)), np.zeros_like(weights[0])
    )
    return total


def _mean(moves: list[dict[str, Floats]], step: str, weights: list[Floats]) -> Floats:
    whole = np.sum(weights, axis=0)
    mean: Floats = np.divide(
        _sum(moves, step, weights), whole, out=np.zeros_like(whole), where=whole > 0
    )
    return mean


def _hub(
    case: Case, levels: Mapping[str, Floats]
) -> tuple[tuple[float, float, float] | None, float, pd.DataFrame]:
    """Break-even, share of draws in which the hub is cheaper, and the curve of both costs."""
    if "link" not in levels:
        return None, float("nan"), pd.DataFrame()
    every = np.ones_like(levels["link"])
    fixed, one, link, wanted = (
        levels.get(i, every) for i in ("hub", "connection", "link", "wanted")
    )
    even = hub_break_even(fixed, one, link, wanted)
    here = len(case.members)
    dearer = bilateral_cost(here, link, wanted) > hub_cost(here, fixed, one)
    numbers = np.unique(np.linspace(2, 1.5 * here, POINTS).round())
    costs = {
        "hub": hub_cost(numbers, fixed[:, None], one[:, None]),
        "links": bilateral_cost(numbers, link[:, None], wanted[:, None]),
    }
    curve = pd.DataFrame(
        {
            k: v
            for name, cost in costs.items()
            for k, v in spread(f"{name}_m", cost, MILLION).items()
        }
        | {"p_hub": (costs["links"] > costs["hub"]).mean(axis=0)},
        index=pd.Index(numbers.astype(int), name="members"),
    )
    return _middle(even), float(dearer.mean()), curve


def _middle(values: Floats) -> tuple[float, float, float]:
    """Median and 80 % interval: a break-even has a long tail, to infinity where links are free."""
    low, high = ends(values)
    return middle(values), float(low), float(high)


def _growth(case: Case) -> pd.DataFrame:
    """Exponent of exchange on membership of every capability with five years or more of both."""
    rows = []
    for capability in case.capability_ids:
        series = {metric: _series(case, capability, metric) for metric in (*MEMBERSHIP, *EXCHANGED)}
        circle = next((series[m] for m in MEMBERSHIP if series[m]), {})
        for metric in EXCHANGED:
            years = sorted(circle.keys() & series[metric].keys())
            years = [y for y in years if circle[y] > 0 and series[metric][y] > 0]
            if len(years) >= FEWEST_YEARS and len({circle[y] for y in years}) > 1:
                members = [circle[y] for y in years]
                found = growth_exponent(members, [series[metric][y] for y in years])
                rows.append(
                    {
                        "capability": capability,
                        "metric": metric,
                        "first": years[0],
                        "last": years[-1],
                        "years": len(years),
                        "from_members": members[0],
                        "to_members": members[-1],
                        "exponent": found.slope,
                        "standard_error": found.standard_error,
                    }
                )
    columns = [
        "metric",
        "first",
        "last",
        "years",
        "from_members",
        "to_members",
        "exponent",
        "standard_error",
    ]
    table = pd.DataFrame(rows, columns=["capability", *columns])
    return table.set_index(["capability", "metric"])


def _series(case: Case, capability: str, metric: str) -> dict[int, float]:
    """One published series by year, in the unit that most of its years have."""
    rows = [a for a in case.activity if (a.capability, a.metric) == (capability, metric)]
    units = [row.unit for row in rows]
    usual = max(dict.fromkeys(units), key=units.count, default="")
    return {row.year: row.value for row in rows if row.unit == usual}
