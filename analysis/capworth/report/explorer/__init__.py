"""The explorer: one file in which every number opens, and the programme answers what is asked.

It asks no network. What a run holds lies packed in it; the page unpacks it, shows it in every
language of the phrases, and chooses anew on stored simulations, exactly over every allowed set.
"""

import base64
import gzip
import html
import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from capworth.errors import InputError, nearest
from capworth.language.language import Language
from capworth.language.phrases import languages as spoken_languages
from capworth.report.explorer.content import content
from capworth.study.stages import Study

FOLDER = "capworth.report.explorer"
SCRIPTS = ("say", "choice", "state", "page", "figure", "views", "programme", "app")


def write_explorer(study: Study, languages: Sequence[str] = ()) -> str:
    """Write the page of a study: the same bytes for the same run.

    Parameters
    ----------
    languages : the page opens in the first one; it speaks all that there are texts for

    Raises
    ------
    InputError
        When there are no words for a language.
    """
    known = spoken_languages()
    for code in languages:
        if code not in known:
            raise InputError(f"there are no texts for a page in {code!r}. {nearest(code, known)}")
    first = languages[0] if languages else study.case.settings.languages[0]
    language = Language.of(study.case, first)
    spoken = [Language.of(study.case, code) for code in known]
    return page_of(content(study, first), language, spoken)


def page_of(held: dict[str, Any], first: Language, every: Sequence[Language]) -> str:
    """Put what a page holds into it, packed; browsers that cannot unpack it are told in words."""
    plain = json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    packed = base64.b64encode(gzip.compress(plain.encode("utf-8"), 9, mtime=0)).decode("ascii")
    told = "\n".join(
        f'<p lang="{one.code}" dir="{one.direction}">'
        f"{html.escape(one.speaking('explorer').say('fallback'))}</p>"
        for one in (first, *(one for one in every if one.code != first.code))
    )
    parts = {
        "lang": first.code,
        "dir": first.direction,
        "title": html.escape(first.speaking("explorer").say("brand")),
        "style": _text("style.css"),
        "fallback": told,
        "packed": packed,
        "script": "\n".join(_text(f"{name}.js") for name in SCRIPTS),
    }
    page = _text("template.html")
    for name, part in parts.items():
        page = page.replace("{{" + name + "}}", part)
    return page


def _text(name: str) -> str:
    return files(FOLDER).joinpath(name).read_text(encoding="utf-8")
