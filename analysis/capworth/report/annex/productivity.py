"""Annex: how the productivity of capabilities changed over the years that are published."""

from capworth.charts.productivity_chart import compared
from capworth.productivitytrend import SPREAD
from capworth.report.amounts import Amount
from capworth.report.blocks import Block, Section, Table, Text
from capworth.report.pictures import pictures
from capworth.report.rows import rows_of
from capworth.report.wording import Wording
from capworth.study import Study

PLACES = 2  # decimals of a factor


def productivity_page(study: Study, words: Wording) -> Section | None:
    """The chart, the indices with their parts, and what they cannot say."""
    trend = study.productivity
    if trend is None:
        return None
    table = trend.to_frame()
    rows = [
        (
            words.brief(str(row["capability"])),
            words.typeset(compared(str(row["comparison"]), words.voice)),
            f"{row['from_year']}–{row['to_year']}",
            str(row["grade"]),
            *(_factor(Amount.of(row, part), words) for part in SPREAD),
            words.probability(float(row["p_rise"])),
        )
        for _, row in rows_of(table)
    ]
    columns = ("name", "compared", "years", "grade", "index", "catching", "frontier", "rise")
    main = Table(
        words.say("productivity.table", draws=words.number(trend.draws, 0)),
        tuple(words.say(f"productivity.{column}") for column in columns),
        tuple(rows),
        words=4,
        weights=(1.5, 2.2, 0.8, 0.5),
        note=words.say("productivity.note"),
        size=6.9,
    )
    few = words.say("productivity.few", count=trend.fewest, fewest=words.number(trend.fewest, 0))
    aside = words.say("productivity.set_aside", list="; ".join(trend.set_aside))
    title = words.say(
        "productivity.title",
        least=words.number(float(table["productivity"].min()), PLACES),
        most=words.number(float(table["productivity"].max()), PLACES),
    )
    blocks: list[Block] = [*pictures("productivity", study, words), main, Text(few, small=True)]
    if trend.set_aside:
        blocks.append(Text(aside, small=True))
    return Section(words.say("productivity.topic"), title, blocks)


def _factor(amount: Amount, words: Wording) -> str | tuple[str, str]:
    """Write a factor, and its range below it where it is wide enough to be seen."""
    middle, low, high = (words.number(part, PLACES) for part in amount)
    return middle if low == high else (middle, f"{low}–{high}")
