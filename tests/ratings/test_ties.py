"""Models of ties, against the likelihood's own maximum and published figures."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from ratings import Counts, fit
from ratings.errors import NotFinite
from ratings.scale import ELO
from tests.simulate import simulate


def loss_davidson(x: np.ndarray, counts: Counts) -> float:
    theta, nu = x[:-1], np.exp(x[-1])
    d = theta[:, None] - theta[None, :]
    total = np.exp(d / 2) + np.exp(-d / 2) + nu
    return -float((counts.wins * (d / 2 - np.log(total))).sum() + (counts.ties * np.log(nu / total)).sum() / 2)


def loss_rao_kupper(x: np.ndarray, counts: Counts) -> float:
    theta, eta = x[:-1], max(x[-1], 1e-6)  # the search may step below zero
    d = theta[:, None] - theta[None, :]
    win, loss = expit(d - eta), expit(-d - eta)
    return -float((counts.wins * np.log(win)).sum() + (counts.ties * np.log(1 - win - loss)).sum() / 2)


@pytest.mark.parametrize(
    ("ties", "loss", "start"), [("davidson", loss_davidson, 0.0), ("rao-kupper", loss_rao_kupper, 0.5)]
)
def test_it_is_the_maximum_of_the_likelihood(ties, loss, start):
    counts = simulate(np.array([0.8, 0.1, -0.3, -0.6]), 1500, 2)
    table = fit(counts, ties=ties)
    best = minimize(lambda x: loss(x, counts) + x[:-1].sum() ** 2, np.append(np.zeros(4), start), method="BFGS").x
    assert (table.rating - 1000) / ELO == pytest.approx(best[:-1] - best[:-1].mean(), abs=2e-4)
    assert table.tie_parameter[0] == pytest.approx(best[-1], abs=2e-4)
    assert table.iterations < 12


@pytest.mark.parametrize("ties", ["davidson", "rao-kupper"])
def test_more_votes_narrow_the_intervals(ties):
    few, many = (fit(simulate(np.linspace(-1, 1, 5), n, 4), ties=ties) for n in (800, 8000))
    ratio = (few.upper - few.lower) / (many.upper - many.lower)
    assert 2.4 < np.median(ratio) < 4.0


def test_without_ties_there_is_nothing_to_fit():
    wins = np.array([[0, 3], [2, 0]], dtype=float)
    with pytest.raises(NotFinite, match="no ties"):
        fit(Counts(wins, np.zeros((2, 2)), np.zeros((2, 2))), ties="davidson")
