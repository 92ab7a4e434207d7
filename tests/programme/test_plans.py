"""What a programme is held to, told in the case folder: read, checked, and obeyed."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from capworth.case.model import Case, Limit, Relation
from capworth.case.read import check_case, read_case
from capworth.case.rules.programme import RULES
from capworth.errors import CaseError
from capworth.methods.portfolio.relations import feasible_sets
from capworth.model.result import Provenance
from capworth.model.simulation import draw_sample
from capworth.programme.choice import Choice, ConflictError, ties_of
from capworth.programme.selection import Programme, choose_programme

EXTRA: Mapping[str, str] = {
    "relations": (
        "improvement,relation,other,lag,low,mode,high,grade,source,basis\n"
        "LINK,requires,SCAN,1,,,,,,the link reads the scanners\n"
        "CLOUD,synergy,SCAN,,-0.6,-0.5,-0.4,D,,both shorten the same wait\n"
    ),
    "minimums": (
        "id,name,name_fr,at_least,function,improvements,basis\n"
        "LEADS,Leads,Pistes,1,,LINK CLOUD,board\n"
        "REGISTER,Register,Fichier,1,hosting,,board\n"
    ),
    "limits": (
        "id,name,name_fr,kind,payer,from_year,to_year,amount,basis\n"
        "DONORS,Donors,Donateurs,money,donors,,,95000,board\n"
        "FIRST,First year,Première année,money_a_year,,2025,2026,80000,board\n"
        "POSTS,Posts,Postes,staff,,,,5,board\n"
    ),
    "targets": (
        "id,name,name_fr,measure,capability,criterion,amount,basis\n"
        "FOUR,Four points,Quatre points,score,,,4,board\n"
        "QUICK,Register in 15 hours,Fichier en 15 heures,level,REG,speed,15,board\n"
    ),
}


@pytest.fixture
def planned(folder: Path) -> Path:
    """The small case with everything that a programme can be held to."""
    for table, text in EXTRA.items():
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")
    rows = list(csv.reader((folder / "improvements.csv").read_text("utf-8").splitlines()))
    rows[0] += ["tower", "ramp_years", "staff"]
    extra = {"SCAN": ["", "1", "3"], "LINK": ["net", "0", "2"], "CLOUD": ["net", "0", "4"]}
    with (folder / "improvements.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(rows[0])
        writer.writerows([*row, *extra[row[0]]] for row in rows[1:])
    return folder


def test_the_tables_are_read(planned: Path) -> None:
    case = read_case(planned)
    scan, _, cloud = case.improvements
    assert (scan.ramp_years, scan.staff, cloud.tower, cloud.row) == (1, 3, "net", 4)
    link, pair = case.relations
    assert (link.lag, link.bonus, link.row) == (1, None, 2)
    assert pair.bonus is not None
    assert (pair.bonus.low, pair.bonus.mode, pair.bonus.grade) == (-0.6, -0.5, "D")
    assert "relations/CLOUD/synergy/SCAN" in case.estimates()
    assert [m.improvements for m in case.minimums] == [("LINK", "CLOUD"), ()]
    assert [limit.is_yearless for limit in case.limits] == [True, False, False]
    assert case.targets[1].criterion == "speed"
    assert case.names("fr")["POSTS"] == "Postes"


def test_the_ties_by_number(planned: Path) -> None:
    """Only SCAN changes a capability whose first function is hosting (REG)."""
    ties = ties_of(read_case(planned))
    assert ties.relations.requires == ((1, (0,)),)
    assert ties.relations.excludes == ((1, 2),)
    assert ties.relations.at_least == ((1, (1, 2)), (1, (0,)))
    assert ties.relations.synergies == ((2, 0, 0.0),)
    assert ties.pairs == (1,)
    assert ties.places["at_least", 1].words == "Register: at least 1 of SCAN"
    assert ties.places["excludes", 0].words == "at most one level of net (LINK, CLOUD)"


def test_one_of_several_that_are_required(small: Case) -> None:
    """Rows `requires_any` of one improvement belong together; each names one way to meet it."""
    rows = tuple(
        Relation("LINK", "requires_any", other, row=k) for k, other in ((2, "SCAN"), (3, "CLOUD"))
    )
    ties = ties_of(replace(small, relations=rows))
    assert ties.relations.requires_any == ((1, (0, 2)),)
    assert ties.places["requires_any", 0].words == "LINK requires SCAN or CLOUD"
    case = replace(small, relations=rows).with_settings(budget=300_000.0, target=None)
    forced = tuple(replace(i, must=i.id == "LINK") for i in small.improvements)
    for budget, chosen in ((300_000.0, {"SCAN", "LINK", "CLOUD"}), (170_000.0, {"SCAN", "LINK"})):
        found = programme_of(replace(case, improvements=forced).with_settings(budget=budget))
        assert set(found.chosen) == chosen


Slip = tuple[str, str, str, str]
SLIPS: tuple[Slip, ...] = (  # table, what stood there, what is typed, what is told
    ("relations", "-0.6,-0.5,-0.4,D", "-0.6,,-0.4,D", "row 3, column 'mode': a synergy without"),
    ("relations", "1,,,,,,the", "1,0,0.1,0.2,D,,the", "row 2, column 'low': requires has no bonus"),
    ("relations", "SCAN,,-0.6", "SCAN,2,-0.6", "row 3, column 'lag': synergy knows no order."),
    ("relations", "-0.6,-0.5", "-1.6,-0.5", "row 3, column 'low': -1.6 is below -1. Raise it."),
    ("relations", "-0.5,-0.4", "-0.5,-0.55", "row 3, column 'mode': -0.5 is not between -0.6 and"),
    ("relations", "D,,both", "A,,both", "row 3, column 'source': grade A without a source"),
    ("relations", "CLOUD,synergy,SCAN", "SCAN,synergy,SCAN", "row 3, column 'other': an imp"),
    ("minimums", "1,,LINK", "1,leads,LINK", "row 2, column 'improvements': name a function, or"),
    ("minimums", "1,hosting", "1,", "row 3, column 'improvements': name a function, or"),
    ("minimums", "1,hosting", "2,hosting", "row 3, column 'at_least': 2 of 1 improvements. Give 1"),
    ("minimums", "LINK CLOUD", "LINK CLOUDS", "row 2, column 'improvements': 'CLOUDS' is not"),
    ("limits", "2025,2026", "2026,2025", "row 3, column 'to_year': it is before from_year."),
    ("limits", "2025,2026", "2025,", "row 3, column 'to_year': one end of the years is missing."),
    ("limits", "2025,2026", "2025,2028", "row 3, column 'to_year': 2028 is outside 2025 to 2027."),
    ("limits", "staff,", "staff,donors", "row 4, column 'payer': posts have no payer."),
    ("limits", "95000", "-1", "row 2, column 'amount': -1 is below 0."),
    ("targets", "score,,", "score,REG,", "row 2, column 'capability': score counts the whole prog"),
    ("targets", "level,REG", "level,", "row 3, column 'capability': a level of no capability."),
    ("targets", "REG,speed", "REG,use", "row 3, column 'criterion': no measured criterion."),
)  # fmt: skip


@pytest.mark.parametrize(("table", "old", "new", "told"), SLIPS, ids=lambda part: str(part)[:24])
def test_a_slip_is_told(planned: Path, table: str, old: str, new: str, told: str) -> None:
    path = planned / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    faults = [str(finding) for finding in check_case(planned)]
    assert any(fault.startswith(f"{table}.csv, {told}") for fault in faults), faults


def test_every_rule_has_a_slip() -> None:
    told = " ".join(words for _, _, _, words in SLIPS)
    for words in ("synergy without", "has no bonus", "knows no order", "name a function"):
        assert words in told
    assert len(RULES) == 5


def test_the_same_pair_twice(planned: Path) -> None:
    with (planned / "relations.csv").open("a", encoding="utf-8") as lines:
        lines.write("SCAN,synergy,CLOUD,,0,0.1,0.2,D,,judged\n")
    (finding,) = check_case(planned)
    assert str(finding).startswith("relations.csv, row 4, column 'other': the synergy of the two")


def test_rules_that_cannot_be_kept_together_are_told_at_the_door(planned: Path) -> None:
    """A register needs SCAN, leads need CLOUD here, and SCAN excludes CLOUD; LINK is not in it."""
    with (planned / "relations.csv").open("a", encoding="utf-8") as lines:
        lines.write("SCAN,excludes,CLOUD,,,,,,,odd\n")
    (planned / "minimums.csv").write_text(
        EXTRA["minimums"].replace("LINK CLOUD", "CLOUD"), encoding="utf-8"
    )
    faults = check_case(planned)
    assert [(f.file, f.row, f.column) for f in faults] == [
        ("minimums.csv", 2, "at_least"),
        ("minimums.csv", 3, "at_least"),
        ("relations.csv", 4, "relation"),
    ]
    assert all(f.problem.startswith("no programme can keep 3 rules together (") for f in faults)
    with pytest.raises(CaseError):
        read_case(planned)


# ------------------------------------------------------------------------------ the programme


def programme_of(case: Case, draws: int = 60) -> Programme:
    found = choose_programme(draw_sample(case, draws), Provenance.of(case, draws))
    assert found is not None
    return found


def every_set(case: Case, measure: str, draws: int) -> dict[tuple[str, ...], tuple[float, float]]:
    """Value, and money at the confidence, of every allowed set, from the words of the relations."""
    sample = draw_sample(case, draws)
    drawn = sample.drawn
    gains = getattr(drawn.gains, measure)
    before_cost = drawn.gains.money if measure == "net" else gains
    found = {}
    for flags in product((False, True), repeat=3):
        scan, link, cloud = flags
        if (link and not scan) or (link and cloud) or not (link or cloud) or not scan:
            continue
        if cloud and measure == "net":  # what it adds in money is not known
            continue
        value = gains[:, list(flags)].sum(axis=1)
        if cloud and scan:
            bonus = case.relations[1].bonus
            assert bonus is not None
            lesser = np.maximum(np.minimum(before_cost[:, 2], before_cost[:, 0]), 0)
            value = value + sample.of(bonus) * lesser
        names = tuple(i for i, f in zip(case.improvement_ids, flags, strict=True) if f)
        asked = np.sort(drawn.asked[:, list(flags)].sum(axis=1))
        found[names] = float(value.mean()), float(asked[int(np.ceil(0.8 * draws)) - 1])
    return found


@pytest.mark.parametrize(
    ("measure", "word"), [("distance", "score"), ("net", "money"), ("harm", "harm"), ("net", "net")]
)
@pytest.mark.parametrize("budget", [200_000.0, 250_000.0])
def test_the_best_set_with_an_overlap_on_any_objective(
    planned: Path, measure: str, word: str, budget: float
) -> None:
    """Old words of the objective mean what they are called now."""
    case = replace(read_case(planned), limits=()).with_settings(
        objective=word, budget=budget, target=None
    )
    options = every_set(case, measure, 60)
    assert set(options) >= {("SCAN", "LINK")}
    assert (("SCAN", "CLOUD") in options) == (measure != "net")
    inside = {k: v for k, v in options.items() if v[1] <= budget}
    best = max(inside, key=lambda names: (inside[names][0], -inside[names][1]))
    found = programme_of(case)
    assert found.chosen == best
    assert found.measure == measure
    scale = 1e6 if measure == "net" else 1
    assert found.value[0] == pytest.approx(inside[best][0] / scale)
    frontier = found.frontier()
    assert frontier["value"].is_monotonic_increasing
    assert frontier["value"].iloc[-1] == pytest.approx(max(v for v, _ in options.values()) / scale)


def test_a_limit_of_one_payer_binds(planned: Path) -> None:
    """SCAN is paid by donors: below its cost no set with it keeps the limit, and all need it."""
    case = replace(read_case(planned), targets=()).with_settings(budget=300_000.0, target=None)
    free = replace(case, limits=(replace(case.limits[0], amount=120_000.0),))
    found = programme_of(free)
    assert found.feasible
    assert "SCAN" in found.chosen
    tight = replace(free, limits=(replace(case.limits[0], amount=20_000.0),))
    with pytest.raises(ConflictError, match=r"limits\.csv"):  # the must-haves ask for SCAN
        programme_of(tight)


def test_a_limit_of_a_payer_changes_the_choice(small: Case) -> None:
    """CLOUD is the organisation's: with nothing of it only what donors pay is left."""
    plenty = small.with_settings(budget=300_000.0, target=None)
    none = Limit("OWN", "Own money", "money", 0.0, "board", payer="organisation")
    found = programme_of(replace(plenty, limits=(none,)))
    assert found.chosen == ("SCAN",)
    assert found.why_not()["reason"].to_dict() == {"LINK": "years", "CLOUD": "years"}


def test_the_choice_lists_what_the_relations_allow(planned: Path) -> None:
    case = read_case(planned)
    choice = Choice.of(draw_sample(case, 30))
    sets = choice.sets
    assert sets is not None
    assert sets.tolist() == [
        row for row in feasible_sets(choice.relations).tolist() if row[0] and (row[1] or row[2])
    ]


def test_limits_by_year_worked_by_hand(planned: Path) -> None:
    """Donors in all, money of 2025 and 2026 each, posts of each year; shares where of the budget.

    SCAN: donors' money, half in 2025 and 2026; LINK: the organisation's, in 2026; CLOUD: a third.
    """
    case = read_case(planned)
    plan = Choice.of(draw_sample(case, 30)).plan
    assert plan.caps.tolist() == [95_000, 80_000, 80_000, 5, 5, 5]
    assert plan.scaled.tolist() == [True, True, True, False, False, False]
    as_stated = plan.uses[:, :, 0].T
    np.testing.assert_allclose(as_stated[0], [1, 0.5, 0.5, 3, 0, 0])
    np.testing.assert_allclose(as_stated[1], [0, 0, 1, 0, 2, 0])
    np.testing.assert_allclose(as_stated[2], [0, 1 / 3, 1 / 3, 4, 0, 0])
    np.testing.assert_allclose(plan.uses[:, 0, 1], [1, 0, 0.5, 0, 3, 0])
    assert plan.after == ((1, ((0, 0),)),)  # LINK starts a year after SCAN as stated: no spare
