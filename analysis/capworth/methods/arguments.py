"""What a caller hands over: taken as numbers, or refused in one sentence that says which entry.

The array types that the kernels speak of.

What a caller hands over has limits: a share lies between 0 and 1, a number of years is whole.

`checked` stands before every public method: it refuses what is of another kind than is asked for.
"""

import inspect
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, wraps
from math import inf, isnan
from types import NoneType, UnionType
from typing import Any, ParamSpec, TypeAlias, TypeVar, Union, get_args, get_origin

import numpy as np
from numpy.typing import ArrayLike, NDArray

from capworth.errors import InputError, nearest

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]


def finite(given: ArrayLike, name: str) -> Floats:
    """Take `given` as finite numbers, or name the first entry that is not one.

    >>> finite([1, 2], "cost").tolist()
    [1.0, 2.0]
    """
    try:
        if np.asarray(given).dtype.kind in "cSUmM":
            raise InputError(f"{name}: {_first_odd(given)}, not a number. Give numbers.")
        numbers = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{name}: {error}. Give numbers in rows of one length.") from error
    except OverflowError as error:
        raise InputError(f"{name}: a number is too large to compute with. Correct it.") from error
    if not np.isfinite(numbers).all():
        place = np.argwhere(~np.isfinite(numbers))[0].tolist()
        where = f"entry {place} " if place else ""
        raise InputError(
            f"{name}: {where}is {numbers[tuple(place)]}, not a finite number. "
            "Fill it or leave it out."
        )
    return numbers


def table(given: ArrayLike, name: str, rows: str, columns: str) -> Floats:
    """Take `given` as a table of finite numbers with at least one row and one column."""
    numbers = finite(given, name)
    if numbers.ndim != 2 or 0 in numbers.shape:
        raise InputError(f"{name}: shape {numbers.shape} is not ({rows}, {columns}). Give a table.")
    return numbers


def flags(given: ArrayLike, many: int, name: str) -> Bools:
    """Take one true or false for each of so many inputs, at least one of them false."""
    marked = np.asarray(given, dtype=bool)
    if marked.shape != (many,) or marked.all():
        raise InputError(
            f"{name}: {marked.tolist()} for {many} inputs. Give one true or false for each, at "
            "least one of them false."
        )
    return marked


def known(given: str, name: str, choices: Iterable[str]) -> str:
    """Take a word that is among the choices, or say which was probably meant."""
    words = tuple(choices)
    if given not in words:
        raise InputError(f"{name}: {given!r} is not known. {nearest(str(given), words)}")
    return given


def within(given: ArrayLike, name: str, low: float = -inf, high: float = inf) -> Floats:
    """Take `given` as numbers from `low` to `high`, both included, or name the first outside.

    >>> within([0, 0.5], "leakage", 0, 1).tolist()
    [0.0, 0.5]
    """
    numbers = finite(given, name)
    outside = numbers < low if high == inf else (numbers < low) | (numbers > high)
    if outside.any():
        _refuse(numbers, outside, name, _words(low, high))
    return numbers


def above(given: ArrayLike, name: str, limit: float = 0) -> Floats:
    """Take `given` as numbers above `limit`, or name the first that is not."""
    numbers = finite(given, name)
    if (numbers <= limit).any():
        _refuse(numbers, numbers <= limit, name, f"above {limit:g}")
    return numbers


def shares(given: ArrayLike, name: str) -> Floats:
    """Take `given` as shares (..., parts): none below 0, each last axis summing to 1."""
    numbers = within(given, name, 0)
    if numbers.ndim == 0:
        raise InputError(f"{name}: {numbers} is one number. Give a list of shares.")
    totals = numbers.sum(axis=-1)
    off = np.abs(totals - 1) > 1e-9
    if off.any():
        raise InputError(
            f"{name}: the shares sum to {totals[off].flat[0]:g}. Make them sum to 1 "
            "(what is left over belongs to somebody)."
        )
    return numbers


def whole(given: float, name: str, low: float = -inf, high: float = inf) -> int:
    """Take `given` as one whole number from `low` to `high`.

    >>> whole(3.0, "years", 1)
    3
    """
    number = within(given, name, low, high)
    if number.ndim or number != np.floor(number):
        raise InputError(f"{name}: {given} is not one whole number. Count in whole steps.")
    return int(number)


def _words(low: float, high: float) -> str:
    limits = [f"at least {low:g}"] * (low > -inf) + [f"at most {high:g}"] * (high < inf)
    return " and ".join(limits)


def _refuse(numbers: Floats, bad: Bools, name: str, rule: str) -> None:
    place = np.argwhere(bad)[0].tolist()
    where = f"entry {place} " if place else ""
    raise InputError(f"{name}: {where}is {numbers[tuple(place)]:g}. Give a number {rule}.")


P = ParamSpec("P")
R = TypeVar("R")
Check: TypeAlias = Callable[[Any, str], Any]
# From numpy 2.5 on ArrayLike is a name of its own, and no union of what it stands for.
ARRAY_LIKE = frozenset(get_args(ArrayLike) or (ArrayLike,))
WITHIN = ARRAY_LIKE | {bool, int, float, complex, str, bytes}  # what numpy makes an array of
MOST = 1_000_000_000  # of a whole number that is no seed
SHOW_BUGS = "CAPWORTH_SHOW_BUGS" in os.environ  # as in our tests: what breaks inside stays broken
RAW = (  # what Python and numpy raise of arguments that do not go together
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)


def checked(method: Callable[P, R]) -> Callable[P, R]:
    """Refuse arguments of another kind than a method asks for, in a sentence that names them.

    What is asked for is read from the annotations: arrays of numbers without masked entries or
    text, one number, one whole number, one truth value, a word, something to call. Whatever else
    does not go together is refused too, with the shapes of all that was given. The method itself
    holds the limits of its numbers.

    What is certainly a mistake of ours stays what it is: an assertion, an attribute that something
    of our own lacks and, where `CAPWORTH_SHOW_BUGS` is set, all that breaks when we call ourselves.
    """
    return _fitted(method, kinds_checked(method))


def checked_but(*spoken_for: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Check all but some parameters as `checked` does; of these the method itself says more."""
    return lambda method: _fitted(method, _of_kinds(method, spoken_for))


def _fitted(method: Callable[P, R], taken_by: Callable[P, R]) -> Callable[P, R]:
    """Refuse what does not go together, with the shapes of all that was given."""

    @wraps(method)
    def door(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return taken_by(*args, **kwargs)
        except InputError:
            raise
        except (*RAW, np.ma.MAError) as error:
            caller = sys._getframe(1).f_globals.get("__name__")
            within_us = isinstance(caller, str) and caller.startswith("capworth.")
            if isinstance(error, MemoryError) and within_us:
                raise  # of a machine, and not of what was handed over
            if _is_ours(error, caller) or not _fits(method, args, kwargs):
                raise  # of a call that does not fit Python says what is wrong
            given = inspect.signature(method).bind(*args, **kwargs).arguments
            listed = ", ".join(f"{name} {_described(value)}" for name, value in given.items())
            why = (str(error) or type(error).__name__).splitlines()[0]
            raise InputError(
                f"{method.__name__}: these do not go together: {listed} ({why}). Give what its "
                "description asks for."
            ) from error

    return door


def kinds_checked(method: Callable[P, R]) -> Callable[P, R]:
    """Refuse arguments of another kind than a function asks for, and nothing else.

    For what takes whole cases: that something inside them breaks is a mistake of ours.
    """
    return _of_kinds(method, ())


def _of_kinds(method: Callable[P, R], spoken_for: Sequence[str]) -> Callable[P, R]:
    @cache
    def asked() -> tuple[tuple[str, ...], dict[str, Check], bool, bool]:
        """Names, their checks, whether all go by name, and whether all go by place too."""
        parameters = inspect.signature(method).parameters
        checks = {
            name: _anything
            if name in spoken_for
            else _check_of(_resolved(p.annotation, method), p.default)
            for name, p in parameters.items()
        }
        named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        plain = all(parameter.kind in named for parameter in parameters.values())
        placed = all(parameter.kind is named[0] for parameter in parameters.values())
        return tuple(parameters), checks, plain, placed

    @wraps(method)
    def door(*args: P.args, **kwargs: P.kwargs) -> R:
        names, checks, plain, placed = asked()
        if placed and not kwargs and len(args) <= len(names):
            given_in_order = zip(names, args, strict=False)
            return method(*[checks[name](value, name) for name, value in given_in_order])  # type: ignore[call-arg]  # as many as came
        if not plain or len(args) > len(names) or not kwargs.keys() <= checks.keys():
            return method(*args, **kwargs)  # Python says what is wrong with the call itself
        given: dict[str, Any] = dict(zip(names, args, strict=False))
        if given.keys() & kwargs.keys():
            return method(*args, **kwargs)
        given |= kwargs
        taken = {name: checks[name](value, name) for name, value in given.items()}
        return method(**taken)  # type: ignore[call-arg]  # by name, whatever its parameters

    return door


def _resolved(annotation: Any, method: Callable[..., Any]) -> Any:
    """What a quoted annotation says, where all of it is imported when the program runs."""
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, inspect.unwrap(method).__globals__)
    except (NameError, TypeError):  # types that only a checker of types knows
        return Any


def _fits(method: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    """Whether a call names the parameters of a method, and all that it must."""
    try:
        inspect.signature(method).bind(*args, **kwargs)
    except TypeError:
        return False
    return True


def _is_ours(error: Exception, caller: object) -> bool:
    """Whether an exception is a mistake of ours, as far as that can be told."""
    if isinstance(error, AttributeError) and type(error.obj).__module__.startswith("capworth."):
        return True
    return SHOW_BUGS and isinstance(caller, str) and caller.startswith("capworth.")


def _check_of(annotation: Any, default: Any) -> Check:
    given = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    parts = tuple(map(_expanded, given))
    check = _kind(annotation, parts, isinstance(default, str))
    if NoneType in parts or default is None:
        return lambda value, name: None if value is None else check(value, name)
    return check


def _expanded(annotation: Any) -> Any:
    """What a generic name of a type stands for, such as NDArray[...] from numpy 2.5 on."""
    value = getattr(get_origin(annotation), "__value__", None)
    return annotation if value is None else value[get_args(annotation)]


def _kind(annotation: Any, parts: Sequence[Any], or_word: bool) -> Check:
    """Choose the check of an annotation; what is of several kinds, or of none known, passes."""
    if set(parts) >= ARRAY_LIKE:
        beside = tuple(part for part in parts if _is_plain(part) and part not in WITHIN)
        check = _array_or_word if or_word else _array
        return lambda value, name: value if isinstance(value, beside) else check(value, name)
    single = [part for part in parts if part is not NoneType]
    if len(single) != 1:
        bare = (Mapping if get_origin(part) is Mapping else part for part in single)
        one_of = tuple(part for part in bare if _is_plain(part))
        if len(one_of) < len(single) or {int, float, bool} & {*one_of}:
            return _anything
        return lambda value, name: _instance(value, name, one_of)
    if get_origin(single[0]) is np.ndarray:
        return {"f": _floats, "b": _truths}.get(_letter(single[0]), _array)
    if get_origin(single[0]) is not None:
        inside = tuple(map(_expanded, get_args(single[0])))
        if get_origin(single[0]) is Sequence and get_origin(inside[0]) is np.ndarray:
            return _several
        if get_origin(single[0]) is Mapping:
            return lambda value, name: _instance(value, name, (Mapping,))
        return _callable if get_origin(single[0]) is Callable else _anything
    simple: Mapping[Any, Check] = {
        int: _whole_number,
        float: _one_number,
        bool: _truth,
        str: _text,
    }
    if single[0] in simple:
        return simple[single[0]]
    if _is_plain(single[0]):
        return lambda value, name: _instance(value, name, (single[0],))
    return _anything


def _is_plain(kind: Any) -> bool:
    """Whether something is a class that a value can be an instance of."""
    is_class = inspect.isclass(kind) and get_origin(kind) is None
    return is_class and not getattr(kind, "_is_protocol", kind in (object, Any))


def _letter(annotation: Any) -> str:
    """Kind of the numbers in an array type, as numpy abbreviates it."""
    kind = get_args(get_args(annotation)[1])[0]
    return str(np.dtype(kind).kind) if inspect.isclass(kind) else ""


def _anything(value: Any, _: str) -> Any:
    return value


def _is_masked(value: Any) -> bool:
    """Whether an array hides entries; there is none before somebody has loaded their module."""
    return "numpy.ma" in sys.modules and isinstance(value, np.ma.MaskedArray)


def _array(value: Any, name: str) -> Any:
    """Take what holds numbers, however deep, and nothing that is masked or text."""
    if type(value) is np.ndarray and value.dtype.kind in "fiub":
        return value
    if isinstance(value, float | int):
        return value
    for part in (value, *(value if isinstance(value, list | tuple) else ())):
        if _is_masked(part) and np.ma.getmaskarray(part).any():
            place = np.argwhere(np.ma.getmaskarray(part))[0].tolist()
            raise InputError(f"{name}: entry {place} is masked. Fill it or leave it out.")
    if _is_masked(value):
        value = value.data
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
        return value
    try:
        kind = np.asarray(value).dtype.kind
        if kind == "O":
            np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{name}: {error}. Give numbers in rows of one length.") from error
    if kind not in "fiubO" or value is None:
        raise InputError(f"{name}: {_first_odd(value)}, not a number. Give numbers.")
    return value


def _first_odd(value: Any) -> str:
    """Say where something stands that is no number."""
    entries = np.asarray(value, dtype=object)
    for place, entry in np.ndenumerate(entries):
        if not isinstance(entry, float | int | np.floating | np.integer):
            return f"entry {[*place]} is {entry!r}" if place else f"it is {entry!r}"
    return f"it is {_described(value)}"


def _array_or_word(value: Any, name: str) -> Any:
    return value if isinstance(value, str) else _array(value, name)


def _floats(value: Any, name: str) -> Any:
    taken = _array(value, name)
    return taken if isinstance(taken, np.ndarray) else np.asarray(taken, dtype=np.float64)


def _several(value: Any, name: str) -> Any:
    if not isinstance(value, list | tuple | np.ndarray):
        raise InputError(f"{name}: {_described(value)} is no list of arrays. Give one.")
    return [_floats(one, name) for one in value]


def _truths(value: Any, name: str) -> Any:
    taken = np.asarray(_array(value, name))
    if taken.dtype.kind != "b" and not np.isin(taken, (0, 1)).all():
        raise InputError(f"{name}: {_described(value)} is not true or false. Give truth values.")
    return taken.astype(bool, copy=False)


def _whole_number(value: Any, name: str) -> int:
    if isinstance(value, bool | str | bytes) or value is None:
        raise InputError(f"{name}: {value!r} is not one whole number. Count in whole steps.")
    if type(value) is not int:
        value = whole(value, name)
    if abs(value) > MOST and name != "seed":
        raise InputError(
            f"{name}: {value:,} is more than can be worked with. Take {MOST:,} at most."
        )
    return int(value)


def _one_number(value: Any, name: str) -> Any:
    if isinstance(value, bool | str | bytes) or value is None:
        raise InputError(f"{name}: {value!r} is not a number. Give one.")
    taken = _array(value, name)
    if isinstance(taken, float) and isnan(taken):
        raise InputError(f"{name}: it is nan, not a number. Fill it or leave it out.")
    return taken


def _truth(value: Any, name: str) -> bool:
    if not isinstance(value, bool | np.bool_):
        raise InputError(f"{name}: {value!r} is not true or false. Give one of the two.")
    return bool(value)


def truths(given: Iterable[object], name: str, labels: Sequence[str] = ()) -> Bools:
    """Take true or false for each entry; a word such as "no" is neither, and is named.

    >>> truths([True, False], "must").tolist()
    [True, False]
    """
    found = list(given)
    for k, one in enumerate(found):
        if not isinstance(one, bool | np.bool_) and not (isinstance(one, int) and one in (0, 1)):
            where = f"'{labels[k]}'" if k < len(labels) else f"entry [{k}]"
            raise InputError(f"{name}: {where} is {one!r}, not true or false. Give one of the two.")
    return np.array(found, dtype=bool)


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"{name}: {_described(value)} is not a word. Give one of those it knows.")
    return value


def _callable(value: Any, name: str) -> Any:
    if not callable(value):
        raise InputError(f"{name}: {_described(value)} cannot be called. Give a function.")
    return value


def _instance(value: Any, name: str, kinds: tuple[type[Any], ...]) -> Any:
    if not isinstance(value, kinds):
        words = " or ".join(kind.__name__ for kind in kinds)
        raise InputError(f"{name}: {_described(value)} is not of the type {words}. Make one.")
    return value


def alike(**given: ArrayLike | None) -> None:
    """Refuse plain lists of different lengths: one entry would count as if it stood in every place.

    A number that is no list holds for all, and so do arrays of more axes as numpy stretches them.

    >>> alike(cost=[1, 2], value=[3, 4], share=0.5)
    """
    shapes = {name: np.shape(value) for name, value in given.items() if value is not None}
    lengths = {name: shape[0] for name, shape in shapes.items() if len(shape) == 1}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{length} of {name}" for name, length in lengths.items())
        raise InputError(
            f"{' and '.join(lengths)}: there are {listed}. Give as many of each, or one number "
            "that is no list where it holds for all."
        )


def _described(value: Any) -> str:
    if isinstance(value, list | tuple | np.ndarray):
        try:
            return f"of shape {np.shape(value)}"
        except ValueError:
            return "of rows of different lengths"
    words = repr(value)
    return (
        words if len(words) <= 40 and "\n" not in words else f"of the type {type(value).__name__}"
    )
