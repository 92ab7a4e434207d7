"""The live twin: a spreadsheet's own reckoning gives our figures at the modes, and follows changes.

The formulas are computed by the package `formulas`, which knows nothing of us.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import formulas
import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from capworth.case.model import (
    DISTANCE,
    HARM,
    NET,
    BusinessAsUsual,
    Case,
    ChainStep,
    Effect,
    Estimate,
    Saving,
)
from capworth.case.read import read_case
from capworth.programme.choice import Choice
from capworth.render.book import write_book
from capworth.report.edition import Content
from capworth.report.twin import chains, twin_of
from capworth.report.twin.sheets import DRAWN, Cell, Sheet
from capworth.study.figures import _AtModes
from capworth.study.stages import Study, run_study

pytestmark = pytest.mark.filterwarnings("ignore")  # of the package that computes
UK = Path(__file__).parents[2] / "data" / "uk-police-data"
CLOSE = 1e-9
HEADLINES = (
    "cost.all_capabilities",
    *(f"{q}.programme" for q in ("asked", "cost", "gain", "money", "harm", "net")),
)
QUANTITIES = (("asked_m", "asked"), ("cost_m", "cost"), ("gain", "gain"))
CHAINS = (("money_m", "money"), ("harm_days", "harm"))  # empty where nothing is known


class Computed:
    """The sheets of a twin, computed."""

    def __init__(self, sheets: Sequence[Sheet], place: Path) -> None:
        book = Workbook()
        del book[book.sheetnames[0]]
        for sheet in sheets:
            page = book.create_sheet(sheet.name)
            page.append(list(sheet.heads))
            for row in sheet.rows:
                page.append(list(row))
        path = place / "twin.xlsx"
        book.save(path)
        found = formulas.ExcelModel().loads(str(path)).finish().calculate()
        self.sheets = tuple(sheets)
        self._sheets = {sheet.name: sheet for sheet in sheets}
        self._cells: dict[str, object] = {}
        for key, ranged in found.items():
            where = re.fullmatch(r"'\[TWIN\.XLSX\](.*)'!([A-Z]+[0-9]+)", str(key).upper())
            if where:
                self._cells["!".join(where.groups())] = ranged.value[0, 0]

    def has(self, name: str, head: str, row: str) -> bool:
        """Whether anything stands there."""
        sheet = self._sheets[name]
        cells = next(cells for cells in sheet.rows if cells[0] == row)
        return cells[sheet.heads.index(head)] is not None

    def number(self, name: str, head: str, row: str) -> float:
        """What stands in a column of a sheet, in the row whose first cell is this."""
        sheet = self._sheets[name]
        place = [cells[0] if cells else None for cells in sheet.rows].index(row)
        where = sheet.at(head, place + 2).rpartition("!")[2].replace("$", "")
        found = self._cells[f"{name.upper()}!{where}"]
        assert isinstance(found, float | int), (name, head, row, found)
        return float(found)


@pytest.fixture(scope="module")
def studies(study: Study, bundled: Study) -> Mapping[str, Study]:
    """The small, the bundled and the British case."""
    british = run_study(read_case(UK), draws=60, progress=False)
    return {"small": study, "bundled": bundled, "uk": british}


@pytest.mark.parametrize("case", ["small", "uk", pytest.param("bundled", marks=pytest.mark.long)])
def test_a_spreadsheet_finds_our_figures_at_the_modes(
    case: str, studies: Mapping[str, Study], tmp_path: Path
) -> None:
    mine = studies[case]
    found = Computed(twin_of(mine), tmp_path)
    tried = 0
    for i in mine.case.improvement_ids:
        for head, quantity in QUANTITIES:
            point = mine.figures[f"{quantity}.{i}"].point
            assert point is not None
            told = found.number("twin improvements", head, i)
            assert told == pytest.approx(point, rel=CLOSE, abs=1e-15), (i, quantity)
            tried += 1
        for head, quantity in CHAINS:
            figure = mine.figures.get(f"{quantity}.{i}")
            if found.has("twin improvements", head, i):
                assert figure is not None
                assert figure.point is not None
                told = found.number("twin improvements", head, i)
                assert told == pytest.approx(figure.point, rel=CLOSE, abs=1e-15), (i, quantity)
                tried += 1
            else:
                assert figure is None or not figure.point, "nothing is known, or nothing brought"
    assert tried > 3 * len(mine.case.improvements)
    for name in HEADLINES:
        point = mine.figures[name].point
        assert point is not None
        if (case, name) == ("uk", "harm.programme"):
            assert point == 0, "no harm is counted there, and none is shown"
            continue
        assert found.number("twin", "live", name) == pytest.approx(point, rel=CLOSE)
        assert found.number("twin", "of the study", name) == pytest.approx(point, rel=1e-14)
    formulas = [c for s in found.sheets for r in s.rows for c in r if str(c)[:1] == "="]
    assert len(formulas) < (1800 if case == "bundled" else 300), "what a reader can follow"


def changed(sheets: Sequence[Sheet], name: str, row: str, head: str, value: Cell) -> None:
    """Put a number into a cell, as somebody who tries something does."""
    sheet = next(sheet for sheet in sheets if sheet.name == name)
    place = [cells[0] if cells else None for cells in sheet.rows].index(row)
    cells = list(sheet.rows[place])
    cells[sheet.heads.index(head)] = value
    sheet.rows[place] = tuple(cells)


CHANGED = {  # one input of every kind: what it is changed to
    "costs/SCAN-BUILD": 70_000,
    "costs/LAB-STAFF": 120_000,
    "scores/REG/speed": 30,
    "criteria/reach": 95,
    "effects/LINK/NET/reach": 25,
    "effects/SCAN/REG/hit_rate": 1.8,
    "chain/REG/used": 0.5,
    "chain/REG/DOC/counterfactual": 0.4,
    "chain/LAB/hits": 95,
    "unit_values/ARREST/money/fiscal": 6_000,
    "unit_values/ARREST/harm/all": 45,
}


def test_what_is_changed_gives_the_figures_of_the_changed_case(
    study: Study, tmp_path: Path
) -> None:
    other = study.case
    for name, value in CHANGED.items():
        other = other.with_value(name, mode=value)
    theirs = run_study(other, draws=60, progress=False)
    drawn = {str(cells[0]): cells[1] for cells in twin_of(theirs)[2].rows if cells[-1] == DRAWN}
    sheets = twin_of(study)
    inputs: dict[str, Cell] = {**CHANGED, **drawn}
    for name, number in inputs.items():
        changed(sheets, "twin inputs", name, "value", number)
    chosen = theirs.programme.to_frame()
    for i in other.improvement_ids:
        changed(sheets, "twin improvements", i, "chosen", int(chosen["chosen"][i]))
    found = Computed(sheets, tmp_path)
    for name in HEADLINES:
        mine, yours = study.figures[name].point, theirs.figures[name].point
        assert mine is not None
        assert yours is not None
        assert mine != pytest.approx(yours, rel=1e-3), name
        assert found.number("twin", "live", name) == pytest.approx(yours, rel=CLOSE), name


def crowded(small: Case) -> Case:
    """All act on one chain that ends unless CLOUD keeps it, and save on one line; every step."""
    step = next(s for s in small.chain if s.step == "verified" and s.capability == "LAB")

    def stepped(capability: str, name: str, value: float, outcome: str = "") -> ChainStep:
        where = "/".join(filter(None, (capability, outcome, name)))
        unit = "days" if name in {"delay", "patience"} else "share"
        level = replace(rate(f"chain/{where}", value), unit=unit)
        return replace(step, capability=capability, outcome=outcome, step=name, level=level)

    effect = next(e for e in small.effects if e.step == "verified")

    def acting(improvement: str, capability: str, name: str, value: float, how: str) -> Effect:
        change = replace(rate(f"effects/{improvement}/{capability}/{name}", value), unit="x")
        what = {"capability": capability, "step": name, "means": how}
        return replace(effect, improvement=improvement, change=change, **what)

    def rate(name: str, value: float) -> Estimate:
        ends = sorted((0.9 * value, 1.1 * value))
        return replace(step.level, name=name, low=ends[0], mode=value, high=ends[1])

    def share(improvement: str, value: float, year: int | None = None) -> Saving:
        name = f"savings/{improvement}/LAB-STAFF"
        return Saving(improvement, "LAB-STAFF", rate(name, value), from_year=year)

    line = next(line for line in small.costs if line.id == "LINK-BUILD")
    fee = replace(line.amount, name="costs/LINK-FEE", low=8e3, mode=9e3, high=1e4)
    one, two = small.relations[0], small.relations[-1]
    return replace(
        small,
        chain=(
            *(s for s in small.chain if (s.outcome, s.step) != ("DOC", "contribution")),
            stepped("REG", "bilateral", 0.4, "DOC"),
            stepped("REG", "displacement", 0.1, "DOC"),
            stepped("REG", "elasticity", 0.7),
            stepped("REG", "delay", 3.0),
            stepped("REG", "patience", 9.0, "DOC"),
            stepped("REG", "patience", 5.0, "ARREST"),
            stepped("REG", "false_hit", 0.2, "WRONG"),
        ),
        outcomes=(
            *small.outcomes,
            replace(small.outcomes[0], id="WRONG", name="Wrong person", adverse=True),
        ),
        unit_values=(
            *small.unit_values,
            replace(
                small.unit_values[0],
                outcome="WRONG",
                worth=rate("unit_values/WRONG/money", 300.0),
                transfer=rate("unit_values/WRONG/money/transfer", 0.4),
            ),
        ),
        effects=(
            *small.effects,
            acting("CLOUD", "REG", "searches", 1.3, "change"),
            acting("LINK", "REG", "searches", 1.2, "change"),
            acting("CLOUD", "LAB", "verified", 0.8, "level"),
            acting("SCAN", "LAB", "hits", 1.6, "change"),
        ),
        improvements=tuple(
            replace(i, keeps="LAB" if i.id == "CLOUD" else "", ramp_years=int(i.id == "SCAN"))
            for i in small.improvements
        ),
        business_as_usual=(
            BusinessAsUsual("LAB", rate("business_as_usual/LAB", 0.1), None, 2027),
            BusinessAsUsual("REG", rate("business_as_usual/REG", -0.05), None, None),
        ),
        savings=(share("CLOUD", 0.3), share("SCAN", 0.2), share("LINK", 0.3, 2026)),
        costs=(
            *small.costs,
            replace(line, id="LINK-FEE", amount=fee, kind="recurrent", category="revenue"),
        ),
        relations=(
            *small.relations,
            replace(one, relation="synergy", bonus=rate("relations/LINK/SCAN", 0.25)),
            replace(two, relation="synergy", bonus=rate("relations/CLOUD/SCAN", -0.1)),
        ),
    )


@pytest.mark.long
def test_any_set_is_counted_as_the_library_counts_it(small: Case, tmp_path: Path) -> None:
    """All three, and two, some of them late, where all is that a chain and a saving may have."""
    mine = run_study(crowded(small), draws=60, progress=False)
    choice = Choice.of(_AtModes.of_sample(mine.sample))
    for members, delays in (([1, 1, 1], [0, 1, 0]), ([1, 1, 0], [1, 0, 0])):
        sheets = twin_of(mine)
        for i, chosen, delay in zip(mine.case.improvement_ids, members, delays, strict=True):
            changed(sheets, "twin improvements", i, "chosen", chosen)
            changed(sheets, "twin improvements", i, "delay", delay)
        found = Computed(sheets, tmp_path)
        taken, late = np.array(members, dtype=bool), np.array(delays)
        known = {"cost": float(choice.whole_cost(taken, late)[0]) / 1e6}
        for name, measure, scale in (
            *(("gain", DISTANCE, 1.0), ("harm", HARM, 1.0)),
            *(("money", "money", 1e6), ("net", NET, 1e6)),
        ):
            known[name] = float(choice.by_draw(taken, late, measure)[0]) / scale
        for name, number in known.items():
            told = found.number("twin", "live", f"{name}.programme")
            assert told == pytest.approx(number, rel=CLOSE), (name, members)


@pytest.mark.long
def test_where_many_meet_what_they_add_together_is_a_number(
    small: Case, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(chains, "FEW", 1)
    case = replace(crowded(small), relations=()).with_settings(budget=1e9, target=1e9)
    mine = run_study(case, draws=60, progress=False)
    assert len(mine.programme.chosen) > 1
    found = Computed(twin_of(mine), tmp_path)
    kept = {str(c[0]): c[1] for s in found.sheets if s.name == "twin inputs" for c in s.rows}
    assert any(name.startswith("together/") and value for name, value in kept.items())
    for name in ("money.programme", "harm.programme", "net.programme"):
        point = mine.figures[name].point
        assert found.number("twin", "live", name) == pytest.approx(point, rel=CLOSE)


def formula_cells(book: Workbook, live: bool) -> Iterator[str]:
    """Formulas of the sheets of the twin, or of the others."""
    for sheet in book.worksheets:
        if sheet.title.startswith("twin") is live:
            for row in sheet.iter_rows():
                yield from (str(cell.value) for cell in row if cell.data_type == "f")


def test_the_book_holds_the_twin_and_no_other_formula(study: Study) -> None:
    edition = Content.of(study).said("en")
    typed = {"typed": pd.DataFrame({"text": ["=1+1"]})}  # a text of the case, as it was typed
    one, other = (write_book([edition], study.figures, typed, twin_of(study)) for _ in range(2))
    assert one == other
    book = load_workbook(BytesIO(one))
    assert [*formula_cells(book, live=False)] == []
    assert book["typed"]["B2"].value == "=1+1"
    written = [*formula_cells(book, live=True)]
    sheets = twin_of(study)
    stated = [c for s in sheets for r in s.rows for c in r if isinstance(c, str) and c[:1] == "="]
    assert sorted(written) == sorted(stated)
    assert len(written) > 80
    assert book.calculation.fullCalcOnLoad
