"""Results chains that improvements act on, and what is saved, as formulas."""

from collections.abc import Sequence
from itertools import combinations
from typing import Final

import numpy as np

from capworth.case.model import HARM, CostLine, Effect, Saving
from capworth.case.rules.chain import SHARE_STEPS
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.chain import FALSE
from capworth.model.draws import AtModes
from capworth.model.joint_gains import MONEY, Chain, meetings_of
from capworth.report.twin.gains import Gains

FEW: Final = 4  # improvements on one chain up to which every set of them is walked


class Chains(Gains):
    """Formulas of results chains and savings."""

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
        row = [self.improvements.rows[self._rows[i] - 2] for i in self.case.improvement_ids]
        chosen, delay = (self.improvements.heads.index(head) for head in ("chosen", "delay"))
        late = {k: int(row[k][delay] or 0) for k in place.users}
        mine = [k for k in place.users if row[k][chosen]]
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
                rest: list[str | None] = [None] * 4
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
            unit = self._money.partition(" of ")[2] if scale == MONEY else "days"
            self._rows[key] = self.worths.add(outcome, scale, f"={'+'.join(parts)}", unit)
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
            late = self._share(some[0], late=True)
            years = f"={chosen}*SUMPRODUCT({discount}*{late}{path})"
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
            path = self._going(line) + self._grown(line) + self._nominal(line)
            paid = f"{discount}*{self._active(row)}{path}"
            self.savings.add(
                key,
                f"={at('amount', row)}*{at('price', row)}*SUMPRODUCT({paid}*(1-{remains}))"
                f"{share}/{MILLION:.0f}",
            )

    def _going(self, line: CostLine) -> str:
        """A factor in a sum over years: 0 once a capability has ended and nothing keeps it."""
        row = self._year.get(f"there/{line.capability}")
        if row is None:
            return self._borne(line.platform)
        there, kept = self.years.along(row), ""
        for k in self.model.costs.keepers(line):
            keeper = self.case.improvement_ids[k]
            chosen = self.improvements.at("chosen", self._rows[keeper])
            kept += f"+(1-{there})*{chosen}*{self._share(keeper, late=True)}"
        return f"*({there}{kept})"

    def _remains(self, saving: Saving) -> str:
        """Share of a line that an improvement leaves, in a sum over years."""
        when = self._share(saving.improvement, late=True)
        if saving.from_year is not None:
            when = f"({self.years.along(self._year['year'])}>={saving.from_year})"
        chosen = self.improvements.at("chosen", self._rows[saving.improvement])
        return f"(1-{chosen}*{self._of(saving.share)}*{when})"
