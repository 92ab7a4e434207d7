"""Every number that is printed opens: by id to its figure, and on to rows with grade and source.

What is no figure is a closed list of kinds, each with its reason; any other digit fails.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capworth.case.read import read_case
from capworth.charts.gallery import GALLERY
from capworth.language.language import Language
from capworth.language.phrases import phrases
from capworth.members.served import brief_member
from capworth.model.figures import COUNT, STATED, Figure
from capworth.report import brief, donor
from capworth.report.content import (
    Day,
    Hedged,
    Input,
    Listed,
    Name,
    OfChart,
    Own,
    Phrase,
    Ref,
    Setting,
    Stated,
    Turned,
    Unit,
    Voice,
    Word,
    refs_of,
    said,
)
from capworth.report.edition import Content
from capworth.report.explorer.links import BESIDE, CLOSES, OPENS, PARTS, Links
from capworth.report.single import Single
from capworth.study.stages import Study, run_study

UK = Path(__file__).parents[2] / "data" / "uk-police-data"
FOLLOWED = 200
MARK = re.compile(f"{OPENS}(\\d+){PARTS}([^{CLOSES}]*){CLOSES}")
LISTED = "how many things stand in the list beside it, or in the case"
SEED = "which draws they are: the manifest holds it"
DAY = "a day or year of the calendar in words: what starts when is a figure beside it"

SLOTS = {  # whole numbers of phrases that are no figure, and why
    ("decision.programme.title", "count"): LISTED,
    ("decision.programme.title_choices", "count"): LISTED,
    ("decision.programme.raise", "all"): LISTED,
    ("decision.programme.spend", "count"): LISTED,
    ("decision.programme.spend", "all"): LISTED,
    ("decision.roles.not_now", "count"): LISTED,
    ("decision.net.unpriced", "count"): LISTED,
    ("decision.net.unpriced", "all"): LISTED,
    ("role_year.stated", "count"): "not printed: it chooses the plural",
    ("options.nothing", "count"): "not printed: it chooses the plural",
    ("trust.always", "count"): LISTED,
    ("summary.title", "count"): LISTED,
    ("summary.title_plain", "count"): LISTED,
    ("answers.costs_text", "count"): LISTED,
    ("answers.costs_known", "count"): LISTED,
    ("unpriced.chains", "count"): LISTED,
    ("unpriced.chains", "all"): LISTED,
    ("steps.decide", "count"): LISTED,
    ("steps.before", "year"): DAY,
    ("steps.promises", "count"): LISTED,
    ("span", "low"): "years that head the sums of each year",
    ("span", "high"): "years that head the sums of each year",
    ("leaf.between", "first"): "years that belong to the id of the figure beside them",
    ("leaf.between", "last"): "years that belong to the id of the figure beside them",
    ("leaf.promises_title", "count"): LISTED,
    ("front.title", "count"): LISTED,
    ("front.title", "all"): LISTED,
    ("checklist.title", "count"): LISTED,
    ("checklist.title", "all"): LISTED,
    ("provenance.title", "count"): LISTED,
    ("provenance.title", "sources"): LISTED,
    ("parameter.years_value", "last"): "the first year and how many years there are say it",
    ("parameter.band", "year"): "from which year on a rate of the register holds",
    ("parameter.interval", "low"): "the end of every range, a constant of the method",
    ("parameter.interval", "high"): "the end of every range, a constant of the method",
    ("and_more", "count"): LISTED,
    ("donor.needs", "count"): "not printed: it chooses the plural",
    ("donor.needs_one_of", "count"): "not printed: it chooses the plural",
    ("donor.opens", "count"): "not printed: it chooses the plural",
    ("donor.rules_out", "count"): "not printed: it chooses the plural",
    ("donor.picture", "count"): "the place of the package in the list of the picture",
    ("donor.picture", "others"): LISTED,
    ("donor.index_title", "count"): LISTED,
    ("donor.vintage", "seed"): SEED,
    ("page.foot", "seed"): SEED,
    ("page.title", "count"): LISTED,
    ("page.money_below", "count"): "how many rows of the table of members lose, told of nobody",
    ("page.money_above", "count"): "how many rows of the table of members lose, told of nobody",
    ("touches.head", "count"): LISTED,
}
PAGES = (  # what these count and state stands beside the row of the case or the list that it is of
    "parameter.",
    "provenance.",
    "front.",
    "checklist.",
)
STEPS = {  # numbers that were set and are no figure
    "further": "a step at which the figure beside it is read; part of its id",
    "members of a network": "a step at which the figure beside it is read; part of its id",
    "year": DAY,
    "power": "the power that is asked for, a constant of the method",
    "false alarms": "how often the test errs where groups differ, a constant of the method",
    "provenance.count": "how many rows of the case have the grade of the column",
    "provenance.rate": "of the register of discount schedules, which the same row names",
    "provenance.bias": "of the register of overruns, which the same row names",
    "provenance.seed": SEED,
    "provenance.draws": "how many draws a stage looks at; each figure of it says its own",
    "provenance.kept": "how many draws are kept; each figure says its own",
    "provenance.choice": "from where the verbs hold, a constant of the method",
    "provenance.listed": "from where the verbs hold, a constant of the method",
    "provenance.core": "from where the verbs hold, a constant of the method",
    "donor.error": "the Monte Carlo error of the figure beside it",
    "donor.gap": "the mean of the figures gap.region of what the package serves",
    "donor.times": "one figure, what is promised, over another, what is so today",
    "brief.members": LISTED,
    "brief.measured": LISTED,
    "brief.programme": LISTED,
    "brief.usual": "the median of the figures of all members of the region",
    "brief.with_programme": "a figure and what the programme adds, told to this member alone",
    "none": "the end of a scale",
    "all": "the end of a scale",
    "low": "the end of a scale",
    "high": "the end of a scale",
}


UNSTORED = {  # tables whose cells are no figures of a run, and why
    "members_by_capability": "one member in one service: told to this member alone",
}


def _imprint(study: Study, _: Language) -> str:
    """Which run it is: version, data, seed, dates; what the manifest holds."""
    known = study.provenance
    kept = (known.version, known.case, known.fingerprint[:12], known.price_year)
    return " ".join(map(str, (*kept, known.cutoff, known.seed)))


@pytest.fixture(scope="module")
def uk() -> Study:
    return run_study(read_case(UK), draws=60)


@pytest.fixture(scope="module", params=["bundled", "uk"])
def opened(request: pytest.FixtureRequest) -> tuple[Study, Content]:
    study: Study = request.getfixturevalue(request.param)
    return study, Content.of(study)


TEXTS = (
    Ref,
    Stated,
    Phrase,
    Name,
    Word,
    Listed,
    Turned,
    Hedged,
    Own,
    Setting,
    Input,
    Unit,
    Day,
    OfChart,
)


def texts(node: Any) -> Iterator[Any]:
    """Every text of some content that stands by itself."""
    if isinstance(node, TEXTS):
        yield node
    elif isinstance(node, tuple | list):
        for part in node:
            yield from texts(part)
    elif isinstance(node, Mapping):
        yield from texts(tuple(node.values()))
    elif is_dataclass(node):
        for field in fields(node):
            yield from texts(getattr(node, field.name))


def digits(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def template(key: str, code: str) -> list[str]:
    """Digits in the words of a phrase, in any of its plural forms."""
    for section in ("pages", "charts", "brief"):
        found = phrases(code).find(section, key)
        if found is not None:
            forms = [found] if isinstance(found, str) else [*found.values()]
            return [d for form in forms for d in digits(re.sub(r"\{\w+\}", "", str(form)))]
    return []


def no_figures(node: Any, voice: Voice) -> Iterator[str]:
    """Digits of a text that are no figure, each of a kind that is known."""
    study, language = voice.study, voice.language
    assert study is not None
    match node:
        case Phrase(key, slots) | Hedged(key=key, slots=slots):
            yield from template(key, language.code)
            for slot, value in slots:
                if isinstance(value, date):
                    yield from digits(language.day(value))
                elif isinstance(value, int):
                    if (key, slot) in SLOTS or key.startswith(PAGES):
                        yield str(value)
                else:
                    yield from no_figures(value, voice)
        case Name() | Word():
            yield from digits(said(node, voice))
        case Ref(figure=name) if name.partition("/")[0] in UNSTORED:
            yield from digits(said(node, voice))
        case Listed(items=items):
            for item in items:
                yield from no_figures(item, voice)
        case Turned(text=text):
            yield from no_figures(text, voice)
        case Stated(what=what):
            if what in STEPS or what.startswith(PAGES):
                yield from digits(said(node, voice))
        case OfChart(chart=chart, part="title"):
            yield from _of_finding(study, language, chart)
        case OfChart(part="source"):
            yield from digits(_imprint(study, language))
            for key in ("leaf.ranges", "leaf.ranges_first", "source.line", "source.line_marked"):
                yield from template(key, language.code)
        case Own() | Setting() | Input() | Unit() | Day():
            yield from digits(said(node, voice))


def _of_finding(study: Study, language: Language, chart: str) -> Iterator[str]:
    """What the finding of a chart counts, and the names that it says."""
    chart_language = language.charts
    facts = GALLERY[chart].facts(study, chart_language)
    yield from (str(value) for value in facts.values() if isinstance(value, int))
    for key in (f"chart.{chart}.title", f"chart.{chart}.title_{facts.get('variant')}"):
        yield from template(key, language.code)
    said_names = (v for k, v in facts.items() if isinstance(v, str) and k in NAMES)
    yield from digits(" ".join(said_names))


NAMES = ("first", "second", "name", "capability", "criterion", "hub", "derived", "extra")


@pytest.mark.parametrize("code", ["en", "ar"])
def test_every_number_that_is_a_result_or_an_input_is_marked_by_its_id(
    opened: tuple[Study, Content], code: str
) -> None:
    study, content = opened
    voice, links, marks = Voice(Language.of(study.case, code), study), Links(study), 0
    for text in texts((content.pages, content.annex)):
        shown = str(said(links.marked(text), voice))
        marks += len(MARK.findall(shown))
        left = Counter(digits(MARK.sub("", shown)))
        assert not left - Counter(no_figures(text, voice)), (shown, text)
        plain = MARK.sub(lambda mark: mark[2], shown)
        assert plain == str(said(text, voice)), "a mark changes no letter"
    assert marks > 380
    assert set(links.used) <= set(study.figures)


def test_a_slot_leads_to_the_figure_that_it_names(opened: tuple[Study, Content]) -> None:
    """Each reference of the content is marked with its own id, whatever its value is."""
    study, content = opened
    voice, seen = Voice(Language.of(study.case, "en"), study), 0
    for ref in content.refs():
        name = study.figures.stored(ref.figure)
        if name is None:
            continue
        links = Links(study)
        shown = str(said(links.marked(ref), voice))
        if digits(shown):
            assert list(links.used) == [name]
            assert MARK.findall(shown)
            seen += 1
    assert seen > 300


def whole_texts(node: Any) -> Iterator[Phrase]:
    """Every phrase of some content, also those in the slots of others."""
    if isinstance(node, Phrase):
        yield node
        yield from whole_texts(tuple(value for _, value in node.slots))
    elif isinstance(node, tuple | list):
        for part in node:
            yield from whole_texts(part)
    elif is_dataclass(node):
        for field in fields(node):
            yield from whole_texts(getattr(node, field.name))


def test_what_was_set_or_counted_opens_a_figure_of_that_value(
    opened: tuple[Study, Content],
) -> None:
    study, content = opened
    voice, seen = Voice(Language.of(study.case, "en"), study), 0
    for phrase in whole_texts((content.pages, content.annex)):
        for slot, value in phrase.slots:
            if not isinstance(value, int | Stated) or (phrase.key, slot) in BESIDE:
                continue
            links = Links(study)
            marked: Any = dict(links.marked(phrase).slots)[slot]
            told = str(marked) if isinstance(marked, int) else str(said(marked, voice))
            names = [*links.used]
            for place, _ in MARK.findall(told):
                figure = study.figures[names[int(place)]]
                number = float(value) if isinstance(value, int) else value.amount.middle
                ends = [end for end in (figure.value, figure.low, figure.high) if end is not None]
                assert any(end == pytest.approx(number) for end in ends), (phrase.key, slot, figure)
                seen += 1
    assert seen > 15


def test_numbers_of_a_finding_are_those_of_its_figures(opened: tuple[Study, Content]) -> None:
    """What a chart says of itself, and does not refer to, is a value or an end of its figure."""
    study, content = opened
    language = Language.of(study.case, "en")
    voice, seen = Voice(language, study), 0
    for text in texts((content.pages, content.annex)):
        if not isinstance(text, OfChart) or text.part != "title":
            continue
        links = Links(study)
        shown = str(said(links.marked(text), voice))
        names = list(links.used)
        for place, number in MARK.findall(shown):
            figure = study.figures[names[int(place)]]
            assert number in set(_written(figure, language)), (figure, number)
            seen += 1
    assert seen > 5


def _written(figure: Figure, language: Language) -> Iterator[str]:
    for end in (figure.value, figure.low, figure.high):
        if end is not None:
            for value in (end, 100 * end, end / 1e6, max(end, 0.001), float(f"{end:.2g}")):
                yield from (language.number(abs(value), places) for places in range(-3, 5))
    yield from ("1", "99")


# ------------------------------------------------------------ the papers for donors and members


@pytest.fixture(scope="module", params=["study", "bundled"])
def papers(request: pytest.FixtureRequest) -> tuple[Study, dict[str, Single], dict[str, Single]]:
    """Pages of every package and their index, and briefs of some members, by what they are of."""
    study: Study = request.getfixturevalue(request.param)
    case, menu, members = study.case, study.funding.menu, study.members
    gaps, promises = study.feedback.by_region(), study.baseline.to_frame()
    given = donor.Offer(case, menu, study.funding.budget_m, study.programme.draws, gaps, promises)
    offered = {p: donor.page_of(given, p) for p in menu.packages}
    paid = np.linspace(1.3, 9.1, case.settings.years)
    few = case.members if len(case.members) < FEW else case.members[:: len(case.members) // FEW]
    told = {m.id: brief_member(case, members, m.id, study.programme.chosen, paid) for m in few}
    asked = {m: brief.page_of(case, one, members.provenance) for m, one in told.items()}
    return study, {**offered, "": donor.index_of(given)}, asked


FEW = 12


@pytest.mark.parametrize("code", ["en", "ar"])
def test_every_number_of_the_papers_is_marked_or_of_a_kind(
    papers: tuple[Study, dict[str, Single], dict[str, Single]], code: str
) -> None:
    study, offered, asked = papers
    of_donors = donor.voice_of(study.case, code)._replace(study=study)
    known = {member.id: member for member in study.case.members}
    pages = [(page, of_donors) for page in offered.values()]
    pages += [
        (page, brief.voice_of(study.case, known[m], code)._replace(study=study))
        for m, page in asked.items()
    ]
    for page, voice in pages:
        links, marks = Links(study), 0
        for text in texts(page):
            shown = str(said(links.marked(text), voice))
            marks += len(MARK.findall(shown))
            left = Counter(digits(MARK.sub("", shown)))
            assert not left - Counter(no_figures(text, voice)), (shown, text)
            plain = MARK.sub(lambda mark: mark[2], shown)
            assert plain == str(said(text, voice)), "a mark changes no letter"
        assert marks > 12
        assert set(links.used) <= set(study.figures)


def test_a_paper_prints_the_value_of_the_figure_that_it_names(
    papers: tuple[Study, dict[str, Single], dict[str, Single]],
) -> None:
    """What is told to a member is told in units; its contribution as the row behind it has it."""
    study, offered, asked = papers
    cells, seen = study.members.by_capability(), 0
    for ref in refs_of((*offered.values(), *asked.values())):
        number = ref.amount.middle
        name = study.figures.stored(ref.figure)
        if name is None:
            table, column, *key = ref.figure.split("/")
            assert table in UNSTORED, ref
            assert number == pytest.approx(cells[column][tuple(key)], nan_ok=True)
            continue
        figure = study.figures[name]
        if number != number:
            assert figure.value is None
            continue
        known = [figure.value, figure.low, figure.high]
        if name.startswith("contribution."):  # in the money of its own year, as its row has it
            known = [level for row in figure.rows for level in (row.low, row.mode, row.high)]
        scale = 1e6 if figure.unit == "millions_a_year" and known[0] == figure.value else 1.0
        assert any(number == pytest.approx(n * scale) for n in known if n is not None), (ref, name)
        seen += 1
    assert seen > 100


def test_the_foot_of_a_paper_names_figures_that_are_there(
    papers: tuple[Study, dict[str, Single], dict[str, Single]],
) -> None:
    study, offered, asked = papers
    for page in (*offered.values(), *asked.values()):
        first = page.foot[0]
        assert isinstance(first, Phrase)
        for slot, listed in first.slots:
            if slot == "figures":
                assert isinstance(listed, Listed)
                assert {own.text for own in listed.items if isinstance(own, Own)} <= set(
                    study.figures
                )


# ------------------------------------------------------------ down to the rows

BARE = {  # tables whose rows have no grade: what they hold is decided, not estimated
    "case": "settings",
    "claim": "the registration",
    "improvements": "plans",
    "limits": "limits",
}
JUDGED = ("D", "E")  # grades of judgements and placeholders, which may cite nobody
COUNTS = "a count of results"
ROWLESS = {  # figures without a row, and why
    "members.programme": COUNTS,
    "members.option.start": COUNTS,
    "good_sets.programme": COUNTS,
    "setting.draws": "the run was asked for other draws than the case states",
    "inputs.looked_at": COUNTS,
    "inputs.switching": COUNTS,
}


def test_two_hundred_printed_numbers_are_followed_to_rows(opened: tuple[Study, Content]) -> None:
    """Number to figure, figure to rows, row to its source: three steps."""
    study, content = opened
    voice, links = Voice(Language.of(study.case, "en"), study), Links(study)
    for text in texts((content.pages, content.annex)):
        said(links.marked(text), voice)
    names = list(links.used)
    sources = {source.id for source in study.case.sources}
    picked = random.Random(7).sample(names, min(FOLLOWED, len(names)))
    for name in (*picked, *(n for n in names if study.figures[n].kind in (COUNT, STATED))):
        figure = study.figures[name]
        if not figure.rows:
            nothing = figure.value in (0.0, None)  # nothing is pledged, asked or held: no row
            assert name in ROWLESS or nothing, figure
            continue
        for row in figure.rows:
            assert row.table in BARE or row.grade, (figure.id, row)
            if row.file.endswith(".toml"):
                held: Any = study.case.claim if row.table == "claim" else study.case.settings
                assert getattr(held, row.name.partition("/")[2]) == row.mode, (figure.id, row)
            cited = row.source.split()
            assert set(cited) <= sources, (figure.id, row)
            assert row.table in BARE or row.grade in JUDGED or cited, (figure.id, row)
    assert len(picked) == FOLLOWED
