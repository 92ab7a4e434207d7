"""`capworth switch`: how far each input must move for one answer to turn."""

import click

from capworth.cli.options import WORKERS
from capworth.errors import InputError

PROGRAMME = "programme"
DRAWS = 4_000  # behind the switching values of the programme


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
    """Show the level of each input of CASE, set alone, at which one answer turns.

    SUBJECT is a capability, an improvement, or "programme". Of the programme all other inputs stay
    as uncertain as they are, of the others they are at their modes.
    """
    from capworth.case.read import read_case
    from capworth.model.result import Answer, Provenance
    from capworth.model.simulation import draw_sample
    from capworth.programme.selection import choose_programme
    from capworth.study.tables import as_csv
    from capworth.uncertainty.standing import standing_switches
    from capworth.uncertainty.switching import switching_values

    read = read_case(case)
    found: Answer | None
    if subject == PROGRAMME:
        sample, known = draw_sample(read, DRAWS, workers), Provenance.of(read, DRAWS)
        found = switching_values(sample, choose_programme(sample, known), known)
        if found is None:
            raise InputError("subject: the case has no programme that keeps its budget.")
    else:
        found = standing_switches(read, subject, question or "")
    click.echo(repr(found))
    click.echo(as_csv(found.to_frame().head(most)))
