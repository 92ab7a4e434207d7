"""Annex: where the weights come from, what each criterion adds, and whether the order holds."""

from capworth.case.model import Case, Criterion
from capworth.elicitation import Elicitation
from capworth.report.amounts import Amount
from capworth.report.blocks import Block, Bullets, Cell, Section, Table, Text
from capworth.report.pictures import pictures
from capworth.report.rows import rows_of
from capworth.report.wording import Wording
from capworth.study import Study


def weights_page(study: Study, words: Wording) -> Section | None:
    """Weights with ranges, contributions, rank reversal; None where there is no value tree."""
    contributions = study.contributions
    if contributions is None:
        return None
    points = contributions.by_criterion()
    mean = points.mean()
    title = words.say(
        "weights.title",
        most=words.name(str(mean.idxmax())),
        points=words.number(float(mean.max()), 0),
        score=words.number(float(mean.sum()), 0),
    )
    blocks: list[Block] = [Text(_reversal(study, words)), _tree(study, words)]
    if study.elicitation is not None:
        blocks += _judges(study.case, study.elicitation, words)
    blocks += pictures("weights", study, words)
    return Section(words.say("weights.topic"), title, blocks)


def _reversal(study: Study, words: Wording) -> str:
    found = study.reversals
    assert found is not None
    by_score, by_value = found.swaps("score"), found.swaps("value")
    score = words.say(
        "weights.reversal_none" if not by_score else "weights.reversal_some",
        changes=found.changes,
        count=by_score,
    )
    value = words.say(
        "weights.value_none" if not by_value else "weights.value_some", count=by_value
    )
    sound = words.say("weights.faults" if found.faults else "weights.sound", count=found.faults)
    return f"{score} {value} {sound}"


def _tree(study: Study, words: Wording) -> Table:
    """Swing, weight and grade of every criterion, branches above what hangs below them."""
    contributions = study.contributions
    assert contributions is not None
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
                words.name(criterion.id),
                words.word("grade", swing.grade),
                words.cell(Amount(swing.mode, swing.low, swing.high)),
                words.percent(float(table[criterion.id])) if leaf else "",
                words.number(float(mean[criterion.id]), 0) if leaf else "",
            )
        )
    columns = ("criterion", "grade", "swing", "weight", "adds")
    return Table(
        words.say("weights.table"),
        tuple(words.say(f"weights.{column}") for column in columns),
        tuple(rows),
        words=2,
        weights=(2.0, 1.0),
        marked=tuple(marked),
        note=words.say("weights.note"),
    )


def _down(criteria: tuple[Criterion, ...], parent: str = "") -> list[Criterion]:
    """Criteria in the order of the tree: each branch, then what hangs below it."""
    found = []
    for criterion in criteria:
        if criterion.parent == parent:
            found += [criterion, *_down(criteria, criterion.id)]
    return found


def _judges(case: Case, judged: Elicitation, words: Wording) -> list[Block]:
    """Say who judged, by which method, and what to look at again."""
    rows = tuple(
        (
            str(judge),
            words.word("elicited", str(method)),
            _branch(str(branch), words),
            words.word("check", str(row["check"])),
            words.exactly(round(float(row["figure"]), 2)),
            words.say("weights.passed" if row["passed"] else "weights.revisit"),
        )
        for (judge, method, branch), row in rows_of(judged.checks())
    )
    columns = ("judge", "method", "branch", "check", "figure", "result")
    blocks: list[Block] = [
        Table(
            words.say("weights.checks", count=len(judged.judges)),
            tuple(words.say(f"weights.{column}") for column in columns),
            rows,
            words=4,
        )
    ]
    again = tuple(
        (
            f"{judge}.",
            words.say(
                "weights.again_row",
                method=words.word("elicited", str(method)),
                branch=_branch(str(branch), words),
            ),
        )
        for (judge, method, branch), row in rows_of(judged.checks())
        if not row["passed"]
    )
    if again:
        blocks += [Text(words.say("weights.again")), Bullets(again)]
    blocks.append(Text(words.say("weights.taken" if judged.is_in(case) else "weights.not_taken")))
    return blocks


def _branch(branch: str, words: Wording) -> str:
    return words.name(branch) if branch else words.say("weights.top")
