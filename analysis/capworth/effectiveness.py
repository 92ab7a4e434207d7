"""Cost for each harm-day averted and each point of score: which options are worth their price."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from capworth.answers import Answer
from capworth.costs import PAYERS
from capworth.economics import PERSPECTIVES
from capworth.methods.arguments import Bools, Floats, known
from capworth.methods.cost_benefit.effectiveness import Status, frontier, frontier_order
from capworth.provenance import Provenance
from capworth.sampling import Sample

NOTHING = "nothing"  # the option that costs nothing and does nothing
EFFECTS = ("harm", "score")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Effectiveness(Answer):
    """Cost-effectiveness of the capabilities and of the improvements, as alternatives."""

    _table: pd.DataFrame
    perspective: str
    draws: int
    provenance: Provenance

    def frontier(self, kind: str, effect: str) -> pd.DataFrame:
        """Return the efficient options of one kind, cheapest first, with their ratios."""
        part = self._part(kind, effect)
        chosen = part[part["status"] == "efficient"].sort_values("amount", kind="stable")
        return chosen.droplevel(["kind", "effect"])

    def _part(self, kind: str, effect: str) -> pd.DataFrame:
        index = self._table.index
        mine = (index.get_level_values("kind") == kind) & (
            index.get_level_values("effect") == effect
        )
        return self._table[mine]

    def __repr__(self) -> str:
        words = []
        for kind, effect in dict.fromkeys((kind, effect) for kind, effect, _ in self._table.index):
            part = self._part(kind, effect)
            count = int((part["status"] == "efficient").sum())
            words.append(f"{count} of {len(part)} {kind} options by {effect}")
        return f"<Effectiveness: efficient are {', '.join(words)}>"


def cost_effectiveness(
    sample: Sample, provenance: Provenance, perspective: str = "society"
) -> Effectiveness | None:
    """Compare capabilities, and improvements, by cost against harm-days and against score.

    Options of one kind are compared as alternatives, of which one is chosen, with doing nothing
    among them. Dominated: another costs no more, does no less and is better in one of the two.
    Extended-dominated: on or above the line between two others, so that no price of the effect
    makes it the single best. The incremental ratio is that against the next cheaper option on the
    frontier, `compared_with`; the average ratio, against doing nothing, stands beside it and is no
    guide to a choice. Where several may be chosen, the programme answers.

    Cost is whole-life and discounted, of the payers that the perspective counts. Harm-days are
    those of the whole appraisal, discounted like money; points are held over all of it, and do not
    grow with the size of a service. Ratios are in the money of the case for one day or one point.
    The first 2,000 draws of the sample at most.

    None where neither harm nor score is known.
    """
    payers = PERSPECTIVES[known(perspective, "perspective", PERSPECTIVES)].payers
    parts = [
        _compared(sample, kind, effect, amounts, costs, counts)
        for kind, effect, amounts, costs, counts in _options(sample, payers)
        if counts.any()
    ]
    if not parts:
        return None
    draws = len(sample.worlds.payers)
    return Effectiveness(pd.concat(parts), perspective, draws, provenance)


def _options(
    sample: Sample, payers: tuple[str, ...]
) -> Iterator[tuple[str, str, Floats, Floats, Bools]]:
    """Kind, effect, amounts and costs (draws, things), and which things have the effect at all."""
    worlds, model = sample.worlds, sample.model
    draws = len(worlds.payers)
    places = [PAYERS.index(p) for p in payers]
    cost = worlds.payers[:, :, places].sum(axis=2)
    improving = worlds.improvement_payers[:, :, places].sum(axis=2)
    gains = worlds.gains
    for effect in EFFECTS:
        whole = model.annuity if effect == "harm" else 1.0
        now = (worlds.harm if effect == "harm" else worlds.score)[:draws] * whole
        added = (gains.harm if effect == "harm" else gains.score)[:draws] * whole
        yield "capability", effect, now, cost, model.known[effect]
        yield "improvement", effect, added, improving, (added != 0).any(axis=0)


def _compared(
    sample: Sample, kind: str, effect: str, amounts: Floats, costs: Floats, counts: Bools
) -> pd.DataFrame:
    case = sample.case
    every = case.capability_ids if kind == "capability" else case.improvement_ids
    ids = [NOTHING, *(i for i, counted in zip(every, counts, strict=True) if counted)]
    nothing = np.zeros((len(amounts), 1))
    does, pays = (np.hstack([nothing, part[:, counts]]) for part in (amounts, costs))
    mean = frontier(pays.mean(axis=0), does.mean(axis=0))
    efficient = (frontier(pays, does).status == Status.EFFICIENT).mean(axis=0)
    cost, amount = pays.mean(axis=0), does.mean(axis=0)
    before: dict[int, str] = {}
    for j, k in pairwise(frontier_order(mean.status, amount).tolist()):  # equals share theirs
        before[k] = before.get(j, "") if amount[j] == amount[k] else ids[j]
    average = np.divide(cost, amount, out=np.full(len(ids), np.nan), where=amount > 0)
    names = case.names()
    table = pd.DataFrame(
        {
            "name": [names.get(i, i) for i in ids],
            "cost_m": cost / 1e6,
            "amount": amount,
            "average_ratio": average,
            "status": [Status(int(code)).name.lower() for code in mean.status],
            "compared_with": [before.get(k, "") for k in range(len(ids))],
            "incremental_ratio": mean.ratio,
            "p_efficient": efficient,
        },
        index=pd.MultiIndex.from_tuples(
            [(kind, effect, i) for i in ids], names=["kind", "effect", "subject"]
        ),
    )
    return table.iloc[1:]  # doing nothing is always efficient and always first
