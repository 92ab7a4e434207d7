"""The page of what the money buys: every euro of the cube, and the bridge to stated totals."""

from dataclasses import replace
from typing import Any

import pytest

from capworth.appraisal.cost_cube import cost_cube
from capworth.case.model import Case
from capworth.language.language import Language
from capworth.report.annex import costs as spending
from capworth.report.blocks import Section, Table
from capworth.study.stages import Study


def page_of(study: Study, language: str = "en") -> Section:
    page = spending.costs_page(study, Language.of(study.case, language))
    assert page is not None
    return page


def tables_of(page: Section) -> list[Table]:
    return [block for block in page.blocks if isinstance(block, Table)]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_cube_by_function_and_category(study: Study, language: str) -> None:
    words = Language.of(study.case, language)
    table = tables_of(page_of(study, language))[0]
    cube = cost_cube(study.case)
    total = float(cube.to_frame()["amount_m"].sum())
    assert table.rows[-1][-1] == words.number(total)
    assert len(table.rows) == 1 + cube.to_frame()["function"].nunique()
    by = cube.by("function", "category")["amount_m"]
    column = table.head.index(words.word("category", "staff"))
    hosting = next(row for row in table.rows if row[0] == words.word("function", "hosting"))
    assert hosting[column] == words.number(float(by.loc[("hosting", "staff")]))


def test_who_pays_and_what_is_given_in_kind(study: Study) -> None:
    words = Language.of(study.case, "en")
    plain = tables_of(page_of(study))[1]
    assert words.say("spending.in_kind") not in plain.head
    kinds = tuple(replace(c, in_kind=c.id == "REG-M") for c in study.case.costs)
    given = tables_of(page_of(replace(study, case=replace(study.case, costs=kinds))))[1]
    column = given.head.index(words.say("spending.in_kind"))
    members = next(row for row in given.rows if row[0] == words.word("payer", "members"))
    assert members[column] == words.number(0.06)


def test_the_bridge_says_what_is_left_over(study: Study) -> None:
    row = tables_of(page_of(study))[2].rows[0]
    assert row[2] == "1.0"
    assert row[-1] == "0.0"


def test_a_case_without_totals_has_no_bridge(study: Study, small: Case, without: Any) -> None:
    costs = tuple(replace(c, total="") for c in small.costs)
    case = replace(without(small, "totals"), costs=costs)
    assert len(tables_of(page_of(replace(study, case=case)))) == 2
