"""The live twin of the decision: from inputs at their modes to the headline figures, as formulas.

What a reader of the data book can follow and change in a spreadsheet: costs as they turn out, what
improvements close of the distance to the agreed levels, the results chains that they act on, what
they save, and the programme. Extents, the expected distance and what a stated total is multiplied
by stand as numbers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Final, TypeAlias

import numpy as np

from capworth.case.model import HARM, CostLine, Effect, Estimate, Saving
from capworth.case.rules.chain import SHARE_STEPS
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.chain import FALSE
from capworth.model.costs import discount_factors
from capworth.model.draws import AtModes
from capworth.model.figures import EVERY, PROGRAMME, Figures
from capworth.model.joint_gains import MONEY, Chain, meetings_of
from capworth.model.out_turn import amount_of, bias_of
from capworth.study.stages import Study

Cell: TypeAlias = str | float | int | None
SERVICE, IMPROVEMENT = "service", "improvement"  # for what a line is paid
RECEIPT = "receipt"  # what comes in by an improvement
OF_STUDY: Final = ("asked", "cost", "gain", "money", "harm")  # to be held against
FEW: Final = 4  # improvements on one chain up to which every set of them is walked
ONE: Final = "1*1"  # a price in the money of the case
DRAWN: Final = "from the draws: kept as it is"
STATED: Final = "stated"
NOTES: Final = (
    "Change the column value of 'twin inputs', or chosen and delay of 'twin improvements':"
    " everything here follows.",
    "These are figures with every input at its mode. The paper prints means over the draws, which"
    " differ where ranges are not even.",
    "Extents, the expected distance and factors of stated totals come from the draws and do not"
    " follow.",
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
    Sheets `twin`, `twin improvements`, `twin inputs`, `twin costs`, `twin weights`, `twin gains`,
    `twin levels`, `twin unit values`, `twin chains`, `twin chain gains`, `twin savings` and
    `twin years`; those without a row are left out. Money is in millions of the case's money.
    """
    found = _Twin(study)
    found.build()
    sheets = (
        *(found.headlines, found.improvements, found.inputs, found.costs),
        *(found.weights, found.gains, found.levels),
        *(found.worths, found.chains, found.joint, found.savings, found.years),
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

    def build(self) -> None:
        """Write every sheet."""
        self._write_years()
        self._write_improvements()
        self._write_costs()
        if self.model.value.leaves and self.case.improvements and self.model.extents.distance > 0:
            self._write_weights()
            self._write_gains()
        self._write_chains()
        self._write_savings()
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

    def _late_shares(self, improvement: str) -> list[str]:
        """The same share, late by its delay, as a cell or a condition for each year."""
        self._share(improvement, late=True)
        row = self._year.get(f"{improvement}: effect, delayed")
        if row is not None:
            return [f"'{self.years.name}'!{_letter(k + 1)}${row}" for k in range(self.span)]
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

    # ---------------------------------------------------------------- costs

    def _write_costs(self) -> None:
        lines = [x for x in self.case.costs if x.is_cost]
        received = [x for x in self.model.savings.lines.values() if x.is_revenue]
        owner = {line.id: line for line in self.case.costs}
        self._share_totals()
        for line in (*lines, *received):
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
            line.id,
            RECEIPT if line.is_revenue else IMPROVEMENT if line.improvement else SERVICE,
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
        price, path = self._priced(line.currency, line.price_year), self._path(line)
        at = self.costs.at
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

    def _rate(self, currency: str, year: int) -> str:
        if currency == self.case.settings.currency:
            return "1"
        return self._price("exchange", currency, year)

    def _index(self, year: int) -> str:
        settings = self.case.settings
        if year == settings.price_year:
            return "1"
        now, then = (
            self._price("deflator", settings.currency, y) for y in (settings.price_year, year)
        )
        return f"{now}/{then}"

    def _priced(self, currency: str, year: int) -> str:
        return f"{self._rate(currency, year)}*{self._index(year)}"

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
                f"={self._rate(line.currency, line.price_year)}*{self._index(self.first + k)}"
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
        return self._growing(row.cost_growth)

    def _growing(self, rate: Estimate) -> str:
        """A factor in a sum over years that is 1 in the first and grows at a rate."""
        return f"*(1+{self._of(rate)})^({self.years.along(self._year['year'])}-{self.first})"

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

    # ---------------------------------------------------------------- chains

    def _write_chains(self) -> None:
        """Walk every chain that improvements act on: as it is, and with every set of them."""
        for place in meetings_of(self.model, AtModes()):
            if not isinstance(place, Chain):
                continue
            users = tuple(self.case.improvement_ids[k] for k in place.users)
            for step, outcome, share in self.model.chain.missing(place.capability):
                self._level[place.capability, step, outcome] = share
            many = len(users) if len(users) <= FEW else 1
            keepers = place.course.keepers if place.course else frozenset()
            kept = tuple(self.case.improvement_ids[k] for k in sorted(keepers))
            for keeping in ((), kept) if kept else ((),):
                for size in range(1, many + 1):
                    for some in combinations(users, size):
                        self._add_joint(place.capability, some, keeping)
            if many < len(users):
                self._keep_met(place)

    def _keep_met(self, place: Chain) -> None:
        """What the advised set adds together on a chain where too many meet, as a number."""
        row = {i: self.improvements.rows[self._rows[i] - 2] for i in self.case.improvement_ids}
        late = {k: int(row[self.case.improvement_ids[k]][2] or 0) for k in place.users}
        mine = [k for k in place.users if row[self.case.improvement_ids[k]][1]]
        for measure in self._met:
            whole = place.joint(measure, mine, [late[k] for k in mine]) if mine else np.zeros(1)
            alone = sum(float(place.joint(measure, [k], [late[k]])[0]) for k in mine)
            self._met[measure] += float(whole[0]) - alone

    def _walk(self, capability: str, working: tuple[str, ...]) -> list[int]:
        """Rows of a chain with some improvements at full effect, one for each outcome."""
        if (capability, working) in self._walked:
            return self._walked[capability, working]
        effects = [
            e
            for e in self.case.effects
            if e.step and e.capability == capability and e.improvement in working
        ]
        known = self.model.known[MONEY][self.case.capability_ids.index(capability)]
        outcomes = dict.fromkeys(o for c, _, o in self._level if c == capability and o)
        rows: list[int] = []

        def level(step: str, outcome: str = "") -> str:
            return self._moved((capability, step, outcome), effects)

        for outcome in outcomes:
            row, at = len(self.chains.rows) + 2, self.chains.at
            first = rows[0] if rows else row
            burden = bool(level(FALSE, outcome))
            counts = f"{at('hits', row)}*"
            if burden:
                rate = level(FALSE, outcome)
                rest = [None] * 4
                counts = f"-{counts}(1-{at('verified', row)})*{at('rate', row)}"
            else:
                rate, bilateral = level("outcome", outcome), level("bilateral", outcome)
                used = level("used")
                if level("delay"):
                    used += f"*EXP(-{level('delay')}/{level('patience', outcome)})"
                displaced = level("displacement", outcome)
                part = f"(1-{bilateral})/3" if bilateral else level("contribution", outcome)
                rest = [
                    f"={used}",
                    f"={level('counterfactual', outcome)}",
                    f"={displaced}" if displaced else None,
                    f"={part}",
                ]
                counts += "*".join(at(head, row) for head in ("verified", "used", "rate", "part"))
                counts += f"*(1-{at('otherwise', row)})"
                counts += f"*(1-{at('displaced', row)})" if displaced else ""
            worth = [self._each(outcome, scale) for scale in (MONEY, HARM)]
            if not known:
                worth[0] = ""
            here = at("outcomes", row)
            self.chains.add(
                *(capability, " + ".join(working) or "today", outcome),
                f"={at('hits', first) if rows else self._hits(capability, effects)}",
                f"={at('verified', first) if rows else level('verified')}",
                *(rest[0], f"={rate}", *rest[1:]),
                f"={counts}",
                *(f"={here}*{one}" if one else None for one in worth),
            )
            rows.append(row)
        self._walked[capability, working] = rows
        return rows

    def _moved(self, at: tuple[str, str, str], effects: Sequence[Effect]) -> str:
        """A step of a chain as some effects set and multiply it; empty where there is no such."""
        if at not in self._level:
            return ""
        mine = [e for e in effects if e.step == at[1]]
        stated = [self._of(e.change) for e in mine if e.sets_level]
        factors = "".join(f"*{self._of(e.change)}" for e in mine if not e.sets_level)
        now = self._of(self._level[at])
        if stated:
            now = f"MAX({','.join(stated)})"
        if factors and at[1] in SHARE_STEPS:
            return f"MIN(1,{now}{factors})"
        return now + factors

    def _hits(self, capability: str, effects: Sequence[Effect]) -> str:
        """Hits a year as a chain begins: counted, at a rate, or from records; see `hits_of`."""

        def level(step: str) -> str:
            return self._moved((capability, step, ""), effects)

        counted, response = level("hits"), ""
        for step, needed in (("searches", "elasticity"), ("records", "record_elasticity")):
            mine = [e for e in effects if e.step == step and not e.sets_level]
            if (capability, needed, "") in self._level and mine:
                factor = "*".join(self._of(e.change) for e in mine)
                power = self._of(self._level[capability, needed, ""])
                less = "-1" if step == "searches" and not counted else ""
                response += f"*IF({factor}>0,({factor})^({power}{less}),0)"
        if counted:
            return counted + response
        rate = level("hit_rate")
        if level("intensity"):
            exposure = (level(s) for s in ("intensity", "records", "quality", "access"))
            rate = f"(1-EXP(-{'*'.join(filter(None, exposure))}))"
        hits = f"{level('searches')}*{rate}{response}"
        return f"MIN({level('searches')},{hits})" if response else hits

    def _each(self, outcome: str, scale: str) -> str:
        """Where it stands what one outcome is worth on a scale; empty where it has no worth."""
        key = f"each/{scale}/{outcome}"
        if key not in self._rows:
            parts = []
            for v in self.case.unit_values:
                if (v.outcome, v.scale) != (outcome, scale):
                    continue
                if scale == HARM and v.index != self.case.harm_index:
                    continue
                one = self._of(v.worth)
                if scale == MONEY:
                    one += f"*{self._priced(v.currency, v.price_year or 0)}"
                parts.append(one if v.transfer is None else f"{one}*{self._of(v.transfer)}")
            if not parts:
                return ""
            settings = self.case.settings
            money = f"{settings.currency} of {settings.price_year}"
            self._rows[key] = self.worths.add(
                outcome, scale, f"={'+'.join(parts)}", money if scale == MONEY else "days"
            )
        return self.worths.at("each", self._rows[key])

    def _of_walk(self, head: str, capability: str, working: tuple[str, ...]) -> str:
        """What a chain gives in a year with some improvements, in money or harm."""
        place = self.chains.heads.index(head)
        rows = [r for r in self._walk(capability, working) if self.chains.rows[r - 2][place]]
        return "+".join(self.chains.at(head, row) for row in rows)

    def _add_joint(self, capability: str, some: tuple[str, ...], keeping: tuple[str, ...]) -> None:
        """What some improvements bring on a chain, and what of it no fewer of them bring.

        The years are those in which all of them work; where they keep a capability (`keeping`), of
        those in which it would have ended, and then all that it gives is brought.
        """
        row, at = len(self.joint.rows) + 2, self.joint.at
        self._joined[capability, some, keeping] = row
        fewer = [
            self._joined[capability, part, keeping]
            for size in range(1, len(some))
            for part in combinations(some, size)
        ]
        found: dict[str, str | None] = {}
        for head, own in ((MONEY, "own_money"), (HARM, "own_harm")):
            now = self._of_walk(head, capability, ())
            then = self._of_walk(head, capability, some)
            if not now:
                found[head] = found[own] = None
            elif keeping:
                found[head] = f"={then}" if set(keeping) & set(some) else "=0"
            else:
                found[head] = f"={then}-({now})"
            if now:
                found[own] = f"={at(head, row)}" + "".join(f"-{at(own, r)}" for r in fewer)
        discount, path = self.years.along(self._year["discount"]), self._given(capability, keeping)
        chosen = "*".join(self.improvements.at("chosen", self._rows[i]) for i in some)
        alone = None
        if len(some) == 1:
            alone = f"=SUMPRODUCT({discount}*{self._share(some[0])}{path})"
            left = self.improvements.at("left", self._rows[some[0]])
            years = f"={chosen}*{at('years_alone', row)}*{left}"
        else:
            years = f"={chosen}*SUMPRODUCT({discount}*{self._all_work(some)}{path})"
        money, harm = found["own_money"], found["own_harm"]
        words = " + ".join(some)
        self.joint.add(
            *(capability, f"{words}, kept" if keeping else words, "" if alone is None else words),
            *(found[MONEY], found[HARM], money, harm, alone, years),
            *(
                None if own is None or when is None else f"={at(own, row)}*{at(when, row)}{scale}"
                for when in (alone and "years_alone", "years")
                for own, scale in (
                    (money and "own_money", f"/{MILLION:.0f}"),
                    (harm and "own_harm", f"/SUM({discount})"),
                )
            ),
        )

    def _given(self, capability: str, keeping: Sequence[str]) -> str:
        """Factors in a sum over years: where a capability goes by itself, or what is kept of it."""
        known = {b.capability: b for b in self.case.business_as_usual}
        grown = self._growing(known[capability].growth) if capability in known else ""
        there = self._year.get(f"there/{capability}")
        if not keeping:
            return grown + self._there(capability)
        return grown + ("*0" if there is None else f"*(1-{self.years.along(there)})")

    def _all_work(self, some: Sequence[str]) -> str:
        """Share of each year in which all of some improvements work, late by their delays."""
        key = f"{' + '.join(some)}: all work"
        if key not in self._year:
            each = zip(*(self._late_shares(i) for i in some), strict=True)
            cells = [f"=MIN({','.join(shares)})" for shares in each]
            self._year[key] = self.years.add(key, *cells)
        return self.years.along(self._year[key])

    def _write_savings(self) -> None:
        """What is saved of each line of today, and what comes in."""
        discount = self.years.along(self._year["discount"])
        for key, line in self.model.savings.lines.items():
            row, at = self._line[key], self.costs.at
            if line.is_revenue:
                chosen = self.improvements.at("chosen", self._rows[line.improvement])
                self.savings.add(key, f"={chosen}*{at('late_m', row)}")
                continue
            remains = "*".join(self._remains(saving) for saving in self.model.savings.rows[key])
            share = "" if line.kind == "recurrent" else f"/({at('to', row)}-{at('from', row)}+1)"
            paid = f"{discount}*{self._active(row)}{self._nominal(line)}"
            self.savings.add(
                key,
                f"={at('amount', row)}*{at('price', row)}*SUMPRODUCT({paid}*(1-{remains}))"
                f"{share}/{MILLION:.0f}",
            )

    def _remains(self, saving: Saving) -> str:
        """Share of a line that an improvement leaves, in a sum over years."""
        when = self._share(saving.improvement, late=True)
        if saving.from_year is not None:
            when = f"({self.years.along(self._year['year'])}>={saving.from_year})"
        chosen = self.improvements.at("chosen", self._rows[saving.improvement])
        return f"(1-{chosen}*{self._of(saving.share)}*{when})"

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
            self.improvements.rows[row - 2] += (
                *(paid, full, late),
                f"={self._gain_of(at('improvement', row))}",
                f"=IF({whole}>0,{moved}/{whole},0)",
                *(self._brought(i, head) for head in ("money_alone_m", "harm_alone")),
                *(_point(figures, f"{quantity}.{i}") for quantity in OF_STUDY),
            )

    def _brought(self, improvement: str, head: str) -> Cell:
        """What an improvement alone brings through chains; empty where nothing is known."""
        place, heads = self.joint.heads.index(head), self.joint.heads
        rows = [r for r in self.joint.rows if r[heads.index("improvement")] == improvement]
        if not any(cells[place] for cells in rows):
            return None
        column, mine = (
            self.joint.down(h, (2, len(self.joint.rows) + 1)) for h in (head, "improvement")
        )
        return f'=SUMIF({mine},"{improvement}",{column})'

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
        self._headline(f"gain.{PROGRAMME}", closed + self._tied("gain"), "% of the distance")
        for measure, head, own, unit in (
            (MONEY, "money_m", "money_m", "millions"),
            (HARM, "harm_days", "harm_days", "days"),
        ):
            place = self.joint.heads.index(head)
            if not any(cells[place] for cells in self.joint.rows):
                continue
            total = f"=SUM({self.joint.down(head, (2, len(self.joint.rows) + 1))})"
            if self._met[measure]:
                scale = MILLION if measure == MONEY else 1.0
                name = f"together/{measure}.{PROGRAMME}"
                total += "+" + self._number(name, self._met[measure] / scale, unit, DRAWN)
            self._headline(f"{measure}.{PROGRAMME}", total + self._tied(own), unit)
        rows = {str(cells[0]): n for n, cells in enumerate(self.headlines.rows, start=2)}
        money, cost = rows.get(f"money.{PROGRAMME}"), rows[f"cost.{PROGRAMME}"]
        if money is not None:
            total = "=" + "-".join(self.headlines.at("value", row) for row in (money, cost))
            if self.savings.rows:
                saved = self.savings.down("saved_m", (2, len(self.savings.rows) + 1))
                self._headline(f"saving.{PROGRAMME}", f"=SUM({saved})", "millions")
                total += "+" + self.headlines.at("value", len(self.headlines.rows) + 1)
            self._headline(f"net.{PROGRAMME}", total, "millions")
        budget = self._number("case/budget", self.study.programme.budget_m, "millions", STATED)
        asked = self.headlines.at("value", rows[f"asked.{PROGRAMME}"])
        self.headlines.add("budget less money asked", f"={budget}-{asked}", "millions")

    def _tied(self, head: str) -> str:
        """What pairs add or take as synergies and overlaps: a share of the lesser of two gains."""
        found, at = "", self.improvements.at
        for tied, bonus in self.case.synergies:
            one, other = (self._rows[i] for i in (tied.improvement, tied.other))
            gains, left = (f"{at(h, one)},{at(h, other)}" for h in (head, "left"))
            if all(
                self.improvements.rows[row - 2][self.improvements.heads.index(head)]
                for row in (one, other)
            ):
                found += (
                    f"+{at('chosen', one)}*{at('chosen', other)}*{self._of(bonus)}"
                    f"*MAX(0,MIN({gains}))*MIN({left})"
                )
        return found

    def _headline(self, name: str, formula: Cell, unit: str) -> None:
        point, row = _point(self.study.figures, name), len(self.headlines.rows) + 2
        value, mine = (self.headlines.at(head, row) for head in ("value", "of the study"))
        self.headlines.add(
            name, formula, unit, point, None if point is None else f"={value}-{mine}"
        )


def _point(figures: Figures, name: str) -> float | None:
    return figures[name].point if name in figures else None
