"""A case changed in memory: another checked case, which remembers, and is read back as it is."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from capworth.case.frames import files_of
from capworth.case.model import Case
from capworth.case.read import checked_case, read_case
from capworth.errors import CapworthError, CaseError, InputError

DATA = Path(__file__).parents[2] / "data"
BUNDLED, JUDGED = DATA / "interpol-2019", DATA / "elicitation-example"


def same(one: Case, other: Case) -> bool:
    return one == replace(other, fingerprint=one.fingerprint)


@pytest.fixture(scope="module")
def bundled() -> Case:
    return read_case(BUNDLED)


@pytest.mark.parametrize("place", [BUNDLED, JUDGED, None], ids=["bundled", "judged", "small"])
def test_a_case_written_is_read_back_equal(
    place: Path | None, small_folder: Path, tmp_path: Path
) -> None:
    case = read_case(place or small_folder)
    folder = read_case(case.write(tmp_path / "folder"))
    assert same(case, folder)
    assert same(case, read_case(case.write(tmp_path / "book.xlsx")))
    frames = Case.from_frames(case.to_frames())
    assert same(case, frames)
    assert folder.fingerprint != case.fingerprint, "other bytes of the same case"
    assert read_case(folder.write(tmp_path / "again")).fingerprint == folder.fingerprint


def test_nothing_is_written_over(small: Case, tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine")
    with pytest.raises(CaseError, match="not empty"):
        small.write(tmp_path)
    book = tmp_path / "book.xlsx"
    book.write_text("mine")
    with pytest.raises(CaseError, match="there is such a file"):
        small.write(book)
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["book.xlsx", "kept.txt"]


class _Interchanged:
    """A table of Polars or any other package: known by the dataframe interchange alone."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __dataframe__(self, *given: Any, **rest: Any) -> Any:
        return self._table.__dataframe__(*given, **rest)


@pytest.mark.parametrize("kind", ["arrow", "interchange", "columns", "rows"])
def test_tables_of_any_kind_make_the_same_case(small: Case, kind: str) -> None:
    arrow = pytest.importorskip("pyarrow")
    makers: dict[str, Callable[[pd.DataFrame], Any]] = {
        "arrow": lambda t: arrow.Table.from_pandas(t.reset_index(drop=t.index.name is None)),
        "interchange": lambda t: _Interchanged(t.reset_index(drop=t.index.name is None)),
        "columns": lambda t: t.reset_index(drop=t.index.name is None).to_dict("list"),
        "rows": lambda t: t.reset_index(drop=t.index.name is None).to_dict("records"),
    }
    frames = small.to_frames()
    made = {k: makers[kind](f) if isinstance(f, pd.DataFrame) else f for k, f in frames.items()}
    assert same(small, Case.from_frames(made))


def test_frames_keep_labels_and_types(small: Case) -> None:
    costs: Any = small.to_frames()["costs"]
    assert costs.index.name == "id"
    assert costs.loc["SCAN-BUILD", "mode"] == small.estimates()["costs/SCAN-BUILD"].mode
    assert costs["low"].dtype.kind in "if"
    costs.loc["SCAN-BUILD", "mode"] = -1  # a copy: the case stays as it is
    assert small.to_frames()["costs"].loc["SCAN-BUILD", "mode"] > 0


def test_every_fault_of_frames_is_told_at_once(small: Case) -> None:
    frames = small.to_frames()
    frames["cots"] = frames["costs"]
    frames["scores"] = frames["scores"].assign(capability="XXX")
    del frames["case"]["budget"], frames["case"]["organisation"]
    with pytest.raises(CaseError) as caught:
        Case.from_frames(frames)
    told = str(caught.value)
    assert "frame cots" in told
    assert "Did you mean 'costs'?" in told
    assert "frame scores, row 2, column 'capability': 'XXX' is not known" in told
    assert "frame case, column 'organisation'" in told


def test_a_value_is_changed_checked_and_remembered(small: Case) -> None:
    name = "costs/SCAN-BUILD"
    case = small.with_value(name, low=50_000, mode=70_000, high=90_000)
    now = case.estimates()[name]
    assert (now.low, now.mode, now.high) == (50_000, 70_000, 90_000)
    assert small.estimates()[name].mode != 70_000
    (change,) = case.changes
    assert (change.kind, change.name, change.after) == ("value", name, "50000 / 70000 / 90000")
    assert case.base == small.fingerprint != case.fingerprint
    assert case.with_value(name, 70_000).fingerprint == case.fingerprint, "what it is, not how"


def test_what_is_not_given_of_a_value_stays(small: Case) -> None:
    old = small.estimates()["costs/SCAN-BUILD"]
    now = small.with_value("costs/SCAN-BUILD", high=old.high * 2).estimates()["costs/SCAN-BUILD"]
    assert (now.low, now.mode, now.high) == (old.low, old.mode, old.high * 2)


def test_a_weight_keeps_the_width_of_its_range(small: Case) -> None:
    old = next(c for c in small.criteria if c.id == "use").swing
    now = next(c for c in small.with_weight("use", 30).criteria if c.id == "use").swing
    assert now.mode == 30
    assert now.low / now.mode == pytest.approx(old.low / old.mode)
    raised = next(c for c in small.with_weight("use", 90).criteria if c.id == "use").swing
    assert raised.high == 100, "no swing is more than that of the largest"


def test_what_is_left_out_takes_all_that_refers_to_it(bundled: Case) -> None:
    case = bundled.without("SCM")
    assert "SCM" not in case.improvement_ids
    gone = {e.improvement for e in bundled.effects} - {e.improvement for e in case.effects}
    assert gone == {"SCM"}
    assert not any("SCM" in pledge.earmark for pledge in case.funding)
    assert not any(line.improvement == "SCM" for line in case.costs)
    assert not any("SCM" in (r.improvement, r.other) for r in case.relations)
    change, moved = case.changes
    assert str(change).startswith("without improvements/SCM (improvements 1, costs 4, effects 6")
    assert moved.name == "totals/ICORE80", "the stated total no longer counts its lines"
    total = next(t for t in case.totals if t.id == "ICORE80")
    assert total.amount.grade == "C", "what was moved is no longer published"
    lost = sum(
        line.amount.mode for line in bundled.costs if line.improvement == "SCM" and line.total
    )
    assert total.amount.mode == pytest.approx(80e6 - lost)


def test_an_improvement_that_has_nothing_left_to_change_goes_too(bundled: Case) -> None:
    case = bundled.without("ICSE")
    assert "ICSENG" not in case.improvement_ids
    assert "improvements 1" in str(case.changes[0])


NEW: dict[str, Any] = {
    "id": "NEWAI",
    "name": "Matching of handwriting",
    "readiness": 6,
    "start_year": 2025,
    "effect_year": 2026,
    "basis": "an idea of the workshop",
    "costs": [{"low": 10_000, "mode": 20_000, "high": 40_000, "grade": "D", "basis": "a guess"}],
    "effects": [
        {
            "capability": "LAB",
            "criterion": "speed",
            "low": -2,
            "mode": -1,
            "high": 0,
            "grade": "D",
            "basis": "a guess",
        }
    ],
}


def test_an_improvement_is_added_in_one_line(small: Case) -> None:
    case = small.with_improvement(NEW)
    assert case.improvement_ids == (*small.improvement_ids, "NEWAI")
    line = next(line for line in case.costs if line.improvement == "NEWAI")
    assert (line.id, line.currency, line.kind, line.payer) == (
        *("NEWAI-1", small.settings.currency, "one-off", "organisation"),
    )
    assert str(case.changes[0]) == "improvement NEWAI (costs 1, effects 1)"
    assert same(case.without("NEWAI"), small)


FAULTS: dict[str, tuple[Callable[[Case], Case], str]] = {
    "a setting": (lambda c: c.with_settings(budgt=1), "no key 'budgt' .* Did you mean 'budget'"),
    "a value": (lambda c: c.with_value("costs/SCAN-BILD", 1), "Did you mean 'costs/SCAN-BUILD'"),
    "a column": (lambda c: c.with_value("costs/SCAN-BUILD", grad="A"), "Did you mean 'grade'"),
    "a weight": (lambda c: c.with_weight("usse", 1), "Did you mean 'use'"),
    "a thing": (lambda c: c.without("SCANN"), "Did you mean 'SCAN'"),
    "a scenario": (lambda c: c.with_scenario("x"), "no scenario 'x'"),
    "a kind": (lambda c: c.with_scenario(c), "of the type Case is not a word"),  # type: ignore[arg-type]
    "rows": (lambda c: c.with_improvement([1]), "is not of the type Mapping"),  # type: ignore[arg-type]
    "twice": (lambda c: c.with_improvement({**NEW, "id": "SCAN"}), "'SCAN' already"),
    "its column": (lambda c: c.with_improvement({**NEW, "redyness": 1}), "mean 'readiness'"),
    "low above": (lambda c: c.with_value("costs/SCAN-BUILD", low=9e9), "costs.csv, row"),
    "no effect": (lambda c: c.with_improvement({**NEW, "effects": []}), "NEWAI has no effect"),
    "a budget": (lambda c: c.with_settings(budget=-1), "below 0"),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_slip_is_told_with_the_nearest_word(small: Case, kind: str) -> None:
    change, told = FAULTS[kind]
    with pytest.raises(CapworthError, match=told):
        change(small)


def test_a_case_changed_by_hand_is_changed_from_what_it_is(small: Case) -> None:
    by_hand = replace(small, funding=())
    case = by_hand.with_settings(budget=90_000.0)
    assert case.funding == ()
    assert case.settings.budget == 90_000
    with pytest.raises(InputError, match="Did you mean 'budget'"):
        by_hand.with_settings(budgt=1)
    with pytest.raises(CaseError, match="below 0"):
        checked_case(by_hand.with_settings(budget=-1))
    assert by_hand.with_weight("use", 30).funding == ()


def test_what_a_case_leaves_to_be_taken_stays_as_it_was_taken(folder: Path) -> None:
    """A name that is that of the folder, and short names that are made of names."""
    place = folder.rename(folder.with_name("my-police"))
    settings = (place / "case.toml").read_text(encoding="utf-8").splitlines()
    kept = [line for line in settings if not line.startswith(("name =", "name="))]
    (place / "case.toml").write_text("\n".join(kept), encoding="utf-8")
    case = read_case(place)
    assert case.settings.name == "my-police"
    changed = case.with_weight("use", 30).without("LINK")
    assert changed.settings.name == "my-police"
    assert "LINK" not in changed.improvement_ids


def test_a_setting_taken_away_is_that_of_the_dictionary(small: Case) -> None:
    case = small.with_settings(near=0.1).with_settings(near=None)
    assert case.settings.near == 0.05
    assert case.fingerprint == small.with_settings(near=None).fingerprint


def test_what_was_changed_survives_the_files(small: Case, tmp_path: Path) -> None:
    case = small.with_settings(budget=90_000.0).with_weight("use", 30)
    again = read_case(case.write(tmp_path / "case"))
    assert (again.changes, again.base) == (case.changes, small.fingerprint)
    assert again.fingerprint == case.fingerprint
    assert "changes.toml" in files_of(case)


SCENARIOS = """
[lean]
name = "Half of the money"
name_fr = "La moitié des moyens"
without = ["CLOUD"]
settings = { budget = 55000 }
weights = { use = 40 }

[lean.values]
"costs/SCAN-BUILD" = { low = 30000, mode = 40000, high = 60000 }

[dear]
name = "Everything costs more"
[dear.values]
"costs/SCAN-BUILD" = 70000
"""


def futures(folder: Path, text: str = SCENARIOS) -> Path:
    (folder / "scenarios.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_scenario_is_data(folder: Path) -> None:
    case = read_case(futures(folder))
    assert [s.id for s in case.scenarios] == ["lean", "dear"]
    assert case.scenarios[0].in_language("name", "fr") == "La moitié des moyens"
    lean = case.with_scenario("lean")
    assert (lean.scenario, lean.settings.budget) == ("lean", 55_000)
    assert "CLOUD" not in lean.improvement_ids
    assert lean.estimates()["costs/SCAN-BUILD"].mode == 40_000
    assert {c.kind for c in lean.changes} == {"setting", "weight", "value", "without"}
    assert lean.scenarios == (), "a future of a future is none"
    assert case.with_scenario("dear").estimates()["costs/SCAN-BUILD"].mode == 70_000


BESIDE = """
[few]
name = "Fewer functions than the rows name"
settings = { functions = ["hosting", "exchange", "leads", "analysis"] }

[states]
name = "Counted in states"
[states.values]
"criteria/reach" = { unit = "states" }
"""


def test_a_table_that_a_scenario_leaves_alone_is_not_read_again(
    folder: Path, tmp_path: Path
) -> None:
    case = read_case(futures(folder, SCENARIOS + BESIDE))
    assert case.with_scenario("lean").feedback is case.feedback
    for name in ("lean", "dear", "states"):
        changed = case.with_scenario(name)
        assert same(changed, read_case(changed.write(tmp_path / name))), "as read from its files"
    assert changed.scores[0].level.unit == "states", "though its own row stays as it is"
    assert case.scores[0].level.unit == "members"
    with pytest.raises(CaseError, match="'training' is not known"):
        case.with_scenario("few")


def test_scenarios_are_written_and_read_with_the_case(folder: Path, tmp_path: Path) -> None:
    case = read_case(futures(folder))
    assert read_case(case.write(tmp_path / "a")).scenarios == case.scenarios
    assert read_case(case.write(tmp_path / "a.xlsx")).scenarios == case.scenarios
    assert Case.from_frames(case.to_frames()).scenarios == case.scenarios


WRONG = {
    "a key": ("[lean]\nname = 'x'\nwihtout = []\n", "Did you mean 'without'"),
    "no name": ("[lean]\nwithout = ['CLOUD']\n", "it is no text"),
    "a setting": ("[lean]\nname = 'x'\nsettings = {budgt = 1}\n", "Did you mean 'budget'"),
    "a thing": ("[lean]\nname = 'x'\nwithout = ['CLUD']\n", "Did you mean 'CLOUD'"),
    "a thing twice": ("[lean]\nname = 'x'\nwithout = ['CLOUD', 'CLOUD']\n", "stands twice"),
    "a weight": ("[lean]\nname = 'x'\nweights = {usse = 1}\n", "Did you mean 'use'"),
    "outside": ("budget = 1\n", "outside every scenario"),
    "twice": ("[lean]\nname = 'x'\n[lean]\nname = 'y'\n", "cannot be read"),
    "a shape": ("[lean]\nname = 'x'\nwithout = 'CLOUD'\n", r"Write it as without = \[...\]"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_faulty_scenario_is_a_fault_of_the_case(folder: Path, kind: str) -> None:
    text, told = WRONG[kind]
    with pytest.raises(CaseError, match=told) as caught:
        read_case(futures(folder, text))
    assert {f.file for f in caught.value.findings} == {"scenarios.toml"}


def test_a_scenario_that_makes_no_good_case_says_which(folder: Path) -> None:
    text = "[lean]\nname = 'x'\n[lean.values]\n'costs/SCAN-BUILD' = {low = 9e9}\n"
    with pytest.raises(CaseError, match="with scenario 'lean'"):
        read_case(futures(folder, text)).with_scenario("lean")


def test_text_of_files_survives_any_words(small: Case) -> None:
    """Quotes, line ends and backslashes of a setting are read as they were."""
    words = 'a "b" \\ c\nd = [1]\t# é العربية'
    case = small.with_settings(note=words)
    read = tomllib.loads(files_of(case)["case.toml"].decode("utf-8"))
    assert read["note"] == words


def test_a_case_from_frames_and_its_folder_have_one_fingerprint(
    small: Case, tmp_path: Path
) -> None:
    case = Case.from_frames(small.to_frames())
    assert read_case(case.write(tmp_path / "x")).fingerprint == case.fingerprint
    copy = checked_case(replace(small))
    assert read_case(copy.write(tmp_path / "y")).fingerprint == copy.fingerprint


def test_no_table_is_an_error_of_words(small: Case) -> None:
    with pytest.raises(InputError, match="frame costs: int is no table"):
        Case.from_frames({**small.to_frames(), "costs": 3})
