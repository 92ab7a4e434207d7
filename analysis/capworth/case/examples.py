"""The cases that come with the package, to be copied and looked at."""

import shutil
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path

from capworth.errors import CaseError, Finding, InputError, nearest

CHECKOUT = Path(__file__).parents[3] / "data"  # where the package runs from its repository


def examples() -> Mapping[str, Path]:
    """Folder of each bundled case by the first word of its name."""
    with as_file(files("capworth") / "examples") as inside:
        place = inside if inside.is_dir() else CHECKOUT
        cases = sorted(p.parent for p in place.glob("*/case.toml"))
    return {case.name.partition("-")[0]: case for case in cases}


def copy_example(name: str, folder: str | Path) -> Path:
    """Copy a bundled case into a new folder.

    Raises
    ------
    InputError
        When there is no such example.
    CaseError
        When the folder holds something.
    """
    known = examples()
    if name not in known:
        raise InputError(f"there is no example {name!r}. {nearest(name, known)}")
    place = Path(folder)
    if place.exists() and (place.is_file() or any(place.iterdir())):
        raise CaseError([Finding(str(folder), 0, "", "it is not empty", "Name a new folder.")])
    shutil.copytree(known[name], place, dirs_exist_ok=True)
    return place
