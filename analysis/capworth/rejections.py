"""Why an improvement is not funded: what would have to change, exactly, for it to be."""

from dataclasses import replace

import numpy as np
import pandas as pd

from capworth.bestsets import Choice
from capworth.errors import InputError
from capworth.methods.arguments import Bools
from capworth.methods.portfolio.frontier import Frontier, admission
from capworth.programme import MILLION, SCALE, Programme


def why_not(choice: Choice, programme: Programme) -> pd.DataFrame:
    """Say for every improvement that is left out what would bring it in.

    One thing changes at a time, everything else being as expected: its money falls, or its gain
    rises, until a set that holds it adds as much as the recommended one; or the budget rises until
    the best set holds it. `forced_loss` is what the best set that must hold it adds less. Exact:
    the frontier is computed anew for every improvement, with it in every set and for nothing.

    Returns
    -------
    Index improvement; money in millions, values on the objective. `asked_at_most_m` and
    `gain_at_least` are unknown where no fall or rise is enough.
    """
    case, scale = choice.case, SCALE[programme.measure]
    budget = programme.budget_m * MILLION
    ids = case.improvement_ids
    chosen = np.isin(ids, programme.chosen)
    best = float(choice.totals(chosen[None])[0])
    frontier = choice.frontier()
    rows = []
    for k, name in enumerate(ids):
        if name in programme.chosen:
            continue
        row: dict[str, object] = {
            "name": case.improvements[k].name,
            "asked_m": choice.asked[k] / MILLION,
            "gain": choice.gain[k] / scale,
            "asked_at_most_m": np.nan,
            "fall": np.nan,
            "gain_at_least": np.nan,
            "rise": np.nan,
            "budget_at_least_m": _budget(frontier, k, budget),
            "forced_loss": np.nan,
            "gives_way": "",
        }
        held = _held(choice, k)
        if held is not None:
            row |= _terms(choice, held, k, chosen, best, budget)
        rows.append(row)
    index = pd.Index([i for i in ids if i not in programme.chosen], name="improvement")
    columns = ["name", "asked_m", "gain", "asked_at_most_m", "fall", "gain_at_least", "rise"]
    columns += ["budget_at_least_m", "forced_loss", "gives_way"]
    return pd.DataFrame(rows, index=index, columns=columns)


def _held(choice: Choice, k: int) -> Frontier | None:
    """Frontier of the sets that hold an improvement, as if it asked for nothing; None if none."""
    relations = choice.relations
    forced = replace(relations, must=tuple(dict.fromkeys((*relations.must, k))))
    asked = choice.asked.copy()
    asked[k] = 0.0
    try:
        return choice.frontier(forced, asked)
    except InputError:
        return None


def _terms(
    choice: Choice, held: Frontier, k: int, before: Bools, best: float, budget: float
) -> dict[str, object]:
    """At which money, at which gain it would be funded; what it costs to force it in as it is."""
    scale, names = SCALE[choice.case.settings.objective], np.array(choice.case.improvement_ids)
    asked, gain = float(choice.asked[k]), float(choice.gain[k])
    found = admission(held, asked, best, budget)
    terms: dict[str, object] = {
        "asked_at_most_m": found.cost_at_most / MILLION,
        "fall": 1 - found.cost_at_most / asked if asked > 0 else np.nan,
    }
    if found.chosen is not None:
        terms |= {
            "gain_at_least": (gain + found.value_lack) / scale,
            "rise": found.value_lack / gain if gain > 0 else np.nan,
            "forced_loss": found.value_lack / scale,
            "gives_way": " ".join(names[before & ~found.chosen]),
        }
    return terms


def _budget(frontier: Frontier, k: int, budget: float) -> float:
    """Lowest budget above this one whose best set holds an improvement; unknown if none does."""
    later = np.flatnonzero(frontier.chosen[:, k] & (frontier.cost > budget))
    return float(frontier.cost[later[0]]) / MILLION if len(later) else float("nan")
