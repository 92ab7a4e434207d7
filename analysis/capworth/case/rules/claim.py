"""What a claim may register: only what the tables can answer, and coders who are named."""

from collections.abc import Collection, Iterator, Mapping

from capworth.case.check import Typed, TypedRow
from capworth.case.claim import LEVEL, PER_EURO
from capworth.case.dictionary import CLAIM
from capworth.case.model import FUNCTIONS, SWING
from capworth.case.rules.asked import asked
from capworth.case.rules.extents import NEEDED
from capworth.errors import Finding, nearest

TABLES = ("capabilities", "functions", "criteria", "scores", "chain", "unit_values")


def check_claim(
    settings: Mapping[str, object], typed: Typed, faulty: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Run the rules of the claim and of the coders; silent where a table they read is faulty."""
    found = [] if "functions" in faulty else list(asked(_coders_are_named, typed))
    found += [] if "choices" in faulty else list(asked(_choices_are_whole, typed))
    if typed.get(CLAIM) and not {*TABLES, CLAIM} & {*faulty}:
        found += asked(_claim_can_be_tested, settings, typed)
    return tuple(found)


def _coders_are_named(typed: Typed) -> Iterator[Finding]:
    """Every row of the shares names its coder, or none does."""
    rows = typed.get("functions", ())
    bare = [row for row in rows if not row.text("coder")]
    if bare and len(bare) < len(rows):
        yield bare[0].fault("coder", "other rows name their coder", "Name who coded this share.")


def _choices_are_whole(typed: Typed) -> Iterator[Finding]:
    """Every question has two options or more, one of them taken, at most one liked least."""
    tasks: dict[tuple[str, str], list[TypedRow]] = {}
    for row in typed.get("choices", ()):
        tasks.setdefault((row.text("member"), row.text("task")), []).append(row)
    for (member, task), options in tasks.items():
        where = f"question {task!r} of {member}"
        taken, least = ([r for r in options if r[c]] for c in ("chosen", "worst"))
        if len(options) < 2:
            yield options[0].fault("option", f"{where} has one option", "Add the others.")
        elif len(taken) != 1:
            problem = f"{where} has {len(taken)} options that were taken"
            yield options[0].fault("chosen", problem, "Mark one.")
        elif len(least) > 1 or (least and least[0] is taken[0]):
            problem = f"{where} has an option liked least that cannot be"
            yield least[-1].fault("worst", problem, "Mark one that was not taken.")


def _claim_can_be_tested(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    claim = typed[CLAIM][0]
    functions = settings.get("functions") or FUNCTIONS
    assert isinstance(functions, tuple)
    group, left_out, coders = (_words(claim, key) for key in ("group", "exclusions", "coders"))
    for word in group:
        if word not in functions:
            yield claim.fault("group", f"{word!r} is no function", nearest(word, functions))
    known_coders = {row.text("coder") for row in typed.get("functions", ())} - {""}
    for word in coders:
        if word not in known_coders:
            fix = nearest(word, known_coders) if known_coders else "Name coders in functions."
            yield claim.fault("coders", f"nobody named {word!r} coded shares", fix)
    estimand, value = claim.text("estimand"), claim.text("value")
    yield from _keys_fit(claim, estimand, value)
    yield from _extents_are_known(claim, typed)
    known = known_on(value, typed) - {*left_out}
    if not known:
        yield claim.fault(
            "value",
            f"no capability has a value in {value}",
            "Add criteria and scores." if value == "score" else "Add chain and unit_values.",
        )
        return
    served = {
        row.text("function")
        for row in typed.get("functions", ())
        if row.text("capability") in known and row.number_in("mode") > 0
    }
    for some, which in ((served & {*group}, "any of these"), (served - {*group}, "any other")):
        if not some and {*group} <= {*functions}:
            yield claim.fault(
                "group",
                f"no capability with a value in {value} serves {which}",
                "Name some of the functions that are served, and not all of them.",
            )


def _keys_fit(claim: TypedRow, estimand: str, value: str) -> Iterator[Finding]:
    extent, scored = claim.text("extent_key"), estimand == PER_EURO and value == "score"
    if estimand == LEVEL and value != "score":
        yield claim.fault(
            "value",
            f"{value} is an amount and no level",
            "Register value = 'score', or estimand = 'per_euro'.",
        )
    if estimand == PER_EURO and claim.text("weighting") == "vote":
        yield claim.fault(
            "weighting", "per euro every service weighs what it costs", "Take this line away."
        )
    if scored and not extent:
        yield claim.fault(
            "extent_key",
            "a score per euro needs to know how much of a service there is",
            "Name a key, 'swing' where extents were elicited; or register harm or money.",
        )
    if extent and not scored:
        yield claim.fault(
            "extent_key", "an extent is for scores per euro only", "Take this line away."
        )
    if scored and extent == "cost":
        yield claim.fault(
            "extent_key",
            "counted by cost, a score per euro is the level again",
            "Register estimand = 'level', or another key.",
        )


def _extents_are_known(claim: TypedRow, typed: Typed) -> Iterator[Finding]:
    """The key of extents that is registered can be read from the tables."""
    key = claim.text("extent_key")
    rows = typed.get("capabilities", ())
    if key == SWING and not all(row["extent"] is not None for row in rows):
        fix = "Fill in the extents of capabilities, or take another key."
        yield claim.fault("extent_key", "no extents were elicited", fix)
    flag = NEEDED.get(key)
    flagged = [row for row in typed.get("criteria", ()) if flag and row[flag]]
    if flag and len(flagged) != 1:
        words = "no criterion has" if not flagged else f"{len(flagged)} criteria have"
        problem = f"{words} the flag {flag}"
        yield claim.fault("extent_key", problem, f"Set {flag} to yes for one.")


def known_on(measure: str, typed: Typed) -> set[str]:
    """Capabilities with a value on a measure."""
    if measure == "score":
        some = bool(typed.get("criteria"))
        return {row.text("id") for row in typed.get("capabilities", ()) if some}
    valued = {r.text("outcome") for r in typed.get("unit_values", ()) if r["scale"] == measure}
    return {r.text("capability") for r in typed.get("chain", ()) if r.text("outcome") in valued}


def _words(row: TypedRow, key: str) -> tuple[str, ...]:
    value = row[key]
    return value if isinstance(value, tuple) else ()
