"""What must hold in the value chain: one beginning, and nothing given that does nothing."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from capworth.case.check import Typed, TypedRow
from capworth.errors import Finding

SHARED_STEPS = (
    "searches",
    "hit_rate",
    "hits",
    "records",
    "intensity",
    "quality",
    "access",
    "elasticity",
    "record_elasticity",
    "verified",
    "delay",
    "used",
)
SHARE_STEPS = (
    "hit_rate",
    "quality",
    "access",
    "verified",
    "used",
    "outcome",
    "counterfactual",
    "displacement",
    "contribution",
    "bilateral",
    "false_hit",
)
BEGINNINGS = ({"hits"}, {"searches", "hit_rate"}, {"searches", "records", "intensity"})
NEEDS = (  # a step, what it needs one of, why
    ("intensity", ("records",), "it is the chance of a match for each record"),
    ("quality", ("intensity",), "it says how many of the records can be found"),
    ("access", ("intensity",), "it says how many of the records are open to the searcher"),
    ("elasticity", ("searches",), "it is the response of hits to searches"),
    ("record_elasticity", ("records",), "it is the response of hits to records"),
    ("records", ("intensity", "record_elasticity"), "alone they change nothing"),
)


def check_chain(typed: Typed) -> Iterator[Finding]:
    """Run the rules of the chain table."""
    rows = typed.get("chain", ())
    for row in rows:
        yield from _row(row)
    ordered = sorted(rows, key=lambda row: row.text("capability"))
    for capability, group in groupby(ordered, lambda row: row.text("capability")):
        mine = list(group)
        yield from _beginning(capability, mine)
        yield from _timeliness(capability, mine)
        yield from _outcomes(capability, mine)


def _row(row: TypedRow) -> Iterator[Finding]:
    step, outcome = row.text("step"), row.text("outcome")
    if step in SHARED_STEPS and outcome:
        yield row.fault("outcome", f"all outcomes share the step {step!r}", "Leave it blank.")
    if step not in SHARED_STEPS and not outcome:
        yield row.fault("outcome", f"the step {step!r} belongs to an outcome", "Name it.")
    if step in SHARE_STEPS and row.number_in("high") > 1:
        yield row.fault("high", f"{row.number_in('high'):g} is above 1", "It is a share.")
    if step == "patience" and row.number_in("low") <= 0:
        yield row.fault("low", "a lead that waits for nothing", "Give a time above 0.")


def _beginning(capability: str, rows: Sequence[TypedRow]) -> Iterator[Finding]:
    """A chain begins in one way; a volume beside it works only through an elasticity."""
    steps = {row.text("step") for row in rows}
    hits, rate, chance = ("hits" in steps), ("hit_rate" in steps), ("intensity" in steps)
    begins = any(beginning <= steps for beginning in BEGINNINGS)
    idle = hits and "searches" in steps and "elasticity" not in steps
    if hits + rate + chance != 1 or not begins or idle:
        yield rows[0].fault(
            "step",
            f"the chain of {capability} does not begin in one way",
            "Give either hits, or searches and hit_rate, or searches, records and intensity; "
            "searches beside hits need an elasticity.",
        )
    for step, needed, why in NEEDS:
        if step in steps and not steps.intersection(needed):
            row = next(row for row in rows if row.text("step") == step)
            yield row.fault("step", f"{step} without {' or '.join(needed)}: {why}", "Add it.")
    if {"intensity", "record_elasticity"} <= steps:
        row = next(row for row in rows if row.text("step") == "record_elasticity")
        yield row.fault("step", "the intensity says already what records do", "Keep one of them.")


def _timeliness(capability: str, rows: Sequence[TypedRow]) -> Iterator[Finding]:
    """A delay counts against the patience of every outcome, in one unit of time."""
    delay = next((row for row in rows if row.text("step") == "delay"), None)
    patience = {row.text("outcome"): row for row in rows if row.text("step") == "patience"}
    if delay is None:
        for row in patience.values():
            yield row.fault("step", f"{capability} has no delay to be patient with", "Add it.")
        return
    burdens = {row.text("outcome") for row in rows if row.text("step") == "false_hit"}
    needing = {row.text("outcome"): row for row in rows if row.text("outcome")}
    for outcome, row in needing.items():
        if outcome not in patience and outcome not in burdens:
            yield row.fault(
                "outcome",
                f"{capability} has a delay and {outcome} no patience",
                "Add the step patience: the time after which 37 % of the leads are still used.",
            )
    for row in patience.values():
        if row.text("unit") != delay.text("unit"):
            yield row.fault(
                "unit",
                f"{row.text('unit')!r} is not the unit of the delay ({delay.text('unit')!r})",
                "Count both times in one unit.",
            )


def _outcomes(capability: str, rows: Sequence[TypedRow]) -> Iterator[Finding]:
    """A lead ends in one outcome at most; an outcome's credit is split in one way."""
    ends = [row for row in rows if row.text("step") == "outcome"]
    if not ends:
        yield rows[0].fault("step", f"the chain of {capability} has no outcome", "Add one.")
    shares = sum(row.number_in("mode") for row in ends)
    if shares > 1 + 1e-9:
        yield ends[0].fault(
            "mode", f"the outcomes of {capability} sum to {shares:g}", "Keep the sum below 1."
        )
    for outcome in sorted({row.text("outcome") for row in rows} - {""}):
        mine = [row for row in rows if row.text("outcome") == outcome]
        steps = {row.text("step"): row for row in mine}
        if {"contribution", "bilateral"} <= set(steps):
            yield steps["bilateral"].fault(
                "step",
                f"the credit for {outcome} is split twice",
                "Keep contribution, or bilateral, from which the split follows.",
            )
        if "false_hit" in steps and len(steps) > 1:
            yield steps["false_hit"].fault(
                "outcome",
                f"{outcome} is a burden of false hits and an outcome of leads",
                "Name two outcomes.",
            )
