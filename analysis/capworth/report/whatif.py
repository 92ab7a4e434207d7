"""The what-if page: weights and budget to move by hand, in one file that asks no network."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from capworth.errors import InputError
from capworth.language.voice import MARK, Wording
from capworth.model.draws import AtModes
from capworth.report.pdf import vintage
from capworth.study.stages import Study

FOLDER = "capworth.report"
DIGITS = 6  # decimals of what the page computes with


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
    spoken = {language: Wording.of(study.case, language) for language in languages}
    value = study.sample.model.value
    levels = study.sample.drawn.levels.mean(axis=0)
    cost = study.appraisal.to_frame()["annual_cost_m"]

    def names(key: str) -> Mapping[str, str]:
        return {language: words.name(key) for language, words in spoken.items()}

    return {
        "languages": list(languages),
        "words": {language: _words(study, words) for language, words in spoken.items()},
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
    programme = study.programme
    if programme is None:
        return None
    table = programme.frontier()
    steps = [
        {"budget": round(float(b), DIGITS), "gain": round(float(g), DIGITS), "chosen": c.split()}
        for b, g, c in zip(table["budget_m"], table["gain"], table["chosen"], strict=True)
    ]
    step = study.case.settings.grid / 1e6
    return {
        "budget": programme.budget_m,
        "most": max(steps[-1]["budget"], programme.budget_m),
        "step": round(step, DIGITS),
        "steps": steps,
    }


def _words(study: Study, words: Wording) -> dict[str, Any]:
    settings, language = study.case.settings, words.texts.language
    file = files(FOLDER).joinpath(f"whatif.{language}.toml")
    if not file.is_file():
        raise InputError(f"the what-if page has no words in {language!r}.")
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    parts = {
        "title": settings.in_language("title", language),
        "note": settings.in_language("note", language),
        "currency": words.voice.sign(settings.currency),
        "vintage": f"{vintage(study, words)} · {words.say('frame.dagger', mark=MARK)}",
    }
    filled = {
        key: text.format_map(parts) if isinstance(text, str) else text
        for key, text in table.items()
    }
    return {
        k: words.typeset(v) if isinstance(v, str) else [words.typeset(head) for head in v]
        for k, v in filled.items()
    }
