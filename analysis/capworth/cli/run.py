"""`capworth run`: the whole appraisal, from the case to the decision paper."""

import warnings
from typing import TYPE_CHECKING

import click

from capworth.cli.options import (
    LARGEST_SEED,
    WORKERS,
    Draws,
    formats_of,
    listed,
    on_cluster,
)
from capworth.study.progress import showing

if TYPE_CHECKING:
    from capworth.case.model import Case


@click.command("run")
@click.argument("case", type=click.Path())
@click.option("--out", type=click.Path(), help="Run folder [default: reports/NAME].")
@click.option("--scenario", metavar="NAME", default="", help="One of the case's scenarios.toml.")
@click.option("--draws", type=Draws(100, 10_000_000), help="Sampled draws.")
@click.option("--seed", type=click.IntRange(0, LARGEST_SEED), help="Seed of every random stream.")
@click.option("--lang", help="Languages of the report, such as en,fr.")
@click.option(
    "--parameters",
    type=click.Choice(["case", "all"]),
    default="case",
    show_default=True,
    help="all: also under every allocation key, discount schedule and harm scale.",
)
@click.option(
    "--futures",
    is_flag=True,
    help="Also under every scenario, side by side on a page of the annex.",
)
@click.option(
    "--annex",
    type=click.Choice(["short", "full"]),
    default="short",
    show_default=True,
    help="short: about twenty pages; full: every page and chart, written as SVG too.",
)
@click.option(
    "--format",
    "formats",
    default="pdf,html",
    show_default=True,
    help="Papers, such as pdf,html,book,word: book is a workbook of every figure, block and table.",
)
@click.option(
    "--until-stable",
    is_flag=True,
    help="Double the draws until the Monte Carlo error of every headline is below the tolerance.",
)
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.025,
    show_default=True,
    help="With --until-stable: error of a headline, as a share of its 80 % range.",
)
@click.option("--dask", metavar="ADDRESS", help="Draw on a Dask cluster: tcp://HOST:8786.")
@click.option(
    "--resume",
    is_flag=True,
    help="Keep chunks of draws beside the run until it is whole, and go on with those there.",
)
@WORKERS
def command(
    case: str,
    out: str | None,
    scenario: str,
    draws: int | None,
    seed: int | None,
    lang: str | None,
    parameters: str,
    futures: bool,
    annex: str,
    formats: str,
    until_stable: bool,
    tolerance: float,
    dask: str | None,
    resume: bool,
    workers: int,
) -> None:
    """Appraise CASE and write its run folder with tables and reports."""
    from pathlib import Path

    from capworth.case.read import read_case
    from capworth.language.letters import boxes_told
    from capworth.runs import run as runs
    from capworth.runs.place import must_be_free

    warnings.filterwarnings("ignore", r"Glyph \d+ ")  # said once, in words, at the end
    asked = read_case(case)
    asked = asked.with_scenario(scenario) if scenario else asked
    name = f"{asked.settings.name}-{scenario}" if scenario else asked.settings.name
    folder = Path(out) if out else Path("reports") / name
    languages, written = listed(lang), formats_of(formats)
    runs.must_lie_outside(case, folder)
    if until_stable:
        if draws is not None:
            raise click.UsageError("--until-stable finds the number of draws: leave out --draws.")
        must_be_free(folder)  # before anything is computed
        draws = _enough(asked, seed, tolerance, workers)
    with on_cluster(dask) as executor, showing() as tell:
        every = parameters == "all"
        study = runs.run(
            asked,
            folder,
            draws,
            seed,
            languages,
            workers,
            tell,
            every,
            annex,
            formats=written,
            futures=futures,
            executor=executor,
            resume=resume,
        )
    if boxes := boxes_told(asked):
        click.echo(boxes, err=True)
    if kept := runs.kept_in(folder):
        click.echo(f"kept in {folder}, as no part of the run: {', '.join(kept)}", err=True)
    for answer in runs.answers_of(study):
        click.echo(repr(answer))
    if "conventions" in study:
        click.echo("\n".join(study.conventions.findings()))
    papers = sorted(folder.glob("report-*.pdf"))
    for paper in papers:
        click.echo(f"decision paper: {paper}")
    if not papers:
        click.echo(f"run folder: {folder}")


def _enough(case: "Case", seed: int | None, tolerance: float, workers: int) -> int:
    """Say how many draws it takes until every headline is stable, and what stays above."""
    from capworth.uncertainty.convergence import draws_until_stable

    case = case if seed is None else case.assuming(seed=seed)
    with showing() as tell:
        draws, found = draws_until_stable(case, tolerance, workers, tell)
    click.echo(
        f"{draws:,} draws: largest Monte Carlo error {found.largest:.2%} of its range "
        f"(tolerance {tolerance:.2%})"
    )
    if found.unstable:
        click.echo(
            f"above the tolerance even so, as ranges rest on no more draws: "
            f"{', '.join(found.unstable)}"
        )
    return draws
