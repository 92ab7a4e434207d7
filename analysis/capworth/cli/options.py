"""Options that several commands share."""

import os

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
