"""What runs from right to left: its numbers do not turn round, in words, charts, reports, pages."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.font_manager import findfont, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.text import Text
from pypdf import PdfReader
from pypdf.generic import ByteStringObject, ContentStream, TextStringObject

from capworth.case.model import Case
from capworth.case.register import bias_classes, schedules
from capworth.charts.gallery import GALLERY
from capworth.charts.style import looks
from capworth.charts.svg import framed, to_svg
from capworth.language.isolates import ISOLATE, RIGHTWARDS, figures_isolated, isolated
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.language.phrases import phrases
from capworth.methods.arguments import Floats
from capworth.report import pdf
from capworth.report.annex import contents as annex
from capworth.report.edition import FULL
from capworth.report.pdf import document, write_report
from capworth.study.stages import Study

ARABIC = re.compile("[\u0621-\u064a]")
UNSEEN = re.compile("[\u200e\u200f\u2060\u2066-\u2069]")
RANGE = re.compile(r"([\d.,]*\d)–([\d.,]*\d)")
NUMBER = re.compile(r"[<>+\-−]?[\d.,]*\d(?:–[\d.,]*\d)?%?")
ASTRAY = re.compile(
    r"\d[+\-−](?![\w\-−])|%\d|\d[<>]|%[<>]"
)  # a sign on the wrong side of its number
FUNCTION_WORDS = re.compile(r"\b(?:the|draws|likely|with|improvements?|points|which|is|are|in)\b")
DRAWN = ("productivity", "net_value", "contributions", "earmarks", "score_steps", "alignment")


def seen(text: str) -> str:
    """Show where a text is isolated."""
    return text.replace(ISOLATE[0], "[").replace(ISOLATE[1], "]").replace("\u2060", "")


# ---------------------------------------------------------------- isolates


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("19–24", "[19–24]"),
        ("−3.5", "[−3.5]"),
        ("SLTD", "[SLTD]"),
        ("100 countries, since 2002?", "[100 countries, since 2002?]"),
        ("\u206619\u2069", "[19]"),
        ("\u206612.3\u2069 (\u206610–14\u2069)", "[12.3] ([10–14])"),
        ("شبكة I-24/7", "شبكة I-24/7"),
        ("–", "–"),
        ("", ""),
    ],
)
def test_a_value_is_isolated_as_it_is_put_in(value: str, expected: str) -> None:
    assert seen(isolated(value)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("وثائق السفر: 85% من السجلات سليمة", "وثائق السفر: [85%] من السجلات سليمة"),
        ("من 2015–2019، المرحلة 2: البحث", "من [2015–2019]، المرحلة [2]: البحث"),
        ("شبكة (I-24/7) منها", "شبكة ([I-24/7]) منها"),
        ("المنصة، المرحلة 1…\u2060†", "المنصة، المرحلة [1]…†"),
        ("Register of persons", "[Register of persons]"),
        ("بصمات", "بصمات"),
    ],
)
def test_figures_in_a_name_of_a_case_are_isolated(name: str, expected: str) -> None:
    assert seen(Language("ar", {"X": name}).name("X")) == expected


PIECES = st.sampled_from(
    ["قدرة", "، ", " ", "19", "–", "-", "%", "(", "EUR", "\u20667\u2069", "\n"]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_isolating_twice_changes_nothing_and_no_letter_is_lost(text: str) -> None:
    for isolate in (isolated, figures_isolated):
        once = isolate(text)
        assert isolate(once) == once
        assert UNSEEN.sub("", once) == UNSEEN.sub("", text)
        assert once.count(ISOLATE[0]) == once.count(ISOLATE[1])


def test_a_slot_isolates_what_runs_from_left_to_right() -> None:
    """Whole numbers and Latin names as they are; what is Arabic, or isolated, is not touched."""
    say = Language("ar", section="charts").say
    values = {"capability": "SLTD", "first": "قدرة", "span": "19–24", "year": 2019}
    assert seen(say("axis.budget", unit="مليون يورو", year=values["year"])).endswith("[2019]")
    assert seen(say("pair", first=values["capability"], second=values["first"])) == "[SLTD]: قدرة"
    assert seen(say("pair", first="\u206619–24\u2069", second=7)) == "[19–24]: [7]"


def test_a_value_within_an_isolate_is_not_isolated_again() -> None:
    language = Language("ar")
    assert seen(language.spread(Amount(12.34, 10.0, 14.0))) == "[12.3] ([10.0–14.0])"
    assert seen(language.probability(0.004)) == "[<1%]"
    assert seen(language.spread(Amount(0.1, -0.4, 0.6))) == "[0.1] (من [−0.4] إلى [0.6])"


@given(st.integers(-(10**9), 10**9), st.integers(0, 10**8))
def test_a_number_and_its_range_are_written_in_western_digits(thousandths: int, wide: int) -> None:
    voice, middle, wide_by = Language("ar").charts, thousandths / 1000, wide / 1000
    spread = voice.spread(Amount(middle, middle - wide_by, middle + wide_by))
    for text in (spread, voice.number(middle)):
        assert not re.search("[\u0660-\u0669\u200e]", text)
        assert not NUMBER.sub("", re.sub(r"\[[^\]]*\]", "", seen(text))).strip("من إلى()–")


def test_money_is_said_with_the_name_of_its_currency() -> None:
    voice = Language("ar").charts
    assert seen(voice.money(19.4, "EUR", 1)) == "[19.4] مليون\u00a0يورو"
    assert seen(voice.probability(0.001)) == "[<1%]"


# ---------------------------------------------------------------- the words


def arabic() -> Iterator[tuple[str, str]]:
    for key, phrase in phrases("ar").phrases.items():
        for form in [phrase] if isinstance(phrase, str) else phrase.values():
            yield key, form


def test_numbers_of_a_phrase_carry_their_isolates() -> None:
    """A sign, a range or a percentage that stands in a phrase, or beside a slot."""
    for key, phrase in arabic():
        outside = re.sub(f"{ISOLATE[0]}[^{ISOLATE[1]}]*{ISOLATE[1]}", "", phrase)
        outside = re.sub(r"[A-Za-z][^\u0600-\u06ff]*", "", re.sub(r"\{\w+\}", "0", outside))
        assert not re.search(r"\d[–%]|[–+<>]\u2060?\d|\d{4}", outside), (key, phrase)
        assert phrase.count(ISOLATE[0]) == phrase.count(ISOLATE[1]), key


def test_every_phrase_is_arabic() -> None:
    for key, phrase in arabic():
        bare = re.sub(r"\{\w+\}|\([^()]*\d{4}[^()]*\)", "", phrase)  # parts, and references
        assert not FUNCTION_WORDS.search(bare), key
        assert ARABIC.search(bare) or not re.search(r"[a-z]{4}", bare), key
        assert not re.search("[\u0660-\u0669]", phrase), key
        assert not re.search(r"[?;,] ?(?=[\u0621-\u064a])", phrase), key  # the marks are Arabic too


def test_a_count_takes_its_own_form(small: Case) -> None:
    say = Language.of(small, "ar").say
    said = [say("donor.index_title", count=count) for count in (1, 2, 3, 11, 100)]
    assert [seen(text).split()[0] for text in said] == ["حزمة", "حزمتان", "[3]", "[11]", "[100]"]
    assert [seen(text).split()[1] for text in said[2:]] == ["حزم", "حزمة", "حزمة"]


# ---------------------------------------------------------------- what is painted


def painted(page: Any) -> Iterator[str]:
    """Lines of a page from left to right as they meet the eye, from the places of their glyphs."""
    fonts = {name: _font(font.get_object()) for name, font in page["/Resources"]["/Font"].items()}
    rows: dict[int, list[tuple[float, str, float, float]]] = {}
    place, text, kept, font, size = np.eye(3), np.eye(3), [], "", 0.0
    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        if operator == b"q":
            kept.append(place)
        elif operator == b"Q":
            place = kept.pop()
        elif operator == b"cm":
            place = _matrix(operands) @ place
        elif operator == b"Tm":
            text = _matrix(operands) @ place
        elif operator == b"Tf":
            font, size = operands[0], float(operands[1])
        elif operator in {b"TJ", b"Tj"}:
            written, width = _read(operands[0] if operator == b"TJ" else operands, *fonts[font])
            scale = float(text[0, 0]) * size
            run = (float(text[2, 0]), written, width * scale / 1000, scale)
            rows.setdefault(round(2 * float(text[2, 1])), []).append(run)
    for row in rows.values():
        line, end = "", -np.inf
        for x, written, width, scale in sorted(row):
            line += " " if x - end > 0.12 * scale else ""
            line, end = line + written, x + width
        yield UNSEEN.sub("", line)


def _matrix(operands: list[Any]) -> Floats:
    a, b, c, d, e, f = map(float, operands)
    return np.array([[a, b, 0.0], [c, d, 0.0], [e, f, 1.0]])


def _read(
    parts: list[Any], letters: Mapping[int, str], widths: Mapping[int, float]
) -> tuple[str, float]:
    """Letters of a run, in the order in which they are painted, and its width."""
    text, width = "", 0.0
    for part in parts:
        if isinstance(part, TextStringObject | ByteStringObject):
            raw = part.original_bytes
            for glyph in (int.from_bytes(raw[k : k + 2]) for k in range(0, len(raw), 2)):
                text, width = text + letters.get(glyph, "?"), width + widths.get(glyph, 0.0)
        else:
            width -= float(part)
    return text, width


def _font(font: Any) -> tuple[Mapping[int, str], Mapping[int, float]]:
    """Letters and widths of the glyphs of a font."""
    letters: dict[int, str] = {}
    table = font["/ToUnicode"].get_object().get_data().decode("latin1")
    for glyph, code in re.findall(r"<(\w{4})> <(\w+)>\n", table):
        letters[int(glyph, 16)] = bytes.fromhex(code).decode("utf-16-be")
    widths: dict[int, float] = {}
    given = list(font["/DescendantFonts"][0].get_object()["/W"])
    while given:
        first, then = int(given.pop(0)), given.pop(0).get_object()
        if isinstance(then, list):
            widths.update({first + k: float(width) for k, width in enumerate(then)})
        else:
            widths.update(dict.fromkeys(range(first, int(then) + 1), float(given.pop(0))))
    return letters, widths


def ranges(lines: Iterator[str]) -> Iterator[tuple[float, float]]:
    for line in lines:
        for ends in RANGE.findall(line):
            low, high = (float(end.replace(",", "")) for end in ends)
            yield low, high


@pytest.fixture(scope="module")
def content(study: Study) -> dict[str, Any]:
    """What the template of the Arabic report gets, charts left out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(annex, "GALLERY", {})
        return document(study, "ar", annex=FULL)


@pytest.fixture(scope="module")
def report(study: Study, content: dict[str, Any]) -> PdfReader:
    """The report itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "document", lambda *_: content)
        return PdfReader(BytesIO(write_report(study, "ar", annex=FULL)))


@pytest.fixture(scope="module")
def lines(report: PdfReader) -> tuple[str, ...]:
    """What is painted on its pages."""
    return tuple(line for page in report.pages for line in painted(page))


@pytest.mark.long
def test_ranges_are_painted_from_low_to_high(lines: tuple[str, ...]) -> None:
    found = list(ranges(iter(lines)))
    assert len(found) > 60
    assert all(low <= high for low, high in found)


def test_every_number_is_painted_as_it_is_said(
    content: dict[str, Any], lines: tuple[str, ...]
) -> None:
    said = {
        token
        for text in spoken([content["decision"], content["summary"], content["sections"]])
        for token in re.findall(f"{ISOLATE[0]}([^{''.join(ISOLATE)}]+){ISOLATE[1]}", isolated(text))
    }
    numbers = {n for token in said if NUMBER.fullmatch(n := UNSEEN.sub("", token))}
    assert len([n for n in numbers if "–" in n]) > 40
    assert len([n for n in numbers if n[0] in "<>−"]) > 5
    assert len([n for n in numbers if n[-1] == "%"]) > 10
    whole = "\n".join(lines)
    alone = r"(?<!\d[.,])(?<![\d–−<>])"  # a full stop stands at the left of its number
    lost = {n for n in numbers if not re.search(rf"{alone}{re.escape(n)}(?![\d–%])", whole)}
    assert not lost


def spoken(node: Any) -> Iterator[str]:
    """Every text that is painted, so without those for readers who cannot see."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if key not in {"alt", "svg", "kind", "name"}:
                yield from spoken(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from spoken(value)


def test_no_sign_stands_on_the_wrong_side(lines: tuple[str, ...]) -> None:
    assert not [line for line in lines if ASTRAY.search(re.sub(r"\w*[A-Za-z_][\w.-]*", "", line))]


def test_the_first_column_and_the_head_stand_at_the_right(
    content: dict[str, Any], lines: tuple[str, ...]
) -> None:
    assert content["direction"] == "rtl"
    names = ("القدرة", "تكلفة")
    mirrored = [name[::-1] for name in names]  # letters as they are painted
    rows = [line for line in lines if all(name in line for name in mirrored)]
    assert any(line.index(mirrored[0]) > line.index(mirrored[1]) for line in rows)
    head = next(line for line in lines if "رارقلا ةقرو" in line)
    assert head.endswith("رارقلا ةقرو")


def test_nothing_english_is_left(content: dict[str, Any], small: Case) -> None:
    """Titles of sources stay in their language."""
    of_the_case = {criterion.unit for criterion in small.criteria} | set(small.names().values())
    sources = {known.source for known in bias_classes().values()}
    sources |= {known.source for known in schedules().values()}
    sources |= {words for one in small.sources for words in (one.title, one.publisher) if words}
    for text in spoken([content["decision"], content["summary"], content["sections"]]):
        bare = text
        for source in sources:
            bare = bare.replace(source, "")
        bare = re.sub(r"\([^()]*\d{4}[^()]*\)", "", bare)  # without references
        for name in of_the_case:
            bare = bare.replace(name, "")
        assert not FUNCTION_WORDS.search(bare), text


# ---------------------------------------------------------------- what is drawn


@pytest.mark.parametrize("name", DRAWN)
def test_numbers_of_a_chart_stand_as_they_are(study: Study, name: str) -> None:
    figure = GALLERY[name].figure(study, Language("ar", study.case.names("ar")).charts)
    with looks():
        figure.draw_without_rendering()
        drawn = [UNSEEN.sub("", line) for text in figure.findobj(Text) for line in eyed(text)]
    assert any(ARABIC.search(line) for line in drawn)
    assert not [line for line in drawn if ASTRAY.search(line)]
    assert all(low <= high for low, high in ranges(iter(drawn)))


def eyed(text: Any) -> Iterator[str]:
    """Lines of a text in the order in which its letters are laid out from left to right."""
    faces: Any = get_font([findfont(family) for family in text.get_fontfamily()])
    for line in text.get_text().split("\n"):
        laid = faces._layout(line, LoadFlags.NO_HINTING, features=None, language=None)
        yield "".join(item.char for item in sorted(laid, key=lambda item: item.x))


def test_letters_are_shaped_and_have_glyphs(study: Study, recwarn: pytest.WarningsRecorder) -> None:
    for name in DRAWN:
        svg = to_svg(GALLERY[name].figure(study, Language("ar", study.case.names("ar")).charts))
        assert "<text" not in svg, "letters are outlines: no reader needs the fonts"
    assert not list(recwarn)


def test_only_words_begin_from_the_right(study: Study) -> None:
    for language, begins in (("ar", True), ("fr", False)):
        figure = GALLERY["payers"].figure(
            study, Language(language, study.case.names(language)).charts
        )
        label = figure.axes[0].get_xlabel()
        assert label.startswith(RIGHTWARDS) == begins


def test_a_chart_alone_begins_at_its_right_edge(study: Study) -> None:
    bare = to_svg(GALLERY["payers"].figure(study, Language("ar", study.case.names("ar")).charts))
    alone = ET.fromstring(framed(bare, "العنوان", "المصدر 2019", "الوصف").encode())
    width = float(alone.attrib["viewBox"].split()[2])
    words_of_it = alone.findall("{http://www.w3.org/2000/svg}text")
    assert [t.attrib["direction"] for t in words_of_it] == ["rtl", "rtl"]
    assert all(float(t.attrib["x"]) > 0.9 * width for t in words_of_it)
