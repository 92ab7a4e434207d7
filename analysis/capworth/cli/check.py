"""`capworth check`: every fault of a case at once, and what a reviewer would attack in it."""

import click


@click.command("check")
@click.argument("case", type=click.Path())
@click.option("--deep", is_flag=True, help="Also list services in parts: does anything move?")
@click.option("--list", "known", is_flag=True, help="After the lints, list all that are known.")
@click.option(
    "--json", "as_json", is_flag=True, help="Tell programs: docs/reference/check-json.md."
)
def command(case: str, deep: bool, known: bool, as_json: bool) -> None:
    """Report every fault of CASE (a folder or a workbook) at once, then its lints.

    A fault must be mended (exit code 2). A lint is what a reviewer would attack: it stops nothing
    (exit code 0); mend it, or defend it in writing.
    """
    import json

    from capworth.case.read import read_case
    from capworth.cli import EXIT_FAULT
    from capworth.errors import InputError
    from capworth.lints.examine import examine
    from capworth.lints.lint import catalogue
    from capworth.lints.report import in_its_place, report_of
    from capworth.model.result import Provenance
    from capworth.study.split_check import DRAWS, check_splits

    if as_json:
        if deep or known:
            raise click.UsageError("--json tells all by itself: leave out --deep and --list.")
        found_all = report_of(case)
        click.echo(json.dumps(found_all, indent=1, ensure_ascii=False))
        if not found_all["is_good"]:
            raise SystemExit(EXIT_FAULT)
        return
    found = read_case(case)
    click.echo(f"{found!r}: nothing to mend")
    splits = check_splits(found, Provenance.of(found, DRAWS)) if deep else None
    sound = examine(found, moved=() if splits is None else splits.silent)
    for lint in in_its_place(sound.lints, case):
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
