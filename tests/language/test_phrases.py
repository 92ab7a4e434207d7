"""Every phrase in every language: the same ids, the same slots, the forms of its plurals."""

import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest
from babel import Locale

import capworth
from capworth.charts.excellence import SURE
from capworth.charts.innovation import FIRM
from capworth.errors import InputError
from capworth.language.language import Language
from capworth.language.phrases import Phrase, languages, parse, phrases
from capworth.members.served import EVENTS
from capworth.model.result import HIGH, LOW

LANGUAGES = languages()
SECTIONS = {"common", "pages", "charts", "brief", "explorer", "lints"}
ROOT = Path(capworth.__file__).parent
GIVEN_BY_LANGUAGE = {"gap", "sign", "name", "count"}  # put where the language puts them


def forms(phrase: Phrase) -> list[str]:
    return [phrase] if isinstance(phrase, str) else list(phrase.values())


def slots(phrase: Phrase) -> set[str]:
    return {name for form in forms(phrase) for _, name, _, _ in Formatter().parse(form) if name}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_the_same_phrases_with_the_same_slots(code: str) -> None:
    english, other = phrases("en").phrases, phrases(code).phrases
    assert list(other) == list(english)
    assert {key.partition(".")[0] for key in other} == SECTIONS
    for key, phrase in other.items():
        assert slots(phrase) ^ slots(english[key]) <= GIVEN_BY_LANGUAGE, key
        for form in forms(phrase):
            assert form.count("**") % 2 == 0, key


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_phrase_is_said_with_all_its_slots(code: str) -> None:
    """Whatever the count; and no slot can be left out."""
    for key, phrase in phrases(code).phrases.items():
        section, _, rest = key.partition(".")
        language = Language(code, section=section)
        values: dict[str, object] = {slot: f"X{slot}X" for slot in slots(phrase)}
        for count in (0, 1, 2, 3, 11, 100, 1_000_000):
            said = language.say(rest, **{**values, "count": count})
            assert "{" not in said
            assert said or not phrase
            found = set(re.findall(r"X(\w+?)X", said))
            assert any(found == slots(form) - {"count"} for form in forms(phrase)), key
        for slot in values:
            short = {k: v for k, v in values.items() if k != slot}
            if slot != "count" and isinstance(phrase, str):
                with pytest.raises(InputError, match=rf"{re.escape(rest)}: .*{{{slot}}}"):
                    language.say(rest, **short)


@pytest.mark.parametrize("code", LANGUAGES)
def test_plural_forms_are_those_of_the_language(code: str) -> None:
    found = phrases(code)
    known = Locale.parse(found.locale.language).plural_form.tags | {"other"}
    for key, phrase in found.phrases.items():
        if not isinstance(phrase, str):
            assert {"one", "other"} <= phrase.keys() <= known, key


def test_plural_forms_follow_the_count() -> None:
    arabic = Language("ar", section="pages")
    said = [arabic.say("donor.index_title", count=n) for n in (1, 2, 3, 11, 100)]
    wordings = [re.sub(r"[\d\u2066\u2069]", "", text) for text in said]
    assert len(set(wordings)) == 4, "one, two, few, many and, for a hundred, the word of eleven"
    assert wordings[3] == wordings[4]
    english = Language("en", section="common")
    assert english.say("and_more", count=7) == "7 more"


def test_a_slip_in_a_file_is_one_clear_error() -> None:
    english = (files("capworth.language") / "phrases" / "en.toml").read_text("utf-8")
    with pytest.raises(InputError, match=r"plural forms of pages\.x .*other must be among them"):
        parse("en", english.replace("[pages]", '[pages]\nx = { one = "a" }', 1))
    with pytest.raises(InputError, match=r"plural forms of pages\.x are one, other"):
        parse("en", english.replace("[pages]", '[pages]\nx = { few = "a", other = "b" }', 1))


def test_a_slip_in_the_code_is_one_clear_error() -> None:
    language = Language("en", section="charts")
    with pytest.raises(InputError, match=r"no phrase charts\.axis\.scor\..*charts\.axis\.score"):
        language.say("axis.scor")
    with pytest.raises(InputError, match=r"axis\.budget: nothing was given for {year}"):
        language.say("axis.budget", unit="€ million")
    with pytest.raises(InputError, match=r"axis\.budget: year is no word and no whole number"):
        language.say("axis.budget", unit="€ million", year=2019.5)
    with pytest.raises(InputError, match=r"and_more has plural forms: give a count"):
        language.say("and_more")
    with pytest.raises(InputError, match="capworth speaks no 'de'"):
        Language("de")


@pytest.mark.parametrize("code", LANGUAGES)
def test_hedges_are_the_same_steps_in_every_language(code: str) -> None:
    steps = [step for step, _ in phrases("en").hedges]
    assert steps[-1] == 0.0
    assert steps == sorted(steps, reverse=True)
    assert [step for step, _ in phrases(code).hedges] == steps
    assert len({word for _, word in phrases(code).hedges}) == len(steps)


def said_in_code() -> Iterator[tuple[str, str]]:
    """Ids that stand as they are in the code, with where they stand."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            named = getattr(node.func, "id", "") if "report" in path.parts else ""  # content
            if getattr(node.func, "attr", named) not in {"say", "firmly"}:
                continue
            first = node.args[0]
            options = (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,)
            for option in options:
                if isinstance(option, ast.Constant):
                    yield str(option.value), f"{path.relative_to(ROOT)}:{node.lineno}"


def test_every_id_in_the_code_is_a_phrase() -> None:
    known = {key.partition(".")[2] for key in phrases("en").phrases}
    found = list(said_in_code())
    assert len(found) > 550
    assert not [(key, where) for key, where in found if key not in known]


@pytest.mark.parametrize("template", ["report.typ", "single.typ", "explorer/template.html"])
def test_templates_hold_no_words(template: str) -> None:
    """What a reader sees comes from the phrases; the name of the product is no word."""
    text = (files("capworth.report") / template).read_text("utf-8")
    if template.endswith(".html"):
        body = re.sub(r"<(script|style).*?</\1>", "", text, flags=re.S)
        shown = re.findall(r">([^<>]*[A-Za-z]{2}[^<>]*)<", body)
        assert not [words for words in shown if not words.strip().startswith("{{")]
    else:
        content = re.findall(r"(?<![\w.#\])])\[([^\[\]#]*[A-Za-z]{3}[^\[\]]*)\]", text)
        assert not content


# ------------------------------------------------------------ no number stands in a sentence

# Digits that are part of a word, an end of a scale, or a constant of the program; each constant is
# held against the program below. All else that is a number has a slot.
SCALES = {
    "log10 of a level": ("common.units.log10",),
    "readiness, 1 to 9": ("charts.column.readiness", "charts.chart.alignment.caption"),
    "answers, points and needs, to 10 or 100": (
        *("pages.donor.region", "pages.decision.capabilities.title_one"),
        *("charts.axis.points", "charts.axis.importance", "charts.axis.dissatisfaction"),
        *("charts.chart.need_map.", "charts.chart.needs.", "charts.chart.judges.caption"),
    ),
    "above nothing, above 1, all": (
        *("charts.column.p_net_gain", "pages.functions.", "charts.chart.claim_curve."),
        "charts.axis.place_per_euro",
    ),
    "one per cent, one point, one draw more": ("charts.network.",),
    "page 1 and page 2": ("pages.decision.roles.not_now",),
    "names: SHA-256": ("pages.parameter.",),
    "how a range is read, and the name of a checklist": (
        *("pages.front.", "pages.glossary.", "pages.checklist."),
    ),
    "constants of a method, with its source": (
        *("pages.method.", "lints.", "charts.chart.architecture.caption"),
        *("charts.axis.information", "charts.chart.information.caption"),
        "charts.chart.tornado.caption",
    ),
    "constants that are held against the program": (
        *("brief.page.few", "brief.page.basis"),
        *("charts.chart.gap_table.", "charts.chart.innovation.caption"),
    ),
}
RANGE = re.compile(r"\b80[\s\u00a0\u202f]?[%٪]")
OF_SCORE = re.compile(r"\b0[\s\u00a0]?(?:–|to|à|a|إلى)[\s\u00a0]?100\b")
YEARS = re.compile(r"\b(?:19|20)\d\d\b")  # of a source, or of published counts


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_number_stands_in_a_sentence(code: str) -> None:
    known = tuple(start for starts in SCALES.values() for start in starts)
    bare = []
    for key, phrase in phrases(code).phrases.items():
        for form in forms(phrase):
            text = re.sub(r"\{[^}]*\}", "", form)
            for constant in (RANGE, OF_SCORE, YEARS):
                text = constant.sub("", text)
            if re.search(r"\d", text) and not key.startswith(known):
                bare.append(f"{key}: {form}")
    assert bare == []


def test_every_exception_has_a_use() -> None:
    """A reason that no phrase needs any more leaves the list."""
    digits = {
        key
        for code in LANGUAGES
        for key, phrase in phrases(code).phrases.items()
        if any(re.search(r"\d", re.sub(r"\{[^}]*\}", "", form)) for form in forms(phrase))
    }
    starts = [start for starts in SCALES.values() for start in starts]
    assert not [start for start in starts if not any(key.startswith(start) for key in digits)]


@pytest.mark.parametrize("code", LANGUAGES)
def test_constants_in_sentences_are_those_of_the_program(code: str) -> None:
    def numbers(key: str) -> list[float]:
        found = phrases(code).phrases[key]
        text = re.sub(r"\{[^}]*\}", "", found if isinstance(found, str) else found["other"])
        return [float(n.replace(",", ".")) for n in re.findall(r"\d+(?:[.,]\d+)?", text)]

    assert HIGH - LOW == 80
    assert numbers("brief.page.few") == [EVENTS]
    assert numbers("brief.page.basis") == [HIGH - LOW, EVENTS]
    assert numbers("charts.chart.gap_table.title_none") == [100 * SURE]
    assert 100 * FIRM in numbers("charts.chart.innovation.caption")
