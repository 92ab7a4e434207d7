from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capworth.errors import InputError
from capworth.methods.allocation.coalitions import (
    largest,
    memberships,
    peaks,
    sizes,
    sums,
    tabled,
    users_of,
)

amounts = arrays(float, st.tuples(st.integers(1, 3), st.integers(1, 5)), elements=st.floats(0, 99))


@given(amounts)
def test_tables_are_what_their_names_say(values: Any) -> None:
    users = values.shape[1]
    assert users_of(sums(values)) == users
    for mask, member in enumerate(memberships(users)):
        assert [bool(mask >> user & 1) for user in range(users)] == member.tolist()
        assert sizes(users)[mask] == member.sum()
        np.testing.assert_allclose(sums(values)[:, mask], values[:, member].sum(axis=1))
        np.testing.assert_allclose(
            largest(values)[:, mask], values[:, member].max(axis=1, initial=0)
        )
        joint = values[:, member].sum(axis=1).max()
        assert peaks(values)[mask] == pytest.approx(joint)  # rows as periods


def test_users_whose_peaks_differ_share_capacity() -> None:
    assert peaks([[5.0, 1.0], [2.0, 6.0]]).tolist() == [0, 5, 6, 8]


def test_tabled() -> None:
    table = tabled(lambda member: member @ np.array([1.0, 2.0, 4.0]), 3)
    assert table.tolist() == list(range(8))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: users_of(np.zeros(3)), "no table over coalitions"),
        (lambda: users_of(np.zeros(1)), "no table over coalitions"),
        (lambda: users_of(np.array([1.0, 2.0])), "entry 0 is not 0"),
        (lambda: memberships(21), "users: is 21"),
        (lambda: sums(3.0), "Give .*users"),
        (lambda: peaks([1.0, 2.0]), "periods, users"),
        (lambda: largest([1.0, -2.0]), r"entry \[1\] is -2"),
        (lambda: tabled(lambda member: np.zeros(3), 2), "for 4 coalitions"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
