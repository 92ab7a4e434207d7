"""What the charts of turning levels and of the worth of knowing find."""

from capworth.charts.chart import Facts
from capworth.charts.findings import in_series
from capworth.charts.information_bars import MOST as VALUED
from capworth.charts.input_names import name_inputs
from capworth.charts.switching_bars import MOST as TURNED
from capworth.charts.voice import Voice
from capworth.study import Study


def switching_facts(study: Study, voice: Voice) -> Facts:
    """How many inputs can turn the programme, and which is likeliest to."""
    found = study.switching
    assert found is not None
    table = found.to_frame()
    inside = table[table["inside"]]
    shown = inside.head(TURNED)
    names = _spoken(study, voice, [str(i) for i in shown.index])
    rows = (
        voice.say("chart.switching.alt_row", name=name, percent=voice.percent(float(p)))
        for name, p in zip(names, shown["p_reached"], strict=True)
    )
    return {
        "count": len(inside),
        "all": found.looked_at,
        "shown": len(shown),
        "first": names[0],
        "percent": voice.percent(float(inside["p_reached"].iloc[0])),
        "list": in_series(voice, rows, most=TURNED),
    }


def threshold_facts(study: Study, voice: Voice) -> Facts:
    """How likely the two inputs are to turn the programme together."""
    found = study.threshold
    assert found is not None
    assert study.switching is not None
    names = [e.name for e in found.inputs]
    first, second = _spoken(study, voice, names)
    turned = ~found.to_frame().to_numpy(dtype=bool)
    alone = study.switching.to_frame()["p_reached"]
    one, other = (voice.percent(float(alone[name])) for name in names)
    return {
        "first": first,
        "second": second,
        "percent": voice.percent(found.p_turned),
        "cells": int(turned.sum()),
        "all": turned.size,
        "one": one,
        "other": other,
    }


def information_facts(study: Study, voice: Voice) -> Facts:
    """Which input is worth knowing first, and what knowing everything would add."""
    found = study.resolving
    assert found is not None
    table = found.to_frame().head(VALUED)
    names = _spoken(study, voice, [str(i) for i in table.index])
    rows = (
        voice.say("chart.information.alt_row", name=name, value=voice.number(float(v)))
        for name, v in zip(names, table["value"], strict=True)
    )
    first = table.iloc[0]
    return {
        "variant": None if found.clear else "none",
        "first": names[0],
        "value": voice.number(float(first["value"])),
        "share": voice.part(max(float(first["share"]), 1e-9)),
        "whole": voice.number(found.everything),
        "error": voice.number(found.everything_error, 1),
        "clear": len(found.clear),
        "all": found.looked_at,
        "shown": len(table),
        "price": voice.number(found.points_per_million),
        "unit": voice.millions(study.provenance.currency),
        "draws": voice.number(found.draws, 0),
        "list": in_series(voice, rows, most=VALUED),
    }


def _spoken(study: Study, voice: Voice, inputs: list[str]) -> list[str]:
    """Name inputs in one line each."""
    names = name_inputs(inputs, study.case, voice)
    return [names.get(i, i).replace("\n", ", ") for i in inputs]
