"""From searches to attributed outcomes, their money and their harm.

How many hits a chain begins with: counted, at a rate, or from records and searches.

What one outcome is worth: on which scale, in whose incomes, to whom.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from capworth.case.model import Case, ChainStep, Effect, Estimate, UnitValue
from capworth.case.rules.chain import SHARE_STEPS as SHARES
from capworth.methods.arguments import Bools, Floats
from capworth.methods.cost_benefit.prices import transferred
from capworth.methods.cost_benefit.value_chain import lead_use, match_probability, share_of
from capworth.model.draws import Draws, by_draw
from capworth.model.price_base import PriceBase

Levels: TypeAlias = Mapping[tuple[str, str], Floats]  # (step, outcome) to (draws,)
RESPONSE = ("response", "")  # factor on hits that follows from an elasticity; see `responded`


def hits_of(level: Levels) -> Floats:
    """Hits a year, (draws,), from the rates and volumes of one chain.

    One of three beginnings: `hits` as counted; `searches` at a `hit_rate`; or `searches`, each
    with the chance 1 - exp(-intensity x records x quality x access) of a match, in which records
    saturate. Without `quality` and `access` the intensity is that of a record as it is held. A
    search finds one hit at most.
    """
    counted, response = level.get(("hits", "")), level.get(RESPONSE)
    if counted is not None:
        return counted if response is None else counted * response
    searches = level["searches", ""]
    if ("intensity", "") in level:
        fit = (level.get((step, ""), np.ones(1)) for step in ("quality", "access"))
        rate = match_probability(level["intensity", ""], level["records", ""], *fit)
    else:
        rate = level["hit_rate", ""]
    hits = searches * rate
    return hits if response is None else np.minimum(hits * response, searches)


def responded(level: Levels, factors: Mapping[str, Floats]) -> Floats | None:
    """Factor on hits, (draws,), when searches or records are multiplied; None without elasticity.

    Hits follow searches by factor ^ elasticity and records by factor ^ record elasticity: what
    the next search finds is not what the average search finds. Where hits come from searches the
    searches are multiplied too, and what is returned is the fall of the rate, factor ^
    (elasticity - 1).
    """
    response = None
    for step, needed in (("searches", "elasticity"), ("records", "record_elasticity")):
        elasticity = level.get((needed, ""))
        if elasticity is None or step not in factors:
            continue
        factor = factors[step]
        grown = np.where(factor > 0, factor**elasticity, 0.0)
        if step == "searches" and ("hits", "") not in level:
            grown = np.divide(grown, factor, out=np.zeros_like(grown), where=factor > 0)
        response = grown if response is None else response * grown
    return response


SCOPES = ("fiscal", "economic", "social", "all")  # "all" is a whole whose parts are not known
Worth: TypeAlias = Mapping[str, Floats]  # outcome to (draws,)


class UnitValues:
    """The unit values of a case that count: all of money, and the days of one harm index."""

    def __init__(self, case: Case) -> None:
        self._money = PriceBase(case)
        self._values = tuple(
            v for v in case.unit_values if v.scale == "money" or v.index == case.harm_index
        )

    def valued(self, scale: str) -> frozenset[str]:
        """Outcomes that have a worth on `scale`."""
        return frozenset(v.outcome for v in self._values if v.scale == scale)

    def worth(self, draws: Draws) -> Mapping[str, Worth]:
        """For each scale, (draws,) worth of one outcome of each kind; scopes are added."""
        worth: dict[str, dict[str, Floats]] = {"money": {}, "harm": {}}
        for value, one in self._each(draws):
            sum_of = worth[value.scale]
            sum_of[value.outcome] = sum_of.get(value.outcome, 0.0) + one
        return worth

    def by_scope(self, draws: Draws) -> Mapping[str, Worth]:
        """For each of `SCOPES`, (draws,) money that one outcome of each kind is worth to it."""
        worth: dict[str, dict[str, Floats]] = {scope: {} for scope in SCOPES}
        for value, one in self._each(draws):
            if value.scale == "money":
                worth[value.scope][value.outcome] = one
        return worth

    def _each(self, draws: Draws) -> Iterator[tuple[UnitValue, Floats]]:
        for value in self._values:
            factor = 1.0
            if value.scale == "money":
                factor = self._money.factor(value.currency, value.price_year or 0)
            one = draws.of(value.worth) * factor
            yield value, one if value.transfer is None else one * draws.of(value.transfer)


def transfer_range(
    income_there: float,
    income_here: float,
    elasticities: tuple[float, float, float],
) -> tuple[float, float, float]:
    """Low, mode and high factor for the columns `transfer_low`, `transfer`, `transfer_high`.

    Parameters
    ----------
    income_there : income a head where the unit value was found, at purchasing power
    income_here : income a head where the outcomes occur, in the same money and year
    elasticities : low, mode and high income elasticity of the value. No country's study fits the
        whole draw; the range is the analyst's and belongs in `transfer_basis`.

    >>> [round(factor, 3) for factor in transfer_range(45_000, 18_000, (0.8, 1, 1.2))]
    [0.333, 0.4, 0.48]
    """
    factors = np.sort(transferred(1.0, income_there, income_here, np.array(elasticities)))
    low, mode, high = (float(factor) for factor in factors)
    return low, mode, high


OUTCOME_STEPS = ("outcome", "counterfactual", "contribution")
FALSE = "false_hit"  # the step of an outcome that false hits lay on people


@dataclass(frozen=True, slots=True)
class Benefits:
    """Attributed benefits in a year at full effect, (draws, capabilities); of one chain (draws,).

    Attributes
    ----------
    money : in the money of the case
    harm : days of a harm index
    outcomes : additional and attributed outcomes, of whatever kind
    """

    money: Floats
    harm: Floats
    outcomes: Floats


class ChainModel:
    """The value chains of a case, ready to be walked in any number of draws."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._values = UnitValues(case)
        self._whole = {c.id: c.part_of or c.id for c in case.capabilities}
        steps: dict[str, list[ChainStep]] = {}
        for step in case.chain:
            steps.setdefault(step.capability, []).append(step)
        self._steps = {c: steps.get(c, []) for c in case.capability_ids}

    @property
    def measured(self) -> Bools:
        """(capabilities,) whether the case has a chain for it."""
        return np.array([bool(steps) for steps in self._steps.values()])

    def beneficial(self) -> Mapping[str, tuple[str, ...]]:
        """Outcomes that each capability brings about, harm done on the way not among them.

        What is flagged as adverse, and what false hits lay on people, makes no benefit known.
        """
        adverse = {outcome.id for outcome in self._case.outcomes if outcome.adverse}
        adverse |= {s.outcome for steps in self._steps.values() for s in steps if s.step == FALSE}
        return {
            capability: tuple(
                dict.fromkeys(s.outcome for s in steps if s.outcome and s.outcome not in adverse)
            )
            for capability, steps in self._steps.items()
        }

    def unpriced(self) -> Mapping[str, tuple[str, ...]]:
        """Those of the beneficial outcomes of each capability that have no worth in money."""
        valued = self._values.valued("money")
        return {
            c: tuple(o for o in some if o not in valued) for c, some in self.beneficial().items()
        }

    def has_scale(self, scale: str) -> Bools:
        """(capabilities,) whether some benefit of it is valued on `scale`."""
        valued = self._values.valued(scale)
        return np.array([any(o in valued for o in some) for some in self.beneficial().values()])

    @cached_property
    def _priced(self) -> dict[str, bool]:
        """Whether some benefit of each capability is valued in money."""
        return dict(zip(self._steps, self.has_scale("money").tolist(), strict=True))

    def unit_values(self, draws: Draws) -> Mapping[str, Worth]:
        """For each scale, (draws,) worth of one outcome of each kind; scopes are added."""
        return self._values.worth(draws)

    def levels(self, draws: Draws) -> Mapping[str, Levels]:
        """Every rate and volume of every chain, (draws,); unknown shares among them."""
        levels: dict[str, dict[tuple[str, str], Floats]] = {c: {} for c in self._steps}
        for capability, steps in self._steps.items():
            levels[capability] = {(s.step, s.outcome): draws.of(s.level) for s in steps}
            for step, outcome, share in self.missing(capability):
                levels[capability][step, outcome] = draws.of(share)
        return levels

    def walk(self, size: int, levels: Mapping[str, Levels], worth: Mapping[str, Worth]) -> Benefits:
        """Walk the chains of some or all capabilities.

        Parameters
        ----------
        size : how many draws
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
        they lay on people, in full: credit is shared, harm done is not. Where no benefit of a
        capability has a worth in money, its money is absent: 0 here, and `has_scale` says so.
        """
        found = Benefits(*(by_draw(size, len(self._steps)) for _ in range(3)))
        for k, capability in enumerate(self._steps):
            if level := levels.get(capability):
                one = self.walk_one(size, capability, level, worth)
                found.money[:, k], found.harm[:, k] = one.money, one.harm
                found.outcomes[:, k] = one.outcomes
        return found

    def walk_one(
        self, size: int, capability: str, level: Levels, worth: Mapping[str, Worth]
    ) -> Benefits:
        """Walk the chain of one capability, with these rates and volumes; see `walk`."""
        money, harm, outcomes = np.zeros((3, size))
        totals = {"money": money, "harm": harm}
        if not self._priced[capability]:  # of harm alone no value is known
            del totals["money"]
        for outcome, got in self.counted(level) if level else ():
            if (FALSE, outcome) not in level:
                outcomes += got
            for scale, total in totals.items():
                if outcome in worth[scale]:
                    total += got * worth[scale][outcome]
        return Benefits(money, harm, outcomes)

    def counted(self, level: Levels) -> Iterator[tuple[str, Floats]]:
        """Each outcome of one chain and (draws,) how many a year; burdens of false hits below 0."""
        hits = hits_of(level)
        for outcome in dict.fromkeys(outcome for _, outcome in level if outcome):
            if (FALSE, outcome) in level:
                yield outcome, -_burdens(hits, level, outcome)
            else:
                yield outcome, _attributed(hits, level, outcome)

    def unknown(self) -> tuple[Estimate, ...]:
        """Shares that a chain needs and the case does not give: anything from none to all."""
        found = {e.name: e for c in self._steps for _, _, e in self.missing(c)}
        return tuple(found.values())

    def missing(self, capability: str) -> Iterator[tuple[str, str, Estimate]]:
        """Step and outcome of every such share of one capability.

        What is not known of a whole is not known of its parts: they have the share in common.
        """
        steps = self._steps[capability]
        known = {(s.step, s.outcome) for s in steps}
        outcomes = dict.fromkeys(s.outcome for s in steps if s.outcome)
        needed = [(s, "") for s in ("verified", "used")] if steps else []
        needed += [(s, o) for o in outcomes if (FALSE, o) not in known for s in OUTCOME_STEPS]
        known |= {("contribution", o) for s, o in known if s == "bilateral"}
        for step, outcome in needed:
            if (step, outcome) not in known:
                yield step, outcome, _unknown(self._whole[capability], step, outcome)


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
    burdens: Floats = hits * (1 - level["verified", ""]) * level[FALSE, outcome]
    return burdens


def _unknown(capability: str, step: str, outcome: str) -> Estimate:
    name = "/".join(filter(None, ("chain", capability, outcome, step)))
    basis = "no figure in the case: anything from none to all"
    return Estimate(
        name=name,
        low=0.0,
        mode=0.5,
        high=1.0,
        unit="share",
        grade="E",
        source="",
        basis=basis,
        row=0,
    )


def changes_of(
    effects: Iterable[Effect], drawn: Mapping[str, Floats]
) -> tuple[Mapping[str, Floats], Mapping[str, Floats]]:
    """Gather what improvements do to the steps of one chain, for `changed`.

    Parameters
    ----------
    effects : of some improvements, all on one capability
    drawn : (draws,) each by its name

    Returns
    -------
    Factors of each step, all multiplied; and levels of the steps that are set and not multiplied,
    as of a service that does not exist yet: the highest that one of them sets.
    """
    factors, levels = dict[str, Floats](), dict[str, Floats]()
    for effect in effects:
        number, step = drawn[effect.change.name], effect.step
        if effect.sets_level:
            levels[step] = np.maximum(levels.get(step, number), number)
        else:
            factors[step] = factors.get(step, 1.0) * number
    return factors, levels


def changed(
    level: Levels,
    factors: Mapping[str, Floats],
    levels: Mapping[str, Floats] = MappingProxyType({}),
) -> Levels:
    """Set and multiply the steps of one chain; shares stay between 0 and 1.

    Where the chain has an elasticity, hits follow searches and records by it.

    Parameters
    ----------
    level : the rates and volumes of one capability
    factors : for each step, what it is multiplied by in every draw, (draws,)
    levels : for each step that is set first, its level in every draw, (draws,)
    """
    moved = {}
    for (step, outcome), today in level.items():
        rate = levels.get(step, today)
        moved[step, outcome] = _times(step, rate, factors[step]) if step in factors else rate
    response = responded(level, factors)
    if response is not None:
        moved[RESPONSE] = level.get(RESPONSE, 1.0) * response
    return moved


def _times(step: str, rate: Floats, factor: Floats) -> Floats:
    product = rate * factor
    return np.minimum(product, 1.0) if step in SHARES else product
