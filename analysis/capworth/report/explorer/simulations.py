"""The simulations that the page computes with: everything the choice of a programme depends on.

What is stored is what `Choice` and `Search` read, in the first draws of the study; the page walks
the same sets by the same rules (`choice.js`), so that its answer is the library's on these draws.
"""

from itertools import compress
from typing import Any

import numpy as np

from capworth.case.model import DISTANCE, HARM, NET
from capworth.methods.allocation.coalitions import memberships
from capworth.methods.arguments import Floats
from capworth.methods.portfolio.relations import rules_of
from capworth.model.costs import PAYERS
from capworth.model.gains import Tree
from capworth.model.joint_gains import MONEY, Chain, Level
from capworth.model.simulation import CHUNK, ENVELOPED, Kept, Sample, sampled
from capworth.programme.choice import Choice
from capworth.report.explorer.columns import Columns

DRAWS = 500  # of the study that the page holds
MOST_SETS = 1 << 16  # allowed sets that a page goes through at once
MOST_MEMBERS = 30  # improvements whose sets are whole numbers in the page


def simulations(sample: Sample, draws: int = DRAWS) -> dict[str, Any]:
    """Give what the page needs to choose, or why it cannot: {"cannot": reason}.

    Parameters
    ----------
    sample : of the case, with a budget
    draws : how many of its first draws to store
    """
    choice = Choice.of(sample)
    if reason := _cannot(choice):
        return {"cannot": reason}
    columns = Columns(min(draws, sample.drawn.size, ENVELOPED))
    case, calendar, plan = sample.case, choice.calendar, choice.plan
    drawn, extents = sample.drawn, sample.model.extents
    raised = choice.spending.raised()
    whole = raised.sum(axis=1, keepdims=True)
    years = calendar.effects
    places, delays = range(len(case.improvements)), range(plan.worth.shape[1])
    return {
        "names": list(case.improvement_ids),
        "measure": choice.measure,
        "sets": len(choice.sets),
        "budget": case.settings.budget,
        "confidence": case.settings.budget_confidence,
        "near": case.settings.near,
        "rules": [
            [list(r.members), list(r.signs), r.low, r.high] for r in rules_of(choice.relations)
        ],
        "known": choice.known.tolist(),
        "cost": columns.each(drawn.asked),
        "opens": np.isfinite(plan.worth).tolist(),
        "left": [[years.left(k, d) for d in delays] for k in places],
        "works": [[years.share(k, d).tolist() for d in delays] for k in places],
        "discount": years.discount.tolist(),
        "spent": np.divide(raised, whole, out=np.zeros_like(raised), where=whole > 0).tolist(),
        "uses": plan.uses.tolist(),
        "scaled": plan.scaled.tolist(),
        "caps": plan.caps.tolist(),
        "after": [[a, [list(pair) for pair in needed]] for a, needed in plan.after],
        "starts": [i.start_year for i in case.improvements],
        "first_year": case.settings.first_year,
        "distance": extents.distance,
        "tree": _tree(sample, columns),
        "alike": [choice.alike(k, DISTANCE) for k in places],
        "alone": _alone(choice, columns),
        "money": columns.each(drawn.gains.money),
        "harm": columns.each(drawn.gains.harm),
        "paid": _paid(choice, columns),
        "pairs": [
            [*pair, columns.put(choice.worth.shares[:, k])]
            for k, pair in enumerate(choice.worth.pairs.tolist())
        ],
        "levels": [_level(m, sample, columns) for m in choice.worth.levels()],
        "chains": [_chain(m, columns) for m in choice.worth.meetings if isinstance(m, Chain)],
        "priced": _priced(choice),
        "harmed": _steady(choice) and any(v.scale == HARM for v in case.unit_values),
        "columns": columns.as_data(),
    }


def _cannot(choice: Choice) -> str:
    """Why the page cannot choose; nothing where it can."""
    if choice.listed is None or len(choice.sets) > MOST_SETS:
        return "sets"
    if choice.sets.shape[1] > MOST_MEMBERS:
        return "sets"
    if choice.measure == NET and not _priced(choice):
        return "paths"
    if choice.measure == HARM and not _steady(choice):
        return "paths"
    return ""


def _steady(choice: Choice) -> bool:
    """Whether no capability goes a way of its own: only then is a year like another."""
    chains = [m for m in choice.worth.meetings if isinstance(m, Chain)]
    return not choice.sample.model.costs.paths.declared and all(m.course is None for m in chains)


def _priced(choice: Choice) -> bool:
    """Whether money net of cost can be told: nothing is saved, all goes on as it is."""
    money = any(v.scale == MONEY for v in choice.case.unit_values)
    return money and _steady(choice) and not choice.worth.lines


def _tree(sample: Sample, columns: Columns) -> dict[str, Any]:
    """Swings as the case states them, weights by draw, and what lacks on each leaf.

    `lacks` is its mean over the draws by which services are known as they are today: with weights
    that are held, the distance is its sum by weight.
    """
    model, leaves = sample.model, sample.model.value.leaves
    if not leaves:
        return {"criteria": [], "leaves": [], "counted": [], "weights": [], "away": [], "lacks": []}
    first = model.tree(sampled(sample.case, 0, CHUNK))
    here = model.tree(sampled(sample.case, 0, min(columns.draws, sample.draws, CHUNK)))
    return {
        "criteria": [
            {"id": c.id, "parent": c.parent, "swing": c.swing.mode} for c in sample.case.criteria
        ],
        "leaves": [leaf.id for leaf in leaves],
        "counted": model.extents.counted.tolist(),
        "weights": columns.each(sample.drawn.weights),
        "away": columns.each(_lacking(sample, here)),
        "lacks": _lacking(sample, first).mean(axis=0).tolist(),
    }


def _lacking(sample: Sample, tree: Tree) -> Floats:
    """(draws, leaves) what all services lack on each leaf, by their extents."""
    share = sample.model.extents.share * sample.model.costs.paths.there
    lacking: Floats = np.einsum("nck,c->nk", tree.missing, share)
    return lacking


def _alone(choice: Choice, columns: Columns) -> list[list[int]]:
    """Points that each improvement alone closes on each leaf, by extents and not yet by weight.

    Improvement, leaf, column and years of delay: as stated, and later where not a share of that.
    """
    sample = choice.sample
    model, leaves = sample.model, sample.model.value.leaves
    counted = [k for k in range(len(leaves)) if model.extents.counted[k]]
    if not counted or model.extents.distance <= 0:
        return []
    draws = sampled(sample.case, 0, min(columns.draws, sample.draws, CHUNK))
    tree = model.tree(draws)
    shares = np.array([choice.alike(k, DISTANCE) for k in range(len(choice.gain))])
    delays = choice.plan.worth.shape[1] if not shares.all() else 1
    found: list[list[int]] = []
    for delay in range(delays):
        lifted = model.gains.lifted(tree, draws, delay)
        for k in counted:
            alone = np.broadcast_to(1.0 * (np.arange(len(leaves)) == k), tree.weights.shape)
            points = model.gains.on_tree(lifted, alone, model.extents)[0]
            users = (points != 0).any(axis=0) & ~(shares & (delay > 0))
            found += [
                [i, k, columns.put(points[:, i]), delay] for i in np.flatnonzero(users).tolist()
            ]
    return found


def _paid(choice: Choice, columns: Columns) -> list[list[Any]]:
    """Cost lines of improvements: whose, amount by draw, present value of one by years of delay."""
    case, calendar = choice.case, choice.calendar
    place = {i: k for k, i in enumerate(case.improvement_ids)}
    delays = range(choice.plan.worth.shape[1])
    found: list[list[Any]] = []
    for line, amount, part in calendar.costs.priced(Kept(choice.sample)):
        if line.improvement:
            factors = [float(part[: len(part) - d] @ calendar.effects.discount[d:]) for d in delays]
            payer = PAYERS.index(line.payer)
            found.append([place[line.improvement], payer, columns.put(amount), factors])
    return found


def _level(level: Level, sample: Sample, columns: Columns) -> dict[str, Any]:
    capability = sample.case.capability_ids.index(level.capability)
    return {
        "users": list(level.users),
        "leaf": level.leaf,
        "extent": float(sample.model.extents.share[capability]),
        "agreed": level.agreed,
        "now": columns.put(level.now),
        "rise": columns.each(level.rise),
        "there": np.asarray(level.there, dtype=float).tolist(),
    }


def _chain(chain: Chain, columns: Columns) -> dict[str, Any]:
    sets = [chain.full(tuple(compress(chain.users, x))) for x in memberships(len(chain.users))]
    money, harm = (np.stack([gains[kind] for gains in sets]).T for kind in (MONEY, HARM))
    return {
        "users": list(chain.users),
        "money": columns.each(money),
        "harm": columns.each(harm),
    }
