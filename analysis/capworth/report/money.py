"""Money in words: what is asked for and of whom, what the budget pays, who pays what.

Where nobody raises funds money is to be spent and not raised; a payer that pays nothing is not
named.
"""

from collections.abc import Iterable

from capworth.model.costs import PAYERS
from capworth.programme.selection import START as OPTION_START
from capworth.programme.selection import Programme
from capworth.report.bars import GREY, HATCHED, SOLID
from capworth.report.content import Phrase, Ref, Slot, Text, Unit, Word, ref, say
from capworth.report.rows import row_of
from capworth.study.stages import Study

MILLIONS = Unit()  # of money


def sure_of(programme: Programme) -> Phrase:
    """How surely the budget is to hold: at so many per cent, or on average."""
    if programme.confidence:
        confidence = ref("confidence.programme", programme.confidence, "percent")
        return say("sure.at", percent=confidence)
    return say("sure.mean")


def budget_of(programme: Programme) -> Ref:
    """The budget, as it was set."""
    return ref("budget.programme", programme.budget_m, "money")


def asks_of(programme: Programme) -> str:
    """Whether the budget pays: "" where it does; else others pay, or no one-off money is asked."""
    if programme.needed_m > 0:
        return ""
    return "_unpaid" if any(amount > 0 for amount in programme.payers_m.values()) else "_free"


def to_raise(study: Study, key: str, own: str, **parts: Slot) -> Phrase:
    """Say that money is to be raised; that it is to be spent, where it is asked of nobody else."""
    return say(key if study.case.raises_funds else own, **parts)


def asked_in(study: Study, key: str) -> Phrase:
    """Head of a column of money that is asked for."""
    return to_raise(study, key, f"{key}_spend", unit=MILLIONS)


def one_off(programme: Programme, inside: Iterable[str] = (), how: str = "tenth") -> list[Text]:
    """What each payer pays once, of some payers only."""
    return [
        say(
            "decision.money.payer",
            payer=Word("payer", payer),
            money=ref(f"asked_by_{payer}.programme", amount, how),
        )
        for payer, amount in programme.payers_m.items()
        if amount > 0 and payer in inside
    ]


def needed_of(programme: Programme) -> Ref:
    """The money that the proposed set needs at the confidence."""
    return ref("needed.programme", programme.needed_m, "money_at")


def needed_to_start(programme: Programme) -> Ref:
    """The money that what is started in any case needs at the confidence."""
    row = row_of(programme.options(), OPTION_START)
    return ref("needed.option.start", float(row["at_confidence_m"]), "money_at")


def total_cost(study: Study, how: str) -> Ref:
    """What all capabilities cost."""
    return ref("cost.all_capabilities", study.appraisal.total_cost, how)


def paying(study: Study) -> list[str]:
    """Who pays for capabilities; none where it is one alone, whose parts are the whole."""
    paid = study.appraisal.cost_by_payer()
    paying = [payer for payer in PAYERS if float(paid[payer].sum()) > 0]
    return paying if len(paying) > 1 else []


def parts_by_payer(study: Study, key: object) -> tuple[float, ...]:
    """Parts of the bar of a capability, by payer."""
    paid = row_of(study.appraisal.cost_by_payer(), key)
    return tuple(float(paid[payer]) for payer in paying(study))


def payer_key(study: Study) -> tuple[tuple[str, Text], ...]:
    """Fills of a bar by payer."""
    fills = (SOLID, HATCHED, GREY)
    return tuple((f, Word("payer", payer)) for f, payer in zip(fills, paying(study), strict=False))
