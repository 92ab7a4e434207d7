"""The programme: which improvements to carry out under the budget, from which year, how surely.

One exact problem of set and starts under relations, the confidence of the budget and the limits of
years; every answer that speaks of the best set reads it here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from capworth.case.model import DISTANCE, HARM, NET, Case
from capworth.methods.arguments import Bools, Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.confidence import Programmes
from capworth.methods.portfolio.priority import priority_order
from capworth.model.costs import PAYERS
from capworth.model.effect_years import full_year
from capworth.model.figures import (
    CHOSEN,
    COUNT,
    KEPT,
    MONEY_UNITS,
    NO_DRAWS,
    PROGRAMME,
    QUANTILE,
    RATIO,
    SHARE,
    STATED,
    Column,
    Figure,
    columns,
    number,
)
from capworth.model.result import Answer, Interval, Provenance
from capworth.model.simulation import Sample, draw_sample
from capworth.programme.choice import FURTHER, Choice, refuse_conflict, refuse_years, running_sets
from capworth.programme.good_sets import GoodSets, choices_table, good_sets, late, sets_table
from capworth.programme.reasons import described, money_needed, usual_ways, why_not
from capworth.programme.schedule import by_year, meets_targets

SCALE = {DISTANCE: 1.0, NET: MILLION, HARM: 1.0}  # what amounts of a measure are divided by
WORDS = {DISTANCE: ("gain", "distance"), NET: ("net", "millions"), HARM: ("harm", "days")}
WHOLE = ("good_sets", "options", "ways_to_spend")  # tables in which one set is the programme
NOTHING, MINIMUM, START, RECOMMENDED = "nothing", "minimum", "start", "recommended"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Programme(Answer):
    """The best set and its starts, every good set beside it, and every other budget."""

    _table: pd.DataFrame
    _years: pd.DataFrame
    _sets: pd.DataFrame
    _choices: pd.DataFrame
    _options: pd.DataFrame
    _order: pd.DataFrame
    _frontier: pd.DataFrame
    _further: pd.DataFrame
    _why_not: pd.DataFrame
    _ways: pd.DataFrame
    _targets: pd.DataFrame
    budget_m: float
    target_m: float | None
    confidence: float  # share of draws in which the budget must hold; 0: on average only
    near: float  # share of the best value within which a set is good
    feasible: bool  # whether any set keeps the confidence; else the likeliest one is shown
    asked_m: float  # expected one-off money that the budget holds
    needed_m: float  # the same at the confidence
    p_within: float  # share of draws within the budget
    p_years: float  # share of draws with every year within its limit
    payers_m: Mapping[str, float]  # expected one-off money of the set by payer
    cost_m: Interval  # whole-life cost of the chosen set
    measure: str  # what the programme is to add most of
    value: Interval  # of that measure, money in millions
    gain: Interval  # per cent of the distance closed
    money_m: Interval
    saved_m: Interval  # of costs of today, and revenue
    net_m: Interval
    harm_days: Interval
    p_net: float  # share of draws in which money benefits exceed whole-life cost
    regret: float  # mean of what each draw's best good set is worth more; as `value`
    listed: int  # good sets before they were reduced
    compared: int | None  # sets that were looked at where all were too many; None: all of them
    gap: float  # share of its value by which another could be better at most; 0: exact
    draws: int  # in which good sets are compared
    extent_key: str
    provenance: Provenance

    @property
    def contingency_m(self) -> float:
        """What is set aside above the expected money."""
        return max(0.0, self.needed_m - self.asked_m)

    @property
    def unsearched(self) -> float:
        """The gap in whole per cent, upwards: it is a bound."""
        return float(np.ceil(self.gap * 100) / 100)

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        name, unit = WORDS[self.measure]
        worth, money = ("effects", "scores", "chain"), ("asked",)
        rate = ("gain_per_asked_m",)
        per_asked = ("distance_per_million", "gain_asked_rate", (*worth, *money), RATIO)
        it = (("1", PROGRAMME), (RECOMMENDED, PROGRAMME), ("exact", PROGRAMME))
        rows: tuple[tuple[Any, ...], ...] = (
            ("asked_m", "asked.{}", "millions", "asked", money),
            ("expected_m", "asked.{}", "millions", "asked", money),
            ("at_confidence_m", "needed.{}", "millions", "needed", money, QUANTILE),
            ("needed_m", "needed.{}", "millions", "needed", money, QUANTILE),
            ("value", f"{name}.{{}}", unit, "objective", worth),
            ("gain", "gain.{}", "distance", "gain", worth),
            ("net_m", "net.{}", "millions", "net", (*worth, "costs")),
            ("harm_days", "harm.{}", "days", "harm", worth),
            ("regret", "regret.{}", unit, "regret", worth),
            ("loss", "loss.{}", unit, "objective", worth),
            ("more", "more.{}", unit, "further", worth),
        )
        sets = (
            *(("good_sets", "set"), ("options", "option"), ("choices", "exchange")),
            *(
                ("budget_frontier", "budget"),
                ("further_money", "further"),
                ("ways_to_spend", "way"),
            ),
        )
        found = [
            replace(
                Column(table, column, quantity.format(thing), *rest),
                alias=it if table in WHOLE else (),
                draws="draws" if column in ("regret", "loss") else KEPT,
            )
            for table, thing in sets
            for column, quantity, *rest in rows
        ]
        shares = (
            ("good_sets", "p_within", "within.set", "within"),
            ("good_sets", "p_years", "years.set", "within"),
            ("good_sets", "p_better", "better.set", "exchange"),
            ("good_sets", "p_best_in_list", "best.set", "exchange"),
            ("choices", "p_better", "better.exchange", "exchange"),
            ("further_money", "p_more", "more_share.further", "exchange"),
            ("targets", "met", "met.target", "share_of_draws"),
        )
        for table, column, quantity, formula in shares:
            rests = money if formula == "within" else worth
            more: dict[str, Any] = {"alias": it} if table in WHOLE else {}
            if table == "good_sets" and formula == "exchange":
                more = {"without": ("1",)}  # the programme against itself
            if table in ("good_sets", "choices") and formula == "exchange":
                more |= {"draws": "draws"}
            found.append(
                Column(table, column, quantity, "chance", formula, behind=rests, kind=SHARE, **more)
            )
        return (
            *found,
            *columns(
                "programme",
                ("asked_m", "asked", "millions", "asked", money),
                ("posts", "posts", "count", "asked", ("improvements",), STATED),
                ("start", "start", "year", "by_year", ("improvements",), CHOSEN),
                ("effect", "effect", "year", "by_year", ("improvements",), CHOSEN),
                ("full_effect", "full_effect", "year", "by_year", ("improvements",), CHOSEN),
                ("gain", "gain", "distance", "gain", worth),
                (*rate, "gain_asked_rate", *per_asked),
                ("value_as_stated", name, unit, "objective", worth),
            ),
            *columns("programme", ("core", "core", "chance", "core", worth, SHARE), draws="draws"),
            *columns(
                "programme_years",
                ("spend_m", f"asked.{PROGRAMME}", "millions", "by_year", money),
                ("value", f"{name}.{PROGRAMME}", unit, "by_year", worth),
                ("posts", f"posts.{PROGRAMME}", "count", "by_year", ("improvements",), COUNT),
            ),
            *columns(
                "programme_years",
                ("spend_room_m", "limit", "millions", "by_year", ("limits",)),
                ("posts_room", "posts_limit", "count", "by_year", ("limits",)),
                kind=STATED,
            ),
            *columns(
                "order_of_priority",
                ("asked_m", "asked.order", "millions", "asked", money),
                ("gain", "gain.order", "distance", "gain", worth),
                ("asked_cum_m", "asked_in_all.order", "millions", "asked", money),
                ("gain_cum", "gain_in_all.order", "distance", "gain", worth),
                (*rate, "gain_rate.order", *per_asked),
            ),
            Column(
                "order_of_priority",
                "value",
                f"{name}_objective.order",
                unit,
                "objective",
                behind=worth,
            ),
            Column(
                "order_of_priority",
                "value_cum",
                f"{name}_of_all.order",
                unit,
                "objective",
                behind=worth,
            ),
            Column(
                *("order_of_priority", "at_confidence_cum_m", "needed_in_all.order", "millions"),
                *("needed", money, QUANTILE),
            ),
            *columns(
                "why_not_funded",
                ("asked_m", "asked", "millions", "asked", money),
                ("gain", name, unit, "objective", worth),
                ("gain_at_least", "enters_at", unit, "objective", worth),
                ("forced_loss", "forced_loss", unit, "objective", worth),
            ),
        )

    def figures(self) -> tuple[Figure, ...]:
        """The figures of every set and improvement, and those of the programme itself."""
        known = self.provenance
        prices = f"{known.currency} of {known.price_year}"
        worth, money = ("effects", "scores", "chain"), ("asked",)

        def one(
            name: str,
            value: float | Interval | None,
            unit: str,
            formula: str,
            *behind: str,
            **more: Any,
        ) -> Figure:
            ends = value if isinstance(value, Interval) else (value, None, None)
            mean, low, high = (None if end is None else number(end) for end in ends)
            return Figure(
                *(f"{name}.{PROGRAMME}", mean, unit, formula),
                low=low,
                high=high,
                prices=prices if MONEY_UNITS[unit] else "",
                behind=tuple((kind, PROGRAMME) for kind in behind),
                **more,
            )

        chance = {"kind": SHARE}
        certain: dict[str, Any] = {"kind": STATED, "draws": NO_DRAWS}
        found = [
            one("cost", self.cost_m, "millions", "cost", "costs"),
            one("gain", self.gain, "distance", "gain", *worth),
            one("money", self.money_m, "millions", "money", *worth),
            one("saved", self.saved_m, "millions", "net", "savings"),
            one("net", self.net_m, "millions", "net", *worth, "costs", "savings"),
            one("harm", self.harm_days, "days", "harm", *worth),
            one("asked", self.asked_m, "millions", "asked", *money),
            one("needed", self.needed_m, "millions", "needed", *money, kind=QUANTILE),
            one(
                "contingency", self.contingency_m, "millions", "contingency", *money, kind=QUANTILE
            ),
            one("within", self.p_within, "chance", "within", *money, **chance),
            one("years", self.p_years, "chance", "within", *money, **chance),
            one("positive", self.p_net, "chance", "share_of_draws", *worth, "costs", **chance),
            *(
                one(f"asked_by_{payer}", paid, "millions", "asked", *money, payer=payer)
                for payer, paid in self.payers_m.items()
            ),
            *(
                replace(one(*name, **certain), behind=(("settings", key),))
                for key, name in (
                    ("budget", ("budget", self.budget_m, "millions", "needed")),
                    ("target", ("target", self.target_m, "millions", "needed")),
                    ("budget_confidence", ("confidence", self.confidence, "share", "needed")),
                    ("near", ("near", self.near, "share", "exchange")),
                )
            ),
            one(
                "members", float(len(self.chosen)), "count", "objective", kind=COUNT, draws=NO_DRAWS
            ),
            one("good_sets", float(len(self._sets)), "count", "exchange", kind=COUNT),
            one("listed", float(self.listed), "count", "exchange", kind=COUNT),
        ]
        if self.compared is not None:
            found.append(one("compared", float(self.compared), "count", "unsearched", kind=COUNT))
        if self.gap:
            found.append(one("unsearched", self.unsearched, "share", "unsearched", *worth, *money))
        return (*found, *Answer.figures(self))

    def by_year(self) -> pd.DataFrame:
        """Return money asked, posts and the objective by year, with 80 % intervals."""
        return self._years.copy()

    def good_sets(self) -> pd.DataFrame:
        """Return every good set that is no part of a better one, the best first."""
        return self._sets.copy()

    def choices(self) -> pd.DataFrame:
        """Return the exchanges between the best set and other good ones, likeliest first."""
        return self._choices.copy()

    def options(self) -> pd.DataFrame:
        """Return do nothing, do-minimum, what is started in any case, and the programme."""
        return self._options.copy()

    def order(self) -> pd.DataFrame:
        """Return the order-of-priority curve, bundle by bundle."""
        return self._order.copy()

    def frontier(self) -> pd.DataFrame:
        """Return the best set of every budget at the confidence, limits of single years apart.

        `budget_m` from which it is the best, `asked_m` expected; `value` is what the programme is
        to add most of, money in millions; `gain` per cent of the distance closed.
        """
        return self._frontier.copy()

    def further(self) -> pd.DataFrame:
        """Return what a little more money buys, under all rules, beside the budget as it is."""
        return self._further.copy()

    def why_not(self) -> pd.DataFrame:
        """Return why each improvement that is left out is, and what would bring it in."""
        return self._why_not.copy()

    def ways(self) -> pd.DataFrame:
        """Return what three ways to spend the budget buy: by value, by value for money, exactly."""
        return self._ways.copy()

    def targets(self) -> pd.DataFrame:
        """Return how likely the programme meets each stated target, and all of them."""
        return self._targets.copy()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The improvements in the programme, in the order of the case."""
        return tuple(self._table.index[self._table["chosen"]])

    @property
    def late(self) -> tuple[str, ...]:
        """Those that start later than the case states."""
        return tuple(self._table.index[self._table["delay"] > 0])

    def with_role(self, *roles: str) -> tuple[str, ...]:
        """Return the improvements with one of some roles, in the order of the case."""
        return tuple(self._table.index[self._table["role"].isin(roles)])

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {
            "programme": self.to_frame(),
            "programme_years": self.by_year(),
            "good_sets": self.good_sets(),
            "choices": self.choices(),
            "options": self.options(),
            "order_of_priority": self.order(),
            "budget_frontier": self.frontier(),
            "further_money": self.further(),
            "why_not_funded": self.why_not(),
            "ways_to_spend": self.ways(),
            "targets": self.targets(),
        }

    def __repr__(self) -> str:
        unit = {DISTANCE: "% of the distance", NET: "million net", HARM: "harm-days a year"}
        sure = f" at {self.confidence:.0%}" if self.confidence else " on average"
        return (
            f"<Programme: {len(self.chosen)} of {len(self._table)} improvements for "
            f"{self.needed_m:.1f} of {self.budget_m:g} million{sure}, {self.value.mean:.2f} "
            f"{unit[self.measure]}; {len(self._sets)} good sets>"
        )


def refuse_impossible(case: Case, draws: int) -> None:
    """Raise what `choose_programme` would of rules and limits that no set can keep.

    In fewer draws than those of a run: at the very edge of a budget the two may differ.
    """
    budget = case.settings.budget
    if budget is None or not case.improvements:
        return
    choice = Choice.of(draw_sample(case, draws))
    refuse_conflict(choice, budget)
    if case.limits and not choice.search.best(budget).feasible:
        refuse_years(choice, budget)


def choose_programme(sample: Sample, provenance: Provenance) -> Programme | None:
    """Choose set and starts: most expected value within the budget at the confidence of the case.

    What is added most of is the objective of the case: the share of the distance to the agreed
    levels closed, money net of whole-life cost, or days of a harm index. Doing nothing is always a
    candidate. Of equals, the one that needs less money, then the smaller one. None where the case
    has no improvements, or no budget.

    Raises
    ------
    ConflictError
        When no set keeps all relations, must-haves and minimums within the budget on average.
    InputError
        When the relations allow more sets than can be looked at.
    """
    case = sample.case
    budget = case.settings.budget
    if not case.improvements or budget is None:
        return None
    choice = Choice.of(sample)
    refuse_conflict(choice, budget)
    good = good_sets(choice, budget)
    if not good.programmes.feasible:
        refuse_years(choice, budget)
    found, scale = good.programmes, SCALE[choice.measure]
    chosen, delays = found.sets[0], found.delays[0]
    value, gain, money, harm = (
        choice.by_draw(chosen, delays, measure)
        for measure in (choice.measure, DISTANCE, "money", HARM)
    )
    net, cost = choice.net_by_draw(chosen, delays), choice.whole_cost(chosen, delays)
    saved = choice.by_draw(chosen, delays, NET) - money + cost if choice.worth.lines else 0 * cost
    met = meets_targets(choice, chosen, delays)
    settings = case.settings
    return Programme(
        _table=_table(choice, good),
        _years=by_year(choice, chosen, delays, scale),
        _sets=sets_table(choice, good, scale),
        _choices=choices_table(choice, good, scale),
        _options=_options(choice, good, scale),
        _order=_order(choice, scale),
        _frontier=_frontier(choice, scale),
        _further=_further(choice, budget, scale),
        _why_not=why_not(choice, found, budget, scale),
        _ways=usual_ways(choice, found, budget, scale),
        _targets=pd.DataFrame(
            {"met": [*met.any, *([met.all_of] if case.targets else [])]},
            index=pd.Index(
                [*(t.id for t in case.targets), *(["all"] if case.targets else [])], name="target"
            ),
        ),
        budget_m=budget / MILLION,
        target_m=None if settings.target is None else settings.target / MILLION,
        confidence=settings.budget_confidence,
        near=settings.near,
        feasible=found.feasible,
        asked_m=float(found.expected[0]) / MILLION,
        needed_m=float(found.quantile[0]) / MILLION,
        p_within=float(found.p_within[0]),
        p_years=float(found.p_years[0]),
        payers_m=_payers(choice, chosen),
        cost_m=Interval.of(cost / MILLION),
        measure=choice.measure,
        value=Interval.of(value / scale, sample.ranged(choice.measure, value / scale)),
        gain=Interval.of(gain, sample.ratio_by_draw(gain)),
        money_m=Interval.of(np.where(np.isnan(net), np.nan, money) / MILLION),
        saved_m=Interval.of(saved / MILLION),
        net_m=Interval.of(net / MILLION),
        harm_days=Interval.of(harm),
        p_net=float("nan") if np.isnan(net).any() else float((net > 0).mean()),
        regret=float(good.roles.regret[0]) / scale,
        listed=good.listed,
        compared=len(choice.sets) if choice.listed is None else None,
        gap=choice.gap(float(found.value[0]), budget),
        draws=len(good.worth),
        extent_key=sample.model.extents.key,
        provenance=provenance,
    )


def _table(choice: Choice, good: GoodSets) -> pd.DataFrame:
    """One row for each improvement: its role, its start, what it asks and adds alone."""
    case, found = choice.case, good.programmes
    chosen, delays, scale = found.sets[0], found.delays[0], SCALE[choice.measure]
    own = choice.worth.gains(DISTANCE).mean(axis=0)

    def year(stated: Sequence[int]) -> Floats:
        return np.where(chosen, np.array(stated) + delays, np.nan)

    alone = [
        choice.own(k, int(delays[k]), choice.measure).mean() / scale if taken else 0.0
        for k, taken in enumerate(chosen)
    ]
    return pd.DataFrame(
        {
            "name": [i.name for i in case.improvements],
            "chosen": chosen,
            "role": list(good.roles.verbs),
            "core": good.roles.core,
            "start": year([i.start_year for i in case.improvements]),
            "delay": np.where(chosen, delays, 0),
            "effect": year([i.effect_year for i in case.improvements]),
            "full_effect": year([full_year(i) for i in case.improvements]),
            "asked_m": choice.asked / MILLION,
            "posts": [i.staff for i in case.improvements],
            "gain": own,
            "gain_per_asked_m": _rate(own, choice.asked / MILLION),
            "value": alone,
            "value_as_stated": np.where(choice.known, choice.gain, np.nan) / scale,
        },
        index=pd.Index(case.improvement_ids, name="improvement"),
    )


def _rate(gain: Floats, asked: Floats) -> Floats:
    """Gain for each million; endless where a gain asks for nothing, unknown without either."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rate: Floats = gain / asked
    return rate


def _payers(choice: Choice, chosen: Bools) -> Mapping[str, float]:
    """Expected one-off money of a set by payer, those outside the budget too."""
    by_payer = choice.spending.money[chosen].sum(axis=(0, 2)) / MILLION
    return dict(zip(PAYERS, by_payer.tolist(), strict=True))


def _options(choice: Choice, good: GoodSets, scale: float) -> pd.DataFrame:
    """Do nothing, do-minimum, start only, and the programme.

    The minimum is what the case names so and what must be done; else it is doing nothing.
    """
    none = np.zeros(len(choice.gain), dtype=bool)
    least = [i.do_minimum or i.must for i in choice.case.improvements]
    rows: dict[str, Bools] = {NOTHING: none, MINIMUM: np.array(least, dtype=bool)}
    rows[START] = good.started
    rows[RECOMMENDED] = good.sets[0]
    table = described(choice, rows, scale).drop(columns=["added", "dropped"])
    further = []
    for chosen in rows.values():
        found = choice.carried_out(chosen)
        delays = np.zeros(len(none), dtype=np.int64) if found is None else found.delays[0]
        gain, harm = (choice.by_draw(chosen, delays, m).mean() for m in (DISTANCE, HARM))
        further.append((gain, choice.net_by_draw(chosen, delays).mean(), harm))
    gain, net, harm = np.array(further).T
    return table.assign(gain=gain, net_m=net / MILLION, harm_days=harm)


def _order(choice: Choice, scale: float) -> pd.DataFrame:
    case, asked = choice.case, choice.asked
    bundles = [list(b) for b in priority_order(asked, choice.gain, choice.relations)]
    sums = running_sets(bundles, len(asked))
    gain = choice.worth.expected(sums, DISTANCE)
    value = choice.worth.expected(sums, choice.measure) / scale
    table = pd.DataFrame(
        {
            "improvements": [" + ".join(case.improvement_ids[k] for k in b) for b in bundles],
            "asked_m": [float(asked[b].sum()) / MILLION for b in bundles],
            "gain": np.diff(gain),
            "value": np.diff(value),
        },
        index=pd.RangeIndex(1, len(bundles) + 1, name="place"),
    )
    return table.assign(
        asked_cum_m=table["asked_m"].cumsum(),
        at_confidence_cum_m=[money_needed(choice, row) / MILLION for row in sums[1:]],
        gain_cum=gain[1:],
        value_cum=value[1:],
        gain_per_asked_m=table["gain"] / table["asked_m"],
    )


def _frontier(choice: Choice, scale: float) -> pd.DataFrame:
    """The best set of every budget at the confidence, limits of single years apart."""
    rows, budgets = choice.frontier
    taken, ids = choice.sets[rows], np.array(choice.case.improvement_ids)
    return pd.DataFrame(
        {
            "budget_m": budgets / MILLION,
            "asked_m": taken @ choice.asked / MILLION,
            "gain": choice.worth.expected(taken, DISTANCE),
            "value": choice.expected[rows] / scale,
            "chosen": [" ".join(ids[row]) for row in taken],
        },
        index=pd.RangeIndex(len(rows), name="step"),
    )


def _further(choice: Choice, budget: float, scale: float) -> pd.DataFrame:
    """The best programme for a little more money, under all rules, beside that of the budget."""
    ids = np.array(choice.case.improvement_ids)
    rows = []
    first: Programmes | None = None
    least = -np.inf
    for extra in FURTHER:
        found = choice.search.best(budget + extra, least=least)
        least = found.reached  # more money lets through all that less does
        first = found if first is None else first
        chosen, delays, now = found.sets[0], found.delays[0], first.sets[0]
        more = choice.by_draw(chosen, delays, choice.measure)
        more = (more - choice.by_draw(now, first.delays[0], choice.measure)) / scale
        rows.append(
            {
                "needed_m": float(found.quantile[0]) / MILLION,
                "asked_m": float(found.expected[0]) / MILLION,
                "value": float(found.value[0]) / scale,
                **Interval.of(more, choice.sample.ranged(choice.measure, more)).columns("more"),
                "p_more": float((more > 0).mean()),
                "chosen": " ".join(ids[chosen]),
                "late": late(choice, chosen, delays),
                "added": " ".join(sorted(ids[chosen & ~now])),
                "dropped": " ".join(sorted(ids[now & ~chosen])),
            }
        )
    return pd.DataFrame(rows, index=pd.Index([x / MILLION for x in FURTHER], name="extra_m"))
