"""Every chart of a study, in the order of its questions."""

from collections.abc import Mapping
from types import MappingProxyType

from capworth.charts import (
    allocation_chart,
    capability_charts,
    economics_charts,
    excellence_charts,
    feedback_charts,
    frontier_chart,
    function_charts,
    funding_charts,
    innovation_charts,
    judges_chart,
    network_charts,
    productivity_chart,
    programme_charts,
    score_charts,
    sensitivity_charts,
    uncertainty_charts,
)
from capworth.charts.chart import Chart

FAMILIES = (
    feedback_charts,
    capability_charts,
    allocation_chart,
    economics_charts,
    judges_chart,
    score_charts,
    function_charts,
    excellence_charts,
    frontier_chart,
    innovation_charts,
    productivity_chart,
    programme_charts,
    funding_charts,
    network_charts,
    sensitivity_charts,
    uncertainty_charts,
)

GALLERY: Mapping[str, Chart] = MappingProxyType(
    {chart.key: chart for family in FAMILIES for chart in family.CHARTS}
)
