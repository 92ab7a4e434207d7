"""What must hold in the value tree, in the unit values and in the effects.

What must hold of the levels that published activity measures.

The bends of a value function as the analyst writes them.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import pairwise
from math import expm1, log1p

from capworth.case.check import Typed, TypedRow
from capworth.case.library import library
from capworth.case.measures import Activity, UnmeasuredError, by_level
from capworth.case.numerals import written_as
from capworth.case.rules.asked import asked
from capworth.case.rules.chain import SHARE_STEPS, check_chain
from capworth.case.tables import SETTINGS_FILE
from capworth.errors import Finding, InputError, nearest
from capworth.methods.elicitation.value_functions import curvature_from_midpoint


def check_value(
    settings: Mapping[str, object], typed: Typed, faulty: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Run the rules of tree, scores, chain, unit values and effects.

    A rule is silent while one of the tables that it must see whole is among the `faulty`.
    """
    ready = (rule for rule, needed in RULES.items() if not {*needed} & {*faulty})
    found = (finding for rule in ready for finding in asked(rule, typed))
    index = () if "unit_values" in faulty else asked(_harm_index, settings, typed)
    return (*found, *index)


def _tree(typed: Typed) -> Iterator[Finding]:
    rows = typed.get("criteria", ())
    parents = {row.text("parent") for row in rows} - {""}
    above = {row.text("id"): row.text("parent") for row in rows}
    for row in rows:
        if row.text("id") in parents:
            for column in ("worst", "best", "points", "reference"):
                if row[column] is not None:
                    yield row.fault(column, "a criterion with others below it", "Leave it blank.")
        else:
            yield from _measured(row)
        seen, step = {row.text("id")}, row.text("parent")
        while step:
            if step in seen:
                yield row.fault("parent", "the tree bites its tail", "Name a criterion above it.")
                break
            seen.add(step)
            step = above.get(step, "")
    for parent in sorted({row.text("parent") for row in rows}):
        siblings = [row for row in rows if row.text("parent") == parent]
        if max(row.number_in("swing") for row in siblings) <= 0:
            yield siblings[0].fault("swing", "all siblings weigh nothing", "Give the largest 100.")


def _measured(row: TypedRow) -> Iterator[Finding]:
    for column in ("worst", "best", "unit"):
        if row[column] is None:
            yield row.fault(column, "a measured criterion lacks it", "Fill it in.")
    worst, best = row["worst"], row["best"]
    if not isinstance(worst, float) or not isinstance(best, float):
        return
    if worst == best:
        yield row.fault(
            "best", f"it is the same as worst ({written_as(worst)})", "A scale needs two ends."
        )
        return
    try:
        points = read_points(row.text("points"), worst, best)
    except ValueError:
        fix = "Write 50:80 90:95, or half:30 with a level between the ends."
        yield row.fault("points", f"{row.text('points')!r} is not understood", fix)
        return
    shares = [0.0, *((level - worst) / (best - worst) for level, _ in points), 1.0]
    values = [0.0, *(value for _, value in points), 100.0]
    rising = all(a < b for a, b in pairwise(shares))
    if not rising or not all(a <= b for a, b in pairwise(values)):
        yield row.fault("points", "the bends do not rise from worst to best", "Put them in order.")


def _scores(typed: Typed) -> Iterator[Finding]:
    criteria = typed.get("criteria", ())
    parents = {row.text("parent") for row in criteria}
    leaves = [
        row.text("id")
        for row in criteria
        if row.text("id") not in parents and not row.text("measure")
    ]
    given = (*typed.get("scores", ()), *typed.get("measures", ()))
    scored = {(row.text("capability"), row.text("criterion")) for row in given}
    for row in typed.get("scores", ()):
        if row.text("criterion") in parents:
            yield row.fault("criterion", "it has criteria below it", "Score those instead.")
    if leaves:
        for row in typed.get("capabilities", ()):
            missing = [leaf for leaf in leaves if (row.text("id"), leaf) not in scored]
            if missing:
                yield row.fault(
                    "id",
                    f"{row.text('id')} has no score on {', '.join(missing)}",
                    "Add it to scores or measures; an unknown level is a wide range of grade E.",
                )


def _unit_values(typed: Typed) -> Iterator[Finding]:
    rows = typed.get("unit_values", ())
    for row in rows:
        scale, index = row.text("scale"), row.text("index")
        cited = row.text("library")
        if cited and (library()[cited].currency == "") == (scale == "money"):
            yield row.fault("library", f"{cited} is not of the scale {scale}", "Name another.")
        if scale == "money" and index:
            yield row.fault("index", f"money is on no harm index ({index})", "Leave it blank.")
        beside = [
            other.text("scope")
            for other in rows
            if all(other[c] == row[c] for c in ("outcome", "scale", "index"))
        ]
        if row.text("scope") == "all" and (parts := sorted(set(beside) - {"all"})):
            yield row.fault(
                "scope",
                f"'all' stands beside its parts ({', '.join(parts)}) for {row.text('outcome')}",
                "Keep the whole or the parts: together they are counted twice.",
            )
        yield from _transfer(row)


def _transfer(row: TypedRow) -> Iterator[Finding]:
    columns = ("transfer_low", "transfer", "transfer_high", "transfer_basis")
    missing = [column for column in columns if row[column] is None]
    if len(missing) == len(columns):
        return
    if row.text("scale") != "money":
        given = next(column for column in columns if column not in missing)
        yield row.fault(given, "days of harm do not follow incomes", "Leave it blank.")
    elif missing:
        yield row.fault(
            missing[0],
            "the transfer to other incomes is half stated",
            "Give transfer_low, transfer, transfer_high and on what they rest.",
        )


def _harm_index(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    asked = settings.get("harm_index")
    rows = typed.get("unit_values", ())
    known = {row.text("index") for row in rows if row.text("scale") == "harm"} - {""}
    if asked and asked not in known:
        yield Finding(
            SETTINGS_FILE, 0, "harm_index", f"{asked!r} is not known", nearest(str(asked), known)
        )


def _effects(typed: Typed) -> Iterator[Finding]:
    criteria = typed.get("criteria", ())
    parents = {row.text("parent") for row in criteria}
    chained = {(row.text("capability"), row.text("step")) for row in typed.get("chain", ())}
    nothing = {
        (row.text("capability"), row.text("step"))
        for row in typed.get("chain", ())
        if row.number_in("high") == 0
    }
    for row in typed.get("effects", ()):
        if bool(row.text("criterion")) == bool(row.text("step")):
            yield row.fault("criterion", "an effect changes one thing", "Name criterion or step.")
        if row.text("criterion") in parents - {""}:
            yield row.fault("criterion", "it has criteria below it", "Name a measured one.")
        sets_level = row.text("means") == "level"
        if sets_level and not row.text("step"):
            yield row.fault(
                "means", "a level of no step", "What is added to a criterion is a change."
            )
        if row.text("step"):
            at = (row.text("capability"), row.text("step"))
            if at in nothing and not sets_level:
                yield row.fault(
                    "means",
                    f"{at[1]} of {at[0]} are 0 today, and a factor on nothing is nothing",
                    "Write level, and in low, mode and high what they are with the improvement.",
                )
            elastic = {"searches": "elasticity", "records": "record_elasticity"}.get(at[1], "")
            if sets_level and (at[0], elastic) in chained:
                yield row.fault(
                    "means", f"hits follow {at[1]} by an elasticity", "Give a factor (change)."
                )
            if sets_level and at[1] in SHARE_STEPS and row.number_in("high") > 1:
                yield row.fault("high", f"{row.number_in('high'):g} is above 1", "It is a share.")
            if row.number_in("low") < 0:
                yield row.fault("low", "a factor below 0", "Give the factor, 1 for no change.")
            if (row.text("capability"), row.text("step")) not in chained:
                yield row.fault(
                    "step",
                    f"{row.text('capability')} has no step {row.text('step')!r}",
                    "Add it to chain.",
                )


RULES: Mapping[Callable[[Typed], Iterator[Finding]], tuple[str, ...]] = {
    _tree: ("criteria",),
    _scores: ("criteria", "scores", "measures"),
    check_chain: ("chain",),
    _unit_values: (),
    _effects: ("criteria", "chain"),
}

Rule = Callable[[Typed], Iterator[Finding]]


def check_measures(typed: Typed, faulty: Collection[str] = ()) -> tuple[Finding, ...]:
    """Run the rules; silent while one of the tables that a rule must see whole is faulty."""
    ready = (rule for rule, needed in MEASURE_RULES.items() if not {*needed} & {*faulty})
    return tuple(finding for rule in ready for finding in asked(rule, typed))


def levels_have_one_origin(typed: Typed) -> Iterator[Finding]:
    """A level is measured by activity, answered by members, or judged; and only of a leaf."""
    criteria = typed.get("criteria", ())
    parents = {row.text("parent") for row in criteria}
    ready = {row.text("id") for row in criteria if row.text("measure")}
    scored = {(row.text("capability"), row.text("criterion")) for row in typed.get("scores", ())}
    for level, rows in by_level(typed).items():
        capability, criterion = level
        if criterion in parents:
            yield rows[0].fault("criterion", "it has criteria below it", "Measure those instead.")
        elif criterion in ready:
            problem = f"the level of {criterion} comes from feedback"
            yield rows[0].fault("criterion", problem, "Take the row out.")
        elif level in scored:
            problem = f"{capability} has a score on {criterion} already"
            yield rows[0].fault("criterion", problem, "Keep the score or the measure.")


def levels_can_be_measured(typed: Typed) -> Iterator[Finding]:
    """Every series that is named is there in time, and every level can be read on its scale."""
    criteria, activity = {row.text("id"): row for row in typed.get("criteria", ())}, Activity(typed)
    for (_, criterion), rows in by_level(typed).items():
        whole = True
        for row in rows:
            try:
                activity.amount_of(row)
            except UnmeasuredError as error:
                whole = False
                yield row.fault(*error.args)
        if whole:
            try:
                activity.levels_of(rows, criteria[criterion])
            except UnmeasuredError as error:
                yield rows[0].fault(*error.args)


MEASURE_RULES: Mapping[Rule, tuple[str, ...]] = {
    levels_have_one_origin: ("criteria", "scores"),
    levels_can_be_measured: ("criteria", "activity", "members"),
}

HALF = "half:"  # before the level that is worth 50 on an exponential curve
# An exponential curve is drawn in so many steps of level and of value. Of 100 points it is off by
# 0.1 at most where half is reached between a tenth and nine tenths of the way, by 0.3 at 2 %.
STEPS = 26
NEAR = 9  # decimals to which two shares of the way count as one


def read_points(text: str, worst: float, best: float) -> tuple[tuple[float, float], ...]:
    """Read the bends of a value function, `level:value` pairs with blanks between.

    `half:LEVEL` is an exponential curve from worst to best that is worth 50 at that level (Kirkwood
    1997), as bends at equal steps of level and of value. Codes of categories are levels.

    Raises
    ------
    ValueError
        When a pair is not two numbers, or the level of half the value is not between the ends.

    >>> read_points("50:80 90:95", 0, 100)
    ((50.0, 80.0), (90.0, 95.0))
    >>> [(level, round(value)) for level, value in read_points("half:50 ", 100, 0)]
    []
    >>> [level for level, value in read_points("half:25", 0, 100) if round(value, 3) == 50]
    [25.0]
    """
    if text.startswith(HALF):
        return _curve((float(text.removeprefix(HALF)) - worst) / (best - worst), worst, best)
    pairs = [pair.split(":") for pair in text.replace(";", " ").split()]
    return tuple((float(level), float(value)) for level, value in pairs)


def _curve(half: float, worst: float, best: float) -> tuple[tuple[float, float], ...]:
    """Bends of the curve; one of which half is reached late is the mirror of one reached early."""
    try:
        bend = curvature_from_midpoint(min(half, 1 - half))
    except InputError as error:
        raise ValueError(str(error)) from error
    if bend == 0:
        return ()
    top = -expm1(-bend)
    steps = [k / STEPS for k in range(1, STEPS)]
    curved = (round(-log1p(-value * top) / bend, NEAR) for value in steps)
    shares = sorted({*curved, *(round(step, NEAR) for step in steps)} - {0.0, 1.0})
    found = [(share, 100 * expm1(-bend * share) / expm1(-bend)) for share in shares]
    if half > 0.5:
        found = [(round(1 - share, NEAR), 100 - value) for share, value in reversed(found)]
    return tuple((worst + share * (best - worst), value) for share, value in found)
