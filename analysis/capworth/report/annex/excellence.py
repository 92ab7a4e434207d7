"""Annex: services of excellence by both routes, with the reason, and the gaps to the model.

Annex: how firm the derived frontier is, with the weights of the value tree and other samples.

Annex: whom each capability can learn from, and what closing its gap is worth.

Annex: how the productivity of capabilities changed over the years that are published.
"""

from capworth.case.model import Case
from capworth.charts.excellence import compared
from capworth.excellence.comparison import CONSTANT, LEVELS, UNIT_COSTS, other_returns
from capworth.excellence.gaps import GapWorth
from capworth.excellence.productivity import SPREAD
from capworth.excellence.services import (
    ALONE,
    BOTH,
    BY_DEFAULT,
    MIXED,
    NEITHER,
    Excellence,
    lack,
)
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.report.blocks import Block, Bullets, Row, Section, Table, Text, pictures, rows_of
from capworth.report.why import why_capability
from capworth.study.stages import Study

MODELS = 2  # peers named for each capability
OFTEN = 0.2  # share of draws from which a peer is named
MOST = 12  # services of excellence whose place is explained
SIZE = 6.9  # points of the type of wide tables


def excellence_page(study: Study, language: Language) -> Section | None:
    """The table of both routes, and the gap charts; None where the case has no value tree."""
    if "excellence" not in study:
        return None
    found = study.excellence
    table, peers = found.to_frame(), found.peers()
    table = table[table["whole"] == table.index]
    order = {BOTH: 0, NEITHER: 2}
    table = table.assign(_order=table["route"].map(lambda route: order.get(route, 1)))
    table = table.sort_values(["_order", "p_top"], ascending=[True, False], kind="stable")
    shown = [found.way.returns, other_returns(found.way.returns)]
    rows = []
    for key, row in rows_of(table):
        often = peers.loc[key].drop(key, errors="ignore")
        often = often.sort_values(ascending=False, kind="stable")
        named = [str(k) for k, share in often.items() if share >= OFTEN][:MODELS]
        rows.append(
            (
                language.name(key),
                language.word("route", str(row["route"])),
                _reason(key, row, study, language),
                language.listed(map(language.brief, named)) if named else language.say("unknown"),
                language.probability(float(row["p_excellent"])),
                language.probability(float(row["p_top"])),
                *(language.cell(Amount.of(row, f"efficiency_{returns}")) for returns in shown),
            )
        )
    both = int((table["route"] == BOTH).sum())
    columns = ("name", "route", "reason", "models", "efficient", "top")
    main = Table(
        language.say("excellence.table", draws=language.number(found.draws, 0)),
        tuple(
            language.say(f"excellence.{column}")
            for column in (*columns, *(f"efficiency_{returns}" for returns in shown))
        ),
        tuple(rows),
        words=4,
        weights=(1.4, 0.75, 1.4, 1.4),
        note=_note(found, language),
        size=SIZE,
    )
    title = language.say(
        "excellence.title", count=both, both=both, named=len({*found.designated, *found.derived})
    )
    blocks: list[Block] = [main, Text(_not_excellent(found, language))]
    blocks += [_thresholds(found, language), _ways(found, language)]
    if why := _reasons(study, language):
        blocks.append(why)
    blocks += pictures("excellence", study, language)
    if (found.models.to_frame()["model"] != "").any():
        blocks.append(models_table(found, language))
        if practised := practices(study.case, found, language):
            blocks += [Text(language.say("models.practice")), practised]
    if "gap_worth" in study:
        blocks.append(worth_table(study.gap_worth, study.case.settings.price_year, language))
    return Section(language.say("excellence.topic"), title, blocks)


def _note(found: Excellence, language: Language) -> str:
    """Say what is compared, why so, and who was designated."""
    way = found.way
    parts = [language.say(f"excellence.how_{way.measures}")]
    if way.measures != LEVELS:
        parts.append(language.say(f"excellence.extent_{way.key}"))
    if found.without:
        parts.append(language.say("excellence.without", list=language.named(found.without)))
    parts.append(language.say(f"excellence.returns_{way.returns}"))
    parts += [language.say("excellence.note"), language.say(f"excellence.by_{found.designated_by}")]
    if found.small_sample:
        parts.append(language.say("excellence.small"))
    return " ".join(parts)


def _not_excellent(found: Excellence, language: Language) -> str:
    """Name what is efficient often enough and yet not excellent, and why."""
    factor = found.to_frame()["factor"]
    default = [
        language.say(
            "excellence.factored",
            name=language.brief(c),
            factor=_factored(str(factor[c]), language),
        )
        for c in found.lacking(BY_DEFAULT)
    ]
    return language.say(
        "excellence.not_excellent",
        default=language.listed(default),
        alone=language.listed(map(language.brief, found.lacking(ALONE))),
        seldom=language.listed(map(language.brief, found.lacking(MIXED))),
    )


def _factored(factor: str, language: Language) -> str:
    """Name a factor: a branch of the value tree, or the cost."""
    if not factor:
        return language.say("unknown")
    return language.say("excellence.factor_cost") if factor == "cost" else language.name(factor)


def _thresholds(found: Excellence, language: Language) -> Table:
    """Who is derived over thresholds, under both returns to scale."""
    shown = [found.way.returns, other_returns(found.way.returns)]
    rows = tuple(
        (
            language.percent(float(least)),
            *(_counted(str(row[returns]), language) for returns in shown),
        )
        for least, row in rows_of(found.over_thresholds())
    )
    return Table(
        language.say("excellence.thresholds"),
        tuple(language.say(f"excellence.{column}") for column in ("threshold", *shown)),
        rows,
        words=3,
        weights=(0.4, 2.0, 2.0),
        size=SIZE,
    )


def _ways(found: Excellence, language: Language) -> Table:
    """Who is derived if services are compared in other ways."""
    rows, marked = [], []
    for place, (_, row) in enumerate(rows_of(found.ways())):
        measures, returns, extent = (str(row[k]) for k in ("measures", "returns", "extent"))
        proportioned = measures == UNIT_COSTS and returns == CONSTANT
        if row["asked"]:
            marked.append(place)
        rows.append(
            (
                language.say(f"excellence.measures_{measures}{'_constant' * proportioned}"),
                language.say(f"excellence.returns_word_{returns}"),
                language.say(f"excellence.key_{extent}") if extent else language.say("unknown"),
                _counted(str(row["derived"]), language),
            )
        )
    return Table(
        language.say(
            "excellence.ways",
            tried=language.number(found.tried, 0),
            draws=language.number(found.draws, 0),
        ),
        tuple(language.say(f"excellence.{c}") for c in ("way", "returns", "extent", "services")),
        tuple(rows),
        words=4,
        weights=(1.6, 0.7, 0.9, 2.2),
        marked=tuple(marked),
        size=SIZE,
    )


def _counted(keys: str, language: Language) -> str:
    """How many services, and which."""
    named = keys.split()
    if not named:
        return language.listed(())
    return language.say(
        "excellence.counted",
        count=language.number(len(named), 0),
        list=language.listed(map(language.brief, named)),
    )


def _reasons(study: Study, language: Language) -> Bullets | None:
    """Say of each service of excellence why it stands where it stands."""
    found = study.excellence
    table, models = study.appraisal.to_frame(), found.models.to_frame()
    named = [c for c in table.index if c in {*found.derived, *found.designated}][:MOST]
    pairs = study.appraisal.pairwise()
    sentences = [why_capability(c, table, pairs, found.to_frame(), models, language) for c in named]
    return Bullets(tuple(("", text) for text in sentences)) if sentences else None


def _reason(key: str, row: Row, study: Study, language: Language) -> str:
    """Say what a capability lacks on the derived route, or that it lacks nothing."""
    least, least_top, _ = study.excellence.thresholds
    lacks = []
    if why := lack(row, least):
        factor = _factored(str(row["factor"]), language)
        lacks.append(language.say(f"excellence.lacks_{why}", factor=factor))
    if row["p_top"] < least_top:
        lacks.append(language.say("excellence.lacks_top"))
    if not lacks:
        return language.say("excellence.lacks_nothing")
    reason = language.listed(lacks)
    if key in study.excellence.designated:
        return language.say("excellence.agreed_but", reason=reason)
    return reason


MODEL_OFTEN = 0.5  # share of draws from which a model is named


def frontier_page(study: Study, language: Language) -> Section | None:
    """The chart, who the models are, and what was held fixed; None without a value tree."""
    if "frontier" not in study:
        return None
    check = study.frontier
    table = check.to_frame()
    lost = [c for c in check.free if c not in check.bounded]
    title = language.say(
        "frontier.title", names=language.listed(map(language.brief, check.bounded))
    )
    behind = table[(table["model"] != table.index) & (table["p_model"] >= MODEL_OFTEN)]
    often = behind["model"].value_counts()
    models = language.listed(
        language.say("frontier.model", name=language.brief(str(model)), count=int(count))
        for model, count in sorted(often.items(), key=lambda pair: (-pair[1], str(pair[0])))
    )
    text = language.say(
        "frontier.text", lost=language.listed(map(language.brief, lost)), models=models
    )
    note = language.say("frontier.note", draws=language.number(check.draws, 0))
    if check.small_sample:
        note += " " + language.say("frontier.small_sample")
    blocks: list[Block] = [
        Text(text),
        *pictures("frontier", study, language),
        Text(note, small=True),
    ]
    return Section(language.say("frontier.topic"), title, blocks)


TINY = 0.01  # millions, points or days below which no number is printed


def models_table(found: Excellence, language: Language) -> Table:
    """Models of each capability, what it lags on most, and its target.

    Capabilities without a model are left out; they are their own.
    """
    models = found.models
    table = models.to_frame()
    table = table[table["model"] != ""].sort_values("points", ascending=False, kind="stable")
    rows = [
        (
            language.name(key),
            _named(row, language),
            language.name(row["lags_on"]) if row["lags_on"] else language.say("unknown"),
            language.number(float(row["now"]), 0),
            language.cell(Amount.of(row, "target")),
            language.probability(float(row["p_lags"])),
        )
        for key, row in rows_of(table)
    ]
    columns = ("name", "model", "lags_on", "now", "target", "p_lags")
    return Table(
        language.say("models.table", draws=language.number(models.draws, 0)),
        tuple(language.say(f"models.{column}") for column in columns),
        tuple(rows),
        words=3,
        weights=(1.2, 1.6, 1.0),
        note=language.say("models.note"),
        size=SIZE,
    )


def _named(row: Row, language: Language) -> str:
    """Name one or two models with their shares of draws."""
    pairs = [(row[key], row[f"p_{key}"]) for key in ("model", "second") if row[key]]
    return language.listed(
        language.say(
            "models.share", name=language.brief(str(key)), percent=language.probability(float(p))
        )
        for key, p in pairs
    )


def practices(case: Case, found: Excellence, language: Language) -> Bullets | None:
    """What the models do, each once, those of most capabilities first; None where nothing is told.

    A capability's model is here the most frequent one of which the case says something.
    """
    table = found.models.to_frame()
    table = table[table["practised_by"] != ""]
    if table.empty:
        return None
    counts = table["practised_by"].value_counts(sort=False)
    practised = {c.id: c.in_language("pattern", language.code) for c in case.capabilities}
    order = sorted(counts.index, key=lambda c: (-int(counts[c]), str(c)))
    return Bullets(
        tuple(
            (
                language.name(str(key)),
                language.say("models.does", count=int(counts[key]), text=practised[str(key)]),
            )
            for key in order
        )
    )


def worth_table(gaps: GapWorth, price_year: int, language: Language) -> Table:
    """What each gap is worth and costs, and who closes how much of it."""
    table = gaps.to_frame().sort_values("gap", ascending=False, kind="stable")
    amounts = ("gap", "gap_money_m", "gap_harm_days", "cost_m", "points_per_m", "money_per_m")
    rows = []
    for key, row in rows_of(table):
        cells = {name: _cell(Amount.of(row, name), language) for name in amounts}
        closed = language.percent(float(row["closed"])) if row["improvements"] else "0"
        rows.append(
            (
                language.name(key),
                language.say(f"gaps.field_{str(row['field']).replace(' ', '_')}"),
                *(cells[name] for name in amounts[:3]),
                closed if row["closed"] == row["closed"] else language.say("unknown"),
                *(cells[name] for name in amounts[3:]),
            )
        )
    columns = ("name", "field", "gap", "money", "harm", "closed", "cost", "rate", "back")
    return Table(
        language.say(
            "gaps.table",
            unit=language.million(),
            price_year=price_year,
            draws=language.number(gaps.draws, 0),
        ),
        tuple(language.say(f"gaps.{column}") for column in columns),
        tuple(rows),
        words=2,
        weights=(1.7, 1.0),
        note=language.say("gaps.note", models=language.listed(map(language.brief, gaps.models))),
        size=SIZE,
    )


def _cell(amount: Amount, language: Language) -> str | tuple[str, str]:
    """Fill a cell; what is nearly nothing all over its range is said to be so."""
    if amount.is_known and 0 < amount.middle < TINY and amount.high < TINY:
        return language.say("gaps.tiny", number=language.exactly(TINY))
    return language.cell(amount)


PLACES = 2  # decimals of a factor


def productivity_page(study: Study, language: Language) -> Section | None:
    """The chart, the indices with their parts, and what they cannot say."""
    if "productivity" not in study:
        return None
    trend = study.productivity
    table = trend.to_frame()
    rows = [
        (
            language.brief(str(row["capability"])),
            language.typeset(compared(str(row["comparison"]), language.charts)),
            f"{row['from_year']}–{row['to_year']}",
            str(row["grade"]),
            *(_factor(Amount.of(row, part), language) for part in SPREAD),
            language.probability(float(row["p_rise"])),
        )
        for _, row in rows_of(table)
    ]
    columns = ("name", "compared", "years", "grade", "index", "catching", "frontier", "rise")
    main = Table(
        language.say("productivity.table", draws=language.number(trend.draws, 0)),
        tuple(language.say(f"productivity.{column}") for column in columns),
        tuple(rows),
        words=4,
        weights=(1.5, 2.2, 0.8, 0.5),
        note=language.say("productivity.note"),
        size=6.9,
    )
    few = language.say(
        "productivity.few", count=trend.fewest, fewest=language.number(trend.fewest, 0)
    )
    aside = language.say("productivity.set_aside", list=language.series(trend.set_aside))
    title = language.say(
        "productivity.title",
        least=language.number(float(table["productivity"].min()), PLACES),
        most=language.number(float(table["productivity"].max()), PLACES),
    )
    blocks: list[Block] = [*pictures("productivity", study, language), main, Text(few, small=True)]
    if trend.set_aside:
        blocks.append(Text(aside, small=True))
    return Section(language.say("productivity.topic"), title, blocks)


def _factor(amount: Amount, language: Language) -> str | tuple[str, str]:
    """Write a factor, and its range below it where it is wide enough to be seen."""
    middle, low, high = (language.number(part, PLACES) for part in amount)
    return middle if low == high else (middle, language.say("span", low=low, high=high))
