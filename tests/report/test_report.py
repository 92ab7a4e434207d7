"""The report: what stands on its pages, in each language, for cases that ask much and little."""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from io import BytesIO
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import typst
from accessible import faults
from parts_of_cases import unchecked
from pypdf import PdfReader

from capworth.appraisal.claim import CHANGED, EXPLORATORY, REGISTERED
from capworth.case.dictionary import table_names
from capworth.case.model import Case, Correlation, Distribution, PlannedSurvey
from capworth.charts.funding import menu_facts
from capworth.charts.gallery import GALLERY
from capworth.charts.svg import to_svg
from capworth.errors import InputError
from capworth.language.language import MARK, Language
from capworth.language.numbers import Amount
from capworth.language.phrases import languages, phrases
from capworth.methods.claim.words import CONTRADICTED, SUPPORTED
from capworth.methods.claim.words import WORDS as CLAIM_WORDS
from capworth.model.result import Interval
from capworth.parallel import let_go
from capworth.report import pdf
from capworth.report.advice import advice, break_even, changes
from capworth.report.annex import contents as annex
from capworth.report.content import Name, Voice, phrases_of
from capworth.report.content import said as said_by
from capworth.report.decision import _title, decision_page, page_one_of
from capworth.report.doubt import _in_and_out
from capworth.report.edition import FULL
from capworth.report.summary import _why_not, summary_page
from capworth.study.stages import Study, run_study

document = partial(pdf.document, annex=FULL)  # every page and chart
write_report = partial(pdf.write_report, annex=FULL)
LANGUAGES = languages()
DRAWN = ("en", "fr")  # reports as files; the Arabic one is that of test_rightwards
# Charts have tests of their own and take longest. Here a blank of their size stands for most.
BLANK = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="482" height="250"><path d="M0 0h482"/></svg>'
)
BLANKS = dict.fromkeys(GALLERY, BLANK)
WIDEST_NUMBER = 36  # letters of a cell in a column that is no words
STRAY = re.compile(r"\b(?:nan|NaN|None|inf|NaT)\b|\{\w*\}")
ENGLISH = ("the", "draws", "likely", "with", "improvements", "whole-life", "budget of", "and")
ISOLATES = re.compile("[\u2066-\u2069]")
AUTHORS = re.compile(r"(?<=[a-z]) and (?=[A-Z]|others)")  # of a work that is cited
LONG = "Joint register of seized, stolen and otherwise inexplicable mountaineering equipment, phase"
Reports = Mapping[str, bytes]
Contents = Mapping[str, dict[str, Any]]
Printed = Mapping[str, tuple[str, ...]]
Without = Callable[..., Case]


@pytest.fixture(scope="module")
def contents(study: Study) -> Contents:
    """What the template gets in every language, charts left blank."""
    return {language: document(study, language, BLANKS) for language in LANGUAGES}


@pytest.fixture(scope="module")
def drawings(study: Study) -> Mapping[str, Mapping[str, str]]:
    """Charts in each language: all in English, none in French."""
    drawn = {name: chart for name, chart in GALLERY.items() if chart.asked(study)}
    voices = {language: words_of(study.case, language) for language in DRAWN}
    return {
        language: {
            name: BLANK if language == "fr" else to_svg(chart.figure(study, voices[language]))
            for name, chart in drawn.items()
        }
        for language in DRAWN
    }


@pytest.fixture(scope="module")
def reports(study: Study, drawings: Mapping[str, Mapping[str, str]]) -> Reports:
    """The reports as files."""
    return {language: write_report(study, language, drawings[language]) for language in DRAWN}


@pytest.fixture(scope="module")
def printed(study: Study) -> Printed:
    """Words of every page, charts left out: their letters are drawings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(annex, "GALLERY", {})
        return {language: pages(write_report(study, language)) for language in DRAWN}


@pytest.fixture(scope="module")
def lean(small: Case) -> Callable[[str], Study]:
    """Studies of the cases that ask less and less, each run once."""
    cases = _lean(small)
    return cache(lambda kind: run_study(unchecked(cases[kind]), draws=60))


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the charts out: they have tests of their own, and take longest."""
    monkeypatch.setattr(annex, "GALLERY", {})


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch, plain: None) -> None:
    """Leave out the charts, and the pages of the questions."""
    monkeypatch.setattr(annex, "LEAVES", ())


def pages(report: bytes) -> tuple[str, ...]:
    """Words of each page, with one space between two."""
    return tuple(flat(page.extract_text()) for page in PdfReader(BytesIO(report)).pages)


def flat(text: str) -> str:
    return " ".join(text.split())


def words_of(case: Case, language: str = "en") -> Language:
    return Language.of(case, language)


def strings(node: object) -> Iterator[str]:
    """Every text that the template gets, drawings left out."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if key not in {"svg", "kind", "name", "language", "direction", "page"}:
                yield from strings(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from strings(value)


# ---------------------------------------------------------------- the file


@pytest.mark.long
def test_two_calls_give_the_same_bytes(
    study: Study, reports: Reports, drawings: Mapping[str, Mapping[str, str]]
) -> None:
    """Of the file; charts and other processes: test_charts.py and test_runs.py."""
    assert write_report(study, "en", drawings["en"]) == reports["en"]


@pytest.mark.parametrize("language", DRAWN)
def test_it_is_accessible_and_for_archives(reports: Reports, language: str) -> None:
    assert faults(reports[language], language) == []


def test_its_date_is_the_appraisal_date(study: Study, reports: Reports) -> None:
    metadata = PdfReader(BytesIO(reports["en"])).metadata
    assert metadata is not None
    assert metadata.creation_date is not None
    assert metadata.creation_date.date() == study.case.settings.appraisal_date


def test_columns_of_numbers_are_narrow(contents: Contents) -> None:
    """They are as wide as their widest cell: names in one would push the others off the page."""
    blocks = [b for s in contents["en"]["sections"] for b in s["blocks"] if b["kind"] == "grid"]
    for table in blocks:
        for row in table["rows"]:
            cells = [part for cell in row[table["words"] :] for part in np.ravel(cell)]
            assert all(len(str(part)) <= WIDEST_NUMBER for part in cells), table["caption"]


def test_a_language_without_texts_is_refused(study: Study) -> None:
    with pytest.raises(InputError, match="capworth speaks no 'tlh'"):
        write_report(study, "tlh")


@pytest.mark.usefixtures("brief")
def test_a_letter_that_no_font_has_is_named(study: Study) -> None:
    odd = replace(study.case, settings=replace(study.case.settings, title="Star \U000f0000"))
    with pytest.raises(InputError, match="cannot be set"):
        write_report(replace(study, case=odd), "en")


# ---------------------------------------------------------------- the pages


@pytest.mark.parametrize("language", DRAWN)
def test_the_decision_paper_has_two_pages_and_the_annex_follows(
    reports: Reports, contents: Contents, language: str
) -> None:
    """Sections are packed by how tall their charts are; each is there once."""
    reader, content = PdfReader(BytesIO(reports[language])), contents[language]
    marks = [mark for mark in reader.outline if not isinstance(mark, list)]
    pages = [reader.get_destination_page_number(mark) or 0 for mark in marks]
    assert pages[:3] == [0, 1, 2]
    assert pages == sorted(pages)
    paper = [content[part]["title"] for part in ("decision", "summary")]
    annex = [section["title"] for section in content["sections"]]
    found = [str(mark["/Title"]) for mark in marks]
    assert found[:3] == [*paper, annex[0]]
    assert sorted(found[2:]) == sorted(annex)


@pytest.mark.parametrize("language", DRAWN)
def test_the_head_of_a_page_says_which_part_it_belongs_to(
    study: Study, printed: Printed, language: str
) -> None:
    words, found = words_of(study.case, language), printed[language]
    paper, annex = (words.say(f"frame.{part}").upper() for part in ("paper", "annex"))
    assert [paper in page for page in found] == [True, True] + [False] * (len(found) - 2)
    assert [annex in page for page in found] == [False, False] + [True] * (len(found) - 2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_stray_is_said(contents: Contents, language: str) -> None:
    said = set(strings(contents[language]))
    assert len(said) > 500
    assert not [text for text in said if STRAY.search(text)]
    numbered = ("{page}", "{pages}")  # which the template fills in
    assert all(part in contents[language]["page"] for part in numbered)


@pytest.mark.parametrize("language", DRAWN)
def test_nothing_stray_is_printed(printed: Printed, language: str) -> None:
    assert not [text for text in printed[language] if STRAY.search(text)]


def english_in(content: dict[str, Any], case: Case, language: str) -> list[str]:
    """Texts with an English word, apart from what the case says in English only."""
    found, names = [], case.names(language)
    told = {*names.values(), *(name.split(" (")[0] for name in names.values())}
    told |= {
        case.settings.in_language(what, language) for what in ("title", "note", "organisation")
    }
    told |= {capability.pattern for capability in case.capabilities}
    told |= {criterion.unit for criterion in case.criteria}
    typeset = Language.of(case, language).typeset
    bare = (ISOLATES.sub("", typeset(text)) for text in told if text)
    longest = sorted(bare, key=len, reverse=True)
    kept = [section for section in content["sections"] if section["name"] != "evidence"]
    content = {**content, "sections": kept}  # titles of sources
    for text in set(strings(content)):
        rest = ISOLATES.sub("", text)
        for words in longest:
            rest = rest.replace(words, " ")
        rest = AUTHORS.sub(" ", rest)
        if any(re.search(rf"\b{word}\b", rest) for word in ENGLISH):
            found.append(text)
    return found


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_a_report_holds_no_english(contents: Contents, small: Case, language: str) -> None:
    assert english_in(contents["en"], small, "en")
    assert not english_in(contents[language], small, language)


@pytest.mark.usefixtures("plain")
def test_the_bundled_case_holds_no_english_in_another_language(bundled: Study) -> None:
    """Every name, pattern and note of the bundled case is said in Spanish and Arabic too."""
    case = bundled.case
    for language in LANGUAGES:
        if language != "en":
            said = {key.rpartition("_")[2] for key, _ in case.settings.translations}
            assert language in said, language
            things = (*case.capabilities, *case.improvements, *case.outcomes, *case.criteria)
            things = (*things, *case.platforms, *case.funding, *case.totals, *case.targets)
            assert all(f"name_{language}" in dict(t.translations) for t in things)
            assert not english_in(document(bundled, language), case, language)


def test_french_signs_stand_behind_unbreakable_spaces(
    contents: Contents,
) -> None:
    for text in strings(contents["fr"]):
        assert not re.search(r"[ \u00a0][:;!?%»]|« ", text), text
        assert "'" not in text, text


@pytest.mark.parametrize(
    ("said", "set_"),
    [
        ("prix de Accès mobile", "prix d’Accès mobile"),
        ("à la place de **Accès**", "à la place d’**Accès**"),
        ("plus que Empreintes", "plus qu’Empreintes"),
        ("de 6 ans et de notices", "de 6 ans et de notices"),
        ("l'Europe", "l’Europe"),
    ],
)
def test_french_elides_before_a_vowel(said: str, set_: str) -> None:
    assert Language("fr").typeset(said) == set_


def test_the_case_note_is_in_short_on_page_1(study: Study) -> None:
    case = study.case.with_settings(note="Only an example. It's small.")
    page = decision_page(replace(study, case=case), words_of(case))
    assert page["note"].startswith("Only an example. Names and amounts of all improvements")
    assert "small" not in page["note"]


def test_the_line_at_the_foot_says_which_vintage(study: Study, printed: Printed) -> None:
    known = study.provenance
    for page in printed["en"]:
        assert f"case {known.case} {known.fingerprint[:12]} · {known.currency}" in page
        assert f"seed {known.seed} · {known.draws} simulations" in page


# ---------------------------------------------------------------- what is said


def box_of(page: Mapping[str, Any]) -> dict[str, str]:
    """Lines of the box of page 1, by their heads."""
    return {line["head"]: line["text"] for line in page["box"]}


def test_the_recommendation_is_the_programme(study: Study) -> None:
    programme, found, words = study.programme, advice(study), words_of(study.case)
    assert found is not None
    assert set(found.chosen) == set(programme.chosen)
    page = decision_page(study, words)
    box = box_of(page)
    verbs = " ".join(box[head] for head in ("Start", "Choose", "Prefer") if head in box)
    assert all(words.brief(key) in verbs for key in found.chosen)
    assert "raise **€0.10 million** at 80% for 1 improvement of 3" in box["Decision"]
    parts = sum(amount.middle for amount in found.payers.values())
    assert parts == pytest.approx(found.cost.middle, rel=1e-9)


def test_the_picture_of_page_1_holds_every_improvement_once(study: Study) -> None:
    words = words_of(study.case)
    groups = decision_page(study, words)["picture"]["groups"]
    names = [row["name"] for group in groups for row in group["rows"]]
    assert sorted(names) == sorted(words.short(i, 40) for i in study.case.improvement_ids)


def test_who_pays_for_the_set(study: Study) -> None:
    found, sample = advice(study), study.sample
    assert found is not None
    assert not study.programme.late
    rows = [study.case.improvement_ids.index(key) for key in found.chosen]
    sums = sample.drawn.improvement_payers[:, rows].sum(axis=1).mean(axis=0) / 1e6
    assert list(found.payers) == ["organisation", "members", "donors"]
    assert [amount.middle for amount in found.payers.values()] == pytest.approx(list(sums))
    assert len(set(sums)) == 3  # lopsided, so that no two payers can be confused


def test_what_is_left_out_says_why(study: Study) -> None:
    programme, words = study.programme, words_of(study.case)
    text = summary_page(study, words)["columns"][0][0]["text"]
    why = programme.why_not()
    out = programme.with_role("not now")
    assert out
    for key in out:
        reason = words.word("reason", str(why.loc[key, "reason"]))
        reason = reason[0].upper() + reason[1:]
        part = text.split(f"**{reason}:**")[1].split("**")[0]
        assert words.brief(key) in part


def test_where_no_set_is_sure_enough_page_1_says_how_likely_the_likeliest_is(study: Study) -> None:
    unsure = replace(study.programme, feasible=False, p_within=0.62, p_years=0.55)
    page = decision_page(study.with_answers(programme=unsure), words_of(study.case))
    assert page["title"] == (
        "No set holds budget and years at 80%; the likeliest keeps the budget in 62% of "
        "simulations and every year in 55%"
    )
    decision = box_of(page)["Decision"]
    assert decision.startswith("No set is sure enough. The likeliest, 1 of 3 improvements, needs ")
    assert "within" not in decision


@pytest.mark.parametrize(
    ("compared", "gap", "end"),
    [
        (
            1_234,
            0.2712,
            "improvements were compared. What another could be worth more: 28% at most.",
        ),
        (1_234, float("nan"), "How much more another could be worth is not known."),
        (None, 0.05, "What another set or start could be worth more: 5% at most."),
        (None, float("nan"), "How much more another set or start could be worth is not known."),
        (None, 0.0, "in 80% of simulations."),
    ],
)
def test_sets_or_starts_that_are_too_many_are_named_on_page_one(
    study: Study, compared: int | None, gap: float, end: str
) -> None:
    found = replace(study.programme, compared=compared, gap=gap)
    part = study.with_answers(programme=found)
    decision = box_of(decision_page(part, words_of(study.case)))["Decision"].replace("**", "")
    assert decision.endswith(end) or gap == 0
    assert ("Too many" in decision) == (gap != 0)
    assert ("Too many sets to try: 1,234 likely ones of 3" in decision) == (compared is not None)
    for language in LANGUAGES:
        assert not STRAY.search(
            " ".join(strings(decision_page(part, words_of(part.case, language))))
        )


def test_in_money_alone_doing_nothing_may_be_best(study: Study) -> None:
    table = study.programme.to_frame().assign(chosen=False, role="not now")
    for measure, title in (
        ("net", "In money alone no improvement earns its cost"),
        ("distance", "No improvement fits into the budget of €0.11 million"),
    ):
        nothing = replace(study.programme, measure=measure, _table=table)
        page = decision_page(study.with_answers(programme=nothing), words_of(study.case))
        assert page["title"] == title
        assert list(box_of(page)) == ["Question", "Advice"]


def test_what_adds_nothing_at_any_budget_is_not_said_to_be_too_dear(study: Study) -> None:
    programme = study.programme
    table = programme.to_frame().assign(chosen=False, role="not now")
    free = programme.frontier().assign(chosen="").head(1)
    nothing = replace(programme, measure="distance", _table=table, _frontier=free)
    page = decision_page(study.with_answers(programme=nothing), words_of(study.case))
    assert page["title"] == "No improvement adds anything"
    assert "at no budget" in box_of(page)["Advice"]
    assert "fits" not in box_of(page)["Advice"]


def test_bars_of_members_that_start_late_are_said_to_be_as_stated(study: Study) -> None:
    """Page 1 shows each alone from its stated start: they add up to more than the set closes."""
    words, table = words_of(study.case), study.programme.to_frame()
    late = replace(study.programme, _table=table.assign(delay=table["chosen"].astype(int)))
    for programme in (study.programme, late):
        page = decision_page(study.with_answers(programme=programme), words)
        told = "from its stated start" in page["picture"]["note"]
        assert told == bool(programme.late) == (programme is late)


def test_the_least_and_the_most_of_packages_both_bear_their_unit(study: Study) -> None:
    found = menu_facts(study, words_of(study.case).charts)
    assert str(found["least"]).startswith("€")
    assert str(found["least"]).endswith("million")
    assert str(found["most"]).endswith("million")


def test_the_price_of_a_harm_day_is_a_ratio_of_means(study: Study) -> None:
    """0.3 million over 2 days a year in years that count 2.5: 60,000 a day."""
    priced = replace(
        study.programme, cost_m=Interval(0.3, 0.2, 0.4), harm_days=Interval(2.0, 1.0, 3.0)
    )
    years = study.sample.model.annuity
    found = break_even(study.with_answers(programme=priced))
    assert found.value == pytest.approx(300_000 / (2.0 * years))
    assert 2.5 < years < 3.0  # three years, discounted


def test_the_proposed_set_of_page_2_is_the_programme(study: Study) -> None:
    programme, words = study.programme, words_of(study.case)
    options = summary_page(study, words)["options"]
    cells = {row["head"]: row["cells"][options["marked"]] for row in options["rows"]}
    assert cells["**Brings**: distance closed, %"] == words.cell(Amount(*programme.gain))
    assert cells["Net, priced benefits only"] == words.cell(Amount(*programme.net_m))
    assert cells["Chance to keep €0.11 million"] == words.probability(programme.p_within)


def test_how_far_to_trust_it_adds_judgement_and_placeholders(study: Study) -> None:
    cost = study.sensitivity.evidence()["cost"]
    words = words_of(study.case)
    text = decision_page(study, words)["trust"]["rows"][0]
    assert f"{words.part(cost['D'] + cost['E'])} of the cost" in text


def test_further_money_takes_in_what_is_added(study: Study) -> None:
    words = words_of(study.case)
    steps = study.funding.next_euro()
    text = summary_page(study, words)["answers"]["rows"][-1]["more"]
    added = [str(step["added"]) for _, step in steps.iterrows()]
    first = text.split("€1 million more")[1].split(";")[0]
    assert all(words.brief(key) in first for key in added[0].split())
    assert (len(added), len(set(added))) == (3, 1)  # then the same is not said again
    assert text.endswith("more, up to €10 million, adds no other.")


@pytest.mark.parametrize(("more", "fits"), [(0, True), (2, True), (5, False)])
def test_where_names_are_many_the_picture_of_page_1_gives_way(
    bundled: Study, more: int, fits: bool
) -> None:
    content = document(bundled, "fr") | {"sections": []}
    line = {"head": "Choisir", "text": "Notices et diffusions, " * 12}
    page = content["decision"]
    content["decision"] = page | {"box": [*page["box"], *[line] * more]}
    day = bundled.case.settings.appraisal_date
    if fits:
        assert pdf.set_document("report.typ", content, day)
    else:
        with pytest.raises(InputError, match="overflow 1"):
            pdf.set_document("report.typ", content, day)


def test_a_title_names_a_pair_only_where_it_is_short(bundled: Study) -> None:
    """Of four improvements in all; a longer pair is counted, or the set is told as a whole."""
    found = advice(bundled)
    assert found is not None
    ids = bundled.case.improvement_ids
    first = found.exchanges[0]
    for out, said_so in ((ids[:2], True), (ids[:3], False)):
        option = {**first.options[0], "into": " ".join(ids[4:6])}
        pair = replace(first, out=out, options=(option,), even=True)
        for started, key in ((found.started, "title_choice"), ((), "title_pair")):
            title = _title(bundled, replace(found, exchanges=(pair,), started=started))
            keys = {*phrases_of(title)}
            assert (f"decision.programme.{key}" in keys) == said_so, (out, started)


def test_an_input_that_switches_many_names_two_on_each_side() -> None:
    text = said_by(_in_and_out(list("ABC"), list("DEFG")), Voice(Language("en")))
    assert text == "in: A, B and 1 more; out: D, E and 2 more"


def test_what_is_not_now_is_named_within_a_page(bundled: Study) -> None:
    def told(*reasons: str) -> list[int]:
        """How many improvements page 2 names for each reason."""
        index = pd.Index([f"I{k}" for k in range(len(reasons))])
        programme = replace(
            bundled.programme,
            _table=pd.DataFrame({"role": "not now"}, index=index),
            _why_not=pd.DataFrame({"reason": reasons}, index=index),
        )
        said: Any = _why_not(bundled.with_answers(programme=programme)).text
        lists = [dict(phrase.slots)["names"].items for phrase in said.items]
        return [sum(isinstance(one, Name) for one in each) for each in lists]

    assert told(*"a" * 9, *"b" * 4) == [6, 4]
    assert told(*"a" * 45, *"b" * 6) == [5, 5], "page 2 was too long by two lines"
    assert told(*"abcdefgh" * 2) == [1] * 8


def test_the_target_of_page_2_is_the_best_set_that_it_pays_for(study: Study) -> None:
    words = words_of(study.case)
    curve, options = study.funding.curve(), summary_page(study, words)["options"]
    row = curve[curve["budget_m"] <= 0.2].iloc[-1]
    best = Amount(row["gain"], row["gain_low"], row["gain_high"])
    assert options["heads"][-1] == "Target €0.2 million"
    cells = {line["head"]: line["cells"] for line in options["rows"]}
    assert cells["**Brings**: distance closed, %"][-1] == words.cell(best)
    told = study.options.to_frame().loc["target"]  # limits of years are those of the budget
    assert np.isnan(told["p_years"])


def test_only_illustrative_improvements_are_marked(small: Case) -> None:
    one, *others = small.improvements
    case = replace(
        small,
        improvements=(
            replace(one, illustrative=True),
            *(replace(i, illustrative=False) for i in others),
        ),
    )
    words = words_of(case)
    assert words.name(one.id).endswith(MARK)
    assert not any(words.name(i.id).endswith(MARK) for i in others)


@pytest.mark.parametrize("word", CLAIM_WORDS)
def test_was_shown_is_said_of_one_word_only(study: Study, word: str) -> None:
    claim = replace(study.claim, word=word, reason="", standing=REGISTERED)
    judged = study.with_answers(claim=replace(claim, registered_on="2024-01-01"))
    said = " ".join(strings(summary_page(judged, words_of(study.case))))
    assert ("This was shown" in said) == (word == SUPPORTED)
    assert ("contradicted" in said) == (word == CONTRADICTED)
    assert "Registered in advance on 1 January 2024" in said
    assert "Not registered" not in said
    exploratory = study.with_answers(claim=replace(claim, standing=EXPLORATORY))
    assert "This was shown" not in " ".join(
        strings(summary_page(exploratory, words_of(study.case)))
    )


def variants_of_the_claim(study: Study) -> list[Study]:
    """Claims that the small case does not make: registered, coded by two, without a ratio."""
    claim = study.claim
    without = claim.to_frame()
    without["ratio"] = np.nan
    powerful = replace(claim.power, ratio=2.0, ratio_low=1.9, ratio_high=2.1, held=2.5, gate=2.0)
    helpless = replace(powerful, held=np.inf)
    opened = replace(powerful, ratio=3.0, cleared=1.9)
    coding = pd.DataFrame(
        {"ana": [0.2], "ben": [0.4], "apart": [0.2]},
        index=pd.MultiIndex.from_tuples([("LAB", "leads")], names=["capability", "function"]),
    )
    two = {"coders": ("ana", "ben"), "_coding": coding, "alpha_of_coders": 0.8}
    changed = {"standing": CHANGED, "registered_on": "2024-01-01", "changed": ("margin", "costs")}
    shown = {"word": SUPPORTED, "reason": "", "standing": REGISTERED, "power": powerful}
    told: tuple[dict[str, Any], ...] = (
        {**shown, "registered_on": "2024-01-01", **two},
        {**changed, "coders": ("ana",), "power": opened},
        {"standing": EXPLORATORY, "_table": without, "power": helpless},
        {"_table": claim.to_frame().assign(testable=True, ratio_low=0.0)},
        {"_table": claim.to_frame().assign(ratio_low=0.4, ratio_high=[3.0, np.inf, np.nan])},
    )
    return [study.with_answers(claim=replace(claim, **changes)) for changes in told]


def test_the_service_contributed_and_never_caused(contents: Contents) -> None:
    said = {key: " ".join(strings(content)).lower() for key, content in contents.items()}
    assert "contributed to" in said["en"]
    assert "a contribué" in said["fr"]
    assert not re.search(r"\b(?<!common )caused?\b", said["en"])  # common cause: of overruns
    assert not re.search(r"\bcausé", said["fr"])


def test_page_1_prints_the_first_rows_of_the_one_table_of_switching_values(
    study: Study, contents: Contents
) -> None:
    rows = contents["en"]["decision"]["change"]["rows"]
    table = study.switching.to_frame()
    assert len(rows) == min(3, len(table)) > 0
    for said, kind in zip(rows, table["kind"], strict=False):
        assert ("over budget" in said) == (kind == "breaks")
        assert "80% range" not in said


@pytest.mark.parametrize(
    ("probability", "word"),
    [
        (1.0, "almost certain"),
        (0.99, "almost certain"),
        (0.98, "very likely"),
        (0.66, "likely"),
        (0.5, "as likely as not"),
        (0.33, "as likely as not"),
        (0.32, "unlikely"),
        (0.05, "very unlikely"),
        (0.0, "almost ruled out"),
    ],
)
def test_words_are_tied_to_probabilities(small: Case, probability: float, word: str) -> None:
    assert words_of(small).hedge(probability) == word


def test_what_holds_in_less_than_half_is_not_said_to_be_so(small: Case) -> None:
    words = words_of(small)
    key = "decision.ranking.title"
    assert "No improvement is clearly first" in words.firmly(key, 0.49, first="A")
    assert "as likely as not (50%)" in words.firmly(key, 0.5, first="A")


@pytest.mark.parametrize(
    ("amount", "english", "french"),
    [
        (Amount(66.39, 57.69, 75.15), "€66 million (58–75)", "66\u00a0M€ (58–75)"),
        (Amount(-1.26, -2.04, -0.5), "−€1.3 million (−2.0 to −0.5)", "−1,3\u00a0M€ (−2,0 à −0,5)"),
        (Amount(30.0, 30.0, 30.0), "€30 million", "30\u00a0M€"),
        (Amount(float("nan"), 1.0, 2.0), "€– million", "–\u00a0M€"),
    ],
)
def test_money_has_a_sign_a_range_and_no_idle_digits(
    small: Case, amount: Amount, english: str, french: str
) -> None:
    assert words_of(small).millions_spread(amount) == english
    assert words_of(small, "fr").millions_spread(amount) == french


# ---------------------------------------------------------------- any case


def _lean(small: Case) -> Mapping[str, Case]:
    """Cases that ask less and less."""
    kept = tuple(line for line in small.costs if not line.improvement)
    bare = replace(small, improvements=(), effects=(), relations=(), funding=(), costs=kept)
    bare = bare.with_settings(budget=None, target=None)
    two = [capability.id for capability in small.capabilities[:2]]
    tables = ("functions", "usage", "costs", "activity", "chain", "scores")
    rows: dict[str, Any] = {
        table: tuple(row for row in getattr(bare, table) if row.capability in ("", *two))
        for table in tables
    }
    couple = replace(bare, capabilities=small.capabilities[:2], **rows)
    couple = replace(couple, claim=None)
    undiscounted = small.with_settings(discounting="undiscounted")
    unchained = tuple(effect for effect in small.effects if not effect.step)
    return {
        "no budget": small.with_settings(budget=None, target=None),
        "no target": small.with_settings(target=None),
        "nothing fits": small.with_settings(budget=0.0),
        "no claim": replace(small, claim=None),
        "other claim": undiscounted.with_claim(group=("training",)),
        "no chain": replace(small, chain=(), unit_values=(), outcomes=(), effects=unchained),
        "no improvements": bare,
        "one project": replace(
            small,
            improvements=small.improvements[:1],
            relations=(),
            funding=(),
            effects=tuple(e for e in small.effects if e.improvement == small.improvements[0].id),
            costs=tuple(
                line for line in small.costs if line.improvement in ("", small.improvements[0].id)
            ),
        ),
        "two capabilities": couple,
        "costs only": replace(
            couple, chain=(), unit_values=(), criteria=(), scores=(), feedback=(), judgements=()
        ),
    }


LEAN = (
    "no budget",
    "no target",
    "nothing fits",
    "no claim",
    "other claim",
    "no chain",
    "no improvements",
    "one project",
    "two capabilities",
    "costs only",
)


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize(("kind", "other"), [*zip(LEAN, cycle(LANGUAGES[::-1]), strict=False)])
def test_a_case_that_asks_little_has_a_report(
    lean: Callable[[str], Study], kind: str, other: str
) -> None:
    """In English, and each in one other language in turn."""
    study = lean(kind)
    words = words_of(study.case)
    said = [*strings(document(study, "en")), *strings(document(study, other))]
    assert not [text for text in said if STRAY.search(text)]
    for stage in study.not_asked:
        assert words.say(f"not_asked.{stage}") in " ".join(said)


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize("kind", ["no budget", "nothing fits", "no improvements"])
def test_what_asks_little_can_be_set(lean: Callable[[str], Study], kind: str) -> None:
    """No set to fund, an empty one, none to choose from: what the template must do without."""
    study = lean(kind)
    found, words = pages(write_report(study, "en")), words_of(study.case)
    assert len(found) > 2
    assert not any(STRAY.search(page) for page in found)
    for stage in study.not_asked:
        assert flat(words.say(f"not_asked.{stage}")) in " ".join(found)


@pytest.mark.parametrize(
    ("kind", "page"),
    [
        ("no budget", "ranking"),
        ("no target", "set"),
        ("no improvements", "capabilities"),
        ("one project", "project"),
        ("costs only", "costs"),
    ],
)
def test_a_rule_says_which_page_1_is_printed(
    lean: Callable[[str], Study], kind: str, page: str
) -> None:
    assert page_one_of(lean(kind)) == page


@pytest.mark.parametrize(
    ("p_net", "title", "advised"),
    [
        (0.95, "pays for itself", "**Start.**"),
        (0.5, "is not shown to pay for itself", "**Start, review at first quote.**"),
        (0.05, "does not pay for itself in money", "**Not for money's sake.**"),
    ],
)
def test_one_project_is_worth_it_by_its_chance(
    lean: Callable[[str], Study], p_net: float, title: str, advised: str
) -> None:
    study = lean("one project")
    table = study.programme.to_frame().assign(chosen=True)
    found = replace(study.programme, p_net=p_net, _table=table)
    page = decision_page(study.with_answers(programme=found), words_of(study.case))
    assert title in page["title"]
    assert advised.replace("'", "\u2019") in box_of(page)["Advice"]


def test_a_case_of_costs_only_is_drawn_too(lean: Callable[[str], Study]) -> None:
    study = lean("costs only")
    assert "No spending is recommended" in pages(write_report(study, "en"))[0]


@pytest.mark.usefixtures("brief")
def test_a_page_that_does_not_hold_its_words_names_the_longest(study: Study) -> None:
    """Sizes never shrink, and nothing is cut."""
    names = tuple(replace(i, name=f"{LONG} {i.id} " * 12) for i in study.case.improvements)
    longer = replace(study, case=replace(study.case, improvements=names))
    with pytest.raises(
        InputError, match=r"page \d of the paper \(en\) is too long .*Joint register"
    ):
        write_report(longer, "en")


# ---------------------------------------------------------------- the texts


CITED = ("Annals of Operations Research", "Department for Transport", "Statistics in Medicine")
SMALL_WORDS = re.compile(r"\b(?:the|of|and|for|with|from|which|are|not|their|who|what)\b", re.I)


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_no_phrase_is_left_in_english(language: str) -> None:
    """Also those that no case here says."""
    for key, phrase in phrases(language).phrases.items():
        for form in [phrase] if isinstance(phrase, str) else phrase.values():
            form = AUTHORS.sub(" ", re.sub(r"\{\w*\}", "", form))
            for work in CITED:
                form = form.replace(work, "")
            assert not SMALL_WORDS.search(form), (key, form)


def test_every_language_has_the_same_steps_of_probability() -> None:
    steps = [step for step, _ in phrases("en").hedges]
    assert steps[-1] == 0.0
    for language in LANGUAGES:
        assert [step for step, _ in phrases(language).hedges] == steps
        assert len({word for _, word in phrases(language).hedges}) == len(steps)


WORDS = (  # groups of words of which a case uses a few
    "futures.",  # said on request only, see test_futures.py
    "excellence.by_",
    "function.",
    "input.",
    "measure.",
    "parameter.",
    "price_kind.",
    "route.",
    "shape.",
    "schedule_status.",
    "source_type.",
    "table.",
    "timing.",
    "donor.",  # said on the pages of test_donors.py
    "why.",
)
RARE = {  # said of numbers that the small case does not give
    "leaf.why_futures",  # of a case with scenarios: test_futures.py
    "front.simulation_first",  # of more draws than are kept: test_annex.py
    "leaf.ranges_first",
    "leaf.no_upper_end",  # of outcomes that some draws lack: tests/appraisal/test_unpriced.py
    "front.chart",  # of the full annex, whose charts are left out here
    "steps.at_once",  # of an appraisal in the year in which it begins: tests/case/test_uk_case.py
    "options.runs_members",
    "change.intro_set_none",
    "change.stable",
    "decision.capabilities.title_open",
    "decision.ranking.title_open",
    "not_asked.allocation",
    "unpriced.none",
    "not_asked.members",
    "not_asked.network",
    "programme.unit_harm",
}
RARE |= {
    "convergence.better_programme",
    "convergence.regret_programme",
    "answers.nothing",
    "answers.sooner",
    *("answers.swaps", "decision.adds_nothing.title", "decision.adds_nothing.recommendation"),
    "decision.picture.late",
    "choice.more",
    "decision.programme.raise_unsure",
    "decision.programme.searched",  # test_sets_or_starts_that_are_too_many_are_named_on_page_one
    "decision.programme.searched_open",
    "decision.programme.starts_cut",
    "decision.programme.starts_cut_open",
    "decision.programme.title_pair",
    "options.minimum",
    "trust.always_none",
    "verb.review",
    "why_others.none",
    "decision.project.not",
    "decision.project.open",
    "decision.project.pays",
    "decision.project.title_not",
    "decision.project.title_open",
    "decision.project.title_pays",
    "decision.project.title_unpriced",
    "decision.project.unpriced",
    "decision.project.worth_none",
    "decision.project.worth",
}
RARE |= {  # said of small cases; test_licences.py reads over a hundred
    "change.no_rival",
    *("leaf.nothing", "leaf.why_alone", "leaf.why_budget", "leaf.why_unpriced"),
    *("leaf.why_unlinked", "leaf.why_unpaid"),
    "limits.marginal.plain",
    "options.runs",
    "trust.unasked",
    "answers.excellence_derived",
    "answers.excellence_one",
    "answers.members_one",
    "answers.money",
    "answers.nothing_all",
    "decision.capabilities.recommendation_one",
    "decision.capabilities.title_one",
    "decision.costs.picture",
    "decision.follows.label_all",
    "decision.money.free",
    "decision.money.label_spend",
    "decision.money.label_unpaid",
    "decision.money.nothing",
    "decision.money.parts_certain",
    "decision.money.unpaid",
    "decision.money.usable_none",
    "decision.picture.asked_spend",
    "decision.picture.title_unpaid",
    "decision.programme.free",
    "decision.programme.raise_one",
    "decision.programme.spend",
    "decision.programme.spend_one",
    "decision.programme.title_free",
    "decision.programme.title_none_unpaid",
    "decision.programme.title_unpaid",
    "decision.programme.unpaid",
    "decision.project.gain_label",
    "decision.project.net_detail",
    "decision.project.net_label",
    "decision.project.no_money",
    "decision.project.none_pays",
    "decision.project.nothing",
    "decision.project.picture_cost",
    "decision.project.title_no_money",
    "decision.project.title_none_pays",
    "decision.project.title_nothing",
    "leaf.asked_spend",
    "leaf.spend_axis",
    "options.asked_spend",
    "steps.decide_unpaid",
    "summary.title_one",
    "summary.title_plain",
    "summary.title_zero",
    "unpriced.nothing",
    "unpriced.one",
}
RARE |= {  # of savings, of what has no price, of what is taken: test_savings.py, test_unpriced.py
    *(f"decision.project.{k}" for k in ("bar_saved", "both", "saves", "open_money", "not_money")),
    *("decision.project.worth_money", "change.bought", "change.never_bought"),
    *(f"leaf.{k}" for k in ("brought_by", "counted", "outcome", "cost_each", "chain_title_one")),
    *(
        "leaf.outcomes_title",
        "leaf.outcomes_note",
        "leaf.outcomes_added",
        "leaf.unplaced",
        "functions.power_nothing",
    ),
    *(f"parameter.{k}" for k in ("taken", "taken_of", "also", "ranges")),  # test_new_case.py
    *("parameter.ranges_value", "parameter.ranges_status", "trust.taken", "trust.taken_ranges"),
    *("trust.division", "options.nothing_minimum", "options.nothing", "functions.power_none"),
}
RARE |= {  # said of a programme that the small case does not have; see test_speaking_pages.py
    "change.at",  # an input whose median already changes the programme
    "change.empties",
    "switching.at",
    "choice.choose",
    "choice.equal",
    "choice.option",
    "choice.prefer",
    "decision.net.unpriced",
    "decision.none_pays.recommendation",
    "decision.none_pays.title",
    "decision.programme.title_choice",
    "decision.programme.title_choices",
    "decision.programme.title_none",
    "decision.programme.title_unsure",
    "programme.unit_net",
    "verb.open",
}
BUNDLED = {  # said of the bundled case only: it has earmarks, targets, a network and yearly limits
    "leaf.curve_note",
    "leaf.geometric",
    "network.error",
    "leaf.minutes",
    "leaf.results",
    "leaf.why_synthetic",
    "answers.earmarks",
    "answers.members_synthetic",
    "decision.money.usable",
    "change.in_and_out",
    "change.price_of",
    "decision.picture.or",
    "decision.picture.to",
    "options.better",
    "options.rival",
    "options.rival_note",
    "options.start_only",
    "options.years",
    "steps.before",
    "steps.quote",
    "steps.review",
    "steps.target",
    "trust.synthetic",
    "verb.choose",
    "verb.prefer",
    "verb.replaced",
    "change.together",
    "next.takes_and_drops",
    "decision.programme.years",
    "provenance.count",
    "provenance.drawn",
    "provenance.drawn_note",
    "provenance.group",
    "provenance.inputs",
    "provenance.shape",
    "provenance.share",
}


def _drawn_otherwise(small: Case) -> Case:
    """Quantiles, a level that was observed, a correlation, a Sobol sequence, planned surveys."""
    first, *rest = small.scores
    seen = replace(first.level, record=(130.0, 150.0, 170.0), weights=(1.0, 2.0, 1.0))
    row = Distribution(inputs="scores/*", grade="D", ends="10-90", basis="asked so")
    pair = Correlation(a="scores/REG/*", b="scores/LAB/*", r=0.2, grade="D", basis="one panel")
    said = replace(small, scores=(replace(first, level=seen), *rest), distributions=(row,))
    settings = {"sampling": "sobol", "distribution_ends": "5-95"}
    asked: dict[str, Any] = {"members": 30, "items": 5, "cost": 1_000.0, "basis": "asked so"}
    surveys = tuple(
        PlannedSurvey(
            id=key, name=key, inputs=inputs, **asked
        )  # what is found out, and what is not
        for key, inputs in (("ASK", "effects/CLOUD/*"), ("HITS", "chain/*"))
    )
    said = replace(said, correlations=(pair,), planned_surveys=surveys)
    return said.with_settings(**settings)


def _of_pages() -> set[str]:
    found = (key.partition(".") for key in phrases("en").phrases)
    return {key for section, _, key in found if section == "pages"}


@pytest.mark.usefixtures("plain")
def test_every_phrase_is_said_by_some_case(
    study: Study,
    bundled: Study,
    lean: Callable[[str], Study],
    small: Case,
    said: set[str],
) -> None:
    other = run_study(_drawn_otherwise(small), draws=60)
    for one in (study, *variants_of_the_claim(study), *map(lean, LEAN), other):
        document(one, "en")
    for one in (study, lean("costs only")):
        pdf.document(one, "en")
    unsaid = {key for key in _of_pages() - said if not key.startswith(WORDS)}
    assert unsaid <= RARE | BUNDLED, sorted(unsaid - RARE - BUNDLED)
    document(bundled, "en")
    pdf.document(bundled, "en")
    assert said >= BUNDLED, sorted(BUNDLED - said)


def test_every_table_of_a_case_has_a_name(study: Study) -> None:
    words = words_of(study.case)
    graded = {name.split("/")[0] for name in study.case.estimates()}
    assert graded <= set(table_names())
    assert all(words.has(f"table.{table}") for table in graded)


FIRST = 12  # letters by which names are told, as pictures cut them at different lengths


def _filled(picture: Mapping[str, Any], *fills: str) -> set[str]:
    """What the rows of a picture with one of some fills name."""
    groups = [group for group in picture["groups"] if group["fill"] in fills]
    return {row["name"][:FIRST] for group in groups for row in group["rows"]}


@pytest.mark.long
def test_the_paper_speaks_of_one_set(bundled: Study) -> None:
    """Page 1, the options, the timetable, the donor menu and the tables name the same programme."""
    words = words_of(bundled.case)
    names = {words.name(name)[:FIRST] for name in bundled.programme.chosen}
    assert len(names) == len(bundled.programme.chosen) > 0
    page = document(bundled, "en")
    drawn = {
        section["name"]: section["blocks"][0]
        for section in page["sections"]
        if section["blocks"][0]["kind"] == "bars"
    }
    assert _filled(page["decision"]["picture"], "solid", "hatched") == names
    assert _filled(drawn["timetable"], "solid") == names
    assert _filled(drawn["donors"], "solid") == names
    assert f"({len(names)})" in page["summary"]["options"]["heads"][2]
    chosen = set(bundled.programme.chosen)
    menu = bundled.funding.menu.to_frame()
    assert set(menu.index[menu["chosen"]]) == chosen
    assert set(bundled.baseline.to_frame().index.get_level_values("improvement")) <= chosen
    lets_go = {key for row in bundled.switching.to_frame()["out"] for key in str(row).split()}
    assert lets_go <= chosen  # what a switch lets go was in


def test_a_row_names_three_of_what_a_set_takes_in_and_counts_the_rest(study: Study) -> None:
    """Where many stand for one another, rows would else push those below them off the page."""
    many = ["CLOUD", "SCAN", "LINK", "CLOUD", "SCAN"]
    text = said_by(changes(many, many, 3), Voice(words_of(study.case), study))
    assert text.count("and 2 more") == 2


NARROW = r"""
#import "parts.typ": *
#show: setting
#for wide in range(72, 140, step: 2) {
  page(block(width: wide * 1pt)[(0,9–3,3\u{202f}%) et (1\u{202f}600–2\u{202f}600\u{a0}M€), 4–5, 6.])
}
"""


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_an_interval_is_broken_neither_within_nor_from_its_unit(direction: str) -> None:
    place = Path(pdf.__file__).parent
    setter = typst.Compiler(
        root=place, font_paths=[place.parent / "charts" / "fonts"], ignore_system_fonts=True
    )
    given = {"data": json.dumps({"language": "fr", "direction": direction})}
    made = setter.compile(NARROW.encode(), format="pdf", sys_inputs=given)
    assert isinstance(made, bytes)
    words = [page.extract_text() for page in PdfReader(BytesIO(made)).pages]
    lines = [line.strip(" ()\u202f\xa0") for page in words for line in page.splitlines()]
    assert len(lines) > len(words)  # many are broken
    for first, unit in (("3,3", "%"), ("600", "M€")):
        assert not any(line.endswith(first) or line.startswith(unit) for line in lines)


def anonymous() -> int:
    """Megabytes of this process that are in no file."""
    let_go()
    found = re.search(r"RssAnon:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))
    assert found is not None
    return int(found[1]) // 1000


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="memory as Linux tells it")
def test_papers_that_were_set_take_no_memory(bundled: Study) -> None:
    """Each of them would take 0.2 GB until ten more are set."""
    pdf.write_report(bundled, "en")
    one = anonymous()
    for language in ("fr", "es", "en"):
        pdf.write_report(bundled, language)
    assert anonymous() - one < 150
