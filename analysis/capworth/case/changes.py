"""Another case made of one: values, weights, settings, things left out or added, scenarios.

A case is changed as its text would be, so that what comes of it passes the same door as what was
typed, and is the case that is read when it is written out.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import partial
from numbers import Real
from typing import Any, Final

from capworth.case.claim import Registration
from capworth.case.defaults import with_defaults
from capworth.case.dictionary import CLAIM, SETTINGS, dictionary, row_key
from capworth.case.model import Case, Change, Scenario
from capworth.case.numerals import as_point, plain_number
from capworth.case.read import PARTS, case_of, raw_of
from capworth.case.scenarios import short_names
from capworth.case.tables import RawCase, Row, Table
from capworth.case.written import as_text, history_of, plain, text_of, with_files
from capworth.errors import CaseError, Finding, InputError, nearest
from capworth.methods.arguments import kinds_checked

VALUE, WEIGHT, SETTING, WITHOUT, IMPROVEMENT = (
    *("value", "weight", "setting", "without", "improvement"),
)
ENDS: Final = ("low", "mode", "high")
SWINGS: Final = dict(zip(ENDS, ("swing_low", "swing", "swing_high"), strict=True))
NUMBERS: Final = {table: number for table, _, number in PARTS if number}
BESIDE: Final = {"transfer": "transfer", "chance": "chance", "cost": "cost"}  # last word of a name
ROWS: Final = ("costs", "effects", "savings", "relations")  # that an improvement brings along
NAMING: Final = {  # columns that name inputs, perhaps by patterns
    "distributions": ("inputs",),
    "observations": ("input",),
    "correlations": ("a", "b"),
    "planned_surveys": ("inputs",),
}
HIGHEST: Final = 100.0  # of a swing

Edit = Callable[[Case, RawCase], tuple[RawCase, tuple[Change, ...]]]


@kinds_checked
def with_settings(case: Case, settings: Mapping[str, Any]) -> Case:
    """Change keys of `case.toml`; see `Case.with_settings`."""
    edit = _keys(SETTINGS, settings)
    if text_of(case) is None:
        return replace(case, settings=replace(case.settings, **settings))
    return _edited(case, edit)


@kinds_checked
def with_claim(case: Case, keys: Mapping[str, Any]) -> Case:
    """Change keys of `claim.toml`; see `Case.with_claim`."""
    edit = _keys(CLAIM, keys)
    if text_of(case) is None:
        claim = Registration(**keys) if case.claim is None else replace(case.claim, **keys)
        return replace(case, claim=claim)
    return _edited(case, edit)


@kinds_checked
def with_value(case: Case, name: str, cells: Mapping[str, Any]) -> Case:
    """Change an uncertain number; see `Case.with_value`."""
    if all(value is None for value in cells.values()):
        raise InputError(f"{name}: nothing is changed. Give mode, low or high, such as mode=5.")
    return _edited(case, _value(name, cells))


@kinds_checked
def with_weight(
    case: Case, criterion: str, swing: float, low: float | None, high: float | None
) -> Case:
    """Change the swing weight of a criterion; see `Case.with_weight`."""
    if isinstance(swing, bool) or not isinstance(swing, Real):
        raise InputError(f"swing: {swing!r} is not a number. Give one from 0 to 100, such as 80.")
    return _edited(case, _weight(criterion, swing, low, high))


def without(case: Case, *names: str | Iterable[str]) -> Case:
    """Leave things out; see `Case.without`."""
    every: list[str] = []
    for given in names:
        every += [given] if isinstance(given, str) or not isinstance(given, Iterable) else given
    if wrong := [name for name in every if not isinstance(name, str)]:
        raise InputError(f"without: {wrong[0]!r} is no short name. Give names as text.")
    return _edited(case, *map(_left_out, every))


@kinds_checked
def with_improvement(case: Case, columns: Mapping[str, Any]) -> Case:
    """Add an improvement; see `Case.with_improvement`."""
    return _edited(case, _added(columns))


@kinds_checked
def with_scenario(case: Case, name: str) -> Case:
    """Put a scenario of the case in place; see `Case.with_scenario`."""
    known = {scenario.id: scenario for scenario in case.scenarios}
    if name not in known:
        raise InputError(f"the case has no scenario {name!r}. {nearest(name, known)}")
    try:
        return _edited(case, *_edits(known[name]), scenario=name)
    except InputError as error:
        raise InputError(f"scenario {name!r}: {error}") from error
    except CaseError as error:
        raise CaseError(
            replace(f, problem=f"with scenario {name!r}, {f.problem}") for f in error.findings
        ) from error


def _edits(scenario: Scenario) -> Iterable[Edit]:
    """Everything that a scenario changes: what is left out goes last."""
    yield from (_added(columns) for columns in scenario.improvements)
    yield from (_value(name, _ends(given)) for name, given in scenario.values.items())
    for name, given in scenario.weights.items():
        ends = _ends(given)
        if "mode" in ends and {*ends} <= {*ENDS}:
            yield _weight(name, ends["mode"], ends.get("low"), ends.get("high"))
        else:
            yield _value(f"criteria/{name}", ends)
    for table, keys in ((SETTINGS, scenario.settings), (CLAIM, scenario.claim)):
        if keys:
            yield _keys(table, keys)
    yield from map(_left_out, scenario.without)


def _ends(given: Any) -> Mapping[str, Any]:
    """A number alone is the mode."""
    if isinstance(given, int | float) and not isinstance(given, bool):
        return {"mode": given}
    if not isinstance(given, Mapping):
        raise InputError(f"{given!r} is no number and no {{low = , mode = , high = }}. Mend it.")
    return given


def _edited(case: Case, *edits: Edit, scenario: str = "") -> Case:
    """Edit the text of a case, and let it in by the door; nothing is changed by nothing."""
    raw = with_defaults(raw_of(case))  # what was taken is said from here on
    changes = list(case.changes)
    for edit in edits:
        was = raw
        raw, made = edit(case, raw)
        raw, moved = _totals_moved(was, raw)
        changes += (*made, *moved)
    name = scenario or case.scenario
    known = replace(case, changes=tuple(changes), scenario=name, base=case.base or case.fingerprint)
    history = history_of(known)
    raw = replace(raw, history=history, scenarios=None if scenario else raw.scenarios)
    raw = with_files(replace(raw, tables={n: _numbered(t) for n, t in raw.tables.items()}))
    return case_of(raw)


def _totals_moved(was: RawCase, raw: RawCase) -> tuple[RawCase, tuple[Change, ...]]:
    """Move stated totals by as much as their lines were, as they would no longer add up.

    A total that moves was not published so: it is derived, grade C at best.
    """
    if "totals" not in raw.tables or was.tables["totals"] != raw.tables["totals"]:
        return raw, ()
    before, after = _sums(was), _sums(raw)
    changes = []
    for number, row in enumerate(raw.tables["totals"].rows):
        name = row.cells.get("id", "")
        by = after.get(name, 0.0) - before.get(name, 0.0)
        if not by:
            continue
        form = _form(raw)
        ends = {end: _cell(float(as_point(row.cells[end], form)) + by, form) for end in ENDS}
        grade = max("C", row.cells.get("grade", ""))
        basis = f"moved by {as_text(by)}, as its lines were changed; {row.cells.get('basis', '')}"
        cells = {**row.cells, **ends, "grade": grade, "basis": basis.rstrip("; ")}
        raw = _with_row(raw, "totals", number, cells)
        change = Change(VALUE, f"totals/{name}", _three(row.cells, ENDS), _three(cells, ENDS))
        changes.append(change)
    return raw, tuple(changes)


def _sums(raw: RawCase) -> Mapping[str, float]:
    """What the lines of each stated total add up to; nothing where they are not plain numbers."""
    sums: dict[str, float] = {}
    for row in raw.tables["costs"].rows if "costs" in raw.tables else ():
        if total := row.cells.get("total"):
            try:
                mode = float(as_point(row.cells.get("mode", ""), _form(raw)))
                sums[total] = sums.get(total, 0.0) + mode
            except ValueError:
                return {}
    return sums


def _numbered(table: Table) -> Table:
    """Number the rows as the written file would; a table that stands so already stays."""
    file = f"{table.name}{'-synthetic' if table.file.endswith('-synthetic.csv') else ''}.csv"
    if file == table.file and all(row.number == k for k, row in enumerate(table.rows, start=2)):
        return table
    rows = tuple(Row(k, row.cells) for k, row in enumerate(table.rows, start=2))
    return Table(table.name, file, rows)


# ------------------------------------------------------------ keys


def _keys(table: str, given: Mapping[str, Any]) -> Edit:
    columns = dictionary()[table]
    for key in given:
        if key not in columns:
            raise InputError(f"there is no key {key!r} of {table}.toml. {nearest(key, columns)}")
    if "number_format" in given:
        words = "number_format says how the tables are typed"
        raise InputError(f"{words}: nothing is changed by it. Leave it out.")

    def edit(_: Case, raw: RawCase) -> tuple[RawCase, tuple[Change, ...]]:
        before = dict((raw.settings if table == SETTINGS else raw.claim) or {})
        after = before | {key: plain(value, key) for key, value in given.items()}
        after = {key: value for key, value in after.items() if value is not None}
        kind = SETTING if table == SETTINGS else CLAIM
        changes = tuple(
            Change(kind, key, _said(before.get(key)), _said(after.get(key)))
            for key in given
            if before.get(key) != after.get(key)
        )
        if table == SETTINGS:
            return replace(raw, settings=after), changes
        return replace(raw, claim=after), changes

    return edit


def _said(value: object) -> str:
    return "" if value is None else as_text(value)


# ------------------------------------------------------------ numbers


def _value(name: str, cells: Mapping[str, Any]) -> Edit:
    def edit(case: Case, raw: RawCase) -> tuple[RawCase, tuple[Change, ...]]:
        found = _row_of(raw, name)
        if found is None:
            raise InputError(_no_value(case, name))
        table, number, stem = found
        row = raw.tables[table].rows[number]
        names = SWINGS if table == "criteria" and not stem else _named(stem)
        given = {names.get(k, k): v for k, v in cells.items() if v is not None}
        for column in given:
            if column not in dictionary()[table]:
                hint = nearest(column, dictionary()[table])
                raise InputError(f"{name}: there is no column {column!r}. {hint}")
        form = _form(raw)
        after = {**row.cells, **{column: _cell(value, form) for column, value in given.items()}}
        shown = [names[end] for end in ENDS]
        kind = WEIGHT if table == "criteria" and not stem else VALUE
        change = Change(kind, name, _three(row.cells, shown), _three(after, shown))
        return _with_row(raw, table, number, after), (change,)

    return edit


def _named(stem: str) -> Mapping[str, str]:
    """The columns of low, mode and high of a number that stands beside that of its row."""
    if not stem:
        return {end: end for end in ENDS}
    middle = f"{stem}_mode" if stem == "cost" else stem
    return {"low": f"{stem}_low", "mode": middle, "high": f"{stem}_high"}


def _row_of(raw: RawCase, name: str) -> tuple[str, int, str] | None:
    """Table, row and stem of the columns of a number by its name; None where none is typed."""
    table, _, rest = name.partition("/")
    if table == "capabilities":
        return _keyed(raw, table, rest, "extent")
    if table not in NUMBERS:
        return None
    first, _, last = rest.rpartition("/")
    if last in BESIDE and (found := _keyed(raw, table, first, BESIDE[last])):
        return found
    return _keyed(raw, table, rest, "")


def _keyed(raw: RawCase, table: str, words: str, stem: str) -> tuple[str, int, str] | None:
    key = [column for column in row_key(table) if column != "coder"]
    rows = raw.tables[table].rows if table in raw.tables else ()
    for number, row in enumerate(rows):
        if "/".join(filter(None, (row.cells.get(k, "") for k in key))) == words:
            return table, number, stem
    return None


def _no_value(case: Case, name: str) -> str:
    """Say why a number cannot be changed: computed from others, or unknown."""
    known = case.estimates()
    if name in known:
        made = known[name].made_from or known[name].table
        return f"{name} is computed from the table {made}. Change its rows there."
    return f"there is no input {name!r}. {nearest(name, known)}"


def _weight(criterion: str, swing: float, low: float | None, high: float | None) -> Edit:
    def edit(case: Case, raw: RawCase) -> tuple[RawCase, tuple[Change, ...]]:
        known = {c.id: c for c in case.criteria}
        if criterion not in known:
            hint = nearest(criterion, known)
            raise InputError(f"there is no criterion {criterion!r}. {hint}")
        old = known[criterion].swing
        ratio = swing / old.mode if old.mode else 0.0
        ends = {
            "low": min(swing, _short(old.low * ratio)) if low is None else low,
            "high": max(swing, min(HIGHEST, _short(old.high * ratio))) if high is None else high,
        }
        return _value(f"criteria/{criterion}", {"mode": swing, **ends})(case, raw)

    return edit


def _short(number: float) -> float:
    return float(f"{number:.3g}")


def _form(raw: RawCase) -> str:
    """How the case types its numbers."""
    return str(raw.settings.get("number_format") or "")


def _cell(value: Any, form: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return plain_number(as_text(float(value)), form) if isinstance(value, float) else as_text(value)


def _three(cells: Mapping[str, str], columns: Iterable[str]) -> str:
    return " / ".join(cells.get(column, "") or "-" for column in columns)


def _with_row(raw: RawCase, table: str, number: int, cells: Mapping[str, str]) -> RawCase:
    rows = list(raw.tables[table].rows)
    rows[number] = Row(rows[number].number, cells)
    return _with_rows(raw, table, rows)


def _with_rows(raw: RawCase, table: str, rows: Iterable[Row]) -> RawCase:
    known = raw.tables.get(table, Table(table, f"{table}.csv", ()))
    return replace(raw, tables={**raw.tables, table: replace(known, rows=tuple(rows))})


# ------------------------------------------------------------ things left out, and added


def _left_out(name: str) -> Edit:
    def edit(case: Case, raw: RawCase) -> tuple[RawCase, tuple[Change, ...]]:
        where, _, thing = name.rpartition("/")
        tables = [
            table.name
            for table in raw.tables.values()
            if any(row.cells.get("id") == thing for row in table.rows) and where in ("", table.name)
        ]
        if not tables:
            hint = nearest(thing, short_names(raw.tables))
            raise InputError(f"there is no {name!r} in the case. {hint}")
        if len(tables) > 1:
            listed = " or ".join(f"{table}/{thing}" for table in tables)
            raise InputError(f"several tables know {thing!r}. Say which: {listed}.")
        gone = Counter[str]()
        kept = _taken(raw, tables[0], {thing}, gone)
        if tables[0] != "improvements":
            idle = _with_effects(raw) - _with_effects(kept)
            idle &= _ids(kept, "improvements")
            kept = _taken(kept, "improvements", idle, gone) if idle else kept
        rows = ", ".join(f"{table} {count}" for table, count in gone.items())
        return kept, (Change(WITHOUT, f"{tables[0]}/{thing}", rows, ""),)

    return edit


def _ids(raw: RawCase, table: str) -> set[str]:
    return (
        {row.cells.get("id", "") for row in raw.tables[table].rows}
        if table in raw.tables
        else set()
    )


def _with_effects(raw: RawCase) -> set[str]:
    """Improvements that change something; one that no longer does goes with what it changed."""
    rows = raw.tables["effects"].rows if "effects" in raw.tables else ()
    return {row.cells.get("improvement", "") for row in rows}


def _taken(raw: RawCase, table: str, ids: set[str], gone: Counter[str]) -> RawCase:
    """Take rows out by their short names, and all that refers to them, and so on."""
    raw = _without_rows(raw, table, lambda row: row.cells.get("id") in ids, gone)
    if raw.claim is not None and table == "capabilities" and raw.claim.get("exclusions"):
        excluded: Any = raw.claim["exclusions"]
        left = [x for x in excluded if x not in ids]
        raw = replace(raw, claim={**raw.claim, "exclusions": left})
    for other, columns in dictionary().items():
        if other in (SETTINGS, CLAIM) or other not in raw.tables:
            continue
        for column in columns.values():
            if column.kind == "ref" and column.options[0] == table:
                raw = _without_rows(raw, other, partial(_refers, column.name, ids), gone)
            elif column.kind == "refs" and column.options[0] == table:
                raw = _without_words(raw, other, column.name, ids, gone)
    return raw


def _refers(column: str, ids: set[str], row: Row) -> bool:
    return row.cells.get(column) in ids


def _without_rows(
    raw: RawCase, table: str, goes: Callable[[Row], bool], gone: Counter[str]
) -> RawCase:
    rows = raw.tables[table].rows
    out = [row for row in rows if goes(row)]
    if not out:
        return raw
    gone[table] += len(out)
    raw = _with_rows(raw, table, [row for row in rows if not goes(row)])
    if table in NUMBERS or table == "capabilities":
        raw = _unnamed(raw, {_name(table, row) for row in out}, gone)
    ids = {row.cells.get("id", "") for row in out} - {""}
    return _taken(raw, table, ids, gone) if ids and gone[table] else raw


def _without_words(
    raw: RawCase, table: str, column: str, ids: set[str], gone: Counter[str]
) -> RawCase:
    """Take names out of lists; a list that named nothing else takes its row with it."""
    for number, row in enumerate(raw.tables[table].rows):
        words = row.cells.get(column, "").replace(",", " ").split()
        left = [word for word in words if word not in ids]
        if left and left != words:
            raw = _with_row(raw, table, number, {**row.cells, column: " ".join(left)})
    return _without_rows(
        raw,
        table,
        lambda row: bool(w := row.cells.get(column, "").replace(",", " ").split()) and ids >= {*w},
        gone,
    )


def _name(table: str, row: Row) -> str:
    key = [column for column in row_key(table) if column != "coder"]
    return "/".join([table, *filter(None, (row.cells.get(k, "") for k in key))])


def _unnamed(raw: RawCase, names: set[str], gone: Counter[str]) -> RawCase:
    """Take out what is said of inputs that are no longer there, where it names no others."""
    left = {_name(t, row) for t in NUMBERS if t in raw.tables for row in raw.tables[t].rows}

    def only_of(columns: tuple[str, ...], row: Row) -> bool:
        for column in columns:
            patterns = row.cells.get(column, "").split()
            if not patterns:
                continue
            hit = [p for p in patterns if any(_fits(p, name) for name in names)]
            if hit and not any(_fits(p, name) for p in patterns for name in left):
                return True
        return False

    for table, columns in NAMING.items():
        if table in raw.tables:
            raw = _without_rows(raw, table, partial(only_of, columns), gone)
    return raw


def _fits(pattern: str, name: str) -> bool:
    return fnmatchcase(name, pattern) or pattern.startswith(f"{name}/")


def _added(columns: Mapping[str, Any]) -> Edit:
    def edit(case: Case, raw: RawCase) -> tuple[RawCase, tuple[Change, ...]]:
        given = {k: v for k, v in columns.items() if k not in ROWS}
        name = str(given.get("id", ""))
        known = case.improvement_ids
        if not name:
            raise InputError("the improvement has no id. Give it a short name of its own.")
        if name in known:
            raise InputError(f"there is an improvement {name!r} already. Give it another id.")
        words = (*dictionary()["improvements"], *ROWS)
        for key in given:
            if key not in words:
                raise InputError(f"improvement {name!r}: no column {key!r}. {nearest(key, words)}")
        settings = case.settings
        money = {"currency": settings.currency, "price_year": settings.price_year}
        usual: Mapping[str, Mapping[str, Any]] = {
            "costs": {**money, "payer": "organisation", "kind": "one-off", "category": "other"},
        }
        raw = _with_more(raw, "improvements", [{"illustrative": True, **given}])
        for table in ROWS:
            rows = [
                {
                    **({"id": f"{name}-{k}"} if table == "costs" else {}),
                    **usual.get(table, {}),
                    "improvement": name,
                    **row,
                }
                for k, row in enumerate(columns.get(table, ()), start=1)
            ]
            raw = _with_more(raw, table, rows) if rows else raw
        counts = [f"{t} {len(columns[t])}" for t in ROWS if columns.get(t)]
        return raw, (Change(IMPROVEMENT, name, "", ", ".join(counts) or "no rows"),)

    return edit


def _with_more(raw: RawCase, table: str, rows: Iterable[Mapping[str, Any]]) -> RawCase:
    """Add rows to a table; a column that it does not have is told with the nearest word."""
    known = dictionary()[table]
    old = raw.tables[table].rows if table in raw.tables else ()
    made = []
    for k, row in enumerate(rows, start=len(old) + 2):
        if strange := [column for column in row if column not in known]:
            problem = "there is no such column"
            fix = nearest(strange[0], known)
            raise CaseError([Finding(f"{table}.csv", k, strange[0], problem, fix)])
        form = _form(raw)
        made.append(Row(k, {c: _cell(v, form) for c, v in row.items() if v is not None}))
    return _with_rows(raw, table, [*old, *made])
