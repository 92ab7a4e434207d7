"""The cases that come with the package, to be copied and looked at."""

import shutil
from pathlib import Path

from capworth.case.tables import bundled_cases
from capworth.errors import CaseError, Finding, InputError, nearest


def copy_example(name: str, folder: str | Path) -> Path:
    """Copy a bundled case into a new folder; its name may be cut short where no other begins so.

    Raises
    ------
    InputError
        When there is no such example.
    CaseError
        When the folder holds something.
    """
    cases = bundled_cases()
    meant = [case for case in cases if case == name or case.startswith(f"{name}-")]
    if len(meant) != 1:
        raise InputError(f"there is no example {name!r}. {nearest(name, cases)}")
    place = Path(folder)
    if place.exists() and (place.is_file() or any(place.iterdir())):
        raise CaseError([Finding(str(folder), 0, "", "it is not empty", "Name a new folder.")])
    shutil.copytree(cases[meant[0]], place, dirs_exist_ok=True)
    return place
