"""Names where they must be brief: each tells its thing from every other, and keeps its mark."""

from collections.abc import Mapping

import pytest

from capworth.language import language
from capworth.language.language import Language

NAMES = {
    "P": "Records (persons)",
    "V": "Records (vehicles)",
    "D": "Stolen documents (SLTD)",
    "A": "A platform for the exchange of alerts between all members",
    "B": "A platform for the exchange of alerts between a few members",
    "I": "Mobile and front-line access to every database†",
    "J": "Digital identity (pilot)†",
}
WORDS = Language("en", NAMES)


def test_a_bracket_is_left_out_only_where_no_other_thing_has_the_same_name() -> None:
    assert WORDS.brief("D") == "Stolen documents"
    assert [WORDS.brief(k) for k in "PV"] == ["Records (persons)", "Records (vehicles)"]
    assert [WORDS.short(k, 20) for k in "PV"] == ["Records (persons)", "Records (vehicles)"]


@pytest.mark.parametrize("most", range(12, 60))
def test_no_cut_leaves_two_things_with_one_name(most: int) -> None:
    cut = [WORDS.short(key, most) for key in NAMES]
    assert len(set(cut)) == len(NAMES)
    assert all(len(name.replace("\u2060", "")) <= most for name in cut)


def test_what_a_cut_leaves_alike_bears_its_short_name() -> None:
    assert WORDS.short("A", 30) == "A platform… (A)"
    assert WORDS.short("B", 30) == "A platform… (B)"


def test_a_cut_name_keeps_the_mark_of_what_is_illustrative() -> None:
    assert WORDS.short("I", 30) == "Mobile and front-line access…\u2060†"
    assert (WORDS.brief("J"), WORDS.short("J", 20)) == ("Digital identity†", "Digital identity†")


def test_what_has_no_name_is_called_by_its_short_name() -> None:
    assert (WORDS.name("X"), WORDS.brief("X"), WORDS.short("X", 20)) == ("X", "X", "X")


def test_names_are_held_against_one_another_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    alone = language._alone

    def counted(names: Mapping[str, str]) -> frozenset[str]:
        asked.append(len(names))
        return alone(names)

    monkeypatch.setattr(language, "_alone", counted)
    Language("en", {**NAMES, "K": "One more"}).short("K", 20)
    assert len(asked) == 2  # without brackets, then cut


@pytest.mark.parametrize(
    ("code", "items", "said"),
    [
        ("en", ["6.7", "7.2", "8.3", "3.1"], "6.7, 7.2, 8.3 and 3.1"),
        ("es", ["6,7", "7,2", "8,3", "3,1"], "6,7; 7,2; 8,3 y 3,1"),
        ("fr", ["6,7", "7,2", "3,1"], "6,7\u202f; 7,2 et 3,1"),
        ("en", ["102,200", "29,200", "0"], "102,200; 29,200 and 0"),
        (
            "en",
            ["Images, next generation", "Quality", "Mobile"],
            "Images, next generation; Quality and Mobile",
        ),
        ("en", ["Images, next generation", "Quality"], "Images, next generation and Quality"),
        ("ar", ["أ", "ب", "ج"], "أ وب وج"),
    ],
)
def test_parts_that_hold_commas_are_not_told_apart_by_commas(
    code: str, items: list[str], said: str
) -> None:
    assert Language(code).listed(items) == said


def test_asterisks_of_a_name_print_nothing_bold() -> None:
    language = Language("en", {"X": "Data **two** (X)"})
    for name in (language.name("X"), language.brief("X"), language.short("X", 12)):
        assert "**" not in name
        assert name.replace("\u2060", "").startswith("Data **")
