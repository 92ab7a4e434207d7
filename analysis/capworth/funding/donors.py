"""What may be offered to a donor: packages that cannot be divided, with what is known of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.case.model import DISTANCE, GRADES, HARM, Case
from capworth.funding.pledges import is_counted, stated_money
from capworth.methods.arguments import Bools, Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.frontier import Relations
from capworth.methods.uncertainty.order_statistics import order_quantile
from capworth.model.costs import PAYERS
from capworth.model.figures import QUANTILE, RATIO, SHARE, STATED, Column, columns
from capworth.model.joint_gains import MONEY
from capworth.model.result import Answer, Provenance, spread
from capworth.model.simulation import Sample
from capworth.programme.choice import Choice
from capworth.programme.priorities import share_served
from capworth.programme.selection import Programme

SOME = 0.1  # mean share of the capabilities of a package from which a function counts as served


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DonorMenu(Answer):
    """One package for each improvement: itself with all that it requires, one after the other.

    Gains of improvements are added as in the programme, with what pairs add together. A gift is a
    transfer: it pays for a package and adds nothing to its value.
    """

    _table: pd.DataFrame
    _serves: pd.DataFrame
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        gains, money = ("effects", "scores"), ("effects", "chain")
        stated = ("improvements",)
        payers = (
            ("organisation_m", "organisation"),
            ("members_m", "members"),
            ("donors_m", "donors"),
        )
        rate = (
            "gain_per_asked_m",
            "gain_asked_rate.package",
            "distance_per_million",
            "gain_asked_rate",
            (*gains, "asked"),
            RATIO,
        )
        return (
            *columns(
                "donor_menu",
                ("asked_m", "asked.package", "millions", "package", ("asked",)),
                ("needed_m", "needed.package", "millions", "needed", ("asked",), QUANTILE),
                ("cost_m", "cost.package", "millions", "package", ("costs",)),
                ("gain", "gain.package", "distance", "package", gains),
                rate,
                ("money_m", "money.package", "millions", "package", money),
                ("harm_days", "harm.package", "days", "package", money),
                ("exchange", "served.package", "share", "served", gains, RATIO),
                ("earmark", "earmark_price.package", "distance", "earmark", gains),
                ("p_gain", "gains.package", "chance", "share_of_draws", gains, SHARE),
                ("core", "core.package", "chance", "core", gains, SHARE),
                ("pledged_m", "pledged.package", "millions", "pledged", ("funding",), STATED),
                ("readiness", "readiness.package", "level", "package", stated, STATED),
                ("start_year", "start.package", "year", "package", stated, STATED),
                ("effect_year", "effect.package", "year", "package", stated, STATED),
            ),
            *(
                Column(
                    *("donor_menu", name, "cost.package", "millions", "package", ("costs",)),
                    basis=payer,
                    payer=payer,
                )
                for name, payer in payers
            ),
        )

    def serves(self) -> pd.DataFrame:
        """Index (package, capability): what changes there, on which criteria and chain steps."""
        return self._serves.copy()

    @property
    def packages(self) -> tuple[str, ...]:
        """Short names of the packages, most gain for each euro asked first."""
        return tuple(map(str, self._table.index))

    def __repr__(self) -> str:
        asked = self._table["asked_m"]
        return (
            f"<DonorMenu: {len(self._table)} packages from {asked.min():.1f} to "
            f"{asked.max():.1f} million>"
        )


def closed_bundles(relations: Relations) -> Bools:
    """(improvements, improvements) each row a bundle: one improvement and all that it requires."""
    bundles = np.eye(relations.n, dtype=bool)
    for _ in range(relations.n):
        wider = bundles.copy()
        for head, group in relations.requires:
            wider[:, list(group)] |= wider[:, [head]]
        if (wider == bundles).all():
            break
        bundles = wider
    return bundles


def make_menu(
    sample: Sample, choice: Choice, programme: Programme, provenance: Provenance
) -> DonorMenu:
    """Describe every package by cost, gains, probability, what it needs, opens and serves.

    `asked_m` is one-off money to be raised, `cost_m` whole-life cost of all payers in present
    value, of which `organisation_m`, `members_m` and `donors_m`; ranges are 80 % intervals.
    `needed_m` is what suffices at the confidence of the budget. `role` is the verb of the advice,
    `instead` what the improvement may be exchanged for, `from_year` its start in the programme.
    `earmark` is what the best programme closes less when money is bound to the package: 0 where it
    is in it anyway, absent where no programme that keeps the rules holds it, or where the objective
    is not the distance. `core` is the share of draws whose best good set holds the improvement,
    `p_gain` the share in which it adds anything. `pledged_m` is earmarked money that may pay for
    the package or for something else; `grade` is the lowest grade of its costs and effects.
    """
    case, drawn = sample.case, sample.drawn
    relations = choice.relations
    bundles = closed_bundles(relations)
    ids = case.improvement_ids
    inside = bundles.T.astype(float)

    def gains(name: str, measure: str, scale: float = 1.0) -> Mapping[str, Floats]:
        """Gains of every package, with what its members add together."""
        found = choice.worth.over_draws(bundles, measure)
        if measure == MONEY:  # absent where nothing in it has a price
            found = np.where((bundles & sample.model.valued).any(axis=1), found, np.nan)
        return spread(name, found, scale, sample.ranged(measure, found))

    gain, asked = choice.worth.expected(bundles, DISTANCE), drawn.asked.mean(axis=0) @ inside
    payers = np.einsum("nip,ib->bp", drawn.improvement_payers, inside) / len(
        drawn.improvement_payers
    )
    found = programme.to_frame()
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = gain / (asked / MILLION)
    table = pd.DataFrame(
        {
            "name": [i.name for i in case.improvements],
            **_words(case, relations, bundles),
            **spread("asked_m", drawn.asked @ inside, MILLION),
            "needed_m": _needed(drawn.asked @ inside, programme.confidence) / MILLION,
            **spread("cost_m", drawn.improvement_cost @ inside, MILLION),
            **{f"{p}_m": payers[:, k] / MILLION for k, p in enumerate(PAYERS)},
            **gains("gain", DISTANCE),
            "gain_per_asked_m": rate,
            **gains("money_m", MONEY, MILLION),
            **gains("harm_days", HARM),
            "exchange": share_served(drawn.gains, bundles),
            "p_gain": (choice.worth.over_draws(bundles, DISTANCE) > 0).mean(axis=0),
            "core": found["core"].to_numpy(),
            "role": found["role"].to_numpy(),
            "instead": _instead(programme, ids),
            "from_year": found["start"].to_numpy(),
            "earmark": _bound(choice, bundles),
            "chosen": _all_in(found["chosen"].to_numpy(dtype=bool), bundles),
            **_schedule(case, bundles),
            "pledged_m": _pledged(case, bundles),
            "grade": [_grade(case, row) for row in bundles],
        },
        index=pd.Index(ids, name="package"),
    ).sort_values("gain_per_asked_m", ascending=False, kind="stable")
    return DonorMenu(table, _serves(case, bundles, list(map(str, table.index))), provenance)


def _all_in(chosen: Bools, bundles: Bools) -> Bools:
    """(packages,) whether all of a package is in the chosen set."""
    return np.asarray((bundles <= chosen).all(axis=1))


def _needed(asked: Floats, confidence: float) -> Floats:
    """(packages,) money that suffices at the confidence; the mean where none is asked."""
    return order_quantile(asked, confidence) if confidence else np.asarray(asked.mean(axis=0))


def _instead(programme: Programme, ids: Sequence[str]) -> list[str]:
    """What each improvement may be exchanged for, by the likeliest exchange that names it."""
    table = programme.choices().sort_values("p_better", ascending=False, kind="stable")
    found: dict[str, str] = {}
    pairs = list(zip(table["out"].astype(str), table["into"].astype(str), strict=True))
    for mine, others in [*pairs, *((into, out) for out, into in pairs)]:
        for improvement in sorted(mine.split()) if len(mine.split()) == 1 else ():
            found.setdefault(improvement, others)
    for mine, others in ((into, out) for out, into in pairs):
        for improvement in mine.split():
            found.setdefault(improvement, others)
    return [found.get(i, "") for i in ids]


def _bound(choice: Choice, bundles: Bools) -> Floats:
    """(packages,) distance that the best programme closes less when it must hold the package."""
    budget = choice.case.settings.budget
    lost = np.full(len(bundles), np.nan)
    if budget is None or choice.measure != DISTANCE:
        return lost
    best = choice.search.best(budget)
    if not best.feasible:
        return lost
    for k, bundle in enumerate(bundles):
        if (bundle <= best.sets[0]).all():
            lost[k] = 0.0
            continue
        holding = np.asarray(choice.sets[:, bundle].all(axis=1), dtype=bool)
        found = choice.search.best(budget, among=holding, anyway=False)
        if found.feasible:
            lost[k] = max(float(best.value[0] - found.value[0]), 0.0)
    return lost


def _words(case: Case, relations: Relations, bundles: Bools) -> Mapping[str, list[str]]:
    """Short names of what is in each package, what it opens, what it rules out, whom it serves."""
    ids = case.improvement_ids
    order = _first_things_first(relations, bundles)
    needed = {head: set(group) for head, group in relations.requires_any}
    clash = [set(group) for group in relations.excludes]
    inside = [{int(k) for k in np.flatnonzero(row)} for row in bundles]
    opens = [
        {head for head, group in relations.requires if head not in mine and mine & set(group)}
        for mine in inside
    ]
    out = [
        set().union(*(g - mine for g in clash if g & mine)) if clash else set() for mine in inside
    ]
    any_of = [set().union(*(needed.get(k, set()) for k in mine)) - mine for mine in inside]

    def named(places: set[int]) -> str:
        return " ".join(ids[k] for k in sorted(places))

    return {
        "improvements": [" ".join(ids[k] for k in order if k in mine) for mine in inside],
        "needs": [
            " ".join(ids[k] for k in order if k in mine - {b}) for b, mine in enumerate(inside)
        ],
        "needs_one_of": [named(some) for some in any_of],
        "opens": [named(some) for some in opens],
        "rules_out": [named(some) for some in out],
        "functions": [_functions(case, mine) for mine in inside],
    }


def _first_things_first(relations: Relations, bundles: Bools) -> list[int]:
    """Improvements with what they require before them."""
    return sorted(range(relations.n), key=lambda k: (int(bundles[k].sum()), k))


def _functions(case: Case, package: set[int]) -> str:
    """Functions that the capabilities of a package serve, at the modes, the largest first."""
    ids = {case.improvement_ids[k] for k in package}
    touched = {e.capability for e in case.effects if e.improvement in ids}
    shares = dict.fromkeys(case.settings.functions, 0.0)
    for row in case.functions:
        if row.capability in touched:
            shares[row.function] += row.share.mode / len(touched)
    ordered = sorted(shares, key=lambda f: -shares[f])
    return " ".join(f for f in ordered if shares[f] >= SOME)


def _schedule(case: Case, bundles: Bools) -> Mapping[str, Sequence[object]]:
    inside = [[case.improvements[int(k)] for k in np.flatnonzero(row)] for row in bundles]
    return {
        "readiness": [min(i.readiness for i in package) for package in inside],
        "start_year": [min(i.start_year for i in package) for package in inside],
        "effect_year": [max(i.effect_year for i in package) for package in inside],
        "illustrative": [any(i.illustrative for i in package) for package in inside],
    }


def _pledged(case: Case, bundles: Bools) -> Floats:
    """(packages,) millions of earmarked money that may pay for something in the package."""
    earmarks = np.array(
        [[i in p.earmark for i in case.improvement_ids] for p in case.funding], dtype=bool
    ).reshape(len(case.funding), len(bundles))
    useful = (earmarks[None] & bundles[:, None, :]).any(axis=2) & is_counted(case)
    found: Floats = useful @ (stated_money(case) / MILLION)
    return found


def _grade(case: Case, bundle: Bools) -> str:
    """Return the lowest grade of what the cost and the effects of a package rest on."""
    ids = {i for i, inside in zip(case.improvement_ids, bundle, strict=True) if inside}
    grades = [c.amount.grade for c in case.costs if c.improvement in ids]
    grades += [e.change.grade for e in case.effects if e.improvement in ids]
    return max(grades, key=GRADES.index, default="")


def _serves(case: Case, bundles: Bools, order: Sequence[str]) -> pd.DataFrame:
    ids = case.improvement_ids
    rows = []
    for package in order:
        inside = {ids[int(k)] for k in np.flatnonzero(bundles[ids.index(package)])}
        effects = [e for e in case.effects if e.improvement in inside]
        for capability in dict.fromkeys(e.capability for e in effects):
            mine = [e for e in effects if e.capability == capability]
            criteria = dict.fromkeys(e.criterion for e in mine if e.criterion)
            steps = dict.fromkeys(e.step for e in mine if e.step)
            rows.append((package, capability, " ".join(criteria), " ".join(steps)))
    columns = ["package", "capability", "criteria", "steps"]
    return pd.DataFrame(rows, columns=columns).set_index(["package", "capability"])
