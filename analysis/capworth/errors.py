"""Faults as data: where they are, what was found, how to mend them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from unicodedata import category, normalize

SHOWN = 50  # faults of a kind that are printed
PARTICULARS = re.compile(r"'[^']*'|\d[\d.,]*")


class CapworthError(Exception):
    """Something the analyst can mend; the message says how.

    >>> from capworth import explain, read_case
    >>> try:
    ...     explain(read_case("elicitation-example"), "FIEL")
    ... except CapworthError as error:
    ...     print(error)
    the case has no 'FIEL'. Did you mean 'FILE'?
    """

    def _render_traceback_(self) -> list[str]:
        """Tell a notebook what it shows: what is to be mended, and nothing of our insides."""
        return [f"{type(self).__name__}: {self}"]


class InputError(CapworthError, ValueError):
    """A table or an array handed to a function cannot be used; the message names the cell.

    >>> from capworth import read_case
    >>> try:
    ...     read_case("elicitation-example").with_weight("reahc", 60)
    ... except InputError as error:
    ...     print(error)
    there is no criterion 'reahc'. Did you mean 'reach'?
    """


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One fault in one place. Rows count as a spreadsheet does: the header is row 1.

    Row 0 means the whole file, column "" the whole row.

    >>> print(Finding("costs.csv", 4, "mode", "'12 m' is not a number", "Write it like 12000000."))
    costs.csv, row 4, column 'mode': '12 m' is not a number. Write it like 12000000.
    """

    file: str
    row: int
    column: str
    problem: str
    fix: str

    @property
    def kind(self) -> tuple[str, str]:
        """What faults of one kind have in common: the file, and the problem without its words."""
        return self.file, PARTICULARS.sub("_", self.problem)

    def __str__(self) -> str:
        place = self.file
        if self.row:
            place += f", row {self.row}"
        if self.column:
            place += f", column '{self.column}'"
        return f"{place}: {self.problem}. {self.fix}"


class CaseError(CapworthError):
    """A case that cannot be computed. Holds every fault found, not only the first.

    >>> from capworth import read_case
    >>> try:
    ...     read_case("elicitation-example").with_weight("reach", 60, low=70)
    ... except CaseError as error:
    ...     print(error.findings[0].fix)
    Put swing_low, swing and swing_high in this order.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(sorted(set(findings)))
        super().__init__(self.findings)

    def __reduce__(self) -> tuple[type["CaseError"], tuple[tuple[Finding, ...]]]:
        return type(self), (self.findings,)

    def __str__(self) -> str:
        return "\n  ".join([f"{len(self.findings)} to mend:", *self._lines()])

    def _render_traceback_(self) -> list[str]:
        """Tell a notebook the faults, table by table."""
        lines = [f"{len(self.findings)} to mend"]
        for file in dict.fromkeys(finding.file for finding in self.findings):
            mine = [finding for finding in self.findings if finding.file == file]
            lines += ["", f"{file}: {len(mine)}"]
            lines += [f"  {str(f).removeprefix(file).lstrip(',: ')}" for f in mine[:SHOWN]]
            lines += [f"  {len(mine) - SHOWN} more"] if len(mine) > SHOWN else []
        return lines

    def _lines(self) -> Iterator[str]:
        """Each fault; of a kind that comes too often the others are counted."""
        many = Counter(finding.kind for finding in self.findings)
        seen = Counter[tuple[str, str]]()
        for finding in self.findings:
            seen[finding.kind] += 1
            if seen[finding.kind] <= SHOWN:
                yield str(finding)
            elif seen[finding.kind] == SHOWN + 1:
                yield f"{finding.file}: {many[finding.kind] - SHOWN} more like the last one"


def as_seen(word: str) -> str:
    """Write a word as it is seen: capitals, split accents, blanks and width do not count.

    >>> as_seen("Se\u0301nat  du Nord") == as_seen("s\u00c9NAT du nord")
    True
    >>> as_seen("\uff32eg\u200b 1") == as_seen("REG 1")
    True
    """
    seen = "".join(c for c in normalize("NFKC", word) if category(c) != "Cf")
    return " ".join(seen.casefold().split())


def nearest(word: str, known: Iterable[str]) -> str:
    """Say which known word was probably meant, or list them when none is close.

    >>> nearest("biometrc", ["biometrics", "vehicles"])
    "Did you mean 'biometrics'?"
    >>> nearest("zzz", ["vehicles", "biometrics"])
    'Use one of: biometrics, vehicles.'
    """
    options = sorted(known)
    folded = {as_seen(option): option for option in reversed(options)}
    close = get_close_matches(word, options, n=1) or get_close_matches(as_seen(word), folded, n=1)
    if close:
        return f"Did you mean {folded.get(close[0], close[0])!r}?"
    shown = ", ".join(options[:12]) + (" ..." if len(options) > 12 else "")
    return f"Use one of: {shown}." if options else "There is none to choose from yet."
