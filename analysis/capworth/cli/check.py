"""`capworth check`: every fault of a case at once, and what a reviewer would attack in it."""

import click


@click.command("check")
@click.argument("case", type=click.Path())
@click.option("--deep", is_flag=True, help="Also list services in parts: does anything move?")
@click.option("--list", "known", is_flag=True, help="After the lints, list all that are known.")
def command(case: str, deep: bool, known: bool) -> None:
    """Report every fault of CASE (a folder or a workbook) at once, then its lints.

    A fault must be mended (exit code 2). A lint is what a reviewer would attack: it stops nothing
    (exit code 0); mend it, or defend it in writing.
    """
    from capworth.case.read import read_case
    from capworth.errors import InputError
    from capworth.lints.examine import examine
    from capworth.lints.lint import catalogue
    from capworth.model.result import Provenance
    from capworth.study.split_check import DRAWS, check_splits

    found = read_case(case)
    click.echo(f"{found!r}: nothing to mend")
    splits = check_splits(found, Provenance.of(found, DRAWS)) if deep else None
    sound = examine(found, moved=() if splits is None else splits.silent)
    for lint in sound.lints:
        click.echo(f"{lint}\n    {lint.mend}")
    if splits is not None:
        click.echo(repr(splits))
        if splits.declared:
            raise InputError(
                f"a declared split moves {', '.join(splits.declared)}: tell its makers."
            )
    serious, look = sound.counts.values()
    click.echo(f"{serious} serious, {look} to be defended in writing")
    if known:
        fired = {lint.code for lint in sound.lints}
        for code, rule in catalogue().items():
            click.echo(f"{'*' if code in fired else ' '} {code} {rule.slug}: {rule.sees}")
