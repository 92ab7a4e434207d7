"""What is known of the network that joins the members: its cost, its flows, who is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from capworth.case.parts import Estimate

PRICES = ("hub", "connection", "link", "wanted")  # of hub and links
KEYS = ("affinity", "use", "scatter", "national")  # by which use is shared out among members
WHOLE = (*PRICES, *KEYS, "searches", "records", "quality")  # figures of the network as a whole
COUNTS = ("searchers", "owners")  # members that search a capability, and that own records in it
ONE = ("wanted", "national", "quality", "share")  # parts of a whole


@dataclass(frozen=True, slots=True)
class NetworkFigure:
    """One figure of the network, of one capability in it, or of one member's use of that."""

    item: str
    level: Estimate
    capability: str = ""
    member: str = ""
    region: str = ""  # whose members alone the capability serves


def whole_figures(figures: tuple[NetworkFigure, ...]) -> Mapping[str, Estimate]:
    """Figures of the network as a whole, by item."""
    return {f.item: f.level for f in figures if not f.capability}


def counted(figures: tuple[NetworkFigure, ...], item: str) -> Mapping[str, NetworkFigure]:
    """Figures of one item by the capability that they are of."""
    return {f.capability: f for f in figures if f.item == item and f.capability and not f.member}
