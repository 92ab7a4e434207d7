"""`capworth propose`: a set of one's own against the best ones of a run."""

import click

from capworth.cli.options import WORKERS


@click.command("propose")
@click.argument("folder", metavar="RUN", type=click.Path())
@click.argument("proposed", metavar="MY_SET", type=click.Path())
@click.option("--out", type=click.Path(dir_okay=False), help="Also write the table as CSV.")
@WORKERS
def command(folder: str, proposed: str, out: str | None, workers: int) -> None:
    """Hold the improvements in MY_SET (a CSV file) against the best sets of RUN.

    MY_SET has a column `improvement`. What the set costs and brings, whether it can be carried
    out, and which sets are cheaper and better, with which probability; in the draws of RUN.
    """
    from pathlib import Path

    from capworth.case.files import writing_file
    from capworth.cli.terminal import show, unmarked
    from capworth.runs.proposed import propose
    from capworth.study.shown import written
    from capworth.study.tables import as_csv

    with writing_file(Path(out) if out else None) as put:
        found = propose(Path(folder), Path(proposed), workers)
        table = found.to_frame()
        put(as_csv(table))
    shown = [c for c in table.columns if not c.endswith(("_low", "_high"))]
    rows = []
    for name, row in table.iterrows():
        cells = (written(row[c], row.get(f"{c}_low"), row.get(f"{c}_high")) for c in shown)
        rows.append([str(name), *map(unmarked, cells)])
    show(["set", *shown], rows)
    click.echo(repr(found))
    for fault in found.faults:
        click.echo(fault)
