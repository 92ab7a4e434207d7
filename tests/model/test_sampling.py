"""Draws in chunks: the same numbers however the work is shared."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import fields, replace
from multiprocessing import get_context
from typing import Any

import numpy as np
import pytest

from capworth.case.model import Case
from capworth.errors import InputError
from capworth.methods.acceptability.smaa import RankTally
from capworth.methods.arguments import Floats
from capworth.model import draws as drawing
from capworth.model import simulation as sampling
from capworth.model.draws import FEW, Sampled
from capworth.model.gains import Gains
from capworth.model.simulation import (
    Drawn,
    Model,
    Sample,
    Tallies,
    draw_sample,
    gain_per_million,
    sampled,
    value_per_million,
)
from capworth.study.stages import Study


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of 50 draws; 120 are kept, 70 of them with the bulky arrays."""
    monkeypatch.setattr(sampling, "CHUNK", 50)
    monkeypatch.setattr(sampling, "KEPT", 120)
    monkeypatch.setattr(sampling, "ENVELOPED", 70)


def arrays(drawn: Drawn) -> Iterator[tuple[str, Floats]]:
    for part in fields(Drawn):
        if part.name != "gains":
            yield part.name, getattr(drawn, part.name)
    for part in fields(Gains):
        yield f"gains.{part.name}", getattr(drawn.gains, part.name)


def tallied(tallies: Tallies) -> Iterator[tuple[str, Floats]]:
    for part in fields(Tallies):
        value = getattr(tallies, part.name)
        if isinstance(value, RankTally):
            yield f"{part.name}.shares", value.shares()
            yield f"{part.name}.wins", value.wins.astype(np.float64)
        elif value is not None:
            yield part.name, value


def same(ours: Sample, theirs: Sample) -> None:
    """To the last bit."""
    for (name, one), (_, other) in zip(arrays(ours.drawn), arrays(theirs.drawn), strict=True):
        assert one.tobytes() == other.tobytes(), name
    for (name, one), (_, other) in zip(tallied(ours.tallies), tallied(theirs.tallies), strict=True):
        assert one.tobytes() == other.tobytes(), name


class Asked(Future[Any]):
    """Done only when somebody asks, and then after all that was begun later."""

    def __init__(self, owner: "Backwards") -> None:
        super().__init__()
        self.owner = owner

    def result(self, timeout: float | None = None) -> Any:
        self.owner.work()
        return super().result(timeout)


class Backwards(Executor):
    """Works from the last piece to the first."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Asked, Callable[..., Any], tuple[Any, ...]]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = Asked(self)
        self.waiting.append((future, fn, args))
        return future

    def work(self) -> None:
        while self.waiting:
            future, fn, args = self.waiting.pop()
            future.set_result(fn(*args))


@contextmanager
def processes() -> Iterator[Executor]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        yield pool


# ------------------------------------------------------------------------- the same numbers


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("workers", [2, 3, 8])
def test_the_number_of_workers_does_not_matter(small: Case, workers: int) -> None:
    same(draw_sample(small, 230, workers=1), draw_sample(small, 230, workers=workers))


@pytest.mark.usefixtures("small_chunks")
def test_the_executor_does_not_matter(small: Case) -> None:
    ours = draw_sample(small, 230)
    same(ours, draw_sample(small, 230, executor=Backwards()))
    with ThreadPoolExecutor(2) as pool:
        same(ours, draw_sample(small, 230, executor=pool))
        same(ours, draw_sample(small, 230, executor=pool))  # it was left open


def test_processes_give_the_same_numbers_as_threads(small: Case) -> None:
    """Everything that is sent to them can be pickled."""
    case = small.assuming(years=2)
    lines = tuple(replace(c, from_year=None, to_year=None) for c in case.costs)
    case = replace(case, costs=lines)
    with processes() as pool:
        same(draw_sample(case, 5_010), draw_sample(case, 5_010, executor=pool))


def test_the_first_draws_are_the_same_however_many_follow(small: Case) -> None:
    """5,000 draws are the beginning of 20,000; and 4,000 are the beginning of 5,000."""
    short, middle, long = (draw_sample(small, n, workers=2) for n in (4_000, 5_000, 20_000))
    for part, whole in ((short, middle), (middle, long)):
        for (name, ours), (_, theirs) in zip(arrays(part.drawn), arrays(whole.drawn), strict=True):
            axis = 1 if name.startswith("function_") else 0
            count = min(part.draws, ours.shape[axis])
            first = theirs.take(range(count), axis=axis)
            assert ours.tobytes() == np.ascontiguousarray(first).tobytes(), name


def test_another_seed_gives_other_numbers(small: Case) -> None:
    ours = draw_sample(small, 50)
    theirs = draw_sample(small.with_settings(seed=0), 50)
    assert ours.drawn.cost.tobytes() != theirs.drawn.cost.tobytes()
    same(theirs, draw_sample(small.with_settings(seed=0), 50))
    assert (ours.modes.cost == theirs.modes.cost).all()


def test_chunks_are_not_copies_of_one_another(small: Case) -> None:
    drawn = draw_sample(small, 10_000).drawn
    assert not np.isclose(drawn.cost[:5_000], drawn.cost[5_000:]).any()


def test_an_unrelated_row_moves_no_other_number(small: Case) -> None:
    """Streams by name: a new pledge, a new sunk line, a new source of a figure."""
    twin = replace(small.funding[0], id="TWIN")
    twin = replace(twin, amount=replace(twin.amount, name="funding/TWIN", high=9e9))
    sunk = next(c for c in small.costs if c.id == "REG-OLD")
    sunk = replace(sunk, id="X", amount=replace(sunk.amount, name="costs/X", low=0.0, high=9e9))
    more = replace(small, funding=(twin, *small.funding), costs=(sunk, *small.costs))
    same(draw_sample(small, 60), draw_sample(more, 60))


# -------------------------------------------------------------------- what is kept and counted


@pytest.mark.usefixtures("small_chunks")
def test_all_draws_are_counted_and_some_are_kept(small: Case) -> None:
    sample = draw_sample(small, 230)
    assert sample.drawn.size == 120
    assert {len(getattr(sample.drawn, name)) for name in sampling.BULKY} == {70}
    assert sample.drawn.gains.distance.shape == (120, 3)
    assert sample.tallies.score.draws == sample.tallies.value.draws == 230
    whole = [Model(small).answer(Sampled(11, k, n)) for k, n in enumerate([50, 50, 50, 50, 30])]
    annuity = sample.model.annuity
    scores = np.concatenate([w.score for w in whole])
    rates = np.concatenate([value_per_million(w, annuity) for w in whole])
    gains = np.concatenate([gain_per_million(w) for w in whole])
    priority = sample.tallies.priority
    assert priority is not None
    for tally, values in (
        (sample.tallies.score, scores),
        (sample.tallies.value, rates),
        (priority, gains),
    ):
        np.testing.assert_array_equal(tally.shares(), RankTally.of(values).shares())
    payers = np.concatenate([w.payers for w in whole])[:120]
    np.testing.assert_array_equal(sample.drawn.payers, payers)
    np.testing.assert_array_equal(sample.drawn.score, scores[:120])
    bulky = np.concatenate([w.branches for w in whole])
    np.testing.assert_array_equal(sample.drawn.branches, bulky[:70])


@pytest.mark.usefixtures("small_chunks")
def test_a_chunk_can_be_let_go(small: Case) -> None:
    """What is kept is copied: no view holds a whole chunk in memory."""
    for name, part in arrays(draw_sample(small, 60).drawn):
        base = part.base
        assert base is None or base.nbytes <= part.nbytes, name


@pytest.mark.usefixtures("small_chunks")
def test_progress_is_told_in_order(small: Case) -> None:
    told: list[tuple[str, int, int]] = []
    draw_sample(small, 120, workers=2, progress=lambda *words: told.append(words))
    assert told == [("draws", 50, 120), ("draws", 100, 120), ("draws", 120, 120)]


@pytest.mark.parametrize(("draws", "workers", "name"), [(0, 1, "draws"), (5, 0, "workers")])
def test_nothing_comes_of_nothing(small: Case, draws: int, workers: int, name: str) -> None:
    with pytest.raises(InputError, match=f"^{name}: 0 is too few. Give 1 or more.$"):
        draw_sample(small, draws, workers=workers)


# ------------------------------------------------------------------------- what a draw holds


def test_function_shares_sum_to_one_in_every_draw(small: Case) -> None:
    shares = Model(small).function_shares(Sampled(3, 0, 200))
    np.testing.assert_allclose(shares.sum(axis=2), 1, rtol=1e-12)
    assert shares.min() >= 0
    assert shares[:, 1].tolist() == [[0, 1, 0, 0, 0, 0, 0]] * 200  # NET exchanges


def test_costs_are_those_of_the_payers(small: Case) -> None:
    drawn = draw_sample(small, 40).drawn
    np.testing.assert_allclose(drawn.payers.sum(axis=2), drawn.cost, rtol=1e-12)
    paid = drawn.improvement_payers.sum(axis=2)
    np.testing.assert_allclose(paid, drawn.improvement_cost, rtol=1e-12)


@pytest.mark.long
def test_ranks_beyond_what_is_kept_are_counted_of_the_same_numbers(bundled: Study) -> None:
    model = bundled.sample.model
    draws = sampled(bundled.case, 2, 50)
    whole, some = model.answer(draws), model.ranked(sampled(bundled.case, 2, 50))
    for name in some._fields:
        assert np.array_equal(getattr(whole, name), getattr(some, name)), name


def test_few_draws_are_drawn_once_and_are_not_to_be_written_to(small: Case) -> None:
    draws, estimate = sampled(small, 0, 200), small.estimates()["costs/REG-STAFF"]
    levels = draws.of(estimate)
    assert sampled(small, 0, 200).of(estimate) is levels
    assert levels.tobytes() == draws._levels(estimate).tobytes()
    other = replace(estimate, high=2 * estimate.high)
    assert (draws.of(other) != levels).any()
    assert (sampled(small, 1, 200).of(estimate) != levels).any()
    with pytest.raises(ValueError, match="read-only"):
        levels[0] = 0.0
    many = sampled(small, 0, FEW + 1)
    assert many.of(estimate) is not many.of(estimate)


@pytest.mark.parametrize("size", [200, 400])
def test_few_draws_are_kept_within_so_many_bytes(
    small: Case, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "KEPT", 4 * 8 * 200)
    drawing._few_levels.cache_clear()
    draws, some = sampled(small, 0, size), list(small.estimates().values())[:6]
    levels = [draws.of(estimate) for estimate in some]
    kept = [
        one is draws.of(estimate) for one, estimate in zip(levels[::-1], some[::-1], strict=True)
    ]
    drawing._few_levels.cache_clear()
    assert (
        sum(one.nbytes for one, there in zip(levels[::-1], kept, strict=True) if there)
        == drawing.KEPT
    )


@pytest.mark.usefixtures("small_chunks")
def test_the_first_chunk_takes_over_what_extents_found_of_it(
    small: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    tree = Model.tree

    def counted(model: Model, draws: Any) -> Any:
        asked.append(draws.size)
        return tree(model, draws)

    fresh = Model(small, 50).answer(sampled(small, 0, 50))
    monkeypatch.setattr(Model, "tree", counted)
    sample = draw_sample(small, 100, first=50)
    assert asked == [50, 50, 1]  # the first chunk, the second one, the modes
    assert sample.model._opening is None  # nothing of it is kept, nor sent to workers
    for name in ("cost", "score", "distance", "improvement_cost"):
        np.testing.assert_array_equal(getattr(sample.drawn, name)[:50], getattr(fresh, name))
    np.testing.assert_array_equal(sample.drawn.gains.distance[:50], fresh.gains.distance)


def test_a_model_asked_outside_a_sample_keeps_no_draws(small: Case) -> None:
    model = Model(small, 50)
    assert model.extents
    assert model._opening is None
