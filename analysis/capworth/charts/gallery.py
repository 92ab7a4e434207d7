"""Every chart of a study, in the order of its questions."""

from collections.abc import Mapping
from types import MappingProxyType

from capworth.charts.allocation import ALLOCATION_CHARTS
from capworth.charts.capabilities import CAPABILITY_CHARTS
from capworth.charts.chart import Chart
from capworth.charts.claim import CLAIM_CHARTS
from capworth.charts.economics import ECONOMICS_CHARTS
from capworth.charts.excellence import EXCELLENCE_CHARTS, FRONTIER_CHARTS, PRODUCTIVITY_CHARTS
from capworth.charts.funding import FUNDING_CHARTS
from capworth.charts.innovation import INNOVATION_CHARTS
from capworth.charts.members import FEEDBACK_CHARTS
from capworth.charts.network import NETWORK_CHARTS
from capworth.charts.programme import PROGRAMME_CHARTS
from capworth.charts.scores import JUDGES_CHARTS, SCORE_CHARTS
from capworth.charts.uncertainty import SENSITIVITY_CHARTS, UNCERTAINTY_CHARTS

FAMILIES = (
    FEEDBACK_CHARTS,
    CAPABILITY_CHARTS,
    ALLOCATION_CHARTS,
    ECONOMICS_CHARTS,
    JUDGES_CHARTS,
    SCORE_CHARTS,
    CLAIM_CHARTS,
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
