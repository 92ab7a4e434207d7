"""Every number in a picture of the short annex is that of its row, and its bar is as long.

The study is `speaking_study`, as in test_speaking_pages.py: its numbers all differ.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import pandas as pd
import pytest

from capworth.charts.gallery import GALLERY
from capworth.language.language import Language
from capworth.report.annex.contents import LEAVES
from capworth.report.content import Voice
from capworth.report.pages import said_block

speaking: Any = import_module("speaking")  # the study and its reader, beside the pages
number, around, middle = speaking.number, speaking.around, speaking.middle
percent, chance = speaking.percent, speaking.chance


def ends(row: Any, name: str) -> tuple[float, float, float]:
    return float(row[name]), float(row[f"{name}_low"]), float(row[f"{name}_high"])


def at_tenths(millions: float) -> list[str]:
    said: list[str] = number(millions, 0 if abs(millions) >= 100 else 1)
    return said


def falling(table: pd.DataFrame, column: str) -> pd.DataFrame:
    return table.sort_values(column, ascending=False, kind="stable")


def spread(name: str) -> Callable[[Any], list[str]]:
    return lambda row: around(*ends(row, name))


def likely(name: str) -> Callable[[Any], list[str]]:
    return lambda row: chance(float(row[name]))


Told = tuple[pd.DataFrame, tuple[Callable[[Any], list[str]], ...], str]


def by_verb(s: Any, table: pd.DataFrame, first: Any) -> pd.DataFrame:
    return pd.concat([falling(table[first], "gain"), falling(table[~first], "gain")])


def expected(s: Any) -> Mapping[str, Told]:
    """Rows of each picture in their order, what stands in its columns, what its bar is."""
    costs = falling(s.appraisal.to_frame(), "cost_m")
    harm = s.appraisal.to_frame()
    harm = falling(harm[harm["harm_per_m"] > 0], "harm_per_m")
    gains = s.priorities.to_frame()
    menu = s.funding.menu.to_frame()
    least = s.options.to_frame().loc[["nothing", "minimum"]]  # options without a set's own columns
    worth = {f"gain{end}": f"value{end}" for end in ("", "_low", "_high")}
    least = least.rename(columns={**worth, "needed_m": "at_confidence_m"})
    sets = pd.concat([s.programme.good_sets().reset_index(drop=True), least])
    done = s.programme.to_frame()
    done = done[done["chosen"]].sort_values(["start", "full_effect"], kind="stable")
    return {
        "payers": (costs, (spread("cost_m"), spread("score"), likely("p_first")), "cost_m"),
        "scales": (
            harm,
            (
                spread("harm_per_m"),
                lambda r: middle(*ends(r, "harm_days")),
                lambda r: middle(*ends(r, "money_m")),
            ),
            "harm_per_m",
        ),
        "improvement_ranks": (
            gains,
            (spread("gain_per_m"), spread("cost_m"), likely("p_first")),
            "gain_per_m",
        ),
        "alignment": (
            by_verb(s, gains, gains["readiness"] >= 7),
            (spread("gain"), lambda r: [str(int(r["readiness"]))]),
            "gain",
        ),
        "good_sets": (
            sets,
            (
                spread("value"),
                lambda r: at_tenths(float(r["at_confidence_m"])),
                likely("p_within"),
                lambda r: chance(float(r["p_better"])) if r.name in range(1, len(sets)) else [],
            ),
            "value",
        ),
        "gantt": (
            done,
            (
                lambda r: [str(int(r["start"]))],
                lambda r: [str(int(r["full_effect"]))],
                lambda r: at_tenths(float(r["asked_m"])),
            ),
            "",
        ),
        "donor_menu": (
            by_verb(s, menu, menu["chosen"]),
            (spread("gain"), spread("asked_m"), lambda r: number(float(r["core"]), 2)),
            "gain",
        ),
        "money_map": (
            s.funding.pledges(),
            (lambda r: at_tenths(float(r["amount_m"])), likely("chance")),
            "",
        ),
        "productivity": (
            GALLERY["productivity"].table(s) if "productivity" in s else pd.DataFrame(),
            (lambda r: middle(*ends(r, "productivity")), likely("p_rise")),
            "productivity",
        ),
    }


PICTURES = (
    "payers",
    "scales",
    "improvement_ranks",
    "alignment",
    "good_sets",
    "gantt",
    "donor_menu",
    "money_map",
    "productivity",
)


def test_every_picture_is_tried() -> None:
    assert tuple(expected(speaking.speaking_study())) == PICTURES


def picture(chart: str, language: str) -> dict[str, Any] | None:
    study = speaking.speaking_study()
    leaf = next(leaf for leaf in LEAVES if leaf.chart == chart)
    page = leaf.content(study)
    if page is None:
        return None
    return said_block(page.blocks[0], Voice(Language.of(study.case, language), study))


@pytest.mark.parametrize("language", speaking.LANGUAGES)
@pytest.mark.parametrize("chart", PICTURES)
def test_a_picture_says_its_table(chart: str, language: str) -> None:
    table, columns, bar = expected(speaking.speaking_study())[chart]
    data = picture(chart, language)
    if data is None:
        assert table.empty
        return
    rows = [row for group in data["groups"] for row in group["rows"]]
    assert len(rows) == len(table) > 0
    for row, (_, known) in zip(rows, table.iterrows(), strict=True):
        told = [speaking.numbers(str(cell), language) for cell in row["cells"][: len(columns)]]
        assert told == [column(known) for column in columns], row["name"]
    if bar:
        found = [(r["bar"]["at"], r["bar"]["low"], r["bar"]["high"]) for r in rows]
        flat = [x for triple in found for x in triple]
        amounts = [x for _, known in table.iterrows() for x in ends(known, bar)]
        zero, span = data["zero"], max(amounts) - min(0.0, *amounts)
        if data["mark"] == "bar":
            assert flat == pytest.approx([zero + x / span for x in amounts])
        else:
            order = sorted(range(len(flat)), key=flat.__getitem__)
            assert order == sorted(range(len(flat)), key=amounts.__getitem__)
