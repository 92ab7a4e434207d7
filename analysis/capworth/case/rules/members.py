"""What must hold of members, of what they answered, and of the criteria that rest on it.

What must hold of judgements: each method has its own form, and its own set to be complete.

What must hold of the network's figures, and of the members' contributions.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations, groupby

from capworth.case.check import Typed, TypedRow
from capworth.case.model import (
    CATEGORIES,
    COUNTS,
    MEASURES,
    ONE,
    PRICES,
    SYNTHETIC,
    WHOLE,
    category_range,
)
from capworth.case.numerals import from_to, written_as
from capworth.case.rules.asked import asked
from capworth.errors import Finding, nearest

Rule = Callable[[Mapping[str, object], Typed], Iterator[Finding]]
ITEMS = ("importance", "satisfaction", "need")
FEWEST = 2  # members that must answer a survey: the answer of one has no spread


def check_survey(
    settings: Mapping[str, object], typed: Typed, faulty: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Run the rules of members, feedback and judgements.

    A rule is silent while one of the tables that it must see whole is among the `faulty`.
    """
    ready = (rule for rule, needed in RULES.items() if not {*needed} & {*faulty})
    found = tuple(finding for rule in ready for finding in asked(rule, settings, typed))
    judged = () if {"judgements", "criteria"} & {*faulty} else asked(check_judgements, typed)
    return (*found, *judged)


def members_are_distinct(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """Size, inhabitants and contribution are known of all members or of none."""
    rows = typed.get("members", ())
    for column in ("size", "population", "contribution"):
        blank = [row for row in rows if row[column] is None]
        if blank and len(blank) < len(rows):
            yield blank[0].fault(
                column,
                f"{len(blank)} of {len(rows)} members have no {column}",
                "Fill it in for all members or for none.",
            )


def answers_say_something(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """Every answer holds a figure, and none is later than the appraisal."""
    day = settings.get("appraisal_date")
    for row in typed.get("feedback", ()):
        if all(row[item] is None for item in ITEMS):
            yield row.fault(
                "importance",
                "the row holds no answer",
                f"Fill in {' or '.join(ITEMS)}, or drop it.",
            )
        if isinstance(day, date) and row.number_in("year") > day.year:
            yield row.fault(
                "year",
                f"{row.text('year')} is after the appraisal ({day.isoformat()})",
                "Keep it for a later case.",
            )


def what_is_made_up_is_graded_so(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """A row that says that it is synthetic is a placeholder, grade E."""
    for table in ("members", "feedback"):
        rows = [r for r in typed.get(table, ()) if r.text("basis").startswith(SYNTHETIC)]
        if wrong := [row for row in rows if row.text("grade") != "E"]:
            yield wrong[0].fault(
                "grade",
                f"{len(wrong)} synthetic rows are not graded E",
                "Grade what a generator made E.",
            )


def surveys_are_answered(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """Two members or more answered in every survey."""
    by_year: dict[str, list[TypedRow]] = {}
    for row in typed.get("feedback", ()):
        by_year.setdefault(row.text("year"), []).append(row)
    for year, rows in by_year.items():
        if len({row.text("member") for row in rows}) < FEWEST:
            yield rows[0].fault(
                "member",
                f"{rows[0].text('member')} alone answered in {year}",
                "Add other members' answers, or leave the survey out.",
            )


def measures_are_read(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """A criterion measured by feedback is a leaf, has answers on all capabilities, and no score."""
    rows = typed.get("feedback", ())
    latest = max((row.number_in("year") for row in rows), default=0.0)
    last = [row for row in rows if row["year"] == latest]
    parents = {row.text("parent") for row in typed.get("criteria", ())}
    scored = {row.text("criterion"): row for row in reversed(typed.get("scores", ()))}
    for row in typed.get("criteria", ()):
        name, measure = row.text("id"), row.text("measure")
        if not measure:
            continue
        if name in parents:
            yield row.fault("measure", "a criterion with others below it", "Leave it blank.")
            continue
        if name in scored:
            yield scored[name].fault(
                "criterion", f"the level of {name} comes from feedback", "Take the row out."
            )
        items, top = MEASURES[measure]
        for column in ("worst", "best"):
            end = row[column]
            if isinstance(end, float) and not 0 <= end <= top:
                yield row.fault(
                    column,
                    f"{end:g} is beyond the scale of {measure}",
                    f"It runs from 0 to {top:g}.",
                )
        ready = {r.text("capability") for r in last if all(r[i] is not None for i in items)}
        missing = [c.text("id") for c in typed.get("capabilities", ()) if c.text("id") not in ready]
        if missing:
            yield row.fault(
                "measure",
                f"no member answered on {', '.join(missing)}"
                if rows
                else "there is no feedback to measure it by",
                f"Add {' and '.join(items)} to feedback, or leave the cell blank and score it.",
            )


RULES: Mapping[Rule, tuple[str, ...]] = {
    members_are_distinct: ("members",),
    answers_say_something: (),
    what_is_made_up_is_graded_so: (),
    surveys_are_answered: ("feedback",),
    measures_are_read: ("criteria", "feedback", "scores"),
}

Pair = tuple[str, str]
NEEDED: Mapping[str, tuple[str, ...]] = {  # cells that a judgement of a method cannot do without
    "swing": ("value", "words"),
    "direct": ("value", "words"),
    "pairwise": ("value", "other"),
    "bestworst": ("value", "other"),
    "macbeth": ("words",),
    "rank": (),
}
CURE: Mapping[str, str] = {
    "value": "Write down the judge's figure.",
    "words": "Write the question as it was put, with worst and best level; or the category.",
    "other": "Name the sibling it was held against.",
}
RANGES: Mapping[str, tuple[float, float]] = {  # lowest and highest figure of a judgement
    "swing": (0, 100),
    "direct": (0, float("inf")),
    "pairwise": (1 / 9, 9),
    "bestworst": (1, 9),
    "macbeth": (0, 6),
    "rank": (1, float("inf")),
}
ROUNDING = 0.01  # 0.11 is one ninth


def check_judgements(typed: Typed) -> tuple[Finding, ...]:
    """Run the rules of judgements; whole sets are looked at only where every row is sound."""
    parent = {row.text("id"): row.text("parent") for row in typed.get("criteria", ())}
    rows = typed.get("judgements", ())
    found = tuple(finding for row in rows for finding in _row(row, parent))
    return found or tuple(_sets(rows, parent))


def best_and_worst(pairs: Sequence[Pair], criteria: Sequence[str]) -> Pair | None:
    """Return the best and the worst criterion of best-worst judgements, None when incomplete.

    The best is held against every sibling, and every sibling against the worst; nothing else.

    >>> best_and_worst([("a", "b"), ("a", "c"), ("b", "c")], ["a", "b", "c"])
    ('a', 'c')
    """
    for best in criteria:
        for worst in criteria:
            wanted = {(best, c) for c in criteria} | {(c, worst) for c in criteria}
            wanted -= {(c, c) for c in criteria}
            if best != worst and wanted == {*pairs} and len(wanted) == len(pairs):
                return best, worst
    return None


def order_pairs(entries: Sequence[tuple[str, str, float | None]]) -> list[Pair]:
    """Return the pairs (heavier, lighter) of a rank order; equal places are not compared.

    Parameters
    ----------
    entries : (criterion, the lighter other or "", place or None)

    >>> order_pairs([("a", "", 1.0), ("b", "", 2.0), ("b", "c", None)])
    [('a', 'b'), ('b', 'c')]
    """
    placed = [(one, place) for one, other, place in entries if not other and place is not None]
    ahead = [(a, b) for a, first in placed for b, second in placed if first < second]
    return [*ahead, *((one, other) for one, other, _ in entries if other)]


def _row(row: TypedRow, parent: Mapping[str, str]) -> Iterator[Finding]:
    method, one, other = row.text("method"), row.text("criterion"), row.text("other")
    for column in NEEDED[method]:
        if row[column] is None:
            yield row.fault(column, f"a judgement by {method} lacks it", CURE[column])
    if other and (other == one or parent.get(other) != parent.get(one)):
        yield row.fault("other", f"{other} is no sibling of {one}", "Compare within one branch.")
    if other and method in {"swing", "direct"}:
        yield row.fault("other", f"{method} holds a swing against no other", "Leave it blank.")
    if method == "rank" and (row["value"] is None) != bool(other):
        yield row.fault("value", "it is a place or a pair", "Give the place, or name the lighter.")
    least, most = RANGES[method]
    value = row["value"]
    if isinstance(value, float) and not least - ROUNDING <= value <= most:
        yield row.fault(
            "value", f"{written_as(value)} is no figure of {method}", f"{_span(least, most)}."
        )
    if isinstance(value, float) and method == "rank" and not value.is_integer():
        yield row.fault("value", f"{written_as(value)} is no place", "Count places 1, 2, 3 ...")
    low, high = (row[c] if isinstance(row[c], float) else value for c in ("low", "high"))
    if isinstance(value, float) and isinstance(low, float) and isinstance(high, float):
        if not low <= value <= high:
            yield row.fault(
                "value", f"{written_as(value)} is not between low and high", "Put them in order."
            )
        if low != high and method not in {"swing", "direct"}:
            yield row.fault("low", f"{method} asks for no range", "Leave low and high blank.")
    if method == "macbeth" and row.text("words"):
        try:
            category_range(row.text("words"))
        except KeyError as error:
            yield row.fault(
                "words", f"{error.args[0]!r} is no category", nearest(error.args[0], CATEGORIES)
            )


def _span(least: float, most: float) -> str:
    return (
        f"Give {written_as(least)} or more"
        if most == float("inf")
        else f"Give {from_to(least, most)}"
    )


def _sets(rows: Sequence[TypedRow], parent: Mapping[str, str]) -> Iterator[Finding]:
    def of(row: TypedRow) -> tuple[str, str, str]:
        return row.text("judge"), row.text("method"), parent[row.text("criterion")]

    for (judge, method, branch), group in groupby(sorted(rows, key=of), of):
        siblings = [c for c, above in parent.items() if above == branch]
        mine = list(group)
        missing = _missing(method, mine, siblings)
        if missing:
            yield mine[0].fault(
                "criterion",
                f"{judge} left out by {method}: {missing}",
                "Complete the set, or take its rows out.",
            )
        if method in {"swing", "direct"} and not any(row["value"] for row in mine):
            yield mine[0].fault("value", f"{judge} gives no weight", "Give the largest swing 100.")


def _missing(method: str, rows: Sequence[TypedRow], siblings: Sequence[str]) -> str:
    """Say what of a set was not judged; empty when it is complete."""
    named = {row.text("criterion") for row in rows}
    pairs = [(row.text("criterion"), row.text("other")) for row in rows]
    if method in {"swing", "direct"}:
        return ", ".join(b for b in siblings if b not in named)
    if method == "macbeth":
        touched = named | {other for _, other in pairs}
        return ", ".join(b for b in siblings if b not in touched)
    if method == "pairwise":
        both = {frozenset(pair) for pair in pairs}
        if len(both) < len(pairs):
            return "nothing, but one pair stands twice"
        wanted = combinations(siblings, 2)
        return ", ".join(f"{a} against {b}" for a, b in wanted if {a, b} not in both)
    if method == "rank":
        places = [row["value"] for row in rows]
        entries = [
            (one, other, place if isinstance(place, float) else None)
            for (one, other), place in zip(pairs, places, strict=True)
        ]
        return "nothing, but the order goes round in a circle" if _round(entries) else ""
    if method == "bestworst" and best_and_worst(pairs, siblings) is None:
        return "the best against every sibling and every sibling against the worst, no more"
    return ""


def _round(entries: Sequence[tuple[str, str, float | None]]) -> bool:
    """Whether an order comes back to where it began."""
    pairs = order_pairs(entries)
    left = {name for pair in pairs for name in pair}
    while left:
        top = {name for name in left if not any(b == name and a in left for a, b in pairs)}
        if not top:
            return True
        left -= top
    return False


NetworkRule = Callable[[Typed], Iterator[Finding]]


def check_network(typed: Typed, faulty: Collection[str] = ()) -> tuple[Finding, ...]:
    """Run the rules; silent while one of the tables that a rule must see whole is faulty."""
    ready = (rule for rule, needed in NETWORK_RULES.items() if not {*needed} & {*faulty})
    return tuple(finding for rule in ready for finding in asked(rule, typed))


def figures_have_their_owner(typed: Typed) -> Iterator[Finding]:
    """A count names its capability, a share also its member, and others name neither."""
    for row in typed.get("network", ()):
        item = row.text("item")
        if item in (*COUNTS, "share") and not row.text("capability"):
            yield row.fault("capability", f"{item} of no capability", "Name the capability.")
        if item in WHOLE and row.text("capability"):
            yield row.fault("capability", f"{item} is of the whole network", "Leave it blank.")
        if (item == "share") != bool(row.text("member")):
            problem = "share of no member" if item == "share" else f"{item} of one member"
            fix = "Name the member." if item == "share" else "Leave the cell blank."
            yield row.fault("member", problem, fix)
        if row.text("region") and item != "searchers":
            yield row.fault("region", f"{item} of one region", "Say it of the searchers.")


def figures_are_possible(typed: Typed) -> Iterator[Finding]:
    """Parts are at most the whole, counts at most the members, and regions have members."""
    members = typed.get("members", ())
    regions = {row.text("region") for row in members}
    for row in typed.get("network", ()):
        item, region = row.text("item"), row.text("region")
        if item in ONE and row.number_in("high") > 1:
            yield row.fault(
                "high", f"{row.number_in('high'):g} is more than the whole", "Write 1 at most."
            )
        if region and region not in regions:
            yield row.fault(
                "region", f"no member is in {region!r}", nearest(region, filter(None, regions))
            )
        elif item in COUNTS:
            most = sum(not region or m.text("region") == region for m in members)
            if row.number_in("high") > most:
                where = f" in {region}" if region else ""
                yield row.fault(
                    "high",
                    f"{row.number_in('high'):,.10g} {item}, but the case has {most} members{where}",
                    "Count members of both alike.",
                )
            if row.number_in("low") < 1:
                yield row.fault("low", f"no {item}", "Write 1 at least, or drop the row.")


def shares_leave_room(typed: Typed) -> Iterator[Finding]:
    """The known shares of one capability's use sum to less than 1, at their highest."""
    by: dict[str, list[TypedRow]] = {}
    for row in typed.get("network", ()):
        if row.text("item") == "share":
            by.setdefault(row.text("capability"), []).append(row)
    for capability, rows in by.items():
        total = sum(row.number_in("high") for row in rows)
        if total >= 1:
            yield rows[0].fault(
                "high",
                f"the shares of {capability} may sum to {total:g}",
                "Leave something for the other members.",
            )


def hub_and_links_are_priced(typed: Typed) -> Iterator[Finding]:
    """The figures of the comparison of hub and links are all there or none is."""
    rows = typed.get("network", ())
    there = {row.text("item") for row in rows} & {*PRICES}
    if there and len(there) < len(PRICES):
        first = next(row for row in rows if row.text("item") in there)
        missing = " and ".join(item for item in PRICES if item not in there)
        yield first.fault("item", f"{missing} missing", "Add it: hub and links are compared.")


def counts_come_with_members(typed: Typed) -> Iterator[Finding]:
    """Without members there is no network."""
    rows = typed.get("network", ())
    if rows and not typed.get("members"):
        yield rows[0].fault("item", "there are no members to join", "Add the table members.")


def contributions_have_a_range(typed: Typed) -> Iterator[Finding]:
    """Least, contribution and most come in this order; a range has its middle."""
    for row in typed.get("members", ()):
        low, middle, high = (
            row[c] for c in ("contribution_low", "contribution", "contribution_high")
        )
        if (low is None) != (high is None) or (low is not None and middle is None):
            column = "contribution_high" if high is None else "contribution_low"
            column = "contribution" if middle is None else column
            yield row.fault(column, "the range is not complete", "Fill in all three or one.")
        elif low is not None and not (
            row.number_in("contribution_low")
            <= row.number_in("contribution")
            <= row.number_in("contribution_high")
        ):
            yield row.fault(
                "contribution",
                f"{middle} is not between {low} and {high}",
                "Put contribution_low, contribution and contribution_high in this order.",
            )
        grade = row.text("contribution_grade")
        if grade in {"D", "E"} and not row.text("contribution_basis"):
            yield row.fault(
                "contribution_basis", f"grade {grade} without a basis", "Say what it rests on."
            )
        if grade in {"A", "B", "C"} and not row.text("contribution_source"):
            yield row.fault(
                "contribution_source", f"grade {grade} without a source", "Name the source."
            )


NETWORK_RULES: Mapping[NetworkRule, tuple[str, ...]] = {
    figures_have_their_owner: (),
    figures_are_possible: ("members",),
    shares_leave_room: (),
    hub_and_links_are_priced: ("network",),
    counts_come_with_members: ("members",),
    contributions_have_a_range: (),
}
