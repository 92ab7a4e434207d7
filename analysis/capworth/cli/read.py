"""`capworth read`: the two pages of the paper of a run, in the terminal."""

import click


@click.command("read")
@click.argument("folder", metavar="RUN", type=click.Path())
@click.option("--language", default="", help="Language of the paper [default: the run's first].")
def command(folder: str, language: str) -> None:
    """Say the two pages of RUN in the terminal: the same words and numbers as its PDF."""
    from shutil import get_terminal_size

    from capworth.runs.run import read_paper

    width = min(max(get_terminal_size((88, 24)).columns, MOST_NARROW), MOST_WIDE)
    click.echo(read_paper(folder, language, width), nl=False)


MOST_NARROW, MOST_WIDE = 60, 120  # letters of a line
