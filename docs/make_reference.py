"""Write docs/reference from the data dictionary, the docstrings and the command line itself."""

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

HERE = Path(__file__).parent / "reference"


def library() -> str:
    """Describe the front door: every name with its signature and docstring."""
    lines = ["# The library", "", "`import capworth` gives these names and no others.", ""]
    for name in capworth.__all__:
        thing = getattr(capworth, name)
        text = inspect.getdoc(thing) or ""
        lines += [f"## {name}", "", "```text", f"{name}{_signature(thing)}", "", text, "```", ""]
    return "\n".join(lines)


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


PAGES = {
    "case.md": columns_page,
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
