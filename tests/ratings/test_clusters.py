"""Votes of one voter hang together: intervals by voter hold what intervals by vote don't."""

import numpy as np
import pytest

from ratings import Counts, fit
from ratings.clusters import bootstrap_clustered, fit_clustered
from ratings.errors import BadCounts
from ratings.scale import ELO
from tests.simulate import simulate_votes

M, VOTERS, EACH = 6, 150, 12
THETA = np.linspace(-0.5, 0.5, M)


def opinionated(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return votes of voters who each have a taste of their own around the truth."""
    generator = np.random.default_rng(seed)
    columns = [
        simulate_votes(THETA + generator.normal(0, 1.5, M), EACH, seed * 1000 + voter) for voter in range(VOTERS)
    ]
    a, b, outcome = (np.concatenate(column) for column in zip(*columns, strict=True))
    return a, b, outcome, np.repeat(np.arange(VOTERS), EACH)


def test_each_vote_its_own_cluster_is_the_plain_fit():
    a, b, outcome = simulate_votes(THETA, 3000, 1)
    plain = fit(Counts.from_votes(a, b, outcome, M))
    clustered = fit_clustered(a, b, outcome, range(3000), M)
    assert clustered.rating == pytest.approx(plain.rating)
    assert clustered.standard_error == pytest.approx(plain.standard_error, rel=0.01)


def test_intervals_by_voter_cover_and_intervals_by_vote_do_not():
    # what the fit estimates: strengths of the mean voter, whose taste is averaged on the scale of probabilities
    a, b, outcome, _ = (np.concatenate(c) for c in zip(*(opinionated(seed) for seed in range(100, 160)), strict=True))
    target = fit(Counts.from_votes(a, b, outcome, M)).rating
    by_vote, by_voter = [], []
    for seed in range(60):
        a, b, outcome, voter = opinionated(seed)
        for found, table in (
            (by_vote, fit(Counts.from_votes(a, b, outcome, M))),
            (by_voter, fit_clustered(a, b, outcome, voter.tolist(), M)),
        ):
            found.append(((table.lower <= target) & (target <= table.upper)).mean())
    assert np.mean(by_voter) > 0.92
    assert np.mean(by_vote) < np.mean(by_voter) - 0.03


def test_the_bootstrap_of_voters_agrees():
    a, b, outcome, voter = opinionated(3)
    table = fit_clustered(a, b, outcome, voter.tolist(), M)
    spread = bootstrap_clustered(a, b, outcome, voter.tolist(), M, 1000).ratings.std(axis=0)
    assert spread == pytest.approx(table.standard_error, rel=0.12)


def test_weights_enter_by_their_square():
    a, b, outcome = simulate_votes(THETA, 2000, 2)
    weight = np.random.default_rng(1).uniform(0.1, 3, 2000)
    clustered = fit_clustered(a, b, outcome, range(2000), M, weight=weight)
    assert clustered.standard_error == pytest.approx(
        fit(Counts.from_votes(a, b, outcome, M, weight=weight)).standard_error, rel=0.02
    )


def test_another_piece_is_not_rated():
    table = fit_clustered([0, 1, 0, 1, 2, 3, 3], [1, 0, 1, 0, 3, 2, 2], [0, 0, 1, 1, 0, 0, 1], list("aabbcdc"), 4)
    assert table.status[2:] == ("unranked: outside the largest group",) * 2
    assert np.isfinite(table.rating[:2]).all()
    assert table.theta[0] == pytest.approx((table.rating[0] - 1000) / ELO)


def test_nothing_but_ties_leaves_no_interval_of_zero_width():
    table = fit_clustered([0, 0, 0], [1, 1, 1], [2, 2, 2], list("abc"), 2)
    assert table.rating == pytest.approx([1000, 1000])
    assert (table.upper - table.lower > 100).all()


def test_one_voter_is_too_few():
    with pytest.raises(BadCounts, match="at least two"):
        fit_clustered([0, 1], [1, 0], [0, 0], ["x", "x"], 2)
    with pytest.raises(BadCounts, match="1 clusters for 2 votes"):
        fit_clustered([0, 1], [1, 0], [0, 0], ["x"], 2)
