"""The live twin of the decision: from inputs at their modes to the headline figures, as formulas.

What a reader of the data book can follow and change in a spreadsheet: costs as they turn out, what
improvements close of the distance to the agreed levels, the results chains that they act on, what
they save, and the programme. Extents, the expected distance and what a stated total is multiplied
by stand as numbers.
"""

from typing import Final

from capworth.case.model import HARM
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.figures import EVERY, PROGRAMME, Figures
from capworth.model.joint_gains import MONEY
from capworth.report.twin.chains import Chains
from capworth.report.twin.sheets import DRAWN, IMPROVEMENT, OF_STUDY, SERVICE, STATED, Cell, Sheet
from capworth.study.stages import Study

WHOSE: Final = {
    f"cost.{EVERY}": ", all services of today",
    f"cost.{PROGRAMME}": ", of the programme",
}
HEADLINES: Final = {
    "cost": "Whole-life cost, present value",
    "asked": "Money that the programme asks for",
    "gain": "What the programme closes of the distance to the agreed levels",
    "money": "What the programme brings in money, present value",
    "harm": "Harm that the programme spares, a year",
    "saving": "What the programme saves of costs of today, and what comes in",
    "net": "Net: what it brings and saves in money less what it costs",
}
NOTES: Final = (
    "How to use it: change a yellow cell of 'twin inputs' or 'twin improvements' and read here"
    " what moves.",
    "Costs, scores, weights, effects, results chains, unit values and savings are followed, and any"
    " set with any starts. The set that is best then is not sought again.",
    "These are figures with every input at its mode. The paper prints means over the draws, which"
    " differ where ranges are not even.",
    "Extents, the expected distance and factors of stated totals come from the draws and do not"
    " follow.",
)


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


class _Twin(Chains):
    """All sheets, the headline figures last."""

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
                *(f"={self._gain_of(at('improvement', row), head)}" for head in ("alone", "late")),
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

    def _gain_of(self, improvement: str, head: str) -> str:
        rows = range(2, len(self.gains.rows) + 2)
        if not rows:
            return "0"
        owners, column = (self.gains.down(h, rows) for h in ("improvement", head))
        return f"SUMIF({owners},{improvement},{column})"

    def _write_headlines(self) -> None:
        self._headline(f"cost.{EVERY}", f"={self._costs_of('cost_m', '')}", "millions")
        if "programme" in self.study:
            self._headline_programme()
        self.headlines.add()
        for note in NOTES:
            self.headlines.add(note)

    def _headline_programme(self) -> None:
        mine = [self._rows[i] for i in self.case.improvement_ids]
        chosen, gain = (self.improvements.down(head, mine) for head in ("chosen", "late_gain"))
        for name, head in (("asked", "asked_m"), ("cost", "late_cost_m")):
            total = f"=SUMPRODUCT({chosen},{self.improvements.down(head, mine)})"
            self._headline(f"{name}.{PROGRAMME}", total, "millions")
        closed = f"=SUMPRODUCT({chosen},{gain})" + "".join(
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
            total = "=" + "-".join(self.headlines.at("live", row) for row in (money, cost))
            if self.savings.rows:
                saved = self.savings.down("saved_m", (2, len(self.savings.rows) + 1))
                self._headline(f"saving.{PROGRAMME}", f"=SUM({saved})", "millions")
                total += "+" + self.headlines.at("live", len(self.headlines.rows) + 1)
            self._headline(f"net.{PROGRAMME}", total, "millions")
        budget = self._number("case/budget", self.study.programme.budget_m, "millions", STATED)
        asked = self.headlines.at("live", rows[f"asked.{PROGRAMME}"])
        self.headlines.add(
            "budget", "Budget less what is asked for", f"={budget}-{asked}", self._money
        )

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
        value, mine = (self.headlines.at(head, row) for head in ("live", "of the study"))
        words = HEADLINES[name.partition(".")[0]] + WHOSE.get(name, "")
        less = None if point is None else f"={value}-{mine}"
        self.headlines.add(
            name, words, formula, self._money if unit == "millions" else unit, point, less
        )


def _point(figures: Figures, name: str) -> float | None:
    return figures[name].point if name in figures else None
