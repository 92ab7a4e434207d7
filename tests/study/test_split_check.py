"""A service in parts: what is found again is what the listed case gives."""

import pytest

from capworth.case.model import Case
from capworth.model.result import Provenance
from capworth.model.simulation import draw_sample
from capworth.programme.choice import Choice
from capworth.study.split_check import LARGEST, check_splits, figures, split

DRAWS = 60


@pytest.mark.parametrize("declared", [True, False])
def test_figures_are_those_of_the_split_case_on_its_own(small: Case, declared: bool) -> None:
    found = check_splits(small, Provenance.of(small, DRAWS), DRAWS, parts=(2,))
    assert found is not None
    assert not found.declared
    rows = found.to_frame()
    before = figures(Choice.of(draw_sample(small, DRAWS, first=DRAWS)))
    services = dict.fromkeys(rows["capability"])
    assert len(services) == min(LARGEST, len(small.capabilities))
    for service in services:
        listed = draw_sample(split(small, service, 2, declared), DRAWS, first=DRAWS)
        after = figures(Choice.of(listed))
        kind = "declared" if declared else "silent"
        mine = rows[(rows["capability"] == service) & (rows["split"] == kind)]
        assert dict(zip(mine["figure"], mine["before"], strict=True)) == before
        assert dict(zip(mine["figure"], mine["after"], strict=True)) == after
