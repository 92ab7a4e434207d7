"""How firm the derived frontier is: with the weights of the value tree, and other samples."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.answers import Answer
from capworth.case.model import Criterion
from capworth.errors import InputError
from capworth.methods.arguments import Floats
from capworth.methods.envelopment.bootstrap import bootstrap
from capworth.methods.envelopment.envelopment import elicited_region, envelop
from capworth.provenance import Provenance
from capworth.sampling import Sample

CHECKED = 200  # draws, the first ones, in which both frontiers are compared
WORLDS = 400  # of the bootstrap
CONFIDENCE = 0.8  # as every range of the report
LEAST_COST, LEAST_VALUE = 1e-9, 1e-6  # instead of nothing, millions and points
LEAST_SWING = 1e-6  # instead of a weight that may be nothing, as a share of its highest


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FrontierCheck(Answer):
    """Efficiency of each capability under harder questions.

    Attributes
    ----------
    draws : in which the frontier with free weights and that with the tree's weights are compared
    worlds : of the bootstrap; 0 where nearly all are efficient, so that there is none
    least : probability from which a capability counts as efficient
    small_sample : fewer capabilities than three times the measures
    resolved : programmes that were solved a second time
    """

    _table: pd.DataFrame
    draws: int
    worlds: int
    least: float
    small_sample: bool
    resolved: int
    provenance: Provenance

    @property
    def free(self) -> tuple[str, ...]:
        """Capabilities that are efficient when each may choose its weights."""
        return tuple(self._table.index[self._table["p_efficient"] >= self.least])

    @property
    def bounded(self) -> tuple[str, ...]:
        """Capabilities that are efficient with weights within the ranges of the value tree."""
        return tuple(self._table.index[self._table["p_bounded"] >= self.least])

    def __repr__(self) -> str:
        return (
            f"<FrontierCheck: {len(self.bounded)} of {len(self.free)} efficient capabilities stay "
            f"so with the weights of the value tree, in {self.draws} draws>"
        )


def check_frontier(sample: Sample, provenance: Provenance) -> FrontierCheck | None:
    """Ask two harder questions of the derived route; None where the case has no value tree.

    The comparison is that of `excellence`: whole-life cost as input, the value on each branch as
    outputs, variable returns, output orientation.

    Columns: `p_efficient`, share of draws in which a capability is efficient with weights of its
    own choice, and `p_bounded` with weights whose ratios stay within the swings that were elicited
    for the branches, so that the envelopment uses no weights that the score would not;
    `efficiency_bounded`, the mean with them; `model`, most often a peer with them, and its
    probability `p_model`. At the modes: `efficiency`; `corrected` with an 80 % range, less the bias
    of having observed only these capabilities (Simar & Wilson 1998; one draw, so without the
    uncertainty of the inputs).
    """
    case = sample.case
    if not case.measured:
        return None
    many = min(CHECKED, len(sample.worlds.branches))
    cost, value = _measures(sample.worlds.cost[:many], sample.worlds.branches)
    free = envelop(cost, value, "variable", "output")
    region = tree_region(sample.model.value.branches)
    bounded = free
    if region is not None:
        rows = np.concatenate((np.zeros((len(region), 1)), region), axis=1)
        bounded = envelop(cost, value, "variable", "output", restrictions=rows)
    at_modes = _measures(sample.modes.cost, sample.modes.branches)
    share = bounded.peer_share.copy()
    index = pd.Index(case.capability_ids, name="capability")
    corrected, worlds, again = _corrected(*at_modes, case.settings.seed)
    table = pd.DataFrame(
        {
            "name": [c.name for c in case.capabilities],
            "p_efficient": free.efficient.mean(axis=0),
            "p_bounded": bounded.efficient.mean(axis=0),
            "efficiency_bounded": bounded.efficiency.mean(axis=0),
            "model": index[share.argmax(axis=1)],
            "p_model": share.max(axis=1),
            "efficiency": corrected[3],
            "corrected": corrected[0],
            "corrected_low": corrected[1],
            "corrected_high": corrected[2],
        },
        index=index,
    )
    return FrontierCheck(
        table,
        many,
        worlds,
        case.settings.excellent_efficient,
        free.small_sample,
        free.resolved + bounded.resolved + again,
        provenance,
    )


def tree_region(branches: tuple[Criterion, ...]) -> Floats | None:
    """Bound the ratios of the branches' weights by their swings; None with a single branch.

    Returns
    -------
    (restrictions, branches) for an envelopment; every branch is in points from 0 to 100.
    """
    if len(branches) < 2:
        return None
    high = np.array([branch.swing.high for branch in branches])
    low = np.array([branch.swing.low for branch in branches])
    return elicited_region(np.maximum(low, LEAST_SWING * high), high, np.ones(len(branches)))


def _measures(cost: Floats, branches: Floats) -> tuple[Floats, Floats]:
    """Cost in millions and value in points, as (draws, capabilities, measures), none of them 0."""
    value = np.maximum(branches[: len(cost)], LEAST_VALUE)
    return np.maximum(cost[:, :, None] / 1e6, LEAST_COST), value


def _corrected(cost: Floats, value: Floats, seed: int) -> tuple[Floats, int, int]:
    """(4, capabilities) corrected efficiency, low, high, as found; worlds; solved again."""
    try:
        found = bootstrap(
            cost[0],
            value[0],
            "variable",
            "output",
            replications=WORLDS,
            confidence=CONFIDENCE,
            seed=seed,
        )
    except InputError:  # nearly all are efficient
        plain = envelop(cost, value, "variable", "output")
        nothing = np.full(plain.efficiency.shape, np.nan)
        return np.concatenate((*[nothing] * 3, plain.efficiency)), 0, plain.resolved
    parts = (found.corrected, found.low, found.high, found.efficiency)
    return np.stack(parts), WORLDS, found.resolved
