"""Annex: the method in brief, each formula with its source; what the model cannot say."""

from capworth.report.blocks import Block, Bullets, Formula, Section, Text
from capworth.report.wording import Wording
from capworth.study import Study

UNSAID = (  # what no appraisal of this kind can say
    "deterrence",
    "connected",
    "legitimacy",
    "stated",
    "platform",
    "marginal",
    "interaction",
)


def method_page(study: Study, words: Wording) -> Section:
    """The formulas that this case has used."""
    case = study.case
    used = {
        "cost": True,
        "pert": True,
        "chain": bool(case.chain),
        "score": bool(case.measured),
        "ranks": bool(case.measured),
        "claim": study.claim is not None,
        "envelopment": study.excellence is not None,
        "programme": study.programme is not None,
    }
    blocks: list[Block] = [
        Formula(
            key,
            words.say(f"method.{key}.alt"),
            words.say(f"method.{key}.head"),
            words.say(f"method.{key}.text"),
        )
        for key, is_used in used.items()
        if is_used
    ]
    return Section(words.say("method.topic"), words.say("method.title"), blocks)


def limits(study: Study, words: Wording) -> Section:
    """What the model cannot say, and what this case does not ask."""
    keys = (
        "deterrence",
        "connected",
        "legitimacy",
        "stated",
        "platform",
        "marginal",
        "interaction",
    )
    items = [(words.say(f"limits.{key}.head"), words.say(f"limits.{key}.text")) for key in keys]
    blocks: list[Block] = [Bullets(tuple(items))]
    missing = [stage for stage in study.not_asked if words.has(f"not_asked.{stage}")]
    if missing:
        asked = [("", words.say(f"not_asked.{stage}")) for stage in missing]
        blocks += [Text(words.say("limits.not_asked")), Bullets(tuple(asked))]
    return Section(words.say("limits.topic"), words.say("limits.title"), blocks)
