"""The what-if page: weights and budget to move by hand, in one file that asks no network."""

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np

from capworth.charts.chart import sure
from capworth.language.language import MARK, Language
from capworth.model.draws import AtModes
from capworth.report.edition import vintage
from capworth.study.stages import Study

FOLDER = "capworth.report"
DIGITS = 6  # decimals of what the page computes with
HEADS = ("place", "capability", "move", "score", "rate")
LATER = ("number", "gain", "spent", "names", "first", "second", "rate")  # put in by the page
SAID = (
    *("language_name", "title", "about", "weights_title", "weights_note", "reset"),
    *("budget_title", "budget_note", "budget", "millions", "nothing", "chosen", "and"),
    *("ranks_title", "still", "taken", "no_weights"),
)


def write_whatif(study: Study, languages: Sequence[str]) -> str | None:
    """Write the page in the given languages, the first one shown; None without a value tree.

    Raises
    ------
    InputError
        When there are no words for a language.
    """
    if not study.case.measured:
        return None
    template = files(FOLDER).joinpath("whatif.html").read_text(encoding="utf-8")
    content = json.dumps(_content(study, languages), ensure_ascii=False, sort_keys=True)
    return template.replace("{{data}}", content.replace("<", "\\u003c"))


def _content(study: Study, languages: Sequence[str]) -> dict[str, Any]:
    spoken = {code: Language.of(study.case, code) for code in languages}
    value = study.sample.model.value
    levels = study.sample.drawn.levels.mean(axis=0)
    cost = study.appraisal.to_frame()["annual_cost_m"]

    def names(key: str) -> Mapping[str, str]:
        return {code: language.name(key) for code, language in spoken.items()}

    return {
        "languages": list(languages),
        "words": {code: _words(study, language) for code, language in spoken.items()},
        "criteria": [names(leaf.id) for leaf in value.leaves],
        "weights": [round(float(w), DIGITS) for w in value.weights(AtModes())[0]],
        "capabilities": [
            {
                "id": c,
                "names": names(c),
                "levels": [round(float(level), DIGITS) for level in levels[k]],
                "cost": round(float(cost[c]), DIGITS),
            }
            for k, c in enumerate(study.case.capability_ids)
        ],
        "improvements": {i: names(i) for i in study.case.improvement_ids},
        "programme": _programme(study),
    }


def _programme(study: Study) -> dict[str, Any] | None:
    if "programme" not in study:
        return None
    programme = study.programme
    table = programme.frontier()
    steps = [
        {"budget": round(float(b), DIGITS), "gain": round(float(g), DIGITS), "chosen": c.split()}
        for b, g, c in zip(table["budget_m"], table["gain"], table["chosen"], strict=True)
    ]
    most = max(steps[-1]["budget"], programme.budget_m)
    return {
        "budget": programme.budget_m,
        "most": most,
        "step": float(10.0 ** np.floor(np.log10(most / 100))) if most > 0 else 1.0,
        "steps": steps,
    }


def _words(study: Study, language: Language) -> dict[str, Any]:
    settings = study.case.settings
    page = language.speaking("explorer")
    later = {slot: _later(slot, page) for slot in LATER}
    facts = {
        "title": settings.in_language("title", language.code),
        "note": settings.in_language("note", language.code),
        "currency": language.sign(),
        "sure": sure(settings.budget_confidence, language),
    }
    return {
        **{key: page.say(key, **facts, **later) for key in SAID},
        "own_name": language.phrases.name,
        "direction": language.direction,
        "heads": [*(page.say(f"heads.{head}") for head in HEADS), ""],
        "vintage": f"{vintage(study, language)} · {language.say('frame.dagger', mark=MARK)}",
    }


def _later(slot: str, language: Language) -> str:
    """A slot that the page fills itself, as weights move; isolated by its first letter."""
    return f"\u2068{{{slot}}}\u2069" if language.rightwards else f"{{{slot}}}"
