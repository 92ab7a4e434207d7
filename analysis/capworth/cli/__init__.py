"""The command line: words in, one library call, words out. Answers on stdout, the rest on stderr.

Exit codes: 0 done; 1 a rerun that differs; 2 something to mend in case, folder or command, or a
system that refuses; 3 a fault of ours; 130 and 143 interrupted (Ctrl-C, SIGTERM).
Each command is a module of this folder, imported when it is called for.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: threads change last bits

import csv
import gc
import io
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from types import FrameType
from typing import Any, NoReturn, TextIO

import click

from capworth.errors import CapworthError, nearest

AT_ONCE = 3.0  # seconds in which one Ctrl-C is as good as many
EXIT_FAULT, EXIT_OURS, EXIT_CTRL_C = 2, 3, 128 + signal.SIGINT
COMMANDS = {  # in the order in which a newcomer meets them: what each is for
    "new": "Write a case to fill in at PLACE: a workbook where it ends in .xlsx, else a folder.",
    "check": "Report every fault of CASE (a folder or a workbook) at once, then its lints.",
    "register": "Lock the claim of CASE before its outcomes are read: write claim.lock.toml.",
    "run": "Appraise CASE and write its run folder with tables and reports.",
    "batch": "Appraise CASES one after the other, each into a run folder of its name in OUT.",
    "allocate": "Share the shared platforms of CASE by every key, side by side.",
    "calibrate": "Hold the value chain against published facts in FOLDER.",
    "parameters": "List the published parameters of the register, with their standing.",
    "read": "Say the two pages of RUN in the terminal: the same words and numbers as its PDF.",
    "rerun": "Recompute RUN from its own inputs and compare every byte.",
    "brief": "Write a page for one member of RUN, or for each, in its own language.",
    "track": "Hold what has come about (ACTUALS, a CSV file) against the plan of CASE.",
    "compare": "Tell what moved from OLD_RUN to NEW_RUN, and which inputs moved it.",
    "scenarios": "Show the programme of CASE as it is and under each scenario, side by side.",
    "propose": "Hold the improvements in MY_SET (a CSV file) against the best sets of RUN.",
    "switch": "Show the level of each input of CASE, set alone, at which one answer turns.",
    "elicit": "Turn the judgements of CASE into weights with ranges, and say what to revisit.",
    "survey": "Make up a SYNTHETIC survey of the members of CASE, to try the machinery.",
    "logs": "Count the exchanges of LOGS, to rows of the table activity.",
    "envelop": "Compare the units of TABLE (a CSV file) with the best mixtures of them.",
    "donors": "Write one A4 page for each package of RUN that a donor could pay for, and an index.",
    "bench": "Time each stage of a run of CASE beside the least that it could take; write nothing.",
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
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None and (twice := _said_twice(command, ctx, rest)):
            ctx.fail(f"The option {twice} stands twice. Say it once.")
        return name, command, rest

    def main(self, *args: Any, **extra: Any) -> Any:
        """Call, and tell also what the system refuses before and after a command: help, usage."""
        for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
            if getattr(sys, name) is None:  # closed: nobody is there to hear
                setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))
        try:
            return super().main(*args, **extra)
        except OSError as error:
            with suppress(OSError):
                click.echo(_told(error), err=True)
            _give_up_streams()
            sys.exit(EXIT_FAULT)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; tell its faults as sentences."""
        gc.set_threshold(200_000, 50, 50)  # much is made at once here, and kept
        try:
            with _ending_in_order():
                answer = super().invoke(ctx)
                sys.stdout.flush()
                return answer
        except (click.exceptions.Exit, click.exceptions.Abort, click.ClickException):
            raise
        except BrokenPipeError:  # somebody closed the pipe, as `head` does
            sys.stderr.close()
            ctx.exit(0)
        except KeyboardInterrupt:
            ctx.exit(EXIT_CTRL_C)
        except Exception as error:
            sentence = _told(error)
            if not sentence:
                import traceback

                traceback.print_exc()
                sentence = "This is a fault of capworth, not of the case: tell its makers."
            with suppress(OSError):
                click.echo(sentence, err=True)
            _give_up_streams()
            ctx.exit(EXIT_OURS if sentence.startswith("This is a fault") else EXIT_FAULT)


def _said_twice(command: click.Command, parent: click.Context, args: list[str]) -> str:
    """Name an option that is given twice and can have one value only; the last would win."""
    try:
        _, _, order = command.make_parser(click.Context(command, parent)).parse_args([*args])
    except click.UsageError:
        return ""  # it is told when the command is called
    single = [p for p in order if isinstance(p, click.Option) and not (p.multiple or p.is_flag)]
    return next((p.opts[0] for p in single if single.count(p) > 1), "")


def _give_up_streams() -> None:
    """Let nothing more be said in streams that cannot be written: Python would end otherwise."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _told(error: Exception) -> str:
    """Say in a sentence what the analyst or the system can mend; empty for a fault of ours."""
    match error:
        case CapworthError():
            return str(error)
        case OSError():
            place = error.filename2 or error.filename or _nameless()
            why = (error.strerror or str(error) or type(error).__name__).lower()
            return f"{place}: the system says: {why}. Mend that, or name another place."
        case MemoryError():
            return "There is not enough memory for this. Take fewer --draws or --workers."
        case RecursionError():
            return "Something in the files is nested too deeply to be read. Make it flat."
        case csv.Error():
            return f"A CSV file cannot be read ({error}). Save it anew as CSV UTF-8."
        case UnicodeError():
            return f"A text cannot be read or written ({error}). Save it as UTF-8."
        case ValueError() if "null byte" in str(error) or "null character" in str(error):
            return "A name holds a character that no file can bear. Take it out."
        case _:
            return ""


def _nameless() -> str:
    """Say what the system speaks of where it names nothing."""
    try:
        os.getcwd()
    except OSError:
        return "the folder from which this was called"
    return "the output, or a file"


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """Let an end from outside clean up, and a terminal of few letters show the others as codes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    ends = [getattr(signal, name) for name in names if hasattr(signal, name)]
    as_usual = (signal.SIG_DFL, signal.default_int_handler)
    kept = {n: signal.getsignal(n) for n in ends if signal.getsignal(n) in as_usual}
    ending, shown = _Ending(), sys.stderr
    try:
        for number in kept:
            signal.signal(number, ending)
    except ValueError:  # not in the main thread of a program: it has its own ways to end
        kept = {}
    try:
        yield
    except BaseException as error:
        if ending.since is not None:
            for number in kept:
                signal.signal(number, signal.SIG_IGN)
            kept = {}
        if isinstance(error, KeyboardInterrupt):
            click.echo("Interrupted: nothing was left half-written.", file=shown)
        if ending.since is not None and isinstance(error, KeyboardInterrupt | SystemExit):
            _leave(error, shown)
        raise
    finally:
        for number, usual in kept.items():
            signal.signal(number, usual)


def _leave(error: KeyboardInterrupt | SystemExit, shown: TextIO) -> NoReturn:
    """End at once what was ended from outside: all is tidied up, and no thread is waited for.

    An end may come between a lock and what it guards; a thread that asks for it waits for ever.
    """
    with suppress(OSError, ValueError):
        shown.flush()
        sys.stdout.flush()
    if isinstance(error, SystemExit) and isinstance(error.code, int):
        os._exit(error.code)
    os._exit(EXIT_CTRL_C)


class _Ending:
    """What hears Ctrl-C and other ends: one ends the work; more at once do not disturb the end.

    Where the first one was lost, in what hears nothing, one that comes later ends the work. What
    threads say of an end that they did not expect is said to nobody.
    """

    def __init__(self) -> None:
        self.since: float | None = None

    def __call__(self, number: int, _: FrameType | None) -> None:
        now = time.monotonic()
        if self.since is not None and now - self.since < AT_ONCE:
            return
        self.since = now
        sys.stderr = io.StringIO()
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(128 + number)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="capworth")
def main() -> None:
    """Tell what policing capabilities cost, what they add, and what to fund first."""
