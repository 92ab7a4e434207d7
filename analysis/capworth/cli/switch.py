"""`capworth switch`: how far each input must move for one answer to turn."""

import click

from capworth.cli.options import WORKERS


@click.command("switch")
@click.argument("case", type=click.Path())
@click.argument("subject", default="programme")
@click.option(
    "--question",
    type=click.Choice(["net value", "place"]),
    help="Of a capability or improvement: its net value to society, or its place.",
)
@click.option("--most", type=click.IntRange(1), default=20, show_default=True, help="Inputs shown.")
@WORKERS
def command(case: str, subject: str, question: str | None, most: int, workers: int) -> None:
    """Show how far each input of CASE must move for one answer to turn.

    SUBJECT is a capability, an improvement, or "programme".
    """
    from capworth.case.read import read_case
    from capworth.model.simulation import draw_sample
    from capworth.study.tables import as_csv
    from capworth.uncertainty.switching import DRAWS, switching_values

    read = read_case(case)
    sample = draw_sample(read, DRAWS, workers) if subject == "programme" else None
    found = switching_values(read, subject, question or "", sample)
    click.echo(repr(found))
    click.echo(as_csv(found.to_frame().head(most)))
