"""`capworth survey`: a made-up survey of the members, to try the machinery before the real one."""

import click

from capworth.cli.options import LARGEST_SEED


@click.command("survey")
@click.argument("case", type=click.Path())
@click.option(
    "--out", type=click.Path(), default=".", show_default=True, help="Folder to write into."
)
@click.option(
    "--seed",
    type=click.IntRange(0, LARGEST_SEED),
    help="Seed of the answers [default: of the case].",
)
@click.option("--response", type=float, default=0.6, show_default=True, help="Share that answers.")
@click.option(
    "--members",
    type=int,
    default=60,
    show_default=True,
    help="How many members to make up where the case has none.",
)
def command(case: str, out: str, seed: int | None, response: float, members: int) -> None:
    """Make up a SYNTHETIC survey of the members of CASE, to try the machinery.

    No member gives any of its answers; every row is graded E. Writes feedback-synthetic.csv, and
    members-synthetic.csv where the case has no members. Put them into the case under these names.
    """
    from pathlib import Path

    from capworth.case.files import writing
    from capworth.case.read import read_case
    from capworth.members.synthetic import synthetic_survey

    known = read_case(case)
    seed = known.settings.seed if seed is None else seed
    made = synthetic_survey(known, seed, response, members)
    names = {table: f"{table}-synthetic.csv" for table in made}
    with writing(Path(out), *names.values(), anew=True) as put:
        for table, rows in made.items():
            put(names[table], rows.to_csv(index=False, lineterminator="\n"))
    for table, rows in made.items():
        path = Path(out) / names[table]
        click.echo(f"SYNTHETIC, grade E, {len(rows):,} rows nobody gave: {path}")
