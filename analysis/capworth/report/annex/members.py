"""Annex: what the members say, where regions disagree, and which members need alike.

Annex: what the network reaches, what the next step in it is worth, and what members get.

Annex: where the weights come from, what each criterion adds, and whether the order holds.
"""

import pandas as pd

from capworth.case.model import SIZES, Case, Criterion
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.members.feedback import DOUBT, Feedback
from capworth.multicriteria.elicitation import Elicitation
from capworth.report.blocks import Block, Bullets, Cell, Section, Table, Text, pictures, rows_of
from capworth.study.stages import Study

NAMED = 3  # capabilities named in a list
GROUPED = ("hits", "own_m", "external_m", "own_harm", "national_m")  # sums of groups that are shown


def members_page(study: Study, language: Language) -> Section | None:
    """Need gaps, groups of members and response; None where no member was asked."""
    if "feedback" not in study or study.feedback.synthetic:
        return None
    return _section(study, study.feedback, language)


def made_up(study: Study, language: Language) -> Section | None:
    """Write the same from answers that a generator made: further back, and said so; else None."""
    if "feedback" not in study or not study.feedback.synthetic:
        return None
    return _section(study, study.feedback, language)


def _section(study: Study, found: Feedback, language: Language) -> Section:
    made = "_synthetic" if found.synthetic else ""
    title = language.say(
        f"survey.title{made}",
        answered=found.answered,
        members=found.members,
        year=found.year,
        worst=language.name(found.worst),
    )
    blocks: list[Block] = []
    if found.synthetic:
        blocks.append(Text(f"**{language.say('survey.synthetic')}**"))
    blocks.append(Text(_what_was_asked(study, found, language)))
    shown = pictures("survey", study, language)
    blocks += [*shown[:1], _groups(found, language), *shown[1:], _response(found, language)]
    return Section(language.say("survey.topic"), title, blocks)


def _what_was_asked(study: Study, found: Feedback, language: Language) -> str:
    parts = [
        language.say(
            "survey.method", answered=found.answered, members=found.members, grade=found.grade
        ),
        language.say(
            "survey.regions" if found.disagreed else "survey.regions_none",
            list=language.named(found.disagreed),
            doubt=language.percent(DOUBT),
        ),
        _views(found, language),
    ]
    surveyed = [c.id for c in study.case.criteria if c.measure]
    if surveyed:
        parts.append(language.say("survey.enters", list=language.named(surveyed)))
    else:
        parts.append(language.say("survey.stays_out"))
    return " ".join(parts)


def _views(found: Feedback, language: Language) -> str:
    """Say how far the largest gaps depend on how members are counted."""
    views = found.views()
    firsts = {str(column): set(values.nlargest(NAMED).index) for column, values in views.items()}
    usual = firsts["one_member_one_vote"]
    if all(first == usual for first in firsts.values()):
        return language.say("survey.views_agree", count=NAMED)
    other = [
        language.say(f"survey.view_{name}") for name, first in firsts.items() if first != usual
    ]
    return language.say("survey.views_differ", count=NAMED, list=language.listed(other))


def _response(found: Feedback, language: Language) -> Table:
    rows = tuple(
        (
            language.listed(language.word("region", r) for r in str(row["regions"]).split(", ")),
            language.listed(
                language.word("size", s) for s in filter(None, str(row["sizes"]).split(", "))
            ),
            language.number(float(row["members"]), 0),
            language.number(float(row["answered"]), 0),
            language.number(float(row["weight"]), 1),
        )
        for _, row in rows_of(found.response())
    )
    columns = ("region", "size", "members", "answered", "weight")
    return Table(
        language.say("survey.response"),
        tuple(language.say(f"survey.{column}") for column in columns),
        rows,
        words=2,
        note=language.say("survey.response_note"),
    )


def _groups(found: Feedback, language: Language) -> Block:
    if not found.has_groups:
        return Text(
            language.say("survey.no_groups", clear=language.exactly(round(found.silhouette, 2)))
        )
    rows = []
    for group, row in rows_of(found.groups()):
        regions = [part.rsplit(" ", 1) for part in str(row["regions"]).split(", ")]
        rows.append(
            (
                str(group),
                language.listed(
                    f"{language.word('region', name)} {language.number(int(count), 0)}"
                    for name, count in regions
                ),
                language.named(str(row["needs_most"]).split()),
                language.named(str(row["needs_least"]).split()),
                language.number(float(row["members"]), 0),
                language.percent(float(row["share"])),
            )
        )
    columns = ("group", "where", "needs_most", "needs_least", "members", "share")
    return Table(
        language.say("survey.groups", clear=language.exactly(round(found.silhouette, 2))),
        tuple(language.say(f"survey.{column}") for column in columns),
        tuple(rows),
        words=4,
        weights=(0.5, 1.5, 2.0, 2.0),
        note=language.say("survey.groups_note"),
    )


def network_page(study: Study, language: Language) -> Section | None:
    """The network and the members; None where the case has neither."""
    if "network" not in study and "members" not in study:
        return None
    blocks: list[Block] = list(pictures("network", study, language))
    if "network" in study and len(growth := study.network.growth()):
        blocks.append(Text(_growth(growth, language)))
    if "members" in study:
        members = study.members
        blocks.append(
            Text(
                language.say(
                    "network.members",
                    count=len(members.to_frame()),
                    by=language.say(f"network.key_{members.connected_by}"),
                    draws=language.number(members.draws, 0),
                )
            )
        )
        blocks.append(_network_groups(study, language))
    return Section(language.say("network.topic"), _title(study, language), blocks)


def _title(study: Study, language: Language) -> str:
    if "network" not in study:
        return language.say("network.title_members", count=len(study.members.to_frame()))
    network = study.network
    if network.break_even is None:
        return language.say("network.title", count=network.members)
    return language.say(
        "network.title_hub",
        count=network.members,
        percent=language.probability(network.p_hub),
    )


def _growth(growth: pd.DataFrame, language: Language) -> str:
    """Say what exponent was realised, and that it is no law."""
    (capability, metric), row = rows_of(growth)[0]
    return language.say(
        "network.growth",
        name=language.name(capability),
        metric=language.say(f"network.metric_{metric}"),
        first=int(row["first"]),
        last=int(row["last"]),
        few=language.number(float(row["from_members"]), 0),
        many=language.number(float(row["to_members"]), 0),
        exponent=language.number(float(row["exponent"]), 1),
        error=language.number(float(row["standard_error"]), 1),
    )


def _network_groups(study: Study, language: Language) -> Table:
    """Members by region and size; what would give one of them away is left out."""
    groups, unknown = study.members.by_group(), language.say("unknown")
    sized = bool(groups.index.get_level_values(1).any())
    rows = []
    order = {size: k for k, size in enumerate(("", *SIZES))}
    for (region, size), row in sorted(
        rows_of(groups), key=lambda pair: (pair[0][0], order[pair[0][1]])
    ):
        place = language.say(f"network.size_{size}") if size else unknown
        numbers = (
            unknown if pd.isna(row[column]) else language.number(float(row[column]) / scale, places)
            for column, scale, places in (
                ("members", 1.0, 0),
                ("hits", 1e3, None),
                ("own_m", 1.0, None),
                ("external_m", 1.0, None),
                ("own_harm", 1e3, None),
                ("national_m", 1.0, None),
                ("contribution_m", 1.0, None),
            )
        )
        where = language.word("region", str(region))
        rows.append((where, place, *numbers) if sized else (where, *numbers))
    heads = ["region", "size"] if sized else ["region"]
    columns = ("count", "hits", "own", "external", "harm", "national", "contribution")
    return Table(
        language.say(
            "network.table",
            unit=language.million(),
            price_year=study.case.settings.price_year,
        ),
        tuple(language.say(f"network.{column}") for column in (*heads, *columns)),
        tuple(rows),
        words=len(heads),
        weights=(1.0,) * len(heads),
        note=members_note(study, language),
    )


def members_note(study: Study, language: Language) -> str:
    """Say what is left out, and the largest error of the sums."""
    return f"{language.say('network.note')} {_error_of(study, language)}"


def _error_of(study: Study, language: Language) -> str:
    """Say the largest Monte Carlo error of the sums that are shown, as a share of the sum."""
    groups = study.members.by_group()
    shares = [(groups[f"{m}_error"] / groups[m].abs()).where(groups[m] != 0) for m in GROUPED]
    worst = float(pd.concat(shares).max())
    return language.say(
        "network.error",
        draws=language.number(study.members.draws, 0),
        percent=language.percent(worst if worst == worst else 0.0, 1),
    )


def weights_page(study: Study, language: Language) -> Section | None:
    """Weights with ranges, contributions, rank reversal; None where there is no value tree."""
    if "contributions" not in study:
        return None
    contributions = study.contributions
    points = contributions.by_criterion()
    mean = points.mean()
    title = language.say(
        "weights.title",
        most=language.name(str(mean.idxmax())),
        points=language.number(float(mean.max()), 0),
        score=language.number(float(mean.sum()), 0),
    )
    blocks: list[Block] = [Text(_reversal(study, language)), _tree(study, language)]
    if "elicitation" in study:
        blocks += _judges(study.case, study.elicitation, language)
    blocks += pictures("weights", study, language)
    return Section(language.say("weights.topic"), title, blocks)


def _reversal(study: Study, language: Language) -> str:
    found = study.reversals
    by_score, by_value = found.swaps("score"), found.swaps("value")
    score = language.say(
        "weights.reversal_none" if not by_score else "weights.reversal_some",
        changes=found.changes,
        count=by_score,
    )
    value = language.say(
        "weights.value_none" if not by_value else "weights.value_some", count=by_value
    )
    sound = language.say("weights.faults" if found.faults else "weights.sound", count=found.faults)
    return f"{score} {value} {sound}"


def _tree(study: Study, language: Language) -> Table:
    """Swing, weight and grade of every criterion, branches above what hangs below them."""
    contributions = study.contributions
    table = contributions.to_frame().groupby("criterion", sort=False)["weight"].first()
    mean = contributions.by_criterion().mean()
    rows: list[tuple[Cell, ...]] = []
    marked = []
    for criterion in _down(study.case.criteria):
        swing = criterion.swing
        leaf = criterion.is_measured
        if not leaf:
            marked.append(len(rows))
        rows.append(
            (
                language.name(criterion.id),
                language.word("grade", swing.grade),
                language.cell(Amount(swing.mode, swing.low, swing.high)),
                language.percent(float(table[criterion.id])) if leaf else "",
                language.number(float(mean[criterion.id]), 0) if leaf else "",
            )
        )
    columns = ("criterion", "grade", "swing", "weight", "adds")
    return Table(
        language.say("weights.table"),
        tuple(language.say(f"weights.{column}") for column in columns),
        tuple(rows),
        words=2,
        weights=(2.0, 1.0),
        marked=tuple(marked),
        note=language.say("weights.note"),
    )


def _down(criteria: tuple[Criterion, ...], parent: str = "") -> list[Criterion]:
    """Criteria in the order of the tree: each branch, then what hangs below it."""
    found = []
    for criterion in criteria:
        if criterion.parent == parent:
            found += [criterion, *_down(criteria, criterion.id)]
    return found


def _judges(case: Case, judged: Elicitation, language: Language) -> list[Block]:
    """Say who judged, by which method, and what to look at again."""
    rows = tuple(
        (
            str(judge),
            language.word("elicited", str(method)),
            _branch(str(branch), language),
            language.word("check", str(row["check"])),
            language.exactly(round(float(row["figure"]), 2)),
            language.say("weights.passed" if row["passed"] else "weights.revisit"),
        )
        for (judge, method, branch), row in rows_of(judged.checks())
    )
    columns = ("judge", "method", "branch", "check", "figure", "result")
    blocks: list[Block] = [
        Table(
            language.say("weights.checks", count=len(judged.judges)),
            tuple(language.say(f"weights.{column}") for column in columns),
            rows,
            words=4,
        )
    ]
    again = tuple(
        (
            f"{judge}.",
            language.say(
                "weights.again_row",
                method=language.word("elicited", str(method)),
                branch=_branch(str(branch), language),
            ),
        )
        for (judge, method, branch), row in rows_of(judged.checks())
        if not row["passed"]
    )
    if again:
        blocks += [Text(language.say("weights.again")), Bullets(again)]
    blocks.append(
        Text(language.say("weights.taken" if judged.is_in(case) else "weights.not_taken"))
    )
    return blocks


def _branch(branch: str, language: Language) -> str:
    return language.name(branch) if branch else language.say("weights.top")
