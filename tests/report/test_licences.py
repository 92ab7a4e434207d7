"""Sentences that are true for small cases: what a case does not hold, its pages do not say."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace

import pytest
from cut_cases import AGAINST, CUTS, cut_cases, different, kept_only
from licences import pages_of, unlicensed, unlicensed_in_annex, untranslated

from capworth.case.model import Case, Estimate
from capworth.case.read import checked_case
from capworth.model.result import Provenance
from capworth.model.simulation import Sample
from capworth.report.edition import Content
from capworth.study.stages import PARTS, run_study

FEW = 24  # draws: what is said is looked at, not how much
SAID = {  # phrases that small cases alone say
    *("answers.excellence_one", "answers.members_one", "answers.money", "answers.nothing_all"),
    *("decision.capabilities.title_one", "decision.capabilities.recommendation_one"),
    *("decision.money.nothing", "decision.money.unpaid", "decision.money.label_spend"),
    *("decision.programme.title_unpaid", "decision.programme.unpaid"),
    *("decision.programme.raise_one", "decision.programme.spend", "decision.programme.spend_one"),
    *("decision.project.title_nothing", "decision.project.title_none_pays"),
    *("decision.project.title_no_money", "decision.project.no_money"),
    *("steps.decide_unpaid", "summary.title_one", "summary.title_plain", "summary.title_zero"),
    *("unpriced.nothing", "unpriced.one", "change.no_rival", "trust.unasked"),
    *("change.bought", "change.never_bought", "options.nothing_minimum"),
    *("leaf.nothing", "leaf.why_alone", "leaf.why_budget", "leaf.why_unpriced"),
    *("leaf.why_unlinked", "leaf.why_unpaid"),
    *("limits.marginal.plain", "chart.donor_menu.title_none", "chart.funding.title_nothing"),
    *("chart.needs.title_one", "chart.net_value.title_services"),
    *("chart.net_value.title_one", "chart.gaps.title_one"),
}

SPOKEN = 15  # of so many cases one is read in every language
SHARED = ("claim", "excellence", "feedback")  # dear, and the same whatever is improved
APART = {  # tables of which none of them knows
    *("improvements", "effects", "relations", "minimums", "targets", "funding", "limits"),
    *("published", "savings", "fingerprint", "changes", "base"),
}


def _alike(case: Case) -> str:
    """What answers of capabilities rest on: the case without improvements and their money."""
    settings = replace(case.settings, budget=None, target=None)
    costs = tuple(line for line in case.costs if not line.improvement)
    known = replace(case, settings=settings, costs=costs)
    return repr([getattr(known, f.name) for f in fields(known) if f.name not in APART])


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Find answers of capabilities once for all cases that are alike in them."""
    for name in SHARED:
        found: dict[str, object] = {}

        def find(
            sample: Sample,
            known: Provenance,
            *,
            find: Callable[..., object] = PARTS[name].find,
            found: dict[str, object] = found,
        ) -> object:
            key = _alike(sample.case)
            if key not in found:
                found[key] = find(sample, known)
            return found[key]

        monkeypatch.setattr(PARTS[name], "find", find)


@pytest.fixture(scope="module")
def cases(small: Case) -> Mapping[str, Case]:
    """Every case that is made by leaving out, each once."""
    return different(small)


def test_there_are_a_hundred_cases(cases: Mapping[str, Case]) -> None:
    assert len(cut_cases()) == len(CUTS) * (len(CUTS) + 1) // 2 - len(AGAINST) // 2
    assert len(cases) >= 100


@pytest.mark.parametrize(
    ("step", "annexes"), [pytest.param(1, 1, marks=pytest.mark.long), (15, 30)]
)
@pytest.mark.usefixtures("shared")
def test_what_a_case_does_not_hold_is_not_said(
    cases: Mapping[str, Case], said: set[str], step: int, annexes: int
) -> None:
    """Each cut alone, and every two together; answers are found as pages ask for them.

    Ids of phrases are the same in every language: what they say is read in English, and that they
    have words in the others is looked at in some of the cases.
    """
    wrong: dict[str, list[str]] = {}
    for place, (name, case) in enumerate(cases.items()):
        if place % step:
            continue
        study = run_study(case, draws=FEW, only="appraisal")
        found = unlicensed(study, pages_of(study))
        if place % annexes == 0:
            found += unlicensed_in_annex(study)
        if place % SPOKEN == 0:
            found += untranslated(study)
        if found:
            wrong[name] = found
    assert wrong == {}
    if step == 1:
        assert said >= SAID, sorted(SAID - said)


def test_a_paper_of_costs_alone_has_two_pages(cases: Mapping[str, Case]) -> None:
    study = run_study(cases["costs_only"], draws=FEW, only="appraisal")
    content = Content.of(study)
    assert len(content.pages) == 2
    assert content.annex == ()
    assert content.said("en").sections == ()


# ---------------------------------------------------------------- money, and no value tree


def without_tree(small: Case, worth: float) -> Case:
    """What is left of the small case without criteria: is it worth it, in money?"""
    effects = tuple(effect for effect in small.effects if not effect.criterion)
    values = tuple(
        replace(u, worth=scaled(u.worth, worth)) if u.scale == "money" else u
        for u in small.unit_values
    )
    case = replace(
        small,
        criteria=(),
        scores=(),
        effects=effects,
        claim=None,
        codes=(),
        feedback=(),
        judgements=(),
        minimums=(),
        unit_values=values,
    )
    case = kept_only(case, {effect.improvement for effect in effects})
    return checked_case(replace(case, settings=replace(case.settings, objective="net")))


def scaled(estimate: Estimate, by: float) -> Estimate:
    return replace(
        estimate, low=estimate.low * by, mode=estimate.mode * by, high=estimate.high * by
    )


@pytest.mark.parametrize(("worth", "chosen"), [(1.0, ()), (3000.0, ("SCAN",))])
def test_money_without_a_value_tree_decides(
    small: Case, worth: float, chosen: tuple[str, ...]
) -> None:
    """A programme is advised by its net value; nothing is said of a distance that is not there."""
    study = run_study(without_tree(small, worth), draws=100)
    assert study.programme.chosen == chosen
    edition = Content.of(study).said("en")
    words = str((edition.pages, edition.sections))
    first = str(edition.pages[0])
    title = "Start 1 improvement" if chosen else "In money alone no improvement earns its cost"
    assert title in first
    assert "No spending is recommended" not in words
    assert "names no budget" not in words
    assert "distance" not in str(edition.pages)
    assert "no input was swung" not in words
    assert len(edition.sections) > 5  # it is no paper of costs alone
    assert not [x for x in edition.sections if "for its cost in" in str(x["title"])]
    if chosen:
        (numbers,) = (block for block in edition.pages[0] if block["kind"] == "numbers")
        net = f"€{round(study.programme.net_m[0], -1):.0f} million"  # two digits of three
        (told,) = (row for row in numbers["rows"] if row["label"] == "net in money")
        assert str(told["value"]) == net
        assert f"Net {net}" in first
        assert "exceed the cost in" in first
