"""The charts of what the members say, with their findings."""

from collections.abc import Mapping

import pandas as pd

from capworth.charts.chart import Chart
from capworth.charts.findings import in_series, triples
from capworth.charts.making import capability_rows, frame, of
from capworth.charts.need_charts import draw_need_map, draw_needs
from capworth.charts.voice import Voice
from capworth.feedback import Feedback
from capworth.study import Study


def _feedback(study: Study) -> Feedback:
    assert study.feedback is not None
    return study.feedback


def _has_gap(study: Study) -> bool:
    """Whether importance and satisfaction were both asked for."""
    return bool(_feedback(study).to_frame()["gap"].notna().any())


def _facts(study: Study, voice: Voice) -> Mapping[str, object]:
    """Who answered, the largest need gaps, and on what regions disagree."""
    found = _feedback(study)
    table = found.to_frame().dropna(subset=["gap"])
    gaps = [voice.interval(*row) for row in triples(table, "gap")]
    names = [voice.name(str(c)) for c in table.index]
    rows = (
        voice.say("chart.needs.alt_row", name=name, gap=gap)
        for name, gap in zip(names, gaps, strict=True)
    )
    return {
        "variant": "synthetic" if found.synthetic else None,
        "year": found.year,
        "answered": found.answered,
        "members": found.members,
        "worst": names[0],
        "gap": gaps[0],
        "best": names[-1],
        "best_gap": gaps[-1],
        "count": len(found.disagreed),
        "all": len(table),
        "apart": in_series(voice, (voice.name(c) for c in found.disagreed)),
        "regions": voice.listed(voice.word("region", r) for r in found.regions),
        "list": in_series(voice, rows),
    }


def _by_region(study: Study) -> pd.DataFrame:
    """Gap of all members and of each region."""
    found = _feedback(study)
    regions = found.by_region().pivot_table(
        "gap", index="capability", columns="region", sort=False, dropna=False
    )
    columns = ["name", "gap", "gap_low", "gap_high", "between", "p_chance", "p_adjusted"]
    return found.to_frame()[columns].join(regions[list(found.regions)].add_prefix("gap "))


FEEDBACK_CHARTS = (
    Chart(
        "need_map",
        ("feedback",),
        of("feedback", draw_need_map),
        lambda _: 4.3,
        frame("feedback"),
        _facts,
        _has_gap,
    ),
    Chart(
        "needs",
        ("feedback",),
        of("feedback", draw_needs),
        capability_rows,
        _by_region,
        _facts,
        _has_gap,
    ),
)
