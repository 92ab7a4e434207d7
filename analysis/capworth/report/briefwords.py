"""The words of the briefs: one file for each language, all with the same keys."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from capworth.errors import InputError, nearest
from capworth.report.figures import Figures
from capworth.report.texts import Texts, texts
from capworth.report.texts import languages as typeset_languages

FOLDER = "capworth.report"


@dataclass(frozen=True, slots=True)
class BriefWords:
    """The words of the briefs in one language."""

    language: str
    direction: str
    figures: Figures
    phrases: Mapping[str, str]
    typography: Texts | None  # of the reports, where they speak the language

    def say(self, key: str, **parts: object) -> str:
        """Say a phrase with the typography of its language."""
        text = self.phrases[key].format_map(parts)
        return self.typography.typeset(text) if self.typography else text.replace("'", "’")


def languages() -> tuple[str, ...]:
    """Every language that has a file of words for a brief."""
    names = (entry.name.split(".") for entry in files(FOLDER).iterdir())
    return tuple(sorted(n[1] for n in names if n[0] == "brief" and n[-1] == "toml"))


@cache
def brief_words(language: str) -> BriefWords:
    """Read the words of a language.

    Raises
    ------
    InputError
        When there are none.
    """
    if language not in languages():
        hint = nearest(language, languages())
        raise InputError(f"there are no texts for a brief in {language!r}. {hint}")
    found = files(FOLDER).joinpath(f"brief.{language}.toml").read_text("utf-8")
    content: dict[str, dict[str, str]] = tomllib.loads(found)
    meta = content.pop("language")
    rtl = meta["direction"] == "rtl"
    return BriefWords(
        language,
        meta["direction"],
        Figures(meta["locale"], meta["millions"], meta["units"], meta["share"], rtl),
        MappingProxyType({f"{p}.{k}": v for p, part in content.items() for k, v in part.items()}),
        texts(language) if language in typeset_languages() else None,
    )
