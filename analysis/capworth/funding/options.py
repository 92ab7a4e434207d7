"""The options side by side: what each set asks, who pays it, what it brings, whether it holds.

Do nothing, do-minimum, start only, the proposed set, the good sets likeliest to be better, and what
the target would pay for: every row in the same unit, from the same draws. Starts keep the limits of
single years, which are those of the budget; what the target would pay for starts as stated.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capworth.case.model import DISTANCE, HARM, Case
from capworth.funding.plan import Funding
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.cost_benefit.prices import MILLION
from capworth.methods.portfolio.confidence import later
from capworth.methods.portfolio.relations import affordable, with_slack
from capworth.model.costs import PAYERS
from capworth.model.figures import (
    COUNT,
    NO_DRAWS,
    PROGRAMME,
    QUANTILE,
    RATIO,
    SHARE,
    STATED,
    Column,
    Figure,
    columns,
)
from capworth.model.result import Answer, Interval, Provenance
from capworth.model.simulation import Sample
from capworth.programme.choice import Choice
from capworth.programme.priorities import Priorities
from capworth.programme.reasons import money_needed
from capworth.programme.selection import RECOMMENDED, Programme

RIVALS = ("A", "B")  # good sets beside the proposed one, the likeliest to be better first
TARGET = "target"
OWN = ("organisation", "members")  # who pays it together: the regular budget and the members


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Options(Answer):
    """One row for each option; ranges are 80 % intervals over the draws that are kept."""

    _table: pd.DataFrame
    usable_m: float | None  # pledged as stated, and free for the proposed set
    elsewhere_m: float | None  # pledged as stated for other improvements only
    claimed: float | None  # share of what the proposed set closes that lies in the claimed group
    provenance: Provenance

    def figures(self) -> tuple[Figure, ...]:
        """The figures of its table, and what is pledged and claimed for the proposed set."""
        known = self.provenance
        prices = f"{known.currency} of {known.price_year}"
        pledges = (("usable", self.usable_m), ("pledged_elsewhere", self.elsewhere_m))
        found = [
            Figure(
                *(f"{name}.{PROGRAMME}", value, "millions", "pledged", STATED),
                prices=prices,
                draws=NO_DRAWS,
                behind=(("funding", "all"),),
            )
            for name, value in pledges
            if value is not None
        ]
        if self.claimed is not None:
            rests = (("effects", PROGRAMME), ("functions", "all"))
            name = f"claimed_share.{PROGRAMME}"
            found.append(Figure(name, self.claimed, "share", "claimed_share", RATIO, behind=rests))
        return (*Answer.figures(self), *found)

    def lifts(self) -> Sequence[Column]:
        """How the columns of its tables become figures."""
        worth, money = ("effects", "scores", "chain"), ("asked",)
        rivals = self._table.loc[[r for r in RIVALS if r in self._table.index], "good_set"]
        alias = ((RECOMMENDED, PROGRAMME), *((str(r), f"set.{int(k)}") for r, k in rivals.items()))
        paid = (
            *(
                (f"{p}_m", f"cost_by_{p}.option", "millions", "cost_by_payer", ("costs",))
                for p in PAYERS
            ),
            ("own_m", "cost_by_own.option", "millions", "cost_by_payer", ("costs",)),
            *(
                (
                    f"running_{p}_m",
                    f"running_by_{p}.option",
                    "millions_a_year",
                    "running_cost",
                    ("costs",),
                )
                for p in OWN
            ),
        )
        better = ("p_better", "better.option", "chance", "exchange", worth, SHARE)
        table = "options_in_full"
        held = Column(table, *better, alias=alias, without=(RECOMMENDED,))  # not against itself
        return held, *columns(
            table,
            ("asked_m", "asked.option", "millions", "asked", money),
            ("needed_m", "needed.option", "millions", "needed", money, QUANTILE),
            ("p_within", "within.option", "chance", "within", money, SHARE),
            ("p_years", "years.option", "chance", "within", money, SHARE),
            *paid,
            ("gain", "gain.option", "distance", "gain", worth),
            ("net_m", "net.option", "millions", "net", (*worth, "costs")),
            ("harm_days", "harm.option", "days", "harm", worth),
            ("members", "members.option", "count", "objective", ("improvements",), COUNT),
            alias=alias,
        )

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of this answer by its file name."""
        return {"options_in_full": self.to_frame()}

    def __repr__(self) -> str:
        return f"<Options: {', '.join(map(str, self._table.index))}>"


def compare_options(
    sample: Sample,
    programme: Programme | None,
    funding: Funding | None,
    priorities: Priorities | None,
    provenance: Provenance,
) -> Options | None:
    """Lay the options side by side; None where there is no programme.

    Money in millions of the case. `asked_m` one-off money that the budget holds; `needed_m` the
    same at the confidence; `<payer>_m` discounted whole-life cost; `running_<payer>_m` what is paid
    again each year once all run, not discounted, in the last year of the appraisal; `gain` per cent
    of the distance closed; `net_m` priced benefits less whole-life cost; `p_better` than the
    proposed set. What a set is not asked is absent.
    """
    if programme is None:
        return None
    choice = Choice.of(sample)
    rows = {}
    for key, chosen, delays, known in _sets(choice, programme, funding):
        rows[key] = {**_row(choice, programme, chosen, delays), **known}
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index.name = "option"
    usable, elsewhere = (None, None) if funding is None else _pledged(funding, programme.chosen)
    return Options(
        _table=table,
        usable_m=usable,
        elsewhere_m=elsewhere,
        claimed=_claimed(sample.case, programme, priorities),
        provenance=provenance,
    )


def _pledged(funding: Funding, chosen: Iterable[str]) -> tuple[float, float]:
    """Millions pledged as stated: what a set may use, and what is for others only."""
    pledges, inside = funding.pledges(), set(chosen)
    free = [not words or bool({*words.split()} & inside) for words in map(str, pledges["earmark"])]
    amounts = pledges["amount_m"].to_numpy(dtype=float)
    mine = np.array(free, dtype=bool)
    return float(amounts[mine].sum()), float(amounts[~mine].sum())


def _claimed(case: Case, programme: Programme, priorities: Priorities | None) -> float | None:
    """Share of the gains of the set's members, each alone, in the functions of the claim."""
    if priorities is None or case.claim is None or not programme.chosen:
        return None
    table = priorities.to_frame().loc[list(programme.chosen)]
    gain = float(table["gain"].sum())
    return float((table["gain"] * table["exchange"]).sum()) / gain if gain > 0 else 0.0


def _sets(
    choice: Choice, programme: Programme, funding: Funding | None
) -> Iterable[tuple[str, Bools, Ints, Mapping[str, object]]]:
    """Each option with its starts, and what is known of it already."""
    case = choice.case
    for key, words in programme.options()["chosen"].items():
        chosen = _taken(choice, str(words).split())
        if key == RECOMMENDED:
            delays = programme.to_frame()["delay"].to_numpy(dtype=np.int64)
            held = {"needed_m": programme.needed_m, "p_within": programme.p_within}
            yield RECOMMENDED, chosen, delays, held | {"p_years": programme.p_years}
        else:
            yield str(key), chosen, *_best_starts(choice, chosen)
    sets = programme.good_sets().iloc[1:]
    likeliest = sets.sort_values("p_better", ascending=False, kind="stable").head(len(RIVALS))
    first = {i.id: i.start_year for i in case.improvements}
    for key, (place, row) in zip(RIVALS, likeliest.iterrows(), strict=False):
        chosen = _taken(choice, str(row["chosen"]).split())
        late = dict(word.split(":") for word in str(row["late"]).split())
        delays = np.array([int(late.get(i, year)) - year for i, year in first.items()])
        known = {name: row[name] for name in ("p_within", "p_years", "p_better")}
        yield key, chosen, delays, {"needed_m": row["at_confidence_m"], "good_set": place} | known
    if funding is not None and funding.target_m:
        curve = funding.curve()
        paid = curve[affordable(curve["budget_m"].to_numpy(), funding.target_m)]
        if len(paid):
            words = paid["chosen"].iloc[-1]
            chosen = _taken(choice, words.split() if isinstance(words, str) else ())
            yield TARGET, chosen, np.zeros(len(chosen), dtype=np.int64), {}


def _taken(choice: Choice, ids: Iterable[str]) -> Bools:
    found: Bools = np.isin(choice.case.improvement_ids, list(ids))
    return found


def _best_starts(choice: Choice, chosen: Bools) -> tuple[Ints, Mapping[str, object]]:
    """Starts that keep every year within its limit, and how surely; as stated where none do."""
    found = choice.carried_out(chosen)
    if found is None or not chosen.any():
        return np.zeros(len(chosen), dtype=np.int64), {}
    return found.delays[0], {"p_years": float(found.p_years[0])}


def _row(choice: Choice, programme: Programme, chosen: Bools, delays: Ints) -> dict[str, object]:
    """What one set asks, costs by payer, and brings."""
    ids = np.array(choice.case.improvement_ids)
    asked = choice.cost[:, chosen].sum(axis=1) / MILLION
    gain, harm = (choice.by_draw(chosen, delays, m) for m in (DISTANCE, HARM))
    net = choice.net_by_draw(chosen, delays)
    whole = choice.payers(chosen, delays).T / MILLION
    running = _running(choice, chosen, delays)
    own = sum(whole[PAYERS.index(payer)] for payer in OWN)
    found: dict[str, object] = {
        "chosen": " ".join(ids[chosen]),
        "members": float(chosen.sum()),
        "good_set": float("nan"),
        **Interval.of(asked).columns("asked_m"),
        "needed_m": money_needed(choice, chosen) / MILLION,
        "p_within": float((asked <= with_slack(programme.budget_m)).mean()),
        "p_years": float("nan"),
        "p_better": float("nan"),
    }
    if not chosen.any():  # nothing is promised: there is no chance of keeping it
        found["p_within"] = float("nan")
    for k, payer in enumerate(PAYERS):
        found |= Interval.of(whole[k]).columns(f"{payer}_m")
    found |= Interval.of(np.asarray(own)).columns("own_m")
    for payer in OWN:
        found |= Interval.of(running[PAYERS.index(payer)]).columns(f"running_{payer}_m")
    found |= Interval.of(gain, choice.sample.ratio_by_draw(gain)).columns("gain")
    found |= Interval.of(net / MILLION).columns("net_m")
    return found | Interval.of(harm).columns("harm_days")


def _running(choice: Choice, chosen: Bools, delays: Ints) -> Floats:
    """(payers, draws kept) what recurs in the last year of the appraisal, not discounted."""
    case = choice.case
    place = {i: k for k, i in enumerate(case.improvement_ids)}
    running = np.zeros((len(PAYERS), len(choice.cost)))
    for line, amount, part in choice.priced:
        k = place.get(line.improvement, -1)
        if k >= 0 and chosen[k] and line.kind == "recurrent":
            last = float(later(part, int(delays[k]))[-1])
            running[PAYERS.index(line.payer)] += amount * last
    return running / MILLION
