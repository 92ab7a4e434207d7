"""From searches to attributed outcomes, their money and their harm."""

from collections.abc import Mapping
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

    def unit_values(self, draws: Draws, scale: str) -> Mapping[str, Floats]:
        """(draws,) worth of one outcome of each kind; scopes of one outcome are added."""
        worth: dict[str, Floats] = {}
        for value, factor in self._worth:
            if value.scale == scale:
                one = draws.of(value.worth) * factor
                worth[value.outcome] = worth.get(value.outcome, 0.0) + one
        return worth

    def walk(
        self, draws: Draws, factors: Mapping[tuple[str, str], Floats] | None = None
    ) -> Benefits:
        """Walk every chain in every world.

        Parameters
        ----------
        draws : the worlds
        factors : for (capability, step), what the step is multiplied by, (draws,). Shares stay
            between 0 and 1.

        Notes
        -----
        attributed = searches x hit rate x verified x used x outcome x (1 - counterfactual) x
        contribution; the chain of practice B.2 without decay and saturation.
        """
        factors = factors or {}
        shape = (draws.size, len(self._case.capabilities))
        money, harm, outcomes = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        worth = {scale: self.unit_values(draws, scale) for scale in ("money", "harm")}
        for k, (capability, steps) in enumerate(self._steps.items()):
            if not steps:
                continue
            level = {
                (s.step, s.outcome): _changed(
                    s.step, draws.of(s.level), factors.get((capability, s.step))
                )
                for s in steps
            }
            leads = self._leads(capability, level, draws)
            for outcome in dict.fromkeys(s.outcome for s in steps if s.outcome):
                got = leads * _share(capability, "outcome", outcome, level, draws)
                got = got * (1 - _share(capability, "counterfactual", outcome, level, draws))
                got = got * _share(capability, "contribution", outcome, level, draws)
                outcomes[:, k] += got
                for scale, total in (("money", money), ("harm", harm)):
                    if outcome in worth[scale]:
                        total[:, k] += got * worth[scale][outcome]
        return Benefits(money, harm, outcomes)

    def unknown(self) -> tuple[Estimate, ...]:
        """Shares that a chain needs and the case does not give: anything from none to all."""
        missing = []
        for capability, steps in self._steps.items():
            known = {(s.step, s.outcome) for s in steps}
            outcomes = dict.fromkeys(s.outcome for s in steps if s.outcome)
            needed = [(s, "") for s in ("verified", "used")] if steps else []
            needed += [(s, o) for o in outcomes for s in OUTCOME_STEPS]
            missing += [
                _unknown(capability, step, outcome)
                for step, outcome in needed
                if (step, outcome) not in known
            ]
        return tuple(missing)

    @staticmethod
    def _leads(capability: str, level: Levels, draws: Draws) -> Floats:
        """(draws,) leads used in a year."""
        if ("hits", "") in level:
            hits = level["hits", ""]
        else:
            hits = level["searches", ""] * level["hit_rate", ""]
        used = _share(capability, "used", "", level, draws)
        return hits * _share(capability, "verified", "", level, draws) * used


def _share(capability: str, step: str, outcome: str, level: Levels, draws: Draws) -> Floats:
    """(draws,) a share of the chain; one that the case does not know may be anything."""
    if (step, outcome) in level:
        return level[step, outcome]
    return draws.of(_unknown(capability, step, outcome))


def _unknown(capability: str, step: str, outcome: str) -> Estimate:
    name = "/".join(filter(None, ("chain", capability, outcome, step)))
    basis = "no figure in the case: anything from none to all"
    return Estimate(name, 0.0, 0.5, 1.0, "share", "E", "", basis, 0)


def _changed(step: str, level: Floats, factor: Floats | None) -> Floats:
    if factor is None:
        return level
    changed = level * factor
    return np.minimum(changed, 1.0) if step in SHARES else changed
