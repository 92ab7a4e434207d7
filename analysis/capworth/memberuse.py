"""What each member uses and owns of every capability: modelled by a stated key, never observed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from capworth.case.model import Case
from capworth.case.ties import counted, whole_figures
from capworth.estimates import Draws, Sampled
from capworth.methods.arguments import Bools, Floats, Ints
from capworth.methods.network.network import exchange, with_known
from capworth.sampling import Sample
from capworth.streams import stream

DRAWS = 300  # of the sample, the first ones, in which use is shared out among members
INHABITANTS = {"small": 1e6, "medium": 1e7, "large": 6e7}  # of a class, where no number is given


@dataclass(frozen=True, slots=True, eq=False)
class CapabilityUse:
    """The members in one capability. Shares sum to 1 over the members in every draw.

    Attributes
    ----------
    searching, owning : (draws, members) whether it is connected
    own : (draws, members) its share of what is found by searching
    external : (draws, members) share of what is found that is found in its records
    """

    searching: Bools
    owning: Bools
    own: Floats
    external: Floats


class UseModel:
    """The members of a case and the key by which use is shared out among them.

    Use and records of a member follow its inhabitants to a power, times a scatter of its own, as
    members of one size differ widely; what it finds at others follows both masses, more inside its
    region. Who is connected is drawn anew in every world, as only counts are published.
    """

    def __init__(self, sample: Sample) -> None:
        case = sample.case
        self.case = case
        self.size = min(DRAWS, len(sample.worlds.cost))
        self.draws: Draws = Sampled(case.settings.seed, 0, self.size)
        figures = whole_figures(case.network)
        self._levels: Mapping[str, Floats] = {i: self.draws.of(e) for i, e in figures.items()}
        regions = tuple(dict.fromkeys(m.region for m in case.members))
        self.regions = regions
        names = sorted(m.id for m in case.members)
        self._order = [names.index(m.id) for m in case.members]
        self.region: Ints = np.array([regions.index(m.region) for m in case.members])
        power, scatter = self.level("use", 0.0), self.level("scatter", 0.0)
        base = power[:, None] * np.log(inhabitants(case))
        self._whole: dict[bytes, Floats] = {}
        self._covered: list[Floats] = []
        self.seeking = np.exp(base + scatter[:, None] * self._normal("searching"))
        self.holding = np.exp(base + scatter[:, None] * self._normal("owning"))

    def level(self, item: str, otherwise: float = 1.0) -> Floats:
        """(draws,) a figure of the whole network; where the case has none, what is given."""
        return self._levels.get(item, np.full(self.size, otherwise))

    def count(self, item: str, capability: str) -> tuple[Floats, str]:
        """(draws,) connected members of one kind, and the region that alone is served."""
        found = counted(self.case.network, item).get(capability)
        if found is None and item == "owners":
            return self.count("searchers", capability)
        if found is None:
            return np.full(self.size, float(len(self.case.members))), ""
        return self.draws.of(found.level), found.region

    def eligible(self, region: str) -> Bools:
        """(members,) who may be connected to what serves one region; all where it is blank."""
        if not region:
            return np.ones(len(self.case.members), dtype=bool)
        inside: Bools = self.region == self.regions.index(region)
        return inside

    def capabilities(self) -> Iterator[CapabilityUse]:
        """Every capability of the case, in its order."""
        affinity, covered = self.level("affinity"), []
        for capability in self.case.capability_ids:
            even = self._stream(f"{capability}/connected").random(self._shape)[:, self._order]
            known, levels = self._known(capability)
            on, eligible = self._connected(capability, "searchers", even, known)
            owning, _ = self._connected(capability, "owners", even, known & False)
            seek, have = self.seeking * on, self.holding * owning
            found = exchange(have, seek, self.region, affinity)
            with np.errstate(invalid="ignore", divide="ignore"):
                own = np.nan_to_num(found.own / found.whole[:, None])
                external = np.nan_to_num(found.external / found.whole[:, None])
            if known.any():
                own = with_known(own, known, levels)
            covered.append(found.whole / self._wanted(eligible))
            yield CapabilityUse(on, owning, own, external)
        self._covered = covered

    def covered(self) -> list[Floats]:
        """For each capability, (draws,) share of the wanted exchange that is reached."""
        if not self._covered:
            for _ in self.capabilities():
                pass
        return self._covered

    def _wanted(self, eligible: Bools) -> Floats:
        """(draws,) exchange if all who may be connected were."""
        key = eligible.tobytes()
        if key not in self._whole:
            have, seek = self.holding * eligible, self.seeking * eligible
            affinity = self.level("affinity")
            self._whole[key] = exchange(have, seek, self.region, affinity).whole
        return self._whole[key]

    @property
    def _shape(self) -> tuple[int, int]:
        return self.size, len(self.case.members)

    def _normal(self, what: str) -> Floats:
        return self._stream(what).standard_normal(self._shape)[:, self._order]

    def _stream(self, what: str) -> np.random.Generator:
        return stream(self.case.settings.seed, f"members' use: {what}")

    def _connected(
        self, capability: str, item: str, even: Floats, known: Bools
    ) -> tuple[Bools, Bools]:
        """Who is connected, as many as are counted on average; and who may be at all.

        Those with the smallest numbers are, so that owners and searchers are the same members as
        far as their counts go; the two first always, and those known to be.
        """
        count, region = self.count(item, capability)
        if item == "owners":
            region = self.count("searchers", capability)[1]
        eligible = self.eligible(region)
        here = np.where(eligible, even, 2.0)
        sure = eligible & known
        share = (count - sure.sum()) / max(int(eligible.sum() - sure.sum()), 1)
        pair = np.partition(here, min(1, here.shape[1] - 1), axis=1)[:, 1:2]
        on = (here < share[:, None]) | (here <= pair) | sure
        return on & eligible, eligible

    def _known(self, capability: str) -> tuple[Bools, Floats]:
        """Members whose share of the use is known, and their shares, (draws, known)."""
        figures = {
            f.member: f.level
            for f in self.case.network
            if f.item == "share" and f.capability == capability
        }
        known = np.array([m.id in figures for m in self.case.members])
        levels = [self.draws.of(figures[m.id]) for m in self.case.members if m.id in figures]
        return known, np.array(levels).T.reshape(self.size, -1)


def inhabitants(case: Case) -> Floats:
    """(members,) inhabitants; those of the class of size where no number is given, else all 1."""
    given = [
        m.population if m.population is not None else INHABITANTS[m.size] if m.size else 1.0
        for m in case.members
    ]
    return np.array(given, dtype=float)
