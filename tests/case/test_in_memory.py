"""A case that was made or changed in memory passes the same rules as one that was typed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from capworth.case.model import Case
from capworth.case.read import PARTS, checked_case, read_case
from capworth.case.written import write_case
from capworth.errors import CaseError
from capworth.study.stages import run_study

DATA = Path(__file__).parents[2] / "data"


@pytest.mark.parametrize("place", [DATA / "interpol-2019", DATA / "elicitation-example"])
def test_a_good_case_written_out_is_a_good_case(place: Path) -> None:
    case = read_case(place)
    assert checked_case(case) is case
    copy = replace(case)
    found = checked_case(copy)
    assert replace(found, fingerprint="") == replace(case, fingerprint="")
    assert checked_case(replace(case)).fingerprint == found.fingerprint != case.fingerprint


def test_every_cell_is_written_as_it_was_typed(small: Case) -> None:
    raw = write_case(small, PARTS)
    row = raw.tables["costs"].rows[0].cells
    assert (row["low"], row["mode"], row["high"], row["kind"]) == (
        *("60000", "100000", "180000"),
        "recurrent",
    )


SPOILT: dict[str, Any] = {
    "a kind nobody knows": ("costs", {"kind": "one_off"}, "'one_off' is not known. Did you mean"),
    "a payer nobody knows": ("costs", {"payer": "nobody"}, "'nobody' is not known"),
    "a capability that is not there": ("scores", {"capability": "XXX"}, "'XXX' is not known"),
    "a year outside": ("improvements", {"start_year": 1800}, "1800 is below 1990"),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_what_was_spoilt_in_memory_is_told_before_it_is_answered(small: Case, kind: str) -> None:
    table, change, told = SPOILT[kind]
    first, *others = getattr(small, table)
    parts: dict[str, Any] = {table: (replace(first, **change), *others)}
    with pytest.raises(CaseError, match=told):
        run_study(replace(small, **parts), draws=100)


@pytest.mark.parametrize("change", [{"harm_index": "nonsense"}, {"years": -1}, {"seed": -1}])
def test_settings_that_were_spoilt_in_memory_are_told(small: Case, change: Any) -> None:
    with pytest.raises(CaseError, match=next(iter(change))):
        run_study(small.with_settings(**change), draws=100)


def test_the_fingerprint_is_that_of_the_object(small: Case) -> None:
    one, other = (checked_case(small.with_settings(budget=b)) for b in (100_000.0, 120_000.0))
    assert len({small.fingerprint, one.fingerprint, other.fingerprint}) == 3
