"""A bar of what is being done: in a notebook, and on a terminal; nothing in a pipe."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from capworth.model.simulation import Progress


@contextmanager
def showing(progress: "Progress | bool | None" = None) -> Iterator["Progress | None"]:
    """Yield what is told of each stage with what is done and what there is in all.

    Parameters
    ----------
    progress : None shows a bar in a notebook or on a terminal, True anywhere, False nowhere; a
        function is told itself
    """
    if callable(progress):
        yield progress
    elif progress is False:
        yield None
    elif _in_notebook():
        yield from _in_cell()
    elif progress or sys.stderr.isatty():
        yield from _on_terminal()
    else:
        yield None


def _in_notebook() -> bool:
    """Whether a kernel runs this; IPython on a terminal is a terminal."""
    asked: Any = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(asked, "kernel")


def _in_cell() -> Iterator["Progress"]:
    from IPython.display import HTML, display

    shown: Any = display(HTML(""), display_id=True)  # type: ignore[no-untyped-call]  # IPython has no types

    def tell(stage: str, done: int, total: int) -> None:
        bar = f"<progress value='{done}' max='{total}'></progress> {stage} {done:,} of {total:,}"
        shown.update(HTML(bar))  # type: ignore[no-untyped-call]  # nor here

    try:
        yield tell
    finally:
        shown.update(HTML(""))  # type: ignore[no-untyped-call]  # nor here


def _on_terminal() -> Iterator["Progress"]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn()
    still: dict[str, Any] = {"console": Console(stderr=True), "transient": True}
    still["auto_refresh"] = False  # no thread of its own: processes then begin as copies
    with Bars(*columns, **still) as bars:
        tasks: dict[str, Any] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, refresh=True)

        yield tell
