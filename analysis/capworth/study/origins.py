"""The rows of a case behind a figure: which tables it rests on, and whose rows of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from capworth.case.model import GRADES, Case, Estimate
from capworth.model.figures import EVERY, PROGRAMME, Origin
from capworth.model.out_turn import amount_of, bias_of

FORWARD, ONE_OFF = "forward", "one-off"  # treatment and kind of a cost line
CONTRIBUTION = "contribution"  # category of a cost line that is a transfer


class Origins:
    """Rows of a case by kind and by whose they are, each found once.

    Kinds are the tables of a case, asked (one-off lines of improvements), input (one input) and
    settings (one key of case.toml, or of the claim). An
    object is a capability, improvement, pledge or member; the programme stands for its
    improvements; anything else, such as a budget, for all rows of the kind.
    """

    def __init__(self, case: Case, chosen: Iterable[str] = ()) -> None:
        self._case, self._chosen = case, tuple(chosen)
        self._known: dict[tuple[str, str], dict[str, Origin]] = {}
        self._lists: dict[tuple[tuple[str, str], ...], tuple[Origin, ...]] = {}
        self._capabilities, self._improvements = {*case.capability_ids}, {*case.improvement_ids}
        self._pledges = {pledge.id for pledge in case.funding}
        self._inputs = case.estimates()
        self._members = {member.id for member in case.members}
        self._named = self._capabilities | self._improvements | self._pledges | self._members
        self._finders: Mapping[str, Callable[[str], Iterator[Origin]]] = {
            "costs": self._costs,
            "asked": self._asked,
            "scores": self._scores,
            "weights": self._weights,
            "chain": self._chain,
            "functions": self._functions,
            "effects": self._effects,
            "savings": self._savings,
            "funding": self._funding,
            "feedback": self._feedback,
            "members": self._of_members,
            "network": self._network,
            "extents": self._extents,
            "totals": self._totals,
            "improvements": self._plans,
            "limits": self._limits,
            "activity": self._activity,
            "judgements": self._judgements,
            "input": self._input,
            "settings": self._setting,
        }

    def find(self, behind: Iterable[tuple[str, str]]) -> tuple[Origin, ...]:
        """Every row of some kinds and objects, once, in the order of the kinds."""
        asked = tuple(behind)
        if asked not in self._lists:  # many figures rest on the same rows
            self._lists[asked] = self._listed(asked)
        return self._lists[asked]

    def _listed(self, behind: tuple[tuple[str, str], ...]) -> tuple[Origin, ...]:
        rows: dict[str, Origin] = {}
        for kind, label in behind:
            for thing in (label,) if kind in ("input", "settings") else self._things(kind, label):
                if (kind, thing) not in self._known:
                    self._known[kind, thing] = {r.name: r for r in self._finders[kind](thing)}
                rows |= self._known[kind, thing]
        return tuple(rows.values())

    def _things(self, kind: str, label: str) -> tuple[str, ...]:
        """Things of the case that an object of a figure names; one empty name for all rows.

        What a pledge pays of an improvement is asked for by the improvement.
        """
        parts = label.split(".")
        if PROGRAMME in parts:
            return self._chosen
        if EVERY in parts:
            return tuple(self._case.capability_ids)
        named = self._improvements if kind == "asked" else self._named
        found = [part for part in parts if part in named]
        return (found[0],) if found else ("",)

    def _mine(self, thing: str, *owners: str) -> bool:
        return thing in ("", *owners)

    def _costs(self, thing: str) -> Iterator[Origin]:
        """Lines of a thing and of its platforms; sunk cost and transfers are not counted."""
        case = self._case
        used = {u.platform for u in case.usage if self._mine(thing, u.capability)}
        for line in case.costs:
            mine = self._mine(thing, line.capability, line.improvement) or line.platform in used
            if mine and line.treatment == FORWARD and line.category != CONTRIBUTION:
                yield _row(line.amount)
        for use in case.usage:
            if self._mine(thing, use.capability):
                yield _row(use.use)

    def _asked(self, thing: str) -> Iterator[Origin]:
        """One-off lines of improvements: the money that has to be raised."""
        for line in self._case.costs:
            mine = line.improvement and self._mine(thing, line.improvement)
            held = line.payer in self._case.settings.budget_payers and not line.in_kind
            if mine and held and line.kind == ONE_OFF and line.treatment == FORWARD:
                yield _row(line.amount)

    def _scores(self, thing: str) -> Iterator[Origin]:
        for score in self._case.scores:
            if self._mine(thing, score.capability):
                yield _row(score.level)
        yield from self._weights("")

    def _weights(self, _: str) -> Iterator[Origin]:
        yield from map(_row, (criterion.swing for criterion in self._case.criteria))

    def _chain(self, thing: str) -> Iterator[Origin]:
        case, outcomes = self._case, set()
        for step in case.chain:
            if self._mine(thing, step.capability):
                outcomes.add(step.outcome)
                yield _row(step.level)
        for value in case.unit_values:
            if value.outcome in outcomes:
                yield _row(value.worth)

    def _functions(self, thing: str) -> Iterator[Origin]:
        for row in self._case.functions:
            if self._mine(thing, row.capability):
                yield _row(row.share)

    def _savings(self, thing: str) -> Iterator[Origin]:
        """What an improvement saves of which line of today, and what comes in."""
        lines = {line.id: line for line in self._case.costs}
        for saving in self._case.savings:
            if self._mine(thing, saving.improvement):
                yield _row(saving.share)
                yield _row(lines[saving.line].amount)
        for receipt in self._case.receipts:
            if self._mine(thing, receipt.improvement):
                yield _row(lines[receipt.line].amount)

    def _effects(self, thing: str) -> Iterator[Origin]:
        """What an improvement changes, and how it stands today."""
        case, touched = self._case, set()
        for effect in case.effects:
            if self._mine(thing, effect.improvement, effect.capability):
                touched.add((effect.capability, effect.criterion or effect.step))
                yield _row(effect.change)
        for score in case.scores:
            if (score.capability, score.criterion) in touched:
                yield _row(score.level)
        for step in case.chain:
            if (step.capability, step.step) in touched:
                yield _row(step.level)
        yield from self._weights("")

    def _funding(self, thing: str) -> Iterator[Origin]:
        for pledge in self._case.funding:
            if self._mine(thing, pledge.id, *pledge.earmark):
                yield _row(pledge.amount)
                if pledge.chance:
                    yield _row(pledge.chance)

    def _extents(self, thing: str) -> Iterator[Origin]:
        """Elicited extents; by another key they are computed from other rows."""
        stated = [c for c in self._case.capabilities if c.extent]
        for capability in stated:
            if self._mine(thing, capability.id) and capability.extent:
                yield _row(capability.extent)
        if not stated:
            yield from self._costs(thing)

    def _plans(self, thing: str) -> Iterator[Origin]:
        """The rows that state readiness, years and posts, which have no grade of their own."""
        for row in self._case.improvements:
            if self._mine(thing, row.id):
                yield Origin(f"improvements/{row.id}", "improvements", row.row, "", "")

    def _limits(self, _: str) -> Iterator[Origin]:
        for limit in self._case.limits:
            yield Origin(f"limits/{limit.id}", "limits", limit.row, "", "", mode=limit.amount)

    def _totals(self, thing: str) -> Iterator[Origin]:
        for total in self._case.totals:
            if self._mine(thing, total.id):
                yield _row(total.amount)

    def _feedback(self, thing: str) -> Iterator[Origin]:
        rated: dict[str, list[tuple[str, str]]] = {}
        for rating in self._case.feedback:
            if self._mine(thing, rating.capability, rating.member):
                rated.setdefault(rating.capability, []).append((rating.grade, rating.source))
        for capability, rows in rated.items():
            yield _rows("feedback", capability, rows)

    def _of_members(self, thing: str) -> Iterator[Origin]:
        for member in self._case.members:
            if self._mine(thing, member.id):
                low, mode, high = (
                    member.contribution_low,
                    member.contribution,
                    member.contribution_high,
                )
                yield Origin(
                    name=f"members/{member.id}",
                    table="members",
                    row=0,
                    grade=member.contribution_grade or member.grade,
                    source=member.contribution_source or member.source,
                    unit="",
                    low=low,
                    mode=mode,
                    high=high,
                )

    def _network(self, thing: str) -> Iterator[Origin]:
        for figure in self._case.network:
            if self._mine(thing, figure.capability, figure.member):
                yield _row(figure.level)

    def _activity(self, thing: str) -> Iterator[Origin]:
        series: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for row in self._case.activity:
            if self._mine(thing, row.capability):
                series.setdefault((row.capability, row.metric), []).append((row.grade, row.source))
        for (capability, metric), rows in series.items():
            yield _rows("activity", f"{capability}/{metric}", rows)

    def _judgements(self, _: str) -> Iterator[Origin]:
        quoted: dict[str, list[tuple[str, str]]] = {}
        for row in self._case.judgements:
            quoted.setdefault(row.judge, []).append((row.grade, row.source))
        for judge, rows in quoted.items():
            yield _rows("judgements", judge, rows)

    def _setting(self, name: str) -> Iterator[Origin]:
        """One key of the settings, or of the registration of the claim: such as claim.margin."""
        table, _, key = name.rpartition(".")
        holder = self._case.claim if table else self._case.settings
        if holder is not None:
            level = getattr(holder, key)
            mode = float(level) if isinstance(level, float | int) else None
            yield Origin(f"{table or 'case'}/{key}", table or "case", 0, "", "", mode=mode)

    def _input(self, name: str) -> Iterator[Origin]:
        """One input by its name, or all of a group that move together.

        An overrun, of one line or what all have in common, stands behind the lines that it raises.
        """
        common = self._case.settings.common_cause
        for line in self._case.costs:
            drawn = (amount_of(line, common), bias_of(line, common))
            if name == f"bias/{line.id}" or any(e and f"group/{e.group}" == name for e in drawn):
                yield _row(line.amount)
        for known, estimate in self._inputs.items():
            if known == name or (estimate.group and f"group/{estimate.group}" == name):
                yield _row(estimate)


def _row(estimate: Estimate) -> Origin:
    names = ("row", "grade", "source", "unit", "low", "mode", "high")
    return Origin(
        name=estimate.name,
        table=estimate.table,
        **{name: getattr(estimate, name) for name in names},
    )


def _rows(table: str, key: str, rows: list[tuple[str, str]]) -> Origin:
    """Many rows as one: the weakest of their grades, and all their sources."""
    grade = max((grade for grade, _ in rows), key=lambda g: (*GRADES, g).index(g))
    sources = " ".join(dict.fromkeys(source for _, source in rows if source))
    return Origin(f"{table}/{key}", table, 0, grade, sources, many=len(rows))
