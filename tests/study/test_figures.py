"""Every printed number is a figure: one value, one definition, open down to its rows."""

import csv
import random
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from math import isfinite
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from capworth.case.read import read_case
from capworth.errors import InputError
from capworth.language.isolates import ISOLATE
from capworth.language.language import Language
from capworth.language.phrases import languages
from capworth.members import use
from capworth.methods.uncertainty.order_statistics import order_quantile
from capworth.model import simulation
from capworth.model.costs import PAYERS
from capworth.model.figures import (
    COUNT,
    KINDS,
    MONEY_UNITS,
    SHARE,
    STATED,
    UNITS,
    Column,
    Figure,
    Rows,
    as_data,
    columns,
    from_data,
    near,
    word,
)
from capworth.model.formulas import FORMULAS
from capworth.model.result import Answer, Provenance
from capworth.model.simulation import draw_sample
from capworth.study.figures import gather
from capworth.study.origins import Origins
from capworth.study.stages import PARTS, Study
from capworth.study.tables import tables_of

ROOT = Path(__file__).parents[2]
TRIES = 200  # figures that are followed to their rows

# Numeric columns that are no figures, and why.
NO_FIGURES = {
    "cost_cube": "every line by year at the modes: the cost figures are its sums",
    "capability_ranks": "a map of places behind a chart; the first place is a figure",
    "capability_pairs": "a map of pairs behind a chart",
    "priority_ranks": "a map of places behind a chart; the first place is a figure",
    "priority_pairs": "a map of pairs behind a chart",
    "peers": "a map of models behind a chart; the first two of each are figures",
    "feedback_group_profiles": "a map behind a chart",
    "willingness": "points of a curve over prices",
    "acceptability": "points of a curve over prices",
    "claim_specifications": "a cloud of all ways to measure, behind a chart",
    "threshold": "a map of two inputs behind a chart",
    "split_check": "a check of the program",
    "convergence": "the errors of figures, which are in them",
    "weight_records": "what judges said: rows of the case",
    "weight_checks": "checks of what judges said",
    "weight_agreement": "checks of what judges said",
    "excellence_ways": "a check: services of excellence counted otherwise",
    "economics/p_npv_positive_se": "the error of a figure",
    "perspectives/p_npv_positive_se": "the error of a figure",
    "programme/delay": "the start says it",
    "programme/value": "what it adds as it starts; the objective of the programme is a figure",
    "budget_frontier/budget_m": "what a step needs, which the funding curve has",
    "good_sets/p_better": "of the programme against itself",
    "good_sets/p_best_in_list": "of the programme against itself",
    "break_even/cost_m": "the cost of what it stands beside",
    "productivity/from_year": "part of the id",
    "money_map/low_m": "an end of a range",
    "money_map/high_m": "an end of a range",
    "money_map/chance": "as in the pledge",
    "pledges/years": "how many years a pledge is parted over: stated",
    "members_totals/study": "a check: the same total from the study",
    "network_growth/years": "how many years were counted",
    "network_growth/from_members": "a level that was read",
    "network_growth/to_members": "a level that was read",
    "overrun/stated_m": "the published total, which the bridge has",
    "overrun/price_year": "a year of prices",
    "claim_lines": "lines as the test reads them: a stratum and the shares of the case",
    "targets/met": "empty where no target is stated",
    "weights/judges": "how many judged",
    "options_in_full/good_set": "which of the good sets it is",
    "claim_left_out": "empty where one line less decides nothing",
    "donor_menu/from_year": "the start of its improvement in the programme",
}


@pytest.fixture(scope="module")
def raw(small_folder: Path) -> Mapping[str, list[list[str]]]:
    """Every table of the small case as a spreadsheet shows it."""
    return {
        path.stem: list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        for path in small_folder.glob("*.csv")
    }


def test_every_figure_is_whole(study: Study) -> None:
    assert len(study.figures) > 1_500
    for name, figure in study.figures.items():
        assert figure.id == name
        assert re.fullmatch(r"[a-z][a-z_0-9]*(\.[^.\s]\S*)+", name), name
        assert figure.unit in UNITS, name
        assert figure.kind in KINDS, name
        assert figure.formula in FORMULAS, name
        assert bool(figure.prices) == MONEY_UNITS[figure.unit], name
        assert figure.draws >= 0, name
        ends = (figure.value, figure.low, figure.high, figure.point, figure.error)
        assert all(isfinite(end) for end in ends if end is not None), name
        if figure.low is not None and figure.high is not None:
            assert figure.low <= figure.high, name
        assert figure.error is None or figure.error >= 0, name
        if figure.kind == SHARE and figure.value is not None:
            assert 0 <= figure.value <= 1, name


def cells_of(table: pd.DataFrame) -> Iterator[tuple[str, Mapping[Any, Any]]]:
    """Each row by its key as a place writes it, read without the machinery of figures."""
    for key, (_, row) in zip(table.index.tolist(), table.iterrows(), strict=True):
        parts = key if isinstance(key, tuple) else (key,)
        yield "/".join("_".join(_shown(part).split()) for part in parts), row.to_dict()


def _shown(part: object) -> str:
    return str(int(part)) if isinstance(part, float) and part == int(part) else str(part)


ENDS = {  # columns of the ends of a range that are not called after the column
    ("claim", "ratio"): ("drawn_low", "drawn_high"),
    ("money_map", "expected_m"): ("low_m", "high_m"),
    ("earmark_prices", "price_mean"): ("price_low", "price_high"),
    ("earmark_prices", "price"): ("", ""),
}


def test_figures_equal_the_tables_that_they_come_from(study: Study) -> None:
    rows: dict[tuple[str, str], list[Mapping[Any, Any]]] = {}
    for name, table in tables_of(study).items():
        for key, row in cells_of(table):
            rows.setdefault((name, key), []).append(row)
    seen = 0
    for figure in study.figures.values():
        for place in figure.places:
            name, column, key = place.split("/", 2)
            found = rows.get((name, key)) or rows[name, key.rpartition("/")[0]]
            low, high = ENDS.get((name, column), (f"{column}_low", f"{column}_high"))
            told = [(row.get(column), row.get(low), row.get(high)) for row in found]
            assert any(_is_same(figure, *cells) for cells in told), (figure, place, told)
            seen += 1
    assert seen > 1_900


def _is_same(figure: Figure, value: Any, low: Any, high: Any) -> bool:
    if figure.value is None:
        return not isfinite(float(value))
    if figure.value != pytest.approx(float(value), rel=1e-9, abs=1e-12):
        return False
    if low is None or not (isfinite(float(low)) and isfinite(float(high))):
        return low is None or figure.low is None or figure.high is None
    ends = [float(low), float(high)]
    return [figure.low, figure.high] == pytest.approx(ends, rel=1e-9, abs=1e-12)


def test_a_quantity_has_one_value_however_many_answers_have_it(study: Study) -> None:
    shared = [figure for figure in study.figures.values() if len(figure.places) > 1]
    assert len(shared) > 60
    for name in ("cost.REG", "cost.SCAN", "net.REG", "money.LAB", "gain.CLOUD", "asked.LINK"):
        assert len(study.figure(name).places) > 1, name


WITHOUT = {  # costly questions whose quantities no other answer has
    *("claim", "routes", "excellence", "frontier", "gap_worth", "extent_keys", "resolving"),
    *("threshold", "reversals", "splits", "soundness"),
}


@pytest.mark.parametrize(
    "place", ["tests/cases/small", pytest.param("data/interpol-2019", marks=pytest.mark.long)]
)
def test_a_stage_on_fewer_draws_gives_no_second_value(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every figure as every answer offers it: where id or definition and object are one, so are
    value and range, though 200 draws are counted, 120 kept and costly stages see 40."""
    monkeypatch.setattr(use, "DRAWS", 60)
    modules = [m for name, m in list(sys.modules.items()) if name.startswith("capworth.")]
    for name, draws in (("KEPT", 120), ("CHUNK", 120), ("ENVELOPED", 40)):
        many = getattr(simulation, name)
        for module in modules:
            if vars(module).get(name) == many:
                monkeypatch.setattr(module, name, draws)
    case = read_case(ROOT / place)
    sample, known = draw_sample(case, 200), Provenance.of(case, 200)
    answers: dict[str, Any] = {}
    for name, part in PARTS.items():
        needs = (answers[need] for need in part.needs)
        answers[name] = None if name in WITHOUT else part.find(sample, *needs, known)
    offered = [f for answer in answers.values() if answer for f in figures_of(answer)]
    assert {figure.draws for figure in offered} >= {-1, -2, 40, 60}
    first: dict[tuple[str, ...], Figure] = {}
    for figure in offered:
        words = tuple(sorted(figure.id.split(".")))
        one = first.setdefault(words, figure)
        assert one.id == figure.id, (one.id, figure.id)
        assert (figure.value is None) == (one.value is None), (one, figure)
        for end in ("value", "low", "high"):
            mine, yours = getattr(figure, end), getattr(one, end)
            if mine is not None and yours is not None:
                assert mine == pytest.approx(yours, rel=1e-9, abs=1e-12), (one, figure)
    assert len(offered) > len(first) + 60  # many are offered by several answers
    whole = gather(answers.values(), sample, 200)
    for thing in (*case.capability_ids, *case.improvement_ids, "programme"):
        names = [f"cost.{thing}.{payer}" for payer in PAYERS]
        paid = [whole[name].value or 0.0 for name in names if name in whole]
        if paid:
            assert sum(paid) == pytest.approx(whole[f"cost.{thing}"].value, rel=1e-9), thing


def figures_of(answer: Any) -> tuple[Figure, ...]:
    offer = getattr(answer, "figures", None)
    return tuple(offer()) if callable(offer) else ()


def test_two_figures_of_one_thing_are_two_quantities(study: Study) -> None:
    """No two ids with the same words: `cost.LAB.yearly` beside `yearly.LAB.cost`."""
    words = [".".join(sorted(name.split("."))) for name in study.figures]
    assert len(set(words)) == len(words)


def test_two_values_of_one_quantity_cannot_be(study: Study) -> None:
    def one(
        value: float | None, low: float | None = None, high: float | None = None
    ) -> SimpleNamespace:
        figure = Figure("some.thing", value, "ratio", "rate", low=low, high=high)
        return SimpleNamespace(figures=lambda: (figure,))

    kept = gather([one(2.0), one(2.0 + 1e-12, low=1.0, high=3.0)], study.sample, 400)
    assert (kept["some.thing"].value, kept["some.thing"].high) == (2.0, 3.0)
    for other in (one(2.1), one(None)):
        with pytest.raises(AssertionError, match="two values of one quantity"):
            gather([one(2.0), other], study.sample, 400)
    with pytest.raises(AssertionError, match=r"some\.thing"):
        gather([one(2.0, low=1.0, high=3.0), one(2.0, low=1.0, high=3.1)], study.sample, 400)


def test_every_number_of_a_table_is_a_figure_or_has_its_reason(study: Study) -> None:
    places = (place for figure in study.figures.values() for place in figure.places)
    have = {tuple(place.split("/", 2)[:2]) for place in places}
    bare = []
    for name, table in tables_of(study).items():
        for column, kind in zip(map(str, table.columns), table.dtypes, strict=True):
            if not pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind):
                continue
            if column.endswith(("_low", "_high", "_error")) or (name, column) in have:
                continue
            if not {name, f"{name}/{column}"} & set(NO_FIGURES):
                bare.append(f"{name}/{column}")
    assert bare == []


def test_every_column_that_is_lifted_is_there(study: Study) -> None:
    """A column that was renamed cannot fall silent; pairs that touch have no money in this case."""
    for answer in study.answers.values():
        if isinstance(answer, Answer):
            tables = answer.tables()
            names = {name for table in tables.values() for name in map(str, table.columns)}
            lifted = {c.name for c in answer.lifts() if c.table in tables}
            assert lifted - names <= {"money_m_joint", "harm_days_joint"}, type(answer).__name__


def test_figures_can_be_followed_to_their_rows(
    study: Study, raw: Mapping[str, list[list[str]]]
) -> None:
    """One step from the number to the figure, one to its rows, one to the line of the file."""
    measured = [name for name, figure in study.figures.items() if figure.value is not None]
    for name in measured:  # as it stands, a count, nought of what no row of the case gives; or rows
        figure = study.figure(name)
        assert figure.rows or figure.kind in (STATED, COUNT) or figure.value == 0, name
    for name in random.Random(13).sample(measured, TRIES):
        figure = study.figure(name)
        for row in figure.rows:
            if row.file.endswith(".toml"):  # settings, as stated or as they are taken
                held: Any = study.case.claim if row.table == "claim" else study.case.settings
                assert getattr(held, row.name.partition("/")[2]) == row.mode, (name, row)
                continue
            sheet = raw[row.table]
            if row.row:
                line = dict(zip(sheet[0], sheet[row.row - 1], strict=False))
                keys = row.name.partition("/")[2].split("/")
                assert all(key in line.values() for key in keys), (name, row)
                assert line.get("grade", "") == row.grade, (name, row)
                assert line.get("source", "") == row.source, (name, row)
                cells = (line.get(end) for end in ("low", "mode", "high"))
                levels = [float(cell) for cell in cells if cell]
                assert [row.low, row.mode, row.high] == levels or len(levels) < 3, (name, row)
            else:
                key = row.name.partition("/")[2].split("/")[0]
                assert sum(key in line for line in sheet) >= row.many, (name, row)


def test_what_is_asked_rests_on_the_lines_that_are_paid_once(study: Study) -> None:
    assert [r.name for r in study.figure("asked.SCAN").rows] == ["costs/SCAN-BUILD"]
    names = {row.name for row in study.figure("cost.REG").rows}
    assert {"costs/REG-STAFF", "costs/CENTRE-RUN", "usage/CENTRE/REG"} <= names
    assert not {"costs/REG-OLD", "costs/DUES", "costs/NET-STAFF"} & names


def test_many_rows_as_one_have_the_weakest_of_their_grades(study: Study) -> None:
    case = study.case
    first, *others = (r for r in case.feedback if r.capability == case.feedback[0].capability)
    graded = (replace(first, grade="A", source="S1"), replace(others[0], grade="D", source="S2"))
    origins = Origins(
        replace(case, feedback=(*graded, *(replace(r, grade="B") for r in others[1:])))
    )
    (found,) = origins.find((("feedback", first.capability),))
    assert (found.name, found.grade, found.row) == (f"feedback/{first.capability}", "D", 0)
    assert found.many == len(others) + 1
    assert found.source.split()[:2] == ["S1", "S2"]


def test_the_level_at_the_modes_is_that_of_the_modes(study: Study, worked: Study) -> None:
    modes = worked.appraisal.to_frame()
    for name in ("LAB", "REG"):
        assert study.figure(f"cost.{name}").point == pytest.approx(modes["cost_m"][name])
        assert study.figure(f"score.{name}").point == pytest.approx(modes["score"][name])
    assert study.figure("first.LAB").point is None


def test_errors_are_those_of_the_draws(study: Study) -> None:
    draws = study.sample.drawn.cost[:, 0] / 1e6
    name = f"cost.{study.case.capability_ids[0]}"
    assert study.figure(name).error == pytest.approx(draws.std(ddof=1) / np.sqrt(len(draws)))
    first = study.figure("first.LAB")
    assert first.value is not None
    expected = np.sqrt(first.value * (1 - first.value) / 400)
    assert first.error == pytest.approx(expected)
    errors = study.convergence.to_frame()["error"].to_dict()
    for mine, theirs in (
        ("cost.programme", "cost.programme.mean"),
        ("needed.programme", "needed.programme.confidence"),
        ("within.programme", "within.programme.share"),
        ("gain.programme", "gain.programme.mean"),
    ):
        assert study.figure(mine).error == pytest.approx(errors[theirs])
    assert study.figure("payback.SCAN").error is None


def test_what_a_payer_bears_has_the_range_of_its_draws(study: Study) -> None:
    drawn = study.sample.drawn.payers.sum(axis=1)[:, 1] / 1e6
    members = study.figure("cost.all_capabilities.members")
    assert members.payer == "members"
    assert members.low == order_quantile(drawn, 0.1)
    assert members.high == order_quantile(drawn, 0.9)


def test_the_headlines_are_those_of_the_answers(study: Study) -> None:
    programme, money = study.programme, study.funding.money
    evidence = study.sensitivity.evidence()
    payers = study.appraisal.cost_by_payer().sum()
    days = programme.harm_days.mean * study.sample.model.annuity
    expected = {
        "cost.all_capabilities": study.appraisal.total_cost[0],
        "cost.all_capabilities.members": payers["members"],
        "cost_share.all_capabilities.members": payers["members"] / payers.sum(),
        "needed.programme": programme.needed_m,
        "asked.programme": programme.asked_m,
        "contingency.programme": programme.needed_m - programme.asked_m,
        "within.programme": programme.p_within,
        "years.programme": programme.p_years,
        "positive.programme": programme.p_net,
        "net.programme": programme.net_m.mean,
        "harm.programme": programme.harm_days.mean,
        "asked_by_donors.programme": programme.payers_m["donors"],
        "break_even.programme.harm": programme.cost_m.mean * 1e6 / days,
        "pledged.all_pledges": money.stated_m,
        "coming.all_pledges": money.money_m[0],
        "missing_to_budget.all_pledges": money.budget_gap_m[0],
        "reached.all_pledges.budget": money.p_budget,
        "better.programme": study.switching.p_better,
        "information.everything": study.resolving.evpi,
        "left_to_gain.everything": study.resolving.ceiling,
        "confidence_price.everything": study.resolving.confidence_price,
        "evidence.judged.cost": evidence["cost"]["D"] + evidence["cost"]["E"],
        "inputs.switching": len(study.switching.switching),
    }
    for name, value in expected.items():
        assert study.figure(name).value == pytest.approx(value), name
    assert study.figure("missing_to_budget.all_pledges").low == money.budget_gap_m[1]
    assert study.figure("cost.programme").high == programme.cost_m.high
    names = {row.name for row in study.figure("cost.programme").rows}
    assert names == {line.amount.name for line in study.case.costs if line.improvement == "SCAN"}


def test_needed_is_a_quantile_and_says_so(study: Study) -> None:
    asked = study.figure("asked.programme")
    needed = study.figure("needed.programme")
    chosen = [i in study.programme.chosen for i in study.case.improvement_ids]
    draws = study.sample.drawn.asked @ np.array(chosen, dtype=float) / 1e6
    assert (asked.kind, needed.kind) == ("mean", "quantile")
    assert asked.value == pytest.approx(draws.mean())
    assert needed.value == pytest.approx(order_quantile(draws, study.programme.confidence))


@pytest.mark.parametrize("name", ["cost.LAB", "gain.SCAN"])
def test_what_moves_a_figure_most_is_the_rank_correlation_with_its_inputs(
    study: Study, name: str
) -> None:
    figure, thing = study.figure(name), name.partition(".")[2]
    assert len(figure.movers) > (name == "gain.SCAN")
    sample = study.sample
    drawn = (
        sample.drawn.gains.distance[:, sample.case.improvement_ids.index(thing)]
        if name == "gain.SCAN"
        else sample.drawn.cost[:, sample.case.capability_ids.index(thing)]
    )
    estimates, draws = study.case.estimates(), study.sample.first_draws()
    expected = {
        row.name: float(spearmanr(draws.of(estimates[row.name]), drawn[: draws.size]).statistic)
        for row in figure.rows
        if not estimates[row.name].is_certain
    }
    order = sorted(expected, key=lambda name: -abs(expected[name]))
    assert [mover for mover, _ in figure.movers] == order[: len(figure.movers)]
    for mover, correlation in figure.movers:
        assert correlation == pytest.approx(expected[mover], abs=1e-9)
        assert abs(correlation) > 3 / np.sqrt(draws.size)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("programme.cost", "cost.programme"), ("cost.programe", "cost.programme")],
)
def test_a_wrong_id_is_told_with_the_nearest(study: Study, wrong: str, right: str) -> None:
    with pytest.raises(InputError, match=re.escape(f"Did you mean {right!r}?")):
        study.figure(wrong)
    assert near("nothing.like", ["a.b"]) == "Use one of: a.b."


def test_absent_is_never_zero(study: Study) -> None:
    absent = study.figure("money.NET")
    assert (absent.value, absent.low, absent.error, absent.movers) == (None, None, None, ())
    assert "not measured" in str(absent)


def test_figures_as_data_and_back(study: Study) -> None:
    content = as_data(study.figures)
    back = from_data(content)
    for name, figure in study.figures.items():
        assert replace(figure, behind=()) == back[name]
    assert as_data(back) == content


def test_a_column_reads_its_rows() -> None:
    table = pd.DataFrame(
        {"x": [1.0, 2.0, np.nan], "x_low": [0.5, 1.5, np.nan], "x_high": [3.0, 4.0, np.nan]},
        index=pd.MultiIndex.from_tuples(
            [("a", "one two", 2020.0), ("b", "y", 2021.0), ("a", "z", 2022.0)],
            names=["kind", "thing", "year"],
        ),
    )
    known = SimpleNamespace(currency="EUR", price_year=2019)
    answer = SimpleNamespace(provenance=known, draws=7)
    column = columns("t", ("x", "q", "millions", "cost", ("costs",)), draws="draws")[0]
    column = replace(column, where=(("kind", "a"),), basis="b", payer="@thing")
    rows = Rows(table)
    found = list(column.figures(rows, answer))
    assert [f.id for f in found] == ["q.one_two.2020.b", "q.z.2022.b"]
    assert [f.value for f in found] == [1.0, None]
    assert (found[0].low, found[0].high, found[1].low) == (0.5, 3.0, None)
    assert (found[0].payer, found[0].draws, found[0].prices) == ("one_two", 7, "EUR of 2019")
    assert found[0].behind == (("costs", "one_two.2020"),)
    assert found[0].places == ("t/x/a/one_two/2020",)
    named = Column("t", "x", "q.set", "ratio", "cost", drop=("kind", "year"), alias=(("y", "it"),))
    assert [f.id for f in named.figures(rows, answer)] == [
        "q.set.one_two",
        "q.it",
        "q.set.z",
    ]
    whose = [f.behind for f in replace(named, behind=("costs",)).figures(rows, answer)]
    assert whose == [(("costs", "one_two"),), (("costs", "it"),), (("costs", "z"),)]
    bare = list(replace(named, without=("z",), tail="x").figures(rows, answer))
    assert [f.id for f in bare] == ["q.set.one_two.1", "q.set.y.2"]
    assert [f.places for f in bare] == [("t/x/a/one_two/2020/1",), ("t/x/b/y/2021/2",)]
    assert word("one  two") == "one_two"


# ------------------------------------------------------------ formulas


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_has_words_symbols_a_place_and_a_function(name: str) -> None:
    formula = FORMULAS[name]
    assert formula.symbols
    headings = re.findall(r"^##+ (.+)$", (ROOT / "docs/method.md").read_text("utf-8"), re.M)
    assert any(heading.startswith(formula.section) for heading in headings), formula.section
    thing: Any = None
    parts = f"capworth.{formula.computed}".split(".")
    for k in range(len(parts), 0, -1):
        try:
            thing = import_module(".".join(parts[:k]))
        except ModuleNotFoundError:
            continue
        for part in parts[k:]:
            thing = getattr(thing, part)
        break
    assert callable(thing) or isinstance(thing, property), formula.computed
    said = [Language(code).say(f"formula.{name}") for code in languages()]
    assert len(set(said)) == len(said)


def test_every_formula_is_used_and_every_phrase_of_one_is_a_formula(study: Study) -> None:
    used = {figure.formula for figure in study.figures.values()}
    seldom = {"break_even", "unsearched"}  # all is priced, and every set looked at
    assert used | seldom == set(FORMULAS)
    phrases = Language("en").phrases.phrases
    assert {k.split(".")[2] for k in phrases if k.startswith("common.formula.")} == set(FORMULAS)


# ------------------------------------------------------------ in words


def bare(text: str) -> str:
    """A text without the marks that isolate what runs from left to right."""
    return text.translate({ord(mark): None for mark in ISOLATE})


@pytest.mark.parametrize("code", languages())
def test_thirty_figures_in_words(study: Study, code: str) -> None:
    """One of each of thirty quantities: its formula, its party and its names, all in words."""
    voice, chosen = Language.of(study.case, code), random.Random(30)
    quantities: dict[tuple[str, str, str], list[str]] = {}
    for name, figure in study.figures.items():
        quantities.setdefault((figure.quantity, figure.unit, figure.kind), []).append(name)
    for key in chosen.sample(sorted(quantities), 30):
        figure = study.figure(chosen.choice(quantities[key]))
        text = bare(study.explain(figure.id, code))
        assert not re.search(
            r"[{}]|\bnan\b|None", text.replace(FORMULAS[figure.formula].symbols, "")
        )
        assert text.startswith(figure.id)
        given = figure.kind in (STATED, COUNT)
        formula = bare(voice.say(f"formula.{figure.formula}"))
        assert (formula in text) is not given, figure.id
        assert (FORMULAS[figure.formula].symbols in text) is not given, figure.id
        for part in figure.id.split(".")[1:]:
            assert bare(voice.name(part)) in text, figure.id
        if figure.value is not None and not given:
            said = bare(voice.say("figure.no_range")) in text
            assert said is (figure.low is None), figure.id
        for row in figure.rows:
            assert f"{row.name}  {row.file}" in text


@pytest.mark.parametrize("code", languages())
def test_every_party_of_a_figure_has_its_word(study: Study, code: str) -> None:
    voice = Language.of(study.case, code)
    parties = {f.payer for f in study.figures.values()} | {
        f.perspective for f in study.figures.values()
    }
    assert len(parties) > 5
    for party in parties - {""}:
        assert voice.has(f"payer.{party}") or voice.has(f"party.{party}"), party


def test_a_level_is_told_in_the_unit_of_its_row(study: Study) -> None:
    name = next(n for n in study.figures if n.startswith("input_median.costs/"))
    unit = study.figure(name).rows[0].unit
    assert unit.startswith(("EUR", "GBP"))
    shown = study.explain(name).splitlines()[0]
    assert f"({Language.of(study.case, 'en').unit(unit)})" in shown
