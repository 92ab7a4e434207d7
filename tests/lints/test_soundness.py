"""What the linters found, as an answer, a command and a page."""

from pathlib import Path

from click.testing import CliRunner

from capworth.case.model import Case
from capworth.case.read import read_case
from capworth.cli import main
from capworth.lints import Lint, lint_case
from capworth.lints.examine import examine
from capworth.lints.lint import catalogue
from capworth.study.stages import Study
from capworth.study.tables import tables_of

Checked = tuple[int, str]


def check(*arguments: str) -> Checked:
    result = CliRunner().invoke(main, ["check", *arguments])
    return result.exit_code, result.output


def test_every_run_examines_its_case_and_tells_it_in_a_table(study: Study) -> None:
    table = tables_of(study)["lints"]
    found = examine(study.case, moved=study.splits.silent).lints
    assert [*table.index] == [lint.code for lint in found]
    assert [*table["sentence"]] == [lint.sentence for lint in found]
    assert {lint.code for lint in found} == {lint.code for lint in lint_case(study.case)} | {"O07"}
    assert study.soundness.provenance == study.provenance


def test_serious_ones_are_counted_apart(small: Case) -> None:
    revoked = examine(small.with_settings(discounting="omb-a94-2023"))
    before = examine(small)
    assert revoked.counts == {**before.counts, "serious": before.counts["serious"] + 1}
    assert repr(revoked).startswith(f"<Soundness: {revoked.counts['serious']} serious")


def test_lints_stop_nothing_and_each_stands_with_its_remedy(small_folder: Path) -> None:
    code, text = check(str(small_folder))
    assert code == 0
    for lint in examine_folder(small_folder):
        assert f"{lint.code} {lint.slug}" in text
        assert lint.sentence in text
        assert lint.mend in text


def examine_folder(folder: Path) -> tuple[Lint, ...]:
    return examine(read_case(folder)).lints


def test_a_fault_stops_the_check_before_any_lint(folder: Path) -> None:
    file = folder / "costs.csv"
    file.write_text(file.read_text("utf-8").replace(",EUR,", ",EURO,", 1), "utf-8")
    code, text = check(str(folder))
    assert code == 2
    assert "costs.csv, row" in text
    assert "to be defended" not in text


def test_all_known_lints_can_be_listed(small_folder: Path) -> None:
    code, text = check(str(small_folder), "--list")
    assert code == 0
    assert all(f" {rule.code} {rule.slug}:" in text for rule in catalogue().values())
