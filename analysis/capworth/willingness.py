"""What to choose at each price of a harm-day or a point, and how sure it is the best."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.answers import Answer
from capworth.costs import PAYERS
from capworth.economics import PERSPECTIVES
from capworth.effectiveness import EFFECTS, NOTHING
from capworth.methods.arguments import known
from capworth.methods.cost_benefit.effectiveness import Status, acceptability, frontier
from capworth.provenance import Provenance
from capworth.sampling import Sample

PRICES = 25  # looked at, evenly on a log scale
JUST = 1e-6  # beyond an incremental ratio, where the choice has just changed
REACH = 5.0  # times the lowest and the highest incremental ratio that are looked at


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Willingness(Answer):
    """Acceptability of the improvements as alternatives, doing nothing among them."""

    _table: pd.DataFrame
    _chances: pd.DataFrame
    effect: str
    draws: int
    provenance: Provenance

    def chances(self) -> pd.DataFrame:
        """Return the probability of each option (column) to be best at each price (row)."""
        return self._chances.copy()

    @property
    def options(self) -> tuple[str, ...]:
        """The options that are chosen at some price, in the order in which they come in."""
        return tuple(dict.fromkeys(self._table["choice"]))

    def __repr__(self) -> str:
        return (
            f"<Willingness by {self.effect}: with the price rising {', then '.join(self.options)}; "
            f"the choice is the best in {self._table['p_best'].min():.0%} to "
            f"{self._table['p_best'].max():.0%} of draws>"
        )


def willingness(sample: Sample, provenance: Provenance, effect: str = "harm") -> Willingness | None:
    """Compare the improvements at every price that may be paid for one of the effect.

    Costs, effects, draws and the meaning of an alternative are those of
    `effectiveness.cost_effectiveness`, in the perspective of society. Prices run from a fifth of
    the lowest to five times the highest incremental ratio of the frontier, with the ratios
    themselves among them, where the choice changes.

    Returns
    -------
    One row for each price: the `choice` of the highest expected net benefit, the probability
    `p_best` that it is the best (CEAF), and `information`, the value of knowing everything, in
    millions. `chances()` holds the probability of every option (CEAC). None where no improvement
    has the effect.
    """
    case, worlds = sample.case, sample.worlds
    known(effect, "effect", EFFECTS)
    draws = len(worlds.payers)
    gains = worlds.gains.harm if effect == "harm" else worlds.gains.score
    added = gains[:draws] * (sample.model.annuity if effect == "harm" else 1.0)
    counts = (added != 0).any(axis=0)
    places = [PAYERS.index(p) for p in PERSPECTIVES["society"].payers]
    costs = worlds.improvement_payers[:, :, places].sum(axis=2)
    nothing = np.zeros((draws, 1))
    pays, does = (np.hstack([nothing, part[:, counts]]) for part in (costs, added))
    mean = frontier(pays.mean(axis=0), does.mean(axis=0))
    ratios = mean.ratio[(mean.status == Status.EFFICIENT) & (mean.ratio > 0)]
    if not ratios.size:
        return None
    even = np.geomspace(ratios.min() / REACH, ratios.max() * REACH, PRICES)
    prices = np.sort(np.concatenate((even, ratios * (1 + JUST))))
    found = acceptability(pays, does, prices)
    ids = [NOTHING, *(i for i, c in zip(case.improvement_ids, counts, strict=True) if c)]
    index = pd.Index(prices, name="price")
    table = pd.DataFrame(
        {
            "choice": [ids[k] for k in found.choice.tolist()],
            "p_best": found.chance_of_choice,
            "information_m": found.information / 1e6,
        },
        index=index,
    )
    chances = pd.DataFrame(found.chance, index=index, columns=pd.Index(ids, name="option"))
    return Willingness(table, chances, effect, draws, provenance)
