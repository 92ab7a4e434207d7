"""The charts of what turns the programme, and of what is worth knowing before it is chosen."""

from matplotlib.axes import Axes

from capworth.charts import uncertainty_findings
from capworth.charts.chart import Chart
from capworth.charts.information_bars import MOST as VALUED
from capworth.charts.information_bars import draw_information
from capworth.charts.input_names import name_inputs
from capworth.charts.making import alone, frame, rows
from capworth.charts.switching_bars import MOST as TURNED
from capworth.charts.switching_bars import draw_switching
from capworth.charts.threshold_chart import draw_threshold
from capworth.charts.voice import Voice
from capworth.study import Study

TWO_LINES = 0.29  # inches of a row whose name has two lines


def _switching(study: Study, ax: Axes, voice: Voice) -> Axes:
    assert study.switching is not None
    names = name_inputs(study.switching.plausible[:TURNED], study.case, voice)
    return draw_switching(study.switching, ax, voice.knowing(names))


def _information(study: Study, ax: Axes, voice: Voice) -> Axes:
    assert study.resolving is not None
    shown = study.resolving.to_frame().index[:VALUED]
    names = name_inputs(map(str, shown), study.case, voice)
    return draw_information(study.resolving, ax, voice.knowing(names))


def _threshold(study: Study, ax: Axes, voice: Voice) -> Axes:
    assert study.threshold is not None
    names = name_inputs((e.name for e in study.threshold.inputs), study.case, voice)
    return draw_threshold(study.threshold, ax, voice.knowing(names))


def _turning(study: Study) -> bool:
    return study.switching is not None and len(study.switching.plausible) > 0


def _valued(study: Study) -> bool:
    return study.resolving is not None and len(study.resolving.to_frame()) > 0


def _switching_rows(study: Study) -> float:
    assert study.switching is not None
    return rows(min(TURNED, len(study.switching.plausible)), TWO_LINES)


def _information_rows(study: Study) -> float:
    assert study.resolving is not None
    return rows(min(VALUED, len(study.resolving.to_frame())), TWO_LINES)


UNCERTAINTY_CHARTS = (
    Chart(
        "switching",
        ("switching",),
        alone(_switching),
        _switching_rows,
        frame("switching"),
        uncertainty_findings.switching_facts,
        _turning,
    ),
    Chart(
        "threshold",
        ("threshold", "switching"),
        alone(_threshold),
        lambda _: 3.0,
        frame("threshold"),
        uncertainty_findings.threshold_facts,
    ),
    Chart(
        "information",
        ("resolving",),
        alone(_information),
        _information_rows,
        frame("resolving"),
        uncertainty_findings.information_facts,
        _valued,
    ),
)
