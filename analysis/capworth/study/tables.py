"""The tables of a study: what stands behind every figure of the report."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from capworth.appraisal.cost_cube import cost_cube
from capworth.study.stages import Study

RANKS = ("capability_ranks", "priority_ranks")  # tables of rank acceptability


def tables_of(study: Study) -> Mapping[str, pd.DataFrame]:
    """Every table of a study by its file name, in the order of the questions."""
    tables = {
        "capabilities": study.appraisal.to_frame(),
        "capability_ranks": study.appraisal.rank_acceptability(),
        "capability_pairs": capability_pairs(study),
        "cost_by_payer": study.appraisal.cost_by_payer(),
    }
    if study.contributions and study.reversals:
        tables |= {
            "contributions": study.contributions.to_frame(),
            "rank_reversals": study.reversals.to_frame(),
        }
    if study.feedback:
        tables |= {
            "feedback": study.feedback.to_frame(),
            "feedback_regions": study.feedback.by_region(),
            "feedback_views": study.feedback.views(),
            "feedback_response": study.feedback.response(),
            "feedback_groups": study.feedback.groups(),
            "feedback_group_profiles": study.feedback.group_profiles(),
        }
    if study.elicitation:
        tables |= {
            "weights": study.elicitation.to_frame(),
            "weight_records": study.elicitation.records(),
            "weight_checks": study.elicitation.checks(),
            "weight_agreement": study.elicitation.agreement(),
        }
    cube = cost_cube(study.case)
    tables |= {"cost_cube": cube.to_frame(), "cost_bridge": cube.bridge()}
    if study.allocation:
        tables |= {
            "allocation": study.allocation.to_frame(),
            "allocation_platforms": study.allocation.platforms(),
            "allocation_costs": study.allocation.bearing(),
            "allocation_ranks": study.allocation.ranks(),
        }
    if study.attribution:
        tables["attribution"] = study.attribution.to_frame()
    tables["lints"] = study.soundness.to_frame()
    if study.economics:
        tables |= {
            "economics": study.economics.to_frame(),
            "perspectives": study.economics.perspectives(),
            "value_for_money": study.economics.categories(),
            "accounts": study.economics.accounts(),
            "uncounted": study.economics.uncounted(),
        }
    if study.effectiveness:
        tables["effectiveness"] = study.effectiveness.to_frame()
    if study.willingness:
        tables |= {
            "willingness": study.willingness.to_frame(),
            "acceptability": study.willingness.chances(),
        }
    if study.scales:
        tables |= {"scales": study.scales.to_frame(), "scale_pairs": study.scales.pairs()}
    if study.claim:
        tables |= {"claim": study.claim.to_frame(), "functions": study.claim.by_function()}
    if study.excellence:
        tables |= {
            "excellence": study.excellence.to_frame(),
            "gaps": study.excellence.gaps(),
            "peers": study.excellence.peers(),
            "models": study.excellence.models.to_frame(),
            "model_targets": study.excellence.models.targets(),
        }
    if study.frontier:
        tables["frontier"] = study.frontier.to_frame()
    if study.productivity:
        tables["productivity"] = study.productivity.to_frame().set_index(
            ["comparison", "capability"]
        )
    if study.priorities:
        tables |= {
            "priorities": study.priorities.to_frame(),
            "priority_ranks": study.priorities.rank_acceptability(),
            "priority_pairs": study.priorities.pairwise(),
        }
    if study.gap_worth:
        tables |= {"gap_worth": study.gap_worth.to_frame()}
    if study.joint_gains:
        tables |= {
            "joint_gains": study.joint_gains.to_frame(),
            "joint_pairs": study.joint_gains.pairs(),
        }
    if study.programme:
        tables |= {
            "programme": study.programme.to_frame(),
            "order_of_priority": study.programme.order(),
            "budget_frontier": study.programme.frontier(),
        }
    if study.robustness:
        tables |= {
            "robust_choices": study.robustness.to_frame(),
            "competitors": study.robustness.competitors(),
            "targets": study.robustness.targets(),
            "why_not_funded": study.robustness.why_not(),
            "ways_to_spend": study.robustness.ways(),
        }
    if study.schedule:
        tables |= {
            "schedule": study.schedule.to_frame(),
            "schedule_years": study.schedule.by_year(),
        }
    if study.baseline:
        tables |= {"baseline": study.baseline.to_frame()}
    if study.funding:
        tables |= {
            "funding_curve": study.funding.curve(),
            "next_euro": study.funding.next_euro(),
            "next_sets": study.funding.next_sets(),
            "pledges": study.funding.pledges(),
            "money_map": study.funding.money.to_frame(),
            "donor_menu": study.funding.menu.to_frame(),
            "donor_menu_serves": study.funding.menu.serves(),
        }
    if study.funding and study.funding.earmarks:
        earmarks = study.funding.earmarks
        tables |= {
            "earmark_prices": earmarks.to_frame(),
            "earmark_curve": earmarks.curve(),
            "fund_worth": earmarks.funds(),
            "fund_worth_by_year": earmarks.by_year(),
            "fund_payments": earmarks.payments(),
        }
    if study.network:
        tables |= {
            "network": study.network.to_frame(),
            "network_steps": study.network.steps(),
            "network_growth": study.network.growth(),
        }
        if study.network.break_even:
            tables["hub_and_links"] = study.network.curve()
    if study.members:
        tables |= {
            "members": study.members.to_frame(),
            "members_by_group": study.members.by_group(),
            "members_totals": study.members.totals(),
        }
    if study.sensitivity:
        tables |= {
            "sensitivity": study.sensitivity.to_frame(),
            "evidence": study.sensitivity.evidence(),
        }
    if study.switching:
        tables["switching"] = study.switching.to_frame()
    if study.threshold:
        tables["threshold"] = study.threshold.to_frame()
    if study.resolving:
        tables["information"] = study.resolving.to_frame()
    if study.conventions:
        tables |= {
            "conventions": study.conventions.to_frame(),
            "convention_places": study.conventions.places(),
            "convention_leaders": study.conventions.leaders(),
            "convention_programmes": study.conventions.programmes(),
        }
    return tables


def capability_pairs(study: Study) -> pd.DataFrame:
    """Share of draws in which the row capability is ahead of the column one in value for money."""
    index = pd.Index(study.case.capability_ids, name="capability")
    wins = study.sample.tallies.value.pairwise()
    order = study.appraisal.to_frame().index
    return pd.DataFrame(wins, index, index.rename("other")).loc[order, order]


def as_csv(table: pd.DataFrame) -> str:
    """Return a table with ten significant digits, whatever the locale or the system."""
    return table.to_csv(float_format="%.10g", lineterminator="\n")


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as `as_csv` gives it."""
    path.write_text(as_csv(table), encoding="utf-8", newline="")


def place_in(tables: Path, subject: str) -> str:
    """Say which place a capability or improvement took in a run, with its probability."""
    for name in RANKS:
        path = tables / f"{name}.csv"
        if path.is_file():
            table = pd.read_csv(path, index_col=0)
            if subject in table.index:
                shares = table.loc[subject].to_numpy(dtype=float)
                place = int(shares.argmax()) + 1
                return (
                    f"most often in place {place} of {len(table)} "
                    f"({shares.max():.0%} of draws); first in {shares[0]:.0%}"
                )
    return "its place was not asked for in this run"
