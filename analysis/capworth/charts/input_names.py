"""What an uncertain input is called on a chart: whose it is, and below it what it is."""

from collections.abc import Iterable, Mapping

from capworth.case.model import Case
from capworth.charts.voice import Voice

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
            parts = [_part(voice, key, OWNER if k < 2 else THING) for k, key in enumerate(keys)]
            owner = parts[0]
            if len(parts) > 2:
                owner = voice.say("pair", first=owner, second=", ".join(parts[1:-1]))
            thing = parts[-1] if len(parts) > 1 else ""
            names[name] = voice.say(f"input.{table}", owner=owner, thing=thing)
    return names


def _part(voice: Voice, key: str, most: int) -> str:
    """Name of one key: a thing of the case, or a word that every case uses."""
    if key in voice.names:
        return voice.short(key, most)
    found = [group for group in WORDS if f"{group}.{key}" in voice.words.phrases]
    return voice.word(found[0], key) if found else key
