"""`capworth rerun`: the same bytes again, or what differs."""

import click

from capworth.cli.options import WORKERS
from capworth.study.progress import showing

EXIT_DIFFERS = 1


@click.command("rerun")
@click.argument("folder", metavar="RUN", type=click.Path())
@WORKERS
def command(folder: str, workers: int) -> None:
    """Recompute RUN from its own inputs and compare every byte."""
    from capworth.runs import run as runs

    with showing() as tell:
        found = runs.rerun(folder, workers, tell)
    click.echo(str(found))
    if not found.is_same:
        raise SystemExit(EXIT_DIFFERS)
