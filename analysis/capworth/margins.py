"""How far one answer is from turning, in any world: the sign of it says which answer holds."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import numpy as np

from capworth.bestsets import Choice
from capworth.case.model import Case
from capworth.errors import InputError, nearest
from capworth.estimates import AtModes
from capworth.methods.arguments import Floats
from capworth.methods.portfolio.draws import best_in_neighbours
from capworth.methods.portfolio.frontier import best_over_draws
from capworth.optionsets import around_expected, asking_nothing, option_sets
from capworth.sampling import Sample, draw_sample, gain_per_million, value_per_million
from capworth.worlds import Model, Worlds

PROGRAMME = "programme"
NET, PLACE = "net value", "place"
QUESTIONS = (NET, PLACE)
DRAWS = 2_000  # worlds behind the expected programme, where no sample is given


@dataclass(frozen=True, slots=True)
class Margin:
    """One answer at the modes, and how far other worlds are from another answer."""

    question: str
    answer: str  # in words
    of: Callable[[Worlds], Floats]  # (worlds,): above 0 while the answer is the one at the modes


def margin_of(
    case: Case, model: Model, subject: str, question: str = "", sample: Sample | None = None
) -> Margin:
    """Margin of the net value or the place of a capability or improvement, or of the programme.

    See `switches.switching_values` for the parameters.

    Raises
    ------
    InputError
        When the subject or the question is not known, or cannot be asked of it.
    """
    asked = _question(case, model, subject, question)
    if asked == PROGRAMME:
        return _programme(sample or draw_sample(case, DRAWS))
    return _standing(case, model, subject, asked)


def _question(case: Case, model: Model, subject: str, question: str) -> str:
    """Which question is meant; refuse one that cannot be asked."""
    if subject == PROGRAMME:
        if not case.improvements or case.settings.budget is None:
            raise InputError("subject: the case has no improvements or no budget to choose for.")
        return PROGRAMME
    ids = (*case.capability_ids, *case.improvement_ids)
    if subject not in ids:
        raise InputError(
            f"subject: {subject!r} is not known. {nearest(subject, (*ids, PROGRAMME))}"
        )
    if question not in ("", *QUESTIONS):
        raise InputError(f"question: {question!r} is not known. {nearest(question, QUESTIONS)}")
    capability = subject in case.capability_ids
    if capability:
        has_money = bool(model.known["money"][case.capability_ids.index(subject)])
    else:
        known = set(np.array(case.capability_ids)[model.known["money"]])
        mine = [e for e in case.effects if e.improvement == subject and e.step]
        has_money = any(e.capability in known for e in mine)
    if question == NET and not has_money:
        raise InputError(f"question: no benefit of {subject} is known in money. Ask for its place.")
    asked = question or (NET if capability and has_money else PLACE)
    if asked == PLACE and not case.measured:
        raise InputError("question: the case has no value tree, so nothing has a place.")
    return asked


def _standing(case: Case, model: Model, subject: str, question: str) -> Margin:
    """Margin and words for the net value or the place of one capability or improvement."""
    capability = subject in case.capability_ids
    ids = case.capability_ids if capability else case.improvement_ids
    k = ids.index(subject)

    def net(worlds: Worlds) -> Floats:
        gains = worlds.money if capability else worlds.gains.money
        costs = worlds.cost if capability else worlds.improvement_cost
        return gains[:, k] - costs[:, k]

    def rates(worlds: Worlds) -> Floats:
        if capability:
            return value_per_million(worlds, model.annuity)
        return gain_per_million(worlds)

    today = model.answer(AtModes())
    if question == NET:
        worth = float(net(today)[0])
        sign = 1.0 if worth > 0 else -1.0
        currency = case.settings.currency
        words = f"net value {worth / 1e6:,.3g} million {currency}"
        return Margin(question, words, lambda worlds: sign * net(worlds))
    now = rates(today)[0]
    ahead, behind = now > now[k], now < now[k]

    def margin(worlds: Worlds) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):  # what costs nothing leads
            every = rates(worlds)
        lead = every[:, k, None] - every[:, behind]
        lack = every[:, ahead] - every[:, k, None]
        closest: Floats = np.hstack([lead, lack]).min(axis=1, initial=inf)
        return closest

    return Margin(question, f"place {int(ahead.sum()) + 1} of {len(ids)}", margin)


def _programme(sample: Sample) -> Margin:
    """Margin and words for the best set within the budget, around expected costs and gains.

    The margin is the lead of the set over the best of the other affordable sets, in points, and
    below 0 when the set itself is not affordable.
    """
    case, today = sample.case, sample.modes
    choice = Choice.of(sample)
    sets = option_sets(choice)
    if sets is None:
        raise InputError("subject: there are too many allowed sets to look at. Tie more of them.")
    budget, measure = case.settings.budget or 0.0, case.settings.objective
    now: Floats = getattr(today.gains, measure)
    asked = asking_nothing(choice, choice.asked[None])
    chosen = int(
        best_over_draws(asked, around_expected(choice, choice.gain[None]), sets, budget)[0]
    )
    if chosen < 0:
        raise InputError("subject: the budget does not pay for what must be done. Raise it.")
    mine = sets[chosen].astype(float)
    others = np.delete(sets, chosen, axis=0)

    def margin(worlds: Worlds) -> Floats:
        asks = today.asked > 0  # what asks for nothing has nothing that could be dearer
        dearer = np.divide(worlds.asked, today.asked, np.ones_like(worlds.asked), where=asks)
        ask = asking_nothing(choice, choice.asked * dearer)
        gains: Floats = getattr(worlds.gains, measure)
        add = around_expected(choice, choice.gain + gains - now)
        rows, first, where = np.unique(
            np.hstack([ask, add]), axis=0, return_index=True, return_inverse=True
        )
        order = first.argsort(kind="stable")  # worlds in which one input moves stay neighbours
        ask, add = np.hsplit(rows[order], 2)
        where = order.argsort(kind="stable")[where]
        lead = np.full(len(add), inf)  # nobody can take the place of the only set
        if len(others):
            best = best_in_neighbours(ask, add, others, budget)
            other = np.einsum("wp,wp->w", add, np.where((best >= 0)[:, None], others[best], False))
            lead = np.where(best >= 0, np.einsum("wp,p->w", add, mine) - other, inf)
        over = np.einsum("wp,p->w", ask, mine) - budget
        found: Floats = np.where(over > 0, -over, np.minimum(lead, 1e9))[where]
        return found

    names = [i for i, taken in zip(case.improvement_ids, sets[chosen], strict=False) if taken]
    return Margin(PROGRAMME, f"best set {' '.join(names) or 'empty'}", margin)
