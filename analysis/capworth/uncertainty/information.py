"""What to find out first: what knowing more before the choice would add, and what a survey would.

Never more than is left to gain.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.special import ndtri

from capworth.case.model import DISTANCE, HARM, NET, Estimate, PlannedSurvey
from capworth.case.numerals import in_brief
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.confidence import frontier_at
from capworth.methods.uncertainty.bounded_information import (
    bounded_evpi,
    some_draws,
    survey_resolves,
)
from capworth.model.draws import GROUP
from capworth.model.figures import Column, Figure, number
from capworth.model.result import Answer, Provenance
from capworth.model.simulation import Sample, sampled
from capworth.programme.selection import SCALE, WORDS, Programme
from capworth.streams import stream
from capworth.uncertainty.options import Options
from capworth.uncertainty.sensitivity import uncertain_inputs
from capworth.uncertainty.set_alone import PAID, Sites

COSTS, VALUES, FACTOR, EFFECTS, PRICES, WEIGHTS = (
    "costs",
    "values",
    "factor",
    "effects",
    "prices",
    "weights",
)
SHUFFLES = 4  # of the rows, that tell what noise alone gives
MONEY = "money"
LEAST = 1e-6  # share, or share of the largest variance, within which an input is not certain
THINNED = 16  # each so many draws tell which sets are ever best
STEPS = 120  # budgets beyond the one there is at which worth is found
FEW = 500  # draws in which it is
ROUNDING = 1e-9

COLUMNS = {
    "kind": object,
    "value": float,
    "standard_error": float,
    "floor": float,
    "clear": bool,
    "money_m": float,
}
SURVEY = {
    "members": int,
    "items": int,
    "icc": float,
    "effective": float,
    "resolved": float,
    "value": float,
    "floor": float,
    "clear": bool,
    "money_m": float,
    "cost_m": float,
    "net_m": float,
    "payer": object,
    "moves": object,
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Resolving(Answer):
    """Value of knowing more before the programme is chosen, by groups of inputs, bounded."""

    _table: pd.DataFrame
    _surveys: pd.DataFrame
    measure: str
    worth: float  # expected, of the best set under the budget; money in millions
    evpi: float  # of knowing everything before the choice
    evpi_error: float
    ceiling: float  # what is left to gain with the budget lifted
    evpi_whole: float  # the same where an overspend leaves all undone
    money_m: float  # further budget that would buy as much; NaN where none does
    confidence_price: float  # what the programme is worth less than the best set, by this worth
    sets: int
    draws: int
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        unit, rests = WORDS[self.measure][1], ("effects", "asked")
        return (
            Column(
                *("information", "value", "information", unit, "information", rests),
                error="standard_error",
                draws="draws",
            ),
            Column(
                *("information", "money_m", "information_price", "millions", "information", rests),
                draws="draws",
            ),
            Column(
                *("information", "floor", "information_noise", unit, "information", rests),
                draws="draws",
            ),
        )

    def figures(self) -> tuple[Figure, ...]:
        """The figures of each group of inputs, and those of knowing everything."""
        unit, known = WORDS[self.measure][1], self.provenance
        prices = f"{known.currency} of {known.price_year}"
        rests = (("effects", ""), ("asked", ""))

        def one(name: str, value: float, kind: str, error: float | None = None) -> Figure:
            return Figure(
                *(f"{name}.everything", number(value), kind, "information"),
                prices=prices if kind == "millions" else "",
                draws=self.draws,
                error=error,
                behind=rests,
            )

        return (
            *Answer.figures(self),
            one("information", self.evpi, unit, number(self.evpi_error)),
            one("information_whole", self.evpi_whole, unit),
            one("left_to_gain", self.ceiling, unit),
            one("information_price", self.money_m, "millions"),
            one("confidence_price", self.confidence_price, unit),
        )

    @property
    def clear(self) -> tuple[str, ...]:
        """The groups that are worth more than noise alone gives, most first."""
        return tuple(self._table.index[self._table["clear"]])

    @property
    def first(self) -> str:
        """The narrow group that is clearly worth most; empty where none is.

        All costs and all gains are no one study: they bound what any of theirs could tell.
        """
        return next((name for name in self.clear if name not in (COSTS, VALUES)), "")

    def surveys(self) -> pd.DataFrame:
        """Return what each planned survey is worth, in the unit and in money, less its cost."""
        return self._surveys.copy()

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        found = {"information": self.to_frame()}
        return found | ({"planned_surveys": self.surveys()} if len(self._surveys) else {})

    def __repr__(self) -> str:
        worth = self._table["value"]
        first = f"; first {self.first}, {in_brief(worth[self.first], 2)}" if self.first else ""
        return (
            f"<Resolving: knowing everything before choosing adds {in_brief(self.evpi, 2)} of "
            f"{in_brief(self.ceiling, 2)} left to gain{first}>"
        )


def value_of_information(
    sample: Sample, programme: Programme | None, provenance: Provenance
) -> Resolving | None:
    """Value what could be found out before the programme is chosen.

    In the unit of the objective (money in millions). The choice is among the 1,000 sets of most
    expected worth that keep relations and the limits of years, and cost up to half more than there
    is. Where limits put members off, starts other than those of the programme are placed one after
    the other and not sought: what is told is the gain of choosing among these sets as they start,
    and no bound on that of the best starts. A set whose bills exceed the budget is worth the part
    that can still be done, so that no price of money enters; where its value is below nothing it
    counts in full. Under `net` worth is the net value, and the list holds what the budget pays on
    average.

    Groups: all costs of builds and all values are independent, and are known exactly; what a group
    of inputs has in common is a group of its own; own parts of prices and effects, by improvement,
    are what is left without it, by regression (linear and square).

    Returns
    -------
    One row for each group, most first: `value` (EVPPI) with its standard error; `floor` what the
    same regression finds in shuffled rows, `clear` whether it is above that; `money_m` the further
    budget that would buy as much by the same worth, not a number where none does.

    None where there is no programme.

    Notes
    -----
    Regression of conditional means: Strong, Oakley and Brennan (2014), Medical Decision Making
    34(3), 311-326.
    """
    if programme is None or not programme.feasible:
        return None
    options = Options.of(sample, programme)
    scale = SCALE[options.choice.measure]
    budgets, cost = _Budgets(options), options.cost
    parted = bounded_evpi(options.value, cost, _budget(options), most=options.most)
    entire = bounded_evpi(options.value, cost, _budget(options), True, options.most)
    del cost  # thousands of draws by a thousand sets
    for found in (parted, entire):
        slack = ROUNDING * max(1.0, abs(found.ceiling))
        assert -slack <= found.evpi <= found.ceiling + slack
    groups = _Groups(options, parted.evpi, parted.worth)
    rows = {name: group.row(groups, budgets, scale) for name, group in groups.found().items()}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS)).astype(COLUMNS)
    table = table.rename_axis("group").sort_values("value", ascending=False, kind="stable")
    surveys = {s.id: _survey(s, groups, budgets, scale) for s in sample.case.planned_surveys}
    asked = pd.DataFrame.from_dict(surveys, orient="index", columns=list(SURVEY)).astype(SURVEY)
    best = float(parted.worth[parted.best])
    return Resolving(
        _table=table,
        _surveys=asked.rename_axis("survey"),
        measure=options.choice.measure,
        worth=best / scale,
        evpi=parted.evpi / scale,
        evpi_error=float(parted.lead.std() / np.sqrt(options.size)) / scale,
        ceiling=parted.ceiling / scale,
        evpi_whole=entire.evpi / scale,
        money_m=budgets.for_as_much(parted.evpi) / MILLION,
        confidence_price=(best - float(parted.worth[options.mine])) / scale,
        sets=len(options.sets),
        draws=options.size,
        provenance=provenance,
    )


def _budget(options: Options) -> float:
    return float("inf") if options.choice.measure == NET else options.budget


class _Budgets:
    """How much further budget buys what: expected worth of the best set at each budget."""

    def __init__(self, options: Options) -> None:
        self._money = options.choice.measure == NET
        if self._money:
            return
        choice, budget = options.choice, options.budget
        sets = np.unique(np.concatenate([options.sets, _frontier(options)]), axis=0)
        cost = np.asarray(choice.cost[:FEW] @ sets.T.astype(np.float64))
        value = choice.worth.expected(sets, choice.measure)

        def worths(at: float) -> Floats:
            return np.asarray(value * np.minimum(1.0, at / np.maximum(cost, 1e-9)).mean(axis=0))

        now = worths(budget)
        more = value >= now.max()  # no other set can be worth more at any budget
        value, cost = value[more], cost[:, more]
        last = max(budget, float(cost.max(initial=budget)))
        self._more = (last - budget) * (np.arange(STEPS + 1) / STEPS) ** 2
        found = [float(worths(budget + x).max()) for x in self._more.tolist()]
        self._gain = np.maximum.accumulate(np.array(found)) - found[0]

    def for_as_much(self, value: float) -> float:
        """Smallest further budget that adds as much; NaN where none does."""
        if value <= 0:
            return 0.0
        if self._money:
            return value
        if value > self._gain[-1]:
            return float("nan")
        place = int(np.searchsorted(self._gain, value))
        low, high = self._gain[place - 1], self._gain[place]
        part = (value - low) / (high - low)
        return float(self._more[place - 1] + part * (self._more[place] - self._more[place - 1]))


def _frontier(options: Options) -> Bools:
    """Sets on the frontier at the confidence of the case."""
    choice = options.choice
    confidence = choice.case.settings.budget_confidence
    rows, _ = frontier_at(choice.sets, choice.expected, choice.cost[:FEW], confidence)
    frontier: Bools = choice.sets[rows]
    return frontier


@dataclass(frozen=True, eq=False)
class _Group:
    """Something to know: features of it, and what it moves.

    Attributes
    ----------
    kind : costs, values, factor, effects, prices or weights
    features : (draws, features) normal scores; none where all of a block is known
    moves, prices : improvements whose value, or whose price, it moves
    """

    kind: str
    features: Floats
    moves: frozenset[int] = frozenset()
    prices: frozenset[int] = frozenset()

    @cached_property
    def basis(self) -> Floats:
        """(draws, functions) orthonormal, of the features and their squares, each of mean 0."""
        both = np.hstack([self.features, self.features**2 - 1])
        both = both - both.mean(axis=0)
        size, ways = np.linalg.eigh(both.T @ both)
        solid = size > ROUNDING * size.max(initial=0.0)
        return np.asarray(both @ (ways[:, solid] / np.sqrt(size[solid])))

    def row(self, groups: "_Groups", budgets: _Budgets, scale: float) -> tuple[object, ...]:
        """Columns of the table."""
        if self.kind in (COSTS, VALUES):
            lead, floor = groups.block(self.kind), 0.0
        else:
            lead = groups.lead(self)
            floor = groups.floor(self) if groups.some(lead) else 0.0
        value = groups.value(lead)
        error = float(lead.std() / np.sqrt(len(lead)))
        clear = groups.some(lead) and value > floor
        return (
            self.kind,
            value / scale,
            error / scale,
            floor / scale,
            clear,
            budgets.for_as_much(value if clear else 0.0) / MILLION,
        )


class _Groups:
    """What is expected of every set when some inputs are known."""

    def __init__(self, options: Options, evpi: float, means: Floats) -> None:
        self._options, self._evpi = options, evpi
        self._case = options.choice.case
        self._model = options.choice.sample.model
        self._measure = options.choice.measure
        self._draws = sampled(self._case, 0, options.size)
        self._inputs = uncertain_inputs(self._case, self._model)
        self.sites = Sites(self._case, self._model, self._measure)
        self._mean = means  # (sets,) expected worth
        self._done = options.done.mean(axis=0)
        rows = some_draws(*options.value.shape)
        above = sum(np.maximum(options.value[some], 0.0).sum(axis=0) for some in rows)
        self._most = np.asarray(above) / options.size
        self._less = options.value.mean(axis=0) - self._most
        self._spent = options.spent.mean(axis=0) if self._measure == NET else 0.0
        self._seed = self._case.settings.seed

    def found(self) -> Mapping[str, _Group]:
        """Every group to be valued."""
        none = np.empty((self._options.size, 0))
        found = {COSTS: _Group(COSTS, none), VALUES: _Group(VALUES, none)}
        groups: dict[str, list[Estimate]] = {}
        for e in self._inputs:
            if e.group and e.share > 0:
                groups.setdefault(e.group, []).append(e)
        for name, members in groups.items():
            made = self.made(FACTOR, members, [f"{GROUP}/{name}"])
            if made:
                found[f"{GROUP}/{name}"] = made
        effects, prices = self._by_improvement
        for k, improvement in enumerate(self._number):
            made = self.made(EFFECTS, effects.get(improvement, ()))
            if made and k in made.moves:
                found[f"{EFFECTS}/{improvement}"] = made
            if made := self.made(PRICES, prices.get(improvement, ())):
                found[f"{PRICES}/{improvement}"] = made
        swings = {c.swing.name for c in self._case.criteria}
        if made := self.made(WEIGHTS, [e for e in self._inputs if e.name in swings]):
            found[WEIGHTS] = made
        return found

    @cached_property
    def _number(self) -> Mapping[str, int]:
        """Number of each improvement."""
        return {improvement: k for k, improvement in enumerate(self._case.improvement_ids)}

    @cached_property
    def _by_improvement(self) -> tuple[dict[str, list[Estimate]], dict[str, list[Estimate]]]:
        """Uncertain effects of each improvement, and what makes its price uncertain."""
        effects: dict[str, list[Estimate]] = {}
        prices: dict[str, list[Estimate]] = {}
        payer = {line.id: line.improvement for line in self._case.costs}
        for e in self._inputs:
            table, _, key = e.name.partition("/")
            if table == "effects":
                effects.setdefault(key.partition("/")[0], []).append(e)
            elif table in ("costs", "bias") and key in payer:
                prices.setdefault(payer[key], []).append(e)
        return effects, prices

    def named(self, survey: PlannedSurvey) -> list[Estimate]:
        """The uncertain inputs that a survey asks for."""
        return [e for e in self._inputs if survey.asks_for(e.name)]

    def level(self, estimate: Estimate) -> Floats:
        """(draws,) of an input."""
        return self._draws.of(estimate)

    def measures(self, members: Sequence[Estimate]) -> Sequence[str]:
        """Measures by which some inputs move what some improvement adds."""
        found = []
        for measure, scale in ((DISTANCE, ""), (MONEY, MONEY), (HARM, HARM)):
            sites = Sites(self._case, self._model, NET if measure == MONEY else measure)
            known = {
                c
                for k, c in enumerate(self._case.capability_ids)
                if not scale or self._model.known[scale][k]
            }
            places = sites.places([e.name for e in members])
            if places.weighed or any(c in known or c in PAID for c, _ in places.moved):
                found.append(measure)
        return found

    def made(
        self, kind: str, members: Sequence[Estimate], streams: Sequence[str] = ()
    ) -> _Group | None:
        """A group of inputs, or None where they move nothing; see `_Group`."""
        values = self.moved(members, self.sites)
        prices = self._priced(members)
        if not members or not (values or prices):
            return None
        names = streams or [e.name for e in members]
        even = np.stack([self._draws.even(name) for name in names], axis=1)
        return _Group(kind, ndtri(even), frozenset(values), frozenset(prices))

    def moved(self, members: Iterable[Estimate], sites: Sites) -> set[int]:
        """Improvements whose gain some inputs move."""
        found: set[int] = set()
        for e in members:
            places = sites.places([e.name])
            if places and places.users is not None:
                found |= places.users
                continue
            for place in sites.users if places.weighed else places.moved:
                found |= {*sites.users[place]}
            for pair in places.pairs:
                found |= {*self._options.choice.worth.pairs[pair].tolist()}
        return found

    def _priced(self, members: Iterable[Estimate]) -> set[int]:
        """Improvements whose price some inputs move."""
        found = set()
        for e in members:
            table, _, key = e.name.partition("/")
            if table in ("costs", "bias") and key in self._payer:
                found.add(self._payer[key])
        return found

    @cached_property
    def _payer(self) -> Mapping[str, int]:
        """Number of the improvement whose price each line of cost is part of."""
        costs, net = self._model.costs, self._measure == NET
        lines = (x for x in costs.improving() if net or costs.asked_for(x))
        return {x.id: self._number[x.improvement] for x in lines}

    def some(self, lead: Floats) -> bool:
        """Whether a lead is more than rounding."""
        return float(lead.mean()) > ROUNDING * float(np.abs(self._mean).max(initial=0.0))

    def value(self, lead: Floats) -> float:
        """Mean lead, no more than knowing everything is worth, as it is in any number of draws."""
        return min(max(float(lead.mean()), 0.0), self._evpi) if self.some(lead) else 0.0

    def block(self, kind: str) -> Floats:
        """(draws,) lead of choosing when all costs, or all values, are known: exact."""
        best = int((self._most * self._done + self._less).argmax())  # whatever is known
        lead = np.empty(self._options.size)
        for rows in some_draws(*self._options.value.shape):
            known = self._known(kind, rows)
            lead[rows] = known.max(axis=1) - known[:, best]
        return lead

    def _known(self, kind: str, rows: slice) -> Floats:
        """(draws, sets) what is expected in some draws when all costs, or values, are known."""
        options = self._options
        value = options.value[rows]
        if self._measure == NET and kind == COSTS:
            return np.asarray(self._most + self._less + self._spent - options.spent[rows])
        if self._measure == NET:
            return np.asarray(value + options.spent[rows] - self._spent)
        if kind == COSTS:
            return np.asarray(self._most * options.done[rows] + self._less)
        return np.asarray(np.maximum(value, 0.0) * self._done + np.minimum(value, 0.0))

    def lead(self, group: _Group, part: float = 1.0) -> Floats:
        """(draws,) lead of the best set given the group over the best without.

        Parameters
        ----------
        part : of the spread of the conditional means that is kept
        """
        return self._lead(group.basis, part * self._slopes(group, group.basis))

    def floor(self, group: _Group, part: float = 1.0) -> float:
        """What the same regression finds in shuffled rows: noise alone."""
        shuffled = [group.basis[order] for order in self._orders]
        slopes = np.split(part * self._slopes(group, np.hstack(shuffled)), SHUFFLES)
        found = [self._lead(b, s).mean() for b, s in zip(shuffled, slopes, strict=True)]
        return max(float(np.mean(found)), 0.0)

    @cached_property
    def _orders(self) -> list[Ints]:
        """Orders of the draws by which rows are shuffled."""
        streams = (stream(self._seed, f"shuffle/{k}") for k in range(SHUFFLES))
        return [some.permutation(self._options.size) for some in streams]

    def _lead(self, basis: Floats, slopes: Floats) -> Floats:
        """(draws,) see `lead`."""
        ahead = self._mean + basis[::THINNED] @ slopes
        sets = np.unique(np.append(ahead.argmax(axis=1), int(self._mean.argmax())))
        known = slopes[:, sets].T @ basis.T  # (sets, draws), so that draws lie side by side
        known += self._mean[sets, None]
        return np.asarray(known.max(axis=0) - self._mean.max())

    def _slopes(self, group: _Group, basis: Floats) -> Floats:
        """(functions, sets) how what is expected of each set moves with functions of a group."""
        options = self._options
        slopes = np.zeros((basis.shape[1], len(self._mean)))
        gained = [not group.moves.isdisjoint(part.owners) for part in options.parts]
        if any(gained):
            gains = options.gains[gained]
            if self._measure == NET:
                gains += options.spendings[gained]
            slopes += (gains @ basis).T @ options.inside[gained] * self._done
        if group.prices and self._measure == NET:
            paid = [not group.prices.isdisjoint(part.owners) for part in options.parts]
            slopes -= (options.spendings[paid] @ basis).T @ options.inside[paid]
        elif group.prices:
            dearer = options.sets[:, sorted(group.prices)].any(axis=1)
            slopes += (basis.T @ options.done) * (self._most * dearer)
        return slopes


def _survey(
    survey: PlannedSurvey, groups: _Groups, budgets: _Budgets, scale: float
) -> tuple[object, ...]:
    """Columns of the table of surveys."""
    members = groups.named(survey)
    resolving = [_resolved(survey, groups.level(e), e) for e in members]
    resolved = float(np.mean([share for share, _ in resolving])) if resolving else 0.0
    effective = float(np.mean([many for _, many in resolving])) if resolving else 0.0
    group = groups.made(EFFECTS, members)
    value, floor, clear = 0.0, 0.0, False
    if group is not None:
        part = float(np.sqrt(resolved))
        lead = groups.lead(group, part)
        clear, floor = groups.some(lead), groups.floor(group, part)
        value = groups.value(lead)
    clear = clear and value > floor
    money = budgets.for_as_much(value if clear else 0.0)
    return (
        survey.members,
        survey.items,
        survey.icc,
        effective,
        resolved,
        value / scale,
        floor / scale,
        clear,
        money / MILLION,
        survey.cost / MILLION,
        (money - survey.cost) / MILLION,
        survey.payer,
        " ".join(groups.measures(members)),
    )


def _resolved(survey: PlannedSurvey, level: Floats, estimate: Estimate) -> tuple[float, float]:
    """Share of an input's variance that a survey resolves, and the answers that count.

    An input that is no share is read as a place between its low and its high.
    """
    place = level
    if estimate.unit != "share":
        place = (level - estimate.low) / (estimate.high - estimate.low)
    mean = float(np.clip(place.mean(), LEAST, 1 - LEAST))
    variance = float(np.clip(place.var(), LEAST**2, (1 - LEAST) * mean * (1 - mean)))
    found = survey_resolves(survey.members, survey.items, survey.icc, mean, variance)
    return found.resolved, found.effective
