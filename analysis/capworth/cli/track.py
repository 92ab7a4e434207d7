"""`capworth track`: plan against actual."""

import math

import click

from capworth.cli.options import WORKERS, Draws
from capworth.cli.terminal import show


@click.command("track")
@click.argument("case", type=click.Path())
@click.argument("actuals", type=click.Path())
@click.option("--out", type=click.Path(), help="Also write the table to this CSV file.")
@click.option("--draws", type=Draws(100, 10_000_000), help="Sampled draws.")
@WORKERS
def command(case: str, actuals: str, out: str | None, draws: int | None, workers: int) -> None:
    """Hold what has come about (ACTUALS, a CSV file) against the plan of CASE."""
    from pathlib import Path

    from capworth.case.actuals import read_actuals
    from capworth.case.files import writing_file
    from capworth.case.read import read_case
    from capworth.errors import InputError
    from capworth.programme.tracking import track
    from capworth.study.stages import run_study
    from capworth.study.tables import as_csv

    read = read_case(case)
    reading = read_actuals(actuals, read)
    with writing_file(Path(out) if out else None) as put:
        study = run_study(read, draws, workers=workers)
        if "programme" not in study:
            raise InputError(
                "the case has no budget or no improvements, so there is no plan to track."
            )
        tracking = track(study.sample, study.programme, reading, study.provenance)
        table = tracking.to_frame()
        put(as_csv(table))
    click.echo(repr(tracking))
    columns = ["measure", "subject", "indicator", "year", "plan", "plan_low", "plan_high"]
    columns += ["actual", "unit", "verdict"]
    show(columns, [_told(row) for row in table[columns].to_numpy().tolist()])


def _told(row: list[object]) -> list[str]:
    """Write the cells of a row; years without a comma, what is not planned as a dash."""
    pattern = ".0f" if row[0] == "start" else ",.4g"
    return [_cell(cell, pattern) for cell in row]


def _cell(cell: object, pattern: str) -> str:
    if not isinstance(cell, float):
        return str(cell)
    return "-" if math.isnan(cell) else format(cell, pattern)
