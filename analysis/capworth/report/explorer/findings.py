"""Figures that the finding of a chart prints: by its name, from the answers that it is drawn from.

What a finding counts is no figure: how many services, sets or steps it speaks of.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

import pandas as pd

from capworth.charts.gallery import GALLERY
from capworth.model.costs import PAYERS
from capworth.model.figures import EVERY, PROGRAMME
from capworth.study.stages import Study


def _payers(_: Study) -> Iterator[str]:
    yield f"cost.{EVERY}"
    yield from (f"cost_share.{EVERY}.{payer}" for payer in PAYERS)


def _gaps(study: Study) -> Iterator[str]:
    capability, criterion = GALLERY["gaps"].table(study).index[0]
    yield from (f"gaps/{column}/{capability}/{criterion}" for column in ("gap", "p_below"))


def _needs(study: Study) -> Iterator[str]:
    table = study.feedback.to_frame()["gap"].dropna()
    yield from (f"feedback/gap/{key}" for key in table.index[:1])


def _improvement_ranks(study: Study) -> Iterator[str]:
    chances = study.priorities.to_frame()["p_first"].sort_values(ascending=False, kind="stable")
    yield from (f"first.{key}" for key in chances.index[:2])


def _alignment(study: Study) -> Iterator[str]:
    yield f"gain.{study.priorities.to_frame()['gain'].sort_values(kind='stable').index[-1]}"


def _good_sets(study: Study) -> Iterator[str]:
    yield f"near.{PROGRAMME}"
    better = study.programme.good_sets()["p_better"].iloc[1:]
    if len(better):
        yield f"good_sets/p_better/{better.idxmax()}"


def _switching(study: Study) -> Iterator[str]:
    table = study.switching.to_frame()
    yield f"switches_either.{table.index[0]}.{table['side'].iloc[0]}"


def _overrun(study: Study) -> Iterator[str]:
    totals = study.overrun.to_frame()
    if len(totals):
        largest = totals["expected_m"].idxmax()
        names = ("total_expected", "total_needed", "stated_total")
        yield from (f"{name}.{largest}{'.stated' * (name == names[2])}" for name in names)
        return
    added = study.overrun.improvements()
    share: pd.Series[float] = added["asked_m"] / added["base_m"]
    yield from (f"added_share.{key}" for key in (share.idxmin(), share.idxmax()))


def _funding(study: Study) -> Iterator[str]:
    steps = study.funding.next_euro()
    yield f"more.further.{steps.index[len(steps) // 2]:g}"
    yield from ("pledged.all_pledges", f"target.{PROGRAMME}", f"budget.{PROGRAMME}")


def _money(_: Study) -> Iterator[str]:
    yield from (f"{name}.all_pledges" for name in ("pledged", "missing_to_target"))
    yield from ("missing_to_budget.all_pledges", f"target.{PROGRAMME}", f"budget.{PROGRAMME}")


def _packages(study: Study) -> Iterator[str]:
    asked = study.funding.menu.to_frame()["asked_m"]
    yield from (f"donor_menu/asked_m/{key}" for key in (asked.idxmin(), asked.idxmax()))


def _steps(_: Study) -> Iterator[str]:
    yield "given_to_others.one_more.member"
    yield from (f"one_more.member.{whose}" for whose in ("own", "external"))


FINDINGS: Final[Mapping[str, Callable[[Study], Iterator[str]]]] = MappingProxyType(
    {
        "payers": _payers,
        "net_value": lambda _: iter((f"positive.{PROGRAMME}",)),
        "efficiency": lambda _: iter(("setting.excellent_efficient",)),
        "gaps": _gaps,
        "needs": _needs,
        "improvement_ranks": _improvement_ranks,
        "alignment": _alignment,
        "hub": lambda _: iter(("members.hub_pays_from", "hub_pays.all_members")),
        "good_sets": _good_sets,
        "switching": _switching,
        "gantt": lambda _: iter((f"years.{PROGRAMME}",)),
        "overrun": _overrun,
        "funding": _funding,
        "money_map": _money,
        "donor_menu": _packages,
        "steps": _steps,
    }
)
