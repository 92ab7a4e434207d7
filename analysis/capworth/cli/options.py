"""Options that several commands share."""

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

import click

MOST_WORKERS = 4

WORKERS = click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=lambda: min(os.cpu_count() or 1, MOST_WORKERS),
    show_default="one a processor, 4 at most",
    help="Processes or threads; the answer does not depend on it.",
)


class Draws(click.IntRange):
    """A number of draws as people type it: 100000, 100,000 or 1e5."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read it as a whole number within the range."""
        from capworth.case.numerals import amount_of

        if isinstance(value, str):
            try:
                amount = amount_of(value)
            except ValueError as error:
                self.fail(f"{error}. Write it like 100000.", param, ctx)
            if not amount.is_integer():
                self.fail(f"{value!r} is not a whole number.", param, ctx)
            value = int(amount)
        return super().convert(value, param, ctx)


def listed(words: str | None) -> tuple[str, ...]:
    """Take words apart at their commas; blanks, and nothing between two commas, do not count.

    >>> listed("en, fr,")
    ('en', 'fr')
    """
    return tuple(word.strip() for word in (words or "").split(",") if word.strip())


def formats_of(words: str) -> tuple[str, ...]:
    """Name the papers that are to be written; of none a run would say nothing to anybody."""
    if found := listed(words):
        return found
    raise click.UsageError("--format names no paper. Use some of: pdf, html, book, word.")


LARGEST_SEED = 2**53 - 1  # as of the settings: every whole number up to it is itself


@contextmanager
def on_cluster(address: str | None) -> Iterator[Executor | None]:
    """Yield the workers of a Dask scheduler; none without an address."""
    if address is None:
        yield None
        return
    from capworth.cluster import on_dask

    with on_dask(address) as executor:
        yield executor
