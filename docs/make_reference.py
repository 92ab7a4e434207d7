"""Write docs/reference from the data dictionary, the docstrings and the command line itself."""

import csv
import inspect
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import click

import capworth
import capworth.methods
from capworth.case.register import bias_classes, schedules
from capworth.case.register import parameters as parameters_of_register
from capworth.case.template import columns_page
from capworth.cli import COMMANDS, main
from capworth.language.language import Language
from capworth.lints import lints_page
from capworth.model.formulas import FORMULAS
from capworth.study.pages import OutputColumn, output_columns, part_pages

HERE = Path(__file__).parent / "reference"


def library() -> str:
    """Describe the front door: every name with its signature and docstring."""
    lines = ["# The library", "", "`import capworth` gives these names and no others.", ""]
    for name in capworth.__all__:
        thing = getattr(capworth, name)
        text = inspect.getdoc(thing) or ""
        lines += [f"## {name}", "", "```text", f"{name}{_signature(thing)}", "", text, "```", ""]
        if inspect.isclass(thing) and not issubclass(thing, Exception):
            lines += _members(thing)
    return "\n".join(lines)


def _members(kind: type) -> list[str]:
    """Describe what one can do with a thing of a class, and what it tells."""
    lines = []
    for name, member in vars(kind).items():
        plain = member.__func__ if isinstance(member, classmethod) else member
        function = plain.fget if isinstance(plain, property) else plain
        if name.startswith("_") or not inspect.isfunction(function):
            continue
        mark = "" if isinstance(plain, property) else _signature(function).replace("(self, ", "(")
        mark = mark.replace("(self)", "()").replace("(cls, ", "(")
        lines += [f"### {kind.__name__}.{name}", "", "```text", f"{name}{mark}", ""]
        lines += [inspect.getdoc(function) or "", "```", ""]
    return lines


def _signature(thing: object) -> str:
    """Names and defaults of the parameters of a function; the docstring says what they are."""
    if not inspect.isfunction(thing):
        return ""
    whole = inspect.signature(thing)
    bare = [p.replace(annotation=inspect.Parameter.empty) for p in whole.parameters.values()]
    return str(whole.replace(parameters=bare, return_annotation=inspect.Signature.empty))


def methods() -> str:
    """Describe the methods: every public name of every module, which takes and gives arrays."""
    names = sorted(
        module.name.removeprefix("capworth.methods.")
        for module in walk_packages(capworth.methods.__path__, "capworth.methods.")
        if not module.ispkg
    )
    lines = [
        "# The methods",
        "",
        "Published methods: arrays in, arrays out, no labels, no files. They need no case:",
        "",
        "    from capworth.methods.cost_benefit.discounting import present_value",
        "",
        "By the name of the method: [where to find it](../how-to/appraise-plain-arrays.md).",
        "By its name in `capworth.kernels`: [where it went](moved.md).",
        "",
        "| module | what it is for |",
        "|---|---|",
    ]
    modules = {name: import_module(f"capworth.methods.{name}") for name in names}
    for name, module in modules.items():
        first = (inspect.getdoc(module) or "").splitlines()[0]
        anchor = name.replace(".", "")
        lines.append(f"| [`{name}`](#{anchor}) | {first} |")
    for name, module in modules.items():
        lines += ["", f"## {name}"]
        for word, thing in vars(module).items():
            mine = getattr(thing, "__module__", "") == module.__name__
            if (
                word.startswith("_")
                or not mine
                or not (inspect.isfunction(thing) or inspect.isclass(thing))
            ):
                continue
            lines += [
                "",
                "```text",
                f"{word}{_signature(thing)}",
                "",
                inspect.getdoc(thing) or "",
                "```",
            ]
    return "\n".join(lines) + "\n"


def commands() -> str:
    """Print the help of every command."""
    lines = ["# The command line", ""]
    lines += ["Exit codes: 0 done; 1 a rerun that differs; 2 something to mend.", ""]
    root = click.Context(main, info_name="capworth", **main.context_settings)
    for name in COMMANDS:
        command = main.get_command(root, name)
        assert command is not None  # the table names it
        context = click.Context(command, root, name, max_content_width=96)
        lines += [f"## {name}", "", "```text", command.get_help(context), "```", ""]
    return "\n".join(lines)


def parameters() -> str:
    """List what the register holds: schedules, parameters and bias classes, with their standing."""
    lines = ["# Registered parameters", "", "## Discount schedules", ""]
    lines += [
        "| name | rates from year | status | source, place, year | read | next review |",
        "|---|---|---|---|---|---|",
    ]
    for one in schedules().values():
        bands = ", ".join(f"{rate:.1%} from {year}" for year, rate in one.bands)
        source = ", ".join(filter(None, (one.source, one.page, one.published)))
        row = (f"`{one.id}`", bands, one.status, source, one.read, one.next_review)
        lines.append(f"| {' | '.join(row)} |")
    lines += ["", "Any plain constant rate has a name too: `constant-4` is 4 % a year.", ""]
    lines += ["## Other published parameters", ""]
    lines += ["| name | set | what | value | status | source, place, year | read | next review |"]
    lines += ["|---|---|---|---|---|---|---|---|"]
    for other in parameters_of_register().values():
        value = "not set" if other.value is None else f"{other.value:g} ({other.unit})"
        source = ", ".join((other.source, other.page, other.published))
        told = "; ".join(filter(None, (other.name, other.note)))
        cells = (f"`{other.id}`", other.set, told, value, other.status, source, other.read)
        lines.append(f"| {' | '.join(cells)} | {other.next_review} |")
    lines += ["", "## Optimism bias", "", "Shares of the estimate, lower to upper bound.", ""]
    lines += ["| class | capital cost | works duration | source |", "| --- | --- | --- | --- |"]
    for bias in bias_classes().values():
        capital = f"{bias.capital[0]:.0%} to {bias.capital[1]:.0%}"
        works = f"{bias.duration[0]:.0%} to {bias.duration[1]:.0%}" if bias.duration else "none"
        lines.append(f"| `{bias.id}` | {capital} | {works} | {bias.source} |")
    return "\n".join(lines) + "\n"


def formula_page() -> str:
    """List every formula with its words, symbols, place in the method, and what computes it."""
    english = Language("en")
    lines = [
        "# The formulas",
        "",
        "Each is written once, in `capworth/model/formulas.py`; every figure of a run names its",
        "own (`capworth explain RUN FIGURE`). n draws, c capabilities, i improvements, X sets, k",
        "criteria, l cost lines, p payers, y years, o outcomes; E[ ] is the mean over the draws,",
        "q_p the ceil(pN)-th smallest draw, δ_y the discount factor of year y.",
        "",
        "| formula | says | in symbols | method | computed by |",
        "|---|---|---|---|---|",
    ]
    for one in FORMULAS.values():
        symbols = one.symbols.replace("|", "\\|")
        cells = (f"`{one.id}`", english.say(f"formula.{one.id}"), f"`{symbols}`")
        lines.append(f"| {' | '.join(cells)} | {one.section} | `{one.computed}` |")
    return "\n".join(lines) + "\n"


def parts_page() -> str:
    """Describe every part of a study: its question, its method, its tables and their columns."""
    lines = [
        "# The parts of a study",
        "",
        "`study.NAME` is the answer to one question, `study.parts` lists them all, and",
        '`run_study(case, only="NAME")` finds one alone. Ranges `..._low` and `..._high` are 80 %',
        "intervals over the draws unless said otherwise; money is in millions, real, in the",
        "currency and price year of the case. What is not asked or measured is blank.",
        "",
        "| part | question |",
        "|---|---|",
    ]
    lines += [f"| [`{p.name}`](#{p.name}) | {p.question} |" for p in part_pages().values()]
    for page in part_pages().values():
        lines += ["", f"## {page.name}", "", f"{page.question}", "", page.method]
        if page.first:
            lines += ["", f"First to read: {', '.join(f'`{c}`' for c in page.first)}."]
        for table in page.tables:
            lines += ["", f"`{table}.csv`", "", "| column | unit | meaning |", "|---|---|---|"]
            own = output_columns().get(table, ())
            lines += [f"| `{c.name}` | {c.unit} | {c.meaning} |" for c in own]
            lines.append("| others | | [of every table](columns.md#of-every-table) |")
    return "\n".join(lines) + "\n"


def output_page() -> str:
    """List every output column by its name, with its table, unit and meaning."""
    head = ["| column | table | unit | meaning |", "|---|---|---|---|"]
    lines = [
        "# Every output column",
        "",
        "From `analysis/capworth/study/columns.csv`, of which heads in notebooks and",
        "`datapackage.json` are made too. {word} stands for labels of the case.",
        "",
        "## Of every table",
        "",
        *head,
    ]
    told = [c for columns in output_columns().values() for c in columns]

    def line(column: OutputColumn) -> str:
        table = "" if column.table == "*" else f"`{column.table}`"
        return f"| `{column.name}` | {table} | {column.unit} | {column.meaning} |"

    lines += [line(c) for c in sorted(told, key=lambda c: c.name) if c.table == "*"]
    lines += ["", "## Of one table", "", *head]
    others = sorted(told, key=lambda c: (c.name, c.table))
    lines += [line(c) for c in others if c.table != "*"]
    return "\n".join(lines) + "\n"


def glossary() -> str:
    """The words of the paper in four languages, from docs/glossary.csv."""
    with (HERE.parent / "glossary.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = ["# Glossary", "", "| English | Français | Español | العربية | meaning |"]
    lines += ["|---|---|---|---|---|"]
    names = ("en", "fr", "es", "ar", "meaning")
    lines += [f"| {' | '.join(row[name] for name in names)} |" for row in rows]
    return "\n".join(lines) + "\n"


PAGES = {
    "../glossary.md": glossary,
    "case.md": columns_page,
    "columns.md": output_page,
    "parts.md": parts_page,
    "commands.md": commands,
    "formulas.md": formula_page,
    "library.md": library,
    "lints.md": lints_page,
    "methods.md": methods,
    "parameters.md": parameters,
}

if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for file, page in PAGES.items():
        (HERE / file).write_text(page(), encoding="utf-8")
