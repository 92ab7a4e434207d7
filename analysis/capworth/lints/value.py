"""Attacks on the benefits: what is valued, how often, against what, and to whose credit.

Attacks on the value tree: what is weighed, how it was asked, and on which scale.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from math import exp

from capworth.case.model import Case, ChainStep, Criterion, Estimate, UnitValue
from capworth.lints.lint import Lint, asserts, gives_a_reason, lint, speaks_of

SAME = 0.01  # relative distance within which two published volumes are the same volume
WHOLE = 1 - 1e-9
AVERTED = frozenset({"social", "all"})  # scopes in which averted crime is valued


def benefit_lints(case: Case) -> Iterator[Lint]:
    """Every attack on chain and unit values."""
    yield from whole_beside_part(case)
    yield from hit_valued_twice(case)
    yield from same_hits_twice(case)
    yield from intermediate_outputs(case)
    yield from money_as_outcome(case)
    yield from missing_shares(case)
    yield from counterfactual_zero(case)
    yield from contribution_whole(case)
    yield from displacement_unstated(case)
    yield from error_costs_absent(case)
    yield from incomes_not_carried(case)
    yield from one_harm_scale(case)


def _reached(case: Case) -> Mapping[str, tuple[ChainStep, ...]]:
    """For each outcome that some chain can bring about, the rows that do."""
    reached: dict[str, tuple[ChainStep, ...]] = {}
    for step in case.chain:
        if step.step == "outcome" and step.level.high > 0:
            reached[step.outcome] = (*reached.get(step.outcome, ()), step)
    return reached


def _valued(case: Case) -> tuple[UnitValue, ...]:
    """Unit values above 0 of outcomes that are reached."""
    reached = _reached(case)
    return tuple(v for v in case.unit_values if v.outcome in reached and v.worth.high > 0)


def _outcome_name(case: Case, outcome: str) -> str:
    return next((" ; ".join(o.wordings("name")) for o in case.outcomes if o.id == outcome), outcome)


def whole_beside_part(case: Case) -> Iterator[Lint]:
    """An outcome valued as a whole and in parts on one scale; scopes are added up."""
    valued = _valued(case)
    for whole in (v for v in valued if v.scope == "all"):
        where = (whole.outcome, whole.scale, whole.index)
        same = [v for v in valued if (v.outcome, v.scale, v.index) == where]
        parts = [v for v in same if v.scope != "all"]
        if parts:
            yield lint(
                "B01",
                "unit_values",
                (v.worth.row for v in (whole, *parts)),
                (whole.outcome,),
                scale=whole.scale,
                parts=tuple(v.scope for v in parts),
            )


def hit_valued_twice(case: Case) -> Iterator[Lint]:
    """Outcome shares of one lead that use up more than the lead in about half of the draws."""
    valued = _valued(case)
    for capability in case.capability_ids:
        for scale in ("money", "harm"):
            counted = {v.outcome for v in valued if v.scale == scale}
            mine = [
                s
                for s in case.chain
                if (s.capability, s.step) == (capability, "outcome") and s.outcome in counted
            ]
            means = sum((s.level.low + 4 * s.level.mode + s.level.high) / 6 for s in mine)
            highest = sum(s.level.high for s in mine)
            if means >= WHOLE and highest > 1:
                yield lint(
                    "B02",
                    "chain",
                    (s.level.row for s in mine),
                    (capability,),
                    outcomes=tuple(s.outcome for s in mine),
                    highest=round(highest, 2),
                )
                break


def _volume(case: Case, capability: str) -> tuple[Estimate, float] | None:
    """The published row that a chain begins with, and its hits at the modes."""
    steps = {s.step: s.level for s in case.chain if s.capability == capability and not s.outcome}
    at = {step: level.mode for step, level in steps.items()}
    if "hits" in steps:
        return steps["hits"], at["hits"]
    if "searches" not in steps:
        return None
    found = at.get("quality", 1.0) * at.get("access", 1.0) * at.get("records", 0.0)
    chance = at.get("hit_rate", 1 - exp(-at.get("intensity", 0.0) * found))
    return steps["searches"], at["searches"] * chance


def same_hits_twice(case: Case) -> Iterator[Lint]:
    """Two capabilities that reach one outcome with the same hits, read in the same source."""
    valued = {v.outcome for v in _valued(case)}
    for outcome, steps in _reached(case).items():
        if outcome not in valued:
            continue
        volumes = {c: _volume(case, c) for c in dict.fromkeys(s.capability for s in steps)}
        for one, other in combinations(volumes, 2):
            ours, theirs = volumes[one], volumes[other]
            if ours is None or theirs is None or not ours[0].source:
                continue
            hits, others = ours[1], theirs[1]
            if ours[0].source == theirs[0].source and abs(hits - others) <= SAME * hits:
                yield lint(
                    "B03",
                    "chain",
                    (ours[0].row, theirs[0].row),
                    (one, other),
                    outcome=outcome,
                    hits=float(f"{hits:.3g}"),
                    source=ours[0].source,
                )


def intermediate_outputs(case: Case) -> Iterator[Lint]:
    """A hit, a match, a search or a message that is given a value of its own."""
    for outcome in dict.fromkeys(v.outcome for v in _valued(case)):
        name = _outcome_name(case, outcome)
        if speaks_of(name, "intermediate") and not speaks_of(name, "outcome"):
            rows = [v.worth.row for v in case.unit_values if v.outcome == outcome]
            yield lint("B04", "unit_values", rows, (outcome,), name=name.split(" ; ")[0])


def money_as_outcome(case: Case) -> Iterator[Lint]:
    """Money kept from one pocket for another, valued like something that is made."""
    found = [
        v
        for v in _valued(case)
        if v.scale == "money"
        and speaks_of(_outcome_name(case, v.outcome), "money")
        and not speaks_of(v.worth.basis, "transfer")
    ]
    if found:
        yield lint("B05", "unit_values", (v.worth.row for v in found), (v.outcome for v in found))


def missing_shares(case: Case) -> Iterator[Lint]:
    """An outcome without its counterfactual, or without the share that is contributed."""
    given = {(s.capability, s.outcome, s.step) for s in case.chain}
    for code, steps in (("B06", ("counterfactual",)), ("B08", ("contribution", "bilateral"))):
        lacking = [
            s
            for rows in _reached(case).values()
            for s in rows
            if not any((s.capability, s.outcome, step) in given for step in steps)
        ]
        if lacking:
            items = (f"{s.capability}/{s.outcome}" for s in lacking)
            yield lint(code, "chain", (s.level.row for s in lacking), items)


def _share_rows(case: Case, step: str) -> Iterator[ChainStep]:
    """Rows of a share whose outcome is reached."""
    reached = {(s.capability, o) for o, steps in _reached(case).items() for s in steps}
    for row in case.chain:
        if row.step == step and (row.capability, row.outcome) in reached:
            yield row


def counterfactual_zero(case: Case) -> Iterator[Lint]:
    """The claim that no other channel would have given the outcome, without a sentence why."""
    found = [
        s
        for s in _share_rows(case, "counterfactual")
        if s.level.mode == 0 and not gives_a_reason(s.level.basis)
    ]
    if found:
        items = (f"{s.capability}/{s.outcome}" for s in found)
        yield lint("B07", "chain", (s.level.row for s in found), items)


def contribution_whole(case: Case) -> Iterator[Lint]:
    """All credit for an outcome given to one capability."""
    found = [s for s in _share_rows(case, "contribution") if s.level.mode >= WHOLE]
    if found:
        items = (f"{s.capability}/{s.outcome}" for s in found)
        yield lint("B09", "chain", (s.level.row for s in found), items)


def displacement_unstated(case: Case) -> Iterator[Lint]:
    """Crime that is averted here, and neither a step nor a word on whether it moves elsewhere."""
    averted = {v.outcome for v in _valued(case) if v.scale == "harm" or v.scope in AVERTED}
    given = {(s.capability, s.outcome) for s in case.chain if s.step == "displacement"}
    spoken = {
        outcome
        for outcome, basis in (
            *((v.outcome, v.worth.basis) for v in case.unit_values),
            *((s.outcome, s.level.basis) for s in case.chain),
        )
        if speaks_of(basis, "displacement")
    }
    silent = [
        s
        for outcome, rows in _reached(case).items()
        for s in rows
        if outcome in averted - spoken and (s.capability, outcome) not in given
    ]
    notes = case.settings.wordings("note")
    if silent and not any(speaks_of(note, "displacement") for note in notes):
        items = (f"{s.capability}/{s.outcome}" for s in silent)
        yield lint("B10", "chain", (s.level.row for s in silent), items)


def error_costs_absent(case: Case) -> Iterator[Lint]:
    """Hits that prove wrong, and neither a burden nor a cost line for what they do to people."""
    burdened = {s.capability for s in case.chain if s.step == "false_hit"}
    lines = (f"{c.id}; {c.amount.basis}" for c in case.costs if c.treatment == "forward")
    wrong = [
        s
        for s in case.chain
        if s.step == "verified" and s.level.mode < 1 and s.capability not in burdened
    ]
    if wrong and not any(asserts(line, "error") for line in lines):
        yield lint("B11", "chain", (s.level.row for s in wrong), (s.capability for s in wrong))


def incomes_not_carried(case: Case) -> Iterator[Lint]:
    """Money values found in another currency's country, applied as if incomes were the same."""
    found = [
        v
        for v in _valued(case)
        if v.scale == "money" and v.currency != case.settings.currency and v.transfer is None
    ]
    if found:
        rows, names = (v.worth.row for v in found), (v.outcome for v in found)
        yield lint("B12", "unit_values", rows, names, currency=case.settings.currency)


def one_harm_scale(case: Case) -> Iterator[Lint]:
    """Harm told on one scale only, which then makes the ranking."""
    harm = [v for v in _valued(case) if v.scale == "harm"]
    indices = {(v.outcome, v.index) for v in harm}
    known = [outcome for outcome, _ in indices]
    alone = [v for v in harm if known.count(v.outcome) == 1]
    if alone:
        yield lint("B13", "unit_values", (v.worth.row for v in alone), (v.outcome for v in alone))


FEW = 3  # capabilities below which equal levels may be chance
NATURAL = frozenset({0.0, 1.0, 5.0, 10.0, 100.0})  # ends that a scale has by itself
MOVE = re.compile(r"\?|\bfrom\b.+\bto\b|\b(?:de|du)\b.+\bà\b", re.IGNORECASE)
MONEY = re.compile(r"[€$£]|\b(?:EUR|USD|GBP|CHF|euros?|dollars?)\b", re.IGNORECASE)


def tree_lints(case: Case) -> Iterator[Lint]:
    """Every attack on criteria, weights and scales."""
    yield from weight_without_swing(case)
    yield from cost_in_the_tree(case)
    yield from criterion_twice(case)
    yield from scale_from_the_set(case)


def weight_without_swing(case: Case) -> Iterator[Lint]:
    """A weight with siblings whose basis does not say which move was weighed."""
    parents = [c.parent for c in case.criteria]
    judged = {name for j in case.judgements for name in (j.criterion, j.other)}
    found = [
        c
        for c in case.criteria
        if parents.count(c.parent) > 1
        and c.id not in judged
        and not MOVE.search(c.swing.basis)
        and not speaks_of(c.swing.basis, "swing")
    ]
    if found:
        yield lint("W01", "criteria", (c.swing.row for c in found), (c.id for c in found))


def cost_in_the_tree(case: Case) -> Iterator[Lint]:
    """A criterion that is a cost: it is counted again in every ratio to cost."""
    currency = re.compile(rf"\b{re.escape(case.settings.currency)}\b")
    found = [
        c
        for c in case.measured
        if MONEY.search(c.unit)
        or currency.search(c.unit)
        or speaks_of(" ; ".join((c.id.replace("_", " "), *c.wordings("name"))), "cost")
    ]
    if found:
        yield lint("W02", "criteria", (c.swing.row for c in found), (c.id for c in found))


def _relative(case: Case, criterion: Criterion) -> tuple[tuple[float, ...], ...]:
    """Range of every capability as shares of the way from worst to best, in rising order."""
    start, best = criterion.ends
    way = best - start
    level = {s.capability: s.level for s in case.scores if s.criterion == criterion.id}
    return tuple(
        tuple(sorted(round((end - start) / way, 9) for end in (of.low, of.mode, of.high)))
        for of in (level[c] for c in case.capability_ids)
    )


def criterion_twice(case: Case) -> Iterator[Lint]:
    """Two criteria on which all capabilities stand alike: one thing weighed twice."""
    if len(case.capabilities) < FEW:
        return
    relative = {c: _relative(case, c) for c in case.measured}
    for one, other in combinations(relative, 2):
        if relative[one] == relative[other] and len(set(relative[one])) > 1:
            yield lint("W03", "criteria", (one.swing.row, other.swing.row), (one.id, other.id))


def scale_from_the_set(case: Case) -> Iterator[Lint]:
    """A scale whose ends are the worst and the best of the capabilities appraised."""
    found = []
    for criterion in case.measured:
        modes = [s.level.mode for s in case.scores if s.criterion == criterion.id]
        ends = {criterion.worst, criterion.best}
        drawn = len(modes) >= FEW and ends == {min(modes), max(modes)}
        if drawn and not ends <= NATURAL:
            found.append(criterion)
    if found:
        yield lint("W04", "criteria", (c.swing.row for c in found), (c.id for c in found))
