"""Makers, like for like, the best, and how fragile an answer is."""

import numpy as np
import pytest

from ratings import Counts, fit
from ratings.fragile import votes_to_turn, without_each
from ratings.groups import answers, as_makers, best
from ratings.makers import TooFewModels, hierarchical
from tests.simulate import simulate

NAMES = ("Chinese", "American")


def test_the_spread_between_models_widens_the_answer():
    generator = np.random.default_rng(5)
    theta = np.concatenate([generator.normal(0.3, 0.6, 8), generator.normal(-0.3, 0.6, 8)])
    counts = simulate(theta - theta.mean(), 20_000, 1)
    table = fit(counts)
    found = answers(counts, table, ["CN"] * 8 + ["US"] * 8, "CN", "US", NAMES, sizes=[1.0, 2.0, 4.0, 8.0] * 4)
    fixed, makers = found["fixed"], found["hierarchical"]
    assert makers.upper - makers.lower > 4 * (fixed.upper - fixed.lower)
    assert set(found) == {"fixed", "hierarchical", "matched", "best", "top"}
    assert all(row.sentence for row in found.values())


def test_restricted_likelihood_without_noise_is_the_classical_t_interval():
    """With V = 0 and one variance, REML is the pooled t interval of two samples."""
    generator = np.random.default_rng(1)
    y = np.concatenate([generator.normal(1100, 40, 9), generator.normal(1000, 40, 7)])
    found = hierarchical(y, np.zeros((16, 16)), ["CN"] * 9 + ["US"] * 7, "CN", "US")
    from scipy.stats import ttest_ind

    classical = ttest_ind(y[:9], y[9:]).confidence_interval(0.95)
    assert (found.lower, found.upper) == (
        pytest.approx(classical.low, rel=1e-3),
        pytest.approx(classical.high, rel=1e-3),
    )
    assert found.df == 14


def test_the_hierarchical_interval_covers_the_makers_difference():
    hits = 0
    for seed in range(60):
        generator = np.random.default_rng(seed)
        theta = np.concatenate([generator.normal(0.2, 0.5, 10), generator.normal(-0.2, 0.5, 10)])
        table = fit(simulate(theta - theta.mean(), 4000, seed))
        groups = ["CN"] * 10 + ["US"] * 10
        found = hierarchical(table.rating, table.covariance, groups, "CN", "US")
        hits += found.lower <= 0.4 * 400 / np.log(10) <= found.upper
    assert hits >= 52  # 57 of 60 asked; three standard errors below


def test_size_explains_what_size_does():
    sizes = np.array([1, 2, 4, 8, 16, 32, 1, 2, 4, 8, 16, 32], dtype=float)
    theta = 0.25 * np.log2(sizes) + np.repeat([0.0, 0.6], 6)
    counts = simulate(theta - theta.mean(), 30_000, 3)
    groups = ["CN"] * 6 + ["US"] * 6
    found = as_makers(counts, fit(counts), groups, "CN", "US", NAMES, sizes=list(sizes))
    plain = as_makers(counts, fit(counts), groups, "CN", "US", NAMES)
    assert found.upper - found.lower < 0.6 * (plain.upper - plain.lower)
    assert found.lower < -0.6 * 400 / np.log(10) < found.upper


def test_too_few_models_is_said():
    with pytest.raises(TooFewModels):
        hierarchical(np.array([1000.0, 1001.0]), np.eye(2), ["CN", "US"], "CN", "US")
    counts = simulate(np.array([0.2, -0.2]), 500, 1)
    result = as_makers(counts, fit(counts), ["CN", "US"], "CN", "US", NAMES)
    assert np.isnan(result.estimate)
    assert "Nothing can be said" in result.sentence


def test_one_developer_each_says_nothing_of_makers():
    """Its effect and its country's can't be told apart, however many models it has."""
    y, covariance = np.arange(1000.0, 1008.0), np.eye(8)
    with pytest.raises(TooFewModels, match="2 developers: at least 3"):
        hierarchical(y, covariance, ["CN"] * 4 + ["US"] * 4, "CN", "US", developers=["one"] * 4 + ["other"] * 4)


@pytest.mark.parametrize("seed", range(6))
def test_no_other_spreads_are_likelier(seed: int):
    generator = np.random.default_rng(seed)
    developers = [f"maker {i // 3}" for i in range(24)]
    groups = ["CN"] * 12 + ["US"] * 12
    y = 1000 + generator.normal(0, 30, 24) + np.repeat(generator.normal(0, 40 * (seed % 2), 8), 3)
    covariance = np.eye(24) * 15.0**2
    found = hierarchical(y, covariance, groups, "CN", "US", developers)

    def loss(tau: float, omega: float) -> float:
        """Minus the restricted log-likelihood, from its definition."""
        same = np.equal.outer(np.array(developers), np.array(developers))
        whole = covariance + tau**2 * np.eye(24) + omega**2 * same
        x = np.array([[float(group == name) for name in ("CN", "US")] for group in groups])
        inverse = np.linalg.inv(whole)
        rest = y - x @ np.linalg.solve(x.T @ inverse @ x, x.T @ inverse @ y)
        return float(np.linalg.slogdet(whole)[1] + np.linalg.slogdet(x.T @ inverse @ x)[1] + rest @ inverse @ rest) / 2

    here = loss(found.tau, found.omega)
    assert all(here <= loss(tau, omega) + 1e-4 for tau, omega in generator.uniform(0.01, 120, (300, 2)))


def test_the_best_of_each():
    counts = simulate(np.array([1.0, -0.5, 0.3, -0.8]), 8000, 6)
    result = best(counts, fit(counts), ["CN", "CN", "US", "US"], "CN", "US", NAMES)
    assert result.lower < 0.7 * 400 / np.log(10) < result.upper
    assert result.models == (1, 1)


def test_votes_that_turn_an_answer_really_turn_it():
    counts = simulate(np.array([0.05, 0.0, -0.05]), 3000, 8)
    weights = np.array([1.0, 0.0, -1.0])
    turn = votes_to_turn(counts, weights)
    assert turn is not None
    assert 0 < turn.votes < 0.2 * counts.votes
    assert turn.share == pytest.approx(turn.votes / counts.votes, rel=0.01)


def test_a_clear_answer_takes_more_votes_to_turn():
    weights = np.array([1.0, -1.0])
    close = Counts(np.array([[0.0, 51], [49, 0]]), np.zeros((2, 2)), np.zeros((2, 2)))
    clear = Counts(np.array([[0.0, 80], [20, 0]]), np.zeros((2, 2)), np.zeros((2, 2)))
    near, far = votes_to_turn(close, weights), votes_to_turn(clear, weights)
    assert near is not None
    assert far is not None
    assert near.votes <= 4 < 40 < far.votes


def test_leaving_one_model_out_finds_the_one_that_moves_most():
    table = fit(simulate(np.array([2.0, 0.0, 0.1, 0.0]), 6000, 9))
    rows = without_each(table, ["CN", "CN", "US", "US"], "CN", "US")
    assert rows[0][0] in {0, 1}
    assert len(rows) == 4
