"""Annex: services of excellence by both routes, with the reason, and the gaps to the model.

Annex: how firm the derived frontier is, with the weights of the value tree and other samples.

Annex: whom each capability can learn from, and what closing its gap is worth.

Annex: how the productivity of capabilities changed over the years that are published.
"""

from capworth.case.model import Case
from capworth.charts.excellence import compared
from capworth.excellence.gaps import GapWorth
from capworth.excellence.productivity import SPREAD
from capworth.excellence.services import BOTH, NEITHER, Excellence
from capworth.language.numbers import Amount
from capworth.language.voice import Wording
from capworth.report.blocks import Block, Bullets, Row, Section, Table, Text, pictures, rows_of
from capworth.report.why import why_capability
from capworth.study.stages import Study

MODELS = 2  # peers named for each capability
OFTEN = 0.2  # share of draws from which a peer is named
MOST = 12  # services of excellence whose place is explained


def excellence_page(study: Study, words: Wording) -> Section | None:
    """The table of both routes, and the gap charts; None where the case has no value tree."""
    found = study.excellence
    if found is None:
        return None
    table, peers = found.to_frame(), found.peers()
    order = {BOTH: 0, NEITHER: 2}
    table = table.assign(_order=table["route"].map(lambda route: order.get(route, 1)))
    table = table.sort_values(["_order", "p_top"], ascending=[True, False], kind="stable")
    rows = []
    for key, row in rows_of(table):
        often = peers.loc[key].drop(key).sort_values(ascending=False, kind="stable")
        named = [str(k) for k, share in often.items() if share >= OFTEN][:MODELS]
        rows.append(
            (
                words.name(key),
                words.word("route", str(row["route"])),
                _reason(key, row, study, words),
                words.listed(map(words.brief, named)) if named else words.say("unknown"),
                words.probability(float(row["p_efficient"])),
                words.probability(float(row["p_top"])),
                words.spread(Amount.of(row, "efficiency")),
            )
        )
    both = int((table["route"] == BOTH).sum())
    columns = ("name", "route", "reason", "models", "efficient", "top", "efficiency")
    main = Table(
        words.say("excellence.table", draws=words.number(found.draws, 0)),
        tuple(words.say(f"excellence.{column}") for column in columns),
        tuple(rows),
        words=4,
        weights=(1.4, 0.75, 1.2, 2.0),
        note=_note(found, words),
        size=6.9,
    )
    title = words.say(
        "excellence.title", count=both, both=both, named=len({*found.designated, *found.derived})
    )
    blocks: list[Block] = [main]
    if why := _reasons(study, words):
        blocks.append(why)
    blocks += pictures("excellence", study, words)
    if (found.models.to_frame()["model"] != "").any():
        blocks.append(models_table(found, words))
        if told := practices(study.case, found, words):
            blocks += [Text(words.say("models.practice")), told]
    if study.gap_worth is not None:
        blocks.append(worth_table(study.gap_worth, study.case.settings.price_year, words))
    return Section(words.say("excellence.topic"), title, blocks)


def _note(found: Excellence, words: Wording) -> str:
    parts = [words.say("excellence.note"), words.say(f"excellence.by_{found.designated_by}")]
    if found.small_sample:
        parts.append(words.say("excellence.small"))
    return " ".join(parts)


def _reasons(study: Study, words: Wording) -> Bullets | None:
    """Say of each service of excellence why it stands where it stands."""
    found = study.excellence
    assert found is not None
    table, models = study.appraisal.to_frame(), found.models.to_frame()
    named = [c for c in table.index if c in {*found.derived, *found.designated}][:MOST]
    pairs = study.appraisal.pairwise()
    sentences = [why_capability(c, table, pairs, found.to_frame(), models, words) for c in named]
    return Bullets(tuple(("", text) for text in sentences)) if sentences else None


def _reason(key: str, row: Row, study: Study, words: Wording) -> str:
    """Say what a capability lacks on the derived route, or that it lacks nothing."""
    assert study.excellence is not None
    efficient, top, _ = study.excellence.thresholds
    seldom, low = row["p_efficient"] < efficient, row["p_top"] < top
    which = "both" if seldom and low else "efficient" if seldom else "top" if low else "nothing"
    reason = words.say(f"excellence.lacks_{which}")
    if which != "nothing" and key in study.excellence.designated:
        return words.say("excellence.agreed_but", reason=reason)
    return reason


MODEL_OFTEN = 0.5  # share of draws from which a model is named


def frontier_page(study: Study, words: Wording) -> Section | None:
    """The chart, who the models are, and what was held fixed; None without a value tree."""
    check = study.frontier
    if check is None:
        return None
    table = check.to_frame()
    lost = [c for c in check.free if c not in check.bounded]
    title = words.say("frontier.title", names=words.listed(map(words.brief, check.bounded)))
    behind = table[(table["model"] != table.index) & (table["p_model"] >= MODEL_OFTEN)]
    often = behind["model"].value_counts()
    models = words.listed(
        words.say("frontier.model", name=words.brief(str(model)), count=int(count))
        for model, count in sorted(often.items(), key=lambda pair: (-pair[1], str(pair[0])))
    )
    text = words.say("frontier.text", lost=words.listed(map(words.brief, lost)), models=models)
    note = words.say("frontier.note", draws=words.number(check.draws, 0))
    if check.small_sample:
        note += " " + words.say("frontier.small_sample")
    blocks: list[Block] = [Text(text), *pictures("frontier", study, words), Text(note, small=True)]
    return Section(words.say("frontier.topic"), title, blocks)


SIZE = 6.9  # points of the type of wide tables
TINY = 0.01  # millions, points or days below which no number is printed


def models_table(found: Excellence, words: Wording) -> Table:
    """Models of each capability, what it lags on most, and its target.

    Capabilities without a model are left out; they are their own.
    """
    models = found.models
    table = models.to_frame()
    table = table[table["model"] != ""].sort_values("points", ascending=False, kind="stable")
    rows = [
        (
            words.name(key),
            _named(row, words),
            words.name(row["lags_on"]) if row["lags_on"] else words.say("unknown"),
            words.number(float(row["now"]), 0),
            words.cell(Amount.of(row, "target")),
            words.probability(float(row["p_lags"])),
        )
        for key, row in rows_of(table)
    ]
    columns = ("name", "model", "lags_on", "now", "target", "p_lags")
    return Table(
        words.say("models.table", draws=words.number(models.draws, 0)),
        tuple(words.say(f"models.{column}") for column in columns),
        tuple(rows),
        words=3,
        weights=(1.2, 1.6, 1.0),
        note=words.say("models.note"),
        size=SIZE,
    )


def _named(row: Row, words: Wording) -> str:
    """Name one or two models with their shares of draws."""
    pairs = [(row[key], row[f"p_{key}"]) for key in ("model", "second") if row[key]]
    return words.listed(
        words.say("models.share", name=words.brief(str(key)), percent=words.probability(float(p)))
        for key, p in pairs
    )


def practices(case: Case, found: Excellence, words: Wording) -> Bullets | None:
    """What the models do, each once, those of most capabilities first; None where nothing is told.

    A capability's model is here the most frequent one of which the case says something.
    """
    table = found.models.to_frame()
    table = table[table["practised_by"] != ""]
    if table.empty:
        return None
    counts = table["practised_by"].value_counts(sort=False)
    told = {c.id: c.in_language("pattern", words.texts.language) for c in case.capabilities}
    order = sorted(counts.index, key=lambda c: (-int(counts[c]), str(c)))
    return Bullets(
        tuple(
            (
                words.name(str(key)),
                words.say("models.does", count=int(counts[key]), text=told[str(key)]),
            )
            for key in order
        )
    )


def worth_table(gaps: GapWorth, price_year: int, words: Wording) -> Table:
    """What each gap is worth and costs, and who closes how much of it."""
    table = gaps.to_frame().sort_values("gap", ascending=False, kind="stable")
    amounts = ("gap", "gap_money_m", "gap_harm_days", "cost_m", "points_per_m", "money_per_m")
    rows = []
    for key, row in rows_of(table):
        cells = {name: _cell(Amount.of(row, name), words) for name in amounts}
        closed = words.percent(float(row["closed"])) if row["improvements"] else "0"
        rows.append(
            (
                words.name(key),
                words.say(f"gaps.field_{str(row['field']).replace(' ', '_')}"),
                *(cells[name] for name in amounts[:3]),
                closed if row["closed"] == row["closed"] else words.say("unknown"),
                *(cells[name] for name in amounts[3:]),
            )
        )
    columns = ("name", "field", "gap", "money", "harm", "closed", "cost", "rate", "back")
    return Table(
        words.say(
            "gaps.table",
            unit=words.unit("millions"),
            price_year=price_year,
            draws=words.number(gaps.draws, 0),
        ),
        tuple(words.say(f"gaps.{column}") for column in columns),
        tuple(rows),
        words=2,
        weights=(1.7, 1.0),
        note=words.say("gaps.note", models=words.listed(map(words.brief, gaps.models))),
        size=SIZE,
    )


def _cell(amount: Amount, words: Wording) -> str | tuple[str, str]:
    """Fill a cell; what is nearly nothing all over its range is said to be so."""
    if amount.is_known and 0 < amount.middle < TINY and amount.high < TINY:
        return words.say("gaps.tiny", number=words.exactly(TINY))
    return words.cell(amount)


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
