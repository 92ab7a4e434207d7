"""Page 2: the options side by side, the questions answered, why not the others, who decides what.

Each question of the resolution is answered in a sentence or two; one that the case does not ask is
said not to be asked. Nothing is computed here: a figure that no answer gives is a dash.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from capworth.appraisal.claim import REGISTERED
from capworth.case.model import DISTANCE
from capworth.charts.chart import exact_amount, money_at, sure, worth
from capworth.charts.schedule import yearly_limited
from capworth.excellence.services import BOTH
from capworth.funding.earmarks import ALL, BUDGET, SAME
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.methods.claim.words import SUPPORTED
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.good_sets import NOT_NOW
from capworth.methods.portfolio.relations import affordable
from capworth.model.costs import PAYERS
from capworth.programme.selection import RECOMMENDED
from capworth.programme.selection import START as OPTION_START
from capworth.report.advice import (
    Advice,
    advice,
    amount_of,
    changes_text,
    money_cell,
    payers_of,
    taken_of,
)
from capworth.report.annex.claim import claim_sentences, standing_of
from capworth.report.blocks import Cell, row_of, rows_of
from capworth.study.stages import Study

RIVALS = 2  # sets beside the proposed one
UNKNOWN = Amount(float("nan"), float("nan"), float("nan"))
QUOTES = 3  # improvements whose price is asked for first
DATA_EXCHANGE = {"hosting", "exchange", "leads"}


def summary_page(study: Study, language: Language) -> dict[str, Any]:
    """Everything on page 2."""
    found = advice(study)
    advised = found is not None and found.count > 0
    left = [_why_not(study, language)] if advised else []
    right = [_steps(study, found, language)] if found is not None and advised else []
    return {
        "title": _title(study, found, language),
        "options": _options(study, found, language) if found is not None and advised else None,
        "answers": {
            "head": language.say("answers.head"),
            "rows": [
                {"head": language.say(f"answers.{key}"), "text": text, "more": more}
                for key, text, more in _answers(study, language)
            ],
        },
        "columns": [[*left, _left_out(study, language)], right],
    }


def _title(study: Study, found: Advice | None, language: Language) -> str:
    if "priorities" not in study:
        return language.say("summary.title_none")
    count = len(study.priorities.order)
    if found is None:
        return language.say("summary.title_ranking", count=count)
    claim = study.case.claim
    if claim is None or not found.count:
        return language.say("summary.title_plain", count=count, chosen=found.count)
    table = study.priorities.to_frame().loc[list(found.chosen)]
    gain = table["gain"].sum()
    share = float((table["gain"] * table["exchange"]).sum() / gain) if gain > 0 else 0.0
    group = language.listed(language.word("function", f) for f in claim.group)
    return language.say(
        "summary.title", count=count, chosen=found.count, share=language.percent(share), group=group
    )


# ---------------------------------------------------------------- options


@dataclass(frozen=True, slots=True)
class Option:
    """One column: a set of improvements and what the answers know of it; NaN where they do not."""

    head: str
    chosen: tuple[str, ...]
    needed_m: float
    gain: Amount
    p_within: float = float("nan")
    p_years: float = float("nan")
    net: Amount = UNKNOWN
    harm: Amount = UNKNOWN
    p_better: float = float("nan")  # than the proposed set
    note: str = ""


def _options(study: Study, found: Advice, language: Language) -> dict[str, Any]:
    options = list(_columns(study, found, language))
    programme, settings = study.programme, study.case.settings
    marked = next(k for k, o in enumerate(options) if o.chosen == found.chosen)
    unit, certain = language.million(), sure(programme.confidence, language)
    payers = [payers_of(study, taken_of(study, o.chosen))[0] for o in options]
    asked = [_asked_of(study, o.chosen) for o in options]
    rows: list[tuple[str, list[Cell]]] = [
        ("asked", [language.cell(a) for a in asked]),
        (
            "needed",
            [
                language.number(0.0) if not o.chosen else money_cell(o.needed_m, language)
                for o in options
            ],
        ),
        ("within", [language.probability(o.p_within) for o in options]),
    ]
    if yearly_limited(study.case):
        rows.append(("years", [language.probability(o.p_years) for o in options]))
    rows += [
        (f"pays_{payer}", [language.middle(by[payer]) for by in payers])
        for payer in PAYERS
        if any(by[payer].high > 0 for by in payers)
    ]
    rows.append(("distance", [language.cell(o.gain) for o in options]))
    if found.net is not None:
        rows.append(("net", [language.cell(o.net) for o in options]))
    if found.harm is not None and found.harm.high > 0:
        rows.append(("harm", [language.cell(o.harm) for o in options]))
    if any(np.isfinite(o.p_better) for o in options):
        rows.append(("better", [language.probability(o.p_better) for o in options]))
    budget = language.money(programme.budget_m)
    parts = {"unit": unit, "price_year": settings.price_year, "sure": certain, "budget": budget}
    return {
        "title": language.say("options.title", unit=unit, price_year=settings.price_year),
        "heads": [o.head for o in options],
        "marked": marked,
        "rows": [
            {"head": language.say(f"options.{key}", **parts), "cells": cells} for key, cells in rows
        ],
        "note": " ".join(
            (
                *(o.note for o in options if o.note),
                language.say("options.note", years=settings.years),
            )
        ),
    }


def _asked_of(study: Study, chosen: Iterable[str]) -> Amount:
    return amount_of(study.sample.drawn.asked @ taken_of(study, chosen) / MILLION)


def _columns(study: Study, found: Advice, language: Language) -> Iterator[Option]:
    """Do nothing, do-minimum, start, proposed, the likeliest rivals, the target."""
    programme = study.programme
    for key, row in rows_of(programme.options()):
        chosen = tuple(str(row["chosen"]).split())
        if key == OPTION_START and (not chosen or set(chosen) == set(found.chosen)):
            continue
        if key == RECOMMENDED:
            yield Option(
                language.say("options.proposed", count=found.count),
                found.chosen,
                programme.needed_m,
                found.gain,
                programme.p_within,
                programme.p_years,
                found.net or UNKNOWN,
                found.harm or UNKNOWN,
            )
            continue
        head = "start_only" if key == OPTION_START else str(key)
        yield Option(
            language.say(f"options.{head}", count=len(chosen)),
            chosen,
            float(row["at_confidence_m"]),
            exact_amount(float(row["gain"])),
            net=exact_amount(float(row["net_m"])),
            harm=exact_amount(float(row["harm_days"])),
        )
    yield from _rivals(study, language)
    if found.gain and "funding" in study and study.funding.target_m:
        yield from _target(study, language)


def _rivals(study: Study, language: Language) -> Iterator[Option]:
    """The good sets that are likeliest to be better than the proposed one."""
    programme = study.programme
    sets = programme.good_sets().iloc[1:]
    known = programme.measure == DISTANCE
    mine = set(programme.chosen)
    ordered = sets.sort_values("p_better", ascending=False, kind="stable")
    for place, (_, row) in enumerate(rows_of(ordered.head(RIVALS))):
        chosen = tuple(str(row["chosen"]).split())
        letter = "AB"[place]
        new = [i for i in chosen if i not in mine]
        left = [i for i in programme.chosen if i not in chosen]
        changes = changes_text(new, left, language)
        value = Amount.of(row, "value") if known else UNKNOWN
        yield Option(
            language.say("options.rival", letter=letter),
            chosen,
            float(row["at_confidence_m"]),
            value,
            float(row["p_within"]),
            float(row["p_years"]),
            p_better=float(row["p_better"]),
            note=language.say("options.rival_note", letter=letter, changes=changes),
        )


def _target(study: Study, language: Language) -> Iterator[Option]:
    """The best set that the target would pay for."""
    funding = study.funding
    curve, goal = funding.curve(), float(funding.target_m or 0.0)
    paid = curve[affordable(curve["budget_m"].to_numpy(), goal)]
    if len(paid):
        row = rows_of(paid)[-1][1]
        yield Option(
            language.say("options.target", target=language.money(goal)),
            tuple(str(row["chosen"]).split()) if isinstance(row["chosen"], str) else (),
            float(row["budget_m"]),
            Amount.of(row, "gain"),
        )


# ---------------------------------------------------------------- answers


def _answers(study: Study, language: Language) -> Iterator[tuple[str, str, str]]:
    """Each question of the resolution, its answer in a sentence or two, and what may be added."""
    yield "costs", _costs(study, language), ""
    yield _claimed(study), _claim(study, language), ""
    yield "excellence", _excellence(study, language), ""
    yield "members", _members(study, language), ""
    yield "funding", *_funding(study, language)


def _claimed(study: Study) -> str:
    """Whether what is claimed is the resolution's own claim, or another."""
    claim = study.case.claim
    return "hosting" if claim is None or set(claim.group) == DATA_EXCHANGE else "claim"


def _costs(study: Study, language: Language) -> str:
    """What all capabilities cost, who carries it, and how many have a value in money."""
    payers = study.appraisal.cost_by_payer().sum()
    money = study.appraisal.to_frame()["money_m"]
    return language.say(
        "answers.costs_text",
        count=len(money),
        cost=language.millions_spread(Amount(*study.appraisal.total_cost)),
        years=study.case.settings.years,
        share=language.percent(float(payers["members"] / payers.sum())),
        known=int(money.notna().sum()),
    )


def _claim(study: Study, language: Language) -> str:
    """The registered question with its word, and whether it was registered in advance."""
    if "claim" not in study:
        return language.say("summary.claim_not_asked")
    claim = study.claim
    _, text, *_ = claim_sentences(study, language)
    shown = (
        [language.say("summary.claim_shown")]
        if claim.word == SUPPORTED and claim.standing == REGISTERED
        else []
    )
    return " ".join((text, *shown, standing_of(claim, language)))


def _excellence(study: Study, language: Language) -> str:
    if "excellence" not in study:
        return language.say("summary.excellence_not_asked")
    found = study.excellence
    table = found.to_frame()
    both = tuple(table.index[table["route"] == BOTH])
    agreed = [i for i in found.designated if i not in both]
    derived = [i for i in found.derived if i not in both]
    return language.say(
        "answers.excellence_text",
        both=language.listed(map(language.brief, both)),
        designated=language.listed(map(language.brief, agreed)),
        derived=language.listed(map(language.brief, derived)),
    )


def _members(study: Study, language: Language) -> str:
    """What members need most; nothing where nobody was asked."""
    if "feedback" not in study:
        return language.say("answers.members_unasked")
    if study.feedback.synthetic:
        return language.say("answers.members_synthetic")
    table = study.feedback.to_frame()
    first = table["gap"].sort_values(ascending=False, kind="stable").dropna().head(3)
    names = language.listed(language.brief(str(i)) for i in first.index)
    return language.say("answers.members_text", names=names)


def _funding(study: Study, language: Language) -> tuple[str, str]:
    """What is pledged; then what more money would buy, and what the earmarks cost."""
    if "funding" not in study or not study.case.measured:
        return language.say("summary.funding_not_asked"), ""
    funding = study.funding
    goal = funding.target_m or funding.budget_m
    suffix = "" if funding.target_m else "_budget"
    share = language.percent(funding.pledged_m / goal) if goal else language.say("unknown")
    pledged = language.say(
        f"answers.pledged{suffix}",
        pledged=language.millions(funding.pledged_m),
        share=share,
        goal=language.money(goal),
    )
    more = [*_further(study, language)]
    earmarks = funding.earmarks
    if earmarks is not None and earmarks.mismatch() > SAME:
        chance = earmarks.to_frame()["p_costs"].to_dict()[BUDGET, ALL]
        loss = worth(DISTANCE, exact_amount(earmarks.mismatch()), language, brief=True)
        percent = language.probability(float(chance))
        more.append(language.say("answers.earmarks", loss=loss, percent=percent))
    return pledged, " ".join(more)


def _further(study: Study, language: Language) -> Iterator[str]:
    """What further money would buy, under all rules."""
    measure = study.programme.measure
    sentences = []
    for extra, row in rows_of(study.funding.next_euro()):
        more = worth(measure, exact_amount(Amount.of(row, "gain").middle), language, brief=True)
        added = [language.brief(i) for i in str(row["added"]).split()]
        key = "nothing" if not float(row["gain"]) > 0 else ("adds" if added else "sooner")
        sentences.append(
            language.say(
                f"answers.{key}",
                money=language.money(float(extra)),
                worth=more,
                names=language.listed(added),
            )
        )
    if sentences:
        yield language.say("answers.further", list=language.series(sentences))


# ---------------------------------------------------------------- the rest


def _part(head: str, text: str = "", rows: Iterable[dict[str, str]] = ()) -> dict[str, Any]:
    return {"head": head, "text": text, "rows": list(rows)}


def _why_not(study: Study, language: Language) -> dict[str, Any]:
    """Those that are not now, by the reason."""
    programme = study.programme
    out, why = set(programme.with_role(NOT_NOW)), programme.why_not()
    reasons: dict[str, list[str]] = {}
    for key, row in rows_of(why):
        if key in out:
            reasons.setdefault(str(row["reason"]), []).append(language.brief(str(key)))
    sentences = [
        language.say(
            "why_others.reason",
            reason=opening(language.word("reason", reason)),
            names=language.listed(names),
        )
        for reason, names in reasons.items()
    ]
    text = " ".join(sentences) if sentences else language.say("why_others.none")
    return _part(language.say("why_others.head"), text)


def _left_out(study: Study, language: Language) -> dict[str, Any]:
    money = study.appraisal.to_frame()["money_m"]
    without = int(money.isna().sum())
    chains = (
        language.say("unpriced.chains", count=without, all=len(money))
        if without
        else language.say("unpriced.none")
    )
    return _part(language.say("unpriced.head"), f"{chains} {language.say('unpriced.always')}")


def _steps(study: Study, found: Advice, language: Language) -> dict[str, Any]:
    """Who decides what by when: the decision, the quotes, the money of the years, the reviews."""
    programme, case = study.programme, study.case
    rows = []
    if found.started:
        started = row_of(programme.options(), OPTION_START)
        rows.append(
            _step(
                language.day(case.settings.appraisal_date, "medium"),
                "decide",
                language,
                count=len(found.started),
                money=money_at(float(started["at_confidence_m"]), language),
                sure=sure(programme.confidence, language),
            )
        )
    table = programme.to_frame()
    open_ones = [i for e in found.exchanges for i in e.out]
    if open_ones and (asked := _to_quote(study, found)):
        first = int(table.loc[open_ones, "start"].min())
        names = language.listed(map(language.brief, asked))
        rows.append(_step(language.say("steps.before", year=first), "quote", language, names=names))
    rows += _yearly(study, language)
    rows += _reviews(study, found, language)
    return _part(language.say("steps.head"), rows=rows)


def _to_quote(study: Study, found: Advice) -> list[str]:
    """Improvements whose price alone is likeliest to change the programme; else all open ones."""
    if "switching" in study:
        lines = {line.id: line.improvement for line in study.case.costs}
        inputs = [str(key).split("/") for key in study.switching.to_frame().index]
        prices = [lines.get(words[0], "") for table, *words in inputs if table == "costs"]
        if priced := list(dict.fromkeys(filter(None, prices))):
            return priced[:QUOTES]
    rivals = [i for e in found.exchanges for i in str(e.options[0]["into"]).split()]
    return list(dict.fromkeys((*(i for e in found.exchanges for i in e.out), *rivals)))


def _step(when: str, key: str, language: Language, **parts: object) -> dict[str, str]:
    return {"head": when, "text": language.say(f"steps.{key}", **parts)}


def _yearly(study: Study, language: Language) -> Iterator[dict[str, str]]:
    """Expected money of each year of the plan."""
    years = study.programme.by_year()
    spent = years[years["spend_m"] > 0]["spend_m"]
    if len(spent):
        first, last = int(spent.index[0]), int(spent.index[-1])
        sentences = language.listed(money_cell(float(m), language) for m in spent)
        when = str(first) if first == last else language.say("span", low=first, high=last)
        yield _step(when, "pay", language, list=sentences, unit=language.million())


def _reviews(study: Study, found: Advice, language: Language) -> Iterator[dict[str, str]]:
    """The promises of the programme, each with its chance."""
    if study.case.targets:
        sentences = language.series(
            language.say(
                "steps.target",
                name=language.name(str(key)),
                percent=language.probability(float(row["met"])),
            )
            for key, row in rows_of(study.programme.targets())
            if key != "all"
        )
        yield _step(language.say("steps.reviews"), "review", language, list=sentences)
    elif "baseline" in study:
        count = len(study.baseline.to_frame())
        yield _step(language.say("steps.reviews"), "promises", language, count=count)


def opening(words: str) -> str:
    """Words at the beginning of a sentence.

    >>> opening("others add more")
    'Others add more'
    """
    return words[:1].upper() + words[1:]
