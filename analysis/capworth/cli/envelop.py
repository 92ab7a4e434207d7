"""`capworth envelop`: any table of units, compared with the best mixtures of them."""

import click

from capworth.cli.options import listed
from capworth.cli.terminal import show

TABLES = (
    "scores",
    "peers",
    "targets",
    "weights",
    "scale",
    "super",
    "cross",
    "closest",
    "bootstrap",
)


@click.command("envelop")
@click.argument("table", metavar="TABLE", type=click.Path())
@click.option("--inputs", required=True, help="Columns that units use, with commas between.")
@click.option("--outputs", required=True, help="Columns that units make.")
@click.option("--undesirable", default="", help="Columns that nobody wants, such as false hits.")
@click.option("--fixed", default="", help="Inputs that nobody can change.")
@click.option("--unit", default="", help="Column that names the units; the first by default.")
@click.option("--draw", default="", help="Column that names draws or years, if there is one.")
@click.option("--returns", default=None, help="vrs (default), crs, nirs or ndrs.")
@click.option("--orientation", default=None, help="output (default), input, directional or none.")
@click.option("--model", default="radial", show_default=True, help="radial, additive, sbm ...")
@click.option("--leave-out", is_flag=True, help="Leave out units that lack an entry.")
@click.option(
    "--show",
    "shown",
    type=click.Choice(TABLES),
    default="scores",
    show_default=True,
    help="Which answer.",
)
def command(
    table: str,
    inputs: str,
    outputs: str,
    undesirable: str,
    fixed: str,
    unit: str,
    draw: str,
    returns: str | None,
    orientation: str | None,
    model: str,
    leave_out: bool,
    shown: str,
) -> None:
    """Compare the units of TABLE (a CSV file) with the best mixtures of them."""
    from capworth.case.tables import read_units
    from capworth.excellence.envelopment import envelopment

    bad = listed(undesirable)
    units = read_units(table, unit, draw, (*listed(inputs), *bad, *listed(outputs)))
    answer = envelopment(
        units[list(listed(inputs))],
        units[list(listed(outputs))],
        returns,
        orientation,
        model=model,
        undesirable=units[list(bad)] if bad else None,
        fixed_inputs=listed(fixed),
        missing="leave out" if leave_out else "refuse",
    )
    click.echo(repr(answer), err=True)
    ask = {
        "scores": answer.to_frame,
        "super": answer.super_efficiency,
        "cross": answer.cross_efficiency,
        "closest": answer.closest_targets,
    }
    found = ask[shown]() if shown in ask else getattr(answer, shown)()
    if "unit" not in found.columns:
        found = found.rename_axis("unit").reset_index()
    show(
        [str(column) for column in found.columns],
        [[_cell(c) for c in row] for row in found.itertuples(index=False)],
    )


def _cell(cell: object) -> str:
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)
