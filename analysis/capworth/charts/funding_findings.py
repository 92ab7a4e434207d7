"""What the charts of money, earmarks and packages find."""

from capworth.charts.earmark_prices import name_earmark
from capworth.charts.findings import Facts, in_series, money_unit
from capworth.charts.menu_chart import name_package
from capworth.charts.voice import Voice, decimals
from capworth.earmarks import ALL, BUDGET, PLEDGED, SAME, TIMING
from capworth.programme import FIRM
from capworth.study import Study


def money_facts(study: Study, voice: Voice) -> Facts:
    """How much is pledged and expected, and how far it is to the target."""
    assert study.funding is not None
    money, currency = study.funding.money, study.provenance.currency
    gap = money.budget_gap_m if money.gap_m is None else money.gap_m
    goal = money.budget_m if money.target_m is None else money.target_m
    rows = (
        voice.say("chart.money_map.alt_row", year=year, amount=voice.number(float(amount)))
        for year, amount in money.by_year().sum(axis=1).items()
    )
    return {
        **money_unit(study, voice),
        "variant": "budget" if money.target_m is None else None,
        "pledged": voice.money(money.stated_m, currency),
        "expected": voice.interval(*money.money_m),
        "goal": voice.money(goal, currency),
        "gap": voice.money(gap[0], currency, decimals(*gap)),
        "span": voice.span(*gap),
        "budget": voice.money(money.budget_m, currency),
        "draws": voice.number(money.draws, 0),
        "list": in_series(voice, rows, most=12),
    }


def earmark_facts(study: Study, voice: Voice) -> Facts:
    """What all earmarks cost together, and which costs most."""
    assert study.funding is not None
    earmarks = study.funding.earmarks
    assert earmarks is not None
    table = earmarks.to_frame().drop(index=TIMING, level="earmark")
    free = earmarks.mismatch(BUDGET) <= SAME
    chance = table["p_costs"].to_dict()
    rows = (
        voice.say(
            "chart.earmarks.alt_row",
            name=name_earmark(str(label), voice),
            budget=voice.number(float(table["price"].to_dict()[BUDGET, label])),
            pledged=voice.number(float(table["price"].to_dict()[PLEDGED, label])),
        )
        for label in dict.fromkeys(table.index.get_level_values("earmark"))
    )
    return {
        **money_unit(study, voice),
        "variant": "free" if free else None,
        "loss": voice.number(earmarks.mismatch(BUDGET)),
        "pledged_loss": voice.number(earmarks.mismatch(PLEDGED)),
        "percent": voice.percent(chance[BUDGET, ALL]),
        "budget": voice.money(study.funding.budget_m, study.provenance.currency),
        "draws": voice.number(earmarks.draws, 0),
        "list": in_series(voice, rows, most=12),
    }


def menu_facts(study: Study, voice: Voice) -> Facts:
    """How many packages there are, what they ask, how many are firmly in the best set."""
    assert study.funding is not None
    menu, currency = study.funding.menu, study.provenance.currency
    table = menu.to_frame()
    firm = int((table["p_best"] >= FIRM).sum())
    rows = (
        voice.say(
            "chart.donor_menu.alt_row",
            name=name_package(menu, package, voice),
            asked=voice.number(asked),
            gain=voice.number(gain),
            percent=voice.percent(share),
        )
        for package, asked, gain, share in zip(
            menu.packages, table["asked_m"], table["gain"], table["p_best"], strict=True
        )
    )
    return {
        **money_unit(study, voice),
        "count": len(table),
        "least": voice.number(float(table["asked_m"].min())),
        "most": voice.money(float(f"{table['asked_m'].max():.2g}"), currency),
        "firm": firm,
        "least_share": voice.part(FIRM),
        "budget": voice.money(study.funding.budget_m, currency),
        "list": in_series(voice, rows, most=20),
    }
