"""Poisson draws around counts, many at once, fast enough for a thousand resamples of a large table."""

import numpy as np
import numpy.typing as npt
from scipy.stats import poisson

from ratings.counts import Floats

Singles = npt.NDArray[np.float32]

STEPS = 1 << 16
WORTH = 1 << 12  # draws from one mean from which a table of quantiles is quicker than single draws


def poisson_draws(means: Floats, resamples: int, generator: np.random.Generator) -> Singles:
    """Return (P, R) Poisson draws with the means (P,).

    Cells that share a mean, as counts do, are drawn together from a table of 2¹⁶ equally likely quantiles: exact to
    2⁻¹⁷ in each probability. The others are drawn one by one.
    """
    drawn = np.zeros((len(means), resamples), dtype=np.float32)
    values, place, sizes = np.unique(means, return_inverse=True, return_counts=True)
    order = np.argsort(place, kind="stable")
    ends = np.cumsum(sizes)
    single = []
    for value, size, end in zip(values.tolist(), sizes.tolist(), ends.tolist(), strict=True):
        rows = order[end - size : end]
        if value == 0:
            continue
        if size * resamples < WORTH:
            single.append(rows)
            continue
        uniform = np.frombuffer(generator.bytes(2 * size * resamples), dtype=np.uint16)
        drawn[rows] = _quantiles(value)[uniform].reshape(size, resamples)
    if single:
        rows = np.concatenate(single)
        drawn[rows] = generator.poisson(means[rows, None], (len(rows), resamples))
    return drawn


def _quantiles(mean: float) -> Singles:
    """Return the 2¹⁶ quantiles at (k + ½)/2¹⁶ of Poisson(mean)."""
    wide = 6 * np.sqrt(mean) + 12
    support = np.arange(max(0, int(mean - wide)), int(mean + wide) + 1)
    ends = np.round(poisson.cdf(support, mean) * STEPS).astype(np.intp)
    ends[-1] = STEPS
    return np.repeat(support, np.diff(ends, prepend=0)).astype(np.float32)
