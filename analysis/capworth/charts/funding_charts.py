"""The charts of funding: the money there is, what earmarks cost, what may be offered to donors."""

import pandas as pd

from capworth.charts import funding_findings
from capworth.charts.chart import Chart
from capworth.charts.earmark_prices import draw_earmarks
from capworth.charts.making import alone, improvement_rows, rows
from capworth.charts.menu_chart import draw_menu
from capworth.charts.money_waterfall import draw_money_map
from capworth.donors import DonorMenu
from capworth.earmarks import Earmarks
from capworth.moneymap import MoneyMap
from capworth.study import Study


def _money(study: Study) -> MoneyMap:
    assert study.funding is not None
    return study.funding.money


def _earmarks(study: Study) -> Earmarks:
    assert study.funding is not None
    assert study.funding.earmarks is not None
    return study.funding.earmarks


def _menu(study: Study) -> DonorMenu:
    assert study.funding is not None
    return study.funding.menu


def _years(study: Study) -> float:
    return rows(len(_money(study).by_year()) + 2)


def _prices(study: Study) -> float:
    labels = _earmarks(study).to_frame().index.get_level_values("earmark")
    return rows(len(set(labels)), 0.3)


def _earmarked(study: Study) -> bool:
    return study.funding is not None and study.funding.earmarks is not None


def _prices_behind(study: Study) -> pd.DataFrame:
    return _earmarks(study).to_frame()


FUNDING_CHARTS = (
    Chart(
        "money_map",
        ("funding",),
        alone(lambda study, ax, voice: draw_money_map(_money(study), ax, voice)),
        _years,
        lambda study: _money(study).to_frame(),
        funding_findings.money_facts,
        lambda study: not _money(study).is_empty,
    ),
    Chart(
        "earmarks",
        ("funding",),
        alone(lambda study, ax, voice: draw_earmarks(_earmarks(study), ax, voice)),
        _prices,
        _prices_behind,
        funding_findings.earmark_facts,
        _earmarked,
    ),
    Chart(
        "donor_menu",
        ("funding",),
        alone(lambda study, ax, voice: draw_menu(_menu(study), ax, voice)),
        improvement_rows,
        lambda study: _menu(study).to_frame(),
        funding_findings.menu_facts,
    ),
)
