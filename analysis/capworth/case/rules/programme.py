"""What must hold of relations with a bonus, of minimum service, of limits and of targets.

What must hold of the money that is pledged or expected.

What must hold among improvements that require or exclude one another.
"""

from collections.abc import Callable, Collection, Iterator, Mapping

import numpy as np

from capworth.case.check import Typed, TypedRow
from capworth.case.relations import SYNERGY, Tie, Tied, Ties, members_of, tie
from capworth.case.rules.asked import asked
from capworth.errors import Finding
from capworth.methods.arguments import Bools
from capworth.methods.portfolio.relations import Relations, allowed

Rule = Callable[[Mapping[str, object], Typed], Iterator[Finding]]


def check_plans(
    settings: Mapping[str, object], typed: Typed, faulty: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Run the rules of what a programme is held to.

    A rule is silent while one of the tables that it must see whole is among the `faulty`. That all
    rules can be kept together is looked at last, when each is sound by itself.
    """
    ready = (rule for rule, needed in RULES.items() if not {*needed} & {*faulty})
    found = tuple(finding for rule in ready for finding in asked(rule, settings, typed))
    needed = {"improvements", "relations", "minimums", "effects", "functions"}
    if found or needed & {*faulty}:
        return found
    return asked(_conflict, typed)


def bonuses_are_of_synergies(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """A synergy has a bonus with its grade; nothing else has one; only what requires has a lag."""
    for row in typed.get("relations", ()):
        given = [c for c in ("low", "mode", "high", "grade") if row[c] is not None]
        if row["relation"] == SYNERGY and len(given) < 4:
            yield row.fault(
                "mode", "a synergy without its bonus", "Give low, mode, high and grade."
            )
        elif row["relation"] != SYNERGY and given:
            yield row.fault(given[0], f"{row.text('relation')} has no bonus", "Leave it blank.")
        if row["lag"] is not None and not row.text("relation").startswith("requires"):
            yield row.fault("lag", f"{row.text('relation')} knows no order", "Leave it blank.")


def pairs_are_named_once(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """The synergy of two improvements stands in one row, whichever is named first."""
    seen: dict[frozenset[str], int] = {}
    for row in typed.get("relations", ()):
        if row["relation"] == SYNERGY:
            pair = frozenset((row.text("improvement"), row.text("other")))
            if pair in seen:
                words = f"the synergy of the two stands in row {seen[pair]} already"
                yield row.fault("other", words, "Keep one of the two.")
            seen.setdefault(pair, row.number)


def minimums_can_be_counted(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """Minimum service names a function or some improvements, and no more than there are."""
    for row in typed.get("minimums", ()):
        if (row["function"] is None) == (row["improvements"] is None):
            yield row.fault(
                "improvements", "name a function, or some improvements", "Fill in one of the two."
            )
            continue
        group = _members(row, typed)
        if row.number_in("at_least") > len(group):
            words = f"{row.text('at_least')} of {len(group)} improvements"
            yield row.fault("at_least", words, f"Give {len(group)} or less, or name more.")


def limits_are_in_order(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """Years of a limit are in order and inside the appraisal; posts have no payer."""
    first, years = settings.get("first_year"), settings.get("years")
    for row in typed.get("limits", ()):
        if (row["from_year"] is None) != (row["to_year"] is None):
            yield row.fault("to_year", "one end of the years is missing", "Give both, or neither.")
            continue
        if row["from_year"] is not None and row.number_in("to_year") < row.number_in("from_year"):
            yield row.fault("to_year", "it is before from_year", "Put the years in order.")
        elif row["from_year"] is not None and isinstance(first, int) and isinstance(years, int):
            last = first + years - 1
            for column in ("from_year", "to_year"):
                if not first <= row.number_in(column) <= last:
                    words = f"{row.text(column)} is outside {first} to {last}"
                    yield row.fault(column, words, "Move it.")
        if row["kind"] == "staff" and row["payer"] is not None:
            yield row.fault("payer", "posts have no payer", "Leave it blank.")


def targets_can_be_measured(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """A level belongs to a capability and a measured criterion; what is added belongs to none."""
    measured = {r.text("id") for r in typed.get("criteria", ()) if r["worst"] is not None}
    for row in typed.get("targets", ()):
        if row["measure"] == "level":
            if row["capability"] is None:
                yield row.fault("capability", "a level of no capability", "Name it.")
            if row.text("criterion") not in measured:
                yield row.fault("criterion", "no measured criterion", "Name one that has levels.")
            continue
        for column in ("capability", "criterion"):
            if row[column] is not None:
                words = f"{row.text('measure')} counts the whole programme"
                yield row.fault(column, words, "Leave it blank, or make it a level.")


def _members(row: TypedRow, typed: Typed) -> tuple[str, ...]:
    """Improvements that a row of minimum service counts."""
    named = row["improvements"]
    if isinstance(named, tuple):
        return tuple(dict.fromkeys(map(str, named)))
    shares: dict[str, dict[str, float]] = {}
    for share in typed.get("functions", ()):
        mine = shares.setdefault(share.text("capability"), {})
        mine[share.text("function")] = share.number_in("mode")
    touched: dict[str, list[str]] = {}
    for effect in typed.get("effects", ()):
        touched.setdefault(effect.text("improvement"), []).append(effect.text("capability"))
    every = [r.text("id") for r in typed.get("improvements", ())]
    return members_of(row.text("function"), every, shares, touched)


def ties_of_rows(typed: Typed) -> Ties:
    """Write the rows of a case whose rules are each sound by number."""
    return tie(
        [
            Tied(r.text("id"), r.text("tower"), r["must"] is True)
            for r in typed.get("improvements", ())
        ],
        [
            Tie(r.text("improvement"), r.text("relation"), r.text("other"))
            for r in typed.get("relations", ())
        ],
        [
            (r.text("name"), int(r.number_in("at_least")), _members(r, typed))
            for r in typed.get("minimums", ())
        ],
    )


def _least(relations: Relations) -> Bools:
    """Must-haves and all that they require, and nothing else: mostly a set that is allowed."""
    needs: dict[int, tuple[int, ...]] = {}
    for project, group in relations.requires:
        needs[project] = (*needs.get(project, ()), *group)
    taken, ahead = np.zeros(relations.n, dtype=bool), [*relations.must]
    while ahead:
        if not taken[project := ahead.pop()]:
            taken[project] = True
            ahead.extend(needs.get(project, ()))
    return taken


def _conflict(typed: Typed) -> Iterator[Finding]:
    """Report the smallest set of relations, must-haves and minimums that cannot all be kept."""
    if any(r.text("improvement") == r.text("other") for r in typed.get("relations", ())):
        return
    ties = ties_of_rows(typed)
    if allowed(_least(ties.relations)[None], ties.relations).all():
        return
    from capworth.methods.portfolio.integer import relation_rows, smallest_conflict  # slow to load

    owners = smallest_conflict(relation_rows(ties.relations), ties.relations.n)
    places = [ties.places[owner] for owner in owners]
    words = "; ".join(place.words for place in places)
    for place in places:
        row = typed[place.table][place.rows[0]]
        yield row.fault(
            place.column,
            f"no programme can keep {len(places)} rules together ({words})"
            if len(places) > 1
            else f"no programme can keep this rule ({words})",
            "Let go of this one or of another of them.",
        )


RULES: Mapping[Rule, tuple[str, ...]] = {  # with the tables that each must see whole
    bonuses_are_of_synergies: (),
    pairs_are_named_once: (),
    minimums_can_be_counted: ("improvements", "effects", "functions"),
    limits_are_in_order: (),
    targets_can_be_measured: ("criteria",),
}

CHANCES = ("chance_low", "chance", "chance_high")


def pledges_are_whole(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """Earmarked money says for what; a probability has a range; money comes while it is of use."""
    first, years = settings.get("first_year"), settings.get("years")
    end = first + years - 1 if isinstance(first, int) and isinstance(years, int) else None
    for row in typed.get("funding", ()):
        mine = row["use"] in {None, "programme"}
        if mine and row["kind"] == "earmarked" and not row["earmark"]:
            yield row.fault(
                "earmark",
                "earmarked money that names no improvement",
                "Name the improvements that it may pay for, or call it voluntary.",
            )
        stated = [column for column in CHANCES if row[column] is not None]
        if 0 < len(stated) < len(CHANCES):
            yield row.fault(
                stated[0],
                "the probability is half stated",
                "Give chance_low, chance and chance_high, or leave all three blank.",
            )
        if mine and end is not None and _last(row) > end:
            yield row.fault(
                "years" if row["years"] else "year",
                f"money still comes in {_last(row)}, after the last year of the appraisal ({end})",
                "State only what comes by then.",
            )


def _last(row: TypedRow) -> int:
    years = row["years"]
    return int(row.number_in("year")) + (years if isinstance(years, int) else 1) - 1


def relations_are_possible(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """Nothing requires or excludes itself, or both."""
    kinds: dict[tuple[str, str], str] = {}
    needs: dict[str, set[str]] = {}
    for row in typed.get("relations", ()):
        one, other = row.text("improvement"), row.text("other")
        if one == other:
            yield row.fault("other", "an improvement cannot refer to itself", "Name another.")
            continue
        pair, kind = (min(one, other), max(one, other)), row.text("relation").split("_")[0]
        if kind != SYNERGY and kinds.setdefault(pair, kind) != kind:
            yield row.fault("relation", f"{one} requires and excludes {other}", "Keep one.")
        if row["relation"] == "requires":
            needs.setdefault(one, set()).add(other)
            if one in _needed([other], needs):
                yield row.fault("other", f"{one} requires itself in a circle", "Open it.")


def _needed(some: list[str], needs: Mapping[str, set[str]]) -> set[str]:
    """What is taken when some improvements are: these and all that they require."""
    reached, ahead = set[str](), list(some)
    while ahead:
        step = ahead.pop()
        if step not in reached:
            reached.add(step)
            ahead.extend(needs.get(step, ()))
    return reached
