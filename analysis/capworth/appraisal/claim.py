"""Whether added value is greatest in the claimed functions: in total, per euro, next euro."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pandas as pd

from capworth.case.model import FUNCTIONS, Case
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.power import detectable_contrast
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.result import Answer, Interval, Provenance, ends, middle
from capworth.model.simulation import MEASURES, Sample

ESTIMANDS = ("total", "average", "per_euro", "next_euro")
SUPPORTED, SIZE_ONLY, NOT_CONTRADICTED, INCONCLUSIVE, CONTRADICTED = VERDICTS = (
    "supported",
    "supported for total, not per euro",
    "not contradicted",
    "inconclusive",
    "contradicted",
)
REGISTERED = ("claim_group", "claim_primary", "claim_value", "claim_probability", "claim_margin")


def registration(case: Case) -> str:
    """SHA-256 of what was registered: group, primary estimand, measure, probability, margin."""
    words = {name: getattr(case.settings, name) for name in REGISTERED}
    return sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Claim(Answer):
    """Every estimand on every measure: the ratio of the claimed functions to the rest."""

    _table: pd.DataFrame
    _functions: pd.DataFrame
    group: tuple[str, ...]
    primary: tuple[str, str]  # estimand and measure registered as primary
    margin: float
    needed: float  # probability from which the claim counts as supported
    verdict: str
    strongest: float  # probability that each claimed function served beats each other, per euro
    probability: float  # that the claim holds on the primary estimand, by any margin
    detectable: float  # smallest contrast that so many capabilities can show, in SD
    registered: str
    provenance: Provenance

    def by_function(self) -> pd.DataFrame:
        """Value, cost and value per million of each function, with 80 % intervals."""
        return self._functions.copy()

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {"claim": self.to_frame(), "functions": self.by_function()}

    def __repr__(self) -> str:
        return (
            f"<Claim: {self.verdict}; {self.primary[1]} {self.primary[0]} greater in "
            f"{'+'.join(self.group)} in {self.probability:.0%} of draws>"
        )


def examine_claim(sample: Sample, provenance: Provenance) -> Claim | None:
    """Test the registered claim; None where the case registers none.

    Each estimand is the ratio of the claimed functions to the rest: of value (total), of value for
    each capability's worth of the function (average), of value for each euro of whole-life cost
    (per_euro), and of value gained for each euro of the candidate improvements (next_euro, score
    only). Capabilities count by their shares. `p_margin` is the probability that the ratio passes
    the registered margin.
    """
    case, drawn = sample.case, sample.drawn
    if not case.settings.claim_group:
        return None
    inside = np.array([f in case.settings.claim_group for f in FUNCTIONS])
    rows: dict[tuple[str, str], dict[str, float]] = {}
    for m, measure in enumerate(MEASURES):
        if not sample.model.known[measure].any():
            continue
        sums = [
            (part[m][:, inside].sum(axis=1), part[m][:, ~inside].sum(axis=1))
            for part in (drawn.function_value, drawn.function_weight, drawn.function_cost)
        ]
        (value, rest), (weight, rest_weight), (cost, rest_cost) = sums
        if not weight.any() or not rest_weight.any():
            continue  # nothing to compare
        ratios = {
            "total": _ratio(value, rest),
            "average": _ratio(value * rest_weight, rest * weight),
            "per_euro": _ratio(value * rest_cost, rest * cost),
        }
        if measure == "score" and case.improvements:
            ratios["next_euro"] = _next_euro(sample)
        for estimand, ratio in ratios.items():
            rows[estimand, measure] = _row(ratio, case.settings.claim_margin)
    index = pd.MultiIndex.from_tuples(list(rows), names=["estimand", "measure"])
    table = pd.DataFrame(list(rows.values()), index=index)
    primary = case.settings.claim_primary, case.settings.claim_value
    score = MEASURES.index(primary[1])
    served = drawn.function_weight[score].any(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        per_euro = drawn.function_value[score] / drawn.function_cost[score]
    ours, theirs = per_euro[:, served & inside], per_euro[:, served & ~inside]
    strongest = ours.min(axis=1) > theirs.max(axis=1)
    counts = drawn.function_weight[score].mean(axis=0)
    return Claim(
        _table=table,
        _functions=_by_function(sample),
        group=case.settings.claim_group,
        primary=primary,
        margin=case.settings.claim_margin,
        needed=case.settings.claim_probability,
        verdict=_verdict(rows[primary], rows["total", primary[1]], case.settings.claim_probability),
        strongest=float(strongest.mean()),
        probability=rows[primary]["p_holds"],
        detectable=float(detectable_contrast(1.0, counts[inside].sum(), counts[~inside].sum())),
        registered=registration(case),
        provenance=provenance,
    )


def _ratio(ours: Floats, theirs: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Floats = np.where(ours == theirs, 1.0, ours / theirs)
    return ratio


def _next_euro(sample: Sample) -> Floats:
    """(draws,) gain per euro of the improvements, parted by the functions that gain.

    An improvement that gains nothing in a draw is left out of both sides there, with its cost:
    nobody would spend the next euro on it, and no function can answer for it. To share its cost out
    by the functions of what it touches would let a project that does nothing decide the ratio.
    """
    drawn = sample.drawn
    gain, share = drawn.gains.distance, drawn.gains.exchange
    cost = np.where(gain != 0, drawn.improvement_cost, 0.0)
    ours, theirs = (gain * share).sum(axis=1), (gain * (1 - share)).sum(axis=1)
    our_cost, their_cost = (cost * share).sum(axis=1), (cost * (1 - share)).sum(axis=1)
    return _ratio(ours * their_cost, theirs * our_cost)


def _row(ratio: Floats, margin: float) -> dict[str, float]:
    low, high = ends(ratio)
    return {
        "ratio": middle(ratio),
        "ratio_low": float(low),
        "ratio_high": float(high),
        "p_holds": float((ratio > 1).mean()),
        "p_margin": float((ratio > margin).mean()),
    }


def _verdict(row: Mapping[str, float], total: Mapping[str, float], needed: float) -> str:
    """Return one of the five words, by the rule of practice B.10.

    Supported: the primary estimand passes the margin with the probability needed. Contradicted:
    it fails to hold with that probability. Supported for total only: the total passes so, and the
    ratio per euro is more likely below 1 than above. Not contradicted: it holds in more than half
    of the draws. Else inconclusive.
    """
    if row["p_margin"] >= needed:
        return SUPPORTED
    if total["p_margin"] >= needed and row["p_holds"] < 0.5:
        return SIZE_ONLY
    if row["p_holds"] <= 1 - needed:
        return CONTRADICTED
    return NOT_CONTRADICTED if row["p_holds"] > 0.5 else INCONCLUSIVE


def _by_function(sample: Sample) -> pd.DataFrame:
    drawn = sample.drawn
    rows: list[dict[str, object]] = []
    for m, measure in enumerate(MEASURES):
        scale = MILLION if measure == "money" else 1.0
        for k, function in enumerate(FUNCTIONS):
            cost = drawn.function_cost[m][:, k] / MILLION
            value = drawn.function_value[m][:, k] / scale
            if not cost.any() or not value.any():
                continue
            row: dict[str, object] = {"measure": measure, "function": function}
            for name, part in (("value", value), ("cost_m", cost), ("value_per_m", value / cost)):
                row |= Interval.of(part).columns(name)
            rows.append(row)
    return pd.DataFrame(rows).set_index(["measure", "function"])
