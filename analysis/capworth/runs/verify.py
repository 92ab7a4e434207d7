"""Check that a run is whole: `python verify.py [FOLDER]`. Needs Python alone, no capworth.

Every file that manifest.json lists must be there with its SHA-256; what else stands in the folder
is named. The hashes in datapackage.json and ro-crate-metadata.json must be the same ones. Exit code
0 where all is as it was written, 1 where something is not.
"""

import hashlib
import json
import sys
from pathlib import Path

MANIFEST = "manifest.json"


def digest(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            found.update(piece)
    return found.hexdigest()


def stated(folder: Path) -> dict[str, set[str]]:
    """Every file by its path, with every hash that anything in the folder states of it."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    files = {f["path"]: {f["sha256"]} for f in (*manifest["inputs"], *manifest["outputs"])}
    again = (
        ("datapackage.json", "resources", "path", "hash"),
        ("ro-crate-metadata.json", "@graph", "@id", "sha256"),
    )
    for name, parts, path, sha in again:
        if (folder / name).is_file():
            for one in json.loads((folder / name).read_text(encoding="utf-8"))[parts]:
                if sha in one:
                    files.setdefault(one[path], set()).add(one[sha].removeprefix("sha256:"))
    return files


def main(folder: Path) -> int:
    """Say what is not as it was written; 0 where all is."""
    try:
        files = stated(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"{folder}: no readable {MANIFEST} of a run ({error})")
        return 1
    wrong = [f"missing: {name}" for name in files if not (folder / name).is_file()]
    wrong += [
        f"changed: {name}"
        for name, known in sorted(files.items())
        if (folder / name).is_file() and known != {digest(folder / name)}
    ]
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if (name := path.relative_to(folder).as_posix()) not in files and name != MANIFEST:
            print(f"no part of the run: {name}")
    print("\n".join(wrong) or f"{len(files)} files, every one as it was written")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)))
