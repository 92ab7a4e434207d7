"""Every chart of a study, in the order of its questions."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from capworth.charts import findings, programme_findings
from capworth.charts.alignment_chart import draw_alignment
from capworth.charts.chart import Chart
from capworth.charts.cost_value import draw_cost_value
from capworth.charts.efficiency_chart import draw_efficiency
from capworth.charts.evidence_grades import draw_evidence
from capworth.charts.function_comparison import draw_claim, draw_functions
from capworth.charts.funding_curve import draw_funding
from capworth.charts.gap_charts import ROWS, draw_gap_table, draw_gaps, largest_gaps
from capworth.charts.input_names import name_inputs
from capworth.charts.membership import draw_membership
from capworth.charts.order_curve import draw_order
from capworth.charts.payer_bars import draw_payers
from capworth.charts.rank_bars import draw_ranks
from capworth.charts.style import ROW
from capworth.charts.tornado import LONGEST, draw_tornado
from capworth.charts.voice import Voice
from capworth.study import Study

HEAD = 1.05  # inches for legend, axis and its label
FEW, LOOSE = 12, 0.21  # up to so many rows, inches of a row

Drawn = Callable[[Study, Axes, Voice], Axes]


def _alone(draw: Drawn) -> Callable[[Study, Figure, Voice], None]:
    """Draw on the only Axes of the figure."""

    def drawn(study: Study, figure: Figure, voice: Voice) -> None:
        draw(study, figure.subplots(), voice)

    return drawn


def _of(answer: str, draw: Callable[..., Axes]) -> Callable[[Study, Figure, Voice], None]:
    """Draw one answer of the study."""
    return _alone(lambda study, ax, voice: draw(getattr(study, answer), ax, voice))


def _cost_value(study: Study, ax: Axes, voice: Voice) -> Axes:
    return draw_cost_value(study.appraisal, ax, voice, study.excellence)


def _functions(study: Study, figure: Figure, voice: Voice) -> None:
    """One panel for each measure, the registered one first."""
    assert study.claim is not None
    measures = list(study.claim.by_function().index.unique("measure"))
    measures.sort(key=lambda m: m != study.claim.primary[1] if study.claim else False)
    for k, ax in enumerate(figure.subplots(len(measures), squeeze=False)[:, 0]):
        draw_functions(study.claim, ax, voice, measures[k])
        if k and (legend := ax.get_legend()) is not None:
            legend.remove()
        ax.set_title(voice.word("measure", measures[k]), loc="right", fontweight="bold")


def _tornado(study: Study, ax: Axes, voice: Voice) -> Axes:
    assert study.sensitivity is not None
    names = study.sensitivity.to_frame().index[:LONGEST]
    speaking = voice.knowing(name_inputs(map(str, names), study.case, voice))
    return draw_tornado(study.sensitivity, ax, speaking)


def _rows(count: int, row: float = ROW) -> float:
    """Height of a chart of so many rows; a few rows may stand farther apart."""
    return HEAD + count * (row if count > FEW else max(row, LOOSE))


def _capabilities(study: Study) -> float:
    return _rows(len(study.case.capabilities))


def _improvements(study: Study) -> float:
    return _rows(len(study.case.improvements))


def _function_rows(study: Study) -> float:
    assert study.claim is not None
    table = study.claim.by_function()
    return 0.35 + sum(0.6 + 0.16 * len(part) for _, part in table.groupby(level="measure"))


def _claim_rows(study: Study) -> float:
    assert study.claim is not None
    return _rows(len(study.claim.to_frame()))


def _gap_rows(study: Study) -> float:
    assert study.excellence is not None
    return _rows(min(ROWS, len(largest_gaps(study.excellence))))


def _gaps(study: Study) -> pd.DataFrame:
    assert study.excellence is not None
    return study.excellence.gaps()


def _largest(study: Study) -> pd.DataFrame:
    assert study.excellence is not None
    return largest_gaps(study.excellence)


def _tornado_rows(study: Study) -> float:
    assert study.sensitivity is not None
    return _rows(min(LONGEST, len(study.sensitivity.to_frame())), row=0.29)


def _functions_behind(study: Study) -> pd.DataFrame:
    assert study.claim is not None
    return study.claim.by_function()


def _order_behind(study: Study) -> pd.DataFrame:
    assert study.programme is not None
    return study.programme.order()


def _ranks_behind(answer: str) -> Callable[[Study], pd.DataFrame]:
    def behind(study: Study) -> pd.DataFrame:
        result = getattr(study, answer)
        shares: pd.DataFrame = result.rank_acceptability()
        return shares.assign(expected_place=result.to_frame()["expected_place"])

    return behind


def _cost_value_behind(study: Study) -> pd.DataFrame:
    columns = ["name", *(f"{n}{e}" for n in ("cost_m", "score") for e in ("", "_low", "_high"))]
    table = study.appraisal.to_frame()[columns]
    if study.excellence is None:
        return table
    return table.join(study.excellence.to_frame()["route"])


def _payers_behind(study: Study) -> pd.DataFrame:
    table = study.appraisal.to_frame()[["name", "cost_m", "cost_m_low", "cost_m_high"]]
    return table.join(study.appraisal.cost_by_payer())


def _frame(answer: str) -> Callable[[Study], pd.DataFrame]:
    def behind(study: Study) -> pd.DataFrame:
        table: pd.DataFrame = getattr(study, answer).to_frame()
        return table

    return behind


def _evidence_behind(study: Study) -> pd.DataFrame:
    assert study.sensitivity is not None
    return study.sensitivity.evidence()


def _any_gap(study: Study) -> bool:
    return bool(_gaps(study)["gap"].notna().any())


def _any_swing(study: Study) -> bool:
    return study.sensitivity is not None and len(study.sensitivity.to_frame()) > 0


def _valued(study: Study) -> bool:
    """Whether the case has a value tree."""
    return bool(study.case.measured)


_CHARTS = (
    Chart(
        "cost_value",
        ("appraisal",),
        _alone(_cost_value),
        lambda _: 4.6,
        _cost_value_behind,
        findings.cost_value_facts,
        _valued,
    ),
    Chart(
        "payers",
        ("appraisal",),
        _of("appraisal", draw_payers),
        _capabilities,
        _payers_behind,
        findings.payer_facts,
    ),
    Chart(
        "capability_ranks",
        ("appraisal",),
        _of("appraisal", draw_ranks),
        _capabilities,
        _ranks_behind("appraisal"),
        findings.capability_rank_facts,
        _valued,
    ),
    Chart(
        "functions",
        ("claim",),
        _functions,
        _function_rows,
        _functions_behind,
        findings.function_facts,
    ),
    Chart(
        "claim",
        ("claim",),
        _of("claim", draw_claim),
        _claim_rows,
        _frame("claim"),
        findings.claim_facts,
    ),
    Chart(
        "efficiency",
        ("excellence",),
        _of("excellence", draw_efficiency),
        _capabilities,
        _frame("excellence"),
        findings.efficiency_facts,
    ),
    Chart(
        "gaps",
        ("excellence",),
        _of("excellence", draw_gaps),
        _gap_rows,
        _largest,
        findings.gap_facts,
        _any_gap,
    ),
    Chart(
        "gap_table",
        ("excellence",),
        _of("excellence", draw_gap_table),
        _capabilities,
        _gaps,
        findings.gap_table_facts,
        _any_gap,
    ),
    Chart(
        "alignment",
        ("priorities", "excellence"),
        _of("priorities", draw_alignment),
        _improvements,
        _frame("priorities"),
        programme_findings.alignment_facts,
        _any_gap,
    ),
    Chart(
        "improvement_ranks",
        ("priorities",),
        _of("priorities", draw_ranks),
        _improvements,
        _ranks_behind("priorities"),
        programme_findings.improvement_rank_facts,
    ),
    Chart(
        "order",
        ("programme",),
        _of("programme", draw_order),
        lambda _: 3.6,
        _order_behind,
        programme_findings.order_facts,
    ),
    Chart(
        "membership",
        ("programme",),
        _of("programme", draw_membership),
        _improvements,
        _frame("programme"),
        programme_findings.membership_facts,
    ),
    Chart(
        "funding",
        ("funding",),
        _of("funding", draw_funding),
        lambda _: 3.2,
        _frame("funding"),
        programme_findings.funding_facts,
    ),
    Chart(
        "tornado",
        ("sensitivity",),
        _alone(_tornado),
        _tornado_rows,
        _frame("sensitivity"),
        programme_findings.tornado_facts,
        _any_swing,
    ),
    Chart(
        "evidence",
        ("sensitivity",),
        _of("sensitivity", draw_evidence),
        lambda _: 2.0,
        _evidence_behind,
        programme_findings.evidence_facts,
    ),
)

GALLERY: Mapping[str, Chart] = MappingProxyType({chart.key: chart for chart in _CHARTS})
