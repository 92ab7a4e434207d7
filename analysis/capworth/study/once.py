"""What is found once for each study, and kept for as long as the study lives."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")
S = TypeVar("S")


def once(find: Callable[[S], T]) -> Callable[[S], T]:
    """Let what is found from a study be found when it is first asked for, and never again.

    Parameters
    ----------
    find : from a study, which nobody changes, to what nobody changes
    """
    found: WeakKeyDictionary[Any, T] = WeakKeyDictionary()

    @wraps(find)
    def kept(study: S) -> T:
        if study not in found:
            found[study] = find(study)
        return found[study]

    return kept
