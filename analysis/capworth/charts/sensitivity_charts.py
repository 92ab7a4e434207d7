"""The charts of what moves the answer, and of the evidence it rests on."""

import pandas as pd
from matplotlib.axes import Axes

from capworth.charts import programme_findings
from capworth.charts.chart import Chart
from capworth.charts.evidence_grades import draw_evidence
from capworth.charts.input_names import name_inputs
from capworth.charts.making import alone, frame, of, rows
from capworth.charts.tornado import LONGEST, draw_tornado
from capworth.charts.voice import Voice
from capworth.study import Study


def _tornado(study: Study, ax: Axes, voice: Voice) -> Axes:
    assert study.sensitivity is not None
    names = study.sensitivity.to_frame().index[:LONGEST]
    speaking = voice.knowing(name_inputs(map(str, names), study.case, voice))
    return draw_tornado(study.sensitivity, ax, speaking)


def _tornado_rows(study: Study) -> float:
    assert study.sensitivity is not None
    return rows(min(LONGEST, len(study.sensitivity.to_frame())), row=0.29)


def _evidence_behind(study: Study) -> pd.DataFrame:
    assert study.sensitivity is not None
    return study.sensitivity.evidence()


def _any_swing(study: Study) -> bool:
    return study.sensitivity is not None and len(study.sensitivity.to_frame()) > 0


SENSITIVITY_CHARTS = (
    Chart(
        "tornado",
        ("sensitivity",),
        alone(_tornado),
        _tornado_rows,
        frame("sensitivity"),
        programme_findings.tornado_facts,
        _any_swing,
    ),
    Chart(
        "evidence",
        ("sensitivity",),
        of("sensitivity", draw_evidence),
        lambda _: 2.0,
        _evidence_behind,
        programme_findings.evidence_facts,
    ),
)
