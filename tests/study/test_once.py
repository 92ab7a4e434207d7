"""What is found once for each study: once, and no longer than the study lives."""

import gc
import weakref
from dataclasses import replace

from capworth.report.annex.contents import answered, sheets
from capworth.report.decision import decision_blocks
from capworth.report.summary import summary_blocks
from capworth.study.once import once
from capworth.study.stages import Study


def test_it_is_found_once_for_each_study(study: Study) -> None:
    asked: list[Study] = []

    @once
    def name(one: Study) -> str:
        """Say a name."""
        asked.append(one)
        return one.case.settings.name

    other = replace(study)
    assert [name(one) for one in (study, other, study, other)] == [study.case.settings.name] * 4
    assert [one is study for one in asked] == [True, False]
    assert (name.__name__, name.__doc__) == ("name", "Say a name.")


def test_what_is_kept_keeps_no_study(study: Study) -> None:
    other = replace(study)
    for found in (decision_blocks, summary_blocks, sheets, answered):
        found(other)
    assert len(other.figures)
    alive = weakref.ref(other)
    del other
    gc.collect()
    assert alive() is None


def test_an_answer_put_in_place_of_another_is_another_study(study: Study) -> None:
    without = study.with_answers(claim=None)
    assert [s.name for s in sheets(study)] != [s.name for s in sheets(without)]
    assert decision_blocks(study) is decision_blocks(study)
    assert decision_blocks(without) is not decision_blocks(study)
