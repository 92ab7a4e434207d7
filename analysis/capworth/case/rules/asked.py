"""Rules that are asked again only of what changed: a scenario leaves most of a case as it is.

What a rule finds depends on the settings and the tables that it looks up, and on nothing else. They
are noted as it does, and of the very same ones it is not asked twice.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import starmap
from typing import Any

from capworth.case.check import Typed, TypedRow
from capworth.errors import Finding

ABSENT = object()


class Remembering(dict[str, tuple[TypedRow, ...]]):
    """Typed rows by table, with what rules found in rows that they had seen before.

    Attributes
    ----------
    found : by rule what it looked up, and its faults; by table the same of rules for one alone
    """

    def __init__(self, typed: Typed, found: dict[Any, Any]) -> None:
        super().__init__(typed)
        self.found = found


class _Noting(Mapping[str, Any]):
    """Settings or tables, and what was looked up in them."""

    def __init__(self, whole: Mapping[str, Any]) -> None:
        self._whole = whole
        self.looked_up: dict[str, object] = {}
        self.listed: tuple[str, ...] | None = None

    def __getitem__(self, key: str) -> Any:
        self.looked_up[key] = self._whole.get(key, ABSENT)
        return self._whole[key]

    def __iter__(self) -> Iterator[str]:
        self.listed = tuple(self._whole)
        return iter(self.listed)

    def __len__(self) -> int:
        self.listed = tuple(self._whole)
        return len(self.listed)


def asked(rule: Callable[..., Iterable[Finding]], *given: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return what a rule finds in settings and tables, or in tables alone, which come last."""
    if not isinstance(given[-1], Remembering):
        return tuple(rule(*given))
    known = given[-1].found
    if rule in known and all(starmap(_is_as_then, zip(known[rule][0], given, strict=True))):
        faults: tuple[Finding, ...] = known[rule][1]
        return faults
    noting = [_Noting(whole) for whole in given]
    faults = tuple(rule(*noting))
    known.setdefault(rule, ([(each.looked_up, each.listed) for each in noting], faults))
    return faults


def _is_as_then(
    then: tuple[Mapping[str, object], tuple[str, ...] | None], whole: Mapping[str, Any]
) -> bool:
    """Whether everything that was looked up is the same object still."""
    looked_up, listed = then
    same = all(whole.get(key, ABSENT) is value for key, value in looked_up.items())
    return same and listed in (None, tuple(whole))


def each_alone(typed: Typed) -> Iterator[Typed]:
    """Yield every table by itself, for rules that judge row by row."""
    for table, rows in typed.items():
        alone = {table: rows}
        if isinstance(typed, Remembering):
            yield Remembering(alone, typed.found.setdefault(table, {}))
        else:
            yield alone
