"""From searches to attributed outcomes, their money and their harm."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from capworth.case.chainrules import SHARE_STEPS as SHARES
from capworth.case.model import Case, ChainStep, Estimate
from capworth.estimates import Draws
from capworth.matching import RESPONSE, Levels, hits_of, responded
from capworth.methods.arguments import Bools, Floats
from capworth.methods.cost_benefit.value_chain import lead_use, share_of
from capworth.unitvalues import UnitValues, Worth

OUTCOME_STEPS = ("outcome", "counterfactual", "contribution")


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
        self._values = UnitValues(case)
        self._steps: Mapping[str, list[ChainStep]] = {
            c: [s for s in case.chain if s.capability == c] for c in case.capability_ids
        }

    @property
    def measured(self) -> Bools:
        """(capabilities,) whether the case has a chain for it."""
        return np.array([bool(steps) for steps in self._steps.values()])

    def has_scale(self, scale: str) -> Bools:
        """(capabilities,) whether some outcome of it is valued on `scale`."""
        valued = self._values.valued(scale)
        return np.array([any(s.outcome in valued for s in st) for st in self._steps.values()])

    def unit_values(self, draws: Draws) -> Mapping[str, Worth]:
        """For each scale, (draws,) worth of one outcome of each kind; scopes are added."""
        return self._values.worth(draws)

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
        attributed = hits x verified x used x outcome x (1 - counterfactual) x contribution. Where
        the chain gives more: hits saturate in records and follow elasticities (`matching`); leads
        are used x exp(-delay / patience of the outcome); outcomes lose their displaced share; the
        contribution is the platform's Shapley share, given what owner and searcher would bring
        about without it. False hits, hits x (1 - verified), take away the worth of the burden
        they lay on people, in full: credit is shared, harm done is not.
        """
        shape = (size, len(self._steps))
        money, harm, outcomes = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        for k, capability in enumerate(self._steps):
            level = levels.get(capability)
            if not level:
                continue
            hits = hits_of(level)
            for outcome in dict.fromkeys(outcome for _, outcome in level if outcome):
                if ("false_hit", outcome) in level:
                    got = -_burdens(hits, level, outcome)
                else:
                    got = _attributed(hits, level, outcome)
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
            needed += [
                (s, o) for o in outcomes if ("false_hit", o) not in known for s in OUTCOME_STEPS
            ]
            known |= {("contribution", o) for s, o in known if s == "bilateral"}
            yield from ((capability, *pair) for pair in needed if pair not in known)


def _attributed(hits: Floats, level: Levels, outcome: str) -> Floats:
    """Additional outcomes that are the platform's part, (draws,)."""
    used, delay = level["used", ""], level.get(("delay", ""))
    if delay is not None:
        used = lead_use(used, delay, level["patience", outcome])
    bilateral = level.get(("bilateral", outcome))
    part = level["contribution", outcome] if bilateral is None else share_of("platform", bilateral)
    got = hits * level["verified", ""] * used * level["outcome", outcome] * part
    got = got * (1 - level["counterfactual", outcome])
    displaced = level.get(("displacement", outcome))
    return got if displaced is None else got * (1 - displaced)


def _burdens(hits: Floats, level: Levels, outcome: str) -> Floats:
    """Count the false hits that burden somebody in one way, (draws,)."""
    burdens: Floats = hits * (1 - level["verified", ""]) * level["false_hit", outcome]
    return burdens


def _unknown(capability: str, step: str, outcome: str) -> Estimate:
    name = "/".join(filter(None, ("chain", capability, outcome, step)))
    basis = "no figure in the case: anything from none to all"
    return Estimate(name, 0.0, 0.5, 1.0, "share", "E", "", basis, 0)


def changed(level: Levels, factors: Mapping[str, Floats]) -> Levels:
    """Multiply the steps of one chain; shares stay between 0 and 1.

    Where the chain has an elasticity, hits follow searches and records by it.

    Parameters
    ----------
    level : the rates and volumes of one capability
    factors : for each step, what it is multiplied by in every world, (draws,)
    """
    moved = {
        (step, outcome): _times(step, rate, factors[step]) if step in factors else rate
        for (step, outcome), rate in level.items()
    }
    response = responded(level, factors)
    if response is not None:
        moved[RESPONSE] = level.get(RESPONSE, 1.0) * response
    return moved


def _times(step: str, rate: Floats, factor: Floats) -> Floats:
    product = rate * factor
    return np.minimum(product, 1.0) if step in SHARES else product
