"""The short form of the standing harness; `make faults` runs the long one."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "runs"))

from harness import PAGE, contents, flips, fuzz, on_page, write_book, writes
from kinds import slips, try_commands, try_slips
from lines import lines
from passing import try_passing
from refusals import made, try_writes
from rereads import try_rereads
from sisters import try_sisters
from test_place import OUTPUTS, write_run

from capworth.cli import COMMANDS


def wrong(told: dict[str, int]) -> list[str]:
    return [words for words in told if words.startswith(("BROKE", "WRONG"))]


def test_odd_cases_are_told_or_pass() -> None:
    told = fuzz(60, 3)
    assert wrong(told) == []
    assert told["told"] > 20
    assert told["passed"] > 5


def test_damaged_workbooks_are_told_or_read_as_they_were() -> None:
    told = flips(12, 3)
    assert wrong(told) == []
    assert told["told"] > 3


@pytest.mark.skipif(sys.platform == "win32", reason="folders are opened as POSIX does")
def test_whatever_write_fails_a_run_stands_whole(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    old = write_run(tmp_path / "old", OUTPUTS)
    (old / "notes.txt").write_text("mine", encoding="utf-8")
    new = contents(write_run(tmp_path / "new", {"tables/gains.csv": "2\n"}))
    told = writes(old, new)
    assert wrong(told) == []
    assert told["right"] > 10


def test_named_kinds_are_told_where_they_stand() -> None:
    """One place of many of each kind; `make faults` tries them all."""
    found = try_slips(every=23)
    assert {kind: told for kind, told in found.items() if set(told) != {"right"}} == {}
    assert len(found) > 20
    assert len(list(slips())) > 2_000


@pytest.mark.long
def test_odd_words_end_every_command_in_a_sentence() -> None:
    found = try_commands()
    assert {name: told for name, told in found.items() if set(told) != {"right"}} == {}
    assert sum(sum(told.values()) for told in found.values()) >= 200


def test_sisters_of_the_kinds_are_told_or_mean_the_same() -> None:
    """One of many of each; `make faults` tries them all."""
    found = try_sisters(write_book, every=11)
    assert {kind: told for kind, told in found.items() if set(told) != {"right"}} == {}
    assert sum(sum(told.values()) for told in found.values()) > 25


@pytest.mark.long
def test_a_run_that_was_damaged_is_not_read_as_one() -> None:
    found = try_rereads(every=53)
    assert {kind: told for kind, told in found.items() if set(told) != {"right"}} == {}
    assert len(found) > 3


def test_lines_are_made_of_every_command() -> None:
    assert {words[0] for _, words in lines()} == set(COMMANDS)


def test_the_page_of_faults_is_the_harness_own() -> None:
    """Each row is a kind, how often it was tried and how often it was right; they add up."""
    found = on_page()
    assert {kind: told for kind, told in found.items() if set(told) != {"right"}} == {}
    text = PAGE.read_text(encoding="utf-8")
    tried = sum(told["right"] for told in found.values())
    assert f"| together | {tried} | {tried} |" in text
    for beginning, least in ASKED.items():
        mine = [told["right"] for kind, told in found.items() if kind.startswith(beginning)]
        assert sum(mine) >= least, beginning


ASKED = {  # what the page must tell of at least
    "a case with an odd cell": 100_000,
    "a workbook with flipped bits": 200,
    "a run killed": 50,
    "a command line": 200,
}


@pytest.mark.skipif(sys.platform == "win32", reason="refusals as POSIX has them")
@pytest.mark.parametrize("name", ["new, a workbook", "register", "calibrate", "logs"])
def test_a_command_that_may_not_write_leaves_all_as_it_was(name: str, refused: Path) -> None:
    """Every write of four commands; `make faults` tries every one of all."""
    told = try_writes(name, refused)
    assert set(told) == {"right"}
    assert told["right"] > 8


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("refused") / "base", with_run=False)


@pytest.mark.long
def test_what_the_check_passes_is_carried_out() -> None:
    """A few odd cases; `make faults` makes hundreds."""
    told = try_passing(8, 80)
    assert {words for words in told if words not in ("told", "carried out")} == set()
    assert told["carried out"] > 2
    assert told["told"] > 2
