"""Statements that hold for all models at once: intervals by max-t, rank ranges by step-down tests.

Critical values are quantiles of the largest of many correlated normal deviates, found by simulation
with a fixed seed. Rank ranges: Mogstad, Romano, Shaikh & Wilhelm (2024), as used for model rankings in
arXiv 2401.15205: j counts as better than i only if a family-wise test says so.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy.linalg
from scipy.stats import norm

from ratings.algebra import levelled, product
from ratings.counts import Floats

DRAWS = 8000
PAIR_DRAWS = 2000
SEED = 20240814
LEVEL = 1e-9  # share of the trace below which a row sum counts as zero
SLACK = 10  # how many times rarer than asked a deviation must be that is rejected without simulation


def normal_draws(covariance: Floats, draws: int) -> Floats:
    """Return (draws, m) samples of N(0, covariance).

    A fit's covariance is singular in one direction, the level (rows sum to zero): the level is given a variance for the
    factor and taken out of the draws again. Any other singular matrix is split by its eigenvectors, which is slower.
    """
    level = bool(np.abs(covariance.sum(axis=1)).max(initial=0.0) <= LEVEL * np.trace(covariance))
    try:
        root = scipy.linalg.cholesky(levelled(covariance) if level else covariance, lower=True, check_finite=False)
    except scipy.linalg.LinAlgError:
        values, vectors = scipy.linalg.eigh(covariance, check_finite=False)
        root = vectors * np.sqrt(np.clip(values, 0, None))
    drawn = product(_standard_draws(draws, len(covariance)), np.ascontiguousarray(root.T))
    if level:
        drawn -= drawn.mean(axis=1, keepdims=True)
    return drawn


def critical_value(covariance: Floats, level: float) -> float:
    """Return the `level` quantile of max |z_i| / se_i for z ~ N(0, covariance), shape (m, m)."""
    deviations = np.sqrt(np.diagonal(covariance))
    largest = np.abs(normal_draws(covariance, DRAWS) / deviations).max(axis=1)
    return float(np.quantile(largest, level))


def rank_ranges(theta: Floats, covariance: Floats, level: float) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the best and worst rank of each model, all of them right at once with probability `level`."""
    better = significantly_better(theta, covariance, level)
    return 1 + better.sum(axis=0), len(theta) - better.sum(axis=1)


def significantly_better(theta: Floats, covariance: Floats, level: float) -> npt.NDArray[np.bool_]:
    """Return (m, m): whether row is better than column, by step-down over all pairs (Romano & Wolf, 2005)."""
    m = len(theta)
    i, j = np.triu_indices(m, 1)
    variance = np.diagonal(covariance)
    deviations = np.sqrt(np.maximum(variance[i] + variance[j] - 2 * covariance[i, j], 1e-300))
    t = (theta[i] - theta[j]) / deviations
    draws = np.ascontiguousarray(normal_draws(covariance, PAIR_DRAWS).T)
    rejected = np.abs(t) > _surely(len(t), level)
    while not rejected.all():
        critical = np.quantile(_largest(draws, i[~rejected], j[~rejected], deviations[~rejected]), level)
        new = ~rejected & (np.abs(t) > critical)
        if not new.any():
            break
        rejected |= new
    better = np.zeros((m, m), dtype=bool)
    better[i[rejected & (t > 0)], j[rejected & (t > 0)]] = True
    better[j[rejected & (t < 0)], i[rejected & (t < 0)]] = True
    return better


def _surely(pairs: int, level: float) -> float:
    """Return a value that the first critical value of `pairs` deviates can't reach, so that the draws needn't tell.

    By Bonferroni the largest exceeds it `SLACK` times more rarely than `1 − level`. Where step-down starts from some of
    what its first step rejects it ends at the same set, since a smaller rest has a smaller critical value.
    """
    return float(norm.isf((1 - level) / (2 * SLACK * max(pairs, 1))))


@lru_cache(maxsize=4)  # the same for each fit of as many models; making them cost more than using them
def _standard_draws(draws: int, m: int) -> Floats:
    drawn = np.random.default_rng(SEED).standard_normal((draws, m))
    drawn.flags.writeable = False  # it is everybody's
    return drawn


def _largest(
    draws: Floats, i: npt.NDArray[np.intp], j: npt.NDArray[np.intp], deviations: Floats, block: int = 128
) -> Floats:
    """Return the largest |z_i − z_j| / se_ij of each draw; `draws` (m, D); pairs in blocks to bound memory."""
    largest = np.zeros(draws.shape[1])
    for start in range(0, len(i), block):
        part = slice(start, start + block)
        difference = draws[i[part]]
        difference -= draws[j[part]]
        np.abs(difference, out=difference)
        difference /= deviations[part, None]
        np.maximum(largest, difference.max(axis=0), out=largest)
    return largest
