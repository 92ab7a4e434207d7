"""The charts of costs and benefits in money, and of the scales that they hang on."""

import pandas as pd
from matplotlib.figure import Figure

from capworth.charts import economics_findings
from capworth.charts.acceptability_curves import draw_acceptability
from capworth.charts.chart import Chart
from capworth.charts.making import HEAD, frame, of, rows
from capworth.charts.net_values import draw_net_values
from capworth.charts.scale_places import draw_scale_places
from capworth.charts.style import ROW
from capworth.charts.voice import Voice
from capworth.economics import KINDS
from capworth.study import Study

PARTS = (KINDS[:1], KINDS[1:])  # capabilities; improvements and their programme


def _counts(study: Study) -> list[tuple[tuple[str, ...], int]]:
    """Kinds of each panel with its number of rows; panels without rows are left out."""
    assert study.economics is not None
    kinds = study.economics.to_frame().index.get_level_values("kind")
    counts = ((part, int(kinds.isin(part).sum())) for part in PARTS)
    return [(part, count) for part, count in counts if count]


def _net_values(study: Study, figure: Figure, voice: Voice) -> None:
    """One panel for capabilities, one for improvements: their sizes differ."""
    assert study.economics is not None
    parts = _counts(study)
    panels = figure.subplots(len(parts), squeeze=False)[:, 0]
    for ax, (part, _) in zip(panels, parts, strict=True):
        draw_net_values(study.economics, ax, voice, part)
        ax.set_title(voice.say(f"net_value.{part[0]}"), loc="left", fontweight="bold")


def _net_value_rows(study: Study) -> float:
    counts = [count for _, count in _counts(study)]
    return len(counts) * (HEAD + max(counts) * ROW) - 0.2


def _net_values_behind(study: Study) -> pd.DataFrame:
    assert study.economics is not None
    return study.economics.to_frame()


def _acceptability_behind(study: Study) -> pd.DataFrame:
    assert study.willingness is not None
    table: pd.DataFrame = study.willingness.to_frame().join(study.willingness.chances())
    return table


def _scale_rows(study: Study) -> float:
    assert study.scales is not None
    return rows(len(study.scales.to_frame()))


ECONOMICS_CHARTS = (
    Chart(
        "net_value",
        ("economics",),
        _net_values,
        _net_value_rows,
        _net_values_behind,
        economics_findings.net_value_facts,
    ),
    Chart(
        "acceptability",
        ("willingness",),
        of("willingness", draw_acceptability),
        lambda _: 2.9,
        _acceptability_behind,
        economics_findings.acceptability_facts,
    ),
    Chart(
        "scales",
        ("scales",),
        of("scales", draw_scale_places),
        _scale_rows,
        frame("scales"),
        economics_findings.scale_facts,
    ),
)
