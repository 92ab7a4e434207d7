import numpy as np
import pytest

from capworth.methods.acceptability.measurement import covariance_root, mixed
from capworth.methods.arguments import Floats

RNG = np.random.default_rng(5)
TALL = RNG.normal(size=(9, 4))
CLOSE = np.array([[1, 0.95, 0.95], [0.95, 1, 0.95], [0.95, 0.95, 1]])
TWINS = CLOSE[np.ix_([0, 1, 0, 2, 1], [0, 1, 0, 2, 1])]


@pytest.mark.parametrize("draws", [1, 127, 128, 129, 1000])
@pytest.mark.parametrize("rows", [1, 7])
def test_it_is_the_product(draws: int, rows: int) -> None:
    root, normals = RNG.normal(size=(rows, 3)), RNG.normal(size=(3, draws))
    np.testing.assert_allclose(
        mixed(root, normals), np.einsum("ok,kd->od", root, normals), rtol=0, atol=1e-14
    )
    wide = RNG.normal(size=(3, 2 * draws))
    np.testing.assert_array_equal(
        mixed(root, wide[:, draws:]), mixed(root, np.ascontiguousarray(wide[:, draws:]))
    )


def test_equal_rows_give_equal_bits() -> None:
    root = RNG.normal(size=(40, 40))
    root[[3, 22]] = root[39]
    made = mixed(root, RNG.normal(size=(40, 1000)))
    np.testing.assert_array_equal(made[3], made[39])
    np.testing.assert_array_equal(made[22], made[39])


@pytest.mark.parametrize(
    "covariance", [CLOSE, 4 * TWINS, TALL @ TALL.T, np.zeros((3, 3)), np.diag([0.0, 2, 0, 3])]
)
def test_the_root_gives_the_covariance_back(covariance: Floats) -> None:
    lower = covariance_root(covariance)
    np.testing.assert_allclose(lower @ lower.T, covariance, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(lower, np.tril(lower))


def test_what_depends_on_others_has_nothing_of_its_own() -> None:
    lower = covariance_root(4 * TWINS)
    assert lower.diagonal()[[2, 4]].tolist() == [0, 0]
    np.testing.assert_allclose(lower[2], lower[0], rtol=0, atol=1e-15)
    noisy = covariance_root(np.array([[1, 1], [1, 1 + 1e-15]]))
    assert noisy[1, 1] == 0
