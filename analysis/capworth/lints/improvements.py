"""Attacks on the effects of improvements: too many, too sure, too early, too cheap."""

from collections.abc import Iterator, Mapping
from math import log

from capworth.case.model import Case, CostLine, Effect, Improvement
from capworth.lints.lint import Lint, lint

READY = 6  # technology readiness level shown in a relevant environment
SOON = 2  # years from the first spending to the first effect
JUDGED = frozenset("DE")
LESS_IS_BETTER = frozenset({"counterfactual", "displacement", "bilateral", "delay", "false_hit"})


def improvement_lints(case: Case) -> Iterator[Lint]:
    """Every attack on improvements and their effects."""
    yield from average_for_marginal(case)
    yield from hits_grow_like_searches(case)
    yield from no_chance_of_nothing(case)
    yield from early_effect(case)
    yield from effect_before_work(case)
    yield from effect_without_running_cost(case)


def _steps(case: Case, step: str) -> Mapping[tuple[str, str], Effect]:
    """Factors on a step; what sets its level is none."""
    mine = (e for e in case.effects if e.step == step and not e.sets_level)
    return {(e.improvement, e.capability): e for e in mine}


def average_for_marginal(case: Case) -> Iterator[Lint]:
    """More searches whose hits per search do not fall, by effect or by the chain's elasticity."""
    rates = _steps(case, "hit_rate")
    elasticities = {s.capability: s.level.mode for s in case.chain if s.step == "elasticity"}
    for pair, effect in _steps(case, "searches").items():
        rate, more = rates.get(pair), effect.change.mode
        each = 1.0 if rate is None else rate.change.mode
        if more <= 1 or each <= 0:
            continue
        elasticity = elasticities.get(pair[1], 1.0) + log(each) / log(more)
        if elasticity >= 1:
            rows = [effect.change.row, *([rate.change.row] if rate else [])]
            yield lint(
                "I01",
                "effects",
                rows,
                (pair[0],),
                capability=pair[1],
                more=more,
                elasticity=round(elasticity, 2),
            )


def hits_grow_like_searches(case: Case) -> Iterator[Lint]:
    """Hits of one capability raised by the very factor by which searches of another are raised."""
    for (improvement, searched), searches in _steps(case, "searches").items():
        like = [
            e
            for (other, _), e in _steps(case, "hits").items()
            if other == improvement and e.change.mode > 1 and _range_of(e) == _range_of(searches)
        ]
        if like:
            yield lint(
                "I02",
                "effects",
                (searches.change.row, *(e.change.row for e in like)),
                (improvement,),
                searched=searched,
                found=tuple(e.capability for e in like),
                more=searches.change.mode,
            )


def _range_of(effect: Effect) -> tuple[float, float, float]:
    return effect.change.low, effect.change.mode, effect.change.high


def no_chance_of_nothing(case: Case) -> Iterator[Lint]:
    """A judged effect that helps even at its worst."""
    falling = {c.id for c in case.measured if (c.best or 0.0) < (c.worst or 0.0)}
    found = []
    for effect in case.effects:
        up = effect.criterion not in falling and effect.step not in LESS_IS_BETTER
        nothing = 0.0 if effect.criterion or effect.sets_level else 1.0
        least = effect.change.low - nothing if up else nothing - effect.change.high
        if effect.change.grade in JUDGED and least > 0:
            found.append(effect)
    if found:
        items = (f"{e.improvement}/{e.capability}/{e.criterion or e.step}" for e in found)
        yield lint("I03", "effects", (e.change.row for e in found), items)


def early_effect(case: Case) -> Iterator[Lint]:
    """Technology that is not ready and yet is felt at once."""
    found = [
        i for i in case.improvements if i.readiness < READY and i.effect_year - i.start_year <= SOON
    ]
    if found:
        yield lint("I04", "improvements", (), (i.id for i in found), level=READY, years=SOON)


def effect_before_work(case: Case) -> Iterator[Lint]:
    """Effects felt in years before the work is paid for."""
    last = _last_year(case)
    found = [
        (i, line)
        for i in case.improvements
        for line in _lines(case, i)
        if line.kind == "one-off"
        and line.amount.high > 0
        and (line.to_year or last) > i.effect_year
    ]
    if found:
        rows = (line.amount.row for _, line in found)
        yield lint(
            "I05", "costs", rows, (i.id for i, _ in found), lines=tuple(c.id for _, c in found)
        )


def effect_without_running_cost(case: Case) -> Iterator[Lint]:
    """Technology that is built, is felt for years and costs nothing to run in some of them."""
    first, last = case.settings.first_year, _last_year(case)
    bare: list[str] = []
    rows: list[int] = []
    for improvement in case.improvements:
        lines = _lines(case, improvement)
        built = [c for c in lines if c.kind == "one-off" and c.category == "technology"]
        run = {
            year
            for line in lines
            if line.kind == "recurrent" and line.amount.high > 0
            for year in range(line.from_year or first, (line.to_year or last) + 1)
        }
        without = sorted(set(range(max(improvement.effect_year, first), last + 1)) - run)
        if built and without:
            bare.append(improvement.id)
            rows.extend(line.amount.row for line in built)
    if bare:
        yield lint("I06", "costs", rows, bare)


def _lines(case: Case, improvement: Improvement) -> tuple[CostLine, ...]:
    return tuple(
        c for c in case.costs if c.improvement == improvement.id and c.treatment == "forward"
    )


def _last_year(case: Case) -> int:
    return case.settings.first_year + case.settings.years - 1
