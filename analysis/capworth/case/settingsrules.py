"""What the settings may ask of the tables: only what these can answer."""

from collections.abc import Iterator, Mapping
from dataclasses import fields

from capworth.case.cells import BadCellError
from capworth.case.check import Typed
from capworth.case.comparisons import Counted, panel_of, read_comparisons
from capworth.case.model import Settings
from capworth.case.tables import SETTINGS_FILE
from capworth.errors import Finding, nearest


def budget_has_a_use(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """A budget needs improvements, and the target lies beyond it."""
    target, budget = settings.get("target"), settings.get("budget")
    if budget is not None and not typed.get("improvements"):
        yield _fault("budget", "there are no improvements to spend it on", "Add some.")
    if isinstance(target, float) and isinstance(budget, float) and target < budget:
        yield _fault("target", "it is below the budget", "Raise it.")


def claim_can_be_tested(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """The registered claim compares functions that are served, on a measure that is known."""
    group = settings.get("claim_group")
    if not isinstance(group, tuple) or not group:
        return
    chosen = {f.name: settings.get(f.name) or f.default for f in fields(Settings)}
    measure, estimand = str(chosen["claim_value"]), chosen["claim_primary"]
    known = _known_on(measure, typed)
    if not known:
        yield _fault(
            "claim_value",
            f"no capability has a value in {measure}",
            "Add criteria and scores." if measure == "score" else "Add chain and unit_values.",
        )
    if estimand == "next_euro" and (measure != "score" or not typed.get("improvements")):
        yield _fault(
            "claim_primary",
            "the next euro is known for the score of improvements only",
            "Register another estimand, or the score and some improvements.",
        )
    served = {
        row.text("function")
        for row in typed.get("functions", ())
        if row.text("capability") in known and row.number_in("mode") > 0
    }
    for some, which in ((served & {*group}, "any of these"), (served - {*group}, "any other")):
        if known and not some:
            yield _fault(
                "claim_group",
                f"no capability with a value in {measure} serves {which}",
                "Name some of the functions that are served, and not all of them.",
            )


def productivity_can_be_tracked(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """Two capabilities have all figures of each comparison in two common years."""
    text = settings.get("productivity")
    if not isinstance(text, str) or not text:
        return
    rows = tuple(
        Counted(r.text("capability"), r.text("metric"), int(r.number_in("year")), r.text("unit"))
        for r in typed.get("activity", ())
    )
    metrics = {row.metric for row in rows}
    try:
        comparisons = read_comparisons(text)
    except BadCellError as error:
        yield _fault("productivity", *error.args)
        return
    for comparison in comparisons:
        unknown = [m for measure in comparison.measures for m in measure if m not in metrics]
        for metric in unknown:
            yield _fault(
                "productivity",
                f"no capability has the metric {metric!r} in activity",
                nearest(metric, metrics),
            )
        if not unknown and panel_of(comparison, rows) is None:
            yield _fault(
                "productivity",
                f"{comparison.text!r}: no two capabilities have these in two common years",
                "Add figures to activity, in one unit a series, or leave the comparison out.",
            )


def _known_on(measure: str, typed: Typed) -> set[str]:
    """Capabilities with a value on a measure."""
    if measure == "score":
        some = bool(typed.get("criteria"))
        return {row.text("id") for row in typed.get("capabilities", ()) if some}
    valued = {r.text("outcome") for r in typed.get("unit_values", ()) if r["scale"] == measure}
    return {r.text("capability") for r in typed.get("chain", ()) if r.text("outcome") in valued}


def _fault(key: str, problem: str, fix: str) -> Finding:
    return Finding(SETTINGS_FILE, 0, key, problem, fix)
