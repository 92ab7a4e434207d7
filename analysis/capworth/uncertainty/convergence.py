"""Monte Carlo error of every headline, and how many draws it takes until it is small."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np
import pandas as pd

from capworth.case.model import DISTANCE, HARM, NET, Case
from capworth.errors import InputError, nearest
from capworth.methods.arguments import Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.uncertainty.convergence import MEAN, figure_error, share_error
from capworth.methods.uncertainty.order_statistics import order_quantile
from capworth.model.figures import TEST, Figure, number
from capworth.model.result import HIGH, LOW, Answer, Provenance, ends
from capworth.model.simulation import (
    KEPT,
    SOBOL,
    Progress,
    Sample,
    draw_sample,
    value_per_million,
)
from capworth.programme.choice import Choice
from capworth.programme.good_sets import good_sets
from capworth.programme.selection import SCALE, Programme, choose_programme

TOLERANCE = 0.025  # of the range of a headline: an error that costs no digit of what is printed
FEWEST = 1_000  # draws with which the search for enough of them begins
QUANTILE, SHARE = "quantile", "share"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Convergence(Answer):
    """Monte Carlo error of the headlines.

    `figure` is quantity.object.basis; `error` the standard error of `value` by the draws alone;
    `range` what it is held against, the 80 % interval of the quantity, or 1 for a probability;
    `error_share` the error as a share of it; `growing` whether more draws would lessen it.
    """

    _table: pd.DataFrame
    tolerance: float
    provenance: Provenance

    @property
    def unstable(self) -> tuple[str, ...]:
        """The headlines whose error is above the tolerance."""
        return tuple(self._table.index[self._table["error_share"] > self.tolerance])

    @property
    def waiting(self) -> tuple[str, ...]:
        """Those of the unstable headlines whose error would fall with more draws."""
        growing = self._table["growing"]
        return tuple(name for name in self.unstable if growing[name])

    @property
    def largest(self) -> float:
        """The largest error, as a share of the range of its headline."""
        return float(self._table["error_share"].max())

    def error(self, figure: str) -> float:
        """Return the Monte Carlo error of one headline, in its own unit.

        Raises
        ------
        InputError
            When there is no such headline.
        """
        if figure not in self._table.index:
            names = list(map(str, self._table.index))
            raise InputError(f"figure: {figure!r} is no headline. {nearest(figure, names)}")
        return float(self._table["error"].to_dict()[figure])

    def figures(self) -> tuple[Figure, ...]:
        """The largest error; that of each headline is in its own figure."""
        name, rests = "largest_error.headlines", (("settings", "draws"),)
        return (Figure(name, number(self.largest), "share", "largest_error", TEST, behind=rests),)

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {"convergence": self.to_frame()}

    def __repr__(self) -> str:
        worst = self._table["error_share"].idxmax()
        return (
            f"<Convergence: {len(self._table)} headlines; largest Monte Carlo error "
            f"{self.largest:.2%} of its range, of {worst}>"
        )


def converge(
    sample: Sample,
    programme: Programme | None,
    provenance: Provenance,
    tolerance: float = TOLERANCE,
) -> Convergence:
    """Find the Monte Carlo error of every headline of a sample.

    Headlines are the whole-life cost of all capabilities; what the recommended set asks for, needs
    at the confidence of the budget, costs and gains, how often it is paid for, what choosing it now
    gives up, and how often the likeliest other good set is better; or, where no set
    is recommended, the score of the capability that is most often first, and how often.
    """
    rows = dict(_headlines(sample, programme))
    columns = ["kind", "value", "error", "range", "draws", "growing"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    table.index.name = "figure"
    wide = table["range"].where(table["range"] > 0)
    table["error_share"] = (table["error"] / wide).fillna(0.0)
    return Convergence(_table=table, tolerance=tolerance, provenance=provenance)


Row = tuple[str, float, float, float, int, bool]


def _headlines(sample: Sample, programme: Programme | None) -> Iterator[tuple[str, Row]]:
    case, drawn = sample.case, sample.drawn
    yield from _amount(case, "cost.all_capabilities", drawn.cost.sum(axis=1) / MILLION)
    if programme is not None and programme.chosen:
        yield from _of_programme(sample, programme)
    elif case.measured:
        yield from _of_first(sample)


def _of_programme(sample: Sample, programme: Programme) -> Iterator[tuple[str, Row]]:
    case, drawn, choice = sample.case, sample.drawn, Choice.of(sample)
    table = programme.to_frame()
    chosen = table["chosen"].to_numpy(dtype=bool)
    delays = table["delay"].to_numpy(dtype=np.int64)
    asked = choice.cost @ chosen / MILLION
    yield from _amount(case, "asked.programme", asked)
    if programme.confidence:
        yield from _needed(case, asked, programme)
    yield _share("within.programme", programme.p_within, drawn.size, drawn.size < KEPT)
    yield _share("years.programme", programme.p_years, drawn.size, drawn.size < KEPT)
    yield from _of_list(case, choice, programme)
    yield from _amount(case, "cost.programme", choice.whole_cost(chosen, delays) / MILLION)
    if case.measured:
        closed = choice.by_draw(chosen, delays, DISTANCE)
        yield from _amount(case, "gain.programme", closed, sample.ratio_by_draw(closed))
    scales = {value.scale for value in case.unit_values}
    if "money" in scales:
        money, net = (choice.by_draw(chosen, delays, m) / MILLION for m in ("money", NET))
        yield from _amount(case, "money.programme", money)
        if isfinite(programme.p_net):  # something of it has a price
            yield from _amount(case, "net.programme", net)
            yield _share("positive.programme", programme.p_net, drawn.size, drawn.size < KEPT)
    if HARM in scales:
        yield from _amount(case, "harm.programme", choice.by_draw(chosen, delays, HARM))


def _needed(case: Case, asked: Floats, programme: Programme) -> Iterator[tuple[str, Row]]:
    """Money that the set needs at the confidence, an order statistic, and its contingency."""
    confidence = float(programme.confidence)
    low, high = (float(end) for end in ends(asked))
    independent = case.settings.sampling != SOBOL
    many = len(asked)
    for name, value, statistic in (
        ("needed", programme.needed_m, confidence),
        (
            "contingency",
            programme.contingency_m,
            lambda part: float(order_quantile(part, confidence) - part.mean()),
        ),
    ):
        error = figure_error(asked, statistic, independent)
        yield (
            f"{name}.programme.confidence",
            (QUANTILE, value, error, high - low, many, many < KEPT),
        )


def _of_list(case: Case, choice: Choice, programme: Programme) -> Iterator[tuple[str, Row]]:
    """Regret of choosing now, and how often the likeliest other good set is better."""
    good = good_sets(choice, programme.budget_m * MILLION)
    lost = (good.worth.max(axis=1) - good.worth[:, 0]) / SCALE[programme.measure]
    if len(good.sets) > 1 and lost.any():
        yield next(iter(_amount(case, "regret.programme", lost)))
    chances = [exchange.p_better for exchange in good.roles.exchanges]
    if chances:
        yield _share("better.programme", max(chances), len(lost), len(lost) < KEPT)


def _of_first(sample: Sample) -> Iterator[tuple[str, Row]]:
    case, drawn = sample.case, sample.drawn
    if not any(case.placed):
        return
    shares = sample.tallies.value.shares()[:, 0]
    first = case.with_place[int(shares.argmax())]
    name = case.capability_ids[first]
    rate = value_per_million(drawn, sample.model.annuity)[:, first]
    yield from _amount(case, f"score.{name}", drawn.score[:, first])
    yield from _amount(case, f"score_per_m.{name}", rate)
    yield _share(f"first.{name}", float(shares.max()), sample.draws, growing=True)


def _amount(
    case: Case, name: str, values: Floats, spread: Floats | None = None
) -> Iterator[tuple[str, Row]]:
    """Mean and both ends of the 80 % interval of a quantity, each with its error.

    Parameters
    ----------
    case, name : how it was sampled, and what the quantity is called
    values : (draws,) of which the mean is taken
    spread : (draws,) of which the ends are taken, where they are not those of the values
    """
    independent = case.settings.sampling != SOBOL
    ranged = values if spread is None else spread
    low, high = (float(end) for end in ends(ranged))
    many, growing = len(values), len(values) < KEPT
    parts: tuple[tuple[str, float, Floats, str | float], ...] = (
        (MEAN, float(values.mean()), values, MEAN),
        (f"p{LOW}", low, ranged, LOW / 100),
        (f"p{HIGH}", high, ranged, HIGH / 100),
    )
    for basis, value, draws, figure in parts:
        kind = MEAN if figure == MEAN else QUANTILE
        error = figure_error(draws, figure, independent)
        yield f"{name}.{basis}", (kind, value, error, high - low, many, growing)


def _share(name: str, share: float, many: int, growing: bool) -> tuple[str, Row]:
    """Count a share; its error is that of independent draws, which bounds that of a sequence."""
    return f"{name}.share", (SHARE, share, share_error(share, many), 1.0, many, growing)


def draws_until_stable(
    case: Case,
    tolerance: float = TOLERANCE,
    workers: int = 1,
    progress: Progress | None = None,
) -> tuple[int, Convergence]:
    """Double the draws until the error of every headline is below a share of its range.

    1,000 draws, then twice as many each time; of a Sobol sequence 1,024. Ranges rest on the first
    `KEPT` draws, so that the search ends there; what is above the tolerance even then is in
    `unstable`. What rests on fewer draws whatever their number does not hold it up. At a fortieth
    of the range, the default, the digits printed (a twentieth of the range) stand.

    Parameters
    ----------
    case : the case; its settings hold the seed
    tolerance : share of its range that the error of a headline may be
    workers : as of `draw_sample`
    progress : told of the draws

    Returns
    -------
    How many draws it took, and what was found with them. The same for the same case and seed.
    """
    if not 0 < tolerance < 1:
        raise InputError(f"tolerance: {tolerance} is not a share. Give one above 0, below 1.")
    size = 1 << FEWEST.bit_length() if case.settings.sampling == SOBOL else FEWEST
    while True:
        sample = draw_sample(case, size, workers, progress=progress)
        known = Provenance.of(case, size)
        found = converge(sample, choose_programme(sample, known), known, tolerance)
        more = 2 * size if case.settings.sampling == SOBOL else min(2 * size, KEPT)
        if not found.waiting or not size < more <= KEPT:
            return size, found
        size = more
