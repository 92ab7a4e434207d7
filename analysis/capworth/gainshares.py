"""On which capabilities the gain of each improvement falls."""

import numpy as np

from capworth.estimates import AtModes
from capworth.methods.arguments import Floats
from capworth.worlds import Model


def gain_shares(model: Model) -> Floats:
    """(improvements, capabilities) share of each improvement's gain in points, at the modes.

    Each row sums to 1; to 0 where an improvement gains nothing on any criterion. An effect that
    takes points away counts as nothing here, so that no share is below 0.
    """
    case, value, modes = model.case, model.value, AtModes()
    if not value.leaves:
        return np.zeros((len(case.improvements), len(case.capabilities)))
    levels = value.levels(modes)
    values, weights = value.worth(levels), value.weights(modes)
    leaf = {found.id: k for k, found in enumerate(value.leaves)}
    capability = {c: k for k, c in enumerate(case.capability_ids)}
    improvement = {i: k for k, i in enumerate(case.improvement_ids)}
    gains = np.zeros((len(improvement), len(capability)))
    for effect in case.effects:
        if effect.criterion:
            c, k = capability[effect.capability], leaf[effect.criterion]
            risen = value.worth_on(k, levels[:, c, k] + modes.of(effect.change)) - values[:, c, k]
            gains[improvement[effect.improvement], c] += max(float((risen * weights[:, k])[0]), 0.0)
    total = gains.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(gains, total, out=np.zeros_like(gains), where=total > 0)
    return shares
