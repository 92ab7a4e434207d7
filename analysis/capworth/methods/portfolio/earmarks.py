"""Which sets of projects can be paid when some money is for some projects only.

Funds pay for projects; a fund with an earmark pays for some of them only, and one project may be
paid by several funds. Whether a set can be paid is a question of flow from funds to projects. By
Gale's theorem it can if and only if no group of its projects costs more than all funds together
that may pay for any of them; the groups that matter are few and can be listed beforehand.

The best set of projects that can be paid from funds with earmarks, each year in time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import Bounds, LinearConstraint, linprog
from scipy.sparse import coo_array, csr_array, vstack

from capworth.errors import InputError
from capworth.methods.arguments import Bools, Floats, Ints, finite, table
from capworth.methods.exact import in_grains
from capworth.methods.portfolio.integer import least, pair_rows, relation_rows, widened
from capworth.methods.portfolio.relations import Relations, affordable

BLOCK_DRAWS: Final = 8  # few, so that most sets are too dear in all of them and are left out
MOST_CUTS: Final = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """Groups of projects, and all the funds that may pay for any of them.

    Attributes
    ----------
    projects : (cuts, projects) which projects are in the group
    funds : (cuts, funds) which funds may pay for at least one of them, and no other fund
    """

    projects: Bools
    funds: Bools

    def limits(self, amounts: ArrayLike) -> Floats:
        """(cuts,) what the projects of each group may cost together, for amounts (funds,)."""
        found: Floats = np.einsum("cf,f->c", self.funds, np.asarray(amounts, dtype=np.float64))
        return found


def payment_cuts(may_pay: Bools) -> Cuts:
    """List the groups of projects that decide whether a set can be paid.

    Parameters
    ----------
    may_pay : (funds, projects) whether a fund may pay for a project

    Returns
    -------
    One group for each union of the projects' sets of funds: the projects that no other fund may
    pay for. The set is payable if and only if, in each group, what is taken costs no more than
    the funds of the group hold.

    Raises
    ------
    InputError
        When so many earmarks overlap that the groups cannot be listed.

    Notes
    -----
    Gale (1957), A theorem on flows in networks, Pacific Journal of Mathematics 7(2), 1073-1082:
    demands can be met if and only if every subset of them can be met by itself. Subsets with the
    same funds are dominated by the largest of them, and so is any that is no union.
    """
    each = np.unique(may_pay.T, axis=0)  # the different sets of funds that projects may draw on
    unions = np.zeros((1, may_pay.shape[0]), dtype=bool)
    for one in each:
        unions = np.unique(np.concatenate((unions, unions | one)), axis=0)
        if len(unions) > MOST_CUTS:
            raise InputError(
                f"may_pay: the earmarks overlap in more than {MOST_CUTS} ways. "
                "Bring funds with like earmarks together."
            )
    others = np.einsum("fp,uf->up", may_pay, ~unions)  # whether a fund outside may pay as well
    inside: Bools = ~others
    kept = np.asarray(inside.any(axis=1))
    return Cuts(inside[kept], unions[kept])


def cuts_in_time(may_pay: Bools, income: ArrayLike) -> tuple[Ints, Floats]:
    """List the bills that decide whether a set can be paid when money comes by and by.

    Parameters
    ----------
    may_pay : (funds, projects) whether a fund may pay for a project
    income : (funds, years) what comes into each fund in each year; nothing is borrowed

    Returns
    -------
    (cuts, projects) last year whose bills are in the cut, -1 for none, and (cuts,) the money that
    may pay any of them. A set is payable if and only if, in each cut, the bills of what is taken
    are no more than that money.

    Raises
    ------
    InputError
        When the funds come in so many ways that the cuts cannot be listed.

    Notes
    -----
    Gale (1957) as for `payment_cuts`, with a fund for each income: a bill may be paid by what comes
    in its year or before. A cut takes each fund up to some year, and all bills that no later money
    may pay; only years before further income comes matter.
    """
    come = finite(income, "income")
    years = come.shape[1]
    ends = [[*(np.flatnonzero(row > 0) - 1).tolist(), years - 1] for row in come]
    count = int(np.prod([len(each) for each in ends]))
    if count > MOST_CUTS:
        raise InputError(
            f"income: the funds come in more than {MOST_CUTS} ways. "
            "Bring funds with like earmarks together."
        )
    upto = np.array(list(product(*ends)), dtype=np.int64).reshape(count, len(come))
    last = np.where(may_pay, upto[:, :, None], years - 1).min(axis=1, initial=years - 1)
    running = np.concatenate((np.zeros((len(come), 1)), come.cumsum(axis=1)), axis=1)
    held = running[np.arange(len(come)), upto + 1].sum(axis=1)
    order = np.lexsort((held, *last.T))
    first = np.r_[True, (last[order][1:] != last[order][:-1]).any(axis=1)]
    kept = order[first]  # of equal bills the least money
    kept = kept[(last[kept] >= 0).any(axis=1)]
    return last[kept], held[kept]


def least_more(cost: ArrayLike, sets: Bools, cuts: Cuts, amounts: ArrayLike) -> Floats:
    """(sets,) least further money without conditions that makes each set payable, 0 or more.

    Parameters
    ----------
    cost : (projects,)
    sets : (sets, projects)
    cuts : of the funds that there are; see `payment_cuts`
    amounts : (funds,) what each holds
    """
    prices = np.asarray(cost, dtype=np.float64)
    spent = np.einsum("sp,cp,p->sc", sets, cuts.projects, prices, optimize=True)
    lacking: Floats = np.maximum(spent - cuts.limits(amounts), 0.0).max(axis=1, initial=0.0)
    return lacking


@dataclass(frozen=True, slots=True, eq=False)
class Payable:
    """Funds, and what each may pay for.

    Attributes
    ----------
    may_pay : (funds, projects)
    amounts : (funds,)
    """

    may_pay: Bools
    amounts: Floats

    def lifted(self, *funds: int) -> "Payable":
        """Return the same money with the earmarks of some funds lifted; of all, when none named."""
        may_pay = self.may_pay.copy()
        may_pay[list(funds) or slice(None)] = True
        return Payable(may_pay, self.amounts)

    def with_more(self, fund: int, more: float) -> "Payable":
        """Return the same with more money in one fund."""
        amounts = self.amounts.copy()
        amounts[fund] += more
        return Payable(self.may_pay, amounts)


def best_payable(
    cost: ArrayLike,
    value: ArrayLike,
    sets: Bools,
    payables: Sequence[Payable],
    synergies: Sequence[tuple[int, int, float]] = (),
    bonus: Floats | None = None,
) -> Ints:
    """Row of `sets` that is best of those that can be paid, in each draw and from each money.

    Most value; of equals the cheapest; of these the first row, as `feasible_sets` orders them.
    Sums that agree in twelve digits are equal.

    Parameters
    ----------
    cost, value : (draws, projects)
    sets : (sets, projects) those to choose from
    ways to pay : the money, in one or more ways
    synergies : (one, other, bonus) added when both are in the set
    bonus : (draws, synergies) where it is not the same in every draw

    Returns
    -------
    (ways to pay, draws); -1 where nothing can be paid.
    """
    prices = table(cost, "cost", "draws", "projects")
    worth = table(value, "value", "draws", "projects")
    found = np.full((len(payables), len(prices)), -1, dtype=np.int64)
    fixed = np.array([extra for _, _, extra in synergies], dtype=np.float64)
    added = np.broadcast_to(fixed, (len(prices), len(fixed))) if bonus is None else bonus
    pairs = [sets[:, one] & sets[:, other] for one, other, _ in synergies]
    parts = np.column_stack((sets, *pairs)).astype(np.float64)
    groups = _by_total(payables)
    for start in range(0, len(prices), BLOCK_DRAWS):
        rows = slice(start, start + BLOCK_DRAWS)
        spent, grain = in_grains(prices[rows])
        gains = in_grains(np.concatenate((worth[rows], added[rows]), axis=1)).amounts
        least = np.einsum("sp,p->s", sets, prices[rows].min(axis=0))
        for total, rules in groups.items():
            ahead = np.flatnonzero(affordable(least, total))
            if len(ahead):
                inside = parts[ahead].T
                gain = gains @ inside
                for k, cuts, limits in rules:
                    best = _best_row(spent, grain, gain, inside, cuts, limits)
                    found[k, rows] = np.where(best >= 0, ahead[best], -1)
    return found


_Rule = tuple[int, Cuts, Floats]  # number of the money, its cuts and what each may cost


def _by_total(payables: Sequence[Payable]) -> Mapping[float, list[_Rule]]:
    """Purses that hold as much in all, so that the same sets are too dear for them."""
    groups: dict[float, list[_Rule]] = {}
    for k, payable in enumerate(payables):
        cuts = payment_cuts(payable.may_pay)
        limits = cuts.limits(payable.amounts)
        groups.setdefault(float(payable.amounts.sum()), []).append((k, cuts, limits))
    return groups


def _best_row(
    spent: Floats, grain: Floats, gain: Floats, inside: Floats, cuts: Cuts, limits: Floats
) -> Ints:
    """(draws,) column of `inside` (projects, sets) that is best for a few draws; -1 for none."""
    projects = inside[: spent.shape[1]]
    total = spent @ projects
    mine = gain
    for group, limit in zip(cuts.projects, limits, strict=True):
        bill = total if group.all() else (spent * group) @ projects
        mine = np.where(bill <= np.rint(limit / grain), mine, -np.inf)
    top = mine.max(axis=1)
    row = np.where(mine < top[:, None], np.inf, total).argmin(axis=1)
    return np.where(np.isfinite(top), row, -1)


EQUAL: Final = 1e-6  # of all value: sets nearer than this are equal, and the cheaper one wins
SHARP: Final = 1e4  # the solver stops within 1e-6 of the best, which must tell equals apart
SLACK: Final = 1e-9  # within which two prices are equal
DUST: Final = 1e-12  # of all money: amounts that are none
TRIFLE: Final = 1e-6  # of all money: income that is added to see what it is worth


@dataclass(frozen=True, slots=True, eq=False)
class Payment:
    """A set of projects and who pays for it when.

    Attributes
    ----------
    chosen : (projects,)
    value : of the set, synergies included
    paid : (funds, projects, years) what each fund pays for each project in each year
    left : (funds,) what is left of each fund after the last year
    """

    chosen: Bools
    value: float
    paid: Floats
    left: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    """Columns: projects, synergies, payments, stock of each fund at the end of each year."""

    value: Floats
    above: csr_array  # rows that must not pass `limit`
    limit: Floats
    equal: csr_array  # rows that must meet `level`: bills, then the books of each fund and year
    level: Floats
    upper: Floats
    lower: Floats
    whole: int  # columns, from the first, that are 0 or 1


def best_in_time(
    cost: ArrayLike,
    value: ArrayLike,
    relations: Relations,
    may_pay: Bools,
    income: ArrayLike,
    uses: Floats | None = None,
    caps: Floats | None = None,
    order: Sequence[int] | None = None,
) -> Payment:
    """Find the set of most value whose every bill is paid in its year; of equals the cheapest.

    Sets whose values differ by less than a millionth of all value are equal. A fund pays from what
    has come in so far and was not spent; nothing is borrowed.

    Parameters
    ----------
    cost : (projects, years) what each project costs in each year
    value : (projects,)
    relations : which sets are allowed, and the bonus of pairs
    may_pay : (funds, projects) whether a fund may pay for a project
    income : (funds, years) what comes into each fund in each year
    uses, caps : (limits, projects), (limits,) what else projects use, and the most of it
    order : in which the funds are drawn on, where several may pay; see `who_pays`

    Raises
    ------
    InputError
        When no allowed set can be paid.

    Notes
    -----
    A mixed-integer programme with one continuous variable for each payment, solved by HiGHS
    (Huangfu & Hall 2018, Mathematical Programming Computation 10(1), 119-142) to the optimum.
    """
    model = _model(cost, value, relations, may_pay, income, uses, caps)
    rules = [
        LinearConstraint(model.above, ub=model.limit),
        LinearConstraint(model.equal, model.level, model.level),
    ]
    bills = finite(cost, "cost")
    prices = np.zeros(len(model.value))
    prices[: relations.n] = bills.sum(axis=1)
    # one solve: held to the most value in a second one, HiGHS may turn round without end
    found = _solve(model, SHARP * (EQUAL * _scaled(prices) - _scaled(model.value)), rules)
    most = float(model.value[: model.whole] @ np.rint(found[: model.whole]))
    chosen = found[: relations.n] > 0.5
    paid = who_pays(bills * chosen[:, None], may_pay, income, order)
    total = finite(income, "income").sum(axis=1)
    return Payment(chosen, most, paid, total - paid.sum(axis=(1, 2)))


def worth_of_money(
    cost: ArrayLike,
    value: ArrayLike,
    relations: Relations,
    may_pay: Bools,
    income: ArrayLike,
    uses: Floats | None = None,
    caps: Floats | None = None,
) -> Floats:
    """(funds, years) value that one more unit of money adds, where parts of projects count too.

    Arguments as for `best_in_time`. Prices of the linear relaxation: whole projects add in jumps,
    so a small gift may add nothing and the one that completes a project much more.

    Notes
    -----
    The derivative to the right of the value of the relaxation. Dual prices are not unique where
    several bills are met exactly; each is read where its own income is a trifle larger, and there
    it is. Money that comes later is worth no more, so between two years of equal worth all are
    equal; money after the last bill that it may pay is worth nothing.
    """
    model = _model(cost, value, relations, may_pay, income, uses, caps)
    come = finite(income, "income")
    due = finite(cost, "cost") > 0  # (projects, years)
    prices = np.zeros(come.shape)
    trifle = TRIFLE * max(float(come.sum()), float(finite(cost, "cost").sum()), 1e-9)
    for fund, row in enumerate(prices):
        bills = np.flatnonzero(due[may_pay[fund]].any(axis=0))
        if not len(bills):
            continue
        ends = [(0, int(bills[-1]))]
        for year in {0, int(bills[-1])}:
            row[year] = _price(model, come, fund, year, trifle)
        while ends:
            first, last = ends.pop()
            if last - first < 2 or row[first] - row[last] <= SLACK * max(row[first], 1.0):
                row[first + 1 : last] = row[last]
                continue
            middle = (first + last) // 2
            row[middle] = _price(model, come, fund, middle, trifle)
            ends += [(first, middle), (middle, last)]
    return prices


def _price(model: _Model, come: Floats, fund: int, year: int, trifle: float) -> float:
    """Worth of a little more income of one fund in one year."""
    book = len(model.level) - come.size + fund * come.shape[1] + year
    level = model.level.copy()
    level[book] += trifle
    found = linprog(
        -model.value,
        A_ub=model.above,
        b_ub=model.limit,
        A_eq=model.equal,
        b_eq=level,
        bounds=np.column_stack((model.lower, model.upper)),
        method="highs",
    )
    if found.status != 0:
        raise InputError("income: it does not pay for what must be done. Raise it.")
    return max(-float(found.eqlin.marginals[book]), 0.0)


def _scaled(amounts: Floats) -> Floats:
    """Amounts as parts of their sum, signs left out of it."""
    return amounts / max(float(np.abs(amounts).sum()), 1e-300)


def _solve(model: _Model, goal: Floats, rules: list[LinearConstraint]) -> Floats:
    whole = (np.arange(len(goal)) < model.whole).astype(float)
    found = least(goal, rules, whole, Bounds(model.lower, model.upper))
    if found is None:
        raise InputError("income: it does not pay for what must be done. Raise it.")
    return found


def _model(
    cost: ArrayLike,
    value: ArrayLike,
    relations: Relations,
    may_pay: Bools,
    income: ArrayLike,
    uses: Floats | None = None,
    caps: Floats | None = None,
) -> _Model:
    bills, come = finite(cost, "cost"), finite(income, "income")
    n, years, funds = relations.n, bills.shape[1], len(come)
    pairs = relations.synergies
    pays = tuple(
        (f, p, y) for f in range(funds) for p in range(n) for y in range(years)
        if may_pay[f, p] and bills[p, y] > 0
    )  # fmt: skip
    whole = n + len(pairs)
    first_stock = whole + len(pays)
    columns = first_stock + funds * years
    above, limit = _relation_rows(relations)
    if uses is not None and caps is not None and len(caps):
        more = csr_array(np.pad(uses, ((0, 0), (0, len(pairs)))))
        above, limit = csr_array(vstack((above, more))), np.concatenate((limit, caps))
    wide = csr_array((above.data, above.indices, above.indptr), shape=(len(limit), columns))
    equal: list[tuple[int, int, float]] = []  # row, column, number
    due = [(p, y) for p in range(n) for y in range(years) if bills[p, y] > 0]
    row_of = {bill: row for row, bill in enumerate(due)}
    equal += [(row, p, bills[p, y]) for (p, y), row in row_of.items()]
    for k, (f, p, y) in enumerate(pays):
        equal.append((row_of[p, y], whole + k, -1.0))
        equal.append((len(due) + f * years + y, whole + k, 1.0))
    for f in range(funds):
        for y in range(years):
            row, stock = len(due) + f * years + y, first_stock + f * years + y
            equal.append((row, stock, 1.0))
            if y:
                equal.append((row, stock - 1, -1.0))
    rows, places, numbers = zip(*equal, strict=True)
    books = csr_array(
        coo_array((numbers, (rows, places)), shape=(len(due) + funds * years, columns))
    )
    worth = np.zeros(columns)
    worth[:n] = finite(value, "value")
    worth[n:whole] = [bonus for _, _, bonus in pairs]
    lower, upper = np.zeros(columns), np.full(columns, np.inf)
    upper[:whole] = 1.0
    level = np.concatenate((np.zeros(len(due)), come.ravel()))
    return _Model(
        value=worth,
        above=wide,
        limit=limit,
        equal=books,
        level=level,
        upper=upper,
        lower=lower,
        whole=whole,
    )


def _relation_rows(relations: Relations) -> tuple[csr_array, Floats]:
    """Relations as rows of `A z <= b` over projects and pairs with a bonus."""
    n, pairs = relations.n, relations.synergies
    wide = n + len(pairs)
    parts = [widened(part, wide) for part in relation_rows(relations)]
    for k, (one, other, bonus) in enumerate(pairs):
        parts += pair_rows(k, n + k, one, other, bonus, wide)
    lines, ends = [np.zeros((0, wide))], [np.zeros(0)]
    for part in parts:
        for sign, end in ((1.0, part.high), (-1.0, part.low)):
            known = np.isfinite(end)
            lines.append(sign * part.matrix[known])
            ends.append(sign * end[known])
    return csr_array(np.concatenate(lines)), np.concatenate(ends)


def who_pays(
    bills: ArrayLike, may_pay: Bools, income: ArrayLike, order: Sequence[int] | None = None
) -> Floats:
    """Say who pays which bill when several funds may: (funds, projects, years).

    The first fund of the order pays as much as it can, then the next one as much as it can beside
    it, and so on; so the last one, fresh money say, is drawn on least. A fund pays from what has
    come in so far and was not spent.

    Parameters
    ----------
    bills : (projects, years)
    may_pay : (funds, projects)
    income : (funds, years)
    order : numbers of the funds; as they are listed when left out

    Notes
    -----
    Augmenting paths (Ford & Fulkerson 1956, Canadian Journal of Mathematics 8, 399-404), the source
    of one fund after the other: a path that starts at a later fund takes nothing from what earlier
    ones pay in all. What can be paid together is a polymatroid, so this is the most in that order.
    """
    due, come = finite(bills, "bills"), finite(income, "income")
    paid = np.zeros((len(come), *due.shape))
    year, project = (found.tolist() for found in np.nonzero(due.T > 0))  # bills, by year
    open_bills = due[project, year]
    listed = range(len(come)) if order is None else order
    sources = [(f, z) for f in listed for z in np.flatnonzero(come[f] > 0).tolist()]
    able = np.array([may_pay[f, project] & (np.array(year) >= z) for f, z in sources], dtype=bool)
    able = able.reshape(len(sources), len(open_bills))
    flow = np.zeros(able.shape)
    dust = DUST * max(float(due.sum()), float(come.sum()))
    for source, (f, z) in enumerate(sources):
        room = float(come[f, z])
        while room > dust and (path := _path(source, able, flow, open_bills, dust)):
            back = [flow[s, b] for s, b in zip(path[2::2], path[1::2], strict=False)]
            moved = min(room, float(open_bills[path[-1]]), *back)
            for place in range(0, len(path), 2):
                flow[path[place], path[place + 1]] += moved
                if place:
                    flow[path[place], path[place - 1]] -= moved
            open_bills[path[-1]] -= moved
            room -= moved
    for source, (f, _) in enumerate(sources):
        paid[f, project, year] += flow[source]
    return paid


def _path(
    source: int, able: Bools, flow: Floats, open_bills: Floats, dust: float
) -> list[int] | None:
    """Shortest way from a source to an open bill: source, bill, source, bill ...; None if none.

    A way goes on from a bill to a source that pays for it and may pay for something else instead.
    """
    came: dict[int, list[int]] = {source: [source]}
    seen = np.zeros(able.shape[1], dtype=bool)
    ahead = [source]
    for at in ahead:
        for bill in np.flatnonzero(able[at] & ~seen).tolist():
            seen[bill] = True
            way = [*came[at], bill]
            if open_bills[bill] > dust:
                return way
            for other in np.flatnonzero(flow[:, bill] > dust).tolist():
                if other not in came:
                    came[other] = [*way, other]
                    ahead.append(other)
    return None
