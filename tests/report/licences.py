"""Which sentences a case licenses: what its paper may not say where it holds nothing on it."""

import re
from collections.abc import Iterator
from typing import Any

from capworth.language.language import Language
from capworth.report.decision import decision_page
from capworth.report.summary import summary_page
from capworth.study.stages import Study

BROKEN = re.compile(r"\bnan\b|\bNone\b|\binf\b|[{}]")
ABSENT = re.compile(
    r"the case (names|registers|holds|has) no (?!survey)|no survey of"
)  # says that it holds none
MANY = "improvements|capabilities|services|projects|members|donors|sets|simulations|inputs|gaps"
SINGULAR = re.compile(rf"(?<![\d.,–-])\b1 (?:other )?({MANY})\b(?! or more)")
NO_MONEY = re.compile(r"[€£$]\s?0(?:\.0+)? million")
FOREIGN = re.compile(r"INTERPOL|resolution\b|transnational|national bureau|Secretary General", re.I)


def texts(node: Any) -> Iterator[str]:
    """Every text of a page, in order."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for key, part in node.items():
            if key not in ("fill", "kind", "size", "name", "svg", "image"):
                yield from texts(part)
    elif isinstance(node, list | tuple):
        for part in node:
            yield from texts(part)


def pages_of(study: Study) -> list[str]:
    """Every sentence and cell of the two pages of decision, in English."""
    english = Language.of(study.case, "en")
    parts = (decision_page(study, english), summary_page(study, english))
    return [text for part in parts for text in texts(part) if text.strip()]


def unlicensed(study: Study) -> list[str]:
    """Say which sentences the case does not license, each with why."""
    case = study.case
    said = pages_of(study)
    found: list[str] = []

    def refuse(pattern: str | re.Pattern[str], why: str, *, unless: bool = False) -> None:
        if unless:
            return
        hits = ((re.search(pattern, text), text) for text in said)
        found.extend(f"{why}: {hit.group()!r} in {text!r}" for hit, text in hits if hit)

    paid = {c.payer for c in case.costs if c.amount.high > 0}
    members = bool(case.members or case.feedback or "members" in paid)
    donors = bool(case.funding or case.settings.target or "donors" in paid)
    said = [text for text in said if not ABSENT.search(text)]
    refuse(BROKEN, "broken")
    refuse(SINGULAR, "plural of one")
    refuse(FOREIGN, "of another case")
    refuse(r"(?i)\bmember", "no members", unless=members)
    refuse(r"(?i)\bdonor|fundrais|pledge", "no donors", unless=donors)
    refuse(r"(?i)\bclaim\b", "no claim", unless=case.claim is not None)
    refuse(r"(?i)\bbudget\b", "no budget", unless=case.settings.budget is not None)
    refuse(r"(?i)agreed level", "no agreed levels", unless=case.levels_agreed)
    refuse(r"(?i)improvement|project", "no improvements", unless=bool(case.improvements))
    refuse(r"0(\.0)?% of the distance", "nothing closed of nothing", unless=case.levels_agreed)
    refuse(
        r"(?i)excellen|best value|most value|first for",
        "one service",
        unless=len(case.capabilities) > 1,
    )
    refuse(NO_MONEY, "nothing to raise", unless=bool(case.settings.budget == 1.0))
    refuse(r"(?i)net [−€£]", "no values", unless=bool(case.unit_values or case.savings))
    refuse(r"(?i)\beuro", "another currency", unless=case.settings.currency == "EUR")
    return found
