"""What must hold of the network's figures, and of the members' contributions."""

from collections.abc import Callable, Collection, Iterator, Mapping

from capworth.case.check import Typed, TypedRow
from capworth.case.ties import COUNTS, ONE, PRICES, WHOLE
from capworth.errors import Finding, nearest

Rule = Callable[[Typed], Iterator[Finding]]


def check_network(typed: Typed, faulty: Collection[str] = ()) -> tuple[Finding, ...]:
    """Run the rules; silent while one of the tables that a rule must see whole is faulty."""
    heard = (rule for rule, needed in RULES.items() if not {*needed} & {*faulty})
    return tuple(finding for rule in heard for finding in rule(typed))


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
                    f"{row.number_in('high'):g} {item}, but the case has {most} members{where}",
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


RULES: Mapping[Rule, tuple[str, ...]] = {
    figures_have_their_owner: (),
    figures_are_possible: ("members",),
    shares_leave_room: (),
    hub_and_links_are_priced: ("network",),
    counts_come_with_members: ("members",),
    contributions_have_a_range: (),
}
