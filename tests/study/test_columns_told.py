"""What the dictionary says of a column, held against the numbers in it; and what a figure says."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from capworth.appraisal.cost_cube import cost_cube
from capworth.case.dictionary import Column as InputColumn
from capworth.case.dictionary import dictionary
from capworth.case.model import Case
from capworth.case.read import read_case
from capworth.model.costs import discount_factors
from capworth.model.figures import ALL, MODE, SHARE, STATED
from capworth.model.result import Answer
from capworth.study.pages import OutputColumn, told_of
from capworth.study.stages import Study, run_study
from capworth.study.tables import tables_of

DATA = Path(__file__).parents[2] / "data"
CHANCES = ("share of draws", "share of deals", "share of planted cases", "probability")
RANGES: dict[str, tuple[float, float]] = {  # of the values that a unit may have
    **dict.fromkeys((*CHANCES, "share", "p of the test", "0 to 1"), (0, 1)),
    **{f"points 0 to {most}": (0, most) for most in (10, 100)},
    "0 to 100": (0, 100),
    "-1 to 1": (-1, 1),
    "level 1 to 9": (1, 9),
    "place": (1, np.inf),
    "places": (0, np.inf),
    "year": (1900, 2200),
    "years": (0, 100),
    "factor": (0, np.inf),
    "draws": (1, np.inf),
}
WHOLE = {  # units of which there is no part
    *("year", "improvements", "services", "lines", "posts", "pairs", "places", "users", "judges"),
    *("parts", "draws", "answers"),
}
PLAIN = {  # numbers that are counted in nothing
    *(("weight_checks", "figure"), ("weight_checks", "limit"), ("claim_lines", "stratum")),
    *(("network_growth", "exponent"), ("network_growth", "standard_error")),
    *(("split_check", "before"), ("split_check", "after"), ("options_in_full", "good_set")),
}


@pytest.fixture(params=["study", "bundled"])
def answered(request: pytest.FixtureRequest) -> Study:
    """The small case, whose tables are small, and the bundled one, which has them all."""
    found: Study = request.getfixturevalue(request.param)
    return found


def columns_of(study: Study) -> Iterator[tuple[str, str, OutputColumn, "pd.Series[float]"]]:
    """Each column that has something in it: table, name, what is told of it, and what it holds."""
    for table, frame in tables_of(study).items():
        for name in frame.columns:
            known, values = told_of(table, str(name)), frame[name].dropna()
            assert known is not None, (table, name)
            if len(values):
                yield table, str(name), known, values


def dictionary_columns() -> Iterator[InputColumn]:
    """Every column that a case may have."""
    for columns in dictionary().values():
        yield from columns.values()


def is_number(values: "pd.Series[float]") -> bool:
    """Whether a column holds numbers, whatever it is called."""
    return all(isinstance(v, int | float | np.number) and not isinstance(v, bool) for v in values)


def test_numbers_lie_where_their_unit_says(answered: Study) -> None:
    wrong = set()
    for table, name, known, values in columns_of(answered):
        if known.unit == "yes or no":
            assert set(values) <= {True, False}, (table, name)
        if known.unit == "dates":
            assert all(re.fullmatch(r"(\d{4}-\d\d-\d\d ?)+", str(v)) for v in values)
        if not is_number(values):
            continue
        numbers = values.to_numpy(dtype=float)
        low, high = RANGES.get(known.unit, (-np.inf, np.inf))
        if (numbers < low - 1e-9).any() or (numbers > high + 1e-9).any():
            wrong.add((table, name, known.unit, numbers.min(), numbers.max()))
        finite = numbers[np.isfinite(numbers)]
        if known.unit in WHOLE and not np.array_equal(finite, finite.round()):
            wrong.add((table, name, known.unit, "has parts", ""))
    assert not wrong


def test_words_have_no_unit_and_numbers_have_one(answered: Study) -> None:
    for table, name, known, values in columns_of(answered):
        if is_number(values) and set(values) - {True, False}:
            assert known.unit or (table, name) in PLAIN, (table, name)
            assert known.unit != "yes or no", (table, name)
        elif not is_number(values) and set(values) - {True, False}:
            assert known.unit in ("", "dates"), (table, name)


READING = r"(_m)_(alone|shapley|last|joint|first_in|last_in)$"  # what money is told in, and of what


def test_a_name_and_its_unit_say_the_same(answered: Study) -> None:
    """A name that ends in _m holds millions, in _k thousands, in per_m what a million brings."""
    unlike = set()
    for table, name, known, _ in columns_of(answered):
        own = re.sub(READING, r"\1", re.sub("_(low|high|error)$", "", name))
        rate = own.endswith("per_m") or own == "gain_per_asked_m"
        millions = (own.endswith("_m") and not rate) or table == "cost_by_payer"
        chance = known.unit in CHANCES or known.unit == "p of the test"
        if (
            millions != (known.unit.startswith("millions") and "for a" not in known.unit)
            or own.endswith("_k") != known.unit.startswith("thousands")
            or (rate and "for a million" not in known.unit)
            or (own.startswith("p_") and not chance)
            or (re.search("(from|to|start|effect)_year$", own) and known.unit != "year")
            or (own.endswith("_share") and known.unit != "share")
            or (own.startswith("place_") and known.unit != "place")
        ):
            unlike.add((table, name, known.unit))
    assert not unlike


def test_an_interval_begins_at_its_low_end(answered: Study) -> None:
    """A mean may lie beyond its 80 % interval, where what is rare is large; its ends never cross.

    So seldom, that a column of another thing under the name of an end would be seen.
    """
    pairs = outside = 0
    for table, frame in tables_of(answered).items():
        for name in map(str, frame.columns):
            if {f"{name}_low", f"{name}_high"} <= set(frame.columns):
                mean, low, high = (
                    frame[k].to_numpy(dtype=float) for k in (name, f"{name}_low", f"{name}_high")
                )
                slack = 1e-9 * np.abs(high)
                assert not (low > high + slack).any(), (table, name)
                pairs += int(np.isfinite(low).sum())
                outside += int(((mean < low - slack) | (mean > high + slack)).sum())
    assert pairs > 100
    assert outside < 0.02 * pairs


TWINS = (  # of a year on average, and over the appraisal: table, column; table, column; scale
    (("capabilities", "annual_cost_m"), ("capabilities", "cost_m"), 1.0),
    (("economics", "annual_m"), ("economics", "npv_m"), 1.0),
    (("network", "value_m"), ("capabilities", "money_m"), 1.0),
)


@pytest.mark.parametrize(("yearly", "whole", "scale"), TWINS)
def test_so_much_a_year_is_so_much_over_the_appraisal(
    bundled: Study, yearly: tuple[str, str], whole: tuple[str, str], scale: float
) -> None:
    annuity, tables = float(discount_factors(bundled.case).sum()), tables_of(bundled)
    for (table, name), unit in ((yearly, "millions a year"), (whole, "millions")):
        known = told_of(table, name)
        assert known is not None
        assert known.unit == unit
    one, all_ = (tables[table][name].dropna() for table, name in (yearly, whole))
    both = one.index.intersection(all_.index)
    assert len(both) > 5
    np.testing.assert_allclose(one[both] * annuity * scale, all_[both], rtol=1e-9)


def test_harm_is_a_year_but_where_it_is_of_the_whole_appraisal(bundled: Study) -> None:
    annuity, tables = float(discount_factors(bundled.case).sum()), tables_of(bundled)
    amount, known = tables["effectiveness"]["amount"], told_of("effectiveness", "amount")
    assert known is not None
    assert "whole appraisal" in known.meaning

    def of(kind: str, effect: str) -> "pd.Series[float]":
        return amount.xs((kind, effect), level=("kind", "effect"))

    for kind, table in (("capability", "capabilities"), ("improvement", "priorities")):
        days = of(kind, "harm")
        np.testing.assert_allclose(days, tables[table]["harm_days"][days.index] * annuity)
    closed = of("improvement", "score")
    np.testing.assert_allclose(closed, tables["priorities"]["gain"][closed.index])
    scored = of("capability", "score")
    np.testing.assert_allclose(scored, tables["capabilities"]["score"][scored.index])


def test_an_outcome_without_a_price_is_told_a_year(bundled: Study) -> None:
    """What a service must be paid for one outcome, times all of them, is what it lacks."""
    annuity = float(discount_factors(bundled.case).sum())
    table = tables_of(bundled)["break_even"].xs("capability", level="kind")
    known = told_of("break_even", "outcomes")
    assert known is not None
    assert known.unit == "a year"
    lacking = (table["cost_m"] - table["priced_m"]) * 1e6
    np.testing.assert_allclose(table["break_even"] * table["outcomes"] * annuity, lacking)
    lifts = {c.name: c for c in bundled.answers["economics"].lifts() if c.table == "break_even"}
    assert lifts["outcomes"].unit == "a_year"


RATES = (  # said to be ratios of the means: the rate, what is brought, what it costs
    ("capabilities", "score_per_m", "score", "annual_cost_m"),
    ("capabilities", "harm_per_m", "harm_days", "annual_cost_m"),
    ("priorities", "gain_per_m", "gain", "cost_m"),
    ("programme", "gain_per_asked_m", "gain", "asked_m"),
    ("donor_menu", "gain_per_asked_m", "gain", "asked_m"),
    ("order_of_priority", "gain_per_asked_m", "gain", "asked_m"),
    ("economics", "bcr", "benefit_m", "cost_m"),
)


@pytest.mark.parametrize(("table", "rate", "brought", "cost"), RATES)
def test_a_ratio_of_means_is_one(
    bundled: Study, table: str, rate: str, brought: str, cost: str
) -> None:
    known, frame = told_of(table, rate), tables_of(bundled)[table]
    assert known is not None
    assert "the means" in known.meaning
    found = frame[frame[rate].notna()]
    assert len(found) > 5
    np.testing.assert_allclose(found[rate], found[brought] / found[cost], rtol=1e-9)


def test_what_closing_a_gap_brings_for_a_million_is_a_ratio_of_means(bundled: Study) -> None:
    """Times what it costs it is what is closed: no more than is added, and all of it at its best.

    Four services are so far from their levels that nothing of what is added is cut off.
    """
    table = tables_of(bundled)["gap_worth"]
    table = table[table["points_per_m"] > 0]
    part = table["points_per_m"] * table["cost_m"] / table["potential"]
    assert (part < 1 + 1e-9).all()
    whole = part[["ICHECKIT", "DNA", "IBIN", "CYBER"]]
    np.testing.assert_allclose(whole, 1, rtol=1e-9)


# ------------------------------------------------------------ figures


SHARES = {"share_of_draws", "rank_share", "within", "exchange", "core", "excellent", "model_share"}


@pytest.mark.parametrize("case", ["study", pytest.param("bundled", marks=pytest.mark.long)])
def test_a_figure_is_what_its_kind_says(case: str, request: pytest.FixtureRequest) -> None:
    """What is stated, or read at the modes, rests on no draw; a share of draws is found as one."""
    answered: Study = request.getfixturevalue(case)
    for name, figure in answered.figures.items():
        if figure.kind in (STATED, MODE):
            assert figure.draws == 0, name
        if figure.kind == SHARE:
            assert figure.unit == "chance", name
            assert figure.formula in SHARES, name
            assert figure.draws > 0, name
        if figure.kind == "count":
            assert figure.unit in ("count", "place", "share", "ratio"), name


@pytest.mark.long
def test_a_share_is_of_as_many_draws_as_it_says(small: Case) -> None:
    """Times that number it is whole; and of no fewer draws, but where it happens to be."""
    study = run_study(small, draws=20_999)
    reached = [f.draws for f in study.figures.values() if f.quantity == "pairs_reached"]
    assert {*reached} == {study.members.draws}  # of the draws in which use is shared out
    assert study.members.draws < study.network.draws
    found: dict[tuple[str, str, int], list[float]] = {}
    for figure in study.figures.values():
        if figure.kind == SHARE and figure.value is not None and 0 < figure.value < 1:
            for place in figure.places:
                table, column, *_ = place.split("/")
                found.setdefault((table, column, figure.draws), []).append(figure.value)
    assert {draws for *_, draws in found} == {200, 400, 1_000, 20_000, 20_999}
    fewer = set()
    for (table, column, draws), values in found.items():
        times = np.array(values) * draws
        np.testing.assert_allclose(times, times.round(), atol=1e-5, err_msg=f"{table}/{column}")
        for known in (200, 400, 1_000):
            times = np.array(values) * known
            if known < draws and np.allclose(times, times.round(), atol=1e-6, rtol=0):
                fewer.add((table, column))
    assert fewer <= {("scales", "p_first_harm"), ("scales", "p_first_money")}


def test_places_are_counted_over_all_draws(study: Study) -> None:
    for answer, table in (("appraisal", "capabilities"), ("priorities", "priorities")):
        lifts = {c.name: c for c in study.answers[answer].lifts() if c.table == table}
        assert lifts["p_first"].draws == lifts["expected_place"].draws == ALL


def test_every_column_of_an_answer_says_on_how_many_draws_it_rests(study: Study) -> None:
    """What a stage finds in fewer draws than are kept, it does not tell as found in all."""
    few = {
        **dict.fromkeys(("excellence", "frontier", "productivity", "contributions"), "draws"),
        **dict.fromkeys(("attribution", "scales", "gap_worth", "members"), "draws"),
    }
    for name, attribute in few.items():
        answer = study.answers[name]
        assert isinstance(answer, Answer)
        for column in answer.lifts():
            if column.name in ("extent", "corrected", "p_top_plain") or column.kind in (
                *(STATED, MODE),
                "count",
            ):
                continue
            assert column.draws == attribute, (name, column.name)


def test_a_stated_total_is_told_in_its_own_money(bundled: Study, small: Case) -> None:
    """Not in that of the case, nor in its year; what is paid every year is told a year."""
    figure = bundled.figure("stated_total.OPEX2017.stated")
    assert (figure.prices, figure.unit) == ("EUR of 2017", "millions_a_year")
    assert bundled.figure("stated_total.ICORE80.stated").unit == "millions"
    expected = bundled.figure("total_expected.ICORE80")
    assert expected.prices == "EUR of 2019"
    (total,) = small.totals
    other = replace(
        total,
        currency="USD",
        price_year=2020,
        amount=replace(total.amount, unit="USD of 2020 a year"),
    )
    found = cost_cube(replace(small, totals=(other,))).figures()
    assert {figure.prices for figure in found} == {"USD of 2020"}


def test_a_year_that_was_chosen_is_not_told_as_stated(bundled: Study) -> None:
    late = bundled.programme.late
    assert late
    figure = bundled.figure(f"start.{late[0]}")
    stated = {i.id: i.start_year for i in bundled.case.improvements}
    assert figure.value != stated[late[0]]
    assert figure.kind == "chosen"
    said = bundled.explain(figure.id)
    assert "chosen with the programme" in said
    assert "stands in the case" not in said


def test_what_the_programme_loses_is_told_in_millions_where_it_is_money(small: Case) -> None:
    study = run_study(small.with_settings(objective="net"), draws=60, only="joint_gains")
    units = {column.name: column.unit for column in study.joint_gains.lifts()}
    assert units["loss_without"] == "millions"


def test_a_map_says_where_the_programme_stays(bundled: Study) -> None:
    """At the levels in the middle of both inputs it does."""
    table, known = tables_of(bundled)["threshold"], told_of("threshold", "1.5")
    assert known is not None
    assert "stays" in known.meaning
    pair = bundled.switching.pair
    assert pair is not None
    one, other = pair.inputs
    row = int(np.abs(table.index.to_numpy() - one.usual).argmin())
    column = int(np.abs(table.columns.to_numpy() - other.usual).argmin())
    assert table.iloc[row, column]


def test_levels_of_a_switching_value_are_the_ends_that_are_looked_at() -> None:
    """Of a cause in common, whose level is a probability, they are next to none and to all."""
    study = run_study(read_case(DATA / "uk-police-data"), draws=100, only="switching")
    table = study.switching.to_frame()
    common = table[table.index.astype(str).str.startswith("group/")]
    assert len(common)
    assert (common["low"] < 0.01).all()
    assert (common["high"] > 0.99).all()
    for name, word in (("low", "lowest"), ("high", "highest")):
        known = told_of("switching", name)
        assert known is not None
        assert word in known.meaning


# ------------------------------------------------------------ what goes in


def test_a_level_of_a_step_is_told_in_the_unit_that_the_chain_has(folder: Path) -> None:
    """A delay is no number a year."""
    chain, effects = folder / "chain.csv", folder / "effects.csv"
    heading = chain.read_text("utf-8").splitlines()[0].split(",")
    row = {"capability": "LAB", "step": "delay", "low": "2", "mode": "4", "high": "8"}
    row |= {"unit": "weeks", "grade": "D", "basis": "judged"}
    patience = row | {"step": "patience"}
    outcomes = [c.id for c in read_case(folder).outcomes]
    rows = [row, *(patience | {"outcome": outcome} for outcome in outcomes)]
    lines = [",".join(each.get(name, "") for name in heading) for each in rows]
    chain.write_text(chain.read_text("utf-8") + "\n".join(lines) + "\n", encoding="utf-8")
    plain = effects.read_text("utf-8").splitlines()
    names = [*plain[0].split(","), "means"]
    level = {"improvement": "LINK", "capability": "LAB", "step": "delay", "means": "level"}
    level |= {"low": "1", "mode": "2", "high": "3", "grade": "D", "basis": "judged"}
    added = ",".join(level.get(name, "") for name in names)
    text = [plain[0] + ",means", *(f"{line}," for line in plain[1:]), added]
    effects.write_text("\n".join(text) + "\n", encoding="utf-8")
    case = read_case(folder)
    assert case.effects[-1].change.unit == "weeks"
    assert {e.change.unit for e in case.effects if e.step == "hit_rate"} == {"factor"}


def test_a_unit_of_the_row_is_a_column_of_its_table() -> None:
    """What is told to be counted in the unit of its row stands in a table that has one."""
    tables = {row.table for row in dictionary_columns() if row.name == "unit"}
    for column in dictionary_columns():
        if column.unit == "unit of the row":
            assert column.table in tables, (column.table, column.name)
        if column.unit == "currency":
            assert {"currency", "price_year"} <= {
                other.name for other in dictionary_columns() if other.table == column.table
            }, column.table
