"""Bradley-Terry on counts, by Newton's method, with a sandwich covariance.

Bradley & Terry (1952), Biometrika 39; ties as half a win each. The covariance V = H⁻¹ B H⁻¹ is that of
White (1982), Econometrica 50: the inverse Hessian alone ignores that ties carry less variance.
"""

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from scipy.special import expit

from ratings.algebra import centred, laplacian, levelled, product
from ratings.counts import Counts, Floats
from ratings.errors import NotConverged, NotFinite

TOLERANCE = 1e-10
MOST_STEPS = 100


@dataclass(frozen=True)
class Solution:
    """`theta` (m,) natural scale, sum zero; `covariance` (m, m); the largest last step; steps taken."""

    theta: Floats
    covariance: Floats
    step: float
    iterations: int


def solve(score: Floats, games: Floats, residual: "Residual", prior: float | None = None) -> Solution:
    """Fit one piece.

    Args:
        score: (m, m), wins plus half the ties of row against column.
        games: (m, m), symmetric, votes on each pair; score + scoreᵀ = games.
        residual: what the sandwich's middle needs.
        prior: standard deviation of a normal prior on each θ, natural scale; None for none.

    Raises:
        NotConverged: more than 100 steps.
        NotFinite: a number left the floating-point range.
    """
    precision = 0.0 if prior is None else 1 / prior**2
    won = score.sum(axis=1)
    theta = np.zeros(len(won))
    for iteration in range(1, MOST_STEPS + 1):
        p = expit(theta[:, None] - theta[None, :])
        gradient = won - (games * p).sum(axis=1) - precision * theta
        factor = hessian_factor(games * p * (1 - p), precision)
        step = scipy.linalg.cho_solve(factor, gradient, check_finite=False)
        largest = float(np.abs(step).max(initial=0.0))
        if not np.isfinite(largest):
            raise NotFinite("the fit left the floating-point range; are some weights huge?")
        theta += step if largest <= 2 else step * (2 / largest)
        theta -= theta.mean()
        if largest < TOLERANCE:
            return Solution(theta, _sandwich(theta, residual, factor), largest, iteration)
    raise NotConverged(f"no convergence after {MOST_STEPS} steps; the last was {largest:.2g}")


@dataclass(frozen=True)
class Residual:
    """Sums of squared weights of each ordered pair, (m, m): `wins` of row over column, symmetric `ties`.

    `weight`: (m, m), the typical weight of one vote on the pair.
    """

    wins: Floats
    ties: Floats
    weight: Floats

    @classmethod
    def of(cls, counts: Counts) -> "Residual":
        """Return those of counts."""
        wins, ties = counts.square_sums
        games, squares = counts.games, wins + wins.T + ties
        return cls(wins, ties, np.divide(squares, games, out=np.zeros_like(games), where=games > 0))


def hessian_factor(curvature: Floats, precision: float = 0.0) -> tuple[Floats, bool]:
    """Return the Cholesky factor of the Hessian with a fixed level; `curvature` is n p (1 − p) of each pair, (m, m).

    Raises:
        NotFinite: when the comparisons are too uneven for floating point.
    """
    hessian = levelled(laplacian(curvature), precision)
    try:
        factor, lower = scipy.linalg.cho_factor(hessian, lower=True, overwrite_a=True, check_finite=False)
    except scipy.linalg.LinAlgError:
        raise NotFinite("the comparisons are too uneven for floating point: the Hessian is singular") from None
    return factor, lower


def _sandwich(theta: Floats, residual: Residual, factor: tuple[Floats, bool]) -> Floats:
    """H⁻¹ B H⁻¹ with B = Σ c (y − p)² (e_i − e_j)(e_i − e_j)ᵀ over the three outcomes, centred."""
    p = expit(theta[:, None] - theta[None, :])
    won = residual.wins * (1 - p) ** 2
    squares = won + won.T + residual.ties * (0.5 - p) ** 2
    squares += unseen(residual, p)
    return sandwich(factor, laplacian(squares))


def sandwich(factor: tuple[Floats, bool], meat: Floats) -> Floats:
    """Return H⁻¹ B H⁻¹, centred, for the factor of H and B (m, m)."""
    inverse = scipy.linalg.cho_solve(factor, np.eye(len(meat)), check_finite=False)
    return centred(product(product(inverse, meat), inverse))


def unseen(residual: Residual, p: Floats) -> Floats:
    """One vote's variance for each model, spread over its opponents.

    Without it a model with nothing but ties against its equal would get an interval of zero width; at
    a hundred votes a model it widens intervals by half a per cent.
    """
    met = residual.weight > 0
    opponents = met.sum(axis=1)
    share = np.maximum(np.maximum(opponents[:, None], opponents[None, :]), 1)
    spread: Floats = residual.weight**2 * p * (1 - p) / share
    return spread
