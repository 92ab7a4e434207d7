"""Cost lines as they turn out, and what is paid of them by year, as formulas."""

from collections.abc import Iterator

from capworth.case.model import CostLine, Estimate
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.draws import AtModes
from capworth.model.out_turn import amount_of, bias_of
from capworth.report.twin.sheets import (
    DRAWN,
    IMPROVEMENT,
    ONE,
    RECEIPT,
    SERVICE,
    STATED,
    Cell,
    Inputs,
)


class Costs(Inputs):
    """Formulas of cost lines."""

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
        path = ended + self._grown(line) + self._nominal(line)
        share = "" if line.kind == "recurrent" else f"/({at('to', row)}-{at('from', row)}+1)"
        money = f"{at('amount', row)}*{at('price', row)}"
        years = f"{self.years.along(self._year['discount'])}*{self._active(row)}{path}"
        self.costs.add(
            *(f"{line.id}, kept", IMPROVEMENT, improvement, line.payer, "kept"),
            *(f"={at(head, first)}" for head in ("from", "to", "amount", "price")),
            None,
            *(
                f"={money}*SUMPRODUCT({years}*{self._share(improvement, late=late)}){share}"
                f"/{MILLION:.0f}"
                for late in (False, True)
            ),
        )
