"""The claim about functions: its sentences on page 2, and its page of the annex.

Power is told first, then the registered reading, then what stands beside it.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from capworth.appraisal.claim import CHANGED, REGISTERED, RESTATES, Claim
from capworth.appraisal.claim_routes import LEVEL as LEVEL_OF_ROUTES
from capworth.appraisal.claim_routes import NOT_TAKEN, Routes
from capworth.case.claim import LEVEL
from capworth.charts.claim import POWER, ratio_span, reading_of, word_of
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.methods.claim.words import SUPPORTED
from capworth.report.blocks import Block, Section, Table, Text, pictures
from capworth.study.stages import Study

MOST_FALSE = (0.10, 0.135)  # false alarms at 5 % where groups differ in spread; see docs/method.md
DISPUTED = 3  # shares that a page names


def standing_of(claim: Claim, language: Language) -> str:
    """Say whether the claim was registered in advance, when, and what changed since."""
    values = {}
    if claim.standing in (REGISTERED, CHANGED):
        values["day"] = language.day(date.fromisoformat(claim.registered_on))
    if claim.standing == CHANGED:
        values["list"] = language.listed(language.word("locked", key) for key in claim.changed)
    return language.say(f"registration.{claim.standing}", **values)


def claim_sentences(study: Study, language: Language) -> Iterator[str]:
    """What page 2 says: power, the registered reading and its word, what stands beside it."""
    claim = study.claim
    row = claim.row
    yield _power_sentence(claim, language)
    group = language.listed(language.word("function", f) for f in claim.group)
    answers = {
        "measure": language.word("measure", claim.primary[1]),
        "estimand": language.word("estimand", claim.primary[0]),
        "counted": language.word("counted", claim.primary[2]),
        "group": group,
        "word": word_of(claim, language),
    }
    if np.isnan(row["ratio"]):
        yield language.say("summary.claim_text_absent", **answers)
    else:
        yield language.say(
            "summary.claim_text",
            **answers,
            ratio=language.number(float(row["ratio"])),
            span=ratio_span(language, float(row["ratio_low"]), float(row["ratio_high"])),
            level=language.percent(1 - 2 * claim.alpha),
        )
    if claim.word == SUPPORTED and claim.standing == REGISTERED:
        yield language.say("summary.claim_shown")
    if claim.reason == RESTATES and np.isfinite(row["constant"]):
        constant = language.number(float(row["constant"]))
        yield language.say("summary.claim_constant", constant=constant)
    table = claim.to_frame()
    others = [
        language.say(
            "summary.claim_other",
            reading=reading_of(language.charts, key),
            ratio=language.number(float(line["ratio"])),
            word=language.word("verdict", str(line["word"])),
        )
        for key, line in _lines(table)
        if key != claim.primary and line["testable"] and np.isfinite(line["ratio"])
    ]
    if others:
        yield language.say("summary.claim_others", list=language.series(others))
    if LEVEL in table.index.get_level_values("estimand"):
        yield language.say("summary.claim_circular")
    yield standing_of(claim, language)


def claim_line(study: Study, language: Language) -> str:
    """What page 1 says: the word, and what could have been shown."""
    if "claim" not in study:
        return ""
    claim = study.claim
    answers = {
        "group": language.listed(language.word("function", f) for f in claim.group),
        "word": word_of(claim, language),
    }
    if not np.isfinite(claim.power.detectable):
        return language.say("decision.claim_none", **answers)
    return language.say(
        "decision.claim", **answers, detectable=language.number(claim.power.detectable)
    )


def _power_sentence(claim: Claim, language: Language) -> str:
    lines = language.number(float(claim.row["lines"]), 0)
    if not np.isfinite(claim.power.detectable):
        return language.say("summary.claim_power_none", lines=lines)
    detectable = language.number(claim.power.detectable)
    return language.say("summary.claim_power", lines=lines, detectable=detectable)


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
        f"{standing_of(claim, language)} {_digest(claim, language)}",
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
