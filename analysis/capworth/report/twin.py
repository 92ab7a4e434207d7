"""The live twin of the decision: from inputs at their modes to the headline figures, as formulas.

What a reader of the data book can follow and change in a spreadsheet: costs as they turn out, what
improvements close of the distance to the agreed levels, and the programme. Extents, the expected
distance, what a stated total is multiplied by, and what chains bring in money and harm stand as
numbers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np

from capworth.case.model import CostLine, Effect, Estimate
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.costs import discount_factors
from capworth.model.draws import AtModes
from capworth.model.figures import EVERY, PROGRAMME, Figures
from capworth.model.out_turn import amount_of, bias_of
from capworth.study.stages import Study

Cell: TypeAlias = str | float | int | None
SERVICE, IMPROVEMENT = "service", "improvement"  # for what a line is paid
CARRIED: Final = ("money", "harm")  # of chains, kept as numbers
OF_STUDY: Final = ("asked", "cost", "gain")  # to be held against
ONE: Final = "1*1"  # a price in the money of the case
DRAWN: Final = "from the draws: kept as it is"
STATED: Final = "stated"
NOTES: Final = (
    "Change the column value of 'twin inputs', or chosen and delay of 'twin improvements':"
    " everything here follows.",
    "These are figures with every input at its mode. The paper prints means over the draws, which"
    " differ where ranges are not even.",
    "Extents, the expected distance and factors of stated totals come from the draws and do not"
    " follow. What chains bring in money and harm is kept for each improvement as it is, and what"
    " improvements bring together beyond that as of the set that is advised.",
)


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

    def at(self, head: str, row: int) -> str:
        """Address of a cell from any sheet."""
        return f"'{self.name}'!${_letter(self.heads.index(head))}${row}"

    def along(self, row: int) -> str:
        """Address of a row but for its first cell."""
        last = _letter(len(self.heads) - 1)
        return f"'{self.name}'!$B${row}:${last}${row}"

    def down(self, head: str, rows: Sequence[int]) -> str:
        """Address of a column over adjacent rows."""
        letter = _letter(self.heads.index(head))
        return f"'{self.name}'!${letter}${rows[0]}:${letter}${rows[-1]}"


def _letter(place: int) -> str:
    head, tail = divmod(place, 26)
    return (chr(64 + head) if head else "") + chr(65 + tail)


def twin_of(study: Study) -> tuple[Sheet, ...]:
    """Write the sheets of the twin of a study, the headline figures first.

    Returns
    -------
    Sheets `twin`, `twin inputs`, `twin years`, `twin weights`, `twin costs`, `twin improvements`,
    `twin gains` and `twin levels`; those without a row are left out. Money is in millions of the
    case's money.
    """
    found = _Twin(study)
    found.build()
    sheets = (
        *(found.headlines, found.inputs, found.years, found.weights, found.costs),
        *(found.improvements, found.gains, found.levels),
    )
    return tuple(sheet for sheet in sheets if sheet.rows)


class _Twin:
    """The sheets while they are written; every reference is to a cell that is there already."""

    def __init__(self, study: Study) -> None:
        self.study, self.case, self.model = study, study.case, study.sample.model
        settings = self.case.settings
        self.first, self.span = settings.first_year, settings.years
        years = tuple(str(self.first + k) for k in range(self.span))
        self.headlines = Sheet(
            "twin",
            "headline figures at the modes, live",
            ("figure", "value", "unit", "of the study", "difference", "note"),
        )
        self.inputs = Sheet(
            "twin inputs",
            "what the twin rests on: change the column value",
            ("input", "value", "low", "mode", "high", "unit", "grade", "is"),
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
            "each improvement, and whether it is chosen: change chosen and delay",
            (
                *("improvement", "chosen", "delay", "effect_year", "ramp_years", "asked_m"),
                *("cost_m", "late_cost_m", "gain", "left", "money_m", "harm_days"),
                *("asked_of_study", "cost_of_study", "gain_of_study"),
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
        self._input: dict[str, int] = {}
        self._rows: dict[str, int] = {}
        self._year: dict[str, int] = {}
        self._line: dict[str, int] = {}
        self._base: dict[str, str] = {}
        self._point: dict[int, str] = {}  # what one point of value counts for, by row of gains

    def build(self) -> None:
        """Write every sheet."""
        self._write_years()
        self._write_improvements()
        self._write_costs()
        if self.model.value.leaves and self.case.improvements and self.model.extents.distance > 0:
            self._write_weights()
            self._write_gains()
        self._finish_improvements()
        self._write_headlines()

    # ---------------------------------------------------------------- inputs

    def _of(self, estimate: Estimate) -> str:
        """Where an input stands that may be changed."""
        if estimate.name not in self._input:
            e = estimate
            self._input[e.name] = self.inputs.add(
                e.name, e.mode, e.low, e.mode, e.high, e.unit, e.grade, "input at its mode"
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
                i, chosen, delay, improvement.effect_year, improvement.ramp_years
            )

    def _each_year(self) -> list[str]:
        return [f"'twin years'!{_letter(k + 1)}${self._year['year']}" for k in range(self.span)]

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

    # ---------------------------------------------------------------- costs

    def _write_costs(self) -> None:
        lines = [x for x in self.case.costs if x.is_cost]
        owner = {line.id: line for line in self.case.costs}
        self._share_totals()
        for line in lines:
            total = line.total or (owner[line.manages].total if line.manages else "")
            self._add_line(line, total)
        for k, c in self.model.costs.paths.keepers:
            for line in lines:
                if line.capability == self.case.capability_ids[c]:
                    self._add_kept(line, self.case.improvement_ids[k])

    def _share_totals(self) -> None:
        """Bases of lines that share a stated total: the rest of it by their own amounts."""
        for total in self.case.totals:
            lines = [line for line in self.case.costs if line.total == total.id]
            sharing = [line for line in lines if not line.amount.is_certain]
            fixed = "".join(f"-{self._of(x.amount)}" for x in lines if x not in sharing)
            parts = {x.id: self._proportion(x) for x in sharing}
            whole = "+".join(parts.values())
            for name, part in parts.items():
                self._base[name] = f"({self._of(total.amount)}{fixed})*{part}/({whole})"

    def _proportion(self, line: CostLine) -> str:
        held = line.range_holds == "overrun"
        return self._mode(line.amount) if held else self._of(amount_of(line))

    def _add_line(self, line: CostLine, total: str) -> None:
        factor = self.model.costs.out_turns.factor(total, line)
        multiplied = ""
        if factor != 1.0:
            multiplied = "*" + self._number(f"factor of total {total}", factor, "", DRAWN)
        when, row = self.model.costs.active_years(line), len(self.costs.rows) + 2
        self._line[line.id] = self.costs.add(
            *(line.id, IMPROVEMENT if line.improvement else SERVICE),
            *(line.capability or line.platform or line.improvement, line.payer, line.kind),
            *(self.first + when.start, self.first + when.stop - 1),
            *(f"={self._turned_out(line)}{multiplied}", *self._paid(line, row)),
        )

    def _turned_out(self, line: CostLine) -> str:
        """Base of a line with its overrun, before the factor of its stated total."""
        amount, bias, mode = self._of(amount_of(line)), bias_of(line), self._mode(line.amount)
        if line.manages:
            return amount
        if line.range_holds == "overrun":
            base = self._base.get(line.id)
            return amount if base is None else f"{base}*{amount}/{mode}"
        base = self._base.get(line.id, amount)
        return base if bias is None else f"{base}*(1+{self._of(bias)})"

    def _paid(self, line: CostLine, row: int) -> Iterator[Cell]:
        """Price, and what is paid in all, discounted, and started later."""
        price, path, at = self._priced(line), self._path(line), self.costs.at
        plain = line.nominal or price == ONE
        discount = self.years.along(self._year["discount"])
        share = "" if line.kind == "recurrent" else f"/({at('to', row)}-{at('from', row)}+1)"
        active = self._active(row)
        yield 1.0 if plain else f"={price}"
        money = at("amount", row) + ("" if plain else f"*{at('price', row)}")
        asked = self.model.costs.asked_for(line) and line.improvement
        yield f"={money}*SUMPRODUCT({active}{path}){share}/{MILLION:.0f}" if asked else None
        yield f"={money}*SUMPRODUCT({discount}*{active}{path}){share}/{MILLION:.0f}"
        if line.improvement:
            if path:
                late = f"{self._late_discount(line.improvement)}*{active}{path}"
            else:
                late = f"{discount}*{self._active(row, self._rows[line.improvement])}"
            yield f"={money}*SUMPRODUCT({late}){share}/{MILLION:.0f}"

    def _active(self, row: int, improvement: int = 0) -> str:
        """1 in the years of a line, so many later as an improvement is delayed."""
        year, at = self.years.along(self._year["year"]), self.costs.at
        late = f"+{self.improvements.at('delay', improvement)}" if improvement else ""
        return f"({year}>={at('from', row)}{late})*({year}<={at('to', row)}{late})"

    def _price(self, kind: str, currency: str, year: int) -> str:
        found = {(p.kind, p.currency, p.year): p for p in self.case.prices}[kind, currency, year]
        return self._number(
            f"prices/{kind}/{currency}/{year}", found.value, "", STATED, found.grade
        )

    def _rate(self, line: CostLine) -> str:
        settings = self.case.settings
        if line.currency == settings.currency:
            return "1"
        return self._price("exchange", line.currency, line.price_year)

    def _index(self, year: int) -> str:
        settings = self.case.settings
        if year == settings.price_year:
            return "1"
        now, then = (
            self._price("deflator", settings.currency, y) for y in (settings.price_year, year)
        )
        return f"{now}/{then}"

    def _priced(self, line: CostLine) -> str:
        return f"{self._rate(line)}*{self._index(line.price_year)}"

    def _path(self, line: CostLine) -> str:
        """Factors in the sum over years: prices of each year, growth, and the end."""
        found = self._there(line.capability) if line.capability else self._borne(line.platform)
        return found + self._grown(line) + self._nominal(line)

    def _nominal(self, line: CostLine) -> str:
        if not line.nominal:
            return ""
        key = f"nominal/{line.id}"
        if key not in self._year:
            when = self.model.costs.active_years(line)
            cells = [
                f"={self._rate(line)}*{self._index(self.first + k)}"
                if when.start <= k < when.stop
                else 0.0
                for k in range(self.span)
            ]
            self._year[key] = self.years.add(f"{line.id}: price of each year", *cells)
        return f"*{self.years.along(self._year[key])}"

    def _grown(self, line: CostLine) -> str:
        """Growth of the recurrent costs of a capability."""
        known = {b.capability: b for b in self.case.business_as_usual}
        row = known.get(line.capability)
        if line.kind != "recurrent" or row is None or row.cost_growth is None:
            return ""
        year = self.years.along(self._year["year"])
        return f"*(1+{self._of(row.cost_growth)})^({year}-{self.first})"

    def _borne(self, platform: str) -> str:
        """Nothing is paid of a platform once all that use it have ended."""
        paths = self.model.costs.paths
        if not platform or not paths.declared:
            return ""
        key = f"there/{platform}"
        if key not in self._year:
            place = [p.id for p in self.case.platforms].index(platform)
            shares = self.model.platform_shares(AtModes())[0, place]
            there = ((shares[:, None] * paths.alive).sum(axis=0) > 0).astype(float)
            if there.all():
                return ""
            self._year[key] = self.years.add(f"{platform} used by any", *there.tolist())
        return f"*{self.years.along(self._year[key])}"

    def _add_kept(self, line: CostLine, improvement: str) -> None:
        """What a line costs on as an improvement keeps its capability from ending."""
        row, at = len(self.costs.rows) + 2, self.costs.at
        first = self._line[line.id]
        there = self._year.get(f"there/{line.capability}")
        ended = "*0" if there is None else f"*(1-{self.years.along(there)})"
        works = f"*{self._share(improvement)}"
        path = ended + works + self._grown(line) + self._nominal(line)
        share = "" if line.kind == "recurrent" else f"/({at('to', row)}-{at('from', row)}+1)"
        money = f"{at('amount', row)}*{at('price', row)}"
        discount, late = self.years.along(self._year["discount"]), self._late_discount(improvement)
        active = self._active(row)
        self.costs.add(
            *(f"{line.id}, kept", IMPROVEMENT, improvement, line.payer, "kept"),
            *(f"={at(head, first)}" for head in ("from", "to", "amount", "price")),
            None,
            f"={money}*SUMPRODUCT({discount}*{active}{path}){share}/{MILLION:.0f}",
            f"={money}*SUMPRODUCT({late}*{active}{path}){share}/{MILLION:.0f}",
        )

    # ---------------------------------------------------------------- gains

    def _write_weights(self) -> None:
        children = self.case.siblings
        ahead, above = [""], {"": ""}
        counted = dict(
            zip((k.id for k in self.model.value.leaves), self.model.extents.counted, strict=True)
        )
        leaves = []
        while ahead:
            parent = ahead.pop(0)
            begin = len(self.weights.rows) + 2
            rows = range(begin, begin + len(children[parent]))
            for row, child in zip(rows, children[parent], strict=True):
                share = f"{self.weights.at('swing', row)}/SUM({self.weights.down('swing', rows)})"
                self.weights.add(
                    *(child.id, parent, f"={self._of(child.swing)}"),
                    f"={share}{f'*{above[parent]}' if parent else ''}",
                    None,
                )
                above[child.id] = self.weights.at("weight", row)
                if child.id in children:
                    ahead.append(child.id)
                else:
                    leaves.append((row, bool(counted[child.id])))
        kept = "+".join(self.weights.at("weight", row) for row, counts in leaves if counts)
        for row, counts in leaves:
            mine = f"={self.weights.at('weight', row)}/({kept})" if counts else 0.0
            self.weights.rows[row - 2] = (*self.weights.rows[row - 2][:-1], mine)
            self._rows[f"weight/{self.weights.rows[row - 2][0]}"] = row

    def _write_gains(self) -> None:
        value, extents = self.model.value, self.model.extents
        leaf = {k.id: n for n, k in enumerate(value.leaves)}
        level = {(s.capability, s.criterion): s.level for s in self.case.scores}
        agreed = value.agreed()
        distance = self._number("expected distance", extents.distance, "points", DRAWN)
        at, found = self.gains.at, list[tuple[Effect, int, int]]()
        for effect in (e for e in self.case.effects if e.criterion):
            c, k = self.case.capability_ids.index(effect.capability), leaf[effect.criterion]
            if not np.isnan(agreed[c, k]):
                found.append((effect, c, k))
        there: dict[tuple[int, int], set[str]] = {}
        for effect, c, k in found:
            there.setdefault((c, k), set()).add(effect.improvement)
        meeting: dict[tuple[int, int], list[int]] = {}
        for effect, c, k in found:
            row = len(self.gains.rows) + 2
            share = self._number(
                f"extent of {effect.capability}", float(extents.share[c]), "share", DRAWN
            )
            weight = self.weights.at("counted", self._rows[f"weight/{effect.criterion}"])
            point = f"{share}*{weight}*100/{distance}"
            now = self._of(level[effect.capability, effect.criterion])
            moved = f"({now}+{self._of(effect.change)})"
            self._point[row] = point
            ways = [False, True] if len(there[c, k]) > 1 else [False]
            lifts = [f"{self._share(effect.improvement, late=w)}*{at('rise', row)}" for w in ways]
            self.gains.add(
                *(effect.change.name, effect.improvement, effect.capability, effect.criterion),
                f"={self._worth(k, now)}",
                f"={self._worth(k, moved)}-{at('before', row)}",
                float(agreed[c, k]),
                *(f"={self._closed(row, effect.capability, lift)}" for lift in lifts),
            )
            if len(ways) > 1:
                meeting.setdefault((c, k), []).append(row)
        for rows in meeting.values():
            self._add_level(rows)

    def _worth(self, leaf: int, level: str) -> str:
        """Value of a level by straight lines between agreed points, and of its ends beyond them."""
        scale = self.model.value.leaves[leaf]
        points = [(scale.worst, 0.0), *scale.points, (scale.best, 100.0)]
        steps = (
            f"({high!r}-{low!r})*MAX(0,MIN(1,({level}-({here!r}))/({there!r}-({here!r}))))"
            for (here, low), (there, high) in pairwise(points)
        )
        return "+".join(steps)

    def _closed(self, row: int, capability: str, lift: str) -> str:
        """Per cent of the distance that a lift (years,) closes on one level, capped in each year.

        The larger of x and 0 is written (x + |x|) / 2, which a spreadsheet computes year by year.
        """
        at, discount = self.gains.at, self.years.along(self._year["discount"])
        left = f"({at('agreed', row)}-{at('before', row)}-{lift})"
        years = f"{discount}{self._there(capability)}"
        missing = f"MAX(0,{at('agreed', row)}-{at('before', row)})"
        closed = f"({missing}-({left}+ABS({left}))/2)"
        return f"{self._point[row]}*SUMPRODUCT({years}*{closed})/SUM({discount})"

    def _add_level(self, rows: Sequence[int]) -> None:
        here, at = len(self.levels.rows) + 2, self.levels.at
        _, _, capability, criterion, *_ = self.gains.rows[rows[0] - 2]
        mine = [(row, str(self.gains.rows[row - 2][1])) for row in rows]
        chosen = {i: self.improvements.at("chosen", self._rows[i]) for _, i in mine}
        lift = "+".join(
            f"{chosen[i]}*{self.gains.at('rise', row)}*{self._share(i, late=True)}"
            for row, i in mine
        )
        alone = "+".join(f"{chosen[i]}*{self.gains.at('late', row)}" for row, i in mine)
        self.levels.add(
            f"{capability}: {criterion}",
            f"={self._closed(rows[0], str(capability), f'({lift})')}",
            f"={at('together', here)}-({alone})",
        )

    # ---------------------------------------------------------------- in all

    def _finish_improvements(self) -> None:
        figures, at = self.study.figures, self.improvements.at
        discount = self.years.along(self._year["discount"])
        for i in self.case.improvement_ids:
            row = self._rows[i]
            paid, full, late = (
                f"={self._costs_of(head, at('improvement', row))}"
                for head in ("paid_m", "cost_m", "late_m")
            )
            whole, moved = (
                f"SUMPRODUCT({discount}*{self._share(i, late=way)})" for way in (False, True)
            )
            names = [f"{quantity}.{i}" for quantity in (*CARRIED, *OF_STUDY)]
            self.improvements.rows[row - 2] += (
                *(paid, full, late),
                f"={self._gain_of(at('improvement', row))}",
                f"=IF({whole}>0,{moved}/{whole},0)",
                *(_point(figures, name) for name in names),
            )

    def _costs_of(self, head: str, improvement: str) -> str:
        """Sum of a column of costs over the lines of one improvement, or of every service."""
        rows = range(2, len(self.costs.rows) + 2)
        column, kinds, owners = (self.costs.down(h, rows) for h in (head, "for", "of"))
        if not improvement:
            return f'SUMIF({kinds},"{SERVICE}",{column})'
        return f'SUMIFS({column},{kinds},"{IMPROVEMENT}",{owners},{improvement})'

    def _gain_of(self, improvement: str) -> str:
        rows = range(2, len(self.gains.rows) + 2)
        if not rows:
            return "0"
        owners, column = (self.gains.down(head, rows) for head in ("improvement", "alone"))
        return f"SUMIF({owners},{improvement},{column})"

    def _write_headlines(self) -> None:
        self._headline(f"cost.{EVERY}", f"={self._costs_of('cost_m', '')}", "millions")
        if "programme" in self.study:
            self._headline_programme()
        for note in NOTES:
            self.headlines.add(note)

    def _headline_programme(self) -> None:
        at = self.improvements.at
        mine = [self._rows[i] for i in self.case.improvement_ids]
        chosen, left, gain = (
            self.improvements.down(head, mine) for head in ("chosen", "left", "gain")
        )
        for name, head in (("asked", "asked_m"), ("cost", "late_cost_m")):
            total = f"=SUMPRODUCT({chosen},{self.improvements.down(head, mine)})"
            self._headline(f"{name}.{PROGRAMME}", total, "millions")
        closed = f"=SUMPRODUCT({chosen},{gain},{left})" + "".join(
            f"+{self.levels.at('added', n + 2)}" for n in range(len(self.levels.rows))
        )
        for tied, bonus in self.case.synergies:
            one, other = (self._rows[i] for i in (tied.improvement, tied.other))
            pair = [f"{at(head, one)},{at(head, other)}" for head in ("gain", "left")]
            closed += (
                f"+{at('chosen', one)}*{at('chosen', other)}*{self._of(bonus)}"
                f"*MAX(0,MIN({pair[0]}))*MIN({pair[1]})"
            )
        self._headline(f"gain.{PROGRAMME}", closed, "% of the distance")
        for name, head, unit in (("money", "money_m", "millions"), ("harm", "harm_days", "days")):
            self._headline_chains(f"{name}.{PROGRAMME}", head, unit, chosen, left, mine)
        rows = {str(cells[0]): n for n, cells in enumerate(self.headlines.rows, start=2)}
        money, cost = rows.get(f"money.{PROGRAMME}"), rows[f"cost.{PROGRAMME}"]
        if money is not None:
            total = "=" + "-".join(self.headlines.at("value", row) for row in (money, cost))
            if self.case.savings:
                net, brought, spent = (
                    _point(self.study.figures, f"{name}.{PROGRAMME}") or 0.0
                    for name in ("net", "money", "cost")
                )
                saved = net - brought + spent
                total += "+" + self._number("saved by the set", saved, "millions", DRAWN)
            self._headline(f"net.{PROGRAMME}", total, "millions")
        budget = self._number("case/budget", self.study.programme.budget_m, "millions", STATED)
        asked = self.headlines.at("value", rows[f"asked.{PROGRAMME}"])
        self.headlines.add("budget less money asked", f"={budget}-{asked}", "millions")

    def _headline_chains(
        self, name: str, head: str, unit: str, chosen: str, left: str, mine: Sequence[int]
    ) -> None:
        """What chains bring: of each improvement alone, and what the advised set adds together."""
        point = _point(self.study.figures, name)
        place = self.improvements.heads.index(head)
        alone = 0.0
        for i, row in zip(self.case.improvement_ids, mine, strict=True):
            cells = self.improvements.rows[row - 2]
            known = cells[place]
            if cells[1] and isinstance(known, float):
                late = int(cells[2] or 0)
                alone += known * self.model.gains.years.left(
                    self.case.improvement_ids.index(i), late
                )
        if not point:
            return
        met = self._number(f"together/{name}", point - alone, unit, DRAWN)
        total = f"=SUMPRODUCT({chosen},{self.improvements.down(head, mine)},{left})+{met}"
        self._headline(name, total, unit)

    def _headline(self, name: str, formula: Cell, unit: str) -> None:
        point, row = _point(self.study.figures, name), len(self.headlines.rows) + 2
        value, mine = (self.headlines.at(head, row) for head in ("value", "of the study"))
        self.headlines.add(
            name, formula, unit, point, None if point is None else f"={value}-{mine}"
        )


def _point(figures: Figures, name: str) -> float | None:
    return figures[name].point if name in figures else None
