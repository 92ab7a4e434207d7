"""Page 1: the decision paper, on one side."""

from typing import Any

from capworth.report.advice import advice
from capworth.report.evidence import evidence_strip
from capworth.report.headline import headline
from capworth.report.rows import rows_of
from capworth.report.turning import changes_text, what_would_change
from capworth.report.wording import Wording
from capworth.study import Study


def decision_page(study: Study, words: Wording) -> dict[str, Any]:
    """Everything on page 1 except the curve."""
    found = advice(study)
    settings = study.case.settings
    when = words.say(
        "decision.when",
        date=words.day(settings.appraisal_date),
        years=settings.years,
        first_year=settings.first_year,
        price_year=settings.price_year,
    )
    return {
        **headline(study, found, words),
        "asked_head": words.say("decision.asked_head"),
        "when": when,
        "recommendation_head": words.say("decision.recommendation_head"),
        "next": next_euro(study, words),
        "change": what_would_change(study, found, words),
        "evidence": evidence_strip(study, words),
        "unpriced": _unpriced(study, words),
        "note": first_sentence(case_note(study, words)),
    }


def case_note(study: Study, words: Wording) -> str:
    """What a reader must know of the case before any figure."""
    return words.typeset(study.case.settings.said("note", words.texts.language))


def first_sentence(text: str) -> str:
    """Keep the text up to its first full stop that ends a sentence."""
    head, stop, _ = text.partition(". ")
    return head + stop.strip()


def next_euro(study: Study, words: Wording) -> dict[str, Any]:
    """Three lines: what one, five and ten million more would buy."""
    head = words.say("next.head")
    if study.funding is None or not study.case.measured:
        return {"head": head, "rows": [], "text": words.say("next.not_asked")}
    rows = []
    for extra, row in rows_of(study.funding.next_euro()):
        added, dropped = str(row["added"]).split(), str(row["dropped"]).split()
        text = words.say("next.nothing")
        if float(row["gain"]) > 0 and added:
            changes = changes_text(added, dropped, words)
            text = words.say("next.adds", gain=words.number(float(row["gain"])), changes=changes)
        size = float(extra)
        rows.append(
            {"head": words.say("next.step", money=words.millions_exactly(size)), "text": text}
        )
    return {"head": head, "rows": rows, "text": ""}


def _unpriced(study: Study, words: Wording) -> dict[str, str]:
    money = study.appraisal.to_frame()["money_m"]
    without = int(money.isna().sum())
    chains = (
        words.say("unpriced.chains", count=without, all=len(money))
        if without
        else words.say("unpriced.none")
    )
    return {
        "head": words.say("unpriced.head"),
        "text": f"{chains} {words.say('unpriced.always')}",
    }
