"""A run as others read it: a Frictionless data package, and an RO-Crate; both without us.

`columns.csv` says the unit and meaning of every column of every output table, as
`datapackage.json` does in a schema of each; `ro-crate-metadata.json` tells what was made from
what, with which software. No clock is read: the day is that of the appraisal.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from capworth.case.dictionary import dictionary
from capworth.runs.manifest import sha_of
from capworth.study.pages import part_pages, told_of
from capworth.study.stages import Study
from capworth.study.tables import LABEL, columns_told, heading, indexed, tables_of, write_csv

PACKAGE, CRATE, VERIFY = "datapackage.json", "ro-crate-metadata.json", "verify.py"
COLUMNS: Final = "columns.csv"
KINDS: Final = {"number": "number", "whole": "integer", "year": "year"}  # of columns of a case
ENDINGS: Final = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".svg": "image/svg+xml",
    ".html": "text/html",
    ".toml": "application/toml",
    ".py": "text/x-python",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CONFORMS: Final = "https://w3id.org/ro/crate/1.1"
RIGHTS: Final = "Those of whoever made the case; sources name their own terms."


def write_interchange(study: Study, folder: Path) -> None:
    """Write columns, data package, crate and `verify.py` into a run that holds all else."""
    write_csv(columns_told(tables_of(study)), folder / COLUMNS)
    verify = files("capworth.runs").joinpath(VERIFY).read_bytes()
    (folder / VERIFY).write_bytes(verify)
    _write(folder / PACKAGE, _package(study, folder))
    _write(folder / CRATE, _crate(study, folder))


def _write(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8", newline="")


# ------------------------------------------------------------ Frictionless


def _package(study: Study, folder: Path) -> dict[str, Any]:
    settings = study.case.settings
    return {
        "profile": "tabular-data-package",
        "name": settings.name.lower(),
        "title": settings.title,
        "description": f"A run of capworth {study.provenance.version}: {study.provenance}",
        "created": f"{settings.appraisal_date.isoformat()}T00:00:00Z",
        "sources": [{"title": s.title, "path": s.address} for s in study.case.sources if s.address],
        "resources": [*_outputs(study, folder), _columns(folder), *_inputs(study, folder)],
    }


def _resource(name: str, path: str, folder: Path, title: str) -> dict[str, Any]:
    return {
        "name": name.lower().replace("_", "-"),
        "path": path,
        "title": title,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": (folder / path).stat().st_size,
        "hash": f"sha256:{sha_of(folder / path)}",
    }


def _outputs(study: Study, folder: Path) -> Iterator[dict[str, Any]]:
    questions = {table: p.question for p in part_pages().values() for table in p.tables}
    for name, table in tables_of(study).items():
        whole = indexed(table)
        keys = [str(level) for level in whole.index.names]
        labels = whole.index.to_frame(index=False)
        fields = [_label(key, labels[key]) for key in keys]
        fields += [_field(name, heading(column), values) for column, values in whole.items()]
        found = _resource(name, f"tables/{name}.csv", folder, questions.get(name, name))
        schema = {"fields": fields, "primaryKey": keys, "missingValues": [""]}
        blank = labels.isna() | (labels == "")
        if not whole.index.is_unique or bool(blank.to_numpy().any()):
            del schema["primaryKey"]
        yield found | {"schema": schema}


def _columns(folder: Path) -> dict[str, Any]:
    """What is told of every column of the output tables, as a table itself."""
    title = "What is each column of the tables, and in which unit?"
    says = {"table": "its file", "column": "its head", "unit": "counted in", "meaning": "it says"}
    fields = [{"name": k, "type": "string", "description": v} for k, v in says.items()]
    found = _resource("columns", COLUMNS, folder, title)
    return found | {"schema": {"fields": fields, "missingValues": [""]}}


def _label(name: str, values: pd.Series) -> dict[str, Any]:
    return {"name": name, **_type(values), "description": LABEL}


def _field(table: str, column: str, values: pd.Series) -> dict[str, Any]:
    told = told_of(table, column)
    words = {} if told is None else {"description": told.meaning, "unit": told.unit}
    return {"name": column, **_type(values), **{k: v for k, v in words.items() if v}}


def _type(values: pd.Series) -> dict[str, Any]:
    """Type of a column as it stands in the file; any where numbers and words are mixed."""
    kind = values.dtype.kind
    if kind in "iu":
        return {"type": "integer"}
    if kind == "f":
        endless = bool(np.isinf(values.to_numpy(dtype=float)).any())
        return {"type": "any"} if endless else {"type": "number"}
    types = {type(value) for value in values.dropna().tolist()}
    if kind == "b" or types == {bool}:
        return {"type": "boolean", "trueValues": ["True"], "falseValues": ["False"]}
    words = bool(types) and all(issubclass(one, str) for one in types)
    return {"type": "string"} if words else {"type": "any"}


def _inputs(study: Study, folder: Path) -> Iterator[dict[str, Any]]:
    in_words = bool(study.case.settings.number_format)
    for path in sorted((folder / "inputs").glob("*.csv")):
        table = path.stem.removesuffix("-synthetic")
        known = dictionary().get(table, {})
        heading = next(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))), [])
        fields = []
        for name in heading:
            column = known.get(name.strip())
            kind = "any" if column is None else KINDS.get(column.kind, "string")
            field: dict[str, Any] = {"name": name, "type": "string" if in_words else kind}
            if column is not None:
                field |= {"description": column.meaning}
                field |= {"unit": column.unit} if column.unit else {}
            fields.append(field)
        place = f"inputs/{path.name}"
        found = _resource(f"input-{path.stem}", place, folder, f"the table {table} of the case")
        yield found | {"schema": {"fields": fields, "missingValues": [""]}}


# ------------------------------------------------------------ RO-Crate


def _crate(study: Study, folder: Path) -> dict[str, Any]:
    settings, known = study.case.settings, study.provenance
    paths = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    parts = [_file(path, folder) for path in paths]
    manifest = {"@id": "manifest.json", "@type": "File", "encodingFormat": ENDINGS[".json"]}
    listed = [{"@id": part["@id"]} for part in (*parts, manifest)]
    inputs = [one for one in listed if one["@id"].startswith("inputs/")]
    day = settings.appraisal_date.isoformat()
    graph = [
        {
            "@id": CRATE,
            "@type": "CreativeWork",
            "conformsTo": {"@id": CONFORMS},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": settings.title,
            "description": str(known),
            "datePublished": day,
            "license": {"@id": "#rights"},
            "identifier": study.case.fingerprint,
            "hasPart": listed,
        },
        {"@id": "#rights", "@type": "CreativeWork", "name": "Rights", "description": RIGHTS},
        {
            "@id": "#capworth",
            "@type": "SoftwareApplication",
            "name": "capworth",
            "softwareVersion": known.version,
        },
        {
            "@id": "#run",
            "@type": "CreateAction",
            "name": f"capworth run, {known.draws} draws, seed {known.seed}",
            "instrument": {"@id": "#capworth"},
            "object": inputs,
            "result": [one for one in listed if one not in inputs],
        },
        *parts,
        manifest,
    ]
    return {"@context": f"{CONFORMS}/context", "@graph": graph}


def _file(path: str, folder: Path) -> dict[str, Any]:
    return {
        "@id": path,
        "@type": "File",
        "encodingFormat": ENDINGS.get(Path(path).suffix.lower(), "application/octet-stream"),
        "contentSize": str((folder / path).stat().st_size),
        "sha256": sha_of(folder / path),
    }
