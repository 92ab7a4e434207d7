"""One run of everything: golden answers, frozen results, and what must not matter."""

import json
import pickle
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import FrozenInstanceError, fields, replace
from inspect import signature
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pytest

from capworth.appraisal.capabilities import Appraisal
from capworth.case.model import Case, Estimate
from capworth.case.read import read_case
from capworth.model.result import Answer, Provenance, spread
from capworth.programme.priorities import Priorities
from capworth.study.stages import PARTS, Study, run_study
from capworth.study.tables import as_csv, tables_of

Golden: TypeAlias = Mapping[str, Any]
Run: TypeAlias = Callable[[Case], Study]
Revalue: TypeAlias = Callable[[Case, str, Callable[[Estimate], Estimate]], Case]
ROOT = Path(__file__).parents[2]


def answers(study: Study) -> Iterator[tuple[str, Answer]]:
    for name in study.found:
        yield name, study.answers[name]


def tables(study: Study) -> Iterator[tuple[str, pd.DataFrame]]:
    """Every table that any answer hands out."""
    for stage, answer in answers(study):
        for name in dir(answer):
            if name.startswith("_") or name == "provenance":
                continue
            part = getattr(answer, name)
            if callable(part) and not any(
                wanted.default is wanted.empty for wanted in signature(part).parameters.values()
            ):
                table = part()
                if isinstance(table, pd.DataFrame):
                    yield f"{stage}.{name}", table


def priorities_of(study: Study) -> Priorities:
    return study.priorities


# ------------------------------------------------------------------------------- worked by hand


def test_the_appraisal_worked_by_hand(worked: Study, golden: Golden) -> None:
    table = worked.appraisal.to_frame()
    cost, score, chain = golden["cost"], golden["score"], golden["chain"]
    assert table.index.tolist() == score["order"]
    millions = {"cost_m": cost["cost"], "annual_cost_m": cost["annual"]}
    for column, expected in millions.items():
        found = (table[column] * 1e6).to_dict()
        assert found == pytest.approx(expected, abs=0.01), column
    assert table["score"].to_dict() == pytest.approx(score["score"], abs=1e-6)
    assert table["score_per_m"].to_dict() == pytest.approx(score["per_million"], abs=1e-6)
    chained = table.loc[["REG", "LAB"]]
    for column, expected in (("money_m", chain["money"]), ("harm_days", chain["harm"])):
        scale = 1e6 if column.endswith("_m") else 1.0
        known = {c: expected[c] / scale for c in ("REG", "LAB")}
        assert chained[column].to_dict() == pytest.approx(known, abs=1e-9)
        assert table.loc[["NET", "ACA"], column].isna().all()  # not measured, which is not zero
    net = {c: (chain["money"][c] - cost["cost"][c]) / 1e6 for c in ("REG", "LAB")}
    assert chained["net_m"].to_dict() == pytest.approx(net, abs=1e-7)
    assert chained["p_net_positive"].tolist() == [0, 0]
    per_m = {c: chain["harm"][c] / (cost["annual"][c] / 1e6) for c in ("REG", "LAB")}
    assert chained["harm_per_m"].to_dict() == pytest.approx(per_m, rel=1e-6)
    whole = sum(cost["cost"].values()) / 1e6
    assert worked.appraisal.total_cost == pytest.approx((whole, whole, whole), abs=1e-7)


def test_ranks_and_payers_worked_by_hand(worked: Study, golden: Golden) -> None:
    ranks = worked.appraisal.rank_acceptability()
    np.testing.assert_array_equal(ranks, np.eye(4))  # the rows are in the order of the ranking
    assert ranks.index.tolist() == golden["score"]["order"]
    assert [int(str(place)) for place in ranks.columns] == [1, 2, 3, 4]
    payers = (worked.appraisal.cost_by_payer() * 1e6).T.to_dict("list")
    known = golden["cost"]["payers"]
    assert {c: pytest.approx(row, abs=0.01) for c, row in payers.items()} == known
    assert worked.appraisal.first == "LAB"


def test_the_priorities_worked_by_hand(worked: Study, golden: Golden) -> None:
    known, found = golden["improvements"], priorities_of(worked)
    table = found.to_frame()
    assert list(found.order) == known["order"]
    for column, name, scale in (
        ("asked_m", "asked", 1e6),
        ("asked_mode_m", "asked", 1e6),
        ("cost_m", "cost", 1e6),
        ("gain", "gain", 1.0),
        ("gain_per_m", "gain_per_million", 1.0),
        ("money_m", "money", 1e6),
        ("harm_days", "harm", 1.0),
        ("exchange", "exchange", 1.0),
    ):
        expected = {i: level / scale for i, level in known[name].items()}
        if column == "money_m":
            expected["CLOUD"] = (
                np.nan
            )  # nothing that it adds has a price: absent, which is not zero
        assert table[column].to_dict() == pytest.approx(expected, abs=1e-6, nan_ok=True), column
    pairs = found.pairwise()
    assert pairs.to_numpy().tolist() == [[0, 1, 1], [0, 0, 1], [0, 0, 0]]
    assert pairs.index.tolist() == pairs.columns.tolist() == known["order"]
    np.testing.assert_array_equal(found.rank_acceptability(), np.eye(3))


def test_why_an_improvement_has_its_place(worked: Study, study: Study) -> None:
    sure = priorities_of(worked).why("CLOUD")
    assert sure == (
        "Move to a cloud is in place 1 of 3: it closes 2.3 % of the distance for 0.095 million "
        "(25 % a million); it is ahead of all that follow with 90% probability or more."
    )
    open_ = priorities_of(study)
    wins = open_.pairwise().T[open_.order[0]][open_.order[1]]
    assert 0.1 < wins < 0.9
    words = (
        f"the order is not firm: it is ahead of {study.case.names()[open_.order[1]]} in {wins:.0%}"
    )
    assert words in open_.why(open_.order[0])


# ----------------------------------------------------------------------------- over the draws


def test_ranges_are_percentiles_of_the_worlds(study: Study) -> None:
    table, drawn = study.appraisal.to_frame(), study.sample.drawn
    ids = list(study.case.capability_ids)
    for column, part, scale in (("cost_m", drawn.cost, 1e6), ("score", drawn.score, 1.0)):
        low, high = np.percentile(part / scale, (10, 90), axis=0, method="inverted_cdf")
        ordered = table.loc[ids]
        np.testing.assert_allclose(ordered[column], part.mean(axis=0) / scale)
        np.testing.assert_allclose(ordered[f"{column}_low"], low)
        np.testing.assert_allclose(ordered[f"{column}_high"], high)


def test_ranks_are_shares_and_rows_are_sorted_by_them(study: Study) -> None:
    for ranks, table in (
        (study.appraisal.rank_acceptability(), study.appraisal.to_frame()),
        (priorities_of(study).rank_acceptability(), priorities_of(study).to_frame()),
    ):
        np.testing.assert_allclose(ranks.sum(axis=0), 1)
        np.testing.assert_allclose(ranks.sum(axis=1), 1)
        assert ranks.index.tolist() == table.index.tolist()
        np.testing.assert_allclose(ranks[1], table["p_first"])
        places = ranks.to_numpy() @ np.arange(1, len(ranks) + 1)
        np.testing.assert_allclose(table["expected_place"], places)
        assert table["expected_place"].is_monotonic_increasing


def test_pairs_are_shares_of_draws(study: Study) -> None:
    pairs = priorities_of(study).pairwise()
    whole = pairs + pairs.T
    np.testing.assert_allclose(whole.to_numpy()[~np.eye(3, dtype=bool)], 1)
    rates = study.sample.drawn.gains.distance / study.sample.drawn.improvement_cost
    ahead = (rates[:, 0] > rates[:, 2]).mean()  # SCAN over CLOUD
    assert pairs.T["SCAN"]["CLOUD"] == pytest.approx(ahead)


def test_a_good_set_asks_what_its_improvements_ask(study: Study) -> None:
    rivals, asked = study.programme.good_sets(), study.programme.to_frame()["asked_m"]
    options = study.programme.options()
    pairs = [*rivals[["chosen", "expected_m"]].to_numpy().tolist()]
    pairs += options[["chosen", "asked_m"]].to_numpy().tolist()
    assert len(pairs) > 3
    for words, found in pairs:
        assert found == pytest.approx(sum(asked[i] for i in str(words).split()))


def test_spread_of_columns() -> None:
    found = spread("x", np.array([[0.0, 10.0], [20.0, 10.0]]), 10.0)
    assert {name: part.tolist() for name, part in found.items()} == {
        "x": [1.0, 1.0],
        "x_low": pytest.approx([0.0, 1.0]),
        "x_high": pytest.approx([2.0, 1.0]),
    }


# ---------------------------------------------------------------------- what must not matter


def same_answers(ours: Study, theirs: Study, rtol: float = 1e-9) -> None:
    """Row by row and column by column, whatever the order of the rows."""
    one, other = dict(tables(ours)), dict(tables(theirs))
    assert one.keys() == other.keys()
    for name, table in one.items():
        found = other[name]
        if name == "switching.to_frame":  # two sides of one input are two rows
            table, found = (t.set_index("side", append=True) for t in (table, found))
        if name.startswith(
            ("programme.", "funding.", "switching.")
        ):  # sets are named in the order of the case
            names = {"chosen", "late", "out", "into", "added", "dropped", "gives_way"}
            found = found.loc[table.index]
            for column in names & {*table.columns}:
                sets = [[sorted(str(w).split()) for w in t[column]] for t in (table, found)]
                assert sets[0] == sets[1], (name, column)
            columns = [c for c in table.columns if c not in names]
            table, found = table[columns], found[columns]
        if name == "soundness.to_frame":  # lints name the rows where they are
            words = ["place", "items", "sentence"]
            for items, others in zip(table["items"], found.loc[table.index, "items"], strict=True):
                assert sorted(items.split()) == sorted(others.split())
            table, found = table.drop(columns=words), found.drop(columns=words)
        assert set(map(str, table.index)) == set(map(str, found.index)), name
        pd.testing.assert_frame_equal(
            table, found.loc[table.index, table.columns], rtol=rtol, atol=1e-7, obj=name
        )


def shuffled(folder: Path, target: Path, seed: int) -> Case:
    order = random.Random(seed)
    shutil.copytree(folder, target)
    for path in sorted(target.glob("*.csv")):
        heading, *rows = path.read_text(encoding="utf-8").splitlines()
        order.shuffle(rows)
        path.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    return read_case(target)


@pytest.mark.long
def test_the_order_of_rows_in_the_files_does_not_matter(
    study: Study, small_folder: Path, tmp_path: Path
) -> None:
    """One order; another of a larger case: test_metamorphic.py."""
    other = run_study(shuffled(small_folder, tmp_path / "shuffled", seed=1))
    assert other.case.capability_ids != study.case.capability_ids
    same_answers(study, other)


def test_the_number_of_workers_does_not_matter(small: Case, study: Study) -> None:
    other = run_study(small, workers=2)
    for (name, ours), (_, theirs) in zip(tables(study), tables(other), strict=True):
        pd.testing.assert_frame_equal(ours, theirs, check_exact=True, obj=name)


COPIED = """
import json, sys
from capworth.case.read import read_case
from capworth.parallel import copies_are_safe
from capworth.study.stages import run_study
from capworth.study.tables import as_csv, tables_of

study = run_study(read_case(sys.argv[1]), workers=2)
tables = {name: as_csv(table) for name, table in tables_of(study).items()}
print(json.dumps([copies_are_safe(), tables]))
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux only")
def test_the_number_of_processes_does_not_matter(study: Study, small_folder: Path) -> None:
    """In a process of its own, so that it is copied; this one may have threads."""
    words = [sys.executable, "-c", COPIED, str(small_folder)]
    done = subprocess.run(words, capture_output=True, check=True, text=True)
    copied, found = json.loads(done.stdout)
    assert copied
    assert found == {name: as_csv(table) for name, table in tables_of(study).items()}


@pytest.mark.parametrize("rate", [0.01, 7.5])
def test_the_currency_does_not_matter(
    small: Case, study: Study, revalue: Revalue, rate: float
) -> None:
    """All money told in another currency: the same places, programme, claim and gains."""

    def told(estimate: Estimate) -> Estimate:
        low, mode, high = (rate * x for x in (estimate.low, estimate.mode, estimate.high))
        return replace(estimate, low=low, mode=mode, high=high)

    other = small
    for table in ("costs", "totals", "funding"):
        other = revalue(other, table, told)
    values = tuple(
        replace(v, worth=told(v.worth)) if v.scale == "money" else v for v in small.unit_values
    )
    money = {name: getattr(small.settings, name) * rate for name in ("budget", "target")}
    theirs = run_study(replace(other, unit_values=values).with_settings(**money))
    for ours, found in (
        (study.appraisal.rank_acceptability(), theirs.appraisal.rank_acceptability()),
        (priorities_of(study).rank_acceptability(), priorities_of(theirs).rank_acceptability()),
        (priorities_of(study).pairwise(), priorities_of(theirs).pairwise()),
    ):
        pd.testing.assert_frame_equal(ours, found)
    assert theirs.claim is not None
    pd.testing.assert_frame_equal(study.claim.to_frame(), theirs.claim.to_frame(), rtol=1e-9)
    assert theirs.programme is not None
    assert study.programme.chosen == theirs.programme.chosen
    assert study.programme.p_within == theirs.programme.p_within
    assert study.programme.regret == pytest.approx(theirs.programme.regret)
    np.testing.assert_allclose(study.programme.gain, theirs.programme.gain)
    ours, found = study.appraisal.to_frame(), theirs.appraisal.to_frame()
    for column in ("cost_m", "money_m", "net_m_high", "annual_cost_m_low"):
        np.testing.assert_allclose(found[column], ours[column] * rate, rtol=1e-9)
    for column in ("score_per_m", "harm_per_m_low"):
        np.testing.assert_allclose(found[column], ours[column] / rate, rtol=1e-9)
    np.testing.assert_allclose(found["score"], ours["score"])


def with_dud(case: Case) -> Case:
    """One more capability: dear, and no good at anything."""
    dud = replace(case.capabilities[-1], id="DUD", name="Dud")
    share = next(f for f in case.functions if f.capability == "ACA")
    line = next(c for c in case.costs if c.id == "REG-M")
    levels = {"reach": 0.0, "speed": 48.0, "results": 0.0}

    def sure(name: str, level: float) -> Estimate:
        return Estimate(name, level, level, level, "", "A", "LEDGER", "", 99)

    scores = tuple(
        replace(s, capability="DUD", level=sure(f"scores/DUD/{s.criterion}", levels[s.criterion]))
        for s in case.scores
        if s.capability == "ACA"
    )
    return replace(
        case,
        capabilities=(dud, *case.capabilities),
        functions=(replace(share, capability="DUD"), *case.functions),
        costs=(
            replace(line, id="DUD", capability="DUD", amount=sure("costs/DUD", 9e9)),
            *case.costs,
        ),
        scores=(*scores, *case.scores),
    )


def test_a_dud_changes_no_other_score_and_no_order(small: Case, study: Study) -> None:
    """Scales are fixed beforehand: what is added at the bottom reverses nothing above it."""
    other = run_study(with_dud(small))
    np.testing.assert_array_equal(other.sample.drawn.score[:, 1:], study.sample.drawn.score)
    np.testing.assert_array_equal(other.sample.drawn.cost[:, 1:], study.sample.drawn.cost)
    assert not other.sample.drawn.score[:, 0].any()
    assert other.appraisal.to_frame().index.tolist() == [*study.appraisal.to_frame().index, "DUD"]
    ours, theirs = study.appraisal.rank_acceptability(), other.appraisal.rank_acceptability()
    np.testing.assert_array_equal(theirs.iloc[:4, :4], ours)
    assert priorities_of(other).order == priorities_of(study).order
    assert other.excellence is not None
    found = other.excellence.to_frame().loc[list(small.capability_ids), "p_efficient"]
    np.testing.assert_array_equal(found, study.excellence.to_frame()["p_efficient"])


# --------------------------------------------------------------------------- how it is asked


def test_draws_and_seed_may_be_given(small: Case, study: Study) -> None:
    assert study.provenance.seed == 11
    found = run_study(small, draws=60, seed=0)  # 0 is a seed like any other
    assert (found.provenance.draws, found.provenance.seed) == (60, 0)
    assert found.sample.draws == 60
    other = run_study(small.with_settings(seed=0), draws=60)
    pd.testing.assert_frame_equal(found.appraisal.to_frame(), other.appraisal.to_frame())


def test_progress_is_told(small: Case) -> None:
    told: list[tuple[str, int, int]] = []
    run_study(small, draws=60, progress=lambda *words: told.append(words))
    assert told[0] == ("draws", 60, 60)
    assert told[-1] == ("answers", len(PARTS), len(PARTS))


def test_all_questions_are_asked(study: Study) -> None:
    assert study.not_asked == ()
    asked = {*PARTS} - {"use", "costs", "conventions", "futures"}  # no answers, or on request
    assert {*study.found} == asked


def test_every_question_is_asked_of_the_bundled_case(bundled: Study) -> None:
    """It was answered without a warning, which is an error in all tests."""
    assert bundled.not_asked == ()
    may_be_empty = {"feedback.comments", "claim.coding", "routes.by_choice"}
    may_be_empty |= {"economics.savings", "resolving.surveys"}
    for name, table in tables(bundled):
        assert len(table) or name in may_be_empty, name


# ------------------------------------------------------------------------------ frozen answers


def test_every_answer_says_its_finding_in_one_line(study: Study) -> None:
    for stage, answer in [*answers(study), ("study", study)]:
        words = repr(answer)
        assert words.startswith(f"<{type(answer).__name__}"), stage
        assert words.endswith(">")
        assert "\n" not in words
    assert len(repr(study)) < 1500


def known_of(study: Study, name: str, answer: Any) -> Provenance:
    """That of the study; the check of splits says in how many draws it was made."""
    if name != "splits":
        return study.provenance
    assert 0 < answer.provenance.draws <= study.provenance.draws
    return replace(study.provenance, draws=answer.provenance.draws)


def test_every_answer_shows_itself_and_where_it_comes_from(study: Study) -> None:
    for name, answer in answers(study):
        page = answer._repr_html_()
        assert "<table" in page
        assert repr(answer).strip("<>").split()[0] in page
        assert str(known_of(study, name, answer)) in page
    page = study._repr_html_()
    assert page.count("<tr>") == len(study.known)
    assert "<Appraisal" not in page
    assert str(study.provenance) in page


def test_questions_that_are_not_asked_are_named(small: Case) -> None:
    page = run_study(replace(small, claim=None), draws=20)._repr_html_()
    assert "Not asked: claim." in page


def test_every_table_is_a_copy(study: Study) -> None:
    handed = dict(tables(study))
    assert len(handed) >= 14
    before = {name: table.copy() for name, table in handed.items()}
    for table in handed.values():
        table.iloc[:, :] = table.iloc[::-1].to_numpy()
        table["spoilt"] = 1
    for name, table in tables(study):
        pd.testing.assert_frame_equal(table, before[name], obj=name)


def test_answers_cannot_be_changed(study: Study) -> None:
    for _, answer in answers(study):
        with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
            setattr(answer, "provenance", study.provenance)  # noqa: B010  # as an analyst might
        with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
            setattr(answer, "new", 1)  # noqa: B010  # in a notebook


def test_answers_survive_a_process_pool(study: Study) -> None:
    again = pickle.loads(pickle.dumps(study))
    assert repr(again) == repr(study)
    same_answers(study, again, rtol=0)


def test_every_answer_knows_where_it_comes_from(study: Study, small: Case) -> None:
    assert study.provenance == Provenance.of(small, 400)
    for name, answer in answers(study):
        assert answer.provenance == known_of(study, name, answer), name
    words = str(study.provenance)
    for part in (
        small.fingerprint[:12],
        "EUR of 2024",
        "eu-cohesion-5 (5.0%, in force)",
        "data to 2024-12-31",
        "seed 11",
        "400 draws",
        "case small",
    ):
        assert part in words


def test_other_assumptions_are_another_study(small: Case, study: Study) -> None:
    dear = run_study(small.with_settings(discounting="undiscounted"))
    assert dear.appraisal.total_cost[0] > study.appraisal.total_cost[0]
    np.testing.assert_allclose(
        dear.appraisal.to_frame()["score"].sort_index(),
        study.appraisal.to_frame()["score"].sort_index(),
    )
    assert isinstance(study.appraisal, Appraisal)
    assert study.case is small


def test_draws_that_were_sent_lie_in_memory_as_before(study: Study) -> None:
    """In another order a sum has other last bits, and would depend on who draws and who answers."""
    drawn = study.sample.drawn
    sent = pickle.loads(pickle.dumps(drawn))
    for mine, theirs in ((drawn, sent), (drawn.gains, sent.gains)):
        for name in (field.name for field in fields(mine)):
            here, there = getattr(mine, name), getattr(theirs, name)
            if isinstance(here, np.ndarray):
                assert here.strides == there.strides, name
