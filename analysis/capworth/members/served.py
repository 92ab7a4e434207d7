"""What each member uses, owns and gains, what it pays, and which improvements serve it most.

What may leave the house: small counts are not told of single members or of tiny groups.

What one member is told: its own row of every table, and no other member's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from capworth.case.model import Case, Member
from capworth.errors import InputError, nearest
from capworth.members.feedback import member_needs
from capworth.members.use import (
    COUNTS,
    MEASURES,
    SHARED,
    Use,
    UseModel,
    connected,
    covariance_root,
    share_out,
)
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.survey.disclosure import dominated, hidden_cells, hidden_with, without_small
from capworth.methods.survey.nonresponse import FEWEST
from capworth.model.figures import COUNT, NO_DRAWS, STATED, TEST, Column, Figure, number
from capworth.model.joint_gains import gain_shares
from capworth.model.price_base import PriceBase
from capworth.model.result import Answer, Provenance, spread
from capworth.model.simulation import Sample

TOP = 3  # improvements that are named first
SUMMED = ("hits", "own_m", "external_m", "own_harm", "national_m")  # sums of groups, as printed
SURE = 2.0  # errors by which two gains must differ to be told apart


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Members(Answer):
    """Every member's part in the study's totals, modelled by a stated key, with 80 % intervals.

    Own gain is the attributed value of what a member finds at others, external gain that of what
    others find in its records. Both are views on the same value: added over the members each is
    the study's total, and they are never added to each other. Every figure of a member has its
    Monte Carlo error, one standard deviation, in a column `..._error`.
    """

    _table: pd.DataFrame
    _capabilities: pd.DataFrame
    _noise: Mapping[str, Floats]  # measure to (parts, members); see `Use.noise`
    _factor: Floats  # (members, improvements) on each improvement's gain
    _factor_error: Floats  # of it, from the counts of the connected
    _gains: Floats  # (draws, improvements) points, in all draws kept
    _ratio: Floats  # (draws, improvements) the same, of the distance of each draw
    _covariance: Floats  # (improvements, improvements) of their means
    _totals: pd.DataFrame
    improvement_ids: tuple[str, ...]
    needs: tuple[str, ...]  # whose answers stand for each member's need; see `memberneeds`
    connected_by: str  # key of what all numbers rest on, for the reader
    measured: int  # capabilities with a value in money
    draws: int  # in which use is shared out
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        named = (
            ("hits", "hits_got", "a_year"),
            ("hits_given", "hits_given", "a_year"),
            ("own_m", "own_worth", "millions_a_year"),
            ("external_m", "worth_to_others", "millions_a_year"),
            ("own_harm", "own_harm", "days"),
            ("external_harm", "harm_to_others", "days"),
            ("national_m", "national_cost", "millions_a_year"),
        )
        rests = ("members", "network")
        found = [
            Column(
                *(table, name, f"{quantity}{tail}", unit, "member_part", rests),
                error=f"{name}_error",
                draws="draws",
            )
            for table, tail in (("members", ""), ("members_by_group", ".group"))
            for name, quantity, unit in named
        ]
        share = ("members", "contribution_m", "contribution", "millions_a_year", "member_part")
        totals = ("members_totals", "members", "all_members", "level", "member_part", rests)
        return (
            *found,
            Column(*share, ("members",), STATED),
            Column(
                *("members_by_group", "contribution_m", "contribution.group", "millions_a_year"),
                *("member_part", ("members",), STATED),
            ),
            Column(
                *("members_by_group", "members", "members.group_of", "count", "member_part", rests),
                COUNT,
                draws=NO_DRAWS,
            ),
            Column(*totals, draws="draws"),
        )

    def figures(self) -> tuple[Figure, ...]:
        """The figures of its tables, and the largest error of the sums of groups that are told."""
        groups = self.by_group()
        summed = {m: groups[m].where(groups[m] != 0).abs() for m in SUMMED}
        worst = float(
            pd.concat([groups[f"{m}_error"] / total for m, total in summed.items()]).max()
        )
        name = "largest_error.groups"
        rests = (("members", "all"), ("network", "all"))
        return (
            *Answer.figures(self),
            Figure(
                *(name, number(worst), "share", "largest_group_error", TEST),
                behind=rests,
                draws=self.draws,
            ),
        )

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
        """Sums by region and size with errors; groups that would give a member away are blank."""
        sums = [c for c in (*MEASURES, "contribution_m") if c in self._table]
        groups = guard_groups(self._table, "region", "size", sums)
        place = self._table.groupby(["region", "size"], sort=False, observed=True).indices
        for measure in MEASURES:
            noise = self._noise[measure]
            whole = [noise[:, place[key]].sum(axis=1) for key in groups.index]
            errors = np.sqrt((np.array(whole) ** 2).sum(axis=1))
            groups[f"{measure}_error"] = np.where(groups[measure].notna(), errors, np.nan)
        return groups

    def totals(self) -> pd.DataFrame:
        """What the members' parts sum to, beside the study's own totals."""
        return self._totals.copy()

    def improvements(self, member: str) -> pd.DataFrame:
        """Improvements by what they gain for one member, the best first.

        Points count a capability by the chance that the member is connected to it and by how much
        it needs it; `p_top` is the share of draws in which it is among the three best. Both have
        their Monte Carlo errors; `equal` says that they differ from those of the row
        above by no more than twice the error of the difference, so that the order of the two is
        not known.
        """
        place = self._table.index.get_loc(member)
        factor, wide = self._factor[place], self._factor_error[place]
        points = self._gains * factor
        best = (-points).argsort(axis=1, kind="stable")[:, :TOP]
        known = _told_apart(self._gains.mean(axis=0), self._covariance, factor, wide)
        top = np.bincount(best.ravel(), minlength=len(factor)) / len(points)
        table = pd.DataFrame(
            {
                **spread("points", points, ranged=self._ratio * factor),
                "points_error": known.error,
                "p_top": top,
                "p_top_error": np.sqrt(top * (1 - top) / len(points)),
                "factor": factor,
            },
            index=pd.Index(self.improvement_ids, name="improvement"),
        ).iloc[known.order]
        return table.assign(equal=known.equal)

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


TIE = 1e-12  # points that the order of a sum may make


class _Apart(NamedTuple):
    """Gains of one member in order, and which of them cannot be told apart."""

    order: Ints  # (improvements,) the largest gain first
    error: Floats  # (improvements,) of the points, in the order of the case
    equal: Bools  # (improvements,) whether one in order may be as large as the one before it


def _told_apart(gain: Floats, covariance: Floats, factor: Floats, wide: Floats) -> _Apart:
    """Order the gains of one member, gain x factor, and find neighbours within their error.

    Parameters
    ----------
    gain, factor : (improvements,)
    covariance : (improvements, improvements) of the mean gains
    wide : (improvements,) Monte Carlo error of the factors
    """
    order = (-gain * factor).argsort(kind="stable")
    spread_of = covariance * factor * factor[:, None] + np.diag((gain * wide) ** 2)
    own = np.diag(spread_of)
    first, second = order[:-1], order[1:]
    error = np.sqrt(np.maximum(own[first] + own[second] - 2 * spread_of[first, second], 0.0))
    apart = gain[first] * factor[first] - gain[second] * factor[second]
    equal = np.concatenate((np.zeros(min(1, len(gain)), dtype=bool), apart <= SURE * error + TIE))
    return _Apart(order, np.sqrt(own), equal)


def serve_members(
    sample: Sample, use: Use | None = None, provenance: Provenance | None = None
) -> Members | None:
    """Share the study's totals out among the members; None where the case has no members.

    Hits, value and harm-days of a capability go to those who find and to those in whose records it
    is found, by `share_out`; the national cost partly in equal parts among the connected, the rest
    by use. Contributions are those of the case with their stated range; they are a transfer and
    counted in no total of value. Money is a year, real, in millions.
    """
    case = sample.case
    shared = use or share_out(sample)
    if shared is None:
        return None
    noise = {m: shared.noise(m) for m in MEASURES}
    index = pd.Index([m.id for m in case.members], name="member")
    table = _features(case, index)
    totals = {}
    for measure, (total, kind) in SHARED.items():
        whole = shared.totals[total].mean
        parts = np.einsum("c,cm->m", whole, shared.mean(kind))
        low, high = shared.ranges[measure]
        table[measure], table[f"{measure}_low"], table[f"{measure}_high"] = parts, low, high
        table[f"{measure}_error"] = np.sqrt((noise[measure] ** 2).sum(axis=0))
        totals[measure] = {"members": float(parts.sum()), "study": float(whole.sum())}
    needs, sources = member_needs(case)
    chance, unsure = chances = _chances(sample, shared.model, "searchers")
    share = gain_shares(sample.model)
    factor = np.einsum("ic,mc->mi", share, needs * chance.T)
    error = np.sqrt(np.einsum("ic,mc->mi", share**2, (needs * unsure.T) ** 2))
    gains = sample.drawn.gains.distance
    root = covariance_root(gains, len(gains))
    covariance = np.einsum("ki,kj->ij", root, root)
    mean = gains.mean(axis=0)
    best = [_best(mean, covariance, *mine, case) for mine in zip(factor, error, strict=True)]
    table["best"], table["best_equal"] = map(list, zip(*best, strict=True))
    return Members(
        _table=table,
        _capabilities=_by_capability(sample, shared, *chances),
        _noise=noise,
        _factor=factor,
        _factor_error=error,
        _gains=gains,
        _ratio=sample.ratio_by_draw(gains),
        _covariance=covariance,
        _totals=pd.DataFrame(totals).T.rename_axis("measure"),
        improvement_ids=case.improvement_ids,
        needs=sources,
        connected_by="inhabitants"
        if any(m.population is not None for m in case.members)
        else "size",
        measured=int(sample.model.chain.has_scale("money").sum()),
        draws=shared.model.size,
        provenance=provenance or Provenance.of(case, sample.draws),
    )


def _best(
    gain: Floats, covariance: Floats, factor: Floats, wide: Floats, case: Case
) -> tuple[str, str]:
    """Name the three best for one member, and which of them, and of the next, are equal: A=B."""
    known, ids = _told_apart(gain, covariance, factor, wide), case.improvement_ids
    first = known.order[: TOP + 1]
    pairs = zip(pairwise(first), known.equal[1:], strict=False)
    same = [f"{ids[a]}={ids[b]}" for (a, b), equal in pairs if equal and gain[b] * factor[b] > 0]
    return " ".join(ids[i] for i in first[:TOP]), " ".join(same)


def _chances(sample: Sample, model: UseModel, item: str) -> tuple[Floats, Floats]:
    """(capabilities, members) chance of being connected, and its Monte Carlo error."""
    parts = []
    for capability in sample.case.capability_ids:
        estimate, _ = connected(sample.case, item, capability)
        every = float(len(sample.case.members))
        count = np.full(2, every) if estimate is None else sample.of(estimate)
        parts.append(model.chances(item, capability, count))
    chance, error = zip(*parts, strict=True)
    return np.array(chance), np.array(error)


def _by_capability(sample: Sample, shared: Use, chance: Floats, unsure: Floats) -> pd.DataFrame:
    """Every member in every capability, the capabilities one after the other."""
    case = sample.case
    members, many = [m.id for m in case.members], len(case.capabilities)
    columns = {"chance": chance, "chance_error": unsure}
    columns |= {"owner": _chances(sample, shared.model, "owners")[0]}
    for measure in (*COUNTS, "own_m", "external_m", "national_m"):
        total, kind = SHARED[measure]
        whole, share = shared.totals[total], shared.mean(kind)
        mean = whole.mean[:, None] * share
        if measure not in COUNTS:
            columns[measure] = mean
            continue
        low, high = shared.counts[measure]
        apart = (shared.shares[kind] - share).std(axis=0, ddof=0)
        apart /= np.sqrt(max(len(shared.sizes) - 1, 1))
        own = np.sqrt((whole.error**2).sum(axis=0))[:, None]
        error = np.hypot(whole.mean[:, None] * apart, own * share)
        known = np.isfinite(low)
        for name, part in zip(
            ("", "_low", "_high", "_error"), (mean, low, high, error), strict=True
        ):
            columns[f"{measure}{name}"] = np.where(known, part, np.nan)
    index = pd.MultiIndex.from_arrays(
        [members * many, np.repeat(case.capability_ids, len(members))],
        names=("member", "capability"),
    )
    return pd.DataFrame({name: part.reshape(-1) for name, part in columns.items()}, index)


def _of(table: pd.DataFrame, member: str) -> pd.DataFrame:
    mine = table[table.index.get_level_values(0) == member]
    return mine.droplevel(0)


def _features(case: Case, index: pd.Index[str]) -> pd.DataFrame:
    money, settings = PriceBase(case), case.settings
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
        kept = np.isfinite(without_small(table[column].to_numpy(dtype=float), EVENTS))
        for name in (column, *(f"{column}_{end}" for end in ("low", "high", "error"))):
            if name in shown:
                shown[name] = np.where(kept, shown[name].to_numpy(dtype=float), np.nan)
    return shown


def guard_groups(
    members: pd.DataFrame, rows: str, columns: str, sums: Sequence[str]
) -> pd.DataFrame:
    """Add up members by two of their features; groups that would give a member away are blank.

    Hidden are groups of fewer than three members and single sums that rest on one member for more
    than 75 %, each with as many more as keep it from being worked out from the sums of rows and
    columns.

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
        whole = np.nan_to_num(table[column].to_numpy(dtype=float))
        most = np.nan_to_num(largest[column].to_numpy(dtype=float))
        amounts, first = np.zeros(counts.shape), np.zeros(counts.shape, dtype=bool)
        at = places, counts.columns.get_indexer(table.index.get_level_values(1))
        amounts[at], first[at] = np.maximum(whole, 0.0), secret | dominated(most, whole, DOMINANT)
        table[column] = table[column].where(~hidden_with(amounts, first)[at])
    table["members"] = table["members"].where(~secret)
    return table.assign(hidden=secret)


SHOWN = 6  # capabilities on the page
LEAST = 0.2  # chance of taking part from which a capability is shown, or said to be used


@dataclass(frozen=True, slots=True, eq=False)
class MemberBrief:
    """The answer to one member: modelled, but for its contribution; no survey is in it.

    Attributes
    ----------
    member : as the case has it
    row : its row of the members' table; small counts of events are not a number
    capabilities : those in which it finds most, the first ones; small counts likewise
    others : how many more capabilities it may take part in
    chances : by capability, the chance that it takes part
    usual : median of the members of its region by measure; none where they are fewer than three
    below : members whose own gain in money is less than their national cost
    measured : capabilities with a value in money, of all
    members, draws : how many
    connected_by : key of what the numbers rest on
    added : (years,) millions that the programme adds to its national cost; None without programme
    programme : improvements of the programme, each with what it touches of what the member uses
    """

    member: Member
    row: pd.Series
    capabilities: pd.DataFrame
    others: int
    chances: Mapping[str, float]
    usual: Mapping[str, float]
    below: int
    measured: tuple[int, int]
    members: int
    draws: int
    connected_by: str
    added: Floats | None
    programme: Mapping[str, tuple[str, ...]]

    def __repr__(self) -> str:
        return f"<MemberBrief of {self.member.name}: {len(self.capabilities)} services of most use>"


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
    case: Case,
    members: Members,
    code: str,
    chosen: Sequence[str] = (),
    paid_m: Floats | None = None,
) -> MemberBrief:
    """Gather what one member is told.

    Parameters
    ----------
    case : whose members they are
    members : see `serve_members`
    code : of the member
    chosen : improvements of the recommended programme, where there is one
    paid_m : (years,) millions that all members together pay for the programme in each year

    Raises
    ------
    InputError
        When the case has no such member.
    """
    member, table = member_of(case, code), members.to_frame()
    place = [m.id for m in case.members].index(code)
    mine, found = members.capabilities_of(code), members.hits_of(code)
    useful = found[(found["hits"] > 0) & (mine["chance"] >= LEAST)].sort_values(
        "hits", ascending=False, kind="stable"
    )
    useful = useful.head(SHOWN)
    chances = {str(c): float(chance) for c, chance in mine["chance"].items()}
    beside = table["region"] == member.region
    usual = {m: float(table.loc[beside, m].median()) for m in COUNTS} if beside.sum() >= 3 else {}
    national = table["national_m"].astype(float)
    own = float(national[code] / national.sum()) if national.sum() > 0 else 0.0
    touched = {
        i: tuple(
            dict.fromkeys(
                e.capability
                for e in case.effects
                if e.improvement == i and chances.get(e.capability, 0.0) >= LEAST
            )
        )
        for i in chosen
    }
    return MemberBrief(
        member=member,
        row=table.iloc[place],
        capabilities=mine.loc[useful.index],
        others=int((mine["chance"] > 0).sum()) - len(useful),
        chances=chances,
        usual=usual,
        below=int((table["own_m"] < table["national_m"]).sum()),
        measured=(members.measured, len(case.capabilities)),
        members=len(case.members),
        draws=members.draws,
        connected_by=members.connected_by,
        added=None if paid_m is None else paid_m * own,
        programme=touched,
    )
