"""How charts of a study are put together: what they draw, how tall they are, what lies behind."""

from collections.abc import Callable

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from capworth.charts.style import ROW
from capworth.charts.voice import Voice
from capworth.study import Study

HEAD = 1.05  # inches for legend, axis and its label
FEW, LOOSE = 12, 0.21  # up to so many rows, inches of a row

Drawn = Callable[[Study, Axes, Voice], Axes]


def alone(draw: Drawn) -> Callable[[Study, Figure, Voice], None]:
    """Draw on the only Axes of the figure."""

    def drawn(study: Study, figure: Figure, voice: Voice) -> None:
        draw(study, figure.subplots(), voice)

    return drawn


def of(answer: str, draw: Callable[..., Axes]) -> Callable[[Study, Figure, Voice], None]:
    """Draw one answer of the study."""
    return alone(lambda study, ax, voice: draw(getattr(study, answer), ax, voice))


def rows(count: int, row: float = ROW) -> float:
    """Height of a chart of so many rows; a few rows may stand farther apart."""
    return HEAD + count * (row if count > FEW else max(row, LOOSE))


def capability_rows(study: Study) -> float:
    """Height of a chart with a row for each capability."""
    return rows(len(study.case.capabilities))


def improvement_rows(study: Study) -> float:
    """Height of a chart with a row for each improvement."""
    return rows(len(study.case.improvements))


def frame(answer: str) -> Callable[[Study], pd.DataFrame]:
    """Return the table of one answer as what lies behind a chart."""

    def behind(study: Study) -> pd.DataFrame:
        table: pd.DataFrame = getattr(study, answer).to_frame()
        return table

    return behind


def ranks_behind(answer: str) -> Callable[[Study], pd.DataFrame]:
    """Return the rank acceptabilities of one answer as what lies behind a chart."""

    def behind(study: Study) -> pd.DataFrame:
        result = getattr(study, answer)
        shares: pd.DataFrame = result.rank_acceptability()
        return shares.assign(expected_place=result.to_frame()["expected_place"])

    return behind


def valued(study: Study) -> bool:
    """Whether the case has a value tree."""
    return bool(study.case.measured)
