"""Chunks of draws kept in a folder, so that a run that was ended goes on where it was."""

import os
import platform
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import numpy as np

from capworth.case.frames import files_of
from capworth.case.model import Case

T = TypeVar("T")
SOURCES = {".py", ".csv", ".toml"}
PACKAGES = ("numpy", "scipy", "pandas")


@dataclass(frozen=True, slots=True)
class Chunks:
    """What chunks of draws answered, each in a file of its own.

    A file is named by all that makes its numbers: every input of the case, seed and way of drawing,
    place and size of the chunk, the sources of this package, the packages that it counts with. So
    nothing of another case, seed or version is ever found. Arrays only, and no code, are read.

    Attributes
    ----------
    folder : made when the first chunk is kept
    made_of : hash of what makes the numbers
    """

    folder: Path
    made_of: str

    @classmethod
    def of(cls, folder: Path, case: Case) -> "Chunks":
        """Name chunks of a case, with the seed that it is drawn with."""
        digest = sha256(_versions().encode())
        for name, content in sorted(files_of(case).items()):
            digest.update(name.encode() + b"\0" + sha256(content).digest())
        digest.update(repr((case.settings.seed, case.settings.sampling)).encode())
        return cls(folder, digest.hexdigest())

    def load(self, kind: type[T], chunk: int, size: int) -> T | None:
        """Return a chunk that was kept; None where there is none, or its file is torn."""
        try:
            with self._path(chunk, size).open("rb") as file:
                stored = np.load(file, allow_pickle=False)
                built: T = _built(kind, "", {name: stored[name] for name in stored.files})
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
            return None
        return built

    def keep(self, answer: object, chunk: int, size: int) -> None:
        """Write a chunk: whole, or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(chunk, size)
        draft = path.with_suffix(".new")
        with draft.open("wb") as file:
            np.savez(file, allow_pickle=False, **dict(_flat(answer, "")))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def _path(self, chunk: int, size: int) -> Path:
        return self.folder / f"{self.made_of[:40]}-{chunk}-{size}.npz"


@lru_cache(maxsize=1)
def _versions() -> str:
    """Tell everything but the case that makes numbers."""
    root = Path(__file__).parents[1]
    digest = sha256()
    for path in sorted(p for p in root.rglob("*") if p.suffix in SOURCES):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    around = [f"{name} {version(name)}" for name in PACKAGES]
    return " ".join([digest.hexdigest(), platform.python_version(), platform.machine(), *around])


def _flat(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield every array below a dataclass by its path; what is None is left out."""
    if is_dataclass(value):
        for field in fields(value):
            yield from _flat(getattr(value, field.name), f"{name}.{field.name}")
    elif value is not None:
        yield name, np.asarray(value)


def _built(kind: Any, name: str, stored: dict[str, Any]) -> Any:
    """Put together what `_flat` took apart."""
    made = next((k for k in (kind, *get_args(kind)) if is_dataclass(k)), None)
    if made is None:
        value = stored[name]
        return value.item() if kind is int else value
    if type(None) in get_args(kind) and not any(key.startswith(f"{name}.") for key in stored):
        return None
    hints = get_type_hints(made)
    parts = {f.name: _built(hints[f.name], f"{name}.{f.name}", stored) for f in fields(made)}
    return made(**parts)  # type: ignore[operator]  # a dataclass, as was found above
