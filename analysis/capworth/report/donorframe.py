"""What every page for a donor is made from, and what stands around it."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from capworth.case.model import Case
from capworth.donors import DonorMenu
from capworth.report.wording import MARK, Wording

TEMPLATE = "donor.typ"


@dataclass(frozen=True, slots=True)
class Offer:
    """The donor menu of one run, with the case that it was made from."""

    case: Case
    menu: DonorMenu
    budget_m: float
    draws: int  # in which the best set was sought
    regions: pd.DataFrame | None = None  # need gap by region and capability, where members gave it


def frame(offer: Offer, words: Wording) -> dict[str, Any]:
    """What stands around every page."""
    settings, known = offer.case.settings, offer.menu.provenance
    language = words.texts.language
    day = settings.appraisal_date
    footnote = words.say("frame.rounding")
    if any(i.illustrative for i in offer.case.improvements):
        footnote = f"{words.say('frame.dagger', mark=MARK)} · {footnote}"
    return {
        "language": language,
        "direction": words.texts.direction,
        "title": words.typeset(settings.said("title", language)),
        "author": _organisation(offer, words),
        "topic": words.say("donor.topic"),
        "date": [day.year, day.month, day.day],
        "page": words.texts.phrases["frame.page"],
        "note": words.typeset(_first_sentence(settings.said("note", language))),
        "vintage": words.say(
            "donor.vintage",
            version=known.version,
            case=known.case,
            fingerprint=known.fingerprint[:12],
            currency=known.currency,
            price_year=known.price_year,
            cutoff=words.day(day, "medium"),
            seed=known.seed,
            draws=words.number(known.draws, 0),
        ),
        "footnote": footnote,
    }


def _organisation(offer: Offer, words: Wording) -> str:
    return words.typeset(offer.case.settings.said("organisation", words.texts.language))


def _first_sentence(note: str) -> str:
    """Return the first sentence of the case's note: what the whole case is."""
    end = note.find(". ")
    return note if end < 0 else note[: end + 1]
