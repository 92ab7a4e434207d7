"""`capworth compare`: what moved from one run to the next, and which inputs moved it."""

import click


@click.command("compare")
@click.argument("old", metavar="OLD_RUN", type=click.Path())
@click.argument("new", metavar="NEW_RUN", type=click.Path())
@click.option(
    "--out", type=click.Path(), help="Also write moves, inputs and shares as tables here."
)
def command(old: str, new: str, out: str | None) -> None:
    """Tell what moved from OLD_RUN to NEW_RUN, and which inputs moved it."""
    from pathlib import Path

    from capworth.case.files import writing
    from capworth.runs.vintage import compare_runs
    from capworth.study.tables import as_csv

    tables = ("moves", "inputs", "shares")
    with writing(Path(out) if out else None, *(f"{name}.csv" for name in tables)) as put:
        found = compare_runs(old, new)
        click.echo(str(found))
        for name in tables:
            put(f"{name}.csv", as_csv(getattr(found, name)()))
