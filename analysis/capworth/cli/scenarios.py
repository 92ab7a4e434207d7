"""`capworth scenarios`: a case under each of its scenarios, side by side."""

import click

from capworth.cli.options import WORKERS, Draws


@click.command("scenarios")
@click.argument("case", type=click.Path())
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--draws", type=Draws(100, 10_000_000), default=5_000, show_default=True)
@click.option("--out", type=click.Path(dir_okay=False), help="Also write the table as CSV.")
@click.option("--list", "only_list", is_flag=True, help="Only list them, with what each changes.")
@WORKERS
def command(
    case: str, names: tuple[str, ...], draws: int, out: str | None, only_list: bool, workers: int
) -> None:
    """Show the programme of CASE as it is and under each scenario, side by side.

    Scenarios stand in scenarios.toml. Nothing is written but OUT.
    `capworth run CASE --scenario NAME` appraises one of them.
    """
    from pathlib import Path

    from capworth.case.files import writing_file
    from capworth.case.read import read_case
    from capworth.cli.terminal import show, unmarked
    from capworth.errors import InputError
    from capworth.study.pages import told_of
    from capworth.study.scorecard import scorecard
    from capworth.study.shown import written
    from capworth.study.tables import as_csv

    asked = read_case(case)
    if not asked.scenarios:
        raise InputError("the case has no scenarios. Add scenarios.toml to it.")
    if only_list:
        for scenario in asked.scenarios:
            click.echo(f"{scenario.id}: {scenario.name}")
            for change in asked.with_scenario(scenario.id).changes:
                click.echo(f"    {change}")
        return
    with writing_file(Path(out) if out else None) as put:
        found = scorecard(asked, names, draws, workers)
        table = found.to_frame()
        put(as_csv(table))
    shown = [c for c in table.columns if not c.endswith(("_low", "_high"))]
    rows = []
    for column in shown:
        told = told_of("scorecard", column)
        ends = [
            (row.get(f"{column}_low"), row.get(f"{column}_high")) for _, row in table.iterrows()
        ]
        cells = [written(v, *e) for v, e in zip(table[column], ends, strict=True)]
        plain = map(unmarked, cells)
        rows.append([column, told.unit if told else "", *plain])
    show(["", "unit", *map(str, table.index)], rows)
    click.echo(repr(found))
    for name in found.impossible:
        click.echo(f"{name}: no set keeps the budget with the confidence; the likeliest is shown")
