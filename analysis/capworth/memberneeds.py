"""How much each member needs each capability to be better, against its other needs."""

import numpy as np

from capworth.case.heard import Survey
from capworth.case.model import Case
from capworth.methods.arguments import Floats
from capworth.methods.survey.nonresponse import FEWEST, weighted_means

OWN, REGION, ALL, NONE = "own", "region", "all", "none"  # whose answers stand for a member's need


def member_needs(case: Case) -> tuple[Floats, tuple[str, ...]]:
    """(members, capabilities) need of each member, of mean 1 over the capabilities, and from whom.

    By the member's own answers to the last survey; where it did not answer, by the mean of its
    region if three or more answered there, else by that of all; 1 where nobody was asked. A
    capability that was not answered on counts as the member's mean.
    """
    shape = (len(case.members), len(case.capabilities))
    if not case.feedback:
        return np.ones(shape), (NONE,) * shape[0]
    survey = Survey.of(case.members, case.capability_ids, case.feedback)
    said = survey.figures("need")
    if not np.isfinite(said).any():
        said = survey.figures("importance")
    weights, regions = survey.weights(), survey.region[survey.answered]
    needs = np.empty(shape)
    needs[survey.answered] = said
    sources = [OWN if answered else ALL for answered in survey.answered]
    everybody = weighted_means(weights, said)
    for code in range(len(survey.regions)):
        silent = (survey.region == code) & ~survey.answered
        heard = (regions == code).sum() >= FEWEST
        mean = weighted_means(weights * (regions == code), said) if heard else everybody
        needs[silent] = mean
        for member in np.flatnonzero(silent):
            sources[member] = REGION if heard else ALL
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
