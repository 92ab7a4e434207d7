"""`capworth logs`: from raw exchange logs to rows of the table activity."""

import click

KINDS = ("activity", "month", "member", "dyad")


class Logs(click.Command):
    """A command whose first word may be `check`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read `logs check LOGS` as `logs --check LOGS`."""
        return super().parse_args(ctx, ["--check", *args[1:]] if args[:1] == ["check"] else args)


@click.command("logs", cls=Logs)
@click.argument("logs", nargs=-1, required=True, type=click.Path())
@click.option("--source", help="Short name of the log in the table sources.")
@click.option("--check", is_flag=True, help="Count nothing: name rows that cannot be read.")
@click.option("--case", type=click.Path(), help="Case that its names must be of.")
@click.option("--columns", default="", help="Names in the log: time=stamp,capability=service.")
@click.option("--grade", default="A", show_default=True, help="Evidence grade of the figures.")
@click.option(
    "--by",
    type=click.Choice(KINDS),
    default=KINDS[0],
    show_default=True,
    help="activity: rows for a case; else counts by month, by member, or by pair of members.",
)
@click.option(
    "--engine",
    default="duckdb",
    show_default=True,
    help="duckdb, on this machine; or spark.",
)
@click.option("--master", default="", help="Of Spark: spark://HOST:7077 [default: this machine].")
@click.option("--out", type=click.Path(dir_okay=False), help="Write the rows into this CSV file.")
@click.option("--workers", type=click.IntRange(1, 256), default=2, show_default=True)
def command(
    logs: tuple[str, ...],
    source: str | None,
    check: bool,
    case: str | None,
    columns: str,
    grade: str,
    by: str,
    engine: str,
    master: str,
    out: str | None,
    workers: int,
) -> None:
    """Count the exchanges of LOGS, to rows of the table activity.

    LOGS are Parquet or CSV files, or folders of them. Only counts leave them, by capability and
    year: searches, hits, members that searched, response times. The rows fit the table activity of
    a case, from which its table measures makes levels. `capworth logs check LOGS` counts nothing
    and names each row that cannot be read by its file and number.
    """
    from pathlib import Path

    from capworth.case.files import writing_file
    from capworth.errors import InputError
    from capworth.logs import check_logs, count_activity
    from capworth.logs.counting import must_fit
    from capworth.logs.opening import not_read

    pairs = [pair.partition("=") for pair in columns.split(",") if pair]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise InputError(f"--columns: {wrong[0]!r} has no =. Write time=stamp,capability=service.")
    names = {name.strip(): column.strip() for name, _, column in pairs}
    if check:
        click.echo(f"{check_logs(logs, names, workers):,} rows can all be read")
        return
    if not source:
        raise click.UsageError("Missing option '--source'.")
    with writing_file(Path(out) if out else None, anew=True) as put:
        found = count_activity(logs, source, names, grade, workers, engine, master)
        if case is not None:
            must_fit(found, case)
        click.echo(repr(found))
        for path in not_read(logs):
            click.echo(f"{path}: not read, as it is no log", err=True)
        if by == "activity":
            rows, text = len(found.to_frame()), found.to_csv()
        else:
            counts = getattr(found, f"by_{by}")()
            rows, text = len(counts), counts.to_csv(lineterminator="\n")
        put(text)
    if out is None:
        click.echo(text, nl=False)
        return
    click.echo(f"wrote {rows} rows of {by} to {out}")
