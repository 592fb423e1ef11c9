"""Which pair to show next: where one more vote shrinks the variance most, with the draw's probability.

One vote on (i, j) adds p(1 − p) v vᵀ to the information, v = e_i − e_j; by Sherman-Morrison the variance of
w'θ falls by d (w'Vv)² / (1 + d v'Vv), the total variance (A-optimality) by d |Vv|² / (1 + d v'Vv), d = p(1 − p).
Sampling in proportion to the fall is the rule of arXiv 2403.04132; a uniform share keeps every probability
above zero, so that a fit may be reweighted by its inverse.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from ratings.algebra import laplacian
from ratings.counts import Counts, Floats
from ratings.fitting import fit
from ratings.scale import ELO

PRIOR_ELO = 350.0  # a weak prior, so that new models have a finite variance and are drawn first


@dataclass(frozen=True)
class Design:
    """`i`, `j`: (P,) the unordered pairs; `probability`: (P,), sums to one."""

    i: npt.NDArray[np.intp]
    j: npt.NDArray[np.intp]
    probability: Floats

    def draw(self, generator: np.random.Generator) -> tuple[int, int, float]:
        """Draw a pair and return it with its probability."""
        row = int(generator.choice(len(self.probability), p=self.probability))
        return int(self.i[row]), int(self.j[row]), float(self.probability[row])


def next_pairs(counts: Counts, contrast: Floats | None = None, uniform: float = 0.1) -> Design:
    """Return the probabilities of the next pair.

    Args:
        counts: of M models so far; may be empty.
        contrast: (M,) weights w whose w'θ is wanted, or None for the ranking as a whole.
        uniform: share drawn uniformly, between 0 and 1.

    Raises:
        ValueError: `uniform` out of range, or fewer than two models.
    """
    m = counts.n_models
    if not 0 < uniform <= 1 or m < 2:
        raise ValueError("uniform must lie in (0, 1], and there must be two models")
    table = fit(counts, prior=PRIOR_ELO)
    theta = np.nan_to_num(table.theta)  # a model without votes counts as average
    p = expit(theta[:, None] - theta[None, :])
    variance = np.linalg.inv(laplacian(counts.games * p * (1 - p)) + (ELO / PRIOR_ELO) ** 2 * np.eye(m))
    i, j = np.triu_indices(m, 1)
    d = (p * (1 - p))[i, j]
    moved = variance[:, i] - variance[:, j]
    spread = moved[i, np.arange(len(i))] - moved[j, np.arange(len(i))]
    gain = (moved**2).sum(axis=0) if contrast is None else (contrast @ moved) ** 2
    fall = d * gain / (1 + d * spread)
    total = fall.sum()
    share = fall / total if total > 0 else np.full(len(i), 1 / len(i))
    return Design(i, j, uniform / len(i) + (1 - uniform) * share)
