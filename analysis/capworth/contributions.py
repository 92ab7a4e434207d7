"""What each criterion adds to each score, and what sets one capability apart from another."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.answers import Answer, spread
from capworth.errors import InputError, nearest
from capworth.methods.arguments import Floats
from capworth.provenance import Provenance
from capworth.sampling import Sample


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Contributions(Answer):
    """The points that each measured criterion adds to the score of each capability.

    Points are weight x value, and those of one capability sum to its score in every draw. They are
    taken over a sub-sample of the draws of the study, the first ones; `draws` says how many.
    """

    _table: pd.DataFrame
    _points: Floats  # (draws, capabilities, leaves)
    _capabilities: tuple[str, ...]
    _criteria: tuple[str, ...]
    draws: int
    provenance: Provenance

    def by_criterion(self) -> pd.DataFrame:
        """Mean points: a row for each capability, best score first, a column for each criterion."""
        points = self._points.mean(axis=0)
        table = pd.DataFrame(points, self._capabilities, self._criteria)
        order = np.argsort(-points.sum(axis=1), kind="stable")
        return table.iloc[order].rename_axis("capability").rename_axis(columns="criterion")

    def scores(self) -> pd.DataFrame:
        """Score of each capability with its 80 % interval, in the same draws; best first."""
        table = pd.DataFrame(
            spread("score", self._points.sum(axis=2)),
            pd.Index(self._capabilities, name="capability"),
        )
        return table.loc[self.by_criterion().index]

    def between(self, capability: str, other: str) -> pd.DataFrame:
        """How the score of one capability comes about from that of another, criterion by criterion.

        Returns
        -------
        Index criterion, the largest mean step first: `step` in points with its 80 % interval;
        `p_ahead` share of draws in which the capability is ahead on it; `start` and `end` mean
        score before and after the step.

        Raises
        ------
        InputError
            When one of them is not appraised; the nearest name is given.
        """
        one, two = (self._place(name) for name in (capability, other))
        apart = self._points[:, one] - self._points[:, two]
        mean = apart.mean(axis=0)
        order = np.argsort(-mean, kind="stable")
        start = float(self._points[:, two].sum(axis=1).mean())
        end = start + mean[order].cumsum()
        table = pd.DataFrame(
            {**spread("step", apart[:, order]), "p_ahead": (apart[:, order] > 0).mean(axis=0)},
            pd.Index(np.array(self._criteria)[order], name="criterion"),
        )
        return table.assign(start=np.concatenate(([start], end[:-1])), end=end)

    def p_ahead(self, capability: str, other: str) -> float:
        """Share of draws in which one capability has a higher score than another."""
        one, two = (self._place(name) for name in (capability, other))
        totals = self._points.sum(axis=2)
        return float((totals[:, one] > totals[:, two]).mean())

    def _place(self, name: str) -> int:
        if name not in self._capabilities:
            hint = nearest(name, self._capabilities)
            raise InputError(f"{name!r} is not appraised. {hint}")
        return self._capabilities.index(name)

    def __repr__(self) -> str:
        mean = self.by_criterion()
        most = str(mean.mean().idxmax())
        return (
            f"<Contributions: {most} adds most to the mean score ({mean[most].mean():.0f} of "
            f"{mean.sum(axis=1).mean():.0f} points); {mean.index[0]} has the highest score>"
        )


def part_scores(sample: Sample, provenance: Provenance) -> Contributions | None:
    """Part the score of every capability into what each measured criterion adds.

    Returns
    -------
    None where the case has no value tree. The table has one row for each capability and measured
    criterion: `points` with its 80 % interval, `weight` and `value` (0 to 100) as means, and
    `missed`, the points that the best level of the criterion would add.
    """
    case, tree = sample.case, sample.model.value
    if not case.measured:
        return None
    values, weights = sample.worlds.levels, sample.worlds.weights  # kept for the first draws only
    draws = len(values)
    points: Floats = values * weights[:, None, :]
    names = [leaf.id for leaf in tree.leaves]
    flat = points.reshape(draws, -1)
    whole = np.broadcast_to(100 * weights[:, None, :], values.shape)
    table = pd.DataFrame(
        {
            **spread("points", flat),
            "weight": np.tile(weights.mean(axis=0), len(case.capabilities)),
            "value": values.mean(axis=0).reshape(-1),
            "missed": (whole - points).mean(axis=0).reshape(-1),
        },
        pd.MultiIndex.from_product([case.capability_ids, names], names=["capability", "criterion"]),
    )
    return Contributions(table, points, tuple(case.capability_ids), tuple(names), draws, provenance)
