"""How one answer came about, at the most plausible levels, down to the rows of the case."""

from dataclasses import dataclass

import pandas as pd

from capworth.case.model import Case, Estimate
from capworth.errors import CapworthError, nearest
from capworth.estimates import AtModes
from capworth.sampling import gain_per_million
from capworth.worlds import Model, Worlds

COLUMNS = (
    "part",
    "what",
    "amount",
    "unit",
    "low",
    "mode",
    "high",
    "grade",
    "source",
    "row",
    "basis",
)


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """The parts of one answer, each with the row it comes from."""

    subject: str
    summary: str
    _table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """One row for each input: its part, what it adds, and its evidence."""
        return self._table.copy()

    def __repr__(self) -> str:
        return f"<Explanation of {self.subject}: {self.summary}>"


def explain(case: Case, subject: str) -> Explanation:
    """Explain a capability or an improvement by its short name, at the modes of all inputs.

    Raises
    ------
    CapworthError
        When the case has no such capability or improvement; the nearest name is given.
    """
    model = Model(case)
    modes = model.answer(AtModes())
    if subject in case.capability_ids:
        return _capability(case, model, modes, subject)
    if subject in case.improvement_ids:
        return _improvement(case, model, modes, subject)
    known = (*case.capability_ids, *case.improvement_ids)
    raise CapworthError(f"the case has no {subject!r}. {nearest(subject, known)}")


def _row(part: str, what: str, amount: float, unit: str, estimate: Estimate) -> dict[str, object]:
    names = ("low", "mode", "high", "grade", "source", "basis")
    evidence = {name: getattr(estimate, name) for name in names}
    place = f"{estimate.table}.csv, row {estimate.row}" if estimate.row else "computed"
    return {"part": part, "what": what, "amount": amount, "unit": unit, "row": place, **evidence}


def _capability(case: Case, model: Model, modes: Worlds, subject: str) -> Explanation:
    c = case.capability_ids.index(subject)
    names = case.names()
    rows: list[dict[str, object]] = []
    money = f"million {case.settings.currency} of {case.settings.price_year}, whole life"
    shares = model.platform_shares(AtModes())[0] if case.platforms else None
    for line, amount in model.costs.by_line():
        what = f"{line.category}, {line.payer}"
        if line.capability == subject:
            rows.append(_row("cost", what, amount / 1e6, money, line.amount))
        elif line.platform and shares is not None:
            share = float(shares[[p.id for p in case.platforms].index(line.platform), c])
            if share > 0:
                what = f"{share:.1%} of {names[line.platform]}: {what}"
                rows.append(_row("cost", what, share * amount / 1e6, money, line.amount))
    if case.measured:
        weights = model.value.weights(AtModes())[0]
        level = {s.criterion: s.level for s in case.scores if s.capability == subject}
        for k, leaf in enumerate(model.value.leaves):
            points = float(weights[k] * modes.levels[0, c, k])
            what = f"{leaf.name}: value {modes.levels[0, c, k]:.0f} x weight {weights[k]:.3f}"
            rows.append(_row("score", what, points, "points", level[leaf.id]))
    outcomes = {outcome.id: outcome.name for outcome in case.outcomes}
    for step in case.chain:
        if step.capability == subject:
            what = f"{step.step}{f' ({outcomes[step.outcome]})' if step.outcome else ''}"
            rows.append(_row("chain", what, step.level.mode, step.level.unit, step.level))
    for share_row in case.functions:
        if share_row.capability == subject:
            mode = share_row.share.mode
            rows.append(_row("function", share_row.function, mode, "share", share_row.share))
    cost = float(modes.cost[0, c]) / 1e6
    words = [f"costs {cost:.3g} million over {case.settings.years} years"]
    if case.measured:
        words.append(f"scores {float(modes.score[0, c]):.1f} of 100")
    if model.known["money"][c]:
        words.append(f"attributed benefit {float(modes.money[0, c]) / 1e6:.3g} million")
    if model.known["harm"][c]:
        words.append(f"{float(modes.harm[0, c]):.3g} harm-days a year")
    return Explanation(subject, f"{names[subject]} {', '.join(words)}", _frame(rows))


def _improvement(case: Case, model: Model, modes: Worlds, subject: str) -> Explanation:
    i = case.improvement_ids.index(subject)
    names = case.names()
    money = f"million {case.settings.currency} of {case.settings.price_year}, whole life"
    rows = [
        _row(
            "cost", f"{line.category}, {line.payer}, {line.kind}", amount / 1e6, money, line.amount
        )
        for line, amount in model.costs.by_line()
        if line.improvement == subject
    ]
    for effect in case.effects:
        if effect.improvement == subject:
            change = effect.change
            on = names.get(effect.criterion, effect.step)
            what = f"{names[effect.capability]}: {on}"
            rows.append(_row("effect", what, change.mode, change.unit, change))
    gain = float(modes.gains.score[0, i])
    words = (
        f"{names[subject]} asks {float(modes.asked[0, i]) / 1e6:.3g} million, costs "
        f"{float(modes.improvement_cost[0, i]) / 1e6:.3g} million over its life, adds {gain:.2g} "
        f"points ({float(gain_per_million(modes)[0, i]):.2g} a million)"
    )
    return Explanation(subject, words, _frame(rows))


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS))
