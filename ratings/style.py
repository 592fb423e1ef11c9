"""Strengths with the style of the answers held equal (as introduced for public arenas in August 2024).

logit P(a preferred) = θ_a − θ_b + xᵀγ, x = (s_a − s_b) / (s_a + s_b) for each style count s, standardised.
Ties are half a win each. Exact, over the votes in chunks: memory does not grow with them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.linalg
from scipy.special import expit

from ratings.algebra import centred, laplacian, levelled
from ratings.counts import Counts, Floats, Outcome
from ratings.errors import BadCounts, NotConverged
from ratings.graph import pieces
from ratings.scale import CENTRE, ELO

CHUNK = 1 << 16
MOST_STEPS = 50
TOLERANCE = 1e-9
SCORE = np.array([1.0, 0.0, 0.5, np.nan])


@dataclass(frozen=True)
class StyleFit:
    """`rating`, `lower`, `upper`: (M,) Elo, NaN outside the largest component. `effect`, `effect_se`: (K,)

    log-odds per standard deviation of each style difference. `iterations` of the fit.
    """

    rating: Floats
    lower: Floats
    upper: Floats
    effect: Floats
    effect_se: Floats
    iterations: int


def differences(a: npt.ArrayLike, b: npt.ArrayLike) -> Floats:
    """Return standardised (a − b)/(a + b) of counts (N, K); 0 where both are 0; not centred, so that sides swap."""
    left, right = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    total = left + right
    x = np.divide(left - right, total, out=np.zeros_like(total), where=total > 0)
    scale = np.sqrt((x**2).mean(axis=0))
    return np.asarray(x / np.where(scale > 0, scale, 1.0))


def fit_style(a: npt.ArrayLike, b: npt.ArrayLike, outcome: npt.ArrayLike, x: Floats, n_models: int) -> StyleFit:
    """Fit strengths and style effects together (95 % sandwich intervals, White 1982).

    Args:
        a, b, outcome: (N,), as for `Counts.from_votes`; "both bad" is passed over.
        x: (N, K), from `differences`.
        n_models: M.

    Raises:
        BadVote, BadCounts: as `Counts.from_votes`; also when x has other rows or a non-finite number.
        NotConverged: more than 50 steps.
    """
    counts = Counts.from_votes(a, b, outcome, n_models)
    left, right, result = (np.asarray(column, dtype=np.intp) for column in (a, b, outcome))
    if x.ndim != 2 or len(x) != len(left) or not np.isfinite(x).all():
        raise BadCounts("x must have a finite row for each vote")
    component = pieces(counts).component
    keep = (result != Outcome.BOTH_BAD) & (component[left] == 0) & (component[right] == 0)
    index = np.flatnonzero(component == 0)
    place = np.full(n_models, -1)
    place[index] = np.arange(len(index))
    votes = (place[left[keep]], place[right[keep]], SCORE[result[keep]], x[keep])
    parameters, covariance, iterations = _newton(votes, len(index), x.shape[1])
    rating = np.full(n_models, np.nan)
    error = np.full(n_models, np.nan)
    m = len(index)
    rating[index] = parameters[:m] * ELO + CENTRE
    error[index] = ELO * np.sqrt(np.diagonal(centred(covariance[:m, :m])))
    return StyleFit(
        rating,
        rating - 1.959964 * error,
        rating + 1.959964 * error,
        parameters[m:],
        np.sqrt(np.diagonal(covariance)[m:]),
        iterations,
    )


Columns = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Floats, Floats]


def _newton(votes: Columns, m: int, k: int) -> tuple[Floats, Floats, int]:
    parameters = np.zeros(m + k)
    for iteration in range(1, MOST_STEPS + 1):
        gradient, hessian, meat = _moments(votes, parameters, m, k)
        hessian[:m, :m] = levelled(hessian[:m, :m])
        step = scipy.linalg.solve(hessian, gradient, assume_a="pos")
        largest = float(np.abs(step).max(initial=0.0))
        parameters += step * min(1.0, 2 / largest) if largest > 2 else step
        parameters[:m] -= parameters[:m].mean()
        if largest < TOLERANCE:
            inverse = np.linalg.inv(hessian)
            return parameters, inverse @ meat @ inverse, iteration
    raise NotConverged(f"no convergence after {MOST_STEPS} steps; the last was {largest:.2g}")


def _moments(votes: Columns, parameters: Floats, m: int, k: int) -> tuple[Floats, Floats, Floats]:
    gradient, hessian, meat = np.zeros(m + k), np.zeros((m + k, m + k)), np.zeros((m + k, m + k))
    for start in range(0, len(votes[0]), CHUNK):
        part = slice(start, start + CHUNK)
        a, b, y, x = votes[0][part], votes[1][part], votes[2][part], votes[3][part]
        p = expit(parameters[a] - parameters[b] + x @ parameters[m:])
        residual = y - p
        gradient[:m] += np.bincount(a, residual, m) - np.bincount(b, residual, m)
        gradient[m:] += x.T @ residual
        _add(hessian, a, b, x, p * (1 - p), m)
        _add(meat, a, b, x, residual**2, m)
    return gradient, hessian, meat


def _add(target: Floats, a: npt.NDArray[np.intp], b: npt.NDArray[np.intp], x: Floats, weight: Floats, m: int) -> None:
    """Add Σ weight · z zᵀ, z = (e_a − e_b, x)."""
    directed = np.bincount(a * m + b, weight, m * m).reshape(m, m)
    pairs = np.asarray(directed + directed.T, dtype=np.float64)
    target[:m, :m] += laplacian(pairs)
    for column in range(x.shape[1]):
        product = weight * x[:, column]
        side = np.bincount(a, product, m) - np.bincount(b, product, m)
        target[:m, m + column] += side
        target[m + column, :m] += side
    target[m:, m:] += (x * weight[:, None]).T @ x
