"""Counting an exchange log beside a plain pandas groupby.

    python benchmarks/bench_logs.py [ROWS | smoke]

The log: 40 capabilities, 195 members, one year, made up; 20 million rows unless said otherwise,
10,000 with `smoke`, to see that it runs.
Seconds are of processor time, all threads together; peak memory is that of the process so far.
"""

import resource
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

import duckdb
import pandas as pd

from capworth.logs import count_activity

PART = 10_000_000  # rows of a file


def main() -> None:
    asked = sys.argv[1] if len(sys.argv) > 1 else "2e7"
    rows = 10_000 if asked == "smoke" else int(float(asked))
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), rows)
        found, ours, wall = timed(lambda: count_activity([folder], "LOG"))
        print(f"{rows:,} rows")
        print(f"capworth  {ours:6.1f} s cpu {wall:6.1f} s wall {peak():6.2f} GB peak")
        plain, theirs, wall = timed(lambda: by_pandas(Path(folder)))
        print(f"pandas    {theirs:6.1f} s cpu {wall:6.1f} s wall {peak():6.2f} GB peak")
        table = found.to_frame().set_index(["metric", "capability"])["value"]
        for metric in ("searches", "hits", "members_searching"):
            assert (table[metric] == plain[metric]).all(), metric
        print("the same searches, hits and members")


def make(folder: Path, rows: int) -> None:
    engine = duckdb.connect()
    for k in range(0, rows, PART):
        engine.sql(f"""COPY (
            SELECT 'CAP' || (hash(i * 7 + 1) % 40) AS capability,
                   'M' || (hash(i * 11 + 2) % 195) AS member,
                   TIMESTAMP '2019-01-01' + to_seconds(hash(i * 13 + 3) % 31536000) AS time,
                   hash(i * 17 + 5) % 100 < 4 AS hit,
                   (20 + hash(i * 19 + 7) % 2000) / 1000 AS seconds
            FROM range({k}, {min(k + PART, rows)}) t(i)
        ) TO '{folder}/log-{k // PART:03d}.parquet'""")


def by_pandas(folder: Path) -> pd.DataFrame:
    log = pd.concat(pd.read_parquet(path) for path in sorted(folder.iterdir()))
    groups = log.groupby("capability")
    return pd.DataFrame(
        {
            "searches": groups.size(),
            "hits": groups["hit"].sum(),
            "members_searching": groups["member"].nunique(),
            "median": groups["seconds"].median(),
        }
    )


def by_duckdb(folder: Path) -> pd.DataFrame:
    """What somebody would write who knows the engine: one pass, the same threads and memory."""
    engine = duckdb.connect(
        config={"threads": 2, "memory_limit": "1GB", "preserve_insertion_order": False}
    )
    found = engine.sql(f"""
        SELECT capability, year(time) AS year, month(time) AS month, member,
               CAST(floor(log10(greatest(seconds, 0.001)) * 50 + 0.5) AS BIGINT) AS bin,
               grouping(bin) AS of_bins, count(*) AS searches, sum(hit::INT) AS hits,
               min(time) AS first, max(time) AS last
        FROM read_parquet('{folder}/*.parquet')
        GROUP BY GROUPING SETS ((capability, year, month, member), (capability, year, bin))
    """).df()
    groups = found[found["of_bins"] == 1].groupby("capability")
    return groups.agg(
        searches=("searches", "sum"), hits=("hits", "sum"), members_searching=("member", "nunique")
    )


def by_polars(folder: Path) -> pd.DataFrame:
    pl = import_module("polars")
    found = (
        pl.scan_parquet(f"{folder}/*.parquet")
        .group_by("capability")
        .agg(
            pl.len().alias("searches"),
            pl.col("hit").sum().alias("hits"),
            pl.col("member").n_unique().alias("members_searching"),
            pl.col("seconds").median().alias("median"),
            pl.col("seconds").quantile(0.9).alias("p90"),
        )
        .collect(engine="streaming")
    )
    return pd.DataFrame(found.to_dict(as_series=False)).set_index("capability")


def timed(work):  # type: ignore[no-untyped-def]
    cpu, wall = time.process_time(), time.perf_counter()
    done = work()
    return done, time.process_time() - cpu, time.perf_counter() - wall


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main()
