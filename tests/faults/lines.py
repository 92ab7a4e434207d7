"""Command lines made from the parser itself: words missing, doubled, unknown, empty, huge, odd.

Every one ends in a sentence and exit code 2, or does what it says; nothing breaks out.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from refusals import COMMANDS, TemporaryCopy, called, made, state

from capworth.cli import COMMANDS as NAMES
from capworth.cli import main

BASES = {words[0]: words for words in COMMANDS.values()} | {  # a whole line of each command
    "new": ("new", "out/mine"),
    "check": ("check", "case"),
    "batch": ("batch", "case", "--out", "out/batch", "--draws", "100", "--workers", "1"),
    "bench": ("bench", "case", "--draws", "100"),
    "allocate": ("allocate", "case", "--draws", "100"),
    "parameters": ("parameters",),
    "read": ("read", "run"),
    "rerun": ("rerun", "nowhere"),
    "switch": ("switch", "case", "REG"),
    "envelop": ("envelop", "list.csv", "--inputs", "amount", "--outputs", "year"),
    "explain": ("explain", "run"),
}
ODD = ("", "nonsense", "-1", "nan", "9" * 4_000, "1e999", "nul\0", "x" * 5_000, "../..", "\udcff")
SLOW = ("run", "batch", "bench", "track", "scenarios", "propose", "brief", "donors", "switch")


def lines() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every kind of odd line of every command: its kind, and the words."""
    for name in NAMES:
        base = BASES[name]
        context = click.Context(main)
        command = main.get_command(context, name)
        assert command is not None
        yield "a word too few", base[:-1] if len(base) > 1 and base[-2][:2] == "--" else base[:1]
        if all(given.nargs != -1 for given in command.params):  # it takes as many as there are
            yield "a word too many", (*base, "more", "and", "more")
        yield "an option nobody knows", (*base, "--nonsense")
        for option in command.params:
            if not isinstance(option, click.Option):
                continue
            flag = option.opts[0]
            if option.is_flag:
                yield "a flag with a value", (*base, f"{flag}=yes")
                continue
            yield "an option without its value", (*base, flag)
            yield "an option with a slip", (*base, f"{flag}x", "1")
            odd = ODD if name not in SLOW or not isinstance(option.type, click.Path) else ODD[:2]
            for text in odd:
                yield "an option with an odd value", (*base, flag, text)


def try_lines(every: int = 1) -> dict[str, Counter[str]]:
    """Call each line, or one of so many, in a copy of a folder; count what came of it."""
    found: dict[str, Counter[str]] = {}
    with TemporaryDirectory() as scratch:
        base = made(Path(scratch) / "base", with_run=every == 1)
        for kind, words in list(lines())[::every]:
            with TemporaryCopy(base) as place:
                found.setdefault(kind, Counter())[_verdict(words, place)] += 1
    return found


def _verdict(words: tuple[str, ...], place: Path) -> str:
    shown = " ".join(word[:20] for word in words).encode("ascii", "replace").decode()
    before = state(place)
    try:
        code, said = called(words, place)
    except Exception as error:
        return f"BROKE: {shown}: {type(error).__name__}: {error}"[:300]
    if code not in (0, 2) or "Traceback" in said:
        return f"BROKE {code}: {shown}: {said[-200:]}"
    if code == 2 and not said.strip():
        return f"SILENT: {shown}"
    if code == 2 and state(place) != before:
        return f"WROTE: {shown}"
    return "right"


if __name__ == "__main__":
    for kind, told in try_lines().items():
        print(f"{kind}: {sum(told.values())} tried, {told['right']} right", flush=True)
        print(*(f"    {what}" for what in told if what != "right"), sep="\n")
    sys.exit(0)
