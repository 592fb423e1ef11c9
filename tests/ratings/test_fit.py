"""Ratings against closed forms, published answers, properties, and what breaks other engines."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit

from ratings import Counts, Outcome, fit, simultaneous
from ratings.elo import online
from ratings.errors import SelfPair
from ratings.scale import ELO, win_probability
from tests.simulate import simulate

NATURAL = 1e-9


def table(wins: list[list[float]], ties: list[list[float]] | None = None) -> Counts:
    w = np.array(wins, dtype=float)
    return Counts(w, np.zeros_like(w) if ties is None else np.array(ties, dtype=float), np.zeros_like(w))


def test_two_models_have_a_closed_form():
    t = fit(table([[0, 30], [10, 0]]))
    assert t.rating[0] - t.rating[1] == pytest.approx(400 * np.log10(3), abs=1e-6)
    assert t.rating.sum() == pytest.approx(2000, abs=1e-9)
    p, n = 0.75, 40
    meat = 30 * (1 - p) ** 2 + 10 * p**2 + p * (1 - p)  # the last term is one vote's variance
    se = ELO * np.sqrt(meat) / (n * p * (1 - p))
    difference = np.sqrt(t.covariance[0, 0] + t.covariance[1, 1] - 2 * t.covariance[0, 1])
    assert difference == pytest.approx(se, rel=1e-9)


def test_the_published_example_of_four_players():
    """Wikipedia, "Bradley–Terry model": worked example, p = 0.139, 0.226, 0.143, 0.492 (geometric-mean scale)."""
    t = fit(table([[0, 2, 0, 1], [3, 0, 5, 0], [0, 3, 0, 1], [4, 0, 3, 0]]))
    strengths = np.exp((t.rating - 1000) / ELO)
    assert strengths == pytest.approx([0.640, 1.043, 0.660, 2.270], abs=2e-3)


def test_it_is_the_maximum_of_the_likelihood():
    counts = simulate(np.array([0.5, 0.0, -0.2, -0.3]), 800, 3)
    score = counts.wins + counts.ties / 2

    def loss(theta: np.ndarray) -> float:
        return -float((score * np.log(expit(theta[:, None] - theta[None, :]))).sum()) + theta.sum() ** 2

    best = minimize(loss, np.zeros(4), method="BFGS", options={"gtol": 1e-9}).x
    assert (fit(counts).rating - 1000) / ELO == pytest.approx(best - best.mean(), abs=1e-6)


@given(st.permutations(range(5)))
@settings(max_examples=20, deadline=None)
def test_labels_do_not_matter(order):
    counts = simulate(np.linspace(-1, 1, 5), 400, 5)
    mixed = counts.subset(list(order))
    assert fit(mixed).rating == pytest.approx(fit(counts).rating[list(order)], abs=1e-6)
    assert fit(mixed).upper == pytest.approx(fit(counts).upper[list(order)], abs=1e-6)


@given(st.integers(2, 50))
@settings(max_examples=10, deadline=None)
def test_scaling_the_weights_changes_widths_and_nothing_else(factor):
    counts = simulate(np.linspace(-1, 1, 4), 400, 6)
    scaled = Counts(counts.wins * factor, counts.ties * factor, counts.both_bad)
    one, many = fit(counts), fit(scaled)
    assert many.rating == pytest.approx(one.rating, abs=1e-6)
    assert many.standard_error == pytest.approx(one.standard_error / np.sqrt(factor), rel=0.03)


def test_no_votes_is_an_empty_board():
    t = fit(Counts.empty(3))
    assert np.isnan(t.rating).all()
    assert t.status == ("unranked: no votes",) * 3
    assert fit(Counts.empty(0)).status == ()


def test_one_vote_ranks_nobody():
    t = fit(Counts.from_votes([0], [1], [Outcome.A], 2))
    assert t.status == ("unranked: needs a loss", "unranked: needs a win")
    tie = fit(Counts.from_votes([0], [1], [Outcome.TIE], 2))
    assert tie.status == ("unranked: needs 1 more vote",) * 2


def test_a_model_that_won_everything_has_no_number_without_a_prior():
    counts = table([[0, 5, 5], [0, 0, 3], [0, 3, 0]])
    t = fit(counts)
    assert (t.status[0], np.isnan(t.rating[0])) == ("unranked: needs a loss", True)
    assert t.status[1] == t.status[2] == "rated"
    with_prior = fit(counts, prior=200)
    assert np.isfinite(with_prior.rating).all()
    assert (with_prior.upper > with_prior.lower).all()


def test_pieces_are_rated_apart_and_nothing_is_ranked_across():
    wins = np.zeros((5, 5))
    wins[0, 1], wins[1, 0], wins[2, 3], wins[3, 2], wins[3, 4], wins[4, 3] = 3, 2, 4, 1, 2, 2
    t = fit(table(wins.tolist()))
    assert t.component.tolist() == [1, 1, 0, 0, 0]
    assert t.rating[:2].mean() == pytest.approx(1000)
    assert t.rating[2:].mean() == pytest.approx(1000)
    assert np.isnan(t.covariance[0, 2])
    assert t.rank_high[:2].max() <= 2


def test_nothing_but_ties_has_no_zero_width():
    t = fit(table([[0, 0], [0, 0]], [[0, 50], [50, 0]]))
    assert t.rating == pytest.approx([1000, 1000])
    assert (t.upper - t.lower > 1).all()


def test_a_million_on_one_pair_is_right():
    wins = np.array([[0, 1e6, 3], [1e6, 0, 2], [2, 3, 0]])
    t = fit(table(wins.tolist()))
    assert abs(t.rating[0] - t.rating[1]) < 1
    assert t.upper[2] - t.lower[2] > 50 * (t.covariance[0, 0] + t.covariance[1, 1] - 2 * t.covariance[0, 1]) ** 0.5


def test_both_bad_enters_no_rating():
    counts = simulate(np.array([0.3, -0.3]), 100, 1)
    noisy = Counts(counts.wins, counts.ties, np.array([[0, 99], [99, 0]], dtype=float))
    assert fit(noisy).rating == pytest.approx(fit(counts).rating)


def test_bounds_for_all_are_wider_and_ranks_hold_the_truth():
    t = fit(simulate(np.linspace(-0.5, 0.5, 8), 4000, 9))
    assert (t.upper_all - t.lower_all > t.upper - t.lower).all()
    order = np.argsort(-t.rating)
    assert all(t.rank_low[model] <= place <= t.rank_high[model] for place, model in enumerate(order, 1))


@pytest.mark.parametrize(("votes", "spread"), [(1000, 0.6), (3000, 0.3), (30_000, 1.0)])
def test_what_is_rejected_without_simulation_is_what_simulation_rejects(
    votes: int, spread: float, monkeypatch: pytest.MonkeyPatch
):
    t = fit(simulate(np.linspace(-spread, spread, 25), votes, 8))
    quick = simultaneous.significantly_better(t.rating, t.covariance, 0.95)
    monkeypatch.setattr(simultaneous, "_surely", lambda pairs, level: np.inf)
    plain = simultaneous.significantly_better(t.rating, t.covariance, 0.95)
    assert (quick == plain).all()
    assert quick.any()


def test_two_far_apart_models_have_one_rank_each():
    t = fit(table([[0, 900], [100, 0]]))
    assert (t.rank_low.tolist(), t.rank_high.tolist()) == ([1, 2], [1, 2])


@pytest.mark.parametrize("bad", [{"ties": "coin"}, {"level": 1.0}, {"prior": -1}, {"prior": 0}])
def test_bad_parameters_are_refused(bad):
    with pytest.raises(ValueError, match=r"unknown|level|prior"):
        fit(Counts.empty(2), **bad)


def test_coverage_of_one_and_of_all():
    """200 simulated arenas of 8 models and 1,000 votes: intervals hold what they promise, within simulation error."""
    truth = np.linspace(-0.6, 0.6, 8)
    target = truth * ELO + 1000
    each, all_at_once = [], []
    for seed in range(200):
        t = fit(simulate(truth, 1000, seed))
        each.append(((t.lower <= target) & (target <= t.upper)).mean())
        all_at_once.append(((t.lower_all <= target) & (target <= t.upper_all)).all())
    assert 0.925 < np.mean(each) < 0.975
    assert np.mean(all_at_once) > 0.91


def test_win_probability():
    assert win_probability(0) == 0.5
    assert win_probability(400) == pytest.approx(10 / 11)
    assert (win_probability(-1e9), win_probability(1e9)) == (pytest.approx(0), 1)


def test_online_elo_goes_through_the_votes_in_order():
    ratings = online([0, 0, 1], [1, 1, 0], [Outcome.A, Outcome.TIE, Outcome.BOTH_BAD], 2, k=32)
    assert ratings[0] == pytest.approx(1016 - 32 * (win_probability(32) - 0.5))
    assert ratings.sum() == pytest.approx(2000)
    with pytest.raises(SelfPair):
        online([0], [0], [0], 2)


def test_draws_have_the_covariance_asked_for():
    from ratings.simultaneous import normal_draws

    fitted = fit(simulate(np.linspace(-1, 1, 6), 3000, 1)).covariance
    ones = np.ones((3, 3))
    for covariance in (fitted, fitted[:4, :4], np.diag([1.0, 4.0, 9.0]), ones, np.zeros((2, 2))):
        draws = normal_draws(covariance, 40_000)
        spread = np.sqrt(np.outer(np.diagonal(covariance), np.diagonal(covariance))).max(initial=0)
        assert np.cov(draws.T) == pytest.approx(covariance, abs=0.04 * spread + 1e-12)
    assert normal_draws(fitted, 50).sum(axis=1) == pytest.approx(0, abs=1e-9)
