"""The added-value score: levels on criteria, worth by value functions, weighed by swings."""

import numpy as np

from capworth.case.model import Case, Criterion
from capworth.methods.arguments import Floats
from capworth.methods.elicitation.value_functions import piecewise
from capworth.model.draws import Draws, stacked


class ValueModel:
    """The value tree of a case, on fixed scales: no score depends on the other capabilities."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self.leaves: tuple[Criterion, ...] = case.measured
        level = {(s.capability, s.criterion): s.level for s in case.scores}
        self._levels = [level[c, k.id] for c in case.capability_ids for k in self.leaves]
        self._children = case.siblings

    @property
    def branches(self) -> tuple[Criterion, ...]:
        """The criteria at the top of the tree."""
        return self._children.get("", ())

    def levels(self, draws: Draws) -> Floats:
        """(draws, capabilities, leaves) levels in the units of the criteria."""
        shape = draws.size, len(self._case.capabilities), len(self.leaves)
        table = np.empty(shape, order="F")  # as `by_draw`, and all of it is filled
        for k, level in enumerate(self._levels):
            table[:, *divmod(k, len(self.leaves))] = draws.of(level)
        return table

    def level(self, draws: Draws, capability: int, leaf: int) -> Floats:
        """(draws,) level of one capability on one leaf, in the unit of the criterion."""
        return draws.of(self._levels[capability * len(self.leaves) + leaf])

    def worth(self, levels: Floats) -> Floats:
        """(draws, ..., leaves) value 0 to 100 of levels; beyond an end, the value of that end."""
        values = np.empty_like(levels)
        for k in range(len(self.leaves)):
            values[..., k] = self.worth_on(k, levels[..., k])
        return values

    def worth_on(self, leaf: int, levels: Floats) -> Floats:
        """Value 0 to 100 of levels on one leaf, in the shape of `levels`."""
        scale = self.leaves[leaf]
        worst, best = scale.ends
        if not scale.points:  # one line, in place: `piecewise` takes three times as long
            share = levels - min(worst, best)
            share /= abs(best - worst)
            np.clip(share, 0.0, 1.0, out=share)
            if best < worst:
                np.subtract(1.0, share, out=share)
            share *= 100.0
            return share
        at = [worst, *(level for level, _ in scale.points), best]
        worth = [0.0, *(value for _, value in scale.points), 100.0]
        return piecewise(levels, at, worth)

    def weights(self, draws: Draws) -> Floats:
        """(draws, leaves) weights that sum to 1: swings, shared among siblings, down the tree."""
        weight = {"": np.ones(draws.size)}
        ahead = [""]  # from the top down, in whatever order the rows stand
        while ahead:
            parent = ahead.pop()
            children = self._children[parent]
            swings = stacked(draws, [child.swing for child in children])
            shares = swings / swings.sum(axis=1, keepdims=True)
            for k, child in enumerate(children):
                weight[child.id] = shares[:, k] * weight[parent]
            ahead += [child.id for child in children if child.id in self._children]
        return np.stack([weight[leaf.id] for leaf in self.leaves], axis=1)

    def branch_of(self) -> Floats:
        """(leaves, branches) 1 where a leaf hangs below a branch."""
        parents = {c.id: c.parent for c in self._case.criteria}
        tops = [b.id for b in self.branches]
        below = np.zeros((len(self.leaves), len(tops)))
        for k, leaf in enumerate(self.leaves):
            node = leaf.id
            while parents[node]:
                node = parents[node]
            below[k, tops.index(node)] = 1
        return below

    def agreed(self) -> Floats:
        """(capabilities, leaves) value of the agreed level of each; NaN where none is agreed.

        That of the capability itself, else the reference of the criterion; where a case agrees on
        nothing, full marks.
        """
        case = self._case
        if not case.levels_agreed:
            return np.full((len(case.capabilities), len(self.leaves)), 100.0)
        found = np.tile(self.reference(), (len(case.capabilities), 1))
        row = {c: k for k, c in enumerate(case.capability_ids)}
        column = {leaf.id: k for k, leaf in enumerate(self.leaves)}
        for s in case.scores:
            if s.agreed is not None:
                k = column[s.criterion]
                found[row[s.capability], k] = self.worth_on(k, np.array([s.agreed]))[0]
        return found

    def reference(self) -> Floats:
        """(leaves,) value of the agreed levels of a service of excellence; NaN where none."""
        levels = [np.nan if leaf.reference is None else leaf.reference for leaf in self.leaves]
        known = np.array(
            [leaf.worst if np.isnan(r) else r for leaf, r in zip(self.leaves, levels, strict=True)],
            dtype=float,
        )
        return np.where(np.isnan(levels), np.nan, self.worth(known[None, :])[0])


def score(values: Floats, weights: Floats) -> Floats:
    """Additive value: (draws, capabilities, leaves) and (draws, leaves) to (draws, capabilities).

    By einsum, whose bits do not change with the threads of the linear-algebra library.
    """
    total: Floats = np.einsum("nck,nk->nc", values, weights)
    return total
