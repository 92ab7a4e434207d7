"""`capworth run`: the whole appraisal, from the case to the decision paper."""

import click

from capworth.cli.options import WORKERS
from capworth.cli.terminal import progress


@click.command("run")
@click.argument("case", type=click.Path())
@click.option("--out", type=click.Path(), help="Run folder [default: reports/NAME].")
@click.option("--draws", type=click.IntRange(100, 10_000_000), help="Sampled draws.")
@click.option("--seed", type=click.IntRange(0), help="Seed of every random stream.")
@click.option("--lang", help="Languages of the report, such as en,fr.")
@click.option(
    "--parameters",
    type=click.Choice(["case", "all"]),
    default="case",
    show_default=True,
    help="all: also under every allocation key, discount schedule and harm scale.",
)
@WORKERS
def command(
    case: str,
    out: str | None,
    draws: int | None,
    seed: int | None,
    lang: str | None,
    parameters: str,
    workers: int,
) -> None:
    """Appraise CASE and write its run folder with tables, charts and reports."""
    from pathlib import Path

    from capworth.case.read import read_case
    from capworth.runs import run as runs

    name = read_case(case).settings.name if out is None else ""
    folder = Path(out) if out else Path("reports") / name
    languages = tuple(word.strip() for word in lang.split(",")) if lang else ()
    with progress() as tell:
        every = parameters == "all"
        study = runs.run(case, folder, draws, seed, languages, workers, tell, every)
    for answer in runs.answers_of(study):
        click.echo(repr(answer))
    if "conventions" in study:
        click.echo("\n".join(study.conventions.findings()))
    for paper in sorted(folder.glob("report-*.pdf")):
        click.echo(f"decision paper: {paper}")
