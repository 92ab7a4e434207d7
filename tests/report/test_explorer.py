"""The explorer: its numbers and addresses by its own scripts, its views in a browser."""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import Engine, browsing, opened, packed
from playwright.sync_api import Page

from capworth.case.model import Case
from capworth.errors import InputError
from capworth.language.isolates import flat, isolated
from capworth.language.language import Language
from capworth.language.numbers import decimals, digits, half_up
from capworth.language.phrases import languages, phrases
from capworth.model.figures import KINDS, UNITS, Figure
from capworth.report.annex.contents import sheets
from capworth.report.content import Voice, said
from capworth.report.decision import decision_blocks
from capworth.report.explorer import SCRIPTS, write_explorer
from capworth.study.explained import why_no_error, why_not_moved
from capworth.study.stages import Study, run_study

LANGUAGES = languages()
UNMARKED = re.compile("\ue000\\d+\ue001|\ue002")  # what marks a number that opens
VIEWS = (
    *("overview", "options", "programme", "improvements", "capabilities", "members", "annex"),
    *("evidence", "words"),
)


@pytest.fixture(scope="module")
def text(study: Study) -> str:
    return write_explorer(study, ["fr", "en"])


@pytest.fixture(scope="module")
def held(text: str) -> Any:
    return packed(text)


@pytest.fixture(scope="module")
def engine(held: Any) -> Engine:
    engine = Engine()
    spoken = json.dumps({code: {**one, "code": code} for code, one in held["spoken"].items()})
    engine.run(
        f"var speakers = {{}}; for (const one of Object.values({spoken})) "
        "speakers[one.code] = new Speaker(one)"
    )
    return engine


def test_sheets_are_built_once_and_said_in_every_language(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[object] = []

    def counted(asked: Study) -> Any:
        built.append(asked)
        return decision_blocks(asked)

    contents = import_module("capworth.report.explorer.content")  # its function has its name
    monkeypatch.setattr(contents, "decision_blocks", counted)
    found = contents.content(study, "en")
    assert len(built) == 1
    assert [*found["paper"]] == [*LANGUAGES]


# ------------------------------------------------------------ the same words for a number


def numbers(count: int) -> list[float]:
    """Numbers of every size, many of them on the edge between two digits."""
    draw, found = random.Random(5), [0.0, 0.5, 2.5, 9.95, 0.045, 999_999.5, 1e15, 1e-9]
    while len(found) < count:
        value = draw.uniform(-1, 1) * 10 ** draw.randint(-6, 9)
        kind = draw.random()
        if kind < 0.4:  # half a digit, as it is written
            value = float(f"{value:.{draw.randint(0, 3)}f}5") if abs(value) < 1e6 else round(value)
        elif kind < 0.5:
            value = float(round(value, 2))
        found.append(value)
    return found


@pytest.mark.parametrize("code", LANGUAGES)
def test_numbers_are_written_as_the_library_writes_them(engine: Engine, code: str) -> None:
    draw, language = random.Random(code), Language(code)
    asked = [(value, draw.randint(-3, 6)) for value in numbers(2_000)]
    said = engine.find(f"given.map(([v, p]) => speakers.{code}.number(v, p))", asked)
    assert said == [language.number(value, places) for value, places in asked]


def test_digits_are_those_of_the_library(engine: Engine) -> None:
    draw, asked = random.Random(2), []
    for value in numbers(3_000):
        wide = abs(value) * draw.choice((0.0, 1e-3, 0.1, 1.0, 3.0))
        error = draw.choice((0.0, wide * 0.01, 0.05, 0.5, abs(value) * 0.3))
        unit = draw.choice(UNITS)
        asked.append((unit, value, value - wide, value + wide * draw.random(), error))
    found = engine.find("given.map(one => placesOf(...one))", asked)
    assert found == [digits(*one) for one in asked]
    plain = [one[1:4] for one in asked]
    assert engine.find("given.map(one => decimalsOf(...one))", plain) == [
        decimals(*one) for one in plain
    ]


@pytest.mark.parametrize("code", LANGUAGES)
def test_figures_are_said_as_the_library_says_them(engine: Engine, study: Study, code: str) -> None:
    language, draw = Language.of(study.case, code), random.Random(3)
    figures = [*study.figures.values()]
    for unit in UNITS:  # below nothing, without a range, without a value
        for value in (-1234.5678, 0.004, 0.9996, None):
            figures.append(Figure(f"x.{unit}", value, unit, "cost", low=-2000.0, high=1.5))
            figures.append(Figure(f"y.{unit}", value, unit, "cost", error=0.25))
            figures.append(Figure(f"z.{unit}", value, unit, "cost", prices="EUR of 2020"))
    picked = draw.sample(figures, 700) + figures[-12 * len(UNITS) :]
    given = [
        {key: getattr(one, key) for key in ("value", "low", "high", "unit", "error", "prices")}
        for one in picked
    ]
    for ranged in (True, False):
        said = engine.find(
            f"given.map(one => speakers.{code}.said(one, {json.dumps(ranged)}))", given
        )
        assert said == [language.said(one, ranged=ranged) for one in picked]


@pytest.mark.parametrize("code", LANGUAGES)
def test_money_of_another_currency_bears_its_own_sign(engine: Engine, code: str) -> None:
    language = Language(code, currency="EUR")
    other = {"sign": language.sign("USD"), "name": language.currency_name("USD")}
    given = {"value": 12.5, "unit": "millions", "prices": "USD of 2017"}
    known = f"Object.assign(speakers.{code}.spoken.currencies, {{ USD: given[1] }})"
    said = engine.find(f"[{known}, speakers.{code}.said(given[0])]", [given, other])[1]
    figure = Figure("x.y", 12.5, "millions", "stated_total", prices="USD of 2017")
    assert said == language.said(figure)
    assert language.sign("EUR") not in said


def test_the_page_knows_the_signs_of_every_input_and_the_names_that_need_their_brackets(
    small: Case, held: Any
) -> None:
    assert {*held["spoken"]["en"]["currencies"]} == {"EUR", "GBP"}  # costs of the laboratory
    first, second, *others = small.capabilities
    alike = [replace(first, name="Records (persons)"), replace(second, name="Records (cars)")]
    case = replace(small, capabilities=(*alike, *others))
    told = packed(write_explorer(run_study(case, draws=60), ["en"]))["spoken"]["en"]
    assert first.id not in told["briefs"]
    assert told["names"][first.id] == "Records (persons)"


@pytest.mark.parametrize("code", LANGUAGES)
def test_lists_and_isolates_are_those_of_the_library(engine: Engine, code: str) -> None:
    names = ["A", "Interpol (x)", "قدرة", "Iglesia", "19–24", "Été", "–"]
    language = Language(code)
    for count in range(len(names) + 1):
        for some in (names[:count], [*names[:count], "A, b"], [*names[:count], "3,1"]):
            said = engine.find(f"speakers.{code}.listed(given)", some)
            assert said == language.listed(some)
    assert engine.find("given.map(isolated)", names) == [isolated(name) for name in names]
    nested = "a\u2066b\u2066c\u2069d\u2069\u2066e\u2069"
    assert engine.find("flat(given)", nested) == flat(nested)


def test_half_is_rounded_away_from_nothing(engine: Engine) -> None:
    asked = [(0.125, 2), (-2.5, 0), (1250.0, -2), (2.675, 2), (0.96, 1), (9.5, 0), (4.0, -1)]
    found = engine.find("given.map(([v, p]) => halfUp(v, p))", asked)
    for (value, places), one in zip(asked, found, strict=True):
        written = float(f"{'-' if one['below'] else ''}{one['whole']}.{one['part'] or 0}")
        assert written == float(half_up(value, places))


# ------------------------------------------------------------ the address


def test_an_address_tells_the_whole_state(engine: Engine) -> None:
    state = {
        "view": "improvement",
        "thing": "A/B ü?&=",
        "lang": "ar",
        "theme": "dark",
        "find": "a b,c:d",
        "asked": {
            "budget": 12.5,
            "confidence": 0.9,
            "must": ["ONE"],
            "barred": ["TWO", "THREE"],
            "swings": {"reach": 80, "use": 0},
        },
    }
    assert engine.find("stateOf(hashOf(given))", state) == state


NOTHING: dict[str, Any] = {
    "budget": None,
    "confidence": None,
    "must": [],
    "barred": [],
    "swings": {},
}
BROKEN = ("", "#/nowhere", "#/overview?budget=x&sure=7&weights=a,b:c&%zz=1", "#/%E0%A4%A")


@pytest.mark.parametrize("address", BROKEN)
def test_what_is_wrong_in_an_address_is_left_out(engine: Engine, address: str) -> None:
    state = engine.find("stateOf(given)", address)
    assert state["view"] == "overview"
    assert state["asked"] == NOTHING


def test_only_what_differs_from_the_run_is_asked(engine: Engine, held: Any) -> None:
    run = held["simulations"]
    first = run["tree"]["criteria"][0]
    none, same = NOTHING, NOTHING | {"budget": run["budget"] / 1e6, "must": ["UNKNOWN"]}
    for asked in (none, same, none | {"swings": {first["id"]: first["swing"]}}):
        assert engine.find("askedOf(given[0], given[1])", [asked, run]) is None
    moved = none | {"swings": {first["id"]: first["swing"] / 2}, "barred": run["names"][:1]}
    found = engine.find("askedOf(given[0], given[1])", [moved, run])
    assert found["barred"] == 1
    assert found["swings"][first["id"]] == first["swing"] / 2


# ------------------------------------------------------------ what the page holds


def test_it_asks_no_network_and_is_the_same_each_time(study: Study, text: str) -> None:
    assert text == write_explorer(study, ["fr", "en"])
    assert "default-src 'none'" in text
    outside = re.sub(r'<script type="text/plain".*?</script>', "", text, flags=re.S)
    assert not re.search(r"https?:|fetch\(|XMLHttp|localStorage|src=|innerHTML|eval\(", outside)
    assert re.search(r'<html lang="fr" dir="ltr">', text)


def test_a_language_without_texts_is_refused(study: Study) -> None:
    with pytest.raises(InputError, match="'de'"):
        write_explorer(study, ["de"])


def script() -> str:
    folder = files("capworth.report.explorer")
    return "\n".join(folder.joinpath(f"{name}.js").read_text("utf-8") for name in SCRIPTS)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_every_word_that_the_page_says(held: Any, code: str) -> None:
    words = held["spoken"][code]["words"]
    assert set(words) == set(held["spoken"]["en"]["words"])
    said = set(re.findall(r'\bpage\.say\("([\w.]+)"', script()))
    assert len(said) > 60
    assert not {key for key in said if f"explorer.{key}" not in words}
    plain = set(re.findall(r'speaker\.say\("([\w.]+)"', script()))
    assert plain <= set(words)
    mine = {key.partition(".")[2] for key in phrases(code).phrases if key.startswith("explorer.")}
    assert mine == {key.partition(".")[2] for key in words if key.startswith("explorer.")}
    for group, keys in (("figure_kind", KINDS), ("formula", held["formulas"])):
        assert {f"{group}.{key}" for key in keys} <= set(words)
    for entry in held["improvements"]:
        assert not entry["role"] or f"role.{entry['role']}" in words


def test_no_word_of_a_language_stands_in_the_scripts() -> None:
    code = re.sub(r"//.*|`[^`]*`", "", script())
    shown = re.findall(r'textContent = "([^"]+)"|, null, "([A-Za-z ]{3,})"', code)
    assert not shown


def test_figures_are_those_of_the_study_with_their_rows(study: Study, held: Any) -> None:
    figures = held["figures"]
    for name, entry in figures.items():
        assert entry.get("value") == study.figures[name].value
        rows = held["groups"].get(entry.get("group"), [])
        assert rows == [row.name for row in study.figures[name].rows]
        assert set(rows) <= set(held["rows"])
        assert entry["formula"] in held["formulas"]
    assert {f"cost.{c}.yearly" for c in study.case.capability_ids} <= set(figures)
    assert {f"asked.{i}" for i in study.case.improvement_ids} <= set(figures)


def test_numbers_in_sentences_lead_to_their_figures(study: Study, held: Any) -> None:
    """What each mark opens is held in test_opened.py; here that the page holds it."""
    assert len(held["links"]) > 30
    assert set(held["links"]) <= set(held["figures"]) & set(study.figures)
    for code in LANGUAGES:
        told = json.dumps(held["paper"][code], ensure_ascii=False)
        marks = re.findall("\ue000(\\d+)\ue001([^\ue002]+)\ue002", told)
        assert len(marks) > 60
        places = {int(place) for place, _ in marks}  # some are said in one language only
        assert 0.95 * len(held["links"]) < len(places) <= max(places) + 1 <= len(held["links"])


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_a_figure_lacks_is_told_with_the_reason_of_the_library(
    engine: Engine, study: Study, code: str
) -> None:
    language, figures = Language.of(study.case, code), [*study.figures.values()]
    given = [{k: getattr(f, k) for k in ("kind", "draws", "by_draw")} for f in figures]
    for what, why in (("error", why_no_error), ("moved", why_not_moved)):
        told = engine.find(f"given.map(one => speakers.{code}.lacking(one, '{what}'))", given)
        assert told == [language.say(f"figure.{what}_{why(figure)}") for figure in figures]
        assert len(set(told)) > 2


def test_a_name_cannot_end_the_script(study: Study) -> None:
    wicked = replace(study.case.capabilities[0], name="</script><b>x")
    case = replace(study.case, capabilities=(wicked, *study.case.capabilities[1:]))
    assert "</script><b>" not in write_explorer(replace(study, case=case), ["en"])


def test_a_case_that_asks_less_has_a_page(small: Case) -> None:
    """No improvements, and so no programme: the other views are there."""
    kept = tuple(line for line in small.costs if not line.improvement)
    bare = replace(small, improvements=(), effects=(), relations=(), funding=(), costs=kept)
    less = packed(write_explorer(run_study(bare.with_settings(budget=None, target=None), 40)))
    assert less["programme"] is less["simulations"] is None
    assert less["improvements"] == []
    assert len(less["capabilities"]) == len(small.capabilities)


def test_the_annex_stands_in_it_question_by_question(study: Study, held: Any) -> None:
    """Each question with the sheets of the annex in their order, or why it was not asked."""
    for code in LANGUAGES:
        voice = Voice(Language.of(study.case, code), study)
        told = held["paper"][code]["annex"]
        assert len({one["key"] for one in told}) == len(told) > 10
        assert all(bool(one["sheets"]) != bool(one["why"]) for one in told)
        titles = [UNMARKED.sub("", sheet["title"]) for one in told for sheet in one["sheets"]]
        known = {str(said(sheet.title, voice)) for sheet in sheets(study)}
        assert set(titles) <= known
        assert len(titles) > 15


# ------------------------------------------------------------ in a browser


@pytest.fixture(scope="module")
def path(text: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("explorer") / "explorer.html"
    found.write_text(text, "utf-8")
    return found


@pytest.fixture(scope="module")
def page(path: Path) -> Iterator[Page]:
    with browsing() as page:
        opened(page, path)
        yield page


@pytest.fixture(scope="module")
def axe() -> Axe:
    return Axe()


def addresses(held: Any) -> list[str]:
    return [
        *(f"#/{view}" for view in VIEWS),
        f"#/capability/{held['capabilities'][0]['id']}",
        f"#/improvement/{held['improvements'][0]['id']}",
        "#/annex/excellence",
        "#/nothing-known",
        "#/capability/NONE",
    ]


def test_every_view_is_sound_for_those_who_cannot_see_it(
    page: Page, path: Path, held: Any, axe: Axe
) -> None:
    """By axe: names, roles, contrast; in the light and in the dark, and from right to left."""
    for number, address in enumerate(addresses(held)):
        for lang, theme in (("en", "light"), ("ar", "dark"))[: 2 if number in (2, 9) else 1]:
            opened(page, path, f"{address}?lang={lang}&theme={theme}")
            page.wait_for_function(f"() => document.documentElement.lang === '{lang}'")
            found = axe.run(page).response["violations"]
            told = [(v["id"], v["nodes"][0]["html"][:120]) for v in found]
            assert not told, (address, lang)
            assert page.locator("h1").count() == 1
            assert not re.search(r"undefined|null|NaN|\{\w+\}|\ue000", page.inner_text("body"))
    page.click("#language", trial=True)


def test_nothing_is_wider_than_a_phone(page: Page, path: Path, held: Any) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    try:
        for address in addresses(held):
            opened(page, path, f"{address}?lang=fr")
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, address
    finally:
        page.set_viewport_size({"width": 1280, "height": 900})


def test_a_long_name_to_choose_from_does_not_widen_the_page(page: Page, path: Path) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    try:
        opened(page, path, "#/evidence")
        page.evaluate(
            "document.querySelector('.controls select').add(new Option('word '.repeat(40)))"
        )
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    finally:
        page.set_viewport_size({"width": 1280, "height": 900})


def test_what_is_not_in_the_programme_has_no_start_to_measure(engine: Engine, study: Study) -> None:
    never = Figure("start.x", None, "year", "start")
    assert Language("en").said(never) == "–"
    assert engine.find("speakers.en.said(given)", {"value": None, "unit": "year"}) == "–"
    absent = [i for i in study.case.improvement_ids if i not in study.programme.chosen]
    assert all(study.figures[f"start.{i}"].value is None for i in absent)


def test_a_number_opens_and_gives_the_focus_back(
    page: Page, path: Path, study: Study, axe: Axe
) -> None:
    key = study.case.capability_ids[0]
    opened(page, path, f"#/capability/{key}?lang=en&theme=light")
    number = page.locator("main .number").first
    number.focus()
    page.keyboard.press("Enter")
    told = page.inner_text("dialog")
    figure, english = study.figure(f"cost.{key}.yearly"), Language.of(study.case, "en")
    assert figure.low is not None
    for words in (
        english.said(figure, ranged=False),
        english.word("formula", figure.formula),
        f"cost.{key}.yearly",
        f"{figure.rows[0].table}.csv",
    ):
        assert words in told
    assert not axe.run(page).response["violations"]
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "number"
    every = page.locator("main .number")
    for place in range(every.count()):
        every.nth(place).evaluate("one => one.click()")
        assert page.locator("dialog dl, dialog table").count() > 0
        page.evaluate("document.getElementById('dialog').close()")


def test_a_default_is_not_called_stated(page: Page, path: Path, study: Study, held: Any) -> None:
    kinds = {name: entry["kind"] for name, entry in held["figures"].items()}
    assert study.case.assumed.count("budget_confidence") == 1
    assert (kinds["confidence.programme"], kinds["budget.programme"]) == ("taken", "stated")
    opened(page, path, "#/overview?lang=en")
    english, told = Language.of(study.case, "en"), ""
    share = english.said(study.figure("confidence.programme"), ranged=False)
    every = page.locator("main .number", has_text="80")
    for place in range(every.count()):
        every.nth(place).evaluate("one => one.click()")
        told += page.inner_text("dialog")
        page.evaluate("document.getElementById('dialog').close()")
    assert f"{share} ({english.word('figure_kind', 'taken')})" in told
    assert english.say("figure.given_taken") in told


def test_a_long_search_shows_that_it_goes_on(page: Page, path: Path, study: Study) -> None:
    """The clock runs fast, so that one step fills the time, and nothing is called later."""
    opened(page, path, "#/programme?lang=en")
    page.evaluate(
        "() => { let now = 0; Date.now = () => (now += 1000); window.setTimeout = () => 0 }"
    )
    page.locator("input[type=range]").first.focus()
    page.keyboard.press("Home")
    words = Language.of(study.case, "en").speaking("explorer").say("searching")
    assert words in page.inner_text("#answer")
    assert page.locator("#answer progress").count() == 1
    page.goto("about:blank")  # the next begins with a clock that is right


def test_the_programme_answers_and_says_from_what(page: Page, path: Path, study: Study) -> None:
    opened(page, path, "#/programme?lang=en")
    english = Language.of(study.case, "en")
    stored = english.said(study.figure("asked.programme"), ranged=False)
    assert stored in page.inner_text("#answer")
    budget = page.locator("input[type=range]").first
    budget.focus()
    page.keyboard.press("Home")
    page.wait_for_function("() => document.getElementById('live').textContent !== ''")
    assert "budget=0" in page.url
    assert "500" in page.inner_text("#answer") or "400" in page.inner_text("#answer")
    assert english.speaking("explorer").say("answer.nothing") in page.inner_text("#answer")
    assert page.inner_text("#live") == page.inner_text("#answer .headline")
    name = study.programme.chosen[0]
    opened(page, path, f"#/programme?lang=en&not={name}")
    page.wait_for_function("() => !document.getElementById('answer').hasAttribute('aria-busy')")
    assert name not in page.evaluate(
        "[...document.querySelectorAll('#answer a')].map(one => one.href.split('/').pop())"
    )
    page.select_option(f"[data-standing={name}]", "must")
    page.wait_for_function(f"() => location.hash.includes('must={name}')")
    assert page.evaluate("document.activeElement.dataset.standing") in (name, None)


def test_a_quantity_that_is_stored_is_never_said_twice(
    page: Page, path: Path, study: Study
) -> None:
    """Another budget with the same set and starts shows the figures of the run."""
    english, programme = Language.of(study.case, "en"), study.programme
    opened(page, path, f"#/programme?lang=en&budget={programme.budget_m * 1.0001:.6f}")
    page.wait_for_function("() => !document.getElementById('answer').hasAttribute('aria-busy')")
    told = page.inner_text("#answer")
    for name in ("asked", "needed", "gain", "cost"):
        assert english.said(study.figure(f"{name}.programme"), ranged=False) in told, name


def test_search_sort_and_language_are_kept_in_the_address(page: Page, path: Path) -> None:
    opened(page, path, "#/capabilities?lang=en")
    first = page.locator("main tbody tr").first.inner_text()
    page.locator("th .sort").first.click()
    assert "sort=name" in page.url
    assert page.locator("th[aria-sort=ascending]").count() == 1
    page.locator("th .sort").first.click()
    assert "sort=-name" in page.url
    page.fill("input[type=search]", first.split()[0])
    assert page.locator("main tbody tr").count() >= 1
    assert "find=" in page.url
    page.fill("input[type=search]", "zzzz")
    page.wait_for_function("() => document.querySelectorAll('main tbody tr').length === 0")
    page.select_option("#language", "ar")
    assert page.evaluate("document.documentElement.dir") == "rtl"
    assert "lang=ar" in page.url
    page.reload()
    page.wait_for_selector("html.ready h1")
    assert page.evaluate("document.documentElement.lang") == "ar"


def test_the_tree_for_a_screen_reader_names_every_control(page: Page, path: Path) -> None:
    opened(page, path, "#/programme?lang=en")
    tree = page.locator("body").aria_snapshot()
    assert "navigation" in tree
    assert "main" in tree
    controls = re.findall(r"- (slider|combobox|button|link|searchbox)(?: (\"[^\"]*\"))?", tree)
    assert len(controls) > 15
    assert all(name.strip('"') for _, name in controls)
    assert tree.count("- status") <= 1


def test_it_opens_within_a_second(page: Page, path: Path) -> None:
    opened(page, path, "#/overview")
    spent = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    assert 0 < spent < 1_000


def test_on_paper_controls_are_left_out(page: Page, path: Path) -> None:
    opened(page, path, "#/programme?lang=en")
    page.emulate_media(media="print")
    assert not page.is_visible("nav")
    assert not page.is_visible(".dials")
    assert page.is_visible("#answer")
    page.emulate_media(media="screen")
