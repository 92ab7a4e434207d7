"""Cases that outgrow a page: charts draw the first things and say so; none is taller than it."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from capworth.case.read import read_case
from capworth.charts.chart import MOST_ROWS, TALLEST
from capworth.charts.gallery import GALLERY
from capworth.language.language import Language
from capworth.report.annex.sheet import MOST, ROWS, grid_rows
from capworth.report.bars import Bar, Group, first_rows
from capworth.report.content import say
from capworth.study.stages import Study, run_study

DRAWS, SIZE = 4, 60
PARTS = {"appraisal", "contributions", "excellence"}  # of which most charts of capabilities are


def studied(folder: Path, size: int, only: set[str]) -> Study:
    """The small case with so many capabilities."""
    path = Path(__file__).parents[2] / "benchmarks" / "bench_scale.py"
    spec = spec_from_file_location("bench_scale", path)
    assert spec is not None
    assert spec.loader is not None
    scale = module_from_spec(spec)
    spec.loader.exec_module(scale)
    case = read_case(scale.grown(scale.SMALL, folder, "capabilities", size))
    return run_study(case, DRAWS, only=sorted(only))


@pytest.mark.long
def test_no_chart_is_taller_than_its_page(tmp_path: Path) -> None:
    study = studied(tmp_path / "case", SIZE, PARTS)
    language, cut = Language.of(study.case, "en"), set()
    for name, chart in GALLERY.items():
        if not {*chart.needs} <= PARTS or not chart.asked(study):
            continue
        figure, (_, many, every_one) = chart.figure(study, language), chart.drawn(study)
        assert figure.get_size_inches()[1] <= TALLEST + 1e-9, name
        rest = f"Drawn: the first {many} of {every_one}" if many < every_one else "Drawn: "
        assert (rest in chart.caption(study, language)) == (many < every_one), name
        if many < every_one:
            cut.add(name)
            most = max(len([t for t in a.get_yticklabels() if t.get_text()]) for a in figure.axes)
            assert many <= MOST_ROWS
            assert most <= 2 * TALLEST / 0.166, name  # no more rows than stand in such a height
            assert len(chart.table(study)) >= every_one, name  # all in the table behind it
    assert cut >= {"payers", "capability_ranks", "contributions", "efficiency", "gap_table"}
    ranks = GALLERY["capability_ranks"].figure(study, language).axes[0]
    shown = [label.get_text() for label in ranks.get_yticklabels()]
    first = GALLERY["capability_ranks"].table(study).index[:MOST_ROWS]
    assert shown == [language.short(str(key)) for key in first]


def test_the_last_row_counts_the_others() -> None:
    def bar(k: int) -> Bar:
        return Bar(say("none"), (None, None)) if k else Bar(say("unknown"), (None, None))

    groups = [Group(None, "solid", tuple(map(bar, range(3)))), Group(None, "grey", (bar(1),) * 5)]
    kept, hidden = first_rows(groups, 8)
    assert (kept, hidden) == (tuple(groups), 0)
    kept, hidden = first_rows(groups, 5)
    assert [len(group.bars) for group in kept] == [3, 3]
    assert hidden == 3
    assert kept[1].bars[-1] == Bar(say("and_more", count=3), (None, None))
    kept, hidden = first_rows(groups, 2)
    assert [len(group.bars) for group in kept] == [3]
    assert kept[0].bars[-1] == Bar(say("and_more", count=6), (None, None))


def test_a_table_counts_what_it_leaves_out() -> None:
    rows = [(say("none"), None)] * ROWS
    assert grid_rows(rows) == tuple(rows)
    more = grid_rows([*rows, rows[0]])
    assert len(more) == MOST + 1
    assert more[-1] == (say("and_more", count=ROWS + 1 - MOST), None)
