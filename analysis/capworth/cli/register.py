"""`capworth register`: lock a claim before outcomes are read."""

import click


@click.command("register")
@click.argument("case", type=click.Path())
@click.option(
    "--date",
    "day",
    required=True,
    metavar="YYYY-MM-DD",
    help="The day of the registration, as you state it; no clock is asked.",
)
def command(case: str, day: str) -> None:
    """Lock the claim of CASE before its outcomes are read: write claim.lock.toml.

    The lock holds the keys of claim.toml and a hash of function shares, costs, capabilities and
    weights, not of scores, which need not be entered yet. It is written once; every later run
    holds the case against it.
    """
    from datetime import date

    from capworth.case.claim_lock import LockError, write_lock
    from capworth.case.read import read_claim

    try:
        stated = date.fromisoformat(day)
    except ValueError:
        raise LockError(f"--date: {day!r} is not a day. Write it like 2019-10-15.") from None
    path = write_lock(case, read_claim(case), stated)
    click.echo(f"wrote {path}; keep it with the case: every run holds the claim against it")
