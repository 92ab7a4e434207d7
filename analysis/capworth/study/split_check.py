"""Split a service: does anything move? An answer may not depend on how services are listed.

Each of the largest services is listed in parts, declared (`part_of`) and silent, and the headline
figures are found again on the same draws: parts inherit those of their whole. What a declared split
moves is an error of the program; what a silent one moves depends on how services are listed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from capworth.case.model import (
    DISTANCE,
    HARM,
    NET,
    RESULTS,
    Capability,
    Case,
    ChainStep,
    Estimate,
)
from capworth.methods.arguments import Bools
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.chain import ChainModel
from capworth.model.result import Answer, Provenance
from capworth.model.simulation import CHUNK, Model, Sample, draw_sample, sampled
from capworth.programme.choice import Choice

LARGEST = 5  # services that are split
PARTS = (2, 5)
DRAWS = 1_000
SAME = 1e-9  # relative difference within which two figures are one
VOLUMES = ("searches", "hits")  # steps of a chain that are amounts of the service
LOG10 = "log10"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SplitCheck(Answer):
    """Headline figures of the case as it is and with one service in parts, and what moved."""

    _table: pd.DataFrame
    provenance: Provenance

    @property
    def declared(self) -> tuple[str, ...]:
        """Figures that a declared split moved: an error of the program."""
        return self._moved("declared")

    @property
    def silent(self) -> tuple[str, ...]:
        """Figures that depend on how services are listed."""
        return self._moved("silent")

    def _moved(self, kind: str) -> tuple[str, ...]:
        rows = self._table[(self._table["split"] == kind) & self._table["moved"]]
        return tuple(dict.fromkeys(rows["figure"]))

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {"split_check": self.to_frame()}

    def __repr__(self) -> str:
        words = ", ".join(self.silent) or "nothing"
        found = f"a declared split moves {', '.join(self.declared)}; " if self.declared else ""
        return f"<SplitCheck: {found}a silent split moves {words}>"


def check_splits(
    case: Case,
    provenance: Provenance,
    draws: int = DRAWS,
    parts: Sequence[int] = PARTS,
    declared: bool = True,
) -> SplitCheck | None:
    """Find the headline figures again with each of the largest services listed in parts.

    Parameters
    ----------
    draws : in which everything is found, the case as it is too, one chunk at most; of improvements
        whose sets are too many to try, the likely ones of the case as it is are looked at
    parts : into how many each is split
    declared : whether declared splits are tried as well as silent ones

    Returns
    -------
    One row for each figure, service, number of parts and kind of split: `before`, `after`, `moved`.
    None where the case has no programme.
    """
    if not case.improvements or case.settings.budget is None:
        return None
    sample = draw_sample(case, min(draws, CHUNK), first=min(draws, CHUNK))
    choice, budget = Choice.of(sample, keep=False), case.settings.budget
    sets = choice.at(budget).sets if choice.listed is None else None
    before = figures(choice, sets)
    sizes = sample.drawn.cost.mean(axis=0)
    largest = [case.capability_ids[k] for k in np.argsort(-sizes, kind="stable")[:LARGEST]]
    rows = []
    for capability in largest:
        for many in parts:
            for kind in ("declared", "silent") if declared else ("silent",):
                other = split(case, capability, many, declared=kind == "declared")
                after = figures(Choice.of(_again(sample, other), keep=False), sets)
                rows += [
                    {
                        "figure": name,
                        "capability": capability,
                        "parts": many,
                        "split": kind,
                        "before": found,
                        "after": after[name],
                        "moved": not _same(found, after[name]),
                    }
                    for name, found in before.items()
                ]
    table = pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="row"))
    return SplitCheck(table, replace(provenance, draws=sample.draws))


def _again(sample: Sample, case: Case) -> Sample:
    """Another case in the draws of a sample.

    Modes and ranks stay those of the sample: no headline figure reads them.
    """
    model = Model(case, first=sample.draws)
    with model.keeping():
        assert model.extents  # half of the answer is known from them
        return replace(sample, model=model, drawn=model.answer(sampled(case, 0, sample.draws)))


def figures(choice: Choice, sets: Bools | None = None) -> Mapping[str, str | float]:
    """Headline figures of a case by name, with the best of some sets, or of all where None."""
    sample, budget = choice.sample, choice.case.settings.budget or 0.0
    choice = choice if sets is None else choice.among(sets)
    found = choice.search.best(budget)
    chosen, delays = found.sets[0], found.delays[0]
    values = {m: choice.by_draw(chosen, delays, m).mean() for m in (DISTANCE, NET, HARM)}
    return {
        "programme": " ".join(np.array(sample.case.improvement_ids)[chosen]),
        "needed_m": float(found.quantile[0]) / MILLION,
        "asked_m": float(found.expected[0]) / MILLION,
        "distance": sample.model.extents.distance,
        "gain": float(values[DISTANCE]),
        "net_m": float(values[NET]) / MILLION,
        "harm_days": float(values[HARM]),
    }


def _same(before: str | float, after: str | float) -> bool:
    if isinstance(before, str) or isinstance(after, str):
        return before == after
    return bool(np.isclose(before, after, rtol=SAME, atol=SAME))


def split(case: Case, capability: str, parts: int, declared: bool) -> Case:
    """Return the case with a capability listed in equal parts, each with the draws of the whole.

    Parameters
    ----------
    declared : whether the parts name their whole
    """
    shares = ChainModel(case).missing(capability)  # what nobody knows of the whole, or of a part
    lacking = [ChainStep(capability, step, e, outcome) for step, outcome, e in shares]
    case = replace(case, chain=(*case.chain, *lacking))
    names = [f"{capability}.{k + 1}" for k in range(parts)]

    def each(row: Capability) -> Iterator[Capability]:
        if row.id != capability:
            yield row
            return
        whole = row.part_of or (capability if declared else "")
        extent = None if row.extent is None else _part(row.extent, parts)
        for name in names:
            yield replace(row, id=name, part_of=whole, extent=extent)

    def of(row: object, **changes: object) -> Iterator[object]:
        if getattr(row, "capability", "") != capability:
            yield row
            return
        for name in names:
            changed = {"capability": name, **changes}
            if hasattr(row, "id"):
                changed["id"] = f"{row.id}.{name}"
            yield replace(row, **changed)  # type: ignore[type-var]  # each is a row

    results = {k.id: k.scale for k in case.measured if k.extensive}
    lists = case.extent_key == RESULTS and not declared
    rows: dict[str, tuple[object, ...]] = {}
    for table in ("functions", "activity", "effects", "network", "feedback", "business_as_usual"):
        rows[table] = tuple(x for row in getattr(case, table) for x in of(row))
    rows["usage"] = tuple(x for u in case.usage for x in of(u, use=_part(u.use, parts)))
    rows["costs"] = tuple(x for c in case.costs for x in of(c, amount=_part(c.amount, parts)))
    rows["chain"] = tuple(
        x
        for s in case.chain
        for x in of(s, level=_part(s.level, parts) if s.step in VOLUMES else s.level)
    )
    rows["scores"] = tuple(
        x
        for s in case.scores
        for x in of(
            s,
            level=_fewer(s.level, parts, results[s.criterion])
            if lists and s.criterion in results
            else s.level,
        )
    )
    mine = {c.id for c in case.costs if c.capability == capability}
    rows["savings"] = tuple(
        replace(s, line=f"{s.line}.{name}") if s.line in mine else s
        for s in case.savings
        for name in (names if s.line in mine else [""])
    )
    rows["improvements"] = tuple(
        replace(i, keeps=" ".join(names)) if i.keeps == capability else i for i in case.improvements
    )
    capabilities = tuple(x for row in case.capabilities for x in each(row))
    return replace(case, capabilities=capabilities, **rows)  # type: ignore[arg-type]  # by table


def _part(estimate: Estimate, parts: int) -> Estimate:
    """The same draws, parted."""
    low, mode, high = (getattr(estimate, end) / parts for end in ("low", "mode", "high"))
    return replace(estimate, low=low, mode=mode, high=high)


def _fewer(estimate: Estimate, parts: int, scale: str) -> Estimate:
    """Results of one part: parted, or so much less on a scale of logarithms."""
    if scale != LOG10:
        return _part(estimate, parts)
    low, mode, high = (
        getattr(estimate, end) - float(np.log10(parts)) for end in ("low", "mode", "high")
    )
    return replace(estimate, low=low, mode=mode, high=high)
