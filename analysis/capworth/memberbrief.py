"""What one member is told: its own row of every table, and no other member's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.case.model import Case, Member
from capworth.errors import InputError, nearest
from capworth.members import Members

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
        member,
        members.to_frame().iloc[place],
        mine.loc[useful.index],
        useful,
        int((mine["chance"] > 0).sum()) - len(useful),
        improvements.assign(chosen=taken),
        tuple(
            (f.capability, case.cited(f.level.source))
            for f in case.network
            if f.item == "share" and f.member == code and f.level.source
        ),
        members.needs[place],
        any(rating.is_synthetic for rating in case.feedback),
        (members.measured, len(case.capabilities)),
        len(case.members),
        members.draws,
        members.connected_by,
    )
