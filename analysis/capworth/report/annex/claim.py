"""The claim about functions: its sentences on pages 1 and 2, and what its page of the annex tells.

Power is told first, then the rule, then the registered reading and what it cannot meet.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from capworth.appraisal.claim import CHANGED, REGISTERED, Claim
from capworth.charts.claim import POWER, span_kind
from capworth.report.annex.sheet import hashed
from capworth.report.content import (
    Day,
    Name,
    Phrase,
    Slot,
    Text,
    Turned,
    Word,
    bold,
    listed,
    ref,
    say,
    sentences,
    stated,
)
from capworth.study.stages import Study

MOST_FALSE = (0.10, 0.135)  # false alarms at 5 % where groups differ in spread; see docs/method.md
DISPUTED = 3  # shares that a page names
ENDS = ("low", "high")


def standing_of(claim: Claim) -> Phrase:
    """Say whether the claim was registered in advance, when, and what changed since."""
    slots: dict[str, Slot] = {}
    if claim.standing in (REGISTERED, CHANGED):
        slots["day"] = Day(date.fromisoformat(claim.registered_on))
    if claim.standing == CHANGED:
        slots["list"] = listed(Word("locked", key) for key in claim.changed)
    return say(f"registration.{claim.standing}", **slots)


def _asked(claim: Claim) -> dict[str, Slot]:
    """The question that was registered, in the words of the case, and its answer."""
    word: Text = Word("verdict", claim.word)
    if claim.reason:
        word = say("verdict_with.reason", word=word, reason=Word("claim_reason", claim.reason))
    return {
        "measure": Word("measure", claim.primary[1]),
        "estimand": Word("estimand", claim.primary[0]),
        "counted": Word("counted", claim.primary[2]),
        "group": listed(Word("function", f) for f in claim.group),
        "word": word,
    }


def claim_text(claim: Claim) -> Phrase:
    """The registered reading and its word: what page 2 says of the claim."""
    row, key = claim.row, "/".join(claim.primary)
    if np.isnan(row["ratio"]):
        return say("summary.claim_text_absent", **_asked(claim))
    return say(
        "summary.claim_text",
        **_asked(claim),
        ratio=ref(f"claim/ratio/{key}", float(row["ratio"]), "number"),
        span=claim_span(key, {str(k): v for k, v in row.items()}),
        level=stated("claim.level", 1 - 2 * claim.alpha, "percent"),
    )


def claim_span(key: str, row: Mapping[str, Any], name: str = "ratio") -> Phrase:
    """The interval of a ratio, which may have no end: its ends are figures of their own."""
    ends = {end: float(row[f"{name}_{end}"]) for end in ENDS}
    figures = {end: ref(f"claim/{name}_{end}/{key}", x, "number") for end, x in ends.items()}
    return say(f"ratio_span.{span_kind(**ends)}", **figures)


def claim_line(study: Study) -> Phrase:
    """What page 1 says: the word, and what could have been shown."""
    claim = study.claim
    asked = _asked(claim)
    slots = {name: asked[name] for name in ("group", "word")}
    if not np.isfinite(claim.power.detectable):
        return say("decision.claim_none", **slots)
    name = f"claim/detectable/{'/'.join(claim.primary)}"
    return say("decision.claim", **slots, detectable=ref(name, claim.power.detectable, "number"))


def claim_title(claim: Claim) -> tuple[Phrase, Phrase]:
    """Topic and finding of the page."""
    asked = _asked(claim)
    group = asked["group"]
    return say("functions.topic", group=group), say(
        "functions.title", group=group, word=asked["word"]
    )


def claim_paragraphs(study: Study) -> tuple[Text, ...]:
    """Power first, the rule, what was found in the registered reading; cautions, and what stands.

    What stands is the question with its settings, and its fingerprint.
    """
    claim = study.claim
    return (
        sentences(*_power(claim)),
        say("functions.rule", margin=stated("claim.margin", claim.margin, "exactly")),
        _result(claim),
        sentences(
            say(
                "functions.cautions",
                low=stated("false alarms", MOST_FALSE[0], "percent"),
                high=stated("false alarms", MOST_FALSE[1], "percent_tenth"),
            ),
            _coders(claim),
        ),
        say("pair", first=bold(say("parameter.claim")), second=_settings(claim)),
        say("parameter.digest", standing=standing_of(claim), digest=hashed(claim.digest)),
    )


def _settings(claim: Claim) -> Phrase:
    asked = {name: slot for name, slot in _asked(claim).items() if name != "word"}
    return say(
        "parameter.claim_value",
        **asked,
        margin=stated("claim.margin", claim.margin, "exactly"),
        alpha=stated("claim.alpha", claim.alpha, "exactly"),
        gate=stated("claim.gate", claim.power.gate, "exactly"),
    )


def _tested(claim: Claim, name: str, how: str) -> Slot:
    return ref(f"claim/{name}/{'/'.join(claim.primary)}", float(claim.row[name]), how)


def _power(claim: Claim) -> list[Text]:
    found = claim.power

    def number(name: str, how: str = "number") -> Slot:
        return stated(f"claim_power.{name}", float(getattr(found, name)), how)

    shown = bool(np.isfinite(found.ratio))
    ratio = {"detectable": number("ratio")} if shown else {}
    differs = bool(np.isfinite(found.contrast))
    kind = "power" if shown else "power_none" if differs else "power_nothing"
    told: list[Text] = [
        say(
            f"functions.{kind}",
            lines=_tested(claim, "lines", "whole"),
            floor=number("floor", "fourth"),
            alpha=stated("claim.alpha", claim.alpha, "exactly"),
            power=stated("power", POWER, "percent"),
            gate=number("gate", "exactly"),
            **({"contrast": number("contrast")} if shown or differs else {}),
            **ratio,
        )
    ]
    if shown and np.isfinite(found.ratio_high):
        ends = {end: number(f"ratio_{end}", "hundredths") for end in ENDS}
        told.append(say("functions.power_range", **ends))
    if found.detectable < found.ratio:
        told.append(say("functions.power_cleared", cleared=number("cleared")))
    if found.near:
        told.append(say("functions.power_near"))
    if np.isfinite(found.held):
        told.append(say("functions.power_held", held=number("held")))
    elif shown:
        told.append(say("functions.power_held_none"))
    return told


def _result(claim: Claim) -> Phrase:
    """The registered reading: chances that it is nothing, without each service in turn."""
    names = ("p_greater", "p_margin", "held_greater", "held_margin")
    row = {str(k): v for k, v in claim.row.items()}
    return say(
        "functions.result",
        **{name: _tested(claim, name, "p") for name in names},
        left=claim_span("/".join(claim.primary), row, "left"),
        suited=stated("claim.suited", claim.suited, "probability"),
        strong=stated("claim.strong", claim.strong, "p"),
    )


def _coders(claim: Claim) -> Phrase:
    """Who coded the shares over functions, and how far they agree."""
    if len(claim.coders) < 2:
        return say("functions.coders_one" if claim.coders else "functions.coders_none")
    disputed = claim.coding().head(DISPUTED)
    pairs = (
        say(
            "pair",
            first=Name(str(capability), "short", 46),
            second=Turned(Word("function", str(function)), "lower"),
        )
        for capability, function in disputed.index[disputed["apart"] > 0]
    )
    return say(
        "functions.coders",
        count=len(claim.coders),
        alpha=stated("Krippendorff", claim.alpha_of_coders, "hundredths"),
        list=listed(pairs, "series"),
    )
