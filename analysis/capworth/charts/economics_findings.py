"""What the charts of costs and benefits in money find."""

from capworth.charts.chart import Facts
from capworth.charts.findings import in_series
from capworth.charts.voice import Voice
from capworth.economics import KINDS
from capworth.effectiveness import NOTHING
from capworth.study import Study


def net_value_facts(study: Study, voice: Voice) -> Facts:
    """How many return more than they cost, and how likely the programme does."""
    found = study.economics
    assert found is not None
    table = found.to_frame()
    kinds = table.index.get_level_values("kind")
    single, whole = table[kinds != KINDS[-1]], table[kinds == KINDS[-1]]
    rows = (
        voice.say(
            "chart.net_value.alt_row",
            name=voice.say("net_value.programme") if kind == KINDS[-1] else voice.name(str(key)),
            net=voice.interval(*map(float, net)),
            percent=voice.percent(float(chance)),
        )
        for (kind, key), net, chance in zip(
            table.index,
            table[["npv_m", "npv_m_low", "npv_m_high"]].to_numpy(),
            table["p_npv_positive"],
            strict=True,
        )
    )
    return {
        "variant": None if len(whole) else "alone",
        "count": int((single["npv_m"] > 0).sum()),
        "all": len(single),
        "percent": voice.percent(float(whole["p_npv_positive"].iloc[0])) if len(whole) else "",
        "unit": voice.millions(study.provenance.currency),
        "year": study.provenance.price_year,
        "draws": voice.number(found.draws, 0),
        "list": in_series(voice, rows, most=30),
    }


def acceptability_facts(study: Study, voice: Voice) -> Facts:
    """From which price an improvement is worth its cost, and how sure the choice is."""
    found = study.willingness
    assert found is not None
    table = found.to_frame()
    currency = study.provenance.currency
    changes = table[table["choice"] != table["choice"].shift()]
    rows = (
        voice.say(
            "chart.acceptability.alt_row",
            name=voice.say("acceptability.nothing") if choice == NOTHING else voice.name(choice),
            price=voice.price(float(price), currency),
        )
        for price, choice in zip(changes.index.to_numpy(), map(str, changes["choice"]), strict=True)
    )
    some = table[table["choice"] != NOTHING]
    spread = some["p_best"] if len(some) else table["p_best"]
    single = len(changes) == 1 or table["choice"].iloc[0] != NOTHING
    return {
        "variant": "alone" if single else None,
        "only": voice.name(str(table["choice"].iloc[-1])),
        "first_price": voice.price(float(some.index[0]), currency) if len(some) else "",
        "least": voice.percent(float(spread.min())),
        "most": voice.percent(float(spread.max())),
        "information_low": voice.money(float(table["information_m"].min()), currency, 1),
        "information_high": voice.money(float(table["information_m"].max()), currency, 1),
        "draws": voice.number(found.draws, 0),
        "list": in_series(voice, rows, most=12),
    }


def scale_facts(study: Study, voice: Voice) -> Facts:
    """How many capabilities change place, and which two scales agree least."""
    panel = study.scales
    assert panel is not None
    table, pairs = panel.to_frame(), panel.pairs()
    one, other = panel.weakest
    rows = (
        voice.say(
            "chart.scales.alt_row",
            name=voice.name(str(key)),
            places=voice.listed(
                voice.say(
                    "chart.scales.alt_place",
                    scale=voice.word("measure", scale),
                    place=voice.number(int(place), 0),
                )
                for scale, place in zip(panel.scales, places, strict=True)
            ),
        )
        for key, places in zip(
            table.index, table[[f"place_{scale}" for scale in panel.scales]].to_numpy(), strict=True
        )
    )
    least = pairs.to_dict("index")[one, other]
    return {
        "variant": None if panel.depending else "none",
        "count": len(panel.depending),
        "all": len(table),
        "one": voice.word("measure", one),
        "other": voice.word("measure", other),
        "scales": voice.listed(voice.word("measure", scale) for scale in panel.scales),
        "outcomes": voice.listed(voice.name(o) for o in panel.outcomes),
        "correlation": voice.number(float(least["rank_correlation"]), 2),
        "low": voice.number(float(least["rank_correlation_low"]), 2),
        "high": voice.number(float(least["rank_correlation_high"]), 2),
        "same": voice.percent(float(least["p_same_first"])),
        "list": in_series(voice, rows, most=30),
    }
