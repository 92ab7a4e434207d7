"""Which sentences a case licenses: what its paper may not say where it holds nothing on it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from capworth.language.language import Language
from capworth.report.annex.contents import answered, sheets
from capworth.report.content import Voice, say
from capworth.report.decision import decision_page
from capworth.report.edition import Content
from capworth.report.pages import said_sheet
from capworth.report.summary import summary_page
from capworth.study.stages import Study

BROKEN = re.compile(r"\bnan\b|\bNone\b|\binf\b|[{}]")
ABSENT = re.compile(r"(?i)\bcase (names|registers|holds|has) no\b(?! survey)")  # it says so
TOLD = re.compile(  # questions, and what says that there is nothing
    r"\?$|^(There (is|are) (no|not)|Fewer than two|No [\w ]+ (is|are) (registered|asked|counted))|"
    r"^(No improvement averts|No outcome has|The case holds no|not asked: |not met: )"
)
MANY = "improvements|capabilities|services|projects|members|donors|sets|simulations|inputs|gaps"
MANY += "|sources|packages|promises|steps"
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


def annex_of(study: Study) -> Mapping[str, list[str]]:
    """Every sentence and cell of the annex by its sheet, in English."""
    voice = Voice(Language.of(study.case, "en"), study)
    said = {sheet.name: said_sheet(sheet, voice) for sheet in sheets(study)}
    return {name: [t for t in texts(sheet) if t.strip()] for name, sheet in said.items()}


def unlicensed_in_annex(study: Study) -> list[str]:
    """Say what the annex says of what the case does not hold, sheet by sheet, each with why.

    What asks, and what says that nothing is held on it, is no such sentence.
    """
    units = {criterion.unit for criterion in study.case.criteria}
    found = denied(study)
    for name, said in annex_of(study).items():
        told = [text for text in said if text not in units and not TOLD.search(text)]
        found += [f"{name}: {why}" for why in unlicensed(study, told, name)]
    return found


LEFT = re.compile(r"“\s*”|«\s*»|\(\s*\)|\*\*\s*\*\*|[{}]|\bnan\b|\bNone\b")  # an empty slot
ENGLISH = re.compile(
    r"(?i)(?<![\w-])(the|and|is|are|of(?! [A-Z])|with|from|which|nothing|not)(?![\w-])"
)
CITED = re.compile(
    r"\([^)]*\b(19|20)\d\d\b[^)]*\)|\w+ and [\w ]+ (19|20)\d\d"
)  # a work, by its own title


def untranslated(study: Study) -> list[str]:
    """Say what stands in English, or lacks a word, where pages and annex speak another language.

    What the case itself names stands in its own words.
    """
    content = Content.of(study)
    case = study.case
    names = {*case.names().values(), *(c.unit for c in case.criteria)} - {""}
    own = re.compile("|".join(sorted(map(re.escape, names), key=len, reverse=True)))
    found = []
    for code in ("fr", "es", "ar"):
        edition = content.said(code)
        for text in texts((edition.pages, edition.sections, edition.foot)):
            rest = CITED.sub("", own.sub("", text))
            if LEFT.search(text) or ENGLISH.search(rest):
                found.append(f"{code}: {text!r}")
    return found


HOLDS = {  # on what a question rests: where it is there, the case holds something on it
    "remarks": ("feedback",),
    "greatest": ("claim",),
    "frontline": ("chain",),
    "technology": ("improvements",),
    "sharing": ("network",),
    "programme": ("improvements",),
    "futures": ("scenarios",),
    "raising": ("improvements", "funding"),
    "urged": ("members",),
}


def _from_budget(study: Study) -> list[float]:
    """What each payer of the budget pays for the programme, if there is one."""
    if "programme" not in study:
        return []
    paid = study.programme.payers_m
    return [paid.get(payer, 0.0) for payer in study.case.settings.budget_payers]


def denied(study: Study) -> list[str]:
    """Say of which questions it is said that the case holds nothing on them, though it does."""
    nothing = say("leaf.not_asked", why=say("leaf.why_absent"))
    return [
        f"the case holds {table}: {answer.key}"
        for answer in answered(study)
        for table in HOLDS.get(answer.key, ())
        if answer.why == nothing and getattr(study.case, table)
    ] + [
        f"the case does not lack it: {answer.key}"
        for answer in answered(study)
        for why, held in (
            ("unpriced", study.case.chain and study.case.unit_values),
            ("unlinked", study.case.network),
            ("budget", study.case.settings.budget),
            ("unpaid", any(paid > 0 for paid in _from_budget(study))),
            ("alone", len(study.case.improvements) > 1),
        )
        if held and answer.why == say("leaf.not_asked", why=say(f"leaf.why_{why}"))
    ]


def unlicensed(study: Study, said: list[str], sheet: str = "") -> list[str]:
    """Say which sentences the case does not license, each with why."""
    case = study.case
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
    refuse(r"\bmembers?\b", "no members", unless=case.has_members)
    refuse(r"(?i)regular budget", "of another case")
    refuse(r"(?i)agreed levels?\b", "no level is agreed", unless=case.levels_agreed)
    refuse(
        r"(?i)to raise|fundrais|pledge|\bdonors?\b",
        "nobody raises funds",
        unless=case.raises_funds or any(line.payer == "donors" for line in case.costs),
    )
    one = len(case.capabilities) == 1
    chosen = "programme" in study and bool(study.programme.chosen)
    refuse(r"\b0 of [01]\b|bring 0%", "nothing of nothing")
    refuse(r"(?i)\brecommended (set|one|programme)", "nothing is recommended", unless=chosen)
    survey = r"(?i)(?<!holds no )\bsurvey|need gap|satisf(action|ied)"
    refuse(survey, "no survey", unless=bool(case.feedback))
    refuse(r"(?i)\bhub\b|links one by one", "no network", unless=bool(case.network))
    chained = bool(case.chain)
    refuse(r"(?i)harm-days? a year|attributed|verification", "no chain", unless=chained)
    priced = bool(case.unit_values or case.savings)
    refuse(r"return more money|unit value|harm index", "no prices", unless=priced)
    refuse(
        r"value for money|most score|exceed their satisfaction most|both lists|ther services|"
        r"averts most|largest (need|gap)|change place",
        "one alone",
        unless=not one,
    )
    alone = len(case.improvements) == 1
    of_services = sheet in ("capabilities", "claim")
    first = r"of 1:" if of_services else r"first for its cost|comes first|of 1:|the others"
    refuse(first, "one alone", unless=not alone)
    refuse(r"(?i)\bclaim\b", "no claim", unless=case.claim is not None)
    refuse(r"(?i)\bbudget of\b", "no budget", unless=case.settings.budget is not None)
    refuse(r"(?i)improvement|project", "no improvements", unless=bool(case.improvements))
    refuse(r"(?i)net [−€£]", "no values", unless=bool(case.unit_values or case.savings))
    refuse(r"(?i)\beuro", "another currency", unless=case.settings.currency == "EUR")
    return found
