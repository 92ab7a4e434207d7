"""What the charts of improvements, programme, funding and sensitivity find."""

from collections.abc import Sequence

import numpy as np

from capworth.answers import HIGH, LOW
from capworth.charts.alignment_chart import READY
from capworth.charts.findings import Facts, in_series, money_unit, rank_facts
from capworth.charts.input_names import name_inputs
from capworth.charts.timetable_findings import added_unit
from capworth.charts.tornado import LONGEST
from capworth.charts.voice import Voice, rounded
from capworth.programme import BORDERLINE, CORE
from capworth.study import Study

WEAK = ("D", "E")  # grades of judgement and placeholders


def improvement_rank_facts(study: Study, voice: Voice) -> Facts:
    """Who is first how often among the improvements."""
    assert study.priorities is not None
    shares = study.priorities.rank_acceptability()
    return rank_facts("improvement_ranks", shares, study, voice)


def order_facts(study: Study, voice: Voice) -> Facts:
    """What the recommended set asks and gains, and how often it is the best."""
    programme = study.programme
    assert programme is not None
    currency = study.provenance.currency
    bundles = (
        voice.say(
            "chart.order.alt_row",
            place=place,
            names=" + ".join(voice.short(i) for i in str(bundle).split(" + ")),
        )
        for place, bundle in programme.order()["improvements"].items()
    )
    return {
        **money_unit(study, voice),
        "variant": None if programme.chosen else "none",
        "count": len(programme.chosen),
        "asked": voice.money(_asked_m(study, programme.chosen), currency),
        "budget": voice.money(programme.budget_m, currency),
        "gain": voice.rounded(*programme.value),
        "span": voice.span(*programme.value),
        "measure": added_unit(programme.measure, currency, voice),
        "counted": voice.say(f"order.counted_{programme.measure}"),
        "p_best": voice.percent(programme.p_best),
        "chosen": in_series(voice, (voice.short(i) for i in programme.chosen), most=20),
        "list": in_series(voice, bundles, most=20),
    }


def _asked_m(study: Study, chosen: Sequence[str]) -> float:
    """Millions that a set asks on average, to the digits that its range allows."""
    taken = [i in chosen for i in study.case.improvement_ids]
    millions = study.sample.worlds.asked @ np.array(taken, dtype=float) / 1e6
    return rounded(float(millions.mean()), *np.percentile(millions, (LOW, HIGH)))


def membership_facts(study: Study, voice: Voice) -> Facts:
    """How many improvements are firm, and how many open."""
    programme = study.programme
    assert programme is not None
    table = programme.to_frame().sort_values("p_in_best", ascending=False, kind="stable")
    core, still_open = ((table["standing"] == word).sum() for word in (CORE, BORDERLINE))
    rows = (
        voice.say(
            "chart.membership.alt_row",
            name=voice.name(str(i)),
            percent=voice.percent(p),
            standing=voice.word("standing", str(standing)),
        )
        for i, p, standing in zip(table.index, table["p_in_best"], table["standing"], strict=True)
    )
    return {
        "variant": None if core else "none",
        "count": int(core),
        "open": int(still_open),
        "draws": voice.number(programme.draws, 0),
        "budget": voice.money(programme.budget_m, study.provenance.currency),
        "list": in_series(voice, rows, most=20),
    }


def funding_facts(study: Study, voice: Voice) -> Facts:
    """What more money buys, and how much is pledged."""
    funding = study.funding
    assert funding is not None
    currency = study.provenance.currency
    curve, steps, pledges = funding.curve(), funding.next_euro(), funding.pledges()
    at = curve[curve["budget_m"] <= funding.budget_m * (1 + 1e-9)].iloc[-1]
    middle = steps.iloc[len(steps) // 2]
    earmarked = float(pledges.loc[pledges["earmark"] != "", "amount_m"].sum())
    end = curve.iloc[-1]
    gain = float(at["gain"]), float(at["gain_low"]), float(at["gain_high"])
    last = float(end["gain"]), float(end["gain_low"]), float(end["gain_high"])
    rows = (
        voice.say(
            "chart.funding.alt_row",
            extra=voice.money(float(str(extra)), currency),
            gain=voice.number(more),
        )
        for extra, more in steps["gain"].items()
    )
    target = funding.target_m
    return {
        **money_unit(study, voice),
        "variant": "budget" if target is None else None,
        "extra": voice.money(float(str(middle.name)), currency),
        "gain": voice.number(float(middle["gain"])),
        "pledged": voice.money(funding.pledged_m, currency),
        "earmarked": voice.money(earmarked, currency),
        "target": voice.money(funding.budget_m if target is None else target, currency),
        "budget": voice.money(funding.budget_m, currency),
        "at_budget": voice.rounded(*gain),
        "span": voice.span(*gain),
        "at_end": voice.rounded(*last),
        "end": voice.money(float(end["budget_m"]), currency),
        "steps": in_series(voice, rows),
    }


def tornado_facts(study: Study, voice: Voice) -> Facts:
    """How many inputs alone turn the order."""
    found = study.sensitivity
    assert found is not None
    table = found.to_frame()
    shown = table.head(LONGEST)
    names = name_inputs(map(str, shown.index), study.case, voice)
    rows = (
        voice.say(
            "chart.tornado.alt_row",
            name=names.get(str(i), str(i)).replace("\n", ", "),
            low=voice.number(low),
            high=voice.number(high),
        )
        for i, low, high in zip(shown.index, shown["at_low"], shown["at_high"], strict=True)
    )
    count = len(found.turning)
    return {
        "variant": None if count else "none",
        "count": count,
        "all": len(table),
        "shown": len(shown),
        "first": voice.name(found.subject),
        "base": voice.number(found.base),
        "list": in_series(voice, rows),
    }


def evidence_facts(study: Study, voice: Voice) -> Facts:
    """How much rests on judgement and placeholders."""
    assert study.sensitivity is not None
    table = study.sensitivity.evidence()

    def shares(part: str) -> str:
        return voice.listed(
            voice.say("chart.evidence.alt_share", grade=g, percent=voice.part(float(s)))
            for g, s in table[part].items()
            if s >= 0.005
        )

    rows = (
        voice.say("chart.evidence.alt_row", part=voice.word("evidence", part), shares=shares(part))
        for part in map(str, table.columns)
        if table[part].sum() > 0
    )
    return {
        "share": voice.part(float(table["cost"].loc[list(WEAK)].sum())),
        "list": in_series(voice, rows),
    }


def alignment_facts(study: Study, voice: Voice) -> Facts:
    """Which improvement closes most of the gap."""
    assert study.priorities is not None
    table = study.priorities.to_frame().sort_values("alignment", ascending=False, kind="stable")
    columns = ["alignment", "alignment_low", "alignment_high"]
    value, low, high = (100 * float(x) for x in table[columns].to_numpy()[0])
    unready = table.index[table["readiness"] < READY]
    rows = (
        voice.say(
            "chart.alignment.alt_row",
            name=voice.name(str(i)),
            percent=voice.say("percent.plain", number=voice.number(100 * share)),
            level=level,
        )
        for i, share, level in zip(table.index, table["alignment"], table["readiness"], strict=True)
    )
    return {
        "first": voice.name(str(table.index[0])),
        "share": voice.say("percent.plain", number=voice.rounded(value, low, high)),
        "span": voice.say("percent.plain", number=voice.span(value, low, high)),
        "level": READY,
        "list": in_series(voice, rows),
        "unready": in_series(voice, (voice.short(str(i)) for i in unready), most=12),
    }
