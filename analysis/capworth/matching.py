"""How many hits a chain begins with: counted, at a rate, or from records and searches."""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.value_chain import match_probability

Levels: TypeAlias = Mapping[tuple[str, str], Floats]  # (step, outcome) to (draws,)
RESPONSE = ("response", "")  # factor on hits that follows from an elasticity; see `responded`


def hits_of(level: Levels) -> Floats:
    """Hits a year, (draws,), from the rates and volumes of one chain.

    One of three beginnings: `hits` as counted; `searches` at a `hit_rate`; or `searches`, each
    with the chance 1 - exp(-intensity x records x quality x access) of a match, in which records
    saturate. Without `quality` and `access` the intensity is that of a record as it is held. A
    search finds one hit at most.
    """
    counted, response = level.get(("hits", "")), level.get(RESPONSE)
    if counted is not None:
        return counted if response is None else counted * response
    searches = level["searches", ""]
    if ("intensity", "") in level:
        fit = (level.get((step, ""), np.ones(1)) for step in ("quality", "access"))
        rate = match_probability(level["intensity", ""], level["records", ""], *fit)
    else:
        rate = level["hit_rate", ""]
    hits = searches * rate
    return hits if response is None else np.minimum(hits * response, searches)


def responded(level: Levels, factors: Mapping[str, Floats]) -> Floats | None:
    """Factor on hits, (draws,), when searches or records are multiplied; None without elasticity.

    Hits follow searches by factor ^ elasticity and records by factor ^ record elasticity: what
    the next search finds is not what the average search finds. Where hits come from searches the
    searches are multiplied too, and what is returned is the fall of the rate, factor ^
    (elasticity - 1).
    """
    response = None
    for step, needed in (("searches", "elasticity"), ("records", "record_elasticity")):
        elasticity = level.get((needed, ""))
        if elasticity is None or step not in factors:
            continue
        factor = factors[step]
        grown = np.where(factor > 0, factor**elasticity, 0.0)
        if step == "searches" and ("hits", "") not in level:
            grown = np.divide(grown, factor, out=np.zeros_like(grown), where=factor > 0)
        response = grown if response is None else response * grown
    return response
