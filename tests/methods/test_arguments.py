"""Every public method against wrong arguments: refused in one sentence, whatever is handed over.

The right arguments are those of the examples: of the page of plain arrays, and of docstrings.
"""

import doctest
import inspect
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from functools import cache, wraps
from importlib import import_module
from io import StringIO
from itertools import islice, product
from pathlib import Path
from pkgutil import walk_packages
from types import FrameType, ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import ArrayLike

from capworth import methods
from capworth.case.read import read_case
from capworth.case.register import schedules
from capworth.errors import InputError
from capworth.methods import arguments
from capworth.methods.acceptability.measurement import covariance_root
from capworth.methods.arguments import alike, checked, checked_but, truths
from capworth.methods.cost_benefit.discounting import factors
from capworth.methods.cost_benefit.optimism import combined_uplift, managed_uplift, uplifted
from capworth.methods.cost_benefit.prices import real_rate
from capworth.methods.elicitation.agreement import cohen_kappa, cronbach_alpha, cross_table
from capworth.methods.envelopment.slacks import additive
from capworth.methods.portfolio.frontier import budget_frontier, limited_frontier
from capworth.methods.portfolio.relations import Relations
from capworth.methods.survey.nonresponse import replicate_weights
from capworth.programme.table import best_programme
from capworth.study.stages import run_study
from capworth.study.tables import tables_of

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "appraise-plain-arrays.md"
SMALL = Path(__file__).parents[1] / "cases" / "small"
Call = tuple[tuple[Any, ...], dict[str, Any]]


def modules() -> Iterator[ModuleType]:
    for found in walk_packages(methods.__path__, "capworth.methods."):
        if not found.ispkg and not found.name.endswith((".arguments", ".exact")):
            yield import_module(found.name)


def public(module: ModuleType) -> Mapping[str, Callable[..., Any]]:
    return {
        name: thing
        for name, thing in vars(module).items()
        if name[0] != "_" and inspect.isfunction(thing) and thing.__module__ == module.__name__
    }


@contextmanager
def recording(calls: dict[str, list[Call]]) -> Iterator[None]:
    """Inside this block the examples of every method tell with what they call it."""
    with pytest.MonkeyPatch.context() as patch:
        for module in modules():
            for name, method in public(module).items():
                patch.setattr(module, name, heard(method, calls))
        yield


def heard(method: Callable[..., Any], calls: dict[str, list[Call]]) -> Callable[..., Any]:
    @wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        calls.setdefault(f"{method.__module__}.{method.__name__}", []).append((args, kwargs))
        return method(*args, **kwargs)

    return call


@cache
def examples() -> Mapping[str, list[Call]]:
    calls: dict[str, list[Call]] = {}
    with recording(calls), redirect_stdout(StringIO()):
        doctest.testfile(str(PAGE), module_relative=False)
        for module in modules():
            doctest.testmod(module)
    return calls


@cache
def studied() -> Mapping[str, list[Call]]:
    """With what a study calls the methods: those that no example shows."""
    calls: dict[str, list[Call]] = {}

    def hear(frame: FrameType, event: str, _: Any) -> None:
        inside = frame.f_globals.get("__name__") == "capworth.methods.arguments"
        if event != "call" or not inside or frame.f_code.co_name != "door":
            return
        given = frame.f_locals
        name = f"{given['method'].__module__}.{given['method'].__name__}"
        calls.setdefault(name, [(given["args"], dict(given["kwargs"]))])

    threading.setprofile(hear)
    sys.setprofile(hear)
    try:
        tables_of(run_study(read_case(SMALL), 100, workers=1))
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return {name: given for name, given in calls.items() if name in METHODS}


class Odd:
    """Nothing that anybody counts with."""


WRONG: Mapping[str, Callable[[Any], Any]] = {
    "text": lambda v: "many",
    "a number as text": lambda v: "0.5",
    "texts": lambda v: ["a", "b"],
    "numbers as texts": lambda v: np.array(["1", "2"]),
    "bytes": lambda v: b"12",
    "nothing": lambda v: None,
    "an object": lambda v: Odd(),
    "a type": lambda v: int,
    "a dict": lambda v: {"a": 1},
    "a set": lambda v: {1, 2},
    "a generator": lambda v: (k for k in (1, 2)),
    "ragged rows": lambda v: [[1, 2], [3]],
    "complex": lambda v: np.array([1 + 2j, 3]),
    "days": lambda v: np.array(["2024-01-01"], dtype="datetime64[D]"),
    "masked": lambda v: np.ma.masked_array(
        np.ones(np.shape(v) if np.ndim(v) and np.size(v) else 2), mask=True
    ),
    "a list with a masked part": lambda v: [np.ma.masked_array([1.0, 2.0], mask=[True, False])],
    "not a number": lambda v: filled(v, np.nan),
    "infinite": lambda v: filled(v, np.inf),
    "missing": lambda v: [pd.NA, 1.0],
    "empty": lambda v: [],
    "no columns": lambda v: np.zeros((2, 0)),
    "one axis too many": lambda v: np.ones((1, 2, 1, 2, 1)),
    "a number in place of a list": lambda v: 3.0,
    "a list in place of a number": lambda v: [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0],
    "too long": lambda v: np.concatenate([np.atleast_1d(v), np.atleast_1d(v)]),
    "too short": lambda v: np.atleast_1d(v)[:-1],
    "far below 0": lambda v: filled(v, -1e9),
    "far too large": lambda v: filled(v, 1e300),
    "beyond all counting": lambda v: 10**12,
    "more than any float": lambda v: 10**400,
    "a fraction": lambda v: 2.5,
    "true": lambda v: True,
    "a word nobody knows": lambda v: "variabel",
}
NEVER = (  # whatever is asked for, unless it is optional or a word: these are of no use
    *("an object", "ragged rows", "complex", "days", "masked", "a list with a masked part"),
    *("numbers as texts", "a dict", "missing"),
)


def filled(value: Any, odd: float) -> Any:
    """The value with its first entry replaced."""
    try:
        made = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        return odd
    if made.ndim == 0:
        return odd
    made.flat[:1] = odd
    return made


METHODS = {
    f"{module.__name__}.{name}": method
    for module in modules()
    for name, method in public(module).items()
}


@pytest.mark.parametrize("module", sorted({name.rpartition(".")[0] for name in METHODS}))
def test_no_wrong_argument_gets_past_or_breaks_out(module: str) -> None:
    """What is refused is refused in a sentence; what is of no use at all is refused."""
    tried, broken = 0, []
    for name, calls in ({**studied(), **examples()}).items():
        if name.rpartition(".")[0] != module:
            continue
        method = METHODS[name]
        if inspect.isgeneratorfunction(method):
            continue
        parameters = inspect.signature(method).parameters
        args, kwargs = calls[0]
        given = dict(zip(parameters, args, strict=False)) | kwargs
        for parameter, value in given.items():
            for kind, make in WRONG.items():
                if is_slow(name, kind):
                    continue
                try:
                    odd = make(value)
                except (
                    TypeError,
                    ValueError,
                ):  # what has no shape cannot be made longer or shorter
                    continue
                tried += 1
                said = outcome(method, {**given, parameter: odd})
                numbers = plain(parameters[parameter].annotation)
                if said is None and numbers and kind in NEVER:
                    broken.append(f"{name}({parameter}): {kind} passed")
                elif said is not None and said != "refused":
                    broken.append(f"{name}({parameter}): {kind}: {said}")
    assert not broken, "\n".join(broken)
    assert tried or not any(n.startswith(module) for n in examples())


GUESSES: tuple[Any, ...] = (
    *(2, 0.5, "word", np.array([1.0, 2.0, 3.0]), np.array([[1.0, 2.0], [3.0, 4.0]])),
    np.ones((2, 3, 2)),
)


def test_what_neither_an_example_nor_a_study_calls_does_not_break_out() -> None:
    """Whatever goes together or not: an answer, or a sentence."""
    known, broken, tried = {**studied(), **examples()}, [], 0
    for name, method in METHODS.items():
        parameters = inspect.signature(method).parameters
        if name in known or inspect.isgeneratorfunction(method) or not parameters:
            continue
        needed = [p for p, one in parameters.items() if one.default is one.empty]
        tried += 1
        for guess in islice(product(GUESSES, repeat=min(len(needed), 3)), 60):
            given = dict(zip(needed, [*guess, *[2] * len(needed)], strict=False))
            said = outcome(method, given)
            if said not in (None, "refused"):
                broken.append(f"{name}: {said}")
    assert not broken, "\n".join(broken)
    assert tried < 100
    assert len(known) > 260


def is_slow(name: str, kind: str) -> bool:
    """Whether trying costs more than it tells: a thousand draws instead of a wrong argument."""
    return name.endswith(".bootstrap") and kind in ("true", "a fraction", "far too large")


def plain(annotation: Any) -> bool:
    """Whether numbers are asked for, and nothing else."""
    if annotation in (int, float):
        return True
    return "ndarray" in str(annotation) or "_NestedSequence" in str(annotation)


def outcome(method: Callable[..., Any], given: Mapping[str, Any]) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            method(**given)
        except InputError as error:
            return "refused" if len(str(error)) > 10 and str(error)[-1] in ".)?" else str(error)
        except NameError:  # of an example's own function, whose names are gone by now
            return None
        except Exception as error:
            return f"{type(error).__name__}: {error}"
    return None


def test_every_public_method_has_the_door() -> None:
    without = [
        name
        for name, method in METHODS.items()
        if not hasattr(method, "__wrapped__")
        and not inspect.isgeneratorfunction(method)
        and inspect.signature(method).parameters
    ]
    assert without == ["capworth.methods.elicitation.agreement.cross_table"], "it takes words"
    assert len(examples()) > 200


# ----------------------------------------------------------------------- named wrong answers


def test_one_entry_is_not_stretched_along_several() -> None:
    with pytest.raises(InputError, match="Give as many"):
        combined_uplift([0.51, 0.24, 2.0], [1.0])
    with pytest.raises(InputError, match="Give as many"):
        managed_uplift(0.5, [0.5, 0.5], [1.0])
    with pytest.raises(InputError, match="there are 3 of one, 1 of other"):
        alike(one=[1, 2, 3], other=[1])


def test_percent_is_no_share() -> None:
    with pytest.raises(InputError, match="uplift: is 51"):
        uplifted(100, 51)
    with pytest.raises(InputError, match="nominal: is 5"):
        real_rate(5, 0.02)


@pytest.mark.parametrize("must", ["no", "yes", 2, "False"])
def test_a_word_is_no_truth(must: object) -> None:
    table = pd.DataFrame({"cost": [1, 1], "value": [-4, 2], "must": [must, False]}, ["a", "b"])
    with pytest.raises(InputError, match="must: 'a' is"):
        best_programme(table, 5)
    assert truths([np.True_, 0], "must").tolist() == [True, False]


def test_a_column_of_another_name_is_not_passed_over() -> None:
    table = pd.DataFrame({"cost": [1, 1], "value": [3, 2], "Tower": ["x", "x"]}, ["a", "b"])
    with pytest.raises(InputError, match="Did you mean 'tower'"):
        best_programme(table, 5)


def test_what_differs_in_the_last_bits_does_not_differ() -> None:
    inputs = [[0.3]] * 19 + [[0.1 + 0.2]]
    found = additive(inputs, [[1.0]] * 20)
    assert int(found.efficient.sum()) == 20
    same = additive([[0.3, 1.0]] * 19 + [[0.1 + 0.2, 2.0]], [[1.0]] * 20)
    assert same.efficient[0].tolist() == [True] * 19 + [False]
    assert np.isnan(cronbach_alpha([[0.1, 0.2], [0.2, 0.1], [0.15, 0.15]]))


def test_a_gap_is_no_agreement() -> None:
    nan = float("nan")
    first, second = [1, 1, 2, 2, nan, nan], [1, 2, 1, 2, nan, nan]
    assert cohen_kappa(cross_table(first, second)) == 0.0
    words: Any = ["a", "a", "b", "b", None, ""]
    others: Any = ["a", "b", "a", "b", "", None]
    assert cohen_kappa(cross_table(words, others)) == 0.0


def test_costs_below_one_are_not_rounded_up_to_one() -> None:
    found = budget_frontier([0.4, 0.7, 0.3], [2, 4, 3], Relations(3), limit=1.0)
    assert found.value[found.best(1.0)] == 7
    one = budget_frontier([0.4, 0.7, 0.3], [2, 4, 3], Relations(3), unit=1.0, limit=1.0)
    assert one.value[one.best(1.0)] == 4


def test_a_masked_entry_does_not_count() -> None:
    hidden = np.ma.masked_array([0.5, 9.0], mask=[False, True])
    with pytest.raises(InputError, match=r"uplifts: entry \[1\] is masked"):
        combined_uplift(hidden, [0.5, 0.5])


def test_one_answer_of_fifty_leaves_the_error_unknown() -> None:
    cells, answered = np.zeros(50, dtype=np.int64), np.arange(50) == 0
    weights = replicate_weights(cells, answered, 10, np.random.default_rng(1))
    assert np.isnan(weights).all()
    lone = replicate_weights(cells[:1], answered[:1], 10, np.random.default_rng(1))
    assert (lone == 1).all(), "of one member who answered nothing is left to be guessed"


def test_what_cannot_vary_together_is_refused() -> None:
    with pytest.raises(InputError, match="no numbers vary together like this"):
        covariance_root(np.array([[1, 0.9, 0.9], [0.9, 1, -0.9], [0.9, -0.9, 1]]))
    root = covariance_root(np.ones((3, 3)))
    assert (root @ root.T).tolist() == np.ones((3, 3)).tolist()


def test_bands_that_stop_are_not_carried_on() -> None:
    bands = schedules()["green-book-health"].bands
    assert len(factors(bands, 76)) == 76
    with pytest.raises(InputError, match="these bands stop at year 75"):
        factors(bands, 77)


def test_an_argument_too_many_is_told_by_python() -> None:
    @checked
    def twice(number: float) -> float:
        return 2 * number

    with pytest.raises(TypeError):
        twice(1.0, number=2.0)  # type: ignore[misc]
    with pytest.raises(TypeError):
        twice()  # type: ignore[call-arg]
    with pytest.raises(InputError, match="number: 'two' is not a number"):
        twice("two")  # type: ignore[arg-type]


def test_a_mistake_of_ours_stays_one() -> None:
    class Ours:
        __module__ = "capworth.somewhere"

    @checked
    def lacks(number: float) -> object:
        return Ours().total  # type: ignore[attr-defined]

    @checked
    def wrong(number: float) -> float:
        assert number > 5, "ours"
        return number

    @checked
    def theirs(thing: object) -> object:
        return thing.total  # type: ignore[attr-defined]

    with pytest.raises(AttributeError):
        lacks(1.0)
    with pytest.raises(AssertionError, match="ours"):
        wrong(1.0)
    with pytest.raises(InputError, match="theirs: these do not go together"):
        theirs(3)


def test_what_may_be_anything_or_a_table_passes_the_layer() -> None:
    """The door behind it names the cell; the layer would only say that something is no number."""

    @checked
    def taken(thing: Any, table: pd.DataFrame | ArrayLike, maybe: Any = None) -> object:
        return table

    gaps = pd.DataFrame({"a": [1, pd.NA]})
    assert taken({"a": 1}, gaps, [1]) is gaps
    with pytest.raises(InputError, match=r"table: entry \[0\] is 'x', not a number"):
        taken(1, ["x", "y"])


def test_a_method_may_speak_for_a_parameter_itself() -> None:
    @checked_but("share")
    def part(share: float, years: int) -> float:
        raise InputError(f"share: {share!r} is not between 0 and 1.")

    with pytest.raises(InputError, match="share: 'half' is not between 0 and 1"):
        part("half", 3)  # type: ignore[arg-type]  # a slip
    with pytest.raises(InputError, match=r"years: 3.5 is not one whole number"):
        part("half", 3.5)  # type: ignore[arg-type]  # a slip


def test_what_breaks_when_we_call_ourselves_shows_in_tests() -> None:
    """The switch: the same call is refused in a sentence to others and breaks to us."""

    @checked
    def breaks(number: float) -> float:
        return number / 0

    with pytest.raises(InputError, match="breaks: these do not go together"):
        breaks(1.0)
    with pytest.raises(ZeroDivisionError):
        exec("breaks(1.0)", {"__name__": "capworth.somewhere", "breaks": breaks})


def test_a_step_beside_which_all_is_nothing_is_refused() -> None:
    for given in ({"limit": 3.0}, {}):
        with pytest.raises(InputError, match="every cost is nothing"):
            budget_frontier([1, 1, 2], [3, 2, 4], Relations(3), unit=1e300, **given)
    found = limited_frontier([0.4, 0.7, 0.3], [2, 4, 3], Relations(3), [[1, 1, 1]], [3])
    assert found.value[found.best(1.0)] == 7, "nothing is rounded up to 1"


def test_memory_is_that_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where we call ourselves it is told as what it is; else an argument is too large."""

    @checked
    def large(number: float) -> float:
        raise MemoryError

    monkeypatch.setattr(arguments, "SHOW_BUGS", False)  # as it is outside of our tests
    with pytest.raises(InputError, match="large: these do not go together"):
        large(1.0)
    with pytest.raises(MemoryError):
        exec("large(1.0)", {"__name__": "capworth.somewhere", "large": large})
