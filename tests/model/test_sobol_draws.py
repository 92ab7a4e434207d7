"""Draws from a scrambled Sobol sequence: even in every dimension, and the same for any workers."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.stats import qmc

from capworth.case.model import Case
from capworth.case.read import read_case
from capworth.errors import InputError
from capworth.methods.arguments import Floats
from capworth.model import draws as drawing
from capworth.model import simulation as sampling
from capworth.model.draws import Sampled, probability_below
from capworth.model.simulation import Drawn, Sample, draw_sample, sampled
from capworth.streams import stream

NAMES = ("costs/REG-STAFF", "scores/REG/reach", "chain/REG/verified")


@pytest.fixture
def sobol(small: Case) -> Case:
    return small.with_settings(sampling="sobol")


def evens(case: Case, name: str, draws: Sampled) -> Floats:
    """Even numbers behind the levels of an input."""
    estimate = case.estimates()[name]
    return np.array([probability_below(estimate, float(x)) for x in draws.of(estimate)])


def same(ours: Sample, theirs: Sample) -> None:
    for part in fields(Drawn):
        one, other = (getattr(s.drawn, part.name) for s in (ours, theirs))
        if part.name != "gains":
            assert one.tobytes() == other.tobytes(), part.name
    assert ours.drawn.gains.distance.tobytes() == theirs.drawn.gains.distance.tobytes()


def test_the_points_are_those_of_scipy_in_the_middle_of_their_cells(sobol: Case) -> None:
    """The same engine and the same stream, all points at once."""
    draws = sampled(sobol, 0, 64)
    engine = qmc.Sobol(len(draws.dimensions), rng=sampling_stream(sobol))
    theirs = engine.random(64)
    for name in NAMES:
        place = draws.dimensions.index(name)
        found = draws.even(name)
        np.testing.assert_allclose(found, theirs[:, place], atol=2.0**-30)
        assert (found > theirs[:, place]).all()


def sampling_stream(case: Case) -> np.random.Generator:
    return stream(case.settings.seed, "sobol")


@pytest.mark.parametrize("name", NAMES)
def test_each_of_1024_cells_has_one_of_1024_draws(sobol: Case, small: Case, name: str) -> None:
    """What no random stream has: of 1,024 random draws about 377 cells stay empty."""
    cells = np.floor(sampled(sobol, 0, 1024).even(name) * 1024).astype(int)
    assert sorted(cells) == list(range(1024))
    assert len({*np.floor(sampled(small, 0, 1024).even(name) * 1024).astype(int)}) < 700


def test_every_uncertain_input_has_a_dimension_of_its_own(sobol: Case) -> None:
    draws = sampled(sobol, 0, 256)
    for estimate in sobol.estimates().values():
        assert estimate.is_certain or estimate.name in draws.dimensions
    assert list(draws.dimensions) == sorted(set(draws.dimensions))
    table = np.array([draws.even(name) for name in draws.dimensions[:12]])
    found = stats.spearmanr(table, axis=1).statistic
    assert np.abs(found[~np.eye(len(found), dtype=bool)]).max() < 0.25


def test_everything_that_is_asked_for_has_a_dimension(
    sobol: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bias, unknown shares and members' figures too: no input falls back on a random stream."""
    strays: list[str] = []

    def note(seed: int, name: str, chunk: int = 0) -> np.random.Generator:
        strays.append(name)
        return np.random.default_rng(1)

    monkeypatch.setattr(drawing, "stream", note)
    forget()
    draw_sample(sobol, 50)
    forget()
    assert {*strays} == {"sobol"}


def forget() -> None:
    """Draw all numbers anew from here on."""
    drawing._sobol_cells.cache_clear()
    drawing._few_levels.cache_clear()
    drawing._factor.cache_clear()


@pytest.mark.parametrize("workers", [2, 3])
def test_the_number_of_workers_and_chunks_does_not_matter(
    sobol: Case, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = draw_sample(sobol, 256)
    same(whole, draw_sample(sobol, 256, workers=workers))
    monkeypatch.setattr(sampling, "CHUNK", 50)
    parts = draw_sample(sobol, 256, workers=workers)
    assert parts.drawn.cost.tobytes() == whole.drawn.cost.tobytes()  # one sequence, cut anywhere
    same(parts, draw_sample(sobol, 256))


def test_fewer_draws_are_the_first_ones(sobol: Case) -> None:
    many, few = draw_sample(sobol, 300), draw_sample(sobol, 100)
    np.testing.assert_array_equal(many.drawn.cost[:100], few.drawn.cost)
    estimate = sobol.estimates()["scores/REG/reach"]
    np.testing.assert_array_equal(many.of(estimate)[:100], few.of(estimate))
    np.testing.assert_array_equal(many.first_draws(100).of(estimate), few.of(estimate))


def test_another_seed_is_another_scrambling(sobol: Case) -> None:
    one, other = (sampled(sobol.with_settings(seed=seed), 0, 64).even(NAMES[0]) for seed in (1, 2))
    assert not np.isclose(one, other).any()


@pytest.mark.long
def test_the_mean_cost_is_nearer_than_with_random_draws(small: Case) -> None:
    """Over 12 seeds, at 1,024 draws: by how much the mean strays between seeds."""
    strays = {}
    for way in ("random", "sobol"):
        case = small.with_settings(sampling=way)
        means = [
            draw_sample(case.with_settings(seed=seed), 1024).drawn.cost.sum(axis=1).mean()
            for seed in range(12)
        ]
        strays[way] = float(np.std(means, ddof=1))
    assert strays["sobol"] < 0.3 * strays["random"]


def test_correlations_are_reached_with_sobol_draws_too(folder: Path) -> None:
    rows = "a,b,r,grade,source,basis\nscores/REG/reach,scores/REG/speed,0.7,D,,seen\n"
    rows += (
        "scores/NET/reach,scores/REG/*,0.1,D,,seen\n"  # certain, yet its stream moves the others
    )
    (folder / "correlations.csv").write_text(rows, encoding="utf-8")
    case = read_case(folder).with_settings(sampling="sobol")
    draws = sampled(case, 0, 4096)
    assert {name for name, _ in case.estimates()["scores/REG/reach"].made_of} <= {*draws.dimensions}
    one, other = (draws.of(case.estimates()[f"scores/REG/{c}"]) for c in ("reach", "speed"))
    assert stats.spearmanr(one, other).statistic == pytest.approx(0.7, abs=0.01)


def test_a_sequence_has_21201_dimensions_at_most() -> None:
    """As many as direction numbers are known of (Joe and Kuo 2008); scipy refuses more."""
    with pytest.raises(ValueError, match="21201"):
        qmc.Sobol(21_202)
    many = Sampled(1, 0, 4, tuple(f"x{k}" for k in range(21_202)))
    with pytest.raises(InputError, match="21,202 inputs, and a Sobol sequence has 21,201 dim"):
        many.even("x0")


def test_a_case_without_the_setting_draws_from_random_streams(small: Case) -> None:
    draws = sampled(small, 2, 10)
    assert (draws.dimensions, draws.chunk) == ((), 2)
    assert (
        replace(draws, dimensions=("other",)).of(small.estimates()["scores/REG/reach"]).tolist()
        == draws.of(small.estimates()["scores/REG/reach"]).tolist()
    )


def test_each_chunk_of_random_draws_has_streams_of_its_own(small: Case) -> None:
    estimate = small.estimates()["scores/REG/reach"]
    first, second = (sampled(small, chunk, 50).of(estimate) for chunk in (0, 1))
    assert not np.isclose(first, second).any()
