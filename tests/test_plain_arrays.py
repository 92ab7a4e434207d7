"""The page of examples with plain arrays says what the functions say."""

import doctest
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

from capworth import methods

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "appraise-plain-arrays.md"
MOVED = PAGE.parents[1] / "reference" / "moved.md"
FOUND = (  # the field's names, by which a reader looks
    *("evpi", "evppi", "evsi", "enbs", "dea", "fdh", "ahp", "smaa", "shapley", "owen"),
    *("nucleolus", "malmquist", "macbeth", "best_worst", "switching_value", "sobol", "bootstrap"),
    *("bankruptcy", "cross_efficiency", "cohen_kappa", "kendall_w", "spearman"),
    *("krippendorff_alpha", "rank_order_centroid", "pert_quantile", "k_means"),
)


def test_the_examples_hold() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False)
    assert found.attempted > 30
    assert found.failed == 0


def test_the_first_line_of_the_reference_of_methods_can_be_typed() -> None:
    """The page itself is made by `docs/make_reference.py`, which holds the line."""
    maker = (PAGE.parents[1] / "make_reference.py").read_text("utf-8")
    typed = re.search(r"from (capworth\.methods\.[\w.]+) import (\w+)\"", maker)
    assert typed is not None
    assert hasattr(import_module(typed[1]), typed[2])


def test_every_name_of_the_table_exists() -> None:
    """In a row, `module.name` is followed by `.name` of the same module."""
    rows = [row.split("|")[2] for row in PAGE.read_text("utf-8").splitlines() if row[:2] == "| "]
    module, seen = "", 0
    for words in [word.rstrip("()") for row in rows for word in re.findall(r"`([^`]+)`", row)]:
        place, dot, name = words.rpartition(".")
        if words.startswith(("capworth.", "scipy.")):
            assert hasattr(import_module(place), name), words
            continue
        module = place or (module if dot else name)
        found = import_module(f"capworth.methods.{module}")
        assert not dot or hasattr(found, name), f"{module}.{name}"
        seen += 1
    assert seen > 80


@pytest.mark.parametrize("name", ["capworth.kernels", "capworth.kernels.pert"])
def test_an_import_of_the_kernels_tells_where_they_went(name: str) -> None:
    with pytest.raises(ImportError, match=r"capworth\.methods.*docs/reference/moved\.md"):
        import_module(name)
    assert MOVED.is_file()


def test_the_table_of_what_moved_names_what_is_there() -> None:
    rows = [
        row.split("|")[1:3] for row in MOVED.read_text("utf-8").splitlines() if row[:3] == "| `"
    ]
    old = [before for before, _ in rows]
    assert len(set(old)) == len(old) > 380
    for before, after in rows:
        place, _, name = after.strip(" `").rpartition(".")
        if "`" in after:
            module = place if place.startswith("scipy") else f"capworth.methods.{place}"
            assert hasattr(import_module(module), name), before
        else:
            assert after.strip().startswith(("gone", "private")), before


def test_every_function_of_the_table_has_an_example() -> None:
    """On the page, or where its own docstring ends."""
    text = PAGE.read_text("utf-8")
    examples = "\n".join(line for line in text.splitlines() if line[:3] in (">>>", "..."))
    rows = [row.split("|")[2] for row in text.splitlines() if row[:2] == "| "]
    module, without = "", []
    for words in [word for row in rows for word in re.findall(r"`([^`]+)`", row)]:
        place, dot, name = words.rpartition(".")
        if not dot or words.startswith(("capworth.", "scipy.")):
            continue
        module = place or module
        thing = getattr(import_module(f"capworth.methods.{module}"), name)
        shown = re.search(rf"\b{name}\(", examples) or ">>>" in (thing.__doc__ or "")
        if inspect.isfunction(thing) and not shown:
            without.append(f"{module}.{name}")
    assert not without, ", ".join(without)


@pytest.mark.parametrize("name", FOUND)
def test_a_method_is_found_by_its_name(name: str) -> None:
    """As a module, or as a function."""
    files = list(Path(methods.__path__[0]).rglob("*.py"))
    named = [path for path in files if path.stem == name]
    defined = [p for p in files if re.search(rf"^def {name}\(", p.read_text("utf-8"), re.MULTILINE)]
    assert named or defined
