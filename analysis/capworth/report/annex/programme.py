"""Annex: how firm the programme is, why others are not in it, when it is built and reviewed.

Annex: why the improvements come in this order, what they add together, in which bundles.
"""

from collections.abc import Iterator

import pandas as pd

from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.programme.joint_gains import DRAWS as REGRET_DRAWS
from capworth.programme.joint_gains import JointGains
from capworth.report.blocks import Block, Bullets, Cell, Row, Section, Table, pictures, rows_of
from capworth.report.why import why_improvement
from capworth.study.stages import Study


def programme_page(study: Study, language: Language) -> Section | None:
    """Robust choices and reasons for rejection; None where the case names no budget."""
    if "robustness" not in study or "programme" not in study:
        return None
    found = study.robustness
    title = language.say(
        "programme.title",
        count=len(found.agreeing),
        all=len(found.to_frame()) - 1,
        percent=language.probability(found.p_best),
        sets=language.number(found.compared, 0),
    )
    blocks: list[Block] = list(pictures("programme", study, language))
    blocks.append(_ways(study, language))
    if len(found.why_not()):
        blocks.append(_why_not(study, language))
    if study.case.targets:
        blocks.append(_targets(study, language))
    return Section(language.say("programme.topic"), title, blocks)


def timetable(study: Study, language: Language) -> Section | None:
    """The timetable and what it promises; None where nothing is scheduled."""
    if "schedule" not in study or "programme" not in study or not study.schedule.done:
        return None
    schedule = study.schedule
    title = language.say(
        "timetable.title" if schedule.left_out else "timetable.title_full",
        count=len(schedule.done),
        late=len(schedule.late),
        out=language.named(schedule.left_out),
    )
    blocks: list[Block] = list(pictures("timetable", study, language))
    if "baseline" in study:
        blocks.append(_baseline(study, language))
    return Section(language.say("timetable.topic"), title, blocks)


def _unit(study: Study, language: Language) -> str:
    """Unit of the objective."""
    unit = language.million()
    return language.say(f"programme.unit_{study.programme.measure}", unit=unit)


def _ways(study: Study, language: Language) -> Table:
    rows = tuple(
        (
            language.say(f"programme.way_{key}"),
            language.named(str(row["chosen"]).split()),
            language.number(float(row["asked_m"])),
            language.number(float(row["value"])),
        )
        for key, (_, row) in zip(
            ("value", "rate", "exact"), rows_of(study.robustness.ways()), strict=True
        )
    )
    return Table(
        language.say("programme.ways", unit=language.million(), year=study.provenance.price_year),
        (
            language.say("programme.way"),
            language.say("programme.set"),
            language.say("programme.asked"),
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
    table = study.robustness.why_not().sort_values("forced_loss", kind="stable")
    rows = tuple(_reason(key, row, language) for key, row in rows_of(table))
    columns = ("improvement", "gives_way", "asked", "at_most", "gain", "at_least", "from", "loss")
    unit = _unit(study, language)
    return Table(
        language.say("programme.why", unit=language.million(), year=study.provenance.price_year),
        tuple(language.say(f"programme.{column}", unit=unit) for column in columns),
        rows,
        words=2,
        weights=(1.5, 1.4),
        note=language.say("programme.why_note"),
        size=7.0,
    )


def _reason(key: str, row: Row, language: Language) -> tuple[Cell, ...]:
    numbers = ("asked_m", "asked_at_most_m", "gain", "gain_at_least", "budget_at_least_m")
    gone = str(row["gives_way"]).split()
    return (
        language.name(key),
        language.named(gone) if gone else language.say("unknown"),
        *(language.number(float(row[column])) for column in numbers),
        language.number(float(row["forced_loss"])),
    )


def _targets(study: Study, language: Language) -> Table:
    """How likely the recommended set, and the set likeliest to meet all, meets each target."""
    table = study.robustness.targets()
    shown = [key for key in ("recommended", "targets") if key in table.index]
    by_rule = table.loc[shown].T
    rows = [
        (
            language.name(str(key)) if key != "all" else language.say("programme.all_targets"),
            *(language.probability(float(share)) for share in by_rule.loc[key]),
        )
        for key in by_rule.index
    ]
    best = study.robustness.to_frame()
    chosen = str(best["chosen"].to_dict()[shown[-1]]).split()
    return Table(
        language.say("programme.targets"),
        (
            language.say("programme.target"),
            *(language.say(f"programme.rule_{rule}") for rule in shown),
        ),
        tuple(rows),
        note=language.say("programme.targets_note", chosen=language.named(chosen)),
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


def _promises(frame: pd.DataFrame, language: Language) -> Iterator[tuple[Cell, ...]]:
    for (improvement, capability, indicator), row in rows_of(frame):
        names = language.names
        known = language.name(indicator) if indicator in names else language.word("step", indicator)
        yield (
            language.say(
                "timetable.row",
                improvement=language.brief(improvement),
                capability=language.brief(capability),
                indicator=known,
            ),
            language.typeset(language.charts.unit(str(row["unit"]))),
            " ".join(day[:4] for day in str(row["reviews"]).split()),
            str(row["grade"]),
            language.cell(Amount.of(row, "today")),
            language.cell(Amount.of(row, "planned")),
            str(int(row["first_effect"])),
            str(int(row["full_effect"])),
        )


EXPLAINED = 5  # improvements, the first ones, whose place is explained
READINGS = ("alone", "shapley", "last")  # of a gain, when others come too
LITTLE = 0.05  # points below which nothing is counted twice


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
                language.number(float(row["regret"]), 2),
            )
        )
    risks = ("readiness", "lost", "regret")
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
                together=language.spread(Amount(*joint.together)),
                alone=language.number(joint.alone[0]),
                twice=language.number(abs(twice)),
            ),
            draws=language.number(REGRET_DRAWS, 0),
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
            language.number(float(row["gain"])),
            language.number(float(row["gain_cum"]), 0),
            language.number(float(row["gain_per_asked_m"])),
        )
        for place, row in rows_of(programme.order())
    )
    columns = ("bundle", "asked", "asked_sum", "gain", "gain_sum", "rate")
    return Table(
        language.say("priorities.table", unit=language.million(), price_year=settings.price_year),
        tuple(language.say(f"priorities.{column}") for column in columns),
        rows,
        note=language.say("priorities.note"),
    )
