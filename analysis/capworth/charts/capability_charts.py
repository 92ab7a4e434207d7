"""The charts of what capabilities cost and add."""

import pandas as pd
from matplotlib.axes import Axes

from capworth.charts import findings
from capworth.charts.chart import Chart
from capworth.charts.cost_value import draw_cost_value
from capworth.charts.making import alone, capability_rows, of, ranks_behind, valued
from capworth.charts.payer_bars import draw_payers
from capworth.charts.rank_bars import draw_ranks
from capworth.charts.voice import Voice
from capworth.study import Study


def _cost_value(study: Study, ax: Axes, voice: Voice) -> Axes:
    return draw_cost_value(study.appraisal, ax, voice, study.excellence)


def _cost_value_behind(study: Study) -> pd.DataFrame:
    columns = ["name", *(f"{n}{e}" for n in ("cost_m", "score") for e in ("", "_low", "_high"))]
    table = study.appraisal.to_frame()[columns]
    if study.excellence is None:
        return table
    return table.join(study.excellence.to_frame()["route"])


def _payers_behind(study: Study) -> pd.DataFrame:
    table = study.appraisal.to_frame()[["name", "cost_m", "cost_m_low", "cost_m_high"]]
    return table.join(study.appraisal.cost_by_payer())


CAPABILITY_CHARTS = (
    Chart(
        "cost_value",
        ("appraisal",),
        alone(_cost_value),
        lambda _: 4.6,
        _cost_value_behind,
        findings.cost_value_facts,
        valued,
    ),
    Chart(
        "payers",
        ("appraisal",),
        of("appraisal", draw_payers),
        capability_rows,
        _payers_behind,
        findings.payer_facts,
    ),
    Chart(
        "capability_ranks",
        ("appraisal",),
        of("appraisal", draw_ranks),
        capability_rows,
        ranks_behind("appraisal"),
        findings.capability_rank_facts,
        valued,
    ),
)
