"""The charts of improvements: their order, the programme, its funding."""

import pandas as pd

from capworth.charts import programme_findings
from capworth.charts.alignment_chart import draw_alignment
from capworth.charts.chart import Chart
from capworth.charts.excellence_charts import any_gap
from capworth.charts.funding_curve import draw_funding
from capworth.charts.making import frame, improvement_rows, of, ranks_behind
from capworth.charts.membership import draw_membership
from capworth.charts.order_curve import draw_order
from capworth.charts.rank_bars import draw_ranks
from capworth.study import Study


def _order_behind(study: Study) -> pd.DataFrame:
    assert study.programme is not None
    return study.programme.order()


CHARTS = (
    Chart(
        "alignment",
        ("priorities", "excellence"),
        of("priorities", draw_alignment),
        improvement_rows,
        frame("priorities"),
        programme_findings.alignment_facts,
        any_gap,
    ),
    Chart(
        "improvement_ranks",
        ("priorities",),
        of("priorities", draw_ranks),
        improvement_rows,
        ranks_behind("priorities"),
        programme_findings.improvement_rank_facts,
    ),
    Chart(
        "order",
        ("programme",),
        of("programme", draw_order),
        lambda _: 2.75,
        _order_behind,
        programme_findings.order_facts,
    ),
    Chart(
        "membership",
        ("programme",),
        of("programme", draw_membership),
        improvement_rows,
        frame("programme"),
        programme_findings.membership_facts,
    ),
    Chart(
        "funding",
        ("funding",),
        of("funding", draw_funding),
        lambda _: 3.2,
        frame("funding"),
        programme_findings.funding_facts,
    ),
)
