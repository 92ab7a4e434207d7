"""The page of futures: what is advised under every scenario of the case, side by side."""

from typing import Any

import numpy as np

from capworth.case.model import SCENARIO
from capworth.model.figures import PROGRAMME
from capworth.report.advice import changes
from capworth.report.annex.sheet import cells, head, source_of
from capworth.report.blocks import Grid, Sheet
from capworth.report.content import Cell, Name, Text, names, ref, say, stated
from capworth.report.money import MILLIONS, sure_of
from capworth.report.rows import rows_of
from capworth.study.scorecard import AS_IS
from capworth.study.stages import Study

NUMBERS = (
    *(("needed_m", "tenth"), ("cost_m", "spread"), ("gain", "spread"), ("net_m", "spread")),
    ("p_within", "probability"),
)


def futures(study: Study) -> Sheet | None:
    """What is advised under each scenario, what it costs and brings; the case as it is first."""
    if "futures" not in study or "programme" not in study:
        return None
    found, rows = study.futures, list[tuple[Cell | None, ...]]()
    table = found.to_frame()
    for key, row in rows_of(table):
        known = {name: np.nan if value is None else value for name, value in row.items()}
        mine = _as_it_is(study) if key == AS_IS else None
        numbers = mine or cells("scorecard", key, known, *NUMBERS)
        rows.append((_name(str(key)), _advised(str(key), row), *numbers))
    heads = (
        *(say("futures.future"), say("futures.advised")),
        head("needed", sure=sure_of(study.programme), unit=MILLIONS),
        head("cost", unit=MILLIONS),
        *(say("futures.closes"), head("net", unit=MILLIONS), head("within")),
    )
    note = say(
        "futures.impossible" if found.impossible else "futures.note",
        draws=stated("draws", found.draws, "whole"),
        **({"names": names(map(_key, found.impossible))} if found.impossible else {}),
    )
    grid = Grid(heads, tuple(rows), words=2, weights=(2.4, 2.4), note=note)
    always, same = found.always, not (table["into"] + table["out"]).any()
    title = say(
        "futures.title_same" if same else "futures.title_some" if always else "futures.title_none",
        count=len(table) - 1,
        **({"names": names(always)} if always and not same else {}),
    )
    return Sheet(say("futures.topic"), title, (grid, source_of("good_sets", study, (grid,))))


def _as_it_is(study: Study) -> tuple[Cell, ...]:
    """The programme, by the figures that every other page has of it."""
    found = study.programme
    return (
        ref(f"needed.{PROGRAMME}", found.needed_m, "tenth"),
        ref(f"cost.{PROGRAMME}", found.cost_m, "spread"),
        ref(f"gain.{PROGRAMME}", found.gain, "spread"),
        ref(f"net.{PROGRAMME}", found.net_m, "spread"),
        ref(f"within.{PROGRAMME}", found.p_within, "probability"),
    )


def _key(scenario: str) -> str:
    """By what the names of a case know a scenario."""
    return f"{SCENARIO}/{scenario}"


def _name(key: str) -> Text:
    return say("futures.as_is") if key == AS_IS else Name(_key(key), "full")


def _advised(key: str, row: Any) -> Text:
    """What the set takes in and lets go, beside the case as it is."""
    if key == AS_IS:
        chosen = str(row["chosen"]).split()
        return names(chosen) if chosen else say("none")
    came, went = (str(row[side]).split() for side in ("into", "out"))
    return changes(came, went) if came or went else say("futures.same")
