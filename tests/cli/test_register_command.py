"""Registering a claim on the command line: once, by itself, and never half."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from capworth.case.claim_lock import changed_since
from capworth.case.read import read_case
from capworth.cli import main

LOCK = "claim.lock.toml"


def call(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def names(folder: Path) -> set[str]:
    return {p.name for p in folder.rglob("*")}


def test_a_claim_is_registered_once(folder: Path) -> None:
    before = names(folder)
    done = call("register", folder, "--date", "2024-05-06")
    assert done.exit_code == 0, done.output
    assert names(folder) == before | {LOCK}
    case = read_case(folder)
    assert case.claim is not None
    assert case.claim.lock is not None
    assert case.claim.lock.registered.isoformat() == "2024-05-06"
    assert changed_since(case) == ()
    kept = (folder / LOCK).read_bytes()
    again = call("register", folder, "--date", "2024-05-07")
    assert again.exit_code == 2
    assert "a claim is registered once" in again.stderr
    assert (folder / LOCK).read_bytes() == kept


def test_the_same_registration_is_the_same_file(folder: Path) -> None:
    call("register", folder, "--date", "2024-05-06")
    first = (folder / LOCK).read_bytes()
    (folder / LOCK).unlink()
    call("register", folder, "--date", "2024-05-06")
    assert (folder / LOCK).read_bytes() == first


@pytest.mark.parametrize(
    ("file", "old", "new", "words", "told"),
    [
        ("claim.toml", "seed", "seed", ("--date", "6 May"), "--date: '6 May' is not a day"),
        ("claim.toml", "margin", "margn", ("--date", "2024-05-06"), "there is no such key"),
        ("claim.toml", '"leads"', '"lead"', ("--date", "2024-05-06"), "'lead' is no function"),
        ("claim.toml", "", None, ("--date", "2024-05-06"), "nothing to register. Write one."),
    ],
)
def test_slips_write_nothing(
    folder: Path, file: str, old: str, new: str | None, words: tuple[str, ...], told: str
) -> None:
    path = folder / file
    if new is None:
        path.unlink()
    else:
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(old, new), encoding="utf-8")
    before = names(folder)
    done = call("register", folder, *words)
    assert done.exit_code == 2
    assert told in done.stderr
    assert names(folder) == before


def test_the_day_is_asked_for(folder: Path) -> None:
    done = call("register", folder)
    assert done.exit_code == 2
    assert "--date" in done.stderr
    assert LOCK not in names(folder)
