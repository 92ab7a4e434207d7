"""Published records of data exchange, through the functions that must give them."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capworth.case.model import Case
from capworth.methods.cost_benefit.prices import residual
from capworth.methods.cost_benefit.value_chain import elasticity, lead_use, volumes
from capworth.model.chain import ChainModel

GOLDEN = tomllib.loads((Path(__file__).parents[1] / "golden/record.toml").read_text("utf-8"))


def named(table: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("golden", GOLDEN[table], ids=lambda golden: golden["name"])


def test_every_golden_number_names_its_source() -> None:
    assert all(entry["source"] for table in GOLDEN.values() for entry in table)


@named("residual")
def test_parts_against_their_total(golden: dict[str, Any]) -> None:
    found = residual(golden["parts"], golden["total"], golden["unit"])
    assert found.amount == pytest.approx(golden["amount"], abs=1e-9)
    assert bool(found.rounding) == golden["rounding"]


@named("volumes")
def test_volumes_by_rates(golden: dict[str, Any]) -> None:
    found = volumes(golden["start"], golden["rates"])
    np.testing.assert_allclose(found, golden["volumes"], rtol=golden["rtol"])


@named("elasticity")
def test_responses(golden: dict[str, Any]) -> None:
    found = elasticity(golden["cause"], golden["effect"])
    assert float(found) == pytest.approx(golden["value"], abs=golden["atol"])


@named("speed")
def test_leads_used_in_time(golden: dict[str, Any]) -> None:
    found = lead_use(1.0, golden["delays_days"], golden["patience_days"])
    np.testing.assert_allclose(found, golden["used"], rtol=0, atol=golden["atol"])


@named("harm")
def test_harm_days_of_a_chain_that_loses_nothing(small: Case, golden: dict[str, Any]) -> None:
    """Each kind of crime is a capability whose every hit averts one."""
    capabilities = tuple(
        replace(small.capabilities[0], id=f"crime-{k}") for k in range(len(golden["counts"]))
    )
    model = ChainModel(replace(small, capabilities=capabilities, chain=()))
    one, none = np.ones(1), np.zeros(1)
    levels = {
        c.id: {
            ("hits", ""): np.array([float(count)]),
            ("verified", ""): one,
            ("used", ""): one,
            ("outcome", c.id): one,
            ("counterfactual", c.id): none,
            ("contribution", c.id): one,
        }
        for c, count in zip(capabilities, golden["counts"], strict=True)
    }
    days = {c.id: one * day for c, day in zip(capabilities, golden["days"], strict=True)}
    found = model.walk(1, levels, {"money": {}, "harm": days})
    assert found.harm.sum() == golden["sum"]
    assert found.money.sum() == 0
