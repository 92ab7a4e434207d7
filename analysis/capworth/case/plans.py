"""What a programme is held to: minimum service, limits of money and staff, targets."""

from __future__ import annotations

from dataclasses import dataclass, field

from capworth.case.spoken import Spoken


@dataclass(frozen=True, slots=True)
class Minimum(Spoken):
    """Minimum service: so many at least of some improvements, or of those of a function."""

    id: str
    name: str
    at_least: int
    basis: str
    function: str = ""
    improvements: tuple[str, ...] = ()
    row: int = field(default=0, compare=False)  # as a spreadsheet shows it


@dataclass(frozen=True, slots=True)
class Limit(Spoken):
    """The most that may be spent in some years or each of them, or posts taken in each."""

    id: str
    name: str
    kind: str  # money, money_a_year or staff
    amount: float  # currency and prices of the case; or posts
    basis: str
    payer: str = ""  # whose money; that of organisation and donors where it is blank
    from_year: int | None = None
    to_year: int | None = None
    row: int = field(default=0, compare=False)  # as a spreadsheet shows it

    @property
    def is_yearless(self) -> bool:
        """Whether it holds for the appraisal as a whole, whenever the money is spent."""
        return self.kind == "money" and self.from_year is None and self.to_year is None


@dataclass(frozen=True, slots=True)
class Target(Spoken):
    """What the programme must add, or the level that a capability must reach with it."""

    id: str
    name: str
    measure: str  # score, money, harm or level
    amount: float
    basis: str
    capability: str = ""
    criterion: str = ""
