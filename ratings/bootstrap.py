"""Bootstrap from counts: resampled cells, all resamples of a batch at once, the Hessian of the fit held fixed.

Multinomial resampling of N votes over cells is independent Poisson in the limit; each resample is solved by
chord steps from the fit (Newton with the Hessian of the fit), which converge linearly and need no new Cholesky.
Percentile intervals: Efron & Tibshirani (1993), chapter 13.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.linalg
from scipy.sparse import csr_array
from scipy.special import expit

from ratings.bradley_terry import hessian_factor
from ratings.counts import Counts, Floats
from ratings.errors import NotConverged
from ratings.fitting import fit
from ratings.resample import poisson_draws
from ratings.scale import CENTRE, ELO

Indices = npt.NDArray[Any]
Numbers = npt.NDArray[np.floating[Any]]

BATCH = 125
BLOCK = 4096  # pairs at a time: a block of a batch fits the processor's cache
CHORD_STEPS = 60
TOLERANCE = 1e-5  # natural scale, 0.002 Elo; far below any bootstrap's own noise


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
        counts: of M models; the largest component is used. Weighted votes are drawn with their own mean and variance.
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
    cells = np.concatenate([part.wins[i, j], part.wins[j, i], part.ties[i, j]])
    square_wins, square_ties = part.square_sums
    squares = np.concatenate([square_wins[i, j], square_wins[j, i], square_ties[i, j]])
    unit = np.divide(squares, cells, out=np.ones_like(cells), where=cells > 0).astype(np.float32)
    p = expit(theta[:, None] - theta[None, :])
    factor = hessian_factor(part.games * p * (1 - p))
    generator = np.random.default_rng(seed)
    rows = []
    for start in range(0, resamples, BATCH):
        drawn = poisson_draws(cells / unit, min(BATCH, resamples - start), generator)
        drawn *= unit[:, None]
        won, lost, tied = drawn.reshape(3, len(i), -1)
        tied *= np.float32(0.5)
        won += tied
        lost += tied
        lost += won  # now all games
        rows.append(refit(theta, won, lost, i, j, factor))
    return Resamples(np.concatenate(rows) * ELO + CENTRE, index)


def refit(start: Floats, score: Numbers, games: Numbers, i: Indices, j: Indices, factor: tuple[Floats, bool]) -> Floats:
    """Return (R, m) solutions on the natural scale, sum zero, by chord steps from `start` (m,).

    Args:
        score, games: (P, R), single or double precision: the first model's wins plus half the ties, and all votes,
            of each pair in each resample.
        i, j: (P,) the pairs.
        factor: of the Hessian at `start`.

    Raises:
        NotConverged: more than 60 steps.
    """
    m, pairs = len(start), len(i)
    theta = np.tile(start[:, None], (1, score.shape[1]))
    ones = np.ones(pairs, dtype=score.dtype)
    columns = np.arange(pairs)
    incidence = csr_array(
        (np.concatenate([ones, -ones]), (np.concatenate([i, j]), np.concatenate([columns, columns]))), (m, pairs)
    )
    blocks = [(slice(at, at + BLOCK), incidence[:, at : at + BLOCK]) for at in range(0, pairs, BLOCK)]
    for _ in range(CHORD_STEPS):
        gradient = np.zeros_like(theta)
        rough = theta.astype(score.dtype)
        for part, signs in blocks:
            residual = rough[j[part]]
            residual -= rough[i[part]]
            np.exp(residual, out=residual)
            residual += 1
            np.divide(games[part], residual, out=residual)
            np.subtract(score[part], residual, out=residual)
            gradient += signs @ residual
        step = scipy.linalg.cho_solve(factor, gradient, check_finite=False)
        largest = float(np.abs(step).max())
        theta += np.clip(step, -1, 1)
        if largest < TOLERANCE:
            return np.asarray((theta - theta.mean(axis=0)).T)
    raise NotConverged(f"a resample did not converge; the last step was {largest:.2g}: too few votes to bootstrap")
