"""`capworth bench`: how long each stage of a run takes here, beside the least that it could."""

import click

from capworth.cli.options import Draws, listed


@click.command("bench")
@click.argument("case", type=click.Path())
@click.option("--draws", type=Draws(100, 10_000_000), help="Sampled draws.")
@click.option("--lang", default="en", show_default=True, help="Languages, such as en,fr.")
def command(case: str, draws: int | None, lang: str) -> None:
    """Time each stage of a run of CASE beside the least that it could take; write nothing.

    Seconds are of the processor, one worker. A unit is a fixed workload of numpy, by which
    machines are compared.
    """
    from capworth.cli.terminal import show
    from capworth.runs.timing import UNIT, time_stages, unit

    one = unit()
    languages = listed(lang)
    found = time_stages(case, draws, languages)
    total = sum(stage.seconds for stage in found)
    rows = [
        [
            stage.name,
            f"{stage.seconds:.2f}",
            f"{stage.seconds / one:.1f}",
            f"{stage.seconds / total:.0%}",
            "" if stage.floor is None else f"{stage.floor:.2f}",
            stage.of,
        ]
        for stage in found
    ]
    rows.append(["in all", f"{total:.2f}", f"{total / one:.1f}", "100%", "", ""])
    show(["stage", "s", "units", "share", "floor, s", "of the floor"], rows)
    click.echo(f"a unit: {UNIT}; {one:.2f} s here")
