"""What each member uses, owns and gains, what it pays, and which improvements serve it most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.answers import Answer, spread
from capworth.case.model import Case
from capworth.chain import ChainModel
from capworth.costs import PAYERS
from capworth.disclosure import guard_events, guard_groups
from capworth.gainshares import gain_shares
from capworth.matching import hits_of
from capworth.memberneeds import member_needs
from capworth.memberuse import CapabilityUse, UseModel
from capworth.methods.arguments import Floats
from capworth.money import Money
from capworth.provenance import Provenance
from capworth.sampling import Sample

MILLION = 1e6
TOP = 3  # improvements that are named first
COUNTS = ("hits", "hits_given")  # of events, not told of one member where they are small
MEASURES = ("hits", "hits_given", "own_m", "external_m", "own_harm", "external_harm", "national_m")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Members(Answer):
    """Every member's part in the study's totals, modelled by a stated key, with 80 % intervals.

    Own gain is the attributed value of what a member finds at others, external gain that of what
    others find in its records. Both are views on the same value: added over the members each is
    the study's total, and they are never added to each other.
    """

    _table: pd.DataFrame
    _capabilities: pd.DataFrame
    _improvements: Floats  # (members, improvements) factor on each improvement's gain
    _gains: Floats  # (draws, improvements) points
    _totals: pd.DataFrame
    needs: tuple[str, ...]  # whose answers stand for each member's need; see `memberneeds`
    connected_by: str  # key of what all numbers rest on, for the reader
    measured: int  # capabilities with a value in money
    draws: int  # in which use is shared out
    provenance: Provenance

    def to_frame(self) -> pd.DataFrame:
        """Return every member's row; counts of events below 5 a year are blank."""
        return guard_events(self._table, COUNTS)

    def by_capability(self) -> pd.DataFrame:
        """Index (member, capability): chance that it is connected, hits, hits given, gains."""
        return guard_events(self._capabilities, COUNTS)

    def capabilities_of(self, member: str) -> pd.DataFrame:
        """One member's rows of `by_capability`."""
        return guard_events(_of(self._capabilities, member), COUNTS)

    def hits_of(self, member: str) -> pd.DataFrame:
        """Hits a year that one member finds and gives, by capability; for its own eyes only."""
        return _of(self._capabilities, member)[list(COUNTS)].fillna(0.0)

    def by_group(self) -> pd.DataFrame:
        """Sums by region and size, groups that would give a member away left blank."""
        sums = [c for c in (*MEASURES, "contribution_m") if c in self._table]
        return guard_groups(self._table, "region", "size", sums)

    def totals(self) -> pd.DataFrame:
        """What the members' parts sum to, beside the study's own totals."""
        return self._totals.copy()

    def improvements(self, member: str) -> pd.DataFrame:
        """Improvements by what they gain for one member, the best first.

        Points count a capability by the chance that the member is connected to it and by how much
        it needs it; `p_top` is the share of draws in which it is among the three best.
        """
        factor = self._improvements[self._table.index.get_loc(member)]
        points = self._gains * factor
        places = (-points).argsort(axis=1, kind="stable")[:, :TOP]
        top = np.stack([(places == k).any(axis=1).mean() for k in range(points.shape[1])])
        table = pd.DataFrame(
            {**spread("points", points), "p_top": top, "factor": factor},
            index=pd.Index(self._improvement_ids, name="improvement"),
        )
        return table.sort_values("points", ascending=False, kind="stable")

    @property
    def _improvement_ids(self) -> list[str]:
        return list(self._totals.attrs["improvements"])

    def __repr__(self) -> str:
        own = self._totals.loc["own_m"]
        return (
            f"<Members: {len(self._table)} members share {own['study']:.1f} million a year of "
            f"attributed value by a key, not by observation (grade E), in {self.draws:,} draws>"
        )


def serve_members(
    sample: Sample, use: UseModel | None = None, provenance: Provenance | None = None
) -> Members | None:
    """Share the study's totals out among the members; None where the case has no members.

    Hits, value and harm-days of a capability go to those who find and to those in whose records it
    is found, by `memberuse`; the national cost partly in equal parts among the connected, the rest
    by use. Contributions are those of the case with their stated range; they are a transfer and
    counted in no total of value. Money is a year, real, in millions.
    """
    case = sample.case
    if not case.members:
        return None
    model = use or UseModel(sample)
    worlds, size = sample.worlds, model.size
    annuity = sample.model.annuity
    hits = _hits(sample.model.chain, model)
    flat = model.level("national", 0.0)[:, None]
    sums = {m: np.zeros((size, len(case.members))) for m in MEASURES}
    study = dict.fromkeys(MEASURES, 0.0)
    parts, chances = [], []
    for c, found in enumerate(model.capabilities()):
        money = worlds.money[:size, c, None] / annuity / MILLION
        harm = worlds.harm[:size, c, None]
        national = worlds.payers[:size, c, PAYERS.index("members"), None] / annuity / MILLION
        equal = found.searching / found.searching.sum(axis=1, keepdims=True)
        mine: dict[str, Floats] = {
            "hits": hits[:, c, None] * found.own,
            "hits_given": hits[:, c, None] * found.external,
            "own_m": money * found.own,
            "external_m": money * found.external,
            "own_harm": harm * found.own,
            "external_harm": harm * found.external,
            "national_m": national * (flat * equal + (1 - flat) * found.own),
        }
        whole = (hits[:, c], hits[:, c], money, money, harm, harm, national)
        for (measure, values), total in zip(mine.items(), whole, strict=True):
            sums[measure] += values
            study[measure] += float(total.mean())
        chances.append(found.searching.mean(axis=0))
        parts.append(_capability(case, c, found, mine, bool(hits[:, c].any())))
    index = pd.Index([m.id for m in case.members], name="member")
    table = _features(case, index)
    for measure in MEASURES:
        table = table.assign(**spread(measure, sums[measure]))
    needs, sources = member_needs(case)
    factor = np.einsum("ic,mc->mi", gain_shares(sample.model), needs * np.array(chances).T)
    gains = worlds.gains.score[:size]
    order = (-factor * gains.mean(axis=0)).argsort(axis=1, kind="stable")[:, :TOP]
    table["best"] = [" ".join(case.improvement_ids[i] for i in row) for row in order]
    totals = pd.DataFrame(
        {
            "members": [float(sums[m].mean(axis=0).sum()) for m in MEASURES],
            "study": [study[m] for m in MEASURES],
        },
        index=pd.Index(MEASURES, name="measure"),
    )
    totals.attrs["improvements"] = case.improvement_ids
    return Members(
        table,
        pd.concat(parts),
        factor,
        gains,
        totals,
        sources,
        "inhabitants" if any(m.population is not None for m in case.members) else "size",
        int(sample.model.chain.has_scale("money").sum()),
        size,
        provenance or Provenance.of(case, sample.draws),
    )


def _hits(chain: ChainModel, model: UseModel) -> Floats:
    """(draws, capabilities) hits a year; 0 where the case has no chain."""
    levels = chain.levels(model.draws)
    found = [hits_of(level) if level else np.zeros(model.size) for level in levels.values()]
    return np.stack([np.broadcast_to(h, model.size) for h in found], axis=1)


def _capability(
    case: Case, c: int, found: CapabilityUse, mine: dict[str, Floats], chained: bool
) -> pd.DataFrame:
    """Every member in one capability."""
    members = [m.id for m in case.members]
    keys = [members, [case.capability_ids[c]] * len(members)]
    columns = {"chance": found.searching.mean(axis=0), "owner": found.owning.mean(axis=0)}
    for measure in COUNTS:
        columns |= spread(measure, mine[measure]) if chained else _unknown(measure, len(members))
    for measure in ("own_m", "external_m", "national_m"):
        columns[measure] = mine[measure].mean(axis=0)
    return pd.DataFrame(columns, pd.MultiIndex.from_arrays(keys, names=("member", "capability")))


def _of(table: pd.DataFrame, member: str) -> pd.DataFrame:
    mine = table[table.index.get_level_values(0) == member]
    return mine.droplevel(0)


def _unknown(name: str, size: int) -> dict[str, Floats]:
    return {f"{name}{end}": np.full(size, np.nan) for end in ("", "_low", "_high")}


def _features(case: Case, index: pd.Index[str]) -> pd.DataFrame:
    money, settings = Money(case), case.settings
    rows = []
    for m in case.members:
        year = m.contribution_year or settings.price_year
        factor = money.factor(settings.currency, year) / MILLION
        middle = np.nan if m.contribution is None else m.contribution
        ends = (m.contribution_low, m.contribution_high)
        low, high = (middle if end is None else end for end in ends)
        rows.append(
            {
                "name": m.name,
                "region": m.region,
                "size": m.size,
                "language": m.language,
                "contribution_m": middle * factor,
                "contribution_m_low": low * factor,
                "contribution_m_high": high * factor,
                "contribution_grade": m.contribution_grade or m.grade,
                "contribution_source": m.contribution_source,
            }
        )
    return pd.DataFrame(rows, index=index)
