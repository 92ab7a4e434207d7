"""What is registered of a claim before outcomes are read: the keys of claim.toml, and its lock."""

from dataclasses import dataclass
from datetime import date

LEVEL, PER_EURO = ESTIMANDS = ("level", "per_euro")


@dataclass(frozen=True, slots=True)
class Lock:
    """What `claim.lock.toml` holds: the registration as it was, and the day that was stated.

    Attributes
    ----------
    registered : day stated by who registered
    method : version of the method of testing claims
    digest : SHA-256 over everything else in the lock
    keys : the keys of claim.toml as they were, each as it is written
    parts : SHA-256 of the shares, costs, capabilities and weights as they were
    """

    registered: date
    method: str
    digest: str
    keys: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Registration:
    """The keys of `claim.toml`."""

    group: tuple[str, ...]
    estimand: str
    value: str
    weighting: str = "cost"
    extent_key: str = ""
    margin: float = 1.25
    alpha: float = 0.05
    detectable_most: float = 4.0
    strata: int | None = None
    exclusions: tuple[str, ...] = ()
    coders: tuple[str, ...] = ()
    seed: int = 0
    basis: str = ""
    lock: Lock | None = None
