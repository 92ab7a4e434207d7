"""Every formula, once: what it says in symbols, where the method tells of it, what computes it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula, written here and nowhere else; its words are phrases `formula.<id>`.

    Attributes
    ----------
    symbols : the formula
    section : heading of docs/method.md that tells of it
    computed : the function or class that computes it, from the package on
    """

    id: str
    symbols: str
    section: str
    computed: str


@cache
def formulas() -> Mapping[str, Formula]:
    """Every formula by its id, in the order of the method."""
    text = (files("capworth.model") / "formulas.toml").read_text(encoding="utf-8")
    return MappingProxyType({key: Formula(key, **row) for key, row in tomllib.loads(text).items()})
