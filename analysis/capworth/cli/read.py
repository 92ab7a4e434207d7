"""`capworth read`: the paper of a run, or its annex, in the terminal."""

import click


@click.command("read")
@click.argument("folder", metavar="RUN", type=click.Path())
@click.option("--language", default="", help="Language of the paper [default: the run's first].")
@click.option("--all", "whole", is_flag=True, help="The annex too.")
@click.option("--sheet", multiple=True, help="A sheet of the annex, such as capabilities.")
def command(folder: str, language: str, whole: bool, sheet: tuple[str, ...]) -> None:
    """Say the two pages of RUN in the terminal: the same words and numbers as its PDF."""
    from shutil import get_terminal_size

    from capworth.runs.reading import read_paper

    width = min(max(get_terminal_size((88, 24)).columns, MOST_NARROW), MOST_WIDE)
    click.echo(read_paper(folder, language, width, None if whole else sheet), nl=False)


MOST_NARROW, MOST_WIDE = 60, 120  # letters of a line
