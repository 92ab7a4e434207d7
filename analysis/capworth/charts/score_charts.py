"""The charts of how scores come about, with their findings."""

from collections.abc import Mapping

import pandas as pd

from capworth.charts.chart import Chart
from capworth.charts.contribution_charts import draw_contributions, draw_waterfall
from capworth.charts.findings import FIRM, in_series
from capworth.charts.making import capability_rows, of, rows
from capworth.charts.voice import Voice
from capworth.contributions import Contributions
from capworth.study import Study


def _contributions(study: Study) -> Contributions:
    assert study.contributions is not None
    return study.contributions


def _parts_behind(study: Study) -> pd.DataFrame:
    found = _contributions(study)
    return found.by_criterion().join(found.scores())


def _facts(study: Study, voice: Voice) -> Mapping[str, object]:
    """What adds most over all capabilities, and in the highest score."""
    found = _contributions(study)
    points, scores = found.by_criterion(), found.scores()
    mean = points.mean().sort_values(ascending=False, kind="stable")
    row = scores.iloc[0]
    listed = (
        voice.say("chart.contributions.alt_row", name=voice.name(str(k)), points=voice.number(p, 0))
        for k, p in mean.items()
    )
    return {
        "most": voice.name(str(mean.index[0])),
        "points": voice.number(float(mean.iloc[0]), 0),
        "score": voice.number(float(mean.sum()), 0),
        "first": voice.name(str(points.index[0])),
        "first_score": voice.interval(*map(float, row)),
        "count": len(points),
        "draws": voice.number(found.draws, 0),
        "list": in_series(voice, listed),
    }


def _two(study: Study) -> tuple[str, str]:
    first, second = _contributions(study).scores().index[:2]
    return str(first), str(second)


def _steps(study: Study) -> pd.DataFrame:
    return _contributions(study).between(*_two(study))


def _steps_facts(study: Study, voice: Voice) -> Mapping[str, object]:
    """What lifts the highest score above the next, and what speaks against it."""
    found, (first, second) = _contributions(study), _two(study)
    table, ahead = _steps(study), found.p_ahead(first, second)
    listed = (
        voice.say(
            "chart.score_steps.alt_row",
            name=voice.name(str(k)),
            step=voice.interval(*row),
        )
        for k, row in zip(
            table.index, table[["step", "step_low", "step_high"]].to_numpy().tolist(), strict=True
        )
    )
    against = table["step"].iloc[-1] < 0
    return {
        "variant": "firm" if ahead >= FIRM else None,
        "first": voice.name(first),
        "second": voice.name(second),
        "percent": voice.percent(ahead),
        "lifts": voice.name(str(table.index[0])),
        "lowers": voice.name(str(table.index[-1])) if against else voice.say("none"),
        "start": voice.number(float(table["start"].iloc[0]), 0),
        "end": voice.number(float(table["end"].iloc[-1]), 0),
        "draws": voice.number(found.draws, 0),
        "list": in_series(voice, listed, most=12),
    }


def _step_rows(study: Study) -> float:
    return rows(2 + len(study.case.measured))


def _several(study: Study) -> bool:
    return len(study.case.capabilities) > 1


SCORE_CHARTS = (
    Chart(
        "contributions",
        ("contributions",),
        of("contributions", draw_contributions),
        capability_rows,
        _parts_behind,
        _facts,
    ),
    Chart(
        "score_steps",
        ("contributions",),
        of("contributions", draw_waterfall),
        _step_rows,
        _steps,
        _steps_facts,
        _several,
    ),
)
