"""Files are written whole, all of them or none, and where they are asked for."""

import os
import sys
from pathlib import Path

import pytest

from capworth.case.files import read_rows, write, writing
from capworth.errors import InputError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="files as Linux has them")


def test_what_is_no_regular_file_is_not_written_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name, words in (("pipe", "is no regular file"), ("folder", "is a folder")):
        with pytest.raises(InputError, match=words):
            write(tmp_path / name, "new")
    with pytest.raises(InputError, match="is no regular file"):
        write(Path("/dev/null"), "new")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "pipe"]


def test_a_link_stays_one_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.csv").write_text("old", encoding="utf-8")
    (tmp_path / "a.csv").symlink_to(tmp_path / "real" / "a.csv")
    write(tmp_path / "a.csv", "new")
    assert (tmp_path / "a.csv").is_symlink()
    assert (tmp_path / "real" / "a.csv").read_text(encoding="utf-8") == "new"


def test_where_the_work_fails_nothing_is_written_and_no_folder_is_left(tmp_path: Path) -> None:
    def fail() -> None:
        with writing(tmp_path / "new" / "deep") as put:
            put("a.csv", "text")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_every_file_and_its_folder_are_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled: list[bool] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        settled.append(os.path.isdir(f"/proc/self/fd/{handle}"))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    with writing(tmp_path) as put:
        put("a.csv", "a")
        put("b.csv", "b")
    assert settled == [False, False, True]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a;b\n1;2\n", "the cells are parted by semicolons"),
        ("a\tb\n1\t2\n", "the cells are parted by tabs"),
        ("a,b,a\n1,2,3\n", "row 1: the column 'a' stands twice"),
        ("\na,b\n\n1,2,3\n", "row 4: 3 cells for 2 columns"),
        ("a,b\n1\n", "row 2: 1 cells for 2 columns"),
        ('a,b\n1,"2\n', "it cannot be read"),
        ("a,b\n1,\0\n", "it is not a text file"),
    ],
)
def test_a_plain_table_is_read_whole_or_told(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        read_rows(path)


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"\xef\xbb\xbf\n a ,b,\n\n1, 2 ,\n,,\n3,4,,\n")
    assert read_rows(path) == (["a", "b"], [(4, ["1", "2"]), (6, ["3", "4"])])
