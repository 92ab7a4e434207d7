"""The place of a run: an older run is replaced at once and whole, and nothing else is lost.

What was interrupted is healed by the next command that looks at the place.
"""

import ctypes
import errno
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from capworth.case.files import settle, settle_all, telling_of
from capworth.case.model import Case
from capworth.case.read import read_case, seeded
from capworth.case.scratch import left_behind, scratch, take_away
from capworth.case.tables import BOOKS
from capworth.errors import CaseError
from capworth.model.figures import Figures, from_data
from capworth.runs.manifest import (
    SHOWN,
    RunError,
    load_manifest,
    must_be_unchanged,
    strangers,
)

FIGURES, INPUTS = "figures.json", "inputs"  # in a run folder

NEW, READY, OLD = "new", "ready", "old"  # being written; whole, or what it was exchanged with
AT_CWD, EXCHANGE = -100, 2  # of renameat2


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield a folder that takes the place of `target` when all went well.

    That it can be written is found out before anything is yielded. Of an older run there, what
    its manifest lists goes; all else stays where it is.

    Raises
    ------
    RunError
        When something stands there that is no run, or files of the run were changed by hand.
    """
    target = target.resolve()
    heal(target)
    _refuse(target)
    with telling_of(target), scratch(target.parent, target.name, _holds_something) as place:
        fresh = place / NEW
        fresh.mkdir()
        yield fresh
        settle_all(fresh)
        _refuse(target, fresh)
        ready, old = fresh.rename(place / READY), place / OLD
        if target.is_dir() and any(target.iterdir()):
            _exchange(ready, target, old)
        else:
            ready.replace(target)
        settle(target.parent)
        _give_back(place, target)


def must_be_free(target: Path) -> None:
    """Find out that a run can be written to a place, before anything is computed.

    Raises
    ------
    RunError, OSError
        As of `replacing`.
    """
    target = target.resolve()
    heal(target)
    _refuse(target)
    with telling_of(target), scratch(target.parent, target.name, _holds_something):
        pass


def heal(target: Path) -> None:
    """Finish or undo what an interrupted run left beside `target`; do nothing where it cannot."""
    target = target.resolve()
    for place in left_behind(target.parent, target.name):
        with suppress(OSError):
            if (place / OLD).is_dir() and not target.exists():
                (place / OLD).rename(target)
            _give_back(place, target)
            take_away(place)


def _refuse(target: Path, fresh: Path | None = None) -> None:
    """Refuse what would lose somebody's files: no run, changed files, or names that are taken."""
    if target.exists() and not target.is_dir():
        raise RunError(f"{target} is a file. Name a folder for the run.")
    if not target.is_dir() or not any(target.iterdir()):
        return
    try:
        others, changed = strangers(target)
    except RunError as error:
        raise RunError(
            f"{target} holds something that is no run. Name another folder. ({error})"
        ) from error
    taken = [n for n in others if fresh is not None and _is_taken(fresh, n)]
    for names, what in ((changed, "was changed since the run"), (taken, "has a name of the run")):
        if names:
            raise RunError(f"{target}: {_listed(names)} {what}. Move it, or name another folder.")


def _is_taken(fresh: Path, name: str) -> bool:
    """Whether a file of the new run stands where `name` does, or where one of its folders does."""
    place = fresh / name
    return place.exists() or any(p.is_file() for p in place.parents if p.is_relative_to(fresh))


def _listed(names: tuple[str, ...] | list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _exchange(ready: Path, target: Path, old: Path) -> None:
    """Exchange two folders at once where the system can; else one after the other."""
    if _exchanged(ready, target):
        return
    target.rename(old)
    try:
        ready.rename(target)
    except BaseException:
        if not target.exists():
            old.rename(target)
        raise


def _exchanged(one: Path, other: Path) -> bool:
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(AT_CWD, os.fsencode(one), AT_CWD, os.fsencode(other), EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False
    raise OSError(code, os.strerror(code), str(other))


def _give_back(place: Path, target: Path) -> None:
    """Put into `target` what stood in the older run and was no part of it."""
    for left in (place / OLD, place / READY):
        if not left.is_dir():
            continue
        for name in (*_kept(left),):
            to = target / name
            while os.path.lexists(to):
                to = to.with_name(f"{to.name}.kept")
            to.parent.mkdir(parents=True, exist_ok=True)
            (left / name).rename(to)
        done = left.rename(place / f"{left.name}-gone")  # half of it is nobody's any more
        shutil.rmtree(done, ignore_errors=True)


def _kept(left: Path) -> tuple[str, ...]:
    try:
        others, changed = strangers(left)
    except RunError:  # the manifest itself was lost meanwhile: all of it is somebody's
        return tuple(p.name for p in left.iterdir())
    return (*others, *changed)


def _holds_something(place: Path) -> bool:
    """Whether something is left there that is not ours to take away."""
    ready = place / READY
    return (place / OLD).exists() or (ready.is_dir() and bool(_kept(ready)))


def read_manifest(folder: Path) -> Any:
    """Read the manifest of a run; RunError where there is none.

    What an interrupted run left beside the folder is put in order first.
    """
    heal(folder)
    return load_manifest(folder)


def inputs_of(folder: Path) -> Path:
    """Return the case inside a run folder: its inputs, or the one workbook among them."""
    inputs = folder / INPUTS
    if not inputs.is_dir():
        raise RunError(f"{folder} has no inputs. Run the case anew.")
    books = sorted(p for p in inputs.iterdir() if p.suffix.lower() in BOOKS)
    return books[0] if books else inputs


def case_of_run(folder: Path, manifest: Mapping[str, Any], *parts: str) -> Case:
    """Read the case of a run as it was run, under the run's seed.

    Parameters
    ----------
    folder : of the run
    manifest : as `read_manifest` reads it
    parts : files of the run, or folders that end in a slash, which are read beside its inputs

    Raises
    ------
    RunError
        When its inputs, or those parts, were changed since, or this version cannot read them.
    """
    must_be_unchanged(folder, manifest, f"{INPUTS}/", *parts)
    try:
        case = read_case(inputs_of(folder))
    except CaseError as error:
        raise RunError(f"{folder}: its case cannot be read by this version. {error}") from error
    if case.fingerprint != manifest["fingerprint"]:
        raise RunError("the inputs were changed since the run. Restore them, or run anew.")
    return seeded(case, manifest["settings"]["seed"])


def read_figures(folder: Path, only: str = "") -> Figures:
    """Read the figures of a run, or only one where it is there.

    Raises
    ------
    RunError
        Where it has none, or they were changed since.
    """
    if (folder / FIGURES).is_file():
        must_be_unchanged(folder, load_manifest(folder), FIGURES)
    try:
        return from_data(json.loads((folder / FIGURES).read_text(encoding="utf-8")), only)
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise RunError(f"{folder} has no readable {FIGURES}. Run the case anew.") from error
