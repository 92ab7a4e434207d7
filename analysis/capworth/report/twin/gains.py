"""Weights, and what improvements close of the distance to the agreed levels, as formulas."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from capworth.case.model import Effect
from capworth.report.twin.costs import Costs
from capworth.report.twin.sheets import DRAWN


class Gains(Costs):
    """Formulas of weights and gains."""

    def _write_weights(self) -> None:
        children = self.case.siblings
        ahead, above = [""], {"": ""}
        counted = dict(
            zip((k.id for k in self.model.value.leaves), self.model.extents.counted, strict=True)
        )
        leaves = []
        while ahead:
            parent = ahead.pop(0)
            begin = len(self.weights.rows) + 2
            rows = range(begin, begin + len(children[parent]))
            for row, child in zip(rows, children[parent], strict=True):
                share = f"{self.weights.at('swing', row)}/SUM({self.weights.down('swing', rows)})"
                self.weights.add(
                    *(child.id, parent, f"={self._of(child.swing)}"),
                    f"={share}{f'*{above[parent]}' if parent else ''}",
                    None,
                )
                above[child.id] = self.weights.at("weight", row)
                if child.id in children:
                    ahead.append(child.id)
                else:
                    leaves.append((row, bool(counted[child.id])))
        kept = "+".join(self.weights.at("weight", row) for row, counts in leaves if counts)
        for row, counts in leaves:
            mine = f"={self.weights.at('weight', row)}/({kept})" if counts else 0.0
            self.weights.rows[row - 2] = (*self.weights.rows[row - 2][:-1], mine)
            self._rows[f"weight/{self.weights.rows[row - 2][0]}"] = row

    def _write_gains(self) -> None:
        value, extents = self.model.value, self.model.extents
        leaf = {k.id: n for n, k in enumerate(value.leaves)}
        level = {(s.capability, s.criterion): s.level for s in self.case.scores}
        agreed = value.agreed()
        distance = self._number("expected distance", extents.distance, "points", DRAWN)
        at, found = self.gains.at, list[tuple[Effect, int, int]]()
        for effect in (e for e in self.case.effects if e.criterion):
            c, k = self.case.capability_ids.index(effect.capability), leaf[effect.criterion]
            if not np.isnan(agreed[c, k]):
                found.append((effect, c, k))
        there: dict[tuple[int, int], set[str]] = {}
        for effect, c, k in found:
            there.setdefault((c, k), set()).add(effect.improvement)
        meeting: dict[tuple[int, int], list[int]] = {}
        for effect, c, k in found:
            row = len(self.gains.rows) + 2
            share = self._number(
                f"extent of {effect.capability}", float(extents.share[c]), "share", DRAWN
            )
            weight = self.weights.at("counted", self._rows[f"weight/{effect.criterion}"])
            point = f"{share}*{weight}*100/{distance}"
            now = self._of(level[effect.capability, effect.criterion])
            moved = f"({now}+{self._of(effect.change)})"
            self._point[row] = point
            shares = (self._share(effect.improvement, late=late) for late in (False, True))
            lifts = [f"{share}*{at('rise', row)}" for share in shares]
            self.gains.add(
                *(effect.change.name, effect.improvement, effect.capability, effect.criterion),
                f"={self._worth(k, now)}",
                f"={self._worth(k, moved)}-{at('before', row)}",
                float(agreed[c, k]),
                *(f"={self._closed(row, effect.capability, lift)}" for lift in lifts),
            )
            if len(there[c, k]) > 1:
                meeting.setdefault((c, k), []).append(row)
        for rows in meeting.values():
            self._add_level(rows)

    def _worth(self, leaf: int, level: str) -> str:
        """Value of a level by straight lines between agreed points, and of its ends beyond them."""
        scale = self.model.value.leaves[leaf]
        points = [(scale.worst, 0.0), *scale.points, (scale.best, 100.0)]
        steps = (
            f"({high!r}-{low!r})*MAX(0,MIN(1,({level}-({here!r}))/({there!r}-({here!r}))))"
            for (here, low), (there, high) in pairwise(points)
        )
        return "+".join(steps)

    def _closed(self, row: int, capability: str, lift: str) -> str:
        """Per cent of the distance that a lift (years,) closes on one level, capped in each year.

        The larger of x and 0 is written (x + |x|) / 2, which a spreadsheet computes year by year.
        """
        at, discount = self.gains.at, self.years.along(self._year["discount"])
        left = f"({at('agreed', row)}-{at('before', row)}-{lift})"
        years = f"{discount}{self._there(capability)}"
        missing = f"MAX(0,{at('agreed', row)}-{at('before', row)})"
        closed = f"({missing}-({left}+ABS({left}))/2)"
        return f"{self._point[row]}*SUMPRODUCT({years}*{closed})/SUM({discount})"

    def _add_level(self, rows: Sequence[int]) -> None:
        here, at = len(self.levels.rows) + 2, self.levels.at
        _, _, capability, criterion, *_ = self.gains.rows[rows[0] - 2]
        mine = [(row, str(self.gains.rows[row - 2][1])) for row in rows]
        chosen = {i: self.improvements.at("chosen", self._rows[i]) for _, i in mine}
        lift = "+".join(
            f"{chosen[i]}*{self.gains.at('rise', row)}*{self._share(i, late=True)}"
            for row, i in mine
        )
        alone = "+".join(f"{chosen[i]}*{self.gains.at('late', row)}" for row, i in mine)
        self.levels.add(
            f"{capability}: {criterion}",
            f"={self._closed(rows[0], str(capability), f'({lift})')}",
            f"={at('together', here)}-({alone})",
        )
