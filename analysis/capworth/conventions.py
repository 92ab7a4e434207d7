"""Does the answer hang on a convention? The same case under every key and discount schedule."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from capworth.answers import Answer
from capworth.case.model import Case
from capworth.case.register import schedules
from capworth.kernels.platformshares import KEYS
from capworth.kernels.rankindices import expected_ranks
from capworth.programme import choose_programme
from capworth.provenance import Provenance
from capworth.sampling import Sample, draw_sample

DRAWS = 2_000
AS_STATED = "as stated"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Conventions(Answer):
    """Places of the capabilities under every convention, and where the programme flips."""

    _table: pd.DataFrame
    _programmes: pd.DataFrame
    draws: int
    provenance: Provenance

    def programmes(self) -> pd.DataFrame:
        """Return what is first and what is chosen under every convention."""
        return self._programmes.copy()

    @property
    def depending(self) -> tuple[str, ...]:
        """The capabilities whose place depends on the convention, most first."""
        moving = self._table[self._table["places_moved"] > 0]
        return tuple(moving.sort_values("places_moved", ascending=False, kind="stable").index)

    @property
    def flipping(self) -> tuple[str, ...]:
        """The conventions under which another programme would be chosen."""
        return tuple(self._programmes.index[self._programmes["flips"]])

    def __repr__(self) -> str:
        return (
            f"<Conventions: {len(self.flipping)} of {len(self._programmes) - 1} choose another "
            f"programme; {len(self.depending)} of {len(self._table)} capabilities change place>"
        )


def variants(case: Case) -> Mapping[str, Case]:
    """List the case under each convention that it does not state itself, by its name."""
    found = {AS_STATED: case}
    if case.platforms:
        for key in KEYS:
            if any(p.key != key for p in case.platforms):
                found[f"key {key}"] = case.with_platform_key(key)
    for name, schedule in schedules().items():
        if name != case.settings.discounting:
            label = f"{name} ({schedule.status})"
            found[label] = case.with_settings(discounting=name)
    timing = "mid" if case.settings.timing == "start" else "start"
    found[f"timing {timing}"] = case.with_settings(timing=timing)
    return found


def compare_conventions(case: Case, draws: int = DRAWS, workers: int = 1) -> Conventions:
    """Answer the case under every allocation key, discount schedule and timing.

    The worlds are the same under every convention, so that a difference is the convention's alone.
    A place is that of the expected rank in value for money.
    """
    places: dict[str, list[int]] = {}
    programmes = {}
    for name, variant in variants(case).items():
        sample = draw_sample(variant, draws, workers)
        expected = pd.Series(expected_ranks(sample.tallies.value.shares()))
        places[name] = expected.rank(method="first").astype(int).tolist()
        programmes[name] = _programme(sample)
    table = pd.DataFrame(places, index=pd.Index(case.capability_ids, name="capability"))
    table["places_moved"] = table.max(axis=1) - table.min(axis=1)
    chosen = pd.DataFrame.from_dict(programmes, orient="index")
    chosen.index.name = "convention"
    chosen["flips"] = chosen["chosen"] != chosen["chosen"].iloc[0]
    return Conventions(
        table.sort_values(AS_STATED, kind="stable"),
        chosen,
        draws,
        Provenance.of(case, draws),
    )


def _programme(sample: Sample) -> dict[str, object]:
    """What comes first, what is chosen and what it costs under one convention."""
    provenance = Provenance.of(sample.case, sample.draws)
    chosen = choose_programme(sample, provenance)
    row: dict[str, object] = {
        "cost_m": float(sample.worlds.cost.sum(axis=1).mean()) / 1e6,
        "first_improvement": "",
        "chosen": "",
        "gain": float("nan"),
    }
    if sample.tallies.priority is not None:
        first = int(expected_ranks(sample.tallies.priority.shares()).argmin())
        row["first_improvement"] = sample.case.improvement_ids[first]
    if chosen is not None:
        row |= {"chosen": " ".join(chosen.chosen), "gain": chosen.gain[0]}
    return row
