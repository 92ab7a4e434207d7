"""The draws of a study as labelled arrays: numpy without, xarray and ArviZ where they are there.

What is kept of a study is its first 20,000 draws, of some arrays its first 1,000; all draws are
found again when they are asked for, the same ones.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from capworth.case.model import DISTANCE, HARM, NET
from capworth.errors import InputError, nearest
from capworth.methods.arguments import Bools, Floats
from capworth.model.costs import PAYERS
from capworth.model.draws import stacked
from capworth.model.simulation import CHUNK, Drawn, Sample, sampled
from capworth.programme.choice import Choice
from capworth.programme.selection import Programme

DRAW: Final = "draw"
Find = Callable[[Drawn], Floats]
CAPABILITIES: Final[Mapping[str, tuple[tuple[str, ...], str, Find]]] = {
    "cost": (("capability",), "money", lambda d: d.cost),
    "score": (("capability",), "points", lambda d: d.score),
    "money": (("capability",), "money", lambda d: d.money),
    "harm": (("capability",), "days a year", lambda d: d.harm),
    "distance": ((), "points", lambda d: d.distance),
    "payers": (("capability", "payer"), "money", lambda d: d.payers),
    "levels": (("capability", "criterion"), "points", lambda d: d.levels),
    "weights": (("criterion",), "share", lambda d: d.weights),
    "gain": (("improvement",), "% of the distance", lambda d: d.gains.distance),
    "gain_money": (("improvement",), "money", lambda d: d.gains.money),
    "gain_net": (("improvement",), "money", lambda d: d.gains.net),
    "gain_harm": (("improvement",), "days a year", lambda d: d.gains.harm),
    "improvement_cost": (("improvement",), "money", lambda d: d.improvement_cost),
    "asked": (("improvement",), "money", lambda d: d.asked),
}
ASKED, EXCEEDED = "programme_asked", "budget_exceeded"
PROGRAMME: Final = {
    ASKED: "money",
    "programme_gain": "% of the distance",
    "programme_net": "money",
    "programme_harm": "days a year",
    EXCEEDED: "yes or no",
}
FAR: Final = 12  # inputs that are named as most unlike


@dataclass(frozen=True, eq=False)
class Drawings(Mapping[str, Any]):
    """Arrays by name, the first axis the draws; `dims`, `coords` and `units` say what they are.

    `draws["cost"]` is a numpy array that cannot be written to; `draws.table("cost")` the same with
    its labels; `draws.to_dataset()` all of them for xarray. Money is real, in the currency and
    prices of the case. What is not measured of a thing is NaN, and of none has no array.

    Attributes
    ----------
    sample : of the study
    programme : of the study; None where the case asks for none
    rows : draws that are meant; all that are kept when None
    """

    sample: Sample
    programme: Programme | None = None
    rows: Bools | None = None

    @cached_property
    def dims(self) -> Mapping[str, tuple[str, ...]]:
        """Names of the axes of each array after the draws."""
        found = {
            name: dims
            for name, (dims, _, _) in CAPABILITIES.items()
            if self._is_there(dims) and self._known.get(name, np.array([True])).any()
        }
        return found | (dict.fromkeys(PROGRAMME, ()) if self.programme is not None else {})

    def _is_there(self, dims: tuple[str, ...]) -> bool:
        return all(len(self.coords[dim]) for dim in dims)

    @property
    def units(self) -> Mapping[str, str]:
        """What each array is counted in; money in the currency of the case."""
        settings = self.sample.case.settings
        money = f"{settings.currency} of {settings.price_year}"
        units = {name: unit for name, (_, unit, _) in CAPABILITIES.items()} | PROGRAMME
        return {name: units[name].replace("money", money) for name in self.dims}

    @property
    def coords(self) -> Mapping[str, tuple[str, ...]]:
        """Labels along each axis."""
        case = self.sample.case
        leaves = self.sample.model.value.leaves
        return {
            "capability": case.capability_ids,
            "improvement": case.improvement_ids,
            "payer": PAYERS,
            "criterion": tuple(leaf.id for leaf in leaves),
        }

    @property
    def size(self) -> int:
        """How many draws are meant."""
        return self.sample.drawn.size if self.rows is None else int(self.rows.sum())

    def __getitem__(self, name: str) -> Any:
        if name not in self.dims:
            raise InputError(f"there are no draws of {name!r}. {nearest(name, self.dims)}")
        whole = self._of_programme(name) if name in PROGRAMME else self._of(name, self.sample.drawn)
        return _locked(whole if self.rows is None else whole[self.rows[: len(whole)]])

    def __iter__(self) -> Iterator[str]:
        return iter(self.dims)

    def __len__(self) -> int:
        return len(self.dims)

    def __repr__(self) -> str:
        of = "" if self.rows is None else f" of {self.sample.drawn.size:,}"
        return f"<Draws: {self.size:,}{of} of {self.sample.case.settings.name}; {', '.join(self)}>"

    @cached_property
    def _known(self) -> Mapping[str, Bools]:
        """(things,) whether an array is measured of each, where it may not be."""
        model, gains = self.sample.model, self.sample.drawn.gains
        whole = {name: model.known[name] for name in ("score", "money", "harm")}
        added = {"gain_money": model.valued, "gain_net": model.priced}
        return whole | added | {"gain_harm": (gains.harm != 0).any(axis=0)}

    def _of(self, name: str, drawn: Drawn) -> Floats:
        values = CAPABILITIES[name][2](drawn)
        known = self._known.get(name)
        return values if known is None or known.all() else np.where(known, values, np.nan)

    def _of_programme(self, name: str) -> Any:
        assert self.programme is not None  # else there is no such name
        table = self.programme.to_frame()
        chosen = table["chosen"].to_numpy(dtype=bool)
        delays = table["delay"].to_numpy(dtype=np.int64)
        choice = Choice.of(self.sample)
        if name in (ASKED, EXCEEDED):
            return self._asked(choice.cost, name)
        measure = {"gain": DISTANCE, "net": NET, "harm": HARM}[name.rpartition("_")[2]]
        return choice.by_draw(chosen, delays, measure)

    def _asked(self, each: Floats, name: str) -> Any:
        """What the programme asks for, or whether it is more than the budget, from each one's."""
        assert self.programme is not None  # else there is no such name
        asked = each[:, self.programme.to_frame()["chosen"].to_numpy(dtype=bool)].sum(axis=1)
        budget = self.sample.case.settings.budget or 0.0
        return asked > budget if name == EXCEEDED else asked

    def every(self, name: str) -> Any:
        """Return all draws of the study of one array, also those that are not kept.

        Of the programme, what it asks for and whether that exceeds the budget.
        """
        if name not in self.dims:
            raise InputError(f"there are no draws of {name!r}. {nearest(name, self.dims)}")
        if name in (ASKED, EXCEEDED):
            return _locked(self._asked(self.every("asked"), name))
        if name in PROGRAMME:
            kept = f"{self.sample.drawn.size:,} draws that are kept"
            raise InputError(f"{name} is found in the {kept} alone. Take draws[{name!r}].")
        case, model, draws = self.sample.case, self.sample.model, self.sample.draws
        chunks = (
            self._of(name, model.answer(sampled(case, k, min(CHUNK, draws - start)))).copy()
            for k, start in enumerate(range(0, draws, CHUNK))
        )
        return _locked(np.concatenate(list(chunks)))

    def of_input(self, name: str) -> Any:
        """Return the level of one uncertain number of the case in each draw, in its unit."""
        known = self.sample.case.estimates()
        if name not in known:
            raise InputError(f"there is no input {name!r}. {nearest(name, known)}")
        whole = self.sample.of(known[name])
        return _locked(whole if self.rows is None else whole[self.rows])

    def table(self, name: str) -> pd.DataFrame:
        """Return one array as a frame: draws down, labels across."""
        values = self[name]
        index: Any = pd.RangeIndex(len(values), name=DRAW)
        if self.rows is not None:
            index = pd.Index(np.flatnonzero(self.rows)[: len(values)], name=DRAW)
        labels = [self.coords[dim] for dim in self.dims[name]]
        if not labels:
            return pd.DataFrame({name: values}, index=index)
        across = pd.MultiIndex.from_product(labels, names=self.dims[name])
        flat = values.reshape(len(values), -1)
        return pd.DataFrame(flat, index, across if len(labels) > 1 else across.get_level_values(0))

    def where(self, mask: Any) -> "Drawings":
        """Return the draws of which something is true; see `Study.where`."""
        found = self[mask] if isinstance(mask, str) else mask(self) if callable(mask) else mask
        rows = np.asarray(found)
        kept = self.sample.drawn.size
        if rows.dtype != np.bool_ or rows.shape not in {(kept,), (self.size,)}:
            raise InputError(
                f"mask: yes or no for each of {self.size:,} draws is needed, not an array "
                f"{rows.dtype} {rows.shape}. Compare an array of the draws with a number."
            )
        if self.rows is not None:
            whole = self.rows.copy()
            whole[self.rows] = rows if len(rows) == self.size else rows[self.rows]
            rows = whole
        return replace(self, rows=rows)

    def beside_all(self) -> pd.DataFrame:
        """Return the inputs that are most unlike in these draws, beside all draws.

        `shift` is the difference of means in standard deviations over all draws.
        """
        known = [e for e in self.sample.case.estimates().values() if not e.is_certain]
        rows = np.ones(self.sample.drawn.size, dtype=bool) if self.rows is None else self.rows
        draws = self.sample.first_draws(CHUNK)
        levels, mine = stacked(draws, known), rows[: min(draws.size, len(rows))]
        levels = levels[: len(mine)]
        wide = levels.std(axis=0)
        here = levels[mine].mean(axis=0) if mine.any() else np.full(len(known), np.nan)
        whole = levels.mean(axis=0)
        table = pd.DataFrame(
            {
                "here": here,
                "all": whole,
                "shift": np.divide(here - whole, wide, out=np.zeros_like(wide), where=wide > 0),
                "unit": [e.unit for e in known],
            },
            index=pd.Index([e.name for e in known], name="input"),
        )
        order = table["shift"].abs().sort_values(ascending=False, kind="stable").index
        return table.loc[order[:FAR]]

    def to_dataset(self) -> Any:
        """Return an `xarray.Dataset` of all arrays of the draws that are kept; needs xarray."""
        xarray = _needed("xarray", "labels")
        arrays = {}
        for name, dims in self.dims.items():
            values = self[name]
            first = DRAW if len(values) == self.size else f"{DRAW}_first"
            arrays[name] = ((first, *dims), values, {"units": self.units[name]})
        used = {dim for dims in self.dims.values() for dim in dims}
        coords = {dim: list(labels) for dim, labels in self.coords.items() if dim in used}
        return xarray.Dataset(arrays, coords, {"case": self.sample.case.settings.name})

    def to_inference_data(self) -> Any:
        """Return what ArviZ reads, of the arrays that all draws are kept of; needs arviz.

        Draws stand in the group `prior`: an `InferenceData`, from ArviZ 1 on an xarray `DataTree`.
        """
        arviz = _needed("arviz", "arviz")
        whole = {name: self[name][None] for name in self if len(self[name]) == self.size}
        dims = {name: list(self.dims[name]) for name in whole}
        coords = {dim: list(self.coords[dim]) for each in dims.values() for dim in each}
        group = {"prior": whole}
        if int(arviz.__version__.partition(".")[0]) < 1:
            return arviz.from_dict(**group, coords=coords, dims=dims)
        return arviz.from_dict(group, coords=coords, dims=dims)


def _locked(values: Any) -> Any:
    view = values.view()
    view.setflags(write=False)
    return view


def _needed(package: str, extra: str) -> Any:
    from importlib import import_module

    try:
        return import_module(package)
    except ImportError as error:
        words = f"{package} is not installed. Install it, or capworth[{extra}]; or take `table`."
        raise InputError(words) from error
