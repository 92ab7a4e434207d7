"""Annex: every good set, why others are not in the programme, when it is built and reviewed.

Annex: why the improvements come in this order, what they add together, in which bundles.
"""

from collections.abc import Iterator

import pandas as pd

from capworth.case.model import DISTANCE
from capworth.charts.chart import exact_amount, sure, worth
from capworth.charts.schedule import yearly_limited
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.methods.portfolio.good_sets import CHOICE, LISTED, REVIEW, START
from capworth.programme.joint_gains import JointGains
from capworth.report.blocks import (
    Block,
    Bullets,
    Cell,
    Row,
    Section,
    Table,
    Text,
    pictures,
    rows_of,
)
from capworth.report.why import why_improvement
from capworth.study.stages import Study


def programme_page(study: Study, language: Language) -> Section | None:
    """Good sets, choices, options and reasons for rejection; None where no budget is named."""
    if "programme" not in study:
        return None
    found = study.programme
    sets = found.good_sets()
    title = language.say(
        "programme.title" if len(sets) > 1 else "programme.title_only",
        count=len(sets),
        near=language.percent(found.near),
        start=len(found.with_role(START, REVIEW)),
    )
    blocks: list[Block] = [Text(_how_good(study, language))]
    blocks += pictures("programme", study, language)
    if len(found.choices()):
        blocks.append(_choices(study, language))
    blocks.append(_options(study, language))
    if "extent_keys" in study and len(study.extent_keys.to_frame()) > 1:
        blocks.append(_keys(study, language))
    if len(found.why_not()):
        blocks.append(_why_not(study, language))
    blocks.append(_ways(study, language))
    if study.case.targets:
        blocks.append(_targets(study, language))
    return Section(language.say("programme.topic"), title, blocks)


def timetable(study: Study, language: Language) -> Section | None:
    """The timetable and what it promises; None where nothing is carried out."""
    if "programme" not in study or not study.programme.chosen:
        return None
    found = study.programme
    title = language.say(
        "timetable.title" if yearly_limited(study.case) else "timetable.title_free",
        count=len(found.chosen),
        late=len(found.late),
        percent=language.probability(found.p_years),
    )
    blocks: list[Block] = list(pictures("timetable", study, language))
    if "baseline" in study:
        blocks.append(_baseline(study, language))
    return Section(language.say("timetable.topic"), title, blocks)


def _unit(study: Study, language: Language) -> str:
    """Unit of the objective."""
    unit = language.million()
    return language.say(f"programme.unit_{study.programme.measure}", unit=unit)


def _how_good(study: Study, language: Language) -> str:
    """What a good set is, how many there are, and what choosing beforehand gives up."""
    found = study.programme
    text = language.say(
        "programme.good",
        near=language.percent(found.near),
        listed=language.number(found.listed, 0),
        count=len(found.good_sets()),
        sure=sure(found.confidence, language),
        counted=language.word("extent", found.extent_key),
    )
    if len(found.good_sets()) == 1:
        return text
    regret = worth(found.measure, exact_amount(found.regret), language)
    value = Amount(*found.value).middle
    share = found.regret / abs(value) if value else float("nan")
    more = language.say("programme.regret", regret=regret, share=language.percent(share, 1))
    return f"{text} {more}"


def _choices(study: Study, language: Language) -> Table:
    """Each exchange with the recommended set, the likeliest to be better first."""
    found = study.programme
    rows = tuple(
        (
            language.named(str(row["out"]).split()),
            language.named(str(row["into"]).split()),
            _late(str(row["late"]), language),
            language.number(float(row["at_confidence_m"]), 1),
            language.probability(float(row["p_better"])),
            language.say("programme.even") if row["equal"] else language.number(float(row["loss"])),
        )
        for _, row in rows_of(found.choices())
    )
    columns = ("out", "into", "late", "needed", "p_better", "loss")
    unit, certain = _unit(study, language), sure(found.confidence, language)
    return Table(
        language.say("programme.choices", unit=language.million(), year=_year(study)),
        tuple(language.say(f"programme.{column}", unit=unit, sure=certain) for column in columns),
        rows,
        words=3,
        weights=(1.3, 1.3, 1.4),
        note=language.say(
            "programme.choices_note",
            listed=language.percent(LISTED),
            choice=language.percent(CHOICE),
            draws=language.number(found.draws, 0),
        ),
    )


def _late(words: str, language: Language) -> str:
    """Name those that start later than stated, each with its year."""
    pairs = [word.split(":") for word in words.split()]
    return language.listed(
        language.say("role_year.stated", name=language.brief(key), year=int(year))
        for key, year in pairs
    )


def _options(study: Study, language: Language) -> Table:
    """Do nothing, do-minimum where there is one, what is started alone, and the programme."""
    found = study.programme
    table = found.options()
    rows = tuple(
        (
            language.say(f"programme.option_{key}"),
            language.named(str(row["chosen"]).split()),
            language.number(float(row["asked_m"]), 1),
            language.number(float(row["at_confidence_m"]), 1),
            language.number(float(row["gain"]), 1),
            language.number(float(row["net_m"]), 0),
            language.number(float(row["harm_days"])),
            language.say("programme.fits" if row["fits"] else "programme.fits_not"),
        )
        for key, row in rows_of(table)
    )
    columns = ("option", "set", "expected", "needed", "distance", "net", "harm", "in_years")
    certain = sure(found.confidence, language)
    return Table(
        language.say("programme.options", unit=language.million(), year=_year(study)),
        tuple(language.say(f"programme.{column}", sure=certain) for column in columns),
        rows,
        words=2,
        weights=(0.8, 2.0),
        note=language.say(
            "programme.options_note", extents=language.word("extent", found.extent_key)
        ),
        marked=(len(rows) - 1,),
    )


def _keys(study: Study, language: Language) -> Table:
    """The programme under each extent key, that of the case first."""
    found = study.extent_keys
    rows = tuple(
        (
            language.word("extent", key),
            language.named(str(row["chosen"]).split()),
            language.number(float(row["distance"])),
            language.number(float(row["needed_m"]), 1),
            language.cell(Amount.of(row, "gain")),
        )
        for key, row in rows_of(found.to_frame())
    )
    columns = ("counted", "set", "points", "needed", "distance")
    certain = sure(study.programme.confidence, language)
    none = language.say("programme.keys_none")
    return Table(
        language.say("programme.keys", unit=language.million(), year=_year(study)),
        tuple(language.say(f"programme.{column}", sure=certain) for column in columns),
        rows,
        words=2,
        weights=(0.8, 2.0),
        note=language.say(
            "programme.keys_note",
            always=language.named(found.always) if found.always else none,
            never=language.named(found.never) if found.never else none,
        ),
        marked=(0,),
    )


def _year(study: Study) -> int:
    return study.provenance.price_year


def _ways(study: Study, language: Language) -> Table:
    found = study.programme
    rows = tuple(
        (
            language.say(f"programme.way_{key}"),
            language.named(str(row["chosen"]).split()),
            language.number(float(row["at_confidence_m"]), 1),
            language.number(float(row["value"])),
        )
        for key, (_, row) in zip(("value", "rate", "exact"), rows_of(found.ways()), strict=True)
    )
    certain = sure(found.confidence, language)
    return Table(
        language.say("programme.ways", unit=language.million(), year=_year(study)),
        (
            language.say("programme.way"),
            language.say("programme.set"),
            language.say("programme.needed", sure=certain),
            language.say("programme.adds", unit=_unit(study, language)),
        ),
        rows,
        words=2,
        weights=(1.0, 2.4),
        note=language.say("programme.ways_note"),
        marked=(2,),
    )


def _why_not(study: Study, language: Language) -> Table:
    """One row for each improvement that is left out, the one nearest to being funded first."""
    table = study.programme.why_not().sort_values("forced_loss", kind="stable")
    rows = tuple(_reason(key, row, language) for key, row in rows_of(table))
    columns = ("improvement", "reason", "gives_way", "asked", "gain", "at_least", "forced")
    unit = _unit(study, language)
    return Table(
        language.say("programme.why", unit=language.million(), year=_year(study)),
        tuple(language.say(f"programme.{column}", unit=unit) for column in columns),
        rows,
        words=3,
        weights=(1.5, 0.8, 1.4),
        note=language.say("programme.why_note", sure=sure(study.programme.confidence, language)),
        size=7.0,
    )


def _reason(key: str, row: Row, language: Language) -> tuple[Cell, ...]:
    numbers = ("asked_m", "gain", "gain_at_least", "forced_loss")
    gone = str(row["gives_way"]).split()
    return (
        language.name(key),
        language.word("reason", str(row["reason"])),
        language.named(gone) if gone else language.say("unknown"),
        *(language.number(float(row[column])) for column in numbers),
    )


def _targets(study: Study, language: Language) -> Table:
    """How likely the programme meets each target, and all of them."""
    rows = [
        (
            language.name(str(key)) if key != "all" else language.say("programme.all_targets"),
            language.probability(float(row["met"])),
        )
        for key, row in rows_of(study.programme.targets())
    ]
    return Table(
        language.say("programme.targets"),
        (language.say("programme.target"), language.say("programme.met")),
        tuple(rows),
        note=language.say("programme.targets_note"),
        marked=(len(rows) - 1,),
    )


def _baseline(study: Study, language: Language) -> Table:
    frame = study.baseline.to_frame()
    columns = ("promise", "unit", "reviews", "grade", "today", "planned", "felt", "full")
    return Table(
        language.say("timetable.baseline"),
        tuple(language.say(f"timetable.{column}") for column in columns),
        tuple(_promises(frame, language)),
        words=4,
        weights=(2.6, 1.0, 1.0, 0.45),
        note=language.say("timetable.note"),
        size=6.5,
    )


LOGS = {"log10 of minutes": "minutes", "log10 of results a year": "results"}


def plain_unit(unit: str, language: Language) -> tuple[str, bool]:
    """Say the unit of a promise, and whether its level is kept as a logarithm."""
    if unit in LOGS:
        return language.say(f"leaf.{LOGS[unit]}"), True
    return language.typeset(language.charts.unit(unit)), False


def scaled(amount: Amount, logarithm: bool) -> Amount:
    """A level in its plain unit."""
    return Amount(*(10.0**end for end in amount)) if logarithm else amount


def _promises(frame: pd.DataFrame, language: Language) -> Iterator[tuple[Cell, ...]]:
    for (improvement, capability, indicator), row in rows_of(frame):
        names = language.names
        known = language.name(indicator) if indicator in names else language.word("step", indicator)
        unit, logarithm = plain_unit(str(row["unit"]), language)
        yield (
            language.say(
                "timetable.row",
                improvement=language.brief(improvement),
                capability=language.brief(capability),
                indicator=known,
            ),
            unit,
            " ".join(day[:4] for day in str(row["reviews"]).split()),
            str(row["grade"]),
            language.cell(scaled(Amount.of(row, "today"), logarithm)),
            language.cell(scaled(Amount.of(row, "planned"), logarithm)),
            str(int(row["first_effect"])),
            str(int(row["full_effect"])),
        )


EXPLAINED = 5  # improvements, the first ones, whose place is explained
READINGS = ("alone", "shapley", "last")  # of a gain, when others come too
LITTLE = 0.05  # per cent of the distance below which nothing is counted twice


def priorities_page(study: Study, language: Language) -> Section | None:
    """Rank acceptability and bundles in order of priority; None where there is nothing to order."""
    if "priorities" not in study or not study.case.measured:
        return None
    priorities = study.priorities
    first = priorities.order[0]
    share = float(priorities.to_frame()["p_first"].iloc[0])
    title = language.firmly("priorities.title", share, first=language.name(first))
    blocks: list[Block] = [_reasons(study, language)]
    if "programme" in study:
        blocks.append(_bundles(study, language))
    if "joint_gains" in study:
        blocks.append(_together(study, study.joint_gains, language))
    blocks += pictures("priorities", study, language)
    return Section(language.say("priorities.topic"), title, blocks)


def _reasons(study: Study, language: Language) -> Bullets:
    """Say of the first improvements why they come first."""
    priorities = study.priorities
    table, pairs = priorities.to_frame(), priorities.pairwise()
    first = priorities.order[:EXPLAINED]
    return Bullets(tuple(("", why_improvement(i, table, pairs, language)) for i in first))


def _together(study: Study, joint: JointGains, language: Language) -> Table:
    """Each gain alone, as a share free of order, and as the last one in; and its risks."""
    priorities = study.priorities
    table = joint.to_frame().loc[list(priorities.order)]
    own = priorities.to_frame()
    rows = []
    for key, row in rows_of(table):
        known = own.loc[key]
        rows.append(
            (
                language.name(key),
                *(language.cell(Amount.of(row, f"gain_{name}")) for name in READINGS),
                language.cell(Amount.of(row, "last_per_m")),
                *(language.number(float(row[f"money_m_{name}"])) for name in ("alone", "last")),
                str(known["readiness"]),
                language.percent(float(row["lost_a_year"])),
                language.number(float(row["loss_without"]), 2),
            )
        )
    risks = ("readiness", "lost", "loss")
    heads = ("name", *READINGS, "last_rate", "money_alone", "money_last", *risks)
    twice = joint.counted_twice
    which = "twice" if twice >= LITTLE else "more" if twice <= -LITTLE else "same"
    return Table(
        language.say(
            "together.table",
            unit=language.million(),
            price_year=study.case.settings.price_year,
            draws=language.number(joint.draws, 0),
        ),
        tuple(language.say(f"together.{head}") for head in heads),
        tuple(rows),
        marked=tuple(k for k, inside in enumerate(table["in_set"]) if inside),
        note=language.say(
            "together.note",
            sum=language.say(
                f"together.sum_{which}",
                together=worth(DISTANCE, Amount(*joint.together), language),
                alone=language.say("percent", number=language.number(joint.alone[0])),
                twice=language.say("percent", number=language.number(abs(twice))),
            ),
            unit=_unit(study, language) if "programme" in study else "",
        ),
        size=6.9,
    )


def _bundles(study: Study, language: Language) -> Table:
    programme, settings = study.programme, study.case.settings
    rows = tuple(
        (
            f"{place}. {language.named(str(row['improvements']).split(' + '))}",
            language.number(float(row["asked_m"])),
            language.number(float(row["asked_cum_m"]), 0),
            language.number(float(row["at_confidence_cum_m"]), 0),
            language.number(float(row["gain"])),
            language.number(float(row["gain_cum"]), 1),
            language.number(float(row["gain_per_asked_m"])),
        )
        for place, row in rows_of(programme.order())
    )
    columns = ("bundle", "asked", "asked_sum", "needed_sum", "gain", "gain_sum", "rate")
    certain = sure(programme.confidence, language)
    return Table(
        language.say("priorities.table", unit=language.million(), price_year=settings.price_year),
        tuple(language.say(f"priorities.{column}", sure=certain) for column in columns),
        rows,
        note=language.say("priorities.note"),
    )
