"""`capworth batch`: many cases, and each under its scenarios, one after the other."""

import click

from capworth.cli.options import WORKERS, Draws, formats_of, listed, on_cluster
from capworth.study.progress import showing


@click.command("batch")
@click.argument("cases", nargs=-1, required=True, type=click.Path())
@click.option("--out", type=click.Path(file_okay=False), default="reports", show_default=True)
@click.option("--scenarios", is_flag=True, help="Also each case under each of its scenarios.")
@click.option("--draws", type=Draws(100, 10_000_000), help="Sampled draws.")
@click.option("--lang", default="", help="Languages of the reports, such as en,fr.")
@click.option("--format", "formats", default="pdf,html", show_default=True, help="Papers.")
@click.option("--dask", metavar="ADDRESS", help="Draw on a Dask cluster: tcp://HOST:8786.")
@click.option("--resume", is_flag=True, help="Go on where a batch that was ended was.")
@WORKERS
def command(
    cases: tuple[str, ...],
    out: str,
    scenarios: bool,
    draws: int | None,
    lang: str,
    formats: str,
    dask: str | None,
    resume: bool,
    workers: int,
) -> None:
    """Appraise CASES one after the other, each into a run folder of its name in OUT.

    `batch.csv` in OUT holds a row for each run: what is chosen, its gain, cost and chance. A case
    that cannot be computed is told at the end, and keeps no other from being run.
    """
    from capworth.runs.batch import run_batch

    written = formats_of(formats)
    with on_cluster(dask) as executor, showing() as tell:
        found = run_batch(
            cases,
            out,
            scenarios,
            draws,
            listed(lang),
            workers,
            written,
            executor,
            resume,
            tell,
            click.echo,
        )
    many = len(found.table)
    click.echo(f"{many} run{'' if many == 1 else 's'} in {out}")
    for name, fault in found.faults.items():
        click.echo(f"{name}: {fault}", err=True)
    if found.faults:
        raise SystemExit(2)
