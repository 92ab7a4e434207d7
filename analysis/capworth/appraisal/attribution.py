"""Whose work the outcomes are: platform, owner of the record, searching member.

The model beside the record: what it would have said, and what was seen later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from capworth.case.facts import Fact, read_facts
from capworth.case.model import Case
from capworth.errors import CaseError, Finding
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.cost_benefit.value_chain import (
    PARTIES,
    contribution_shares,
    elasticity,
    fitted_intensity,
    hits_added,
)
from capworth.model.chain import Levels
from capworth.model.figures import Column, columns
from capworth.model.result import Answer, Provenance, frame_in_html, spread
from capworth.model.simulation import Model, sampled

DRAWS = 2_000
PLATFORM = PARTIES.index("platform")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Attribution(Answer):
    """The platform's share of every outcome, beside what other conventions would give it."""

    _table: pd.DataFrame
    draws: int
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        rests = ("chain",)
        return columns(
            "attribution",
            ("counted", "counted", "share", "attributed", rests),
            ("first_in", "first_in", "share", "attributed", rests),
            ("last_in", "last_in", "share", "attributed", rests),
            ("owner", "owner_share", "share", "attributed", rests),
            ("searcher", "searcher_share", "share", "attributed", rests),
            ("outcomes", "outcomes", "a_year", "chain", rests),
            ("money_m", "money_a_year", "millions_a_year", "money", rests),
            ("money_m_first_in", "money_first_in", "millions_a_year", "attributed", rests),
            ("money_m_last_in", "money_last_in", "millions_a_year", "attributed", rests),
            draws="draws",
        )

    def __repr__(self) -> str:
        split = int((self._table["rests_on"] == "bilateral").sum())
        return (
            f"<Attribution: {split} of {len(self._table)} outcomes are split by what owner and "
            f"searcher would reach without the platform; the others by a stated share>"
        )


def attribute(case: Case, draws: int = DRAWS) -> Attribution:
    """Lay the conventions of attribution side by side, for every outcome of every chain.

    `counted` is what the chain counts for the platform, with its 80 % interval: the Shapley share
    of the game between platform, owner and searcher where the chain gives the step `bilateral`,
    else the stated step `contribution`. `owner` and `searcher` are their Shapley shares. The
    bounds: `first_in`, what the platform brings about alone, and `last_in`, what is lost without
    it. Without `bilateral` nobody knows what is lost without it: `last_in` is 1, the parties'
    shares are NaN, and the stated share is a convention.

    `outcomes` and `money_m` are a year, at the share counted; `money_m_first_in` and
    `money_m_last_in` at the bounds, in millions. 2,000 draws.
    """
    model, drawn = Model(case), sampled(case, 0, draws)
    chain, worth = model.chain.levels(drawn), model.chain.unit_values(drawn)
    rows = {}
    for capability, level in chain.items():
        for outcome in dict.fromkeys(o for s, o in level if s in {"contribution", "bilateral"}):
            alone = {
                (step, of): rate
                for (step, of), rate in level.items()
                if of in {"", outcome} and step != "bilateral"
            }
            alone["contribution", outcome] = np.ones(draws)
            whole = model.chain.walk_one(draws, capability, alone, worth)
            rows[capability, outcome] = _row(level, outcome, whole.outcomes, whole.money)
    index = pd.MultiIndex.from_tuples(list(rows), names=["capability", "outcome"])
    return Attribution(
        pd.DataFrame(list(rows.values()), index=index), draws, Provenance.of(case, draws)
    )


def _row(level: Levels, outcome: str, outcomes: Floats, money: Floats) -> dict[str, object]:
    """One outcome under every convention; `outcomes` and `money` are those of all parties."""
    bilateral = level.get(("bilateral", outcome))
    row: dict[str, object] = {"rests_on": "contribution" if bilateral is None else "bilateral"}
    if bilateral is None:
        counted = level["contribution", outcome]
        shares = np.full((len(counted), len(PARTIES)), np.nan)
        first, last = np.zeros(len(counted)), np.ones(len(counted))
    else:
        split = contribution_shares(bilateral)
        shares, first, last = split.share, split.first_in[:, PLATFORM], split.last_in[:, PLATFORM]
        counted = shares[:, PLATFORM]
    row |= {name: float(part[0]) for name, part in spread("counted", counted[:, None]).items()}
    row |= {"first_in": float(first.mean()), "last_in": float(last.mean())}
    row |= {p: float(shares[:, k].mean()) for k, p in enumerate(PARTIES) if k != PLATFORM}
    row["outcomes"] = float((outcomes * counted).mean())
    for name, share in (("", counted), ("_first_in", first), ("_last_in", last)):
        row[f"money_m{name}"] = float((money * share).mean()) / MILLION
    return row


WEEKS = 365 / 7
Facts = Mapping[tuple[str, int], Fact]
NEEDED = (
    *((fact, year) for fact in ("searches", "hits") for year in (2017, 2018)),
    *((f"{what}_growth", 2021) for what in ("searches", "hits", "records")),
    *((f"smv_{what}", year) for what in ("records", "searches", "hits") for year in (2013, 2017)),
    *((f"canada_{what}", 2024) for what in ("records", "hits_week", "hits_quarter")),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Calibration:
    """What the model says beside what was seen, with what the figures leave open."""

    _table: pd.DataFrame
    folder: str

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table."""
        return self._table.copy()

    def __repr__(self) -> str:
        held = [str(check) for check in self._table.index[self._table["holds"]]]
        return (
            f"<Calibration: {len(held)} of {len(self._table)} checks hold within what the figures "
            f"leave open ({', '.join(held) or 'none'})>"
        )

    def _repr_html_(self) -> str:
        return frame_in_html(self._table)


def calibrate(folder: str | Path) -> Calibration:
    """Hold two formulas of the chain against facts that were published later.

    Growth 2015 to 2021: hits in 2021 for one in 2015, if they followed searches in proportion; if
    they followed searches and records in proportion, as they would while matches are rare; and if
    they followed searches by the elasticity of the two years 2017 and 2018. Then that elasticity
    itself beside the one of 2015 to 2021. The growth of records was part of all of these years: the
    elasticity stands for both.

    The Canadian connection of 2024: hits a year on 150,000 added records, each found as often as a
    record of the vehicle file was found in 2013 and 2017 (`hits_added`), beside the
    vehicles that were found, by the week and by the first three months.

    Returns
    -------
    `model`, `fact` and the ranges that rounding and the choice of year leave open; `ratio` fact
    over model; `holds` where the ranges meet (a fact that is a lower bound has no upper end).

    Raises
    ------
    CaseError
        When a fact is missing or faulty.
    """
    facts = read_facts(folder)
    missing = [pair for pair in NEEDED if pair not in facts]
    if missing:
        raise CaseError(
            Finding("facts.csv", 0, "fact", f"{fact} of {year} is missing", "Add it.")
            for fact, year in missing
        )
    rows = {**_growth(facts), **_connection(facts)}
    table = pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), name="check"))
    return Calibration(table, Path(folder).name)


def _levels(fact: Fact) -> tuple[float, float, float]:
    return fact.value, fact.low, fact.high


def _growth(facts: Facts) -> dict[str, dict[str, object]]:
    searches, hits, records = (
        1 + np.array(_levels(facts[f"{what}_growth", 2021]))
        for what in ("searches", "hits", "records")
    )
    corners = [_levels(facts[key]) for key in NEEDED[:4]]
    before = np.array([_response(*levels) for levels in product(*corners)])  # the values come first
    since = np.array(
        [float(elasticity([1, s], [1, h])) for s, h in product(searches.tolist(), hits.tolist())]
    )
    seen = facts["hits_growth", 2021]
    fact = hits, f"{seen.unit}, as a factor", seen
    return {
        "hits, proportional to searches": _calibration_row(searches, *fact),
        "hits, proportional to searches and records": _calibration_row(searches * records, *fact),
        "hits, by the elasticity of 2017 and 2018": _calibration_row(searches[0] ** before, *fact),
        "elasticity of hits to searches": _calibration_row(before, since, "no unit", seen),
    }


def _response(early: float, late: float, hits_early: float, hits_late: float) -> float:
    return float(elasticity([early, late], [hits_early, hits_late]))


def _connection(facts: Facts) -> dict[str, dict[str, object]]:
    added = np.array(_levels(facts["canada_records", 2024]))
    found = []
    for year in (2017, 2013):  # the later year is the model's own
        hits = np.array(_levels(facts["smv_hits", year]))
        searches, records = (facts[f"smv_{what}", year].value for what in ("searches", "records"))
        intensity = fitted_intensity(hits, searches, records)
        found.append(hits_added(searches, intensity, records, added))
    model = np.concatenate(found)
    week, quarter = facts["canada_hits_week", 2024], facts["canada_hits_quarter", 2024]
    by_week, by_quarter = (
        np.array(_levels(fact)) * times for fact, times in ((week, WEEKS), (quarter, 4.0))
    )
    return {
        "hits a year on Canada's records, from those a week": _calibration_row(
            model, by_week, "a year", week
        ),
        "hits a year on Canada's records, from the first months": _calibration_row(
            model, by_quarter, "a year", quarter
        ),
    }


def _calibration_row(model: Floats, fact: Floats, unit: str, seen: Fact) -> dict[str, object]:
    """Model beside fact; the first entry of each is its central figure, the others its range."""
    top = np.inf if seen.bound == "at-least" else fact.max()
    return {
        "model": float(model[0]),
        "model_low": float(model.min()),
        "model_high": float(model.max()),
        "fact": float(fact[0]),
        "fact_low": float(fact.min()),
        "fact_high": float(top),
        "ratio": float(fact[0] / model[0]),
        "holds": bool(model.max() >= fact.min() and model.min() <= top),
        "unit": unit,
        "source": seen.source,
    }
