"""Page 1: the decision, on one side.

A rule, no choice of the author, says which page 1 is printed: a set of improvements, one project,
an order without a budget, what the capabilities are worth, or what they cost.

The advice with its verbs (start; start, review at first quote; choose; prefer; not now), three
numbers, one picture, what would change the advice, how far to trust it.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from capworth.case.model import NET
from capworth.charts.chart import money_at, sure
from capworth.charts.schedule import yearly_limited
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.methods.portfolio.good_sets import (
    CHOOSE,
    LEAVE,
    NOT_NOW,
    PREFER,
    REPLACE,
    REVIEW,
    START,
)
from capworth.model.costs import PAYERS
from capworth.programme.selection import START as OPTION_START
from capworth.report.advice import (
    Advice,
    Exchange,
    advice,
    break_even,
    money_cell,
    priced_members,
    usable_m,
)
from capworth.report.bars import GREY, HATCHED, OUTLINE, SOLID, Bar, Bars, Group
from capworth.report.blocks import Row, row_of, rows_of
from capworth.report.doubt import how_far_to_trust, what_would_change
from capworth.study.stages import Study

SET, PROJECT, RANKING, CAPABILITIES, COSTS = "set", "project", "ranking", "capabilities", "costs"
PAYS, NOT_PAYS = 0.9, 0.1  # chance from which a project pays for itself, up to which it does not
NAME = 40  # letters of a name in a picture


def page_one_of(study: Study) -> str:
    """Say which page 1 is printed, by what the case asks."""
    if not study.case.measured:
        return COSTS
    if "priorities" not in study:
        return CAPABILITIES
    if "programme" not in study:
        return RANKING
    return PROJECT if len(study.case.improvements) == 1 else SET


def decision_page(study: Study, language: Language) -> dict[str, Any]:
    """Everything on page 1."""
    found, kind = advice(study), page_one_of(study)
    head = _HEADS[kind](study, language) if found is None else _advised(study, found, language)
    picture = head.pop("picture")
    return {
        **head,
        "picture": picture.drawn(language),
        "change": what_would_change(study, found, language),
        "trust": how_far_to_trust(study, found, language),
        "note": " ".join(filter(None, _notes(study, language))),
    }


def _notes(study: Study, language: Language) -> Iterator[str]:
    """What the whole case is, whether its improvements have true names, the simulation's error."""
    yield first_sentence(case_note(study, language))
    improvements = study.case.improvements
    if improvements and all(i.illustrative for i in improvements):
        yield language.say("trust.illustrative")
    if "convergence" in study:
        yield language.say(
            "trust.error",
            draws=language.number(study.provenance.draws, 0),
            share=language.percent(study.convergence.largest, 1),
        )


def case_note(study: Study, language: Language) -> str:
    """What a reader must know of the case before any figure."""
    return language.typeset(study.case.settings.in_language("note", language.code))


def first_sentence(text: str) -> str:
    """Keep the text up to its first full stop that ends a sentence."""
    head, stop, _ = text.partition(". ")
    return head + stop.strip()


# ---------------------------------------------------------------- a set, or one project


def _advised(study: Study, found: Advice, language: Language) -> dict[str, Any]:
    if not found.chosen:
        return _nothing(study, language)
    if page_one_of(study) == PROJECT:
        return _project(study, found, language)
    return {
        "title": _title(study, found, language),
        "box": [
            _line("asked", _asked(study, found, language), language),
            *_verbs(study, found, language),
            *_in_money(study, found, language),
        ],
        "numbers": _three(study, found, language),
        "picture": _candidates(study, found, language),
    }


def _line(head: str, text: str, language: Language) -> dict[str, str]:
    return {"head": language.say(f"verb.{head}"), "text": text}


def _number(value: str, label: str, text: str) -> dict[str, str]:
    return {"value": value, "label": label, "text": text}


def _nothing(study: Study, language: Language) -> dict[str, Any]:
    """No set is worth more than doing nothing, or none fits."""
    programme = study.programme
    budget = language.money(programme.budget_m)
    key = "none_pays" if programme.measure == NET else "nothing"
    return {
        "title": language.say(f"decision.{key}.title", budget=budget),
        "box": [
            _line("question", _question(study, language), language),
            _line(
                "advice", language.say(f"decision.{key}.recommendation", budget=budget), language
            ),
        ],
        "numbers": _capabilities(study, language)["numbers"],
        "picture": _by_cost(study, language),
    }


def _question(study: Study, language: Language) -> str:
    return language.say(
        "decision.programme.asked",
        count=len(study.case.improvements),
        budget=language.money(study.programme.budget_m),
    )


def _title(study: Study, found: Advice, language: Language) -> str:
    """What to start and how surely; one of two; the likeliest set where none is sure enough."""
    programme = study.programme
    say = "decision.programme."
    certain = sure(programme.confidence, language)
    if not programme.feasible:
        return language.say(
            f"{say}title_unsure",
            count=found.count,
            sure=certain,
            within=language.probability(programme.p_within),
            years=language.probability(programme.p_years),
        )
    open_ones = [e for e in found.exchanges if e.even]
    if not found.started and open_ones:
        first = open_ones[0]
        return language.say(
            f"{say}title_pair",
            pair=or_list((first.out, _into(first.options[0])), language),
            percent=language.probability(float(first.options[0]["p_better"])),
        )
    choices = ""
    if len(open_ones) == 1:
        pair = or_list((open_ones[0].out, _into(open_ones[0].options[0])), language)
        choices = language.say(f"{say}title_choice", pair=pair)
    elif open_ones:
        choices = language.say(f"{say}title_choices", count=len(open_ones))
    if not found.started:
        money = money_at(programme.needed_m, language)
        return language.say(f"{say}title_none", count=found.count, money=money, sure=certain)
    started = row_of(programme.options(), OPTION_START)
    return language.say(
        f"{say}title",
        count=len(found.started),
        money=money_at(float(started["at_confidence_m"]), language),
        sure=certain,
        choices=choices,
    )


def _asked(study: Study, found: Advice, language: Language) -> str:
    """The money for the whole set, how surely that holds, and every year."""
    programme = study.programme
    text = language.say(
        f"decision.programme.{'raise' if programme.feasible else 'raise_unsure'}",
        count=found.count,
        all=len(study.case.improvements),
        needed=money_at(programme.needed_m, language),
        sure=sure(programme.confidence, language),
        budget=language.money(programme.budget_m),
        within=language.probability(programme.p_within),
    )
    if yearly_limited(study.case):
        held = language.probability(programme.p_years)
        text = f"{text} {language.say('decision.programme.years', percent=held)}"
    return text


def _verbs(study: Study, found: Advice, language: Language) -> Iterator[dict[str, str]]:
    """One line for each verb: what to start, each choice and preference, what is not now."""
    programme = study.programme
    for role, key in ((START, "start"), (REVIEW, "review")):
        if keys := [i for i in found.chosen if i in programme.with_role(role)]:
            yield _line(key, named_with_years(study, keys, language), language)
    for even, key in ((True, "choose"), (False, "prefer")):
        mine = [e for e in found.exchanges if e.even == even]
        if mine:
            more = [language.say("choice.more", count=len(mine) - 1)] if len(mine) > 1 else []
            yield _line(key, " ".join((choice_text(mine[0], language), *more)), language)
    if keys := [i for i in found.chosen if i in programme.with_role(LEAVE, REPLACE)]:
        yield _line("open", named_with_years(study, keys, language), language)
    if out := len(programme.with_role(NOT_NOW)):
        yield _line("not_now", language.say("decision.roles.not_now", count=out), language)


def named_with_years(study: Study, keys: Iterable[str], language: Language) -> str:
    """Names of members of the programme, each with its start, and whether that is late."""
    table = study.programme.to_frame()
    start, delay = table["start"].to_dict(), table["delay"].to_dict()
    return language.listed(
        language.say(
            "role_year.late" if delay[key] > 0 else "role_year.stated",
            name=f"**{language.brief(key)}**",
            year=int(start[key]),
            count=int(delay[key]),
        )
        for key in keys
    )


def or_list(sides: Iterable[Iterable[str]], language: Language) -> str:
    """Name what stands against each other: this, or that with that."""
    return language.say("role_year.or").join(language.listed(map(language.brief, s)) for s in sides)


def _into(option: Row) -> tuple[str, ...]:
    return tuple(str(option["into"]).split())


def choice_text(exchange: Exchange, language: Language) -> str:
    """Say what may come for what, and how often that is better."""
    options = language.listed(
        language.say(
            "choice.equal" if option["equal"] else "choice.option",
            names=language.listed(map(language.brief, _into(option))),
            percent=language.probability(float(option["p_better"])),
        )
        for option in exchange.options
    )
    out = language.listed(f"**{language.brief(i)}**" for i in exchange.out)
    return language.say(
        "choice.choose" if exchange.even else "choice.prefer", out=out, into=options
    )


def _three(study: Study, found: Advice, language: Language) -> list[dict[str, str]]:
    """To raise, what follows for members and the regular budget, the share of the distance."""
    programme, settings = study.programme, study.case.settings
    payers = language.listed(
        language.say(
            "decision.money.payer",
            payer=language.word("payer", payer),
            money=money_cell(amount, language),
        )
        for payer, amount in programme.payers_m.items()
        if amount > 0 and payer in settings.budget_payers
    )
    beside = [
        language.say(
            "decision.money.payer",
            payer=language.word("payer", payer),
            money=money_cell(amount, language),
        )
        for payer, amount in programme.payers_m.items()
        if amount > 0 and payer not in settings.budget_payers
    ]
    raised = language.say(
        "decision.money.parts",
        expected=money_cell(programme.asked_m, language),
        contingency=money_cell(programme.contingency_m, language),
        list=payers,
    )
    if beside:
        raised += " " + language.say("decision.money.beside", list=language.listed(beside))
    if "funding" in study:
        raised += " " + _in_hand(study, found.chosen, language)
    say = "decision.follows."
    follows = language.say(
        f"{say}text",
        years=settings.years,
        members=language.spread(found.payers["members"]),
        organisation=language.spread(found.payers["organisation"]),
        cost=language.millions_spread(found.cost),
    )
    distance = language.say(
        "decision.distance.text",
        span=language.span(found.gain),
        extents=language.word("extent", programme.extent_key),
    )
    return [
        _number(
            money_at(programme.needed_m, language),
            language.say("decision.money.label", sure=sure(programme.confidence, language)),
            raised,
        ),
        _number(language.millions_middle(found.own), language.say(f"{say}label"), follows),
        _number(
            language.say("percent", number=language.middle(found.gain)),
            language.say("decision.distance.label"),
            distance,
        ),
    ]


def _in_hand(study: Study, chosen: Iterable[str], language: Language) -> str:
    """What is pledged and may be used for the set, and what is for others only."""
    usable, other = usable_m(study, chosen)
    text = language.say("decision.money.usable", usable=money_at(usable, language))
    if not other > 0:
        return f"{text}."
    return f"{text} {language.say('decision.money.other', other=money_cell(other, language))}"


def _in_money(study: Study, found: Advice, language: Language) -> Iterator[dict[str, str]]:
    """What the set is worth in money alone, how often that is above nothing; harm beside."""
    programme = study.programme
    say, sentences = "decision.net.", []
    if found.net is not None:
        sentences.append(
            language.say(
                f"{say}text",
                net=language.millions_spread(found.net),
                percent=language.probability(programme.p_net),
            )
        )
        if unpriced := sum(not priced for priced in priced_members(study, found.chosen)):
            sentences.append(language.say(f"{say}unpriced", count=unpriced, all=found.count))
    if found.harm is not None and found.harm.high > 0 and (price := break_even(study)) > 0:
        sentences.append(language.say(f"{say}break_even", price=language.price(price)))
    if sentences:
        yield _line("money", " ".join(sentences), language)


VERBS = {  # in their order in the picture
    START: "start",
    REVIEW: "review",
    CHOOSE: "choose",
    PREFER: "prefer",
    LEAVE: "open",
    REPLACE: "open",
    NOT_NOW: "not_now",
}


def _candidates(study: Study, found: Advice, language: Language) -> Bars:
    """Each improvement by its verb: what it closes, what it asks for, from which year."""
    programme, table = study.programme, study.priorities.to_frame()
    choice = programme.to_frame()
    order = list(table.sort_values("gain", ascending=False, kind="stable").index)
    groups = []
    for role in VERBS:
        for inside in (True, False):
            mine = [
                _candidate(i, study, language)
                for i in order
                if choice.loc[i, "role"] == role and bool(choice.loc[i, "chosen"]) == inside
            ]
            if mine:
                head = _verb(role, inside, language)
                groups.append(Group(head, _fill(role, inside), tuple(mine)))
    return Bars(
        language.say(
            "decision.picture.title",
            count=found.count,
            money=money_at(programme.needed_m, language),
            sure=sure(programme.confidence, language),
            share=_ranged_percent(found.gain, language),
        ),
        language.say("decision.picture.axis"),
        language.say("decision.picture.names"),
        (
            language.say("decision.picture.closes"),
            language.say("decision.picture.asked", unit=language.million()),
            language.say("decision.picture.start"),
        ),
        tuple(groups),
        language.say(
            "decision.picture.note",
            near=language.percent(programme.near),
            extents=language.word("extent", programme.extent_key),
            count=len(programme.good_sets()),
        ),
        spare=len(programme.with_role(NOT_NOW)),
    )


def _ranged_percent(amount: Amount, language: Language) -> str:
    """Write per cent with its range behind the sign."""
    middle = language.say("percent", number=language.middle(amount))
    return middle if amount.is_certain else language.around(middle, amount)


def _verb(role: str, inside: bool, language: Language) -> str:
    """Head of a group: its verb; those that stand against others follow with "or" and "to"."""
    if not inside and role in (CHOOSE, PREFER):
        return language.say(f"decision.picture.{'or' if role == CHOOSE else 'to'}")
    return language.say(f"verb.{VERBS[role]}")


def _fill(role: str, inside: bool) -> str:
    if role in (START, REVIEW):
        return SOLID
    if inside:
        return HATCHED
    return OUTLINE if role == NOT_NOW else GREY


def _candidate(key: str, study: Study, language: Language) -> Bar:
    row, choice = row_of(study.priorities.to_frame(), key), row_of(study.programme.to_frame(), key)
    gain = Amount.of(row, "gain")
    start = str(int(choice["start"])) if choice["chosen"] else ""
    cells = (language.middle(gain), language.spread(Amount.of(row, "asked_m")), start)
    return Bar(language.short(key, NAME), cells, gain)


def _project(study: Study, found: Advice, language: Language) -> dict[str, Any]:
    """One project: is it worth it? Its verdict by the chance that it pays, and its break-even."""
    programme, key = study.programme, found.chosen[0]
    say, name = "decision.project.", language.brief(key)
    verdict = "unpriced"
    if found.net is not None and all(priced_members(study, found.chosen)):
        verdict = "open"
        if programme.p_net >= PAYS:
            verdict = "pays"
        elif programme.p_net <= NOT_PAYS:
            verdict = "not"
    chance = language.probability(programme.p_net)
    price = break_even(study)
    worth_it = language.say(f"{say}worth_none")
    if found.harm is not None and found.harm.high > 0 and price > 0:
        worth_it = language.say(f"{say}worth", price=language.price(price))
    closed = _ranged_percent(found.gain, language)
    bars = [
        Bar(
            language.say(f"{say}bar_{what}"),
            (language.spread(amount),),
            amount,
        )
        for what, amount in (("cost", found.cost), ("money", found.money), ("net", found.net))
        if amount is not None
    ]
    fills = (HATCHED, SOLID, GREY)
    return {
        "title": language.say(f"{say}title_{verdict}", name=name, share=closed),
        "box": [
            _line("asked", _asked(study, found, language), language),
            _line("advice", language.say(f"{say}{verdict}", percent=chance), language),
            _line("worth", worth_it, language),
        ],
        "numbers": _three(study, found, language),
        "picture": Bars(
            language.say(f"{say}picture", percent=chance),
            language.say("decision.costs.axis", unit=language.million()),
            "",
            (language.say("decision.costs.axis", unit=language.million()),),
            tuple(Group("", fill, (bar,)) for fill, bar in zip(fills, bars, strict=False)),
            language.say(f"{say}note", years=study.case.settings.years),
        ),
    }


# ---------------------------------------------------------------- no set to advise


def _ranking(study: Study, language: Language) -> dict[str, Any]:
    """Improvements in order; the case names no budget."""
    priorities = study.priorities
    table = priorities.to_frame()
    row = row_of(table, priorities.order[0])
    first, count = language.name(priorities.order[0]), len(priorities.order)
    cost, gain = Amount.of(row, "cost_m"), Amount.of(row, "gain")
    asked = language.millions_spread(Amount.of(row, "asked_m"))
    share = float(row["p_first"])
    say = "decision.ranking."
    numbers = [
        _number(
            language.millions_middle(cost),
            language.say(f"{say}cost_label", first=first),
            _ranged(cost, _whole_life(study, language), language),
        ),
        _number(
            language.say("percent", number=language.middle(gain)),
            language.say(f"{say}gain_label", first=first),
            language.say(
                "decision.distance.text",
                span=language.span(gain),
                extents=language.word("extent", study.sample.model.extents.key),
            ),
        ),
        _number(
            language.probability(share),
            language.say(f"{say}best_label", first=first),
            language.say(f"{say}best_detail", count=count),
        ),
    ]
    bars = tuple(
        Bar(
            language.short(str(key), NAME),
            (language.middle(Amount.of(r, "gain")), language.spread(Amount.of(r, "asked_m"))),
            Amount.of(r, "gain"),
        )
        for key, r in rows_of(table, priorities.order)
    )
    return {
        "title": language.firmly(f"{say}title", share, first=first),
        "box": [
            _line("question", language.say(f"{say}asked", count=count), language),
            _line(
                "advice", language.say(f"{say}recommendation", first=first, asked=asked), language
            ),
        ],
        "numbers": numbers,
        "picture": Bars(
            language.say(f"{say}picture", count=len(bars)),
            language.say("decision.picture.axis"),
            language.say("decision.picture.names"),
            (
                language.say("decision.picture.closes"),
                language.say("decision.picture.asked", unit=language.million()),
            ),
            (Group("", SOLID, bars),),
            spare=max(len(bars) - FEW, 0),
        ),
    }


def _whole_life(study: Study, language: Language) -> str:
    settings = study.case.settings
    return language.say(
        "decision.cost_detail", years=settings.years, price_year=settings.price_year
    )


def _ranged(amount: Amount, text: str, language: Language) -> str:
    """Put the range of a number before what is said of it."""
    if amount.is_certain:
        return text
    return f"{language.say('decision.range', span=language.span(amount))} {text}"


def _total_cost(study: Study, language: Language) -> dict[str, str]:
    total = Amount(*study.appraisal.total_cost)
    return _number(
        language.millions_middle(total),
        language.say("decision.capabilities.cost_label", count=len(study.case.capabilities)),
        _ranged(total, _whole_life(study, language), language),
    )


def _by_cost(study: Study, language: Language) -> Bars:
    """The dearest capabilities with the payers of each, and the others together."""
    table = study.appraisal.to_frame().sort_values("cost_m", ascending=False, kind="stable")
    payers = study.appraisal.cost_by_payer()
    bars = [
        Bar(
            language.short(str(key), NAME),
            (language.spread(Amount.of(row, "cost_m")),),
            Amount.of(row, "cost_m"),
            tuple(float(payers.loc[key, payer]) for payer in PAYERS),
        )
        for key, row in rows_of(table)
    ]
    held = float(table["cost_m"].head(FEW).sum() / table["cost_m"].sum())
    say = "decision.costs."
    return Bars(
        language.say(f"{say}picture", count=min(FEW, len(table)), share=language.percent(held)),
        language.say(f"{say}axis", unit=language.million()),
        language.say(f"{say}names"),
        (language.say(f"{say}axis", unit=language.million()),),
        (Group("", SOLID, tuple(bars)),),
        _whole_life(study, language),
        key=tuple(
            (fill, language.word("payer", payer))
            for fill, payer in zip((SOLID, HATCHED, GREY), PAYERS, strict=True)
        ),
        spare=max(len(bars) - FEW, 0),
    )


FEW = 5  # of which the picture of costs says how much they hold


def _capabilities(study: Study, language: Language) -> dict[str, Any]:
    """What gives most value for money; the case names no improvements."""
    table = study.appraisal.to_frame()
    key = study.appraisal.first
    row, first, count = row_of(table, key), language.name(key), len(table)
    share, score = float(row["p_first"]), Amount.of(row, "score")
    say = "decision.capabilities."
    rate = language.spread(Amount.of(row, "score_per_m"))
    numbers = [
        _total_cost(study, language),
        _number(
            language.say(f"{say}gain_value", gain=language.middle(score)),
            language.say(f"{say}gain_label", first=first),
            _ranged(score, language.say(f"{say}gain_detail", rate=rate), language),
        ),
        _number(
            language.probability(share),
            language.say(f"{say}best_label", first=first),
            language.say(f"{say}best_detail", count=count),
        ),
    ]
    total = language.millions_spread(Amount(*study.appraisal.total_cost))
    advised = language.say(f"{say}recommendation", first=first, cost=total)
    return {
        "title": language.firmly(f"{say}title", share, first=first),
        "box": [
            _line("question", language.say(f"{say}asked", count=count), language),
            _line("advice", advised, language),
        ],
        "numbers": numbers,
        "picture": _by_cost(study, language),
    }


def _costs(study: Study, language: Language) -> dict[str, Any]:
    """What the capabilities cost and who carries it; the case has no value tree."""
    table = study.appraisal.to_frame().sort_values("cost_m", ascending=False, kind="stable")
    largest, count = Amount.of(rows_of(table)[0][1], "cost_m"), len(table)
    payers = study.appraisal.cost_by_payer().sum()
    share = float(payers["members"] / payers.sum())
    money = language.millions_spread(Amount(*study.appraisal.total_cost))
    say = "decision.costs."
    numbers = [
        _total_cost(study, language),
        _number(
            language.millions_middle(largest),
            language.say(f"{say}largest_label", first=language.name(str(table.index[0]))),
            _ranged(largest, language.say(f"{say}largest_detail"), language),
        ),
        _number(
            language.percent(share),
            language.say(f"{say}share_label"),
            language.say(f"{say}share_detail"),
        ),
    ]
    years = study.case.settings.years
    return {
        "title": language.say(f"{say}title", count=count, cost=money, years=years),
        "box": [
            _line("question", language.say(f"{say}asked", count=count), language),
            _line("advice", language.say(f"{say}recommendation", cost=money), language),
        ],
        "numbers": numbers,
        "picture": _by_cost(study, language),
    }


_HEADS = {RANKING: _ranking, CAPABILITIES: _capabilities, COSTS: _costs}
