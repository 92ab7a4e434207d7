"""What would change the advice, and how far to trust it: the foot of page 1.

Inputs that alone change the programme, the likeliest first; what rests on judgement, what was asked
of nobody, what holds however services are counted.
"""

from collections.abc import Iterator
from dataclasses import replace

from capworth.case.model import Case
from capworth.language.inputs import GROUP
from capworth.report.advice import Advice
from capworth.report.annex.claim import claim_line
from capworth.report.blocks import List, Missing
from capworth.report.content import (
    Input,
    Name,
    Phrase,
    Ref,
    Text,
    Word,
    listed,
    names,
    ref,
    row_ref,
    say,
    stated,
)
from capworth.report.rows import Row, rows_of
from capworth.study.stages import Study
from capworth.uncertainty.switching import BREAKS

SWITCHES_NAMED = 3  # rows of the table of switching values, in every language
TURNS_NAMED = 3  # inputs on page 1
EXCHANGED = 2  # improvements that are named on each side where one switches


def what_would_change(study: Study, found: Advice | None) -> List | Missing:
    """Inputs that alone change the programme, the likeliest first; else the first place."""
    head = say("change.head")
    if found is not None and not found.count and "funding" in study:
        return List("change", head, (), _first_bought(study))
    swung = found is not None and (found.count > 0 or not study.case.measured)
    if swung and "switching" in study:
        return _switches(study, head)
    if "sensitivity" not in study:
        why = "no_rival" if study.case.measured else "not_asked"
        return Missing("change", head, say(f"change.{why}"))
    return _first_place(study, head)


def _first_bought(study: Study) -> Phrase:
    """From which budget on anything is proposed, where now nothing is."""
    for key, row in rows_of(study.funding.curve()):
        if chosen := str(row["chosen"] or "").split():
            budget = row_ref("funding_curve", "budget_m", key, row, "money_at")
            return say("change.bought", budget=budget, names=names(chosen))
    return say("change.never_bought")


def _switches(study: Study, head: Phrase) -> List:
    """The first rows of the table of switching values."""
    switching = study.switching
    count, every = len(switching.switching), switching.looked_at
    if not count:
        none = say("change.intro_set_none", all=every)
        return List("change", head, (), none, _together(study))
    rows = [
        say(
            f"change.{row['side']}",
            label=_label(key, study),
            level=level_of(key, row, study.case),
            percent=row_ref("switching", "p", (key, row["side"]), row, "probability"),
            changes=_switched(row),
        )
        for key, row in rows_of(switching.to_frame().head(SWITCHES_NAMED))
    ]
    intro = say("change.intro_set", count=count, all=every)
    return List("change", head, tuple(rows), intro, _together(study))


def level_of(key: str, row: Row, case: Case) -> Ref:
    """The level of an input from which the programme is another: money, a share or a number."""
    table, name = key.split("/")[:2]
    line = next((line for line in case.costs if line.id == name), None)
    estimate = case.estimates().get(key)
    how, currency = "number", ""
    if table in ("bias", GROUP) or (estimate is not None and estimate.unit == "share"):
        how = "percent"
    elif table == "costs" and line is not None:
        how, currency = "as_millions", line.currency
    level = {"level": float(row["level"])}
    found = row_ref("switching", "level", (key, row["side"]), level, how)
    return replace(found, currency=currency)


def _label(key: str, study: Study) -> Text:
    """Name an input; the only one of its category that is asked for is a price."""
    table, *words = key.split("/")
    lines = {line.id: line for line in study.case.costs}
    line = lines.get(words[0]) if table == "costs" else None
    if line is not None and line.improvement and line.kind == "one-off":
        mine = [x for x in lines.values() if x.improvement == line.improvement]
        asked = [x for x in mine if study.sample.model.costs.asked_for(x)]
        if [x.id for x in asked if x.category == line.category] == [line.id]:
            name = Name(line.improvement)
            if len(asked) == 1:
                return say("change.price", name=name)
            return say("change.price_of", name=name, category=Word("category", line.category))
    return Input(key)


def _switched(row: Row) -> Phrase:
    """What goes and comes where an input switches."""
    added, dropped = str(row["into"]).split(), str(row["out"]).split()
    if not added and not dropped:
        return say("change.empties")
    change = _in_and_out(added, dropped)
    return say("change.breaks", changes=change) if row["kind"] == BREAKS else change


def _in_and_out(added: list[str], dropped: list[str]) -> Phrase:
    """What comes in and what goes out, in few words."""
    if not dropped:
        return say("change.in", names=names(added, EXCHANGED))
    if not added:
        return say("change.out", names=names(dropped, EXCHANGED))
    return say(
        "change.in_and_out", added=names(added, EXCHANGED), dropped=names(dropped, EXCHANGED)
    )


def _together(study: Study) -> Phrase | None:
    """The chance that some other good set is better, all inputs together."""
    found = study.switching
    if found.good < 2:
        return None
    chance = ref("better.programme", found.p_better, "probability")
    return say("change.together", percent=chance)


def _first_place(study: Study, head: Phrase) -> List:
    """Inputs that come nearest to taking the first place for each euro."""
    found = study.sensitivity
    table = found.to_frame()
    table = table[table["swing"] > 0]
    if table.empty:
        return List("change", head, (), say("change.stable"))
    nearest = table.sort_values(["p_beyond", "swing"], ascending=False, kind="stable").head(
        TURNS_NAMED
    )
    key = "change.intro_turning" if found.turning else "change.intro"
    rows = [
        say(
            "change.line",
            label=Input(str(name)),
            hedge=row_ref("sensitivity", "p_beyond", name, row, "hedged"),
        )
        for name, row in rows_of(nearest)
    ]
    first, second = Name(found.subject, "full"), Name(found.rival, "full")
    return List("change", head, tuple(rows), say(key, first=first, second=second))


# ---------------------------------------------------------------- how far to trust it


JUDGED = ("D", "E")
LEAST = 0.005  # a share that is shown


def how_far_to_trust(study: Study, found: Advice | None) -> List:
    """What rests on judgement, what was asked of nobody, and the word of the claim."""
    return List("trust", say("trust.head"), tuple(_doubts(study, found)))


def _doubts(study: Study, found: Advice | None) -> Iterator[Text]:
    """What rests on judgement, what was asked of nobody, what holds however services are counted.

    Then the word of the claim.
    """
    yield _evidence(study)
    if taken := tuple(_taken(study.case)):
        yield say("trust.taken", list=listed(taken))
    if "feedback" in study and study.feedback.synthetic:
        yield say("trust.synthetic")
    elif "feedback" not in study and study.case.has_members and study.case.measured:
        yield say("trust.unasked")
    several = len(study.case.capabilities) > 1
    advised = found is not None and found.count > 0 and several
    if advised and "extent_keys" in study and len(study.extent_keys.to_frame()) > 1:
        yield _whatever_the_key(study)
    if "claim" in study:
        yield claim_line(study)


def _evidence(study: Study) -> Phrase:
    """How much of cost, score and money rests on judgement or placeholders."""
    if "sensitivity" in study:
        table = study.sensitivity.evidence()
        parts = {
            key: float(table[key].loc[list(JUDGED)].sum())
            for key in ("cost", "division", "score", "money")
            if float(table[key].sum()) > 0
        }
        if abs(parts.get("division", 0.0) - parts.get("cost", 0.0)) < LEAST:
            parts.pop("division", None)
        if "cost" in parts:
            shares = listed(
                say(f"trust.{key}", share=ref(f"evidence.judged.{key}", share, "part"))
                for key, share in parts.items()
            )
            return say("trust.rests", list=shares)
    grades = [estimate.grade for estimate in study.case.estimates().values()]
    share = sum(grade in JUDGED for grade in grades) / max(len(grades), 1)
    judged = stated("grades of the case", share, "part")
    return say("trust.rests", list=say("trust.inputs", share=judged))


def _taken(case: Case) -> Iterator[Text]:
    """What nobody gave: ranges; and what every paper rests on, where no annex tells it."""
    estimates = [e for e in case.estimates().values() if not e.is_certain]
    if count := sum(estimate.is_by_grade for estimate in estimates):
        yield say("trust.taken_ranges", count=count, all=len(estimates))
    if not case.measured and not case.improvements:
        yield from (Word("setting", key) for key in BASIC if key in case.assumed)


BASIC = ("price_year", "first_year", "years", "discounting")  # settings of a paper of costs


def _whatever_the_key(study: Study) -> Phrase:
    """What is started under every extent key that the case knows."""
    found = study.extent_keys
    return say(
        f"trust.{'always' if found.always else 'always_none'}",
        names=names(found.always),
        count=len(found.to_frame()),
    )
