"""A weight is asked for by its swing: which move, from which level to which."""

from capworth.case.model import Case
from capworth.errors import InputError, nearest


def swing_words(case: Case, criterion: str) -> str:
    """Say which move from worst to best a criterion's weight belongs to.

    Raises
    ------
    InputError
        When the case has no such criterion; the nearest name is given.
    """
    known = {c.id: c for c in case.criteria}
    if criterion not in known:
        raise InputError(f"the case has no criterion {criterion!r}. {nearest(criterion, known)}")
    found = known[criterion]
    if found.is_measured:
        return f"from {found.worst:g} to {found.best:g} ({found.unit})"
    below = ", ".join(c.name.lower() for c in case.criteria if c.parent == criterion)
    return f"from the worst to the best level of all of it ({below})"


def branch_question(case: Case, branch: str) -> str:
    """Ask for the swings of one branch; "" is the top of the tree."""
    names = {c.id: c.name for c in case.criteria}
    where = f"Within {names[branch].lower()}: " if branch else ""
    return (
        f"{where}suppose that everything stands at its worst level. Which one move from worst to "
        "best is the most valuable? Give it 100 points, and the others points in proportion."
    )


def swing_question(case: Case, criterion: str) -> str:
    """Ask for the points of one swing, as it is written down with the answer."""
    return (
        f"How much is the move {swing_words(case, criterion)} worth, if the most valuable move of "
        "its branch is worth 100?"
    )


def pair_question(case: Case, criterion: str, other: str) -> str:
    """Ask how many times one swing is worth another."""
    return (
        f"How many times is the move {swing_words(case, criterion)} worth the move "
        f"{swing_words(case, other)}?"
    )
