"""What no case can mean: days after the appraisal, levels off the scale, volumes of a month."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date

from capworth.case.check import Typed, TypedRow
from capworth.case.numerals import from_to, written_as
from capworth.case.rules.asked import asked
from capworth.case.tables import SETTINGS_FILE
from capworth.errors import Finding

COUNTED = ("hits", "searches")  # steps of the chain that are volumes of a year
TIMED = ("delay", "patience")  # steps of the chain that are times
YEARLY = ("hub", "connection", "link")  # figures of the network that are money of a year
A_YEAR = re.compile(
    r"\b(a|per|each|every|one|par|por|al?|un)\s+(whole\s+)?(year|an|année|año)\b|/\s*(year|yr|a|an|año)\b"
    r"|\b(yearly|annual(ly)?|p\.?\s?a\b|annuel\w*|anual\w*|years?|ans?|années?|años?)|سنة|سنوي|عام",
    re.IGNORECASE,
)
OTHER = (
    "seconds? minutes? mins? hours? hrs? days? nights? weeks? wks? fortnights? months? mo mths?"
    " quarters? qtrs? semesters? half-?years? decades? shifts?"
    " secondes? heures? jours? nuits? semaines? quinzaines? mois trimestres? semestres? décennies?"
    " segundos? minutos? horas? días? noches? semanas? quincenas? mes meses décadas?"
    " ثانية دقيقة ساعة يوم أسبوع شهر فصل"
)
TIME = "|".join(OTHER.split())
NOT_A_YEAR = re.compile(  # the other times that a volume is told in
    rf"(?:\b(?:a|an|per|each|every|par|pro|por|al?|la|in|en|of|\d+)\s+|/\s*)({TIME})\b"
    r"|\b(?:half-?yearly|bi-?weekly|monthly|weekly|daily|hourly|nightly|quarterly|p\.?\s?[mdw]\.(?=\W|$)"
    r"|p\.?[mdw]\.?$|mensuel\w*|hebdomadaire\w*|journali\w*|quotidien\w*|trimestriel\w*"
    r"|mensual\w*|semanal\w*|diari\w*|trimestral\w*)|يوميا|شهريا|أسبوعيا"
    r"|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)\w*\s*(?:-|–|to)\s*\w+",
    re.IGNORECASE,
)
TIMES = re.compile(
    rf"\W*(?:in\s+|en\s+)?({TIME}|years?|ans?|années?|años?|سنوات?)\W*", re.IGNORECASE
)
CURRENCY = re.compile(r"\b[A-Z]{3}\b")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
PERCENT = 20.0  # a factor above it was typed in percent: 150 for 1.5
FACTORS = {
    "effects": (("low", "mode", "high"), PERCENT),
    "unit_values": (("transfer",), PERCENT),
    "relations": (("low", "mode", "high"), 5.0),  # a bonus as a share of the lesser gain
}
SMALL = 1e-2  # of the cheapest improvement: less is an amount in thousands or millions
WHOLE = 100.0  # per cent
CROWD = 2e9  # inhabitants that no member has


def check_plausible(
    settings: Mapping[str, object], typed: Typed, faulty: Collection[str] = ()
) -> Iterator[Finding]:
    """Yield what is certainly a slip; what is only odd is for the lints."""
    yield from asked(_after_the_appraisal, settings, typed)
    yield from asked(_after_the_end, settings, typed)
    if not {"criteria", "scores"} & {*faulty}:
        yield from asked(_off_the_scale, typed)
    yield from asked(_of_another_time, typed)
    yield from asked(_of_other_money, settings, typed)
    yield from asked(_in_percent, typed)
    yield from asked(_over_one, typed)
    if not {"improvements", "costs", "prices"} & {*faulty}:
        yield from asked(_in_thousands, settings, typed)
        yield from asked(_must_be_paid, settings, typed)
    yield from asked(_of_a_crowd, typed)


def _of_a_crowd(typed: Typed) -> Iterator[Finding]:
    """No member has more inhabitants than any country."""
    for row in typed.get("members", ()):
        if (many := _number(row, "population")) is not None and many > CROWD:
            words = f"{written_as(many)} inhabitants are more than any country has"
            yield row.fault("population", words, "Count them one by one, not in thousandths.")


def _after_the_appraisal(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """No judgement is later than the day of the appraisal; of figures the other rules say so."""
    day = settings.get("appraisal_date")
    if not isinstance(day, date):
        return
    fix = f"Take it out, or move appraisal_date: nothing later than {day} enters the case."
    for row in typed.get("judgements", ()):
        if isinstance(dated := row["day"], date) and dated > day:
            yield row.fault("day", f"{dated} is after the day of the appraisal", fix)


def _after_the_end(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """An improvement that starts after the last year costs nothing and would be free."""
    first, years = settings.get("first_year"), settings.get("years")
    if not isinstance(first, int) or not isinstance(years, int):
        return
    last = first + years - 1
    for row in typed.get("improvements", ()):
        if isinstance(start := row["start_year"], int) and start > last:
            words = f"{start} is after the last year of the appraisal ({last})"
            yield row.fault("start_year", words, "Move it, or take the improvement out.")


def _off_the_scale(typed: Typed) -> Iterator[Finding]:
    """No level, and no level that is promised, is beyond a scale by as much as it is long."""
    ends = {
        row.text("id"): (row.number_in("worst"), row.number_in("best"))
        for row in typed.get("criteria", ())
        if isinstance(row["worst"], float) and isinstance(row["best"], float)
    }
    fix = "Give it in the unit of the criterion."
    today = {}
    for row in typed.get("scores", ()):
        if row.text("criterion") in ends:
            low, high = sorted(ends[row.text("criterion")])
            today[row.text("capability"), row.text("criterion")] = row.number_in("mode")
            for column in ("low", "mode", "high"):
                level = row.number_in(column)
                if _far(level, low, high):
                    words = f"{written_as(level)} is far off the scale ({from_to(low, high)})"
                    yield row.fault(column, words, fix)
    for row in typed.get("effects", ()):
        place = (row.text("capability"), row.text("criterion"))
        if place in today:
            level = today[place]
            low, high = sorted(ends[row.text("criterion")])
            for column in ("low", "mode", "high"):
                if _far(level + row.number_in(column), low, high) and not _far(level, low, high):
                    reached = written_as(level + row.number_in(column))
                    words = f"it leads to {reached}, far off the scale ({from_to(low, high)})"
                    yield row.fault(column, words, f"{fix} It is added to the level of today.")
    for row in typed.get("criteria", ()):
        reference = _number(row, "reference")
        if reference is not None and row.text("id") in ends:
            low, high = sorted(ends[row.text("id")])
            if not low <= reference <= high:
                words = f"{written_as(reference)} is outside the scale {from_to(low, high)}"
                yield row.fault("reference", words, "Agree on a level of the scale.")
    for row in typed.get("targets", ()):
        amount, measure = row.number_in("amount"), row.text("measure")
        if measure == "distance" and amount > WHOLE:
            words = f"{written_as(amount)} % is more than the whole distance"
            yield row.fault("amount", words, "Give per cent of the distance, 100 at most.")
        if measure == "level" and row.text("criterion") in ends:
            low, high = sorted(ends[row.text("criterion")])
            if not low <= amount <= high:
                words = f"{written_as(amount)} is outside the scale {from_to(low, high)}"
                yield row.fault("amount", words, "Ask for a level of the scale.")


def _far(level: float, low: float, high: float) -> bool:
    return not low - (high - low) <= level <= high + (high - low)


def _of_another_time(typed: Typed) -> Iterator[Finding]:
    """Volumes are those of a year, and times are told in a unit of time."""
    fix = "Give the figure of a whole year, and its unit: a year."
    for row in typed.get("chain", ()):
        unit, step = row.text("unit"), row.text("step")
        if step in COUNTED and (NOT_A_YEAR.search(unit) or not A_YEAR.search(unit)):
            yield row.fault("unit", _no_year(unit), fix)
        if step in TIMED and not TIMES.fullmatch(unit):
            words = f"{unit!r} is no unit of time"
            yield row.fault("unit", words, "Write minutes, hours, days, weeks, months or years.")
    for row in typed.get("usage", ()):
        if NOT_A_YEAR.search(row.text("unit")):
            yield row.fault("unit", _no_year(row.text("unit")), fix)
    for row in typed.get("network", ()):
        unit = row.text("unit")
        if row.text("item") in YEARLY and (NOT_A_YEAR.search(unit) or not A_YEAR.search(unit)):
            yield row.fault("unit", _no_year(unit), fix)


def _of_other_money(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """Money of the network is taken as it stands: in the currency and prices of the case."""
    currency, year = settings.get("currency"), settings.get("price_year")
    if currency is None or year is None:
        return
    for row in typed.get("network", ()):
        if row.text("item") in YEARLY:
            told = {*CURRENCY.findall(row.text("unit")), *YEAR.findall(row.text("unit"))}
            if told - {str(currency), str(year)}:
                words = f"{row.text('unit')!r} is not {currency} of {year}"
                fix = "Convert the amounts: what the network costs is in the money of the case."
                yield row.fault("unit", words, fix)


def _no_year(unit: str) -> str:
    if found := NOT_A_YEAR.search(unit):
        return f"{unit!r} counts {found[0].strip()!r} and not a year"
    return f"{unit!r} does not say that it counts a year"


def _in_percent(typed: Typed) -> Iterator[Finding]:
    """A factor is no percentage."""
    for table, (columns, most) in FACTORS.items():
        for row in typed.get(table, ()):
            if table == "effects" and (not row.text("step") or row["means"] == "level"):
                continue
            for column in columns:
                if (factor := _number(row, column)) is not None and factor >= most:
                    kind = "share" if table == "relations" else "factor"
                    none = "0" if table == "relations" else "1"
                    fix = f"Write {factor / 100:g} if it is {factor:g} %; {none} is no change."
                    yield row.fault(column, f"a {kind} of {factor:g}", fix)


def _over_one(typed: Typed) -> Iterator[Finding]:
    """Of one cost line no more than all is saved, even if each improvement saves its least."""
    saved: dict[str, list[TypedRow]] = {}
    for row in typed.get("savings", ()):
        saved.setdefault(row.text("line"), []).append(row)
    for line, rows in saved.items():
        least = sum(row.number_in("low") for row in rows)
        if least > 1 + 1e-9:
            words = f"{least:g} of {line} is saved at the least"
            yield rows[0].fault("low", words, "Keep the sum of all that is saved at 1 or below.")


def _in_thousands(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """A budget, or a limit, that does not buy a hundredth of anything was typed in millions."""
    paid = {name: cost for name, cost in _builds(settings, typed, ()).items() if cost > 0}
    if not paid:
        return
    name = min(paid, key=lambda k: (paid[k], k))
    words = f"is less than a hundredth of the cheapest improvement ({name}: {paid[name]:,.0f})"
    fix = "Give amounts in whole units of the currency."
    budget = settings.get("budget")
    if isinstance(budget, float) and 0 < budget < SMALL * paid[name]:
        yield Finding(SETTINGS_FILE, 0, "budget", f"{written_as(budget)} {words}", fix)
    for row in typed.get("limits", ()):
        amount = row.number_in("amount")
        if row.text("kind") != "staff" and 0 < amount < SMALL * paid[name]:
            yield row.fault("amount", f"{written_as(amount)} {words}", fix)


def _must_be_paid(settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
    """Must-haves fit the budget, and the limits of the whole appraisal, at their modes."""
    must = [row for row in typed.get("improvements", ()) if row["must"] is True]
    names = [row.text("id") for row in must]
    payers = settings.get("budget_payers") or ("organisation", "donors")
    fix = "Raise it, or make fewer of them a must."
    budget = settings.get("budget")
    assert isinstance(payers, tuple)
    needed = sum(_builds(settings, typed, payers).get(name, 0.0) for name in names)
    told = ", ".join(names)
    if isinstance(budget, float) and budget > 0 and needed > budget * (1 + 1e-9):
        words = f"{budget:,.0f} does not pay for what must be ({told}: {needed:,.0f})"
        yield Finding(SETTINGS_FILE, 0, "budget", words, fix)
    for row in typed.get("minimums", ()):
        group, many = row["improvements"], int(row.number_in("at_least"))
        if isinstance(budget, float) and budget > 0 and isinstance(group, tuple):
            builds = _builds(settings, typed, payers)
            needed = sum(sorted(builds.get(name, 0.0) for name in group)[:many])
            if needed > budget * (1 + 1e-9):
                words = (
                    f"the cheapest {many} of them cost {needed:,.0f}, the budget is {budget:,.0f}"
                )
                yield row.fault("at_least", words, "Lower it, or raise the budget.")
    years = settings.get("years")
    for row in typed.get("limits", ()):
        if row["from_year"] is not None or not isinstance(years, int):
            continue  # it holds for some years only, and what must be may begin in others
        amount, kind = row.number_in("amount"), row.text("kind")
        if kind == "staff":
            needed = max((_number(r, "staff") or 0.0 for r in must), default=0.0)
            most = amount
        else:
            whose = (row.text("payer"),) if row.text("payer") else ("organisation", "donors")
            costs = _builds(settings, typed, whose)
            needed = sum(costs.get(name, 0.0) for name in names)
            most = amount * (years if kind == "money_a_year" else 1)
        if needed > most * (1 + 1e-9):
            words = f"{written_as(amount)} is not enough for what must be ({told}: {needed:,.0f})"
            yield row.fault("amount", words, fix)


def _builds(
    settings: Mapping[str, object], typed: Typed, payers: Collection[str]
) -> dict[str, float]:
    """One-off money of each improvement at its mode, of these payers; of all if none is named."""
    costs = dict[str, float]()
    for row in typed.get("costs", ()):
        counted = row["kind"] == "one-off" and row.text("treatment") in {"", "forward"}
        if not row.text("improvement") or not counted:
            continue
        if payers and (row.text("payer") not in payers or row["in_kind"] is True):
            continue
        name = row.text("improvement")
        costs[name] = costs.get(name, 0.0) + row.number_in("mode") * _rate(row, settings, typed)
    return costs


def _rate(row: TypedRow, settings: Mapping[str, object], typed: Typed) -> float:
    """From the money of a row to that of the case; 1 where no rate is known, which is told."""
    prices = {
        (p["kind"], p["currency"], p["year"]): p.number_in("value") for p in typed.get("prices", ())
    }
    own, year, base = settings.get("currency"), row["price_year"], settings.get("price_year")
    rate = 1.0 if row["currency"] == own else prices.get(("exchange", row["currency"], year), 1.0)
    if row["nominal"] is True or year == base:
        return rate
    now, then = (prices.get(("deflator", own, y), 0.0) for y in (base, year))
    return rate * now / then if now and then else rate


def _number(row: TypedRow, column: str) -> float | None:
    value = row[column]
    return float(value) if isinstance(value, float | int) else None
