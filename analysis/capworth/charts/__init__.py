"""Pictures of the answers: `draw_*(result, ax, language)` draws on the Axes it is given.

Nothing is computed here. `gallery.GALLERY` holds every chart of a study with its finding, the
table behind it and its alternative text; `svg.to_svg` writes a figure the same to the byte.
"""

from typing import TYPE_CHECKING, Any

from capworth.charts.allocation import draw_allocation
from capworth.charts.calibration import draw_calibration
from capworth.charts.capabilities import draw_cost_value, draw_payers
from capworth.charts.claim import draw_claim, draw_claim_curve, draw_claim_routes
from capworth.charts.economics import draw_acceptability, draw_net_values, draw_scale_places
from capworth.charts.excellence import (
    draw_efficiency,
    draw_frontier,
    draw_gap_table,
    draw_gaps,
    draw_productivity,
)
from capworth.charts.funding import (
    draw_earmarks,
    draw_funding,
    draw_menu,
    draw_money_map,
    draw_package,
)
from capworth.charts.innovation import draw_architecture, draw_innovation_map
from capworth.charts.members import draw_need_map, draw_needs
from capworth.charts.programme import draw_alignment, draw_membership, draw_order
from capworth.charts.rows import draw_ranks
from capworth.charts.scores import draw_contributions, draw_judges, draw_waterfall
from capworth.charts.uncertainty import (
    draw_evidence,
    draw_information,
    draw_switching,
    draw_threshold,
    draw_tornado,
)
from capworth.language.language import Language

if TYPE_CHECKING:
    from capworth.charts.svg import to_svg

__all__ = [
    "Language",
    "draw_acceptability",
    "draw_alignment",
    "draw_allocation",
    "draw_architecture",
    "draw_calibration",
    "draw_claim",
    "draw_claim_curve",
    "draw_claim_routes",
    "draw_contributions",
    "draw_cost_value",
    "draw_earmarks",
    "draw_efficiency",
    "draw_evidence",
    "draw_frontier",
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


def __getattr__(name: str) -> Any:
    """Find what draws when it is first asked for: what only says has no need of it."""
    if name == "to_svg":
        from capworth.charts.svg import to_svg

        return to_svg
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
