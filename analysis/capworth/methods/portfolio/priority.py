"""The order-of-priority curve: what to fund first, by value for its cost."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from operator import itemgetter

import numpy as np
from numpy.typing import ArrayLike

from capworth.errors import InputError
from capworth.methods.arguments import Floats, checked, finite, within
from capworth.methods.exact import in_grains
from capworth.methods.portfolio.relations import (
    Relations,
    Rule,
    affordable,
    allowed,
    rules_of,
)

Taken = frozenset[int]
Key = tuple[bool, Fraction, int, tuple[int, ...]]


@checked
def priority_order(
    cost: ArrayLike, value: ArrayLike, relations: Relations
) -> tuple[tuple[int, ...], ...]:
    """Bundles in the order of priority: most value for its cost first.

    A project enters with those it still requires, as one bundle. One that excludes a project
    already in never enters, nor one whose bundle gains nothing. What must be done comes first, then
    what minimum service still asks for. Ties go to the cheaper bundle, then to the lower number.

    Parameters
    ----------
    cost, value : (projects,) cost 0 or more; the bonus of a pair counts when its second one enters

    Notes
    -----
    Phillips & Bana e Costa (2007), Annals of Operations Research 154, 51-68. It is a rule of thumb:
    between its steps another set may give more (see `budget_frontier`).
    """
    before: Taken = frozenset()
    bundles = []
    for taken in _steps(cost, value, relations):
        bundles.append(tuple(sorted(taken - before)))
        before = taken
    return tuple(bundles)


@checked
def filled(
    bundles: Iterable[Iterable[int]], cost: ArrayLike, budget: float, relations: Relations
) -> Taken:
    """Projects of the bundles, taken in their order, each that still fits and is still allowed.

    What many programmes do: go down a list until the money is spent, leaving out what no longer
    fits. A bundle whose prerequisites were left out is left out too.
    """
    prices = finite(cost, "cost")
    taken: Taken = frozenset()
    for bundle in bundles:
        after = taken | frozenset(bundle)
        row = np.zeros((1, relations.n), dtype=bool)
        row[0, list(after)] = True
        tied = replace(relations, must=(), at_least=())  # not all of it is in yet
        if affordable(prices[list(after)].sum(), budget) and allowed(row, tied)[0]:
            taken = after
    return taken


class _Worth:
    """What a step costs and adds, in whole numbers, so that equal ratios are equal.

    Attributes
    ----------
    rules : of each project, those that its entry may break
    """

    def __init__(self, cost: Floats, value: Floats, relations: Relations) -> None:
        bonus = [extra for _, _, extra in relations.synergies]
        gains = [int(grains) for grains in in_grains(np.concatenate((value, bonus))).amounts]
        self._cost = [int(grains) for grains in in_grains(cost).amounts]
        self._gain = gains[: relations.n]
        self._bonus = [
            (one, other, extra)
            for (one, other, _), extra in zip(
                relations.synergies, gains[relations.n :], strict=True
            )
        ]
        self._pairs: list[list[int]] = [[] for _ in range(relations.n)]
        for k, (one, other, _) in enumerate(self._bonus):
            self._pairs[one].append(k)
            self._pairs[other].append(k)
        rules = tuple(rules_of(relations))
        self.rules = [
            [rule for rule in rules if project in rule.members or rule.high < 0]
            for project in range(relations.n)
        ]
        self._places: dict[Taken, tuple[Key, int]] = {}  # of bundles that no pair changes

    def place(self, bundle: Taken, taken: Taken) -> tuple[Key, int]:
        """By what a bundle is ordered, the least first, and what it adds to what is taken."""
        found = self._places.get(bundle)
        if found is None:
            price, more = self.cost(bundle), self.gain(bundle, taken)
            ratio = Fraction(-more, price) if price > 0 else Fraction(-more)
            found = (price > 0, ratio, price, tuple(sorted(bundle))), more
            if not any(self._pairs[project] for project in bundle):
                self._places[bundle] = found
        return found

    def cost(self, bundle: Taken) -> int:
        return sum(self._cost[project] for project in bundle)

    def gain(self, bundle: Taken, taken: Taken) -> int:
        """What a bundle adds to what is taken: its own gains, and the pairs that it completes."""
        after = bundle | taken
        own = sum(self._gain[project] for project in bundle)
        pairs = {pair for project in bundle for pair in self._pairs[project]}
        return own + sum(
            extra
            for one, other, extra in (self._bonus[pair] for pair in pairs)
            if one in after and other in after
        )


def _steps(cost: ArrayLike, value: ArrayLike, relations: Relations) -> Iterator[Taken]:
    """Sets after each step; the first two phases take in what has to be there."""
    prices, worth = within(cost, "cost", 0), finite(value, "value")
    if prices.shape != (relations.n,) or worth.shape != (relations.n,):
        raise InputError(
            f"cost {prices.shape}, value {worth.shape}: there are {relations.n} projects. "
            "Give one of each for every project."
        )
    scale = _Worth(prices, worth, relations)
    taken: Taken = frozenset()
    if relations.must:
        taken = _best(taken, [frozenset(relations.must)], scale, relations, gainful=False)
        if not taken:
            raise InputError("relations: what must be done cannot be done. Drop one of them.")
        yield taken
    for many, group in relations.at_least:
        while len(taken.intersection(group)) < many:
            ahead = [frozenset({project}) for project in group if project not in taken]
            step = _best(taken, ahead, scale, relations, gainful=False)
            if not step:
                raise InputError(
                    f"relations: no {many} of {list(group)} can be reached by adding. Ease it."
                )
            taken = step
            yield taken
    while True:
        ahead = [frozenset({p}) for p in range(relations.n) if p not in taken]
        step = _best(taken, ahead, scale, relations, gainful=True)
        if not step:
            return
        taken = step
        yield taken


def _best(
    taken: Taken,
    wanted: Iterable[Taken],
    scale: _Worth,
    relations: Relations,
    *,
    gainful: bool,
) -> Taken:
    """Set after the step of most added value for the added cost; empty when there is none."""
    ahead: list[tuple[Key, Taken]] = []
    for start in wanted:
        for bundle in _bundles(start, taken, relations):
            key, more = scale.place(bundle, taken)
            if more > 0 or not gainful:
                ahead.append((key, bundle))
    while ahead:  # the first of them that is allowed
        first = min(ahead, key=itemgetter(0))
        after = _joined(taken, first[1], relations, scale.rules)
        if after is not None:
            return after
        ahead.remove(first)
    return frozenset()


def _bundles(start: Taken, taken: Taken, relations: Relations) -> Iterator[Taken]:
    """Give `start` with all it still requires; one bundle for each way to meet its needs."""
    ahead, seen = [start], set[Taken]()
    while ahead:
        bundle = ahead.pop()
        if bundle in seen:
            continue
        seen.add(bundle)
        inside = bundle | taken
        more = {p for head, group in relations.requires if head in bundle for p in group} - inside
        if more:
            ahead.append(bundle | more)
            continue
        for head, group in relations.requires_any:
            if head in bundle and not inside.intersection(group):
                ahead.extend(bundle | {option} for option in group)
                break
        else:
            yield bundle - taken


def _joined(
    taken: Taken, bundle: Taken, relations: Relations, rules: Sequence[Iterable[Rule]]
) -> Taken | None:
    """Set with the bundle in it; None if that is not allowed.

    Rules that the bundle does not touch stand as they stood.
    """
    if not bundle or bundle.intersection(relations.barred):
        return None
    after = taken | bundle
    for group in relations.excludes:
        if len(after.intersection(group)) > 1:
            return None
    for project in bundle:
        for rule in rules[project]:  # what is not met before may still be on its way
            if not min(rule.low, rule.total(taken)) <= rule.total(after) <= rule.high:
                return None
    return after
