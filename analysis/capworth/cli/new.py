"""`capworth new`: an empty, commented case."""

import click


@click.command("new")
@click.argument("folder", type=click.Path())
def command(folder: str) -> None:
    """Write an empty, commented case into FOLDER."""
    from capworth.case.template import write_template

    path = write_template(folder)
    click.echo(f"wrote an empty case to {path}; begin with {path / 'README.md'}")
