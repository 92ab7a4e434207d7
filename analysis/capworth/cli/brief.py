"""`capworth brief`: one page for each member, in its own language."""

import click

from capworth.cli.options import WORKERS
from capworth.study.progress import showing


@click.command("brief")
@click.argument("folder", metavar="RUN", type=click.Path())
@click.option("--member", "codes", multiple=True, help="Code of a member, such as FRA; repeatable.")
@click.option("--all", "everybody", is_flag=True, help="Every member of the case.")
@click.option("--lang", help="Language, instead of the member's own: en, fr, es or ar.")
@WORKERS
def command(
    folder: str, codes: tuple[str, ...], everybody: bool, lang: str | None, workers: int
) -> None:
    """Write a page for one member of RUN, or for each, in its own language.

    The pages go to RUN/briefs. What no member published is modelled by a stated key, and says so.
    """
    from pathlib import Path

    from capworth.runs.papers import write_briefs

    if bool(codes) == everybody:
        raise click.UsageError("Name members with --member, or take --all.")
    with showing() as tell:
        written = write_briefs(Path(folder), codes, lang or "", workers, tell)
    for path in written if len(written) <= len(codes) else ():
        click.echo(str(path))
    if everybody:
        click.echo(f"{len(written)} briefs: {written[0].parent}")
