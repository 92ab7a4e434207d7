"""One survey of the members as arrays, and the criteria whose levels it gives."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from capworth.case.model import (
    MEASURES,
    SIZES,
    SYNTHETIC,
    Capability,
    Criterion,
    Estimate,
    Member,
    Rating,
    Score,
)
from capworth.case.rules.members import ITEMS
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.survey.nonresponse import (
    FEWEST,
    replicate_weights,
    response_weights,
    weighted_means,
    weighting_cells,
)
from capworth.methods.uncertainty.order_statistics import known_quantiles
from capworth.streams import stream

REPLICATES = 2_000  # draws in which other members might have answered
ENDS = (1, 99)  # percentiles of them that are a criterion's lowest and highest plausible level
STREAM = "members' feedback"


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """What the members answered in one year.

    Attributes
    ----------
    year : of the survey
    members : all members of the organisation, answering or not, by short name
    capabilities : short names of those that the case appraises
    regions : names of regions, in the order of the alphabet
    region : (members,) place in `regions`
    answered : (members,) whether a member answered on anything
    cells : (members,) weighting cell of each
    answers : (answering, capabilities, 3) importance, satisfaction, need; NaN where not answered
    grade, source : the lowest grade of any answer; where the first of them was published
    synthetic : whether any answer comes from a generator
    """

    year: int
    members: tuple[Member, ...]
    capabilities: tuple[str, ...]
    regions: tuple[str, ...]
    region: Ints
    answered: Bools
    cells: Ints
    answers: Floats
    grade: str
    source: str
    synthetic: bool

    @classmethod
    def of(
        cls,
        members: Sequence[Member],
        capabilities: Sequence[str],
        feedback: Sequence[Rating],
        year: int | None = None,
    ) -> Self:
        """Gather the survey of a year, by default of the last one; there must be answers.

        Members stand in the order of their short names, so that no figure depends on the order of
        the rows. Answers on capabilities that are not given do not count.
        """
        members = sorted(members, key=lambda member: member.id)
        last = max(row.year for row in feedback) if year is None else year
        rows = [row for row in feedback if row.year == last and row.capability in {*capabilities}]
        place = {member.id: k for k, member in enumerate(members)}
        column = {capability: k for k, capability in enumerate(capabilities)}
        table = np.full((len(members), len(capabilities), len(ITEMS)), np.nan)
        for row in rows:
            ratings = (row.importance, row.satisfaction, row.need)
            table[place[row.member], column[row.capability]] = [
                np.nan if figure is None else figure for figure in ratings
            ]
        answered = np.zeros(len(members), dtype=bool)
        answered[[place[row.member] for row in rows]] = True
        regions = tuple(sorted({member.region for member in members}))
        region = np.array([regions.index(member.region) for member in members])
        size = np.array([SIZES.index(m.size) if m.size else 0 for m in members])
        cells = weighting_cells(region, size, answered)
        return cls(
            year=last,
            members=tuple(members),
            capabilities=tuple(capabilities),
            regions=regions,
            region=region,
            answered=answered,
            cells=cells,
            answers=table[answered],
            grade=max(row.grade for row in rows),
            source=next((row.source for row in rows if row.source), ""),
            synthetic=any(row.is_synthetic for row in rows),
        )

    def figures(self, measure: str) -> Floats:
        """(answering, capabilities) what each member said: see `MEASURES`.

        The gap is importance x dissatisfaction, 0 to 100: a member's own product, so that who finds
        a thing important and is unhappy with it counts, and not two averages.
        """
        importance, satisfaction, need = (self.answers[..., k] for k in range(len(ITEMS)))
        if measure == "gap":
            gap: Floats = importance * (10 - satisfaction)
            return gap
        return {"importance": importance, "satisfaction": satisfaction, "need": need}[measure]

    def weights(self) -> Floats:
        """(answering,) for how many members each answer speaks."""
        return response_weights(self.cells, self.answered)

    def replicates(self, seed: int) -> Floats:
        """(replicates, answering) weights of draws in which other members might have answered."""
        asked = np.isfinite(self.answers).any(axis=(0, 2))
        complete = np.isfinite(self.answers[:, asked]).any(axis=2).mean(axis=1)
        rng = stream(seed, STREAM)
        return replicate_weights(self.cells, self.answered, REPLICATES, rng, complete)


def survey_scores(parts: Mapping[str, Sequence[Any]], seed: int) -> tuple[Score, ...]:
    """Levels on the criteria that are measured by feedback, as if they stood in scores.

    The mean over all members, weighted for those who did not answer; low and high are the 1st and
    the 99th percentile of the draws in which other members might have answered; with fewer than
    three answers, the ends of the scale. The grade is that of the answers, C at best, as the level
    is derived.
    """
    surveyed: Sequence[Criterion] = [c for c in parts["criteria"] if c.measure]
    if not surveyed:
        return ()
    capabilities: Sequence[Capability] = parts["capabilities"]
    survey = Survey.of(parts["members"], [c.id for c in capabilities], parts["feedback"])
    return tuple(score for criterion in surveyed for score in _scores(survey, criterion, seed))


def _scores(survey: Survey, criterion: Criterion, seed: int) -> Iterator[Score]:
    figures, top = survey.figures(criterion.measure), MEASURES[criterion.measure][1]
    mean = weighted_means(survey.weights(), figures)
    means = weighted_means(survey.replicates(seed), figures)
    low, high = known_quantiles(means, [end / 100 for end in ENDS])
    made = f"{SYNTHETIC}: " if survey.synthetic else ""
    for k, capability in enumerate(survey.capabilities):
        answers = int(np.isfinite(figures[:, k]).sum())
        known = answers >= FEWEST
        level = Estimate(
            name=f"scores/{capability}/{criterion.id}",
            low=float(min(low[k], mean[k])) if known else 0.0,
            mode=float(mean[k]),
            high=float(max(high[k], mean[k])) if known else top,
            unit=criterion.unit,
            grade=max(survey.grade, "C"),
            source=survey.source,
            basis=f"{made}mean {criterion.measure} of {answers} of {len(survey.members)} members "
            f"in {survey.year}, weighted for those who did not answer",
            row=0,
            made_from="feedback",
        )
        yield Score(capability, criterion.id, level)
