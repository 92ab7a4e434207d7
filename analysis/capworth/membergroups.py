"""Members that need alike, whatever their region."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.case.heard import Survey
from capworth.methods.arguments import Floats
from capworth.methods.survey.grouping import best_grouping
from capworth.methods.survey.nonresponse import FEWEST, weighted_means
from capworth.streams import stream

MOST_GROUPS = 6
SMALLEST = 0.05  # share of the answering members that a group must have
CLEAR = 0.25  # mean silhouette up to which there is no substantial structure
SHOWN = 3  # capabilities that describe a group


@dataclass(frozen=True, slots=True, eq=False)
class MemberGroups:
    """Groups of answering members, the largest first.

    Attributes
    ----------
    table : index group: members, their weighted share, regions, what they need most and least
    profiles : (groups, capabilities) need over the same members' mean need, points
    silhouette : how clearly the groups stand apart, up to 1; see `CLEAR`
    """

    table: pd.DataFrame
    profiles: pd.DataFrame
    silhouette: float


def group_members(survey: Survey, seed: int) -> MemberGroups:
    """Group members by what they need more, and less, than the rest of what they were asked.

    A member's mean is taken off first, so that groups are not of those who tick high and low; a
    capability that a member did not answer on counts as the others answered. By k-means, with the k
    from 2 to 6 of the largest mean silhouette whose groups have three members, and a twentieth of
    the answers, or more.
    """
    points, weights = _needs(survey), survey.weights()
    fewest = max(FEWEST, int(np.ceil(SMALLEST * len(points))))
    rng = stream(seed, "members' feedback: groups")
    groups, clear = best_grouping(points, MOST_GROUPS, rng, fewest)
    answering = [m for m, said in zip(survey.members, survey.answered, strict=True) if said]
    usual = weighted_means(weights, points)
    rows, profiles = [], []
    for group in range(int(groups.max()) + 1):
        inside = groups == group
        profile = weighted_means(weights * inside, points)
        order = np.argsort(-(profile - usual), kind="stable")
        where = [m.region for m, taken in zip(answering, inside, strict=True) if taken]
        counts = {region: where.count(region) for region in survey.regions if region in where}
        rows.append(
            {
                "members": int(inside.sum()),
                "share": float(weights[inside].sum() / weights.sum()),
                "regions": ", ".join(f"{region} {count}" for region, count in counts.items()),
                "needs_most": " ".join(survey.capabilities[k] for k in order[:SHOWN]),
                "needs_least": " ".join(survey.capabilities[k] for k in order[::-1][:SHOWN]),
            }
        )
        profiles.append(profile)
    place = pd.RangeIndex(1, len(rows) + 1, name="group")
    columns = pd.Index(survey.capabilities, name="capability")
    return MemberGroups(
        pd.DataFrame(rows, place), pd.DataFrame(np.array(profiles), place, columns), clear
    )


def _needs(survey: Survey) -> Floats:
    """(answering, capabilities) need over the member's own mean; importance if not asked."""
    said = survey.figures("need")
    if not np.isfinite(said).any():
        said = survey.figures("importance")
    usual = weighted_means(survey.weights(), said)
    filled = np.where(np.isfinite(said), said, np.nan_to_num(usual))
    points: Floats = filled - filled.mean(axis=1, keepdims=True)
    return np.where(np.isfinite(usual), points, 0.0)
