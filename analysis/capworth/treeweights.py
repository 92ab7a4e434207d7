"""Weights of the measured criteria, down the tree from weights among brothers."""

from collections.abc import Mapping

import pandas as pd

from capworth.case.model import Case, Criterion
from capworth.methods.arguments import Floats


def weights_down_the_tree(case: Case, judged: Mapping[str, Mapping[str, Floats]]) -> pd.DataFrame:
    """Multiply weights from the top of the tree down to the measured criteria.

    Parameters
    ----------
    case : with criteria
    judged : for each judge, parent -> weights of its children in the order of the case

    Returns
    -------
    A row for each judge who weighed every branch, a column for each measured criterion; rows sum
    to 1. A branch with a single criterion needs no judgement.
    """
    rows = {}
    for judge, own in judged.items():
        weights: dict[str, float] = {"": 1.0}
        for criterion in _down(case):
            brothers = [c.id for c in case.criteria if c.parent == criterion.parent]
            found = own.get(criterion.parent)
            if found is None and len(brothers) > 1:
                break
            share = 1.0 if found is None else float(found[brothers.index(criterion.id)])
            weights[criterion.id] = share * weights[criterion.parent]
        else:
            rows[judge] = [weights[leaf.id] for leaf in case.measured]
    columns = pd.Index([leaf.id for leaf in case.measured], name="criterion")
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("judge")


def _down(case: Case) -> list[Criterion]:
    """Criteria from the top of the tree: every parent before its children."""
    order: list[Criterion] = []
    level = [""]
    while level:
        children = [c for c in case.criteria if c.parent in level]
        order += children
        level = [c.id for c in children]
    return order
