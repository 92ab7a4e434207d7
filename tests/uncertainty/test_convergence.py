"""Convergence error of the headlines, and how many draws it takes until it is small."""

from dataclasses import replace
from math import sqrt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from capworth.case.model import Case, Limit
from capworth.cli.run import command
from capworth.errors import InputError
from capworth.language.language import Language
from capworth.model.result import Provenance
from capworth.model.simulation import draw_sample
from capworth.programme.selection import choose_programme
from capworth.report.annex.method import method
from capworth.report.content import Voice
from capworth.report.pages import said_page
from capworth.runs.place import read_manifest
from capworth.study.stages import Study, run_study
from capworth.uncertainty.convergence import Convergence, converge, draws_until_stable


def found_with(case: Case, draws: int) -> SimpleNamespace:
    sample, known = draw_sample(case, draws), Provenance.of(case, draws)
    programme = choose_programme(sample, known)
    errors = converge(sample, programme, known)
    return SimpleNamespace(sample=sample, programme=programme, convergence=errors)


def found(case: Case, draws: int, tolerance: float = 0.025) -> Convergence:
    sample, known = draw_sample(case, draws), Provenance.of(case, draws)
    return converge(sample, choose_programme(sample, known), known, tolerance)


def test_every_amount_of_the_recommendation_has_its_error(study: Study) -> None:
    """By other formulas, from the draws themselves."""
    table = study.convergence.to_frame()
    total = np.sort(study.sample.drawn.cost.sum(axis=1)) / 1e6
    many = len(total)
    row = table.loc["cost.all_capabilities.mean"]
    assert row["value"] == pytest.approx(study.appraisal.total_cost[0])
    assert row["error"] == pytest.approx(total.std(ddof=1) / sqrt(many))
    low, high = study.appraisal.total_cost[1:]
    assert row["range"] == pytest.approx(high - low)
    around = [round(many * (0.9 + sign * sqrt(0.09 / many)) + 0.4999) - 1 for sign in (-1, 1)]
    half = (total[around[1]] - total[around[0]]) / 2
    assert table.loc["cost.all_capabilities.p90", "error"] == pytest.approx(half)
    programme = study.programme
    for quantity, interval in (
        ("cost", programme.cost_m),
        ("gain", programme.gain),
        ("money", programme.money_m),
        ("net", programme.net_m),
        ("harm", programme.harm_days),
    ):
        rows = table.loc[[f"{quantity}.programme.{basis}" for basis in ("mean", "p10", "p90")]]
        assert rows["value"].tolist() == pytest.approx(list(interval)), quantity
        assert (rows["error"] > 0).all()
    asked = table.loc["asked.programme.mean"]
    assert asked["value"] == pytest.approx(programme.asked_m)
    needed = table.loc["needed.programme.confidence"]
    assert needed["value"] == programme.needed_m
    assert 0 < needed["error"] < asked["range"]
    assert study.convergence.error("needed.programme.confidence") == needed["error"]
    contingency = table.loc["contingency.programme.confidence"]
    assert contingency["value"] == programme.contingency_m
    mine = [study.case.improvement_ids.index(i) for i in programme.chosen]
    total = study.sample.drawn.asked[:, mine].sum(axis=1) / 1e6
    parts = [np.sort(part)[int(np.ceil(0.8 * len(part))) - 1] - part.mean()
             for part in np.split(total, 10)]  # fmt: skip
    assert contingency["error"] == pytest.approx(np.std(parts, ddof=1) / sqrt(10))
    with pytest.raises(InputError, match="no headline"):
        study.convergence.error("gain.programe.mean")
    for name, share in (("within", programme.p_within), ("positive", programme.p_net)):
        row = table.loc[f"{name}.programme.share"]
        assert row["value"] == share
        inside = min(max(share, 1 / (many + 2)), 1 - 1 / (many + 2))
        assert row["error"] == pytest.approx(sqrt(inside * (1 - inside) / many))


def test_choosing_now_and_the_likeliest_other_set_have_their_errors(small: Case) -> None:
    """A budget that pays for either of two good sets: regret and chance, from the draws."""
    case = small.with_settings(budget=180_000.0, near=0.2)
    study = found_with(case, 400)
    table, sets = study.convergence.to_frame(), study.programme.good_sets()
    assert len(sets) == 2
    gains, ids = study.sample.drawn.gains.distance, case.improvement_ids
    first, second = (
        gains[:, [ids.index(i) for i in words.split()]].sum(axis=1) for words in sets["chosen"]
    )
    lost = np.maximum(second - first, 0.0)
    row = table.loc["regret.programme.mean"]
    assert row["value"] == pytest.approx(lost.mean()) == pytest.approx(study.programme.regret)
    assert row["error"] == pytest.approx(lost.std(ddof=1) / sqrt(400))
    chance = (second > first).mean()
    assert table.loc["better.programme.share", "value"] == pytest.approx(chance)
    assert study.convergence.error("better.programme.share") == pytest.approx(
        sqrt(chance * (1 - chance) / 400)
    )


def test_the_likeliest_set_has_errors_where_none_keeps_the_budget_as_surely(small: Case) -> None:
    must = tuple(replace(i, must=i.id == "CLOUD") for i in small.improvements)
    year = Limit("YEAR", "2025", "money_a_year", 35_000.0, "invented", from_year=2025, to_year=2025)
    study = found_with(replace(small, improvements=must, limits=(year,)), 300)
    asked = study.sample.drawn.asked[:, small.improvement_ids.index("CLOUD")]
    assert study.programme.p_years == (asked / 3 <= 35_000).mean()  # a third in each of its years
    assert not study.programme.feasible
    assert 0 < study.programme.p_within < 0.8
    table = study.convergence.to_frame()
    assert table.loc["within.programme.share", "value"] == study.programme.p_within
    assert table.loc["years.programme.share", "value"] == study.programme.p_years
    assert np.isfinite(table["error"]).all()


def test_a_case_without_a_set_tells_the_first_capability(small: Case) -> None:
    bare = replace(small.with_settings(budget=None, target=None), improvements=(), effects=(),
                   relations=(), funding=())  # fmt: skip
    costs = tuple(line for line in small.costs if not line.improvement)
    study = run_study(replace(bare, costs=costs), draws=300)
    table = study.convergence.to_frame()
    first = study.appraisal.first
    row = study.appraisal.to_frame().loc[first]
    assert table.loc[f"score.{first}.mean", "value"] == pytest.approx(row["score"])
    assert table.loc[f"first.{first}.share", "value"] == pytest.approx(row["p_first"])


def test_four_times_the_draws_halve_the_error(small: Case) -> None:
    few, many = (found(small, draws).to_frame() for draws in (500, 8_000))
    means = few["kind"] == "mean"
    ratio = many.loc[means, "error"] / few.loc[means, "error"]
    assert ratio.to_numpy() == pytest.approx(0.25, rel=0.15)


def test_the_draws_double_until_every_headline_is_stable(small: Case) -> None:
    draws, last = draws_until_stable(small, 0.03)
    assert draws in {1_000, 2_000, 4_000, 8_000, 16_000}
    assert last.unstable == ()
    assert last.largest < 0.03
    assert last.provenance.draws == draws
    before = found(small, draws // 2, 0.03)
    assert before.unstable != ()  # half of them would not have done
    again, same = draws_until_stable(small, 0.03, workers=2)
    assert again == draws
    assert same.to_frame().equals(last.to_frame())


def test_a_sequence_begins_and_ends_at_powers_of_two(small: Case) -> None:
    sobol = small.with_settings(sampling="sobol")
    draws, last = draws_until_stable(sobol, 0.5)
    assert draws == 1_024
    assert last.unstable == ()
    draws, last = draws_until_stable(sobol, 0.0001)
    assert draws == 16_384
    assert last.unstable != ()


def test_the_search_ends_where_ranges_do(small: Case) -> None:
    tried: list[int] = []
    draws, last = draws_until_stable(small, 0.001, progress=lambda _, __, all_: tried.append(all_))
    assert draws == 20_000
    assert list(dict.fromkeys(tried)) == [1_000, 2_000, 4_000, 8_000, 16_000, 20_000]
    assert last.unstable != ()
    assert last.waiting == ()  # more draws would lessen none of them
    with pytest.raises(InputError, match="tolerance"):
        draws_until_stable(small, 0.0)


def test_errors_of_a_sequence_are_those_of_its_parts(small: Case) -> None:
    table = found(small.with_settings(sampling="sobol"), 1_024).to_frame()
    sample = draw_sample(small.with_settings(sampling="sobol"), 1_024)
    means = sample.drawn.cost.sum(axis=1).reshape(8, 128).mean(axis=1) / 1e6
    row = table.loc["cost.all_capabilities.mean"]
    assert row["error"] == pytest.approx(means.std(ddof=1) / sqrt(8))
    naive = found(small, 1_024).to_frame().loc["cost.all_capabilities.mean", "error"]
    assert row["error"] < 0.5 * float(str(naive))


@pytest.mark.long
def test_the_command_says_how_many_draws_it_took(small_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    words = [str(small_folder), "--out", str(out), "--until-stable", "--tolerance", "0.2"]
    done = CliRunner().invoke(command, [*words, "--lang", "en", "--workers", "1"])
    assert done.exit_code == 0, done.output
    assert "1,000 draws: largest Monte Carlo error" in done.output
    assert "(tolerance 20.00%)" in done.output
    assert read_manifest(out)["settings"]["draws"] == 1_000
    assert (out / "tables" / "convergence.csv").is_file()
    both = CliRunner().invoke(command, [*words, "--draws", "500"])
    assert both.exit_code == 2
    assert "leave out --draws" in both.output


# ------------------------------------------------------------------------ on the method page


def said(study: Study, code: str = "en") -> str:
    return " ".join(b["text"] for b in blocks_of(study, code) if b["kind"] == "words")


def blocks_of(study: Study, code: str = "en") -> list[dict[str, Any]]:
    voice = Voice(Language.of(study.case, code), study)
    return said_page(method(study, full=True).blocks, voice)


def test_the_method_page_says_how_low_and_high_are_read(study: Study, small: Case) -> None:
    words = said(study)
    assert "read as the ends of what is possible" in words
    assert "80% range of about half the width" in words
    read = replace(study, case=small.with_settings(distribution_ends="5-95"))
    assert "read as the quantiles of 5% and 95%." in said(read)
    assert "of which the case says otherwise" not in said(read)
    first = small.costs[0]
    odd = replace(first, amount=replace(first.amount, ends="5-95"))
    unlike = replace(study, case=replace(small, costs=(odd, *small.costs[1:])))
    assert "Inputs of which the case says otherwise: 1." in said(unlike)
    sobol = replace(study, case=small.with_settings(sampling="sobol"))
    words = said(sobol)
    assert "of one scrambled Sobol sequence" in words
    assert "power of two of simulations; there are 400." in words
    assert "21,201 dimensions at most" in words
    assert "that of 8 parts of the sequence" in words


def test_the_table_of_errors_is_that_of_the_answer(study: Study) -> None:
    (rows,) = (b["rows"] for b in blocks_of(study) if b["kind"] == "grid")
    answer = study.convergence.to_frame()
    assert len(rows) == answer.index.str.rpartition(".").get_level_values(0).nunique()
    cost = rows[0]
    for cell, basis in zip(cost[1:4], ("mean", "p10", "p90"), strict=True):
        error = answer.loc[f"cost.all_capabilities.{basis}", "error"]
        assert float(str(cell)) == pytest.approx(error, rel=0.05)
    worst = f"{100 * answer['error_share'].max():.1f}%"
    assert worst in said(study)
    assert worst in {row[4] for row in rows}
