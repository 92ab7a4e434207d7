"""What the table of benchmarks says of its figures, and that a job replaces its own rows only."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def peers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(FOLDER))
    known = set(sys.modules)
    module = import_module("bench_peers")
    monkeypatch.setattr(module, "HERE", tmp_path)
    yield module
    for name in set(sys.modules) - known:
        if name.startswith("bench_"):
            del sys.modules[name]


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (7.04, "capworth 7 times sooner"),
        (0.25, "capworth 4 times slower"),
        (1.05, "as fast as each other"),
        (0.95, "as fast as each other"),
        (1.3, "capworth 1.3 times sooner"),
        (1_234.0, "capworth 1,234 times sooner"),
    ],
)
def test_a_ratio_in_words(peers: Any, ratio: float, words: str) -> None:
    assert peers.in_words(ratio, floor=False) == words


def test_what_is_above_its_floor(peers: Any) -> None:
    assert peers.in_words(0.1, floor=True) == "capworth takes 10 times the floor"


def test_a_job_replaces_its_own_rows(peers: Any) -> None:
    row = peers.Row
    first = [row("a", "capworth", 2.0, ours=True), row("a", "other", 6.0), row("b", "x", 1.0)]
    told = peers.written(peers.rows_of(first, "one", 0.5))
    assert "| a | other | 6 | 12 | capworth 3 times sooner |  | one |" in told
    (peers.HERE / "RESULTS.md").write_text(told, encoding="utf-8")
    again = peers.written(peers.rows_of([row("a", "capworth", 1.0, ours=True)], "two", 0.5))
    rows = [line for line in again.splitlines() if line.startswith(("| a ", "| b "))]
    assert rows == ["| a | capworth | 1 | 2 |  |  | two |", "| b | x | 1 | 2 |  |  | one |"]


def test_answers_that_differ_end_it(peers: Any) -> None:
    assert peers.close([1.0, 2.0], [1.0, 2.5], 0.6) == "5e-01"
    with pytest.raises(AssertionError, match="answers differ"):
        peers.close([1.0], [1.1], 1e-9)
    with pytest.raises(AssertionError, match="answers differ"):
        peers.close([1.0, float("nan")], [float("nan"), 1.0], 1e-9)
