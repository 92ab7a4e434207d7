"""What a sentence says of a budget agrees with the budget and with the table it comes from."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from capworth.case.model import Case

SAID = re.compile(r"from ([\d.,]*\d) million")


def amounts(answers: Any) -> dict[str, tuple[float, float]]:
    """For each improvement that a larger budget brings in: as said, and as worked out."""
    real = answers.robustness.why_not()["budget_at_least_m"].dropna()
    why = answers.programme.to_frame()["why"]
    found = {}
    for name, budget in real.items():
        words = SAID.search(why[name])
        assert words, why[name]
        found[str(name)] = float(words[1].replace(",", "")), float(budget)
    return found


def test_what_is_left_out_comes_in_above_the_budget(small: Case, plan: Callable[..., Any]) -> None:
    answers = plan(small, draws=100)
    found = amounts(answers)
    assert found
    for said, _ in found.values():
        assert said > answers.programme.budget_m


def test_the_sentence_says_what_the_table_says(small: Case, plan: Callable[..., Any]) -> None:
    for said, real in amounts(plan(small, draws=100)).values():
        assert said == pytest.approx(real, rel=0.05)


def test_where_a_tenth_of_a_million_is_fine_enough_they_agree(
    small: Case, plan: Callable[..., Any]
) -> None:
    """A budget of a tenth of a million, on a grid of as much: the first whole step is 0.2."""
    answers = plan(small.with_settings(budget=100_000.0, grid=100_000.0), draws=100)
    found = amounts(answers)
    assert found
    for said, real in found.values():
        assert said == 0.2
        assert real == pytest.approx(0.2)


def test_a_budget_that_is_just_not_enough_is_told_from_the_one_that_is(
    small: Case, plan: Callable[..., Any]
) -> None:
    """By steps of 10: the same to three digits, so that more digits are needed.

    Costs are drawn alone, by which the amount is rounded down to three digits.
    """
    fine = small.with_settings(grid=10.0, common_cause=0.0)
    enough = max(real for _, real in amounts(plan(fine, draws=100)).values())
    short = plan(fine.with_settings(budget=enough * 1e6 - 10), draws=100)
    found = {i: said for i, (said, real) in amounts(short).items() if real == enough}
    assert found
    for said in found.values():
        assert said == pytest.approx(enough, rel=0, abs=1e-5)
        assert said > short.programme.budget_m
