"""The charts of the claim about the functions."""

import pandas as pd
from matplotlib.figure import Figure

from capworth.charts import findings
from capworth.charts.chart import Chart
from capworth.charts.function_comparison import draw_claim, draw_functions
from capworth.charts.making import frame, of, rows
from capworth.charts.voice import Voice
from capworth.study import Study


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


def _function_rows(study: Study) -> float:
    assert study.claim is not None
    table = study.claim.by_function()
    return 0.35 + sum(0.6 + 0.16 * len(part) for _, part in table.groupby(level="measure"))


def _claim_rows(study: Study) -> float:
    assert study.claim is not None
    return rows(len(study.claim.to_frame()))


def _functions_behind(study: Study) -> pd.DataFrame:
    assert study.claim is not None
    return study.claim.by_function()


FUNCTION_CHARTS = (
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
        of("claim", draw_claim),
        _claim_rows,
        frame("claim"),
        findings.claim_facts,
    ),
)
