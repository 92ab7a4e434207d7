"""What must hold of the levels that published activity measures."""

from collections.abc import Callable, Collection, Iterator, Mapping

from capworth.case.check import Typed
from capworth.case.measured import UnmeasuredError, amount_of, by_level, levels_of
from capworth.errors import Finding

Rule = Callable[[Typed], Iterator[Finding]]


def check_measures(typed: Typed, faulty: Collection[str] = ()) -> tuple[Finding, ...]:
    """Run the rules; silent while one of the tables that a rule must see whole is faulty."""
    heard = (rule for rule, needed in RULES.items() if not {*needed} & {*faulty})
    return tuple(finding for rule in heard for finding in rule(typed))


def levels_have_one_origin(typed: Typed) -> Iterator[Finding]:
    """A level is measured by activity, heard from members, or judged; and only of a leaf."""
    criteria = typed.get("criteria", ())
    parents = {row.text("parent") for row in criteria}
    heard = {row.text("id") for row in criteria if row.text("measure")}
    scored = {(row.text("capability"), row.text("criterion")) for row in typed.get("scores", ())}
    for level, rows in by_level(typed).items():
        capability, criterion = level
        if criterion in parents:
            yield rows[0].fault("criterion", "it has criteria below it", "Measure those instead.")
        elif criterion in heard:
            problem = f"the level of {criterion} comes from feedback"
            yield rows[0].fault("criterion", problem, "Take the row out.")
        elif level in scored:
            problem = f"{capability} has a score on {criterion} already"
            yield rows[0].fault("criterion", problem, "Keep the score or the measure.")


def levels_can_be_measured(typed: Typed) -> Iterator[Finding]:
    """Every series that is named is there in time, and every level can be read on its scale."""
    criteria = {row.text("id"): row for row in typed.get("criteria", ())}
    for (_, criterion), rows in by_level(typed).items():
        whole = True
        for row in rows:
            try:
                amount_of(typed, row)
            except UnmeasuredError as error:
                whole = False
                yield row.fault(*error.args)
        if whole:
            try:
                levels_of(typed, rows, criteria[criterion])
            except UnmeasuredError as error:
                yield rows[0].fault(*error.args)


RULES: Mapping[Rule, tuple[str, ...]] = {
    levels_have_one_origin: ("criteria", "scores"),
    levels_can_be_measured: ("criteria", "activity", "members"),
}
