"""What is advised, with the ranges that every document prints: the set, its money, its rivals.

Gathered from the answers of a study; of the draws only sums over the members of a set are taken.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.good_sets import CHOICE, LISTED, REVIEW, START
from capworth.model.costs import PAYERS
from capworth.model.result import Interval
from capworth.programme.choice import Choice
from capworth.report.blocks import Row, rows_of
from capworth.study.stages import Study


@dataclass(frozen=True, slots=True)
class Exchange:
    """What of the recommended set could be left for something else, and what that would be."""

    out: tuple[str, ...]
    options: tuple[Row, ...]  # rows of the choices: into, p_better, loss, late
    even: bool  # likely enough to be a choice; else the recommended side is preferred


@dataclass(frozen=True, slots=True)
class Advice:
    """A set of improvements; money in millions of the case's currency, 80 % intervals."""

    chosen: tuple[str, ...]  # best expected place first
    asked: Amount  # one-off money to be raised, expected
    cost: Amount  # whole-life cost, all payers
    payers: Mapping[str, Amount]  # the same by payer
    own: Amount  # the same of members and the organisation together
    gain: Amount  # per cent of the distance to the agreed levels that is closed
    money: Amount | None  # None where no chain is valued in money
    net: Amount | None  # the same less the whole-life cost of the set
    harm: Amount | None
    started: tuple[str, ...]  # those in every good set
    exchanges: tuple[Exchange, ...]  # likely enough to be named, likeliest first

    @property
    def count(self) -> int:
        """How many improvements are recommended."""
        return len(self.chosen)


def advice(study: Study) -> Advice | None:
    """Gather the recommendation; None where the case has no budget or no value tree."""
    if "programme" not in study or "priorities" not in study or not study.case.measured:
        return None
    programme, priorities = study.programme, study.priorities
    table = programme.to_frame().loc[list(priorities.order)]
    chosen = tuple(table.index[table["chosen"]])
    taken = taken_of(study, chosen)
    payers, own = payers_of(study, taken)
    scales = {value.scale for value in study.case.unit_values}
    priced = "money" in scales
    return Advice(
        chosen=chosen,
        asked=amount_of(study.sample.drawn.asked @ taken / MILLION),
        cost=Amount(*programme.cost_m),
        payers=payers,
        own=own,
        gain=Amount(*programme.gain),
        money=Amount(*programme.money_m) if priced else None,
        net=Amount(*programme.net_m) if priced else None,
        harm=Amount(*programme.harm_days) if "harm" in scales else None,
        started=tuple(i for i in chosen if i in programme.with_role(START, REVIEW)),
        exchanges=exchanges(study),
    )


def taken_of(study: Study, chosen: Iterable[str]) -> Floats:
    """(improvements,) 1 for each of a set."""
    inside = set(chosen)
    return np.array([float(i in inside) for i in study.case.improvement_ids])


def payers_of(study: Study, taken: Floats) -> tuple[Mapping[str, Amount], Amount]:
    """Whole-life cost of a set by payer, and that of members and the organisation together.

    The proposed set as its members start, others as their members are stated to.
    """
    inside, delays = taken > 0, np.zeros(len(taken), dtype=np.int64)
    if "programme" in study:
        table = study.programme.to_frame()
        if (table["chosen"].to_numpy(dtype=bool) == inside).all():
            delays = table["delay"].to_numpy(dtype=np.int64)
    drawn = Choice.of(study.sample).payers(inside, delays) / MILLION
    own = [PAYERS.index("organisation"), PAYERS.index("members")]
    by_payer = {payer: amount_of(drawn[:, k]) for k, payer in enumerate(PAYERS)}
    return by_payer, amount_of(drawn[:, own].sum(axis=1))


def exchanges(study: Study) -> tuple[Exchange, ...]:
    """Exchanges that are likely enough to be named; those that let go of the same together."""
    table = study.programme.choices()
    found: dict[str, list[Row]] = {}
    for _, row in rows_of(table[table["p_better"] >= LISTED]):
        found.setdefault(str(row["out"]), []).append(row)
    return tuple(
        Exchange(tuple(out.split()), tuple(rows), float(rows[0]["p_better"]) >= CHOICE)
        for out, rows in found.items()
    )


def amount_of(values: Floats) -> Amount:
    """Mean and 80 % interval over the draws."""
    return Amount(*Interval.of(values))


def usable_m(study: Study, chosen: Iterable[str]) -> tuple[float, float]:
    """Millions pledged as stated: what a set may use, and what is for other projects only."""
    inside, usable, other = set(chosen), 0.0, 0.0
    for _, row in rows_of(study.funding.pledges()):
        earmark = set(str(row["earmark"]).split())
        if not earmark or earmark & inside:
            usable += float(row["amount_m"])
        else:
            other += float(row["amount_m"])
    return usable, other


def money_cell(millions: float, language: Language) -> str:
    """Write millions without their unit, to a tenth; whole ones from a hundred on."""
    return language.number(millions, 1 if abs(millions) < 100 else 0)


def priced_members(study: Study, keys: Iterable[str]) -> list[bool]:
    """Whether all that each improvement changes has a price."""
    priced = dict(zip(study.case.improvement_ids, study.sample.model.priced, strict=True))
    return [bool(priced[key]) for key in keys]


def break_even(study: Study) -> float:
    """Price of one harm-day at which the programme is worth its whole-life cost on harm alone.

    A ratio of means: cost over discounted days.
    """
    cost, days = Amount(*study.programme.cost_m), Amount(*study.programme.harm_days)
    counted = days.middle * study.sample.model.annuity
    return cost.middle * MILLION / counted if counted > 0 else float("nan")


def changes_text(added: list[str], dropped: list[str], language: Language) -> str:
    """Say what a set takes in and what it lets go."""
    came, went = (language.listed(map(language.brief, keys)) for keys in (added, dropped))
    if not dropped:
        return language.say("next.takes", names=came)
    if not added:
        return language.say("change.lets_go", names=went)
    return language.say("next.takes_and_drops", added=came, dropped=went)
