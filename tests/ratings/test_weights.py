"""Weights and counts: what a vote weighs, and how many equal votes a row stands for, are two things."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratings import Counts, fit
from ratings.bootstrap import bootstrap
from ratings.errors import BadWeight
from tests.simulate import simulate_votes

M = 5
THETA = np.linspace(-0.8, 0.8, M)


def widths(counts: Counts) -> np.ndarray:
    table = fit(counts)
    return table.upper - table.lower


@given(st.floats(0.01, 1000))
@settings(max_examples=20, deadline=None)
def test_scaling_all_weights_changes_no_rating_and_no_interval(factor: float):
    a, b, outcome = simulate_votes(THETA, 600, 1)
    weight = np.random.default_rng(2).uniform(0.5, 2, 600)
    one = fit(Counts.from_votes(a, b, outcome, M, weight=weight))
    many = fit(Counts.from_votes(a, b, outcome, M, weight=weight * factor))
    assert many.rating == pytest.approx(one.rating, abs=1e-6)
    assert many.lower == pytest.approx(one.lower, abs=1e-6)
    assert many.status == one.status


def test_a_count_is_that_many_rows():
    a, b, outcome = simulate_votes(THETA, 300, 3)
    count = np.random.default_rng(1).integers(0, 4, 300)
    counted = Counts.from_votes(a, b, outcome, M, count=count)
    repeated = Counts.from_votes(*(np.repeat(column, count) for column in (a, b, outcome)), M)
    assert np.array_equal(counted.wins, repeated.wins)
    assert np.array_equal(counted.ties, repeated.ties)
    assert widths(counted) == pytest.approx(widths(repeated))
    both = Counts.from_votes(a, b, outcome, M, weight=np.full(300, 3.0), count=count)
    assert widths(both) == pytest.approx(widths(repeated))


def test_weights_of_one_are_no_weights():
    votes = simulate_votes(THETA, 300, 4)
    plain, weighted = Counts.from_votes(*votes, M), Counts.from_votes(*votes, M, weight=np.ones(300))
    assert plain.squares is None
    assert fit(weighted).covariance == pytest.approx(fit(plain).covariance)


def test_uneven_weights_widen():
    votes = simulate_votes(THETA, 2000, 5)
    uneven = np.where(np.random.default_rng(1).random(2000) < 0.1, 9.0, 0.1)
    assert (widths(Counts.from_votes(*votes, M, weight=uneven)) > 1.8 * widths(Counts.from_votes(*votes, M))).all()


def test_weighted_shards_merge_and_survive_json():
    import json

    a, b, outcome = simulate_votes(THETA, 400, 6)
    weight = np.random.default_rng(1).uniform(0, 3, 400)
    half = slice(0, 200), slice(200, 400)
    left, right = (Counts.from_votes(a[s], b[s], outcome[s], M, weight=weight[s]) for s in half)
    whole = Counts.from_votes(a, b, outcome, M, weight=weight)
    merged = Counts.from_dict(json.loads(json.dumps((left + right).to_dict())))
    assert fit(merged).covariance == pytest.approx(fit(whole).covariance)
    assert fit(merged.subset([3, 1, 0])).rating == pytest.approx(fit(whole.subset([3, 1, 0])).rating)
    unweighted = Counts.from_votes(a, b, outcome, M)
    assert (whole + unweighted).square_sums[0] == pytest.approx(whole.square_sums[0] + unweighted.wins)


def test_inverse_probabilities_undo_a_lopsided_draw():
    """Where strengths are not on one line (model misfit), weights bring back what uniform pairs would give."""
    generator = np.random.default_rng(7)
    pairs, chance = [(0, 1), (1, 2), (0, 2)], np.array([0.8, 0.1, 0.1])
    win = {(0, 1): 0.9, (1, 2): 0.6, (0, 2): 0.6}  # no three strengths fit these

    def draw(probabilities: np.ndarray, n: int) -> tuple[np.ndarray, ...]:
        which = generator.choice(3, n, p=probabilities)
        a, b = np.array([pairs[k][0] for k in which]), np.array([pairs[k][1] for k in which])
        won = generator.random(n) < np.array([win[pairs[k]] for k in which])
        return a, b, np.where(won, 0, 1), which

    even = fit(Counts.from_votes(*draw(np.full(3, 1 / 3), 90_000)[:3], 3))
    a, b, outcome, which = draw(chance, 90_000)
    plain = fit(Counts.from_votes(a, b, outcome, 3))
    weighted = fit(Counts.from_votes(a, b, outcome, 3, weight=1 / chance[which]))
    assert np.abs(weighted.rating - even.rating).max() < 8
    assert np.abs(plain.rating - even.rating).max() > 30


def test_the_bootstrap_of_weighted_votes_has_the_sandwichs_width():
    votes = simulate_votes(THETA, 4000, 8)
    weight = np.where(np.random.default_rng(1).random(4000) < 0.3, 4.0, 0.5)
    counts = Counts.from_votes(*votes, M, weight=weight)
    low, high = bootstrap(counts, 1000).interval()
    assert high - low == pytest.approx(widths(counts), rel=0.12)


def test_a_million_on_one_pair_is_right():
    a, b, outcome = [0, 1, 0, 2, 1, 2, 0, 0], [1, 0, 2, 0, 2, 1, 1, 1], [0, 0, 0, 0, 0, 0, 0, 1]
    table = fit(Counts.from_votes(a, b, outcome, 3, weight=[1e6, 1e6, 1, 1, 1, 1, 1, 1]))
    assert table.status == ("rated",) * 3
    assert abs(table.rating[0] - table.rating[1]) < 1


@pytest.mark.parametrize("count", [[-1, 1], [1, np.inf]])
def test_a_bad_count_is_named(count: list[float]):
    with pytest.raises(BadWeight, match="count"):
        Counts.from_votes([0, 1], [1, 0], [0, 0], 2, count=count)
