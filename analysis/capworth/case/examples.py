"""The cases that come with the package, to be copied and looked at."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from capworth.errors import CaseError, Finding, InputError, nearest

EXAMPLES = {"interpol": "interpol-2019", "uk": "uk-police-data"}
CHECKOUT = Path(__file__).parents[3] / "data"  # where the package runs from its repository


def copy_example(name: str, folder: str | Path) -> Path:
    """Copy a bundled case into a new folder.

    Raises
    ------
    InputError
        When there is no such example.
    CaseError
        When the folder holds something.
    """
    if name not in EXAMPLES:
        raise InputError(f"there is no example {name!r}. {nearest(name, EXAMPLES)}")
    place = Path(folder)
    if place.exists() and (place.is_file() or any(place.iterdir())):
        raise CaseError([Finding(str(folder), 0, "", "it is not empty", "Name a new folder.")])
    with as_file(files("capworth") / "examples" / EXAMPLES[name]) as inside:
        source = inside if inside.is_dir() else CHECKOUT / EXAMPLES[name]
        shutil.copytree(source, place, dirs_exist_ok=True)
    return place
