"""The page of examples with plain arrays says what the functions say."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "appraise-plain-arrays.md"


def test_the_examples_hold() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False)
    assert found.attempted > 30
    assert found.failed == 0
