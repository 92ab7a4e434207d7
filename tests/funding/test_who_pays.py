"""Who pays for the best set: the least fresh money, and the same whatever the order of the file."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations

import pytest

from capworth.case.model import Case, CostLine, Effect, Estimate, Improvement, Pledge
from capworth.funding.plan import fund
from capworth.model.result import Provenance
from capworth.model.simulation import draw_sample
from capworth.programme.selection import choose_programme

FRESH = "raise"
Paid = Mapping[frozenset[str], float]


def sure(name: str, amount: float) -> Estimate:
    """An amount that is known."""
    return Estimate(name, amount, amount, amount, "EUR", "D", "", "invented", 0)


def pledged(
    small: Case, bills: Mapping[str, float], pledges: Mapping[str, tuple[float, str]]
) -> Case:
    """All is due and pledged in the first year: bills by improvement, pledges with earmarks."""
    first = small.settings.first_year
    return replace(
        small,
        improvements=tuple(
            Improvement(i, i, 9, first, first, True, "invented", must=True) for i in bills
        ),
        costs=(
            *(line for line in small.costs if not line.improvement),
            *(
                CostLine(
                    f"{i}-BUILD",
                    "technology",
                    "organisation",
                    "one-off",
                    "EUR",
                    2024,
                    sure(f"costs/{i}", amount),
                    improvement=i,
                    from_year=first,
                    to_year=first,
                )
                for i, amount in bills.items()
            ),
        ),
        effects=tuple(
            Effect(i, "ACA", sure(f"effects/{i}", 5.0), criterion="reach") for i in bills
        ),
        relations=(),
        funding=tuple(
            Pledge(
                name,
                name,
                "earmarked" if earmark else "voluntary",
                first,
                "EUR",
                2024,
                sure(f"funding/{name}", amount),
                earmark=tuple(earmark.split()),
            )
            for name, (amount, earmark) in pledges.items()
        ),
    )


def who_pays(case: Case) -> tuple[Paid, Paid]:
    """What each fund, named by its pledges, pays; and what is left of it. Thousands."""
    sample, known = draw_sample(case, 5), Provenance.of(case, 5)
    found = fund(sample, choose_programme(sample, known), known)
    assert found is not None
    assert found.earmarks is not None
    paid: dict[frozenset[str], float] = {}
    for name, amount in (
        found.earmarks.payments().reset_index("fund")[["fund", "paid_m"]].to_numpy()
    ):
        key = frozenset(str(name).split(" + "))
        paid[key] = paid.get(key, 0.0) + float(amount) * 1e3
    unspent = found.earmarks.funds()["unspent_m"].xs("budget", level="scope")
    left = {frozenset(str(k).split(" + ")): float(v) * 1e3 for k, v in unspent.items()}
    return paid, left


BILLS = {"A": 60_000.0, "B": 40_000.0, "C": 30_000.0}
SHARED = {"X": (30_000.0, "A B"), "Y": (30_000.0, "B"), "Z": (30_000.0, "A"), "W": (10_000.0, "")}
PLEDGES = {"FREE": (30_000.0, ""), "TIED": (20_000.0, "B"), "BOTH": (35_000.0, "B C")}


def test_every_bill_is_paid_once(small: Case) -> None:
    paid, left = who_pays(pledged(small, BILLS, PLEDGES).with_settings(budget=150_000.0))
    assert sum(paid.values()) == pytest.approx(130)
    assert sum(left.values()) == pytest.approx(20)


def test_fresh_money_pays_what_no_pledge_may_pay(small: Case) -> None:
    """By hand: pledges pay 85 of the 130 thousand, so 45 of the 65 that may be raised are."""
    paid, left = who_pays(pledged(small, BILLS, PLEDGES).with_settings(budget=150_000.0))
    assert paid[frozenset({FRESH})] == pytest.approx(45)
    assert left == pytest.approx({**dict.fromkeys(left, 0.0), frozenset({FRESH}): 20})


def test_the_order_of_the_pledges_does_not_change_who_pays(small: Case) -> None:
    case = pledged(small, {"A": 50_000.0, "B": 40_000.0}, SHARED).with_settings(budget=120_000.0)
    orders = list(permutations(case.funding))[::7]
    found = [who_pays(replace(case, funding=rows)) for rows in orders]
    for paid, left in found[1:]:
        assert paid == pytest.approx(found[0][0])
        assert left == pytest.approx(found[0][1])
