"""The cost cube: capability x function x category x payer x year, and its bridge to totals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from capworth.case.model import Case, CostLine
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.costs import CostModel
from capworth.model.draws import AtModes
from capworth.model.figures import MODE, NO_DRAWS, Column, Figure, columns
from capworth.model.result import Answer, Provenance
from capworth.model.simulation import Model

A_YEAR = " a year"  # at the end of the unit of a total that recurs
AXES = ("capability", "function", "category", "payer", "kind", "in_kind", "year")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CostCube(Answer):
    """Every forward cost of the capabilities at the modes, real and not discounted."""

    _table: pd.DataFrame
    _bridge: pd.DataFrame
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        bridge = ("stated", "capabilities", "platforms", "improvements", "outside", "residual")
        return columns(
            "cost_bridge",
            *(
                (f"{part}_m", "stated_total", "millions", "stated_total", ("totals",), MODE, part)
                for part in bridge
            ),
            draws=NO_DRAWS,
        )

    def figures(self) -> tuple[Figure, ...]:
        """The figures of the bridge, in the money and year that each total is stated in."""
        units = {str(total): str(unit) for total, unit in self._bridge["unit"].items()}
        found = []
        for figure in Answer.figures(self):
            unit = units[figure.id.split(".")[1]]
            prices = unit.removesuffix(A_YEAR)
            kind = "millions" if unit == prices else "millions_a_year"
            found.append(replace(figure, prices=prices, unit=kind))
        return tuple(found)

    def bridge(self) -> pd.DataFrame:
        """Return how the lines of each stated total add up to it, with what is left over."""
        return self._bridge.copy()

    def by(self, *axes: str) -> pd.DataFrame:
        """Sum the cube over all axes but these, millions of the case's money."""
        return self._table.groupby(list(axes), observed=True, sort=False)[["amount_m"]].sum()

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {"cost_cube": self.to_frame(), "cost_bridge": self.bridge()}

    def __repr__(self) -> str:
        total = self._table["amount_m"].sum()
        left = self._bridge["residual_m"].abs().sum() if len(self._bridge) else 0.0
        return f"<CostCube: {total:,.0f} million; residual to stated totals {left:.3g} million>"


def cost_cube(case: Case) -> CostCube:
    """Part every cost line by capability, function, category, payer and year.

    Shared platforms go to their users by their key, each capability's cost to functions by its
    shares; all at the modes. The sum is that of the lines: nothing is lost on the way.
    """
    model = Model(case)
    shares = model.function_shares(AtModes())[0]
    platform = model.platform_shares(AtModes())[0] if case.platforms else np.empty((0, 0))
    places = {c: k for k, c in enumerate(case.capability_ids)}
    platforms = {p.id: k for k, p in enumerate(case.platforms)}
    parts = []
    for line, amount, _ in model.costs.by_line():
        if line.improvement:
            continue
        if line.capability:
            owners = np.zeros(len(places))
            owners[places[line.capability]] = 1.0
        else:
            owners = platform[platforms[line.platform]]
        parts.append(_part(case, model.costs, (line, amount), owners, shares))
    cube = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*AXES])
    keys = list(AXES)
    table = cube.groupby(keys, observed=True, sort=False, as_index=False)[["amount_m"]].sum()
    return CostCube(table, _bridge(case), Provenance.of(case, 1))


def _part(
    case: Case, costs: CostModel, priced: tuple[CostLine, float], owners: Floats, shares: Floats
) -> pd.DataFrame:
    """Spread one line over its owners, their functions and its years."""
    line, amount = priced
    if line.capability:
        yearly, borne = np.ravel(costs.paid(AtModes(), line)), owners[:, None] * np.ones(1)
    else:
        yearly, borne = costs.yearly(line), costs.borne(owners[None, None])[0, 0]
    borne = np.broadcast_to(borne, (len(owners), len(yearly)))
    spread = np.einsum("cy,cf,y->cfy", borne, shares, yearly * amount / MILLION)
    c, f, y = np.nonzero(spread)
    return pd.DataFrame(
        {
            "capability": np.array(case.capability_ids)[c],
            "function": np.array(case.settings.functions)[f],
            "category": line.category,
            "payer": line.payer,
            "kind": line.kind,
            "in_kind": line.in_kind,
            "year": case.settings.first_year + y,
            "amount_m": spread[c, f, y],
        }
    )


def _bridge(case: Case) -> pd.DataFrame:
    rows = []
    for total in case.totals:
        mine = [line for line in case.costs if line.total == total.id]
        sums = {
            "capabilities_m": sum(x.amount.mode for x in mine if x.capability),
            "platforms_m": sum(x.amount.mode for x in mine if x.platform),
            "improvements_m": sum(x.amount.mode for x in mine if x.improvement),
            "outside_m": sum(x.amount.mode for x in mine if x.treatment == "outside"),
        }
        stated = total.amount.mode
        rows.append(
            {
                "total": total.id,
                "name": total.name,
                "stated_m": stated / MILLION,
                **{name: amount / MILLION for name, amount in sums.items()},
                "residual_m": (stated - sum(sums.values())) / MILLION,
                "unit": total.amount.unit,
                "grade": total.amount.grade,
                "source": total.amount.source,
            }
        )
    columns = ["total", "name", "stated_m", "capabilities_m", "platforms_m", "improvements_m"]
    columns += ["outside_m", "residual_m", "unit", "grade", "source"]
    return pd.DataFrame(rows, columns=columns).set_index("total")
