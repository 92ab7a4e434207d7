"""What a programme asks for, takes up and gains in each year, as its members start.

How likely a set of improvements meets the targets that the case states.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from capworth.case.model import DISTANCE, HARM, NET, Case, Target
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.confidence import later
from capworth.model.joint_gains import chains_of, levels_of
from capworth.model.result import spread
from capworth.model.simulation import Kept
from capworth.programme.calendar import years_of
from capworth.programme.choice import Choice

MONEY = ("money", "money_a_year")  # kinds of limits
TARGETED = {"score": DISTANCE}  # old word of what a target is on


def by_year(choice: Choice, chosen: Bools, delays: Ints, scale: float) -> pd.DataFrame:
    """Money, posts and value by year with 80 % intervals.

    Parameters
    ----------
    chosen, delays : (improvements,) the set, and years after the stated start
    scale : what values are divided by
    """
    case, spending, years = choice.case, choice.spending, choice.calendar.years
    members = np.flatnonzero(chosen).tolist()
    shares = yearly_shares(choice, chosen, delays)
    spent = choice.cost @ shares / MILLION
    posts = np.zeros(years)
    for k in members:
        posts += later(spending.posts[k], int(delays[k]))
    added = value_by_year(choice, chosen, delays, choice.measure) / scale
    columns: dict[str, Floats] = {}
    columns |= spread("spend_m", spent)
    columns |= spread("value", added, ranged=choice.sample.ranged(choice.measure, added))
    columns["spend_room_m"] = room(case, *MONEY) / MILLION
    columns["posts"], columns["posts_room"] = posts, room(case, "staff")
    first = case.settings.first_year
    return pd.DataFrame(columns, index=pd.RangeIndex(first, first + years, name="year"))


def value_by_year(choice: Choice, chosen: Bools, delays: Ints, measure: str) -> Floats:
    """(draws kept, years) what a set adds in each year, not discounted, in the unit of a measure.

    Per cent of the distance that is closed in the year, days of the year, or money that comes in or
    is saved in it less what is paid. Discounted they are the value of the set: their sum for money,
    their mean by the discount factors for distance and harm. What a synergy or an overlap adds
    falls into the years in which both work, as far as the lesser of the two does.
    """
    sample, worth, effects = choice.sample, choice.worth, choice.calendar.effects
    late = {k: int(delays[k]) for k in np.flatnonzero(chosen).tolist()}
    found = np.zeros((len(choice.cost), choice.calendar.years))
    alone = [effects.only(year) for year in range(found.shape[1])]
    find = levels_of if measure == DISTANCE else chains_of
    for place in find(sample.model, Kept(sample), among=late):
        delays_here = [late[k] for k in place.users]
        for year, counted in enumerate(alone):
            there = replace(place, years=counted)
            found[:, year] += there.joint(measure, place.users, delays_here)
    annuity = effects.annuity if measure in {DISTANCE, HARM} else 1.0
    both = chosen[worth.pairs].all(axis=1)
    bonuses = worth.bonuses(measure).T[both]
    for (one, other), bonus in zip(worth.pairs[both].tolist(), bonuses, strict=True):
        together = effects.together(one, other, (late[one], late[other]))
        if (whole := float(together @ effects.discount)) > 0:
            left = min(effects.left(k, late[k]) for k in (one, other))
            found += np.outer(bonus * left, together / whole * annuity)
    if measure == NET:
        for line in worth.lines:
            found += line.yearly(late)
        for k, _, amount, parts in choice.calendar.costs.outlays(Kept(sample), choice.priced):
            if k in late:
                found -= amount[:, None] * parts(late[k])
    return found


def yearly_shares(choice: Choice, chosen: Bools, delays: Ints) -> Floats:
    """(improvements, years) share of each one's money that falls into each year; 0 if not done."""
    raised = choice.spending.raised()
    whole = raised.sum(axis=1)
    shares = np.zeros_like(raised)
    for k in np.flatnonzero(chosen & (whole > 0)):
        shares[k] = later(raised[k], int(delays[k])) / whole[k]
    return shares


def room(case: Case, *kinds: str) -> Floats:
    """(years,) lowest limit that holds for each year by itself; endless where there is none.

    Of money, limits of what the payers of the budget raise together.
    """
    found = np.full(case.settings.years, np.inf)
    for limit in case.limits:
        years = years_of(limit, case)
        single = years.stop - years.start == 1
        if limit.kind in kinds and not limit.payer and (limit.kind != "money" or single):
            found[years] = np.minimum(found[years], limit.amount)
    return found


class Met(NamedTuple):
    """How often targets are met."""

    any: Floats  # (targets,) share of draws in which each target is met
    all_of: float  # share of draws in which all are


def meets_targets(choice: Choice, chosen: Bools, delays: Ints) -> Met:
    """Share of the draws that are kept in which a set meets each target, and all together.

    A target on the distance, money or harm is met when the set adds that much as its members start;
    one on a level when the capability is on the good side of it with the changes of the set added
    to today's level, all in full effect.

    Parameters
    ----------
    chosen, delays : (improvements,) the set, and years after the stated start
    """
    met = [_met(choice, chosen, delays, target) for target in choice.case.targets]
    rows = np.array(met, dtype=bool).reshape(len(met), len(choice.cost))
    return Met(rows.mean(axis=1), float(rows.all(axis=0).mean()))


def _met(choice: Choice, chosen: Bools, delays: Ints, target: Target) -> Bools:
    """(draws,) whether a target is met."""
    case, sample = choice.case, choice.sample
    if target.measure != "level":
        added = choice.by_draw(chosen, delays, TARGETED.get(target.measure, target.measure))
        good: Bools = added >= target.amount - 1e-12 * abs(target.amount)
        return good
    leaf = next(c for c in case.measured if c.id == target.criterion)
    reached = np.zeros(len(choice.cost))
    done = {i for i, taken in zip(case.improvement_ids, chosen, strict=True) if taken}
    for row in case.scores:
        if (row.capability, row.criterion) == (target.capability, target.criterion):
            reached = reached + sample.of(row.level)
    for effect in case.effects:
        if (effect.capability, effect.criterion) == (target.capability, target.criterion):
            reached = reached + (sample.of(effect.change) if effect.improvement in done else 0.0)
    rising = (leaf.best or 0.0) > (leaf.worst or 0.0)
    reaches: Bools = reached >= target.amount if rising else reached <= target.amount
    return reaches
