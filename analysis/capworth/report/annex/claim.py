"""The claim about functions: its sentences on page 2, and its page of the annex.

Power is told first, then the registered reading, then what stands beside it.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from capworth.appraisal.claim import CHANGED, REGISTERED, Claim
from capworth.appraisal.claim_routes import LEVEL as LEVEL_OF_ROUTES
from capworth.appraisal.claim_routes import NOT_TAKEN, Routes
from capworth.charts.claim import POWER, ratio_span, word_of
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.report.blocks import Block, Section, Table, Text, pictures
from capworth.report.content import (
    Phrase,
    Slot,
    Told,
    Voice,
    Word,
    listed,
    ref,
    said,
    say,
    stated,
)
from capworth.report.content import Text as Content
from capworth.study.stages import Study

MOST_FALSE = (0.10, 0.135)  # false alarms at 5 % where groups differ in spread; see docs/method.md
DISPUTED = 3  # shares that a page names


def standing_of(claim: Claim) -> Phrase:
    """Say whether the claim was registered in advance, when, and what changed since."""
    slots: dict[str, Slot] = {}
    if claim.standing in (REGISTERED, CHANGED):
        slots["day"] = Told(_day, (date.fromisoformat(claim.registered_on),))
    if claim.standing == CHANGED:
        slots["list"] = listed(Word("locked", key) for key in claim.changed)
    return say(f"registration.{claim.standing}", **slots)


def _day(_: Study, language: Language, day: date) -> str:
    return language.day(day)


def _word(study: Study, language: Language) -> str:
    return word_of(study.claim, language)


def _asked(claim: Claim) -> dict[str, Slot]:
    """The question that was registered, in the words of the case, and its answer."""
    return {
        "measure": Word("measure", claim.primary[1]),
        "estimand": Word("estimand", claim.primary[0]),
        "counted": Word("counted", claim.primary[2]),
        "group": listed(Word("function", f) for f in claim.group),
        "word": Told(_word),
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
        level=stated("claim.alpha", 1 - 2 * claim.alpha, "percent"),
    )


def claim_span(key: str, row: Mapping[str, Any]) -> Told:
    """The interval of a ratio, which may have no end: its ends are figures of their own."""
    ends = [float(row[f"ratio_{end}"]) for end in ("low", "high")]
    figures = [ref(f"claim/ratio_{n}/{key}", e, "number") for n, e in zip(ENDS, ends, strict=True)]
    return Told(_span, tuple(ends), tuple(figures))


ENDS = ("low", "high")


def _span(_: Study, language: Language, low: float, high: float) -> str:
    return ratio_span(language, low, high)


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


def claim_paragraphs(study: Study) -> tuple[Content, ...]:
    """Power first, then the rule, then what was found in the registered reading."""
    claim = study.claim
    key = "/".join(claim.primary)
    names = ("p_greater", "p_margin", "held_greater", "held_margin", "left_low", "left_high")
    found = tuple(ref(f"claim/{n}/{key}", float(claim.row[n]), "number") for n in names)
    detectable = ref(f"claim/detectable/{key}", float(claim.row["detectable"]), "number")
    margin = stated("claim.margin", claim.margin, "exactly")
    return (
        Told(_power_told, (), (detectable,)),
        say("functions.rule", margin=margin),
        Told(_result_told, (), found),
    )


def _power_told(study: Study, language: Language) -> str:
    return _power(study.claim, language)


def _result_told(study: Study, language: Language) -> str:
    return _result(study.claim, language)


def claim_page(study: Study, language: Language) -> Section | None:
    """The claim in every reading, what chance says, three routes; None where none is registered."""
    if "claim" not in study:
        return None
    claim = study.claim
    group = language.listed(language.word("function", f) for f in claim.group)
    paragraphs = (
        _power(claim, language),
        language.say("functions.rule", margin=language.exactly(claim.margin)),
        _result(claim, language),
        language.say(
            "functions.cautions",
            low=language.percent(MOST_FALSE[0]),
            high=language.percent(MOST_FALSE[1], 1),
        ),
        _coders(claim, language),
        f"{said(standing_of(claim), Voice(language, study))} {_digest(claim, language)}",
    )
    blocks: list[Block] = [
        *map(Text, paragraphs),
        _readings(claim, language),
        _null(claim, language),
        *([_routes(study.routes, language)] if "routes" in study else []),
        *([_choices(study, language)] if "routes" in study and study.routes.tasks else []),
        *pictures("functions", study, language),
    ]
    title = language.say("functions.title", group=group, word=word_of(claim, language))
    return Section(language.say("functions.topic", group=group), title, blocks)


def _digest(claim: Claim, language: Language) -> str:
    locked = "functions.digest" if claim.registered_on else "functions.digest_unlocked"
    return language.say(locked, digest=claim.digest)


def _power(claim: Claim, language: Language) -> str:
    found, power = claim.power, {}
    shown = bool(np.isfinite(found.ratio))
    if shown:
        power["detectable"] = language.number(found.ratio)
    sentences = [
        language.say(
            "functions.power" if shown else "functions.power_none",
            lines=language.number(float(claim.row["lines"]), 0),
            floor=language.number(found.floor, 4),
            alpha=language.exactly(claim.alpha),
            power=language.percent(POWER),
            contrast=language.number(found.contrast),
            gate=language.exactly(found.gate),
            **power,
        )
    ]
    if shown and np.isfinite(found.ratio_high):
        low, high = language.number(found.ratio_low, 2), language.number(found.ratio_high, 2)
        sentences.append(language.say("functions.power_range", low=low, high=high))
    if found.detectable < found.ratio:
        sentences.append(
            language.say("functions.power_cleared", cleared=language.number(found.cleared))
        )
    if found.near:
        sentences.append(language.say("functions.power_near"))
    if np.isfinite(found.held):
        sentences.append(language.say("functions.power_held", held=language.number(found.held)))
    elif shown:
        sentences.append(language.say("functions.power_held_none"))
    return " ".join(sentences)


def _result(claim: Claim, language: Language) -> str:
    row = claim.row
    names = ("p_greater", "p_margin", "held_greater", "held_margin")
    return language.say(
        "functions.result",
        **{name: _p(language, float(row[name])) for name in names},
        left=ratio_span(language, float(row["left_low"]), float(row["left_high"])),
        suited=language.part(claim.suited),
        strong=_p(language, claim.strong),
    )


def _coders(claim: Claim, language: Language) -> str:
    if len(claim.coders) < 2:
        return language.say("functions.coders_one" if claim.coders else "functions.coders_none")
    disputed = claim.coding().head(DISPUTED)
    sentences = [
        language.say(
            "pair",
            first=language.short(str(capability)),
            second=language.word("function", str(function)).lower(),
        )
        for capability, function in disputed.index[disputed["apart"] > 0]
    ]
    return language.say(
        "functions.coders",
        count=len(claim.coders),
        alpha=language.number(claim.alpha_of_coders, 2),
        list=language.series(sentences),
    )


def _p(language: Language, p: float) -> str:
    """Write a p with three decimals, which never shows 0."""
    return language.number(max(p, 0.001), 3)


def _lines(table: pd.DataFrame) -> Iterator[tuple[tuple[str, str, str], dict[str, Any]]]:
    rows = zip(table.index, table.to_dict("records"), strict=True)
    for (estimand, value, counted), row in rows:
        named = {str(column): cell for column, cell in row.items()}
        yield (str(estimand), str(value), str(counted)), named


def _readings(claim: Claim, language: Language) -> Table:
    rows, marked = [], []
    for k, (key, row) in enumerate(_lines(claim.to_frame())):
        marked += [k] if key == claim.primary else []
        ratio = language.number(float(row["ratio"]))
        span = ratio_span(language, float(row["ratio_low"]), float(row["ratio_high"]))
        rows.append(
            (
                language.word("measure", key[1]),
                language.word("estimand", key[0]),
                language.word("counted", key[2]),
                language.number(float(row["lines"]), 0),
                language.number(float(row["detectable"])),
                (ratio, span),
                _p(language, float(row["p_greater"])),
                _p(language, float(row["p_margin"])),
                _p(language, float(row["held_margin"])),
                language.word("verdict", str(row["word"])),
            )
        )
    margin, level = language.exactly(claim.margin), language.percent(1 - 2 * claim.alpha)
    columns = ("measure", "estimand", "counted", "lines", "detectable", "ratio", "holds", "passes")
    return Table(
        language.say("functions.readings"),
        tuple(
            language.say(f"functions.{column}", margin=margin, level=level)
            for column in (*columns, "held", "word")
        ),
        tuple(rows),
        words=3,
        marked=tuple(marked),
        size=7.0,
    )


def _null(claim: Claim, language: Language) -> Table:
    rows = tuple(
        (
            language.word("verdict", str(word)),
            language.part(float(row["functions"])),
            language.part(float(row["values"])),
        )
        for word, row in zip(
            claim.null_words().index, claim.null_words().to_dict("records"), strict=True
        )
    )
    columns = ("word", "null_functions", "null_values")
    return Table(
        language.say("functions.null"),
        tuple(language.say(f"functions.{column}") for column in columns),
        rows,
    )


def _routes(routes: Routes, language: Language) -> Table:
    rows = []
    table = routes.to_frame()
    for (route, value), row in zip(table.index, table.to_dict("records"), strict=True):
        taken = row["finding"] != NOT_TAKEN
        ratio = language.number(float(row["ratio"]))
        span = ratio_span(language, float(row["ratio_low"]), float(row["ratio_high"]))
        ends = [language.number(float(row[end])) for end in ("first_in", "last_in")]
        rows.append(
            (
                language.word("claim_route", str(route)),
                language.word("measure", str(value)) if value != "-" else language.say("none"),
                (ratio, span) if taken else language.say("unknown"),
                *ends,
                language.word("finding", str(row["finding"])),
            )
        )
    columns = ("route", "measure", "ratio_interval", "first_in", "last_in", "finding")
    return Table(
        language.say("functions.routes"),
        tuple(language.say(f"functions.{column}") for column in columns),
        tuple(rows),
        words=2,
        note=language.say(
            "functions.routes_note",
            needed=language.percent(routes.needed),
            level=language.percent(LEVEL_OF_ROUTES),
            drawn=language.percent(POWER),
        ),
        size=7.0,
    )


def _choices(study: Study, language: Language) -> Table:
    """What members who chose would pay for each function, against the mean of all."""
    routes = study.routes
    rows = []
    for function, row in routes.by_choice().iterrows():
        answers = {str(column): value for column, value in row.items()}
        cells = (language.cell(Amount.of(answers, name)) for name in ("utility", "pays"))
        rows.append((language.word("function", str(function)), *cells))
    unit = study.case.settings.currency
    return Table(
        language.say("functions.choices", members=routes.respondents, count=routes.tasks),
        (
            language.say("functions.function"),
            language.say("functions.utility"),
            language.say("functions.pays", unit=unit),
        ),
        tuple(rows),
        note=language.say("functions.choices_note", level=language.percent(LEVEL_OF_ROUTES)),
        size=7.0,
    )
