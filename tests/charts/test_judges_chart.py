"""The chart of the judges: every mark is what somebody said, and the title what follows."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from capworth.charts.gallery import GALLERY
from capworth.charts.members import MARKED
from capworth.charts.scores import draw_judges
from capworth.language.language import Language
from capworth.multicriteria.elicitation import Elicitation, elicit
from capworth.study.stages import Study

JUDGES = GALLERY["judges"]


def judged(study: Study) -> Elicitation:
    return study.elicitation


def voice_of(study: Study, language: str = "en") -> Language:
    return Language(language, study.case.names(language)).charts


def marks(lines: list[Line2D]) -> dict[str, set[tuple[float, str]]]:
    """Points and the row's name of every mark, by judge."""
    found = {}
    for line in lines:
        assert line.axes is not None
        names = [label.get_text() for label in line.axes.get_yticklabels()]
        at = np.asarray(line.get_ydata(), dtype=int)
        points = np.round(np.asarray(line.get_xdata(), dtype=float), 6)
        found[str(line.get_label())] = {
            (float(p), names[k]) for p, k in zip(points, at, strict=True)
        }
    return found


def test_every_mark_is_what_a_judge_said(study: Study) -> None:
    found, voice = judged(study), voice_of(study)
    ax = draw_judges(found, Figure().subplots(), voice)
    drawn = marks(ax.get_lines())
    records = found.records().reset_index()
    for judge, mine in records.groupby("judge"):
        said = zip(mine["points"].round(6), mine["criterion"].map(voice.short), strict=True)
        assert drawn[str(judge)] == {*said}
    together = zip(found.to_frame()["swing"], map(voice.short, found.to_frame().index), strict=True)
    assert drawn["together"] == {*together}


def test_a_branch_is_a_head_above_its_criteria(study: Study) -> None:
    ax = draw_judges(judged(study), Figure().subplots(), voice_of(study))
    labels = ax.get_yticklabels()
    heads = [label.get_text() for label in labels if label.get_fontweight() == "bold"]
    assert heads == ["branches of the tree", "Use by members"]
    assert [label.get_text() for label in labels].index("Use by members") == 1  # also a criterion


def test_many_judges_are_dots_without_names(study: Study) -> None:
    case, few = study.case, MARKED + 1
    said = [j for j in case.judgements if j.judge == "chief"]
    many = tuple(replace(j, judge=f"judge {k}") for k in range(few) for j in said)
    found = elicit(replace(case, judgements=many))
    assert found is not None
    ax = draw_judges(found, Figure().subplots(), voice_of(study))
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["together"]


@pytest.fixture
def titled(study: Study) -> Callable[..., str]:
    """The title of the chart where only some judgements were given."""

    def title(keep: Callable[[object], bool], checks: pd.DataFrame | None = None) -> str:
        case = study.case
        kept = tuple(j for j in case.judgements if keep(j))
        found = elicit(replace(case, judgements=kept))
        assert found is not None
        if checks is not None:
            found = replace(found, _checks=checks)
        return JUDGES.title(study.with_answers(elicitation=found), voice_of(study))

    return title


def test_the_title_names_where_judges_are_farthest_apart(titled: Callable[..., str]) -> None:
    """Reach: 100 points and 50; speed the other way round; use 60 and 50."""
    assert titled(lambda _: True) == (
        "2 judges together put “Results” first in its branch; they differ most on “Members served”"
        " (50 to 100 points)"
    )


def test_the_title_says_when_one_judge_spoke(titled: Callable[..., str]) -> None:
    told = titled(lambda j: getattr(j, "judge", "") == "chief")
    assert told == "One judge weighed the swings; “Results” has the most points in its branch"


def test_the_title_puts_what_to_revisit_first(study: Study, titled: Callable[..., str]) -> None:
    checks = judged(study).checks()
    checks["passed"] = [True, False, True, True]
    assert titled(lambda _: True, checks).startswith("1 of 4 sets of judgements needs another look")
    checks["passed"] = False
    assert titled(lambda _: True, checks).startswith("4 of 4 sets of judgements need another look")
