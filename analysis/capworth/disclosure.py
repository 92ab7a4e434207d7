"""What may leave the house: small counts are not told of single members or of tiny groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from capworth.methods.survey.disclosure import dominated, hidden_cells, without_small
from capworth.methods.survey.nonresponse import FEWEST

EVENTS = 5.0  # hits or outcomes a year below which no number is told of one member
DOMINANT = 0.75  # share of a group's sum from which one member can be read out of it


def guard_events(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return a table of members in which small counts of events, and their ranges, are blank.

    A count is small when its middle is above 0 and below 5 a year.
    """
    shown = table.copy()
    for column in columns:
        kept = without_small(table[column].to_numpy(dtype=float), EVENTS)
        for name in (column, f"{column}_low", f"{column}_high"):
            if name in shown:
                shown[name] = shown[name].where(np.isfinite(kept))
    return shown


def guard_groups(
    members: pd.DataFrame, rows: str, columns: str, sums: Sequence[str]
) -> pd.DataFrame:
    """Add up members by two of their features; groups that would give a member away are blank.

    Hidden are groups of fewer than three members, as many more as keep those from being worked out
    from the sums of rows and columns, and single sums that rest on one member for more than 75 %.

    Parameters
    ----------
    members : one row a member
    rows, columns : names of the two features
    sums : columns to add up

    Returns
    -------
    Index (rows, columns): members (their count), the sums, and hidden, whether the group is.
    """
    counts = pd.crosstab(members[rows], members[columns])
    cells = hidden_cells(counts.to_numpy(dtype=float), FEWEST)
    groups = members.groupby([rows, columns], sort=False, observed=True)
    table, largest = groups[list(sums)].sum(), groups[list(sums)].max()
    places = counts.index.get_indexer(table.index.get_level_values(0))
    secret = cells[places, counts.columns.get_indexer(table.index.get_level_values(1))]
    table.insert(0, "members", groups.size().astype(float))
    for column in sums:
        ruled = dominated(
            np.nan_to_num(largest[column].to_numpy(dtype=float)),
            np.nan_to_num(table[column].to_numpy(dtype=float)),
            DOMINANT,
        )
        table[column] = table[column].where(~(secret | ruled))
    table["members"] = table["members"].where(~secret)
    return table.assign(hidden=secret)
