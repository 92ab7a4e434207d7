import tomllib
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capworth.errors import InputError
from capworth.methods.cost_benefit.power import (
    contrast_error,
    detectable_contrast,
    labelings,
    permutation_floor,
    power_of,
)
from capworth.streams import stream

HALF: Any = 2.5  # what an analyst may type where a count belongs
GOLDEN = tomllib.loads((Path(__file__).parents[2] / "golden/appraisal.toml").read_text("utf-8"))


@pytest.mark.parametrize("golden", GOLDEN["contrast"], ids=lambda golden: golden["name"])
def test_detectable_contrast(golden: dict[str, Any]) -> None:
    error = contrast_error(golden["sd"], *golden["groups"])
    found = detectable_contrast(golden["sd"], *golden["groups"])
    assert error == pytest.approx(golden["error"], abs=golden["atol"])
    assert found == pytest.approx(golden["detectable"], abs=golden["atol"])


@pytest.mark.parametrize("golden", GOLDEN["floor"], ids=lambda golden: golden["name"])
def test_permutation_floor(golden: dict[str, Any]) -> None:
    assert labelings(golden["units"], golden["group"]) == golden["labelings"]
    ways = list(combinations(range(golden["units"]), golden["group"]))
    assert len(ways) == golden["labelings"]
    floor = permutation_floor(golden["units"], golden["group"])
    assert floor == pytest.approx(golden["p"], abs=golden["atol"])


@given(
    st.floats(0.1, 10),
    st.integers(2, 50),
    st.integers(2, 50),
    st.floats(0.01, 0.2),
    st.floats(0.3, 0.99),
)
def test_the_detectable_contrast_has_the_power_asked_for(
    sd: float, first: int, second: int, level: float, power: float
) -> None:
    size = detectable_contrast(sd, first, second, level, power)
    assert power_of(size, sd, first, second, level) == pytest.approx(power)
    assert power_of(0, sd, first, second, level) == pytest.approx(level)


def test_power_by_simulation() -> None:
    random = stream(2, "test power")
    first = random.normal(0.9, 2.0, (20_000, 12)).mean(axis=1)
    second = random.normal(0.0, 2.0, (20_000, 30)).mean(axis=1)
    rejected = (first - second > 1.6448536 * 2.0 * np.sqrt(1 / 12 + 1 / 30)).mean()
    assert power_of(0.9, 2.0, 12, 30) == pytest.approx(rejected, abs=0.01)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: detectable_contrast(1, 0, 5), "first: is 0"),
        (lambda: detectable_contrast(-1, 5, 5), "sd"),
        (lambda: detectable_contrast(1, 5, 5, level=1), "level"),
        (lambda: permutation_floor(8, 9), "group: is 9. Give a number at least 0 and at most 8"),
        (lambda: labelings(8, HALF), "not one whole number"),
    ],
)
def test_slips(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
