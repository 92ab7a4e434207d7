"""The charts of improvements: their order, the programme, its funding."""

import pandas as pd

from capworth.charts import programme_findings, timetable_findings
from capworth.charts.alignment_chart import draw_alignment
from capworth.charts.chart import Chart
from capworth.charts.excellence_charts import any_gap
from capworth.charts.funding_curve import draw_funding
from capworth.charts.gantt import draw_gantt, shown
from capworth.charts.making import frame, improvement_rows, of, ranks_behind, rows
from capworth.charts.membership import draw_membership
from capworth.charts.order_curve import draw_order
from capworth.charts.rank_bars import draw_ranks
from capworth.charts.regret_chart import compared, draw_regret, lines_of
from capworth.study import Study


def _order_behind(study: Study) -> pd.DataFrame:
    assert study.programme is not None
    return study.programme.order()


def _gantt_height(study: Study) -> float:
    assert study.schedule is not None
    return rows(len(shown(study.schedule)), 0.2) + 0.15


def _regret_height(study: Study) -> float:
    assert study.robustness is not None
    return rows(lines_of(study.robustness, study.case), 0.125)


def _regret_behind(study: Study) -> pd.DataFrame:
    assert study.robustness is not None
    table = pd.DataFrame(compared(study.robustness)).drop(columns="rule")
    table["rules"] = [" ".join(rules) for rules in table["rules"]]
    return table.set_index("chosen")


PROGRAMME_CHARTS = (
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
        "regret",
        ("programme", "robustness"),
        of("robustness", draw_regret),
        _regret_height,
        _regret_behind,
        timetable_findings.regret_facts,
    ),
    Chart(
        "gantt",
        ("programme", "schedule"),
        of("schedule", draw_gantt),
        _gantt_height,
        frame("schedule"),
        timetable_findings.gantt_facts,
        lambda study: study.schedule is not None and bool(shown(study.schedule)),
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
