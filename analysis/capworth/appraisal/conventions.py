"""Does the answer hang on a convention? Every allocation key, discount schedule and harm scale."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from capworth.appraisal.effectiveness import MONEY, SCORE, ScalePanel, scales_of, worth_of
from capworth.appraisal.places import places_of
from capworth.case.model import DISTANCE, HARM, NET, Case
from capworth.case.register import schedules
from capworth.methods.allocation.keys import KEYS
from capworth.methods.arguments import Bools, Floats
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.draws import Draws
from capworth.model.result import Answer, Provenance
from capworth.model.set_value import SetValue
from capworth.model.simulation import Model, Sample, draw_sample, sampled
from capworth.programme.choice import Choice
from capworth.programme.selection import SCALE

DRAWS = 1_000
AS_STATED = "as stated"
KEY = ["scale", "key", "discounting"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Conventions(Answer):
    """Places of the capabilities under every convention, and where the programme flips."""

    _table: pd.DataFrame
    _places: pd.DataFrame
    _leaders: pd.DataFrame
    _programmes: pd.DataFrame
    draws: int
    provenance: Provenance

    def places(self) -> pd.DataFrame:
        """Return the place of each capability under each scale, key and schedule."""
        return self._places.copy()

    def leaders(self) -> pd.DataFrame:
        """Return what is first under each scale, key and schedule, and in how many draws."""
        return self._leaders.copy()

    def programmes(self) -> pd.DataFrame:
        """Return what is chosen under each scale and schedule; keys do not touch improvements."""
        return self._programmes.copy()

    @property
    def depending(self) -> tuple[str, ...]:
        """The capabilities whose place depends on key, schedule or scale, most first."""
        moving = self._table[self._table["places_moved"] > 0]
        return tuple(moving.sort_values("places_moved", ascending=False, kind="stable").index)

    @property
    def flipping(self) -> tuple[tuple[str, str], ...]:
        """Scale and schedule under which another programme would be chosen."""
        rows = self._programmes.index[self._programmes["flips"].to_numpy(dtype=bool)]
        return tuple((str(scale), str(schedule)) for scale, schedule in rows)

    def findings(self) -> tuple[str, ...]:
        """Say in sentences where the decision flips and which places depend on the choice."""
        lines = [repr(self)[1:-1]]
        for scale, part in self._programmes.groupby(level="scale", sort=False):
            flips = part[part["flips"]]
            where = [str(schedule) for _, schedule in flips.index]
            if len(flips) == len(part):
                chosen = " ".join(dict.fromkeys(part["chosen"]))
                lines.append(f"FLIPS by {scale}, under every schedule: {chosen or 'nothing'}")
            elif where:
                lines.append(f"FLIPS by {scale}, under {', '.join(where)}")
            else:
                lines.append(f"holds by {scale}, under all {len(part)} schedules")
        for what in ("key", "discounting", "scale"):
            moved = self._table[f"moved_by_{what}"]
            names = moved[moved > 0].sort_values(ascending=False, kind="stable")
            listed = ", ".join(f"{c} {int(n)}" for c, n in names.items())
            lines.append(f"places that depend on the {what}: {listed or 'none'}")
        return tuple(lines)

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {
            "conventions": self.to_frame(),
            "convention_places": self.places(),
            "convention_leaders": self.leaders(),
            "convention_programmes": self.programmes(),
        }

    def __repr__(self) -> str:
        count = len(self._programmes)
        return (
            f"<Conventions: another programme is chosen under {len(self.flipping)} of {count} "
            f"pairs of scale and schedule; {len(self.depending)} of {len(self._table)} "
            f"capabilities change place>"
        )


def discountings(case: Case) -> Mapping[str, Case]:
    """List the case under each published schedule, and with payments at the other time of year."""
    found = {AS_STATED: case}
    for name, schedule in schedules().items():
        if name != case.settings.discounting:
            found[f"{name} ({schedule.status})"] = case.assuming(discounting=name)
    timing = "mid" if case.settings.timing == "start" else "start"
    found[f"timing {timing}"] = case.assuming(timing=timing)
    return found


def keys(case: Case) -> Mapping[str, Case]:
    """List the case under each key by which shared platforms can be allocated."""
    found = {AS_STATED: case}
    for key in KEYS if case.platforms else ():
        if any(p.key != key for p in case.platforms):
            found[key] = case.with_platform_key(key)
    return found


def compare_conventions(
    case: Case, panel: ScalePanel | None = None, draws: int = DRAWS
) -> Conventions:
    """Answer the case under every allocation key, discount schedule and harm scale.

    Capabilities are ranked in worth for each euro of whole-life cost, by score, by every harm index
    and by money, among those that the scale values; a place is that of the expected rank. The
    programme is the set that gains most on the scale and keeps within the budget as surely as the
    case asks. The draws are the same under every convention, so that a difference is its alone.

    Parameters
    ----------
    case : the case
    panel : places of the same capabilities on every scale, by which the scale moves a place; not
        looked at when None
    draws : draws

    Returns
    -------
    One row for each capability: its place by score as stated, best and worst place on each scale,
    and by how many places key, schedule and scale alone move it (NaN where not every scale values
    it).
    """
    drawn = sampled(case, 0, draws)
    places, leaders = {}, {}
    values = _values(case, drawn)
    for label, cost in _costs(case, drawn):
        for scale, worth in values.items():
            known = (worth != 0).any(axis=0) & np.array(case.placed)
            if known.sum() > 1:
                row, leaders[scale, *label] = _ranked(worth[:, known] / cost[:, known])
                places[scale, *label] = _spread_out(row, known)
    table = pd.DataFrame.from_dict(places, orient="index", columns=list(case.capability_ids))
    table.index = pd.MultiIndex.from_tuples(list(places), names=KEY)
    first = {
        label: {"first": case.capability_ids[int(np.nanargmin(places[label]))], "p_first": chance}
        for label, chance in leaders.items()
    }
    leading = pd.DataFrame.from_dict(first, orient="index")
    leading.index = table.index
    return Conventions(
        _table=_depending(table, panel),
        _places=table,
        _leaders=leading,
        _programmes=_programmes(case, draws),
        draws=draws,
        provenance=Provenance.of(case, draws),
    )


def _values(case: Case, drawn: Draws) -> Mapping[str, Floats]:
    """(draws, capabilities) worth a year on each scale; 0 where a scale knows nothing."""
    model = Model(case)
    answer = model.answer(drawn)
    found = {SCORE: answer.score} if case.measured else {}
    for scale, worth in scales_of(case, drawn).items():
        found[scale] = worth_of(model, drawn, worth)
    return found


def _costs(case: Case, drawn: Draws) -> Iterator[tuple[tuple[str, str], Floats]]:
    """(draws, capabilities) whole-life cost under every key and schedule, with their names."""
    points = Model(case).answer(drawn).score
    shares = {
        key: Model(variant).costs.platform_shares(drawn, points)
        for key, variant in keys(case).items()
    }
    bills = {}
    for name, variant in discountings(case).items():
        costs = Model(variant).costs.price(drawn, points)
        allocated = np.einsum("npc,np->nc", shares[AS_STATED], costs.platform)
        bills[name] = costs.capability.sum(axis=2) - allocated, costs.platform
    for key, name in product(shares, bills):
        own, platform = bills[name]
        yield (key, name), own + np.einsum("npc,np->nc", shares[key], platform)


def _ranked(rates: Floats) -> tuple[list[int], float]:
    """Places by expected rank, equals in the order given, and the share of draws of the first."""
    found = places_of(rates)
    order = pd.Series(found.expected).rank(method="first").astype(int)
    return order.tolist(), float(found.first[int(order.to_numpy().argmin())])


def _spread_out(row: list[int], known: Bools) -> Floats:
    found = np.full(known.shape, np.nan)
    found[known] = row
    return found


def _depending(places: pd.DataFrame, panel: ScalePanel | None) -> pd.DataFrame:
    """By how many places each convention alone moves a capability."""
    scales = list(dict.fromkeys(places.index.get_level_values("scale")))
    columns = {}
    if scales:
        columns["place"] = places.xs((scales[0], AS_STATED, AS_STATED))
    for scale in scales:
        part = places.xs(scale, level="scale")
        columns |= {f"best_{scale}": part.min(), f"worst_{scale}": part.max()}
    for what, other in (("key", "discounting"), ("discounting", "key")):
        groups = places.groupby(level=["scale", other])
        columns[f"moved_by_{what}"] = (groups.max() - groups.min()).max()
    table = pd.DataFrame(columns, index=places.columns).rename_axis(index="capability")
    table["moved_by_scale"] = np.nan if panel is None else panel.to_frame()["places_moved"]
    moves = [c for c in table.columns if c.startswith("moved_by_")]
    table["places_moved"] = table[moves].max(axis=1).fillna(0).astype(int)
    return table.sort_values("place", kind="stable") if scales else table


def _programmes(case: Case, draws: int) -> pd.DataFrame:
    """Best set within the budget by every scale under every schedule, the case's own first."""
    columns = ["chosen", "asked_m", "gain", "p_net_positive", "kept", "flips"]
    budget = case.settings.budget
    rows: dict[tuple[str, str], dict[str, object]] = {}
    if case.improvements and budget is not None:
        base = _chosen(draw_sample(case, draws), budget)[0]
        ids = np.array(case.improvement_ids)
        indices = dict.fromkeys(index for _, _, index in _scales(case))
        for name, variant in discountings(case).items():
            samples = {i: draw_sample(variant.assuming(harm_index=i), draws) for i in indices}
            for scale, objective, index in _scales(case):
                sample = samples[index].with_objective(objective)
                taken, money, gain = _chosen(sample, budget)
                drawn = sample.drawn
                priced = drawn.gains.money.any()
                net = SetValue.of(sample).by_draw(taken, NET)
                rows[scale, name] = {
                    "chosen": " ".join(ids[taken]),
                    "asked_m": money / MILLION,
                    "gain": gain / SCALE[objective],
                    "p_net_positive": float((net > 0).mean()) if priced else np.nan,
                    "kept": int((taken & base).sum()),
                    "flips": bool((taken != base).any()),
                }
    table = pd.DataFrame(list(rows.values()), columns=columns)
    table.index = pd.MultiIndex.from_tuples(list(rows), names=["scale", "discounting"])
    scales = list(dict.fromkeys(scale for scale, _ in rows))
    return table.loc[[label for scale in scales for label in rows if label[0] == scale]]


def _scales(case: Case) -> Iterator[tuple[str, str, str]]:
    """Name, objective and harm index of every scale that the case has; its own objective first."""
    found = [(DISTANCE, DISTANCE, case.harm_index)] if case.measured else []
    found += [(index or HARM, HARM, index) for index in case.harm_indices]
    if any(v.scale == MONEY for v in case.unit_values):
        found.append((NET, NET, case.harm_index))
    yield from sorted(found, key=lambda scale: scale[1] != case.objective)


def _chosen(sample: Sample, budget: float) -> tuple[Bools, float, float]:
    """Best set (improvements,) within the budget, its expected money and what it is worth."""
    found = Choice.of(sample).search.best(budget)
    return found.sets[0], float(found.expected[0]), float(found.value[0])
