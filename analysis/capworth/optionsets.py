"""The sets a programme can be chosen from, with a column for each pair that is worth more together.

A synergy or overlap is a project of its own that asks for nothing: it is taken where both are.
"""

import numpy as np

from capworth.bestsets import Choice, pair_gains
from capworth.methods.arguments import Bools, Floats


def option_sets(choice: Choice) -> Bools | None:
    """(sets, improvements + synergies) all allowed sets; None where they are too many to list."""
    sets = choice.sets()
    if sets is None:
        return None
    pairs = [sets[:, one] & sets[:, other] for one, other, _ in choice.relations.synergies]
    return np.column_stack([sets, *pairs])


def with_pairs(choice: Choice, gains: Floats) -> Floats:
    """(draws, improvements + synergies) gains of the first draws, and what pairs add to them."""
    added = pair_gains(choice.relations, gains, choice.shares[: len(gains)])
    return np.hstack([gains, added])


def around_expected(choice: Choice, gains: Floats) -> Floats:
    """(worlds, improvements + synergies) gains near the expected ones; pairs move as they do."""
    share = choice.shares.mean(axis=0, keepdims=True)
    expected = np.array([bonus for _, _, bonus in choice.relations.synergies])
    here, base = (pair_gains(choice.relations, g, share) for g in (gains, choice.gain[None]))
    return np.hstack([gains, expected + here - base])


def asking_nothing(choice: Choice, asked: Floats) -> Floats:
    """(draws, improvements + synergies) money asked; pairs ask for nothing."""
    return np.hstack([asked, np.zeros((len(asked), len(choice.relations.synergies)))])
