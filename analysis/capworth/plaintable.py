"""Tables of options by criteria that come without names."""

import numpy as np
import pandas as pd

from capworth.errors import InputError


def named_table(table: object) -> pd.DataFrame:
    """Take rows and columns without names too: they are numbered from 1."""
    if isinstance(table, pd.DataFrame):
        return table
    try:
        cells = np.asarray(table, dtype=object)
    except ValueError as error:
        raise InputError(f"table: {error}. Give rows of one length.") from error
    if cells.ndim != 2:
        raise InputError(f"table: shape {cells.shape}. Give a row an option, a column a criterion.")
    rows = [f"option {k}" for k in range(1, len(cells) + 1)]
    return pd.DataFrame(cells, rows, [f"criterion {k}" for k in range(1, cells.shape[1] + 1)])
