"""The short annex: each page one finding, one picture or one table, its source line.

`LEAVES` is the table of the questions of the resolution: every question has its pages, each with
the chart of the gallery that shows the same numbers in a notebook, or says why it was not asked.
Before them stand the contents, how to read a range and the words; behind them method, evidence and
the checklists, filled from the run. Nothing is computed here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from capworth.case.model import GRADES
from capworth.language.language import Language
from capworth.report.annex import leaves
from capworth.report.annex.method import limits, method_page, provenance_page
from capworth.report.annex.sheet import TYPE, Sheet
from capworth.report.blocks import Block, Bullets, Formula, Section, Table, Text
from capworth.report.content import Voice
from capworth.study.stages import Study

PAPER = ("paper-1", "paper-2")  # names of the pages of the paper, as cross-references know them
WORDS = (  # that are used in one sense only
    *("simulation", "range", "grade", "capability", "added_value", "distance", "extent"),
    *("excellence", "improvement", "good_set", "switching", "harm_day"),
)
NAMES = 66  # short names that the page holds
LETTERS = 38  # of a name beside its short name
READING = ("range", "simulation", "grades", "sure", "opens")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page: the question it answers, the chart of the same numbers, how it is made."""

    question: str
    chart: str  # of the gallery; none where only a table shows it
    content: Callable[[Study], Sheet | None]

    @property
    def name(self) -> str:
        """What cross-references call it."""
        return self.content.__name__

    def page(self, study: Study, language: Language) -> Section | None:
        """Say it in a language; None where the case does not ask."""
        found = self.content(study)
        return None if found is None else found.said(Voice(language, study))


LEAVES: tuple[Leaf, ...] = (
    Leaf("changing", "productivity", leaves.productivity),
    Leaf("remarks", "needs", leaves.needs),
    Leaf("analysis", "payers", leaves.capabilities),
    Leaf("analysis", "allocation", leaves.allocation),
    Leaf("analysis", "net_value", leaves.economics),
    Leaf("greatest", "claim", leaves.claim),
    Leaf("excellence", "efficiency", leaves.excellence),
    Leaf("excellence", "gaps", leaves.gaps),
    Leaf("excellence", "gap_table", leaves.distances),
    Leaf("frontline", "scales", leaves.chain),
    Leaf("technology", "improvement_ranks", leaves.priorities),
    Leaf("technology", "alignment", leaves.alignment),
    Leaf("technology", "architecture", leaves.architecture),
    Leaf("sharing", "hub", leaves.hub),
    Leaf("programme", "good_sets", leaves.sets),
    Leaf("programme", "switching", leaves.switching),
    Leaf("programme", "gantt", leaves.timetable),
    Leaf("programme", "", leaves.promises),
    Leaf("raising", "overrun", leaves.overrun),
    Leaf("raising", "funding", leaves.funding),
    Leaf("raising", "money_map", leaves.money),
    Leaf("raising", "donor_menu", leaves.donors),
    Leaf("urged", "steps", leaves.members),
)


def sheets(study: Study) -> dict[str, Sheet]:
    """Every page that the case asks for, without a language, in the order of the questions."""
    found = ((leaf.name, leaf.content(study)) for leaf in LEAVES)
    return {name: sheet for name, sheet in found if sheet is not None}


def short_annex(
    study: Study, language: Language, content: Mapping[str, Sheet] | None = None
) -> list[Section]:
    """Every section in one language; those that need no sheet of their own may share one.

    Parameters
    ----------
    content : the pages without a language, where they are there already
    """
    voice = Voice(language, study)
    made = sheets(study) if content is None else content
    pages = [replace(sheet.said(voice), name=name) for name, sheet in made.items()]
    return [
        replace(_contents(study, made, language), breaks=True),
        replace(_words(language), breaks=True),
        limits(study, language),
        *(replace(page, breaks=k == 0) for k, page in enumerate(pages)),
        _method(study, language),
        replace(_evidence(study, language), breaks=True, name="evidence"),
        replace(_checklists(study, made, language), breaks=True, name="checklists"),
    ]


# ---------------------------------------------------------------- before the pages


def _contents(study: Study, made: Mapping[str, Sheet], language: Language) -> Section:
    """Each question of the resolution with its pages, or why it was not asked; how to read."""
    by_question: dict[str, list[str]] = {}
    for leaf in LEAVES:
        by_question.setdefault(leaf.question, [])
        if leaf.name in made:
            by_question[leaf.question].append(leaf.name)
    rows = [
        {
            "cells": [
                language.say(f"question.{question}"),
                language.say("leaf.answered")
                if names
                else language.say("leaf.not_asked", why=_why_not(question, study, language)),
            ],
            "targets": names,
        }
        for question, names in by_question.items()
    ]
    answered = sum(bool(names) for names in by_question.values())
    reading = {"draws": language.number(study.provenance.draws, 0)}
    reading |= {"below": language.probability(0.0), "above": language.probability(1.0)}
    note = language.typeset(study.case.settings.in_language("note", language.code))
    heads = [language.say("verb.question"), "", language.say("front.pages")]
    blocks: list[Block] = [
        *([Text(note)] if note else []),
        {"kind": "linked", "heads": heads, "rows": rows},
        Bullets(tuple(("", language.say(f"front.{key}", **reading)) for key in READING)),
        {
            "kind": "names",
            "head": language.say("front.names"),
            "rows": _short_names(study, language),
        },
    ]
    title = language.say("front.title", count=answered, all=len(by_question))
    return Section(language.say("front.topic"), title, blocks, name="contents")


def _short_names(study: Study, language: Language) -> list[list[str]]:
    """Each short name that is no name, in the order of the case; of too many the dearest things."""
    case, money = study.case, study.appraisal.to_frame()["cost_m"].to_dict()
    dearest = sorted(case.capability_ids, key=lambda key: -float(money[key]))
    if "priorities" in study:
        asked = study.priorities.to_frame()["asked_m"].to_dict()
        dear = sorted(case.improvement_ids, key=lambda key: -float(asked[key]))
        dearest = [*dear[: NAMES // 2], *dearest, *dear[NAMES // 2 :]]
    other = {key for key in dearest if language.names.get(key, key) != key}
    kept = [key for key in dearest if key in other]
    kept = kept if len(kept) <= NAMES else kept[: NAMES - 1]
    shown = [key for key in (*case.capability_ids, *case.improvement_ids) if key in {*kept}]
    rows = [[key, language.short(key, LETTERS)] for key in shown]
    more = len(other) - len(rows)
    return [*rows, ["", language.say("and_more", count=more)]] if more else rows


def _why_not(question: str, study: Study, language: Language) -> str:
    if question == "changing":
        return language.say("leaf.why_compare")
    if question == "remarks" and "feedback" in study:
        return language.say("leaf.why_synthetic")
    return language.say("leaf.why_absent")


def _words(language: Language) -> Section:
    """Twelve words, each with the one sense in which it is used."""
    rows = tuple(
        (language.say(f"glossary.{word}.word"), language.say(f"glossary.{word}.text"))
        for word in WORDS
    )
    heads = tuple(language.say(f"glossary.{key}") for key in ("word", "meaning"))
    table = Table("", heads, rows, words=2, weights=(1, 4), size=TYPE)
    title = language.say("glossary.title")
    return Section(language.say("glossary.topic"), title, [table], name="words")


# ---------------------------------------------------------------- behind them


def _method(study: Study, language: Language) -> Section:
    """The formulas that were used; the error of each figure stands with it in the data book."""
    section = method_page(study, language)
    blocks = [block for block in section.blocks if isinstance(block, Formula)]
    return replace(section, blocks=blocks, breaks=True, name="method")


def _evidence(study: Study, language: Language) -> Section:
    """What rests on which grade, by table."""
    section = provenance_page(study, language)
    tables = [b for b in section.blocks if isinstance(b, Table)]
    grades = next(b for b in tables if tuple(b.head[1 : 1 + len(GRADES)]) == tuple(GRADES))
    parameters = next(b for b in tables if b is not grades)
    blocks = [replace(grades, size=TYPE), replace(parameters, size=TYPE)]
    return Section(section.topic, section.title, blocks)


CHEERS: tuple[tuple[str, ...], ...] = (  # where each of the 28 items is answered
    (PAPER[0],),
    (PAPER[0],),
    ("contents",),
    ("claim", "evidence"),
    ("capabilities",),
    ("contents",),
    (PAPER[1], "sets"),
    (PAPER[1], "capabilities"),
    (PAPER[1],),
    ("evidence",),
    ("distances", "chain"),
    ("gaps", "chain"),
    ("economics", "chain"),
    ("capabilities", "allocation", "overrun"),
    (PAPER[1], "evidence"),
    ("method",),
    ("method", "limits"),
    ("gaps", "members"),
    (PAPER[1], "members"),
    ("method", "switching"),
    ("needs",),
    ("evidence",),
    (PAPER[0], "priorities"),
    ("switching", "sets"),
    ("needs",),
    (PAPER[0], "limits"),
    (),
    (),
)
ASKED = (21, 25)  # items on those affected, who are the members
EMMIE: Mapping[str, tuple[str, ...]] = {  # the dimensions of a review of crime prevention
    "effect": ("priorities", "chain"),
    "mechanism": ("chain", "method"),
    "moderators": ("switching", "members", "distances"),
    "implementation": ("timetable", "architecture", "overrun"),
    "economics": ("economics", PAPER[1]),
}


def checklists(study: Study, made: Iterable[str]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Where the run answers each item of CHEERS 2022 and of EMMIE: names of pages, or none."""
    there = {*made, *PAPER, "contents", "words", "limits", "method", "evidence"}
    asked = "feedback" in study and not study.feedback.synthetic
    cheers = {}
    for number, names in enumerate(CHEERS, start=1):
        met = asked or number not in ASKED
        cheers[f"c{number}"] = tuple(n for n in names if n in there) if met else ()
    emmie = {key: tuple(n for n in names if n in there) for key, names in EMMIE.items()}
    return {"cheers": cheers, "emmie": emmie}


def _checklists(study: Study, made: Iterable[str], language: Language) -> Section:
    """CHEERS 2022 and the dimensions of EMMIE, filled from the run."""
    found = checklists(study, made)
    asked = {f"c{number}" for number in ASKED}
    blocks: list[Block] = []
    for which in ("cheers", "emmie"):
        rows = []
        for place, (key, names) in enumerate(found[which].items(), start=1):
            number = str(place) if which == "cheers" else key[:1].upper()
            unmet = "no_member" if key in asked else "not_stated"
            if which == "emmie" or (any(CHEERS[place - 1]) and key not in asked):
                unmet = "unmet"
            words = "" if names else language.say(f"checklist.{unmet}")
            cells = [number, language.say(f"{which}.{key}"), words]
            rows.append({"cells": cells, "targets": list(names)})
        item = language.say("checklist.item" if which == "cheers" else "checklist.emmie")
        heads = ["", item, "", language.say("checklist.where")]
        blocks.append({"kind": "linked", "heads": heads, "rows": rows})
    met = sum(bool(names) for names in found["cheers"].values())
    title = language.say("checklist.title", count=met, all=len(CHEERS))
    return Section(language.say("checklist.topic"), title, blocks)


def linked(sections: Iterable[Section]) -> Iterator[tuple[str, Any]]:
    """Every cross-reference of some sections: from which section, to which name."""
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Mapping) and block.get("kind") == "linked":
                yield from (
                    (section.name, name) for row in block["rows"] for name in row["targets"]
                )
