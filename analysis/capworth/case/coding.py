"""Function shares that several coders gave: one interval for each, as wide as they differ."""

from collections.abc import Sequence
from dataclasses import replace

from capworth.case.model import GRADES, Estimate, FunctionShare


def agreed_shares(
    codes: Sequence[FunctionShare], coders: Sequence[str] = ()
) -> tuple[FunctionShare, ...]:
    """Join the shares of several coders to one a capability and function.

    The mode is the mean of their modes; the range reaches from the lowest low to the highest high.
    A function that a coder leaves out of a capability that he or she coded has share 0 there.
    Where no coder is named the shares stay as they are.

    Parameters
    ----------
    codes : as they stand in the table functions
    coders : those whose codes count; all of them where none is named
    """
    if not any(code.coder for code in codes):
        return tuple(codes)
    counted = [code for code in codes if not coders or code.coder in coders]
    who: dict[str, list[str]] = {}
    held: dict[tuple[str, str], dict[str, Estimate]] = {}
    for code in counted:
        mine = who.setdefault(code.capability, [])
        mine += [] if code.coder in mine else [code.coder]
        held.setdefault((code.capability, code.function), {})[code.coder] = code.share
    return tuple(
        FunctionShare(capability, function, _joined(given, len(who[capability])))
        for (capability, function), given in held.items()
    )


def _joined(given: dict[str, Estimate], coders: int) -> Estimate:
    """One estimate of those of some coders; the others gave nothing."""
    shares, missing = list(given.values()), coders - len(given)
    first = shares[0]
    words = dict.fromkeys(
        f"{coder}: {share.basis or share.source}" for coder, share in given.items()
    )
    return replace(
        first,
        low=0.0 if missing else min(s.low for s in shares),
        mode=sum(s.mode for s in shares) / coders,
        high=max(s.high for s in shares),
        grade=max((s.grade for s in shares), key=GRADES.index),
        basis="; ".join(words),
    )
