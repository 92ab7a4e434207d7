"""What an uncertain input is called in a document: from its place in the case to words.

What an uncertain input is called on a chart: whose it is, and below it what it is.
"""

from collections.abc import Iterable, Mapping

from capworth.case.model import Case
from capworth.language.voice import Voice, Wording


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


OWNER, THING = 30, 40  # letters of a name
WORDS = ("step", "function", "scale", "scope")  # groups in which a key may be a word of all cases


def name_inputs(inputs: Iterable[str], case: Case, voice: Voice) -> Mapping[str, str]:
    """Name inputs such as `costs/SLTD-STAFF` in two lines; see `Estimate.name`."""
    owners = {line.id: line for line in case.costs}
    names = {}
    for name in inputs:
        table, *keys = name.split("/")
        if table in ("costs", "bias") and keys[0] in owners:
            line = owners[keys[0]]
            owner = line.capability or line.platform or line.improvement
            names[name] = voice.say(
                f"input.{table}",
                owner=voice.short(owner, OWNER + 16),
                payer=voice.word("payer", line.payer),
                category=voice.word("category", line.category),
                kind=voice.word("kind", line.kind),
            )
        elif f"input.{table}" in voice.words.phrases:
            parts = [
                _part_name(voice, key, OWNER if k < 2 else THING) for k, key in enumerate(keys)
            ]
            owner = parts[0]
            if len(parts) > 2:
                owner = voice.say("pair", first=owner, second=", ".join(parts[1:-1]))
            thing = parts[-1] if len(parts) > 1 else ""
            names[name] = voice.say(f"input.{table}", owner=owner, thing=thing)
    return names


def _part_name(voice: Voice, key: str, most: int) -> str:
    """Name of one key: a thing of the case, or a word that every case uses."""
    if key in voice.names:
        return voice.short(key, most)
    found = [group for group in WORDS if f"{group}.{key}" in voice.words.phrases]
    return voice.word(found[0], key) if found else key
