"""Exchange logs: counted by hand, against pandas, and what an analyst is told of a bad one."""

import csv
import gzip
import math
import shutil
import sys
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capworth.case.read import read_case
from capworth.cli import main
from capworth.errors import CapworthError, CaseError, InputError
from capworth.logs import LoggedActivity, check_logs, count_activity, count_exchanges, refused

LOG = """time,capability,member,hit,seconds
2023-01-01 00:00:05,REG,FRA,1,0.5
2023-06-01 10:00:00,REG,FRA,0,1.0
2023-07-01 10:00:00,REG,EGY,no,2
2023-07-02 10:00:00,LAB,,yes,
2023-12-31 23:59:59,LAB,EGY,true,86400
2024-01-15 08:00:00,REG,ESP,0,1
2024-03-31 08:00:00,LAB,ESP,1,3600
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(LOG, encoding="utf-8")
    return path


def value(found: LoggedActivity, capability: str, metric: str, year: int) -> float:
    table = found.to_frame().set_index(["capability", "metric", "year"])["value"]
    return float(table.loc[(capability, metric, year)])


# ------------------------------------------------------------------------------ counted by hand


def test_a_log_counted_by_hand(log: Path) -> None:
    found = count_activity([log], "LEDGER")
    by_hand = {
        ("REG", "searches", 2023): 3,
        ("REG", "hits", 2023): 1,
        ("REG", "members_searching", 2023): 2,
        ("LAB", "searches", 2023): 2,
        ("LAB", "hits", 2023): 2,
        ("LAB", "members_searching", 2023): 1,  # a row without a member is none
        ("REG", "searches", 2024): 1,
        ("REG", "hits", 2024): 0,
        ("LAB", "searches", 2024): 1,
        ("LAB", "hits", 2024): 1,
    }
    for key, figure in by_hand.items():
        assert value(found, *key) == figure, key
    assert value(found, "REG", "response_seconds_median", 2023) == pytest.approx(1.0, rel=0.05)
    assert value(found, "LAB", "response_seconds_p90", 2023) == pytest.approx(86_400, rel=0.05)
    assert (found.rows, found.files) == (7, 1)
    assert repr(found) == (
        "<LoggedActivity: 7 exchanges of 2 capabilities, 2023-01-01 to 2024-03-31, 20 rows of "
        "activity>"
    )


def test_a_year_that_is_not_covered_says_so(log: Path) -> None:
    table = count_activity([log], "LEDGER").to_frame()
    searches = table[(table["metric"] == "searches") & (table["capability"] == "REG")]
    assert searches["unit"].tolist() == ["searches/year", "searches, 2024-01-01 to 2024-03-31"]
    assert searches["bound"].tolist() == ["exact", "at-least"]


def test_months_show_gaps(log: Path) -> None:
    months = count_activity([log], "LEDGER").by_month().reset_index()
    register = months[(months["capability"] == "REG") & (months["year"] == 2023)]
    assert register["month"].tolist() == [1, 6, 7]
    assert register[["searches", "hits", "members"]].to_numpy().tolist()[2] == [1, 0, 1]
    printed = call("logs", log, "--source", "LEDGER", "--by", "month")[1].splitlines()
    assert printed[1:3] == ["capability,year,month,searches,hits,members", "LAB,2023,7,1,1,0"]


def test_what_the_log_does_not_say_is_not_counted(tmp_path: Path) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("capability,time\nREG,2023-05-05\n", encoding="utf-8")
    assert count_activity([path], "LEDGER").to_frame()["metric"].tolist() == ["searches"]


def test_parquet_and_csv_of_one_log_agree(log: Path, tmp_path: Path) -> None:
    rows = pd.read_csv(log, parse_dates=["time"])
    rows["hit"] = rows["hit"].isin(["1", "yes", "true"])
    folder = tmp_path / "parts"
    folder.mkdir()
    for k in range(3):
        ibis.memtable(rows.iloc[k::3]).to_parquet(folder / f"{k}.parquet")
    ours, theirs = count_activity([folder], "LEDGER"), count_activity([log], "LEDGER")
    columns = ["capability", "metric", "year", "value", "unit", "bound"]
    pd.testing.assert_frame_equal(ours.to_frame()[columns], theirs.to_frame()[columns])
    assert ours.files == 3
    assert "of 3 files" in ours.to_frame()["basis"].iloc[0]


def test_the_name_of_a_file_is_no_pattern_and_that_of_a_folder_no_column(tmp_path: Path) -> None:
    folder = tmp_path / "hit=0"
    folder.mkdir()
    (folder / "log[1].csv").write_text(LOG, encoding="utf-8")
    (folder / "log1.csv").write_text(LOG.splitlines()[0] + "\n", encoding="utf-8")
    found = count_activity([folder / "log[1].csv"], "LEDGER")
    assert value(found, "REG", "searches", 2023) == 3
    assert value(found, "REG", "hits", 2023) == 1


def test_large_counts_are_written_to_the_last_digit() -> None:
    table = pd.DataFrame({"capability": ["REG"], "value": [1_243_456_789]})
    found = LoggedActivity(table, table, table, 1, 0, pd.Timestamp(0), pd.Timestamp(0), 0)
    assert found.to_csv() == "capability,value\nREG,1243456789\n"


# ------------------------------------------------------------------------------ against pandas


exchanges = st.lists(
    st.tuples(
        st.sampled_from(["REG", "LAB", "NET"]),
        st.datetimes(pd.Timestamp("2021-01-01"), pd.Timestamp("2023-12-31 23:59:59")),
        st.sampled_from(["FRA", "EGY", "ESP", None]),
        st.booleans(),
        st.none() | st.floats(0.01, 1e6),
    ),
    min_size=1,
    max_size=60,
)


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(exchanges)
def test_counts_are_those_of_pandas_in_any_order(rows: list[tuple[object, ...]]) -> None:
    names = ["capability", "time", "member", "hit", "seconds"]
    frame = pd.DataFrame(rows, columns=names).astype({"seconds": float, "member": "object"})
    found = count_exchanges(ibis.memtable(frame), "LEDGER")
    shuffled = frame.sample(frac=1, random_state=7)
    again = count_exchanges(ibis.memtable(shuffled), "LEDGER")
    pd.testing.assert_frame_equal(found.to_frame(), again.to_frame())
    for (capability, year), mine in frame.groupby(["capability", frame["time"].dt.year]):
        key = (str(capability), int(str(year)))
        assert value(found, key[0], "searches", key[1]) == len(mine)
        assert value(found, key[0], "hits", key[1]) == mine["hit"].sum()
        assert value(found, key[0], "members_searching", key[1]) == mine["member"].nunique()
        times = np.sort(mine["seconds"].dropna())
        if len(times):
            middle = times[math.ceil(len(times) / 2) - 1]
            told = value(found, key[0], "response_seconds_median", key[1])
            assert told == pytest.approx(middle, rel=0.08)  # bins of 4.7 %, then two digits
    assert found.rows == len(frame)


def test_the_number_of_threads_moves_no_byte(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    count = 20_000
    frame = pd.DataFrame(
        {
            "capability": rng.choice(["REG", "LAB"], count),
            "time": pd.Timestamp("2022-01-01") + pd.to_timedelta(np.arange(count) * 1500, "s"),
            "member": rng.choice(["FRA", "EGY", "ESP"], count),
            "hit": rng.random(count) < 0.1,
            "seconds": rng.lognormal(1, 2, count),
        }
    )
    for k in range(4):
        ibis.memtable(frame.iloc[k::4]).to_parquet(tmp_path / f"{k}.parquet")
    texts = {count_activity([tmp_path], "LEDGER", workers=w).to_csv() for w in (1, 2, 4)}
    assert len(texts) == 1


# ------------------------------------------------------------------------------ bad logs


def test_every_fault_at_once(log: Path) -> None:
    bad = (
        LOG.replace("2024-01-15 08:00:00,REG", "2024-13-15,")
        .replace(",2\n", ",-2\n")
        .replace("yes", "maybe")
        .replace("2024-03-31", "1924-03-31")
    )
    log.write_text(bad, encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        count_activity([log], "LEDGER")
    told = [str(finding).removeprefix(f"{log}, ") for finding in caught.value.findings]
    assert told == [
        "column 'capability': 1 row holds no capability. Name the one that was asked.",
        "column 'hit': 1 row holds neither a hit nor none, such as 'maybe'. Write 1 or 0.",
        "column 'seconds': 1 row holds a response time that is no number from 0 up, such as '-2'. "
        "Write seconds, or leave the cell blank.",
        "column 'time': 1 row holds a time before 1990 or after 2100, such as "
        "'1924-03-31 08:00:00'. Correct the year.",
        "column 'time': 1 row holds no time that can be read, such as '2024-13-15'. Write it like "
        "2019-12-31 23:59:59.",
    ]


def test_many_bad_rows_are_one_fault_of_each_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        lines = "".join(f"REG,{k}th of May\n" for k in range(3))
        (tmp_path / f"{name}.csv").write_text("capability,time\n" + lines, encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        count_activity([tmp_path], "LEDGER")
    assert [f.problem[:16] for f in caught.value.findings] == ["3 rows hold no t"] * 2
    assert [Path(f.file).name for f in caught.value.findings] == ["a.csv", "b.csv"]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (
            {},
            "column 'time': the column is missing. Use one of: capability, hit, member, seconds, ",
        ),
        ({"time": "stanp"}, "column 'stanp': the column is missing. Did you mean 'stamp'?"),
        (
            {"time": "stamp", "hits": "hit"},
            "'hits' is no column of an exchange. Did you mean 'hit'?",
        ),
    ],
)
def test_columns_are_found_or_named(log: Path, columns: dict[str, str], told: str) -> None:
    log.write_text(LOG.replace("time,", "stamp,", 1), encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        count_activity([log], "LEDGER", columns)
    assert told in str(caught.value)


def test_columns_may_have_other_names(log: Path) -> None:
    log.write_text(LOG.replace("time,", "stamp,", 1), encoding="utf-8")
    assert count_activity([log], "LEDGER", {"time": "stamp"}).rows == 7


def test_what_is_no_log(log: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        count_activity([tmp_path / "none.csv"], "LEDGER")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"no \.parquet or \.csv file"):
        count_activity([tmp_path / "empty"], "LEDGER")
    text = tmp_path / "log.txt"
    text.write_text(LOG, encoding="utf-8")
    with pytest.raises(InputError, match=r"log\.txt: a log is \.parquet, \.csv or"):
        count_activity([text], "LEDGER")
    false = tmp_path / "false.parquet"
    false.write_text(LOG, encoding="utf-8")
    with pytest.raises(InputError, match=r"false\.parquet: cannot be read as a log"):
        count_activity([false], "LEDGER")
    with pytest.raises(InputError, match="Parquet and CSV are mixed"):
        count_activity([log, false], "LEDGER")
    log.write_text("capability,time\n", encoding="utf-8")
    with pytest.raises(InputError, match="has no row"):
        count_activity([log], "LEDGER")
    with pytest.raises(InputError, match="grade: 'E' is none of a counted figure"):
        count_activity([log], "LEDGER", grade="E")


def test_without_the_extra_it_says_what_to_install(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ibis", None)
    with pytest.raises(CapworthError, match=r"needs the extra `logs`: pip install"):
        count_activity([log], "LEDGER")


# ------------------------------------------------------------------------------ as a user calls it


def call(*words: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, list(map(str, words)))
    return done.exit_code, done.stdout, done.stderr


def test_from_a_log_to_a_level(log: Path, small_folder: Path, tmp_path: Path) -> None:
    """Members that searched become the reach of the register: 2 of the members, in percent."""
    case, counted = tmp_path / "case", tmp_path / "counted.csv"
    shutil.copytree(small_folder, case)
    code, _, told = call("logs", log, "--source", "LEDGER", "--case", case, "--out", counted)
    assert (code, counted.exists()) == (2, False)
    assert "column 'member': the case has no member 'EGY'. Use one of: XEA, XEB," in told
    known_names = LOG.replace("FRA", "XNA").replace("EGY", "XNB").replace("ESP", "XNC")
    log.write_text(known_names, encoding="utf-8")
    assert call("logs", log, "--source", "LEDGER", "--case", case, "--out", counted)[0] == 0
    with counted.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.reader(lines) if row[1] == "members_searching"]
    with (case / "activity.csv").open("a", encoding="utf-8", newline="") as activity:
        csv.writer(activity, lineterminator="\n").writerows(rows)
    measure = "REG,reach,members_searching,2023,members,90,100,110,C,LEDGER,\n"
    heading = "capability,criterion,metric,year,per,low,mode,high,grade,source,basis\n"
    (case / "measures.csv").write_text(heading + measure, encoding="utf-8")
    scores = (case / "scores.csv").read_text("utf-8")
    reach = next(line for line in scores.splitlines(True) if line.startswith("REG,reach"))
    (case / "scores.csv").write_text(scores.replace(reach, ""), encoding="utf-8")
    known = read_case(case)
    level = next(s.level for s in known.scores if (s.capability, s.criterion) == ("REG", "reach"))
    assert level.mode == pytest.approx(100 * 2 / len(known.members))
    assert "members_searching 2023: 2 members/year / members x 100" in level.basis


def test_the_command_prints_or_writes(log: Path, tmp_path: Path) -> None:
    code, printed, _ = call("logs", log, "--source", "LEDGER")
    assert code == 0
    assert printed.splitlines()[1] == "capability,metric,year,value,unit,bound,grade,source,basis"
    out = tmp_path / "activity.csv"
    assert call("logs", log, "--source", "LEDGER", "--out", out)[0] == 0
    assert out.read_text("utf-8") == "\n".join(printed.splitlines()[1:]) + "\n"
    code, _, told = call("logs", log, "--source", "LEDGER", "--out", out)
    assert (code, "is there already" in told) == (2, True)


def test_a_log_that_the_case_could_not_hold(log: Path, small_folder: Path) -> None:
    log.write_text(LOG.replace("LAB", "LAP").replace("2024-03-31", "2025-03-31"), encoding="utf-8")
    code, printed, told = call("logs", log, "--source", "LEGDER", "--case", small_folder)
    assert (code, printed) == (2, "")
    assert "the case has no capability 'LAP'. Did you mean 'LAB'?" in told
    assert "the case has no source 'LEGDER'. Did you mean 'LEDGER'?" in told
    assert "2025 is after the appraisal (2024-12-31)" in told


def test_names_that_look_alike_are_not_two(log: Path) -> None:
    log.write_text(LOG + LOG.splitlines()[1].replace("REG", "reg") + "\n", encoding="utf-8")
    with pytest.raises(CaseError, match="column 'capability': 'reg' looks like 'REG' and is anoth"):
        count_activity([log], "LEDGER")


def test_a_pair_without_an_equals_sign_is_refused(log: Path) -> None:
    code, _, told = call("logs", log, "--source", "LEDGER", "--columns", "time")
    assert (code, told) == (2, "--columns: 'time' has no =. Write time=stamp,capability=service.\n")


HEAD = "time,member,capability,hit,seconds\n"


@pytest.mark.parametrize("seconds", ["NaN", "Infinity", "-inf", "1e12"])
def test_seconds_without_end_are_told(tmp_path: Path, seconds: str) -> None:
    log = tmp_path / "log.csv"
    log.write_text(f"{HEAD}2019-01-01T00:30:00,FRA,SLTD,1,{seconds}\n", encoding="utf-8")
    with pytest.raises(CaseError, match=f"such as '{seconds}'"):
        count_activity([log], "L")


def test_an_offset_of_a_time_counts(tmp_path: Path) -> None:
    """Half past midnight two hours east of Greenwich is still the year before in UTC."""
    log = tmp_path / "log.csv"
    times = ("2019-01-01T00:30:00+02:00", "2019-01-01T00:30:00", "2018-12-31T23:30:00-01:00")
    log.write_text(HEAD + "".join(f"{t},FRA,SLTD,1,1\n" for t in times), encoding="utf-8")
    table = count_activity([log], "L").to_frame()
    counts = table[table["metric"] == "searches"].set_index("year")["value"].to_dict()
    assert counts == {2018: 1, 2019: 2}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"2019-01-01T00:30:00,FRA,SLTD,1\n", "log.csv, line 3: 4 cells for 5 columns"),
        (b"2019-01-01T00:30:00,FRA,SLTD,1,1,1\n", "log.csv, line 3: 6 cells for 5 columns"),
        ("2019-01-01T00:30:00,FRA,SLTDé,1,1\n".encode("latin-1"), "line 3: the text is not UTF-8"),
    ],
)
def test_a_line_that_is_none_is_told_by_its_number(tmp_path: Path, line: bytes, told: str) -> None:
    good = b"2019-01-01T00:30:00,FRA,SLTD,1,1\n"
    (tmp_path / "log.csv").write_bytes(HEAD.encode() + good + line + good)
    with pytest.raises(InputError, match=told):
        count_activity([tmp_path / "log.csv"], "L")


@pytest.mark.parametrize("name", ["=cmd|'/C calc'!A0", "+1+1", "-2", "@SUM(1)"])
def test_what_a_spreadsheet_would_compute_is_no_capability(name: str, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(f'time,capability\n2023-01-01,REG\n2023-01-02,"{name}"\n', encoding="utf-8")
    code, _, told = call("logs", log, "--source", "LEDGER", "--out", tmp_path / "out.csv")
    assert code == 2
    words = "1 row holds a capability that a spreadsheet would compute, such as"
    assert f"{words} {name!r}" in told
    assert not (tmp_path / "out.csv").exists()


# ------------------------------------------------------------------------------ strange doors


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("LOG.CSV", LOG.encode()),
        ("log.csv.gz", gzip.compress(LOG.encode())),
        ("a log [1]*.csv", LOG.replace("\n", "\r\n").encode("utf-8-sig")),
        ("log.csv", LOG.replace("time,cap", " time ,cap", 1).replace("\n", "\r").encode()),
        ("log.csv", LOG.replace("\n", ",x\n").replace(",x", ",", 1).encode()),  # a blank name
        ("log.csv", LOG.replace("\n", ",x\n").replace(",x", ",filename", 1).encode()),
        ("log.csv", LOG.replace("2023-07-02", "\n2023-07-02").rstrip().encode()),
        ("log.csv", LOG.replace("LAB", '" LAB\n"').replace("2023", " 2023").encode()),
    ],
)
def test_one_log_however_it_is_saved(log: Path, tmp_path: Path, name: str, text: bytes) -> None:
    plain = count_activity([log], "LEDGER").to_csv()
    log.unlink()
    (tmp_path / name).write_bytes(text)
    assert count_activity([tmp_path / name], "LEDGER").to_csv() == plain
    assert check_logs([tmp_path / name]) == 7


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LOG.replace(",", ";"), "line 1: cells are parted by semicolons"),
        (LOG.replace(",", "\t"), "line 1: cells are parted by tabs"),
        (LOG.replace("member", "time", 1), "line 1: two columns are called 'time'"),
        (LOG.replace("\n", "\r\n", 2), "line 1: lines of it end in more than one way"),
        (LOG.replace("FRA", '"FRA', 1), "line 8: it cannot be read"),
        (LOG.replace(",0.5", "", 1), "line 2: 4 cells for 5 columns"),
        ("", "it is empty"),
        ("# exported\n" + LOG, "the column is missing. Use one of: # exported"),
        ("capability,time\nREG,1672531200\n", "no time that can be read, such as '1672531200'"),
    ],
)
def test_no_guess_is_made_at_what_a_file_means(log: Path, text: str, told: str) -> None:
    log.write_bytes(text.encode())
    code, printed, said = call("logs", log, "--source", "LEDGER")
    assert (code, printed) == (2, "")
    assert f"{log}, {told}" in said or f"{log}: {told}" in said or told in said
    assert str(log) in said


def test_a_number_is_no_time_in_parquet_either(tmp_path: Path) -> None:
    frame = pd.DataFrame({"capability": ["REG"], "time": [1_672_531_200]})
    frame.to_parquet(tmp_path / "log.parquet")
    with pytest.raises(CaseError, match="no time that can be read, such as '1672531200'"):
        count_activity([tmp_path / "log.parquet"], "LEDGER")


def test_what_a_folder_holds_beside_logs_is_told(log: Path, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    (folder / "deeper.csv").mkdir(parents=True)
    shutil.copy(log, folder / "1.csv")
    for name, text in (("2.csv", ""), ("notes.txt", "x"), (".old.csv", LOG), ("~$1.csv", "x")):
        (folder / name).write_text(text, encoding="utf-8")
    code, printed, said = call("logs", folder, "--source", "LEDGER")
    assert (code, "7 exchanges" in printed) == (0, True)
    beside = [line.split(": ")[0].rpartition("/")[2] for line in said.splitlines()]
    assert beside == [".old.csv", "deeper.csv", "notes.txt", "~$1.csv"]


def test_a_file_given_twice_is_counted_by_nobody(log: Path, tmp_path: Path) -> None:
    for twice in ([log, log], [log, tmp_path]):
        with pytest.raises(InputError, match=r"log\.csv: it is given twice"):
            count_activity(twice, "LEDGER")


def test_a_file_that_may_not_be_read(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(refused, "_opened", refuse)
    with pytest.raises(InputError, match=r"log\.csv: cannot be opened \(Permission denied\)"):
        count_activity([log], "LEDGER")


# ------------------------------------------------------------------------------ members, events

EVENTS = """time,capability,member,answered_by,hit,seconds,event
2023-01-01 00:00:05,REG,FRA,EGY,1,0.5,e1
2023-01-01 00:00:05,REG,FRA,EGY,1,0.5,e1
2023-01-01 00:00:05,REG,FRA,EGY,1,0.5,
2023-01-01 00:00:05,REG,FRA,EGY,1,0.5,
2023-05-01 00:00:05,REG,FRA,ESP,0,2,e2
2023-12-31 00:00:05,LAB,,ESP,1,2,e3
2023-12-31 00:00:05,LAB,EGY,,1,2,e4
"""


def test_by_member_and_by_pair_by_hand(log: Path) -> None:
    log.write_text(EVENTS, encoding="utf-8")
    found = count_activity([log], "LEDGER")
    members = found.by_member().reset_index().to_numpy().tolist()
    assert members == [["LAB", 2023, "EGY", 1, 1], ["REG", 2023, "FRA", 4, 3]]
    dyads = found.by_dyad().reset_index().to_numpy().tolist()
    assert dyads == [["REG", 2023, "FRA", "EGY", 3, 3], ["REG", 2023, "FRA", "ESP", 1, 0]]
    code, printed, _ = call("logs", log, "--source", "LEDGER", "--by", "dyad")
    assert (code, printed.splitlines()[1:]) == (
        0,
        [
            "capability,year,member,answered_by,searches,hits",
            "REG,2023,FRA,EGY,3,3",
            "REG,2023,FRA,ESP,1,0",
        ],
    )


def test_an_event_counts_once_and_a_row_without_one_for_itself(log: Path) -> None:
    log.write_text(EVENTS, encoding="utf-8")
    found = count_activity([log], "LEDGER")
    assert (found.rows, found.repeats) == (6, 1)
    assert value(found, "REG", "searches", 2023) == 4
    assert "; 1 rows told an event again" in found.to_frame()["basis"].iloc[0]
    lines = EVENTS.splitlines(keepends=True)
    lines[2] = lines[2].replace(",e1", ",e1\t")  # blanks around an event are none of it
    log.write_text("".join(lines), encoding="utf-8")
    plain = count_activity([log], "LEDGER", {"event": "event"})
    assert plain.to_csv() == found.to_csv()


@pytest.mark.parametrize(
    ("old", "new"), [(",0,2,e2", ",1,2,e1"), ("ESP,0,2,e2", ",1,0.5,e1"), ("LAB,,ESP,1,2,e3", ",")]
)
def test_an_event_that_is_told_in_two_ways_is_no_count(log: Path, old: str, new: str) -> None:
    if new == ",":
        old, new = "2023-12-31 00:00:05,LAB,,ESP,1,2,e3", "2023-12-31 00:00:05,LAB,FRA,ESP,1,2,e4"
    log.write_text(EVENTS.replace(old, new), encoding="utf-8")
    with pytest.raises(CaseError, match="column 'event': 1 told in two ways, such as 'e"):
        count_activity([log], "LEDGER")
    code, _, told = call("logs", "check", log)
    assert code == 2
    assert "is told otherwise in row" in told


@pytest.mark.long
def test_check_names_rows_by_file_and_number(tmp_path: Path) -> None:
    """Far down a long file, which is read in many pieces at once, and in a Parquet file."""
    count, bad = 300_000, (7, 123_456, 299_999)
    frame = pd.DataFrame(
        {"capability": "REG", "time": "2023-01-01 00:00:00", "seconds": "1.5"}, range(count)
    )
    frame.loc[list(bad), "seconds"] = ["NaN", "-1", "soon"]
    frame.loc[250_000, "capability"] = " "
    frame.to_csv(tmp_path / "log.csv", index=False)
    code, _, told = call("logs", "check", tmp_path / "log.csv", "--workers", "2")
    assert code == 2
    lines = [line.strip().removeprefix(f"{tmp_path / 'log.csv'}, ") for line in told.splitlines()]
    problem = "a response time that is no number from 0 up"
    fix = "Write seconds, or leave the cell blank."
    assert lines == [
        "4 to mend:",
        f"row 9, column 'seconds': {problem} ('NaN'). {fix}",
        f"row 123458, column 'seconds': {problem} ('-1'). {fix}",
        "row 250002, column 'capability': no capability (' '). Name the one that was asked.",
        f"row 300001, column 'seconds': {problem} ('soon'). {fix}",
    ]
    frame.iloc[:200].to_parquet(tmp_path / "log.parquet", row_group_size=50)
    code, _, told = call("logs", "check", tmp_path / "log.parquet")
    assert (code, "log.parquet, row 8, column 'seconds'" in told) == (2, True)


def test_check_of_a_good_log_and_of_one_with_many_faults(log: Path) -> None:
    assert call("logs", "check", log) == (0, "7 rows can all be read\n", "")
    log.write_text("capability,time\n" + "REG,soon\n" * 30, encoding="utf-8")
    code, _, told = call("logs", "check", log)
    assert (code, told.count(", row ")) == (2, 20)
    assert "30 rows hold no time that can be read" in told


def test_a_letter_that_was_lost_is_told(log: Path) -> None:
    log.write_text(LOG.replace("REG,FRA,1", "REG,FR\N{REPLACEMENT CHARACTER},1"), encoding="utf-8")
    with pytest.raises(CaseError, match="column 'member': 1 row holds a letter that was lost"):
        count_activity([log], "LEDGER")


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1.0, 1e12])
def test_typed_seconds_without_end_are_told_too(tmp_path: Path, bad: float) -> None:
    frame = pd.DataFrame({"capability": ["REG"] * 2, "time": pd.Timestamp("2023-05-05")})
    table = ibis.memtable(frame).mutate(seconds=ibis.literal(bad, "float64"))
    with pytest.raises(CaseError, match="2 rows hold a response time"):
        count_exchanges(table, "LEDGER")


def test_whole_powers_of_ten_are_printed_as_they_are(tmp_path: Path) -> None:
    """They lie in the middle of their bins, where no engine's logarithm can move them."""
    frame = pd.DataFrame(
        {"capability": "REG", "time": pd.Timestamp("2023-05-05"), "seconds": 0.001}, [0]
    )
    for power in range(-3, 7):
        found = count_exchanges(ibis.memtable(frame.assign(seconds=10.0**power)), "LEDGER")
        assert value(found, "REG", "response_seconds_median", 2023) == 10.0**power


def test_a_time_counts_in_the_nearest_bin() -> None:
    """9.8 s lie nearer to 10 s than to the bin below, of 9.5 s."""
    cells = {"capability": "REG", "time": pd.Timestamp("2023-05-05"), "seconds": 9.8}
    found = count_exchanges(ibis.memtable(pd.DataFrame(cells, [0])), "LEDGER")
    assert value(found, "REG", "response_seconds_median", 2023) == 10


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("REG,FRA,0,", "REG,FRA,maybe,", "hit"),
        ("REG,FRA,0,", " ,FRA,0,", "capability"),
        ("2024-01-15 08:00:00", "2024-13-15", "time"),
        ("2024-01-15", "1924-01-15", "time"),
        (",2\n", ",soon\n", "seconds"),
    ],
)
def test_one_fault_alone_is_told(log: Path, old: str, new: str, column: str) -> None:
    assert old in LOG
    log.write_text(LOG.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CaseError, match=f"1 to mend:\n.*column '{column}'"):
        count_activity([log], "LEDGER")
