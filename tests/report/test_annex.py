"""The short annex and the pictures that a page draws: what is shown where, and how large."""

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from accessible import elements, faults, scopes
from pypdf import PdfReader

from capworth.case.model import Case
from capworth.charts.gallery import GALLERY
from capworth.charts.schedule import yearly_limited
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.report.annex.contents import (
    LEAVES,
    PAPER,
    WORDS,
    checklists,
    linked,
    sheets,
)
from capworth.report.annex.leaves import unit_of
from capworth.report.bars import Bar, Bars, Group, scale
from capworth.report.blocks import Grid, Words
from capworth.report.content import WRITERS, Name, Voice, phrases_of, ref, refs_of, said, stated
from capworth.report.edition import SHORT
from capworth.report.packing import packed
from capworth.report.pages import said_sheet
from capworth.report.pdf import document, set_document, write_report
from capworth.study.stages import Study, run_study

BUNDLED = Path(__file__).parents[2] / "data" / "interpol-2019"
QUESTIONS = (  # one for each row of the table in DESIGN 1, and that of futures
    *("changing", "remarks", "analysis", "greatest", "excellence", "frontline", "technology"),
    *("sharing", "programme", "futures", "raising", "urged"),
)
SIZES = {"body": 9.5, "table": 9.0, "small": 8.0, "foot": 7.5}
MOST_PAGES = 26
MOST_BYTES = 600_000


CODES = ["en", "fr", "es", pytest.param("ar", marks=pytest.mark.long)]  # each is a whole paper


class Papers(dict[str, bytes]):
    """The paper of a study by language, each written when it is first read."""

    def __init__(self, study: Study) -> None:
        self.study = study

    def __missing__(self, code: str) -> bytes:
        return self.setdefault(code, write_report(self.study, code))


@pytest.fixture(scope="module")
def papers(bundled: Study) -> dict[str, bytes]:
    """Its paper in every language."""
    return Papers(bundled)


# ---------------------------------------------------------------- over which draws


def test_a_range_names_the_draws_that_it_rests_on(study: Study) -> None:
    """More are counted than kept: ranges rest on the kept ones, and no page says otherwise."""
    kept = study.sample.drawn.size
    more = replace(study, provenance=replace(study.provenance, draws=10 * kept))
    texts = {key: " ".join(text) for key, text in _small_print(more)}
    assert f"80% ranges over the first {kept} simulations." in texts["capabilities"]
    assert f"ranges over {10 * kept:,}" not in " ".join(texts.values())
    front = str(said_sheet(sheets(more)[0], Voice(Language.of(more.case, "en"), more)))
    assert f"Each of {10 * kept:,} simulations" in front
    assert f"rest on the first {kept}" in front


def test_no_page_calls_a_line_an_80_percent_range_that_is_none(bundled: Study) -> None:
    """Of the claim 90 % intervals are drawn, of keys the first and the last place, else years."""
    texts = {key: " ".join(text) for key, text in _small_print(bundled)}
    draws = f"are 80% ranges over {bundled.provenance.draws} simulations"
    said_so = {key for key, text in texts.items() if draws in text}
    assert {"capabilities", "economics", "hub", "sets", "overrun"} <= said_so
    assert not said_so & {"claim", "allocation", "timetable", "excellence", "distances", "promises"}


def _small_print(study: Study) -> Iterator[tuple[str, list[str]]]:
    voice = Voice(Language.of(study.case, "en"), study)
    for leaf in LEAVES:
        sheet = leaf.content(study)
        if sheet is not None:
            blocks = said_sheet(sheet, voice)["blocks"]
            yield leaf.name, [b["text"] for b in blocks if b["kind"] == "words"]


# ---------------------------------------------------------------- what has a page


def test_every_question_of_the_resolution_has_its_pages_and_its_charts() -> None:
    assert tuple(dict.fromkeys(leaf.question for leaf in LEAVES)) == QUESTIONS
    assert {leaf.chart for leaf in LEAVES} - {""} <= set(GALLERY)


def test_a_question_has_its_page_or_says_why_not(bundled: Study, study: Study) -> None:
    for one in (bundled, study):
        language = Language.of(one.case, "en")
        made = {leaf.question for leaf in LEAVES if leaf.content(one) is not None}
        blocks = said_sheet(sheets(one)[0], Voice(language, one))["blocks"]
        table = next(b for b in blocks if b["kind"] == "linked")
        told = {row["cells"][0]: (row["cells"][1], row["targets"]) for row in table["rows"]}
        for question in QUESTIONS:
            said, pages = told[language.say(f"question.{question}")]
            assert (said == "answered") == (question in made) == bool(pages)
            assert said == "answered" or said.startswith("not asked: ")


@pytest.mark.parametrize("full", [False, True])
def test_every_cross_reference_leads_to_a_page(bundled: Study, full: bool) -> None:
    made = sheets(bundled, full)
    names = [sheet.name for sheet in made]
    assert "" not in names
    assert len(set(names)) == len(names)
    told = list(linked(made))
    assert len(told) > 60
    assert {name for _, name in told} <= {*names, *PAPER}


def test_the_checklists_are_filled_from_the_run(bundled: Study, study: Study) -> None:
    made = names_of(bundled)
    cheers = checklists(bundled, made)["cheers"]
    assert len(cheers) == 28
    assert sum(map(bool, cheers.values())) >= 24
    assert [key for key, pages in cheers.items() if not pages] == ["c21", "c25", "c27", "c28"]
    asked = replace(bundled.feedback, synthetic=False)
    heard = bundled.with_answers(feedback=asked)
    assert checklists(heard, names_of(heard))["cheers"]["c21"] == ("needs",)
    none = checklists(bundled, ())
    assert none["cheers"]["c24"] == ()
    section = said_sheet(sheets(bundled)[-1], Voice(Language.of(bundled.case, "en"), bundled))
    rows = [row for block in section["blocks"] for row in block["rows"]]
    assert len(rows) == 28 + 5
    assert all(bool(row["targets"]) != row["cells"][2].startswith("not met") for row in rows)
    assert "24 of 28" in section["title"]
    assert set(checklists(study, names_of(study))["emmie"]) == {
        *("effect", "mechanism", "moderators", "implementation", "economics")
    }


def names_of(study: Study) -> list[str]:
    return [sheet.name for sheet in sheets(study)]


def test_twelve_words_have_their_sense() -> None:
    assert len(WORDS) == len(set(WORDS)) == 12


def test_a_survey_that_is_made_up_enters_no_document(bundled: Study) -> None:
    assert bundled.feedback.synthetic
    for code in ("en", "fr"):
        text = str(document(bundled, code)["sections"])
        assert "SYNTHETIC" not in text.upper().replace("SYNTHÉTIQUE", "SYNTHETIC")


def test_each_page_has_one_picture_or_one_table(bundled: Study) -> None:
    for leaf in LEAVES:
        page = leaf.content(bundled)
        if page is not None:
            assert sum(not isinstance(block, Words) for block in page.blocks) == 1, leaf


@pytest.mark.parametrize("code", ["fr", "es", "ar"])
def test_every_language_tells_the_same_rows(bundled: Study, code: str) -> None:
    english, other = (document(bundled, c)["sections"] for c in ("en", code))
    shapes = [
        [[(b["kind"], _count(b)) for b in section["blocks"]] for section in sections]
        for sections in (english, other)
    ]
    assert shapes[0] == shapes[1]


def _count(block: dict[str, Any]) -> int:
    if block["kind"] == "bars":
        return sum(len(group["rows"]) for group in block["groups"])
    return len(block.get("rows", ()))


def test_widths_that_no_column_takes_are_refused() -> None:
    with pytest.raises(ValueError, match="3 widths, 1 columns"):
        Grid((None,) * 3, (), words=1, weights=(1.0, 2.0, 1.0))


def test_no_chart_says_a_hyphen_for_a_minus(bundled: Study) -> None:
    for section in document(bundled, "en")["sections"]:
        assert not re.search(r"(?<![\w)\]–])-\d", section["title"]), section["title"]


def test_levels_kept_as_logarithms_are_promised_in_plain_units(bundled: Study) -> None:
    voice = Voice(Language.of(bundled.case, "en"), bundled)
    assert said(unit_of("log10 of minutes"), voice) == "minutes"
    assert said(unit_of("% sound"), voice) == "% sound"
    assert said(ref("baseline/today/x", (2.0, 1.0, 3.0), "power"), voice) == "100"
    page = next(sheet for sheet in sheets(bundled) if sheet.name == "promises")
    assert "log10" not in str(said_sheet(page, voice)["blocks"][0])


COLUMNS = {  # of each picture or table, and how they are written; heads say units and thousands
    "productivity": ("productivity", "productivity:factor p_rise:probability"),
    "capabilities": ("capabilities", "cost_m:spread score:spread p_first:probability"),
    "chain": ("capabilities", "harm_per_m:spread harm_days:middle money_m:middle"),
    "excellence": ("excellence", "p_excellent:probability p_top:probability"),
    "gaps": ("gaps", "model:whole gap:whole p_below:probability"),
    "distances": ("gaps", "gap:whole"),
    "priorities": ("priorities", "gain_per_m:spread cost_m:spread p_first:probability"),
    "alignment": ("priorities", "gain:spread readiness:plain"),
    "hub": ("hub_and_links", "hub_m:spread links_m:spread p_hub:probability"),
    "timetable": ("programme", "start:year full_effect:year asked_m:tenth"),
    "promises": (
        "baseline review",  # the year of a review is a figure of its own, not of the table
        "today:middle planned:middle year:year today:power planned:power",
    ),
    "overrun": ("overrun_improvements", "asked_m:spread p80_m:tenth"),
    "funding": ("funding_curve", "budget_m:money_tenth gain:spread"),
    "money": ("pledges", "amount_m:tenth chance:probability"),
    "donors": ("donor_menu", "gain:spread asked_m:spread core:hundredths"),
    "members": (
        "members_by_group",
        "members:whole hits:thousands own_m:number external_m:number own_harm:thousands "
        "national_m:number contribution_m:number",
    ),
}


def place_of(figure: str) -> tuple[str, str]:
    """Table and column; of the review of a promise, its year."""
    if figure.startswith("review."):
        return "review", "year"
    table, column = figure.split("/")[:2]
    return table, column


def test_columns_are_those_that_heads_name(bundled: Study) -> None:
    made = {sheet.name: sheet for sheet in sheets(bundled)}
    for name, (table, columns) in COLUMNS.items():
        found = [(*place_of(r.figure), r.how) for r in refs_of(made[name].blocks[0])]
        assert {place for place, _, _ in found} == set(table.split()), name
        told = " ".join(dict.fromkeys(f"{column}:{how}" for _, column, how in found))
        assert told == columns, name
    net = {"/".join(r.figure.split("/")[:2]) for r in refs_of(made["economics"].blocks[0])}
    assert net == {
        *("capabilities/net_m", "capabilities/p_net_positive"),
        *("economics/npv_m", "economics/p_npv_positive"),
    }


def test_a_set_or_a_package_is_not_said_to_close_alone(bundled: Study, study: Study) -> None:
    made = {sheet.name: {*phrases_of(sheet.blocks)} for sheet in sheets(bundled)}
    assert "leaf.closes_axis" in made["alignment"]
    assert "leaf.closes_axis_budget" in made["funding"]
    assert "leaf.closes_axis_package" in made["donors"]
    assert "leaf.closes_axis" not in made["funding"] | made["donors"]
    assert yearly_limited(bundled.case)
    assert not yearly_limited(study.case)
    assert "leaf.curve_note" in made["funding"]
    small = next(sheet for sheet in sheets(study) if sheet.name == "funding")
    assert "leaf.curve_note" not in {*phrases_of(small.blocks)}


@pytest.mark.parametrize(
    ("how", "amount", "said_so"),
    [
        ("factor", (1.0431, 1.0431, 1.0431), "1.04"),  # certain, and a rise
        ("factor", (1.4432, 1.4314, 1.4555), "1.44"),
        ("factor", (1.4432, 0.5, 2.5), "1.4"),
        ("tenth", (28.64, 28.64, 28.64), "28.6"),
        ("tenth", (496.64, 496.64, 496.64), "497"),
        ("tenth", (266_761.2, 266_761.2, 266_761.2), "266,800"),
        ("tenth", (0.0, 0.0, 0.0), "0"),
        ("money_tenth", (500.24, 500.24, 500.24), "€500.2 million"),
        ("money_tenth", (177_912.34, 177_912.34, 177_912.34), "€177,900 million"),
        ("money_at", (266_761.2, 266_761.2, 266_761.2), "€266,800 million"),
    ],
)
def test_no_more_digits_than_four_and_enough_to_tell_from_one(
    how: str, amount: tuple[float, float, float], said_so: str
) -> None:
    assert WRITERS[how](Language("en", currency="EUR"), Amount(*amount)) == said_so


# ---------------------------------------------------------------- how it is set


def test_a_table_that_is_taller_than_a_sheet_goes_on_on_the_next(bundled: Study) -> None:
    """Below its title it begins, no row is lost and none lies over another."""
    content = document(bundled, "en", dict.fromkeys(GALLERY, "<svg/>"))
    (section,) = (s for s in content["sections"] if s["name"] == "switching")
    (grid,) = (b for b in section["blocks"] if b["kind"] == "grid")
    marks = [f"row{k}" for k in range(len(grid["rows"]))]
    rows = [
        [f"{mark} {'very long name ' * 16}", *row[1:]]
        for mark, row in zip(marks, grid["rows"], strict=True)
    ]
    long = {
        **section,
        "blocks": [{**grid, "rows": rows} if b is grid else b for b in section["blocks"]],
    }
    given = {**content, "sections": [long if s is section else s for s in content["sections"]]}
    reader = PdfReader(
        BytesIO(set_document("report.typ", given, bundled.case.settings.appraisal_date))
    )
    found: dict[str, list[tuple[int, float]]] = {mark: [] for mark in marks}
    for number, page in enumerate(reader.pages):

        def see(text: str, cm: Any, tm: Any, _f: Any, _s: float, number: int = number) -> None:
            for mark in re.findall(r"row\d+\b", text):
                found[mark].append((number, -(tm[5] * cm[3] + cm[5])))

        page.extract_text(visitor_text=see)
    title = next(
        k
        for k, page in enumerate(reader.pages)
        if plain(section["title"])[:20] in plain(page.extract_text()) and k > 2
    )
    places = [found[mark][0] for mark in marks]
    assert places[0][0] == title
    assert places == sorted(places)
    assert {number for number, _ in places} == {title, title + 1}
    low = [-height for number, height in places]
    assert min(low) > 17 * 72 / 25.4


def sizes(report: bytes, pages: range) -> Iterator[tuple[int, float, str]]:
    """Size of the type of every text, page by page, in points."""
    reader = PdfReader(BytesIO(report))
    for number in pages:
        found: list[tuple[float, str]] = []

        def see(text: str, cm: Any, tm: Any, _font: Any, size: float, found: Any = found) -> None:
            if text.strip():
                found.append((abs(size * tm[3] * cm[3]), text))

        reader.pages[number].extract_text(visitor_text=see)
        yield from ((number, size, text) for size, text in found)


@pytest.mark.parametrize("code", CODES)
def test_type_is_never_small(papers: dict[str, bytes], code: str) -> None:
    told = list(sizes(papers[code], range(2)))
    assert len(told) > 100
    least = SIZES["foot"] - 0.01
    assert not [(page, size, text) for page, size, text in told if size < least]
    letters = {size: 0 for _, size, _ in told}
    for _, size, text in told:
        letters[size] += len(text)
    read = sum(n for size, n in letters.items() if size >= SIZES["table"] - 0.01)
    assert read > 0.7 * sum(letters.values())


@pytest.mark.parametrize("code", CODES)
def test_the_paper_is_two_pages_and_an_annex_that_is_short_and_light(
    bundled: Study, papers: dict[str, bytes], code: str
) -> None:
    report = papers[code]
    reader = PdfReader(BytesIO(report))
    marks = [mark for mark in reader.outline if not isinstance(mark, list)]
    assert [reader.get_destination_page_number(mark) for mark in marks[:3]] == [0, 1, 2]
    assert len(reader.pages) - 2 <= MOST_PAGES
    assert len(report) <= MOST_BYTES


def plain(text: str) -> str:
    return re.sub(r"[\u2060\u2066-\u2069]", "", text)


def _lowest(report: bytes, number: int) -> float:
    """Where the last line above the footer stands, as a share of what a page holds."""
    heights: list[float] = []

    def see(text: str, cm: Any, tm: Any, _font: Any, _size: float) -> None:
        if text.strip():
            heights.append(tm[5] * cm[3] + cm[5])

    page = PdfReader(BytesIO(report)).pages[number]
    page.extract_text(visitor_text=see)
    millimetre = 72 / 25.4
    foot, head = 17 * millimetre, float(page.mediabox.height) - 16 * millimetre
    body = [height for height in heights if height > foot - 1]
    return (head - min(body)) / (head - foot)


@pytest.mark.parametrize("code", CODES)
def test_pages_are_full(bundled: Study, papers: dict[str, bytes], code: str) -> None:
    """Those of decision, and of the annex each that is not the last of a part."""
    voice = Voice(Language.of(bundled.case, code), bundled)
    parts = {plain(said(sheet.title, voice)) for sheet in sheets(bundled) if sheet.breaks}
    reader = PdfReader(BytesIO(papers[code]))
    marks = [mark for mark in reader.outline if not isinstance(mark, list)]
    begun = [
        reader.get_destination_page_number(mark)
        for mark in marks
        if plain(str(mark["/Title"])) in parts
    ]
    assert len(begun) == len(parts) == 6
    ends = {(number or 0) - 1 for number in begun[1:]} | {len(reader.pages) - 1}
    for number in range(len(reader.pages)):
        full = _lowest(papers[code], number)
        assert full >= 0.75 or number in ends, (number + 1, full)
        assert 0.2 <= full <= 1.0, (number + 1, full)


@pytest.mark.parametrize("code", CODES)
def test_papers_are_accessible_and_for_archives(papers: dict[str, bytes], code: str) -> None:
    assert faults(papers[code], code) == []


def test_labels_of_rows_are_heads(papers: dict[str, bytes]) -> None:
    """Those of a picture with groups too; every column has its own head."""
    root: Any = PdfReader(BytesIO(papers["en"])).trailer["/Root"]
    cells = elements(root["/StructTreeRoot"]["/K"])
    heads = [tuple(scopes(e)) for e in cells if e["/S"] == "/TH"]
    assert set(heads) == {("Row",), ("Column",)}
    assert heads.count(("Row",)) > 400


def test_packing_changes_no_word_and_no_tag(papers: dict[str, bytes]) -> None:
    plain = papers["en"]
    assert packed(plain) == plain  # it has no plain table of references any more
    reader = PdfReader(BytesIO(plain))
    assert "Start" in reader.pages[0].extract_text() or "Choose" in reader.pages[0].extract_text()


# ---------------------------------------------------------------- pictures


def _picture(mark: str = "bar") -> Bars:
    bars = (
        Bar(Name("a"), (stated("a", 2.0, "exactly"),), Amount(2.0, 1.0, 4.0)),
        Bar(Name("b"), (stated("b", -1.0, "exactly"),), Amount(-1.0, -2.0, 0.0)),
        Bar(Name("c"), (stated("c", float("nan"), "exactly"),)),
    )
    words = (Name("t"), Name("axis"), Name("names"), (Name("n"),))
    return Bars(*words, (Group(None, "solid", bars),), mark=mark, spare=1)


@pytest.fixture(scope="module")
def voice(bundled: Study) -> Voice:
    """English, without names."""
    return Voice(Language("en"), bundled)


def test_a_bar_stands_where_its_number_says(voice: Voice) -> None:
    data = _picture().drawn(voice)
    first, second, third = (row["bar"] for row in data["groups"][0]["rows"])
    assert third is None
    for bar, amount in ((first, (2.0, 1.0, 4.0)), (second, (-1.0, -2.0, 0.0))):
        found = (bar["at"], bar["low"], bar["high"])
        assert found == pytest.approx([(x + 2.0) / 6.0 for x in amount])
    assert data["zero"] == pytest.approx(2.0 / 6.0)
    ticks = {tick["text"]: tick["at"] for tick in data["ticks"]}
    assert ticks == pytest.approx({"\u22122": 0.0, "0": 1 / 3, "2": 2 / 3, "4": 1.0})
    assert ticks["2"] == pytest.approx(2 / 3)
    assert data["left_out"] == ["1 more", "2 more", "3 more"]


def test_a_scale_of_dots_need_not_begin_at_nought() -> None:
    low, high, ticks = scale([Amount(101.0, 100.0, 104.0)], from_zero=False)
    assert (low, high) == (100.0, 104.0)
    assert ticks == [100.0, 101.0, 102.0, 103.0, 104.0]
    assert scale([Amount(101.0, 100.0, 104.0)], from_zero=True)[:2] == (0.0, 104.0)
    assert scale([], from_zero=True)[:2] == (0.0, 1.0)


def test_parts_of_a_bar_are_as_long_as_their_amounts(voice: Voice) -> None:
    bar = Bar(Name("a"), (Name("6"),), Amount(6.0, 5.0, 8.0), (1.0, 2.0, 3.0))
    key = (("solid", Name("x")), ("hatched", Name("y")), ("grey", Name("z")))
    groups = (Group(None, "solid", (bar,)),)
    data = Bars(None, Name("axis"), None, (Name("n"),), groups, key=key).drawn(voice)
    parts = data["groups"][0]["rows"][0]["bar"]["parts"]
    assert [part["fill"] for part in parts] == ["solid", "hatched", "grey"]
    assert [part["share"] for part in parts] == pytest.approx([1 / 8, 2 / 8, 3 / 8])


def test_names_of_a_right_to_left_page_are_isolated_and_marks_are_not(small: Case) -> None:
    improvements = tuple(replace(i, name=f"Latin name {i.id}") for i in small.improvements)
    study = run_study(replace(small, improvements=improvements), draws=60)
    content = document(study, "ar", annex=SHORT)
    assert content["direction"] == "rtl"
    assert len(write_report(study, "ar")) > 10_000
