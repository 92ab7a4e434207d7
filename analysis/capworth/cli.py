"""The command line: words in, one library call, words out. Answers on stdout, the rest on stderr.

Exit codes: 0 done; 1 a rerun that differs; 2 something to mend in case, folder or command.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: threads change last bits

import click

from capworth.errors import CapworthError, nearest

EXIT_DIFFERS = 1
EXIT_FAULT = 2
MOST_WORKERS = 4


class Commands(click.Group):
    """Commands with a hint for the mistyped one, and faults told in words."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which was probably meant."""
        if args and self.get_command(ctx, args[0]) is None:
            ctx.fail(
                f"There is no command {args[0]!r}. {nearest(args[0], self.list_commands(ctx))}"
            )
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


WORKERS = click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=lambda: min(os.cpu_count() or 1, MOST_WORKERS),
    show_default="one a processor, 4 at most",
    help="Threads; the answer does not depend on it.",
)


@main.command()
@click.argument("folder", type=click.Path())
def new(folder: str) -> None:
    """Write an empty, commented case into FOLDER."""
    from capworth.case.template import write_template

    path = write_template(folder)
    click.echo(f"wrote an empty case to {path}; begin with {path / 'README.md'}")


@main.command()
@click.argument("case", type=click.Path())
def check(case: str) -> None:
    """Report every fault of CASE (a folder or a workbook) at once."""
    from capworth.case.read import read_case

    click.echo(f"{read_case(case)!r}: nothing to mend")


@main.command()
@click.argument("case", type=click.Path())
@click.option("--out", type=click.Path(), help="Run folder [default: reports/NAME].")
@click.option("--draws", type=click.IntRange(100, 10_000_000), help="Sampled worlds.")
@click.option("--seed", type=click.IntRange(0), help="Seed of every random stream.")
@click.option("--lang", help="Languages of the report, such as en,fr.")
@click.option(
    "--parameters",
    type=click.Choice(["case", "all"]),
    default="case",
    show_default=True,
    help="all: also under every allocation key, discount schedule and timing.",
)
@WORKERS
def run(
    case: str,
    out: str | None,
    draws: int | None,
    seed: int | None,
    lang: str | None,
    parameters: str,
    workers: int,
) -> None:
    """Appraise CASE and write its run folder with tables, charts and reports."""
    from pathlib import Path

    from capworth import runs
    from capworth.case.read import read_case

    name = read_case(case).settings.name if out is None else ""
    folder = Path(out) if out else Path("reports") / name
    languages = tuple(word.strip() for word in lang.split(",")) if lang else ()
    with _progress() as tell:
        every = parameters == "all"
        study = runs.run(case, folder, draws, seed, languages, workers, tell, every)
    for answer in runs.answers_of(study):
        click.echo(repr(answer))
    if every:
        click.echo((folder / "tables" / "convention_programmes.csv").read_text(encoding="utf-8"))
    for paper in sorted(folder.glob("report-*.pdf")):
        click.echo(f"decision paper: {paper}")


@main.command()
@click.argument("folder", metavar="RUN", type=click.Path())
@WORKERS
def rerun(folder: str, workers: int) -> None:
    """Recompute RUN from its own inputs and compare every byte."""
    from capworth import runs

    with _progress() as tell:
        found = runs.rerun(folder, workers, tell)
    click.echo(str(found))
    if not found.is_same:
        raise SystemExit(EXIT_DIFFERS)


@main.command()
@click.argument("folder", metavar="RUN", type=click.Path())
@click.argument("subject", metavar="CAPABILITY")
def explain(folder: str, subject: str) -> None:
    """Show how one capability or improvement of RUN came to its answer, row by row."""
    from pathlib import Path

    from capworth import runs
    from capworth.case.read import read_case
    from capworth.databook import place_in
    from capworth.explain import explain as explain_case

    manifest = runs.read_manifest(Path(folder))
    case = read_case(runs.inputs_of(Path(folder))).with_settings(seed=manifest["settings"]["seed"])
    explanation = explain_case(case, subject)
    click.echo(explanation.summary)
    click.echo(place_in(Path(folder) / "tables", subject))
    table = explanation.to_frame()
    _show(
        [str(column) for column in table.columns],
        [[_short(cell) for cell in row] for row in table.itertuples(index=False)],
    )


def _short(cell: object) -> str:
    return f"{cell:,.4g}" if isinstance(cell, float) else str(cell)


def _show(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: ruled on a terminal, with tabs between the cells in a pipe."""
    if not sys.stdout.isatty():
        for row in (heads, *rows):
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


@contextmanager
def _progress() -> Iterator[Any]:
    """Show what is being done on a terminal; say nothing when it is not one."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        tasks: dict[str, Any] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = shown.add_task(stage, total=total)
            shown.update(tasks[stage], completed=done)

        yield tell


if __name__ == "__main__":
    main()
