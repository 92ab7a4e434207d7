"""The live twin: a spreadsheet's own reckoning gives our figures at the modes, and follows changes.

The formulas are computed by the package `formulas`, which knows nothing of us.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path

import formulas
import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from capworth.case.model import Case
from capworth.case.read import read_case
from capworth.model.draws import AtModes
from capworth.model.simulation import Model
from capworth.render.book import write_book
from capworth.report.edition import Content
from capworth.report.twin import Sheet, twin_of
from capworth.study.stages import Study, run_study

pytestmark = pytest.mark.filterwarnings("ignore")  # of the package that computes
UK = Path(__file__).parents[2] / "data" / "uk-police-data"
CLOSE = 1e-9
HEADLINES = (
    "cost.all_capabilities",
    *(f"{q}.programme" for q in ("asked", "cost", "gain", "money", "harm", "net")),
)
QUANTITIES = (("asked_m", "asked"), ("cost_m", "cost"), ("gain", "gain"))


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

    def number(self, name: str, head: str, row: str) -> float:
        """What stands in a column of a sheet, in the row whose first cell is this."""
        sheet = self._sheets[name]
        place = [cells[0] for cells in sheet.rows].index(row)
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
    assert tried == 3 * len(mine.case.improvements)
    for name in HEADLINES:
        point = mine.figures[name].point
        assert point is not None
        if (case, name) == ("uk", "harm.programme"):
            assert point == 0, "no harm is counted there, and none is shown"
            continue
        assert found.number("twin", "value", name) == pytest.approx(point, rel=CLOSE)
        assert found.number("twin", "of the study", name) == pytest.approx(point, rel=1e-14)
    formulas = [c for s in found.sheets for r in s.rows for c in r if str(c)[:1] == "="]
    assert len(formulas) < (1000 if case == "bundled" else 250), "what a reader can follow"


def changed(sheets: Sequence[Sheet], name: str, row: str, head: str, value: float) -> None:
    """Put a number into a cell, as somebody who tries something does."""
    sheet = next(sheet for sheet in sheets if sheet.name == name)
    place = [cells[0] for cells in sheet.rows].index(row)
    cells = list(sheet.rows[place])
    cells[sheet.heads.index(head)] = value
    sheet.rows[place] = tuple(cells)


@pytest.fixture(scope="module")
def tried(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Computed:
    """The small twin after somebody changed an effect, a cost, and the set."""
    sheets = twin_of(study)
    changed(sheets, "twin inputs", "effects/LINK/NET/reach", "value", 25.0)
    changed(sheets, "twin inputs", "costs/LINK-BUILD", "value", 25000)
    changed(sheets, "twin improvements", "LINK", "chosen", 1)
    changed(sheets, "twin improvements", "LINK", "delay", 1)
    return Computed(sheets, tmp_path_factory.mktemp("tried"))


def test_the_twin_follows_what_is_changed(tried: Computed, small: Case) -> None:
    other = small.with_value("effects/LINK/NET/reach", mode=25)
    other = other.with_value("costs/LINK-BUILD", mode=25000)
    drawn = Model(other).answer(AtModes())
    for k, i in enumerate(other.improvement_ids):
        for head, known in (
            ("gain", drawn.gains.distance[0, k]),
            ("asked_m", drawn.asked[0, k] / 1e6),
            ("cost_m", drawn.improvement_cost[0, k] / 1e6),
        ):
            assert tried.number("twin improvements", head, i) == pytest.approx(known, rel=CLOSE)


def sums(computed: Computed, head: str, names: Sequence[str]) -> float:
    """Sum of a column of the improvements."""
    return sum(computed.number("twin improvements", head, i) for i in names)


def test_a_set_of_ones_own_is_counted(tried: Computed) -> None:
    mine = ["SCAN", "LINK"]
    assert tried.number("twin", "value", "asked.programme") == pytest.approx(
        sums(tried, "asked_m", mine), rel=CLOSE
    )
    late = tried.number("twin improvements", "late_cost_m", "LINK")
    assert late < tried.number("twin improvements", "cost_m", "LINK")
    assert tried.number("twin improvements", "left", "LINK") < 1


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
