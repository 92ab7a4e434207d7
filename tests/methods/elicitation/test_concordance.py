import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from capworth.errors import InputError
from capworth.methods.elicitation.agreement import kendall_w, mean_ranks
from capworth.streams import stream


@given(st.integers(0, 2**32), st.integers(2, 6), st.integers(2, 7))
def test_it_is_the_statistic_of_friedman(seed: int, judges: int, things: int) -> None:
    """W = chi2 / (judges * (things - 1)), ties corrected in both."""
    ratings = stream(seed, "test").integers(0, 4, size=(judges, things)).astype(float)
    found = kendall_w(ratings)
    if (np.ptp(ratings, axis=1) == 0).all():
        assert np.isnan(found)
    elif things > 2:
        chi = stats.friedmanchisquare(*ratings.T).statistic
        assert found == pytest.approx(chi / (judges * (things - 1)))


def test_worked_by_hand() -> None:
    """Ranks 1 2 3, 1 3 2, 2 1 3: sums 4, 6, 8, so 12 * 8 / (9 * 24)."""
    assert kendall_w([[9, 5, 1], [9, 1, 5], [5, 9, 1]]) == pytest.approx(12 * 8 / (9 * 24))
    assert mean_ranks(np.array([[7.0, 2, 7, 1]])).tolist() == [[1.5, 3, 1.5, 4]]


def test_too_little_is_refused() -> None:
    with pytest.raises(InputError, match="1 judges, 3 things"):
        kendall_w([[1, 2, 3]])
