"""What any set is worth whenever its members start: year by year from the tables, on random cases.

Agreed levels anywhere, effects that rise and that take away, services that grow, end or are kept,
and savings on their lines; each year worked out by itself and then discounted.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from capworth.appraisal.economics import economics
from capworth.case.model import (
    BusinessAsUsual,
    Case,
    CostLine,
    Effect,
    Estimate,
    Improvement,
    Limit,
    Relation,
    Saving,
)
from capworth.case.read import read_case
from capworth.methods.arguments import Floats
from capworth.model.chain import SCOPES, ChainModel, changed
from capworth.model.costs import CostModel, discount_factors
from capworth.model.flows import FlowModel
from capworth.model.result import Provenance
from capworth.model.simulation import Sample, draw_sample
from capworth.programme.choice import Choice
from capworth.programme.schedule import by_year, value_by_year
from capworth.programme.selection import choose_programme
from capworth.uncertainty.options import Options
from capworth.uncertainty.rivals import Rivals

SMALL = Path(__file__).parents[1] / "cases" / "small"
DRAWS, YEARS = 12, 5
LEVELS = {"reach": (5, 90), "speed": (-40, -2), "results": (0.2, 6)}
AGREED = {"reach": (40, 200), "speed": (0, 40), "results": (2, 10)}


@cache
def base() -> Case:
    return read_case(SMALL).with_settings(years=YEARS, target=None)


def made(seed: int) -> Case:
    """Four improvements that meet on few levels and chains of services that go their own ways."""
    rng, first = np.random.default_rng(seed), base().settings.first_year

    def between(name: str, low: float, high: float) -> Estimate:
        least, mode, most = np.sort(rng.uniform(low, high, 3)).tolist()
        return Estimate(name, least, mode, most, "", "D", "", "invented", 0)

    ends = {c: int(rng.integers(1, YEARS)) for c in base().capability_ids if rng.random() < 0.5}
    paths = tuple(
        BusinessAsUsual(
            c,
            between(f"bau/{c}", -0.1, 0.2),
            between(f"bau_cost/{c}", -0.1, 0.2),
            first + ends[c] if c in ends else None,
        )
        for c in base().capability_ids
        if c in ends or rng.random() < 0.5
    )
    paths = paths if seed % 3 else ()  # of three cases one in which all goes on
    kept = dict(zip(rng.permutation(4).tolist(), ends if paths else (), strict=False))
    improvements, costs, effects = [], [], list[Effect]()
    savings = []
    for k in range(4):
        i, start = f"I{k}", first + int(rng.integers(0, 2))
        improvements.append(
            Improvement(
                id=i,
                name=i,
                readiness=5,
                start_year=start,
                effect_year=start + int(rng.integers(0, 2)),
                illustrative=True,
                basis="invented",
                ramp_years=int(rng.integers(0, 3)),
                keeps=kept.get(k, "") if rng.random() < 0.6 else "",
            )
        )
        amount = between(f"costs/{i}", 2e4, 9e4)
        line = CostLine(i, "technology", "organisation", "one-off", "EUR", 2024, amount)
        costs.append(replace(line, improvement=i, from_year=start, to_year=start + 1))
        for capability in ("LAB", "ACA"):
            criterion = str(rng.choice([*LEVELS]))
            low, high = LEVELS[criterion]
            some = (low, high) if rng.random() < 0.7 else (-high / 2, -low / 2)
            change = between(f"effects/{i}/{capability}", *some)
            effects.append(Effect(i, capability, change, criterion=criterion))
        capability = str(rng.choice(["REG", "LAB"]))
        effects.append(
            Effect(i, capability, between(f"effects/{i}/step", 1.05, 1.9), step="verified")
        )
        for saved in ("LAB-STAFF", "CENTRE-RUN"):
            if rng.random() < 0.6:
                year = start + int(rng.integers(0, 2)) if rng.random() < 0.4 else None
                share = between(f"savings/{i}/{saved}", 0.1, 0.9)
                savings.append(Saving(i, saved, share, from_year=year, cashable=k % 2 > 0))
    return replace(
        base(),
        improvements=tuple(improvements),
        effects=tuple(effects),
        costs=(*(line for line in base().costs if not line.improvement), *costs),
        scores=tuple(
            replace(s, agreed=float(rng.uniform(*AGREED[s.criterion]))) for s in base().scores
        ),
        savings=tuple(savings),
        business_as_usual=paths,
        relations=(),
        funding=(),
    ).with_settings(budget=3e5, seed=seed)


class Tried:
    """The same set, worked out from the tables."""

    def __init__(self, sample: Sample, late: dict[int, int]) -> None:
        self.sample, self.case, self.late = sample, sample.case, late
        self.draws, self.factor = sample.first_draws(DRAWS), discount_factors(sample.case)
        self.first, self.ids = self.case.settings.first_year, self.case.improvement_ids
        self.paths = {b.capability: b for b in self.case.business_as_usual}
        kept = ((self.case.improvements[k].keeps, k) for k in late)
        self.keeper = {capability: k for capability, k in kept if capability}

    def share(self, k: int, year: int) -> float:
        row = self.case.improvements[k]
        since = self.first + year - row.effect_year - self.late[k]
        return 0.0 if since < 0 else min(1.0, (since + 1) / (row.ramp_years + 1))

    def there(self, capability: str, year: int) -> bool:
        row = self.paths.get(capability)
        return row is None or row.ends is None or self.first + year < row.ends

    def grown(self, rate: Estimate | None, year: int) -> Floats:
        return np.ones(DRAWS) if rate is None else (1 + self.draws.of(rate)) ** year

    def mine(self, capability: str) -> Iterator[tuple[int, Effect]]:
        """Effects of the set on a service."""
        for effect in self.case.effects:
            k = self.ids.index(effect.improvement)
            if effect.capability == capability and k in self.late:
                yield k, effect

    def distance(self) -> Floats:
        model, total = self.sample.model, np.zeros(DRAWS)
        weights, levels = model.value.weights(self.draws), model.value.levels(self.draws)
        worth, agreed = model.value.worth(levels), model.value.agreed()
        leaf = {found.id: k for k, found in enumerate(model.value.leaves)}
        for c, capability in enumerate(self.case.capability_ids):
            for year in (y for y in range(YEARS) if self.there(capability, y)):
                lifted = np.zeros((DRAWS, len(leaf)))
                for k, effect in self.mine(capability):
                    if effect.criterion:
                        at = leaf[effect.criterion]
                        moved = levels[:, c, at] + self.draws.of(effect.change)
                        rise = model.value.worth_on(at, moved) - worth[:, c, at]
                        lifted[:, at] += self.share(k, year) * rise
                lacks = agreed[c] - worth[:, c]
                closed = np.maximum(lacks, 0) - np.maximum(lacks - lifted, 0)
                points = np.nansum(closed * weights, axis=1) * model.extents.share[c]
                total += self.factor[year] / self.factor.sum() * points
        return np.asarray(100 * total / model.extents.distance)

    def chained(self, measure: str) -> Floats:
        chain, total = ChainModel(self.case), np.zeros(DRAWS)
        steps, worth = chain.levels(self.draws), chain.unit_values(self.draws)
        bare = getattr(chain.walk(DRAWS, steps, worth), measure)
        for capability in {s.capability for s in self.case.chain}:
            c, row = self.case.capability_ids.index(capability), self.paths.get(capability)
            mine = [(k, e) for k, e in self.mine(capability) if e.step]
            keeper = self.keeper.get(capability)
            users = {k for k, _ in mine} | ({keeper} if keeper is not None else set())
            for year in range(YEARS):
                for low, high in pairwise(
                    sorted({0.0, 1.0, *(self.share(k, year) for k in users)})
                ):
                    factors: dict[str, Floats] = {}
                    for k, e in mine:
                        if self.share(k, year) >= high:
                            factors[e.step] = factors.get(e.step, 1.0) * self.draws.of(e.change)
                    moved = {capability: changed(steps[capability], factors)}
                    then = getattr(chain.walk(DRAWS, moved, worth), measure)[:, c]
                    alive = self.there(capability, year)
                    held = alive or (keeper is not None and self.share(keeper, year) >= high)
                    more = then * held - bare[:, c] * alive
                    grown = self.grown(row.growth if row else None, year)
                    total += self.factor[year] * (high - low) * grown * more
        return total

    def net(self) -> Floats:
        """Money brought, less what the set costs and keeps on costing, plus what it saves."""
        total, users = self.chained("money"), [u for u in self.case.usage if u.platform == "CENTRE"]
        for line, amount, part in CostModel(self.case).priced(self.draws):
            if line.improvement:
                delay = self.late.get(self.ids.index(line.improvement), YEARS)
                total -= amount * (part[: YEARS - delay] @ self.factor[delay:])
                continue
            row, keeper = self.paths.get(line.capability), self.keeper.get(line.capability)
            growth = row.cost_growth if row and line.kind == "recurrent" else None
            for year in range(YEARS):
                going = any(self.there(u.capability, year) for u in users)
                alive = self.there(line.capability, year) if line.capability else going
                held = 0.0 if alive or keeper is None else self.share(keeper, year)
                paid = amount * part[year] * self.grown(growth, year)
                remains = np.ones(DRAWS)
                for s in self.case.savings:
                    k = self.ids.index(s.improvement)
                    if s.line == line.id and k in self.late:
                        when = self.share(k, year)
                        if s.from_year is not None:
                            when = float(self.first + year >= s.from_year)
                        remains = remains * (1 - when * self.draws.of(s.share))
                spared = paid * (alive + held) * (1 - remains)
                total += self.factor[year] * (spared - paid * held)
        return total


@pytest.mark.parametrize("seed", range(6))
def test_a_set_is_worth_what_its_years_bring(seed: int) -> None:
    sample, rng = draw_sample(made(seed), DRAWS), np.random.default_rng(seed)
    choice = Choice.of(sample)
    opens = choice.calendar.opens(choice.spending)
    for _ in range(8):
        taken = rng.random(len(opens)) < 0.6
        late = np.where(taken, [int(rng.choice(np.flatnonzero(row))) for row in opens], 0)
        tried = Tried(sample, {k: int(late[k]) for k in np.flatnonzero(taken).tolist()})
        harm = tried.chained("harm") / tried.factor.sum()
        known = {"distance": tried.distance(), "harm": harm, "net": tried.net()}
        for measure, wanted in known.items():
            found = choice.by_draw(taken, late, measure)
            np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-7, err_msg=measure)


@pytest.mark.parametrize("objective", ["distance", "harm", "net"])
@pytest.mark.parametrize("seed", range(6))
def test_a_set_adds_by_year_what_each_year_brings(seed: int, objective: str) -> None:
    """Every year by itself, from the tables; and together they are the value of the set."""
    case = made(seed).with_settings(objective=objective)
    sample, rng = draw_sample(case, DRAWS), np.random.default_rng(seed)
    choice = Choice.of(sample)
    opens = choice.calendar.opens(choice.spending)
    taken = rng.random(len(opens)) < 0.7
    late = np.where(taken, [int(rng.choice(np.flatnonzero(row))) for row in opens], 0)
    found = value_by_year(choice, taken, late, objective)
    for year in range(YEARS):
        tried = Tried(sample, {k: int(late[k]) for k in np.flatnonzero(taken).tolist()})
        tried.factor = np.eye(YEARS)[year]
        wanted = {"net": tried.net, "distance": tried.distance}.get(
            objective, partial(tried.chained, "harm")
        )()
        np.testing.assert_allclose(found[:, year], wanted, rtol=1e-9, atol=1e-7)
    printed = by_year(choice, taken, late, 10.0)["value"]
    np.testing.assert_allclose(10 * printed, found.mean(axis=0), rtol=1e-9, atol=1e-7)
    factor = discount_factors(case)
    whole = found @ factor / (1.0 if objective == "net" else factor.sum())
    np.testing.assert_allclose(whole, choice.by_draw(taken, late, objective), rtol=1e-9, atol=1e-7)


@pytest.mark.parametrize("seed", range(6))
def test_benefits_of_a_set_come_in_the_years_that_bring_them(seed: int) -> None:
    """Members that meet on a chain, with one that keeps it perhaps: cash flows by year."""
    sample, rng = draw_sample(made(seed), DRAWS), np.random.default_rng(seed)
    choice, flows = Choice.of(sample), FlowModel(sample)
    opens = choice.calendar.opens(choice.spending)
    taken = np.ones(len(opens), dtype=bool)
    late = np.array([int(rng.choice(np.flatnonzero(row))) for row in opens])
    money = value_by_year(choice, taken, late, "money")
    found = flows.of_set(taken, late, money).benefit
    for year in range(YEARS):
        tried = Tried(sample, dict(enumerate(late.tolist())))
        tried.factor = np.eye(YEARS)[year]
        wanted = tried.chained("money").mean()
        assert found.yearly[0, :, year].sum() == pytest.approx(wanted, rel=1e-9, abs=1e-6)
    whole = choice.by_draw(taken, late, "money")
    np.testing.assert_allclose(found.present_of(0, range(len(SCOPES))), whole, rtol=1e-9)


def test_what_only_a_set_brings_is_not_lost() -> None:
    """Where none of its members gains anything alone, nothing says whose scope it is."""
    case = made(3)
    still = Estimate("still", 1.0, 1.0, 1.0, "", "D", "", "invented", 0)
    steps = [replace(e, change=replace(still, name=e.change.name)) for e in case.effects if e.step]
    flows = FlowModel(draw_sample(replace(case, effects=tuple(steps)), DRAWS))
    count = len(case.improvements)
    found = flows.of_set(np.ones(count, bool), np.zeros(count, int), np.ones((DRAWS, YEARS)))
    np.testing.assert_allclose(found.benefit.yearly[0].sum(axis=0), 1.0)


@pytest.mark.parametrize(
    ("seed", "objective"), [(0, "distance"), (1, "distance"), (4, "net"), (7, "net")]
)
def test_every_answer_says_the_same_of_a_late_programme(seed: int, objective: str) -> None:
    """A limit on the first year puts a member off: rivals, what is known first, and economics."""
    case = made(seed).with_settings(objective=objective, budget=4e5)
    first = case.settings.first_year
    tight = Limit("L", "L", "money", 3.5e4 if seed % 2 else 6e4, "board", "", first, first)
    case = replace(case, limits=(tight,))
    sample, known = draw_sample(case, 40), Provenance.of(case, 40)
    programme = choose_programme(sample, known)
    assert programme is not None
    assert programme.late
    scale = 1e6 if objective == "net" else 1.0
    rivals, options = Rivals.of(sample, programme), Options.of(sample, programme)
    told = programme.value[0] * scale
    assert rivals.worth[0] == pytest.approx(told, rel=1e-9)
    for sets, delays, values in (
        (rivals.sets, rivals.delays, rivals.worth),
        (options.sets, options.delays, options.value.mean(axis=0)),
    ):
        anew = [
            rivals.choice.by_draw(row, late, objective).mean()
            for row, late in zip(sets, delays, strict=True)
        ]
        np.testing.assert_allclose(values, anew, rtol=1e-9, atol=1e-6)
    valued = economics(sample, known, programme=programme)
    assert valued is not None
    net = valued.to_frame().xs("programme")["npv_m"]
    assert net.tolist() == pytest.approx([programme.net_m[0]], rel=1e-9)


def test_a_synergy_falls_into_the_years_in_which_both_work() -> None:
    """SCAN works from the second year on, LINK from the third."""
    bonus = Estimate("relations/both", 0.2, 0.2, 0.2, "share", "D", "", "invented", 0)
    pair = Relation("SCAN", "synergy", "LINK", bonus=bonus)
    case = replace(base(), relations=(pair,), funding=()).with_settings(years=3)
    choice, none = Choice.of(draw_sample(case, DRAWS)), np.zeros(3, dtype=np.int64)
    one, other, both = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0]], dtype=bool)
    apart = sum(value_by_year(choice, x, none, "distance") for x in (one, other))
    more = value_by_year(choice, both, none, "distance") - apart
    np.testing.assert_allclose(more[:, :2], 0, atol=1e-12)
    assert (more[:, 2] > 0).all()
    factor = discount_factors(case)
    bonuses = choice.worth.bonuses("distance")[:, 0]
    np.testing.assert_allclose(more @ factor / factor.sum(), bonuses, rtol=1e-9)
    late = np.array([1, 0, 0])  # SCAN, so that less is left of its years
    whole = value_by_year(choice, both, late, "distance") @ factor / factor.sum()
    np.testing.assert_allclose(whole, choice.by_draw(both, late, "distance"), rtol=1e-9)


def test_a_level_reached_before_the_effect_is_full_is_lost_for_the_years_of_delay() -> None:
    """LAB lacks 25 members; 60 more come, half of them in the first year: that is enough at once.

    So all is closed in each year of the effect, and a year of delay loses the first one's.
    """
    level = next(s for s in base().scores if (s.capability, s.criterion) == ("LAB", "reach"))
    sure = replace(level.level, low=60.0, mode=60.0, high=60.0)
    scores = tuple(replace(s, level=sure, agreed=85.0) if s is level else s for s in base().scores)
    row = base().improvements[0]
    first = base().settings.first_year
    one = replace(row, start_year=first, effect_year=first, ramp_years=1)
    change = replace(sure, name="effects/one", unit="members")
    effect = Effect(one.id, "LAB", change, criterion="reach")
    case = replace(
        base(),
        scores=scores,
        improvements=(one,),
        effects=(effect,),
        relations=(),
        funding=(),
        costs=tuple(c for c in base().costs if c.improvement in ("", one.id)),
    )
    choice = Choice.of(draw_sample(case, 20))
    stated, later = (choice.own(0, delay, "distance").mean() for delay in (0, 1))
    factor = discount_factors(case)
    assert later / stated == pytest.approx(factor[1:].sum() / factor.sum(), rel=1e-12)


def test_what_has_ended_is_saved_no_more() -> None:
    """LAB ends after two years: its staff is saved from the second year on, that is once."""
    first, ids = base().settings.first_year, base().improvement_ids
    share = Estimate("savings/half", 0.5, 0.5, 0.5, "share", "D", "", "", 0)
    saving = Saving(ids[0], "LAB-STAFF", share, from_year=first + 1)
    none = Estimate("bau/LAB", 0.0, 0.0, 0.0, "share", "D", "", "", 0)
    ended = BusinessAsUsual("LAB", none, None, first + 2)
    case = replace(base(), savings=(saving,), business_as_usual=(ended,))
    sample = draw_sample(case, 30)
    line = next(c for c in case.costs if c.id == "LAB-STAFF")
    paid = 1.5 * sample.of(line.amount)  # pounds of 2020
    known = economics(sample, Provenance.of(case, 30))
    assert known is not None
    found = known.savings()["saving_m"][ids[0], "LAB-STAFF"]
    assert found == pytest.approx(0.5 * paid.mean() * discount_factors(case)[1] / 1e6)
