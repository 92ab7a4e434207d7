"""What must hold in the value tree and in the value chain."""

from collections.abc import Iterator
from itertools import pairwise

from capworth.case.check import Typed, TypedRow
from capworth.errors import Finding

SHARED_STEPS = ("searches", "hit_rate", "hits", "verified", "used")
SHARE_STEPS = ("hit_rate", "verified", "used", "outcome", "counterfactual", "contribution")
OUTCOME_STEPS = ("outcome", "counterfactual", "contribution")


def read_points(text: str) -> tuple[tuple[float, float], ...]:
    """Read the bends of a value function, `level:value` pairs with blanks between.

    Raises
    ------
    ValueError
        When a pair is not two numbers.

    >>> read_points("50:80 90:95")
    ((50.0, 80.0), (90.0, 95.0))
    """
    pairs = [pair.split(":") for pair in text.replace(";", " ").split()]
    return tuple((float(level), float(value)) for level, value in pairs)


def check_value(typed: Typed) -> tuple[Finding, ...]:
    """Run the rules of tree, scores, chain and effects."""
    return (*_tree(typed), *_scores(typed), *_chain(typed), *_effects(typed))


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
        points = read_points(row.text("points"))
    except ValueError:
        yield row.fault("points", f"{row.text('points')!r} is not understood", "Write 50:80 90:95.")
        return
    shares = [0.0, *((level - worst) / (best - worst) for level, _ in points), 1.0]
    values = [0.0, *(value for _, value in points), 100.0]
    rising = all(a < b for a, b in pairwise(shares))
    if not rising or any(a > b for a, b in pairwise(values)):
        yield row.fault("points", "the bends do not rise from worst to best", "Put them in order.")


def _scores(typed: Typed) -> Iterator[Finding]:
    criteria = typed.get("criteria", ())
    parents = {row.text("parent") for row in criteria}
    leaves = [row.text("id") for row in criteria if row.text("id") not in parents]
    scored = {(row.text("capability"), row.text("criterion")) for row in typed.get("scores", ())}
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
                    "Add it to scores; an unknown level is a wide range of grade E.",
                )


def _chain(typed: Typed) -> Iterator[Finding]:
    rows = typed.get("chain", ())
    valued = {row.text("outcome") for row in typed.get("unit_values", ())}
    for row in rows:
        step, outcome = row.text("step"), row.text("outcome")
        if step in SHARED_STEPS and outcome:
            yield row.fault("outcome", f"all outcomes share the step {step!r}", "Leave it blank.")
        if step in OUTCOME_STEPS and not outcome:
            yield row.fault("outcome", f"the step {step!r} belongs to an outcome", "Name it.")
        if step in SHARE_STEPS and row.number_in("high") > 1:
            yield row.fault("high", f"{row.number_in('high'):g} is above 1", "It is a share.")
        if outcome and outcome not in valued:
            yield row.fault("outcome", f"{outcome!r} has no unit value", "Add it to unit_values.")
    for capability in sorted({row.text("capability") for row in rows}):
        mine = [row for row in rows if row.text("capability") == capability]
        steps = {row.text("step") for row in mine}
        if ("hits" in steps) == ({"searches", "hit_rate"} <= steps):
            yield mine[0].fault(
                "step",
                f"the chain of {capability} does not begin in one way",
                "Give either hits, or searches and hit_rate.",
            )
        if "outcome" not in steps:
            yield mine[0].fault("step", f"the chain of {capability} has no outcome", "Add one.")
        shares = sum(row.number_in("mode") for row in mine if row.text("step") == "outcome")
        if shares > 1 + 1e-9:
            yield mine[0].fault(
                "mode", f"the outcomes of {capability} sum to {shares:g}", "Keep the sum below 1."
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
