"""The manifest of a run: what made it and all that it made. What says less is none of ours."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from capworth.errors import CapworthError

MANIFEST = "manifest.json"
FORMAT = 1
MOST_DRAWS = 10_000_000
LARGEST = 64_000_000  # bytes of a manifest
SHOWN = 8  # names that a sentence lists
SHA = re.compile(r"[0-9a-f]{64}")


class RunError(CapworthError):
    """A run folder that cannot be written, read or compared."""


def load_manifest(folder: Path) -> Any:
    """Read the manifest of a run; RunError where there is none, or none of ours."""
    path = folder / MANIFEST
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{folder} is not a run folder: no readable {MANIFEST}.") from error
    for key, fits in FITS.items():
        if not isinstance(found, dict) or not fits(found.get(key)):
            raise RunError(
                f"{folder} is not a run folder of this version: its {MANIFEST} says nothing sound "
                f"of {key!r}. Run the case anew, into a new folder."
            )
    return found


def files_of(manifest: Mapping[str, Any]) -> Mapping[str, str]:
    """Every file of a run by its path, with its SHA-256; the manifest itself is not among them."""
    return {f["path"]: f["sha256"] for f in (*manifest["inputs"], *manifest["outputs"])}


def strangers(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name what in a run folder is no part of the run, and what of it was changed since.

    Raises
    ------
    RunError
        When the folder is no run.
    """
    listed = files_of(load_manifest(folder))
    found = {path.relative_to(folder).as_posix(): path for path in _entries(folder)}
    others = [name for name in found if name not in listed and name != MANIFEST]
    changed = [
        name
        for name, path in found.items()
        if name in listed and (path.is_symlink() or sha_of(path) != listed[name])
    ]
    return tuple(sorted(others)), tuple(sorted(changed))


def must_be_unchanged(folder: Path, manifest: Mapping[str, Any], *parts: str) -> None:
    """Refuse files of a run that are not as they were written: named ones, or all of a folder.

    Whatever is read from a run again is held against its manifest first: what was cut short or
    typed over would be taken for the run's own.

    Raises
    ------
    RunError
        With the names of those that were changed or are gone.
    """
    listed = files_of(manifest)
    folders = tuple(part for part in parts if part.endswith("/"))
    asked = [name for name in listed if name in parts or name.startswith(folders)]
    if changed := [name for name in asked if sha_of(folder / name) != listed[name]]:
        more = f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
        names = f"{', '.join(changed[:SHOWN])}{more}"
        raise RunError(f"changed since the run: {names}. Restore it, or run anew.")


def sha_of(path: Path) -> str:
    """SHA-256 of a file, or "missing"."""
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"


def _entries(folder: Path) -> Iterator[Path]:
    """Yield all that is no folder, links to folders among it."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            yield from _entries(path)
        else:
            yield path


def _is_inside(path: object) -> bool:
    if not isinstance(path, str) or not path or "\\" in path or "\0" in path:
        return False
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts and str(pure) == path != "."


def _are_files(given: object) -> bool:
    return isinstance(given, list) and all(
        isinstance(f, dict) and _is_inside(f.get("path")) and _is_sha(f.get("sha256"))
        for f in given
    )


def _is_sha(given: object) -> bool:
    return isinstance(given, str) and SHA.fullmatch(given) is not None


def _is_whole(given: object, low: int, high: int) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and low <= given <= high


def _are_words(given: object) -> bool:
    return isinstance(given, list) and bool(given) and all(isinstance(w, str) for w in given)


def _are_settings(given: object) -> bool:
    return (
        isinstance(given, dict)
        and _is_whole(given.get("draws"), 1, MOST_DRAWS)
        and _is_whole(given.get("seed"), 0, 2**63 - 1)
        and _are_words(given.get("languages"))
        and isinstance(given.get("all parameters"), bool)
    )


def _is_sampling(given: object) -> bool:
    return isinstance(given, dict) and _is_whole(given.get("draws of the good sets"), 0, MOST_DRAWS)


def _is_said(given: object) -> bool:
    return isinstance(given, dict) and all(isinstance(text, str) for text in given.values())


def _is_claim(given: object) -> bool:
    if not given:
        return given is None
    words = ("word", "reason", "standing", "digest")
    return (
        isinstance(given, dict)
        and all(isinstance(given.get(word), str) for word in words)
        and isinstance(given.get("changed"), list)
        and all(isinstance(word, str) for word in given["changed"])
    )


FITS: Mapping[str, Callable[[object], bool]] = {
    "format": lambda given: given == FORMAT,
    "case": lambda given: isinstance(given, str),
    "fingerprint": _is_sha,
    "settings": _are_settings,
    "sampling": _is_sampling,
    "made_with": _is_said,
    "claim": _is_claim,
    "inputs": _are_files,
    "outputs": _are_files,
}
