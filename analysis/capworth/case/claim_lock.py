"""The lock of a claim: written once before outcomes are read, and held against every later run.

Its digest is over the registration, the version of the method, and what the test uses beside the
outcomes: function shares, costs, capabilities and weights. Scores are not in it.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from capworth.case.claim import Lock, Registration
from capworth.case.files import write
from capworth.case.model import Case, Estimate
from capworth.errors import CapworthError

METHOD: Final = "2"  # of testing claims; raised where the same inputs would get another word
FILE: Final = "claim.lock.toml"
_SETTINGS: Final = (
    *("currency", "price_year", "first_year", "years", "discounting", "timing", "functions"),
)
_UNREAD: Final = {  # words, and what no test of a claim reads
    *("source", "basis", "grade", "row", "name", "translations", "note"),
    *("family", "designated", "pattern"),
}


class LockError(CapworthError):
    """A lock that cannot be written, or cannot be what was written."""


def lock_place(case: str | Path) -> Path:
    """Say where the lock of a case stands: in its folder, or beside its workbook."""
    place = Path(case)
    return place / FILE if place.is_dir() else place.with_name(f"{place.stem}.{FILE}")


def registered_keys(claim: Registration) -> Mapping[str, str]:
    """Return every key of a registration as it is written, defaults among them."""
    return {
        f.name: json.dumps(getattr(claim, f.name), ensure_ascii=False)
        for f in fields(Registration)
        if f.name not in ("lock", "basis")
    }


def registered_parts(case: Case) -> Mapping[str, str]:
    """SHA-256 of the parts of a case that a claim is tested on, scores not among them."""
    shares = case.codes or case.functions
    parts = {
        "shares": shares,
        "costs": (
            *(case.costs, case.platforms, case.usage, case.totals, case.prices),
            *(getattr(case.settings, name) for name in _SETTINGS),
        ),
        "capabilities": case.capabilities,
        "weights": case.criteria,
    }
    return {name: sha256(_canonical(part).encode()).hexdigest() for name, part in parts.items()}


def digest_of(keys: Mapping[str, str], parts: Mapping[str, str], method: str, day: str) -> str:
    """SHA-256 over all that a lock holds."""
    whole = {"keys": dict(keys), "parts": dict(parts), "method": method, "registered": day}
    return sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def changed_since(case: Case) -> tuple[str, ...]:
    """Name what is not as it was registered: keys of claim.toml, parts of the case, the method."""
    if case.claim is None or case.claim.lock is None:
        return ()
    lock = case.claim.lock
    now, then = registered_keys(case.claim), dict(lock.keys)
    changed = [k for k in sorted({*now, *then}) if now.get(k) != then.get(k)]
    parts, before = registered_parts(case), dict(lock.parts)
    changed += [
        k for k in (*parts, *(before.keys() - parts.keys())) if parts.get(k) != before.get(k)
    ]
    return (*changed, *(["method"] if lock.method != METHOD else []))


def read_lock(text: str) -> Lock:
    """Read a lock, and hold it against its own digest.

    Raises
    ------
    LockError
        When it is no lock, or its digest is not that of what it holds.
    """
    try:
        entries: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LockError(f"it cannot be read ({error})") from error
    shapes = {"registered": date, "method": str, "digest": str, "claim": dict, "parts": dict}
    if set(entries) != set(shapes) or any(not isinstance(entries[k], t) for k, t in shapes.items()):
        raise LockError("it is no lock of a claim")
    keys, parts = entries["claim"], entries["parts"]
    if not all(isinstance(v, str) for v in (*keys.values(), *parts.values())):
        raise LockError("it is no lock of a claim")
    day = entries["registered"].isoformat()
    if entries["digest"] != digest_of(keys, parts, entries["method"], day):
        raise LockError("it was changed after it was written")
    return Lock(
        entries["registered"],
        entries["method"],
        entries["digest"],
        tuple(keys.items()),
        tuple(parts.items()),
    )


def write_lock(place: str | Path, case: Case, day: date) -> Path:
    """Write the lock of a case; the only function that does.

    Raises
    ------
    LockError
        When the case registers no claim, or has a lock already. Nothing is written then.
    """
    if case.claim is None:
        raise LockError("the case has no claim.toml, so there is nothing to register. Write one.")
    path = lock_place(place)
    if path.exists():
        raise LockError(
            f"{path.name} is there already: a claim is registered once. Keep it; only who takes it "
            "away and says why may register anew."
        )
    keys, parts = registered_keys(case.claim), registered_parts(case)
    lines = [
        "# Written by `capworth register`; do not edit. It says what was fixed before outcomes",
        "# were read. The day is that which was stated then.",
        f"registered = {day.isoformat()}",
        f"method = {_quoted(METHOD)}",
        f"digest = {_quoted(digest_of(keys, parts, METHOD, day.isoformat()))}",
        "",
        "[claim]",
        *(f"{key} = {_quoted(value)}" for key, value in keys.items()),
        "",
        "[parts]",
        *(f"{key} = {_quoted(value)}" for key, value in parts.items()),
    ]
    write(path, "\n".join(lines) + "\n", anew=True)
    return path


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _canonical(part: object) -> str:
    """Write rows so that neither their order nor words without a number in them matter."""
    return json.dumps(_plain(part), sort_keys=True, ensure_ascii=False)


def _plain(part: object) -> object:
    if isinstance(part, tuple):
        plain = [_plain(each) for each in part]
        if part and hasattr(part[0], "__dataclass_fields__"):
            return sorted(plain, key=lambda row: json.dumps(row, sort_keys=True))
        return plain
    if hasattr(part, "__dataclass_fields__"):
        skip = _UNREAD if not isinstance(part, Estimate) else _UNREAD - {"name"}
        return {name: _plain(value) for name, value in _fields(part) if name not in skip}
    if isinstance(part, date):
        return part.isoformat()
    return part


def _fields(row: Any) -> Iterator[tuple[str, object]]:
    for name in row.__dataclass_fields__:
        yield name, getattr(row, name)
