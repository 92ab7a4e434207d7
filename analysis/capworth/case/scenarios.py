"""Scenarios as data: named overrides of a case, from `scenarios.toml`; and what was changed before.

A scenario says its name in the languages of the case, and changes settings, the claim, values,
weights; it may leave things out, or add improvements. What it names is held against the case when
that is read; whether the case it makes is a good one, when it is made.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from capworth.case.check import KEY, Typed
from capworth.case.dictionary import CLAIM, LANGUAGES, SETTINGS, dictionary
from capworth.case.model import Change, Scenario
from capworth.case.tables import CHANGES, SCENARIOS, Table
from capworth.errors import CaseError, Finding, nearest

NAMES: Final = ("name", *(f"name_{language}" for language in LANGUAGES if language != "en"))
PARTS: Final = ("settings", "claim", "values", "weights", "without", "improvements")


@dataclass(frozen=True, slots=True)
class Read:
    """Scenarios, or what is wrong with them."""

    found: tuple[Scenario, ...]
    findings: tuple[Finding, ...]


def read_scenarios(given: Mapping[str, object], tables: Mapping[str, Table], typed: Typed) -> Read:
    """Read the scenarios of a case; each fault by its scenario.

    Parameters
    ----------
    given : the tables of scenarios.toml
    tables, typed : of the case
    """
    found, findings = [], []
    for name, keys in given.items():
        if not isinstance(keys, Mapping):
            problem = "it stands outside every scenario"
            findings.append(Finding(SCENARIOS, 0, name, problem, f"Put it below [{name}] or so."))
            continue
        if not KEY.fullmatch(name):
            problem = f"{name!r} is not a short name"
            fix = "Use letters, digits, '-', '_' or '.', without blanks."
            findings.append(Finding(SCENARIOS, 0, name, problem, fix))
            continue
        faults = [
            Finding(SCENARIOS, 0, f"{name}.{key}", problem, fix)
            for key, problem, fix in _faults(keys, tables, typed)
        ]
        findings += faults
        if not faults:
            found.append(_scenario(name, keys))
    return Read(tuple(found), tuple(findings))


def _scenario(name: str, keys: Mapping[str, Any]) -> Scenario:
    mappings = {k: dict(keys.get(k, {})) for k in ("settings", "claim", "values", "weights")}
    return Scenario(
        id=name,
        name=keys["name"],
        **mappings,
        without=tuple(keys.get("without", ())),
        improvements=tuple(keys.get("improvements", ())),
        translations=tuple((k, keys[k]) for k in NAMES[1:] if keys.get(k)),
    )


def _faults(
    keys: Mapping[str, Any], tables: Mapping[str, Table], typed: Typed
) -> Iterator[tuple[str, str, str]]:
    for key in keys:
        if key not in (*NAMES, *PARTS):
            yield key, "there is no such key of a scenario", nearest(key, (*NAMES, *PARTS))
    for key in NAMES:
        said = keys.get(key, "" if key != "name" else None)
        if not isinstance(said, str) or (key in keys and not said.strip()):
            yield key, "it is no text", "Say what the scenario is called, as it is printed."
    kinds = {"without": list, "improvements": list}
    for key in PARTS:
        kind = kinds.get(key, Mapping)
        if not isinstance(keys.get(key, kind() if kind is list else {}), kind):
            shape = f"[NAME.{key}]" if kind is not list else f"{key} = [...]"
            yield key, "it is written in another way", f"Write it as {shape}."
            return
    if not all(isinstance(columns, Mapping) for columns in keys.get("improvements", ())):
        fix = "Write it as improvements = [{id = ..., name = ...}]."
        yield "improvements", "it is written in another way", fix
    for table in (SETTINGS, CLAIM):
        part = "settings" if table == SETTINGS else table
        for key in keys.get(part, {}):
            if key not in dictionary()[table]:
                yield f"{part}.{key}", "there is no such key", nearest(key, dictionary()[table])
    weights = {row.text("id") for row in typed.get("criteria", ())}
    for key in keys.get("weights", {}):
        if typed.get("criteria") and key not in weights:
            yield f"weights.{key}", "there is no such criterion", nearest(key, weights)
    known: Collection[str] = short_names(tables)
    for word in keys.get("without", ()):
        if str(word).rpartition("/")[2] not in known:
            yield "without", f"there is no {word!r} in the case", nearest(str(word), known)
    if len({*map(str, keys.get("without", ()))}) < len(keys.get("without", ())):
        yield "without", "a name stands twice", "Keep one."


def short_names(tables: Mapping[str, Table]) -> frozenset[str]:
    """Every short name that a row of a case has."""
    return frozenset(
        row.cells["id"] for table in tables.values() for row in table.rows if row.cells.get("id")
    )


def read_history(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Read what `changes.toml` tells: of which case this one was made, by which changes."""
    if not given:
        return {}
    rows = given.get("change", ())
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        fix = "Put the file back as it was written, or take it away."
        raise CaseError([Finding(CHANGES, 0, "change", "it is no list of changes", fix)])
    names = ("kind", "name", "before", "after")
    changes = tuple(Change(*(str(row.get(name, "")) for name in names)) for row in rows)
    return {
        "base": str(given.get("base", "")),
        "scenario": str(given.get("scenario", "")),
        "changes": changes,
    }
