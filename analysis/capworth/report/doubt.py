"""What would change the advice, and how far to trust it: the foot of page 1.

Inputs that alone change the programme, the likeliest first; what rests on judgement, what was asked
of nobody, what holds however services are counted.
"""

from collections.abc import Iterator
from typing import Any

from capworth.language.inputs import input_label, level_text
from capworth.language.language import Language
from capworth.report.advice import Advice, changes_text
from capworth.report.annex.claim import claim_line
from capworth.report.blocks import Row, rows_of
from capworth.study.stages import Study
from capworth.uncertainty.switching import BREAKS

SWITCHES_NAMED = 5  # rows of the table of switching values; fewer where the page is full
TURNS_NAMED = 3  # inputs on page 1


def what_would_change(study: Study, found: Advice | None, language: Language) -> dict[str, Any]:
    """Inputs that alone change the programme, the likeliest first; else the first place."""
    head = language.say("change.head")
    if found is not None and found.count > 0 and "switching" in study:
        intro, rows = _switches(study, language)
        return {"head": head, "intro": intro, "rows": rows, "text": _together(study, language)}
    if "sensitivity" not in study:
        return {"head": head, "intro": "", "rows": [], "text": language.say("change.not_asked")}
    intro, rows = _first_place(study, language)
    return {"head": head, "intro": intro, "rows": rows, "text": ""}


def _switches(study: Study, language: Language) -> tuple[str, list[str]]:
    """The first rows of the table of switching values."""
    switching = study.switching
    count, every = len(switching.switching), switching.looked_at
    if not count:
        return language.say("change.intro_set_none", all=every), []
    rows = [
        language.say(
            f"change.{row['side']}",
            label=_label(key, study, language),
            level=level_text(key, float(row["level"]), study.case, language),
            percent=language.probability(float(row["p"])),
            changes=_switched(row, language),
        )
        for key, row in rows_of(switching.to_frame().head(SWITCHES_NAMED))
    ]
    return language.say("change.intro_set", count=count, all=every), rows


def _label(key: str, study: Study, language: Language) -> str:
    """Name an input; the only one of its category that is asked for is a price."""
    table, *words = key.split("/")
    lines = {line.id: line for line in study.case.costs}
    line = lines.get(words[0]) if table == "costs" else None
    if line is not None and line.improvement and line.kind == "one-off":
        mine = [x for x in lines.values() if x.improvement == line.improvement]
        asked = [x for x in mine if study.sample.model.costs.asked_for(x)]
        if [x.id for x in asked if x.category == line.category] == [line.id]:
            return language.say(
                "change.price",
                name=language.brief(line.improvement),
                category=language.word("category", line.category),
            )
    return input_label(key, study.case, language)


def _switched(row: Row, language: Language) -> str:
    """What goes and comes where an input switches."""
    added, dropped = str(row["into"]).split(), str(row["out"]).split()
    if not added and not dropped:
        return language.say("change.empties")
    changes = changes_text(added, dropped, language)
    broken = row["kind"] == BREAKS
    return language.say("change.breaks", changes=changes) if broken else changes


def _together(study: Study, language: Language) -> str:
    """The chance that some other good set is better, all inputs together."""
    found = study.switching
    if found.good < 2:
        return ""
    return language.say("change.together", percent=language.probability(found.p_better))


def _first_place(study: Study, language: Language) -> tuple[str, list[str]]:
    """Inputs that come nearest to taking the first place for each euro."""
    found = study.sensitivity
    table = found.to_frame()
    table = table[table["swing"] > 0]
    if table.empty:
        return language.say("change.stable"), []
    nearest = table.sort_values(["p_beyond", "swing"], ascending=False, kind="stable").head(
        TURNS_NAMED
    )
    key = "change.intro_turning" if found.turning else "change.intro"
    rows = [
        language.say(
            "change.line",
            label=input_label(str(name), study.case, language),
            hedge=language.hedged(float(share)),
        )
        for name, share in nearest["p_beyond"].items()
    ]
    return language.say(
        key, first=language.name(found.subject), second=language.name(found.rival)
    ), rows


# ---------------------------------------------------------------- how far to trust it


JUDGED = ("D", "E")


def how_far_to_trust(study: Study, found: Advice | None, language: Language) -> dict[str, Any]:
    """What rests on judgement, what was asked of nobody, and the word of the claim."""
    rows = list(_doubts(study, found, language))
    return {"head": language.say("trust.head"), "rows": rows}


def _doubts(study: Study, found: Advice | None, language: Language) -> Iterator[str]:
    """What rests on judgement, what was asked of nobody, what holds however services are counted.

    Then the word of the claim.
    """
    yield _evidence(study, language)
    if "feedback" in study and study.feedback.synthetic:
        yield language.say("trust.synthetic")
    elif "feedback" not in study:
        yield language.say("trust.unasked")
    advised = found is not None and found.count > 0
    if advised and "extent_keys" in study and len(study.extent_keys.to_frame()) > 1:
        yield _whatever_the_key(study, language)
    if "claim" in study:
        yield claim_line(study, language)


def _evidence(study: Study, language: Language) -> str:
    """How much of cost, score and money rests on judgement or placeholders."""
    if "sensitivity" in study:
        table = study.sensitivity.evidence()
        parts = {
            key: float(table[key].loc[list(JUDGED)].sum())
            for key in ("cost", "score", "money")
            if float(table[key].sum()) > 0
        }
        if "cost" in parts:
            alternatives = language.listed(
                language.say(f"trust.{key}", share=language.part(share))
                for key, share in parts.items()
            )
            return language.say("trust.rests", list=alternatives)
    grades = [estimate.grade for estimate in study.case.estimates().values()]
    share = sum(grade in JUDGED for grade in grades) / max(len(grades), 1)
    alternatives = language.say("trust.inputs", share=language.part(share))
    return language.say("trust.rests", list=alternatives)


def _whatever_the_key(study: Study, language: Language) -> str:
    """What is started under every extent key that the case knows."""
    found = study.extent_keys
    return language.say(
        f"trust.{'always' if found.always else 'always_none'}",
        names=language.listed(map(language.brief, found.always)),
        count=len(found.to_frame()),
    )
