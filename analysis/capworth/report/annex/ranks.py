"""Annex: how firm the ranks of the capabilities are, and who pays for them."""

import numpy as np

from capworth.methods.arguments import Floats
from capworth.programme import FIRM
from capworth.report.blocks import Section
from capworth.report.pictures import pictures
from capworth.report.wording import Wording
from capworth.study import Study


def ranks_page(study: Study, words: Wording) -> Section | None:
    """Rank acceptability of the capabilities and their payers; None if there is nothing to draw."""
    found = pictures("ranks", study, words)
    if not found or not study.case.measured:
        return None
    shares = study.appraisal.rank_acceptability().to_numpy()
    title = words.say("ranks.title", count=_firm(shares), all=len(shares))
    return Section(words.say("ranks.topic"), title, found)


def _firm(shares: Floats) -> int:
    """How many keep within one place of some place in nearly all draws.

    Parameters
    ----------
    shares : (things, places) share of draws in which each takes each place

    >>> _firm(np.array([[0.5, 0.4, 0.1, 0.0], [0.4, 0.1, 0.1, 0.4], [0.1, 0.4, 0.4, 0.1]]))
    2
    """
    padded = np.pad(shares, ((0, 0), (1, 1)))
    near = np.lib.stride_tricks.sliding_window_view(padded, 3, axis=1).sum(axis=2)
    return int((near.max(axis=1) >= FIRM).sum())
