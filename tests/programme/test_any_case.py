"""What holds of every programme: on cases made at random, against all sets and all starts tried.

Up to five improvements on the services of the small case, over four years, with effects that rise,
pairs that add or take away, levels and chains on which improvements meet, relations, limits of
money and of posts by year, and any of the three objectives.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations, pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capworth.case.model import Case, CostLine, Effect, Estimate, Improvement, Limit, Relation
from capworth.case.read import read_case
from capworth.methods.arguments import Floats
from capworth.model.chain import ChainModel, changed
from capworth.model.costs import CostModel, discount_factors
from capworth.model.result import Provenance
from capworth.model.simulation import Sample, draw_sample
from capworth.programme.choice import ConflictError
from capworth.programme.selection import Programme, choose_programme
from capworth.uncertainty.information import value_of_information

SMALL = Path(__file__).parents[1] / "cases" / "small"
DRAWS, YEARS, CONFIDENCE = 20, 4, 0.8
LEVELS = {"reach": (5, 90), "speed": (-40, -2), "results": (0.2, 6)}
STEPS = {"REG": ("hit_rate", "verified"), "LAB": ("verified",)}
seeds = st.integers(0, 10**6)


@cache
def base() -> Case:
    return read_case(SMALL).with_settings(years=YEARS, target=None)


def sure(name: str, level: float) -> Estimate:
    return Estimate(name, level, level, level, "", "D", "", "invented", 0)


def made(seed: int, objective: str = "") -> Case:
    """A case of its own; what is looked for is drawn from the seed where it is not said."""
    rng = np.random.default_rng(seed)
    size, first = int(rng.integers(2, 6)), base().settings.first_year
    objective = objective or str(rng.choice(["distance", "net", "harm"]))

    def between(name: str, low: float, high: float) -> Estimate:
        least, mode, most = np.sort(rng.uniform(low, high, 3)).tolist()
        return Estimate(name, least, mode, most, "", "D", "", "invented", 0)

    improvements, costs = [], []
    effects: list[Effect] = []
    for k in range(size):
        name, start = f"I{k}", int(rng.integers(0, 2))
        improvements.append(
            Improvement(
                id=name,
                name=f"Improvement {k}",
                readiness=5,
                start_year=first + start,
                effect_year=first + start + int(rng.integers(0, 2)),
                illustrative=True,
                basis="invented",
                ramp_years=int(rng.integers(0, 3)),
                staff=float(rng.integers(0, 3)),
            )
        )
        for payer in ("organisation", "donors")[: int(rng.integers(1, 3))]:
            amount = between(f"costs/{name}-{payer}", 2e4, 9e4)
            line = CostLine(
                f"{name}-{payer}", "technology", payer, "one-off", "EUR", 2024, amount,
                improvement=name, from_year=first + start,
                to_year=first + start + int(rng.integers(0, 2)),
            )  # fmt: skip
            costs.append(line)
        for _ in range(int(rng.integers(1, 3))):  # few levels, so that improvements meet
            capability, criterion = str(rng.choice(["LAB", "ACA"])), str(rng.choice([*LEVELS]))
            if any((e.improvement, e.capability, e.criterion) == (name, capability, criterion)
                   for e in effects):  # fmt: skip
                continue
            change = between(f"effects/{name}/{capability}/{criterion}", *LEVELS[criterion])
            effects.append(Effect(name, capability, change, criterion=criterion))
        capability = str(rng.choice([*STEPS]))
        step = str(rng.choice(STEPS[capability]))
        change = between(f"effects/{name}/{capability}/{step}", 1.05, 1.9)
        effects.append(Effect(name, capability, change, step=step))
    one, other = (f"I{k}" for k in rng.permutation(size)[:2].tolist())
    kind = str(rng.choice(["requires", "excludes", "synergy", "none"]))
    relations = [Relation(one, kind, other)] if kind in {"requires", "excludes"} else []
    if kind == "synergy":
        ends = (0.2, 0.9) if rng.random() < 0.5 else (-0.8, -0.1)
        relations.append(Relation(one, kind, other, bonus=between("relations/pair", *ends)))
    limits = (
        Limit("YEARLY", "A year", "money_a_year", float(rng.integers(5, 16)) * 1e4, "invented"),
        Limit("POSTS", "Posts", "staff", float(rng.integers(2, 5)), "invented"),
    )
    rich = tuple(  # so that in money some improvements pay, whenever they start
        replace(u, worth=times(u.worth, 60.0)) if u.scale == "money" else u
        for u in base().unit_values
    )
    return replace(
        base(),
        improvements=tuple(improvements),
        effects=tuple(effects),
        costs=(*(line for line in base().costs if not line.improvement), *costs),
        relations=tuple(relations),
        limits=limits,
        unit_values=rich,
        funding=(),
    ).with_settings(budget=float(rng.integers(8, 31)) * 1e4, objective=objective, seed=seed)


def times(estimate: Estimate, factor: float) -> Estimate:
    ends = {name: getattr(estimate, name) * factor for name in ("low", "mode", "high")}
    return replace(estimate, **ends)


def answered(case: Case) -> tuple[Sample, Programme]:
    sample = draw_sample(case, DRAWS)
    found = choose_programme(sample, Provenance.of(case, DRAWS))
    assert found is not None
    return sample, found


# --------------------------------------------------------------------- all sets and starts, by hand


class Tried:
    """Every set and start of a case, worked out from its tables alone, year by year."""

    def __init__(self, sample: Sample) -> None:
        self.sample, self.case = sample, sample.case
        self.first = self.case.settings.first_year
        self.factor = discount_factors(self.case)
        self.draws = sample.first_draws(DRAWS)
        self.asked = sample.drawn.asked
        self.rows = self.case.improvements
        self.effects = {
            i.id: [e for e in self.case.effects if e.improvement == i.id] for i in self.rows
        }
        model = sample.model
        self.weights = model.value.weights(self.draws)
        levels = model.value.levels(self.draws)
        self.today = model.value.worth(levels)
        leaf = {found.id: k for k, found in enumerate(model.value.leaves)}
        self.rise: dict[str, list[tuple[int, int, Floats]]] = {i.id: [] for i in self.rows}
        for e in self.case.effects:
            if e.criterion:
                c, k = self.case.capability_ids.index(e.capability), leaf[e.criterion]
                moved = model.value.worth_on(k, levels[:, c, k] + self.draws.of(e.change))
                self.rise[e.improvement].append((c, k, moved - self.today[:, c, k]))
        self.chain = ChainModel(self.case)
        self.steps, self.worth = self.chain.levels(self.draws), self.chain.unit_values(self.draws)
        self.bare = self.chain.walk(DRAWS, self.steps, self.worth)
        self.parts: dict[str, Floats] = {i.id: np.zeros(YEARS) for i in self.rows}
        self.whole: dict[str, list[tuple[Floats, Floats]]] = {i.id: [] for i in self.rows}
        for line, amount, part in CostModel(self.case).priced(self.draws):
            if line.improvement:
                self.whole[line.improvement].append((amount, part))
                self.parts[line.improvement] += amount.mean() * part
        self._walked: dict[Any, Any] = {}

    def share(self, k: int, delay: int, year: int) -> float:
        """Of its full effect: a first part in its effect year, then rising in equal steps."""
        row = self.rows[k]
        since = self.first + year - row.effect_year - delay
        return 0.0 if since < 0 else min(1.0, (since + 1) / (row.ramp_years + 1))

    def starts(self, k: int) -> range:
        """Money and posts stay inside the appraisal."""
        row = self.rows[k]
        busy = [row.start_year - self.first] if row.staff else []
        busy += (
            [row.effect_year - self.first - 1]
            if row.staff and row.effect_year > row.start_year
            else []
        )
        last = max([*np.flatnonzero(self.parts[row.id]).tolist(), *busy])
        return range(YEARS - last)

    def distance(self, late: dict[int, int]) -> Floats:
        total = np.zeros(DRAWS)
        for year in range(YEARS):
            lifted = np.zeros(self.today.shape)
            for k, delay in late.items():
                for c, leaf, rise in self.rise[self.rows[k].id]:
                    lifted[:, c, leaf] += self.share(k, delay, year) * rise
            points = np.einsum("nck,nk->n", np.minimum(lifted, 100 - self.today), self.weights)
            total += self.factor[year] / self.factor.sum() * points / 4
        return np.asarray(100 * total / self.sample.model.extents.distance)

    def chained(self, late: dict[int, int], measure: str) -> Floats:
        """Money of all years, discounted, or days a year: place by place, those that work there."""
        total = np.zeros(DRAWS)
        for year in range(YEARS):
            shares = {k: self.share(k, delay, year) for k, delay in late.items()}
            for low, high in pairwise(sorted({0.0, 1.0, *shares.values()})):
                working = tuple(sorted(k for k, s in shares.items() if s >= high))
                part = self.factor[year] * (high - low)
                total += part * self.in_a_year(working)[int(measure == "harm")]
        return total / self.factor.sum() if measure == "harm" else total

    def in_a_year(self, working: tuple[int, ...]) -> Any:
        if working not in self._walked:
            added = np.zeros((2, DRAWS))
            effects = [e for k in working for e in self.effects[self.rows[k].id] if e.step]
            for capability in {e.capability for e in effects}:
                c, factors = self.case.capability_ids.index(capability), dict[str, Floats]()
                for e in (e for e in effects if e.capability == capability):
                    factors[e.step] = factors.get(e.step, 1.0) * self.draws.of(e.change)
                moved = {capability: changed(self.steps[capability], factors)}
                then = self.chain.walk(DRAWS, moved, self.worth)
                added[0] += then.money[:, c] - self.bare.money[:, c]
                added[1] += then.harm[:, c] - self.bare.harm[:, c]
            self._walked[working] = added
        return self._walked[working]

    def value(self, late: dict[int, int]) -> float:
        """Expected value of a set with its delays."""
        objective = self.case.objective
        kind = "money" if objective == "net" else objective

        def gain(of: dict[int, int]) -> Floats:
            return self.distance(of) if kind == "distance" else self.chained(of, kind)

        total = float(gain(late).mean())
        for row in self.case.relations:
            two = [self.case.improvement_ids.index(i) for i in (row.improvement, row.other)]
            if row.bonus is not None and {*two} <= {*late}:
                alone = [gain({k: 0}) for k in two]
                left = min(
                    own(k, late[k]) / own(k, 0) if own(k, 0) else 0.0
                    for k in two
                    for own in (self.years_of_effect,)
                )
                bonus = self.draws.of(row.bonus) * np.maximum(np.minimum(*alone), 0)
                total += float(bonus.mean()) * left
        if objective == "net":
            total -= sum(self.spent(k, delay) for k, delay in late.items())
        return total

    def years_of_effect(self, k: int, delay: int) -> float:
        return float(sum(self.factor[y] * self.share(k, delay, y) for y in range(YEARS)))

    def spent(self, k: int, delay: int) -> float:
        """Expected whole-life cost inside the appraisal."""
        return sum(
            float(amount.mean()) * float(part[: YEARS - delay] @ self.factor[delay:])
            for amount, part in self.whole[self.rows[k].id]
        )

    def net(self, k: int, delay: int) -> float:
        return float(self.chained({k: delay}, "money").mean()) - self.spent(k, delay)

    def keeps(self, late: dict[int, int]) -> bool:
        """Whether relations, budget and the limits of all years are kept, surely enough."""
        ids = self.case.improvement_ids
        inside = {ids[k] for k in late}
        for row in self.case.relations:
            a, b = row.improvement, row.other
            if row.relation == "excludes" and {a, b} <= inside:
                return False
            if row.relation == "requires" and a in inside:
                if b not in inside:
                    return False
                felt = [self.rows[k].effect_year + late[k] for k in (ids.index(a), ids.index(b))]
                if felt[0] < felt[1]:
                    return False
        need = int(np.ceil(CONFIDENCE * DRAWS - 1e-9))
        total = self.asked[:, list(late)].sum(axis=1)
        held = max(float(np.sort(total)[need - 1]), float(total.mean()))
        if held > (self.case.settings.budget or 0):
            return False
        yearly, posts = self.case.limits[0].amount, self.case.limits[1].amount
        money, staff = np.zeros((DRAWS, YEARS)), np.zeros(YEARS)
        for k, delay in late.items():
            mine, part = self.rows[k], self.parts[self.rows[k].id]
            start = mine.start_year - self.first + delay
            busy = max(mine.effect_year - mine.start_year, 1)
            staff[start : start + busy] += mine.staff
            for year in range(delay, YEARS):
                money[:, year] += self.asked[:, k] * part[year - delay] / part.sum()
        plan = money.mean(axis=0) * (held / total.mean() if late else 1.0)
        within = (money <= yearly * (1 + 1e-9)).all(axis=1).sum() >= need
        return bool((plan <= yearly * (1 + 1e-9)).all() and (staff <= posts).all() and within)

    def everything(self) -> Iterator[tuple[float, dict[int, int]]]:
        """Value of every set and start that keeps all rules."""
        for size in range(len(self.rows) + 1):
            for taken in combinations(range(len(self.rows)), size):
                for delays in product(*(self.starts(k) for k in taken)):
                    late = dict(zip(taken, delays, strict=True))
                    if self.keeps(late):
                        yield self.value(late), late

    def best_starts(self) -> list[tuple[float, dict[int, int]]]:
        """Of every set its starts of most value; that one loses less when put off is no reason."""
        best: dict[tuple[int, ...], tuple[float, float, dict[int, int]]] = {}
        for value, late in self.everything():
            musts = all(k in late for k, row in enumerate(self.rows) if row.must)
            ranked = value - sum(self.eased(k, delay) for k, delay in late.items())
            if musts and (tuple(late) not in best or ranked > best[tuple(late)][0] + 1e-9):
                best[tuple(late)] = ranked, value, late
        return [(value, late) for _, value, late in best.values()]

    def eased(self, k: int, delay: int) -> float:
        """By how much one loses less, in money, as it is put off."""
        if self.case.objective != "net":
            return 0.0
        return max(0.0, self.net(k, delay) - self.net(k, 0))


@settings(max_examples=12, deadline=None)
@given(seeds)
def test_the_programme_is_the_best_of_all_sets_and_starts(seed: int) -> None:
    case = made(seed)
    if case.objective == "net" and seed % 2:  # what must be done is done, at whatever loss
        first = replace(case.improvements[0], must=True)
        case = replace(case, improvements=(first, *case.improvements[1:]))
    try:
        sample, found = answered(case)
    except ConflictError:
        assert case.improvements[0].must
        return
    tried = Tried(sample)
    every = tried.best_starts()
    scale = 1e6 if found.measure == "net" else 1.0
    best = max(value for value, _ in every)
    assert found.feasible
    assert found.value[0] * scale == pytest.approx(best, rel=1e-9, abs=1e-6)
    table = found.to_frame()
    mine = {
        k: int(table["delay"].iloc[k]) for k in np.flatnonzero(table["chosen"].to_numpy()).tolist()
    }
    assert tried.keeps(mine)
    assert tried.value(mine) == pytest.approx(best, rel=1e-9, abs=1e-6)
    good = {tuple(late) for value, late in every if value >= best - 0.05 * abs(best) - 1e-9}
    assert found.listed == len(good)


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_budget_and_years_are_kept_as_surely_as_the_case_asks(seed: int) -> None:
    sample, found = answered(made(seed))
    tried = Tried(sample)
    table = found.to_frame()
    mine = np.flatnonzero(table["chosen"].to_numpy())
    total = sample.drawn.asked[:, mine].sum(axis=1)
    assert (total <= sample.case.settings.budget).mean() == found.p_within >= CONFIDENCE
    assert total.mean() <= sample.case.settings.budget
    money = np.zeros((DRAWS, YEARS))
    for k in mine.tolist():
        delay, part = int(table["delay"].iloc[k]), tried.parts[sample.case.improvement_ids[k]]
        money[:, delay:] += np.outer(sample.drawn.asked[:, k], part[: YEARS - delay] / part.sum())
    within = (money <= sample.case.limits[0].amount * (1 + 1e-9)).all(axis=1).mean()
    assert within == pytest.approx(found.p_years)
    assert within >= CONFIDENCE
    assert found.by_year()["posts"].max() <= sample.case.limits[1].amount
    for row in found.good_sets().to_dict("records"):
        assert min(row["p_within"], row["p_years"]) >= CONFIDENCE


def figures(found: Programme) -> list[float]:
    """Every number that page 1 says of a programme, and those of its list."""
    one = [found.asked_m, found.needed_m, found.p_within, found.p_years, found.regret, found.p_net]
    for name in ("cost_m", "value", "gain", "money_m", "net_m", "harm_days"):
        one += [*getattr(found, name)]
    sets = found.good_sets()[["expected_m", "at_confidence_m", "value", "p_better", "regret"]]
    more = found.further()[["needed_m", "value", "more"]]
    return [*one, *sets.to_numpy().ravel().tolist(), *more.to_numpy().ravel().tolist()]


def with_one_more(case: Case, asks: float, change: float) -> Case:
    """An improvement more that lifts speed of NET by so many hours."""
    first = case.settings.first_year
    row = Improvement("MORE", "One more", 5, first, first, True, "invented")
    line = CostLine(
        "MORE", "technology", "donors", "one-off", "EUR", 2024, sure("costs/MORE", asks),
        improvement="MORE", from_year=first, to_year=first,
    )  # fmt: skip
    effects = [Effect("MORE", "NET", sure("effects/MORE", change), criterion="speed")]
    effects += [Effect("MORE", "LAB", sure("effects/MORE/used", 1.0), step="used")]
    return replace(
        case,
        improvements=(row, *case.improvements),
        costs=(*case.costs, line),
        effects=(*effects, *case.effects),
    )


@settings(max_examples=15, deadline=None)
@given(seeds, st.sampled_from([1.0, 10_000.0]), st.sampled_from([0.0, 20.0]))
def test_a_dud_and_what_does_harm_start_nothing(seed: int, asks: float, change: float) -> None:
    """No change at all, or answers 20 hours later; however cheap."""
    case = made(seed, "distance")
    _, ours = answered(case)
    _, theirs = answered(with_one_more(case, asks, change))
    assert theirs.chosen == ours.chosen
    assert theirs.to_frame()["role"].to_dict() == {
        "MORE": "not now",
        **ours.to_frame()["role"].to_dict(),
    }
    assert figures(theirs)[:24] == pytest.approx(figures(ours)[:24])


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_a_twin_starts_nothing(seed: int) -> None:
    """The same project once more, of which only one can be had: one may replace the other."""
    case = made(seed, "distance")
    _, ours = answered(case)
    if "I0" not in ours.chosen or any("I0" in (r.improvement, r.other) for r in case.relations):
        return
    twin = replace(case.improvements[0], id="TWIN")
    both = replace(
        case,
        improvements=(*case.improvements, twin),
        effects=(
            *case.effects,
            *(replace(e, improvement="TWIN") for e in case.effects if e.improvement == "I0"),
        ),
        costs=(
            *case.costs,
            *(
                replace(c, id=f"{c.id}-TWIN", improvement="TWIN")
                for c in case.costs
                if c.improvement == "I0"
            ),
        ),
        relations=(*case.relations, Relation("TWIN", "excludes", "I0")),
    )
    _, theirs = answered(both)
    assert theirs.value == pytest.approx(ours.value)
    assert theirs.chosen == ours.chosen
    roles = theirs.to_frame()["role"]
    assert not roles.loc[["I0", "TWIN"]].str.startswith("start").any()
    mine = ours.to_frame()["role"].to_dict()
    for name, role in roles.to_dict().items():
        if role.startswith("start"):
            assert str(mine[name]).startswith("start")


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_nothing_that_loses_money_is_funded_for_money(seed: int) -> None:
    """Doing nothing is possible, and no part of the programme is worth more than all of it."""
    case = made(seed, "net")
    rng = np.random.default_rng(seed)
    poor = tuple(
        replace(u, worth=times(u.worth, float(rng.uniform(0.001, 0.7)))) for u in case.unit_values
    )
    case = replace(case, unit_values=poor)
    sample, found = answered(case)
    assert found.value[0] >= 0
    tried = Tried(sample)
    table = found.to_frame()
    mine = {
        k: int(table["delay"].iloc[k]) for k in np.flatnonzero(table["chosen"].to_numpy()).tolist()
    }
    for k in mine:
        rest = {other: delay for other, delay in mine.items() if other != k}
        if tried.keeps(rest):
            assert tried.value(rest) <= tried.value(mine) + 1e-6
    options = found.options()
    assert options.index[0] == "nothing"
    assert options["value"].tolist()[0] == 0
    if not found.chosen:
        assert found.net_m == (0, 0, 0)


# ------------------------------------------------------------------------------- nothing moves it


def turned(case: Case) -> Case:
    """Every table from the last row to the first."""
    tables = (
        "improvements",
        "effects",
        "costs",
        "relations",
        "limits",
        "scores",
        "functions",
        "chain",
    )
    return replace(case, **{name: getattr(case, name)[::-1] for name in tables})


def renamed(case: Case) -> Case:
    """Improvements by other names; the arrays that are drawn stay."""
    new = {i: f"Z{9 - k}" for k, i in enumerate(case.improvement_ids)}
    return replace(
        case,
        improvements=tuple(replace(i, id=new[i.id]) for i in case.improvements),
        effects=tuple(replace(e, improvement=new[e.improvement]) for e in case.effects),
        costs=tuple(replace(c, improvement=new.get(c.improvement, "")) for c in case.costs),
        relations=tuple(
            replace(r, improvement=new[r.improvement], other=new[r.other]) for r in case.relations
        ),
    )


@pytest.mark.parametrize("change", [turned, renamed])
@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_order_and_names_change_no_figure(change: Callable[[Case], Case], seed: int) -> None:
    case = made(seed)
    other = change(case)
    (_, ours), (_, theirs) = answered(case), answered(other)
    names = {i.name: i.id for i in other.improvements}
    mine = {names[i.name] for i in case.improvements if i.id in ours.chosen}
    assert {*theirs.chosen} == mine
    assert figures(theirs) == pytest.approx(figures(ours), rel=1e-9, abs=1e-9)
    roles = {names[str(n)]: r for n, r in ours.to_frame()[["name", "role"]].to_numpy().tolist()}
    assert theirs.to_frame()["role"].to_dict() == roles


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_money_told_in_tenths_changes_nothing(seed: int) -> None:
    case = made(seed)
    tenfold = replace(
        case,
        costs=tuple(replace(c, amount=times(c.amount, 10.0)) for c in case.costs),
        totals=tuple(replace(t, amount=times(t.amount, 10.0)) for t in case.totals),
        unit_values=tuple(
            replace(u, worth=times(u.worth, 10.0)) if u.scale == "money" else u
            for u in case.unit_values
        ),
        limits=tuple(
            replace(limit, amount=limit.amount * 10) if limit.kind != "staff" else limit
            for limit in case.limits
        ),
    ).with_settings(budget=(case.settings.budget or 0.0) * 10)
    (_, ours), (_, theirs) = answered(case), answered(tenfold)
    assert theirs.chosen == ours.chosen
    assert theirs.to_frame()["delay"].tolist() == ours.to_frame()["delay"].tolist()
    assert theirs.to_frame()["role"].tolist() == ours.to_frame()["role"].tolist()
    factor = 10.0 if ours.measure == "net" else 1.0
    assert theirs.value == pytest.approx([v * factor for v in ours.value])
    assert theirs.gain == pytest.approx(ours.gain)
    assert theirs.needed_m == pytest.approx(10 * ours.needed_m)
    assert theirs.net_m == pytest.approx([10 * v for v in ours.net_m])


def flagged(case: Case, key: str) -> Case:
    """The small services with what the key asks for; no shared platform."""
    criteria = tuple(
        replace(c, extensive=c.id == "results", served=c.id == "reach") for c in case.criteria
    )
    capabilities = tuple(
        replace(c, extent=sure(f"extent/{c.id}", 20.0 * (k + 1)) if key == "swing" else None)
        for k, c in enumerate(case.capabilities)
    )
    return replace(
        case,
        criteria=criteria,
        capabilities=capabilities,
        costs=tuple(c for c in case.costs if not c.platform),
        platforms=(),
        usage=(),
    ).with_settings(extent_key=key)


def split(case: Case, whole: str) -> Case:
    """One service declared as two: a third of its costs and use, the same levels."""

    def parts(table: str, scaled: Callable[[Any], str]) -> tuple[Any, ...]:
        found = []
        for row in getattr(case, table):
            if row.capability != whole:
                found.append(row)
                continue
            name = scaled(row)
            for part, share in ((whole, 1 / 3), (f"{whole}2", 2 / 3)):
                amount = {name: times(getattr(row, name), share)} if name else {}
                extra = {"id": f"{row.id}-{part}"} if table == "costs" else {}
                found.append(replace(row, capability=part, **amount, **extra))
        return tuple(found)

    capabilities = []
    for row in case.capabilities:
        capabilities.append(row)
        if row.id == whole:
            extent = row.extent
            if extent is not None:
                capabilities[-1] = replace(row, extent=times(extent, 1 / 3))
                extent = times(extent, 2 / 3)
            capabilities.append(replace(row, id=f"{whole}2", part_of=whole, extent=extent))

    return replace(
        case,
        capabilities=tuple(capabilities),
        scores=parts("scores", lambda row: ""),
        effects=parts("effects", lambda row: ""),
        functions=parts("functions", lambda row: ""),
        chain=parts("chain", lambda row: "level" if row.step in ("searches", "hits") else ""),
        costs=parts("costs", lambda row: "amount"),
    )


@pytest.mark.parametrize("key", ["cost", "equal", "members", "results", "swing"])
@settings(max_examples=4, deadline=None)
@given(seed=seeds, whole=st.sampled_from(["ACA", "LAB"]))
def test_a_declared_split_changes_no_figure(key: str, seed: int, whole: str) -> None:
    """Nor where a step of its chain is not known: both parts then draw what the whole does."""
    case = flagged(made(seed, "distance"), key)
    if key == "results":  # an effect on what counts results counts nowhere
        case = replace(case, effects=tuple(e for e in case.effects if e.criterion != "results"))
    (one, ours), (other, theirs) = answered(case), answered(split(case, whole))
    assert other.model.extents.distance == pytest.approx(one.model.extents.distance, rel=1e-9)
    assert theirs.chosen == ours.chosen
    assert figures(theirs) == pytest.approx(figures(ours), rel=1e-9, abs=1e-9)
    assert ours.extent_key == key


@settings(max_examples=12, deadline=None)
@given(seeds)
def test_knowing_more_is_worth_something_and_no_more_than_is_left_to_gain(seed: int) -> None:
    sample, found = answered(made(seed))
    known = value_of_information(sample, found, found.provenance)
    assert known is not None
    slack = 1e-9 * max(1.0, abs(known.ceiling))
    assert -slack <= known.evpi <= known.ceiling + slack
    assert known.to_frame()["value"].between(0, known.evpi + slack).all()
    assert known.confidence_price >= -slack
    if found.measure != "net":  # an overspend that leaves all undone takes more than a part of it
        assert known.worth >= found.value[0] * 0.8 - slack
