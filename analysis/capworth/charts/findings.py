"""What the charts of capabilities find: the words that fill titles, captions and alternatives.

Every finding is taken from the answers as they stand; a rank comes with its probability, a mean
with its range.
"""

from collections.abc import Iterable, Mapping

import pandas as pd

from capworth.charts.function_comparison import functions_of
from capworth.charts.gap_charts import SURE, gap_matrix, largest_gaps
from capworth.charts.voice import Voice, decimals
from capworth.excellence import BOTH, DERIVED, DESIGNATED
from capworth.study import Study

Facts = Mapping[str, object]
NAMED = 8  # things that an alternative text names; the others are counted
FIRM = 0.9  # probability from which a title names the first without the second


def in_series(voice: Voice, parts: Iterable[str], most: int = NAMED) -> str:
    """Join parts that may hold commas; those beyond `most` are only counted."""
    shown = list(parts)
    if len(shown) > most:
        shown = [*shown[:most], voice.say("and_more", count=len(shown) - most)]
    return voice.say("separator").join(shown) if shown else voice.say("none")


def triples(table: pd.DataFrame, name: str) -> list[tuple[float, float, float]]:
    """Return value, low and high end of each row."""
    ends = table[[name, f"{name}_low", f"{name}_high"]].to_numpy(dtype=float)
    return [(float(v), float(low), float(high)) for v, low, high in ends]


def money_unit(study: Study, voice: Voice) -> Facts:
    """Return the unit of money and its price year."""
    known = study.provenance
    return {"unit": voice.millions(known.currency), "year": known.price_year}


def cost_value_facts(study: Study, voice: Voice) -> Facts:
    """Spans of cost and score, the extremes, the services of excellence."""
    table = study.appraisal.to_frame()
    currency = study.provenance.currency
    cost, score = table["cost_m"], table["score"]
    excellent: list[str] = []
    if study.excellence is not None:
        routes = study.excellence.to_frame()["route"]
        excellent = [str(c) for c in routes.index[routes.isin((BOTH, DESIGNATED, DERIVED))]]

    costs, scores = triples(table, "cost_m"), triples(table, "score")

    def amount(row: int) -> str:
        return voice.money(costs[row][0], currency, decimals(*costs[row]))

    def points(row: int) -> str:
        return voice.rounded(*scores[row])

    first = study.appraisal.first
    return {
        **money_unit(study, voice),
        "variant": None if excellent else "plain",
        "count": len(table),
        "cost_low": amount(int(cost.argmin())),
        "cost_high": amount(int(cost.argmax())),
        "cheapest": voice.name(str(cost.idxmin())),
        "dearest": voice.name(str(cost.idxmax())),
        "score_low": points(int(score.argmin())),
        "score_high": points(int(score.argmax())),
        "lowest": voice.name(str(score.idxmin())),
        "highest": voice.name(str(score.idxmax())),
        "first": voice.name(first),
        "p_first": voice.percent(float(table["p_first"][first])),
        "excellent": in_series(voice, map(voice.name, excellent), most=12),
    }


def function_facts(study: Study, voice: Voice) -> Facts:
    """Which function adds most for each million, and whether all claimed ones are above."""
    claim = study.claim
    assert claim is not None
    measure = claim.primary[1]
    table = functions_of(claim, measure)
    values = {
        str(f): voice.interval(*row)
        for f, row in zip(table.index, triples(table, "value_per_m"), strict=True)
    }
    best = str(table.index[0])
    return {
        **money_unit(study, voice),
        "measure": voice.word("measure", measure).lower(),
        "best": voice.word("function", best),
        "value": values[best],
        "list": in_series(voice, (f"{voice.word('function', f)} {v}" for f, v in values.items())),
        "claimed": _functions(voice, claim.group),
        "strongest": voice.percent(claim.strongest),
    }


def claim_facts(study: Study, voice: Voice) -> Facts:
    """Verdict and ratio of the registered reading, and all other readings."""
    claim = study.claim
    assert claim is not None
    table = claim.to_frame()
    estimand, measure = claim.primary
    at = list(table.index).index(claim.primary)
    row, ratio = table.iloc[at], triples(table, "ratio")[at]
    readings = (
        voice.say(
            "chart.claim.alt_row",
            reading=voice.say(
                "ratio", estimand=voice.word("estimand", e), measure=voice.word("measure", m)
            ),
            ratio=voice.interval(*triple),
            percent=voice.percent(p),
        )
        for (e, m), triple, p in zip(
            table.index, triples(table, "ratio"), table["p_holds"], strict=True
        )
    )
    return {
        "verdict": voice.word("verdict", claim.verdict),
        "estimand": voice.word("estimand", estimand),
        "measure": voice.word("measure", measure).lower(),
        "claimed": _functions(voice, claim.group),
        "ratio": voice.rounded(*ratio),
        "span": voice.span(*ratio),
        "p_holds": voice.percent(float(row["p_holds"])),
        "p_margin": voice.percent(float(row["p_margin"])),
        "margin": voice.tick(claim.margin),
        "needed": voice.part(claim.needed),
        "list": in_series(voice, readings, most=12),
    }


def gap_facts(study: Study, voice: Voice) -> Facts:
    """The largest gap, and the next ones."""
    assert study.excellence is not None
    table = largest_gaps(study.excellence)
    capability, criterion = table.index[0]
    rows = (
        voice.say(
            "chart.gaps.alt_row",
            capability=voice.name(str(c)),
            criterion=voice.name(str(k)),
            now=voice.number(now, 0),
            model=voice.number(model, 0),
            percent=voice.percent(p),
        )
        for (c, k), now, model, p in zip(
            table.index, table["now"], table["model"], table["p_below"], strict=True
        )
    )
    return {
        "gap": voice.number(float(table["gap"].iloc[0]), 0),
        "capability": voice.name(str(capability)),
        "criterion": voice.name(str(criterion)),
        "p_below": voice.percent(float(table["p_below"].iloc[0])),
        "list": in_series(voice, rows),
    }


def gap_table_facts(study: Study, voice: Voice) -> Facts:
    """On which criterion most capabilities are surely below the agreed level."""
    assert study.excellence is not None
    below = (gap_matrix(study.excellence, "p_below") >= SURE).sum(axis=0)
    distance = gap_matrix(study.excellence, "gap").mean(axis=1).dropna()
    every = len(gap_matrix(study.excellence, "gap"))
    rows = (
        voice.say("chart.gap_table.alt_row", criterion=voice.name(str(k)), below=n, all=every)
        for k, n in below.items()
    )
    return {
        "variant": None if below.max() else "none",
        "count": int(below.max()),
        "all": every,
        "criteria": len(below),
        "criterion": voice.name(str(below.idxmax())),
        "farthest": voice.name(str(distance.idxmax())),
        "nearest": voice.name(str(distance.idxmin())),
        "list": in_series(voice, rows, most=20),
    }


def capability_rank_facts(study: Study, voice: Voice) -> Facts:
    """Who is first how often among the capabilities."""
    shares = study.appraisal.rank_acceptability()
    return rank_facts("capability_ranks", shares, study, voice)


def rank_facts(key: str, shares: pd.DataFrame, study: Study, voice: Voice) -> Facts:
    """Who is first how often; the second too unless the first is firm."""
    by_first = shares.iloc[:, 0].sort_values(ascending=False, kind="stable")
    names = [voice.name(str(i)) for i in by_first.index]
    chances = [voice.percent(float(p)) for p in by_first]
    rows = (
        voice.say(f"chart.{key}.alt_row", name=name, percent=chance)
        for name, chance in zip(names, chances, strict=True)
    )
    firm = len(names) == 1 or by_first.iloc[0] >= FIRM
    return {
        "variant": "firm" if firm else None,
        "first": names[0],
        "p_first": chances[0],
        "second": names[-1 if len(names) == 1 else 1],
        "p_second": chances[-1 if len(names) == 1 else 1],
        "draws": voice.number(study.provenance.draws, 0),
        "list": in_series(voice, rows, most=5),
        "last": voice.name(str(shares.index[-1])),
    }


def payer_facts(study: Study, voice: Voice) -> Facts:
    """Who bears most of the cost of all capabilities."""
    payers = study.appraisal.cost_by_payer()
    share = payers.sum() / payers.sum().sum()
    cost = study.appraisal.to_frame()["cost_m"]
    currency = study.provenance.currency
    total = study.appraisal.total_cost
    rows = (
        voice.say("chart.payers.alt_row", payer=voice.word("payer", str(p)), percent=voice.part(s))
        for p, s in share.items()
    )
    return {
        **money_unit(study, voice),
        "variant": share.idxmax(),
        "share": voice.part(float(share.max())),
        "total": voice.money(total[0], currency, decimals(*total)),
        "span": voice.span(*total),
        "dearest": voice.name(str(cost.idxmax())),
        "list": in_series(voice, rows),
    }


def efficiency_facts(study: Study, voice: Voice) -> Facts:
    """Which capabilities are efficient, and which are derived services of excellence."""
    found = study.excellence
    assert found is not None
    table = found.to_frame().sort_values("p_efficient", ascending=False, kind="stable")
    least, least_top, top_share = found.thresholds
    efficient = table[table["p_efficient"] >= least]
    rows = (
        voice.say("chart.efficiency.alt_row", name=voice.name(str(c)), percent=voice.percent(p))
        for c, p in efficient["p_efficient"].items()
    )
    return {
        "variant": None if len(efficient) else "none",
        "count": len(efficient),
        "all": len(table),
        "least": voice.part(least),
        "least_top": voice.part(least_top),
        "top_share": voice.part(top_share),
        "draws": voice.number(found.draws, 0),
        "derived": in_series(voice, (voice.short(c) for c in found.derived)),
        "designated": in_series(voice, (voice.short(c) for c in found.designated)),
        "list": in_series(voice, rows, most=12),
    }


def _functions(voice: Voice, functions: Iterable[str]) -> str:
    return voice.listed(voice.word("function", f).lower() for f in functions)
