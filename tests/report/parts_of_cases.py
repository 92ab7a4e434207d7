"""A part of a case in the place of a whole one, where one answer is looked at alone."""

from capworth.case.model import Case
from capworth.case.read import raw_of
from capworth.case.written import came_from_the_door

FUTURES = """
[lean]
name = "Half of the money"
settings = { budget = 55000 }
[dear]
name = "Everything costs more"
[dear.values]
"costs/SCAN-BUILD" = { low = 60000, mode = 70000, high = 90000 }
"""


def unchecked(case: Case) -> Case:
    """Let a case pass that the door would refuse for what was left out of it."""
    return came_from_the_door(case, raw_of(case))
