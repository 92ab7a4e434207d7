"""A study that speaks: every number in it differs from its neighbours, so that a swap is heard.

Also a reader of printed numbers in four languages, and a writer that shares nothing with the
product's own: decimals, half up, two significant digits of the width.
"""

import random
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from math import isfinite, isnan
from pathlib import Path
from typing import Any

import pandas as pd

from capworth.case.model import Case, Limit, Total
from capworth.case.read import read_case
from capworth.charts.gallery import GALLERY
from capworth.funding.options import compare_options
from capworth.report.edition import FULL
from capworth.report.pdf import document
from capworth.study.stages import Study, run_study

SMALL = Path(__file__).parents[1] / "cases" / "small"
LANGUAGES = ("en", "fr", "es", "ar")
OBJECTIVES = ("distance", "net", "harm")
BUDGET, TARGET = 47.3, 88.6  # millions
DRAWN: Mapping[str, str] = dict.fromkeys(GALLERY, "<svg/>")  # no chart is drawn for its words

# ---------------------------------------------------------------- numbers that all differ

COUNTED = {
    "members",
    "good_set",
    "places_moved",
    "swaps",
    "pairs",
    "limit",
    "start",
    "effect",
    "full_effect",
    "delay",
}
SHARES = {
    *("met", "exchange", "share", "chance", "most_share", "fixed", "closed", "counted"),
    *("first_in", "last_in", "variance_share", "lost_a_year", "change", "weight", "irr", "mirr"),
    *("dyads", "between", "figure", "concordance", "rank_correlation", "corrected", "least"),
    *("needed", "strong", "silhouette", "wanted", "closeness", "core", "confidence", "near"),
    *("p", "clearly", "resolved"),
    *("suited", "floor", "power"),
    *("held_greater", "held_margin", "functions", "values", "alpha"),
}
MATRICES = {
    "_ranks",
    "_peers",
    "_evidence",
    "_chances",
    "Priorities._pairs",
    "Appraisal._pairs",
}  # of shares
RISING = {"budget_m", "total_m"}  # from row to row
STILL = {"Case", "Provenance", "Sample", "Soundness", "ThresholdMap", "Estimate"}


class Digits:
    """Numbers none of which comes twice; the same ones for the same name."""

    def __init__(self, name: str) -> None:
        self._random = random.Random(name)
        self._used: set[int] = set()

    def _fresh(self, low: int, high: int) -> int:
        while True:
            found = self._random.randint(low, high)
            if found not in self._used and found % 5:  # no half, no nought at the end
                self._used.add(found)
                return found

    def single(self) -> float:
        """Between 11 and 999: two significant digits tell most of them apart."""
        found = self._fresh(111, 999)
        return float(found) if self._random.random() < 0.5 else found / 10

    def share(self) -> float:
        """Between 3.1 % and 96.9 %."""
        return self._fresh(31, 969) / 1000

    def triple(self, scale: float = 10.0) -> tuple[float, float, float]:
        """Mean, low and high, so near each other that one decimal is printed."""
        middle = self._fresh(160, 930)
        low, high = self._fresh(middle - 45, middle - 12), self._fresh(middle + 12, middle + 45)
        return middle / scale, low / scale, high / scale

    def of(self, *, share: bool) -> float:
        """A single number or a share."""
        return self.share() if share else self.single()


def renumbered(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Give every cell that holds a number one of its own; blanks stay blank."""
    digits, new = Digits(name), table.copy()
    matrix = name in MATRICES or name.split(".")[-1] in MATRICES
    names = [str(c) for c in table.columns]
    for column in table.columns:
        base = str(column)
        if table[column].dtype.kind != "f" or base in COUNTED:
            continue
        ends = [f"{base}{end}" for end in ("", "_low", "_high")]
        stem = base.rsplit("_", 1)[0]
        if base.endswith(("_low", "_high")) and stem in names:
            continue
        share = matrix or base in SHARES or base.startswith(("p_", "weight_"))
        blank = table[column].isna()
        if all(end in names for end in ends):
            made = [digits.triple(1000.0 if share else 10.0) for _ in range(len(table))]
            for place, end in enumerate(ends):
                new[end] = [row[place] for row in made]
                new.loc[blank, end] = float("nan")
            continue
        single = [digits.of(share=share) for _ in range(len(table))]
        new[column] = sorted(single) if base in RISING else single
        new.loc[blank, column] = float("nan")
    new.attrs = dict(table.attrs)
    return new


def spoken(answer: Any) -> Any:
    """Give every table and every mean of an answer numbers of their own."""
    kind = type(answer).__name__
    digits, changes = Digits(kind), dict[str, Any]()
    for field in fields(answer):
        name, value = field.name, getattr(answer, field.name)
        share = name in SHARES or name.startswith("p_")
        if isinstance(value, pd.DataFrame):
            changes[name] = renumbered(value, f"{kind}.{name}")
        elif is_dataclass(value) and type(value).__name__ not in STILL:
            changes[name] = spoken(value)
        elif name == "thresholds":
            changes[name] = tuple(digits.share() for _ in value)
        elif (
            isinstance(value, tuple)
            and len(value) == 3
            and all(isinstance(x, float) for x in value)
        ):
            changes[name] = digits.triple(1000.0 if share else 10.0)
        elif isinstance(value, float):
            changes[name] = digits.of(share=share)
        if name in {"budget_m", "target_m"}:
            changes[name] = BUDGET if name == "budget_m" else TARGET
    return replace(answer, **changes)


CROOKED = 0.98621  # so that no sum of round amounts lies half way between two printed ones


def crooked(case: Case) -> Case:
    """Move every amount of cost by a little."""

    def moved(row: Any) -> Any:
        ends = {end: getattr(row.amount, end) * CROOKED for end in ("low", "mode", "high")}
        return replace(row, amount=replace(row.amount, **ends))

    return replace(case, costs=tuple(map(moved, case.costs)), totals=tuple(map(moved, case.totals)))


def planned(case: Case) -> Case:
    """Let two builds be parts of a stated total, one must be done; years have a limit."""
    parts = [c for c in case.costs if c.id in {"SCAN-BUILD", "CLOUD-BUILD"}]
    stated = sum(c.amount.mode for c in parts)
    amount = replace(
        parts[0].amount,
        name="totals/PLAN",
        low=stated,
        mode=stated,
        high=stated,
        grade="B",
        source="LEDGER",
    )
    total = Total("PLAN", "Plan of works", "EUR", 2024, amount, "one-off", "mean")
    costs = tuple(replace(c, total="PLAN", range_means="") if c in parts else c for c in case.costs)
    limit = Limit("YEAR", "Money of a year", "money_a_year", 9.0 * stated, "for the test")
    must = tuple(replace(i, must=i.id == "SCAN") for i in case.improvements)
    totals = (*case.totals, total)
    return replace(case, costs=costs, totals=totals, limits=(limit,), improvements=must)


def in_money(table: pd.DataFrame) -> pd.DataFrame:
    """Let the levels of inputs of cost be millions."""
    costs = table.index.str.startswith("costs/")
    levels = [c for c in ("low", "mode", "high", "level") if c in table]
    table.loc[costs, levels] *= 1e6
    return table


def bought(table: pd.DataFrame) -> pd.DataFrame:
    """Let further money buy one for another, one more, two for one."""
    table["added"], table["dropped"] = ["CLOUD", "LINK", "LINK CLOUD"], ["SCAN", "", "SCAN"]
    return table


def chosen_programme(programme: Any) -> Any:
    """Let two of three be carried out: one started, one late and to be chosen against the third.

    Three exchanges: a choice, a preference, and one too unlikely to be named; the first of them
    equal on the draws.
    """
    table = programme.to_frame()
    table["chosen"], table["role"] = [True, True, False], ["start", "choose", "choose"]
    table["start"], table["delay"] = [2025.0, 2027.0, float("nan")], [0, 2, 0]
    table["effect"], table["full_effect"] = [2026.0, 2028.0, float("nan")], [2026.0, 2028.0, 0.0]
    table["core"] = [0.943, 0.537, 0.268]
    names = ("budget_m", "asked_m", "gain", "value")
    steps = pd.DataFrame({name: [1.0] * 3 for name in names}, index=pd.RangeIndex(3, name="step"))
    steps = renumbered(steps, "Programme._frontier")
    steps["budget_m"] = [16.2, 45.8, 71.3]  # the budget lies between the last two
    steps["chosen"] = ["CLOUD", "SCAN", "SCAN LINK"]
    sets = pd.DataFrame(
        {
            "chosen": ["SCAN LINK", "SCAN CLOUD", "CLOUD"],
            "late": ["LINK:2027", "", "CLOUD:2026"],
            **{name: [1.0] * 3 for name in ("expected_m", "at_confidence_m", "p_within")},
            **{name: [1.0] * 3 for name in ("p_years", "value", "value_low", "value_high")},
            **{name: [1.0] * 3 for name in ("p_better", "p_best_in_list", "regret")},
        },
        index=pd.RangeIndex(1, 4, name="set"),
    )
    choices = pd.DataFrame(
        {
            "out": ["LINK", "SCAN", "SCAN LINK"],
            "into": ["CLOUD", "CLOUD", "CLOUD"],
            "p_better": [0.412, 0.268, 0.137],
            "loss": [0.83, 2.6, 3.7],
            "equal": [True, False, False],
            "at_confidence_m": [51.3, 29.4, 46.8],
            "late": ["", "CLOUD:2026", ""],
        },
        index=pd.RangeIndex(1, 4, name="exchange"),
    )
    why = programme.why_not().reindex(["CLOUD"])
    why["name"], why["reason"], why["gives_way"] = "Move to a cloud", "value", "LINK"
    why[["asked_m", "gain", "gain_at_least", "forced_loss"]] = [[23.4, 7.9, 9.6, 1.7]]
    return replace(
        programme,
        _table=table,
        _frontier=steps,
        _sets=renumbered(sets, "Programme._sets"),
        _choices=choices,
        _why_not=why,
        asked_m=31.4,
        needed_m=38.9,
        payers_m={"organisation": 3.7, "members": 2.9, "donors": 27.6},
        p_within=0.871,
        p_years=0.792,
        p_net=0.143,
        regret=1.9,
        listed=17,
    )


EVIDENCE = {  # what rests on each grade, A to E; each part sums to 1
    "cost": (0.113, 0.274, 0.087, 0.342, 0.184),
    "division": (0.107, 0.026, 0.139, 0.257, 0.471),
    "score": (0.062, 0.158, 0.236, 0.491, 0.053),
    "money": (0.217, 0.129, 0.311, 0.071, 0.272),
    "swing": (0.034, 0.194, 0.143, 0.443, 0.186),
}


@cache
def speaking_study(objective: str = "distance") -> Study:
    """The small case under an objective, each answer with numbers of its own.

    What is printed straight from the draws (money asked, cost by payer) is made large, so that it
    is written with as many digits as the rest.
    """
    case = planned(crooked(read_case(SMALL)))
    study = run_study(case.with_settings(objective=objective), draws=50)
    told = {n: a for n, a in study.answers.items() if is_dataclass(a)}
    told = {n: a for n, a in told.items() if type(a).__name__ not in STILL}
    new = {name: spoken(answer) for name, answer in told.items()}
    new["programme"] = chosen_programme(new["programme"])
    curve = new["programme"].frontier().assign(gain_low=1.0, gain_high=1.0, earmark_loss=0.0)
    curve = renumbered(curve.drop(columns=["asked_m", "value"]), "Funding._table")
    curve["budget_m"] = [21.9, 64.7, 97.4]  # budget and target lie each beyond another step
    new["funding"] = replace(new["funding"], _table=curve, _next=bought(new["funding"].next_euro()))
    options = compare_options(
        study.sample, new["programme"], new["funding"], new["priorities"], study.provenance
    )
    assert options is not None
    new["options"] = spoken(options)
    swung, turning = new["sensitivity"], new["switching"]
    parts = pd.DataFrame(EVIDENCE, index=swung.evidence().index)
    new["sensitivity"] = replace(swung, _table=in_money(swung.to_frame()), _evidence=parts)
    new["switching"] = replace(turning, _table=in_money(turning.to_frame()), good=7)
    curve = new["willingness"].to_frame()
    curve.loc[curve.index[:2], "p_best"] = [0.013, 0.988]  # ends at which nothing is chosen
    assert set(curve["choice"].iloc[:2]) == {"nothing"}
    new["willingness"] = replace(new["willingness"], _table=curve)
    claim = new["claim"]
    readings = claim.to_frame().assign(testable=True)
    new["claim"] = replace(claim, _table=readings, alpha=0.0432)  # its level is printed as 91 %
    members = new["members"]
    grouped = members._table.copy()  # what is told of groups of four; smaller ones stay blank
    grouped["size"] = grouped["region"].map(
        {"Africa": "large", "Asia": "small", "Europe": "medium"}
    )
    new["members"] = replace(members, _table=grouped)
    sample, drawn = study.sample, study.sample.drawn
    drawn = replace(
        drawn,
        asked=drawn.asked * 153.7,
        payers=drawn.payers * 27.1,
        improvement_payers=drawn.improvement_payers * 349.3,
    )
    return replace(study.with_answers(**new), sample=replace(sample, drawn=drawn))


# ---------------------------------------------------------------- a writer of its own

Tokens = list[str]


def places(value: float, low: float, high: float) -> int:
    """Decimals: two significant digits of the width, or of the number; at most four in all."""

    def power(number: float) -> int:
        return Decimal(f"{number:.1e}").adjusted()

    largest = max(abs(value), abs(low), abs(high))
    if largest == 0:
        return 0
    if high == low:
        return 1 - power(largest)
    return min(1 - power(high - low), 3 - power(largest))


def written(value: float | Decimal, decimals: int) -> str:
    """Half up, with so many decimals; negative where tens are rounded off."""
    step = Decimal(1).scaleb(-decimals)
    found = Decimal(repr(float(value))).quantize(step, ROUND_HALF_UP)
    return f"{found + 0:.{max(decimals, 0)}f}"


def number(value: float, decimals: int | None = None) -> Tokens:
    """Two significant digits, or so many decimals; nothing where it is unknown."""
    if not isfinite(value):
        return []
    return [written(value, places(value, value, value) if decimals is None else decimals)]


def around(value: float, low: float, high: float) -> Tokens:
    """Mean, low end, high end; the mean alone where there is no range."""
    if isnan(value):
        return []
    decimals = places(value, low, high)
    ends = () if low == high else (low, high)
    return [written(x, decimals) for x in (value, *ends)]


def middle(value: float, low: float, high: float) -> Tokens:
    """The mean, by the width of its range."""
    return around(value, low, high)[:1]


def span(value: float, low: float, high: float) -> Tokens:
    """The ends of the range."""
    return around(value, low, high)[1:]


def percent(share: float, decimals: int = 0) -> Tokens:
    """A part of a whole."""
    return [] if isnan(share) else [written(100 * Decimal(repr(float(share))), decimals)]


def chance(share: float) -> Tokens:
    """A share of draws: draws alone never say 0 or 100 %."""
    if isnan(share):
        return []
    whole = Decimal(percent(share)[0])
    return ["<1"] if whole < 1 else [">99"] if whole > 99 else [str(whole)]


def exact(value: float) -> Tokens:
    """A number that was set: as it stands."""
    return [f"{value:.4f}".rstrip("0").rstrip(".")]


# ---------------------------------------------------------------- a reader of its own

MARKS = dict.fromkeys([*range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0x2060, 0x200B])
GROUPS = {"en": ",", "fr": "\u202f\u00a0 ", "es": ".", "ar": ",\u066c"}
POINTS = {"en": ".", "fr": ",", "es": ",", "ar": ".\u066b"}
SIGN, BEFORE = r"(?:(?<![\w)\]–])[-\u2212])?", r"(?<![A-Za-z0-9_.,])"


def numbers(text: str, language: str) -> Tokens:
    """Every number of a text as its language writes it, told the English way without commas.

    Digits within a word, such as those of a hash, are no number.
    """
    plain = "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in text)
    plain = plain.translate(MARKS)
    for group in GROUPS[language]:
        plain = re.sub(rf"(?<=\d)(?<!\d\d\d\d)[{group}](?=\d\d\d(?!\d))", "", plain)
    for point in POINTS[language]:
        plain = re.sub(rf"(?<=\d)[{point}](?=\d)", ".", plain)
    plain = re.sub(r"([<>])[\u00a0\u202f](?=\d)", r"\1", plain)
    found = re.findall(rf"{BEFORE}([<>]?{SIGN})(\d+(?:\.\d+)?)(?![A-Za-z0-9_])", plain)
    return [mark.replace("\u2212", "-") + figure for mark, figure in found]


# ---------------------------------------------------------------- what a document holds

LIMITS = {"svg", "kind", "name", "language", "direction", "page", "date", "share", "grade", "size"}


def strings(node: object, where: str = "") -> Iterator[tuple[str, str]]:
    """Every text with its place; a number and the range below it are one text."""
    if isinstance(node, str):
        yield where, node
    elif isinstance(node, dict):
        for key, value in node.items():
            if key not in LIMITS:
                yield from strings(value, f"{where}.{key}" if where else key)
    elif isinstance(node, list | tuple):
        if len(node) == 2 and all(isinstance(part, str) for part in node):
            yield where, " ".join(node)
        else:
            for place, value in enumerate(node):
                yield from strings(value, f"{where}[{place}]")


@cache
def pages(objective: str, language: str) -> Mapping[str, str]:
    """Every text of a report of the speaking study, by its place; source lines apart."""
    study = speaking_study(objective)
    content = document(study, language, DRAWN, FULL)
    sections = content.pop("sections")
    found = dict(strings(content))
    for section in sections:
        blocks = [b for b in section["blocks"] if b["kind"] != "picture" and not b.get("small")]
        found |= strings({"title": section["title"], "": blocks}, section["name"])
    return found


def surveyed(text: str, names: Mapping[str, str]) -> Tokens:
    """Names of the case, by their keys, and numbers of an English text, as they follow."""
    keys = {name: key for key, name in names.items() if name}
    if not keys:
        return numbers(text, "en")
    which = "|".join(re.escape(name) for name in sorted(keys, key=len, reverse=True))
    found: Tokens = []
    for at, piece in enumerate(re.split(rf"({which})", text)):
        found += [keys[piece]] if at % 2 else numbers(piece, "en")
    return found
