"""Sentences that are true for small cases: what a case does not hold, its pages do not say."""

import pytest
from cut_cases import AGAINST, CUTS, cut_cases, made
from licences import unlicensed

from capworth.case.model import Case
from capworth.study.stages import run_study

FEW = 40  # draws: what is said is looked at, not how much
PAIRS = ("no_values+no_reference", "no_improvements+one_capability", "one_project+no_members")


def test_there_are_a_hundred_cases() -> None:
    assert len(cut_cases()) >= 100
    assert len(cut_cases()) == len(CUTS) * (len(CUTS) + 1) // 2 - len(AGAINST) // 2


@pytest.mark.parametrize("name", [*CUTS, *PAIRS])
def test_what_a_case_does_not_hold_is_not_said(small: Case, name: str) -> None:
    """Each cut alone and some pairs."""
    study = run_study(made(small, cut_cases()[name]), draws=FEW)
    assert unlicensed(study) == []
