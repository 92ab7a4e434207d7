"""The command line: words in, one library call, words out. Answers on stdout, the rest on stderr.

Exit codes: 0 done; 1 a rerun that differs; 2 something to mend in case, folder or command.
Each command is a module of this folder, imported when it is called for.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: threads change last bits

import sys
from importlib import import_module
from typing import Any

import click

from capworth.errors import CapworthError, nearest

EXIT_FAULT = 2
COMMANDS = {  # in the order in which a newcomer meets them: what each is for
    "new": "Write an empty, commented case into FOLDER.",
    "check": "Report every fault of CASE (a folder or a workbook) at once, then its lints.",
    "register": "Lock the claim of CASE before its outcomes are read: write claim.lock.toml.",
    "run": "Appraise CASE and write its run folder with tables and reports.",
    "allocate": "Share the shared platforms of CASE by every key, side by side.",
    "calibrate": "Hold the value chain against published facts in FOLDER.",
    "parameters": "List the published parameters of the register, with their standing.",
    "rerun": "Recompute RUN from its own inputs and compare every byte.",
    "brief": "Write a page for one member of RUN, or for each, in its own language.",
    "track": "Hold what has come about (ACTUALS, a CSV file) against the plan of CASE.",
    "compare": "Tell what moved from OLD_RUN to NEW_RUN, and which inputs moved it.",
    "switch": "Show the level of each input of CASE, set alone, at which one answer turns.",
    "elicit": "Turn the judgements of CASE into weights with ranges, and say what to revisit.",
    "survey": "Make up a SYNTHETIC survey of the members of CASE, to try the machinery.",
    "logs": "Count the exchanges of LOGS, to rows of the table activity.",
    "envelop": "Compare the units of TABLE (a CSV file) with the best mixtures of them.",
    "donors": "Write one A4 page for each package of RUN that a donor could pay for, and an index.",
    "explain": "Show how one number of RUN came about, down to the rows of the case.",
}


class Commands(click.Group):
    """Commands imported on use, with a hint for the mistyped one, and faults told in words."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command, or say that there is none."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"capworth.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which was probably meant."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"There is no command {args[0]!r}. {nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; tell its faults as sentences."""
        try:
            return super().invoke(ctx)
        except CapworthError as error:
            click.echo(str(error), err=True)
            ctx.exit(EXIT_FAULT)
        except BrokenPipeError:  # somebody closed the pipe, as `head` does
            sys.stderr.close()
            ctx.exit(0)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="capworth")
def main() -> None:
    """Tell what policing capabilities cost, what they add, and what to fund first."""
