"""The charts of services of excellence and the gaps to them."""

import pandas as pd

from capworth.charts import findings
from capworth.charts.chart import Chart
from capworth.charts.efficiency_chart import draw_efficiency
from capworth.charts.gap_charts import ROWS, draw_gap_table, draw_gaps, largest_gaps
from capworth.charts.making import capability_rows, frame, of, rows
from capworth.study import Study


def _gap_rows(study: Study) -> float:
    assert study.excellence is not None
    return rows(min(ROWS, len(largest_gaps(study.excellence))))


def _gaps(study: Study) -> pd.DataFrame:
    assert study.excellence is not None
    return study.excellence.gaps()


def _largest(study: Study) -> pd.DataFrame:
    assert study.excellence is not None
    return largest_gaps(study.excellence)


def any_gap(study: Study) -> bool:
    """Whether any distance to a model is known."""
    return bool(_gaps(study)["gap"].notna().any())


EXCELLENCE_CHARTS = (
    Chart(
        "efficiency",
        ("excellence",),
        of("excellence", draw_efficiency),
        capability_rows,
        frame("excellence"),
        findings.efficiency_facts,
    ),
    Chart(
        "gaps",
        ("excellence",),
        of("excellence", draw_gaps),
        _gap_rows,
        _largest,
        findings.gap_facts,
        any_gap,
    ),
    Chart(
        "gap_table",
        ("excellence",),
        of("excellence", draw_gap_table),
        capability_rows,
        _gaps,
        findings.gap_table_facts,
        any_gap,
    ),
)
