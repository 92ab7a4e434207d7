"""A made-up survey of the members, for trying the machinery. No member gave any of its answers."""

from collections.abc import Mapping
from dataclasses import replace
from string import ascii_uppercase

import numpy as np
import pandas as pd

from capworth.case.dictionary import dictionary
from capworth.case.model import SIZES, SYNTHETIC, Case, Member
from capworth.errors import InputError
from capworth.methods.arguments import Floats
from capworth.streams import stream

STREAM = "synthetic feedback"
MEMBERS = "synthetic members"
REGIONS = ("Africa", "Americas", "Asia", "Europe")  # into which made-up members fall
MOST = len(ascii_uppercase) ** 2  # codes from XAA to XZZ, which no country has
CIRCLES = 3  # kinds of members that want alike, whatever their region
ASKED = 0.7  # chance that a member that answers at all answers on one capability
SPREAD = {"capability": 1.2, "region": 0.8, "circle": 2.4, "habit": 0.8, "rest": 1.3}  # points


def synthetic_survey(
    case: Case, seed: int, response: float = 0.6, members: int = 60
) -> Mapping[str, pd.DataFrame]:
    """Make up a survey, and the members too where the case has none.

    Parameters
    ----------
    case : with capabilities
    seed, response : see `synthetic_feedback`
    members : how many to make up; without effect where the case has members

    Returns
    -------
    "feedback", and "members" where they are made up: tables ready to be written into the case.
    """
    made: dict[str, pd.DataFrame] = {}
    if not case.members:
        invented = synthetic_members(seed, members)
        columns = [c for c in dictionary()["members"] if hasattr(invented[0], c)]
        rows = [{c: getattr(member, c) for c in columns} for member in invented]
        made["members"] = pd.DataFrame(rows).drop(columns="contribution")
        case = replace(case, members=invented)
    return made | {"feedback": synthetic_feedback(case, seed, response)}


def synthetic_members(seed: int, members: int) -> tuple[Member, ...]:
    """Make up members with codes that no country has, in four regions and three sizes.

    Raises
    ------
    InputError
        When there are fewer than four, or more than there are codes.
    """
    if not len(REGIONS) <= members <= MOST:
        raise InputError(f"members: {members} cannot be made up. Give {len(REGIONS)} to {MOST}.")
    rng = stream(seed, MEMBERS)
    codes = (f"X{a}{b}" for a in ascii_uppercase for b in ascii_uppercase)
    basis = f"{SYNTHETIC}: made by capworth.synthetic, seed {seed}; there is no such member"
    size = rng.integers(len(SIZES), size=members)
    return tuple(
        Member(
            id=code,
            name=f"Member {code}",
            region=REGIONS[k % len(REGIONS)],
            grade="E",
            language="en",
            size=SIZES[int(size[k])],
            basis=basis,
        )
        for k, code in zip(range(members), codes, strict=False)
    )


def synthetic_feedback(case: Case, seed: int, response: float = 0.6) -> pd.DataFrame:
    """Make up a survey with the faults of a real one, as a table ready to be `feedback.csv`.

    Small members answer less often than large ones, and regions differ, so that the plain mean is
    wrong; members differ in how high they tick; regions and circles of members want different
    things; and who needs a thing finds it important and is less content with it. Every row is of
    grade E and says that it is synthetic.

    Parameters
    ----------
    case : with members and capabilities
    seed : the same seed gives the same answers
    response : share of the members that answer, on average; above 0, at most 1

    Raises
    ------
    InputError
        When the case has no members, or the share is out of bounds.
    """
    if not case.members:
        raise InputError(f"case: {case.settings.name} has no members. Add the table members.")
    if not 0 < response <= 1:
        raise InputError(f"response: {response} is not a share. Give more than 0 and at most 1.")
    rng = stream(seed, STREAM)
    members, capabilities = len(case.members), len(case.capabilities)
    regions = sorted({member.region for member in case.members})
    region = np.array([regions.index(member.region) for member in case.members])
    size = np.array([SIZES.index(m.size) if m.size else 1 for m in case.members])

    def noise(what: str, *shape: int) -> Floats:
        return SPREAD[what] * rng.standard_normal(shape)

    circle = rng.integers(CIRCLES, size=members)
    wanted = (
        noise("capability", 1, capabilities)
        + noise("region", len(regions), capabilities)[region]
        + noise("circle", CIRCLES, capabilities)[circle]
        + noise("rest", members, capabilities)
    )
    habit = noise("habit", members, 1)
    need = _ticked(5 + wanted + habit)
    importance = _ticked(6 + 0.6 * wanted + habit + noise("rest", members, capabilities))
    satisfaction = _ticked(6 - 0.5 * wanted + habit + noise("rest", members, capabilities))

    willing = response * (0.7 + 0.3 * size) * (1 + 0.25 * np.linspace(-1, 1, len(regions)))[region]
    willing *= response / willing.mean()
    answered = rng.random(members) < np.clip(willing, 0, 1)
    answered[rng.permutation(members)[:2]] = True  # one answer alone is no survey
    asked = rng.random((members, capabilities)) < ASKED
    asked[:, rng.integers(capabilities)] = True  # who answers says something
    basis = (
        f"{SYNTHETIC}: made by capworth.synthetic, seed {seed}; no survey of members is published"
    )
    rows = [
        {
            "member": case.members[m].id,
            "capability": case.capabilities[c].id,
            "year": case.settings.appraisal_date.year,
            "importance": importance[m, c],
            "satisfaction": satisfaction[m, c],
            "need": need[m, c],
            "language": case.members[m].language or "en",
            "comment": "",
            "grade": "E",
            "source": "",
            "basis": basis,
        }
        for m, c in np.argwhere(answered[:, None] & asked).tolist()
    ]
    return pd.DataFrame(rows, columns=list(dictionary()["feedback"]))


def _ticked(points: Floats) -> Floats:
    """Points as members tick them: whole, from 0 to 10."""
    return np.clip(np.rint(points), 0, 10).astype(np.int64)
