"""What is shown on a terminal, and what in a pipe."""

import re
import sys
from collections.abc import Sequence

import click


def show(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
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


MARK = re.compile(r"</?small[^>]*>")  # around the range of a number in a notebook


def unmarked(cell: str) -> str:
    """Take out of a cell what only a page shows.

    >>> unmarked("470 <small style='white-space:nowrap'>(370 to 580)</small>")
    '470 (370 to 580)'
    """
    return MARK.sub("", cell)
