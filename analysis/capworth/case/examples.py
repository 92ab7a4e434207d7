"""The cases that come with the package, to be copied and looked at."""

import shutil
from pathlib import Path

from capworth.case.tables import bundled
from capworth.errors import CaseError, Finding, InputError, nearest

EXAMPLES = {"interpol": "interpol-2019", "uk": "uk-police-data"}


def copy_example(name: str, folder: str | Path) -> Path:
    """Copy a bundled case into a new folder.

    Raises
    ------
    InputError
        When there is no such example.
    CaseError
        When the folder holds something.
    """
    source = bundled(EXAMPLES.get(name, name))
    if source is None:
        raise InputError(f"there is no example {name!r}. {nearest(name, EXAMPLES)}")
    place = Path(folder)
    if place.exists() and (place.is_file() or any(place.iterdir())):
        raise CaseError([Finding(str(folder), 0, "", "it is not empty", "Name a new folder.")])
    shutil.copytree(source, place, dirs_exist_ok=True)
    return place
