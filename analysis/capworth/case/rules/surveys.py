"""What must hold of planned surveys: each asks for some uncertain input of the case."""

from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase

from capworth.case.check import Typed
from capworth.case.rules.distributions import Named
from capworth.errors import Finding, nearest

BIASES = "bias/"  # inputs that are drawn for lines of cost, without a row of their own


def check_surveys(typed: Typed, names_of: Named, faulty: Collection[str] = ()) -> Iterator[Finding]:
    """Every name or pattern of a planned survey is that of an input.

    Parameters
    ----------
    typed : the tables of a case
    names_of : the inputs by name, with the row of each
    faulty : tables that could not be read whole; nothing is said then
    """
    rows = typed.get("planned_surveys", ())
    if faulty or not rows:
        return
    names = names_of(typed)
    lines = [f"{BIASES}{row.text('id')}" for row in typed.get("costs", ())]
    for row in rows:
        for pattern in row.text("inputs").split():
            if not any(fnmatchcase(name, pattern) for name in (*names, *lines)):
                yield row.fault(
                    "inputs", f"no input is called {pattern!r}", nearest(pattern, names)
                )
