"""What each member uses, owns and gains, what it pays, and which improvements serve it most.

What may leave the house: small counts are not told of single members or of tiny groups.

What one member is told: its own row of every table, and no other member's.

What each member uses and owns of every capability: modelled by a stated key, never observed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.case.model import Case, Member, counted, whole_figures
from capworth.errors import InputError, nearest
from capworth.members.feedback import member_needs
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.network.network import exchange, with_known
from capworth.methods.survey.disclosure import dominated, hidden_cells, without_small
from capworth.methods.survey.nonresponse import FEWEST
from capworth.model.chain import ChainModel, hits_of
from capworth.model.costs import PAYERS
from capworth.model.draws import Draws
from capworth.model.joint_gains import gain_shares
from capworth.model.money import Money
from capworth.model.result import Answer, Provenance, spread
from capworth.model.simulation import Sample, sampled
from capworth.streams import stream

DRAWS = 300  # of the sample, the first ones, in which use is shared out among members
INHABITANTS = {"small": 1e6, "medium": 1e7, "large": 6e7}  # of a class, where no number is given


@dataclass(frozen=True, slots=True, eq=False)
class CapabilityUse:
    """The members in one capability. Shares sum to 1 over the members in every draw.

    Attributes
    ----------
    searching, owning : (draws, members) whether it is connected
    own : (draws, members) its share of what is found by searching
    external : (draws, members) share of what is found that is found in its records
    """

    searching: Bools
    owning: Bools
    own: Floats
    external: Floats


class UseModel:
    """The members of a case and the key by which use is shared out among them.

    Use and records of a member follow its inhabitants to a power, times a scatter of its own, as
    members of one size differ widely; what it finds at others follows both masses, more inside its
    region. Who is connected is drawn anew in every draw, as only counts are published.
    """

    def __init__(self, sample: Sample) -> None:
        case = sample.case
        self.case = case
        self.size = min(DRAWS, len(sample.drawn.cost))
        self.draws: Draws = sampled(case, 0, self.size)
        figures = whole_figures(case.network)
        self._levels: Mapping[str, Floats] = {i: self.draws.of(e) for i, e in figures.items()}
        regions = tuple(dict.fromkeys(m.region for m in case.members))
        self.regions = regions
        names = sorted(m.id for m in case.members)
        self._order = [names.index(m.id) for m in case.members]
        self.region: Ints = np.array([regions.index(m.region) for m in case.members])
        power, scatter = self.level("use", 0.0), self.level("scatter", 0.0)
        base = power[:, None] * np.log(inhabitants(case))
        self._whole: dict[bytes, Floats] = {}
        self._covered: list[Floats] = []
        self.seeking = np.exp(base + scatter[:, None] * self._normal("searching"))
        self.holding = np.exp(base + scatter[:, None] * self._normal("owning"))

    def level(self, item: str, otherwise: float = 1.0) -> Floats:
        """(draws,) a figure of the whole network; where the case has none, what is given."""
        return self._levels.get(item, np.full(self.size, otherwise))

    def count(self, item: str, capability: str) -> tuple[Floats, str]:
        """(draws,) connected members of one kind, and the region that alone is served."""
        found = counted(self.case.network, item).get(capability)
        if found is None and item == "owners":
            return self.count("searchers", capability)
        if found is None:
            return np.full(self.size, float(len(self.case.members))), ""
        return self.draws.of(found.level), found.region

    def eligible(self, region: str) -> Bools:
        """(members,) who may be connected to what serves one region; all where it is blank."""
        if not region:
            return np.ones(len(self.case.members), dtype=bool)
        inside: Bools = self.region == self.regions.index(region)
        return inside

    def capabilities(self) -> Iterator[CapabilityUse]:
        """Every capability of the case, in its order."""
        affinity, covered = self.level("affinity"), []
        for capability in self.case.capability_ids:
            even = self._stream(f"{capability}/connected").random(self._shape)[:, self._order]
            known, levels = self._known(capability)
            on, eligible = self._connected(capability, "searchers", even, known)
            owning, _ = self._connected(capability, "owners", even, known & False)
            seek, have = self.seeking * on, self.holding * owning
            found = exchange(have, seek, self.region, affinity)
            with np.errstate(invalid="ignore", divide="ignore"):
                own = np.nan_to_num(found.own / found.whole[:, None])
                external = np.nan_to_num(found.external / found.whole[:, None])
            if known.any():
                own = with_known(own, known, levels)
            covered.append(found.whole / self._wanted(eligible))
            yield CapabilityUse(on, owning, own, external)
        self._covered = covered

    def covered(self) -> list[Floats]:
        """For each capability, (draws,) share of the wanted exchange that is reached."""
        if not self._covered:
            for _ in self.capabilities():
                pass
        return self._covered

    def _wanted(self, eligible: Bools) -> Floats:
        """(draws,) exchange if all who may be connected were."""
        key = eligible.tobytes()
        if key not in self._whole:
            have, seek = self.holding * eligible, self.seeking * eligible
            affinity = self.level("affinity")
            self._whole[key] = exchange(have, seek, self.region, affinity).whole
        return self._whole[key]

    @property
    def _shape(self) -> tuple[int, int]:
        return self.size, len(self.case.members)

    def _normal(self, what: str) -> Floats:
        return self._stream(what).standard_normal(self._shape)[:, self._order]

    def _stream(self, what: str) -> np.random.Generator:
        return stream(self.case.settings.seed, f"members' use: {what}")

    def _connected(
        self, capability: str, item: str, even: Floats, known: Bools
    ) -> tuple[Bools, Bools]:
        """Who is connected, as many as are counted on average; and who may be at all.

        Those with the smallest numbers are, so that owners and searchers are the same members as
        far as their counts go; the two first always, and those known to be.
        """
        count, region = self.count(item, capability)
        if item == "owners":
            region = self.count("searchers", capability)[1]
        eligible = self.eligible(region)
        here = np.where(eligible, even, 2.0)
        sure = eligible & known
        share = (count - sure.sum()) / max(int(eligible.sum() - sure.sum()), 1)
        pair = np.partition(here, min(1, here.shape[1] - 1), axis=1)[:, 1:2]
        on = (here < share[:, None]) | (here <= pair) | sure
        return on & eligible, eligible

    def _known(self, capability: str) -> tuple[Bools, Floats]:
        """Members whose share of the use is known, and their shares, (draws, known)."""
        figures = {
            f.member: f.level
            for f in self.case.network
            if f.item == "share" and f.capability == capability
        }
        known = np.array([m.id in figures for m in self.case.members])
        levels = [self.draws.of(figures[m.id]) for m in self.case.members if m.id in figures]
        return known, np.array(levels).T.reshape(self.size, -1)


def inhabitants(case: Case) -> Floats:
    """(members,) inhabitants; those of the class of size where no number is given, else all 1."""
    given = [
        m.population if m.population is not None else INHABITANTS[m.size] if m.size else 1.0
        for m in case.members
    ]
    return np.array(given, dtype=float)


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

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {
            "members": self.to_frame(),
            "members_by_group": self.by_group(),
            "members_totals": self.totals(),
        }

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
    drawn, size = sample.drawn, model.size
    annuity = sample.model.annuity
    hits = _hits(sample.model.chain, model)
    flat = model.level("national", 0.0)[:, None]
    sums = {m: np.zeros((size, len(case.members))) for m in MEASURES}
    study = dict.fromkeys(MEASURES, 0.0)
    parts, chances = [], []
    for c, found in enumerate(model.capabilities()):
        money = drawn.money[:size, c, None] / annuity / MILLION
        harm = drawn.harm[:size, c, None]
        national = drawn.payers[:size, c, PAYERS.index("members"), None] / annuity / MILLION
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
    gains = drawn.gains.score[:size]
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
        _table=table,
        _capabilities=pd.concat(parts),
        _improvements=factor,
        _gains=gains,
        _totals=totals,
        needs=sources,
        connected_by="inhabitants"
        if any(m.population is not None for m in case.members)
        else "size",
        measured=int(sample.model.chain.has_scale("money").sum()),
        draws=size,
        provenance=provenance or Provenance.of(case, sample.draws),
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


SHOWN = 6  # capabilities, and improvements, on the page
LEAST = 0.2  # chance of taking part from which a capability is shown


@dataclass(frozen=True, slots=True, eq=False)
class MemberBrief:
    """The answer to one member.

    Attributes
    ----------
    member : as the case has it
    row : its row of the members' table; small counts of events are not a number
    capabilities : those in which it finds most, the first ones; counts likewise
    bars : hits and hits given in them, for lengths of bars only
    others : how many more capabilities it may take part in
    improvements : those that serve it most: points with range, p_top, chosen (or not a number)
    published : capabilities of which its part of the use is published, and the source
    needs : whose answers stand for its needs; see `memberneeds`
    synthetic : whether those answers were made by a generator
    measured : capabilities with a value in money, of all
    members, draws : how many
    connected_by : key of what the numbers rest on
    """

    member: Member
    row: pd.Series
    capabilities: pd.DataFrame
    bars: pd.DataFrame
    others: int
    improvements: pd.DataFrame
    published: tuple[tuple[str, str], ...]
    needs: str
    synthetic: bool
    measured: tuple[int, int]
    members: int
    draws: int
    connected_by: str

    def __repr__(self) -> str:
        best = self.improvements.index[0] if len(self.improvements) else "none"
        return f"<MemberBrief of {self.member.name}: served most by {best}>"


def member_of(case: Case, code: str) -> Member:
    """Find a member by its code.

    Raises
    ------
    InputError
        When the case has no such member.
    """
    known = {m.id: m for m in case.members}
    if not known:
        raise InputError("the case lists no members. Add the table members.")
    if code not in known:
        close = next((m.id for m in case.members if m.name.lower() == code.lower()), "")
        hint = f"Did you mean {close!r}?" if close else nearest(code.upper(), known)
        raise InputError(f"{code!r} is no member of the case. {hint}")
    return known[code]


def brief_member(
    case: Case, members: Members, code: str, chosen: Mapping[str, bool] | None = None
) -> MemberBrief:
    """Gather what one member is told.

    Parameters
    ----------
    case : whose members they are
    members : see `serve_members`
    code : of the member
    chosen : whether each improvement is in the recommended programme, where there is one

    Raises
    ------
    InputError
        When the case has no such member.
    """
    member = member_of(case, code)
    place = [m.id for m in case.members].index(code)
    mine = members.capabilities_of(code)
    found = members.hits_of(code)
    useful = found[(found["hits"] > 0) & (mine["chance"] >= LEAST)].sort_values(
        "hits", ascending=False, kind="stable"
    )
    useful = useful.head(SHOWN)
    improvements = members.improvements(code)
    improvements = improvements[improvements["points"] > 0].head(SHOWN)
    told = {} if chosen is None else chosen
    taken = [float(told[str(i)]) if str(i) in told else np.nan for i in improvements.index]
    return MemberBrief(
        member=member,
        row=members.to_frame().iloc[place],
        capabilities=mine.loc[useful.index],
        bars=useful,
        others=int((mine["chance"] > 0).sum()) - len(useful),
        improvements=improvements.assign(chosen=taken),
        published=tuple(
            (f.capability, case.cited(f.level.source))
            for f in case.network
            if f.item == "share" and f.member == code and f.level.source
        ),
        needs=members.needs[place],
        synthetic=any(rating.is_synthetic for rating in case.feedback),
        measured=(members.measured, len(case.capabilities)),
        members=len(case.members),
        draws=members.draws,
        connected_by=members.connected_by,
    )
