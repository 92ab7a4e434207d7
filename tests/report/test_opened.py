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

import pytest

from capworth.case.read import read_case
from capworth.charts.gallery import GALLERY
from capworth.language.language import Language
from capworth.language.phrases import phrases
from capworth.model.figures import COUNT, STATED, Figure
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
    said,
)
from capworth.report.edition import Content
from capworth.report.explorer.links import CLOSES, OPENS, PARTS, Links
from capworth.study.stages import Study, run_study

UK = Path(__file__).parents[2] / "data" / "uk-police-data"
FOLLOWED = 200
MARK = re.compile(f"{OPENS}(\\d+){PARTS}([^{CLOSES}]*){CLOSES}")
LISTED = "how many things stand in the list beside it, or in the case"
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
    "provenance.seed": "which draws they are: the manifest holds it",
    "provenance.draws": "how many draws a stage looks at; each figure of it says its own",
    "provenance.kept": "how many draws are kept; each figure says its own",
    "provenance.choice": "from where the verbs hold, a constant of the method",
    "provenance.listed": "from where the verbs hold, a constant of the method",
    "provenance.core": "from where the verbs hold, a constant of the method",
    "none": "the end of a scale",
    "all": "the end of a scale",
    "low": "the end of a scale",
    "high": "the end of a scale",
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
    for section in ("pages", "charts"):
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
            for key in ("leaf.ranges", "source.line", "source.line_marked"):
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
            cited = row.source.split()
            assert set(cited) <= sources, (figure.id, row)
            assert row.table in BARE or row.grade in JUDGED or cited, (figure.id, row)
    assert len(picked) == FOLLOWED
