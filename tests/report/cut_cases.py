"""Cases made by leaving out tables and rows, as organisations that say less would write them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import combinations

from capworth.case.model import Case
from capworth.case.read import checked_case

Cut = Callable[[Case], Case]


def _settled(case: Case, **settings: object) -> Case:
    return replace(case, settings=replace(case.settings, **settings))  # type: ignore[arg-type]


def no_values(case: Case) -> Case:
    return replace(case, unit_values=())


def no_chain(case: Case) -> Case:
    effects = tuple(e for e in case.effects if e.criterion)
    case = replace(case, chain=(), unit_values=(), outcomes=(), effects=effects)
    return kept_only(case, {e.improvement for e in effects})


def no_reference(case: Case) -> Case:
    criteria = tuple(replace(c, reference=None) for c in case.criteria)
    scores = tuple(replace(s, agreed=None) for s in case.scores)
    return replace(case, criteria=criteria, scores=scores)


def kept_only(case: Case, improvements: set[str]) -> Case:
    """Keep some improvements only, with all that is of them."""
    if not improvements:
        case = _settled(case, budget=None, target=None)
    return replace(
        case,
        improvements=tuple(i for i in case.improvements if i.id in improvements),
        effects=tuple(e for e in case.effects if e.improvement in improvements),
        costs=tuple(c for c in case.costs if not c.improvement or c.improvement in improvements),
        savings=tuple(s for s in case.savings if s.improvement in improvements),
        published=tuple(p for p in case.published if p.improvement in improvements),
        relations=tuple(
            r for r in case.relations if {r.improvement, r.other} <= improvements
        ),
        minimums=(),
        targets=(),
        funding=tuple(p for p in case.funding if {*p.earmark} <= improvements),
    )  # fmt: skip


def no_improvements(case: Case) -> Case:
    return replace(kept_only(case, set()), funding=(), limits=())


def one_project(case: Case) -> Case:
    return kept_only(case, {case.improvements[0].id} if case.improvements else set())


def no_budget(case: Case) -> Case:
    return _settled(case, budget=None, target=None)


def no_members(case: Case) -> Case:
    criteria = tuple(replace(c, served=False) for c in case.criteria if not c.measure)
    return replace(
        case,
        members=(),
        network=(),
        feedback=(),
        choices=(),
        criteria=criteria,
        vocabulary=(),
        costs=tuple(
            replace(c, payer="organisation") if c.improvement else c
            for c in case.costs
            if c.payer != "members" or c.improvement
        ),
    )


def no_survey(case: Case) -> Case:
    criteria = tuple(c for c in case.criteria if not c.measure)
    return replace(case, feedback=(), choices=(), criteria=criteria)


def no_claim(case: Case) -> Case:
    return replace(case, claim=None)


def costs_only(case: Case) -> Case:
    case = no_claim(no_chain(no_improvements(case)))
    return replace(case, criteria=(), scores=(), judgements=(), feedback=(), choices=())


def one_capability(case: Case) -> Case:
    only = case.capabilities[0].id
    effects = tuple(e for e in case.effects if e.capability == only)
    platforms = {u.platform for u in case.usage if u.capability == only}
    case = replace(
        case,
        claim=None,
        capabilities=case.capabilities[:1],
        functions=tuple(f for f in case.functions if f.capability == only),
        codes=tuple(f for f in case.codes if f.capability == only),
        usage=tuple(u for u in case.usage if u.capability == only),
        platforms=tuple(p for p in case.platforms if p.id in platforms),
        costs=tuple(
            replace(c, total="")
            if c.range_means != "split"
            else replace(c, total="", range_means="")
            for c in case.costs
            if c.capability == only or c.improvement or c.platform in platforms
        ),
        totals=(),
        chain=tuple(s for s in case.chain if s.capability == only),
        scores=tuple(s for s in case.scores if s.capability == only),
        activity=tuple(a for a in case.activity if a.capability == only),
        network=(),
        feedback=tuple(r for r in case.feedback if r.capability == only),
        business_as_usual=tuple(b for b in case.business_as_usual if b.capability == only),
        effects=effects,
    )
    lines = {c.id for c in case.costs}
    case = replace(case, savings=tuple(s for s in case.savings if s.line in lines))
    return _settled(kept_only(case, {e.improvement for e in effects}), productivity="")


def no_funding(case: Case) -> Case:
    return _settled(replace(case, funding=()), target=None)


def paid_by_others(case: Case) -> Case:
    costs = tuple(replace(c, payer="members") if c.improvement else c for c in case.costs)
    return replace(case, costs=costs)


def one_payer(case: Case) -> Case:
    """The organisation pays for every improvement, and money is raised from nobody."""
    costs = tuple(
        replace(c, payer="organisation") if c.improvement or c.payer == "donors" else c
        for c in case.costs
    )
    return _settled(replace(case, costs=costs, funding=()), target=None)


def others_pledged(case: Case) -> Case:
    """Pledges are for what is not proposed."""
    ids = set(case.improvement_ids[1:])
    return replace(
        case, funding=tuple(p for p in case.funding if p.earmark and {*p.earmark} <= ids)
    )


def nothing_affordable(case: Case) -> Case:
    if not case.improvements:
        return case
    ids = case.improvement_ids
    asked = [
        sum(c.amount.low for c in case.costs if c.improvement == i and c.kind == "one-off")
        for i in ids
    ]
    return _settled(case, budget=max(0.5 * min(asked), 1.0), target=None)


def all_affordable(case: Case) -> Case:
    return _settled(case, budget=1e12, target=None) if case.improvements else case


CUTS: Mapping[str, Cut] = {
    cut.__name__: cut
    for cut in (
        *(no_values, no_chain, no_reference, no_improvements, one_project, no_budget, no_members),
        *(no_survey, no_claim, costs_only, one_capability, no_funding, paid_by_others),
        *(nothing_affordable, all_affordable, one_payer, others_pledged),
    )
}
AGAINST = {("paid_by_others", "no_members"), ("no_members", "paid_by_others")}


def different(case: Case) -> Mapping[str, Case]:
    """Every case of which there is none of another name that says the same."""
    found: dict[str, tuple[str, Case]] = {}
    for name, names in cut_cases().items():
        cut = made(case, names)
        found.setdefault(cut.fingerprint, (name, cut))
    return dict(found.values())


def cut_cases() -> Mapping[str, tuple[str, ...]]:
    """Every case by its name: each cut alone, and every two together."""
    ones = [(name,) for name in CUTS]
    twos = [pair for pair in combinations(CUTS, 2) if pair not in AGAINST]
    return {"+".join(names): names for names in (*ones, *twos)}


def made(case: Case, names: tuple[str, ...]) -> Case:
    """Cut a case, and hold what is left against the rules of the door."""
    for name in names:
        case = CUTS[name](case)
    return checked_case(case)
