"""How much of the answer rests on which grade of evidence, as bars with their numbers."""

from typing import Any

from capworth.case.model import GRADES
from capworth.report.wording import Wording
from capworth.study import Study

JUDGED = ("D", "E")
Shares = dict[str, float]  # grade to share


def evidence_strip(study: Study, words: Wording) -> dict[str, Any]:
    """One bar for cost, score, money and swings each; one for the inputs where nothing is known."""
    bars = _bars(study)
    first = next(iter(bars))
    weak = words.percent(sum(bars[first].get(grade, 0.0) for grade in JUDGED))
    head = words.say("evidence.head_inputs" if first == "inputs" else "evidence.head", share=weak)
    return {
        "head": head,
        "rows": [
            {
                "label": words.say(f"evidence.{key}"),
                "shares": [
                    {"grade": grade, "share": share, "text": words.percent(share)}
                    for grade, share in shares.items()
                    if share > 0
                ],
            }
            for key, shares in bars.items()
        ],
        "legend": [{"grade": grade, "text": words.word("grade", grade)} for grade in GRADES],
        "alt": words.say("evidence.alt", list="; ".join(_spoken(bars, words))),
    }


def _bars(study: Study) -> dict[str, Shares]:
    found: dict[str, Shares] = {}
    if study.sensitivity is not None:
        table = study.sensitivity.evidence()
        for key in ("cost", "score", "money", "swing"):
            shares = {str(grade): float(share) for grade, share in table[key].items()}
            if sum(shares.values()) > 0:
                found[key] = shares
    if "cost" in found:
        return found
    grades = [estimate.grade for estimate in study.case.estimates().values()]
    return {"inputs": {grade: grades.count(grade) / max(len(grades), 1) for grade in GRADES}}


def _spoken(bars: dict[str, Shares], words: Wording) -> list[str]:
    """Say each bar in words, for those who cannot see it."""
    return [
        words.say(
            "evidence.alt_row",
            label=words.say(f"evidence.{key}"),
            shares=words.listed(
                words.say("evidence.share", grade=grade, percent=words.percent(share))
                for grade, share in shares.items()
                if share > 0
            ),
        )
        for key, shares in bars.items()
    ]
