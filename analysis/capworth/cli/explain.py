"""`capworth explain`: one answer, down to the rows it came from."""

import click


@click.command("explain")
@click.argument("folder", metavar="RUN", type=click.Path())
@click.argument("subject", metavar="SUBJECT")
@click.option("--language", default="en", show_default=True, help="Language of the sentence.")
def command(folder: str, subject: str, language: str) -> None:
    """Show how one capability or improvement of RUN came to its answer, row by row.

    SUBJECT is its short name. A sentence says first why it stands where it stands, with the
    probability of its lead.
    """
    from pathlib import Path

    from capworth.case.read import read_case
    from capworth.cli.terminal import show
    from capworth.multicriteria.contributions import explain as explain_case
    from capworth.report.why import why_in
    from capworth.runs import run as runs
    from capworth.study.tables import place_in

    manifest = runs.read_manifest(Path(folder))
    case = read_case(runs.inputs_of(Path(folder))).with_settings(seed=manifest["settings"]["seed"])
    explanation = explain_case(case, subject)
    tables = Path(folder) / "tables"
    sentence = why_in(tables, subject, case, language)
    for line in (explanation.summary, place_in(tables, subject), sentence):
        if line:
            click.echo(line)
    table = explanation.to_frame()
    show(
        [str(column) for column in table.columns],
        [[_short(cell) for cell in row] for row in table.itertuples(index=False)],
    )


def _short(cell: object) -> str:
    return f"{cell:,.4g}" if isinstance(cell, float) else str(cell)
