"""What must hold in cost lines and platforms: years with a price index, parts without a circle."""

from collections.abc import Iterator, Mapping

from capworth.case.check import Typed
from capworth.errors import Finding


def parts_of_platforms_form_a_tree(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """Nothing is part of itself, be it by a detour."""
    rows = typed.get("platforms", ())
    wider = {row.text("id"): row.text("part_of") for row in rows}
    for row in rows:
        above, met = wider.get(row.text("id"), ""), {row.text("id")}
        while above and above not in met:
            met.add(above)
            above = wider.get(above, "")
        if above == row.text("id"):
            yield row.fault("part_of", "the platform is part of itself", "Cut the circle.")


def nominal_money_can_be_told(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """Every year in which nominal money is paid has a price index; no total is made of it."""
    first, years, base = (settings.get(k) for k in ("first_year", "years", "price_year"))
    currency = settings.get("currency")
    if not isinstance(first, int) or not isinstance(years, int):
        return
    known = {row["year"] for row in typed.get("prices", ()) if row["kind"] == "deflator"}
    for row in typed.get("costs", ()):
        if not row["nominal"]:
            continue
        if row.text("total"):
            yield row.fault(
                "nominal", "a part of a total in real prices", "Leave total or nominal blank."
            )
        start, end = row["from_year"] or first, row["to_year"] or first + years - 1
        assert isinstance(start, int)
        assert isinstance(end, int)
        paid = range(start, end + 1) if row["treatment"] != "sunk" else range(0)
        missing = [year for year in paid if year not in known | {base}]
        if missing or (paid and base not in known and set(paid) != {base}):
            year = missing[0] if missing else base
            yield row.fault(
                "nominal",
                f"no price index of {currency} in {year}",
                f"Add a row 'deflator,{currency},{year}' to prices, a forecast with its source.",
            )
