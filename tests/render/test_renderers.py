"""One content, five renderers: PDF, HTML, workbook, Word and the console say the same strings.

Every printed number is a stored figure, and is followed from there to the rows of the case.
"""

import csv
import os
import pickle
import random
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import partial
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from capworth.case.read import read_case
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.language.phrases import phrases
from capworth.model.figures import as_data
from capworth.render.book import write_book
from capworth.render.console import as_page, plain, write_text
from capworth.render.html import write_html
from capworth.render.word import write_word
from capworth.report.blocks import Missing
from capworth.report.content import (
    Name,
    Own,
    Ref,
    Stated,
    Unit,
    Voice,
    Word,
    bold,
    listed,
    phrases_of,
    ref,
    refs_of,
    said,
    say,
    sentences,
    stated,
)
from capworth.report.decision import decision_blocks
from capworth.report.edition import Content, Edition, unstored
from capworth.report.pages import said_block
from capworth.report.pdf import write_report
from capworth.study.pages import part_pages
from capworth.study.stages import Study, run_study
from capworth.study.tables import tables_of

LANGUAGES = ("en", "fr", "es", "ar")
BUNDLED = Path(__file__).parents[2] / "data" / "interpol-2019"
TRIES = 200  # printed figures that are followed to their rows
approx = partial(pytest.approx, rel=1e-14)  # a workbook keeps 16 digits
INVISIBLE = re.compile("[\u2060\u2066-\u2069\u200e\u200f\u00ad]")


@pytest.fixture(scope="module")
def content(study: Study) -> Content:
    """What the small study says, without a language."""
    return Content.of(study)


@pytest.fixture(scope="module")
def editions(content: Content) -> Mapping[str, Edition]:
    """The paper in every language."""
    return {code: content.said(code) for code in LANGUAGES}


@pytest.fixture(scope="module")
def bundled() -> Study:
    """The bundled case in few draws."""
    return run_study(read_case(BUNDLED), draws=60)


def flat(text: str) -> str:
    """A text as it is compared: no marks, no isolates, no difference between spaces."""
    return "".join(INVISIBLE.sub("", plain(text)).split())


SKIPPED = {
    *("kind", "id", "chart", "formula", "mark", "fill", "ticks", "left_out", "targets", "axis"),
}


def strings(node: Any) -> Iterator[str]:
    """Every text of a block, in its order."""
    if isinstance(node, str):
        if node:
            yield node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if key not in SKIPPED:
                yield from strings(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from strings(value)


def told(edition: Edition, *, annex: bool) -> list[str]:
    """Every text of a paper."""
    found = list(strings(list(edition.pages)))
    for section in edition.sections if annex else ():
        found += strings({key: section[key] for key in ("topic", "title", "blocks")})
    return found


class Reader(HTMLParser):
    """What an HTML page says to who reads it, and which figures it names."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.figures: list[str] = []
        self.heads: dict[str, int] = {}
        self._skip = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep ids of figures, and what stands in the style sheet apart."""
        self._skip = tag in ("style", "title")
        named = dict(attrs)
        self.figures += (named.get("data-figures") or "").split()
        if tag == "th":
            scope = named.get("scope") or ""
            self.heads[scope] = self.heads.get(scope, 0) + 1

    def handle_endtag(self, tag: str) -> None:
        """End of what is passed over."""
        self._skip = False

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        if not self._skip:
            self.words.append(data)


def read_html(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


# ---------------------------------------------------------------- the same strings


@pytest.mark.parametrize("code", LANGUAGES)
def test_html_says_every_string(study: Study, editions: Mapping[str, Edition], code: str) -> None:
    edition = editions[code]
    reader = read_html(write_html(edition, study.figures))
    page = flat("".join(reader.words))
    missing = [text for text in told(edition, annex=True) if flat(text) not in page]
    assert not missing
    assert reader.heads["row"] > 50
    assert set(reader.figures) <= set(study.figures)
    assert len(set(reader.figures)) > 100


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_workbook_says_every_string(
    study: Study, editions: Mapping[str, Edition], code: str
) -> None:
    edition = editions[code]
    book = load_workbook(BytesIO(write_book([edition], study.figures, {})), read_only=True)
    rows = list(book[f"paper {code}"].iter_rows(values_only=True))
    assert rows[0] == ("page", "block", "place", "text", "value", "low", "high", "figures")
    page = {flat(str(row[3])) for row in rows[1:]}
    assert {flat(text) for text in told(edition, annex=True)} <= page


@pytest.mark.parametrize("code", LANGUAGES)
def test_word_says_every_string(editions: Mapping[str, Edition], code: str) -> None:
    edition = editions[code]
    file = Document(BytesIO(write_word(edition)))
    words = [p.text for p in file.paragraphs]
    words += [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    page = flat("".join(words))
    assert not [text for text in told(edition, annex=True) if flat(text) not in page]
    assert file.core_properties.title == edition.title


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_console_says_every_string(editions: Mapping[str, Edition], code: str) -> None:
    edition = editions[code]
    for width in (60, 120):
        text = write_text([*edition.pages, *map(as_page, edition.sections)], width)
        page = flat(text).casefold()
        missing = [t for t in told(edition, annex=True) if flat(t).casefold() not in page]
        assert not missing


@pytest.mark.parametrize("code", ["en", "fr", "es"])
def test_the_pdf_says_every_string_of_the_paper(
    study: Study, editions: Mapping[str, Edition], code: str
) -> None:
    """Rows that a full page leaves out apart; lines of Arabic are extracted in another order."""
    edition = editions[code]
    report = write_report(study, code, edition=edition)
    page = flat("".join(p.extract_text() for p in PdfReader(BytesIO(report)).pages[:2]))
    page = page.replace("\u2019", "'")
    missing = [t for t in told(edition, annex=False) if flat(t).replace("\u2019", "'") not in page]
    assert not [text for text in missing if " " not in text.strip() or len(text) < 40], missing
    assert len(missing) <= 6  # texts of two columns, whose lines are extracted across them


RUN = re.compile(r"\d+(?:[.,\u202f\u00a0]\d+)*")


def runs(texts: Iterable[str]) -> set[str]:
    """Every number of some texts, as it is written."""
    return {run for text in texts for run in RUN.findall(INVISIBLE.sub("", text))}


@pytest.mark.parametrize("code", ["en", "fr", "es"])  # Arabic as it is painted: test_rightwards
def test_numbers_are_the_same_in_every_form(
    study: Study, editions: Mapping[str, Edition], code: str
) -> None:
    """Of the paper and of the annex."""
    edition = editions[code]
    asked = runs(told(edition, annex=True))
    report = PdfReader(BytesIO(write_report(study, code, edition=edition)))
    book = load_workbook(BytesIO(write_book([edition], study.figures, {})), read_only=True)
    rows = book[f"paper {code}"].iter_rows(min_row=2, values_only=True)
    file = Document(BytesIO(write_word(edition)))
    cells = [c.text for table in file.tables for row in table.rows for c in row.cells]
    spoken = runs(p.extract_text() for p in report.pages)
    assert len(asked) > 200
    hidden = runs(b["alt"] for s in edition.sections for b in s["blocks"] if "alt" in b)
    assert asked - hidden - spoken == set()
    assert asked - runs(read_html(write_html(edition, study.figures)).words) == set()
    assert asked - runs(str(row[3]) for row in rows) == set()
    assert asked - runs([*(p.text for p in file.paragraphs), *cells]) == set()
    assert asked - runs([write_text([*edition.pages, *map(as_page, edition.sections)])]) == set()


@pytest.mark.long
def test_two_calls_give_the_same_bytes(study: Study, editions: Mapping[str, Edition]) -> None:
    edition, tables = editions["fr"], tables_of(study)
    few = {name: tables[name] for name in ("capabilities", "programme", "claim")}
    writers: tuple[Callable[[], bytes], ...] = (
        lambda: write_html(edition, study.figures).encode(),
        lambda: write_word(edition),
        lambda: write_book([edition], study.figures, few),
    )
    for write in writers:
        assert write() == write()


# ---------------------------------------------------------------- the data book


@pytest.mark.long
def test_the_data_book_holds_every_figure_and_every_table_typed(
    study: Study, editions: Mapping[str, Edition]
) -> None:
    tables = tables_of(study)
    book = load_workbook(BytesIO(write_book(list(editions.values()), study.figures, tables)))
    listed = [row[0] for row in book["contents"].iter_rows(min_row=2, values_only=True)]
    assert listed == book.sheetnames[1:]
    assert all(book[name].freeze_panes == "B2" for name in book.sheetnames)
    heads, *rows = book["figures"].iter_rows(values_only=True)
    assert [row[0] for row in rows] == list(study.figures)
    value = heads.index("value")
    for row in rows:
        figure = study.figures[str(row[0])]
        assert row[value] == (None if figure.value is None else approx(figure.value))
        assert row[value] is None or isinstance(row[value], float | int)
    assert len(tables) > 50
    assert {name[:31] for name in tables} <= set(listed)
    told = list(book["columns"].iter_rows(values_only=True))
    assert ("capabilities", "cost_m", "millions") in {row[:3] for row in told}
    assert {row[0] for row in told[1:]} == {*tables}
    contents = {row[0]: row[1] for row in book["contents"].iter_rows(min_row=2, values_only=True)}
    assert contents["programme"] == part_pages()["programme"].question
    kept = list(book["capabilities"].iter_rows(values_only=True))
    table = tables["capabilities"]
    assert list(kept[0]) == [table.index.name, *table.columns]
    assert [row[0] for row in kept[1:]] == list(table.index)
    place = kept[0].index("cost_m")
    assert [row[place] for row in kept[1:]] == approx(table["cost_m"].tolist())
    lists = list(book["checklists fr"].iter_rows(min_row=2, values_only=True))
    assert len(lists) == 28 + 5
    assert all(bool(row[2]) != bool(row[3]) for row in lists)


# ---------------------------------------------------------------- what is printed is stored


def test_every_printed_figure_is_stored(content: Content, bundled: Study) -> None:
    for one in (content, Content.of(bundled)):
        refs = one.refs()
        assert len(refs) > 200
        assert list(unstored(refs, one.study.figures)) == []


def test_a_printed_figure_that_is_not_stored_is_found(content: Content) -> None:
    figures = content.study.figures
    name = "cost.programme"
    value = figures[name].value
    assert value is not None
    good = ref(name, value, "spread")
    assert list(unstored([good], figures)) == []
    for wrong in (
        ref("cost.nobody", value, "spread"),
        ref(name, value * 1.001, "spread"),
        ref(name, Amount(value, value * 0.5, value * 2), "spread"),
    ):
        assert len(list(unstored([wrong], figures))) >= 1
    assert list(unstored([ref("cost.nobody", float("nan"), "spread")], figures)) == []


def test_200_printed_figures_lead_to_their_rows_in_three_steps(
    bundled: Study,
) -> None:
    """From a printed number to its figure, from the figure to its group, from there to rows."""
    data = as_data(bundled.figures)
    content = Content.of(bundled)
    stored = [bundled.figures.stored(r.figure) for r in content.refs()]
    printed = sorted({name for name in stored if name is not None})
    assert len(printed) > 400
    raw = {
        path.name: list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        for path in BUNDLED.glob("*.csv")
    }
    settings = tomllib.loads((BUNDLED / "case.toml").read_text(encoding="utf-8"))
    for name in random.Random(13).sample(printed, TRIES):
        entry = data["figures"][name]  # first step
        members = data["groups"][entry["group"]] if "group" in entry else ()  # second
        if not members:
            assert entry["kind"] in ("stated", "count", "test"), name
            continue
        for member in members:  # third
            row = data["rows"][member]
            if row["table"] == "case":  # a setting: the key of case.toml
                assert member.split("/")[1] in settings, (name, member)
                continue
            lines = raw[f"{row['table']}.csv"]
            assert row.get("row", 0) <= len(lines), (name, member)
            if row.get("row"):
                keys = set(member.split("/")[1:])
                assert keys & set(lines[row["row"] - 1]), (name, member)


# ---------------------------------------------------------------- language last


BLANK_KEYS = {"points of the panel", "registration.not registered"}  # looked up as they stand


def texts_in(part: object) -> Iterator[str]:
    """Every text that a piece of content holds, but ids of figures, places and words."""
    if isinstance(part, Ref | Stated | Word | Own | Unit):  # in words of the case, or not in any
        return
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield from texts_in(key)
            yield from texts_in(value)
    elif isinstance(part, tuple | list | frozenset):
        for value in part:
            yield from texts_in(value)
    elif is_dataclass(part):
        for field in fields(part):
            yield from texts_in(getattr(part, field.name))


def test_content_holds_no_words(content: Content) -> None:
    """Keys of phrases have no blank in them; a text of a language would."""
    found = {*texts_in(content.pages), *texts_in(content.annex)}
    assert len(found) > 200
    assert {text for text in found if " " in text.strip()} <= BLANK_KEYS


def test_what_is_built_is_the_same_whatever_was_said(content: Content) -> None:
    again = Content.of(content.study)
    assert repr(again.annex) == repr(content.annex)
    for code in LANGUAGES:
        content.said(code)
    assert repr(Content.of(content.study).pages) == repr(again.pages) == repr(content.pages)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_phrase_of_a_page_has_words(content: Content, code: str) -> None:
    known = phrases(code)
    used = set(phrases_of(content.pages)) | set(phrases_of(content.annex))
    assert len(used) > 60
    missing = [key for key in used if known.find("pages", key) is None]
    assert [k for k in missing if known.find("pages", f"{k}_open") is None] == []


def test_a_phrase_without_words_is_named(study: Study) -> None:
    voice = Voice(Language("fr"), study)
    with pytest.raises(Exception, match=r"fr\.toml has no phrase pages\.no\.such"):
        said(say("no.such"), voice)
    with pytest.raises(Exception, match="nothing was given for"):
        said(say("decision.programme.years"), voice)


def test_a_missing_block_has_its_reason(study: Study) -> None:
    voice = Voice(Language("en"), study)
    block = Missing("change", say("change.head"), say("change.not_asked"))
    assert said_block(block, voice)["reason"].startswith("The case has no value tree")
    with pytest.raises(ValueError, match="no reason"):
        said_block(replace(block, reason=sentences()), voice)


def test_words_know_their_figures(study: Study) -> None:
    voice = Voice(Language("fr"), study)
    one, two = ref("a.b", 12.0, "number"), Ref("c.d", Amount(3.0, 2.0, 4.5), "spread")
    text = said(say("pair", first=bold(one), second=listed([two, stated("x", 7, "plain")])), voice)
    assert text.refs == (one, two)
    sent = pickle.loads(pickle.dumps(text))
    assert (sent, sent.refs) == (text, text.refs)
    assert "**12**" in text
    assert "3,0 (2,0–4,5)" in text
    assert said(Name("LAB"), voice).refs == ()


def test_every_number_of_the_paper_is_a_figure_or_was_set(study: Study) -> None:
    """No float reaches a phrase but as a figure, or as what a case or a method states."""
    blocks = decision_blocks(study)
    assert len(list(refs_of(blocks))) > 20
    assert all(isinstance(found, Ref) for found in refs_of(blocks))


SPELLED = """
import sys
from datetime import date
from io import BytesIO
from openpyxl import Workbook
from capworth.render.zipped import timeless
book, content = Workbook(write_only=True), BytesIO()
sheet = book.create_sheet("Café")
sheet.append(["ä & <b>", 1.5, None, True, " lead", "\\u0645"])
book.save(content)
sys.stdout.buffer.write(timeless(content.getvalue(), date(2020, 1, 1)))
"""


def test_the_bytes_do_not_depend_on_which_library_writes_xml() -> None:
    """One is used where it happens to be installed, as the papers in Word bring it along."""
    one, other = (
        subprocess.run(
            [sys.executable, "-c", SPELLED],
            env={**os.environ, "OPENPYXL_LXML": installed},
            capture_output=True,
            check=True,
        ).stdout
        for installed in ("True", "False")
    )
    assert one == other
    assert load_workbook(BytesIO(one))["Café"]["A1"].value == "ä & <b>"
