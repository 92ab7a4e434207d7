"""Changes of a case whose effect on every table is known beforehand."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest
from parts_of_cases import unchecked

from capworth.case.model import (
    Case,
    CostLine,
    Effect,
    Estimate,
    Improvement,
    Limit,
    Pledge,
    Relation,
    Target,
)
from capworth.case.read import read_case
from capworth.methods.arguments import Floats, Ints
from capworth.model.draws import Sampled
from capworth.study.stages import run_study
from capworth.study.tables import tables_of

SMALL: Final = Path(__file__).parents[1] / "cases" / "small"
DRAWS: Final = 60
TABLES: Final = (  # of a case, rows of which may stand in any order
    *("capabilities", "functions", "platforms", "usage", "totals", "costs", "activity"),
    *("outcomes", "chain", "unit_values", "criteria", "scores", "improvements", "effects"),
    *("relations", "funding", "prices", "sources", "members", "network", "feedback"),
    *("judgements", "minimums", "limits", "targets"),
)
Tables = Mapping[str, pd.DataFrame]


def number(name: str, low: float, mode: float, high: float, unit: str = "EUR") -> Estimate:
    """An invented estimate."""
    return Estimate(name, low, mode, high, unit, "D", "", "invented", 0)


@cache
def base() -> Case:
    """The small case with two improvements more, a pair, funds, limits and a target."""
    small = read_case(SMALL)
    more = [
        Improvement("MAIL", "Mail", 7, 2025, 2025, True, "invented", staff=2.0),
        Improvement("DESK", "Desk", 5, 2026, 2027, True, "invented", staff=1.0),
    ]
    costs = [
        CostLine(
            name,
            "technology",
            payer,
            "one-off",
            "EUR",
            2024,
            number(f"costs/{name}", *ends),
            improvement=improvement,
            from_year=2025,
            to_year=2026,
            bias="equipment_development",
        )
        for name, payer, improvement, ends in (
            ("MAIL-A", "organisation", "MAIL", (9e3, 14e3, 25e3)),
            ("MAIL-B", "donors", "MAIL", (4e3, 7e3, 11e3)),
            ("MAIL-C", "members", "MAIL", (1e3, 2e3, 4e3)),
            ("DESK-A", "donors", "DESK", (8e3, 16e3, 21e3)),
        )
    ]
    effects = [
        Effect(i, c, number(f"effects/{i}/{c}/{k}", *ends, unit="units"), criterion=k)
        for i, c, k, ends in (
            ("MAIL", "NET", "reach", (1.0, 4.0, 9.0)),
            ("MAIL", "ACA", "results", (0.2, 0.5, 1.3)),
            ("DESK", "REG", "reach", (3.0, 8.0, 14.0)),
        )
    ]
    effects.append(Effect("DESK", "REG", number("e/DESK", 1.0, 1.2, 1.3, "factor"), step="used"))
    bonus = number("relations/MAIL/DESK", 0.2, 0.3, 0.7, "share")
    pledge = Pledge(
        "GUILD", "Guild", "earmarked", 2025, "EUR", 2024, number("funding/GUILD", 9e3, 15e3, 2e4)
    )
    return replace(
        small,
        improvements=(*small.improvements, *more),
        costs=(*small.costs, *costs),
        effects=(*small.effects, *effects),
        relations=(*small.relations, Relation("DESK", "synergy", "MAIL", bonus=bonus)),
        funding=(*small.funding, replace(pledge, earmark=("DESK", "MAIL"))),
        limits=(
            Limit("YEARLY", "A year", "money_a_year", 80_000.0, "invented"),
            Limit("POSTS", "Posts", "staff", 9.0, "invented"),
        ),
        targets=(Target("VALUE", "Value", "money", 15_000.0, "invented"),),
    )


# ---- which draws are answered


@contextmanager
def drawn(how: Callable[[Callable[..., Floats], Sampled, Estimate], Floats]) -> Iterator[None]:
    """Inside this block every estimate is drawn in another way."""
    plain = Sampled.of
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sampled, "of", lambda self, estimate: how(plain, self, estimate))
        yield


def at_modes(plain: Callable[..., Floats], drawn: Sampled, estimate: Estimate) -> Floats:
    """Everything as is most plausible."""
    return np.full(drawn.size, estimate.mode)


def chosen_draws(
    rows: Sequence[int], size: int
) -> Callable[[Callable[..., Floats], Sampled, Estimate], Floats]:
    """Some of `size` draws, in any order, once or more often."""
    places: Ints = np.array(rows)

    def take(plain: Callable[..., Floats], drawn: Sampled, estimate: Estimate) -> Floats:
        if drawn.size > len(places):  # services as they are today, known by draws of their own
            return plain(drawn, estimate)
        found: Floats = plain(replace(drawn, size=size), estimate)[places[: drawn.size]]
        return found

    return take


def answers(case: Case, draws: int = DRAWS) -> dict[str, pd.DataFrame]:
    """Every table of a study."""
    return dict(tables_of(run_study(unchecked(case), draws=draws)))


@cache
def sampled() -> Tables:
    """The tables of the case before anything changes."""
    return answers(base())


@cache
def plausible() -> Tables:
    """The same with every draw at the modes."""
    with drawn(at_modes):
        return answers(base(), draws=2)


# ---- how tables are held against each other


def flat(table: pd.DataFrame) -> pd.DataFrame:
    """Columns by name, lists of names in order, rows by all that is not a number."""
    named = list(table.index.names) != [None]
    found = table.reset_index() if named else table.reset_index(drop=True)
    columns = sorted(map(str, found))
    found = found.rename(columns=str)[columns]
    words = [c for c in columns if not pd.api.types.is_numeric_dtype(found[c])]
    for column in words:
        found[column] = [" ".join(sorted(str(cell).split())) for cell in found[column]]
    keys = [c for c in words if c in list(map(str, table.index.names))] or words
    return found.sort_values(keys, kind="stable", ignore_index=True) if keys else found


def moved(one: pd.DataFrame, other: pd.DataFrame, factor: float = 1.0) -> list[str]:
    """Columns that are not `factor` times what they were; words that are others."""
    a, b = flat(one), flat(other)
    if len(a) != len(b) or list(a) != list(b):
        return ["rows or columns"]
    found = []
    for column in a:
        if pd.api.types.is_numeric_dtype(a[column]) and a[column].dtype != bool:
            x, y = a[column].to_numpy(float), b[column].to_numpy(float)
            same = np.allclose(x * factor, y, rtol=1e-7, atol=1e-9, equal_nan=True)
        else:
            same = a[column].tolist() == b[column].tolist()
        found += [] if same else [str(column)]
    return found


def all_moved(
    one: Tables, other: Tables, without: Mapping[str, Sequence[str]] | None = None
) -> dict[str, list[str]]:
    """Columns that moved, by table; those in `without` are looked over."""
    skipped = without or {}
    assert one.keys() == other.keys()
    found = {}
    for name in one:
        columns = [c for c in moved(one[name], other[name]) if c not in skipped.get(name, ())]
        if columns and "*" not in skipped.get(name, ()):
            found[name] = columns
    return found


# ---- the order of rows and of draws


def shuffled(case: Case, *tables: str) -> Case:
    """The same rows in another order."""
    rng = np.random.default_rng(3)
    parts: dict[str, Any] = {}
    for table in tables:
        rows = getattr(case, table)
        order = rng.permutation(len(rows))
        parts[table] = tuple(rows[k] for k in order)
    return replace(case, **parts)


ALL: Final = ("*",)
ROWS: Final = {"lints": ALL, "split_check": ALL}  # name rows, or parts of them, as they stand
OWN: Final = (  # whose luck is drawn apart from the estimates
    {"information": ALL, "split_check": ALL}
    | dict.fromkeys(
        ("members", "members_by_group", "members_totals", "network", "network_steps"), ALL
    )
    | dict.fromkeys(("money_map", "pledges"), ("expected_m", "low_m", "high_m"))
)


def test_the_order_of_rows_moves_nothing() -> None:
    other = shuffled(base(), *(table for table in TABLES if table != "funding"))
    assert all_moved(sampled(), answers(other), ROWS) == {}


def test_the_order_of_draws_moves_nothing() -> None:
    order = np.random.default_rng(5).permutation(DRAWS).tolist()
    with drawn(chosen_draws(order, DRAWS)):
        found = answers(base())
    assert all_moved(apart(sampled()), apart(found), OWN) == {}


def apart(tables: Mapping[str, pd.DataFrame]) -> Mapping[str, pd.DataFrame]:
    """All tables without the one error that is of batches, which part the draws in their order."""
    errors = tables["convergence"]
    return {**tables, "convergence": errors.drop(index="contingency.programme.confidence")}


MEANS: Final[Mapping[str, Sequence[str]]] = {  # columns that are means over all draws
    "capabilities": (
        *("cost_m", "annual_cost_m", "score", "money_m", "net_m", "harm_days"),
        *("p_net_positive", "p_first", "expected_place"),
    ),
    "cost_by_payer": ("organisation", "members", "donors"),
    "contributions": ("points", "weight", "value", "missed"),
    "allocation": ("share", "cost_m"),
    "allocation_costs": ("cost_m",),
    "attribution": ("counted", "outcomes", "money_m"),
    "economics": ("cost_m", "benefit_m", "npv_m", "p_npv_positive", "public_npv_m", "annual_m"),
    "perspectives": ("cost_m", "benefit_m", "npv_m", "p_npv_positive"),
    "accounts": ("pays_m", "gains_m", "net_m"),
    "effectiveness": ("cost_m", "amount", "p_efficient"),
    "claim_switched_off": ("shapley", "owen", "cost_m"),
    "gaps": ("now", "gap", "p_below"),
    "gap_worth": ("gap", "closeness", "potential", "gap_money_m", "gap_harm_days"),
    "priorities": (
        *("asked_m", "cost_m", "gain", "money_m", "harm_days"),
        *("p_first", "expected_place"),
    ),
    "joint_gains": ("gain_alone", "gain_shapley", "gain_last", "money_m_alone", "harm_days_last"),
    "programme": ("asked_m", "gain"),
    "baseline": ("today", "planned"),
    "donor_menu": ("asked_m", "cost_m", "organisation_m", "members_m", "donors_m", "harm_days"),
    "programme_years": ("spend_m",),
}


@pytest.mark.long
def test_a_draw_that_counts_twice_pulls_every_mean_towards_itself() -> None:
    twice = 23
    with drawn(chosen_draws([*range(DRAWS), twice], DRAWS)):
        more = answers(base(), DRAWS + 1)
    with drawn(chosen_draws([twice], DRAWS)):
        single = answers(base(), 1)
    for name, columns in MEANS.items():
        one, two, three = (part[name][list(columns)] for part in (sampled(), more, single))
        wanted = (one * DRAWS + three.loc[list(one.index)]) / (DRAWS + 1)
        pd.testing.assert_frame_equal(
            two.loc[list(one.index)].astype(float), wanted.astype(float), obj=name
        )


# ---- names


RENAMED: Final = ("capabilities", "improvements", "platforms", "funding", "totals", "limits")


def renamed(case: Case, names: Mapping[str, str]) -> Case:
    """Other short names wherever they stand; random streams keep theirs."""

    def word(cell: Any) -> Any:
        if isinstance(cell, str):
            return names.get(cell, cell)
        return tuple(map(word, cell)) if isinstance(cell, tuple) else cell

    parts: dict[str, Any] = {}
    for table in TABLES:
        rows = getattr(case, table)
        parts[table] = tuple(
            replace(row, **{f: word(getattr(row, f)) for f in row.__slots__ if f in NAMING})
            for row in rows
        )
    return replace(case, **parts)


NAMING: Final = (
    *("id", "capability", "improvement", "platform", "other", "earmark", "improvements", "total"),
    "part_of",
)


@pytest.mark.long
def test_other_short_names_move_nothing() -> None:
    old = [row.id for table in RENAMED for row in getattr(base(), table)]
    names = {name: f"Q{name}" for name in old}  # in the same order
    with drawn(at_modes):
        found = answers(renamed(base(), names), draws=2)
    back = re.compile(rf"\bQ({'|'.join(sorted(old, key=len, reverse=True))})\b")

    def again(label: Any) -> Any:
        return back.sub(r"\1", label) if isinstance(label, str) else label

    for name, table in found.items():
        keys = list(table.index.names)
        named = table if keys == [None] else table.reset_index()
        named = named.rename(columns=again).map(again)
        found[name] = named if keys == [None] else named.set_index(keys)
    by_name = {**OWN, **ROWS, "productivity": ALL}  # its streams are keyed by the names
    by_name["excellence_thresholds"] = ALL  # likewise
    assert all_moved(plausible(), found, by_name) == {}


# ---- what is one number where nothing is uncertain


def test_at_the_modes_the_gap_is_that_of_the_levels_by_their_weights() -> None:
    gaps, parts = plausible()["gaps"]["gap"].fillna(0.0), plausible()["contributions"]["weight"]
    weighted = (gaps * parts.reindex(gaps.index)).groupby(level="capability").sum()
    gap = plausible()["gap_worth"]["gap"]
    assert gap.tolist() == pytest.approx(weighted.reindex(gap.index).tolist())


def test_the_value_of_a_level_is_one_number() -> None:
    now, parts = sampled()["gaps"]["now"], sampled()["contributions"]["value"]
    assert now.tolist() == pytest.approx(parts.reindex(now.index).tolist())


# ---- amounts


def scaled(estimate: Estimate, factor: float) -> Estimate:
    """So many times the estimate."""
    return replace(
        estimate,
        low=estimate.low * factor,
        mode=estimate.mode * factor,
        high=estimate.high * factor,
    )


def with_lines_halved(case: Case) -> Case:
    """Every cost line that counts as two of half the amount, drawn alike."""
    costs: list[CostLine] = []
    for line in case.costs:
        counts = line.treatment == "forward" and line.category != "contribution"
        half = replace(line, amount=scaled(line.amount, 0.5))
        costs += [half, half] if counts else [line]
    return replace(case, costs=tuple(costs))


def test_a_cost_line_in_two_halves_moves_nothing() -> None:
    inputs = ("low", "mode", "high", "below", "above")
    found = answers(with_lines_halved(base()))
    without = {**ROWS, **dict.fromkeys(("sensitivity", "switching"), inputs), "threshold": ALL}
    assert all_moved(sampled(), found, without) == {}


def dearer(case: Case, factor: float) -> Case:
    """All money so many times what it was."""

    def more(rows: Sequence[Any], field: str, wanted: Callable[[Any], bool]) -> tuple[Any, ...]:
        return tuple(
            replace(row, **{field: scaled(getattr(row, field), factor)}) if wanted(row) else row
            for row in rows
        )

    def always(_: Any) -> bool:
        return True

    budget, target = case.settings.budget, case.settings.target
    assert budget is not None
    assert target is not None
    return replace(
        case,
        costs=more(case.costs, "amount", always),
        totals=more(case.totals, "amount", always),
        funding=more(case.funding, "amount", always),
        unit_values=more(case.unit_values, "worth", lambda v: v.scale == "money"),
        network=more(case.network, "level", lambda f: "EUR" in f.level.unit),
        members=tuple(
            replace(m, contribution=(m.contribution or 0) * factor) for m in case.members
        ),
        limits=tuple(
            replace(limit, amount=limit.amount * factor) if limit.kind != "staff" else limit
            for limit in case.limits
        ),
        targets=tuple(replace(t, amount=t.amount * factor) for t in case.targets),
    ).with_settings(budget=budget * factor, target=target * factor)


PLAIN: Final = (1.0,)
TENFOLD: Final = (10.0,)
TENTH: Final = (0.1,)
ANY: Final = (1.0, 10.0, 0.1)  # rows have units of their own
MONEY: Final = re.compile(
    r"(^|_)[mk](_(low|high|first_in|last_in|mean|alone|shapley|last|joint))*$"
)
RATE: Final = re.compile(r"_per_(asked_)?m(_low|_high)?$")
SWITCHED_OFF: Final = (  # money and days
    *(f"{rule}{end}" for rule in ("shapley", "owen") for end in ("", "_low", "_high")),
    *("first_in", "last_in"),
)
BY_NAME: Final[Mapping[str, tuple[float, ...]]] = {  # the unit does not stand in the name
    **{f"cost_by_payer.{payer}": TENFOLD for payer in ("organisation", "members", "donors")},
    **dict.fromkeys(("effectiveness.average_ratio", "effectiveness.incremental_ratio"), TENFOLD),
    **dict.fromkeys(("willingness.price", "acceptability.price"), TENFOLD),
    **dict.fromkeys(("next_euro.extra_m", "further_money.extra_m"), PLAIN),  # 1, 5 and 10 whatever
    **{f"gap_worth.money_per_m{end}": PLAIN for end in ("", "_low", "_high")},
    "fund_worth_by_year.worth": TENTH,  # points that a million more adds
    **{f"sensitivity.{c}": TENTH for c in ("at_low", "at_high", "swing")},  # points a million
    **{f"{t}.{c}": ANY for t in ("sensitivity", "switching") for c in ("low", "mode", "high")},
    **dict.fromkeys(("switching.above", "switching.below"), ANY),
    **{f"claim_switched_off.{v}": ANY for v in SWITCHED_OFF},
    **dict.fromkeys(("members_totals.members", "members_totals.study"), ANY),
    "claim_lines.outcome": ANY,  # per euro or a level
    **{f"convergence.{c}": ANY for c in ("value", "error", "range")},
}


def expected(table: str, column: str) -> tuple[float, ...]:
    """What a column may be multiplied by when all money is ten times as much."""
    column = column.removesuffix("_error")  # an error is in the unit of its figure
    column = column or "error"
    if found := BY_NAME.get(f"{table}.{column}"):
        return found
    return TENTH if RATE.search(column) else TENFOLD if MONEY.search(column) else PLAIN


def test_ten_times_the_money_moves_amounts_and_rates_and_nothing_else() -> None:
    cheap, dear = answers(dearer(base(), 0.1)), sampled()
    assert cheap.keys() == dear.keys()
    for name, table in cheap.items():
        if name == "split_check":  # figures of all units in one column
            continue
        if name == "threshold":  # its rows and columns are levels
            assert (table.to_numpy() == dear[name].to_numpy()).all()
            continue
        one, other = flat(table), flat(dear[name])
        assert list(one) == list(other), name
        for column in map(str, one):
            if pd.api.types.is_numeric_dtype(one[column]) and one[column].dtype != bool:
                x, y = one[column].to_numpy(float), other[column].to_numpy(float)
                solved = name.startswith(("earmark", "fund"))  # written to the euro
                near = [
                    np.isclose(x * factor, y, 1e-7, 1e-5 if solved else 1e-9, equal_nan=True)
                    for factor in expected(name, column)
                ]
                assert np.any(near, axis=0).all(), f"{name}.{column}"
            else:
                assert one[column].tolist() == other[column].tolist(), f"{name}.{column}"


# ---- what costs and does nothing

DUD: Final = "DUD"
BETWEEN: Final[
    dict[str, Sequence[str]]
] = {  # tables that hold improvements against one another, and what may change there
    "joint_gains": ("touches",),
    "joint_pairs": ALL,
    "lints": ALL,
    "sensitivity": ALL,  # has the inputs of the new one too
    "switching": ALL,  # held below
    "information": ALL,
    "evidence": ALL,  # of cost
    "priority_ranks": ALL,  # one place more; held below
    "claim": ALL,  # held below
}


def with_a_dud(case: Case, capability: str = "LAB", criterion: str = "speed") -> Case:
    """One improvement more, that costs like the others and changes nothing."""
    nothing = number(f"effects/{DUD}", 0.0, 0.0, 0.0, "units")
    amount = number(f"costs/{DUD}", 2e4, 4e4, 5e4)
    line = CostLine(f"{DUD}-A", "technology", "organisation", "one-off", "EUR", 2024, amount)
    dud = Improvement(DUD, "Dud", 9, 2025, 2025, True, "invented")
    return replace(
        case,
        improvements=(*case.improvements, dud),
        costs=(*case.costs, replace(line, improvement=DUD)),
        effects=(*case.effects, Effect(DUD, capability, nothing, criterion=criterion)),
    )


def without_dud(table: pd.DataFrame) -> pd.DataFrame:
    """A table without rows and columns of the dud."""
    named = table.reset_index() if list(table.index.names) != [None] else table
    rows = ~(named.astype(str) == DUD).any(axis=1).to_numpy()
    return table[rows].drop(columns=[DUD], errors="ignore")


@cache
def with_dud() -> Tables:
    """The tables of the case with a dud, its own rows taken out."""
    return {name: without_dud(table) for name, table in answers(with_a_dud(base())).items()}


def test_what_costs_and_does_nothing_moves_nothing() -> None:
    tables = (sampled(), with_dud())
    one, other = ({k: t for k, t in part.items() if k != "threshold"} for part in tables)
    assert all_moved(one, other, BETWEEN) == {}
    ranks = with_dud()["priority_ranks"]
    assert moved(sampled()["priority_ranks"], ranks.iloc[:, :-1]) == []


def test_what_costs_and_does_nothing_is_no_evidence_for_or_against_a_claim() -> None:
    assert moved(sampled()["claim"], with_dud()["claim"]) == []


@cache
def with_a_free_dud(first: bool) -> Tables:
    """The tables of the case with a dud that asks for no money, as the first row or the last."""
    case = with_a_dud(base())
    *rest, dud = case.improvements
    *costs, line = case.costs
    paid = replace(line, payer="members", kind="recurrent")
    order = (dud, *rest) if first else (*rest, dud)
    return answers(replace(case, costs=(*costs, paid), improvements=order))


@pytest.mark.parametrize("other", [with_dud, lambda: with_a_free_dud(True)], ids=["dear", "free"])
def test_what_does_nothing_hides_no_switching_value(other: Callable[[], Tables]) -> None:
    one, two = sampled()["switching"], other()["switching"]
    assert moved(one, two.loc[two.index.isin(one.index)]) == []


@pytest.mark.parametrize("first", [False, True])
def test_what_does_nothing_for_nothing_takes_no_chance_from_the_good_sets(first: bool) -> None:
    for name in ("good_sets", "choices", "options"):
        one, two = sampled()[name], with_a_free_dud(first)[name]
        assert moved(one, two) == [], name
    roles = with_a_free_dud(first)["programme"]["role"].to_dict()
    assert roles.pop(DUD) == "not now"
    assert roles == sampled()["programme"]["role"].to_dict()
