"""What an uncertain input is called in a document: from its place in the case to words."""

from capworth.case.model import Case
from capworth.report.wording import Wording


def input_label(name: str, case: Case, words: Wording) -> str:
    """Say in words what an input such as `costs/SLTD-STAFF` is.

    Parameters
    ----------
    name : table and key words of the row, joined by strokes; see `Estimate.name`
    case : the case it stands in
    words : of the document
    """
    table, *keys = name.split("/")
    if table in ("costs", "bias"):
        return _cost_label(table, keys[0], case, words)
    parts = [_part(table, key, words) for key in keys]
    head, rest = parts[0], words.listed(parts[1:])
    if words.has(f"input.{table}"):
        key = (
            f"input.{table}"
            if rest or not words.has(f"input.{table}_alone")
            else (f"input.{table}_alone")
        )
        return words.say(key, head=head, rest=rest)
    return words.typeset(" / ".join(keys))


def level_text(name: str, level: float, case: Case, words: Wording) -> str:
    """Write a level of an input in its unit: money, share or number."""
    table, key = name.split("/")[:2]
    line = next((line for line in case.costs if line.id == key), None)
    if table == "bias":
        return words.percent(level)
    if table == "costs" and line is not None:
        return words.millions(level / 1e6, line.currency)
    estimate = case.estimates().get(name)
    share = estimate is not None and estimate.unit == "share"
    return words.percent(level) if share else words.number(level)


def _cost_label(table: str, key: str, case: Case, words: Wording) -> str:
    line = next((line for line in case.costs if line.id == key), None)
    if line is None:
        return key
    return words.say(
        f"input.{table}",
        owner=words.name(line.capability or line.platform or line.improvement),
        payer=words.word("payer", line.payer),
        category=words.word("category", line.category),
        kind=words.word("kind", line.kind),
    )


def _part(table: str, key: str, words: Wording) -> str:
    """Name of one key word: a thing of the case, or a word that every case uses."""
    if key in words.names:
        return words.name(key)
    kinds = {"functions": ("function",), "unit_values": ("scale", "scope")}
    for kind in kinds.get(table, ("step",)):
        if (said := words.word(kind, key)) != words.typeset(key):
            return said
    return words.typeset(key)
