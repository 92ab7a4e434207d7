"""What is advised, with the ranges that every document prints: the set, its money, its rivals.

Gathered from the answers of a study; nothing is computed here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite

from capworth.funding.options import OWN
from capworth.language.numbers import Amount
from capworth.methods.portfolio.good_sets import CHOICE, LISTED, REVIEW, START
from capworth.model.costs import PAYERS
from capworth.model.figures import Figure
from capworth.programme.selection import RECOMMENDED
from capworth.report.content import NAMED, Phrase, names, say
from capworth.report.rows import Row, row_of, rows_of
from capworth.study.figures import harm_break_even
from capworth.study.stages import Study


@dataclass(frozen=True, slots=True)
class Exchange:
    """What of the recommended set could be left for something else, and what that would be."""

    out: tuple[str, ...]
    options: tuple[Row, ...]  # rows of the choices: place, into, p_better, loss, late
    even: bool  # likely enough to be a choice; else the recommended side is preferred


@dataclass(frozen=True, slots=True)
class Advice:
    """A set of improvements; money in millions of the case's currency, 80 % intervals."""

    chosen: tuple[str, ...]  # best expected place first
    cost: Amount  # whole-life cost, all payers
    payers: Mapping[str, Amount]  # the same by payer
    running: Mapping[str, Amount]  # what a payer pays again each year once all run
    own: Amount  # whole-life cost of members and the organisation together
    gain: Amount  # per cent of the distance to the agreed levels that is closed
    money: Amount | None  # None where no chain is valued in money
    saved: Amount | None  # None where nothing of today's costs is saved and nothing comes in
    net: Amount | None  # both less the whole-life cost of the set
    harm: Amount | None
    started: tuple[str, ...]  # those in every good set
    exchanges: tuple[Exchange, ...]  # likely enough to be named, likeliest first

    @property
    def count(self) -> int:
        """How many improvements are recommended."""
        return len(self.chosen)


def advice(study: Study) -> Advice | None:
    """Gather the recommendation; None where the case has no budget."""
    if "programme" not in study or "priorities" not in study:
        return None
    programme, priorities = study.programme, study.priorities
    table = programme.to_frame().loc[list(priorities.order)]
    chosen = tuple(table.index[table["chosen"]])
    row = row_of(study.options.to_frame(), RECOMMENDED)
    scales = {value.scale for value in study.case.unit_values}
    saves = bool(study.case.savings or study.case.receipts)
    known = isfinite(Amount(*programme.net_m).middle)
    priced = "money" in scales and known
    return Advice(
        chosen=chosen,
        cost=Amount(*programme.cost_m),
        payers={payer: Amount.of(row, f"{payer}_m") for payer in PAYERS},
        running={payer: Amount.of(row, f"running_{payer}_m") for payer in OWN},
        own=Amount.of(row, "own_m"),
        gain=Amount(*programme.gain),
        money=Amount(*programme.money_m) if priced else None,
        saved=Amount(*programme.saved_m) if saves else None,
        net=Amount(*programme.net_m) if priced or (saves and known) else None,
        harm=Amount(*programme.harm_days) if "harm" in scales else None,
        started=tuple(i for i in chosen if i in programme.with_role(START, REVIEW)),
        exchanges=exchanges(study),
    )


def exchanges(study: Study) -> tuple[Exchange, ...]:
    """Exchanges that are likely enough to be named; those that let go of the same together."""
    table = study.programme.choices()
    found: dict[str, list[Row]] = {}
    for place, row in rows_of(table[table["p_better"] >= LISTED]):
        found.setdefault(str(row["out"]), []).append({"place": place, **row})
    return tuple(
        Exchange(tuple(out.split()), tuple(rows), float(rows[0]["p_better"]) >= CHOICE)
        for out, rows in found.items()
    )


def priced_members(study: Study, keys: Iterable[str]) -> list[bool]:
    """Whether all that each improvement changes has a price."""
    priced = dict(zip(study.case.improvement_ids, study.sample.model.priced, strict=True))
    return [bool(priced[key]) for key in keys]


def break_even(study: Study) -> Figure:
    """Price of one harm-day at which the programme is worth its whole-life cost on harm alone."""
    return harm_break_even(study.programme, study.sample.model.annuity)


def changes(added: Iterable[str], dropped: Iterable[str], most: int = NAMED) -> Phrase:
    """Say what a set takes in and what it lets go; no more names of each than so many."""
    came, went = tuple(added), tuple(dropped)
    if not went:
        return say("next.takes", names=names(came, most))
    if not came:
        return say("change.lets_go", names=names(went, most))
    return say("next.takes_and_drops", added=names(came, most), dropped=names(went, most))
