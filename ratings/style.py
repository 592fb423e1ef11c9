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
from ratings.bradley_terry import Residual, unseen
from ratings.counts import Counts, Floats
from ratings.errors import BadCounts, NotConverged, NotFinite
from ratings.fitting import Table, table_of
from ratings.graph import inside, pieces
from ratings.scale import CENTRE, ELO

CHUNK = 1 << 16
MOST_STEPS = 50
TOLERANCE = 1e-9


@dataclass(frozen=True)
class StyleFit:
    """`table`: strengths of the largest component, as from `ratings.fit`; `rating`, `lower`, `upper` are its columns.

    `effect`, `effect_se`: (K,), log-odds per standard deviation of each style difference.
    """

    table: Table
    effect: Floats
    effect_se: Floats

    @property
    def rating(self) -> Floats:
        """Shape (M,), Elo; NaN outside the largest component."""
        return self.table.rating


def differences(a: npt.ArrayLike, b: npt.ArrayLike) -> Floats:
    """Return standardised (a − b)/(a + b) of counts (N, K); 0 where both are 0; not centred, so that sides swap."""
    left, right = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    total = left + right
    x = np.divide(left - right, total, out=np.zeros_like(total), where=total > 0)
    scale = np.sqrt((x**2).sum(axis=0) / max(len(x), 1))
    return np.asarray(x / np.where(scale > 0, scale, 1.0))


def fit_style(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    outcome: npt.ArrayLike,
    x: Floats,
    n_models: int,
    level: float = 0.95,
    prior: float | None = None,
) -> StyleFit:
    """Fit strengths and style effects together (sandwich intervals, White 1982).

    Args:
        a, b, outcome: (N,), as for `Counts.from_votes`; "both bad" is passed over.
        x: (N, K), from `differences`.
        n_models: M.
        level: of the intervals.
        prior: standard deviation of a normal prior on each effect (log-odds per standard deviation), or None. With few
            votes style may separate wins from losses; then only a prior keeps the effects finite.

    Raises:
        BadVote, BadCounts: as `Counts.from_votes`; also when x has other rows or a non-finite number.
        NotConverged: more than 50 steps.
        NotFinite: the style differences of these votes can't be told apart.
    """
    counts = Counts.from_votes(a, b, outcome, n_models)
    if x.ndim != 2 or len(x) != len(np.asarray(a)) or not np.isfinite(x).all():
        raise BadCounts("x must have a finite row for each vote")
    found = pieces(counts).largest()
    index = np.flatnonzero(found.component == 0)
    m = len(index)
    rating, covariance = np.full(n_models, np.nan), np.full((n_models, n_models), np.nan)
    effect, errors, iterations = np.zeros(x.shape[1]), np.full(x.shape[1], np.nan), 0
    if m:
        part = inside(found.component, a, b, outcome)
        votes = (part.a, part.b, part.score, x[part.keep])
        parameters, whole, iterations = _newton(
            votes, counts.subset(index), x.shape[1], 0.0 if prior is None else prior**-2
        )
        rating[index] = parameters[:m] * ELO + CENTRE
        covariance[np.ix_(index, index)] = centred(whole[:m, :m]) * ELO**2
        effect, errors = parameters[m:], np.sqrt(np.diagonal(whole)[m:])
    return StyleFit(table_of(found, rating, covariance, level, iterations, TOLERANCE), effect, errors)


Columns = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Floats, Floats]


def _newton(votes: Columns, counts: Counts, k: int, precision: float) -> tuple[Floats, Floats, int]:
    m = counts.n_models
    parameters = np.zeros(m + k)
    for iteration in range(1, MOST_STEPS + 1):
        gradient, hessian, meat = _moments(votes, parameters, m, k)
        hessian[:m, :m] = levelled(hessian[:m, :m])
        gradient[m:] -= precision * parameters[m:]
        hessian[m:, m:] += precision * np.eye(k)
        try:
            step = scipy.linalg.solve(hessian, gradient, assume_a="pos")
        except scipy.linalg.LinAlgError:
            raise NotFinite("the style differences of these votes can't be told apart: use fewer of them") from None
        largest = float(np.abs(step).max(initial=0.0))
        parameters += step * min(1.0, 2 / largest) if largest > 2 else step
        parameters[:m] -= parameters[:m].mean()
        if largest < TOLERANCE:
            p = expit(parameters[:m, None] - parameters[None, :m])
            meat[:m, :m] += laplacian(unseen(Residual.of(counts), p))
            inverse = scipy.linalg.inv(hessian, check_finite=False)
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
