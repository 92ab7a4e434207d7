"""What must hold of judgements: each method has its own form, and its own set to be complete."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, groupby

from capworth.case.check import Typed, TypedRow
from capworth.case.voices import CATEGORIES, category_range
from capworth.errors import Finding, nearest

Pair = tuple[str, str]
NEEDED: Mapping[str, tuple[str, ...]] = {  # cells that a judgement of a method cannot do without
    "swing": ("value", "words"),
    "direct": ("value", "words"),
    "pairwise": ("value", "other"),
    "bestworst": ("value", "other"),
    "macbeth": ("words",),
    "rank": (),
}
CURE: Mapping[str, str] = {
    "value": "Write down the judge's figure.",
    "words": "Write the question as it was put, with worst and best level; or the category.",
    "other": "Name the brother it was held against.",
}
RANGES: Mapping[str, tuple[float, float]] = {  # lowest and highest figure of a judgement
    "swing": (0, 100),
    "direct": (0, float("inf")),
    "pairwise": (1 / 9, 9),
    "bestworst": (1, 9),
    "macbeth": (0, 6),
    "rank": (1, float("inf")),
}
ROUNDING = 0.01  # 0.11 is one ninth


def check_judgements(typed: Typed) -> tuple[Finding, ...]:
    """Run the rules of judgements; whole sets are looked at only where every row is sound."""
    parent = {row.text("id"): row.text("parent") for row in typed.get("criteria", ())}
    rows = typed.get("judgements", ())
    found = tuple(finding for row in rows for finding in _row(row, parent))
    return found or tuple(_sets(rows, parent))


def best_and_worst(pairs: Sequence[Pair], criteria: Sequence[str]) -> Pair | None:
    """Return the best and the worst criterion of best-worst judgements, None when incomplete.

    The best is held against every brother, and every brother against the worst; nothing else.

    >>> best_and_worst([("a", "b"), ("a", "c"), ("b", "c")], ["a", "b", "c"])
    ('a', 'c')
    """
    for best in criteria:
        for worst in criteria:
            wanted = {(best, c) for c in criteria} | {(c, worst) for c in criteria}
            wanted -= {(c, c) for c in criteria}
            if best != worst and wanted == {*pairs} and len(wanted) == len(pairs):
                return best, worst
    return None


def order_pairs(entries: Sequence[tuple[str, str, float | None]]) -> list[Pair]:
    """Return the pairs (heavier, lighter) of a rank order; equal places are not compared.

    Parameters
    ----------
    entries : (criterion, the lighter other or "", place or None)

    >>> order_pairs([("a", "", 1.0), ("b", "", 2.0), ("b", "c", None)])
    [('a', 'b'), ('b', 'c')]
    """
    placed = [(one, place) for one, other, place in entries if not other and place is not None]
    ahead = [(a, b) for a, first in placed for b, second in placed if first < second]
    return [*ahead, *((one, other) for one, other, _ in entries if other)]


def _row(row: TypedRow, parent: Mapping[str, str]) -> Iterator[Finding]:
    method, one, other = row.text("method"), row.text("criterion"), row.text("other")
    for column in NEEDED[method]:
        if row[column] is None:
            yield row.fault(column, f"a judgement by {method} lacks it", CURE[column])
    if other and (other == one or parent.get(other) != parent.get(one)):
        yield row.fault("other", f"{other} is no brother of {one}", "Compare within one branch.")
    if other and method in {"swing", "direct"}:
        yield row.fault("other", f"{method} holds a swing against no other", "Leave it blank.")
    if method == "rank" and (row["value"] is None) != bool(other):
        yield row.fault("value", "it is a place or a pair", "Give the place, or name the lighter.")
    least, most = RANGES[method]
    value = row["value"]
    if isinstance(value, float) and not least - ROUNDING <= value <= most:
        yield row.fault("value", f"{value:g} is no figure of {method}", f"{_span(least, most)}.")
    if isinstance(value, float) and method == "rank" and not value.is_integer():
        yield row.fault("value", f"{value:g} is no place", "Count places 1, 2, 3 ...")
    low, high = (row[c] if isinstance(row[c], float) else value for c in ("low", "high"))
    if isinstance(value, float) and isinstance(low, float) and isinstance(high, float):
        if not low <= value <= high:
            yield row.fault("value", f"{value:g} is not between low and high", "Put them in order.")
        if low != high and method not in {"swing", "direct"}:
            yield row.fault("low", f"{method} asks for no range", "Leave low and high blank.")
    if method == "macbeth" and row.text("words"):
        try:
            category_range(row.text("words"))
        except KeyError as error:
            yield row.fault(
                "words", f"{error.args[0]!r} is no category", nearest(error.args[0], CATEGORIES)
            )


def _span(least: float, most: float) -> str:
    return f"Give {least:g} or more" if most == float("inf") else f"Give {least:g} to {most:g}"


def _sets(rows: Sequence[TypedRow], parent: Mapping[str, str]) -> Iterator[Finding]:
    def of(row: TypedRow) -> tuple[str, str, str]:
        return row.text("judge"), row.text("method"), parent[row.text("criterion")]

    for (judge, method, branch), group in groupby(sorted(rows, key=of), of):
        brothers = [c for c, above in parent.items() if above == branch]
        mine = list(group)
        missing = _missing(method, mine, brothers)
        if missing:
            yield mine[0].fault(
                "criterion",
                f"{judge} left out by {method}: {missing}",
                "Complete the set, or take its rows out.",
            )
        if method in {"swing", "direct"} and not any(row["value"] for row in mine):
            yield mine[0].fault("value", f"{judge} gives no weight", "Give the largest swing 100.")


def _missing(method: str, rows: Sequence[TypedRow], brothers: Sequence[str]) -> str:
    """Say what of a set was not judged; empty when it is complete."""
    named = {row.text("criterion") for row in rows}
    pairs = [(row.text("criterion"), row.text("other")) for row in rows]
    if method in {"swing", "direct"}:
        return ", ".join(b for b in brothers if b not in named)
    if method == "macbeth":
        touched = named | {other for _, other in pairs}
        return ", ".join(b for b in brothers if b not in touched)
    if method == "pairwise":
        both = {frozenset(pair) for pair in pairs}
        if len(both) < len(pairs):
            return "nothing, but one pair stands twice"
        wanted = combinations(brothers, 2)
        return ", ".join(f"{a} against {b}" for a, b in wanted if {a, b} not in both)
    if method == "rank":
        places = [row["value"] for row in rows]
        entries = [
            (one, other, place if isinstance(place, float) else None)
            for (one, other), place in zip(pairs, places, strict=True)
        ]
        return "nothing, but the order goes round in a circle" if _round(entries) else ""
    if method == "bestworst" and best_and_worst(pairs, brothers) is None:
        return "the best against every brother and every brother against the worst, no more"
    return ""


def _round(entries: Sequence[tuple[str, str, float | None]]) -> bool:
    """Whether an order comes back to where it began."""
    pairs = order_pairs(entries)
    left = {name for pair in pairs for name in pair}
    while left:
        top = {name for name in left if not any(b == name and a in left for a, b in pairs)}
        if not top:
            return True
        left -= top
    return False
