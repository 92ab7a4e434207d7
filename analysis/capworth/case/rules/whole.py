"""What must hold between the cells of a case. Each rule is one function in one table.

What must hold in cost lines and platforms: years with a price index, parts without a circle.

What the settings may ask of the tables: only what these can answer.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from functools import lru_cache
from itertools import chain, groupby

from capworth.case.check import BadCellError, Typed, TypedRow
from capworth.case.comparisons import Counted, panel_of, read_comparisons
from capworth.case.dictionary import dictionary
from capworth.case.numerals import TRIPLES, written_as
from capworth.case.rows import REVENUE, TRANSFERS
from capworth.case.rules.asked import asked, each_alone
from capworth.case.rules.programme import pledges_are_whole, relations_are_possible
from capworth.case.tables import SETTINGS_FILE
from capworth.errors import Finding, nearest


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


def nominal_money_has_an_index(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
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


def budget_has_a_use(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """A budget needs improvements, and the target lies beyond it."""
    target, budget = settings.get("target"), settings.get("budget")
    if budget is not None and not typed.get("improvements"):
        yield _fault("budget", "there are no improvements to spend it on", "Add some.")
    if isinstance(target, float) and isinstance(budget, float) and target < budget:
        yield _fault("target", "it is below the budget", "Raise it.")


def productivity_can_be_tracked(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """Two capabilities have all figures of each comparison, above 0, in two common years."""
    text = settings.get("productivity")
    if not isinstance(text, str) or not text:
        return
    figures = typed.get("activity", ())
    rows = tuple(
        Counted(r.text("capability"), r.text("metric"), int(r.number_in("year")), r.text("unit"))
        for r in figures
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
        if unknown:
            continue
        panel = panel_of(comparison, rows)
        if panel is None:
            yield _fault(
                "productivity",
                f"{comparison.text!r}: no two capabilities have these in two common years",
                "Add figures to activity, in one unit a series, or leave the comparison out.",
            )
            continue
        many = len(comparison.used)
        for place in chain.from_iterable(panel.places):
            for side in (place[:many], place[many:]):
                if not any(figures[k].number_in("value") for k in side):
                    yield figures[side[0]].fault(
                        "value",
                        f"of nothing, and the comparison {comparison.text!r} asks for more",
                        "Correct it, or leave the comparison out of productivity.",
                    )


def _fault(key: str, problem: str, fix: str) -> Finding:
    return Finding(SETTINGS_FILE, 0, key, problem, fix)


Rule = Callable[[Mapping[str, object], Typed], Iterator[Finding]]
EMPTY_WORDS = re.compile(  # what is typed where nothing is known; French and Spanish too
    r"(n\W?[ad]\W?|tb[acd]|to ?do|none|null|nil|unk(nown)?|pending|x+|ok|idem|ditto"
    r"|to be (confirmed|decided|defined|determined|completed|done)|see (above|below)"
    r"|not (available|known|given|stated|applicable)|voir (ci-dessus|plus haut)"
    r"|à (compléter|définir|venir)|inconnue?|por (definir|completar)|desconocid[oa]|sin datos?"
    r"|s/[od]|غير معروف|\W*|k\W?a\W?|di[tc]o|pendiente|lorem\b.*|test|foo|\d)",
    re.IGNORECASE,
)
_says_nothing = lru_cache(maxsize=1 << 12)(EMPTY_WORDS.fullmatch)  # many rows rest on one sentence
TOLERANCE = 0.005  # how far shares and parts may miss their sum, relative


def check_rules(
    settings: Mapping[str, object], typed: Typed, faulty: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Run the rules over the rows that could be read.

    A rule that misses something would be misled where rows could not be read: it is silent while
    one of its tables is among the `faulty`.
    """
    ready = (rule for rule, needed in RULES.items() if not {*needed} & {*faulty})
    found: list[Finding] = []
    for rule in ready:
        for tables in each_alone(typed) if rule in ROW_BY_ROW else (typed,):
            found += asked(rule, settings, tables)
    return tuple(found)


def _rows(typed: Typed, *tables: str) -> Iterator[TypedRow]:
    for table in tables:
        yield from typed.get(table, ())


def _by(rows: Iterator[TypedRow], column: str) -> Mapping[str, list[TypedRow]]:
    ordered = sorted(rows, key=lambda row: row.text(column))
    return {key: list(group) for key, group in groupby(ordered, lambda row: row.text(column))}


def estimates_are_ordered(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """Low, mode and high come in this order."""
    triples = {table: [t for t in TRIPLES if t[0] in dictionary()[table]] for table in typed}
    for row in _rows(typed, *typed):
        for low, mode, high in triples[row.table]:
            if any(row[column] is None for column in (low, mode, high)):
                continue
            if not row.number_in(low) <= row.number_in(mode) <= row.number_in(high):
                yield row.fault(
                    mode,
                    f"{written_as(row.number_in(mode))} is not between "
                    f"{written_as(row.number_in(low))} and {written_as(row.number_in(high))}",
                    f"Put {low}, {mode} and {high} in this order.",
                )


def evidence_is_named(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """Published figures name their source; the others say on what they rest, with a range."""
    for row in _rows(typed, *typed):
        grade = row.text("grade")
        if grade in {"A", "B", "C"} and not row.text("source"):
            yield row.fault(
                "source", f"grade {grade} without a source", "Name the source, or grade it D or E."
            )
        if grade in {"D", "E"}:
            if _says_nothing(basis := row.text("basis")):
                yield row.fault(
                    "basis",
                    f"{basis!r} says nothing" if basis else f"grade {grade} without a basis",
                    "Say in a sentence what it rests on.",
                )
            low, high = ("swing_low", "swing_high") if row.table == "criteria" else ("low", "high")
            given = row[low] is not None and row[high] is not None
            given &= row.table != "judgements"  # the most valuable swing has 100 by definition
            whole = row.table == "functions" and given and row.number_in(low) == 1
            if given and not whole and row.number_in(low) == row.number_in(high) != 0:
                yield row.fault(
                    high, f"a figure of grade {grade} without a range", "Widen low and high."
                )


def names_have_letters(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """What is printed as a name is one: the dots of an empty case are none, nor is a dash."""
    fix = "Write the name that is to be printed."
    for key in ("organisation", "title"):
        if isinstance(name := settings.get(key), str) and not any(map(str.isalnum, name)):
            yield _fault(key, f"{name!r} is no name", fix)
    for row in _rows(typed, *typed):
        if (name := row.text("name")) and not any(map(str.isalnum, name)):
            yield row.fault("name", f"{name!r} is no name", fix)


def shares_sum_to_one(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """Every capability has function shares that sum to 1 at the modes, by each of its coders."""
    shares = _by(_rows(typed, "functions"), "capability")
    for row in _rows(typed, "capabilities"):
        mine = shares.get(row.text("id"), [])
        if not mine:
            yield row.fault("id", "the capability has no function shares", "Add them to functions.")
        for coder, coded in _by(iter(mine), "coder").items():
            total = sum(share.number_in("mode") for share in coded)
            if abs(total - 1) > TOLERANCE:
                whose = f" by {coder}" if coder else ""
                yield coded[0].fault(
                    "mode",
                    f"the shares of {row.text('id')}{whose} sum to {total:g}",
                    "Make them sum to 1.",
                )


def costs_have_one_owner(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """A cost line belongs to one capability, platform or improvement, or is outside."""
    for row in _rows(typed, "costs"):
        owners = [c for c in ("capability", "platform", "improvement") if row.text(c)]
        outside = row.text("treatment") == "outside"
        if outside and owners:
            yield row.fault(owners[0], "a line outside has an owner", "Leave the owner blank.")
        elif outside and not row.text("total") and row["category"] not in TRANSFERS:
            yield row.fault("total", "a line outside names no total", "Name the one it completes.")
        elif not outside and len(owners) != 1:
            yield row.fault(
                "capability",
                f"the line has {len(owners)} owners",
                "Name one capability, platform or improvement.",
            )
        first, last = row["from_year"], row["to_year"]
        if isinstance(first, int) and isinstance(last, int) and first > last:
            yield row.fault("to_year", f"{last} is before {first}", "Put the years in order.")


def _counts(row: TypedRow) -> bool:
    """Whether a cost line adds to the cost of what it belongs to."""
    uncounted = (*TRANSFERS, REVENUE)
    forward = row.text("treatment") in {"", "forward"} and row["category"] not in uncounted
    return forward and row.number_in("mode") > 0


def _comes_in(row: TypedRow) -> bool:
    """Whether a cost line is money that comes in."""
    return row["category"] == REVENUE or row.number_in("mode") < 0


def revenue_is_of_an_improvement(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """What comes in is no part of a total, has no overrun, and is below nothing as a whole."""
    for row in _rows(typed, "costs"):
        below = [c for c in ("low", "mode", "high") if row.number_in(c) < 0]
        if not below and row["category"] != REVENUE:
            continue
        if below and (row.number_in("low") > 0 or row.number_in("high") > 0):
            fix = "Make two rows of it, what is paid and what comes in."
            yield row.fault(below[0], "a range from below to above 0", fix)
        elif below and row["category"] == REVENUE:
            yield row.fault(below[0], "revenue below 0", "Write it as an amount above 0.")
        elif below and not row.text("improvement"):
            fix = "Write revenue of a service as category 'revenue', above 0; else see savings."
            yield row.fault(below[0], "an amount below 0 of no improvement", fix)
        for column, blank in (("total", ""), ("bias", "none"), ("cause", ""), ("manages", "")):
            if row.text(column) not in {"", blank}:
                yield row.fault(column, "revenue has none", f"Leave {column} blank.")
        if row.text("range_means") not in {"", "measure"}:
            yield row.fault("range_means", "the range of revenue", "Leave it blank.")


def members_costs_are_stated(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """What members spend themselves is stated for every capability, were it zero in writing.

    Not where there are no members: no table, no survey, no line that they pay, no criterion that
    counts them.
    """
    asked = any(typed.get(t) for t in ("members", "feedback", "network", "choices"))
    asked |= any(r["payer"] == "members" for r in _rows(typed, "costs"))
    asked |= any(r["served"] for r in _rows(typed, "criteria"))
    stated = {row.text("capability") for row in _rows(typed, "costs") if row["payer"] == "members"}
    has_cost = {row.text("capability") for row in _rows(typed, "costs") if _counts(row)}
    has_cost |= {r.text("capability") for r in _rows(typed, "usage") if r.number_in("mode") > 0}
    for row in _rows(typed, "capabilities"):
        if asked and row.text("id") not in stated:
            yield row.fault(
                "id",
                f"no cost line says what members spend on {row.text('id')}",
                "Add one with payer 'members'; write 0 with its reason if they spend nothing.",
            )
        if row.text("id") not in has_cost:
            yield row.fault("id", f"{row.text('id')} costs nothing", "Add its cost lines.")


def parts_meet_their_total(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """The modes of the lines of a stated total add up to it."""
    parts = _by(_rows(typed, "costs"), "total")
    for row in _rows(typed, "totals"):
        mine = parts.get(row.text("id"), [])
        total, found = row.number_in("mode"), sum(part.number_in("mode") for part in mine)
        if total <= 0:
            yield row.fault("mode", "a total of nothing", "Leave it out, and 'total' blank.")
        elif abs(found - total) > TOLERANCE * total:
            yield row.fault(
                "mode",
                f"the cost lines of {row.text('id')} add up to {found:,.0f}, not {total:,.0f}",
                f"Find the missing {total - found:,.0f}, or put it on a line with treatment "
                "'outside'.",
            )
        for part in mine:
            for column in ("currency", "price_year"):
                if part[column] != row[column]:
                    yield part.fault(
                        column,
                        f"{part[column]} is not that of its total ({row[column]})",
                        "State the line as its total is stated.",
                    )
            if part["kind"] != (row["kind"] or "recurrent"):
                yield part.fault(
                    "kind",
                    f"{part.text('kind')!r} is not the kind of its total",
                    "State the line as its total is stated.",
                )
        fixed = sum(x.number_in("mode") for x in mine if x.number_in("low") == x.number_in("high"))
        ranged = any(x.number_in("low") < x.number_in("high") for x in mine)
        if ranged and fixed >= row.number_in("low"):
            yield row.fault(
                "low",
                f"its lines without a range take {fixed:,.0f}, all that it may be",
                "Give these lines a range, or raise low.",
            )


def overrun_counts_once(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """A cost line has its overrun from its range or from its class, never from both."""
    for row in _rows(typed, "costs"):
        means, biased = row.text("range_means"), row.text("bias") not in {"", "none"}
        if means == "overrun" and biased:
            yield row.fault(
                "bias",
                "an optimism bias on a range that holds the overrun",
                "Leave bias 'none', or say in range_means what else the range holds.",
            )
        if means == "split" and not row.text("total"):
            yield row.fault("total", "a split of no total", "Name the total, or say 'measure'.")
        if means == "measure" and row.text("total"):
            yield row.fault(
                "range_means", "a part of a total", "Say 'split': the range is how it divides."
            )
        if means == "overrun" and row.text("total") and row.number_in("mode") == 0:
            yield row.fault("mode", "an overrun on a base of nothing", "Give the line a base.")
        recurrent = row["kind"] == "recurrent" and means != "overrun"
        shared = row.text("total") and means != "overrun"
        if row.text("cause") and not biased and (recurrent or shared or means == "measure"):
            yield row.fault("cause", "a cause of no overrun", "Leave it blank.")


def managed_risk_is_real(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """What manages the risk of a line belongs with it, and the line says how much is managed."""
    lines = {row.text("id"): row for row in _rows(typed, "costs")}
    for row in _rows(typed, "costs"):
        managed = lines.get(row.text("manages"))
        if managed is None:
            continue
        owner = ("capability", "platform", "improvement", "currency", "price_year")
        if not managed["mitigation"]:
            yield row.fault(
                "manages",
                f"{row.text('manages')} has no share of its bias managed",
                "State its mitigation, or leave manages blank.",
            )
        for column in owner:
            if row[column] != managed[column]:
                yield row.fault(
                    column,
                    f"{row[column]} is not that of {row.text('manages')}",
                    "Manage the risk where it lies, in the same money.",
                )
        for column, usual in (("bias", "none"), ("total", "")):
            if (row.text(column) or usual) != usual:
                yield row.fault(
                    column, "what manages a risk has none", f"Put {usual or 'nothing'}."
                )
        if managed.text("manages"):
            yield row.fault("manages", "it manages what manages a risk", "Name the line at risk.")


def platforms_have_users(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """A shared platform has users, and all of them are counted in one unit."""
    users = _by(_rows(typed, "usage"), "platform")
    for row in _rows(typed, "platforms"):
        mine = users.get(row.text("id"), [])
        if sum(user.number_in("mode") for user in mine) <= 0:
            yield row.fault("id", "nobody uses the platform", "Add its users to usage.")
        stated = [c for c in ("low", "mode", "high", "grade") if row[c] is not None]
        if stated and len(stated) < 4:
            yield row.fault(
                stated[0], "the fixed part is half stated", "Give low, mode, high and grade."
            )
        for user in mine[1:]:
            if user["unit"] != mine[0]["unit"]:
                yield user.fault(
                    "unit",
                    f"{user.text('unit')!r} is not {mine[0].text('unit')!r}",
                    "Count all users of a platform in one unit.",
                )


def activity_is_before_the_appraisal(
    settings: Mapping[str, object], typed: Typed
) -> Iterator[Finding]:
    """No figure, and no published estimate, comes from after the appraisal date."""
    day = settings.get("appraisal_date")
    if isinstance(day, date):
        for row in _rows(typed, "activity", "published"):
            if row.number_in("year") > day.year:
                yield row.fault(
                    "year",
                    f"{row.text('year')} is after the appraisal ({day.isoformat()})",
                    "Keep it for a later case.",
                )


def improvements_have_cost_and_effect(_: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """An improvement costs something, changes something and has years in order."""
    costs = {row.text("improvement") for row in _rows(typed, "costs") if _counts(row)}
    effects = {row.text("improvement") for row in _rows(typed, "effects", "savings")}
    effects |= {row.text("improvement") for row in _rows(typed, "costs") if _comes_in(row)}
    for row in _rows(typed, "improvements"):
        if row.text("id") not in costs:
            yield row.fault("id", f"{row.text('id')} costs nothing", "Add it to costs.")
        if row.text("id") not in effects:
            yield row.fault(
                "id", f"{row.text('id')} has no effect", "Add it to effects or savings."
            )
        if row.number_in("effect_year") < row.number_in("start_year"):
            yield row.fault("effect_year", "it is before the start", "Put the years in order.")


def years_are_inside(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """Money is spent inside the appraisal, or was before it and is called sunk."""
    first, years = settings.get("first_year"), settings.get("years")
    if not isinstance(first, int) or not isinstance(years, int):
        return
    last = first + years - 1
    for row in _rows(typed, "costs"):
        for column in ("from_year", "to_year"):
            year = row[column]
            if isinstance(year, int) and not first <= year <= last and row["treatment"] != "sunk":
                yield row.fault(
                    column, f"{year} is outside {first} to {last}", "Move it, or call it sunk."
                )


def prices_are_known(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """All money can be brought to the currency and the prices of the case.

    What lacks in prices is told once, at the first row that needs it.
    """
    own, base = settings.get("currency"), settings.get("price_year")
    if not isinstance(base, int):
        return
    known = {(r.text("kind"), r.text("currency"), r["year"]) for r in _rows(typed, "prices")}
    lacking: dict[tuple[str, object, int], list[tuple[TypedRow, str]]] = {}

    def ask(row: TypedRow, column: str, kind: str, currency: object, *years: int) -> None:
        for year in years:
            if (kind, currency, year) not in known:
                lacking.setdefault((kind, currency, year), []).append((row, column))

    for row in _rows(typed, "totals", "costs", "unit_values", "funding"):
        year = row["price_year"]
        if not row.text("currency"):
            if row["scale"] == "money":
                yield row.fault("currency", "money without a currency", "Name it.")
        elif not isinstance(year, int):
            yield row.fault("price_year", "money without a price year", "Name it.")
        else:
            if own and row["currency"] != own:
                ask(row, "currency", "exchange", row["currency"], year)
            if year != base:
                ask(row, "price_year", "deflator", own, year, base)
    for row in _rows(typed, "members"):
        year = row["contribution_year"]
        if isinstance(year, int) and year != base and row["contribution"] is not None:
            ask(row, "contribution_year", "deflator", own, year, base)
    for (kind, currency, year), rows in lacking.items():
        what = "rate" if kind == "exchange" else "price index"
        among = f", which {len(rows)} rows need" if len(rows) > 1 else ""
        yield rows[0][0].fault(
            rows[0][1],
            f"no {what} of {currency} in {year}{among}",
            f"Add a row '{kind},{currency},{year}' to prices.",
        )


ROW_BY_ROW = (estimates_are_ordered, evidence_is_named)
RULES: Mapping[Rule, tuple[str, ...]] = {  # with the tables that each must see whole
    estimates_are_ordered: (),
    evidence_is_named: (),
    names_have_letters: (),
    shares_sum_to_one: ("functions",),
    costs_have_one_owner: (),
    members_costs_are_stated: ("costs", "usage"),
    parts_meet_their_total: ("costs",),
    overrun_counts_once: (),
    revenue_is_of_an_improvement: (),
    managed_risk_is_real: ("costs",),
    platforms_have_users: ("usage",),
    parts_of_platforms_form_a_tree: ("platforms",),
    activity_is_before_the_appraisal: (),
    relations_are_possible: (),
    pledges_are_whole: (),
    improvements_have_cost_and_effect: ("costs", "effects", "savings"),
    years_are_inside: (),
    prices_are_known: ("prices",),
    nominal_money_has_an_index: ("prices",),
    budget_has_a_use: ("improvements",),
    productivity_can_be_tracked: ("activity",),
}
