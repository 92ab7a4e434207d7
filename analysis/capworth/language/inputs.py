"""What an uncertain input is called in a document: from its place in the case to language.

What an uncertain input is called on a chart: whose it is, and below it what it is.
"""

from collections.abc import Iterable, Mapping

from capworth.case.model import Case
from capworth.language.language import Language

OVERRUNS = "overruns"  # the group of what builds have in common
GROUP = "group"  # first word of the name of what a group of inputs has in common


def input_label(name: str, case: Case, language: Language) -> str:
    """Say in words what an input such as `costs/SLTD-STAFF` is.

    Parameters
    ----------
    name : table and key words of the row, joined by strokes; see `Estimate.name`
    case : the case it stands in
    language : of the document
    """
    table, *keys = name.split("/")
    if table in ("costs", "bias"):
        return _cost_label(table, keys[0], case, language)
    if table == GROUP:
        return language.say("input.group", head=group_text(keys[0], language))
    parts = [_part(table, key, language) for key in keys]
    head, rest = parts[0], language.listed(parts[1:])
    if language.has(f"input.{table}"):
        key = (
            f"input.{table}"
            if rest or not language.has(f"input.{table}_alone")
            else (f"input.{table}_alone")
        )
        return language.say(key, head=head, rest=rest)
    return language.typeset(" / ".join(keys))


def group_text(group: str, language: Language) -> str:
    """Name a group of inputs that move together; that of all overruns by our own word."""
    return language.word("knowing", group) if group == OVERRUNS else language.typeset(group)


def _cost_label(table: str, key: str, case: Case, language: Language) -> str:
    line = next((line for line in case.costs if line.id == key), None)
    if line is None:
        return key
    return language.say(
        f"input.{table}",
        owner=language.name(line.capability or line.platform or line.improvement),
        payer=language.word("payer", line.payer),
        category=language.word("category", line.category),
        kind=language.word("kind", line.kind),
    )


def _part(table: str, key: str, language: Language) -> str:
    """Name of one key word: a thing of the case, or a word that every case uses."""
    if key in language.names:
        return language.name(key)
    kinds = {"functions": ("function",), "unit_values": ("scale", "scope")}
    for kind in kinds.get(table, ("step",)):
        if (given_word := language.word(kind, key)) != language.typeset(key):
            return given_word
    return language.typeset(key)


OWNER, THING = 30, 40  # letters of a name
WORDS = ("step", "function", "scale", "scope")  # groups in which a key may be a word of all cases


def name_inputs(inputs: Iterable[str], case: Case, language: Language) -> Mapping[str, str]:
    """Name inputs such as `costs/SLTD-STAFF` in two lines; see `Estimate.name`."""
    owners = {line.id: line for line in case.costs}
    names = {}
    for name in inputs:
        table, *keys = name.split("/")
        if table in ("costs", "bias") and keys[0] in owners:
            line = owners[keys[0]]
            owner = line.capability or line.platform or line.improvement
            names[name] = language.say(
                f"input.{table}",
                owner=language.short(owner, OWNER + 16),
                payer=language.word("payer", line.payer),
                category=language.word("category", line.category),
                kind=language.word("kind", line.kind),
            )
        elif table == GROUP:
            names[name] = language.say("input.group", owner=group_text(keys[0], language))
        elif language.has(f"input.{table}"):
            parts = [
                _part_name(language, key, OWNER if k < 2 else THING) for k, key in enumerate(keys)
            ]
            owner = parts[0]
            if len(parts) > 2:
                owner = language.say(
                    "pair", first=owner, second=language.say("comma").join(parts[1:-1])
                )
            thing = parts[-1] if len(parts) > 1 else ""
            names[name] = language.say(f"input.{table}", owner=owner, thing=thing)
    return names


def _part_name(language: Language, key: str, most: int) -> str:
    """Name of one key: a thing of the case, or a word that every case uses."""
    if key in language.names:
        return language.short(key, most)
    found = [group for group in WORDS if language.has(f"{group}.{key}")]
    return language.word(found[0], key) if found else key
