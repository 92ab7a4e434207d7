"""The claim by three routes: shares of functions, functions switched off, stated choices.

Only the first is registered and gives the word. The others stand beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from capworth.appraisal.claim import Claim
from capworth.case.model import Case
from capworth.methods.allocation.shapley import bounds, owen, shapley
from capworth.methods.arguments import Bools, Floats
from capworth.methods.claim.words import CONTRADICTED, GREATER, SUPPORTED
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.elicitation.conditional_logit import (
    conditional_logit,
    contrast,
    willingness_to_pay,
    worst_as_choice,
)
from capworth.model.figures import MEAN, NO_DRAWS, RATIO, TEST, Column, word
from capworth.model.result import Answer, Provenance, ends, spread
from capworth.model.simulation import ENVELOPED, Sample

NEEDED: Final = 0.1  # share from which a service cannot work without a function
SHARES, SWITCHED, CHOSEN = "shares", "switched off", "chosen"
ABOVE, BELOW, OPEN, NOT_IDENTIFIED, NOT_TAKEN = (
    *("above", "below", "open", "not identified", "not taken"),
)
LEVEL: Final = 0.9  # of the intervals


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Routes(Answer):
    """One ratio of the claimed functions to the others by each route, and what lies behind."""

    _table: pd.DataFrame
    _functions: pd.DataFrame
    _choices: pd.DataFrame
    group: tuple[str, ...]
    needed: float
    respondents: int
    tasks: int
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        rests = ("functions", "costs", "scores", "chain")
        first = min(ENVELOPED, self.provenance.draws)
        routes = ((SWITCHED, RATIO, first), (CHOSEN, TEST, NO_DRAWS))  # that by shares: the claim's
        return (
            *(
                Column(
                    *("claim_routes", name, f"claim_route.{word(route)}", "ratio", "claim_route"),
                    *(rests, kind, name),
                    where=(("route", route),),
                    draws=draws,
                )
                for route, kind, draws in routes
                for name in ("ratio", "first_in", "last_in")
            ),
            *(
                Column(
                    *("claim_switched_off", name, f"switched_off.{measure}", unit, "claim_route"),
                    *(rests, MEAN, name),
                    where=(("measure", measure),),
                    draws=first,
                )
                for measure, unit in (("money", "millions"), ("harm", "days"))
                for name in ("shapley", "owen", "first_in", "last_in")
            ),
            Column(
                *("claim_switched_off", "cost_m", "cost_of_function", "millions", "cost", rests),
                draws=first,
            ),
        )

    def by_function(self) -> pd.DataFrame:
        """Index (measure, function): Shapley and Owen values, first in and last in, and cost."""
        return self._functions.copy()

    def by_choice(self) -> pd.DataFrame:
        """Index function: utility and willingness to pay, against the mean function."""
        return self._choices.copy()

    @property
    def taken(self) -> tuple[str, ...]:
        """The routes that the case has data for."""
        found = self._table["finding"] != NOT_TAKEN
        return tuple(dict.fromkeys(str(r) for r in self._table.index[found].get_level_values(0)))

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        found = {"claim_routes": self.to_frame()}
        if len(self._functions):
            found["claim_switched_off"] = self.by_function()
        return found | ({"claim_choices": self.by_choice()} if len(self._choices) else {})

    def __repr__(self) -> str:
        rows = zip(self._table.index, self._table["finding"], strict=True)
        line = "; ".join(f"{route} {value}: {finding}" for (route, value), finding in rows)
        return f"<Routes: {line.replace(' -:', ':')}>"


def take_routes(sample: Sample, claim: Claim, provenance: Provenance) -> Routes:
    """Lay three routes to the claim side by side.

    `ratio` is that of the claimed functions to the others: by the registered regression on shares;
    of value per euro with functions switched off in the value chain, Owen values with the claimed
    functions as a union; and the odds that members choose a claimed function before another at the
    same cost. `ratio_low` and `ratio_high` end a 90 % interval (80 % of the draws where functions
    are switched off). `first_in` and `last_in` are the ratios when the claimed functions get least
    and most of what they bring about together with others.
    """
    case = sample.case
    shares, cost = _first_draws(sample)
    rows: dict[tuple[str, str], dict[str, object]] = {}
    row = claim.row
    rows[SHARES, claim.primary[1]] = {
        "ratio": float(row["ratio"]),
        "ratio_low": float(row["ratio_low"]),
        "ratio_high": float(row["ratio_high"]),
        "first_in": np.nan,
        "last_in": np.nan,
        "finding": {SUPPORTED: ABOVE, GREATER: ABOVE, CONTRADICTED: BELOW}.get(claim.tested, OPEN),
    }
    parts = {}
    for measure in ("money", "harm"):
        known = sample.model.known[measure]
        value = getattr(sample.drawn, measure)[: len(shares)]
        found = _switched_off(case, shares[:, known], cost[:, known], value[:, known])
        if found is not None:
            scale = MILLION if measure == "money" else 1.0
            rows[SWITCHED, measure], parts[measure] = found[0], found[1](scale)
    if not parts:
        rows[SWITCHED, "-"] = _not_taken()
    chosen, utilities, asked = _chosen(case)
    rows[CHOSEN, "-"] = chosen
    index = pd.MultiIndex.from_tuples(list(rows), names=["route", "value"])
    return Routes(
        pd.DataFrame(list(rows.values()), index=index),
        pd.concat(parts, names=["measure"]) if parts else pd.DataFrame(),
        utilities,
        claim.group,
        NEEDED,
        *asked,
        provenance,
    )


def _not_taken() -> dict[str, object]:
    names = ("ratio", "ratio_low", "ratio_high", "first_in", "last_in")
    return {**dict.fromkeys(names, np.nan), "finding": NOT_TAKEN}


def _first_draws(sample: Sample) -> tuple[Floats, Floats]:
    shares = sample.model.function_shares(sample.first_draws())
    return shares, sample.drawn.cost[: len(shares)]


def _switched_off(
    case: Case, shares: Floats, cost: Floats, value: Floats
) -> "tuple[dict[str, object], _Parts] | None":
    """Play the game of the functions: a service brings its value when all it needs are there.

    Parameters
    ----------
    shares : (draws, services, functions)
    cost, value : (draws, services)
    """
    group = np.array(case.claimed)
    needs = shares >= NEEDED
    needs |= shares >= shares.max(axis=2, keepdims=True)  # the largest, however small
    served: Bools = np.asarray(needs.any(axis=(0, 1)))
    ours = group[served]
    if not value.size or ours.all() or not ours.any():
        return None
    needs = needs[:, :, served]
    masks = needs @ (1 << np.arange(served.sum()))
    coalitions = 1 << int(served.sum())
    table = np.zeros((len(value), coalitions))
    for coalition in range(coalitions):
        table[:, coalition] = (value * ((masks & ~coalition) == 0)).sum(axis=1)
    inside = [int(k) for k in np.flatnonzero(ours)]
    unions = [inside, *([int(k)] for k in np.flatnonzero(~ours))]
    split = owen(table, unions)
    by_function = np.einsum("ncf,nc->nf", shares[:, :, served], cost)
    whole, mine = coalitions - 1, sum(1 << k for k in inside)
    our_cost, their_cost = by_function[:, ours].sum(axis=1), by_function[:, ~ours].sum(axis=1)

    def ratio(value_of_ours: Floats) -> tuple[float, Floats]:
        rest = table[:, whole] - value_of_ours
        with np.errstate(divide="ignore", invalid="ignore"):
            drawn = value_of_ours / our_cost / (rest / their_cost)
            mean = value_of_ours.mean() / our_cost.mean() / (rest.mean() / their_cost.mean())
        return float(mean) if np.isfinite(mean) else float("inf"), drawn

    middle, drawn = ratio(split[:, ours].sum(axis=1))
    first, _ = ratio(table[:, mine])
    last, _ = ratio(table[:, whole] - table[:, whole - mine])
    low, high = ends(drawn) if np.isfinite(drawn).all() else (np.nan, np.nan)
    finding = ABOVE if first > 1 else BELOW if last < 1 else NOT_IDENTIFIED
    row = {
        "ratio": middle,
        "ratio_low": float(low),
        "ratio_high": float(high),
        "first_in": first,
        "last_in": last,
        "finding": finding,
    }
    names = [case.settings.functions[k] for k in np.flatnonzero(served)]
    return row, _Parts(pd.Index(names, name="function"), table, split, by_function)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What each function brings, by several rules."""

    names: "pd.Index[str]"
    table: Floats
    split: Floats
    cost: Floats

    def __call__(self, scale: float) -> pd.DataFrame:
        """One row a function, values divided by `scale`, cost in millions."""
        first, last = bounds(self.table)
        columns = {
            **spread("shapley", shapley(self.table), scale),
            **spread("owen", self.split, scale),
            "first_in": first.mean(axis=0) / scale,
            "last_in": last.mean(axis=0) / scale,
            "cost_m": self.cost.mean(axis=0) / MILLION,
        }
        return pd.DataFrame(columns, index=self.names)


def _chosen(case: Case) -> tuple[dict[str, object], pd.DataFrame, tuple[int, int]]:
    """Fit the choices of the members; nothing where none were asked."""
    if not case.choices or case.claim is None:
        return _not_taken(), pd.DataFrame(), (0, 0)
    functions = [f for f in case.settings.functions if any(c.function == f for c in case.choices)]
    ours = np.array([f in case.claim.group for f in functions])
    dummies = np.array([[c.function == f for f in functions[1:]] for c in case.choices])
    cost = np.array([c.cost for c in case.choices])
    tasks = {
        key: k for k, key in enumerate(dict.fromkeys((c.member, c.task) for c in case.choices))
    }
    members = {m: k for k, m in enumerate(dict.fromkeys(c.member for c in case.choices))}
    fit = conditional_logit(
        *worst_as_choice(
            np.column_stack((dummies.astype(float), cost)),
            [c.chosen for c in case.choices],
            [c.worst for c in case.choices],
            [tasks[c.member, c.task] for c in case.choices],
            [members[c.member] for c in case.choices],
        )
    )
    middle = np.full(len(functions), 1 / len(functions))
    rows = []
    for k in range(len(functions)):
        against = _weights(np.eye(len(functions))[k] - middle)
        utility = contrast(fit, against, LEVEL)
        paid = willingness_to_pay(fit, against, len(functions) - 1, LEVEL)
        rows.append((*utility, *paid))
    columns = [f"{name}{end}" for name in ("utility", "pays") for end in ("", "_low", "_high")]
    table = pd.DataFrame(rows, index=pd.Index(functions, name="function"), columns=columns)
    apart = _weights(np.where(ours, 1 / ours.sum(), -1 / (~ours).sum()))
    odds = contrast(fit, apart, LEVEL)
    finding = ABOVE if odds.low > 0 else BELOW if odds.high < 0 else OPEN
    row = _not_taken() | {
        "ratio": float(np.exp(odds.value)),
        "ratio_low": float(np.exp(odds.low)),
        "ratio_high": float(np.exp(odds.high)),
        "finding": finding,
    }
    return row, table, (len(members), len(tasks))


def _weights(by_function: Floats) -> Floats:
    """Weights of functions, the first of which is the reference, and 0 for the cost."""
    return np.append(by_function[1:], 0.0)
