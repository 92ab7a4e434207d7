"""Which sentences a case licenses: what its paper may not say where it holds nothing on it."""

import re
from collections.abc import Iterator
from typing import Any

from capworth.language.language import Language
from capworth.report.decision import decision_page
from capworth.report.summary import summary_page
from capworth.study.stages import Study

BROKEN = re.compile(r"\bnan\b|\bNone\b|\binf\b|[{}]")
ABSENT = re.compile(r"(?i)\bcase (names|registers|holds|has) no\b(?! survey)")  # it says so
MANY = "improvements|capabilities|services|projects|members|donors|sets|simulations|inputs|gaps"
SINGULAR = re.compile(rf"(?<![\d.,–-])\b1 (?:other )?({MANY})\b(?! or more)")
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

    said = [text for text in said if not ABSENT.search(text)]
    refuse(BROKEN, "broken")
    refuse(SINGULAR, "plural of one")
    refuse(FOREIGN, "of another case")
    refuse(r"(?i)not asked|members. needs", "no members", unless=case.has_members)
    refuse(r"\bbear 0%|(?<![\d.,])0 have a value|[€£]0 million", "a nought that says nothing")
    refuse(r"(?<![−\d.,])0\.0(?![\d])", "rounded to nothing")
    refuse(r"(?i)\bmembers\b", "no members", unless=case.has_members)
    refuse(r"(?i)regular budget", "of another case")
    refuse(r"(?i)agreed levels?\b", "no level is agreed", unless=case.levels_agreed)
    refuse(
        r"(?i)to raise|fundrais|pledge|\bdonors?\b",
        "nobody raises funds",
        unless=case.raises_funds or any(line.payer == "donors" for line in case.costs),
    )
    one = len(case.capabilities) == 1
    refuse(
        r"value for money|most score|exceed their satisfaction most|both lists",
        "one alone",
        unless=not one,
    )
    alone = len(case.improvements) == 1
    refuse(r"first for its cost|comes first|of 1:|the others", "one alone", unless=not alone)
    refuse(r"(?i)\bclaim\b", "no claim", unless=case.claim is not None)
    refuse(r"(?i)\bbudget of\b", "no budget", unless=case.settings.budget is not None)
    refuse(r"(?i)improvement|project", "no improvements", unless=bool(case.improvements))
    refuse(r"(?i)net [−€£]", "no values", unless=bool(case.unit_values or case.savings))
    refuse(r"(?i)\beuro", "another currency", unless=case.settings.currency == "EUR")
    return found
