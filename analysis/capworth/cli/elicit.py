"""`capworth elicit`: from what judges said to weights with ranges, and what to look at again."""

import click

from capworth.cli.terminal import show


@click.command("elicit")
@click.argument("case", type=click.Path())
@click.option(
    "--mean",
    type=click.Choice(["geometric", "arithmetic"]),
    default="geometric",
    show_default=True,
    help="How judges are put together.",
)
@click.option(
    "--write",
    "file",
    type=click.Path(dir_okay=False),
    help="Write the table criteria with these swings and ranges into FILE.",
)
def command(case: str, mean: str, file: str | None) -> None:
    """Turn the judgements of CASE into weights with ranges, and say what to revisit."""
    from pathlib import Path

    from capworth.case.files import writing_file
    from capworth.case.read import read_case
    from capworth.errors import InputError
    from capworth.multicriteria.elicitation import elicit
    from capworth.multicriteria.workshop import judged_criteria

    known = read_case(case)
    with writing_file(Path(file) if file else None) as put:
        found = elicit(known, mean=mean)
        if found is None:
            raise InputError(
                f"{known.settings.name} has no judgements. Add the table judgements (docs/how-to/"
                "elicit.md), or fill it in with the page of notebook 06."
            )
        if file:
            put(judged_criteria(case, found))
    click.echo(repr(found))
    click.echo("\nSwings, the most valuable of each branch 100:")
    table = found.to_frame()
    show(
        ["criterion", "branch", "judges", "weight", "low", "swing", "high", "grade"],
        [
            [name, *(_short(row[c]) for c in ("branch", "judges", "weight"))]
            + [_short(row[c]) for c in ("swing_low", "swing", "swing_high", "grade")]
            for name, row in zip(map(str, table.index), table.to_dict("records"), strict=True)
        ],
    )
    click.echo("\nWeights of the measured criteria, each judge and together:")
    leaves = found.leaf_weights()
    show(
        ["judge", *map(str, leaves.columns)],
        [
            [str(judge), *(f"{share:.1%}" for share in row)]
            for judge, row in zip(leaves.index, leaves.to_numpy().tolist(), strict=True)
        ],
    )
    click.echo("\nEach method's own check:")
    checks = found.checks().reset_index()
    columns = ["judge", "method", "branch", "check", "figure", "limit"]
    show(
        [*columns, "passed"],
        [
            [*(_short(row[c]) for c in columns), "yes" if row["passed"] else "NO"]
            for row in checks.to_dict("records")
        ],
    )
    click.echo("\nTo revisit:" if found.to_revisit else "\nTo revisit: nothing")
    for words in found.to_revisit:
        click.echo(f"  {words}")
    if file is not None:
        click.echo(f"\nwrote {len(table)} swings with ranges to {file}")


def _short(cell: object) -> str:
    return f"{cell:.3g}" if isinstance(cell, float) else str(cell) or "(top)"
