"""The charts of the network: hub and links, coverage of pairs, what the next step is worth.

What the charts of the network find: the words that fill titles, captions and alternatives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from capworth.charts.chart import Chart, frame, in_series, of, rows
from capworth.charts.rows import name_rows, put_legend, rule_rows, say_ticks, write_column
from capworth.charts.style import BLUE, INK, MUTED, ORANGE, PAPER, SMALL, VERMILION, styled
from capworth.language.language import ENGLISH, Language
from capworth.language.numbers import Amount
from capworth.members.network import STEPS, Network
from capworth.study.stages import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Facts = Mapping[str, object]


def hub_facts(study: Study, language: Language) -> Facts:
    """From how many members on the hub pays, and how sure that is for today's membership."""
    network = study.network
    assert network.break_even is not None
    provenance, curve = study.provenance, network.curve()
    here = curve.iloc[(curve.index.to_numpy() <= network.members).sum() - 1]

    def cost(name: str) -> str:
        return language.spread(
            Amount(*(float(here[f"{name}_m{end}"]) for end in ("", "_low", "_high")))
        )

    return {
        "variant": "none" if network.break_even[1] == float("inf") else None,
        "unit": language.million(provenance.currency),
        "year": provenance.price_year,
        "span": language.span(Amount(*network.break_even)),
        "middle": language.middle(Amount(*network.break_even)),
        "members": network.members,
        "p_hub": language.probability(network.p_hub),
        "hub": cost("hub"),
        "links": cost("links"),
        "wanted": language.spread(Amount(*(100 * x for x in network.wanted))),
        "grades": network.grades.replace(" ", "/"),
        "draws": language.number(network.draws, 0),
    }


def coverage_facts(study: Study, language: Language) -> Facts:
    """The largest difference between members in a capability and pairs reached."""
    network = study.network
    table = network.to_frame().sort_values("dyads", ascending=False, kind="stable")
    heads = table["searchers"] / table["members"]
    widest = int((heads - table["dyads"]).to_numpy().argmax())
    row = table.iloc[widest]
    triples = table[["dyads", "dyads_low", "dyads_high"]].to_numpy(dtype=float) * 100
    listed = (
        language.say(
            "chart.coverage.alt_row",
            name=language.name(str(c)),
            percent=language.spread(Amount(*t)),
        )
        for c, t in zip(table.index, triples.tolist(), strict=True)
    )
    return {
        "name": language.name(str(table.index[widest])),
        "heads": language.part(float(heads.iloc[widest])),
        "pairs": language.part(float(row["dyads"])),
        "count": len(table),
        "members": network.members,
        "draws": language.number(network.draws, 0),
        "list": in_series(language, listed, most=40),
    }


def step_facts(study: Study, language: Language) -> Facts:
    """What a further member finds itself, and what others find in its records."""
    network = study.network
    table, provenance = network.steps(), study.provenance

    def worth(step: str, name: str) -> str:
        ends = [f"{name}_k{end}" for end in ("", "_low", "_high")]
        return language.spread(Amount(*table.loc[[step], ends].to_numpy(dtype=float)[0].tolist()))

    own, external = table.loc[["member"], ["own_k", "external_k"]].to_numpy(dtype=float)[0].tolist()
    return {
        "unit": language.say("network.thousand", sign=language.sign(provenance.currency)),
        "year": provenance.price_year,
        "own": worth("member", "own"),
        "external": worth("member", "external"),
        "share": language.part(external / (own + external))
        if own + external
        else language.part(0.0),
        "measured": int(network.to_frame()["value_m"].notna().sum()),
        "count": len(network.to_frame()),
        "draws": language.number(network.draws, 0),
        "list": in_series(
            language,
            (
                language.say(
                    "chart.steps.alt_row",
                    step=language.say(f"network.{step}"),
                    own=worth(step, "own"),
                    external=worth(step, "external"),
                )
                for step in STEPS
            ),
        ),
    }


LAWS = (("n_log_n", ":"), ("n_squared", "-."))  # reference lines only; nothing rests on them


@styled
def draw_hub(network: Network, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw the cost a year of a hub and of links by number of members, with 80 % bands.

    The two thin lines pass through the hub's cost at today's membership: they show shapes that are
    often quoted, not anything that was measured.
    """
    curve, here = network.curve(), network.members
    n = curve.index.to_numpy(dtype=float)
    top = 1.1 * float(np.interp(here, n, curve["links_m_high"]))
    for name, colour, dashes in (("hub", BLUE, "-"), ("links", VERMILION, "--")):
        ax.fill_between(
            n, curve[f"{name}_m_low"], curve[f"{name}_m_high"], color=colour, alpha=0.18, lw=0
        )
        words = language.say(f"network.{name}")
        ax.plot(n, curve[f"{name}_m"], color=colour, ls=dashes, lw=1.4, label=words)
    now = float(np.interp(here, n, curve["hub_m"]))
    shapes = {"n_log_n": n * np.log(n), "n_squared": n**2}
    at = {"n_log_n": here * np.log(here), "n_squared": here**2}
    for law, dashes in LAWS:
        ax.plot(
            n,
            now * shapes[law] / at[law],
            color=MUTED,
            lw=0.8,
            ls=dashes,
            label=language.say(f"network.{law}"),
        )
    ax.axvline(here, color=INK, lw=0.9)
    assert network.break_even is not None
    even, low, high = (min(x, float(n[-1])) for x in network.break_even)
    ax.plot([low, high], [0.94 * top] * 2, color=INK, lw=2.2, solid_capstyle="butt")
    ax.plot(even, 0.94 * top, "o", color=PAPER, markeredgecolor=INK, ms=5)
    ax.annotate(
        language.say("network.break_even", span=language.span(Amount(*network.break_even))),
        (low, 0.94 * top),
        (-4, 0),
        textcoords="offset points",
        ha="right" if low > 0.35 * n[-1] else "left",
        va="center",
        fontsize=SMALL,
    ).set_position((0.0, -9.0))
    ax.annotate(
        language.say("network.now", count=here),
        (here, 1.0),
        (0, 2),
        xycoords=ax.get_xaxis_transform(),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=SMALL,
    )
    ax.set_xlim(0, n[-1])
    ax.set_ylim(0, top)
    provenance = network.provenance
    unit = language.million(provenance.currency)
    ax.set_xlabel(language.say("axis.members"))
    ax.set_ylabel(language.say("axis.network_cost", unit=unit, year=provenance.price_year))
    say_ticks(ax, language)
    say_ticks(ax, language, "y")
    ax.legend(
        loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=1.9, ncols=4, columnspacing=1.2
    )
    return ax


@styled
def draw_coverage(network: Network, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw for each capability the share of pairs reached, beside the share of members in it."""
    table = network.to_frame().sort_values("dyads", ascending=False, kind="stable")
    y = name_rows(ax, [language.short(str(c)) for c in table.index])
    rule_rows(ax, y)
    spans = 100 * table[["dyads_low", "dyads_high"]].to_numpy(dtype=float)
    ax.hlines(y, spans[:, 0], spans[:, 1], color=BLUE, lw=1.4)
    ax.plot(100 * table["dyads"], y, "o", color=BLUE, ms=4, label=language.say("network.pairs"))
    ax.plot(
        100 * table["searchers"] / table["members"],
        y,
        "D",
        color=PAPER,
        markeredgecolor=VERMILION,
        ms=4,
        label=language.say("network.heads"),
    )
    texts = [
        language.spread(Amount(*(100 * float(x) for x in row)))
        for row in table[["dyads", "dyads_low", "dyads_high"]].to_numpy(dtype=float)
    ]
    write_column(ax, y, texts, language.say("column.pairs"))
    ax.set_xlim(0, 102)
    ax.set_xlabel(language.say("axis.coverage"), loc="right")
    say_ticks(ax, language)
    put_legend(ax, 2)
    return ax


@styled
def draw_steps(network: Network, ax: Axes, language: Language = ENGLISH) -> Axes:
    """Draw what one more member, connection, percent of records, point of quality is worth."""
    table = network.steps().loc[list(STEPS)]
    y = name_rows(ax, [language.say(f"network.{step}") for step in STEPS])
    for name, face, hatch, shift in (("own", BLUE, "", -0.19), ("external", ORANGE, "////", 0.19)):
        values = table[f"{name}_k"].to_numpy(dtype=float)
        low, high = (table[f"{name}_k_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
        ax.barh(
            y + shift,
            values,
            0.34,
            facecolor=face,
            edgecolor=INK,
            linewidth=0.5,
            hatch=hatch or None,
            label=language.say(f"network.{name}"),
        )
        ax.hlines(y + shift, low, high, color=INK, lw=1.0)
    texts = [
        "\n".join(
            language.spread(
                Amount(*(float(row[f"{name}_k{end}"]) for end in ("", "_low", "_high")))
            )
            for name in ("own", "external")
        )
        for _, row in table.iterrows()
    ]
    write_column(ax, y, texts, language.say("column.mean_range"))
    provenance = network.provenance
    unit = language.say("network.thousand", sign=language.sign(provenance.currency))
    ax.set_xlim(0, 1.05 * max(float(table.to_numpy().max()), 1e-9))
    ax.set_xlabel(language.say("axis.steps", unit=unit, year=provenance.price_year), loc="right")
    say_ticks(ax, language)
    put_legend(ax, 2)
    return ax


def has_hub(study: Study) -> bool:
    """Whether hub and links were priced."""
    return "network" in study and study.network.break_even is not None


def has_value(study: Study) -> bool:
    """Whether any capability of the network has a value in money."""
    return "network" in study and bool(study.network.steps().to_numpy().any())


def _circles(study: Study) -> float:
    return rows(len(study.network.to_frame()))


NETWORK_CHARTS = (
    Chart(
        key="hub",
        needs=("network",),
        draw=of("network", draw_hub),
        height=lambda _: 3.3,
        behind=lambda study: study.network.curve(),
        facts=hub_facts,
        drawable=has_hub,
    ),
    Chart(
        key="coverage",
        needs=("network",),
        draw=of("network", draw_coverage),
        height=_circles,
        behind=frame("network"),
        facts=coverage_facts,
    ),
    Chart(
        key="steps",
        needs=("network",),
        draw=of("network", draw_steps),
        height=lambda _: 2.1,
        behind=lambda study: study.network.steps(),
        facts=step_facts,
        drawable=has_value,
    ),
)
