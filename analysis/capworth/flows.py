"""Money year by year: who pays it and who gains it, real and not discounted."""

from dataclasses import dataclass

import numpy as np

from capworth.costs import PAYERS
from capworth.estimates import Draws, Sampled
from capworth.methods.arguments import Floats
from capworth.sampling import CHUNK, ENVELOPED, Sample
from capworth.unitvalues import SCOPES, UnitValues
from capworth.worlds import Model


@dataclass(frozen=True, slots=True)
class Flows:
    """Yearly amounts of some capabilities or improvements, in the money of the case.

    Attributes
    ----------
    cost : (draws, things, payers, years) amounts paid, by `costs.PAYERS`
    benefit : (draws, things, scopes, years) attributed benefits, by `unitvalues.SCOPES`
    """

    cost: Floats
    benefit: Floats


def first_worlds(sample: Sample) -> Sampled:
    """Draw the first worlds of a sample again: `sampling.ENVELOPED` of them at most."""
    return Sampled(sample.case.settings.seed, 0, min(sample.draws, ENVELOPED, CHUNK))


def yearly_flows(model: Model, draws: Draws) -> tuple[Flows, Flows]:
    """Flows of all capabilities, and of all improvements against today.

    A capability's benefit is the same in every year of the appraisal. An improvement's begins in
    its effect year. Shared platforms are shared by their keys. Transfers (contributions, pledges)
    and sunk costs are in neither.
    """
    cost, improving = _costs(model, draws)
    benefit, gained = _benefits(model, draws)
    return Flows(cost, benefit), Flows(improving, gained)


def _costs(model: Model, draws: Draws) -> tuple[Floats, Floats]:
    case = model.case
    tail = len(PAYERS), case.settings.years
    capability = np.zeros((draws.size, len(case.capabilities), *tail))
    platform = np.zeros((draws.size, len(case.platforms), *tail))
    improvement = np.zeros((draws.size, len(case.improvements), *tail))
    capabilities = {c: k for k, c in enumerate(case.capability_ids)}
    platforms = {p.id: k for k, p in enumerate(case.platforms)}
    improvements = {i: k for k, i in enumerate(case.improvement_ids)}
    for line, amount, years in model.costs.priced(draws):
        paid = amount[:, None] * years
        payer = PAYERS.index(line.payer)
        if line.capability:
            capability[:, capabilities[line.capability], payer] += paid
        elif line.platform:
            platform[:, platforms[line.platform], payer] += paid
        else:
            improvement[:, improvements[line.improvement], payer] += paid
    if case.platforms:
        shares = model.platform_shares(draws)
        capability += np.einsum("npc,npyt->ncyt", shares, platform)
    return capability, improvement


def _benefits(model: Model, draws: Draws) -> tuple[Floats, Floats]:
    case, settings = model.case, model.case.settings
    years = settings.years
    benefit = np.zeros((draws.size, len(case.capabilities), len(SCOPES), years))
    gained = np.zeros((draws.size, len(case.improvements), len(SCOPES), years))
    begin = [max(i.effect_year - settings.first_year, 0) for i in case.improvements]
    felt = (np.arange(years) >= np.array(begin, dtype=np.int64)[:, None]).astype(np.float64)
    chain = model.chain.levels(draws)
    for k, worth in enumerate(UnitValues(case).by_scope(draws).values()):
        if worth:
            money = {"money": worth, "harm": {}}
            today = model.chain.walk(draws.size, chain, money)
            benefit[:, :, k] = today.money[:, :, None]
            added, _ = model.gains.chain_gains(draws, chain, money, today)
            gained[:, :, k] = added[:, :, None] * felt
    return benefit, gained
