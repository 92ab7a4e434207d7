"""How inputs are drawn, as a case says it: ends or quantiles, what was seen, what goes together."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from capworth.case.model import Case, Estimate
from capworth.case.read import check_case, read_case
from capworth.errors import CaseError
from capworth.methods.arguments import Floats
from capworth.model.draws import Sampled, correlation, moves_with, quantile_of

HEADINGS = {
    "distributions": "inputs,shape,ends,group,share,grade,source,basis",
    "observations": "input,observation,value,weight,grade,source,basis",
    "correlations": "a,b,r,grade,source,basis",
}
Said = Callable[..., Path]


@pytest.fixture
def said(folder: Path) -> Said:
    """The small case with rows on how its inputs are drawn, and settings."""

    def write(settings: str = "", **tables: list[str]) -> Path:
        for table, rows in tables.items():
            text = "\n".join([HEADINGS[table], *rows]) + "\n"
            (folder / f"{table}.csv").write_text(text, encoding="utf-8")
        toml = folder / "case.toml"
        toml.write_text(settings + "\n" + toml.read_text(encoding="utf-8"), encoding="utf-8")
        return folder

    return write


def told(place: Path) -> str:
    with pytest.raises(CaseError) as caught:
        read_case(place)
    assert check_case(place) == tuple(sorted(set(caught.value.findings)))
    return str(caught.value)


def drawn(case: Case, name: str, size: int = 40_000) -> Floats:
    return Sampled(1, 0, size).of(case.estimates()[name])


def below_low_and_above_high(estimate: Estimate, size: int = 200_000) -> tuple[float, float]:
    levels = Sampled(3, 0, size).of(estimate)
    return float(np.mean(levels < estimate.low)), float(np.mean(levels > estimate.high))


# ------------------------------------------------------------------------ ends or quantiles


def test_the_setting_is_for_all_and_a_row_says_otherwise(said: Said) -> None:
    """150 (120 to 180), and 24 (12 to 40): a tenth of the draws lies beyond each, or none."""
    rows = ["scores/*/speed,,ends,,,D,,asked as extremes", "scores/LAB/reach,,5-95,,,D,,asked so"]
    rows += [
        "chain/*,,ends,,,D,,seen",
        "functions/*,,ends,,,D,,seen",
        "costs/*,,ends,,,D,,seen",
    ]
    rows += [f"{table}/*,,ends,,,D,,seen" for table in ("unit_values", "network", "usage")]
    case = read_case(said('distribution_ends = "10-90"', distributions=rows))
    assert case.settings.distribution_ends == "10-90"
    reach = case.estimates()["scores/REG/reach"]
    assert (reach.low, reach.mode, reach.high) == (120, 150, 180)
    assert below_low_and_above_high(reach) == pytest.approx((0.1, 0.1), abs=0.003)
    assert below_low_and_above_high(case.estimates()["scores/REG/speed"]) == (0, 0)
    nineteen = below_low_and_above_high(case.estimates()["scores/LAB/reach"])
    assert nineteen == pytest.approx((0.05, 0.05), abs=0.003)
    ends = quantile_of(reach, np.array([0.1, 0.9]))
    np.testing.assert_allclose(ends, [120, 180], rtol=1e-4)


def test_without_the_setting_low_and_high_are_ends(small: Case) -> None:
    for estimate in small.estimates().values():
        levels = quantile_of(estimate, np.linspace(0, 1, 101))
        assert estimate.low <= levels.min() <= levels.max() <= estimate.high


def test_a_number_knows_what_it_can_be_at_all(small: Case) -> None:
    known = small.estimates()
    reach = {
        "costs/REG-STAFF": (0, np.inf),
        "functions/REG/hosting": (0, 1),
        "chain/REG/hit_rate": (0, 1),
        "chain/REG/searches": (0, np.inf),
        "scores/REG/reach": (-np.inf, np.inf),
        "effects/SCAN/REG/speed": (-np.inf, np.inf),
        "effects/SCAN/REG/hit_rate": (0, np.inf),
        "criteria/speed": (0, 100),
    }
    for name, ends in reach.items():
        assert (known[name].floor, known[name].ceiling) == ends, name


def test_a_share_drawn_from_quantiles_stays_a_share(said: Said) -> None:
    rows = ["chain/REG/verified,triangular,10-90,,,D,,asked so"]
    found = read_case(said(distributions=rows)).estimates()["chain/REG/verified"]
    assert found.ends == "10-90"
    levels = quantile_of(found, np.linspace(0, 1, 1001))
    assert 0 <= levels[0] < 0.2
    assert 0.8 < levels[-1] <= 1
    assert below_low_and_above_high(found) == pytest.approx((0.1, 0.1), abs=0.003)


def test_an_impossible_fit_is_told_with_its_row_and_reason(said: Said) -> None:
    rows = [
        "scores/REG/reach,normal,10-90,,,D,,seen",
        "scores/LAB/reach,lognormal,10-90,,,D,,seen",
    ]
    rows += ["chain/REG/searches,beta,,,,D,,seen", "scores/REG/speed,normal,,,,D,,seen"]
    said(distributions=rows)
    found = check_case(said())
    words = "\n".join(map(str, found))
    assert "scores.csv, row 3, column 'mode': scores/REG/speed: mode 24: the normal that" in words
    assert "has its mode at 26. Write that, or take a PERT." in words
    assert "a beta needs a number with two ends" in words
    assert "scores/LAB/reach: mode" in words
    assert "scores/REG/reach" not in words  # 150 lies in the middle of 120 and 180


def test_rows_of_shape_and_ends_may_be_two_but_not_two_of_ends(said: Said) -> None:
    rows = ["scores/*,uniform,,,,D,,seen", "scores/REG/*,,10-90,,,D,,seen"]
    case = read_case(said(distributions=rows))
    found = case.estimates()["scores/REG/reach"]
    assert (found.shape, found.ends) == ("uniform", "10-90")
    twice = ["scores/*,,5-95,,,D,,seen", "scores/REG/reach,,10-90,,,D,,seen"]
    assert "row 2 gives an ends to scores/REG/reach already" in told(said(distributions=twice))


# ------------------------------------------------------------------------ observations


SEEN = [f"scores/REG/reach,{year},{value},,B,LEDGER," for year, value in
        (("2019", 130), ("2020", 170), ("2021", 140), ("2022", 150))]  # fmt: skip


def test_what_was_observed_is_drawn_as_it_was(said: Said) -> None:
    case = read_case(said(observations=SEEN))
    assert [row.value for row in case.observations] == [130, 170, 140, 150]
    found = case.estimates()["scores/REG/reach"]
    assert found.record == (130, 140, 150, 170)
    levels = quantile_of(found, np.array([0, 1 / 3, 0.5, 1]))
    assert levels.tolist() == pytest.approx([130, 140, 145, 170])


def test_discrete_levels_come_as_often_as_they_were_seen(said: Said) -> None:
    seen = [row.replace(",,B", ",3,B") if ",150" in row else row for row in SEEN]
    rows = ["scores/REG/reach,discrete,,,,D,,seen"]
    case = read_case(said(observations=seen, distributions=rows))
    levels, counts = np.unique(drawn(case, "scores/REG/reach"), return_counts=True)
    assert levels.tolist() == [130, 140, 150, 170]
    assert counts / 40_000 == pytest.approx([1 / 6, 1 / 6, 1 / 2, 1 / 6], abs=0.01)


BAD_SEEN: tuple[tuple[list[str], list[str], str], ...] = (
    (["scores/REG/rich,2019,130,,B,LEDGER,"], [], "column 'input': no input is called 'scores/REG"),
    (
        SEEN,
        ["scores/REG/reach,uniform,,,,D,,seen"],
        "drawn from its observations, not from a uniform",
    ),
    (
        [],
        ["scores/REG/reach,empirical,,,,D,,seen"],
        "there are no observations of scores/REG/reach",
    ),
    (SEEN[:1], [], "one level of scores/REG/reach was observed, which leaves nothing to draw"),
    ([*SEEN, SEEN[0]], [], "'scores/REG/reach/2019' stands in row 2 already"),
    ([*SEEN, "scores/REG/reach,x,181,,B,LEDGER,"], [], "181 was observed, outside low to high"),
    (
        [row.replace("150", "149") for row in SEEN],
        ["scores/REG/reach,discrete,,,,D,,seen"],
        "mode 150 is no level that was observed",
    ),
    ([*SEEN, "scores/REG/reach,x,160,0,B,LEDGER,"], [], "column 'weight': 0 is below 1e-12"),
)


@pytest.mark.parametrize(("seen", "rows", "words"), BAD_SEEN, ids=[w[:40] for *_, w in BAD_SEEN])
def test_observations_that_do_not_fit_are_told(
    said: Said, seen: list[str], rows: list[str], words: str
) -> None:
    assert words in told(said(observations=seen, distributions=rows))


def test_quantiles_leave_room_for_what_was_observed_beyond(said: Said) -> None:
    seen = [*SEEN, "scores/REG/reach,x,200,,B,LEDGER,"]
    rows = ["scores/REG/reach,,10-90,,,D,,seen"]
    case = read_case(said(observations=seen, distributions=rows))
    assert drawn(case, "scores/REG/reach").max() > 190


# ------------------------------------------------------------------------ correlations


def ranks(case: Case, *names: str) -> Floats:
    found: Floats = stats.spearmanr([drawn(case, name) for name in names], axis=1).statistic
    return found


def test_stated_rank_correlations_are_reached_and_others_stay_to_the_bit(
    said: Said, small: Case
) -> None:
    rows = [
        "scores/REG/reach,scores/REG/speed,0.7,D,,seen",
        "costs/REG-STAFF,scores/REG/*,-0.3,D,,seen",
    ]
    case = read_case(said(correlations=rows))
    names = ("costs/REG-STAFF", "scores/REG/reach", "scores/REG/results", "scores/REG/speed")
    expected = np.array([[1, -0.3, -0.3, -0.3], [-0.3, 1, 0, 0.7], [-0.3, 0, 1, 0]])
    np.testing.assert_allclose(ranks(case, *names)[:3], expected, atol=0.015)
    for name in ("scores/LAB/reach", "costs/NET-STAFF"):
        np.testing.assert_array_equal(drawn(case, name), drawn(small, name))
    for name in names:  # each alone is as before
        assert stats.ks_2samp(drawn(case, name), drawn(small, name)).pvalue > 1e-3


def test_a_pattern_alone_is_every_two_of_it(said: Said) -> None:
    case = read_case(said(correlations=["scores/*/reach,,0.5,D,,one hand"]))
    names = [f"scores/{capability}/reach" for capability in ("REG", "LAB", "ACA")]
    found = ranks(case, *names)
    np.testing.assert_allclose(found[~np.eye(len(names), dtype=bool)], 0.5, atol=0.015)
    one, other = (case.estimates()[name] for name in names[:2])
    assert correlation(one, other) == pytest.approx(2 * np.sin(np.pi / 12))
    assert moves_with(one) == moves_with(other) != names[0]


def test_the_order_of_the_rows_does_not_matter(said: Said) -> None:
    rows = [
        "scores/REG/reach,scores/REG/speed,0.7,D,,seen",
        "scores/LAB/reach,scores/REG/*,0.2,D,,seen",
    ]
    one = read_case(said(correlations=rows))
    turned = [
        "scores/REG/*,scores/LAB/reach,0.2,D,,seen",
        "scores/REG/speed,scores/REG/reach,0.7,D,,seen",
    ]
    other = read_case(said(correlations=turned))
    for name in ("scores/REG/reach", "scores/LAB/reach"):
        np.testing.assert_array_equal(drawn(one, name), drawn(other, name))


BAD_PAIRS = (
    (["scores/REG/rich,scores/*,0.5,D,,seen"], "row 2, column 'a': no input is called"),
    (["scores/REG/reach,,0.5,D,,seen"], "row 2, column 'b': the row names no two inputs"),
    (["scores/*,,1.5,D,,seen"], "row 2, column 'r': 1.5 is above 1"),
    (
        ["scores/REG/reach,scores/REG/speed,0.5,D,,seen", "scores/REG/*,,0.2,D,,seen"],
        "row 2 correlates scores/REG/reach and scores/REG/speed already",
    ),
    (
        [
            "scores/REG/reach,scores/REG/speed,0.9,D,,seen",
            "scores/REG/reach,scores/LAB/reach,0.9,D,,seen",
        ],
        "these cannot all be so: scores/LAB/reach with scores/REG/speed 0 (not stated), "
        "scores/LAB/reach with scores/REG/reach 0.9, scores/REG/reach with scores/REG/speed 0.9. "
        "Give scores/LAB/reach with scores/REG/speed an r of 0.64 to 1, or multiply all r of these "
        "inputs by 0.76 at most.",
    ),
    (["scores/REG/*,,-0.8,D,,seen"], "these cannot all be so: scores/REG/reach with"),
)


@pytest.mark.parametrize(("rows", "words"), BAD_PAIRS, ids=[words[:45] for _, words in BAD_PAIRS])
def test_correlations_that_cannot_be_are_told(said: Said, rows: list[str], words: str) -> None:
    assert words in told(said(correlations=rows))


def test_a_group_and_a_matrix_do_not_both_move_an_input(said: Said) -> None:
    rows = ["scores/*/reach,,,hands,0.5,D,,seen"]
    pairs = ["scores/REG/*,,0.2,D,,seen"]
    words = told(said(distributions=rows, correlations=pairs))
    assert "correlations.csv, row 2, column 'a': row 2 of distributions has" in words


def test_two_of_a_group_are_correlated_by_the_root_of_their_shares(said: Said) -> None:
    """Reached by the draws: 6/pi asin(sqrt(0.5 x 0.8) / 2) in ranks."""
    rows = ["scores/REG/reach,,,hands,0.5,D,,seen", "scores/LAB/reach,,,hands,0.8,D,,seen"]
    case = read_case(said(distributions=rows))
    names = ("scores/REG/reach", "scores/LAB/reach")
    one, other = (case.estimates()[name] for name in names)
    assert correlation(one, other) == pytest.approx(np.sqrt(0.4))
    expected = 6 / np.pi * np.arcsin(np.sqrt(0.4) / 2)
    assert ranks(case, *names) == pytest.approx(expected, abs=0.015)
    assert moves_with(one) == moves_with(other) == "group hands"
    assert correlation(one, case.estimates()["scores/REG/speed"]) == 0


def test_what_is_cut_off_at_the_range_of_a_share_is_not_drawn(said: Said) -> None:
    """Uncut, the triangular with these quantiles would reach from 0.325 to 1.046."""
    found = read_case(
        said(distributions=["functions/REG/hosting,triangular,10-90,,,D,,asked so"])
    ).estimates()["functions/REG/hosting"]
    ends = quantile_of(found, np.array([0.0, 0.1, 0.9, 1.0]))
    assert ends.tolist() == pytest.approx([0.324, 0.5, 0.9, 1.0], abs=1e-3)
    assert ends[-1] == 1.0


def test_levels_from_the_survey_keep_their_own_ends(said: Said, folder: Path) -> None:
    """Their low and high are computed as ends, whatever the analyst means by the others."""
    path = folder / "criteria.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    new = "content,Content,Contents,use,points,0,10,,,30,60,90,D,,board,satisfaction"
    lines = [f"{head},measure", *(f"{row}," for row in rows), new]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "judgements.csv").unlink()
    tables: tuple[str, ...] = (
        "scores/*/reach",
        "scores/*/speed",
        "scores/*/results",
        "chain/*",
        "functions/*",
    )
    tables += ("costs/*", "unit_values/*", "network/*", "usage/*", "criteria/*", "effects/*")
    rows = [f"{table},,ends,,,D,,seen" for table in tables]
    case = read_case(said('distribution_ends = "10-90"', distributions=rows))
    heard = [s.level for s in case.scores if s.criterion == "content"]
    assert len(heard) == 4
    assert {level.ends for level in heard} == {""}
    for level in heard:
        reach = quantile_of(level, np.array([0.0, 1.0]))
        assert reach.tolist() == pytest.approx([level.low, level.high])
    funded = case.funding[0].amount
    assert (funded.ends, funded.is_certain) == ("10-90", funded.low == funded.high)
