"""Two runs compared: what moved, by how much, and which inputs moved it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from capworth.case.read import read_case
from capworth.cli import main
from capworth.runs import run as runs
from capworth.runs.manifest import RunError
from capworth.runs.place import inputs_of
from capworth.runs.run import run
from capworth.runs.vintage import DRAWS, compare_runs
from capworth.study.stages import run_study

Edit = Callable[[str, str, str], None]


@pytest.fixture(scope="module")
def past(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A run of the small case; no run in this module writes papers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "write_papers", lambda *_, meanwhile: meanwhile())
        folder = tmp_path_factory.mktemp("past") / "run"
        run(small_folder, folder, DRAWS)
        yield folder


@pytest.fixture
def old(past: Path, tmp_path: Path) -> Path:
    """A copy of it, beside which others may be put."""
    return Path(shutil.copytree(past, tmp_path / "old"))


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Change words in one table of a copy of the small case."""

    def change(table: str, before: str, after: str) -> None:
        path = folder / table
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")

    return change


def test_a_run_compared_with_itself_has_not_moved(old: Path) -> None:
    found = compare_runs(old, old)
    assert len(found.inputs()) == 0
    assert (found.moves()["moved"] == 0).all()
    assert found.news == ()
    assert (
        repr(found) == "<Vintage: old to old: 0 inputs changed, 0 of 7 places moved by one or more>"
    )


@pytest.mark.long
def test_inputs_that_now_move_together_are_told(old: Path, folder: Path) -> None:
    rows = "inputs,shape,group,share,grade,basis\nscores/*/reach,uniform,one hand,0.5,E,judged\n"
    (folder / "distributions.csv").write_text(rows, encoding="utf-8")
    run(folder, old.parent / "new", DRAWS)
    found = compare_runs(old, old.parent / "new")
    table = found.inputs().set_index("input")
    told = [str(table[column]["scores/REG/reach"]) for column in ("old", "new")]
    assert told == ["150 (120 to 180) D", "150 (120 to 180) D, uniform, 50% with one hand"]
    assert list(found.shares().columns) == ["scores"]


@pytest.mark.long
def test_moves_are_told_with_their_cause(old: Path, folder: Path, edit: Edit) -> None:
    first = "REG"
    edit("scores.csv", "REG,reach,120,150,180", "REG,reach,20,25,30")
    edit("case.toml", "eu-cohesion-5", "eu-cohesion-3")
    run(folder, old.parent / "new", DRAWS)
    found = compare_runs(old, old.parent / "new")
    inputs = found.inputs()
    assert list(inputs["table"]) == ["settings", "scores"]
    assert inputs.iloc[0].tolist() == ["settings", "discounting", "eu-cohesion-5", "eu-cohesion-3"]
    shares = found.shares()
    assert list(shares.columns) == ["settings", "scores"]
    others = shares["scores"].loc["capability"].drop(first)
    assert (others == 0).all(), "a score moves nobody else"
    assert shares["scores"].loc["capability"].loc[first] < 0
    moves = found.moves()
    row = next(r for r in moves.reset_index().to_dict("records") if r["id"] == first)
    assert row["moved"] > 0.1, "later in the order"
    assert row["cause"].startswith("scores (")
    far = replace(found, _moves=moves.assign(moved=1.5))
    places = f"place {row['old_place']:.1f} to {row['new_place']:.1f}"
    assert f"capability {first}: {places}; most of it by scores (" in str(far)


@pytest.mark.long
def test_the_shares_sum_to_the_whole_move(old: Path, folder: Path, edit: Edit) -> None:
    edit("case.toml", "eu-cohesion-5", "eu-cohesion-3")
    edit("claim.toml", "margin = 1.25", "margin = 1.5")
    edit("scores.csv", "REG,reach,120,150,180", "REG,reach,20,25,30")
    line = (folder / "costs.csv").read_text(encoding="utf-8").splitlines()[1]
    edit("costs.csv", line, line.replace("judged", "judged again"))
    run(folder, old.parent / "new", DRAWS)
    found = compare_runs(old, old.parent / "new")
    then, now = (run_study(read_case(inputs_of(p)), DRAWS) for p in (old, old.parent / "new"))
    before, after = (s.appraisal.to_frame()["score_per_m"].sort_index() for s in (then, now))
    told = found.shares().loc["capability"].to_numpy().sum(axis=1)
    moved = (after - before).loc[list(now.case.capability_ids)].to_numpy()
    np.testing.assert_allclose(told, moved, rtol=0, atol=1e-9)
    assert (abs(told) > 0.1).any()


@pytest.mark.long
def test_what_left_the_programme_is_news(old: Path, folder: Path, edit: Edit) -> None:
    edit("case.toml", "budget = 110000", "budget = 0")
    run(folder, old.parent / "new", DRAWS)
    said = str(compare_runs(old, old.parent / "new"))
    assert "out of the programme: " in said
    assert "into the programme" not in said
    assert "into the programme: " in str(compare_runs(old.parent / "new", old))


def test_it_is_a_command(old: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["compare", str(old), str(old), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0
    assert "0 inputs changed" in done.stdout
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "inputs.csv",
        "moves.csv",
        "shares.csv",
    ]
    refused = CliRunner().invoke(main, ["compare", str(old), str(tmp_path / "nowhere")])
    assert refused.exit_code == 2
    assert "is not a run folder" in refused.stderr


def test_a_run_whose_case_is_gone_is_refused(old: Path) -> None:
    copy = Path(shutil.copytree(old, old.parent / "copy"))
    shutil.rmtree(copy / "inputs")
    with pytest.raises(RunError):
        compare_runs(old, copy)


@pytest.mark.long
def test_inputs_that_were_observed_or_read_otherwise_are_told(old: Path, folder: Path) -> None:
    rows = "inputs,ends,grade,basis\nscores/LAB/reach,5-95,D,asked so\n"
    (folder / "distributions.csv").write_text(rows, encoding="utf-8")
    rows = "a,b,r,grade,basis\nscores/REG/reach,scores/REG/speed,0.5,D,one panel\n"
    (folder / "correlations.csv").write_text(rows, encoding="utf-8")
    rows = "input,observation,value,grade,basis\n"
    rows += "".join(f"scores/ACA/reach,{k},{level},D,seen\n" for k, level in ((1, 100), (2, 150)))
    (folder / "observations.csv").write_text(rows, encoding="utf-8")
    run(folder, old.parent / "new", DRAWS)
    table = compare_runs(old, old.parent / "new").inputs().set_index("input")["new"]
    assert table["scores/LAB/reach"].endswith("D, 5-95")
    assert table["scores/REG/reach"].endswith("D, correlated with 1")
    assert table["scores/ACA/reach"].endswith("D, 2 observed")
    assert len(table) == 4


@pytest.mark.long
def test_the_claim_is_told_first(old: Path, folder: Path, edit: Edit) -> None:
    """Registered, then changed: word, standing, what changed and the hash, before all else."""
    told = str(compare_runs(old, old)).splitlines()[0]
    assert told.startswith("claim: inconclusive (restates costs), not registered, ")
    assert told.endswith("; as before")
    call = CliRunner().invoke(main, ["register", str(folder), "--date", "2024-05-06"])
    assert call.exit_code == 0
    edit("claim.toml", "margin = 1.25", "margin = 1.5")
    run(folder, old.parent / "new", DRAWS)
    assert (old.parent / "new" / "inputs" / "claim.lock.toml").is_file()
    found = compare_runs(old, old.parent / "new")
    first = str(found).splitlines()[0]
    assert "claim: inconclusive (restates costs), changed since margin, " in first
    assert "; before: inconclusive (restates costs), not registered, " in first
    changed = found.inputs()
    assert changed[changed["table"] == "claim"]["input"].tolist() == ["margin"]
