"""Bootstrap, style, next pairs, integrity, symmetrised Elo."""

import numpy as np
import pytest
from scipy.special import expit

from ratings import Counts, Outcome, fit
from ratings.bootstrap import bootstrap
from ratings.elo import symmetrised
from ratings.errors import BadCounts
from ratings.integrity import against_the_crowd, bursts, repeated
from ratings.sampling import next_pairs
from ratings.style import differences, fit_style
from tests.simulate import simulate, simulate_votes


def test_bootstrap_intervals_agree_with_the_sandwich():
    counts = simulate(np.linspace(-0.6, 0.6, 6), 6000, 2)
    table, runs = fit(counts), bootstrap(counts, 1000, seed=3)
    low, high = runs.interval()
    assert (high - low) == pytest.approx(table.upper - table.lower, rel=0.12)
    assert runs.ratings.mean(axis=0) == pytest.approx(table.rating, abs=3)
    beats = runs.beats()
    assert beats[5, 0] > 0.99
    assert (beats + beats.T)[np.triu_indices(6, 1)] == pytest.approx(1)


def test_the_same_seed_gives_the_same_resamples():
    counts = simulate(np.zeros(4), 800, 1)
    assert np.array_equal(bootstrap(counts, 80, seed=1).ratings, bootstrap(counts, 80, seed=1).ratings)


def styled(n: int, seed: int) -> tuple[np.ndarray, ...]:
    """Three equal models; the second writes long answers, and people like length."""
    generator = np.random.default_rng(seed)
    a = generator.integers(0, 3, n)
    b = (a + generator.integers(1, 3, n)) % 3
    length = np.where(np.stack([a, b]) == 1, 900, 300) * generator.uniform(0.5, 1.5, (2, n))
    x = differences(length[0][:, None], length[1][:, None])
    outcome = np.where(generator.random(n) < expit(0.5 * x[:, 0]), Outcome.A, Outcome.B)
    return a, b, outcome.astype(int), x


def test_style_is_taken_out_of_the_strengths():
    a, b, outcome, x = styled(60_000, 1)
    plain = fit(Counts.from_votes(a, b, outcome, 3))
    controlled = fit_style(a, b, outcome, x, 3)
    assert plain.rating[1] - plain.rating[0] > 60
    assert abs(controlled.rating[1] - controlled.rating[0]) < 15
    assert controlled.effect[0] == pytest.approx(0.5, abs=4 * controlled.effect_se[0])


def test_without_style_it_is_bradley_terry():
    counts_of = simulate(np.array([0.4, 0.0, -0.4]), 900, 4)
    generator = np.random.default_rng(2)
    a = generator.integers(0, 3, 900)
    b = (a + generator.integers(1, 3, 900)) % 3
    outcome = generator.integers(0, 3, 900)
    plain = fit(Counts.from_votes(a, b, outcome, 3))
    styled_fit = fit_style(a, b, outcome, np.zeros((900, 0)), 3)
    assert styled_fit.rating == pytest.approx(plain.rating, abs=1e-5)
    assert counts_of.n_models == 3


def test_a_prior_keeps_separated_styles_finite():
    """Whoever wrote more won, always, while each model lost some: without a prior the effect has no end."""
    a, b = np.array([0, 1, 0, 1] * 5), np.array([1, 0, 1, 0] * 5)
    outcome = np.array([0, 0, 1, 1] * 5)
    x = np.where(outcome == 0, 1.0, -1.0)[:, None]
    found = fit_style(a, b, outcome, x, 2, prior=1.0)
    assert 0.5 < found.effect[0] < 4
    assert np.isfinite(found.table.upper).all()
    assert (found.table.upper > found.table.lower).all()


def test_style_needs_a_row_for_each_vote():
    with pytest.raises(BadCounts):
        fit_style([0], [1], [0], np.zeros((2, 1)), 2)


def test_differences_are_antisymmetric_and_bounded_where_nothing_is():
    a, b = np.array([[3.0, 0], [1, 0]]), np.array([[1.0, 0], [3, 0]])
    assert differences(a, b) == pytest.approx(-differences(b, a))
    assert differences(a, b)[:, 1].tolist() == [0, 0]


def test_probabilities_sum_to_one_and_new_models_come_first():
    counts = simulate(np.zeros(4), 4000, 3)
    wide = Counts(*(np.pad(t, (0, 1)) for t in (counts.wins, counts.ties, counts.both_bad)))
    design = next_pairs(wide)
    assert design.probability.sum() == pytest.approx(1)
    assert (design.probability >= 0.1 / 10 - 1e-12).all()
    new = design.probability[(design.i == 4) | (design.j == 4)].sum()
    assert new > 0.8
    i, j, p = design.draw(np.random.default_rng(1))
    assert i < j
    assert 0 < p < 1


def test_pairs_for_a_contrast_are_pairs_that_move_it():
    design = next_pairs(Counts.empty(4), contrast=np.array([1.0, -1.0, 0.0, 0.0]))
    assert design.probability.argmax() == 0  # the pair (0, 1)


@pytest.mark.parametrize("uniform", [0.0, 1.5])
def test_a_share_out_of_range_is_refused(uniform: float):
    with pytest.raises(ValueError, match="uniform"):
        next_pairs(Counts.empty(3), uniform=uniform)


def crowd(seed: int, n_voters: int = 60, votes: int = 20) -> tuple[list[int], list[int], list[int], list[str]]:
    generator = np.random.default_rng(seed)
    rows = [
        (0, 1, int(generator.choice(4, p=[0.5, 0.2, 0.2, 0.1])), f"v{i}") for i in range(n_voters) for _ in range(votes)
    ]
    order = generator.permutation(len(rows))
    return tuple(list(column) for column in zip(*(rows[i] for i in order), strict=True))  # type: ignore[return-value]


def test_an_attacker_stands_out_and_honest_voters_do_not():
    a, b, outcome, voter = crowd(1)
    a += [0] * 25
    b += [1] * 25
    outcome += [int(Outcome.B)] * 25
    voter += ["attacker"] * 25
    found = against_the_crowd(a, b, outcome, voter)
    assert found[0].voter == "attacker"
    assert found[0].p < 1e-4
    assert (found[0].kind, found[0].model) in {
        ("against a model, more than the crowd", 0),
        ("for a model, more than the crowd", 1),
        ("unlike the crowd", None),
    }
    assert sum(row.p < 0.01 for row in found[1:]) <= 3


def test_who_favours_one_model_over_many_rivals_is_found():
    """Each pair alone looks harmless: the votes go to the lower place of one pair and the upper of another."""
    theta = np.linspace(-0.5, 0.5, 6)
    a, b, outcome = simulate_votes(theta, 1500, 1)
    rival = np.tile([0, 1, 2, 4, 5], 12)
    left, right = np.concatenate([a, np.full(60, 3)]), np.concatenate([b, rival])
    voter = [f"v{k // 10}" for k in range(1500)] + ["attacker"] * 60
    found = against_the_crowd(left, right, np.concatenate([outcome, np.zeros(60, dtype=int)]), voter)
    assert (found[0].voter, found[0].model, found[0].kind) == ("attacker", 3, "for a model, more than the crowd")
    assert found[0].p < 1e-3 < 0.02 < found[1].p * 150


def test_who_clicks_at_random_is_unlike_the_crowd():
    rows = [(0, 1, int(Outcome.A), f"v{k % 50}") for k in range(1000)]
    rows += [(0, 1, k % 3, "random") for k in range(45)]
    found = against_the_crowd(*([row[i] for row in rows] for i in range(4)))
    assert found[0].voter == "random"
    assert found[0].p < 1e-6


def test_honest_p_values_are_not_too_small():
    small = [row.p < 0.05 for seed in range(6) for row in against_the_crowd(*crowd(seed), seed=seed)]
    assert np.mean(small) < 0.08


def test_swapped_sides_are_one_pair():
    a, b, outcome, voter = crowd(2)
    turned = [{0: 1, 1: 0}.get(o, o) for o in outcome]
    one, two = against_the_crowd(a, b, outcome, voter), against_the_crowd(b, a, turned, voter)
    assert one == two


def test_repeats_and_bursts():
    assert [(row.voter, row.votes) for row in repeated(["x", "x", "y", "x"], ["q", "q", "q", "r"])] == [("x", 1)]
    steady = np.arange(0, 36_000, 300.0)
    burst = np.concatenate([steady, 5000 + np.arange(30.0)])
    found = {
        row.voter: row.p for row in bursts(np.concatenate([steady, burst]), ["s"] * len(steady) + ["b"] * len(burst))
    }
    assert found["s"] > 0.05
    assert found["b"] < 1e-6


def test_symmetrised_elo_has_a_spread_that_a_single_pass_hides():
    generator = np.random.default_rng(3)
    a = generator.integers(0, 3, 600)
    b = (a + 1) % 3
    outcome = generator.integers(0, 3, 600)
    mean, spread = symmetrised(a, b, outcome, 3, k=16, shuffles=40)
    assert mean.sum() == pytest.approx(3000)
    assert (spread > 1).all()
