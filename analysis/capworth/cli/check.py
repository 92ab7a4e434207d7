"""`capworth check`: every fault of a case at once, and what a reviewer would attack in it."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from capworth.errors import CaseError, Finding, InputError

if TYPE_CHECKING:
    from capworth.case.model import Case
    from capworth.study.split_check import SplitCheck


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
    from capworth.case.read import read_case
    from capworth.language.letters import boxes_told
    from capworth.lints.found import in_order, lint_case
    from capworth.lints.lint import SEVERITIES, catalogue, lint
    from capworth.lints.report import in_its_place, taken_of

    if as_json:
        if deep or known:
            raise click.UsageError("--json tells all by itself: leave out --deep and --list.")
        _as_json(case)
        return
    found = read_case(case)
    hold(found)
    click.echo(f"{found!r}: nothing to mend")
    if taken := ", ".join(f"{key} {level}" for key, level in taken_of(found).items()):
        click.echo(f"not given, so taken: {taken}")
    splits = _split(found) if deep else None
    lints = lint_case(found)
    if splits is not None and splits.silent:
        lints = in_order((*lints, lint("O07", "capabilities", (), splits.silent)))
    for one in in_its_place(lints, case):
        click.echo(f"{one}\n    {one.mend}")
    if boxes := boxes_told(found):
        click.echo(boxes)
    if splits is not None:
        click.echo(repr(splits))
        if splits.declared:
            raise InputError(
                f"a declared split moves {', '.join(splits.declared)}: tell its makers."
            )
    serious, look = ([x.severity for x in lints].count(severity) for severity in SEVERITIES)
    click.echo(f"{serious} serious, {look} to be defended in writing")
    if known:
        fired = {one.code for one in lints}
        for code, rule in catalogue().items():
            click.echo(f"{'*' if code in fired else ' '} {code} {rule.slug}: {rule.sees}")


def hold(case: "Case") -> None:
    """Raise what shows only when scenarios are put in place, or what must be done is paid for."""
    from capworth.case.tables import SCENARIOS

    _be_possible(case)
    findings: list[Finding] = []
    for scenario in case.scenarios:  # each makes a case of its own, which has its own faults
        try:
            _be_possible(case.with_scenario(scenario.id))
        except CaseError as error:
            words = f"with scenario {scenario.id!r}, "
            told = (f.problem.removeprefix(words) for f in error.findings)
            findings += [
                replace(f, problem=words + p) for f, p in zip(error.findings, told, strict=True)
            ]
        except InputError as error:
            problem, _, fix = str(error).partition(". ")
            findings.append(Finding(SCENARIOS, 0, scenario.id, problem, fix))
    if findings:
        raise CaseError(findings)


def _be_possible(case: "Case") -> None:
    if not case.minimums and not any(i.must for i in case.improvements):
        return  # to do nothing is always possible
    from capworth.programme.selection import refuse_impossible

    refuse_impossible(case, ENOUGH)


ENOUGH = 2_000  # draws in which it is looked at whether what must be done can be


def _as_json(place: str) -> None:
    import json
    import sys

    from capworth.cli import EXIT_FAULT
    from capworth.lints.report import report_of

    found = report_of(place, hold)
    plain = (sys.stdout.encoding or "").lower() not in ("utf-8", "utf8")  # letters as \u0000
    click.echo(json.dumps(found, indent=1, ensure_ascii=plain))
    if not found["is_good"]:
        raise SystemExit(EXIT_FAULT)


def _split(case: "Case") -> "SplitCheck | None":
    from capworth.model.result import Provenance
    from capworth.study.split_check import DRAWS, check_splits

    return check_splits(case, Provenance.of(case, DRAWS))
