"""What must hold of planned surveys: each asks for some uncertain input of the case."""

from collections.abc import Iterator, Mapping

from capworth.case.check import Typed, TypedRow
from capworth.case.drawing import names_like
from capworth.errors import Finding, nearest

BIASES = "bias/"  # inputs that are drawn for lines of cost, without a row of their own


def check_surveys(typed: Typed, inputs: Mapping[str, TypedRow]) -> Iterator[Finding]:
    """Every name or pattern of a planned survey is that of an input.

    Parameters
    ----------
    typed : the tables of a case
    inputs : by name, with the row of each
    """
    lines = [f"{BIASES}{row.text('id')}" for row in typed.get("costs", ())]
    for row in typed.get("planned_surveys", ()):
        for pattern in row.text("inputs").split():
            if not names_like(pattern, (*inputs, *lines)):
                yield row.fault(
                    "inputs", f"no input is called {pattern!r}", nearest(pattern, inputs)
                )
