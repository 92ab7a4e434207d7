"""What the members say: what matters to them, what they lack, and where they disagree.

Members that need alike, whatever their region.

How much each member needs each capability to be better, against its other needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.case.model import MEASURES, SYNTHETIC, Case
from capworth.case.survey import Survey
from capworth.methods.arguments import Floats
from capworth.methods.survey.clustering import best_grouping
from capworth.methods.survey.nonresponse import (
    FEWEST,
    eta_squared,
    eta_squared_p_value,
    weighted_means,
)
from capworth.methods.uncertainty.order_statistics import known_quantiles
from capworth.model.figures import COUNT, MEAN, NO_DRAWS, TEST, Column, columns
from capworth.model.result import HIGH, LOW, Answer, Provenance
from capworth.streams import stream

SHUFFLES = 999  # regions put together at random, to tell a difference from chance
DOUBT = 0.05  # share of the disagreements named that may be chance


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Feedback(Answer):
    """Importance, satisfaction, need and need gap of every capability, as all members see it.

    Answers are weighted so that those who answered speak for the silent ones of their region and
    size; ranges are 80 % intervals over which other members might have answered. A region with
    fewer than three answers is not shown: one member's answer is its own affair.
    """

    _table: pd.DataFrame
    _regions: pd.DataFrame
    _views: pd.DataFrame
    _response: pd.DataFrame
    _groups: pd.DataFrame
    _profiles: pd.DataFrame
    _years: pd.DataFrame
    _comments: pd.DataFrame
    year: int
    members: int
    answered: int
    silhouette: float  # how clearly the groups of members stand apart, up to 1
    grade: str  # lowest grade of any answer
    synthetic: bool  # whether any answer was made by a generator
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        points = [
            (name, name, "points", "need", ("feedback",))
            for name in ("need", "gap", "importance", "satisfaction")
        ]
        regions = [(name, f"{name}.region", *rest) for name, _, *rest in points]
        views = [(view, "gap", "points", "need", ("feedback",), MEAN, view) for view in self._views]
        response = ("members", "answered", "share", "weight")
        units = {"share": "share", "weight": "ratio"}
        return (
            *columns(
                "feedback",
                *[(n, f"{q}_by_members", *rest) for n, q, *rest in points],
                ("answers", "answers", "count", "need", ("feedback",), COUNT),
                ("between", "between_regions", "share", "need", ("feedback",), TEST),
                ("p_chance", "by_chance", "ratio", "by_chance", ("feedback",), TEST),
                ("p_adjusted", "by_chance_adjusted", "ratio", "by_chance", ("feedback",), TEST),
                draws=NO_DRAWS,
            ),
            *columns("feedback_regions", *regions, draws=NO_DRAWS),
            *columns(
                "feedback_regions",
                ("members", "members.region", "count", "need", ("feedback",), COUNT),
                ("answers", "answers.region", "count", "need", ("feedback",), COUNT),
                draws=NO_DRAWS,
            ),
            *columns(
                "feedback_views",
                *[(n, "gap_view", *rest) for n, _, *rest in views],
                draws=NO_DRAWS,
            ),
            *columns(
                "feedback_response",
                *(
                    (n, f"response_{n}", units.get(n, "count"), "need", ("feedback",), COUNT)
                    for n in response
                ),
                draws=NO_DRAWS,
            ),
            *columns(
                "feedback_groups",
                ("members", "members.group", "count", "need", ("feedback",), COUNT),
                ("share", "share.group", "share", "need", ("feedback",), COUNT),
                draws=NO_DRAWS,
            ),
        )

    @property
    def title(self) -> str:
        """What any table or chart of these answers must be headed with."""
        made = f"{SYNTHETIC} answers, no member gave them: " if self.synthetic else ""
        return f"{made}members' feedback of {self.year}"

    @property
    def has_groups(self) -> bool:
        """Whether the groups of members stand apart clearly enough to be spoken of."""
        return self.silhouette > CLEAR

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions, in the order of the alphabet."""
        return tuple(dict.fromkeys(self._regions.index.get_level_values("region")))

    @property
    def disagreed(self) -> tuple[str, ...]:
        """Capabilities on whose need gap regions disagree by more than chance, worst gap first."""
        return tuple(self._table.index[self._table["p_adjusted"] <= DOUBT])

    @property
    def worst(self) -> str:
        """The capability with the largest need gap."""
        return str(self._table.index[0])

    def by_region(self) -> pd.DataFrame:
        """Index (region, capability): members, answers; gap with its range, and the items."""
        return self._regions.copy()

    def views(self) -> pd.DataFrame:
        """Need gap of each capability, members counted in different ways.

        `one_member_one_vote` is the answer; `one_region_one_vote` the mean of the regions;
        `as_answered` without weights; `by_contribution` by what members pay, where that is known.
        """
        return self._views.copy()

    def response(self) -> pd.DataFrame:
        """Who answered: members, answers and weight of one answer, for each weighting cell."""
        return self._response.copy()

    def groups(self) -> pd.DataFrame:
        """Members that need alike: how many, from where, what they need more than the others."""
        return self._groups.copy()

    def group_profiles(self) -> pd.DataFrame:
        """Need of each group for each capability, against the same members' mean need, points."""
        return self._profiles.copy()

    def by_year(self) -> pd.DataFrame:
        """Need gap of each capability in every survey of the case."""
        return self._years.copy()

    def comments(self) -> pd.DataFrame:
        """Comments with capability, region and language, without the member's name."""
        return self._comments.copy()

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {
            "feedback": self.to_frame(),
            "feedback_regions": self.by_region(),
            "feedback_views": self.views(),
            "feedback_response": self.response(),
            "feedback_groups": self.groups(),
            "feedback_group_profiles": self.group_profiles(),
        }

    def __repr__(self) -> str:
        row = self._table.iloc[0]
        return (
            f"<Feedback: {f'{SYNTHETIC}: ' if self.synthetic else ''}need gap largest for "
            f"{self.worst} ({row['gap']:.0f} of 100); {self.answered} of {self.members} members "
            f"answered in {self.year}>"
        )


def hear_members(
    case: Case, provenance: Provenance | None = None, year: int | None = None
) -> Feedback | None:
    """Bring a survey of the members to one row for each capability.

    Parameters
    ----------
    case : with the tables members and feedback
    provenance : of the study; that of the case when None
    year : of the survey; the last one when None

    Returns
    -------
    None where the case has no feedback. Gap is importance x dissatisfaction, 0 to 100, each
    member's own product. `between` is the share of the variance of the gap that lies between
    regions, `p_chance` how often regions put together at random differ as much, `p_adjusted` the
    same put up for having asked about every capability (false discovery rate).
    """
    if not case.feedback:
        return None
    survey = Survey.of(case.members, case.capability_ids, case.feedback, year)
    weights, seed = survey.weights(), case.settings.seed
    replicates = survey.replicates(seed)
    gap, region = survey.figures("gap"), survey.region[survey.answered]
    columns: dict[str, object] = {
        "name": [c.name for c in case.capabilities],
        "answers": np.isfinite(survey.answers).any(axis=2).sum(axis=0),
    }
    for measure in MEASURES:
        figures = survey.figures(measure)
        low, high = _range(weighted_means(replicates, figures))
        columns |= {
            measure: weighted_means(weights, figures),
            f"{measure}_low": low,
            f"{measure}_high": high,
        }
    columns["between"] = eta_squared(region, weights, gap)
    shuffled = stream(seed, "members' feedback: regions")
    chances = eta_squared_p_value(region, weights, gap, SHUFFLES, shuffled)
    known = np.isfinite(chances)  # not where all answers agree
    columns["p_chance"], adjusted = chances, chances.copy()
    adjusted[known] = _adjusted(chances[known])
    columns["p_adjusted"] = adjusted
    regions = _by_region(survey, weights, replicates)
    index = pd.Index(case.capability_ids, name="capability")
    apart = pd.DataFrame(
        regions["gap"].to_numpy().reshape(len(survey.regions), -1).T, index, survey.regions
    )
    columns["most"], columns["least"] = _ends(apart, largest=True), _ends(apart, largest=False)
    columns["grade"], columns["synthetic"] = survey.grade, survey.synthetic
    table = pd.DataFrame(columns, index=index)
    table = table.sort_values("gap", ascending=False, kind="stable", na_position="last")
    groups = group_members(survey, seed)
    return Feedback(
        _table=table,
        _regions=regions,
        _views=_views(survey, weights, apart, index).loc[table.index],
        _response=_response(survey),
        _groups=groups.table,
        _profiles=groups.profiles,
        _years=_by_year(case, index).loc[table.index],
        _comments=_comments(case, survey),
        year=survey.year,
        members=len(survey.members),
        answered=int(survey.answered.sum()),
        silhouette=groups.silhouette,
        grade=survey.grade,
        synthetic=survey.synthetic,
        provenance=provenance or Provenance.of(case, len(replicates)),
    )


def _range(means: Floats) -> tuple[Floats, Floats]:
    low, high = known_quantiles(means, (LOW / 100, HIGH / 100))
    return low, high


def _adjusted(chances: Floats) -> Floats:
    """P by the false discoveries that they would be among (Benjamini and Hochberg 1995)."""
    order, many = np.argsort(chances), len(chances)
    rising = chances[order] * (many / np.arange(1, many + 1))
    found = np.empty(many)
    found[order] = np.minimum.accumulate(rising[::-1])[::-1]
    return np.clip(found, 0.0, 1.0)


def _by_region(survey: Survey, weights: Floats, replicates: Floats) -> pd.DataFrame:
    parts = []
    region = survey.region[survey.answered]
    for k, name in enumerate(survey.regions):
        mine = (region == k).astype(float)
        answers = np.isfinite(survey.answers[region == k]).any(axis=2).sum(axis=0)
        shown = np.where(answers >= FEWEST, 1.0, np.nan)
        columns: dict[str, object] = {
            "region": name,
            "capability": list(survey.capabilities),
            "members": int((survey.region == k).sum()),
            "answers": answers,
        }
        for measure in MEASURES:
            columns[measure] = shown * weighted_means(weights * mine, survey.figures(measure))
        low, high = _range(weighted_means(replicates * mine, survey.figures("gap")) * shown)
        parts.append(pd.DataFrame(columns).assign(gap_low=low, gap_high=high))
    return pd.concat(parts).set_index(["region", "capability"])


def _ends(apart: pd.DataFrame, *, largest: bool) -> list[str]:
    """Region with the largest, or the smallest, gap; empty where fewer than two are known."""
    sign = 1.0 if largest else -1.0
    cells = np.where(np.isfinite(apart.to_numpy()), sign * apart.to_numpy(), -np.inf)
    names = [str(name) for name in apart.columns]
    return [
        names[k] if np.isfinite(row).sum() > 1 else ""
        for row, k in zip(cells, cells.argmax(axis=1), strict=True)
    ]


def _views(
    survey: Survey, weights: Floats, apart: pd.DataFrame, index: pd.Index[str]
) -> pd.DataFrame:
    gap = survey.figures("gap")
    views = {
        "one_member_one_vote": weighted_means(weights, gap),
        "one_region_one_vote": apart.mean(axis=1).to_numpy(),
        "as_answered": weighted_means(np.ones_like(weights), gap),
    }
    paid = [m.contribution for m in survey.members]
    if all(amount is not None for amount in paid):
        paying = np.array(paid, dtype=float)[survey.answered]
        views["by_contribution"] = weighted_means(weights * paying, gap)
    return pd.DataFrame(views, index=index)


def _response(survey: Survey) -> pd.DataFrame:
    rows = []
    for cell in range(int(survey.cells.max()) + 1):
        inside = survey.cells == cell
        mine = [m for m, taken in zip(survey.members, inside, strict=True) if taken]
        members, answers = int(inside.sum()), int((inside & survey.answered).sum())
        rows.append(
            {
                "regions": ", ".join(dict.fromkeys(m.region for m in mine)),
                "sizes": ", ".join(dict.fromkeys(m.size for m in mine if m.size)),
                "members": members,
                "answered": answers,
                "share": answers / members,
                "weight": members / answers,
            }
        )
    return pd.DataFrame(rows, pd.RangeIndex(1, len(rows) + 1, name="cell"))


def _by_year(case: Case, index: pd.Index[str]) -> pd.DataFrame:
    years = sorted({row.year for row in case.feedback})
    columns = {}
    for year in years:
        survey = Survey.of(case.members, case.capability_ids, case.feedback, year)
        columns[year] = weighted_means(survey.weights(), survey.figures("gap"))
    return pd.DataFrame(columns, index=index).rename_axis(columns="year")


def _comments(case: Case, survey: Survey) -> pd.DataFrame:
    region = {member.id: member.region for member in case.members}
    rows = [
        (row.capability, region[row.member], row.language, row.comment)
        for row in case.feedback
        if row.comment and row.year == survey.year
    ]
    return pd.DataFrame(rows, columns=["capability", "region", "language", "comment"])


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
    answering = [
        m for m, answers_of in zip(survey.members, survey.answered, strict=True) if answers_of
    ]
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
    answers_of = survey.figures("need")
    if not np.isfinite(answers_of).any():
        answers_of = survey.figures("importance")
    usual = weighted_means(survey.weights(), answers_of)
    filled = np.where(np.isfinite(answers_of), answers_of, np.nan_to_num(usual))
    points: Floats = filled - filled.mean(axis=1, keepdims=True)
    return np.where(np.isfinite(usual), points, 0.0)


OWN, REGION, ALL, NONE = "own", "region", "all", "none"  # whose answers stand for a member's need


def member_needs(case: Case) -> tuple[Floats, tuple[str, ...]]:
    """(members, capabilities) need of each member, of mean 1 over the capabilities, and from whom.

    By the member's own answers to the last survey; where it did not answer, by the mean of its
    region if three or more answered there, else by that of all; 1 where nobody was asked. A
    capability that was not answered on counts as the member's mean. Answers that a generator made
    are no answers: nothing that bears a member's name rests on them.
    """
    shape = (len(case.members), len(case.capabilities))
    given = tuple(row for row in case.feedback if not row.is_synthetic)
    if not given:
        return np.ones(shape), (NONE,) * shape[0]
    survey = Survey.of(case.members, case.capability_ids, given)
    answers_of = survey.figures("need")
    if not np.isfinite(answers_of).any():
        answers_of = survey.figures("importance")
    weights, regions = survey.weights(), survey.region[survey.answered]
    needs = np.empty(shape)
    needs[survey.answered] = answers_of
    sources = [OWN if answered else ALL for answered in survey.answered]
    everybody = weighted_means(weights, answers_of)
    for code in range(len(survey.regions)):
        silent = (survey.region == code) & ~survey.answered
        surveyed = (regions == code).sum() >= FEWEST
        mean = weighted_means(weights * (regions == code), answers_of) if surveyed else everybody
        needs[silent] = mean
        for member in np.flatnonzero(silent):
            sources[member] = REGION if surveyed else ALL
    place = {member.id: k for k, member in enumerate(survey.members)}
    order = [place[member.id] for member in case.members]
    return _relative(needs[order]), tuple(sources[k] for k in order)


def _relative(needs: Floats) -> Floats:
    """Each row over its own mean; 1 where nothing was said."""
    known = np.isfinite(needs)
    total, count = np.where(known, needs, 0.0).sum(axis=1), known.sum(axis=1)
    mean = np.divide(total, count, out=np.zeros_like(total), where=count > 0)[:, None]
    relative = np.divide(needs, mean, out=np.ones_like(needs), where=mean > 0)
    return np.where(known, relative, 1.0)
