"""Pictures of the answers: `draw_*(result, ax, voice)` draws on the Axes it is given.

Nothing is computed here. `gallery.GALLERY` holds every chart of a study with its finding, the
table behind it and its alternative text; `svg.to_svg` writes a figure the same to the byte.
"""

from capworth.charts.acceptability_curves import draw_acceptability
from capworth.charts.alignment_chart import draw_alignment
from capworth.charts.allocation_chart import draw_allocation
from capworth.charts.architecture_map import draw_architecture
from capworth.charts.calibration_chart import draw_calibration
from capworth.charts.contribution_charts import draw_contributions, draw_waterfall
from capworth.charts.cost_value import draw_cost_value
from capworth.charts.earmark_prices import draw_earmarks
from capworth.charts.efficiency_chart import draw_efficiency
from capworth.charts.evidence_grades import draw_evidence
from capworth.charts.frontier_chart import draw_frontier
from capworth.charts.function_comparison import draw_claim, draw_functions
from capworth.charts.funding_curve import draw_funding
from capworth.charts.gap_charts import draw_gap_table, draw_gaps
from capworth.charts.information_bars import draw_information
from capworth.charts.innovation_map import draw_innovation_map
from capworth.charts.judges_chart import draw_judges
from capworth.charts.membership import draw_membership
from capworth.charts.menu_chart import draw_menu, draw_package
from capworth.charts.money_waterfall import draw_money_map
from capworth.charts.need_charts import draw_need_map, draw_needs
from capworth.charts.net_values import draw_net_values
from capworth.charts.order_curve import draw_order
from capworth.charts.payer_bars import draw_payers
from capworth.charts.productivity_chart import draw_productivity
from capworth.charts.rank_bars import draw_ranks
from capworth.charts.scale_places import draw_scale_places
from capworth.charts.svg import to_svg
from capworth.charts.switching_bars import draw_switching
from capworth.charts.threshold_chart import draw_threshold
from capworth.charts.tornado import draw_tornado
from capworth.charts.voice import Voice

__all__ = [
    "Voice",
    "draw_acceptability",
    "draw_alignment",
    "draw_allocation",
    "draw_architecture",
    "draw_calibration",
    "draw_claim",
    "draw_contributions",
    "draw_cost_value",
    "draw_earmarks",
    "draw_efficiency",
    "draw_evidence",
    "draw_frontier",
    "draw_functions",
    "draw_funding",
    "draw_gap_table",
    "draw_gaps",
    "draw_information",
    "draw_innovation_map",
    "draw_judges",
    "draw_membership",
    "draw_menu",
    "draw_money_map",
    "draw_need_map",
    "draw_needs",
    "draw_net_values",
    "draw_order",
    "draw_package",
    "draw_payers",
    "draw_productivity",
    "draw_ranks",
    "draw_scale_places",
    "draw_switching",
    "draw_threshold",
    "draw_tornado",
    "draw_waterfall",
    "to_svg",
]
