"""`capworth allocate`: who bears the shared platforms by every key, and which ranks hang on it."""

import click

from capworth.cli.options import Draws


@click.command("allocate")
@click.argument("case", type=click.Path())
@click.option("--platform", help="Only this platform, user by user.")
@click.option("--draws", type=Draws(100, 100_000), default=1000, show_default=True)
def command(case: str, platform: str | None, draws: int) -> None:
    """Share the shared platforms of CASE by every key, side by side.

    For each platform what it costs, how much of it is there whoever uses it, who bears most by
    each key, and whether a group of users would do better alone; then the place of every
    capability by each key. With --platform: what each user bears by each key, and alone, in
    millions over the life; then one sentence for each user that says why, by the key of the case
    at the most plausible levels.
    """
    from capworth.appraisal.allocation import allocate, explained
    from capworth.case.read import read_case
    from capworth.errors import InputError, nearest
    from capworth.model.result import Provenance
    from capworth.model.simulation import draw_sample

    read = read_case(case)
    found = allocate(draw_sample(read, draws), Provenance.of(read, draws))
    if found is None:
        click.echo("no shared platform, so no key was needed")
        return
    if platform:
        known = [p.id for p in read.platforms]
        if platform not in known:
            raise InputError(f"there is no platform {platform!r}. {nearest(platform, known)}")
        table = found.to_frame().xs(platform, level="platform").reset_index()
        wide = table.pivot_table("cost_m", "capability", "key", fill_value=0.0, sort=False)
        wide.insert(0, "alone", table.groupby("capability", sort=False)["alone_m"].max())
        click.echo(wide.to_string(float_format="{:.3g}".format))
        click.echo("")
        for sentence in explained(read, platform):
            click.echo(sentence)
        return
    columns = ["counts", "cost_m", "fixed", "users", "alone_m", "most", "most_share"]
    rows = found.platforms()[[*columns, "excess_m", "p_stable"]]
    click.echo(rows.to_string(float_format="{:.3g}".format))
    click.echo(f"\n{found!r}")
    if len(found.ranks()):
        click.echo(found.ranks().to_string())
