"""Chinese against American: a number only where the data bear it, and the sentence that may be said."""

import numpy as np
import pytest

from ratings import Counts, fit
from ratings.groups import fixed, percents
from tests.simulate import simulate

NAMES = ("Chinese", "American")


def compare(counts: Counts, groups: str, enough: int = 30):
    labels = [{"c": "CN", "u": "US", "f": "FR"}[g] for g in groups]
    return fixed(counts, fit(counts), labels, "CN", "US", NAMES, enough)


def test_a_real_difference_is_said():
    result = compare(simulate(np.array([0.5, 0.5, -0.5, -0.5]), 4000, 1), "ccuu")
    assert result.lower < 400 / np.log(10) < result.upper
    assert result.sentence.startswith("People prefer Chinese models to American ones 7")
    assert result.models == (2, 2)


def test_the_other_way_round_names_the_other_side():
    result = compare(simulate(np.array([-0.5, -0.5, 0.5, 0.5]), 4000, 1), "ccuu")
    assert result.sentence.startswith("People prefer American models to Chinese ones 7")
    assert result.estimate < 0


def test_no_difference_is_no_verdict_and_says_how_many_votes_are_missing():
    result = compare(simulate(np.zeros(4), 300, 2), "ccuu")
    assert result.lower < 0 < result.upper
    assert result.sentence.startswith("Can't tell yet")
    assert f"About {result.missing:,} more votes" in result.sentence


def test_too_few_votes_give_no_number():
    result = compare(Counts.from_votes([0, 1], [1, 0], [0, 0], 2), "cu")
    assert np.isnan(result.estimate)
    assert (result.votes, result.missing) == (2, 28)
    assert "only 2 votes between Chinese and American models, and 28 more are needed" in result.sentence


def test_one_side_missing_gives_no_number():
    result = compare(simulate(np.zeros(3), 300, 3), "ccf")
    assert np.isnan(result.estimate)
    assert (result.votes, result.models, result.missing) == (0, (2, 0), 0)
    assert result.sentence.endswith("here: no American models take part.")


def test_false_verdicts_are_rare_when_nothing_differs():
    wrong = sum("People prefer" in compare(simulate(np.zeros(6), 600, seed), "cccuuu").sentence for seed in range(200))
    assert wrong / 200 < 0.09  # 5 % asked; three standard errors of 200 simulations are 4.6 %


def test_other_countries_take_part_in_the_fit_only():
    with_third = simulate(np.array([0.4, -0.4, 0.0]), 3000, 4)
    assert compare(with_third, "cuf").models == (1, 1)


@pytest.mark.parametrize("seed", range(3))
def test_the_interval_is_the_contrasts(seed: int):
    counts = simulate(np.array([0.2, 0.1, -0.1, -0.2]), 2000, seed)
    t, w = fit(counts), np.array([0.5, 0.5, -0.5, -0.5])
    result = compare(counts, "ccuu")
    assert result.estimate == pytest.approx(w @ t.rating)
    assert (result.upper - result.lower) / 2 == pytest.approx(1.959964 * np.sqrt(w @ t.covariance @ w), rel=1e-6)


@pytest.mark.parametrize(
    ("difference", "said"),
    [
        ((3.0, 2.0, 4.0), ("50.4", "50.3", "50.6")),  # "50 % of the time" would be no news
        ((42.0, 30.0, 54.0), ("56", "54", "58")),
        ((0.0, -20.0, 20.0), ("50", "47", "53")),
    ],
)
def test_a_share_has_as_many_digits_as_its_interval_bears(
    difference: tuple[float, float, float], said: tuple[str, str, str]
):
    assert percents(*difference) == said
