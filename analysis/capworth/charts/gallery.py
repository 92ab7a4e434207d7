"""Every chart of a study, in the order of its questions."""

from collections.abc import Mapping
from types import MappingProxyType

from capworth.charts import (
    capability_charts,
    economics_charts,
    excellence_charts,
    function_charts,
    programme_charts,
    sensitivity_charts,
    uncertainty_charts,
)
from capworth.charts.chart import Chart

FAMILIES = (
    capability_charts,
    economics_charts,
    function_charts,
    excellence_charts,
    programme_charts,
    sensitivity_charts,
    uncertainty_charts,
)

GALLERY: Mapping[str, Chart] = MappingProxyType(
    {chart.key: chart for family in FAMILIES for chart in family.CHARTS}
)
