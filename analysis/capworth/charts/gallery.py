"""Every chart of a study, in the order of its questions."""

from collections.abc import Mapping
from types import MappingProxyType

from capworth.charts.allocation_chart import ALLOCATION_CHARTS
from capworth.charts.capability_charts import CAPABILITY_CHARTS
from capworth.charts.chart import Chart
from capworth.charts.economics_charts import ECONOMICS_CHARTS
from capworth.charts.excellence_charts import EXCELLENCE_CHARTS
from capworth.charts.feedback_charts import FEEDBACK_CHARTS
from capworth.charts.frontier_chart import FRONTIER_CHARTS
from capworth.charts.function_charts import FUNCTION_CHARTS
from capworth.charts.funding_charts import FUNDING_CHARTS
from capworth.charts.innovation_charts import INNOVATION_CHARTS
from capworth.charts.judges_chart import JUDGES_CHARTS
from capworth.charts.network_charts import NETWORK_CHARTS
from capworth.charts.productivity_chart import PRODUCTIVITY_CHARTS
from capworth.charts.programme_charts import PROGRAMME_CHARTS
from capworth.charts.score_charts import SCORE_CHARTS
from capworth.charts.sensitivity_charts import SENSITIVITY_CHARTS
from capworth.charts.uncertainty_charts import UNCERTAINTY_CHARTS

FAMILIES = (
    FEEDBACK_CHARTS,
    CAPABILITY_CHARTS,
    ALLOCATION_CHARTS,
    ECONOMICS_CHARTS,
    JUDGES_CHARTS,
    SCORE_CHARTS,
    FUNCTION_CHARTS,
    EXCELLENCE_CHARTS,
    FRONTIER_CHARTS,
    INNOVATION_CHARTS,
    PRODUCTIVITY_CHARTS,
    PROGRAMME_CHARTS,
    FUNDING_CHARTS,
    NETWORK_CHARTS,
    SENSITIVITY_CHARTS,
    UNCERTAINTY_CHARTS,
)

GALLERY: Mapping[str, Chart] = MappingProxyType(
    {chart.key: chart for family in FAMILIES for chart in family}
)
