"""`capworth donors`: a page for each package that a donor could pay for."""

import click

from capworth.cli.options import WORKERS, listed


@click.command("donors")
@click.argument("folder", metavar="RUN", type=click.Path())
@click.option("--out", type=click.Path(), help="Folder of the pages [default: RUN-donors].")
@click.option("--lang", help="Languages, such as en,fr [default: those of the run].")
@click.option("--package", "packages", multiple=True, help="Only this package; may be repeated.")
@WORKERS
def command(
    folder: str, out: str | None, lang: str | None, packages: tuple[str, ...], workers: int
) -> None:
    """Write one A4 page for each package of RUN that a donor could pay for, and an index."""
    from capworth.runs.papers import write_donor_papers

    languages = listed(lang)
    for path in write_donor_papers(folder, out, languages, packages, workers):
        click.echo(str(path))
