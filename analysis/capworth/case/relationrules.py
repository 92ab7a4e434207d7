"""What must hold among improvements that require or exclude one another."""

from collections.abc import Iterator, Mapping

from capworth.case.check import Typed
from capworth.case.tying import SYNERGY
from capworth.errors import Finding


def relations_are_possible(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """Nothing requires or excludes itself, or both."""
    kinds: dict[tuple[str, str], str] = {}
    needs: dict[str, set[str]] = {}
    for row in typed.get("relations", ()):
        one, other = row.text("improvement"), row.text("other")
        if one == other:
            yield row.fault("other", "an improvement cannot refer to itself", "Name another.")
            continue
        pair, kind = (min(one, other), max(one, other)), row.text("relation").split("_")[0]
        if kind != SYNERGY and kinds.setdefault(pair, kind) != kind:
            yield row.fault("relation", f"{one} requires and excludes {other}", "Keep one.")
        if row["relation"] == "requires":
            needs.setdefault(one, set()).add(other)
            if one in _needed([other], needs):
                yield row.fault("other", f"{one} requires itself in a circle", "Open it.")


def _needed(some: list[str], needs: Mapping[str, set[str]]) -> set[str]:
    """What is taken when some improvements are: these and all that they require."""
    reached, ahead = set[str](), list(some)
    while ahead:
        step = ahead.pop()
        if step not in reached:
            reached.add(step)
            ahead.extend(needs.get(step, ()))
    return reached
