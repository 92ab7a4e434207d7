"""Annex: how firm the ranks of the capabilities are, and who pays for them."""

import numpy as np

from capworth.programme import FIRM
from capworth.report.blocks import Section
from capworth.report.pictures import pictures
from capworth.report.wording import Wording
from capworth.study import Study


def section(study: Study, words: Wording) -> Section | None:
    """Rank acceptability of the capabilities and their payers; None if there is nothing to draw."""
    found = pictures("ranks", study, words)
    if not found or not study.case.measured:
        return None
    shares = study.appraisal.rank_acceptability().to_numpy()
    near = np.lib.stride_tricks.sliding_window_view(
        np.pad(shares, ((0, 0), (1, 1))), 3, axis=1
    ).sum(axis=2)  # share of draws within one place of each place
    firm = int((near.max(axis=1) >= FIRM).sum())
    title = words.say("ranks.title", count=firm, all=len(shares))
    return Section(words.say("ranks.topic"), title, found)
