"""What the charts of the network find: the words that fill titles, captions and alternatives."""

from collections.abc import Mapping

from capworth.charts.findings import in_series
from capworth.charts.voice import Voice
from capworth.network import STEPS
from capworth.study import Study

Facts = Mapping[str, object]


def hub_facts(study: Study, voice: Voice) -> Facts:
    """From how many members on the hub pays, and how sure that is for today's membership."""
    network = study.network
    assert network is not None
    assert network.break_even is not None
    provenance, curve = study.provenance, network.curve()
    here = curve.iloc[(curve.index.to_numpy() <= network.members).sum() - 1]

    def cost(name: str) -> str:
        return voice.interval(*(float(here[f"{name}_m{end}"]) for end in ("", "_low", "_high")))

    return {
        "variant": "none" if network.break_even[1] == float("inf") else None,
        "unit": voice.millions(provenance.currency),
        "year": provenance.price_year,
        "span": voice.span(*network.break_even),
        "middle": voice.rounded(*network.break_even),
        "members": network.members,
        "p_hub": voice.percent(network.p_hub),
        "hub": cost("hub"),
        "links": cost("links"),
        "wanted": voice.interval(*(100 * x for x in network.wanted)),
        "grades": network.grades.replace(" ", "/"),
        "draws": voice.number(network.draws, 0),
    }


def coverage_facts(study: Study, voice: Voice) -> Facts:
    """The largest difference between members in a capability and pairs reached."""
    network = study.network
    assert network is not None
    table = network.to_frame().sort_values("dyads", ascending=False, kind="stable")
    heads = table["searchers"] / table["members"]
    widest = int((heads - table["dyads"]).to_numpy().argmax())
    row = table.iloc[widest]
    triples = table[["dyads", "dyads_low", "dyads_high"]].to_numpy(dtype=float) * 100
    listed = (
        voice.say("chart.coverage.alt_row", name=voice.name(str(c)), percent=voice.interval(*t))
        for c, t in zip(table.index, triples.tolist(), strict=True)
    )
    return {
        "name": voice.name(str(table.index[widest])),
        "heads": voice.part(float(heads.iloc[widest])),
        "pairs": voice.part(float(row["dyads"])),
        "count": len(table),
        "members": network.members,
        "draws": voice.number(network.draws, 0),
        "list": in_series(voice, listed, most=40),
    }


def step_facts(study: Study, voice: Voice) -> Facts:
    """What a further member finds itself, and what others find in its records."""
    network = study.network
    assert network is not None
    table, provenance = network.steps(), study.provenance

    def worth(step: str, name: str) -> str:
        ends = [f"{name}_k{end}" for end in ("", "_low", "_high")]
        return voice.interval(*table.loc[[step], ends].to_numpy(dtype=float)[0].tolist())

    own, external = table.loc[["member"], ["own_k", "external_k"]].to_numpy(dtype=float)[0].tolist()
    return {
        "unit": voice.say("network.thousand", sign=voice.sign(provenance.currency)),
        "year": provenance.price_year,
        "own": worth("member", "own"),
        "external": worth("member", "external"),
        "share": voice.part(external / (own + external)) if own + external else voice.part(0.0),
        "measured": int(network.to_frame()["value_m"].notna().sum()),
        "count": len(network.to_frame()),
        "draws": voice.number(network.draws, 0),
        "list": in_series(
            voice,
            (
                voice.say(
                    "chart.steps.alt_row",
                    step=voice.say(f"network.{step}"),
                    own=worth(step, "own"),
                    external=worth(step, "external"),
                )
                for step in STEPS
            ),
        ),
    }
