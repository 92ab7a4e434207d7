"""What must hold of members, of what they answered, and of the criteria that rest on it."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date

from capworth.case.check import Typed, TypedRow
from capworth.case.judgementrules import check_judgements
from capworth.case.voices import MEASURES, SYNTHETIC
from capworth.errors import Finding

Rule = Callable[[Mapping[str, object], Typed], Iterator[Finding]]
ITEMS = ("importance", "satisfaction", "need")
FEWEST = 2  # members that must answer a survey: the answer of one has no spread


def check_voices(
    settings: Mapping[str, object], typed: Typed, faulty: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Run the rules of members, feedback and judgements.

    A rule is silent while one of the tables that it must see whole is among the `faulty`.
    """
    heard = (rule for rule, needed in RULES.items() if not {*needed} & {*faulty})
    found = tuple(finding for rule in heard for finding in rule(settings, typed))
    judged = () if {"judgements", "criteria"} & {*faulty} else check_judgements(typed)
    return (*found, *judged)


def members_are_told_alike(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
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


def measures_are_heard(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
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
        heard = {r.text("capability") for r in last if all(r[i] is not None for i in items)}
        missing = [c.text("id") for c in typed.get("capabilities", ()) if c.text("id") not in heard]
        if missing:
            yield row.fault(
                "measure",
                f"no member answered on {', '.join(missing)}"
                if rows
                else "there is no feedback to measure it by",
                f"Add {' and '.join(items)} to feedback, or leave the cell blank and score it.",
            )


RULES: Mapping[Rule, tuple[str, ...]] = {
    members_are_told_alike: ("members",),
    answers_say_something: (),
    what_is_made_up_is_graded_so: (),
    surveys_are_answered: ("feedback",),
    measures_are_heard: ("criteria", "feedback", "scores"),
}
