"""What every answer can do: print itself in one line, show itself, hand out copies."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from capworth.methods.arguments import Floats
from capworth.provenance import Provenance

LOW, HIGH = 10, 90  # percentiles of the 80 % interval that every range shows


class Answer:
    """A frozen answer around one labelled table."""

    __slots__ = ()
    _table: pd.DataFrame
    provenance: Provenance

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table."""
        return self._table.copy()

    def _repr_html_(self) -> str:
        shown = self._table.to_html(float_format="{:.3g}".format, border=0)
        return f"<p>{_escaped(repr(self))}</p>{shown}<p><small>{self.provenance}</small></p>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def spread(name: str, values: Floats, scale: float = 1.0) -> Mapping[str, Floats]:
    """Mean and 80 % interval of each column: `name`, `name_low`, `name_high`.

    Parameters
    ----------
    name : what the columns are called
    values : (draws, things)
    scale : what the numbers are divided by, such as 1e6
    """
    scaled = values / scale
    low, high = np.percentile(scaled, (LOW, HIGH), axis=0)
    return {name: scaled.mean(axis=0), f"{name}_low": low, f"{name}_high": high}
