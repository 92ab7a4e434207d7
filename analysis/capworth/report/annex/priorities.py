"""Annex: why the improvements come in this order, what they add together, in which bundles."""

from capworth.jointgains import JointGains
from capworth.leavingout import DRAWS as REGRET_DRAWS
from capworth.report.amounts import Amount
from capworth.report.blocks import Block, Bullets, Section, Table
from capworth.report.pictures import pictures
from capworth.report.rows import rows_of
from capworth.report.why import why_improvement
from capworth.report.wording import Wording
from capworth.study import Study

EXPLAINED = 5  # improvements, the first ones, whose place is explained
READINGS = ("alone", "shapley", "last")  # of a gain, when others come too
LITTLE = 0.05  # points below which nothing is counted twice


def priorities_page(study: Study, words: Wording) -> Section | None:
    """Rank acceptability and bundles in order of priority; None where there is nothing to order."""
    priorities = study.priorities
    if priorities is None or not study.case.measured:
        return None
    first = priorities.order[0]
    share = float(priorities.to_frame()["p_first"].iloc[0])
    title = words.firmly("priorities.title", share, first=words.name(first))
    blocks: list[Block] = [_reasons(study, words)]
    if study.programme is not None:
        blocks.append(_bundles(study, words))
    if study.joint_gains is not None:
        blocks.append(_together(study, study.joint_gains, words))
    blocks += pictures("priorities", study, words)
    return Section(words.say("priorities.topic"), title, blocks)


def _reasons(study: Study, words: Wording) -> Bullets:
    """Say of the first improvements why they come first."""
    priorities = study.priorities
    assert priorities is not None
    table, pairs = priorities.to_frame(), priorities.pairwise()
    first = priorities.order[:EXPLAINED]
    return Bullets(tuple(("", why_improvement(i, table, pairs, words)) for i in first))


def _together(study: Study, joint: JointGains, words: Wording) -> Table:
    """Each gain alone, as a share free of order, and as the last one in; and its risks."""
    priorities = study.priorities
    assert priorities is not None
    table = joint.to_frame().loc[list(priorities.order)]
    own = priorities.to_frame()
    rows = []
    for key, row in rows_of(table):
        known = own.loc[key]
        rows.append(
            (
                words.name(key),
                *(words.cell(Amount.of(row, f"gain_{name}")) for name in READINGS),
                words.cell(Amount.of(row, "last_per_m")),
                *(words.number(float(row[f"money_m_{name}"])) for name in ("alone", "last")),
                words.percent(float(known["alignment"]), 1),
                str(known["readiness"]),
                words.percent(float(row["lost_a_year"])),
                words.number(float(row["regret"]), 2),
            )
        )
    risks = ("closed", "readiness", "lost", "regret")
    heads = ("name", *READINGS, "last_rate", "money_alone", "money_last", *risks)
    twice = joint.counted_twice
    which = "twice" if twice >= LITTLE else "more" if twice <= -LITTLE else "same"
    return Table(
        words.say(
            "together.table",
            unit=words.unit("millions"),
            price_year=study.case.settings.price_year,
            draws=words.number(joint.draws, 0),
        ),
        tuple(words.say(f"together.{head}") for head in heads),
        tuple(rows),
        marked=tuple(k for k, inside in enumerate(table["in_set"]) if inside),
        note=words.say(
            "together.note",
            sum=words.say(
                f"together.sum_{which}",
                together=words.spread(Amount(*joint.together)),
                alone=words.number(joint.alone[0]),
                twice=words.number(abs(twice)),
            ),
            draws=words.number(REGRET_DRAWS, 0),
        ),
        size=6.9,
    )


def _bundles(study: Study, words: Wording) -> Table:
    programme, settings = study.programme, study.case.settings
    assert programme is not None
    rows = tuple(
        (
            f"{place}. {words.named(str(row['improvements']).split(' + '))}",
            words.number(float(row["asked_m"])),
            words.number(float(row["asked_cum_m"]), 0),
            words.number(float(row["gain"])),
            words.number(float(row["gain_cum"]), 0),
            words.number(float(row["gain_per_asked_m"])),
        )
        for place, row in rows_of(programme.order())
    )
    columns = ("bundle", "asked", "asked_sum", "gain", "gain_sum", "rate")
    return Table(
        words.say("priorities.table", unit=words.unit("millions"), price_year=settings.price_year),
        tuple(words.say(f"priorities.{column}") for column in columns),
        rows,
        note=words.say("priorities.note"),
    )
