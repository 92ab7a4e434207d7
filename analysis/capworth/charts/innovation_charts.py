"""The charts that bring innovation and excellence together: the map of fields, the architecture."""

import pandas as pd
from matplotlib.axes import Axes

from capworth.architecture import LAYERS, Architecture, architecture_of
from capworth.charts.architecture_map import draw_architecture
from capworth.charts.chart import Chart
from capworth.charts.innovation_findings import architecture_facts, innovation_facts
from capworth.charts.innovation_map import draw_innovation_map
from capworth.charts.making import alone, frame
from capworth.charts.voice import Voice
from capworth.study import Study

TALLEST = 8.3  # inches of the map of the architecture, so that it fits on a page with its words
ROW, HEAD = 0.2, 0.9  # inches of a node of the longest column, and of what stands above it


def _innovation(study: Study, ax: Axes, voice: Voice) -> Axes:
    assert study.gap_worth is not None
    return draw_innovation_map(study.gap_worth, ax, voice, study.excellence)


def _found(study: Study) -> Architecture:
    return architecture_of(study.sample, study.programme, study.provenance)


def _architecture(study: Study, ax: Axes, voice: Voice) -> Axes:
    return draw_architecture(_found(study), ax, voice)


def _tall(study: Study) -> float:
    found = _found(study)
    return min(HEAD + ROW * max(len(found.layer(kind)) for kind in LAYERS), TALLEST)


def _lines(study: Study) -> pd.DataFrame:
    return _found(study).edges()


INNOVATION_CHARTS = (
    Chart(
        "innovation",
        ("gap_worth", "priorities"),
        alone(_innovation),
        lambda _: 4.6,
        frame("gap_worth"),
        innovation_facts,
    ),
    Chart(
        "architecture",
        ("priorities",),
        alone(_architecture),
        _tall,
        _lines,
        architecture_facts,
    ),
)
