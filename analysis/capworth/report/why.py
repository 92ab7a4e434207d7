"""Why a capability or an improvement stands where it stands: one sentence, from the numbers."""

from pathlib import Path

import numpy as np
import pandas as pd

from capworth.case.model import DISTANCE, Case
from capworth.language.language import Language
from capworth.language.numbers import Amount
from capworth.report.rows import row_of


def why_improvement(key: str, table: pd.DataFrame, pairs: pd.DataFrame, language: Language) -> str:
    """Say why an improvement has its place, and how probable its lead is.

    Parameters
    ----------
    table, pairs : the tables `priorities` and `priority_pairs` of a study or of its run folder
    """
    place, row = list(table.index).index(key), row_of(table, key)
    parts = {
        "name": language.name(key),
        "place": place + 1,
        "count": len(table),
        "worth": language.worth(DISTANCE, Amount.of(row, "gain")),
        "cost": language.millions_spread(Amount.of(row, "cost_m")),
        "rate": language.say("percent", number=language.middle(Amount.of(row, "gain_per_m"))),
    }
    return language.say("why.improvement", ahead=_ahead(key, pairs, language), **parts)


def why_capability(
    key: str,
    table: pd.DataFrame,
    pairs: pd.DataFrame,
    excellence: pd.DataFrame | None,
    models: pd.DataFrame | None,
    language: Language,
) -> str:
    """Say why a capability has its place in value for money, and from whom it can learn.

    Parameters
    ----------
    table, pairs, excellence, models : the tables `capabilities`, `capability_pairs`, `excellence`
        and `models` of a study or of its run folder; None where the case did not ask
    """
    place, row = list(table.index).index(key), row_of(table, key)
    parts = {"name": language.name(key), "place": place + 1, "count": len(pairs)}
    annual = language.millions_spread(Amount.of(row, "annual_cost_m"))
    if excellence is None or models is None:
        return language.say("why.capability_costs", annual=annual, **parts)
    route = row_of(excellence, key)
    unplaced = key not in pairs.index
    text = language.say(
        "why.unplaced" if unplaced else "why.capability",
        score=language.spread(Amount.of(row, "score")),
        annual=annual,
        ahead="" if unplaced else _ahead(key, pairs, language),
        route=language.word("why.route", str(route["route"])),
        efficient=language.probability(float(route["p_excellent"])),
        top=language.probability(float(route["p_top"])),
        **parts,
    )
    model = row_of(models, key)
    if isinstance(model["lags_on"], str) and model["lags_on"]:
        return f"{text} " + language.say(
            "why.learns",
            model=language.name(str(model["model"])),
            p_model=language.probability(float(model["p_model"])),
            criterion=language.name(str(model["lags_on"])),
            now=language.number(float(model["now"]), 0),
            target=language.number(float(model["target"]), 0),
        )
    return f"{text} " + language.say("why.own", p_own=language.probability(float(model["p_own"])))


def why_in(tables: Path, subject: str, case: Case, code: str = "en") -> str:
    """Say it of a run, from its tables; nothing where they do not hold the subject."""
    names = ("priorities", "priority_pairs", "capabilities", "capability_pairs")
    found = {name: _read(tables, name) for name in (*names, "excellence", "models")}
    language = Language.of(case, code)
    text = ""
    order, pairs = found["priorities"], found["priority_pairs"]
    if order is not None and pairs is not None and subject in order.index:
        text = why_improvement(subject, order, pairs, language)
    order, pairs = found["capabilities"], found["capability_pairs"]
    if order is not None and pairs is not None and subject in order.index:
        text = why_capability(subject, order, pairs, found["excellence"], found["models"], language)
    return text.replace("**", "")


def _read(tables: Path, name: str) -> pd.DataFrame | None:
    path = tables / f"{name}.csv"
    return pd.read_csv(path, index_col=0) if path.is_file() else None


def _ahead(key: str, pairs: pd.DataFrame, language: Language) -> str:
    """Name the one that follows and is least surely behind, with the probability of the lead."""
    place = list(pairs.index).index(key)
    wins = pairs.to_numpy(dtype=float)[place, place + 1 :]
    if not len(wins):
        return language.say("why.last")
    closest = int(np.argmin(wins))
    return language.say(
        "why.ahead",
        rival=language.name(str(pairs.index[place + 1 + closest])),
        hedge=language.hedged(float(wins[closest])),
    )
