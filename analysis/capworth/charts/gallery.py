"""Every chart of a study, in the order of its questions."""

from collections.abc import Mapping
from types import MappingProxyType

from capworth.charts import (
    capability_charts,
    excellence_charts,
    feedback_charts,
    function_charts,
    programme_charts,
    score_charts,
    sensitivity_charts,
)
from capworth.charts.chart import Chart

FAMILIES = (
    feedback_charts,
    capability_charts,
    score_charts,
    function_charts,
    excellence_charts,
    programme_charts,
    sensitivity_charts,
)

GALLERY: Mapping[str, Chart] = MappingProxyType(
    {chart.key: chart for family in FAMILIES for chart in family.CHARTS}
)
