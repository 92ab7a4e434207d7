"""What must hold in the value tree, in the unit values and in the effects."""

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import pairwise

from capworth.case.chainrules import check_chain
from capworth.case.check import Typed, TypedRow
from capworth.case.tables import SETTINGS_FILE
from capworth.case.valuepoints import read_points
from capworth.errors import Finding, nearest


def check_value(
    settings: Mapping[str, object], typed: Typed, faulty: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Run the rules of tree, scores, chain, unit values and effects.

    A rule is silent while one of the tables that it must see whole is among the `faulty`.
    """
    heard = (rule for rule, needed in RULES.items() if not {*needed} & {*faulty})
    found = (finding for rule in heard for finding in rule(typed))
    index = () if "unit_values" in faulty else _harm_index(settings, typed)
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
        brothers = [row for row in rows if row.text("parent") == parent]
        if max(row.number_in("swing") for row in brothers) <= 0:
            yield brothers[0].fault("swing", "all brothers weigh nothing", "Give the largest 100.")


def _measured(row: TypedRow) -> Iterator[Finding]:
    for column in ("worst", "best", "unit"):
        if row[column] is None:
            yield row.fault(column, "a measured criterion lacks it", "Fill it in.")
    worst, best = row["worst"], row["best"]
    if not isinstance(worst, float) or not isinstance(best, float):
        return
    if worst == best:
        yield row.fault("best", f"it is the same as worst ({worst:g})", "A scale needs two ends.")
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
    for row in typed.get("effects", ()):
        if bool(row.text("criterion")) == bool(row.text("step")):
            yield row.fault("criterion", "an effect changes one thing", "Name criterion or step.")
        if row.text("criterion") in parents - {""}:
            yield row.fault("criterion", "it has criteria below it", "Name a measured one.")
        if row.text("step"):
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
    check_chain: ("chain", "unit_values"),
    _unit_values: (),
    _effects: ("criteria", "chain"),
}
