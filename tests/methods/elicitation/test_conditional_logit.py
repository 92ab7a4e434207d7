"""Conditional logit: against closed forms, an independent optimiser, and simulated respondents."""

import numpy as np
import pytest
from scipy.optimize import minimize

from capworth.errors import InputError
from capworth.methods.arguments import Floats, Ints
from capworth.methods.elicitation.conditional_logit import (
    conditional_logit,
    contrast,
    willingness_to_pay,
    worst_as_choice,
)
from capworth.streams import stream


def asked(seed: int, people: int, tasks: int, beta: Floats, shared: float = 0.0):  # type: ignore[no-untyped-def]
    """Respondents with a taste of their own, each asked so many times among three options."""
    random = stream(seed, "respondents")
    options = random.normal(size=(people * tasks, 3, len(beta)))
    taste = np.repeat(shared * random.normal(size=(people, 1, len(beta))), tasks, axis=0)
    utility = (options * (beta + taste)).sum(axis=2) + random.gumbel(size=(people * tasks, 3))
    picked = np.zeros((people * tasks, 3))
    picked[np.arange(people * tasks), utility.argmax(axis=1)] = 1
    task = np.repeat(np.arange(people * tasks), 3)
    who = np.repeat(np.arange(people), 3 * tasks)
    return options.reshape(-1, len(beta)), picked.reshape(-1), task, who


def test_an_independent_optimiser_finds_the_same() -> None:
    x, d, task, who = asked(1, 60, 5, np.array([1.0, -0.5]))
    fit = conditional_logit(x, d, task, who)

    def loss(beta: Floats) -> float:
        u = (x @ beta).reshape(-1, 3)
        return float(np.log(np.exp(u).sum(axis=1)).sum() - (x @ beta)[d > 0].sum())

    other = minimize(
        loss, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9}
    )
    np.testing.assert_allclose(fit.coefficient, other.x, atol=1e-5)
    assert fit.log_likelihood == pytest.approx(-other.fun, abs=1e-7)
    assert (fit.tasks, fit.clusters) == (300, 60)


def test_one_attribute_two_options_in_closed_form() -> None:
    """30 of 40 take it: log 3; clustered by single choices: p (1 - p) n / (n p (1 - p))^2."""
    x = np.tile([[1.0], [0.0]], (40, 1))
    d = np.array([[1, 0]] * 30 + [[0, 1]] * 10).reshape(-1)
    task = np.repeat(np.arange(40), 2)
    fit = conditional_logit(x, d, task, task)
    assert fit.coefficient[0] == pytest.approx(np.log(3))
    assert fit.covariance[0, 0] == pytest.approx(1 / 7.5 * 40 / 39)


def test_intervals_hold_where_answers_of_one_person_hang_together() -> None:
    """Person by person tastes: clustered 90 % intervals hold the mean, single ones would not."""
    held = alone = 0
    for seed in range(150):
        x, d, task, who = asked(seed, 40, 12, np.array([0.6]), shared=0.8)
        fit = conditional_logit(x, d, task, who)
        single = conditional_logit(x, d, task, task)
        centre = 0.489  # the mean taste shrinks with the spread of tastes; by 400,000 choices
        one, two = contrast(fit, [1.0]), contrast(single, [1.0])
        held += one.low <= centre <= one.high
        alone += two.low <= centre <= two.high
    assert held / 150 == pytest.approx(0.9, abs=0.07)
    assert alone / 150 < 0.75


def test_willingness_to_pay_by_simulation() -> None:
    x, d, task, who = asked(3, 200, 10, np.array([1.2, -0.8]))
    fit = conditional_logit(x, d, task, who)
    found = willingness_to_pay(fit, [1.0, 0.0], 1)
    assert found.value == pytest.approx(1.5, abs=0.15)
    drawn = stream(0, "wtp").multivariate_normal(fit.coefficient, fit.covariance, 40_000)
    low, high = np.quantile(drawn[:, 0] / -drawn[:, 1], [0.05, 0.95])
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.03)
    turned = willingness_to_pay(fit, [1.0, 0.0], 0)
    assert np.isnan(turned.value)


def test_worst_choices_tell_the_same_tastes() -> None:
    beta = np.array([1.0, -1.0])
    random = stream(9, "worst")
    x = random.normal(size=(400, 4, 2))
    noisy = (x * beta).sum(axis=2) + random.gumbel(size=(400, 4))
    best = noisy.argmax(axis=1)
    left = (x * -beta).sum(axis=2) + random.gumbel(size=(400, 4))
    left[np.arange(400), best] = -np.inf
    flags = np.zeros((2, 400, 4))
    flags[0, np.arange(400), best] = 1
    flags[1, np.arange(400), left.argmax(axis=1)] = 1
    task: Ints = np.repeat(np.arange(400), 4)
    rows = x.reshape(-1, 2), flags[0].reshape(-1), flags[1].reshape(-1), task, task // 4
    both = conditional_logit(*worst_as_choice(*rows))
    alone = conditional_logit(rows[0], rows[1], task, task // 4)
    np.testing.assert_allclose(both.coefficient, beta, atol=0.2)
    assert both.tasks == 800
    assert (np.diag(both.covariance) < np.diag(alone.covariance)).all()
    without = worst_as_choice(rows[0], rows[1], np.zeros(1600), task, task // 4)
    assert len(without[0]) == 1600


def test_slips() -> None:
    x, d, task = [[1.0], [0.0]] * 2, [1, 0, 0, 1], [0, 0, 1, 1]
    with pytest.raises(InputError, match="one respondent alone"):
        conditional_logit(x, d, task, [0, 0, 0, 0])
    with pytest.raises(InputError, match="task 1 has 2 choices"):
        conditional_logit(x, [1, 0, 1, 1], task, task)
    with pytest.raises(InputError, match="decides every choice"):
        conditional_logit(x, [1, 0, 1, 0], task, task)
    with pytest.raises(InputError, match="cannot tell some of them apart"):
        conditional_logit([[1.0, 1.0], [0.0, 0.0]] * 2, d, task, task)
