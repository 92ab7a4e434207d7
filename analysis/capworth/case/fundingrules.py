"""What must hold of the money that is pledged or expected."""

from collections.abc import Iterator, Mapping

from capworth.case.check import Typed, TypedRow
from capworth.errors import Finding

CHANCES = ("chance_low", "chance", "chance_high")


def pledges_are_whole(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """Earmarked money says for what; a probability has a range; money comes while it is of use."""
    first, years = settings.get("first_year"), settings.get("years")
    end = first + years - 1 if isinstance(first, int) and isinstance(years, int) else None
    for row in typed.get("funding", ()):
        mine = row["use"] in {None, "programme"}
        if mine and row["kind"] == "earmarked" and not row["earmark"]:
            yield row.fault(
                "earmark",
                "earmarked money that names no improvement",
                "Name the improvements that it may pay for, or call it voluntary.",
            )
        stated = [column for column in CHANCES if row[column] is not None]
        if 0 < len(stated) < len(CHANCES):
            yield row.fault(
                stated[0],
                "the probability is half stated",
                "Give chance_low, chance and chance_high, or leave all three blank.",
            )
        if mine and end is not None and _last(row) > end:
            yield row.fault(
                "years" if row["years"] else "year",
                f"money still comes in {_last(row)}, after the last year of the appraisal ({end})",
                "State only what comes by then.",
            )


def _last(row: TypedRow) -> int:
    years = row["years"]
    return int(row.number_in("year")) + (years if isinstance(years, int) else 1) - 1
