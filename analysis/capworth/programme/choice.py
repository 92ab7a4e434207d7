"""What a programme may be made of, and what it adds: sets, relations, limits and starts.

Why no programme is possible: the smallest set of rules that cannot hold together, in words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import compress
from typing import Protocol

import numpy as np

from capworth.case.model import DISTANCE, NET, Case, Limit
from capworth.case.relations import Ties, members_of, tie
from capworth.case.tables import SETTINGS_FILE
from capworth.errors import CaseError, Finding
from capworth.methods.allocation.coalitions import memberships
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.candidates import candidate_sets, value_ceiling
from capworth.methods.portfolio.confidence import Groups, Plan, Programmes, Search, frontier_at
from capworth.methods.portfolio.integer import (
    Owner,
    Shared,
    relation_rows,
    row,
    smallest_conflict,
)
from capworth.methods.portfolio.relations import (
    Relations,
    allowed,
    list_sets,
    rules_of,
    synergy_totals,
    with_slack,
)
from capworth.model.costs import Priced
from capworth.model.joint_gains import MONEY, Chain, Meeting, chains_of, levels_of
from capworth.model.set_value import SetValue
from capworth.model.simulation import Kept, Sample
from capworth.programme.calendar import Calendar, Spending, limit_rows, spend_by_year

LISTED = 1 << 19  # allowed sets up to which every one is looked at
CHEAPEST = 1_000  # sets among which the one that needs least money is sought
TOGETHER = 6  # improvements on one chain of which every set is looked at for a bound
DRAWS = 5_000  # in which candidates are sought where there are more
OF_SETS = ("sets", "expected", "frontier", "search")  # of a choice, what hangs on its sets
PARTS = (0.25, 0.5, 0.75)  # of the budget, for which candidates are sought too
FURTHER = (0.0, 1 * MILLION, 5 * MILLION, 10 * MILLION)  # beyond the budget, likewise


def ties_of(case: Case) -> Ties:
    """Write what ties the improvements of a case by number, with the row behind each tie."""
    shares: dict[str, dict[str, float]] = {}
    for part in case.functions:
        shares.setdefault(part.capability, {})[part.function] = part.share.mode
    touched: dict[str, list[str]] = {}
    for effect in case.effects:
        touched.setdefault(effect.improvement, []).append(effect.capability)
    minimums = [
        (
            m.name,
            m.at_least,
            m.improvements or members_of(m.function, case.improvement_ids, shares, touched),
        )
        for m in case.minimums
    ]
    return tie(case.improvements, case.relations, minimums)


def relations_of(case: Case) -> Relations:
    """Write the relations of a case by number, the bonus of synergies left at 0; see `Choice`."""
    return ties_of(case).relations


@dataclass(frozen=True, eq=False)
class Choice:
    """Everything the choice of a programme depends on.

    Attributes
    ----------
    sample : the case in its draws
    ties : relations by number with the rows behind them
    worth : what sets add over the draws
    measure : what a programme is to add most of
    """

    sample: Sample
    ties: Ties
    worth: SetValue
    measure: str
    _later: dict[tuple[int, int, str], Floats] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, sample: Sample, measure: str = "", keep: bool = True) -> "Choice":
        """Gather it from the draws that are kept, for a measure; that of the case when blank.

        It is kept for the next that asks for the same; not where nobody else will.
        """
        find = _choice if keep else _choice.__wrapped__
        return find(sample, measure or sample.case.objective)

    @property
    def case(self) -> Case:
        """The case whose improvements they are."""
        return self.sample.case

    @cached_property
    def cost(self) -> Floats:
        """(draws kept, improvements) one-off money that the budget holds."""
        return self.sample.drawn.asked

    @cached_property
    def asked(self) -> Floats:
        """(improvements,) the same, expected."""
        mean: Floats = self.cost.mean(axis=0)
        return mean

    @cached_property
    def gain(self) -> Floats:
        """(improvements,) expected gain of each alone on the objective."""
        mean: Floats = self.worth.gains(self.measure).mean(axis=0)
        return mean

    @cached_property
    def relations(self) -> Relations:
        """Relations with the expected bonus of every synergy, in the unit of the objective."""
        return with_bonus(self.ties.relations, self.worth.bonuses(self.measure).mean(axis=0))

    @property
    def open(self) -> Relations:
        """Relations of a set that is not complete: nothing must be in it yet."""
        return replace(self.relations, must=(), at_least=())

    @cached_property
    def known(self) -> Bools:
        """(improvements,) whether what each adds on the objective is known: unpriced is absent."""
        if self.measure != NET:
            return np.ones(len(self.case.improvements), dtype=bool)
        return self.sample.model.priced

    @cached_property
    def listed(self) -> Bools | None:
        """Every set that the relations allow, of what is known; None where they are too many."""
        sets = list_sets(self.ties.relations, LISTED)
        return sets if sets is None else sets[~sets[:, ~self.known].any(axis=1)]

    @cached_property
    def sets(self) -> Bools:
        """Sets that are looked at: every one, or where they are too many the likely candidates."""
        if self.listed is not None:
            return self.listed
        budget = self.case.settings.budget or 0.0
        budgets = [budget * part for part in PARTS] + [budget + x for x in FURTHER]
        found = self._candidates(budgets)
        return found[~found[:, ~self.known].any(axis=1)]

    def _candidates(self, budgets: Sequence[float], groups: Groups | None = None) -> Bools:
        """Candidates at some budgets; see `candidate_sets`."""
        none = np.zeros(len(self.gain), dtype=np.int64)
        crowded = bool(self.worth.meetings or len(self.worth.pairs))

        def values(sets: Bools) -> Floats:
            return np.array([self.joint(chosen, none) for chosen in sets])

        return candidate_sets(
            np.where(self.known, self.gain, -1.0),  # what is not known is never taken
            self.cost[:DRAWS],
            self.relations,
            budgets,
            self.case.settings.budget_confidence,
            groups=groups,
            shared=self._shared(0),
            values=values if crowded else None,
        )

    def _shared(self, delay: int) -> Shared:
        """Where improvements add together less than each alone, all so many years late."""
        places = self._crowds[0]
        alone = np.zeros((len(places), len(self.gain)))
        for mine, place in zip(alone, places, strict=True):
            for user in place.users:
                mine[user] = place.joint(self.measure, [user], [delay]).mean()
        most = [place.joint(self.measure, place.users).mean() for place in places]
        return Shared(alone, np.array(most))

    @cached_property
    def _crowds(self) -> tuple[list[Meeting], Floats | None]:
        """Meetings at which improvements add together no more than each alone, and the others.

        Of the others (improvements,) what to count each for beyond its own value, so that no set is
        worth more than its members; None where that is not known: too many strengthen one another.
        """
        crowds: list[Meeting] = []
        beyond: Floats | None = np.zeros(len(self.gain))
        for place in self.worth.meetings:
            alone = [place.joint(self.measure, [user]) for user in place.users]
            users = list(place.users)
            if not isinstance(place, Chain):
                if all((one >= 0).all() for one in alone):
                    crowds.append(place)
                elif beyond is not None:
                    beyond[users] += [-np.minimum(one, 0.0).mean() for one in alone]
            elif any(one.any() for one in alone):
                if len(users) > TOGETHER or beyond is None:
                    beyond = None
                    continue
                sets = memberships(len(users))
                worth = [place.joint(self.measure, [*compress(users, x)]).mean() for x in sets]
                for k, one in enumerate(alone):
                    without = np.flatnonzero(~sets[:, k])
                    joins = np.array(worth)[without + (1 << k)] - np.array(worth)[without]
                    beyond[users[k]] += max(0.0, float(joins.max() - one.mean()))
        return crowds, beyond

    @cached_property
    def ceiling(self) -> float:
        """Value that no programme within the budget of the case can exceed; NaN if not known."""
        crowds, beyond = self._crowds
        if beyond is None:
            return float("nan")
        delays = range(self.plan.worth.shape[1])
        worth = self._means + np.where(self.known, beyond, -np.inf)[:, None]
        shared = [self._shared(delay) for delay in delays] if crowds else []
        budget = self.case.settings.budget or 0.0
        return value_ceiling(worth, self.cost, self.relations, budget, self.plan, shared)

    def with_candidates(self, budget: float, groups: Groups) -> "Choice":
        """Look at sets, too, that money held for some improvements only can pay.

        Where every allowed set is looked at, the choice as it is; see `candidate_sets`.
        """
        if self.listed is not None:
            return self
        found = self._candidates([budget], groups)
        return self.among(np.unique(np.concatenate((self.sets, found)), axis=0))

    def among(self, sets: Bools) -> "Choice":
        """Look at these sets."""
        other, known = replace(self), {"listed": self.listed, **vars(self)}
        vars(other).update({name: known[name] for name in known if name not in OF_SETS}, sets=sets)
        return other

    def at(self, budget: float) -> "Choice":
        """Look at sets for one budget; where every allowed set is looked at, at all of them."""
        return self.among(self._candidates([budget]) if self.listed is None else self.listed)

    def recounted(self, sample: Sample, worth: SetValue) -> "Choice":
        """Choose from the same sets, at the same cost, by what they are worth otherwise.

        Parameters
        ----------
        sample : the same draws, in which effects count otherwise
        worth : of sets in them
        """
        other = replace(self, sample=sample, worth=worth)
        vars(other).update(listed=self.listed, calendar=self.calendar, spending=self.spending)
        return other

    def gap(self, best: float, budget: float) -> float:
        """Share of its value by which another could be better at most; 0 where all are looked at.

        NaN where that is not known.
        """
        if self.listed is not None and not self.search.cut:
            return 0.0
        most = self.ceiling if self.listed is None else self.search.ceiling(budget)
        return max(0.0, most / best - 1) if best > 0 else float("nan")

    @cached_property
    def expected(self) -> Floats:
        """(sets,) expected value of every set of `sets` as its members start by the case."""
        return self.worth.expected(self.sets, self.measure)

    @cached_property
    def frontier(self) -> tuple[Ints, Floats]:
        """Rows of `sets`, and the money from which each is the best, limits of years apart."""
        confidence = self.case.settings.budget_confidence
        return frontier_at(self.sets, self.expected, self.cost, confidence)

    @cached_property
    def calendar(self) -> Calendar:
        """Years of the case, and what starting later moves."""
        return Calendar.of(self.case)

    @cached_property
    def spending(self) -> Spending:
        """Money and posts of every improvement by year."""
        return spend_by_year(self.sample)

    @cached_property
    def priced(self) -> tuple[Priced, ...]:
        """Cost lines that improvements bring, priced in the draws that are kept."""
        costs = self.calendar.costs
        return tuple(costs.priced(Kept(self.sample), costs.moving()))

    @cached_property
    def _costs(self) -> Floats:
        """(improvements, delays, draws kept) whole-life cost by years of delay."""
        return self.calendar.cost(Kept(self.sample), self.priced)

    def whole_cost(self, chosen: Bools, delays: Ints) -> Floats:
        """(draws kept,) whole-life cost of a set whose members start so many years later."""
        members = np.flatnonzero(chosen)
        total: Floats = self._costs[members, delays[members]].sum(axis=0)
        return total

    def payers(self, chosen: Bools, delays: Ints) -> Floats:
        """(draws kept, payers) the same by who pays it."""
        stated = chosen & (delays == 0)
        paid: Floats = np.einsum("nip,i->np", self.sample.drawn.improvement_payers, stated * 1.0)
        if (chosen & (delays > 0)).any():
            late = np.where(chosen, delays, 0)
            paid = paid + self.calendar.payers(Kept(self.sample), late, self.priced)
        return paid

    @property
    def limit_of(self) -> Ints:
        """(rules of the plan,) number of the limit that each comes from."""
        return limit_rows(self.case, self.calendar, self.spending, self.asked)[3]

    @cached_property
    def _alone(self) -> Floats:
        """(improvements, delays) expected value alone, so many years later than stated."""
        worth = np.empty(self.calendar.opens(self.spending).shape)
        for k, delay in np.ndindex(*worth.shape):
            worth[k, delay] = self.own(k, delay, self.measure).mean()
        return worth

    @cached_property
    def _means(self) -> Floats:
        """(improvements, delays) the same; -inf where it may not start so late."""
        return np.where(self.calendar.opens(self.spending), self._alone, -np.inf)

    @cached_property
    def plan(self) -> Plan:
        """What each improvement is worth and takes by years of delay.

        Expected values. A later start moves money, posts and effects by as many years. What must
        be done and is worth less than nothing is not put off to lose less: whatever of its cost
        then falls behind the appraisal is not saved.
        """
        calendar, worth = self.calendar, self._means
        uses, scaled, caps, _ = limit_rows(self.case, calendar, self.spending, self.asked)
        kept = np.minimum(worth, worth[:, :1])
        opens = np.isfinite(worth)
        return Plan(
            worth=kept,
            uses=uses,
            scaled=scaled,
            caps=caps,
            after=calendar.after(self.ties),
            eased=np.where(opens, worth, 0.0) - np.where(opens, kept, 0.0),
        )

    def searching(self, limits: tuple[int, ...], raised: float = 1.0) -> Search:
        """Search under some of the limits of the case, raised so many times."""
        rows = np.isin(self.limit_of, limits)
        return self.search.under(
            replace(
                self.plan,
                uses=self.plan.uses[rows],
                scaled=self.plan.scaled[rows],
                caps=self.plan.caps[rows] * raised,
            )
        )

    def under(self, uses: Floats, caps: Floats) -> Search:
        """Search under all limits of the case and some on money besides; see `Plan`.

        Parameters
        ----------
        uses : (rules, improvements, delays) share of its own money that an improvement takes
        caps : (rules,) money
        """
        plan = self.plan
        if not len(caps):
            return self.search
        return self.search.under(
            replace(
                plan,
                uses=np.concatenate((plan.uses, uses)),
                scaled=np.concatenate((plan.scaled, np.ones(len(caps), dtype=bool))),
                caps=np.concatenate((plan.caps, caps)),
            ),
            tighter=True,
        )

    @cached_property
    def search(self) -> Search:
        """Best programmes for any budget under the confidence and the yearly limits of the case."""
        additive, falling = self.sets @ self._means.max(axis=1), self._falling
        alone = falling and not len(self.worth.pairs)  # members only take from one another
        beyond = 0.0 if alone else self.worth.beyond(self.sets, self.measure)
        return Search(
            self.sets,
            self.gain,
            self.cost,
            confidence=self.case.settings.budget_confidence,
            plan=self.plan,
            bound=additive + beyond,
            joint=self.joint,
            stated=with_slack(self.expected) if falling else None,
            falling=falling,
            light=self.listed is None,
        )

    @property
    def _falling(self) -> bool:
        """Whether what a set adds never rises as a member is put off: all lift and none takes."""
        lifts = all((place.rise >= 0).all() for place in self.worth.levels())
        return self.measure == DISTANCE and lifts and bool((self.worth.gains(DISTANCE) >= 0).all())

    def carried_out(self, chosen: Bools) -> Programmes | None:
        """One set with its best starts; None where no starts keep every year within its limit.

        None, too, where the set does not keep the relations.
        """
        mine = (self.sets == chosen).all(axis=1)
        if mine.any():
            found = self.search.best(np.inf, among=mine, anyway=False)
        elif self.listed is None and allowed(chosen[None], self.relations)[0]:
            found = self.among(chosen[None]).search.best(np.inf, anyway=False)
        else:
            return None
        return found if found.feasible else None

    def joint(self, chosen: Bools, delays: Ints) -> float:
        """Expected value of a set whose members start so many years later than stated."""
        members = np.flatnonzero(chosen)
        apart = float(self._alone[members, delays[members]].sum())
        return apart + self.worth.together(chosen, delays, self.measure)

    def by_draw(self, chosen: Bools, delays: Ints, measure: str) -> Floats:
        """(draws kept,) value of a set whose members start so many years later than stated."""
        kept = np.zeros((len(chosen), len(self.cost)))
        for k in np.flatnonzero(chosen):
            kept[k] = self.own(int(k), int(delays[k]), measure)
        return self.worth.started(chosen, delays, measure, kept)

    def net_by_draw(self, chosen: Bools, delays: Ints) -> Floats:
        """(draws kept,) priced benefits less whole-life cost; absent where nothing has a price."""
        net = self.by_draw(chosen, delays, NET)
        if chosen.any() and not self.sample.model.priced[chosen].any():
            return np.full_like(net, np.nan)
        return net

    def own(self, k: int, delay: int, measure: str) -> Floats:
        """(draws kept,) what an improvement gains alone, so many years later than stated."""
        if measure == NET:
            saved = [x.joint(NET, [k], [delay]) for x in self.worth.lines if k in x.users]
            spared = np.sum(saved, axis=0) if saved else 0.0
            return np.asarray(self._felt(k, delay, MONEY) - self._costs[k, delay] + spared)
        return self._felt(k, delay, measure)

    def _felt(self, k: int, delay: int, measure: str) -> Floats:
        """(draws kept,) the same before cost: a share of what it gains as stated, or year by year.

        A share where each year of its effect gains alike.
        """
        if not delay or self.alike(k, measure):
            left = self.calendar.effects.left(k, delay)
            return np.asarray(self.worth.gains(measure)[:, k] * left)
        key = k, delay, measure
        if key not in self._later:
            model, kept = self.sample.model, Kept(self.sample)
            find = levels_of if measure == DISTANCE else chains_of
            gained = [at.joint(measure, [k], [delay]) for at in find(model, kept, among=[k])]
            self._later[key] = np.sum(gained, axis=0) if gained else np.zeros(kept.size)
        return self._later[key]

    def alike(self, k: int, measure: str) -> bool:
        """Whether an improvement gains in proportion to its effect, the same in each year.

        Not where a level may be reached before the effect is full, nor where the capability grows,
        or ends, by itself.
        """
        paths = self.sample.model.costs.paths
        if measure == DISTANCE:
            return not self.case.improvements[k].ramp_years and bool(paths.alive.all())
        return not paths.declared


@lru_cache(maxsize=2)  # several answers in turn ask for that of one sample
def _choice(sample: Sample, measure: str) -> Choice:
    return Choice(sample, ties_of(sample.case), SetValue.of(sample), measure)


def set_totals(sets: Bools, gain: Floats, relations: Relations) -> Floats:
    """(sets,) gains of the improvements of each set, with the bonus of each pair in it."""
    own = np.einsum("sp,p->s", sets, gain)
    total: Floats = own + synergy_totals(sets, relations.synergies)
    return total


def running_sets(bundles: Sequence[Sequence[int]], size: int) -> Bools:
    """(bundles + 1, improvements) what is in after each bundle, nothing first."""
    sums = np.zeros((len(bundles) + 1, size), dtype=bool)
    for k, bundle in enumerate(bundles):
        sums[k + 1] = sums[k]
        sums[k + 1, list(bundle)] = True
    return sums


def with_bonus(relations: Relations, bonuses: Floats) -> Relations:
    """Put a bonus (pairs,) to each pair of some relations."""
    pairs = zip(relations.synergies, bonuses.tolist(), strict=True)
    return replace(relations, synergies=tuple((one, other, b) for (one, other, _), b in pairs))


BUDGET: Owner = ("budget", 0)
MUSTS = ("must", "at_least")  # kinds of rules by which something has to be done
MOST, NEARLY = 64.0, 0.001  # how far a limit is raised at most, how nearly the least is found


class _Standing(Protocol):
    @property
    def row(self) -> int: ...


class ConflictError(CaseError):
    """Rules of a case that no programme can keep together; letting go of any one is enough."""

    def __str__(self) -> str:
        count = len(self.findings)
        head = (
            f"no programme can keep these {count} rules together; letting go of one is enough:"
            if count > 1
            else "no programme can keep this rule:"
        )
        return "\n  ".join([head, *map(str, self.findings)])


def refuse_conflict(choice: Choice, budget: float) -> None:
    """Raise a ConflictError when no set keeps relations, must-haves, minimums and budget.

    Raises
    ------
    ConflictError
        With the smallest set of rules in conflict, each with file, row and what it says.
    """
    rows = [*relation_rows(choice.relations), row(BUDGET, choice.asked, high=with_slack(budget))]
    owners = smallest_conflict(rows, choice.relations.n)
    if owners:
        raise ConflictError(findings_of(choice, owners, budget))


def refuse_years(choice: Choice, budget: float) -> None:
    """Raise a ConflictError when limits of years alone leave no programme that must be.

    Raises
    ------
    ConflictError
        With what must be done, and each limit that cannot hold it, with the least it would need.
    """
    if not choice.searching(()).best(budget).feasible:
        return  # the budget itself does not hold it so surely
    limits = choice.case.limits
    alone = [k for k in range(len(limits)) if not choice.searching((k,)).best(budget).feasible]
    owners = [o for o in ((r.kind, r.place) for r in rules_of(choice.relations)) if o[0] in MUSTS]
    found = findings_of(choice, dict.fromkeys(owners), budget)
    for k in alone or range(len(limits)):
        limit, enough = limits[k], _enough(choice, k, budget)
        fix = f"Raise it to {enough:.0f}, or let go of another." if enough else "Raise it."
        found.append(Finding("limits.csv", limit.row, "amount", _limit(limit), fix))
    raise ConflictError(found)


def _enough(choice: Choice, place: int, budget: float) -> float:
    """Amount of a limit from which it holds some programme; 0 where none was found."""
    low, high = 1.0, MOST
    if not choice.searching((place,), high).best(budget).feasible:
        return 0.0
    while high / low > 1 + NEARLY:
        middle = (low * high) ** 0.5
        if choice.searching((place,), middle).best(budget).feasible:
            high = middle
        else:
            low = middle
    return float(np.ceil(choice.case.limits[place].amount * high))


def findings_of(choice: Choice, owners: Iterable[Owner], budget: float) -> list[Finding]:
    """Say where each rule of a conflict stands, what it says and how to let go of it."""
    case = choice.case
    tables: Mapping[str, Sequence[_Standing]] = {
        "relations": case.relations,
        "improvements": case.improvements,
        "minimums": case.minimums,
    }
    found = []
    for owner in owners:
        if owner == BUDGET:
            found.append(_budget(choice, budget))
        else:
            place = choice.ties.places[owner]
            number = tables[place.table][place.rows[0]].row
            fix = "Let go of it, or of another."
            found.append(Finding(f"{place.table}.csv", number, place.column, place.words, fix))
    return found


def _budget(choice: Choice, budget: float) -> Finding:
    """The budget, beside the cheapest programme that keeps the relations whatever other limits."""
    cheapest = np.argsort(choice.sets @ choice.asked, kind="stable")[:CHEAPEST].tolist()
    least = min(choice.search.quantile(row) for row in cheapest)
    confidence = choice.case.settings.budget_confidence
    sure = f"at {confidence:.0%}" if confidence else "on average"
    words = (
        f"the budget is {budget / MILLION:,.4g} million; the cheapest programme that keeps all "
        f"relations asks for {least / MILLION:,.4g} million {sure}"
    )
    fix = f"Raise it to {np.ceil(least):.0f}, or let go of another."
    if least <= budget:
        fix = "Raise it, or let go of another."
    return Finding(SETTINGS_FILE, 0, "budget", words, fix)


def _limit(limit: Limit) -> str:
    years = "" if limit.from_year is None else f" from {limit.from_year} to {limit.to_year}"
    amount = {
        "money": f"{limit.amount / MILLION:,.4g} million",
        "money_a_year": f"{limit.amount / MILLION:,.4g} million a year",
        "staff": f"{limit.amount:g} posts at a time",
    }
    return f"{limit.name}: no more than {amount[limit.kind]}{years}"
