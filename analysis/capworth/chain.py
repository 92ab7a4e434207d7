"""From searches to attributed outcomes, their money and their harm."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from capworth.case.model import Case, ChainStep, Estimate
from capworth.estimates import Draws
from capworth.kernels.arrays import Bools, Floats
from capworth.money import Money

OUTCOME_STEPS = ("outcome", "counterfactual", "contribution")
SHARES = ("hit_rate", "verified", "used", *OUTCOME_STEPS)
Levels: TypeAlias = Mapping[tuple[str, str], Floats]  # (step, outcome) to (draws,)
Worth: TypeAlias = Mapping[str, Floats]  # outcome to (draws,)


@dataclass(frozen=True, slots=True)
class Benefits:
    """Attributed benefits in a year at full effect.

    Attributes
    ----------
    money : (draws, capabilities) in the money of the case
    harm : (draws, capabilities) days of a harm index
    outcomes : (draws, capabilities) additional and attributed outcomes, of whatever kind
    """

    money: Floats
    harm: Floats
    outcomes: Floats


class ChainModel:
    """The value chains of a case, ready to be walked in any number of worlds."""

    def __init__(self, case: Case) -> None:
        self._case = case
        money = Money(case)
        self._worth = [
            (v, 1.0 if v.scale == "harm" else money.factor(v.currency, v.price_year or 0))
            for v in case.unit_values
        ]
        self._steps: Mapping[str, list[ChainStep]] = {
            c: [s for s in case.chain if s.capability == c] for c in case.capability_ids
        }

    @property
    def measured(self) -> Bools:
        """(capabilities,) whether the case has a chain for it."""
        return np.array([bool(steps) for steps in self._steps.values()])

    def has_scale(self, scale: str) -> Bools:
        """(capabilities,) whether some outcome of it is valued on `scale`."""
        valued = {v.outcome for v in self._case.unit_values if v.scale == scale}
        return np.array([any(s.outcome in valued for s in st) for st in self._steps.values()])

    def unit_values(self, draws: Draws) -> Mapping[str, Worth]:
        """For each scale, (draws,) worth of one outcome of each kind; scopes are added."""
        worth: dict[str, dict[str, Floats]] = {"money": {}, "harm": {}}
        for value, factor in self._worth:
            one, sum_of = draws.of(value.worth) * factor, worth[value.scale]
            sum_of[value.outcome] = sum_of.get(value.outcome, 0.0) + one
        return worth

    def levels(self, draws: Draws) -> Mapping[str, Levels]:
        """Every rate and volume of every chain, (draws,); unknown shares among them."""
        levels: dict[str, dict[tuple[str, str], Floats]] = {c: {} for c in self._steps}
        for capability, steps in self._steps.items():
            levels[capability] = {(s.step, s.outcome): draws.of(s.level) for s in steps}
        for capability, step, outcome in self._missing():
            levels[capability][step, outcome] = draws.of(_unknown(capability, step, outcome))
        return levels

    def walk(self, size: int, levels: Mapping[str, Levels], worth: Mapping[str, Worth]) -> Benefits:
        """Walk the chains of some or all capabilities.

        Parameters
        ----------
        size : how many worlds
        levels : for each capability, its rates and volumes; see `levels`
        worth : for each scale, the worth of one outcome of each kind; see `unit_values`

        Returns
        -------
        Benefits of all capabilities; 0 for those not in `levels` or without a chain.

        Notes
        -----
        attributed = searches x hit rate x verified x used x outcome x (1 - counterfactual) x
        contribution; the chain of practice B.2 without decay and saturation.
        """
        shape = (size, len(self._steps))
        money, harm, outcomes = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        for k, capability in enumerate(self._steps):
            level = levels.get(capability)
            if not level:
                continue
            start = level.get(("hits", ""))
            hits = level["searches", ""] * level["hit_rate", ""] if start is None else start
            leads = hits * level["verified", ""] * level["used", ""]
            for outcome in dict.fromkeys(outcome for _, outcome in level if outcome):
                got = leads * level["outcome", outcome] * level["contribution", outcome]
                got = got * (1 - level["counterfactual", outcome])
                outcomes[:, k] += got
                for scale, total in (("money", money), ("harm", harm)):
                    if outcome in worth[scale]:
                        total[:, k] += got * worth[scale][outcome]
        return Benefits(money, harm, outcomes)

    def unknown(self) -> tuple[Estimate, ...]:
        """Shares that a chain needs and the case does not give: anything from none to all."""
        return tuple(_unknown(*missing) for missing in self._missing())

    def _missing(self) -> Iterator[tuple[str, str, str]]:
        for capability, steps in self._steps.items():
            known = {(s.step, s.outcome) for s in steps}
            outcomes = dict.fromkeys(s.outcome for s in steps if s.outcome)
            needed = [(s, "") for s in ("verified", "used")] if steps else []
            needed += [(s, o) for o in outcomes for s in OUTCOME_STEPS]
            yield from ((capability, *pair) for pair in needed if pair not in known)


def _unknown(capability: str, step: str, outcome: str) -> Estimate:
    name = "/".join(filter(None, ("chain", capability, outcome, step)))
    basis = "no figure in the case: anything from none to all"
    return Estimate(name, 0.0, 0.5, 1.0, "share", "E", "", basis, 0)


def changed(level: Levels, factors: Mapping[str, Floats]) -> Levels:
    """Multiply the steps of one chain; shares stay between 0 and 1.

    Parameters
    ----------
    level : the rates and volumes of one capability
    factors : for each step, what it is multiplied by in every world, (draws,)
    """
    return {
        (step, outcome): _times(step, rate, factors[step]) if step in factors else rate
        for (step, outcome), rate in level.items()
    }


def _times(step: str, rate: Floats, factor: Floats) -> Floats:
    product = rate * factor
    return np.minimum(product, 1.0) if step in SHARES else product
