"""Page 1 of a case without improvements: what each capability is worth, or only what it costs."""

from capworth.language.numbers import Amount
from capworth.report.bars import SOLID, Bar, Bars, Group, first_rows
from capworth.report.blocks import Ask, Block, Numbers, Title
from capworth.report.content import (
    Hedged,
    Name,
    Phrase,
    Ref,
    Text,
    Word,
    listed,
    ref,
    row_ref,
    say,
)
from capworth.report.money import MILLIONS, parts_by_payer, payer_key, paying, total_cost
from capworth.report.rows import row_of, rows_of
from capworth.study.stages import Study

ON_PAGE = 24  # rows of its picture at most
NAME = 40  # letters of a name in a picture
FEW = 5  # of which the picture of costs says how much they hold

Line = tuple[Text, Text]
Number = tuple[Text, Text, Text]


def line(head: str, text: Text) -> Line:
    """A line of the box, under the head of its verb."""
    return say(f"verb.{head}"), text


def short(key: str, most: int = NAME) -> Name:
    """A name, cut for a picture."""
    return Name(key, "short", most)


def whole_life(study: Study) -> Phrase:
    """What a whole-life cost is: years, discounting, payers, prices."""
    settings = study.case.settings
    return say("decision.cost_detail", years=settings.years, price_year=settings.price_year)


def ranged(figure: Ref, text: Text) -> Text:
    """Put the range of a number before what is said of it."""
    if figure.amount.is_certain:
        return text
    span = Ref(figure.figure, figure.amount, "span")
    return listed((say("decision.range", span=span), text), "series")


def _total_cost(study: Study) -> Number:
    total = total_cost(study, "millions_middle")
    label = say("decision.capabilities.cost_label", count=len(study.case.capabilities))
    return total, label, ranged(total, whole_life(study))


def by_cost(study: Study) -> Bars:
    """The dearest capabilities with the payers of each, and the others together."""
    table = study.appraisal.to_frame().sort_values("cost_m", ascending=False, kind="stable")
    bars = [
        Bar(
            short(str(key)),
            (row_ref("capabilities", "cost_m", key, row, "spread"),),
            Amount.of(row, "cost_m"),
            parts_by_payer(study, key),
        )
        for key, row in rows_of(table)
    ]
    shown, hidden = first_rows((Group(None, SOLID, tuple(bars)),), ON_PAGE)
    held = float(table["cost_m"].head(FEW).sum() / table["cost_m"].sum())
    key = "decision.costs."
    axis = say(f"{key}axis", unit=MILLIONS)
    title = say(
        f"{key}picture",
        count=min(FEW, len(table)),
        share=ref("cost_share.dearest", held, "percent"),
    )
    return Bars(
        title=title if len(table) > FEW else say(f"{key}picture_all", count=len(table)),
        axis=axis,
        names=say(f"{key}names"),
        heads=(axis,),
        groups=shown,
        note=whole_life(study),
        key=payer_key(study),
        spare=max(sum(len(group.bars) for group in shown) - FEW, 0),
        hidden=hidden,
    )


def value_numbers(study: Study) -> Numbers:
    """The cost of all, the score of the first for value for money, and how surely it is first.

    Without a value tree nothing has a score: the cost, the dearest and who else pays.
    """
    if not study.case.measured:
        return _cost_numbers(study)
    table = study.appraisal.to_frame()
    best = study.appraisal.first
    row, first = row_of(table, best), Name(best, "full")
    score, rate, share = (
        row_ref("capabilities", column, best, row, how)
        for column, how in (
            ("score", "middle"),
            ("score_per_m", "spread"),
            ("p_first", "probability"),
        )
    )
    key = "decision.capabilities."
    scored = (
        say(f"{key}gain_value", gain=score),
        say(f"{key}gain_label", first=first),
        ranged(score, say(f"{key}gain_detail", rate=rate)),
    )
    if len(table) == 1:
        return Numbers((_total_cost(study), scored))
    best_of = say(f"{key}best_label", first=first), say(f"{key}best_detail", count=len(table))
    return Numbers((_total_cost(study), scored, (share, *best_of)))


def of_capabilities(study: Study) -> tuple[Block, ...]:
    """What gives most value for money; the case names no improvements."""
    table = study.appraisal.to_frame()
    best, key = study.appraisal.first, "decision.capabilities."
    share = row_ref("capabilities", "p_first", best, row_of(table, best), "probability")
    first = Name(best, "full")
    advised = say(f"{key}recommendation", first=first, cost=total_cost(study, "millions_spread"))
    lines = (
        line("question", say(f"{key}asked", count=len(table))),
        line("advice", advised),
    )
    title: Text = Hedged(f"{key}title", share, (("first", first),))
    if len(table) == 1:
        score = row_ref("capabilities", "score", best, row_of(table, best), "middle")
        cost, years = total_cost(study, "millions_spread"), study.case.settings.years
        title = say(f"{key}title_one", first=first, cost=cost, years=years, score=score)
        lines = lines[0], line("advice", say(f"{key}recommendation_one"))
    return Title(title), Ask(lines), value_numbers(study), by_cost(study)


def _cost_numbers(study: Study) -> Numbers:
    table, key = study.appraisal.to_frame(), "decision.costs."
    dearest, row = rows_of(table.sort_values("cost_m", ascending=False, kind="stable"))[0]
    largest = row_ref("capabilities", "cost_m", dearest, row, "millions_middle")
    told = [_total_cost(study)]
    if len(table) > 1:
        first = say(f"{key}largest_label", first=Name(str(dearest), "full"))
        told.append((largest, first, ranged(largest, say(f"{key}largest_detail"))))
    paid = study.appraisal.cost_by_payer()
    for payer in paying(study)[1:2]:  # beside the first
        share = float(paid[payer].sum()) / float(paid.to_numpy().sum())
        figure = ref(f"cost_share.all_capabilities.{payer}", share, "percent")
        label = say(f"{key}share_label", payer=Word("payer", payer))
        told.append((figure, label, say(f"{key}share_detail")))
    return Numbers(tuple(told))


def of_costs(study: Study) -> tuple[Block, ...]:
    """What the capabilities cost and who carries it; the case has no value tree."""
    count, years = len(study.case.capabilities), study.case.settings.years
    money, key = total_cost(study, "millions_spread"), "decision.costs."
    lines = (
        line("question", say(f"{key}asked", count=count)),
        line("advice", say(f"{key}recommendation", cost=money)),
    )
    title = Title(say(f"{key}title", count=count, cost=money, years=years))
    return title, Ask(lines), _cost_numbers(study), by_cost(study)
