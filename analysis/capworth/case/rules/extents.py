"""Rules of what capabilities weigh among one another, and of what a programme is to add."""

from collections.abc import Collection, Iterator, Mapping

from capworth.case.check import Typed, TypedRow
from capworth.case.model import ALIASES, DISTANCE, HARM, MEMBERS, NET, RESULTS, SWING
from capworth.case.numerals import from_to, written_as
from capworth.case.rows import REVENUE
from capworth.case.rules.asked import asked
from capworth.case.tables import SETTINGS_FILE
from capworth.errors import Finding

EXTENT = ("extent_low", "extent", "extent_high")
NEEDED = {RESULTS: "extensive", MEMBERS: "served"}  # flag of a criterion that a key is made of


def check_extents(
    settings: Mapping[str, object], typed: Typed, faulty: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Run the rules; silent while a table that they must see whole is among the `faulty`."""
    if {"capabilities", "criteria", "scores", "unit_values"} & {*faulty}:
        return ()
    return (
        *asked(_extents, typed),
        *asked(_agreed, typed),
        *asked(_keys, settings, typed),
        *asked(_objective, settings, typed),
    )


def _extents(typed: Typed) -> Iterator[Finding]:
    rows = typed.get("capabilities", ())
    given = [row for row in rows if any(row[c] is not None for c in EXTENT)]
    if not given:
        return
    for row in rows:
        for column in EXTENT:
            if row[column] is None:
                words = "it has no extent, others have one" if row not in given else "it is blank"
                yield row.fault(column, words, "Fill in low, mode and high of every capability.")
        if row in given:
            yield from _evidence(row)
    if all(row["extent_high"] == 0 for row in given):
        yield given[0].fault("extent", "all extents are 0", "Give the most important one 100.")


def _evidence(row: TypedRow) -> Iterator[Finding]:
    grade = row.text("extent_grade")
    if not grade:
        yield row.fault("extent_grade", "an extent without a grade", "Grade it A to E.")
    elif grade in "ABC" and not row.text("extent_source"):
        yield row.fault(
            "extent_source", f"grade {grade} without a source", "Name it, or grade it D or E."
        )
    elif grade in "DE" and not row.text("extent_basis"):
        fix = "Say in a sentence what it rests on."
        yield row.fault("extent_basis", f"grade {grade} without a basis", fix)


def _agreed(typed: Typed) -> Iterator[Finding]:
    """An agreed level lies on the scale of its criterion."""
    scales = {row.text("id"): row for row in typed.get("criteria", ())}
    for row in typed.get("scores", ()):
        scale = scales.get(row.text("criterion"))
        if row["agreed"] is None or scale is None or None in (scale["worst"], scale["best"]):
            continue
        low, high = sorted((scale.number_in("worst"), scale.number_in("best")))
        if not low <= row.number_in("agreed") <= high:
            yield row.fault(
                "agreed",
                f"{written_as(row.number_in('agreed'))} is outside the scale {from_to(low, high)}",
                "Agree on a level of the scale.",
            )


def _keys(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    for setting in ("extent_key", "excellence_extent"):
        yield from _key(setting, settings.get(setting), typed)


def _key(setting: str, key: object, typed: Typed) -> Iterator[Finding]:
    rows = typed.get("capabilities", ())
    if key == SWING and not all(row["extent"] is not None for row in rows):
        fix = "Fill in the extents of capabilities, or take another key."
        yield _fault(setting, "no extents were elicited", fix)
    flag = NEEDED.get(str(key))
    flagged = [row for row in typed.get("criteria", ()) if flag and row[flag]]
    if flag and len(flagged) != 1:
        words = "no criterion has" if not flagged else f"{len(flagged)} criteria have"
        yield _fault(setting, f"{words} the flag {flag}", f"Set {flag} to yes for one.")


def _objective(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    stated = str(settings.get("objective") or "")
    objective = ALIASES.get(stated, stated)
    scales = {row["scale"] for row in typed.get("unit_values", ())}
    revenue = (r["category"] == REVENUE or r.number_in("mode") < 0 for r in typed.get("costs", ()))
    saved = bool(typed.get("savings")) or any(revenue)
    lacks = {
        DISTANCE: "" if typed.get("criteria") else "criteria",
        NET: "" if "money" in scales or saved else "money among the unit values, and saves none",
        HARM: "" if "harm" in scales else "a harm index among the unit values",
    }
    if lacks.get(objective):
        fix = "Add it, or take another objective."
        yield _fault("objective", f"{stated}: the case has no {lacks[objective]}", fix)


def _fault(key: str, problem: str, fix: str) -> Finding:
    return Finding(SETTINGS_FILE, 0, key, problem, fix)
