"""What the charts of robustness and of the timetable find."""

from capworth.charts.findings import Facts, in_series, money_unit
from capworth.charts.gantt import shown
from capworth.charts.regret_chart import compared, name_of
from capworth.charts.voice import Voice
from capworth.study import Study


def regret_facts(study: Study, voice: Voice) -> Facts:
    """How far the recommended set falls short, and how many rules choose it."""
    found = study.robustness
    assert found is not None
    rows = compared(found)
    mine, base = rows[0], str(rows[0]["chosen"])
    unit = _unit(found.measure, study, voice)
    told = (
        voice.say(
            "chart.regret.alt_row",
            name=name_of(row, base, voice).replace("\n", " "),
            mean=voice.number(row["mean_regret"]),
            most=voice.number(row["most_regret"]),
            percent=voice.percent(row["p_best"]),
        )
        for row in rows
    )
    return {
        **unit,
        "count": len(found.agreeing),
        "all": len(found.to_frame()) - 1,
        "mean": voice.number(mine["mean_regret"]),
        "value": voice.rounded(*(mine[c] for c in ("value", "value_low", "value_high"))),
        "p_best": voice.percent(found.p_best),
        "p_very": voice.percent(study.programme.p_best) if study.programme else "",
        "sets": voice.number(found.compared, 0),
        "draws": voice.number(found.draws, 0),
        "list": in_series(voice, told, most=20),
    }


def gantt_facts(study: Study, voice: Voice) -> Facts:
    """How many improvements start when stated, later, or not at all."""
    schedule = study.schedule
    assert schedule is not None
    table = schedule.to_frame()
    start, full = table["start"].to_dict(), table["full_effect"].to_dict()
    out, new = schedule.left_out, schedule.taken_in
    told = (
        voice.say(
            "chart.gantt.alt_row",
            name=voice.name(key),
            start=int(start[key]),
            effect=int(full[key]),
        )
        for key in shown(schedule)
        if key in schedule.done
    )
    return {
        **_unit(schedule.measure, study, voice),
        "variant": "full" if not out else "swapped" if new else None,
        "count": len(schedule.done),
        "late": len(schedule.late),
        "percent": voice.percent(schedule.p_within),
        "value": voice.number(schedule.value, 1),
        "stated": voice.number(schedule.stated, 1),
        "out": voice.listed(voice.short(i) for i in out),
        "new": voice.listed(voice.short(i) for i in new),
        "list": in_series(voice, told, most=20),
    }


def _unit(measure: str, study: Study, voice: Voice) -> Facts:
    """Words of the unit that the objective is counted in."""
    unit = added_unit(measure, study.provenance.currency, voice)
    return {"measure": unit, **money_unit(study, voice)}


def added_unit(measure: str, currency: str, voice: Voice) -> str:
    """Say in which unit the objective is counted."""
    return voice.say(f"added.{measure}", unit=voice.millions(currency), currency=currency)
