"""Annex: what the linters found, each thing with its place, its sentence and its remedy."""

from capworth.lints.lint import SEVERITIES, Lint, catalogue
from capworth.report.blocks import Block, Section, Table, Text
from capworth.report.wording import Wording
from capworth.study import Study


def soundness_page(study: Study, words: Wording) -> Section:
    """Every lint of the case, serious ones first."""
    found = study.soundness
    serious, look = found.counts.values()
    codes = {lint.code for lint in found.lints}
    key = "soundness.title" if serious else "soundness.title_none"
    known = len(catalogue())
    text = words.say("soundness.text", known=known, clear=known - len(codes))
    blocks: list[Block] = [Text(text)]
    if found.lints:
        blocks.append(_table(found.lints, words))
    return Section(words.say("soundness.topic"), words.say(key, serious=serious, look=look), blocks)


def _table(lints: tuple[Lint, ...], words: Wording) -> Table:
    rows = tuple(
        (
            lint.code,
            words.say(f"soundness.{lint.severity}"),
            words.typeset(lint.placed(words.texts.language)),
            *map(words.typeset, lint.said(words.texts.language)),
        )
        for lint in lints
    )
    columns = ("code", "severity", "place", "sentence", "mend")
    return Table(
        words.say("soundness.table"),
        tuple(words.say(f"soundness.{column}") for column in columns),
        rows,
        words=len(columns),
        weights=(0.32, 0.62, 1.25, 2.6, 2.0),
        marked=tuple(k for k, lint in enumerate(lints) if lint.severity == SEVERITIES[0]),
        size=6.3,
    )
