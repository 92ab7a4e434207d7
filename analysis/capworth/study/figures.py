"""Every figure of a study: each answer offers its own; here is added what stands behind them.

The rows of the case, the level at the modes, the Monte Carlo error, and what moves a figure most.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import isclose
from typing import Any, Final

import numpy as np

from capworth.case.model import DISTANCE, HARM, NET, Case
from capworth.funding.options import OWN
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.uncertainty.convergence import MEAN as OF_MEAN
from capworth.methods.uncertainty.convergence import figure_error, share_error
from capworth.methods.uncertainty.order_statistics import mid_ranks
from capworth.model.costs import PAYERS
from capworth.model.draws import AtModes, Draws, stacked
from capworth.model.figures import (
    ALL,
    ENDS,
    EVERY,
    KEPT,
    NO_DRAWS,
    PROGRAMME,
    RATIO,
    SHARE,
    STATED,
    Figure,
    Figures,
    Origin,
    number,
)
from capworth.model.result import Interval
from capworth.model.simulation import ENVELOPED, SOBOL, Drawn, Model, Sample
from capworth.programme.choice import Choice
from capworth.programme.selection import Programme
from capworth.study.origins import Origins
from capworth.uncertainty.convergence import Convergence

JUDGED: Final = ("D", "E")  # grades of judgements and placeholders
SAME: Final = 1e-9  # relative difference within which two readings are one quantity
SETS: Final = 12  # good sets whose draws are told of
NAMED: Final = 3  # inputs that are said to move a figure
NOISE: Final = 3.0  # standard errors of a rank correlation that is told from none
OF_FIGURES: Final = ("mean", "share", "confidence")  # bases of headlines that are figures


def gather(answers: Iterable[Any], sample: Sample, draws: int) -> Figures:
    """Collect the figures of every answer, and complete them.

    Parameters
    ----------
    answers : those of the study; what offers no figures is passed over
    sample : from which they were found
    draws : of the study

    Raises
    ------
    AssertionError
        When two answers give one quantity two values: an error of the program, never of a case.
    """
    offered: list[Figure] = []
    programme: Programme | None = None
    errors: Mapping[str, float] = {}
    for answer in answers:
        if isinstance(answer, Programme):
            programme = answer
        if isinstance(answer, Convergence):
            errors = errors_of(answer)
        offer = getattr(answer, "figures", None)
        if callable(offer):
            offered += offer()
    found: dict[str, Figure] = {}
    offered += _set_in(sample.case, draws)
    if programme is not None:
        offered.append(harm_break_even(programme, sample.model.annuity))
    for figure in offered:
        first = found.get(figure.id)
        if first is not None and not same(first, figure):
            raise AssertionError(f"two values of one quantity: {first}; {figure}")
        found[figure.id] = figure if first is None else _merged(first, figure)
    return Figures(_completed(found, sample, programme, errors, draws))


SETTINGS: Final = (  # keys of case.toml that pages print, with unit and formula that takes them
    *(("years", "years", "cost_a_year"), ("price_year", "year", "cost")),
    *(("first_year", "year", "by_year"), ("draws", "count", "share_of_draws")),
    *(("common_cause", "share", "out_turn"), ("top_share", "share", "excellent")),
    *(("excellent_efficient", "share", "excellent"), ("excellent_top", "share", "excellent")),
)


def _set_in(case: Case, draws: int) -> Iterator[Figure]:
    """Settings of the case that are printed, each as stated; and what rests on judgement."""
    certain: dict[str, Any] = {"kind": STATED, "draws": NO_DRAWS}
    for key, unit, formula in SETTINGS:
        level = draws if key == "draws" else getattr(case.settings, key)
        rests: tuple[tuple[str, str], ...] = (
            (("settings", key),) if level == getattr(case.settings, key) else ()
        )
        yield Figure(f"setting.{key}", float(level), unit, formula, behind=rests, **certain)
    grades = [estimate.grade for estimate in case.estimates().values()]
    judged = sum(grade in JUDGED for grade in grades) / max(len(grades), 1)
    rests = tuple((table, "all") for table in ("costs", "scores", "effects", "chain"))
    yield Figure("inputs.judged", judged, "share", "evidence", RATIO, behind=rests, draws=NO_DRAWS)


def errors_of(convergence: Convergence) -> Mapping[str, float]:
    """Monte Carlo error of each headline by the id of its figure, the ends of ranges apart."""
    table = convergence.to_frame()
    whole = (name.rpartition(".") for name in table.index)
    error_pairs = zip(whole, table["error"].tolist(), strict=True)
    return {name: float(error) for (name, _, basis), error in error_pairs if basis in OF_FIGURES}


def harm_break_even(programme: Programme, annuity: float) -> Figure:
    """Price of one harm-day at which a programme is worth its whole-life cost on harm alone.

    A ratio of means: cost over discounted days; absent where no day is spared.

    Parameters
    ----------
    annuity : discounted years of the appraisal
    """
    days, known = programme.harm_days[0] * annuity, programme.provenance
    return Figure(
        id=f"break_even.{PROGRAMME}.harm",
        value=programme.cost_m[0] * MILLION / days if days > 0 else None,
        unit="money",
        formula="harm_break_even",
        kind=RATIO,
        prices=f"{known.currency} of {known.price_year}",
        behind=tuple((kind, PROGRAMME) for kind in ("costs", "effects", "chain")),
    )


def resting_on(draws: int, kept: int, every: int) -> int:
    """On how many draws a figure rests, where its `draws` may be `KEPT` or `ALL`."""
    return {KEPT: kept, ALL: every}.get(draws, draws)


def same(one: Figure, other: Figure) -> bool:
    """Whether two readings have one value, and one range where both have a range."""
    for end in ENDS:
        mine, yours = getattr(one, end), getattr(other, end)
        if mine is None or yours is None:
            if end == "value" and mine is not yours:
                return False
        elif not isclose(mine, yours, rel_tol=SAME, abs_tol=1e-12):
            return False
    return True


def _merged(first: Figure, other: Figure) -> Figure:
    """One figure that stands in two places; what one of them does not tell, the other does."""
    error_pairs = {
        name: getattr(other, name)
        for name in ("low", "high", "error")
        if getattr(first, name) is None and getattr(other, name) is not None
    }
    return replace(first, places=(*first.places, *other.places), **error_pairs)


def _completed(
    found: Mapping[str, Figure],
    sample: Sample,
    programme: Programme | None,
    errors: Mapping[str, float],
    draws: int,
) -> Mapping[str, Figure]:
    kept = sample.drawn.size
    origins = Origins(sample.case, programme.chosen if programme else ())
    over = dict(_over_draws(sample, programme))
    modes = dict(_each(sample.case, sample.model, sample.modes))
    modes |= dict(_of_programme(_AtModes.of_sample(sample), programme))
    moved = _Moved(sample)
    complete = {}
    for name, figure in found.items():
        count = resting_on(figure.draws, kept, draws)
        rows, values = origins.find(figure.behind), over.get(name)
        point, error = figure.point, errors.get(name, figure.error)
        if values is not None and figure.value is not None:
            if error is None and len(values) == count:
                error = _error(values, sample)
            if figure.low is None:
                low, high = Interval.of(values)[1:]
                figure = replace(figure, low=low, high=high)
            point = float(modes[name][0]) if name in modes else point
        if error is None and figure.kind == SHARE and figure.value is not None and count:
            error = share_error(min(max(figure.value, 0.0), 1.0), count)
        complete[name] = replace(
            figure,
            draws=count,
            rows=rows,
            point=point,
            error=number(error),
            by_draw=values is not None and figure.value is not None,
            movers=() if values is None or figure.value is None else moved.by(values, rows),
        )
    return complete


def _error(values: Floats, sample: Sample) -> float:
    return figure_error(values, OF_MEAN, sample.case.settings.sampling != SOBOL)


def _each(case: Case, model: Model, drawn: Drawn) -> Iterator[tuple[str, Floats]]:
    """Every quantity of single things by the id of its figure, (draws,)."""
    annual = drawn.cost / model.annuity / MILLION
    everything: tuple[tuple[str, tuple[str, ...], Floats], ...] = (
        ("cost.{}", case.capability_ids, drawn.cost / MILLION),
        ("cost.{}.yearly", case.capability_ids, annual),
        ("score.{}", case.capability_ids, drawn.score),
        ("money.{}", case.capability_ids, drawn.money / MILLION),
        ("net.{}", case.capability_ids, (drawn.money - drawn.cost) / MILLION),
        ("harm.{}", case.capability_ids, drawn.harm),
        ("asked.{}", case.improvement_ids, drawn.asked / MILLION),
        ("cost.{}", case.improvement_ids, drawn.improvement_cost / MILLION),
        ("gain.{}", case.improvement_ids, drawn.gains.distance),
        ("money.{}", case.improvement_ids, drawn.gains.money / MILLION),
        ("harm.{}", case.improvement_ids, drawn.gains.harm),
    )
    for name, things, values in everything:
        if values.ndim == 2 and values.shape[1] == len(things):
            for k, thing in enumerate(things):
                yield name.format(thing), values[:, k]
    yield f"cost.{EVERY}", drawn.cost.sum(axis=1) / MILLION
    yield f"cost.{EVERY}.yearly", annual.sum(axis=1)
    yield f"distance.{EVERY}", drawn.distance


def _over_draws(sample: Sample, programme: Programme | None) -> Iterator[tuple[str, Floats]]:
    """Every quantity whose draws are kept by the id of its figure, (draws kept,) or the first."""
    yield from _each(sample.case, sample.model, sample.drawn)
    paid = sample.drawn.payers.sum(axis=1) / MILLION  # (first draws, payers)
    for k, payer in enumerate(PAYERS):
        yield f"cost.{EVERY}.{payer}", paid[:, k]
    yield from _of_programme(sample, programme)


@dataclass(frozen=True, slots=True, eq=False)
class _AtModes(Sample):
    """A sample of one draw, with every input at its mode."""

    @classmethod
    def of_sample(cls, sample: Sample) -> "_AtModes":
        """Make it of any sample."""
        return cls(sample.model, 1, sample.modes, sample.modes, sample.tallies)

    def kept(self) -> Iterator[Draws]:
        """Return the one draw."""
        yield AtModes()


def _of_programme(sample: Sample, programme: Programme | None) -> Iterator[tuple[str, Floats]]:
    """The same of the chosen set, as its members start."""
    if programme is None:
        return
    choice, table = Choice.of(sample), programme.to_frame()
    chosen = table["chosen"].to_numpy(dtype=bool)
    delays = table["delay"].to_numpy(dtype=np.int64)
    yield f"asked.{PROGRAMME}", choice.cost @ chosen / MILLION
    yield f"cost.{PROGRAMME}", choice.whole_cost(chosen, delays) / MILLION
    measures = (("gain", DISTANCE, 1.0), ("money", "money", MILLION), ("net", NET, MILLION))
    every = (*measures, ("harm", HARM, 1.0))
    for name, measure, scale in every:
        yield f"{name}.{PROGRAMME}", choice.by_draw(chosen, delays, measure) / scale
    borne = choice.payers(chosen, delays) / MILLION
    for k, payer in enumerate(PAYERS):
        yield f"cost_by_{payer}.{PROGRAMME}", borne[:, k]
    yield f"cost_by_own.{PROGRAMME}", borne[:, [PAYERS.index(payer) for payer in OWN]].sum(axis=1)
    starts = {i.id: i.start_year for i in sample.case.improvements}
    for place, row in programme.good_sets().iloc[1:SETS].iterrows():
        members, years = str(row["chosen"]).split(), dict(starts)
        moved = (word.partition(":") for word in str(row["late"]).split())
        years |= {i: int(year) for i, _, year in moved}
        mine = np.array([i in members for i in starts])
        later = np.array([years[i] - start for i, start in starts.items()], dtype=np.int64)
        yield f"asked.set.{place}", choice.cost @ mine / MILLION
        for name, measure, scale in every:
            yield f"{name}.set.{place}", choice.by_draw(mine, later, measure) / scale


class _Moved:
    """Rank correlation of figures with the inputs behind them, in the first draws."""

    def __init__(self, sample: Sample) -> None:
        self._estimates = {
            name: e for name, e in sample.case.estimates().items() if not e.is_certain
        }
        self._draws = sample.first_draws(ENVELOPED)
        self._ranks: dict[str, Floats] = {}

    def by(self, values: Floats, rows: Iterable[Origin]) -> tuple[tuple[str, float], ...]:
        """Find the inputs that move a figure most, those above the noise of so many draws."""
        names = [row.name for row in rows if row.name in self._estimates]
        size = min(self._draws.size, len(values))
        if not names or size < NOISE**2:
            return ()
        self._know(names)
        mine = _ranked(values[:size, None])[:, 0]
        inputs = np.stack([self._ranks[name][:size] for name in names], axis=1)
        found = np.einsum("n,nk->k", mine, inputs) / size
        order = np.argsort(-np.abs(found), kind="stable")[:NAMED]
        least = NOISE / np.sqrt(size)
        return tuple((names[k], float(found[k])) for k in order if abs(found[k]) > least)

    def _know(self, names: Iterable[str]) -> None:
        new = [name for name in names if name not in self._ranks]
        if new:
            levels = stacked(self._draws, [self._estimates[name] for name in new])
            self._ranks |= dict(zip(new, _ranked(levels).T, strict=True))


def _ranked(values: Floats) -> Floats:
    """(draws, things) ranks, each thing with mean 0 and variance 1; 0 where nothing varies."""
    ranks = mid_ranks(values.T).T
    ranks = ranks - ranks.mean(axis=0)
    wide = ranks.std(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(wide > 0, ranks / wide, 0.0)
    return found
