"""Every formula, once: what it says in symbols, where the method tells of it, what computes it.

N draws n, capabilities c, improvements i, sets X, criteria k, cost lines l, payers p, years y,
outcomes o; E[ ] is the mean over the draws, q_p the ceil(pN)-th smallest draw, δ_y the discount
factor of year y.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula, written here and nowhere else; its words are the phrase `formula.<id>`.

    Attributes
    ----------
    symbols : the formula
    section : heading of docs/method.md that tells of it
    computed : the function or class that computes it, from the package on
    """

    id: str
    symbols: str
    section: str
    computed: str


WRITTEN: Final = (
    Formula("cost", "C_c = Σ_l s_lc Σ_y δ_y a_ly", "Cost", "model.costs.CostModel.price"),
    Formula("cost_a_year", "C_c / Σ_y δ_y", "Cost", "appraisal.capabilities.appraise"),
    Formula(
        "cost_by_payer",
        "C_cp = Σ_{l of p} s_lc Σ_y δ_y a_ly",
        "Cost",
        "model.costs.CostModel.price",
    ),
    Formula(
        "running_cost",
        "R_Xp = Σ_{recurrent l of p in X} a_lY in the last year Y",
        "Cost",
        "funding.options.compare_options",
    ),
    Formula(
        "hub_and_links",
        "F + n c  against  w l n (n − 1) / 2",
        "Members and the network",
        "members.network.weigh_network",
    ),
    Formula(
        "claimed_share",
        "Σ_{i in X} E[S_i] f_i / Σ_{i in X} E[S_i]",
        "Programme",
        "funding.options.compare_options",
    ),
    Formula(
        "largest_error",
        "max_h se_h / (q_90 - q_10)_h over the headlines h",
        "Draws",
        "uncertainty.convergence.converge",
    ),
    Formula(
        "share_of_payer", "Σ_c E[C_cp] / Σ_c E[C_c]", "Cost", "appraisal.capabilities.appraise"
    ),
    Formula("stated_total", "T = Σ_l a_l + residual", "Cost", "appraisal.cost_cube.cost_cube"),
    Formula("out_turn", "x_l (1 + o_l(Z)) + m_l", "Cost", "model.out_turn.OutTurns"),
    Formula(
        "allocated",
        "s_pc = key(use_c, fixed_p), Σ_c s_pc = 1",
        "Who bears shared platforms",
        "appraisal.allocation.allocate",
    ),
    Formula("score", "S_c = Σ_k w_k v_k(x_ck)", "Score", "model.value.score"),
    Formula("score_part", "w_k v_k(x_ck)", "Score", "multicriteria.contributions.part_scores"),
    Formula("value", "v_ck = v_k(x_ck)", "Score", "model.value.ValueModel.worth"),
    Formula("missed", "w_k (100 − v_k(x_ck))", "Score", "multicriteria.contributions.part_scores"),
    Formula(
        "weight",
        "w_k = swing_k / Σ_j swing_j",
        "Members and weights",
        "model.value.ValueModel.weights",
    ),
    Formula(
        "need",
        "importance × (10 − satisfaction)",
        "Members and weights",
        "members.feedback.hear_members",
    ),
    Formula(
        "by_chance",
        "(1 + #{deals: regions dealt at random differ as much}) / (1 + deals)",
        "Members and weights",
        "members.feedback.hear_members",
    ),
    Formula(
        "chain",
        "searches × hit rate × verified × used × outcomes × additional × attributed",
        "Money and harm",
        "model.chain.ChainModel.walk",
    ),
    Formula("money", "B_c = Σ_y δ_y Σ_o N_co u_o", "Money and harm", "model.chain.ChainModel.walk"),
    Formula("harm", "H_c = Σ_o N_co d_o", "Money and harm", "model.chain.ChainModel.walk"),
    Formula(
        "harm_in_all",
        "Σ_y δ_y H_c",
        "Costs and benefits in money",
        "appraisal.effectiveness.cost_effectiveness",
    ),
    Formula(
        "attributed",
        "Shapley share over platform, owner, searcher",
        "Money and harm",
        "appraisal.attribution.attribute",
    ),
    Formula(
        "rate",
        "E[added value] / (E[C_c] / (10⁶ Σ_y δ_y))",
        "Value for money and ranks",
        "appraisal.capabilities.appraise",
    ),
    Formula(
        "rank_share",
        "#{n: place_n = r} / N",
        "Value for money and ranks",
        "methods.acceptability.smaa.RankTally",
    ),
    Formula(
        "expected_place",
        "Σ_r r P(place = r)",
        "Value for money and ranks",
        "methods.acceptability.indices.expected_ranks",
    ),
    Formula(
        "share_of_draws",
        "#{n: it holds in n} / N",
        "Draws",
        "methods.uncertainty.convergence.share_error",
    ),
    Formula(
        "claim_ratio",
        "ρ = (a + b) / a of the weighted fit y = a + b g",
        "The claim",
        "methods.claim.share_test.slope_statistic",
    ),
    Formula(
        "claim_p",
        "(1 + #{deals: b_deal ≥ b}) / (1 + deals)",
        "The claim",
        "methods.claim.share_test.p_values",
    ),
    Formula(
        "claim_power",
        "#{deals in which the word is reached} / deals",
        "The claim",
        "methods.claim.verdict.power_of",
    ),
    Formula(
        "claim_route",
        "Shapley, Owen, first in, last in of v(S)",
        "The claim",
        "appraisal.claim_routes.take_routes",
    ),
    Formula(
        "efficiency",
        "1 / max φ: Σ λ x ≤ x_c, Σ λ y ≥ φ y_c, λ ≥ 0",
        "Services of excellence",
        "methods.envelopment.dea.dea",
    ),
    Formula(
        "excellent",
        "P(efficient, among the top of added value)",
        "Services of excellence",
        "excellence.services.find_excellence",
    ),
    Formula(
        "model_share",
        "#{n: it has a weight λ > 0} / N",
        "Services of excellence",
        "excellence.services.find_excellence",
    ),
    Formula(
        "gap",
        "d_ck = max(0, r_ck − v_ck)",
        "What closing a gap is worth",
        "excellence.gaps.gap_worth",
    ),
    Formula(
        "target",
        "t_ck = Σ_j λ_j v_jk / Σ_j λ_j;  t_ck − v_ck;  w_k (t_ck − v_ck)",
        "Services of excellence",
        "excellence.services.learn",
    ),
    Formula(
        "productivity",
        "M = (D⁰(1)/D⁰(0) · D¹(1)/D¹(0))^½",
        "Productivity over years",
        "methods.envelopment.malmquist.malmquist",
    ),
    Formula(
        "asked",
        "A_i = Σ_{l one-off, of i} (a_l (1 + overrun_l) + managing_l)",
        "Improvements",
        "model.costs.CostModel.price",
    ),
    Formula(
        "gain",
        "100 Σ_y δ_y Σ_c e_c Σ_k w_k (d_ck − d_ck(X, y)) / (Σ_y δ_y E[D])",
        "The unit of a programme",
        "model.set_value.SetValue",
    ),
    Formula(
        "distance",
        "D = Σ_c e_c Σ_k w_k max(0, r_ck − v_ck)",
        "The unit of a programme",
        "model.extents.distances",
    ),
    Formula(
        "extent", "e_c = key_c / Σ_b key_b", "The unit of a programme", "model.extents.Extents"
    ),
    Formula(
        "gain_rate", "E[gain] / (E[C_i] / 10⁶)", "Improvements", "model.simulation.gain_per_million"
    ),
    Formula(
        "gain_asked_rate",
        "E[gain] / (E[A_i] / 10⁶)",
        "Improvements",
        "programme.selection.choose_programme",
    ),
    Formula(
        "served",
        "Σ_c E[gain_ic] g_c / Σ_c E[gain_ic]",
        "Improvements",
        "programme.priorities.prioritise",
    ),
    Formula(
        "joint_gain",
        "φ_i = E over orders of V(before ∪ i) − V(before)",
        "Improvements",
        "programme.joint_gains.join_gains",
    ),
    Formula(
        "lost_a_year",
        "Σ_y δ_y (a_i(y) − a_i(y − 1)) / Σ_y δ_y a_i(y)",
        "The unit of a programme",
        "programme.joint_gains.lost_a_year",
    ),
    Formula("objective", "E[V(X)]", "Programme", "model.set_value.SetValue"),
    Formula(
        "needed",
        "q_p(Σ_{i in X} A_i)",
        "Programme",
        "methods.uncertainty.order_statistics.order_quantile",
    ),
    Formula(
        "unsearched",
        "max_{x, t in [0, 1]} V(x, t) / E[V(X)] - 1, V of means, E[C] <= B",
        "Programme",
        "methods.portfolio.candidates.value_ceiling",
    ),
    Formula(
        "contingency",
        "max(0, q_p − E) of Σ_{i in X} A_i",
        "Programme",
        "programme.selection.Programme.contingency_m",
    ),
    Formula(
        "within",
        "#{n: Σ_{i in X} A_in ≤ B} / N",
        "Programme",
        "methods.portfolio.confidence.Programmes",
    ),
    Formula(
        "core",
        "#{n: the best good set of n holds i} / N",
        "Programme",
        "methods.portfolio.good_sets.roles",
    ),
    Formula("regret", "E[max_Y V(Y) − V(X)]", "Programme", "programme.good_sets.good_sets"),
    Formula("exchange", "#{n: V_n(Z) > V_n(X)} / N", "Programme", "programme.good_sets.good_sets"),
    Formula(
        "further", "V(X(B + b)) − V(X(B))", "Programme", "programme.selection.choose_programme"
    ),
    Formula(
        "by_year",
        "a_i(y), V(X, y): Σ_y δ_y V(X, y) / Σ_y δ_y = V(X)",
        "Programme",
        "programme.schedule.by_year",
    ),
    Formula("promise", "v_ck + a_i(y) rise_ick", "Programme", "programme.tracking.set_baseline"),
    Formula("pledged", "Σ_y pledge_y", "Money, earmarks and packages", "funding.pledges.map_money"),
    Formula(
        "coming", "Σ chance × pledge", "Money, earmarks and packages", "funding.pledges.map_money"
    ),
    Formula(
        "earmark",
        "V(free money) − V(under earmarks)",
        "Money, earmarks and packages",
        "funding.earmarks.price_earmarks",
    ),
    Formula(
        "dual_price",
        "∂ V / ∂ money of a fund in a year, parts of improvements counted",
        "Money, earmarks and packages",
        "methods.portfolio.earmarks.worth_of_money",
    ),
    Formula(
        "package",
        "i and all that i requires",
        "Money, earmarks and packages",
        "funding.donors.make_menu",
    ),
    Formula(
        "member_part",
        "Σ_c hits_c × share of the member as searcher or owner",
        "Members and the network",
        "members.served.serve_members",
    ),
    Formula(
        "largest_group_error",
        "max_g se_g / |Σ_{m in g}| over the groups g",
        "Members and the network",
        "members.served.Members.by_group",
    ),
    Formula(
        "network_step",
        "∂ value / ∂ (member, record, quality)",
        "Members and the network",
        "members.network.weigh_network",
    ),
    Formula(
        "swing",
        "y(q_0.9 of x) − y(q_0.1 of x), all else at the modes",
        "Sensitivity and evidence",
        "uncertainty.sensitivity.swing_inputs",
    ),
    Formula(
        "variance_share",
        "Var(E[lead | x]) / Var(lead)",
        "Sensitivity and evidence",
        "uncertainty.sensitivity.swing_inputs",
    ),
    Formula(
        "evidence",
        "Σ_{inputs of the grade} amount / Σ amount",
        "Sensitivity and evidence",
        "uncertainty.sensitivity.swing_inputs",
    ),
    Formula(
        "net", "B − C + savings", "Costs and benefits in money", "appraisal.economics.economics"
    ),
    Formula(
        "benefit_cost_ratio",
        "E[B] / E[C]",
        "Costs and benefits in money",
        "methods.cost_benefit.ratios.ratio_of_means",
    ),
    Formula(
        "payback",
        "min y: Σ_{t ≤ y} (B_t − C_t) ≥ 0",
        "Costs and benefits in money",
        "methods.cost_benefit.discounting.payback",
    ),
    Formula(
        "rate_of_return",
        "r: Σ_y (B_y − C_y) / (1 + r)^y = 0",
        "Costs and benefits in money",
        "methods.cost_benefit.rate_of_return.internal_rates",
    ),
    Formula(
        "harm_break_even",
        "E[C] / (E[H] Σ_y δ_y)",
        "Costs and benefits in money",
        "study.figures.harm_break_even",
    ),
    Formula(
        "break_even",
        "(C − B priced) / Σ_y δ_y outcomes_y",
        "Costs and benefits in money",
        "appraisal.economics.break_evens",
    ),
    Formula(
        "effectiveness",
        "ΔE[C] / ΔE[added value]",
        "Costs and benefits in money",
        "appraisal.effectiveness.cost_effectiveness",
    ),
    Formula(
        "average_price",
        "E[C] / E[added value]",
        "Costs and benefits in money",
        "appraisal.effectiveness.cost_effectiveness",
    ),
    Formula(
        "places",
        "place by each scale, key or convention",
        "Scales and conventions",
        "appraisal.effectiveness.scale_panel",
    ),
    Formula(
        "switching",
        "first x on the way out from q_0.5 at which X(x) ≠ X",
        "What would change the advice",
        "uncertainty.switching.switching_values",
    ),
    Formula(
        "information",
        "E[max_X E[V(X) | known]] − max_X E[V(X)]",
        "What to find out first",
        "uncertainty.information.value_of_information",
    ),
)
FORMULAS: Final[Mapping[str, Formula]] = MappingProxyType({one.id: one for one in WRITTEN})
