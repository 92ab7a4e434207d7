"""`capworth logs`: from raw exchange logs to rows of the table activity."""

import click


@click.command("logs")
@click.argument("logs", nargs=-1, required=True, type=click.Path())
@click.option("--source", required=True, help="Short name of the log in the table sources.")
@click.option("--case", type=click.Path(), help="Case whose capabilities and sources must fit.")
@click.option("--columns", default="", help="Names in the log: time=stamp,capability=service.")
@click.option("--grade", default="A", show_default=True, help="Evidence grade of the figures.")
@click.option("--out", type=click.Path(dir_okay=False), help="Write the rows into this CSV file.")
@click.option("--workers", type=click.IntRange(1, 256), default=2, show_default=True)
def command(
    logs: tuple[str, ...],
    source: str,
    case: str | None,
    columns: str,
    grade: str,
    out: str | None,
    workers: int,
) -> None:
    """Count the exchanges of LOGS, to rows of the table activity.

    LOGS are Parquet or CSV files, or folders of them. Only counts leave them, by capability and
    year: searches, hits, members that searched, response times. The rows fit the table activity of
    a case, from which its table measures makes levels.
    """
    from pathlib import Path

    from capworth.case.files import writing_file
    from capworth.errors import InputError
    from capworth.logs import count_activity
    from capworth.logs.counting import must_fit

    pairs = [pair.partition("=") for pair in columns.split(",") if pair]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise InputError(f"--columns: {wrong[0]!r} has no =. Write time=stamp,capability=service.")
    names = {name.strip(): column.strip() for name, _, column in pairs}
    with writing_file(Path(out) if out else None, anew=True) as put:
        found = count_activity(logs, source, names, grade, workers)
        if case is not None:
            must_fit(found, case)
        click.echo(repr(found))
        put(found.to_csv())
    if out is None:
        click.echo(found.to_csv(), nl=False)
        return
    click.echo(f"wrote {len(found.to_frame())} rows of activity to {out}")
