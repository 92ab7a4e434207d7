"""What the maps of innovation and of the architecture find."""

from collections.abc import Mapping

from capworth.architecture import (
    CARRIES,
    IMPROVEMENT,
    LIFTS,
    PLATFORM,
    REQUIRES,
    architecture_of,
)
from capworth.charts.findings import in_series
from capworth.charts.voice import Voice
from capworth.gapworth import CATCH_UP, EXTEND, KEEP, UNAIDED
from capworth.study import Study

Facts = Mapping[str, object]
FIELDS = (CATCH_UP, EXTEND, UNAIDED, KEEP)
FIRM = 0.9  # share of draws from which a capability is surely in its field


def innovation_facts(study: Study, voice: Voice) -> Facts:
    """How many capabilities are far from excellence without help, and which lie in each field."""
    gaps = study.gap_worth
    assert gaps is not None
    table = gaps.to_frame().sort_values("gap", ascending=False, kind="stable")
    lists = {
        f"{field.replace(' ', '_')}_list": in_series(
            voice, (voice.short(str(c)) for c in table.index[table["field"] == field]), most=12
        )
        for field in FIELDS
    }
    unaided = table[table["field"] == UNAIDED]
    close, potential = gaps.middle
    return {
        "variant": None if len(unaided) else "none",
        "count": len(unaided),
        "all": len(table),
        "far": int((table["field"] == CATCH_UP).sum()),
        "farthest": voice.name(str((unaided if len(unaided) else table).index[0])),
        "firm": int((table["p_field"] >= FIRM).sum()),
        "close": voice.say("percent.plain", number=voice.number(100 * close, 0)),
        "potential": voice.number(potential, 1),
        "draws": voice.number(gaps.draws, 0),
        **lists,
    }


def architecture_facts(study: Study, voice: Voice) -> Facts:
    """How many capabilities the improvements reach, and what most depends on."""
    found = architecture_of(study.sample, study.programme, study.provenance)
    edges = found.edges()
    lifted = edges[edges["kind"] == LIFTS]
    needed = edges.loc[edges["kind"] == REQUIRES, "to"].value_counts()
    reach = lifted["from"].value_counts()
    widest = min(reach.index[reach == reach.max()]) if len(reach) else ""
    hub = min(needed.index[needed == needed.max()]) if len(needed) else ""
    carried = edges.loc[edges["kind"] == CARRIES].groupby("from")["to"].count()
    return {
        "variant": None if hub else "plain",
        "reached": len(study.case.capabilities) - len(found.unlinked),
        "all": len(study.case.capabilities),
        "improvements": len(found.layer(IMPROVEMENT)),
        "platforms": len(found.layer(PLATFORM)),
        "hub": voice.name(hub) if hub else voice.say("none"),
        "count": int(needed.max()) if hub else 0,
        "widest": voice.name(widest) if widest else voice.say("none"),
        "widest_count": int(reach.max()) if widest else 0,
        "unlinked": in_series(voice, (voice.short(c) for c in found.unlinked), most=12),
        "carried": in_series(
            voice,
            (
                voice.say("chart.architecture.alt_row", name=voice.name(str(p)), count=int(n))
                for p, n in carried.items()
            ),
        ),
    }
