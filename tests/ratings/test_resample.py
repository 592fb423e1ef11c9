"""Draws around counts: each cell's distribution is Poisson's, by either way of drawing."""

import numpy as np
import pytest
from scipy.stats import chisquare, poisson

from ratings.resample import WORTH, poisson_draws


@pytest.mark.parametrize("mean", [0.4, 3.0, 41.0, 2500.0])
@pytest.mark.parametrize("cells", [1, 60])
def test_the_distribution_is_poissons(mean: float, cells: int):
    resamples = 1000 if cells == 1 else 2000
    assert (cells * resamples >= WORTH) == (cells > 1)  # one cell is drawn one by one, many from the table
    drawn = poisson_draws(np.full(cells, mean), resamples, np.random.default_rng(3)).ravel()
    edges = poisson.ppf(np.linspace(0, 1, 9)[1:-1], mean)
    edges = np.unique(edges)
    seen = np.bincount(np.searchsorted(edges, drawn), minlength=len(edges) + 1)
    expected = np.diff(np.concatenate([[0], poisson.cdf(edges, mean), [1]])) * len(drawn)
    assert chisquare(seen, expected).pvalue > 1e-4
    assert drawn.mean() == pytest.approx(mean, abs=5 * np.sqrt(mean / len(drawn)))
    assert drawn.var() == pytest.approx(mean, rel=8 * np.sqrt(3 / len(drawn)))


def test_nothing_stays_nothing_and_cells_are_independent():
    drawn = poisson_draws(np.array([0.0, 20.0, 20.0]), 4000, np.random.default_rng(1))
    assert not drawn[0].any()
    assert abs(np.corrcoef(drawn[1], drawn[2])[0, 1]) < 0.08
