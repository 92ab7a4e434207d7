"""Rules that are asked again only of what changed: no fault that a scenario brings is lost."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from capworth.case import read
from capworth.case.check import Typed, TypedRow
from capworth.case.model import Case
from capworth.case.read import check_case, read_case
from capworth.case.rules.asked import Remembering, asked, each_alone
from capworth.errors import CaseError, Finding

DEAR = TypedRow("costs", "costs.csv", 2, {"id": "DEAR", "mode": 9.0})
CHEAP = replace(DEAR, values={"id": "CHEAP", "mode": 1.0})
BASE = {"costs": (DEAR,), "members": ()}


class Rule:
    """Costs above the budget, where anybody could pay; it counts how often it is asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, settings: Mapping[str, object], typed: Typed) -> Iterator[Finding]:
        self.times += 1
        budget, free = settings.get("budget"), "funding" in typed
        assert isinstance(budget, float)
        for row in typed.get("costs", ()):
            if row.number_in("mode") > budget and not free:
                yield row.fault("mode", f"{row.text('id')} is dear", "Leave it.")


def test_a_rule_is_asked_once_of_what_stays() -> None:
    rule, found = Rule(), dict[Any, Any]()
    settings = {"budget": 5.0, "years": 3}
    (fault,) = asked(rule, settings, Remembering(BASE, found))
    same = {**BASE, "members": (DEAR,)}  # which the rule does not look at
    assert asked(rule, {**settings, "years": 4}, Remembering(same, found)) == (fault,)
    assert rule.times == 1
    assert asked(rule, settings, BASE) == (fault,)
    assert rule.times == 2, "nothing is remembered of plain tables"


@pytest.mark.parametrize(
    ("settings", "typed"),
    [
        ({"budget": 10.0}, BASE),
        ({"budget": 5.0}, {**BASE, "costs": (CHEAP,)}),
        ({"budget": 5.0}, {"members": ()}),
        ({"budget": 5.0}, {**BASE, "funding": ()}),
    ],
    ids=["a setting", "a table", "a table that went", "a table that came"],
)
def test_a_rule_is_asked_again_of_what_changed(settings: dict[str, float], typed: Typed) -> None:
    found: dict[Any, Any] = {}
    rule, first = Rule(), {"budget": 5.0}
    assert len(asked(rule, first, Remembering(BASE, found))) == 1
    assert asked(rule, settings, Remembering(typed, found)) == ()
    assert len(asked(rule, first, Remembering(BASE, found))) == 1
    assert rule.times == 2, "what was found first is remembered still"


def test_a_rule_that_lists_the_tables_is_asked_again_of_another_list() -> None:
    def crowded(typed: Typed) -> Iterator[Finding]:
        if len([*typed]) > 2:
            yield DEAR.fault("", "three tables", "Leave one.")

    found: dict[Any, Any] = {}
    assert asked(crowded, Remembering(BASE, found)) == ()
    assert len(asked(crowded, Remembering({**BASE, "chain": ()}, found))) == 1


def test_a_rule_of_single_tables_is_asked_of_the_changed_one_alone() -> None:
    seen: list[str] = []

    def dear(typed: Typed) -> Iterator[Finding]:
        seen.extend(typed)
        for rows in typed.values():
            yield from (row.fault("mode", "dear", "") for row in rows if row.number_in("mode") > 5)

    found: dict[Any, Any] = {}
    for costs, faults in (((DEAR,), 1), ((CHEAP,), 0)):
        tables = Remembering({**BASE, "costs": costs}, found)
        assert sum(len(asked(dear, table)) for table in each_alone(tables)) == faults
    assert seen == ["costs", "members", "costs"]
    assert [dict(table) for table in each_alone(BASE)] == [{t: BASE[t]} for t in BASE]


BROKEN = {  # keys of a scenario, and what is told of the small case with it
    "settings = {budget = 1}": "hundredth of the cheapest",
    "settings = {appraisal_date = 2011-01-01}": "after the appraisal",
    "settings = {price_year = 2030}": "no price index",
    "settings = {years = 1}": "after the last year",
    "settings = {extent_key = 'swing'}": "no extents were elicited",
    "settings = {harm_index = 'none'}": "'none' is not known",
    "settings = {functions = ['leads']}": "is not known",
    "claim = {value = 'money', estimand = 'level'}": "no level",
    "weights = {reach = 0, speed = 0}": "all siblings weigh nothing",
    "without = ['capabilities/REG']": "no two capabilities",
    "values = {'chain/REG/searches' = {unit = 'a month'}}": "not a year",
}


def told_of(case: Case, name: str) -> tuple[str, ...]:
    """Each fault of a scenario in full; one that is impossible tells its sentence."""
    try:
        case.with_scenario(name)
    except CaseError as error:
        return tuple(map(repr, error.findings))
    except Exception as error:
        return (str(error),)
    return ()


def test_every_fault_of_a_scenario_is_found_as_if_nothing_were_remembered(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By rules of settings, of the claim, of weights, of every single number, of what is left."""
    names = [*read_case(folder).estimates()]
    scenarios = [f"name = 'x'\n{line}\n" for line in BROKEN]
    scenarios += [f"name = 'x'\nvalues = {{'{name}' = {{low = 2e17, high = 1}}}}" for name in names]
    text = "\n".join(f"[s{k}]\n{each}" for k, each in enumerate(scenarios))
    (folder / "scenarios.toml").write_text(text, encoding="utf-8")
    case = read_case(folder)
    found = [told_of(case, f"s{k}") for k in range(len(scenarios))]
    monkeypatch.setattr(read, "Remembering", lambda rows, _: rows)
    again = read_case(folder)
    assert found == [told_of(again, f"s{k}") for k in range(len(scenarios))]
    for told, words in zip(found, BROKEN.values(), strict=False):
        assert words in " ".join(told)
    assert all(found[len(BROKEN) :]), "no number may have its low above its high"
    assert check_case(folder) == (), "the case itself is a good one"
