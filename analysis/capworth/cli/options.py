"""Options that several commands share."""

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

import click

MOST_WORKERS = 4

WORKERS = click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=lambda: min(os.cpu_count() or 1, MOST_WORKERS),
    show_default="one a processor, 4 at most",
    help="Processes or threads; the answer does not depend on it.",
)
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
