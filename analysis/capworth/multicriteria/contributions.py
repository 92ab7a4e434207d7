"""What each criterion adds to each score, and what sets one capability apart from another.

How one answer came about, at the most plausible levels, down to the rows of the case.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from capworth.case.model import Case, Estimate
from capworth.case.numerals import in_brief
from capworth.errors import CapworthError, InputError, nearest
from capworth.methods.arguments import Floats, kinds_checked
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.draws import AtModes
from capworth.model.figures import Column, columns
from capworth.model.result import Answer, Provenance, spread
from capworth.model.simulation import Drawn, Model, Sample, gain_per_million


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Contributions(Answer):
    """The points that each measured criterion adds to the score of each capability.

    Points are weight x value, and those of one capability sum to its score in every draw. They are
    taken over a sub-sample of the draws of the study, the first ones; `draws` says how many.
    """

    _table: pd.DataFrame
    _points: Floats  # (draws, capabilities, leaves)
    _capabilities: tuple[str, ...]
    _criteria: tuple[str, ...]
    draws: int
    provenance: Provenance

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        return columns(
            "contributions",
            ("points", "points", "points", "score_part", ("scores",)),
            ("value", "value", "points", "value", ("scores",)),
            ("missed", "missed", "points", "missed", ("scores",)),
            draws="draws",
        ) + columns(
            "contributions",
            ("weight", "weight", "share", "weight", ("weights",)),
            draws="draws",
            drop=("capability",),
        )

    def without(self, away: Set[str]) -> "Contributions":
        """Return it without some capabilities."""
        kept = ~np.isin(self._capabilities, list(away))
        return replace(
            self,
            _table=self._table[~self._table.index.get_level_values("capability").isin(away)],
            _points=self._points[:, kept],
            _capabilities=tuple(c for c in self._capabilities if c not in away),
        )

    def by_criterion(self) -> pd.DataFrame:
        """Mean points: a row for each capability, best score first, a column for each criterion."""
        points = self._points.mean(axis=0)
        table = pd.DataFrame(points, self._capabilities, self._criteria)
        order = np.argsort(-points.sum(axis=1), kind="stable")
        return table.iloc[order].rename_axis("capability").rename_axis(columns="criterion")

    def scores(self) -> pd.DataFrame:
        """Score of each capability with its 80 % interval, in the same draws; best first."""
        table = pd.DataFrame(
            spread("score", self._points.sum(axis=2)),
            pd.Index(self._capabilities, name="capability"),
        )
        return table.loc[self.by_criterion().index]

    def between(self, capability: str, other: str) -> pd.DataFrame:
        """How the score of one capability comes about from that of another, criterion by criterion.

        Returns
        -------
        Index criterion, the largest mean step first: `step` in points with its 80 % interval;
        `p_ahead` share of draws in which the capability is ahead on it; `start` and `end` mean
        score before and after the step.

        Raises
        ------
        InputError
            When one of them is not appraised; the nearest name is given.
        """
        one, two = (self._place(name) for name in (capability, other))
        apart = self._points[:, one] - self._points[:, two]
        mean = apart.mean(axis=0)
        order = np.argsort(-mean, kind="stable")
        start = float(self._points[:, two].sum(axis=1).mean())
        end = start + mean[order].cumsum()
        table = pd.DataFrame(
            {**spread("step", apart[:, order]), "p_ahead": (apart[:, order] > 0).mean(axis=0)},
            pd.Index(np.array(self._criteria)[order], name="criterion"),
        )
        return table.assign(start=np.concatenate(([start], end[:-1])), end=end)

    def p_ahead(self, capability: str, other: str) -> float:
        """Share of draws in which one capability has a higher score than another."""
        one, two = (self._place(name) for name in (capability, other))
        totals = self._points.sum(axis=2)
        return float((totals[:, one] > totals[:, two]).mean())

    def _place(self, name: str) -> int:
        if name not in self._capabilities:
            hint = nearest(name, self._capabilities)
            raise InputError(f"{name!r} is not appraised. {hint}")
        return self._capabilities.index(name)

    def __repr__(self) -> str:
        mean = self.by_criterion()
        most = str(mean.mean().idxmax())
        return (
            f"<Contributions: {most} adds most to the mean score ({mean[most].mean():.0f} of "
            f"{mean.sum(axis=1).mean():.0f} points); {mean.index[0]} has the highest score>"
        )


def part_scores(sample: Sample, provenance: Provenance) -> Contributions | None:
    """Part the score of every capability into what each measured criterion adds.

    Returns
    -------
    None where the case has no value tree. The table has one row for each capability and measured
    criterion: `points` with its 80 % interval, `weight` and `value` (0 to 100) as means, and
    `missed`, the points that the best level of the criterion would add.
    """
    case, tree = sample.case, sample.model.value
    if not case.measured:
        return None
    values, weights = sample.drawn.levels, sample.drawn.weights  # kept for the first draws only
    draws = len(values)
    points: Floats = values * weights[:, None, :]
    names = [leaf.id for leaf in tree.leaves]
    flat = points.reshape(draws, -1)
    whole = np.broadcast_to(100 * weights[:, None, :], values.shape)
    table = pd.DataFrame(
        {
            **spread("points", flat),
            "weight": np.tile(weights.mean(axis=0), len(case.capabilities)),
            "value": values.mean(axis=0).reshape(-1),
            "missed": (whole - points).mean(axis=0).reshape(-1),
        },
        pd.MultiIndex.from_product([case.capability_ids, names], names=["capability", "criterion"]),
    )
    return Contributions(
        _table=table,
        _points=points,
        _capabilities=tuple(case.capability_ids),
        _criteria=tuple(names),
        draws=draws,
        provenance=provenance,
    )


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


@kinds_checked
def explain(case: Case, subject: str) -> Explanation:
    """Explain a capability or an improvement by its short name, at the modes of all inputs.

    Raises
    ------
    CapworthError
        When the case has no such capability or improvement; the nearest name is given.

    Examples
    --------
    >>> from capworth import read_case
    >>> explain(read_case("elicitation-example"), "FILE")
    <Explanation of FILE: Wanted persons file costs 3.3 million over 5 years, scores 71.3 of 100>
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


def _capability(case: Case, model: Model, modes: Drawn, subject: str) -> Explanation:
    c = case.capability_ids.index(subject)
    names = case.names()
    rows: list[dict[str, object]] = []
    money = f"million {case.settings.currency} of {case.settings.price_year}, whole life"
    shares = model.platform_shares(AtModes())[0] if case.platforms else None
    for line, _, amount in model.costs.by_line():
        what = f"{line.category}, {line.payer}"
        if line.capability == subject:
            rows.append(_row("cost", what, amount / MILLION, money, line.amount))
        elif line.platform and shares is not None:
            share = float(shares[[p.id for p in case.platforms].index(line.platform), c])
            if share > 0:
                what = f"{share:.1%} of {names[line.platform]}: {what}"
                rows.append(_row("cost", what, share * amount / MILLION, money, line.amount))
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
    cost = float(modes.cost[0, c]) / MILLION
    words = [f"costs {in_brief(cost)} million over {case.settings.years} years"]
    if case.measured:
        words.append(f"scores {float(modes.score[0, c]):.1f} of 100")
    if model.known["money"][c]:
        words.append(f"attributed benefit {in_brief(float(modes.money[0, c]) / MILLION)} million")
    if model.known["harm"][c]:
        words.append(f"{in_brief(float(modes.harm[0, c]))} harm-days a year")
    return Explanation(subject, f"{names[subject]} {', '.join(words)}", _frame(rows))


def _improvement(case: Case, model: Model, modes: Drawn, subject: str) -> Explanation:
    i = case.improvement_ids.index(subject)
    names = case.names()
    money = f"million {case.settings.currency} of {case.settings.price_year}, whole life"
    rows = [
        _row(
            "cost",
            f"{line.category}, {line.payer}, {line.kind}",
            amount / MILLION,
            money,
            line.amount,
        )
        for line, _, amount in model.costs.by_line()
        if line.improvement == subject
    ]
    for effect in case.effects:
        if effect.improvement == subject:
            change = effect.change
            on = names.get(effect.criterion, effect.step)
            what = f"{names[effect.capability]}: {on}"
            rows.append(_row("effect", what, change.mode, change.unit, change))
    gain, rate = float(modes.gains.distance[0, i]), float(gain_per_million(modes)[0, i])
    words = (
        f"{names[subject]} asks {in_brief(float(modes.asked[0, i]) / MILLION)} million, costs "
        f"{in_brief(float(modes.improvement_cost[0, i]) / MILLION)} million over its life, "
        f"closes {in_brief(gain, 2)} % of the distance ({in_brief(rate, 2)} a million)"
    )
    return Explanation(subject, words, _frame(rows))


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS))
