"""The indicators of appraisal practice for one stream of costs and benefits."""

from collections.abc import Mapping, Sequence

import numpy as np

from capworth.answers import spread
from capworth.costs import PAYERS
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.discounting import (
    Paid,
    chance_of_gain,
    equivalent_annual,
    net_public_value,
    payback,
    present_value,
)
from capworth.methods.cost_benefit.rate_of_return import Roots, internal_rates, modified_rates
from capworth.methods.cost_benefit.ratios import (
    Defined,
    Ratio,
    benefit_cost_ratio,
    categories,
    category_shares,
    ratio_of_means,
)
from capworth.unitvalues import SCOPES

MILLION = 1e6
DENOMINATOR = "all costs"  # of the headline ratio
PUBLIC_DENOMINATOR = "public costs"  # of the ratio beside it
PUBLIC = ("organisation", "members")  # payers whose money is public; a donor may be anybody
EDGES = (0.0, 1.0, 1.5, 2.0, 4.0)  # Department for Transport, Value for Money Framework (2025)
CATEGORIES = ("very_poor", "poor", "low", "medium", "high", "very_high")
Row = Mapping[str, object]


def indicators(
    cost: Floats,
    benefit: Floats,
    payers: Sequence[str],
    scopes: Sequence[str],
    factors: Floats,
    rate: float,
) -> Row:
    """Describe one stream in one perspective.

    Parameters
    ----------
    cost : (draws, payers, years), all payers
    benefit : (draws, scopes, years), all scopes
    payers, scopes : those that the perspective counts
    factors : (years,) discount factors
    rate : a year, at which outlays are financed and gains put to work in the modified rate

    Returns
    -------
    Amounts in millions, mean and 80 % interval over the draws. Payback and rates of return are
    those of the mean stream, years counted from the start of the appraisal; `p_paid_back` is the
    share of draws that are paid back in time. Codes are the names of `ratios.Defined`,
    `payback.Paid` and `rate_of_return.Roots`, in small letters.
    """
    paid = cost[:, [PAYERS.index(p) for p in payers]].sum(axis=1)
    gained = benefit[:, [SCOPES.index(s) for s in scopes]].sum(axis=1)
    net = gained - paid
    costs, benefits, nets = (present_value(flow, factors) for flow in (paid, gained, net))
    public = _public(cost, payers, factors)
    chance = chance_of_gain(nets)
    purse = cost[:, [PAYERS.index(p) for p in PUBLIC]].sum(axis=1)
    fiscal = present_value(benefit[:, SCOPES.index("fiscal")], factors)
    row: dict[str, object] = {}
    for name, values in (("cost_m", costs), ("benefit_m", benefits), ("npv_m", nets)):
        row |= _spread(name, values / MILLION)
    row |= {"p_npv_positive": chance.share, "p_npv_positive_se": chance.standard_error}
    row |= _ratios(benefits, costs, public)
    row |= _spread("public_npv_m", net_public_value(fiscal, present_value(purse, factors)) / 1e6)
    row |= _spread("annual_m", equivalent_annual(nets, factors) / MILLION)
    row |= _times(net, factors)
    row |= _rates(net.mean(axis=0, keepdims=True), rate)
    return row


def perspective_row(
    cost: Floats, benefit: Floats, payers: Sequence[str], scopes: Sequence[str], factors: Floats
) -> Row:
    """Describe one stream in one perspective in brief; parameters as in `indicators`."""
    paid = cost[:, [PAYERS.index(p) for p in payers]].sum(axis=1)
    gained = benefit[:, [SCOPES.index(s) for s in scopes]].sum(axis=1)
    costs, benefits = present_value(paid, factors), present_value(gained, factors)
    chance = chance_of_gain(benefits - costs)
    row: dict[str, object] = {}
    for name, values in (("cost_m", costs), ("benefit_m", benefits), ("npv_m", benefits - costs)):
        row |= _spread(name, values / MILLION)
    ratio = ratio_of_means(benefits, costs)
    return row | {
        "p_npv_positive": chance.share,
        "p_npv_positive_se": chance.standard_error,
        "bcr": float(ratio.value),
        "bcr_code": Defined(int(ratio.code)).name.lower(),
        "bcr_denominator": DENOMINATOR,
    }


def category_row(benefits: Floats, costs: Floats) -> Row:
    """Share of draws in each value-for-money category; `no_ratio` where the ratio means nothing.

    Parameters
    ----------
    benefits, costs : (draws,) present values
    """
    ratio = benefit_cost_ratio(benefits, costs, denominator=DENOMINATOR)
    shares = category_shares(ratio.value, EDGES)
    return dict(zip((*CATEGORIES, "no_ratio"), shares.tolist(), strict=True))


def _spread(name: str, values: Floats) -> dict[str, float]:
    return {key: float(part[0]) for key, part in spread(name, values[:, None]).items()}


def _public(cost: Floats, payers: Sequence[str], factors: Floats) -> Floats:
    """Present value of what the public payers of a perspective pay, (draws,)."""
    places = [PAYERS.index(p) for p in payers if p in PUBLIC]
    return present_value(cost[:, places].sum(axis=1), factors)


def _ratios(benefits: Floats, costs: Floats, public: Floats) -> dict[str, object]:
    whole = ratio_of_means(benefits, costs)
    each = benefit_cost_ratio(benefits, costs, denominator=DENOMINATOR)
    beside = benefit_cost_ratio(
        [benefits.mean()], [public.mean()], [(costs - public).mean()], 0.0, PUBLIC_DENOMINATOR
    )
    low, high = _interval(each)
    place = int(categories(whole.value, EDGES))
    return {
        "bcr": float(whole.value),
        "bcr_low": low,
        "bcr_high": high,
        "bcr_code": Defined(int(whole.code)).name.lower(),
        "bcr_denominator": DENOMINATOR,
        "bcr_public": float(beside.value[0]),
        "bcr_public_code": Defined(int(beside.code[0])).name.lower(),
        "category": CATEGORIES[place] if place >= 0 else "no_ratio",
    }


def _interval(ratio: Ratio) -> tuple[float, float]:
    """80 % interval of the ratios of the draws; NaN where a draw has none."""
    if np.isnan(ratio.value).any():
        return float("nan"), float("nan")
    ends = spread("x", ratio.value[:, None])
    return float(ends["x_low"][0]), float(ends["x_high"][0])


def _times(net: Floats, factors: Floats) -> dict[str, object]:
    row: dict[str, object] = {}
    for name, weights in (("payback", None), ("discounted_payback", factors)):
        mean, every = payback(net.mean(axis=0, keepdims=True), weights), payback(net, weights)
        row |= {
            f"{name}_years": float(mean.years[0]),
            f"{name}_code": Paid(int(mean.code[0])).name.lower(),
            f"p_{name}": float((every.code != Paid.NEVER).mean()),
        }
    return row


def _rates(mean: Floats, rate: float) -> dict[str, object]:
    internal, modified = internal_rates(mean), modified_rates(mean, rate, rate)
    return {
        "irr": float(internal.rate[0]),
        "irr_code": Roots(int(internal.code[0])).name.lower(),
        "mirr": float(modified.rate[0]),
        "mirr_code": Roots(int(modified.code[0])).name.lower(),
    }
