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

    from capworth.runs.vintage import compare_runs
    from capworth.study.tables import write_csv

    if out is not None:
        Path(out).mkdir(parents=True, exist_ok=True)  # that it can be written is found out first
    found = compare_runs(old, new)
    click.echo(str(found))
    if out is not None:
        folder = Path(out)
        for name in ("moves", "inputs", "shares"):
            write_csv(getattr(found, name)(), folder / f"{name}.csv")
