"""The page of excellence says how services are compared, in every way and language."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from capworth.case.model import Case
from capworth.excellence.comparison import AMOUNTS, CONSTANT, LEVELS, UNIT_COSTS, VARIABLE, Way
from capworth.language.language import Language
from capworth.report.annex.excellence import excellence_page
from capworth.report.blocks import Section, Table, Text
from capworth.study.stages import Study

LANGUAGES = ("en", "fr", "es", "ar")
KEYS = ("swing", "members", "results", "equal")


@pytest.fixture(scope="module")
def study(small: Case, learning: Callable[..., Any]) -> Study:
    """The small case, all parts that its page needs."""
    from capworth.study.stages import run_study

    return run_study(small, draws=60)


def page(study: Study, language: str = "en", **parts: Any) -> Section:
    found = replace(study.excellence, **parts)
    told = excellence_page(study.with_answers(excellence=found), Language.of(study.case, language))
    assert told is not None
    return told


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_way_is_said(study: Study, language: str) -> None:
    notes = set()
    for measures in (UNIT_COSTS, AMOUNTS, LEVELS):
        for returns in (CONSTANT, VARIABLE):
            for key in KEYS:
                told = page(study, language, way=Way(measures, returns, key), without=("reach",))
                main = told.blocks[0]
                assert isinstance(main, Table)
                notes.add(main.note)
                assert not re.search(r"\{\w*\}|nan", main.note)
    assert len(notes) == 2 * (2 * len(KEYS) + 1)  # levels have no extent
    ways = pd.DataFrame(
        [
            (m, r, k, k == "swing", 1, "REG")
            for m in (UNIT_COSTS, AMOUNTS)
            for r in (CONSTANT, VARIABLE)
            for k in KEYS[:3]
        ],
        columns=["measures", "returns", "extent", "asked", "count", "derived"],
    )
    table = page(study, language, _ways=ways).blocks[3]
    assert isinstance(table, Table)
    assert len({row[0] for row in table.rows}) == 3  # unit costs are amounts under constant returns
    assert len({row[2] for row in table.rows}) == 3
    assert table.marked == tuple(ways.index[ways["asked"]])


def test_the_returns_that_decide_stand_first(study: Study) -> None:
    for returns, first in ((VARIABLE, "variable"), (CONSTANT, "constant")):
        told = page(study, way=Way(UNIT_COSTS, returns, "equal"))
        main, over = told.blocks[0], told.blocks[2]
        assert isinstance(main, Table)
        assert isinstance(over, Table)
        assert [first in head for head in main.head[6:8]] == [True, False]
        assert [first in head.lower() for head in over.head[1:]] == [True, False]


def test_the_page_names_what_is_efficient_and_not_excellent(study: Study) -> None:
    table = study.excellence.to_frame()
    odd = table.assign(
        p_efficient=[0.9, 0.9, 0.9, 0.2],
        p_excellent=[0.8, 0.1, 0.1, 0.0],
        p_default=[0.0, 0.7, 0.0, 0.0],
        p_alone=[0.1, 0.0, 0.8, 0.2],
        factor=["", "use", "", ""],
        p_top=[0.9, 0.9, 0.9, 0.9],
        route=["derived only", "neither", "neither", "neither"],
    )
    told = page(study, _table=odd)
    text, main = told.blocks[1], told.blocks[0]
    assert isinstance(text, Text)
    assert isinstance(main, Table)
    first, second = "but mostly against itself", "and excellent too seldom"
    default, rest = text.text.split(first)
    alone, seldom = rest.split(second)
    assert "Secure network (Use by members)" in default
    assert "Forensic laboratory" in alone
    assert seldom == ": none."
    for part in (default, alone):
        assert "Register of persons" not in part
        assert "Academy" not in part
    reason = {str(row[0]): str(row[2]) for row in main.rows}
    assert reason["Register of persons"] == "efficient, a model of others, among the best"
    assert reason["Secure network"].endswith("none is better on one factor: Use by members")
    assert reason["Forensic laboratory"].endswith("efficient against itself, a model of no other")
    assert reason["Academy"] == "efficient too seldom"
    nobody = odd.assign(p_excellent=odd["p_efficient"])
    told = page(study, _table=nobody)
    assert isinstance(told.blocks[1], Text)
    assert told.blocks[1].text.count("none.") == 3
