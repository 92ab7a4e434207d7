"""One cost among its users, without a case."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from capworth.appraisal.allocation import share_cost, share_game
from capworth.cli import main
from capworth.errors import InputError
from capworth.methods.allocation.keys import KEYS
from capworth.methods.arguments import Bools, Floats

USE = {"search": 6.0, "notices": 2.0, "library": 0.0, "images": 4.0}


def test_every_key_shares_the_whole() -> None:
    table = share_cost(1200, USE, 0.4).to_frame()
    np.testing.assert_allclose(table[list(KEYS)].sum(), 1200)
    assert (table.loc["library", ["alone", *KEYS]] == 0).all()
    assert table.loc["search", "shapley"] == pytest.approx(1200 * (0.4 / 3 + 0.6 / 2))
    assert table.loc["search", "alone"] == pytest.approx(1200 * (0.4 + 0.6 / 2))


def test_the_sentence_adds_up() -> None:
    said = share_cost(1200, USE, 0.4).why("search")
    assert "480 / 3 for being there and 720 x 6 / 12 = 360 for use" in said
    assert "pays 520 of 1,200" in said
    assert "alone it would pay 840" in said
    assert all(share_cost(1200, USE, 0.4).why("images", key) for key in KEYS)


def test_by_benefit_needs_the_benefit_of_the_same_users() -> None:
    benefit = dict(zip(USE, (1.0, 1.0, 5.0, 2.0), strict=True))
    table = share_cost(100, USE, 0.0, benefit).to_frame()
    assert table["benefit"].tolist() == pytest.approx([25, 25, 0, 50])
    with pytest.raises(InputError, match="library"):
        share_cost(100, USE, 0.0, {k: v for k, v in benefit.items() if k != "library"})


def test_who_would_leave() -> None:
    """Equal parts of a cost that follows use: the two small users pay for the large one."""
    found = share_cost(120, {"large": 10.0, "a": 1.0, "b": 1.0}, 0.1).stability()
    assert not found.loc["equal", "stable"]
    assert found.loc["equal", "group"] == "a b"
    assert found.loc["equal", "excess"] == pytest.approx(80 - 12 - 18)
    assert found.loc["shapley", "stable"]


def test_any_game_exact_up_to_twenty_users_and_sampled_beyond() -> None:
    def runway(groups: Bools) -> Floats:
        return np.asarray((groups * np.arange(1.0, groups.shape[1] + 1)).max(axis=1), dtype=float)

    small = share_game(runway, ["a", "b", "c"])
    assert small["shapley"].tolist() == pytest.approx([1 / 3, 5 / 6, 11 / 6])
    assert small["nucleolus"].tolist() == pytest.approx([1 / 2, 3 / 4, 7 / 4])
    assert small["alone"].tolist() == [1, 2, 3]
    assert small["saved"].tolist() == [0, 0, 1]
    assert small.attrs["in_core"]
    assert small["standard_error"].max() == 0
    names = [f"u{k}" for k in range(24)]
    large = share_game(runway, names, orders=300, seed=4)
    exact = np.cumsum(1 / np.arange(24.0, 0, -1))
    assert (np.abs(large["shapley"] - exact) < 5 * large["standard_error"] + 1e-9).all()
    assert large["shapley"].sum() == pytest.approx(24)
    assert large["standard_error"].max() > 0
    assert large["nucleolus"].isna().all()
    twenty = share_game(runway, names[:20])
    np.testing.assert_allclose(twenty["shapley"], np.cumsum(1 / np.arange(20.0, 0, -1)))
    assert twenty["standard_error"].max() == 0


def test_a_game_outside_its_core_names_the_group() -> None:
    def pairs(groups: Bools) -> Floats:  # any two share for 1, all three cost 3
        return np.asarray(np.array([0.0, 1, 1, 3])[groups.sum(axis=1)])

    found = share_game(pairs, ["a", "b", "c"])
    assert not found.attrs["in_core"]
    assert found.attrs["group"] == ["a", "b"]


@pytest.mark.parametrize(
    ("use", "fixed", "words"),
    [
        ({"a": 0.0}, 0.5, "nobody uses it"),
        ({"a": -1.0}, 0.5, "use"),
        ({"a": 1.0}, 1.5, "fixed"),
    ],
)
def test_slips(use: dict[str, float], fixed: float, words: str) -> None:
    with pytest.raises(InputError, match=words):
        share_cost(10, use, fixed)
    with pytest.raises(InputError, match="nowhere"):
        share_cost(10, {"a": 1.0}, 0.5).why("nowhere")


def test_the_command(small_folder: Path) -> None:
    told = CliRunner().invoke(main, ["allocate", str(small_folder)])
    assert told.exit_code == 0, told.output
    assert "places_moved" in told.output
    one = CliRunner().invoke(main, ["allocate", str(small_folder), "--platform", "CENTRE"])
    assert one.exit_code == 0, one.output
    assert all(word in one.output for word in ("LAB", "nucleolus", "alone"))
    assert "REG pays" in one.output
    assert "(6 of 10 in use)" in one.output
    wrong = CliRunner().invoke(main, ["allocate", str(small_folder), "--platform", "CENTER"])
    assert wrong.exit_code == 2
    assert "Did you mean 'CENTRE'?" in wrong.output
