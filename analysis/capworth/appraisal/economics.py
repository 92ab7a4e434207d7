"""Cost and benefit to appraisal standard: net value, ratio, payback, rates; who pays, who gains.

The indicators of appraisal practice for one stream of costs and benefits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from capworth.case.model import Case
from capworth.case.register import schedules
from capworth.methods.arguments import Bools, Floats, Ints, known
from capworth.methods.cost_benefit.discounting import (
    ROUNDING,
    Paid,
    chance_of_gain,
    equivalent_annual,
    net_public_value,
    payback,
    present_value,
)
from capworth.methods.cost_benefit.perspectives import distribution_weights, weighted_total
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.cost_benefit.rate_of_return import Roots, internal_rates, modified_rates
from capworth.methods.cost_benefit.ratios import (
    Defined,
    Ratio,
    benefit_cost_ratio,
    categories,
    category_shares,
    ratio_of_means,
)
from capworth.methods.cost_benefit.savings import break_even, remaining_share
from capworth.model.chain import SCOPES
from capworth.model.costs import PAYERS, discount_factors
from capworth.model.figures import (
    COUNT,
    MEAN,
    PROGRAMME,
    RATIO,
    SHARE,
    STATED,
    Column,
    columns,
    word,
)
from capworth.model.flows import FlowModel, Flows, Stream
from capworth.model.price_base import PriceBase
from capworth.model.pricing import PARTLY, PRICED, UNPRICED, Pricing
from capworth.model.result import Answer, Interval, Provenance, ends
from capworth.model.simulation import Kept, Model, Sample
from capworth.programme.choice import Choice
from capworth.programme.schedule import value_by_year
from capworth.programme.selection import Programme

DENOMINATOR = "all costs"  # of the headline ratio
PUBLIC_DENOMINATOR = "public costs"  # of the ratio beside it
PUBLIC = ("organisation", "members")  # payers whose money is public; a donor may be anybody
EDGES = (0.0, 1.0, 1.5, 2.0, 4.0)  # Department for Transport, Value for Money Framework (2025)
CATEGORIES = ("very_poor", "poor", "low", "medium", "high", "very_high")
Row = Mapping[str, object]


@dataclass(frozen=True)
class View:
    """The k-th of some things as a perspective sees it: sums are made when they are asked for."""

    flows: Flows
    k: int
    perspective: str

    @cached_property
    def cost(self) -> Floats:
        """(draws,) present value of what its payers pay."""
        return self.flows.cost.present_of(self.k, self._payers)

    @cached_property
    def benefit(self) -> Floats:
        """(draws,) present value of its benefits."""
        return self.flows.benefit.present_of(self.k, self._scopes)

    @cached_property
    def saving(self) -> Floats:
        """(draws,) present value of what its payers are spared."""
        return self._saved.present_of(self.k, self._payers)

    @cached_property
    def net(self) -> Floats:
        """(draws,) present value of benefits and savings less costs."""
        return self.benefit + self.saving - self.cost

    @property
    def public(self) -> Floats:
        """(draws,) the part of `cost` that public payers bear."""
        mine = [payer for payer in self._payers if PAYERS[payer] in PUBLIC]
        return self.flows.cost.present_of(self.k, mine)

    @property
    def net_public(self) -> Floats:
        """(draws,) fiscal gains less all public costs, whatever the perspective."""
        fiscal = self.flows.benefit.present_of(self.k, _places(("fiscal",), SCOPES))
        cost = self.flows.cost.present_of(self.k, _places(PUBLIC, PAYERS))
        return net_public_value(fiscal, cost)

    @property
    def ever(self) -> Floats:
        """(draws,) benefits and savings less costs, summed over the years, not discounted."""
        saved = self._saved.ever_of(self.k, self._payers)
        gained = self.flows.benefit.ever_of(self.k, self._scopes) + saved
        return gained - self.flows.cost.ever_of(self.k, self._payers)

    @property
    def mean(self) -> Floats:
        """(years,) the same as expected in each year."""
        benefit, saving, cost = (
            stream.yearly[self.k, parties].sum(axis=0)
            for stream, parties in (
                (self.flows.benefit, self._scopes),
                (self._saved, self._payers),
                (self.flows.cost, self._payers),
            )
        )
        mean: Floats = benefit + saving - cost
        return mean

    @property
    def _payers(self) -> list[int]:
        return _places(PERSPECTIVES[self.perspective].payers, PAYERS)

    @property
    def _scopes(self) -> list[int]:
        return _places(PERSPECTIVES[self.perspective].scopes, SCOPES)

    @property
    def _saved(self) -> Stream:
        return self.flows.saving if self.perspective == SOCIETY else self.flows.cashable


def _places(parties: Sequence[str], known: Sequence[str]) -> list[int]:
    return [known.index(party) for party in parties]


def indicators(view: View, factors: Floats, rate: float) -> Row:
    """Describe one stream in one perspective.

    Parameters
    ----------
    view : savings of costs of today are part of its net value and stand above the line of the ratio
    factors : (years,) discount factors
    rate : a year, at which outlays are financed and gains put to work in the modified rate

    Returns
    -------
    Amounts in millions, mean and 80 % interval over the draws. Payback and rates of return are
    those of the mean stream, years counted from the start of the appraisal; `p_payback` is the
    share of draws that are paid back in time. Codes are the names of `ratios.Defined`,
    `payback.Paid` and `rate_of_return.Roots`, in small letters.
    """
    return {**perspective_row(view), **_further(view, factors, rate)}


def _further(view: View, factors: Floats, rate: float) -> Row:
    """What `indicators` adds to `perspective_row`."""
    row = _ratios(view)
    row |= Interval.of(view.net_public / MILLION).columns("public_npv_m")
    row |= Interval.of(equivalent_annual(view.net, factors) / MILLION).columns("annual_m")
    row |= _times(view, factors)
    row |= _rates(view.mean[None], rate)
    return row


def perspective_row(view: View) -> Row:
    """Describe one stream in one perspective in brief; see `indicators`."""
    chance = chance_of_gain(view.net)
    row: dict[str, object] = {}
    amounts = np.stack((view.cost, view.benefit, view.saving, view.net)) / MILLION
    for name, *interval in zip(
        ("cost_m", "benefit_m", "saving_m", "npv_m"),
        amounts.mean(axis=1).tolist(),
        *(end.tolist() for end in ends(amounts, axis=1)),
        strict=True,
    ):
        row |= Interval(*interval).columns(name)
    ratio = ratio_of_means(view.benefit + view.saving, view.cost)
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


def _ratios(view: View) -> dict[str, object]:
    gained = view.benefit + view.saving
    each = benefit_cost_ratio(gained, view.cost, denominator=DENOMINATOR)
    private = [(view.cost - view.public).mean()]
    beside = benefit_cost_ratio(
        [gained.mean()], [view.public.mean()], private, 0.0, PUBLIC_DENOMINATOR
    )
    low, high = _interval(each)
    place = int(categories(ratio_of_means(gained, view.cost).value, EDGES))
    return {
        "bcr_low": low,
        "bcr_high": high,
        "bcr_public": float(beside.value[0]),
        "bcr_public_code": Defined(int(beside.code[0])).name.lower(),
        "category": CATEGORIES[place] if place >= 0 else "no_ratio",
    }


def _interval(ratio: Ratio) -> tuple[float, float]:
    """80 % interval of the ratios of the draws; NaN where a draw has none."""
    if np.isnan(ratio.value).any():
        return float("nan"), float("nan")
    low, high = ends(ratio.value)
    return float(low), float(high)


def _times(view: View, factors: Floats) -> dict[str, object]:
    """Payback of the mean stream; a draw is paid back where the whole of it is not below 0."""
    row: dict[str, object] = {}
    for name, weights, whole in (
        ("payback", None, view.ever),
        ("discounted_payback", factors, view.net),
    ):
        mean = payback(view.mean[None], weights)
        nothing = ROUNDING * float(np.abs(whole).max(initial=0.0))
        row |= {
            f"{name}_years": float(mean.years[0]),
            f"{name}_code": Paid(int(mean.code[0])).name.lower(),
            f"p_{name}": float((whole >= -nothing).mean()),
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


KINDS = ("capability", "improvement", "programme")
RECOMMENDED = "recommended"  # subject of the recommended programme
PEOPLE, UNSPLIT = "people", "unsplit"
PARTIES = (*PAYERS, PEOPLE, UNSPLIT)
GAINS_OF = MappingProxyType(  # whose account a scope of benefit is credited to
    {"fiscal": "members", "economic": PEOPLE, "social": PEOPLE, "all": UNSPLIT}
)


SOCIETY = "society"  # the perspective that counts everybody


class Perspective(NamedTuple):
    """Whose costs and whose benefits count."""

    payers: tuple[str, ...]
    scopes: tuple[str, ...]


PERSPECTIVES: Mapping[str, Perspective] = MappingProxyType(
    {
        SOCIETY: Perspective(PAYERS, SCOPES),
        "organisation": Perspective(("organisation",), ()),
        "members": Perspective(("members",), ("fiscal",)),
        "funders": Perspective(("organisation", "donors"), ("fiscal",)),
    }
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Economics(Answer):
    """Indicators of everything whose benefits are known in money."""

    _table: pd.DataFrame
    _perspectives: pd.DataFrame
    _categories: pd.DataFrame
    _accounts: pd.DataFrame
    _uncounted: pd.DataFrame
    _savings: pd.DataFrame
    _break_even: pd.DataFrame
    _programme: pd.DataFrame
    perspective: str
    draws: int  # those that are kept
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        both = ("costs", "chain", "effects")
        whole: tuple[tuple[Any, ...], ...] = (
            ("cost_m", "cost", "millions", "cost", ("costs",)),
            ("benefit_m", "money", "millions", "money", ("chain", "effects")),
            ("saving_m", "saving", "millions", "net", ("savings",)),
            ("npv_m", "net", "millions", "net", both),
            ("bcr", "benefit_cost_ratio", "ratio", "benefit_cost_ratio", both, RATIO),
        )
        positive = ("p_npv_positive", "positive", "chance", "share_of_draws", both, SHARE)
        more: tuple[tuple[Any, ...], ...] = (
            ("bcr_public", "benefit_cost_ratio_public", "ratio", "benefit_cost_ratio", both, RATIO),
            ("public_npv_m", "net_public", "millions", "net", both),
            ("annual_m", "net", "millions_a_year", "net", both, MEAN, "yearly"),
            ("payback_years", "payback", "years", "payback", both, RATIO),
            ("p_payback", "paid_back", "chance", "share_of_draws", both, SHARE),
            ("discounted_payback_years", "payback_discounted", "years", "payback", both, RATIO),
            (
                "p_discounted_payback",
                "paid_back_discounted",
                "chance",
                "share_of_draws",
                both,
                SHARE,
            ),
            ("irr", "rate_of_return", "share", "rate_of_return", both, RATIO),
            ("mirr", "rate_of_return_modified", "share", "rate_of_return", both, RATIO),
        )
        parties: tuple[tuple[Any, ...], ...] = (
            ("pays_m", "cost", "millions", "cost_by_payer", ("costs",)),
            ("gains_m", "money", "millions", "money", ("chain", "effects")),
            ("net_m", "account", "millions", "net", both),
        )
        at: dict[str, Any] = {"alias": ((RECOMMENDED, PROGRAMME),)}
        net = {"npv_m", "p_npv_positive"}  # of the programme: its own answer has both
        found: list[Column] = []
        for kind in KINDS:
            mine: dict[str, Any] = {"where": (("kind", kind),), **at}
            own = [row for row in whole if kind != KINDS[-1] or row[0] not in net]
            found += columns("economics", *own, *more, **mine)
            if kind != KINDS[-1]:
                found += columns("economics", positive, error="p_npv_positive_se", **mine)
            found += columns(
                "value_for_money",
                *(
                    (name, "category", "chance", "share_of_draws", both, SHARE, name)
                    for name in self._categories.columns
                ),
                **mine,
            )
            found += columns(
                "break_even",
                ("break_even", "break_even", "money", "break_even", both, RATIO),
                ("outcomes", "unpriced_outcomes", "a_year", "chain", ("chain", "effects")),
                ("priced_m", "priced", "millions", "money", ("chain", "effects")),
                **mine,
            )
            for party in dict.fromkeys(self._accounts.index.get_level_values("party")):
                mine["where"] = (("kind", kind), ("party", str(party)))
                for name, quantity, *rest in parties:
                    paid: dict[str, Any] = {"basis": word(party), "payer": word(party), **mine}
                    found.append(Column("accounts", name, quantity, *rest, **paid))
            for view in dict.fromkeys(self._perspectives.index.get_level_values("perspective")):
                mine["where"] = (("kind", kind), ("perspective", str(view)))
                seen: dict[str, Any] = {"perspective": str(view), **mine}
                if view != self.perspective:
                    seen["basis"] = f"to_{word(view)}"
                    found += columns("perspectives", *whole, positive, **seen)
                else:
                    found += columns("perspectives", *own, **seen)
                    if kind != KINDS[-1]:
                        found += columns("perspectives", positive, **seen)
        for kind, where in (("pledged", (("what", "transfer"),)), ("uncounted", ())):
            without = () if where else ("transfer",)
            rests = ("uncounted", "amount_m", kind, "millions", "pledged", ("funding",), STATED)
            found.append(Column(*rests, where=where, without=without))
        return (
            *found,
            *columns(
                "programme_by_price",
                ("cost_m", "cost.programme", "millions", "cost", ("costs",)),
                ("net_m", "net.programme", "millions", "net", both),
                ("p_net_positive", "positive.programme", "chance", "share_of_draws", both, SHARE),
                ("improvements", "members.programme", "count", "net", (), COUNT),
            ),
        )

    def perspectives(self) -> pd.DataFrame:
        """Return cost, benefit, net value, its probability and the ratio in every perspective."""
        return self._perspectives.copy()

    def categories(self) -> pd.DataFrame:
        """Share of draws in each value-for-money category, and without a ratio."""
        return self._categories.copy()

    def accounts(self) -> pd.DataFrame:
        """Return what each party pays and gains, millions; the nets add up to society's."""
        return self._accounts.copy()

    def uncounted(self) -> pd.DataFrame:
        """Return transfers, revenue of services and sunk costs: shown, and in no account."""
        return self._uncounted.copy()

    def savings(self) -> pd.DataFrame:
        """Return what each improvement saves of each cost line, and the programme together."""
        return self._savings.copy()

    def break_even(self) -> pd.DataFrame:
        """Return what one outcome without a price must be worth for the whole to pay."""
        return self._break_even.copy()

    def programme(self) -> pd.DataFrame:
        """Return the programme by price: net of what is priced, cost and number of the rest."""
        return self._programme.copy()

    def weighted(
        self, incomes: Mapping[str, float], median_income: float, elasticity: float = 1.3
    ) -> pd.DataFrame:
        """Net value unweighted, then with each party's money weighted by its income.

        Not a number where something is gained that has no price.

        Parameters
        ----------
        incomes : income a head of some parties (`PARTIES`); the others keep weight 1
        median_income : income a head that has weight 1
        elasticity : of the marginal utility of income; 1.3 in HM Treasury's Green Book
        """
        weights = dict.fromkeys(PARTIES, 1.0)
        for party, income in incomes.items():
            known(party, "incomes", PARTIES)
            weights[party] = float(distribution_weights([income], median_income, elasticity)[0])
        nets = self._accounts["net_m"].to_numpy().reshape(-1, len(PARTIES))
        known_all = ~np.isnan(nets).any(axis=1)
        total = np.full(len(nets), np.nan)
        total[known_all] = weighted_total(nets[known_all], [weights[party] for party in PARTIES])
        columns = {"net_m": nets.sum(axis=1), "weighted_net_m": total}
        return pd.DataFrame(columns, index=self._table.index)

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {
            "economics": self.to_frame(),
            "perspectives": self.perspectives(),
            "value_for_money": self.categories(),
            "accounts": self.accounts(),
            "uncounted": self.uncounted(),
            **({"savings": self.savings()} if len(self._savings) else {}),
            **({"break_even": self.break_even()} if len(self._break_even) else {}),
            **({"programme_by_price": self.programme()} if len(self._programme) else {}),
        }

    def __repr__(self) -> str:
        gains = self._table["npv_m"] > 0
        priced = self._table["priced"] == PRICED
        programme = self._table.index.get_level_values("kind") == KINDS[-1]
        chances = self._table["p_npv_positive"][programme].dropna()
        tail = "".join(f"; the programme in {p:.0%} of them" for p in chances)
        words = [
            f"{int(gains[part].sum())} of {int((part & priced).sum())} priced {name}"
            for kind, name in zip(KINDS[:2], ("capabilities", "improvements"), strict=True)
            if ((part := self._table.index.get_level_values("kind") == kind) & priced).any()
        ]
        return (
            f"<Economics: {' and '.join(words)} return more than they cost to {self.perspective}, "
            f"on average of {self.draws:,} draws{tail}>"
        )


def economics(
    sample: Sample,
    provenance: Provenance,
    perspective: str = SOCIETY,
    programme: Programme | None = None,
) -> Economics | None:
    """Appraise every capability and improvement, and the programme, with benefits in money.

    A capability is appraised against doing without it, its benefits the same in every year; an
    improvement against today, its benefits by its years of effect. The programme is what its
    improvements are worth together as they start: costs of all of them, benefits and savings of
    those known in money, joint where two touch one chain or one cost line. All draws
    that are kept. Real prices of the case's price year, discounted by its schedule; the modified
    rate finances and reinvests at the schedule's first rate. Benefits are those attributed to the
    capability, costs those of all payers counted: the ratio errs low.

    Perspectives: `society` counts every payer and every scope; `organisation` what it spends, as
    nothing comes back to it but transfers; `members` their own outlays against fiscal gains, the
    time and budgets of their police; `funders` the money that was raised, of the organisation and
    of donors, against fiscal gains. Members and funders may in part be the same: these views
    are not added; `accounts` add. The ratio beside the headline has only public costs (organisation
    and members) below its line and takes donors' off the benefits; `public_npv_m` is fiscal gains
    less public costs, whatever the perspective.

    None where no benefit is known in money.

    Raises
    ------
    InputError
        When the perspective is not known.
    """
    known(perspective, "perspective", PERSPECTIVES)
    case, model = sample.case, sample.model
    if not (model.known["money"].any() or case.savings or case.receipts or _counted(case, model)):
        return None
    factors = discount_factors(case)
    rate = schedules()[case.settings.discounting].bands[0][1]
    names = case.names()
    rows: dict[tuple[str, ...], Row] = {}
    categories: dict[tuple[str, ...], Row] = {}
    accounts: dict[tuple[str, ...], Row] = {}
    views: dict[tuple[str, ...], Row] = {}
    flows = FlowModel(sample)
    everything = _things(flows, programme)
    for thing in everything:
        for k in np.flatnonzero(thing.counts).tolist():
            key = thing.kind, thing.ids[k]
            status = thing.status[k]
            seen = {view: View(thing.flows, k, view) for view in PERSPECTIVES}
            brief = {view: perspective_row(each) for view, each in seen.items()}
            described = {**brief[perspective], **_further(seen[perspective], factors, rate)}
            named = {"name": names.get(key[1], key[1]), "priced": status}
            rows[key] = {**named, **without_price(described, status)}
            for view, beside in brief.items():
                views[*key, view] = without_price(beside, status)
            if status == PRICED:
                mine = seen[perspective]
                categories[key] = category_row(mine.benefit + mine.saving, mine.cost)
            account = _account(thing.flows, k)
            accounts |= {(*key, p): without_price(row, status) for p, row in account.items()}
    return Economics(
        _table=_frame(rows),
        _perspectives=_frame(views, "perspective"),
        _categories=_frame(categories),
        _accounts=_frame(accounts, "party"),
        _uncounted=_uncounted(case, model),
        _savings=_savings(sample, programme, perspective),
        _break_even=break_evens(flows, everything, perspective),
        _programme=_by_price(flows, programme, perspective),
        perspective=perspective,
        draws=sample.drawn.size,
        provenance=provenance,
    )


class _Things(NamedTuple):
    """Things of one kind, their yearly flows, and which of them have benefits in money."""

    kind: str
    ids: tuple[str, ...]
    flows: Flows
    counts: Bools
    status: tuple[str, ...]  # of `pricing`, by thing


def _things(flows: FlowModel, programme: Programme | None) -> tuple[_Things, ...]:
    """Capabilities, improvements and programme with their flows, and which of them have money."""
    case, model = flows.sample.case, flows.sample.model
    pricing = Pricing(case, model.chain)
    of_capabilities = tuple(map(pricing.capability, case.capability_ids))
    of_improvements = tuple(map(pricing.improvement, case.improvement_ids))
    yields = np.array([bool(some) for some in model.chain.beneficial().values()], dtype=np.bool_)
    today, added = flows.both()
    gains = (added.benefit.yearly != 0).any(axis=(1, 2))
    gains |= np.array([bool(pricing.unpriced(i)) for i in case.improvement_ids], dtype=np.bool_)
    saves = (added.saving.yearly != 0).any(axis=(1, 2))
    found = [
        _Things(KINDS[0], case.capability_ids, today, yields, of_capabilities),
        _Things(KINDS[1], case.improvement_ids, added, gains | saves, of_improvements),
    ]
    if programme is not None:
        taken, delays = _taken(programme)
        whole = _of_programme(flows, taken, delays)
        mine = [s for s, inside in zip(of_improvements, taken, strict=True) if inside]
        counts = _some(np.append(taken & gains, (whole.saving.yearly != 0).any()))
        found.append(_Things(KINDS[2], (RECOMMENDED,), whole, counts, (_together(mine),)))
    return tuple(found)


def _taken(programme: Programme) -> tuple[Bools, Ints]:
    """(improvements,) which are in the programme, and how many years later than stated."""
    table = programme.to_frame()
    return table["chosen"].to_numpy(dtype=np.bool_), table["delay"].to_numpy(dtype=np.int64)


def _of_programme(flows: FlowModel, taken: Bools, delays: Ints) -> Flows:
    """Flows of a set as its members start; benefits add up to what the set is worth together."""
    money = value_by_year(Choice.of(flows.sample), taken, delays, "money")
    return flows.of_set(taken, delays, money)


def _some(which: Bools) -> Bools:
    return np.array([bool(which.any())])


def _together(members: Sequence[str]) -> str:
    """Whether a set is priced: only where each of its members is."""
    if not members or set(members) == {PRICED}:
        return PRICED
    return UNPRICED if set(members) == {UNPRICED} else PARTLY


KEPT = ("cost_m", "saving_m", "pays_m")  # known whether or not benefits have a price


def without_price(row: Row, status: str) -> Row:
    """The same row with all that a missing price makes unknown absent: never zero, never below it.

    Cost and savings stay; so does the benefit of what is priced, where something is. A code
    or a category says that it is not or partly priced.
    """
    if status == PRICED:
        return row
    kept = (*KEPT, "benefit_m") if status == PARTLY else KEPT
    changed: dict[str, object] = {}
    for name, value in row.items():
        if name.startswith(kept) or name.endswith("denominator"):
            changed[name] = value
        else:
            changed[name] = status.replace(" ", "_") if isinstance(value, str) else float("nan")
    return changed


def _counted(case: Case, model: Model) -> bool:
    """Whether some outcome is counted that has no worth at all, on no scale."""
    valued = {value.outcome for value in case.unit_values}
    pricing = Pricing(case, model.chain)
    return any({*pricing.of_capability(c)} - valued for c in case.capability_ids)


def break_evens(
    flows: FlowModel, things: Sequence[_Things], perspective: str = SOCIETY
) -> pd.DataFrame:
    """What one outcome without a price must be worth for the whole to pay, outcome by outcome.

    (Cost less what is priced or saved) over the outcomes, all discounted, an improvement's from
    its effect year on; the others without a price taken as worth nothing. The ratio is that of
    the means; the range is that of the ratio by draw, and absent where some draw has no outcome:
    no price is enough in it, so the range has no upper end.
    """
    case = flows.sample.case
    pricing = Pricing(case, flows.sample.model.chain)
    unpriced = {c: tuple(pricing.of_capability(c)) for c in case.capability_ids}
    unpriced |= {
        i: tuple(dict.fromkeys(o for _, o in pricing.unpriced(i))) for i in case.improvement_ids
    }
    asked = [
        (t.kind, subject, o) for t in things[:2] for subject in t.ids for o in unpriced[subject]
    ]
    rows: dict[tuple[str, ...], Row] = {}
    for outcome in dict.fromkeys(outcome for *_, outcome in asked):  # one alone is much memory
        for thing, found in zip(things[:2], flows.outcomes(outcome), strict=True):
            for k, subject in enumerate(thing.ids):
                if outcome in unpriced[subject]:
                    seen = View(thing.flows, k, perspective)
                    number = found.discounted[:, k]
                    rows[thing.kind, subject, outcome] = _break_even(
                        seen.cost, seen.benefit + seen.saving, number, found.a_year[:, k]
                    )
    return _frame({key: rows[key] for key in asked}, "outcome")


def _break_even(cost: Floats, gained: Floats, number: Floats, a_year: Floats) -> Row:
    need = np.maximum(cost - gained, 0.0)
    low, high = ends(need / number) if (number > 0).all() else (np.nan, np.nan)
    means = float(cost.mean()), float(gained.mean()), float(number.mean())
    return {
        **Interval.of(cost / MILLION).columns("cost_m"),
        "priced_m": means[1] / MILLION,
        "outcomes": float(a_year.mean()),
        "break_even": break_even(*means) if means[2] > 0 else np.nan,
        "break_even_low": float(low),
        "break_even_high": float(high),
    }


def _by_price(flows: FlowModel, programme: Programme | None, perspective: str) -> pd.DataFrame:
    """The programme in two parts: net of what is priced, cost and number of what is not."""
    case, model = flows.sample.case, flows.sample.model
    if programme is None or not programme.chosen:
        return pd.DataFrame()
    pricing = Pricing(case, model.chain)
    taken, delays = _taken(programme)
    full = np.array([pricing.improvement(i) == PRICED for i in case.improvement_ids])
    rows = {}
    for status, mine in ((PRICED, taken & full), (UNPRICED, taken & ~full)):
        seen = View(_of_programme(flows, mine, delays), 0, perspective)
        row: dict[str, object] = {"improvements": int(mine.sum())}
        row |= Interval.of(seen.cost / MILLION).columns("cost_m")
        net = seen.net / MILLION
        if status == UNPRICED or not mine.any():
            net = np.full_like(net, np.nan)
        row |= Interval.of(net).columns("net_m")
        row["p_net_positive"] = float((net > 0).mean()) if status == PRICED else np.nan
        rows[status] = row
    return pd.DataFrame([*rows.values()], index=pd.Index([*rows], name="part", dtype=object))


def _savings(sample: Sample, programme: Programme | None, perspective: str) -> pd.DataFrame:
    """Saving by improvement and cost line, alone; and of the programme's members together."""
    model, factors = sample.model.savings, discount_factors(sample.case)
    taken, delays = ((), ()) if programme is None else _taken(programme)
    late = {k: int(delays[k]) for k in np.flatnonzero(taken).tolist()}
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for line, saved in model.drawn(Kept(sample)):
        given = model.rows[line.id]
        every = [
            (row.improvement, saved.due({user: 0}), share, row.cashable)
            for row, user, share in zip(given, saved.savers, saved.shares, strict=True)
        ]
        inside = [row for row, k in zip(given, saved.savers, strict=True) if k in late]
        if inside:
            share = 1 - remaining_share(saved.left_out(late))
            every.append((RECOMMENDED, saved.due(late), share, all(r.cashable for r in inside)))
        for subject, due, share, cashable in every:
            worth = present_value(due * share, factors) / MILLION
            mine = line.payer in PERSPECTIVES[perspective].payers
            rows[subject, line.id] = {
                "owner": line.capability or line.platform or line.improvement,
                "payer": line.payer,
                "share": float(share[:, -1].mean()),
                **Interval.of(worth).columns("saving_m"),
                "cashable": cashable,
                "counted": mine and (cashable or perspective == SOCIETY),
            }
    index = pd.MultiIndex.from_arrays(
        [*zip(*rows, strict=True)] or [[], []], names=["subject", "line"]
    )
    return pd.DataFrame([*rows.values()], index=index)


def _account(flows: Flows, k: int) -> dict[str, dict[str, float]]:
    """Mean present value that each party pays and gains, what it is spared among it, millions."""
    paid, spared, gained = (
        [float(stream.present_of(k, [party]).mean()) / MILLION for party in range(many)]
        for stream, many in (
            (flows.cost, len(PAYERS)),
            (flows.saving, len(PAYERS)),
            (flows.benefit, len(SCOPES)),
        )
    )
    rows = {party: {"pays_m": 0.0, "gains_m": 0.0, "net_m": 0.0} for party in PARTIES}
    for payer, pays, saves in zip(PAYERS, paid, spared, strict=True):
        rows[payer]["pays_m"] += pays
        rows[payer]["gains_m"] += saves
    for scope, gains in zip(SCOPES, gained, strict=True):
        rows[GAINS_OF[scope]]["gains_m"] += gains
    for row in rows.values():
        row["net_m"] = row["gains_m"] - row["pays_m"]
    return rows


def _uncounted(case: Case, model: Model) -> pd.DataFrame:
    """Transfers, revenue of services, sunk costs: modes over the appraisal, not discounted."""
    money = PriceBase(case)
    rows = []
    for line in case.costs:
        transfer = line.is_transfer
        income = line.is_revenue and not line.improvement  # of a service: shown, and not counted
        if transfer or income or line.treatment == "sunk":
            amount = line.amount.mode * money.factor(line.currency, line.price_year)
            if not line.is_cost and line.kind == "recurrent" and line.treatment != "sunk":
                active = model.costs.active_years(line)
                amount *= active.stop - active.start
            what = "transfer" if transfer else "revenue" if income else "sunk cost"
            ends = ("", line.payer) if income else (line.payer, "organisation" if transfer else "")
            rows.append((what, line.id, *ends, amount, line.amount))
    for pledge in case.funding:
        amount = pledge.amount.mode * money.factor(pledge.currency, pledge.price_year)
        payer = "members" if pledge.kind == "statutory" else "donors"
        rows.append(("transfer", pledge.id, payer, "organisation", amount, pledge.amount))
    return pd.DataFrame(
        [
            {
                "what": what,
                "line": line,
                "payer": payer,
                "receiver": receiver,
                "amount_m": amount / MILLION,
                "grade": estimate.grade,
                "source": estimate.source,
            }
            for what, line, payer, receiver, amount, estimate in rows
        ],
        columns=["what", "line", "payer", "receiver", "amount_m", "grade", "source"],
    ).set_index(["what", "line"])


def _frame(rows: Mapping[tuple[str, ...], Row], *more: str) -> pd.DataFrame:
    names = ["kind", "subject", *more]
    index = pd.MultiIndex.from_arrays([*zip(*rows, strict=True)] or [[]] * len(names), names=names)
    return pd.DataFrame(list(rows.values()), index=index)
