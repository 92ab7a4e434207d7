"""The cases that come with the package, to be copied and looked at."""

from pathlib import Path

from capworth.case.files import must_be_empty, read, writing
from capworth.case.tables import bundled_cases
from capworth.errors import InputError, nearest


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
    must_be_empty(place)
    source = cases[meant[0]]
    with writing(place, anew=True) as put:
        for file in sorted(p for p in source.rglob("*") if p.is_file()):
            put(file.relative_to(source).as_posix(), read(file))
    return place
