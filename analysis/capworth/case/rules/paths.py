"""What must hold of savings, and of where capabilities go by themselves.

What must hold of published estimates, and of the words of a case.
"""

from collections.abc import Callable, Collection, Iterator, Mapping

from capworth.case.check import Typed
from capworth.case.rows import FUNCTIONS, OWN_WORDS, TRANSFERS
from capworth.case.rules.asked import asked
from capworth.errors import Finding, nearest

Rule = Callable[[Mapping[str, object], Typed], Iterator[Finding]]


def check_paths(
    settings: Mapping[str, object], typed: Typed, faulty: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Run these rules; one is silent while a table that it must see whole is `faulty`."""
    ready = (rule for rule, needed in RULES.items() if not {*needed} & {*faulty})
    return tuple(finding for rule in ready for finding in asked(rule, settings, typed))


def savings_have_a_line(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """What is saved is a counted cost of a capability or a platform that is still to be paid."""
    lines = {row.text("id"): row for row in typed.get("costs", ())}
    started = {row.text("id"): row["start_year"] for row in typed.get("improvements", ())}
    last = _last_year(settings)
    for row in typed.get("savings", ()):
        line = lines.get(row.text("line"))
        if line is None:
            continue
        counted = line.text("treatment") in {"", "forward"} and line["category"] not in TRANSFERS
        if not counted:
            yield row.fault("line", f"{row.text('line')} is not counted", "Name a forward line.")
        if line.text("improvement"):
            yield row.fault(
                "line",
                f"{row.text('line')} is the cost of an improvement",
                "Save a line of a capability or a platform.",
            )
        first = row["from_year"] or started.get(row.text("improvement"))
        ends = line["to_year"] or last
        if isinstance(first, int) and isinstance(ends, int) and first > ends:
            yield row.fault(
                "from_year",
                f"{row.text('line')} is paid until {ends} only",
                "Begin before its end.",
            )
        start = started.get(row.text("improvement"))
        if (
            isinstance(row["from_year"], int)
            and isinstance(start, int)
            and row["from_year"] < start
        ):
            yield row.fault("from_year", f"it is before the start in {start}", "Put them in order.")


def paths_are_whole(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """Growth of cost is told in three numbers or not at all; what ends does so in the appraisal."""
    first, last = settings.get("first_year"), _last_year(settings)
    for row in typed.get("business_as_usual", ()):
        given = [c for c in ("cost_low", "cost_mode", "cost_high") if row[c] is not None]
        if given and len(given) < 3:
            yield row.fault(given[0], "growth of cost that is half stated", "Give all three.")
        ends = row["ends"]
        if ends is not None and row["end_unknown"]:
            yield row.fault("end_unknown", f"its end is said, {ends}", "Leave one of them blank.")
        if not isinstance(ends, int) or not isinstance(first, int) or not isinstance(last, int):
            continue
        if not first < ends <= last:
            yield row.fault(
                "ends",
                f"{ends} is not within {first + 1} to {last}",
                "Move it, or leave blank.",
            )


def what_is_kept_would_end(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """An improvement keeps only what ends without it."""
    ends = {
        r.text("capability") for r in typed.get("business_as_usual", ()) if r["ends"] is not None
    }
    kept: dict[str, str] = {}
    for row in typed.get("improvements", ()):
        other = kept.setdefault(row.text("keeps"), row.text("id")) if row.text("keeps") else ""
        if other and other != row.text("id"):
            yield row.fault("keeps", f"{other} keeps it already", "Let one of the two keep it.")
        if row.text("keeps") and row.text("keeps") not in ends:
            yield row.fault(
                "keeps",
                f"{row.text('keeps')} does not end",
                "State its end in business_as_usual, or leave keeps blank.",
            )


def estimates_have_an_owner(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """A published estimate is of one improvement or one cost line; money says its prices."""
    for row in typed.get("published", ()):
        if bool(row.text("improvement")) == bool(row.text("line")):
            yield row.fault("improvement", "an estimate of one thing", "Name improvement or line.")
        if row.text("currency") and row["price_year"] is None:
            yield row.fault("price_year", "money without a price year", "Name it.")
        if row.text("kind") in {"whole-life", "one-off", "recurrent"} and not row.text("currency"):
            yield row.fault("currency", "a cost without a currency", "Name it.")


def words_are_known(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """What is called otherwise is a word of the papers, or a function of the case."""
    own = settings.get("functions")
    known = (*OWN_WORDS, *(own if isinstance(own, tuple) and own else FUNCTIONS))
    for row in typed.get("vocabulary", ()):
        if row.text("word") not in known:
            yield row.fault(
                "word", f"{row.text('word')!r} is not known", nearest(row.text("word"), known)
            )


def _last_year(settings: Mapping[str, object]) -> int | None:
    first, years = settings.get("first_year"), settings.get("years")
    if isinstance(first, int) and isinstance(years, int):
        return first + years - 1
    return None


RULES: Mapping[Rule, tuple[str, ...]] = {  # with the tables that each must see whole
    savings_have_a_line: (),
    paths_are_whole: (),
    what_is_kept_would_end: ("business_as_usual",),
    estimates_have_an_owner: (),
    words_are_known: (),
}
