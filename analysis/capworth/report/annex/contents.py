"""The annex: each sheet one finding, one picture or one table, its source line.

`LEAVES` is the table of the questions that are asked: every question has its sheets, each with
the chart of the gallery that shows the same numbers in a notebook, or says why it was not asked.
Before them stand the contents, how to read a range and the words; behind them method, evidence and
the checklists, filled from the run. The full annex also shows every chart that no sheet has drawn.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from capworth.charts.gallery import GALLERY
from capworth.report.annex import leaves
from capworth.report.annex.futures import futures
from capworth.report.annex.method import evidence, limits, method
from capworth.report.annex.sheet import asked_of
from capworth.report.blocks import Block, Grid, Linked, List, Named, Picture, Sheet, Words
from capworth.report.content import Name, OfChart, Own, Phrase, Setting, Text, say, stated
from capworth.study.once import once
from capworth.study.stages import Study

PAPER = ("paper-1", "paper-2")  # names of the pages of the paper, as cross-references know them
WORDS = (  # that are used in one sense only
    *("simulation", "range", "grade", "capability", "added_value", "distance", "extent"),
    *("excellence", "improvement", "good_set", "switching", "harm_day"),
)
NAMES = 66  # short names that the page holds
LETTERS = 44  # of a name beside its short name: two lines
OF_SETS = ("programme", "raising")  # questions that a programme of nothing leaves without a page
OF_MEMBERS = ("remarks", "sharing", "urged")  # questions that are asked where there are members
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
    Leaf("frontline", "", leaves.outcomes),
    Leaf("technology", "improvement_ranks", leaves.priorities),
    Leaf("technology", "alignment", leaves.alignment),
    Leaf("technology", "architecture", leaves.architecture),
    Leaf("sharing", "hub", leaves.hub),
    Leaf("programme", "good_sets", leaves.sets),
    Leaf("programme", "switching", leaves.switching),
    Leaf("programme", "gantt", leaves.timetable),
    Leaf("programme", "", leaves.promises),
    Leaf("futures", "", futures),
    Leaf("raising", "overrun", leaves.overrun),
    Leaf("raising", "funding", leaves.funding),
    Leaf("raising", "money_map", leaves.money),
    Leaf("raising", "donor_menu", leaves.donors),
    Leaf("urged", "steps", leaves.members),
)


def sheets(study: Study, full: bool = False) -> tuple[Sheet, ...]:
    """Every sheet without a language; those that need no page of their own may share one.

    Parameters
    ----------
    full : whether every chart is shown, and all that method and evidence rest on
    """
    made = _made(study)
    names = [leaf.name for leaf in made]
    return (
        _contents(study, names),
        _words(study),
        limits(study),
        *(replace(sheet, breaks=k == 0) for k, sheet in enumerate(made.values())),
        *(_charts(study, made) if full else ()),
        method(study, full),
        evidence(study, full),
        _checklists(study, names),
    )


@once
def _made(study: Study) -> Mapping[Leaf, Sheet]:
    found = ((leaf, leaf.content(study)) for leaf in LEAVES)
    return {leaf: replace(sheet, name=leaf.name) for leaf, sheet in found if sheet is not None}


@dataclass(frozen=True, slots=True)
class Answered:
    """A question of the resolution with its sheets, or why it was not asked."""

    key: str
    question: Text
    why: Text | None
    sheets: tuple[Sheet, ...]


def answered(study: Study) -> tuple[Answered, ...]:
    """Every question in the order of the annex."""
    made = _made(study)
    return tuple(
        Answered(
            key,
            say(f"question.{key}"),
            None if mine else _unanswered(key, study),
            mine,
        )
        for key in dict.fromkeys(leaf.question for leaf in LEAVES)
        for mine in [tuple(sheet for leaf, sheet in made.items() if leaf.question == key)]
    )


def _charts(study: Study, made: Iterable[Leaf]) -> Iterator[Sheet]:
    """Every chart that the case asks for and no sheet has drawn."""
    shown = {leaf.chart for leaf in made}
    for key in GALLERY:
        if key not in shown and asked_of(key, study):
            picture = Picture(key, OfChart(key, "alt"), OfChart(key, "caption"))
            yield Sheet(say("front.chart"), OfChart(key), (picture,), name=f"chart-{key}")


# ---------------------------------------------------------------- before the pages


def _contents(study: Study, made: Sequence[str]) -> Sheet:
    """Each question that is asked with its pages, or why it was not asked; how to read."""
    by_question: dict[str, list[str]] = {}
    for leaf in LEAVES:
        if leaf.question in OF_MEMBERS and not study.case.has_members:
            continue
        by_question.setdefault(leaf.question, [])
        if leaf.name in made:
            by_question[leaf.question].append(leaf.name)
    answered = sum(bool(names) or _of_nothing(key, study) for key, names in by_question.items())
    rows = tuple(
        (
            (
                say(f"question.{question}"),
                say("leaf.answered") if names else _unanswered(question, study),
            ),
            tuple(names) or (PAPER[:1] if _of_nothing(question, study) else ()),
        )
        for question, names in by_question.items()
    )
    draws, kept = study.provenance.draws, study.sample.drawn.size
    reading = {
        "draws": stated("draws", draws, "whole"),
        "kept": stated("kept", kept, "whole"),
        "below": stated("none", 0.0, "probability"),
        "above": stated("all", 1.0, "probability"),
    }
    told = (f"{k}_first" if k == "simulation" and kept < draws else k for k in READING)
    heads: tuple[Text | None, ...] = (say("verb.question"), None, say("front.pages"))
    blocks: list[Block] = [
        *([Words(Setting("note"))] if study.case.settings.in_language("note", "en") else []),
        Linked(heads, rows),
        List("reading", None, tuple(say(f"front.{key}", **reading) for key in told)),
        Named(say("front.names"), _short_names(study)),
    ]
    title = say("front.title", count=answered, all=len(by_question))
    return Sheet(say("front.topic"), title, tuple(blocks), True, "contents")


def _short_names(study: Study) -> tuple[tuple[Text | None, Text], ...]:
    """Each short name that is no name, in the order of the case; of too many the dearest things."""
    case, money = study.case, study.appraisal.to_frame()["cost_m"].to_dict()
    dearest = sorted(case.capability_ids, key=lambda key: -float(money[key]))
    if "priorities" in study:
        asked = study.priorities.to_frame()["asked_m"].to_dict()
        dear = sorted(case.improvement_ids, key=lambda key: -float(asked[key]))
        dearest = [*dear[: NAMES // 2], *dearest, *dear[NAMES // 2 :]]
    known = case.names()
    other = [key for key in dict.fromkeys(dearest) if known.get(key, key) != key]
    kept = set(other if len(other) <= NAMES else other[: NAMES - 1])
    shown = [key for key in (*case.capability_ids, *case.improvement_ids) if key in kept]
    rows = tuple((Own(key), Name(key, "short", LETTERS)) for key in shown)
    more = len(other) - len(rows)
    return (*rows, (None, say("and_more", count=more))) if more else rows


def _unanswered(question: str, study: Study) -> Phrase:
    """Say why a question has no page."""
    if _of_nothing(question, study):
        return say("leaf.nothing")
    return say("leaf.not_asked", why=say(f"leaf.why_{_why_not(question, study)}"))


def _of_nothing(question: str, study: Study) -> bool:
    """Whether a question without a page was asked: page 1 says that nothing is advised."""
    return question in OF_SETS and "programme" in study and not study.programme.chosen


def _why_not(question: str, study: Study) -> str:
    case = study.case
    raising = "budget" if case.settings.budget is None else "unpaid"
    known = {  # why it was not asked, though the case holds something on it
        "changing": ("compare", True),
        "remarks": ("synthetic", "feedback" in study),
        "futures": ("futures", bool(case.scenarios)),
        "technology": ("alone", bool(case.improvements)),
        "programme": ("budget", bool(case.improvements)),
        "raising": (raising, bool(case.improvements or case.funding)),
        "urged": ("unpriced" if case.network else "unlinked", bool(case.members)),
    }
    why, holds = known.get(question, ("", False))
    return why if holds else "absent"


def _words(study: Study) -> Sheet:
    """Each word that the case has a use for, with the one sense in which it is used."""
    case = study.case
    used = {
        "added_value": bool(case.measured or case.chain),
        "distance": bool(case.measured),
        "extent": bool(case.measured),
        "excellence": "excellence" in study,
        "improvement": bool(case.improvements),
        "good_set": "programme" in study,
        "switching": "switching" in study,
        "harm_day": bool(case.harm_indices),
    }
    kept = [word for word in WORDS if used.get(word, True)]
    rows = tuple((say(f"glossary.{word}.word"), say(f"glossary.{word}.text")) for word in kept)
    heads = (say("glossary.word"), say("glossary.meaning"))
    table = Grid(heads, rows, words=2, weights=(1, 4))
    return Sheet(say("glossary.topic"), say("glossary.title"), (table,), True, "words")


# ---------------------------------------------------------------- behind them


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


def _checklists(study: Study, made: Iterable[str]) -> Sheet:
    """CHEERS 2022 and the dimensions of EMMIE, filled from the run."""
    found = checklists(study, made)
    asked = {f"c{number}" for number in ASKED}
    blocks: list[Block] = []
    for which in ("cheers", "emmie"):
        rows = []
        for place, (key, names) in enumerate(found[which].items(), start=1):
            number = Own(str(place) if which == "cheers" else key[:1].upper())
            unmet = "no_member" if key in asked and study.case.has_members else "not_stated"
            if which == "emmie" or (any(CHEERS[place - 1]) and key not in asked):
                unmet = "unmet"
            words = None if names else say(f"checklist.{unmet}")
            rows.append(((number, say(f"{which}.{key}"), words), names))
        item = say("checklist.item" if which == "cheers" else "checklist.emmie")
        blocks.append(Linked((None, item, None, say("checklist.where")), tuple(rows)))
    met = sum(bool(names) for names in found["cheers"].values())
    title = say("checklist.title", count=met, all=len(CHEERS))
    return Sheet(say("checklist.topic"), title, tuple(blocks), True, "checklists")


def linked(sheets: Iterable[Sheet]) -> Iterator[tuple[str, str]]:
    """Every cross-reference of some sheets: from which one, to which name."""
    for sheet in sheets:
        for block in sheet.blocks:
            if isinstance(block, Linked):
                yield from ((sheet.name, name) for _, names in block.rows for name in names)
