"""What a case says of how its inputs are drawn: shapes, observations, correlations."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import translate


@dataclass(frozen=True, slots=True)
class Distribution:
    """How the inputs of one pattern are drawn; what is blank stays as it is for all others."""

    inputs: str  # names such as `costs/SLTD-STAFF`, with * for any letters
    grade: str
    shape: str = ""
    ends: str = ""  # how low and high are read
    group: str = ""
    share: float = 0.0  # of the variance that inputs of the group have in common
    source: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """One level of an input that was observed, instead of a shape between low and high."""

    input: str  # its name in full
    observation: str  # what was observed, such as a year or a project
    value: float
    grade: str
    weight: float = 1.0  # how often, or how likely
    source: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Correlation:
    """Rank correlation of two inputs, or of every two of one pattern where `b` is blank."""

    a: str
    r: float
    grade: str
    b: str = ""
    source: str = ""
    basis: str = ""


def names_like(pattern: str, names: Iterable[str]) -> list[str]:
    """Names that a pattern holds, as `fnmatchcase` says of each.

    >>> names_like("effects/*", ["effects/a", "costs/a"])
    ['effects/a']
    """
    match = re.compile(translate(pattern)).match
    return [name for name in names if match(name)]
