"""Five words for what a test of a claim found, and how words of several readings are joined."""

from collections.abc import Iterable
from typing import Final

from capworth.methods.arguments import checked
from capworth.methods.claim.share_test import PValues

SUPPORTED: Final = "supported"
GREATER: Final = "greater, margin not shown"
NO_DIFFERENCE: Final = "no material difference"
INCONCLUSIVE: Final = "inconclusive"
CONTRADICTED: Final = "contradicted"
WORDS: Final = (SUPPORTED, GREATER, NO_DIFFERENCE, INCONCLUSIVE, CONTRADICTED)


@checked
def word_of(found: PValues, alpha: float = 0.05) -> str:
    """Read the word off the five probabilities.

    No material difference is looked at first: a ratio that is surely between 1 / margin and the
    margin is that, be it surely above or below 1.

    >>> word_of(PValues(0.02, 0.001, 0.999, 0.98, 0.001))
    'supported'
    """
    if max(found.below_margin, found.above_inverse) <= alpha:
        return NO_DIFFERENCE
    if found.margin <= alpha:
        return SUPPORTED
    if found.less <= alpha:
        return CONTRADICTED
    return GREATER if found.greater <= alpha else INCONCLUSIVE


@checked
def weakest(words: Iterable[str]) -> str:
    """Join the words of several readings: the weakest counts, words that conflict say nothing.

    >>> weakest(["supported", "greater, margin not shown"])
    'greater, margin not shown'
    >>> weakest(["supported", "contradicted"]), weakest(["no material difference", "supported"])
    ('inconclusive', 'inconclusive')
    """
    found = set(words)
    if len(found) == 1:
        return found.pop()
    return GREATER if found == {SUPPORTED, GREATER} else INCONCLUSIVE
