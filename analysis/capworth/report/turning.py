"""What would change the advice: the inputs that come first, the level at which, how likely."""

from dataclasses import dataclass
from typing import Any

from capworth.estimates import LOW_SWING
from capworth.report.advice import Advice
from capworth.report.inputs import input_label, level_text
from capworth.report.rows import Row, rows_of
from capworth.report.wording import Wording
from capworth.study import Study

NAMED = 3  # inputs on page 1


def what_would_change(study: Study, found: Advice | None, words: Wording) -> dict[str, Any]:
    """Inputs that alone change the recommended set, or else the first place; close rivals."""
    head = words.say("change.head")
    if study.sensitivity is None:
        return {"head": head, "intro": "", "rows": [], "text": words.say("change.not_asked")}
    chosen = found is not None and found.count > 0
    intro, rows = _set(study, words) if chosen else _first_place(study, words)
    rivals = ""
    if found is not None and found.rivals:
        pairs = (
            words.say("change.rival", name=words.name(key), percent=words.probability(share))
            for key, share in found.rivals
        )
        rivals = words.say("change.rivals", count=len(found.rivals), list=words.listed(pairs))
    return {"head": head, "intro": intro, "rows": rows, "text": rivals}


@dataclass(frozen=True, slots=True)
class Turn:
    """An end of the range of one input at which the recommended set changes."""

    name: str  # of the input
    side: str  # below or above the level
    level: float
    added: list[str]
    dropped: list[str]
    stake: float  # points that the changed set gains above the recommended one


def turns(study: Study) -> list[Turn]:
    """Inputs that alone change the set, those with most at stake first.

    Of two ends that both change it, the one that changes more; both are equally likely.
    """
    assert study.sensitivity is not None
    table = study.sensitivity.to_frame()
    changing = table[(table["programme_at_low"] != "") | (table["programme_at_high"] != "")]
    changing = changing.sort_values("regret", ascending=False, kind="stable")
    return [_turn(key, row) for key, row in rows_of(changing)]


def _turn(key: str, row: Row) -> Turn:
    ends = {"below": ("programme_at_low", "low"), "above": ("programme_at_high", "high")}
    side, (column, level) = max(ends.items(), key=lambda end: len(str(row[end[1][0]]).split()))
    moved = str(row[column]).split()
    added, dropped = ([m[1:] for m in moved if m[0] == sign] for sign in "+-")
    return Turn(key, side, float(row[level]), added, dropped, float(row["regret"]))


def _set(study: Study, words: Wording) -> tuple[str, list[str]]:
    """Inputs that change the recommended set."""
    assert study.sensitivity is not None
    found, all_inputs = turns(study), len(study.sensitivity.to_frame())
    if not found:
        return words.say("change.intro_set_none", all=all_inputs), []
    rows = [
        words.say(
            f"change.{turn.side}",
            label=input_label(turn.name, study.case, words),
            level=level_text(turn.name, turn.level, study.case, words),
            hedge=words.hedged(LOW_SWING),
            changes=changes_text(turn.added, turn.dropped, words),
        )
        for turn in found[:NAMED]
    ]
    return words.say("change.intro_set", count=len(found), all=all_inputs), rows


def changes_text(added: list[str], dropped: list[str], words: Wording) -> str:
    """Say what a set takes in and what it lets go."""
    if not dropped:
        return words.say("next.takes", names=words.named(added))
    if not added:
        return words.say("change.lets_go", names=words.named(dropped))
    return words.say("next.takes_and_drops", added=words.named(added), dropped=words.named(dropped))


def _first_place(study: Study, words: Wording) -> tuple[str, list[str]]:
    """Inputs that come nearest to taking the first place for each euro."""
    found = study.sensitivity
    assert found is not None
    table = found.to_frame()
    table = table[table["swing"] > 0]
    if table.empty:
        return words.say("change.stable"), []
    nearest = table.sort_values(["p_beyond", "swing"], ascending=False, kind="stable").head(NAMED)
    key = "change.intro_turning" if found.turning else "change.intro"
    rows = [
        words.say(
            "change.line",
            label=input_label(str(name), study.case, words),
            hedge=words.hedged(float(share)),
        )
        for name, share in nearest["p_beyond"].items()
    ]
    return words.say(key, first=words.name(found.subject), second=words.name(found.rival)), rows
