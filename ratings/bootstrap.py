"""Bootstrap from counts: resampled cells, all resamples of a batch at once, the Hessian of the fit held fixed.

Multinomial resampling of N votes over cells is independent Poisson in the limit; each resample is solved by
chord steps from the fit (Newton with the Hessian of the fit), which converge linearly and need no new Cholesky.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.linalg
from scipy.special import expit

from ratings.bradley_terry import hessian_factor
from ratings.counts import Counts, Floats
from ratings.errors import NotConverged
from ratings.fitting import fit
from ratings.scale import CENTRE, ELO

Indices = npt.NDArray[Any]

BATCH = 64
CHORD_STEPS = 60
TOLERANCE = 1e-6  # natural scale; far below any bootstrap's own noise


@dataclass(frozen=True)
class Resamples:
    """`ratings`: (R, m) of the largest component's models, Elo; `models`: (m,) their indices."""

    ratings: Floats
    models: Indices

    def interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Return percentile bounds, (m,) each. With few resamples they are too narrow: take 1,000 or more."""
        low, high = np.quantile(self.ratings, [(1 - level) / 2, (1 + level) / 2], axis=0)
        return low, high

    def beats(self) -> Floats:
        """Return (m, m): the share of resamples in which row is above column."""
        return np.asarray((self.ratings[:, :, None] > self.ratings[:, None, :]).mean(axis=0))


def bootstrap(counts: Counts, resamples: int = 1000, seed: int = 0) -> Resamples:
    """Resample the cells and refit (ties half).

    Args:
        counts: of M models; the largest component is used.
        resamples: R.
        seed: of the generator; the same seed gives the same resamples.

    Raises:
        NotConverged: when a resample is too far from the fit, as with tiny counts.
    """
    table = fit(counts)
    index = np.flatnonzero(table.component == 0)
    part = counts.subset(index)
    theta = table.theta[index]
    i, j = np.nonzero(np.triu(part.games))
    cells = np.stack([part.wins[i, j], part.wins[j, i], part.ties[i, j]])
    p = expit(theta[:, None] - theta[None, :])
    factor = hessian_factor(part.games * p * (1 - p))
    generator = np.random.default_rng(seed)
    rows = []
    for start in range(0, resamples, BATCH):
        drawn = generator.poisson(cells, size=(min(BATCH, resamples - start), *cells.shape)).astype(np.float64)
        rows.append(_solve(theta, drawn, i, j, factor))
    return Resamples(np.concatenate(rows) * ELO + CENTRE, index)


def _solve(start: Floats, drawn: Floats, i: Indices, j: Indices, factor: tuple[Floats, bool]) -> Floats:
    score = drawn[:, 0] + drawn[:, 2] / 2
    games = drawn.sum(axis=1)
    theta = np.tile(start, (len(drawn), 1))
    m = len(start)
    lines = np.arange(len(drawn))[:, None] * m
    for _ in range(CHORD_STEPS):
        residual = score - games * expit(theta[:, i] - theta[:, j])
        gradient = np.bincount((lines + i).ravel(), residual.ravel(), len(drawn) * m)
        gradient -= np.bincount((lines + j).ravel(), residual.ravel(), len(drawn) * m)
        step = scipy.linalg.cho_solve(factor, gradient.reshape(len(drawn), m).T, check_finite=False).T
        largest = float(np.abs(step).max())
        theta += np.clip(step, -1, 1)
        if largest < TOLERANCE:
            return np.asarray(theta - theta.mean(axis=1, keepdims=True))
    raise NotConverged(f"a resample did not converge; the last step was {largest:.2g}: too few votes to bootstrap")
