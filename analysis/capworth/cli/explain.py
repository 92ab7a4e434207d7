"""`capworth explain`: one answer, down to the rows it came from."""

import click

from capworth.cli.terminal import show


@click.command("explain")
@click.argument("folder", metavar="RUN", type=click.Path())
@click.argument("subject", metavar="CAPABILITY")
def command(folder: str, subject: str) -> None:
    """Show how one capability or improvement of RUN came to its answer, row by row."""
    from pathlib import Path

    from capworth import runs
    from capworth.case.read import read_case
    from capworth.databook import place_in
    from capworth.explanation import explain as explain_case

    manifest = runs.read_manifest(Path(folder))
    case = read_case(runs.inputs_of(Path(folder))).with_settings(seed=manifest["settings"]["seed"])
    explanation = explain_case(case, subject)
    click.echo(explanation.summary)
    click.echo(place_in(Path(folder) / "tables", subject))
    table = explanation.to_frame()
    show(
        [str(column) for column in table.columns],
        [[_short(cell) for cell in row] for row in table.itertuples(index=False)],
    )


def _short(cell: object) -> str:
    return f"{cell:,.4g}" if isinstance(cell, float) else str(cell)
