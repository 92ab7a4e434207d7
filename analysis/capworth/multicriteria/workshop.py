"""The page for a workshop: swings are asked, checked while they are given, and written down.

The table criteria with the swings that judges gave, as text ready to be written back.

A weight is asked for by its swing: which move, from which level to which.
"""

import csv
import io
from collections.abc import Mapping
from datetime import date
from html import escape
from importlib import import_module
from importlib.resources import files
from itertools import combinations
from math import floor, log, log10
from pathlib import Path
from typing import Any, Final

from capworth.case.dictionary import dictionary
from capworth.case.files import read_rows, write
from capworth.case.model import Case, Judgement
from capworth.case.tables import read_raw
from capworth.errors import InputError, nearest
from capworth.multicriteria.elicitation import Elicitation, by_pairwise, by_swing

STEP: Final = 5  # points
SLIDER: Final = {"min": 0, "max": 100, "step": STEP, "layout": {"width": "340px"}}
FAR: Final = 2.0  # times by which points and a comparison may differ before both are shown
TIMES: Final = (
    *((f"1/{n}", 1 / n) for n in range(9, 1, -1)),
    *((str(n), float(n)) for n in range(1, 10)),
)
LOGARITHM: Final = "log10 of "  # how the unit of a level begins that is kept as a logarithm
NOT_ASKED: Final = "not asked"
OPEN: Final = (0, 100)  # a range that was not touched: the judge gave none
BASIS: Final = "judged on the workshop page, the swing read out"


class SwingPage:
    """Widgets for one judge's swings; `widget` is what a notebook shows.

    Attributes
    ----------
    widget : the page
    judge, day, file : texts to fill in
    points, ranges : criterion -> slider of its points, and of the judge's own range
    pairs : (criterion, other) -> menu of how many times one swing is worth the other
    found : branch -> what the checks say at this moment, in HTML
    button, told : writes the rows; says what was written
    """

    def __init__(self, case: Case, judge: str = "", file: str | Path = "judgements.csv") -> None:
        if not case.criteria:
            raise InputError(f"case: {case.settings.name} has no criteria. Add the table criteria.")
        self._case = case
        self._w = _widgets()
        self._branches: Mapping[str, list[str]] = {
            parent: [c.id for c in criteria] for parent, criteria in case.siblings.items()
        }
        self._names = {c.id: c.name for c in case.criteria}
        wide = {"width": "480px"}
        self.judge = self._w.Text(value=judge, description="judge")
        self.day = self._w.Text(value="", description="day", placeholder="2019-11-04")
        self.file = self._w.Text(value=str(file), description="file", layout=wide)
        self.points: dict[str, Any] = {}
        self.ranges: dict[str, Any] = {}
        self.pairs: dict[tuple[str, str], Any] = {}
        self.found: dict[str, Any] = {}
        self.button = self._w.Button(description="Write judgements", button_style="primary")
        self.message = self._w.HTML()
        self.button.on_click(self._write)
        parts = [self._w.HBox([self.judge, self.day]), *map(self._branch, self._branches)]
        self.widget = self._w.VBox([*parts, self.file, self.button, self.message])
        self.widget.add_class("capworth-swings")
        self._methods: set[str] = set()  # that this page has written or recalled
        self._recall()

    def _recall(self) -> None:
        """Put the widgets where the case says that this judge left them."""
        for row in self._case.judgements:
            if row.judge != self.judge.value or row.value is None:
                continue
            if row.method == "swing":
                self.points[row.criterion].value = round(row.value)
                if row.low is not None and row.high is not None:
                    self.ranges[row.criterion].value = (round(row.low), round(row.high))
            elif row.method == "pairwise":
                turned = (row.criterion, row.other) not in self.pairs
                pair = (row.other, row.criterion) if turned else (row.criterion, row.other)
                times = 1 / row.value if turned else row.value
                self.pairs[pair].value = min(
                    (value for _, value in TIMES), key=lambda value: abs(log(value / times))
                )
            else:
                continue
            self._methods.add(row.method)
            self.day.value = "" if row.day is None else row.day.isoformat()

    def _branch(self, branch: str) -> Any:
        """One branch: its question, a row for each criterion, the comparisons, the checks."""
        criteria = self._branches[branch]
        rows = [self._w.HTML(f"<h3>{escape(branch_question(self._case, branch))}</h3>")]
        for criterion in criteria:
            name = self._names[criterion]
            self.points[criterion] = self._w.IntSlider(
                value=0, description="points", tooltip=f"points of {name}", **SLIDER
            )
            self.ranges[criterion] = self._w.IntRangeSlider(
                value=OPEN, description="between", tooltip=f"range of points of {name}", **SLIDER
            )
            move = f"<b>{escape(name)}</b><br>"
            move += escape(swing_words(self._case, criterion))
            words = self._w.HTML(move, layout={"width": "300px"})
            rows.append(self._w.HBox([words, self.points[criterion], self.ranges[criterion]]))
        options = [(NOT_ASKED, 0.0), *TIMES]
        for one, other in combinations(criteria, 2):
            asking = f"{self._names[one]} against {self._names[other]}, times"
            menu = self._w.Dropdown(options=options, value=0.0, description="times", tooltip=asking)
            self.pairs[one, other] = menu
            question = escape(pair_question(self._case, one, other))
            rows.append(self._w.HBox([self._w.HTML(f"<i>{question}</i>"), menu]))
        self.found[branch] = self._w.HTML()
        asked = [*(self.points[c] for c in criteria), *(self.ranges[c] for c in criteria)]
        asked += [menu for (one, _), menu in self.pairs.items() if one in criteria]
        for widget in asked:
            widget.observe(lambda _: self._check(branch), names="value")
        self._check(branch)
        return self._w.VBox([*rows, self.found[branch]])

    def _check(self, branch: str) -> None:
        """Say what the judgements of a branch come to, and whether they agree."""
        criteria = self._branches[branch]
        answers = self._swings(branch)
        if not any(row.value for row in answers):
            self.found[branch].value = "<p>No swing has points yet.</p>"
            return
        swing = by_swing(criteria, answers)
        shares = ", ".join(
            f"{escape(self._names[c])} {w:.0%}"
            for c, w in zip(criteria, swing.weights, strict=True)
        )
        words = [f"Weights: {shares}."]
        if not swing.passed:
            words.append(f"The most valuable swing has {swing.figure:g} points, not 100.")
        words += [
            f"{escape(self._names[row.criterion])}: its points are outside its range."
            for row in answers
            if _outside(row)
        ]
        pairs = self._compared(branch)
        if len(criteria) > 1 and len(pairs) == len(criteria) * (len(criteria) - 1) // 2:
            found = by_pairwise(criteria, pairs)
            words.append(f"Consistency ratio of the comparisons: {found.figure:.2f}.")
            if found.revisit:
                words.append(f"Look again at {escape(found.revisit)}.")
        points = {row.criterion: row.value or 0.0 for row in answers}
        for row in pairs:
            times = points[row.criterion] / points[row.other] if points[row.other] else 0.0
            spoken = row.value or 1.0
            if not times or not 1 / FAR <= times / spoken <= FAR:
                words.append(
                    f"{escape(self._names[row.criterion])} against "
                    f"{escape(self._names[row.other])}: {spoken:.2g} times by comparison, "
                    f"{times:.2g} times by points."
                )
        self.found[branch].value = "".join(f"<p>{word}</p>" for word in words)

    def _swings(self, branch: str) -> list[Judgement]:
        answers = []
        for c in self._branches[branch]:
            ends = self.ranges[c].value
            low, high = (None, None) if tuple(ends) == OPEN else map(float, ends)
            value, words = float(self.points[c].value), swing_question(self._case, c)
            answers.append(self._said("swing", c, value=value, low=low, high=high, words=words))
        return answers

    def _compared(self, branch: str) -> list[Judgement]:
        return [
            self._said(
                "pairwise",
                one,
                other=other,
                value=menu.value,
                words=pair_question(self._case, one, other),
            )
            for (one, other), menu in self.pairs.items()
            if one in self._branches[branch] and menu.value
        ]

    def _said(self, method: str, criterion: str, **rest: Any) -> Judgement:
        return Judgement(self.judge.value.strip(), method, criterion, "D", **rest, basis=BASIS)

    def judgements(self) -> tuple[Judgement, ...]:
        """All that was judged: every swing, and the comparisons of branches compared in full."""
        found: list[Judgement] = []
        for branch, criteria in self._branches.items():
            pairs = self._compared(branch)
            found += self._swings(branch)
            found += pairs if len(pairs) == len(criteria) * (len(criteria) - 1) // 2 else []
        return tuple(found)

    def write(self, file: str | Path | None = None) -> Path:
        """Write the rows into the table of judgements, in place of this judge's earlier ones.

        Raises
        ------
        InputError
            When the judge has no name, a branch has no points, or points are outside their range.
        """
        path = Path(self.file.value if file is None else file)
        answers = self.judgements()
        if not self.judge.value.strip():
            raise InputError("judge: the name is empty. Write who judges; a role will do.")
        for branch in self._branches:
            if not any(self.points[c].value for c in self._branches[branch]):
                where = self._names.get(branch, "the top of the tree")
                raise InputError(f"{where}: no swing has points. Give the most valuable one 100.")
        for row in answers:
            if _outside(row):
                raise InputError(
                    f"{self._names[row.criterion]}: {row.value:g} points are outside "
                    f"{row.low:g} to {row.high:g}. Move the points or the range."
                )
        day = self.day.value.strip()
        try:
            date.fromisoformat(day or "2000-01-01")
        except ValueError:
            raise InputError(f"day: {day!r} is not a day. Write it like 2019-11-04.") from None
        columns = list(dictionary()["judgements"])
        kept = [] if not path.is_file() else _rows(path)
        self._methods |= {row.method for row in answers}
        mine = self.judge.value.strip()
        kept = [r for r in kept if r.get("judge") != mine or r.get("method") not in self._methods]
        new = [{c: _cell(getattr(row, c)) for c in columns} for row in answers]
        for row_cells in new:
            row_cells["day"] = day
        lines = io.StringIO(newline="")
        writer = csv.DictWriter(lines, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({c: row.get(c) or "" for c in columns} for row in (*kept, *new))
        write(path, lines.getvalue())
        return path

    def _write(self, _: object) -> None:
        """Answer the button: write, or say what is missing."""
        try:
            path = self.write()
        except (InputError, OSError) as error:
            self.message.value = f"<p><b>Not written.</b> {escape(str(error))}</p>"
        else:
            rows = len(self.judgements())
            self.message.value = f"<p>{rows} judgements written to {escape(str(path))}.</p>"

    def _ipython_display_(self) -> None:
        """Show the page, then name its sliders for those who cannot see them."""
        shown = import_module("IPython.display")
        shown.display(self.widget)
        shown.display(
            shown.Javascript(files(__package__).joinpath("workshop.js").read_text("utf-8"))
        )


def swing_page(case: Case, judge: str = "", file: str | Path = "judgements.csv") -> SwingPage:
    """Make the page on which one judge weighs the swings of a case.

    Every criterion shows its move from worst to best. The page says at once which weights the
    points come to, whether the most valuable swing has 100 points, how consistent comparisons
    between pairs are, and where comparisons and points part. The button writes the rows.

    Parameters
    ----------
    case : with criteria
    judge : name or role; may be filled in on the page. The page opens where the case says that
        this judge left it
    file : table of judgements to write; other judges' rows in it are kept

    Raises
    ------
    InputError
        When the case has no criteria, or ipywidgets is not installed.
    """
    return SwingPage(case, judge, file)


def _widgets() -> Any:
    try:
        return import_module("ipywidgets")
    except ImportError as error:
        raise InputError(
            "the page needs ipywidgets. Install capworth with the extra 'notebooks'."
        ) from error


def _outside(row: Judgement) -> bool:
    """Whether points lie outside the range that the judge gave."""
    if row.value is None or row.low is None or row.high is None:
        return False
    return not row.low <= row.value <= row.high


def _rows(path: Path) -> list[dict[str, str]]:
    head, rows = read_rows(path)
    return [dict(zip(head, cells, strict=True)) for _, cells in rows]


def _cell(value: object) -> str:
    return "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)


JUDGED = ("swing_low", "swing", "swing_high", "grade", "basis")  # cells that are taken over


def judged_criteria(place: str | Path, found: Elicitation) -> str:
    """Return `criteria.csv` of a case with elicited swings and ranges in it.

    Every other cell stays as it was typed; criteria that nobody judged keep their swing.

    Parameters
    ----------
    place : folder or workbook of the case whose judgements were elicited
    found : of `elicit`

    Raises
    ------
    InputError
        When the case has no table criteria.
    """
    table = read_raw(place).tables.get("criteria")
    if table is None or not table.rows:
        raise InputError(f"{place}: there is no table criteria to put weights into. Add it.")
    swings = found.to_frame()
    used = {column for row in table.rows for column in row.cells}
    columns = [c for c in dictionary()["criteria"] if c in used or c in JUDGED]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    for row in table.rows:
        cells = dict(row.cells)
        if cells["id"] in swings.index:
            judged = swings.loc[cells["id"]]
            points = {c: f"{judged[c]:g}" for c in JUDGED[:3]}
            words = {c: str(judged[c]) for c in JUDGED[3:]}
            cells |= {**points, **words, "source": ""}
        writer.writerow({c: cells.get(c, "") for c in columns})
    return text.getvalue()


def swing_words(case: Case, criterion: str) -> str:
    """Say which move from worst to best a criterion's weight belongs to.

    Raises
    ------
    InputError
        When the case has no such criterion; the nearest name is given.
    """
    known = {c.id: c for c in case.criteria}
    if criterion not in known:
        raise InputError(f"the case has no criterion {criterion!r}. {nearest(criterion, known)}")
    found = known[criterion]
    if found.is_measured:
        unit = found.unit.removeprefix(LOGARITHM)
        ends = (10.0**end if unit != found.unit else end for end in found.ends)
        worst, best = map(_plain, ends)
        return f"from {worst} to {best} ({unit})"
    below = ", ".join(c.name.lower() for c in case.siblings[criterion])
    return f"from the worst to the best level of all of it ({below})"


def _plain(amount: float) -> str:
    """An amount as people say it: three digits that count, never a power of ten."""
    if not amount:
        return "0"
    places = 2 - floor(log10(abs(amount)))
    text = f"{round(amount, places):,.{max(places, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def branch_question(case: Case, branch: str) -> str:
    """Ask for the swings of one branch; "" is the top of the tree."""
    names = {c.id: c.name for c in case.criteria}
    where = f"Within {names[branch].lower()}: suppose" if branch else "Suppose"
    return (
        f"{where} that everything stands at its worst level. Which one move from worst to "
        "best is the most valuable? Give it 100 points, and the others points in proportion."
    )


def swing_question(case: Case, criterion: str) -> str:
    """Ask for the points of one swing, as it is written down with the answer."""
    return (
        f"How much is the move {swing_words(case, criterion)} worth, if the most valuable move of "
        "its branch is worth 100?"
    )


def pair_question(case: Case, criterion: str, other: str) -> str:
    """Ask how many times one swing is worth another."""
    names = {c.id: c.name for c in case.criteria}
    one, two = (f"“{names[c]}”, {swing_words(case, c)}" for c in (criterion, other))
    return f"How many times is the move of {one}, worth the move of {two}?"
