"""Sheets of formulas while they are written: their inputs, years and improvements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from capworth.case.model import HARM, Estimate
from capworth.model.costs import discount_factors
from capworth.model.joint_gains import MONEY
from capworth.study.stages import Study

Cell: TypeAlias = str | float | int | None
SERVICE, IMPROVEMENT = "service", "improvement"  # for what a line is paid
RECEIPT = "receipt"  # what comes in by an improvement
ONE: Final = "1*1"  # a price in the money of the case
DRAWN: Final = "from the draws: kept as it is"
STATED: Final = "stated"
OF_STUDY: Final = ("asked", "cost", "gain", "money", "harm")  # to be held against
AT_MODE: Final = "input at its mode"
TO_CHANGE: Final = {"twin inputs": ("value",), "twin improvements": ("chosen", "delay")}
COUNTED, WHOLE, SHARED, SMALL = "#,##0.0##", "0", "0.0##", "0.0E+00"
GROUPED = "[>=10000]#,##0;General"
SAID: Final[Mapping[str, tuple[str, str]]] = {  # what a head means, and how its numbers are shown
    "difference": ("value less that of the study", SMALL),
    "live": ("value", COUNTED),
    "value": ("value", GROUPED),
    "low": ("low", GROUPED),
    "mode": ("mode", GROUPED),
    "high": ("high", GROUPED),
    "of the study": ("of the study", COUNTED),
    "swing": ("swing, points", ""),
    "weight": ("weight, share", SHARED),
    "counted": ("weight among what is counted, share", SHARED),
    "from": ("first year paid", WHOLE),
    "to": ("last year paid", WHOLE),
    "amount": ("amount as it turns out, its own money", COUNTED),
    "price": ("money of the case for one of its own", SHARED),
    "paid_m": ("paid in all, millions", COUNTED),
    "cost_m": ("whole-life cost, present value, millions", COUNTED),
    "late_m": ("whole-life cost, started late, millions", COUNTED),
    "chosen": ("chosen: 1 or 0", WHOLE),
    "delay": ("years later than stated", WHOLE),
    "effect_year": ("first year of effect", WHOLE),
    "ramp_years": ("years until full effect", WHOLE),
    "asked_m": ("money asked for, millions", COUNTED),
    "late_cost_m": ("whole-life cost, started late, millions", COUNTED),
    "gain": ("closes of the distance, %", COUNTED),
    "late_gain": ("closes of the distance, started late, %", COUNTED),
    "left": ("share left when late", SHARED),
    "money_m": ("brings in money, present value, millions", COUNTED),
    "harm_days": ("harm-days spared a year", COUNTED),
    "asked_of_study": ("money asked for, of the study", COUNTED),
    "cost_of_study": ("whole-life cost, of the study", COUNTED),
    "gain_of_study": ("closes, of the study", COUNTED),
    "money_of_study": ("brings in money, of the study", COUNTED),
    "harm_of_study": ("harm-days, of the study", COUNTED),
    "before": ("value today, points", COUNTED),
    "rise": ("value added, points", COUNTED),
    "agreed": ("value of the agreed level, points", COUNTED),
    "alone": ("closes alone, % of the distance", COUNTED),
    "late": ("closes alone, started late, %", COUNTED),
    "together": ("close together, % of the distance", COUNTED),
    "added": ("beyond each alone, %", COUNTED),
    "each": ("worth of one outcome", COUNTED),
    "hits": ("hits a year", COUNTED),
    "verified": ("verified, share", SHARED),
    "used": ("leads used, share", SHARED),
    "rate": ("outcomes for each lead", SHARED),
    "otherwise": ("had come without it, share", SHARED),
    "displaced": ("only moved elsewhere, share", SHARED),
    "part": ("part of the platform, share", SHARED),
    "outcomes": ("outcomes a year", COUNTED),
    "money": ("in money a year", COUNTED),
    "harm": ("in harm-days a year", COUNTED),
    "own_money": ("money a year that no fewer bring", COUNTED),
    "own_harm": ("harm-days a year that no fewer bring", COUNTED),
    "years_alone": ("discounted years of effect, as stated", COUNTED),
    "years": ("discounted years in the chosen set", COUNTED),
    "money_alone_m": ("alone, millions", COUNTED),
    "harm_alone": ("alone, harm-days a year", COUNTED),
    "saved_m": ("saved or received, present value, millions", COUNTED),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of formulas: cells that begin with = are computed by whoever opens it."""

    name: str
    words: str
    heads: tuple[str, ...]
    rows: list[tuple[Cell, ...]] = field(default_factory=list)

    def add(self, *cells: Cell) -> int:
        """Add a row; return its number as a spreadsheet shows it."""
        self.rows.append(cells)
        return len(self.rows) + 1

    @property
    def said(self) -> tuple[str, ...]:
        """What each head means, with its unit."""
        return tuple(SAID.get(head, (head, ""))[0] for head in self.heads)

    @property
    def formats(self) -> tuple[str, ...]:
        """How numbers of each column are shown; empty where as they come."""
        return tuple(SAID.get(head, ("", ""))[1] for head in self.heads)

    @property
    def to_change(self) -> tuple[bool, ...]:
        """Which columns are there to be changed."""
        return tuple(head in TO_CHANGE.get(self.name, ()) for head in self.heads)

    def at(self, head: str, row: int) -> str:
        """Address of a cell from any sheet."""
        return f"'{self.name}'!${column_letter(self.heads.index(head))}${row}"

    def along(self, row: int) -> str:
        """Address of a row but for its first cell."""
        last = column_letter(len(self.heads) - 1)
        return f"'{self.name}'!$B${row}:${last}${row}"

    def down(self, head: str, rows: Sequence[int]) -> str:
        """Address of a column over adjacent rows."""
        letter = column_letter(self.heads.index(head))
        return f"'{self.name}'!${letter}${rows[0]}:${letter}${rows[-1]}"


def column_letter(place: int) -> str:
    """Name of a column as a spreadsheet shows it."""
    head, tail = divmod(place, 26)
    return (chr(64 + head) if head else "") + chr(65 + tail)


class Inputs:
    """The sheets while they are written; every reference is to a cell that is there already.

    Inputs, years and the rows of the improvements.
    """

    def __init__(self, study: Study) -> None:
        self.study, self.case, self.model = study, study.case, study.sample.model
        settings = self.case.settings
        self.first, self.span = settings.first_year, settings.years
        self._money = f"millions of {settings.currency} of {settings.price_year}"
        years = tuple(str(self.first + k) for k in range(self.span))
        self.headlines = Sheet(
            "twin",
            "headline figures, live: change an input and see what moves",
            ("figure", "what it is", "live", "unit", "of the study", "difference"),
        )
        self.inputs = Sheet(
            "twin inputs",
            "inputs of the twin: change the column value",
            ("input", "value", "low", "mode", "high", "unit", "grade", "what it is"),
        )
        self.years = Sheet("twin years", "year by year: discounting, effects", ("what", *years))
        self.weights = Sheet(
            "twin weights",
            "from swings to weights",
            ("criterion", "parent", "swing", "weight", "counted"),
        )
        self.costs = Sheet(
            "twin costs",
            "each cost line as it turns out",
            (
                *("line", "for", "of", "payer", "kind", "from", "to", "amount", "price"),
                *("paid_m", "cost_m", "late_m"),
            ),
        )
        self.improvements = Sheet(
            "twin improvements",
            "improvements of the twin: change which are chosen, and how late they start",
            (
                *("improvement", "name", "chosen", "delay", "effect_year", "ramp_years", "asked_m"),
                *("cost_m", "late_cost_m", "gain", "late_gain", "left", "money_m", "harm_days"),
                *(f"{quantity}_of_study" for quantity in OF_STUDY),
            ),
        )
        self.gains = Sheet(
            "twin gains",
            "what each effect closes of the distance",
            (
                *("effect", "improvement", "capability", "criterion", "before", "rise"),
                *("agreed", "alone", "late"),
            ),
        )
        self.levels = Sheet(
            "twin levels",
            "where improvements meet: what they close together, beyond each alone",
            ("level", "together", "added"),
        )
        self.worths = Sheet(
            "twin unit values",
            "what one outcome is worth",
            ("outcome", "scale", "each", "unit"),
        )
        self.chains = Sheet(
            "twin chains",
            "results chains that improvements act on, as they are today and with some improvements",
            (
                *("chain", "with", "outcome", "hits", "verified", "used", "rate", "otherwise"),
                *("displaced", "part", "outcomes", "money", "harm"),
            ),
        )
        self.joint = Sheet(
            "twin chain gains",
            "what each improvement brings through a chain, and what some bring there together",
            (
                *("chain", "with", "improvement", "money", "harm", "own_money", "own_harm"),
                *("years_alone", "years", "money_alone_m", "harm_alone", "money_m", "harm_days"),
            ),
        )
        self.savings = Sheet(
            "twin savings",
            "what the chosen set saves of costs of today, and what comes in",
            ("line", "saved_m"),
        )
        self._walked: dict[tuple[str, tuple[str, ...]], list[int]] = {}
        self._joined: dict[tuple[str, tuple[str, ...], tuple[str, ...]], int] = {}
        self._level = {(s.capability, s.step, s.outcome): s.level for s in self.case.chain}
        self._met = {MONEY: 0.0, HARM: 0.0}  # where too many meet to walk every set of them
        self._input: dict[str, int] = {}
        self._rows: dict[str, int] = {}
        self._year: dict[str, int] = {}
        self._line: dict[str, int] = {}
        self._base: dict[str, str] = {}
        self._point: dict[int, str] = {}  # what one point of value counts for, by row of gains

    # ---------------------------------------------------------------- inputs

    def _of(self, estimate: Estimate) -> str:
        """Where an input stands that may be changed."""
        if estimate.name not in self._input:
            e = estimate
            self._input[e.name] = self.inputs.add(
                e.name, e.mode, e.low, e.mode, e.high, e.unit, e.grade, AT_MODE
            )
        return self.inputs.at("value", self._input[estimate.name])

    def _number(self, name: str, value: float, unit: str, what: str, grade: str = "") -> str:
        """Where a number stands that has no range."""
        if name not in self._input:
            self._input[name] = self.inputs.add(name, value, None, None, None, unit, grade, what)
        return self.inputs.at("value", self._input[name])

    def _mode(self, estimate: Estimate) -> str:
        """Where the mode of an input stands, whatever its value is changed to."""
        self._of(estimate)
        return self.inputs.at("mode", self._input[estimate.name])

    # ---------------------------------------------------------------- years

    def _write_years(self) -> None:
        self._year["year"] = self.years.add("year", *(self.first + k for k in range(self.span)))
        factors = discount_factors(self.case).tolist()
        name = f"discount factor, {self.case.settings.discounting}"
        self._year["discount"] = self.years.add(name, *factors)
        paths = self.model.costs.paths
        for c, capability in enumerate(self.case.capability_ids):
            if not paths.alive[c].all():
                there = paths.alive[c].tolist()
                name = f"{capability} there by itself"
                self._year[f"there/{capability}"] = self.years.add(name, *there)

    def _there(self, capability: str) -> str:
        """A factor in a sum over years: 0 once a capability has ended; empty where it goes on."""
        row = self._year.get(f"there/{capability}")
        return "" if row is None else f"*{self.years.along(row)}"

    def _write_improvements(self) -> None:
        """Rows of `twin improvements` that others refer to."""
        programme = self.study.programme if "programme" in self.study else None
        table = None if programme is None else programme.to_frame()
        for improvement in self.case.improvements:
            i = improvement.id
            chosen = 0 if table is None else int(table["chosen"][i])
            delay = 0 if table is None or not chosen else int(table["delay"][i])
            self._rows[i] = self.improvements.add(
                i, improvement.name, chosen, delay, improvement.effect_year, improvement.ramp_years
            )

    def _each_year(self) -> list[str]:
        return [
            f"'twin years'!{column_letter(k + 1)}${self._year['year']}" for k in range(self.span)
        ]

    def _share(self, improvement: str, *, late: bool = False) -> str:
        """Share of its full effect in each year, in a sum over years; late by its delay, if so."""
        row, at = self._rows[improvement], self.improvements.at
        begin = at("effect_year", row) + (f"+{at('delay', row)}" if late else "")
        if not self.improvements.rows[row - 2][self.improvements.heads.index("ramp_years")]:
            return f"({self.years.along(self._year['year'])}>={begin})"
        key = f"{improvement}: effect{', delayed' if late else ''}"
        if key not in self._year:
            ramp = at("ramp_years", row)
            self._year[key] = self.years.add(
                key,
                *(f"=MAX(0,MIN(1,({y}-({begin})+1)/({ramp}+1)))" for y in self._each_year()),
            )
        return self.years.along(self._year[key])

    def _late_shares(self, improvement: str) -> list[str]:
        """The same share, late by its delay, as a cell or a condition for each year."""
        self._share(improvement, late=True)
        row = self._year.get(f"{improvement}: effect, delayed")
        if row is not None:
            return [f"'{self.years.name}'!{column_letter(k + 1)}${row}" for k in range(self.span)]
        at, mine = self.improvements.at, self._rows[improvement]
        begin = f"{at('effect_year', mine)}+{at('delay', mine)}"
        return [f"IF({year}>={begin},1,0)" for year in self._each_year()]

    def _late_discount(self, improvement: str) -> str:
        """Discount factors of what is paid so many years later than stated."""
        key = f"{improvement}: discount factor, delayed"
        if key not in self._year:
            late = self.improvements.at("delay", self._rows[improvement])
            year, discount = (self.years.along(self._year[k]) for k in ("year", "discount"))
            self._year[key] = self.years.add(
                key, *(f"=SUMIF({year},{y}+{late},{discount})" for y in self._each_year())
            )
        return self.years.along(self._year[key])
